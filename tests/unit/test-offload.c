/* test-offload.c - checksums filled and segments cut, against sums done in another way. */
#include "config.h"

#include <string.h>

#include "switch/core/offload.h"
#include "unit/harness.h"

#define TCP 6
#define UDP 17

typedef struct {
  guint8 bytes[70000];
  guint size;
  guint network, transport, header;
  guint8 words[VBET_OFFLOAD_HEADER]; /* the virtio-net header */
} Packet;

/* Sum by single bytes: the definition, not the way offload.c does it. */
static guint
reference_sum (const guint8 *bytes, guint size, guint sum)
{
  for (guint i = 0; i < size; i++) {
    sum += i % 2 == 0 ? (guint)bytes[i] << 8 : bytes[i];
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return sum;
}

static guint
word (const guint8 *at)
{
  return (guint)at[0] << 8 | at[1];
}

static void
set_word (guint8 *at, guint value)
{
  at[0] = (guint8)(value >> 8);
  at[1] = (guint8)value;
}

static guint
pseudo_sum (const guint8 *frame, guint network, gboolean six, guint protocol, guint length)
{
  guint sum = six ? reference_sum (frame + network + 8, 32, 0) : reference_sum (frame + network + 12, 8, 0);
  guint8 rest[4];
  set_word (rest, length);
  set_word (rest + 2, protocol);
  return reference_sum (rest, 4, sum);
}

static guint
transport_sum (const guint8 *frame, guint size, guint network, guint transport, gboolean six, guint protocol)
{
  return reference_sum (frame + transport, size - transport,
                        pseudo_sum (frame, network, six, protocol, size - transport));
}

/* A frame as a guest leaves it to the device. @tags: VLAN tags. */
static void
make (Packet *p, gboolean six, guint tags, guint protocol, guint payload, guint gso_size)
{
  memset (p, 0, sizeof *p);
  guint at = 12;
  for (guint i = 0; i < 12; i++)
    p->bytes[i] = (guint8)(2 * i);
  for (guint i = 0; i < tags; i++, at += 4)
    set_word (p->bytes + at, 0x8100), set_word (p->bytes + at + 2, 100 + i);
  set_word (p->bytes + at, six ? 0x86dd : 0x0800);
  p->network = at + 2;
  p->transport = p->network + (six ? 40 : 24);
  p->header = p->transport + (protocol == TCP ? 32 : 8);
  p->size = p->header + payload;
  guint8 *ip = p->bytes + p->network, *l4 = p->bytes + p->transport;
  for (guint i = 0; i < payload; i++)
    p->bytes[p->header + i] = (guint8)(i * 7 + i / 256);
  if (six) {
    ip[0] = 0x60;
    set_word (ip + 4, p->size - p->transport);
    ip[6] = (guint8)protocol;
    for (guint i = 8; i < 40; i++)
      ip[i] = (guint8)(i * 11);
  } else {
    ip[0] = 0x46; /* with four bytes of options */
    set_word (ip + 2, p->size - p->network);
    set_word (ip + 4, 0xfffe);
    ip[8] = 64;
    ip[9] = (guint8)protocol;
    memcpy (ip + 12, "\x0a\x00\x00\x01\xc0\xa8\xff\xfe\x01\x01\x01\x00", 12);
    set_word (ip + 10, ~reference_sum (ip, 24, 0) & 0xffff);
  }
  guint sum = pseudo_sum (p->bytes, p->network, six, protocol, p->size - p->transport);
  guint offset = protocol == TCP ? 16 : 6;
  set_word (l4, 1025);
  set_word (l4 + 2, 80);
  if (protocol == TCP) {
    memcpy (l4 + 4, "\xff\xff\xff\x00\x12\x34\x56\x78\x80\x99\x10\x00", 12); /* CWR, ACK, PSH, FIN */
  } else {
    set_word (l4 + 4, p->size - p->transport);
  }
  set_word (l4 + offset, sum);
  p->words[0] = 1;
  p->words[1] = (guint8)(gso_size == 0 ? 0 : (six ? 4 : 1) | 0x80);
  p->words[2] = (guint8)p->header;
  p->words[4] = (guint8)gso_size;
  p->words[5] = (guint8)(gso_size >> 8);
  p->words[6] = (guint8)p->transport;
  p->words[8] = (guint8)offset;
}

typedef struct {
  guint frames;
  guint64 bytes;
  guint8 payload[70000];
  guint got;
  const Packet *packet;
  gboolean six;
} Seen;

static void
see_segment (const VbetFrame *frame, gpointer user_data)
{
  Seen *seen = user_data;
  const Packet *p = seen->packet;
  const guint8 *ip = frame->data + p->network, *tcp = frame->data + p->transport;
  guint payload = frame->size - p->header;
  gboolean last = seen->got + payload == p->size - p->header;
  CU_ASSERT_PTR_NULL (frame->parts);
  CU_ASSERT_EQUAL (memcmp (frame->data, p->bytes, p->network), 0);
  CU_ASSERT_EQUAL (transport_sum (frame->data, frame->size, p->network, p->transport, seen->six, TCP),
                   0xffff);
  if (seen->six) {
    CU_ASSERT_EQUAL (word (ip + 4), frame->size - p->network - 40);
  } else {
    CU_ASSERT_EQUAL (word (ip + 2), frame->size - p->network);
    CU_ASSERT_EQUAL (word (ip + 4), (0xfffe + seen->frames) & 0xffff);
    CU_ASSERT_EQUAL (reference_sum (ip, 24, 0), 0xffff);
  }
  guint sequence = word (tcp + 4) << 16 | word (tcp + 6);
  CU_ASSERT_EQUAL (sequence, 0xffffff00u + seen->got);
  CU_ASSERT_EQUAL (tcp[13] & 0x09, last ? 0x09 : 0);
  CU_ASSERT_EQUAL (tcp[13] & 0x80, seen->frames == 0 ? 0x80 : 0);
  CU_ASSERT_EQUAL (tcp[13] & 0x10, 0x10);
  memcpy (seen->payload + seen->got, frame->data + p->header, payload);
  seen->got += payload;
  seen->frames++;
  seen->bytes += frame->size;
}

/* Gives @take the frame in parts that begin and end anywhere. */
static gboolean
resolve (Packet *p, VbetFrameStore *store, VbetOffloadEmit take, gpointer user_data)
{
  VbetFrameParts parts = { .head = MIN (p->size, VBET_OFFLOAD_HEAD) };
  struct iovec rest[64];
  guint n = 0;
  for (guint at = parts.head, step = 1; at < p->size; step = step * 3 + 1) {
    guint length = n == 62 ? p->size - at : MIN (step, p->size - at);
    rest[n++] = (struct iovec){ .iov_base = p->bytes + at, .iov_len = length };
    at += length;
  }
  parts.rest = rest;
  parts.n_rest = n;
  if (!vbet_offload_read (p->words, p->bytes, parts.head, p->size, &parts.offload))
    return FALSE;
  VbetFrame frame = { .data = p->bytes, .size = p->size, .parts = &parts };
  if (take == see_segment) {
    Seen *seen = user_data;
    guint64 bytes;
    guint count = vbet_offload_wire_count (&frame, &bytes);
    guint longest = vbet_offload_wire_size (&frame);
    CU_ASSERT_TRUE (vbet_offload_resolve (&frame, store, take, user_data));
    CU_ASSERT_EQUAL (count, seen->frames);
    CU_ASSERT_EQUAL (bytes, seen->bytes);
    CU_ASSERT_TRUE (longest <= p->size);
    return TRUE;
  }
  return vbet_offload_resolve (&frame, store, take, user_data);
}

static void
test_rfc1071 (void)
{
  static const guint8 example[]
      = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 }; /* RFC 1071, section 3 */
  CU_ASSERT_EQUAL (vbet_checksum_fold (vbet_checksum (example, sizeof example, 0)), 0xddf2);
  guint8 bytes[300];
  for (guint i = 0; i < sizeof bytes; i++)
    bytes[i] = (guint8)(i * i + 3);
  for (guint size = 0; size < sizeof bytes; size++)
    CU_ASSERT_EQUAL (vbet_checksum_fold (vbet_checksum (bytes, size, 0)), reference_sum (bytes, size, 0));
}

