/* daemon.c - the process that is a node of a Chord ring; see daemon.h.
 *
 * One loop waits for datagrams, commands, signals and the core's deadline.
 * Nothing blocks: a command that does not read its answer is dropped.
 */
#define _GNU_SOURCE
#include "daemon.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "control.h"

#define SECOND INT64_C (1000000000)
#define INTERVAL SECOND      /* between two turns of stabilise */
#define TIMEOUT (SECOND / 2) /* of one datagram's answer */
#define CLIENTS_MAX 16
#define DATAGRAMS_A_TURN 64 /* before commands and the clock are looked at again */
#define WORDS_MAX 3

typedef enum { ASKS_NOTHING, ASKS_LOOKUP, ASKS_GET, ASKS_PUT, ASKS_RING, ASKS_LEAVE } Question;

/* A command that is connected. */
typedef struct {
  int fd;            /* -1: free */
  Question question; /* that has not been answered */
  unsigned op;       /* of the core; of the first four */
  bool ended;        /* its answer is complete, or it is gone */
  unsigned lines;
  ChordPeer last; /* the last node of a walk that answered */
} Client;

enum { POLL_NETWORK, POLL_CONTROL, POLL_SIGNALS, POLL_CLIENTS, POLLS = POLL_CLIENTS + CLIENTS_MAX };

typedef struct {
  const DaemonOptions *options;
  ChordNode *node;
  int network;
  int control;
  int signals;
  int ready; /* where the process that started this one waits; -1: nobody does */
  int status;
  bool leaving;
  bool over;
  Client clients[CLIENTS_MAX];
} Daemon;

static int64_t
clock_now (void)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * SECOND + now.tv_nsec;
}

/* --- to a command ------------------------------------------------------------------- */

