/* capture.c - see capture.h. */
#include "config.h"

#include "switch/capture.h"

#include <errno.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "switch/core/offload.h"
#include "switch/core/pcapng.h"

#define SPARE_CHUNKS 4
/* Captures take one part in that many of the time that passes, and of the time this process works. */
#define BUDGET_OF_TIME 50
#define BUDGET_OF_WORK 16
#define BUDGET_MAX G_GINT64_CONSTANT (5000000) /* nanoseconds that may be saved for a burst */
#define SAMPLE 16                              /* frames of which one is timed */
#define COST_OF_LATE 8                         /* timed frames over which their cost is evened out */
#define SEGMENTS_MAX ((gsize)1024 * 1024)      /* bytes of what one frame in parts becomes */
/* Nanoseconds between two messages to the reader, unless a chunk is full: what comes between goes together.
 */
#define SEND_PAUSE G_GINT64_CONSTANT (5000000)
#define STATISTICS_PAUSE G_GINT64_CONSTANT (100000000)

typedef struct {
  gsize size;
  gsize room;
  guint8 data[];
} Chunk;

typedef struct {
  guint number;     /* in the section */
  guint64 received; /* frames that passed the filter */
  guint64 missed;   /* of those, not captured */
  guint64 said;     /* of those, said by a packet */
} Interface;

struct VbetCapture {
  VbetIo *io;
  guint64 serial;
  int fd;
  VbetFdRef ref;
  VbetTap *tap;
  VbetCaptureSettings settings;
  Interface interfaces[2]; /* by end */
  GQueue chunks;           /* of Chunk, oldest first */
  GQueue spare;            /* likewise, empty ones of the usual size */
  VbetFrameStore segments; /* what frames in parts become on a wire, while they are looked at */
  gsize queued;            /* bytes in @chunks */
  VbetCaptures *shared;
  guint sample;          /* frames since one was timed */
  gint64 cost;           /* nanoseconds of a frame, evened out */
  gboolean listed;       /* something is to be done at @due */
  gint64 due;            /* monotonic, as the next two */
  gint64 sent;           /* when something was last sent */
  gint64 told;           /* when statistics were last written */
  guint64 in_statistics; /* missed frames that statistics have said */
  gboolean blocked;      /* the loop waits until the reader takes more */
  VbetCaptureClosed closed;
  gpointer user_data;
};

struct VbetCaptures {
  gint64 left;       /* nanoseconds; negative: none */
  gint64 filled;     /* when it was last added to; monotonic nanoseconds; 0: never */
  gint64 worked;     /* processor time of this process then */
  GPtrArray *listed; /* of VbetCapture */
};

void
vbet_capture_settings_clear (VbetCaptureSettings *self)
{
  g_free (self->name[0]);
  g_free (self->name[1]);
  g_free (self->filter);
  *self = (VbetCaptureSettings){ 0 };
}

static void
settings_copy (VbetCaptureSettings *self, const VbetCaptureSettings *from)
{
  *self = *from;
  self->name[0] = g_strdup (from->name[0]);
  self->name[1] = g_strdup (from->name[1]);
  self->filter = g_memdup2 (from->filter, from->filter_size * sizeof *from->filter);
}

static gint64
read_clock (clockid_t clock)
{
  struct timespec now;
  clock_gettime (clock, &now);
  return (gint64)now.tv_sec * 1000000000 + now.tv_nsec;
}

static gint64
monotonic_ns (void)
{
  return read_clock (CLOCK_MONOTONIC);
}

/* What the capture is charged: not the time in which others had the processor. */
static gint64
spent_ns (void)
{
  return read_clock (CLOCK_THREAD_CPUTIME_ID);
}

static void
refill (VbetCaptures *self, gint64 now)
{
  gint64 worked = read_clock (CLOCK_PROCESS_CPUTIME_ID);
  if (self->filled == 0)
    self->left = BUDGET_MAX;
  else
    self->left
        = MIN (self->left + (now - self->filled) / BUDGET_OF_TIME + (worked - self->worked) / BUDGET_OF_WORK,
               BUDGET_MAX);
  self->filled = now;
  self->worked = worked;
}

static gint64
wall_ns (void)
{
  return read_clock (CLOCK_REALTIME);
}

/* --- the queue --------------------------------------------------------------------- */

