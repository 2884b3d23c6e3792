/* agent-requests.c - commands and files: the jobs that callers wait for. */
#include "config.h"

#include "engine/guest/agent-private.h"

#include <signal.h>

/* The caller has lost interest: it is answered now, the guest ends the job in its own time. */
static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  Job *job = data;
  VbetAgent *self = job->agent;
  GTask *task = vbet_agent_take_task (job);
  g_clear_pointer (&job->contents, g_bytes_unref);
  if (g_queue_remove (&self->waiting, job)) {
    vbet_agent_job_free (job);
  } else {
    vbet_agent_put_kill (self, job->channel, SIGKILL);
    vbet_agent_pump (self);
  }
  vbet_agent_fail_task (task, VBET_ERROR_CANCELLED, "The command was cancelled");
}

/* Begins @job, whose first frame of @size bytes is in @frame, or fails it. */
static void
submit (VbetAgent *self, Job *job, const guint8 *frame, gsize size, GCancellable *cancellable)
{
  if (!self->greeted) {
    vbet_agent_fail_task (vbet_agent_take_task (job), VBET_ERROR_STATE, "%s is not ready", self->name);
    vbet_agent_job_free (job);
    return;
  }
  if (size == 0) {
    vbet_agent_fail_task (vbet_agent_take_task (job), VBET_ERROR_USAGE,
                          job->kind == VBET_AGENT_EXEC
                              ? "The command is longer than %d bytes or has too many arguments"
                              : "The path is not absolute or longer than %d bytes",
                          job->kind == VBET_AGENT_EXEC ? VBET_AGENT_PAYLOAD_MAX : VBET_AGENT_PATH_MAX);
    vbet_agent_job_free (job);
    return;
  }
  job->opening = g_byte_array_append (g_byte_array_new (), frame, (guint)size);
  g_queue_push_tail (&self->waiting, job);
  if (cancellable != NULL) {
    job->cancellable = g_object_ref (cancellable);
    if (g_cancellable_is_cancelled (cancellable)) {
      on_cancelled (cancellable, job);
      return;
    }
    job->cancel_handler = g_signal_connect (cancellable, "cancelled", G_CALLBACK (on_cancelled), job);
  }
  vbet_agent_pump (self);
}

static Job *
new_job (VbetAgent *self, VbetAgentType kind, GBytes *contents, GAsyncReadyCallback callback,
         gpointer user_data)
{
  Job *job = g_new0 (Job, 1);
  job->agent = self;
  job->kind = kind;
  job->number = ++self->last_job != 0 ? self->last_job : ++self->last_job;
  job->task = g_task_new (self, NULL, callback, user_data);
  job->contents = contents != NULL ? g_bytes_ref (contents) : NULL;
  job->window = VBET_AGENT_WINDOW;
  for (int i = 0; i < 2; i++)
    job->collected[i] = g_byte_array_new ();
  return job;
}

guint
vbet_agent_exec_async (VbetAgent *self, const char *const *argv, GBytes *input, VbetExecOutput output,
                       gpointer output_data, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_return_val_if_fail (VBET_IS_AGENT (self) && argv != NULL, 0);
  guint8 frame[VBET_AGENT_FRAME_MAX];
  Job *job = new_job (self, VBET_AGENT_EXEC, input, callback, user_data);
  job->output = output;
  job->output_data = output_data;
  guint number = job->number;
  gsize size
      = vbet_agent_encode_exec (frame, sizeof frame, 1, input != NULL ? VBET_AGENT_EXEC_STDIN : 0, argv);
  submit (self, job, frame, size, cancellable);
  return number;
}

/* The line has no window for a command's output, since all jobs share it; but a signal reaches the command's whole
 * process group, and what is stopped says nothing. */
void
vbet_agent_pause_job (VbetAgent *self, guint number, gboolean pause)
{
  g_return_if_fail (VBET_IS_AGENT (self));
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->jobs);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Job *job = value;
    if (job->number != number || job->kind != VBET_AGENT_EXEC || job->terminal || job->task == NULL)
      continue;
    vbet_agent_put_kill (self, job->channel, pause ? SIGSTOP : SIGCONT);
    vbet_agent_pump (self);
    return;
  }
}

VbetExecResult *
vbet_agent_exec_finish (VbetAgent *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
vbet_agent_put_async (VbetAgent *self, const char *path, guint mode, GBytes *contents,
                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (VBET_IS_AGENT (self) && path != NULL && contents != NULL);
  guint8 frame[VBET_AGENT_FRAME_MAX];
  Job *job = new_job (self, VBET_AGENT_PUT, contents, callback, user_data);
  submit (self, job, frame, vbet_agent_encode_put (frame, sizeof frame, 1, mode, path), cancellable);
}

gboolean
vbet_agent_put_finish (VbetAgent *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
vbet_agent_get_async (VbetAgent *self, const char *path, VbetExecOutput output, gpointer output_data,
                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (VBET_IS_AGENT (self) && path != NULL);
  guint8 frame[VBET_AGENT_FRAME_MAX];
  Job *job = new_job (self, VBET_AGENT_GET, NULL, callback, user_data);
  job->output = output;
  job->output_data = output_data;
  submit (self, job, frame, vbet_agent_encode_get (frame, sizeof frame, 1, path), cancellable);
}

GBytes *
vbet_agent_get_finish (VbetAgent *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
