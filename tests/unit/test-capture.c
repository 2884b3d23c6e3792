/* test-capture.c - captures: the bytes of pcapng, filters, what a reader gets, a slow reader, the list's
 * lines. */
#include "config.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <pcap/pcap.h>

#include "capture/dissect.h"
#include "capture/filter.h"
#include "capture/packets.h"
#include "switch/capture.h"
#include "switch/core/pcapng.h"
#include "unit/harness.h"

/* --- pcapng --------------------------------------------------------------------- */

/* Written down from the specification for a little-endian machine. */
static void
test_blocks (void)
{
  static const guint8 expected[] = {
    /* section header: type, length, magic, version 1.0, unknown length, comment "hm", application "x" */
    0x0a, 0x0d, 0x0d, 0x0a, 0x30, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255,
    255, 255, 1, 0, 2, 0, 'h', 'm', 0, 0, 4, 0, 1, 0, 'x', 0, 0, 0, 0, 0, 0, 0, 0x30, 0, 0, 0,
    /* interface: Ethernet, 256 bytes, name "c r1", nanoseconds */
    1, 0, 0, 0, 0x28, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 2, 0, 4, 0, 'c', ' ', 'r', '1', 9, 0, 1, 0, 9, 0, 0, 0,
    0, 0, 0, 0, 0x28, 0, 0, 0,
    /* statistics: interface 0, time, 5 received, 2 dropped */
    5, 0, 0, 0, 0x34, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 4, 0, 8, 0, 5, 0, 0, 0, 0, 0, 0, 0, 5, 0,
    8, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x34, 0, 0, 0
  };
  static const guint8 expected_packet[]
      = { 6, 0, 0, 0, 0x44, 0, 0, 0, 1,   0,   0,   0,   1,   0, 0, 0, 2, 0, 0, 0,
          5, 0, 0, 0, 9,    0, 0, 0, 'a', 'b', 'c', 'd', 'e', 0, 0, 0, 2, 0, 4, 0,
          2, 0, 0, 0, 4,    0, 8, 0, 7,   0,   0,   0,   0,   0, 0, 0, 1, 0, 0, 0 /* an empty comment */,
          0, 0, 0, 0, 0x44, 0, 0, 0 };
  guint8 room[VBET_PCAPNG_PACKET_ROOM (5)];
  g_autoptr (GByteArray) blocks = g_byte_array_new ();
  VbetPcapngPacket packet = {
    .interface = 1,
    .time = (gint64)1 << 32 | 2,
    .data = (const guint8 *)"abcde",
    .captured = 5,
    .size = 9,
    .direction = VBET_PCAPNG_OUT,
    .missed = 7,
    .comment = "",
  };
  if (G_BYTE_ORDER != G_LITTLE_ENDIAN)
    return;
  vbet_pcapng_section (blocks, "x", "hm");
  vbet_pcapng_interface (blocks, "c r1", NULL, 256);
  vbet_pcapng_statistics (blocks, 0, (gint64)1 << 32 | 2, 5, 2);
  CU_ASSERT_EQUAL_FATAL (blocks->len, sizeof expected);
  CU_ASSERT_EQUAL (memcmp (blocks->data, expected, sizeof expected), 0);
  gsize size = vbet_pcapng_packet (room, &packet);
  CU_ASSERT_EQUAL_FATAL (size, sizeof expected_packet);
  CU_ASSERT_EQUAL (memcmp (room, expected_packet, size), 0);
}

static void
test_room (void)
{
  g_autofree char *comment = g_strnfill (500, 'x');
  guint8 data[64] = { 0 };
  for (guint captured = 0; captured <= sizeof data; captured++) {
    g_autofree guint8 *room = g_malloc (VBET_PCAPNG_PACKET_ROOM (captured));
    VbetPcapngPacket packet
        = { .data = data, .captured = captured, .size = captured, .missed = 1, .comment = comment };
    CU_ASSERT_TRUE (vbet_pcapng_packet (room, &packet) <= VBET_PCAPNG_PACKET_ROOM (captured));
  }
}

/* --- filters --------------------------------------------------------------------- */

static const char *const expressions[] = {
  "icmp",
  "arp or rarp",
  "tcp port 80",
  "udp and not port 53",
  "host 10.0.0.1",
  "net 10.0.0.0/8 and tcp[tcpflags] & tcp-syn != 0",
  "ip6",
  "vlan 5",
  "ether host 02:00:00:00:00:01",
  "greater 100",
  "ip[0] & 0xf != 5",
  "portrange 20-90",
  "len % 3 == 1",
  "ip proto 89 or ether proto 0x88cc",
  "tcp[((tcp[12:1] & 0xf0) >> 2):4] = 0x47455420",
};

