/* server.c - the process that gives the policy to all firewalls which have the key; see server.h.
 *
 * One loop, and nothing blocks: who reads slowly, or not at all, only loses the own connection.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "files.h"
#include "server.h"
#include "text.h"

#define FIREWALLS_MAX 64
#define SILENT_AFTER 5     /* seconds without a report */
#define SETTLED_AFTER 0.3  /* seconds: an editor may still be at a file that is younger */
#define STRANGERS_EVERY 10 /* seconds between two lines of the log */
#define TELL_EVERY 0.2     /* seconds: a flood of connections is not one of files */
#define ACCEPTS_A_TURN 16
#define SHOW_SIZE 32768

typedef struct {
  int fd; /* -1: free */
  in_addr_t address;
  double begun;
  uint8_t challenge[POLICY_NONCE_SIZE];
  uint8_t in[POLICY_REPORT_MAX];
  size_t in_size;
  uint8_t *out; /* (nullable): the answer */
  size_t out_size;
  size_t sent;
} Client;

typedef struct {
  char name[POLICY_HOST_SIZE]; /* empty: free */
  in_addr_t address;
  double seen;
  char seen_text[20];
  uint32_t version;
  bool refuses;
  char reason[POLICY_REASON_SIZE];
} Firewall;

typedef struct {
  const ServerOptions *options;
  PolicyKey key;
  int listener;
  Client clients[SERVER_CLIENTS];
  Firewall firewalls[FIREWALLS_MAX];
  unsigned strangers; /* connections that brought no report which counts */
  in_addr_t stranger;
  double stranger_logged;
  char text[POLICY_SIZE_MAX + 1]; /* as it was read last */
  double told_at;
  bool untold; /* whether something may have changed since */
  char told[SHOW_SIZE];
  char telling[SHOW_SIZE];
} Server;

static void
address_text (in_addr_t address, char ret_text[INET_ADDRSTRLEN])
{
  struct in_addr in = { address };
  inet_ntop (AF_INET, &in, ret_text, INET_ADDRSTRLEN);
}

static void
version_text (uint32_t version, char ret_text[12])
{
  if (version > 0)
    snprintf (ret_text, 12, "%u", version);
  else
    snprintf (ret_text, 12, "none");
}

/* --- what "fwpolicy show" shows -------------------------------------------------------------- */

/* The file: 0 and its size, or as files_read(). */
static int
read_policy (Server *self, uint64_t *ret_size)
{
  char path[FWPOLICY_PATH_SIZE];
  files_path (self->options->root, FWPOLICY_TEXT, path);
  return files_read (path, self->text, sizeof self->text, ret_size);
}

static void
tell_policy (Server *self, PolicyText *text)
{
  static const char format[] = "policy       %s\n";
  uint64_t size;
  char reason[POLICY_REASON_SIZE];
  Policy policy;
  int r = read_policy (self, &size);
  if (r == -EFBIG)
    policy_too_large ((size_t)size, reason);
  if (r < 0)
    policy_text_add (text, format, r == -EFBIG ? reason : r == -EINVAL ? "it is no file" : strerror (-r));
  else if (policy_parse (self->text, (size_t)size, &policy, reason))
    policy_text_add (text, "policy       version %u\n", policy.version);
  else
    policy_text_add (text, format, reason);
}

static void
tell_firewall (const Firewall *firewall, double now, PolicyText *text)
{
  char line[POLICY_REASON_SIZE + 128], address[INET_ADDRSTRLEN], version[12];
  address_text (firewall->address, address);
  version_text (firewall->version, version);
  int size = snprintf (line, sizeof line, "%-12s %-15s  %-10s ", firewall->name, address, version);
  if (now - firewall->seen > SILENT_AFTER)
    snprintf (line + size, sizeof line - (size_t)size, "silent since %s", firewall->seen_text);
  else if (firewall->refuses)
    snprintf (line + size, sizeof line - (size_t)size, "refuses: %s", firewall->reason);
  else
    snprintf (line + size, sizeof line - (size_t)size, "%s", firewall->version == 0 ? "waits" : "in force");
  policy_text_add (text, "%s\n", line);
}

