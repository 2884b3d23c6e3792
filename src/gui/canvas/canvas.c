/* canvas.c - see canvas.h: view, zoom, drawing, and what tools may ask for. Events are in canvas-input.c. */
#include "config.h"

#include "gui/canvas/canvas-private.h"

#include <string.h>

#include <glib/gi18n.h>

#include "base/error.h"
#include "gui/canvas/accessible.h"
#include "gui/canvas/draw.h"
#include "gui/model/snap.h"

#define FIT_MARGIN 48.0
/* Pixels from which a thing that is dragged jumps into line with others. */
#define SNAP_REACH 6.0
/* A frame that is dragged out is at least so wide and high. */
#define FRAME_LEAST 40.0
/* Of a frame that is placed by a click. */
#define FRAME_WIDTH 240.0
#define FRAME_HEIGHT 180.0

G_DEFINE_FINAL_TYPE (VbetCanvas, vbet_canvas, GTK_TYPE_DRAWING_AREA)

/* --- coordinates ----------------------------------------------------------------- */

VbetPoint
_vbet_canvas_to_lab (VbetCanvas *self, double x, double y)
{
  return (VbetPoint){ self->origin.x + x / self->zoom, self->origin.y + y / self->zoom };
}

static VbetRect
visible (VbetCanvas *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  return (VbetRect){ self->origin.x, self->origin.y, gtk_widget_get_allocated_width (widget) / self->zoom,
                     gtk_widget_get_allocated_height (widget) / self->zoom };
}

/* --- view and zoom ----------------------------------------------------------------- */

double
vbet_canvas_get_zoom (VbetCanvas *self)
{
  return self->zoom;
}

void
_vbet_canvas_zoom_at (VbetCanvas *self, double zoom, double x, double y)
{
  _vbet_canvas_end_glide (self);
  VbetPoint fixed = _vbet_canvas_to_lab (self, x, y);
  self->zoom = CLAMP (zoom, VBET_CANVAS_MIN_ZOOM, VBET_CANVAS_MAX_ZOOM);
  if (fabs (self->zoom - 1) < 0.01)
    self->zoom = 1; /* exactly 100 %, where everything is sharpest */
  self->origin = (VbetPoint){ fixed.x - x / self->zoom, fixed.y - y / self->zoom };
  self->fit_pending = FALSE;
  self->fitted = FALSE;
  vbet_canvas_refresh (self);
  g_signal_emit_by_name (self, "zoom-changed");
}

void
vbet_canvas_set_zoom (VbetCanvas *self, double zoom)
{
  g_return_if_fail (VBET_IS_CANVAS (self));
  _vbet_canvas_zoom_at (self, zoom, gtk_widget_get_allocated_width (GTK_WIDGET (self)) / 2.0,
                        gtk_widget_get_allocated_height (GTK_WIDGET (self)) / 2.0);
}

static gboolean
tell_zoom (gpointer data)
{
  VbetCanvas *self = data;
  self->zoom_source = 0;
  g_signal_emit_by_name (self, "zoom-changed");
  return G_SOURCE_REMOVE;
}

/* May be called while sizes are given out or while it draws, when no other widget may be changed. */
static void
fit_now (VbetCanvas *self)
{
  double width = gtk_widget_get_allocated_width (GTK_WIDGET (self));
  double height = gtk_widget_get_allocated_height (GTK_WIDGET (self));
  _vbet_canvas_end_glide (self);
  /* Bounds as at 100 %: small zooms leave out text. */
  self->zoom = 1;
  vbet_canvas_refresh (self);
  VbetRect box = vbet_view_bounds (vbet_canvas_get_view (self));
  double zoom
      = MIN ((width - 2 * FIT_MARGIN) / MAX (box.width, 1), (height - 2 * FIT_MARGIN) / MAX (box.height, 1));
  self->zoom = CLAMP (zoom, VBET_CANVAS_MIN_ZOOM, 1);
  self->origin = (VbetPoint){ box.x + box.width / 2 - width / 2 / self->zoom,
                              box.y + box.height / 2 - height / 2 / self->zoom };
  self->fit_pending = FALSE;
  self->fitted = TRUE;
  vbet_canvas_refresh (self);
  if (self->zoom_source == 0)
    self->zoom_source = g_idle_add (tell_zoom, self);
}

