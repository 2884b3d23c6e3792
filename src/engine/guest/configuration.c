/* configuration.c - configuration disk of a guest and live changes; see configuration.h. */
#include "config.h"

#include "engine/guest/configuration.h"

#include <string.h>

#include "base/mac.h"
#include "engine/guest/frr.h"
#include "engine/guest/services.h"
#include "engine/guest/tar.h"

/* Of user and group "frr" in the image (rootfs/files/etc/passwd). */
#define FRR_OWNER 300

/* Ends the alarms of a kind in the guest; images of before have none. */
#define MENDED "/usr/lib/vbet/mended"

/* What a firewall without rules does. Also in the image, for a firewall whose rules have an error. */
#define ESTABLISHED_ONLY                                                                                     \
  "table inet vbet {\n"                                                                                      \
  "  chain forward {\n"                                                                                      \
  "    type filter hook forward priority filter; policy drop;\n"                                             \
  "    ct state established,related accept\n"                                                                \
  "  }\n"                                                                                                    \
  "}\n"

static const char *
device_text (const VbetDevice *device, const char *key)
{
  return vbet_schema_find (device->kind, key) != NULL
             ? vbet_attributes_text (device->attributes, device->kind, key)
             : NULL;
}

static gboolean
is_blank (const char *text)
{
  return text == NULL || text[strspn (text, " \t\r\n")] == '\0';
}

/* (element-type utf8) (transfer container): names in services=. */
static GPtrArray *
device_services (const VbetDevice *device)
{
  GPtrArray *names = g_ptr_array_new ();
  g_autoptr (GPtrArray) values = vbet_attributes_list (device->attributes, "services");
  for (guint i = 0; i < values->len; i++) {
    const VbetValue *value = g_ptr_array_index (values, i);
    if (value->type == VBET_VALUE_NAME || value->type == VBET_VALUE_STRING)
      g_ptr_array_add (names, value->as.text);
  }
  return names;
}

/* --- addresses -------------------------------------------------------------------- */

static char *
address_with_prefix (const VbetAddress *address)
{
  VbetAddress full = *address;
  if (full.prefix < 0)
    full.prefix = full.is_v6 ? VBET_GUEST_PREFIX_IPV6 : VBET_GUEST_PREFIX_IPV4;
  return vbet_address_to_text (&full, TRUE);
}

/* " dhcp 192.168.0.1/24 …": what follows INDEX, MAC and MTU. */
static void
append_nic_items (GString *out, const VbetNic *nic)
{
  g_autoptr (GPtrArray) addresses = vbet_attributes_list (nic->attributes, "ip");
  if (vbet_attributes_boolean (nic->attributes, VBET_KIND_NIC, "dhcp"))
    g_string_append (out, " dhcp");
  for (guint i = 0; i < addresses->len; i++) {
    const VbetValue *value = g_ptr_array_index (addresses, i);
    if (value->type != VBET_VALUE_ADDRESS)
      continue;
    g_autofree char *text = address_with_prefix (&value->as.address);
    g_string_append_printf (out, " %s", text);
  }
}

static void
append_nic (GString *out, const VbetNic *nic)
{
  char mac[VBET_MAC_TEXT_SIZE];
  g_string_append_printf (out, "%u %s %" G_GINT64_FORMAT, nic->index, vbet_mac_to_text (nic->mac, ':', mac),
                          vbet_attributes_integer (nic->attributes, VBET_KIND_NIC, "mtu"));
  append_nic_items (out, nic);
}

static char *
nics_text (const VbetDevice *device)
{
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < device->nics->len; i++) {
    append_nic (out, g_ptr_array_index (device->nics, i));
    g_string_append_c (out, '\n');
  }
  return g_string_free (out, FALSE);
}

