/* bridges.c - switches of the running lab: what the text says of them and of their ports, for the switch
 * process. */
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
  if (device == NULL || device->kind != VBET_KIND_SWITCH)
    return;
  vbet_switch_bridge_settings_init (&settings);
  settings.ageing = (guint)(vbet_attributes_integer (device->attributes, device->kind, "ageing") / SECOND);
  settings.stp = vbet_attributes_boolean (device->attributes, device->kind, "stp");
  settings.priority = (guint)vbet_attributes_integer (device->attributes, device->kind, "priority");
  settings.mirror = (guint)vbet_attributes_integer (device->attributes, device->kind, "mirror");
  settings.vlans = vlans_of (device->attributes, "vlans");
  vbet_switch_client_set_bridge (self->switch_client, name, &settings, error);
}

void
vbet_lab_set_bridge_port (VbetLab *self, const char *name, guint index, GError **error)
{
  const VbetDevice *device = vbet_topology_device (self->topology, name);
  const VbetNic *nic = device != NULL ? vbet_device_nic (device, index) : NULL;
  if (nic == NULL || device->kind != VBET_KIND_SWITCH)
    return;
  VbetVlanSet trunk = vlans_of (nic->attributes, "trunk");
  guint vlan = (guint)vbet_attributes_integer (nic->attributes, VBET_KIND_NIC, "vlan");
  guint cost = (guint)vbet_attributes_integer (nic->attributes, VBET_KIND_NIC, "cost");
  vbet_switch_client_set_bridge_port (self->switch_client, name, index, vlan, &trunk, cost, error);
}
