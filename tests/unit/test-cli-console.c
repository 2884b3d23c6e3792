/* test-cli-console.c - vbetctl console, with and without a terminal, on a fake console. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <gio/gunixsocketaddress.h>
#include <glib-unix.h>

#include "unit/cli-runner.h"

/* A console that greets each reader and remembers what is typed. */
typedef struct {
  VbetSandbox *sandbox;
  GSocketService *listener;
  GSocketConnection *connection; /* the last reader's */
  GString *typed;
  char block[4096];
} Console;

static void
on_typed (GObject *source, GAsyncResult *result, gpointer data)
{
  Console *console = data;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);
  if (n <= 0)
    return;
  g_string_append_len (console->typed, console->block, n);
  g_input_stream_read_async (G_INPUT_STREAM (source), console->block, sizeof console->block, 0, NULL,
                             on_typed, console);
}

static gboolean
on_reader (GSocketService *listener, GSocketConnection *connection, GObject *source, Console *console)
{
  g_set_object (&console->connection, connection);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), "history\r\n# ", 11,
                             NULL, NULL, NULL);
  g_input_stream_read_async (g_io_stream_get_input_stream (G_IO_STREAM (connection)), console->block,
                             sizeof console->block, 0, NULL, on_typed, console);
  return TRUE;
}

static Console *
console_new (void)
{
  Console *console = g_new0 (Console, 1);
  g_autoptr (GError) error = NULL;
  console->typed = g_string_new (NULL);
  console->listener = g_socket_service_new ();
  g_autofree char *dir = g_dir_make_tmp ("vbet-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "console", NULL);
  g_autofree char *script = g_strdup_printf ("answer console.open {\"socket\":\"%s\"}\n", path);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  CU_ASSERT_TRUE_FATAL (g_socket_listener_add_address (G_SOCKET_LISTENER (console->listener), address,
                                                       G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL,
                                                       NULL, &error));
  g_signal_connect (console->listener, "incoming", G_CALLBACK (on_reader), console);
  console->sandbox = vbet_sandbox_new (script);
  g_object_set_data_full (G_OBJECT (console->listener), "dir", g_steal_pointer (&dir), g_free);
  return console;
}

static void
console_free (Console *console)
{
  const char *dir = g_object_get_data (G_OBJECT (console->listener), "dir");
  g_autofree char *path = g_build_filename (dir, "console", NULL);
  g_socket_service_stop (console->listener);
  g_socket_listener_close (G_SOCKET_LISTENER (console->listener));
  unlink (path);
  rmdir (dir);
  g_clear_object (&console->connection);
  g_object_unref (console->listener);
  g_string_free (console->typed, TRUE);
  vbet_sandbox_free (console->sandbox);
  g_free (console);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Console, console_free)

static void
test_piped (void)
{
  g_autoptr (Console) console = console_new ();
  console->sandbox->input = g_strdup ("ls\x1dq\n");
  g_autoptr (VbetRun) run = VBET_RUN (console->sandbox, "console", "lab", "r1");
  CU_ASSERT_EQUAL (run->status, 0);
  VBET_ASSERT_TEXT (run->out, "history\r\n# ");
  VBET_ASSERT_TEXT (run->err, "");
  VBET_ASSERT_TEXT (console->typed->str, "ls\x1dq\n");
}

static void
test_refused (void)
{
  g_autoptr (VbetSandbox) sandbox
      = vbet_sandbox_new ("answer console.open {\"socket\":\"/nonexistent/console\"}");
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "console", "lab", "r1");
  CU_ASSERT_EQUAL (run->status, 1);
  VBET_ASSERT_TEXT (run->err,
                    "vbetctl: Cannot reach the console at /nonexistent/console: No such file or directory\n");
}

/* --- on a terminal ------------------------------------------------------------------ */

typedef struct {
  int master;
  int slave;
  GString *screen;
  GSubprocess *process;
  gboolean done;
} Terminal;

