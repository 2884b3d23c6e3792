/* test-stp.c - the rapid spanning tree in virtual time: bridges that pass BPDUs to each other over links with
 * a delay. */
#include "config.h"

#include "harness.h"
#include "switch/core/stp-bpdu.h"
#include "switch/core/stp.h"

#define MS G_GINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)
#define BRIDGES_MAX 24
#define PORTS_MAX 8
#define LINK_DELAY (MS / 10)

typedef struct Net Net;

typedef struct {
  Net *net;
  guint number;
  VbetStp *stp;
  /* where a port leads */
  struct {
    gint bridge; /* -1: nowhere; own number: to itself (a hub, a wrong cable) */
    guint port;
    gboolean up;
  } links[PORTS_MAX];
  guint flushes;
} Node;

typedef struct {
  gint64 due;
  guint bridge;
  guint port;
  guint8 bytes[VBET_STP_BPDU_MAX];
} Message;

struct Net {
  gint64 now;
  guint n;
  Node nodes[BRIDGES_MAX];
  GArray *messages; /* of Message, in order of sending: all links are as long */
  guint sent;
  gboolean mute[BRIDGES_MAX]; /* a bridge that died without telling */
};

static void
on_send (guint port, const VbetFrame *frame, gpointer user_data)
{
  Node *node = user_data;
  Net *net = node->net;
  net->sent++;
  if (port >= PORTS_MAX || node->links[port].bridge < 0 || !node->links[port].up)
    return;
  Message message = { net->now + LINK_DELAY, (guint)node->links[port].bridge, node->links[port].port, { 0 } };
  CU_ASSERT_EQUAL_FATAL (frame->size, VBET_STP_BPDU_MAX);
  memcpy (message.bytes, frame->data, frame->size);
  g_array_append_val (net->messages, message);
}

static void
on_state (guint port, gboolean learning, gboolean forwarding, gpointer user_data)
{
  CU_ASSERT_TRUE (learning || !forwarding);
}

static void
on_flush (guint port, gpointer user_data)
{
  Node *node = user_data;
  node->flushes++;
}

/* @n bridges; the lower the number, the better the identifier. */
static Net *
net_new (guint n)
{
  Net *net = g_new0 (Net, 1);
  net->messages = g_array_new (FALSE, FALSE, sizeof (Message));
  net->n = n;
  for (guint i = 0; i < n; i++) {
    Node *node = &net->nodes[i];
    VbetStpConfig config = { .mac = 0x020000000001 + i,
                             .priority = VBET_STP_PRIORITY_DEFAULT,
                             .user_data = node,
                             .send = on_send,
                             .set_state = on_state,
                             .flush = on_flush };
    node->net = net;
    node->number = i;
    node->stp = vbet_stp_new (&config, 0);
    for (guint port = 0; port < PORTS_MAX; port++)
      node->links[port].bridge = -1;
  }
  return net;
}

static void
net_free (Net *net)
{
  for (guint i = 0; i < net->n; i++)
    vbet_stp_free (net->nodes[i].stp);
  g_array_unref (net->messages);
  g_free (net);
}

static void
set_end (Net *net, guint bridge, guint port, gboolean up)
{
  net->nodes[bridge].links[port].up = up;
  vbet_stp_set_port (net->nodes[bridge].stp, port, up, VBET_STP_COST_DEFAULT, net->now);
}

static void
plug (Net *net, guint a, guint port_a, guint b, guint port_b)
{
  net->nodes[a].links[port_a].bridge = (gint)b;
  net->nodes[a].links[port_a].port = port_b;
  net->nodes[b].links[port_b].bridge = (gint)a;
  net->nodes[b].links[port_b].port = port_a;
  set_end (net, a, port_a, TRUE);
  set_end (net, b, port_b, TRUE);
}

static void
cut (Net *net, guint a, guint port_a)
{
  guint b = (guint)net->nodes[a].links[port_a].bridge, port_b = net->nodes[a].links[port_a].port;
  set_end (net, a, port_a, FALSE);
  set_end (net, b, port_b, FALSE);
}

static void
deliver (Net *net, const Message *message)
{
  Node *node = &net->nodes[message->bridge];
  VbetFrame frame = { message->bytes, sizeof message->bytes };
  if (!net->mute[message->bridge] && node->links[message->port].up)
    vbet_stp_input (node->stp, message->port, &frame, net->now);
}

