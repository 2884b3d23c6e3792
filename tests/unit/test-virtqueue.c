/* test-virtqueue.c - a split virtqueue against a driver of a few lines, and against one that lies. */
#include "config.h"

#include <string.h>

#include "switch/core/virtqueue.h"
#include "unit/harness.h"

#define MEMORY 65536
#define GUEST 0x100000 /* guest-physical address of the memory */
#define USER 0x60000000
#define SIZE 8
#define DESC 0
#define AVAIL 0x1000
#define USED 0x2000
#define DATA 0x4000

typedef struct {
  guint8 *bytes; /* exactly as long as the table says, so that a checker of addresses sees one step beyond */
  VbetMemory memory;
  VbetQueue queue;
  guint16 avail;
} Driver;

static void
store16 (Driver *self, guint at, guint16 value)
{
  memcpy (self->bytes + at, &value, sizeof value);
}

static guint
load16 (const Driver *self, guint at)
{
  guint16 value;
  memcpy (&value, self->bytes + at, sizeof value);
  return value;
}

static void
start (Driver *self, gboolean event_index)
{
  *self = (Driver){ .bytes = g_malloc0 (MEMORY) };
  self->memory.n = 1;
  self->memory.regions[0]
      = (VbetMemoryRegion){ .guest = GUEST, .user = USER, .size = MEMORY, .host = self->bytes };
  CU_ASSERT_TRUE_FATAL (vbet_queue_start (&self->queue, &self->memory, SIZE, USER + DESC, USER + AVAIL,
                                          USER + USED, event_index));
}

static void
describe (Driver *self, guint table, guint index, guint64 address, guint32 length, guint16 flags,
          guint16 next)
{
  guint8 *at = self->bytes + table + index * 16;
  memcpy (at, &address, 8);
  memcpy (at + 8, &length, 4);
  memcpy (at + 12, &flags, 2);
  memcpy (at + 14, &next, 2);
}

static void
offer (Driver *self, guint16 head)
{
  store16 (self, AVAIL + 4 + (self->avail++ % SIZE) * 2, head);
  store16 (self, AVAIL + 2, self->avail);
}

static void
test_chain (void)
{
  Driver d;
  VbetChain chain;
  start (&d, FALSE);
  CU_ASSERT_EQUAL (vbet_queue_take (&d.queue, &chain), VBET_CHAIN_NONE);
  describe (&d, DESC, 3, GUEST + DATA, 12, 1, 5);
  describe (&d, DESC, 5, GUEST + DATA + 100, 60, 1, 1);
  describe (&d, DESC, 1, GUEST + DATA + 200, 1500, 2, 0);
  offer (&d, 3);
  CU_ASSERT_EQUAL (vbet_queue_waiting (&d.queue), 1);
  CU_ASSERT_EQUAL_FATAL (vbet_queue_take (&d.queue, &chain), VBET_CHAIN_OK);
  CU_ASSERT_EQUAL (chain.head, 3);
  CU_ASSERT_EQUAL (chain.n_read, 2);
  CU_ASSERT_EQUAL (chain.n_write, 1);
  CU_ASSERT_EQUAL (chain.bytes_read, 72);
  CU_ASSERT_EQUAL (chain.bytes_write, 1500);
  CU_ASSERT_PTR_EQUAL (chain.parts[1].iov_base, d.bytes + DATA + 100);
  vbet_queue_give (&d.queue, chain.head, 77);
  CU_ASSERT_EQUAL (load16 (&d, USED + 2), 0); /* not seen before it is published */
  CU_ASSERT_TRUE (vbet_queue_publish (&d.queue));
  CU_ASSERT_EQUAL (load16 (&d, USED + 2), 1);
  CU_ASSERT_EQUAL (load16 (&d, USED + 4), 3);
  CU_ASSERT_EQUAL (load16 (&d, USED + 8), 77);
  CU_ASSERT_FALSE (vbet_queue_publish (&d.queue)); /* nothing new */
  g_free (d.bytes);
}

