/* agent.c - see agent.h.
 *
 * Each job has a channel. Frames for the guest collect in one buffer that is
 * written as the line takes it; file contents and standard input enter the
 * buffer only while it is short and the job's window is open, so the memory
 * that waits for a slow guest is bounded by what callers ask for at one time.
 * Of what is written no more than the line's window may be unread in the
 * guest; see agent-protocol.h for what would happen otherwise.
 */
#include "config.h"

#include "engine/guest/agent-private.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib-unix.h>

#define PIECE 8192            /* of file contents or input in one frame */
#define OUT_HIGH (64 * 1024)  /* no more contents enter the buffer beyond this */
#define OUT_MAX (1024 * 1024) /* a guest that does not read gets no more small requests beyond this */
#define READ_TURN (64 * 1024) /* bytes taken before everyone else has a turn */
#define SKIPPED_BAD 64        /* bytes of garbage that make a problem; a boot message alone is none */
#define ERRNO_TOO_MANY 11     /* EAGAIN of Linux: the agent has no place for one more job */

G_DEFINE_FINAL_TYPE (VbetAgent, vbet_agent, G_TYPE_OBJECT)

void
vbet_exec_result_free (VbetExecResult *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->out, g_bytes_unref);
  g_clear_pointer (&self->err, g_bytes_unref);
  g_free (self);
}

/* --- jobs ----------------------------------------------------------------------- */

/* The caller needs no answer any more. */
GTask *
vbet_agent_take_task (Job *job)
{
  if (job->cancel_handler != 0)
    g_signal_handler_disconnect (job->cancellable, job->cancel_handler);
  job->cancel_handler = 0;
  return g_steal_pointer (&job->task);
}

void
vbet_agent_job_free (gpointer data)
{
  Job *job = data;
  g_autoptr (GTask) task = vbet_agent_take_task (job);
  if (task != NULL)
    g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_CANCELLED, "The guest has stopped");
  vbet_agent_terminal_ended (job, "The guest has stopped");
  if (job->end_timer != NULL)
    g_source_destroy (job->end_timer);
  g_clear_pointer (&job->end_timer, g_source_unref);
  g_clear_pointer (&job->typed, g_byte_array_unref);
  g_clear_object (&job->cancellable);
  g_clear_pointer (&job->opening, g_byte_array_unref);
  g_clear_pointer (&job->contents, g_bytes_unref);
  for (int i = 0; i < 2; i++)
    g_clear_pointer (&job->collected[i], g_byte_array_unref);
  g_free (job);
}

void vbet_agent_fail_task (GTask *task, VbetErrorCode code, const char *format, ...) G_GNUC_PRINTF (3, 4);

void
vbet_agent_fail_task (GTask *task, VbetErrorCode code, const char *format, ...)
{
  va_list arguments;
  if (task == NULL)
    return;
  va_start (arguments, format);
  g_task_return_error (task, g_error_new_valist (VBET_ERROR, (gint)code, format, arguments));
  va_end (arguments);
  g_object_unref (task);
}

/* Takes the job out of the table. The caller answers its task and frees it. */
static Job *
steal_job (VbetAgent *self, guint16 channel)
{
  gpointer job = NULL;
  return g_hash_table_steal_extended (self->jobs, GUINT_TO_POINTER (channel), NULL, &job) ? job : NULL;
}

/* Fails every job with one sentence; later callers may already come in between. */
static void
fail_all (VbetAgent *self, VbetErrorCode code, const char *why)
{
  g_autoptr (GPtrArray) ended = g_ptr_array_new_with_free_func (vbet_agent_job_free);
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->jobs);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    g_hash_table_iter_steal (&iter);
    g_ptr_array_add (ended, value);
  }
  while (!g_queue_is_empty (&self->waiting))
    g_ptr_array_add (ended, g_queue_pop_head (&self->waiting));
  for (guint i = 0; i < ended->len; i++)
    vbet_agent_fail_task (vbet_agent_take_task (g_ptr_array_index (ended, i)), code, "%s", why);
}

