/* measure.h - a measurement of a cable that the engine asked for: runs it with the real clock, tells of it.
 *
 * What is measured, and how, is in core/probe.h; the messages are in control.h.
 */
#pragma once

#include <json-glib/json-glib.h>

#include "switch/fabric.h"

typedef struct VbetMeasure VbetMeasure;

/* A message for the engine. */
typedef void (*VbetMeasureTell) (JsonBuilder *message, gpointer user_data);
/* It is over and was told; @measure is to be freed by the callee. */
typedef void (*VbetMeasureOver) (VbetMeasure *measure, gpointer user_data);

/** vbet_measure_new: @run: as vbet_fabric_probe() has it. @ret_error: (out): -errno on failure. Returns: NULL
 * then. */
VbetMeasure *vbet_measure_new (VbetFabric *fabric, const char *cable, const VbetProbeWish *wish,
                               guint64 serial, guint run, gint64 now, VbetMeasureTell tell,
                               VbetMeasureOver over, gpointer user_data, int *ret_error);
/** vbet_measure_free: ends it without a word if it runs. */
void vbet_measure_free (VbetMeasure *self);
/** vbet_measure_get_serial: Returns: what it was made with. */
guint64 vbet_measure_get_serial (const VbetMeasure *self);
/** vbet_measure_cancel: ends it and tells what was measured so far. */
void vbet_measure_cancel (VbetMeasure *self);

/** vbet_measure_write: @result as an object of the message "measured". */
void vbet_measure_write (JsonBuilder *builder, const VbetProbeResult *result);
