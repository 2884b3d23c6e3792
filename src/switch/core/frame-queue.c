/* frame-queue.c - see frame-queue.h.
 *
 * A record is a header, the frame, and padding to the header's alignment. A
 * record never wraps: where it would, a header of size WRAP (or an end too
 * short for a header) sends the reader to offset 0. One record's worth is
 * always left free, so head == tail means empty.
 */
#include "config.h"

#include "switch/core/frame-queue.h"

#define WRAP G_MAXUINT32

typedef struct {
  gpointer tag;
  guint32 size;
} Record;

#define ALIGNMENT ((gsize)sizeof (Record))

static gsize
record_size (guint frame_size)
{
  return (sizeof (Record) + frame_size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

void
vbet_frame_queue_init (VbetFrameQueue *self, guint limit, gsize capacity)
{
  *self = (VbetFrameQueue){ .limit = limit, .capacity = capacity / ALIGNMENT * ALIGNMENT };
}

void
vbet_frame_queue_finish (VbetFrameQueue *self)
{
  g_clear_pointer (&self->bytes, g_free);
  self->frames = 0;
}

static Record *
record_at (const VbetFrameQueue *self, gsize offset)
{
  return (Record *)(void *)(self->bytes + offset);
}

/* Returns where a record of @need bytes fits, or -1. */
static gssize
place_for (VbetFrameQueue *self, gsize need)
{
  if (self->frames == 0)
    self->head = self->tail = 0;
  if (self->tail >= self->head) {
    if (self->capacity - self->tail >= need + ALIGNMENT)
      return (gssize)self->tail;
    if (self->head < need + ALIGNMENT)
      return -1;
    if (self->capacity - self->tail >= sizeof (Record))
      record_at (self, self->tail)->size = WRAP;
    return 0;
  }
  return self->head - self->tail >= need + ALIGNMENT ? (gssize)self->tail : -1;
}

guint8 *
vbet_frame_queue_reserve (VbetFrameQueue *self, guint size, gpointer tag)
{
  if (self->frames >= self->limit)
    return NULL;
  if (self->bytes == NULL)
    self->bytes = g_malloc (self->capacity);
  gsize need = record_size (size);
  gssize at = place_for (self, need);
  if (at < 0)
    return NULL;
  Record *record = record_at (self, (gsize)at);
  record->tag = tag;
  record->size = size;
  self->tail = (gsize)at + need;
  self->frames++;
  return (guint8 *)(record + 1);
}

gboolean
vbet_frame_queue_push (VbetFrameQueue *self, const VbetFrame *frame, gpointer tag)
{
  guint8 *place = vbet_frame_queue_reserve (self, frame->size, tag);
  if (place != NULL)
    memcpy (place, frame->data, frame->size);
  return place != NULL;
}

/* Returns the record at *@offset, following a wrap, and moves *@offset behind it. */
static Record *
next_record (const VbetFrameQueue *self, gsize *offset)
{
  if (self->capacity - *offset < sizeof (Record) || record_at (self, *offset)->size == WRAP)
    *offset = 0;
  Record *record = record_at (self, *offset);
  *offset += record_size (record->size);
  return record;
}

guint
vbet_frame_queue_peek (const VbetFrameQueue *self, VbetFrame *ret_frames, gpointer *ret_tags, guint n)
{
  guint count = MIN (n, self->frames);
  gsize offset = self->head;
  for (guint i = 0; i < count; i++) {
    Record *record = next_record (self, &offset);
    ret_frames[i] = (VbetFrame){ .data = (const guint8 *)(record + 1), .size = record->size };
    if (ret_tags != NULL)
      ret_tags[i] = record->tag;
  }
  return count;
}

void
vbet_frame_queue_pop (VbetFrameQueue *self, guint n)
{
  for (guint i = 0; i < n && self->frames > 0; i++) {
    next_record (self, &self->head);
    self->frames--;
  }
}

void
vbet_frame_queue_retag (VbetFrameQueue *self, gpointer from, gpointer to)
{
  gsize offset = self->head;
  for (guint i = 0; i < self->frames; i++) {
    Record *record = next_record (self, &offset);
    if (record->tag == from)
      record->tag = to;
  }
}
