/* test-vlan.c - VLANs, mirror and spanning tree of the switch, without sockets. */
#include "config.h"

#include "harness.h"
#include "switch/fabric.h"
#include "switch/core/bridge.h"
#include "switch/core/stp-bpdu.h"

#define SECOND G_GINT64_CONSTANT (1000000000)
#define HOST(n) (G_GUINT64_CONSTANT (0x020000000000) + (n))
#define BROADCAST VBET_MAC_BROADCAST

typedef struct {
  VbetBridge *bridge;
  VbetFrameStore store;
  GString *sent; /* "1 2/10 ": left port 1 without a tag, port 2 with VLAN 10 */
  guint bpdus;
} Fixture;

static void
record (guint port, const VbetFrame *frame, gpointer user_data)
{
  Fixture *f = user_data;
  VbetFrameHeader header;
  CU_ASSERT_TRUE_FATAL (vbet_frame_parse (frame, &header));
  if (header.destination == VBET_STP_ADDRESS) {
    f->bpdus++;
    return;
  }
  g_string_append_printf (f->sent, header.tagged ? "%u/%u" : "%u", port, header.vlan);
  /* Its end says whether the payload came through whole. */
  g_string_append (f->sent, frame->data[frame->size - 1] == 0x5a ? " " : "! ");
}

static void
setup (Fixture *f, guint ports)
{
  memset (f, 0, sizeof *f);
  vbet_frame_store_init (&f->store, VBET_FRAME_STORE_LIMIT);
  VbetBridgeConfig config = { .ageing = 300 * SECOND,
                              .table_size = 64,
                              .seed = 1,
                              .mac = HOST (0xff),
                              .store = &f->store,
                              .send = record,
                              .user_data = f };
  f->bridge = vbet_bridge_new (&config);
  f->sent = g_string_new (NULL);
  for (guint i = 0; i < ports; i++)
    vbet_bridge_set_link (f->bridge, (guint)vbet_bridge_add_port (f->bridge), TRUE, 0);
}

static void
teardown (Fixture *f)
{
  vbet_bridge_free (f->bridge);
  vbet_frame_store_reclaim (&f->store);
  CU_ASSERT_EQUAL (f->store.used, 0);
  vbet_frame_store_finish (&f->store);
  g_string_free (f->sent, TRUE);
}

/* One frame by @port; @vlan: of its tag; -1: none. Returns: where it went. */
static const char *
through (Fixture *f, guint port, int vlan, guint64 destination, guint64 source)
{
  guint8 data[100] = { 0 };
  guint at = 12;
  vbet_mac_to_bytes (destination, data);
  vbet_mac_to_bytes (source, data + 6);
  if (vlan >= 0) {
    data[at++] = 0x81;
    data[at++] = 0;
    data[at++] = (guint8)(vlan >> 8);
    data[at++] = (guint8)vlan;
  }
  data[at++] = 8;
  data[at + 60] = 0x5a;
  VbetFrame frame = { data, at + 61 };
  g_string_truncate (f->sent, 0);
  vbet_bridge_input (f->bridge, port, &frame, 0);
  vbet_frame_store_reclaim (&f->store);
  return f->sent->str;
}

static VbetVlanSet
set_of (guint a, guint b)
{
  VbetVlanSet set = { { 0 } };
  vbet_vlan_set_add (&set, a);
  if (b != 0)
    vbet_vlan_set_add (&set, b);
  return set;
}

/* --- VLANs ------------------------------------------------------------------------------ */

static void
test_access (void)
{
  Fixture f;
  setup (&f, 5);
  vbet_bridge_set_port_vlans (f.bridge, 0, 10, NULL);
  vbet_bridge_set_port_vlans (f.bridge, 1, 10, NULL);
  vbet_bridge_set_port_vlans (f.bridge, 2, 20, NULL);
  VBET_ASSERT_TEXT (through (&f, 0, -1, BROADCAST, HOST (1)), "1 ");
  VBET_ASSERT_TEXT (through (&f, 2, -1, BROADCAST, HOST (2)), "");
  VBET_ASSERT_TEXT (through (&f, 3, -1, BROADCAST, HOST (3)), "4 "); /* the rest is VLAN 1 */
  VBET_ASSERT_TEXT (through (&f, 0, 10, BROADCAST, HOST (1)), "");   /* no tag is let in by an access port */
  VBET_ASSERT_TEXT (through (&f, 0, 20, BROADCAST, HOST (1)), "");
  VBET_ASSERT_TEXT (through (&f, 0, 0, BROADCAST, HOST (1)), "1 "); /* but one of priority only */
  teardown (&f);
}