/* Time passes, event by event. */
static void
pass (Net *net, gint64 time)
{
  gint64 until = net->now + time;
  while (TRUE) {
    gint64 next = until + 1;
    gint who = -1;
    if (net->messages->len > 0)
      next = g_array_index (net->messages, Message, 0).due;
    for (guint i = 0; i < net->n; i++)
      if (!net->mute[i] && vbet_stp_deadline (net->nodes[i].stp) < next) {
        next = vbet_stp_deadline (net->nodes[i].stp);
        who = (gint)i;
      }
    if (next > until)
      break;
    net->now = MAX (net->now, next);
    if (who >= 0) {
      vbet_stp_run (net->nodes[who].stp, net->now);
      continue;
    }
    Message message = g_array_index (net->messages, Message, 0);
    g_array_remove_index (net->messages, 0);
    deliver (net, &message);
  }
  net->now = until;
}

static gboolean
is_open (const Net *net, guint a, guint port)
{
  const Node *node = &net->nodes[a];
  gint b = node->links[port].bridge;
  return b >= 0 && node->links[port].up && !net->mute[a] && !net->mute[b]
         && vbet_stp_is_forwarding (node->stp, port)
         && vbet_stp_is_forwarding (net->nodes[b].stp, node->links[port].port);
}

/* Counts the links over which frames pass, and whether they join all living bridges without a loop. */
static void
check_tree (const Net *net, guint first, guint expected_bridges)
{
  gboolean reached[BRIDGES_MAX] = { FALSE };
  guint queue[BRIDGES_MAX], head = 0, tail = 0, ends = 0;
  queue[tail++] = first;
  reached[first] = TRUE;
  while (head < tail) {
    guint at = queue[head++];
    for (guint port = 0; port < PORTS_MAX; port++) {
      if (!is_open (net, at, port))
        continue;
      guint to = (guint)net->nodes[at].links[port].bridge;
      ends++;
      if (!reached[to]) {
        reached[to] = TRUE;
        queue[tail++] = to;
      }
    }
  }
  CU_ASSERT_EQUAL (tail, expected_bridges);
  CU_ASSERT_EQUAL (ends, 2 * (expected_bridges - 1)); /* a tree has one link less than nodes */
}

static VbetStpRole
role (const Net *net, guint bridge, guint port)
{
  return vbet_stp_get_role (net->nodes[bridge].stp, port);
}

/* --- BPDUs ------------------------------------------------------------------------------- */

static void
test_bpdu (void)
{
  guint8 bytes[60];
  VbetStpBpdu out = { .type = VBET_BPDU_RST,
                      .proposal = TRUE,
                      .role = VBET_BPDU_DESIGNATED,
                      .agreement = TRUE,
                      .priority = { 0x8000020000000001, 20000, 0x9000020000000002, 0x8003 },
                      .times = { 1, 20, 2, 15 } };
  /* The layout of figure 9-3, written out by hand. */
  static const guint8 expected[]
      = { 0x01, 0x80, 0xc2, 0,    0,    0, 2,    0, 0, 0, 0,  2, 0, 39, 0x42, 0x42, 3,    0,
          0,    2,    2,    0x4e, 0x80, 0, 2,    0, 0, 0, 0,  1, 0, 0,  0x4e, 0x20, 0x90, 0,
          2,    0,    0,    0,    0,    2, 0x80, 3, 1, 0, 20, 0, 2, 0,  15,   0,    0 };
  vbet_stp_bpdu_write (&out, 0x020000000002, bytes);
  CU_ASSERT_EQUAL (memcmp (bytes, expected, sizeof expected), 0);
  VbetStpBpdu in;
  VbetFrame frame = { bytes, sizeof bytes };
  CU_ASSERT_TRUE_FATAL (vbet_stp_bpdu_read (&frame, &in));
  CU_ASSERT_EQUAL (memcmp (&in, &out, sizeof in), 0);
  for (frame.size = 0; frame.size < 53; frame.size++) /* cut off anywhere, it is none */
    CU_ASSERT_FALSE (vbet_stp_bpdu_read (&frame, &in));
  out.type = VBET_BPDU_TCN;
  vbet_stp_bpdu_write (&out, 0x020000000002, bytes);
  frame.size = 21;
  CU_ASSERT_TRUE (vbet_stp_bpdu_read (&frame, &in));
  CU_ASSERT_EQUAL (in.type, VBET_BPDU_TCN);
  bytes[17] = 1; /* another protocol */
  CU_ASSERT_FALSE (vbet_stp_bpdu_read (&frame, &in));
}

