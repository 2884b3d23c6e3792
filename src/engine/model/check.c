/* check.c - what is allowed but can hardly be meant: addresses against links, attributes without effect.
 *
 * NICs that a frame can get to from one another without a router are one
 * segment (union-find over cables, hubs and switches; ports of a switch with
 * VLANs only where their untagged VLAN is the same).
 */
#include "config.h"

#include <string.h>

#include "engine/model/check-private.h"
#include "engine/model/context.h"
#include "engine/model/forward.h"
#include "engine/model/udp-address.h"

/* Segments with more subnets than this are no mistake any more, and comparing them all would take long. */
#define SUBNETS_MAX 64

/* An address on a NIC with a cable. */
typedef struct {
  guint segment;
  const VbetCheckPort *port;
  const VbetAddress *address;
  VbetSpan span; /* of the attribute */
} Host;

/* The addresses of a segment that are in one subnet. */
typedef struct {
  VbetAddress network;
  guint count;
} Subnet;

/* --- segments --- */

guint
_vbet_check_root (const VbetCheck *self, guint position)
{
  while (_vbet_check_port (self, position)->parent != position) {
    VbetCheckPort *port = _vbet_check_port (self, position);
    port->parent = _vbet_check_port (self, port->parent)->parent;
    position = port->parent;
  }
  return position;
}

static void
join (const VbetCheck *self, guint a, guint b)
{
  guint x = _vbet_check_root (self, a), y = _vbet_check_root (self, b);
  _vbet_check_port (self, MAX (x, y))->parent = MIN (x, y);
}

static void
join_switch (const VbetCheck *self, const VbetDevice *device, guint first)
{
  g_autoptr (GHashTable) by_vlan
      = g_hash_table_new (NULL, NULL); /* VLAN to the position + 1 of its first port */
  for (guint i = 0; i < device->nics->len; i++) {
    const VbetNic *nic = device->nics->pdata[i];
    const VbetValue *vlan = vbet_attributes_get (nic->attributes, "vlan");
    if (vbet_attributes_get (nic->attributes, "trunk") != NULL)
      continue;
    gpointer key = GINT_TO_POINTER (vlan != NULL && vlan->as.integer > 0 ? (gint)vlan->as.integer : 1);
    guint before = GPOINTER_TO_UINT (g_hash_table_lookup (by_vlan, key));
    if (before != 0)
      join (self, before - 1, first + i);
    else
      g_hash_table_insert (by_vlan, key, GUINT_TO_POINTER (first + i + 1));
  }
}

gboolean
_vbet_check_end (const VbetCheck *self, const VbetCableEnd *end, guint *ret_position)
{
  const VbetDevice *device = vbet_topology_device (self->topology, end->device);
  if (device == NULL)
    return FALSE;
  *ret_position = GPOINTER_TO_UINT (g_hash_table_lookup (self->first, device)) + end->nic - 1;
  return TRUE;
}

static void
find_segments (const VbetCheck *self)
{
  const GPtrArray *devices = self->topology->devices, *cables = self->topology->cables;
  for (guint i = 0; i < devices->len; i++) {
    const VbetDevice *device = devices->pdata[i];
    guint first = GPOINTER_TO_UINT (g_hash_table_lookup (self->first, device));
    gboolean relays = (device->kind & VBET_KIND_RELAY) != 0;
    if (device->kind == VBET_KIND_SWITCH)
      join_switch (self, device, first);
    for (guint k = 1; relays && device->kind != VBET_KIND_SWITCH && k < device->nics->len; k++)
      join (self, first, first + k);
  }
  for (guint i = 0; i < cables->len; i++) {
    const VbetCable *cable = cables->pdata[i];
    guint a, b;
    if (_vbet_check_end (self, &cable->ends[0], &a) && _vbet_check_end (self, &cable->ends[1], &b))
      join (self, a, b);
  }
}

/* --- addresses on one segment --- */

