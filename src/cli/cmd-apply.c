/* cmd-apply.c - vbetctl apply: makes a running lab what a file says, by the calls that differ. */
#include "config.h"

#include "base/error.h"
#include "cli/alarm-list.h"
#include "cli/call-list.h"
#include "cli/command.h"
#include "cli/connection.h"
#include "cli/consent.h"
#include "cli/lab-file.h"
#include "cli/output.h"

/* What is wrong already is no news. (transfer full): set of lines. */
static GHashTable *
known_alarms (VbetClient *client)
{
  GHashTable *told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GVariant) status = vbet_connection_call (client, "lab.status", NULL, NULL, NULL);
  g_autoptr (GPtrArray) lines = vbet_alarm_lines (status);
  for (guint i = 0; i < lines->len; i++)
    g_hash_table_add (told, g_strdup (g_ptr_array_index (lines, i)));
  return told;
}

/* A lab that runs isolated stays so, whatever it is given. */
static gboolean
may_apply (VbetClient *client, const VbetLabFile *file, VbetConsent *consent)
{
  if (vbet_consent_needed (file, consent)) {
    g_autoptr (GVariant) info = vbet_connection_call (client, "lab.info", NULL, NULL, NULL);
    consent->isolated = info != NULL && vbet_field_boolean (info, "isolated");
  }
  return vbet_consent_ask (file, consent, FALSE);
}

int
vbet_cmd_apply (const VbetCommand *self, int argc, char **argv)
{
  int exit_code;
  gboolean no_wait = FALSE;
  VbetConsent consent = { 0 };
  const GOptionEntry entries[] = {
    { "no-wait", 0, 0, G_OPTION_ARG_NONE, &no_wait, "Do not wait until the guests that it starts are ready",
      NULL },
    VBET_CONSENT_TRUST (consent),
    { NULL },
  };
  if (!vbet_command_parse (self, entries, &argc, argv, (VbetArity){ 2, 2 }, &exit_code))
    return exit_code;
  g_autoptr (GError) error = NULL;
  g_autoptr (VbetLabFile) file = vbet_lab_file_load_valid (argv[2]);
  if (file == NULL)
    return VBET_EXIT_FAILURE;
  g_autoptr (VbetClient) client = vbet_connection_open (argv[1], &error);
  if (client == NULL) {
    vbet_output_error (error);
    return VBET_EXIT_FAILURE;
  }
  if (!may_apply (client, file, &consent))
    return VBET_EXIT_FAILURE;
  g_autoptr (GHashTable) told = known_alarms (client);
  GVariantDict params;
  g_autofree char *path = g_utf8_make_valid (file->path, -1);
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "text", "s", file->text);
  g_variant_dict_insert (&params, "path", "s", path);
  g_variant_dict_insert (&params, "wait", "b", !no_wait);
  g_autoptr (GVariant) reply
      = vbet_connection_call (client, "lab.apply", g_variant_dict_end (&params), NULL, &error);
  if (reply == NULL) {
    vbet_output_error (error);
    return VBET_EXIT_FAILURE;
  }
  g_autoptr (GPtrArray) calls = vbet_field_list (reply, "calls");
  if (calls->len == 0)
    vbet_output_message ("The lab is already what %s says", file->shown);
  gboolean failed = vbet_call_list_print (reply, TRUE) > 0;
  g_autoptr (GVariant) after = vbet_connection_call (client, "lab.status", NULL, NULL, NULL);
  vbet_alarm_list_tell (after, told);
  return failed ? VBET_EXIT_FAILURE : VBET_EXIT_OK;
}
