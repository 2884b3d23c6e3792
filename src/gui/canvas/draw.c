/* draw.c - see draw.h: devices, the order of things, pictures that are used twice.
 *
 * Colours are in colours.c, texts and notes in draw-text.c, cables in
 * draw-cable.c, the pictures of the device kinds in glyph.c.
 */
#include "config.h"

#include "gui/canvas/draw-private.h"

#define TILE_RADIUS 13.0
#define GRID_STEP 20.0
#define GLYPH 50.0

void
_vbet_draw_source (cairo_t *cr, const VbetColour *colour, double alpha)
{
  cairo_set_source_rgba (cr, colour->red, colour->green, colour->blue, alpha);
}

void
_vbet_draw_rounded (cairo_t *cr, VbetRect box, double radius)
{
  cairo_new_sub_path (cr);
  cairo_arc (cr, box.x + box.width - radius, box.y + radius, radius, -G_PI / 2, 0);
  cairo_arc (cr, box.x + box.width - radius, box.y + box.height - radius, radius, 0, G_PI / 2);
  cairo_arc (cr, box.x + radius, box.y + box.height - radius, radius, G_PI / 2, G_PI);
  cairo_arc (cr, box.x + radius, box.y + radius, radius, G_PI, 3 * G_PI / 2);
  cairo_close_path (cr);
}

/* --- devices ------------------------------------------------------------------------ */

/* The sign inside a state's badge: a state is told by shape, not by colour alone. */
static void
draw_sign (cairo_t *cr, VbetDeviceState state, double x, double y)
{
  cairo_set_line_width (cr, 2);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_new_path (cr);
  switch (state) {
  case VBET_STATE_READY: /* a tick */
    cairo_move_to (cr, x - 4, y);
    cairo_line_to (cr, x - 1, y + 3.2);
    cairo_line_to (cr, x + 4.2, y - 3);
    cairo_stroke (cr);
    break;
  case VBET_STATE_BOOTING: /* three dots */
    for (int i = -1; i <= 1; i++) {
      cairo_new_sub_path (cr);
      cairo_arc (cr, x + i * 4.2, y, 1.5, 0, 2 * G_PI);
    }
    cairo_fill (cr);
    break;
  case VBET_STATE_PAUSED: /* two bars */
    cairo_move_to (cr, x - 2.4, y - 3.2);
    cairo_line_to (cr, x - 2.4, y + 3.2);
    cairo_move_to (cr, x + 2.4, y - 3.2);
    cairo_line_to (cr, x + 2.4, y + 3.2);
    cairo_stroke (cr);
    break;
  case VBET_STATE_FAILED: /* an exclamation mark */
    cairo_move_to (cr, x, y - 4.6);
    cairo_line_to (cr, x, y + 0.6);
    cairo_stroke (cr);
    cairo_arc (cr, x, y + 4.2, 1.3, 0, 2 * G_PI);
    cairo_fill (cr);
    break;
  case VBET_STATE_STOPPING: /* a square */
    cairo_rectangle (cr, x - 3, y - 3, 6, 6);
    cairo_fill (cr);
    break;
  case VBET_STATE_OFF: /* power: a ring with a line */
  default:
    cairo_arc (cr, x, y, 4, -G_PI / 2 + 0.6, 3 * G_PI / 2 - 0.6);
    cairo_move_to (cr, x, y - 4.6);
    cairo_line_to (cr, x, y - 0.6);
    cairo_set_line_width (cr, 1.7);
    cairo_stroke (cr);
    break;
  }
}

static void
draw_badge (VbetPen *pen, const VbetItem *item)
{
  cairo_t *cr = pen->cr;
  double x = item->bounds.x + item->bounds.width - 5, y = item->bounds.y + item->bounds.height - 5;
  cairo_arc (cr, x, y, 10.5, 0, 2 * G_PI);
  _vbet_draw_source (cr, &pen->palette->paper, 1);
  cairo_fill (cr);
  cairo_arc (cr, x, y, 9, 0, 2 * G_PI);
  _vbet_draw_source (cr, &pen->palette->states[item->state], 1);
  cairo_fill (cr);
  _vbet_draw_source (cr, &pen->palette->tile, 1);
  draw_sign (cr, item->state, x, y);
}

/* Something is wrong with a device that runs: a triangle with an exclamation mark, at the corner across from
 * the badge of its state, in its own colour and edged so that it stands out from the tile in any appearance.
 */
