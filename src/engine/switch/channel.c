/* channel.c - see channel.h. */
#include "config.h"

#include "engine/switch/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gio/gunixfdlist.h>
#include <glib-unix.h>

#include "base/error.h"
#include "base/fd-message.h"

#define CHILD_FD 3 /* where the switch expects its channel */
#define FDS_MAX VBET_SWITCH_FDS
#define MESSAGE_MAX ((gsize)256 * 1024) /* bytes; what a socket takes as one message by default */
#define MESSAGES_PER_TURN 64
#define LAST_TURNS 100   /* for what a dead process had said */
#define END_TIMEOUT 1000 /* ms from the end of the channel to SIGKILL */
#define SOCKET_PREFIX "/proc/self/fd/"

typedef struct {
  char *text;
  int fds[FDS_MAX];
  guint n_fds;
} Outgoing;

struct VbetSwitchChannel {
  GSubprocess *process;
  GCancellable *cancellable; /* of waiting for the process */
  GMainContext *context;
  int fd;
  GSource *source;   /* incoming; NULL once the channel has ended */
  GSource *writable; /* NULL: nothing waits */
  GSource *deadline; /* until the process must have ended; NULL: none */
  GQueue outgoing;   /* of Outgoing */
  char *buffer;
  gboolean gone; /* the process has ended */
  VbetSwitchChannelCallbacks callbacks;
  gpointer user_data;
};

static void
outgoing_free (gpointer data)
{
  Outgoing *self = data;
  for (guint i = 0; i < self->n_fds; i++)
    close (self->fds[i]);
  g_free (self->text);
  g_free (self);
}

static void
drop_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static GSource *
watch (VbetSwitchChannel *self, GIOCondition condition, GUnixFDSourceFunc callback)
{
  GSource *source = g_unix_fd_source_new (self->fd, condition);
  g_source_set_callback (source, G_SOURCE_FUNC (callback), self, NULL);
  g_source_attach (source, self->context);
  return source;
}

/* --- sending --------------------------------------------------------------------- */

/* Returns: bytes, or -errno. */
static gssize
send_now (VbetSwitchChannel *self, const char *text, const int *fds, guint n_fds)
{
  return vbet_fd_message_send (self->fd, text, strlen (text), fds, n_fds, MSG_DONTWAIT);
}

static gboolean
on_writable (int fd, GIOCondition condition, gpointer user_data)
{
  VbetSwitchChannel *self = user_data;
  while (!g_queue_is_empty (&self->outgoing)) {
    Outgoing *outgoing = g_queue_peek_head (&self->outgoing);
    if (send_now (self, outgoing->text, outgoing->fds, outgoing->n_fds) == -EAGAIN)
      return G_SOURCE_CONTINUE;
    outgoing_free (
        g_queue_pop_head (&self->outgoing)); /* sent, or the process is gone, which is told elsewhere */
  }
  drop_source (&self->writable);
  return G_SOURCE_REMOVE;
}

void
vbet_switch_channel_send (VbetSwitchChannel *self, const char *text, const int *fds, guint n_fds)
{
  g_return_if_fail (n_fds <= FDS_MAX);
  if (self->source == NULL)
    return;
  if (g_queue_is_empty (&self->outgoing) && send_now (self, text, fds, n_fds) != -EAGAIN)
    return;
  Outgoing *outgoing = g_new0 (Outgoing, 1);
  outgoing->text = g_strdup (text);
  for (guint i = 0; i < n_fds; i++) {
    int copy = fcntl (fds[i], F_DUPFD_CLOEXEC, 0);
    if (copy >= 0)
      outgoing->fds[outgoing->n_fds++] = copy;
  }
  g_queue_push_tail (&self->outgoing, outgoing);
  if (self->writable == NULL)
    self->writable = watch (self, G_IO_OUT, on_writable);
}

/* --- receiving --------------------------------------------------------------------- */

static gboolean
on_deadline (gpointer user_data)
{
  VbetSwitchChannel *self = user_data;
  drop_source (&self->deadline);
  g_subprocess_force_exit (self->process);
  return G_SOURCE_REMOVE;
}

/* The process is ending, or has given up its channel: then it is of no use, and its end must follow. */
static void
channel_ended (VbetSwitchChannel *self)
{
  drop_source (&self->source);
  self->deadline = g_timeout_source_new (END_TIMEOUT);
  g_source_set_callback (self->deadline, on_deadline, self, NULL);
  g_source_attach (self->deadline, self->context);
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer user_data)
{
  VbetSwitchChannel *self = user_data;
  for (guint i = 0; i < MESSAGES_PER_TURN; i++) {
    int came[FDS_MAX];
    guint n_came = 0;
    gssize n = vbet_fd_message_receive (self->fd, self->buffer, MESSAGE_MAX, MSG_DONTWAIT, came, FDS_MAX,
                                        &n_came, NULL);
    if (n == -EAGAIN || n == -EINTR)
      return G_SOURCE_CONTINUE;
    if (n <= 0) {
      channel_ended (self);
      return G_SOURCE_REMOVE;
    }
    self->callbacks.message (self, self->buffer, (gsize)n, came, n_came, self->user_data);
    for (guint k = 0; k < n_came; k++)
      if (came[k] >= 0)
        close (came[k]);
    if (g_cancellable_is_cancelled (self->cancellable))
      return G_SOURCE_REMOVE; /* closed by the callee; on_process_exit() frees */
  }
  return G_SOURCE_CONTINUE;
}

