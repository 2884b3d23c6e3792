/* test-frr-config.c - which part of an FRR configuration each daemon is given, and which daemons a text
 * needs. */
#include "config.h"

#include <glib.h>
#include <string.h>

#include "base/frr-config.h"
#include "unit/harness.h"

static char *
part_of (const char *text, VbetFrrDaemon daemon)
{
  gsize size = vbet_frr_part (text, daemon, NULL, NULL, 0);
  g_autofree char *part = g_malloc (size + 1);
  CU_ASSERT_EQUAL (vbet_frr_part (text, daemon, part, NULL, 0), size);
  CU_ASSERT_EQUAL (strlen (part), size);
  return g_steal_pointer (&part);
}

static void
expect_part (const char *text, VbetFrrDaemon daemon, const char *expected)
{
  g_autofree char *part = part_of (text, daemon);
  VBET_ASSERT_TEXT (part, expected);
}

static void
expect_needs (const char *text, const char *expected)
{
  g_autoptr (GString) actual = g_string_new (NULL);
  guint32 needed = vbet_frr_needs (text);
  for (int i = 0; i < VBET_FRR_DAEMONS; i++)
    if ((needed & 1U << i) != 0)
      g_string_append_printf (actual, "%s%s", actual->len > 0 ? " " : "", vbet_frr_daemon_name (i));
  VBET_ASSERT_TEXT (actual->str, expected);
}

static void
test_names (void)
{
  for (int i = 0; i < VBET_FRR_DAEMONS; i++)
    CU_ASSERT_EQUAL (vbet_frr_daemon_by_name (vbet_frr_daemon_name (i)), i);
  CU_ASSERT_EQUAL (vbet_frr_daemon_by_name ("routed"), VBET_FRR_DAEMONS);
}

/* A daemon that does not know a block gets nothing of it, its end least of all. */
static void
test_unknown_block (void)
{
  static const char text[]
      = "interface lo\n ip address 10.0.0.1/32\nexit\nmpls ldp\n router-id 10.0.0.1\n"
        " address-family ipv4\n  interface eth0\n  exit\n exit-address-family\nexit\nlog stdout\n";
  expect_part (text, VBET_FRR_LDPD,
               "!\n!\n!\nmpls ldp\n router-id 10.0.0.1\n address-family ipv4\n  interface eth0\n  exit\n"
               " exit-address-family\nline vty\nlog stdout\n");
  expect_part (text, VBET_FRR_ZEBRA,
               "interface lo\n ip address 10.0.0.1/32\nline vty\n!\n!\n!\n!\n!\n!\n!\nlog stdout\n");
}

/* Every block of the top level, before a line of every daemon's own: that line arrives at the top level. */
static void
test_every_block (void)
{
  static const char *const shared[] = {
    "interface eth0\n mtu 1400\nexit\n",
    "interface eth0\n link-params\n  enable\n exit-link-params\nexit\n",
    "interface eth0\nlink-params\nexit\nexit\n",
    "vrf red\n vni 100\nexit-vrf\n",
    "vrf red\n ip route 10.0.0.0/8 Null0\nexit\n",
    "line vty\n exec-timeout 0\nexit\n",
    "route-map M permit 10\n match tag 1\n set tag 2\nexit\n",
    "key chain K\n key 1\n  key-string x\n exit\nexit\n",
    "key chain K\nkey 1\nkey-string x\nexit\nexit\n",
    "nexthop-group G\n nexthop 10.0.0.1\nexit\n",
    "pseudowire mpw0\n mpls label local 16 remote 16\nexit\n",
    "segment-routing\n srv6\n  locators\n   locator A\n    prefix fc00::/48\n   exit\n  exit\n exit\nexit\n",
    "segment-routing\n traffic-eng\n  pcep\n   pcc\n   exit\n  exit\n exit\nexit\n",
    "router bgp 1\n address-family l2vpn evpn\n  vni 5\n  exit-vni\n exit-address-family\nexit\n",
    "bfd\n peer 10.0.0.1\n  profile P\n exit\n profile P\n exit\nexit\n",
    "l2vpn V type vpls\n member pseudowire mpw0\n  pw-id 1\n exit\nexit\n",
    "router ospf\n network 10.0.0.0/8 area 0\nquit\n",
    "pbr-map P seq 1\n set nexthop-group G\nexit\n",
    "router ospf\n a block of the future\n exit\nexit\n",
    "end\n",
    "exit\nexit\n",
    "! exit\n# exit\n\n",
  };
  for (gsize i = 0; i < G_N_ELEMENTS (shared); i++)
    for (int daemon = 0; daemon < VBET_FRR_DAEMONS; daemon++) {
      g_autofree char *text = g_strconcat (shared[i], "log stdout\n", NULL);
      g_autofree char *part = part_of (text, daemon);
      g_auto (GStrv) lines = g_strsplit (part, "\n", -1);
      CU_ASSERT_TRUE (g_str_has_suffix (part, "\nlog stdout\n"));
      /* No end of a block that is in no other or just within one; and of as many lines as the text. */
      for (gsize j = 0; lines[j] != NULL; j++)
        CU_ASSERT_STRING_NOT_EQUAL (lines[j], "exit");
      g_auto (GStrv) written = g_strsplit (text, "\n", -1);
      CU_ASSERT_EQUAL (g_strv_length (lines), g_strv_length (written));
    }
}