void
vbet_agent_put_frame (VbetAgent *self, VbetAgentType type, guint16 channel, const void *payload, gsize size)
{
  guint start = self->out->len;
  g_byte_array_set_size (self->out, start + VBET_AGENT_HEADER + (guint)size);
  gsize made
      = vbet_agent_encode (self->out->data + start, self->out->len - start, type, channel, payload, size);
  g_byte_array_set_size (self->out, start + (guint)made);
}

void
vbet_agent_put_kill (VbetAgent *self, guint16 channel, int signal)
{
  guint8 frame[VBET_AGENT_HEADER + 4];
  gsize size = vbet_agent_encode_u32 (frame, sizeof frame, VBET_AGENT_KILL, channel, (guint32)signal);
  g_byte_array_append (self->out, frame, (guint)size);
}

static guint16
free_channel (VbetAgent *self)
{
  do
    self->last_channel++;
  while (self->last_channel == 0
         || g_hash_table_contains (self->jobs, GUINT_TO_POINTER (self->last_channel)));
  return self->last_channel;
}

/* Lets waiting jobs begin as far as the guest has room for them. */
static void
begin_jobs (VbetAgent *self)
{
  while (!g_queue_is_empty (&self->waiting) && g_hash_table_size (self->jobs) < VBET_AGENT_JOBS_MAX) {
    Job *job = g_queue_pop_head (&self->waiting);
    guint start = self->out->len;
    job->channel = free_channel (self);
    g_byte_array_append (self->out, job->opening->data, job->opening->len);
    /* The channel was not known when the frame was made: bytes 2 and 3. */
    self->out->data[start + 2] = (guint8)job->channel;
    self->out->data[start + 3] = (guint8)(job->channel >> 8);
    g_clear_pointer (&job->opening, g_byte_array_unref);
    g_hash_table_insert (self->jobs, GUINT_TO_POINTER (job->channel), job);
    if (job->terminal)
      vbet_agent_terminal_begin (self, job);
  }
}

/* Puts a piece of the job's contents into the buffer. Returns whether there was one. */
static gboolean
put_contents (VbetAgent *self, Job *job)
{
  gsize size = 0;
  if (job->terminal)
    return vbet_agent_terminal_put (self, job);
  const guint8 *data = job->contents != NULL ? g_bytes_get_data (job->contents, &size) : NULL;
  if (job->contents == NULL || job->closed || job->task == NULL)
    return FALSE;
  gsize piece = MIN (MIN (size - job->sent, (gsize)PIECE), (gsize)job->window);
  if (piece > 0) {
    vbet_agent_put_frame (self, job->kind == VBET_AGENT_PUT ? VBET_AGENT_DATA : VBET_AGENT_STDIN,
                          job->channel, data + job->sent, piece);
    job->sent += piece;
    job->window -= (guint)piece;
  }
  if (job->sent == size) {
    vbet_agent_put_frame (self, job->kind == VBET_AGENT_PUT ? VBET_AGENT_END : VBET_AGENT_STDIN, job->channel,
                          NULL, 0);
    job->closed = TRUE;
    g_clear_pointer (&job->contents, g_bytes_unref); /* it may be large, and the job long */
  }
  return piece > 0 || job->closed;
}

/* --- the line ------------------------------------------------------------------- */

static void
close_line (VbetAgent *self)
{
  if (self->input != NULL)
    g_source_destroy (self->input);
  g_clear_pointer (&self->input, g_source_unref);
  if (self->output != NULL)
    g_source_destroy (self->output);
  g_clear_pointer (&self->output, g_source_unref);
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
  self->greeted = FALSE;
}

static void
lose_line (VbetAgent *self)
{
  g_autoptr (VbetAgent) keep = g_object_ref (self);
  if (self->fd < 0)
    return;
  close_line (self);
  fail_all (self, VBET_ERROR_STATE, "The guest has stopped");
  g_signal_emit_by_name (self, "closed");
}

static gboolean
on_output (int fd, GIOCondition condition, gpointer data)
{
  vbet_agent_pump (data);
  return G_SOURCE_CONTINUE;
}

