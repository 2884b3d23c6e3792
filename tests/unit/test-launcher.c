/* test-launcher.c - vbet-guest: whoever of it is killed, everything goes; what it reports; what its kernel may do.
 *
 * Each case runs in all ways in which the layers of confinement may hold:
 * with namespaces (where the host gives them) and without.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib/gstdio.h>

#include "base/lab-user.h"
#include "base/paths.h"
#include "base/xstate.h"
#include "guest/memory.h"
#include "guest/options.h"
#include "guest/pad.h"
#include "guest/syscall-guard.h"
#include "unit/guest-fixture.h"
#include "unit/harness.h"

static VbetGuestFixture *fixture_of_process (VbetGuestFixture *set);

/* One run of the launcher. */
typedef struct {
  gint pid;
  int report; /* reading end */
  int output;
  GString *reported;
} Run;

/* Starts the launcher with @options (NULL-terminated) and the fake kernel @behaviour. */
static Run
launch (const char *behaviour, const char *const *options)
{
  VbetGuestFixture *fixture = fixture_of_process (NULL);
  g_autofree char *kernel = vbet_guest_fixture_kernel (fixture, behaviour);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  Run run = { .reported = g_string_new (NULL) };
  int report[2];
  int output[2];
  CU_ASSERT_TRUE_FATAL (g_unix_open_pipe (report, FD_CLOEXEC, NULL)
                        && g_unix_open_pipe (output, FD_CLOEXEC, NULL));
  g_autofree char *status = g_strdup_printf ("--status-fd=%d", report[1]);
  g_ptr_array_add (argv, fixture->launcher);
  g_ptr_array_add (argv, status);
  for (guint i = 0; options != NULL && options[i] != NULL; i++)
    g_ptr_array_add (argv, (char *)options[i]);
  g_ptr_array_add (argv, (char *)"--");
  g_ptr_array_add (argv, kernel);
  g_ptr_array_add (argv, NULL);
  int kept[] = { report[1] };
  g_autoptr (GError) error = NULL;
  gboolean spawned = g_spawn_async_with_pipes_and_fds (
      NULL, (const char *const *)argv->pdata, NULL,
      G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_LEAVE_DESCRIPTORS_OPEN, NULL, NULL, -1, output[1], output[1], kept,
      kept, 1, &run.pid, NULL, NULL, NULL, &error);
  CU_ASSERT_TRUE_FATAL (spawned);
  close (report[1]);
  close (output[1]);
  run.report = report[0];
  run.output = output[0];
  return run;
}

/* Reads @fd until @text has come, or the end. Returns everything read. */
static char *
read_until (int fd, const char *text)
{
  GString *all = g_string_new (NULL);
  char bytes[512];
  ssize_t got;
  while (strstr (all->str, text) == NULL && (got = read (fd, bytes, sizeof bytes)) > 0)
    g_string_append_len (all, bytes, got);
  return g_string_free (all, FALSE);
}

/* Waits for the launcher itself; returns its exit code, 128 + signal when it was killed. */
static int
wait_launcher (Run *run)
{
  int status = 0;
  CU_ASSERT_EQUAL (waitpid (run->pid, &status, 0), run->pid);
  char *rest = read_until (run->report, "\177");
  g_string_append (run->reported, rest);
  g_free (rest);
  CU_ASSERT_PTR_NULL (strstr (run->reported->str, "confined ")); /* all that it did is on its list */
  close (run->report);
  close (run->output);
  return WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
}

static void
run_clear (Run *run)
{
  g_string_free (run->reported, TRUE);
}

static const char *const no_options[] = { NULL };
static const char *const no_namespaces[] = { "--without=pidns", NULL };
static const char *const nothing[] = { "--without=pidns",
                                       "--without=landlock",
                                       "--without=seccomp",
                                       "--without=root",
                                       "--without=calls",
                                       "--pad=never",
                                       NULL };
static const char *const *const ways[] = { no_options, no_namespaces, nothing };

/* A folder in memory of this test's own, for guest memory; NULL where /dev/shm is none. */
static char *
make_memory_folder (void)
{
  char *path = g_strdup ("/dev/shm/vbet-test-XXXXXX");
  if (!vbet_memory_dir_probe ("/dev/shm").usable || g_mkdtemp (path) == NULL)
    g_clear_pointer (&path, g_free);
  return path;
}

