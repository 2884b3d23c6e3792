/* bridge.c - see bridge.h. */
#include "config.h"

#include "switch/core/bridge.h"

#define MAC_CONTROL G_GUINT64_CONSTANT (0x0180c2000001)

struct VbetBridge {
  VbetRelayPorts ports;
  VbetMacTable *table;
  VbetRelaySend send;
  gpointer user_data;
  guint64 flooded;
  guint64 filtered;
};

VbetBridge *
vbet_bridge_new (const VbetBridgeConfig *config)
{
  VbetBridge *self = g_new0 (VbetBridge, 1);
  vbet_relay_ports_init (&self->ports);
  self->table = vbet_mac_table_new (config->table_size, config->ageing, config->seed);
  self->send = config->send;
  self->user_data = config->user_data;
  return self;
}

void
vbet_bridge_free (VbetBridge *self)
{
  if (self == NULL)
    return;
  vbet_relay_ports_finish (&self->ports);
  vbet_mac_table_free (self->table);
  g_free (self);
}

gint
vbet_bridge_add_port (VbetBridge *self)
{
  return vbet_relay_ports_add (&self->ports, VBET_BRIDGE_PORTS_MAX);
}

void
vbet_bridge_remove_port (VbetBridge *self, guint port)
{
  vbet_bridge_set_link (self, port, FALSE);
  vbet_relay_ports_remove (&self->ports, port);
}

void
vbet_bridge_set_link (VbetBridge *self, guint port, gboolean link)
{
  if (vbet_relay_ports_set_link (&self->ports, port, link) && !link)
    vbet_mac_table_forget_port (self->table, port);
}

void
vbet_bridge_input (VbetBridge *self, guint port, const VbetFrame *frame, gint64 now)
{
  if (!vbet_relay_ports_accept (&self->ports, port, frame))
    return;
  guint64 source = vbet_frame_source (frame);
  if (!vbet_mac_is_group (source) && source != 0)
    vbet_mac_table_learn (self->table, source, port, now);
  guint64 destination = vbet_frame_destination (frame);
  gint to = -1;
  if (!vbet_mac_is_group (destination))
    to = vbet_mac_table_find (self->table, destination, now);
  if (to == (gint) port || destination == MAC_CONTROL) {
    self->filtered++;
  } else if (to >= 0) {
    vbet_relay_ports_send (&self->ports, (guint) to, frame, self->send, self->user_data);
  } else {
    self->flooded++;
    vbet_relay_ports_flood (&self->ports, port, frame, self->send, self->user_data);
  }
}

void
vbet_bridge_set_ageing (VbetBridge *self, gint64 ageing)
{
  vbet_mac_table_set_ageing (self->table, ageing);
}

const VbetRelayPort *
vbet_bridge_get_port (const VbetBridge *self, guint port)
{
  return vbet_relay_ports_get (&self->ports, port);
}

const VbetMacTable *
vbet_bridge_get_table (const VbetBridge *self)
{
  return self->table;
}

guint64
vbet_bridge_get_flooded (const VbetBridge *self)
{
  return self->flooded;
}

guint64
vbet_bridge_get_filtered (const VbetBridge *self)
{
  return self->filtered;
}