static void
test_trunk (void)
{
  Fixture f;
  VbetVlanSet both = set_of (10, 20), one = set_of (20, 0);
  setup (&f, 5);
  vbet_bridge_set_port_vlans (f.bridge, 0, 10, NULL);
  vbet_bridge_set_port_vlans (f.bridge, 1, 20, NULL);
  vbet_bridge_set_port_vlans (f.bridge, 2, 0, &both);
  vbet_bridge_set_port_vlans (f.bridge, 3, 10, &one); /* native 10, tagged 20 */
  VBET_ASSERT_TEXT (through (&f, 0, -1, BROADCAST, HOST (1)), "2/10 3 ");
  VBET_ASSERT_TEXT (through (&f, 1, -1, BROADCAST, HOST (2)), "2/20 3/20 ");
  VBET_ASSERT_TEXT (through (&f, 2, 10, BROADCAST, HOST (3)), "0 3 ");
  VBET_ASSERT_TEXT (through (&f, 2, 20, BROADCAST, HOST (3)), "1 3/20 ");
  VBET_ASSERT_TEXT (through (&f, 2, 30, BROADCAST, HOST (3)), "");
  VBET_ASSERT_TEXT (through (&f, 2, -1, BROADCAST, HOST (3)), ""); /* a trunk without a VLAN of its own */
  VBET_ASSERT_TEXT (through (&f, 3, -1, BROADCAST, HOST (4)), "0 2/10 ");
  VBET_ASSERT_TEXT (through (&f, 4, -1, BROADCAST, HOST (5)), "");
  teardown (&f);
}

/* The same address may be elsewhere in another VLAN. */
static void
test_addresses_by_vlan (void)
{
  Fixture f;
  VbetVlanSet both = set_of (10, 20);
  setup (&f, 4);
  vbet_bridge_set_port_vlans (f.bridge, 0, 10, NULL);
  vbet_bridge_set_port_vlans (f.bridge, 1, 20, NULL);
  vbet_bridge_set_port_vlans (f.bridge, 2, 0, &both);
  vbet_bridge_set_port_vlans (f.bridge, 3, 0, &both);
  through (&f, 0, -1, BROADCAST, HOST (7));
  through (&f, 3, 20, BROADCAST, HOST (7));
  VBET_ASSERT_TEXT (through (&f, 2, 10, HOST (7), HOST (9)), "0 ");
  VBET_ASSERT_TEXT (through (&f, 2, 20, HOST (7), HOST (9)), "3/20 ");
  VBET_ASSERT_TEXT (through (&f, 1, -1, HOST (7), HOST (8)), "3/20 ");
  VBET_ASSERT_TEXT (through (&f, 0, -1, HOST (8), HOST (7)), "2/10 3/10 "); /* not known in this VLAN */
  teardown (&f);
}

static void
test_carried (void)
{
  Fixture f;
  VbetVlanSet both = set_of (10, 20), carried = set_of (10, 0), none = { { 0 } };
  setup (&f, 3);
  vbet_bridge_set_port_vlans (f.bridge, 0, 0, &both);
  vbet_bridge_set_port_vlans (f.bridge, 1, 0, &both);
  vbet_bridge_set_vlans (f.bridge, &carried);
  VBET_ASSERT_TEXT (through (&f, 0, 10, BROADCAST, HOST (1)), "1/10 ");
  VBET_ASSERT_TEXT (through (&f, 0, 20, BROADCAST, HOST (1)), "");
  vbet_bridge_set_vlans (f.bridge, &none);
  VBET_ASSERT_TEXT (through (&f, 0, 20, BROADCAST, HOST (1)), "1/20 ");
  /* Without any VLAN it is a plain switch again: tags are none of its business. */
  vbet_bridge_set_port_vlans (f.bridge, 0, 0, NULL);
  vbet_bridge_set_port_vlans (f.bridge, 1, 0, NULL);
  VBET_ASSERT_TEXT (through (&f, 0, 77, BROADCAST, HOST (1)), "1/77 2/77 ");
  teardown (&f);
}

