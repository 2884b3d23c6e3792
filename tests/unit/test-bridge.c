/* test-bridge.c - bridge, hub, cable and address table in virtual time, without sockets. */
#include "config.h"

#include <errno.h>

#include "switch/core/bridge.h"
#include "switch/core/hub.h"
#include "unit/harness.h"

#define SECOND G_GINT64_CONSTANT (1000000000)
#define HOST(n) (G_GUINT64_CONSTANT (0x020000000000) + (n))

/* Where copies went: one text such as "1 2 " in order. */
typedef struct {
  GString *sent;
} Recorder;

static void
record (guint port, const VbetFrame *frame, gpointer user_data)
{
  Recorder *recorder = user_data;
  g_string_append_printf (recorder->sent, "%u ", port);
  (void)frame;
}

static void
make_frame (guint8 *data, guint64 destination, guint64 source)
{
  memset (data, 0, 60);
  vbet_mac_to_bytes (destination, data);
  vbet_mac_to_bytes (source, data + 6);
}

static VbetBridge *
new_bridge (Recorder *recorder, guint ports, gint64 ageing, guint table)
{
  VbetBridgeConfig config = {
    .ageing = ageing,
    .table_size = table,
    .seed = 42,
    .send = record,
    .user_data = recorder,
  };
  VbetBridge *bridge = vbet_bridge_new (&config);
  recorder->sent = g_string_new (NULL);
  for (guint i = 0; i < ports; i++) {
    CU_ASSERT_EQUAL (vbet_bridge_add_port (bridge), (gint)i);
    vbet_bridge_set_link (bridge, i, TRUE, 0);
  }
  return bridge;
}

static void
end_bridge (VbetBridge *bridge, Recorder *recorder)
{
  g_string_free (recorder->sent, TRUE);
  vbet_bridge_free (bridge);
}

/* Puts one frame in and says where it went. */
static const char *
through (VbetBridge *bridge, Recorder *recorder, guint port, guint64 destination, guint64 source, gint64 now)
{
  guint8 data[60];
  make_frame (data, destination, source);
  VbetFrame frame = { data, sizeof data };
  g_string_truncate (recorder->sent, 0);
  vbet_bridge_input (bridge, port, &frame, now);
  return recorder->sent->str;
}

static void
test_learning (void)
{
  Recorder r;
  VbetBridge *bridge = new_bridge (&r, 4, 300 * SECOND, 64);
  VBET_ASSERT_TEXT (through (bridge, &r, 0, HOST (2), HOST (1), 0), "1 2 3 ");
  VBET_ASSERT_TEXT (through (bridge, &r, 2, HOST (1), HOST (2), 1), "0 ");
  VBET_ASSERT_TEXT (through (bridge, &r, 0, HOST (2), HOST (1), 2), "2 ");
  VBET_ASSERT_TEXT (through (bridge, &r, 0, VBET_MAC_BROADCAST, HOST (1), 3), "1 2 3 ");
  CU_ASSERT_EQUAL (vbet_bridge_get_flooded (bridge), 2);
  end_bridge (bridge, &r);
}

static void
test_never_back (void)
{
  Recorder r;
  VbetBridge *bridge = new_bridge (&r, 2, 300 * SECOND, 64);
  through (bridge, &r, 0, HOST (9), HOST (1), 0);
  VBET_ASSERT_TEXT (through (bridge, &r, 0, HOST (1), HOST (2), 1), "");
  VBET_ASSERT_TEXT (through (bridge, &r, 0, HOST (2), HOST (2), 2), "");
  CU_ASSERT_EQUAL (vbet_bridge_get_filtered (bridge), 2);
  end_bridge (bridge, &r);
}

static void
test_group_sources (void)
{
  Recorder r;
  VbetBridge *bridge = new_bridge (&r, 3, 300 * SECOND, 64);
  guint64 group = G_GUINT64_CONSTANT (0x01005e000001);
  VBET_ASSERT_TEXT (through (bridge, &r, 0, HOST (5), group, 0), "1 2 ");
  VBET_ASSERT_TEXT (through (bridge, &r, 1, group, HOST (5), 1), "0 2 ");
  through (bridge, &r, 0, HOST (5), 0, 2);
  VBET_ASSERT_TEXT (through (bridge, &r, 1, 0, HOST (5), 3), "0 2 ");
  end_bridge (bridge, &r);
}