static void
collect_hosts (VbetCheck *self)
{
  for (guint i = 0; i < self->ports->len; i++) {
    const VbetCheckPort *port = _vbet_check_port (self, i);
    const VbetAttribute *ip = _vbet_check_attribute (port->nic->attributes, "ip");
    if (ip == NULL || (port->device->kind & VBET_KIND_GUEST) == 0)
      continue;
    gboolean is_list = ip->value->type == VBET_VALUE_LIST;
    for (guint k = 0; k < (is_list ? ip->value->as.list->len : 1); k++) {
      const VbetValue *value = is_list ? ip->value->as.list->pdata[k] : ip->value;
      Host host = { _vbet_check_root (self, i), port, &value->as.address, ip->span };
      g_array_append_val (self->hosts, host);
    }
  }
}

static int
compare_segments (gconstpointer a, gconstpointer b)
{
  const Host *x = a, *y = b;
  if (x->segment != y->segment)
    return x->segment < y->segment ? -1 : 1;
  if (x->span.start != y->span.start)
    return x->span.start < y->span.start ? -1 : 1;
  return x->address < y->address ? -1 : x->address > y->address;
}

static guint
address_hash (gconstpointer key)
{
  const VbetAddress *address = key;
  guint hash = 5381;
  for (guint i = 0; i < (address->is_v6 ? 16 : 4); i++)
    hash = hash * 33 + address->bytes[i];
  return hash;
}

static gboolean
address_equal (gconstpointer a, gconstpointer b)
{
  const VbetAddress *x = a, *y = b;
  return x->is_v6 == y->is_v6 && memcmp (x->bytes, y->bytes, x->is_v6 ? 16 : 4) == 0;
}

static void
warn_same_addresses (const VbetCheck *self, const Host *hosts, guint count)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (address_hash, address_equal);
  for (guint i = 0; i < count; i++) {
    const Host *before = g_hash_table_lookup (seen, hosts[i].address);
    if (before == NULL) {
      g_hash_table_insert (seen, (gpointer)hosts[i].address, (gpointer)&hosts[i]);
      continue;
    }
    g_autofree char *text = vbet_address_to_text (hosts[i].address, FALSE);
    if (before->port == hosts[i].port)
      vbet_diagnostics_add (self->diagnostics, VBET_W_SAME_ADDRESS, hosts[i].span, "this NIC gets %s twice",
                            text);
    else
      vbet_diagnostics_add (self->diagnostics, VBET_W_SAME_ADDRESS, hosts[i].span,
                            "%s is on the same link already, at NIC %u of %s", text, before->port->nic->index,
                            before->port->device->name);
  }
}

/* Addresses that are in no subnet with others by their nature. */
static gboolean
stands_alone (const VbetAddress *address)
{
  return address->prefix >= (address->is_v6 ? 128 : 32)
         || (address->is_v6 && address->bytes[0] == 0xfe && (address->bytes[1] & 0xc0) == 0x80);
}

static VbetAddress
network_of (const VbetAddress *address)
{
  VbetAddress network = *address;
  for (gint bit = address->prefix; bit < (address->is_v6 ? 128 : 32); bit++)
    network.bytes[bit / 8] &= (guint8) ~(1 << (7 - bit % 8));
  return network;
}

static gboolean
overlap (const VbetAddress *a, const VbetAddress *b)
{
  return vbet_address_same_subnet (a->prefix <= b->prefix ? a : b, a->prefix <= b->prefix ? b : a);
}

/* How many addresses of the segment are in @address's subnet or one that overlaps it; itself included. */
static guint
count_mates (const GArray *subnets, const VbetAddress *address)
{
  guint count = 0;
  for (guint i = 0; i < subnets->len; i++) {
    const Subnet *subnet = &g_array_index (subnets, Subnet, i);
    if (overlap (&subnet->network, address))
      count += subnet->count;
  }
  return count;
}

