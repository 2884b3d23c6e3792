/* fair-queue.c - see fair-queue.h. */
#include "config.h"

#include "switch/core/fair-queue.h"

#define SHARE 8 /* times what is free may one sender hold */
#define BATCH 32

void
vbet_fair_queue_init (VbetFairQueue *self, guint limit, gsize capacity)
{
  *self = (VbetFairQueue){ .bytes = 0 };
  vbet_frame_queue_init (&self->queue, limit + limit / SHARE, capacity + capacity / SHARE);
}

void
vbet_fair_queue_finish (VbetFairQueue *self)
{
  vbet_frame_queue_finish (&self->queue);
}

guint8 *
vbet_fair_queue_reserve (VbetFairQueue *self, guint size, guint source)
{
  guint index = source % VBET_FAIR_SOURCES;
  gsize free_bytes = self->queue.capacity - MIN (self->bytes, self->queue.capacity);
  if (self->frames_of[index] >= SHARE * (self->queue.limit - self->queue.frames)
      || self->bytes_of[index] >= SHARE * free_bytes)
    return NULL;
  guint8 *place = vbet_frame_queue_reserve (&self->queue, size, GUINT_TO_POINTER (index));
  if (place == NULL)
    return NULL;
  self->frames_of[index]++;
  self->bytes_of[index] += size;
  self->bytes += size;
  return place;
}

gboolean
vbet_fair_queue_push (VbetFairQueue *self, const VbetFrame *frame)
{
  guint8 *place = vbet_fair_queue_reserve (self, frame->size, frame->source);
  if (place != NULL)
    memcpy (place, frame->data, frame->size);
  return place != NULL;
}

guint
vbet_fair_queue_peek (const VbetFairQueue *self, VbetFrame *ret_frames, guint n)
{
  return vbet_frame_queue_peek (&self->queue, ret_frames, NULL, n);
}

void
vbet_fair_queue_pop (VbetFairQueue *self, guint n)
{
  VbetFrame frames[BATCH];
  gpointer tags[BATCH];
  while (n > 0 && self->queue.frames > 0) {
    guint now = vbet_frame_queue_peek (&self->queue, frames, tags, MIN (n, BATCH));
    for (guint i = 0; i < now; i++) {
      guint index = GPOINTER_TO_UINT (tags[i]);
      self->frames_of[index]--;
      self->bytes_of[index] -= frames[i].size;
      self->bytes -= frames[i].size;
    }
    vbet_frame_queue_pop (&self->queue, now);
    n -= now;
  }
}