static void
draw_warning (VbetPen *pen, const VbetItem *item)
{
  cairo_t *cr = pen->cr;
  const VbetPalette *palette = pen->palette;
  double x = item->bounds.x + 6, y = item->bounds.y + 7;
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_new_path (cr);
  cairo_move_to (cr, x, y - 9);
  cairo_line_to (cr, x + 10, y + 8);
  cairo_line_to (cr, x - 10, y + 8);
  cairo_close_path (cr);
  _vbet_draw_source (cr, &palette->paper, 1);
  cairo_set_line_width (cr, 6);
  cairo_stroke_preserve (cr);
  _vbet_draw_source (cr, &palette->states[VBET_STATE_BOOTING], 1);
  cairo_set_line_width (cr, 2.5);
  cairo_stroke_preserve (cr);
  cairo_fill (cr);
  _vbet_draw_source (cr, &palette->tile, 1);
  cairo_set_line_width (cr, 2.2);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_move_to (cr, x, y - 3.5);
  cairo_line_to (cr, x, y + 1.6);
  cairo_stroke (cr);
  cairo_arc (cr, x, y + 5.4, 1.4, 0, 2 * G_PI);
  cairo_fill (cr);
}

static void
draw_outline (VbetPen *pen, const VbetItem *item)
{
  gboolean strong = (item->flags & (VBET_ITEM_SELECTED | VBET_ITEM_TARGET)) != 0;
  if (!strong && !(item->flags & VBET_ITEM_HOVERED))
    return;
  _vbet_draw_rounded (pen->cr, vbet_rect_grow (item->bounds, 5), TILE_RADIUS + 5);
  _vbet_draw_source (pen->cr, &pen->palette->accent, strong ? 0.18 : 0.10);
  cairo_fill_preserve (pen->cr);
  _vbet_draw_source (pen->cr, &pen->palette->accent, strong ? 1 : 0.45);
  cairo_set_line_width (pen->cr, strong ? 2.5 * MIN (pen->palette->line_scale, 1.5) : 1.5);
  cairo_stroke (pen->cr);
}

static void
draw_glyph (VbetPen *pen, const VbetItem *item)
{
  _vbet_draw_icon (pen, item->icon, item->device_kind, item->colour, item->a.x, item->a.y, GLYPH);
}

/* The clip keeps the group, which is a picture of its own, as small as the tile. */
static void
draw_faint_glyph (VbetPen *pen, const VbetItem *item, double alpha)
{
  cairo_save (pen->cr);
  cairo_rectangle (pen->cr, item->bounds.x, item->bounds.y, item->bounds.width, item->bounds.height);
  cairo_clip (pen->cr);
  cairo_push_group (pen->cr);
  draw_glyph (pen, item);
  cairo_pop_group_to_source (pen->cr);
  cairo_paint_with_alpha (pen->cr, alpha);
  cairo_restore (pen->cr);
}

static void
draw_tile (VbetPen *pen, const VbetItem *item)
{
  cairo_t *cr = pen->cr;
  const VbetPalette *palette = pen->palette;
  gboolean running = (item->flags & VBET_ITEM_RUNNING) != 0, off = item->state == VBET_STATE_OFF;
  VbetColour edge = palette->states[running ? item->state : VBET_STATE_OFF], line, fill;
  if (!running && vbet_palette_tint (palette, item->colour, &line, &fill))
    edge = line;
  _vbet_draw_rounded (cr, item->bounds, TILE_RADIUS);
  _vbet_draw_source (cr, &palette->tile, 1);
  cairo_fill_preserve (cr);
  if (running && !off) {
    _vbet_draw_source (cr, &edge, 0.12);
    cairo_fill_preserve (cr);
  }
  _vbet_draw_source (cr, &edge, 1);
  cairo_set_line_width (cr, (running && !off ? 2.4 : 2) * MIN (palette->line_scale, 1.6));
  cairo_stroke (cr);
  if (running && off)
    draw_faint_glyph (pen, item, palette->strong ? 0.6 : 0.45);
  else
    draw_glyph (pen, item);
  if (running)
    draw_badge (pen, item);
  if (item->flags & VBET_ITEM_ALARMED)
    draw_warning (pen, item);
}

/* --- tools ---------------------------------------------------------------------------- */

