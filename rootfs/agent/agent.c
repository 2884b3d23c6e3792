/* agent.c - the engine's hand in a guest: obeys the frames of agent-protocol.h.
 *
 * One process, one poll loop, everything bounded. It is started by init when
 * the guest is up; its HELLO is what tells the engine so.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "alarms.h"
#include "carrier.h"
#include "common.h"
#include "jobs.h"
#include "line.h"
#include "speed.h"

/* Room that the answer to any one frame needs at most. */
#define ANSWER_MAX 4096
#define PING_MAX 64
#define FDS_OWN 4 /* that a turn waits for beside those of jobs */
/* The console has room for the next piece when no more than this is unread. It is looked at so often, first that long
 * after the question: the host's terminal may deliver what was typed before it a little later than the question. */
#define CONSOLE_NEARLY_READ 1024
#define CONSOLE_LOOK_MS 30

typedef struct {
  int signals;
  int console;           /* -1: there is none */
  bool console_asked;    /* the host waits for CONSOLE_ROOM */
  long console_asked_at; /* milliseconds */
  Alarms alarms;
  Carrier carrier;
  uint8_t said[CARRIER_NICS_MAX + 1]; /* of carrier.state, what the host knows */
  Line line;
  Jobs jobs;
} Agent;

static void
say_hello (Agent *agent, bool started)
{
  uint8_t frame[VBET_AGENT_HEADER + 16];
  size_t size = vbet_agent_encode_hello (frame, sizeof frame, started);
  line_send (&agent->line, VBET_AGENT_HELLO, 0, frame + VBET_AGENT_HEADER, size - VBET_AGENT_HEADER);
}

