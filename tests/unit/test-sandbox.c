/* test-sandbox.c - Landlock and the lists of system calls hold what they promise, in a child that can be confined for
 * good. */
#define _GNU_SOURCE
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/call-filter.h"
#include "base/leftovers.h"
#include "base/paths.h"
#include "base/sandbox.h"
#include "engine/lab/warden.h"
#include "guest/limits.h"
#include "guest/memory.h"
#include "guest/own-calls.h"
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

/* How a service tells: the name and a line end on @REPORT_FD. */
#define REPORT_FD STDOUT_FILENO

static void
on_refused (int number, siginfo_t *info, void *context)
{
  int saved = errno;
  char name[VBET_CALL_NAME_MAX + 1];
  (void)number;
  vbet_call_filter_refuse (info, context, name);
  strcat (name, "\n");
  if (write (REPORT_FD, name, strlen (name)) < 0)
    errno = saved; /* who reads sees that nothing came */
  errno = saved;
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

static gboolean
look_into_memory (void)
{
  char from = 'a';
  char to = 'b';
  struct iovec here = { &to, 1 };
  struct iovec there = { &from, 1 };
  return process_vm_readv (getpid (), &here, 1, &there, 1, 0) == 1;
}

/* Only root could anyway, or init in its user namespace. */
static gboolean
have_a_namespace (void)
{
  return unshare (CLONE_NEWUSER) == 0;
}

typedef struct {
  const char *call; /* that it is refused by */
  gboolean (*run) (void);
} Attack;

static const Attack attacks[] = {
  { "", run_program }, /* depends on the C library */
  { "socket", reach_network },
  { "openat", open_to_write },
  { "mmap", make_code },
  { "kill", signal_another },
  { "tgkill", signal_a_thread_of_another },
  { "prctl", change_name },
  { "memfd_create", make_file },
  { "process_vm_readv", look_into_memory },
  { "unshare", have_a_namespace },
};

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
  wrong |= fcntl (fd, F_DUPFD_CLOEXEC, 0) >= 0 && recv (fd, &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN
               ? 0
               : 16;
  wrong |= raise (SIGURG) == 0 ? 0 : 32; /* is ignored */
  wrong |= syscall (10000) < 0 && errno == ENOSYS ? 0 : 64;
  return wrong;
}

/* Whose list; each tells of refused calls in its own way, which ends in @fd. Returns: whether it is there. */

static gboolean
become_service (int fd)
{
  static const char *const calls[] = { NULL };
  static const int families[] = { AF_UNIX, 0 };
  const VbetCallFilter filter = { calls, families, .reads_files = TRUE, .refused = on_refused };
  return dup2 (fd, REPORT_FD) >= 0 && vbet_call_filter_install (&filter) == 0;
}

static gboolean
become_launcher (int fd)
{
  return vbet_own_calls_launcher (fd, getpid (), TRUE) == 0;
}

static gboolean
become_init (int fd)
{
  return vbet_own_calls_init (fd, TRUE) == 0;
}

static gboolean
become_warden (int fd)
{
  return dup2 (fd, STDOUT_FILENO) >= 0 && vbet_warden_confine () == 0;
}

typedef struct {
  const char *name;
  gboolean (*become) (int fd);
} Role;

static const Role roles[] = {
  { "service", become_service },
  { "launcher", become_launcher },
  { "init", become_init },
  { "warden", become_warden },
};

/* How a child ends that is @role, or nobody, and does @attack: 0: it worked; 1: not; 3: the child was killed.
 * @ret_report: (out): what it told. */
static int
run_attack (const Role *role, const Attack *attack, char **ret_report)
{
  char report[256] = "";
  int ends[2];
  int status = 0;
  CU_ASSERT_TRUE_FATAL (pipe (ends) == 0);
  pid_t child = fork ();
  if (child == 0) {
    if (role != NULL && !role->become (ends[1]))
      _exit (0);
    _exit (attack->run () ? 0 : 1);
  }
  close (ends[1]);
  gsize size = 0;
  for (ssize_t got = 1; got > 0 && size<sizeof report - 1; size += got> 0 ? (gsize)got : 0)
    got = read (ends[0], report + size, sizeof report - 1 - size);
  close (ends[0]);
  *ret_report = g_strdup (report);
  if (waitpid (child, &status, 0) != child)
    return -1;
  return WIFEXITED (status) ? WEXITSTATUS (status) : WTERMSIG (status) == SIGSYS ? 3 : -1;
}

static void
expect_refused (const Role *role, const Attack *attack)
{
  g_autofree char *report = NULL;
  g_autofree char *line = g_strconcat (attack->call, "\n", NULL);
  int ended = run_attack (role, attack, &report);
  /* Newer C libraries call fork() with all signals blocked, and that one then kills. */
  gboolean good = ended == 1 && strstr (report, line) != NULL;
  if (!good && !(ended == 3 && attack->run == run_program))
    (void)fprintf (stderr, "(%s: %s: %d, \"%s\") ", role->name, attack->call, ended, report);
  CU_ASSERT_TRUE (good || (ended == 3 && attack->run == run_program));
}

static void
test_calls (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (attacks); i++) {
    g_autofree char *nothing = NULL;
    if (run_attack (NULL, &attacks[i], &nothing) != 0) {      /* without the list it works */
      CU_ASSERT_PTR_EQUAL (attacks[i].run, have_a_namespace); /* which some hosts refuse */
      continue;
    }
    for (gsize k = 0; k < G_N_ELEMENTS (roles); k++)
      expect_refused (&roles[k], &attacks[i]);
  }
}

