/* tool-select.c - the usual tool: selects, moves, opens, and cables from a device's handles.
 *
 * A press decides what a drag would be: from a handle a cable, from a device a
 * move, from the paper a rubber band. Nothing is written before the button is
 * released; Escape gives up.
 */
#include "config.h"

#include "gui/canvas/tool.h"

/* Pixels the pointer must go before a press counts as a drag. */
#define DRAG_THRESHOLD 5.0

typedef enum {
  MODE_IDLE,
  MODE_PRESSED, /* on a device; may become a move */
  MODE_MOVE,
  MODE_BAND,
  MODE_WIRE,
} Mode;

typedef struct {
  Mode mode;
  VbetPoint start; /* lab units */
  VbetPoint start_pixel;
  char *name;      /* (nullable): what was pressed */
  gboolean narrow; /* at release without a drag, only @name stays selected */
} Select;

static gpointer
select_begin (VbetCanvas *canvas)
{
  return g_new0 (Select, 1);
}

static void
idle (VbetCanvas *canvas, Select *self)
{
  self->mode = MODE_IDLE;
  g_clear_pointer (&self->name, g_free);
  vbet_canvas_clear_overlay (canvas);
}

static void
select_end (VbetCanvas *canvas, gpointer data)
{
  Select *self = data;
  idle (canvas, self);
  g_free (self);
}

static void
hover (VbetCanvas *canvas, VbetPoint at)
{
  const VbetItem *item = vbet_canvas_item_at (canvas, at);
  g_autofree char *name = g_strdup (item != NULL ? item->name : NULL);
  VbetOverlay *overlay = vbet_canvas_overlay (canvas);
  gboolean handles = item != NULL && item->kind != VBET_ITEM_CABLE;
  const char *cursor = item == NULL ? "default" : item->kind == VBET_ITEM_HANDLE ? "crosshair" : "pointer";
  if (g_strcmp0 (overlay->hover, name) != 0 || overlay->handles != handles) {
    overlay->handles = handles;
    vbet_canvas_set_names (canvas, name, NULL, NULL);
    vbet_canvas_refresh (canvas);
  }
  vbet_canvas_set_cursor (canvas, cursor);
}

static void
press_on_item (VbetCanvas *canvas, Select *self, const VbetPointer *pointer)
{
  VbetSession *session = vbet_canvas_get_session (canvas);
  self->narrow = FALSE;
  if (pointer->modifiers & (GDK_SHIFT_MASK | GDK_CONTROL_MASK))
    vbet_session_toggle (session, self->name);
  else if (!vbet_session_is_selected (session, self->name))
    vbet_session_select (session, self->name, FALSE);
  else
    self->narrow = TRUE;
}

static void
select_press (VbetCanvas *canvas, gpointer data, const VbetPointer *pointer)
{
  Select *self = data;
  const VbetItem *item = vbet_canvas_item_at (canvas, pointer->at);
  VbetItemKind kind = item != NULL ? item->kind : VBET_ITEM_BAND;
  g_free (self->name);
  self->name = item != NULL ? g_strdup (item->name) : NULL;
  self->start = pointer->at;
  self->start_pixel = pointer->pixel;
  if (pointer->presses == 2 && kind == VBET_ITEM_DEVICE) {
    g_autofree char *name = g_steal_pointer (&self->name);
    idle (canvas, self);
    vbet_canvas_activate_item (canvas, name);
    return;
  }
  if (kind == VBET_ITEM_HANDLE) {
    self->mode = MODE_WIRE;
    vbet_canvas_overlay (canvas)->handles = FALSE;
    vbet_canvas_overlay (canvas)->wire_to = pointer->at;
    vbet_canvas_set_names (canvas, NULL, NULL, self->name);
    vbet_canvas_refresh (canvas);
  } else if (kind == VBET_ITEM_DEVICE) {
    self->mode = MODE_PRESSED;
    press_on_item (canvas, self, pointer);
  } else if (kind == VBET_ITEM_CABLE) {
    self->mode = MODE_IDLE;
    press_on_item (canvas, self, pointer);
  } else {
    self->mode = MODE_BAND;
    if (!(pointer->modifiers & (GDK_SHIFT_MASK | GDK_CONTROL_MASK)))
      vbet_session_select_many (vbet_canvas_get_session (canvas), (const char *const[]){ NULL }, FALSE);
  }
}

/* How far the selection is shown moved: the pressed device lands on the grid, except with Alt. */
static VbetPoint
displacement (VbetCanvas *canvas, Select *self, const VbetPointer *pointer)
{
  VbetPoint by = { pointer->at.x - self->start.x, pointer->at.y - self->start.y }, at;
  if (!vbet_session_get_position (vbet_canvas_get_session (canvas), self->name, &at))
    return (VbetPoint){ 0, 0 };
  VbetPoint to = { at.x + by.x, at.y + by.y };
  if (!(pointer->modifiers & GDK_MOD1_MASK))
    to = vbet_canvas_snap (to);
  return (VbetPoint){ to.x - at.x, to.y - at.y };
}

