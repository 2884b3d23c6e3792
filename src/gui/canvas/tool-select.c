/* tool-select.c - the usual tool: selects, moves, resizes, opens, and cables from handles.
 *
 * A press decides what a drag would be: from a handle a cable or a new size,
 * from a device or note a move, from the paper a rubber band. Nothing is
 * written before the button is released; Escape gives up.
 *
 * What moves: the selected things, and what the frames among them hold; with
 * Alt only the selected things, and without snapping.
 */
#include "config.h"

#include "gui/canvas/tool.h"

/* Pixels the pointer must go before a press counts as a drag. */
#define DRAG_THRESHOLD 5.0
#define FRAME_LEAST 30.0

typedef enum {
  MODE_IDLE,
  MODE_PRESSED, /* on a device or note; may become a move */
  MODE_MOVE,
  MODE_BAND,
  MODE_WIRE,
  MODE_RESIZE,
} Mode;

typedef struct {
  Mode mode;
  VbetPoint start; /* lab units */
  VbetPoint start_pixel;
  VbetPoint anchor; /* where the pressed thing stood */
  VbetRect box;     /* of the frame that is resized */
  guint corner;     /* its handle */
  char *name;       /* (nullable): what was pressed */
  gboolean narrow;  /* at release without a drag, only @name stays selected */
  VbetWire wire;
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
  vbet_wire_clear (canvas, &self->wire);
}

static void
select_end (VbetCanvas *canvas, gpointer data)
{
  Select *self = data;
  idle (canvas, self);
  g_free (self);
}

/* --- nothing is pressed --------------------------------------------------------- */

static const char *
cursor_for (const VbetItem *item)
{
  static const char *const sizes[] = { "nw-resize", "n-resize", "ne-resize", "e-resize",
                                       "se-resize", "s-resize", "sw-resize", "w-resize" };
  if (item == NULL)
    return "default";
  if (item->kind != VBET_ITEM_HANDLE)
    return "pointer";
  if (item->handle == VBET_HANDLE_SIZE)
    return sizes[item->number % G_N_ELEMENTS (sizes)];
  return item->handle == VBET_HANDLE_FREE || item->handle == VBET_HANDLE_NEW ? "crosshair" : "grab";
}

static void
hover (VbetCanvas *canvas, VbetPoint at)
{
  const VbetItem *item = vbet_canvas_item_at (canvas, at);
  VbetOverlay *overlay = vbet_canvas_overlay (canvas);
  g_autofree char *name = g_strdup (item != NULL ? item->name : NULL);
  /* Between a device and its handles is no gap in which they would go. */
  if ((item == NULL || item->kind == VBET_ITEM_CABLE || item->kind == VBET_ITEM_NOTE)
      && overlay->hover != NULL && overlay->handles && vbet_wire_is_near (canvas, overlay->hover, at)) {
    g_free (name);
    name = g_strdup (overlay->hover);
  }
  gboolean handles = name != NULL && !vbet_note_index (name, NULL);
  vbet_canvas_set_cursor (canvas, cursor_for (item));
  if (g_strcmp0 (overlay->hover, name) == 0 && overlay->handles == handles)
    return;
  overlay->handles = handles;
  vbet_canvas_set_names (canvas, name, NULL, NULL);
  vbet_canvas_refresh (canvas);
}