/* A free NIC is a hollow disc, a used one and a cable's end a full one, a new one has a plus; a frame's grips
 * are square. */
static void
draw_handle (VbetPen *pen, const VbetItem *item)
{
  cairo_t *cr = pen->cr;
  const VbetPalette *palette = pen->palette;
  gboolean target = (item->flags & VBET_ITEM_TARGET) != 0;
  gboolean full = target || item->handle == VBET_HANDLE_USED || item->handle == VBET_HANDLE_END;
  double radius = item->bounds.width / 2 * (target ? 0.95 : item->handle == VBET_HANDLE_SIZE ? 0.5 : 0.75);
  double arm = radius * 0.55;
  if (item->handle == VBET_HANDLE_SIZE)
    cairo_rectangle (cr, item->a.x - radius, item->a.y - radius, 2 * radius, 2 * radius);
  else
    cairo_arc (cr, item->a.x, item->a.y, radius, 0, 2 * G_PI);
  _vbet_draw_source (cr, full ? &palette->accent : &palette->paper, 1);
  cairo_fill_preserve (cr);
  _vbet_draw_source (cr, full ? &palette->paper : &palette->accent, 1);
  cairo_set_line_width (cr, 1.8);
  cairo_stroke (cr);
  if (item->handle != VBET_HANDLE_NEW)
    return;
  _vbet_draw_source (cr, full ? &palette->paper : &palette->accent, 1);
  cairo_move_to (cr, item->a.x - arm, item->a.y);
  cairo_line_to (cr, item->a.x + arm, item->a.y);
  cairo_move_to (cr, item->a.x, item->a.y - arm);
  cairo_line_to (cr, item->a.x, item->a.y + arm);
  cairo_stroke (cr);
}

static void
draw_guide (VbetPen *pen, const VbetItem *item)
{
  cairo_t *cr = pen->cr;
  const VbetPalette *palette = pen->palette;
  double zoom = pen->zoom;
  const double dashes[] = { 4 / zoom, 3 / zoom };
  cairo_move_to (cr, item->a.x, item->a.y);
  cairo_line_to (cr, item->b.x, item->b.y);
  _vbet_draw_source (cr, &palette->accent, 0.9);
  cairo_set_line_width (cr, 1 / zoom);
  cairo_set_dash (cr, dashes, G_N_ELEMENTS (dashes), 0);
  cairo_stroke (cr);
}

static void
draw_ghost (VbetPen *pen, const VbetItem *item)
{
  cairo_t *cr = pen->cr;
  const VbetPalette *palette = pen->palette;
  gboolean note = item->device_kind == VBET_KIND_NOTE;
  _vbet_draw_rounded (cr, item->bounds, note ? 4 : TILE_RADIUS);
  _vbet_draw_source (cr, note ? &palette->note : &palette->tile, item->flags & VBET_ITEM_FRAME ? 0.35 : 0.65);
  cairo_fill_preserve (cr);
  _vbet_draw_source (cr, &palette->accent, 0.8);
  cairo_set_line_width (cr, 2);
  cairo_stroke (cr);
  if (note)
    return;
  draw_faint_glyph (pen, item, 0.65);
}

static void
draw_band (VbetPen *pen, const VbetItem *item)
{
  cairo_rectangle (pen->cr, item->bounds.x, item->bounds.y, item->bounds.width, item->bounds.height);
  _vbet_draw_source (pen->cr, &pen->palette->accent, 0.12);
  cairo_fill_preserve (pen->cr);
  _vbet_draw_source (pen->cr, &pen->palette->accent, 0.9);
  cairo_set_line_width (pen->cr, 1 / pen->zoom);
  cairo_stroke (pen->cr);
}

/* --- pictures of tiles ----------------------------------------------------------------- */

/* Beyond this many, all go. */
#define PICTURES_MAX 400

VbetDrawCache *
vbet_draw_cache_new (void)
{
  VbetDrawCache *self = g_new0 (VbetDrawCache, 1);
  self->pictures
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)cairo_surface_destroy);
  self->icons = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  for (guint i = 0; i < G_N_ELEMENTS (self->layouts); i++)
    self->layouts[i] = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->near = g_array_new (FALSE, FALSE, sizeof (guint));
  return self;
}

