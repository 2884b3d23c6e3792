/* test-nat.c - what vbet-nat is told, the plan of its addresses, and DHCP's leases on the wire. */
#include "config.h"

#include <string.h>

#include "nat/lease.h"
#include "nat/loopback.h"
#include "nat/options.h"
#include "unit/harness.h"

typedef struct {
  gboolean v6;
  guint8 bytes[16];
} VbetTestAddress;

static const char *const full[] = { "--network=192.168.7.0/24",
                                    "--mtu=9000",
                                    "--no-dhcp",
                                    "--isolated",
                                    "--host",
                                    "--forward=tcp:8080:192.168.7.5:80",
                                    "--forward=udp:53:02-00-00-00-00-AB:53",
                                    "--lease=02-00-00-00-00-ab=192.168.7.20",
                                    NULL };

static void
test_options (void)
{
  g_auto (VbetNatOptions) options = { 0 };
  CU_ASSERT_TRUE_FATAL (vbet_nat_options_parse (&options, full, NULL));
  CU_ASSERT_EQUAL (options.network, 0xc0a80700);
  CU_ASSERT_EQUAL (options.prefix, 24);
  CU_ASSERT_EQUAL (options.mtu, 9000);
  CU_ASSERT_FALSE (options.dhcp);
  CU_ASSERT_TRUE (options.isolated);
  CU_ASSERT_TRUE (options.host);
  CU_ASSERT_EQUAL_FATAL (options.forwards->len, 2);
  const VbetNatForward *web = &g_array_index (options.forwards, VbetNatForward, 0);
  CU_ASSERT_FALSE (web->udp);
  CU_ASSERT_FALSE (web->by_mac);
  CU_ASSERT_EQUAL (web->host_port, 8080);
  CU_ASSERT_EQUAL (web->address, 0xc0a80705);
  CU_ASSERT_EQUAL (web->guest_port, 80);
  const VbetNatForward *names = &g_array_index (options.forwards, VbetNatForward, 1);
  CU_ASSERT_TRUE (names->udp);
  CU_ASSERT_TRUE (names->by_mac);
  CU_ASSERT_EQUAL (names->mac[5], 0xab);
  CU_ASSERT_EQUAL_FATAL (options.leases->len, 1);
  CU_ASSERT_EQUAL (g_array_index (options.leases, VbetNatLease, 0).address, 0xc0a80714);
}

static void
test_defaults (void)
{
  const char *const none[] = { NULL };
  g_auto (VbetNatOptions) options = { 0 };
  CU_ASSERT_TRUE_FATAL (vbet_nat_options_parse (&options, none, NULL));
  CU_ASSERT_EQUAL (options.network, 0x0a000200);
  CU_ASSERT_EQUAL (options.prefix, 24);
  CU_ASSERT_EQUAL (options.mtu, 1500);
  CU_ASSERT_TRUE (options.dhcp);
  CU_ASSERT_FALSE (options.isolated);
  CU_ASSERT_FALSE (options.host);
  CU_ASSERT_EQUAL (options.forwards->len, 0);
}

static void
test_wrong (void)
{
  static const char *const wrong[] = {
    "",
    "network=10.0.0.0/8",
    "--network=10.0.0.0",
    "--network=10.0.0.1/24",
    "--network=10.0.0.0/30",
    "--network=10.0.0.0/7",
    "--network=10.0.0.256/24",
    "--network=10.0.0/24",
    "--network=10.0.0.0.0/24",
    "--network=+10.0.0.0/24",
    "--network=fd00::/64",
    "--mtu=575",
    "--mtu=9001",
    "--mtu= 1500",
    "--mtu=",
    "--forward=tcp:0:10.0.2.5:80",
    "--forward=tcp:65536:10.0.2.5:80",
    "--forward=tcp:80:10.0.2.5",
    "--forward=tcp:80:10.0.2.5:80:1",
    "--forward=sctp:80:10.0.2.5:80",
    "--forward=tcp:80:host1:80",
    "--forward=tcp:80:02-00-00-00-00-0:80",
    "--forward=tcp:80:02:00:00:00:00:01:80",
    "--lease=02-00-00-00-00-01",
    "--lease=02-00-00-00-00-01=x",
    "--isolated=yes",
    "--host=yes",
  };
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    const char *const argv[] = { wrong[i], NULL };
    g_auto (VbetNatOptions) options = { 0 };
    g_autoptr (GError) error = NULL;
    gboolean ok = vbet_nat_options_parse (&options, argv, &error);
    if (ok)
      g_printerr ("accepted: %s\n", wrong[i]);
    CU_ASSERT_FALSE (ok);
    CU_ASSERT_PTR_NOT_NULL (error);
  }
}