static void
send_packet (Client *client, char type, const void *bytes, size_t size)
{
  char packet[CONTROL_PACKET_MAX];
  packet[0] = type;
  memcpy (packet + 1, bytes, size);
  if (!client->ended && send (client->fd, packet, size + 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
    client->ended = true;
}

static void say (Client *client, const char *format, ...) __attribute__ ((format (printf, 2, 3)));
static void end (Client *client, int status, const char *format, ...) __attribute__ ((format (printf, 3, 4)));

/* A line of output. */
static void
say (Client *client, const char *format, ...)
{
  char text[CONTROL_PACKET_MAX - 1];
  va_list arguments;
  va_start (arguments, format);
  int size = vsnprintf (text, sizeof text, format, arguments);
  va_end (arguments);
  send_packet (client, CONTROL_OUTPUT, text, (size_t)size < sizeof text ? (size_t)size : sizeof text - 1);
}

/* The exit code and what is to be said of it, "" for nothing. */
static void
end (Client *client, int status, const char *format, ...)
{
  char text[256] = { (char)status };
  va_list arguments;
  va_start (arguments, format);
  vsnprintf (text + 1, sizeof text - 1, format, arguments);
  va_end (arguments);
  send_packet (client, CONTROL_END, text, 1 + strlen (text + 1));
  client->ended = true;
}

static void
say_peer (Client *client, const char *what, const ChordPeer *peer, const char *more)
{
  char id[CHORD_ID_TEXT_SIZE], address[CHORD_PEER_TEXT_SIZE];
  chord_id_text (&peer->id, id);
  chord_peer_text (peer, address);
  say (client, "%-12s %s %s%s\n", what, id, address, more);
}

/* --- what the core has to say ---------------------------------------------------------- */

static void
on_send (const ChordPeer *to, const uint8_t *data, size_t size, void *user_data)
{
  Daemon *self = user_data;
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (to->port) };
  address.sin_addr.s_addr = htonl (to->address);
  /* What cannot be sent is lost, as on any network: the core asks again. */
  sendto (self->network, data, size, MSG_DONTWAIT, (struct sockaddr *)&address, sizeof address);
}

static bool
waits_for_core (const Client *client)
{
  return client->fd >= 0 && client->question > ASKS_NOTHING && client->question < ASKS_LEAVE;
}

static Client *
client_of (Daemon *self, unsigned op)
{
  for (unsigned i = 0; i < CLIENTS_MAX; i++)
    if (waits_for_core (&self->clients[i]) && self->clients[i].op == op)
      return &self->clients[i];
  return NULL;
}

static void
on_step (unsigned op, const ChordStep *step, void *user_data)
{
  Client *client = client_of (user_data, op);
  char what[16], more[64] = "";
  if (client == NULL)
    return;
  snprintf (what, sizeof what, "%u", client->lines + 1);
  if (client->question == ASKS_RING)
    snprintf (more, sizeof more, " %u keys, %u of them its own", step->held, step->owned);
  say_peer (client,
            step->silent  ? "-"
            : step->owner ? "owner"
                          : what,
            &step->peer, step->silent ? " does not answer" : more);
  if (step->silent)
    return;
  client->lines++;
  client->last = step->peer;
}

static void
end_get (Client *client, const ChordAnswer *answer)
{
  send_packet (client, CONTROL_OUTPUT, answer->value, answer->value_size);
  say (client, "\n");
  end (client, EXIT_DONE, "%s", "");
}

static void
end_ring (Client *client, const ChordAnswer *answer)
{
  char address[CHORD_PEER_TEXT_SIZE];
  chord_peer_text (&client->last, address);
  if (answer->result == CHORD_DONE)
    end (client, EXIT_DONE, "%s", "");
  else
    end (client, EXIT_FAILED, "the ring does not close: nobody follows %s; ask again in some seconds",
         address);
}

static void
on_answer (unsigned op, const ChordAnswer *answer, void *user_data)
{
  Client *client = client_of (user_data, op);
  if (client == NULL)
    return;
  Question question = client->question;
  client->question = ASKS_NOTHING;
  if (question == ASKS_RING)
    end_ring (client, answer);
  else if (answer->result == CHORD_NOT_FOUND)
    end (client, EXIT_FAILED, "nobody in the ring has that key");
  else if (answer->result == CHORD_NO_ROOM)
    end (client, EXIT_FAILED, "those who should keep the key are full; let more nodes join");
  else if (answer->result != CHORD_DONE)
    end (client, EXIT_FAILED,
         "nobody who should know answers; ask again in some seconds, the ring may be healing");
  else if (question == ASKS_GET)
    end_get (client, answer);
  else if (question == ASKS_PUT)
    say (client, "stored at %u node%s\n", answer->copies, answer->copies == 1 ? "" : "s");
  if (!client->ended)
    end (client, EXIT_DONE, "%s", "");
}

/* Away from the terminal: what it would say from now on nobody would read. */
static void
detach (void)
{
  int null = open ("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0)
    return;
  dup2 (null, STDIN_FILENO);
  dup2 (null, STDOUT_FILENO);
  dup2 (null, STDERR_FILENO);
  close (null);
}

/* Whoever started this process may go: with this exit code. */
static void
tell_ready (Daemon *self, int status)
{
  char byte = (char)status;
  if (self->ready < 0)
    return;
  if (write (self->ready, &byte, 1) < 0)
    complain ("nobody waits for this node any more: %s", strerror (errno));
  close (self->ready);
  self->ready = -1;
  detach ();
}

static void
on_joined (bool joined, void *user_data)
{
  Daemon *self = user_data;
  char address[CHORD_PEER_TEXT_SIZE];
  if (!joined) {
    chord_peer_text (&self->options->via, address);
    complain (
        "no node of a ring answers at %s; start one there by \"chord join\", or see whether ping reaches it",
        address);
    self->status = EXIT_FAILED;
    self->over = true;
  }
  tell_ready (self, joined ? EXIT_DONE : EXIT_FAILED);
}

static void
on_left (bool handed_over, void *user_data)
{
  Daemon *self = user_data;
  unsigned keys = chord_keys (self->node)->n;
  self->over = true;
  for (unsigned i = 0; i < CLIENTS_MAX; i++) {
    Client *client = &self->clients[i];
    if (client->fd < 0 || client->question != ASKS_LEAVE)
      continue;
    if (!handed_over)
      say (client, "nobody was there to take all of its %u key%s\n", keys, keys == 1 ? "" : "s");
    end (client, EXIT_DONE, "%s", "");
  }
}

/* --- commands --------------------------------------------------------------------------- */

static void
answer_status (Daemon *self, Client *client)
{
  char what[24];
  unsigned count;
  const ChordPeer *successors = chord_successors (self->node, &count);
  const ChordPeer *predecessor = chord_predecessor (self->node);
  say_peer (client, "node", chord_self (self->node), "");
  if (predecessor != NULL)
    say_peer (client, "predecessor", predecessor, "");
  for (unsigned i = 0; i < count; i++) {
    snprintf (what, sizeof what, "successor %u", i + 1);
    say_peer (client, what, &successors[i], "");
  }
  for (unsigned first = 0, next; first < CHORD_ID_BITS; first = next) {
    const ChordPeer *finger = chord_finger (self->node, first);
    for (next = first + 1; next < CHORD_ID_BITS; next++) {
      const ChordPeer *other = chord_finger (self->node, next);
      if (finger == NULL ? other != NULL : other == NULL || !chord_peer_equal (finger, other))
        break;
    }
    snprintf (what, sizeof what, first + 1 == next ? "finger %u" : "finger %u-%u", first, next - 1);
    if (finger != NULL)
      say_peer (client, what, finger, "");
  }
  say (client, "%-12s %u, %u of them its own\n", "keys", chord_keys (self->node)->n,
       chord_owned (self->node));
  end (client, EXIT_DONE, "%s", "");
}

static void
begin_leaving (Daemon *self)
{
  if (!self->leaving)
    chord_leave (self->node, clock_now ());
  self->leaving = true;
}

/* @op is the number of a question that the core took, or -errno. */
static void
wait_for_core (Client *client, Question question, int op)
{
  if (op >= 0) {
    client->question = question;
    client->op = (unsigned)op;
  } else if (op == -EMSGSIZE) {
    end (client, EXIT_USAGE, "a key has 1 to %d bytes and a value at most %d", CHORD_KEY_MAX,
         CHORD_VALUE_MAX);
  } else if (op == -EBUSY) {
    end (client, EXIT_FAILED, "the node is asked too much at a time; wait for the other answers");
  } else {
    end (client, EXIT_FAILED, "the node is not in a ring yet, or leaves it; ask again in some seconds");
  }
}

static void
begin_lookup (Daemon *self, Client *client, const char *key)
{
  char id[CHORD_ID_TEXT_SIZE];
  size_t size = strlen (key);
  ChordId target = chord_id_of (key, size);
  wait_for_core (client, ASKS_LOOKUP, chord_lookup (self->node, (const uint8_t *)key, size, clock_now ()));
  chord_id_text (&target, id);
  if (!client->ended)
    say (client, "%-12s %s\n", "key", id);
}

static void
on_command (Daemon *self, Client *client, const char *packet, size_t size)
{
  const char *words[WORDS_MAX];
  size_t count = control_unpack (packet, size, words, WORDS_MAX);
  int64_t now = clock_now ();
  const char *verb = count > 0 ? words[0] : "";
  const uint8_t *key = count > 1 ? (const uint8_t *)words[1] : NULL;
  if (strcmp (verb, "status") == 0 && count == 1)
    answer_status (self, client);
  else if (strcmp (verb, "ring") == 0 && count == 1)
    wait_for_core (client, ASKS_RING, chord_walk (self->node, now));
  else if (strcmp (verb, "lookup") == 0 && count == 2)
    begin_lookup (self, client, words[1]);
  else if (strcmp (verb, "get") == 0 && count == 2)
    wait_for_core (client, ASKS_GET, chord_get (self->node, key, strlen (words[1]), now));
  else if (strcmp (verb, "put") == 0 && count == 3)
    wait_for_core (
        client, ASKS_PUT,
        chord_put (self->node, key, strlen (words[1]), (const uint8_t *)words[2], strlen (words[2]), now));
  else if (strcmp (verb, "leave") == 0 && count == 1)
    client->question = ASKS_LEAVE;
  else
    end (client, EXIT_USAGE, "the node does not know that command; is it of another version?");
  if (client->question == ASKS_LEAVE)
    begin_leaving (self);
}

/* --- the loop --------------------------------------------------------------------------- */

static void
read_network (Daemon *self)
{
  uint8_t data[CHORD_MESSAGE_MAX + 1]; /* a longer datagram is cut off to what is too long */
  for (unsigned i = 0; i < DATAGRAMS_A_TURN; i++) {
    struct sockaddr_in from = { .sin_family = AF_INET };
    socklen_t from_size = sizeof from;
    ssize_t size
        = recvfrom (self->network, data, sizeof data, MSG_DONTWAIT, (struct sockaddr *)&from, &from_size);
    if (size < 0)
      return;
    chord_input (self->node, ntohl (from.sin_addr.s_addr), ntohs (from.sin_port), data, (size_t)size,
                 clock_now ());
  }
}

static void
accept_client (Daemon *self)
{
  int fd = accept4 (self->control, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  for (unsigned i = 0; fd >= 0 && i < CLIENTS_MAX; i++)
    if (self->clients[i].fd < 0) {
      self->clients[i] = (Client){ .fd = fd };
      return;
    }
  if (fd >= 0)
    close (fd);
}

static void
read_client (Daemon *self, Client *client)
{
  char packet[CONTROL_PACKET_MAX];
  ssize_t size = recv (client->fd, packet, sizeof packet, MSG_DONTWAIT);
  if (size <= 0)
    client->ended = size == 0 || errno != EAGAIN;
  else if (client->question == ASKS_NOTHING)
    on_command (self, client, packet, (size_t)size);
}

/* The first signal makes the node leave, another one ends it. */
static void
read_signal (Daemon *self)
{
  struct signalfd_siginfo info;
  if (read (self->signals, &info, sizeof info) != (ssize_t)sizeof info)
    return;
  self->over = self->over || self->leaving;
  begin_leaving (self);
}

/* Closes those that are served, or gone; what they asked is forgotten. */
static void
close_clients (Daemon *self)
{
  for (unsigned i = 0; i < CLIENTS_MAX; i++) {
    Client *client = &self->clients[i];
    if (client->fd < 0 || !client->ended)
      continue;
    if (waits_for_core (client))
      chord_forget (self->node, client->op);
    close (client->fd);
    client->fd = -1;
  }
}

static int
milliseconds_left (const Daemon *self)
{
  int64_t deadline = chord_deadline (self->node), now = clock_now ();
  if (deadline <= now)
    return 0;
  int64_t left = (deadline - now) / 1000000 + 1;
  return left < 60000 ? (int)left : 60000;
}

static void
wait_and_serve (Daemon *self)
{
  struct pollfd polls[POLLS] = { [POLL_NETWORK] = { self->network, POLLIN, 0 },
                                 [POLL_CONTROL] = { self->control, POLLIN, 0 },
                                 [POLL_SIGNALS] = { self->signals, POLLIN, 0 } };
  for (unsigned i = 0; i < CLIENTS_MAX; i++)
    polls[POLL_CLIENTS + i] = (struct pollfd){ self->clients[i].fd, POLLIN, 0 };
  if (poll (polls, POLLS, milliseconds_left (self)) > 0) {
    if (polls[POLL_NETWORK].revents != 0)
      read_network (self);
    for (unsigned i = 0; i < CLIENTS_MAX; i++)
      if (polls[POLL_CLIENTS + i].revents != 0)
        read_client (self, &self->clients[i]);
    if (polls[POLL_CONTROL].revents != 0)
      accept_client (self);
    if (polls[POLL_SIGNALS].revents != 0)
      read_signal (self);
  }
  if (!self->over && chord_deadline (self->node) <= clock_now ())
    chord_run (self->node, clock_now ());
  close_clients (self);
}

/* --- beginning and end --------------------------------------------------------------------- */

static int
open_network (const ChordPeer *listen)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (listen->port) };
  address.sin_addr.s_addr = htonl (listen->address);
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && bind (fd, (struct sockaddr *)&address, sizeof address) == 0)
    return fd;
  int r = -errno;
  if (fd >= 0)
    close (fd);
  return r;
}

