/* terminal-menu.c - what a terminal's own menu does: clipboard, clearing, saving what was shown. */
#include "config.h"

#include "gui/panes/terminal-private.h"

#include <string.h>

#include <glib/gi18n.h>

#define MANY_LINES 100

/* --- clipboard ------------------------------------------------------------------------------ */

void
_vbet_terminal_copy (VbetTerminal *self)
{
  if (vte_terminal_get_has_selection (self->vte))
    vte_terminal_copy_clipboard_format (self->vte, VTE_FORMAT_TEXT);
}

static guint
count_lines (const char *text)
{
  guint lines = 1;
  for (const char *at = strchr (text, '\n'); at != NULL; at = strchr (at + 1, '\n'))
    lines += at[1] != '\0' ? 1 : 0;
  return lines;
}

static void
on_clipboard (GtkClipboard *clipboard, const char *text, gpointer data)
{
  g_autoptr (VbetTerminal) self = data;
  if (text == NULL || *text == '\0' || gtk_widget_in_destruction (GTK_WIDGET (self)))
    return;
  guint lines = count_lines (text);
  self->pasting++;
  vte_terminal_paste_text (self->vte, text); /* bracketed, where the program in the guest asked for it */
  self->pasting--;
  if (lines > MANY_LINES) {
    g_autofree char *notice = g_strdup_printf (
        ngettext ("%u line was pasted into %s.", "%u lines were pasted into %s.", lines), lines, self->label);
    g_signal_emit_by_name (self, "notice", notice);
  }
}

void
_vbet_terminal_paste (VbetTerminal *self)
{
  GtkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (self->vte), GDK_SELECTION_CLIPBOARD);
  gtk_clipboard_request_text (clipboard, on_clipboard, g_object_ref (self));
}

/* --- saving ------------------------------------------------------------------------------------ */

static void
on_saved (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetTerminal) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_file_get_parse_name (G_FILE (source));
  g_autofree char *text = NULL;
  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    text = g_strdup_printf (_ ("What %s showed was saved as %s."), self->label, path);
  else
    text = g_strdup_printf (_ ("What %s showed could not be saved: %s"), self->label, error->message);
  g_signal_emit_by_name (self, "notice", text);
}

static void
on_save_chosen (GtkFileChooserNative *chooser, int response, VbetTerminal *self)
{
  g_autoptr (GtkFileChooserNative) owned = g_steal_pointer (&self->chooser);
  if (response != GTK_RESPONSE_ACCEPT)
    return;
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  if (!vte_terminal_write_contents_sync (self->vte, memory, VTE_WRITE_DEFAULT, NULL, NULL)
      || !g_output_stream_close (memory, NULL, NULL))
    return;
  g_autoptr (GBytes) bytes = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_NONE, NULL, on_saved,
                                       g_object_ref (self));
}

static void
on_save (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetTerminal *self = data;
  GtkWidget *window = gtk_widget_get_toplevel (GTK_WIDGET (self));
  g_autofree char *name = g_strdup_printf ("%s.txt", self->device);
  if (self->chooser != NULL)
    return;
  self->chooser = gtk_file_chooser_native_new (_ ("Save What Was Shown"), GTK_WINDOW (window),
                                               GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), _ ("_Cancel"));
  gtk_file_chooser_set_do_overwrite_confirmation (GTK_FILE_CHOOSER (self->chooser), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), name);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (on_save_chosen), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

/* --- the actions ----------------------------------------------------------------------------------- */

static void
on_copy (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _vbet_terminal_copy (data);
}

static void
on_paste (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _vbet_terminal_paste (data);
}

static void
on_select_all (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  vte_terminal_select_all (VBET_TERMINAL (data)->vte);
}

static void
on_find (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  vbet_terminal_find (data);
}

/* The guest is asked for its line again by Ctrl+L: an empty terminal without a prompt looks dead. */
static void
on_clear (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetTerminal *self = data;
  vte_terminal_reset (self->vte, FALSE, TRUE);
  vbet_link_send (self->link, "\f", 1);
}

static void
on_reset (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetTerminal *self = data;
  vte_terminal_reset (self->vte, TRUE, FALSE);
  vbet_link_send (self->link, "\f", 1);
}

static void
on_zoom (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_signal_emit_by_name (data, "zoom", g_variant_get_int32 (parameter));
}

/* Actions of the same name as the signal that they emit. */
static void
on_signal (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_signal_emit_by_name (data, g_action_get_name (G_ACTION (action)));
}

void
_vbet_terminal_add_actions (VbetTerminal *self)
{
  static const GActionEntry entries[] = {
    { "copy", on_copy },       { "paste", on_paste },    { "select-all", on_select_all },
    { "find", on_find },       { "clear", on_clear },    { "reset", on_reset },
    { "save", on_save },       { "zoom", on_zoom, "i" }, { "shell", on_signal },
    { "detach", on_signal },   { "close", on_signal },   { "copy-in", on_signal },
    { "copy-out", on_signal },
  };
  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries), self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "terminal", G_ACTION_GROUP (self->actions));
}

static void
enable (VbetTerminal *self, const char *name, gboolean enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->actions), name);
  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

static gboolean
destroy_later (gpointer widget)
{
  gtk_widget_destroy (widget);
  return G_SOURCE_REMOVE;
}

static void
on_popover_closed (GtkWidget *popover)
{
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, destroy_later, g_object_ref (popover), g_object_unref);
}

gboolean
_vbet_terminal_popup (VbetTerminal *self, const GdkEventButton *event)
{
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource ("/net/vbet/Vbet/menus.ui");
  GMenuModel *model = G_MENU_MODEL (gtk_builder_get_object (builder, "terminal-menu"));
  gboolean ready = vbet_terminal_get_state (self) == VBET_STATE_READY;
  GdkRectangle at = { 8, 8, 1, 1 };
  if (event != NULL)
    at = (GdkRectangle){ (int)event->x, (int)event->y, 1, 1 };
  enable (self, "copy", vte_terminal_get_has_selection (self->vte));
  enable (self, "shell", ready);
  enable (self, "copy-in", ready);
  enable (self, "copy-out", ready);
  GtkWidget *popover = gtk_popover_new_from_model (GTK_WIDGET (self->vte), model);
  gtk_popover_set_pointing_to (GTK_POPOVER (popover), &at);
  g_signal_connect (popover, "closed", G_CALLBACK (on_popover_closed), NULL);
  gtk_popover_popup (GTK_POPOVER (popover));
  return GDK_EVENT_STOP;
}