/* Blocks within shared blocks, of which one daemon knows no more than the outer one. */
static void
test_nested (void)
{
  static const char text[] = "segment-routing\n srv6\n  locators\n   locator A\n   exit\n  exit\n exit\n"
                             " traffic-eng\n  segment-list S\n  exit\n exit\nexit\n";
  expect_part (text, VBET_FRR_PATHD,
               "segment-routing\n!\n!\n!\n!\n!\n!\n traffic-eng\n  segment-list S\n  "
               "exit\nsegment-routing\nline vty\n");
  expect_part (text, VBET_FRR_ZEBRA,
               "segment-routing\n srv6\n  locators\n   locator A\n   exit\n  "
               "exit\nsegment-routing\n!\n!\n!\n!\nline vty\n");
  static const char link[] = "interface eth0\n link-params\n  enable\n ip ospf area 0\nexit\n";
  expect_part (link, VBET_FRR_OSPFD, "interface eth0\n!\n!\n ip ospf area 0\nline vty\n");
  /* The profile of a peer is no block of the level above. */
  static const char bfd[] = "bfd\npeer 10.0.0.1\nprofile P\nexit\nprofile P\nexit\nexit\n";
  expect_part (bfd, VBET_FRR_BFDD, "bfd\npeer 10.0.0.1\nprofile P\nbfd\nprofile P\nbfd\nline vty\n");
}

/* The old style: blocks end where the next begins. */
static void
test_without_exit (void)
{
  static const char text[]
      = "router ospf\n network 10.0.0.0/8 area 0\n!\nrouter rip\n version 2\nip route 10.0.0.0/8 Null0\n"
        "interface eth0\n ip rip passive\n";
  expect_part (text, VBET_FRR_OSPFD,
               "router ospf\n network 10.0.0.0/8 area 0\n!\n!\n!\nip route 10.0.0.0/8 Null0\ninterface eth0\n"
               " ip rip passive\n");
  expect_part (text, VBET_FRR_STATICD, "!\n!\n!\n!\n!\nip route 10.0.0.0/8 Null0\n!\n!\n");
  static const char bgp[]
      = "router bgp 1\n address-family ipv4\n  network 10.0.0.0/8\nexit\nip route 10.0.0.0/8 Null0";
  expect_part (
      bgp, VBET_FRR_BGPD,
      "router bgp 1\n address-family ipv4\n  network 10.0.0.0/8\nline vty\nip route 10.0.0.0/8 Null0\n");
  expect_part (bgp, VBET_FRR_STATICD, "!\n!\n!\n!\nip route 10.0.0.0/8 Null0\n");
}

