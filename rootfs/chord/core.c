/* core.c - a node's place in the ring: successors, predecessor, fingers, and the requests that keep them right. */
#include "core-private.h"

#include <stdlib.h>
#include <string.h>

#define PROBES_MAX 64   /* a turn: how far one goes back from a successor to the next one */
#define OFFER_TURNS 2   /* turns of stabilise between two rounds of offers */
#define MERGE_TURNS 15  /* … between two looks for a ring that was lost */
#define LEAVE_TURNS 10  /* … until a node goes although nobody takes its keys */
#define SILENCE_TURNS 1 /* … until a predecessor that says nothing is asked */

/* --- out ------------------------------------------------------------------------- */

/* SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014). */
uint64_t
chord_node_random (ChordNode *self)
{
  uint64_t z = self->random += UINT64_C (0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C (0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C (0x94d049bb133111eb);
  return z ^ z >> 31;
}

ChordMessage
chord_node_message (const ChordNode *self, ChordType type, uint64_t request)
{
  return (ChordMessage){ .type = type, .request = request, .sender = self->self };
}

void
chord_node_send (ChordNode *self, const ChordPeer *to, const ChordMessage *message)
{
  uint8_t data[CHORD_MESSAGE_MAX];
  size_t size = chord_message_pack (message, data);
  self->config.send (to, data, size, self->config.user_data);
}

static void
transmit (ChordNode *self, unsigned purpose, int64_t now)
{
  Request *request = &self->requests[purpose];
  ChordMessage message = chord_node_message (self, request->type, request->number);
  if (purpose >= REQUEST_OP)
    chord_op_fill (&self->ops[purpose - REQUEST_OP], &message);
  else if (purpose == REQUEST_LEAVE)
    chord_keys_leave (self, &message);
  request->tries++;
  request->deadline = now + self->config.timeout;
  chord_node_send (self, &request->peer, &message);
}

/* Asks @to; whatever @purpose asked before is forgotten. */
void
chord_node_request (ChordNode *self, unsigned purpose, const ChordPeer *to, ChordType type, int64_t now)
{
  self->requests[purpose]
      = (Request){ .busy = true, .number = chord_node_random (self) | 1, .peer = *to, .type = type };
  transmit (self, purpose, now);
}

/* An interval, a little longer or shorter, so that nodes do not fall into step. */
static int64_t
after (ChordNode *self, int64_t turns)
{
  int64_t interval = self->config.interval;
  return turns * interval - interval / 8 + (int64_t)(chord_node_random (self) % (uint64_t)(interval / 4 + 1));
}

/* --- who is where ------------------------------------------------------------------ */

static bool
is_self (const ChordNode *self, const ChordPeer *peer)
{
  return chord_peer_equal (&self->self, peer);
}

/* Whether a key of @id is this node's: it lies after its predecessor. Without one, only who is alone can tell. */
bool
chord_node_owns (const ChordNode *self, const ChordId *id)
{
  if (!self->member)
    return false;
  if (self->predecessor.port == 0)
    return self->n_successors == 0;
  return chord_id_within (id, &self->predecessor.id, &self->self.id);
}

/* The list becomes @first and those of @next that follow in order, once round at most. */
static void
set_successors (ChordNode *self, const ChordPeer *first, const ChordPeer *next, unsigned count)
{
  ChordPeer list[CHORD_COPIES] = { *first };
  unsigned n = 1;
  for (unsigned i = 0; i < count && n < CHORD_COPIES; i++) {
    if (!chord_id_between (&next[i].id, &list[n - 1].id, &self->self.id))
      break;
    list[n++] = next[i];
  }
  memcpy (self->successors, list, n * sizeof list[0]);
  self->n_successors = n;
}

static void
drop_successor (ChordNode *self, unsigned place)
{
  self->n_successors--;
  memmove (self->successors + place, self->successors + place + 1,
           (self->n_successors - place) * sizeof self->successors[0]);
}

/* The nearest node clockwise that is known at all. */
static bool
find_any (const ChordNode *self, ChordPeer *ret_peer)
{
  for (unsigned i = 0; i < CHORD_ID_BITS; i++)
    if (self->fingers[i].port != 0) {
      *ret_peer = self->fingers[i];
      return true;
    }
  *ret_peer = self->predecessor;
  return self->predecessor.port != 0;
}

static void
forget_peer (ChordNode *self, const ChordPeer *peer)
{
  for (unsigned i = self->n_successors; i-- > 0;)
    if (chord_peer_equal (&self->successors[i], peer))
      drop_successor (self, i);
  for (unsigned i = 0; i < CHORD_ID_BITS; i++)
    if (chord_peer_equal (&self->fingers[i], peer))
      self->fingers[i].port = 0;
  if (chord_peer_equal (&self->predecessor, peer))
    self->predecessor.port = 0;
  ChordPeer any;
  if (self->member && self->n_successors == 0 && find_any (self, &any))
    set_successors (self, &any, NULL, 0);
}

/* @peer does not answer: others take its place (SIGCOMM section 5.2). */
void
chord_node_lost (ChordNode *self, const ChordPeer *peer, int64_t now)
{
  bool was_next = self->n_successors > 0 && chord_peer_equal (&self->successors[0], peer);
  forget_peer (self, peer);
  if (was_next) {
    self->lost = *peer;
    self->stabilise_at = now; /* the one after it has to hear of this node */
  }
}

/* @peer takes its place among the @n of @peers, the nearest before @target first. Returns: how many they are then. */
static unsigned
add_closest (const ChordNode *self, const ChordId *target, const ChordPeer *peer, ChordPeer *peers,
             unsigned n, unsigned limit)
{
  if (peer->port == 0 || !chord_id_between (&peer->id, &self->self.id, target))
    return n;
  unsigned place = 0;
  while (place < n && chord_id_between (&peers[place].id, &peer->id, target))
    place++;
  if (place == limit || (place < n && chord_peer_equal (&peers[place], peer)))
    return n;
  n = n < limit ? n + 1 : limit;
  memmove (peers + place + 1, peers + place, (n - 1 - place) * sizeof peers[0]);
  peers[place] = *peer;
  return n;
}

/* The nodes that are known best to lie before @target: the journal's closest_preceding_node(), and more than one of
 * them, for the case that it is gone. Returns: how many. */
unsigned
chord_node_closest (const ChordNode *self, const ChordId *target, ChordPeer *peers, unsigned limit)
{
  unsigned n = 0;
  for (unsigned i = 0; i < self->n_successors; i++)
    n = add_closest (self, target, &self->successors[i], peers, n, limit);
  for (unsigned i = 0; i < CHORD_ID_BITS; i++)
    if (i == 0 || !chord_peer_equal (&self->fingers[i], &self->fingers[i - 1]))
      n = add_closest (self, target, &self->fingers[i], peers, n, limit);
  return n;
}

/* Whether this node can tell the owner of @target: it is itself, or its successor (SIGCOMM figure 4). @peers: room for
 * CHORD_COPIES: the owner and those that follow it. */
bool
chord_node_answers (const ChordNode *self, const ChordId *target, ChordPeer *peers, unsigned *ret_count)
{
  unsigned n = 0;
  if (chord_node_owns (self, target))
    peers[n++] = self->self;
  else if (self->n_successors == 0 || !chord_id_within (target, &self->self.id, &self->successors[0].id))
    return false;
  for (unsigned i = 0; i < self->n_successors && n < CHORD_COPIES; i++)
    peers[n++] = self->successors[i];
  *ret_count = n;
  return true;
}

/* --- stabilise, notify, fix fingers, check predecessor ------------------------------ */

/* Asks somebody who may be nearer than the successor; one at a time. */
void
chord_node_probe (ChordNode *self, const ChordPeer *peer, int64_t now)
{
  bool nearer
      = self->n_successors == 0 || chord_id_between (&peer->id, &self->self.id, &self->successors[0].id);
  if (is_self (self, peer) || !nearer || self->requests[REQUEST_PROBE].busy || self->probes == 0)
    return;
  self->probes--;
  chord_node_request (self, REQUEST_PROBE, peer, CHORD_ASK, now);
}

static void
notify (ChordNode *self)
{
  ChordMessage message = chord_node_message (self, CHORD_NOTIFY, 0);
  if (self->n_successors > 0)
    chord_node_send (self, &self->successors[0], &message);
}

/* The second half of stabilise(): @message says who is around its sender. */
static void
on_state (ChordNode *self, const ChordMessage *message, int64_t now)
{
  const ChordPeer *peer = &message->sender;
  bool is_next = self->n_successors > 0 && chord_peer_equal (&self->successors[0], peer);
  bool nearer
      = self->n_successors == 0 || chord_id_between (&peer->id, &self->self.id, &self->successors[0].id);
  if (!is_next && !nearer)
    return;
  if (is_next) {
    set_successors (self, peer, message->peers, message->n_peers);
  } else {
    /* It knows of its own successors what we know of ours; before it has heard of them, ours are better than none. */
    ChordPeer old[CHORD_COPIES];
    unsigned count = self->n_successors;
    memcpy (old, self->successors, sizeof old);
    bool theirs = message->n_peers > 0;
    set_successors (self, peer, theirs ? message->peers : old, theirs ? message->n_peers : count);
  }
  notify (self);
  if (message->predecessor.port != 0)
    chord_node_probe (self, &message->predecessor, now);
}

/* The node is a member, with these as successors as far as is known; the nearest first. */
void
chord_node_enter (ChordNode *self, const ChordPeer *peers, unsigned count, int64_t now)
{
  set_successors (self, &peers[0], peers + 1, count - 1);
  self->member = true;
  self->stabilise_at = now;
  self->config.joined (true, self->config.user_data);
}

/* notify() of the paper. */
static void
on_notify (ChordNode *self, const ChordPeer *peer, int64_t now)
{
  if (is_self (self, peer))
    return;
  bool same = chord_peer_equal (&self->predecessor, peer);
  if (same || self->predecessor.port == 0
      || chord_id_between (&peer->id, &self->predecessor.id, &self->self.id)) {
    self->predecessor = *peer;
    self->predecessor_heard = now;
    if (!same)
      chord_keys_give (self, peer);
  }
  if (self->n_successors == 0)
    chord_node_probe (self, peer, now);
}

/* fix_fingers(): the next finger that the successor cannot serve. All that begin before the successor are it, which
 * needs no message. */
static void
fix_fingers (ChordNode *self, int64_t now)
{
  if (chord_op_runs (self, OP_FINGER) || self->n_successors == 0)
    return;
  for (unsigned i = 0; i < CHORD_ID_BITS; i++) {
    if (self->next_finger >= CHORD_ID_BITS)
      self->next_finger = 0;
    ChordId start = chord_id_finger_start (&self->self.id, self->next_finger);
    if (!chord_id_within (&start, &self->self.id, &self->successors[0].id)) {
      Op *op = chord_op_begin (self, OP_FINGER, &start, now);
      chord_op_start (self, op, now);
      return;
    }
    self->fingers[self->next_finger++] = self->successors[0];
  }
}

static void
check_predecessor (ChordNode *self, int64_t now)
{
  bool quiet = now - self->predecessor_heard > SILENCE_TURNS * self->config.interval;
  if (self->predecessor.port != 0 && quiet && !self->requests[REQUEST_PING].busy)
    chord_node_request (self, REQUEST_PING, &self->predecessor, CHORD_PING, now);
}

static void
turn (ChordNode *self, int64_t now)
{
  self->stabilise_at = now + after (self, 1);
  self->probes = PROBES_MAX;
  if (self->n_successors == 0 && self->predecessor.port != 0)
    chord_node_probe (self, &self->predecessor, now);
  if (self->n_successors > 0 && !self->requests[REQUEST_STABILISE].busy)
    chord_node_request (self, REQUEST_STABILISE, &self->successors[0], CHORD_ASK, now);
  check_predecessor (self, now);
  fix_fingers (self, now);
}

/* Looks for its place by somebody who may be in another part of a ring that broke. */
static void
merge (ChordNode *self, int64_t now)
{
  self->merge_at = now + after (self, MERGE_TURNS);
  ChordPeer *whom = self->lost.port != 0 ? &self->lost : &self->via;
  if (whom->port == 0 || chord_op_runs (self, OP_MERGE))
    return;
  Op *op = chord_op_begin (self, OP_MERGE, &self->self.id, now);
  op->here = *whom;
  self->lost.port = 0; /* the other one's turn is next */
  chord_op_start (self, op, now);
}

/* --- what comes --------------------------------------------------------------------- */

static void
answer_find (ChordNode *self, const ChordMessage *message)
{
  ChordMessage answer = chord_node_message (self, CHORD_FOUND, message->request);
  answer.final = chord_node_answers (self, &message->target, answer.peers, &answer.n_peers);
  if (!answer.final)
    answer.n_peers = chord_node_closest (self, &message->target, answer.peers, CHORD_COPIES);
  chord_node_send (self, &message->sender, &answer);
}

static void
answer_ask (ChordNode *self, const ChordMessage *message)
{
  ChordMessage answer = chord_node_message (self, CHORD_STATE, message->request);
  answer.predecessor = self->predecessor;
  answer.n_peers = self->n_successors;
  memcpy (answer.peers, self->successors, self->n_successors * sizeof answer.peers[0]);
  answer.held = self->store.n;
  answer.owned = chord_owned (self);
  chord_node_send (self, &message->sender, &answer);
}

/* The successor goes. What it knows of those that follow is fresher than this node's list: whoever of them left before
 * told it. */
static void
on_next_leaves (ChordNode *self, const ChordMessage *message, int64_t now)
{
  bool alone = message->n_peers > 0 && is_self (self, &message->peers[0]);
  if (alone) {
    self->n_successors = 0;
    memset (self->fingers, 0, sizeof self->fingers);
  } else if (message->n_peers > 0) {
    set_successors (self, &message->peers[0], message->peers + 1, message->n_peers - 1);
  }
  self->stabilise_at = now;
}

/* It goes: its neighbours become each other's (journal IV-E-6). */
static void
on_leave (ChordNode *self, const ChordMessage *message, int64_t now)
{
  const ChordPeer *peer = &message->sender;
  bool was_before = chord_peer_equal (&self->predecessor, peer);
  if (self->n_successors > 0 && chord_peer_equal (&self->successors[0], peer))
    on_next_leaves (self, message, now);
  forget_peer (self, peer);
  if (was_before && message->predecessor.port != 0 && !is_self (self, &message->predecessor)) {
    self->predecessor = message->predecessor;
    self->predecessor_heard = now;
  }
}

static void
on_request (ChordNode *self, const ChordMessage *message, int64_t now)
{
  ChordMessage pong = chord_node_message (self, CHORD_PONG, message->request);
  switch (message->type) {
  case CHORD_FIND:
    answer_find (self, message);
    break;
  case CHORD_ASK:
    answer_ask (self, message);
    break;
  case CHORD_NOTIFY:
    on_notify (self, &message->sender, now);
    break;
  case CHORD_PING:
    chord_node_send (self, &message->sender, &pong);
    break;
  case CHORD_LEAVE:
    on_leave (self, message, now);
    break;
  default:
    chord_keys_input (self, message, now);
    break;
  }
}

static bool
is_answer_to (ChordType answer, ChordType request)
{
  switch (request) {
  case CHORD_FIND:
  case CHORD_ASK:
  case CHORD_PING:
  case CHORD_GET:
  case CHORD_STORE:
  case CHORD_OFFER:
    return answer == request + 1;
  default:
    return false;
  }
}

/* Returns: whether @message is an answer that somebody here waits for. */
static bool
on_answer (ChordNode *self, const ChordMessage *message, int64_t now)
{
  for (unsigned purpose = 0; purpose < REQUESTS; purpose++) {
    Request *request = &self->requests[purpose];
    if (!request->busy || request->number != message->request
        || !chord_peer_equal (&request->peer, &message->sender)
        || !is_answer_to (message->type, request->type))
      continue;
    request->busy = false;
    if (purpose >= REQUEST_OP)
      chord_op_input (self, &self->ops[purpose - REQUEST_OP], message, now);
    else if (purpose == REQUEST_LEAVE)
      chord_keys_handed (self, message, now);
    else if (purpose == REQUEST_PING)
      self->predecessor_heard = now;
    else
      on_state (self, message, now);
    return true;
  }
  return false;
}

void
chord_input (ChordNode *self, uint32_t address, uint16_t port, const uint8_t *data, size_t size, int64_t now)
{
  ChordMessage message;
  if (!chord_message_unpack (data, size, &message))
    return;
  /* Who says to be another is refused, and so is one's own voice. */
  if (message.sender.address != address || message.sender.port != port || is_self (self, &message.sender))
    return;
  if (!on_answer (self, &message, now) && self->member)
    on_request (self, &message, now);
}

/* --- time --------------------------------------------------------------------------- */

static void
on_silence (ChordNode *self, unsigned purpose, int64_t now)
{
  Request *request = &self->requests[purpose];
  ChordPeer peer = request->peer;
  request->busy = false;
  chord_node_lost (self, &peer, now);
  if (purpose >= REQUEST_OP)
    chord_op_timeout (self, &self->ops[purpose - REQUEST_OP], &peer, now);
}

static void
run_requests (ChordNode *self, int64_t now)
{
  for (unsigned purpose = 0; purpose < REQUESTS; purpose++) {
    Request *request = &self->requests[purpose];
    if (!request->busy || request->deadline > now)
      continue;
    if (request->tries < TRIES_MAX)
      transmit (self, purpose, now);
    else
      on_silence (self, purpose, now);
  }
}

/* Whoever is left hears of it; the node is in no ring any more. */
static void
end_leaving (ChordNode *self, bool handed_over)
{
  ChordMessage message = chord_node_message (self, CHORD_LEAVE, 0);
  message.predecessor = self->predecessor;
  message.n_peers = self->n_successors;
  memcpy (message.peers, self->successors, self->n_successors * sizeof message.peers[0]);
  if (self->predecessor.port != 0)
    chord_node_send (self, &self->predecessor, &message);
  if (self->n_successors > 0)
    chord_node_send (self, &self->successors[0], &message);
  self->member = self->leaving = false;
  memset (self->requests, 0, sizeof self->requests);
  self->config.left (handed_over, self->config.user_data);
}

static void
run_leaving (ChordNode *self, int64_t now)
{
  bool done = self->leave_next >= self->store.n || self->n_successors == 0;
  if (done || now >= self->leave_until)
    end_leaving (self, self->leave_next >= self->store.n);
  else if (!self->requests[REQUEST_LEAVE].busy)
    chord_node_request (self, REQUEST_LEAVE, &self->successors[0], CHORD_OFFER, now);
}

void
chord_run (ChordNode *self, int64_t now)
{
  run_requests (self, now);
  for (unsigned i = 0; i < CHORD_OPS_MAX; i++)
    if (self->ops[i].kind != OP_FREE && self->ops[i].phase == PHASE_PAUSE && self->ops[i].resume <= now)
      chord_op_start (self, &self->ops[i], now);
  if (!self->member)
    return;
  if (self->stabilise_at <= now)
    turn (self, now);
  if (self->leaving) {
    run_leaving (self, now);
    return;
  }
  if (self->merge_at <= now)
    merge (self, now);
  if (self->offer_at <= now) {
    self->offer_at = now + after (self, OFFER_TURNS);
    chord_keys_offer (self, now);
    chord_keys_look (self, now);
  }
}

static int64_t
earlier (int64_t a, int64_t b)
{
  return a < b ? a : b;
}

int64_t
chord_deadline (const ChordNode *self)
{
  int64_t deadline = INT64_MAX;
  for (unsigned i = 0; i < REQUESTS; i++)
    if (self->requests[i].busy)
      deadline = earlier (deadline, self->requests[i].deadline);
  for (unsigned i = 0; i < CHORD_OPS_MAX; i++)
    if (self->ops[i].kind != OP_FREE && self->ops[i].phase == PHASE_PAUSE)
      deadline = earlier (deadline, self->ops[i].resume);
  if (!self->member)
    return deadline;
  deadline = earlier (deadline, self->stabilise_at);
  if (self->leaving)
    return self->requests[REQUEST_LEAVE].busy ? earlier (deadline, self->leave_until) : INT64_MIN;
  return earlier (deadline, earlier (self->merge_at, self->offer_at));
}

/* --- life ----------------------------------------------------------------------------- */

ChordNode *
chord_new (const ChordConfig *config, int64_t now)
{
  ChordNode *self = calloc (1, sizeof *self);
  if (self == NULL)
    return NULL;
  self->config = *config;
  self->random = config->seed;
  self->offer_number = chord_node_random (self) | 1;
  chord_peer_init (&self->self, config->address, config->port);
  self->stabilise_at = now + after (self, 1);
  self->offer_at = now + after (self, OFFER_TURNS);
  self->merge_at = now + after (self, MERGE_TURNS);
  return self;
}

void
chord_free (ChordNode *self)
{
  if (self == NULL)
    return;
  chord_store_clear (&self->store);
  free (self);
}

void
chord_create (ChordNode *self, int64_t now)
{
  self->member = true;
  self->stabilise_at = now;
}

void
chord_join (ChordNode *self, const ChordPeer *via, int64_t now)
{
  self->via = *via;
  Op *op = chord_op_begin (self, OP_JOIN, &self->self.id, now);
  op->here = *via;
  chord_op_start (self, op, now);
}

void
chord_leave (ChordNode *self, int64_t now)
{
  if (self->leaving)
    return;
  self->leaving = true;
  memset (self->ops, 0, sizeof self->ops);
  for (unsigned i = REQUEST_OP; i < REQUESTS; i++)
    self->requests[i].busy = false;
  self->stray_number = 0; /* its keys stay what they are until they are handed over */
  self->leave_next = 0;
  self->leave_until = now + LEAVE_TURNS * self->config.interval;
  if (!self->member)
    end_leaving (self, self->store.n == 0);
}

const ChordPeer *
chord_self (const ChordNode *self)
{
  return &self->self;
}

bool
chord_is_member (const ChordNode *self)
{
  return self->member;
}

const ChordPeer *
chord_predecessor (const ChordNode *self)
{
  return self->predecessor.port != 0 ? &self->predecessor : NULL;
}

const ChordPeer *
chord_successors (const ChordNode *self, unsigned *ret_count)
{
  *ret_count = self->n_successors;
  return self->successors;
}

const ChordPeer *
chord_finger (const ChordNode *self, unsigned finger)
{
  return finger < CHORD_ID_BITS && self->fingers[finger].port != 0 ? &self->fingers[finger] : NULL;
}

const ChordStore *
chord_keys (const ChordNode *self)
{
  return &self->store;
}

unsigned
chord_owned (const ChordNode *self)
{
  unsigned n = 0;
  for (unsigned i = 0; i < self->store.n; i++)
    n += chord_node_owns (self, &self->store.items[i]->state.id);
  return n;
}
