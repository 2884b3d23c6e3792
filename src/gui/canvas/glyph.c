/* glyph.c - the pictures of device kinds and tools: SVG files of src/gui/icons, compiled in, in any colours.
 *
 * A picture's file has sensible colours of its own. Here a style sheet gives
 * its classes those of the appearance: l: lines, f: body, m: solid marks in
 * the lines' colour, a: warm accent, p: what lies behind.
 */
#include "config.h"

#include "gui/canvas/draw-private.h"

#include <string.h>

#define FOLDER "/net/vbet/Vbet/icons/"

/* Generated: the compiled-in files. */
GResource *vbet_icons_get_resource (void);

static GBytes *
icon_bytes (const char *name)
{
  g_autofree char *path = g_strconcat (FOLDER, name, ".svg", NULL);
  return g_resource_lookup_data (vbet_icons_get_resource (), path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
}

static char *
hex (VbetColour colour)
{
  return g_strdup_printf ("#%02x%02x%02x", (guint)lround (colour.red * 255),
                          (guint)lround (colour.green * 255), (guint)lround (colour.blue * 255));
}

static char *
style_sheet (const VbetPalette *palette, const char *colour)
{
  VbetColour line = palette->glyph, fill = palette->glyph_fill;
  vbet_palette_tint (palette, colour, &line, &fill);
  g_autofree char *l = hex (line), *f = hex (fill), *a = hex (palette->states[VBET_STATE_BOOTING]),
                  *p = hex (palette->tile);
  return g_strdup_printf (".l{stroke:%s}.f{fill:%s}.m{fill:%s}.a{fill:%s}.p{fill:%s}%s", l, f, l, a, p,
                          palette->strong ? ".l{stroke-width:2.6}" : "");
}

static RsvgHandle *
new_icon (const VbetPalette *palette, const char *name, const char *colour)
{
  g_autoptr (GBytes) bytes = icon_bytes (name);
  if (bytes == NULL)
    return NULL;
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  RsvgHandle *handle = rsvg_handle_new_from_data (data, size, NULL);
  g_autofree char *css = style_sheet (palette, colour);
  if (handle != NULL && !rsvg_handle_set_stylesheet (handle, (const guint8 *)css, strlen (css), NULL))
    g_clear_object (&handle);
  return handle;
}

static gboolean
render (cairo_t *cr, RsvgHandle *handle, double x, double y, double size)
{
  RsvgRectangle place = { x - size / 2, y - size / 2, size, size };
  return rsvg_handle_render_document (handle, cr, &place, NULL);
}

static const char *
kind_icon (VbetKind kind)
{
  const VbetKindSpec *spec = vbet_kind_spec (kind);
  return spec != NULL && *spec->icon != '\0' ? spec->icon : "host";
}

/* Returns: (transfer none) (nullable). */
static RsvgHandle *
cached_icon (VbetPen *pen, const char *name, const char *colour)
{
  char key[96];
  g_snprintf (key, sizeof key, "%s %s", name, colour != NULL ? colour : "");
  RsvgHandle *handle = g_hash_table_lookup (pen->cache->icons, key);
  if (handle == NULL && (handle = new_icon (pen->palette, name, colour)) != NULL)
    g_hash_table_insert (pen->cache->icons, g_strdup (key), handle);
  return handle;
}

void
_vbet_draw_icon (VbetPen *pen, const char *icon, VbetKind kind, const char *colour, double x, double y,
                 double size)
{
  /* A name that could lead out of the folder, or that nobody drew, is as good as none. */
  gboolean named = icon != NULL && strpbrk (icon, "/.") == NULL;
  RsvgHandle *handle = named ? cached_icon (pen, icon, colour) : NULL;
  if (handle == NULL)
    handle = cached_icon (pen, kind_icon (kind), colour);
  if (handle != NULL)
    render (pen->cr, handle, x, y, size);
}

gboolean
vbet_draw_icon (cairo_t *cr, const VbetPalette *palette, const char *name, double x, double y, double size)
{
  RsvgHandle *handle = name != NULL && strpbrk (name, "/.") == NULL ? new_icon (palette, name, NULL) : NULL;
  gboolean drawn = handle != NULL && render (cr, handle, x, y, size);
  g_clear_object (&handle);
  return drawn;
}

void
vbet_draw_glyph (cairo_t *cr, const VbetPalette *palette, VbetKind kind, double x, double y, double size)
{
  vbet_draw_icon (cr, palette, kind_icon (kind), x, y, size);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

char **
vbet_draw_icon_names (void)
{
  char **names = g_resource_enumerate_children (vbet_icons_get_resource (), FOLDER,
                                                G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  guint kept = 0;
  for (guint i = 0; names[i] != NULL; i++) {
    char *name = names[i];
    *strrchr (name, '.') = '\0';
    /* Tools are no devices. */
    if (g_str_equal (name, "select") || g_str_equal (name, "cable") || g_str_equal (name, "note")
        || g_str_equal (name, "frame"))
      g_free (name);
    else
      names[kept++] = name;
  }
  names[kept] = NULL;
  qsort (names, kept, sizeof *names, compare_names);
  return names;
}
