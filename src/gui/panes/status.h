/* status.h - the line at the bottom of the window: whether the lab fits the machine, and what it uses as it runs. */
#pragma once

#include <gtk/gtk.h>

#include "gui/figures.h"

#define VBET_TYPE_STATUS (vbet_status_get_type ())
G_DECLARE_FINAL_TYPE (VbetStatus, vbet_status, VBET, STATUS, GtkBox)

/** vbet_status_new: its button for problems is of the action "win.status-problems". */
GtkWidget *vbet_status_new (VbetSession *session, VbetRunner *runner, VbetFigures *figures);
