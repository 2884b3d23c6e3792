/* graphviz.c - see graphviz.h. */
#include "config.h"

#include "gui/graphviz.h"

#include <string.h>

#include "base/error.h"

#define SECONDS_MAX 3
#define ANSWER_MAX (8u << 20) /* bytes; 1,000 devices take a tenth of one MiB */
#define CHUNK 65536
/* neato's arithmetic is cubic. */
#define NEATO_MAX 150

typedef struct {
  const VbetArrangement *arrangement;
  GSubprocess *process;
  GByteArray *answer;
  char *question;
  guint timeout;
} Job;

static void
job_free (gpointer data)
{
  Job *self = data;
  g_clear_handle_id (&self->timeout, g_source_remove);
  if (self->process != NULL)
    g_subprocess_force_exit (self->process); /* nothing, if it has ended */
  g_clear_object (&self->process);
  g_byte_array_unref (self->answer);
  g_free (self->question);
  g_free (self);
}

static const char *
program_of (VbetStyle style, guint n)
{
  if (style == VBET_STYLE_LAYERED)
    return "dot";
  return n <= NEATO_MAX ? "neato" : "sfdp";
}

gboolean
vbet_graphviz_can (VbetStyle style, guint n)
{
  g_autofree char *path = NULL;
  if (style != VBET_STYLE_ORGANIC && style != VBET_STYLE_LAYERED)
    return FALSE;
  path = g_find_program_in_path (program_of (style, n));
  return path != NULL;
}

static gboolean
on_timeout (gpointer data)
{
  Job *job = g_task_get_task_data (data);
  job->timeout = 0;
  g_subprocess_force_exit (job->process); /* its pipe closes, and what was read so far makes no sense */
  return G_SOURCE_REMOVE;
}

static void read_on (GTask *task);

static void
on_read (GObject *stream, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Job *job = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (stream), result, &error);
  if (bytes == NULL) {
    g_task_return_error (task, error);
    return;
  }
  gsize size = 0;
  const void *chunk = g_bytes_get_data (bytes, &size);
  if (job->answer->len + size > ANSWER_MAX) {
    g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_PROTOCOL, "Graphviz says too much");
    return;
  }
  if (size > 0) {
    g_byte_array_append (job->answer, chunk, (guint)size);
    read_on (task);
    return;
  }
  GArray *points
      = vbet_arrangement_from_plain (job->arrangement, (const char *)job->answer->data, job->answer->len);
  if (points == NULL)
    g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_PROTOCOL, "Graphviz gave no usable answer");
  else
    g_task_return_pointer (task, points, (GDestroyNotify)g_array_unref);
}

static void
read_on (GTask *task)
{
  Job *job = g_task_get_task_data (task);
  g_input_stream_read_bytes_async (g_subprocess_get_stdout_pipe (job->process), CHUNK, G_PRIORITY_DEFAULT,
                                   g_task_get_cancellable (task), on_read, g_object_ref (task));
}

/* Whether it took the question shows in its answer. */
static void
on_written (GObject *stream, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_output_stream_write_all_finish (G_OUTPUT_STREAM (stream), result, NULL, NULL);
  g_output_stream_close_async (G_OUTPUT_STREAM (stream), G_PRIORITY_DEFAULT, NULL, NULL, NULL);
}

void
vbet_graphviz_draw_async (const VbetArrangement *arrangement, VbetStyle style, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  GError *error = NULL;
  Job *job = g_new0 (Job, 1);
  job->arrangement = arrangement;
  job->answer = g_byte_array_new ();
  job->question = vbet_arrangement_to_dot (arrangement);
  g_task_set_task_data (task, job, job_free);
  job->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE
                                       | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                                   &error, program_of (style, arrangement->n), "-Tplain", NULL);
  if (job->process == NULL) {
    g_task_return_error (task, error);
    return;
  }
  job->timeout = g_timeout_add_seconds (SECONDS_MAX, on_timeout, task);
  g_output_stream_write_all_async (g_subprocess_get_stdin_pipe (job->process), job->question,
                                   strlen (job->question), G_PRIORITY_DEFAULT, cancellable, on_written,
                                   g_object_ref (task));
  read_on (task);
}

GArray *
vbet_graphviz_draw_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