typedef enum { LAUNCHER, INIT, KERNEL, ASKED, READER } Victim;

static void
end_one (Victim victim, Run *run, gint init, gint kernel)
{
  switch (victim) {
  case LAUNCHER:
    CU_ASSERT_EQUAL (kill (run->pid, SIGKILL), 0);
    break;
  case INIT:
    CU_ASSERT_EQUAL (kill (init, SIGKILL), 0);
    break;
  case KERNEL:
    CU_ASSERT_EQUAL (kill (kernel, SIGKILL), 0);
    break;
  case ASKED:
    CU_ASSERT_EQUAL (kill (run->pid, SIGTERM), 0);
    break;
  case READER: /* whoever started it is gone */
    close (run->report);
    run->report = open ("/dev/null", O_RDONLY | O_CLOEXEC);
    break;
  }
}

/* Waits until @pid has its list of system calls, which it installs when it has started what it watches. */
static void
expect_list (gint pid)
{
#ifndef __SANITIZE_ADDRESS__ /* there is none then */
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", pid);
  gboolean found = FALSE;
  for (int tries = 0; tries < 1000 && !found; tries++) {
    g_autofree char *status = NULL;
    found = g_file_get_contents (path, &status, NULL, NULL) && strstr (status, "\nSeccomp:\t2\n") != NULL;
    if (!found)
      (void)poll (NULL, 0, 5);
  }
  CU_ASSERT_TRUE (found);
#endif
}

/* Kills one process of a guest whose programs ignore every signal, and expects all to be gone in time. */
static void
kill_one_and_expect_all_gone (Victim victim, const char *const *options)
{
  Run run = launch ("rude", options);
  g_autofree char *up = read_until (run.output, "rude");
  CU_ASSERT_PTR_NOT_NULL_FATAL (strstr (up, "rude"));
  g_autoptr (GArray) inits = vbet_test_children (run.pid);
  CU_ASSERT_EQUAL_FATAL (inits->len, 1);
  gint init = g_array_index (inits, gint, 0);
  g_autoptr (GArray) kernels = vbet_test_children (init);
  CU_ASSERT_EQUAL_FATAL (kernels->len, 1);
  gint kernel = g_array_index (kernels, gint, 0);
  /* A session of its own is a group of the scheduler's, too (autogroup). */
  CU_ASSERT_EQUAL (getsid (kernel), kernel);
  CU_ASSERT_NOT_EQUAL (getsid (init), getsid (run.pid));
  expect_list (run.pid);
  expect_list (init);
  g_autoptr (GArray) all = vbet_test_descendants (run.pid);
  CU_ASSERT_TRUE (all->len >= 6); /* launcher, init, kernel, three children at least */
  g_autoptr (GArray) watched = vbet_test_watch (all);
  CU_ASSERT_EQUAL (watched->len, all->len);
  end_one (victim, &run, init, kernel);
  CU_ASSERT_EQUAL (vbet_test_all_gone (watched), 0);
  (void)wait_launcher (&run);
  if (victim == KERNEL || victim == INIT)
    CU_ASSERT_PTR_NOT_NULL (strstr (run.reported->str, "signalled 9\n"));
  run_clear (&run);
}

static void
kill_and_expect_all_gone (Victim victim)
{
  g_autofree char *memory = make_memory_folder ();
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    kill_one_and_expect_all_gone (victim, ways[i]);
  if (memory == NULL)
    return;
  g_autofree char *memory_option = g_strconcat ("--memory-dir=", memory, NULL);
  const char *const with_memory[] = { "--without=pidns", "--memory=4096", memory_option, NULL };
  kill_one_and_expect_all_gone (victim, with_memory);
  CU_ASSERT_EQUAL (rmdir (memory), 0); /* nothing is left in it */
}

static void
test_kill_launcher (void)
{
  kill_and_expect_all_gone (LAUNCHER);
}

static void
test_kill_init (void)
{
  kill_and_expect_all_gone (INIT);
}

static void
test_kill_kernel (void)
{
  kill_and_expect_all_gone (KERNEL);
}

static void
test_ask (void)
{
  kill_and_expect_all_gone (ASKED);
}