static void
test_text (void)
{
  VbetVlanSet in = set_of (1, 4095), out;
  char text[VBET_VLAN_SET_TEXT_SIZE];
  vbet_vlan_set_to_text (&in, text);
  CU_ASSERT_EQUAL (strlen (text), 1024);
  CU_ASSERT_TRUE (vbet_vlan_set_from_text (text, &out));
  CU_ASSERT_EQUAL (memcmp (&in, &out, sizeof in), 0);
  text[1000] = 'x';
  CU_ASSERT_FALSE (vbet_vlan_set_from_text (text, &out));
  text[1000] = '\0';
  CU_ASSERT_FALSE (vbet_vlan_set_from_text (text, &out));
}

static void
test_short_frames (void)
{
  Fixture f;
  VbetVlanSet both = set_of (10, 20);
  setup (&f, 2);
  vbet_bridge_set_port_vlans (f.bridge, 0, 0, &both);
  vbet_bridge_set_port_vlans (f.bridge, 1, 10, NULL);
  for (guint size = VBET_FRAME_HEADER; size < 24; size++) {
    guint8 *data = g_malloc0 (size); /* a read past the end is found */
    vbet_mac_to_bytes (BROADCAST, data);
    vbet_mac_to_bytes (HOST (1), data + 6);
    data[12] = 0x81;
    if (size > 15)
      data[15] = 10;
    VbetFrame frame = { data, size };
    vbet_bridge_input (f.bridge, 0, &frame, 0);
    vbet_frame_store_reclaim (&f.store);
    g_free (data);
  }
  teardown (&f);
}

/* --- mirror --------------------------------------------------------------------------------- */

static void
test_mirror (void)
{
  Fixture f;
  setup (&f, 4);
  vbet_bridge_set_mirror (f.bridge, 3);
  VBET_ASSERT_TEXT (through (&f, 0, -1, BROADCAST, HOST (1)), "3 1 2 "); /* one copy, not two */
  VBET_ASSERT_TEXT (through (&f, 1, -1, HOST (1), HOST (2)), "3 0 ");
  VBET_ASSERT_TEXT (through (&f, 1, 5, HOST (1), HOST (2)), "3/5 0/5 ");
  VBET_ASSERT_TEXT (through (&f, 3, -1, HOST (1), HOST (3)), "0 ");
  VBET_ASSERT_TEXT (through (&f, 0, -1, HOST (3), HOST (1)), "3 ");
  vbet_bridge_set_mirror (f.bridge, -1);
  VBET_ASSERT_TEXT (through (&f, 0, -1, HOST (2), HOST (1)), "1 ");
  teardown (&f);
}

/* --- spanning tree in the switch ---------------------------------------------------------------- */

static void
test_stp_blocks (void)
{
  Fixture f;
  setup (&f, 3);
  vbet_bridge_set_stp (f.bridge, TRUE, 32768, 0);
  CU_ASSERT_TRUE (f.bpdus >= 3);
  VBET_ASSERT_TEXT (through (&f, 0, -1, BROADCAST, HOST (1)), ""); /* nobody forwards yet */
  for (gint64 second = 1; second <= 5; second++)
    vbet_bridge_run (f.bridge, vbet_bridge_deadline (f.bridge));
  VBET_ASSERT_TEXT (through (&f, 0, -1, BROADCAST, HOST (1)), "1 2 "); /* edge ports */
  guint bpdus = f.bpdus;
  VBET_ASSERT_TEXT (through (&f, 0, -1, VBET_STP_ADDRESS, HOST (1)), ""); /* what is for switches ends here */
  vbet_bridge_set_stp (f.bridge, FALSE, 32768, 0);
  CU_ASSERT_EQUAL (vbet_bridge_deadline (f.bridge), G_MAXINT64);
  CU_ASSERT_TRUE (f.bpdus >= bpdus);
  VBET_ASSERT_TEXT (through (&f, 0, -1, BROADCAST, HOST (1)), "1 2 ");
  teardown (&f);
}

/* --- the fabric: three switches in a ring --------------------------------------------------------- */

typedef struct {
  VbetFabric *fabric;
  guint got[3];
} Ring;

typedef struct {
  Ring *ring;
  guint number;
} RingPort;

