/* main.c - vbet-guest: runs one user-mode Linux kernel, confined; see supervise.h. */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/lab-user.h"
#include "guest/limits.h"
#include "guest/options.h"
#include "guest/pad.h"
#include "guest/status.h"
#include "guest/supervise.h"

#define EXIT_NOT_STARTED 125
#define FIXED "VBET_GUEST_ADDRESSES_FIXED" /* in the environment: do not try a second time */

/* Guests never run as root: a guest's root can do on the host what this process may. Returns 0 or -errno. */
static int
drop_root (void)
{
  int result = vbet_lab_user_become ();
  if (result != 0)
    return result;
  /* Changing ids took away our own /proc entry, which naming the ids of a user namespace needs. */
  return prctl (PR_SET_DUMPABLE, 1, 0, 0, 0) == 0 ? 0 : -errno;
}

/* The lowest descriptor from @from on that must stay open; UINT_MAX when there is none. */
static unsigned
next_kept (const VbetLaunch *launch, unsigned from)
{
  unsigned next = launch->status_fd >= 0 && (unsigned)launch->status_fd >= from ? (unsigned)launch->status_fd
                                                                                : UINT_MAX;
  if (launch->cgroup_fd >= 0 && (unsigned)launch->cgroup_fd >= from && (unsigned)launch->cgroup_fd < next)
    next = (unsigned)launch->cgroup_fd;
  if (launch->pad_fd >= 0 && (unsigned)launch->pad_fd >= from && (unsigned)launch->pad_fd < next)
    next = (unsigned)launch->pad_fd;
  for (unsigned i = 0; i < launch->n_keep_fds; i++)
    if ((unsigned)launch->keep_fds[i] >= from && (unsigned)launch->keep_fds[i] < next)
      next = (unsigned)launch->keep_fds[i];
  return next;
}

/* What the caller forgot to mark close-on-exec would live as long as the guest. Runs before we open anything. */
static void
close_others (const VbetLaunch *launch)
{
  unsigned from = STDERR_FILENO + 1;
  while (from != UINT_MAX) {
    unsigned kept = next_kept (launch, from);
    if (kept > from)
      (void)syscall (SYS_close_range, from, kept == UINT_MAX ? UINT_MAX : kept - 1, 0U);
    from = kept == UINT_MAX ? UINT_MAX : kept + 1;
  }
}

/* Goes on with the C library at the place where it always is: the guard of system calls tells callers by
 * their place. Where that is refused we go on as we are, and the guard finds out. */
static void
fix_addresses (char **argv)
{
  int now = personality (0xffffffff);
  if (now < 0 || (now & ADDR_NO_RANDOMIZE) != 0 || getenv (FIXED) != NULL || setenv (FIXED, "1", 1) != 0)
    return;
  if (personality ((unsigned long)now | ADDR_NO_RANDOMIZE) >= 0)
    (void)execv ("/proc/self/exe", argv);
}

int
main (int argc, char **argv)
{
  fix_addresses (argv);
  VbetLaunch launch;
  const char *message = NULL;
  int parsed = vbet_launch_parse (&launch, argc, argv, &message);
  if (parsed != 0) {
    (void)fprintf (parsed > 0 ? stdout : stderr, "%s%s", message, parsed > 0 ? "" : "\n");
    return parsed > 0 ? 0 : EXIT_NOT_STARTED;
  }
  if (launch.probe && launch.status_fd < 0)
    launch.status_fd = STDOUT_FILENO;
  close_others (&launch);
  (void)vbet_limits_join (&launch);
  vbet_pad_open (&launch); /* it may lie where only root may look */
  int dropped = drop_root ();
  if (dropped != 0) {
    vbet_status_line (
        launch.status_fd, "error",
        "Guests do not run as root, and changing to the user \"nobody\" failed (%s); start the lab as an "
        "ordinary user",
        strerror (-dropped));
    return EXIT_NOT_STARTED;
  }
  /* Without the C library's farewell: a leak checker in it wants to trace us, which we no longer allow. */
  _exit (vbet_supervise (&launch));
}