static void
test_reader_gone (void)
{
  kill_and_expect_all_gone (READER);
}

/* The parent dies at once after the launcher's start: no moment in which the launcher could miss it. */
static void
test_parent_gone (void)
{
  VbetGuestFixture *fixture = fixture_of_process (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++) {
    int output[2];
    g_autofree char *kernel = vbet_guest_fixture_kernel (fixture, "rude");
    CU_ASSERT_TRUE_FATAL (g_unix_open_pipe (output, FD_CLOEXEC, NULL));
    char *argv[16] = { fixture->launcher };
    guint n = 1;
    for (guint k = 0; ways[i][k] != NULL; k++)
      argv[n++] = (char *)ways[i][k];
    argv[n++] = (char *)"--";
    argv[n++] = kernel;
    pid_t parent = fork ();
    if (parent == 0) {
      if (fork () == 0) {
        dup2 (output[1], 1);
        execv (argv[0], argv);
        _exit (1);
      }
      /* Until the test has seen it run. */
      for (;;)
        pause ();
    }
    close (output[1]);
    g_autofree char *up = read_until (output[0], "rude");
    CU_ASSERT_PTR_NOT_NULL (strstr (up, "rude"));
    g_autoptr (GArray) all = vbet_test_descendants (parent);
    g_autoptr (GArray) watched = vbet_test_watch (all);
    CU_ASSERT_TRUE (all->len >= 7);
    CU_ASSERT_EQUAL (kill (parent, SIGKILL), 0);
    CU_ASSERT_EQUAL (waitpid (parent, NULL, 0), parent);
    CU_ASSERT_EQUAL (vbet_test_all_gone (watched), 0);
    close (output[0]);
  }
}

static void
test_exit_codes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++) {
    Run run = launch ("exit", ways[i]);
    CU_ASSERT_EQUAL (wait_launcher (&run), 7);
    CU_ASSERT_TRUE (g_str_has_prefix (run.reported->str, "layers "));
    CU_ASSERT_TRUE (g_str_has_suffix (run.reported->str, "\nexited 7\n"));
    run_clear (&run);

    run = launch ("panic", ways[i]);
    CU_ASSERT_EQUAL (wait_launcher (&run), 128 + SIGABRT);
    CU_ASSERT_TRUE (g_str_has_suffix (run.reported->str, "\nsignalled 6\n"));
    run_clear (&run);
  }
}

static gboolean
host_needs_padding (void)
{
  VbetXstateLayout layout;
  vbet_xstate_layout_read (&layout);
  return vbet_xstate_needs_padding (&layout);
}

static void
test_layers (void)
{
  VbetGuestFixture *fixture = fixture_of_process (NULL);
  gboolean namespaces = vbet_test_user_namespaces (fixture);
  Run run = launch ("exit", no_options);
  (void)wait_launcher (&run);
  CU_ASSERT_EQUAL (strstr (run.reported->str, " pidns ") != NULL, namespaces);
  CU_ASSERT_EQUAL (strstr (run.reported->str, " reaper") != NULL, !namespaces);
  CU_ASSERT_PTR_NOT_NULL (strstr (run.reported->str, "no_new_privs"));
  run_clear (&run);
  run = launch ("exit", nothing);
  (void)wait_launcher (&run);
  VBET_ASSERT_TEXT (run.reported->str, host_needs_padding ()
                                           ? "layers no_new_privs reaper\npadding forbidden\nexited 7\n"
                                           : "layers no_new_privs reaper\npadding unneeded\nexited 7\n");
  run_clear (&run);
  if (!namespaces)
    (void)fprintf (stderr, "(this host gives no user namespaces: only the other way was tested) ");
}

/* --- the library that pads register states --------------------------------------------- */

static void
expect_padding (const char *const *options, const char *said, const char *reported)
{
  Run run = launch ("maps", options);
  g_autofree char *line = read_until (run.output, "\n");
  VBET_ASSERT_TEXT (line, said);
  CU_ASSERT_EQUAL (wait_launcher (&run), 0);
  CU_ASSERT_PTR_NOT_NULL (strstr (run.reported->str, reported));
  run_clear (&run);
}

