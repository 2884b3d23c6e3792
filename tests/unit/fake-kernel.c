/* fake-kernel.c - stands for user-mode Linux in tests: takes its command line, does as its own file name says.
 *
 *   good       says hello, answers commands, powers off when asked
 *   rude       says hello, ignores every signal and request, and has children in sessions of their own that do as well
 *   silent     never says hello; so does linux.uml
 *   garbage    writes noise to the agent's line, then behaves as "good"
 *   version    its agent speaks version 99
 *   panic      reports a panic and aborts
 *   exit       ends with exit code 7
 *   whoami     prints its user, and ends with 0
 *   maps       prints whether vbet-xstate.so is mapped into it, and ends with 0
 *   halt       ends at once with exit code 0
 *   crash      reports that its first program crashed, and aborts
 *   reboot     as "good"; executes itself anew when told "reboot" (once)
 *
 * Commands of "good": {"exit", N} ends with N; {"poweroff"} ends the kernel; {"cat"} copies standard input; anything else is printed back.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/agent-protocol.h"

typedef struct {
  char **argv;
  const char *behaviour;
  int line;    /* the agent's */
  int console; /* the management console, once there */
  const char *notify;
  const char *root; /* uml_dir= */
  bool copying;     /* a job copies its standard input */
  uint16_t channel;
  char file[65536]; /* the last file put */
  size_t file_size;
} Kernel;

static const char *
argument (char **argv, const char *name)
{
  for (size_t i = 1; argv[i] != NULL; i++)
    if (strncmp (argv[i], name, strlen (name)) == 0)
      return argv[i] + strlen (name);
  return NULL;
}

static void
send_frame (Kernel *self, VbetAgentType type, uint16_t channel, const void *payload, size_t size)
{
  static uint8_t frame[VBET_AGENT_FRAME_MAX];
  size_t made = vbet_agent_encode (frame, sizeof frame, type, channel, payload, size);
  for (size_t at = 0; at < made;) {
    ssize_t done = write (self->line, frame + at, made - at);
    if (done < 0 && errno != EINTR)
      _exit (90);
    at += done > 0 ? (size_t)done : 0;
  }
}

static void
send_number (Kernel *self, VbetAgentType type, uint16_t channel, uint32_t value)
{
  uint8_t bytes[4]
      = { (uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16), (uint8_t)(value >> 24) };
  send_frame (self, type, channel, bytes, sizeof bytes);
}

static void
send_hello (Kernel *self, uint32_t version)
{
  uint8_t bytes[12] = { (uint8_t)version, 0, 0, 0, 1, 0, 0, 0, VBET_AGENT_FEATURE_SPEED };
  send_frame (self, VBET_AGENT_HELLO, 0, bytes, sizeof bytes);
}

static void
notify (Kernel *self, uint32_t type, const char *text)
{
  struct sockaddr_un to = { .sun_family = AF_UNIX };
  uint8_t bytes[528] = { 0 };
  uint32_t numbers[4] = { 0xcafebabe, 2, type, (uint32_t)strlen (text) + 1 };
  int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || self->notify == NULL)
    return;
  memcpy (bytes, numbers, sizeof numbers);
  memcpy (bytes + 16, text, strlen (text));
  (void)snprintf (to.sun_path, sizeof to.sun_path, "%s", self->notify);
  (void)sendto (fd, bytes, 16 + strlen (text) + 1, 0, (struct sockaddr *)&to, sizeof to);
  close (fd);
}

/* Makes uml_dir/u/mconsole, as the kernel does early in a boot. */
static void
open_console (Kernel *self)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  char dir[sizeof address.sun_path - 16];
  if (self->root == NULL)
    return;
  (void)snprintf (dir, sizeof dir, "%s/u", self->root);
  (void)mkdir (dir, 0700);
  (void)snprintf (address.sun_path, sizeof address.sun_path, "%s/mconsole", dir);
  (void)unlink (address.sun_path);
  self->console = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (bind (self->console, (struct sockaddr *)&address, sizeof address) != 0)
    _exit (91);
  notify (self, 0, address.sun_path);
}

