/* history.h - the list of the document's revisions, to jump in: undo and redo over any distance, as one. */
#pragma once

#include <gtk/gtk.h>

#include "gui/model/document.h"

#define VBET_TYPE_HISTORY (vbet_history_get_type ())
G_DECLARE_FINAL_TYPE (VbetHistory, vbet_history, VBET, HISTORY, GtkBox)

/** vbet_history_new: Returns: (transfer floating): the revisions of @document, of which a reference is kept. */
GtkWidget *vbet_history_new (VbetDocument *document);
