/* test-frame.c - frames taken apart within their bounds, and the queue that keeps copies of them. */
#include "config.h"

#include "switch/core/fair-queue.h"
#include "switch/core/frame-queue.h"
#include "switch/core/frame.h"
#include "unit/harness.h"

static const guint8 plain[] = {
  0x02, 0, 0, 0, 0, 0x0b, 0x02, 0, 0, 0, 0, 0x0a, 0x08, 0x00, 0x45,
};
static const guint8 tagged[] = {
  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0,    0,    0,    0,    0x0a,
  0x88, 0xa8, 0xa0, 0x64, 0x81, 0x00, 0x00, 0x05, 0x86, 0xdd, 0x60,
};

static void
test_parse (void)
{
  VbetFrame frame = { plain, sizeof plain };
  VbetFrameHeader header;
  CU_ASSERT_TRUE_FATAL (vbet_frame_parse (&frame, &header));
  CU_ASSERT_EQUAL (header.destination, G_GUINT64_CONSTANT (0x02000000000b));
  CU_ASSERT_EQUAL (header.source, G_GUINT64_CONSTANT (0x02000000000a));
  CU_ASSERT_EQUAL (header.type, 0x0800);
  CU_ASSERT_FALSE (header.tagged);
  CU_ASSERT_EQUAL (header.payload, 14);
  guint8 bytes[6];
  vbet_mac_to_bytes (header.source, bytes);
  CU_ASSERT_EQUAL (memcmp (bytes, plain + 6, 6), 0);
  CU_ASSERT_EQUAL (vbet_mac_from_bytes (bytes), header.source);
}

static void
test_parse_tags (void)
{
  VbetFrame frame = { tagged, sizeof tagged };
  VbetFrameHeader header;
  CU_ASSERT_TRUE_FATAL (vbet_frame_parse (&frame, &header));
  CU_ASSERT_EQUAL (header.destination, VBET_MAC_BROADCAST);
  CU_ASSERT_TRUE (header.tagged);
  CU_ASSERT_EQUAL (header.vlan, 100);
  CU_ASSERT_EQUAL (header.priority, 5);
  CU_ASSERT_EQUAL (header.type, 0x86dd);
  CU_ASSERT_EQUAL (header.payload, 22);
}

/* Every length short of a whole header fails, and reads nothing behind the end (the sanitizer watches a heap
 * copy). */
static void
test_parse_cut (void)
{
  for (guint size = 0; size < 22; size++) {
    g_autofree guint8 *copy = g_memdup2 (tagged, size);
    VbetFrame frame = { copy, size };
    VbetFrameHeader header = { .type = 0x1234 };
    CU_ASSERT_FALSE (vbet_frame_parse (&frame, &header));
    CU_ASSERT_EQUAL (header.type, 0x1234);
  }
}

static void
test_check (void)
{
  CU_ASSERT_EQUAL (vbet_frame_check (0, 1500), VBET_FRAME_RUNT);
  CU_ASSERT_EQUAL (vbet_frame_check (13, 1500), VBET_FRAME_RUNT);
  CU_ASSERT_EQUAL (vbet_frame_check (14, 1500), VBET_FRAME_OK);
  CU_ASSERT_EQUAL (vbet_frame_check (1518, 1500), VBET_FRAME_OK);
  CU_ASSERT_EQUAL (vbet_frame_check (1519, 1500), VBET_FRAME_GIANT);
}

static void
test_queue_order_and_bounds (void)
{
  VbetFrameQueue queue;
  guint8 data[100];
  vbet_frame_queue_init (&queue, 3, 4096);
  for (guint i = 0; i < 4; i++) {
    memset (data, (int)i, sizeof data);
    VbetFrame frame = { data, 20 + i };
    CU_ASSERT_EQUAL (vbet_frame_queue_push (&queue, &frame, GUINT_TO_POINTER (i + 1)), i < 3);
  }
  VbetFrame out[8];
  gpointer tags[8];
  CU_ASSERT_EQUAL (vbet_frame_queue_peek (&queue, out, tags, 8), 3);
  for (guint i = 0; i < 3; i++) {
    CU_ASSERT_EQUAL (out[i].size, 20 + i);
    CU_ASSERT_EQUAL (out[i].data[19], i);
    CU_ASSERT_PTR_EQUAL (tags[i], GUINT_TO_POINTER (i + 1));
  }
  vbet_frame_queue_retag (&queue, GUINT_TO_POINTER (2), NULL);
  vbet_frame_queue_pop (&queue, 1);
  CU_ASSERT_EQUAL (vbet_frame_queue_peek (&queue, out, tags, 8), 2);
  CU_ASSERT_PTR_NULL (tags[0]);
  CU_ASSERT_PTR_EQUAL (tags[1], GUINT_TO_POINTER (3));
  vbet_frame_queue_pop (&queue, 5);
  CU_ASSERT_EQUAL (vbet_frame_queue_peek (&queue, out, tags, 8), 0);
  vbet_frame_queue_finish (&queue);
}

