/* cables.c - cables of the running lab: plugged, unplugged, changed, and the carrier their ends see.
 *
 * A NIC has carrier while the cable in it is plugged at both ends, frames from
 * the other end come through, and somebody is at that end: a switch, a guest
 * that has its NIC up, a gateway or TAP device that works, or a remote whose far end
 * seems to be there. One that never had a cable keeps the carrier that its driver gives it: labs let such NICs stand for
 * networks, which routing daemons advertise while there is carrier only. One whose cable was taken away has none.
 *
 * Its speed is the cable's rate in the direction in which the NIC transmits,
 * since that is what costs of routes and the choice of a bond's ports are about.
 */
#include "config.h"

#include "engine/lab/private.h"

#define MEGABIT 1e6
#define SPEED_UNLIMITED 10000 /* Mbit/s: what a NIC says of a cable without a rate */

/* --- carrier --------------------------------------------------------------------------- */

static gboolean
has_end (const VbetCableRun *cable, const char *device, guint nic)
{
  for (guint end = 0; end < 2; end++)
    if (cable->nic[end] == nic && g_strcmp0 (cable->device[end], device) == 0)
      return TRUE;
  return FALSE;
}

static void
set_carrier (VbetLab *self, const char *device, guint nic, gboolean carrier)
{
  VbetLabDevice *node = device != NULL ? vbet_lab_device (self, device) : NULL;
  if (node != NULL && node->remote != NULL)
    vbet_switch_client_set_carrier (self->switch_client, device, nic, carrier);
  if (node == NULL || node->guest == NULL)
    return;
  gboolean was_cut = g_hash_table_contains (node->cut, GUINT_TO_POINTER (nic));
  if (carrier == !was_cut)
    return;
  if (carrier)
    g_hash_table_remove (node->cut, GUINT_TO_POINTER (nic));
  else
    g_hash_table_add (node->cut, GUINT_TO_POINTER (nic));
  vbet_switch_client_set_carrier (self->switch_client, device, nic, carrier);
  vbet_guest_set_carrier (node->guest, nic, carrier);
}

static gboolean
is_present (VbetLab *self, const char *device, guint nic)
{
  VbetLabDevice *node = device != NULL ? vbet_lab_device (self, device) : NULL;
  if (node == NULL)
    return FALSE;
  if ((node->kind & VBET_KIND_RELAY) != 0)
    return TRUE;
  return vbet_switch_client_get_connected (self->switch_client, device, nic)
         && !g_hash_table_contains (node->down, GUINT_TO_POINTER (nic));
}

static gboolean
would_have_carrier (VbetLab *self, const VbetCableRun *cable, guint end)
{
  guint other = 1 - end;
  return cable->joined && cable->up[other] && is_present (self, cable->device[other], cable->nic[other]);
}

gboolean
vbet_lab_end_has_carrier (VbetLab *self, const char *name, guint end)
{
  const VbetCableRun *cable = g_hash_table_lookup (self->cables, name);
  return cable != NULL && is_present (self, cable->device[end], cable->nic[end])
         && would_have_carrier (self, cable, end);
}

const char *
vbet_lab_why_no_carrier (VbetLab *self, const char *name, guint end)
{
  const VbetCableRun *cable = g_hash_table_lookup (self->cables, name);
  guint other = 1 - end;
  if (cable == NULL || !cable->joined)
    return "unplugged";
  for (guint i = 0; i < 2; i++) {
    guint which = i == 0 ? end : other;
    VbetLabDevice *node = vbet_lab_device (self, cable->device[which]);
    if (is_present (self, cable->device[which], cable->nic[which]))
      continue;
    if (node == NULL || (node->guest != NULL && !vbet_lab_device_is_running (node)))
      return i == 0 ? "off" : "peer-off";
    if (node->guest != NULL && vbet_guest_get_state (node->guest) == VBET_GUEST_BOOTING)
      return i == 0 ? "booting" : "peer-booting";
    if ((node->kind & VBET_KIND_OUTSIDE) != 0)
      return i == 0 ? "failed" : "peer-failed";
    return i == 0 ? "nic-down" : "peer-nic-down";
  }
  return cable->up[other] ? NULL : cable->up[end] ? "down-here" : "down";
}

static void
update_carrier (VbetLab *self, VbetCableRun *cable)
{
  for (guint end = 0; end < 2; end++)
    set_carrier (self, cable->device[end], cable->nic[end], would_have_carrier (self, cable, end));
}

void
vbet_lab_cable_state (VbetLab *self, const char *name, gboolean from_a, gboolean from_b)
{
  VbetCableRun *cable = g_hash_table_lookup (self->cables, name);
  if (cable == NULL)
    return;
  cable->up[0] = from_a;
  cable->up[1] = from_b;
  update_carrier (self, cable);
}

void
vbet_lab_port_state (VbetLab *self, const char *device, guint nic)
{
  GHashTableIter iter;
  gpointer value = NULL;
  g_hash_table_iter_init (&iter, self->cables);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    VbetCableRun *cable = value;
    if (has_end (cable, device, nic))
      update_carrier (self, cable);
  }
}

/* --- settings ---------------------------------------------------------------------------- */

VbetCableSettings
vbet_lab_cable_settings (VbetLab *self, const char *name)
{
  const VbetCable *cable = vbet_topology_cable (self->topology, name);
  VbetCableSettings settings;
  vbet_cable_settings_init (&settings);
  if (cable != NULL)
    vbet_attributes_quality (cable->attributes, &settings);
  return settings;
}