/* --- trees ---------------------------------------------------------------------------------- */

/* Two bridges: by proposal and agreement at once, without waiting for a timer. */
static void
test_pair (void)
{
  Net *net = net_new (2);
  plug (net, 0, 0, 1, 0);
  pass (net, 10 * MS);
  CU_ASSERT_EQUAL (role (net, 0, 0), VBET_STP_DESIGNATED);
  CU_ASSERT_EQUAL (role (net, 1, 0), VBET_STP_ROOT);
  check_tree (net, 0, 2);
  guint32 cost;
  CU_ASSERT_EQUAL (vbet_stp_get_root (net->nodes[1].stp, &cost), vbet_stp_get_id (net->nodes[0].stp));
  CU_ASSERT_EQUAL (cost, VBET_STP_COST_DEFAULT);
  net_free (net);
}

static void
test_triangle (void)
{
  Net *net = net_new (3);
  plug (net, 0, 0, 1, 0);
  plug (net, 1, 1, 2, 1);
  plug (net, 2, 0, 0, 1);
  pass (net, 100 * MS);
  CU_ASSERT_EQUAL (role (net, 1, 0), VBET_STP_ROOT);
  CU_ASSERT_EQUAL (role (net, 2, 0), VBET_STP_ROOT);
  CU_ASSERT_EQUAL (role (net, 1, 1), VBET_STP_DESIGNATED);
  CU_ASSERT_EQUAL (role (net, 2, 1), VBET_STP_ALTERNATE);
  CU_ASSERT_FALSE (vbet_stp_is_forwarding (net->nodes[2].stp, 1));
  pass (net, 40 * SECOND);
  check_tree (net, 0, 3);
  /* The root port's cable is cut: the alternate port takes over at once (17.11). */
  guint flushes = net->nodes[0].flushes;
  cut (net, 2, 0);
  pass (net, 10 * MS);
  CU_ASSERT_EQUAL (role (net, 2, 1), VBET_STP_ROOT);
  check_tree (net, 0, 3);
  CU_ASSERT_TRUE (net->nodes[0].flushes > flushes); /* and all forget where they heard whom */
  set_end (net, 0, 1, TRUE);
  set_end (net, 2, 0, TRUE);
  pass (net, 100 * MS);
  CU_ASSERT_EQUAL (role (net, 2, 0), VBET_STP_ROOT);
  check_tree (net, 0, 3);
  net_free (net);
}

static void
test_ring (void)
{
  Net *net = net_new (10);
  for (guint i = 0; i < 10; i++)
    plug (net, i, 0, (i + 1) % 10, 1);
  pass (net, 10 * SECOND); /* no more than six BPDUs at once, one a second after that */
  check_tree (net, 0, 10);
  for (guint i = 0; i < 10; i++) { /* each cable in turn, out and in again */
    cut (net, i, 0);
    pass (net, 100 * MS);
    check_tree (net, 0, 10);
    set_end (net, i, 0, TRUE);
    set_end (net, (i + 1) % 10, 1, TRUE);
    pass (net, 10 * SECOND);
    check_tree (net, 0, 10);
  }
  net_free (net);
}

/* The root dies without a word: its neighbours miss three hellos (17.27). What they knew of it goes round in
 * circles until it is too old (counting to infinity: the price of alternate ports that take over at once). */
static void
test_silent_death (void)
{
  Net *net = net_new (5);
  for (guint i = 0; i < 4; i++)
    for (guint j = i + 1; j < 5; j++)
      plug (net, i, j, j, i);
  pass (net, 20 * SECOND);
  check_tree (net, 0, 5);
  net->mute[0] = TRUE;
  pass (net, 3 * SECOND);
  CU_ASSERT_EQUAL (vbet_stp_get_root (net->nodes[4].stp, NULL), vbet_stp_get_id (net->nodes[0].stp));
  pass (net, 57 * SECOND);
  CU_ASSERT_EQUAL (vbet_stp_get_root (net->nodes[4].stp, NULL), vbet_stp_get_id (net->nodes[1].stp));
  check_tree (net, 1, 4);
  net_free (net);
}

static void
test_priority (void)
{
  Net *net = net_new (4);
  for (guint i = 0; i < 4; i++)
    plug (net, i, 0, (i + 1) % 4, 1);
  pass (net, 1 * SECOND);
  vbet_stp_set_priority (net->nodes[3].stp, 4096, net->now);
  pass (net, 1 * SECOND);
  for (guint i = 0; i < 4; i++)
    CU_ASSERT_EQUAL (vbet_stp_get_root (net->nodes[i].stp, NULL), vbet_stp_get_id (net->nodes[3].stp));
  check_tree (net, 3, 4);
  net_free (net);
}

