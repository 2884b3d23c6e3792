/* window-file.c - opening, saving and exporting; all of it asynchronous, with messages in place. */
#include "config.h"

#include "gui/window-private.h"

#include <string.h>

#include <glib/gi18n.h>

#include "gui/export.h"
#include "gui/lab-list.h"

/* Larger files are no labs. */
#define MAX_FILE_SIZE ((gsize)16 * 1024 * 1024)

/* --- opening ---------------------------------------------------------------------------- */

void
_vbet_window_load_text (VbetWindow *self, const char *text, gsize size, const char *path, const char *name)
{
  vbet_runner_leave (self->runner);
  vbet_notices_clear (self->notices);
  vbet_consoles_close_all (self->consoles);
  g_clear_pointer (&self->etag, g_free);
  if (path != NULL)
    vbet_session_load (self->session, text, size, path);
  else
    vbet_session_load_named (self->session, text, size, name);
  vbet_window_show_lab (self);
  vbet_canvas_fit (self->canvas);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *etag = NULL;
  g_autofree char *path = g_file_get_path (G_FILE (source));
  g_autofree char *name = g_file_get_parse_name (G_FILE (source));
  gsize size = 0;
  if (!g_file_load_contents_finish (G_FILE (source), result, &text, &size, &etag, &error)) {
    g_autofree char *message = g_strdup_printf (_ ("Cannot open %s: %s"), name, error->message);
    _vbet_window_show_error (self, "file", message);
    return;
  }
  if (size > MAX_FILE_SIZE) {
    g_autofree char *message = g_strdup_printf (_ ("Cannot open %s: it is too large for a lab's text"), name);
    _vbet_window_show_error (self, "file", message);
    return;
  }
  if (self->closing == VBET_CLOSING_NOW)
    return;
  _vbet_window_load_text (self, text, size, path, NULL);
  self->etag = g_steal_pointer (&etag);
  vbet_lab_list_remember (path);
  vbet_runner_find (self->runner);
}

void
vbet_window_open (VbetWindow *self, GFile *file)
{
  g_return_if_fail (VBET_IS_WINDOW (self) && G_IS_FILE (file));
  g_file_load_contents_async (file, NULL, on_read, g_object_ref (self));
}

void
_vbet_window_reload (VbetWindow *self)
{
  const char *path = vbet_session_get_path (self->session);
  if (path == NULL)
    return;
  g_autoptr (GFile) file = g_file_new_for_path (path);
  vbet_window_open (self, file);
}

/* --- file choosers: windows of their own that block nothing ----------------------------------- */

static void
add_filter (GtkFileChooser *chooser, const char *name, const char *pattern)
{
  GtkFileFilter *filter = gtk_file_filter_new ();
  gtk_file_filter_set_name (filter, name);
  gtk_file_filter_add_pattern (filter, pattern);
  gtk_file_chooser_add_filter (chooser, filter);
}

