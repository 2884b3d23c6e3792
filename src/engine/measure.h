/* measure.h - what is set of a cable against what was measured of it: is it consistent?
 *
 * The switch sends probes through a direction of a cable and counts
 * (switch/core/probe.h); here its figures are held against the settings of the
 * lab's text, property by property.
 *
 * - What is left to chance (loss …) is judged by an exact binomial interval
 *   (Clopper and Pearson, 1934): of all cables that do what is set, one in a
 *   thousand figures lies outside, so that a whole cable with all its figures
 *   seems inconsistent about once in a hundred times. A share set to 0 is not
 *   left to chance: a single frame is enough.
 * - Time is judged by what a busy machine does not move: the lowest delay, the
 *   middle of the jitter, the middle one of some trains. A delay below what is set is never
 *   explained by load.
 *
 * Pure.
 */
#pragma once

#include <json-glib/json-glib.h>

#include "base/cable-quality.h"

/* What the switch says of it; the names are those of VbetProbeResult. */
typedef struct {
  double time, interval, sent, lost, runs, duplicated, corrupted, ordered, reordered, full, down, cut,
      unknown;
  double samples, lowest, sixteenth, median, eighty_fourth, high, pace;
  double waited, waited_most, late, trains, tight, rate, span, train_frames, train_size;
  double bytes, other_frames, other_bytes;
} VbetMeasured;

typedef enum {
  VBET_MEASURE_CONSISTENT,
  VBET_MEASURE_INCONSISTENT,
  VBET_MEASURE_UNJUDGED, /* for a reason */
} VbetMeasureVerdict;

typedef enum {
  VBET_MEASURE_NO_REASON,
  VBET_MEASURE_NO_LIMIT,      /* no rate is set */
  VBET_MEASURE_DOWN,          /* no frame passes */
  VBET_MEASURE_FEW,           /* too few probes */
  VBET_MEASURE_NO_ROOM,       /* the queue was full, or too short for a train */
  VBET_MEASURE_NO_OVERTAKING, /* at this delay nothing can be overtaken */
  VBET_MEASURE_OTHERS,        /* other traffic is in the way */
} VbetMeasureReason;

#define VBET_MEASURE_ROWS VBET_IMPAIRMENTS_SIZE

typedef struct {
  const char *property; /* static: an attribute of the language */
  const char *unit;     /* static: "ns", "share", "bit/s", "frames" */
  double set;
  double measured;
  double low, high;  /* of a share: the interval; of the delay: the lowest, and 99 % are not higher */
  double events, of; /* of a share: 480 of 10000 */
  VbetMeasureVerdict verdict;
  VbetMeasureReason reason; /* why there is none */
} VbetMeasureRow;

/** vbet_measured_read: @object may be hostile; what is missing is 0. */
void vbet_measured_read (JsonObject *object, VbetMeasured *ret_measured);

/** vbet_measure_judge: Returns: how many rows. */
guint vbet_measure_judge (const VbetCableQuality *set, const VbetMeasured *measured,
                          VbetMeasureRow ret_rows[VBET_MEASURE_ROWS]);

/** vbet_measure_interval: @confidence: such as 0.99. The shares that @events of @of trials are consistent
 * with. */
void vbet_measure_interval (double events, double of, double confidence, double *ret_low, double *ret_high);

/** vbet_measure_format: Returns: (transfer full): @value for people: "70.1 ms", "4.8 %", "9.98 Mbit/s". */
char *vbet_measure_format (const char *unit, double value);

/** vbet_measure_verdict_name, vbet_measure_reason_name: as the RPC has it: "consistent" …, "no-limit" … */
const char *vbet_measure_verdict_name (VbetMeasureVerdict verdict);
const char *vbet_measure_reason_name (VbetMeasureReason reason);

/** vbet_measure_row_to_variant: Returns: (transfer floating): a{sv}, a row of "cable.measure" of vbetd(8). */
GVariant *vbet_measure_row_to_variant (const VbetMeasureRow *row);
