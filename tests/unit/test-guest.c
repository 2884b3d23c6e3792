/* test-guest.c - a guest's life, with programs that stand for its kernel: states, reasons, and that nothing is left. */
#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/paths.h"
#include "engine/guest/private.h"
#include "unit/guest-fixture.h"
#include "unit/harness.h"

/* One guest and what it told. */
typedef struct {
  VbetGuestFixture *fixture;
  VbetGuest *guest;
  GString *states; /* "booting;ready;…" */
  char *reason;    /* of the last state */
  GArray *watched; /* its processes when it became ready */
} Fixture;

static VbetGuestFixture *
fixture_of_process (VbetGuestFixture *set)
{
  static VbetGuestFixture *fixture;
  if (set != NULL)
    fixture = set;
  return fixture;
}

static void
on_state (VbetGuest *guest, guint state, const char *reason, gpointer data)
{
  Fixture *self = data;
  g_string_append_printf (self->states, "%s;", vbet_guest_state_name (state));
  g_free (self->reason);
  self->reason = g_strdup (reason);
  CU_ASSERT_EQUAL (vbet_guest_get_state (guest), state);
  VBET_ASSERT_TEXT (vbet_guest_get_reason (guest), reason);
}

static void
set_up (Fixture *self, guint boot_timeout, const char *const *launcher_options)
{
  memset (self, 0, sizeof *self);
  self->fixture = fixture_of_process (NULL);
  g_autofree char *console = g_build_filename (self->fixture->dir, "console", NULL);
  self->guest
      = g_object_new (VBET_TYPE_GUEST, "name", "r1", "launcher", self->fixture->launcher, "console-path",
                      console, "boot-timeout", boot_timeout, "launcher-options", launcher_options, NULL);
  self->states = g_string_new (NULL);
  g_signal_connect (self->guest, "state", G_CALLBACK (on_state), self);
}

static VbetGuestConfig *
make_config (Fixture *self, const char *behaviour)
{
  VbetGuestConfig *config = vbet_guest_config_new ();
  config->name = g_strdup ("r1");
  config->node_dir = g_strdup (self->fixture->node_dir);
  config->disk_path = g_strdup (self->fixture->disk);
  config->kernel = vbet_guest_fixture_kernel (self->fixture, behaviour);
  config->image = g_strdup (self->fixture->image);
  config->memory = 32 * 1024 * 1024;
  config->cpu = 0;
  return config;
}

static void
start (Fixture *self, const char *behaviour)
{
  g_autoptr (GError) error = NULL;
  CU_ASSERT_TRUE (vbet_guest_start (self->guest, make_config (self, behaviour), &error));
  if (error != NULL)
    g_printerr ("%s\n", error->message);
}

static void
wait_state (Fixture *self, VbetGuestState state)
{
  while (vbet_guest_get_state (self->guest) != state)
    g_main_context_iteration (NULL, TRUE);
  if (state == VBET_GUEST_READY && self->watched == NULL) {
    g_autoptr (GArray) all = vbet_test_descendants (vbet_guest_get_pid (self->guest));
    self->watched = vbet_test_watch (all);
  }
}

static char *
history (Fixture *self)
{
  g_autoptr (GBytes) bytes = vbet_console_dup_history (vbet_guest_get_console (self->guest));
  gsize size = 0;
  const char *data = g_bytes_get_data (bytes, &size);
  return g_strndup (data, size);
}

static guint
count_files (const char *dir)
{
  g_autoptr (GDir) open = g_dir_open (dir, 0, NULL);
  guint count = 0;
  while (open != NULL && g_dir_read_name (open) != NULL)
    count++;
  return count;
}

/* OFF and FAILED hold nothing. */
static void
expect_nothing_left (Fixture *self)
{
  CU_ASSERT_EQUAL (count_files (self->fixture->node_dir), 0);
  CU_ASSERT_FALSE (g_file_test (self->fixture->disk, G_FILE_TEST_EXISTS));
  CU_ASSERT_EQUAL (vbet_guest_get_pid (self->guest), 0);
  CU_ASSERT_EQUAL (vbet_guest_get_uptime (self->guest), 0);
  if (self->watched != NULL)
    CU_ASSERT_EQUAL (vbet_test_all_gone (self->watched), 0);
}

