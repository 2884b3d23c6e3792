/* bridge.c - see bridge.h. */
#include "config.h"

#include "switch/core/bridge.h"

#define MAC_CONTROL G_GUINT64_CONSTANT (0x0180c2000001)

#define VLAN_DEFAULT 1
#define TPID 0x8100 /* 802.1Q, 9.6 */

typedef struct {
  guint32 cost;        /* of the spanning tree; 0: the usual one */
  guint16 vlan;        /* of untagged frames; 0: none written */
  gboolean isolated;   /* nothing goes from it to another isolated one */
  VbetVlanSet *tagged; /* (nullable): NULL: no trunk */
} PortVlans;           /* and what else a port is set to */

struct VbetBridge {
  VbetRelayPorts ports;
  VbetMacTable *table;
  VbetFrameStore *store;
  VbetRelaySend send;
  gpointer user_data;
  guint64 mac;
  guint64 flooded;
  guint64 filtered;

  gboolean managed;     /* any of the following is in use: frames take the longer way */
  gboolean separates;   /* keeps VLANs apart */
  gboolean isolates;    /* some of its ports are isolated */
  GArray *vlans;        /* of PortVlans, by port */
  VbetVlanSet *carried; /* (nullable): NULL: all */
  gint mirror;
  VbetStp *stp; /* (nullable) */
};

/* A frame on its way through, in the two shapes it may leave in; each is made when first needed. */
typedef struct {
  const VbetFrame *frame; /* as it came */
  guint from;             /* by this port */
  gboolean tagged;        /* it came with a tag that counts */
  guint16 vlan;
  guint8 priority;
  VbetStoredFrame *other; /* (nullable): the other shape */
} Shapes;

/* --- VLANs ------------------------------------------------------------------------- */

static VbetVlanSet *
copy_set (const VbetVlanSet *set)
{
  return set != NULL && !vbet_vlan_set_is_empty (set) ? g_memdup2 (set, sizeof *set) : NULL;
}

static PortVlans *
port_vlans (const VbetBridge *self, guint port)
{
  return &g_array_index (self->vlans, PortVlans, port);
}

/* VLAN of the untagged frames of @port; 0: it has none. */
static guint
untagged_vlan (const VbetBridge *self, guint port)
{
  const PortVlans *vlans = port_vlans (self, port);
  return vlans->vlan != 0 ? vlans->vlan : vlans->tagged != NULL ? 0 : VLAN_DEFAULT;
}

static guint32
cost_of (const VbetBridge *self, guint port)
{
  guint32 cost = port_vlans (self, port)->cost;
  return cost != 0 ? cost : VBET_STP_COST_DEFAULT;
}

static void
update_managed (VbetBridge *self)
{
  self->separates = self->carried != NULL;
  self->isolates = FALSE;
  for (guint i = 0; i < self->vlans->len; i++) {
    self->separates |= port_vlans (self, i)->vlan != 0 || port_vlans (self, i)->tagged != NULL;
    self->isolates |= port_vlans (self, i)->isolated;
  }
  self->managed = self->separates || self->isolates || self->mirror >= 0 || self->stp != NULL;
}

static void
forget_all (VbetBridge *self)
{
  for (guint i = 0; i < self->vlans->len; i++)
    vbet_mac_table_forget_port (self->table, i);
}

void
vbet_bridge_set_port_vlans (VbetBridge *self, guint port, guint16 vlan, const VbetVlanSet *trunk)
{
  if (port >= self->vlans->len)
    return;
  PortVlans *vlans = port_vlans (self, port);
  g_free (vlans->tagged);
  vlans->vlan = vlan < VBET_VLANS ? vlan : 0;
  vlans->tagged = copy_set (trunk);
  update_managed (self);
  forget_all (self);
}

void
vbet_bridge_set_port_isolated (VbetBridge *self, guint port, gboolean isolated)
{
  if (port >= self->vlans->len)
    return;
  port_vlans (self, port)->isolated = isolated;
  update_managed (self);
}

