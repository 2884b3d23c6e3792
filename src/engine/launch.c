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
#include "base/paths.h"
#include "engine/rpc.h"

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

static void
on_line (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autofree char *line = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, NULL);
  const char *id = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  if (g_strcmp0 (line, "ready") == 0) {
    vbet_client_connect_async (id, cancellable, on_connected, g_steal_pointer (&task));
  } else if (line != NULL && g_str_has_prefix (line, "error ")) {
    char *message = NULL;
    gint code = (gint) strtol (line + strlen ("error "), &message, 10);
    g_task_return_error (task, vbet_rpc_error (code, g_strstrip (message)));
  } else {
    g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_FAILED,
                             "The engine (vbetd) ended before it was ready; “vbetctl doctor” may tell why");
  }
}

/* What may not stand in an id becomes '-'. */
char *
vbet_lab_id_from_name (const char *name)
{
  GString *id = g_string_new (NULL);
  for (const char *c = name; *c != '\0' && id->len < 32; c++) {
    if (g_ascii_isalnum (*c) || (id->len > 0 && (*c == '-' || *c == '_')))
      g_string_append_c (id, *c);
    else if (id->len > 0 && id->str[id->len - 1] != '-')
      g_string_append_c (id, '-');
  }
  if (id->len == 0)
    g_string_append (id, "lab");
  return g_string_free (id, FALSE);
}

void
vbet_client_launch_async (const VbetLaunchOptions *options, GCancellable *cancellable, GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autofree char *id = options->id != NULL ? g_strdup (options->id) : vbet_lab_id_from_name (options->name);
  g_autofree char *vbetd = vbet_paths_program ("vbetd");
  GError *error = NULL;
  g_task_set_task_data (task, g_strdup (id), g_free);
  if (!g_file_test (vbetd, G_FILE_TEST_IS_EXECUTABLE)) {
    g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_HOST, "The engine %s is missing; install vBET again", vbetd);
    return;
  }
  /* The engine lives on: it must not hold the standard error of a "vbetctl run 2>&1 | …". Debug messages excepted. */
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE
      | (g_getenv ("G_MESSAGES_DEBUG") == NULL ? G_SUBPROCESS_FLAGS_STDERR_SILENCE : G_SUBPROCESS_FLAGS_NONE));
  g_autoptr (GSubprocess) process
      = g_subprocess_launcher_spawn (launcher, &error, vbetd, "--id", id, "--name", options->name, "--path",
                                     options->path != NULL ? options->path : "",
                                     options->isolated ? "--isolated" : NULL, NULL);
  if (process == NULL) {
    g_task_return_error (task, error);
    return;
  }
  g_subprocess_wait_async (process, NULL, on_reaped, NULL);
  g_autoptr (GDataInputStream) output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  g_data_input_stream_read_line_async (output, G_PRIORITY_DEFAULT, cancellable, on_line, g_steal_pointer (&task));
}

VbetClient *
vbet_client_launch_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
