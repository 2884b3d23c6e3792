/* test-guest-config.c - what a guest's configuration disk holds, and what a running guest is told. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engine/guest/configuration.h"
#include "engine/guest/frr.h"
#include "engine/guest/tar.h"
#include "unit/harness.h"
#include "unit/lab.h"

#define BLOCK 512

/* The last file of that path in the archive, NULL when there is none; its mode and owner in @ret_attributes. */
static char *
tar_file (GBytes *tar, const char *path, char **ret_attributes)
{
  gsize size;
  const char *bytes = g_bytes_get_data (tar, &size);
  char *found = NULL;
  g_autofree char *longer = NULL;
  CU_ASSERT_EQUAL (size % BLOCK, 0);
  for (gsize at = 0; at + BLOCK <= size && bytes[at] != '\0';) {
    const char *header = bytes + at;
    gsize length = strtoul (header + 124, NULL, 8);
    guint sum = 8 * ' ';
    for (gsize i = 0; i < BLOCK; i++)
      sum += i >= 148 && i < 156 ? 0 : (guint8)header[i];
    CU_ASSERT_EQUAL (strtoul (header + 148, NULL, 8), sum);
    CU_ASSERT_EQUAL (memcmp (header + 257, "ustar", 6), 0);
    CU_ASSERT_TRUE_FATAL (length <= size - at - BLOCK);
    g_autofree char *prefix = g_strndup (header + 345, 155);
    g_autofree char *name = g_strndup (header, 100);
    g_autofree char *full = longer != NULL ? g_steal_pointer (&longer)
                                           : g_strconcat (prefix, prefix[0] != '\0' ? "/" : "", name, NULL);
    if (header[156] == 'L')
      longer = g_strndup (header + BLOCK, length);
    if (header[156] == '0' && strcmp (full, path) == 0) {
      g_free (found);
      found = g_strndup (header + BLOCK, length);
      if (ret_attributes != NULL) {
        g_free (*ret_attributes);
        *ret_attributes = g_strdup_printf ("%.7s %.7s %.7s", header + 100, header + 108, header + 116);
      }
    }
    at += BLOCK + (length + BLOCK - 1) / BLOCK * BLOCK;
  }
  return found;
}

static GBytes *
tar_of (VbetTopology *topology, const char *device)
{
  g_autoptr (VbetGuestNames) names = vbet_guest_names_new (topology);
  return vbet_guest_config_tar (names, vbet_topology_device (topology, device), NULL);
}

static void
expect_file (const char *lab, const char *device, const char *path, const char *expected)
{
  g_autoptr (VbetTopology) topology = vbet_test_good_lab (lab);
  g_autoptr (GBytes) tar = tar_of (topology, device);
  g_autofree char *actual = tar_file (tar, path, NULL);
  VBET_ASSERT_TEXT (actual != NULL ? actual : "(no such file)",
                    expected != NULL ? expected : "(no such file)");
}

static const char plain[]
    = "h1 = attach(alloc(host, gateway=[10.0.0.254, fd00::ff], dns=[9.9.9.9, 2620:fe::fe]),\n"
      "  alloc(NIC, ip=[10.0.0.1/24, fd00::1/64], mac=02:00:00:00:00:01),\n"
      "  alloc(NIC, dhcp=yes, mtu=1400, mac=02:00:00:00:00:02))\n"
      "h2 = attach(alloc(host), alloc(NIC, mac=02:00:00:00:00:03))\n"
      "r1 = attach(alloc(router), alloc(NIC, ip=10.0.0.254/24))\n";

