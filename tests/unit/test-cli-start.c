/* test-cli-start.c - vbetctl run, apply and test, with an engine that pretends: progress, failures, Ctrl-C,
 * reports. */
#include "config.h"

#include <signal.h>
#include <string.h>

#include "base/paths.h"
#include "unit/cli-runner.h"

#define TWO                                                                                                  \
  "h1 = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))\nh2 = attach(alloc(host), alloc(NIC, "               \
  "ip=10.0.0.2/24))\n"                                                                                       \
  "link(h1, h2)\nping(h1, h2)\nstep \"Down\" {\n  stop(h2)\n}\n"

#define READY                                                                                                \
  "notify lab.apply device.state {\"device\":\"h1\",\"state\":\"booting\"}\n"                                \
  "notify lab.apply device.state {\"device\":\"h1\",\"state\":\"ready\"}\n"                                  \
  "notify lab.apply device.state {\"device\":\"h2\",\"state\":\"ready\"}\n"                                  \
  "answer lab.apply "                                                                                        \
  "{\"calls\":[{\"text\":\"start(h1)\",\"state\":\"done\"},{\"text\":\"start(h2)\",\"state\":\"done\"}]}\n"

#define FAILING                                                                                              \
  "notify lab.apply device.state {\"device\":\"h1\",\"state\":\"ready\"}\n"                                  \
  "notify lab.apply device.state {\"device\":\"h2\",\"state\":\"failed\",\"error\":\"It panicked.\"}\n"      \
  "answer lab.apply {\"calls\":[{\"text\":\"start(h2)\",\"state\":\"failed\",\"error\":\"It "                \
  "panicked.\"}]}\n"                                                                                         \
  "answer lab.status {\"devices\":[{\"name\":\"h2\",\"state\":\"failed\",\"error\":\"It panicked.\"}]}\n"

static VbetSandbox *
sandbox_with (const char *script)
{
  VbetSandbox *sandbox = vbet_sandbox_new (NULL);
  g_free (vbet_sandbox_write (sandbox, "two.vbet", TWO));
  g_free (vbet_sandbox_write (sandbox, "script", script));
  return sandbox;
}

/* Replaces every time and process id in @text by "T", so that it can be compared. Returns: (transfer full).
 */
static char *
without_times (const char *text)
{
  g_autoptr (GRegex) regex
      = g_regex_new ("[0-9]+\\.[0-9]+ s|(?<=duration_ms: )[0-9]+|(?<=time=\")[0-9.]+", 0, 0, NULL);
  return g_regex_replace_literal (regex, text, -1, 0, "T", 0, NULL);
}

static void
check_run (const VbetRun *run, int status, const char *out, const char *err)
{
  g_autofree char *actual_out = without_times (run->out);
  g_autofree char *actual_err = without_times (run->err);
  CU_ASSERT_EQUAL (run->status, status);
  VBET_ASSERT_TEXT (actual_out, out);
  VBET_ASSERT_TEXT (actual_err, err);
}

/* What the launched engine was asked, without what launching asks. */
static gboolean
was_asked (VbetSandbox *sandbox, const char *request)
{
  g_autofree char *log = vbet_sandbox_read (sandbox, "log");
  return strstr (log, request) != NULL;
}

static gboolean
still_runs (VbetSandbox *sandbox, const char *id)
{
  g_autofree char *socket = g_build_filename (sandbox->dir, "run", id, "rpc", NULL);
  return g_file_test (socket, G_FILE_TEST_EXISTS);
}

static void
stop (VbetSandbox *sandbox, const char *id)
{
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "stop", id);
  CU_ASSERT_EQUAL (run->status, 0);
}

/* --- run ------------------------------------------------------------------------- */

static void
test_run (void)
{
  g_autoptr (VbetSandbox) sandbox = sandbox_with (READY);
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "run", "two.vbet");
  check_run (run, 0,
             "two is running: 2 guests ready, 2 devices, 1 cable (T)\n"
             "  vbetctl status two\n"
             "  vbetctl console two h1\n"
             "  vbetctl step two    # Down\n"
             "  vbetctl stop two\n",
             "h1: ready (T)\nh2: ready (T)\n");
  CU_ASSERT_TRUE (was_asked (sandbox, "id=two name=two path=/"));
  CU_ASSERT_TRUE (was_asked (sandbox, "lab.apply {\"path\":\"/"));
  CU_ASSERT_TRUE (was_asked (sandbox, "\"wait\":true}"));
  CU_ASSERT_TRUE (still_runs (sandbox, "two"));
  stop (sandbox, "two");
}

