/* fabric-state.c - shows what the fabric knows and has counted; see fabric.h. */
#include "config.h"

#include "switch/fabric-private.h"

static void
bridge_port_counters (const VbetEndpoint *endpoint, VbetFabricPortInfo *info)
{
  const FabricBridge *bridge = endpoint->bridge;
  const VbetRelayPort *port = bridge->klass->get_port (bridge->relay, endpoint->number);
  info->rx = port->rx;
  info->tx = port->tx;
  info->rx.dropped += endpoint->rx.dropped;
  info->tx.dropped += endpoint->tx.dropped;
}

static void
fill_stp (const VbetEndpoint *endpoint, VbetFabricPortInfo *info)
{
  const VbetStp *stp = NULL;
  if (endpoint->bridge != NULL && endpoint->bridge->bridge != NULL)
    stp = vbet_bridge_get_stp (endpoint->bridge->bridge);
  if (stp == NULL)
    return;
  info->role = vbet_stp_role_name (vbet_stp_get_role (stp, endpoint->number));
  info->cost = vbet_stp_get_cost (stp, endpoint->number);
  info->stp_state = vbet_stp_is_forwarding (stp, endpoint->number) ? "forwarding"
                    : vbet_stp_is_learning (stp, endpoint->number) ? "learning"
                                                                   : "discarding";
}

void
vbet_fabric_each_port (VbetFabric *self, void (*visit) (const VbetFabricPortInfo *info, gpointer user_data),
                       gpointer user_data)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->endpoints);
  while (g_hash_table_iter_next (&iter, &value, NULL)) {
    const VbetEndpoint *endpoint = value;
    VbetFabricPortInfo info = {
      .device = endpoint->device,
      .nic = endpoint->nic,
      .external = endpoint->bridge == NULL,
      .connected = endpoint->bridge != NULL || endpoint->connected,
      .cable = endpoint->cable != NULL ? endpoint->cable->name : NULL,
      .rx = endpoint->rx,
      .tx = endpoint->tx,
    };
    if (endpoint->bridge != NULL)
      bridge_port_counters (endpoint, &info);
    else if (endpoint->klass->queued != NULL)
      info.queued = endpoint->klass->queued (endpoint->port);
    fill_stp (endpoint, &info);
    visit (&info, user_data);
  }
}

void
vbet_fabric_each_cable (VbetFabric *self, void (*visit) (const VbetFabricCableInfo *info, gpointer user_data),
                        gpointer user_data)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->cables);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const FabricCable *cable = value;
    VbetFabricCableInfo info = { .name = cable->name };
    for (guint end = 0; end < 2; end++) {
      info.device[end] = cable->ends[end]->device;
      info.nic[end] = cable->ends[end]->nic;
      info.up[end] = vbet_cable_is_up (&cable->core, end);
      info.counters[end] = cable->core.directions[end].counters;
      info.effects[end] = cable->core.directions[end].effects;
    }
    visit (&info, user_data);
  }
}

static void
fill_bridge_info (const FabricBridge *bridge, VbetFabricBridgeInfo *info)
{
  *info = (VbetFabricBridgeInfo){ .name = bridge->name, .klass = bridge->klass };
  for (guint i = 0; i < bridge->ports->len; i++) {
    const VbetEndpoint *port = g_ptr_array_index (bridge->ports, i);
    if (port != NULL && port->direct != NULL)
      info->direct_ports++;
  }
  info->flooded = bridge->klass->get_flooded (bridge->relay);
  if (bridge->bridge == NULL)
    return;
  const VbetMacTable *table = vbet_bridge_get_table (bridge->bridge);
  info->ageing = vbet_mac_table_get_ageing (table);
  info->addresses = vbet_mac_table_get_count (table);
  info->evicted = vbet_mac_table_get_evicted (table);
  const VbetStp *stp = vbet_bridge_get_stp (bridge->bridge);
  info->stp = stp != NULL;
  if (stp != NULL) {
    info->root = vbet_stp_get_root (stp, &info->root_cost);
    info->id = vbet_stp_get_id (stp);
  }
}

void
vbet_fabric_each_bridge (VbetFabric *self, gint64 now,
                         void (*visit) (const VbetFabricBridgeInfo *info, gpointer user_data),
                         gpointer user_data)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->bridges);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    VbetFabricBridgeInfo info;
    fill_bridge_info (value, &info);
    info.storm = vbet_storm_rages (&((const FabricBridge *)value)->storm, now);
    visit (&info, user_data);
  }
}

typedef struct {
  const FabricBridge *bridge;
  VbetFabricMacVisit visit;
  gpointer user_data;
} MacVisit;

static void
visit_mac (guint64 mac, guint port, gint64 age, gpointer user_data)
{
  const MacVisit *outer = user_data;
  const VbetEndpoint *endpoint = g_ptr_array_index (outer->bridge->ports, port);
  guint64 address = mac & G_GUINT64_CONSTANT (0xffffffffffff);
  outer->visit (address, (guint)(mac >> 48), endpoint->nic, age, outer->user_data);
}

void
vbet_fabric_each_mac (VbetFabric *self, const char *bridge, gint64 now, VbetFabricMacVisit visit,
                      gpointer user_data)
{
  FabricBridge *found = g_hash_table_lookup (self->bridges, bridge);
  if (found == NULL || found->bridge == NULL)
    return;
  MacVisit outer = { .bridge = found, .visit = visit, .user_data = user_data };
  vbet_mac_table_each (vbet_bridge_get_table (found->bridge), now, visit_mac, &outer);
}