static void
test_addresses (void)
{
  const struct {
    const char *network;
    guint32 first;
    guint32 last; /* that a guest can have */
  } cases[] = {
    { "--network=10.0.2.0/24", 0x0a00020f, 0x0a0002fe },
    { "--network=10.0.2.32/27", 0x0a00022f, 0x0a00023e },
    { "--network=10.0.2.16/28", 0x0a000214, 0x0a00021e },
    { "--network=10.0.2.8/29", 0x0a00020c, 0x0a00020e },
    { "--network=10.0.0.0/8", 0x0a00000f, 0x0afffffe },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const char *const argv[] = { cases[i].network, NULL };
    g_auto (VbetNatOptions) options = { 0 };
    CU_ASSERT_TRUE_FATAL (vbet_nat_options_parse (&options, argv, NULL));
    CU_ASSERT_EQUAL (vbet_nat_options_first_lease (&options), cases[i].first);
    CU_ASSERT_TRUE (vbet_nat_options_holds (&options, cases[i].first));
    CU_ASSERT_TRUE (vbet_nat_options_holds (&options, cases[i].last));
    CU_ASSERT_FALSE (vbet_nat_options_holds (&options, cases[i].last + 1));
    CU_ASSERT_FALSE (vbet_nat_options_holds (&options, cases[i].last + 2));
    for (guint host = 0; host < 4; host++)
      CU_ASSERT_EQUAL (vbet_nat_options_holds (&options, options.network + host), host == 1);
  }
}

static void
test_prefix6 (void)
{
  static const guint8 wanted[16] = { 0xfd, 0x56, 0x42, 0x45, 192, 168, 7, 0 };
  guint8 bytes[16];
  g_auto (VbetNatOptions) options = { 0 };
  CU_ASSERT_TRUE_FATAL (vbet_nat_options_parse (&options, full, NULL));
  vbet_nat_options_prefix6 (&options, bytes);
  CU_ASSERT_EQUAL (memcmp (bytes, wanted, sizeof wanted), 0);
}

/* The answer to a request: what a server sends is like it but for ports, kind and the address. */
static void
make_answer (guint8 frame[VBET_NAT_LEASE_REQUEST_SIZE], const VbetNatLease *lease)
{
  vbet_nat_lease_request (lease, frame);
  frame[34 + 1] = 67;
  frame[34 + 3] = 68;
  frame[42] = 2;
  for (guint i = 0; i < 4; i++)
    frame[42 + 16 + i] = (guint8)(lease->address >> (24 - 8 * i));
}

