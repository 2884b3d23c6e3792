/* cmd-doctor.c - vbetctl doctor: what this host can and cannot do, and how to mend it. */
#include "config.h"

#include <json-glib/json-glib.h>

#include "cli/command.h"
#include "cli/doctor.h"
#include "cli/output.h"

static void
print_json (const VbetDoctor *doctor)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_array (builder);
  for (guint i = 0; i < doctor->findings->len; i++) {
    const VbetDoctorFinding *finding = g_ptr_array_index (doctor->findings, i);
    json_builder_begin_object (builder);
    json_builder_set_member_name (builder, "check");
    json_builder_add_string_value (builder, finding->id);
    json_builder_set_member_name (builder, "state");
    json_builder_add_string_value (builder, vbet_doctor_state_name (finding->state));
    json_builder_set_member_name (builder, "text");
    json_builder_add_string_value (builder, finding->text);
    json_builder_set_member_name (builder, "remedy");
    json_builder_add_string_value (builder, finding->remedy);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, TRUE);
  vbet_output_json (text);
}

static void
print_people (const VbetDoctor *doctor)
{
  for (guint i = 0; i < doctor->findings->len; i++) {
    const VbetDoctorFinding *finding = g_ptr_array_index (doctor->findings, i);
    const char *state = vbet_doctor_state_name (finding->state);
    vbet_output_put (stdout, vbet_output_state_color (state), "%-4s", state);
    vbet_output_print ("  %s\n", finding->text);
    if (finding->remedy[0] != '\0')
      vbet_output_print ("      → %s\n", finding->remedy);
  }
}

int
vbet_cmd_doctor (const VbetCommand *self, int argc, char **argv)
{
  int exit_code;
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print a JSON list", NULL },
    { NULL },
  };
  if (!vbet_command_parse (self, entries, &argc, argv, (VbetArity){ 0, 0 }, &exit_code))
    return exit_code;
  guint failed = 0;
  g_autoptr (VbetDoctor) doctor = vbet_doctor_examine ();
  for (guint i = 0; i < doctor->findings->len; i++)
    if (((const VbetDoctorFinding *)g_ptr_array_index (doctor->findings, i))->state == VBET_DOCTOR_FAIL)
      failed++;
  if (json)
    print_json (doctor);
  else
    print_people (doctor);
  if (!json && failed > 0)
    vbet_output_message ("Labs cannot run on this host until the %s above %s mended",
                         failed == 1 ? "failure" : "failures", failed == 1 ? "is" : "are");
  return failed > 0 ? VBET_EXIT_FAILURE : VBET_EXIT_OK;
}