static long
now_ms (void)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Bytes on the console that nobody has read; 0 when that cannot be known. */
static int
console_unread (Agent *agent)
{
  int unread = 0;
  if (agent->console >= 0 && ioctl (agent->console, FIONREAD, &unread) == 0)
    return unread;
  /* The end of the console's shell hangs up every descriptor of it. */
  if (agent->console >= 0)
    close (agent->console);
  agent->console = open (CONSOLE, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  return agent->console >= 0 && ioctl (agent->console, FIONREAD, &unread) == 0 ? unread : 0;
}

/* Answers CONSOLE_ASK once the shell has nearly caught up, and the last piece has certainly arrived. */
static void
look_at_console (Agent *agent)
{
  if (!agent->console_asked || now_ms () - agent->console_asked_at < CONSOLE_LOOK_MS
      || console_unread (agent) > CONSOLE_NEARLY_READ)
    return;
  if (line_send (&agent->line, VBET_AGENT_CONSOLE_ROOM, 0, NULL, 0))
    agent->console_asked = false;
}

static void
set_clock (const VbetAgentFrame *frame)
{
  uint64_t nanoseconds;
  if (!vbet_agent_read_clock (frame, &nanoseconds))
    return;
  struct timespec now
      = { .tv_sec = (time_t)(nanoseconds / 1000000000), .tv_nsec = (long)(nanoseconds % 1000000000) };
  clock_settime (CLOCK_REALTIME, &now);
}

/* Frames of channel 0. */
static void
control_frame (Agent *agent, const VbetAgentFrame *frame)
{
  uint32_t index, speed;
  bool carrier;
  switch ((int)frame->type) {
  case VBET_AGENT_PING:
    say_hello (agent, false);
    line_send (&agent->line, VBET_AGENT_PONG, 0, frame->payload,
               frame->length < PING_MAX ? frame->length : PING_MAX);
    break;
  case VBET_AGENT_CARRIER:
    if (vbet_agent_read_carrier (frame, &index, &carrier)) {
      int result = carrier_set (&agent->carrier, index, carrier);
      if (result != 0)
        line_send_error (&agent->line, 0, -result, "The link state cannot be set");
    }
    break;
  case VBET_AGENT_SPEED:
    if (vbet_agent_read_speed (frame, &index, &speed)) {
      int result = speed_set (index, speed);
      if (result != 0)
        line_send_error (&agent->line, 0, -result, "The speed of the link cannot be set");
    }
    break;
  case VBET_AGENT_LINK_ASK:
    memset (agent->said, 0, sizeof agent->said);
    carrier_ask (&agent->carrier);
    break;
  case VBET_AGENT_CLOCK:
    set_clock (frame);
    break;
  case VBET_AGENT_POWEROFF:
    kill (getppid (), SIGUSR2);
    break;
  case VBET_AGENT_CONSOLE_ASK:
    agent->console_asked = true;
    agent->console_asked_at = now_ms ();
    break;
  default: /* senseless: ignored */
    break;
  }
}

static void
handle_frames (Agent *agent)
{
  VbetAgentFrame frame;
  /* What there is no room to answer stays in the decoder, and then the line is not read either. */
  while (line_room (&agent->line) >= ANSWER_MAX && vbet_agent_decoder_next (&agent->line.decoder, &frame)) {
    if (frame.channel == 0)
      control_frame (agent, &frame);
    else
      jobs_frame (&agent->jobs, &frame);
  }
}

static void
read_signals (Agent *agent)
{
  struct signalfd_siginfo info;
  bool child = false;
  while (read (agent->signals, &info, sizeof info) == (ssize_t)sizeof info)
    child = child || info.ssi_signo == SIGCHLD;
  if (child)
    jobs_reap (&agent->jobs);
}

/* What there is no room for is said in a later turn. */
static void
say_links (Agent *agent)
{
  for (unsigned i = 1; agent->carrier.states_asked && i <= CARRIER_NICS_MAX; i++) {
    uint8_t frame[VBET_AGENT_HEADER + 8];
    uint8_t state = agent->carrier.state[i];
    if (state == agent->said[i])
      continue;
    if (line_room (&agent->line) < ANSWER_MAX)
      return;
    agent->said[i] = state;
    if (state == 0)
      continue;
    size_t size = vbet_agent_encode_link (frame, sizeof frame, i, state == 2);
    line_send (&agent->line, VBET_AGENT_LINK, 0, frame + VBET_AGENT_HEADER, size - VBET_AGENT_HEADER);
  }
}

/* One turn. Returns: 0 or -errno when the line is gone. */
static int
turn (Agent *agent, struct pollfd *fds)
{
  bool busy = false;
  bool can_answer = line_room (&agent->line) >= ANSWER_MAX;
  bool unsent = agent->line.start < agent->line.fill;
  fds[0] = (struct pollfd){ .fd = agent->line.fd,
                            .events = (short)((can_answer ? POLLIN : 0) | (unsent ? POLLOUT : 0)) };
  fds[1] = (struct pollfd){ .fd = agent->signals, .events = POLLIN };
  fds[2] = (struct pollfd){ .fd = agent->carrier.watch, .events = POLLIN };
  fds[3] = (struct pollfd){ .fd = alarms_roomy (&agent->line) ? agent->alarms.watch : -1, .events = POLLIN };
  int count = FDS_OWN + jobs_poll (&agent->jobs, fds + FDS_OWN, &busy);
  if (poll (fds, (nfds_t)count, busy ? 0 : agent->console_asked ? CONSOLE_LOOK_MS : -1) < 0 && errno != EINTR)
    return -errno;
  int result = 0;
  if (can_answer && (fds[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
    result = line_read (&agent->line);
  handle_frames (agent);
  if ((fds[1].revents & POLLIN) != 0)
    read_signals (agent);
  if ((fds[2].revents & POLLIN) != 0)
    carrier_watch (&agent->carrier);
  if ((fds[3].revents & POLLIN) != 0)
    alarms_watch (&agent->alarms, &agent->line);
  say_links (agent);
  jobs_advance (&agent->jobs);
  look_at_console (agent);
  return result != 0 ? result : line_flush (&agent->line);
}

int
agent_main (int argc, char **argv)
{
  struct pollfd fds[FDS_OWN + JOBS_POLL_MAX];
  sigset_t signals;
  if (argc != 2) {
    fprintf (stderr, "Usage: vbet-agent LINE\n"
                     "Obeys the lab's engine at the other end of the serial line LINE.\n");
    return 2;
  }
  /* Zero pages of its own: what is not used costs nothing. */
  Agent *agent = mmap (NULL, sizeof *agent, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (agent == MAP_FAILED)
    return 1;
  sigemptyset (&signals);
  sigaddset (&signals, SIGCHLD);
  sigprocmask (SIG_SETMASK, &signals, NULL);
  signal (SIGPIPE, SIG_IGN);
  agent->signals = signalfd (-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
  int result = line_open (&agent->line, argv[1]);
  if (agent->signals < 0 || result != 0) {
    fprintf (stderr, "vbet-agent: %s: %s\n", argv[1], strerror (result != 0 ? -result : errno));
    return 1;
  }
  carrier_open (&agent->carrier); /* without rtnetlink it does everything else */
  jobs_init (&agent->jobs, &agent->line);
  agent->console = -1;
  alarms_begin (&agent->alarms, &agent->line); /* first: whoever hears HELLO knows how the boot went */
  say_hello (agent, true);
  while (result == 0)
    result = turn (agent, fds);
  fprintf (stderr, "vbet-agent: the line is gone: %s\n", strerror (-result));
  return 1;
}
