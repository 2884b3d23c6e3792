/* vhost-rings.c - frames between a guest's rings and the fabric; see vhost-port.h.
 *
 * From a guest: a batch of chains is taken, the first bytes of each frame are
 * copied and judged, the rest stays where it is until the end of the run; then
 * the chains are given back, with one notification.
 *
 * To a guest: a frame goes straight into its buffers; what finds none waits in
 * a bounded queue until the guest gives some.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "switch/vhost-private.h"

#define BATCH 64
/* Frames on a wire that a batch may become: a guest that has huge ones cut into tiny ones must not hold up
 * the others. */
#define BATCH_WIRE 4096
/* Nanoseconds between two notifications of a guest: under load each is for several frames, and the guest's
 * processor is left with time for what it received. A lone frame is told at once. */
#define CALL_GAP G_GINT64_CONSTANT (100000)
/* Nanoseconds after which a guest that seems to sleep is notified again; twice as long after each time in
 * vain. */
#define NUDGE G_GINT64_CONSTANT (1000000)
#define NUDGES_MAX 8
#define ROOM_CHAINS 128 /* that one frame may fill */
#define ROOM_PARTS 256
#define SOURCES (VBET_CHAIN_PARTS + 2)

/* A frame on its way out of a guest. */
typedef struct {
  VbetChain chain;
  VbetFrameParts parts;
  guint8 bytes[VBET_OFFLOAD_HEADER + VBET_OFFLOAD_HEAD];
} Slot;

struct VbetVhost {
  GPtrArray *ready;  /* of VbetVhostPort: have more to do */
  GPtrArray *paused; /* of VbetVhostPort: wait for the keeper */
  GPtrArray *listed; /* of VbetVhostRing: with something to do when it is due */
  gint64 now;        /* nanoseconds; of the latest event */
  Slot slots[BATCH];
  guint n_parts;
  struct iovec parts[ROOM_PARTS]; /* a guest's buffers for one frame */
};

VbetVhost *
vbet_vhost_new (void)
{
  VbetVhost *self = g_new0 (VbetVhost, 1);
  self->ready = g_ptr_array_new ();
  self->listed = g_ptr_array_new ();
  self->paused = g_ptr_array_new ();
  return self;
}

void
vbet_vhost_free (VbetVhost *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->ready);
  g_ptr_array_unref (self->listed);
  g_ptr_array_unref (self->paused);
  g_free (self);
}

static void
mark_ready (VbetVhostPort *self)
{
  if (self->ready)
    return;
  self->ready = TRUE;
  g_ptr_array_add (self->shared->ready, self);
}

void
vbet_vhost_port_rest (VbetVhostPort *self)
{
  if (self->ready)
    g_ptr_array_remove_fast (self->shared->ready, self);
  if (self->paused)
    g_ptr_array_remove_fast (self->shared->paused, self);
  self->ready = self->paused = FALSE;
  for (guint i = 0; i < VHOST_RINGS; i++)
    if (self->rings[i].listed)
      g_ptr_array_remove_fast (self->shared->listed, &self->rings[i]);
}

void
vbet_vhost_port_pause (VbetVhostPort *self)
{
  if (self->paused)
    return;
  self->paused = TRUE;
  g_ptr_array_add (self->shared->paused, self);
  vbet_vhost_port_listen (self);
}

static void
resume_paused (VbetVhost *self)
{
  for (guint i = self->paused->len; i > 0; i--) {
    VbetVhostPort *port = g_ptr_array_index (self->paused, i - 1);
    if (port->callbacks->is_busy (port->user_data))
      return;
    port->paused = FALSE;
    g_ptr_array_remove_index_fast (self->paused, i - 1);
    vbet_vhost_port_listen (port);
  }
}

/* Whether a descriptor waits is its open file's, which the guest shares: it can be changed at any time, so
 * each call says for itself that it does not wait. */
static gssize
read_now (const VbetVhostRing *ring, guint64 *number)
{
  struct iovec iov = { .iov_base = number, .iov_len = sizeof *number };
  ssize_t n = preadv2 (ring->kick, &iov, 1, -1, RWF_NOWAIT);
  if (n >= 0 || errno != EOPNOTSUPP)
    return n;
  n = recv (ring->kick, number, sizeof *number, MSG_DONTWAIT);
  return n >= 0 || errno != ENOTSOCK ? n : read (ring->kick, number, sizeof *number);
}

