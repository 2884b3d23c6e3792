/* test-cli-lab.c - vbetctl on a lab that runs (a fake engine): what it asks, prints and exits with. */
#include "config.h"

#include <signal.h>
#include <string.h>

#include "unit/cli-runner.h"

#define STATUS                                                                                               \
  "{\"id\":\"lab\",\"name\":\"star\",\"path\":\"/tmp/star.vbet\",\"state\":\"running\",\"uptime\":75.5,"     \
  "\"switch\":{\"pid\":70,\"restarts\":1},"                                                                  \
  "\"devices\":["                                                                                            \
  "{\"name\":\"router1\",\"kind\":\"router\",\"state\":\"ready\",\"uptime\":3.25,\"pid\":71,\"processes\":"  \
  "4,"                                                                                                       \
  "\"memory\":10485760,\"cpu\":0.5,\"needs_restart\":false,\"layers\":[\"userns\",\"landlock\"],"            \
  "\"nics\":[{\"index\":1,\"name\":\"eth0\",\"mac\":\"02:00:00:00:00:01\",\"cable\":\"c1\",\"connected\":"   \
  "true,"                                                                                                    \
  "\"carrier\":true,\"rx_frames\":3,\"rx_bytes\":180,\"tx_frames\":5,\"tx_bytes\":2048,\"dropped\":1}]},"    \
  "{\"name\":\"host1\",\"kind\":\"host\",\"state\":\"failed\",\"error\":\"It did not "                       \
  "answer.\",\"nics\":[]},"                                                                                  \
  "{\"name\":\"sw\",\"kind\":\"switch\",\"state\":\"ready\",\"nics\":[]}],"                                  \
  "\"cables\":[{\"name\":\"c1\",\"up\":true,\"ends\":[{\"device\":\"router1\",\"nic\":1},{\"device\":\"\","  \
  "\"nic\":0}],"                                                                                             \
  "\"ab\":{\"frames\":5,\"bytes\":2048,\"dropped\":1},\"ba\":{\"frames\":3,\"bytes\":180,\"dropped\":2}}]}"

#define INFO                                                                                                 \
  "answer lab.info "                                                                                         \
  "{\"id\":\"lab\",\"name\":\"star\",\"path\":\"/tmp/star.vbet\",\"pid\":42,\"uptime\":75.5,"                \
  "\"devices\":3,\"guests\":2,\"ready\":1}\n"

static void
check_run (const VbetRun *run, int status, const char *out, const char *err)
{
  CU_ASSERT_EQUAL (run->status, status);
  VBET_ASSERT_TEXT (run->out, out);
  VBET_ASSERT_TEXT (run->err, err);
}

/* --- ps, status ------------------------------------------------------------------- */

static void
test_ps (void)
{
  g_autoptr (VbetSandbox) none = vbet_sandbox_new (NULL);
  g_autoptr (VbetRun) empty = VBET_RUN (none, "ps");
  g_autoptr (VbetRun) empty_json = VBET_RUN (none, "ps", "--json");
  check_run (empty, 0, "", "");
  check_run (empty_json, 0, "[]\n", "");
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new (INFO);
  g_autoptr (VbetRun) table = VBET_RUN (sandbox, "ps");
  g_autoptr (VbetRun) ids = VBET_RUN (sandbox, "ps", "--ids");
  g_autoptr (VbetRun) json = VBET_RUN (sandbox, "ps", "--json");
  check_run (table, 0,
             "LAB  DEVICES  GUESTS  READY      UPTIME  PID  FILE\n"
             "lab        3       2      1  1 min 16 s   42  /tmp/star.vbet\n",
             "");
  check_run (ids, 0, "lab\n", "");
  check_run (json, 0,
             "[\n  {\n    \"id\" : \"lab\",\n    \"name\" : \"star\",\n    \"path\" : \"/tmp/star.vbet\",\n"
             "    \"pid\" : 42,\n    \"uptime\" : 75.5,\n    \"devices\" : 3,\n    \"guests\" : 2,\n    "
             "\"ready\" : 1,\n    \"isolated\" : false,\n    \"answers\" : true\n"
             "  }\n]\n",
             "");
}

