/* alarm-list.c - what is wrong in a running lab; see alarm-list.h. */
#include "config.h"

#include "cli/alarm-list.h"

#include <string.h>

#include "cli/connection.h"
#include "cli/output.h"

GPtrArray *
vbet_alarm_lines (GVariant *reply)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  if (reply == NULL)
    return lines;
  g_autoptr (GPtrArray) alarms = vbet_field_list (reply, "alarms");
  for (guint i = 0; i < alarms->len; i++) {
    GVariant *alarm = g_ptr_array_index (alarms, i);
    const char *device = vbet_field_text (alarm, "device");
    const char *remedy = vbet_field_text (alarm, "remedy");
    const char *command = vbet_field_text (alarm, "command");
    /* A remedy that names the command says it already. */
    gboolean more = *command != '\0' && strstr (remedy, command) == NULL;
    g_ptr_array_add (lines, g_strdup_printf ("%s%s%s%s%s%s%s", device, *device != '\0' ? ": " : "",
                                             vbet_field_text (alarm, "text"), *remedy != '\0' ? ". " : "",
                                             remedy, more ? ": " : "", more ? command : ""));
  }
  return lines;
}

guint
vbet_alarm_list_count (GVariant *status, const char *device)
{
  guint count = 0;
  g_autoptr (GPtrArray) alarms = vbet_field_list (status, "alarms");
  for (guint i = 0; i < alarms->len; i++)
    count += strcmp (vbet_field_text (g_ptr_array_index (alarms, i), "device"), device) == 0 ? 1 : 0;
  return count;
}

static void
print_line (const char *text)
{
  g_autofree char *line = vbet_output_line (text);
  vbet_output_print ("  %s\n", line);
}

void
vbet_alarm_list_print (GVariant *status)
{
  g_autoptr (GPtrArray) lines = vbet_alarm_lines (status);
  if (lines->len == 0)
    return;
  vbet_output_print ("\n");
  vbet_output_put (stdout, VBET_COLOR_YELLOW, "%u problem%s:", lines->len, lines->len == 1 ? "" : "s");
  vbet_output_print ("\n");
  for (guint i = 0; i < lines->len; i++)
    print_line (g_ptr_array_index (lines, i));
}

void
vbet_alarm_list_tell (GVariant *reply, GHashTable *told)
{
  g_autoptr (GPtrArray) lines = vbet_alarm_lines (reply);
  for (guint i = 0; i < lines->len; i++) {
    const char *line = g_ptr_array_index (lines, i);
    if (g_hash_table_add (told, g_strdup (line)))
      vbet_output_message ("%s", line);
  }
}
