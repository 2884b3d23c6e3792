/* frr.c - FRR configurations; see frr.h. */
#include "config.h"

#include "engine/guest/frr.h"

#include <string.h>

#include "base/frr-config.h"

/* Services that are routing protocols. */
static const struct {
  const char *service;
  VbetFrrDaemon daemon;
} protocols[] = {
  { "ospf", VBET_FRR_OSPFD }, { "ospf6", VBET_FRR_OSPF6D }, { "rip", VBET_FRR_RIPD },
  { "bgp", VBET_FRR_BGPD },   { "isis", VBET_FRR_ISISD },
};

static gboolean
has_service (GPtrArray *services, const char *name)
{
  return g_ptr_array_find_with_equal_func (services, name, g_str_equal, NULL);
}

static gboolean
is_empty (const char *text)
{
  return text == NULL || text[strspn (text, " \t\r\n")] == '\0';
}

static gboolean
is_wanted (guint32 wanted, VbetFrrDaemon daemon)
{
  return (wanted & 1U << daemon) != 0;
}

GPtrArray *
vbet_frr_daemons (const char *text, GPtrArray *services, gboolean has_ipv6)
{
  GPtrArray *daemons = g_ptr_array_new ();
  guint32 wanted = vbet_frr_needs (text != NULL ? text : "");
  gboolean any = !is_empty (text);
  for (gsize i = 0; i < G_N_ELEMENTS (protocols); i++)
    if (has_service (services, protocols[i].service)) {
      wanted |= 1U << protocols[i].daemon;
      any = TRUE;
    }
  if (has_ipv6 && has_service (services, "rip"))
    wanted |= 1U << VBET_FRR_RIPNGD;
  if (any)
    wanted |= 1U << VBET_FRR_ZEBRA;
  for (int i = 0; i < VBET_FRR_DAEMONS; i++)
    if (is_wanted (wanted, i))
      g_ptr_array_add (daemons, (gpointer)vbet_frr_daemon_name (i));
  return daemons;
}

/* --- plain configurations -------------------------------------------------------- */

/* "interface ethN" with @line in it, for each NIC that has an address of the family. */
static void
append_interfaces (GString *out, const VbetDevice *device, gboolean is_v6, const char *line)
{
  for (guint i = 0; i < device->nics->len; i++) {
    const VbetNic *nic = g_ptr_array_index (device->nics, i);
    if (vbet_nic_address (nic, is_v6) != NULL)
      g_string_append_printf (out, "interface eth%u\n %s\nexit\n", nic->index - 1, line);
  }
}

/* (nullable) (transfer none): the first that it has */
static const VbetAddress *
device_address (const VbetDevice *device, gboolean is_v6)
{
  const VbetAddress *found = NULL;
  for (guint i = 0; i < device->nics->len && found == NULL; i++)
    found = vbet_nic_address (g_ptr_array_index (device->nics, i), is_v6);
  return found;
}

/* Whether @text says, or may say, what identifies the router: by itself, or by an address of the loopback interface,
 * which FRR prefers. */
static gboolean
names_router (const char *text)
{
  return text != NULL && (strstr (text, "router-id") != NULL || strstr (text, "interface lo") != NULL);
}

/* " ospf router-id 10.0.0.1". Left to itself FRR takes the highest address of those interfaces that have carrier, and
 * later another: a router that loses a cable would be another router, without its external routes. The first address
 * does not change either when NICs are added. */
static void
append_router_id (GString *out, const VbetDevice *device, const char *text, const char *key)
{
  const VbetAddress *address = device_address (device, FALSE);
  if (address == NULL || names_router (text))
    return;
  g_autofree char *id = vbet_address_to_text (address, FALSE);
  g_string_append_printf (out, " %s %s\n", key, id);
}

static void
append_ospf (GString *out, const VbetDevice *device, const char *text)
{
  g_string_append (out, "router ospf\n");
  append_router_id (out, device, text, "ospf router-id");
  g_string_append (out, " redistribute connected\n network 0.0.0.0/0 area 0\nexit\n");
}

static void
append_ospf6 (GString *out, const VbetDevice *device, const char *text)
{
  append_interfaces (out, device, TRUE, "ipv6 ospf6 area 0.0.0.0");
  g_string_append (out, "router ospf6\n");
  append_router_id (out, device, text, "ospf6 router-id");
  g_string_append (out, " redistribute connected\n");
  /* Without an IPv4 address there is nothing to take a router identifier from: the last bytes of the MAC
   * serve. */
  if (device_address (device, FALSE) == NULL && device->nics->len > 0) {
    const VbetNic *nic = g_ptr_array_index (device->nics, 0);
    g_string_append_printf (out, " ospf6 router-id %u.%u.%u.%u\n", nic->mac[2], nic->mac[3], nic->mac[4],
                            nic->mac[5]);
  }
  g_string_append (out, "exit\n");
}

static void
append_ripng (GString *out, const VbetDevice *device)
{
  g_string_append (out, "router ripng\n redistribute connected\n");
  for (guint i = 0; i < device->nics->len; i++) {
    const VbetNic *nic = g_ptr_array_index (device->nics, i);
    if (vbet_nic_address (nic, TRUE) != NULL)
      g_string_append_printf (out, " network eth%u\n", nic->index - 1);
  }
  g_string_append (out, "exit\n");
}

static void
append_isis (GString *out, const VbetDevice *device)
{
  append_interfaces (out, device, FALSE, "ip router isis lab");
  append_interfaces (out, device, TRUE, "ipv6 router isis lab");
  const VbetNic *first = device->nics->len > 0 ? g_ptr_array_index (device->nics, 0) : NULL;
  const guint8 none[6] = { 0, 0, 0, 0, 0, 1 };
  const guint8 *id = first != NULL ? first->mac : none;
  g_string_append_printf (out, "router isis lab\n net 49.0001.%02x%02x.%02x%02x.%02x%02x.00\nexit\n", id[0],
                          id[1], id[2], id[3], id[4], id[5]);
}

char *
vbet_frr_configuration (const VbetDevice *device, const char *text, GPtrArray *services)
{
  guint32 written = vbet_frr_needs (text != NULL ? text : "");
  GString *out = g_string_new ("frr defaults traditional\n");
  g_string_append_printf (out, "hostname %s\n!\n", device->name);
  if (has_service (services, "ospf") && !is_wanted (written, VBET_FRR_OSPFD))
    append_ospf (out, device, text);
  if (has_service (services, "ospf6") && !is_wanted (written, VBET_FRR_OSPF6D))
    append_ospf6 (out, device, text);
  if (has_service (services, "rip") && !is_wanted (written, VBET_FRR_RIPD))
    g_string_append (out, "router rip\n version 2\n redistribute connected\n network 0.0.0.0/0\nexit\n");
  if (has_service (services, "rip") && device_address (device, TRUE) != NULL
      && !is_wanted (written, VBET_FRR_RIPNGD))
    append_ripng (out, device);
  if (has_service (services, "isis") && !is_wanted (written, VBET_FRR_ISISD))
    append_isis (out, device);
  if (!is_empty (text)) {
    g_string_append (out, text);
    if (!g_str_has_suffix (text, "\n"))
      g_string_append_c (out, '\n');
  }
  g_string_append (out, "!\nend\n");
  return g_string_free (out, FALSE);
}