static void
test_plain (void)
{
  expect_file (plain, "h1", "etc/hostname", "h1\n");
  expect_file (plain, "h1", "etc/hosts",
               "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n"
               "10.0.0.1 h1\nfd00::1 h1\n10.0.0.254 r1\n");
  expect_file (plain, "h2", "etc/hosts",
               "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n"
               "127.0.1.1 h2\n10.0.0.1 h1\nfd00::1 h1\n10.0.0.254 r1\n");
  expect_file (plain, "h1", "etc/resolv.conf", "nameserver 9.9.9.9\nnameserver 2620:fe::fe\n");
  expect_file (plain, "h1", "etc/vbet/nics",
               "1 02:00:00:00:00:01 1500 10.0.0.1/24 fd00::1/64\n2 02:00:00:00:00:02 1400 dhcp\n");
  expect_file (plain, "h1", "etc/vbet/env",
               "KIND=host\nFORWARD=0\nGATEWAY='10.0.0.254'\nGATEWAY6='fd00::ff'\nDNS='9.9.9.9 2620:fe::fe'\n"
               "SERVICES=''\nNOTICE=''\n");
  expect_file (plain, "h2", "etc/vbet/nics", "1 02:00:00:00:00:03 1500\n");
  expect_file (plain, "h1", "etc/frr/daemons", NULL);
  expect_file (plain, "h1", "etc/nftables.conf", NULL);
  expect_file (plain, "h1", "etc/vbet/boot.sh", NULL);
  expect_file (plain, "r1", "etc/frr/daemons", NULL);
  expect_file (plain, "r1", "etc/vbet/env",
               "KIND=router\nFORWARD=1\nGATEWAY=''\nGATEWAY6=''\nDNS=''\nSERVICES=''\nNOTICE=''\n");
}

static void
test_same_bytes (void)
{
  g_autoptr (VbetTopology) one = vbet_test_good_lab (plain);
  g_autoptr (VbetTopology) two = vbet_test_good_lab (plain);
  g_autoptr (GBytes) first = tar_of (one, "h1");
  g_autoptr (GBytes) second = tar_of (two, "h1");
  CU_ASSERT_TRUE (g_bytes_equal (first, second));
}

static void
test_files (void)
{
  const char *lab = "h = attach(alloc(host, boot=\"touch /x\", services=[web]), alloc(NIC))\n"
                    "file(h, \"/var/www/index.html\", \"mine\", mode=0600)\n"
                    "file(h, \"/opt/empty\", \"\")\n";
  g_autofree char *attributes = NULL;
  g_autoptr (VbetTopology) topology = vbet_test_good_lab (lab);
  g_autoptr (GBytes) tar = tar_of (topology, "h");
  g_autofree char *page = tar_file (tar, "var/www/index.html", &attributes);
  VBET_ASSERT_TEXT (page, "mine");
  VBET_ASSERT_TEXT (attributes, "0000600 0000000 0000000");
  g_autofree char *boot = tar_file (tar, "etc/vbet/boot.sh", &attributes);
  VBET_ASSERT_TEXT (boot, "touch /x\n");
  VBET_ASSERT_TEXT (attributes, "0000755 0000000 0000000");
  expect_file (lab, "h", "opt/empty", "");
}

static void
test_long_names (void)
{
  g_autoptr (VbetTar) tar = vbet_tar_new ();
  char name[400];
  memset (name, 'a', sizeof name);
  name[0] = '/';
  name[150] = '/';
  name[230] = '\0';
  vbet_tar_add_text (tar, name, "split");
  g_autofree char *split = g_strdup (name + 1);
  memset (name + 1, 'b', 300);
  name[301] = '\0';
  vbet_tar_add_text (tar, name, "long");
  g_autoptr (GBytes) bytes = vbet_tar_finish (tar);
  g_autofree char *first = tar_file (bytes, split, NULL);
  g_autofree char *second = tar_file (bytes, name + 1, NULL);
  VBET_ASSERT_TEXT (first != NULL ? first : "(none)", "split");
  VBET_ASSERT_TEXT (second != NULL ? second : "(none)", "long");
}

static void
test_firewall (void)
{
  const char *bare = "fw = attach(alloc(firewall), alloc(NIC), alloc(NIC))";
  const char *own = "fw = attach(alloc(firewall, rules=\"table ip t { }\"), alloc(NIC))";
  expect_file (bare, "fw", "etc/nftables.conf",
               "flush ruleset\ntable inet vbet {\n  chain forward {\n"
               "    type filter hook forward priority filter; policy drop;\n"
               "    ct state established,related accept\n  }\n}\n\n");
  expect_file (bare, "fw", "etc/vbet/env",
               "KIND=firewall\nFORWARD=1\nGATEWAY=''\nGATEWAY6=''\nDNS=''\nSERVICES=''\n"
               "NOTICE='no rules: forwards nothing between its NICs but established traffic'\n");
  expect_file (own, "fw", "etc/nftables.conf", "flush ruleset\ntable ip t { }\n");
  expect_file (own, "fw", "etc/vbet/env",
               "KIND=firewall\nFORWARD=1\nGATEWAY=''\nGATEWAY6=''\nDNS=''\nSERVICES=''\nNOTICE=''\n");
}