static void
test_lease (void)
{
  VbetNatLease lease, read = { 0 };
  guint8 frame[VBET_NAT_LEASE_REQUEST_SIZE];
  CU_ASSERT_TRUE_FATAL (vbet_nat_lease_parse ("02-00-00-00-00-01=10.0.2.15", &lease));
  g_autofree char *text = vbet_nat_lease_to_text (&lease);
  VBET_ASSERT_TEXT (text, "02-00-00-00-00-01=10.0.2.15");
  vbet_nat_lease_request (&lease, frame);
  CU_ASSERT_FALSE (vbet_nat_lease_read (frame, sizeof frame, &read)); /* it asks, and gives nothing */
  guint sum = 0;
  for (guint i = 14; i < 34; i += 2)
    sum += (guint)frame[i] << 8 | frame[i + 1];
  CU_ASSERT_EQUAL ((sum & 0xffff) + (sum >> 16), 0xffff);
  make_answer (frame, &lease);
  CU_ASSERT_TRUE (vbet_nat_lease_read (frame, sizeof frame, &read));
  CU_ASSERT_EQUAL (memcmp (read.mac, lease.mac, 6), 0);
  CU_ASSERT_EQUAL (read.address, lease.address);
  /* Every cut is refused or read within its bounds (the sanitizer watches a heap copy). */
  for (gsize size = 0; size < sizeof frame; size++) {
    g_autofree guint8 *copy = g_memdup2 (frame, size);
    CU_ASSERT_EQUAL (vbet_nat_lease_read (copy, size, &read), size >= 14 + 20 + 8 + 34);
  }
  frame[14] = 0x4f; /* options reach behind the end */
  CU_ASSERT_FALSE (vbet_nat_lease_read (frame, 80, &read));
  frame[14] = 0x41;
  CU_ASSERT_FALSE (vbet_nat_lease_read (frame, sizeof frame, &read));
}

/* An Ethernet frame with an IP packet for @address. */
static void
make_packet (guint8 frame[54], const VbetTestAddress *address)
{
  memset (frame, 0x55, 54);
  frame[12] = address->v6 ? 0x86 : 0x08;
  frame[13] = address->v6 ? 0xdd : 0x00;
  memcpy (frame + (address->v6 ? 38 : 30), address->bytes, address->v6 ? 16 : 4);
}

