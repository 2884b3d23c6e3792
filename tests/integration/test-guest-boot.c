/* test-guest-boot.c - one real guest: user-mode Linux and the guest image under vbet-guest.
 *
 * Without a kernel or an image there is nothing to test: exit code 77, "skipped".
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib/gstdio.h>

#include "base/error.h"
#include "base/paths.h"
#include "engine/guest/guest.h"
#include "engine/guest/image.h"
#include "unit/guest-fixture.h"
#include "unit/harness.h"

#define SKIPPED 77

/* What every test of this program needs. */
typedef struct {
  VbetGuestFixture *place;
  char *kernel;
  char *image;
} Program;

static Program *
program (void)
{
  static Program one;
  return &one;
}

typedef struct {
  VbetGuest *guest;
  GString *states;
  GArray *watched;
} Fixture;

static void
on_state (VbetGuest *guest, guint state, const char *reason, gpointer data)
{
  g_string_append_printf (((Fixture *)data)->states, "%s;", vbet_guest_state_name (state));
}

static VbetGuestConfig *
make_config (void)
{
  VbetGuestConfig *config = vbet_guest_config_new ();
  config->name = g_strdup ("r1");
  config->node_dir = g_strdup (program ()->place->node_dir);
  config->disk_path = g_strdup (program ()->place->disk);
  config->kernel = g_strdup (program ()->kernel);
  config->image = g_strdup (program ()->image);
  config->memory = 64 * 1024 * 1024;
  config->cpu = 0;
  return config;
}

static void
wait_state (Fixture *self, VbetGuestState state)
{
  while (vbet_guest_get_state (self->guest) != state) {
    if (vbet_guest_get_state (self->guest) == VBET_GUEST_FAILED) {
      g_printerr ("\n%s\n", vbet_guest_get_reason (self->guest));
      CU_FAIL_FATAL ("the guest failed");
    }
    g_main_context_iteration (NULL, TRUE);
  }
}

/* Boots a guest; @options: (nullable): for vbet-guest. */
static void
boot (Fixture *self, const char *const *options)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *console = g_build_filename (program ()->place->dir, "console", NULL);
  memset (self, 0, sizeof *self);
  self->states = g_string_new (NULL);
  self->guest = g_object_new (VBET_TYPE_GUEST, "name", "r1", "launcher", program ()->place->launcher,
                              "console-path", console, "launcher-options", options, NULL);
  g_signal_connect (self->guest, "state", G_CALLBACK (on_state), self);
  CU_ASSERT_TRUE_FATAL (vbet_guest_start (self->guest, make_config (), &error));
  wait_state (self, VBET_GUEST_READY);
  g_autoptr (GArray) all = vbet_test_descendants (vbet_guest_get_pid (self->guest));
  self->watched = vbet_test_watch (all);
}

static void
tear_down (Fixture *self)
{
  g_autoptr (GDir) left = g_dir_open (program ()->place->node_dir, 0, NULL);
  CU_ASSERT_PTR_NULL (g_dir_read_name (left));
  CU_ASSERT_FALSE (g_file_test (program ()->place->disk, G_FILE_TEST_EXISTS));
  CU_ASSERT_EQUAL (vbet_test_all_gone (self->watched), 0);
  g_object_unref (self->guest);
  g_array_unref (self->watched);
  g_string_free (self->states, TRUE);
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
on_stopped (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Answer *)data)->good = vbet_guest_stop_finish (VBET_GUEST (source), result, NULL);
  ((Answer *)data)->done = TRUE;
}

static void
on_executed (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Answer *)data)->result = vbet_guest_exec_finish (VBET_GUEST (source), result, &((Answer *)data)->error);
  ((Answer *)data)->done = TRUE;
}

static void
on_put (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Answer *)data)->good = vbet_guest_put_finish (VBET_GUEST (source), result, &((Answer *)data)->error);
  ((Answer *)data)->done = TRUE;
}

static void
on_got (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Answer *)data)->contents = vbet_guest_get_finish (VBET_GUEST (source), result, &((Answer *)data)->error);
  ((Answer *)data)->done = TRUE;
}

static void
on_paused (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Answer *)data)->good = vbet_guest_pause_finish (VBET_GUEST (source), result, &((Answer *)data)->error);
  ((Answer *)data)->done = TRUE;
}

