/* file-save.c - see file-save.h. GIO's own replacing puts a half-written file in the place of the old one
 * when the disk gets full. */
#include "config.h"

#include "gui/file-save.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n.h>

typedef struct {
  char *path;
  char *etag; /* (nullable) */
  GBytes *bytes;
} Saving;

static void
saving_free (gpointer data)
{
  Saving *self = data;
  g_free (self->path);
  g_free (self->etag);
  g_bytes_unref (self->bytes);
  g_free (self);
}

static char *
etag_of (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInfo) info
      = g_file_query_info (file, G_FILE_ATTRIBUTE_ETAG_VALUE, G_FILE_QUERY_INFO_NONE, NULL, NULL);
  return info != NULL ? g_strdup (g_file_info_get_etag (info)) : NULL;
}

/* What is there already: may it be replaced? @ret_mode: its mode. */
static gboolean
may_replace (const Saving *self, const char *target, int *ret_mode, GError **error)
{
  struct stat status;
  if (stat (target, &status) != 0)
    return TRUE;
  *ret_mode = status.st_mode & 07777;
  if (!S_ISREG (status.st_mode)) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, _ ("it is no regular file"));
    return FALSE;
  }
  if (access (target, W_OK) != 0) {
    int reason = errno;
    g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (reason), g_strerror (reason));
    return FALSE;
  }
  g_autofree char *etag = self->etag != NULL ? etag_of (target) : NULL;
  if (g_strcmp0 (etag, self->etag) != 0) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WRONG_ETAG, _ ("it was changed by another program"));
    return FALSE;
  }
  return TRUE;
}

static gboolean
write_file (const Saving *self, const char *target, int mode, GError **error)
{
  gsize size = 0;
  const char *text = g_bytes_get_data (self->bytes, &size);
  g_autoptr (GError) failure = NULL;
  text = size > 0 ? text : "";
  if (g_file_set_contents_full (target, text, (gssize)size,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, mode, &failure))
    return TRUE;
  /* A file that may be written in a folder that may not: there is no place for a new one. */
  if (g_error_matches (failure, G_FILE_ERROR, G_FILE_ERROR_ACCES) && access (target, W_OK) == 0)
    return g_file_set_contents_full (target, text, (gssize)size, G_FILE_SET_CONTENTS_DURABLE, mode, error);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static void
save (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Saving *self = data;
  char *resolved = realpath (self->path, NULL);
  const char *target = resolved != NULL ? resolved : self->path;
  int mode = 0666;
  GError *error = NULL;
  if (may_replace (self, target, &mode, &error) && write_file (self, target, mode, &error))
    g_task_return_pointer (task, etag_of (target), g_free);
  else
    g_task_return_error (task, error);
  free (resolved);
}

void
vbet_file_save_async (GFile *file, GBytes *bytes, const char *etag, GAsyncReadyCallback callback,
                      gpointer data)
{
  g_autoptr (GTask) task = g_task_new (file, NULL, callback, data);
  Saving *self = g_new0 (Saving, 1);
  self->path = g_file_get_path (file);
  self->etag = g_strdup (etag);
  self->bytes = g_bytes_ref (bytes);
  g_task_set_task_data (task, self, saving_free);
  if (self->path == NULL)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "%s",
                             _ ("it is not in a folder of this system"));
  else
    g_task_run_in_thread (task, save);
}

gboolean
vbet_file_save_finish (GAsyncResult *result, char **ret_etag, GError **error)
{
  GError *failure = NULL;
  char *etag = g_task_propagate_pointer (G_TASK (result), &failure);
  if (failure != NULL) {
    g_propagate_error (error, failure);
    return FALSE;
  }
  *ret_etag = etag;
  return TRUE;
}
