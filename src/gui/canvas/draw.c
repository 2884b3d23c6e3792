/* draw.c - see draw.h. The pictures of the device kinds are in glyph.c. */
#include "config.h"

#include "gui/canvas/draw.h"

#include <pango/pangocairo.h>

#include "base/error.h"

#define TILE_RADIUS 13.0
#define GRID_STEP 20.0
#define NOTE_TEXT 10.0 /* from a note's edge to its text */
#define MARGIN 40.0
/* A picture larger than this in one direction is refused: cairo's own limit is 32,767. */
#define MAX_PIXELS 30000

#define RGB(hex)                                                                                             \
  {                                                                                                          \
    (((hex) >> 16) & 0xff) / 255.0, (((hex) >> 8) & 0xff) / 255.0, ((hex)&0xff) / 255.0                      \
  }

const VbetPalette *
vbet_palette_light (void)
{
  static const VbetPalette palette = {
    .paper = RGB (0xfcfcfb),
    .grid = RGB (0xdadad6),
    .ink = RGB (0x1d2329),
    .faint = RGB (0x4f5a65),
    .tile = RGB (0xffffff),
    .glyph = RGB (0x2f4356),
    .glyph_fill = RGB (0xe3ecf5),
    .cable = RGB (0x5b6672),
    .accent = RGB (0x1c71d8),
    .note = RGB (0xfdf6c9),
    /* off grey, booting amber, ready green, paused blue, stopping grey, failed red */
    .states
    = { RGB (0x8b96a1), RGB (0xc77700), RGB (0x1f8a4c), RGB (0x2a6fc9), RGB (0x76808b), RGB (0xc01c28) },
  };
  return &palette;
}

const VbetPalette *
vbet_palette_dark (void)
{
  static const VbetPalette palette = {
    .paper = RGB (0x1e2125),
    .grid = RGB (0x3a3f45),
    .ink = RGB (0xf2f4f6),
    .faint = RGB (0xb6c0ca),
    .tile = RGB (0x2a2f35),
    .glyph = RGB (0xd5e2ee),
    .glyph_fill = RGB (0x3b4a59),
    .cable = RGB (0xa3afba),
    .accent = RGB (0x62a0ea),
    .note = RGB (0x5a531f),
    .states
    = { RGB (0x85909b), RGB (0xf5a623), RGB (0x3fc97a), RGB (0x6ca8f5), RGB (0x96a1ab), RGB (0xff6b6b) },
  };
  return &palette;
}

static void
source (cairo_t *cr, const VbetColour *colour, double alpha)
{
  cairo_set_source_rgba (cr, colour->red, colour->green, colour->blue, alpha);
}

static void
rounded (cairo_t *cr, VbetRect box, double radius)
{
  cairo_new_sub_path (cr);
  cairo_arc (cr, box.x + box.width - radius, box.y + radius, radius, -G_PI / 2, 0);
  cairo_arc (cr, box.x + box.width - radius, box.y + box.height - radius, radius, 0, G_PI / 2);
  cairo_arc (cr, box.x + radius, box.y + box.height - radius, radius, G_PI / 2, G_PI);
  cairo_arc (cr, box.x + radius, box.y + radius, radius, G_PI, 3 * G_PI / 2);
  cairo_close_path (cr);
}

/* --- text ------------------------------------------------------------------------ */

typedef struct {
  double size;
  gboolean bold;
  PangoAlignment alignment;
} TextLook;

static PangoLayout *
new_layout (cairo_t *cr, const char *text, const TextLook *look)
{
  PangoLayout *layout = pango_cairo_create_layout (cr);
  g_autoptr (PangoFontDescription) font = pango_font_description_from_string ("Sans");
  cairo_font_options_t *options = cairo_font_options_create ();
  /* Unhinted metrics: text keeps its proportions at every zoom. */
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options (pango_layout_get_context (layout), options);
  cairo_font_options_destroy (options);
  pango_font_description_set_absolute_size (font, look->size * PANGO_SCALE);
  if (look->bold)
    pango_font_description_set_weight (font, PANGO_WEIGHT_SEMIBOLD);
  pango_layout_set_font_description (layout, font);
  pango_layout_set_alignment (layout, look->alignment);
  pango_layout_set_text (layout, text, -1);
  return layout;
}

