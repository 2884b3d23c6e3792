/* canvas-input.c - pointer, wheel, keys and drops on the canvas; see canvas.h. */
#include "config.h"

#include "gui/canvas/canvas-private.h"

#include <math.h>

#define SCROLL_STEP 60.0 /* pixels a click of the wheel */
#define ZOOM_STEP 1.15
#define NUDGE 10.0 /* lab units an arrow key moves */
/* Of a frame that is dropped. */
#define FRAME_WIDTH 240.0
#define FRAME_HEIGHT 180.0
#define NUDGE_FINE 1.0 /* with Shift */

static GtkWidgetClass *
parent_class (void)
{
  return g_type_class_peek (GTK_TYPE_DRAWING_AREA);
}

/* --- pointer --------------------------------------------------------------------------- */

static VbetPointer
pointer_of (VbetCanvas *self, double x, double y, guint state, guint presses)
{
  return (VbetPointer){
    _vbet_canvas_to_lab (self, x, y), { x, y }, presses, state & gtk_accelerator_get_default_mod_mask ()
  };
}

static void
open_menu (VbetCanvas *self, double x, double y)
{
  const VbetItem *item = vbet_canvas_item_at (self, _vbet_canvas_to_lab (self, x, y));
  g_autofree char *name = g_strdup (item != NULL ? item->name : "");
  if (*name == '\0')
    vbet_session_select_many (self->session, (const char *const[]){ NULL }, FALSE);
  else if (!vbet_session_is_selected (self->session, name))
    vbet_session_select (self->session, name, FALSE);
  g_signal_emit_by_name (self, "menu", name, x, y);
}

/* The menu key: about what is selected, else about the paper in the middle. */
static gboolean
vbet_canvas_popup_menu (GtkWidget *widget)
{
  VbetCanvas *self = VBET_CANVAS (widget);
  GHashTableIter iter;
  gpointer name = NULL;
  g_hash_table_iter_init (&iter, vbet_session_get_selection (self->session));
  const VbetItem *item = g_hash_table_iter_next (&iter, &name, NULL)
                             ? vbet_view_find (vbet_canvas_get_view (self), name)
                             : NULL;
  GdkRectangle at
      = { 0, 0, gtk_widget_get_allocated_width (widget), gtk_widget_get_allocated_height (widget) };
  g_autofree char *copy = g_strdup (item != NULL ? item->name : "");
  if (item != NULL)
    at = vbet_canvas_to_pixels (self, item->bounds);
  g_signal_emit_by_name (self, "menu", copy, at.x + at.width / 2.0, at.y + at.height / 2.0);
  return TRUE;
}

static gboolean
vbet_canvas_button_press (GtkWidget *widget, GdkEventButton *event)
{
  VbetCanvas *self = VBET_CANVAS (widget);
  guint presses = event->type == GDK_BUTTON_PRESS ? 1 : event->type == GDK_2BUTTON_PRESS ? 2 : 0;
  gtk_widget_grab_focus (widget);
  _vbet_canvas_end_glide (self);
  _vbet_canvas_end_nudge (self);
  if (presses == 0)
    return GDK_EVENT_STOP;
  if (event->button == GDK_BUTTON_MIDDLE || (event->button == GDK_BUTTON_PRIMARY && self->space)) {
    self->panning = TRUE;
    self->pan_pixel = (VbetPoint){ event->x, event->y };
    vbet_canvas_set_cursor (self, "grabbing");
    return GDK_EVENT_STOP;
  }
  if (event->button == GDK_BUTTON_SECONDARY && presses == 1) {
    if (self->tool->cancel != NULL)
      self->tool->cancel (self, self->tool_data);
    open_menu (self, event->x, event->y);
    return GDK_EVENT_STOP;
  }
  if (event->button == GDK_BUTTON_PRIMARY && self->tool->press != NULL) {
    VbetPointer pointer = pointer_of (self, event->x, event->y, event->state, presses);
    self->pressed = TRUE;
    self->tool->press (self, self->tool_data, &pointer);
  }
  return GDK_EVENT_STOP;
}

