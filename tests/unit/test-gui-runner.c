/* test-gui-runner.c - the window's side of a running lab, against a fake engine. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <glib/gstdio.h>

#include "base/paths.h"
#include "gui/runner.h"
#include "unit/fake-engine.h"
#include "unit/harness.h"

static const char lab_text[] = "h1 = attach(alloc(host), alloc(NIC))\nh2 = attach(alloc(host), alloc(NIC))\n";

typedef struct {
  char *folder;
  VbetSession *session;
  VbetRunner *runner;
  VbetFakeEngine *engine; /* (nullable): in this process, for labs that run already */
  GString *log;           /* what the runner signalled */
} Fixture;

static void
note (Fixture *self, const char *what, const char *text)
{
  g_string_append_printf (self->log, "%s%s%s\n", what, text != NULL ? ": " : "", text != NULL ? text : "");
}

static void
on_phase (VbetRunner *runner, Fixture *self)
{
  static const char *const names[] = { "off", "starting", "running", "stopping" };
  note (self, "phase", names[vbet_runner_get_phase (runner)]);
}

static void
on_failed (VbetRunner *runner, const char *message, Fixture *self)
{
  note (self, "failed", message);
}

static void
on_lost (VbetRunner *runner, Fixture *self)
{
  note (self, "lost", NULL);
}

static void
on_stopped (VbetRunner *runner, Fixture *self)
{
  note (self, "stopped", NULL);
}

static void
on_differs (VbetRunner *runner, const char *text, Fixture *self)
{
  note (self, "differs", text);
}

static void
on_called (VbetRunner *runner, const VbetCallNews *call, Fixture *self)
{
  g_autofree char *line
      = g_strdup_printf ("%" G_GINT64_FORMAT " %s %s%s%s", call->number, call->text, call->state,
                         call->error != NULL ? " " : "", call->error != NULL ? call->error : "");
  note (self, "call", line);
}

static void
setup (Fixture *self)
{
  memset (self, 0, sizeof *self);
  self->folder = g_dir_make_tmp ("vg-XXXXXX", NULL);
  g_setenv ("VBET_RUNTIME_DIR", self->folder, TRUE);
  self->log = g_string_new (NULL);
  self->session = vbet_session_new ();
  vbet_session_load (self->session, lab_text, strlen (lab_text), "/labs/two.vbet");
  self->runner = vbet_runner_new (self->session);
  g_signal_connect (self->runner, "phase-changed", G_CALLBACK (on_phase), self);
  g_signal_connect (self->runner, "failed", G_CALLBACK (on_failed), self);
  g_signal_connect (self->runner, "lost", G_CALLBACK (on_lost), self);
  g_signal_connect (self->runner, "stopped", G_CALLBACK (on_stopped), self);
  g_signal_connect (self->runner, "differs", G_CALLBACK (on_differs), self);
  g_signal_connect (self->runner, "called", G_CALLBACK (on_called), self);
}

/* What was asked is answered before the connection goes: answers come in order. */
static void
flush (Fixture *self)
{
  VbetClient *client = vbet_runner_get_client (self->runner);
  if (client != NULL && vbet_runner_get_phase (self->runner) == VBET_PHASE_RUNNING)
    g_variant_unref (vbet_client_call_sync (client, "lab.info", NULL, NULL));
}

