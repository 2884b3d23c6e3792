/* draw-text.c - texts of the picture: laid out once, measured, and drawn at any zoom. */
#include "config.h"

#include "gui/canvas/draw-private.h"

/* Longer lines end in an ellipsis: a name may be long, its place is not. */
#define NAME_WIDTH 150.0
#define DETAIL_WIDTH 180.0
#define NOTE_WIDTH 420.0
/* Beyond this many, texts long gone are among them: all go. */
#define LAYOUTS_MAX 12000

static const struct {
  double size;
  gboolean bold;
  PangoAlignment alignment;
  double width;
} looks[] = {
  [VBET_TEXT_NAME] = { 13, TRUE, PANGO_ALIGN_CENTER, NAME_WIDTH },
  [VBET_TEXT_DETAIL] = { 11, FALSE, PANGO_ALIGN_CENTER, DETAIL_WIDTH },
  [VBET_TEXT_END] = { 10, FALSE, PANGO_ALIGN_CENTER, DETAIL_WIDTH },
  [VBET_TEXT_BADGE] = { 11, FALSE, PANGO_ALIGN_CENTER, DETAIL_WIDTH },
  [VBET_TEXT_LOAD] = { 10, TRUE, PANGO_ALIGN_LEFT, DETAIL_WIDTH },
  [VBET_TEXT_NOTE] = { 13, FALSE, PANGO_ALIGN_LEFT, NOTE_WIDTH },
};