/* The one whose name comes next after @name; NULL: none. */
static const Firewall *
next_firewall (const Server *self, const char *name)
{
  const Firewall *next = NULL;
  for (unsigned i = 0; i < FIREWALLS_MAX; i++) {
    const Firewall *one = &self->firewalls[i];
    if (strcmp (one->name, name) > 0 && (next == NULL || strcmp (one->name, next->name) < 0))
      next = one;
  }
  return next;
}

static void
tell (Server *self)
{
  PolicyText text;
  char address[INET_ADDRSTRLEN];
  double now = clock_seconds ();
  if (now - self->told_at < TELL_EVERY)
    return;
  self->told_at = now;
  self->untold = false;
  policy_text_begin (&text, self->telling, sizeof self->telling);
  tell_policy (self, &text);
  policy_text_add (&text, "firewall     address          version    state\n");
  for (const Firewall *one = next_firewall (self, ""); one != NULL; one = next_firewall (self, one->name))
    tell_firewall (one, now, &text);
  if (self->strangers > 0) {
    address_text (self->stranger, address);
    policy_text_add (&text, "strangers    %u connections without the key, the last one from %s\n",
                     self->strangers, address);
  }
  files_tell (self->options->root, "server", self->telling, self->told, sizeof self->told);
}

/* --- firewalls and strangers ----------------------------------------------------------------- */

/* The one of that name; else a free one, or the one that has been silent for longest. */
static Firewall *
firewall_of (Server *self, const char *name)
{
  Firewall *best = NULL;
  for (unsigned i = 0; i < FIREWALLS_MAX; i++) {
    Firewall *one = &self->firewalls[i];
    if (strcmp (one->name, name) == 0)
      return one;
    if (best == NULL || one->seen < best->seen)
      best = one;
  }
  memset (best, 0, sizeof *best);
  return best;
}

static void
remember (Server *self, const Client *client, const PolicyReport *report)
{
  Firewall *firewall = firewall_of (self, report->name);
  char address[INET_ADDRSTRLEN], version[12];
  bool news = firewall->version != report->version || firewall->refuses != report->refuses
              || strcmp (firewall->reason, report->reason) != 0 || firewall->name[0] == '\0';
  memcpy (firewall->name, report->name, sizeof firewall->name);
  memcpy (firewall->reason, report->reason, sizeof firewall->reason);
  firewall->version = report->version;
  firewall->refuses = report->refuses;
  firewall->address = client->address;
  firewall->seen = clock_seconds ();
  clock_text (firewall->seen_text);
  address_text (client->address, address);
  version_text (report->version, version);
  if (news)
    files_log (self->options->root, "%s (%s): version in force: %s%s%s", report->name, address, version,
               report->refuses ? "; refuses: " : "", report->reason);
}

static void
count_stranger (Server *self, const Client *client)
{
  char address[INET_ADDRSTRLEN];
  double now = clock_seconds ();
  self->strangers++;
  self->stranger = client->address;
  if (self->strangers > 1 && now - self->stranger_logged < STRANGERS_EVERY)
    return;
  self->stranger_logged = now;
  address_text (client->address, address);
  files_log (self->options->root, "%s has not the key, or sends no report (%u such connections so far)",
             address, self->strangers);
}

/* --- answers ----------------------------------------------------------------------------------- */

static bool
is_settled (const Server *self)
{
  char path[FWPOLICY_PATH_SIZE];
  struct stat status;
  struct timespec now;
  files_path (self->options->root, FWPOLICY_TEXT, path);
  clock_gettime (CLOCK_REALTIME, &now);
  if (stat (path, &status) < 0)
    return true;
  double age
      = (double)(now.tv_sec - status.st_mtim.tv_sec) + (double)(now.tv_nsec - status.st_mtim.tv_nsec) / 1e9;
  return age < 0 || age > SETTLED_AFTER;
}

