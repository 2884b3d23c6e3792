/* report.c - results of vbetctl test as TAP 13 and JUnit XML; see report.h. */
#include "config.h"

#include "cli/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "cli/output.h"
#include "cli/result-list.h"

typedef struct {
  char *suite;
  char *name;
  VbetReportOutcome outcome;
  double duration;
  char *message;
  char *details; /* all there is, a paragraph each */
} Entry;

struct VbetReport {
  GPtrArray *entries; /* owned, of Entry */
  char *suite;        /* owned */
  guint failures;
};

static void
entry_free (Entry *entry)
{
  g_free (entry->suite);
  g_free (entry->name);
  g_free (entry->message);
  g_free (entry->details);
  g_free (entry);
}

VbetReport *
vbet_report_new (guint planned)
{
  VbetReport *self = g_new0 (VbetReport, 1);
  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify)entry_free);
  vbet_output_print ("TAP version 13\n1..%u\n", planned);
  fflush (stdout);
  return self;
}

void
vbet_report_free (VbetReport *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->entries);
  g_free (self->suite);
  g_free (self);
}

void
vbet_report_suite (VbetReport *self, const char *name)
{
  g_free (self->suite);
  self->suite = g_strdup (name);
}

/* --- TAP -------------------------------------------------------------------- */

/* Guests print anything; YAML and XML do not hold everything. Returns: (transfer full). */
static char *
printable (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *out = g_string_new (NULL);
  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char (c)) {
    gunichar character = g_utf8_get_char (c);
    if (character == '\r' && c[1] == '\n')
      continue;
    if (character == '\n' || character == '\t'
        || (character >= 0x20 && character != 0x7f && !(character >= 0x80 && character < 0xa0)
            && (character & 0xfffe) != 0xfffe))
      g_string_append_unichar (out, character);
    else
      g_string_append_unichar (out, 0xfffd);
  }
  return g_string_free (out, FALSE);
}

/* "key: 'text'", or a block of lines; nothing for a missing text. */
static void
print_yaml (const char *key, const char *text)
{
  if (text == NULL)
    return;
  g_autofree char *clean = printable (text);
  g_strchomp (clean);
  if (strchr (clean, '\n') == NULL) {
    g_auto (GStrv) parts = g_strsplit (clean, "'", -1);
    g_autofree char *quoted = g_strjoinv ("''", parts);
    vbet_output_print ("  %s: '%s'\n", key, quoted);
    return;
  }
  g_auto (GStrv) lines = g_strsplit (clean, "\n", -1);
  vbet_output_print ("  %s: |2\n", key);
  for (gsize i = 0; lines[i] != NULL; i++)
    vbet_output_print (*lines[i] != '\0' ? "    %s\n" : "%s\n", lines[i]);
}

/* A description must not contain what TAP gives a meaning. */
static char *
tap_name (const char *suite, const char *name)
{
  g_autofree char *whole = g_strdup_printf ("%s: %s", suite, name);
  g_autofree char *line = vbet_one_line (whole);
  g_autofree char *clean = printable (line);
  g_auto (GStrv) backslashes = g_strsplit (clean, "\\", -1);
  g_autofree char *escaped = g_strjoinv ("\\\\", backslashes);
  g_auto (GStrv) parts = g_strsplit (escaped, "#", -1);
  return g_strjoinv ("\\#", parts);
}

static void
print_tap (const VbetReport *self, const char *name, const VbetReportResult *result)
{
  g_autofree char *description = tap_name (self->suite, name);
  gboolean failed = result->outcome == VBET_REPORT_FAILED;
  vbet_output_put (stdout, failed ? VBET_COLOR_RED : VBET_COLOR_GREEN, failed ? "not ok" : "ok");
  vbet_output_print (" %u - %s", self->entries->len, description);
  if (result->outcome == VBET_REPORT_SKIPPED)
    vbet_output_print (" # SKIP %s", result->message != NULL ? result->message : "");
  vbet_output_print ("\n");
  if (result->outcome == VBET_REPORT_SKIPPED)
    return;
  if (!failed && result->duration <= 0)
    return;
  vbet_output_print ("  ---\n");
  if (failed) {
    print_yaml ("message", result->message);
    print_yaml ("at", result->place);
    print_yaml ("statement", result->statement);
    print_yaml ("output", result->output);
  }
  vbet_output_print ("  duration_ms: %.0f\n  ...\n", result->duration * 1000);
}

