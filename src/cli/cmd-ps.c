/* cmd-ps.c - vbetctl ps: the labs that run. */
#include "config.h"

#include <json-glib/json-glib.h>

#include "cli/command.h"
#include "cli/connection.h"
#include "cli/output.h"

static void
print_json (GPtrArray *labs)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_array (builder);
  for (guint i = 0; i < labs->len; i++) {
    const VbetLabInfo *lab = g_ptr_array_index (labs, i);
    json_builder_begin_object (builder);
    json_builder_set_member_name (builder, "id");
    json_builder_add_string_value (builder, lab->id);
    json_builder_set_member_name (builder, "name");
    json_builder_add_string_value (builder, lab->name);
    json_builder_set_member_name (builder, "path");
    json_builder_add_string_value (builder, lab->path);
    json_builder_set_member_name (builder, "pid");
    json_builder_add_int_value (builder, lab->pid);
    json_builder_set_member_name (builder, "uptime");
    json_builder_add_double_value (builder, lab->uptime);
    json_builder_set_member_name (builder, "devices");
    json_builder_add_int_value (builder, lab->devices);
    json_builder_set_member_name (builder, "guests");
    json_builder_add_int_value (builder, lab->guests);
    json_builder_set_member_name (builder, "ready");
    json_builder_add_int_value (builder, lab->ready);
    json_builder_set_member_name (builder, "isolated");
    json_builder_add_boolean_value (builder, lab->isolated);
    json_builder_set_member_name (builder, "answers");
    json_builder_add_boolean_value (builder, lab->answers);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, TRUE);
  vbet_output_json (text);
}

static void
print_people (GPtrArray *labs)
{
  g_autoptr (VbetTable) table = vbet_table_new ("LAB|>DEVICES|>GUESTS|>READY|>UPTIME|>PID|FILE");
  for (guint i = 0; i < labs->len; i++) {
    const VbetLabInfo *lab = g_ptr_array_index (labs, i);
    g_autofree char *uptime = vbet_format_seconds (lab->uptime);
    vbet_table_add (table, lab->id);
    if (!lab->answers) {
      for (int unknown = 0; unknown < 4; unknown++)
        vbet_table_add (table, "?");
      vbet_table_add_format (table, "%" G_GINT64_FORMAT, lab->pid);
      vbet_table_add (table, "does not answer");
      continue;
    }
    vbet_table_add_format (table, "%u", lab->devices);
    vbet_table_add_format (table, "%u", lab->guests);
    vbet_table_add_format (table, "%u", lab->ready);
    vbet_table_add (table, uptime);
    vbet_table_add_format (table, "%" G_GINT64_FORMAT, lab->pid);
    vbet_table_add_format (table, "%s%s", lab->path != NULL && *lab->path != '\0' ? lab->path : "-",
                           lab->isolated ? " (isolated)" : "");
  }
  vbet_table_print (table);
}

/* Says what can be done about engines that hang. Returns: whether there is one. */
static gboolean
tell_silent (GPtrArray *labs)
{
  gboolean found = FALSE;
  for (guint i = 0; i < labs->len; i++) {
    const VbetLabInfo *lab = g_ptr_array_index (labs, i);
    if (lab->answers)
      continue;
    g_autoptr (GError) error = vbet_connection_silent_error (lab->id, lab->pid);
    vbet_output_error (error);
    found = TRUE;
  }
  return found;
}

int
vbet_cmd_ps (const VbetCommand *self, int argc, char **argv)
{
  int exit_code;
  gboolean json = FALSE;
  gboolean ids = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print a JSON list", NULL },
    { "ids", 0, 0, G_OPTION_ARG_NONE, &ids, "Print only the labs' identifiers, one a line", NULL },
    { NULL },
  };
  if (!vbet_command_parse (self, entries, &argc, argv, (VbetArity){ 0, 0 }, &exit_code))
    return exit_code;
  if (json && ids)
    return vbet_command_usage_error (self, "--json and --ids exclude each other");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) labs = vbet_connection_labs (&error);
  if (labs == NULL) {
    vbet_output_error (error);
    return VBET_EXIT_FAILURE;
  }
  if (json)
    print_json (labs);
  else if (ids)
    for (guint i = 0; i < labs->len; i++)
      vbet_output_print ("%s\n", ((const VbetLabInfo *)g_ptr_array_index (labs, i))->id);
  else if (labs->len > 0)
    print_people (labs);
  else if (vbet_output_is_terminal (stdout))
    vbet_output_message ("No lab is running");
  return tell_silent (labs) ? VBET_EXIT_FAILURE : VBET_EXIT_OK;
}
