/* measurements.h - what is set of cables against what was measured of them, by cable: those that run, and
 * results.
 *
 * A result lasts until the lab stops or the cable is measured again.
 *
 * Signals:
 *   "changed" (const char *cable)
 */
#pragma once

#include "base/cable-quality.h"
#include "gui/runner.h"

typedef struct {
  gboolean running;
  gboolean stopping;
  double share;     /* of it that is done, 0 to 1 */
  GVariant *result; /* (nullable): "cable.measure" of vbetd(8) */
  char *problem;    /* (nullable): one sentence: why there is none */
  /* private */
  VbetCableSettings settings; /* what was set */
  guint number;
} VbetMeasurement;

#define VBET_TYPE_MEASUREMENTS (vbet_measurements_get_type ())
G_DECLARE_FINAL_TYPE (VbetMeasurements, vbet_measurements, VBET, MEASUREMENTS, GObject)

/** vbet_measurements_new: Returns: (transfer full): none yet; of @session and @runner a reference is kept. */
VbetMeasurements *vbet_measurements_new (VbetSession *session, VbetRunner *runner);
/** vbet_measurements_get: Returns: (nullable): of @cable; until the next signal. */
const VbetMeasurement *vbet_measurements_get (VbetMeasurements *self, const char *cable);
/** vbet_measurements_can_begin: whether the lab runs, the cable has both its ends, and is not being measured.
 */
gboolean vbet_measurements_can_begin (VbetMeasurements *self, const char *cable);
/** vbet_measurements_begin: does nothing when it cannot. */
void vbet_measurements_begin (VbetMeasurements *self, const char *cable);
/** vbet_measurements_stop: the figures until then are the result. */
void vbet_measurements_stop (VbetMeasurements *self, const char *cable);
/** vbet_measurements_is_old: whether the cable is set otherwise now than when the result was measured. */
gboolean vbet_measurements_is_old (VbetMeasurements *self, const char *cable);
