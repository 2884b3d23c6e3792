/* tool-cable.c - cables devices: drag from one to the other, or click one, then the other. */
#include "config.h"

#include "gui/canvas/tool.h"

typedef struct {
  char *from;       /* (nullable): device at the cable's first end */
  gboolean dragged; /* the pointer left that device with the button down */
} Cable;

static gpointer
cable_begin (VbetCanvas *canvas)
{
  return g_new0 (Cable, 1);
}

static void
give_up (VbetCanvas *canvas, Cable *self)
{
  g_clear_pointer (&self->from, g_free);
  self->dragged = FALSE;
  vbet_canvas_clear_overlay (canvas);
}

static void
cable_end (VbetCanvas *canvas, gpointer data)
{
  Cable *self = data;
  give_up (canvas, self);
  g_free (self);
}

static const char *
device_at (VbetCanvas *canvas, VbetPoint at)
{
  const VbetItem *item = vbet_canvas_item_at (canvas, at);
  return item != NULL && (item->kind == VBET_ITEM_DEVICE || item->kind == VBET_ITEM_HANDLE) ? item->name
                                                                                            : NULL;
}

static void
cable_motion (VbetCanvas *canvas, gpointer data, const VbetPointer *pointer)
{
  Cable *self = data;
  g_autofree char *under = g_strdup (device_at (canvas, pointer->at));
  if (self->from == NULL) {
    vbet_canvas_set_names (canvas, under, under, NULL);
  } else {
    gboolean other = under != NULL && !g_str_equal (under, self->from);
    self->dragged |= !g_strcmp0 (under, self->from) ? FALSE : TRUE;
    vbet_canvas_overlay (canvas)->wire_to = pointer->at;
    vbet_canvas_set_names (canvas, NULL, other ? under : NULL, self->from);
  }
  vbet_canvas_refresh (canvas);
}

/* The second end: cables when it is another device. */
static void
arrive (VbetCanvas *canvas, Cable *self, const VbetPointer *pointer)
{
  g_autofree char *to = g_strdup (device_at (canvas, pointer->at));
  g_autofree char *from = g_steal_pointer (&self->from);
  give_up (canvas, self);
  if (to != NULL && from != NULL && !g_str_equal (to, from))
    vbet_canvas_cable (canvas, from, to);
  cable_motion (canvas, self, pointer);
}

static void
cable_press (VbetCanvas *canvas, gpointer data, const VbetPointer *pointer)
{
  Cable *self = data;
  if (self->from != NULL) {
    arrive (canvas, self, pointer);
    return;
  }
  self->from = g_strdup (device_at (canvas, pointer->at));
  self->dragged = FALSE;
  cable_motion (canvas, self, pointer);
}

static void
cable_release (VbetCanvas *canvas, gpointer data, const VbetPointer *pointer)
{
  Cable *self = data;
  if (self->from != NULL && self->dragged)
    arrive (canvas, self, pointer);
}

static gboolean
cable_cancel (VbetCanvas *canvas, gpointer data)
{
  Cable *self = data;
  gboolean busy = self->from != NULL;
  give_up (canvas, self);
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