static Chunk *
new_chunk (VbetCapture *self, gsize size)
{
  Chunk *chunk = size <= VBET_CAPTURE_CHUNK ? g_queue_pop_head (&self->spare) : NULL;
  if (chunk == NULL) {
    gsize room = MAX (size, VBET_CAPTURE_CHUNK);
    chunk = g_malloc (sizeof *chunk + room);
    chunk->room = room;
  }
  chunk->size = 0;
  g_queue_push_tail (&self->chunks, chunk);
  return chunk;
}

/* Returns: the last chunk, with room for a block of @size bytes. */
static Chunk *
chunk_for (VbetCapture *self, gsize size)
{
  Chunk *chunk = g_queue_peek_tail (&self->chunks);
  return chunk != NULL && chunk->room - chunk->size >= size ? chunk : new_chunk (self, size);
}

static void
drop_first (VbetCapture *self)
{
  Chunk *chunk = g_queue_pop_head (&self->chunks);
  self->queued -= chunk->size;
  if (chunk->room == VBET_CAPTURE_CHUNK && self->spare.length < SPARE_CHUNKS)
    g_queue_push_head (&self->spare, chunk);
  else
    g_free (chunk);
}

static void
append (VbetCapture *self, const GByteArray *blocks)
{
  Chunk *chunk = chunk_for (self, blocks->len);
  memcpy (chunk->data + chunk->size, blocks->data, blocks->len);
  chunk->size += blocks->len;
  self->queued += blocks->len;
}

static guint64
all_missed (const VbetCapture *self)
{
  return self->interfaces[0].missed + self->interfaces[1].missed;
}

static void
append_statistics (VbetCapture *self)
{
  g_autoptr (GByteArray) blocks = g_byte_array_new ();
  for (guint end = 0; end < 2; end++) {
    const Interface *interface = &self->interfaces[end];
    if (self->settings.ends[end])
      vbet_pcapng_statistics (blocks, interface->number, wall_ns (), interface->received, interface->missed);
  }
  append (self, blocks);
  self->in_statistics = all_missed (self);
  self->told = monotonic_ns ();
}

/* Whether what was missed is still to be said: the queue is empty. */
static gboolean
owes_statistics (VbetCapture *self)
{
  return self->chunks.length == 0 && self->in_statistics != all_missed (self);
}

static void
list_for (VbetCapture *self, gint64 due)
{
  self->due = self->listed ? MIN (self->due, due) : due;
  if (!self->listed)
    g_ptr_array_add (self->shared->listed, self);
  self->listed = TRUE;
}

static void
unlist (VbetCapture *self)
{
  if (self->listed)
    g_ptr_array_remove_fast (self->shared->listed, self);
  self->listed = FALSE;
}

/* Sends what the reader takes, and at last what was missed, which may have to wait until @now is later. */
static void
send_chunks (VbetCapture *self, gint64 now)
{
  gboolean blocked = FALSE;
  if (owes_statistics (self) && now - self->told >= STATISTICS_PAUSE)
    append_statistics (self);
  while (!blocked && self->chunks.length > 0) {
    Chunk *chunk = g_queue_peek_head (&self->chunks);
    ssize_t n = send (self->fd, chunk->data, chunk->size, MSG_DONTWAIT | MSG_NOSIGNAL);
    blocked = n < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOBUFS);
    if (!blocked)
      drop_first (self); /* also when the reader is gone, which the loop reports */
    if (!blocked && owes_statistics (self) && now - self->told >= STATISTICS_PAUSE)
      append_statistics (self);
  }
  if (blocked != self->blocked && self->ref != 0)
    vbet_loop_change (vbet_io_get_loop (self->io), self->ref, blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
  self->blocked = blocked;
  self->sent = monotonic_ns ();
  if (owes_statistics (self))
    list_for (self, self->told + STATISTICS_PAUSE);
}

/* --- frames ------------------------------------------------------------------------ */

/* Where a frame was seen. */
typedef struct {
  VbetCapture *capture;
  VbetCableSide end;
  gboolean entered;
} Place;

static gboolean
has_time (const VbetCapture *self)
{
  return self->shared->left >= 0;
}

