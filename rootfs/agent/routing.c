/* routing.c - starts and stops FRR's daemons: vbet-routing start|stop|restart
 *
 * FRR's own way (watchfrr, daemons that fork, then vtysh to hand out one
 * configuration) takes a second of processor time in a guest, where each page
 * fault costs some 20 microseconds: forking makes a daemon fault in all its
 * pages twice, and vtysh alone takes a quarter of the second. Here daemons do
 * not fork, and each reads its own part of /etc/frr/frr.conf by itself.
 *
 * That part has the same lines, without the blocks that the daemon does not
 * know (base/frr-config.h). A daemon passes over lines it does not know and
 * says so in its log; a line that nobody took is an error of the user's and is
 * reported.
 *
 * From FRR 9 on, mgmtd reads what zebra, staticd, ripd and ripngd read before,
 * and hands it out. Where the image has it, it is started first; it is in no
 * list of daemons, since those are made without knowing the image.
 */
#define _GNU_SOURCE
#include "common.h"

#include "base/frr-config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUN_DIR "/run/frr"
#define CONFIGURATION "/etc/frr/frr.conf"
#define CONFIGURATION_MAX (1024 * 1024)
#define DAEMONS_FILE "/etc/frr/daemons"
#define PROGRAMS "/usr/lib/frr"
#define MODULES "/usr/lib/x86_64-linux-gnu/frr/modules"
#define LINES_MAX 65536
#define START_MS                                                                                             \
  120000 /* of a daemon that has not ended: fifty routers that start together may need half a minute */
#define STOP_MS 3000 /* from SIGTERM to SIGKILL */
#define KILL_MS 5000 /* and until it is left alone: its number may be another process's by now */
#define ANSWER_MS 10000
#define ERRORS_SHOWN 5

/* User and group "frr" of the image (files/etc/passwd). */
#define FRR_ID 300

typedef struct {
  int count;
  VbetFrrDaemon list[VBET_FRR_DAEMONS];
} Daemons;

static void
complain (const char *what, const char *why)
{
  fprintf (stderr, "vbet: routing: %s: %s\n", what, why);
}

static long
now_ms (void)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool
has_program (VbetFrrDaemon daemon)
{
  char path[64];
  snprintf (path, sizeof path, PROGRAMS "/%s", vbet_frr_daemon_name (daemon));
  return access (path, X_OK) == 0;
}

/* From "NAME=yes" lines, in the order they are to be started. */
static int
read_daemons (Daemons *daemons)
{
  char *save = NULL;
  char *text = file_read (DAEMONS_FILE, 64 * 1024, NULL);
  uint32_t wanted = 0;
  daemons->count = 0;
  if (text == NULL)
    return -errno;
  for (char *line = strtok_r (text, "\n", &save); line != NULL; line = strtok_r (NULL, "\n", &save)) {
    size_t length = strspn (line, "abcdefghijklmnopqrstuvwxyz0123456789");
    if (length == 0 || strncmp (line + length, "=yes", 4) != 0)
      continue;
    line[length] = '\0';
    VbetFrrDaemon daemon = vbet_frr_daemon_by_name (line);
    if (daemon < VBET_FRR_DAEMONS)
      wanted |= 1U << daemon;
    else
      complain (line, "no such daemon");
  }
  free (text);
  if (wanted != 0 && has_program (VBET_FRR_MGMTD))
    wanted |= 1U << VBET_FRR_MGMTD;
  for (int daemon = 0; daemon < VBET_FRR_DAEMONS; daemon++)
    if ((wanted & 1U << daemon) != 0)
      daemons->list[daemons->count++] = (VbetFrrDaemon)daemon;
  return 0;
}

/* Leaves out those that the image's FRR does not have. Returns: whether it has all. */
static bool
keep_existing (Daemons *daemons)
{
  int kept = 0;
  for (int i = 0; i < daemons->count; i++)
    if (has_program (daemons->list[i]))
      daemons->list[kept++] = daemons->list[i];
    else
      complain (vbet_frr_daemon_name (daemons->list[i]), "the FRR of this image does not have this daemon");
  bool all = kept == daemons->count;
  daemons->count = kept;
  return all;
}

/* --- its part ---------------------------------------------------------------- */

/* Whether @daemon reads no file of its own: mgmtd has its place for one, and reads for those others. */
static bool
is_managed (const Daemons *daemons, VbetFrrDaemon daemon)
{
  return daemons->count > 0 && daemons->list[0] == VBET_FRR_MGMTD
         && (daemon == VBET_FRR_MGMTD || daemon == VBET_FRR_STATICD || daemon == VBET_FRR_RIPD
             || daemon == VBET_FRR_RIPNGD);
}

