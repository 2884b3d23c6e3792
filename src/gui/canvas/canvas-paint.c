/* canvas-paint.c - the canvas's view model, kept up to date, and how a frame is made of it; see canvas.h.
 *
 * A frame is: the lab from the layer, which keeps it drawn; lamps, which
 * blink; above it what a tool moves, as a small view of its own, and what else
 * the tool shows. So hovering, dragging and panning cost what they change.
 */
#include "config.h"

#include "gui/canvas/canvas-private.h"

#include <string.h>

#include <glib/gi18n.h>

/* Of one frame at 60 a second this much goes into drawing anew what can wait. */
#define BUDGET_US 7000
#define BLINK_MS 280

enum {
  STALE_LAB = 1 << 0,     /* all of it */
  STALE_MARKS = 1 << 1,   /* selection, hover, states, what a tool shows */
  STALE_TRAFFIC = 1 << 2, /* lamps and load */
};

/* --- appearance ------------------------------------------------------------------- */

const VbetPalette *
vbet_canvas_theme_palette (GtkWidget *widget)
{
  GdkRGBA ink;
  g_autofree char *theme = NULL;
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), gtk_widget_get_state_flags (widget),
                               &ink);
  g_object_get (gtk_widget_get_settings (widget), "gtk-theme-name", &theme, NULL);
  const char *forced = g_getenv ("GTK_THEME");
  gboolean dark = ink.red + ink.green + ink.blue > 1.8;
  gboolean strong = strstr (forced != NULL && *forced != '\0' ? forced
                            : theme != NULL                   ? theme
                                                              : "",
                            "HighContrast")
                    != NULL;
  if (strong)
    return dark ? vbet_palette_contrast_dark () : vbet_palette_contrast ();
  return dark ? vbet_palette_dark () : vbet_palette_light ();
}

static const VbetPalette *
palette_of (VbetCanvas *self)
{
  if (self->palette == NULL)
    self->palette = self->appearance == VBET_APPEARANCE_THEME ? vbet_canvas_theme_palette (GTK_WIDGET (self))
                                                              : vbet_palette_for (self->appearance);
  return self->palette;
}

const VbetPalette *
_vbet_canvas_palette (VbetCanvas *self)
{
  return palette_of (self);
}

