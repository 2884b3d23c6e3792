/* run-on.h - a window that runs one command on several devices and shows what each of them says. */
#pragma once

#include <gtk/gtk.h>

#include "gui/runner.h"

#define VBET_TYPE_RUN_ON (vbet_run_on_get_type ())
G_DECLARE_FINAL_TYPE (VbetRunOn, vbet_run_on, VBET, RUN_ON, GtkWindow)

/** vbet_run_on_new: @chosen: (nullable): devices that are chosen at first; all, when it is empty. */
GtkWidget *vbet_run_on_new (VbetSession *session, VbetRunner *runner, const char *const *chosen);