static void
list_ring (VbetVhostRing *ring, gint64 due)
{
  ring->due = due;
  if (ring->listed)
    return;
  ring->listed = TRUE;
  g_ptr_array_add (ring->port->shared->listed, ring);
}

static void
call_guest (VbetVhostRing *ring)
{
  guint64 one = 1;
  ring->called = ring->port->shared->now;
  if (ring->call >= 0 && send (ring->call, &one, sizeof one, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
    return; /* a full socket has unread notifications in it: as good as one more */
}

void
vbet_vhost_ring_call (VbetVhostRing *ring)
{
  call_guest (ring);
}

/* A guest that was notified may fall asleep before it has taken everything: user-mode Linux, when the
 * notification comes just while it goes to sleep and leaves the work to a thread. As it has not asked to be
 * notified again, it would sleep until its next timer. So a look is taken at what it has received. */
static void
watch (VbetVhostRing *ring)
{
  if (ring->listed || ring->index != VHOST_RECEIVE || vbet_queue_is_drained (&ring->queue))
    return;
  ring->nudges = 0;
  ring->waiting = vbet_queue_waiting (&ring->queue);
  list_ring (ring, ring->port->shared->now + NUDGE);
}

/* Shows the guest the chains that came back, and notifies it, now or soon. */
static void
publish (VbetVhostRing *ring)
{
  VbetVhost *shared = ring->port->shared;
  gboolean wanted = vbet_queue_publish (&ring->queue);
  if (ring->owed)
    return;
  if (wanted && shared->now - ring->called < CALL_GAP) {
    ring->owed = TRUE;
    list_ring (ring, ring->called + CALL_GAP);
    return;
  }
  if (wanted)
    call_guest (ring);
  watch (ring);
}

/* What is due for a listed ring. Returns: FALSE when it need not be looked at again. */
static gboolean
attend (VbetVhostRing *ring, gint64 now)
{
  guint waiting = vbet_queue_waiting (&ring->queue);
  gboolean sleeps = ring->index == VHOST_RECEIVE && !vbet_queue_is_drained (&ring->queue);
  if (ring->owed) {
    ring->owed = FALSE;
    ring->nudges = 0;
    call_guest (ring);
  } else if (waiting > ring->waiting) {
    ring->nudges = 0; /* it is awake, and gives back what it has emptied */
  } else if (ring->nudges == NUDGES_MAX) {
    return FALSE;
  } else if (sleeps) {
    ring->nudges++;
    call_guest (ring);
  }
  ring->waiting = waiting;
  ring->due = now + (NUDGE << ring->nudges);
  return sleeps;
}

static void
attend_all (VbetVhost *self)
{
  for (guint i = 0; i < self->listed->len;) {
    VbetVhostRing *ring = g_ptr_array_index (self->listed, i);
    if (self->now < ring->due || attend (ring, self->now)) {
      i++;
      continue;
    }
    ring->listed = FALSE;
    g_ptr_array_remove_index_fast (self->listed, i);
  }
}

gint64
vbet_vhost_deadline (VbetIo *io)
{
  VbetVhost *self = vbet_io_get_vhost (io);
  gint64 first = VBET_CABLE_NEVER;
  for (guint i = 0; i < self->listed->len; i++) {
    const VbetVhostRing *ring = g_ptr_array_index (self->listed, i);
    first = MIN (first, ring->due);
  }
  return first;
}

static guint
header_size (const VbetVhostPort *self)
{
  return self->features & (VHOST_VERSION_1 | VHOST_MRG_RXBUF) ? VBET_OFFLOAD_HEADER
                                                              : VBET_OFFLOAD_HEADER_SHORT;
}

/* --- from the guest ------------------------------------------------------------------- */

/* Copies the first bytes and leaves in the chain what follows them. Returns: FALSE when the guest sent
 * nonsense. */
static gboolean
read_slot (const VbetVhostPort *self, Slot *slot, VbetFrame *ret_frame)
{
  VbetChain *chain = &slot->chain;
  guint header = header_size (self);
  gsize wanted = header + VBET_OFFLOAD_HEAD, copied = 0;
  guint at = 0;
  if (chain->n_write > 0 || chain->bytes_read < header + VBET_FRAME_HEADER
      || chain->bytes_read > header + VBET_FRAME_MAX)
    return FALSE;
  while (copied < wanted && at < chain->n_read) {
    struct iovec *part = &chain->parts[at];
    gsize now = MIN (part->iov_len, wanted - copied);
    memcpy (slot->bytes + copied, part->iov_base, now);
    copied += now;
    part->iov_base = (guint8 *)part->iov_base + now;
    part->iov_len -= now;
    if (part->iov_len == 0)
      at++;
  }
  slot->parts.head = (guint)(copied - header);
  slot->parts.rest = &chain->parts[at];
  slot->parts.n_rest = chain->n_read - at;
  *ret_frame = (VbetFrame){ .data = slot->bytes + header, .size = (guint)(chain->bytes_read - header) };
  if (!vbet_offload_read (slot->bytes, ret_frame->data, slot->parts.head, ret_frame->size,
                          &slot->parts.offload))
    return FALSE;
  if (slot->parts.n_rest > 0 || slot->parts.offload.checksum)
    ret_frame->parts = &slot->parts;
  return TRUE;
}

/* One batch. Returns: whether the guest has more. */
static gboolean
transmit (VbetVhostPort *self, gint64 now)
{
  VbetVhostRing *ring = &self->rings[VHOST_TRANSMIT];
  VbetFabric *fabric = vbet_io_get_fabric (self->io);
  guint n = 0, wire = 0;
  vbet_queue_hush (&ring->queue);
  for (; n < BATCH && wire < BATCH_WIRE; n++) {
    Slot *slot = &self->shared->slots[n];
    VbetFrame frame;
    VbetChainResult result = vbet_queue_take (&ring->queue, &slot->chain);
    if (result == VBET_CHAIN_NONE)
      break;
    if (result == VBET_CHAIN_OK && read_slot (self, slot, &frame)) {
      guint64 bytes;
      wire += vbet_offload_wire_count (&frame, &bytes);
      vbet_fabric_input (fabric, self->endpoint, &frame, now);
    } else {
      vbet_endpoint_get_tx (self->endpoint)->dropped++;
    }
  }
  if (n > 0)
    vbet_fabric_run (fabric, now);
  for (guint i = 0; i < n; i++)
    vbet_queue_give (&ring->queue, self->shared->slots[i].chain.head, 0);
  publish (ring);
  return n == BATCH || wire >= BATCH_WIRE || vbet_queue_ask (&ring->queue, 0);
}

/* --- to the guest ----------------------------------------------------------------------- */

/* Takes buffers for @size bytes. Returns: how many chains; 0: there is no room, and nothing is taken. */
static guint
take_room (VbetVhostPort *self, gsize size, guint16 *ret_heads, guint32 *ret_bytes)
{
  VbetQueue *queue = &self->rings[VHOST_RECEIVE].queue;
  VbetVhost *shared = self->shared;
  guint most = self->features & VHOST_MRG_RXBUF ? ROOM_CHAINS : 1;
  guint n = 0;
  gsize room = 0;
  shared->n_parts = 0;
  while (room < size && n < most) {
    VbetChain taken;
    VbetChainResult result = vbet_queue_take (queue, &taken);
    if (result == VBET_CHAIN_NONE)
      break;
    n++;
    if (result == VBET_CHAIN_BAD || taken.n_read > 0 || shared->n_parts + taken.n_write > ROOM_PARTS) {
      queue->broken = TRUE;
      return 0;
    }
    memcpy (shared->parts + shared->n_parts, taken.parts, taken.n_write * sizeof taken.parts[0]);
    shared->n_parts += taken.n_write;
    ret_heads[n - 1] = taken.head;
    ret_bytes[n - 1] = (guint32)MIN (taken.bytes_write, size - room);
    room += ret_bytes[n - 1];
  }
  if (room == size)
    return n;
  vbet_queue_untake (queue, n);
  return 0;
}

static void
scatter (const VbetVhost *shared, const struct iovec *from, guint n_from)
{
  guint to = 0;
  gsize offset = 0;
  for (guint i = 0; i < n_from; i++) {
    const guint8 *data = from[i].iov_base;
    for (gsize left = from[i].iov_len; left > 0;) {
      gsize now = MIN (left, shared->parts[to].iov_len - offset);
      memcpy ((guint8 *)shared->parts[to].iov_base + offset, data, now);
      data += now;
      left -= now;
      offset += now;
      if (offset == shared->parts[to].iov_len) {
        to++;
        offset = 0;
      }
    }
  }
}

/* Puts a frame into the guest's buffers. @words: the header; the number of buffers is set here. @from: (array
 * length=n_from): its first place is free for the header. Returns: FALSE when there is no room. */
static gboolean
put (VbetVhostPort *self, guint8 *words, struct iovec *from, guint n_from, guint size)
{
  guint16 heads[ROOM_CHAINS];
  guint32 bytes[ROOM_CHAINS];
  guint header = header_size (self);
  VbetVhostRing *ring = &self->rings[VHOST_RECEIVE];
  guint n = take_room (self, (gsize)header + size, heads, bytes);
  if (n == 0)
    return FALSE;
  words[10] = (guint8)n;
  words[11] = (guint8)(n >> 8);
  from[0] = (struct iovec){ .iov_base = words, .iov_len = header };
  scatter (self->shared, from, n_from);
  for (guint i = 0; i < n; i++)
    vbet_queue_give (&ring->queue, heads[i], bytes[i]);
  return TRUE;
}

static gboolean
put_frame (VbetVhostPort *self, const VbetFrame *frame)
{
  guint8 words[VBET_OFFLOAD_HEADER];
  struct iovec from[SOURCES];
  guint n = 2;
  from[1] = (struct iovec){ .iov_base = (void *)frame->data, .iov_len = frame->size };
  if (frame->parts != NULL) {
    from[1].iov_len = frame->parts->head;
    memcpy (from + 2, frame->parts->rest, frame->parts->n_rest * sizeof from[0]);
    n += frame->parts->n_rest;
  }
  vbet_offload_write (frame, 1, words);
  return put (self, words, from, n, frame->size);
}

/* Keeps a copy of a frame for which there is no room. */
static gboolean
wait_for_room (VbetVhostPort *self, const VbetFrame *frame)
{
  guint8 *place = vbet_fair_queue_reserve (&self->queue, VBET_OFFLOAD_HEADER + frame->size, frame->source);
  if (place == NULL)
    return FALSE;
  vbet_offload_write (frame, 1, place);
  vbet_offload_copy (frame, place + VBET_OFFLOAD_HEADER);
  return TRUE;
}

/* Puts what waits, as far as there is room. */
static void
drain (VbetVhostPort *self)
{
  VbetFrame frame;
  VbetQueue *queue = &self->rings[VHOST_RECEIVE].queue;
  do {
    while (vbet_fair_queue_peek (&self->queue, &frame, 1) > 0) {
      struct iovec from[2];
      guint8 words[VBET_OFFLOAD_HEADER];
      guint size = frame.size - VBET_OFFLOAD_HEADER;
      memcpy (words, frame.data, sizeof words);
      from[1] = (struct iovec){ .iov_base = (void *)(frame.data + VBET_OFFLOAD_HEADER), .iov_len = size };
      if (!put (self, words, from, 2, size))
        break;
      vbet_fair_queue_pop (&self->queue, 1);
    }
  } while (vbet_fair_queue_length (&self->queue) > 0 && vbet_queue_ask (queue, vbet_queue_waiting (queue)));
  if (vbet_fair_queue_length (&self->queue) == 0)
    vbet_queue_hush (queue);
}

static void
port_send (gpointer port, const VbetFrame *frame)
{
  VbetVhostPort *self = port;
  VbetCounters *rx = vbet_endpoint_get_rx (self->endpoint);
  gboolean ok = vbet_queue_is_started (&self->rings[VHOST_RECEIVE].queue)
                && ((vbet_fair_queue_length (&self->queue) == 0 && put_frame (self, frame))
                    || wait_for_room (self, frame));
  if (G_LIKELY (ok))
    vbet_offload_count (rx, frame);
  else
    rx->dropped++;
}

static void
port_flush (gpointer port)
{
  VbetVhostPort *self = port;
  if (G_UNLIKELY (vbet_fair_queue_length (&self->queue) > 0))
    drain (self);
  publish (&self->rings[VHOST_RECEIVE]);
  if (G_UNLIKELY (vbet_guest_memory_is_lost (&self->memory)))
    mark_ready (self); /* where it is noticed */
}

static guint
port_queued (gpointer port)
{
  const VbetVhostPort *self = port;
  return vbet_fair_queue_length (&self->queue);
}

static gboolean
port_takes_parts (gpointer port, const VbetFrame *frame)
{
  const VbetVhostPort *self = port;
  const VbetOffload *offload = &frame->parts->offload;
  guint64 need = offload->checksum ? VHOST_GUEST_CSUM : 0;
  if (offload->gso == VBET_GSO_TCP4)
    need |= VHOST_GUEST_TSO4;
  if (offload->gso == VBET_GSO_TCP6)
    need |= VHOST_GUEST_TSO6;
  if (offload->ecn)
    need |= VHOST_GUEST_ECN;
  return (self->features & need) == need;
}

const VbetPortClass vbet_vhost_port_class = { .send = port_send,
                                              .flush = port_flush,
                                              .queued = port_queued,
                                              .destroy = vbet_vhost_port_free,
                                              .takes_parts = port_takes_parts };

/* --- rings ---------------------------------------------------------------------------------- */

void
vbet_vhost_port_drop (VbetVhostPort *self)
{
  vbet_endpoint_get_rx (self->endpoint)->dropped += vbet_fair_queue_length (&self->queue);
  vbet_fair_queue_pop (&self->queue, vbet_fair_queue_length (&self->queue));
}

void
vbet_vhost_ring_update (VbetVhostRing *ring)
{
  VbetVhostPort *self = ring->port;
  vbet_queue_stop (&ring->queue);
  if (ring->enabled && ring->kick >= 0 && ring->size > 0 && self->memory.table.n > 0)
    vbet_queue_start (&ring->queue, &self->memory.table, ring->size, ring->descriptors, ring->avail,
                      ring->used, (self->features & VHOST_EVENT_IDX) != 0);
  if (!vbet_queue_is_started (&self->rings[VHOST_RECEIVE].queue))
    vbet_vhost_port_drop (self);
  gboolean works = TRUE;
  for (guint i = 0; i < VHOST_RINGS; i++)
    works &= vbet_queue_is_started (&self->rings[i].queue);
  vbet_endpoint_set_connected (self->endpoint, works);
  if (works)
    mark_ready (self); /* frames may wait since before */
}

void
vbet_vhost_ring_event (VbetVhostRing *ring, guint32 events, gint64 now)
{
  guint64 count;
  VbetVhostPort *self = ring->port;
  self->shared->now = now;
  gssize n = read_now (ring, &count);
  if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
    vbet_loop_remove (vbet_io_get_loop (self->io), ring->kick_ref); /* it would say so for ever */
    ring->kick_ref = 0;
  }
  (void)events;
  if (ring->index == VHOST_RECEIVE)
    port_flush (self);
  else if (transmit (self, now) || vbet_guest_memory_is_lost (&self->memory))
    mark_ready (self);
}

gboolean
vbet_vhost_run (VbetIo *io, gint64 now)
{
  VbetVhost *shared = vbet_io_get_vhost (io);
  shared->now = now;
  for (guint i = 0; i < shared->ready->len;) {
    VbetVhostPort *port = g_ptr_array_index (shared->ready, i);
    gboolean more = transmit (port, now);
    if (G_UNLIKELY (vbet_guest_memory_is_lost (&port->memory))) {
      vbet_vhost_port_end (port); /* out of the list, too */
    } else if (more) {
      i++;
    } else {
      port->ready = FALSE;
      g_ptr_array_remove_index_fast (shared->ready, i);
    }
  }
  resume_paused (shared);
  attend_all (shared);
  return shared->ready->len > 0;
}
