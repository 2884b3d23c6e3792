/* gesture-address.c - addresses for what was just cabled.
 *
 * A link is all NICs that a frame reaches without being routed: over cables,
 * switches and hubs. Whoever comes into a link that has a subnet gets its next
 * free address; where there is none, one of the pool is opened. Only the two
 * ends of the new cable are looked after, and only NICs about which nothing
 * is said yet. With VLANs a link is not what its cables say: then nothing is
 * proposed. IPv4 only.
 */
#include "config.h"

#include <string.h>

#include "base/error.h"
#include "engine/model/gesture.h"

/* Routers count from the bottom of a subnet, hosts from here. */
#define FIRST_HOST 10u
/* A subnet of the pool; smaller pools are one subnet. */
#define SUBNET_PREFIX 24
/* Beyond these, hosts that were there before a router are left without a default route: each is an edit. */
#define HOSTS_MAX 64
#define DEVICES_MAX 300

typedef struct {
  const VbetDevice *device;
  const VbetNic *nic;
} Port;

typedef struct {
  const VbetTopology *topology;
  GArray *ports; /* of Port: what is on the link, without switches and hubs */
  gboolean vlans;
  const VbetDevice *gateway; /* (nullable): a device of that kind on the link */
  guint32 network;           /* of its subnet; with @prefix 0: none */
  int prefix;
  GHashTable *taken; /* set of addresses of the whole lab */
  GPtrArray *proposals;
} Link;

/* A range of addresses that somebody uses. */
typedef struct {
  guint32 first;
  guint32 last;
} Range;

/* --- addresses as numbers ----------------------------------------------------------- */

static guint32
number_of (const VbetAddress *address)
{
  return (guint32)address->bytes[0] << 24 | (guint32)address->bytes[1] << 16 | (guint32)address->bytes[2] << 8
         | address->bytes[3];
}

static guint32
mask_of (int prefix)
{
  return prefix <= 0 ? 0 : 0xffffffffu << (32 - prefix);
}

/* (transfer full) */
static char *
text_of (guint32 number, int prefix)
{
  VbetAddress address = { .prefix = prefix };
  for (guint i = 0; i < 4; i++)
    address.bytes[i] = (guint8)(number >> (24 - 8 * i));
  return vbet_address_to_text (&address, prefix >= 0);
}

typedef void (*AddressFunc) (const VbetAddress *address, gpointer data);

static void
for_each_of_nic (const VbetNic *nic, AddressFunc func, gpointer data)
{
  g_autoptr (GPtrArray) ips = vbet_attributes_list (nic->attributes, "ip");
  for (guint i = 0; i < ips->len; i++) {
    const VbetValue *value = ips->pdata[i];
    if (value->type == VBET_VALUE_ADDRESS && !value->as.address.is_v6)
      func (&value->as.address, data);
  }
}

/* The network of a gateway as it is or as its default is. */
static gboolean
gateway_network (const VbetDevice *gateway, VbetAddress *ret)
{
  const VbetValue *written = vbet_attributes_get (gateway->attributes, "network");
  if (written == NULL)
    return vbet_address_parse (vbet_schema_find (VBET_KIND_GATEWAY, "network")->default_text, ret);
  *ret = written->as.address;
  return written->type == VBET_VALUE_ADDRESS && !ret->is_v6;
}

static void
for_each_address (const VbetTopology *topology, AddressFunc func, gpointer data)
{
  VbetAddress usual;
  for (guint i = 0; i < topology->devices->len; i++) {
    const VbetDevice *device = topology->devices->pdata[i];
    VbetAddress network;
    if (device->kind == VBET_KIND_GATEWAY && gateway_network (device, &network))
      func (&network, data);
    for (guint k = 0; k < device->nics->len; k++)
      for_each_of_nic (device->nics->pdata[k], func, data);
  }
  /* Also where there is no gateway yet: there may be one soon. */
  if (vbet_address_parse (vbet_schema_find (VBET_KIND_GATEWAY, "network")->default_text, &usual))
    func (&usual, data);
}

/* --- the link --------------------------------------------------------------------------- */

static gboolean
passes_on (const VbetDevice *device)
{
  return (device->kind & VBET_KIND_RELAY) != 0;
}

