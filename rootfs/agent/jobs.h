/* jobs.h - what the engine has asked for and is not done yet: commands, files to write, files to read.
 *
 * Each job is bounded: input waits in a buffer of one window, output is read
 * only while the line has room.
 */
#pragma once

#include <poll.h>
#include <sys/types.h>

#include "line.h"

typedef enum {
  JOB_FREE,
  JOB_EXEC,
  JOB_PUT,
  JOB_GET,
} JobKind;

typedef struct {
  JobKind kind;
  uint16_t channel;
  /* EXEC */
  pid_t pid;        /* also the process group; 0 once it is reaped */
  int status;       /* exit code for the host */
  bool input_ended; /* the host's end of file has come */
  int input;        /* write end of standard input, -1 */
  int output
      [2]; /* read ends of standard output and error, -1; of a terminal: its master, twice (see @input) */
  bool terminal;
  uint32_t room; /* bytes of output that the host still takes; of a terminal */
  size_t input_start;
  size_t input_fill;
  uint32_t returned; /* bytes of window not yet given back */
  /* PUT, GET */
  int file;
  uint32_t mode;
  char *path;
  char *temporary;
  uint8_t input_buffer[VBET_AGENT_WINDOW];
} Job;

/* Pipes that programs in the background still hold when their job is over: read and thrown away. */
#define DRAINS_MAX 64

typedef struct {
  Line *line;
  int drain_count;
  int drains[DRAINS_MAX];
  Job jobs[VBET_AGENT_JOBS_MAX];
} Jobs;

void jobs_init (Jobs *jobs, Line *line);

/** jobs_frame: handles a frame of a channel other than 0. */
void jobs_frame (Jobs *jobs, const VbetAgentFrame *frame);
/** jobs_reap: SIGCHLD came. */
void jobs_reap (Jobs *jobs);

/* At most so many descriptors are polled. */
#define JOBS_POLL_MAX (VBET_AGENT_JOBS_MAX * 3 + DRAINS_MAX)
/** jobs_poll: fills in what to wait for; *@ret_busy: do not wait at all. Returns: how many. */
int jobs_poll (const Jobs *jobs, struct pollfd *fds, bool *ret_busy);
/** jobs_advance: moves everything that can move now. */
void jobs_advance (Jobs *jobs);