static void
choose_answer (Server *self, const PolicyReport *report, PolicyAnswer *ret_answer)
{
  uint8_t digest[SHA256_SIZE];
  uint64_t size;
  *ret_answer = (PolicyAnswer){ .result = POLICY_UNCHANGED };
  memcpy (ret_answer->nonce, report->nonce, sizeof report->nonce);
  if (!is_settled (self))
    return;
  int r = read_policy (self, &size);
  if (r < 0) {
    ret_answer->result = r == -EFBIG ? POLICY_TOO_LARGE : POLICY_ABSENT;
    ret_answer->bytes = r != -EFBIG ? 0 : size > UINT32_MAX ? UINT32_MAX : (uint32_t)size;
    return;
  }
  sha256 (self->text, (size_t)size, digest);
  if (sha256_equal (digest, report->digest))
    return;
  ret_answer->result = POLICY_TEXT;
  ret_answer->bytes = (uint32_t)size;
  ret_answer->text = self->text;
}

/* Returns: whether the connection goes on. */
static bool
answer (Server *self, Client *client)
{
  PolicyReport report;
  PolicyAnswer chosen;
  if (policy_report_unpack (&self->key, client->challenge, client->in, client->in_size, &report)
      != POLICY_TRUSTED) {
    count_stranger (self, client);
    return false;
  }
  remember (self, client, &report);
  choose_answer (self, &report, &chosen);
  client->out = malloc (POLICY_ANSWER_MAX);
  if (client->out == NULL)
    return false;
  client->out_size = policy_answer_pack (&self->key, &chosen, client->out);
  return true;
}

/* --- connections ------------------------------------------------------------------------------- */

static void
close_client (Client *client)
{
  free (client->out);
  close (client->fd);
  *client = (Client){ .fd = -1 };
}

/* Returns: whether the connection goes on. */
static bool
read_report (Server *self, Client *client)
{
  size_t wanted = POLICY_HEADER_SIZE;
  if (client->in_size >= POLICY_HEADER_SIZE)
    wanted = policy_message_size (client->in, POLICY_REPORT);
  ssize_t size = recv (client->fd, client->in + client->in_size, wanted - client->in_size, MSG_DONTWAIT);
  if (size < 0)
    return errno == EAGAIN || errno == EINTR;
  client->in_size += (size_t)size;
  bool whole = client->in_size > POLICY_HEADER_SIZE && client->in_size == wanted;
  if (whole)
    return answer (self, client);
  bool sound = size > 0
               && (client->in_size != POLICY_HEADER_SIZE
                   || policy_message_size (client->in, POLICY_REPORT) > POLICY_HEADER_SIZE);
  if (!sound)
    count_stranger (self, client);
  return sound;
}

/* Returns: whether there is more to be sent. */
static bool
write_answer (Client *client)
{
  ssize_t size = send (client->fd, client->out + client->sent, client->out_size - client->sent,
                       MSG_DONTWAIT | MSG_NOSIGNAL);
  if (size < 0)
    return errno == EAGAIN || errno == EINTR;
  client->sent += (size_t)size;
  return client->sent < client->out_size;
}

/* A place for a connection from @address: a free one, or that of the oldest. NULL: that address has enough. */
static Client *
place_for (Server *self, in_addr_t address)
{
  Client *best = &self->clients[0];
  unsigned same = 0;
  for (unsigned i = 0; i < SERVER_CLIENTS; i++) {
    Client *client = &self->clients[i];
    if (client->fd >= 0 && client->address == address)
      same++;
    if (best->fd >= 0 && (client->fd < 0 || client->begun < best->begun))
      best = client;
  }
  if (same >= SERVER_CLIENTS_OF_ONE)
    return NULL;
  if (best->fd >= 0)
    close_client (best);
  return best;
}