static void
test_padding (void)
{
  VbetGuestFixture *fixture = fixture_of_process (NULL);
  g_autofree char *by_descriptor = g_strdup_printf ("--pad-fd=%d", fixture->library_fd);
  static const char *const always[] = { "--pad=always", NULL };
  static const char *const never[] = { "--pad=never", NULL };
  const char *const given[] = { "--pad=always", by_descriptor, NULL };
  const char *const weak[] = { "--pad=always", by_descriptor, "--without=pidns", "--without=landlock", NULL };
  const char *const not_wanted[] = { "--pad=never", by_descriptor, NULL };
  expect_padding (always, "padded\n", "\npadding loaded\n");
  expect_padding (given, "padded\n", "\npadding loaded\n");
  expect_padding (weak, "padded\n", "\npadding loaded\n");
  expect_padding (not_wanted, "bare\n", "\npadding ");
  expect_padding (never, "bare\n", "\npadding ");
  /* By itself only where the processor's state does not fit. */
  gboolean needed = host_needs_padding ();
  expect_padding (no_options, needed ? "padded\n" : "bare\n",
                  needed ? "\npadding loaded\n" : "\npadding unneeded\n");
}

static void
test_static_kernel (void)
{
  const char *top = g_getenv ("VBET_TOP_BUILDDIR");
  g_autofree char *program = g_build_filename (top != NULL ? top : VBET_BUILDDIR, "bin", "vbet-agent", NULL);
  CU_ASSERT_TRUE (vbet_kernel_is_static (program));
  CU_ASSERT_FALSE (vbet_kernel_is_static ("/bin/sh"));
  CU_ASSERT_FALSE (vbet_kernel_is_static (fixture_of_process (NULL)->image));
  CU_ASSERT_FALSE (vbet_kernel_is_static ("/nonexistent"));
  char *argv[] = { program, NULL };
  VbetLaunch launch = { .pad = VBET_PAD_ALWAYS, .pad_fd = 0, .argv = argv };
  VBET_ASSERT_TEXT (vbet_padding_name (vbet_pad_decide (&launch)), "static");
  launch.pad_fd = -1;
  VBET_ASSERT_TEXT (vbet_padding_name (vbet_pad_decide (&launch)), "missing");
}

/* Runs a copy of the launcher in a folder that only root may enter. Returns: (transfer full): what its kernel
 * said. */
static char *
run_locked_away (const char *launcher, const char *library, char *kernel)
{
  g_autofree char *dir = g_dir_make_tmp ("vbet-locked-XXXXXX", NULL);
  g_autofree char *own_launcher = g_build_filename (dir, "vbet-guest", NULL);
  g_autofree char *own_library = g_build_filename (dir, "vbet-xstate.so", NULL);
  const char *const from[] = { launcher, library };
  const char *const to[] = { own_launcher, own_library };
  char *argv[] = { own_launcher, (char *)"--pad=always", (char *)"--", kernel, NULL };
  char *said = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (from); i++) {
    g_autofree char *contents = NULL;
    gsize size = 0;
    if (!g_file_get_contents (from[i], &contents, &size, NULL)
        || !g_file_set_contents_full (to[i], contents, (gssize)size, G_FILE_SET_CONTENTS_NONE, 0755, NULL))
      said = g_strdup ("it could not be copied");
  }
  if (said == NULL && !g_spawn_sync (NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &said, NULL, NULL, NULL))
    said = g_strdup ("it could not be started");
  (void)vbet_paths_remove_tree (dir);
  return said;
}

