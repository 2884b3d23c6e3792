/* ops.c - lookups, and what begins with one: join, fingers, get, put; and the walk round the ring.
 *
 * A lookup is iterative: this node asks one node after the other, each nearer to
 * the target, until one can tell the owner. Whoever does not answer is left out,
 * and the next best is asked.
 */
#include "core-private.h"

#include <errno.h>
#include <string.h>

#define HOPS_MAX 64 /* of one lookup: liars cannot lead it on for ever */
#define OWN_SLOTS 4 /* one for each kind from OP_JOIN to OP_STRAY */

static Request *
request_of (ChordNode *self, const Op *op)
{
  return &self->requests[REQUEST_OP + (op - self->ops)];
}

static void
ask (ChordNode *self, Op *op, const ChordPeer *peer, ChordType type, int64_t now)
{
  chord_node_request (self, REQUEST_OP + (unsigned)(op - self->ops), peer, type, now);
}

static void
step (ChordNode *self, const Op *op, const ChordStep *stage)
{
  if (op->kind == OP_LOOKUP || op->kind == OP_WALK)
    self->config.step ((unsigned)(op - self->ops), stage, self->config.user_data);
}

static bool
is_self (const ChordNode *self, const ChordPeer *peer)
{
  return chord_peer_equal (&self->self, peer);
}

/* --- its end ------------------------------------------------------------------------- */

static void
finish (ChordNode *self, Op *op, ChordResult result, int64_t now)
{
  ChordAnswer answer = { .result = result, .hops = op->hops, .copies = op->copies };
  if (op->kind == OP_GET && result == CHORD_DONE) {
    answer.value = op->value;
    answer.value_size = op->value_size;
  }
  OpKind kind = op->kind;
  op->kind = OP_FREE;
  request_of (self, op)->busy = false;
  switch (kind) {
  case OP_JOIN:
    if (result != CHORD_DONE)
      self->config.joined (false, self->config.user_data);
    break;
  case OP_FINGER:
    self->next_finger += result != CHORD_DONE;
    break;
  case OP_STRAY:
    op->n_owners = result == CHORD_DONE ? op->n_owners : 0;
    chord_keys_stray (self, op, now);
    break;
  case OP_FREE:
  case OP_MERGE:
    break;
  case OP_LOOKUP:
  case OP_GET:
  case OP_PUT:
  case OP_WALK:
    self->config.answer ((unsigned)(op - self->ops), &answer, self->config.user_data);
    break;
  }
}

/* This round came to nothing. */
static void
fail (ChordNode *self, Op *op, ChordResult result, int64_t now)
{
  bool again = op->kind == OP_JOIN || op->kind >= OP_LOOKUP;
  if (!again || op->round >= ROUNDS_MAX) {
    finish (self, op, result, now);
    return;
  }
  op->phase = PHASE_PAUSE;
  op->resume = now + self->config.interval;
}

/* --- what follows a lookup ------------------------------------------------------------- */

/* Where the owners are known, all fingers that begin before the first of them are it, too. */
static void
set_fingers (ChordNode *self, const Op *op)
{
  ChordPeer owner = op->owners[0];
  if (is_self (self, &owner))
    owner.port = 0;
  self->fingers[self->next_finger++] = owner;
  for (; self->next_finger < CHORD_ID_BITS; self->next_finger++) {
    ChordId start = chord_id_finger_start (&self->self.id, self->next_finger);
    if (!chord_id_within (&start, &op->target, &op->owners[0].id))
      break;
    self->fingers[self->next_finger] = owner;
  }
}

/* Its successors are the owners of its own identifier, but for itself, whom others may remember from before. */
static void
join (ChordNode *self, Op *op, int64_t now)
{
  ChordPeer peers[CHORD_COPIES] = { op->here };
  unsigned n = 0;
  for (unsigned i = 0; i < op->n_owners; i++)
    if (!is_self (self, &op->owners[i]))
      peers[n++] = op->owners[i];
  finish (self, op, CHORD_DONE, now);
  chord_node_enter (self, peers, n > 0 ? n : 1, now);
}

static void
merge (ChordNode *self, Op *op, int64_t now)
{
  bool own = is_self (self, &op->owners[0]);
  ChordPeer peer = !own ? op->owners[0] : op->n_owners > 1 ? op->owners[1] : op->here;
  finish (self, op, CHORD_DONE, now);
  chord_node_probe (self, &peer, now);
}