static void
tear_down (Fixture *self)
{
  g_object_unref (self->guest);
  g_string_free (self->states, TRUE);
  g_free (self->reason);
  g_clear_pointer (&self->watched, g_array_unref);
}

/* --- answers ------------------------------------------------------------------- */

typedef struct {
  gboolean done;
  gboolean good;
  VbetExecResult *result;
  GBytes *contents;
  GError *error;
} Answer;

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer data)
{
  Answer *answer = data;
  answer->good = vbet_guest_stop_finish (VBET_GUEST (source), result, &answer->error);
  answer->done = TRUE;
}

static void
on_paused (GObject *source, GAsyncResult *result, gpointer data)
{
  Answer *answer = data;
  answer->good = vbet_guest_pause_finish (VBET_GUEST (source), result, &answer->error);
  answer->done = TRUE;
}

static void
on_executed (GObject *source, GAsyncResult *result, gpointer data)
{
  Answer *answer = data;
  answer->result = vbet_guest_exec_finish (VBET_GUEST (source), result, &answer->error);
  answer->done = TRUE;
}

static void
on_attached (GObject *source, GAsyncResult *result, gpointer data)
{
  Answer *answer = data;
  answer->good = vbet_guest_attach_nic_finish (VBET_GUEST (source), result, &answer->error);
  answer->done = TRUE;
}

static void
on_detached (GObject *source, GAsyncResult *result, gpointer data)
{
  Answer *answer = data;
  answer->good = vbet_guest_detach_nic_finish (VBET_GUEST (source), result, &answer->error);
  answer->done = TRUE;
}

static void
wait_for (Answer *answer)
{
  while (!answer->done)
    g_main_context_iteration (NULL, TRUE);
}

static void
answer_clear (Answer *answer)
{
  vbet_exec_result_free (answer->result);
  g_clear_pointer (&answer->contents, g_bytes_unref);
  g_clear_error (&answer->error);
  *answer = (Answer){ FALSE };
}

static void
exec_wait (Fixture *self, const char *const *argv, Answer *answer)
{
  answer_clear (answer);
  vbet_guest_exec_async (self->guest, argv, NULL, NULL, NULL, NULL, on_executed, answer);
  wait_for (answer);
}

static void
stop_wait (Fixture *self, guint grace)
{
  Answer answer = { FALSE };
  vbet_guest_stop_async (self->guest, grace, on_stopped, &answer);
  wait_for (&answer);
  CU_ASSERT_TRUE (answer.good);
  answer_clear (&answer);
}

/* --- tests ----------------------------------------------------------------------- */

static void
test_life (void)
{
  static const char *const fail[] = { "exit", "3", NULL };
  static const char *const echo[] = { "echo", "hi", NULL };
  Fixture fixture;
  Answer answer = { FALSE };
  VbetGuestUsage usage;
  set_up (&fixture, 60000, NULL);
  exec_wait (&fixture, echo, &answer);
  VBET_ASSERT_TEXT (answer.error->message, "r1 is off, not ready");
  for (int round = 0; round < 2; round++) {
    start (&fixture, "good");
    CU_ASSERT_EQUAL (vbet_guest_get_state (fixture.guest), VBET_GUEST_BOOTING);
    wait_state (&fixture, VBET_GUEST_READY);
    exec_wait (&fixture, echo, &answer);
    CU_ASSERT_EQUAL (answer.result->status, 0);
    CU_ASSERT_EQUAL (g_bytes_get_size (answer.result->out), 6);
    exec_wait (&fixture, fail, &answer);
    CU_ASSERT_EQUAL (answer.result->status, 3);
    CU_ASSERT_TRUE (vbet_guest_get_usage (fixture.guest, &usage));
    CU_ASSERT_EQUAL (usage.processes, 3);
    CU_ASSERT_TRUE (usage.memory > 0);
    CU_ASSERT_TRUE (vbet_guest_get_uptime (fixture.guest) > 0);
    CU_ASSERT_PTR_NOT_NULL (vbet_guest_get_layers (fixture.guest)[0]);
    stop_wait (&fixture, 10000);
    expect_nothing_left (&fixture);
    g_clear_pointer (&fixture.watched, g_array_unref);
  }
  VBET_ASSERT_TEXT (fixture.states->str, "booting;ready;stopping;off;booting;ready;stopping;off;");
  g_autofree char *all = history (&fixture);
  CU_ASSERT_PTR_NOT_NULL (strstr (all, "good is up"));
  answer_clear (&answer);
  tear_down (&fixture);
}