/* What the launcher's kernel said of itself when root started it; NULL: this test does not run as root. */
static char *
as_root (gboolean run)
{
  static char *said;
  if (!run)
    return g_strdup (said);
  const char *top = g_getenv ("VBET_TOP_BUILDDIR");
  g_autofree char *launcher = g_build_filename (top != NULL ? top : VBET_BUILDDIR, "bin", "vbet-guest", NULL);
  g_autofree char *kernel
      = g_build_filename (top != NULL ? top : VBET_BUILDDIR, "tests", "unit", "fake-kernel", NULL);
  g_autofree char *dir = g_dir_make_tmp ("vbet-root-XXXXXX", NULL);
  g_autofree char *copy = g_build_filename (dir, "whoami", NULL);
  g_autofree char *contents = NULL;
  gsize size = 0;
  char *argv[] = { launcher, (char *)"--", copy, NULL };
  if (chmod (dir, 0755) != 0 || !g_file_get_contents (kernel, &contents, &size, NULL)
      || !g_file_set_contents_full (copy, contents, (gssize)size, G_FILE_SET_CONTENTS_NONE, 0755, NULL)
      || !g_spawn_sync (NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &said, NULL, NULL, NULL))
    said = g_strdup ("it could not be started");
  g_autofree char *library
      = g_build_filename (top != NULL ? top : VBET_BUILDDIR, "bin", "vbet-xstate.so", NULL);
  g_autofree char *other = g_build_filename (dir, "maps", NULL);
  if (symlink ("whoami", other) != 0)
    g_assert_cmpint (errno, ==, EEXIST);
  g_autofree char *locked = run_locked_away (launcher, library, other);
  char *all = g_strconcat (said, locked, NULL);
  g_free (said);
  said = all;
  (void)vbet_paths_remove_tree (dir);
  return NULL;
}

static void
test_started_by_root (void)
{
  uid_t uid;
  gid_t gid;
  g_autofree char *said = as_root (FALSE);
  if (said == NULL)
    return;
  vbet_lab_user_find (&uid, &gid); /* ours by now: the fixture gave root up */
  g_autofree char *expected = g_strdup_printf ("user %u %u, group %u, root again -1\npadded\n", (unsigned)uid,
                                               (unsigned)uid, (unsigned)gid);
  VBET_ASSERT_TEXT (said, expected);
}

static void
test_wrong_use (void)
{
  static const char *const bad[]
      = { "--cpu=x",     "--memory=-1", "--read=relative", "--without=nothing", "--keep-fd=99999999",
          "--pad=often", "--pad-fd=x" };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    VbetLaunch launch;
    const char *message = NULL;
    char *argv[] = { (char *)"vbet-guest", (char *)bad[i], (char *)"--", (char *)"/k", NULL };
    CU_ASSERT_TRUE (vbet_launch_parse (&launch, 4, argv, &message) < 0);
    CU_ASSERT_PTR_NOT_NULL (message);
  }
  VbetLaunch launch;
  const char *message = NULL;
  char *none[] = { (char *)"vbet-guest", NULL };
  CU_ASSERT_TRUE (vbet_launch_parse (&launch, 1, none, &message) < 0);
  char *all[] = { (char *)"vbet-guest",
                  (char *)"--name=r1",
                  (char *)"--cpu=2",
                  (char *)"--memory=4096",
                  (char *)"--keep-fd=7",
                  (char *)"--",
                  (char *)"/k",
                  (char *)"--cpu=3",
                  NULL };
  CU_ASSERT_EQUAL (vbet_launch_parse (&launch, 8, all, &message), 0);
  CU_ASSERT_EQUAL (launch.cpu, 2);
  CU_ASSERT_EQUAL (launch.memory, 4096);
  CU_ASSERT_EQUAL (launch.keep_fds[0], 7);
  VBET_ASSERT_TEXT (launch.argv[1], "--cpu=3");
}

/* --- memory ---------------------------------------------------------------------- */

static void
expect_choice (const VbetMemoryDir *dirs, guint n, int choice, const char *sentence)
{
  char message[512] = "";
  CU_ASSERT_EQUAL (vbet_memory_choose (dirs, n, 64ULL << 20, "r1", message, sizeof message), choice);
  if (sentence != NULL)
    VBET_ASSERT_TEXT (message, sentence);
}