void
vbet_draw_cache_free (VbetDrawCache *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->pictures);
  g_hash_table_unref (self->icons);
  for (guint i = 0; i < G_N_ELEMENTS (self->layouts); i++)
    g_hash_table_unref (self->layouts[i]);
  g_clear_object (&self->context);
  g_array_unref (self->near);
  g_free (self);
}

/* What the picture of a tile covers: its bounds, its edge, and its badge. */
static VbetRect
picture_box (const VbetItem *item)
{
  return vbet_rect_grow (item->bounds, 8);
}

static cairo_surface_t *
make_picture (VbetPen *pen, const VbetItem *item)
{
  VbetRect box = picture_box (item);
  cairo_surface_t *picture = cairo_surface_create_similar (
      cairo_get_target (pen->cr), CAIRO_CONTENT_COLOR_ALPHA, (int)ceil (box.width * pen->zoom) + 1,
      (int)ceil (box.height * pen->zoom) + 1);
  VbetPen inner = *pen;
  inner.cr = cairo_create (picture);
  cairo_scale (inner.cr, pen->zoom, pen->zoom);
  cairo_translate (inner.cr, -box.x, -box.y);
  draw_tile (&inner, item);
  cairo_destroy (inner.cr);
  return picture;
}

/* Puts the picture down on whole pixels, so that it stays sharp. */
static void
put_picture (VbetPen *pen, cairo_surface_t *picture, const VbetItem *item)
{
  VbetRect box = picture_box (item);
  double x = box.x, y = box.y;
  cairo_save (pen->cr);
  cairo_user_to_device (pen->cr, &x, &y);
  x = round (x);
  y = round (y);
  cairo_device_to_user (pen->cr, &x, &y);
  cairo_translate (pen->cr, x, y);
  cairo_scale (pen->cr, 1 / pen->zoom, 1 / pen->zoom);
  cairo_set_source_surface (pen->cr, picture, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (pen->cr), CAIRO_FILTER_NEAREST);
  cairo_paint (pen->cr);
  cairo_restore (pen->cr);
}

static void
draw_device (VbetPen *pen, const VbetItem *item)
{
  char key[160];
  draw_outline (pen, item);
  if (pen->exact) {
    draw_tile (pen, item);
    return;
  }
  g_snprintf (key, sizeof key, "%u %u %u %s %s", item->device_kind, item->state,
              item->flags & (VBET_ITEM_RUNNING | VBET_ITEM_ALARMED), item->icon != NULL ? item->icon : "",
              item->colour != NULL ? item->colour : "");
  cairo_surface_t *picture = g_hash_table_lookup (pen->cache->pictures, key);
  if (picture == NULL) {
    picture = make_picture (pen, item);
    g_hash_table_insert (pen->cache->pictures, g_strdup (key), picture);
  }
  put_picture (pen, picture, item);
}

/* --- all of it ----------------------------------------------------------------------------- */

static void
draw_item (VbetPen *pen, const VbetItem *item)
{
  switch (item->kind) {
  case VBET_ITEM_NOTE:
    _vbet_draw_note (pen, item);
    break;
  case VBET_ITEM_CABLE:
    _vbet_draw_cable (pen, item);
    break;
  case VBET_ITEM_WIRE:
    _vbet_draw_wire (pen, item);
    break;
  case VBET_ITEM_DEVICE:
    draw_device (pen, item);
    break;
  case VBET_ITEM_TEXT:
    _vbet_draw_text (pen, item);
    break;
  case VBET_ITEM_HANDLE:
    draw_handle (pen, item);
    break;
  case VBET_ITEM_GHOST:
    draw_ghost (pen, item);
    break;
  case VBET_ITEM_BAND:
    draw_band (pen, item);
    break;
  case VBET_ITEM_GUIDE:
    draw_guide (pen, item);
    break;
  default:
    break;
  }
}

/* Pictures fit one zoom, one appearance and one density of pixels. */
static void
renew_cache (VbetDrawCache *self, const VbetPalette *palette, double zoom, double scale)
{
  if (self->palette != palette || self->zoom != zoom || self->scale != scale
      || g_hash_table_size (self->pictures) > PICTURES_MAX)
    g_hash_table_remove_all (self->pictures);
  if (self->palette != palette || g_hash_table_size (self->icons) > PICTURES_MAX)
    g_hash_table_remove_all (self->icons);
  self->palette = palette;
  self->zoom = zoom;
  self->scale = scale;
}