void
vbet_bridge_set_vlans (VbetBridge *self, const VbetVlanSet *vlans)
{
  g_free (self->carried);
  self->carried = copy_set (vlans);
  update_managed (self);
  forget_all (self);
}

void
vbet_bridge_set_mirror (VbetBridge *self, gint port)
{
  self->mirror = port;
  update_managed (self);
}

/* --- life, ports --------------------------------------------------------------------- */

VbetBridge *
vbet_bridge_new (const VbetBridgeConfig *config)
{
  VbetBridge *self = g_new0 (VbetBridge, 1);
  vbet_relay_ports_init (&self->ports);
  self->table = vbet_mac_table_new (config->table_size, config->ageing, config->seed);
  self->store = config->store;
  self->send = config->send;
  self->user_data = config->user_data;
  self->mac = config->mac;
  self->vlans = g_array_new (FALSE, TRUE, sizeof (PortVlans));
  self->mirror = -1;
  return self;
}

void
vbet_bridge_free (VbetBridge *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->vlans->len; i++)
    g_free (port_vlans (self, i)->tagged);
  g_array_unref (self->vlans);
  g_free (self->carried);
  vbet_stp_free (self->stp);
  vbet_relay_ports_finish (&self->ports);
  vbet_mac_table_free (self->table);
  g_free (self);
}

gint
vbet_bridge_add_port (VbetBridge *self)
{
  gint port = vbet_relay_ports_add (&self->ports, VBET_BRIDGE_PORTS_MAX);
  if (port >= 0 && (guint)port >= self->vlans->len)
    g_array_set_size (self->vlans, (guint)port + 1);
  return port;
}

void
vbet_bridge_remove_port (VbetBridge *self, guint port, gint64 now)
{
  vbet_bridge_set_link (self, port, FALSE, now);
  vbet_bridge_set_port_vlans (self, port, 0, NULL);
  vbet_bridge_set_port_isolated (self, port, FALSE);
  if (port < self->vlans->len)
    port_vlans (self, port)->cost = 0;
  if (self->stp != NULL)
    vbet_stp_remove_port (self->stp, port, now);
  vbet_relay_ports_remove (&self->ports, port);
}

void
vbet_bridge_set_link (VbetBridge *self, guint port, gboolean link, gint64 now)
{
  if (!vbet_relay_ports_set_link (&self->ports, port, link))
    return;
  if (!link)
    vbet_mac_table_forget_port (self->table, port);
  if (self->stp != NULL)
    vbet_stp_set_port (self->stp, port, link, cost_of (self, port), now);
}

void
vbet_bridge_set_port_cost (VbetBridge *self, guint port, guint32 cost, gint64 now)
{
  const VbetRelayPort *found = vbet_relay_ports_get (&self->ports, port);
  if (found == NULL || port_vlans (self, port)->cost == cost)
    return;
  port_vlans (self, port)->cost = cost;
  if (self->stp != NULL)
    vbet_stp_set_port (self->stp, port, found->link, cost_of (self, port), now);
}

/* --- spanning tree --------------------------------------------------------------------- */

/* The BPDU must outlive the call: ports send it when the round ends. */
static void
on_stp_send (guint port, const VbetFrame *frame, gpointer user_data)
{
  VbetBridge *self = user_data;
  const VbetRelayPort *to = vbet_relay_ports_get (&self->ports, port);
  VbetStoredFrame *kept = to != NULL && to->link ? vbet_frame_store_keep (self->store, frame) : NULL;
  if (kept == NULL)
    return;
  VbetFrame look = vbet_stored_frame_look (kept);
  vbet_relay_ports_send (&self->ports, port, &look, self->send, self->user_data);
  vbet_frame_store_spend (self->store, kept);
}

static void
on_stp_state (guint port, gboolean learning, gboolean forwarding, gpointer user_data)
{
  (void)port, (void)learning, (void)forwarding, (void)user_data; /* asked for with each frame */
}

static void
on_stp_flush (guint port, gpointer user_data)
{
  VbetBridge *self = user_data;
  vbet_mac_table_forget_port (self->table, port);
}