static void
test_status (void)
{
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new ("answer lab.status " STATUS);
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "status", "lab");
  check_run (run, 0,
             "lab: running for 1 min 16 s, from /tmp/star.vbet\n"
             "The switch process was started again 1 time.\n"
             "Guests are confined by userns, landlock.\n"
             "A guest's root can connect to that user's sockets, other guests' among them, and change modes "
             "and times of that "
             "user's files.\n"
             "A guest's root can use this machine's network, past the lab's switch.\n"
             "Processes of a guest may go on for a moment when its kernel is killed.\n"
             "A guest's root can make any system call of this machine as the user who runs the lab.\n"
             "To shut that: allow user namespaces (see “vbetctl doctor”), or run only labs that you trust.\n"
             "\n"
             "DEVICE   KIND    STATE   UPTIME  PID  PROCESSES  MEMORY     CPU\n"
             "router1  router  ready   3.25 s   71          4    10 M  0.50 s\n"
             "host1    host    failed       -    -          -       -       -  It did not answer.\n"
             "sw       switch  ready        -    -          -       -       -\n"
             "\n"
             "DEVICE   NIC  NAME  MAC                CABLE  CARRIER  RX FRAMES  RX BYTES  TX FRAMES  TX "
             "BYTES  DROPPED\n"
             "router1    1  eth0  02:00:00:00:00:01  c1     yes              3       180          5     2.0 "
             "K        1\n"
             "\n"
             "CABLE  FROM             TO    UP   FRAMES →  BYTES →  FRAMES ←  BYTES ←  DROPPED\n"
             "c1     NIC(router1, 1)  free  yes         5    2.0 K         3      180        3\n",
             "");
  g_autoptr (VbetRun) nodes = VBET_RUN (sandbox, "status", "--nodes", "lab");
  check_run (nodes, 0, "router1\nhost1\nsw\n", "");
  g_autoptr (VbetRun) json = VBET_RUN (sandbox, "status", "--json", "lab");
  CU_ASSERT_EQUAL (json->status, 0);
  CU_ASSERT_PTR_NOT_NULL (strstr (json->out, "\"needs_restart\" : false"));
  CU_ASSERT_PTR_NOT_NULL (strstr (json->out, "\"rx_bytes\" : 180"));
}

static void
test_status_of_remotes (void)
{
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new (
      "answer lab.status {\"devices\":["
      "{\"name\":\"a\",\"kind\":\"remote\",\"state\":\"ready\",\"peer\":\"192.0.2.7:7000\","
      "\"far_end\":\"heard\",\"heard\":2.4},"
      "{\"name\":\"b\",\"kind\":\"remote\",\"state\":\"ready\",\"peer\":\"192.0.2.7:7001\","
      "\"far_end\":\"refused\"},"
      "{\"name\":\"c\",\"kind\":\"remote\",\"state\":\"failed\",\"error\":\"Port 7000 is in use.\","
      "\"far_end\":\"later\"}]}");
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "status", "lab");
  CU_ASSERT_EQUAL (run->status, 0);
  CU_ASSERT_PTR_NOT_NULL (strstr (run->out, "192.0.2.7:7000 is there (heard 2 s ago)\n"));
  CU_ASSERT_PTR_NOT_NULL (
      strstr (run->out, "192.0.2.7:7001 refuses: nobody receives there, or there is no way\n"));
  CU_ASSERT_PTR_NOT_NULL (strstr (run->out, "Port 7000 is in use.\n"));
}

/* A gateway has other walls than guests; it must not look as if theirs were not there. */
static void
test_status_of_a_gateway (void)
{
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new (
      "answer lab.status {\"devices\":["
      "{\"name\":\"gw\",\"kind\":\"gateway\",\"state\":\"ready\",\"pid\":3,\"layers\":[\"landlock\"]},"
      "{\"name\":\"h1\",\"kind\":\"host\",\"state\":\"ready\",\"pid\":4,\"layers\":[\"userns\",\"landlock\"]}"
      "]}");
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "status", "lab");
  CU_ASSERT_EQUAL (run->status, 0);
  CU_ASSERT_PTR_NOT_NULL (strstr (run->out, "Guests are confined by userns, landlock.\n"));
}

/* An engine may leave out anything: nothing of it may crash its client. */
static void
test_status_of_nothing (void)
{
  g_autoptr (VbetSandbox) sandbox
      = vbet_sandbox_new ("answer lab.status {\"devices\":[1,{}],\"cables\":[{\"ends\":7}]}");
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "status", "lab");
  CU_ASSERT_EQUAL (run->status, 0);
}

