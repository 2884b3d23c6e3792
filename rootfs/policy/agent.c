/* agent.c - the process of a firewall that fetches its policy and puts it in force; see agent.h. */
#define _GNU_SOURCE
#include "agent.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "compile.h"
#include "files.h"
#include "judge.h"
#include "nft.h"
#include "text.h"

#define PATIENCE 3 /* seconds for a whole connection */
#define ADDRESSES_MAX 64
#define SHOW_SIZE 2048

typedef struct {
  size_t n;
  uint32_t list[ADDRESSES_MAX];
} Addresses;

typedef struct {
  const AgentOptions *options;
  PolicyKey key;
  PolicyState state;
  char since[20];
  char refusal[POLICY_REASON_SIZE + 24]; /* the last one, with its time; empty: none yet */
  char server[POLICY_REASON_SIZE];       /* how the last connection ended */
  char networks[256];                    /* of the policy in force that are this firewall's own */
  char told[SHOW_SIZE];
  bool news;                  /* for the server: something was judged since the last report */
  char text[POLICY_SIZE_MAX]; /* of the policy in force */
  size_t text_size;
  Addresses addresses; /* for which the rules in force were made */
  Addresses tried;     /* … and those that may come into force */
  Policy policy;
  char ruleset[POLICY_RULESET_SIZE];
  uint8_t answer[POLICY_ANSWER_MAX];
} Agent;

/* --- what "fwpolicy show" shows -------------------------------------------------------------- */

static void
tell (Agent *self)
{
  char text[SHOW_SIZE], address[INET_ADDRSTRLEN];
  inet_ntop (AF_INET, &self->options->server.sin_addr, address, sizeof address);
  int size = 0;
  if (self->state.version > 0)
    size = snprintf (text, sizeof text, "policy       version %u, in force since %s\nnetworks     %s\n",
                     self->state.version, self->since, self->networks);
  else
    size = snprintf (text, sizeof text, "policy       none yet\n");
  size += snprintf (text + size, sizeof text - (size_t)size, "server       %s %s\n", address, self->server);
  if (self->state.refuses)
    size += snprintf (text + size, sizeof text - (size_t)size, "refuses      %s\n", self->state.reason);
  snprintf (text + size, sizeof text - (size_t)size, "last refusal %s\n",
            self->refusal[0] != '\0' ? self->refusal : "none");
  files_tell (self->options->root, "agent", text, self->told, sizeof self->told);
}

/* Logs what changed alone: a server that is away for a night fills no disk. */
static void
set_server (Agent *self, const char *how)
{
  if (strcmp (self->server, how) == 0)
    return;
  snprintf (self->server, sizeof self->server, "%s", how);
  files_log (self->options->root, "the server %s", how);
}

static void
refuse (Agent *self, const char *text, size_t size, const char *reason)
{
  char now[20];
  bool news = !self->state.refuses || strcmp (self->state.reason, reason) != 0;
  policy_state_refuse (&self->state, text, size, reason);
  if (!news)
    return;
  clock_text (now);
  snprintf (self->refusal, sizeof self->refusal, "%s: %s", now, self->state.reason);
  files_log (self->options->root, "refused: %s", self->state.reason);
}

/* --- putting in force ---------------------------------------------------------------------------- */

/* Of NICs that are up. */
static void
own_addresses (Addresses *ret_addresses)
{
  struct ifaddrs *list;
  ret_addresses->n = 0;
  if (getifaddrs (&list) < 0)
    return;
  for (const struct ifaddrs *at = list; at != NULL && ret_addresses->n < ADDRESSES_MAX; at = at->ifa_next) {
    if (at->ifa_addr == NULL || at->ifa_addr->sa_family != AF_INET || (at->ifa_flags & IFF_LOOPBACK) != 0
        || (at->ifa_flags & IFF_UP) == 0)
      continue;
    struct sockaddr_in address;
    memcpy (&address, at->ifa_addr, sizeof address);
    ret_addresses->list[ret_addresses->n++] = ntohl (address.sin_addr.s_addr);
  }
  freeifaddrs (list);
}

/* The rules that compile() made last are in force. */
static void
note_networks (Agent *self)
{
  PolicyText names;
  self->addresses = self->tried;
  policy_text_begin (&names, self->networks, sizeof self->networks);
  for (unsigned i = 0; i < self->policy.n_networks; i++)
    if (policy_is_own (&self->policy, i, self->addresses.list, self->addresses.n))
      policy_text_add (&names, names.size > 0 ? " %s" : "%s", self->policy.networks[i].name);
  if (names.size == 0)
    policy_text_add (&names, "none of the policy");
}

/* Makes rules of the parsed policy. Returns: their size. */
static size_t
compile (Agent *self)
{
  own_addresses (&self->tried);
  return policy_compile (&self->policy, self->tried.list, self->tried.n, self->ruleset);
}