/* Writes the buffer. Returns FALSE when the line takes no more for now. */
static gboolean
write_out (VbetAgent *self)
{
  while (self->out_start < self->out->len && self->unread < VBET_AGENT_LINE_WINDOW) {
    gsize size = MIN (self->out->len - self->out_start, VBET_AGENT_LINE_WINDOW - self->unread);
    ssize_t sent = send (self->fd, self->out->data + self->out_start, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR)
      continue;
    if (sent < 0 && errno != EAGAIN)
      self->out_start = self->out->len; /* the reading side finds out and says so */
    if (sent < 0)
      break;
    self->out_start += (gsize)sent;
    self->unread += (gsize)sent;
  }
  g_byte_array_remove_range (self->out, 0, (guint)self->out_start);
  self->out_start = 0;
  return self->out->len == 0;
}

/* Moves everything that may go towards the guest. */
void
vbet_agent_pump (VbetAgent *self)
{
  gboolean more = TRUE;
  if (self->fd < 0)
    return;
  begin_jobs (self);
  while (write_out (self) && more) {
    GHashTableIter iter;
    gpointer value;
    more = FALSE;
    g_hash_table_iter_init (&iter, self->jobs);
    while (self->out->len < OUT_HIGH && g_hash_table_iter_next (&iter, NULL, &value))
      more = put_contents (self, value) || more;
  }
  if (self->out->len == 0 || self->unread >= VBET_AGENT_LINE_WINDOW) {
    /* Nothing to write, or the next acknowledgement brings us here again. */
    if (self->output != NULL)
      g_source_destroy (self->output);
    g_clear_pointer (&self->output, g_source_unref);
  } else if (self->output == NULL) {
    self->output = g_unix_fd_source_new (self->fd, G_IO_OUT);
    g_source_set_callback (self->output, G_SOURCE_FUNC (on_output), self, NULL);
    g_source_attach (self->output, self->context);
  }
}

/* --- frames from the guest --------------------------------------------------------- */

static void
report_problem (VbetAgent *self, gboolean fatal, char *sentence)
{
  if (self->problem != NULL) {
    g_free (sentence);
    return;
  }
  self->problem = sentence;
  g_signal_emit_by_name (self, "problem", self->problem, fatal);
}

static void
put_console_ask (VbetAgent *self)
{
  vbet_agent_put_frame (self, VBET_AGENT_CONSOLE_ASK, 0, NULL, 0);
}

static void
take_hello (VbetAgent *self, const VbetAgentFrame *frame)
{
  uint32_t version = 0;
  bool started = false;
  if (!vbet_agent_read_hello (frame, &version, &started) || version != VBET_AGENT_VERSION
      || (!started && !self->greeted)) {
    report_problem (self, TRUE,
                    g_strdup_printf ("The agent in %s (version %u) is not the one of this vBET (version %d); "
                                     "build the guest image anew with \"vbetctl image build\"",
                                     self->name, (unsigned)version, VBET_AGENT_VERSION));
    return;
  }
  if (!started)
    return; /* only an answer */
  self->unread = 0;
  self->features = vbet_agent_read_features (frame);
  if (self->greeted) {
    g_byte_array_set_size (self->out, 0); /* for the agent that was */
    fail_all (self, VBET_ERROR_STATE, "The guest restarted meanwhile");
  }
  self->greeted = TRUE;
  if (self->console_asked)
    put_console_ask (self);
  g_signal_emit_by_name (self, "hello");
}

static void
take_alarm (VbetAgent *self, const VbetAgentFrame *frame)
{
  VbetAgentAlarm alarm;
  if (!vbet_agent_read_alarm (frame, &alarm))
    return;
  g_autofree char *text = g_utf8_make_valid (alarm.text, -1);
  g_signal_emit_by_name (self, "alarm", alarm.key, alarm.kind, text);
}

