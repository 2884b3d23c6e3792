/* cable.c - see cable.h. */
#include "config.h"

#include "switch/core/cable.h"

void
vbet_cable_init (VbetCable *self, gboolean up, VbetCableDeliver deliver, gpointer user_data)
{
  *self = (VbetCable){ .up = up, .deliver = deliver, .user_data = user_data };
}

void
vbet_cable_set_up (VbetCable *self, gboolean up)
{
  self->up = up;
}

void
vbet_cable_input (VbetCable *self, VbetCableEnd end, const VbetFrame *frame, gint64 now)
{
  (void) now;
  VbetCounters *counters = &self->counters[end];
  if (!self->up) {
    counters->dropped++;
    return;
  }
  vbet_counters_pass (counters, frame->size);
  self->deliver (end == VBET_CABLE_A ? VBET_CABLE_B : VBET_CABLE_A, frame, self->user_data);
}