/* Counts the subnets of one family; NULL when nothing is to be compared. */
static GArray *
count_subnets (const Host *hosts, guint count, gboolean is_v6)
{
  g_autoptr (GArray) subnets = g_array_new (FALSE, FALSE, sizeof (Subnet));
  for (guint i = 0; i < count; i++) {
    if (hosts[i].address->is_v6 != is_v6 || stands_alone (hosts[i].address))
      continue;
    VbetAddress network = network_of (hosts[i].address);
    guint k = 0;
    while (k < subnets->len
           && (g_array_index (subnets, Subnet, k).network.prefix != network.prefix
               || !address_equal (&g_array_index (subnets, Subnet, k).network, &network)))
      k++;
    if (k == subnets->len) {
      Subnet subnet = { network, 0 };
      g_array_append_val (subnets, subnet);
    }
    g_array_index (subnets, Subnet, k).count++;
    if (subnets->len > SUBNETS_MAX)
      return NULL;
  }
  return subnets->len >= 2 ? g_steal_pointer (&subnets) : NULL;
}

static void
warn_outside (const VbetCheck *self, const Host *hosts, guint count, gboolean is_v6)
{
  g_autoptr (GArray) subnets = count_subnets (hosts, count, is_v6);
  if (subnets == NULL)
    return;
  const Subnet *most = &g_array_index (subnets, Subnet, 0);
  for (guint i = 1; i < subnets->len; i++)
    if (g_array_index (subnets, Subnet, i).count > most->count)
      most = &g_array_index (subnets, Subnet, i);
  g_autofree char *network = vbet_address_to_text (&most->network, TRUE);
  /* A NIC may have several addresses; one that fits is enough. They stand one after the other. */
  for (guint i = 0, end; i < count; i = end) {
    const Host *strange = NULL;
    gboolean fits = FALSE;
    for (end = i; end < count && hosts[end].port == hosts[i].port; end++) {
      const VbetAddress *address = hosts[end].address;
      if (address->is_v6 != is_v6 || stands_alone (address))
        continue;
      if (count_mates (subnets, address) > 1 || overlap (&most->network, address))
        fits = TRUE;
      else if (strange == NULL)
        strange = &hosts[end];
    }
    if (fits || strange == NULL)
      continue;
    g_autofree char *text = vbet_address_to_text (strange->address, TRUE);
    vbet_diagnostics_add (self->diagnostics, VBET_W_OUTSIDE, strange->span,
                          "%s is outside %s, the subnet of its link", text, network);
  }
}

static void
check_segments (VbetCheck *self)
{
  find_segments (self);
  collect_hosts (self);
  g_array_sort (self->hosts, compare_segments);
  const Host *hosts = (const Host *)(gpointer)self->hosts->data;
  for (guint i = 0, end; i < self->hosts->len; i = end) {
    for (end = i; end < self->hosts->len && hosts[end].segment == hosts[i].segment; end++)
      ;
    if (end - i < 2)
      continue; /* nothing to compare it with */
    warn_same_addresses (self, hosts + i, end - i);
    warn_outside (self, hosts + i, end - i, FALSE);
    warn_outside (self, hosts + i, end - i, TRUE);
  }
}

/* --- MACs --- */

static guint
mac_hash (gconstpointer key)
{
  const guint8 *mac = key;
  return (guint)mac[2] << 24 | (guint)mac[3] << 16 | (guint)mac[4] << 8 | mac[5];
}

static gboolean
mac_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, 6) == 0;
}