static void
visit (Link *self, const VbetCableEnd *end, GHashTable *seen, GPtrArray *queue)
{
  const VbetDevice *device = end->device != NULL ? vbet_topology_device (self->topology, end->device) : NULL;
  const VbetNic *nic = device != NULL ? vbet_device_nic (device, end->nic) : NULL;
  if (nic == NULL)
    return;
  if (!passes_on (device)) {
    Port port = { device, nic };
    if (g_hash_table_add (seen, (gpointer)nic))
      g_array_append_val (self->ports, port);
    if (device->kind == VBET_KIND_GATEWAY)
      self->gateway = device;
    return;
  }
  if (!g_hash_table_add (seen, (gpointer)device))
    return;
  self->vlans = self->vlans || vbet_attributes_get (device->attributes, "vlans") != NULL;
  for (guint i = 0; i < device->nics->len; i++) {
    const VbetNic *other = device->nics->pdata[i];
    const VbetCable *cable = other->cable != NULL ? vbet_topology_cable (self->topology, other->cable) : NULL;
    self->vlans = self->vlans || vbet_attributes_integer (other->attributes, VBET_KIND_NIC, "vlan") != 0
                  || vbet_attributes_get (other->attributes, "trunk") != NULL;
    if (cable != NULL)
      g_ptr_array_add (queue, (gpointer)&cable->ends[1 - other->cable_end]);
  }
}

static void
collect (Link *self, const VbetCable *cable)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) queue = g_ptr_array_new ();
  g_ptr_array_add (queue, (gpointer)&cable->ends[0]);
  g_ptr_array_add (queue, (gpointer)&cable->ends[1]);
  for (guint i = 0; i < queue->len; i++)
    visit (self, queue->pdata[i], seen, queue);
}

static void
take_subnet (const VbetAddress *address, gpointer data)
{
  Link *self = data;
  if (self->prefix > 0 || address->prefix < 1 || address->prefix > 30)
    return;
  self->prefix = address->prefix;
  self->network = number_of (address) & mask_of (address->prefix);
}

static void
take_address (const VbetAddress *address, gpointer data)
{
  g_hash_table_add (data, GUINT_TO_POINTER (number_of (address)));
}

/* --- a fresh subnet ------------------------------------------------------------------------ */

static void
take_range (const VbetAddress *address, gpointer data)
{
  guint32 mask = mask_of (address->prefix < 0 ? 32 : address->prefix);
  Range range = { number_of (address) & mask, number_of (address) | ~mask };
  if (address->prefix != 0) /* that would be everything */
    g_array_append_val ((GArray *)data, range);
}

static gboolean
open_subnet (Link *self, const VbetAddress *pool)
{
  g_autoptr (GArray) used = g_array_new (FALSE, FALSE, sizeof (Range));
  int prefix = MAX (pool->prefix, SUBNET_PREFIX);
  if (pool->is_v6 || pool->prefix < 1 || pool->prefix > 30)
    return FALSE;
  for_each_address (self->topology, take_range, used);
  guint64 first = number_of (pool) & mask_of (pool->prefix);
  guint64 end = first + ((guint64)1 << (32 - pool->prefix)), size = (guint64)1 << (32 - prefix);
  while (first + size <= end) {
    guint64 next = first;
    for (guint i = 0; i < used->len && next == first; i++) {
      Range range = g_array_index (used, Range, i);
      if (range.first < first + size && range.last >= first)
        next = ((guint64)range.last / size + 1) * size;
    }
    if (next == first) {
      self->network = (guint32)first;
      self->prefix = prefix;
      return TRUE;
    }
    first = next;
  }
  return FALSE;
}

/* --- what each gets --------------------------------------------------------------------------- */

static gboolean
routes (const VbetDevice *device)
{
  return (device->kind & VBET_KIND_FORWARDER) != 0;
}

static gboolean
has_address (const VbetNic *nic)
{
  return vbet_attributes_get (nic->attributes, "ip") != NULL;
}

/* Nothing is said about how it gets an address. */
static gboolean
is_open (const Port *port)
{
  return (port->device->kind & VBET_KIND_GUEST) != 0 && !has_address (port->nic)
         && vbet_attributes_get (port->nic->attributes, "dhcp") == NULL
         && vbet_attributes_integer (port->nic->attributes, VBET_KIND_NIC, "vlan") == 0;
}

