/* storm.c - see storm.h: what is left when everything with fewer than two cables is taken away, again and
 * again. */
#include "config.h"

#include "gui/model/storm.h"

/* How many ends of cables among @names are in each; a cable to itself counts twice. */
static GHashTable *
count_ends (const VbetTopology *topology, GHashTable *names)
{
  GHashTable *counts = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < topology->cables->len; i++) {
    const VbetCable *cable = g_ptr_array_index (topology->cables, i);
    const char *a = cable->ends[0].device, *b = cable->ends[1].device;
    if (a == NULL || b == NULL || !vbet_attributes_boolean (cable->attributes, VBET_KIND_CABLE, "up")
        || !g_hash_table_contains (names, a) || !g_hash_table_contains (names, b))
      continue;
    const char *ends[] = { a, b };
    for (guint end = 0; end < 2; end++)
      g_hash_table_insert (counts, (gpointer)ends[end],
                           GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, ends[end])) + 1));
  }
  return counts;
}

static gboolean
hangs (gpointer name, gpointer value, gpointer counts)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (counts, name)) < 2;
}

GPtrArray *
vbet_storm_ring (const VbetTopology *topology, GHashTable *storms)
{
  g_autoptr (GHashTable) left = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *ring = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer name = NULL;
  guint gone = 1;
  g_hash_table_iter_init (&iter, storms);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_hash_table_add (left, name);
  while (gone > 0) {
    g_autoptr (GHashTable) counts = count_ends (topology, left);
    gone = g_hash_table_foreach_remove (left, hangs, counts);
  }
  for (guint i = 0; i < topology->devices->len; i++) {
    VbetDevice *device = g_ptr_array_index (topology->devices, i);
    if (g_hash_table_contains (left, device->name))
      g_ptr_array_add (ring, device);
  }
  return ring;
}
