/* inspector.h - what is selected, as a form: attributes, NICs, power; with nothing selected, the lab.
 *
 * The form is made from the table of attributes (gui/model/form.h). It follows
 * the document: each change of a field is one revision, and each revision of
 * anybody shows up in the form at once.
 */
#pragma once

#include <gtk/gtk.h>

#include "gui/measurements.h"
#include "gui/runner.h"

#define VBET_TYPE_INSPECTOR (vbet_inspector_get_type ())
G_DECLARE_FINAL_TYPE (VbetInspector, vbet_inspector, VBET, INSPECTOR, GtkBox)

/** vbet_inspector_new: its buttons use the actions of the window it is in. */
GtkWidget *vbet_inspector_new (VbetSession *session, VbetRunner *runner);
/** vbet_inspector_flush: writes down what is typed and right, before something else is done to the document.
 */
void vbet_inspector_flush (VbetInspector *self);
/** vbet_inspector_get_measurements: Returns: (transfer none): of the cables that it shows. */
VbetMeasurements *vbet_inspector_get_measurements (VbetInspector *self);
/** vbet_inspector_focus: gives the keyboard to its first field. */
void vbet_inspector_focus (VbetInspector *self);