static void
test_ageing_at_the_limit (void)
{
  Recorder r;
  VbetBridge *bridge = new_bridge (&r, 3, 300 * SECOND, 64);
  through (bridge, &r, 1, HOST (9), HOST (1), 5 * SECOND);
  VBET_ASSERT_TEXT (through (bridge, &r, 0, HOST (1), HOST (2), 305 * SECOND - 1), "1 ");
  VBET_ASSERT_TEXT (through (bridge, &r, 0, HOST (1), HOST (2), 305 * SECOND), "1 2 ");
  /* heard again: the time starts anew */
  through (bridge, &r, 1, HOST (9), HOST (1), 305 * SECOND);
  VBET_ASSERT_TEXT (through (bridge, &r, 0, HOST (1), HOST (2), 605 * SECOND - 1), "1 ");
  vbet_bridge_set_ageing (bridge, 10 * SECOND);
  VBET_ASSERT_TEXT (through (bridge, &r, 0, HOST (1), HOST (2), 605 * SECOND - 1), "1 2 ");
  vbet_bridge_set_ageing (bridge, 0);
  through (bridge, &r, 1, HOST (9), HOST (1), 605 * SECOND);
  VBET_ASSERT_TEXT (through (bridge, &r, 0, HOST (1), HOST (2), 605 * SECOND), "1 2 ");
  end_bridge (bridge, &r);
}

static void
test_moves (void)
{
  Recorder r;
  VbetBridge *bridge = new_bridge (&r, 3, 300 * SECOND, 64);
  through (bridge, &r, 0, HOST (9), HOST (1), 0);
  through (bridge, &r, 2, HOST (9), HOST (1), 1);
  VBET_ASSERT_TEXT (through (bridge, &r, 1, HOST (1), HOST (2), 2), "2 ");
  end_bridge (bridge, &r);
}

static void
test_link_down_forgets (void)
{
  Recorder r;
  VbetBridge *bridge = new_bridge (&r, 3, 300 * SECOND, 64);
  through (bridge, &r, 0, HOST (9), HOST (1), 0);
  vbet_bridge_set_link (bridge, 0, FALSE, 0);
  VBET_ASSERT_TEXT (through (bridge, &r, 1, HOST (1), HOST (2), 1), "2 ");
  VBET_ASSERT_TEXT (through (bridge, &r, 0, HOST (2), HOST (1), 2), "");
  CU_ASSERT_EQUAL (vbet_bridge_get_port (bridge, 0)->rx.dropped, 1);
  vbet_bridge_set_link (bridge, 0, TRUE, 0);
  VBET_ASSERT_TEXT (through (bridge, &r, 1, HOST (1), HOST (2), 3), "0 2 ");
  end_bridge (bridge, &r);
}

static void
test_ports_come_and_go (void)
{
  Recorder r;
  VbetBridge *bridge = new_bridge (&r, 3, 300 * SECOND, 64);
  through (bridge, &r, 1, HOST (9), HOST (1), 0);
  vbet_bridge_remove_port (bridge, 1, 0);
  CU_ASSERT_PTR_NULL (vbet_bridge_get_port (bridge, 1));
  VBET_ASSERT_TEXT (through (bridge, &r, 1, HOST (9), HOST (1), 0), "");
  VBET_ASSERT_TEXT (through (bridge, &r, 0, HOST (1), HOST (2), 1), "2 ");
  CU_ASSERT_EQUAL (vbet_bridge_add_port (bridge), 1);
  VBET_ASSERT_TEXT (through (bridge, &r, 0, HOST (1), HOST (2), 2), "2 ");
  vbet_bridge_set_link (bridge, 1, TRUE, 0);
  VBET_ASSERT_TEXT (through (bridge, &r, 0, HOST (1), HOST (2), 3), "1 2 ");
  CU_ASSERT_EQUAL (vbet_bridge_get_port (bridge, 1)->rx.frames, 0);
  end_bridge (bridge, &r);
}

static void
test_reserved_addresses (void)
{
  Recorder r;
  VbetBridge *bridge = new_bridge (&r, 3, 300 * SECOND, 64);
  for (guint last = 0; last < 16; last++) {
    guint64 reserved = G_GUINT64_CONSTANT (0x0180c2000000) + last;
    VBET_ASSERT_TEXT (through (bridge, &r, 0, reserved, HOST (1), last), last == 1 ? "" : "1 2 ");
  }
  end_bridge (bridge, &r);
}