static void
check_macs (const VbetCheck *self)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (mac_hash, mac_equal);
  for (guint i = 0; i < self->ports->len; i++) {
    const VbetCheckPort *port = _vbet_check_port (self, i),
                        *before = g_hash_table_lookup (seen, port->nic->mac);
    if (before == NULL) {
      g_hash_table_insert (seen, (gpointer)port->nic->mac, (gpointer)port);
      continue;
    }
    const VbetAttribute *mac = _vbet_check_attribute (port->nic->attributes, "mac");
    const VbetCheckPort *other = before;
    if (mac == NULL) {
      mac = _vbet_check_attribute (before->nic->attributes, "mac");
      other = port;
    }
    if (mac == NULL)
      continue;
    g_autofree char *text = vbet_value_to_text (mac->value);
    vbet_diagnostics_add (self->diagnostics, VBET_W_SAME_MAC, mac->span, "NIC %u of %s has %s, too",
                          other->nic->index, other->device->name, text);
  }
}

/* --- attributes --- */

static void
warn_no_effect (const VbetCheck *self, const VbetAttribute *attribute, const VbetDevice *device,
                const char *what)
{
  vbet_diagnostics_add (self->diagnostics, VBET_W_NO_EFFECT, attribute->span, "%s has no effect: a %s %s",
                        attribute->key, vbet_kind_name (device->kind), what);
}

/* Attributes of a NIC that only some kinds of devices do something with. */
static const struct {
  const char *key;
  guint kinds;
  const char *otherwise; /* what is said of another kind */
} nic_keys[] = {
  { "vlan", VBET_KIND_SWITCH, "has no VLANs; the port of the switch has them" },
  { "trunk", VBET_KIND_SWITCH, "has no VLANs; the port of the switch has them" },
  { "cost", VBET_KIND_SWITCH, "runs no spanning tree; the port of the switch does" },
  { "ip", VBET_KIND_GUEST, "has no addresses on its NICs" },
  { "dhcp", VBET_KIND_GUEST, "has no addresses on its NICs" },
  { "mac", VBET_KIND_GUEST | VBET_KIND_OUTSIDE, "has plain ports" },
  { "mtu", VBET_KIND_GUEST | VBET_KIND_OUTSIDE, "has plain ports" },
};

static void
check_nic (const VbetCheck *self, const VbetDevice *device, const VbetNic *nic)
{
  for (guint i = 0; i < nic->attributes->len; i++) {
    const VbetAttribute *attribute = nic->attributes->pdata[i];
    for (guint k = 0; k < G_N_ELEMENTS (nic_keys); k++)
      if (strcmp (nic_keys[k].key, attribute->key) == 0 && (nic_keys[k].kinds & device->kind) == 0)
        warn_no_effect (self, attribute, device, nic_keys[k].otherwise);
  }
}

/* Whether one of the guest's addresses is in a subnet with @gateway, or may be by DHCP. */
static gboolean
reaches (const VbetDevice *device, const VbetAddress *gateway)
{
  gboolean any = FALSE;
  for (guint i = 0; i < device->nics->len; i++) {
    const VbetNic *nic = device->nics->pdata[i];
    const VbetValue *dhcp = vbet_attributes_get (nic->attributes, "dhcp");
    if (dhcp != NULL && dhcp->as.boolean)
      return TRUE;
    g_autoptr (GPtrArray) addresses = vbet_attributes_list (nic->attributes, "ip");
    for (guint k = 0; k < addresses->len; k++) {
      const VbetValue *value = addresses->pdata[k];
      any = any || value->as.address.is_v6 == gateway->is_v6;
      if (vbet_address_same_subnet (&value->as.address, gateway))
        return TRUE;
    }
  }
  return !any;
}

static void
check_gateways (const VbetCheck *self, const VbetDevice *device, const VbetAttribute *attribute)
{
  g_autoptr (GPtrArray) gateways = vbet_attributes_list (device->attributes, "gateway");
  gboolean v4 = FALSE, v6 = FALSE;
  for (guint i = 0; i < gateways->len; i++) {
    const VbetAddress *gateway = &((const VbetValue *)gateways->pdata[i])->as.address;
    gboolean *had = gateway->is_v6 ? &v6 : &v4;
    g_autofree char *text = vbet_address_to_text (gateway, FALSE);
    if (*had)
      vbet_diagnostics_add (self->diagnostics, VBET_E_CONTENT, attribute->span,
                            "a guest has one gateway for each family of addresses, and %s is a second one",
                            text);
    else if (!stands_alone (gateway) && !reaches (device, gateway))
      vbet_diagnostics_add (self->diagnostics, VBET_W_GATEWAY, attribute->span,
                            "the gateway %s is in no subnet of %s", text, device->name);
    *had = TRUE;
  }
}