/* What concerns the whole guest. */
static void
take_control (VbetAgent *self, const VbetAgentFrame *frame)
{
  uint32_t read = 0, index = 0;
  bool up = false;
  if (frame->type == VBET_AGENT_HELLO)
    take_hello (self, frame);
  else if (frame->type == VBET_AGENT_ACK && vbet_agent_read_u32 (frame, &read))
    self->unread -= MIN ((gsize)read, self->unread);
  else if (frame->type == VBET_AGENT_CONSOLE_ROOM && self->console_asked) {
    self->console_asked = FALSE;
    g_signal_emit_by_name (self, "console-room");
  } else if (frame->type == VBET_AGENT_LINK && vbet_agent_read_carrier (frame, &index, &up)) {
    g_signal_emit_by_name (self, "link", (guint)index, (gboolean)up);
  } else if (frame->type == VBET_AGENT_ALARM) {
    take_alarm (self, frame);
  }
}

static void
take_output (VbetAgent *self, Job *job, int stream, const VbetAgentFrame *frame)
{
  if (job->task == NULL || frame->length == 0)
    return;
  if (job->output != NULL) {
    job->output (stream + 1, frame->payload, frame->length, job->output_data);
    return;
  }
  GByteArray *into = job->collected[stream];
  gsize limit = job->kind == VBET_AGENT_GET ? VBET_AGENT_FILE_MAX : VBET_AGENT_OUTPUT_MAX;
  gsize room = limit - into->len;
  g_byte_array_append (into, frame->payload, (guint)MIN (room, (gsize)frame->length));
  if (frame->length <= room)
    return;
  job->cut = TRUE;
  if (job->kind != VBET_AGENT_GET)
    return;
  vbet_agent_put_kill (self, job->channel, SIGKILL);
  vbet_agent_fail_task (vbet_agent_take_task (job), VBET_ERROR_FAILED, "The file is larger than %d MiB",
                        VBET_AGENT_FILE_MAX / 1024 / 1024);
}

static void
finish_exec (Job *job, gint32 status)
{
  vbet_agent_terminal_ended (job, NULL);
  g_autoptr (GTask) task = vbet_agent_take_task (job);
  if (task == NULL)
    return;
  if (job->cut) {
    g_autofree char *text
        = g_strdup_printf ("\n[output cut at %d MiB]\n", VBET_AGENT_OUTPUT_MAX / 1024 / 1024);
    g_byte_array_append (job->collected[1], (const guint8 *)text, (guint)strlen (text));
  }
  VbetExecResult *result = g_new0 (VbetExecResult, 1);
  result->status = status;
  result->out = g_byte_array_free_to_bytes (g_steal_pointer (&job->collected[0]));
  result->err = g_byte_array_free_to_bytes (g_steal_pointer (&job->collected[1]));
  g_task_return_pointer (task, result, (GDestroyNotify)vbet_exec_result_free);
}

static void
finish_end (Job *job)
{
  g_autoptr (GTask) task = vbet_agent_take_task (job);
  if (task == NULL)
    return;
  if (job->kind == VBET_AGENT_GET)
    g_task_return_pointer (task, g_byte_array_free_to_bytes (g_steal_pointer (&job->collected[0])),
                           (GDestroyNotify)g_bytes_unref);
  else
    g_task_return_boolean (task, TRUE);
}

static void
finish_error (VbetAgent *self, Job *job, const VbetAgentFrame *frame)
{
  uint32_t code = 0;
  char text[512];
  if (!vbet_agent_read_error (frame, &code, text, sizeof text))
    (void)g_strlcpy (text, "it gave no reason", sizeof text);
  else if (text[0] == '\0')
    (void)g_strlcpy (text, g_strerror ((gint)code), sizeof text);
  g_autofree char *sentence = g_utf8_make_valid (text, -1);
  vbet_agent_terminal_ended (job, sentence);
  vbet_agent_fail_task (vbet_agent_take_task (job),
                        code == ERRNO_TOO_MANY ? VBET_ERROR_STATE : VBET_ERROR_FAILED, "%s: %s", self->name,
                        sentence);
}

