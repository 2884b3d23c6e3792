/* test-fabric.c - bridges, hubs, cables and ports joined: plugging, links, loops, counters; no sockets. */
#include "config.h"

#include <errno.h>

#include "switch/fabric.h"
#include "unit/harness.h"

#define SECOND G_GINT64_CONSTANT (1000000000)
#define HOST(n) (G_GUINT64_CONSTANT (0x020000000000) + (n))

/* A port that only remembers. */
typedef struct {
  VbetEndpoint *endpoint;
  guint sent;
  guint flushed;
  guint last_size;
  gboolean destroyed;
} FakePort;

static int
set_up (VbetFabric *fabric, const char *cable, gboolean up)
{
  VbetCableSettings settings;
  vbet_cable_settings_init (&settings);
  settings.quality[0].up = up;
  settings.quality[1] = settings.quality[0];
  return vbet_fabric_set_cable (fabric, cable, &settings, 0);
}

static void
fake_send (gpointer port, const VbetFrame *frame)
{
  FakePort *self = port;
  self->sent++;
  self->last_size = frame->size;
  vbet_counters_pass (vbet_endpoint_get_rx (self->endpoint), frame->size);
}

static void
fake_flush (gpointer port)
{
  FakePort *self = port;
  self->flushed++;
}

static void
fake_destroy (gpointer port)
{
  FakePort *self = port;
  self->destroyed = TRUE;
}

static const VbetPortClass fake_class = { fake_send, fake_flush, NULL, fake_destroy, NULL };

static void
add_fake (VbetFabric *fabric, FakePort *port, const char *device, guint nic, gboolean connected)
{
  *port = (FakePort){ 0 };
  CU_ASSERT_EQUAL_FATAL (vbet_fabric_add_port (fabric, device, nic, 1500, &fake_class, port, &port->endpoint),
                         0);
  vbet_endpoint_set_connected (port->endpoint, connected);
}

static gboolean
put_sized (VbetFabric *fabric, FakePort *port, guint64 destination, guint64 source, gint64 now, guint size)
{
  guint8 data[2000] = { 0 };
  vbet_mac_to_bytes (destination, data);
  vbet_mac_to_bytes (source, data + 6);
  VbetFrame frame = { data, size };
  vbet_fabric_input (fabric, port->endpoint, &frame, now);
  return vbet_fabric_run (fabric, now);
}

static gboolean
put (VbetFabric *fabric, FakePort *port, guint64 destination, guint64 source, gint64 now)
{
  return put_sized (fabric, port, destination, source, now, 60);
}

static void
test_direct_cable (void)
{
  VbetFabric *fabric = vbet_fabric_new (1);
  FakePort a;
  FakePort b;
  add_fake (fabric, &a, "a", 1, TRUE);
  add_fake (fabric, &b, "b", 1, TRUE);
  put (fabric, &a, HOST (2), HOST (1), 0);
  CU_ASSERT_EQUAL (b.sent, 0);
  CU_ASSERT_EQUAL (vbet_endpoint_get_tx (a.endpoint)->dropped, 1);
  CU_ASSERT_EQUAL (vbet_fabric_add_cable (fabric, "c", "a", 1, "b", 1, NULL, 0), 0);
  put (fabric, &a, HOST (2), HOST (1), 1);
  put (fabric, &b, HOST (1), HOST (2), 2);
  CU_ASSERT_EQUAL (a.sent, 1);
  CU_ASSERT_EQUAL (b.sent, 1);
  CU_ASSERT_EQUAL (b.flushed, 1);
  CU_ASSERT_EQUAL (set_up (fabric, "c", FALSE), 0);
  put (fabric, &a, HOST (2), HOST (1), 3);
  CU_ASSERT_EQUAL (b.sent, 1);
  CU_ASSERT_EQUAL (set_up (fabric, "c", TRUE), 0);
  vbet_endpoint_set_connected (b.endpoint, FALSE);
  put (fabric, &a, HOST (2), HOST (1), 4);
  CU_ASSERT_EQUAL (b.sent, 1);
  CU_ASSERT_EQUAL (vbet_endpoint_get_rx (b.endpoint)->dropped, 1);
  CU_ASSERT_EQUAL (vbet_fabric_remove_cable (fabric, "c"), 0);
  CU_ASSERT_EQUAL (vbet_fabric_remove_cable (fabric, "c"), -ENOENT);
  CU_ASSERT_EQUAL (vbet_fabric_add_cable (fabric, "c2", "b", 1, "a", 1, NULL, 0), 0);
  CU_ASSERT_EQUAL (vbet_fabric_remove_port (fabric, "a", 1), 0);
  CU_ASSERT_TRUE (a.destroyed);
  CU_ASSERT_EQUAL (vbet_fabric_remove_cable (fabric, "c2"), -ENOENT);
  vbet_fabric_free (fabric);
  CU_ASSERT_TRUE (b.destroyed);
}