/* In Mbit/s, of the NIC in end @end. */
static guint
speed_of (const VbetCable *cable, guint end)
{
  double rate = vbet_attributes_number (cable->attributes, VBET_KIND_CABLE, "rate", end);
  return rate > 0 ? (guint)CLAMP (rate / MEGABIT + 0.5, 1, G_MAXINT32) : SPEED_UNLIMITED;
}

/* Before the carrier: Linux looks at the speed when carrier comes. */
static void
update_speed (VbetLab *self, const char *name, const VbetCableRun *run)
{
  const VbetCable *cable = vbet_topology_cable (self->topology, name);
  for (guint end = 0; cable != NULL && end < 2; end++) {
    VbetLabDevice *node = vbet_lab_device (self, run->device[end]);
    if (node == NULL || node->guest == NULL)
      continue;
    guint speed = speed_of (cable, end);
    vbet_switch_client_set_speed (self->switch_client, run->device[end], run->nic[end], speed);
    vbet_guest_set_speed (node->guest, run->nic[end], speed);
  }
}

/* --- ends and their ports --------------------------------------------------------------------- */

static gboolean
is_access_point (VbetLab *self, const char *device)
{
  const VbetLabDevice *node = vbet_lab_device (self, device);
  return node != NULL && node->kind == VBET_KIND_AP;
}

/* Of a cable that is plugged at both ends. Returns: whether it carries frames. */
static gboolean
join (VbetLab *self, const char *name, VbetCableRun *cable, GError **error)
{
  VbetCableSettings settings = vbet_lab_cable_settings (self, name);
  /* Whom an access point isolates hangs on what is cabled to it. A port that is missing is told below. */
  for (guint end = 0; end < 2; end++)
    if (is_access_point (self, cable->device[end])
        && vbet_switch_client_has_port (self->switch_client, cable->device[end], cable->nic[end]))
      vbet_lab_set_bridge_port (self, cable->device[end], cable->nic[end], NULL);
  cable->joined = vbet_switch_client_add_cable (self->switch_client, name, cable->device[0], cable->nic[0],
                                                cable->device[1], cable->nic[1], &settings, error);
  cable->up[0] = settings.quality[0].up;
  cable->up[1] = settings.quality[1].up;
  update_speed (self, name, cable);
  update_carrier (self, cable);
  return cable->joined;
}

static gboolean
has_ports (VbetLab *self, const VbetCableRun *cable)
{
  for (guint end = 0; end < 2; end++)
    if (cable->device[end] == NULL
        || !vbet_switch_client_has_port (self->switch_client, cable->device[end], cable->nic[end]))
      return FALSE;
  return TRUE;
}

void
vbet_lab_drop_port (VbetLab *self, const char *device, guint nic, GError **error)
{
  GHashTableIter iter;
  gpointer value = NULL;
  vbet_switch_client_remove_port (self->switch_client, device, nic, error);
  g_hash_table_iter_init (&iter, self->cables);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    VbetCableRun *cable = value;
    if (!cable->joined || !has_end (cable, device, nic))
      continue;
    cable->joined = FALSE;
    update_carrier (self, cable);
  }
}

gboolean
vbet_lab_join_port (VbetLab *self, const char *device, guint nic, GError **error)
{
  GHashTableIter iter;
  gpointer name = NULL, value = NULL;
  g_hash_table_iter_init (&iter, self->cables);
  while (g_hash_table_iter_next (&iter, &name, &value)) {
    VbetCableRun *cable = value;
    /* Where the other end has no port either, that end's comes to this. */
    if (!cable->joined && has_end (cable, device, nic) && has_ports (self, cable))
      return join (self, name, cable, error);
  }
  return TRUE;
}

/* --- calls --------------------------------------------------------------------------------- */

void
vbet_lab_plug (VbetLab *self, const VbetCall *call, GError **error)
{
  VbetCableRun *cable = g_hash_table_lookup (self->cables, call->cable);
  if (cable == NULL) {
    cable = g_new0 (VbetCableRun, 1);
    g_hash_table_insert (self->cables, g_strdup (call->cable), cable);
  }
  g_free (cable->device[call->end]);
  cable->device[call->end] = g_strdup (call->device);
  cable->nic[call->end] = call->nic;
  /* Tried again, it may be joined by now. */
  if (cable->device[0] != NULL && cable->device[1] != NULL && !cable->joined)
    join (self, call->cable, cable, error);
}

void
vbet_lab_unplug (VbetLab *self, const VbetCall *call, GError **error)
{
  VbetCableRun *cable = g_hash_table_lookup (self->cables, call->cable);
  if (cable == NULL)
    return;
  if (cable->joined)
    vbet_switch_client_remove_cable (self->switch_client, call->cable, error);
  cable->joined = FALSE;
  update_carrier (self, cable);
  g_clear_pointer (&cable->device[call->end], g_free);
}

void
vbet_lab_set_cable (VbetLab *self, const char *name, GError **error)
{
  VbetCableRun *cable = g_hash_table_lookup (self->cables, name);
  if (cable == NULL || !cable->joined)
    return;
  VbetCableSettings settings = vbet_lab_cable_settings (self, name);
  vbet_lab_measure_changed (self, name);
  if (!vbet_switch_client_set_cable (self->switch_client, name, &settings, error))
    return;
  update_speed (self, name, cable);
  vbet_lab_cable_state (self, name, settings.quality[0].up, settings.quality[1].up);
}
