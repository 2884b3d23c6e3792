/* test-cli-output.c - vbetctl's tables, amounts, suggestions, escape keys, reports. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "cli/escape.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/result-list.h"
#include "unit/harness.h"

/* --- what a function prints ------------------------------------------------------- */

typedef struct {
  char *path;
  int saved;
} Capture;

static Capture
capture_begin (void)
{
  Capture capture = { 0 };
  int fd = g_file_open_tmp ("vbet-test-XXXXXX", &capture.path, NULL);
  fflush (stdout);
  capture.saved = dup (STDOUT_FILENO);
  dup2 (fd, STDOUT_FILENO);
  close (fd);
  return capture;
}

static char *
capture_end (Capture *capture)
{
  char *text = NULL;
  fflush (stdout);
  dup2 (capture->saved, STDOUT_FILENO);
  close (capture->saved);
  g_file_get_contents (capture->path, &text, NULL, NULL);
  g_unlink (capture->path);
  g_free (capture->path);
  return text;
}

/* --- tests ------------------------------------------------------------------------ */

static void
test_table (void)
{
  Capture capture = capture_begin ();
  g_autoptr (VbetTable) table = vbet_table_new ("NAME|>SIZE|NOTE");
  vbet_table_add (table, "a");
  vbet_table_add_format (table, "%d", 7);
  vbet_table_add (table, NULL);
  vbet_table_add (table, "größer");
  vbet_table_add (table, "12345");
  vbet_table_add_state (table, "ready");
  vbet_table_print (table);
  g_autofree char *text = capture_end (&capture);
  VBET_ASSERT_TEXT (text, "NAME     SIZE  NOTE\n"
                          "a           7\n"
                          "größer  12345  ready\n");
}

static void
assert_bytes (gint64 bytes, const char *expected)
{
  g_autofree char *text = vbet_format_bytes (bytes);
  VBET_ASSERT_TEXT (text, expected);
}

static void
assert_seconds (double seconds, const char *expected)
{
  g_autofree char *text = vbet_format_seconds (seconds);
  VBET_ASSERT_TEXT (text, expected);
}

static void
test_amounts (void)
{
  assert_bytes (0, "0");
  assert_bytes (1023, "1023");
  assert_bytes (1024, "1.0 K");
  assert_bytes (1536, "1.5 K");
  assert_bytes (10 * 1024, "10 K");
  assert_bytes (1024 * 1024 - 1, "1.0 M");
  assert_bytes (G_GINT64_CONSTANT (5) << 40, "5.0 T");
  assert_bytes (G_GINT64_CONSTANT (5000) << 40, "5000 T");
  assert_seconds (0, "0.00 s");
  assert_seconds (9.994, "9.99 s");
  assert_seconds (9.996, "10 s");
  assert_seconds (59.6, "1 min 0 s");
  assert_seconds (3599, "59 min 59 s");
  assert_seconds (3600 * 25 + 120, "25 h 2 min");
}

static void
test_suggest (void)
{
  const char *const names[] = { "r1", "r2", "host1", "switch1", NULL };
  const char *const none[] = { NULL };
  VBET_ASSERT_TEXT (vbet_suggest ("hots1", names), "host1");
  VBET_ASSERT_TEXT (vbet_suggest ("Switch", names), "switch1");
  CU_ASSERT_PTR_NULL (vbet_suggest ("r3", names));
  CU_ASSERT_PTR_NULL (vbet_suggest ("firewall", names));
  CU_ASSERT_PTR_NULL (vbet_suggest ("r1", none));
  CU_ASSERT_PTR_NULL (vbet_suggest ("", names));
}

static void
test_one_line (void)
{
  g_autofree char *text = vbet_one_line ("  ping(a,\n\t b)  \n");
  VBET_ASSERT_TEXT (text, "ping(a, b)");
}

/* Types @typed in pieces of @piece bytes; returns what the guest got, then "|" and the action. */
static char *
type (const char *typed, gsize piece)
{
  VbetEscape escape = { 0 };
  VbetEscapeAction action = VBET_ESCAPE_NONE;
  g_autoptr (GByteArray) out = g_byte_array_new ();
  gsize size = strlen (typed);
  gsize i = 0;
  while (i < size && action == VBET_ESCAPE_NONE)
    i += vbet_escape_feed (&escape, (const guint8 *)typed + i, MIN (piece, size - i), out, &action);
  return g_strdup_printf ("%.*s|%s", (int)out->len, (const char *)out->data,
                          action == VBET_ESCAPE_LEAVE  ? "leave"
                          : action == VBET_ESCAPE_HELP ? "help"
                                                       : "");
}

