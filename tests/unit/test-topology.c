/* test-topology.c - lab texts as topologies: names, NICs, cables, attributes, checks and steps. */
#include "config.h"

#include <string.h>

#include "engine/model/findings.h"
#include "engine/model/topology-private.h"
#include "unit/harness.h"
#include "unit/lab.h"

static void
expect_lab (const char *text, const char *devices, const char *cabling)
{
  g_autoptr (VbetTopology) topology = vbet_test_good_lab (text);
  g_autofree char *actual_devices = vbet_test_devices (topology);
  g_autofree char *actual_cabling = vbet_test_cabling (topology);
  VBET_ASSERT_TEXT (actual_devices, devices);
  VBET_ASSERT_TEXT (actual_cabling, cabling);
}

static void
expect_seed (const char *file, const char *findings, const char *devices, const char *cabling)
{
  g_autofree char *actual = NULL;
  g_autoptr (VbetTopology) topology = vbet_test_lab_file (file, &actual);
  g_autofree char *actual_devices = vbet_test_devices (topology);
  g_autofree char *actual_cabling = vbet_test_cabling (topology);
  VBET_ASSERT_TEXT (actual, findings);
  VBET_ASSERT_TEXT (actual_devices, devices);
  VBET_ASSERT_TEXT (actual_cabling, cabling);
}

static void
test_seeds (void)
{
  expect_seed ("tests/seed/star.vbet", "lab:4:26: warning: a ')' is missing here (fix: insert ')') [W001]\n",
               "switch switch1 3\nhost host1 1\nhost host2 1\nhost host3 1\n",
               "cable3 switch1:3-host3:1\ncable2 switch1:2-host2:1\ncable1 switch1:1-host1:1\n");
  expect_seed ("tests/seed/ospf.vbet", "", "router r1 2\nrouter r2 2\nrouter r3 2\n",
               "cable1 r1:2-r2:1\ncable2 r2:2-r3:1\n");
  expect_seed (
      "tests/seed/firewall.vbet", "",
      "host server 1\nfirewall fw1 1\nfirewall fw2 1\nfirewall fw3 1\nfirewall fw4 1\nfirewall fw5 1\n"
      "switch switch1 6\n",
      "cable1 switch1:1-server:1\ncable2 switch1:2-fw1:1\ncable3 switch1:3-fw2:1\n"
      "cable4 switch1:4-fw3:1\ncable5 switch1:5-fw4:1\ncable6 switch1:6-fw5:1\n");
}

static void
test_shipped_labs (void)
{
  g_autofree char *folder = vbet_test_source_path ("data/labs");
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint count = 0;
  for (const char *file; dir != NULL && (file = g_dir_read_name (dir)) != NULL;) {
    g_autofree char *relative = g_build_filename ("data/labs", file, NULL);
    g_autofree char *findings = NULL;
    g_autoptr (VbetTopology) topology = vbet_test_lab_file (relative, &findings);
    VBET_ASSERT_TEXT (findings, "");
    CU_ASSERT_TRUE (topology->steps->len + topology->checks->len > 0);
    count++;
  }
  CU_ASSERT_TRUE (count >= 3);
}

static void
test_names (void)
{
  /* What is written is kept from nameless objects, wherever it stands. */
  expect_lab ("link(alloc(switch), a) a = attach(alloc(host), alloc(NIC)) switch1 = alloc(hub)",
              "switch switch2 1\nhost a 1\nhub switch1 0\n", "cable1 switch2:1-a:1\n");
  expect_lab (
      "a = attach(alloc(host), alloc(NIC)) link(alloc(switch), a) step \"s\" { switch1 = alloc(switch) }",
      "host a 1\nswitch switch2 1\n", "cable1 switch2:1-a:1\n");
  expect_lab ("c = link(a, b) a = attach(alloc(host), alloc(NIC)) b = attach(alloc(host), alloc(NIC))",
              "host a 1\nhost b 1\n", "c a:1-b:1\n");
  /* A generated name may be used, and counts in the order of the text, links and allocs together. */
  expect_lab ("link(alloc(host), alloc(switch)) set(host1, label=\"x\") attach(host1, alloc(NIC)) c = "
              "plug(alloc(cable), "
              "NIC(switch1, 2)) alloc(cable)",
              "host host1 1\nswitch switch1 2\n", "cable1 host1:1-switch1:1\nc switch1:2-*\ncable2 *-*\n");
}

