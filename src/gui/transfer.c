/* transfer.c - see transfer.h. */
#include "config.h"

#include "gui/transfer.h"

#include <string.h>

#include <glib/gi18n.h>

#include "base/error.h"
#include "gui/reply.h"

#define PIECE 262144 /* bytes at one go: a moment's work of a guest */
#define PIECE_TEXT G_STRINGIFY (PIECE)
#define MODE_MASK 0777

typedef struct {
  VbetClient *client; /* owned */
  char *device;
  char *path;
  char *temporary; /* PUT: in the guest */
  GFile *file;     /* on this host; owned */
  GInputStream *in;
  GOutputStream *out;
  guint64 size;
  guint64 done;
  guint mode;
  GBytes *piece; /* (nullable): GET: is being written */
  gboolean last; /* GET: nothing comes after this piece */
  VbetTransferProgress progress;
  gpointer progress_data;
} Transfer;

static void
transfer_free (gpointer data)
{
  Transfer *self = data;
  g_clear_object (&self->client);
  g_clear_object (&self->file);
  g_clear_object (&self->in);
  g_clear_object (&self->out);
  g_clear_pointer (&self->piece, g_bytes_unref);
  g_free (self->device);
  g_free (self->path);
  g_free (self->temporary);
  g_free (self);
}

/* --- commands in the guest ------------------------------------------------------------------ */

/* Runs @script of /bin/sh with $1, $2 and $3. */
static void
run (GTask *task, const char *script, const char *const words[3], GBytes *input, GAsyncReadyCallback callback)
{
  Transfer *self = g_task_get_task_data (task);
  const char *argv[] = { "sh", "-c", script, "sh", words[0], words[1], words[2], NULL };
  GVariantDict params;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "device", "s", self->device);
  g_variant_dict_insert_value (&params, "argv", g_variant_new_strv (argv, -1));
  if (input != NULL) {
    gsize size = 0;
    const guchar *bytes = g_bytes_get_data (input, &size);
    g_autofree char *text = g_base64_encode (bytes, size);
    g_variant_dict_insert (&params, "input", "s", text);
  }
  vbet_client_call_async (self->client, "device.exec", g_variant_dict_end (&params), NULL, callback, task);
}

static GBytes *
bytes_of (GVariant *reply, const char *key)
{
  const char *text = vbet_reply_text (reply, key);
  gsize size = 0;
  guchar *bytes = g_base64_decode (text != NULL ? text : "", &size);
  return g_bytes_new_take (bytes, size);
}

/* What a command said; NULL when it failed, and then @error has what it complained of. */
static GBytes *
run_finish (GTask *task, GObject *source, GAsyncResult *result, GError **error)
{
  Transfer *self = g_task_get_task_data (task);
  g_autoptr (GVariant) reply = vbet_client_call_finish (VBET_CLIENT (source), result, error);
  if (reply == NULL)
    return NULL;
  if (vbet_reply_number (reply, "status", -1) == 0)
    return bytes_of (reply, "stdout");
  g_autoptr (GBytes) complaint = bytes_of (reply, "stderr");
  gsize size = 0;
  const char *text = g_bytes_get_data (complaint, &size);
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", (gssize)size);
  g_strstrip (valid);
  g_set_error (error, VBET_ERROR, VBET_ERROR_FAILED, "%s:%s: %s", self->device, self->path,
               *valid != '\0' ? valid : _ ("the guest could not do it"));
  return NULL;
}

static void
report (Transfer *self)
{
  if (self->progress != NULL)
    self->progress (self->size > 0 ? MIN ((double)self->done / (double)self->size, 1) : 1,
                    self->progress_data);
}

static void
ignore (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GVariant) reply = vbet_client_call_finish (VBET_CLIENT (source), result, NULL);
}

/* Ends with @error (transfer full); what was begun in the guest goes. */
static void
fail (GTask *task, GError *error)
{
  Transfer *self = g_task_get_task_data (task);
  if (self->out != NULL) { /* closed like this, it replaces nothing */
    g_autoptr (GCancellable) cancelled = g_cancellable_new ();
    g_cancellable_cancel (cancelled);
    g_output_stream_close (self->out, cancelled, NULL);
  }
  if (self->temporary != NULL)
    run (g_object_ref (task), "rm -f \"$1\"", (const char *const[]){ self->temporary, "", "" }, NULL, ignore);
  g_task_return_error (task, error);
  g_object_unref (task);
}

