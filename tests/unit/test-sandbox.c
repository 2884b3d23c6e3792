/* test-sandbox.c - Landlock holds what it promises, in a child that can be confined for good. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

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

static CU_TestInfo sandbox_tests[] = {
  { "Landlock allows its rules and nothing else", test_landlock },
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