static void
take_exec (Kernel *self, const VbetAgentFrame *frame)
{
  const char *argv[VBET_AGENT_ARGUMENTS_MAX + 1];
  uint8_t flags;
  if (!vbet_agent_read_exec (frame, &flags, argv))
    _exit (92);
  if (strcmp (argv[0], "exit") == 0) {
    send_number (self, VBET_AGENT_EXIT, frame->channel, (uint32_t)atoi (argv[1]));
    return;
  }
  if (strcmp (argv[0], "cat") == 0) {
    self->copying = true;
    self->channel = frame->channel;
    return;
  }
  if (strcmp (argv[0], "poweroff") == 0)
    _exit (0);
  if (strcmp (argv[0], "reboot") == 0 && strstr (self->behaviour, "reboot") != NULL) {
    setenv ("REBOOTED", "1", 1);
    execv (self->argv[0], self->argv);
    _exit (93);
  }
  for (size_t i = 0; argv[i] != NULL; i++)
    send_frame (self, VBET_AGENT_STDOUT, frame->channel, argv[i], strlen (argv[i]));
  send_frame (self, VBET_AGENT_STDERR, frame->channel, "e", 1);
  send_number (self, VBET_AGENT_EXIT, frame->channel, 0);
}

static void
take_frame (Kernel *self, const VbetAgentFrame *frame)
{
  uint8_t mode[4] = { 0xa4, 1, 0, 0 };
  uint32_t index = 0, speed = 0;
  switch (frame->type) {
  case VBET_AGENT_EXEC:
    take_exec (self, frame);
    break;
  case VBET_AGENT_STDIN:
    send_frame (self, VBET_AGENT_STDOUT, frame->channel, frame->payload, frame->length);
    send_number (self, VBET_AGENT_WINDOW_MORE, frame->channel, frame->length);
    if (frame->length == 0)
      send_number (self, VBET_AGENT_EXIT, frame->channel, 0);
    break;
  case VBET_AGENT_KILL:
    send_number (self, VBET_AGENT_EXIT, frame->channel, 137);
    break;
  case VBET_AGENT_PUT:
    self->file_size = 0;
    break;
  case VBET_AGENT_DATA:
    if (self->file_size + frame->length > sizeof self->file)
      _exit (94);
    memcpy (self->file + self->file_size, frame->payload, frame->length);
    self->file_size += frame->length;
    send_number (self, VBET_AGENT_WINDOW_MORE, frame->channel, frame->length);
    break;
  case VBET_AGENT_END:
    send_frame (self, VBET_AGENT_END, frame->channel, NULL, 0);
    break;
  case VBET_AGENT_GET:
    send_frame (self, VBET_AGENT_DATA, frame->channel, self->file,
                self->file_size < 32768 ? self->file_size : 32768);
    send_frame (self, VBET_AGENT_END, frame->channel, mode, sizeof mode);
    break;
  case VBET_AGENT_CARRIER:
    (void)dprintf (1, "carrier\n");
    break;
  case VBET_AGENT_SPEED:
    if (vbet_agent_read_speed (frame, &index, &speed))
      (void)dprintf (1, "NIC %u has %u Mbit/s\n", index, speed);
    break;
  case VBET_AGENT_POWEROFF:
    _exit (0);
  case VBET_AGENT_CONSOLE_ASK:
    send_frame (self, VBET_AGENT_CONSOLE_ROOM, 0, NULL, 0);
    break;
  default:
    break;
  }
}

static void
answer_console (Kernel *self)
{
  uint8_t request[1024];
  struct {
    uint32_t error;
    uint32_t more;
    uint32_t length;
    char text[8];
  } reply = { 0, 0, 3, "ok" };
  struct sockaddr_un from;
  socklen_t size = sizeof from;
  ssize_t got = recvfrom (self->console, request, sizeof request - 1, 0, (struct sockaddr *)&from, &size);
  if (got < 12)
    return;
  request[got] = '\0';
  (void)dprintf (1, "console: %s\n", (char *)request + 12);
  if (strcmp ((char *)request + 12, "halt") == 0)
    _exit (0);
  reply.error = strstr ((char *)request + 12, "vec98") != NULL ? 1 : 0;
  (void)sendto (self->console, &reply, 12 + 3, 0, (struct sockaddr *)&from, size);
}