static void
test_indirect (void)
{
  Driver d;
  VbetChain chain;
  start (&d, FALSE);
  describe (&d, DESC, 0, GUEST + 0x3000, 32, 4, 0);
  describe (&d, 0x3000, 0, GUEST + DATA, 10, 1, 1);
  describe (&d, 0x3000, 1, GUEST + DATA + 10, 20, 0, 0);
  offer (&d, 0);
  CU_ASSERT_EQUAL (vbet_queue_take (&d.queue, &chain), VBET_CHAIN_OK);
  CU_ASSERT_EQUAL (chain.bytes_read, 30);
  static const guint bad_lengths[] = { 0, 8, 31, 16 * (VBET_QUEUE_SIZE_MAX + 1), 0xfffffff0 };
  for (guint i = 0; i < G_N_ELEMENTS (bad_lengths); i++) {
    describe (&d, DESC, 0, GUEST + 0x3000, bad_lengths[i], 4, 0);
    offer (&d, 0);
    CU_ASSERT_EQUAL (vbet_queue_take (&d.queue, &chain), VBET_CHAIN_BAD);
  }
  describe (&d, DESC, 0, GUEST + 0x3000, 32, 4 | 1, 0); /* an indirect one that goes on */
  offer (&d, 0);
  CU_ASSERT_EQUAL (vbet_queue_take (&d.queue, &chain), VBET_CHAIN_BAD);
  describe (&d, DESC, 0, GUEST + 0x3000, 32, 4, 0);
  describe (&d, 0x3000, 1, GUEST + 0x3000, 32, 4, 0); /* one within another */
  offer (&d, 0);
  CU_ASSERT_EQUAL (vbet_queue_take (&d.queue, &chain), VBET_CHAIN_BAD);
  g_free (d.bytes);
}

static void
test_bad_chains (void)
{
  static const struct {
    guint64 address;
    guint32 length;
    guint16 flags, next;
  } bad[] = {
    { GUEST - 1, 4, 0, 0 },           /* before the memory */
    { GUEST + MEMORY, 1, 0, 0 },      /* behind it */
    { GUEST + MEMORY - 4, 5, 0, 0 },  /* over its end */
    { G_MAXUINT64 - 3, 8, 0, 0 },     /* round the end of all numbers */
    { GUEST + 4, G_MAXUINT32, 0, 0 }, /* too long */
    { GUEST + DATA, 4, 1, 0 },        /* a circle */
    { GUEST + DATA, 4, 1, SIZE },     /* out of the table */
  };
  Driver d;
  VbetChain chain;
  start (&d, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    describe (&d, DESC, 0, bad[i].address, bad[i].length, bad[i].flags, bad[i].next);
    offer (&d, 0);
    CU_ASSERT_EQUAL (vbet_queue_take (&d.queue, &chain), VBET_CHAIN_BAD);
    vbet_queue_give (&d.queue, chain.head, 0);
  }
  describe (&d, DESC, 0, GUEST + DATA, 4, 2 | 1, 1);
  describe (&d, DESC, 1, GUEST + DATA, 4, 0, 0); /* to be read, behind one to be written */
  offer (&d, 0);
  CU_ASSERT_EQUAL (vbet_queue_take (&d.queue, &chain), VBET_CHAIN_BAD);
  CU_ASSERT_TRUE (vbet_queue_is_started (&d.queue)); /* one chain is lost, not the queue */
  g_free (d.bytes);
}

static void
test_broken (void)
{
  Driver d;
  VbetChain chain;
  start (&d, FALSE);
  store16 (&d, AVAIL + 2, SIZE + 1);
  CU_ASSERT_EQUAL (vbet_queue_waiting (&d.queue), 0);
  CU_ASSERT_FALSE (vbet_queue_is_started (&d.queue));
  g_free (d.bytes);
  start (&d, FALSE);
  offer (&d, SIZE);
  CU_ASSERT_EQUAL (vbet_queue_take (&d.queue, &chain), VBET_CHAIN_NONE);
  CU_ASSERT_FALSE (vbet_queue_is_started (&d.queue));
  vbet_queue_give (&d.queue, 0, 0);
  CU_ASSERT_FALSE (vbet_queue_publish (&d.queue));
  CU_ASSERT_EQUAL (load16 (&d, USED + 2), 0); /* a broken one is not written */
  g_free (d.bytes);
}

static void
test_places (void)
{
  Driver d;
  VbetQueue queue;
  start (&d, FALSE);
  CU_ASSERT_FALSE (vbet_queue_start (&queue, &d.memory, 0, USER, USER + AVAIL, USER + USED, FALSE));
  CU_ASSERT_FALSE (vbet_queue_start (&queue, &d.memory, 6, USER, USER + AVAIL, USER + USED, FALSE));
  CU_ASSERT_FALSE (vbet_queue_start (&queue, &d.memory, 2048, USER, USER + AVAIL, USER + USED, FALSE));
  CU_ASSERT_FALSE (vbet_queue_start (&queue, &d.memory, SIZE, USER + 4, USER + AVAIL, USER + USED, FALSE));
  CU_ASSERT_FALSE (vbet_queue_start (&queue, &d.memory, SIZE, USER, USER + AVAIL + 1, USER + USED, FALSE));
  CU_ASSERT_FALSE (vbet_queue_start (&queue, &d.memory, SIZE, USER, USER + AVAIL, USER + MEMORY - 8, FALSE));
  CU_ASSERT_FALSE (vbet_queue_start (&queue, &d.memory, SIZE, USER, USER - 16, USER + USED, FALSE));
  CU_ASSERT_FALSE (vbet_queue_start (&queue, &d.memory, SIZE, USER, USER + MEMORY - 18, USER + USED, FALSE));
  CU_ASSERT_FALSE (vbet_queue_is_started (&queue));
  g_free (d.bytes);
}