/* Texts stand on a plate of the paper's colour, so that a cable below them does not strike them through. */
static void
draw_text (cairo_t *cr, const VbetPalette *palette, const VbetItem *item)
{
  gboolean below = item->style == VBET_TEXT_NAME || item->style == VBET_TEXT_DETAIL;
  TextLook look = { item->style == VBET_TEXT_NAME  ? 13
                    : item->style == VBET_TEXT_END ? 10
                                                   : 11,
                    item->style == VBET_TEXT_NAME, PANGO_ALIGN_CENTER };
  g_autoptr (PangoLayout) layout = new_layout (cr, item->text, &look);
  int width = 0, height = 0;
  pango_layout_get_pixel_size (layout, &width, &height);
  VbetRect box = { item->a.x - width / 2.0, below ? item->a.y : item->a.y - height / 2.0, width, height };
  VbetRect plate = { box.x - 5, box.y - 0.5, box.width + 10, box.height + 1 };
  rounded (cr, plate, MIN (5, plate.height / 2));
  if (item->style == VBET_TEXT_NAME && (item->flags & VBET_ITEM_SELECTED)) {
    source (cr, &palette->accent, 1);
    cairo_fill (cr);
    source (cr, &palette->paper, 1);
  } else {
    source (cr, &palette->paper, item->style == VBET_TEXT_END || item->style == VBET_TEXT_BADGE ? 1 : 0.88);
    cairo_fill_preserve (cr);
    if (item->style == VBET_TEXT_BADGE) {
      source (cr, &palette->cable, 0.7);
      cairo_set_line_width (cr, 1);
      cairo_stroke (cr);
    }
    cairo_new_path (cr);
    source (cr, item->style == VBET_TEXT_NAME ? &palette->ink : &palette->faint, 1);
  }
  cairo_move_to (cr, item->a.x - width / 2.0, box.y);
  pango_cairo_show_layout (cr, layout);
}

static void
draw_note_text (cairo_t *cr, const VbetPalette *palette, const VbetItem *item, gboolean frame)
{
  TextLook look = { 13, frame, PANGO_ALIGN_LEFT };
  g_autoptr (PangoLayout) layout = new_layout (cr, item->text, &look);
  VbetRect box = item->bounds;
  if (item->flags & VBET_ITEM_EDITING)
    return;
  pango_layout_set_width (layout, (int)((box.width - 2 * NOTE_TEXT) * PANGO_SCALE));
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  cairo_rectangle (cr, box.x, box.y, box.width, box.height);
  cairo_clip (cr);
  source (cr, &palette->ink, 1);
  cairo_move_to (cr, box.x + NOTE_TEXT, box.y + (frame ? 6 : NOTE_TEXT));
  pango_cairo_show_layout (cr, layout);
}

static void
draw_note (cairo_t *cr, const VbetPalette *palette, const VbetItem *item)
{
  gboolean frame = (item->flags & VBET_ITEM_FRAME) != 0;
  gboolean strong = (item->flags & (VBET_ITEM_SELECTED | VBET_ITEM_TARGET)) != 0;
  gboolean hovered = (item->flags & VBET_ITEM_HOVERED) != 0;
  rounded (cr, item->bounds, frame ? 10 : 4);
  source (cr, &palette->note, frame ? 0.35 : 1);
  cairo_fill_preserve (cr);
  source (cr, strong || hovered ? &palette->accent : &palette->cable, strong ? 1 : hovered ? 0.6 : 0.35);
  cairo_set_line_width (cr, strong ? 2.5 : frame ? 1.5 : 1);
  cairo_stroke (cr);
  draw_note_text (cr, palette, item, frame);
}

/* --- cables ----------------------------------------------------------------------- */