static void
expect_daemons (const char *text, const char *services, gboolean has_ipv6, const char *expected)
{
  g_auto (GStrv) words = g_strsplit (services, " ", -1);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (gsize i = 0; words[i] != NULL; i++)
    g_ptr_array_add (names, words[i]);
  g_autoptr (GPtrArray) daemons = vbet_frr_daemons (text, names, has_ipv6);
  g_ptr_array_add (daemons, NULL);
  g_autofree char *actual = g_strjoinv (" ", (char **)daemons->pdata);
  VBET_ASSERT_TEXT (actual, expected);
}

static void
test_daemons (void)
{
  expect_daemons (NULL, "", FALSE, "");
  expect_daemons (" \n\t", "web ssh", TRUE, "");
  expect_daemons ("router ospf\n network 10.0.0.0/8 area 0\n", "", FALSE, "zebra ospfd");
  expect_daemons ("router ospf6\n", "", FALSE, "zebra ospf6d");
  expect_daemons ("router  rip\nrouter ripng\nrouter bgp 65000\n neighbor 1.2.3.4 bfd\n", "", FALSE,
                  "zebra bfdd bgpd ripd ripngd");
  expect_daemons ("interface eth0\n ip ospf cost 5\n isis circuit-type level-1\n", "", FALSE,
                  "zebra isisd ospfd");
  expect_daemons ("ip route 0.0.0.0/0 10.0.0.1\n", "", FALSE, "zebra staticd");
  expect_daemons ("no ipv6 route ::/0 fe80::1 eth0", "", FALSE, "zebra staticd");
  expect_daemons ("ip prefix-list x permit any\n", "", FALSE, "zebra");
  /* Words, not prefixes of words; comments do not count. */
  expect_daemons ("router ospfx\n! router bgp 1\n# router rip\nhostname router ospf\n", "", FALSE, "zebra");
  expect_daemons ("", "ospf bgp", TRUE, "zebra bgpd ospfd");
  expect_daemons ("", "rip", TRUE, "zebra ripd ripngd");
  expect_daemons ("", "rip", FALSE, "zebra ripd");
}

static void
test_routing (void)
{
  const char *lab
      = "r = attach(alloc(router, routing=\"\"\"\n  router ospf\n   network 10.0.0.0/24 area 0\n\"\"\",\n"
        "  services=[ospf, rip]), alloc(NIC, ip=10.0.0.1/24), alloc(NIC, ip=fd00::1/64))\n";
  expect_file (lab, "r", "etc/frr/daemons", "zebra=yes\nospfd=yes\nripd=yes\nripngd=yes\n");
  expect_file (lab, "r", "etc/frr/frr.conf",
               "frr defaults traditional\nhostname r\n!\n"
               "router rip\n version 2\n redistribute connected\n network 0.0.0.0/0\nexit\n"
               "router ripng\n redistribute connected\n network eth1\nexit\n"
               "router ospf\n network 10.0.0.0/24 area 0\n!\nend\n");
  g_autofree char *attributes = NULL;
  g_autoptr (VbetTopology) topology = vbet_test_good_lab (lab);
  g_autoptr (GBytes) tar = tar_of (topology, "r");
  g_autofree char *text = tar_file (tar, "etc/frr/frr.conf", &attributes);
  CU_ASSERT_PTR_NOT_NULL (text);
  VBET_ASSERT_TEXT (attributes, "0000640 0000454 0000454");
}

