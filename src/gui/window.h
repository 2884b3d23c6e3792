/* window.h - the window: header bar, palette, canvas, and the panes below. */
#pragma once

#include <gtk/gtk.h>

#include "gui/model/session.h"

#define VBET_TYPE_WINDOW (vbet_window_get_type ())
G_DECLARE_FINAL_TYPE (VbetWindow, vbet_window, VBET, WINDOW, GtkApplicationWindow)

VbetWindow *vbet_window_new (GtkApplication *application);

/** vbet_window_open: reads @file (asynchronously) and shows it in this window. */
void vbet_window_open (VbetWindow *self, GFile *file);
/** vbet_window_is_fresh: whether it holds an empty lab that nobody touched. */
gboolean vbet_window_is_fresh (VbetWindow *self);
