/* cable.h - a cable: two ends, each frame put in at one comes out at the other.
 *
 * The cable is where a link's quality lives. Now that is only whether it is up;
 * delay, loss, rate and queue join here, per direction, as stages between input
 * and the deliver callback, with a function that tells the earliest deadline
 * and one that runs what is due. Hence the time in vbet_cable_input() and the
 * callback instead of a return value.
 */
#pragma once

#include <glib.h>

#include "switch/core/counters.h"
#include "switch/core/frame.h"

/* The two ends; the other end of e is !e. */
typedef enum {
  VBET_CABLE_A,
  VBET_CABLE_B,
} VbetCableEnd;

/* @frame comes out at @end; valid during the call. */
typedef void (*VbetCableDeliver) (VbetCableEnd end, const VbetFrame *frame, gpointer user_data);

typedef struct {
  gboolean up;
  VbetCounters counters[2]; /* by the end a frame was put in */
  VbetCableDeliver deliver;
  gpointer user_data;
} VbetCable;

void vbet_cable_init (VbetCable *self, gboolean up, VbetCableDeliver deliver, gpointer user_data);
void vbet_cable_set_up (VbetCable *self, gboolean up);

/** vbet_cable_input: a frame enters at @end at time @now (nanoseconds); a cable that is down drops and counts it. */
void vbet_cable_input (VbetCable *self, VbetCableEnd end, const VbetFrame *frame, gint64 now);
