/* fabric.c - what is plugged into what; see fabric.h. The way of a frame is in fabric-path.c. */
#include "config.h"

#include "switch/fabric.h"

#include <errno.h>

#include "switch/fabric-private.h"

/* --- small things -------------------------------------------------------------- */

static gboolean
is_name (const char *name)
{
  if (name == NULL || *name == '\0' || strlen (name) > VBET_FABRIC_NAME_MAX)
    return FALSE;
  for (const char *at = name; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      return FALSE;
  return g_utf8_validate (name, -1, NULL);
}

static gboolean
is_endpoint_name (const char *device, guint nic)
{
  return is_name (device) && nic >= 1 && nic <= VBET_FABRIC_NIC_MAX;
}

static guint
endpoint_hash (gconstpointer key)
{
  const VbetEndpoint *endpoint = key;
  return g_str_hash (endpoint->device) * 31 + endpoint->nic;
}

static gboolean
endpoint_equal (gconstpointer a, gconstpointer b)
{
  const VbetEndpoint *one = a;
  const VbetEndpoint *other = b;
  return one->nic == other->nic && strcmp (one->device, other->device) == 0;
}

static VbetEndpoint *
find_endpoint (VbetFabric *self, const char *device, guint nic)
{
  if (device == NULL)
    return NULL;
  VbetEndpoint key = { .device = (char *)device, .nic = nic };
  return g_hash_table_lookup (self->endpoints, &key);
}

/* --- links ----------------------------------------------------------------------- */

/* Whether what comes out at the far side of @self's plug can be received there. */
static gboolean
has_link (const VbetEndpoint *self)
{
  const VbetEndpoint *peer = self->direct;
  /* What matters is the way out of here. */
  if (self->cable != NULL && vbet_cable_is_up (&self->cable->core, self->end))
    peer = self->cable->ends[self->end == VBET_CABLE_A ? VBET_CABLE_B : VBET_CABLE_A];
  return peer != NULL && (peer->bridge != NULL || peer->connected);
}

/* Of a line whose directions differ, the slower one counts. */
static double
rate_of (const FabricCable *cable)
{
  double there = cable->core.directions[0].quality.rate, back = cable->core.directions[1].quality.rate;
  return there > 0 && back > 0 ? MIN (there, back) : MAX (there, back);
}

static void
update_cost (VbetEndpoint *self)
{
  guint32 cost = self->cost;
  if (self->bridge->bridge == NULL)
    return;
  if (cost == 0 && self->cable != NULL)
    cost = vbet_stp_cost_of_rate (rate_of (self->cable));
  vbet_bridge_set_port_cost (self->bridge->bridge, self->number, cost, self->fabric->now);
}

static void
update_link (VbetEndpoint *self)
{
  if (self->bridge == NULL)
    return;
  update_cost (self);
  self->bridge->klass->set_link (self->bridge->relay, self->number, has_link (self), self->fabric->now);
}

void
vbet_endpoint_set_connected (VbetEndpoint *self, gboolean connected)
{
  if (self->connected == connected)
    return;
  self->connected = connected;
  if (self->direct != NULL)
    update_link (self->direct);
  if (self->cable != NULL)
    update_link (self->cable->ends[self->end == VBET_CABLE_A ? VBET_CABLE_B : VBET_CABLE_A]);
}

/* --- cables ------------------------------------------------------------------------ */

static void
cable_free (gpointer data)
{
  FabricCable *self = data;
  vbet_fabric_end_probe (self, VBET_PROBE_UNPLUGGED);
  vbet_fabric_unschedule (self);
  vbet_cable_finish (&self->core);
  for (guint end = 0; end < 2; end++)
    self->ends[end]->cable = NULL;
  for (guint end = 0; end < 2; end++)
    update_link (self->ends[end]);
  if (self->taps != NULL)
    g_ptr_array_unref (self->taps);
  g_free (self->name);
  g_free (self);
}

static void
cable_plug (FabricCable *self, VbetCableSide end, VbetEndpoint *endpoint)
{
  self->ends[end] = endpoint;
  endpoint->cable = self;
  endpoint->end = end;
}

void
vbet_fabric_cable_flap (gboolean up, gpointer user_data)
{
  FabricCable *self = user_data;
  VbetFabric *fabric = self->fabric;
  gboolean ways[2];
  if (!up && self->probe != NULL)
    vbet_probe_cut (self->probe);
  for (guint end = 0; end < 2; end++) {
    ways[end] = vbet_cable_is_up (&self->core, end);
    update_link (self->ends[end]);
  }
  if (fabric->link_changed != NULL)
    fabric->link_changed (self->name, ways, fabric->link_data);
}

void
vbet_fabric_set_link_changed (VbetFabric *self, VbetFabricLinkChanged link_changed, gpointer user_data)
{
  self->link_changed = link_changed;
  self->link_data = user_data;
}

static void
cable_set (FabricCable *self, const VbetCableSettings *settings, gint64 now)
{
  for (guint end = 0; end < 2; end++)
    vbet_cable_set (&self->core, end, &settings->quality[end], now);
  vbet_cable_set_flap (&self->core, settings->quality[0].up_for, settings->quality[0].down_for, now);
  vbet_fabric_reschedule (self);
}

int
vbet_fabric_add_cable (VbetFabric *self, const char *name, const char *device_a, guint nic_a,
                       const char *device_b, guint nic_b, const VbetCableSettings *settings, gint64 now)
{
  if (!is_name (name) || (settings != NULL && !vbet_cable_settings_is_valid (settings)))
    return -EINVAL;
  if (g_hash_table_contains (self->cables, name))
    return -EEXIST;
  VbetEndpoint *a = find_endpoint (self, device_a, nic_a);
  VbetEndpoint *b = find_endpoint (self, device_b, nic_b);
  if (a == NULL || b == NULL)
    return -ENOENT;
  if (a == b)
    return -EINVAL;
  if (a->cable != NULL || b->cable != NULL)
    return -EBUSY;
  self->now = now;
  FabricCable *cable = g_new0 (FabricCable, 1);
  cable->fabric = self;
  cable->name = g_strdup (name);
  cable->deadline = VBET_CABLE_NEVER;
  cable->slot = -1;
  vbet_cable_init (&cable->core, &self->store, self->seed ^ g_str_hash (name), vbet_fabric_cable_deliver,
                   vbet_fabric_cable_flap, cable);
  cable_plug (cable, VBET_CABLE_A, a);
  cable_plug (cable, VBET_CABLE_B, b);
  g_hash_table_insert (self->cables, cable->name, cable);
  vbet_fabric_find_taps (cable);
  if (settings != NULL)
    cable_set (cable, settings, now);
  update_link (a);
  update_link (b);
  return 0;
}

int
vbet_fabric_set_cable (VbetFabric *self, const char *name, const VbetCableSettings *settings, gint64 now)
{
  FabricCable *cable = name != NULL ? g_hash_table_lookup (self->cables, name) : NULL;
  if (cable == NULL)
    return -ENOENT;
  if (!vbet_cable_settings_is_valid (settings))
    return -EINVAL;
  self->now = now;
  cable_set (cable, settings, now);
  update_link (cable->ends[VBET_CABLE_A]);
  update_link (cable->ends[VBET_CABLE_B]);
  return 0;
}

int
vbet_fabric_remove_cable (VbetFabric *self, const char *name)
{
  return name != NULL && g_hash_table_remove (self->cables, name) ? 0 : -ENOENT;
}

/* --- endpoints ------------------------------------------------------------------------ */

static VbetEndpoint *
endpoint_new (VbetFabric *fabric, const char *device, guint nic)
{
  VbetEndpoint *self = g_new0 (VbetEndpoint, 1);
  self->fabric = fabric;
  self->device = g_strdup (device);
  self->nic = nic;
  return self;
}

/* The mirror is named by its NIC, which may come and go. */
static void
update_mirror (FabricBridge *self)
{
  gint port = -1;
  for (guint i = 0; self->mirror != 0 && i < self->ports->len; i++) {
    const VbetEndpoint *endpoint = g_ptr_array_index (self->ports, i);
    if (endpoint != NULL && endpoint->nic == self->mirror)
      port = (gint)i;
  }
  if (self->bridge != NULL)
    vbet_bridge_set_mirror (self->bridge, port);
}

/* Gives @self the lowest free port of @bridge; -ENOSPC when there is none. */
static int
endpoint_join (VbetEndpoint *self, FabricBridge *bridge)
{
  gint number = bridge->klass->add_port (bridge->relay);
  if (number < 0)
    return number;
  self->bridge = bridge;
  self->number = (guint)number;
  if (bridge->ports->len <= self->number)
    g_ptr_array_set_size (bridge->ports, (gint)self->number + 1);
  g_ptr_array_index (bridge->ports, self->number) = self;
  update_mirror (bridge);
  return 0;
}

static void
endpoint_leave (VbetEndpoint *self)
{
  g_ptr_array_index (self->bridge->ports, self->number) = NULL;
  update_mirror (self->bridge);
  self->bridge->klass->remove_port (self->bridge->relay, self->number, self->fabric->now);
}

static void
endpoint_free (gpointer data)
{
  VbetEndpoint *self = data;
  if (self->cable != NULL)
    g_hash_table_remove (self->fabric->cables, self->cable->name);
  vbet_fabric_purge (self->fabric, self);
  if (self->bridge != NULL)
    endpoint_leave (self);
  if (self->klass != NULL)
    self->klass->destroy (self->port);
  g_free (self->device);
  g_free (self);
}

int
vbet_fabric_add_port (VbetFabric *self, const char *device, guint nic, guint mtu, const VbetPortClass *klass,
                      gpointer port, VbetEndpoint **ret_endpoint)
{
  if (!is_endpoint_name (device, nic) || mtu == 0 || mtu > VBET_FRAME_MTU_MAX)
    return -EINVAL;
  if (find_endpoint (self, device, nic) != NULL)
    return -EEXIST;
  VbetEndpoint *endpoint = endpoint_new (self, device, nic);
  endpoint->klass = klass;
  endpoint->port = port;
  endpoint->mtu = mtu;
  endpoint->source = ++self->last_source;
  g_hash_table_add (self->endpoints, endpoint);
  *ret_endpoint = endpoint;
  return 0;
}

int
vbet_fabric_add_bridge_port (VbetFabric *self, const char *device, guint nic, const char *bridge)
{
  if (!is_endpoint_name (device, nic))
    return -EINVAL;
  if (find_endpoint (self, device, nic) != NULL)
    return -EEXIST;
  FabricBridge *found = bridge != NULL ? g_hash_table_lookup (self->bridges, bridge) : NULL;
  if (found == NULL)
    return -ENOENT;
  VbetEndpoint *endpoint = endpoint_new (self, device, nic);
  int result = endpoint_join (endpoint, found);
  if (result < 0) {
    endpoint_free (endpoint);
    return result;
  }
  g_hash_table_add (self->endpoints, endpoint);
  return 0;
}

int
vbet_fabric_add_direct_port (VbetFabric *self, const char *bridge, guint mtu, const VbetPortClass *klass,
                             gpointer port, VbetEndpoint **ret_endpoint)
{
  FabricBridge *found = bridge != NULL ? g_hash_table_lookup (self->bridges, bridge) : NULL;
  if (found == NULL)
    return -ENOENT;
  if (mtu == 0 || mtu > VBET_FRAME_MTU_MAX)
    return -EINVAL;
  VbetEndpoint *inner = endpoint_new (self, NULL, 0);
  int result = endpoint_join (inner, found);
  if (result < 0) {
    endpoint_free (inner);
    return result;
  }
  VbetEndpoint *outer = endpoint_new (self, NULL, 0);
  outer->klass = klass;
  outer->port = port;
  outer->mtu = mtu;
  outer->source = ++self->last_source;
  outer->direct = inner;
  inner->direct = outer;
  *ret_endpoint = outer;
  return 0;
}

int
vbet_fabric_remove_port (VbetFabric *self, const char *device, guint nic)
{
  VbetEndpoint *endpoint = find_endpoint (self, device, nic);
  if (endpoint == NULL)
    return -ENOENT;
  g_hash_table_remove (self->endpoints, endpoint);
  return 0;
}

void
vbet_fabric_remove_direct_port (VbetFabric *self, VbetEndpoint *endpoint)
{
  (void)self;
  endpoint_free (endpoint->direct);
  endpoint_free (endpoint);
}

VbetEndpoint *
vbet_fabric_find_guest (VbetFabric *self, const char *device, guint nic)
{
  VbetEndpoint *endpoint = find_endpoint (self, device, nic);
  return endpoint != NULL && endpoint->klass != NULL ? endpoint : NULL;
}

void
vbet_fabric_replace_port (VbetEndpoint *endpoint, const VbetPortClass *klass, gpointer port)
{
  vbet_endpoint_set_connected (endpoint, FALSE);
  if (endpoint->dirty)
    g_ptr_array_remove_fast (endpoint->fabric->dirty, endpoint);
  endpoint->dirty = FALSE;
  endpoint->klass->destroy (endpoint->port);
  endpoint->klass = klass;
  endpoint->port = port;
}

const char *
vbet_endpoint_get_device (const VbetEndpoint *self)
{
  return self->device;
}

guint
vbet_endpoint_get_nic (const VbetEndpoint *self)
{
  return self->nic;
}

gpointer
vbet_endpoint_get_port (const VbetEndpoint *self, const VbetPortClass *klass)
{
  return self->klass == klass ? self->port : NULL;
}

guint
vbet_endpoint_get_mtu (const VbetEndpoint *self)
{
  return self->mtu;
}

VbetCounters *
vbet_endpoint_get_rx (VbetEndpoint *self)
{
  return &self->rx;
}

VbetCounters *
vbet_endpoint_get_tx (VbetEndpoint *self)
{
  return &self->tx;
}

/* --- bridges ----------------------------------------------------------------------------- */

static void
bridge_free (gpointer data)
{
  FabricBridge *self = data;
  for (guint i = 0; i < self->ports->len; i++) {
    VbetEndpoint *endpoint = g_ptr_array_index (self->ports, i);
    if (endpoint == NULL)
      continue;
    if (endpoint->direct != NULL)
      vbet_fabric_remove_direct_port (self->fabric, endpoint->direct);
    else
      g_hash_table_remove (self->fabric->endpoints, endpoint);
  }
  g_ptr_array_remove_fast (self->fabric->trees, self);
  g_ptr_array_unref (self->ports);
  self->klass->destroy (self->relay);
  g_free (self->name);
  g_free (self);
}

/* A locally administered address that the name gives. */
static guint64
bridge_mac (const char *name)
{
  guint64 hash = G_GUINT64_CONSTANT (0xcbf29ce484222325); /* FNV-1a */
  for (const char *at = name; *at != '\0'; at++)
    hash = (hash ^ (guint8)*at) * G_GUINT64_CONSTANT (0x100000001b3);
  return G_GUINT64_CONSTANT (0x020000000000) | (hash & G_GUINT64_CONSTANT (0xffffffffff));
}

int
vbet_fabric_add_bridge (VbetFabric *self, const char *name, const VbetRelayClass *klass, gint64 ageing)
{
  if (!is_name (name) || klass == NULL || ageing < 0)
    return -EINVAL;
  if (g_hash_table_contains (self->bridges, name))
    return -EEXIST;
  FabricBridge *bridge = g_new0 (FabricBridge, 1);
  bridge->fabric = self;
  bridge->name = g_strdup (name);
  bridge->klass = klass;
  bridge->ports = g_ptr_array_new ();
  VbetBridgeConfig config = {
    .ageing = ageing,
    .table_size = VBET_BRIDGE_TABLE_DEFAULT,
    .seed = self->seed,
    .mac = bridge_mac (name),
    .store = &self->store,
    .send = vbet_fabric_relay_send,
    .user_data = bridge,
  };
  bridge->relay = klass->create (&config);
  bridge->bridge = klass->get_bridge != NULL ? klass->get_bridge (bridge->relay) : NULL;
  g_hash_table_insert (self->bridges, bridge->name, bridge);
  return 0;
}

int
vbet_fabric_set_bridge (VbetFabric *self, const char *name, const VbetFabricBridgeSettings *settings,
                        gint64 now)
{
  FabricBridge *bridge = name != NULL ? g_hash_table_lookup (self->bridges, name) : NULL;
  if (bridge == NULL)
    return -ENOENT;
  if (settings->ageing < 0)
    return -EINVAL;
  if (bridge->bridge == NULL)
    return 0;
  self->now = now;
  bridge->mirror = settings->mirror;
  update_mirror (bridge);
  vbet_bridge_set_ageing (bridge->bridge, settings->ageing);
  vbet_bridge_set_vlans (bridge->bridge, &settings->vlans);
  vbet_bridge_set_stp (bridge->bridge, settings->stp, settings->priority, now);
  g_ptr_array_remove_fast (self->trees, bridge);
  if (settings->stp)
    g_ptr_array_add (self->trees, bridge);
  return 0;
}

int
vbet_fabric_set_port_vlans (VbetFabric *self, const char *device, guint nic, guint vlan,
                            const VbetVlanSet *trunk)
{
  VbetEndpoint *endpoint = find_endpoint (self, device, nic);
  if (endpoint == NULL)
    return -ENOENT;
  if (endpoint->bridge == NULL || vlan >= VBET_VLANS)
    return -EINVAL;
  if (endpoint->bridge->bridge != NULL)
    vbet_bridge_set_port_vlans (endpoint->bridge->bridge, endpoint->number, (guint16)vlan, trunk);
  return 0;
}

int
vbet_fabric_set_port_isolated (VbetFabric *self, const char *device, guint nic, gboolean isolated)
{
  VbetEndpoint *endpoint = find_endpoint (self, device, nic);
  if (endpoint == NULL)
    return -ENOENT;
  if (endpoint->bridge == NULL)
    return -EINVAL;
  if (endpoint->bridge->bridge != NULL)
    vbet_bridge_set_port_isolated (endpoint->bridge->bridge, endpoint->number, isolated);
  return 0;
}

int
vbet_fabric_set_port_cost (VbetFabric *self, const char *device, guint nic, guint32 cost, gint64 now)
{
  VbetEndpoint *endpoint = find_endpoint (self, device, nic);
  if (endpoint == NULL)
    return -ENOENT;
  if (endpoint->bridge == NULL || cost > VBET_STP_COST_MAX)
    return -EINVAL;
  self->now = now;
  endpoint->cost = cost;
  update_cost (endpoint);
  return 0;
}

int
vbet_fabric_remove_bridge (VbetFabric *self, const char *name)
{
  return name != NULL && g_hash_table_remove (self->bridges, name) ? 0 : -ENOENT;
}

gboolean
vbet_fabric_has_bridge (VbetFabric *self, const char *name)
{
  return name != NULL && g_hash_table_contains (self->bridges, name);
}

/* --- the fabric itself ------------------------------------------------------------------------ */

VbetFabric *
vbet_fabric_new (guint64 seed)
{
  VbetFabric *self = g_new0 (VbetFabric, 1);
  self->seed = seed;
  self->bridges = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, bridge_free);
  self->endpoints = g_hash_table_new_full (endpoint_hash, endpoint_equal, endpoint_free, NULL);
  self->cables = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, cable_free);
  self->dirty = g_ptr_array_new ();
  self->taps = g_ptr_array_new_with_free_func (vbet_fabric_tap_free);
  self->schedule = g_ptr_array_new ();
  self->trees = g_ptr_array_new ();
  vbet_frame_store_init (&self->store, VBET_FRAME_STORE_LIMIT);
  vbet_frame_queue_init (&self->parked, PARKED_FRAMES, PARKED_BYTES);
  return self;
}

void
vbet_fabric_free (VbetFabric *self)
{
  if (self == NULL)
    return;
  g_hash_table_remove_all (self->cables);
  g_hash_table_remove_all (self->bridges);
  g_hash_table_remove_all (self->endpoints);
  g_hash_table_unref (self->cables);
  g_hash_table_unref (self->bridges);
  g_hash_table_unref (self->endpoints);
  g_ptr_array_unref (self->dirty);
  g_ptr_array_unref (self->taps);
  g_ptr_array_unref (self->schedule);
  g_ptr_array_unref (self->trees);
  vbet_frame_queue_finish (&self->parked);
  vbet_frame_store_finish (&self->store);
  g_free (self);
}
