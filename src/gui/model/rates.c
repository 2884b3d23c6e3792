/* rates.c - see rates.h. */
#include "config.h"

#include "gui/model/rates.h"

/* What is remembered of a cable. */
typedef struct {
  VbetCableCounters last;
  VbetCableCounters before; /* counted by processes that are gone */
  VbetTraffic traffic;      /* as it was told last */
  double time;
} Memory;

struct VbetRates {
  GHashTable *cables; /* name → Memory */
};

VbetRates *
vbet_rates_new (void)
{
  VbetRates *self = g_new0 (VbetRates, 1);
  self->cables = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
vbet_rates_free (VbetRates *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->cables);
  g_free (self);
}

static gboolean
is_begun_anew (const VbetCableCounters *last, const VbetCableCounters *now)
{
  for (int way = 0; way < 2; way++)
    if (now->frames[way] < last->frames[way] || now->bytes[way] < last->bytes[way]
        || now->dropped[way] < last->dropped[way])
      return TRUE;
  return FALSE;
}

static void
keep_totals (Memory *memory)
{
  for (int way = 0; way < 2; way++) {
    memory->before.frames[way] += memory->last.frames[way];
    memory->before.bytes[way] += memory->last.bytes[way];
    memory->before.dropped[way] += memory->last.dropped[way];
  }
}

static void
fill (Memory *memory, gboolean is_new, double time, const VbetCableCounters *now)
{
  VbetTraffic *traffic = &memory->traffic;
  double seconds = time - memory->time;
  gboolean anew = !is_new && is_begun_anew (&memory->last, now);
  if (anew)
    keep_totals (memory);
  for (int way = 0; way < 2; way++) {
    traffic->carrier[way] = now->carrier[way];
    traffic->port[way] = now->port[way];
    traffic->why[way] = now->why[way];
    traffic->total_frames[way] = memory->before.frames[way] + now->frames[way];
    traffic->total_bytes[way] = memory->before.bytes[way] + now->bytes[way];
    traffic->dropped[way] = memory->before.dropped[way] + now->dropped[way];
    if (is_new || anew) {
      traffic->frames[way] = 0;
      traffic->bits[way] = 0;
    } else if (seconds > 0) {
      traffic->frames[way] = (double)(now->frames[way] - memory->last.frames[way]) / seconds;
      traffic->bits[way] = (double)(now->bytes[way] - memory->last.bytes[way]) * 8 / seconds;
    }
  }
  if (!is_new && !anew && seconds <= 0)
    return; /* the same moment twice: the next sample is measured against the first */
  memory->last = *now;
  memory->time = time;
}

static gboolean
is_lost (gpointer name, gpointer memory, gpointer counters)
{
  return !g_hash_table_contains (counters, name);
}

GHashTable *
vbet_rates_sample (VbetRates *self, double time, GHashTable *counters)
{
  GHashTable *result = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer name = NULL, value = NULL;
  g_hash_table_foreach_remove (self->cables, is_lost, counters);
  g_hash_table_iter_init (&iter, counters);
  while (g_hash_table_iter_next (&iter, &name, &value)) {
    Memory *memory = g_hash_table_lookup (self->cables, name);
    gboolean is_new = memory == NULL;
    if (is_new) {
      memory = g_new0 (Memory, 1);
      g_hash_table_insert (self->cables, g_strdup (name), memory);
    }
    fill (memory, is_new, time, value);
    g_hash_table_insert (result, g_strdup (name), g_memdup2 (&memory->traffic, sizeof memory->traffic));
  }
  return result;
}

double
vbet_rates_share (double time_before, double cpu_before, double time, double cpu)
{
  if (time_before < 0 || time <= time_before || cpu < cpu_before)
    return -1;
  return (cpu - cpu_before) / (time - time_before);
}