static void
write_next (ChordNode *self, Op *op, int64_t now)
{
  op->phase = PHASE_WRITE;
  for (; op->at < op->n_owners; op->at++) {
    if (!is_self (self, &op->owners[op->at])) {
      ask (self, op, &op->owners[op->at], CHORD_STORE, now);
      return;
    }
    if (chord_store_put (&self->store, op->key, op->key_size, op->value, op->value_size, op->version, now)
        == 0)
      op->copies++;
    else
      op->full++;
  }
  if (op->copies > 0)
    finish (self, op, CHORD_DONE, now);
  else
    fail (self, op, op->full > 0 ? CHORD_NO_ROOM : CHORD_NO_ANSWER, now);
}

/* The newest state of the key is known: a get is done; a put makes a newer one. */
static void
have_read (ChordNode *self, Op *op, uint64_t version, const uint8_t *value, size_t size, int64_t now)
{
  if (op->kind == OP_PUT) {
    op->version = version < UINT64_MAX ? version + 1 : version;
    op->at = 0;
    write_next (self, op, now);
    return;
  }
  op->value_size = size;
  if (size > 0)
    memcpy (op->value, value, size);
  finish (self, op, CHORD_DONE, now);
}

/* The owner may be new and not have its keys yet, or be gone: those that follow it have copies. */
static void
read_next (ChordNode *self, Op *op, int64_t now)
{
  op->phase = PHASE_READ;
  for (; op->at < op->n_owners; op->at++) {
    if (!is_self (self, &op->owners[op->at])) {
      ask (self, op, &op->owners[op->at], CHORD_GET, now);
      return;
    }
    const ChordItem *item = chord_store_find (&self->store, &op->target);
    if (item != NULL) {
      have_read (self, op, item->state.version, item->bytes + item->key_size, item->value_size, now);
      return;
    }
  }
  if (op->kind == OP_PUT)
    have_read (self, op, 0, NULL, 0, now);
  else if (op->silent > 0)
    fail (self, op, op->silent < op->n_owners ? CHORD_NOT_FOUND : CHORD_NO_ANSWER, now);
  else
    finish (self, op, CHORD_NOT_FOUND, now);
}

static void
found (ChordNode *self, Op *op, int64_t now)
{
  ChordStep stage = { .peer = op->owners[0], .owner = true };
  switch (op->kind) {
  case OP_JOIN:
    join (self, op, now);
    break;
  case OP_MERGE:
    merge (self, op, now);
    break;
  case OP_FINGER:
    set_fingers (self, op);
    finish (self, op, CHORD_DONE, now);
    break;
  case OP_LOOKUP:
    step (self, op, &stage);
    finish (self, op, CHORD_DONE, now);
    break;
  case OP_GET:
  case OP_PUT:
    read_next (self, op, now);
    break;
  case OP_STRAY:
  case OP_FREE:
  case OP_WALK:
    finish (self, op, CHORD_DONE, now);
    break;
  }
}

/* --- the lookup -------------------------------------------------------------------------- */

/* Returns: the place of the candidate that is nearest before the target (@nearest), of those that were not asked; or
 * of that farthest from it. -1: there is none. */
static int
choose (const Op *op, bool nearest)
{
  int best = -1;
  ChordId best_distance = { { 0 } };
  for (unsigned i = 0; i < op->n_candidates; i++) {
    if (nearest && op->candidates[i].asked)
      continue;
    ChordId distance = chord_id_distance (&op->candidates[i].peer.id, &op->target);
    int order = best < 0 ? 0 : chord_id_compare (&distance, &best_distance);
    if (best < 0 || (nearest ? order < 0 : order > 0)) {
      best = (int)i;
      best_distance = distance;
    }
  }
  return best;
}

static void
add_candidate (const ChordNode *self, Op *op, const ChordPeer *peer)
{
  if (is_self (self, peer))
    return;
  for (unsigned i = 0; i < op->n_candidates; i++)
    if (chord_peer_equal (&op->candidates[i].peer, peer))
      return;
  unsigned place = op->n_candidates < CANDIDATES_MAX ? op->n_candidates++ : (unsigned)choose (op, false);
  op->candidates[place] = (Candidate){ .peer = *peer };
}