static void
curve (cairo_t *cr, const VbetItem *item)
{
  cairo_move_to (cr, item->a.x, item->a.y);
  VbetPoint middle = { (item->a.x + item->b.x) / 2, (item->a.y + item->b.y) / 2 };
  if (vbet_point_distance (item->control, middle) < 0.01) { /* a cable alone is straight */
    cairo_line_to (cr, item->b.x, item->b.y);
    return;
  }
  /* A quadratic curve raised to the cubic that cairo draws. */
  cairo_curve_to (cr, item->a.x + 2.0 / 3 * (item->control.x - item->a.x),
                  item->a.y + 2.0 / 3 * (item->control.y - item->a.y),
                  item->b.x + 2.0 / 3 * (item->control.x - item->b.x),
                  item->b.y + 2.0 / 3 * (item->control.y - item->b.y), item->b.x, item->b.y);
}

static void
draw_loose_end (cairo_t *cr, const VbetPalette *palette, VbetPoint at)
{
  cairo_arc (cr, at.x, at.y, 4.5, 0, 2 * G_PI);
  source (cr, &palette->paper, 1);
  cairo_fill_preserve (cr);
  source (cr, &palette->states[VBET_STATE_BOOTING], 1);
  cairo_stroke (cr);
}

static void
draw_cable (cairo_t *cr, const VbetPalette *palette, const VbetItem *item)
{
  const double dashes[] = { 6, 6 };
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  if (item->flags & (VBET_ITEM_SELECTED | VBET_ITEM_HOVERED)) {
    curve (cr, item);
    source (cr, &palette->accent, item->flags & VBET_ITEM_SELECTED ? 0.35 : 0.18);
    cairo_set_line_width (cr, 9);
    cairo_stroke (cr);
  }
  curve (cr, item);
  source (cr, item->flags & VBET_ITEM_SELECTED ? &palette->accent : &palette->cable, 1);
  cairo_set_line_width (cr, 2.2);
  if (item->flags & VBET_ITEM_DOWN)
    cairo_set_dash (cr, dashes, G_N_ELEMENTS (dashes), 0);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
  if (item->flags & VBET_ITEM_LOOSE_A)
    draw_loose_end (cr, palette, item->a);
  if (item->flags & VBET_ITEM_LOOSE_B)
    draw_loose_end (cr, palette, item->b);
}

