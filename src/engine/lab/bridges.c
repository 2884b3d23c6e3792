/* bridges.c - switches and access points of the running lab: what the text says of them and of their ports,
 * for the switch process. */
#include "config.h"

#include "engine/lab/private.h"

#define SECOND 1000000000

static VbetVlanSet
vlans_of (const VbetAttributes *attributes, const char *key)
{
  VbetVlanSet set = { { 0 } };
  g_autoptr (GPtrArray) list = vbet_attributes_list (attributes, key);
  for (guint i = 0; i < list->len; i++)
    vbet_vlan_set_add (&set, (guint)((const VbetValue *)g_ptr_array_index (list, i))->as.integer);
  return set;
}

void
vbet_lab_set_bridge (VbetLab *self, const char *name, GError **error)
{
  const VbetDevice *device = vbet_topology_device (self->topology, name);
  VbetSwitchBridgeSettings settings;
  if (device == NULL || (device->kind & VBET_KIND_LEARNER) == 0)
    return;
  vbet_switch_bridge_settings_init (&settings);
  settings.ageing = (guint)(vbet_attributes_integer (device->attributes, device->kind, "ageing") / SECOND);
  if (device->kind == VBET_KIND_SWITCH) {
    settings.stp = vbet_attributes_boolean (device->attributes, device->kind, "stp");
    settings.priority = (guint)vbet_attributes_integer (device->attributes, device->kind, "priority");
    settings.mirror = (guint)vbet_attributes_integer (device->attributes, device->kind, "mirror");
    settings.vlans = vlans_of (device->attributes, "vlans");
  }
  vbet_switch_client_set_bridge (self->switch_client, name, &settings, error);
}

/* Of an access point that isolates its clients, those are the hosts; whatever else is cabled to it is reached
 * by all of them. So no port of it has to be told apart, whichever was cabled first. */
static gboolean
is_isolated (const VbetLab *self, const VbetDevice *device, const VbetNic *nic)
{
  if (nic->cable == NULL || device->kind != VBET_KIND_AP
      || !vbet_attributes_boolean (device->attributes, VBET_KIND_AP, "isolation"))
    return FALSE;
  const VbetCable *cable = vbet_topology_cable (self->topology, nic->cable);
  const char *other = cable != NULL ? cable->ends[1 - nic->cable_end].device : NULL;
  const VbetDevice *client = other != NULL ? vbet_topology_device (self->topology, other) : NULL;
  return client != NULL && client->kind == VBET_KIND_HOST;
}

void
vbet_lab_set_bridge_port (VbetLab *self, const char *name, guint index, GError **error)
{
  const VbetDevice *device = vbet_topology_device (self->topology, name);
  const VbetNic *nic = device != NULL ? vbet_device_nic (device, index) : NULL;
  if (nic == NULL || (device->kind & VBET_KIND_LEARNER) == 0)
    return;
  VbetSwitchPortSettings settings = { .isolated = is_isolated (self, device, nic) };
  if (device->kind == VBET_KIND_SWITCH) {
    settings.vlan = (guint)vbet_attributes_integer (nic->attributes, VBET_KIND_NIC, "vlan");
    settings.trunk = vlans_of (nic->attributes, "trunk");
    settings.cost = (guint)vbet_attributes_integer (nic->attributes, VBET_KIND_NIC, "cost");
  }
  vbet_switch_client_set_bridge_port (self->switch_client, name, index, &settings, error);
}

void
vbet_lab_set_bridge_ports (VbetLab *self, const char *name, GError **error)
{
  const VbetDevice *device = vbet_topology_device (self->topology, name);
  for (guint i = 0; device != NULL && i < device->nics->len; i++) {
    const VbetNic *nic = g_ptr_array_index (device->nics, i);
    /* One that is still to be made gets its settings then. */
    if (vbet_switch_client_has_port (self->switch_client, name, nic->index) && error != NULL
        && *error == NULL)
      vbet_lab_set_bridge_port (self, name, nic->index, error);
  }
}