static void
adopt (Agent *self, const char *text, size_t size)
{
  policy_state_adopt (&self->state, self->policy.version, text, size);
  note_networks (self);
  memcpy (self->text, text, size);
  self->text_size = size;
  clock_text (self->since);
  files_log (self->options->root, "version %u is in force", self->state.version);
}

/* @text is that of the parsed policy. */
static void
put_in_force (Agent *self, const char *text, size_t size)
{
  char path[FWPOLICY_PATH_SIZE], reason[POLICY_REASON_SIZE];
  size_t ruleset_size = compile (self);
  /* What nft refuses is tried again and again: it may be this kernel, not the text. */
  if (!nft_run (self->ruleset, ruleset_size, true, reason)) {
    refuse (self, NULL, 0, reason);
    return;
  }
  files_path (self->options->root, FWPOLICY_SAVED, path);
  int r = files_write (path, text, size);
  if (r < 0)
    files_log (self->options->root, "%s cannot be written, the policy will not be there after a boot: %s",
               path, strerror (-r));
  if (nft_run (self->ruleset, ruleset_size, false, reason))
    adopt (self, text, size);
  else
    refuse (self, NULL, 0, reason);
}

static void
take_text (Agent *self, const char *text, size_t size)
{
  char reason[POLICY_REASON_SIZE];
  self->news = true;
  switch (policy_judge (&self->state, text, size, &self->policy, reason)) {
  case POLICY_ADOPT:
    put_in_force (self, text, size);
    break;
  case POLICY_KEEP:
    policy_state_keep (&self->state);
    break;
  case POLICY_REFUSE:
    refuse (self, text, size, reason);
    break;
  }
}

/* Another address may mean other networks. */
static void
follow_addresses (Agent *self)
{
  Addresses now;
  char reason[POLICY_REASON_SIZE];
  own_addresses (&now);
  bool same = now.n == self->addresses.n
              && memcmp (now.list, self->addresses.list, now.n * sizeof now.list[0]) == 0;
  if (self->state.version == 0 || same || !policy_parse (self->text, self->text_size, &self->policy, reason))
    return;
  if (!nft_run (self->ruleset, compile (self), false, reason)) {
    files_log (self->options->root, "there are other addresses, but the old rules: %s", reason);
    return; /* it is tried again */
  }
  note_networks (self);
  files_log (self->options->root, "there are other addresses; own networks: %s", self->networks);
}

/* Until there is a policy, nothing is allowed; unless there are rules of an agent before this one. */
static void
deny_all (Agent *self)
{
  static const char probe[] = "flush table inet " POLICY_TABLE "\n"; /* an error where there is none */
  char reason[POLICY_REASON_SIZE];
  if (nft_run (probe, sizeof probe - 1, true, reason))
    return;
  memset (&self->policy, 0, sizeof self->policy);
  if (!nft_run (self->ruleset, compile (self), false, reason))
    files_log (self->options->root, "nothing can be denied here: %s", reason);
}

/* The policy that was in force when this firewall was switched off, before anybody is asked. Returns: whether it is. */
static bool
take_saved (Agent *self)
{
  char path[FWPOLICY_PATH_SIZE], text[POLICY_SIZE_MAX + 1], reason[POLICY_REASON_SIZE] = "it cannot be read";
  uint64_t size;
  files_path (self->options->root, FWPOLICY_SAVED, path);
  int r = files_read (path, text, sizeof text, &size);
  if (r == -ENOENT)
    return false;
  if (r == 0 && policy_parse (text, (size_t)size, &self->policy, reason)
      && nft_run (self->ruleset, compile (self), false, reason))
    adopt (self, text, (size_t)size);
  else
    files_log (self->options->root, "%s is of no use: %s", path, reason);
  return self->state.version > 0;
}

/* --- asking the server ----------------------------------------------------------------------- */

static bool
wait_for (int fd, short events, double deadline)
{
  double left = deadline - clock_seconds ();
  struct pollfd wait = { fd, events, 0 };
  return left > 0 && poll (&wait, 1, (int)(left * 1000) + 1) > 0;
}