static void
test_unknown_lab (void)
{
  g_autoptr (VbetSandbox) none = vbet_sandbox_new (NULL);
  g_autoptr (VbetRun) alone = VBET_RUN (none, "status", "nolab");
  check_run (alone, 1, "",
             "vbetctl: No lab “nolab” is running; none is (start one with “vbetctl run FILE”)\n");
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new (INFO);
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "exec", "-n", "nolab", "r1", "--", "ls");
  check_run (run, 1, "", "vbetctl: No lab “nolab” is running; running: lab\n");
  g_autoptr (VbetRun) odd = VBET_RUN (sandbox, "status", "../lab");
  CU_ASSERT_EQUAL (odd->status, 1);
}

/* --- exec --------------------------------------------------------------------------- */

static void
test_exec (void)
{
  /* "b3V0Cg==" is "out\n", "ZXJyCg==" "err\n"; another client's stream is not ours */
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new (
      "notify device.exec exec.output {\"stream\":\"other\",\"fd\":1,\"data\":\"eA==\"}\n"
      "answer device.exec {\"status\":3,\"stdout\":\"b3V0Cg==\",\"stderr\":\"ZXJyCg==\"}");
  g_autoptr (VbetRun) run
      = VBET_RUN (sandbox, "exec", "lab", "router1", "--", "sh", "-c", "a  b; $x 'ü'", "--", "-n");
  check_run (run, 3, "out\n", "err\n");
  const char *log = vbet_fake_engine_log (sandbox->engine);
  CU_ASSERT_PTR_NOT_NULL (strstr (log, "device.exec {\"argv\":[\"sh\",\"-c\",\"a  b; $x 'ü'\",\"--\",\"-n\"],"
                                       "\"device\":\"router1\",\"stream\":\"vbetctl-"));
  CU_ASSERT_PTR_NULL (strstr (log, "input"));
}

static void
test_exec_input (void)
{
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new ("answer device.exec {\"status\":0}");
  sandbox->input = g_strdup ("hello\n");
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "exec", "-t", "5", "lab", "router1", "cat");
  check_run (run, 0, "", "");
  CU_ASSERT_PTR_NOT_NULL (strstr (vbet_fake_engine_log (sandbox->engine), "\"input\":\"aGVsbG8K\""));
  CU_ASSERT_PTR_NOT_NULL (strstr (vbet_fake_engine_log (sandbox->engine), "\"timeout\":5"));
}

static void
test_exec_unknown_node (void)
{
  g_autoptr (VbetSandbox) sandbox
      = vbet_sandbox_new ("answer lab.status " STATUS "\nfail device.exec -32003 There is no such device");
  g_autoptr (VbetRun) near = VBET_RUN (sandbox, "exec", "-n", "lab", "ruoter1", "--", "ls");
  check_run (near, 1, "", "vbetctl: The lab “lab” has no device “ruoter1”; did you mean “router1”?\n");
  g_autoptr (VbetRun) far = VBET_RUN (sandbox, "exec", "-n", "lab", "x", "--", "ls");
  check_run (far, 1, "", "vbetctl: The lab “lab” has no device “x”; it has router1, host1, sw\n");
  g_autoptr (VbetRun) other = VBET_RUN (sandbox, "exec", "-n", "lab", "host1", "--", "ls");
  check_run (other, 1, "", "vbetctl: There is no such device\n");
}

static void
send_signal (GSubprocess *process, gpointer data)
{
  g_subprocess_send_signal (process, GPOINTER_TO_INT (data));
}

static void
test_exec_interrupted (void)
{
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new ("hang device.exec");
  sandbox->when_busy = send_signal;
  sandbox->busy_request = "device.exec";
  sandbox->busy_data = GINT_TO_POINTER (SIGINT);
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "exec", "-n", "lab", "router1", "--", "sleep", "1000");
  check_run (run, 130, "", "");
  CU_ASSERT_PTR_NOT_NULL (
      strstr (vbet_fake_engine_log (sandbox->engine), "device.exec-cancel {\"stream\":\"vbetctl-"));
}

static void
test_exec_engine_dies (void)
{
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new ("die device.exec");
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "exec", "-n", "lab", "router1", "--", "ls");
  CU_ASSERT_EQUAL (run->status, 1);
  CU_ASSERT_TRUE (g_str_has_prefix (run->err, "vbetctl: The lab's engine went away"));
}

/* --- call, step, stop, cp ------------------------------------------------------------- */

