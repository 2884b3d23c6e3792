/* cmd-test.c - vbetctl test: boots labs, runs their checks and steps, reports, tears down.
 *
 * One result for "it starts", one a check, one a step; several files make one
 * TAP stream. Each file runs under an identifier of its own, so that tests
 * never meet the user's labs or each other.
 */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/alarm-list.h"
#include "cli/command.h"
#include "cli/connection.h"
#include "cli/consent.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/result-list.h"
#include "cli/start.h"

#define ID_NAME_MAX 12 /* bytes of the lab's name in its identifier */

typedef struct {
  gboolean keep;
  VbetConsent consent;
  gint timeout; /* seconds a file may take; 0: no end */
  char *junit;  /* owned */
} Options;

typedef struct {
  VbetReport *report;       /* not owned */
  VbetInterrupt *interrupt; /* not owned */
  const VbetLabFile *file;  /* not owned */
  gboolean isolated;
  VbetClient *client;   /* owned; NULL while nothing runs */
  gboolean left_behind; /* it could not be stopped */
} Test;

static gboolean
is_valid (const VbetLabFile *file)
{
  return !vbet_diagnostics_has_errors (file->diagnostics);
}

static gboolean
is_interrupted (const Test *test)
{
  return vbet_interrupt_count (test->interrupt) > 0 && !vbet_interrupt_timed_out (test->interrupt);
}

static guint
count_results (const VbetLabFile *file)
{
  return is_valid (file) ? 1 + file->topology->checks->len + file->topology->steps->len : 1;
}

/* --- one result each ------------------------------------------------------------ */

static void
report_findings (Test *test)
{
  g_autoptr (GString) findings = g_string_new (NULL);
  for (guint i = 0; i < vbet_diagnostics_size (test->file->diagnostics); i++) {
    g_autofree char *line
        = vbet_diagnostic_format (vbet_diagnostics_get (test->file->diagnostics, i), test->file->shown);
    g_string_append_printf (findings, "%s\n", line);
  }
  VbetReportResult result
      = { .outcome = VBET_REPORT_FAILED, .message = "the lab text has errors", .output = findings->str };
  vbet_report_add (test->report, "starts", &result);
}

static void
skip (Test *test, const char *name, const char *reason)
{
  VbetReportResult result = { .outcome = VBET_REPORT_SKIPPED, .message = reason };
  vbet_report_add (test->report, name, &result);
}

static char *
check_name (const VbetAction *check)
{
  return g_strdup_printf ("check %s", check->source);
}

static char *
step_name (const VbetLabFile *file, guint index)
{
  const VbetStep *step = g_ptr_array_index (file->topology->steps, index);
  return g_strdup_printf ("step %u: %s", index + 1, step->title);
}

static void
skip_rest (Test *test, const char *reason)
{
  for (guint i = 0; i < test->file->topology->checks->len; i++) {
    g_autofree char *name = check_name (g_ptr_array_index (test->file->topology->checks, i));
    skip (test, name, reason);
  }
  for (guint i = 0; i < test->file->topology->steps->len; i++) {
    g_autofree char *name = step_name (test->file, i);
    skip (test, name, reason);
  }
}

/* Reports the result of one statement, or (@failed: its failed statement) of one step. */
static void
report_statement (Test *test, const char *name, gboolean ok, double duration, GVariant *failed,
                  const char *message)
{
  g_autofree char *place = NULL;
  VbetReportResult result = { .outcome = ok ? VBET_REPORT_OK : VBET_REPORT_FAILED, .duration = duration };
  if (!ok && failed != NULL) {
    gint64 line = vbet_field_integer (failed, "line");
    const char *error = vbet_field_text (failed, "error");
    place = line > 0 ? g_strdup_printf ("%s:%" G_GINT64_FORMAT, test->file->shown, line)
                     : g_strdup (test->file->shown);
    result.place = place;
    result.message = *error != '\0' ? error : "the statement failed";
    result.statement = vbet_field_text (failed, "text");
    result.output = vbet_field_text (failed, "output");
  } else if (!ok) {
    result.message = message != NULL ? message : "the engine gave no result";
  }
  vbet_report_add (test->report, name, &result);
}

/* --- phases ------------------------------------------------------------------- */

