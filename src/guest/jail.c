/* jail.c - see jail.h.
 *
 * A guest's root owns the guest's kernel and can make any system call of the
 * host as this process: what is written here, not the kernel's good manners,
 * is what keeps it inside.
 */
#include "config.h"

#include "guest/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/sandbox.h"
#include "guest/calls.h"
#include "guest/limits.h"
#include "guest/pad.h"
#include "guest/root.h"
#include "guest/status.h"
#include "guest/syscall-guard.h"

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

#define FIXED_RULES 10
#define MAX_DESCRIPTORS 65536

/* Signal dispositions and masks go through exec; the kernel must find them as a shell would leave them. */
static void
reset_signals (void)
{
  sigset_t none;
  for (int number = 1; number < NSIG; number++)
    (void)signal (number, SIG_DFL);
  sigemptyset (&none);
  (void)sigprocmask (SIG_SETMASK, &none, NULL);
}

static void
pin (int cpu)
{
  cpu_set_t set;
  if (cpu < 0 || cpu >= CPU_SETSIZE)
    return;
  CPU_ZERO (&set);
  CPU_SET (cpu, &set);
  /* A processor that went offline must not keep the guest from running. */
  (void)sched_setaffinity (0, sizeof set, &set);
}

/* All descriptors but 0, 1, 2 and the listed ones close at exec. */
static void
seal_descriptors (const VbetLaunch *launch)
{
  if (syscall (SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) != 0)
    for (int fd = 3; fd < MAX_DESCRIPTORS; fd++)
      (void)fcntl (fd, F_SETFD, FD_CLOEXEC);
  for (unsigned i = 0; i < launch->n_keep_fds; i++)
    (void)fcntl (launch->keep_fds[i], F_SETFD, 0);
  /* The kernel executes itself anew when the guest reboots, and is loaded anew then: it stays open. */
  if (launch->pad_fd >= 0)
    (void)fcntl (launch->pad_fd, F_SETFD, 0);
}

static int
restrict_files (const VbetLaunch *launch, const char *memory_dir)
{
  const VbetSandboxAccess look = VBET_SANDBOX_READ;
  const VbetSandboxAccess run = VBET_SANDBOX_READ | VBET_SANDBOX_EXECUTE;
  const VbetSandboxAccess change = VBET_SANDBOX_READ | VBET_SANDBOX_WRITE | VBET_SANDBOX_CREATE;
  const VbetSandboxAccess device = VBET_SANDBOX_READ | VBET_SANDBOX_WRITE;
  VbetSandboxRule rules[FIXED_RULES + 5 + 2 * VBET_LAUNCH_PATHS_MAX] = {
    { .path = "/lib", .access = run },
    { .path = "/lib64", .access = run },
    { .path = "/usr/lib", .access = run },
    { .path = "/usr/lib64", .access = run },
    { .path = "/etc/ld.so.cache", .access = look },
    /* Its own entry and what is no process: where there is no pid namespace, /proc shows the whole host. */
    { .path = "/proc/self", .access = look },
    { .path = "/proc/cpuinfo", .access = look },
    { .path = "/dev/null", .access = device },
    { .path = "/dev/random", .access = look },
    { .path = "/dev/urandom", .access = look },
  };
  gsize n = FIXED_RULES;
  if (launch->argv[0] != NULL)
    rules[n++] = (VbetSandboxRule){ .path = launch->argv[0], .access = run };
  if (launch->pad_fd >= 0)
    rules[n++] = (VbetSandboxRule){ .path = NULL, .access = run, .fd = launch->pad_fd };
  for (unsigned i = 0; i < launch->n_read_only; i++)
    rules[n++] = (VbetSandboxRule){ .path = launch->read_only[i], .access = look };
  for (unsigned i = 0; i < launch->n_read_write; i++)
    rules[n++] = (VbetSandboxRule){ .path = launch->read_write[i], .access = change };
  if (launch->own != NULL)
    rules[n++] = (VbetSandboxRule){ .path = launch->own, .access = change };
  if (memory_dir != NULL)
    rules[n++] = (VbetSandboxRule){ .path = memory_dir, .access = change | VBET_SANDBOX_EXECUTE };
  /* Only in a root of its own is there such a folder. */
  if (launch->share != NULL)
    rules[n++] = (VbetSandboxRule){ .path = VBET_ROOT_SHARE, .access = launch->share_write ? change : look };
  return vbet_sandbox_landlock_limits (
      rules, n, VBET_SANDBOX_LIMIT_TCP | VBET_SANDBOX_LIMIT_ABSTRACT | VBET_SANDBOX_LIMIT_SIGNAL);
}