static void
test_sizes (void)
{
  VbetFabric *fabric = vbet_fabric_new (1);
  FakePort a;
  FakePort b = { 0 };
  add_fake (fabric, &a, "a", 1, TRUE);
  CU_ASSERT_EQUAL (vbet_fabric_add_port (fabric, "b", 1, 1000, &fake_class, &b, &b.endpoint), 0);
  vbet_endpoint_set_connected (b.endpoint, TRUE);
  CU_ASSERT_EQUAL (vbet_fabric_add_cable (fabric, "c", "a", 1, "b", 1, NULL, 0), 0);
  put_sized (fabric, &a, HOST (2), HOST (1), 0, 13);
  put_sized (fabric, &a, HOST (2), HOST (1), 0, 1519);
  CU_ASSERT_EQUAL (vbet_endpoint_get_tx (a.endpoint)->dropped, 2);
  CU_ASSERT_EQUAL (vbet_endpoint_get_tx (a.endpoint)->frames, 0);
  put_sized (fabric, &a, HOST (2), HOST (1), 0, 1518);
  CU_ASSERT_EQUAL (vbet_endpoint_get_rx (b.endpoint)->dropped, 1);
  put_sized (fabric, &a, HOST (2), HOST (1), 0, 14);
  put_sized (fabric, &a, HOST (2), HOST (1), 0, 1018);
  CU_ASSERT_EQUAL (b.sent, 2);
  CU_ASSERT_EQUAL (b.last_size, 1018);
  CU_ASSERT_EQUAL (vbet_endpoint_get_tx (a.endpoint)->frames, 3);
  vbet_fabric_free (fabric);
}

/* Three hosts on a switch "sw" by cables k1…k3; hosts are h1…h3. */
static void
build_star (VbetFabric *fabric, FakePort hosts[3], const VbetRelayClass *kind)
{
  CU_ASSERT_EQUAL (vbet_fabric_add_bridge (fabric, "sw", kind, 300 * SECOND), 0);
  for (guint i = 0; i < 3; i++) {
    g_autofree char *host = g_strdup_printf ("h%u", i + 1);
    g_autofree char *cable = g_strdup_printf ("k%u", i + 1);
    add_fake (fabric, &hosts[i], host, 1, TRUE);
    CU_ASSERT_EQUAL (vbet_fabric_add_bridge_port (fabric, "sw", i + 1, "sw"), 0);
    CU_ASSERT_EQUAL (vbet_fabric_add_cable (fabric, cable, host, 1, "sw", i + 1, NULL, 0), 0);
  }
}

static void
test_star (void)
{
  VbetFabric *fabric = vbet_fabric_new (1);
  FakePort h[3];
  build_star (fabric, h, vbet_relay_class_find ("switch"));
  put (fabric, &h[0], HOST (2), HOST (1), 0);
  CU_ASSERT_EQUAL (h[1].sent, 1);
  CU_ASSERT_EQUAL (h[2].sent, 1);
  put (fabric, &h[1], HOST (1), HOST (2), 1);
  CU_ASSERT_EQUAL (h[0].sent, 1);
  CU_ASSERT_EQUAL (h[2].sent, 1);
  vbet_fabric_free (fabric);
  CU_ASSERT_TRUE (h[0].destroyed && h[1].destroyed && h[2].destroyed);
}

