/* store.h - the keys and values that a node of Chord holds: a bounded table in memory. Pure. */
#pragma once

#include "message.h"

#define CHORD_KEYS_MAX 512

typedef struct {
  ChordOffer state; /* identifier, version, tag */
  int64_t seen;     /* nanoseconds: when its owner last spoke of it, or it came */
  size_t key_size;
  size_t value_size;
  uint8_t bytes[]; /* key, then value */
} ChordItem;

typedef struct {
  unsigned n;
  ChordItem *items[CHORD_KEYS_MAX]; /* by identifier */
} ChordStore;

/** chord_store_clear: frees all items. */
void chord_store_clear (ChordStore *store);
/** chord_store_find: Returns: (nullable): item @id. */
ChordItem *chord_store_find (const ChordStore *store, const ChordId *id);
/**
 * chord_store_put: keeps a key, unless what is there is as new. Whoever calls sees to the bounds of message.h.
 *
 * Returns: 0, -ENOSPC when the table is full, -ENOMEM
 */
int chord_store_put (ChordStore *store, const uint8_t *key, size_t key_size, const uint8_t *value,
                     size_t value_size, uint64_t version, int64_t now);
/** chord_store_remove: item @id, if it is there. */
void chord_store_remove (ChordStore *store, const ChordId *id);
/** chord_offer_is_newer: whether state @a of a key replaces @b. */
bool chord_offer_is_newer (const ChordOffer *a, const ChordOffer *b);