/* The gateway of one family, without prefix; NULL when there is none. */
static char *
gateway_text (const VbetDevice *device, gboolean is_v6)
{
  g_autoptr (GPtrArray) values = vbet_attributes_list (device->attributes, "gateway");
  for (guint i = 0; i < values->len; i++) {
    const VbetValue *value = g_ptr_array_index (values, i);
    if (value->type == VBET_VALUE_ADDRESS && value->as.address.is_v6 == is_v6)
      return vbet_address_to_text (&value->as.address, FALSE);
  }
  return NULL;
}

/* Addresses of dns=, each after @before and followed by @after. */
static char *
dns_text (const VbetDevice *device, const char *before, const char *after)
{
  GString *out = g_string_new (NULL);
  g_autoptr (GPtrArray) values = vbet_attributes_list (device->attributes, "dns");
  for (guint i = 0; i < values->len; i++) {
    const VbetValue *value = g_ptr_array_index (values, i);
    if (value->type != VBET_VALUE_ADDRESS)
      continue;
    g_autofree char *address = vbet_address_to_text (&value->as.address, FALSE);
    g_string_append_printf (out, "%s%s%s", before, address, after);
  }
  return g_string_free (out, FALSE);
}

/* --- files -------------------------------------------------------------------------- */

/* Values contain no quote: they are addresses, names of ours and sentences of ours. */
static char *
environment_text (const VbetDevice *device, const char *notice)
{
  GString *out = g_string_new (NULL);
  g_autoptr (GPtrArray) services = device_services (device);
  g_autofree char *gateway = gateway_text (device, FALSE);
  g_autofree char *gateway6 = gateway_text (device, TRUE);
  g_autofree char *dns = dns_text (device, "", " ");
  g_autofree char *started = vbet_guest_services_started (services);
  g_string_append_printf (out, "KIND=%s\n", vbet_kind_name (device->kind));
  g_string_append_printf (out, "FORWARD=%d\n", device->kind == VBET_KIND_HOST ? 0 : 1);
  g_string_append_printf (out, "GATEWAY='%s'\n", gateway != NULL ? gateway : "");
  g_string_append_printf (out, "GATEWAY6='%s'\n", gateway6 != NULL ? gateway6 : "");
  g_string_append_printf (out, "DNS='%s'\n", g_strchomp (dns));
  g_string_append_printf (out, "SERVICES='%s'\n", started);
  g_string_append_printf (out, "NOTICE='%s'\n", notice);
  return g_string_free (out, FALSE);
}

static char *
rules_text (const VbetDevice *device)
{
  const char *rules = device_text (device, "rules");
  return g_strdup_printf ("flush ruleset\n%s\n", is_blank (rules) ? ESTABLISHED_ONLY : rules);
}

static gboolean
has_ipv6 (const VbetDevice *device)
{
  for (guint i = 0; i < device->nics->len; i++) {
    const VbetNic *nic = g_ptr_array_index (device->nics, i);
    g_autoptr (GPtrArray) addresses = vbet_attributes_list (nic->attributes, "ip");
    for (guint j = 0; j < addresses->len; j++) {
      const VbetValue *value = g_ptr_array_index (addresses, j);
      if (value->type == VBET_VALUE_ADDRESS && value->as.address.is_v6)
        return TRUE;
    }
  }
  return FALSE;
}

/* "zebra=yes\nospfd=yes\n"; empty when FRR is not wanted. */
static char *
daemons_text (const VbetDevice *device)
{
  GString *out = g_string_new (NULL);
  g_autoptr (GPtrArray) services = device_services (device);
  g_autoptr (GPtrArray) daemons
      = vbet_frr_daemons (device_text (device, "routing"), services, has_ipv6 (device));
  for (guint i = 0; i < daemons->len; i++)
    g_string_append_printf (out, "%s=yes\n", (const char *)g_ptr_array_index (daemons, i));
  return g_string_free (out, FALSE);
}

static char *
frr_text (const VbetDevice *device)
{
  g_autoptr (GPtrArray) services = device_services (device);
  return vbet_frr_configuration (device, device_text (device, "routing"), services);
}

static const char *
notice_of (const VbetDevice *device)
{
  return device->kind == VBET_KIND_FIREWALL && is_blank (device_text (device, "rules"))
             ? "no rules: forwards nothing between its NICs but established traffic"
             : "";
}