void
vbet_bridge_set_stp (VbetBridge *self, gboolean on, guint16 priority, gint64 now)
{
  if (!on) {
    g_clear_pointer (&self->stp, vbet_stp_free);
  } else if (self->stp != NULL) {
    vbet_stp_set_priority (self->stp, priority, now);
  } else {
    VbetStpConfig config = { .mac = self->mac,
                             .priority = priority,
                             .user_data = self,
                             .send = on_stp_send,
                             .set_state = on_stp_state,
                             .flush = on_stp_flush };
    self->stp = vbet_stp_new (&config, now);
    for (guint port = 0; port < self->vlans->len; port++) {
      const VbetRelayPort *found = vbet_relay_ports_get (&self->ports, port);
      if (found != NULL)
        vbet_stp_set_port (self->stp, port, found->link, cost_of (self, port), now);
    }
  }
  update_managed (self);
}

const VbetStp *
vbet_bridge_get_stp (const VbetBridge *self)
{
  return self->stp;
}

gint64
vbet_bridge_deadline (const VbetBridge *self)
{
  return self->stp != NULL ? vbet_stp_deadline (self->stp) : G_MAXINT64;
}

void
vbet_bridge_run (VbetBridge *self, gint64 now)
{
  if (self->stp != NULL)
    vbet_stp_run (self->stp, now);
}

/* --- frames ------------------------------------------------------------------------------ */

/* The short way: no VLAN, no isolated port, no spanning tree, no mirror. */
static void
relay (VbetBridge *self, guint port, const VbetFrame *frame, gint64 now)
{
  guint64 source = vbet_frame_source (frame);
  if (!vbet_mac_is_group (source) && source != 0)
    vbet_mac_table_learn (self->table, source, port, now);
  guint64 destination = vbet_frame_destination (frame);
  gint to = -1;
  if (!vbet_mac_is_group (destination))
    to = vbet_mac_table_find (self->table, destination, now);
  if (to == (gint)port || destination == MAC_CONTROL) {
    self->filtered++;
  } else if (to >= 0) {
    vbet_relay_ports_send (&self->ports, (guint)to, frame, self->send, self->user_data);
  } else {
    self->flooded++;
    vbet_relay_ports_flood (&self->ports, port, frame, self->send, self->user_data);
  }
}

/* Returns: FALSE when the frame may not come in: a VLAN that @port or the switch does not carry. */
static gboolean
classify (const VbetBridge *self, guint port, Shapes *shapes)
{
  const guint8 *data = shapes->frame->data;
  guint tag = 0;
  shapes->vlan = 0;
  if (!self->separates)
    return TRUE;
  gboolean has_tag
      = shapes->frame->size >= VBET_FRAME_HEADER + VBET_FRAME_VLAN_TAG && (data[12] << 8 | data[13]) == TPID;
  if (has_tag)
    tag = (guint)data[14] << 8 | data[15];
  shapes->tagged = has_tag;
  shapes->priority = (guint8)(tag >> 13);
  shapes->vlan = (guint16)(tag & 0xfff);
  if (shapes->vlan == 0)
    shapes->vlan = (guint16)untagged_vlan (self, port);
  else if (!vbet_vlan_set_has (port_vlans (self, port)->tagged, shapes->vlan))
    return FALSE;
  return shapes->vlan != 0 && (self->carried == NULL || vbet_vlan_set_has (self->carried, shapes->vlan));
}

static VbetStoredFrame *
reshape (VbetBridge *self, const Shapes *shapes)
{
  const VbetFrame *frame = shapes->frame;
  guint size = shapes->tagged ? frame->size - VBET_FRAME_VLAN_TAG : frame->size + VBET_FRAME_VLAN_TAG;
  VbetStoredFrame *other = vbet_frame_store_take (self->store, size);
  if (other == NULL)
    return NULL;
  other->source = frame->source;
  memcpy (other->data, frame->data, 12);
  if (shapes->tagged) {
    memcpy (other->data + 12, frame->data + 16, frame->size - 16);
    return other;
  }
  guint tag = (guint)shapes->priority << 13 | shapes->vlan;
  other->data[12] = TPID >> 8;
  other->data[13] = TPID & 0xff;
  other->data[14] = (guint8)(tag >> 8);
  other->data[15] = (guint8)tag;
  memcpy (other->data + 16, frame->data + 12, frame->size - 12);
  return other;
}

