/* init.c - process 1 of a guest: from the kernel's first step to the prompt, and back.
 *
 * Order: file systems, configuration disk, host name, NICs, then what needs
 * other programs (firewall rules, routing daemons, services), the user's boot
 * script, then agent (its HELLO tells the engine that the guest is up) and
 * console. What fails is said in one line and the boot goes on. Nothing here
 * starts a program that need not run: that costs milliseconds each.
 *
 * Signals are those of busybox's poweroff, halt and reboot; SIGINT is
 * ctrl-alt-del, which the engine can send through the kernel.
 */
#define _GNU_SOURCE
#include "common.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "alarms.h"
#include "nics.h"
#include "steps.h"

#define TERM_MILLISECONDS 250 /* from SIGTERM to SIGKILL at shutdown */

typedef struct {
  pid_t agent;
  pid_t console;
  struct timespec agent_start;
  struct timespec console_start;
} Children;

static void
say_failure (const char *kind, const char *what, int result)
{
  char text[256];
  snprintf (text, sizeof text, "%s: %s", what, strerror (-result));
  alarm_say (kind, text);
}

static void
mount_one (const char *type, const char *target, unsigned long flags, const char *options)
{
  mkdir (target, 0755);
  if (mount (type, target, type, flags, options) != 0 && errno != EBUSY)
    say_failure ("mount", target, -errno);
}