static gboolean
vbet_canvas_motion (GtkWidget *widget, GdkEventMotion *event)
{
  VbetCanvas *self = VBET_CANVAS (widget);
  if (self->panning) {
    _vbet_canvas_pan_by (self, self->pan_pixel.x - event->x, self->pan_pixel.y - event->y);
    self->pan_pixel = (VbetPoint){ event->x, event->y };
  } else if (self->tool->motion != NULL && !self->nudging) {
    VbetPointer pointer = pointer_of (self, event->x, event->y, event->state, 0);
    self->tool->motion (self, self->tool_data, &pointer);
  }
  return GDK_EVENT_STOP;
}

static gboolean
vbet_canvas_button_release (GtkWidget *widget, GdkEventButton *event)
{
  VbetCanvas *self = VBET_CANVAS (widget);
  if (self->panning) {
    self->panning = FALSE;
    vbet_canvas_set_cursor (self, self->space ? "grab" : self->tool->cursor);
    return GDK_EVENT_STOP;
  }
  if (event->button == GDK_BUTTON_PRIMARY && self->pressed) {
    VbetPointer pointer = pointer_of (self, event->x, event->y, event->state, 0);
    self->pressed = FALSE;
    if (self->tool->release != NULL)
      self->tool->release (self, self->tool_data, &pointer);
  }
  return GDK_EVENT_STOP;
}

static gboolean
vbet_canvas_leave (GtkWidget *widget, GdkEventCrossing *event)
{
  VbetCanvas *self = VBET_CANVAS (widget);
  if (event->mode == GDK_CROSSING_NORMAL && self->tool->leave != NULL && !self->pressed && !self->nudging)
    self->tool->leave (self, self->tool_data);
  return GDK_EVENT_PROPAGATE;
}

static gboolean
vbet_canvas_scroll (GtkWidget *widget, GdkEventScroll *event)
{
  VbetCanvas *self = VBET_CANVAS (widget);
  double dx = 0, dy = 0;
  if (event->direction == GDK_SCROLL_SMOOTH)
    gdk_event_get_scroll_deltas ((GdkEvent *)event, &dx, &dy);
  else if (event->direction == GDK_SCROLL_UP || event->direction == GDK_SCROLL_DOWN)
    dy = event->direction == GDK_SCROLL_UP ? -1 : 1;
  else
    dx = event->direction == GDK_SCROLL_LEFT ? -1 : 1;
  if (event->state & GDK_CONTROL_MASK)
    _vbet_canvas_zoom_at (self, self->zoom * pow (ZOOM_STEP, -dy), event->x, event->y);
  else if (event->state & GDK_SHIFT_MASK)
    _vbet_canvas_pan_by (self, (dx + dy) * SCROLL_STEP, 0);
  else
    _vbet_canvas_pan_by (self, dx * SCROLL_STEP, dy * SCROLL_STEP);
  return GDK_EVENT_STOP;
}

static gboolean
vbet_canvas_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  VbetCanvas *self = VBET_CANVAS (widget);
  const VbetItem *item
      = keyboard || self->pressed ? NULL : vbet_canvas_item_at (self, _vbet_canvas_to_lab (self, x, y));
  g_autofree char *text = item != NULL ? _vbet_canvas_describe (self, item) : NULL;
  if (text == NULL)
    return FALSE;
  GdkRectangle at = vbet_canvas_to_pixels (self, item->bounds);
  gtk_tooltip_set_tip_area (tooltip, &at);
  gtk_tooltip_set_text (tooltip, text);
  return TRUE;
}

/* --- keys ---------------------------------------------------------------------------------- */

/* Keys that are held move the picture; one revision is written when they are let go. */
static void
nudge (VbetCanvas *self, double dx, double dy)
{
  if (g_hash_table_size (vbet_session_get_selection (self->session)) == 0)
    return;
  if (!self->nudging) {
    vbet_canvas_clear_overlay (self);
    vbet_canvas_set_moved (
        self, vbet_view_contents (vbet_canvas_get_view (self), vbet_session_get_selection (self->session)));
    self->nudging = TRUE;
    self->overlay.moving = TRUE;
  }
  self->overlay.move_by.x += dx;
  self->overlay.move_by.y += dy;
  vbet_canvas_refresh (self);
}

void
_vbet_canvas_end_nudge (VbetCanvas *self)
{
  g_autoptr (GError) error = NULL;
  if (!self->nudging)
    return;
  self->nudging = FALSE;
  VbetPoint by = self->overlay.move_by;
  g_autoptr (GHashTable) moved = g_hash_table_ref (self->overlay.moved);
  vbet_canvas_clear_overlay (self);
  if (!vbet_session_move (self->session, moved, by.x, by.y, &error))
    vbet_canvas_fail (self, g_steal_pointer (&error));
}

