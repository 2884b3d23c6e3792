/* cmd-exec.c - vbetctl exec: a command inside a guest, as if it ran here. */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/connection.h"
#include "cli/lab-file.h"
#include "cli/output.h"

#define INPUT_MAX (8 * 1024 * 1024) /* bytes: the whole input travels in one message */
#define INPUT_GRACE_MS 1000         /* how long a pipe may stay silent before the command runs without it */

typedef struct {
  VbetInterrupt *interrupt; /* not owned */
  const char *stream;       /* which exec.output is ours */
  gboolean broken;          /* our output cannot be written */
} Watch;

typedef struct {
  gboolean no_input;
  gboolean input;
  double timeout;
} Options;

static void
write_output (Watch *watch, int fd, GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  if (watch->broken || vbet_output_write (fd, data, size))
    return;
  watch->broken = TRUE;
  if (errno != EPIPE)
    vbet_output_message ("Cannot write the command's output: %s", g_strerror (errno));
  vbet_interrupt_raise (watch->interrupt);
}

static void
on_notification (VbetClient *client, const char *method, GVariant *params, Watch *watch)
{
  if (strcmp (method, "exec.output") != 0 || strcmp (vbet_field_text (params, "stream"), watch->stream) != 0)
    return;
  g_autoptr (GBytes) bytes = vbet_field_bytes (params, "data");
  write_output (watch, vbet_field_integer (params, "fd") == 2 ? STDERR_FILENO : STDOUT_FILENO, bytes);
}

/* Whether the standard input is to be read at all. A pipe that nobody ever writes to or closes (cron, a test
 * runner) must not hold the command up for ever. */
static gboolean
wants_input (const Options *options)
{
  struct stat status;
  if (options->no_input || isatty (STDIN_FILENO))
    return options->input && !options->no_input;
  if (options->input)
    return TRUE;
  if (fstat (STDIN_FILENO, &status) != 0)
    return FALSE;
  if (!S_ISFIFO (status.st_mode) && !S_ISSOCK (status.st_mode))
    return TRUE;
  struct pollfd wait = { .fd = STDIN_FILENO, .events = POLLIN };
  if (poll (&wait, 1, INPUT_GRACE_MS) != 0)
    return TRUE;
  vbet_output_message ("Nothing comes on the standard input; running the command without it (-n: do not "
                       "look, -i: wait for it)");
  return FALSE;
}

static GVariant *
exec_params (char **command, const Options *options, const char *stream, GError **error)
{
  g_autoptr (GBytes) input = NULL;
  for (gsize i = 0; command[i] != NULL; i++)
    if (!g_utf8_validate (command[i], -1, NULL)) {
      g_set_error (error, VBET_ERROR, VBET_ERROR_USAGE, "The command's argument %u is not valid UTF-8",
                   (guint)i + 1);
      return NULL;
    }
  if (wants_input (options)) {
    input = vbet_read_stream (STDIN_FILENO, INPUT_MAX, "The standard input", error);
    if (input == NULL)
      return NULL;
  }
  GVariantDict params;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert_value (&params, "argv", g_variant_new_strv ((const char *const *)command, -1));
  g_variant_dict_insert (&params, "stream", "s", stream);
  if (input != NULL && g_bytes_get_size (input) > 0) {
    gsize size;
    const guchar *data = g_bytes_get_data (input, &size);
    g_autofree char *text = g_base64_encode (data, size);
    g_variant_dict_insert (&params, "input", "s", text);
  }
  if (options->timeout > 0)
    g_variant_dict_insert (&params, "timeout", "d", options->timeout);
  return g_variant_dict_end (&params);
}

static void
cancel_command (VbetClient *client, const char *stream)
{
  GVariantDict params;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "stream", "s", stream);
  g_autoptr (GVariant) reply
      = vbet_connection_call (client, "device.exec-cancel", g_variant_dict_end (&params), NULL, NULL);
}

static int
run_command (VbetClient *client, const char *node, char **command, const Options *options, GError **error)
{
  g_autofree char *stream = g_strdup_printf ("vbetctl-%d", (int)getpid ());
  GVariant *params = exec_params (command, options, stream, error);
  if (params == NULL)
    return VBET_EXIT_FAILURE;
  g_autoptr (VbetInterrupt) interrupt = vbet_interrupt_new ();
  Watch watch = { .interrupt = interrupt, .stream = stream };
  gulong handler = g_signal_connect (client, "notification", G_CALLBACK (on_notification), &watch);
  g_autoptr (GError) failure = NULL;
  g_autoptr (GVariant) reply
      = vbet_connection_call_device (client, "device.exec", node, params, interrupt, &failure);
  if (reply == NULL && vbet_interrupt_count (interrupt) > 0)
    cancel_command (client, stream);
  g_signal_handler_disconnect (client, handler);
  if (reply == NULL) {
    if (vbet_interrupt_count (interrupt) > 0)
      return watch.broken ? VBET_EXIT_FAILURE : VBET_EXIT_INTERRUPTED;
    g_propagate_error (error, g_steal_pointer (&failure));
    return VBET_EXIT_FAILURE;
  }
  /* Empty when the output was streamed; an engine may also send what is short with the reply. */
  g_autoptr (GBytes) out = vbet_field_bytes (reply, "stdout");
  g_autoptr (GBytes) err = vbet_field_bytes (reply, "stderr");
  write_output (&watch, STDOUT_FILENO, out);
  write_output (&watch, STDERR_FILENO, err);
  gint64 status = vbet_field_integer (reply, "status");
  return status >= 0 && status <= 255 ? (int)status : 255;
}

int
vbet_cmd_exec (const VbetCommand *self, int argc, char **argv)
{
  int exit_code;
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "no-input", 'n', 0, G_OPTION_ARG_NONE, &options.no_input, "Give the command no input", NULL },
    { "input", 'i', 0, G_OPTION_ARG_NONE, &options.input,
      "Read the standard input to its end, however long that takes", NULL },
    { "timeout", 't', 0, G_OPTION_ARG_DOUBLE, &options.timeout, "Kill the command after that many seconds",
      "SECONDS" },
    { NULL },
  };
  if (!vbet_command_parse_strict (self, entries, &argc, argv, (VbetArity){ 2, -1 }, &exit_code))
    return exit_code;
  char **command = argv + 3;
  if (argc > 3 && strcmp (*command, "--") == 0)
    command++;
  if (argc <= 3 || *command == NULL)
    return vbet_command_usage_error (self, "The command to run is missing: vbetctl exec %s %s -- COMMAND",
                                     argv[1], argv[2]);
  if (options.input && options.no_input)
    return vbet_command_usage_error (self, "--input and --no-input exclude each other");
  if (options.timeout < 0)
    return vbet_command_usage_error (self, "--timeout needs a number of seconds");
  g_autoptr (GError) error = NULL;
  g_autoptr (VbetClient) client = vbet_connection_open (argv[1], &error);
  exit_code = client != NULL ? run_command (client, argv[2], command, &options, &error) : VBET_EXIT_FAILURE;
  if (error != NULL)
    vbet_output_error (error);
  return exit_code;
}