/* Two clients and an uplink: the clients reach it, it reaches them, and they do not reach each other. */
static void
test_isolation (void)
{
  Recorder r;
  VbetBridge *bridge = new_bridge (&r, 3, 300 * SECOND, 64);
  vbet_bridge_set_port_isolated (bridge, 0, TRUE);
  vbet_bridge_set_port_isolated (bridge, 1, TRUE);
  CU_ASSERT_TRUE (vbet_bridge_looks_inside (bridge));
  VBET_ASSERT_TEXT (through (bridge, &r, 0, VBET_MAC_BROADCAST, HOST (1), 0), "2 ");
  VBET_ASSERT_TEXT (through (bridge, &r, 1, VBET_MAC_BROADCAST, HOST (2), 1), "2 ");
  VBET_ASSERT_TEXT (through (bridge, &r, 2, VBET_MAC_BROADCAST, HOST (3), 2), "0 1 ");
  /* Also when the address is known. */
  VBET_ASSERT_TEXT (through (bridge, &r, 0, HOST (2), HOST (1), 3), "");
  VBET_ASSERT_TEXT (through (bridge, &r, 0, HOST (3), HOST (1), 4), "2 ");
  VBET_ASSERT_TEXT (through (bridge, &r, 2, HOST (1), HOST (3), 5), "0 ");
  CU_ASSERT_EQUAL (vbet_bridge_get_filtered (bridge), 1);
  /* And no longer; a port that is removed leaves nothing to the next of its number. */
  vbet_bridge_remove_port (bridge, 1, 6);
  CU_ASSERT_EQUAL (vbet_bridge_add_port (bridge), 1);
  vbet_bridge_set_link (bridge, 1, TRUE, 6);
  VBET_ASSERT_TEXT (through (bridge, &r, 0, VBET_MAC_BROADCAST, HOST (1), 7), "1 2 ");
  vbet_bridge_set_port_isolated (bridge, 0, FALSE);
  CU_ASSERT_FALSE (vbet_bridge_looks_inside (bridge));
  vbet_bridge_set_port_isolated (bridge, 99, TRUE); /* no such port */
  end_bridge (bridge, &r);
}

static void
test_counters (void)
{
  Recorder r;
  VbetBridge *bridge = new_bridge (&r, 3, 300 * SECOND, 64);
  through (bridge, &r, 0, VBET_MAC_BROADCAST, HOST (1), 0);
  through (bridge, &r, 1, HOST (1), HOST (2), 1);
  const VbetRelayPort *zero = vbet_bridge_get_port (bridge, 0);
  const VbetRelayPort *two = vbet_bridge_get_port (bridge, 2);
  CU_ASSERT_EQUAL (zero->rx.frames, 1);
  CU_ASSERT_EQUAL (zero->rx.bytes, 60);
  CU_ASSERT_EQUAL (zero->tx.frames, 1);
  CU_ASSERT_EQUAL (zero->tx.bytes, 60);
  CU_ASSERT_EQUAL (two->rx.frames, 0);
  CU_ASSERT_EQUAL (two->tx.frames, 1);
  end_bridge (bridge, &r);
}

/* --- the address table ---------------------------------------------------------- */

static void
count_one (guint64 mac, guint port, gint64 age, gpointer user_data)
{
  guint *counts = user_data;
  (void)mac;
  (void)age;
  counts[port]++;
}

/* A port that floods made-up addresses pushes out its own, not the others'. */
static void
test_table_full (void)
{
  VbetMacTable *table = vbet_mac_table_new (256, 300 * SECOND, 7);
  CU_ASSERT_EQUAL (vbet_mac_table_get_capacity (table), 256);
  for (guint i = 0; i < 16; i++)
    vbet_mac_table_learn (table, HOST (i), 1, 0);
  for (guint i = 0; i < 100000; i++)
    vbet_mac_table_learn (table, HOST (1000 + i), 2, 1 + i);
  guint counts[3] = { 0 };
  vbet_mac_table_each (table, 100001, count_one, counts);
  CU_ASSERT_TRUE (counts[1] + counts[2] <= 256);
  CU_ASSERT_TRUE (counts[2] > 200);
  CU_ASSERT_EQUAL (counts[1], 16);
  for (guint i = 0; i < 16; i++)
    CU_ASSERT_EQUAL (vbet_mac_table_find (table, HOST (i), 100001), 1);
  CU_ASSERT_TRUE (vbet_mac_table_get_evicted (table) >= 100000 - 256);
  /* the newest address is always in */
  CU_ASSERT_EQUAL (vbet_mac_table_find (table, HOST (1000 + 99999), 100001), 2);
  vbet_mac_table_forget_port (table, 2);
  counts[1] = counts[2] = 0;
  vbet_mac_table_each (table, 100001, count_one, counts);
  CU_ASSERT_EQUAL (counts[1], 16);
  CU_ASSERT_EQUAL (counts[2], 0);
  CU_ASSERT_EQUAL (vbet_mac_table_get_count (table), 16);
  vbet_mac_table_free (table);
}

