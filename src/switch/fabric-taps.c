/* fabric-taps.c - captures at the ends of cables; see fabric.h. */
#include "config.h"

#include "switch/fabric-private.h"

void
vbet_fabric_tap_free (gpointer tap)
{
  VbetTap *self = tap;
  g_free (self->cable);
  g_free (self);
}

static void
attach (FabricCable *cable, VbetTap *tap)
{
  if (cable->taps == NULL)
    cable->taps = g_ptr_array_new ();
  g_ptr_array_add (cable->taps, tap);
}

void
vbet_fabric_find_taps (FabricCable *cable)
{
  for (guint i = 0; i < cable->fabric->taps->len; i++) {
    VbetTap *tap = g_ptr_array_index (cable->fabric->taps, i);
    if (strcmp (tap->cable, cable->name) == 0)
      attach (cable, tap);
  }
}

VbetTap *
vbet_fabric_add_tap (VbetFabric *self, const char *cable, const gboolean ends[2], const VbetTapClass *klass,
                     gpointer user_data)
{
  if (cable == NULL || *cable == '\0' || strlen (cable) > VBET_FABRIC_NAME_MAX)
    return NULL;
  VbetTap *tap = g_new0 (VbetTap, 1);
  tap->cable = g_strdup (cable);
  tap->ends[0] = ends[0];
  tap->ends[1] = ends[1];
  tap->klass = klass;
  tap->user_data = user_data;
  g_ptr_array_add (self->taps, tap);
  FabricCable *found = g_hash_table_lookup (self->cables, cable);
  if (found != NULL)
    attach (found, tap);
  return tap;
}

void
vbet_fabric_remove_tap (VbetFabric *self, VbetTap *tap)
{
  FabricCable *cable = g_hash_table_lookup (self->cables, tap->cable);
  if (cable != NULL && cable->taps != NULL) {
    g_ptr_array_remove_fast (cable->taps, tap);
    if (cable->taps->len == 0)
      g_clear_pointer (&cable->taps, g_ptr_array_unref);
  }
  g_ptr_array_remove_fast (self->taps, tap);
}

void
vbet_fabric_tap (FabricCable *cable, VbetCableSide end, gboolean entered, const VbetFrame *frame)
{
  for (guint i = 0; i < cable->taps->len; i++) {
    VbetTap *tap = g_ptr_array_index (cable->taps, i);
    if (!tap->ends[end])
      continue;
    tap->dirty = TRUE;
    tap->klass->frame (end, entered, frame, tap->user_data);
  }
}

void
vbet_fabric_flush_taps (VbetFabric *self)
{
  for (guint i = 0; i < self->taps->len; i++) {
    VbetTap *tap = g_ptr_array_index (self->taps, i);
    if (!tap->dirty)
      continue;
    tap->dirty = FALSE;
    tap->klass->flush (tap->user_data);
  }
}