static int
open_signals (void)
{
  sigset_t set;
  sigemptyset (&set);
  sigaddset (&set, SIGINT);
  sigaddset (&set, SIGTERM);
  sigaddset (&set, SIGHUP);
  sigprocmask (SIG_BLOCK, &set, NULL);
  return signalfd (-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static bool
open_all (Daemon *self)
{
  char address[CHORD_PEER_TEXT_SIZE];
  chord_peer_text (&self->options->listen, address);
  self->control = control_listen (self->options->socket);
  if (self->control == -EADDRINUSE)
    complain (
        "a node runs here already, with %s; end it by \"chord leave\", or name another socket by --socket",
        self->options->socket);
  else if (self->control < 0)
    complain ("the socket %s cannot be made (%s); name another one by --socket", self->options->socket,
              strerror (-self->control));
  if (self->control < 0)
    return false;
  self->network = open_network (&self->options->listen);
  if (self->network >= 0)
    return true;
  complain ("UDP at %s cannot be had (%s); name an address of this host and a free port by --listen", address,
            strerror (-self->network));
  close (self->control);
  unlink (self->options->socket);
  return false;
}

static ChordNode *
make_node (Daemon *self)
{
  ChordConfig config = { .address = self->options->listen.address,
                         .port = self->options->listen.port,
                         .interval = INTERVAL,
                         .timeout = TIMEOUT,
                         .user_data = self,
                         .send = on_send,
                         .step = on_step,
                         .answer = on_answer,
                         .joined = on_joined,
                         .left = on_left };
  if (getrandom (&config.seed, sizeof config.seed, 0) != (ssize_t)sizeof config.seed)
    return NULL;
  return chord_new (&config, clock_now ());
}

static int
serve (Daemon *self)
{
  self->signals = open_signals ();
  self->node = make_node (self);
  if (self->signals < 0 || self->node == NULL) {
    complain ("the node cannot start: %s", strerror (errno));
    self->over = true;
    self->status = EXIT_FAILED;
  } else if (self->options->via.port != 0) {
    chord_join (self->node, &self->options->via, clock_now ());
  } else {
    chord_create (self->node, clock_now ());
    tell_ready (self, EXIT_DONE);
  }
  while (!self->over)
    wait_and_serve (self);
  /* Before clients learn of the end by theirs, so that the next node can have the name at once. */
  unlink (self->options->socket);
  tell_ready (self, EXIT_FAILED); /* unless it was in a ring */
  chord_free (self->node);
  return self->status;
}

/* Returns: the exit code that the node in the background told. */
static int
wait_until_ready (int fd)
{
  char status;
  ssize_t size;
  do
    size = read (fd, &status, 1);
  while (size < 0 && errno == EINTR);
  if (size == 1)
    return status;
  complain ("the node ended before it was in a ring");
  return EXIT_FAILED;
}

static int
serve_in_background (Daemon *self)
{
  int ends[2];
  if (pipe2 (ends, O_CLOEXEC) < 0)
    return -errno;
  pid_t child = fork ();
  if (child < 0)
    return -errno;
  if (child > 0) {
    close (ends[1]);
    return wait_until_ready (ends[0]);
  }
  close (ends[0]);
  self->ready = ends[1];
  setsid ();
  _exit (serve (self));
}

int
daemon_run (const DaemonOptions *options)
{
  Daemon self = { .options = options, .ready = -1 };
  for (unsigned i = 0; i < CLIENTS_MAX; i++)
    self.clients[i].fd = -1;
  if (!open_all (&self))
    return EXIT_FAILED;
  int status = options->foreground ? serve (&self) : serve_in_background (&self);
  if (status >= 0)
    return status;
  complain ("no process for the node: %s", strerror (-status));
  unlink (options->socket);
  return EXIT_FAILED;
}