static int
guard_system_calls (const VbetLaunch *launch)
{
  VbetKernelImage image;
  int result = vbet_kernel_image_read (launch->argv[0], &image);
  if (result == 0 && !vbet_syscall_guard_fits (&image))
    result = -ENOTSUP;
  return result == 0 ? vbet_syscall_guard_install (&image) : result;
}

void
vbet_jail_exec (const VbetLaunch *launch, unsigned layers, int calls, const char *memory_dir)
{
  char path_variable[] = "PATH=/nonexistent";
  char home_variable[] = "HOME=/nonexistent";
  char temp_variable[4096 + 8];
  char preload_variable[64];
  char library_variable[] = "LD_LIBRARY_PATH=" VBET_ROOT_LIBRARIES;
  char *environment[] = { path_variable, home_variable, NULL, NULL, NULL, NULL };
  size_t n = 2;
  if (memory_dir != NULL) {
    (void)snprintf (temp_variable, sizeof temp_variable, "TMPDIR=%s", memory_dir);
    environment[n++] = temp_variable;
  }
  if ((layers & VBET_LAYER_ROOT) != 0)
    environment[n++] = library_variable;
  VbetPadding padding = vbet_pad_decide (launch);
  if (padding == VBET_PADDING_LOADED) {
    (void)snprintf (preload_variable, sizeof preload_variable, "LD_PRELOAD=/proc/self/fd/%d", launch->pad_fd);
    environment[n++] = preload_variable;
  }
  (void)setsid ();
  reset_signals ();
  vbet_limits_apply (launch, layers);
  pin (launch->cpu);
  /* User-mode Linux takes the gap that randomisation leaves as guest memory and then runs out of it. */
  (void)personality (ADDR_NO_RANDOMIZE);
  if ((layers & VBET_LAYER_PIDNS) == 0)
    (void)prctl (PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
  if (chdir ("/") != 0) {
    vbet_status_line (launch->status_fd, "error", "Cannot start %s: %s", launch->name, strerror (errno));
    return;
  }
  if (vbet_sandbox_no_new_privs () == 0)
    layers |= VBET_LAYER_NNP;
  if ((launch->without & VBET_LAYER_LANDLOCK) == 0 && restrict_files (launch, memory_dir) == 0)
    layers |= VBET_LAYER_LANDLOCK;
  seal_descriptors (launch);
  /* Before the guard, which does not let the call through that installs this one. */
  if ((launch->without & VBET_LAYER_CALLS) == 0 && vbet_calls_install (launch, calls) == 0)
    layers |= VBET_LAYER_CALLS;
  if ((launch->without & VBET_LAYER_SECCOMP) == 0 && launch->argv[0] != NULL
      && guard_system_calls (launch) == 0)
    layers |= VBET_LAYER_SECCOMP;
  vbet_status_layers (launch->status_fd, layers);
  vbet_status_line (launch->status_fd, "padding", "%s", vbet_padding_name (padding));
  if (launch->probe)
    return;
  (void)execve (launch->argv[0], launch->argv, environment);
  vbet_status_line (launch->status_fd, "error", "Cannot run the kernel %s: %s", launch->argv[0],
                    strerror (errno));
}
