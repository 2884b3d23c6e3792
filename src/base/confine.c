/* confine.c - see confine.h. */
#include "config.h"

#include "base/confine.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/lab-user.h"

static void
raise_files (void)
{
  struct rlimit files;
  if (getrlimit (RLIMIT_NOFILE, &files) != 0)
    return;
  files.rlim_cur = files.rlim_max;
  setrlimit (RLIMIT_NOFILE, &files);
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
close_file_system (const VbetConfinement *confinement)
{
  VbetSandboxRule rule = confinement->rule;
#ifdef __SANITIZE_ADDRESS__ /* its reports read the program's own maps and symbols */
  rule = (VbetSandboxRule){ .path = "/", .access = VBET_SANDBOX_READ | VBET_SANDBOX_EXECUTE };
#endif
  return vbet_sandbox_landlock_limits (&rule, rule.access != 0 ? 1 : 0, confinement->limits);
}

int
vbet_confine (const VbetConfinement *confinement, const char *ret_layers[VBET_CONFINE_LAYERS])
{
  guint n = 0;
  int result = vbet_lab_user_become ();
  if (result != 0)
    return result;
  ret_layers[n++] = "user";
#ifdef __SANITIZE_ADDRESS__ /* its leak check at exit traces the process, which a change of user forbids */
  prctl (PR_SET_DUMPABLE, 1);
#endif
  prctl (PR_SET_NAME, confinement->name);
  tzset (); /* else the first message that has a time in it would open a file for it */
  /* After the change of user, which clears it. A parent that is dead by now has closed our channel. */
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (confinement->many_files)
    raise_files ();
  if (set_limits ())
    ret_layers[n++] = "limits";
  if (vbet_sandbox_no_new_privs () == 0)
    ret_layers[n++] = "no_new_privs";
  if (close_file_system (confinement) == 0)
    ret_layers[n++] = "landlock";
  if (vbet_call_filter_install (&confinement->calls) == 0)
    ret_layers[n++] = "calls";
  ret_layers[n] = NULL;
  return 0;
}
