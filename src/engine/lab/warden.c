/* warden.c - see warden.h. */
#include "config.h"

#include "engine/lab/warden.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/call-filter.h"
#include "base/leftovers.h"
#include "base/paths.h"
#include "base/sandbox.h"

/* How long it waits for the lab's processes to let go of their files. */
#define TRIES 40
#define PAUSE_MS 50

#define LANDLOCK_MOVES                                                                                       \
  2 /* the first version that lets files move between folders, as removing a deep tree does */

static void
on_refused (int number, siginfo_t *info, void *context)
{
  int saved = errno;
  char name[VBET_CALL_NAME_MAX];
  char line[VBET_CALL_NAME_MAX + 1];
  (void)number;
  vbet_call_filter_refuse (info, context, name);
  int length = snprintf (line, sizeof line, "%s\n", name);
  if (write (STDOUT_FILENO, line, (size_t)length) != length)
    errno = saved; /* nobody is left who could be told */
  errno = saved;
}

int
vbet_warden_confine (void)
{
  /* Files are listed, moved and removed; folders made, to put others aside; /proc is looked at for who uses
   * them. */
  static const char *const calls[] = { "flock",     "getdents64", "openat2", "stat",     "lstat",    "access",
                                       "faccessat", "faccessat2", "unlink",  "unlinkat", "rmdir",    "rename",
                                       "renameat",  "mkdir",      "mkdirat", "chmod",    "fchmodat", NULL };
  const VbetCallFilter filter = {
    .calls = calls, .reads_files = TRUE, .names_users = TRUE, .confines_itself = TRUE, .refused = on_refused
  };
  return vbet_call_filter_install (&filter);
}

/* openat2(2) has its flags in memory, where no list sees them: nothing below these folders can be written to
 * either. */
int
vbet_warden_confine_files (const char *path, const char *scratch)
{
  g_autofree char *labs = g_path_get_dirname (path);
  g_autofree char *disks = g_path_get_dirname (scratch);
  const VbetSandboxAccess access = VBET_SANDBOX_READ | VBET_SANDBOX_CREATE;
  const VbetSandboxRule rules[] = { { .path = labs, .access = access }, { .path = disks, .access = access } };
  if (vbet_sandbox_landlock_abi () < LANDLOCK_MOVES)
    return -ENOSYS;
  return vbet_sandbox_landlock_limits (rules, G_N_ELEMENTS (rules),
                                       VBET_SANDBOX_LIMIT_TCP | VBET_SANDBOX_LIMIT_ABSTRACT
                                           | VBET_SANDBOX_LIMIT_SIGNAL);
}

static gboolean
same_folder (int fd, const char *path)
{
  struct stat a;
  struct stat b;
  return fstat (fd, &a) == 0 && lstat (path, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static int
clean_up (int lock, const char *path, const char *scratch)
{
  for (int tries = 0; tries < TRIES; tries++) {
    /* Locked by a new engine: it has cleaned up for us. */
    if (flock (lock, LOCK_EX | LOCK_NB) == 0) {
      if (!same_folder (lock, path))
        return 0;
      if (vbet_paths_remove_tree (scratch) == 0 && vbet_paths_remove_tree (path) == 0)
        return 0;
    }
    (void)poll (NULL, 0, PAUSE_MS);
  }
  return 1;
}

int
vbet_warden_main (const char *path, const char *scratch)
{
  char byte = 0;
  ssize_t size = 0;
  int lock = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (lock < 0)
    return 1; /* the engine starts another, which may fare better */
  prctl (PR_SET_NAME, "vbet-warden");
  setsid ();
  signal (SIGTERM, SIG_IGN);
  signal (SIGINT, SIG_IGN);
  signal (SIGHUP, SIG_IGN);
  /* What the C library loads to look up users, it loads now. */
  g_free (vbet_paths_state_dir ());
  (void)vbet_warden_confine ();
  /* Here, where nobody waits for it: what labs left that died without a warden. */
  vbet_leftovers_collect ();
  (void)vbet_warden_confine_files (path, scratch);
  do
    size = read (STDIN_FILENO, &byte, 1);
  while (size < 0 && errno == EINTR);
  if (size == 1 && byte == 'q')
    return 0;
  return clean_up (lock, path, scratch);
}