/* Only what is made is given one: a text of one's own has FRR's rule. */
static void
test_router_id (void)
{
#define NICS "alloc(NIC, ip=[fd00::1/64, 10.0.0.1/24]), alloc(NIC, ip=10.0.9.1/24))\n"
#define HEAD "frr defaults traditional\nhostname r\n!\n"
#define PLAIN " redistribute connected\n network 0.0.0.0/0 area 0\nexit\n"
  const char *file = "etc/frr/frr.conf";
  expect_file ("r = attach(alloc(router, services=ospf), " NICS, "r", file,
               HEAD "router ospf\n ospf router-id 10.0.0.1\n" PLAIN "!\nend\n");
  expect_file ("r = attach(alloc(router, services=ospf6), " NICS, "r", file,
               HEAD
               "interface eth0\n ipv6 ospf6 area 0.0.0.0\nexit\nrouter ospf6\n ospf6 router-id 10.0.0.1\n"
               " redistribute connected\nexit\n!\nend\n");
  expect_file ("r = attach(alloc(router, services=ospf), alloc(NIC, dhcp=yes))\n", "r", file,
               HEAD "router ospf\n" PLAIN "!\nend\n");
  expect_file ("r = attach(alloc(router, services=ospf, routing=\"router-id 10.9.9.9\"), " NICS, "r", file,
               HEAD "router ospf\n" PLAIN "router-id 10.9.9.9\n!\nend\n");
  expect_file (
      "r = attach(alloc(router, services=ospf, routing=\"interface lo\\n ip address 10.9.9.9/32\"), " NICS,
      "r", file, HEAD "router ospf\n" PLAIN "interface lo\n ip address 10.9.9.9/32\n!\nend\n");
  expect_file ("r = attach(alloc(router, services=ospf, routing=\"router ospf\"), " NICS, "r", file,
               HEAD "router ospf\n!\nend\n");
}

static void
test_dhcp_server (void)
{
  const char *lab
      = "s = attach(alloc(host, services=[dhcp-server, dns-server, ssh], gateway=10.0.0.254, dns=9.9.9.9),\n"
        "  alloc(NIC, ip=10.0.0.1/24, mac=02:00:00:00:00:01))\n"
        "c = attach(alloc(host), alloc(NIC, dhcp=yes, mac=02:00:00:00:00:02))\n"
        "d = attach(alloc(host), alloc(NIC, ip=10.0.0.120/24, mac=02:00:00:00:00:03))\n"
        "link(alloc(switch), s, c, d)\n";
  expect_file (lab, "s", "etc/dnsmasq.conf",
               "bind-dynamic\nno-resolv\nexpand-hosts\nlocal=//\nserver=9.9.9.9\n"
               "dhcp-range=set:net0,10.0.0.100,10.0.0.199,255.255.255.0,1h\n"
               "dhcp-option=tag:net0,option:router,10.0.0.254\n"
               "dhcp-authoritative\ndhcp-leasefile=/var/lib/misc/dnsmasq.leases\nno-ping\n"
               "dhcp-host=02:00:00:00:00:01,10.0.0.1,s\ndhcp-host=02:00:00:00:00:02,c\n"
               "dhcp-host=02:00:00:00:00:03,10.0.0.120,d\n");
  expect_file (
      lab, "s", "etc/vbet/env",
      "KIND=host\nFORWARD=0\nGATEWAY='10.0.0.254'\nGATEWAY6=''\nDNS='9.9.9.9'\nSERVICES='dnsmasq ssh'\n"
      "NOTICE=''\n");
  /* A small network gives its upper half; one of two addresses gives nothing; a router is the router. */
  expect_file ("r = attach(alloc(router, services=[dhcp-server]), alloc(NIC, ip=[10.0.0.1/29, 10.1.0.0/31], "
               "mac=02:00:00:00:00:01))",
               "r", "etc/dnsmasq.conf",
               "bind-dynamic\nno-resolv\nexpand-hosts\nport=0\n"
               "dhcp-range=set:net0,10.0.0.4,10.0.0.6,255.255.255.248,1h\n"
               "dhcp-option=tag:net0,option:router,10.0.0.1\n"
               "dhcp-authoritative\ndhcp-leasefile=/var/lib/misc/dnsmasq.leases\nno-ping\n"
               "dhcp-option=option:dns-server\ndhcp-host=02:00:00:00:00:01,10.0.0.1,r\n");
}

static void
expect_change (const char *lab, const char *device_name, guint nic, const char *key, const char *expected)
{
  g_autoptr (VbetTopology) topology = vbet_test_good_lab (lab);
  const VbetDevice *device = vbet_topology_device (topology, device_name);
  g_autofree char *actual
      = vbet_guest_config_change (topology, device, nic > 0 ? vbet_device_nic (device, nic) : NULL, key);
  VBET_ASSERT_TEXT (actual != NULL ? actual : "(restart)", expected != NULL ? expected : "(restart)");
}

