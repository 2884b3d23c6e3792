/* fabric-schedule.c - what happens when nothing comes in: which cable has something to do first is a binary
 * heap of deadlines.
 *
 * One wait of the loop serves all cables; no cable has a timer of its own.
 */
#include "config.h"

#include "switch/fabric-private.h"

static FabricCable *
cable_at (GPtrArray *heap, guint index)
{
  return g_ptr_array_index (heap, index);
}

static void
put (GPtrArray *heap, guint index, FabricCable *cable)
{
  g_ptr_array_index (heap, index) = cable;
  cable->slot = (gint)index;
}

static void
sift_up (GPtrArray *heap, guint index)
{
  FabricCable *cable = cable_at (heap, index);
  while (index > 0 && cable_at (heap, (index - 1) / 2)->deadline > cable->deadline) {
    put (heap, index, cable_at (heap, (index - 1) / 2));
    index = (index - 1) / 2;
  }
  put (heap, index, cable);
}

static void
sift_down (GPtrArray *heap, guint index)
{
  FabricCable *cable = cable_at (heap, index);
  while (2 * index + 1 < heap->len) {
    guint child = 2 * index + 1;
    if (child + 1 < heap->len && cable_at (heap, child + 1)->deadline < cable_at (heap, child)->deadline)
      child++;
    if (cable_at (heap, child)->deadline >= cable->deadline)
      break;
    put (heap, index, cable_at (heap, child));
    index = child;
  }
  put (heap, index, cable);
}

void
vbet_fabric_unschedule (FabricCable *cable)
{
  GPtrArray *heap = cable->fabric->schedule;
  if (cable->slot < 0)
    return;
  guint slot = (guint)cable->slot;
  FabricCable *last = cable_at (heap, heap->len - 1);
  g_ptr_array_set_size (heap, (gint)heap->len - 1);
  cable->slot = -1;
  cable->deadline = VBET_CABLE_NEVER;
  if (last == cable)
    return;
  put (heap, slot, last);
  sift_up (heap, slot);
  sift_down (heap, (guint)last->slot);
}

void
vbet_fabric_reschedule (FabricCable *cable)
{
  GPtrArray *heap = cable->fabric->schedule;
  gint64 deadline = vbet_cable_deadline (&cable->core);
  if (G_UNLIKELY (cable->probe != NULL))
    deadline = MIN (deadline, vbet_probe_deadline (cable->probe));
  if (deadline == cable->deadline)
    return;
  if (deadline == VBET_CABLE_NEVER) {
    vbet_fabric_unschedule (cable);
    return;
  }
  if (cable->slot < 0) {
    cable->slot = (gint)heap->len;
    g_ptr_array_add (heap, cable);
  }
  cable->deadline = deadline;
  sift_up (heap, (guint)cable->slot);
  sift_down (heap, (guint)cable->slot);
}

gint64
vbet_fabric_deadline (VbetFabric *self)
{
  gint64 deadline = self->schedule->len > 0 ? cable_at (self->schedule, 0)->deadline : VBET_CABLE_NEVER;
  for (guint i = 0; i < self->trees->len; i++) {
    const FabricBridge *bridge = g_ptr_array_index (self->trees, i);
    deadline = MIN (deadline, vbet_bridge_deadline (bridge->bridge));
  }
  return deadline;
}

void
vbet_fabric_run_due (VbetFabric *self, gint64 now)
{
  for (guint i = 0; i < self->trees->len; i++) {
    FabricBridge *bridge = g_ptr_array_index (self->trees, i);
    vbet_bridge_run (bridge->bridge, now);
  }
  while (self->schedule->len > 0 && cable_at (self->schedule, 0)->deadline <= now) {
    FabricCable *cable = cable_at (self->schedule, 0);
    vbet_cable_run (&cable->core, now);
    if (G_UNLIKELY (cable->probe != NULL))
      vbet_fabric_run_probe (cable, now);
    vbet_fabric_reschedule (cable);
  }
}