static void
teardown (Fixture *self)
{
  flush (self);
  g_object_unref (self->runner);
  g_object_unref (self->session);
  g_clear_pointer (&self->engine, vbet_fake_engine_free);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  vbet_paths_remove_tree (self->folder);
  g_free (self->folder);
  g_string_free (self->log, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, teardown)

static void
engine_runs (Fixture *self, const char *script)
{
  g_autofree char *socket = vbet_paths_lab_socket ("two");
  self->engine = vbet_fake_engine_new (socket, script);
}

/* Iterates until the runner's log, or the engine's where there is one here, holds @text; the harness's alarm
 * ends a hang. */
static void
wait_for (Fixture *self, const char *text)
{
  while (strstr (self->log->str, text) == NULL
         && (self->engine == NULL || strstr (vbet_fake_engine_log (self->engine), text) == NULL))
    g_main_context_iteration (NULL, TRUE);
}

#define ASSERT_HAS(text, part)                                                                               \
  do {                                                                                                       \
    gboolean has = strstr ((text), (part)) != NULL;                                                          \
    if (!has)                                                                                                \
      g_printerr ("\nnot there: %s\nin:\n%s\n", (part), (text));                                             \
    CU_ASSERT_TRUE (has);                                                                                    \
  } while (0)

static const char same_text[]
    = "answer lab.info {\"path\":\"/labs/two.vbet\",\"id\":\"two\"}\n"
      "answer lab.text {\"text\":\"h1 = attach(alloc(host), alloc(NIC))\\nh2 = "
      "attach(alloc(host), alloc(NIC))\\n\"}\n"
      "answer lab.calls {\"calls\":[{\"number\":1,\"text\":\"alloc(host)\",\"state\":\"done\","
      "\"time\":0,\"duration\":0.5}]}\n"
      "answer lab.status {\"devices\":[{\"name\":\"h1\",\"state\":\"ready\"},{\"name\":\"h2\","
      "\"state\":\"failed\",\"error\":\"no memory\"}]}\n";

static void
test_finds_a_running_lab (void)
{
  g_auto (Fixture) self = { 0 };
  setup (&self);
  engine_runs (&self, same_text);
  vbet_runner_find (self.runner);
  wait_for (&self, "phase: running");
  wait_for (&self, "lab.text {}");
  wait_for (&self, "call: 1 alloc(host) done");
  CU_ASSERT_TRUE (vbet_session_is_running (self.session));
  while (vbet_session_get_state (self.session, "h1") == VBET_STATE_OFF)
    g_main_context_iteration (NULL, TRUE);
  CU_ASSERT_EQUAL (vbet_session_get_state (self.session, "h1"), VBET_STATE_READY);
  CU_ASSERT_EQUAL (vbet_session_get_state (self.session, "h2"), VBET_STATE_FAILED);
  VBET_ASSERT_TEXT (vbet_session_get_reason (self.session, "h2"), "no memory");
  CU_ASSERT_PTR_NULL (strstr (self.log->str, "differs"));
}

static void
test_alarms (void)
{
  g_auto (Fixture) self = { 0 };
  setup (&self);
  g_autofree char *script = g_strconcat (
      same_text,
      "answer lab.status {\"devices\":[],\"alarms\":[{\"device\":\"h1\",\"kind\":\"route\",\"text\":\"no "
      "way\","
      "\"remedy\":\"mend it\"},{\"device\":\"h2\",\"text\":\"a\"},{\"device\":\"h2\",\"text\":\"b\"},7,{}]}\n"
      "notify device.start device.alarms {\"device\":\"h2\",\"alarms\":[]}\n",
      NULL);
  engine_runs (&self, script);
  vbet_runner_find (self.runner);
  wait_for (&self, "phase: running");
  while (vbet_session_get_alarms (self.session, "h2") == NULL)
    g_main_context_iteration (NULL, TRUE);
  GPtrArray *alarms = vbet_session_get_alarms (self.session, "h1");
  CU_ASSERT_PTR_NOT_NULL_FATAL (alarms);
  VBET_ASSERT_TEXT (((VbetAlarm *)g_ptr_array_index (alarms, 0))->text, "no way");
  VBET_ASSERT_TEXT (((VbetAlarm *)g_ptr_array_index (alarms, 0))->remedy, "mend it");
  CU_ASSERT_EQUAL (vbet_session_get_alarms (self.session, "h2")->len, 2);
  vbet_runner_power (self.runner, "start", "h2");
  while (vbet_session_get_alarms (self.session, "h2") != NULL)
    g_main_context_iteration (NULL, TRUE);
  CU_ASSERT_PTR_NOT_NULL (vbet_session_get_alarms (self.session, "h1"));
}

static void
test_tells_another_text (void)
{
  g_auto (Fixture) self = { 0 };
  setup (&self);
  engine_runs (
      &self,
      "answer lab.info {\"path\":\"/labs/two.vbet\"}\nanswer lab.text {\"text\":\"x = alloc(hub)\"}\n");
  vbet_runner_find (self.runner);
  wait_for (&self, "differs: x = alloc(hub)");
}

static void
test_tells_what_others_change (void)
{
  g_auto (Fixture) self = { 0 };
  setup (&self);
  g_autofree char *script
      = g_strconcat (same_text, "notify device.start lab.changed {\"revision\":2}\n", NULL);
  engine_runs (&self, script);
  vbet_runner_find (self.runner);
  wait_for (&self, "phase: running");
  flush (&self);
  vbet_runner_power (self.runner, "start", "h1");
  flush (&self);
  while (strstr (strstr (vbet_fake_engine_log (self.engine), "device.start"), "lab.text") == NULL)
    g_main_context_iteration (NULL, TRUE);
  CU_ASSERT_PTR_NULL (strstr (self.log->str, "differs")); /* the same text: a step's doing */
}

/* What follows the first @part in @text; "" when it is not there. */
static const char *
after (const char *text, const char *part)
{
  const char *found = strstr (text, part);
  return found != NULL ? found + strlen (part) : "";
}

static void
test_leaves_a_namesake_alone (void)
{
  g_auto (Fixture) self = { 0 };
  setup (&self);
  engine_runs (&self, "answer lab.info {\"path\":\"/other/two.vbet\"}\n");
  /* It is let go of: asked again, the runner asks again. Nothing is wrong, for ours can run beside it. */
  while (strstr (after (vbet_fake_engine_log (self.engine), "lab.info"), "lab.info") == NULL) {
    vbet_runner_find (self.runner);
    g_main_context_iteration (NULL, TRUE);
  }
  CU_ASSERT_PTR_NULL (strstr (self.log->str, "failed"));
  vbet_runner_find_id (self.runner, "two");
  wait_for (&self, "failed: A lab called “two” from another file (/other/two.vbet) is running");
  CU_ASSERT_EQUAL (vbet_runner_get_phase (self.runner), VBET_PHASE_OFF);
  CU_ASSERT_FALSE (vbet_session_is_running (self.session));
  ASSERT_HAS (vbet_fake_engine_log (self.engine), "lab.info");
  CU_ASSERT_PTR_NULL (strstr (vbet_fake_engine_log (self.engine), "lab.stop"));
}

static void
test_edits_are_applied (void)
{
  g_auto (Fixture) self = { 0 };
  setup (&self);
  engine_runs (&self, same_text);
  vbet_runner_find (self.runner);
  wait_for (&self, "phase: running");
  VbetDocument *document = vbet_session_get_document (self.session);
  vbet_document_replace (document, 0, 0, "h3 = alloc(host)\n", 17, "Add host");
  wait_for (&self, "lab.apply");
  ASSERT_HAS (vbet_fake_engine_log (self.engine), "\"text\":\"h3 = alloc(host)\\nh1 =");
  ASSERT_HAS (vbet_fake_engine_log (self.engine), "\"wait\":false");
  vbet_document_undo (document);
  wait_for (&self, "lab.apply {\"path\":\"/labs/two.vbet\",\"text\":\"h1 =");
}

static void
test_errors_are_not_applied (void)
{
  g_auto (Fixture) self = { 0 };
  setup (&self);
  engine_runs (&self, same_text);
  vbet_runner_find (self.runner);
  wait_for (&self, "phase: running");
  VbetDocument *document = vbet_session_get_document (self.session);
  vbet_document_replace (document, 0, 0, "broken = alloc(nothing)\n", 24, "Type");
  vbet_runner_update (self.runner);
  vbet_document_replace (document, 0, 24, "h3 = alloc(hub)\n", 16, "Type");
  wait_for (&self, "lab.apply");
  CU_ASSERT_PTR_NULL (strstr (vbet_fake_engine_log (self.engine), "broken"));
}

static void
test_follows_states (void)
{
  g_auto (Fixture) self = { 0 };
  setup (&self);
  engine_runs (&self, "answer lab.info {\"path\":\"/labs/two.vbet\"}\n"
                      "notify device.start device.state {\"device\":\"h1\",\"state\":\"booting\"}\n"
                      "notify device.restart device.state "
                      "{\"device\":\"h1\",\"state\":\"failed\",\"error\":\"it panicked\"}\n"
                      "notify device.restart nonsense {}\n"
                      "notify device.restart device.state {\"device\":7}\n"
                      "fail device.pause -32005 h1 is off\n");
  vbet_runner_find (self.runner);
  wait_for (&self, "phase: running");
  vbet_runner_power (self.runner, "start", "h1");
  while (vbet_session_get_state (self.session, "h1") != VBET_STATE_BOOTING)
    g_main_context_iteration (NULL, TRUE);
  vbet_runner_power (self.runner, "restart", "h1");
  wait_for (&self, "failed: h1 failed: it panicked");
  VBET_ASSERT_TEXT (vbet_session_get_reason (self.session, "h1"), "it panicked");
  vbet_runner_power (self.runner, "pause", "h1");
  wait_for (&self, "failed: h1 is off");
}

static void
test_engine_goes_away (void)
{
  g_auto (Fixture) self = { 0 };
  setup (&self);
  engine_runs (&self, "answer lab.info {\"path\":\"/labs/two.vbet\"}\ndie device.start\n");
  vbet_runner_find (self.runner);
  wait_for (&self, "phase: running");
  vbet_runner_power (self.runner, "start", "h1");
  wait_for (&self, "lost");
  ASSERT_HAS (self.log->str, "phase: off");
  CU_ASSERT_FALSE (vbet_session_is_running (self.session));
  CU_ASSERT_PTR_NULL (vbet_runner_get_client (self.runner));
}

static void
test_leaving_stops_nothing (void)
{
  g_auto (Fixture) self = { 0 };
  setup (&self);
  engine_runs (&self, same_text);
  vbet_runner_find (self.runner);
  wait_for (&self, "phase: running");
  flush (&self);
  vbet_runner_leave (self.runner);
  CU_ASSERT_EQUAL (vbet_runner_get_phase (self.runner), VBET_PHASE_OFF);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  CU_ASSERT_PTR_NULL (strstr (vbet_fake_engine_log (self.engine), "lab.stop"));
}

/* --- with an engine that the runner starts ------------------------------------------------ */

static char *
launch_script (Fixture *self, const char *script)
{
  g_autofree char *path = g_build_filename (self->folder, "script", NULL);
  char *log = g_build_filename (self->folder, "log", NULL);
  g_autofree char *program
      = g_build_filename (g_getenv ("VBET_TOP_BUILDDIR"), "tests", "unit", "fake-vbetd", NULL);
  CU_ASSERT_TRUE (g_file_set_contents (path, script, -1, NULL));
  g_setenv ("VBET_TEST_ENGINE", program, TRUE);
  g_setenv ("VBET_FAKE_SCRIPT", path, TRUE);
  g_setenv ("VBET_FAKE_LOG", log, TRUE);
  return log;
}

static char *
read_log (const char *path)
{
  char *text = NULL;
  g_file_get_contents (path, &text, NULL, NULL);
  return text != NULL ? text : g_strdup ("");
}

static void
test_starts_and_stops (void)
{
  g_auto (Fixture) self = { 0 };
  setup (&self);
  g_autofree char *log = launch_script (
      &self, "notify lab.apply call "
             "{\"number\":1,\"text\":\"alloc(host)\",\"state\":\"failed\",\"error\":\"no kernel\"}\n");
  vbet_runner_start (self.runner);
  vbet_runner_start (self.runner); /* a second click does nothing */
  wait_for (&self, "phase: running");
  ASSERT_HAS (self.log->str, "phase: starting");
  ASSERT_HAS (self.log->str, "call: 1 alloc(host) failed no kernel");
  vbet_runner_stop (self.runner);
  vbet_runner_stop (self.runner);
  wait_for (&self, "stopped");
  ASSERT_HAS (self.log->str, "phase: stopping\nphase: off\n");
  CU_ASSERT_PTR_NULL (strstr (self.log->str, "lost"));
  g_autofree char *requests = read_log (log);
  ASSERT_HAS (requests, "id=two name=two path=/labs/two.vbet");
  ASSERT_HAS (requests, "lab.apply {\"path\":\"/labs/two.vbet\",\"text\":\"h1 = ");
  ASSERT_HAS (requests, "lab.stop");
}

static void
test_launch_refused (void)
{
  g_auto (Fixture) self = { 0 };
  setup (&self);
  g_free (launch_script (&self, "refuse -32004 The lab “two” runs already\n"));
  vbet_runner_start (self.runner);
  wait_for (&self, "failed: The lab “two” runs already");
  CU_ASSERT_EQUAL (vbet_runner_get_phase (self.runner), VBET_PHASE_OFF);
}

static void
test_failed_start_leaves_no_engine (void)
{
  g_auto (Fixture) self = { 0 };
  setup (&self);
  g_autofree char *log = launch_script (&self, "fail lab.apply -32006 There is no guest kernel\n");
  vbet_runner_start (self.runner);
  wait_for (&self, "failed: There is no guest kernel");
  wait_for (&self, "stopped");
  g_autofree char *requests = read_log (log);
  ASSERT_HAS (requests, "lab.stop");
}

/* Says no, and notes that it was asked. */
static gboolean
closed_gate (gboolean starts, gpointer data)
{
  note (data, "gate", starts ? "start" : "text");
  return FALSE;
}

static void
test_gate_of_start (void)
{
  g_auto (Fixture) self = { 0 };
  setup (&self);
  g_autofree char *log = launch_script (&self, "");
  vbet_runner_set_gate (self.runner, closed_gate, &self);
  vbet_runner_start (self.runner);
  VBET_ASSERT_TEXT (self.log->str, "gate: start\n");
  CU_ASSERT_EQUAL (vbet_runner_get_phase (self.runner), VBET_PHASE_OFF);
  /* Isolated it starts, and gets texts, without a question. */
  vbet_runner_start_isolated (self.runner);
  wait_for (&self, "phase: running");
  CU_ASSERT_TRUE (vbet_runner_is_isolated (self.runner));
  vbet_runner_stop (self.runner);
  wait_for (&self, "stopped");
  CU_ASSERT_FALSE (vbet_runner_is_isolated (self.runner));
  CU_ASSERT_PTR_NULL (strstr (self.log->str, "gate: text"));
  g_autofree char *requests = read_log (log);
  ASSERT_HAS (requests, "path=/labs/two.vbet isolated\n");
}

static void
test_gate_of_texts (void)
{
  g_auto (Fixture) self = { 0 };
  setup (&self);
  engine_runs (&self, same_text);
  vbet_runner_set_gate (self.runner, closed_gate, &self);
  vbet_runner_find (self.runner);
  wait_for (&self, "phase: running");
  VbetDocument *document = vbet_session_get_document (self.session);
  vbet_document_replace (document, 0, 0, "h3 = alloc(host)\n", 17, "Add host");
  wait_for (&self, "gate: text");
  flush (&self);
  CU_ASSERT_PTR_NULL (strstr (vbet_fake_engine_log (self.engine), "lab.apply"));
  vbet_runner_set_gate (self.runner, NULL, NULL);
  vbet_runner_update (self.runner);
  wait_for (&self, "lab.apply");
}

static void
test_finds_an_isolated_lab (void)
{
  g_auto (Fixture) self = { 0 };
  setup (&self);
  engine_runs (&self, "answer lab.info {\"path\":\"/labs/two.vbet\",\"id\":\"two\",\"isolated\":true}\n");
  vbet_runner_set_gate (self.runner, closed_gate, &self);
  vbet_runner_find (self.runner);
  wait_for (&self, "phase: running");
  CU_ASSERT_TRUE (vbet_runner_is_isolated (self.runner));
  vbet_runner_update (self.runner);
  wait_for (&self, "lab.apply");
  CU_ASSERT_PTR_NULL (strstr (self.log->str, "gate"));
}

static CU_TestInfo runner_tests[] = {
  { "a lab that runs is found", test_finds_a_running_lab },
  { "alarms", test_alarms },
  { "another text is told", test_tells_another_text },
  { "what others change is looked at", test_tells_what_others_change },
  { "a namesake is left alone", test_leaves_a_namesake_alone },
  { "edits and undo are applied", test_edits_are_applied },
  { "errors are not applied", test_errors_are_not_applied },
  { "states are followed, nonsense is not", test_follows_states },
  { "the engine goes away", test_engine_goes_away },
  { "leaving stops nothing", test_leaving_stops_nothing },
  { "start and stop", test_starts_and_stops },
  { "a refused launch", test_launch_refused },
  { "a failed start leaves no engine", test_failed_start_leaves_no_engine },
  { "the gate is asked before a start", test_gate_of_start },
  { "the gate is asked before each text", test_gate_of_texts },
  { "a lab that runs isolated is found", test_finds_an_isolated_lab },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "runner", NULL, NULL, NULL, NULL, runner_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