/* A cable moved to another port works at once: its addresses went with the link. */
static void
test_replug (void)
{
  VbetFabric *fabric = vbet_fabric_new (1);
  FakePort h[3];
  build_star (fabric, h, vbet_relay_class_find ("switch"));
  CU_ASSERT_EQUAL (vbet_fabric_add_bridge_port (fabric, "sw", 9, "sw"), 0);
  put (fabric, &h[0], HOST (9), HOST (1), 0);
  CU_ASSERT_EQUAL (vbet_fabric_remove_cable (fabric, "k1"), 0);
  CU_ASSERT_EQUAL (vbet_fabric_add_cable (fabric, "k1", "sw", 9, "h1", 1, NULL, 0), 0);
  guint before = h[0].sent;
  put (fabric, &h[1], HOST (1), HOST (2), 1);
  CU_ASSERT_EQUAL (h[0].sent, before + 1);
  vbet_fabric_free (fabric);
}

static void
test_hub_star (void)
{
  VbetFabric *fabric = vbet_fabric_new (1);
  FakePort h[3];
  build_star (fabric, h, vbet_relay_class_find ("hub"));
  put (fabric, &h[0], HOST (2), HOST (1), 0);
  put (fabric, &h[1], HOST (1), HOST (2), 1);
  CU_ASSERT_EQUAL (h[2].sent, 2);
  CU_ASSERT_EQUAL (h[0].sent, 1);
  vbet_fabric_free (fabric);
}

/* A host that is not there costs nothing and counts no drop: the bridge sees no link. */
static void
test_absent_host (void)
{
  VbetFabric *fabric = vbet_fabric_new (1);
  FakePort h[3];
  build_star (fabric, h, vbet_relay_class_find ("switch"));
  put (fabric, &h[2], HOST (9), HOST (3), 0);
  vbet_endpoint_set_connected (h[2].endpoint, FALSE);
  put (fabric, &h[0], VBET_MAC_BROADCAST, HOST (1), 0);
  put (fabric, &h[0], HOST (3), HOST (1), 0);
  CU_ASSERT_EQUAL (h[2].sent, 0);
  CU_ASSERT_EQUAL (vbet_endpoint_get_rx (h[2].endpoint)->dropped, 0);
  vbet_endpoint_set_connected (h[2].endpoint, TRUE);
  put (fabric, &h[0], HOST (3), HOST (1), 0);
  CU_ASSERT_EQUAL (h[2].sent, 1);
  vbet_fabric_free (fabric);
}

static void
test_direct_port (void)
{
  VbetFabric *fabric = vbet_fabric_new (1);
  FakePort h[3];
  FakePort stock = { 0 };
  build_star (fabric, h, vbet_relay_class_find ("switch"));
  CU_ASSERT_EQUAL (vbet_fabric_add_direct_port (fabric, "nope", 1500, &fake_class, &stock, &stock.endpoint),
                   -ENOENT);
  CU_ASSERT_EQUAL (vbet_fabric_add_direct_port (fabric, "sw", 1500, &fake_class, &stock, &stock.endpoint), 0);
  vbet_endpoint_set_connected (stock.endpoint, TRUE);
  put (fabric, &stock, VBET_MAC_BROADCAST, HOST (7), 0);
  put (fabric, &h[0], HOST (7), HOST (1), 0);
  CU_ASSERT_EQUAL (h[0].sent, 1);
  CU_ASSERT_EQUAL (stock.sent, 1);
  CU_ASSERT_EQUAL (h[1].sent, 1);
  vbet_fabric_remove_direct_port (fabric, stock.endpoint);
  CU_ASSERT_TRUE (stock.destroyed);
  put (fabric, &h[0], HOST (7), HOST (1), 1);
  CU_ASSERT_EQUAL (stock.sent, 1);
  stock = (FakePort){ 0 };
  CU_ASSERT_EQUAL (vbet_fabric_add_direct_port (fabric, "sw", 1500, &fake_class, &stock, &stock.endpoint), 0);
  CU_ASSERT_EQUAL (vbet_fabric_remove_bridge (fabric, "sw"), 0);
  CU_ASSERT_TRUE (stock.destroyed);
  CU_ASSERT_FALSE (h[0].destroyed);
  CU_ASSERT_EQUAL (vbet_fabric_remove_cable (fabric, "k1"), -ENOENT);
  vbet_fabric_free (fabric);
}