/* A guest that ignores everything is killed after its grace, and all of it goes. */
static void
test_rude_guest (void)
{
  static const char *const ways[][2] = { { NULL }, { "--without=pidns", NULL } };
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++) {
    Fixture fixture;
    set_up (&fixture, 60000, ways[i]);
    start (&fixture, "rude");
    wait_state (&fixture, VBET_GUEST_READY);
    CU_ASSERT_TRUE (fixture.watched->len >= 6);
    stop_wait (&fixture, 10);
    expect_nothing_left (&fixture);
    VBET_ASSERT_TEXT (fixture.states->str, "booting;ready;stopping;off;");
    tear_down (&fixture);
  }
}

static void
test_kill (void)
{
  Fixture fixture;
  set_up (&fixture, 60000, NULL);
  start (&fixture, "rude");
  wait_state (&fixture, VBET_GUEST_READY);
  vbet_guest_kill (fixture.guest);
  wait_state (&fixture, VBET_GUEST_OFF);
  expect_nothing_left (&fixture);
  tear_down (&fixture);
}

/* Starts @behaviour and expects FAILED with @reason. */
static void
expect_failure (const char *behaviour, guint timeout, const char *reason)
{
  Fixture fixture;
  set_up (&fixture, timeout, NULL);
  start (&fixture, behaviour);
  wait_state (&fixture, VBET_GUEST_FAILED);
  VBET_ASSERT_TEXT (fixture.reason, reason);
  g_autofree char *all = history (&fixture);
  CU_ASSERT_PTR_NOT_NULL (strstr (all, reason));
  expect_nothing_left (&fixture);
  /* It can be started again. */
  start (&fixture, "good");
  wait_state (&fixture, VBET_GUEST_READY);
  stop_wait (&fixture, 10000);
  tear_down (&fixture);
}

/* Its kernel gets what it needs, so whatever the processor is, the reason is another one. */
static const char crashed[]
    = "The first program of r1 crashed (Attempted to kill init! exitcode=0x0000000b): see that "
      "kernel= and image= fit this host; “vbetctl doctor” boots a guest to find out";

static void
expect_explanation (const char *panic, gboolean booting, guint size, const char *padding,
                    const char *sentence)
{
  g_autofree char *said = vbet_guest_explain_panic ("r1", panic, booting, size, padding);
  VBET_ASSERT_TEXT (said, sentence);
}

#define AMX                                                                                                  \
  "The kernel of r1 cannot run programs on this processor, whose registers take 11008 bytes a process "      \
  "(Intel AMX) "                                                                                             \
  "where the kernel has 2696; "

