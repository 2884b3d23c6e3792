/* rate.c - see rate.h. */
#include "config.h"

#include "engine/guest/rate.h"

static void
refill (VbetRate *self, gint64 now)
{
  gint64 passed = CLAMP (now - self->at, 0, VBET_RATE_LONGEST);
  gint64 more = passed * (gint64)self->per_second / G_USEC_PER_SEC;
  if (more == 0)
    return; /* the next look counts from the same moment */
  self->left = MIN (self->left + more, (gint64)self->burst);
  self->at = now;
}

void
vbet_rate_init (VbetRate *self, guint32 per_second, guint32 burst, gint64 now)
{
  *self = (VbetRate){ .per_second = per_second, .burst = burst, .left = (gint64)burst, .at = now };
}

gint64
vbet_rate_take (VbetRate *self, guint32 amount, gint64 now)
{
  refill (self, now);
  self->left -= (gint64)amount;
  return self->left < 0 ? -self->left * G_USEC_PER_SEC / (gint64)self->per_second + 1 : 0;
}

gboolean
vbet_rate_is_calm (VbetRate *self, gint64 now)
{
  refill (self, now);
  return self->left >= (gint64)(self->burst / 2);
}
