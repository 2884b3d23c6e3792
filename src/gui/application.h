/* application.h - the program: windows, command line, shortcuts.
 *
 * Each start is a process of its own (no session bus is needed); several
 * windows may be in one.
 */
#pragma once

#include <gtk/gtk.h>

#define VBET_TYPE_APPLICATION (vbet_application_get_type ())
G_DECLARE_FINAL_TYPE (VbetApplication, vbet_application, VBET, APPLICATION, GtkApplication)

/** vbet_application_new: Returns: (transfer full): the program, to be run by g_application_run(). */
VbetApplication *vbet_application_new (void);