/* A frame whose header is likely to reach the deeper tests of a filter. */
static guint
make_frame (GRand *random, guint8 *data, guint room)
{
  static const guint16 types[] = { 0x0800, 0x0806, 0x86dd, 0x8100, 0x88cc };
  static const guint8 protocols[] = { 1, 6, 17, 89 };
  guint size = (guint)g_rand_int_range (random, 0, (gint32)room);
  for (guint i = 0; i < room; i++)
    data[i] = (guint8)(g_rand_int (random) & (g_rand_boolean (random) ? 0xff : 0x05));
  guint16 type = GUINT16_TO_BE (types[g_rand_int_range (random, 0, G_N_ELEMENTS (types))]);
  memcpy (data + 12, &type, sizeof type);
  data[14] = 0x45;
  data[23] = protocols[g_rand_int_range (random, 0, G_N_ELEMENTS (protocols))];
  if (g_rand_boolean (random))
    memcpy (data + 26, "\x0a\x00\x00\x01", 4);
  if (g_rand_boolean (random))
    data[36] = 0, data[37] = 80;
  return size;
}

/* libpcap's own interpreter is the judge. */
static void
test_filters (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  guint matches = 0;
  for (guint i = 0; i < G_N_ELEMENTS (expressions); i++) {
    struct bpf_program program;
    VbetBpfInstruction ours[VBET_BPF_MAX];
    pcap_t *handle = pcap_open_dead (DLT_EN10MB, 65535);
    CU_ASSERT_EQUAL_FATAL (pcap_compile (handle, &program, expressions[i], 1, PCAP_NETMASK_UNKNOWN), 0);
    for (guint k = 0; k < program.bf_len; k++)
      ours[k] = (VbetBpfInstruction){ program.bf_insns[k].code, program.bf_insns[k].jt,
                                      program.bf_insns[k].jf, program.bf_insns[k].k };
    CU_ASSERT_TRUE_FATAL (vbet_bpf_is_valid (ours, program.bf_len));
    for (guint round = 0; round < 2000; round++) {
      guint8 data[200];
      guint size = make_frame (random, data, sizeof data);
      guint32 theirs = bpf_filter (program.bf_insns, data, size, size);
      CU_ASSERT_EQUAL (vbet_bpf_run (ours, data, size), theirs);
      matches += theirs != 0;
    }
    pcap_freecode (&program);
    pcap_close (handle);
  }
  CU_ASSERT_TRUE (matches > 1000);
}

static void
test_hostile_filters (void)
{
  static const VbetBpfInstruction programs[][2] = {
    { { 0x06, 0, 0, 1 }, { 0x00, 0, 0, 0 } },           /* does not end with a return */
    { { 0x05, 0, 0, 1 }, { 0x06, 0, 0, 1 } },           /* jumps behind the end */
    { { 0x05, 0, 0, G_MAXUINT32 }, { 0x06, 0, 0, 1 } }, /* jumps back */
    { { 0x15, 0, 1, 0 }, { 0x06, 0, 0, 1 } },
    { { 0x02, 0, 0, 16 }, { 0x06, 0, 0, 1 } }, /* stores behind the memory */
    { { 0x60, 0, 0, 16 }, { 0x06, 0, 0, 1 } }, /* loads from there */
    { { 0x34, 0, 0, 0 }, { 0x06, 0, 0, 1 } },  /* divides by nothing */
    { { 0xffff, 0, 0, 0 }, { 0x06, 0, 0, 1 } },
  };
  for (guint i = 0; i < G_N_ELEMENTS (programs); i++)
    CU_ASSERT_FALSE (vbet_bpf_is_valid (programs[i], 2));
  CU_ASSERT_FALSE (vbet_bpf_is_valid (programs[0], 0));
  /* Whatever is valid ends and reads nothing else (the sanitizers say so). */
  g_autoptr (GRand) random = g_rand_new_with_seed (2);
  guint valid = 0;
  for (guint round = 0; round < 200000; round++) {
    VbetBpfInstruction program[4];
    for (guint i = 0; i < 3; i++)
      program[i] = (VbetBpfInstruction){ (guint16)g_rand_int_range (random, 0, 256),
                                         (guint8)g_rand_int_range (random, 0, 4),
                                         (guint8)g_rand_int_range (random, 0, 4),
                                         g_rand_int (random) >> g_rand_int_range (random, 0, 32) };
    program[3] = (VbetBpfInstruction){ 0x16, 0, 0, 0 };
    if (!vbet_bpf_is_valid (program, 4))
      continue;
    valid++;
    g_autofree guint8 *data = g_malloc0 (20);
    vbet_bpf_run (program, data, 20);
  }
  CU_ASSERT_TRUE (valid > 100);
}

