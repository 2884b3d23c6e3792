/* draw-cable.c - cables: their lines, what goes through them, cuts, loose ends and lamps. */
#include "config.h"

#include "gui/canvas/draw-private.h"

#define LINE 2.2

/* The part of the curve from @from to @to, both 0 to 1, moved sideways by @shift. */
static void
curve (cairo_t *cr, const VbetItem *item, double from, double to, VbetPoint shift)
{
  VbetPoint a = vbet_item_point (item, from), b = vbet_item_point (item, to);
  VbetPoint middle = { (item->a.x + item->b.x) / 2, (item->a.y + item->b.y) / 2 };
  cairo_move_to (cr, a.x + shift.x, a.y + shift.y);
  if (vbet_point_distance (item->control, middle) < 0.01) { /* a cable alone is straight */
    cairo_line_to (cr, b.x + shift.x, b.y + shift.y);
    return;
  }
  /* The control point of the part, by the curve's blossom; a quadratic curve raised to the cubic that cairo
   * draws. */
  double u = (1 - from) * (1 - to), v = from * (1 - to) + to * (1 - from), w = from * to;
  VbetPoint c = { u * item->a.x + v * item->control.x + w * item->b.x,
                  u * item->a.y + v * item->control.y + w * item->b.y };
  cairo_curve_to (cr, shift.x + a.x + 2.0 / 3 * (c.x - a.x), shift.y + a.y + 2.0 / 3 * (c.y - a.y),
                  shift.x + b.x + 2.0 / 3 * (c.x - b.x), shift.y + b.y + 2.0 / 3 * (c.y - b.y), b.x + shift.x,
                  b.y + shift.y);
}

/* A unit vector to the side of the cable. */
static VbetPoint
side_of (const VbetItem *item)
{
  double length = MAX (vbet_point_distance (item->a, item->b), 1e-6);
  return (VbetPoint){ -(item->b.y - item->a.y) / length, (item->b.x - item->a.x) / length };
}

static void
draw_loose_end (VbetPen *pen, VbetPoint at)
{
  _vbet_draw_rounded (pen->cr, (VbetRect){ at.x - 5, at.y - 5, 10, 10 }, 3);
  _vbet_draw_source (pen->cr, &pen->palette->paper, 1);
  cairo_fill_preserve (pen->cr);
  _vbet_draw_source (pen->cr, &pen->palette->states[VBET_STATE_BOOTING], 1);
  cairo_set_line_width (pen->cr, 2);
  cairo_stroke (pen->cr);
}

static VbetColour
load_colour (const VbetPalette *palette, guint step)
{
  double part = (double)(step - 1) / (VBET_LOAD_MAX - 1) * 2;
  return part <= 1 ? vbet_colour_mix (palette->loads[0], palette->loads[1], part)
                   : vbet_colour_mix (palette->loads[1], palette->loads[2], part - 1);
}

static double
load_width (guint step)
{
  return step == 0 ? 1.2 : 1.4 + 0.4 * step;
}

/* Two strands side by side, one a direction: on the right as seen by what flows. */
static void
draw_load (VbetPen *pen, const VbetItem *item)
{
  VbetPoint side = side_of (item);
  double scale = pen->palette->line_scale;
  for (guint direction = 0; direction < 2; direction++) {
    guint step = item->load[direction];
    double width = load_width (step) * scale, by = (direction == 0 ? 1 : -1) * (width / 2 + 0.5 * scale);
    VbetColour colour = step > 0 ? load_colour (pen->palette, step) : pen->palette->cable;
    curve (pen->cr, item, 0, 1, (VbetPoint){ side.x * by, side.y * by });
    _vbet_draw_source (pen->cr, &colour, 1);
    cairo_set_line_width (pen->cr, width);
    cairo_stroke (pen->cr);
  }
}