static void
test_panics (void)
{
  static const char first[] = "Attempted to kill init! exitcode=0x0000000b";
  static const char plain[] = "The kernel of r1 panicked (Attempted to kill init! exitcode=0x0000000b); its "
                              "console shows how far it came";
  expect_explanation (
      first, TRUE, 11008, "static",
      AMX "it is statically linked, so that vBET cannot help it: take Linux 7.2 or later, or one that is "
          "dynamically linked");
  expect_explanation (
      first, TRUE, 11008, "missing",
      AMX "the library that helps it, vbet-xstate.so, is missing or cannot be read: build or install "
          "vBET again");
  expect_explanation (first, TRUE, 11008, "forbidden",
                      AMX "take VBET_GUEST_PAD=never away, so that vBET can help it");
  expect_explanation (first, TRUE, 11008, "loaded", crashed);
  expect_explanation (first, TRUE, 2696, "unneeded", crashed);
  expect_explanation (first, FALSE, 11008, "missing", plain);
  expect_explanation (
      "Attempted to kill init! exitcode=0x00000100", TRUE, 11008, "missing",
      "The kernel of r1 panicked (Attempted to kill init! exitcode=0x00000100); its console shows how "
      "far it came");
  expect_explanation (
      "VFS: Unable to mount root fs", TRUE, 11008, "missing",
      "The kernel of r1 panicked (VFS: Unable to mount root fs); its console shows how far it came");
}

static void
test_failures (void)
{
  expect_failure ("panic", 60000,
                  "The kernel of r1 panicked (Attempted to kill init!  exitcode=0x00000100); its console "
                  "shows how far it "
                  "came");
  expect_failure ("crash", 60000, crashed);
  expect_failure ("exit", 60000,
                  "The kernel of r1 ended with exit code 7; its console shows how far it came");
  expect_failure ("halt", 60000,
                  "The kernel of r1 ended before its system was up; see that kernel= is a user-mode Linux");
  expect_failure ("silent", 900, "r1 did not answer within 1 s; its console shows how far it came");
  expect_failure (
      "version", 60000,
      "The agent in r1 (version 99) is not the one of this vBET (version 1); build the guest image anew with "
      "\"vbetctl image build\"");
}

static void
test_halt_inside (void)
{
  static const char *const poweroff[] = { "poweroff", NULL };
  Fixture fixture;
  Answer answer = { FALSE };
  set_up (&fixture, 60000, NULL);
  start (&fixture, "good");
  wait_state (&fixture, VBET_GUEST_READY);
  exec_wait (&fixture, poweroff, &answer);
  VBET_ASSERT_TEXT (answer.error->message, "The guest has stopped");
  answer_clear (&answer);
  wait_state (&fixture, VBET_GUEST_OFF);
  VBET_ASSERT_TEXT (fixture.states->str, "booting;ready;off;");
  CU_ASSERT_PTR_NULL (fixture.reason);
  expect_nothing_left (&fixture);
  tear_down (&fixture);
}

static void
test_noise (void)
{
  Fixture fixture;
  set_up (&fixture, 60000, NULL);
  start (&fixture, "garbage");
  wait_state (&fixture, VBET_GUEST_READY);
  g_autofree char *all = history (&fixture);
  CU_ASSERT_PTR_NOT_NULL (strstr (all, "[Something in r1 other than vBET's agent writes to its line"));
  stop_wait (&fixture, 10000);
  tear_down (&fixture);
}

/* Any one of its processes is killed from outside: FAILED, with the reason, and nothing is left. */
static void
test_killed_from_outside (void)
{
  static const char *const ways[][2] = { { NULL }, { "--without=pidns", NULL } };
  for (guint way = 0; way < G_N_ELEMENTS (ways); way++)
    for (guint victim = 0; victim < 3; victim++) {
      Fixture fixture;
      set_up (&fixture, 60000, ways[way]);
      start (&fixture, "rude");
      wait_state (&fixture, VBET_GUEST_READY);
      g_autoptr (GArray) all = vbet_test_descendants (vbet_guest_get_pid (fixture.guest));
      CU_ASSERT_EQUAL (kill (g_array_index (all, gint, victim), SIGKILL), 0);
      wait_state (&fixture, VBET_GUEST_FAILED);
      VBET_ASSERT_TEXT (fixture.reason, victim == 0
                                            ? "The launcher of r1 was killed, and the whole guest with it"
                                            : "The kernel of r1 was killed by signal 9 (Killed)");
      expect_nothing_left (&fixture);
      tear_down (&fixture);
    }
}

