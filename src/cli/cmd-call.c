/* cmd-call.c - vbetctl call: runs calls of the language on a running lab. */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "cli/call-list.h"
#include "cli/command.h"
#include "cli/connection.h"
#include "cli/lab-file.h"
#include "cli/output.h"

#define CALLS_MAX (1024 * 1024) /* bytes of calls read from standard input */

/* Returns the calls: all arguments, a line each, or what comes on standard input for a single "-". */
static char *
calls_text (int argc, char **argv, GError **error)
{
  if (argc != 3 || strcmp (argv[2], "-") != 0)
    return g_strjoinv ("\n", argv + 2);
  g_autoptr (GBytes) bytes = vbet_read_stream (STDIN_FILENO, CALLS_MAX, "The standard input", error);
  if (bytes == NULL)
    return NULL;
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  return g_strndup (data != NULL ? data : "", size);
}

static int
run_calls (VbetClient *client, const char *text, GError **error)
{
  GVariantDict params;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "text", "s", text);
  g_autoptr (GVariant) reply
      = vbet_connection_call (client, "lab.call", g_variant_dict_end (&params), NULL, error);
  if (reply == NULL)
    return VBET_EXIT_FAILURE;
  return vbet_call_list_print (reply, TRUE) > 0 ? VBET_EXIT_FAILURE : VBET_EXIT_OK;
}

/* A call that failed, once more. */
static int
try_again (VbetClient *client, guint64 number, GError **error)
{
  GVariantDict params;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "number", "u", (guint32)number);
  g_autoptr (GVariant) reply
      = vbet_connection_call (client, "call.retry", g_variant_dict_end (&params), NULL, error);
  g_autoptr (GVariant) call = reply != NULL ? vbet_field_dict (reply, "call") : NULL;
  return call != NULL && vbet_call_print (call, TRUE) ? VBET_EXIT_OK : VBET_EXIT_FAILURE;
}

int
vbet_cmd_call (const VbetCommand *self, int argc, char **argv)
{
  int exit_code;
  gboolean again = FALSE;
  guint64 number = 0;
  const GOptionEntry options[] = {
    { "again", 'a', 0, G_OPTION_ARG_NONE, &again, "Try a call again that failed, by its number", NULL },
    { NULL },
  };
  if (!vbet_command_parse_strict (self, options, &argc, argv, (VbetArity){ 2, -1 }, &exit_code))
    return exit_code;
  if (again && (argc != 3 || !g_ascii_string_to_unsigned (argv[2], 10, 1, G_MAXUINT32, &number, NULL)))
    return vbet_command_usage_error (
        self, "After --again come the lab and the number of one call, as “vbetctl status” shows it");
  g_autoptr (GError) error = NULL;
  g_autofree char *text = again ? g_strdup ("") : calls_text (argc, argv, &error);
  if (text != NULL && !g_utf8_validate (text, -1, NULL))
    return vbet_command_usage_error (self, "The calls are not valid UTF-8");
  g_autoptr (VbetClient) client = text != NULL ? vbet_connection_open (argv[1], &error) : NULL;
  int status = VBET_EXIT_FAILURE;
  if (client != NULL)
    status = again ? try_again (client, number, &error) : run_calls (client, text, &error);
  if (error != NULL)
    vbet_output_error (error);
  return status;
}