static void
write_frame (const Place *place, const VbetFrame *frame, guint captured, gsize room)
{
  VbetCapture *self = place->capture;
  Interface *interface = &self->interfaces[place->end];
  char comment[VBET_PCAPNG_COMMENT + 1];
  VbetPcapngPacket packet = {
    .interface = interface->number,
    .time = wall_ns (),
    .data = frame->data,
    .captured = captured,
    .size = frame->size,
    .direction = place->entered ? VBET_PCAPNG_OUT : VBET_PCAPNG_IN,
    .missed = interface->missed - interface->said,
  };
  if (packet.missed > 0) {
    g_snprintf (comment, sizeof comment,
                "%" G_GUINT64_FORMAT " frames before this one were not captured: too many came at once",
                packet.missed);
    packet.comment = comment;
    interface->said = interface->missed;
  }
  Chunk *chunk = chunk_for (self, room);
  gsize size = vbet_pcapng_packet (chunk->data + chunk->size, &packet);
  chunk->size += size;
  self->queued += size;
}

/* @frame: whole */
static void
take_frame (const VbetFrame *frame, gpointer user_data)
{
  const Place *place = user_data;
  VbetCapture *self = place->capture;
  const VbetCaptureSettings *settings = &self->settings;
  if (settings->filter != NULL && vbet_bpf_run (settings->filter, frame->data, frame->size) == 0)
    return;
  Interface *interface = &self->interfaces[place->end];
  interface->received++;
  guint captured = MIN (frame->size, settings->snaplen);
  gsize room = VBET_PCAPNG_PACKET_ROOM (captured);
  if (!has_time (self) || self->queued + room > VBET_CAPTURE_QUEUE)
    interface->missed++;
  else
    write_frame (place, frame, captured, room);
}

/* Counts what @frame, which has parts, would have been. A filter sees only the headers then: one by the
 * length of a frame may count wrong, but never as nothing what it is there to see. */
static void
miss_parts (const Place *place, const VbetFrame *frame)
{
  const VbetCaptureSettings *settings = &place->capture->settings;
  Interface *interface = &place->capture->interfaces[place->end];
  guint64 bytes;
  if (settings->filter != NULL && vbet_bpf_run (settings->filter, frame->data, frame->parts->head) == 0)
    return;
  guint count = vbet_offload_wire_count (frame, &bytes);
  interface->received += count;
  interface->missed += count;
}

/* Its segments are shown as they would be on a wire, while the frame itself goes on as it is. */
static void
take_parts (Place *place, const VbetFrame *frame)
{
  VbetCapture *self = place->capture;
  Interface *interface = &self->interfaces[place->end];
  if (!has_time (self)) {
    miss_parts (place, frame);
    return;
  }
  gint64 begun = spent_ns ();
  if (!vbet_offload_resolve (frame, &self->segments, take_frame, place)) {
    interface->received++;
    interface->missed++;
  }
  vbet_frame_store_reclaim (&self->segments);
  self->shared->left -= spent_ns () - begun;
}

static void
on_frame (VbetCableSide end, gboolean entered, const VbetFrame *frame, gpointer user_data)
{
  VbetCapture *self = user_data;
  Place place = { .capture = self, .end = end, .entered = entered };
  if (frame->parts != NULL) {
    take_parts (&place, frame);
    return;
  }
  gboolean timed = self->sample++ % SAMPLE == 0;
  gint64 begun = timed ? spent_ns () : 0;
  take_frame (frame, &place);
  if (!timed)
    return;
  /* One frame that met a page fault must not stand for all the others: they are charged what frames cost of late. */
  gint64 took = spent_ns () - begun;
  self->cost += (took - self->cost) / COST_OF_LATE;
  self->shared->left -= took + self->cost * (SAMPLE - 1);
}

static void
on_flush (gpointer user_data)
{
  VbetCapture *self = user_data;
  gint64 begun = spent_ns (), now = monotonic_ns ();
  refill (self->shared, now);
  if (self->blocked || (self->chunks.length == 0 && !owes_statistics (self)))
    return;
  if (self->queued >= VBET_CAPTURE_CHUNK || now - self->sent >= SEND_PAUSE)
    send_chunks (self, now);
  else
    list_for (self, self->sent + SEND_PAUSE);
  self->shared->left -= spent_ns () - begun;
}

/* --- what they share ----------------------------------------------------------------- */

VbetCaptures *
vbet_captures_new (void)
{
  VbetCaptures *self = g_new0 (VbetCaptures, 1);
  self->listed = g_ptr_array_new ();
  return self;
}

