/* canvas-navigate.c - moving about on the canvas: what is in sight, smooth ways there, devices that glide.
 *
 * A glide is only the picture: the session says at once where everything
 * stands, the canvas shows for a moment how it came there. Whoever touches
 * the canvas meanwhile sees it end.
 */
#include "config.h"

#include "gui/canvas/canvas-private.h"

#include <math.h>

#define GLIDE_US (250 * G_TIME_SPAN_MILLISECOND)
/* More devices than this are set down at once: every frame of a glide makes the view anew. */
#define GLIDE_DEVICES_MAX 300
#define FIT_MARGIN 48.0
#define FIT_ZOOM_MAX 1.5

struct VbetGlide {
  guint tick;
  gint64 began; /* 0: at the next frame */
  double part;  /* of the way, eased: 0 to 1 */
  gboolean scrolls;
  VbetPoint origin_from;
  VbetPoint origin_to;
  GHashTable *from;  /* (nullable): name → VbetPoint: where devices were shown before */
  GArray *positions; /* (nullable) of VbetPoint: where they are shown now */
};

static gboolean
animations_on (VbetCanvas *self)
{
  gboolean on = TRUE;
  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self)), "gtk-enable-animations", &on, NULL);
  return on && gtk_widget_get_mapped (GTK_WIDGET (self));
}

void
_vbet_canvas_end_glide (VbetCanvas *self)
{
  VbetGlide *glide = g_steal_pointer (&self->glide);
  if (glide == NULL)
    return;
  if (glide->tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), glide->tick);
  if (glide->scrolls)
    self->origin = glide->origin_to;
  gboolean moved = glide->from != NULL;
  g_clear_pointer (&glide->from, g_hash_table_unref);
  g_clear_pointer (&glide->positions, g_array_unref);
  g_free (glide);
  if (moved)
    _vbet_canvas_invalidate (self);
  else
    vbet_canvas_refresh (self);
}

static void
move_devices (VbetCanvas *self, VbetGlide *glide)
{
  const GPtrArray *devices = vbet_session_get_topology (self->session)->devices;
  const VbetPoint *positions = vbet_session_get_positions (self->session);
  g_array_set_size (glide->positions, devices->len);
  for (guint i = 0; i < devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (devices, i);
    const VbetPoint *from = g_hash_table_lookup (glide->from, device->name);
    VbetPoint *at = &g_array_index (glide->positions, VbetPoint, i);
    *at = positions[i];
    if (from == NULL)
      continue;
    at->x = from->x + (at->x - from->x) * glide->part;
    at->y = from->y + (at->y - from->y) * glide->part;
  }
}

static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  VbetCanvas *self = VBET_CANVAS (widget);
  VbetGlide *glide = self->glide;
  gint64 now = gdk_frame_clock_get_frame_time (clock);
  if (glide->began == 0)
    glide->began = now;
  double t = CLAMP ((double)(now - glide->began) / GLIDE_US, 0, 1);
  if (t >= 1) {
    glide->tick = 0; /* removed by what this returns */
    _vbet_canvas_end_glide (self);
    return G_SOURCE_REMOVE;
  }
  glide->part = t < 0.5 ? 4 * t * t * t : 1 - pow (-2 * t + 2, 3) / 2;
  if (glide->scrolls)
    self->origin = (VbetPoint){
      glide->origin_from.x + (glide->origin_to.x - glide->origin_from.x) * glide->part,
      glide->origin_from.y + (glide->origin_to.y - glide->origin_from.y) * glide->part,
    };
  if (glide->from != NULL)
    _vbet_canvas_invalidate (self);
  else
    vbet_canvas_refresh (self);
  return G_SOURCE_CONTINUE;
}

static VbetGlide *
glide_begin (VbetCanvas *self)
{
  if (self->glide == NULL) {
    self->glide = g_new0 (VbetGlide, 1);
    self->glide->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), on_tick, NULL, NULL);
  }
  return self->glide;
}

const VbetPoint *
_vbet_canvas_positions (VbetCanvas *self)
{
  VbetGlide *glide = self->glide;
  if (glide == NULL || glide->from == NULL)
    return vbet_session_get_positions (self->session);
  move_devices (self, glide); /* the lab may have changed since the last frame */
  return &g_array_index (glide->positions, VbetPoint, 0);
}

void
vbet_canvas_glide_from (VbetCanvas *self, GHashTable *from)
{
  g_return_if_fail (VBET_IS_CANVAS (self) && from != NULL);
  _vbet_canvas_end_glide (self);
  if (!animations_on (self) || vbet_session_get_topology (self->session)->devices->len > GLIDE_DEVICES_MAX) {
    g_hash_table_unref (from);
    return;
  }
  VbetGlide *glide = glide_begin (self);
  glide->from = from;
  glide->positions = g_array_new (FALSE, FALSE, sizeof (VbetPoint));
  _vbet_canvas_invalidate (self);
}

/* --- what is in sight ------------------------------------------------------------ */

VbetRect
vbet_canvas_visible (VbetCanvas *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  return (VbetRect){ self->origin.x, self->origin.y, gtk_widget_get_allocated_width (widget) / self->zoom,
                     gtk_widget_get_allocated_height (widget) / self->zoom };
}

gboolean
vbet_canvas_get_pointer (VbetCanvas *self, VbetPoint *ret_at)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GdkWindow *window = gtk_widget_get_window (widget);
  GdkSeat *seat = gdk_display_get_default_seat (gtk_widget_get_display (widget));
  double x = 0, y = 0;
  if (window == NULL || seat == NULL)
    return FALSE;
  gdk_window_get_device_position_double (window, gdk_seat_get_pointer (seat), &x, &y, NULL);
  if (x < 0 || y < 0 || x >= gtk_widget_get_allocated_width (widget)
      || y >= gtk_widget_get_allocated_height (widget))
    return FALSE;
  *ret_at = _vbet_canvas_to_lab (self, x, y);
  return TRUE;
}