static void
propose (Link *self, const VbetDevice *device, guint nic, const char *key, char *value)
{
  VbetProposal *proposal = g_new0 (VbetProposal, 1);
  proposal->object = (VbetObject){ nic > 0 ? VBET_KIND_NIC : device->kind, NULL, nic };
  proposal->device = g_strdup (device->name);
  proposal->object.name = proposal->device;
  proposal->key = key;
  proposal->value = value;
  g_ptr_array_add (self->proposals, proposal);
}

typedef struct {
  const Link *link;
  guint32 lowest;
} Lowest;

static void
take_lowest (const VbetAddress *address, gpointer data)
{
  Lowest *self = data;
  guint32 number = number_of (address), mask = mask_of (self->link->prefix);
  if ((number & mask) == self->link->network)
    self->lowest = MIN (self->lowest, number & ~mask);
}

/* From where on hosts of the link are counted: as those that are there do, and else leaving room for routers.
 */
static guint32
first_host (const Link *self)
{
  Lowest lowest = { self, FIRST_HOST };
  for (guint i = 0; i < self->ports->len; i++) {
    const Port *port = &g_array_index (self->ports, Port, i);
    if (!routes (port->device))
      for_each_of_nic (port->nic, take_lowest, &lowest);
  }
  guint32 last = ~mask_of (self->prefix) - 1;
  return lowest.lowest <= last / 2 ? lowest.lowest : MIN (2, last);
}

static gboolean
free_address (const Link *self, guint32 from, guint32 *ret)
{
  guint32 last = ~mask_of (self->prefix) - 1;
  /* From there up, and if that is full, from the bottom. */
  for (guint pass = 0; pass < 2; pass++)
    for (guint32 host = pass == 0 ? from : 1; host <= last; host++)
      if (!g_hash_table_contains (self->taken, GUINT_TO_POINTER (self->network + host))) {
        *ret = self->network + host;
        return TRUE;
      }
  return FALSE;
}

static guint32
address_in_link (const Link *self, const Port *port)
{
  g_autoptr (GPtrArray) ips = vbet_attributes_list (port->nic->attributes, "ip");
  for (guint i = 0; i < ips->len; i++) {
    const VbetValue *value = ips->pdata[i];
    if (value->type == VBET_VALUE_ADDRESS && !value->as.address.is_v6
        && (number_of (&value->as.address) & mask_of (self->prefix)) == self->network)
      return number_of (&value->as.address);
  }
  return 0;
}

/* The address of the only one on the link that leads out of it; 0: none, several, or it is not known.
 * @given: of Port's position in @ports to the address that it just got. */
static guint32
way_out (const Link *self, GHashTable *given)
{
  guint32 found = 0;
  guint count = 0;
  for (guint i = 0; i < self->ports->len; i++) {
    const Port *port = &g_array_index (self->ports, Port, i);
    if (routes (port->device)) {
      guint32 fresh = GPOINTER_TO_UINT (g_hash_table_lookup (given, port->nic));
      found = fresh != 0 ? fresh : address_in_link (self, port);
      count++;
    } else if (port->device->kind == VBET_KIND_GATEWAY) {
      found = self->network + 2;
      count++;
    } else if ((port->device->kind & (VBET_KIND_TAP | VBET_KIND_REMOTE)) != 0) {
      count += 2; /* who knows what is behind it */
    }
  }
  return count == 1 ? found : 0;
}

static void
propose_gateways (Link *self, GHashTable *given)
{
  guint32 way = way_out (self, given);
  guint hosts = 0;
  for (guint i = 0; i < self->ports->len && way != 0; i++) {
    const Port *port = &g_array_index (self->ports, Port, i);
    gboolean fresh = g_hash_table_contains (given, port->nic);
    if (port->device->kind != VBET_KIND_HOST
        || vbet_attributes_get (port->device->attributes, "gateway") != NULL)
      continue;
    if (!fresh
        && (address_in_link (self, port) == 0 || self->topology->devices->len > DEVICES_MAX
            || ++hosts > HOSTS_MAX))
      continue;
    propose (self, port->device, 0, "gateway", text_of (way, -1));
  }
}

static gboolean
is_end (const Port *port, const VbetCable *cable)
{
  return port->nic->cable != NULL && strcmp (port->nic->cable, cable->name) == 0;
}

