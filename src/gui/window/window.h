/* window.h - the window: header bar, palette, canvas, and the panes below. */
#pragma once

#include <gtk/gtk.h>

#include "gui/model/session.h"

#define VBET_TYPE_WINDOW (vbet_window_get_type ())
G_DECLARE_FINAL_TYPE (VbetWindow, vbet_window, VBET, WINDOW, GtkApplicationWindow)

/** vbet_window_new: Returns: (transfer none): with an empty lab, not shown yet; @application has it. */
VbetWindow *vbet_window_new (GtkApplication *application);

/** vbet_window_open: reads @file (asynchronously) and shows it in this window. */
void vbet_window_open (VbetWindow *self, GFile *file);
/** vbet_window_show_start: shows the start page in place of the lab. */
void vbet_window_show_start (VbetWindow *self);
/** vbet_window_show_lab: shows the lab, which is empty at first. */
void vbet_window_show_lab (VbetWindow *self);
/** vbet_window_find: Returns: (transfer none) (nullable): the window of @application that shows @file. */
VbetWindow *vbet_window_find (GtkApplication *application, GFile *file);
/** vbet_window_is_on_start: whether it shows the start page. */
gboolean vbet_window_is_on_start (VbetWindow *self);
/** vbet_window_is_fresh: whether it holds an empty lab that nobody touched. */
gboolean vbet_window_is_fresh (VbetWindow *self);