static void
renew_palette (VbetCanvas *self)
{
  double scale = self->palette != NULL ? self->palette->text_scale : 0;
  self->palette = NULL;
  if (palette_of (self)->text_scale != scale)
    _vbet_canvas_invalidate (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
vbet_canvas_set_appearance (VbetCanvas *self, VbetAppearance appearance)
{
  g_return_if_fail (VBET_IS_CANVAS (self));
  self->appearance = appearance;
  renew_palette (self);
}

VbetAppearance
vbet_canvas_get_appearance (VbetCanvas *self)
{
  return self->appearance;
}

static void
vbet_canvas_style_updated (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (g_type_class_peek (GTK_TYPE_DRAWING_AREA))->style_updated (widget);
  renew_palette (VBET_CANVAS (widget));
}

/* --- the view ------------------------------------------------------------------------ */

static VbetViewInput
input_of (VbetCanvas *self, const VbetOverlay *overlay)
{
  return (VbetViewInput){
    .topology = vbet_session_get_topology (self->session),
    .positions = _vbet_canvas_positions (self),
    .states = vbet_session_get_states (self->session),
    .alarmed = vbet_session_get_alarmed (self->session),
    .traffic = vbet_session_get_traffic (self->session),
    .roots = vbet_session_get_roots (self->session),
    .storms = vbet_session_get_storms (self->session),
    .captured = vbet_session_get_captured (self->session),
    .selection = vbet_session_get_selection (self->session),
    .zoom = self->zoom,
    .show = self->show | (vbet_session_is_running (self->session) ? VBET_SHOW_RUNNING : 0),
    .overlay = overlay,
    .text_scale = palette_of (self)->text_scale,
    .measure = vbet_draw_measure,
    .measure_data = self->cache,
  };
}

static void
damage (VbetRect rect, gpointer layer)
{
  vbet_layer_damage (layer, rect);
}

/* What the tool moves: (transfer full) (nullable). */
static GHashTable *
moved_names (VbetCanvas *self)
{
  const VbetOverlay *overlay = &self->overlay;
  GHashTable *names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTable *from = overlay->moved != NULL ? overlay->moved : vbet_session_get_selection (self->session);
  GHashTableIter iter;
  gpointer name = NULL;
  g_hash_table_iter_init (&iter, from);
  while (overlay->moving && g_hash_table_iter_next (&iter, &name, NULL))
    g_hash_table_add (names, g_strdup (name));
  if (overlay->resizing && overlay->hover != NULL)
    g_hash_table_add (names, g_strdup (overlay->hover));
  return names;
}

/* Takes out of the view what a tool shows elsewhere, and puts it back. */
static void
update_away (VbetCanvas *self, gboolean anew)
{
  gboolean moves = self->overlay.moving || self->overlay.resizing;
  VbetViewInput input = input_of (self, &self->overlay);
  if (!anew && moves == (self->away != NULL) && g_strcmp0 (self->overlay.lifted, self->away_lifted) == 0)
    return;
  g_clear_pointer (&self->away, g_hash_table_unref);
  if (moves)
    self->away = moved_names (self);
  g_free (self->away_lifted);
  self->away_lifted = g_strdup (self->overlay.lifted);
  vbet_view_set_away (self->view, &input, self->away, damage, self->layer);
}

static void
update_front (VbetCanvas *self)
{
  g_clear_pointer (&self->front, vbet_view_free);
  if (self->away == NULL)
    return;
  VbetViewInput input = input_of (self, &self->overlay);
  input.only = self->away;
  self->front = vbet_view_new (&input);
}

static void
make_view (VbetCanvas *self)
{
  VbetOverlay still = self->overlay;
  VbetViewInput input = input_of (self, &still);
  still.moving = still.resizing = FALSE;
  still.lifted = NULL;
  VbetView *before = g_steal_pointer (&self->view);
  self->view = vbet_view_new (&input);
  update_away (self, TRUE);
  if (before != NULL)
    vbet_view_compare (before, self->view, damage, self->layer);
  vbet_view_free (before);
}

const VbetView *
vbet_canvas_get_view (VbetCanvas *self)
{
  g_return_val_if_fail (VBET_IS_CANVAS (self), NULL);
  guint stale = self->view != NULL ? self->stale : STALE_LAB;
  VbetViewInput input = input_of (self, &self->overlay);
  self->stale = 0;
  if (stale == 0)
    return self->view;
  if (stale & STALE_LAB || !vbet_view_set_zoom (self->view, self->zoom)
      || (stale & STALE_TRAFFIC && !vbet_view_set_traffic (self->view, &input, damage, self->layer))) {
    make_view (self);
  } else if (stale & STALE_MARKS) {
    vbet_view_set_marks (self->view, &input, damage, self->layer);
    update_away (self, FALSE);
  }
  vbet_view_set_tool (self->view, &input);
  update_front (self);
  return self->view;
}

void
vbet_canvas_refresh (VbetCanvas *self)
{
  self->stale |= STALE_MARKS;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
_vbet_canvas_invalidate (VbetCanvas *self)
{
  self->stale |= STALE_LAB;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
_vbet_canvas_traffic_changed (VbetCanvas *self)
{
  self->stale |= STALE_MARKS | STALE_TRAFFIC;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* --- a frame ---------------------------------------------------------------------------- */

static void
draw_centred (cairo_t *cr, const VbetColour *colour, const char *text, const char *font, double x, double *y)
{
  g_autoptr (PangoLayout) layout = pango_cairo_create_layout (cr);
  g_autoptr (PangoFontDescription) description = pango_font_description_from_string (font);
  int width = 0, height = 0;
  pango_layout_set_font_description (layout, description);
  pango_layout_set_text (layout, text, -1);
  pango_layout_get_pixel_size (layout, &width, &height);
  cairo_set_source_rgb (cr, colour->red, colour->green, colour->blue);
  cairo_move_to (cr, x - width / 2.0, *y);
  pango_cairo_show_layout (cr, layout);
  *y += height + 8;
}

/* What an empty canvas says: what to do first. */
static void
draw_welcome (VbetCanvas *self, cairo_t *cr, const VbetPalette *palette)
{
  double width = gtk_widget_get_allocated_width (GTK_WIDGET (self));
  double height = gtk_widget_get_allocated_height (GTK_WIDGET (self));
  double x = width / 2, y = MAX (height / 2 - 110, 12);
  static const VbetKind kinds[] = { VBET_KIND_HOST, VBET_KIND_SWITCH, VBET_KIND_ROUTER };
  cairo_set_source_rgb (cr, palette->cable.red, palette->cable.green, palette->cable.blue);
  cairo_set_line_width (cr, 2);
  cairo_move_to (cr, x - 110, y + 28);
  cairo_line_to (cr, x + 110, y + 28);
  cairo_stroke (cr);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    vbet_draw_glyph (cr, palette, kinds[i], x + 110 * ((int)i - 1), y + 28, 56);
  y += 80;
  draw_centred (cr, &palette->ink, _ ("Build a network"), "Sans Semibold 17", x, &y);
  draw_centred (cr, &palette->faint,
                _ ("Drag a device from the left onto this canvas, or click it there and then here."),
                "Sans 11", x, &y);
  draw_centred (cr, &palette->faint,
                _ ("Point at a device and drag one of its ⊕ handles to another to cable them."), "Sans 11", x,
                &y);
  draw_centred (cr, &palette->faint, _ ("Or open a lab with Ctrl+O, or write one below, under Program."),
                "Sans 11", x, &y);
}

static gboolean
on_blink (gpointer data)
{
  VbetCanvas *self = data;
  self->lit = !self->lit;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return G_SOURCE_CONTINUE;
}

static void
set_blinking (VbetCanvas *self, gboolean blinks)
{
  if (blinks && self->blink_source == 0)
    self->blink_source = g_timeout_add (BLINK_MS, on_blink, self);
  else if (!blinks)
    g_clear_handle_id (&self->blink_source, g_source_remove);
}

static gboolean
on_again (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  VBET_CANVAS (widget)->again = FALSE;
  gtk_widget_queue_draw (widget);
  return G_SOURCE_REMOVE;
}

/* The lab, and above it what moves and what a tool shows. */
static void
draw_lab (VbetCanvas *self, cairo_t *cr, const VbetPalette *palette)
{
  GtkWidget *widget = GTK_WIDGET (self);
  const VbetView *view = vbet_canvas_get_view (self);
  VbetRect seen = vbet_canvas_visible (self);
  VbetLayerInput input = { .view = view, .palette = palette, .cache = self->cache, .grid = self->grid };
  input.x = (int)CLAMP (round (self->origin.x * self->zoom), -1e9, 1e9);
  input.y = (int)CLAMP (round (self->origin.y * self->zoom), -1e9, 1e9);
  input.width = gtk_widget_get_allocated_width (widget);
  input.height = gtk_widget_get_allocated_height (widget);
  gboolean complete = vbet_layer_paint (self->layer, cr, &input, g_get_monotonic_time () + BUDGET_US);
  cairo_save (cr);
  cairo_translate (cr, -input.x, -input.y);
  cairo_scale (cr, self->zoom, self->zoom);
  gboolean blinks = vbet_draw_leds (cr, view, palette, seen, self->cache, self->lit);
  if (self->front != NULL) {
    vbet_draw_items (cr, self->front, palette, seen, self->cache);
    blinks |= vbet_draw_leds (cr, self->front, palette, seen, self->cache, self->lit);
  }
  vbet_draw_tool (cr, view, palette, self->cache);
  _vbet_canvas_draw_found (self, cr, palette);
  cairo_restore (cr);
  set_blinking (self, blinks);
  if (!complete && !self->again) {
    self->again = TRUE;
    gtk_widget_add_tick_callback (widget, on_again, NULL, NULL);
  }
}

static gboolean
vbet_canvas_draw (GtkWidget *widget, cairo_t *cr)
{
  VbetCanvas *self = VBET_CANVAS (widget);
  const VbetPalette *palette = palette_of (self);
  const VbetTopology *topology = vbet_session_get_topology (self->session);
  if (self->fit_pending)
    vbet_canvas_fit (self);
  draw_lab (self, cr, palette);
  if (topology->devices->len == 0 && topology->notes->len == 0 && self->overlay.ghost == 0)
    draw_welcome (self, cr, palette);
  if (gtk_widget_has_visible_focus (widget))
    gtk_render_focus (gtk_widget_get_style_context (widget), cr, 2, 2,
                      gtk_widget_get_allocated_width (widget) - 4,
                      gtk_widget_get_allocated_height (widget) - 4);
  return GDK_EVENT_PROPAGATE;
}

void
_vbet_canvas_paint_class_init (GtkWidgetClass *widget_class)
{
  widget_class->draw = vbet_canvas_draw;
  widget_class->style_updated = vbet_canvas_style_updated;
}