static gboolean
nudge_key (VbetCanvas *self, guint key, guint modifiers)
{
  double step = modifiers & GDK_SHIFT_MASK ? NUDGE_FINE : NUDGE;
  switch (key) {
  case GDK_KEY_Left:
  case GDK_KEY_KP_Left:
    nudge (self, -step, 0);
    return TRUE;
  case GDK_KEY_Right:
  case GDK_KEY_KP_Right:
    nudge (self, step, 0);
    return TRUE;
  case GDK_KEY_Up:
  case GDK_KEY_KP_Up:
    nudge (self, 0, -step);
    return TRUE;
  case GDK_KEY_Down:
  case GDK_KEY_KP_Down:
    nudge (self, 0, step);
    return TRUE;
  default:
    return FALSE;
  }
}

static void
delete_selected (VbetCanvas *self)
{
  g_autoptr (GError) error = NULL;
  vbet_canvas_clear_overlay (self);
  if (!vbet_session_delete_selected (self->session, &error))
    vbet_canvas_fail (self, g_steal_pointer (&error));
}

/* Selects the device after (or before) the selected one, in order of the text. */
static gboolean
step_selection (VbetCanvas *self, gboolean back)
{
  const GPtrArray *devices = vbet_session_get_topology (self->session)->devices;
  gint current = back ? (gint)devices->len : -1;
  for (guint i = 0; i < devices->len; i++)
    if (vbet_session_is_selected (self->session, ((VbetDevice *)g_ptr_array_index (devices, i))->name))
      current = (gint)i;
  current += back ? -1 : 1;
  if (current < 0 || current >= (gint)devices->len)
    return FALSE; /* on to the next widget */
  const char *name = ((VbetDevice *)g_ptr_array_index (devices, (guint)current))->name;
  vbet_session_select (self->session, name, FALSE);
  vbet_canvas_show (self, name);
  return TRUE;
}

/* The one selected device or note, or NULL. */
static char *
only_selected (VbetCanvas *self)
{
  GHashTable *selection = vbet_session_get_selection (self->session);
  GHashTableIter iter;
  gpointer name = NULL;
  if (g_hash_table_size (selection) != 1)
    return NULL;
  g_hash_table_iter_init (&iter, selection);
  g_hash_table_iter_next (&iter, &name, NULL);
  gboolean cable = vbet_topology_cable (vbet_session_get_topology (self->session), name) != NULL;
  return cable ? NULL : g_strdup (name);
}

static gboolean
key_with_selection (VbetCanvas *self, guint key)
{
  g_autofree char *name = only_selected (self);
  switch (key) {
  case GDK_KEY_Delete:
  case GDK_KEY_KP_Delete:
  case GDK_KEY_BackSpace:
    delete_selected (self);
    return TRUE;
  case GDK_KEY_Return:
  case GDK_KEY_KP_Enter:
    if (name != NULL)
      vbet_canvas_activate_item (self, name);
    return TRUE;
  case GDK_KEY_F2:
    if (name != NULL)
      g_signal_emit_by_name (self, "rename", name);
    return TRUE;
  default:
    return FALSE;
  }
}

/* Escape: what one is in the middle of; then the tool; then the selection. */
static void
give_up (VbetCanvas *self)
{
  gboolean busy = self->tool->cancel != NULL && self->tool->cancel (self, self->tool_data);
  if (busy)
    return;
  if (!g_str_equal (self->tool->name, "select"))
    vbet_canvas_use_select (self);
  else
    vbet_session_select_many (self->session, (const char *const[]){ NULL }, FALSE);
}

static gboolean
key_for_tool (VbetCanvas *self, guint key)
{
  guint lower = gdk_keyval_to_lower (key);
  VbetKind kind = vbet_kind_from_key (lower); /* a key of a letter is that letter */
  if (kind != 0) {
    vbet_canvas_use_place (self, kind);
    return TRUE;
  }
  if (lower == GDK_KEY_c) {
    vbet_canvas_use_cable (self);
    return TRUE;
  }
  if (lower == GDK_KEY_v || lower == GDK_KEY_m) {
    if (lower == GDK_KEY_v)
      vbet_canvas_use_select (self);
    else
      vbet_canvas_use_frame (self);
    return TRUE;
  }
  if (key == GDK_KEY_Escape) {
    give_up (self);
    return TRUE;
  }
  return FALSE;
}

