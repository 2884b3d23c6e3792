/* picture.c - the view model as a file or on a page; see draw.h. */
#include "config.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <string.h>

#include <glib/gi18n.h>

#include "base/error.h"
#include "gui/canvas/draw-private.h"

#define MARGIN 32.0
/* A picture larger than this in one direction is refused: cairo's own limit is 32,767. */
#define PIXELS_MAX 30000.0
/* What PDF readers agree on: 200 inches. */
#define POINTS_MAX 14400.0

typedef enum {
  FORMAT_NONE,
  FORMAT_PNG,
  FORMAT_SVG,
  FORMAT_PDF,
} Format;

static Format
format_of (const char *path)
{
  static const char *const suffixes[]
      = { [FORMAT_PNG] = ".png", [FORMAT_SVG] = ".svg", [FORMAT_PDF] = ".pdf" };
  g_autofree char *lower = g_ascii_strdown (path, -1);
  for (Format format = FORMAT_PNG; format <= FORMAT_PDF; format++)
    if (g_str_has_suffix (lower, suffixes[format]))
      return format;
  return FORMAT_NONE;
}

static VbetRect
page_of (const VbetView *view)
{
  return vbet_rect_grow (vbet_view_bounds (view), MARGIN);
}

static void
draw_all (cairo_t *cr, const VbetView *view, const VbetPalette *palette, VbetRect box)
{
  _vbet_draw_source (cr, &palette->paper, 1);
  cairo_rectangle (cr, box.x, box.y, box.width, box.height);
  cairo_fill (cr);
  vbet_draw_view (cr, view, palette, box, NULL);
}

void
vbet_draw_page (cairo_t *cr, const VbetView *view, const VbetPalette *palette, double width, double height,
                double most)
{
  VbetRect box = page_of (view);
  double scale = MIN (MIN (width / box.width, height / box.height), most);
  cairo_save (cr);
  cairo_translate (cr, (width - box.width * scale) / 2, (height - box.height * scale) / 2);
  cairo_scale (cr, scale, scale);
  cairo_translate (cr, -box.x, -box.y);
  draw_all (cr, view, palette, box);
  cairo_restore (cr);
}

static cairo_surface_t *
new_surface (Format format, const char *path, double width, double height)
{
  cairo_surface_t *surface = NULL;
  if (format == FORMAT_SVG) {
    surface = cairo_svg_surface_create (path, width, height);
    cairo_svg_surface_set_document_unit (surface, CAIRO_SVG_UNIT_PX);
  } else if (format == FORMAT_PDF) {
    surface = cairo_pdf_surface_create (path, width, height);
    cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATOR, "vBET");
  } else {
    surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int)width, (int)height);
  }
  return surface;
}

static cairo_status_t
write_surface (const VbetView *view, const VbetPalette *palette, Format format, double scale,
               const char *path)
{
  VbetRect box = page_of (view);
  cairo_surface_t *surface = new_surface (format, path, ceil (box.width * scale), ceil (box.height * scale));
  cairo_t *cr = cairo_create (surface);
  cairo_scale (cr, scale, scale);
  cairo_translate (cr, -box.x, -box.y);
  draw_all (cr, view, palette, vbet_rect_grow (box, 1));
  cairo_status_t status = cairo_status (cr);
  cairo_destroy (cr);
  if (status == CAIRO_STATUS_SUCCESS && format == FORMAT_PNG)
    status = cairo_surface_write_to_png (surface, path);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS && format != FORMAT_PNG)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  return status;
}

gboolean
vbet_draw_to_file (const VbetView *view, const VbetPalette *palette, double scale, const char *path,
                   GError **error)
{
  Format format = format_of (path);
  VbetRect box = page_of (view);
  double longest = MAX (box.width, box.height) * scale;
  if (format == FORMAT_NONE) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_USAGE,
                 _ ("The name of a picture ends in .png, .svg or .pdf, not as in “%s”"), path);
    return FALSE;
  }
  if (longest > (format == FORMAT_PNG ? PIXELS_MAX : POINTS_MAX)) {
    g_set_error (
        error, VBET_ERROR, VBET_ERROR_FAILED,
        _ ("The picture would be %.0f by %.0f in size; move the devices closer together, or make it smaller "
           "with --scale"),
        ceil (box.width * scale), ceil (box.height * scale));
    return FALSE;
  }
  cairo_status_t status = write_surface (view, palette, format, scale, path);
  if (status != CAIRO_STATUS_SUCCESS)
    g_set_error (error, VBET_ERROR, VBET_ERROR_FAILED, _ ("Cannot write the picture %s: %s"), path,
                 cairo_status_to_string (status));
  return status == CAIRO_STATUS_SUCCESS;
}
