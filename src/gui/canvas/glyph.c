/* glyph.c - the pictures of the device kinds, as cairo paths: sharp at any size.
 *
 * Each is drawn around (0, 0) into a square from -24 to 24 by lines 2 wide.
 */
#include "config.h"

#include "gui/canvas/draw.h"

static void
source (cairo_t *cr, const VbetColour *colour)
{
  cairo_set_source_rgb (cr, colour->red, colour->green, colour->blue);
}

static void
rounded (cairo_t *cr, double x, double y, double width, double height, double radius)
{
  cairo_new_sub_path (cr);
  cairo_arc (cr, x + width - radius, y + radius, radius, -G_PI / 2, 0);
  cairo_arc (cr, x + width - radius, y + height - radius, radius, 0, G_PI / 2);
  cairo_arc (cr, x + radius, y + height - radius, radius, G_PI / 2, G_PI);
  cairo_arc (cr, x + radius, y + radius, radius, G_PI, 3 * G_PI / 2);
  cairo_close_path (cr);
}

/* Fills and strokes the path. */
static void
body (cairo_t *cr, const VbetPalette *palette)
{
  source (cr, &palette->glyph_fill);
  cairo_fill_preserve (cr);
  source (cr, &palette->glyph);
  cairo_stroke (cr);
}

static void
line (cairo_t *cr, double x1, double y1, double x2, double y2)
{
  cairo_move_to (cr, x1, y1);
  cairo_line_to (cr, x2, y2);
}

/* A line with a head at its second end. */
static void
arrow (cairo_t *cr, double x1, double y1, double x2, double y2)
{
  double angle = atan2 (y2 - y1, x2 - x1), head = 5.5;
  line (cr, x1, y1, x2, y2);
  cairo_move_to (cr, x2 - head * cos (angle - 0.7), y2 - head * sin (angle - 0.7));
  cairo_line_to (cr, x2, y2);
  cairo_line_to (cr, x2 - head * cos (angle + 0.7), y2 - head * sin (angle + 0.7));
}

static void
draw_host (cairo_t *cr, const VbetPalette *palette)
{
  rounded (cr, -20, -17, 40, 26, 3);
  body (cr, palette);
  line (cr, 0, 9, 0, 16);
  line (cr, -10, 16.5, 10, 16.5);
  /* a prompt */
  cairo_move_to (cr, -13, -10);
  cairo_line_to (cr, -7, -5);
  cairo_line_to (cr, -13, 0);
  line (cr, -4, 1, 3, 1);
  cairo_stroke (cr);
}

static void
draw_router (cairo_t *cr, const VbetPalette *palette)
{
  cairo_arc (cr, 0, 0, 20, 0, 2 * G_PI);
  body (cr, palette);
  arrow (cr, 5, 0, 15, 0);
  arrow (cr, -5, 0, -15, 0);
  arrow (cr, 0, -15, 0, -5);
  arrow (cr, 0, 15, 0, 5);
  cairo_stroke (cr);
}

static void
draw_firewall (cairo_t *cr, const VbetPalette *palette)
{
  rounded (cr, -19, -17, 38, 34, 2);
  body (cr, palette);
  for (int row = 0; row < 4; row++) {
    double top = -17 + row * 8.5;
    if (row > 0)
      line (cr, -19, top, 19, top);
    for (int k = 0; k < 2; k++) {
      double x = row % 2 == 0 ? -6 + k * 13 : -12.5 + k * 13 + 6.5 * 0;
      line (cr, x, top, x, top + 8.5);
    }
    if (row % 2 == 1)
      line (cr, 13.5, top, 13.5, top + 8.5);
  }
  cairo_set_line_width (cr, 1.6);
  cairo_stroke (cr);
}

static void
draw_switch (cairo_t *cr, const VbetPalette *palette)
{
  rounded (cr, -22, -13, 44, 26, 4);
  body (cr, palette);
  arrow (cr, -13, -4.5, 14, -4.5);
  arrow (cr, 13, 5, -14, 5);
  cairo_stroke (cr);
}

static void
draw_hub (cairo_t *cr, const VbetPalette *palette)
{
  for (int i = 0; i < 5; i++) {
    double angle = -G_PI / 2 + i * 2 * G_PI / 5;
    line (cr, 0, 0, 14 * cos (angle), 14 * sin (angle));
  }
  source (cr, &palette->glyph);
  cairo_stroke (cr);
  for (int i = 0; i < 5; i++) {
    double angle = -G_PI / 2 + i * 2 * G_PI / 5;
    cairo_new_sub_path (cr);
    cairo_arc (cr, 17 * cos (angle), 17 * sin (angle), 4, 0, 2 * G_PI);
  }
  body (cr, palette);
  cairo_arc (cr, 0, 0, 6.5, 0, 2 * G_PI);
  source (cr, &palette->glyph);
  cairo_fill (cr);
}

static void
draw_gateway (cairo_t *cr, const VbetPalette *palette)
{
  cairo_new_sub_path (cr);
  cairo_arc (cr, -11, 4, 9, G_PI / 2, 3 * G_PI / 2 + 0.35);
  cairo_arc (cr, -2, -5, 10, G_PI + 0.25, 2 * G_PI - 0.35);
  cairo_arc (cr, 11, 3, 10, -G_PI / 2 - 0.25, G_PI / 2);
  cairo_close_path (cr);
  body (cr, palette);
}

static void
draw_tap (cairo_t *cr, const VbetPalette *palette)
{
  rounded (cr, -13, -6, 26, 14, 3);
  body (cr, palette);
  line (cr, -6, -6, -6, -15);
  line (cr, 6, -6, 6, -15);
  line (cr, 0, 8, 0, 17);
  cairo_stroke (cr);
}

void
vbet_draw_glyph (cairo_t *cr, const VbetPalette *palette, VbetKind kind, double x, double y, double size)
{
  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_scale (cr, size / 48, size / 48);
  cairo_set_line_width (cr, 2);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_new_path (cr);
  switch (kind) {
  case VBET_KIND_ROUTER:
    draw_router (cr, palette);
    break;
  case VBET_KIND_FIREWALL:
    draw_firewall (cr, palette);
    break;
  case VBET_KIND_SWITCH:
    draw_switch (cr, palette);
    break;
  case VBET_KIND_HUB:
    draw_hub (cr, palette);
    break;
  case VBET_KIND_GATEWAY:
    draw_gateway (cr, palette);
    break;
  case VBET_KIND_TAP:
    draw_tap (cr, palette);
    break;
  case VBET_KIND_HOST:
  case VBET_KIND_NIC:
  case VBET_KIND_CABLE:
  case VBET_KIND_NOTE:
  default:
    draw_host (cr, palette);
    break;
  }
  cairo_restore (cr);
}
