/* agent-terminal.c - programs in terminals of their own; see agent.h.
 *
 * Both directions have a window: what is typed waits here until the guest
 * takes it, and the guest sends no more than the caller has room for. One that
 * does all the same loses the terminal.
 */
#include "config.h"

#include "engine/guest/agent-private.h"

#include <signal.h>

#define PIECE 4096
#define TYPED_HIGH 4096 /* bytes typed and not sent: the caller should wait */
#define GIVE_BACK 16384 /* bytes of window given back at one time */
#define END_MS 2000     /* from hanging up to killing */

void
vbet_agent_terminal_begin (VbetAgent *self, Job *job)
{
  guint8 frame[VBET_AGENT_HEADER + 4];
  gsize size = vbet_agent_encode_resize (frame, sizeof frame, job->channel, job->rows, job->columns);
  g_byte_array_append (self->out, frame, (guint)size);
  if (job->events == NULL) /* closed while it waited */
    vbet_agent_put_kill (self, job->channel, SIGKILL);
}

gboolean
vbet_agent_terminal_put (VbetAgent *self, Job *job)
{
  guint piece = MIN (MIN (job->typed->len, PIECE), job->window);
  if (piece == 0)
    return FALSE;
  vbet_agent_put_frame (self, VBET_AGENT_STDIN, job->channel, job->typed->data, piece);
  g_byte_array_remove_range (job->typed, 0, piece);
  job->window -= piece;
  if (job->typed->len == 0 && job->events != NULL)
    job->events->room (job->events_data);
  return TRUE;
}

void
vbet_agent_terminal_ended (Job *job, const char *why)
{
  const VbetAgentTerminalEvents *events = job->events;
  job->events = NULL;
  if (events != NULL)
    events->ended (why, job->events_data);
}

void
vbet_agent_terminal_output (VbetAgent *self, Job *job, const VbetAgentFrame *frame)
{
  if (job->events == NULL || frame->length == 0)
    return;
  if (frame->length > VBET_AGENT_WINDOW - job->untaken) {
    vbet_agent_put_kill (self, job->channel, SIGKILL);
    vbet_agent_terminal_ended (job, "The guest sends more than it may");
    return;
  }
  job->untaken += frame->length;
  job->events->output (frame->payload, frame->length, job->events_data);
}

VbetAgentTerminal *
vbet_agent_terminal_open (VbetAgent *self, const char *const *argv, guint rows, guint columns,
                          const VbetAgentTerminalEvents *events, gpointer user_data, GError **error)
{
  g_return_val_if_fail (VBET_IS_AGENT (self) && argv != NULL && events != NULL, NULL);
  guint8 frame[VBET_AGENT_FRAME_MAX];
  if (!self->greeted || (self->features & VBET_AGENT_FEATURE_TERMINAL) == 0) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_STATE,
                 self->greeted
                     ? "The guest image of %s is older than this vBET and has no root shells; build it anew "
                       "with \"vbetctl image build\""
                     : "%s is not ready",
                 self->name);
    return NULL;
  }
  gsize size = vbet_agent_encode_exec (frame, sizeof frame, 1, VBET_AGENT_EXEC_TERMINAL, argv);
  g_return_val_if_fail (size > 0, NULL);
  Job *job = g_new0 (Job, 1);
  job->agent = self;
  job->kind = VBET_AGENT_EXEC;
  job->terminal = TRUE;
  job->typed = g_byte_array_new ();
  job->window = VBET_AGENT_WINDOW;
  job->events = events;
  job->events_data = user_data;
  job->rows = (guint16)CLAMP (rows, 1, 1000);
  job->columns = (guint16)CLAMP (columns, 1, 1000);
  job->opening = g_byte_array_append (g_byte_array_new (), frame, (guint)size);
  g_queue_push_tail (&self->waiting, job);
  vbet_agent_pump (self);
  return job;
}

void
vbet_agent_terminal_type (VbetAgentTerminal *self, const guint8 *data, gsize size)
{
  g_return_if_fail (self != NULL && self->terminal);
  g_byte_array_append (self->typed, data, (guint)size);
  vbet_agent_pump (self->agent);
}

gboolean
vbet_agent_terminal_is_full (VbetAgentTerminal *self)
{
  g_return_val_if_fail (self != NULL && self->terminal, FALSE);
  return self->typed->len >= TYPED_HIGH;
}

void
vbet_agent_terminal_taken (VbetAgentTerminal *self, gsize size)
{
  g_return_if_fail (self != NULL && size <= self->untaken);
  guint8 frame[VBET_AGENT_HEADER + 4];
  self->untaken -= size;
  self->owed += (guint)size;
  if (self->owed == 0 || (self->untaken > 0 && self->owed < GIVE_BACK))
    return;
  gsize made = vbet_agent_encode_u32 (frame, sizeof frame, VBET_AGENT_WINDOW_MORE, self->channel, self->owed);
  self->owed = 0;
  g_byte_array_append (self->agent->out, frame, (guint)made);
  vbet_agent_pump (self->agent);
}

void
vbet_agent_terminal_resize (VbetAgentTerminal *self, guint rows, guint columns)
{
  g_return_if_fail (self != NULL && self->terminal);
  guint8 frame[VBET_AGENT_HEADER + 4];
  self->rows = (guint16)CLAMP (rows, 1, 1000);
  self->columns = (guint16)CLAMP (columns, 1, 1000);
  if (self->channel == 0) /* told when it begins */
    return;
  gsize size = vbet_agent_encode_resize (frame, sizeof frame, self->channel, self->rows, self->columns);
  g_byte_array_append (self->agent->out, frame, (guint)size);
  vbet_agent_pump (self->agent);
}

static gboolean
on_end_time (gpointer data)
{
  Job *job = data;
  g_clear_pointer (&job->end_timer, g_source_unref);
  vbet_agent_put_kill (job->agent, job->channel, SIGKILL);
  vbet_agent_pump (job->agent);
  return G_SOURCE_REMOVE;
}

void
vbet_agent_terminal_close (VbetAgentTerminal *self)
{
  g_return_if_fail (self != NULL && self->terminal);
  VbetAgent *agent = self->agent;
  self->events = NULL;
  if (g_queue_remove (&agent->waiting, self)) {
    vbet_agent_job_free (self);
    return;
  }
  vbet_agent_put_kill (agent, self->channel, SIGHUP);
  self->end_timer = g_timeout_source_new (END_MS);
  g_source_set_callback (self->end_timer, on_end_time, self, NULL);
  g_source_attach (self->end_timer, agent->context);
  vbet_agent_pump (agent);
}
