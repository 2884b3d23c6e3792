/* keep.c - keeps what is not saved: unsaved work for the next start, and an eye on the lab's file. */
#include "config.h"

#include "gui/window/private.h"

#include <string.h>

#include <glib/gi18n.h>

#include "gui/autosave.h"
#include "gui/model/blurb.h"

/* From the first change to what is kept; changes in the meantime are in it. */
#define KEEP_DELAY_MS 2000
/* Programs write files in several steps. */
#define LOOK_DELAY_MS 300

struct VbetWindowKeep {
  VbetAutosave *autosave; /* (nullable): while there is unsaved work */
  guint keep_source;
  gboolean writing;
  gboolean again; /* changed while it was written */
  gboolean told;  /* that it cannot be kept */

  GPtrArray *left;        /* (nullable) (element-type VbetUnsaved): what was found for the start page */
  VbetUnsaved *found;     /* (nullable): what was found for the file that is open */
  VbetUnsaved *restoring; /* (nullable): waits for its file to be read */
  VbetAutosave *restoring_autosave;

  GFileMonitor *monitor; /* (nullable) */
  guint look_source;
  gboolean conflict; /* the user was told that the file is another one */
};

static VbetDocument *
document_of (VbetWindow *self)
{
  return vbet_session_get_document (self->session);
}

/* --- keeping ------------------------------------------------------------------------------- */

typedef struct {
  VbetWindow *window;
  VbetAutosave *autosave;
  VbetUnsaved *unsaved;
} Writing;

static void
writing_free (gpointer data)
{
  Writing *self = data;
  g_object_unref (self->autosave);
  vbet_unsaved_free (self->unsaved);
  g_free (self);
}

static void
write_it (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Writing *writing = data;
  GError *error = NULL;
  if (vbet_autosave_store (writing->autosave, writing->unsaved, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void schedule (VbetWindow *self);

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  VbetWindow *self = VBET_WINDOW (source);
  VbetWindowKeep *keep = self->keep;
  g_autoptr (GError) error = NULL;
  gboolean ok = g_task_propagate_boolean (G_TASK (result), &error);
  keep->writing = FALSE;
  if (self->closing == VBET_CLOSING_NOW)
    return;
  if (ok) {
    keep->told = FALSE;
    vbet_notices_hide (self->notices, "autosave");
  } else if (!keep->told) {
    keep->told = TRUE;
    vbet_notices_show (self->notices, "autosave", GTK_MESSAGE_WARNING, error->message, NULL);
  }
  if (keep->again)
    schedule (self);
  keep->again = FALSE;
}

static gboolean
on_keep_time (gpointer data)
{
  VbetWindow *self = data;
  VbetWindowKeep *keep = self->keep;
  gsize size = 0;
  const char *text = vbet_document_text (document_of (self), &size);
  g_autoptr (GBytes) bytes = g_bytes_new (text, size);
  g_autoptr (GTask) task = g_task_new (self, NULL, on_written, NULL);
  keep->keep_source = 0;
  if (keep->autosave == NULL) {
    g_autofree char *folder = vbet_autosave_folder ();
    keep->autosave = vbet_autosave_new (folder);
  }
  Writing *writing = g_new0 (Writing, 1);
  writing->autosave = g_object_ref (keep->autosave);
  writing->unsaved = vbet_unsaved_new (vbet_session_get_name (self->session),
                                       vbet_session_get_path (self->session), self->etag, bytes);
  keep->writing = TRUE;
  g_task_set_task_data (task, writing, writing_free);
  g_task_run_in_thread (task, write_it);
  return G_SOURCE_REMOVE;
}

static void
schedule (VbetWindow *self)
{
  VbetWindowKeep *keep = self->keep;
  if (keep->writing)
    keep->again = TRUE;
  else if (keep->keep_source == 0)
    keep->keep_source = g_timeout_add (KEEP_DELAY_MS, on_keep_time, self);
}

static void
on_document (VbetWindow *self)
{
  VbetWindowKeep *keep = self->keep;
  if (self->closing == VBET_CLOSING_NOW)
    return;
  if (vbet_document_is_modified (document_of (self))) {
    schedule (self);
    return;
  }
  g_clear_handle_id (&keep->keep_source, g_source_remove);
  keep->again = FALSE;
  if (keep->autosave != NULL)
    vbet_autosave_remove (keep->autosave);
  g_clear_object (&keep->autosave);
}

/* --- finding again ------------------------------------------------------------------------------ */

static void
list_it (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autofree char *folder = vbet_autosave_folder ();
  g_task_return_pointer (task, vbet_autosave_list (folder), (GDestroyNotify)g_ptr_array_unref);
}

static char *
when_text (const VbetUnsaved *unsaved)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) then = g_date_time_new_from_unix_local (unsaved->when);
  return then != NULL ? vbet_blurb_when (then, now) : g_strdup ("?");
}