static void
test_memory (void)
{
  const VbetMemoryDir good = { "/run/user/7", true, false, 64ULL << 20 };
  const VbetMemoryDir full = { "/dev/shm", true, false, 10ULL << 20 };
  const VbetMemoryDir noexec = { "/dev/shm", true, true, 1ULL << 40 };
  const VbetMemoryDir disk = { "/tmp", false, false, 1ULL << 40 };
  expect_choice ((VbetMemoryDir[]){ good }, 1, 0, NULL);
  expect_choice ((VbetMemoryDir[]){ full, noexec, disk, good }, 4, 3, NULL);
  expect_choice ((VbetMemoryDir[]){ full, disk }, 2, -1,
                 "Not enough shared memory for r1: 64 MiB wanted, 10 MiB free in /dev/shm; stop other labs, "
                 "give r1 less "
                 "mem, or enlarge it with \"mount -o remount,size=SIZE /dev/shm\"");
  expect_choice (
      (VbetMemoryDir[]){ noexec, disk }, 2, -1,
      "r1 cannot start: /dev/shm is mounted noexec, and guest memory must be executable; run \"mount -o "
      "remount,exec /dev/shm\" or allow user namespaces");
  expect_choice ((VbetMemoryDir[]){ disk }, 1, -1,
                 "r1 cannot start: there is no writable memory folder (/tmp); mount a tmpfs on /dev/shm");
  char message[512];
  CU_ASSERT_TRUE (vbet_memory_fits (100, 100, "r1", message, sizeof message));
  CU_ASSERT_FALSE (vbet_memory_fits (10ULL << 20, 64ULL << 20, "r1", message, sizeof message));
  CU_ASSERT_PTR_NOT_NULL (strstr (message, "64 MiB wanted, 10 MiB available"));
  CU_ASSERT_FALSE (vbet_memory_dir_probe ("/nonexistent").usable);
}

/* What a guest without a root of its own can leave in its memory folder: a tree deeper than any path is long, folders that
 * forbid looking into them, links. */