/* Costs decide: the longer way round may be the cheaper one. */
static void
test_cost (void)
{
  Net *net = net_new (3);
  plug (net, 0, 0, 2, 0);
  plug (net, 0, 1, 1, 0);
  plug (net, 1, 1, 2, 1);
  pass (net, 1 * SECOND);
  CU_ASSERT_EQUAL (role (net, 2, 0), VBET_STP_ROOT);
  vbet_stp_set_port (net->nodes[2].stp, 0, TRUE, 2000000, net->now);
  pass (net, 1 * SECOND);
  CU_ASSERT_EQUAL (role (net, 2, 0), VBET_STP_ALTERNATE);
  CU_ASSERT_EQUAL (role (net, 2, 1), VBET_STP_ROOT);
  check_tree (net, 0, 3);
  net_free (net);
}

/* Two cables between the same bridges, and a cable that leads back into its own bridge. */
static void
test_parallel_and_self (void)
{
  Net *net = net_new (2);
  plug (net, 0, 0, 1, 0);
  plug (net, 0, 1, 1, 1);
  plug (net, 1, 4, 1, 5);
  pass (net, 10 * SECOND);
  CU_ASSERT_EQUAL (role (net, 1, 0), VBET_STP_ROOT);
  CU_ASSERT_EQUAL (role (net, 1, 1), VBET_STP_ALTERNATE);
  CU_ASSERT_EQUAL (role (net, 1, 4), VBET_STP_DESIGNATED);
  CU_ASSERT_EQUAL (role (net, 1, 5), VBET_STP_BACKUP);
  CU_ASSERT_FALSE (vbet_stp_is_forwarding (net->nodes[1].stp, 5));
  net_free (net);
}

/* A host's port finds out that it is at the edge, and forwards after the three seconds of the migration time.
 */
static void
test_edge (void)
{
  Net *net = net_new (1);
  set_end (net, 0, 0, TRUE);
  pass (net, 1500 * MS);
  CU_ASSERT_FALSE (vbet_stp_is_forwarding (net->nodes[0].stp, 0));
  pass (net, 3 * SECOND);
  CU_ASSERT_TRUE (vbet_stp_is_forwarding (net->nodes[0].stp, 0));
  /* At the edge, a change of the tree elsewhere stops nothing. */
  net->nodes[0].links[1].bridge = -1;
  set_end (net, 0, 1, TRUE);
  pass (net, 10 * MS);
  CU_ASSERT_TRUE (vbet_stp_is_forwarding (net->nodes[0].stp, 0));
  CU_ASSERT_EQUAL (net->nodes[0].flushes, 0);
  net_free (net);
}

/* A neighbour of the old protocol gets it: config BPDUs, and forwarding after twice the forward delay. */
static void
test_old_neighbour (void)
{
  Net *net = net_new (1);
  VbetStpBpdu config = { .type = VBET_BPDU_CONFIG,
                         .priority = { 0x1000020000000099, 0, 0x1000020000000099, 0x8001 },
                         .times = { 0, 20, 2, 15 } };
  guint8 bytes[60];
  VbetFrame frame = { bytes, sizeof bytes };
  vbet_stp_bpdu_write (&config, 0x020000000099, bytes);
  set_end (net, 0, 0, TRUE);
  set_end (net, 0, 1, TRUE);
  for (guint i = 0; i < 20; i++) {
    vbet_stp_input (net->nodes[0].stp, 0, &frame, net->now);
    pass (net, 2 * SECOND);
  }
  CU_ASSERT_EQUAL (role (net, 0, 0), VBET_STP_ROOT);
  CU_ASSERT_TRUE (vbet_stp_is_forwarding (net->nodes[0].stp, 0));
  CU_ASSERT_EQUAL (vbet_stp_get_root (net->nodes[0].stp, NULL), 0x1000020000000099);
  net_free (net);
}

