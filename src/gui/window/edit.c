/* edit.c - the clipboard: copy, cut, paste, duplicate.
 *
 * On the clipboard a lab is plain text, besides by its own type, so that it
 * goes between windows, into a text editor and back. The keys do in a text
 * what they do there everywhere; a terminal gets them before the window.
 */
#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "gui/window/private.h"

#define LAB_TARGET "application/x-vbet"

enum {
  INFO_LAB,
  INFO_TEXT,
};

/* --- what has the focus ----------------------------------------------------------- */

/* In a text, its own clipboard is meant: @signal is what its binding would emit. */
static gboolean
leave_to_text (VbetWindow *self, const char *signal)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  if (focus == NULL || !(GTK_IS_EDITABLE (focus) || GTK_IS_TEXT_VIEW (focus) || GTK_IS_LABEL (focus)))
    return FALSE;
  if (signal != NULL && g_signal_lookup (signal, G_OBJECT_TYPE (focus)) != 0)
    g_signal_emit_by_name (focus, signal);
  return TRUE;
}

static void
report (VbetWindow *self, gboolean ok, const GError *error)
{
  if (ok)
    vbet_notices_hide (self->notices, "gesture");
  else
    vbet_notices_show (self->notices, "gesture", GTK_MESSAGE_WARNING, error->message, NULL);
}

/* --- giving ------------------------------------------------------------------------- */

static void
on_clipboard_get (GtkClipboard *clipboard, GtkSelectionData *selection, guint info, gpointer text)
{
  if (info == INFO_LAB)
    gtk_selection_data_set (selection, gdk_atom_intern_static_string (LAB_TARGET), 8, text,
                            (int)strlen (text));
  else
    gtk_selection_data_set_text (selection, text, -1);
}

static void
on_clipboard_clear (GtkClipboard *clipboard, gpointer text)
{
  g_free (text);
}

/* @text: (transfer full). */
static void
offer (VbetWindow *self, char *text)
{
  GtkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (self), GDK_SELECTION_CLIPBOARD);
  GtkTargetList *list = gtk_target_list_new (NULL, 0);
  int n = 0;
  gtk_target_list_add (list, gdk_atom_intern_static_string (LAB_TARGET), 0, INFO_LAB);
  gtk_target_list_add_text_targets (list, INFO_TEXT);
  GtkTargetEntry *targets = gtk_target_table_new_from_list (list, &n);
  if (gtk_clipboard_set_with_data (clipboard, targets, (guint)n, on_clipboard_get, on_clipboard_clear, text))
    gtk_clipboard_set_can_store (clipboard, NULL, 0);
  else
    g_free (text);
  gtk_target_table_free (targets, n);
  gtk_target_list_unref (list);
}

static void
on_copy (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  g_autoptr (GError) error = NULL;
  if (leave_to_text (self, "copy-clipboard"))
    return;
  char *text = vbet_session_copy (self->session, &error);
  report (self, text != NULL, error);
  if (text != NULL)
    offer (self, text);
}

static void
on_cut (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  g_autoptr (GError) error = NULL;
  char *text = NULL;
  if (leave_to_text (self, "cut-clipboard"))
    return;
  gboolean ok = vbet_session_cut (self->session, &text, &error);
  report (self, ok, error);
  if (ok)
    offer (self, text);
}

static void
on_duplicate (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  g_autoptr (GError) error = NULL;
  if (leave_to_text (self, NULL))
    return;
  gboolean ok = vbet_session_duplicate (self->session, &error);
  report (self, ok, error);
  if (ok)
    _vbet_window_reveal_selected (self);
}

/* --- taking --------------------------------------------------------------------------- */

/* What a paste needs when the clipboard's owner answers. */
typedef struct {
  VbetWindow *window; /* owned */
  gboolean has_place;
  VbetPoint place;
} Paste;

static void
paste_free (Paste *self)
{
  g_object_unref (self->window);
  g_free (self);
}

static void
finish_paste (Paste *paste, const char *text, gsize size)
{
  VbetWindow *self = paste->window;
  g_autoptr (GError) error = NULL;
  if (self->closing == VBET_CLOSING_NOW)
    return;
  gboolean ok
      = vbet_session_paste (self->session, text, size, paste->has_place ? &paste->place : NULL, &error);
  report (self, ok, error);
  if (ok)
    _vbet_window_reveal_selected (self);
}

static void
on_text_received (GtkClipboard *clipboard, const char *text, gpointer data)
{
  Paste *paste = data;
  if (text != NULL)
    finish_paste (paste, text, strlen (text));
  else if (paste->window->closing != VBET_CLOSING_NOW)
    vbet_notices_show (paste->window->notices, "gesture", GTK_MESSAGE_WARNING,
                       _ ("Nothing was pasted: there is no text on the clipboard."), NULL);
  paste_free (paste);
}

static void
on_lab_received (GtkClipboard *clipboard, GtkSelectionData *selection, gpointer data)
{
  Paste *paste = data;
  int size = gtk_selection_data_get_length (selection);
  if (size < 0) {
    gtk_clipboard_request_text (clipboard, on_text_received, paste);
    return;
  }
  finish_paste (paste, (const char *)gtk_selection_data_get_data (selection), (gsize)size);
  paste_free (paste);
}

static void
on_paste (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  if (leave_to_text (self, "paste-clipboard"))
    return;
  Paste *paste = g_new0 (Paste, 1);
  paste->window = g_object_ref (self);
  paste->has_place = vbet_canvas_get_pointer (self->canvas, &paste->place);
  gtk_clipboard_request_contents (gtk_widget_get_clipboard (GTK_WIDGET (self), GDK_SELECTION_CLIPBOARD),
                                  gdk_atom_intern_static_string (LAB_TARGET), on_lab_received, paste);
}

/* --- for others of the window ------------------------------------------------------------ */

void
_vbet_window_reveal_selected (VbetWindow *self)
{
  g_autofree const char **names
      = (const char **)g_hash_table_get_keys_as_array (vbet_session_get_selection (self->session), NULL);
  if (names[0] != NULL)
    vbet_canvas_reveal (self->canvas, vbet_canvas_bounds_of (self->canvas, names));
}

/* Always enabled: what they mean depends on the focus, and a key that does nothing says nothing. */
void
_vbet_window_add_edit (VbetWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "copy", .activate = on_copy },
    { .name = "cut", .activate = on_cut },
    { .name = "paste", .activate = on_paste },
    { .name = "duplicate", .activate = on_duplicate },
  };
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  _vbet_window_add_arrange (self);
  _vbet_window_add_navigation (self);
}
