/* fuzz-switch-bridge.c - frames of any bytes (VLAN tags of any depth, BPDUs, all of it cut anywhere) through
 * a switch with VLANs, spanning tree and mirror, in any order with links and settings.
 *
 * The input is a list of actions of two bytes, and for a frame its bytes. Checked: nothing leaves by the port
 * it came by or by one without link, and what leaves is as long as the frame with or without one tag, or is a
 * BPDU.
 */
#include "config.h"

#include "fuzz/fuzz.h"
#include "switch/core/bridge.h"

#define PORTS 5
#define STEP G_GINT64_CONSTANT (50000000) /* nanoseconds an action of time takes, times its number */

typedef struct {
  VbetBridge *bridge;
  gint in;      /* port of the frame that is on its way; -1: none is */
  guint size;   /* its size */
  guint copies; /* of it so far */
} World;

static void
on_send (guint port, const VbetFrame *frame, gpointer user_data)
{
  World *world = user_data;
  guint64 sum = 0;
  const VbetRelayPort *to = vbet_bridge_get_port (world->bridge, port);
  g_assert_true (to != NULL && to->link);
  for (guint i = 0; i < frame->size; i++)
    sum += frame->data[i]; /* all of it is there */
  g_assert_cmpuint (sum, <, G_MAXUINT64);
  if (vbet_frame_destination (frame) == VBET_STP_ADDRESS && frame->size == 60)
    return;
  g_assert_cmpint ((gint)port, !=, world->in);
  g_assert_cmpint (world->in, >=, 0);
  g_assert_true (frame->size == world->size || frame->size == world->size + VBET_FRAME_VLAN_TAG
                 || frame->size + VBET_FRAME_VLAN_TAG == world->size);
  g_assert_cmpuint (frame->size, >=, VBET_FRAME_HEADER);
  g_assert_cmpuint (++world->copies, <=, PORTS);
}

static void
set_vlans (World *world, guint8 what)
{
  VbetVlanSet trunk = { { 0 } };
  for (guint i = 0; i < 4; i++)
    if (what >> 4 & 1 << i)
      vbet_vlan_set_add (&trunk, i * 1365); /* 0, 1365, 2730, 4095 */
  if (what % 8 == 7)
    vbet_bridge_set_vlans (world->bridge, &trunk);
  else
    vbet_bridge_set_port_vlans (world->bridge, what % 8, what % 3 * 1365, what & 0x80 ? &trunk : NULL);
}

static void
change (World *world, guint8 action, guint8 what, gint64 *now)
{
  switch (action % 7) {
  case 0:
    vbet_bridge_set_link (world->bridge, what % PORTS, (what & 0x80) == 0, *now);
    break;
  case 1:
    vbet_bridge_set_stp (world->bridge, (what & 1) != 0, (guint16)(what >> 4 << 12), *now);
    break;
  case 2:
    vbet_bridge_set_mirror (world->bridge, what % (PORTS + 1) - 1);
    break;
  case 3:
    set_vlans (world, what);
    break;
  case 4:
    vbet_bridge_set_ageing (world->bridge, what * STEP);
    break;
  case 5:
    vbet_bridge_remove_port (world->bridge, what % PORTS, *now);
    vbet_bridge_add_port (world->bridge);
    break;
  default:
    *now += what * STEP;
    if (vbet_bridge_deadline (world->bridge) <= *now)
      vbet_bridge_run (world->bridge, *now);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  World world = { .in = -1 };
  VbetFrameStore store;
  gint64 now = 0;
  vbet_frame_store_init (&store, 1 << 20);
  world.bridge = vbet_bridge_new (&(VbetBridgeConfig){ .ageing = 100 * STEP,
                                                       .table_size = 64,
                                                       .seed = 1,
                                                       .mac = G_GUINT64_CONSTANT (0x020000000001),
                                                       .store = &store,
                                                       .send = on_send,
                                                       .user_data = &world });
  for (guint i = 0; i < PORTS; i++) {
    vbet_bridge_add_port (world.bridge);
    vbet_bridge_set_link (world.bridge, i, TRUE, 0);
  }
  for (size_t at = 0; at + 2 <= size && at < 4096;) {
    guint8 action = data[at++];
    guint8 what = data[at++];
    if ((action & 0x80) == 0) {
      change (&world, action, what, &now);
    } else if (size - at >= VBET_FRAME_HEADER) {
      guint length = CLAMP (what, VBET_FRAME_HEADER, (guint)(size - at));
      g_autofree guint8 *copy = g_memdup2 (data + at, length);
      VbetFrame frame = { .data = copy, .size = length };
      world.in = action % PORTS;
      world.size = length;
      world.copies = 0;
      vbet_bridge_input (world.bridge, (guint)world.in, &frame, now);
      world.in = -1;
      at += length;
    }
    vbet_frame_store_reclaim (&store);
  }
  vbet_bridge_free (world.bridge);
  vbet_frame_store_reclaim (&store);
  vbet_frame_store_finish (&store);
  return 0;
}
