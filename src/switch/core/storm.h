/* storm.h - whether a switch or hub is in a storm: frames for everybody that circle, or that somebody pours
 * in.
 *
 * A loop without spanning tree shows itself by two things at once: many frames
 * with a group address, and addresses that are heard now on one port, now on
 * another, since each copy comes round the other way. Slow cables make such a
 * storm slow, so the limits are low. A very high rate of such frames is a storm
 * by itself: a hub learns no address, and a guest can flood without a loop.
 *
 * Time is a number the caller gives, in nanoseconds, never going back.
 */
#pragma once

#include <glib.h>

/* Frames are counted in windows; two bad ones in a row begin a storm, and it is told for a while after the
 * last, so that who asks twice a second sees no flicker. */
#define VBET_STORM_WINDOW G_GINT64_CONSTANT (250000000)
#define VBET_STORM_HOLD G_GINT64_CONSTANT (1500000000)
#define VBET_STORM_LOOP_FRAMES 25 /* a window, with */
#define VBET_STORM_LOOP_MOVES 10  /* as many moves of addresses */
#define VBET_STORM_FRAMES 2500    /* a window, by themselves */

/* All zero: nothing was ever heard. */
typedef struct {
  gint64 began; /* the present window */
  gint64 until; /* a storm is told until then */
  guint frames; /* in the present window */
  guint bad;    /* windows in a row before it */
  guint64 moved;
} VbetStorm;

/** vbet_storm_note: a frame with a group address came in. @moved: how often an address was heard on another
 * port than before, ever. */
void vbet_storm_note (VbetStorm *self, guint64 moved, gint64 now);
/** vbet_storm_rages: @now: nanoseconds. */
gboolean vbet_storm_rages (const VbetStorm *self, gint64 now);