static void
wire_motion (VbetCanvas *canvas, Select *self, const VbetPointer *pointer)
{
  const VbetItem *item = vbet_canvas_item_at (canvas, pointer->at);
  gboolean other = item != NULL && item->kind == VBET_ITEM_DEVICE && g_strcmp0 (item->name, self->name) != 0;
  g_autofree char *target = other ? g_strdup (item->name) : NULL;
  vbet_canvas_overlay (canvas)->wire_to = pointer->at;
  vbet_canvas_set_names (canvas, NULL, target, self->name);
  vbet_canvas_refresh (canvas);
}

static void
select_motion (VbetCanvas *canvas, gpointer data, const VbetPointer *pointer)
{
  Select *self = data;
  VbetOverlay *overlay = vbet_canvas_overlay (canvas);
  if (self->mode == MODE_IDLE) {
    hover (canvas, pointer->at);
    return;
  }
  if (self->mode == MODE_WIRE) {
    wire_motion (canvas, self, pointer);
    return;
  }
  if (vbet_point_distance (pointer->pixel, self->start_pixel) >= DRAG_THRESHOLD
      && self->mode == MODE_PRESSED) {
    self->mode = MODE_MOVE;
    if (!vbet_session_is_selected (vbet_canvas_get_session (canvas), self->name))
      vbet_session_select (vbet_canvas_get_session (canvas), self->name, TRUE);
    overlay->handles = FALSE;
    vbet_canvas_set_names (canvas, NULL, NULL, NULL);
    vbet_canvas_set_cursor (canvas, "grabbing");
  }
  if (self->mode == MODE_MOVE) {
    overlay->moving = TRUE;
    overlay->move_by = displacement (canvas, self, pointer);
  } else if (self->mode == MODE_BAND) {
    overlay->band = TRUE;
    overlay->band_rect = vbet_rect_spanned (self->start, pointer->at);
  }
  vbet_canvas_refresh (canvas);
}

static void
release_band (VbetCanvas *canvas, Select *self, const VbetPointer *pointer)
{
  VbetRect band = vbet_rect_spanned (self->start, pointer->at);
  g_auto (GStrv) names = vbet_view_within (vbet_canvas_get_view (canvas), band);
  idle (canvas, self);
  if (names[0] != NULL)
    vbet_session_select_many (vbet_canvas_get_session (canvas), (const char *const *)names, TRUE);
}

static void
select_release (VbetCanvas *canvas, gpointer data, const VbetPointer *pointer)
{
  Select *self = data;
  VbetSession *session = vbet_canvas_get_session (canvas);
  g_autofree char *name = g_strdup (self->name);
  Mode mode = self->mode;
  if (mode == MODE_BAND) {
    release_band (canvas, self, pointer);
  } else if (mode == MODE_MOVE) {
    VbetPoint by = displacement (canvas, self, pointer);
    g_autoptr (GError) error = NULL;
    idle (canvas, self);
    if (!vbet_session_move_selected (session, by.x, by.y, &error))
      vbet_canvas_fail (canvas, g_steal_pointer (&error));
  } else if (mode == MODE_WIRE) {
    const VbetItem *item = vbet_canvas_item_at (canvas, pointer->at);
    g_autofree char *target = item != NULL && item->kind == VBET_ITEM_DEVICE ? g_strdup (item->name) : NULL;
    idle (canvas, self);
    if (target != NULL && g_strcmp0 (target, name) != 0)
      vbet_canvas_cable (canvas, name, target);
  } else if (self->narrow && name != NULL) {
    self->narrow = FALSE;
    idle (canvas, self);
    vbet_session_select (session, name, FALSE);
  } else {
    idle (canvas, self);
  }
  hover (canvas, pointer->at);
}

static void
select_leave (VbetCanvas *canvas, gpointer data)
{
  Select *self = data;
  if (self->mode == MODE_IDLE)
    vbet_canvas_clear_overlay (canvas);
}

static gboolean
select_cancel (VbetCanvas *canvas, gpointer data)
{
  Select *self = data;
  gboolean busy = self->mode != MODE_IDLE;
  idle (canvas, self);
  return busy;
}

const VbetTool vbet_tool_select = {
  .name = "select",
  .cursor = "default",
  .begin = select_begin,
  .end = select_end,
  .press = select_press,
  .motion = select_motion,
  .release = select_release,
  .leave = select_leave,
  .cancel = select_cancel,
};
