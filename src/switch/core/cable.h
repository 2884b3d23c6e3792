/* cable.h - a cable: two ends, each frame put in at one comes out at the other, as good as the cable is.
 *
 * Each direction has its own quality and works like a real link:
 *
 *   input ─▶ queue ─▶ transmitter ─▶ line ─▶ deliver
 *           tail drop   rate         loss, corruption, duplicates, delay and jitter
 *
 * - The transmitter sends one frame after the other at @rate; a frame counts
 *   with its Ethernet header, without preamble, checksum and gap. Frames that
 *   find it busy wait in the queue; those that find the queue full are dropped.
 * - What the line loses has used the transmitter.
 * - Frames keep their order: jitter never lets one overtake another (a frame
 *   whose predecessor is late is late too, as behind a busy router). Frames
 *   chosen to be reordered skip delay and jitter, and so overtake.
 * - A change of the quality holds at once, for frames on their way too: they
 *   arrive earlier or later by what the delay changed.
 *
 * Pure: time comes in as nanoseconds. vbet_cable_deadline() tells when
 * something will happen next, vbet_cable_run() lets it happen, each at its own
 * exact time however late the call comes.
 *
 * Correlated jitter is an autoregressive process of the first order: from frame to frame it keeps a share of where it
 * was and draws the rest, so that its distribution stays what is set. Where uniform jitter is set, the process is
 * normal and its place in its own distribution is what counts (a Gaussian copula); the correlation is that of the
 * process, and of the uniform values 6/π · asin (ϱ/2), which is 0.018 less at most. Normal jitter, cut at three
 * standard deviations, loses less than 0.01.
 *
 * Bursty loss is the two-state model of Gilbert (Capacity of a burst-noise
 * channel, 1960) with loss of everything in the bad state.
 */
#pragma once

#include <glib.h>

#include "base/cable-quality.h"
#include "switch/core/counters.h"
#include "switch/core/frame-store.h"
#include "switch/core/frame.h"
#include "switch/core/random.h"

/* The two ends; the other end of e is !e. */
typedef enum {
  VBET_CABLE_A,
  VBET_CABLE_B,
} VbetCableSide;

/* Bytes one direction keeps on its line and in its queue, at most; what comes on top is dropped and counted.
 */
#define VBET_CABLE_KEEPS ((gsize)128 * 1024 * 1024)
#define VBET_CABLE_NEVER G_MAXINT64

/* @frame comes out at @end; valid until the store is reclaimed. */
typedef void (*VbetCableDeliver) (VbetCableSide end, const VbetFrame *frame, gpointer user_data);
/* The cable went up or down by its own schedule. */
typedef void (*VbetCableFlap) (gboolean up, gpointer user_data);

/* The probe marked @probe, put in at @end, left the transmitter at @at. */
typedef void (*VbetCableLeft) (VbetCableSide end, guint32 probe, gint64 at, gpointer user_data);

/* What became of a frame that was put in. */
typedef enum {
  VBET_CABLE_TAKEN,
  VBET_CABLE_FULL, /* the queue is */
  VBET_CABLE_DOWN, /* that direction is */
} VbetCableTaken;

typedef struct {
  VbetStoredFrame *head;
  VbetStoredFrame *tail;
} VbetCableLine;

/* private, but for @counters, @effects, @quality, @queue_bytes and @left_bytes */
typedef struct {
  VbetCableQuality quality;
  VbetCounters counters;
  VbetCableEffects effects;
  gboolean plain; /* a perfect line: frames pass straight through */
  gboolean bad;   /* Gilbert's bad state */
  VbetRandom random;
  double wander;            /* of correlated jitter: where it is, in standard deviations */
  gsize kept;               /* bytes in all below */
  VbetStoredFrame *sending; /* in the transmitter until its due */
  VbetCableLine queue;      /* for the transmitter */
  gsize queue_bytes;
  guint64 left_bytes;    /* of what left the transmitter, lost frames and probes too; not of a perfect line */
  VbetCableLine line;    /* on their way, by rising due */
  VbetCableLine express; /* likewise, those that skip the delay */
} VbetCableDirection;

typedef struct {
  VbetCableDirection directions[2]; /* by the end a frame is put in */
  VbetFrameStore *store;
  VbetCableDeliver deliver;
  VbetCableFlap flap;
  VbetCableLeft left; /* (nullable): set while probes are sent */
  gpointer user_data;

  /* private */
  gint64 flap_times[2]; /* for how long up, then down; nanoseconds; 0: no schedule */
  gint64 flap_due;
  gboolean flap_down;
} VbetCableCore;

/** vbet_cable_init: @store: outlives the cable. @seed: of what is left to chance. Both directions are
 * perfect. */
void vbet_cable_init (VbetCableCore *self, VbetFrameStore *store, guint64 seed, VbetCableDeliver deliver,
                      VbetCableFlap flap, gpointer user_data);
/** vbet_cable_finish: drops what is on its way. */
void vbet_cable_finish (VbetCableCore *self);

/** vbet_cable_set: @end: the direction from it gets @quality. */
void vbet_cable_set (VbetCableCore *self, VbetCableSide end, const VbetCableQuality *quality, gint64 now);
/** vbet_cable_set_flap: from @now on, up for @up_for, down for @down_for, and so on, each at least
 * VBET_CABLE_FLAP_MIN; 0 for either: no schedule. The same times again change nothing. */
void vbet_cable_set_flap (VbetCableCore *self, gint64 up_for, gint64 down_for, gint64 now);
/** vbet_cable_is_up: whether frames from @end come through. */
gboolean vbet_cable_is_up (const VbetCableCore *self, VbetCableSide end);

/** vbet_cable_is_perfect: whether frames from @end come through as they are; only then may they have parts. */
static inline gboolean
vbet_cable_is_perfect (const VbetCableCore *self, VbetCableSide end)
{
  return self->directions[end].plain;
}
/** vbet_cable_input: a frame enters at @end at time @now; a direction that is down drops and counts it. */
void vbet_cable_input (VbetCableCore *self, VbetCableSide end, const VbetFrame *frame, gint64 now);

/**
 * vbet_cable_probe: as vbet_cable_input(), of a @frame that is marked as a probe.
 *
 * A probe shares queue, transmitter, line and chance with all other frames, but is in no counter and no effect (only
 * in how many wait and fly now).
 */
VbetCableTaken vbet_cable_probe (VbetCableCore *self, VbetCableSide end, const VbetFrame *frame, gint64 now);

/** vbet_cable_deadline: Returns: when vbet_cable_run() has something to do; VBET_CABLE_NEVER: nothing waits.
 */
gint64 vbet_cable_deadline (const VbetCableCore *self);
/** vbet_cable_run: all that was due up to @now happens. */
void vbet_cable_run (VbetCableCore *self, gint64 now);