static void
test_next_free (void)
{
  /* What is numbered somewhere is not handed out, whatever the order of the text. */
  expect_lab ("a = attach(alloc(host), alloc(NIC), alloc(NIC), alloc(NIC)) s = alloc(hub)\n"
              "link(s, a) link(NIC(a, 1), NIC(s, 5)) link(NIC(a), s)",
              "host a 3\nhub s 5\n", "cable1 s:1-a:2\ncable2 a:1-s:5\ncable3 a:3-s:2\n");
  /* Named NICs are as certain as numbered ones. */
  expect_lab (
      "a = attach(alloc(host), n, alloc(NIC)) n = alloc(NIC) link(a, alloc(switch)) link(n, alloc(switch))",
      "host a 2\nswitch switch1 1\nswitch switch2 1\n", "cable1 a:2-switch1:1\ncable2 a:1-switch2:1\n");
  /* A number in set() keeps nothing. */
  expect_lab ("a = attach(alloc(host), alloc(NIC)) link(a, alloc(switch)) set(NIC(a, 1), mtu=1400)",
              "host a 1\nswitch switch1 1\n", "cable1 a:1-switch1:1\n");
}

static void
test_ellipsis (void)
{
  expect_lab (
      "f = attach(alloc(firewall), alloc(NIC), ...) link(f, NIC(f, 4)) plug(c, NIC(f)) c = alloc(cable)",
      "firewall f 4\n", "cable1 f:1-f:4\nc f:2-*\n");
  /* Uses in steps count, too. */
  expect_lab ("f = attach(alloc(firewall), ...) s = alloc(switch) link(s, f)\n"
              "step \"s\" { link(NIC(f, 3), s) link(f, s) set(NIC(s, 2), vlan=1) }",
              "firewall f 3\nswitch s 2\n", "cable1 s:1-f:1\n");
  expect_lab (
      "f = attach(alloc(firewall), ...) step \"s\" { link(f, alloc(switch)) plug(alloc(cable), NIC(f)) }",
      "firewall f 2\n", "");
  expect_lab ("attach(alloc(host), ...) attach(alloc(switch), ...)", "host host1 0\nswitch switch1 0\n", "");
}

static void
test_switch_ports (void)
{
  /* Written ports first, then new ones; written later or not. */
  expect_lab ("s = alloc(switch) attach(s, alloc(NIC)) link(s, a, b) a = attach(alloc(host), alloc(NIC)) "
              "b = attach(alloc(host), alloc(NIC))",
              "switch s 2\nhost a 1\nhost b 1\n", "cable1 s:1-a:1\ncable2 s:2-b:1\n");
  expect_lab ("link(alloc(hub), alloc(switch), s) s = alloc(switch)",
              "hub hub1 2\nswitch switch1 1\nswitch s 1\n", "cable1 hub1:1-switch1:1\ncable2 hub1:2-s:1\n");
  /* A gateway, a tap and a remote have their one NIC unwritten. */
  expect_lab ("link(alloc(switch), g, t, r) g = alloc(gateway) t = alloc(tap) alloc(gateway) "
              "r = alloc(remote, peer=\"far.example:7000\", listen=\"7000\")",
              "switch switch1 3\ngateway g 1\ntap t 1\ngateway gateway1 1\nremote r 1\n",
              "cable1 switch1:1-g:1\ncable2 switch1:2-t:1\ncable3 switch1:3-r:1\n");
}

static void
test_ends (void)
{
  g_autoptr (VbetTopology) topology
      = vbet_test_good_lab ("a = attach(alloc(host), alloc(NIC)) b = attach(alloc(host), alloc(NIC)) link(b, "
                            "a, delay=10ms/40ms, up=no)");
  const VbetCable *cable = vbet_topology_cable (topology, "cable1");
  const VbetNic *nic = vbet_device_nic (vbet_topology_device (topology, "a"), 1);
  CU_ASSERT_PTR_NOT_NULL_FATAL (cable);
  VBET_ASSERT_TEXT (cable->ends[0].device, "b");
  CU_ASSERT_PTR_EQUAL (nic->cable, cable->name);
  CU_ASSERT_EQUAL (nic->cable_end, 1);
  CU_ASSERT_EQUAL (vbet_attributes_number (cable->attributes, VBET_KIND_CABLE, "delay", 0), 10e6);
  CU_ASSERT_EQUAL (vbet_attributes_number (cable->attributes, VBET_KIND_CABLE, "delay", 1), 40e6);
  CU_ASSERT_EQUAL (vbet_attributes_number (cable->attributes, VBET_KIND_CABLE, "queue", 1), 1000);
  CU_ASSERT_FALSE (vbet_attributes_boolean (cable->attributes, VBET_KIND_CABLE, "up"));
}

