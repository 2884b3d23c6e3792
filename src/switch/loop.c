/* loop.c - see loop.h. */
#include "config.h"

#include "switch/loop.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

#define EVENTS 64
#define MILLISECOND G_GINT64_CONSTANT (1000000)

typedef struct {
  int fd; /* -1: free */
  guint32 generation;
  VbetFdType type;
  gpointer owner;
} Slot;

struct VbetLoop {
  int epoll;
  GArray *slots; /* of Slot */
  GArray *free;  /* of guint32: free slots */
  struct epoll_event events[EVENTS];
  guint n_events;
  guint next;
  gboolean coarse; /* the kernel (before 5.11) waits by the millisecond only */
};

static VbetFdRef
make_ref (guint32 slot, guint32 generation)
{
  return (guint64)generation << 32 | slot;
}

static Slot *
slot_of (VbetLoop *self, VbetFdRef ref)
{
  guint32 number = (guint32)ref;
  if (number >= self->slots->len)
    return NULL;
  Slot *slot = &g_array_index (self->slots, Slot, number);
  return slot->fd >= 0 && slot->generation == (guint32)(ref >> 32) ? slot : NULL;
}

VbetLoop *
vbet_loop_new (void)
{
  int epoll = epoll_create1 (EPOLL_CLOEXEC);
  if (epoll < 0)
    return NULL;
  VbetLoop *self = g_new0 (VbetLoop, 1);
  self->epoll = epoll;
  self->slots = g_array_new (FALSE, TRUE, sizeof (Slot));
  self->free = g_array_new (FALSE, FALSE, sizeof (guint32));
  return self;
}

void
vbet_loop_free (VbetLoop *self)
{
  if (self == NULL)
    return;
  close (self->epoll);
  g_array_unref (self->slots);
  g_array_unref (self->free);
  g_free (self);
}

/* Returns a free slot's number; generations start at 1, so that no reference is 0. */
static guint32
take_slot (VbetLoop *self)
{
  if (self->free->len > 0) {
    guint32 number = g_array_index (self->free, guint32, self->free->len - 1);
    g_array_set_size (self->free, self->free->len - 1);
    return number;
  }
  Slot fresh = { .fd = -1, .generation = 1 };
  g_array_append_val (self->slots, fresh);
  return self->slots->len - 1;
}

VbetFdRef
vbet_loop_add (VbetLoop *self, int fd, guint32 events, VbetFdType type, gpointer owner)
{
  guint32 number = take_slot (self);
  Slot *slot = &g_array_index (self->slots, Slot, number);
  VbetFdRef ref = make_ref (number, slot->generation);
  struct epoll_event event = { .events = events, .data.u64 = ref };
  if (epoll_ctl (self->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
    int reason = errno == ENOSPC ? EUSERS : errno; /* that one is taken: ports of a bridge */
    g_array_append_val (self->free, number);
    errno = reason;
    return 0;
  }
  slot->fd = fd;
  slot->type = type;
  slot->owner = owner;
  return ref;
}

void
vbet_loop_change (VbetLoop *self, VbetFdRef ref, guint32 events)
{
  Slot *slot = slot_of (self, ref);
  struct epoll_event event = { .events = events, .data.u64 = ref };
  if (slot != NULL)
    epoll_ctl (self->epoll, EPOLL_CTL_MOD, slot->fd, &event);
}

void
vbet_loop_remove (VbetLoop *self, VbetFdRef ref)
{
  Slot *slot = slot_of (self, ref);
  if (slot == NULL)
    return;
  epoll_ctl (self->epoll, EPOLL_CTL_DEL, slot->fd, NULL);
  slot->fd = -1;
  if (++slot->generation == 0)
    slot->generation = 1;
  guint32 number = (guint32)ref;
  g_array_append_val (self->free, number);
}

static int
wait_coarsely (VbetLoop *self, gint64 timeout)
{
  gint64 ms = timeout < 0 ? -1 : (timeout + MILLISECOND - 1) / MILLISECOND;
  return epoll_wait (self->epoll, self->events, EVENTS, (int)MIN (ms, G_MAXINT));
}

int
vbet_loop_wait (VbetLoop *self, gint64 timeout)
{
  struct timespec time
      = { .tv_sec = timeout / (1000 * MILLISECOND), .tv_nsec = timeout % (1000 * MILLISECOND) };
  int n = -1;
  errno = ENOSYS;
  if (!self->coarse && timeout > 0)
    n = epoll_pwait2 (self->epoll, self->events, EVENTS, &time, NULL);
  if (n < 0 && (errno == ENOSYS || errno == EPERM)) {
    self->coarse |= timeout > 0;
    n = wait_coarsely (self, timeout);
  }
  self->n_events = n > 0 ? (guint)n : 0;
  self->next = 0;
  return n >= 0 || errno == EINTR ? 0 : -errno;
}

gboolean
vbet_loop_next (VbetLoop *self, VbetEvent *ret_event)
{
  while (self->next < self->n_events) {
    const struct epoll_event *event = &self->events[self->next++];
    Slot *slot = slot_of (self, event->data.u64);
    if (slot == NULL)
      continue;
    *ret_event = (VbetEvent){ .type = slot->type, .owner = slot->owner, .events = event->events };
    return TRUE;
  }
  return FALSE;
}