static void
test_refusals (void)
{
  VbetFabric *fabric = vbet_fabric_new (1);
  FakePort h[3];
  build_star (fabric, h, vbet_relay_class_find ("switch"));
  FakePort other;
  VbetEndpoint *endpoint;
  g_autofree char *long_name = g_strnfill (VBET_FABRIC_NAME_MAX + 1, 'x');
  CU_ASSERT_EQUAL (vbet_fabric_add_bridge (fabric, "sw", vbet_relay_class_find ("hub"), 0), -EEXIST);
  CU_ASSERT_EQUAL (vbet_fabric_add_bridge (fabric, "", vbet_relay_class_find ("hub"), 0), -EINVAL);
  CU_ASSERT_EQUAL (vbet_fabric_add_bridge (fabric, "a\nb", vbet_relay_class_find ("hub"), 0), -EINVAL);
  CU_ASSERT_EQUAL (vbet_fabric_add_bridge (fabric, long_name, vbet_relay_class_find ("hub"), 0), -EINVAL);
  CU_ASSERT_EQUAL (vbet_fabric_add_bridge (fabric, NULL, vbet_relay_class_find ("hub"), 0), -EINVAL);
  CU_ASSERT_EQUAL (vbet_fabric_add_port (fabric, "h1", 1, 1500, &fake_class, &other, &endpoint), -EEXIST);
  CU_ASSERT_EQUAL (vbet_fabric_add_port (fabric, "h1", 0, 1500, &fake_class, &other, &endpoint), -EINVAL);
  CU_ASSERT_EQUAL (vbet_fabric_add_port (fabric, "h1", 2, 0, &fake_class, &other, &endpoint), -EINVAL);
  CU_ASSERT_EQUAL (vbet_fabric_add_port (fabric, "h1", 2, 65518, &fake_class, &other, &endpoint), -EINVAL);
  CU_ASSERT_EQUAL (vbet_fabric_add_bridge_port (fabric, "sw", 1, "sw"), -EEXIST);
  CU_ASSERT_EQUAL (vbet_fabric_add_bridge_port (fabric, "sw", 8, "h1"), -ENOENT);
  CU_ASSERT_EQUAL (vbet_fabric_add_cable (fabric, "k1", "h1", 1, "h2", 1, NULL, 0), -EEXIST);
  CU_ASSERT_EQUAL (vbet_fabric_add_cable (fabric, "k9", "h1", 1, "h2", 1, NULL, 0), -EBUSY);
  CU_ASSERT_EQUAL (vbet_fabric_add_cable (fabric, "k9", "h1", 1, "h1", 1, NULL, 0), -EINVAL);
  CU_ASSERT_EQUAL (vbet_fabric_add_cable (fabric, "k9", "h1", 2, "h1", 1, NULL, 0), -ENOENT);
  CU_ASSERT_EQUAL (set_up (fabric, "k9", TRUE), -ENOENT);
  CU_ASSERT_EQUAL (vbet_fabric_remove_port (fabric, "h9", 1), -ENOENT);
  CU_ASSERT_EQUAL (vbet_fabric_remove_bridge (fabric, "h1"), -ENOENT);
  VbetFabricBridgeSettings wrong = { .ageing = -1 };
  CU_ASSERT_EQUAL (vbet_fabric_set_bridge (fabric, "sw", &wrong, 0), -EINVAL);
  vbet_fabric_free (fabric);
}

/* Two switches joined by three cables: one broadcast circles for ever. Each run is bounded, an innocent pair on a
 * third switch loses nothing, and unplugging ends it. */
