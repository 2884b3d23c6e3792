/* fabric-path.c - the way of a frame through the fabric; see fabric.h. */
#include "config.h"

#include "switch/core/offload.h"
#include "switch/fabric-private.h"

#define PARKED_BATCH 256

static void
push_work (VbetFabric *self, VbetEndpoint *to, const VbetFrame *frame)
{
  if (self->work_count == WORK_SLOTS) {
    to->rx.dropped++;
    return;
  }
  self->work[(self->work_first + self->work_count++) % WORK_SLOTS]
      = (FabricWork){ .to = to, .frame = *frame };
}

/* --- frames with parts, for what takes only whole ones -------------------------------- */

static void
send_whole (const VbetFrame *frame, gpointer user_data)
{
  VbetEndpoint *to = user_data;
  to->klass->send (to->port, frame);
}

static void
input_whole_to_cable (const VbetFrame *frame, gpointer user_data)
{
  const VbetEndpoint *from = user_data;
  vbet_cable_input (&from->cable->core, from->end, frame, from->fabric->now);
}

static void
park_whole (const VbetFrame *frame, gpointer user_data)
{
  VbetEndpoint *to = user_data;
  if (!vbet_frame_queue_push (&to->fabric->parked, frame, to))
    to->rx.dropped++;
}

static void
relay_whole (const VbetFrame *frame, gpointer user_data)
{
  VbetEndpoint *to = user_data;
  to->bridge->klass->input (to->bridge->relay, to->number, frame, to->fabric->now);
}

/* Gives @frame, or what it becomes on a wire, to @take. */
static void
each_whole (VbetEndpoint *endpoint, const VbetFrame *frame, VbetOffloadEmit take)
{
  if (frame->parts == NULL)
    take (frame, endpoint);
  else if (!vbet_offload_resolve (frame, &endpoint->fabric->store, take, endpoint))
    endpoint->rx.dropped++;
}

/* --- the way -------------------------------------------------------------------------- */

/* @frame has reached @to: the inside of a bridge, or the way out to a device. */
static void
deliver (VbetEndpoint *to, const VbetFrame *frame)
{
  VbetFabric *self = to->fabric;
  if (to->bridge != NULL) {
    push_work (self, to, frame);
    return;
  }
  if (!to->connected || vbet_frame_check (vbet_offload_wire_size (frame), to->mtu) != VBET_FRAME_OK) {
    to->rx.dropped++;
    return;
  }
  if (!to->dirty) {
    to->dirty = TRUE;
    g_ptr_array_add (self->dirty, to);
  }
  if (frame->parts == NULL || (to->klass->takes_parts != NULL && to->klass->takes_parts (to->port, frame)))
    to->klass->send (to->port, frame);
  else
    each_whole (to, frame, send_whole);
}

/* @frame leaves @from by what is plugged into it. */
static void
emit (VbetEndpoint *from, const VbetFrame *frame)
{
  if (from->cable != NULL) {
    if (G_UNLIKELY (from->cable->taps != NULL))
      vbet_fabric_tap (from->cable, from->end, TRUE, frame);
    if (frame->parts == NULL || vbet_cable_is_perfect (&from->cable->core, from->end))
      vbet_cable_input (&from->cable->core, from->end, frame, from->fabric->now);
    else
      each_whole (from, frame, input_whole_to_cable);
    vbet_fabric_reschedule (from->cable);
  } else if (from->direct != NULL) {
    deliver (from->direct, frame);
  } else {
    from->tx.dropped++;
  }
}

void
vbet_fabric_cable_deliver (VbetCableSide end, const VbetFrame *frame, gpointer user_data)
{
  FabricCable *cable = user_data;
  if (G_UNLIKELY (frame->probe != 0)) {
    vbet_fabric_probe_arrived (cable, end, frame);
    return;
  }
  if (G_UNLIKELY (cable->taps != NULL))
    vbet_fabric_tap (cable, end, FALSE, frame);
  deliver (cable->ends[end], frame);
}

void
vbet_fabric_relay_send (guint port, const VbetFrame *frame, gpointer user_data)
{
  FabricBridge *bridge = user_data;
  emit (g_ptr_array_index (bridge->ports, port), frame);
}