/* With event indices each side says from where on it wants to hear of news. */
static void
test_events (void)
{
  Driver d;
  VbetChain chain;
  start (&d, TRUE);
  describe (&d, DESC, 0, GUEST + DATA, 4, 0, 0);
  for (guint i = 0; i < 4; i++)
    offer (&d, 0);
  store16 (&d, AVAIL + 4 + SIZE * 2, 2); /* "tell me when you have given the third" */
  for (guint i = 0; i < 4; i++) {
    CU_ASSERT_EQUAL (vbet_queue_take (&d.queue, &chain), VBET_CHAIN_OK);
    vbet_queue_give (&d.queue, 0, 0);
    CU_ASSERT_EQUAL (vbet_queue_publish (&d.queue), i == 2);
  }
  CU_ASSERT_FALSE (vbet_queue_ask (&d.queue, 0));
  CU_ASSERT_EQUAL (load16 (&d, USED + 4 + SIZE * 8), 4);
  offer (&d, 0);
  CU_ASSERT_TRUE (vbet_queue_ask (&d.queue, 0));  /* one came before we asked */
  CU_ASSERT_FALSE (vbet_queue_ask (&d.queue, 1)); /* but not two */
  CU_ASSERT_EQUAL (load16 (&d, USED + 4 + SIZE * 8), 5);
  g_free (d.bytes);
  start (&d, FALSE);
  describe (&d, DESC, 0, GUEST + DATA, 4, 0, 0);
  store16 (&d, AVAIL, 1); /* "do not interrupt" */
  offer (&d, 0);
  CU_ASSERT_EQUAL (vbet_queue_take (&d.queue, &chain), VBET_CHAIN_OK);
  vbet_queue_give (&d.queue, 0, 0);
  CU_ASSERT_FALSE (vbet_queue_publish (&d.queue));
  vbet_queue_hush (&d.queue);
  CU_ASSERT_EQUAL (load16 (&d, USED), 1);
  vbet_queue_ask (&d.queue, 0);
  CU_ASSERT_EQUAL (load16 (&d, USED), 0);
  g_free (d.bytes);
}

/* A successor goes on where the last one gave back; what was only taken comes again. */
static void
test_successor (void)
{
  Driver d;
  VbetChain chain;
  VbetQueue next;
  start (&d, TRUE);
  describe (&d, DESC, 1, GUEST + DATA, 4, 0, 0);
  describe (&d, DESC, 2, GUEST + DATA, 4, 0, 0);
  for (guint turn = 0; turn < 70000; turn++) { /* round the end of 16 bits */
    offer (&d, 1);
    CU_ASSERT_EQUAL_FATAL (vbet_queue_take (&d.queue, &chain), VBET_CHAIN_OK);
    vbet_queue_give (&d.queue, chain.head, turn);
    vbet_queue_publish (&d.queue);
  }
  offer (&d, 1);
  offer (&d, 2);
  CU_ASSERT_EQUAL (vbet_queue_take (&d.queue, &chain), VBET_CHAIN_OK);
  vbet_queue_give (&d.queue, chain.head, 0);
  vbet_queue_publish (&d.queue);
  CU_ASSERT_EQUAL (vbet_queue_take (&d.queue, &chain), VBET_CHAIN_OK);
  vbet_queue_untake (&d.queue, 1);
  CU_ASSERT_EQUAL (vbet_queue_waiting (&d.queue), 1);
  CU_ASSERT_TRUE (vbet_queue_start (&next, &d.memory, SIZE, USER + DESC, USER + AVAIL, USER + USED, TRUE));
  CU_ASSERT_EQUAL (vbet_queue_waiting (&next), 1);
  CU_ASSERT_EQUAL (vbet_queue_take (&next, &chain), VBET_CHAIN_OK);
  CU_ASSERT_EQUAL (chain.head, 2);
  g_free (d.bytes);
}

static CU_TestInfo tests[] = {
  { "a chain is taken and given back", test_chain },   { "indirect tables", test_indirect },
  { "chains that make no sense", test_bad_chains },    { "rings that make no sense", test_broken },
  { "rings that are not in the memory", test_places }, { "who wants to be notified", test_events },
  { "another process goes on", test_successor },       CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "virtqueue", NULL, NULL, NULL, NULL, tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
