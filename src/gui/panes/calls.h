/* calls.h - the list of calls the engine executes, as it executes them; failed ones can be tried again. */
#pragma once

#include <gtk/gtk.h>

#include "gui/runner.h"

#define VBET_TYPE_CALLS (vbet_calls_get_type ())
G_DECLARE_FINAL_TYPE (VbetCalls, vbet_calls, VBET, CALLS, GtkStack)

/* Signals:
 *   "chosen" (const char *name): the device or cable of a call that was clicked
 *   "failed" (const char *message): a call could not be tried again
 */

/** vbet_calls_new: Returns: (transfer floating): the calls that @runner tells of. */
GtkWidget *vbet_calls_new (VbetRunner *runner);
/** vbet_calls_retry: asks the engine to execute failed call @number once more. */
void vbet_calls_retry (VbetCalls *self, gint64 number);