static void
test_attributes (void)
{
  g_autoptr (VbetTopology) topology
      = vbet_test_good_lab ("set(a, mem=128M, label=default) a = attach(alloc(host, mem=64M, label=\"x\", "
                            "services=web, at=(1, -2.5)), "
                            "alloc(NIC, ip=10.0.0.1/24)) b = attach(alloc(router), n) n = alloc(NIC, "
                            "ip=[10.0.0.2/24, 2001:db8::1/64]) "
                            "set(NIC(a), ip=10.0.0.3/24) set(n, mtu=1400)");
  const VbetDevice *a = vbet_topology_device (topology, "a"), *b = vbet_topology_device (topology, "b");
  CU_ASSERT_EQUAL (vbet_attributes_integer (a->attributes, a->kind, "mem"), 128 << 20);
  CU_ASSERT_EQUAL (vbet_attributes_integer (b->attributes, b->kind, "mem"), 128 << 20);
  CU_ASSERT_PTR_NULL (vbet_attributes_get (a->attributes, "label"));
  CU_ASSERT_PTR_NULL (vbet_attributes_text (a->attributes, a->kind, "label"));
  CU_ASSERT_TRUE (vbet_attributes_boolean (a->attributes, a->kind, "autostart"));
  CU_ASSERT_EQUAL (vbet_attributes_get (a->attributes, "at")->as.point.y, -2.5);
  g_autoptr (GPtrArray) services = vbet_attributes_list (a->attributes, "services");
  CU_ASSERT_EQUAL_FATAL (services->len, 1);
  VBET_ASSERT_TEXT (((VbetValue *)services->pdata[0])->as.text, "web");
  const VbetNic *nic = vbet_device_nic (a, 1);
  g_autofree char *ip = vbet_value_to_text (vbet_attributes_get (nic->attributes, "ip"));
  VBET_ASSERT_TEXT (ip, "10.0.0.3/24");
  nic = vbet_device_nic (b, 1);
  g_autoptr (GPtrArray) addresses = vbet_attributes_list (nic->attributes, "ip");
  CU_ASSERT_EQUAL (addresses->len, 2);
  CU_ASSERT_EQUAL (vbet_attributes_integer (nic->attributes, VBET_KIND_NIC, "mtu"), 1400);
  CU_ASSERT_PTR_NULL (vbet_device_nic (b, 2));
  CU_ASSERT_PTR_NULL (vbet_device_nic (b, 0));
}

static void
test_macs (void)
{
  g_autoptr (VbetTopology) topology
      = vbet_test_good_lab ("a = attach(alloc(host), alloc(NIC), alloc(NIC), alloc(NIC, "
                            "mac=02:00:00:00:00:07)) set(NIC(a, 2), mac=02:00:00:00:00:08)");
  const VbetDevice *a = vbet_topology_device (topology, "a");
  guint8 derived[6], other[6];
  vbet_mac_derive ("test", NULL, "a", 1, derived);
  CU_ASSERT_EQUAL (memcmp (vbet_device_nic (a, 1)->mac, derived, 6), 0);
  CU_ASSERT_EQUAL (derived[0], 2);
  static const guint8 expected[6] = { 0x02, 0x55, 0x2c, 0xb3, 0xf4, 0x18 };
  CU_ASSERT_EQUAL (memcmp (derived, expected, 6), 0); /* the same for ever: it is in people's notes */
  CU_ASSERT_EQUAL (vbet_device_nic (a, 2)->mac[5], 8);
  CU_ASSERT_EQUAL (vbet_device_nic (a, 3)->mac[5], 7);
  vbet_mac_derive ("test2", NULL, "a", 1, other);
  CU_ASSERT_NOT_EQUAL (memcmp (derived, other, 6), 0);
  vbet_mac_derive ("test", NULL, "a1", 1, derived);
  vbet_mac_derive ("test", NULL, "a", 11, other);
  CU_ASSERT_NOT_EQUAL (memcmp (derived, other, 6), 0);
}