static void
test_run_detached (void)
{
  g_autoptr (VbetSandbox) sandbox = sandbox_with (READY);
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "run", "--detach", "--quiet", "--id", "other", "two.vbet");
  check_run (run, 0, "other\n", "");
  CU_ASSERT_TRUE (was_asked (sandbox, "id=other name=two"));
  stop (sandbox, "other");
}

#define ALARMED                                                                                              \
  READY "answer lab.status {\"devices\":[],\"alarms\":[{\"device\":\"h1\",\"kind\":\"route\",\"text\":\"no " \
        "way\","                                                                                             \
        "\"remedy\":\"Mend it\"},{\"device\":\"h2\",\"kind\":\"x\",\"text\":\"odd\"}]}\n"

/* What went wrong in guests that run is told, and is no failure. */
static void
test_run_with_alarms (void)
{
  g_autoptr (VbetSandbox) sandbox = sandbox_with (ALARMED);
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "run", "-d", "-q", "two.vbet");
  check_run (run, 0, "two\n", "vbetctl: h1: no way. Mend it\nvbetctl: h2: odd\n");
  g_autoptr (VbetRun) status = VBET_RUN (sandbox, "status", "two");
  CU_ASSERT_PTR_NOT_NULL (strstr (status->out, "\n2 problems:\n  h1: no way. Mend it\n  h2: odd\n"));
  stop (sandbox, "two");
  g_autoptr (VbetSandbox) tested = sandbox_with (ALARMED);
  g_autoptr (VbetRun) test = VBET_RUN (tested, "test", "two.vbet");
  CU_ASSERT_PTR_NOT_NULL (strstr (test->out, "# h1: no way. Mend it\n# h2: odd\n"));
}

static void
test_run_failing (void)
{
  g_autoptr (VbetSandbox) sandbox = sandbox_with (FAILING);
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "run", "-d", "two.vbet");
  check_run (run, 1, "",
             "h1: ready (T)\nh2: failed (T)\nvbetctl: start(h2) failed: It panicked.\n"
             "vbetctl: The lab was stopped again (--keep-failed: leave it running)\n");
  CU_ASSERT_TRUE (was_asked (sandbox, "lab.stop {}"));
  g_autoptr (VbetSandbox) kept = sandbox_with (FAILING);
  g_autoptr (VbetRun) left = VBET_RUN (kept, "run", "-q", "--keep-failed", "two.vbet");
  check_run (left, 1, "",
             "vbetctl: start(h2) failed: It panicked.\n"
             "vbetctl: The lab “two” was left as it is; “vbetctl stop two” stops it\n");
  CU_ASSERT_FALSE (was_asked (kept, "lab.stop {}"));
  stop (kept, "two");
}

static void
test_run_refused (void)
{
  g_autoptr (VbetSandbox) sandbox = sandbox_with ("refuse -32004 The lab “two” is running already.\n");
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "run", "two.vbet");
  check_run (run, 1, "", "vbetctl: The lab “two” is running already.\n");
  g_autoptr (VbetSandbox) host = sandbox_with ("fail lab.apply -32006 There is no image; build one.\n");
  g_autoptr (VbetRun) failed = VBET_RUN (host, "run", "-q", "two.vbet");
  check_run (failed, 1, "", "vbetctl: There is no image; build one.\n");
  CU_ASSERT_TRUE (was_asked (host, "lab.stop {}"));
  g_autoptr (VbetSandbox) dead = sandbox_with ("die lab.apply\n");
  g_autoptr (VbetRun) gone = VBET_RUN (dead, "run", "-q", "two.vbet");
  CU_ASSERT_EQUAL (gone->status, 1);
  CU_ASSERT_TRUE (g_str_has_prefix (gone->err, "vbetctl: The lab's engine went away"));
}

static void
test_run_wrong_text (void)
{
  g_autoptr (VbetSandbox) sandbox = sandbox_with (READY);
  sandbox->input = g_strdup ("h1 = alloc(hots)\n");
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "run", "-");
  CU_ASSERT_EQUAL (run->status, 1);
  CU_ASSERT_TRUE (g_str_has_prefix (run->err, "<stdin>:1:12: error: "));
  CU_ASSERT_FALSE (was_asked (sandbox, "id="));
}

static void
send_signal (GSubprocess *process, gpointer data)
{
  g_subprocess_send_signal (process, GPOINTER_TO_INT (data));
}