static void
draw_wire (cairo_t *cr, const VbetPalette *palette, const VbetItem *item)
{
  const double dashes[] = { 8, 5 };
  cairo_move_to (cr, item->a.x, item->a.y);
  cairo_line_to (cr, item->b.x, item->b.y);
  source (cr, &palette->accent, 1);
  cairo_set_line_width (cr, 2.5);
  cairo_set_dash (cr, dashes, G_N_ELEMENTS (dashes), 0);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
  cairo_arc (cr, item->b.x, item->b.y, 5, 0, 2 * G_PI);
  cairo_fill (cr);
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
draw_badge (cairo_t *cr, const VbetPalette *palette, const VbetItem *item)
{
  double x = item->bounds.x + item->bounds.width - 5, y = item->bounds.y + item->bounds.height - 5;
  cairo_arc (cr, x, y, 10.5, 0, 2 * G_PI);
  source (cr, &palette->paper, 1);
  cairo_fill (cr);
  cairo_arc (cr, x, y, 9, 0, 2 * G_PI);
  source (cr, &palette->states[item->state], 1);
  cairo_fill (cr);
  source (cr, &palette->tile, 1);
  draw_sign (cr, item->state, x, y);
}

static void
draw_outline (cairo_t *cr, const VbetPalette *palette, const VbetItem *item)
{
  gboolean strong = (item->flags & (VBET_ITEM_SELECTED | VBET_ITEM_TARGET)) != 0;
  if (!strong && !(item->flags & VBET_ITEM_HOVERED))
    return;
  rounded (cr, vbet_rect_grow (item->bounds, 5), TILE_RADIUS + 5);
  source (cr, &palette->accent, strong ? 0.18 : 0.10);
  cairo_fill_preserve (cr);
  source (cr, &palette->accent, strong ? 1 : 0.45);
  cairo_set_line_width (cr, strong ? 2.5 : 1.5);
  cairo_stroke (cr);
}

/* The clip keeps the group, which is a picture of its own, as small as the tile. */
static void
draw_faint_glyph (cairo_t *cr, const VbetPalette *palette, const VbetItem *item, double alpha)
{
  cairo_save (cr);
  cairo_rectangle (cr, item->bounds.x, item->bounds.y, item->bounds.width, item->bounds.height);
  cairo_clip (cr);
  cairo_push_group (cr);
  vbet_draw_glyph (cr, palette, item->device_kind, item->a.x, item->a.y, 48);
  cairo_pop_group_to_source (cr);
  cairo_paint_with_alpha (cr, alpha);
  cairo_restore (cr);
}

static void
draw_device (cairo_t *cr, const VbetPalette *palette, const VbetItem *item)
{
  gboolean running = (item->flags & VBET_ITEM_RUNNING) != 0;
  const VbetColour *state = &palette->states[item->state];
  draw_outline (cr, palette, item);
  rounded (cr, item->bounds, TILE_RADIUS);
  source (cr, &palette->tile, 1);
  cairo_fill_preserve (cr);
  if (running && item->state != VBET_STATE_OFF) {
    source (cr, state, 0.12);
    cairo_fill_preserve (cr);
  }
  source (cr, running ? state : &palette->states[VBET_STATE_OFF], 1);
  cairo_set_line_width (cr, running && item->state != VBET_STATE_OFF ? 2.4 : 2);
  cairo_stroke (cr);
  if (running && item->state == VBET_STATE_OFF) {
    draw_faint_glyph (cr, palette, item, 0.45);
  } else {
    vbet_draw_glyph (cr, palette, item->device_kind, item->a.x, item->a.y, 48);
  }
  if (running)
    draw_badge (cr, palette, item);
}

/* A free NIC is a hollow disc, a used one and a cable's end a full one, a new one has a plus; a frame's grips are
 * square. */
static void
draw_handle (cairo_t *cr, const VbetPalette *palette, const VbetItem *item)
{
  gboolean target = (item->flags & VBET_ITEM_TARGET) != 0;
  gboolean full = target || item->handle == VBET_HANDLE_USED || item->handle == VBET_HANDLE_END;
  double radius = item->bounds.width / 2 * (target ? 0.95 : item->handle == VBET_HANDLE_SIZE ? 0.5 : 0.75);
  double arm = radius * 0.55;
  if (item->handle == VBET_HANDLE_SIZE)
    cairo_rectangle (cr, item->a.x - radius, item->a.y - radius, 2 * radius, 2 * radius);
  else
    cairo_arc (cr, item->a.x, item->a.y, radius, 0, 2 * G_PI);
  source (cr, full ? &palette->accent : &palette->paper, 1);
  cairo_fill_preserve (cr);
  source (cr, full ? &palette->paper : &palette->accent, 1);
  cairo_set_line_width (cr, 1.8);
  cairo_stroke (cr);
  if (item->handle != VBET_HANDLE_NEW)
    return;
  source (cr, full ? &palette->paper : &palette->accent, 1);
  cairo_move_to (cr, item->a.x - arm, item->a.y);
  cairo_line_to (cr, item->a.x + arm, item->a.y);
  cairo_move_to (cr, item->a.x, item->a.y - arm);
  cairo_line_to (cr, item->a.x, item->a.y + arm);
  cairo_stroke (cr);
}

static void
draw_guide (cairo_t *cr, const VbetPalette *palette, const VbetItem *item, double zoom)
{
  const double dashes[] = { 4 / zoom, 3 / zoom };
  cairo_move_to (cr, item->a.x, item->a.y);
  cairo_line_to (cr, item->b.x, item->b.y);
  source (cr, &palette->accent, 0.9);
  cairo_set_line_width (cr, 1 / zoom);
  cairo_set_dash (cr, dashes, G_N_ELEMENTS (dashes), 0);
  cairo_stroke (cr);
}

static void
draw_ghost (cairo_t *cr, const VbetPalette *palette, const VbetItem *item)
{
  gboolean note = item->device_kind == VBET_KIND_NOTE;
  rounded (cr, item->bounds, note ? 4 : TILE_RADIUS);
  source (cr, note ? &palette->note : &palette->tile, item->flags & VBET_ITEM_FRAME ? 0.35 : 0.65);
  cairo_fill_preserve (cr);
  source (cr, &palette->accent, 0.8);
  cairo_set_line_width (cr, 2);
  cairo_stroke (cr);
  if (note)
    return;
  draw_faint_glyph (cr, palette, item, 0.65);
}

static void
draw_band (cairo_t *cr, const VbetPalette *palette, const VbetItem *item, double zoom)
{
  cairo_rectangle (cr, item->bounds.x, item->bounds.y, item->bounds.width, item->bounds.height);
  source (cr, &palette->accent, 0.12);
  cairo_fill_preserve (cr);
  source (cr, &palette->accent, 0.9);
  cairo_set_line_width (cr, 1 / zoom);
  cairo_stroke (cr);
}

static void
draw_item (cairo_t *cr, const VbetPalette *palette, const VbetItem *item, double zoom)
{
  switch (item->kind) {
  case VBET_ITEM_NOTE:
    draw_note (cr, palette, item);
    break;
  case VBET_ITEM_CABLE:
    draw_cable (cr, palette, item);
    break;
  case VBET_ITEM_WIRE:
    draw_wire (cr, palette, item);
    break;
  case VBET_ITEM_DEVICE:
    draw_device (cr, palette, item);
    break;
  case VBET_ITEM_TEXT:
    draw_text (cr, palette, item);
    break;
  case VBET_ITEM_HANDLE:
    draw_handle (cr, palette, item);
    break;
  case VBET_ITEM_GHOST:
    draw_ghost (cr, palette, item);
    break;
  case VBET_ITEM_BAND:
    draw_band (cr, palette, item, zoom);
    break;
  case VBET_ITEM_GUIDE:
    draw_guide (cr, palette, item, zoom);
    break;
  default:
    break;
  }
}

/* --- pictures of tiles and texts ----------------------------------------------------------- */

/* Beyond this many, texts of devices long out of sight are among them: all go. */
#define CACHE_SIZE 3000

struct VbetDrawCache {
  const VbetPalette *palette; /* what the pictures were drawn with */
  double zoom;
  GHashTable *pictures; /* key → cairo_surface_t */
};

VbetDrawCache *
vbet_draw_cache_new (void)
{
  VbetDrawCache *self = g_new0 (VbetDrawCache, 1);
  self->pictures
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)cairo_surface_destroy);
  return self;
}