/* Ends a job by the frame that says so, when it fits the job's kind. Returns whether it did. */
static gboolean
take_ending (VbetAgent *self, Job *job, const VbetAgentFrame *frame)
{
  uint32_t status = 0;
  gboolean exec = job->kind == VBET_AGENT_EXEC;
  if (frame->type == VBET_AGENT_EXIT  ? !exec || !vbet_agent_read_u32 (frame, &status)
      : frame->type == VBET_AGENT_END ? exec
                                      : frame->type != VBET_AGENT_ERROR)
    return FALSE;
  (void)steal_job (self, job->channel);
  if (frame->type == VBET_AGENT_EXIT)
    finish_exec (job, (gint32)status);
  else if (frame->type == VBET_AGENT_END)
    finish_end (job);
  else
    finish_error (self, job, frame);
  vbet_agent_job_free (job);
  return TRUE;
}

static void
take_frame (VbetAgent *self, const VbetAgentFrame *frame)
{
  uint32_t more = 0;
  if (frame->channel == 0) {
    take_control (self, frame);
    return;
  }
  Job *job = g_hash_table_lookup (self->jobs, GUINT_TO_POINTER (frame->channel));
  if (job == NULL || take_ending (self, job, frame))
    return;
  if (frame->type == VBET_AGENT_STDOUT && job->terminal)
    vbet_agent_terminal_output (self, job, frame);
  else if (frame->type == VBET_AGENT_STDOUT && job->kind == VBET_AGENT_EXEC)
    take_output (self, job, 0, frame);
  else if (frame->type == VBET_AGENT_STDERR && job->kind == VBET_AGENT_EXEC)
    take_output (self, job, 1, frame);
  else if (frame->type == VBET_AGENT_DATA && job->kind == VBET_AGENT_GET)
    take_output (self, job, 0, frame);
  else if (frame->type == VBET_AGENT_WINDOW_MORE && vbet_agent_read_u32 (frame, &more))
    job->window = MIN (more, VBET_AGENT_WINDOW - job->window) + job->window;
}

static void
take_bytes (VbetAgent *self, const guint8 *data, gsize size)
{
  while (size > 0 && self->fd >= 0) {
    VbetAgentFrame frame;
    gsize taken = vbet_agent_decoder_push (&self->decoder, data, size);
    data += taken;
    size -= taken;
    /* A callback may close the line: nothing more is taken then. */
    while (self->fd >= 0 && vbet_agent_decoder_next (&self->decoder, &frame))
      take_frame (self, &frame);
  }
  if (self->decoder.skipped > SKIPPED_BAD)
    report_problem (
        self, FALSE,
        g_strdup_printf ("Something in %s other than vBET's agent writes to its line (/dev/ttyS0); "
                         "such bytes are ignored",
                         self->name));
}

static gboolean
on_input (int fd, GIOCondition condition, gpointer data)
{
  g_autoptr (VbetAgent) self = g_object_ref (data);
  guint8 bytes[READ_TURN];
  ssize_t got = recv (fd, bytes, sizeof bytes, MSG_DONTWAIT);
  if (got > 0) {
    take_bytes (self, bytes, (gsize)got);
    vbet_agent_pump (self);
  } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
    lose_line (self);
  }
  return G_SOURCE_CONTINUE;
}

/* --- small requests ----------------------------------------------------------------- */

/* Sends a frame that belongs to no job. */
static gboolean
send_small (VbetAgent *self, const guint8 *frame, gsize size)
{
  if (!self->greeted || size == 0 || self->out->len > OUT_MAX)
    return FALSE;
  g_byte_array_append (self->out, frame, (guint)size);
  vbet_agent_pump (self);
  return TRUE;
}

gboolean
vbet_agent_set_carrier (VbetAgent *self, guint nic, gboolean carrier)
{
  g_return_val_if_fail (VBET_IS_AGENT (self), FALSE);
  guint8 frame[VBET_AGENT_HEADER + 8];
  return send_small (self, frame, vbet_agent_encode_carrier (frame, sizeof frame, nic, carrier));
}

gboolean
vbet_agent_set_speed (VbetAgent *self, guint nic, guint speed)
{
  g_return_val_if_fail (VBET_IS_AGENT (self), FALSE);
  guint8 frame[VBET_AGENT_HEADER + 8];
  return (self->features & VBET_AGENT_FEATURE_SPEED) != 0
         && send_small (self, frame, vbet_agent_encode_speed (frame, sizeof frame, nic, speed));
}

