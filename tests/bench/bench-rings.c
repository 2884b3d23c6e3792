/* bench-rings.c - a virtio-net driver without a guest: rings in memory that is shared with a switch over
 * vhost-user (virtio 1.2, 2.7), notifications by event index, as Linux's driver uses them.
 *
 * Chains come back in the order in which they were given, so place and number of a buffer are always the
 * same.
 */
#define _GNU_SOURCE
#include "config.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/bench-ends.h"

#define RECEIVE 0
#define TRANSMIT 1
#define SIZE 256 /* of a ring, as in user-mode Linux */
#define BUFFER 2048
#define HEADER 12
#define GUEST G_GUINT64_CONSTANT (0x40000000)
#define USER G_GUINT64_CONSTANT (0x7f0000000000)
#define RING(index) (0x10000 * (gsize)(index)) /* descriptors; +0x4000 available, +0x8000 used */
#define BUFFERS 0x20000
#define MEMORY (BUFFERS + 2 * SIZE * BUFFER)

typedef struct {
  guint16 *avail_index;
  guint16 *avail_event; /* ours: after which used buffer we want to be notified */
  guint16 *used_index;
  guint16 *used_event; /* theirs */
  guint16 given;       /* buffers made available */
  guint16 taken;       /* buffers that came back */
  int kick;
  int call;    /* our end of the pair of sockets, … */
  int call_in; /* … the switch's */
} Ring;

struct BenchRings {
  int fd;
  guint8 *memory;
  Ring rings[2];
};

static void
say (int fd, guint32 request, gconstpointer body, guint32 size, int with)
{
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE (sizeof (int))];
  } control = { .bytes = { 0 } };
  guint32 header[3] = { request, 1, size };
  struct iovec iov[2] = { { header, sizeof header }, { (void *)body, size } };
  struct msghdr message = { .msg_iov = iov, .msg_iovlen = 2 };
  if (with >= 0) {
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    control.header = (struct cmsghdr){ CMSG_LEN (sizeof (int)), SOL_SOCKET, SCM_RIGHTS };
    memcpy (CMSG_DATA (&control.header), &with, sizeof with);
  }
  (void)!sendmsg (fd, &message, MSG_NOSIGNAL);
}

static void
say_ring (int fd, guint32 request, guint32 index, guint32 value, int with)
{
  guint32 body[2] = { index, value };
  say (fd, request, body, sizeof body, with);
}

/* Returns: FALSE when no answer of 8 bytes comes. */
static gboolean
ask (int fd, guint32 request, guint64 *ret_value)
{
  guint8 answer[20];
  struct pollfd waits = { .fd = fd, .events = POLLIN };
  say (fd, request, NULL, 0, -1);
  for (guint i = 0; i < 500; i++) { /* the engine is in this process and passes the connection on */
    while (g_main_context_iteration (NULL, FALSE))
      ;
    if (poll (&waits, 1, 10) > 0) {
      gboolean ok = recv (fd, answer, sizeof answer, MSG_WAITALL) == sizeof answer;
      memcpy (ret_value, answer + 12, sizeof *ret_value);
      return ok;
    }
  }
  return FALSE;
}

static guint64
buffer_offset (guint ring, guint buffer)
{
  return BUFFERS + ((guint64)ring * SIZE + buffer) * BUFFER;
}

static void
set_length (BenchRings *self, guint ring, guint32 length)
{
  for (guint i = 0; i < SIZE; i++) {
    guint8 *descriptor = self->memory + RING (ring) + (gsize)i * 16;
    guint64 at = GUEST + buffer_offset (ring, i);
    guint16 rest[2] = { ring == RECEIVE ? 2 : 0, 0 };
    memcpy (descriptor, &at, 8);
    memcpy (descriptor + 8, &length, 4);
    memcpy (descriptor + 12, rest, 4);
  }
}

static void
ring_init (BenchRings *self, guint index)
{
  Ring *ring = &self->rings[index];
  guint8 *avail = self->memory + RING (index) + 0x4000;
  guint8 *used = self->memory + RING (index) + 0x8000;
  for (guint i = 0; i < SIZE; i++) {
    guint16 head = (guint16)i;
    memcpy (avail + 4 + (gsize)i * 2, &head, 2);
  }
  int call[2];
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, call), ==, 0);
  *ring = (Ring){ .avail_index = (gpointer)(avail + 2),
                  .avail_event = (gpointer)(avail + 4 + SIZE * 2),
                  .used_index = (gpointer)(used + 2),
                  .used_event = (gpointer)(used + 4 + SIZE * 8),
                  .kick = eventfd (0, EFD_NONBLOCK | EFD_CLOEXEC),
                  .call = call[0],
                  .call_in = call[1] };
  set_length (self, index, index == RECEIVE ? BUFFER : HEADER);
}

