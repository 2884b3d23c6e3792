/* cmd-calls.c - vbetctl calls: the calls that build a lab, or make one lab of another. */
#include "config.h"

#include <string.h>

#include "cli/command.h"
#include "cli/lab-file.h"
#include "cli/output.h"
#include "engine/model/plan.h"

int
vbet_cmd_calls (const VbetCommand *self, int argc, char **argv)
{
  int exit_code;
  if (!vbet_command_parse (self, NULL, &argc, argv, (VbetArity){ 1, 2 }, &exit_code))
    return exit_code;
  if (argc == 3 && strcmp (argv[1], "-") == 0 && strcmp (argv[2], "-") == 0)
    return vbet_command_usage_error (self, "The standard input can be read only once");
  g_autoptr (VbetLabFile) to = vbet_lab_file_load_valid (argv[argc - 1]);
  g_autoptr (VbetTopology) from = NULL;
  if (to == NULL)
    return VBET_EXIT_FAILURE;
  if (argc == 2) {
    from = vbet_topology_new_empty (to->name);
  } else {
    g_autoptr (VbetLabFile) file = vbet_lab_file_load_valid (argv[1]);
    if (file == NULL)
      return VBET_EXIT_FAILURE;
    /* One lab in two states: derived addresses must not differ because the files' names do. */
    from = vbet_topology_elaborate (file->program, to->name, NULL);
  }
  g_autoptr (GPtrArray) calls = vbet_plan_new (from, to->topology);
  for (guint i = 0; i < calls->len; i++) {
    const VbetCall *call = g_ptr_array_index (calls, i);
    g_autofree char *line = vbet_output_line (call->text);
    vbet_output_print ("%s\n", line);
  }
  return VBET_EXIT_OK;
}