/* A cut: a gap, both ends closed by a bar, and a cross in it. */
static void
draw_cut (VbetPen *pen, const VbetItem *item, double gap)
{
  VbetPoint side = side_of (item), middle = vbet_item_point (item, 0.5);
  double scale = pen->palette->line_scale, arm = 6 * MIN (scale, 1.4), cross = 4.5;
  _vbet_draw_source (pen->cr, &pen->palette->states[VBET_STATE_FAILED], 1);
  cairo_set_line_width (pen->cr, LINE * MIN (scale, 1.4));
  for (int end = -1; end <= 1; end += 2) {
    VbetPoint at = vbet_item_point (item, 0.5 + end * gap);
    cairo_move_to (pen->cr, at.x - side.x * arm, at.y - side.y * arm);
    cairo_line_to (pen->cr, at.x + side.x * arm, at.y + side.y * arm);
  }
  cairo_move_to (pen->cr, middle.x - cross, middle.y - cross);
  cairo_line_to (pen->cr, middle.x + cross, middle.y + cross);
  cairo_move_to (pen->cr, middle.x - cross, middle.y + cross);
  cairo_line_to (pen->cr, middle.x + cross, middle.y - cross);
  cairo_stroke (pen->cr);
}

/* Frames circle: a glow that nobody overlooks. */
static void
draw_storm (VbetPen *pen, const VbetItem *item)
{
  for (guint i = 0; i < 2; i++) {
    curve (pen->cr, item, 0, 1, (VbetPoint){ 0, 0 });
    _vbet_draw_source (pen->cr, &pen->palette->states[VBET_STATE_FAILED], i == 0 ? 0.22 : 0.45);
    cairo_set_line_width (pen->cr, (i == 0 ? 16 : 9) * pen->palette->line_scale);
    cairo_stroke (pen->cr);
  }
}

/* A lens on the cable: somebody looks at its frames. */
static void
draw_captured (VbetPen *pen, const VbetItem *item, guint end)
{
  VbetPoint at = vbet_item_lens (item, end);
  double scale = MIN (pen->palette->line_scale, 1.5), radius = 6 * scale;
  cairo_new_path (pen->cr);
  for (guint pass = 0; pass < 2; pass++) {
    cairo_arc (pen->cr, at.x, at.y, radius, 0, 2 * G_PI);
    _vbet_draw_source (pen->cr, &pen->palette->paper, 1);
    cairo_fill_preserve (pen->cr);
    cairo_new_sub_path (pen->cr);
    cairo_move_to (pen->cr, at.x + radius * 0.75, at.y + radius * 0.75);
    cairo_line_to (pen->cr, at.x + radius * 1.7, at.y + radius * 1.7);
    _vbet_draw_source (pen->cr, pass == 0 ? &pen->palette->paper : &pen->palette->accent, 1);
    cairo_set_line_width (pen->cr, (pass == 0 ? 5.5 : 2.6) * scale);
    cairo_stroke (pen->cr);
  }
}

static void
draw_lenses (VbetPen *pen, const VbetItem *item)
{
  if (item->flags & VBET_ITEM_CAPTURED_A)
    draw_captured (pen, item, 0);
  if (item->flags & VBET_ITEM_CAPTURED_B)
    draw_captured (pen, item, 1);
}

void
_vbet_draw_cable (VbetPen *pen, const VbetItem *item)
{
  cairo_t *cr = pen->cr;
  const VbetPalette *palette = pen->palette;
  const double air[] = { 4 * palette->line_scale, 3.5 * palette->line_scale };
  gboolean down = (item->flags & VBET_ITEM_DOWN) != 0, loaded = item->load[0] + item->load[1] > 0;
  double gap = down ? CLAMP (13 / MAX (vbet_point_distance (item->a, item->b), 1), 0, 0.2) : 0;
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_BUTT);
  if (item->flags & (VBET_ITEM_SELECTED | VBET_ITEM_HOVERED)) {
    curve (cr, item, 0, 1, (VbetPoint){ 0, 0 });
    _vbet_draw_source (cr, &palette->accent, item->flags & VBET_ITEM_SELECTED ? 0.35 : 0.18);
    cairo_set_line_width (cr, 9 + 2 * palette->line_scale);
    cairo_stroke (cr);
  }
  if (item->flags & VBET_ITEM_STORM)
    draw_storm (pen, item);
  if (loaded && !down) {
    draw_load (pen, item);
  } else {
    if (down) {
      curve (cr, item, 0, 0.5 - gap, (VbetPoint){ 0, 0 });
      curve (cr, item, 0.5 + gap, 1, (VbetPoint){ 0, 0 });
    } else {
      curve (cr, item, 0, 1, (VbetPoint){ 0, 0 });
    }
    _vbet_draw_source (cr, item->flags & VBET_ITEM_SELECTED ? &palette->accent : &palette->cable, 1);
    cairo_set_line_width (cr, LINE * palette->line_scale);
    if (item->flags & VBET_ITEM_AIR)
      cairo_set_dash (cr, air, G_N_ELEMENTS (air), 0);
    cairo_stroke (cr);
    cairo_set_dash (cr, NULL, 0, 0);
  }
  if (down)
    draw_cut (pen, item, gap);
  if (item->flags & VBET_ITEM_LOOSE_A)
    draw_loose_end (pen, item->a);
  if (item->flags & VBET_ITEM_LOOSE_B)
    draw_loose_end (pen, item->b);
  draw_lenses (pen, item);
}

