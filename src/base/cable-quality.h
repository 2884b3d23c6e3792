/* cable-quality.h - what is set for one direction of a cable: the impairments' values, and what they counted.
 *
 * The fields are those of the table (impairment.h): gint64 delay, jitter (nanoseconds), double loss, … Pure.
 */
#pragma once

#include "base/impairment.h"

typedef enum {
  VBET_JITTER_UNIFORM, /* delay ± at most jitter */
  VBET_JITTER_NORMAL,  /* jitter is the standard deviation; cut at three of them */
} VbetJitter;

#define VBET_FIELD_FLAG gboolean
#define VBET_FIELD_TIME gint64
#define VBET_FIELD_SHARE double
#define VBET_FIELD_BITS double
#define VBET_FIELD_COUNT guint
#define VBET_FIELD_MEAN double
#define VBET_FIELD_BYTES gsize
#define VBET_FIELD_SPREAD VbetJitter
#define VBET_FIELD(id, field, kind, attribute, ours) VBET_FIELD_##kind field;

/* One direction; what is of the whole cable is the same in both. vbet_cable_quality_init() before anything else. */
typedef struct {
  VBET_IMPAIRMENTS (VBET_FIELD)
} VbetCableQuality;

#undef VBET_FIELD

/* Both directions: from the first end to the second, and back. */
typedef struct {
  VbetCableQuality quality[2];
} VbetCableSettings;

/* What the quality did to frames; part of or besides what the cable counts as dropped and as passed on. */
typedef struct {
  guint64 hits[VBET_IMPAIRMENTS_SIZE]; /* by VbetImpairmentId, of those that have an effect */
  guint waiting;                       /* frames in the queue now */
  guint flying;                        /* frames on the line now */
} VbetCableEffects;

/** vbet_cable_quality_init: a perfect line. */
void vbet_cable_quality_init (VbetCableQuality *self);
/** vbet_cable_quality_is_valid: whether all values are in the ranges of the table; the caller may be hostile. */
gboolean vbet_cable_quality_is_valid (const VbetCableQuality *self);
/** vbet_cable_quality_is_perfect: whether frames pass as they are, at once; TRUE also for a line that is down. */
gboolean vbet_cable_quality_is_perfect (const VbetCableQuality *self);
/** vbet_cable_quality_swing: Returns: the most that jitter moves a frame, to either side; nanoseconds. */
gint64 vbet_cable_quality_swing (const VbetCableQuality *self);

/** vbet_cable_quality_get: Returns: the value of @row in the unit of its field, a choice by its number. */
double vbet_cable_quality_get (const VbetCableQuality *self, const VbetImpairment *row);
/** vbet_cable_quality_put: Returns: FALSE when @value is not in the row's range; then nothing changes. */
gboolean vbet_cable_quality_put (VbetCableQuality *self, const VbetImpairment *row, double value);

/** vbet_cable_settings_init: a perfect cable. */
void vbet_cable_settings_init (VbetCableSettings *self);
/** vbet_cable_settings_is_valid: whether both directions are; the caller may be hostile. */
gboolean vbet_cable_settings_is_valid (const VbetCableSettings *self);
/** vbet_cable_settings_equal: whether all values are the same. */
gboolean vbet_cable_settings_equal (const VbetCableSettings *self, const VbetCableSettings *other);
