/* cmd-console.c - vbetctl console, vbetctl shell: a guest's console, or a root shell, in this terminal.
 *
 * Bytes go both ways between the terminal (raw) and the console's socket in
 * the default main context; the socket first delivers the history. Without a
 * terminal, standard input is typed and the command ends once it is used up
 * and the guest has fallen silent.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib-unix.h>

#include "base/error.h"
#include "base/owner.h"
#include "cli/command.h"
#include "cli/connection.h"
#include "cli/escape.h"
#include "cli/output.h"
#include "cli/terminal.h"

#define SILENCE_MS 500 /* without a terminal: how long the guest must be quiet after the input's end */
#define PENDING_MAX (64 * 1024) /* bytes: typed, not yet taken by the engine; beyond, typing waits */

typedef struct {
  VbetClient *client;       /* not owned */
  const char *device;       /* not owned */
  gint64 shell;             /* the engine's number of a shell; 0: the console */
  VbetInterrupt *interrupt; /* not owned */
  VbetTerminal *terminal;   /* owned; NULL without a terminal */
  VbetEscape escape;
  int socket;          /* owned */
  GByteArray *pending; /* owned: typed bytes for the socket */
  guint input;         /* source: standard input readable; 0: not watched */
  guint output;        /* source: socket readable */
  guint flush;         /* source: socket writable */
  guint silence;       /* source: the input has ended and nothing comes any more */
  gboolean input_ended;
  gboolean done;
  gboolean lab_ended;
} Session;

static void
session_note (Session *self, const char *text)
{
  static const char end[] = "\r\n"; /* the terminal is raw */
  if (self->terminal == NULL)
    return;
  vbet_output_put (stdout, VBET_COLOR_DIM, "[%s]", text);
  fflush (stdout);
  vbet_output_write (STDOUT_FILENO, end, strlen (end));
}

/* --- the terminal's size ------------------------------------------------------- */

static void
send_size (Session *self)
{
  guint rows;
  guint columns;
  GVariantDict params;
  if (self->terminal == NULL || !vbet_terminal_size (&rows, &columns))
    return;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "device", "s", self->device);
  g_variant_dict_insert (&params, "rows", "x", (gint64)rows);
  g_variant_dict_insert (&params, "columns", "x", (gint64)columns);
  if (self->shell != 0)
    g_variant_dict_insert (&params, "shell", "x", self->shell);
  vbet_client_call_async (self->client, self->shell != 0 ? "device.shell-resize" : "console.resize",
                          g_variant_dict_end (&params), NULL, NULL, NULL);
}

static gboolean
on_resized (gpointer data)
{
  send_size (data);
  return G_SOURCE_CONTINUE;
}

/* --- bytes ------------------------------------------------------------------- */

static void watch_input (Session *self);

static gboolean
on_silence (gpointer data)
{
  Session *self = data;
  self->silence = 0;
  self->done = TRUE;
  return G_SOURCE_REMOVE;
}

static void
restart_silence (Session *self)
{
  g_clear_handle_id (&self->silence, g_source_remove);
  if (self->input_ended && self->pending->len == 0)
    self->silence = g_timeout_add (SILENCE_MS, on_silence, self);
}

static gboolean
on_socket_writable (gint fd, GIOCondition condition, gpointer data)
{
  Session *self = data;
  ssize_t n = send (fd, self->pending->data, self->pending->len, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n < 0 && errno != EAGAIN && errno != EINTR) {
    /* The reading side will see the end and say so. */
    g_byte_array_set_size (self->pending, 0);
  } else if (n > 0) {
    g_byte_array_remove_range (self->pending, 0, (guint)n);
  }
  watch_input (self);
  if (self->pending->len > 0)
    return G_SOURCE_CONTINUE;
  self->flush = 0;
  restart_silence (self);
  return G_SOURCE_REMOVE;
}

static void
take_typed (Session *self, const guint8 *data, gsize size)
{
  if (self->terminal == NULL) {
    g_byte_array_append (self->pending, data, (guint)size);
    return;
  }
  while (size > 0 && !self->done) {
    VbetEscapeAction action;
    gsize taken = vbet_escape_feed (&self->escape, data, size, self->pending, &action);
    data += taken;
    size -= taken;
    if (action == VBET_ESCAPE_LEAVE)
      self->done = TRUE;
    else if (action == VBET_ESCAPE_HELP)
      session_note (self, "Ctrl-] q: leave; Ctrl-] Ctrl-]: send Ctrl-]");
  }
}

