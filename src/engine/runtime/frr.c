/* frr.c - FRR configurations; see frr.h. */
#include "config.h"

#include "engine/runtime/frr.h"

#include <string.h>

/* A line of a configuration that begins with these words needs that daemon. */
static const struct {
  const char *words;
  const char *daemon;
} marks[] = {
  { "ip route", "staticd" },        { "ipv6 route", "staticd" },     { "router ospf", "ospfd" },
  { "ip ospf", "ospfd" },           { "router ospf6", "ospf6d" },    { "ipv6 ospf6", "ospf6d" },
  { "router rip", "ripd" },         { "ip rip", "ripd" },            { "router ripng", "ripngd" },
  { "ipv6 ripng", "ripngd" },       { "router bgp", "bgpd" },        { "router isis", "isisd" },
  { "ip router isis", "isisd" },    { "ipv6 router isis", "isisd" }, { "isis", "isisd" },
  { "ip pim", "pimd" },             { "ip igmp", "pimd" },           { "router eigrp", "eigrpd" },
  { "router babel", "babeld" },     { "babel", "babeld" },           { "bfd", "bfdd" },
  { "neighbor * bfd", "bfdd" },     { "ip ospf bfd", "bfdd" },       { "isis bfd", "bfdd" },
  { "mpls ldp", "ldpd" },           { "vrrp", "vrrpd" },             { "pbr-map", "pbrd" },
  { "pbr-policy", "pbrd" },         { "ip nhrp", "nhrpd" },          { "router openfabric", "fabricd" },
  { "ip router openfabric", "fabricd" },
};

/* Services that are routing protocols. */
static const struct {
  const char *service;
  const char *daemon;
} protocols[] = {
  { "ospf", "ospfd" }, { "ospf6", "ospf6d" }, { "rip", "ripd" }, { "bgp", "bgpd" }, { "isis", "isisd" },
};

/* Start order: zebra serves all others; the rest is alphabetic but for staticd. */
static const char *const order[]
    = { "zebra",  "staticd", "babeld", "bfdd",   "bgpd", "eigrpd", "fabricd", "isisd",  "ldpd",
        "nhrpd",  "ospf6d",  "ospfd",  "pbrd",   "pimd", "ripd",   "ripngd",  "vrrpd" };

/* Whether @line begins with the words of @pattern; "*" stands for any word. */
static gboolean
begins_with_words (const char *line, const char *pattern)
{
  while (*pattern != '\0') {
    gsize size = strcspn (pattern, " ");
    gsize word = strcspn (line, " \t\r");
    if (word == 0 || (!(size == 1 && *pattern == '*') && (word != size || strncmp (line, pattern, size) != 0)))
      return FALSE;
    line += word;
    line += strspn (line, " \t\r");
    pattern += size;
    pattern += strspn (pattern, " ");
  }
  return TRUE;
}

static gboolean
has_service (GPtrArray *services, const char *name)
{
  return g_ptr_array_find_with_equal_func (services, name, g_str_equal, NULL);
}

/* The daemons that @text speaks of, as a set. */
static GHashTable *
daemons_of_text (const char *text)
{
  GHashTable *found = g_hash_table_new (g_str_hash, g_str_equal);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++) {
    const char *line = lines[i] + strspn (lines[i], " \t");
    if (*line == '!' || *line == '#')
      continue;
    if (g_str_has_prefix (line, "no "))
      line += strlen ("no ");
    for (gsize j = 0; j < G_N_ELEMENTS (marks); j++)
      if (begins_with_words (line, marks[j].words))
        g_hash_table_add (found, (gpointer) marks[j].daemon);
  }
  return found;
}

static gboolean
is_empty (const char *text)
{
  return text == NULL || text[strspn (text, " \t\r\n")] == '\0';
}

GPtrArray *
vbet_frr_daemons (const char *text, GPtrArray *services, gboolean has_ipv6)
{
  GPtrArray *daemons = g_ptr_array_new ();
  g_autoptr (GHashTable) wanted = daemons_of_text (text != NULL ? text : "");
  gboolean any = !is_empty (text);
  for (gsize i = 0; i < G_N_ELEMENTS (protocols); i++)
    if (has_service (services, protocols[i].service)) {
      g_hash_table_add (wanted, (gpointer) protocols[i].daemon);
      any = TRUE;
    }
  if (has_ipv6 && has_service (services, "rip"))
    g_hash_table_add (wanted, (gpointer) "ripngd");
  if (any)
    g_hash_table_add (wanted, (gpointer) "zebra");
  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    if (g_hash_table_contains (wanted, order[i]))
      g_ptr_array_add (daemons, (gpointer) order[i]);
  return daemons;
}