static PangoContext *
new_context (void)
{
  PangoContext *context = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  cairo_font_options_t *options = cairo_font_options_create ();
  /* Neither metrics nor shapes are hinted: text keeps its proportions at every zoom and in every file. */
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_antialias (options, CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options (context, options);
  cairo_font_options_destroy (options);
  pango_context_set_round_glyph_positions (context, FALSE);
  return context;
}

static PangoLayout *
new_layout (VbetDrawCache *cache, VbetTextStyle style, const char *text)
{
  PangoLayout *layout = pango_layout_new (cache->context);
  g_autoptr (PangoFontDescription) font = pango_font_description_from_string ("Sans");
  pango_font_description_set_absolute_size (font, looks[style].size * PANGO_SCALE);
  if (looks[style].bold)
    pango_font_description_set_weight (font, PANGO_WEIGHT_SEMIBOLD);
  pango_layout_set_font_description (layout, font);
  pango_layout_set_text (layout, text, -1);
  int width = 0;
  pango_layout_get_size (layout, &width, NULL);
  if (width > looks[style].width * PANGO_SCALE) {
    width = (int)(looks[style].width * PANGO_SCALE);
    if (style == VBET_TEXT_NOTE)
      pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
    else
      pango_layout_set_ellipsize (layout,
                                  style == VBET_TEXT_NAME ? PANGO_ELLIPSIZE_MIDDLE : PANGO_ELLIPSIZE_END);
  }
  pango_layout_set_width (layout, width + 1);
  pango_layout_set_alignment (layout, looks[style].alignment);
  return layout;
}

PangoLayout *
_vbet_draw_layout (VbetDrawCache *cache, VbetTextStyle style, const char *text)
{
  if (cache->context == NULL)
    cache->context = new_context ();
  GHashTable *layouts = cache->layouts[style];
  PangoLayout *layout = g_hash_table_lookup (layouts, text);
  if (layout != NULL)
    return layout;
  if (g_hash_table_size (layouts) > LAYOUTS_MAX)
    g_hash_table_remove_all (layouts);
  layout = new_layout (cache, style, text);
  g_hash_table_insert (layouts, g_strdup (text), layout);
  return layout;
}

void
vbet_draw_measure (VbetTextStyle style, const char *text, double *ret_width, double *ret_height,
                   gpointer cache)
{
  int width = 0, height = 0;
  pango_layout_get_size (_vbet_draw_layout (cache, style, text), &width, &height);
  *ret_width = (double)width / PANGO_SCALE;
  *ret_height = (double)height / PANGO_SCALE;
}

/* With its upper left corner at @at. */
static void
show (VbetPen *pen, PangoLayout *layout, VbetPoint at, double scale)
{
  cairo_move_to (pen->cr, at.x, at.y);
  cairo_save (pen->cr);
  cairo_scale (pen->cr, scale, scale);
  pango_cairo_show_layout (pen->cr, layout);
  cairo_restore (pen->cr);
  cairo_new_path (pen->cr); /* or the next arc would begin with a line from here */
}

/* Texts stand on a plate of the paper's colour, so that a cable below them does not strike them through. */
void
_vbet_draw_text (VbetPen *pen, const VbetItem *item)
{
  cairo_t *cr = pen->cr;
  const VbetPalette *palette = pen->palette;
  gboolean boxed = item->style == VBET_TEXT_BADGE || item->style == VBET_TEXT_LOAD;
  gboolean chosen = item->style == VBET_TEXT_NAME && (item->flags & VBET_ITEM_SELECTED) != 0;
  double side = boxed ? 5 : item->style == VBET_TEXT_END ? 2 : 4;
  VbetRect plate = { item->bounds.x - side, item->bounds.y - (boxed ? 2 : 0), item->bounds.width + 2 * side,
                     item->bounds.height + (boxed ? 4 : 0) };
  if (boxed || chosen)
    _vbet_draw_rounded (cr, plate, MIN (6, plate.height / 2));
  else
    cairo_rectangle (cr, plate.x, plate.y, plate.width, plate.height);
  _vbet_draw_source (cr, chosen ? &palette->accent : &palette->paper, chosen || boxed ? 1 : 0.86);
  cairo_fill_preserve (cr);
  if (item->style == VBET_TEXT_BADGE) {
    _vbet_draw_source (cr, &palette->states[VBET_STATE_BOOTING], 1);
    cairo_set_line_width (cr, 1.2 * palette->line_scale);
    cairo_stroke_preserve (cr);
  }
  cairo_new_path (cr);
  _vbet_draw_source (cr,
                     chosen                                   ? &palette->on_accent
                     : item->style == VBET_TEXT_NAME || boxed ? &palette->ink
                                                              : &palette->faint,
                     1);
  show (pen, _vbet_draw_layout (pen->cache, item->style, item->text),
        (VbetPoint){ item->bounds.x, item->bounds.y }, pen->text_scale);
}

/* A frame: its text is in its upper left corner, on a tab. */
static void
draw_frame (VbetPen *pen, const VbetItem *item, const VbetColour *line, const VbetColour *fill)
{
  cairo_t *cr = pen->cr;
  _vbet_draw_rounded (cr, item->bounds, MIN (12, MIN (item->bounds.width, item->bounds.height) / 2));
  _vbet_draw_source (cr, fill, pen->palette->strong ? 0.25 : 0.4);
  cairo_fill_preserve (cr);
  _vbet_draw_source (cr, line, 0.9);
  cairo_set_line_width (cr, 1.5 * pen->palette->line_scale);
  cairo_stroke (cr);
  if (*item->text == '\0' || item->flags & VBET_ITEM_EDITING)
    return;
  cairo_save (cr);
  cairo_rectangle (cr, item->bounds.x, item->bounds.y, item->bounds.width, item->bounds.height);
  cairo_clip (cr);
  _vbet_draw_source (cr, &pen->palette->ink, 1);
  show (pen, _vbet_draw_layout (pen->cache, VBET_TEXT_NOTE, item->text),
        (VbetPoint){ item->bounds.x + 10, item->bounds.y + 6 }, pen->text_scale);
  cairo_restore (cr);
}

void
_vbet_draw_note (VbetPen *pen, const VbetItem *item)
{
  gboolean frame = (item->flags & VBET_ITEM_FRAME) != 0;
  cairo_t *cr = pen->cr;
  const VbetPalette *palette = pen->palette;
  VbetColour line = frame ? palette->accent : vbet_colour_mix (palette->note, palette->ink, 0.35);
  VbetColour fill = frame ? vbet_colour_mix (palette->paper, palette->accent, 0.16) : palette->note;
  VbetColour tint_line, tint_fill;
  if (vbet_palette_tint (palette, item->colour, &tint_line, &tint_fill)) {
    line = tint_line;
    fill = tint_fill;
  }
  if (item->flags & (VBET_ITEM_SELECTED | VBET_ITEM_HOVERED | VBET_ITEM_TARGET)) {
    _vbet_draw_rounded (cr, vbet_rect_grow (item->bounds, 2), frame ? 13 : 6);
    _vbet_draw_source (cr, &palette->accent, item->flags & VBET_ITEM_SELECTED ? 1 : 0.45);
    cairo_set_line_width (cr, 2.5);
    cairo_stroke (cr);
  }
  if (frame) {
    draw_frame (pen, item, &line, &fill);
    return;
  }
  _vbet_draw_rounded (cr, item->bounds, 4);
  _vbet_draw_source (cr, &fill, 1);
  cairo_fill_preserve (cr);
  _vbet_draw_source (cr, &line, 1);
  cairo_set_line_width (cr, palette->line_scale);
  cairo_stroke (cr);
  if (item->flags & VBET_ITEM_EDITING)
    return;
  _vbet_draw_source (cr, &palette->ink, 1);
  show (pen, _vbet_draw_layout (pen->cache, VBET_TEXT_NOTE, item->text),
        (VbetPoint){ item->bounds.x + 10, item->bounds.y + 10 }, pen->text_scale);
}
