/* rate.h - how much may come a second, with room for a burst: a token bucket. Pure: the time is passed in. */
#pragma once

#include <glib.h>

#define VBET_RATE_LONGEST (60 * G_USEC_PER_SEC) /* of a pause that counts */

typedef struct {
  guint32 per_second; /* what is added to @left in a second */
  guint32 burst;      /* as much as @left may become */
  gint64 left;        /* negative: owed */
  gint64 at;          /* µs: when @left was that */
} VbetRate;

/** vbet_rate_init: full. @per_second: not 0. @now: µs, monotonic. */
void vbet_rate_init (VbetRate *self, guint32 per_second, guint32 burst, gint64 now);

/** vbet_rate_take: @amount has come. Returns: µs in which nothing more may come; 0: it may at once. */
gint64 vbet_rate_take (VbetRate *self, guint32 amount, gint64 now);

/** vbet_rate_is_calm: Returns: whether half a burst could come at once. */
gboolean vbet_rate_is_calm (VbetRate *self, gint64 now);
