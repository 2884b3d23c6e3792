/* own-calls.c - see own-calls.h. */
#include "config.h"

#include "guest/own-calls.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/call-filter.h"
#include "guest/status.h"

/* What both do: children, and folders: /proc is listed, and what a guest without a root of its own left is
 * removed. */
#define OF_BOTH "wait4", "getdents64", "rmdir", "unlinkat", "renameat", "fchmodat"

static void
on_refused (int number, siginfo_t *info, void *context)
{
  int saved = errno;
  char name[VBET_CALL_NAME_MAX];
  (void)number;
  vbet_call_filter_refuse (info, context, name);
  vbet_status_line (VBET_OWN_REPORT_FD, "confined", "%s", name);
  errno = saved;
}

/* A handler has no argument of ours, and nothing here may be changed by two: the report gets a number that is
 * known. */
static void
place_report (int status_fd)
{
  if (status_fd < 0)
    (void)close (VBET_OWN_REPORT_FD);
  else
    (void)dup2 (status_fd, VBET_OWN_REPORT_FD);
}

static int
install (const char *const *calls, pid_t signalled, bool answers_calls, int status_fd)
{
  const VbetCallFilter filter = { .calls = calls,
                                  .reads_files = true,
                                  .answers_calls = answers_calls,
                                  .signalled = signalled,
                                  .refused = on_refused };
  place_report (status_fd);
  return vbet_call_filter_install (&filter);
}

int
vbet_own_calls_launcher (int status_fd, pid_t init, bool own_namespace)
{
  static const char *const few[] = { OF_BOTH, NULL };
  static const char *const more[] = { OF_BOTH, "kill", NULL };
  return install (own_namespace ? few : more, own_namespace ? init : 0, false, status_fd);
}

int
vbet_own_calls_init (int status_fd, bool own_namespace)
{
  static const char *const few[] = { OF_BOTH, "recvmsg", NULL };
  static const char *const more[] = { OF_BOTH, "recvmsg", "kill", NULL };
  return install (own_namespace ? few : more, 0, true, status_fd);
}
