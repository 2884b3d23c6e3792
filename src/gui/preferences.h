/* preferences.h - the window in which the user's settings are changed; each change holds at once. */
#pragma once

#include <gtk/gtk.h>

/** vbet_preferences_new: Returns: (transfer none): a window that is not modal; the caller presents it. */
GtkWidget *vbet_preferences_new (GSettings *settings, GtkWindow *parent);