void
vbet_draw_cache_free (VbetDrawCache *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->pictures);
  g_free (self);
}

/* What an item's look depends on besides its place; NULL for items that are drawn each time. */
static char *
cache_key (const VbetItem *item)
{
  const guint marks = VBET_ITEM_SELECTED | VBET_ITEM_HOVERED | VBET_ITEM_TARGET;
  if (item->kind == VBET_ITEM_DEVICE && !(item->flags & marks))
    return g_strdup_printf ("%u %u %u", item->device_kind, item->state, item->flags);
  if (item->kind == VBET_ITEM_TEXT)
    return g_strdup_printf ("%u %u %s", item->style, item->flags & VBET_ITEM_SELECTED, item->text);
  return NULL;
}

/* What the picture of @item covers: its bounds, and what reaches beyond them. */
static VbetRect
picture_box (const VbetItem *item)
{
  if (item->kind == VBET_ITEM_DEVICE)
    return vbet_rect_grow (item->bounds, 8);
  /* Bounds of text are estimates; wide letters need more. */
  return vbet_rect_grow (item->bounds, 12 + item->bounds.width * 0.3);
}

static cairo_surface_t *
make_picture (cairo_t *cr, const VbetPalette *palette, const VbetItem *item, double zoom)
{
  VbetRect box = picture_box (item);
  cairo_surface_t *picture
      = cairo_surface_create_similar (cairo_get_target (cr), CAIRO_CONTENT_COLOR_ALPHA,
                                      (int)ceil (box.width * zoom) + 1, (int)ceil (box.height * zoom) + 1);
  cairo_t *inner = cairo_create (picture);
  cairo_scale (inner, zoom, zoom);
  cairo_translate (inner, -box.x, -box.y);
  draw_item (inner, palette, item, zoom);
  cairo_destroy (inner);
  return picture;
}