/* From the edge of the tile it comes from: it is drawn above the devices. */
void
_vbet_draw_wire (VbetPen *pen, const VbetItem *item)
{
  const double dashes[] = { 8, 5 };
  double dx = item->b.x - item->a.x, dy = item->b.y - item->a.y, longest = MAX (fabs (dx), fabs (dy));
  double part = longest > VBET_VIEW_TILE / 2 ? VBET_VIEW_TILE / 2 / longest : 1;
  cairo_move_to (pen->cr, item->a.x + dx * part, item->a.y + dy * part);
  cairo_line_to (pen->cr, item->b.x, item->b.y);
  _vbet_draw_source (pen->cr, &pen->palette->accent, 1);
  cairo_set_line_width (pen->cr, 2.5 * pen->palette->line_scale);
  cairo_set_dash (pen->cr, dashes, G_N_ELEMENTS (dashes), 0);
  cairo_stroke (pen->cr);
  cairo_set_dash (pen->cr, NULL, 0, 0);
  cairo_arc (pen->cr, item->b.x, item->b.y, 5, 0, 2 * G_PI);
  cairo_fill (pen->cr);
}

/* In place of its lamp, a bar across the cable: the spanning tree lets nothing through here. */
static void
draw_blocked (VbetPen *pen, const VbetItem *item, guint end)
{
  VbetPoint at = item->lamps[end], from = end == 0 ? item->a : item->b;
  double dx = at.x - from.x, dy = at.y - from.y, length = MAX (hypot (dx, dy), 1e-6);
  double scale = MIN (pen->palette->line_scale, 1.5), arm = 10 * scale / length;
  cairo_set_line_cap (pen->cr, CAIRO_LINE_CAP_ROUND);
  for (guint pass = 0; pass < 2; pass++) {
    cairo_move_to (pen->cr, at.x - dy * arm, at.y + dx * arm);
    cairo_line_to (pen->cr, at.x + dy * arm, at.y - dx * arm);
    _vbet_draw_source (pen->cr, pass == 0 ? &pen->palette->paper : &pen->palette->states[VBET_STATE_BOOTING],
                       1);
    cairo_set_line_width (pen->cr, (pass == 0 ? 8.5 : 5.5) * scale);
    cairo_stroke (pen->cr);
  }
  cairo_set_line_cap (pen->cr, CAIRO_LINE_CAP_BUTT);
}

/* Carrier is told by shape: a ring without it, a disc with it; traffic makes the disc larger and brighter. */
void
_vbet_draw_leds (VbetPen *pen, const VbetItem *item, gboolean lit)
{
  cairo_t *cr = pen->cr;
  double scale = MIN (pen->palette->line_scale, 1.5);
  for (guint end = 0; end < 2; end++) {
    VbetLed led = item->leds[end];
    VbetPoint at = item->lamps[end];
    gboolean bright = led == VBET_LED_TRAFFIC && lit;
    if (led == VBET_LED_NONE)
      continue;
    if (item->flags & (end == 0 ? VBET_ITEM_BLOCKED_A : VBET_ITEM_BLOCKED_B)) {
      draw_blocked (pen, item, end);
      continue;
    }
    cairo_new_path (cr);
    cairo_arc (cr, at.x, at.y, (bright ? 5 : 4) * scale, 0, 2 * G_PI);
    if (led == VBET_LED_DARK) {
      _vbet_draw_source (cr, &pen->palette->paper, 1);
      cairo_fill_preserve (cr);
      _vbet_draw_source (cr, &pen->palette->faint, 1);
    } else {
      _vbet_draw_source (cr, bright ? &pen->palette->led_bright : &pen->palette->led, 1);
      cairo_fill_preserve (cr);
      _vbet_draw_source (cr, bright ? &pen->palette->ink : &pen->palette->paper, 1);
    }
    cairo_set_line_width (cr, 1.3 * scale);
    cairo_stroke (cr);
  }
}
