/* frame-store.c - see frame-store.h. */
#include "config.h"

#include "switch/core/frame-store.h"

/* Acknowledgements, full Ethernet frames, jumbo frames, anything. */
static const guint class_sizes[VBET_FRAME_STORE_CLASSES] = { 192, 1536, 9216, VBET_FRAME_MAX };

/* Free buffers that are kept of each class. */
static const guint class_keeps[VBET_FRAME_STORE_CLASSES] = { 4096, 4096, 256, 32 };

static gsize
buffer_size (guint class)
{
  return sizeof (VbetStoredFrame) + class_sizes[class];
}

void
vbet_frame_store_init (VbetFrameStore *self, gsize limit)
{
  *self = (VbetFrameStore){ .limit = limit };
}

void
vbet_frame_store_finish (VbetFrameStore *self)
{
  vbet_frame_store_reclaim (self);
  for (guint class = 0; class < VBET_FRAME_STORE_CLASSES; class ++)
    while (self->free[class] != NULL) {
      VbetStoredFrame *frame = self->free[class];
      self->free[class] = frame->next;
      g_free (frame);
    }
}

VbetStoredFrame *
vbet_frame_store_take (VbetFrameStore *self, guint size)
{
  guint class = 0;
  while (class_sizes[class] < size)
    if (++class == VBET_FRAME_STORE_CLASSES)
      return NULL;
  if (self->used + buffer_size (class) > self->limit)
    return NULL;
  VbetStoredFrame *frame = self->free[class];
  if (frame != NULL) {
    self->free[class] = frame->next;
    self->n_free[class]--;
  } else {
    frame = g_malloc (buffer_size (class));
    frame->class = class;
  }
  self->used += buffer_size (class);
  frame->next = NULL;
  frame->due = 0;
  frame->size = size;
  frame->probe = 0;
  frame->source = 0;
  return frame;
}

VbetStoredFrame *
vbet_frame_store_keep (VbetFrameStore *self, const VbetFrame *frame)
{
  VbetStoredFrame *kept = vbet_frame_store_take (self, frame->size);
  if (kept == NULL)
    return NULL;
  memcpy (kept->data, frame->data, frame->size);
  kept->probe = frame->probe;
  kept->source = frame->source;
  return kept;
}

void
vbet_frame_store_spend (VbetFrameStore *self, VbetStoredFrame *frame)
{
  frame->next = self->spent;
  self->spent = frame;
}

void
vbet_frame_store_reclaim (VbetFrameStore *self)
{
  while (self->spent != NULL) {
    VbetStoredFrame *frame = self->spent;
    guint class = frame->class;
    self->spent = frame->next;
    self->used -= buffer_size (class);
    if (self->n_free[class] >= class_keeps[class]) {
      g_free (frame);
      continue;
    }
    frame->next = self->free[class];
    self->free[class] = frame;
    self->n_free[class]++;
  }
}