static void
test_pause (void)
{
  static const char *const echo[] = { "echo", NULL };
  Fixture fixture;
  Answer answer = { FALSE };
  set_up (&fixture, 60000, NULL);
  vbet_guest_pause_async (fixture.guest, TRUE, on_paused, &answer);
  wait_for (&answer);
  VBET_ASSERT_TEXT (answer.error->message, "r1 is off; only a guest that is ready can be paused");
  answer_clear (&answer);
  start (&fixture, "good");
  wait_state (&fixture, VBET_GUEST_READY);
  vbet_guest_pause_async (fixture.guest, TRUE, on_paused, &answer);
  wait_for (&answer);
  CU_ASSERT_TRUE (answer.good);
  CU_ASSERT_EQUAL (vbet_guest_get_state (fixture.guest), VBET_GUEST_PAUSED);
  exec_wait (&fixture, echo, &answer);
  VBET_ASSERT_TEXT (answer.error->message, "r1 is paused, not ready");
  answer_clear (&answer);
  vbet_guest_pause_async (fixture.guest, FALSE, on_paused, &answer);
  wait_for (&answer);
  CU_ASSERT_TRUE (answer.good);
  answer_clear (&answer);
  vbet_guest_pause_async (fixture.guest, TRUE, on_paused, &answer);
  wait_for (&answer);
  answer_clear (&answer);
  stop_wait (&fixture, 10000); /* of a paused guest */
  expect_nothing_left (&fixture);
  tear_down (&fixture);
}

static VbetGuestNic *
make_nic (guint index)
{
  static const guint8 mac[6] = { 2, 0, 0, 0, 0, 9 };
  return vbet_guest_nic_new (index, mac, 1500, "/tmp/nic");
}

static void
test_hot_plug (void)
{
  Fixture fixture;
  Answer answer = { FALSE };
  set_up (&fixture, 60000, NULL);
  start (&fixture, "good");
  vbet_guest_attach_nic_async (fixture.guest, make_nic (3), NULL, on_attached, &answer);
  wait_for (&answer);
  VBET_ASSERT_TEXT (answer.error->message, "r1 is booting; a NIC can be plugged into a guest that is ready");
  answer_clear (&answer);
  wait_state (&fixture, VBET_GUEST_READY);
  vbet_guest_attach_nic_async (fixture.guest, make_nic (3), "ip addr add 10.0.0.1/24 dev eth2", on_attached,
                               &answer);
  wait_for (&answer);
  CU_ASSERT_TRUE (answer.good);
  answer_clear (&answer);
  vbet_guest_attach_nic_async (fixture.guest, make_nic (99), NULL, on_attached, &answer);
  wait_for (&answer);
  CU_ASSERT_TRUE (answer.error != NULL
                  && g_str_has_prefix (answer.error->message, "Cannot plug NIC(r1, 99): "));
  answer_clear (&answer);
  vbet_guest_detach_nic_async (fixture.guest, 3, on_detached, &answer);
  wait_for (&answer);
  CU_ASSERT_TRUE (answer.good);
  answer_clear (&answer);
  g_autofree char *all = history (&fixture);
  CU_ASSERT_PTR_NOT_NULL (
      strstr (all, "console: config vec2:transport=bess,dst=/tmp/nic,mac=02:00:00:00:00:09"));
  CU_ASSERT_PTR_NOT_NULL (strstr (all, "console: remove vec2"));
  stop_wait (&fixture, 10000);
  tear_down (&fixture);
}