static void
test_needs (void)
{
  expect_needs ("", "");
  expect_needs ("hostname x\ninterface eth0\n ip address 10.0.0.1/8\n", "");
  expect_needs ("ip route 10.0.0.0/8 Null0\n", "staticd");
  expect_needs ("vrf red\n ip route 10.0.0.0/8 Null0\nexit-vrf\n", "staticd");
  expect_needs ("router pim\n rp 10.0.0.1\nexit\n", "pimd");
  expect_needs ("interface eth0\n ip igmp\n ipv6 mld\n ipv6 pim\nexit\n", "pim6d pimd");
  expect_needs ("router pim6\n", "pim6d");
  expect_needs ("segment-routing\n traffic-eng\n  pcep\n", "pathd");
  expect_needs ("segment-routing\n srv6\n  locators\n", "");
  expect_needs ("router openfabric 1\nrouter babel\nrouter eigrp 1\n", "babeld eigrpd fabricd");
  expect_needs ("l2vpn V type vpls\n", "ldpd");
  expect_needs ("interface eth0\n tunnel source eth1\n ip nhrp redirect\n pbr-policy P\n vrrp 1\n",
                "nhrpd pbrd vrrpd");
  expect_needs ("interface eth0\n no ip ospf area 0\n! router rip\n", "ospfd");
  expect_needs ("router isis 1\n segment-routing on\n hostname dynamic\nexit\nbfd\n profile P\n",
                "bfdd isisd");
  expect_needs ("router ospf\n neighbor 10.0.0.1 bfd\n", "bfdd ospfd");
  expect_needs ("router ripng\nrouter rip\nrouter ospf6\nrouter bgp 1\n", "bgpd ospf6d ripd ripngd");
  expect_needs ("ip ospfx\nrouterospf\n", "");
}

static void
test_modules (void)
{
  CU_ASSERT_PTR_NULL (vbet_frr_module ("router bgp 1\n neighbor 10.0.0.1 remote-as 1\n", VBET_FRR_BGPD));
  VBET_ASSERT_TEXT (vbet_frr_module ("router bgp 1\n bmp targets T\n exit\n", VBET_FRR_BGPD), "bgpd_bmp");
  VBET_ASSERT_TEXT (vbet_frr_module ("segment-routing\n traffic-eng\n  pcep\n", VBET_FRR_PATHD),
                    "pathd_pcep");
  CU_ASSERT_PTR_NULL (vbet_frr_module ("segment-routing\n traffic-eng\n  pcep\n", VBET_FRR_ZEBRA));
}

/* Lines are counted for the report of those that nobody took. */
static void
test_fates (void)
{
  static const char text[]
      = "service integrated-vtysh-config\nrouter rip\n version 2\nexit\nlog stdout\n! x\nend\n";
  static const guint8 offered[] = { 0, 0, 1, 1, 0, 2, 0, 0 };
  static const bool commands[] = { false, false, true, true, false, true, false, false };
  VbetFrrFate fates[8] = { 0 };
  g_autofree char *part = g_malloc (vbet_frr_part (text, VBET_FRR_RIPD, NULL, NULL, 0) + 1);
  vbet_frr_part (text, VBET_FRR_RIPD, part, fates, G_N_ELEMENTS (fates));
  vbet_frr_part (text, VBET_FRR_ZEBRA, part, fates, G_N_ELEMENTS (fates));
  for (gsize i = 1; i < G_N_ELEMENTS (fates); i++) {
    CU_ASSERT_EQUAL (fates[i].offered, offered[i]);
    CU_ASSERT_EQUAL (fates[i].is_command, commands[i]);
  }
}

static CU_TestInfo config_tests[] = {
  { "names of daemons", test_names },
  { "a block that a daemon does not know", test_unknown_block },
  { "every daemon behind every block", test_every_block },
  { "nested blocks", test_nested },
  { "blocks without an end", test_without_exit },
  { "daemons that a text needs", test_needs },
  { "modules that a text needs", test_modules },
  { "lines counted", test_fates },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "frr-config", NULL, NULL, NULL, NULL, config_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
