/* steps.h - the bar of the presenter: which step, what it says, run it, what it waits for, how it went. */
#pragma once

#include <gtk/gtk.h>

#include "gui/demo.h"

#define VBET_TYPE_STEPS (vbet_steps_get_type ())
G_DECLARE_FINAL_TYPE (VbetSteps, vbet_steps, VBET, STEPS, GtkBox)

/* Signals: "go-to-line" (guint line): a statement or a check was clicked; from 1 */

/** vbet_steps_new: its buttons trigger the window's actions "win.run", "win.step", "win.step-cancel" and
 * "win.checks". */
GtkWidget *vbet_steps_new (VbetDemo *demo, VbetRunner *runner);
/** vbet_steps_advance: what the big button does: runs the step that is shown, or shows the next when that has
 * passed; @run: then runs that at once. */
void vbet_steps_advance (VbetSteps *self, gboolean run);
/** vbet_steps_show: shows step @index, from 0; nothing is run. */
void vbet_steps_show (VbetSteps *self, guint index);
/** vbet_steps_get_shown: Returns: index of the step that is shown, from 0. */
guint vbet_steps_get_shown (VbetSteps *self);
