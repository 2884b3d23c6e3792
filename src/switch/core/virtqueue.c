/* virtqueue.c - see virtqueue.h. */
#include "config.h"

#include "switch/core/virtqueue.h"

#include <string.h>

/* Descriptors are 16 bytes: address u64, length u32, flags u16, next u16. */
#define DESCRIPTOR 16
#define FLAG_NEXT 1
#define FLAG_WRITE 2
#define FLAG_INDIRECT 4

/* Both rings begin with flags u16, index u16; an available entry is a u16, a used one u32 head, u32 bytes.
 * What the two sides tell each other of notifications is behind the last entry of the other's ring. */
#define RING_FLAGS 0
#define RING_INDEX 2
#define RING_ENTRIES 4
#define AVAIL_NO_INTERRUPT 1
#define USED_NO_NOTIFY 1

typedef struct {
  guint64 address;
  guint32 length;
  guint16 flags;
  guint16 next;
} Descriptor;

/* --- memory ------------------------------------------------------------------------- */

guint8 *
vbet_memory_guest (const VbetMemory *self, guint64 address, guint64 size)
{
  for (guint i = 0; i < self->n; i++) {
    const VbetMemoryRegion *region = &self->regions[i];
    guint64 offset = address - region->guest;
    if (address >= region->guest && offset < region->size && size <= region->size - offset)
      return region->host + offset;
  }
  return NULL;
}

guint8 *
vbet_memory_user (const VbetMemory *self, guint64 address, guint64 size)
{
  for (guint i = 0; i < self->n; i++) {
    const VbetMemoryRegion *region = &self->regions[i];
    guint64 offset = address - region->user;
    if (address >= region->user && offset < region->size && size <= region->size - offset)
      return region->host + offset;
  }
  return NULL;
}

/* The guest may write at the same time: each value is read exactly once. */
static guint16
read16 (const guint8 *at)
{
  return GUINT16_FROM_LE (__atomic_load_n ((const guint16 *)(gconstpointer)at, __ATOMIC_RELAXED));
}

static guint16
read16_acquire (const guint8 *at)
{
  return GUINT16_FROM_LE (__atomic_load_n ((const guint16 *)(gconstpointer)at, __ATOMIC_ACQUIRE));
}

static void
write16 (guint8 *at, guint16 value)
{
  __atomic_store_n ((guint16 *)(gpointer)at, GUINT16_TO_LE (value), __ATOMIC_RELEASE);
}

static Descriptor
read_descriptor (const guint8 *at)
{
  guint64 words[2];
  words[0] = __atomic_load_n ((const guint64 *)(gconstpointer)at, __ATOMIC_RELAXED);
  words[1] = __atomic_load_n ((const guint64 *)(gconstpointer)at + 1, __ATOMIC_RELAXED);
  guint64 rest = GUINT64_FROM_LE (words[1]);
  return (Descriptor){
    .address = GUINT64_FROM_LE (words[0]),
    .length = (guint32)rest,
    .flags = (guint16)(rest >> 32),
    .next = (guint16)(rest >> 48),
  };
}

/* --- life --------------------------------------------------------------------------- */

static guint8 *
place (const VbetMemory *memory, guint64 address, guint64 size, guint alignment)
{
  guint8 *found = vbet_memory_user (memory, address, size);
  return found != NULL && (guintptr)found % alignment == 0 ? found : NULL;
}

gboolean
vbet_queue_start (VbetQueue *self, const VbetMemory *memory, guint size, guint64 descriptors, guint64 avail,
                  guint64 used, gboolean event_index)
{
  *self = (VbetQueue){ .memory = memory };
  if (size == 0 || size > VBET_QUEUE_SIZE_MAX || (size & (size - 1)) != 0)
    return FALSE;
  self->descriptors = place (memory, descriptors, (guint64)size * DESCRIPTOR, 8);
  self->avail = place (memory, avail, RING_ENTRIES + (guint64)size * 2 + 2, 2);
  self->used = place (memory, used, RING_ENTRIES + (guint64)size * 8 + 2, 4);
  if (self->descriptors == NULL || self->avail == NULL || self->used == NULL)
    return FALSE;
  self->size = size;
  self->event_index = event_index;
  self->taken = self->given = self->shown = self->notified = read16 (self->used + RING_INDEX);
  return TRUE;
}

void
vbet_queue_stop (VbetQueue *self)
{
  *self = (VbetQueue){ 0 };
}

/* --- taking --------------------------------------------------------------------------- */

guint
vbet_queue_waiting (VbetQueue *self)
{
  if (!vbet_queue_is_started (self))
    return 0;
  guint16 waiting = (guint16)(read16_acquire (self->avail + RING_INDEX) - self->taken);
  if (G_UNLIKELY (waiting > self->size)) {
    self->broken = TRUE;
    return 0;
  }
  return waiting;
}