static void
test_filter_text (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) filter = g_variant_ref_sink (vbet_capture_filter ("icmp", NULL));
  CU_ASSERT_EQUAL (g_variant_n_children (filter) % 4, 0);
  CU_ASSERT_PTR_NULL (vbet_capture_filter ("no such (", &error));
  CU_ASSERT_PTR_NOT_NULL_FATAL (error);
  CU_ASSERT_PTR_NOT_NULL (strstr (error->message, "no such ("));
}

/* --- a capture of a cable ----------------------------------------------------------- */

typedef struct {
  VbetLoop *loop;
  VbetFabric *fabric;
  VbetIo *io;
  VbetEndpoint *ends[2];
  VbetCapture *capture;
  int reader;
  gboolean closed;
  gint64 now;
} Rig;

static void
null_send (gpointer port, const VbetFrame *frame)
{
  (void)port;
  (void)frame;
}

static void
null_flush (gpointer port)
{
  (void)port;
}

static const VbetPortClass null_class = { null_send, null_flush, NULL, null_flush };

static void
on_closed (VbetCapture *capture, gpointer user_data)
{
  Rig *rig = user_data;
  rig->closed = TRUE;
  rig->capture = NULL;
  vbet_capture_free (capture);
}

static void
rig_open (Rig *self, const VbetCaptureSettings *settings, const VbetCableSettings *cable)
{
  int sockets[2];
  int result = 0;
  *self = (Rig){ .loop = vbet_loop_new (), .fabric = vbet_fabric_new (1) };
  self->io = vbet_io_new (self->loop, self->fabric);
  for (guint end = 0; end < 2; end++) {
    CU_ASSERT_EQUAL_FATAL (vbet_fabric_add_port (self->fabric, end == 0 ? "a" : "b", 1, 1500, &null_class,
                                                 self, &self->ends[end]),
                           0);
    vbet_endpoint_set_connected (self->ends[end], TRUE);
  }
  CU_ASSERT_EQUAL_FATAL (vbet_fabric_add_cable (self->fabric, "c", "a", 1, "b", 1, cable, 0), 0);
  CU_ASSERT_EQUAL_FATAL (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets), 0);
  self->reader = sockets[1];
  self->capture = vbet_capture_new (self->io, "c", settings, 1, sockets[0], on_closed, self, &result);
  CU_ASSERT_PTR_NOT_NULL_FATAL (self->capture);
}

static void
rig_close (Rig *self)
{
  vbet_capture_free (self->capture);
  vbet_fabric_free (self->fabric);
  vbet_io_free (self->io);
  vbet_loop_free (self->loop);
  close (self->reader);
}

static void
rig_send (Rig *self, guint end, guint size, guint8 mark)
{
  guint8 data[1514] = { 0 };
  data[14] = mark;
  VbetFrame frame = { data, size };
  vbet_fabric_input (self->fabric, self->ends[end], &frame, ++self->now);
  vbet_fabric_run (self->fabric, self->now);
}

static void
rig_events (Rig *self)
{
  VbetEvent event;
  vbet_loop_wait (self->loop, 0);
  while (vbet_loop_next (self->loop, &event))
    if (event.type == VBET_FD_CAPTURE)
      vbet_capture_event (event.owner, event.events);
}

/* What a reader saw: one line a packet, "name > mark size/captured". */
typedef struct {
  VbetPackets *packets;
  GString *text;
  guint64 n;
} Seen;

static gboolean
on_block (const guint8 *block, gsize size, const VbetPacket *packet, gpointer user_data)
{
  Seen *seen = user_data;
  (void)block;
  (void)size;
  if (packet == NULL)
    return TRUE;
  seen->n++;
  if (seen->text != NULL)
    g_string_append_printf (seen->text, "%s %c %u %u/%u\n", packet->name, packet->sent ? '>' : '<',
                            packet->data[14], packet->size, packet->captured);
  return TRUE;
}

