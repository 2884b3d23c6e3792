/* session-select.c - ways to select many devices at once; see session.h. */
#include "config.h"

#include "gui/model/session-private.h"

static void
select_list (VbetSession *self, GStrvBuilder *builder, gboolean add)
{
  g_auto (GStrv) names = g_strv_builder_end (builder);
  vbet_session_select_many (self, (const char *const *)names, add);
}

void
vbet_session_select_kind (VbetSession *self, guint kinds)
{
  g_return_if_fail (VBET_IS_SESSION (self));
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  for (guint i = 0; i < self->topology->devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (self->topology->devices, i);
    if ((device->kind & kinds) != 0)
      g_strv_builder_add (names, device->name);
  }
  select_list (self, names, FALSE);
}

/* Adds to @found what is one cable away from it; returns whether that was anything. */
static gboolean
grow (VbetSession *self, GHashTable *found)
{
  g_autoptr (GPtrArray) added = g_ptr_array_new ();
  for (guint i = 0; i < self->topology->cables->len; i++) {
    const VbetCable *cable = g_ptr_array_index (self->topology->cables, i);
    char *a = cable->ends[0].device, *b = cable->ends[1].device;
    if (a == NULL || b == NULL || g_hash_table_contains (found, a) == g_hash_table_contains (found, b))
      continue;
    g_ptr_array_add (added, g_hash_table_contains (found, a) ? b : a);
  }
  for (guint i = 0; i < added->len; i++)
    g_hash_table_add (found, g_ptr_array_index (added, i));
  return added->len > 0;
}

void
vbet_session_select_connected (VbetSession *self, gboolean all)
{
  g_return_if_fail (VBET_IS_SESSION (self));
  g_auto (GStrv) names = vbet_session_selected_devices (self);
  g_autoptr (GHashTable) found = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  GHashTableIter iter;
  gpointer name = NULL;
  for (guint i = 0; names[i] != NULL; i++)
    g_hash_table_add (found, names[i]);
  /* A cable counts as both of its ends. */
  for (guint i = 0; i < self->topology->cables->len; i++) {
    const VbetCable *cable = g_ptr_array_index (self->topology->cables, i);
    for (guint end = 0; end < 2 && g_hash_table_contains (self->selection, cable->name); end++)
      if (cable->ends[end].device != NULL)
        g_hash_table_add (found, cable->ends[end].device);
  }
  while (grow (self, found) && all)
    ;
  g_hash_table_iter_init (&iter, found);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_strv_builder_add (builder, name);
  select_list (self, builder, TRUE);
}

void
vbet_session_select_invert (VbetSession *self)
{
  g_return_if_fail (VBET_IS_SESSION (self));
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  for (guint i = 0; i < self->topology->devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (self->topology->devices, i);
    if (!g_hash_table_contains (self->selection, device->name))
      g_strv_builder_add (names, device->name);
  }
  select_list (self, names, FALSE);
}