static void
recovery_free (gpointer data)
{
  VbetStartRecovery *self = data;
  g_free (self->id);
  g_free (self->name);
  g_free (self->where);
  g_free (self->when);
  g_free (self);
}

static void
show_left (VbetWindow *self)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (recovery_free);
  for (guint i = 0; i < self->keep->left->len; i++) {
    const VbetUnsaved *unsaved = g_ptr_array_index (self->keep->left, i);
    VbetStartRecovery *row = g_new0 (VbetStartRecovery, 1);
    g_autofree char *folder = unsaved->path != NULL ? g_path_get_dirname (unsaved->path) : g_strdup ("");
    row->id = g_strdup (unsaved->id);
    row->name = g_strdup (unsaved->name);
    row->where = g_filename_display_name (folder);
    row->when = when_text (unsaved);
    g_ptr_array_add (rows, row);
  }
  vbet_start_page_set_recoveries (_vbet_window_get_start_page (self), rows);
}

static void
on_left (GObject *source, GAsyncResult *result, gpointer data)
{
  VbetWindow *self = VBET_WINDOW (source);
  g_autoptr (GPtrArray) left = g_task_propagate_pointer (G_TASK (result), NULL);
  if (self->closing == VBET_CLOSING_NOW || left == NULL || _vbet_window_get_start_page (self) == NULL)
    return;
  g_clear_pointer (&self->keep->left, g_ptr_array_unref);
  self->keep->left = g_steal_pointer (&left);
  show_left (self);
}

void
_vbet_window_show_unsaved (VbetWindow *self)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, on_left, NULL);
  g_task_run_in_thread (task, list_it);
}

static void
forget_restoring (VbetWindowKeep *keep)
{
  g_clear_pointer (&keep->restoring, vbet_unsaved_free);
  g_clear_object (&keep->restoring_autosave);
}

/* The unsaved text becomes one revision above what the window shows. */
static void
restore (VbetWindow *self, const VbetUnsaved *unsaved, VbetAutosave *autosave)
{
  VbetDocument *document = document_of (self);
  gsize size = 0, old = 0;
  const char *text = g_bytes_get_data (unsaved->text, &size);
  gboolean other = unsaved->etag != NULL && self->etag != NULL && strcmp (unsaved->etag, self->etag) != 0;
  vbet_document_text (document, &old);
  if (self->keep->autosave != NULL) /* what was changed here stays as revisions below */
    vbet_autosave_remove (self->keep->autosave);
  g_set_object (&self->keep->autosave, autosave);
  vbet_document_replace (document, 0, old, size > 0 ? text : "", size, _ ("Restore unsaved changes"));
  vbet_notices_hide (self->notices, "recovery");
  if (other && vbet_document_is_modified (document))
    vbet_notices_show (
        self->notices, "recovery", GTK_MESSAGE_WARNING,
        _ ("The file was changed after these changes were made. Undo shows what the file holds."), NULL);
  vbet_canvas_fit (self->canvas);
}

void
_vbet_window_restore_unsaved (VbetWindow *self, const char *id)
{
  GPtrArray *left = self->keep->left;
  guint index = 0;
  while (left != NULL && index < left->len
         && !g_str_equal (((VbetUnsaved *)g_ptr_array_index (left, index))->id, id))
    index++;
  if (left == NULL || index == left->len)
    return;
  g_autofree char *folder = vbet_autosave_folder ();
  g_autoptr (VbetUnsaved) unsaved = g_ptr_array_steal_index (left, index);
  g_autoptr (VbetAutosave) autosave = vbet_autosave_claim (folder, id);
  if (autosave == NULL) {
    _vbet_window_show_error (self, "recovery", _ ("This unsaved work is open in another window already."));
    show_left (self);
    return;
  }
  if (unsaved->path != NULL) { /* on_read or a failure goes on */
    g_autoptr (GFile) file = g_file_new_for_path (unsaved->path);
    forget_restoring (self->keep);
    self->keep->restoring = g_steal_pointer (&unsaved);
    self->keep->restoring_autosave = g_steal_pointer (&autosave);
    vbet_window_open (self, file);
    return;
  }
  gsize size = 0;
  const char *text = g_bytes_get_data (unsaved->text, &size);
  _vbet_window_load_text (self, size > 0 ? text : "", size, NULL, unsaved->name);
  g_set_object (&self->keep->autosave, autosave);
  vbet_document_mark_unsaved (document_of (self));
}