static void
test_loopback (void)
{
  static const VbetTestAddress theirs[] = {
    { FALSE, { 127, 0, 0, 1 } },
    { FALSE, { 127, 255, 1, 2 } },
    { FALSE, { 0, 0, 0, 0 } },
    { FALSE, { 0, 1, 2, 3 } },
    { TRUE, { 0 } },
    { TRUE, { [15] = 1 } },
    { TRUE, { [10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1 } },
    { TRUE, { [10] = 0xff, [11] = 0xff, [12] = 192, [13] = 168 } },
    { TRUE, { [12] = 127, [15] = 1 } },
  };
  static const VbetTestAddress others[] = {
    { FALSE, { 10, 0, 2, 2 } },          { FALSE, { 255, 255, 255, 255 } },
    { FALSE, { 126, 0, 0, 1 } },         { TRUE, { 0xfd, 0x56, 0x42, 0x45, [15] = 2 } },
    { TRUE, { 0xff, 2, [15] = 1 } },     { TRUE, { [9] = 1, [15] = 1 } },
    { TRUE, { [10] = 0xff, [15] = 1 } },
  };
  guint8 frame[54];
  for (guint i = 0; i < G_N_ELEMENTS (theirs); i++) {
    make_packet (frame, &theirs[i]);
    CU_ASSERT_TRUE (vbet_nat_is_for_loopback (frame, sizeof frame));
    for (gsize size = 0; size < sizeof frame; size++) { /* the sanitizer watches a heap copy */
      g_autofree guint8 *copy = g_memdup2 (frame, size);
      CU_ASSERT_EQUAL (vbet_nat_is_for_loopback (copy, size), !theirs[i].v6 && size >= 34);
    }
  }
  for (guint i = 0; i < G_N_ELEMENTS (others); i++) {
    make_packet (frame, &others[i]);
    CU_ASSERT_FALSE (vbet_nat_is_for_loopback (frame, sizeof frame));
  }
  make_packet (frame, &theirs[0]);
  frame[13] = 0x06; /* ARP */
  CU_ASSERT_FALSE (vbet_nat_is_for_loopback (frame, sizeof frame));
}

/* Of an IPv4 header, or of a UDP datagram with its pseudo header: 0xffff where the checksum is right. */
static guint
sum_of (const guint8 *bytes, gsize size, guint32 sum)
{
  for (gsize i = 0; i < size; i++)
    sum += i % 2 == 0 ? (guint32)bytes[i] << 8 : bytes[i];
  while (sum > 0xffff)
    sum = (sum & 0xffff) + (sum >> 16);
  return sum;
}

static void
check_sums (const guint8 *frame, gsize size)
{
  gsize length = size - 34;
  CU_ASSERT_EQUAL (sum_of (frame + 14, 20, 0), 0xffff);
  CU_ASSERT_EQUAL (sum_of (frame + 34, length, sum_of (frame + 26, 8, (guint32)length + 17)), 0xffff);
}

static void
test_datagrams (void)
{
  static const guint32 addresses[] = { 0x7f000001, 0x0a000202, 0, 0xffffffff, 0x80008000 };
  VbetNatLease lease;
  VbetNatDatagram datagram;
  guint8 frame[VBET_NAT_LEASE_REQUEST_SIZE];
  CU_ASSERT_TRUE_FATAL (vbet_nat_lease_parse ("02-00-00-00-00-01=10.0.2.15", &lease));
  vbet_nat_lease_request (&lease, frame); /* a datagram like others */
  CU_ASSERT_TRUE_FATAL (vbet_nat_datagram_read (frame, sizeof frame, &datagram));
  CU_ASSERT_EQUAL (datagram.from, 0);
  CU_ASSERT_EQUAL (datagram.to, 0xffffffff);
  CU_ASSERT_EQUAL (datagram.from_port, 68);
  CU_ASSERT_EQUAL (datagram.to_port, 67);
  /* Without a checksum it has none afterwards. */
  frame[40] = frame[41] = 0;
  vbet_nat_datagram_move (frame, NULL, &addresses[0]);
  CU_ASSERT_EQUAL (frame[40] | frame[41], 0);
  CU_ASSERT_EQUAL (sum_of (frame + 14, 20, 0), 0xffff);
  guint sum
      = ~sum_of (frame + 34, sizeof frame - 34, sum_of (frame + 26, 8, sizeof frame - 34 + 17)) & 0xffff;
  frame[40] = (guint8)(sum >> 8);
  frame[41] = (guint8)sum;
  check_sums (frame, sizeof frame);
  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    for (guint k = 0; k < G_N_ELEMENTS (addresses); k++) {
      vbet_nat_datagram_move (frame, &addresses[i], &addresses[k]);
      CU_ASSERT_TRUE (vbet_nat_datagram_read (frame, sizeof frame, &datagram));
      CU_ASSERT_EQUAL (datagram.from, addresses[i]);
      CU_ASSERT_EQUAL (datagram.to, addresses[k]);
      check_sums (frame, sizeof frame);
    }
  for (gsize size = 0; size < sizeof frame; size++) { /* the sanitizer watches a heap copy */
    g_autofree guint8 *copy = g_memdup2 (frame, size);
    CU_ASSERT_EQUAL (vbet_nat_datagram_read (copy, size, &datagram), size >= 14 + 20 + 8);
  }
  frame[21] = 1; /* a later fragment has no ports */
  CU_ASSERT_FALSE (vbet_nat_datagram_read (frame, sizeof frame, &datagram));
  frame[21] = 0;
  frame[14] = 0x44; /* a header that is too short */
  CU_ASSERT_FALSE (vbet_nat_datagram_read (frame, sizeof frame, &datagram));
  frame[14] = 0x4f; /* or behind the end */
  CU_ASSERT_FALSE (vbet_nat_datagram_read (frame, 80, &datagram));
}

static CU_TestInfo tests[] = {
  { "options", test_options },
  { "defaults", test_defaults },
  { "wrong options", test_wrong },
  { "addresses of a network", test_addresses },
  { "IPv6 prefix", test_prefix6 },
  { "leases on the wire", test_lease },
  { "loopback addresses", test_loopback },
  { "datagrams and their checksums", test_datagrams },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = { { "nat", NULL, NULL, NULL, NULL, tests }, CU_SUITE_INFO_NULL };

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
