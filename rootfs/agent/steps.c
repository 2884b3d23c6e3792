/* steps.c - the programs that init runs at boot; see steps.h. */
#define _GNU_SOURCE
#include <signal.h>

#include "steps.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "common.h"

/* What a step shows, on its way to the console. */
typedef struct {
  const BootStep *step;
  int master; /* -1: there is none */
  int console;
  size_t fill;
  char line[VBET_AGENT_ALARM_TEXT_MAX + 1]; /* that is not complete yet; cut if longer */
  char last[VBET_AGENT_ALARM_TEXT_MAX + 1]; /* complete, not empty */
} Output;

/* --- output ---------------------------------------------------------------------- */

/* A terminal as wide as the console that changes no byte. Returns: the program's side, or -1. */
static int
open_terminal (Output *output)
{
  char name[64];
  struct winsize size;
  struct termios settings;
  output->master = posix_openpt (O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  if (output->master < 0)
    return -1;
  int slave = -1;
  if (unlockpt (output->master) == 0 && ptsname_r (output->master, name, sizeof name) == 0)
    slave = open (name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (slave < 0) {
    close (output->master);
    output->master = -1;
    return -1;
  }
  if (tcgetattr (slave, &settings) == 0) {
    cfmakeraw (&settings);
    tcsetattr (slave, TCSANOW, &settings);
  }
  if (ioctl (output->console, TIOCGWINSZ, &size) == 0)
    ioctl (slave, TIOCSWINSZ, &size);
  return slave;
}

static void
take_line (Output *output)
{
  static const char mark[] = "vbet: ";
  output->line[output->fill] = '\0';
  output->fill = 0;
  if (output->line[strspn (output->line, " \t")] == '\0')
    return;
  strcpy (output->last, output->line);
  if (output->step->speaks && strncmp (output->line, mark, strlen (mark)) == 0)
    alarm_raise (output->step->kind, output->line + strlen (mark), NULL);
}

/* Passes on what there is. Returns: false when nobody can write any more. */
static bool
pass_on (Output *output)
{
  char bytes[1024];
  for (;;) {
    ssize_t count = read (output->master, bytes, sizeof bytes);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0 && errno == EAGAIN)
      return true;
    if (count <= 0)
      return false;
    write_all (output->console, bytes, (size_t)count);
    for (ssize_t i = 0; i < count; i++)
      if (bytes[i] == '\n' || bytes[i] == '\r')
        take_line (output);
      else if (output->fill < sizeof output->line - 1)
        output->line[output->fill++] = bytes[i];
  }
}

/* What a program in the background still shows comes on the console, too, by a process that ends with the
 * last of them. */
static void
leave_behind (const Output *output)
{
  if (fork () != 0)
    return;
  setsid ();
  fcntl (output->master, F_SETFL, 0);
  dup2 (output->master, 0);
  dup2 (output->console, 1);
  dup2 (output->console, 2);
  child_prepare ();
  prctl (PR_SET_NAME, "vbet-output");
  for (;;) {
    char bytes[1024];
    ssize_t count = read (0, bytes, sizeof bytes);
    if (count <= 0)
      _exit (0);
    write_all (1, bytes, (size_t)count);
  }
}

/* The rest of the output, once the step itself is over or late. */
static void
end_output (Output *output)
{
  if (output->master >= 0 && pass_on (output))
    leave_behind (output);
  if (output->fill > 0)
    take_line (output);
  if (output->master >= 0)
    close (output->master);
  if (output->console >= 0)
    close (output->console);
}

/* --- steps ------------------------------------------------------------------------ */

static pid_t
start_step (const BootStep *step, int slave, const Output *output)
{
  pid_t pid = fork ();
  if (pid == 0) {
    int null = open ("/dev/null", O_RDWR);
    int shown = slave >= 0 ? slave : output->console >= 0 ? output->console : null;
    setsid ();
    dup2 (null, 0);
    dup2 (shown, 1);
    dup2 (shown, 2);
    child_prepare ();
    execvpe (step->argv[0], (char *const *)step->argv, child_environment ());
    _exit (127);
  }
  return pid;
}

/* Says how @step ended when that is a failure; @last: (nullable): what it showed last. */
static void
report_end (const BootStep *step, int status, const char *last)
{
  char text[128];
  char alarm[sizeof text + VBET_AGENT_ALARM_TEXT_MAX + 16];
  if (WIFSIGNALED (status))
    snprintf (text, sizeof text, "%s: killed by signal %d", step->name, WTERMSIG (status));
  else if (WIFEXITED (status) && WEXITSTATUS (status) == 127 && (last == NULL || last[0] == '\0'))
    snprintf (text, sizeof text, "%s: exit status 127, %s was not found", step->name, step->argv[0]);
  else
    snprintf (text, sizeof text, "%s: exit status %d", step->name, WEXITSTATUS (status));
  console_say (text);
  snprintf (alarm, sizeof alarm, "%s%s%s", text, last != NULL && last[0] != '\0' ? ", after: " : "",
            last != NULL ? last : "");
  alarm_raise (step->kind, alarm, NULL);
}

static void
go_on_without (const BootStep *step, pid_t pid, LateSteps *late)
{
  char text[128];
  char path[ALARM_PATH_MAX];
  snprintf (text, sizeof text, "%s: still busy after %d s, going on without it", step->name,
            BOOT_STEP_SECONDS);
  console_say (text);
  alarm_raise (step->kind, text, path);
  if (late->count >= BOOT_STEPS_MAX)
    return;
  late->steps[late->count].pid = pid;
  late->steps[late->count].step = step;
  strcpy (late->steps[late->count].alarm, path);
  late->count++;
}

void
boot_step_ended (LateSteps *late, pid_t pid, int status)
{
  for (int i = 0; i < late->count; i++) {
    if (late->steps[i].pid != pid)
      continue;
    const BootStep *step = late->steps[i].step;
    if (late->steps[i].alarm[0] != '\0')
      unlink (late->steps[i].alarm);
    late->steps[i] = late->steps[--late->count];
    if (status != 0)
      report_end (step, status, NULL);
    return;
  }
}

/* Reaps children. Returns: whether @pid, the present step, was among them. */
static bool
reap_step (pid_t pid, LateSteps *late, int *ret_status)
{
  pid_t gone;
  int status = 0;
  bool ended = false;
  while ((gone = waitpid (-1, &status, WNOHANG)) > 0)
    if (gone == pid) {
      *ret_status = status;
      ended = true;
    } else {
      boot_step_ended (late, gone, status);
    }
  return ended;
}

static long
now_ms (void)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits for a signal or for output, which it passes on. Returns: number of the signal; 0. */
static int
wait_for_step (Output *output, int signals, long milliseconds)
{
  struct signalfd_siginfo info = { 0 };
  struct pollfd fds[] = { { .fd = signals, .events = POLLIN }, { .fd = output->master, .events = POLLIN } };
  if (poll (fds, 2, (int)milliseconds) <= 0)
    return 0;
  if (fds[1].revents != 0 && !pass_on (output)) {
    close (output->master);
    output->master = -1;
  }
  if ((fds[0].revents & POLLIN) != 0 && read (signals, &info, sizeof info) == (ssize_t)sizeof info)
    return (int)info.ssi_signo;
  return 0;
}

void
boot_step_run (const BootStep *step, LateSteps *late, const sigset_t *signals, void (*obey) (int number))
{
  Output output = { .step = step, .master = -1, .console = open (CONSOLE, O_WRONLY | O_NOCTTY | O_CLOEXEC) };
  int status = 0;
  int slave = open_terminal (&output);
  pid_t pid = start_step (step, slave, &output);
  int error = errno;
  int watch = signalfd (-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
  if (slave >= 0)
    close (slave);
  long end = now_ms () + BOOT_STEP_SECONDS * 1000L;
  bool ended = pid < 0;
  while (!ended && now_ms () < end) {
    int number = wait_for_step (&output, watch, end - now_ms ());
    ended = reap_step (pid, late, &status);
    if (number != 0 && number != SIGCHLD)
      obey (number);
  }
  end_output (&output);
  close (watch);
  if (pid < 0) {
    char text[128];
    snprintf (text, sizeof text, "%s: %s", step->name, strerror (error));
    alarm_say (step->kind, text);
  } else if (!ended) {
    go_on_without (step, pid, late);
  } else if (status != 0 && (!step->speaks || !WIFEXITED (status) || WEXITSTATUS (status) == 127)) {
    report_end (step, status, output.last);
  }
}
