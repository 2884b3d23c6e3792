/* store.c - keys and values of a node of Chord; see store.h. */
#include "store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void
chord_store_clear (ChordStore *store)
{
  for (unsigned i = 0; i < store->n; i++)
    free (store->items[i]);
  store->n = 0;
}

/* Returns: where @id is, or has to go. */
static unsigned
place_of (const ChordStore *store, const ChordId *id)
{
  unsigned low = 0, high = store->n;
  while (low < high) {
    unsigned middle = (low + high) / 2;
    if (chord_id_compare (&store->items[middle]->state.id, id) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

ChordItem *
chord_store_find (const ChordStore *store, const ChordId *id)
{
  unsigned place = place_of (store, id);
  bool there = place < store->n && chord_id_compare (&store->items[place]->state.id, id) == 0;
  return there ? store->items[place] : NULL;
}

bool
chord_offer_is_newer (const ChordOffer *a, const ChordOffer *b)
{
  return a->version != b->version ? a->version > b->version : a->tag > b->tag;
}

static uint64_t
tag_of (const uint8_t *value, size_t size)
{
  ChordId digest = chord_id_of (value, size);
  uint64_t tag = 0;
  for (unsigned i = 0; i < sizeof tag; i++)
    tag = tag << 8 | digest.bytes[i];
  return tag;
}

static ChordItem *
item_new (const ChordOffer *state, const uint8_t *key, size_t key_size, const uint8_t *value,
          size_t value_size)
{
  ChordItem *item = malloc (sizeof *item + key_size + value_size);
  if (item == NULL)
    return NULL;
  *item = (ChordItem){ .state = *state, .key_size = key_size, .value_size = value_size };
  memcpy (item->bytes, key, key_size);
  if (value_size > 0)
    memcpy (item->bytes + key_size, value, value_size);
  return item;
}

int
chord_store_put (ChordStore *store, const uint8_t *key, size_t key_size, const uint8_t *value,
                 size_t value_size, uint64_t version, int64_t now)
{
  ChordOffer state = { chord_id_of (key, key_size), version, tag_of (value, value_size) };
  unsigned place = place_of (store, &state.id);
  ChordItem *old = chord_store_find (store, &state.id);
  if (old != NULL && !chord_offer_is_newer (&state, &old->state)) {
    old->seen = now;
    return 0;
  }
  if (old == NULL && store->n == CHORD_KEYS_MAX)
    return -ENOSPC;
  ChordItem *item = item_new (&state, key, key_size, value, value_size);
  if (item == NULL)
    return -ENOMEM;
  item->seen = now;
  if (old == NULL) {
    memmove (store->items + place + 1, store->items + place, (store->n - place) * sizeof store->items[0]);
    store->n++;
  }
  free (old);
  store->items[place] = item;
  return 0;
}

void
chord_store_remove (ChordStore *store, const ChordId *id)
{
  ChordItem *item = chord_store_find (store, id);
  if (item == NULL)
    return;
  unsigned place = place_of (store, id);
  store->n--;
  memmove (store->items + place, store->items + place + 1, (store->n - place) * sizeof store->items[0]);
  free (item);
}