static gboolean
add_part (const VbetQueue *self, VbetChain *chain, const Descriptor *descriptor)
{
  guint n = chain->n_read + chain->n_write;
  if (descriptor->length == 0)
    return FALSE; /* no driver makes such, and a long chain of them would cost much for nothing */
  guint8 *at = vbet_memory_guest (self->memory, descriptor->address, descriptor->length);
  if (n == VBET_CHAIN_PARTS || at == NULL)
    return FALSE;
  chain->parts[n] = (struct iovec){ .iov_base = at, .iov_len = descriptor->length };
  if (descriptor->flags & FLAG_WRITE) {
    chain->n_write++;
    chain->bytes_write += descriptor->length;
  } else if (chain->n_write > 0) {
    return FALSE; /* what is read comes first */
  } else {
    chain->n_read++;
    chain->bytes_read += descriptor->length;
  }
  return TRUE;
}

/* Follows @first through a table of @size descriptors, which is the ring's own or an indirect one. */
static gboolean
follow (const VbetQueue *self, VbetChain *chain, const guint8 *table, guint size, guint first)
{
  guint at = first;
  for (guint steps = 0; steps < size && at < size; steps++) {
    Descriptor descriptor = read_descriptor (table + (gsize)at * DESCRIPTOR);
    if (descriptor.flags & FLAG_INDIRECT || !add_part (self, chain, &descriptor))
      return FALSE;
    if ((descriptor.flags & FLAG_NEXT) == 0)
      return TRUE;
    at = descriptor.next;
  }
  return FALSE; /* a circle, or out of the table */
}

static gboolean
gather (const VbetQueue *self, VbetChain *chain)
{
  Descriptor first = read_descriptor (self->descriptors + (gsize)chain->head * DESCRIPTOR);
  if ((first.flags & FLAG_INDIRECT) == 0)
    return follow (self, chain, self->descriptors, self->size, chain->head);
  guint n = first.length / DESCRIPTOR;
  const guint8 *table = vbet_memory_guest (self->memory, first.address, first.length);
  if (first.flags & FLAG_NEXT || first.length % DESCRIPTOR != 0 || n == 0 || n > VBET_QUEUE_SIZE_MAX
      || table == NULL || (guintptr)table % 8 != 0)
    return FALSE;
  return follow (self, chain, table, n, 0);
}

VbetChainResult
vbet_queue_take (VbetQueue *self, VbetChain *ret_chain)
{
  if (vbet_queue_waiting (self) == 0)
    return VBET_CHAIN_NONE;
  ret_chain->n_read = ret_chain->n_write = 0;
  ret_chain->bytes_read = ret_chain->bytes_write = 0;
  ret_chain->head = read16 (self->avail + RING_ENTRIES + (gsize)(self->taken & (self->size - 1)) * 2);
  if (ret_chain->head >= self->size) {
    self->broken = TRUE;
    return VBET_CHAIN_NONE;
  }
  self->taken++;
  return gather (self, ret_chain) ? VBET_CHAIN_OK : VBET_CHAIN_BAD;
}

void
vbet_queue_untake (VbetQueue *self, guint n)
{
  self->taken = (guint16)(self->taken - n);
}

/* --- giving back ------------------------------------------------------------------------ */

void
vbet_queue_give (VbetQueue *self, guint16 head, guint32 written)
{
  if (!vbet_queue_is_started (self))
    return;
  guint8 *entry = self->used + RING_ENTRIES + (gsize)(self->given & (self->size - 1)) * 8;
  guint32 words[2] = { GUINT32_TO_LE ((guint32)head), GUINT32_TO_LE (written) };
  memcpy (entry, words, sizeof words);
  self->given++;
}

gboolean
vbet_queue_publish (VbetQueue *self)
{
  if (!vbet_queue_is_started (self) || self->shown == self->given)
    return FALSE;
  write16 (self->used + RING_INDEX, self->given);
  self->shown = self->given;
  __atomic_thread_fence (__ATOMIC_SEQ_CST); /* the index is seen before what the guest wants is read */
  if (!self->event_index)
    return (read16 (self->avail + RING_FLAGS) & AVAIL_NO_INTERRUPT) == 0;
  guint16 event = read16 (self->avail + RING_ENTRIES + (gsize)self->size * 2);
  gboolean wanted = (guint16)(self->shown - event - 1) < (guint16)(self->shown - self->notified);
  self->notified = self->shown;
  return wanted;
}

gboolean
vbet_queue_is_drained (const VbetQueue *self)
{
  if (!vbet_queue_is_started (self) || !self->event_index)
    return TRUE;
  return read16 (self->avail + RING_ENTRIES + (gsize)self->size * 2) == self->shown;
}

gboolean
vbet_queue_ask (VbetQueue *self, guint have)
{
  if (!vbet_queue_is_started (self))
    return FALSE;
  if (self->event_index)
    write16 (self->used + RING_ENTRIES + (gsize)self->size * 8, (guint16)(self->taken + have));
  else
    write16 (self->used + RING_FLAGS, 0);
  __atomic_thread_fence (__ATOMIC_SEQ_CST);
  return vbet_queue_waiting (self) > have;
}

void
vbet_queue_hush (VbetQueue *self)
{
  if (vbet_queue_is_started (self) && !self->event_index)
    write16 (self->used + RING_FLAGS, USED_NO_NOTIFY);
}