/* A grid, and cables pulled and plugged in any order: whatever happens, within ten seconds it is one tree. */
static void
test_any_changes (void)
{
  Net *net = net_new (16);
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  for (guint y = 0; y < 4; y++)
    for (guint x = 0; x < 4; x++) {
      if (x < 3)
        plug (net, y * 4 + x, 0, y * 4 + x + 1, 1);
      if (y < 3)
        plug (net, y * 4 + x, 2, y * 4 + x + 4, 3);
    }
  pass (net, 10 * SECOND);
  check_tree (net, 0, 16);
  for (guint round = 0; round < 60; round++) {
    guint bridge = (guint)g_rand_int_range (rand, 0, 16), port = (guint)g_rand_int_range (rand, 0, 4);
    if (net->nodes[bridge].links[port].bridge < 0)
      continue;
    cut (net, bridge, port);
    pass (net, g_rand_int_range (rand, 0, 3000) * MS);
    set_end (net, bridge, port, TRUE);
    set_end (net, (guint)net->nodes[bridge].links[port].bridge, net->nodes[bridge].links[port].port, TRUE);
    pass (net, g_rand_int_range (rand, 0, 3000) * MS);
  }
  pass (net, 10 * SECOND);
  check_tree (net, 0, 16);
  guint sent = net->sent;
  pass (net, 60 * SECOND); /* at rest: a hello each two seconds from each designated port, no more */
  CU_ASSERT_TRUE (net->sent - sent <= 31 * 48);
  net_free (net);
}

static void
test_garbage (void)
{
  Net *net = net_new (2);
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  plug (net, 0, 0, 1, 0);
  pass (net, 1 * SECOND);
  for (guint i = 0; i < 20000; i++) {
    guint8 bytes[60];
    VbetStpBpdu some
        = { .type = (VbetStpBpduType)(i % 3), .role = (guint8)(i / 3 % 4), .times = { 0, 20, 2, 15 } };
    vbet_stp_bpdu_write (&some, 0, bytes);
    for (guint n = (guint)g_rand_int_range (rand, 0, 20); n > 0; n--)
      bytes[g_rand_int_range (rand, 17, 60)] = (guint8)g_rand_int (rand);
    VbetFrame frame = { bytes, (guint)g_rand_int_range (rand, 14, 61) };
    vbet_stp_input (net->nodes[1].stp, (guint)g_rand_int_range (rand, 0, 3), &frame, net->now);
    pass (net, g_rand_int_range (rand, 0, 10) * MS);
  }
  pass (net, 60 * SECOND); /* and once it is over, all is well again */
  check_tree (net, 0, 2);
  CU_ASSERT_EQUAL (role (net, 0, 0), VBET_STP_DESIGNATED);
  net_free (net);
}

static void
test_ports_go (void)
{
  Net *net = net_new (3);
  plug (net, 0, 0, 1, 0);
  plug (net, 1, 1, 2, 1);
  plug (net, 2, 0, 0, 1);
  pass (net, 1 * SECOND);
  net->nodes[0].links[1].up = FALSE;
  vbet_stp_remove_port (net->nodes[0].stp, 1, net->now);
  set_end (net, 2, 0, FALSE);
  pass (net, 1 * SECOND);
  check_tree (net, 0, 3);
  CU_ASSERT_EQUAL (role (net, 0, 1), VBET_STP_DISABLED);
  net_free (net);
}

/* IEEE 802.1D-2004, table 17-3. */
static void
test_cost_of_rate (void)
{
  static const struct {
    double bits;
    guint32 cost;
  } rows[] = { { 1e5, 200000000 }, { 1e6, 20000000 }, { 1e7, 2000000 },    { 1e8, 200000 }, { 1e9, 20000 },
               { 1e10, 2000 },     { 1e11, 200 },     { 1e12, 20 },        { 1e13, 2 },     { 0, 20000 },
               { 1, 200000000 },   { 1e18, 1 },       { 64000, 200000000 } };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    CU_ASSERT_EQUAL (vbet_stp_cost_of_rate (rows[i].bits), rows[i].cost);
}

static CU_TestInfo stp_tests[] = {
  { "BPDUs", test_bpdu },
  { "a pair", test_pair },
  { "a triangle", test_triangle },
  { "a ring of ten", test_ring },
  { "the root dies silently", test_silent_death },
  { "priority", test_priority },
  { "cost", test_cost },
  { "cost of a rate", test_cost_of_rate },
  { "parallel cables, a cable to itself", test_parallel_and_self },
  { "edge ports", test_edge },
  { "a neighbour of the old protocol", test_old_neighbour },
  { "any changes end in a tree", test_any_changes },
  { "garbage", test_garbage },
  { "ports go", test_ports_go },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "spanning tree", NULL, NULL, NULL, NULL, stp_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