static void
test_segments (void)
{
  static const guint payloads[] = { 1, 999, 1000, 1001, 5000, 65000 };
  g_autofree Packet *p = g_new (Packet, 1);
  g_autofree Seen *seen = g_new (Seen, 1);
  VbetFrameStore store;
  vbet_frame_store_init (&store, 16 << 20);
  for (guint six = 0; six < 2; six++)
    for (guint tags = 0; tags <= 2; tags++)
      for (guint i = 0; i < G_N_ELEMENTS (payloads); i++) {
        make (p, six == 1, tags, TCP, payloads[i], 1000);
        *seen = (Seen){ .packet = p, .six = six == 1 };
        CU_ASSERT_TRUE (resolve (p, &store, see_segment, seen));
        CU_ASSERT_EQUAL (seen->frames, (payloads[i] + 999) / 1000);
        CU_ASSERT_EQUAL (seen->got, payloads[i]);
        CU_ASSERT_EQUAL (memcmp (seen->payload, p->bytes + p->header, payloads[i]), 0);
        vbet_frame_store_reclaim (&store);
      }
  vbet_frame_store_finish (&store);
}

static void
see_sum (const VbetFrame *frame, gpointer user_data)
{
  const Seen *seen = user_data;
  const Packet *p = seen->packet;
  guint protocol = seen->got;
  CU_ASSERT_EQUAL (frame->size, p->size);
  CU_ASSERT_EQUAL (transport_sum (frame->data, frame->size, p->network, p->transport, seen->six, protocol),
                   0xffff);
  CU_ASSERT_EQUAL (memcmp (frame->data + p->header, p->bytes + p->header, p->size - p->header), 0);
}