/* A small ring wraps thousands of times, with every mix of sizes, against a model of what must be inside. */
static void
test_queue_wraps (void)
{
  VbetFrameQueue queue;
  guint8 data[400];
  guint32 random = 1;
  guint pushed = 0;
  guint popped = 0;
  guint sizes[32];
  vbet_frame_queue_init (&queue, 32, 1500);
  for (guint round = 0; round < 20000; round++) {
    random = random * 1103515245 + 12345;
    guint size = 1 + (random >> 16) % sizeof data;
    if ((random >> 8) % 3 != 0) {
      memset (data, (int)(pushed & 0xff), size);
      VbetFrame frame = { data, size };
      if (vbet_frame_queue_push (&queue, &frame, NULL))
        sizes[pushed++ % 32] = size;
    } else if (pushed > popped) {
      VbetFrame out;
      CU_ASSERT_EQUAL_FATAL (vbet_frame_queue_peek (&queue, &out, NULL, 1), 1);
      CU_ASSERT_EQUAL_FATAL (out.size, sizes[popped % 32]);
      CU_ASSERT_EQUAL_FATAL (out.data[0], popped & 0xff);
      CU_ASSERT_EQUAL_FATAL (out.data[out.size - 1], popped & 0xff);
      vbet_frame_queue_pop (&queue, 1);
      popped++;
    }
  }
  CU_ASSERT_TRUE (popped > 4000);
  vbet_frame_queue_finish (&queue);
}

static CU_TestInfo frame_tests[] = {
  { "a header is taken apart", test_parse },
  { "two VLAN tags", test_parse_tags },
  { "a cut header is refused", test_parse_cut },
  { "runts and giants", test_check },
  CU_TEST_INFO_NULL,
};

/* Who floods fills what it may, and there is room for the others; alone it has all that was promised. */
static void
fair (guint limit, gsize capacity, guint size, guint promised)
{
  guint8 data[2000] = { 0 };
  VbetFairQueue queue;
  guint flooded = 0;
  VbetFrame bad = { .data = data, .size = size, .source = 5 };
  vbet_fair_queue_init (&queue, limit, capacity);
  for (guint i = 0; i < 5000; i++)
    flooded += vbet_fair_queue_push (&queue, &bad);
  CU_ASSERT_TRUE (flooded >= promised && flooded < 2 * limit);
  for (guint source = 6; source < 16; source++) {
    VbetFrame good = { .data = data, .size = 100, .source = (guint16)source };
    data[0] = (guint8)source;
    CU_ASSERT_TRUE (vbet_fair_queue_push (&queue, &good));
    CU_ASSERT_TRUE (vbet_fair_queue_push (&queue, &good));
  }
  CU_ASSERT_FALSE (vbet_fair_queue_push (&queue, &bad));
  vbet_fair_queue_pop (&queue, flooded);
  for (guint i = 0; i < 20; i++) {
    VbetFrame out;
    CU_ASSERT_EQUAL_FATAL (vbet_fair_queue_peek (&queue, &out, 1), 1);
    CU_ASSERT_EQUAL (out.data[0], 6 + i / 2);
    vbet_fair_queue_pop (&queue, 1);
  }
  CU_ASSERT_EQUAL (vbet_fair_queue_length (&queue), 0);
  CU_ASSERT_EQUAL (queue.bytes, 0);
  CU_ASSERT_TRUE (vbet_fair_queue_push (&queue, &bad));
  vbet_fair_queue_finish (&queue);
}

static void
test_fair_queue (void)
{
  fair (1024, 4 << 20, 60, 1024);    /* frames are what is scarce */
  fair (1024, 256 << 10, 1514, 160); /* bytes */
}

static CU_TestInfo queue_tests[] = {
  { "order, bound, tags", test_queue_order_and_bounds },
  { "wrapping keeps every byte", test_queue_wraps },
  { "no sender fills it alone", test_fair_queue },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "frame", NULL, NULL, NULL, NULL, frame_tests },
  { "frame queue", NULL, NULL, NULL, NULL, queue_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
