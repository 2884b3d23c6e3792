/* tool-place.c - puts devices down: one a click; with Shift it goes on placing. */
#include "config.h"

#include "gui/canvas/tool.h"

static void
place_motion (VbetCanvas *canvas, gpointer data, const VbetPointer *pointer)
{
  VbetOverlay *overlay = vbet_canvas_overlay (canvas);
  overlay->ghost = vbet_canvas_place_kind (canvas);
  overlay->ghost_at = vbet_canvas_snap (pointer->at);
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
  vbet_canvas_clear_overlay (canvas);
  vbet_canvas_place (canvas, kind, pointer->at);
  if (!(pointer->modifiers & GDK_SHIFT_MASK))
    vbet_canvas_use_select (canvas);
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