static void
test_storm (void)
{
  VbetFabric *fabric = vbet_fabric_new (1);
  FakePort h[3];
  FakePort pair[2];
  build_star (fabric, h, vbet_relay_class_find ("switch"));
  CU_ASSERT_EQUAL (vbet_fabric_add_bridge (fabric, "other", vbet_relay_class_find ("switch"), 300 * SECOND),
                   0);
  for (guint i = 1; i <= 3; i++) {
    g_autofree char *cable = g_strdup_printf ("loop%u", i);
    CU_ASSERT_EQUAL (vbet_fabric_add_bridge_port (fabric, "sw", 10 + i, "sw"), 0);
    CU_ASSERT_EQUAL (vbet_fabric_add_bridge_port (fabric, "other", i, "other"), 0);
    CU_ASSERT_EQUAL (vbet_fabric_add_cable (fabric, cable, "sw", 10 + i, "other", i, NULL, 0), 0);
  }
  add_fake (fabric, &pair[0], "p1", 1, TRUE);
  add_fake (fabric, &pair[1], "p2", 1, TRUE);
  CU_ASSERT_EQUAL (vbet_fabric_add_cable (fabric, "pair", "p1", 1, "p2", 1, NULL, 0), 0);
  CU_ASSERT_TRUE (put (fabric, &h[0], VBET_MAC_BROADCAST, HOST (1), 0));
  for (guint i = 0; i < 200; i++) {
    guint before = h[1].sent;
    CU_ASSERT_TRUE_FATAL (put (fabric, &pair[0], HOST (12), HOST (11), i));
    CU_ASSERT_TRUE (h[1].sent - before <= VBET_FABRIC_BUDGET);
  }
  CU_ASSERT_EQUAL (pair[1].sent, 200);
  CU_ASSERT_EQUAL (vbet_fabric_remove_cable (fabric, "loop1"), 0);
  CU_ASSERT_EQUAL (vbet_fabric_remove_cable (fabric, "loop2"), 0);
  guint runs = 0;
  while (vbet_fabric_run (fabric, 1000) && runs < 100)
    runs++;
  CU_ASSERT_TRUE (runs < 100);
  /* removing a bridge while frames wait in it is safe, too */
  CU_ASSERT_EQUAL (vbet_fabric_add_cable (fabric, "loop1", "sw", 11, "sw", 12, NULL, 0), 0);
  CU_ASSERT_TRUE (put (fabric, &h[0], VBET_MAC_BROADCAST, HOST (1), 2000));
  CU_ASSERT_EQUAL (vbet_fabric_remove_bridge (fabric, "sw"), 0);
  vbet_fabric_run (fabric, 2001);
  CU_ASSERT_FALSE (vbet_fabric_run (fabric, 2002));
  vbet_fabric_free (fabric);
}

/* Whether @name is in a storm, as the state says. */
typedef struct {
  const char *name;
  gboolean storm;
} StormOf;

static void
look_for_storm (const VbetFabricBridgeInfo *info, gpointer user_data)
{
  StormOf *self = user_data;
  if (g_str_equal (info->name, self->name))
    self->storm = info->storm;
}

static gboolean
in_storm (VbetFabric *fabric, const char *name, gint64 now)
{
  StormOf found = { .name = name };
  vbet_fabric_each_bridge (fabric, now, look_for_storm, &found);
  return found.storm;
}

/* One broadcast circles, at the pace of @delay; then the loop is opened. */
static void
storm_in_loop (const VbetRelayClass *kind, gint64 delay)
{
  VbetFabric *fabric = vbet_fabric_new (1);
  VbetCableSettings settings;
  FakePort h[3];
  gint64 now = 0;
  vbet_cable_settings_init (&settings);
  settings.quality[0].delay = delay;
  settings.quality[1] = settings.quality[0];
  build_star (fabric, h, kind);
  CU_ASSERT_EQUAL (vbet_fabric_add_bridge (fabric, "other", vbet_relay_class_find ("switch"), 300 * SECOND),
                   0);
  for (guint i = 1; i <= 2; i++) {
    g_autofree char *cable = g_strdup_printf ("loop%u", i);
    CU_ASSERT_EQUAL (vbet_fabric_add_bridge_port (fabric, "sw", 10 + i, "sw"), 0);
    CU_ASSERT_EQUAL (vbet_fabric_add_bridge_port (fabric, "other", i, "other"), 0);
    CU_ASSERT_EQUAL (vbet_fabric_add_cable (fabric, cable, "sw", 10 + i, "other", i, &settings, 0), 0);
  }
  put (fabric, &h[0], VBET_MAC_BROADCAST, HOST (1), now);
  CU_ASSERT_FALSE (in_storm (fabric, "other", now));
  for (; now < 2 * SECOND; now += SECOND / 1000)
    vbet_fabric_run (fabric, now);
  CU_ASSERT_TRUE (in_storm (fabric, "other", now));
  CU_ASSERT_TRUE (in_storm (fabric, "sw", now));
  CU_ASSERT_EQUAL (vbet_fabric_remove_cable (fabric, "loop1"), 0);
  for (; now < 4 * SECOND; now += SECOND / 1000)
    vbet_fabric_run (fabric, now);
  CU_ASSERT_FALSE (in_storm (fabric, "other", now));
  CU_ASSERT_FALSE (in_storm (fabric, "sw", now));
  vbet_fabric_free (fabric);
}