void
_vbet_window_discard_unsaved (VbetWindow *self, const char *id)
{
  g_autofree char *folder = vbet_autosave_folder ();
  g_autoptr (VbetAutosave) autosave = vbet_autosave_claim (folder, id);
  if (autosave != NULL)
    vbet_autosave_remove (autosave);
  _vbet_window_show_unsaved (self);
}

/* --- the file that is open ------------------------------------------------------------------------- */

static void
on_found (GObject *source, GAsyncResult *result, gpointer data)
{
  static const VbetNoticeButton choices[] = { { N_ ("_Restore"), "win.recover" },
                                              { N_ ("_Discard them"), "win.recover-discard" },
                                              { NULL, NULL } };
  VbetWindow *self = VBET_WINDOW (source);
  g_autoptr (GPtrArray) left = g_task_propagate_pointer (G_TASK (result), NULL);
  const char *path = vbet_session_get_path (self->session);
  if (self->closing == VBET_CLOSING_NOW || left == NULL || path == NULL)
    return;
  for (guint i = 0; i < left->len; i++) {
    VbetUnsaved *unsaved = g_ptr_array_index (left, i);
    if (g_strcmp0 (unsaved->path, path) != 0)
      continue;
    gsize size = 0;
    const char *text = vbet_document_text (document_of (self), &size);
    g_autoptr (GBytes) shown = g_bytes_new (text, size);
    g_clear_pointer (&self->keep->found, vbet_unsaved_free);
    self->keep->found = g_ptr_array_steal_index (left, i);
    if (g_bytes_equal (shown, self->keep->found->text)) { /* saved after all */
      g_action_group_activate_action (G_ACTION_GROUP (self), "recover-discard", NULL);
      return;
    }
    g_autofree char *when = when_text (self->keep->found);
    g_autofree char *message = g_strdup_printf (_ ("Unsaved changes of this lab were found (%s)."), when);
    vbet_notices_show (self->notices, "recovery", GTK_MESSAGE_QUESTION, message, choices);
    return;
  }
}

static void
on_recover (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  g_autoptr (VbetUnsaved) found = g_steal_pointer (&self->keep->found);
  g_autofree char *folder = vbet_autosave_folder ();
  if (found == NULL)
    return;
  g_autoptr (VbetAutosave) autosave = vbet_autosave_claim (folder, found->id);
  if (autosave != NULL)
    restore (self, found, autosave);
  else
    _vbet_window_show_error (self, "recovery", _ ("These changes are no longer there."));
}

static void
on_recover_discard (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  g_autoptr (VbetUnsaved) found = g_steal_pointer (&self->keep->found);
  g_autofree char *folder = vbet_autosave_folder ();
  g_autoptr (VbetAutosave) autosave = found != NULL ? vbet_autosave_claim (folder, found->id) : NULL;
  if (autosave != NULL)
    vbet_autosave_remove (autosave);
}

/* --- somebody else changes it ------------------------------------------------------------------------ */

static void
tell_conflict (VbetWindow *self)
{
  static const VbetNoticeButton choices[]
      = { { N_ ("_Reload it"), "win.reload" }, { N_ ("_Keep mine"), "win.keep-mine" }, { NULL, NULL } };
  g_autofree char *text
      = g_strdup_printf (_ ("The file of “%s” was changed by another program, and here are changes "
                            "that are not saved."),
                         vbet_session_get_name (self->session));
  if (!self->keep->conflict)
    vbet_notices_show (self->notices, "file", GTK_MESSAGE_WARNING, text, choices);
  self->keep->conflict = TRUE;
}

static void
on_etag (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, &error);
  g_autofree char *path = g_file_get_path (G_FILE (source));
  if (self->closing == VBET_CLOSING_NOW || self->saving
      || g_strcmp0 (path, vbet_session_get_path (self->session)) != 0)
    return;
  if (info == NULL) {
    if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)) {
      g_clear_pointer (&self->etag, g_free);
      vbet_document_mark_unsaved (document_of (self));
      vbet_notices_show (self->notices, "file", GTK_MESSAGE_WARNING,
                         _ ("The lab's file was deleted or moved. Save writes it again."), NULL);
    }
    return;
  }
  if (g_strcmp0 (g_file_info_get_etag (info), self->etag) == 0)
    return;
  if (vbet_document_is_modified (document_of (self)))
    tell_conflict (self);
  else
    _vbet_window_reload (self);
}