/* Sends it by @port, if isolation, the frame's VLAN and the spanning tree let it. Returns: whether they do. */
static gboolean
send_shaped (VbetBridge *self, guint port, Shapes *shapes)
{
  gboolean tagged = FALSE;
  if (self->stp != NULL && !vbet_stp_is_forwarding (self->stp, port))
    return FALSE;
  if (port_vlans (self, port)->isolated && port_vlans (self, shapes->from)->isolated)
    return FALSE;
  if (self->separates && shapes->vlan != untagged_vlan (self, port)) {
    if (!vbet_vlan_set_has (port_vlans (self, port)->tagged, shapes->vlan))
      return FALSE;
    tagged = TRUE;
  }
  if (tagged == shapes->tagged || !self->separates) {
    vbet_relay_ports_send (&self->ports, port, shapes->frame, self->send, self->user_data);
    return TRUE;
  }
  if (shapes->other == NULL)
    shapes->other = reshape (self, shapes);
  if (shapes->other != NULL) {
    VbetFrame look = vbet_stored_frame_look (shapes->other);
    vbet_relay_ports_send (&self->ports, port, &look, self->send, self->user_data);
  }
  return TRUE;
}

static void
flood_shaped (VbetBridge *self, guint except, Shapes *shapes)
{
  self->flooded++;
  for (guint i = 0; i < self->ports.linked->len; i++) {
    guint to = g_array_index (self->ports.linked, guint16, i);
    if (to != except && (gint)to != self->mirror)
      send_shaped (self, to, shapes);
  }
}

static void
mirror (VbetBridge *self, guint port, const VbetFrame *frame)
{
  const VbetRelayPort *to
      = self->mirror >= 0 ? vbet_relay_ports_get (&self->ports, (guint)self->mirror) : NULL;
  if (to != NULL && to->link && (guint)self->mirror != port)
    vbet_relay_ports_send (&self->ports, (guint)self->mirror, frame, self->send, self->user_data);
}

/* The longer way. */
static void
relay_managed (VbetBridge *self, guint port, const VbetFrame *frame, gint64 now)
{
  guint64 source = vbet_frame_source (frame), destination = vbet_frame_destination (frame);
  Shapes shapes = { .frame = frame, .from = port };
  mirror (self, port, frame);
  if (self->stp != NULL && destination == VBET_STP_ADDRESS) {
    vbet_stp_input (self->stp, port, frame, now);
    return;
  }
  gboolean learns = self->stp == NULL || vbet_stp_is_learning (self->stp, port);
  gboolean forwards = self->stp == NULL || vbet_stp_is_forwarding (self->stp, port);
  if (!learns || !classify (self, port, &shapes)) {
    self->filtered++;
    return;
  }
  guint64 vlan = (guint64)shapes.vlan << 48;
  if (!vbet_mac_is_group (source) && source != 0)
    vbet_mac_table_learn (self->table, source | vlan, port, now);
  if (!forwards || destination == MAC_CONTROL) {
    self->filtered++;
    return;
  }
  gint to = vbet_mac_is_group (destination) ? -1 : vbet_mac_table_find (self->table, destination | vlan, now);
  if (to < 0)
    flood_shaped (self, port, &shapes);
  else if (to == (gint)port || to == self->mirror || !send_shaped (self, (guint)to, &shapes))
    self->filtered++;
  if (shapes.other != NULL)
    vbet_frame_store_spend (self->store, shapes.other);
}

gboolean
vbet_bridge_looks_inside (const VbetBridge *self)
{
  return self->managed;
}

void
vbet_bridge_input (VbetBridge *self, guint port, const VbetFrame *frame, gint64 now)
{
  if (!vbet_relay_ports_accept (&self->ports, port, frame))
    return;
  if (G_LIKELY (!self->managed))
    relay (self, port, frame, now);
  else
    relay_managed (self, port, frame, now);
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