static void
test_storm_told (void)
{
  storm_in_loop (vbet_relay_class_find ("switch"), 0);
  storm_in_loop (vbet_relay_class_find ("switch"), 5 * SECOND / 1000);
  storm_in_loop (vbet_relay_class_find ("hub"), 0);
}

/* What is no storm: much unicast, some broadcasts, a host that moves. What is: a flood, without any loop. */
static void
test_no_storm (void)
{
  VbetFabric *fabric = vbet_fabric_new (1);
  FakePort h[3];
  gint64 now = 0;
  build_star (fabric, h, vbet_relay_class_find ("switch"));
  for (guint i = 0; i < 3000; i++, now += SECOND / 1000) {
    for (guint k = 0; k < 20; k++)
      put (fabric, &h[1], HOST (1), HOST (2), now);
    if (i % 10 == 0)
      put (fabric, &h[0], VBET_MAC_BROADCAST, HOST (1), now);
    if (i % 500 == 0)
      put (fabric, &h[i / 500 % 3], VBET_MAC_BROADCAST, HOST (9), now);
    CU_ASSERT_FALSE (in_storm (fabric, "sw", now));
  }
  for (guint i = 0; i < 20000; i++, now += SECOND / 15000)
    put (fabric, &h[0], VBET_MAC_BROADCAST, HOST (1), now);
  CU_ASSERT_TRUE (in_storm (fabric, "sw", now));
  CU_ASSERT_FALSE (in_storm (fabric, "sw", now + 3 * SECOND));
  vbet_fabric_free (fabric);
}

/* A chain longer than one run's budget still delivers, in order and unchanged, a run later. */
static void
test_long_chain (void)
{
  enum { LENGTH = VBET_FABRIC_BUDGET + 100 };
  VbetFabric *fabric = vbet_fabric_new (1);
  FakePort first;
  FakePort last;
  add_fake (fabric, &first, "first", 1, TRUE);
  add_fake (fabric, &last, "last", 1, TRUE);
  for (guint i = 0; i < LENGTH; i++) {
    g_autofree char *name = g_strdup_printf ("s%u", i);
    g_autofree char *before = i == 0 ? g_strdup ("first") : g_strdup_printf ("s%u", i - 1);
    g_autofree char *cable = g_strdup_printf ("c%u", i);
    CU_ASSERT_EQUAL (vbet_fabric_add_bridge (fabric, name, vbet_relay_class_find ("switch"), 300 * SECOND),
                     0);
    CU_ASSERT_EQUAL (vbet_fabric_add_bridge_port (fabric, name, 1, name), 0);
    CU_ASSERT_EQUAL (vbet_fabric_add_bridge_port (fabric, name, 2, name), 0);
    CU_ASSERT_EQUAL (vbet_fabric_add_cable (fabric, cable, before, i == 0 ? 1 : 2, name, 1, NULL, 0), 0);
  }
  g_autofree char *end = g_strdup_printf ("s%u", LENGTH - 1);
  CU_ASSERT_EQUAL (vbet_fabric_add_cable (fabric, "end", end, 2, "last", 1, NULL, 0), 0);
  CU_ASSERT_TRUE (put_sized (fabric, &first, HOST (2), HOST (1), 0, 777));
  CU_ASSERT_EQUAL (last.sent, 0);
  CU_ASSERT_FALSE (vbet_fabric_run (fabric, 1));
  CU_ASSERT_EQUAL (last.sent, 1);
  CU_ASSERT_EQUAL (last.last_size, 777);
  vbet_fabric_free (fabric);
}

