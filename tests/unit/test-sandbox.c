/* test-sandbox.c - Landlock and the lists of system calls hold what they promise, in a child that can be confined for
 * good. */
#define _GNU_SOURCE
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/call-filter.h"
#include "base/paths.h"
#include "base/sandbox.h"
#include "unit/harness.h"

/* Runs in the child; each bit of the result is one thing that went wrong. */
static int
confined_child (const char *allowed, const char *denied, const char *read_only)
{
  g_autofree char *in = g_build_filename (allowed, "new", NULL);
  g_autofree char *out = g_build_filename (denied, "new", NULL);
  g_autofree char *ro = g_build_filename (read_only, "file", NULL);
  VbetSandboxRule rules[] = {
    { .path = allowed, .access = VBET_SANDBOX_READ | VBET_SANDBOX_WRITE | VBET_SANDBOX_CREATE },
    { .path = read_only, .access = VBET_SANDBOX_READ },
    { .path = "/no/such/file", .access = VBET_SANDBOX_READ },
    { .path = "/dev/null", .access = VBET_SANDBOX_READ | VBET_SANDBOX_WRITE | VBET_SANDBOX_CREATE },
  };
  int result = vbet_sandbox_landlock_limits (rules, G_N_ELEMENTS (rules),
                                             VBET_SANDBOX_LIMIT_TCP | VBET_SANDBOX_LIMIT_SIGNAL);
  int wrong = result == 0 ? 0 : 1;
  int fd = open (in, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  wrong |= fd >= 0 && unlink (in) == 0 ? 0 : 2;
  wrong |= open (out, O_CREAT | O_RDWR | O_CLOEXEC, 0600) < 0 && errno == EACCES ? 0 : 4;
  wrong |= open (denied, O_RDONLY | O_CLOEXEC) < 0 && errno == EACCES ? 0 : 8;
  wrong |= open (ro, O_RDONLY | O_CLOEXEC) >= 0 ? 0 : 16;
  wrong |= open (ro, O_WRONLY | O_CLOEXEC) < 0 && errno == EACCES ? 0 : 32;
  wrong |= open ("/dev/null", O_RDWR | O_CLOEXEC) >= 0 ? 0 : 64;
  return wrong;
}

static void
test_landlock (void)
{
  if (vbet_sandbox_landlock_abi () < 0) {
    CU_ASSERT_EQUAL (vbet_sandbox_landlock (NULL, 0), -ENOSYS);
    g_print ("(no Landlock in this kernel) ");
    return;
  }
  g_autofree char *dir = g_dir_make_tmp ("vbet-test-XXXXXX", NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (dir);
  g_autofree char *allowed = g_build_filename (dir, "allowed", NULL);
  g_autofree char *denied = g_build_filename (dir, "denied", NULL);
  g_autofree char *read_only = g_build_filename (dir, "read-only", NULL);
  g_autofree char *file = g_build_filename (read_only, "file", NULL);
  CU_ASSERT_EQUAL (g_mkdir (allowed, 0700), 0);
  CU_ASSERT_EQUAL (g_mkdir (denied, 0700), 0);
  CU_ASSERT_EQUAL (g_mkdir (read_only, 0700), 0);
  CU_ASSERT_TRUE (g_file_set_contents (file, "x", 1, NULL));
  pid_t child = fork ();
  if (child == 0)
    _exit (confined_child (allowed, denied, read_only));
  int status = 0;
  CU_ASSERT_EQUAL (waitpid (child, &status, 0), child);
  CU_ASSERT_TRUE (WIFEXITED (status));
  CU_ASSERT_EQUAL (WEXITSTATUS (status), 0);
  CU_ASSERT_EQUAL (vbet_paths_remove_tree (dir), 0);
}

/* --- system calls ------------------------------------------------------------------ */

#ifndef __SANITIZE_ADDRESS__ /* it makes calls of its own */

static volatile sig_atomic_t n_refused; /* in the child */
static char refused_name[VBET_CALL_NAME_MAX];

static void
on_refused (int number, siginfo_t *info, void *context)
{
  (void)number;
  vbet_call_filter_refuse (info, context, refused_name);
  n_refused++;
}

/* What somebody would do who runs in the place of a service. Returns: whether it worked. */

static gboolean
run_program (void)
{
  char *argv[] = { (char *)"true", NULL };
  int status = 1;
  pid_t child = fork ();
  if (child == 0) {
    execv ("/bin/true", argv);
    _exit (1);
  }
  return child > 0 && waitpid (child, &status, 0) == child && status == 0;
}

static gboolean
reach_network (void)
{
  return socket (AF_INET, SOCK_STREAM, 0) >= 0;
}

static gboolean
open_to_write (void)
{
  return open ("/proc/self/comm", O_WRONLY) >= 0;
}

static gboolean
make_code (void)
{
  return mmap (NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static gboolean
signal_another (void)
{
  return kill (getppid (), 0) == 0;
}

static gboolean
signal_a_thread_of_another (void)
{
  return syscall (SYS_tgkill, getppid (), getppid (), 0) == 0;
}

static gboolean
change_name (void)
{
  return prctl (PR_SET_NAME, "innocent") == 0;
}

static gboolean
make_file (void)
{
  return memfd_create ("program", 0) >= 0;
}

static gboolean (*const attacks[]) (void)
    = { run_program, reach_network, open_to_write, make_code, signal_another, signal_a_thread_of_another, change_name, make_file };

/* What a service does all day. Each bit of the result is one thing that did not work. */
static int
work (void)
{
  int pair[2] = { -1, -1 };
  char byte = 0;
  int fd = socket (AF_UNIX, SOCK_DGRAM, 0);
  int wrong = fd >= 0 && dup (fd) >= 0 ? 0 : 1;
  wrong |= pipe (pair) != 0 && errno == EPERM ? 0 : 2; /* neither has use for one */
  wrong |= open ("/proc/self/comm", O_RDONLY) >= 0 ? 0 : 4;
  g_autofree char *memory = g_malloc0 (1 << 22);
  wrong |= memory[1 << 20] == 0 ? 0 : 8;
  wrong |= fcntl (fd, F_DUPFD_CLOEXEC, 0) >= 0 && recv (fd, &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN ? 0 : 16;
  wrong |= raise (SIGURG) == 0 ? 0 : 32; /* is ignored */
  wrong |= syscall (10000) < 0 && errno == ENOSYS ? 0 : 64;
  return wrong;
}

static gboolean
install (void)
{
  static const char *const calls[] = { NULL };
  static const int families[] = { AF_UNIX, 0 };
  const VbetCallFilter filter = { calls, families, .reads_files = TRUE, .refused = on_refused };
  return vbet_call_filter_install (&filter) == 0;
}

/* How a child ends that does the attack @index, with the list or without: 0: it worked; 1: not, by an error; 2: likewise, and
 * it was named; 3: the child was killed. */
static int
run_attack (gsize index, gboolean filtered)
{
  int status = 0;
  pid_t child = fork ();
  if (child == 0) {
    if (filtered && !install ())
      _exit (0);
    gboolean worked = attacks[index]();
    _exit (worked ? 0 : n_refused > 0 && errno == EPERM ? 2 : 1);
  }
  if (waitpid (child, &status, 0) != child)
    return -1;
  return WIFEXITED (status) ? WEXITSTATUS (status) : WTERMSIG (status) == SIGSYS ? 3 : -1;
}

static int
run_work (void)
{
  int status = 0;
  pid_t child = fork ();
  if (child == 0)
    _exit (install () ? work () : 128);
  return waitpid (child, &status, 0) == child && WIFEXITED (status) ? WEXITSTATUS (status) : -1;
}

static void
test_calls (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (attacks); i++) {
    CU_ASSERT_EQUAL (run_attack (i, FALSE), 0); /* without the list it works */
    int ended = run_attack (i, TRUE);
    /* Newer C libraries call fork() with all signals blocked, and that one then kills. */
    CU_ASSERT_TRUE (ended == 2 || (ended == 3 && attacks[i] == run_program));
  }
  CU_ASSERT_EQUAL (run_work (), 0);
}

/* What refused calls are called. */
static void
test_names (void)
{
  int status = 0;
  pid_t child = fork ();
  if (child == 0)
    _exit (install () && memfd_create ("program", 0) < 0 && strcmp (refused_name, "memfd_create") == 0 ? 0 : 1);
  CU_ASSERT_EQUAL (waitpid (child, &status, 0), child);
  CU_ASSERT_EQUAL (status, 0);
}
#endif

static CU_TestInfo sandbox_tests[] = {
  { "Landlock allows its rules and nothing else", test_landlock },
#ifndef __SANITIZE_ADDRESS__
  { "system calls that are not on the list are refused and told", test_calls },
  { "by their names", test_names },
#endif
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "sandbox", NULL, NULL, NULL, NULL, sandbox_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