/* Returns: whether there was one. */
static bool
accept_client (Server *self)
{
  struct sockaddr_in from = { .sin_family = AF_INET };
  socklen_t size = sizeof from;
  uint8_t hello[POLICY_HELLO_SIZE];
  int fd = accept4 (self->listener, (struct sockaddr *)&from, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0)
    return false;
  Client *client = place_for (self, from.sin_addr.s_addr);
  if (client == NULL) {
    close (fd);
    return true;
  }
  *client = (Client){ .fd = fd, .address = from.sin_addr.s_addr, .begun = clock_seconds () };
  if (getrandom (client->challenge, sizeof client->challenge, 0) != (ssize_t)sizeof client->challenge) {
    close_client (client);
    return true;
  }
  policy_hello_pack (client->challenge, hello);
  if (send (fd, hello, sizeof hello, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)sizeof hello)
    close_client (client);
  return true;
}

static void
serve_client (Server *self, Client *client, bool ready, double now)
{
  bool goes_on = true;
  if (ready)
    goes_on = client->out == NULL ? read_report (self, client) : write_answer (client);
  if (goes_on && now - client->begun > SERVER_PATIENCE) {
    count_stranger (self, client);
    goes_on = false;
  }
  if (!goes_on)
    close_client (client);
}

static void
wait_and_serve (Server *self)
{
  struct pollfd polls[1 + SERVER_CLIENTS] = { { self->listener, POLLIN, 0 } };
  for (unsigned i = 0; i < SERVER_CLIENTS; i++)
    polls[1 + i] = (struct pollfd){ self->clients[i].fd, self->clients[i].out == NULL ? POLLIN : POLLOUT, 0 };
  int events = poll (polls, 1 + SERVER_CLIENTS, self->untold ? (int)(TELL_EVERY * 1000) + 1 : 1000);
  if (events < 0)
    return;
  self->untold = self->untold || events > 0;
  double now = clock_seconds ();
  for (unsigned i = 0; i < SERVER_CLIENTS; i++)
    if (self->clients[i].fd >= 0)
      serve_client (self, &self->clients[i], polls[1 + i].revents != 0, now);
  for (unsigned i = 0; polls[0].revents != 0 && i < ACCEPTS_A_TURN; i++)
    if (!accept_client (self))
      break;
}

/* --- beginning ----------------------------------------------------------------------------------- */

static int
open_listener (const struct sockaddr_in *address)
{
  int on = 1;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd >= 0 && setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0
      && bind (fd, (const struct sockaddr *)address, sizeof *address) == 0
      && listen (fd, SERVER_CLIENTS) == 0)
    return fd;
  int r = -errno;
  if (fd >= 0)
    close (fd);
  return r;
}

static bool
begin (Server *self)
{
  const ServerOptions *options = self->options;
  for (unsigned i = 0; i < SERVER_CLIENTS; i++)
    self->clients[i].fd = -1;
  if (!files_read_key (options->root, &self->key))
    return false;
  int r = files_lock (options->root, "server");
  if (r < 0) {
    complain (r == -EWOULDBLOCK ? "a policy server runs here already"
                                : "no lock below %s/" FWPOLICY_RUN ": %s",
              options->root, strerror (-r));
    return false;
  }
  self->listener = open_listener (&options->listen);
  if (self->listener >= 0)
    return true;
  complain ("TCP port %d cannot be had: %s; choose another one by --port", ntohs (options->listen.sin_port),
            strerror (-self->listener));
  return false;
}

int
server_run (const ServerOptions *options)
{
  Server *self = calloc (1, sizeof *self);
  if (self == NULL)
    return EXIT_FAILED;
  self->options = options;
  if (!begin (self) || (!options->foreground && !files_go_behind ())) {
    free (self);
    return EXIT_FAILED;
  }
  files_log (options->root, "serves %s/" FWPOLICY_TEXT, options->root);
  for (;;) {
    tell (self);
    wait_and_serve (self);
  }
}