static void
test_changes (void)
{
  expect_change (plain, "h1", 1, "ip", "vbet-nic set 1 1500 10.0.0.1/24 fd00::1/64\n");
  expect_change (plain, "h1", 2, "dhcp", "vbet-nic set 2 1400 dhcp\n");
  expect_change (plain, "h1", 1, "mac", NULL);
  expect_change (
      plain, "h1", 0, "gateway",
      "status=0\n"
      "ip -4 route replace default via 10.0.0.254 proto static || { status=1; ip -4 route del default "
      "proto static 2>/dev/null; }\n"
      "ip -6 route replace default via fd00::ff proto static || { status=1; ip -6 route del default "
      "proto static 2>/dev/null; }\n"
      "test $status = 0 || exit\n"
      "/usr/lib/vbet/mended route 2>/dev/null\nexit 0\n");
  expect_change (plain, "h2", 0, "gateway",
                 "status=0\n"
                 "ip -4 route del default proto static 2>/dev/null\n"
                 "ip -6 route del default proto static 2>/dev/null\n"
                 "test $status = 0 || exit\n"
                 "/usr/lib/vbet/mended route 2>/dev/null\nexit 0\n");
  expect_change (
      plain, "h2", 0, "dns",
      "cat >/etc/vbet/env <<'END-OF-TEXT' || exit\nKIND=host\nFORWARD=0\nGATEWAY=''\nGATEWAY6=''\nDNS=''\n"
      "SERVICES=''\nNOTICE=''\nEND-OF-TEXT\n"
      "cat >/etc/resolv.conf <<'END-OF-TEXT' || exit\nEND-OF-TEXT\n");
  expect_change (plain, "h1", 1, "dhcp",
                 "vbet-nic set 1 1500 10.0.0.1/24 fd00::1/64 || exit\n"
                 "ip -4 route del default dev eth0 metric 100 2>/dev/null\n"
                 "cat >/etc/resolv.conf <<'END-OF-TEXT' || exit\nnameserver 9.9.9.9\nnameserver "
                 "2620:fe::fe\nEND-OF-TEXT\ntrue\n");
  /* Another NIC's servers stay. */
  expect_change ("h = attach(alloc(host), alloc(NIC, dhcp=yes), alloc(NIC))", "h", 2, "dhcp",
                 "vbet-nic set 2 1500 || exit\n"
                 "ip -4 route del default dev eth1 metric 101 2>/dev/null\n"
                 "true\n");
  expect_change (plain, "h1", 0, "boot", NULL);
  expect_change (plain, "h1", 0, "rules", NULL);
  expect_change (plain, "r1", 0, "routing", "/usr/lib/vbet/service routing stop\nrm -f /etc/frr/daemons\n");
  /* Text that holds the end mark gets another one. */
  expect_change (
      "fw = attach(alloc(firewall, rules=\"# END-OF-TEXT\"), alloc(NIC))", "fw", 0, "rules",
      "cat >/etc/nftables.conf.new <<'END-OF-TEXT-0' || exit\nflush ruleset\n# END-OF-TEXT\nEND-OF-TEXT-0\n"
      "nft -f /etc/nftables.conf.new || exit\nmv /etc/nftables.conf.new /etc/nftables.conf || exit\n"
      "/usr/lib/vbet/mended rules 2>/dev/null\nexit 0\n");
}

static void
test_hot_plug (void)
{
  g_autoptr (VbetTopology) topology = vbet_test_good_lab (plain);
  const VbetDevice *device = vbet_topology_device (topology, "h1");
  g_autofree char *one = vbet_guest_config_nic_setup (topology, device, vbet_device_nic (device, 1));
  g_autofree char *two = vbet_guest_config_nic_setup (topology, device, vbet_device_nic (device, 2));
  VBET_ASSERT_TEXT (
      one, "vbet-nic up 1 02:00:00:00:00:01 1500 10.0.0.1/24 fd00::1/64 || exit\n"
           "{ ip -4 route replace default via 10.0.0.254 proto static && /usr/lib/vbet/mended route\n"
           "ip -6 route replace default via fd00::ff proto static && /usr/lib/vbet/mended route\n"
           "} 2>/dev/null\ntrue\n");
  VBET_ASSERT_TEXT (two, "vbet-nic up 2 02:00:00:00:00:02 1400 dhcp\n");
}