/* --- state ------------------------------------------------------------------------------- */

static void
show_port (const VbetFabricPortInfo *info, gpointer user_data)
{
  if (strcmp (info->device, "h2") == 0 || (strcmp (info->device, "sw") == 0 && info->nic == 1))
    g_string_append_printf (user_data, "%s/%u %s%s %s rx %u tx %u|", info->device, info->nic,
                            info->external ? "guest" : "bridge", info->connected ? "" : " absent",
                            info->cable, (guint)info->rx.frames, (guint)info->tx.frames);
}

static void
show_cable (const VbetFabricCableInfo *info, gpointer user_data)
{
  if (strcmp (info->name, "k1") == 0)
    g_string_append_printf (user_data, "%s %s %s/%u-%s/%u %u %u|", info->name,
                            info->up[0] && info->up[1] ? "up" : "down", info->device[0], info->nic[0],
                            info->device[1], info->nic[1], (guint)info->counters[0].frames,
                            (guint)info->counters[1].frames);
}

static void
show_bridge (const VbetFabricBridgeInfo *info, gpointer user_data)
{
  g_string_append_printf (user_data, "%s %d flooded %u|", info->name, (int)(info->ageing / SECOND),
                          (guint)info->flooded);
}

static void
show_mac (guint64 mac, guint vlan, guint nic, gint64 age, gpointer user_data)
{
  g_string_append_printf (user_data, "%u at %u age %d|", (guint)(mac & 0xff), nic, (int)age);
}

static void
test_state (void)
{
  VbetFabric *fabric = vbet_fabric_new (1);
  FakePort h[3];
  build_star (fabric, h, vbet_relay_class_find ("switch"));
  put (fabric, &h[0], VBET_MAC_BROADCAST, HOST (1), 10);
  put (fabric, &h[0], VBET_MAC_BROADCAST, HOST (1), 20);
  g_autoptr (GString) text = g_string_new (NULL);
  vbet_fabric_each_cable (fabric, show_cable, text);
  VBET_ASSERT_TEXT (text->str, "k1 up h1/1-sw/1 2 0|");
  g_string_truncate (text, 0);
  vbet_fabric_each_bridge (fabric, 0, show_bridge, text);
  VBET_ASSERT_TEXT (text->str, "sw 300 flooded 2|");
  g_string_truncate (text, 0);
  vbet_fabric_each_mac (fabric, "sw", 25, show_mac, text);
  VBET_ASSERT_TEXT (text->str, "1 at 1 age 5|");
  g_string_truncate (text, 0);
  vbet_fabric_each_port (fabric, show_port, text);
  CU_ASSERT_PTR_NOT_NULL (strstr (text->str, "h2/1 guest k2 rx 2 tx 0|"));
  CU_ASSERT_PTR_NOT_NULL (strstr (text->str, "sw/1 bridge k1 rx 2 tx 0|"));
  vbet_fabric_free (fabric);
}

/* --- the tree follows the rates of the cables --------------------------------------------- */

static int
set_rate (VbetFabric *fabric, const char *cable, double there, double back, gint64 now)
{
  VbetCableSettings settings;
  vbet_cable_settings_init (&settings);
  settings.quality[0].rate = there;
  settings.quality[1].rate = back;
  return vbet_fabric_set_cable (fabric, cable, &settings, now);
}

static void
show_tree (const VbetFabricPortInfo *info, gpointer user_data)
{
  char **texts = user_data;
  if (strcmp (info->device, "b") != 0 || info->nic > 2)
    return;
  g_free (texts[info->nic - 1]);
  texts[info->nic - 1] = g_strdup_printf ("%s %s %u", info->role, info->stp_state, info->cost);
}

