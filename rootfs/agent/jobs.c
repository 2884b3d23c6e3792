/* jobs.c - commands and files on behalf of the engine; see jobs.h. */
#define _GNU_SOURCE
#include "jobs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "common.h"

/* Window is given back in pieces, not by the byte. */
#define RETURN_AT 16384

static void
close_fd (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

void
jobs_init (Jobs *jobs, Line *line)
{
  /* Not memset: input buffers stay untouched memory until they are used. */
  jobs->line = line;
  jobs->drain_count = 0;
  for (int i = 0; i < VBET_AGENT_JOBS_MAX; i++)
    jobs->jobs[i].kind = JOB_FREE;
}

static Job *
find_job (Jobs *jobs, uint16_t channel)
{
  for (int i = 0; i < VBET_AGENT_JOBS_MAX; i++)
    if (jobs->jobs[i].kind != JOB_FREE && jobs->jobs[i].channel == channel)
      return &jobs->jobs[i];
  return NULL;
}

/* Returns: a fresh job for @channel; NULL, with the error sent, when there can be none. */
static Job *
new_job (Jobs *jobs, uint16_t channel, JobKind kind)
{
  if (find_job (jobs, channel) != NULL) {
    /* Two jobs on one channel could not be told apart; the old one goes on. */
    return NULL;
  }
  for (int i = 0; i < VBET_AGENT_JOBS_MAX; i++) {
    Job *job = &jobs->jobs[i];
    if (job->kind != JOB_FREE)
      continue;
    job->kind = kind;
    job->channel = channel;
    job->pid = 0;
    job->status = 0;
    job->input_ended = false;
    job->terminal = false;
    job->room = 0;
    job->input = job->output[0] = job->output[1] = job->file = -1;
    job->input_start = job->input_fill = 0;
    job->returned = 0;
    job->mode = 0;
    job->path = job->temporary = NULL;
    return job;
  }
  line_send_error (jobs->line, channel, EAGAIN, "Too many commands at one time");
  return NULL;
}

static void
free_job (Job *job)
{
  close_fd (&job->input);
  close_fd (&job->output[0]);
  close_fd (&job->output[1]);
  close_fd (&job->file);
  if (job->temporary != NULL)
    unlink (job->temporary);
  free (job->temporary);
  free (job->path);
  job->kind = JOB_FREE;
}

/* The command and what it started; one that was just forked has no group of its own yet. */
static void
kill_command (const Job *job, int number)
{
  if (job->pid > 0 && kill (-job->pid, number) != 0)
    kill (job->pid, number);
}

static void
fail_job (Jobs *jobs, Job *job, int code, const char *text)
{
  if (job->kind == JOB_EXEC)
    kill_command (job, SIGKILL); /* reaped by jobs_reap(), which knows no job for it then */
  line_send_error (jobs->line, job->channel, code, text);
  free_job (job);
}

static void
give_back (Jobs *jobs, Job *job, size_t size, bool now)
{
  job->returned += (uint32_t)size;
  if (job->returned > 0 && (now || job->returned >= RETURN_AT)
      && line_send_u32 (jobs->line, VBET_AGENT_WINDOW_MORE, job->channel, job->returned))
    job->returned = 0;
}

/* --- EXEC ---------------------------------------------------------------- */

/* @terminal: of a new session, which it controls; else -1. */
static void
run_child (const char *const *argv, const int input, const int output[2], int terminal)
{
  char text[256];
  setsid ();
  if (terminal >= 0)
    ioctl (terminal, TIOCSCTTY, 0);
  dup2 (input, 0);
  dup2 (output[0], 1);
  dup2 (output[1], 2);
  file_write ("/proc/self/oom_score_adj", "0");
  child_prepare ();
  execvpe (argv[0], (char *const *)argv, child_environment ());
  int code = errno;
  snprintf (text, sizeof text, "%s: %s\n", argv[0], strerror (code));
  write_all (2, text, strlen (text));
  _exit (code == ENOENT || code == ENOTDIR ? 127 : 126);
}

/* Makes the three pipes; on failure what was made is left in @job and in @ends for the caller to close. */
static int
make_pipes (Job *job, uint8_t flags, int *ret_input, int ends[2])
{
  int pair[2];
  if ((flags & VBET_AGENT_EXEC_STDIN) != 0) {
    if (pipe2 (pair, O_CLOEXEC) != 0)
      return -errno;
    *ret_input = pair[0];
    job->input = pair[1];
    fcntl (job->input, F_SETFL, O_NONBLOCK);
  } else {
    *ret_input = open ("/dev/null", O_RDONLY | O_CLOEXEC);
    if (*ret_input < 0)
      return -errno;
  }
  for (int i = 0; i < ((flags & VBET_AGENT_EXEC_MERGE) != 0 ? 1 : 2); i++) {
    if (pipe2 (pair, O_CLOEXEC) != 0)
      return -errno;
    job->output[i] = pair[0];
    ends[i] = pair[1];
    fcntl (job->output[i], F_SETFL, O_NONBLOCK);
  }
  return 0;
}

/* Makes a terminal: its master, twice, for the job, and *@ret_slave for the command. */
static int
make_terminal (Job *job, int *ret_slave)
{
  struct winsize size = { .ws_row = 24, .ws_col = 80 };
  struct termios settings;
  char name[64];
  int master = posix_openpt (O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master < 0)
    return -errno;
  job->output[0] = master;
  job->terminal = true;
  job->room = VBET_AGENT_WINDOW;
  if (grantpt (master) != 0 || unlockpt (master) != 0 || ptsname_r (master, name, sizeof name) != 0)
    return -errno;
  *ret_slave = open (name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  job->input = fcntl (master, F_DUPFD_CLOEXEC, 3);
  if (*ret_slave < 0 || job->input < 0)
    return -errno;
  if (tcgetattr (*ret_slave, &settings) == 0) {
    settings.c_iflag |= IUTF8;
    tcsetattr (*ret_slave, TCSANOW, &settings);
  }
  ioctl (master, TIOCSWINSZ, &size);
  fcntl (master, F_SETFL, O_NONBLOCK);
  return 0;
}

/* Its session gets SIGHUP, as when a real terminal is switched off. */
static void
hang_up (Job *job)
{
  close_fd (&job->input);
  close_fd (&job->output[0]);
  if (job->pid > 0)
    kill (-job->pid, SIGHUP);
}

static void
resize (Job *job, const VbetAgentFrame *frame)
{
  struct winsize size = { 0 };
  if (job->output[0] >= 0 && vbet_agent_read_resize (frame, &size.ws_row, &size.ws_col))
    ioctl (job->output[0], TIOCSWINSZ, &size);
}

static void
give_room (Job *job, const VbetAgentFrame *frame)
{
  uint32_t more = 0;
  if (!vbet_agent_read_u32 (frame, &more))
    return;
  job->room = more < VBET_AGENT_WINDOW - job->room ? job->room + more : VBET_AGENT_WINDOW;
}

static void
start_exec (Jobs *jobs, const VbetAgentFrame *frame)
{
  const char *argv[VBET_AGENT_ARGUMENTS_MAX + 1];
  uint8_t flags = 0;
  Job *job = new_job (jobs, frame->channel, JOB_EXEC);
  if (job == NULL)
    return;
  if (!vbet_agent_read_exec (frame, &flags, argv)) {
    fail_job (jobs, job, EINVAL, "The command is not well formed");
    return;
  }
  int input = -1;
  int ends[2] = { -1, -1 };
  bool terminal = (flags & VBET_AGENT_EXEC_TERMINAL) != 0;
  int result = terminal ? make_terminal (job, &input) : make_pipes (job, flags, &input, ends);
  if (result == 0) {
    pid_t pid = fork ();
    if (pid == 0 && terminal)
      run_child (argv, input, (int[2]){ input, input }, input);
    if (pid == 0)
      run_child (argv, input, (int[2]){ ends[0], ends[1] >= 0 ? ends[1] : ends[0] }, -1);
    if (pid < 0)
      result = -errno;
    else
      job->pid = pid;
  }
  close_fd (&input);
  close_fd (&ends[0]);
  close_fd (&ends[1]);
  if (result != 0)
    fail_job (jobs, job, -result, strerror (-result));
}

static void
take_input (Jobs *jobs, Job *job, const VbetAgentFrame *frame)
{
  if (frame->length == 0) {
    job->input_ended = true;
    return;
  }
  if (job->input < 0 || job->input_ended) {
    /* The program has closed its input, or is gone: as a pipe without reader. */
    give_back (jobs, job, frame->length, true);
    return;
  }
  if (job->input_fill - job->input_start + frame->length > sizeof job->input_buffer) {
    fail_job (jobs, job, EOVERFLOW, "More input than the window allows");
    return;
  }
  if (job->input_fill + frame->length > sizeof job->input_buffer) {
    memmove (job->input_buffer, job->input_buffer + job->input_start, job->input_fill - job->input_start);
    job->input_fill -= job->input_start;
    job->input_start = 0;
  }
  memcpy (job->input_buffer + job->input_fill, frame->payload, frame->length);
  job->input_fill += frame->length;
}

static void
advance_input (Jobs *jobs, Job *job)
{
  while (job->input >= 0 && job->input_start < job->input_fill) {
    size_t size = job->input_fill - job->input_start;
    ssize_t count = write (job->input, job->input_buffer + job->input_start, size);
    if (count < 0 && errno == EAGAIN)
      return;
    if (count < 0 && errno != EINTR) {
      close_fd (&job->input);
      give_back (jobs, job, size, true);
      job->input_start = job->input_fill;
    } else if (count > 0) {
      job->input_start += (size_t)count;
      give_back (jobs, job, (size_t)count, job->input_start == job->input_fill);
    }
  }
  if (job->input_start == job->input_fill) {
    job->input_start = job->input_fill = 0;
    if (job->input_ended)
      close_fd (&job->input);
  }
}

/* Keeps the read end of a pipe that somebody in the background may still write to. */
static void
drain_later (Jobs *jobs, int *fd)
{
  if (jobs->drain_count < DRAINS_MAX)
    jobs->drains[jobs->drain_count++] = *fd;
  else
    close (*fd);
  *fd = -1;
}

/* One piece of each stream, so that jobs take turns. */
static void
advance_output (Jobs *jobs, Job *job)
{
  uint8_t piece[LINE_PIECE];
  for (int i = 0; i < 2; i++) {
    if (job->output[i] < 0 || !line_roomy (jobs->line) || (job->terminal && job->room == 0))
      continue;
    size_t most = job->terminal && job->room < sizeof piece ? job->room : sizeof piece;
    ssize_t count = read (job->output[i], piece, most);
    if (count > 0 && job->terminal)
      job->room -= (uint32_t)count;
    if (count > 0)
      line_send (jobs->line, i == 0 ? VBET_AGENT_STDOUT : VBET_AGENT_STDERR, job->channel, piece,
                 (size_t)count);
    else if (count == 0 || (errno != EAGAIN && errno != EINTR))
      close_fd (&job->output[i]);
    else if (errno == EAGAIN && job->pid == 0 && job->terminal)
      hang_up (job); /* what the shell left in the background has no terminal any more */
    else if (errno == EAGAIN && job->pid == 0)
      drain_later (jobs, &job->output[i]);
  }
}

static void
advance_exec (Jobs *jobs, Job *job)
{
  advance_input (jobs, job);
  advance_output (jobs, job);
  if (job->pid == 0 && job->output[0] < 0 && job->output[1] < 0
      && line_send_u32 (jobs->line, VBET_AGENT_EXIT, job->channel, (uint32_t)job->status))
    free_job (job);
}

void
jobs_reap (Jobs *jobs)
{
  int status;
  pid_t gone;
  while ((gone = waitpid (-1, &status, WNOHANG)) > 0)
    for (int i = 0; i < VBET_AGENT_JOBS_MAX; i++) {
      Job *job = &jobs->jobs[i];
      if (job->kind != JOB_EXEC || job->pid != gone)
        continue;
      job->status = WIFSIGNALED (status) ? 128 + WTERMSIG (status) : WEXITSTATUS (status);
      job->pid = 0;
    }
}

/* --- PUT and GET --------------------------------------------------------- */

static void
start_put (Jobs *jobs, const VbetAgentFrame *frame)
{
  char path[VBET_AGENT_PATH_MAX + 1];
  struct stat status;
  Job *job = new_job (jobs, frame->channel, JOB_PUT);
  if (job == NULL)
    return;
  if (!vbet_agent_read_put (frame, &job->mode, path)) {
    fail_job (jobs, job, EINVAL, "The path is not absolute or too long");
    return;
  }
  if (stat (path, &status) == 0 && !S_ISREG (status.st_mode)) {
    fail_job (jobs, job, S_ISDIR (status.st_mode) ? EISDIR : EINVAL, "There is something else of that name");
    return;
  }
  job->path = strdup (path);
  if (asprintf (&job->temporary, "%s.vbet-XXXXXX", path) < 0)
    job->temporary = NULL;
  job->file = job->temporary != NULL ? mkostemp (job->temporary, O_CLOEXEC) : -1;
  if (job->file < 0 || job->path == NULL) {
    int code = errno;
    free (job->temporary);
    job->temporary = NULL;
    fail_job (jobs, job, code, strerror (code));
  }
}

static void
end_put (Jobs *jobs, Job *job)
{
  if (fchmod (job->file, (mode_t)job->mode & 07777) != 0 || rename (job->temporary, job->path) != 0) {
    int code = errno;
    fail_job (jobs, job, code, strerror (code));
    return;
  }
  free (job->temporary);
  job->temporary = NULL;
  line_send (jobs->line, VBET_AGENT_END, job->channel, NULL, 0);
  free_job (job);
}

static void
take_data (Jobs *jobs, Job *job, const VbetAgentFrame *frame)
{
  int result = write_all (job->file, frame->payload, frame->length);
  if (result != 0)
    fail_job (jobs, job, -result, strerror (-result));
  else
    give_back (jobs, job, frame->length, false);
}

static void
start_get (Jobs *jobs, const VbetAgentFrame *frame)
{
  char path[VBET_AGENT_PATH_MAX + 1];
  struct stat status;
  Job *job = new_job (jobs, frame->channel, JOB_GET);
  if (job == NULL)
    return;
  if (!vbet_agent_read_get (frame, path)) {
    fail_job (jobs, job, EINVAL, "The path is not absolute or too long");
    return;
  }
  job->file = open (path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (job->file < 0 || fstat (job->file, &status) != 0) {
    int code = errno;
    fail_job (jobs, job, code, strerror (code));
    return;
  }
  if (!S_ISREG (status.st_mode)) {
    fail_job (jobs, job, S_ISDIR (status.st_mode) ? EISDIR : EINVAL, "This is not a regular file");
    return;
  }
  job->mode = status.st_mode & 07777;
}

static void
advance_get (Jobs *jobs, Job *job)
{
  uint8_t piece[LINE_PIECE];
  if (!line_roomy (jobs->line))
    return;
  ssize_t count = read (job->file, piece, sizeof piece);
  if (count > 0) {
    line_send (jobs->line, VBET_AGENT_DATA, job->channel, piece, (size_t)count);
  } else if (count == 0) {
    line_send_u32 (jobs->line, VBET_AGENT_END, job->channel, job->mode);
    free_job (job);
  } else if (errno != EINTR) {
    int code = errno;
    fail_job (jobs, job, code, strerror (code));
  }
}

/* --- all ----------------------------------------------------------------- */

static void
kill_job (Jobs *jobs, Job *job, const VbetAgentFrame *frame)
{
  uint32_t number = 0;
  if (job->kind != JOB_EXEC) {
    fail_job (jobs, job, ECANCELED, "Stopped");
    return;
  }
  if (!vbet_agent_read_u32 (frame, &number) || number == 0 || number >= NSIG)
    number = SIGKILL;
  kill_command (job, (int)number);
}

void
jobs_frame (Jobs *jobs, const VbetAgentFrame *frame)
{
  Job *job = find_job (jobs, frame->channel);
  switch ((int)frame->type) {
  case VBET_AGENT_EXEC:
    start_exec (jobs, frame);
    break;
  case VBET_AGENT_PUT:
    start_put (jobs, frame);
    break;
  case VBET_AGENT_GET:
    start_get (jobs, frame);
    break;
  case VBET_AGENT_STDIN:
    if (job != NULL && job->kind == JOB_EXEC)
      take_input (jobs, job, frame);
    break;
  case VBET_AGENT_DATA:
    if (job != NULL && job->kind == JOB_PUT)
      take_data (jobs, job, frame);
    break;
  case VBET_AGENT_END:
    if (job != NULL && job->kind == JOB_PUT)
      end_put (jobs, job);
    break;
  case VBET_AGENT_KILL:
    if (job != NULL)
      kill_job (jobs, job, frame);
    break;
  case VBET_AGENT_RESIZE:
    if (job != NULL && job->terminal)
      resize (job, frame);
    break;
  case VBET_AGENT_WINDOW_MORE:
    if (job != NULL && job->terminal)
      give_room (job, frame);
    break;
  default: /* late or senseless: ignored */
    break;
  }
}

int
jobs_poll (const Jobs *jobs, struct pollfd *fds, bool *ret_busy)
{
  bool roomy = line_roomy (jobs->line);
  int count = 0;
  *ret_busy = false;
  for (int i = 0; i < VBET_AGENT_JOBS_MAX; i++) {
    const Job *job = &jobs->jobs[i];
    if (job->kind == JOB_GET && roomy)
      *ret_busy = true;
    if (job->kind != JOB_EXEC)
      continue;
    if (job->pid == 0 && roomy && (!job->terminal || job->room > 0 || job->output[0] < 0))
      *ret_busy = true;
    if (job->input >= 0)
      /* Without anything to write, POLLERR still tells when the reader is gone; that can wait. */
      if (job->input_start < job->input_fill)
        fds[count++] = (struct pollfd){ .fd = job->input, .events = POLLOUT };
    for (int j = 0; j < 2 && roomy; j++)
      if (job->output[j] >= 0 && (!job->terminal || job->room > 0))
        fds[count++] = (struct pollfd){ .fd = job->output[j], .events = POLLIN };
  }
  for (int i = 0; i < jobs->drain_count; i++)
    fds[count++] = (struct pollfd){ .fd = jobs->drains[i], .events = POLLIN };
  return count;
}

static void
advance_drains (Jobs *jobs)
{
  char waste[LINE_PIECE];
  for (int i = 0; i < jobs->drain_count;) {
    ssize_t count = read (jobs->drains[i], waste, sizeof waste);
    if (count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR))) {
      i++;
      continue;
    }
    close (jobs->drains[i]);
    jobs->drains[i] = jobs->drains[--jobs->drain_count];
  }
}

void
jobs_advance (Jobs *jobs)
{
  for (int i = 0; i < VBET_AGENT_JOBS_MAX; i++) {
    Job *job = &jobs->jobs[i];
    if (job->kind == JOB_EXEC)
      advance_exec (jobs, job);
    else if (job->kind == JOB_GET)
      advance_get (jobs, job);
  }
  advance_drains (jobs);
}
