/* doctor-kernel.c - what the host's kernel lets an ordinary user do; see doctor.h. */
#include "config.h"

#include "cli/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sandbox.h"
#include "engine/guest/image.h"

/* Returns the number a kernel setting holds, or @fallback if this kernel has no such setting. */
static gint64
sysctl_number (const char *path, gint64 fallback)
{
  g_autofree char *text = NULL;
  gint64 value;
  if (!g_file_get_contents (path, &text, NULL, NULL)
      || !g_ascii_string_to_signed (g_strstrip (text), 10, G_MININT64, G_MAXINT64, &value, NULL))
    return fallback;
  return value;
}

/* --- namespaces ---------------------------------------------------------------- */

static gboolean
write_file (const char *path, const char *text)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  gboolean ok = fd >= 0 && write (fd, text, strlen (text)) == (ssize_t)strlen (text);
  if (fd >= 0)
    close (fd);
  return ok;
}

/* Does what a guest's launcher does. 0: all allowed; 1: no user namespace; 2: one without rights in it. */
static int
probe_namespaces (void)
{
  char map[64];
  uid_t uid = geteuid ();
  if (unshare (CLONE_NEWUSER) != 0)
    return 1;
  snprintf (map, sizeof map, "%u %u 1\n", (unsigned)uid, (unsigned)uid);
  write_file ("/proc/self/setgroups", "deny");
  if (!write_file ("/proc/self/uid_map", map))
    return 2;
  if (unshare (CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) != 0
      || mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
    return 2;
  return 0;
}

void
vbet_doctor_check_namespaces (VbetDoctor *doctor, const char *id)
{
  int result = vbet_doctor_try (probe_namespaces);
  if (result == 0) {
    vbet_doctor_report (doctor, id, VBET_DOCTOR_OK, "",
                        "User namespaces work: each guest is enclosed in its own.");
    return;
  }
  const char *weaker = "Guests run without namespaces and a root of their own, behind fewer walls";
  if (sysctl_number ("/proc/sys/kernel/unprivileged_userns_clone", 1) == 0)
    vbet_doctor_report (doctor, id, VBET_DOCTOR_WARN, "sudo sysctl kernel.unprivileged_userns_clone=1",
                        "%s: the setting kernel.unprivileged_userns_clone forbids them.", weaker);
  else if (sysctl_number ("/proc/sys/user/max_user_namespaces", 1) == 0)
    vbet_doctor_report (doctor, id, VBET_DOCTOR_WARN, "sudo sysctl user.max_user_namespaces=10000",
                        "%s: the setting user.max_user_namespaces is 0.", weaker);
  else if (sysctl_number ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", 0) != 0)
    vbet_doctor_report (doctor, id, VBET_DOCTOR_WARN,
                        "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0",
                        "%s: AppArmor restricts user namespaces of ordinary users.", weaker);
  else
    vbet_doctor_report (
        doctor, id, VBET_DOCTOR_WARN,
        "allow user namespaces: in a container, run it with its seccomp and AppArmor confinement relaxed",
        "%s: this host %s.", weaker,
        result == 2 ? "gives user namespaces, but no rights in them" : "refuses user namespaces");
}

/* --- ptrace ---------------------------------------------------------------------- */

/* A traced child, as a guest kernel traces its programs. 0: works. */
static int
probe_ptrace (void)
{
  int status;
  pid_t child = fork ();
  if (child < 0)
    return 1;
  if (child == 0) {
    if (ptrace (PTRACE_TRACEME, 0, NULL, NULL) != 0)
      _exit (1);
    raise (SIGSTOP);
    _exit (0);
  }
  if (waitpid (child, &status, WUNTRACED) != child || !WIFSTOPPED (status))
    return 1;
  gboolean ok = ptrace (PTRACE_SETOPTIONS, child, NULL, (void *)PTRACE_O_TRACESYSGOOD) == 0;
  kill (child, SIGKILL);
  waitpid (child, &status, 0);
  return ok ? 0 : 1;
}

static gboolean
kernel_needs_no_ptrace (void)
{
  g_autofree char *kernel = vbet_kernel_find (NULL, NULL);
  return kernel != NULL && vbet_kernel_has_seccomp (kernel);
}

void
vbet_doctor_check_ptrace (VbetDoctor *doctor, const char *id)
{
  gint64 scope = sysctl_number ("/proc/sys/kernel/yama/ptrace_scope", 0);
  if (vbet_doctor_try (probe_ptrace) == 0)
    vbet_doctor_report (doctor, id, VBET_DOCTOR_OK, "", "Processes may trace their children (ptrace).");
  else if (kernel_needs_no_ptrace ())
    vbet_doctor_report (doctor, id, VBET_DOCTOR_WARN,
                        "allow the system call ptrace, for guests with another kernel (kernel=)",
                        "This host forbids ptrace; guests run by seccomp alone.");
  else if (scope >= 2)
    vbet_doctor_report (
        doctor, id, VBET_DOCTOR_FAIL,
        scope == 2 ? "sudo sysctl kernel.yama.ptrace_scope=1"
                   : "boot with kernel.yama.ptrace_scope=1 (3 cannot be undone while the host runs)",
        "Guests cannot run: kernel.yama.ptrace_scope is %" G_GINT64_FORMAT ", which forbids ptrace.", scope);
  else
    vbet_doctor_report (
        doctor, id, VBET_DOCTOR_FAIL,
        "allow the system call ptrace: in a container, add the capability SYS_PTRACE or relax seccomp",
        "Guests cannot run: this host forbids ptrace.");
}

/* --- address-space randomisation --------------------------------------------------- */

static int
probe_personality (void)
{
  int before = personality (0xffffffff);
  return before < 0 || personality ((unsigned long)before | ADDR_NO_RANDOMIZE) < 0 ? 1 : 0;
}

void
vbet_doctor_check_personality (VbetDoctor *doctor, const char *id)
{
  if (vbet_doctor_try (probe_personality) == 0)
    vbet_doctor_report (doctor, id, VBET_DOCTOR_OK, "",
                        "Address-space randomisation can be switched off for guests.");
  else
    vbet_doctor_report (doctor, id, VBET_DOCTOR_WARN,
                        "allow the system call personality: in a container, relax its seccomp profile",
                        "Address-space randomisation cannot be switched off: guests need more memory and "
                        "small ones fail to boot.");
}

/* --- landlock ------------------------------------------------------------------------ */

void
vbet_doctor_check_landlock (VbetDoctor *doctor, const char *id)
{
  int abi = vbet_sandbox_landlock_abi ();
  if (abi > 0)
    vbet_doctor_report (
        doctor, id, VBET_DOCTOR_OK, "",
        "Landlock is there (version %d): what opens files in guests and switch is confined once more.", abi);
  else
    vbet_doctor_report (
        doctor, id, VBET_DOCTOR_WARN,
        "a kernel from 5.13 with Landlock; boot with lsm=landlock,… if it is only switched off",
        "This kernel has no Landlock: the switch may open its user's files, and guests where they have no "
        "root of their own.");
}

/* --- shares of processors --------------------------------------------------------------- */

/* A guest's kernel is a session of its own, and so a group of the scheduler's, however many processes it makes. */
void
vbet_doctor_check_share (VbetDoctor *doctor, const char *id)
{
  if (sysctl_number ("/proc/sys/kernel/sched_autogroup_enabled", 0) != 0)
    vbet_doctor_report (doctor, id, VBET_DOCTOR_OK, "",
                        "Guests share processors by guest: the scheduler makes a group of each (autogroup).");
  else
    vbet_doctor_report (doctor, id, VBET_DOCTOR_WARN,
                        "sudo sysctl kernel.sched_autogroup_enabled=1 (not every kernel has it)",
                        "Guests share processors by process: one that makes many gets more than others.");
}

/* --- TUN/TAP --------------------------------------------------------------------------- */

static int
probe_tun (void)
{
  int fd = open ("/dev/net/tun", O_RDWR | O_CLOEXEC);
  return fd >= 0 ? 0 : errno == ENOENT || errno == ENODEV || errno == ENXIO ? 1 : 2;
}

void
vbet_doctor_check_tun (VbetDoctor *doctor, const char *id)
{
  int result = vbet_doctor_try (probe_tun);
  if (result == 0)
    vbet_doctor_report (doctor, id, VBET_DOCTOR_OK, "", "/dev/net/tun is there for tap devices.");
  else if (result == 2)
    vbet_doctor_report (doctor, id, VBET_DOCTOR_WARN,
                        "sudo chmod 0666 /dev/net/tun; only labs with tap devices need it",
                        "/dev/net/tun is closed to this user.");
  else
    vbet_doctor_report (doctor, id, VBET_DOCTOR_WARN, "sudo modprobe tun; only labs with tap devices need it",
                        "/dev/net/tun is missing.");
}