/* Labs of one name differ by seed(), wherever it stands; what is written stays. */
static void
test_seed (void)
{
  static const char *const text = "a = attach(alloc(host), alloc(NIC), alloc(NIC, mac=02:00:00:00:00:07)) ";
  g_autofree char *before = g_strconcat ("seed(\"left\") ", text, NULL);
  g_autofree char *after = g_strconcat (text, "seed(\"left\")", NULL);
  g_autoptr (VbetTopology) plain = vbet_test_good_lab (text);
  g_autoptr (VbetTopology) first = vbet_test_good_lab (before);
  g_autoptr (VbetTopology) last = vbet_test_good_lab (after);
  const VbetNic *nic = vbet_device_nic (vbet_topology_device (plain, "a"), 1);
  const VbetNic *seeded = vbet_device_nic (vbet_topology_device (first, "a"), 1);
  CU_ASSERT_NOT_EQUAL (memcmp (nic->mac, seeded->mac, 6), 0);
  CU_ASSERT_EQUAL (seeded->mac[0], 2);
  CU_ASSERT_EQUAL (memcmp (seeded->mac, vbet_device_nic (vbet_topology_device (last, "a"), 1)->mac, 6), 0);
  CU_ASSERT_EQUAL (vbet_device_nic (vbet_topology_device (first, "a"), 2)->mac[5], 7);
  /* It stays with the lab through edits. */
  static const char edit[] = "b = attach(alloc(host), alloc(NIC))";
  g_autoptr (VbetTopology) edited = vbet_topology_call (first, edit, strlen (edit), NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (edited);
  guint8 derived[6], digest[VBET_MAC_DIGEST_SIZE], other[VBET_MAC_DIGEST_SIZE];
  vbet_mac_derive ("test", "left", "b", 1, derived);
  CU_ASSERT_EQUAL (memcmp (vbet_device_nic (vbet_topology_device (edited, "b"), 1)->mac, derived, 6), 0);
  vbet_mac_digest ("test", NULL, digest);
  vbet_mac_digest ("test", "left", other);
  CU_ASSERT_NOT_EQUAL (memcmp (digest, other, sizeof digest), 0);
  vbet_mac_digest ("test", "left", digest);
  CU_ASSERT_EQUAL (memcmp (digest, other, sizeof digest), 0);
  vbet_mac_digest ("testleft", NULL, digest);
  CU_ASSERT_NOT_EQUAL (memcmp (digest, other, sizeof digest), 0);
}

static void
test_bad_seeds (void)
{
  static const struct {
    const char *text;
    const char *code;
  } cases[] = {
    { "seed()", VBET_E_MISSING },
    { "seed(\"a\", \"b\")", VBET_E_TOO_MANY },
    { "seed(7)", VBET_E_OBJECT },
    { "seed(\"\")", VBET_E_CONTENT },
    { "seed(\"a\", x=1)", VBET_E_KEY },
    { "seed(\"a\") seed(\"a\")", VBET_E_TWICE },
    { "seed = alloc(host)", VBET_E_BAD_NAME },
    { "step \"one\" { seed(\"a\") }", VBET_E_STATEMENT },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *findings = NULL;
    g_autoptr (VbetTopology) topology = vbet_test_lab (cases[i].text, &findings);
    if (strstr (findings, cases[i].code) == NULL)
      printf ("%s: %s\n", cases[i].text, findings);
    CU_ASSERT_PTR_NOT_NULL (strstr (findings, cases[i].code));
  }
  static const char call[] = "seed(\"a\")";
  g_autoptr (VbetTopology) lab = vbet_test_good_lab ("a = attach(alloc(host), alloc(NIC))");
  CU_ASSERT_PTR_NULL (vbet_topology_call (lab, call, strlen (call), NULL));
}

/* The order of the statements at top level has no meaning. */
static void
test_order (void)
{
  static const char *const statements[] = {
    "a = attach(alloc(router, mem=64M), alloc(NIC, ip=10.0.0.1/24), n)",
    "n = alloc(NIC, mtu=1400)",
    "b = {attach(alloc(host), alloc(NIC, ip=10.0.0.2/24))}",
    "s = alloc(switch, stp=yes)",
    "c = link(NIC(s, 2), NIC(a, 1), delay=1ms)",
    "plug(d, NIC(s, 1))",
    "d = alloc(cable)",
    "set(b, label=\"B\")",
    "set(n, vlan=0)",
    "file(b, \"/etc/motd\", \"hello\")",
    "ping(a, b)",
  };
  g_autofree char *first = NULL;
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  for (guint round = 0; round < 50; round++) {
    guint order[G_N_ELEMENTS (statements)];
    for (guint i = 0; i < G_N_ELEMENTS (order); i++)
      order[i] = i;
    for (guint i = G_N_ELEMENTS (order); round > 0 && i > 1; i--) {
      guint k = (guint)g_rand_int_range (random, 0, (gint32)i), other = order[i - 1];
      order[i - 1] = order[k];
      order[k] = other;
    }
    g_autoptr (GString) text = g_string_new (NULL);
    for (guint i = 0; i < G_N_ELEMENTS (order); i++)
      g_string_append_printf (text, "%s\n", statements[order[i]]);
    g_autofree char *findings = NULL;
    g_autoptr (VbetTopology) topology = vbet_test_lab (text->str, &findings);
    g_autofree char *dump = vbet_test_dump (topology);
    if (first == NULL)
      first = g_strdup (dump);
    VBET_ASSERT_TEXT (dump, first);
    CU_ASSERT_EQUAL (topology->checks->len, 1);
  }
}

static void
test_steps (void)
{
  g_autoptr (VbetTopology) topology
      = vbet_test_good_lab ("a = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))\n"
                            "b = attach(alloc(host), alloc(NIC, ip=10.0.0.2/24))\n"
                            "ping(a, 10.0.0.9, loss=5%, within=2s)\n"
                            "step \"One\" {\n"
                            "  \"Some words.\"\n"
                            "  start(a, b) { stop(a) }\n"
                            "  exec(a, \"true\")\n"
                            "  expect(a, \"ip route\", /via (\\d+)/, within=90s, absent=yes)\n"
                            "  c = link(a, b)\n"
                            "  ping(b, a)\n"
                            "}\n"
                            "step \"Two\" { unplug(c, NIC(a)) }");
  CU_ASSERT_EQUAL_FATAL (topology->checks->len, 1);
  const VbetAction *action = topology->checks->pdata[0];
  CU_ASSERT_EQUAL (action->kind, VBET_ACTION_PING);
  VBET_ASSERT_TEXT (action->target, "10.0.0.9");
  CU_ASSERT_EQUAL (action->loss, 5);
  CU_ASSERT_EQUAL (action->within_ns, 2000000000);
  CU_ASSERT_EQUAL_FATAL (topology->steps->len, 2);
  const VbetStep *step = topology->steps->pdata[0];
  VBET_ASSERT_TEXT (step->title, "One");
  VBET_ASSERT_TEXT (step->text, "Some words.");
  CU_ASSERT_EQUAL_FATAL (step->actions->len, 6);
  action = step->actions->pdata[0];
  CU_ASSERT_EQUAL (action->kind, VBET_ACTION_START);
  VBET_ASSERT_TEXT (action->devices[1], "b");
  CU_ASSERT_PTR_NULL (action->devices[2]);
  VBET_ASSERT_TEXT (action->source, "start(a, b)");
  CU_ASSERT_EQUAL (action->line, 6);
  CU_ASSERT_EQUAL (((VbetAction *)step->actions->pdata[1])->kind, VBET_ACTION_STOP);
  action = step->actions->pdata[2];
  VBET_ASSERT_TEXT (action->command, "true");
  action = step->actions->pdata[3];
  CU_ASSERT_EQUAL (action->kind, VBET_ACTION_EXPECT);
  VBET_ASSERT_TEXT (action->pattern, "via (\\d+)");
  CU_ASSERT_TRUE (action->is_regex && action->absent);
  CU_ASSERT_EQUAL (action->within_ns, G_GINT64_CONSTANT (90000000000));
  CU_ASSERT_EQUAL (action->line, 8);
  action = step->actions->pdata[4];
  CU_ASSERT_EQUAL (action->kind, VBET_ACTION_EDIT);
  VBET_ASSERT_TEXT (action->source, "c = link(a, b)");
  action = step->actions->pdata[5];
  VBET_ASSERT_TEXT (action->target, "a");
  CU_ASSERT_EQUAL (action->within_ns, G_GINT64_CONSTANT (60000000000));
  /* A step's edits are tried on a copy only. */
  CU_ASSERT_PTR_NULL (vbet_topology_cable (topology, "c"));
  CU_ASSERT_EQUAL (topology->cables->len, 0);
  CU_ASSERT_PTR_NULL (((VbetStep *)topology->steps->pdata[1])->text);
}

static void
test_parts_of_broken_labs (void)
{
  g_autofree char *findings = NULL;
  g_autoptr (VbetTopology) topology = vbet_test_lab (
      "a = attach(alloc(host), alloc(NIC)) b = alloc(nonsense) link(a, b) link(alloc(switch), a, c) plug(",
      &findings);
  CU_ASSERT_PTR_NOT_NULL (strstr (findings, "[E041]"));
  g_autofree char *devices = vbet_test_devices (topology);
  VBET_ASSERT_TEXT (devices, "host a 1\nswitch switch1 1\n");
  /* No list of findings: nothing is said, nothing breaks. */
  g_autoptr (VbetProgram) program = vbet_program_parse ("a = ", 4);
  g_autoptr (VbetTopology) empty = vbet_topology_elaborate (program, "x", NULL);
  CU_ASSERT_EQUAL (empty->devices->len, 0);
}

static void
test_json (void)
{
  g_autoptr (VbetTopology) topology = vbet_test_good_lab (
      "a = attach(alloc(host), alloc(NIC, ip=[10.0.0.1/24, 10.0.1.1/24], mac=02:00:00:00:00:AB))\n"
      "plug(c, NIC(a)) c = alloc(cable) step \"Quote \\\"this\\\"\" { stop(a) }");
  g_autofree char *json = vbet_topology_to_json (topology);
  g_auto (GStrv) words = g_strsplit_set (json, " \n", -1);
  g_autoptr (GString) packed = g_string_new (NULL);
  for (guint i = 0; words[i] != NULL; i++)
    g_string_append (packed, words[i]);
  VBET_ASSERT_TEXT (
      packed->str,
      "{\"devices\":[{\"name\":\"a\",\"kind\":\"host\",\"nics\":[{\"index\":1,\"name\":\"eth0\",\"mac\":"
      "\"02:00:00:00:00:ab\",\"ip\":[\"10.0.0.1/24\",\"10.0.1.1/24\"],\"cable\":\"c\"}]}],\"cables\":[{"
      "\"name\":\"c\",\"ends\":[{\"device\":\"a\",\"nic\":1},null]}],\"steps\":[{\"title\":\"Quote\\\"this"
      "\\\"\",\"text\":null,\"actions\":[\"stop(a)\"]}]}");
}

static void
test_copy (void)
{
  g_autofree char *findings = NULL;
  g_autoptr (VbetTopology) topology = vbet_test_lab_file ("data/labs/firewall.vbet", &findings);
  g_autoptr (VbetTopology) copy = vbet_topology_copy (topology);
  g_autofree char *one = vbet_test_dump (topology), *two = vbet_test_dump (copy);
  VBET_ASSERT_TEXT (two, one);
  CU_ASSERT_EQUAL (copy->steps->len, topology->steps->len);
  vbet_topology_remove_device (copy, copy->devices->pdata[0]);
  g_autofree char *after = vbet_test_dump (topology);
  VBET_ASSERT_TEXT (after, one);
}

static CU_TestInfo topology_tests[] = {
  { "the original programs", test_seeds },
  { "the labs that are shipped", test_shipped_labs },
  { "names of the nameless", test_names },
  { "the next free NIC", test_next_free },
  { "...", test_ellipsis },
  { "ports of switches, gateways and taps", test_switch_ports },
  { "ends of a cable and its two directions", test_ends },
  { "attributes", test_attributes },
  { "MACs", test_macs },
  { "seeds of MACs", test_seed },
  { "seeds that cannot be", test_bad_seeds },
  { "order has no meaning", test_order },
  { "checks and steps", test_steps },
  { "parts of broken labs", test_parts_of_broken_labs },
  { "JSON", test_json },
  { "copies", test_copy },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "topology", NULL, NULL, NULL, NULL, topology_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