static VbetPen
pen_for (cairo_t *cr, const VbetView *view, const VbetPalette *palette, VbetDrawCache *cache, gboolean exact)
{
  double scale = 1;
  cairo_surface_get_device_scale (cairo_get_target (cr), &scale, NULL);
  renew_cache (cache, palette, view->zoom, scale);
  return (VbetPen){ cr, palette, cache, exact, view->zoom, view->text_scale };
}

static void
draw_near (VbetPen *pen, const VbetView *view, VbetRect clip)
{
  GArray *near = pen->cache->near;
  vbet_view_near (view, clip, near);
  cairo_save (pen->cr);
  for (guint i = 0; i < near->len; i++) {
    const VbetItem *item = g_ptr_array_index (view->items, g_array_index (near, guint, i));
    if (!(item->flags & VBET_ITEM_AWAY))
      draw_item (pen, item);
  }
  cairo_restore (pen->cr);
}

static void
draw_tools (VbetPen *pen, const VbetView *view)
{
  cairo_save (pen->cr);
  for (guint i = 0; i < view->tool->len; i++)
    draw_item (pen, g_ptr_array_index (view->tool, i));
  cairo_restore (pen->cr);
}

void
vbet_draw_view (cairo_t *cr, const VbetView *view, const VbetPalette *palette, VbetRect clip,
                VbetDrawCache *cache)
{
  g_autoptr (VbetDrawCache) own = cache == NULL ? vbet_draw_cache_new () : NULL;
  VbetPen pen = pen_for (cr, view, palette, cache != NULL ? cache : own, cache == NULL);
  draw_near (&pen, view, clip);
  draw_tools (&pen, view);
}

void
vbet_draw_items (cairo_t *cr, const VbetView *view, const VbetPalette *palette, VbetRect clip,
                 VbetDrawCache *cache)
{
  VbetPen pen = pen_for (cr, view, palette, cache, FALSE);
  draw_near (&pen, view, clip);
}

void
vbet_draw_tool (cairo_t *cr, const VbetView *view, const VbetPalette *palette, VbetDrawCache *cache)
{
  VbetPen pen = pen_for (cr, view, palette, cache, FALSE);
  draw_tools (&pen, view);
}

gboolean
vbet_draw_leds (cairo_t *cr, const VbetView *view, const VbetPalette *palette, VbetRect clip,
                VbetDrawCache *cache, gboolean lit)
{
  VbetPen pen = pen_for (cr, view, palette, cache, FALSE);
  gboolean blinks = FALSE;
  if (view->zoom < 0.4)
    return FALSE;
  vbet_view_near (view, clip, cache->near);
  for (guint i = 0; i < cache->near->len; i++) {
    const VbetItem *item = g_ptr_array_index (view->items, g_array_index (cache->near, guint, i));
    if (item->kind != VBET_ITEM_CABLE || item->flags & VBET_ITEM_AWAY)
      continue;
    _vbet_draw_leds (&pen, item, lit);
    blinks |= item->leds[0] == VBET_LED_TRAFFIC || item->leds[1] == VBET_LED_TRAFFIC;
  }
  return blinks;
}

void
vbet_draw_paper (cairo_t *cr, const VbetPalette *palette, VbetRect clip, double zoom)
{
  _vbet_draw_source (cr, &palette->paper, 1);
  cairo_rectangle (cr, clip.x, clip.y, clip.width, clip.height);
  cairo_fill (cr);
  if (zoom < 0.5)
    return;
  _vbet_draw_source (cr, &palette->grid, 1);
  /* One pixel each, exactly: blurred dots would make a pattern of their own. */
  double dot = (zoom >= 1.5 ? 2 : 1) / zoom;
  int left = (int)floor (clip.x / GRID_STEP), right = (int)ceil ((clip.x + clip.width) / GRID_STEP);
  int top = (int)floor (clip.y / GRID_STEP), bottom = (int)ceil ((clip.y + clip.height) / GRID_STEP);
  for (int row = top; row <= bottom; row++)
    for (int column = left; column <= right; column++)
      cairo_rectangle (cr, column * GRID_STEP, row * GRID_STEP, dot, dot);
  cairo_antialias_t before = cairo_get_antialias (cr);
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_NONE);
  cairo_fill (cr);
  cairo_set_antialias (cr, before);
}