static gboolean
is_cancelled (GTask *task)
{
  GError *error = NULL;
  if (!g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &error))
    return FALSE;
  fail (task, error);
  return TRUE;
}

/* --- into the guest ------------------------------------------------------------------------------ */

static void read_piece (GTask *task);

static void
on_placed (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  GError *error = NULL;
  g_autoptr (GBytes) said = run_finish (task, source, result, &error);
  if (said == NULL) {
    fail (task, error);
    return;
  }
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
on_appended (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  GError *error = NULL;
  g_autoptr (GBytes) said = run_finish (task, source, result, &error);
  if (said == NULL) {
    fail (task, error);
    return;
  }
  report (g_task_get_task_data (task));
  read_piece (task);
}

static void
on_piece_read (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Transfer *self = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GBytes) piece = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);
  if (piece == NULL) {
    fail (task, error);
    return;
  }
  if (g_bytes_get_size (piece) > 0) {
    self->done += g_bytes_get_size (piece);
    run (task, "cat >> \"$1\"", (const char *const[]){ self->temporary, "", "" }, piece, on_appended);
    return;
  }
  g_autofree char *mode = g_strdup_printf ("%o", self->mode & MODE_MASK);
  run (task,
       "if [ -d \"$3\" ]; then echo 'there is a folder of that name' >&2; exit 1; fi; "
       "chmod \"$2\" \"$1\" && mv -f \"$1\" \"$3\"",
       (const char *const[]){ self->temporary, mode, self->path }, NULL, on_placed);
}

static void
read_piece (GTask *task)
{
  Transfer *self = g_task_get_task_data (task);
  if (!is_cancelled (task))
    g_input_stream_read_bytes_async (self->in, PIECE, G_PRIORITY_DEFAULT, NULL, on_piece_read, task);
}

static void
on_begun (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  GError *error = NULL;
  g_autoptr (GBytes) said = run_finish (task, source, result, &error);
  if (said == NULL)
    fail (task, error);
  else
    read_piece (task);
}

static void
on_source_known (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Transfer *self = g_task_get_task_data (task);
  GError *error = NULL;
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autoptr (GFileInfo) info
      = g_file_input_stream_query_info_finish (G_FILE_INPUT_STREAM (source), result, &error);
  if (info == NULL) {
    fail (task, error);
    return;
  }
  self->size = (guint64)g_file_info_get_size (info);
  self->mode = g_file_info_get_attribute_uint32 (info, G_FILE_ATTRIBUTE_UNIX_MODE);
  if ((self->mode & MODE_MASK) == 0)
    self->mode = 0644;
  self->temporary = g_strdup_printf ("%s.%08x.part", self->path, g_random_int ());
  run (task, "mkdir -p \"$2\" && : > \"$1\"", (const char *const[]){ self->temporary, folder, "" }, NULL,
       on_begun);
}

static void
on_source_open (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Transfer *self = g_task_get_task_data (task);
  GError *error = NULL;
  self->in = G_INPUT_STREAM (g_file_read_finish (G_FILE (source), result, &error));
  if (self->in == NULL)
    fail (task, error);
  else
    g_file_input_stream_query_info_async (G_FILE_INPUT_STREAM (self->in),
                                          G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_UNIX_MODE,
                                          G_PRIORITY_DEFAULT, NULL, on_source_known, task);
}

/* --- out of the guest --------------------------------------------------------------------------------- */

static void fetch_piece (GTask *task);

