/* program.h - the lab's text in an editor that is one with the document.
 *
 * What is typed here becomes a revision of the document; what changes the
 * document elsewhere changes the same bytes here. Undo is the document's.
 */
#pragma once

#include <gtk/gtk.h>

#include "gui/model/session.h"

#define VBET_TYPE_PROGRAM_PANE (vbet_program_pane_get_type ())
G_DECLARE_FINAL_TYPE (VbetProgramPane, vbet_program_pane, VBET, PROGRAM_PANE, GtkScrolledWindow)

GtkWidget *vbet_program_pane_new (VbetSession *session);
/** vbet_program_pane_go_to: selects @length bytes from byte @start on and shows them. */
void vbet_program_pane_go_to (VbetProgramPane *self, gsize start, gsize length);