static void
on_attached (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Answer *)data)->good
      = vbet_guest_attach_nic_finish (VBET_GUEST (source), result, &((Answer *)data)->error);
  ((Answer *)data)->done = TRUE;
}

static void
on_detached (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Answer *)data)->good
      = vbet_guest_detach_nic_finish (VBET_GUEST (source), result, &((Answer *)data)->error);
  ((Answer *)data)->done = TRUE;
}

static void
expect_good (Answer *answer)
{
  wait_for (answer);
  CU_ASSERT_TRUE (answer->good);
  if (answer->error != NULL)
    g_printerr ("\n%s\n", answer->error->message);
  answer_clear (answer);
}

static void
stop (Fixture *self)
{
  Answer answer = { FALSE };
  vbet_guest_stop_async (self->guest, 5000, on_stopped, &answer);
  expect_good (&answer);
}

/* Runs a shell line; Returns: (transfer full): its output, blanks stripped. @ret_status: (out). */
static char *
run (Fixture *self, const char *line, int *ret_status)
{
  const char *const argv[] = { "sh", "-c", line, NULL };
  Answer answer = { FALSE };
  vbet_guest_exec_async (self->guest, argv, NULL, NULL, NULL, NULL, on_executed, &answer);
  wait_for (&answer);
  CU_ASSERT_PTR_NOT_NULL_FATAL (answer.result);
  gsize size = 0;
  const char *data = g_bytes_get_data (answer.result->out, &size);
  char *text = g_strndup (data != NULL ? data : "", size);
  *ret_status = answer.result->status;
  answer_clear (&answer);
  return g_strstrip (text);
}

static void
expect_output (Fixture *self, const char *line, const char *output)
{
  int status = 0;
  g_autofree char *text = run (self, line, &status);
  VBET_ASSERT_TEXT (text, output);
  CU_ASSERT_EQUAL (status, 0);
}

/* --- tests ----------------------------------------------------------------------- */

static void
test_boot_and_files (void)
{
  Fixture fixture;
  Answer answer = { FALSE };
  int status = 0;
  const gsize size = 300000;
  g_autofree char *text = g_strnfill (size, 'v');
  boot (&fixture, NULL);
  expect_output (&fixture, "echo $((6 * 7))", "42");
  g_free (run (&fixture, "exit 9", &status));
  CU_ASSERT_EQUAL (status, 9);
  g_autoptr (GBytes) contents = g_bytes_new (text, size);
  vbet_guest_put_async (fixture.guest, "/root/file", 0640, contents, NULL, on_put, &answer);
  expect_good (&answer);
  expect_output (&fixture, "stat -c '%a %s' /root/file", "640 300000");
  vbet_guest_get_async (fixture.guest, "/root/file", NULL, NULL, NULL, on_got, &answer);
  wait_for (&answer);
  CU_ASSERT_TRUE (answer.contents != NULL && g_bytes_equal (answer.contents, contents));
  answer_clear (&answer);
  vbet_guest_pause_async (fixture.guest, TRUE, on_paused, &answer);
  expect_good (&answer);
  vbet_guest_pause_async (fixture.guest, FALSE, on_paused, &answer);
  expect_good (&answer);
  expect_output (&fixture, "echo again", "again");
  stop (&fixture);
  VBET_ASSERT_TEXT (fixture.states->str, "booting;ready;paused;ready;stopping;off;");
  tear_down (&fixture);
}

static void
test_fallback (void)
{
  static const char *const bare[]
      = { "--without=pidns", "--without=landlock", "--without=seccomp", "--without=calls", NULL };
  Fixture fixture;
  boot (&fixture, bare);
  expect_output (&fixture, "echo up", "up");
  stop (&fixture);
  tear_down (&fixture);
}

/* A listening socket as the switch has it. */
static int
listen_at (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  (void)g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  CU_ASSERT_EQUAL_FATAL (bind (fd, (struct sockaddr *)&address, sizeof address), 0);
  CU_ASSERT_EQUAL_FATAL (listen (fd, 4), 0);
  return fd;
}