static void
check_forwards (const VbetCheck *self, const VbetDevice *device, const VbetAttribute *attribute)
{
  g_autoptr (GPtrArray) forwards = vbet_attributes_list (device->attributes, "forward");
  for (guint i = 0; i < forwards->len; i++) {
    const char *text = ((const VbetValue *)forwards->pdata[i])->as.text;
    g_auto (GStrv) parts = g_strsplit (text, ":", 4);
    VbetAddress address;
    g_autoptr (GError) error = NULL;
    if (vbet_topology_device (self->topology, parts[2]) == NULL && !vbet_address_parse (parts[2], &address)) {
      vbet_diagnostics_add (self->diagnostics, VBET_E_NAME, attribute->span,
                            "forward leads to %s, but nothing is called so", parts[2]);
      continue;
    }
    g_autofree char *resolved = vbet_forward_resolve (self->topology, device, text, &error);
    if (resolved == NULL)
      vbet_diagnostics_add (self->diagnostics, VBET_W_FORWARD, attribute->span, "%s", error->message);
  }
}

/* --- remotes --- */

/* Returns: FALSE when @device does not say it; the text was checked before. */
static gboolean
listen_of (const VbetDevice *device, VbetUdpAddress *ret_address)
{
  const char *text = vbet_attributes_text (device->attributes, VBET_KIND_REMOTE, "listen");
  return device->kind == VBET_KIND_REMOTE && text != NULL && vbet_udp_listen_parse (text, ret_address);
}

/* The device that is remembered as @key, else NULL; then @device is. */
static const VbetDevice *
claim (const VbetCheck *self, const char *key, const VbetDevice *device)
{
  const VbetDevice *before = g_hash_table_lookup (self->listens, key);
  if (before == NULL)
    g_hash_table_insert (self->listens, g_strdup (key), (gpointer)device);
  return before;
}

/* Whether one of the remotes before @device receives where it does: one of the two at every address, or both
 * at the same. */
static void
check_port (const VbetCheck *self, const VbetDevice *device, const VbetUdpAddress *listen)
{
  g_autofree char *address = vbet_udp_address_is_every (listen)
                                 ? g_strdup ("every")
                                 : vbet_address_to_text (&listen->address, FALSE);
  g_autofree char *exact = g_strdup_printf ("%u %s", listen->port, address);
  g_autofree char *every = g_strdup_printf ("%u every", listen->port);
  g_autofree char *some = g_strdup_printf ("%u", listen->port);
  const VbetDevice *any = claim (self, some, device);
  const VbetDevice *other = claim (self, exact, device);
  if (other == NULL && vbet_udp_address_is_every (listen))
    other = any;
  else if (other == NULL)
    other = g_hash_table_lookup (self->listens, every);
  if (other != NULL)
    vbet_diagnostics_add (
        self->diagnostics, VBET_E_PORT_TAKEN, _vbet_check_attribute (device->attributes, "listen")->span,
        "%s receives at port %u already; each remote needs a port of its own", other->name, listen->port);
}