/* --- what they do all day ---------------------------------------------------------- */

static int
run_work (gboolean (*become) (int fd), int (*work_of) (void), char **ret_report)
{
  char report[256] = "";
  int ends[2];
  int status = 0;
  CU_ASSERT_TRUE_FATAL (pipe (ends) == 0);
  pid_t child = fork ();
  if (child == 0)
    _exit (become (ends[1]) ? work_of () : 128);
  close (ends[1]);
  (void)!read (ends[0], report, sizeof report - 1);
  close (ends[0]);
  *ret_report = g_strdup (report);
  return waitpid (child, &status, 0) == child && WIFEXITED (status) ? WEXITSTATUS (status) : -1;
}

static void
test_service_works (void)
{
  g_autofree char *report = NULL;
  CU_ASSERT_EQUAL (run_work (become_service, work, &report), 0);
}

static int
work_of_launcher (void)
{
  g_autofree char *folder = g_strdup (g_getenv ("VBET_TEST_FOLDER"));
  struct pollfd polled = { .fd = -1 };
  int status = 0;
  int wrong = waitpid (-1, &status, WNOHANG) < 0 && errno == ECHILD ? 0 : 1;
  wrong |= kill (getpid (), 0) == 0 ? 0 : 2;
  wrong |= poll (&polled, 1, 0) == 0 ? 0 : 4;
  wrong |= vbet_limits_measure ("/proc") > 0 ? 0 : 8;
  vbet_memory_dir_remove (folder);
  wrong |= open (folder, O_RDONLY | O_DIRECTORY) < 0 && errno == ENOENT ? 0 : 16;
  return wrong;
}

/* A tree deeper than one level, with something in it. */
static char *
make_tree (void)
{
  char *dir = g_dir_make_tmp ("vbet-test-XXXXXX", NULL);
  g_autofree char *deep = g_build_filename (dir, "a", "b", "c", NULL);
  g_autofree char *file = g_build_filename (deep, "file", NULL);
  CU_ASSERT_EQUAL (g_mkdir_with_parents (deep, 0700), 0);
  CU_ASSERT_TRUE (g_file_set_contents (file, "x", 1, NULL));
  return dir;
}

static void
test_launcher_works (void)
{
  gboolean (*const both[]) (int) = { become_launcher, become_init };
  for (gsize i = 0; i < G_N_ELEMENTS (both); i++) {
    g_autofree char *dir = make_tree ();
    g_autofree char *report = NULL;
    g_setenv ("VBET_TEST_FOLDER", dir, TRUE);
    CU_ASSERT_EQUAL (run_work (both[i], work_of_launcher, &report), 0);
    VBET_ASSERT_TEXT (report, "");
    (void)vbet_paths_remove_tree (dir);
  }
}

/* As in vbet_warden_main(): each bit of the result is one thing that went wrong. */
static int
work_of_warden (void)
{
  g_autofree char *base = g_strdup (g_getenv ("VBET_TEST_FOLDER"));
  g_autofree char *lab = g_build_filename (base, "a", NULL);
  g_autofree char *file = g_build_filename (base, "other", NULL);
  struct open_how how = { .flags = O_WRONLY };
  int wrong = 0;
  vbet_leftovers_collect ();
  wrong |= syscall (SYS_openat2, AT_FDCWD, file, &how, sizeof how) >= 0
               ? 0
               : 1; /* the list does not see its flags */
  int result = vbet_warden_confine_files (lab, lab);
  wrong |= result == 0 || vbet_sandbox_landlock_abi () < 2 ? 0 : 2;
  wrong |= result != 0 || syscall (SYS_openat2, AT_FDCWD, file, &how, sizeof how) < 0 ? 0 : 4;
  wrong |= result != 0 || open ("/etc/passwd", O_RDONLY) < 0 ? 0 : 8;
  wrong |= vbet_paths_remove_tree (lab) == 0 && g_access (lab, F_OK) != 0 ? 0 : 16;
  return wrong;
}

static void
test_warden_works (void)
{
  g_autofree char *report = NULL;
  g_autofree char *dir = make_tree ();
  g_autofree char *other = g_build_filename (dir, "other", NULL);
  g_autofree char *runtime = g_build_filename (dir, "run", NULL);
  CU_ASSERT_TRUE (g_file_set_contents (other, "x", 1, NULL));
  CU_ASSERT_EQUAL (g_mkdir (runtime, 0700), 0);
  g_setenv ("VBET_TEST_FOLDER", dir, TRUE);
  g_setenv ("VBET_RUNTIME_DIR", runtime, TRUE);
  g_setenv ("VBET_STATE_DIR", dir, TRUE);
  CU_ASSERT_EQUAL (run_work (become_warden, work_of_warden, &report), 0);
  VBET_ASSERT_TEXT (report, "");
  (void)vbet_paths_remove_tree (dir);
}
#endif

static CU_TestInfo sandbox_tests[] = {
  { "Landlock allows its rules and nothing else", test_landlock },
#ifndef __SANITIZE_ADDRESS__
  { "system calls that are not on a list are refused and told by their names", test_calls },
  { "a service goes on", test_service_works },
  { "a launcher and an init go on", test_launcher_works },
  { "a warden goes on", test_warden_works },
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
