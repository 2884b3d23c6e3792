/* tool-cable.c - cables devices: drag from one to the other, or click one, then the other. It stays chosen.
 */
#include "config.h"

#include "gui/canvas/tool.h"

#define DRAG_THRESHOLD 5.0

typedef struct {
  VbetWire wire;
  VbetPoint start_pixel;
  gboolean dragged; /* the pointer went away with the button down */
  gboolean down;
} Cable;

static gpointer
cable_begin (VbetCanvas *canvas)
{
  return g_new0 (Cable, 1);
}

static void
cable_end (VbetCanvas *canvas, gpointer data)
{
  Cable *self = data;
  vbet_wire_clear (canvas, &self->wire);
  g_free (self);
}

/* Nothing is in the hand: the device below the pointer shows its NICs. */
static void
hover (VbetCanvas *canvas, VbetPoint at)
{
  VbetOverlay *overlay = vbet_canvas_overlay (canvas);
  const VbetItem *item = vbet_canvas_item_at (canvas, at);
  gboolean cabled = item != NULL && (item->kind == VBET_ITEM_DEVICE || item->kind == VBET_ITEM_HANDLE);
  g_autofree char *name = cabled ? g_strdup (item->name) : NULL;
  if (name == NULL && overlay->hover != NULL && vbet_wire_is_near (canvas, overlay->hover, at))
    name = g_strdup (overlay->hover);
  if (g_strcmp0 (name, overlay->hover) == 0 && overlay->handles)
    return;
  overlay->handles = TRUE;
  vbet_canvas_set_names (canvas, name, NULL, NULL);
  vbet_canvas_refresh (canvas);
}

static void
cable_motion (VbetCanvas *canvas, gpointer data, const VbetPointer *pointer)
{
  Cable *self = data;
  if (!self->wire.active) {
    hover (canvas, pointer->at);
    return;
  }
  if (self->down && vbet_point_distance (pointer->pixel, self->start_pixel) >= DRAG_THRESHOLD)
    self->dragged = TRUE;
  vbet_wire_motion (canvas, &self->wire, pointer->at);
}

static void
cable_press (VbetCanvas *canvas, gpointer data, const VbetPointer *pointer)
{
  Cable *self = data;
  self->down = TRUE;
  self->dragged = FALSE;
  self->start_pixel = pointer->pixel;
  if (pointer->presses > 1)
    return;
  if (self->wire.active) {
    vbet_wire_drop (canvas, &self->wire, pointer->at);
    hover (canvas, pointer->at);
  } else {
    vbet_wire_start (canvas, &self->wire, vbet_canvas_item_at (canvas, pointer->at), pointer->at);
  }
}

static void
cable_release (VbetCanvas *canvas, gpointer data, const VbetPointer *pointer)
{
  Cable *self = data;
  self->down = FALSE;
  if (!self->wire.active || !self->dragged)
    return;
  vbet_wire_drop (canvas, &self->wire, pointer->at);
  hover (canvas, pointer->at);
}

static gboolean
cable_cancel (VbetCanvas *canvas, gpointer data)
{
  Cable *self = data;
  gboolean busy = self->wire.active;
  vbet_wire_clear (canvas, &self->wire);
  return busy;
}

const VbetTool vbet_tool_cable = {
  .name = "cable",
  .cursor = "crosshair",
  .begin = cable_begin,
  .end = cable_end,
  .press = cable_press,
  .motion = cable_motion,
  .release = cable_release,
  .cancel = cable_cancel,
};
