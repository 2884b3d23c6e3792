/* services.c - services by name alone; see services.h. */
#include "config.h"

#include "engine/guest/services.h"

#include <string.h>

#include "engine/guest/configuration.h"

/* Addresses given out: these of a network's 256 last ones, or the upper half of a smaller network. */
#define POOL_FIRST 100
#define POOL_LAST 199

static gboolean
has_service (GPtrArray *services, const char *name)
{
  return g_ptr_array_find_with_equal_func (services, name, g_str_equal, NULL);
}

char *
vbet_guest_services_started (GPtrArray *services)
{
  GString *out = g_string_new (NULL);
  if (has_service (services, "dhcp-server") || has_service (services, "dns-server"))
    g_string_append (out, "dnsmasq ");
  if (has_service (services, "web"))
    g_string_append (out, "web ");
  if (has_service (services, "ssh"))
    g_string_append (out, "ssh ");
  return g_strchomp (g_string_free (out, FALSE));
}

static guint32
ipv4_number (const VbetAddress *address)
{
  return (guint32)address->bytes[0] << 24 | (guint32)address->bytes[1] << 16 | (guint32)address->bytes[2] << 8
         | (guint32)address->bytes[3];
}

static char *
ipv4_text (guint32 number)
{
  return g_strdup_printf ("%u.%u.%u.%u", number >> 24, number >> 16 & 255, number >> 8 & 255, number & 255);
}

static guint32
network_mask (const VbetAddress *address)
{
  gint prefix = address->prefix >= 0 ? address->prefix : VBET_GUEST_PREFIX_IPV4;
  return prefix == 0 ? 0 : 0xffffffffU << (32 - prefix);
}

/* (transfer container) (element-type VbetAddress): IPv4 addresses of @nic; owned by the topology. */
static GPtrArray *
nic_ipv4 (const VbetNic *nic)
{
  GPtrArray *found = g_ptr_array_new ();
  g_autoptr (GPtrArray) values = vbet_attributes_list (nic->attributes, "ip");
  for (guint i = 0; i < values->len; i++) {
    VbetValue *value = g_ptr_array_index (values, i);
    if (value->type == VBET_VALUE_ADDRESS && !value->as.address.is_v6)
      g_ptr_array_add (found, &value->as.address);
  }
  return found;
}

/* The pool for the network of @address. Returns: FALSE when that has no room for others. */
static gboolean
pool (const VbetAddress *address, guint32 *ret_first, guint32 *ret_last)
{
  guint32 mask = network_mask (address);
  guint32 base = ipv4_number (address) & mask;
  guint32 size = ~mask; /* of the network less one: its broadcast address */
  if (size < 3)
    return FALSE;
  *ret_first = base + (size >= 255 ? POOL_FIRST : size / 2 + 1);
  *ret_last = base + (size >= 255 ? POOL_LAST : size - 1);
  return TRUE;
}

/* What clients on the network of @address are told to use as router: this device if it forwards, else its gateway. */
static char *
router_for (const VbetDevice *device, const VbetAddress *address)
{
  if (device->kind != VBET_KIND_HOST)
    return vbet_address_to_text (address, FALSE);
  g_autoptr (GPtrArray) values = vbet_attributes_list (device->attributes, "gateway");
  for (guint i = 0; i < values->len; i++) {
    const VbetValue *value = g_ptr_array_index (values, i);
    if (value->type == VBET_VALUE_ADDRESS && !value->as.address.is_v6
        && ((ipv4_number (&value->as.address) ^ ipv4_number (address)) & network_mask (address)) == 0)
      return vbet_address_to_text (&value->as.address, FALSE);
  }
  return NULL;
}

static void
append_range (GString *out, const VbetDevice *device, const VbetNic *nic, const VbetAddress *address,
              guint number)
{
  guint32 first;
  guint32 last;
  if (!pool (address, &first, &last))
    return;
  g_autofree char *from = ipv4_text (first);
  g_autofree char *to = ipv4_text (last);
  g_autofree char *mask = ipv4_text (network_mask (address));
  g_autofree char *router = router_for (device, address);
  g_string_append_printf (out, "dhcp-range=set:net%u,%s,%s,%s,1h\n", number, from, to, mask);
  if (router != NULL)
    g_string_append_printf (out, "dhcp-option=tag:net%u,option:router,%s\n", number, router);
  else
    g_string_append_printf (out, "dhcp-option=tag:net%u,option:router\n", number);
}

static void
append_dhcp (GString *out, const VbetDevice *device, const char *clients, gboolean answers_names)
{
  guint number = 0;
  for (guint i = 0; i < device->nics->len; i++) {
    const VbetNic *nic = g_ptr_array_index (device->nics, i);
    g_autoptr (GPtrArray) addresses = nic_ipv4 (nic);
    for (guint j = 0; j < addresses->len; j++)
      append_range (out, device, nic, g_ptr_array_index (addresses, j), number++);
  }
  g_string_append (out, "dhcp-authoritative\ndhcp-leasefile=/var/lib/misc/dnsmasq.leases\n");
  /* The lab's own addresses are known; asking the network whether one is free costs each client three seconds. */
  g_string_append (out, "no-ping\n");
  if (!answers_names) {
    g_autoptr (GPtrArray) servers = vbet_attributes_list (device->attributes, "dns");
    g_string_append (out, "dhcp-option=option:dns-server");
    for (guint i = 0; i < servers->len; i++) {
      const VbetValue *value = g_ptr_array_index (servers, i);
      g_autofree char *text = vbet_value_to_text (value);
      if (value->type == VBET_VALUE_ADDRESS && !value->as.address.is_v6)
        g_string_append_printf (out, ",%s", text);
    }
    g_string_append_c (out, '\n');
  }
  g_string_append (out, clients);
}

char *
vbet_guest_services_dnsmasq (const VbetDevice *device, GPtrArray *services, const char *clients)
{
  gboolean dhcp = has_service (services, "dhcp-server");
  gboolean names = has_service (services, "dns-server");
  if (!dhcp && !names)
    return NULL;
  GString *out = g_string_new ("bind-dynamic\nno-resolv\nexpand-hosts\n");
  /* Names without a dot are the lab's own: nobody else is asked about them. */
  g_string_append (out, names ? "local=//\n" : "port=0\n");
  g_autoptr (GPtrArray) servers = vbet_attributes_list (device->attributes, "dns");
  for (guint i = 0; names && i < servers->len; i++) {
    const VbetValue *value = g_ptr_array_index (servers, i);
    if (value->type != VBET_VALUE_ADDRESS)
      continue;
    g_autofree char *text = vbet_address_to_text (&value->as.address, FALSE);
    g_string_append_printf (out, "server=%s\n", text);
  }
  if (dhcp)
    append_dhcp (out, device, clients, names);
  return g_string_free (out, FALSE);
}

char *
vbet_guest_services_page (const VbetTopology *topology, const VbetDevice *device, GPtrArray *services)
{
  if (!has_service (services, "web"))
    return NULL;
  g_autofree char *lab = g_markup_escape_text (topology->name != NULL ? topology->name : "", -1);
  return g_strdup_printf (
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>%s</title></head>\n"
      "<body><h1>%s</h1><p>This is %s of the lab %s.</p></body>\n</html>\n",
      device->name, device->name, device->name, lab);
}