void
vbet_captures_free (VbetCaptures *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->listed);
  g_free (self);
}

gint64
vbet_captures_deadline (const VbetCaptures *self)
{
  gint64 deadline = VBET_CABLE_NEVER;
  for (guint i = 0; i < self->listed->len; i++)
    deadline = MIN (deadline, ((VbetCapture *)g_ptr_array_index (self->listed, i))->due);
  return deadline;
}

void
vbet_captures_run (VbetCaptures *self, gint64 now)
{
  for (guint i = self->listed->len; i > 0; i--) {
    VbetCapture *capture = g_ptr_array_index (self->listed, i - 1);
    if (capture->due > now)
      continue;
    gint64 begun = spent_ns ();
    unlist (capture);
    if (!capture->blocked)
      send_chunks (capture, now);
    self->left -= spent_ns () - begun;
  }
}

/* --- life -------------------------------------------------------------------------- */

static void
append_header (VbetCapture *self)
{
  g_autoptr (GByteArray) blocks = g_byte_array_new ();
  guint number = 0;
  vbet_pcapng_section (
      blocks, PACKAGE_STRING,
      self->settings.resumed ? "The switch process was replaced; frames in between were not captured" : NULL);
  for (guint end = 0; end < 2; end++) {
    if (!self->settings.ends[end])
      continue;
    self->interfaces[end].number = number++;
    vbet_pcapng_interface (blocks, self->settings.name[end], NULL, self->settings.snaplen);
  }
  append (self, blocks);
}

VbetCapture *
vbet_capture_new (VbetIo *io, const char *cable, const VbetCaptureSettings *settings, guint64 serial, int fd,
                  VbetCaptureClosed closed, gpointer user_data, int *ret_error)
{
  static const VbetTapClass tap_class = { on_frame, on_flush };
  VbetCapture *self = g_new0 (VbetCapture, 1);
  self->io = io;
  self->shared = vbet_io_get_captures (io);
  if (self->shared->filled == 0)
    refill (self->shared, monotonic_ns ());
  self->serial = serial;
  self->fd = fd;
  self->closed = closed;
  self->user_data = user_data;
  settings_copy (&self->settings, settings);
  g_queue_init (&self->chunks);
  g_queue_init (&self->spare);
  vbet_frame_store_init (&self->segments, SEGMENTS_MAX);
  *ret_error = -EINVAL;
  if (settings->ends[0] || settings->ends[1])
    self->tap = vbet_fabric_add_tap (vbet_io_get_fabric (io), cable, settings->ends, &tap_class, self);
  if (self->tap != NULL) {
    self->ref = vbet_loop_add (vbet_io_get_loop (io), fd, EPOLLIN, VBET_FD_CAPTURE, self);
    *ret_error = -errno;
  }
  if (self->ref == 0) {
    vbet_capture_free (self);
    return NULL;
  }
  append_header (self);
  send_chunks (self, monotonic_ns ());
  self->sent = 0; /* the first frame is shown at once */
  return self;
}

void
vbet_capture_free (VbetCapture *self)
{
  if (self == NULL)
    return;
  if (self->ref != 0) {
    append_statistics (self);
    send_chunks (self, monotonic_ns ());
  }
  unlist (self);
  vbet_loop_remove (vbet_io_get_loop (self->io), self->ref);
  if (self->tap != NULL)
    vbet_fabric_remove_tap (vbet_io_get_fabric (self->io), self->tap);
  while (self->chunks.length > 0)
    drop_first (self);
  g_queue_clear_full (&self->spare, g_free);
  vbet_frame_store_finish (&self->segments);
  vbet_capture_settings_clear (&self->settings);
  close (self->fd);
  g_free (self);
}

guint64
vbet_capture_get_serial (const VbetCapture *self)
{
  return self->serial;
}

void
vbet_capture_event (VbetCapture *self, guint32 events)
{
  char nothing[64];
  ssize_t n = 1;
  /* The reader has nothing to say: what it sends anyhow is thrown away. */
  if (events & EPOLLIN)
    n = recv (self->fd, nothing, sizeof nothing, MSG_DONTWAIT);
  if (n == 0 || events & (EPOLLHUP | EPOLLERR)) {
    self->closed (self, self->user_data);
    return;
  }
  if (events & EPOLLOUT)
    send_chunks (self, monotonic_ns ());
}
