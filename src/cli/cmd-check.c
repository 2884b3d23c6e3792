/* cmd-check.c - vbetctl check: the findings about lab texts. */
#include "config.h"

#include <json-glib/json-glib.h>

#include "cli/command.h"
#include "cli/lab-file.h"
#include "cli/output.h"

static void
add_json_finding (JsonBuilder *builder, const VbetLabFile *file, const VbetDiagnostic *finding)
{
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "file");
  json_builder_add_string_value (builder, file->shown);
  json_builder_set_member_name (builder, "line");
  json_builder_add_int_value (builder, finding->line);
  json_builder_set_member_name (builder, "column");
  json_builder_add_int_value (builder, finding->column);
  json_builder_set_member_name (builder, "offset");
  json_builder_add_int_value (builder, (gint64)finding->span.start);
  json_builder_set_member_name (builder, "length");
  json_builder_add_int_value (builder, (gint64)finding->span.length);
  json_builder_set_member_name (builder, "severity");
  json_builder_add_string_value (builder, finding->severity == VBET_SEVERITY_ERROR ? "error" : "warning");
  json_builder_set_member_name (builder, "code");
  json_builder_add_string_value (builder, finding->code);
  json_builder_set_member_name (builder, "message");
  json_builder_add_string_value (builder, finding->message);
  if (finding->fix != NULL) {
    json_builder_set_member_name (builder, "fix");
    json_builder_begin_object (builder);
    json_builder_set_member_name (builder, "offset");
    json_builder_add_int_value (builder, (gint64)finding->fix->span.start);
    json_builder_set_member_name (builder, "length");
    json_builder_add_int_value (builder, (gint64)finding->fix->span.length);
    json_builder_set_member_name (builder, "text");
    json_builder_add_string_value (builder, finding->fix->text);
    json_builder_set_member_name (builder, "label");
    json_builder_add_string_value (builder, finding->fix->label);
    json_builder_end_object (builder);
  }
  json_builder_end_object (builder);
}

int
vbet_cmd_check (const VbetCommand *self, int argc, char **argv)
{
  int exit_code;
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print the findings as a JSON list", NULL },
    { NULL },
  };
  if (!vbet_command_parse (self, entries, &argc, argv, (VbetArity){ 1, -1 }, &exit_code))
    return exit_code;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_array (builder);
  for (int i = 1; i < argc; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (VbetLabFile) file = vbet_lab_file_load (argv[i], &error);
    if (file == NULL) {
      vbet_output_error (error);
      exit_code = VBET_EXIT_FAILURE;
      continue;
    }
    if (vbet_diagnostics_has_errors (file->diagnostics))
      exit_code = VBET_EXIT_FAILURE;
    if (!json)
      vbet_lab_file_print_findings (file, stdout);
    else
      for (guint k = 0; k < vbet_diagnostics_size (file->diagnostics); k++)
        add_json_finding (builder, file, vbet_diagnostics_get (file->diagnostics, k));
  }
  json_builder_end_array (builder);
  if (json) {
    g_autoptr (JsonNode) root = json_builder_get_root (builder);
    g_autofree char *text = json_to_string (root, TRUE);
    vbet_output_json (text);
  }
  return exit_code;
}
