/* cmd-stop.c - vbetctl stop: ends labs; nothing of them is left when it returns. */
#include "config.h"

#include "cli/command.h"
#include "cli/connection.h"
#include "cli/output.h"

static gboolean
stop_one (const char *id, const VbetInterrupt *interrupt)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VbetClient) client = vbet_connection_open (id, &error);
  if (client != NULL && vbet_connection_stop_lab (client, interrupt, &error))
    return TRUE;
  vbet_output_error (error);
  return FALSE;
}

/* @lab: one of those that run */
static gboolean
stop_listed (const VbetLabInfo *lab, const VbetInterrupt *interrupt)
{
  if (lab->answers)
    return stop_one (lab->id, interrupt);
  g_autoptr (GError) error = vbet_connection_silent_error (lab->id, lab->pid);
  vbet_output_error (error);
  return FALSE;
}

int
vbet_cmd_stop (const VbetCommand *self, int argc, char **argv)
{
  int exit_code;
  gboolean all = FALSE;
  const GOptionEntry entries[] = {
    { "all", 'a', 0, G_OPTION_ARG_NONE, &all, "Stop every lab that runs", NULL },
    { NULL },
  };
  if (!vbet_command_parse (self, entries, &argc, argv, (VbetArity){ 0, -1 }, &exit_code))
    return exit_code;
  if (all && argc > 1)
    return vbet_command_usage_error (self, "--all and names of labs exclude each other");
  if (!all && argc < 2)
    return vbet_command_usage_error (self, "Which lab is to be stopped? “vbetctl ps” lists those that run");
  g_autoptr (VbetInterrupt) interrupt = vbet_interrupt_new ();
  if (all) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) labs = vbet_connection_labs (&error);
    if (labs == NULL) {
      vbet_output_error (error);
      return VBET_EXIT_FAILURE;
    }
    for (guint i = 0; i < labs->len; i++)
      if (!stop_listed (g_ptr_array_index (labs, i), interrupt))
        exit_code = VBET_EXIT_FAILURE;
  }
  for (int i = 1; i < argc; i++)
    if (!stop_one (argv[i], interrupt))
      exit_code = VBET_EXIT_FAILURE;
  return exit_code;
}
