/* fair-queue.h - the frames that wait for a slow device: a queue that no single sender can fill.
 *
 * A sender that floods everybody would fill the queues of all the others, and
 * theirs would be the frames that find no room. So a sender gets room only
 * while it holds less than a multiple of what is left free: alone it may have
 * nearly all of the queue, and yet there is room for everybody else's. Frames
 * leave in the order in which they came.
 */
#pragma once

#include "switch/core/frame-queue.h"

#define VBET_FAIR_SOURCES 64 /* senders told apart; more share */

typedef struct {
  VbetFrameQueue queue;
  gsize bytes;
  guint frames_of[VBET_FAIR_SOURCES];
  gsize bytes_of[VBET_FAIR_SOURCES];
} VbetFairQueue;

/** vbet_fair_queue_init: @limit, @capacity: what one sender alone may have; see vbet_frame_queue_init(). */
void vbet_fair_queue_init (VbetFairQueue *self, guint limit, gsize capacity);
/** vbet_fair_queue_finish: frees what waits. */
void vbet_fair_queue_finish (VbetFairQueue *self);

/** vbet_fair_queue_length: how many frames wait. */
static inline guint
vbet_fair_queue_length (const VbetFairQueue *self)
{
  return self->queue.frames;
}

/** vbet_fair_queue_reserve: @source: who sent it (VbetFrame). Returns: (nullable): room for the frame's
 * bytes; NULL when there is none for @source. */
guint8 *vbet_fair_queue_reserve (VbetFairQueue *self, guint size, guint source);
/** vbet_fair_queue_push: keeps a copy of @frame, which has no parts. Returns: FALSE when there is no room. */
gboolean vbet_fair_queue_push (VbetFairQueue *self, const VbetFrame *frame);
/** vbet_fair_queue_peek: see vbet_frame_queue_peek(). */
guint vbet_fair_queue_peek (const VbetFairQueue *self, VbetFrame *ret_frames, guint n);
/** vbet_fair_queue_pop: drops the first @n; all, when there are fewer. */
void vbet_fair_queue_pop (VbetFairQueue *self, guint n);