static void
see_zero (const VbetFrame *frame, gpointer user_data)
{
  const Packet *p = user_data;
  CU_ASSERT_EQUAL (word (frame->data + p->transport + 6), 0xffff);
}

static void
test_sums (void)
{
  static const guint protocols[] = { TCP, UDP };
  g_autofree Packet *p = g_new (Packet, 1);
  g_autofree Seen *seen = g_new0 (Seen, 1);
  VbetFrameStore store;
  vbet_frame_store_init (&store, 16 << 20);
  for (guint six = 0; six < 2; six++)
    for (guint i = 0; i < 2; i++)
      for (guint payload = 0; payload < 1500; payload += 37) {
        make (p, six == 1, payload % 3, protocols[i], payload, 0);
        seen->packet = p;
        seen->six = six == 1;
        seen->got = protocols[i];
        CU_ASSERT_TRUE (resolve (p, &store, see_sum, seen));
      }
  /* A UDP sum that comes out as 0 is sent as 0xffff. */
  make (p, FALSE, 0, UDP, 2, 0);
  guint sum = transport_sum (p->bytes, p->size - 2, p->network, p->transport, FALSE, UDP);
  set_word (p->bytes + p->header, 0);
  sum = reference_sum (p->bytes + p->transport, p->size - p->transport, 0);
  set_word (p->bytes + p->header, ~sum & 0xffff);
  CU_ASSERT_TRUE (resolve (p, &store, see_zero, p));
  vbet_frame_store_finish (&store);
}

static void
test_refused (void)
{
  g_autofree Packet *p = g_new (Packet, 1);
  VbetOffload offload;
#define READS(head) vbet_offload_read (p->words, p->bytes, (head), p->size, &offload)
  make (p, FALSE, 0, TCP, 3000, 1000);
  CU_ASSERT_TRUE (READS (256));
  CU_ASSERT_FALSE (READS (255)); /* headers are to be there */
  p->words[0] = 0;               /* to cut, but with a checksum */
  CU_ASSERT_FALSE (READS (256));
  make (p, FALSE, 0, TCP, 3000, 47); /* a storm of crumbs */
  CU_ASSERT_FALSE (READS (256));
  make (p, FALSE, 0, TCP, 3000, 1000);
  p->words[1] = 3; /* UDP to be cut was not offered */
  CU_ASSERT_FALSE (READS (256));
  p->words[1] = 4; /* IPv6, it says */
  CU_ASSERT_FALSE (READS (256));
  make (p, FALSE, 0, TCP, 3000, 1000);
  p->words[6]++; /* TCP is elsewhere, it says */
  CU_ASSERT_FALSE (READS (256));
  make (p, FALSE, 0, TCP, 3000, 1000);
  p->bytes[p->transport + 12] = 0x40; /* a TCP header of 16 bytes */
  CU_ASSERT_FALSE (READS (256));
  make (p, FALSE, 0, TCP, 0, 1000); /* nothing to cut */
  CU_ASSERT_FALSE (READS (p->size));
  make (p, FALSE, 0, UDP, 10, 0);
  p->words[7] = 0xff; /* the checksum is out of the frame */
  CU_ASSERT_FALSE (READS (p->size));
  make (p, FALSE, 0, UDP, 10, 0);
  p->words[9] = 0xff;
  CU_ASSERT_FALSE (READS (p->size));
  make (p, FALSE, 0, UDP, 10, 0);
  p->size = 13;
  CU_ASSERT_FALSE (READS (13));
}

static void
test_written (void)
{
  g_autofree Packet *p = g_new (Packet, 1);
  guint8 words[VBET_OFFLOAD_HEADER];
  VbetFrameParts parts = { .head = VBET_OFFLOAD_HEAD };
  make (p, TRUE, 1, TCP, 5000, 1400);
  CU_ASSERT_TRUE (vbet_offload_read (p->words, p->bytes, VBET_OFFLOAD_HEAD, p->size, &parts.offload));
  VbetFrame frame = { .data = p->bytes, .size = p->size, .parts = &parts };
  vbet_offload_write (&frame, 4, words);
  p->words[10] = 4;
  CU_ASSERT_EQUAL (memcmp (words, p->words, sizeof words), 0);
  frame.parts = NULL;
  vbet_offload_write (&frame, 1, words);
  CU_ASSERT_EQUAL (memcmp (words, "\0\0\0\0\0\0\0\0\0\0\1\0", sizeof words), 0);
}

static CU_TestInfo tests[] = {
  { "the sum of RFC 1071", test_rfc1071 },          { "TCP is cut into segments", test_segments },
  { "missing checksums are filled in", test_sums }, { "headers that make no sense", test_refused },
  { "the header for another guest", test_written }, CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "offload", NULL, NULL, NULL, NULL, tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
