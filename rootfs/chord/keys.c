/* keys.c - copies of keys: where a node's own go, what becomes of those that it holds for others. */
#include "core-private.h"

#define STRAY_TURNS 20 /* turns until a key that no owner speaks of is looked after */

static void
send_store (ChordNode *self, const ChordPeer *to, const ChordItem *item)
{
  ChordMessage message = chord_node_message (self, CHORD_STORE, 0);
  message.version = item->state.version;
  message.key = item->bytes;
  message.key_size = item->key_size;
  message.value = item->bytes + item->key_size;
  message.value_size = item->value_size;
  chord_node_send (self, to, &message);
}

/* Offers what is this node's own (@owned), or what is not, to @to: as many messages as it takes. */
static void
offer_all (ChordNode *self, const ChordPeer *to, bool owned)
{
  ChordMessage message = chord_node_message (self, CHORD_OFFER, self->offer_number);
  for (unsigned i = 0; i < self->store.n; i++) {
    const ChordOffer *state = &self->store.items[i]->state;
    if (chord_node_owns (self, &state->id) == owned)
      message.offers[message.n_offers++] = *state;
    bool last = i + 1 == self->store.n;
    if (message.n_offers == CHORD_OFFERS_MAX || (last && message.n_offers > 0)) {
      chord_node_send (self, to, &message);
      message.n_offers = 0;
    }
  }
}

/* A round: its own keys to those that follow it. */
void
chord_keys_offer (ChordNode *self, int64_t now)
{
  self->old_offer_number = self->offer_number;
  self->offer_number = chord_node_random (self) | 1;
  for (unsigned i = 0; i < self->n_successors && i < CHORD_COPIES - 1; i++)
    offer_all (self, &self->successors[i], true);
}

/* @to has come before this node: keys that were this one's are its (SIGCOMM section 4.4). */
void
chord_keys_give (ChordNode *self, const ChordPeer *to)
{
  offer_all (self, to, false);
}

static void
on_offer (ChordNode *self, const ChordMessage *message, int64_t now)
{
  ChordMessage answer = chord_node_message (self, CHORD_WANT, message->request);
  for (unsigned i = 0; i < message->n_offers; i++) {
    const ChordOffer *offer = &message->offers[i];
    ChordItem *item = chord_store_find (&self->store, &offer->id);
    if (item == NULL || chord_offer_is_newer (offer, &item->state))
      answer.offers[answer.n_offers++] = *offer;
    else if (chord_offer_is_newer (&item->state, offer))
      send_store (self, &message->sender, item);
    if (item != NULL)
      item->seen = now;
  }
  chord_node_send (self, &message->sender, &answer);
}

static void
send_wanted (ChordNode *self, const ChordMessage *message)
{
  for (unsigned i = 0; i < message->n_offers; i++) {
    const ChordItem *item = chord_store_find (&self->store, &message->offers[i].id);
    if (item != NULL)
      send_store (self, &message->sender, item);
  }
}

static void
on_want (ChordNode *self, const ChordMessage *message, int64_t now)
{
  bool is_stray = message->request == self->stray_number;
  if (message->request == 0
      || (!is_stray && message->request != self->offer_number && message->request != self->old_offer_number))
    return;
  send_wanted (self, message);
  if (!is_stray || message->n_offers > 0)
    return;
  /* Its owner has it, and this node is none of those that keep copies. */
  self->stray_number = 0;
  if (!chord_node_owns (self, &self->stray))
    chord_store_remove (&self->store, &self->stray);
  chord_keys_look (self, now);
}

static void
on_store (ChordNode *self, const ChordMessage *message, int64_t now)
{
  ChordMessage answer = chord_node_message (self, CHORD_STORED, message->request);
  int r = chord_store_put (&self->store, message->key, message->key_size, message->value, message->value_size,
                           message->version, now);
  answer.status = r == 0 ? CHORD_HAVE : CHORD_LACK;
  if (message->request != 0)
    chord_node_send (self, &message->sender, &answer);
}

static void
on_get (ChordNode *self, const ChordMessage *message)
{
  ChordMessage answer = chord_node_message (self, CHORD_VALUE, message->request);
  ChordId id = chord_id_of (message->key, message->key_size);
  const ChordItem *item = chord_store_find (&self->store, &id);
  if (item != NULL) {
    answer.status = CHORD_HAVE;
    answer.version = item->state.version;
    answer.value = item->bytes + item->key_size;
    answer.value_size = item->value_size;
  }
  chord_node_send (self, &message->sender, &answer);
}

void
chord_keys_input (ChordNode *self, const ChordMessage *message, int64_t now)
{
  if (message->type == CHORD_GET)
    on_get (self, message);
  else if (message->type == CHORD_WANT)
    on_want (self, message, now);
  else if (self->leaving)
    return; /* whoever goes takes nothing more */
  else if (message->type == CHORD_STORE)
    on_store (self, message, now);
  else if (message->type == CHORD_OFFER)
    on_offer (self, message, now);
}

/* Looks for the owner of a key that nobody has spoken of for long: this node may be no longer due to have it. */
void
chord_keys_look (ChordNode *self, int64_t now)
{
  if (chord_op_runs (self, OP_STRAY))
    return;
  for (unsigned i = 0; i < self->store.n; i++) {
    const ChordItem *item = self->store.items[i];
    if (now - item->seen < STRAY_TURNS * self->config.interval || chord_node_owns (self, &item->state.id))
      continue;
    Op *op = chord_op_begin (self, OP_STRAY, &item->state.id, now);
    chord_op_start (self, op, now);
    return;
  }
}

/* @op has found the owner of a stray key, or nobody. */
void
chord_keys_stray (ChordNode *self, const Op *op, int64_t now)
{
  ChordItem *item = chord_store_find (&self->store, &op->target);
  if (item == NULL)
    return;
  item->seen = now; /* next time is long from now, whatever comes of it */
  bool due = op->n_owners == 0;
  for (unsigned i = 0; i < op->n_owners; i++)
    due = due || chord_peer_equal (&op->owners[i], &self->self);
  if (op->n_owners == 0 || chord_peer_equal (&op->owners[0], &self->self))
    return;
  ChordMessage message = chord_node_message (self, CHORD_OFFER, self->offer_number);
  if (!due) {
    self->stray = op->target;
    self->stray_number = chord_node_random (self) | 1;
    message.request = self->stray_number;
  }
  message.offers[message.n_offers++] = item->state;
  chord_node_send (self, &op->owners[0], &message);
}

/* The next keys to be handed over by a node that leaves. */
void
chord_keys_leave (ChordNode *self, ChordMessage *message)
{
  for (unsigned i = self->leave_next; i < self->store.n && message->n_offers < CHORD_OFFERS_MAX; i++)
    message->offers[message->n_offers++] = self->store.items[i]->state;
}

/* Its successor says which of them it lacks; when it lacks none, the next are due. */
void
chord_keys_handed (ChordNode *self, const ChordMessage *message, int64_t now)
{
  if (message->n_offers == 0)
    self->leave_next += CHORD_OFFERS_MAX;
  else
    send_wanted (self, message);
}
