/* file.c - opening and saving; all of it asynchronous, with messages in place. */
#include "config.h"

#include "gui/window/private.h"

#include <string.h>

#include <glib/gi18n.h>

#include "gui/file-save.h"
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
  _vbet_window_trust_text (self, path != NULL);
  vbet_window_show_lab (self);
  vbet_canvas_fit (self->canvas);
}

/* One reading of a file. */
typedef struct {
  VbetWindow *window;
  gboolean reload;    /* into the history of what is open, not in its place */
  gboolean read_only; /* this user may not write it */
} Reading;

static void
reading_free (Reading *self)
{
  g_object_unref (self->window);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reading, reading_free)

static void
show_open_error (VbetWindow *self, GFile *file, const char *reason)
{
  g_autofree char *name = g_file_get_parse_name (file);
  g_autofree char *message = g_strdup_printf (_ ("Cannot open %s: %s"), name, reason);
  g_clear_object (&self->opening);
  if (self->closing == VBET_CLOSING_NOW)
    return;
  _vbet_window_file_unreadable (self); /* unsaved work of it is shown all the same */
  _vbet_window_show_error (self, "file", message);
}

static void
show_read_only (VbetWindow *self)
{
  static const VbetNoticeButton elsewhere[] = { { N_ ("Save _as …"), "win.save-as" }, { NULL, NULL } };
  g_autofree char *text = g_strdup_printf (_ ("“%s” is read-only. Changes can be saved under another name."),
                                           vbet_session_get_name (self->session));
  vbet_notices_show (self->notices, "file", GTK_MESSAGE_INFO, text, elsewhere);
}

static void
take_reload (VbetWindow *self, const char *text, gsize size)
{
  VbetDocument *document = vbet_session_get_document (self->session);
  gsize old = 0;
  vbet_document_text (document, &old);
  vbet_document_replace (document, 0, old, text, size, _ ("Reload"));
  _vbet_window_trust_text (self, TRUE);
  vbet_document_mark_saved (document);
  g_autofree char *message
      = g_strdup_printf (_ ("“%s” was read again from its file. Undo shows what was here before."),
                         vbet_session_get_name (self->session));
  vbet_notices_show (self->notices, "file", GTK_MESSAGE_INFO, message, NULL);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Reading) reading = data;
  VbetWindow *self = reading->window;
  g_clear_object (&self->opening);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *etag = NULL;
  g_autofree char *path = g_file_get_path (G_FILE (source));
  gsize size = 0;
  if (!g_file_load_contents_finish (G_FILE (source), result, &text, &size, &etag, &error)) {
    show_open_error (self, G_FILE (source), error->message);
    return;
  }
  if (size > MAX_FILE_SIZE || memchr (text, '\0', size) != NULL) {
    show_open_error (self, G_FILE (source),
                     size > MAX_FILE_SIZE ? _ ("it is too large for a lab’s text")
                                          : _ ("it is no text, so no lab"));
    return;
  }
  if (self->closing == VBET_CLOSING_NOW)
    return;
  if (reading->reload && g_strcmp0 (path, vbet_session_get_path (self->session)) == 0) {
    take_reload (self, text, size);
    g_free (self->etag);
    self->etag = g_steal_pointer (&etag);
    _vbet_window_file_written (self);
    return;
  }
  _vbet_window_load_text (self, text, size, path, NULL);
  self->etag = g_steal_pointer (&etag);
  vbet_lab_list_remember (path);
  if (reading->read_only)
    show_read_only (self);
  vbet_runner_find (self->runner);
  _vbet_window_file_opened (self);
}

/* A folder, a pipe or a film is not read at all. */
static void
on_info (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Reading) reading = data;
  VbetWindow *self = reading->window;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, &error);
  if (info == NULL) {
    show_open_error (self, G_FILE (source), error->message);
    return;
  }
  GFileType type = g_file_info_get_file_type (info);
  if (type != G_FILE_TYPE_REGULAR) {
    show_open_error (self, G_FILE (source),
                     type == G_FILE_TYPE_DIRECTORY ? _ ("it is a folder") : _ ("it is no regular file"));
    return;
  }
  if (g_file_info_get_size (info) > (goffset)MAX_FILE_SIZE) {
    show_open_error (self, G_FILE (source), _ ("it is too large for a lab’s text"));
    return;
  }
  reading->read_only = g_file_info_has_attribute (info, G_FILE_ATTRIBUTE_ACCESS_CAN_WRITE)
                       && !g_file_info_get_attribute_boolean (info, G_FILE_ATTRIBUTE_ACCESS_CAN_WRITE);
  g_file_load_contents_async (G_FILE (source), NULL, on_read, g_steal_pointer (&reading));
}

