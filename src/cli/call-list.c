/* call-list.c - prints the calls an engine has executed; see call-list.h. */
#include "config.h"

#include "cli/call-list.h"

#include <string.h>

#include "cli/connection.h"
#include "cli/output.h"

gboolean
vbet_call_print (GVariant *call, gboolean all)
{
  g_autofree char *text = vbet_output_line (vbet_field_text (call, "text"));
  const char *error = vbet_field_text (call, "error");
  gboolean failed = strcmp (vbet_field_text (call, "state"), "failed") == 0;
  if (failed)
    vbet_output_message ("%s failed: %s", text, *error != '\0' ? error : "no reason given");
  else if (all)
    vbet_output_print ("%s\n", text);
  return !failed;
}

guint
vbet_call_list_print (GVariant *reply, gboolean all)
{
  guint failed = 0;
  g_autoptr (GPtrArray) calls = vbet_field_list (reply, "calls");
  for (guint i = 0; i < calls->len; i++)
    failed += vbet_call_print (g_ptr_array_index (calls, i), all) ? 0 : 1;
  return failed;
}