static gboolean
on_input (gint fd, GIOCondition condition, gpointer data)
{
  Session *self = data;
  guint8 block[4096];
  ssize_t n = read (fd, block, sizeof block);
  if (n < 0 && (errno == EINTR || errno == EAGAIN))
    return G_SOURCE_CONTINUE;
  if (n > 0)
    take_typed (self, block, (gsize)n);
  if (self->pending->len > 0 && self->flush == 0)
    self->flush = g_unix_fd_add (self->socket, G_IO_OUT, on_socket_writable, self);
  if (n <= 0) {
    self->input_ended = TRUE;
    self->done = self->done || self->terminal != NULL;
    restart_silence (self);
  }
  if (n > 0 && self->pending->len < PENDING_MAX)
    return G_SOURCE_CONTINUE;
  self->input = 0;
  return G_SOURCE_REMOVE;
}

static void
watch_input (Session *self)
{
  if (self->input == 0 && !self->input_ended && self->pending->len < PENDING_MAX)
    self->input = g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP, on_input, self);
}

static gboolean
on_output (gint fd, GIOCondition condition, gpointer data)
{
  Session *self = data;
  guint8 block[16384];
  ssize_t n = recv (fd, block, sizeof block, MSG_DONTWAIT);
  if (n < 0 && (errno == EINTR || errno == EAGAIN))
    return G_SOURCE_CONTINUE;
  if (n > 0 && vbet_output_write (STDOUT_FILENO, block, (gsize)n)) {
    restart_silence (self);
    return G_SOURCE_CONTINUE;
  }
  self->lab_ended = n <= 0;
  self->done = TRUE;
  self->output = 0;
  return G_SOURCE_REMOVE;
}

/* --- opening ----------------------------------------------------------------- */

static void
run_session (Session *self)
{
  guint resized = g_unix_signal_add (SIGWINCH, on_resized, self);
  self->terminal = vbet_terminal_raw (STDIN_FILENO);
  g_autofree char *hint = g_strdup_printf (self->shell != 0 ? "root shell of %s; Ctrl-] q leaves it"
                                                            : "console of %s; Ctrl-] q leaves it",
                                           self->device);
  session_note (self, hint);
  send_size (self);
  self->output = g_unix_fd_add (self->socket, G_IO_IN | G_IO_HUP, on_output, self);
  watch_input (self);
  while (!self->done && vbet_interrupt_count (self->interrupt) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_clear_handle_id (&self->input, g_source_remove);
  g_clear_handle_id (&self->output, g_source_remove);
  g_clear_handle_id (&self->flush, g_source_remove);
  g_clear_handle_id (&self->silence, g_source_remove);
  g_source_remove (resized);
  g_clear_pointer (&self->terminal, vbet_terminal_restore);
}

static GVariant *
open_shell (VbetClient *client, const char *device, GError **error)
{
  guint rows = 24;
  guint columns = 80;
  GVariantDict params;
  (void)vbet_terminal_size (&rows, &columns);
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "rows", "x", (gint64)rows);
  g_variant_dict_insert (&params, "columns", "x", (gint64)columns);
  return vbet_connection_call_device (client, "device.shell", device, g_variant_dict_end (&params), NULL,
                                      error);
}

static int
run (const VbetCommand *self, int argc, char **argv, gboolean shell)
{
  int exit_code;
  if (!vbet_command_parse (self, NULL, &argc, argv, (VbetArity){ 2, 2 }, &exit_code))
    return exit_code;
  g_autoptr (GError) error = NULL;
  g_autoptr (VbetClient) client = vbet_connection_open (argv[1], &error);
  g_autoptr (GVariant) reply = NULL;
  if (client != NULL && shell)
    reply = open_shell (client, argv[2], &error);
  else if (client != NULL)
    reply = vbet_connection_call_device (client, "console.open", argv[2], NULL, NULL, &error);
  int fd = reply != NULL
               ? vbet_owner_connect (vbet_field_text (reply, "socket"), SOCK_STREAM, "console", &error)
               : -1;
  if (fd < 0) {
    vbet_output_error (error);
    return VBET_EXIT_FAILURE;
  }
  g_autoptr (VbetInterrupt) interrupt = vbet_interrupt_new ();
  g_autoptr (GByteArray) pending = g_byte_array_new ();
  Session session
      = { .client = client, .device = argv[2], .interrupt = interrupt, .socket = fd, .pending = pending };
  session.shell = shell ? vbet_field_integer (reply, "shell") : 0;
  run_session (&session);
  close (fd);
  if (session.lab_ended && !shell)
    vbet_output_message ("The console of %s was closed; the lab has ended", argv[2]);
  return VBET_EXIT_OK;
}

int
vbet_cmd_console (const VbetCommand *self, int argc, char **argv)
{
  return run (self, argc, argv, FALSE);
}

int
vbet_cmd_shell (const VbetCommand *self, int argc, char **argv)
{
  return run (self, argc, argv, TRUE);
}
