/* fabric-probe.c - measuring a cable while it is in use; see fabric.h and core/probe.h.
 *
 * Probes are put into the cable's core and taken out of it here, beside the
 * endpoints: no device, counter or capture sees them.
 */
#include "config.h"

#include <errno.h>

#include "switch/fabric-private.h"

/* A cable's left callback; user_data: FabricCable. */
static void
on_left (VbetCableSide end, guint32 probe, gint64 at, gpointer user_data)
{
  FabricCable *cable = user_data;
  if (cable->probe != NULL)
    vbet_probe_left (cable->probe, end, probe, at);
}

void
vbet_fabric_probe_arrived (FabricCable *cable, VbetCableSide end, const VbetFrame *frame)
{
  if (cable->probe != NULL)
    vbet_probe_arrived (cable->probe, end, frame);
}

void
vbet_fabric_end_probe (FabricCable *cable, VbetProbeEnd why)
{
  VbetProbe *probe = g_steal_pointer (&cable->probe);
  if (probe == NULL)
    return;
  cable->core.left = NULL;
  cable->prober->ended (probe, why, cable->fabric->now, cable->prober_data);
  vbet_probe_free (probe);
}

void
vbet_fabric_run_probe (FabricCable *cable, gint64 now)
{
  if (vbet_probe_run (cable->probe, now))
    cable->prober->running (cable->probe, now, cable->prober_data);
  else
    vbet_fabric_end_probe (cable, VBET_PROBE_DONE);
}

int
vbet_fabric_probe (VbetFabric *self, const char *cable, const VbetProbeWish *wish, guint run,
                   const VbetProberClass *klass, gpointer user_data, gint64 now)
{
  FabricCable *found = cable != NULL ? g_hash_table_lookup (self->cables, cable) : NULL;
  if (found == NULL)
    return -ENOENT;
  if (found->probe != NULL)
    return -EALREADY;
  self->now = now;
  found->prober = klass;
  found->prober_data = user_data;
  found->core.left = on_left;
  found->probe
      = vbet_probe_new (&found->core, wish, run, self->seed ^ (guint64)now, klass->clock, user_data, now);
  vbet_fabric_reschedule (found);
  return 0;
}

gboolean
vbet_fabric_probe_stop (VbetFabric *self, const char *cable)
{
  FabricCable *found = g_hash_table_lookup (self->cables, cable);
  if (found == NULL || found->probe == NULL)
    return FALSE;
  vbet_fabric_end_probe (found, VBET_PROBE_CANCELLED);
  vbet_fabric_reschedule (found);
  return TRUE;
}