/* Ctrl-C while guests boot, and while a lab runs in the foreground: both stop the lab. */
static void
test_run_interrupted (void)
{
  g_autoptr (VbetSandbox) sandbox = sandbox_with ("hang lab.apply\n");
  sandbox->when_busy = send_signal;
  sandbox->busy_request = "lab.apply";
  sandbox->busy_data = GINT_TO_POINTER (SIGINT);
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "run", "-d", "two.vbet");
  check_run (run, 130, "", "vbetctl: Interrupted; the lab was stopped\n");
  CU_ASSERT_TRUE (was_asked (sandbox, "lab.stop {}"));
  g_autoptr (VbetSandbox) stays = sandbox_with (READY);
  stays->when_busy = send_signal;
  stays->busy_request = "lab.status";
  stays->busy_data = GINT_TO_POINTER (SIGTERM);
  g_autoptr (VbetRun) foreground = VBET_RUN (stays, "run", "-q", "--foreground", "two.vbet");
  CU_ASSERT_TRUE (foreground->status == 0 || foreground->status == 130);
  CU_ASSERT_TRUE (was_asked (stays, "lab.stop {}"));
}

/* --- apply ------------------------------------------------------------------------ */

static void
test_apply (void)
{
  g_autoptr (VbetSandbox) sandbox
      = vbet_sandbox_new ("answer lab.apply {\"calls\":[{\"text\":\"free(h3)\",\"state\":\"done\"}]}");
  g_autofree char *file = vbet_sandbox_write (sandbox, "two.vbet", TWO);
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "apply", "lab", "two.vbet");
  check_run (run, 0, "free(h3)\n", "");
  g_autoptr (VbetSandbox) same = vbet_sandbox_new ("answer lab.apply {\"calls\":[]}");
  g_free (vbet_sandbox_write (same, "two.vbet", TWO));
  g_autoptr (VbetRun) nothing = VBET_RUN (same, "apply", "lab", "two.vbet");
  check_run (nothing, 0, "", "vbetctl: The lab is already what two.vbet says\n");
  g_autoptr (VbetRun) no_wait = VBET_RUN (sandbox, "apply", "--no-wait", "lab", "two.vbet");
  CU_ASSERT_EQUAL (no_wait->status, 0);
  CU_ASSERT_PTR_NOT_NULL (strstr (vbet_fake_engine_log (sandbox->engine), "\"wait\":true}"));
  CU_ASSERT_PTR_NOT_NULL (strstr (vbet_fake_engine_log (sandbox->engine), "\"wait\":false}"));
}

/* --- test ------------------------------------------------------------------------- */

#define PASSING                                                                                              \
  READY "answer lab.checks {\"ok\":true,\"results\":[{\"text\":\"ping(h1, "                                  \
        "h2)\",\"line\":4,\"ok\":true,\"duration\":0.1}]}\n"                                                 \
        "notify lab.step step "                                                                              \
        "{\"index\":1,\"state\":\"running\",\"result\":{\"text\":\"stop(h2)\",\"ok\":true,\"duration\":0.1}" \
        "}\n"                                                                                                \
        "answer lab.step {\"index\":1,\"ok\":true,\"results\":[{\"text\":\"stop(h2)\",\"ok\":true}]}\n"

static void
test_test (void)
{
  g_autoptr (VbetSandbox) sandbox = sandbox_with (PASSING);
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "test", "two.vbet", "two.vbet");
#define ONE(a, b, c)                                                                                         \
  "ok " a " - two: starts\n  ---\n  duration_ms: T\n  ...\n"                                                 \
  "ok " b " - two: check ping(h1, h2)\n  ---\n  duration_ms: T\n  ...\n"                                     \
  "# done: stop(h2) (T)\n"                                                                                   \
  "ok " c " - two: step 1: Down\n  ---\n  duration_ms: T\n  ...\n"
  check_run (run, 0, "TAP version 13\n1..6\n" ONE ("1", "2", "3") ONE ("4", "5", "6"), "");
  CU_ASSERT_TRUE (was_asked (sandbox, "id=test-two-"));
  CU_ASSERT_TRUE (was_asked (sandbox, "lab.stop {}"));
}

