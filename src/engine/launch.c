/* launch.c - starting an engine (vbetd) for a lab, for the window and vbetctl.
 *
 * vbetd tells on its standard output when it listens ("ready") or why it
 * cannot ("error CODE SENTENCE", CODE as in rpc.h); then we connect.
 */
#include "config.h"

#include "engine/client.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/lab-id.h"
#include "base/paths.h"
#include "engine/rpc.h"

/* Starting one engine; at most two identifiers are tried. */
typedef struct {
  char *id;     /* that is tried now */
  char *second; /* (nullable): that is tried when a lab of another file has the first */
  char *name;
  char *path; /* "" without a file */
  gboolean isolated;
  GError *refusal; /* (nullable): the engine's, because a lab has the identifier */
} Launch;

static void
launch_free (gpointer data)
{
  Launch *self = data;
  g_free (self->id);
  g_free (self->second);
  g_free (self->name);
  g_free (self->path);
  g_clear_error (&self->refusal);
  g_free (self);
}

static void spawn (GTask *task);

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  VbetClient *client = vbet_client_connect_finish (result, &error);
  if (client != NULL)
    g_task_return_pointer (task, client, g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
on_reaped (GObject *source, GAsyncResult *result, gpointer data)
{
  /* Only to have no zombie: what vbetd had to say came through its pipe. */
  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
}

/* --- when a lab has the identifier already ------------------------------------------------- */

static void
fail_running (GTask *task, const char *id, const char *path)
{
  g_task_return_new_error (
      task, VBET_ERROR, VBET_ERROR_EXISTS,
      "The lab “%s” already runs, from %s; stop it with “vbetctl stop %s” or give this one another --id", id,
      path, id);
}

/* @data: the launch, whose identifier the lab that answers has. */
static void
on_rival_info (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Launch *self = g_task_get_task_data (task);
  g_autoptr (GVariant) reply = vbet_client_call_finish (VBET_CLIENT (source), result, NULL);
  VbetLabInfo *info = reply != NULL ? _vbet_lab_info_from_reply (self->id, reply) : NULL;
  if (info != NULL && self->second != NULL && strcmp (info->path, self->path) != 0) {
    g_free (self->id);
    self->id = g_steal_pointer (&self->second);
    g_clear_error (&self->refusal);
    spawn (task);
  } else if (info != NULL && *info->path != '\0') {
    fail_running (task, self->id, info->path);
  } else {
    g_task_return_error (task, g_steal_pointer (&self->refusal));
  }
  vbet_lab_info_free (info);
}

static void
on_rival (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Launch *self = g_task_get_task_data (task);
  g_autoptr (VbetClient) client = vbet_client_connect_finish (result, NULL);
  if (client == NULL)
    g_task_return_error (task, g_steal_pointer (&self->refusal));
  else
    vbet_client_call_async (client, "lab.info", NULL, NULL, on_rival_info, g_steal_pointer (&task));
}

/* Whether this file's lab runs beside one that had its name first, and that may meanwhile be gone. */
static void
on_second (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Launch *self = g_task_get_task_data (task);
  g_autoptr (VbetClient) client = vbet_client_connect_finish (result, NULL);
  if (client != NULL)
    fail_running (task, self->second, self->path);
  else
    spawn (task);
}

/* --- the engine's first word ---------------------------------------------------------------- */

static void
on_line (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autofree char *line
      = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, NULL);
  Launch *self = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  if (g_strcmp0 (line, "ready") == 0) {
    vbet_client_connect_async (self->id, cancellable, on_connected, g_steal_pointer (&task));
  } else if (line != NULL && g_str_has_prefix (line, "error ")) {
    char *message = NULL;
    gint code = (gint)strtol (line + strlen ("error "), &message, 10);
    self->refusal = vbet_rpc_error (code, g_strstrip (message));
    if (g_error_matches (self->refusal, VBET_ERROR, VBET_ERROR_EXISTS))
      vbet_client_connect_async (self->id, cancellable, on_rival, g_steal_pointer (&task));
    else
      g_task_return_error (task, g_steal_pointer (&self->refusal));
  } else {
    g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_FAILED,
                             "The engine (vbetd) ended before it was ready; “vbetctl doctor” may tell why");
  }
}

static void
spawn (GTask *task)
{
  Launch *self = g_task_get_task_data (task);
  g_autofree char *vbetd = vbet_paths_program ("vbetd");
  GError *error = NULL;
  if (!g_file_test (vbetd, G_FILE_TEST_IS_EXECUTABLE)) {
    g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_HOST,
                             "The engine %s is missing; install vBET again", vbetd);
    return;
  }
  /* The engine lives on: it must not hold the standard error of a "vbetctl run 2>&1 | …". Debug messages excepted. */
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE
      | (g_getenv ("G_MESSAGES_DEBUG") == NULL ? G_SUBPROCESS_FLAGS_STDERR_SILENCE
                                               : G_SUBPROCESS_FLAGS_NONE));
  g_autoptr (GSubprocess) process
      = g_subprocess_launcher_spawn (launcher, &error, vbetd, "--id", self->id, "--name", self->name,
                                     "--path", self->path, self->isolated ? "--isolated" : NULL, NULL);
  if (process == NULL) {
    g_task_return_error (task, error);
    return;
  }
  g_subprocess_wait_async (process, NULL, on_reaped, NULL);
  g_autoptr (GDataInputStream) output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  g_data_input_stream_read_line_async (output, G_PRIORITY_DEFAULT, g_task_get_cancellable (task), on_line,
                                       g_object_ref (task));
}

void
vbet_client_launch_async (const VbetLaunchOptions *options, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Launch *self = g_new0 (Launch, 1);
  self->id = options->id != NULL ? g_strdup (options->id) : vbet_lab_id_from_name (options->name);
  self->name = g_strdup (options->name);
  self->isolated = options->isolated;
  self->path = g_utf8_make_valid (options->path != NULL ? options->path : "", -1);
  if (options->id == NULL && *self->path != '\0')
    self->second = vbet_lab_id_tagged (self->id, self->path);
  g_task_set_task_data (task, self, launch_free);
  if (self->second != NULL)
    vbet_client_connect_async (self->second, cancellable, on_second, g_steal_pointer (&task));
  else
    spawn (task);
}

VbetClient *
vbet_client_launch_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