static void
serve (Kernel *self)
{
  static VbetAgentDecoder decoder;
  VbetAgentFrame frame;
  vbet_agent_decoder_init (&decoder);
  for (;;) {
    struct pollfd polled[]
        = { { .fd = self->line, .events = POLLIN }, { .fd = self->console, .events = POLLIN } };
    uint8_t bytes[4096];
    (void)poll (polled, 2, -1);
    if (polled[1].revents != 0)
      answer_console (self);
    if (polled[0].revents == 0)
      continue;
    ssize_t got = read (self->line, bytes, sizeof bytes);
    if (got == 0)
      _exit (95); /* vBET has gone, and should have taken us with it */
    if (got > 0)
      send_number (self, VBET_AGENT_ACK, 0, (uint32_t)got);
    for (ssize_t at = 0; at < got;) {
      at += (ssize_t)vbet_agent_decoder_push (&decoder, bytes + at, (size_t)(got - at));
      while (vbet_agent_decoder_next (&decoder, &frame))
        take_frame (self, &frame);
    }
  }
}

/* Whether a library of that name is mapped into this process. */
static bool
has_mapped (const char *library)
{
  char line[1024];
  bool found = false;
  FILE *maps = fopen ("/proc/self/maps", "re");
  while (maps != NULL && fgets (line, sizeof line, maps) != NULL)
    found = found || strstr (line, library) != NULL;
  if (maps != NULL)
    (void)fclose (maps);
  return found;
}

static void
ignore_everything (void)
{
  for (int number = 1; number < NSIG; number++)
    (void)signal (number, SIG_IGN);
}

/* A small family that leaves the kernel's process group, as a guest's programs may. */
static void
be_rude (Kernel *self)
{
  ignore_everything ();
  for (int i = 0; i < 3; i++)
    if (fork () == 0) {
      (void)setsid ();
      if (i == 0)
        (void)fork ();
      for (;;)
        (void)pause ();
    }
  if (self->line >= 0)
    send_hello (self, VBET_AGENT_VERSION);
  (void)dprintf (1, "rude\n");
  for (;;)
    (void)pause ();
}

int
main (int argc, char **argv)
{
  static Kernel kernel;
  (void)argc;
  const char *line = argument (argv, "ssl0=fd:");
  const char *name = strrchr (argv[0], '/');
  kernel.argv = argv;
  kernel.behaviour = name != NULL ? name + 1 : argv[0];
  kernel.line = line != NULL ? atoi (line) : -1;
  kernel.console = -1;
  kernel.notify = argument (argv, "mconsole=notify:");
  kernel.root = argument (argv, "uml_dir=");
  if (strcmp (kernel.behaviour, "linux.uml") == 0)
    kernel.behaviour = "silent";
  if (strcmp (kernel.behaviour, "exit") == 0)
    return 7;
  if (strcmp (kernel.behaviour, "whoami") == 0) {
    (void)dprintf (1, "user %u %u, group %u, root again %d\n", (unsigned)getuid (), (unsigned)geteuid (),
                   (unsigned)getgid (), setuid (0));
    return 0;
  }
  if (strcmp (kernel.behaviour, "maps") == 0) {
    const char *preload = getenv ("LD_PRELOAD");
    (void)dprintf (1, "%s%s\n", has_mapped ("vbet-xstate.so") ? "padded" : "bare",
                   preload != NULL && strncmp (preload, "/proc/self/fd/", 14) != 0 ? ", by a path" : "");
    return 0;
  }
  if (strcmp (kernel.behaviour, "halt") == 0)
    return 0;
  if (strcmp (kernel.behaviour, "rude") == 0)
    be_rude (&kernel);
  open_console (&kernel);
  if (strcmp (kernel.behaviour, "panic") == 0) {
    notify (&kernel, 1, "Attempted to kill init!\n exitcode=0x00000100");
    abort ();
  }
  if (strcmp (kernel.behaviour, "crash") == 0) {
    notify (&kernel, 1, "Attempted to kill init! exitcode=0x0000000b");
    abort ();
  }
  if (strcmp (kernel.behaviour, "garbage") == 0)
    for (int i = 0; i < 200; i++)
      (void)dprintf (kernel.line, "getty: noise %d\n", i);
  if (strcmp (kernel.behaviour, "version") == 0)
    send_hello (&kernel, 99);
  else if (strcmp (kernel.behaviour, "silent") != 0)
    send_hello (&kernel, VBET_AGENT_VERSION);
  (void)dprintf (1, "%s is up%s\n", kernel.behaviour, getenv ("REBOOTED") != NULL ? " again" : "");
  serve (&kernel);
  return 0;
}
