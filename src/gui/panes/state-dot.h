/* state-dot.h - a dot in the colour of a device's state, with the state's name for those who cannot see it.
 */
#pragma once

#include <gtk/gtk.h>

#include "gui/model/view.h"

/** vbet_state_dot_new: Returns: (transfer floating): of a device that is off. */
GtkWidget *vbet_state_dot_new (void);
/** vbet_state_dot_set: @running: whether the lab runs; else the dot is empty. */
void vbet_state_dot_set (GtkWidget *dot, gboolean running, VbetDeviceState state);