void
vbet_fabric_input (VbetFabric *self, VbetEndpoint *from, const VbetFrame *frame, gint64 now)
{
  self->now = now;
  gboolean plugged = from->cable != NULL || from->direct != NULL;
  if (!plugged || vbet_frame_check (vbet_offload_wire_size (frame), from->mtu) != VBET_FRAME_OK) {
    from->tx.dropped++;
    return;
  }
  vbet_offload_count (&from->tx, frame);
  VbetFrame marked = *frame;
  marked.source = from->source;
  emit (from, &marked);
}

static void
note_group (FabricBridge *bridge, gint64 now)
{
  guint64 moved = 0;
  if (bridge->bridge != NULL)
    moved = vbet_mac_table_get_moved (vbet_bridge_get_table (bridge->bridge));
  vbet_storm_note (&bridge->storm, moved, now);
}

static void
relay_input (VbetEndpoint *to, const VbetFrame *frame, gint64 now)
{
  const FabricBridge *bridge = to->bridge;
  if (vbet_mac_is_group (vbet_frame_destination (frame)))
    note_group (to->bridge, now);
  if (frame->parts != NULL && bridge->klass->looks_inside (bridge->relay))
    each_whole (to, frame, relay_whole);
  else
    bridge->klass->input (bridge->relay, to->number, frame, now);
}

/* Puts what was set aside back on the work list, by reference and before newer frames.
 * Returns: how many to pop after the run. */
static guint
unpark (VbetFabric *self)
{
  if (self->parked.frames == 0)
    return 0;
  VbetFrame frames[PARKED_BATCH];
  gpointer tags[PARKED_BATCH];
  guint room = MIN (PARKED_BATCH, WORK_SLOTS - self->work_count);
  guint n = vbet_frame_queue_peek (&self->parked, frames, tags, room);
  self->work_first = (self->work_first + WORK_SLOTS - n) % WORK_SLOTS;
  self->work_count += n;
  for (guint i = 0; i < n; i++)
    self->work[(self->work_first + i) % WORK_SLOTS] = (FabricWork){ .to = tags[i], .frame = frames[i] };
  return n;
}

/* Copies what the budget did not allow, since its bytes go away with this run. */
static void
park (VbetFabric *self)
{
  for (; self->work_count > 0; self->work_count--) {
    FabricWork *work = &self->work[self->work_first];
    self->work_first = (self->work_first + 1) % WORK_SLOTS;
    if (work->to != NULL)
      each_whole (work->to, &work->frame, park_whole);
  }
}

static void
flush (VbetFabric *self)
{
  for (guint i = 0; i < self->dirty->len; i++) {
    VbetEndpoint *endpoint = g_ptr_array_index (self->dirty, i);
    endpoint->dirty = FALSE;
    endpoint->klass->flush (endpoint->port);
  }
  g_ptr_array_set_size (self->dirty, 0);
  if (G_UNLIKELY (self->taps->len > 0))
    vbet_fabric_flush_taps (self);
}

gboolean
vbet_fabric_run (VbetFabric *self, gint64 now)
{
  self->now = now;
  vbet_fabric_run_due (self, now);
  guint unparked = unpark (self);
  for (guint budget = VBET_FABRIC_BUDGET; budget > 0 && self->work_count > 0; budget--) {
    FabricWork work = self->work[self->work_first];
    self->work_first = (self->work_first + 1) % WORK_SLOTS;
    self->work_count--;
    if (work.to != NULL)
      relay_input (work.to, &work.frame, now);
  }
  if (G_UNLIKELY (self->work_count > 0))
    park (self);
  flush (self);
  if (G_UNLIKELY (unparked > 0))
    vbet_frame_queue_pop (&self->parked, unparked);
  vbet_frame_store_reclaim (&self->store);
  return self->parked.frames > 0;
}

void
vbet_fabric_purge (VbetFabric *self, VbetEndpoint *endpoint)
{
  for (guint i = 0; i < self->work_count; i++) {
    FabricWork *work = &self->work[(self->work_first + i) % WORK_SLOTS];
    if (work->to == endpoint)
      work->to = NULL;
  }
  vbet_frame_queue_retag (&self->parked, endpoint, NULL);
  if (endpoint->dirty)
    g_ptr_array_remove_fast (self->dirty, endpoint);
}