GdkRectangle
vbet_canvas_to_pixels (VbetCanvas *self, VbetRect rect)
{
  g_return_val_if_fail (VBET_IS_CANVAS (self), (GdkRectangle){ 0 });
  if (self->fit_pending && gtk_widget_get_allocated_width (GTK_WIDGET (self)) > 1)
    fit_now (self); /* as the next drawing would */
  return (GdkRectangle){ (int)floor ((rect.x - self->origin.x) * self->zoom),
                         (int)floor ((rect.y - self->origin.y) * self->zoom),
                         (int)ceil (rect.width * self->zoom), (int)ceil (rect.height * self->zoom) };
}

void
vbet_canvas_fit (VbetCanvas *self)
{
  g_return_if_fail (VBET_IS_CANVAS (self));
  self->fit_pending = TRUE;
  if (gtk_widget_get_realized (GTK_WIDGET (self)) && gtk_widget_get_allocated_width (GTK_WIDGET (self)) > 1)
    fit_now (self);
}

void
vbet_canvas_show (VbetCanvas *self, const char *name)
{
  g_return_if_fail (VBET_IS_CANVAS (self));
  const VbetItem *item = vbet_view_find (vbet_canvas_get_view (self), name);
  VbetRect seen = visible (self);
  if (item == NULL)
    return;
  VbetPoint middle = { item->bounds.x + item->bounds.width / 2, item->bounds.y + item->bounds.height / 2 };
  if (vbet_rect_contains (vbet_rect_grow (seen, -VBET_VIEW_TILE / 2), middle.x, middle.y))
    return;
  self->origin = (VbetPoint){ middle.x - seen.width / 2, middle.y - seen.height / 2 };
  vbet_canvas_refresh (self);
}

void
vbet_canvas_set_show (VbetCanvas *self, guint show)
{
  g_return_if_fail (VBET_IS_CANVAS (self));
  self->show = show;
  _vbet_canvas_invalidate (self);
}

guint
vbet_canvas_get_show (VbetCanvas *self)
{
  return self->show;
}

