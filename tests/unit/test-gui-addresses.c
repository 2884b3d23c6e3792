/* test-gui-addresses.c - which addresses are proposed for what is cabled. */
#include "config.h"

#include <string.h>

#include "engine/model/gesture.h"
#include "gui/model/session.h"
#include "unit/harness.h"

#define POOL "10.0.0.0/8"
#define HOST(name) #name " = attach(alloc(host), alloc(NIC))\n"
#define ROUTER(name) #name " = attach(alloc(router), alloc(NIC), alloc(NIC))\n"

/* Cables the pairs of @cables ("a b c d": a to b, c to d) in the lab @text. */
static VbetSession *
cabled (const char *text, const char *pool, const char *cables)
{
  VbetSession *session = vbet_session_new ();
  vbet_session_load (session, text, strlen (text), "/labs/a.vbet");
  CU_ASSERT_TRUE (vbet_session_set_pool (session, pool, NULL));
  g_auto (GStrv) names = g_strsplit (cables, " ", -1);
  for (guint i = 0; names[i] != NULL && names[i + 1] != NULL; i += 2) {
    g_autoptr (GError) error = NULL;
    CU_ASSERT_TRUE (vbet_session_plug (session, names[i], 0, names[i + 1], 0, &error));
    CU_ASSERT_EQUAL (vbet_document_n_revisions (vbet_session_get_document (session)), i / 2 + 1);
  }
  return session;
}

/* "a 10.0.0.1/24 gw 10.0.0.254, …" of all guests. */
static char *
addresses (VbetSession *session)
{
  g_autoptr (GString) out = g_string_new (NULL);
  const GPtrArray *devices = vbet_session_get_topology (session)->devices;
  for (guint i = 0; i < devices->len; i++) {
    const VbetDevice *device = devices->pdata[i];
    if ((device->kind & VBET_KIND_GUEST) == 0)
      continue;
    g_string_append_printf (out, "%s%s", out->len > 0 ? ", " : "", device->name);
    for (guint k = 0; k < device->nics->len; k++) {
      const VbetNic *nic = device->nics->pdata[k];
      const VbetValue *ip = vbet_attributes_get (nic->attributes, "ip");
      g_autofree char *text = ip != NULL ? vbet_value_to_text (ip) : g_strdup ("-");
      gboolean dhcp = vbet_attributes_boolean (nic->attributes, VBET_KIND_NIC, "dhcp");
      g_string_append_printf (out, " %s", dhcp ? "dhcp" : text);
    }
    const VbetValue *gateway = vbet_attributes_get (device->attributes, "gateway");
    g_autofree char *text = gateway != NULL ? vbet_value_to_text (gateway) : NULL;
    if (text != NULL)
      g_string_append_printf (out, " gw %s", text);
  }
  CU_ASSERT_FALSE (vbet_diagnostics_has_errors (vbet_session_get_diagnostics (session)));
  return g_strdup (out->str);
}

static void
check (const char *text, const char *pool, const char *cables, const char *expected)
{
  g_autoptr (VbetSession) session = cabled (text, pool, cables);
  g_autofree char *got = addresses (session);
  VBET_ASSERT_TEXT (got, expected);
  VbetDocument *document = vbet_session_get_document (session);
  vbet_document_go_to (document, 0);
  VBET_ASSERT_TEXT (vbet_document_text (document, NULL), text);
}

static void
test_star (void)
{
  check ("s = alloc(switch)\n" HOST (a) HOST (b) HOST (c), POOL, "a s s b c s",
         "a 10.0.0.10/24, b 10.0.0.11/24, c 10.0.0.12/24");
  /* The router that comes last is everybody's way out. */
  check ("s = alloc(switch)\n" HOST (a) HOST (b) ROUTER (r), POOL, "a s s b r s",
         "a 10.0.0.10/24 gw 10.0.0.1, b 10.0.0.11/24 gw 10.0.0.1, r 10.0.0.1/24 -");
  /* And of those who come after it. */
  check ("s = alloc(switch)\n" HOST (a) ROUTER (r), POOL, "r s a s",
         "a 10.0.0.10/24 gw 10.0.0.1, r 10.0.0.1/24 -");
  /* With two there is no telling. */
  check ("s = alloc(switch)\n" HOST (a) ROUTER (r) ROUTER (q), POOL, "r s q s a s",
         "a 10.0.0.10/24, r 10.0.0.1/24 -, q 10.0.0.2/24 -");
}

static void
test_point_to_point (void)
{
  check (ROUTER (r) ROUTER (q) HOST (a), POOL, "r q q a",
         "r 10.0.0.1/24 -, q 10.0.0.2/24 10.0.1.1/24, a 10.0.1.10/24 gw 10.0.1.1");
  check (HOST (a) HOST (b), POOL, "a b", "a 10.0.0.10/24, b 10.0.0.11/24");
}