static GtkFileChooser *
new_chooser (VbetWindow *self, const char *title, GtkFileChooserAction action, const char *accept)
{
  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (title, GTK_WINDOW (self), action, accept, _ ("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  return GTK_FILE_CHOOSER (self->chooser);
}

static void
on_open_chosen (GtkNativeDialog *dialog, int response, VbetWindow *self)
{
  if (response != GTK_RESPONSE_ACCEPT)
    return;
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  GFile *files[] = { file };
  if (vbet_window_is_fresh (self))
    vbet_window_open (self, file);
  else /* a lab that is open stays open */
    g_application_open (G_APPLICATION (gtk_window_get_application (GTK_WINDOW (self))), files, 1, "");
}

void
_vbet_window_choose_open (VbetWindow *self)
{
  GtkFileChooser *chooser = new_chooser (self, _ ("Open a lab"), GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Open"));
  add_filter (chooser, _ ("Labs (*.vbet)"), "*.vbet");
  add_filter (chooser, _ ("All files"), "*");
  g_signal_connect_object (chooser, "response", G_CALLBACK (on_open_chosen), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

/* --- saving ---------------------------------------------------------------------------------------- */

/* One writing of the file: the bytes tell afterwards whether the document is still what was written. */
typedef struct {
  VbetWindow *window;
  GBytes *bytes;
} Writing;

static void
writing_free (Writing *self)
{
  g_object_unref (self->window);
  g_bytes_unref (self->bytes);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Writing, writing_free)

static void
show_save_error (VbetWindow *self, const char *name, const GError *error)
{
  static const VbetNoticeButton changed[] = { { N_ ("_Overwrite it"), "win.overwrite" },
                                              { N_ ("_Reload it"), "win.reload" },
                                              { N_ ("Save _as …"), "win.save-as" },
                                              { NULL, NULL } };
  static const VbetNoticeButton elsewhere[] = { { N_ ("Save _as …"), "win.save-as" }, { NULL, NULL } };
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WRONG_ETAG)) {
    g_autofree char *text = g_strdup_printf (
        _ ("%s was changed by somebody else since it was opened; nothing was saved."), name);
    vbet_notices_show (self->notices, "file", GTK_MESSAGE_WARNING, text, changed);
    return;
  }
  g_autofree char *text = g_strdup_printf (_ ("Cannot save %s: %s"), name, error->message);
  vbet_notices_show (self->notices, "file", GTK_MESSAGE_ERROR, text, elsewhere);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Writing) writing = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *etag = NULL;
  g_autofree char *name = g_file_get_parse_name (G_FILE (source));
  VbetWindow *self = writing->window;
  gboolean ok = g_file_replace_contents_finish (G_FILE (source), result, &etag, &error);
  self->saving = FALSE;
  if (!ok) {
    self->closing = self->closing == VBET_CLOSING_AFTER_SAVE ? VBET_CLOSING_NOT : self->closing;
    show_save_error (self, name, error);
    _vbet_window_update (self);
    return;
  }
  g_autofree char *path = g_file_get_path (G_FILE (source));
  VbetDocument *document = vbet_session_get_document (self->session);
  gsize size = 0;
  const char *text = vbet_document_text (document, &size);
  g_free (self->etag);
  self->etag = g_steal_pointer (&etag);
  vbet_session_set_path (self->session, path);
  vbet_lab_list_remember (path);
  vbet_notices_hide (self->notices, "file");
  vbet_notices_hide (self->notices, "close");
  if (size == g_bytes_get_size (writing->bytes)
      && memcmp (text, g_bytes_get_data (writing->bytes, NULL), size) == 0)
    vbet_document_mark_saved (document);
  _vbet_window_update (self);
  if (self->closing == VBET_CLOSING_AFTER_SAVE) {
    self->closing = VBET_CLOSING_NOT;
    gtk_window_close (GTK_WINDOW (self));
  }
}

static void
write_to (VbetWindow *self, GFile *file, const char *etag)
{
  gsize size = 0;
  const char *text = vbet_document_text (vbet_session_get_document (self->session), &size);
  Writing *writing = g_new0 (Writing, 1);
  if (self->saving) {
    g_free (writing);
    return;
  }
  writing->window = g_object_ref (self);
  writing->bytes = g_bytes_new (text, size);
  self->saving = TRUE;
  vbet_document_seal (vbet_session_get_document (self->session));
  _vbet_window_update (self);
  g_file_replace_contents_bytes_async (file, writing->bytes, etag, FALSE, G_FILE_CREATE_NONE, NULL,
                                       on_written, writing);
}

void
_vbet_window_save (VbetWindow *self)
{
  const char *path = vbet_session_get_path (self->session);
  if (path == NULL) {
    _vbet_window_choose_save (self);
    return;
  }
  g_autoptr (GFile) file = g_file_new_for_path (path);
  write_to (self, file, self->etag);
}

void
_vbet_window_overwrite (VbetWindow *self)
{
  g_clear_pointer (&self->etag, g_free);
  _vbet_window_save (self);
}

static void
on_save_chosen (GtkNativeDialog *dialog, int response, VbetWindow *self)
{
  if (response != GTK_RESPONSE_ACCEPT) {
    self->closing = self->closing == VBET_CLOSING_AFTER_SAVE ? VBET_CLOSING_NOT : self->closing;
    return;
  }
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  write_to (self, file, NULL);
}

void
_vbet_window_choose_save (VbetWindow *self)
{
  GtkFileChooser *chooser = new_chooser (self, _ ("Save the lab"), GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"));
  g_autofree char *name = g_strconcat (vbet_session_get_name (self->session), ".vbet", NULL);
  add_filter (chooser, _ ("Labs (*.vbet)"), "*.vbet");
  gtk_file_chooser_set_do_overwrite_confirmation (chooser, TRUE);
  gtk_file_chooser_set_current_name (chooser, name);
  g_signal_connect_object (chooser, "response", G_CALLBACK (on_save_chosen), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

/* --- a picture --------------------------------------------------------------------------------------- */

static void
on_export_chosen (GtkNativeDialog *dialog, int response, VbetWindow *self)
{
  g_autoptr (GError) error = NULL;
  if (response != GTK_RESPONSE_ACCEPT)
    return;
  g_autofree char *path = gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (dialog));
  if (!vbet_export_session (self->session, path, VBET_APPEARANCE_LIGHT, vbet_canvas_get_show (self->canvas), 0, &error))
    _vbet_window_show_error (self, "file", error->message);
}

void
_vbet_window_choose_export (VbetWindow *self)
{
  GtkFileChooser *chooser
      = new_chooser (self, _ ("Export a picture"), GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Export"));
  g_autofree char *name = g_strconcat (vbet_session_get_name (self->session), ".png", NULL);
  add_filter (chooser, _ ("PNG pictures"), "*.png");
  gtk_file_chooser_set_do_overwrite_confirmation (chooser, TRUE);
  gtk_file_chooser_set_current_name (chooser, name);
  g_signal_connect_object (chooser, "response", G_CALLBACK (on_export_chosen), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}
