/* measured.h - the part of a cable's form that measures it: a button, how far it is, set against measured. */
#pragma once

#include <gtk/gtk.h>

#include "gui/measurements.h"

#define VBET_TYPE_MEASURED (vbet_measured_get_type ())
G_DECLARE_FINAL_TYPE (VbetMeasured, vbet_measured, VBET, MEASURED, GtkBox)

/** vbet_measured_new: Returns: (transfer floating): what was measured of @cable; of @measurements a reference is
 * kept. */
GtkWidget *vbet_measured_new (VbetMeasurements *measurements, const char *cable);
/** vbet_measured_update: shows what is now; also after the lab began or ended, or the cable was set anew. */
void vbet_measured_update (VbetMeasured *self);