static void
test_call (void)
{
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new (
      "answer lab.call {\"calls\":[{\"text\":\"unplug(c1, NIC(r1, 1))\",\"state\":\"done\"},"
      "{\"text\":\"start(r1)\",\"state\":\"failed\",\"error\":\"No memory is left.\"}]}");
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "call", "lab", "unplug(c1, NIC(r1))", "start(r1)");
  check_run (run, 1, "unplug(c1, NIC(r1, 1))\n", "vbetctl: start(r1) failed: No memory is left.\n");
  CU_ASSERT_PTR_NOT_NULL (strstr (vbet_fake_engine_log (sandbox->engine),
                                  "lab.call {\"text\":\"unplug(c1, NIC(r1))\\nstart(r1)\"}"));
  sandbox->input = g_strdup ("start(r1)\n");
  g_autoptr (VbetRun) piped = VBET_RUN (sandbox, "call", "lab", "-");
  CU_ASSERT_EQUAL (piped->status, 1);
  CU_ASSERT_PTR_NOT_NULL (
      strstr (vbet_fake_engine_log (sandbox->engine), "lab.call {\"text\":\"start(r1)\\n\"}"));
}

static void
test_call_again (void)
{
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new (
      "answer call.retry {\"call\":{\"text\":\"set(h1, gateway=10.0.0.1)\",\"state\":\"done\"}}");
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "call", "--again", "lab", "7");
  check_run (run, 0, "set(h1, gateway=10.0.0.1)\n", "");
  CU_ASSERT_PTR_NOT_NULL (strstr (vbet_fake_engine_log (sandbox->engine), "call.retry {\"number\":7}"));
  g_autoptr (VbetRun) none = VBET_RUN (sandbox, "call", "--again", "lab", "start(h1)");
  CU_ASSERT_EQUAL (none->status, 2);
  g_autoptr (VbetSandbox) fails = vbet_sandbox_new (
      "answer call.retry {\"call\":{\"text\":\"start(r1)\",\"state\":\"failed\",\"error\":\"No memory is "
      "left.\"}}");
  g_autoptr (VbetRun) failed = VBET_RUN (fails, "call", "-a", "lab", "8");
  check_run (failed, 1, "", "vbetctl: start(r1) failed: No memory is left.\n");
}

#define STEPS                                                                                                \
  "answer lab.steps {\"steps\":[{\"index\":1,\"title\":\"One\",\"text\":\"Look "                             \
  "here.\",\"state\":\"passed\"},"                                                                           \
  "{\"index\":2,\"title\":\"Two\",\"text\":\"\",\"state\":\"todo\"}],\"next\":2}\n"

static void
test_step (void)
{
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new (
      STEPS
      "notify lab.step step {\"index\":2,\"state\":\"running\"}\n"
      "notify lab.step step {\"index\":2,\"state\":\"running\",\"result\":{\"text\":\"start(r3)\",\"line\":9,"
      "\"ok\":true,\"duration\":0.5}}\n"
      "answer lab.step "
      "{\"index\":2,\"title\":\"Two\",\"ok\":false,\"results\":[{\"text\":\"start(r3)\",\"ok\":true,"
      "\"duration\":0.5},{\"text\":\"ping(a,\\n b)\",\"ok\":false,\"duration\":2,\"error\":\"a does not "
      "reach b.\","
      "\"output\":\"1 sent\\n0 received\\n\"}]}");
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "step", "lab");
  check_run (run, 1,
             "Step 2: Two\n"
             "  ok    start(r3) (0.50 s)\n"
             "  FAIL  ping(a, b) (2.00 s)\n"
             "        a does not reach b.\n"
             "        | 1 sent\n"
             "        | 0 received\n",
             "");
  CU_ASSERT_PTR_NOT_NULL (strstr (vbet_fake_engine_log (sandbox->engine), "lab.step {\"index\":2}"));
}