static void
test_escape (void)
{
  static const struct {
    const char *typed;
    const char *expected;
  } rows[] = {
    { "ls\n", "ls\n|" },
    { "ls\x1dqx", "ls|leave" },
    { "ls\x1d.", "ls|leave" },
    { "a\x1d\x1d"
      "b",
      "a\x1d"
      "b|" },
    { "a\x1d?", "a|help" },
    { "a\x1d", "a|" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize piece = 1; piece <= 4; piece++) {
      g_autofree char *got = type (rows[i].typed, piece);
      VBET_ASSERT_TEXT (got, rows[i].expected);
    }
}

/* A report with everything that TAP and XML give a meaning. */
static VbetReport *
make_report (void)
{
  VbetReport *report = vbet_report_new (3);
  VbetReportResult ok = { .outcome = VBET_REPORT_OK, .duration = 0.25 };
  VbetReportResult skipped = { .outcome = VBET_REPORT_SKIPPED, .message = "the lab did not start" };
  VbetReportResult failed = {
    .outcome = VBET_REPORT_FAILED,
    .duration = 1.5,
    .message = "it's not there",
    .statement = "expect(r1, \"x\",\n  \"<y>\")",
    .place = "a.vbet:3",
    .output = "one\r\n\n  two \033[1m\xff\n",
  };
  vbet_report_suite (report, "a");
  vbet_report_add (report, "starts", &ok);
  vbet_report_add (report, "check #1 a\\b", &failed);
  vbet_report_suite (report, "b");
  vbet_report_add (report, "step 1: x\ny", &skipped);
  vbet_report_comment (report, "two\nlines");
  return report;
}

static void
test_tap (void)
{
  Capture capture = capture_begin ();
  g_autoptr (VbetReport) report = make_report ();
  vbet_report_bail_out (report, "Interrupted");
  g_autofree char *text = capture_end (&capture);
  VBET_ASSERT_TEXT (text, "TAP version 13\n"
                          "1..3\n"
                          "ok 1 - a: starts\n"
                          "  ---\n"
                          "  duration_ms: 250\n"
                          "  ...\n"
                          "not ok 2 - a: check \\#1 a\\\\b\n"
                          "  ---\n"
                          "  message: 'it''s not there'\n"
                          "  at: 'a.vbet:3'\n"
                          "  statement: |2\n"
                          "    expect(r1, \"x\",\n"
                          "      \"<y>\")\n"
                          "  output: |2\n"
                          "    one\n"
                          "\n"
                          "      two \357\277\275[1m\357\277\275\n"
                          "  duration_ms: 1500\n"
                          "  ...\n"
                          "ok 3 - b: step 1: x y # SKIP the lab did not start\n"
                          "# two lines\n"
                          "Bail out! Interrupted\n");
  CU_ASSERT_EQUAL (vbet_report_failures (report), 1);
}

static void
test_junit (void)
{
  Capture capture = capture_begin ();
  g_autoptr (VbetReport) report = make_report ();
  g_autofree char *ignored = capture_end (&capture);
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  close (g_file_open_tmp ("vbet-test-XXXXXX", &path, NULL));
  CU_ASSERT_TRUE (vbet_report_write_junit (report, path, NULL));
  CU_ASSERT_TRUE (g_file_get_contents (path, &text, NULL, NULL));
  g_unlink (path);
  VBET_ASSERT_TEXT (
      text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<testsuites name=\"vbetctl test\" tests=\"3\" failures=\"1\">\n"
            "  <testsuite name=\"a\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\" time=\"1.750\">\n"
            "    <testcase classname=\"a\" name=\"starts\" time=\"0.250\"/>\n"
            "    <testcase classname=\"a\" name=\"check #1 a\\b\" time=\"1.500\"><failure "
            "message=\"it&apos;s not there\">"
            "a.vbet:3\nexpect(r1, &quot;x&quot;,\n  &quot;&lt;y&gt;&quot;)\none\n\n  two "
            "\357\277\275[1m\357\277\275\n"
            "</failure></testcase>\n"
            "  </testsuite>\n"
            "  <testsuite name=\"b\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"1\" time=\"0.000\">\n"
            "    <testcase classname=\"b\" name=\"step 1: x y\" time=\"0.000\"><skipped message=\"the lab "
            "did not start\"/>"
            "</testcase>\n"
            "  </testsuite>\n"
            "</testsuites>\n");
  g_autoptr (GError) error = NULL;
  CU_ASSERT_FALSE (vbet_report_write_junit (report, "/nonexistent/x", &error));
  CU_ASSERT_PTR_NOT_NULL (error);
}

static CU_TestInfo tests[] = {
  { "tables line up", test_table }, { "bytes and seconds", test_amounts },
  { "did you mean", test_suggest }, { "statements on one line", test_one_line },
  { "escape keys", test_escape },   { "TAP", test_tap },
  { "JUnit XML", test_junit },      CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "cli-output", NULL, NULL, NULL, NULL, tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