static void
rig_read (Rig *self, Seen *seen)
{
  g_autofree guint8 *message = g_malloc (VBET_PACKETS_MESSAGE);
  ssize_t n;
  /* Twice: what was missed is said once the rest was read. */
  for (guint i = 0; i < 2; i++) {
    if (self->capture != NULL) /* a second later nothing waits any more */
      vbet_captures_run (vbet_io_get_captures (self->io), (g_get_monotonic_time () + G_USEC_PER_SEC) * 1000);
    while ((n = recv (self->reader, message, VBET_PACKETS_MESSAGE, MSG_DONTWAIT)) > 0) {
      CU_ASSERT_TRUE (vbet_packets_feed (seen->packets, message, (gsize)n, on_block, seen));
      rig_events (self);
    }
  }
}

static void
test_both_ends (void)
{
  Rig rig;
  VbetCaptureSettings settings
      = { .ends = { TRUE, TRUE }, .name = { (char *)"c a", (char *)"c b" }, .snaplen = 20 };
  VbetCableSettings cable;
  Seen seen = { vbet_packets_new (), g_string_new (NULL), 0 };
  vbet_cable_settings_init (&cable);
  cable.quality[1].up = FALSE;
  rig_open (&rig, &settings, &cable);
  rig_send (&rig, 0, 60, 1);
  rig_send (&rig, 1, 15, 2); /* this direction is down: it enters and does not come out */
  vbet_fabric_remove_cable (rig.fabric, "c");
  rig_send (&rig, 0, 60, 3);
  vbet_fabric_add_cable (rig.fabric, "c", "a", 1, "b", 1, NULL, rig.now);
  rig_send (&rig, 1, 60, 4); /* plugged again */
  rig_read (&rig, &seen);
  VBET_ASSERT_TEXT (seen.text->str,
                    "c a > 1 60/20\nc b < 1 60/20\nc b > 2 15/15\nc b > 4 60/20\nc a < 4 60/20\n");
  CU_ASSERT_EQUAL (vbet_packets_get_missed (seen.packets), 0);
  vbet_packets_free (seen.packets);
  g_string_free (seen.text, TRUE);
  rig_close (&rig);
}

/* A filter for the mark at byte 14: ldb [14]; jeq #2, 0, 1; ret #9; ret #0 */
static void
test_one_end_filtered (void)
{
  Rig rig;
  VbetBpfInstruction filter[]
      = { { 0x30, 0, 0, 14 }, { 0x15, 0, 1, 2 }, { 0x06, 0, 0, 9 }, { 0x06, 0, 0, 0 } };
  VbetCaptureSettings settings = { .ends = { FALSE, TRUE },
                                   .name = { NULL, (char *)"c b" },
                                   .snaplen = 65535,
                                   .filter = filter,
                                   .filter_size = 4 };
  Seen seen = { vbet_packets_new (), g_string_new (NULL), 0 };
  CU_ASSERT_TRUE_FATAL (vbet_bpf_is_valid (filter, 4));
  rig_open (&rig, &settings, NULL);
  rig_send (&rig, 0, 60, 1);
  rig_send (&rig, 0, 60, 2);
  rig_send (&rig, 1, 60, 2);
  rig_read (&rig, &seen);
  VBET_ASSERT_TEXT (seen.text->str, "c b < 2 60/60\nc b > 2 60/60\n");
  vbet_packets_free (seen.packets);
  g_string_free (seen.text, TRUE);
  rig_close (&rig);
}

#define MANY 20000

/* Nothing waits for a reader that does not read, and what it did not get is said: captured + missed = all. */
static void
test_slow_reader (void)
{
  Rig rig;
  VbetCaptureSettings settings
      = { .ends = { TRUE, FALSE }, .name = { (char *)"c a", NULL }, .snaplen = 65535 };
  Seen seen = { vbet_packets_new (), NULL, 0 };
  rig_open (&rig, &settings, NULL);
  for (guint i = 0; i < MANY; i++)
    rig_send (&rig, 0, 1514, 1);
  rig_read (&rig, &seen);
  /* How many fit depends on the host: on sockets, and on the processor time that a capture may use. */
  CU_ASSERT_TRUE (seen.n > 0 && seen.n < MANY);
  CU_ASSERT_EQUAL (seen.n + vbet_packets_get_missed (seen.packets), MANY); /* by statistics */
  rig_send (&rig, 0, 60, 1);
  rig_read (&rig, &seen);
  CU_ASSERT_EQUAL (seen.n + vbet_packets_get_missed (seen.packets), MANY + 1); /* by a packet, too */
  g_clear_pointer (&rig.capture, vbet_capture_free);
  rig_read (&rig, &seen);
  CU_ASSERT_EQUAL (seen.n + vbet_packets_get_missed (seen.packets), MANY + 1);
  vbet_packets_free (seen.packets);
  rig_close (&rig);
}

