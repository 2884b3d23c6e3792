/* message.c - messages of Chord as bytes; see message.h.
 *
 * One function a type of body walks over it in both directions: a cursor either
 * writes what it is given, or reads into it. So both sides cannot differ.
 */
#include "message.h"

#include <string.h>

typedef struct {
  uint8_t *out;      /* NULL: reads */
  const uint8_t *in; /* NULL: writes */
  size_t at;
  size_t size;
  bool bad;
} Cursor;

/* Whether @size bytes are left; advances. Returns: where they begin. */
static bool
take (Cursor *cursor, size_t size, size_t *ret_at)
{
  if (cursor->bad || size > cursor->size - cursor->at) {
    cursor->bad = true;
    return false;
  }
  *ret_at = cursor->at;
  cursor->at += size;
  return true;
}

static void
walk_bytes (Cursor *cursor, void *bytes, size_t size)
{
  size_t at;
  if (!take (cursor, size, &at) || size == 0)
    return;
  if (cursor->out != NULL)
    memcpy (cursor->out + at, bytes, size);
  else
    memcpy (bytes, cursor->in + at, size);
}

/* A number of @size bytes, at most @limit. Returns: it, or 0 when it is bad. */
static uint64_t
walk_number (Cursor *cursor, uint64_t number, size_t size, uint64_t limit)
{
  uint8_t bytes[8];
  for (size_t i = 0; i < size; i++)
    bytes[i] = (uint8_t)(number >> 8 * (size - 1 - i));
  walk_bytes (cursor, bytes, size);
  if (cursor->bad)
    return 0;
  uint64_t result = 0;
  for (size_t i = 0; i < size; i++)
    result = result << 8 | bytes[i];
  cursor->bad = result > limit;
  return cursor->bad ? 0 : result;
}

/* Key or value, which stays where it is when it is read. */
static void
walk_text (Cursor *cursor, const uint8_t **text, size_t size)
{
  size_t at;
  if (!take (cursor, size, &at))
    return;
  if (cursor->out == NULL)
    *text = cursor->in + at;
  else if (size > 0)
    memcpy (cursor->out + at, *text, size);
}

static void
walk_peer (Cursor *cursor, ChordPeer *peer)
{
  walk_bytes (cursor, peer->id.bytes, CHORD_ID_SIZE);
  uint32_t address = (uint32_t)walk_number (cursor, peer->address, 4, UINT32_MAX);
  uint16_t port = (uint16_t)walk_number (cursor, peer->port, 2, UINT16_MAX);
  if (cursor->bad || cursor->out != NULL)
    return;
  ChordPeer true_peer;
  chord_peer_init (&true_peer, address, port);
  cursor->bad = port == 0 || chord_id_compare (&true_peer.id, &peer->id) != 0;
  *peer = true_peer;
}

static void
walk_peers (Cursor *cursor, ChordMessage *message)
{
  message->n_peers = (unsigned)walk_number (cursor, message->n_peers, 1, CHORD_COPIES);
  for (unsigned i = 0; i < message->n_peers && !cursor->bad; i++)
    walk_peer (cursor, &message->peers[i]);
}

static void
walk_predecessor (Cursor *cursor, ChordMessage *message)
{
  if (walk_number (cursor, message->predecessor.port != 0, 1, 1) != 0)
    walk_peer (cursor, &message->predecessor);
}

static void
walk_key (Cursor *cursor, ChordMessage *message)
{
  message->key_size = (size_t)walk_number (cursor, message->key_size, 1, CHORD_KEY_MAX);
  cursor->bad = cursor->bad || message->key_size == 0;
  walk_text (cursor, &message->key, message->key_size);
}

static void
walk_value (Cursor *cursor, ChordMessage *message)
{
  message->version = walk_number (cursor, message->version, 8, UINT64_MAX);
  message->value_size = (size_t)walk_number (cursor, message->value_size, 2, CHORD_VALUE_MAX);
  walk_text (cursor, &message->value, message->value_size);
}

static void
walk_offers (Cursor *cursor, ChordMessage *message)
{
  message->n_offers = (unsigned)walk_number (cursor, message->n_offers, 1, CHORD_OFFERS_MAX);
  for (unsigned i = 0; i < message->n_offers && !cursor->bad; i++) {
    ChordOffer *offer = &message->offers[i];
    walk_bytes (cursor, offer->id.bytes, CHORD_ID_SIZE);
    offer->version = walk_number (cursor, offer->version, 8, UINT64_MAX);
    offer->tag = walk_number (cursor, offer->tag, 8, UINT64_MAX);
  }
}

static void
walk_body (Cursor *cursor, ChordMessage *message)
{
  switch (message->type) {
  case CHORD_FIND:
    walk_bytes (cursor, message->target.bytes, CHORD_ID_SIZE);
    break;
  case CHORD_FOUND:
    message->final = walk_number (cursor, message->final, 1, 1) != 0;
    walk_peers (cursor, message);
    break;
  case CHORD_STATE:
    walk_predecessor (cursor, message);
    walk_peers (cursor, message);
    message->held = (uint32_t)walk_number (cursor, message->held, 4, UINT32_MAX);
    message->owned = (uint32_t)walk_number (cursor, message->owned, 4, UINT32_MAX);
    break;
  case CHORD_LEAVE:
    walk_predecessor (cursor, message);
    walk_peers (cursor, message);
    break;
  case CHORD_GET:
    walk_key (cursor, message);
    break;
  case CHORD_STORE:
    walk_key (cursor, message);
    walk_value (cursor, message);
    break;
  case CHORD_VALUE:
    message->status = (ChordStatus)walk_number (cursor, message->status, 1, CHORD_HAVE);
    if (message->status == CHORD_HAVE)
      walk_value (cursor, message);
    break;
  case CHORD_STORED:
    message->status = (ChordStatus)walk_number (cursor, message->status, 1, CHORD_HAVE);
    break;
  case CHORD_OFFER:
  case CHORD_WANT:
    walk_offers (cursor, message);
    break;
  case CHORD_ASK:
  case CHORD_NOTIFY:
  case CHORD_PING:
  case CHORD_PONG:
    break;
  }
}

static void
walk_message (Cursor *cursor, ChordMessage *message)
{
  uint8_t magic[2] = { 'V', 'C' };
  walk_bytes (cursor, magic, sizeof magic);
  uint64_t version = walk_number (cursor, CHORD_MESSAGE_VERSION, 1, CHORD_MESSAGE_VERSION);
  cursor->bad = cursor->bad || magic[0] != 'V' || magic[1] != 'C' || version != CHORD_MESSAGE_VERSION;
  message->type = (ChordType)walk_number (cursor, message->type, 1, CHORD_LEAVE);
  message->request = walk_number (cursor, message->request, 8, UINT64_MAX);
  cursor->bad = cursor->bad || message->type < CHORD_FIND;
  walk_peer (cursor, &message->sender);
  if (!cursor->bad)
    walk_body (cursor, message);
}

size_t
chord_message_pack (const ChordMessage *message, uint8_t ret_data[CHORD_MESSAGE_MAX])
{
  ChordMessage copy = *message;
  Cursor cursor = { .out = ret_data, .size = CHORD_MESSAGE_MAX };
  walk_message (&cursor, &copy);
  return cursor.at;
}

bool
chord_message_unpack (const uint8_t *data, size_t size, ChordMessage *ret_message)
{
  Cursor cursor = { .in = data, .size = size };
  memset (ret_message, 0, sizeof *ret_message);
  walk_message (&cursor, ret_message);
  return !cursor.bad && cursor.at == size;
}