/* What a virtio-net NIC says of its cable: told when the guest is up, and when it changes while there is carrier. */
static void
test_speed (void)
{
  Fixture fixture;
  g_autoptr (GError) error = NULL;
  Answer answer = { FALSE };
  static const char *const nothing[] = { "true", NULL };
  set_up (&fixture, 60000, NULL);
  VbetGuestConfig *config = make_config (&fixture, "good");
  VbetGuestNic *nic = make_nic (1);
  nic->vhost = TRUE;
  g_ptr_array_add (config->nics, nic);
  g_ptr_array_add (config->nics, make_nic (2));
  vbet_guest_set_speed (fixture.guest, 1, 100);
  vbet_guest_set_speed (fixture.guest, 2, 100);
  CU_ASSERT_TRUE_FATAL (vbet_guest_start (fixture.guest, config, &error));
  wait_state (&fixture, VBET_GUEST_READY);
  vbet_guest_set_speed (fixture.guest, 1, 100);
  vbet_guest_set_speed (fixture.guest, 1, 1000);
  vbet_guest_set_carrier (fixture.guest, 1, FALSE);
  vbet_guest_set_speed (fixture.guest, 1, 40);
  vbet_guest_set_speed (fixture.guest, 1, 50);
  vbet_guest_set_carrier (fixture.guest, 1, TRUE);
  exec_wait (&fixture, nothing, &answer);
  answer_clear (&answer);
  stop_wait (&fixture, 10000);
  g_autofree char *all = history (&fixture);
  g_autoptr (GRegex) regex = g_regex_new ("NIC [0-9]+ has [0-9]+", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autoptr (GString) told = g_string_new (NULL);
  for (g_regex_match (regex, all, 0, &match); g_match_info_matches (match); g_match_info_next (match, NULL)) {
    g_autofree char *one = g_match_info_fetch (match, 0);
    g_string_append_printf (told, "%s;", one);
  }
  VBET_ASSERT_TEXT (told->str, "NIC 1 has 100;NIC 1 has 1000;NIC 1 has 50;");
  tear_down (&fixture);
}

/* The guest executes its kernel anew: it is booting, then ready, with its carrier and its plugged NICs. */
static void
test_reboot_inside (void)
{
  static const char *const reboot[] = { "reboot", NULL };
  Fixture fixture;
  Answer answer = { FALSE };
  set_up (&fixture, 60000, NULL);
  start (&fixture, "reboot");
  wait_state (&fixture, VBET_GUEST_READY);
  vbet_guest_attach_nic_async (fixture.guest, make_nic (2), NULL, on_attached, &answer);
  wait_for (&answer);
  vbet_guest_set_carrier (fixture.guest, 2, FALSE);
  exec_wait (&fixture, reboot, &answer);
  CU_ASSERT_PTR_NOT_NULL (answer.error);
  wait_state (&fixture, VBET_GUEST_READY);
  VBET_ASSERT_TEXT (fixture.states->str, "booting;ready;booting;ready;");
  stop_wait (&fixture, 10000);
  g_autofree char *all = history (&fixture);
  const char *again = strstr (all, "is up again");
  CU_ASSERT_PTR_NOT_NULL (again);
  CU_ASSERT_PTR_NOT_NULL (again != NULL ? strstr (again, "console: config vec1:") : NULL);
  CU_ASSERT_PTR_NOT_NULL (again != NULL ? strstr (again, "carrier") : NULL);
  answer_clear (&answer);
  tear_down (&fixture);
}

/* Expects a start to be refused with a sentence that has @part, and nothing to be left. */
static void
expect_refused (Fixture *self, VbetGuestConfig *config, const char *part)
{
  g_autoptr (GError) error = NULL;
  guint files = count_files (self->fixture->node_dir);
  CU_ASSERT_FALSE (vbet_guest_start (self->guest, config, &error));
  CU_ASSERT_PTR_NOT_NULL_FATAL (error);
  CU_ASSERT_PTR_NOT_NULL (strstr (error->message, part));
  if (strstr (error->message, part) == NULL)
    g_printerr ("%s\n", error->message);
  CU_ASSERT_EQUAL (count_files (self->fixture->node_dir), files);
}

static void
test_refused_starts (void)
{
  Fixture fixture;
  set_up (&fixture, 60000, NULL);
  VbetGuestConfig *config = make_config (&fixture, "good");
  g_free (config->kernel);
  config->kernel = g_strdup ("/nonexistent/linux.uml");
  expect_refused (&fixture, config, "install the package user-mode-linux");
  config = make_config (&fixture, "good");
  g_free (config->image);
  config->image = g_strdup ("/nonexistent/image");
  expect_refused (&fixture, config, "vbetctl image build");
  CU_ASSERT_FALSE (g_file_test (fixture.fixture->disk, G_FILE_TEST_EXISTS));
  start (&fixture, "good");
  expect_refused (&fixture, make_config (&fixture, "good"), "r1 is already booting");
  wait_state (&fixture, VBET_GUEST_READY);
  stop_wait (&fixture, 10000);
  tear_down (&fixture);

  set_up (&fixture, 60000, NULL);
  g_object_unref (fixture.guest);
  fixture.guest = vbet_guest_new ("r1", "/nonexistent/vbet-guest", "/nonexistent/console");
  expect_refused (&fixture, make_config (&fixture, "good"), "/nonexistent/console");
  tear_down (&fixture);
  g_autofree char *console = g_build_filename (fixture_of_process (NULL)->dir, "console", NULL);
  set_up (&fixture, 60000, NULL);
  g_object_unref (fixture.guest);
  fixture.guest = vbet_guest_new ("r1", "/nonexistent/vbet-guest", console);
  expect_refused (&fixture, make_config (&fixture, "good"), "Cannot run /nonexistent/vbet-guest");
  CU_ASSERT_FALSE (g_file_test (fixture.fixture->disk, G_FILE_TEST_EXISTS));
  tear_down (&fixture);
}

static void
test_persistent_disk (void)
{
  Fixture fixture;
  struct stat before;
  struct stat after;
  set_up (&fixture, 60000, NULL);
  for (int round = 0; round < 2; round++) {
    g_autoptr (GError) error = NULL;
    VbetGuestConfig *config = make_config (&fixture, "good");
    config->persist = TRUE;
    CU_ASSERT_TRUE (vbet_guest_start (fixture.guest, config, &error));
    wait_state (&fixture, VBET_GUEST_READY);
    stop_wait (&fixture, 10000);
    CU_ASSERT_EQUAL (stat (fixture.fixture->disk, round == 0 ? &before : &after), 0);
    CU_ASSERT_EQUAL (count_files (fixture.fixture->node_dir), 0);
  }
  CU_ASSERT_EQUAL (before.st_ino, after.st_ino);
  (void)g_unlink (fixture.fixture->disk);
  tear_down (&fixture);
}

/* The engine lets go of a running guest: no process outlives the object. */
static void
test_dropped (void)
{
  Fixture fixture;
  set_up (&fixture, 60000, NULL);
  start (&fixture, "rude");
  wait_state (&fixture, VBET_GUEST_READY);
  GArray *watched = g_steal_pointer (&fixture.watched);
  tear_down (&fixture);
  CU_ASSERT_EQUAL (vbet_test_all_gone (watched), 0);
  g_array_unref (watched);
}

static CU_TestInfo guest_tests[] = {
  { "boot, commands, stop, again", test_life },
  { "a guest that ignores everything", test_rude_guest },
  { "killed", test_kill },
  { "panics are explained", test_panics },
  { "failures and their reasons", test_failures },
  { "switched off inside", test_halt_inside },
  { "noise on the agent's line", test_noise },
  { "a process is killed from outside", test_killed_from_outside },
  { "pause", test_pause },
  { "hot plug", test_hot_plug },
  { "the speed of NICs", test_speed },
  { "rebooted inside", test_reboot_inside },
  { "starts that are refused", test_refused_starts },
  { "a persistent disk", test_persistent_disk },
  { "dropped while it runs", test_dropped },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "guest", NULL, NULL, NULL, NULL, guest_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  VbetGuestFixture *fixture = fixture_of_process (vbet_guest_fixture_new ());
  int result = vbet_test_run (suites, argc, argv);
  vbet_guest_fixture_free (fixture);
  return result;
}
