/* core.h - one node of a Chord ring, without sockets or clock.
 *
 * Datagrams and time go in; datagrams, steps and answers come out by callbacks.
 * What follows the paper (see id.h): the ring of successors with stabilise and
 * notify, fix fingers, check predecessor (SIGCOMM figure 7, journal figure 6),
 * successor lists (SIGCOMM section 5.2, journal IV-E-3), iterative lookups by
 * the closest preceding node (SIGCOMM figure 4, journal figure 5), copies of a
 * key at those that follow its owner (SIGCOMM 5.2), voluntary departures
 * (journal IV-E-6). What goes beyond it:
 *
 *  - Stabilise asks a new successor for its predecessor at once, and so on, not
 *    at the next turn: many that join at one place come into order sooner.
 *  - Copies are compared all the time: an owner offers the versions of its keys
 *    to its successors, which ask for what they lack. Who holds a key that no
 *    owner speaks of offers it to the owner, and drops it where it is not due.
 *  - A node looks now and then whether one that it has lost, or that it joined
 *    by, knows a nearer successor: a ring that a cut cable made two becomes one.
 *
 * Not done: messages are not authenticated. Who can send from another's address,
 * or owns many addresses, can mislead lookups, as the paper's outlook says.
 */
#pragma once

#include "store.h"

#define CHORD_OPS_MAX 12 /* of those that somebody asked for, at a time: eight */
#define CHORD_RING_MAX 4096

typedef struct ChordNode ChordNode;

typedef enum {
  CHORD_DONE,
  CHORD_NOT_FOUND, /* no such key */
  CHORD_NO_ANSWER, /* nobody who should know answers */
  CHORD_NO_ROOM,   /* those who should keep the key are full */
  CHORD_BROKEN,    /* the ring does not close */
} ChordResult;

/* One stage of a lookup or of a walk round the ring. */
typedef struct {
  ChordPeer peer;
  bool silent;   /* it did not answer */
  bool owner;    /* the lookup's end: it has the key, or would */
  uint32_t held; /* of a walk: keys and copies; those that it owns */
  uint32_t owned;
} ChordStep;

typedef struct {
  ChordResult result;
  unsigned hops;   /* of a lookup: how many other nodes were asked */
  unsigned copies; /* of a put */
  size_t value_size;
  const uint8_t *value; /* of a get */
} ChordAnswer;

typedef struct {
  uint32_t address; /* its own, IPv4, host order: where others reach it */
  uint16_t port;
  uint64_t seed;    /* must not be guessed by strangers: numbers of requests are made of it */
  int64_t interval; /* nanoseconds between two turns of stabilise */
  int64_t timeout;  /* until a request is sent again; the fourth time its peer counts as gone */
  void *user_data;
  /* A datagram leaves; may not call back, as all of these. */
  void (*send) (const ChordPeer *to, const uint8_t *data, size_t size, void *user_data);
  void (*step) (unsigned op, const ChordStep *step, void *user_data);
  void (*answer) (unsigned op, const ChordAnswer *answer, void *user_data);
  /* It has joined, or could not; once for each chord_join(). */
  void (*joined) (bool joined, void *user_data);
  /* It has left: keys are handed over, or nobody took them. */
  void (*left) (bool handed_over, void *user_data);
} ChordConfig;

/** chord_new: a node that is in no ring. Returns: (transfer full) (nullable): NULL when there is no memory. */
ChordNode *chord_new (const ChordConfig *config, int64_t now);
/** chord_free: @self: (nullable): it is gone without a word, as by a power cut. */
void chord_free (ChordNode *self);

/** chord_create: it makes a ring of its own. */
void chord_create (ChordNode *self, int64_t now);
/** chord_join: it joins the ring that @via is in. */
void chord_join (ChordNode *self, const ChordPeer *via, int64_t now);
/** chord_leave: it hands its keys over and says goodbye. What is being asked gets no answer. */
void chord_leave (ChordNode *self, int64_t now);

/** chord_input: a datagram came from @address and @port. Anything may be in it. */
void chord_input (ChordNode *self, uint32_t address, uint16_t port, const uint8_t *data, size_t size,
                  int64_t now);
/** chord_deadline: Returns: when chord_run() is to be called (nanoseconds). */
int64_t chord_deadline (const ChordNode *self);
/** chord_run: time passes; a late call counts as one turn. */
void chord_run (ChordNode *self, int64_t now);

/* What can be asked; numbers of running questions are from 0 to CHORD_OPS_MAX - 1. -EAGAIN: it is not in a ring;
 * -EBUSY: too much is asked; -EMSGSIZE: a key is empty, or key or value too long. Steps and answer come by chord_input() and
 * chord_run(), never before the function returns. */

/** chord_lookup: who has @key: steps, then an answer. Returns: number, or -errno. */
int chord_lookup (ChordNode *self, const uint8_t *key, size_t size, int64_t now);
/** chord_lookup_id: the same, for an identifier. */
int chord_lookup_id (ChordNode *self, const ChordId *id, int64_t now);
/** chord_get: the value of @key. Returns: number, or -errno. */
int chord_get (ChordNode *self, const uint8_t *key, size_t size, int64_t now);
/** chord_put: stores @value at the owner of @key and at those that follow. Returns: number, or -errno. */
int chord_put (ChordNode *self, const uint8_t *key, size_t key_size, const uint8_t *value, size_t value_size,
               int64_t now);
/** chord_walk: once round the ring: a step a node, this one first. Returns: number, or -errno. */
int chord_walk (ChordNode *self, int64_t now);
/** chord_forget: nobody waits for the answer of @op any more. */
void chord_forget (ChordNode *self, unsigned op);

/** chord_self: Returns: itself. */
const ChordPeer *chord_self (const ChordNode *self);
/** chord_is_member: whether it is in a ring. */
bool chord_is_member (const ChordNode *self);
/** chord_predecessor: Returns: (nullable): NULL: none is known. */
const ChordPeer *chord_predecessor (const ChordNode *self);
/** chord_successors: Returns: the list, the nearest first; @ret_count of them. None: it is alone. */
const ChordPeer *chord_successors (const ChordNode *self, unsigned *ret_count);
/** chord_finger: Returns: (nullable): finger number @finger, from 0; NULL: not known. */
const ChordPeer *chord_finger (const ChordNode *self, unsigned finger);
/** chord_keys: Returns: the keys and copies that it holds. */
const ChordStore *chord_keys (const ChordNode *self);
/** chord_owned: Returns: how many of them are its own. */
unsigned chord_owned (const ChordNode *self);