static void
test_step_choice (void)
{
  g_autoptr (VbetSandbox) sandbox
      = vbet_sandbox_new (STEPS "answer lab.step {\"index\":1,\"title\":\"One\",\"ok\":true,\"results\":[]}");
  g_autoptr (VbetRun) list = VBET_RUN (sandbox, "step", "--list", "lab");
  check_run (list, 0, "STEP  STATE   TITLE\n   1  passed  One\n   2  next    Two\n", "");
  g_autoptr (VbetRun) first = VBET_RUN (sandbox, "step", "lab", "1");
  check_run (first, 0, "Step 1: One\n  Look here.\n", "");
  g_autoptr (VbetRun) third = VBET_RUN (sandbox, "step", "lab", "3");
  check_run (third, 1, "", "vbetctl: The lab “lab” has no step 3; it has 2\n");
  g_autoptr (VbetSandbox) over = vbet_sandbox_new (
      "answer lab.steps {\"steps\":[{\"index\":1,\"title\":\"One\",\"state\":\"passed\"}],\"next\":0}");
  g_autoptr (VbetRun) ended = VBET_RUN (over, "step", "lab");
  check_run (
      ended, 1, "",
      "vbetctl: Every step of the lab “lab” has run; “vbetctl step lab 1” starts again with the first\n");
  g_autoptr (VbetSandbox) none = vbet_sandbox_new ("answer lab.steps {\"steps\":[],\"next\":0}");
  g_autoptr (VbetRun) nothing = VBET_RUN (none, "step", "lab");
  check_run (nothing, 1, "", "vbetctl: The lab “lab” has no steps; write some: step \"title\" { … }\n");
}

static void
test_stop (void)
{
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new (INFO);
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "stop", "lab");
  check_run (run, 0, "", "");
  CU_ASSERT_TRUE (vbet_fake_engine_ended (sandbox->engine));
  g_autoptr (VbetSandbox) all = vbet_sandbox_new (INFO "die lab.stop");
  g_autoptr (VbetRun) gone = VBET_RUN (all, "stop", "--all");
  check_run (gone, 0, "", "");
  CU_ASSERT_TRUE (vbet_fake_engine_ended (all->engine));
  g_autoptr (VbetSandbox) stuck = vbet_sandbox_new (INFO "fail lab.stop -32001 It does not want to.");
  g_autoptr (VbetRun) failed = VBET_RUN (stuck, "stop", "nolab", "lab");
  check_run (failed, 1, "",
             "vbetctl: No lab “nolab” is running; running: lab\nvbetctl: It does not want to.\n");
}

static void
test_cp (void)
{
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new ("answer device.get {\"contents\":\"aGVsbG8K\"}");
  g_autofree char *file = vbet_sandbox_write (sandbox, "file.txt", "hello\n");
  g_autoptr (VbetRun) put = VBET_RUN (sandbox, "cp", "lab", "file.txt", "r1:/etc/");
  check_run (put, 0, "", "");
  CU_ASSERT_PTR_NOT_NULL (strstr (vbet_fake_engine_log (sandbox->engine),
                                  "device.put {\"contents\":\"aGVsbG8K\",\"device\":\"r1\",\"mode\":"));
  CU_ASSERT_PTR_NOT_NULL (strstr (vbet_fake_engine_log (sandbox->engine), "\"path\":\"/etc/file.txt\""));
  g_autoptr (VbetRun) get = VBET_RUN (sandbox, "cp", "lab", "r1:/etc/motd", ".");
  check_run (get, 0, "", "");
  g_autofree char *got = vbet_sandbox_read (sandbox, "motd");
  VBET_ASSERT_TEXT (got, "hello\n");
  g_autoptr (VbetRun) shown = VBET_RUN (sandbox, "cp", "lab", "r1:/etc/motd", "-");
  check_run (shown, 0, "hello\n", "");
  g_autoptr (VbetSandbox) without = vbet_sandbox_new ("fail device.get -32001 r1: No such file or directory");
  g_autoptr (VbetRun) absent = VBET_RUN (without, "cp", "lab", "r1:/none", "-");
  check_run (absent, 1, "", "vbetctl: r1:/none: No such file or directory\n");
  g_autoptr (VbetRun) missing = VBET_RUN (sandbox, "cp", "lab", "none.txt", "r1:/x");
  check_run (missing, 1, "", "vbetctl: Cannot read none.txt: No such file or directory\n");
}

static CU_TestInfo tests[] = {
  { "ps", test_ps },
  { "status", test_status },
  { "status of remotes", test_status_of_remotes },
  { "status of a gateway", test_status_of_a_gateway },
  { "status of an odd engine", test_status_of_nothing },
  { "a lab that does not run", test_unknown_lab },
  { "exec: arguments, streams, exit code", test_exec },
  { "exec: input", test_exec_input },
  { "exec: a node that is not there", test_exec_unknown_node },
  { "exec: Ctrl-C kills the command", test_exec_interrupted },
  { "exec: the engine dies", test_exec_engine_dies },
  { "call", test_call },
  { "call: once more", test_call_again },
  { "step", test_step },
  { "step: list, number, none left", test_step_choice },
  { "stop", test_stop },
  { "cp", test_cp },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "cli-lab", NULL, NULL, NULL, NULL, tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
