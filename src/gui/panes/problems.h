/* problems.h - the list of findings about the lab's text, and below of what is wrong in the running lab: a
 * click goes there, a button mends. */
#pragma once

#include <gtk/gtk.h>

#include "gui/model/session.h"

#define VBET_TYPE_PROBLEMS (vbet_problems_get_type ())
G_DECLARE_FINAL_TYPE (VbetProblems, vbet_problems, VBET, PROBLEMS, GtkScrolledWindow)

/* Signals:
 *   "go-to" (guint64 start, guint64 length): the bytes a chosen finding is about
 *   "chosen" (const char *name): a device that failed in the running lab was clicked
 *   "start" (const char *name): it is to be started again
 *   "restart" (const char *name): likewise one that runs
 *   "again" (gint64 number): the call of that number, which failed, is to be tried again
 *   "console" (const char *name): something is wrong with a device that runs: what it shows is to be seen
 */

/** vbet_problems_new: Returns: (transfer floating): of @session, of which a reference is kept. */
GtkWidget *vbet_problems_new (VbetSession *session);