/* Lets the time pass, then tells of the two ports of switch b. */
static void
check_tree (VbetFabric *fabric, gint64 *now, const char *port1, const char *port2)
{
  char *texts[2] = { NULL, NULL };
  for (guint i = 0; i < 80; i++)
    vbet_fabric_run (fabric, *now += SECOND / 2);
  vbet_fabric_each_port (fabric, show_tree, texts);
  VBET_ASSERT_TEXT (texts[0], port1);
  VBET_ASSERT_TEXT (texts[1], port2);
  g_free (texts[0]);
  g_free (texts[1]);
}

/* A ring of three: a is the root, b reaches it directly or by way of c. */
static void
test_cost_by_rate (void)
{
  static const char *const names[] = { "a", "b", "c" };
  VbetFabric *fabric = vbet_fabric_new (1);
  gint64 now = 0;
  for (guint i = 0; i < 3; i++) {
    VbetFabricBridgeSettings settings
        = { .ageing = 300 * SECOND, .stp = TRUE, .priority = (guint16)(4096 * (i + 1)) };
    CU_ASSERT_EQUAL (
        vbet_fabric_add_bridge (fabric, names[i], vbet_relay_class_find ("switch"), 300 * SECOND), 0);
    CU_ASSERT_EQUAL (vbet_fabric_set_bridge (fabric, names[i], &settings, now), 0);
    for (guint nic = 1; nic <= 2; nic++)
      CU_ASSERT_EQUAL (vbet_fabric_add_bridge_port (fabric, names[i], nic, names[i]), 0);
  }
  CU_ASSERT_EQUAL (vbet_fabric_add_cable (fabric, "ab", "a", 1, "b", 1, NULL, now), 0);
  CU_ASSERT_EQUAL (vbet_fabric_add_cable (fabric, "bc", "b", 2, "c", 1, NULL, now), 0);
  CU_ASSERT_EQUAL (vbet_fabric_add_cable (fabric, "ca", "c", 2, "a", 2, NULL, now), 0);
  check_tree (fabric, &now, "root forwarding 20000", "designated forwarding 20000");
  CU_ASSERT_EQUAL (set_rate (fabric, "ab", 1e7, 1e7, now), 0);
  check_tree (fabric, &now, "alternate discarding 2000000", "root forwarding 20000");
  CU_ASSERT_EQUAL (set_rate (fabric, "ab", 1e10, 1e10, now), 0);
  check_tree (fabric, &now, "root forwarding 2000", "designated forwarding 20000");
  CU_ASSERT_EQUAL (set_rate (fabric, "ab", 1e10, 1e8, now), 0); /* the slower direction counts */
  check_tree (fabric, &now, "alternate discarding 200000", "root forwarding 20000");
  CU_ASSERT_EQUAL (vbet_fabric_set_port_cost (fabric, "b", 1, 10000, now), 0); /* said by hand */
  check_tree (fabric, &now, "root forwarding 10000", "designated forwarding 20000");
  CU_ASSERT_EQUAL (vbet_fabric_set_port_cost (fabric, "b", 1, 0, now), 0);
  check_tree (fabric, &now, "alternate discarding 200000", "root forwarding 20000");
  CU_ASSERT_EQUAL (vbet_fabric_set_port_cost (fabric, "b", 7, 1, now), -ENOENT);
  CU_ASSERT_EQUAL (vbet_fabric_set_port_cost (fabric, "b", 1, 200000001, now), -EINVAL);
  vbet_fabric_free (fabric);
}

static CU_TestInfo fabric_tests[] = {
  { "a direct cable: plugged, up, down, unplugged", test_direct_cable },
  { "runts and giants at both ends", test_sizes },
  { "a star over a switch", test_star },
  { "re-plugged elsewhere", test_replug },
  { "a star over a hub", test_hub_star },
  { "an absent host", test_absent_host },
  { "a direct port", test_direct_port },
  { "what is refused", test_refusals },
  { "a storm is bounded", test_storm },
  { "a storm is told, and its end", test_storm_told },
  { "what is no storm", test_no_storm },
  { "a chain beyond the budget", test_long_chain },
  { "state", test_state },
  { "the tree follows the rates of the cables", test_cost_by_rate },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "fabric", NULL, NULL, NULL, NULL, fabric_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
