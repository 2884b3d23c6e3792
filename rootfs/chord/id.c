/* id.c - identifiers of Chord; see id.h. */
#include "id.h"

#include <string.h>

#include "sha1.h"

_Static_assert(CHORD_ID_SIZE == SHA1_SIZE, "identifiers are digests");

ChordId
chord_id_of (const void *data, size_t size)
{
  ChordId id;
  sha1 (data, size, id.bytes);
  return id;
}

int
chord_id_compare (const ChordId *a, const ChordId *b)
{
  return memcmp (a->bytes, b->bytes, CHORD_ID_SIZE);
}

bool
chord_id_between (const ChordId *id, const ChordId *low, const ChordId *high)
{
  bool above = chord_id_compare (id, low) > 0, below = chord_id_compare (id, high) < 0;
  int order = chord_id_compare (low, high);
  if (order == 0)
    return chord_id_compare (id, low) != 0;
  return order < 0 ? above && below : above || below; /* (low, high) goes past zero */
}

bool
chord_id_within (const ChordId *id, const ChordId *low, const ChordId *high)
{
  return chord_id_compare (id, high) == 0 || chord_id_between (id, low, high);
}

ChordId
chord_id_distance (const ChordId *from, const ChordId *to)
{
  ChordId distance;
  int borrow = 0;
  for (int i = CHORD_ID_SIZE - 1; i >= 0; i--) {
    int digit = to->bytes[i] - from->bytes[i] - borrow;
    borrow = digit < 0;
    distance.bytes[i] = (uint8_t)digit;
  }
  return distance;
}

ChordId
chord_id_finger_start (const ChordId *id, unsigned finger)
{
  ChordId start = *id;
  unsigned carry = 1u << finger % 8;
  for (int i = CHORD_ID_SIZE - 1 - (int)(finger / 8); i >= 0 && carry != 0; i--) {
    unsigned digit = start.bytes[i] + carry;
    start.bytes[i] = (uint8_t)digit;
    carry = digit >> 8;
  }
  return start;
}

void
chord_id_text (const ChordId *id, char ret_text[CHORD_ID_TEXT_SIZE])
{
  static const char digits[] = "0123456789abcdef";
  for (unsigned i = 0; i < CHORD_ID_SIZE; i++) {
    ret_text[2 * i] = digits[id->bytes[i] >> 4];
    ret_text[2 * i + 1] = digits[id->bytes[i] & 15];
  }
  ret_text[CHORD_ID_TEXT_SIZE - 1] = '\0';
}

static char *
put_number (char *at, unsigned number)
{
  if (number >= 10)
    at = put_number (at, number / 10);
  *at = (char)('0' + number % 10);
  return at + 1;
}

size_t
chord_peer_text (const ChordPeer *peer, char ret_text[CHORD_PEER_TEXT_SIZE])
{
  char *at = ret_text;
  for (unsigned i = 0; i < 4; i++) {
    at = put_number (at, peer->address >> (24 - 8 * i) & 255);
    *at++ = i < 3 ? '.' : ':';
  }
  at = put_number (at, peer->port);
  *at = '\0';
  return (size_t)(at - ret_text);
}

void
chord_peer_init (ChordPeer *peer, uint32_t address, uint16_t port)
{
  char text[CHORD_PEER_TEXT_SIZE];
  memset (peer, 0, sizeof *peer);
  peer->address = address;
  peer->port = port;
  size_t size = chord_peer_text (peer, text);
  peer->id = chord_id_of (text, size);
}

bool
chord_peer_equal (const ChordPeer *a, const ChordPeer *b)
{
  return a->address == b->address && a->port == b->port;
}