void
vbet_agent_ask_links (VbetAgent *self)
{
  g_return_if_fail (VBET_IS_AGENT (self));
  guint8 frame[VBET_AGENT_HEADER];
  if (self->features & VBET_AGENT_FEATURE_LINKS)
    send_small (self, frame, vbet_agent_encode (frame, sizeof frame, VBET_AGENT_LINK_ASK, 0, NULL, 0));
}

gboolean
vbet_agent_set_clock (VbetAgent *self)
{
  g_return_val_if_fail (VBET_IS_AGENT (self), FALSE);
  guint8 frame[VBET_AGENT_HEADER + 8];
  guint64 now = (guint64)g_get_real_time () * 1000;
  return send_small (self, frame, vbet_agent_encode_clock (frame, sizeof frame, now));
}

void
vbet_agent_ask_console (VbetAgent *self)
{
  g_return_if_fail (VBET_IS_AGENT (self));
  if (self->console_asked)
    return;
  self->console_asked = TRUE;
  if (!self->greeted)
    return;
  put_console_ask (self);
  vbet_agent_pump (self);
}

gboolean
vbet_agent_power_off (VbetAgent *self)
{
  g_return_val_if_fail (VBET_IS_AGENT (self), FALSE);
  guint8 frame[VBET_AGENT_HEADER];
  return send_small (self, frame, vbet_agent_encode (frame, sizeof frame, VBET_AGENT_POWEROFF, 0, NULL, 0));
}

const char *
vbet_agent_get_problem (VbetAgent *self)
{
  g_return_val_if_fail (VBET_IS_AGENT (self), NULL);
  return self->problem;
}

void
vbet_agent_close (VbetAgent *self)
{
  g_return_if_fail (VBET_IS_AGENT (self));
  g_autoptr (VbetAgent) keep = g_object_ref (self);
  close_line (self);
  fail_all (self, VBET_ERROR_STATE, "The guest has stopped");
}

gboolean
vbet_agent_is_open (VbetAgent *self)
{
  g_return_val_if_fail (VBET_IS_AGENT (self), FALSE);
  return self->fd >= 0;
}

VbetAgent *
vbet_agent_new (int fd, const char *guest_name)
{
  VbetAgent *self = g_object_new (VBET_TYPE_AGENT, NULL);
  self->fd = fd;
  self->name = g_strdup (guest_name);
  self->input = g_unix_fd_source_new (fd, G_IO_IN);
  g_source_set_callback (self->input, G_SOURCE_FUNC (on_input), self, NULL);
  g_source_set_priority (self->input, G_PRIORITY_DEFAULT + 5);
  g_source_attach (self->input, self->context);
  return self;
}

static void
vbet_agent_finalize (GObject *object)
{
  VbetAgent *self = VBET_AGENT (object);
  close_line (self);
  g_queue_clear_full (&self->waiting, vbet_agent_job_free);
  g_hash_table_unref (self->jobs);
  g_byte_array_unref (self->out);
  g_free (self->problem);
  g_free (self->name);
  g_main_context_unref (self->context);
  G_OBJECT_CLASS (vbet_agent_parent_class)->finalize (object);
}

static void
vbet_agent_class_init (VbetAgentClass *class)
{
  GType type = G_TYPE_FROM_CLASS (class);
  G_OBJECT_CLASS (class)->finalize = vbet_agent_finalize;
  g_signal_new ("hello", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("problem", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING,
                G_TYPE_BOOLEAN);
  g_signal_new ("console-room", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("link", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT,
                G_TYPE_BOOLEAN);
  g_signal_new ("alarm", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3, G_TYPE_STRING,
                G_TYPE_STRING, G_TYPE_STRING);
  g_signal_new ("closed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
vbet_agent_init (VbetAgent *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->fd = -1;
  self->out = g_byte_array_new ();
  self->jobs = g_hash_table_new_full (NULL, NULL, NULL, vbet_agent_job_free);
  g_queue_init (&self->waiting);
  vbet_agent_decoder_init (&self->decoder);
}