static void
ring_send (gpointer port, const VbetFrame *frame)
{
  RingPort *self = port;
  if (vbet_frame_destination (frame) == BROADCAST)
    self->ring->got[self->number]++;
}

static void
ring_flush (gpointer port)
{
  (void)port;
}

static const VbetPortClass ring_class = { ring_send, ring_flush, NULL, ring_flush, NULL };

/* Time passes, deadline by deadline, and never in more steps than a quiet network needs. */
static void
ring_pass (Ring *ring, gint64 *now, gint64 until)
{
  guint runs = 0;
  gint64 next = 0;
  while (vbet_fabric_run (ring->fabric, *now) || (next = vbet_fabric_deadline (ring->fabric)) <= until) {
    *now = MAX (*now, next);
    CU_ASSERT_FATAL (++runs < 100000);
  }
  *now = until;
}

static void
test_ring (void)
{
  static const char *const switches[] = { "s0", "s1", "s2" }, *const hosts[] = { "h0", "h1", "h2" },
                           *const cables[] = { "c0", "c1", "c2" }, *const leaves[] = { "l0", "l1", "l2" };
  Ring ring = { .fabric = vbet_fabric_new (1) };
  RingPort ports[3];
  VbetEndpoint *endpoints[3];
  VbetFabricBridgeSettings settings = { .ageing = 300 * SECOND, .stp = TRUE, .priority = 32768 };
  gint64 now = 0;
  for (guint i = 0; i < 3; i++) {
    ports[i] = (RingPort){ &ring, i };
    vbet_fabric_add_bridge (ring.fabric, switches[i], vbet_relay_class_find ("switch"), 300 * SECOND);
    CU_ASSERT_EQUAL (vbet_fabric_set_bridge (ring.fabric, switches[i], &settings, 0), 0);
    for (guint nic = 1; nic <= 3; nic++)
      vbet_fabric_add_bridge_port (ring.fabric, switches[i], nic, switches[i]);
    vbet_fabric_add_port (ring.fabric, hosts[i], 1, 1500, &ring_class, &ports[i], &endpoints[i]);
    vbet_endpoint_set_connected (endpoints[i], TRUE);
    CU_ASSERT_EQUAL (vbet_fabric_add_cable (ring.fabric, leaves[i], hosts[i], 1, switches[i], 3, NULL, 0), 0);
  }
  for (guint i = 0; i < 3; i++)
    CU_ASSERT_EQUAL (
        vbet_fabric_add_cable (ring.fabric, cables[i], switches[i], 1, switches[(i + 1) % 3], 2, NULL, 0), 0);
  ring_pass (&ring, &now, 20 * SECOND);
  for (guint round = 0; round < 3; round++) {
    guint8 data[60] = { 0 };
    VbetFrame frame = { data, sizeof data };
    vbet_mac_to_bytes (BROADCAST, data);
    vbet_mac_to_bytes (HOST (1), data + 6);
    memset (ring.got, 0, sizeof ring.got);
    vbet_fabric_input (ring.fabric, endpoints[0], &frame, now);
    ring_pass (&ring, &now, now + SECOND);
    CU_ASSERT_EQUAL (ring.got[0], 0); /* a loop would bring it back, for ever */
    CU_ASSERT_EQUAL (ring.got[1], 1);
    CU_ASSERT_EQUAL (ring.got[2], 1);
    vbet_fabric_remove_cable (ring.fabric, cables[0]); /* the way round takes over */
    ring_pass (&ring, &now, now + SECOND);
    if (round == 1)
      vbet_fabric_add_cable (ring.fabric, cables[0], "s0", 1, "s1", 2, NULL, now);
    ring_pass (&ring, &now, now + 5 * SECOND);
  }
  vbet_fabric_free (ring.fabric);
}

static CU_TestInfo tests[] = {
  { "access ports", test_access },
  { "trunks", test_trunk },
  { "addresses by VLAN", test_addresses_by_vlan },
  { "VLANs the switch carries", test_carried },
  { "sets as text", test_text },
  { "frames too short for a tag", test_short_frames },
  { "mirror", test_mirror },
  { "the spanning tree blocks and opens", test_stp_blocks },
  { "a ring of switches", test_ring },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "vlan, mirror, tree", NULL, NULL, NULL, NULL, tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