/* What is put together from the names of all devices. */
typedef struct {
  const char *hosts;
  const char *clients; /* for a DHCP server */
} Common;

static void
add_services (VbetTar *tar, const VbetTopology *topology, const VbetDevice *device, const Common *common)
{
  g_autoptr (GPtrArray) services = device_services (device);
  g_autofree char *dnsmasq = vbet_guest_services_dnsmasq (device, services, common->clients);
  g_autofree char *page = vbet_guest_services_page (topology, device, services);
  if (dnsmasq != NULL)
    vbet_tar_add_text (tar, "etc/dnsmasq.conf", dnsmasq);
  if (page != NULL)
    vbet_tar_add_text (tar, "var/www/index.html", page);
}

/* The path is that of the folder in the guest's root on the host (guest/root.h). */
#define MOUNT_SHARE                                                                                          \
  "mkdir -p /host && mount -t hostfs -o " VBET_GUEST_SHARE                                                   \
  " none /host || { echo 'no /host: see share='; exit 1; }\n"

static void
add_boot_script (VbetTar *tar, const VbetDevice *device)
{
  const char *boot = device_text (device, "boot");
  gboolean share = !is_blank (device_text (device, "share"));
  if (!share && is_blank (boot))
    return;
  /* The folder first: the rest may need it. */
  g_autofree char *script = g_strdup_printf ("%s%s\n", share ? MOUNT_SHARE : "", boot != NULL ? boot : "");
  vbet_tar_add (tar, "etc/vbet/boot.sh", 0755, 0, script, strlen (script));
}

static void
add_made (VbetTar *tar, const VbetTopology *topology, const VbetDevice *device, const Common *common)
{
  g_autofree char *name = g_strdup_printf ("%s\n", device->name);
  g_autofree char *resolver = dns_text (device, "nameserver ", "\n");
  g_autofree char *nics = nics_text (device);
  g_autofree char *daemons = daemons_text (device);
  g_autofree char *environment = environment_text (device, notice_of (device));
  vbet_tar_add_text (tar, "etc/hostname", name);
  vbet_tar_add_text (tar, "etc/hosts", common->hosts);
  vbet_tar_add_text (tar, "etc/resolv.conf", resolver);
  vbet_tar_add_text (tar, "etc/vbet/nics", nics);
  vbet_tar_add_text (tar, "etc/vbet/env", environment);
  add_boot_script (tar, device);
  if (daemons[0] != '\0') {
    g_autofree char *text = frr_text (device);
    vbet_tar_add (tar, "etc/frr/frr.conf", 0640, FRR_OWNER, text, strlen (text));
    vbet_tar_add (tar, "etc/frr/daemons", 0640, FRR_OWNER, daemons, strlen (daemons));
  }
  if (device->kind == VBET_KIND_FIREWALL) {
    g_autofree char *rules = rules_text (device);
    vbet_tar_add_text (tar, "etc/nftables.conf", rules);
  }
  add_services (tar, topology, device, common);
}

static void
add_bytes (VbetTar *tar, const char *path, guint mode, GBytes *contents)
{
  gsize size = 0;
  gconstpointer data = g_bytes_get_data (contents, &size);
  vbet_tar_add (tar, path, mode, 0, data, size);
}

static GBytes *
pack (const VbetTopology *topology, const VbetDevice *device, const Common *common,
      const VbetGuestFile *extra)
{
  g_autoptr (VbetTar) tar = vbet_tar_new ();
  add_made (tar, topology, device, common);
  if (extra != NULL)
    add_bytes (tar, extra->path, 0644, extra->contents);
  for (guint i = 0; i < device->files->len; i++) {
    const VbetFile *file = g_ptr_array_index (device->files, i);
    add_bytes (tar, file->path, file->mode, file->contents);
  }
  return vbet_tar_finish (tar);
}