/* --- plain configurations -------------------------------------------------------- */

static gboolean
nic_has_family (const VbetNic *nic, gboolean is_v6)
{
  g_autoptr (GPtrArray) addresses = vbet_attributes_list (nic->attributes, "ip");
  for (guint i = 0; i < addresses->len; i++) {
    const VbetValue *value = g_ptr_array_index (addresses, i);
    if (value->type == VBET_VALUE_ADDRESS && value->as.address.is_v6 == is_v6)
      return TRUE;
  }
  return FALSE;
}

/* "interface ethN" with @line in it, for each NIC that has an address of the family. */
static void
append_interfaces (GString *out, const VbetDevice *device, gboolean is_v6, const char *line)
{
  for (guint i = 0; i < device->nics->len; i++) {
    const VbetNic *nic = g_ptr_array_index (device->nics, i);
    if (nic_has_family (nic, is_v6))
      g_string_append_printf (out, "interface eth%u\n %s\nexit\n", nic->index - 1, line);
  }
}

static gboolean
device_has_family (const VbetDevice *device, gboolean is_v6)
{
  for (guint i = 0; i < device->nics->len; i++)
    if (nic_has_family (g_ptr_array_index (device->nics, i), is_v6))
      return TRUE;
  return FALSE;
}

static void
append_ospf6 (GString *out, const VbetDevice *device)
{
  append_interfaces (out, device, TRUE, "ipv6 ospf6 area 0.0.0.0");
  g_string_append (out, "router ospf6\n redistribute connected\n");
  /* Without an IPv4 address there is nothing to take a router identifier from: the last bytes of the MAC serve. */
  if (!device_has_family (device, FALSE) && device->nics->len > 0) {
    const VbetNic *nic = g_ptr_array_index (device->nics, 0);
    g_string_append_printf (out, " ospf6 router-id %u.%u.%u.%u\n", nic->mac[2], nic->mac[3], nic->mac[4], nic->mac[5]);
  }
  g_string_append (out, "exit\n");
}

static void
append_ripng (GString *out, const VbetDevice *device)
{
  g_string_append (out, "router ripng\n redistribute connected\n");
  for (guint i = 0; i < device->nics->len; i++) {
    const VbetNic *nic = g_ptr_array_index (device->nics, i);
    if (nic_has_family (nic, TRUE))
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
  g_string_append_printf (out, "router isis lab\n net 49.0001.%02x%02x.%02x%02x.%02x%02x.00\nexit\n", id[0], id[1],
                          id[2], id[3], id[4], id[5]);
}

char *
vbet_frr_configuration (const VbetDevice *device, const char *text, GPtrArray *services)
{
  g_autoptr (GHashTable) written = daemons_of_text (text != NULL ? text : "");
  GString *out = g_string_new ("frr defaults traditional\n");
  g_string_append_printf (out, "hostname %s\n!\n", device->name);
  if (has_service (services, "ospf") && !g_hash_table_contains (written, "ospfd"))
    g_string_append (out, "router ospf\n redistribute connected\n network 0.0.0.0/0 area 0\nexit\n");
  if (has_service (services, "ospf6") && !g_hash_table_contains (written, "ospf6d"))
    append_ospf6 (out, device);
  if (has_service (services, "rip") && !g_hash_table_contains (written, "ripd"))
    g_string_append (out, "router rip\n version 2\n redistribute connected\n network 0.0.0.0/0\nexit\n");
  if (has_service (services, "rip") && device_has_family (device, TRUE)
      && !g_hash_table_contains (written, "ripngd"))
    append_ripng (out, device);
  if (has_service (services, "isis") && !g_hash_table_contains (written, "isisd"))
    append_isis (out, device);
  if (!is_empty (text)) {
    g_string_append (out, text);
    if (!g_str_has_suffix (text, "\n"))
      g_string_append_c (out, '\n');
  }
  g_string_append (out, "!\nend\n");
  return g_string_free (out, FALSE);
}
