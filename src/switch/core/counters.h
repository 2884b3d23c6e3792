/* counters.h - what every place a frame passes counts, per direction. */
#pragma once

#include <glib.h>

typedef struct {
  guint64 frames;  /* passed on */
  guint64 bytes;   /* of those: Ethernet header and payload, no preamble, no checksum */
  guint64 dropped; /* frames lost at this place */
} VbetCounters;

/** vbet_counters_pass_many: @frames went through, of @bytes together. */
static inline void
vbet_counters_pass_many (VbetCounters *self, guint frames, guint64 bytes)
{
  self->frames += frames;
  self->bytes += bytes;
}

/** vbet_counters_pass: one frame of @bytes went through. */
static inline void
vbet_counters_pass (VbetCounters *self, guint bytes)
{
  self->frames++;
  self->bytes += bytes;
}