GBytes *
vbet_guest_config_tar (const VbetGuestNames *names, const VbetDevice *device, const VbetGuestFile *extra)
{
  g_autofree char *hosts = vbet_guest_names_hosts (names, device);
  const Common common = { .hosts = hosts, .clients = vbet_guest_names_clients (names) };
  return pack (vbet_guest_names_topology (names), device, &common, extra);
}

char *
vbet_guest_config_digest (const VbetGuestNames *names, const VbetDevice *device)
{
  const Common common = { .hosts = vbet_guest_names_hosts_digest (names),
                          .clients = vbet_guest_names_clients_digest (names) };
  g_autoptr (GBytes) files = pack (vbet_guest_names_topology (names), device, &common, NULL);
  return g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, files);
}

/* --- live changes ------------------------------------------------------------------ */

/* Shell lines that write @text to @path. The end mark is one that no line of @text is. */
static void
append_write (GString *out, const char *path, const char *text)
{
  g_autofree char *mark = g_strdup ("END-OF-TEXT");
  for (guint i = 0; strstr (text, mark) != NULL; i++) {
    g_free (mark);
    mark = g_strdup_printf ("END-OF-TEXT-%u", i);
  }
  g_string_append_printf (out, "cat >%s <<'%s' || exit\n%s%s%s\n", path, mark, text,
                          text[0] == '\0' || g_str_has_suffix (text, "\n") ? "" : "\n", mark);
}

/* Whether the text has a file of its own at @path, which wins over what is made. */
static gboolean
is_written (const VbetDevice *device, const char *path)
{
  for (guint i = 0; i < device->files->len; i++)
    if (strcmp (((const VbetFile *)g_ptr_array_index (device->files, i))->path, path) == 0)
      return TRUE;
  return FALSE;
}

static void
append_made (GString *out, const VbetDevice *device, const char *path, const char *text)
{
  if (!is_written (device, path))
    append_write (out, path, text);
}

/* The default route over the NIC comes with it: after a reboot inside, nobody else sets it. */
char *
vbet_guest_config_nic_setup (const VbetTopology *topology, const VbetDevice *device, const VbetNic *nic)
{
  GString *out = g_string_new ("vbet-nic up ");
  g_autoptr (GString) routes = g_string_new (NULL);
  g_autoptr (GPtrArray) gateways = vbet_attributes_list (device->attributes, "gateway");
  append_nic (out, nic);
  for (guint i = 0; i < gateways->len; i++) {
    const VbetAddress *gateway = &((const VbetValue *)g_ptr_array_index (gateways, i))->as.address;
    g_autofree char *hop = vbet_address_to_text (gateway, FALSE);
    if (vbet_nic_reaches (nic, gateway))
      g_string_append_printf (routes, "ip %s route replace default via %s proto static && " MENDED " route\n",
                              gateway->is_v6 ? "-6" : "-4", hop);
  }
  if (routes->len > 0)
    g_string_append_printf (out, " || exit\n{ %s} 2>/dev/null\ntrue", routes->str);
  g_string_append_c (out, '\n');
  return g_string_free (out, FALSE);
}

static char *
nic_change (const VbetNic *nic)
{
  GString *out = g_string_new (NULL);
  g_string_append_printf (out, "vbet-nic set %u %" G_GINT64_FORMAT, nic->index,
                          vbet_attributes_integer (nic->attributes, VBET_KIND_NIC, "mtu"));
  append_nic_items (out, nic);
  g_string_append_c (out, '\n');
  return g_string_free (out, FALSE);
}

/* The route is known by its protocol, as init made it: those of DHCP and of routing daemons have others. That of
 * one family does not wait for the other's, as at boot. Where there is no way to the next hop, the route of before
 * goes: IPv6 keeps it without the address it needed. */
