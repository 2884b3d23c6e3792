/* shell.c - see shell.h. */
#include "config.h"

#include "engine/guest/shell.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib-unix.h>

#include "engine/host/listener.h"

#define TYPED_PIECE 4096
#define CONNECT_MS 10000 /* for the client to connect */
#define FLUSH_MS 5000    /* for the client to read the last words */

struct _VbetShell {
  GObject parent_instance;
  GMainContext *context;
  VbetAgentTerminal *terminal; /* (nullable): NULL once it has ended */
  VbetListener *listener;      /* (nullable): until the client has connected */
  int fd;                      /* -1: not connected */
  GSource *input;              /* (nullable) */
  GSource *output;             /* (nullable): while the client does not keep up */
  GSource *timer;              /* (nullable) */
  GByteArray *out;             /* for the client; the terminal's window bounds it */
  gsize from_guest;            /* bytes of @out that are to be reported as taken */
  gboolean done;
};

G_DEFINE_FINAL_TYPE (VbetShell, vbet_shell, G_TYPE_OBJECT)

static void
drop_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* Everything goes but the memory. */
static void
put_away (VbetShell *self)
{
  VbetAgentTerminal *terminal = g_steal_pointer (&self->terminal);
  self->done = TRUE;
  drop_source (&self->input);
  drop_source (&self->output);
  drop_source (&self->timer);
  g_clear_pointer (&self->listener, vbet_listener_free);
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
  if (terminal != NULL)
    vbet_agent_terminal_close (terminal);
}

static void
finish (VbetShell *self)
{
  g_autoptr (VbetShell) keep = g_object_ref (self);
  if (self->done)
    return;
  put_away (self);
  g_signal_emit_by_name (self, "ended");
}

static gboolean
on_time (gpointer data)
{
  finish (data);
  return G_SOURCE_REMOVE;
}

static void
set_timer (VbetShell *self, guint milliseconds)
{
  drop_source (&self->timer);
  if (milliseconds == 0)
    return;
  self->timer = g_timeout_source_new (milliseconds);
  g_source_set_callback (self->timer, on_time, self, NULL);
  g_source_attach (self->timer, self->context);
}

static GSource *
watch (VbetShell *self, GIOCondition condition, GUnixFDSourceFunc function)
{
  GSource *source = g_unix_fd_source_new (self->fd, condition);
  g_source_set_callback (source, G_SOURCE_FUNC (function), self, NULL);
  /* Below the default, as a console: a flood of output must not delay the lab's control. */
  g_source_set_priority (source, G_PRIORITY_DEFAULT + 10);
  g_source_attach (source, self->context);
  return source;
}

/* --- to the client --------------------------------------------------------------- */

static gboolean on_writable (int fd, GIOCondition condition, gpointer data);

/* Sends what the client takes now. */
static void
flush (VbetShell *self)
{
  while (self->fd >= 0 && self->out->len > 0) {
    ssize_t sent = send (self->fd, self->out->data, self->out->len, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR)
      continue;
    if (sent < 0 && errno == EAGAIN)
      break;
    if (sent <= 0) {
      finish (self);
      return;
    }
    gsize taken = MIN ((gsize)sent, self->from_guest);
    g_byte_array_remove_range (self->out, 0, (guint)sent);
    self->from_guest -= taken;
    if (self->terminal != NULL && taken > 0)
      vbet_agent_terminal_taken (self->terminal, taken);
  }
  if (self->fd < 0 || self->done)
    return;
  if (self->out->len == 0) {
    drop_source (&self->output);
    if (self->terminal == NULL)
      finish (self);
  } else if (self->output == NULL) {
    self->output = watch (self, G_IO_OUT, on_writable);
  }
}

static gboolean
on_writable (int fd, GIOCondition condition, gpointer data)
{
  g_autoptr (VbetShell) self = g_object_ref (data);
  flush (self);
  return G_SOURCE_CONTINUE;
}

static void
on_output (const guint8 *data, gsize size, gpointer user_data)
{
  g_autoptr (VbetShell) self = g_object_ref (user_data);
  g_byte_array_append (self->out, data, (guint)size);
  self->from_guest += size;
  if (self->output == NULL)
    flush (self);
}

/* --- from the client --------------------------------------------------------------- */

static gboolean on_input (int fd, GIOCondition condition, gpointer data);