/* Addresses for the open ends of @cable: routers first, so that hosts hear of them. */
static void
propose_for_ends (Link *self, const VbetCable *cable)
{
  g_autoptr (GHashTable) given = g_hash_table_new (NULL, NULL);
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < self->ports->len; i++) {
      const Port *port = &g_array_index (self->ports, Port, i);
      guint32 number = 0;
      if (!is_end (port, cable) || !is_open (port) || routes (port->device) != (pass == 0)
          || !free_address (self, pass == 0 ? 1 : first_host (self), &number))
        continue;
      g_hash_table_add (self->taken, GUINT_TO_POINTER (number));
      g_hash_table_insert (given, (gpointer)port->nic, GUINT_TO_POINTER (number));
      propose (self, port->device, port->nic->index, "ip", text_of (number, self->prefix));
    }
  propose_gateways (self, given);
}

static void
propose_dhcp (Link *self, const VbetCable *cable)
{
  for (guint i = 0; i < self->ports->len; i++) {
    const Port *port = &g_array_index (self->ports, Port, i);
    if (is_end (port, cable) && is_open (port))
      propose (self, port->device, port->nic->index, "dhcp", g_strdup ("yes"));
  }
}

static void
proposal_free (gpointer data)
{
  VbetProposal *self = data;
  g_free (self->device);
  g_free (self->value);
  g_free (self);
}

/* Whether a subnet may be opened: both ends can have addresses, or a guest comes to a switch. */
static gboolean
may_open (const Link *self, const VbetCable *cable)
{
  guint open = 0, other = 0;
  for (guint i = 0; i < self->ports->len; i++) {
    const Port *port = &g_array_index (self->ports, Port, i);
    if (!is_end (port, cable))
      continue;
    open += is_open (port) ? 1 : 0;
    other += is_open (port) ? 0 : 1; /* it has an IPv6 address only, or asks by DHCP, or is a tap */
  }
  return open > 0 && other == 0;
}

GPtrArray *
vbet_gesture_propose_addresses (const VbetTopology *topology, const char *cable_name, const VbetAddress *pool)
{
  g_return_val_if_fail (topology != NULL && cable_name != NULL && pool != NULL, NULL);
  GPtrArray *proposals = g_ptr_array_new_with_free_func (proposal_free);
  const VbetCable *cable = vbet_topology_cable (topology, cable_name);
  g_autoptr (GArray) ports = g_array_new (FALSE, FALSE, sizeof (Port));
  g_autoptr (GHashTable) taken = g_hash_table_new (NULL, NULL);
  Link self = { .topology = topology, .ports = ports, .taken = taken, .proposals = proposals };
  if (cable == NULL || cable->ends[0].device == NULL || cable->ends[1].device == NULL)
    return proposals;
  collect (&self, cable);
  if (self.vlans)
    return proposals;
  if (self.gateway != NULL && vbet_attributes_boolean (self.gateway->attributes, VBET_KIND_GATEWAY, "dhcp")) {
    propose_dhcp (&self, cable);
    return proposals;
  }
  VbetAddress network;
  for_each_address (topology, take_address, taken);
  if (self.gateway != NULL && gateway_network (self.gateway, &network)) {
    take_subnet (&network, &self);
    for (guint i = 0; i < 4; i++) /* its own, the name server's */
      g_hash_table_add (taken, GUINT_TO_POINTER (self.network + i));
  }
  for (guint i = 0; i < ports->len; i++)
    for_each_of_nic (g_array_index (ports, Port, i).nic, take_subnet, &self);
  if (self.prefix == 0 && (!may_open (&self, cable) || !open_subnet (&self, pool)))
    return proposals;
  propose_for_ends (&self, cable);
  return proposals;
}

gboolean
vbet_gesture_parse_pool (const char *text, VbetAddress *ret_pool, GError **error)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  VbetAddress pool;
  if (!vbet_address_parse (stripped, &pool) || pool.is_v6 || pool.prefix < 0) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_USAGE,
                 "“%s” is no IPv4 network; write one with its prefix length, such as 10.0.0.0/8", stripped);
    return FALSE;
  }
  if (pool.prefix < 8 || pool.prefix > 28) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_USAGE, "the prefix length of %s must be from 8 to 28",
                 stripped);
    return FALSE;
  }
  *ret_pool = pool;
  return TRUE;
}