static char *
refresh_of (const char *before, const char *after, const char *device, gboolean all)
{
  g_autoptr (VbetTopology) from = vbet_test_good_lab (before);
  g_autoptr (VbetTopology) to = vbet_test_good_lab (after);
  g_autoptr (VbetGuestNames) had = vbet_guest_names_new (from);
  g_autoptr (VbetGuestNames) names = vbet_guest_names_new (to);
  return vbet_guest_config_refresh (had, vbet_topology_device (from, device), names,
                                    vbet_topology_device (to, device), all);
}

/* What is made of more than the attribute that changed. */
static void
expect_refresh (const char *before, const char *after, const char *device, const char *expected)
{
  g_autofree char *actual = refresh_of (before, after, device, FALSE);
  VBET_ASSERT_TEXT (actual != NULL ? actual : "", expected);
}

#define HOST_A "a = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))\n"
#define HOST_B "b = attach(alloc(host), alloc(NIC, ip=10.0.0.2/24, mac=02:00:00:00:00:02))\n"
#define LINK "link(a, b)\n"
#define LOCAL "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n"

static void
test_refresh (void)
{
  const char *names
      = "cat >/etc/hosts <<'END-OF-TEXT' || exit\n" LOCAL "10.0.0.1 a\n10.0.0.2 b\nEND-OF-TEXT\n";
  expect_refresh (HOST_A, HOST_A, "a", "");
  expect_refresh (HOST_A "link(a, alloc(hub))", HOST_A HOST_B LINK, "a", names);
  /* A file of the text stays, and what is made comes out from under one that goes. */
  const char *mine = "file(a, \"/etc/hosts\", \"10.9.9.9 nine\\n\") file(a, \"/etc/resolv.conf\", \"\")\n";
  g_autofree char *one = g_strconcat (HOST_A "link(a, alloc(hub))", mine, NULL);
  g_autofree char *two = g_strconcat (HOST_A HOST_B LINK, mine, NULL);
  g_autofree char *all
      = g_strconcat (names, "cat >/etc/resolv.conf <<'END-OF-TEXT' || exit\nEND-OF-TEXT\n", NULL);
  expect_refresh (one, two, "a", "");
  expect_refresh (two, HOST_A HOST_B LINK, "a", all);
  /* So it does when the name servers of DHCP go with their NIC, unless another one asks. */
  const char *resolver = "cat >/etc/resolv.conf <<'END-OF-TEXT' || exit\nEND-OF-TEXT\n";
  expect_refresh ("a = attach(alloc(host), alloc(NIC, dhcp=yes)) link(a, alloc(hub))",
                  "a = attach(alloc(host), alloc(NIC)) link(a, alloc(hub))", "a", resolver);
  expect_refresh ("a = attach(alloc(host), alloc(NIC, dhcp=yes), alloc(NIC, dhcp=yes))",
                  "a = attach(alloc(host), alloc(NIC, dhcp=yes))", "a", "");
  /* Servers know addresses, routing daemons NICs. */
  expect_refresh (
      "a = attach(alloc(host, services=dhcp-server), alloc(NIC)) " HOST_B LINK,
      "a = attach(alloc(host, services=dhcp-server), alloc(NIC)) b = attach(alloc(host), alloc(NIC, "
      "mac=02:00:00:00:00:02, dhcp=yes)) " LINK,
      "a",
      "cat >/etc/hosts <<'END-OF-TEXT' || exit\n" LOCAL "127.0.1.1 a\nEND-OF-TEXT\n"
      "cat >/etc/dnsmasq.conf <<'END-OF-TEXT' || exit\nbind-dynamic\nno-resolv\nexpand-hosts\nport=0\n"
      "dhcp-authoritative\ndhcp-leasefile=/var/lib/misc/dnsmasq.leases\nno-ping\n"
      "dhcp-option=option:dns-server\ndhcp-host=02:00:00:00:00:02,b\nEND-OF-TEXT\n"
      "/usr/lib/vbet/service dnsmasq restart\n");
  g_autofree char *routing
      = refresh_of ("r = attach(alloc(router, services=ospf6), alloc(NIC))",
                    "r = attach(alloc(router, services=ospf6), alloc(NIC, ip=fd00::1/64))", "r", FALSE);
  CU_ASSERT_PTR_NOT_NULL_FATAL (routing);
  CU_ASSERT_PTR_NOT_NULL (strstr (routing, "interface eth0\n ipv6 ospf6 area 0.0.0.0\n"));
  CU_ASSERT_PTR_NOT_NULL (strstr (routing, "service routing start\n"));
}