/* Reads the client only while the guest takes what is typed; a hang-up is always seen. */
static void
update_input (VbetShell *self, gboolean room)
{
  drop_source (&self->input);
  if (self->fd >= 0)
    self->input = watch (self, (room ? G_IO_IN : 0) | G_IO_HUP | G_IO_ERR, on_input);
}

static gboolean
on_input (int fd, GIOCondition condition, gpointer data)
{
  g_autoptr (VbetShell) self = g_object_ref (data);
  guint8 bytes[TYPED_PIECE];
  ssize_t got = recv (fd, bytes, sizeof bytes, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR) && (condition & (G_IO_HUP | G_IO_ERR)) == 0)
    return G_SOURCE_CONTINUE;
  if (got <= 0) {
    finish (self);
    return G_SOURCE_CONTINUE;
  }
  if (self->terminal == NULL)
    return G_SOURCE_CONTINUE;
  vbet_agent_terminal_type (self->terminal, bytes, (gsize)got);
  if (self->terminal != NULL && vbet_agent_terminal_is_full (self->terminal))
    update_input (self, FALSE);
  return G_SOURCE_CONTINUE;
}

static void
on_room (gpointer data)
{
  VbetShell *self = data;
  update_input (self, TRUE);
}

static void
on_ended (const char *why, gpointer data)
{
  g_autoptr (VbetShell) self = g_object_ref (data);
  self->terminal = NULL;
  if (why != NULL) {
    g_autofree char *line = g_strdup_printf ("\r\n[%s]\r\n", why);
    for (gsize i = 2; line[i] != '\0' && i < strlen (line) - 2; i++)
      if (g_ascii_iscntrl (line[i]))
        line[i] = '?'; /* it may quote the guest */
    g_byte_array_append (self->out, (const guint8 *)line, (guint)strlen (line));
  }
  if (self->fd >= 0)
    set_timer (self, FLUSH_MS); /* else that for the client to connect runs */
  flush (self);
}

static void
on_accepted (VbetListener *listener, int fd, gpointer data)
{
  g_autoptr (VbetShell) self = g_object_ref (data);
  if (self->fd >= 0 || self->done) {
    close (fd);
    return;
  }
  self->fd = fd;
  set_timer (self, self->terminal == NULL ? FLUSH_MS : 0);
  g_clear_pointer (&self->listener, vbet_listener_free);
  update_input (self, TRUE);
  flush (self);
}

/* --- life ------------------------------------------------------------------------------ */

void
vbet_shell_resize (VbetShell *self, guint rows, guint columns)
{
  g_return_if_fail (VBET_IS_SHELL (self));
  if (self->terminal != NULL)
    vbet_agent_terminal_resize (self->terminal, rows, columns);
}

void
vbet_shell_close (VbetShell *self)
{
  g_return_if_fail (VBET_IS_SHELL (self));
  put_away (self);
}

VbetShell *
vbet_shell_new (VbetAgent *agent, const char *socket_path, guint rows, guint columns, GError **error)
{
  static const char *const argv[] = { "bash", NULL };
  static const VbetAgentTerminalEvents events = { on_output, on_room, on_ended };
  g_autoptr (VbetShell) self = g_object_new (VBET_TYPE_SHELL, NULL);
  self->listener = vbet_listener_new (socket_path, SOCK_STREAM, TRUE, on_accepted, self, error);
  if (self->listener == NULL)
    return NULL;
  self->terminal = vbet_agent_terminal_open (agent, argv, rows, columns, &events, self, error);
  if (self->terminal == NULL)
    return NULL;
  set_timer (self, CONNECT_MS);
  return g_steal_pointer (&self);
}

static void
vbet_shell_dispose (GObject *object)
{
  put_away (VBET_SHELL (object));
  G_OBJECT_CLASS (vbet_shell_parent_class)->dispose (object);
}

static void
vbet_shell_finalize (GObject *object)
{
  VbetShell *self = VBET_SHELL (object);
  g_byte_array_unref (self->out);
  g_main_context_unref (self->context);
  G_OBJECT_CLASS (vbet_shell_parent_class)->finalize (object);
}

static void
vbet_shell_class_init (VbetShellClass *class)
{
  G_OBJECT_CLASS (class)->dispose = vbet_shell_dispose;
  G_OBJECT_CLASS (class)->finalize = vbet_shell_finalize;
  g_signal_new ("ended", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
vbet_shell_init (VbetShell *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->fd = -1;
  self->out = g_byte_array_new ();
}
