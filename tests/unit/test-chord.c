/* test-chord.c - the Chord ring of the guests in virtual time: up to a thousand nodes over a network that delays and
 * loses datagrams, against what Stoica et al. (SIGCOMM 2001) prove of it. Leaves tests/unit/chord-hops.svg. */
#include "config.h"

#include <math.h>
#include <string.h>
#include <glib.h>

#include "chord/core.h"
#include "chord/sha1.h"
#include "harness.h"

#define MS G_GINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)
#define PORT 3003
#define FIRST_ADDRESS 0x0a000001u
#define SEED 20010827u /* of delays, losses and whoever dies */

typedef struct Net Net;

typedef struct {
  Net *net;
  ChordNode *node; /* NULL: it is dead */
  ChordPeer peer;
  gint64 wake;   /* of the event that is queued for it */
  guint side;    /* of a network that is cut in two */
  gint joined;   /* -1: not told; else whether */
  gint left;     /* in the same way: whether keys were handed over */
  guint pending; /* answers that are awaited */
  guint answers;
  ChordAnswer answer; /* the last one */
  char value[CHORD_VALUE_MAX + 1];
  guint n_steps;
  ChordStep last_step;
} Node;

typedef struct {
  gint64 due;
  guint64 order; /* of two that are due at a time, who was first */
  guint to;
  guint from;
  gsize size;
  guint8 *data; /* NULL: time passes for @to */
} Event;

struct Net {
  gint64 now;
  guint64 order;
  GRand *rand;
  double loss;
  gboolean cut;
  GPtrArray *nodes; /* of Node */
  GArray *events;   /* of Event: a heap */
  guint64 sent;
  GPtrArray *kept; /* (nullable): GBytes of what was sent, to be spoilt */
};

/* --- the network --------------------------------------------------------------- */