/* Aged entries make room before fresh ones, and are no evictions. */
static void
test_table_reuses_aged (void)
{
  VbetMacTable *table = vbet_mac_table_new (8, 10, 7);
  for (guint i = 0; i < 8; i++)
    vbet_mac_table_learn (table, HOST (i), i % 2, i < 4 ? 0 : 8);
  for (guint i = 0; i < 4; i++)
    vbet_mac_table_learn (table, HOST (100 + i), 3, 12);
  CU_ASSERT_EQUAL (vbet_mac_table_get_evicted (table), 0);
  for (guint i = 4; i < 8; i++)
    CU_ASSERT_EQUAL (vbet_mac_table_find (table, HOST (i), 12), (gint)(i % 2));
  vbet_mac_table_learn (table, HOST (200), 4, 12);
  CU_ASSERT_EQUAL (vbet_mac_table_get_evicted (table), 1);
  CU_ASSERT_EQUAL (vbet_mac_table_find (table, HOST (200), 12), 4);
  vbet_mac_table_free (table);
}

/* Addresses in a row, as a lab has them, spread over the buckets: a half full table evicts next to none. */
static void
test_table_spreads (void)
{
  for (guint64 seed = 0; seed < 20; seed++) {
    VbetMacTable *table
        = vbet_mac_table_new (8192, 300 * SECOND, seed * G_GUINT64_CONSTANT (0x123456789abcdef));
    for (guint i = 0; i < 2000; i++)
      vbet_mac_table_learn (table, HOST (i), i % 100, 0);
    CU_ASSERT_TRUE (vbet_mac_table_get_evicted (table) < 10);
    vbet_mac_table_free (table);
  }
}

/* --- hub ------------------------------------------------------------------ */

static void
test_hub (void)
{
  Recorder r = { g_string_new (NULL) };
  VbetHub *hub = vbet_hub_new (record, &r);
  guint8 data[60];
  make_frame (data, HOST (1), HOST (2));
  VbetFrame frame = { data, sizeof data };
  for (guint i = 0; i < 4; i++)
    vbet_hub_set_link (hub, (guint)vbet_hub_add_port (hub), i != 2);
  vbet_hub_input (hub, 0, &frame);
  VBET_ASSERT_TEXT (r.sent->str, "1 3 ");
  g_string_truncate (r.sent, 0);
  vbet_hub_input (hub, 2, &frame);
  VBET_ASSERT_TEXT (r.sent->str, "");
  vbet_hub_remove_port (hub, 1);
  vbet_hub_input (hub, 3, &frame);
  VBET_ASSERT_TEXT (r.sent->str, "0 ");
  CU_ASSERT_EQUAL (vbet_hub_get_flooded (hub), 2);
  CU_ASSERT_EQUAL (vbet_hub_get_port (hub, 0)->tx.frames, 1);
  CU_ASSERT_EQUAL (vbet_hub_get_port (hub, 2)->rx.dropped, 1);
  vbet_hub_free (hub);
  g_string_free (r.sent, TRUE);
}

static CU_TestInfo bridge_tests[] = {
  { "learning and flooding", test_learning },
  { "never back where it came from", test_never_back },
  { "group and zero sources are not learned", test_group_sources },
  { "ageing exactly at the limit", test_ageing_at_the_limit },
  { "moves", test_moves },
  { "link down forgets", test_link_down_forgets },
  { "ports come and go", test_ports_come_and_go },
  { "reserved addresses", test_reserved_addresses },
  { "isolation", test_isolation },
  { "counters", test_counters },
  CU_TEST_INFO_NULL,
};

static CU_TestInfo table_tests[] = {
  { "full: the flooder loses its own", test_table_full },
  { "full: aged entries first", test_table_reuses_aged },
  { "addresses in a row spread", test_table_spreads },
  CU_TEST_INFO_NULL,
};

static CU_TestInfo other_tests[] = {
  { "hub", test_hub },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "bridge", NULL, NULL, NULL, NULL, bridge_tests },
  { "address table", NULL, NULL, NULL, NULL, table_tests },
  { "hub", NULL, NULL, NULL, NULL, other_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
