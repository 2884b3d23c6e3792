/* probe.h - measuring a cable while it is in use: probes, when to send which, and what became of them.
 *
 * A probe is a frame with a mark beside its bytes (VbetFrame.probe), which no
 * device can set or see. It goes through the queue, the transmitter and the
 * line of a direction as every frame does, and is taken out at the far end.
 *
 * - Small probes, each alone and at times of chance (as RFC 2330, 11.1 advises,
 *   so that they do not keep step with what they measure), tell of delay, loss
 *   and what else happens to single frames. They take a twentieth of the rate at most.
 * - Where there is jitter the first of them are so far from each other that
 *   none can be held up by the one before: only these tell of delay and jitter.
 * - A few trains of frames that follow each other without a gap tell of the
 *   rate: all bytes that left the transmitter between a train's first and last
 *   frame, others' too, in the time between those two. A train takes half of
 *   the room in the queue at most.
 *
 * Delay is the time on the line: from leaving the transmitter to arriving. The
 * time in queue and transmitter is told besides. A probe arrives when the
 * caller's clock says so, which is the real one in a real switch.
 *
 * Pure: time comes in as nanoseconds, the clock as a function.
 */
#pragma once

#include "switch/core/cable.h"

#define VBET_PROBE_SIZE 64    /* bytes of a small one */
#define VBET_PROBE_MAX 100000 /* small ones a direction */
#define VBET_PROBE_TIME_MAX (G_GINT64_CONSTANT (3600) * 1000000000)

/* What is asked for; 0: as is usual. */
typedef struct {
  guint count;     /* small probes a direction */
  gint64 duration; /* nanoseconds */
} VbetProbeWish;

/* Times in nanoseconds. */
typedef struct {
  gint64 time;     /* for which it was measured */
  gint64 interval; /* between small probes, on average */
  guint sent;      /* small probes whose fate is known; the next ones are parts of it */
  guint lost;
  guint runs;       /* of probes lost one after the other */
  guint duplicated; /* arrived twice; of those not lost */
  guint corrupted;  /* likewise */
  guint ordered;    /* arrived once, and were sent soon after others */
  guint reordered;  /* of those: arrived before one that was sent before */
  gint64 pace;      /* between those, on average */
  guint full;       /* found the queue full */
  guint down;       /* found the direction down */
  guint cut;        /* were on their way when it went down */
  guint unknown;    /* were on their way at the end */
  guint samples;    /* of the delay; the next ones are of these */
  gint64 lowest;
  gint64 sixteenth; /* 16 % are lower */
  gint64 median;
  gint64 eighty_fourth; /* 84 % are lower */
  gint64 high;          /* 99 % are not higher */
  gint64 waited;        /* in queue and transmitter, on average */
  gint64 waited_most;
  gint64 late;  /* how late the process was to send, at the median: how busy the machine is */
  guint trains; /* that gave a rate */
  guint tight;  /* that found no room in the queue */
  double rate;  /* bits a second: their median */
  gint64 span;  /* of a train, at the median */
  guint train_frames;
  guint train_size;     /* bytes of each frame */
  guint64 bytes;        /* of all probes put in */
  guint64 other_frames; /* of others, in that time */
  guint64 other_bytes;
} VbetProbeResult;

typedef gint64 (*VbetProbeClock) (gpointer user_data);

typedef struct VbetProbe VbetProbe;

/**
 * vbet_probe_new:
 * @cable: outlives it; its callback @left is this object's owner's to set
 * @run: distinguishes the marks of this measurement from those of the last ones
 * @seed: of the times of chance
 * @clock: what time it is now
 */
VbetProbe *vbet_probe_new (VbetCableCore *cable, const VbetProbeWish *wish, guint run, guint64 seed,
                           VbetProbeClock clock, gpointer user_data, gint64 now);
/** vbet_probe_free: @self: (nullable) */
void vbet_probe_free (VbetProbe *self);

/** vbet_probe_deadline: Returns: when vbet_probe_run() has something to do; VBET_CABLE_NEVER: nothing any
 * more. */
gint64 vbet_probe_deadline (const VbetProbe *self);
/** vbet_probe_run: sends what is due. Returns: FALSE when there is nothing left to wait for. */
gboolean vbet_probe_run (VbetProbe *self, gint64 now);
/** vbet_probe_left: what VbetCableCore.left tells. */
void vbet_probe_left (VbetProbe *self, VbetCableSide end, guint32 probe, gint64 at);
/** vbet_probe_arrived: @frame, a probe, came out at @end. */
void vbet_probe_arrived (VbetProbe *self, VbetCableSide end, const VbetFrame *frame);
/** vbet_probe_cut: the cable goes down: what is on its way is lost, but not by the line's quality. */
void vbet_probe_cut (VbetProbe *self);
/** vbet_probe_get_duration: Returns: how long it will take, about; nanoseconds. */
gint64 vbet_probe_get_duration (const VbetProbe *self);
/** vbet_probe_result: @end: the direction from it; may be asked at any time. */
void vbet_probe_result (const VbetProbe *self, VbetCableSide end, gint64 now, VbetProbeResult *ret_result);