static char *
gateway_change (const VbetDevice *device)
{
  GString *out = g_string_new ("status=0\n");
  for (int is_v6 = 0; is_v6 < 2; is_v6++) {
    g_autofree char *gateway = gateway_text (device, is_v6 == 1);
    g_autofree char *none
        = g_strdup_printf ("ip %s route del default proto static 2>/dev/null", is_v6 ? "-6" : "-4");
    if (gateway != NULL)
      g_string_append_printf (out, "ip %s route replace default via %s proto static || { status=1; %s; }\n",
                              is_v6 ? "-6" : "-4", gateway, none);
    else
      g_string_append_printf (out, "%s\n", none);
  }
  g_string_append (out, "test $status = 0 || exit\n" MENDED " route 2>/dev/null\nexit 0\n");
  return g_string_free (out, FALSE);
}

/* Also in the environment, by which DHCP clients know whether the text names servers. */
static char *
dns_change (const VbetDevice *device)
{
  GString *out = g_string_new (NULL);
  g_autofree char *text = dns_text (device, "nameserver ", "\n");
  g_autofree char *environment = environment_text (device, notice_of (device));
  append_write (out, "/etc/vbet/env", environment);
  append_made (out, device, "/etc/resolv.conf", text);
  return g_string_free (out, FALSE);
}

static gboolean
has_dhcp (const VbetDevice *device)
{
  gboolean found = FALSE;
  for (guint i = 0; i < device->nics->len && !found; i++) {
    const VbetNic *nic = g_ptr_array_index (device->nics, i);
    found = vbet_attributes_boolean (nic->attributes, VBET_KIND_NIC, "dhcp");
  }
  return found;
}

/* What a DHCP server told goes with the client: udhcpc's script gave its route this metric. */
static char *
dhcp_change (const VbetDevice *device, const VbetNic *nic)
{
  char *change = nic_change (nic);
  if (vbet_attributes_boolean (nic->attributes, VBET_KIND_NIC, "dhcp"))
    return change;
  g_autofree char *owned = change;
  GString *out = g_string_new (NULL);
  g_autofree char *text = dns_text (device, "nameserver ", "\n");
  g_string_append_printf (out, "%.*s || exit\n", (int)strcspn (change, "\n"), change);
  g_string_append_printf (out, "ip -4 route del default dev eth%u metric %u 2>/dev/null\n", nic->index - 1,
                          100 + nic->index - 1);
  /* Where the text names no servers, those that are there may be another NIC's. */
  if (text[0] != '\0' || !has_dhcp (device))
    append_made (out, device, "/etc/resolv.conf", text);
  g_string_append (out, "true\n"); /* that there was no such route is no failure */
  return g_string_free (out, FALSE);
}

/* The new rules take the old ones' place in one transaction, or not at all. */
static char *
rules_change (const VbetDevice *device)
{
  GString *out = g_string_new (NULL);
  g_autofree char *text = rules_text (device);
  append_write (out, "/etc/nftables.conf.new", text);
  g_string_append (out, "nft -f /etc/nftables.conf.new || exit\n"
                        "mv /etc/nftables.conf.new /etc/nftables.conf || exit\n" MENDED
                        " rules 2>/dev/null\nexit 0\n");
  return g_string_free (out, FALSE);
}

/* FRR cannot unlearn a configuration: the daemons start anew. */
static char *
routing_change (const VbetDevice *device)
{
  GString *out = g_string_new ("/usr/lib/vbet/service routing stop\n");
  g_autofree char *daemons = daemons_text (device);
  g_autofree char *text = frr_text (device);
  if (daemons[0] == '\0') {
    g_string_append (out, "rm -f /etc/frr/daemons\n");
  } else {
    append_made (out, device, "/etc/frr/frr.conf", text);
    append_made (out, device, "/etc/frr/daemons", daemons);
    g_string_append (out, "chown frr:frr /etc/frr/frr.conf\n/usr/lib/vbet/service routing start\n");
  }
  return g_string_free (out, FALSE);
}

