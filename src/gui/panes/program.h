/* program.h - the lab's text in an editor that is one with the document.
 *
 * What is typed here becomes a revision of the document; what changes the
 * document elsewhere changes the same bytes here. Undo is the document's.
 */
#pragma once

#include <gtk/gtk.h>

#include "gui/model/session.h"

#define VBET_TYPE_PROGRAM_PANE (vbet_program_pane_get_type ())
G_DECLARE_FINAL_TYPE (VbetProgramPane, vbet_program_pane, VBET, PROGRAM_PANE, GtkBox)

/* Signals:
 *   "failed" (const char *message): what was asked for is not possible
 *   "zoom-changed" ()
 */

/** vbet_program_pane_new: Returns: (transfer floating): the text of @session, of which a reference is kept. */
GtkWidget *vbet_program_pane_new (VbetSession *session);
/** vbet_program_pane_go_to: selects @length bytes from byte @start on and shows them. */
void vbet_program_pane_go_to (VbetProgramPane *self, gsize start, gsize length);
/** vbet_program_pane_get_view: Returns: (transfer none): the text view, which has the focus while one types.
 */
GtkWidget *vbet_program_pane_get_view (VbetProgramPane *self);

/** vbet_program_pane_set_zoom: @zoom: size of the letters, 1 is the theme's. */
void vbet_program_pane_set_zoom (VbetProgramPane *self, double zoom);
/** vbet_program_pane_get_zoom: Returns: 1 for letters of the usual size. */
double vbet_program_pane_get_zoom (VbetProgramPane *self);
/** vbet_program_pane_zoom_by: @steps: larger when positive; 0: the usual size. */
void vbet_program_pane_zoom_by (VbetProgramPane *self, int steps);

/** vbet_program_pane_complete: proposes what could be written at the caret. */
void vbet_program_pane_complete (VbetProgramPane *self);
/** vbet_program_pane_fix: applies the fix at the caret or in its line. Returns: FALSE when there is none. */
gboolean vbet_program_pane_fix (VbetProgramPane *self);
/** vbet_program_pane_toggle_comment: of the selected lines, or the caret's. */
void vbet_program_pane_toggle_comment (VbetProgramPane *self);
/** vbet_program_pane_format: as "vbetctl fmt", as one revision. */
void vbet_program_pane_format (VbetProgramPane *self);
/** vbet_program_pane_find: opens the bar; @replace: with its second row. */
void vbet_program_pane_find (VbetProgramPane *self, gboolean replace);
/** vbet_program_pane_find_next: @back: the one before. */
void vbet_program_pane_find_next (VbetProgramPane *self, gboolean back);
/** vbet_program_pane_go_to_line: @line: from 1. */
void vbet_program_pane_go_to_line (VbetProgramPane *self, guint line);
