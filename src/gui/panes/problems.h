/* problems.h - the list of findings about the lab's text; a click goes there, a button mends. */
#pragma once

#include <gtk/gtk.h>

#include "gui/model/session.h"

#define VBET_TYPE_PROBLEMS (vbet_problems_get_type ())
G_DECLARE_FINAL_TYPE (VbetProblems, vbet_problems, VBET, PROBLEMS, GtkScrolledWindow)

/* Signals: "go-to" (guint64 start, guint64 length): the bytes a chosen finding is about */

GtkWidget *vbet_problems_new (VbetSession *session);
