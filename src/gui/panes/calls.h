/* calls.h - the list of calls the engine executes, as it executes them. */
#pragma once

#include <gtk/gtk.h>

#include "gui/runner.h"

#define VBET_TYPE_CALLS (vbet_calls_get_type ())
G_DECLARE_FINAL_TYPE (VbetCalls, vbet_calls, VBET, CALLS, GtkStack)

/* Signals: "chosen" (const char *name): the device or cable of a call that was clicked */

GtkWidget *vbet_calls_new (VbetRunner *runner);
