/* program-edit.c - edits of whole lines in the program pane: comments, format; and its menu. */
#include "config.h"

#include "gui/panes/program-private.h"

#include <string.h>

#include <glib/gi18n.h>

#include "engine/language/format.h"
#include "gui/model/places.h"

void
vbet_program_pane_complete (VbetProgramPane *self)
{
  g_return_if_fail (VBET_IS_PROGRAM_PANE (self));
  gtk_widget_grab_focus (self->view);
  g_signal_emit_by_name (self->view, "show-completion");
}

void
vbet_program_pane_toggle_comment (VbetProgramPane *self)
{
  g_return_if_fail (VBET_IS_PROGRAM_PANE (self));
  GtkTextIter from, to;
  gsize size = 0;
  if (!self->mirrors)
    return;
  const char *text = vbet_document_text (_vbet_program_document (self), &size);
  gtk_text_buffer_get_selection_bounds (self->buffer, &from, &to);
  g_autoptr (VbetEdits) edits = vbet_places_toggle_comment (text, size, _vbet_program_byte (self, &from),
                                                            _vbet_program_byte (self, &to));
  if (vbet_edits_size (edits) == 0)
    return;
  gboolean commented = vbet_edits_get (edits, 0)->text[0] != '\0';
  vbet_document_apply (_vbet_program_document (self), edits, commented ? _ ("Comment out") : _ ("Uncomment"));
}

void
vbet_program_pane_format (VbetProgramPane *self)
{
  g_return_if_fail (VBET_IS_PROGRAM_PANE (self));
  g_autoptr (GError) error = NULL;
  gsize size = 0, head = 0, tail = 0;
  if (!self->mirrors)
    return;
  g_autofree char *formatted = vbet_program_format (vbet_session_get_program (self->session), &error);
  if (formatted == NULL) {
    g_signal_emit_by_name (self, "failed", error->message);
    return;
  }
  const char *text = vbet_document_text (_vbet_program_document (self), &size);
  gsize cursor = vbet_places_same (text, _vbet_program_cursor (self), formatted);
  gsize length = strlen (formatted), common = MIN (size, length);
  while (head < common && text[head] == formatted[head])
    head++;
  while (tail < common - head && text[size - 1 - tail] == formatted[length - 1 - tail])
    tail++;
  while (head > 0 && ((guchar)formatted[head] & 0xc0) == 0x80) /* whole characters */
    head--;
  while (tail > 0 && ((guchar)formatted[length - tail] & 0xc0) == 0x80)
    tail--;
  g_autofree char *middle = g_strndup (formatted + head, length - head - tail);
  vbet_document_replace (_vbet_program_document (self), head, size - head - tail, middle, strlen (middle),
                         _ ("Format"));
  VbetWalker walk = _vbet_program_walker (self);
  GtkTextIter at = _vbet_walker_to (&walk, cursor);
  gtk_text_buffer_place_cursor (self->buffer, &at);
}

static void
add_item (GtkWidget *menu, int position, const char *label, const char *action)
{
  GtkWidget *item = gtk_menu_item_new_with_mnemonic (label);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (item), action);
  gtk_widget_show (item);
  gtk_menu_shell_insert (GTK_MENU_SHELL (menu), item, position);
}

/* The view's own undo knows nothing: the document's takes its place. */
static void
on_menu (GtkTextView *view, GtkWidget *menu, VbetProgramPane *self)
{
  if (!GTK_IS_MENU (menu))
    return;
  g_autoptr (GList) items = gtk_container_get_children (GTK_CONTAINER (menu));
  GList *link = items;
  for (guint i = 0; i < 2 && link != NULL; i++, link = link->next)
    if (!gtk_widget_get_sensitive (link->data))
      gtk_widget_destroy (link->data);
  add_item (menu, 0, _ ("_Undo"), "win.undo");
  add_item (menu, 1, _ ("_Redo"), "win.redo");
  GtkWidget *line = gtk_separator_menu_item_new ();
  gtk_widget_show (line);
  gtk_menu_shell_append (GTK_MENU_SHELL (menu), line);
  add_item (menu, -1, _ ("_Fix the Problem Here"), "win.program-fix");
  add_item (menu, -1, _ ("_Complete"), "win.program-complete");
  add_item (menu, -1, _ ("Comment _In or Out"), "win.program-comment");
  add_item (menu, -1, _ ("F_ormat the Whole Text"), "win.program-format");
  add_item (menu, -1, _ ("Find and _Replace …"), "win.program-replace");
}

void
_vbet_program_edit_init (VbetProgramPane *self)
{
  g_signal_connect_after (self->view, "populate-popup", G_CALLBACK (on_menu), self);
}