static void
ask_next (ChordNode *self, Op *op, int64_t now)
{
  int place = op->hops < HOPS_MAX ? choose (op, true) : -1;
  if (place < 0) {
    fail (self, op, CHORD_NO_ANSWER, now);
    return;
  }
  op->candidates[place].asked = true;
  ask (self, op, &op->candidates[place].peer, CHORD_FIND, now);
}

/* Walks on to the next of those that may follow. */
static void
walk_next (ChordNode *self, Op *op, int64_t now)
{
  bool alone = op->n_owners == 0 && is_self (self, &op->here);
  if (alone || (op->at < op->n_owners && is_self (self, &op->owners[op->at])))
    finish (self, op, CHORD_DONE, now);
  else if (op->at >= op->n_owners || op->hops >= CHORD_RING_MAX
           || !chord_id_between (&op->owners[op->at].id, &op->here.id, &self->self.id))
    finish (self, op, CHORD_BROKEN, now);
  else
    ask (self, op, &op->owners[op->at], CHORD_ASK, now);
}

static void
walk_begin (ChordNode *self, Op *op, int64_t now)
{
  ChordStep stage = { .peer = self->self, .held = self->store.n, .owned = chord_owned (self) };
  step (self, op, &stage);
  op->here = self->self;
  op->n_owners = self->n_successors;
  memcpy (op->owners, self->successors, sizeof op->owners);
  walk_next (self, op, now);
}

/* A round begins. */
void
chord_op_start (ChordNode *self, Op *op, int64_t now)
{
  op->round++;
  op->phase = PHASE_FIND;
  op->n_candidates = op->hops = op->at = op->silent = op->full = op->copies = op->n_owners = 0;
  if (op->kind == OP_WALK) {
    walk_begin (self, op, now);
    return;
  }
  if (op->kind == OP_JOIN || op->kind == OP_MERGE) {
    add_candidate (self, op, op->kind == OP_JOIN ? &self->via : &op->here);
  } else {
    ChordPeer peers[CHORD_COPIES];
    if (chord_node_answers (self, &op->target, op->owners, &op->n_owners)) {
      found (self, op, now);
      return;
    }
    unsigned n = chord_node_closest (self, &op->target, peers, CHORD_COPIES);
    for (unsigned i = 0; i < n; i++)
      add_candidate (self, op, &peers[i]);
  }
  ask_next (self, op, now);
}

static void
on_found (ChordNode *self, Op *op, const ChordMessage *message, int64_t now)
{
  ChordStep stage = { .peer = message->sender };
  op->hops++;
  op->here = message->sender;
  step (self, op, &stage);
  if (message->final && message->n_peers > 0) {
    op->n_owners = message->n_peers;
    memcpy (op->owners, message->peers, sizeof op->owners);
    op->at = op->silent = 0;
    found (self, op, now);
    return;
  }
  /* Only who is nearer than whoever names it: a lookup never goes back. */
  for (unsigned i = 0; i < message->n_peers; i++)
    if (chord_id_between (&message->peers[i].id, &message->sender.id, &op->target))
      add_candidate (self, op, &message->peers[i]);
  ask_next (self, op, now);
}

static void
on_state (ChordNode *self, Op *op, const ChordMessage *message, int64_t now)
{
  ChordStep stage = { .peer = message->sender, .held = message->held, .owned = message->owned };
  op->hops++;
  step (self, op, &stage);
  op->here = message->sender;
  op->n_owners = message->n_peers;
  memcpy (op->owners, message->peers, sizeof op->owners);
  op->at = 0;
  walk_next (self, op, now);
}

/* An answer to what @op asked last, of the type that fits. */
void
chord_op_input (ChordNode *self, Op *op, const ChordMessage *message, int64_t now)
{
  switch (message->type) {
  case CHORD_FOUND:
    on_found (self, op, message, now);
    break;
  case CHORD_STATE:
    on_state (self, op, message, now);
    break;
  case CHORD_VALUE:
    if (message->status == CHORD_HAVE) {
      have_read (self, op, message->version, message->value, message->value_size, now);
    } else {
      op->at++;
      read_next (self, op, now);
    }
    break;
  case CHORD_STORED:
    op->at++;
    op->copies += message->status == CHORD_HAVE;
    op->full += message->status == CHORD_LACK;
    write_next (self, op, now);
    break;
  default:
    break;
  }
}