static void
add_paragraph (GString *details, const char *text)
{
  if (text == NULL || *text == '\0')
    return;
  if (details->len > 0)
    g_string_append_c (details, '\n');
  g_string_append (details, text);
}

void
vbet_report_add (VbetReport *self, const char *name, const VbetReportResult *result)
{
  GString *details = g_string_new (NULL);
  add_paragraph (details, result->place);
  add_paragraph (details, result->statement);
  add_paragraph (details, result->output);
  Entry *entry = g_new0 (Entry, 1);
  entry->suite = g_strdup (self->suite);
  entry->name = g_strdup (name);
  entry->outcome = result->outcome;
  entry->duration = result->duration;
  entry->message = g_strdup (result->message);
  entry->details = g_string_free (details, FALSE);
  g_ptr_array_add (self->entries, entry);
  if (result->outcome == VBET_REPORT_FAILED)
    self->failures++;
  print_tap (self, name, result);
  fflush (stdout);
}

void
vbet_report_comment (VbetReport *self, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_autofree char *line = vbet_one_line (text);
  g_autofree char *clean = printable (line);
  vbet_output_print ("# %s\n", clean);
  fflush (stdout);
}

void
vbet_report_bail_out (VbetReport *self, const char *reason)
{
  vbet_output_print ("Bail out! %s\n", reason);
  fflush (stdout);
}

guint
vbet_report_failures (const VbetReport *self)
{
  return self->failures;
}

/* --- JUnit -------------------------------------------------------------------- */

static void append_xml (GString *xml, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Like printf, with every %s made safe for XML. */
static void
append_xml (GString *xml, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_markup_vprintf_escaped (format, arguments);
  va_end (arguments);
  g_string_append (xml, text);
}

static void
append_testcase (GString *xml, const Entry *entry)
{
  g_autofree char *line = vbet_one_line (entry->name);
  g_autofree char *name = printable (line);
  g_autofree char *message = printable (entry->message != NULL ? entry->message : "");
  g_autofree char *details = printable (entry->details);
  append_xml (xml, "    <testcase classname=\"%s\" name=\"%s\" time=\"%.3f\"", entry->suite, name,
              entry->duration);
  if (entry->outcome == VBET_REPORT_OK)
    append_xml (xml, "/>\n");
  else if (entry->outcome == VBET_REPORT_SKIPPED)
    append_xml (xml, "><skipped message=\"%s\"/></testcase>\n", message);
  else
    append_xml (xml, "><failure message=\"%s\">%s</failure></testcase>\n", message, details);
}

/* Appends the suite that begins at entry @first. Returns: where the next begins. */
static guint
append_suite (GString *xml, const VbetReport *self, guint first)
{
  const Entry *head = g_ptr_array_index (self->entries, first);
  guint failures = 0;
  guint skipped = 0;
  double time = 0;
  guint end = first;
  for (; end < self->entries->len; end++) {
    const Entry *entry = g_ptr_array_index (self->entries, end);
    if (strcmp (entry->suite, head->suite) != 0)
      break;
    failures += entry->outcome == VBET_REPORT_FAILED ? 1 : 0;
    skipped += entry->outcome == VBET_REPORT_SKIPPED ? 1 : 0;
    time += entry->duration;
  }
  append_xml (
      xml,
      "  <testsuite name=\"%s\" tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"%u\" time=\"%.3f\">\n",
      head->suite, end - first, failures, skipped, time);
  for (guint i = first; i < end; i++)
    append_testcase (xml, g_ptr_array_index (self->entries, i));
  append_xml (xml, "  </testsuite>\n");
  return end;
}

gboolean
vbet_report_write_junit (const VbetReport *self, const char *path, GError **error)
{
  g_autoptr (GString) xml = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
  g_autoptr (GError) failure = NULL;
  append_xml (xml, "<testsuites name=\"vbetctl test\" tests=\"%u\" failures=\"%u\">\n", self->entries->len,
              self->failures);
  for (guint i = 0; i < self->entries->len;)
    i = append_suite (xml, self, i);
  append_xml (xml, "</testsuites>\n");
  if (g_file_set_contents (path, xml->str, (gssize)xml->len, &failure))
    return TRUE;
  g_set_error (error, VBET_ERROR, VBET_ERROR_FAILED, "Cannot write %s: %s", path, failure->message);
  return FALSE;
}