static void
test_hot_plug (void)
{
  static const guint8 mac[6] = { 2, 0, 0, 0, 0, 0x77 };
  Fixture fixture;
  Answer answer = { FALSE };
  int status = 0;
  boot (&fixture, NULL);
  g_autofree char *path = g_build_filename (program ()->place->node_dir, VBET_GUEST_PORTS, "port", NULL);
  int port = listen_at (path);
  for (int round = 0; round < 2; round++) {
    vbet_guest_attach_nic_async (fixture.guest, vbet_guest_nic_new (3, mac, 1400, path),
                                 "ip addr add 10.9.0.1/24 dev eth2 && ip link set eth2 up", on_attached,
                                 &answer);
    expect_good (&answer);
    int peer = accept4 (port, NULL, NULL, SOCK_CLOEXEC);
    CU_ASSERT_TRUE (peer >= 0);
    expect_output (&fixture, "cat /sys/class/net/eth2/address /sys/class/net/eth2/mtu",
                   "02:00:00:00:00:77\n1400");
    /* It carries frames: the guest asks for its neighbour's address (ARP, broadcast). */
    g_free (run (&fixture, "ping -c1 -W1 10.9.0.2 >/dev/null 2>&1 &", &status));
    guint8 frame[2048];
    CU_ASSERT_TRUE (recv (peer, frame, sizeof frame, 0) >= 14);
    vbet_guest_set_carrier (fixture.guest, 3, FALSE);
    expect_output (
        &fixture,
        "for i in 1 2 3 4 5 6 7 8 9; do grep -q dormant /sys/class/net/eth2/operstate && break; done; "
        "cat /sys/class/net/eth2/operstate",
        "dormant");
    vbet_guest_detach_nic_async (fixture.guest, 3, on_detached, &answer);
    expect_good (&answer);
    expect_output (&fixture, "test -e /sys/class/net/eth2 || echo gone", "gone");
    close (peer);
  }
  close (port);
  (void)unlink (path);
  stop (&fixture);
  tear_down (&fixture);
}

static void
test_halt_reboot_panic (void)
{
  Fixture fixture;
  Answer answer = { FALSE };
  static const char *const reboot[] = { "sh", "-c", "reboot -f", NULL };
  static const char *const panic[] = { "sh", "-c", "echo c > /proc/sysrq-trigger", NULL };
  boot (&fixture, NULL);
  vbet_guest_exec_async (fixture.guest, reboot, NULL, NULL, NULL, NULL, on_executed, &answer);
  wait_for (&answer);
  CU_ASSERT_PTR_NOT_NULL (answer.error);
  answer_clear (&answer);
  wait_state (&fixture, VBET_GUEST_READY);
  VBET_ASSERT_TEXT (fixture.states->str, "booting;ready;booting;ready;");
  expect_output (&fixture, "echo up", "up");
  vbet_guest_exec_async (fixture.guest, panic, NULL, NULL, NULL, NULL, on_executed, &answer);
  wait_for (&answer);
  CU_ASSERT_PTR_NOT_NULL (answer.error);
  answer_clear (&answer);
  while (vbet_guest_get_state (fixture.guest) != VBET_GUEST_FAILED)
    g_main_context_iteration (NULL, TRUE);
  CU_ASSERT_TRUE (
      g_str_has_prefix (vbet_guest_get_reason (fixture.guest), "The kernel of r1 panicked (sysrq"));
  tear_down (&fixture);
}

/* What the guest's root gets of the host: nothing, neither bytes nor modes. @options: (nullable): for vbet-guest.
 * Returns: whether it changed the mode of a file of ours. */
static gboolean
try_host_files (const char *const *options)
{
  Fixture fixture;
  int status = 0;
  GStatBuf after;
  g_autofree char *victim = g_build_filename (program ()->place->dir, "victim", NULL);
  g_autofree char *evil = g_build_filename (program ()->place->dir, "evil", NULL);
  CU_ASSERT_TRUE_FATAL (g_file_set_contents (victim, "x", 1, NULL));
  CU_ASSERT_EQUAL (g_chmod (victim, 0600), 0);
  boot (&fixture, options);
  g_autofree char *etc
      = run (&fixture, "mount -t hostfs none /mnt -o /etc 2>/dev/null; cat /mnt/passwd 2>/dev/null", &status);
  VBET_ASSERT_TEXT (etc, "");
  g_autofree char *node
      = g_strdup_printf ("umount /mnt 2>/dev/null; mount -t hostfs none /mnt -o %s 2>/dev/null; "
                         "echo x > /mnt/evil; chmod 4777 /mnt/victim",
                         program ()->place->dir);
  g_free (run (&fixture, node, &status));
  CU_ASSERT_FALSE (g_file_test (evil, G_FILE_TEST_EXISTS));
  CU_ASSERT_EQUAL_FATAL (g_stat (victim, &after), 0);
  stop (&fixture);
  tear_down (&fixture);
  (void)g_unlink (victim);
  return (after.st_mode & 07777) != 0600;
}