static gboolean
on_screen (gint fd, GIOCondition condition, gpointer data)
{
  Terminal *terminal = data;
  char block[4096];
  ssize_t n = read (fd, block, sizeof block);
  if (n > 0)
    g_string_append_len (terminal->screen, block, n);
  return n > 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
on_exited (GObject *source, GAsyncResult *result, gpointer data)
{
  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  ((Terminal *)data)->done = TRUE;
}

static void
open_terminal (Terminal *terminal)
{
  struct winsize size = { .ws_row = 33, .ws_col = 99 };
  terminal->master = posix_openpt (O_RDWR | O_NOCTTY | O_CLOEXEC);
  CU_ASSERT_TRUE_FATAL (terminal->master >= 0 && grantpt (terminal->master) == 0
                        && unlockpt (terminal->master) == 0);
  char name[64];
  CU_ASSERT_EQUAL_FATAL (ptsname_r (terminal->master, name, sizeof name), 0);
  terminal->slave = open (name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  CU_ASSERT_TRUE_FATAL (terminal->slave >= 0);
  CU_ASSERT_EQUAL (ioctl (terminal->slave, TIOCSWINSZ, &size), 0);
  terminal->screen = g_string_new (NULL);
}

static void
start_on_terminal (Terminal *terminal, Console *console)
{
  g_autoptr (GError) error = NULL;
  const char *build = g_getenv ("VBET_TOP_BUILDDIR");
  g_autofree char *program
      = g_build_filename (build != NULL ? build : VBET_BUILDDIR, "tests/unit/vbetctl-fake", NULL);
  g_autofree char *runtime = g_build_filename (console->sandbox->dir, "run", NULL);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_subprocess_launcher_setenv (launcher, "VBET_RUNTIME_DIR", runtime, TRUE);
  g_subprocess_launcher_setenv (launcher, "TERM", "xterm", TRUE);
  g_subprocess_launcher_setenv (launcher, "NO_COLOR", "1", TRUE);
  g_subprocess_launcher_take_stdin_fd (launcher, fcntl (terminal->slave, F_DUPFD_CLOEXEC, 3));
  g_subprocess_launcher_take_stdout_fd (launcher, fcntl (terminal->slave, F_DUPFD_CLOEXEC, 3));
  terminal->process = g_subprocess_launcher_spawn (launcher, &error, program, "console", "lab", "r1", NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (terminal->process);
  g_subprocess_wait_async (terminal->process, NULL, on_exited, terminal);
}

/* Runs the main loop until the screen shows @text, or the process has ended. */
static void
wait_for (Terminal *terminal, const char *text)
{
  while (!terminal->done && strstr (terminal->screen->str, text) == NULL)
    g_main_context_iteration (NULL, TRUE);
  CU_ASSERT_PTR_NOT_NULL (strstr (terminal->screen->str, text));
}

static void
put_keys (Terminal *terminal, const char *keys)
{
  CU_ASSERT_EQUAL (write (terminal->master, keys, strlen (keys)), (ssize_t)strlen (keys));
}

static gboolean
is_raw (const Terminal *terminal)
{
  struct termios modes;
  CU_ASSERT_EQUAL (tcgetattr (terminal->slave, &modes), 0);
  return (modes.c_lflag & (ICANON | ECHO | ISIG)) == 0;
}

static void
close_terminal (Terminal *terminal, guint source)
{
  g_source_remove (source);
  close (terminal->master);
  close (terminal->slave);
  g_string_free (terminal->screen, TRUE);
  g_object_unref (terminal->process);
}

static void
test_terminal (void)
{
  g_autoptr (Console) console = console_new ();
  Terminal terminal = { 0 };
  open_terminal (&terminal);
  CU_ASSERT_FALSE (is_raw (&terminal));
  start_on_terminal (&terminal, console);
  guint source = g_unix_fd_add (terminal.master, G_IO_IN, on_screen, &terminal);
  wait_for (&terminal, "history\r\n# ");
  CU_ASSERT_PTR_NOT_NULL (strstr (terminal.screen->str, "[console of r1; Ctrl-] q leaves it]"));
  CU_ASSERT_TRUE (is_raw (&terminal));
  put_keys (&terminal, "ls\x03\r\x1d?");
  wait_for (&terminal, "[Ctrl-] q: leave; Ctrl-] Ctrl-]: send Ctrl-]]");
  while (console->typed->len < 4 && !terminal.done)
    g_main_context_iteration (NULL, TRUE);
  VBET_ASSERT_TEXT (console->typed->str, "ls\x03\r");
  put_keys (&terminal, "\x1dq");
  while (!terminal.done)
    g_main_context_iteration (NULL, TRUE);
  CU_ASSERT_EQUAL (g_subprocess_get_exit_status (terminal.process), 0);
  CU_ASSERT_FALSE (is_raw (&terminal));
  CU_ASSERT_PTR_NOT_NULL (strstr (vbet_fake_engine_log (console->sandbox->engine),
                                  "console.resize {\"columns\":99,\"device\":\"r1\",\"rows\":33}"));
  close_terminal (&terminal, source);
}

/* Whatever ends it, the terminal is as it was. */
static void
test_terminal_restored (void)
{
  for (int i = 0; i < 2; i++) {
    g_autoptr (Console) console = console_new ();
    Terminal terminal = { 0 };
    open_terminal (&terminal);
    start_on_terminal (&terminal, console);
    guint source = g_unix_fd_add (terminal.master, G_IO_IN, on_screen, &terminal);
    wait_for (&terminal, "history\r\n# ");
    CU_ASSERT_TRUE (is_raw (&terminal));
    if (i == 0)
      g_subprocess_send_signal (terminal.process, SIGTERM);
    else
      g_io_stream_close (G_IO_STREAM (console->connection), NULL, NULL);
    while (!terminal.done)
      g_main_context_iteration (NULL, TRUE);
    CU_ASSERT_FALSE (is_raw (&terminal));
    close_terminal (&terminal, source);
  }
}

static CU_TestInfo tests[] = {
  { "without a terminal", test_piped },
  { "a console that is gone", test_refused },
  { "on a terminal", test_terminal },
  { "the terminal is restored", test_terminal_restored },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "cli-console", NULL, NULL, NULL, NULL, tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