/* Writes the part of @daemon to where it reads it. */
static int
write_part (VbetFrrDaemon daemon, const char *text, VbetFrrFate *fates)
{
  char path[64];
  char *part = malloc (vbet_frr_part (text, daemon, NULL, NULL, 0) + 1);
  if (part == NULL)
    return -ENOMEM;
  vbet_frr_part (text, daemon, part, fates, LINES_MAX);
  snprintf (path, sizeof path, "%s/%s.conf", daemon == VBET_FRR_MGMTD ? "/etc/frr" : RUN_DIR,
            vbet_frr_daemon_name (daemon));
  int result = file_write (path, part);
  if (result == 0 && (chmod (path, 0640) != 0 || chown (path, FRR_ID, FRR_ID) != 0))
    result = -errno;
  free (part);
  return result;
}

/* --- starting -------------------------------------------------------------- */

/* A file that tells that a daemon serves. */
typedef struct {
  char path[64];
  pid_t daemon;
} Sign;

/* What start_some() waits with: new files in RUN_DIR, children that ended. */
typedef struct {
  int files;
  int children;
} Watch;

static bool
open_watch (Watch *watch)
{
  sigset_t child;
  sigemptyset (&child);
  sigaddset (&child, SIGCHLD);
  sigprocmask (SIG_BLOCK, &child, NULL);
  watch->children = signalfd (-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
  watch->files = inotify_init1 (IN_CLOEXEC | IN_NONBLOCK);
  return watch->children >= 0 && watch->files >= 0
         && inotify_add_watch (watch->files, RUN_DIR, IN_CREATE | IN_MOVED_TO) >= 0;
}

static void
close_watch (Watch *watch)
{
  close (watch->files);
  close (watch->children);
}

/* Waits until all of @signs are there but those whose daemon has ended. */
static bool
wait_for_signs (const Watch *watch, const Sign *signs, int count, long end)
{
  for (;;) {
    char events[4096];
    struct pollfd polled[]
        = { { .fd = watch->files, .events = POLLIN }, { .fd = watch->children, .events = POLLIN } };
    int missing = 0;
    int hopeless = 0;
    for (int i = 0; i < count; i++) {
      bool there = access (signs[i].path, F_OK) == 0;
      missing += !there;
      /* Not reaped here: the next look must still find it, and process 1 takes care of it. */
      siginfo_t info = { 0 };
      hopeless += !there && waitid (P_PID, (id_t)signs[i].daemon, &info, WEXITED | WNOHANG | WNOWAIT) == 0
                  && info.si_pid != 0;
    }
    long left = end - now_ms ();
    if (missing == hopeless || left <= 0)
      return missing == 0;
    if (poll (polled, 2, (int)left) <= 0)
      continue;
    if (read (watch->files, events, sizeof events) < 0 && errno != EAGAIN)
      return false;
    if (read (watch->children, events, sizeof events) < 0 && errno != EAGAIN)
      return false;
  }
}

/* Starts @argv in a session of its own, as a child: process 1 inherits it. Returns: 0 or -errno. No fork,
 * which would make the child fault in again what it only leaves behind. */
static int
spawn_daemon (char *const *argv, pid_t *ret_pid)
{
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  sigset_t all;
  sigset_t none;
  sigfillset (&all);
  sigemptyset (&none);
  posix_spawnattr_init (&attributes);
  posix_spawnattr_setflags (&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setsigdefault (&attributes, &all);
  posix_spawnattr_setsigmask (&attributes, &none);
  posix_spawn_file_actions_init (&files);
  posix_spawn_file_actions_addopen (&files, 0, "/dev/null", O_RDWR, 0);
  posix_spawn_file_actions_adddup2 (&files, 0, 1);
  posix_spawn_file_actions_adddup2 (&files, 0, 2);
  posix_spawn_file_actions_addclosefrom_np (&files, 3);
  posix_spawn_file_actions_addchdir_np (&files, "/");
  int result = posix_spawn (ret_pid, argv[0], &files, &attributes, argv, child_environment ());
  posix_spawn_file_actions_destroy (&files);
  posix_spawnattr_destroy (&attributes);
  return -result;
}

static int
start_daemon (const Daemons *daemons, VbetFrrDaemon daemon, const char *text, pid_t *ret_pid)
{
  const char *name = vbet_frr_daemon_name (daemon);
  const char *module = vbet_frr_module (text, daemon);
  char command[64];
  char configuration[64];
  char log[64];
  char file[128];
  snprintf (command, sizeof command, PROGRAMS "/%s", name);
  snprintf (configuration, sizeof configuration, RUN_DIR "/%s.conf", name);
  snprintf (log, sizeof log, "file:" RUN_DIR "/%s.log", name);
  char *argv[16] = {
    command, (char *)"--log", log, (char *)"--log-level", (char *)"err", (char *)"-P", (char *)"0",
  };
  int count = 7;
  if (!is_managed (daemons, daemon)) {
    argv[count++] = (char *)"-f";
    argv[count++] = configuration;
  }
  /* Told of a module that is not there, a daemon does not start; not told, it says which lines it misses. */
  snprintf (file, sizeof file, MODULES "/%s.so", module != NULL ? module : "");
  if (module != NULL && access (file, R_OK) == 0) {
    argv[count++] = (char *)"-M";
    argv[count++] = (char *)module;
  }
  return spawn_daemon (argv, ret_pid);
}

/* Starts daemons @first … @last - 1 together and waits until each has read its configuration and serves
 * vtysh. */
static bool
start_some (const Daemons *daemons, int first, int last, const char *text, const Watch *watch)
{
  Sign signs[VBET_FRR_DAEMONS + 1];
  int count = 0;
  bool all = true;
  for (int i = first; i < last; i++) {
    pid_t pid = 0;
    const char *name = vbet_frr_daemon_name (daemons->list[i]);
    int result = start_daemon (daemons, daemons->list[i], text, &pid);
    if (result != 0) {
      complain (name, strerror (-result));
      all = false;
      continue;
    }
    snprintf (signs[count].path, sizeof signs[count].path, RUN_DIR "/%s.vty", name);
    signs[count++].daemon = pid;
    if (daemons->list[i] == VBET_FRR_ZEBRA) {
      snprintf (signs[count].path, sizeof signs[count].path, RUN_DIR "/zserv.api");
      signs[count++].daemon = pid;
    }
  }
  if (wait_for_signs (watch, signs, count, now_ms () + START_MS))
    return all;
  for (int i = 0; i < count; i++)
    if (access (signs[i].path, F_OK) != 0)
      complain (signs[i].path, "did not appear; see " RUN_DIR "/*.log");
  return false;
}

/* Asks @daemon anything over its vtysh socket: when it answers, what it had to log is written. */
static void
await_answer (const char *daemon)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  char answer[256];
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  snprintf (address.sun_path, sizeof address.sun_path, RUN_DIR "/%s.vty", daemon);
  long end = now_ms () + ANSWER_MS;
  /* Between bind() and listen() the daemon refuses. */
  while (connect (fd, (struct sockaddr *)&address, sizeof address) != 0 && now_ms () < end) {
    struct timespec pause = { .tv_nsec = 2 * 1000 * 1000 };
    nanosleep (&pause, NULL);
  }
  struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
  if (send (fd, "enable", sizeof "enable", MSG_NOSIGNAL) < 0 || poll (&poll_fd, 1, ANSWER_MS) != 1
      || recv (fd, answer, sizeof answer, 0) <= 0)
    complain (daemon, "does not answer");
  close (fd);
}

/* What @daemon's log says of configuration lines: "… on config line 7: text". */
static void
read_log (const char *daemon, VbetFrrFate *fates)
{
  char path[64];
  char *save = NULL;
  snprintf (path, sizeof path, RUN_DIR "/%s.log", daemon);
  char *text = file_read (path, CONFIGURATION_MAX, NULL);
  if (text == NULL)
    return;
  for (char *line = strtok_r (text, "\n", &save); line != NULL; line = strtok_r (NULL, "\n", &save)) {
    static const char mark[] = "on config line ";
    char *found = strstr (line, mark);
    long number = found != NULL ? strtol (found + strlen (mark), NULL, 10) : 0;
    if (number <= 0 || number >= LINES_MAX)
      continue;
    if (strstr (line, "No such command") != NULL || strstr (line, "Unknown command") != NULL)
      fates[number].unknown++;
    else
      complain (daemon, found + strlen ("on "));
  }
  free (text);
}

static bool
report_lines (const Daemons *daemons, const char *text, VbetFrrFate *fates)
{
  int shown = 0;
  for (int i = 0; i < daemons->count; i++) {
    const char *name = vbet_frr_daemon_name (daemons->list[i]);
    await_answer (name);
    read_log (name, fates);
  }
  for (int number = 1; *text != '\0' && number < LINES_MAX; number++) {
    size_t length = strcspn (text, "\n");
    if (fates[number].is_command && fates[number].unknown == fates[number].offered
        && shown++ < ERRORS_SHOWN) {
      char *line = strndup (text, length);
      complain ("no daemon takes this line", line != NULL ? line : "");
      free (line);
    }
    text += length + (text[length] == '\n' ? 1 : 0);
  }
  return shown == 0;
}

/* How many of @daemons serve the others: mgmtd, zebra. */
static int
count_servers (const Daemons *daemons)
{
  int count = 0;
  while (count < daemons->count && daemons->list[count] <= VBET_FRR_ZEBRA)
    count++;
  return count;
}

static int
start (void)
{
  Daemons daemons;
  int result = read_daemons (&daemons);
  if (result == -ENOENT || (result == 0 && daemons.count == 0))
    return 0;
  char *text = file_read (CONFIGURATION, CONFIGURATION_MAX, NULL);
  VbetFrrFate *fates = calloc (LINES_MAX, sizeof *fates);
  if (text == NULL || fates == NULL) {
    complain (CONFIGURATION, strerror (errno));
    free (text);
    free (fates);
    return 1;
  }
  mkdir (RUN_DIR, 0755);
  Watch watch;
  if (!open_watch (&watch) || chown (RUN_DIR, FRR_ID, FRR_ID) != 0)
    complain (RUN_DIR, strerror (errno));
  bool good = keep_existing (&daemons);
  for (int i = 0; i < daemons.count; i++) {
    const char *name = vbet_frr_daemon_name (daemons.list[i]);
    char log[64];
    snprintf (log, sizeof log, RUN_DIR "/%s.log", name);
    unlink (log);
    result = write_part (daemons.list[i], text, fates);
    if (result != 0)
      complain (name, strerror (-result));
  }
  /* Clients that do not find zebra wait ten seconds before they try again, and so do those of mgmtd. */
  int servers = count_servers (&daemons);
  bool started = true;
  for (int i = 0; i < servers && started; i++)
    started = start_some (&daemons, i, i + 1, text, &watch);
  started = started && start_some (&daemons, servers, daemons.count, text, &watch);
  good = started && report_lines (&daemons, text, fates) && good;
  close_watch (&watch);
  free (fates);
  free (text);
  return good ? 0 : 1;
}

/* --- stopping -------------------------------------------------------------- */

/* The process of @daemon by its pid file; 0 when it does not run. */
static pid_t
daemon_pid (const char *daemon)
{
  char path[64];
  snprintf (path, sizeof path, RUN_DIR "/%s.pid", daemon);
  char *text = file_read (path, 32, NULL);
  pid_t pid = text != NULL ? (pid_t)strtol (text, NULL, 10) : 0;
  free (text);
  return pid > 1 && kill (pid, 0) == 0 ? pid : 0;
}

static void
stop_some (const Daemons *daemons, int first, int last)
{
  long end = now_ms () + STOP_MS;
  for (int i = first; i < last; i++) {
    pid_t pid = daemon_pid (vbet_frr_daemon_name (daemons->list[i]));
    if (pid > 0)
      kill (pid, SIGTERM);
  }
  for (int i = first; i < last; i++) {
    char path[64];
    pid_t pid;
    while ((pid = daemon_pid (vbet_frr_daemon_name (daemons->list[i]))) > 0) {
      struct timespec pause = { .tv_nsec = 5 * 1000 * 1000 };
      if (now_ms () > end + KILL_MS) {
        complain (vbet_frr_daemon_name (daemons->list[i]), "does not end");
        break;
      }
      if (now_ms () > end)
        kill (pid, SIGKILL);
      nanosleep (&pause, NULL);
    }
    static const char *const left[] = { "pid", "vty" };
    for (size_t j = 0; j < sizeof left / sizeof left[0]; j++) {
      snprintf (path, sizeof path, RUN_DIR "/%s.%s", vbet_frr_daemon_name (daemons->list[i]), left[j]);
      unlink (path);
    }
  }
}

static int
stop (void)
{
  Daemons daemons;
  if (read_daemons (&daemons) != 0)
    return 0;
  int servers = count_servers (&daemons);
  stop_some (&daemons, servers, daemons.count);
  stop_some (&daemons, 0, servers);
  unlink (RUN_DIR "/zserv.api");
  return 0;
}

int
routing_main (int argc, char **argv)
{
  if (argc == 2 && strcmp (argv[1], "start") == 0)
    return start ();
  if (argc == 2 && strcmp (argv[1], "stop") == 0)
    return stop ();
  if (argc == 2 && strcmp (argv[1], "restart") == 0) {
    stop ();
    return start ();
  }
  fprintf (stderr, "Usage: vbet-routing start|stop|restart\n");
  return 2;
}