/* Whether @layer holds on this host. */
static gboolean
has_layer (const char *layer)
{
  Fixture fixture;
  boot (&fixture, NULL);
  gboolean holds = g_strv_contains (vbet_guest_get_layers (fixture.guest), layer);
  stop (&fixture);
  tear_down (&fixture);
  return holds;
}

static void
test_confinement (void)
{
  /* The walls behind which modes are safe; Landlock alone does not stop it, so this test can fail. */
  static const char *const bare[] = { "--without=root", "--without=calls", NULL };
  if (!has_layer ("landlock") || !has_layer ("root")) {
    (void)fprintf (stderr, "(no Landlock or no root of its own here) ");
    return;
  }
  CU_ASSERT_FALSE (try_host_files (NULL));
  CU_ASSERT_TRUE (try_host_files (bare));
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

/* The kernel process is killed while programs of the guest make files without end: none may appear on the host. */
static guint
kill_kernel_under_load (const char *const *options)
{
  Fixture fixture;
  int status = 0;
  g_autofree char *target = g_build_filename (program ()->place->dir, "escape", NULL);
  CU_ASSERT_EQUAL (g_mkdir (target, 0777), 0);
  boot (&fixture, options);
  g_autofree char *load
      = g_strdup_printf ("mkdir -p %s; cd %s; for n in 1 2 3 4; do (i=0; while :; do i=$((i+1)); : > "
                         "%s/$n-$i; rm -f $n-$i; done) >/dev/null 2>&1 & done; "
                         "while [ -z \"$(ls)\" ]; do :; done",
                         target, target, target);
  g_free (run (&fixture, load, &status));
  g_autoptr (GArray) all = vbet_test_descendants (vbet_guest_get_pid (fixture.guest));
  g_autoptr (GArray) watched = vbet_test_watch (all);
  CU_ASSERT_EQUAL (kill (g_array_index (all, gint, 2), SIGKILL), 0);
  CU_ASSERT_EQUAL (vbet_test_all_gone (watched), 0);
  while (vbet_guest_get_state (fixture.guest) != VBET_GUEST_FAILED)
    g_main_context_iteration (NULL, TRUE);
  VBET_ASSERT_TEXT (vbet_guest_get_reason (fixture.guest),
                    "The kernel of r1 was killed by signal 9 (Killed)");
  tear_down (&fixture);
  guint escaped = count_files (target);
  (void)vbet_paths_remove_tree (target);
  return escaped;
}

static void
test_no_escape (void)
{
  static const char *const ways[][4] = {
    { NULL },
    { "--without=pidns", NULL },
    { "--without=landlock", NULL },
    { "--without=pidns", "--without=landlock", NULL },
  };
  static const char *const bare[] = { "--without=pidns", "--without=landlock", "--without=seccomp", NULL };
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    for (int round = 0; round < 2; round++)
      CU_ASSERT_EQUAL (kill_kernel_under_load (ways[i]), 0);
  /* Without any layer there is nothing to promise but that it is over soon. */
  (void)fprintf (stderr, "(unconfined, %u files escaped) ", kill_kernel_under_load (bare));
}

static CU_TestInfo boot_tests[] = {
  { "boot, commands, files, pause", test_boot_and_files },
  { "without any layer", test_fallback },
  { "hot plug", test_hot_plug },
  { "reboot and panic inside", test_halt_reboot_panic },
  { "confinement", test_confinement },
  { "no program of the guest outlives its kernel", test_no_escape },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "guest-boot", NULL, NULL, NULL, NULL, boot_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  Program *self = program ();
  self->place = vbet_guest_fixture_new ();
  self->kernel = vbet_kernel_find (NULL, &error);
  self->image = self->kernel != NULL ? vbet_image_find (NULL, &error) : NULL;
  if (self->image == NULL)
    (void)fprintf (stderr, "SKIP: %s\n", error->message);
  int result = self->image != NULL                      ? vbet_test_run (suites, argc, argv)
               : g_getenv ("VBET_TESTS_SET_UP") != NULL ? EXIT_FAILURE
                                                        : SKIPPED;
  vbet_guest_fixture_free (self->place);
  return result;
}