static char *
unique_id (const char *name, guint index)
{
  g_autofree char *part = g_strndup (name, ID_NAME_MAX);
  g_strcanon (part, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", '-');
  return g_strdup_printf ("test-%s-%d-%u", part, (int)getpid (), index);
}

/* Returns: FALSE when the lab does not run (completely), which has been reported. */
static gboolean
start (Test *test, guint index)
{
  g_autofree char *id = unique_id (test->file->name, index);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) failures = NULL;
  gint64 started = g_get_monotonic_time ();
  test->client = vbet_start_lab (test->file, id, NULL, test->isolated, !vbet_output_is_terminal (stderr),
                                 test->interrupt, &failures, &error);
  if (is_interrupted (test))
    return FALSE;
  g_autoptr (GString) list = g_string_new (NULL);
  for (guint i = 0; i < failures->len; i++)
    g_string_append_printf (list, "%s\n", (const char *)g_ptr_array_index (failures, i));
  gboolean ok = test->client != NULL && failures->len == 0;
  VbetReportResult result = {
    .outcome = ok ? VBET_REPORT_OK : VBET_REPORT_FAILED,
    .duration = (double)(g_get_monotonic_time () - started) / G_USEC_PER_SEC,
    .message = test->client == NULL ? error->message : "not everything started",
    .output = list->len > 0 ? list->str : NULL,
  };
  vbet_report_add (test->report, "starts", &result);
  return ok;
}

/* What went wrong although everything started: often the reason of what fails later. */
static void
tell_alarms (Test *test)
{
  g_autoptr (GVariant) status
      = vbet_connection_call (test->client, "lab.status", NULL, test->interrupt, NULL);
  g_autoptr (GPtrArray) lines = vbet_alarm_lines (status);
  for (guint i = 0; i < lines->len; i++)
    vbet_report_comment (test->report, "%s", (const char *)g_ptr_array_index (lines, i));
}

static void
run_checks (Test *test)
{
  GPtrArray *checks = test->file->topology->checks;
  if (checks->len == 0)
    return;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply
      = vbet_connection_call (test->client, "lab.checks", NULL, test->interrupt, &error);
  if (is_interrupted (test))
    return;
  g_autoptr (GPtrArray) results = vbet_field_list (reply, "results");
  for (guint i = 0; i < checks->len; i++) {
    GVariant *result = i < results->len ? g_ptr_array_index (results, i) : NULL;
    g_autofree char *name = check_name (g_ptr_array_index (checks, i));
    report_statement (test, name, result != NULL && vbet_field_boolean (result, "ok"),
                      vbet_field_number (result, "duration"), result, error != NULL ? error->message : NULL);
  }
}

static void
on_notification (VbetClient *client, const char *method, GVariant *params, Test *test)
{
  if (strcmp (method, "step") != 0)
    return;
  g_autoptr (GVariant) result = vbet_field_dict (params, "result");
  if (result == NULL)
    return;
  g_autofree char *duration = vbet_format_seconds (vbet_field_number (result, "duration"));
  vbet_report_comment (test->report, "%s %s (%s)", vbet_field_boolean (result, "ok") ? "done:" : "failed:",
                       vbet_field_text (result, "text"), duration);
}

static void
run_one_step (Test *test, guint index)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = step_name (test->file, index);
  gint64 started = g_get_monotonic_time ();
  GVariantDict params;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "index", "x", (gint64)index + 1);
  g_autoptr (GVariant) reply = vbet_connection_call (test->client, "lab.step", g_variant_dict_end (&params),
                                                     test->interrupt, &error);
  if (is_interrupted (test))
    return;
  g_autoptr (GPtrArray) results = vbet_field_list (reply, "results");
  GVariant *failed = NULL;
  for (guint i = 0; i < results->len && failed == NULL; i++)
    if (!vbet_field_boolean (g_ptr_array_index (results, i), "ok"))
      failed = g_ptr_array_index (results, i);
  report_statement (test, name, reply != NULL && vbet_field_boolean (reply, "ok"),
                    (double)(g_get_monotonic_time () - started) / G_USEC_PER_SEC, failed,
                    error != NULL ? error->message : NULL);
}

static void
run_steps (Test *test)
{
  gulong handler = g_signal_connect (test->client, "notification", G_CALLBACK (on_notification), test);
  for (guint i = 0; i < test->file->topology->steps->len; i++)
    run_one_step (test, i);
  g_signal_handler_disconnect (test->client, handler);
}

static void
tear_down (Test *test, gboolean keep)
{
  g_autoptr (GError) error = NULL;
  if (test->client == NULL)
    return;
  if (keep)
    vbet_report_comment (test->report, "the lab goes on as %s", vbet_client_get_id (test->client));
  else if (!vbet_connection_stop_lab (test->client, test->interrupt, &error)) {
    test->left_behind = TRUE;
    vbet_output_error (error);
  }
  g_clear_object (&test->client);
}

/* --- files ------------------------------------------------------------------- */

