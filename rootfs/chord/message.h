/* message.h - what nodes of Chord say to each other, as bytes of a datagram.
 *
 *   "VC" version(1) type(1) request(8) sender(26) body
 *
 * Numbers have the most significant byte first. A peer is identifier (20),
 * address (4) and port (2). An answer bears the request's number. What comes is
 * anybody's: every length is checked, nothing may be left over, and a peer whose
 * identifier is not that of its address is refused. Pure.
 */
#pragma once

#include "id.h"

#define CHORD_MESSAGE_VERSION 1
#define CHORD_MESSAGE_MAX 1400 /* bytes: one datagram, whatever tunnel it passes */
#define CHORD_KEY_MAX 255      /* bytes; at least 1 */
#define CHORD_VALUE_MAX 1024   /* bytes */
#define CHORD_COPIES 4         /* of a key, and length of a successor list: the paper's r */
#define CHORD_OFFERS_MAX 32

typedef enum {
  CHORD_FIND = 1, /* who has @target? */
  CHORD_FOUND,    /* @final: @peers are its owner and those after it; else who is nearer, the best first */
  CHORD_ASK,      /* who are your neighbours? */
  CHORD_STATE,    /* @predecessor, @peers (successors), @held, @owned */
  CHORD_NOTIFY,   /* I may be your predecessor */
  CHORD_PING,
  CHORD_PONG,
  CHORD_GET,    /* the value of @key? */
  CHORD_VALUE,  /* @status: CHORD_HAVE, then @version and @value; or CHORD_LACK */
  CHORD_STORE,  /* keep @key, @value, @version; with request 0 nobody waits for an answer */
  CHORD_STORED, /* @status: CHORD_HAVE, or CHORD_LACK: no room */
  CHORD_OFFER,  /* I have @offers; which of them do you lack? */
  CHORD_WANT,   /* those of @offers, whose versions say nothing */
  CHORD_LEAVE,  /* I go; @predecessor, @peers (successors) are whom I leave to you */
} ChordType;

typedef enum { CHORD_LACK, CHORD_HAVE } ChordStatus;

/* A key without its value: which state of it somebody has. */
typedef struct {
  ChordId id;
  uint64_t version; /* the higher is the newer */
  uint64_t tag; /* of the value: decides between values that two sides of a broken ring gave one version */
} ChordOffer;

/* Members that a type does not name are 0. */
typedef struct {
  ChordType type;
  uint64_t request;
  ChordPeer sender;
  ChordId target;
  bool final;
  ChordStatus status;
  ChordPeer predecessor; /* port 0: none */
  uint32_t held;
  uint32_t owned;
  unsigned n_peers;
  ChordPeer peers[CHORD_COPIES];
  uint64_t version;
  size_t key_size;
  const uint8_t *key; /* (unowned): in the datagram, as @value */
  size_t value_size;
  const uint8_t *value;
  unsigned n_offers;
  ChordOffer offers[CHORD_OFFERS_MAX];
} ChordMessage;

/** chord_message_pack: @message is within the bounds above. Returns: the size of the datagram. */
size_t chord_message_pack (const ChordMessage *message, uint8_t ret_data[CHORD_MESSAGE_MAX]);
/**
 * chord_message_unpack:
 * @ret_message: its key and value point into @data
 *
 * Returns: whether the bytes are a message, with true identifiers throughout.
 */
bool chord_message_unpack (const uint8_t *data, size_t size, ChordMessage *ret_message);
