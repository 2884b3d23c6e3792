/* storm.c - see storm.h. */
#include "config.h"

#include "switch/core/storm.h"

static void
end_window (VbetStorm *self, guint64 moved, gint64 now)
{
  guint64 moves = moved - self->moved;
  gboolean is_bad = self->frames >= VBET_STORM_FRAMES
                    || (self->frames >= VBET_STORM_LOOP_FRAMES && moves >= VBET_STORM_LOOP_MOVES);
  self->bad = is_bad ? MIN (self->bad + 1, 2) : 0;
  if (self->bad >= 2)
    self->until = self->began + VBET_STORM_WINDOW + VBET_STORM_HOLD;
  if (now - self->began >= 2 * VBET_STORM_WINDOW)
    self->bad = 0; /* a quiet window was between */
}

void
vbet_storm_note (VbetStorm *self, guint64 moved, gint64 now)
{
  if (G_UNLIKELY (now - self->began >= VBET_STORM_WINDOW)) {
    end_window (self, moved, now);
    self->began = now;
    self->frames = 0;
    self->moved = moved;
  }
  self->frames++;
}

gboolean
vbet_storm_rages (const VbetStorm *self, gint64 now)
{
  return now < self->until;
}
