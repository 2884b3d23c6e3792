/* frame-store.h - copies of frames that are on their way for a while.
 *
 * What a cable delays, queues or changes lies here. Buffers come in a few sizes
 * and are used again, so that a busy cable allocates nothing; the store gives
 * memory back when it is idle.
 *
 * A frame handed on must stay readable until the ports have flushed: a buffer
 * that is done with is *spent*, and comes back by vbet_frame_store_reclaim().
 */
#pragma once

#include <glib.h>

#include "switch/core/frame.h"

#define VBET_FRAME_STORE_CLASSES 4
/* Bytes all cables together may keep. */
#define VBET_FRAME_STORE_LIMIT ((gsize)512 * 1024 * 1024)

typedef struct VbetStoredFrame VbetStoredFrame;

struct VbetStoredFrame {
  VbetStoredFrame *next; /* the keeper's, then the store's */
  gint64 due;            /* the keeper's: nanoseconds */
  guint32 size;          /* bytes of the frame */
  guint32 class;         /* private */
  guint16 source;        /* as the frame has it */
  guint32 probe;         /* as VbetFrame has it */
  guint32 padding;       /* keeps @data aligned */
  guint8 data[];
};

typedef struct {
  VbetStoredFrame *free[VBET_FRAME_STORE_CLASSES];
  guint n_free[VBET_FRAME_STORE_CLASSES];
  VbetStoredFrame *spent;
  gsize used; /* bytes of buffers in use or spent */
  gsize limit;
} VbetFrameStore;

/** vbet_frame_store_init: @limit: bytes of all frames together. */
void vbet_frame_store_init (VbetFrameStore *self, gsize limit);
/** vbet_frame_store_finish: every frame was spent before. */
void vbet_frame_store_finish (VbetFrameStore *self);

/** vbet_frame_store_take: Returns: (nullable): a buffer for @size bytes, not filled; NULL when the limit is
 * reached. */
VbetStoredFrame *vbet_frame_store_take (VbetFrameStore *self, guint size);
/** vbet_frame_store_keep: Returns: (nullable): a copy of @frame; NULL when the limit is reached. */
VbetStoredFrame *vbet_frame_store_keep (VbetFrameStore *self, const VbetFrame *frame);
/** vbet_frame_store_spend: @frame is no longer wanted, but may still be read until the next reclaim. */
void vbet_frame_store_spend (VbetFrameStore *self, VbetStoredFrame *frame);
/** vbet_frame_store_reclaim: what was spent may be used again. */
void vbet_frame_store_reclaim (VbetFrameStore *self);

/** vbet_stored_frame_look: Returns: the frame, of @self's bytes and life. */
static inline VbetFrame
vbet_stored_frame_look (const VbetStoredFrame *self)
{
  return (VbetFrame){ .source = self->source, .data = self->data, .size = self->size, .probe = self->probe };
}
