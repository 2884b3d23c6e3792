/* confine.c - see confine.h. */
#include "config.h"

#include "nat/confine.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/paths.h"
#include "base/sandbox.h"

#define RESOLVER "/etc/resolv.conf"

static int
give_up_root (void)
{
  uid_t uid;
  gid_t gid;
  if (geteuid () != 0)
    return 0;
  vbet_paths_lab_user (&uid, &gid);
  if (setgroups (0, NULL) != 0 || setresgid (gid, gid, gid) != 0 || setresuid (uid, uid, uid) != 0)
    return -errno;
  return 0;
}

static gboolean
set_limits (void)
{
  struct rlimit none = { 0, 0 };
  gboolean ok = setrlimit (RLIMIT_CORE, &none) == 0;
#ifndef __SANITIZE_ADDRESS__ /* its leak check at exit needs a helper process */
  ok = setrlimit (RLIMIT_NPROC, &none) == 0 && ok;
#endif
  return ok;
}

static int
close_file_system (void)
{
  VbetSandboxLimit limits = VBET_SANDBOX_LIMIT_ABSTRACT | VBET_SANDBOX_LIMIT_SIGNAL;
#ifdef __SANITIZE_ADDRESS__ /* its reports read the program's own maps and symbols */
  VbetSandboxRule rules[] = { { .path = "/", .access = VBET_SANDBOX_READ | VBET_SANDBOX_EXECUTE } };
#else
  /* The folder, not the file: who changes the file puts a new one in its place. */
  char real[PATH_MAX];
  g_autofree char *folder = g_path_get_dirname (realpath (RESOLVER, real) != NULL ? real : RESOLVER);
  VbetSandboxRule rules[] = { { .path = folder, .access = VBET_SANDBOX_READ } };
#endif
  return vbet_sandbox_landlock_limits (rules, 1, limits);
}

int
vbet_nat_confine (const char *ret_layers[5])
{
  guint n = 0;
  int result = give_up_root ();
  if (result != 0)
    return result;
  ret_layers[n++] = "user";
#ifdef __SANITIZE_ADDRESS__ /* its leak check at exit traces the process, which a change of user forbids */
  prctl (PR_SET_DUMPABLE, 1);
#endif
  /* Started by descriptor we would be called after its number. */
  prctl (PR_SET_NAME, "vbet-nat");
  /* After the change of user, which clears it. A parent that is dead by now has closed our channel. */
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (set_limits ())
    ret_layers[n++] = "limits";
  if (vbet_sandbox_no_new_privs () == 0)
    ret_layers[n++] = "no_new_privs";
  if (close_file_system () == 0)
    ret_layers[n++] = "landlock";
  ret_layers[n] = NULL;
  return 0;
}