static gboolean
is_before (const Event *a, const Event *b)
{
  return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void
push (Net *net, Event event)
{
  event.order = net->order++;
  g_array_append_val (net->events, event);
  Event *heap = (Event *)(gpointer)net->events->data;
  guint at = net->events->len - 1;
  for (; at > 0 && is_before (&event, &heap[(at - 1) / 2]); at = (at - 1) / 2)
    heap[at] = heap[(at - 1) / 2];
  heap[at] = event;
}

static Event
pop (Net *net)
{
  Event *heap = (Event *)(gpointer)net->events->data;
  Event first = heap[0], last = heap[net->events->len - 1];
  guint n = net->events->len - 1, at = 0;
  g_array_set_size (net->events, n);
  while (2 * at + 1 < n) {
    guint child = 2 * at + 1;
    if (child + 1 < n && is_before (&heap[child + 1], &heap[child]))
      child++;
    if (!is_before (&heap[child], &last))
      break;
    heap[at] = heap[child];
    at = child;
  }
  if (n > 0)
    heap[at] = last;
  return first;
}

static Node *
node_at (Net *net, guint number)
{
  return g_ptr_array_index (net->nodes, number);
}

static guint
number_of (const Node *node)
{
  return node->peer.address - FIRST_ADDRESS;
}

static void
on_send (const ChordPeer *to, const uint8_t *data, size_t size, void *user_data)
{
  Node *node = user_data;
  Net *net = node->net;
  guint number = to->address - FIRST_ADDRESS;
  net->sent++;
  CU_ASSERT_TRUE_FATAL (size > 0 && size <= CHORD_MESSAGE_MAX);
  if (net->kept != NULL)
    g_ptr_array_add (net->kept, g_bytes_new (data, size));
  if (number >= net->nodes->len || to->port != PORT || g_rand_double (net->rand) < net->loss
      || (net->cut && node_at (net, number)->side != node->side))
    return;
  push (net, (Event){ .due = net->now + g_rand_int_range (net->rand, 5, 60) * MS,
                      .to = number,
                      .from = number_of (node),
                      .size = size,
                      .data = g_memdup2 (data, size) });
}

static void
on_step (unsigned op, const ChordStep *step, void *user_data)
{
  Node *node = user_data;
  node->n_steps++;
  node->last_step = *step;
}

static void
on_answer (unsigned op, const ChordAnswer *answer, void *user_data)
{
  Node *node = user_data;
  node->answers++;
  node->pending -= node->pending > 0;
  node->answer = *answer;
  if (answer->value_size > 0)
    memcpy (node->value, answer->value, answer->value_size);
  node->value[answer->value_size] = '\0';
}

static void
on_joined (bool joined, void *user_data)
{
  ((Node *)user_data)->joined = joined;
}

static void
on_left (bool handed_over, void *user_data)
{
  ((Node *)user_data)->left = handed_over;
}

static Net *
net_new (double loss)
{
  Net *net = g_new0 (Net, 1);
  net->rand = g_rand_new_with_seed (SEED);
  net->loss = loss;
  net->nodes = g_ptr_array_new ();
  net->events = g_array_new (FALSE, FALSE, sizeof (Event));
  return net;
}

static void
net_free (Net *net)
{
  for (guint i = 0; i < net->nodes->len; i++) {
    chord_free (node_at (net, i)->node);
    g_free (node_at (net, i));
  }
  while (net->events->len > 0)
    g_free (pop (net).data);
  g_array_unref (net->events);
  g_ptr_array_unref (net->nodes);
  g_clear_pointer (&net->kept, g_ptr_array_unref);
  g_rand_free (net->rand);
  g_free (net);
}

static void
set_alarm (Net *net, Node *node)
{
  gint64 deadline = node->node != NULL ? MAX (chord_deadline (node->node), net->now) : G_MAXINT64;
  if (deadline >= node->wake)
    return;
  node->wake = deadline;
  push (net, (Event){ .due = deadline, .to = number_of (node) });
}

/* A new node, in no ring. */
static Node *
add_node (Net *net)
{
  Node *node = g_new0 (Node, 1);
  ChordConfig config = { .address = FIRST_ADDRESS + net->nodes->len,
                         .port = PORT,
                         .seed = g_rand_int (net->rand),
                         .interval = SECOND,
                         .timeout = SECOND / 2,
                         .user_data = node,
                         .send = on_send,
                         .step = on_step,
                         .answer = on_answer,
                         .joined = on_joined,
                         .left = on_left };
  node->net = net;
  node->joined = node->left = -1;
  node->wake = G_MAXINT64;
  chord_peer_init (&node->peer, config.address, PORT);
  node->node = chord_new (&config, net->now);
  CU_ASSERT_PTR_NOT_NULL_FATAL (node->node);
  g_ptr_array_add (net->nodes, node);
  return node;
}

static gboolean
is_member (const Node *node)
{
  return node->node != NULL && chord_is_member (node->node);
}

static Node *
any_member (Net *net)
{
  while (TRUE) {
    Node *node = node_at (net, (guint)g_rand_int_range (net->rand, 0, (gint)net->nodes->len));
    if (is_member (node))
      return node;
  }
}

/* The first node makes the ring, the others join it by any. */
static Node *
join (Net *net)
{
  Node *via = net->nodes->len > 0 ? any_member (net) : NULL;
  Node *node = add_node (net);
  if (via == NULL)
    chord_create (node->node, net->now);
  else
    chord_join (node->node, &via->peer, net->now);
  set_alarm (net, node);
  return node;
}

static void
die (Node *node)
{
  g_clear_pointer (&node->node, chord_free);
}

static void
happen (Net *net, Event *event)
{
  Node *node = node_at (net, event->to);
  net->now = event->due;
  if (event->data == NULL && node->wake == event->due)
    node->wake = G_MAXINT64;
  if (node->node != NULL && event->data != NULL)
    chord_input (node->node, node_at (net, event->from)->peer.address, PORT, event->data, event->size,
                 net->now);
  if (node->node != NULL && chord_deadline (node->node) <= net->now)
    chord_run (node->node, net->now);
  set_alarm (net, node);
  g_free (event->data);
}

static void
pass (Net *net, gint64 time)
{
  gint64 until = net->now + time;
  while (net->events->len > 0 && g_array_index (net->events, Event, 0).due <= until) {
    Event event = pop (net);
    happen (net, &event);
  }
  net->now = until;
}

/* --- what must hold --------------------------------------------------------------- */

static gint
by_id (gconstpointer a, gconstpointer b)
{
  return chord_id_compare (&(*(Node *const *)a)->peer.id, &(*(Node *const *)b)->peer.id);
}

/* Returns: (transfer full): the members in the order of the circle. */
static GPtrArray *
members (Net *net)
{
  GPtrArray *list = g_ptr_array_new ();
  for (guint i = 0; i < net->nodes->len; i++)
    if (is_member (node_at (net, i)))
      g_ptr_array_add (list, node_at (net, i));
  g_ptr_array_sort (list, by_id);
  return list;
}

/* Whose @id is: the first member at it or after it. */
static guint
owner_of (const GPtrArray *list, const ChordId *id)
{
  guint low = 0, high = list->len;
  while (low < high) {
    guint middle = (low + high) / 2;
    if (chord_id_compare (&((Node *)g_ptr_array_index (list, middle))->peer.id, id) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low % list->len;
}

/* Each member's predecessor is the one before it, its successors are those that follow: then the ring is one, and
 * closes. */
static gboolean
is_right (Net *net)
{
  g_autoptr (GPtrArray) list = members (net);
  for (guint i = 0; i < list->len; i++) {
    const Node *node = g_ptr_array_index (list, i);
    const Node *before = g_ptr_array_index (list, (i + list->len - 1) % list->len);
    const ChordPeer *predecessor = chord_predecessor (node->node);
    guint n;
    const ChordPeer *successors = chord_successors (node->node, &n);
    if (n != MIN (CHORD_COPIES, list->len - 1))
      return FALSE;
    if (n > 0 && (predecessor == NULL || !chord_peer_equal (predecessor, &before->peer)))
      return FALSE;
    for (guint j = 0; j < n; j++)
      if (!chord_peer_equal (&successors[j],
                             &((Node *)g_ptr_array_index (list, (i + 1 + j) % list->len))->peer))
        return FALSE;
  }
  return TRUE;
}

/* Each finger is the first member at or after where it begins; one that is unset begins after all others. */
static gboolean
fingers_are_right (Net *net)
{
  g_autoptr (GPtrArray) list = members (net);
  for (guint i = 0; i < list->len; i++) {
    const Node *node = g_ptr_array_index (list, i);
    for (guint bit = 0; bit < CHORD_ID_BITS; bit++) {
      ChordId start = chord_id_finger_start (&node->peer.id, bit);
      const Node *owner = g_ptr_array_index (list, owner_of (list, &start));
      const ChordPeer *finger = chord_finger (node->node, bit);
      if (finger == NULL ? owner != node : !chord_peer_equal (finger, &owner->peer))
        return FALSE;
    }
  }
  return TRUE;
}

/* Returns: after how many seconds @condition held, at most @seconds. */
static guint
wait_for (Net *net, gboolean (*condition) (Net *net), guint seconds)
{
  for (guint i = 0; i < seconds; i++) {
    if (condition (net))
      return i;
    pass (net, SECOND);
  }
  CU_ASSERT_TRUE_FATAL (condition (net));
  return seconds;
}

/* Notes that @node was asked something, as its @op. */
static void
asked (Net *net, Node *node, int op)
{
  CU_ASSERT_TRUE_FATAL (op >= 0);
  node->pending++;
  set_alarm (net, node);
}

/* Passes time until all that was asked is answered. */
static void
await_all (Net *net)
{
  for (guint i = 0; i < net->nodes->len; i++) {
    for (guint turns = 0; turns < 1000 && node_at (net, i)->pending > 0; turns++)
      pass (net, 100 * MS);
    CU_ASSERT_EQUAL_FATAL (node_at (net, i)->pending, 0);
  }
}

/* Passes time until @node has the answer to what it was asked as @op. */
static const ChordAnswer *
await (Net *net, Node *node, int op)
{
  asked (net, node, op);
  await_all (net);
  return &node->answer;
}

static ChordResult
put (Net *net, Node *node, const char *key, const char *value)
{
  return await (net, node,
                chord_put (node->node, (const guint8 *)key, strlen (key), (const guint8 *)value,
                           strlen (value), net->now))
      ->result;
}

static ChordResult
get (Net *net, Node *node, const char *key)
{
  return await (net, node, chord_get (node->node, (const guint8 *)key, strlen (key), net->now))->result;
}

/* Members in any order: each is asked one thing at a time, many at the same time. */
static GPtrArray *
shuffled (Net *net)
{
  GPtrArray *list = members (net);
  for (guint i = list->len - 1; i > 0; i--) {
    guint other = (guint)g_rand_int_range (net->rand, 0, (gint)i + 1);
    gpointer node = list->pdata[i];
    list->pdata[i] = list->pdata[other];
    list->pdata[other] = node;
  }
  return list;
}

static void
put_keys (Net *net, guint count)
{
  g_autoptr (GPtrArray) list = shuffled (net);
  for (guint first = 0; first < count; first += list->len) {
    for (guint i = first; i < MIN (first + list->len, count); i++) {
      g_autofree char *key = g_strdup_printf ("key %u", i), *value = g_strdup_printf ("value %u", i);
      Node *node = g_ptr_array_index (list, i - first);
      asked (net, node,
             chord_put (node->node, (const guint8 *)key, strlen (key), (const guint8 *)value, strlen (value),
                        net->now));
    }
    await_all (net);
    for (guint i = first; i < MIN (first + list->len, count); i++)
      CU_ASSERT_EQUAL (((Node *)g_ptr_array_index (list, i - first))->answer.result, CHORD_DONE);
  }
}

static void
assert_keys (Net *net, guint count)
{
  g_autoptr (GPtrArray) list = shuffled (net);
  for (guint first = 0; first < count; first += list->len) {
    for (guint i = first; i < MIN (first + list->len, count); i++) {
      g_autofree char *key = g_strdup_printf ("key %u", i);
      Node *node = g_ptr_array_index (list, i - first);
      asked (net, node, chord_get (node->node, (const guint8 *)key, strlen (key), net->now));
    }
    await_all (net);
    for (guint i = first; i < MIN (first + list->len, count); i++) {
      g_autofree char *value = g_strdup_printf ("value %u", i);
      const Node *node = g_ptr_array_index (list, i - first);
      CU_ASSERT_EQUAL (node->answer.result, CHORD_DONE);
      VBET_ASSERT_TEXT (node->value, value);
    }
  }
}

/* Each key is where it is due, the owner and those that follow it, and nowhere else. */
static gboolean
keys_lie_right (Net *net)
{
  g_autoptr (GPtrArray) list = members (net);
  for (guint i = 0; i < list->len; i++) {
    const ChordStore *store = chord_keys (((Node *)g_ptr_array_index (list, i))->node);
    for (guint k = 0; k < store->n; k++) {
      guint owner = owner_of (list, &store->items[k]->state.id);
      if ((i + list->len - owner) % list->len >= CHORD_COPIES)
        return FALSE;
      for (guint copy = 0; copy < MIN (CHORD_COPIES, list->len); copy++) {
        const Node *other = g_ptr_array_index (list, (owner + copy) % list->len);
        if (chord_store_find (chord_keys (other->node), &store->items[k]->state.id) == NULL)
          return FALSE;
      }
    }
  }
  return TRUE;
}

/* --- identifiers and messages ------------------------------------------------------- */

static void
assert_digest (const char *text, gsize repeat, const char *expected)
{
  g_autoptr (GString) data = g_string_new (NULL);
  guint8 digest[SHA1_SIZE];
  char hex[CHORD_ID_TEXT_SIZE];
  for (gsize i = 0; i < repeat; i++)
    g_string_append (data, text);
  sha1 (data->str, data->len, digest);
  ChordId id = chord_id_of (data->str, data->len);
  CU_ASSERT_EQUAL (memcmp (id.bytes, digest, SHA1_SIZE), 0);
  chord_id_text (&id, hex);
  VBET_ASSERT_TEXT (hex, expected);
}

/* RFC 3174, section 7.3, and all lengths around the end of a block, against GLib's. */
static void
test_sha1 (void)
{
  assert_digest ("abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d");
  assert_digest ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
                 "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  assert_digest ("a", 1000000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
  assert_digest ("0123456701234567012345670123456701234567012345670123456701234567", 10,
                 "dea356a2cddd90c7a7ecedc5ebb563934f460452");
  for (gsize size = 0; size < 200; size++) {
    g_autofree char *text = g_strnfill (size, 'x');
    g_autofree char *expected = g_compute_checksum_for_string (G_CHECKSUM_SHA1, text, (gssize)size);
    assert_digest (text, 1, expected);
  }
}

static ChordId
small_id (guint8 number)
{
  return (ChordId){ .bytes = { [CHORD_ID_SIZE - 1] = number } };
}

static void
test_circle (void)
{
  ChordId one = small_id (1), five = small_id (5), nine = small_id (9);
  CU_ASSERT_TRUE (chord_id_between (&five, &one, &nine));
  CU_ASSERT_FALSE (chord_id_between (&nine, &one, &nine));
  CU_ASSERT_TRUE (chord_id_within (&nine, &one, &nine));
  CU_ASSERT_FALSE (chord_id_within (&one, &one, &nine));
  CU_ASSERT_TRUE (chord_id_between (&one, &nine, &five)); /* past zero */
  CU_ASSERT_FALSE (chord_id_between (&five, &nine, &one));
  CU_ASSERT_TRUE (chord_id_between (&five, &one, &one));
  CU_ASSERT_FALSE (chord_id_between (&one, &one, &one));
  CU_ASSERT_TRUE (chord_id_within (&one, &one, &one));

  ChordId start = chord_id_finger_start (&five, 3), top = chord_id_finger_start (&five, 159);
  CU_ASSERT_EQUAL (start.bytes[19], 13);
  CU_ASSERT_EQUAL (top.bytes[0], 0x80);
  ChordId distance = chord_id_distance (&nine, &five); /* -4 */
  CU_ASSERT_EQUAL (distance.bytes[19], 0xfc);
  CU_ASSERT_EQUAL (distance.bytes[0], 0xff);
  ChordId zero = chord_id_finger_start (&distance, 2); /* carries through all bytes */
  ChordId none = small_id (0);
  CU_ASSERT_EQUAL (chord_id_compare (&zero, &none), 0);

  char text[CHORD_PEER_TEXT_SIZE];
  ChordPeer peer;
  chord_peer_init (&peer, 0xffffffff, 65535);
  CU_ASSERT_EQUAL (chord_peer_text (&peer, text), CHORD_PEER_TEXT_SIZE - 1);
  VBET_ASSERT_TEXT (text, "255.255.255.255:65535");
  ChordId expected = chord_id_of (text, strlen (text));
  CU_ASSERT_EQUAL (chord_id_compare (&peer.id, &expected), 0);
}

static ChordMessage
full_message (ChordType type, guint8 *text)
{
  ChordMessage message = { .type = type, .request = 0x0102030405060708, .final = true, .status = CHORD_HAVE };
  chord_peer_init (&message.sender, FIRST_ADDRESS, PORT);
  chord_peer_init (&message.predecessor, FIRST_ADDRESS + 1, PORT);
  message.target = chord_id_of ("x", 1);
  message.held = 7;
  message.owned = 3;
  message.n_peers = CHORD_COPIES;
  for (guint i = 0; i < CHORD_COPIES; i++)
    chord_peer_init (&message.peers[i], FIRST_ADDRESS + 2 + i, PORT);
  message.version = G_MAXUINT64;
  message.key = message.value = text;
  message.key_size = CHORD_KEY_MAX;
  message.value_size = CHORD_VALUE_MAX;
  message.n_offers = CHORD_OFFERS_MAX;
  for (guint i = 0; i < CHORD_OFFERS_MAX; i++)
    message.offers[i] = (ChordOffer){ .id = small_id ((guint8)i), .version = i, .tag = G_MAXUINT64 - i };
  return message;
}

/* What is packed is unpacked, with each bound full; nothing shorter or longer is a message. */
static void
test_messages (void)
{
  guint8 text[CHORD_VALUE_MAX], data[CHORD_MESSAGE_MAX + 1] = { 0 }, again[CHORD_MESSAGE_MAX];
  for (guint i = 0; i < sizeof text; i++)
    text[i] = (guint8)(i * 7);
  for (ChordType type = CHORD_FIND; type <= CHORD_LEAVE; type++) {
    ChordMessage message = full_message (type, text), copy;
    gsize size = chord_message_pack (&message, data);
    CU_ASSERT_TRUE_FATAL (chord_message_unpack (data, size, &copy));
    CU_ASSERT_EQUAL (copy.request, message.request);
    CU_ASSERT_EQUAL (chord_message_pack (&copy, again), size);
    CU_ASSERT_EQUAL (memcmp (data, again, size), 0);
    for (gsize other = 0; other < size; other++)
      CU_ASSERT_FALSE (chord_message_unpack (data, other, &copy));
    CU_ASSERT_FALSE (chord_message_unpack (data, size + 1, &copy));
  }
}

/* Whose identifier is not that of the address is refused, wherever in a message it stands. */
static void
test_liars (void)
{
  guint8 text[CHORD_VALUE_MAX] = { 0 }, data[CHORD_MESSAGE_MAX];
  ChordMessage copy, message = full_message (CHORD_STATE, text);
  gsize size = chord_message_pack (&message, data);
  gsize peers[] = { 12, 12 + 26 + 1, 12 + 26 + 1 + 26 + 1 };
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++) {
    CU_ASSERT_TRUE (chord_message_unpack (data, size, &copy));
    data[peers[i] + 3] ^= 1;
    CU_ASSERT_FALSE (chord_message_unpack (data, size, &copy));
    data[peers[i] + 3] ^= 1;
  }

  /* Who is true to an address that it does not send from is not answered either. */
  Net *net = net_new (0);
  Node *node = join (net);
  message = full_message (CHORD_PING, text);
  chord_peer_init (&message.sender, FIRST_ADDRESS + 5, PORT);
  size = chord_message_pack (&message, data);
  chord_input (node->node, FIRST_ADDRESS + 6, PORT, data, size, 0);
  chord_input (node->node, FIRST_ADDRESS + 5, PORT + 1, data, size, 0);
  CU_ASSERT_EQUAL (net->sent, 0);
  chord_input (node->node, FIRST_ADDRESS + 5, PORT, data, size, 0);
  CU_ASSERT_EQUAL (net->sent, 1);
  net_free (net);
}

/* --- the ring ------------------------------------------------------------------------- */

typedef struct {
  guint nodes;
  double mean;
  guint most;
} Hops;

/* Each member looks a random identifier up, @rounds times. */
static Hops
measure_hops (Net *net, guint rounds)
{
  g_autoptr (GPtrArray) list = members (net);
  g_autofree ChordId *ids = g_new (ChordId, list->len);
  Hops hops = { .nodes = list->len };
  guint sum = 0;
  for (guint round = 0; round < rounds; round++) {
    for (guint i = 0; i < list->len; i++) {
      guint32 number = g_rand_int (net->rand);
      Node *node = g_ptr_array_index (list, i);
      ids[i] = chord_id_of (&number, sizeof number);
      asked (net, node, chord_lookup_id (node->node, &ids[i], net->now));
    }
    await_all (net);
    for (guint i = 0; i < list->len; i++) {
      const Node *node = g_ptr_array_index (list, i);
      const Node *owner = g_ptr_array_index (list, owner_of (list, &ids[i]));
      CU_ASSERT_EQUAL (node->answer.result, CHORD_DONE);
      CU_ASSERT_TRUE (node->last_step.owner && chord_peer_equal (&node->last_step.peer, &owner->peer));
      sum += node->answer.hops;
      hops.most = MAX (hops.most, node->answer.hops);
    }
  }
  hops.mean = (double)sum / (list->len * rounds);
  double bits = log2 (list->len);
  printf ("chord: %u nodes: %.2f hops in the mean (half the logarithm: %.2f), %u at most\n", list->len,
          hops.mean, bits / 2, hops.most);
  CU_ASSERT_TRUE (hops.mean <= bits / 2 + 0.5);
  CU_ASSERT_TRUE (hops.most <= 2 * bits);
  return hops;
}

/* The plot of the paper's figure on path lengths: nodes to the right, as powers of two, hops upwards. */
static void
draw_hops (const Hops *hops, guint count)
{
  g_autoptr (GString) svg = g_string_new (NULL);
  const char *build = g_getenv ("VBET_TOP_BUILDDIR");
  g_string_append (svg,
                   "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 480 340' font-family='sans-serif' "
                   "font-size='12'>\n<rect width='480' height='340' fill='white'/>\n"
                   "<path d='M50 20V300H460' fill='none' stroke='black'/>\n"
                   "<path d='M50 300L450 150' stroke='gray' stroke-dasharray='4'/>\n"
                   "<text x='455' y='150' text-anchor='end' dy='-6' fill='gray'>½ log₂ n</text>\n"
                   "<text x='255' y='332' text-anchor='middle'>nodes n</text>\n"
                   "<text x='60' y='24'>hops of a lookup: mean (dot), most (line)</text>\n");
  for (guint y = 0; y <= 8; y += 2)
    g_string_append_printf (svg, "<text x='44' y='%u' text-anchor='end'>%u</text>\n", 304 - 30 * y, y);
  for (guint i = 0; i < count; i++) {
    gint x = (gint)(50 + 40 * log2 (hops[i].nodes));
    g_string_append_printf (
        svg,
        "<path d='M%d %dV%u' stroke='black'/>\n<circle cx='%d' cy='%d' r='4' fill='#c00'/>\n"
        "<text x='%d' y='316' text-anchor='middle'>%u</text>\n",
        x, (gint)(300 - 30 * hops[i].mean), 300 - 30 * MIN (hops[i].most, 9), x,
        (gint)(300 - 30 * hops[i].mean), x, hops[i].nodes);
  }
  g_string_append (svg, "</svg>\n");
  g_autofree char *path
      = g_build_filename (build != NULL ? build : VBET_BUILDDIR, "tests", "unit", "chord-hops.svg", NULL);
  CU_ASSERT_TRUE (g_file_set_contents (path, svg->str, -1, NULL));
}

static void
kill_or_go (Net *net, Node *node, gboolean kill)
{
  if (kill) {
    die (node);
    return;
  }
  chord_leave (node->node, net->now);
  set_alarm (net, node);
}

/* For @seconds, nodes join, die and leave, one of each a second: within a minute after that all is right again. */
static void
churn (Net *net, guint seconds)
{
  for (guint i = 0; i < seconds; i++) {
    kill_or_go (net, any_member (net), TRUE);
    kill_or_go (net, any_member (net), FALSE);
    join (net);
    join (net);
    pass (net, SECOND);
  }
}

/* A thousand nodes: first one by one, then a batch in a few seconds, then most of them at once. */
static void
test_thousand (void)
{
  const guint sizes[] = { 1, 8, 30, 125, 1000 };
  Hops hops[G_N_ELEMENTS (sizes) - 1];
  Net *net = net_new (0.01);
  join (net);
  for (guint i = 1; i < G_N_ELEMENTS (sizes); i++) {
    while (net->nodes->len < sizes[i]) {
      join (net);
      pass (net, i == 1 ? 10 * SECOND : i == 2 ? SECOND : i == 3 ? 100 * MS : 0);
    }
    pass (net, 3 * SECOND);
    guint right = wait_for (net, is_right, 120);
    for (guint n = 0; n < net->nodes->len; n++)
      CU_ASSERT_EQUAL (node_at (net, n)->joined, n == 0 ? -1 : TRUE);
    guint fingers = wait_for (net, fingers_are_right, 240);
    printf ("chord: %u nodes: ring right after %u s, fingers %u s later\n", sizes[i], right + 3, fingers);
    hops[i - 1] = measure_hops (net, 2000 / sizes[i]);
  }
  draw_hops (hops, G_N_ELEMENTS (hops));

  put_keys (net, 100);
  churn (net, 20);
  guint right = wait_for (net, is_right, 60);
  printf ("chord: ring right %u s after 20 deaths, 20 departures, 40 arrivals; %" G_GUINT64_FORMAT
          " datagrams in %" G_GINT64_FORMAT " s\n",
          right, net->sent, net->now / SECOND);
  assert_keys (net, 100);
  net_free (net);
}

/* --- keys ------------------------------------------------------------------------------ */

static Net *
small_ring (guint n, double loss)
{
  Net *net = net_new (loss);
  for (guint i = 0; i < n; i++) {
    join (net);
    pass (net, SECOND);
  }
  wait_for (net, is_right, 60);
  return net;
}

/* Wherever CHORD_COPIES - 1 that follow each other die at once, no key is lost (SIGCOMM section 5.2). */
static void
test_deaths (void)
{
  Net *net = small_ring (20, 0.01);
  guint longest = 0;
  put_keys (net, 60);
  for (guint place = 0; place < 20; place++) {
    wait_for (net, keys_lie_right, 120);
    g_autoptr (GPtrArray) list = members (net);
    for (guint i = 0; i < CHORD_COPIES - 1; i++)
      die (g_ptr_array_index (list, (place + i) % list->len));
    guint right = wait_for (net, is_right, 30);
    longest = MAX (longest, right);
    assert_keys (net, 60);
    for (guint i = 0; i < CHORD_COPIES - 1; i++)
      join (net);
    pass (net, 2 * SECOND);
    wait_for (net, is_right, 60);
  }
  printf ("chord: ring right at most %u s after %d successive deaths\n", longest, CHORD_COPIES - 1);
  net_free (net);
}

/* Keys move to who joins; they are nowhere in the end where they are not due. */
static void
test_move (void)
{
  Net *net = small_ring (1, 0);
  put_keys (net, 100);
  for (guint i = 0; i < 9; i++) {
    Node *node = join (net);
    pass (net, 3 * SECOND);
    wait_for (net, is_right, 30);
    g_autoptr (GPtrArray) list = members (net);
    const ChordStore *store = chord_keys (node_at (net, 0)->node);
    for (guint k = 0; k < store->n; k++)
      if (g_ptr_array_index (list, owner_of (list, &store->items[k]->state.id)) == node)
        CU_ASSERT_PTR_NOT_NULL (chord_store_find (chord_keys (node->node), &store->items[k]->state.id));
    assert_keys (net, 100);
  }
  wait_for (net, keys_lie_right, 200);
  guint held = 0, owned = 0;
  for (guint i = 0; i < net->nodes->len; i++) {
    held += chord_keys (node_at (net, i)->node)->n;
    owned += chord_owned (node_at (net, i)->node);
  }
  CU_ASSERT_EQUAL (owned, 100);
  CU_ASSERT_EQUAL (held, 100 * CHORD_COPIES);
  net_free (net);
}

/* So they do at once: before the first round of offers. */
static void
test_early (void)
{
  Net *net = net_new (0);
  const Node *first = join (net);
  put_keys (net, 5);
  const Node *second = join (net);
  pass (net, 900 * MS);
  CU_ASSERT_TRUE (net->now < 1500 * MS);
  CU_ASSERT_EQUAL (chord_owned (first->node) + chord_owned (second->node), 5);
  CU_ASSERT_TRUE (chord_owned (second->node) > 0);
  net_free (net);
}

/* Who leaves hands over what nobody else has, and its neighbours are each other's at once. */
static void
test_leave (void)
{
  Net *net = small_ring (1, 0.05);
  Node *first = node_at (net, 0);
  put_keys (net, 100);
  Node *second = join (net);
  guint known = 0;
  while (chord_successors (first->node, &known) != NULL && known == 0)
    pass (net, MS);
  CU_ASSERT_TRUE (chord_keys (second->node)->n < 100);
  chord_leave (first->node, net->now);
  CU_ASSERT_TRUE (chord_get (first->node, (const guint8 *)"x", 1, net->now) < 0);
  set_alarm (net, first);
  for (guint i = 0; i < 150 && first->left < 0; i++)
    pass (net, 100 * MS);
  CU_ASSERT_EQUAL (first->left, TRUE);
  CU_ASSERT_EQUAL (chord_keys (second->node)->n, 100);
  wait_for (net, is_right, 30);
  assert_keys (net, 100);

  /* The last one has nobody to give them to, and says so. */
  chord_leave (second->node, net->now);
  set_alarm (net, second);
  pass (net, SECOND);
  CU_ASSERT_EQUAL (second->left, FALSE);
  net_free (net);
}

/* Seven of eight leave, one after the other without a pause: the last one has all keys, and knows that it is alone. */
static void
test_exodus (void)
{
  Net *net = small_ring (8, 0);
  put_keys (net, 50);
  for (guint i = 7; i > 0; i--) {
    Node *node = node_at (net, i);
    chord_leave (node->node, net->now);
    set_alarm (net, node);
    while (node->left < 0)
      pass (net, MS);
    CU_ASSERT_EQUAL (node->left, TRUE);
  }
  pass (net, 100 * MS);
  CU_ASSERT_TRUE (is_right (net));
  CU_ASSERT_EQUAL (chord_owned (node_at (net, 0)->node), 50);
  assert_keys (net, 50);
  net_free (net);
}

static void
test_values (void)
{
  Net *net = small_ring (6, 0);
  CU_ASSERT_EQUAL (get (net, node_at (net, 1), "none"), CHORD_NOT_FOUND);
  for (guint i = 0; i < 5; i++) {
    g_autofree char *value = g_strdup_printf ("%u", i);
    CU_ASSERT_EQUAL (put (net, node_at (net, i), "again", value), CHORD_DONE);
    CU_ASSERT_EQUAL (node_at (net, i)->answer.copies, CHORD_COPIES);
    CU_ASSERT_EQUAL (get (net, node_at (net, 5 - i), "again"), CHORD_DONE);
    VBET_ASSERT_TEXT (node_at (net, 5 - i)->value, value);
  }
  CU_ASSERT_EQUAL (put (net, node_at (net, 0), "empty", ""), CHORD_DONE);
  CU_ASSERT_EQUAL (get (net, node_at (net, 3), "empty"), CHORD_DONE);
  VBET_ASSERT_TEXT (node_at (net, 3)->value, "");

  guint8 big[CHORD_VALUE_MAX + 1] = { 0 };
  ChordNode *node = node_at (net, 2)->node;
  CU_ASSERT_TRUE (chord_put (node, big, 0, big, 1, net->now) < 0);
  CU_ASSERT_TRUE (chord_put (node, big, CHORD_KEY_MAX + 1, big, 1, net->now) < 0);
  CU_ASSERT_TRUE (chord_put (node, big, 1, big, CHORD_VALUE_MAX + 1, net->now) < 0);
  int op = chord_put (node, big, CHORD_KEY_MAX, big, CHORD_VALUE_MAX, net->now);
  CU_ASSERT_EQUAL (await (net, node_at (net, 2), op)->copies, CHORD_COPIES);
  op = chord_get (node, big, CHORD_KEY_MAX, net->now);
  CU_ASSERT_EQUAL (await (net, node_at (net, 2), op)->value_size, CHORD_VALUE_MAX);
  net_free (net);
}

/* Once round: each node, in order. */
static void
test_walk (void)
{
  Net *net = small_ring (12, 0);
  for (guint i = 0; i < 12; i++) {
    Node *node = node_at (net, i);
    node->n_steps = 0;
    CU_ASSERT_EQUAL (await (net, node, chord_walk (node->node, net->now))->result, CHORD_DONE);
    CU_ASSERT_EQUAL (node->n_steps, 12);
    CU_ASSERT_TRUE (chord_peer_equal (&node->last_step.peer, chord_predecessor (node->node)));
  }
  net_free (net);
}

/* A network that is cut makes two rings, each with all keys that it can have; mended, they are one again. */
static void
test_cut (void)
{
  Net *net = small_ring (8, 0);
  put_keys (net, 30);
  pass (net, 30 * SECOND);
  for (guint i = 0; i < 8; i++)
    node_at (net, i)->side = i % 2;
  net->cut = TRUE;
  pass (net, 40 * SECOND);
  CU_ASSERT_FALSE (is_right (net));
  CU_ASSERT_EQUAL (put (net, node_at (net, 0), "left", "1"), CHORD_DONE);
  CU_ASSERT_EQUAL (put (net, node_at (net, 1), "right", "2"), CHORD_DONE);
  net->cut = FALSE;
  guint right = wait_for (net, is_right, 120);
  printf ("chord: one ring %u s after a cut network was mended\n", right);
  pass (net, 60 * SECOND);
  CU_ASSERT_EQUAL (get (net, node_at (net, 1), "left"), CHORD_DONE);
  CU_ASSERT_EQUAL (get (net, node_at (net, 0), "right"), CHORD_DONE);
  assert_keys (net, 30);
  net_free (net);
}

/* Who cannot join is told so. */
static void
test_nobody (void)
{
  Net *net = net_new (0);
  Node *dead = add_node (net), *node = add_node (net);
  die (dead);
  chord_join (node->node, &dead->peer, net->now);
  set_alarm (net, node);
  CU_ASSERT_TRUE (chord_walk (node->node, net->now) < 0);
  pass (net, 20 * SECOND);
  CU_ASSERT_EQUAL (node->joined, FALSE);
  net_free (net);
}

/* --- strangers --------------------------------------------------------------------------- */

/* What was really sent, with bits that were not, to whoever, from whoever; and noise. */
static void
test_garbage (void)
{
  Net *net = small_ring (8, 0);
  net->kept = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  put_keys (net, 30);
  pass (net, 10 * SECOND);
  g_autoptr (GPtrArray) kept = g_steal_pointer (&net->kept);
  guint8 data[CHORD_MESSAGE_MAX];
  for (guint i = 0; i < 8000; i++) {
    gsize size = (gsize)g_rand_int_range (net->rand, 0, CHORD_MESSAGE_MAX);
    if (i % 4 > 0) {
      GBytes *bytes = g_ptr_array_index (kept, (guint)g_rand_int_range (net->rand, 0, (gint)kept->len));
      size = g_bytes_get_size (bytes);
      memcpy (data, g_bytes_get_data (bytes, NULL), size);
      for (gint flips = g_rand_int_range (net->rand, 1, 4); flips > 0;
           flips--) /* half of them past the peers */
        data[g_rand_int_range (net->rand, i % 2 ? (gint)MIN (38, size - 1) : 3, (gint)size)]
            ^= (guint8)(1 << g_rand_int_range (net->rand, 0, 8));
      size -= i % 16 == 1;
    } else {
      for (gsize b = 0; b < size; b++)
        data[b] = (guint8)g_rand_int (net->rand);
    }
    Node *to = any_member (net);
    chord_input (to->node, FIRST_ADDRESS + g_rand_int (net->rand) % 8, PORT, data, size, net->now);
    set_alarm (net, to);
    if (i % 100 == 0)
      pass (net, 100 * MS);
  }
  wait_for (net, is_right, 60);
  for (guint i = 0; i < 30; i++) {
    g_autofree char *key = g_strdup_printf ("key %u", i);
    CU_ASSERT_EQUAL (get (net, any_member (net), key), CHORD_DONE);
  }
  net_free (net);
}

/* A stranger that stores without end fills the table, and no more; nor does it keep others from what is there. */
static void
test_flood (void)
{
  Net *net = small_ring (1, 0);
  Node *node = node_at (net, 0), *stranger = add_node (net);
  guint8 data[CHORD_MESSAGE_MAX], value[CHORD_VALUE_MAX] = { 0 };
  put_keys (net, 10);
  for (guint32 i = 0; i < 2 * CHORD_KEYS_MAX; i++) {
    ChordMessage message = { .type = CHORD_STORE, .request = i + 1, .sender = stranger->peer };
    message.key = (const guint8 *)&i;
    message.key_size = sizeof i;
    message.value = value;
    message.value_size = sizeof value;
    message.version = i;
    chord_input (node->node, stranger->peer.address, PORT, data, chord_message_pack (&message, data),
                 net->now);
  }
  CU_ASSERT_EQUAL (chord_keys (node->node)->n, CHORD_KEYS_MAX);
  assert_keys (net, 10);
  CU_ASSERT_EQUAL (put (net, node, "one more", "x"), CHORD_NO_ROOM);

  /* Nor does one that notifies from an address that nobody has: it is found out. */
  for (guint i = 0; i < 50; i++) {
    ChordMessage message = { .type = CHORD_NOTIFY };
    chord_peer_init (&message.sender, 0xc0a80000 + i, PORT);
    chord_input (node->node, message.sender.address, PORT, data, chord_message_pack (&message, data),
                 net->now);
  }
  CU_ASSERT_PTR_NOT_NULL (chord_predecessor (node->node));
  pass (net, 30 * SECOND);
  CU_ASSERT_PTR_NULL (chord_predecessor (node->node));
  net_free (net);
}

/* More questions than a node takes are refused; what is forgotten is not answered. */
static void
test_questions (void)
{
  Net *net = small_ring (4, 0);
  Node *node = node_at (net, 0);
  int op = 0;
  guint taken = 0;
  for (; taken < 100 && (op = chord_walk (node->node, net->now)) >= 0; taken++)
    ;
  CU_ASSERT_EQUAL (taken, CHORD_OPS_MAX - 4);
  chord_forget (node->node, CHORD_OPS_MAX - 1);
  chord_forget (node->node, 0);      /* not one of a user's */
  chord_forget (node->node, 100000); /* nor this */
  set_alarm (net, node);
  pass (net, 10 * SECOND);
  CU_ASSERT_EQUAL (node->answers, taken - 1);
  net_free (net);
}

int
main (int argc, char **argv)
{
  CU_TestInfo parts[] = { { "SHA-1", test_sha1 },
                          { "the circle", test_circle },
                          { "messages", test_messages },
                          { "liars", test_liars },
                          CU_TEST_INFO_NULL };
  CU_TestInfo ring[] = { { "a thousand nodes", test_thousand }, { "walk", test_walk },
                         { "a cut network", test_cut },         { "nobody to join", test_nobody },
                         { "questions", test_questions },       CU_TEST_INFO_NULL };
  CU_TestInfo keys[] = { { "successive deaths", test_deaths },
                         { "joining moves keys", test_move },
                         { "joining early", test_early },
                         { "leaving", test_leave },
                         { "all but one leave", test_exodus },
                         { "values", test_values },
                         CU_TEST_INFO_NULL };
  CU_TestInfo strangers[] = { { "garbage", test_garbage }, { "flood", test_flood }, CU_TEST_INFO_NULL };
  CU_SuiteInfo suites[] = { { "parts", NULL, NULL, NULL, NULL, parts },
                            { "ring", NULL, NULL, NULL, NULL, ring },
                            { "keys", NULL, NULL, NULL, NULL, keys },
                            { "strangers", NULL, NULL, NULL, NULL, strangers },
                            CU_SUITE_INFO_NULL };
  return vbet_test_run (suites, argc, argv);
}
