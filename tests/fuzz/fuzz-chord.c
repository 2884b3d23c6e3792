/* fuzz-chord.c - any datagrams at a node of a Chord ring, and any time between them.
 *
 * The input is a row of events: what happens, how many bytes come with it, the bytes. Datagrams get a true header and
 * sender where the input wants, and the number of a request that the node has sent, so that answers count. What is read
 * packs to the same bytes; whatever came, the node goes on, keeps within its bounds and sends nothing too long.
 */
#include "config.h"

#include <glib.h>
#include <string.h>

#include "chord/core.h"
#include "fuzz/fuzz.h"

#define SECOND G_GINT64_CONSTANT (1000000000)
#define STRANGERS 8
#define HEADER_SIZE 38 /* of message.h: magic, version, type, request, sender */

typedef struct {
  uint64_t request; /* of the message that the node sent last */
  guint sent;
} World;

static void
on_send (const ChordPeer *to, const uint8_t *data, size_t size, void *user_data)
{
  World *world = user_data;
  ChordMessage message;
  g_assert_true (size <= CHORD_MESSAGE_MAX && to->port != 0);
  g_assert_true (chord_message_unpack (data, size, &message));
  world->request = message.request;
  world->sent++;
}

static void
on_step (unsigned op, const ChordStep *step, void *user_data)
{
  (void)step, (void)user_data;
  g_assert_cmpuint (op, <, CHORD_OPS_MAX);
}

static void
on_answer (unsigned op, const ChordAnswer *answer, void *user_data)
{
  (void)user_data;
  g_assert_cmpuint (op, <, CHORD_OPS_MAX);
  g_assert_cmpuint (answer->value_size, <=, CHORD_VALUE_MAX);
}

static void
on_flag (bool flag, void *user_data)
{
  (void)flag, (void)user_data;
}

static void
try_message (const uint8_t *data, size_t size)
{
  uint8_t packed[CHORD_MESSAGE_MAX];
  ChordMessage message;
  if (!chord_message_unpack (data, size, &message))
    return;
  g_assert_cmpuint (chord_message_pack (&message, packed), ==, size);
  g_assert_cmpint (memcmp (packed, data, size), ==, 0);
}

/* @bytes with a header that is right, as stranger number @who sends it. */
static void
send_true (ChordNode *node, const World *world, uint8_t type, unsigned who, const uint8_t *bytes, size_t size,
           int64_t now)
{
  uint8_t data[CHORD_MESSAGE_MAX];
  ChordMessage ping = { .type = CHORD_PING, .request = world->request };
  chord_peer_init (&ping.sender, 0x0a000002 + who, 3003);
  size_t header = chord_message_pack (&ping, data);
  g_assert_cmpuint (header, ==, HEADER_SIZE);
  size = MIN (size, sizeof data - header);
  data[3] = (uint8_t)(1 + type % CHORD_LEAVE);
  if (size > 0)
    memcpy (data + header, bytes, size);
  try_message (data, header + size);
  chord_input (node, 0x0a000002 + who, 3003, data, header + size, now);
}

static void
happen (ChordNode *node, const World *world, uint8_t what, const uint8_t *bytes, size_t size, int64_t now)
{
  ChordPeer via;
  switch (what % 8) {
  case 0:
    try_message (bytes, size);
    chord_input (node, 0x0a000002, 3003, bytes, size, now);
    break;
  case 1:
    chord_create (node, now);
    break;
  case 2:
    chord_peer_init (&via, 0x0a000002 + what / 8 % STRANGERS, 3003);
    chord_join (node, &via, now);
    break;
  case 3:
    (void)chord_put (node, bytes, size / 2, bytes + size / 2, size - size / 2, now);
    break;
  case 4:
    (void)chord_get (node, bytes, size, now);
    break;
  case 5:
    (void)chord_walk (node, now);
    break;
  default:
    if (size > 0)
      send_true (node, world, bytes[0], what / 8 % STRANGERS, bytes + 1, size - 1, now);
    break;
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  World world = { 0 };
  const ChordConfig config = { .address = 0x0a000001,
                               .port = 3003,
                               .seed = 1,
                               .interval = SECOND,
                               .timeout = SECOND / 2,
                               .user_data = &world,
                               .send = on_send,
                               .step = on_step,
                               .answer = on_answer,
                               .joined = on_flag,
                               .left = on_flag };
  int64_t now = SECOND;
  ChordNode *node = chord_new (&config, now);
  g_assert_nonnull (node);
  while (size >= 3) {
    uint8_t what = data[0];
    size_t part = MIN ((size_t)data[1] * 4, size - 3);
    now += (int64_t)data[2] * (SECOND / 64);
    happen (node, &world, what, data + 3, part, now);
    if (chord_deadline (node) <= now)
      chord_run (node, now);
    unsigned successors = 0;
    (void)chord_successors (node, &successors);
    g_assert_cmpuint (successors, <=, CHORD_COPIES);
    data += 3 + part;
    size -= 3 + part;
  }
  chord_leave (node, now);
  chord_run (node, now + 10 * SECOND);
  chord_free (node);
  return 0;
}