static void
test_file (Test *test, guint index, const Options *options)
{
  guint before = vbet_report_failures (test->report);
  vbet_report_suite (test->report, test->file->name);
  if (!is_valid (test->file)) {
    report_findings (test);
    return;
  }
  vbet_interrupt_set_deadline (test->interrupt, (guint)options->timeout);
  if (start (test, index)) {
    tell_alarms (test);
    run_checks (test);
    run_steps (test);
  } else if (!is_interrupted (test)) {
    skip_rest (test, "the lab did not start");
  }
  vbet_interrupt_set_deadline (test->interrupt, 0);
  tear_down (test, options->keep && vbet_report_failures (test->report) > before);
}

/* All are asked about before the first runs: nobody waits for a question in the middle. @isolated: (element-type
 * gboolean): is filled, one a file. */
static gboolean
may_test (GPtrArray *files, const VbetConsent *options, GArray *isolated)
{
  for (guint i = 0; i < files->len; i++) {
    VbetConsent consent = *options;
    const VbetLabFile *file = g_ptr_array_index (files, i);
    if (is_valid (file) && !vbet_consent_ask (file, &consent, TRUE))
      return FALSE;
    g_array_append_val (isolated, consent.isolated);
  }
  return TRUE;
}

static GPtrArray *
load_files (char **arguments)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify)vbet_lab_file_free);
  for (gsize i = 0; arguments[i] != NULL; i++) {
    g_autoptr (GError) error = NULL;
    VbetLabFile *file = vbet_lab_file_load (arguments[i], &error);
    if (file == NULL) {
      vbet_output_error (error);
      return NULL;
    }
    g_ptr_array_add (files, file);
  }
  return g_steal_pointer (&files);
}

static int
test_files (GPtrArray *files, const GArray *isolated, const Options *options)
{
  guint planned = 0;
  for (guint i = 0; i < files->len; i++)
    planned += count_results (g_ptr_array_index (files, i));
  g_autoptr (VbetReport) report = vbet_report_new (planned);
  int exit_code = VBET_EXIT_OK;
  gboolean left_behind = FALSE;
  for (guint i = 0; i < files->len && exit_code == VBET_EXIT_OK; i++) {
    g_autoptr (VbetInterrupt) interrupt = vbet_interrupt_new ();
    Test test = { .report = report,
                  .interrupt = interrupt,
                  .file = g_ptr_array_index (files, i),
                  .isolated = g_array_index (isolated, gboolean, i) };
    test_file (&test, i + 1, options);
    left_behind = left_behind || test.left_behind;
    if (is_interrupted (&test)) {
      vbet_report_bail_out (report, "Interrupted");
      exit_code = VBET_EXIT_INTERRUPTED;
    }
  }
  if (exit_code == VBET_EXIT_OK && (left_behind || vbet_report_failures (report) > 0))
    exit_code = VBET_EXIT_FAILURE;
  g_autoptr (GError) error = NULL;
  if (options->junit != NULL && !vbet_report_write_junit (report, options->junit, &error)) {
    vbet_output_error (error);
    exit_code = exit_code == VBET_EXIT_OK ? VBET_EXIT_FAILURE : exit_code;
  }
  return exit_code;
}

int
vbet_cmd_test (const VbetCommand *self, int argc, char **argv)
{
  int exit_code;
  Options options = { 0 };
  g_autofree char *junit = NULL;
  const GOptionEntry entries[] = {
    { "junit", 0, 0, G_OPTION_ARG_FILENAME, &junit, "Write the results as JUnit XML to FILE, too", "FILE" },
    { "keep", 'k', 0, G_OPTION_ARG_NONE, &options.keep, "Leave labs with failures running, to look at",
      NULL },
    { "timeout", 't', 0, G_OPTION_ARG_INT, &options.timeout, "Give up on a file after that many seconds",
      "SECONDS" },
    VBET_CONSENT_TRUST (options.consent),
    VBET_CONSENT_ISOLATED (options.consent),
    { NULL },
  };
  if (!vbet_command_parse (self, entries, &argc, argv, (VbetArity){ 1, -1 }, &exit_code))
    return exit_code;
  if (options.timeout < 0)
    return vbet_command_usage_error (self, "--timeout needs a number of seconds");
  if (options.consent.trust && options.consent.isolated)
    return vbet_command_usage_error (self, "--trust and --isolated exclude each other");
  options.junit = junit;
  g_autoptr (GPtrArray) files = load_files (argv + 1);
  g_autoptr (GArray) isolated = g_array_new (FALSE, FALSE, sizeof (gboolean));
  if (files == NULL || !may_test (files, &options.consent, isolated))
    return VBET_EXIT_FAILURE;
  return test_files (files, isolated, &options);
}
