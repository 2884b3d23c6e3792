/* result-list.c - results of statements of steps and checks; see result-list.h. */
#include "config.h"

#include "cli/result-list.h"

#include <string.h>

#include "cli/connection.h"
#include "cli/output.h"

char *
vbet_one_line (const char *text)
{
  GString *line = g_string_new (NULL);
  for (const char *c = text; *c != '\0'; c++) {
    if (!g_ascii_isspace (*c))
      g_string_append_c (line, *c);
    else if (line->len > 0 && line->str[line->len - 1] != ' ')
      g_string_append_c (line, ' ');
  }
  while (line->len > 0 && line->str[line->len - 1] == ' ')
    g_string_truncate (line, line->len - 1);
  return g_string_free (line, FALSE);
}

static void
print_indented (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++) {
    g_strchomp (lines[i]);
    if (*lines[i] != '\0' || lines[i + 1] != NULL)
      vbet_output_print ("        | %s\n", lines[i]);
  }
}

void
vbet_result_print (GVariant *result)
{
  gboolean ok = vbet_field_boolean (result, "ok");
  const char *state = ok ? "ok" : "FAIL";
  g_autofree char *error = vbet_output_line (vbet_field_text (result, "error"));
  const char *output = vbet_field_text (result, "output");
  g_autofree char *statement = vbet_one_line (vbet_field_text (result, "text"));
  g_autofree char *duration = vbet_format_seconds (vbet_field_number (result, "duration"));
  vbet_output_print ("  ");
  vbet_output_put (stdout, vbet_output_state_color (state), "%s", state);
  vbet_output_print ("%s  %s (%s)\n", ok ? "  " : "", statement, duration);
  if (!ok) {
    if (*error != '\0')
      vbet_output_print ("        %s\n", error);
    if (*output != '\0')
      print_indented (output);
    else
      vbet_output_print ("        (no output)\n");
  }
  fflush (stdout);
}

void
vbet_result_print_step_head (gint64 index, const char *title, const char *text)
{
  g_autofree char *line = vbet_output_line (title);
  vbet_output_put (stdout, VBET_COLOR_BOLD, "Step %" G_GINT64_FORMAT ": %s", index, line);
  vbet_output_print ("\n");
  if (*text != '\0')
    vbet_output_print ("  %s\n", text);
  fflush (stdout);
}