void
vbet_canvas_centre_on (VbetCanvas *self, VbetPoint middle, gboolean smoothly)
{
  g_return_if_fail (VBET_IS_CANVAS (self));
  VbetRect seen = vbet_canvas_visible (self);
  VbetPoint origin = { middle.x - seen.width / 2, middle.y - seen.height / 2 };
  self->fit_pending = FALSE;
  self->fitted = FALSE;
  if (!smoothly || !animations_on (self)) {
    if (self->glide != NULL)
      self->glide->scrolls = FALSE;
    self->origin = origin;
    vbet_canvas_refresh (self);
    return;
  }
  VbetGlide *glide = glide_begin (self);
  glide->began = 0;
  glide->scrolls = TRUE;
  glide->origin_from = self->origin;
  glide->origin_to = origin;
}

void
vbet_canvas_reveal (VbetCanvas *self, VbetRect rect)
{
  g_return_if_fail (VBET_IS_CANVAS (self));
  VbetRect seen = vbet_canvas_visible (self);
  if (self->glide != NULL && self->glide->scrolls) { /* what will be seen when it is over */
    seen.x = self->glide->origin_to.x;
    seen.y = self->glide->origin_to.y;
  }
  VbetPoint middle = { rect.x + rect.width / 2, rect.y + rect.height / 2 };
  if (rect.x >= seen.x && rect.y >= seen.y && rect.x + rect.width <= seen.x + seen.width
      && rect.y + rect.height <= seen.y + seen.height)
    return;
  if (rect.width > seen.width || rect.height > seen.height)
    vbet_canvas_fit_rect (self, rect);
  else
    vbet_canvas_centre_on (self, middle, TRUE);
}

void
vbet_canvas_fit_rect (VbetCanvas *self, VbetRect rect)
{
  g_return_if_fail (VBET_IS_CANVAS (self));
  double width = gtk_widget_get_allocated_width (GTK_WIDGET (self));
  double height = gtk_widget_get_allocated_height (GTK_WIDGET (self));
  double zoom = MIN ((width - 2 * FIT_MARGIN) / MAX (rect.width, 1),
                     (height - 2 * FIT_MARGIN) / MAX (rect.height, 1));
  _vbet_canvas_end_glide (self);
  vbet_canvas_set_zoom (self, MIN (zoom, FIT_ZOOM_MAX));
  vbet_canvas_centre_on (self, (VbetPoint){ rect.x + rect.width / 2, rect.y + rect.height / 2 }, FALSE);
}

VbetRect
vbet_canvas_bounds_of (VbetCanvas *self, const char *const *names)
{
  VbetRect box = { 0, 0, 0, 0 };
  gboolean any = FALSE;
  for (guint i = 0; names[i] != NULL; i++) {
    const VbetItem *item = vbet_view_find (vbet_canvas_get_view (self), names[i]);
    if (item == NULL)
      continue;
    box = any ? vbet_rect_union (box, item->bounds) : item->bounds;
    any = TRUE;
  }
  return box;
}

/* --- what was looked for ----------------------------------------------------------- */

void
vbet_canvas_set_found (VbetCanvas *self, GHashTable *names)
{
  g_return_if_fail (VBET_IS_CANVAS (self));
  g_clear_pointer (&self->found, g_hash_table_unref);
  self->found = names;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
rounded (cairo_t *cr, VbetRect rect, double radius)
{
  cairo_new_sub_path (cr);
  cairo_arc (cr, rect.x + rect.width - radius, rect.y + radius, radius, -G_PI / 2, 0);
  cairo_arc (cr, rect.x + rect.width - radius, rect.y + rect.height - radius, radius, 0, G_PI / 2);
  cairo_arc (cr, rect.x + radius, rect.y + rect.height - radius, radius, G_PI / 2, G_PI);
  cairo_arc (cr, rect.x + radius, rect.y + radius, radius, G_PI, 1.5 * G_PI);
  cairo_close_path (cr);
}

void
_vbet_canvas_draw_found (VbetCanvas *self, cairo_t *cr, const VbetPalette *palette)
{
  if (self->found == NULL)
    return;
  VbetRect seen = vbet_canvas_visible (self);
  const VbetView *view = vbet_canvas_get_view (self);
  /* A veil of paper with holes for each, and for the text that belongs to it. */
  cairo_push_group (cr);
  cairo_set_source_rgba (cr, palette->paper.red, palette->paper.green, palette->paper.blue, 0.72);
  cairo_paint (cr);
  cairo_set_operator (cr, CAIRO_OPERATOR_CLEAR);
  for (guint i = 0; i < view->items->len; i++) {
    const VbetItem *item = g_ptr_array_index (view->items, i);
    if ((item->kind != VBET_ITEM_DEVICE && item->kind != VBET_ITEM_TEXT) || item->name == NULL
        || !vbet_rect_intersects (item->bounds, seen) || !g_hash_table_contains (self->found, item->name))
      continue;
    rounded (cr, vbet_rect_grow (item->bounds, item->kind == VBET_ITEM_DEVICE ? 7 : 4),
             item->kind == VBET_ITEM_DEVICE ? 12 : 4);
    cairo_fill (cr);
  }
  cairo_pop_group_to_source (cr);
  cairo_paint (cr);
}