/* --- the process ----------------------------------------------------------------------- */

static void
channel_free (VbetSwitchChannel *self)
{
  drop_source (&self->source);
  drop_source (&self->writable);
  drop_source (&self->deadline);
  g_queue_clear_full (&self->outgoing, outgoing_free);
  if (self->fd >= 0)
    close (self->fd);
  g_clear_object (&self->process);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self->buffer);
  g_free (self);
}

static void
on_process_exit (GObject *source, GAsyncResult *result, gpointer user_data)
{
  VbetSwitchChannel *self = user_data;
  if (!g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL)) {
    channel_free (self); /* cancelled: closed by its user */
    return;
  }
  /* What it said before its end still counts. */
  for (guint i = 0; i < LAST_TURNS && self->source != NULL && !g_cancellable_is_cancelled (self->cancellable);
       i++)
    on_readable (self->fd, G_IO_IN, self);
  if (g_cancellable_is_cancelled (self->cancellable)) {
    channel_free (self); /* closed within a callback */
    return;
  }
  self->gone = TRUE;
  drop_source (&self->source);
  drop_source (&self->deadline);
  gboolean clean
      = g_subprocess_get_if_exited (self->process) && g_subprocess_get_exit_status (self->process) == 0;
  self->callbacks.ended (self, clean, self->user_data);
}

/* A program named by an open descriptor is moved out of the way of the number that the channel gets in the child. */
static char *
movable_program (const char *program, int *ret_fd)
{
  guint64 number = 0;
  *ret_fd = -1;
  if (!g_str_has_prefix (program, SOCKET_PREFIX)
      || !g_ascii_string_to_unsigned (program + strlen (SOCKET_PREFIX), 10, 0, G_MAXINT, &number, NULL))
    return g_strdup (program);
  *ret_fd = fcntl ((int)number, F_DUPFD_CLOEXEC, 16);
  return *ret_fd >= 0 ? g_strdup_printf (SOCKET_PREFIX "%d", *ret_fd) : g_strdup (program);
}

static GSubprocess *
spawn (const char *program, int child_fd, GError **error)
{
  int program_fd;
  g_autofree char *path = movable_program (program, &program_fd);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_subprocess_launcher_set_cwd (launcher,
                                 "/"); /* also so that GLib does not take posix_spawn(), see process.c */
  g_subprocess_launcher_take_fd (launcher, child_fd, CHILD_FD);
  GSubprocess *process = g_subprocess_launcher_spawn (launcher, error, path, NULL);
  if (program_fd >= 0)
    close (program_fd);
  return process;
}

VbetSwitchChannel *
vbet_switch_channel_open (const char *program, const VbetSwitchChannelCallbacks *callbacks,
                          gpointer user_data, GError **error)
{
  int pair[2];
  GError *cause = NULL;
  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "Cannot make a channel to the switch: %s",
                 g_strerror (errno));
    return NULL;
  }
  GSubprocess *process = spawn (program, pair[1], &cause);
  if (process == NULL) {
    close (pair[0]);
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
                 "Cannot start the switch %s: %s; is vBET installed completely?", program, cause->message);
    g_error_free (cause);
    return NULL;
  }
  VbetSwitchChannel *self = g_new0 (VbetSwitchChannel, 1);
  self->process = process;
  self->cancellable = g_cancellable_new ();
  self->context = g_main_context_ref_thread_default ();
  self->fd = pair[0];
  self->buffer = g_malloc (MESSAGE_MAX);
  self->callbacks = *callbacks;
  self->user_data = user_data;
  g_queue_init (&self->outgoing);
  self->source = watch (self, G_IO_IN | G_IO_HUP, on_readable);
  g_subprocess_wait_async (process, self->cancellable, on_process_exit, self);
  return self;
}

void
vbet_switch_channel_close (VbetSwitchChannel *self)
{
  if (self == NULL)
    return;
  drop_source (&self->source);
  drop_source (&self->writable);
  drop_source (&self->deadline);
  if (self->gone) {
    channel_free (self);
    return;
  }
  g_subprocess_force_exit (self->process);
  g_cancellable_cancel (self->cancellable); /* on_process_exit frees */
}

void
vbet_switch_channel_kill (VbetSwitchChannel *self)
{
  g_subprocess_force_exit (self->process);
}

GPid
vbet_switch_channel_get_pid (VbetSwitchChannel *self)
{
  const char *identifier = g_subprocess_get_identifier (self->process);
  return identifier != NULL ? (GPid)g_ascii_strtoll (identifier, NULL, 10) : 0;
}