void
vbet_canvas_set_grid (VbetCanvas *self, gboolean shown)
{
  g_return_if_fail (VBET_IS_CANVAS (self));
  self->grid = shown;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
_vbet_canvas_pan_by (VbetCanvas *self, double dx, double dy)
{
  _vbet_canvas_end_glide (self);
  self->origin.x += dx / self->zoom;
  self->origin.y += dy / self->zoom;
  self->fit_pending = FALSE;
  self->fitted = FALSE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* --- size --------------------------------------------------------------------------- */

static void
vbet_canvas_size_allocate (GtkWidget *widget, GtkAllocation *allocation)
{
  VbetCanvas *self = VBET_CANVAS (widget);
  int old_width = gtk_widget_get_allocated_width (widget),
      old_height = gtk_widget_get_allocated_height (widget);
  GTK_WIDGET_CLASS (vbet_canvas_parent_class)->size_allocate (widget, allocation);
  if (old_width <= 1 || old_height <= 1
      || (old_width == allocation->width && old_height == allocation->height))
    return;
  if (self->fitted && !self->pressed) { /* everything was in sight, and stays so */
    vbet_canvas_fit (self);
    return;
  }
  /* What was in the middle stays there. */
  self->origin.x -= (allocation->width - old_width) / 2.0 / self->zoom;
  self->origin.y -= (allocation->height - old_height) / 2.0 / self->zoom;
}

/* --- tools --------------------------------------------------------------------------------------- */

static void
use_tool (VbetCanvas *self, const VbetTool *tool)
{
  if (self->tool != NULL && self->tool->end != NULL)
    self->tool->end (self, self->tool_data);
  vbet_canvas_clear_overlay (self);
  self->tool = tool;
  self->tool_data = tool->begin != NULL ? tool->begin (self) : NULL;
  self->pressed = FALSE;
  vbet_canvas_set_cursor (self, tool->cursor);
  g_signal_emit_by_name (self, "tool-changed");
}

void
vbet_canvas_use_select (VbetCanvas *self)
{
  g_return_if_fail (VBET_IS_CANVAS (self));
  use_tool (self, &vbet_tool_select);
}

void
vbet_canvas_use_cable (VbetCanvas *self)
{
  g_return_if_fail (VBET_IS_CANVAS (self));
  use_tool (self, &vbet_tool_cable);
}

void
vbet_canvas_use_frame (VbetCanvas *self)
{
  g_return_if_fail (VBET_IS_CANVAS (self));
  use_tool (self, &vbet_tool_frame);
}

void
vbet_canvas_use_place (VbetCanvas *self, VbetKind kind)
{
  g_return_if_fail (VBET_IS_CANVAS (self));
  self->place_kind = kind;
  use_tool (self, &vbet_tool_place);
}

const char *
vbet_canvas_get_tool (VbetCanvas *self, VbetKind *ret_kind)
{
  if (ret_kind != NULL)
    *ret_kind = self->tool == &vbet_tool_place ? self->place_kind : 0;
  return self->tool->name;
}

VbetKind
vbet_canvas_place_kind (VbetCanvas *self)
{
  return self->place_kind;
}

VbetOverlay *
vbet_canvas_overlay (VbetCanvas *self)
{
  return &self->overlay;
}

void
vbet_canvas_set_names (VbetCanvas *self, const char *hover, const char *target, const char *wire_from)
{
  char *old[] = { self->hover, self->target, self->wire_from };
  self->overlay.hover = self->hover = g_strdup (hover);
  self->overlay.target = self->target = g_strdup (target);
  self->overlay.wire_from = self->wire_from = g_strdup (wire_from);
  for (guint i = 0; i < G_N_ELEMENTS (old); i++)
    g_free (old[i]);
}

void
vbet_canvas_set_lifted (VbetCanvas *self, const char *cable)
{
  char *old = self->lifted;
  self->overlay.lifted = self->lifted = g_strdup (cable);
  g_free (old);
}

void
vbet_canvas_set_moved (VbetCanvas *self, GHashTable *names)
{
  g_clear_pointer (&self->moved, g_hash_table_unref);
  self->overlay.moved = self->moved = names;
}

void
vbet_canvas_set_editing (VbetCanvas *self, const char *name)
{
  char *old = self->editing;
  self->overlay.editing = self->editing = g_strdup (name);
  g_free (old);
  vbet_canvas_refresh (self);
}

void
vbet_canvas_clear_overlay (VbetCanvas *self)
{
  vbet_canvas_set_names (self, NULL, NULL, NULL);
  vbet_canvas_set_lifted (self, NULL);
  vbet_canvas_set_moved (self, NULL);
  memset (&self->overlay, 0, sizeof self->overlay);
  self->overlay.editing = self->editing;
  vbet_canvas_refresh (self);
}

const VbetItem *
vbet_canvas_item_at (VbetCanvas *self, VbetPoint at)
{
  return vbet_view_hit (vbet_canvas_get_view (self), at.x, at.y);
}

void
vbet_canvas_fail (VbetCanvas *self, GError *error)
{
  g_autoptr (GError) owned = error;
  g_signal_emit_by_name (self, "failed", owned != NULL ? owned->message : "This is not possible here");
}

VbetPoint
vbet_canvas_snap (VbetPoint at)
{
  return vbet_snap_grid (at);
}

VbetPoint
vbet_canvas_snap_to (VbetCanvas *self, VbetPoint at, GHashTable *moved, gboolean lines,
                     GdkModifierType modifiers)
{
  const GPtrArray *devices = vbet_session_get_topology (self->session)->devices;
  const VbetPoint *positions = vbet_session_get_positions (self->session);
  VbetRect seen = visible (self);
  guint n = 0;
  self->overlay.n_guides = 0;
  if (modifiers & GDK_MOD1_MASK)
    return at;
  if (!lines)
    return vbet_snap_grid (at);
  g_autofree VbetPoint *others = g_new (VbetPoint, devices->len + 1);
  for (guint i = 0; i < devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (devices, i);
    if (vbet_rect_contains (seen, positions[i].x, positions[i].y)
        && (moved == NULL || !g_hash_table_contains (moved, device->name)))
      others[n++] = positions[i];
  }
  return vbet_snap (at, others, n, SNAP_REACH / self->zoom, self->overlay.guides, &self->overlay.n_guides);
}

static void
place_note (VbetCanvas *self, const char *text, VbetRect rect, gboolean edit)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (!vbet_session_add_note (self->session, text, rect, &name, &error))
    vbet_canvas_fail (self, g_steal_pointer (&error));
  else if (edit)
    g_signal_emit_by_name (self, "rename", name);
}

void
vbet_canvas_place_frame (VbetCanvas *self, VbetRect rect, gboolean edit)
{
  rect.width = MAX (rect.width, FRAME_LEAST);
  rect.height = MAX (rect.height, FRAME_LEAST);
  place_note (self, _ ("Frame"), rect, edit);
}

void
vbet_canvas_place (VbetCanvas *self, VbetKind kind, VbetPoint at, gboolean edit)
{
  g_autoptr (GError) error = NULL;
  if (kind == VBET_KIND_NOTE) {
    place_note (self, _ ("Note"), (VbetRect){ at.x, at.y, 0, 0 }, edit);
    return;
  }
  if (!vbet_session_add_device (self->session, kind, at.x, at.y, NULL, &error))
    vbet_canvas_fail (self, g_steal_pointer (&error));
  gtk_widget_grab_focus (GTK_WIDGET (self));
}

gboolean
vbet_canvas_place_named (VbetCanvas *self, const char *tool, VbetPoint at)
{
  g_return_val_if_fail (VBET_IS_CANVAS (self) && tool != NULL, FALSE);
  VbetPoint to = vbet_snap_grid (at);
  VbetKind kind = 0;
  if (g_str_equal (tool, "frame"))
    vbet_canvas_place_frame (self, (VbetRect){ to.x, to.y, FRAME_WIDTH, FRAME_HEIGHT }, TRUE);
  else if (vbet_kind_from_name (tool, &kind) && (kind & VBET_KIND_PLACED) != 0)
    vbet_canvas_place (self, kind, to, TRUE);
  else
    return FALSE;
  return TRUE;
}

void
vbet_canvas_set_cursor (VbetCanvas *self, const char *name)
{
  GdkWindow *window = gtk_widget_get_window (GTK_WIDGET (self));
  if (window == NULL)
    return;
  g_autoptr (GdkCursor) cursor = gdk_cursor_new_from_name (gtk_widget_get_display (GTK_WIDGET (self)), name);
  gdk_window_set_cursor (window, cursor); /* NULL, where a theme lacks it: the default one */
}

void
vbet_canvas_activate_item (VbetCanvas *self, const char *name)
{
  if (vbet_note_index (name, NULL)) {
    g_signal_emit_by_name (self, "rename", name);
    return;
  }
  g_signal_emit_by_name (self, "device-activated", name);
}

VbetSession *
vbet_canvas_get_session (VbetCanvas *self)
{
  return self->session;
}

/* Something came from elsewhere, as by typing: a canvas that showed everything goes on doing so. */
static void
on_lab_changed (VbetCanvas *self)
{
  _vbet_canvas_invalidate (self);
  if (!self->fitted || self->pressed || gtk_widget_has_focus (GTK_WIDGET (self)))
    return;
  VbetRect all = vbet_view_bounds (vbet_canvas_get_view (self)), seen = visible (self);
  if (!vbet_rect_contains (seen, all.x, all.y)
      || !vbet_rect_contains (seen, all.x + all.width, all.y + all.height))
    vbet_canvas_fit (self);
}

/* --- life ------------------------------------------------------------------------------------------ */

GtkWidget *
vbet_canvas_new (VbetSession *session)
{
  VbetCanvas *self = g_object_new (VBET_TYPE_CANVAS, "visible", TRUE, NULL);
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "changed", G_CALLBACK (on_lab_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "selection-changed", G_CALLBACK (vbet_canvas_refresh), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "states-changed", G_CALLBACK (_vbet_canvas_traffic_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "traffic-changed", G_CALLBACK (_vbet_canvas_traffic_changed), self,
                           G_CONNECT_SWAPPED);
  use_tool (self, &vbet_tool_select);
  return GTK_WIDGET (self);
}

static void
vbet_canvas_dispose (GObject *object)
{
  VbetCanvas *self = VBET_CANVAS (object);
  g_clear_handle_id (&self->zoom_source, g_source_remove);
  g_clear_handle_id (&self->blink_source, g_source_remove);
  g_clear_object (&self->pinch);
  _vbet_canvas_end_glide (self);
  if (self->tool != NULL && self->tool->end != NULL)
    self->tool->end (self, self->tool_data);
  self->tool = NULL;
  G_OBJECT_CLASS (vbet_canvas_parent_class)->dispose (object);
}

static void
vbet_canvas_finalize (GObject *object)
{
  VbetCanvas *self = VBET_CANVAS (object);
  g_clear_pointer (&self->view, vbet_view_free);
  g_clear_pointer (&self->front, vbet_view_free);
  g_clear_pointer (&self->away, g_hash_table_unref);
  g_free (self->away_lifted);
  vbet_layer_free (self->layer);
  vbet_draw_cache_free (self->cache);
  g_clear_pointer (&self->found, g_hash_table_unref);
  g_clear_object (&self->session);
  g_free (self->hover);
  g_free (self->target);
  g_free (self->wire_from);
  g_free (self->lifted);
  g_free (self->editing);
  g_clear_pointer (&self->moved, g_hash_table_unref);
  G_OBJECT_CLASS (vbet_canvas_parent_class)->finalize (object);
}

static void
add_signals (void)
{
  static const char *const plain[] = { "tool-changed", "zoom-changed" };
  static const char *const named[] = { "device-activated", "failed", "rename" };
  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    g_signal_new (plain[i], VBET_TYPE_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  for (guint i = 0; i < G_N_ELEMENTS (named); i++)
    g_signal_new (named[i], VBET_TYPE_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                  G_TYPE_STRING);
  g_signal_new ("menu", VBET_TYPE_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                G_TYPE_STRING, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
}

static void
vbet_canvas_class_init (VbetCanvasClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  object_class->dispose = vbet_canvas_dispose;
  object_class->finalize = vbet_canvas_finalize;
  _vbet_canvas_paint_class_init (widget_class);
  widget_class->size_allocate = vbet_canvas_size_allocate;
  _vbet_canvas_input_class_init (widget_class);
  gtk_widget_class_set_css_name (widget_class, "vbetcanvas");
  gtk_widget_class_set_accessible_type (widget_class, VBET_TYPE_CANVAS_ACCESSIBLE);
  add_signals ();
}

static void
vbet_canvas_init (VbetCanvas *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  const GtkTargetEntry targets[] = { { (char *)VBET_CANVAS_KIND_TARGET, GTK_TARGET_SAME_APP, 0 } };
  self->zoom = 1;
  _vbet_canvas_input_init (self);
  self->grid = TRUE;
  self->cache = vbet_draw_cache_new ();
  self->layer = vbet_layer_new ();
  self->show = VBET_SHOW_ADDRESSES | VBET_SHOW_NICS;
  gtk_widget_set_can_focus (widget, TRUE);
  gtk_widget_set_has_tooltip (widget, TRUE);
  gtk_widget_set_hexpand (widget, TRUE);
  gtk_widget_set_vexpand (widget, TRUE);
  gtk_widget_add_events (widget, GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK | GDK_POINTER_MOTION_MASK
                                     | GDK_LEAVE_NOTIFY_MASK | GDK_SCROLL_MASK | GDK_SMOOTH_SCROLL_MASK
                                     | GDK_KEY_PRESS_MASK | GDK_KEY_RELEASE_MASK | GDK_FOCUS_CHANGE_MASK);
  gtk_drag_dest_set (widget, 0, targets, G_N_ELEMENTS (targets), GDK_ACTION_COPY);
}