static void
on_closed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  if (g_output_stream_close_finish (G_OUTPUT_STREAM (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_piece_written (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  GError *error = NULL;
  gsize written = 0;
  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, &written, &error)) {
    fail (task, error);
    return;
  }
  Transfer *self = g_task_get_task_data (task);
  report (self);
  if (self->last)
    g_output_stream_close_async (self->out, G_PRIORITY_DEFAULT, NULL, on_closed, task);
  else
    fetch_piece (task);
}

static void
on_fetched (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Transfer *self = g_task_get_task_data (task);
  GError *error = NULL;
  gsize size = 0;
  GBytes *piece = run_finish (task, source, result, &error);
  if (piece == NULL) {
    fail (task, error);
    return;
  }
  const void *bytes = g_bytes_get_data (piece, &size);
  g_clear_pointer (&self->piece, g_bytes_unref);
  self->piece = piece;
  self->done += size;
  self->last = size < PIECE;
  if (size > 0)
    g_output_stream_write_all_async (self->out, bytes, size, G_PRIORITY_DEFAULT, NULL, on_piece_written,
                                     task);
  else
    g_output_stream_close_async (self->out, G_PRIORITY_DEFAULT, NULL, on_closed, task);
}

static void
fetch_piece (GTask *task)
{
  Transfer *self = g_task_get_task_data (task);
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, self->done / PIECE);
  if (is_cancelled (task))
    return;
  run (task, "dd if=\"$1\" bs=\"$2\" skip=\"$3\" count=1 2>/dev/null",
       (const char *const[]){ self->path, PIECE_TEXT, number }, NULL, on_fetched);
}

static void
on_target_open (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Transfer *self = g_task_get_task_data (task);
  GError *error = NULL;
  self->out = G_OUTPUT_STREAM (g_file_replace_finish (G_FILE (source), result, &error));
  if (self->out == NULL)
    fail (task, error);
  else
    fetch_piece (task);
}

static void
on_size_known (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Transfer *self = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GBytes) said = run_finish (task, source, result, &error);
  if (said == NULL) {
    fail (task, error);
    return;
  }
  gsize length = 0;
  const char *bytes = g_bytes_get_data (said, &length);
  g_autofree char *text = g_strndup (bytes != NULL ? bytes : "", length);
  self->size = g_ascii_strtoull (text, NULL, 10);
  g_file_replace_async (self->file, NULL, FALSE, G_FILE_CREATE_NONE, G_PRIORITY_DEFAULT, NULL, on_target_open,
                        task);
}

/* --- both --------------------------------------------------------------------------------------------------
 */

static GTask *
new_transfer (VbetClient *client, const char *device, GFile *file, const char *path,
              GCancellable *cancellable, VbetTransferProgress progress, gpointer progress_data,
              GAsyncReadyCallback callback, gpointer user_data)
{
  Transfer *self = g_new0 (Transfer, 1);
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  self->client = g_object_ref (client);
  self->device = g_strdup (device);
  self->path = g_strdup (path);
  self->file = g_object_ref (file);
  self->progress = progress;
  self->progress_data = progress_data;
  g_task_set_task_data (task, self, transfer_free);
  g_task_set_check_cancellable (task, FALSE); /* it has to clean up first */
  return task;
}

void
vbet_transfer_put_async (VbetClient *client, const char *device, GFile *source, const char *path,
                         GCancellable *cancellable, VbetTransferProgress progress, gpointer progress_data,
                         GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (VBET_IS_CLIENT (client) && G_IS_FILE (source) && path != NULL);
  GTask *task = new_transfer (client, device, source, path, cancellable, progress, progress_data, callback,
                              user_data);
  g_file_read_async (source, G_PRIORITY_DEFAULT, NULL, on_source_open, task);
}

void
vbet_transfer_get_async (VbetClient *client, const char *device, const char *path, GFile *target,
                         GCancellable *cancellable, VbetTransferProgress progress, gpointer progress_data,
                         GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (VBET_IS_CLIENT (client) && G_IS_FILE (target) && path != NULL);
  GTask *task = new_transfer (client, device, target, path, cancellable, progress, progress_data, callback,
                              user_data);
  run (task,
       "if [ ! -e \"$1\" ]; then echo 'there is no such file' >&2; exit 1; fi; "
       "if [ ! -f \"$1\" ]; then echo 'this is no file but something else' >&2; exit 1; fi; wc -c < \"$1\"",
       (const char *const[]){ path, "", "" }, NULL, on_size_known);
}

gboolean
vbet_transfer_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