/* Makes @n buffers available, and notifies who wants to be. */
static void
give (Ring *ring, guint n)
{
  guint16 before = ring->given;
  ring->given = (guint16)(ring->given + n);
  __atomic_store_n (ring->avail_index, ring->given, __ATOMIC_RELEASE);
  __atomic_thread_fence (__ATOMIC_SEQ_CST);
  guint16 event = __atomic_load_n (ring->used_event, __ATOMIC_RELAXED);
  if ((guint16)(ring->given - event - 1) < (guint16)(ring->given - before))
    eventfd_write (ring->kick, 1);
}

static guint
came_back (const Ring *ring)
{
  return (guint16)(__atomic_load_n (ring->used_index, __ATOMIC_ACQUIRE) - ring->taken);
}

static void
start_ring (BenchRings *self, guint index)
{
  guint64 at = USER + RING (index);
  guint64 address[5] = { index, at, at + 0x8000, at + 0x4000, 0 };
  say_ring (self->fd, 8, index, SIZE, -1);
  say_ring (self->fd, 10, index, 0, -1);
  say (self->fd, 9, address, sizeof address, -1);
  say_ring (self->fd, 12, index, 0, self->rings[index].kick);
  say_ring (self->fd, 13, index, 0, self->rings[index].call_in);
  say_ring (self->fd, 18, index, 1, -1);
}

BenchRings *
bench_rings_boot (int fd)
{
  guint64 features;
  guint64 answer;
  int memory = memfd_create ("guest", MFD_CLOEXEC);
  if (!ask (fd, 1, &features) || ftruncate (memory, MEMORY) != 0)
    return NULL;
  BenchRings *self = g_new0 (BenchRings, 1);
  self->fd = fd;
  self->memory = mmap (NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, memory, 0);
  guint64 table[5] = { 1, GUEST, MEMORY, USER, 0 };
  ring_init (self, RECEIVE);
  ring_init (self, TRANSMIT);
  say (fd, 3, NULL, 0, -1);
  say (fd, 2, &features, sizeof features, -1);
  say (fd, 5, table, sizeof table, memory);
  close (memory);
  give (&self->rings[RECEIVE], SIZE);
  start_ring (self, RECEIVE);
  start_ring (self, TRANSMIT);
  if (ask (fd, 1, &answer)) /* everything before it is done, too */
    return self;
  bench_rings_free (self);
  return NULL;
}

void
bench_rings_free (BenchRings *self)
{
  if (self == NULL)
    return;
  munmap (self->memory, MEMORY);
  for (guint i = 0; i < 2; i++) {
    close (self->rings[i].kick);
    close (self->rings[i].call);
    close (self->rings[i].call_in);
  }
  g_free (self);
}

void
bench_rings_address (BenchRings *self, const guint8 *frame, gsize size)
{
  set_length (self, TRANSMIT, (guint32)(HEADER + size));
  for (guint i = 0; i < SIZE; i++)
    memcpy (self->memory + buffer_offset (TRANSMIT, i) + HEADER, frame, size);
}

guint
bench_rings_send (BenchRings *self, guint n)
{
  Ring *ring = &self->rings[TRANSMIT];
  ring->taken = (guint16)(ring->taken + came_back (ring));
  guint room = SIZE - (guint16)(ring->given - ring->taken);
  n = MIN (n, room);
  if (n > 0)
    give (ring, n);
  return n;
}

guint
bench_rings_receive (BenchRings *self)
{
  Ring *ring = &self->rings[RECEIVE];
  guint n = MIN (came_back (ring), BENCH_BATCH);
  if (n == 0)
    return 0;
  ring->taken = (guint16)(ring->taken + n);
  give (ring, n);
  return n;
}

gboolean
bench_rings_wait (BenchRings *self, int milliseconds)
{
  Ring *ring = &self->rings[RECEIVE];
  struct pollfd waits = { .fd = ring->call, .events = POLLIN };
  guint64 count;
  __atomic_store_n (ring->avail_event, ring->taken, __ATOMIC_RELEASE);
  __atomic_thread_fence (__ATOMIC_SEQ_CST);
  if (came_back (ring) > 0)
    return TRUE;
  gboolean came = poll (&waits, 1, milliseconds) > 0;
  while (came && read (ring->call, &count, sizeof count) == sizeof count)
    continue;
  return came;
}