void
chord_op_timeout (ChordNode *self, Op *op, const ChordPeer *peer, int64_t now)
{
  ChordStep stage = { .peer = *peer, .silent = true };
  step (self, op, &stage);
  op->at++;
  op->silent++;
  if (op->kind == OP_WALK)
    walk_next (self, op, now);
  else if (op->phase == PHASE_READ)
    read_next (self, op, now);
  else if (op->phase == PHASE_WRITE)
    write_next (self, op, now);
  else
    ask_next (self, op, now);
}

/* What @op asks, for its request to be sent, again maybe. */
void
chord_op_fill (const Op *op, ChordMessage *message)
{
  message->target = op->target;
  message->key = op->key;
  message->key_size = op->key_size;
  message->value = op->value;
  message->value_size = op->value_size;
  message->version = op->version;
}

/* --- its beginning --------------------------------------------------------------------- */

bool
chord_op_runs (const ChordNode *self, OpKind kind)
{
  return self->ops[kind - OP_JOIN].kind != OP_FREE;
}

/* What the node does by itself has a place of its own, so there is always room; what it asked before is forgotten. */
Op *
chord_op_begin (ChordNode *self, OpKind kind, const ChordId *target, int64_t now)
{
  unsigned place = kind <= OP_STRAY ? (unsigned)(kind - OP_JOIN) : OWN_SLOTS;
  while (kind > OP_STRAY && place < CHORD_OPS_MAX && self->ops[place].kind != OP_FREE)
    place++;
  if (place == CHORD_OPS_MAX)
    return NULL;
  Op *op = &self->ops[place];
  request_of (self, op)->busy = false;
  op->kind = kind;
  op->target = *target;
  op->round = 0;
  op->phase = PHASE_PAUSE; /* what others ask begins with the next chord_run() */
  op->resume = now;
  op->key_size = op->value_size = 0;
  op->version = 0;
  return op;
}

static int
begin (ChordNode *self, OpKind kind, const uint8_t *key, size_t size, const ChordId *target, int64_t now)
{
  if (!self->member || self->leaving)
    return -EAGAIN;
  Op *op = chord_op_begin (self, kind, target, now);
  if (op == NULL)
    return -EBUSY;
  op->key_size = size;
  if (size > 0)
    memcpy (op->key, key, size);
  return (int)(op - self->ops);
}

static int
begin_key (ChordNode *self, OpKind kind, const uint8_t *key, size_t size, int64_t now)
{
  if (size == 0 || size > CHORD_KEY_MAX)
    return -EMSGSIZE;
  ChordId id = chord_id_of (key, size);
  return begin (self, kind, key, size, &id, now);
}

int
chord_lookup (ChordNode *self, const uint8_t *key, size_t size, int64_t now)
{
  return begin_key (self, OP_LOOKUP, key, size, now);
}

int
chord_lookup_id (ChordNode *self, const ChordId *id, int64_t now)
{
  return begin (self, OP_LOOKUP, NULL, 0, id, now);
}

int
chord_get (ChordNode *self, const uint8_t *key, size_t size, int64_t now)
{
  return begin_key (self, OP_GET, key, size, now);
}

int
chord_put (ChordNode *self, const uint8_t *key, size_t key_size, const uint8_t *value, size_t value_size,
           int64_t now)
{
  if (value_size > CHORD_VALUE_MAX)
    return -EMSGSIZE;
  int r = begin_key (self, OP_PUT, key, key_size, now);
  if (r < 0)
    return r;
  self->ops[r].value_size = value_size;
  if (value_size > 0)
    memcpy (self->ops[r].value, value, value_size);
  return r;
}

int
chord_walk (ChordNode *self, int64_t now)
{
  return begin (self, OP_WALK, NULL, 0, &self->self.id, now);
}

void
chord_forget (ChordNode *self, unsigned op)
{
  if (op < OWN_SLOTS || op >= CHORD_OPS_MAX)
    return;
  request_of (self, &self->ops[op])->busy = false;
  self->ops[op].kind = OP_FREE;
}