static void
test_test_failing (void)
{
  g_autoptr (VbetSandbox) sandbox = sandbox_with (
      READY "answer lab.checks {\"ok\":false,\"results\":[{\"text\":\"ping(h1, h2)\",\"line\":4,\"ok\":false,"
            "\"duration\":0.1,\"error\":\"h1 does not reach h2.\",\"output\":\"3 sent\\n0 received\\n\"}]}\n"
            "fail lab.step -32005 h2 is off.\n");
  g_autofree char *bad = vbet_sandbox_write (sandbox, "bad.vbet", "h1 = alloc(hots)\n");
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "test", "--junit", "out.xml", "two.vbet", "bad.vbet");
  CU_ASSERT_EQUAL (run->status, 1);
  g_autofree char *out = without_times (run->out);
  CU_ASSERT_TRUE (
      g_str_has_prefix (out, "TAP version 13\n1..4\nok 1 - two: starts\n  ---\n  duration_ms: T\n  ...\n"
                             "not ok 2 - two: check ping(h1, h2)\n  ---\n"
                             "  message: 'h1 does not reach h2.'\n"
                             "  at: 'two.vbet:4'\n"
                             "  statement: 'ping(h1, h2)'\n"
                             "  output: |2\n    3 sent\n    0 received\n"
                             "  duration_ms: T\n  ...\n"
                             "not ok 3 - two: step 1: Down\n  ---\n  message: 'h2 is off.'\n"
                             "  duration_ms: T\n  ...\n"
                             "not ok 4 - bad: starts\n  ---\n  message: 'the lab text has errors'\n"
                             "  output: 'bad.vbet:1:12: error: "));
  g_autofree char *junit = vbet_sandbox_read (sandbox, "out.xml");
  CU_ASSERT_PTR_NOT_NULL (strstr (junit, "<testsuites name=\"vbetctl test\" tests=\"4\" failures=\"3\">"));
  CU_ASSERT_TRUE (was_asked (sandbox, "lab.stop {}"));
}

static void
test_test_not_starting (void)
{
  g_autoptr (VbetSandbox) sandbox = sandbox_with (FAILING);
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "test", "two.vbet");
  check_run (run, 1,
             "TAP version 13\n1..3\nnot ok 1 - two: starts\n  ---\n  message: 'not everything started'\n"
             "  output: 'start(h2) failed: It panicked.'\n  duration_ms: T\n  ...\n"
             "ok 2 - two: check ping(h1, h2) # SKIP the lab did not start\n"
             "ok 3 - two: step 1: Down # SKIP the lab did not start\n",
             "");
  CU_ASSERT_TRUE (was_asked (sandbox, "lab.stop {}"));
}

static void
test_test_interrupted (void)
{
  g_autoptr (VbetSandbox) sandbox = sandbox_with (PASSING "hang lab.step\n");
  sandbox->when_busy = send_signal;
  sandbox->busy_request = "lab.step";
  sandbox->busy_data = GINT_TO_POINTER (SIGINT);
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "test", "--junit", "out.xml", "two.vbet");
  CU_ASSERT_EQUAL (run->status, 130);
  CU_ASSERT_TRUE (g_str_has_suffix (run->out, "\nBail out! Interrupted\n"));
  CU_ASSERT_TRUE (was_asked (sandbox, "lab.stop {}"));
  g_autofree char *junit = vbet_sandbox_read (sandbox, "out.xml");
  CU_ASSERT_PTR_NOT_NULL (strstr (junit, "tests=\"2\" failures=\"0\""));
}

static void
test_test_timeout (void)
{
  g_autoptr (VbetSandbox) sandbox = sandbox_with (PASSING "hang lab.checks\n");
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "test", "--timeout", "1", "two.vbet");
  CU_ASSERT_EQUAL (run->status, 1);
  CU_ASSERT_PTR_NOT_NULL (strstr (run->out,
                                  "not ok 2 - two: check ping(h1, h2)\n  ---\n"
                                  "  message: 'Not done when the time given by --timeout was over'\n"));
  CU_ASSERT_PTR_NOT_NULL (strstr (run->out, "not ok 3 - two: step 1: Down\n"));
  CU_ASSERT_TRUE (was_asked (sandbox, "lab.stop {}"));
}

static CU_TestInfo tests[] = {
  { "run", test_run },
  { "run --detach --id", test_run_detached },
  { "run with alarms", test_run_with_alarms },
  { "run: a guest fails", test_run_failing },
  { "run: no engine, no image, dead engine", test_run_refused },
  { "run: a wrong text starts nothing", test_run_wrong_text },
  { "run: Ctrl-C stops the lab", test_run_interrupted },
  { "apply", test_apply },
  { "test", test_test },
  { "test: failures", test_test_failing },
  { "test: a lab that does not start", test_test_not_starting },
  { "test: Ctrl-C tears down", test_test_interrupted },
  { "test: --timeout", test_test_timeout },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "cli-start", NULL, NULL, NULL, NULL, tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
