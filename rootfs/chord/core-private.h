/* core-private.h - what the files of a node share: core.c (the ring), keys.c (copies), ops.c (what is asked). */
#pragma once

#include "core.h"

#define TRIES_MAX 4
#define CANDIDATES_MAX 24
#define ROUNDS_MAX 3 /* of a lookup that came to no end */

/* Something that was asked of a peer and has not been answered. */
typedef struct {
  bool busy;
  uint64_t number;
  ChordPeer peer;
  ChordType type;
  unsigned tries;
  int64_t deadline;
} Request;

/* Who waits for an answer. From REQUEST_OP on: operations. */
typedef enum {
  REQUEST_STABILISE,
  REQUEST_PROBE, /* somebody said to be near, or was lost and may be back */
  REQUEST_PING,
  REQUEST_LEAVE,
  REQUEST_OP,
  REQUESTS = REQUEST_OP + CHORD_OPS_MAX,
} Purpose;

typedef enum {
  OP_FREE,
  OP_JOIN,
  OP_MERGE,  /* looks for its own place by somebody else */
  OP_FINGER, /* fix fingers */
  OP_STRAY,  /* whose is a key that no owner speaks of? */
  OP_LOOKUP,
  OP_GET,
  OP_PUT,
  OP_WALK,
} OpKind;

typedef enum { PHASE_FIND, PHASE_READ, PHASE_WRITE, PHASE_PAUSE } Phase;

typedef struct {
  ChordPeer peer;
  bool asked;
} Candidate;

/* A lookup and what follows it. */
typedef struct {
  OpKind kind;
  Phase phase;
  ChordId target;
  unsigned round; /* from 1 */
  unsigned hops;
  int64_t resume; /* when PHASE_PAUSE ends */
  unsigned n_candidates;
  Candidate candidates[CANDIDATES_MAX];
  unsigned n_owners; /* of a walk: those that may come next */
  ChordPeer owners[CHORD_COPIES];
  unsigned at; /* which of @owners is asked */
  unsigned silent;
  unsigned full;
  unsigned copies;
  ChordPeer here; /* of a walk */
  uint64_t version;
  size_t key_size;
  size_t value_size;
  uint8_t key[CHORD_KEY_MAX];
  uint8_t value[CHORD_VALUE_MAX];
} Op;

struct ChordNode {
  ChordConfig config;
  ChordPeer self;
  uint64_t random;
  bool member;
  bool leaving;
  ChordPeer via; /* port 0: it made the ring */
  ChordPeer lost;
  ChordPeer predecessor; /* port 0: none */
  int64_t predecessor_heard;
  unsigned n_successors;
  ChordPeer successors[CHORD_COPIES];
  ChordPeer fingers[CHORD_ID_BITS]; /* port 0: not known */
  unsigned next_finger;
  unsigned probes; /* left for this turn */
  int64_t stabilise_at;
  int64_t offer_at;
  int64_t merge_at;
  uint64_t offer_number; /* requests of this round of offers, and of the one before */
  uint64_t old_offer_number;
  uint64_t stray_number; /* of the offer of one stray key */
  ChordId stray;
  unsigned leave_next; /* first item that has not been handed over */
  int64_t leave_until;
  Request requests[REQUESTS];
  Op ops[CHORD_OPS_MAX];
  ChordStore store;
};

/* core.c */
uint64_t chord_node_random (ChordNode *self);
ChordMessage chord_node_message (const ChordNode *self, ChordType type, uint64_t request);
void chord_node_send (ChordNode *self, const ChordPeer *to, const ChordMessage *message);
void chord_node_request (ChordNode *self, unsigned purpose, const ChordPeer *to, ChordType type, int64_t now);
void chord_node_lost (ChordNode *self, const ChordPeer *peer, int64_t now);
bool chord_node_owns (const ChordNode *self, const ChordId *id);
void chord_node_probe (ChordNode *self, const ChordPeer *peer, int64_t now);
void chord_node_enter (ChordNode *self, const ChordPeer *peers, unsigned count, int64_t now);
unsigned chord_node_closest (const ChordNode *self, const ChordId *target, ChordPeer *peers, unsigned limit);
bool chord_node_answers (const ChordNode *self, const ChordId *target, ChordPeer *peers, unsigned *ret_count);

/* keys.c */
void chord_keys_offer (ChordNode *self, int64_t now);
void chord_keys_give (ChordNode *self, const ChordPeer *to);
void chord_keys_input (ChordNode *self, const ChordMessage *message, int64_t now);
void chord_keys_stray (ChordNode *self, const Op *op, int64_t now);
void chord_keys_look (ChordNode *self, int64_t now);
void chord_keys_leave (ChordNode *self, ChordMessage *message);
void chord_keys_handed (ChordNode *self, const ChordMessage *message, int64_t now);

/* ops.c */
Op *chord_op_begin (ChordNode *self, OpKind kind, const ChordId *target, int64_t now);
void chord_op_start (ChordNode *self, Op *op, int64_t now);
void chord_op_fill (const Op *op, ChordMessage *message);
void chord_op_input (ChordNode *self, Op *op, const ChordMessage *message, int64_t now);
void chord_op_timeout (ChordNode *self, Op *op, const ChordPeer *peer, int64_t now);
bool chord_op_runs (const ChordNode *self, OpKind kind);