static void
test_reader_leaves (void)
{
  Rig rig;
  VbetCaptureSettings settings
      = { .ends = { TRUE, FALSE }, .name = { (char *)"c a", NULL }, .snaplen = 65535 };
  rig_open (&rig, &settings, NULL);
  close (rig.reader);
  rig.reader = -1;
  rig_send (&rig, 0, 60, 1);
  rig_events (&rig);
  CU_ASSERT_TRUE (rig.closed);
  rig_send (&rig, 0, 60, 1);
  rig_close (&rig);
}

/* --- the list's lines ---------------------------------------------------------------- */

static guint
from_hex (const char *hex, guint8 *to)
{
  guint n = 0;
  for (; *hex != '\0'; hex++)
    if (g_ascii_isxdigit (hex[0])) {
      to[n++] = (guint8)(g_ascii_xdigit_value (hex[0]) << 4 | g_ascii_xdigit_value (hex[1]));
      hex++;
    }
  return n;
}

static void
test_lines (void)
{
#define MACS "ffffffffffff 020000000001 "
#define IP4(protocol, rest) MACS "0800 4500 0200 0000 0000 40 " protocol " 0000 0a000001 0a000002 " rest
#define IP6(protocol, rest)                                                                                  \
  MACS "86dd 60000000 0100 " protocol                                                                        \
       " ff fe800000000000000000000000000001 20010db8000000000001000000000000 " rest
  static const struct {
    const char *hex;
    const char *line;
  } cases[] = {
    { MACS "0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002",
      "02:00:00:00:00:01 ff:ff:ff:ff:ff:ff ARP who has 10.0.0.2? tell 10.0.0.1" },
    { MACS "0806 0001 0800 06 04 0002 020000000001 0a000001 000000000000 0a000002",
      "02:00:00:00:00:01 ff:ff:ff:ff:ff:ff ARP 10.0.0.1 is at 02:00:00:00:00:01" },
    { IP4 ("01", "0800 0000 0007 0003"), "10.0.0.1 10.0.0.2 ICMP echo request, id 7, seq 3" },
    { IP4 ("01", "0301 0000 0000 0000"), "10.0.0.1 10.0.0.2 ICMP host unreachable" },
    { IP4 ("06", "c000 0050 00000001 00000000 5002 0000 0000 0000"),
      "10.0.0.1 10.0.0.2 HTTP port 49152 to 80 [SYN] seq 1, 472 bytes" },
    { IP4 ("11", "c000 0035 001a 0000 0001 0100 0001 0000 0000 0000 02 7231 03 6c6162 00 0001 0001"),
      "10.0.0.1 10.0.0.2 DNS query for r1.lab" },
    { IP4 ("11", "0050 4000 0010 0000"), "10.0.0.1 10.0.0.2 HTTP port 80 to 16384, 8 bytes" },
    { IP4 ("59", "0201 002c 01010101 00000000"),
      "10.0.0.1 10.0.0.2 OSPF hello of router 1.1.1.1, area 0.0.0.0" },
    { IP6 ("3a", "8700 0000 00000000 20010db8000000000000000000000001"),
      "fe80::1 2001:db8:0:0:1:: ICMPv6 who has 2001:db8::1?" },
    { MACS "8100 0005 0806 0001", "02:00:00:00:00:01 ff:ff:ff:ff:ff:ff ARP VLAN 5: cut short" },
    { "0102", "  Ethernet 2 bytes, too short for a header" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    guint8 data[200];
    VbetDissection line;
    guint size = from_hex (cases[i].hex, data);
    vbet_dissect (data, size, size, &line);
    g_autofree char *text = g_strdup_printf ("%s %s %s %s", line.from, line.to, line.protocol, line.info);
    VBET_ASSERT_TEXT (text, cases[i].line);
    for (guint cut = 0; cut < size; cut++) {
      g_autofree guint8 *part = g_memdup2 (data, cut); /* its end is where the sanitizer sees it */
      vbet_dissect (part, cut, size, &line);
    }
  }
}

static CU_TestInfo tests[] = {
  { "the bytes of blocks", test_blocks },
  { "a packet's room", test_room },
  { "filters", test_filters },
  { "hostile filters", test_hostile_filters },
  { "a filter's text", test_filter_text },
  { "both ends", test_both_ends },
  { "one end, filtered", test_one_end_filtered },
  { "a slow reader", test_slow_reader },
  { "a reader leaves", test_reader_leaves },
  { "the list's lines", test_lines },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "capture", NULL, NULL, NULL, NULL, tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
