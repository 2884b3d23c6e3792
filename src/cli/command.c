/* command.c - vbetctl's main(), options and help; see command.h. */
#include "config.h"

#include "cli/command.h"

#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include "cli/output.h"

const VbetCommand *
vbet_command_find (const char *name)
{
  guint n;
  const VbetCommand *commands = vbet_commands (&n);
  for (guint i = 0; i < n; i++)
    if (strcmp (commands[i].name, name) == 0)
      return &commands[i];
  return NULL;
}

/* --- options of one command -------------------------------------------------- */

static GOptionContext *
context_new (const VbetCommand *self, const GOptionEntry *entries, gboolean *help)
{
  const GOptionEntry common[] = {
    { "help", 'h', 0, G_OPTION_ARG_NONE, help, "Show this help", NULL },
    { NULL },
  };
  GOptionContext *context = g_option_context_new (self->arguments);
  g_autofree char *summary = g_strconcat (self->summary, ".", NULL);
  g_autofree char *program = g_strconcat ("vbetctl ", self->name, NULL);
  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_set_summary (context, summary);
  g_option_context_set_description (context, self->details);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_main_entries (context, common, NULL);
  g_set_prgname (program);
  return context;
}

static gboolean
parse (const VbetCommand *self, const GOptionEntry *entries, int *argc, char **argv, VbetArity arity,
       gboolean strict, int *ret_exit)
{
  gboolean help = FALSE;
  g_autoptr (GError) error = NULL;
  g_autoptr (GOptionContext) context = context_new (self, entries, &help);
  g_option_context_set_strict_posix (context, strict);
  *ret_exit = VBET_EXIT_OK;
  if (!g_option_context_parse (context, argc, &argv, &error)) {
    *ret_exit = vbet_command_usage_error (self, "%s", error->message);
    return FALSE;
  }
  if (help) {
    g_autofree char *text = g_option_context_get_help (context, TRUE, NULL);
    vbet_output_print ("%s", text);
    return FALSE;
  }
  /* GOption leaves the "--" that ended the options. A strict command looks at what follows its first argument
   * itself. */
  if (!strict || (*argc > 1 && strcmp (argv[1], "--") == 0))
    for (int i = 1; i < *argc; i++)
      if (strcmp (argv[i], "--") == 0) {
        memmove (&argv[i], &argv[i + 1], sizeof (char *) * (gsize)(*argc - i));
        (*argc)--;
        break;
      }
  int left = *argc - 1;
  if (left >= arity.minimum && (arity.maximum < 0 || left <= arity.maximum))
    return TRUE;
  if (left < arity.minimum)
    *ret_exit = vbet_command_usage_error (self, "“%s” needs more arguments: %s", self->name, self->arguments);
  else if (arity.maximum == 0)
    *ret_exit = vbet_command_usage_error (self, "“%s” takes no arguments", self->name);
  else
    *ret_exit
        = vbet_command_usage_error (self, "“%s” takes only these arguments: %s", self->name, self->arguments);
  return FALSE;
}

gboolean
vbet_command_parse (const VbetCommand *self, const GOptionEntry *entries, int *argc, char **argv,
                    VbetArity arity, int *ret_exit)
{
  return parse (self, entries, argc, argv, arity, FALSE, ret_exit);
}

gboolean
vbet_command_parse_strict (const VbetCommand *self, const GOptionEntry *entries, int *argc, char **argv,
                           VbetArity arity, int *ret_exit)
{
  return parse (self, entries, argc, argv, arity, TRUE, ret_exit);
}

int
vbet_command_usage_error (const VbetCommand *self, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  vbet_output_message ("%s (see “vbetctl help%s%s”)", text, self != NULL ? " " : "",
                       self != NULL ? self->name : "");
  return VBET_EXIT_USAGE;
}

/* --- help and main ------------------------------------------------------------- */

static void
print_overview (void)
{
  guint n;
  guint width = 0;
  const VbetCommand *commands = vbet_commands (&n);
  for (guint i = 0; i < n; i++)
    width = MAX (width, (guint)strlen (commands[i].name));
  vbet_output_print ("Usage: vbetctl COMMAND [OPTION…] [ARGUMENT…]\n\n"
                     "Runs network labs of user-mode Linux guests from the command line.\n\nCommands:\n");
  for (guint i = 0; i < n; i++)
    vbet_output_print ("  %-*s  %s\n", (int)width, commands[i].name, commands[i].summary);
  vbet_output_print (
      "\n“vbetctl help COMMAND” tells more about one; “vbetctl --version” prints the version.\n"
      "The manual: vbetctl(1), vbetd(8).\n");
}

static int
unknown_command (const char *name)
{
  guint n;
  const VbetCommand *commands = vbet_commands (&n);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (names, (gpointer)commands[i].name);
  g_ptr_array_add (names, NULL);
  const char *meant = vbet_suggest (name, (const char *const *)names->pdata);
  if (meant != NULL)
    return vbet_command_usage_error (NULL, "There is no command “%s”; did you mean “%s”?", name, meant);
  return vbet_command_usage_error (NULL, "There is no command “%s”", name);
}

int
vbet_cmd_help (const VbetCommand *self, int argc, char **argv)
{
  int exit_code;
  if (!vbet_command_parse (self, NULL, &argc, argv, (VbetArity){ 0, 1 }, &exit_code))
    return exit_code;
  if (argc < 2) {
    print_overview ();
    return VBET_EXIT_OK;
  }
  const VbetCommand *command = vbet_command_find (argv[1]);
  if (command == NULL)
    return unknown_command (argv[1]);
  char name[] = "help";
  char option[] = "--help";
  char *arguments[] = { name, option, NULL };
  return command->run (command, 2, arguments);
}

int
vbet_command_main (int argc, char **argv)
{
  /* Characters only: numbers keep their point and messages their language. */
  setlocale (LC_CTYPE, "");
  /* A reader that goes away must not kill us before a lab is stopped. */
  signal (SIGPIPE, SIG_IGN);
  g_set_prgname ("vbetctl");
  if (argc < 2) {
    vbet_command_usage_error (NULL, "A command is missing");
    return VBET_EXIT_USAGE;
  }
  if (strcmp (argv[1], "--version") == 0 || strcmp (argv[1], "-V") == 0) {
    vbet_output_print ("vbetctl (vBET) %s\n", PACKAGE_VERSION);
    return vbet_output_flush (VBET_EXIT_OK);
  }
  if (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0) {
    print_overview ();
    return vbet_output_flush (VBET_EXIT_OK);
  }
  if (argv[1][0] == '-')
    return vbet_command_usage_error (NULL, "There is no option “%s” before the command", argv[1]);
  const VbetCommand *command = vbet_command_find (argv[1]);
  if (command == NULL)
    return unknown_command (argv[1]);
  return vbet_output_flush (command->run (command, argc - 1, argv + 1));
}