/* --- press ------------------------------------------------------------------------ */

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
press_on_handle (VbetCanvas *canvas, Select *self, const VbetItem *item, const VbetPointer *pointer)
{
  const VbetItem *note = vbet_view_find (vbet_canvas_get_view (canvas), self->name);
  if (item->handle != VBET_HANDLE_SIZE) {
    if (vbet_wire_start (canvas, &self->wire, item, pointer->at))
      self->mode = MODE_WIRE;
    return;
  }
  if (note == NULL)
    return;
  self->mode = MODE_RESIZE;
  self->box = note->bounds;
  self->corner = item->number;
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
  self->narrow = FALSE;
  if (pointer->presses == 2 && (kind == VBET_ITEM_DEVICE || kind == VBET_ITEM_NOTE)) {
    g_autofree char *name = g_steal_pointer (&self->name);
    idle (canvas, self);
    vbet_canvas_activate_item (canvas, name);
    return;
  }
  if (kind == VBET_ITEM_HANDLE) {
    press_on_handle (canvas, self, item, pointer);
  } else if (kind == VBET_ITEM_DEVICE || kind == VBET_ITEM_NOTE) {
    self->mode = MODE_PRESSED;
    self->anchor = item->a;
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

/* --- motion ----------------------------------------------------------------------- */

/* How far what moves is shown moved: the pressed thing lands in line with others or on the grid. */
static void
move (VbetCanvas *canvas, Select *self, const VbetPointer *pointer)
{
  VbetOverlay *overlay = vbet_canvas_overlay (canvas);
  VbetSession *session = vbet_canvas_get_session (canvas);
  GHashTable *selection = vbet_session_get_selection (session);
  gboolean alone = (pointer->modifiers & GDK_MOD1_MASK) != 0;
  VbetPoint to
      = { self->anchor.x + pointer->at.x - self->start.x, self->anchor.y + pointer->at.y - self->start.y };
  if (overlay->moved == NULL || overlay->moving_alone != alone) {
    overlay->moving = FALSE; /* what a frame holds, it holds where everything stands */
    vbet_canvas_refresh (canvas);
    vbet_canvas_set_moved (canvas,
                           alone ? NULL : vbet_view_contents (vbet_canvas_get_view (canvas), selection));
    overlay->moving_alone = alone;
  }
  overlay->moving = TRUE;
  to = vbet_canvas_snap_to (canvas, to, overlay->moved != NULL ? overlay->moved : selection,
                            !vbet_note_index (self->name, NULL), pointer->modifiers);
  overlay->move_by = (VbetPoint){ to.x - self->anchor.x, to.y - self->anchor.y };
}

static void
begin_move (VbetCanvas *canvas, Select *self)
{
  VbetSession *session = vbet_canvas_get_session (canvas);
  self->mode = MODE_MOVE;
  if (!vbet_session_is_selected (session, self->name))
    vbet_session_select (session, self->name, TRUE);
  vbet_canvas_overlay (canvas)->handles = FALSE;
  vbet_canvas_set_names (canvas, NULL, NULL, NULL);
  vbet_canvas_set_cursor (canvas, "grabbing");
}

/* The frame as it becomes when its handle goes to the pointer. */
static void
resize (VbetCanvas *canvas, Select *self, const VbetPointer *pointer)
{
  static const int across[] = { -1, 0, 1, 1, 1, 0, -1, -1 }, down[] = { -1, -1, -1, 0, 1, 1, 1, 0 };
  VbetOverlay *overlay = vbet_canvas_overlay (canvas);
  VbetPoint at = pointer->modifiers & GDK_MOD1_MASK ? pointer->at : vbet_canvas_snap (pointer->at);
  double left = self->box.x, right = left + self->box.width, top = self->box.y,
         bottom = top + self->box.height;
  if (across[self->corner] < 0)
    left = MIN (at.x, right - FRAME_LEAST);
  else if (across[self->corner] > 0)
    right = MAX (at.x, left + FRAME_LEAST);
  if (down[self->corner] < 0)
    top = MIN (at.y, bottom - FRAME_LEAST);
  else if (down[self->corner] > 0)
    bottom = MAX (at.y, top + FRAME_LEAST);
  overlay->resizing = TRUE;
  overlay->resize_rect = (VbetRect){ left, top, right - left, bottom - top };
  vbet_canvas_set_names (canvas, self->name, NULL, NULL);
}

static void
select_motion (VbetCanvas *canvas, gpointer data, const VbetPointer *pointer)
{
  Select *self = data;
  VbetOverlay *overlay = vbet_canvas_overlay (canvas);
  gboolean far = vbet_point_distance (pointer->pixel, self->start_pixel) >= DRAG_THRESHOLD;
  if (self->mode == MODE_IDLE) {
    hover (canvas, pointer->at);
    return;
  }
  if (self->mode == MODE_WIRE) {
    vbet_wire_motion (canvas, &self->wire, pointer->at);
    return;
  }
  if (far && self->mode == MODE_PRESSED)
    begin_move (canvas, self);
  if (self->mode == MODE_MOVE) {
    move (canvas, self, pointer);
  } else if (self->mode == MODE_RESIZE && (far || overlay->resizing)) {
    resize (canvas, self, pointer);
  } else if (self->mode == MODE_BAND) {
    overlay->band = TRUE;
    overlay->band_rect = vbet_rect_spanned (self->start, pointer->at);
  }
  vbet_canvas_refresh (canvas);
}

/* --- release ---------------------------------------------------------------------- */

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
release_move (VbetCanvas *canvas, Select *self, const VbetPointer *pointer)
{
  VbetSession *session = vbet_canvas_get_session (canvas);
  VbetOverlay *overlay = vbet_canvas_overlay (canvas);
  g_autoptr (GError) error = NULL;
  move (canvas, self, pointer);
  VbetPoint by = overlay->move_by;
  g_autoptr (GHashTable) moved
      = g_hash_table_ref (overlay->moved != NULL ? overlay->moved : vbet_session_get_selection (session));
  idle (canvas, self);
  if (!vbet_session_move (session, moved, by.x, by.y, &error))
    vbet_canvas_fail (canvas, g_steal_pointer (&error));
}

static void
release_resize (VbetCanvas *canvas, Select *self)
{
  g_autoptr (GError) error = NULL;
  gboolean resized = vbet_canvas_overlay (canvas)->resizing;
  VbetRect rect = vbet_canvas_overlay (canvas)->resize_rect;
  g_autofree char *name = g_strdup (self->name);
  idle (canvas, self);
  if (resized && !vbet_session_resize_note (vbet_canvas_get_session (canvas), name, rect, &error))
    vbet_canvas_fail (canvas, g_steal_pointer (&error));
}

static void
release_wire (VbetCanvas *canvas, Select *self, const VbetPointer *pointer)
{
  g_autofree char *name = g_strdup (self->name);
  gboolean far = vbet_point_distance (pointer->pixel, self->start_pixel) >= DRAG_THRESHOLD;
  if (far)
    vbet_wire_drop (canvas, &self->wire, pointer->at);
  idle (canvas, self);
  if (!far) /* a click on a handle is one on what it belongs to */
    vbet_session_select (vbet_canvas_get_session (canvas), name, FALSE);
}

static void
select_release (VbetCanvas *canvas, gpointer data, const VbetPointer *pointer)
{
  Select *self = data;
  g_autofree char *name = g_strdup (self->name);
  gboolean narrow = self->narrow && name != NULL;
  if (self->mode == MODE_BAND)
    release_band (canvas, self, pointer);
  else if (self->mode == MODE_MOVE)
    release_move (canvas, self, pointer);
  else if (self->mode == MODE_RESIZE)
    release_resize (canvas, self);
  else if (self->mode == MODE_WIRE)
    release_wire (canvas, self, pointer);
  else {
    idle (canvas, self);
    if (narrow)
      vbet_session_select (vbet_canvas_get_session (canvas), name, FALSE);
  }
  self->narrow = FALSE;
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
  self->narrow = FALSE;
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
