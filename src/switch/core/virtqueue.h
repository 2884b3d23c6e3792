/* virtqueue.h - a split virtqueue, seen from the device: virtio 1.2, 2.7.
 *
 * The rings lie in the memory of a guest, which is hostile: it may write there
 * at any time. So every index, address and length is read once, checked against
 * the memory table and used from the copy. What is wrong with one chain costs
 * that chain; what is wrong with the ring itself makes the queue *broken*: it
 * gives nothing any more, and nothing is written.
 *
 * Chains are given back in the order in which they were taken. Therefore the
 * ring itself says how far its device got, and another process can go on with
 * it: vbet_queue_start() begins behind the last chain given back.
 *
 * Pure: memory is passed in; no system call.
 */
#pragma once

#include <sys/uio.h>

#include <glib.h>

#define VBET_MEMORY_REGIONS 8
#define VBET_QUEUE_SIZE_MAX 1024
#define VBET_CHAIN_PARTS 64 /* descriptors of one chain that are taken */

/* A part of a guest's memory that is mapped here. */
typedef struct {
  guint64 guest; /* its address in the guest's physical memory */
  guint64 user;  /* its address in the guest kernel's process */
  guint64 size;  /* bytes */
  guint8 *host;  /* where it is here */
} VbetMemoryRegion;

typedef struct {
  guint n;
  VbetMemoryRegion regions[VBET_MEMORY_REGIONS];
} VbetMemory;

/** vbet_memory_guest: Returns: (nullable): @size bytes at the guest-physical @address; NULL unless all of
 * them are in one region. */
guint8 *vbet_memory_guest (const VbetMemory *self, guint64 address, guint64 size);
/** vbet_memory_user: likewise, by the address in the guest kernel's process. */
guint8 *vbet_memory_user (const VbetMemory *self, guint64 address, guint64 size);

/* private, but for @broken */
typedef struct {
  const VbetMemory *memory;
  guint size; /* descriptors, a power of two; 0: not started */
  guint8 *descriptors;
  guint8 *avail;
  guint8 *used;
  gboolean event_index;
  gboolean broken;
  guint16 taken;    /* next place in the available ring */
  guint16 given;    /* next place in the used ring */
  guint16 shown;    /* @given as the guest sees it */
  guint16 notified; /* @shown at the last notification */
} VbetQueue;

typedef enum {
  VBET_CHAIN_OK,
  VBET_CHAIN_NONE, /* the guest has made nothing available */
  VBET_CHAIN_BAD,  /* it makes no sense; @head is to be given back with 0 bytes */
} VbetChainResult;

/* A buffer of the guest: parts that the device reads, then parts that it writes. */
typedef struct {
  guint16 head;
  guint n_read;
  guint n_write;
  gsize bytes_read;
  gsize bytes_write;
  struct iovec parts[VBET_CHAIN_PARTS];
} VbetChain;

/**
 * vbet_queue_start:
 * @memory: outlives the queue
 * @size: a power of two up to VBET_QUEUE_SIZE_MAX
 * @descriptors, @avail, @used: addresses in the guest kernel's process
 *
 * Returns: FALSE when they make no sense; the queue is then not started.
 */
gboolean vbet_queue_start (VbetQueue *self, const VbetMemory *memory, guint size, guint64 descriptors,
                           guint64 avail, guint64 used, gboolean event_index);
/** vbet_queue_stop: nothing of the ring is touched until it is started again. */
void vbet_queue_stop (VbetQueue *self);
/** vbet_queue_is_started: whether its ring may be used. */
static inline gboolean
vbet_queue_is_started (const VbetQueue *self)
{
  return self->size > 0 && !self->broken;
}

/** vbet_queue_waiting: Returns: how many chains can be taken. */
guint vbet_queue_waiting (VbetQueue *self);
/** vbet_queue_take: takes the next chain. */
VbetChainResult vbet_queue_take (VbetQueue *self, VbetChain *ret_chain);
/** vbet_queue_untake: the @n chains taken last were not taken. */
void vbet_queue_untake (VbetQueue *self, guint n);
/** vbet_queue_give: gives the chain with @head back, @written bytes in it; the guest sees it after
 * vbet_queue_publish(). */
void vbet_queue_give (VbetQueue *self, guint16 head, guint32 written);
/** vbet_queue_publish: Returns: whether the guest wants to be notified. */
gboolean vbet_queue_publish (VbetQueue *self);
/** vbet_queue_is_drained: Returns: whether the guest, as far as it tells, has taken all that it was shown: it
 * asks to be notified of what comes next. */
gboolean vbet_queue_is_drained (const VbetQueue *self);
/** vbet_queue_ask: the guest is to notify us when more than @have chains can be taken. Returns: whether they
 * can already. */
gboolean vbet_queue_ask (VbetQueue *self, guint have);
/** vbet_queue_hush: notifications are not wanted for now; the guest may still send some. */
void vbet_queue_hush (VbetQueue *self);