char *
vbet_guest_config_change (const VbetTopology *topology, const VbetDevice *device, const VbetNic *nic,
                          const char *key)
{
  if (nic != NULL)
    return strcmp (key, "ip") == 0     ? nic_change (nic)
           : strcmp (key, "dhcp") == 0 ? dhcp_change (device, nic)
                                       : NULL;
  if (strcmp (key, "gateway") == 0)
    return gateway_change (device);
  if (strcmp (key, "dns") == 0)
    return dns_change (device);
  if (strcmp (key, "rules") == 0 && device->kind == VBET_KIND_FIREWALL)
    return rules_change (device);
  if (strcmp (key, "routing") == 0)
    return routing_change (device);
  return NULL;
}

/* What the files of a guest were made of, and what they are to be made of. */
typedef struct {
  const VbetGuestNames *had_names;
  const VbetDevice *had;
  const VbetGuestNames *names;
  const VbetDevice *device;
  gboolean all; /* whatever they were made of */
} Change;

/* Of what is made at @path: whether it is another text now, or comes out from under a file that is gone. */
static gboolean
is_stale (const Change *change, const char *path, const char *before, const char *now)
{
  return !is_written (change->device, path)
         && (change->all || is_written (change->had, path) || g_strcmp0 (before, now) != 0);
}

static void
refresh_names (GString *out, const Change *change)
{
  if (is_stale (change, "/etc/hosts", vbet_guest_names_hosts_digest (change->had_names),
                vbet_guest_names_hosts_digest (change->names))) {
    g_autofree char *hosts = vbet_guest_names_hosts (change->names, change->device);
    append_write (out, "/etc/hosts", hosts);
  }
  /* A DHCP server's name servers go with the last NIC that asked for them. */
  gboolean leased = has_dhcp (change->had) && !has_dhcp (change->device);
  if (is_stale (change, "/etc/resolv.conf", leased ? "leased" : NULL, NULL)) {
    g_autofree char *resolver = dns_text (change->device, "nameserver ", "\n");
    append_write (out, "/etc/resolv.conf", resolver);
  }
}

/* dnsmasq reads its configuration once. */
static void
refresh_servers (GString *out, const Change *change)
{
  g_autoptr (GPtrArray) services = device_services (change->device);
  g_autofree char *before
      = vbet_guest_services_dnsmasq (change->had, services, vbet_guest_names_clients (change->had_names));
  g_autofree char *now
      = vbet_guest_services_dnsmasq (change->device, services, vbet_guest_names_clients (change->names));
  if (now == NULL || !is_stale (change, "/etc/dnsmasq.conf", before, now))
    return;
  append_write (out, "/etc/dnsmasq.conf", now);
  g_string_append (out, "/usr/lib/vbet/service dnsmasq restart\n");
}

/* What is made of services=; a changed routing= has a call of its own. */
static void
refresh_routing (GString *out, const Change *change)
{
  g_autofree char *daemons_before = daemons_text (change->had);
  g_autofree char *daemons = daemons_text (change->device);
  if (daemons_before[0] == '\0' && daemons[0] == '\0')
    return;
  g_autofree char *before = frr_text (change->had);
  g_autofree char *now = frr_text (change->device);
  if (!is_stale (change, "/etc/frr/frr.conf", before, now)
      && !is_stale (change, "/etc/frr/daemons", daemons_before, daemons))
    return;
  g_autofree char *script = routing_change (change->device);
  g_string_append (out, script);
}

char *
vbet_guest_config_refresh (const VbetGuestNames *had_names, const VbetDevice *had,
                           const VbetGuestNames *names, const VbetDevice *device, gboolean all)
{
  GString *out = g_string_new (NULL);
  const Change change = { .had_names = had_names, .had = had, .names = names, .device = device, .all = all };
  refresh_names (out, &change);
  /* Other services need a restart, which makes all of it anew. */
  if (vbet_value_equal (vbet_attributes_get (had->attributes, "services"),
                        vbet_attributes_get (device->attributes, "services"))) {
    refresh_servers (out, &change);
    if (g_strcmp0 (device_text (had, "routing"), device_text (device, "routing")) == 0)
      refresh_routing (out, &change);
  }
  return g_string_free (out, out->len == 0);
}
