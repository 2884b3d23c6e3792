/* fuzz-switch-frames.c - frames and plugging in any order, through a fabric of two switches, a hub and four
 * devices.
 *
 * The input is a list of actions: one byte says what, the next on what, and for
 * a frame the following bytes are the frame. Checked: what comes out went in,
 * whole; no port sees a frame that its MTU forbids; and every run is bounded.
 */
#include "config.h"

#include "fuzz/fuzz.h"
#include "switch/fabric.h"

#define DEVICES 4
#define CABLES 8
/* Of one run; at most 8192 frames are on cables. */
#define SENDS_MAX (VBET_FABRIC_BUDGET * DEVICES + DEVICES + 8192)

typedef struct {
  VbetEndpoint *endpoint;
  guint mtu;
  guint sends;   /* of the present run */
  guint waiting; /* not flushed yet */
} Port;

typedef struct {
  VbetFabric *fabric;
  Port ports[DEVICES];
  GHashTable *put_in; /* every frame that was put in, as GBytes */
} World;

/* The check needs the world: ports are inside it, at a known place. */
static World *
world_of (Port *port, guint index)
{
  return (World *)(void *)((guint8 *)(port - index) - G_STRUCT_OFFSET (World, ports));
}

static void
port_send (gpointer data, const VbetFrame *frame)
{
  Port *port = data;
  World *world = world_of (port, port->mtu % 10);
  g_assert_cmpint (vbet_frame_check (frame->size, port->mtu), ==, VBET_FRAME_OK);
  g_autoptr (GBytes) bytes = g_bytes_new (frame->data, frame->size);
  g_assert_true (g_hash_table_contains (world->put_in, bytes));
  g_assert_cmpuint (++port->sends, <=, SENDS_MAX);
  port->waiting++;
}

static void
port_flush (gpointer data)
{
  Port *port = data;
  g_assert_cmpuint (port->waiting, >, 0);
  port->waiting = 0;
}

static void
port_destroy (gpointer data)
{
  Port *port = data;
  port->endpoint = NULL;
  port->waiting = 0; /* what waited went with it */
}

static const VbetPortClass port_class = { port_send, port_flush, NULL, port_destroy, NULL };

static const char *const devices[DEVICES] = { "d0", "d1", "d2", "d3" };
static const char *const bridges[] = { "s0", "s1", "hub" };

/* Endpoint @n of all there may be: the devices', then six ports of each bridge. */
static void
endpoint_name (guint n, const char **ret_device, guint *ret_nic)
{
  n %= DEVICES + G_N_ELEMENTS (bridges) * 6;
  *ret_device = n < DEVICES ? devices[n] : bridges[(n - DEVICES) / 6];
  *ret_nic = n < DEVICES ? 1 : (n - DEVICES) % 6 + 1;
}

static void
add_device (World *world, guint n)
{
  Port *port = &world->ports[n];
  port->mtu = 100 * (n + 1) + n; /* its last digit tells its place */
  if (port->endpoint == NULL)
    vbet_fabric_add_port (world->fabric, devices[n], 1, port->mtu, &port_class, port, &port->endpoint);
}

/* A quality for one byte. Corruption is left out: every frame that comes out must have been put in. */
static VbetCableSettings
settings_for (guint8 what)
{
  VbetCableSettings settings;
  vbet_cable_settings_init (&settings);
  for (guint way = 0; way < 2; way++) {
    VbetCableQuality *quality = &settings.quality[way];
    quality->up = (what & 0x40) == 0;
    quality->delay = (what & 1) != 0 ? what * 3 : 0;
    quality->jitter = (what & 2) != 0 ? 50 : 0;
    quality->loss = (what & 4) != 0 ? 0.3 : 0;
    quality->burst = 1 + way * 2;
    quality->duplicate = (what & 8) != 0 ? 0.3 : 0;
    quality->reorder = (what & 0x10) != 0 ? 0.3 : 0;
    quality->rate = (what & 0x20) != 0 ? 1e10 : 0;
    quality->queue = 1 + (what & 0xf);
    quality->up_for = quality->down_for = (what & 0x80) != 0 ? VBET_CABLE_FLAP_MIN : 0;
  }
  return settings;
}

static void
plug (World *world, guint8 what, gint64 now)
{
  VbetCableSettings settings = settings_for (what);
  char name[4];
  const char *a;
  const char *b;
  guint nic_a;
  guint nic_b;
  g_snprintf (name, sizeof name, "c%u", what % CABLES);
  endpoint_name (what, &a, &nic_a);
  endpoint_name (what / 5 + 3, &b, &nic_b);
  if (vbet_fabric_add_cable (world->fabric, name, a, nic_a, b, nic_b, &settings, now) != 0)
    vbet_fabric_remove_cable (world->fabric, name);
}

static void
change (World *world, guint8 action, guint8 what, gint64 now)
{
  char name[4];
  const char *device;
  guint nic;
  VbetCableSettings settings;
  Port *port = &world->ports[what % DEVICES];
  switch (action % 6) {
  case 0:
    plug (world, what, now);
    break;
  case 1:
    g_snprintf (name, sizeof name, "c%u", what % CABLES);
    settings = settings_for (what);
    vbet_fabric_set_cable (world->fabric, name, &settings, now);
    break;
  case 2:
    if (port->endpoint != NULL)
      vbet_endpoint_set_connected (port->endpoint, (what & 0x80) == 0);
    break;
  case 3:
    endpoint_name (what, &device, &nic);
    if (vbet_fabric_remove_port (world->fabric, device, nic) != 0)
      vbet_fabric_add_bridge_port (world->fabric, device, nic, device);
    break;
  case 4:
    add_device (world, what % DEVICES);
    break;
  default:
    if (vbet_fabric_add_bridge (world->fabric, bridges[what % 3],
                                vbet_relay_class_find (what % 3 == 2 ? "hub" : "switch"), what * 1000)
            != 0
        && what > 0xe0)
      vbet_fabric_remove_bridge (world->fabric, bridges[what % 3]);
  }
}

static void
run (World *world, gint64 now)
{
  for (guint i = 0; i < DEVICES; i++)
    world->ports[i].sends = 0;
  vbet_fabric_run (world->fabric, now);
  for (guint i = 0; i < DEVICES; i++)
    g_assert_cmpuint (world->ports[i].waiting, ==, 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  World world = { .fabric = vbet_fabric_new (size) };
  gint64 now = 0;
  world.put_in = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
  for (guint i = 0; i < 2; i++)
    vbet_fabric_add_bridge (world.fabric, bridges[i], vbet_relay_class_find ("switch"), 5000);
  for (guint i = 0; i < DEVICES; i++) {
    add_device (&world, i);
    vbet_endpoint_set_connected (world.ports[i].endpoint, TRUE);
  }
  for (size_t at = 0; at + 2 <= size && at < 4096;) {
    guint8 action = data[at++];
    guint8 what = data[at++];
    now += action;
    if (action & 0x80) {
      guint length = (guint)MIN (what + (action & 0x03u) * 100u, size - at);
      Port *port = &world.ports[(action >> 2) % DEVICES];
      VbetFrame frame = { data + at, length };
      g_hash_table_add (world.put_in, g_bytes_new (data + at, length));
      if (port->endpoint != NULL)
        vbet_fabric_input (world.fabric, port->endpoint, &frame, now);
      at += length;
      run (&world, now);
    } else {
      change (&world, action, what, now);
    }
  }
  run (&world, now);
  vbet_fabric_free (world.fabric);
  g_hash_table_unref (world.put_in);
  return 0;
}