static void
test_memory_folder (void)
{
  g_autofree char *dir = g_dir_make_tmp ("vbet-memory-XXXXXX", NULL);
  g_autofree char *outside = g_strconcat (dir, "-outside", NULL);
  g_autofree char *link = g_build_filename (dir, "link", NULL);
  g_autofree char *locked = g_build_filename (dir, "locked", NULL);
  g_autofree char *inner = g_build_filename (locked, "inner", NULL);
  CU_ASSERT_TRUE (g_file_set_contents (outside, "x", 1, NULL));
  CU_ASSERT_EQUAL (symlink (outside, link), 0);
  CU_ASSERT_EQUAL (g_mkdir_with_parents (inner, 0700), 0);
  CU_ASSERT_EQUAL (g_chmod (locked, 0), 0);
  int at = open (dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (int depth = 0; depth < 5000; depth++) {
    CU_ASSERT_EQUAL_FATAL (mkdirat (at, "d", 0700), 0);
    int below = openat (at, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    close (at);
    at = below;
  }
  close (at);
  vbet_memory_dir_remove (dir);
  CU_ASSERT_FALSE (g_file_test (dir, G_FILE_TEST_EXISTS));
  CU_ASSERT_TRUE (g_file_test (outside, G_FILE_TEST_EXISTS));
  (void)g_unlink (outside);
}

static void
test_no_memory (void)
{
  static const char *const options[]
      = { "--without=pidns", "--memory=1152921504606846976", "--memory-dir=/dev/shm", NULL };
  Run run = launch ("exit", options);
  CU_ASSERT_EQUAL (wait_launcher (&run), 125);
  CU_ASSERT_TRUE (g_str_has_prefix (run.reported->str, "error "));
  CU_ASSERT_PTR_NULL (strstr (run.reported->str, "exited"));
  run_clear (&run);
}

/* --- the guard against stray programs ----------------------------------------------- */

#define ADDRESS_TAKEN 99 /* a sanitizer has its own things there */

/* Makes system call @number from @address in a child, with the guard for kernel @version (0: none) and @first
 * and
 * @second as arguments; returns how the child ended, as waitpid() tells it: with 0, or with the call's error.
 */
static int
call_from (uintptr_t address, unsigned version, guint8 number, gulong first, gulong second)
{
  /* mov $number, %eax; syscall; ret */
  const guint8 code[] = { 0xb8, number, 0, 0, 0, 0x0f, 0x05, 0xc3 };
  int status = -1;
  pid_t child = fork ();
  if (child == 0) {
    const VbetKernelImage image = { .start = 0x60000000, .end = 0x60a00000, .version = version };
    void *page = mmap ((void *)address, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (page != (void *)address)
      _exit (ADDRESS_TAKEN);
    memcpy (page, code, sizeof code);
    if (version != 0 && vbet_syscall_guard_install (&image) != 0)
      _exit (98);
    /* The address of a page as a function: what the test is about. */
    int (*function) (gulong, gulong) = (int (*) (gulong, gulong))address;
    int result = function (first, second);
    _exit (result < 0 ? -result : 0);
  }
  CU_ASSERT_EQUAL (waitpid (child, &status, 0), child);
  return status;
}

static void
test_guard (void)
{
#ifdef __x86_64__
  static const uintptr_t strays[]
      = { 0x400000, 0x40000000, 0x5ffff000, 0x60a00000, 0x7f80000000, 0x7fbffff000 };
  static const uintptr_t kernel[] = { 0x60000000, 0x609ff000, 0x7fc0000000, 0x7fffe0000000 };
  /* no_new_privs lets an ordinary process have a filter; it goes with this test program. */
  CU_ASSERT_EQUAL (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
  guint tried = 0;
  for (guint i = 0; i < G_N_ELEMENTS (strays); i++) {
    int status = call_from (strays[i], 0, SYS_getpid, 0, 0);
    if (WIFEXITED (status) && WEXITSTATUS (status) == ADDRESS_TAKEN)
      continue;
    CU_ASSERT_EQUAL (status, 0);
    status = call_from (strays[i], 6001, SYS_getpid, 0, 0);
    CU_ASSERT_TRUE (WIFSIGNALED (status) && WTERMSIG (status) == SIGSYS);
    tried++;
  }
  for (guint i = 0; i < G_N_ELEMENTS (kernel); i++) {
    int status = call_from (kernel[i], 6001, SYS_getpid, 0, 0);
    if (WIFEXITED (status) && WEXITSTATUS (status) == ADDRESS_TAKEN)
      continue;
    CU_ASSERT_EQUAL (status, 0);
    tried++;
  }
  CU_ASSERT_TRUE (tried >= 6);
#endif
}

/* Kernels with a stub program: refused, never killed, but for what that program does. */
static void
test_guard_stub (void)
{
#ifdef __x86_64__
  static const uintptr_t strays[] = { 0x400000, 0x5ffff000, 0x60a00000, 0x7fc0000000, 0x7f7ffffff000 };
  static const uintptr_t kernel[] = { 0x60000000, 0x609ff000, 0x7f8000000000, 0x7fffe0000000 };
  static const struct {
    gulong first;
    gulong second;
    guint8 number;
    guint8 result;
  } cases[] = {
    { 0, 0, SYS_getpid, 0 },
    { 0, 0, SYS_getppid, EPERM },
    { 0, 0, SYS_fork, EPERM },
    { 0, 0, SYS_execve, EPERM },
    { 0, 0, SYS_socket, EPERM },
    { 1, 0, SYS_write, EPERM },
    { 999, 0, SYS_close, EBADF },
    { 999, F_SETFL, SYS_fcntl, EBADF },
    { 999, F_DUPFD, SYS_fcntl, EPERM },
    { PTRACE_ATTACH, 1, SYS_ptrace, EPERM },
    { PR_SET_NO_NEW_PRIVS, 0, SYS_prctl, EINVAL },
    { PR_SET_PDEATHSIG, SIGKILL, SYS_prctl, 0 },
    { PR_SET_PDEATHSIG, 0, SYS_prctl, EPERM },
    { PR_SET_DUMPABLE, 0, SYS_prctl, EPERM },
    { 0x7ffffffe, SIGSTOP, SYS_kill, ESRCH },
    { 0x7ffffffe, SIGKILL, SYS_kill, EPERM },
    { 0, SIGSTOP, SYS_kill, EPERM },
    { (gulong)-1, SIGSTOP, SYS_kill, EPERM },
  };
  guint tried = 0;
  /* The launcher runs at fixed addresses for the guard's sake; here the C library may lie too low for it. */
  if (getauxval (AT_BASE) < 0x7f8000000000) {
    (void)fprintf (stderr, "(the C library lies too low in this run: not tested) ");
    return;
  }
  CU_ASSERT_EQUAL (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
  for (guint i = 0; i < G_N_ELEMENTS (strays); i++)
    for (guint k = 0; k < G_N_ELEMENTS (cases); k++) {
      int status = call_from (strays[i], 7003, cases[k].number, cases[k].first, cases[k].second);
      if (WIFEXITED (status) && WEXITSTATUS (status) == ADDRESS_TAKEN)
        continue;
      CU_ASSERT_TRUE (WIFEXITED (status) && WEXITSTATUS (status) == cases[k].result);
      tried++;
    }
  for (guint i = 0; i < G_N_ELEMENTS (kernel); i++) {
    int status = call_from (kernel[i], 7003, SYS_getppid, 0, 0);
    if (WIFEXITED (status) && WEXITSTATUS (status) == ADDRESS_TAKEN)
      continue;
    CU_ASSERT_EQUAL (status, 0);
    tried++;
  }
  CU_ASSERT_TRUE (tried >= 3 * G_N_ELEMENTS (cases));
#endif
}

static void
test_kernel_images (void)
{
  VbetGuestFixture *fixture = fixture_of_process (NULL);
  VbetKernelImage image = { 0 };
  CU_ASSERT_TRUE (vbet_kernel_image_read (fixture->image, &image) < 0);
  CU_ASSERT_TRUE (vbet_kernel_image_read ("/nonexistent", &image) < 0);
  CU_ASSERT_TRUE (vbet_kernel_image_read ("/bin/sh", &image) < 0);
  image = (VbetKernelImage){ .start = 0x60000000, .end = 0x61000000, .version = 6001 };
  CU_ASSERT_TRUE (vbet_syscall_guard_fits (&image));
  image.version = 6012; /* Debian 13's: no guard is better than one that kills honest guests */
  CU_ASSERT_FALSE (vbet_syscall_guard_fits (&image));
  image.version = 7003;
  CU_ASSERT_TRUE (vbet_syscall_guard_fits (&image));
  image.end = 1ULL << 33;
  CU_ASSERT_FALSE (vbet_syscall_guard_fits (&image));
  if (!g_file_test ("/usr/bin/linux.uml", G_FILE_TEST_EXISTS))
    return;
  CU_ASSERT_EQUAL (vbet_kernel_image_read ("/usr/bin/linux.uml", &image), 0);
  CU_ASSERT_EQUAL (image.start, 0x60000000);
  CU_ASSERT_TRUE (image.end > image.start && image.end < 0x70000000);
  CU_ASSERT_TRUE (image.version >= 6001);
}

static CU_TestInfo launcher_tests[] = {
  { "exit codes are passed on", test_exit_codes },
  { "layers are reported", test_layers },
  { "the launcher is killed", test_kill_launcher },
  { "the init is killed", test_kill_init },
  { "the kernel is killed", test_kill_kernel },
  { "the launcher is asked", test_ask },
  { "nobody reads the report", test_reader_gone },
  { "the parent is killed", test_parent_gone },
  { "a memory folder that is not empty", test_memory_folder },
  { "no memory, no start", test_no_memory },
  { "started by root", test_started_by_root },
  { "padding", test_padding },
  { "padding and static kernels", test_static_kernel },
  { "wrong use", test_wrong_use },
  { "memory folders", test_memory },
  { "kernel images", test_kernel_images },
  { "stray programs", test_guard },
  { "stray programs of kernels with a stub", test_guard_stub },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "launcher", NULL, NULL, NULL, NULL, launcher_tests },
  CU_SUITE_INFO_NULL,
};

/* The one fixture of this program; CUnit's tests take no argument. */
static VbetGuestFixture *
fixture_of_process (VbetGuestFixture *set)
{
  static VbetGuestFixture *fixture;
  if (set != NULL)
    fixture = set;
  return fixture;
}

/* The guard wants the C library where it always is, as the launcher has it. */
static void
fix_addresses (char **argv)
{
  int now = personality (0xffffffff);
  if (now >= 0 && (now & ADDR_NO_RANDOMIZE) == 0 && g_getenv ("VBET_TEST_FIXED") == NULL
      && g_setenv ("VBET_TEST_FIXED", "1", TRUE) && personality ((unsigned long)now | ADDR_NO_RANDOMIZE) >= 0)
    (void)execv ("/proc/self/exe", argv);
}

int
main (int argc, char **argv)
{
  fix_addresses (argv);
  if (geteuid () == 0)
    (void)as_root (TRUE);
  VbetGuestFixture *fixture = fixture_of_process (vbet_guest_fixture_new ());
  int result = vbet_test_run (suites, argc, argv);
  vbet_guest_fixture_free (fixture);
  return result;
}
