/* frame-queue.h - a bounded first-in first-out queue that keeps copies of frames.
 *
 * Frames lie one behind the other in a ring of bytes that is allocated once, at
 * the first push, so that a queue which never fills costs nothing and no frame
 * costs an allocation. Memory is touched only as far as it was ever used.
 */
#pragma once

#include <glib.h>

#include "switch/core/frame.h"

typedef struct {
  guint8 *bytes;  /* NULL until the first push */
  gsize capacity; /* bytes */
  gsize head;     /* offset of the oldest record */
  gsize tail;     /* offset behind the newest */
  guint frames;
  guint limit; /* frames */
} VbetFrameQueue;

/** vbet_frame_queue_init: @limit: frames; @capacity: bytes, a little more than the frames' own for each. */
void vbet_frame_queue_init (VbetFrameQueue *self, guint limit, gsize capacity);
/** vbet_frame_queue_finish: frees what waits. */
void vbet_frame_queue_finish (VbetFrameQueue *self);

/** vbet_frame_queue_push: keeps a copy of @frame, marked with @tag. Returns: FALSE when there is no room. */
gboolean vbet_frame_queue_push (VbetFrameQueue *self, const VbetFrame *frame, gpointer tag);

/** vbet_frame_queue_reserve: as push, but the caller fills the frame's @size bytes. Returns: (nullable): where. */
guint8 *vbet_frame_queue_reserve (VbetFrameQueue *self, guint size, gpointer tag);

/**
 * vbet_frame_queue_peek:
 * @ret_frames: (array length=n): the oldest frames, valid until popped
 * @ret_tags: (nullable): their tags
 *
 * Returns: how many there were, at most @n. They stay in the queue.
 */
guint vbet_frame_queue_peek (const VbetFrameQueue *self, VbetFrame *ret_frames, gpointer *ret_tags, guint n);

/** vbet_frame_queue_pop: removes the @n oldest frames. */
void vbet_frame_queue_pop (VbetFrameQueue *self, guint n);

/** vbet_frame_queue_retag: gives every frame that is marked @from the mark @to. */
void vbet_frame_queue_retag (VbetFrameQueue *self, gpointer from, gpointer to);