/* Returns: whether that many bytes came. */
static bool
receive (int fd, uint8_t *ret_bytes, size_t size, double deadline)
{
  for (size_t done = 0; done < size;) {
    if (!wait_for (fd, POLLIN, deadline))
      return false;
    ssize_t got = recv (fd, ret_bytes + done, size - done, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
      return false;
    if (got > 0)
      done += (size_t)got;
  }
  return true;
}

/* Returns: a connected socket, or -errno. */
static int
connect_to (const struct sockaddr_in *server, double deadline)
{
  int r = 0;
  socklen_t size = sizeof r;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return -errno;
  if (connect (fd, (const struct sockaddr *)server, sizeof *server) < 0) {
    r = errno;
    if (r == EINPROGRESS && !wait_for (fd, POLLOUT, deadline))
      r = ETIMEDOUT;
    else if (r == EINPROGRESS && getsockopt (fd, SOL_SOCKET, SO_ERROR, &r, &size) < 0)
      r = errno;
  }
  if (r == 0)
    return fd;
  close (fd);
  return -r;
}

static bool
send_report (Agent *self, int fd, PolicyReport *report)
{
  uint8_t data[POLICY_REPORT_MAX];
  char name[POLICY_HOST_SIZE] = "";
  report->version = self->state.version;
  report->refuses = self->state.refuses;
  memcpy (report->digest, self->state.judged, SHA256_SIZE);
  memcpy (report->reason, self->state.reason, sizeof report->reason);
  if (gethostname (name, sizeof name - 1) < 0 || name[0] == '\0')
    name[0] = '-';
  memcpy (report->name, name, sizeof report->name);
  size_t size = policy_report_pack (&self->key, report, data);
  return send (fd, data, size, MSG_NOSIGNAL) == (ssize_t)size; /* the first bytes of a connection find room */
}

static void
take_answer (Agent *self, const PolicyAnswer *answer)
{
  char reason[POLICY_REASON_SIZE];
  set_server (self, answer->result == POLICY_ABSENT ? "answers, but has no policy" : "answers");
  if (answer->result == POLICY_TEXT)
    take_text (self, answer->text, answer->bytes);
  else if (answer->result == POLICY_TOO_LARGE) {
    policy_too_large (answer->bytes, reason);
    refuse (self, NULL, 0, reason);
  }
}

/* Returns: how it went, unless the server answered. */
static const char *
exchange (Agent *self, int fd, double deadline)
{
  PolicyReport report = { 0 };
  PolicyAnswer answer;
  uint8_t hello[POLICY_HELLO_SIZE];
  if (!receive (fd, hello, sizeof hello, deadline))
    return "does not say a word";
  if (!policy_hello_unpack (hello, sizeof hello, report.challenge))
    return "is no policy server";
  if (getrandom (report.nonce, sizeof report.nonce, 0) != (ssize_t)sizeof report.nonce)
    return "is not asked: there is no randomness here";
  if (!send_report (self, fd, &report) || !receive (fd, self->answer, POLICY_HEADER_SIZE, deadline))
    return "does not take this firewall's report; compare /etc/fwpolicy/key here and there";
  size_t size = policy_message_size (self->answer, POLICY_ANSWER);
  if (size <= POLICY_HEADER_SIZE)
    return "sends what is no answer";
  if (!receive (fd, self->answer + POLICY_HEADER_SIZE, size - POLICY_HEADER_SIZE, deadline))
    return "ends in the middle of its answer";
  switch (policy_answer_unpack (&self->key, report.nonce, self->answer, size, &answer)) {
  case POLICY_TRUSTED:
    take_answer (self, &answer);
    return NULL;
  case POLICY_MALFORMED:
    return "sends what is no answer";
  case POLICY_FORGED:
    return "sends an answer without the key; somebody may pretend to be it";
  case POLICY_STALE:
    return "sends an old answer; somebody may pretend to be it";
  }
  return NULL;
}

static void
ask (Agent *self)
{
  char how[POLICY_REASON_SIZE];
  double deadline = clock_seconds () + PATIENCE;
  self->news = false;
  int fd = connect_to (&self->options->server, deadline);
  if (fd < 0) {
    snprintf (how, sizeof how, "cannot be reached: %s", strerror (-fd));
    set_server (self, how);
    return;
  }
  const char *trouble = exchange (self, fd, deadline);
  if (trouble != NULL)
    set_server (self, trouble);
  close (fd);
}

/* --- beginning ----------------------------------------------------------------------------------- */

static bool
begin (Agent *self)
{
  const char *root = self->options->root;
  if (!files_read_key (root, &self->key))
    return false;
  int r = files_lock (root, "agent");
  if (r == 0)
    return true;
  if (r == -EWOULDBLOCK)
    complain ("an agent runs here already");
  else
    complain ("no lock below %s/" FWPOLICY_RUN ": %s", root, strerror (-r));
  return false;
}

int
agent_run (const AgentOptions *options)
{
  const struct timespec pause = { .tv_sec = 1 };
  Agent *self = calloc (1, sizeof *self);
  if (self == NULL)
    return EXIT_FAILED;
  self->options = options;
  snprintf (self->server, sizeof self->server, "is not asked yet");
  if (!begin (self)) {
    free (self);
    return EXIT_FAILED;
  }
  /* Who started this finds the rules of before in force when it comes back. */
  if (!take_saved (self))
    deny_all (self);
  tell (self);
  if (!options->foreground && !files_go_behind ()) {
    free (self);
    return EXIT_FAILED;
  }
  for (;;) {
    ask (self);
    tell (self);
    if (self->news)
      ask (self); /* what came of it, at once */
    follow_addresses (self);
    nanosleep (&pause, NULL);
  }
}