/* The link goes over switches and hubs; what is there counts, also in how hosts are numbered. */
static void
test_existing_subnet (void)
{
  check ("s = alloc(switch)\nh = alloc(hub)\nlink(s, h)\n"
         "x = attach(alloc(host), alloc(NIC, ip=192.168.7.1/24))\nlink(s, x)\n" HOST (a) HOST (b) ROUTER (r),
         POOL, "a h h b r h",
         "x 192.168.7.1/24 gw 192.168.7.4, a 192.168.7.2/24 gw 192.168.7.4, b 192.168.7.3/24 gw 192.168.7.4, "
         "r 192.168.7.4/24 -");
  /* Only the open end is looked after. */
  check ("x = attach(alloc(router), alloc(NIC, ip=172.16.0.1/30))\n" HOST (a), POOL, "a x",
         "x 172.16.0.1/30, a 172.16.0.2/30 gw 172.16.0.1");
  /* A full subnet gives nothing. */
  check ("x = attach(alloc(host), alloc(NIC, ip=172.16.0.1/30))\ny = attach(alloc(host), alloc(NIC, "
         "ip=172.16.0.2/30))\ns = alloc(switch)\nlink(s, x, y)\n" HOST (a),
         POOL, "a s", "x 172.16.0.1/30, y 172.16.0.2/30, a -");
}

/* What is written is left as it is. */
static void
test_never_touched (void)
{
  check ("x = attach(alloc(host), alloc(NIC, ip=fe80::1/64))\n" HOST (a), POOL, "a x", "x fe80::1/64, a -");
  check ("x = attach(alloc(host), alloc(NIC, dhcp=yes))\n" HOST (a), POOL, "a x", "x dhcp, a -");
  check ("x = attach(alloc(host), alloc(NIC, dhcp=no))\ns = alloc(switch)\n", POOL, "x s", "x -");
  check ("x = attach(alloc(host, gateway=9.9.9.9), alloc(NIC))\n" ROUTER (r), POOL, "x r",
         "x 10.0.0.10/24 gw 9.9.9.9, r 10.0.0.1/24 -");
  check ("s = attach(alloc(switch), alloc(NIC, vlan=3), alloc(NIC))\n" HOST (a), POOL, "a s", "a -");
  check ("s = alloc(switch, vlans=[1, 2])\n" HOST (a), POOL, "a s", "a -");
  check ("s = alloc(switch)\n" HOST (a) HOST (b), NULL, "a s b s", "a -, b -");
  check ("t = alloc(tap)\n" HOST (a), POOL, "a t", "a -");
  check ("s = alloc(switch)\nt = alloc(switch)\n", POOL, "s t", "");
}

static void
test_gateway (void)
{
  check ("g = alloc(gateway)\n" HOST (a), POOL, "a g", "a dhcp");
  check ("g = alloc(gateway)\ns = alloc(switch)\nlink(s, g)\n" HOST (a) ROUTER (r), POOL, "a s r s",
         "a dhcp, r dhcp -");
  check ("g = alloc(gateway, dhcp=no, network=192.168.5.0/24)\ns = alloc(switch)\nlink(s, g)\n" HOST (a),
         POOL, "a s", "a 192.168.5.10/24 gw 192.168.5.2");
}

static void
test_pool (void)
{
  /* Used subnets are left out, and that which a gateway would have. */
  check ("x = attach(alloc(host), alloc(NIC, ip=10.0.0.77/23))\n" HOST (a) HOST (b) HOST (c) HOST (d), POOL,
         "a b c d", "x 10.0.0.77/23, a 10.0.3.10/24, b 10.0.3.11/24, c 10.0.4.10/24, d 10.0.4.11/24");
  check (HOST (a) HOST (b) HOST (c) HOST (d) HOST (e) HOST (f), "192.168.0.0/23", "a b c d e f",
         "a 192.168.0.10/24, b 192.168.0.11/24, c 192.168.1.10/24, d 192.168.1.11/24, e -, f -");
  check (HOST (a) ROUTER (r), "172.20.0.16/28", "a r", "a 172.20.0.18/28 gw 172.20.0.17, r 172.20.0.17/28 -");
  check (HOST (a) HOST (b), "10.200.0.0/16", "a b", "a 10.200.0.10/24, b 10.200.0.11/24");
  check (HOST (a) HOST (b), "192.168.255.0/24", "a b", "a 192.168.255.10/24, b 192.168.255.11/24");
}

static void
test_bad_pools (void)
{
  static const char *const bad[] = { "",          "10.0.0.0", "10.0.0.0/40", "10.0.0.0/30",
                                     "0.0.0.0/0", "fd00::/8", "pool",        "10.0.0.0/8 10.0.0.0/8" };
  g_autoptr (VbetSession) session = vbet_session_new ();
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    CU_ASSERT_FALSE (vbet_session_set_pool (session, bad[i], &error));
    CU_ASSERT_PTR_NOT_NULL (error);
  }
  CU_ASSERT_TRUE (vbet_session_set_pool (session, " 10.0.0.0/8 ", NULL));
}

/* A new NIC gets its address as one that was there. */
static void
test_text (void)
{
  g_autoptr (VbetSession) session = cabled (
      "s = alloc(switch, at=(0, 0))\na = attach(alloc(host, at=(9, 9)), alloc(NIC))\n", POOL, "a s a s");
  VBET_ASSERT_TEXT (
      vbet_document_text (vbet_session_get_document (session), NULL),
      "s = alloc(switch, at=(0, 0))\n"
      "a = attach(alloc(host, at=(9, 9)), alloc(NIC, ip=10.0.0.10/24), alloc(NIC, ip=10.0.0.11/24))\n"
      "link(a, s)\nlink(a, s)\n");
}

static CU_TestInfo address_tests[] = {
  { "a star", test_star },
  { "point to point", test_point_to_point },
  { "a link that has a subnet", test_existing_subnet },
  { "what is never touched", test_never_touched },
  { "gateways", test_gateway },
  { "the pool", test_pool },
  { "what is no pool", test_bad_pools },
  { "how it is written", test_text },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "addresses", NULL, NULL, NULL, NULL, address_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