/* Puts the picture down on whole pixels, so that it stays sharp. */
static void
put_picture (cairo_t *cr, cairo_surface_t *picture, const VbetItem *item, double zoom)
{
  VbetRect box = picture_box (item);
  double x = box.x, y = box.y;
  cairo_user_to_device (cr, &x, &y);
  x = round (x);
  y = round (y);
  cairo_device_to_user (cr, &x, &y);
  cairo_translate (cr, x, y);
  cairo_scale (cr, 1 / zoom, 1 / zoom);
  cairo_set_source_surface (cr, picture, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_paint (cr);
}

static gboolean
draw_cached (cairo_t *cr, const VbetPalette *palette, const VbetItem *item, double zoom, VbetDrawCache *cache)
{
  g_autofree char *key = cache_key (item);
  if (key == NULL)
    return FALSE;
  cairo_surface_t *picture = g_hash_table_lookup (cache->pictures, key);
  if (picture == NULL) {
    picture = make_picture (cr, palette, item, zoom);
    g_hash_table_insert (cache->pictures, g_steal_pointer (&key), picture);
  }
  put_picture (cr, picture, item, zoom);
  return TRUE;
}

static void
renew_cache (VbetDrawCache *self, const VbetPalette *palette, double zoom)
{
  if (self->palette != palette || self->zoom != zoom || g_hash_table_size (self->pictures) > CACHE_SIZE)
    g_hash_table_remove_all (self->pictures);
  self->palette = palette;
  self->zoom = zoom;
}

void
vbet_draw_view (cairo_t *cr, const VbetView *view, const VbetPalette *palette, VbetRect clip,
                VbetDrawCache *cache)
{
  VbetRect near = vbet_rect_grow (clip, 24); /* outlines, badges and text reach beyond their bounds */
  if (cache != NULL)
    renew_cache (cache, palette, view->zoom);
  for (guint i = 0; i < view->items->len; i++) {
    const VbetItem *item = g_ptr_array_index (view->items, i);
    if (!vbet_rect_intersects (item->bounds, near))
      continue;
    cairo_save (cr);
    if (cache == NULL || !draw_cached (cr, palette, item, view->zoom, cache))
      draw_item (cr, palette, item, view->zoom);
    cairo_restore (cr);
  }
}

void
vbet_draw_paper (cairo_t *cr, const VbetPalette *palette, VbetRect clip, double zoom)
{
  source (cr, &palette->paper, 1);
  cairo_rectangle (cr, clip.x, clip.y, clip.width, clip.height);
  cairo_fill (cr);
  if (zoom < 0.5)
    return;
  source (cr, &palette->grid, 1);
  double dot = 1.4 / MAX (zoom, 1);
  int left = (int) floor (clip.x / GRID_STEP), right = (int) ceil ((clip.x + clip.width) / GRID_STEP);
  int top = (int) floor (clip.y / GRID_STEP), bottom = (int) ceil ((clip.y + clip.height) / GRID_STEP);
  for (int row = top; row <= bottom; row++)
    for (int column = left; column <= right; column++)
      cairo_rectangle (cr, column * GRID_STEP - dot / 2, row * GRID_STEP - dot / 2, dot, dot);
  cairo_fill (cr);
}

gboolean
vbet_draw_to_png (const VbetView *view, const VbetPalette *palette, double scale, const char *path,
                  GError **error)
{
  VbetRect box = vbet_rect_grow (vbet_view_bounds (view), MARGIN);
  double width = ceil (box.width * scale), height = ceil (box.height * scale);
  if (width > MAX_PIXELS || height > MAX_PIXELS) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_FAILED,
                 "The picture would be %.0f by %.0f pixels; move the devices closer together", width, height);
    return FALSE;
  }
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int)width, (int)height);
  cairo_t *cr = cairo_create (surface);
  cairo_scale (cr, scale, scale);
  cairo_translate (cr, -box.x, -box.y);
  source (cr, &palette->paper, 1);
  cairo_paint (cr);
  vbet_draw_view (cr, view, palette, box, NULL);
  cairo_status_t status = cairo_status (cr);
  cairo_destroy (cr);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_write_to_png (surface, path);
  cairo_surface_destroy (surface);
  if (status != CAIRO_STATUS_SUCCESS)
    g_set_error (error, VBET_ERROR, VBET_ERROR_FAILED, "Cannot write the picture %s: %s", path,
                 cairo_status_to_string (status));
  return status == CAIRO_STATUS_SUCCESS;
}