static gboolean
vbet_canvas_key_press (GtkWidget *widget, GdkEventKey *event)
{
  VbetCanvas *self = VBET_CANVAS (widget);
  guint modifiers = event->state & gtk_accelerator_get_default_mod_mask ();
  if (event->keyval == GDK_KEY_Tab || event->keyval == GDK_KEY_ISO_Left_Tab)
    _vbet_canvas_end_nudge (self);
  if (event->keyval == GDK_KEY_Tab && modifiers == 0 && step_selection (self, FALSE))
    return GDK_EVENT_STOP;
  if (event->keyval == GDK_KEY_ISO_Left_Tab && step_selection (self, TRUE))
    return GDK_EVENT_STOP;
  if (event->keyval == GDK_KEY_space && modifiers == 0) {
    if (!self->space && !self->pressed)
      vbet_canvas_set_cursor (self, "grab");
    self->space = TRUE;
    return GDK_EVENT_STOP;
  }
  if ((modifiers & ~GDK_SHIFT_MASK) == 0 && !self->pressed && nudge_key (self, event->keyval, modifiers))
    return GDK_EVENT_STOP;
  if (!event->is_modifier)
    _vbet_canvas_end_nudge (self);
  if ((modifiers & ~GDK_SHIFT_MASK) == 0
      && (key_with_selection (self, event->keyval) || key_for_tool (self, event->keyval)))
    return GDK_EVENT_STOP;
  return parent_class ()->key_press_event (widget, event);
}

static gboolean
vbet_canvas_key_release (GtkWidget *widget, GdkEventKey *event)
{
  VbetCanvas *self = VBET_CANVAS (widget);
  if (event->keyval == GDK_KEY_space) {
    self->space = FALSE;
    if (!self->panning)
      vbet_canvas_set_cursor (self, self->tool->cursor);
    return GDK_EVENT_STOP;
  }
  _vbet_canvas_end_nudge (self);
  return parent_class ()->key_release_event (widget, event);
}

static gboolean
vbet_canvas_focus_out (GtkWidget *widget, GdkEventFocus *event)
{
  VBET_CANVAS (widget)->space = FALSE;
  _vbet_canvas_end_nudge (VBET_CANVAS (widget));
  return parent_class ()->focus_out_event (widget, event);
}

/* --- dropped from the palette ------------------------------------------------------------------ */

static gboolean
vbet_canvas_drag_motion (GtkWidget *widget, GdkDragContext *context, int x, int y, guint time)
{
  VbetCanvas *self = VBET_CANVAS (widget);
  GtkWidget *source = gtk_drag_get_source_widget (context);
  GdkAtom target = gtk_drag_dest_find_target (widget, context, NULL);
  if (target == GDK_NONE) {
    gdk_drag_status (context, 0, time);
    return FALSE;
  }
  const char *name = source != NULL ? g_object_get_data (G_OBJECT (source), "vbet-kind") : NULL;
  VbetPoint at = _vbet_canvas_to_lab (self, x, y);
  VbetKind kind = 0;
  if (g_strcmp0 (name, "frame") == 0) {
    VbetPoint corner = vbet_canvas_snap (at);
    self->overlay.ghost = VBET_KIND_NOTE;
    self->overlay.ghost_rect = (VbetRect){ corner.x, corner.y, FRAME_WIDTH, FRAME_HEIGHT };
  } else if (name != NULL && vbet_kind_from_name (name, &kind)) {
    self->overlay.ghost = kind;
    self->overlay.ghost_at = vbet_canvas_snap_to (self, at, NULL, kind != VBET_KIND_NOTE, 0);
  }
  vbet_canvas_refresh (self);
  gdk_drag_status (context, GDK_ACTION_COPY, time);
  return TRUE;
}

static void
vbet_canvas_drag_leave (GtkWidget *widget, GdkDragContext *context, guint time)
{
  vbet_canvas_clear_overlay (VBET_CANVAS (widget));
}

static gboolean
vbet_canvas_drag_drop (GtkWidget *widget, GdkDragContext *context, int x, int y, guint time)
{
  GdkAtom target = gtk_drag_dest_find_target (widget, context, NULL);
  if (target == GDK_NONE)
    return FALSE;
  gtk_drag_get_data (widget, context, target, time);
  return TRUE;
}