static void
check_remote (const VbetCheck *self, const VbetDevice *device)
{
  const char *peer_text = vbet_attributes_text (device->attributes, VBET_KIND_REMOTE, "peer");
  g_auto (VbetUdpAddress) listen = { 0 };
  g_auto (VbetUdpAddress) peer = { 0 };
  gboolean listens = listen_of (device, &listen);
  gboolean as_written = !vbet_diagnostics_has_errors (self->diagnostics); /* a wrong value is left out */
  if (as_written && peer_text == NULL)
    vbet_diagnostics_add (self->diagnostics, VBET_W_LEADS_NOWHERE, device->span,
                          "%s leads nowhere yet: write peer=\"HOST:PORT\", where its far end receives",
                          device->name);
  else if (as_written && !listens)
    vbet_diagnostics_add (self->diagnostics, VBET_W_LEADS_NOWHERE, device->span,
                          "%s cannot hear its far end yet: write listen=\"PORT\", where it receives",
                          device->name);
  if (listens)
    check_port (self, device, &listen);
  if (listens && peer_text != NULL && vbet_udp_peer_parse (peer_text, &peer)
      && vbet_udp_leads_to (&peer, &listen))
    vbet_diagnostics_add (
        self->diagnostics, VBET_E_PORT_TAKEN, _vbet_check_attribute (device->attributes, "peer")->span,
        "%s would send to itself: its far end receives at another port or on another machine", device->name);
}

/* --- devices --- */

static void
check_mirror (const VbetCheck *self, const VbetDevice *device, const VbetAttribute *attribute)
{
  if (attribute->value->as.integer > device->nics->len)
    vbet_diagnostics_add (self->diagnostics, VBET_E_NIC_NUMBER, attribute->span,
                          "%s has %u port%s; there is no port %" G_GINT64_FORMAT " to mirror to",
                          device->name, device->nics->len, device->nics->len == 1 ? "" : "s",
                          attribute->value->as.integer);
}

static void
check_autostart (const VbetCheck *self, const VbetDevice *device, const VbetAttribute *attribute)
{
  if ((device->kind & VBET_KIND_GUEST) == 0 && !attribute->value->as.boolean)
    warn_no_effect (self, attribute, device, "is always on");
}

static void
check_device (const VbetCheck *self, const VbetDevice *device)
{
  static const struct {
    const char *key;
    void (*check) (const VbetCheck *self, const VbetDevice *device, const VbetAttribute *attribute);
  } rows[] = {
    { "gateway", check_gateways },
    { "forward", check_forwards },
    { "mirror", check_mirror },
    { "autostart", check_autostart },
  };
  for (guint i = 0; i < device->attributes->len; i++) {
    const VbetAttribute *attribute = device->attributes->pdata[i];
    for (guint k = 0; k < G_N_ELEMENTS (rows); k++)
      if (strcmp (rows[k].key, attribute->key) == 0)
        rows[k].check (self, device, attribute);
  }
  if (device->kind == VBET_KIND_REMOTE)
    check_remote (self, device);
  for (guint i = 0; i < device->nics->len; i++)
    check_nic (self, device, device->nics->pdata[i]);
}

void
vbet_topology_check (const VbetTopology *self, VbetDiagnostics *diagnostics)
{
  VbetCheck check = { self, diagnostics };
  check.ports = g_array_new (FALSE, FALSE, sizeof (VbetCheckPort));
  check.first = g_hash_table_new (NULL, NULL);
  check.listens = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  check.hosts = g_array_new (FALSE, FALSE, sizeof (Host));
  for (guint i = 0; i < self->devices->len; i++) {
    const VbetDevice *device = self->devices->pdata[i];
    check_device (&check, device);
    g_hash_table_insert (check.first, (gpointer)device, GUINT_TO_POINTER (check.ports->len));
    for (guint k = 0; k < device->nics->len; k++) {
      VbetCheckPort port = { device, device->nics->pdata[k], check.ports->len };
      g_array_append_val (check.ports, port);
    }
  }
  check_segments (&check);
  check_macs (&check);
  _vbet_check_links (&check);
  _vbet_check_routing (&check);
  g_array_unref (check.ports);
  g_array_unref (check.hosts);
  g_hash_table_unref (check.listens);
  g_hash_table_unref (check.first);
}