/* After a refresh that failed half-way all is written, but what the text itself writes. */
static void
test_refresh_all (void)
{
  const char *lab
      = "a = attach(alloc(host, services=dns-server), alloc(NIC, ip=10.0.0.1/24)) link(a, alloc(hub))\n"
        "file(a, \"/etc/resolv.conf\", \"\")\n";
  g_autofree char *script = refresh_of (lab, lab, "a", TRUE);
  VBET_ASSERT_TEXT (script,
                    "cat >/etc/hosts <<'END-OF-TEXT' || exit\n" LOCAL "10.0.0.1 a\nEND-OF-TEXT\n"
                    "cat >/etc/dnsmasq.conf <<'END-OF-TEXT' || exit\nbind-dynamic\nno-resolv\nexpand-hosts\n"
                    "local=//\nEND-OF-TEXT\n/usr/lib/vbet/service dnsmasq restart\n");
}

static gboolean
same_digest (const char *one, const char *other, const char *device)
{
  g_autoptr (VbetTopology) from = vbet_test_good_lab (one);
  g_autoptr (VbetTopology) to = vbet_test_good_lab (other);
  g_autoptr (VbetGuestNames) had = vbet_guest_names_new (from);
  g_autoptr (VbetGuestNames) names = vbet_guest_names_new (to);
  g_autofree char *before = vbet_guest_config_digest (had, vbet_topology_device (from, device));
  g_autofree char *now = vbet_guest_config_digest (names, vbet_topology_device (to, device));
  g_autoptr (GBytes) files = tar_of (from, device);
  g_autoptr (GBytes) files_now = tar_of (to, device);
  CU_ASSERT_EQUAL (g_bytes_equal (files, files_now), strcmp (before, now) == 0);
  return strcmp (before, now) == 0;
}

/* The digest is another one when a file is, and only then. */
static void
test_digest (void)
{
  const char *both = HOST_A HOST_B LINK;
  CU_ASSERT_TRUE (same_digest (both, HOST_A HOST_B "link(a, b, delay=1ms)", "a"));
  CU_ASSERT_FALSE (same_digest (HOST_A "link(a, alloc(hub))", both, "a"));
  CU_ASSERT_FALSE (same_digest (both, HOST_A HOST_B LINK "file(a, \"/x\", \"\")", "a"));
  CU_ASSERT_TRUE (same_digest (both, HOST_A HOST_B LINK "file(a, \"/x\", \"\")", "b"));
  CU_ASSERT_FALSE (
      same_digest (both, HOST_A "b = attach(alloc(host), alloc(NIC, ip=10.0.0.3/24))" LINK, "a"));
  /* A MAC is for who serves DHCP only. */
  const char *server
      = "a = attach(alloc(host, services=dhcp-server), alloc(NIC, ip=10.0.0.1/24))\n" HOST_B LINK;
  g_autofree char *other
      = g_strconcat ("a = attach(alloc(host, services=dhcp-server), alloc(NIC, ip=10.0.0.1/24))\n"
                     "b = attach(alloc(host), alloc(NIC, ip=10.0.0.2/24, mac=02:00:00:00:00:03))\n" LINK,
                     NULL);
  CU_ASSERT_FALSE (same_digest (server, other, "a"));
  CU_ASSERT_TRUE (same_digest (
      both, HOST_A "b = attach(alloc(host), alloc(NIC, ip=10.0.0.2/24, mac=02:00:00:00:00:03))" LINK, "a"));
}

static CU_TestInfo config_tests[] = {
  { "plain hosts", test_plain },
  { "the same bytes each time", test_same_bytes },
  { "files and boot script", test_files },
  { "long names", test_long_names },
  { "firewalls", test_firewall },
  { "routing daemons of a text", test_daemons },
  { "routing", test_routing },
  { "router identifiers", test_router_id },
  { "DHCP and DNS server", test_dhcp_server },
  { "live changes", test_changes },
  { "what changes with them", test_refresh },
  { "all of it anew", test_refresh_all },
  { "digests of files", test_digest },
  { "hot plug", test_hot_plug },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "guest-config", NULL, NULL, NULL, NULL, config_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