static void
mount_all (void)
{
  /* First: what tells people needs the console, what tells the engine a folder. */
  mount_one ("devtmpfs", "/dev", MS_NOSUID, "mode=0755");
  mount_one ("tmpfs", "/run", MS_NOSUID | MS_NODEV, "mode=0755");
  mkdir ("/run/lock", 01777);
  alarms_prepare ();
  mount_one ("proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
  mount_one ("sysfs", "/sys", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
  mount_one ("devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "mode=0620,gid=5,ptmxmode=0666");
  /* A guest may be started with "ro" on its command line. */
  if (mount (NULL, "/", NULL, MS_REMOUNT | MS_NOATIME, NULL) != 0)
    say_failure ("mount", "/", -errno);
  /* Nodes whose module is loaded when they are opened (modules.devname). */
  mkdir ("/dev/net", 0755);
  mknod ("/dev/net/tun", S_IFCHR | 0666, makedev (10, 200));
  mknod ("/dev/ppp", S_IFCHR | 0600, makedev (108, 0));
  if (symlink ("/proc/self/fd", "/dev/fd") == 0) {
    symlink ("/proc/self/fd/0", "/dev/stdin");
    symlink ("/proc/self/fd/1", "/dev/stdout");
    symlink ("/proc/self/fd/2", "/dev/stderr");
  }
}

/* Value of NAME in /etc/vbet/env (NAME='value' or NAME=value, one a line), copied to @value. */
static bool
setting (const char *environment, const char *name, char *value, size_t capacity)
{
  size_t length = strlen (name);
  for (const char *line = environment; line != NULL && *line != '\0'; line = strchr (line, '\n')) {
    line += *line == '\n' ? 1 : 0;
    if (strncmp (line, name, length) != 0 || line[length] != '=')
      continue;
    const char *start = line + length + 1;
    size_t size = strcspn (start, "\n");
    if (size >= 2 && start[0] == '\'' && start[size - 1] == '\'') {
      start++;
      size -= 2;
    }
    if (size >= capacity)
      return false;
    memcpy (value, start, size);
    value[size] = '\0';
    return true;
  }
  return false;
}

static void
set_host_name (void)
{
  size_t size = 0;
  char *name = file_read ("/etc/hostname", 64, &size);
  if (name == NULL)
    return;
  size = strcspn (name, "\r\n");
  if (size > 0 && sethostname (name, size) != 0)
    say_failure ("sysctl", "host name", -errno);
  free (name);
}

static void
set_sysctls (bool forward)
{
  static const char *const always[][2] = {
    /* Addresses are usable at once; a lab that wants to see the detection switches it on. */
    { "/proc/sys/net/ipv6/conf/all/accept_dad", "0" },
    { "/proc/sys/net/ipv6/conf/default/accept_dad", "0" },
    /* Taking a link down must not cost it its addresses in one family and not in the other. */
    { "/proc/sys/net/ipv6/conf/all/keep_addr_on_down", "1" },
    { "/proc/sys/net/ipv6/conf/default/keep_addr_on_down", "1" },
    { "/proc/sys/net/ipv4/conf/all/rp_filter", "0" },
    { "/proc/sys/net/ipv4/conf/default/rp_filter", "0" },
    { "/proc/sys/net/ipv4/ping_group_range", "0 2147483647" },
    /* A kernel with little memory gives TCP a window of 200 KiB, which neither a fast cable nor a long one is filled
     * with. 3 MiB are about what other computers have, and no more than a port of the switch queues. */
    { "/proc/sys/net/ipv4/tcp_rmem", "4096 131072 3145728" },
    { "/proc/sys/net/ipv4/tcp_wmem", "4096 16384 3145728" },
    /* Small datagrams wait here while the guest waits for its processor, which it shares with others. */
    { "/proc/sys/net/core/rmem_max", "4194304" },
    { "/proc/sys/net/core/wmem_max", "4194304" },
    { "/proc/sys/net/core/rmem_default", "1048576" },
    { "/proc/sys/kernel/panic_on_oops", "1" },
    /* Else the kernel wakes twice a second to look: most of what an idle guest costs. */
    { "/proc/sys/vm/compaction_proactiveness", "0" },
    { "/proc/sys/kernel/modprobe", "/sbin/vbet-modprobe" },
  };
  for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) {
    int result = file_write (always[i][0], always[i][1]);
    if (result != 0 && result != -ENOENT) /* kernels differ in what they have */
      say_failure ("sysctl", always[i][0], result);
  }
  if (forward) {
    int result = file_write ("/proc/sys/net/ipv4/ip_forward", "1");
    if (result == 0)
      result = file_write ("/proc/sys/net/ipv6/conf/all/forwarding", "1");
    if (result != 0)
      say_failure ("sysctl", "forwarding", result);
  }
}

/* Whether the kernel has nf_tables for all families that iptables makes rules of. */
static bool
has_nf_tables (void)
{
  struct utsname system;
  char path[sizeof system.release + 64];
  if (uname (&system) != 0)
    return true;
  /* To ask a kernel that has it in a module is to load that: the image knows what its modules can do. */
  snprintf (path, sizeof path, "/lib/modules/%s/modules.dep", system.release);
  if (access (path, F_OK) == 0) {
    snprintf (path, sizeof path, "/lib/modules/%s/nf_tables.inet", system.release);
    return access (path, F_OK) == 0;
  }
  return netlink_has_nf_tables ();
}

/* One link chooses what iptables is: rules of nftables as everywhere in Debian, or the old tables. */
static void
choose_iptables (void)
{
  const char *link = "/etc/alternatives/xtables";
  const char *wanted = has_nf_tables () ? "xtables-nft" : "xtables-legacy";
  char present[32] = "";
  ssize_t length = readlink (link, present, sizeof present - 1);
  if (length < 0 || strcmp (present, wanted) == 0) /* an image of somebody's own */
    return;
  if (unlink (link) != 0 || symlink (wanted, link) != 0)
    say_failure ("rules", link, -errno);
}

static bool
folder_has_entries (const char *path)
{
  DIR *dir = opendir (path);
  bool found = false;
  if (dir == NULL)
    return false;
  for (struct dirent *entry = readdir (dir); entry != NULL && !found; entry = readdir (dir))
    found = entry->d_name[0] != '.';
  closedir (dir);
  return found;
}

static void
set_up_network (const char *environment)
{
  char value[64];
  int result = module_load ("ipv6");
  if (result != 0)
    say_failure ("module", "module ipv6", result);
  if (folder_has_entries ("/sys/bus/virtio/devices"))
    module_load ("virtio_net");
  set_sysctls (setting (environment, "FORWARD", value, sizeof value) && strcmp (value, "1") == 0);
  int netlink = netlink_open (0);
  if (netlink < 0) {
    say_failure ("nic", "rtnetlink", netlink);
    return;
  }
  LinkChange up = LINK_CHANGE_NONE;
  up.up = 1;
  netlink_set_link (netlink, 1, &up); /* the loopback device is always number 1 */
  nics_up (netlink, alarm_say);
  for (int i = 0; i < 2; i++) {
    Address gateway;
    if (!setting (environment, i == 0 ? "GATEWAY" : "GATEWAY6", value, sizeof value) || value[0] == '\0')
      continue;
    result = address_parse (value, &gateway) ? netlink_default_route (netlink, &gateway) : -EINVAL;
    if (result != 0) {
      char what[sizeof value + 32];
      snprintf (what, sizeof what, "default route via %s", value);
      say_failure ("route", what, result);
    }
  }
  close (netlink);
}

/* In a new process: standard streams are the console, without controlling it. */
static void
child_console (bool with_input)
{
  int null = open ("/dev/null", O_RDWR);
  int console = open (CONSOLE, O_RDWR | O_NOCTTY);
  dup2 (with_input && console >= 0 ? console : null, 0);
  dup2 (console >= 0 ? console : null, 1);
  dup2 (1, 2);
}

/* Waits until no process but this one is left, or the time is over. */
static void
wait_for_all (int milliseconds)
{
  sigset_t child;
  struct timespec now;
  struct timespec start;
  sigemptyset (&child);
  sigaddset (&child, SIGCHLD);
  clock_gettime (CLOCK_MONOTONIC, &start);
  for (;;) {
    pid_t gone;
    while ((gone = waitpid (-1, NULL, WNOHANG)) > 0)
      continue;
    if (gone < 0)
      return;
    clock_gettime (CLOCK_MONOTONIC, &now);
    long left = milliseconds - (now.tv_sec - start.tv_sec) * 1000 - (now.tv_nsec - start.tv_nsec) / 1000000;
    if (left <= 0)
      return;
    struct timespec limit = { .tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000 };
    sigtimedwait (&child, NULL, &limit);
  }
}

static void
shut_down (int how)
{
  kill (-1, SIGTERM);
  kill (-1, SIGHUP); /* interactive shells ignore SIGTERM */
  kill (-1, SIGCONT);
  wait_for_all (TERM_MILLISECONDS);
  kill (-1, SIGKILL);
  wait_for_all (TERM_MILLISECONDS);
  sync ();
  mount (NULL, "/", NULL, MS_REMOUNT | MS_RDONLY, NULL);
  reboot (how);
}

/* Does what a signal asks of process 1; does not come back when that is to shut down. */
static void
obey (int number)
{
  if (number == SIGINT || number == SIGUSR1 || number == SIGUSR2)
    shut_down (RB_POWER_OFF);
  else if (number == SIGTERM)
    shut_down (RB_AUTOBOOT);
}

/* The signals process 1 acts on; all are blocked and taken by sigwaitinfo(). */
static void
handled_signals (sigset_t *signals)
{
  sigemptyset (signals);
  sigaddset (signals, SIGCHLD);
  sigaddset (signals, SIGINT);
  sigaddset (signals, SIGTERM);
  sigaddset (signals, SIGUSR1);
  sigaddset (signals, SIGUSR2);
}

static void
run_boot_steps (const char *environment, LateSteps *late)
{
  static const char *const rules_argv[] = { "/usr/lib/vbet/service", "rules", "boot", NULL };
  static const char *const routing_argv[] = { "/sbin/vbet-routing", "start", NULL };
  static const char *const services_argv[] = { "/usr/lib/vbet/service", "all", "start", NULL };
  static const char *const script_argv[] = { "/bin/sh", CONFIG_DIR "boot.sh", NULL };
  static const BootStep rules = { "rules", "firewall rules", rules_argv, true };
  static const BootStep routing = { "routing", "routing", routing_argv, true };
  static const BootStep services = { "service", "services", services_argv, true };
  static const BootStep script = { "boot-script", "boot script", script_argv, false };
  char value[512];
  sigset_t signals;
  handled_signals (&signals);
  if (access ("/etc/nftables.conf", F_OK) == 0)
    boot_step_run (&rules, late, &signals, obey);
  if (access ("/etc/frr/daemons", F_OK) == 0)
    boot_step_run (&routing, late, &signals, obey);
  if (setting (environment, "SERVICES", value, sizeof value) && value[0] != '\0')
    boot_step_run (&services, late, &signals, obey);
  if (access (script_argv[1], F_OK) == 0)
    boot_step_run (&script, late, &signals, obey);
  if (setting (environment, "NOTICE", value, sizeof value) && value[0] != '\0')
    console_say (value);
}

static void
greet (void)
{
  char host[65] = "";
  char nics[768];
  char line[896];
  gethostname (host, sizeof host - 1);
  nics_summary (nics, sizeof nics);
  int count = snprintf (line, sizeof line, "%s%s\n", host, nics);
  int fd = open (CONSOLE, O_WRONLY | O_NOCTTY | O_CLOEXEC);
  if (fd >= 0) {
    write_all (fd, line, (size_t)count < sizeof line ? (size_t)count : sizeof line - 1);
    close (fd);
  }
}

static pid_t
start_agent (void)
{
  pid_t pid = fork ();
  if (pid == 0) {
    static const char *const argv[] = { "/sbin/vbet-agent", "/dev/ttyS0", NULL };
    setsid ();
    child_console (false);
    child_prepare ();
    /* When memory is short, the engine's only way in must not be what is killed. */
    file_write ("/proc/self/oom_score_adj", "-1000");
    execve (argv[0], (char *const *)argv, child_environment ());
    _exit (127);
  }
  return pid;
}

static pid_t
start_console (void)
{
  pid_t pid = fork ();
  if (pid == 0) {
    static const char *const argv[] = { "bash", NULL };
    struct termios terminal;
    setsid ();
    child_console (true);
    ioctl (0, TIOCSCTTY, 1);
    if (tcgetattr (0, &terminal) == 0) {
      terminal.c_iflag |= IUTF8;
      tcsetattr (0, TCSANOW, &terminal);
    }
    child_prepare ();
    execve ("/bin/bash", (char *const *)argv, child_environment ());
    execve ("/bin/sh", (char *const *)argv, child_environment ());
    _exit (127);
  }
  return pid;
}

/* Starts what has died; a child that lives for less than a second waits out the rest of it. Returns: whether one waits. */
static bool
keep_alive (Children *children)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  if (children->agent <= 0 && now.tv_sec - children->agent_start.tv_sec > 1) {
    children->agent = start_agent ();
    children->agent_start = now;
  }
  if (children->console <= 0 && now.tv_sec - children->console_start.tv_sec > 1) {
    children->console = start_console ();
    children->console_start = now;
  }
  return children->agent <= 0 || children->console <= 0;
}

static void
reap (Children *children, LateSteps *late)
{
  pid_t gone;
  int status = 0;
  while ((gone = waitpid (-1, &status, WNOHANG)) > 0) {
    boot_step_ended (late, gone, status);
    if (gone == children->agent)
      children->agent = 0;
    if (gone == children->console) {
      /* A shell that was left by its user comes back at once. */
      struct timespec now;
      clock_gettime (CLOCK_MONOTONIC, &now);
      children->console = 0;
      if (now.tv_sec - children->console_start.tv_sec > 1)
        children->console_start.tv_sec = 0;
    }
  }
}

static void
boot (LateSteps *late)
{
  mount_all ();
  int result = unpack_config ("/dev/ubdb");
  if (result != 0 && result != -ENXIO)
    say_failure ("disk", "configuration disk", result);
  set_host_name ();
  choose_iptables ();
  char *environment = file_read (CONFIG_DIR "env", 64 * 1024, NULL);
  const char *settings = environment != NULL ? environment : "";
  set_up_network (settings);
  run_boot_steps (settings, late);
  free (environment);
}

int
init_main (int argc, char **argv)
{
  (void)argc;
  (void)argv;
  Children children = { 0 };
  LateSteps late = { 0 };
  sigset_t signals;
  if (getpid () != 1) {
    fprintf (stderr, "vbet-init: only the kernel starts this\n");
    return 1;
  }
  sigfillset (&signals);
  sigprocmask (SIG_SETMASK, &signals, NULL);
  umask (022);
  boot (&late);
  reboot (RB_DISABLE_CAD); /* ctrl-alt-del becomes SIGINT */
  children.agent_start.tv_sec = -10;
  children.console_start.tv_sec = -10;
  greet ();
  handled_signals (&signals);
  for (;;) {
    struct timespec pause = { .tv_nsec = 200 * 1000 * 1000 };
    bool waiting = keep_alive (&children);
    int number = waiting ? sigtimedwait (&signals, NULL, &pause) : sigwaitinfo (&signals, NULL);
    reap (&children, &late);
    obey (number);
  }
}