static gboolean
shift_is_down (GtkWidget *widget)
{
  GdkWindow *window = gtk_widget_get_window (widget);
  GdkSeat *seat = gdk_display_get_default_seat (gtk_widget_get_display (widget));
  GdkModifierType state = 0;
  if (window != NULL && seat != NULL)
    gdk_window_get_device_position (window, gdk_seat_get_pointer (seat), NULL, NULL, &state);
  return (state & GDK_SHIFT_MASK) != 0;
}

static void
vbet_canvas_drag_data_received (GtkWidget *widget, GdkDragContext *context, int x, int y,
                                GtkSelectionData *data, guint info, guint time)
{
  VbetCanvas *self = VBET_CANVAS (widget);
  int length = gtk_selection_data_get_length (data);
  g_autofree char *name
      = length > 0 ? g_strndup ((const char *)gtk_selection_data_get_data (data), (gsize)length) : NULL;
  VbetPoint at = _vbet_canvas_to_lab (self, x, y);
  gboolean frame = g_strcmp0 (name, "frame") == 0, again = shift_is_down (widget);
  VbetKind kind = 0;
  gboolean ok
      = frame || (name != NULL && vbet_kind_from_name (name, &kind) && (kind & VBET_KIND_PLACED) != 0);
  gtk_drag_finish (context, ok, FALSE, time);
  VbetPoint to = frame || kind == VBET_KIND_NOTE ? vbet_canvas_snap (at)
                                                 : vbet_canvas_snap_to (self, at, NULL, TRUE, 0);
  vbet_canvas_clear_overlay (self);
  if (!ok)
    return;
  if (again && frame)
    vbet_canvas_use_frame (self);
  else if (again)
    vbet_canvas_use_place (self, kind);
  else
    vbet_canvas_use_select (self);
  if (frame)
    vbet_canvas_place_frame (self, (VbetRect){ to.x, to.y, FRAME_WIDTH, FRAME_HEIGHT }, !again);
  else
    vbet_canvas_place (self, kind, to, !again);
}

/* --- two fingers on a touchpad or screen ----------------------------------------------------------- */

static void
on_pinch_begin (GtkGesture *gesture, GdkEventSequence *sequence, VbetCanvas *self)
{
  self->pinch_zoom = self->zoom;
}

static void
on_pinch (GtkGestureZoom *gesture, double scale, VbetCanvas *self)
{
  double x = 0, y = 0;
  if (gtk_gesture_get_bounding_box_center (GTK_GESTURE (gesture), &x, &y))
    _vbet_canvas_zoom_at (self, self->pinch_zoom * scale, x, y);
}

void
_vbet_canvas_input_init (VbetCanvas *self)
{
  gtk_widget_add_events (GTK_WIDGET (self), GDK_TOUCHPAD_GESTURE_MASK);
  self->pinch = gtk_gesture_zoom_new (GTK_WIDGET (self));
  g_signal_connect (self->pinch, "begin", G_CALLBACK (on_pinch_begin), self);
  g_signal_connect (self->pinch, "scale-changed", G_CALLBACK (on_pinch), self);
}

/* --- class ---------------------------------------------------------------------------------------- */

void
_vbet_canvas_input_class_init (GtkWidgetClass *widget_class)
{
  widget_class->button_press_event = vbet_canvas_button_press;
  widget_class->button_release_event = vbet_canvas_button_release;
  widget_class->motion_notify_event = vbet_canvas_motion;
  widget_class->leave_notify_event = vbet_canvas_leave;
  widget_class->scroll_event = vbet_canvas_scroll;
  widget_class->popup_menu = vbet_canvas_popup_menu;
  widget_class->key_press_event = vbet_canvas_key_press;
  widget_class->key_release_event = vbet_canvas_key_release;
  widget_class->focus_out_event = vbet_canvas_focus_out;
  widget_class->query_tooltip = vbet_canvas_query_tooltip;
  widget_class->drag_motion = vbet_canvas_drag_motion;
  widget_class->drag_leave = vbet_canvas_drag_leave;
  widget_class->drag_drop = vbet_canvas_drag_drop;
  widget_class->drag_data_received = vbet_canvas_drag_data_received;
}
