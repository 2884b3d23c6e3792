/* mac-table.c - see mac-table.h. */
#include "config.h"

#include "switch/core/mac-table.h"

#define WAYS 8u
#define FREE_SLOT G_MAXUINT64

typedef struct {
  guint64 key[WAYS]; /* one cache line to search; FREE_SLOT when empty */
  gint64 heard[WAYS];
  guint16 port[WAYS];
} Bucket;

struct VbetMacTable {
  Bucket *buckets;
  guint mask; /* number of buckets - 1 */
  guint shift;
  guint64 multiplier; /* odd */
  guint64 salt;
  gint64 ageing;
  guint64 evicted;
  guint64 moved;
  guint count;
  guint entries[VBET_MAC_TABLE_PORTS]; /* slots a port holds, aged ones included */
};

VbetMacTable *
vbet_mac_table_new (guint capacity, gint64 ageing, guint64 seed)
{
  VbetMacTable *self = g_new0 (VbetMacTable, 1);
  guint count = 1;
  guint bits = 0;
  while (count * WAYS < capacity && bits < 20) {
    count *= 2;
    bits++;
  }
  self->buckets = g_new0 (Bucket, count);
  self->mask = count - 1;
  self->shift = 64 - (bits > 0 ? bits : 1);
  self->multiplier = (seed ^ G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)) | 1;
  self->salt = seed * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  self->ageing = ageing;
  for (guint i = 0; i < count; i++)
    for (guint way = 0; way < WAYS; way++)
      self->buckets[i].key[way] = FREE_SLOT;
  return self;
}

void
vbet_mac_table_free (VbetMacTable *self)
{
  if (self == NULL)
    return;
  g_free (self->buckets);
  g_free (self);
}

void
vbet_mac_table_set_ageing (VbetMacTable *self, gint64 ageing)
{
  self->ageing = ageing;
}

gint64
vbet_mac_table_get_ageing (const VbetMacTable *self)
{
  return self->ageing;
}

/* Multiplicative hashing: the highest bits of a product depend on every bit of the key. */
static Bucket *
bucket_of (const VbetMacTable *self, guint64 mac)
{
  guint64 mixed = (mac ^ self->salt) * self->multiplier;
  mixed ^= mixed >> 32;
  mixed *= self->multiplier;
  return &self->buckets[(mixed >> self->shift) & self->mask];
}

static gboolean
is_fresh (const VbetMacTable *self, const Bucket *bucket, guint way, gint64 now)
{
  return now - bucket->heard[way] < self->ageing;
}

static gint
way_of (const Bucket *bucket, guint64 mac)
{
  for (guint way = 0; way < WAYS; way++)
    if (bucket->key[way] == mac)
      return (gint)way;
  return -1;
}

/* Whether slot @a is the better one to give up than slot @b, both fresh. */
static gboolean
is_better_victim (const VbetMacTable *self, const Bucket *bucket, guint a, guint b)
{
  guint held_a = self->entries[bucket->port[a]];
  guint held_b = self->entries[bucket->port[b]];
  if (held_a != held_b)
    return held_a > held_b;
  return bucket->heard[a] < bucket->heard[b];
}

/* Returns a slot of @bucket for a new address, emptied. */
static guint
make_room (VbetMacTable *self, Bucket *bucket, gint64 now)
{
  guint victim = 0;
  for (guint way = 0; way < WAYS; way++) {
    if (bucket->key[way] == FREE_SLOT)
      return way;
    if (!is_fresh (self, bucket, way, now)) {
      self->entries[bucket->port[way]]--;
      self->count--;
      return way;
    }
    if (way > 0 && is_better_victim (self, bucket, way, victim))
      victim = way;
  }
  self->entries[bucket->port[victim]]--;
  self->count--;
  self->evicted++;
  return victim;
}

void
vbet_mac_table_learn (VbetMacTable *self, guint64 mac, guint port, gint64 now)
{
  g_return_if_fail (port < VBET_MAC_TABLE_PORTS);
  if (self->ageing <= 0)
    return;
  Bucket *bucket = bucket_of (self, mac);
  gint found = way_of (bucket, mac);
  if (G_LIKELY (found >= 0 && bucket->port[found] == port)) {
    bucket->heard[found] = now;
    return;
  }
  guint way;
  if (found >= 0) {
    way = (guint)found;
    self->entries[bucket->port[way]]--;
    self->moved++;
  } else {
    way = make_room (self, bucket, now);
    self->count++;
  }
  bucket->key[way] = mac;
  bucket->port[way] = (guint16)port;
  bucket->heard[way] = now;
  self->entries[port]++;
}

gint
vbet_mac_table_find (const VbetMacTable *self, guint64 mac, gint64 now)
{
  const Bucket *bucket = bucket_of (self, mac);
  gint way = way_of (bucket, mac);
  if (way < 0 || !is_fresh (self, bucket, (guint)way, now))
    return -1;
  return bucket->port[way];
}

void
vbet_mac_table_forget_port (VbetMacTable *self, guint port)
{
  g_return_if_fail (port < VBET_MAC_TABLE_PORTS);
  for (guint i = 0; i <= self->mask && self->entries[port] > 0; i++) {
    Bucket *bucket = &self->buckets[i];
    for (guint way = 0; way < WAYS; way++) {
      if (bucket->key[way] == FREE_SLOT || bucket->port[way] != port)
        continue;
      bucket->key[way] = FREE_SLOT;
      self->entries[port]--;
      self->count--;
    }
  }
}

guint64
vbet_mac_table_get_evicted (const VbetMacTable *self)
{
  return self->evicted;
}

guint64
vbet_mac_table_get_moved (const VbetMacTable *self)
{
  return self->moved;
}

guint
vbet_mac_table_get_count (const VbetMacTable *self)
{
  return self->count;
}

guint
vbet_mac_table_get_capacity (const VbetMacTable *self)
{
  return (self->mask + 1) * WAYS;
}

void
vbet_mac_table_each (const VbetMacTable *self, gint64 now, VbetMacTableVisit visit, gpointer user_data)
{
  for (guint i = 0; i <= self->mask; i++) {
    const Bucket *bucket = &self->buckets[i];
    for (guint way = 0; way < WAYS; way++)
      if (bucket->key[way] != FREE_SLOT && is_fresh (self, bucket, way, now))
        visit (bucket->key[way], bucket->port[way], now - bucket->heard[way], user_data);
  }
}