static gboolean
on_look_time (gpointer data)
{
  VbetWindow *self = data;
  const char *path = vbet_session_get_path (self->session);
  self->keep->look_source = 0;
  if (path == NULL || self->saving)
    return G_SOURCE_REMOVE;
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_file_query_info_async (file, G_FILE_ATTRIBUTE_ETAG_VALUE, G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT,
                           NULL, on_etag, g_object_ref (self));
  return G_SOURCE_REMOVE;
}

static void
on_file_event (VbetWindow *self)
{
  g_clear_handle_id (&self->keep->look_source, g_source_remove);
  self->keep->look_source = g_timeout_add (LOOK_DELAY_MS, on_look_time, self);
}

/* The next save overwrites what is there now. */
static void
on_keep_mine (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_clear_pointer (&VBET_WINDOW (data)->etag, g_free);
}

static void
watch (VbetWindow *self)
{
  const char *path = vbet_session_get_path (self->session);
  g_clear_handle_id (&self->keep->look_source, g_source_remove);
  if (self->keep->monitor != NULL)
    g_file_monitor_cancel (self->keep->monitor);
  g_clear_object (&self->keep->monitor);
  self->keep->conflict = FALSE;
  if (path == NULL)
    return;
  g_autoptr (GFile) file = g_file_new_for_path (path);
  self->keep->monitor = g_file_monitor_file (file, G_FILE_MONITOR_NONE, NULL, NULL);
  if (self->keep->monitor != NULL)
    g_signal_connect_object (self->keep->monitor, "changed", G_CALLBACK (on_file_event), self,
                             G_CONNECT_SWAPPED);
}

void
_vbet_window_file_opened (VbetWindow *self)
{
  watch (self);
  if (self->keep->restoring != NULL
      && g_strcmp0 (self->keep->restoring->path, vbet_session_get_path (self->session)) == 0) {
    restore (self, self->keep->restoring, self->keep->restoring_autosave);
    forget_restoring (self->keep);
    return;
  }
  g_autoptr (GTask) task = g_task_new (self, NULL, on_found, NULL);
  g_task_run_in_thread (task, list_it);
}

void
_vbet_window_file_written (VbetWindow *self)
{
  watch (self);
}

void
_vbet_window_file_conflict (VbetWindow *self)
{
  self->keep->conflict = TRUE;
}

gboolean
_vbet_window_file_unreadable (VbetWindow *self)
{
  g_autoptr (VbetUnsaved) unsaved = g_steal_pointer (&self->keep->restoring);
  g_autoptr (VbetAutosave) autosave = g_steal_pointer (&self->keep->restoring_autosave);
  if (unsaved == NULL)
    return FALSE;
  gsize size = 0;
  const char *text = g_bytes_get_data (unsaved->text, &size);
  _vbet_window_load_text (self, size > 0 ? text : "", size, unsaved->path, unsaved->name);
  g_set_object (&self->keep->autosave, autosave);
  vbet_document_mark_unsaved (document_of (self));
  return TRUE;
}

/* --- life ------------------------------------------------------------------------------------------------
 */

void
_vbet_window_add_keep (VbetWindow *self)
{
  static const GActionEntry entries[] = { { "recover", on_recover },
                                          { "recover-discard", on_recover_discard },
                                          { "keep-mine", on_keep_mine } };
  self->keep = g_new0 (VbetWindowKeep, 1);
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_signal_connect_object (document_of (self), "changed", G_CALLBACK (on_document), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (document_of (self), "history-changed", G_CALLBACK (on_document), self,
                           G_CONNECT_SWAPPED);
}

void
_vbet_window_stop_keep (VbetWindow *self)
{
  if (self->keep == NULL)
    return;
  g_clear_handle_id (&self->keep->keep_source, g_source_remove);
  g_clear_handle_id (&self->keep->look_source, g_source_remove);
  if (self->keep->monitor != NULL)
    g_file_monitor_cancel (self->keep->monitor);
}

void
_vbet_window_free_keep (VbetWindow *self)
{
  VbetWindowKeep *keep = self->keep;
  _vbet_window_stop_keep (self);
  if (keep == NULL)
    return;
  g_clear_object (&keep->monitor);
  g_clear_object (&keep->autosave);
  g_clear_pointer (&keep->left, g_ptr_array_unref);
  g_clear_pointer (&keep->found, vbet_unsaved_free);
  forget_restoring (keep);
  g_clear_pointer (&self->keep, g_free);
}
