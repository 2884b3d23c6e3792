/* tool-place.c - puts devices, notes and frames down: one a click; with Shift it goes on placing.
 *
 * A frame is dragged out; a mere click gives one of a usual size.
 */
#include "config.h"

#include "gui/canvas/tool.h"

#define DRAG_THRESHOLD 5.0
#define FRAME_WIDTH 240.0
#define FRAME_HEIGHT 180.0

static void
place_motion (VbetCanvas *canvas, gpointer data, const VbetPointer *pointer)
{
  VbetOverlay *overlay = vbet_canvas_overlay (canvas);
  VbetKind kind = vbet_canvas_place_kind (canvas);
  gboolean device = kind != VBET_KIND_NOTE;
  overlay->ghost = kind;
  overlay->ghost_at = vbet_canvas_snap_to (canvas, pointer->at, NULL, device, pointer->modifiers);
  vbet_canvas_refresh (canvas);
}

static void
place_press (VbetCanvas *canvas, gpointer data, const VbetPointer *pointer)
{
  place_motion (canvas, data, pointer);
}

static void
place_release (VbetCanvas *canvas, gpointer data, const VbetPointer *pointer)
{
  VbetKind kind = vbet_canvas_place_kind (canvas);
  gboolean again = (pointer->modifiers & GDK_SHIFT_MASK) != 0;
  place_motion (canvas, data, pointer);
  VbetPoint at = vbet_canvas_overlay (canvas)->ghost_at;
  vbet_canvas_clear_overlay (canvas);
  if (!again)
    vbet_canvas_use_select (canvas);
  vbet_canvas_place (canvas, kind, at, !again);
}

static void
place_leave (VbetCanvas *canvas, gpointer data)
{
  vbet_canvas_clear_overlay (canvas);
}

const VbetTool vbet_tool_place = {
  .name = "place",
  .cursor = "crosshair",
  .press = place_press,
  .motion = place_motion,
  .release = place_release,
  .leave = place_leave,
};

/* --- frames ------------------------------------------------------------------------ */

typedef struct {
  gboolean down;
  VbetPoint start; /* lab units */
  VbetPoint start_pixel;
} Frame;

static gpointer
frame_begin (VbetCanvas *canvas)
{
  return g_new0 (Frame, 1);
}

static void
frame_end (VbetCanvas *canvas, gpointer data)
{
  g_free (data);
}

static VbetRect
frame_rect (VbetCanvas *canvas, const Frame *self, const VbetPointer *pointer)
{
  gboolean free = (pointer->modifiers & GDK_MOD1_MASK) != 0;
  VbetPoint at = free ? pointer->at : vbet_canvas_snap (pointer->at);
  if (self->down && vbet_point_distance (self->start_pixel, pointer->pixel) >= DRAG_THRESHOLD)
    return vbet_rect_spanned (free ? self->start : vbet_canvas_snap (self->start), at);
  return (VbetRect){ at.x, at.y, FRAME_WIDTH, FRAME_HEIGHT };
}

static void
frame_motion (VbetCanvas *canvas, gpointer data, const VbetPointer *pointer)
{
  VbetOverlay *overlay = vbet_canvas_overlay (canvas);
  overlay->ghost = VBET_KIND_NOTE;
  overlay->ghost_rect = frame_rect (canvas, data, pointer);
  overlay->ghost_at = (VbetPoint){ overlay->ghost_rect.x, overlay->ghost_rect.y };
  vbet_canvas_refresh (canvas);
}

static void
frame_press (VbetCanvas *canvas, gpointer data, const VbetPointer *pointer)
{
  Frame *self = data;
  self->down = TRUE;
  self->start = pointer->at;
  self->start_pixel = pointer->pixel;
  frame_motion (canvas, data, pointer);
}

static void
frame_release (VbetCanvas *canvas, gpointer data, const VbetPointer *pointer)
{
  Frame *self = data;
  gboolean again = (pointer->modifiers & GDK_SHIFT_MASK) != 0;
  if (!self->down)
    return;
  VbetRect rect = frame_rect (canvas, self, pointer);
  self->down = FALSE;
  vbet_canvas_clear_overlay (canvas);
  if (!again)
    vbet_canvas_use_select (canvas);
  vbet_canvas_place_frame (canvas, rect, !again);
}

static gboolean
frame_cancel (VbetCanvas *canvas, gpointer data)
{
  Frame *self = data;
  gboolean busy = self->down;
  self->down = FALSE;
  vbet_canvas_clear_overlay (canvas);
  return busy;
}

const VbetTool vbet_tool_frame = {
  .name = "frame",
  .cursor = "crosshair",
  .begin = frame_begin,
  .end = frame_end,
  .press = frame_press,
  .motion = frame_motion,
  .release = frame_release,
  .leave = place_leave,
  .cancel = frame_cancel,
};