static void
read_file (VbetWindow *self, GFile *file, gboolean reload)
{
  Reading *reading = g_new0 (Reading, 1);
  reading->window = g_object_ref (self);
  reading->reload = reload;
  g_set_object (&self->opening, file);
  g_file_query_info_async (file,
                           G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_STANDARD_SIZE
                                                          "," G_FILE_ATTRIBUTE_ACCESS_CAN_WRITE,
                           G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT, NULL, on_info, reading);
}

void
vbet_window_open (VbetWindow *self, GFile *file)
{
  g_return_if_fail (VBET_IS_WINDOW (self) && G_IS_FILE (file));
  read_file (self, file, FALSE);
}

void
_vbet_window_reload (VbetWindow *self)
{
  const char *path = vbet_session_get_path (self->session);
  if (path == NULL)
    return;
  g_autoptr (GFile) file = g_file_new_for_path (path);
  read_file (self, file, TRUE);
}

VbetWindow *
vbet_window_find (GtkApplication *application, GFile *file)
{
  g_autofree char *path = g_file_get_path (file);
  for (GList *link = gtk_application_get_windows (application); link != NULL; link = link->next) {
    VbetWindow *window = VBET_IS_WINDOW (link->data) ? link->data : NULL;
    if (window == NULL || path == NULL)
      continue;
    if (g_strcmp0 (vbet_session_get_path (window->session), path) == 0
        || (window->opening != NULL && g_file_equal (window->opening, file)))
      return window;
  }
  return NULL;
}

void
_vbet_window_open_anywhere (VbetWindow *self, GFile *file)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));
  GFile *files[] = { file };
  if (vbet_window_find (application, file) == NULL && vbet_window_is_fresh (self))
    vbet_window_open (self, file);
  else /* a lab that is open stays open */
    g_application_open (G_APPLICATION (application), files, 1, "");
}

/* --- files that are dropped onto the window --------------------------------------------------- */

void
_vbet_window_open_uris (VbetWindow *self, const char *const *uris)
{
  gboolean any = FALSE;
  for (guint i = 0; uris != NULL && uris[i] != NULL; i++) {
    g_autoptr (GFile) file = g_file_new_for_uri (uris[i]);
    g_autofree char *path = g_file_get_path (file);
    if (path == NULL || !g_str_has_suffix (path, ".vbet"))
      continue;
    any = TRUE;
    _vbet_window_open_anywhere (self, file);
  }
  if (!any)
    _vbet_window_show_error (self, "file", _ ("Only labs (files that end in .vbet) can be dropped here."));
}

static void
on_dropped (GtkWidget *widget, GdkDragContext *context, int x, int y, GtkSelectionData *data, guint info,
            guint time, VbetWindow *self)
{
  g_auto (GStrv) uris = gtk_selection_data_get_uris (data);
  gtk_drag_finish (context, uris != NULL, FALSE, time);
  _vbet_window_open_uris (self, (const char *const *)uris);
}

void
_vbet_window_add_drop (VbetWindow *self)
{
  gtk_drag_dest_set (GTK_WIDGET (self), GTK_DEST_DEFAULT_ALL, NULL, 0, GDK_ACTION_COPY);
  gtk_drag_dest_add_uri_targets (GTK_WIDGET (self));
  g_signal_connect_object (self, "drag-data-received", G_CALLBACK (on_dropped), self, 0);
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
  _vbet_window_open_anywhere (self, file);
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
    _vbet_window_file_conflict (self);
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
  gboolean ok = vbet_file_save_finish (result, &etag, &error);
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
  _vbet_window_trust_saved (self);
  _vbet_window_file_written (self);
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
  vbet_file_save_async (file, writing->bytes, etag, on_written, writing);
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
  if (vbet_session_get_path (self->session) == NULL)
    gtk_file_chooser_set_current_folder (chooser, g_get_home_dir ());
  gtk_file_chooser_set_current_name (chooser, name);
  g_signal_connect_object (chooser, "response", G_CALLBACK (on_save_chosen), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}
