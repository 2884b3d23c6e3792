/* test-remote.c - cables that go on by UDP: addresses in the text, VXLAN's header, what is known of the far
 * end. */
#include "config.h"

#include <string.h>

#include "engine/model/udp-address.h"
#include "switch/core/far-end.h"
#include "switch/core/vxlan.h"
#include "unit/harness.h"

#define MS G_GINT64_CONSTANT (1000000) /* nanoseconds */

/* --- addresses ------------------------------------------------------------------------- */

/* @expected: "HOST PORT", "* PORT", or NULL: refused */
static void
check_address (gboolean peer, const char *text, const char *expected)
{
  g_auto (VbetUdpAddress) address = { 0 };
  gboolean ok = peer ? vbet_udp_peer_parse (text, &address) : vbet_udp_listen_parse (text, &address);
  g_autofree char *got
      = ok ? g_strdup_printf ("%s %u", address.host != NULL ? address.host : "*", address.port) : NULL;
  if (g_strcmp0 (got, expected) != 0)
    printf ("%s: %s, not %s\n", text, got, expected);
  CU_ASSERT_EQUAL (g_strcmp0 (got, expected), 0);
}

static void
test_addresses (void)
{
  check_address (TRUE, "192.0.2.7:7000", "192.0.2.7 7000");
  check_address (TRUE, "[2001:db8::7]:65535", "2001:db8::7 65535");
  check_address (TRUE, "[fe80::1%eth0]:1", "fe80::1%eth0 1");
  check_address (TRUE, "far-end.example:7000", "far-end.example 7000");
  check_address (TRUE, "pc7:7000", "pc7 7000");
  static const char *const bad[] = {
    "",          "7000",          "192.0.2.7",     "192.0.2.7:",       "192.0.2.7:0",    "192.0.2.7:65536",
    ":7000",     "192.0.2:7000",  "2001:db8::7:1", "[2001:db8::7]",    "[192.0.2.7]:1",  "[]:1",
    "a b:1",     "pc7:+1",        "pc7: 1",        "[fe80::1%]:1",     "[::1%a b]:1",    "192.0.2.7/24:1",
    "[::1]7000", "[::1/64]:7000", "pc7:1:",        "192.0.2.7:000001", "[far.example]:1"
  };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    check_address (TRUE, bad[i], NULL);
  check_address (FALSE, "7000", "* 7000");
  check_address (FALSE, "0.0.0.0:7000", "0.0.0.0 7000");
  check_address (FALSE, "[::1]:7000", "::1 7000");
  check_address (FALSE, "far.example:7000", NULL);
  check_address (FALSE, "0", NULL);
  check_address (FALSE, "", NULL);
}

static void
check_back (const char *peer_text, const char *listen_text, gboolean expected)
{
  g_auto (VbetUdpAddress) peer = { 0 };
  g_auto (VbetUdpAddress) listen = { 0 };
  CU_ASSERT_TRUE_FATAL (vbet_udp_peer_parse (peer_text, &peer)
                        && vbet_udp_listen_parse (listen_text, &listen));
  CU_ASSERT_EQUAL (vbet_udp_leads_to (&peer, &listen), expected);
}

static void
test_back (void)
{
  check_back ("127.0.0.1:7000", "7000", TRUE);
  check_back ("127.0.0.1:7000", "7001", FALSE);
  check_back ("localhost:7000", "[::]:7000", TRUE);
  check_back ("192.0.2.1:7000", "192.0.2.1:7000", TRUE);
  check_back ("192.0.2.2:7000", "192.0.2.1:7000", FALSE);
  check_back ("192.0.2.1:7000", "7000", FALSE); /* whose address it is, the host knows */
  check_back ("[::1]:7000", "127.0.0.1:7000", TRUE);
}

/* --- VXLAN ---------------------------------------------------------------------------------- */

static void
test_vxlan (void)
{
  guint8 header[VBET_VXLAN_HEADER + 1] = { [VBET_VXLAN_HEADER] = 0xee };
  static const guint8 expected[] = { 0x08, 0, 0, 0, 0x12, 0x34, 0x56, 0, 0xee }; /* RFC 7348, 5 */
  vbet_vxlan_write (0x123456, header);
  CU_ASSERT_EQUAL (memcmp (header, expected, sizeof expected), 0);
  CU_ASSERT_TRUE (vbet_vxlan_read (header, sizeof header, 0x123456));
  CU_ASSERT_TRUE (vbet_vxlan_read (header, VBET_VXLAN_HEADER, 0x123456));
  CU_ASSERT_FALSE (vbet_vxlan_read (header, sizeof header, 0x123457));
  CU_ASSERT_FALSE (vbet_vxlan_read (header, sizeof header, 0x1123456));
  for (gsize size = 0; size < VBET_VXLAN_HEADER; size++)
    CU_ASSERT_FALSE (vbet_vxlan_read (header, size, 0x123456));
  header[0] = 0xff; /* what is reserved is not looked at */
  header[1] = header[3] = header[7] = 0xff;
  CU_ASSERT_TRUE (vbet_vxlan_read (header, sizeof header, 0x123456));
  header[0] = 0xf7; /* without the flag I */
  CU_ASSERT_FALSE (vbet_vxlan_read (header, sizeof header, 0x123456));
  vbet_vxlan_write (0, header);
  CU_ASSERT_TRUE (vbet_vxlan_read (header, sizeof header, 0));
}

/* --- the far end --------------------------------------------------------------------------------- */

static void
check_state (const VbetFarEnd *far_end, gint64 now, const char *expected, gboolean carrier)
{
  VbetFarState state = vbet_far_end_state (far_end, now);
  VBET_ASSERT_TEXT (vbet_far_state_name (state), expected);
  CU_ASSERT_EQUAL (vbet_far_state_has_carrier (state), carrier);
}

static gboolean
hear_hello (VbetFarEnd *far_end, gboolean carrier, gint64 now)
{
  guint8 hello[VBET_FAR_HELLO_SIZE];
  vbet_far_hello_write (carrier, NULL, hello);
  return vbet_far_end_heard (far_end, &(VbetFrame){ .data = hello, .size = sizeof hello }, now);
}

static gboolean
hear_frame (VbetFarEnd *far_end, gint64 now)
{
  static const guint8 frame[60] = { 0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 0x08, 0x00 };
  return vbet_far_end_heard (far_end, &(VbetFrame){ .data = frame, .size = sizeof frame }, now);
}

/* Who does not speak our hello: another program. */
static void
test_other_programs (void)
{
  VbetFarEnd far_end;
  vbet_far_end_init (&far_end, 7 * MS);
  check_state (&far_end, 7 * MS, "trying", FALSE);
  check_state (&far_end, 1006 * MS, "trying", FALSE);
  check_state (&far_end, 1007 * MS, "unknown", TRUE);
  CU_ASSERT_FALSE (hear_frame (&far_end, 2000 * MS));
  check_state (&far_end, 2000 * MS, "heard", TRUE);
  check_state (&far_end, 900000 * MS, "heard", TRUE); /* it may be silent for ever */
  CU_ASSERT_FALSE (vbet_far_end_heard (&far_end, &(VbetFrame){ 0 }, 900001 * MS));
}

static void
test_refusals (void)
{
  VbetFarEnd far_end;
  vbet_far_end_init (&far_end, 0);
  vbet_far_end_refused (&far_end, 1 * MS);
  check_state (&far_end, 1 * MS, "refused", FALSE);
  vbet_far_end_refused (&far_end,
                        3000 * MS); /* one in three hellos is enough: hosts limit the rate of refusals */
  check_state (&far_end, 6499 * MS, "refused", FALSE);
  check_state (&far_end, 6500 * MS, "unknown", TRUE);
  vbet_far_end_refused (&far_end, 7000 * MS);
  CU_ASSERT_TRUE (hear_hello (&far_end, TRUE, 7001 * MS));
  check_state (&far_end, 7001 * MS, "heard", TRUE); /* at once */
  /* It goes, and another program comes in its place. */
  vbet_far_end_refused (&far_end, 8000 * MS);
  check_state (&far_end, 8000 * MS, "refused", FALSE);
  check_state (&far_end, 20000 * MS, "heard", TRUE);
}

static void
test_hellos (void)
{
  VbetFarEnd far_end;
  vbet_far_end_init (&far_end, 0);
  CU_ASSERT_TRUE (hear_hello (&far_end, FALSE, 100 * MS));
  check_state (&far_end, 100 * MS, "cut", FALSE);
  CU_ASSERT_TRUE (hear_hello (&far_end, TRUE, 1100 * MS));
  check_state (&far_end, 6099 * MS, "heard", TRUE);
  check_state (&far_end, 6100 * MS, "silent", FALSE);
  CU_ASSERT_TRUE (hear_hello (&far_end, TRUE, 6200 * MS));
  check_state (&far_end, 6200 * MS, "heard", TRUE);
}

/* What others take a hello for: a frame of the shortest size that no bridge passes on. */
static void
test_hello_is_a_frame (void)
{
  guint8 hello[VBET_FAR_HELLO_SIZE];
  VbetFarEnd far_end;
  vbet_far_hello_write (TRUE, NULL, hello);
  VbetFrame frame = { .data = hello, .size = sizeof hello };
  VbetFrameHeader header;
  CU_ASSERT_TRUE_FATAL (vbet_frame_parse (&frame, &header));
  CU_ASSERT_EQUAL (header.destination, G_GUINT64_CONSTANT (0x0180c200000e));
  CU_ASSERT_FALSE (vbet_mac_is_group (header.source));
  CU_ASSERT_EQUAL (header.type, 0x88b5);
  /* A beginning of one is none. */
  for (guint size = 0; size < 20; size++) {
    vbet_far_end_init (&far_end, 0);
    frame.size = size;
    CU_ASSERT_EQUAL (vbet_far_end_heard (&far_end, &frame, 1), size == 20);
  }
}

/* --- whose a hello is ------------------------------------------------------------------------------- */

static VbetFarIdentity
identity (guint8 run, guint8 macs, const char *lab)
{
  VbetFarIdentity made = { 0 };
  memset (made.run, run, sizeof made.run);
  memset (made.macs, macs, sizeof made.macs);
  vbet_far_identity_set_lab (&made, lab);
  return made;
}

static void
hear_identity (VbetFarEnd *far_end, const VbetFarIdentity *whose, gint64 now)
{
  guint8 hello[VBET_FAR_HELLO_SIZE];
  vbet_far_hello_write (TRUE, whose, hello);
  CU_ASSERT_TRUE (vbet_far_end_heard (far_end, &(VbetFrame){ .data = hello, .size = sizeof hello }, now));
}

static void
test_clash (void)
{
  VbetFarIdentity own = identity (1, 7, "lab"), same = identity (2, 7, "lab"),
                  seeded = identity (2, 8, "lab");
  VbetFarEnd far_end;
  vbet_far_end_init (&far_end, 0);
  CU_ASSERT_FALSE (vbet_far_end_clashes (&far_end, &own, 1 * MS));
  /* One that says no more than hello, a frame: nothing is known. */
  hear_hello (&far_end, TRUE, 100 * MS);
  hear_frame (&far_end, 110 * MS);
  CU_ASSERT_FALSE (vbet_far_end_clashes (&far_end, &own, 120 * MS));
  hear_identity (&far_end, &same, 1000 * MS);
  CU_ASSERT_TRUE (vbet_far_end_clashes (&far_end, &own, 1000 * MS));
  CU_ASSERT_FALSE (vbet_far_end_clashes (&far_end, NULL, 1000 * MS)); /* nobody said whose this end is */
  VBET_ASSERT_TEXT (far_end.identity.lab, "lab");
  check_state (&far_end, 1000 * MS, "heard", TRUE); /* frames pass all the same */
  /* A frame between two hellos changes nothing; silence does. */
  hear_frame (&far_end, 1500 * MS);
  CU_ASSERT_TRUE (vbet_far_end_clashes (&far_end, &own, 5999 * MS));
  CU_ASSERT_FALSE (vbet_far_end_clashes (&far_end, &own, 6000 * MS));
  /* A seed was given there, or here. */
  hear_identity (&far_end, &seeded, 7000 * MS);
  CU_ASSERT_FALSE (vbet_far_end_clashes (&far_end, &own, 7000 * MS));
  hear_identity (&far_end, &same, 8000 * MS);
  own.macs[0] = 9;
  CU_ASSERT_FALSE (vbet_far_end_clashes (&far_end, &own, 8000 * MS));
  /* What comes back is our own: each device is there once. */
  hear_identity (&far_end, &own, 9000 * MS);
  CU_ASSERT_FALSE (vbet_far_end_clashes (&far_end, &own, 9000 * MS));
  /* It goes; an older one, or another program, comes in its place. */
  own = identity (1, 7, "lab");
  hear_identity (&far_end, &same, 10000 * MS);
  vbet_far_end_refused (&far_end, 11000 * MS);
  CU_ASSERT_FALSE (vbet_far_end_clashes (&far_end, &own, 11000 * MS));
  hear_identity (&far_end, &same, 12000 * MS);
  hear_hello (&far_end, TRUE, 12500 * MS);
  CU_ASSERT_FALSE (vbet_far_end_clashes (&far_end, &own, 12500 * MS));
}

/* What comes from there is anybody's. */
static void
test_hostile_identity (void)
{
  VbetFarIdentity whose = identity (2, 7, "lab");
  guint8 hello[VBET_FAR_HELLO_SIZE];
  VbetFarEnd far_end;
  vbet_far_hello_write (TRUE, &whose, hello);
  const gsize length_at = 20 + VBET_FAR_RUN_SIZE + VBET_FAR_MACS_SIZE;
  for (gsize size = 20; size <= sizeof hello; size++) {
    g_autofree guint8 *part = g_memdup2 (hello, size); /* so that reading past it is seen */
    vbet_far_end_init (&far_end, 0);
    CU_ASSERT_TRUE (vbet_far_end_heard (&far_end, &(VbetFrame){ .data = part, .size = (guint)size }, 1));
    CU_ASSERT_EQUAL (far_end.known, size >= length_at + 1 + strlen ("lab"));
  }
  static const guint lengths[] = { VBET_FAR_LAB_MAX + 1, 255 };
  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++) {
    hello[length_at] = (guint8)lengths[i];
    vbet_far_end_init (&far_end, 0);
    CU_ASSERT_TRUE (vbet_far_end_heard (&far_end, &(VbetFrame){ .data = hello, .size = sizeof hello }, 1));
    CU_ASSERT_FALSE (far_end.known);
  }
  /* A name that is no text is none; one with a NUL in it neither. */
  static const char *const names[] = { "\xff\xfe\x80", "a\0b" };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    hello[length_at] = 3;
    memcpy (hello + length_at + 1, names[i], 3);
    vbet_far_end_init (&far_end, 0);
    CU_ASSERT_TRUE (vbet_far_end_heard (&far_end, &(VbetFrame){ .data = hello, .size = sizeof hello }, 1));
    CU_ASSERT_TRUE (far_end.known);
    VBET_ASSERT_TEXT (far_end.identity.lab, "");
  }
}

static void
test_long_names (void)
{
  g_autofree char *plain = g_strnfill (200, 'a');
  VbetFarIdentity whose = identity (1, 1, plain);
  CU_ASSERT_EQUAL (strlen (whose.lab), VBET_FAR_LAB_MAX);
  g_autofree char *last = g_strndup (plain, VBET_FAR_LAB_MAX);
  whose = identity (1, 1, last);
  VBET_ASSERT_TEXT (whose.lab, last);
  /* The last character does not fit whole. */
  last[VBET_FAR_LAB_MAX - 1] = '\0';
  g_autofree char *wide = g_strconcat (last, "\xc3\xa9", NULL);
  whose = identity (1, 1, wide);
  VBET_ASSERT_TEXT (whose.lab, last);
}

static CU_TestInfo address_tests[] = {
  { "peer and listen", test_addresses },
  { "a peer that is this end", test_back },
  CU_TEST_INFO_NULL,
};

static CU_TestInfo datagram_tests[] = {
  { "VXLAN's header", test_vxlan },
  { "a hello is a frame", test_hello_is_a_frame },
  CU_TEST_INFO_NULL,
};

static CU_TestInfo identity_tests[] = {
  { "two labs that make the same MACs", test_clash },
  { "what comes is anybody's", test_hostile_identity },
  { "names that are too long", test_long_names },
  CU_TEST_INFO_NULL,
};

static CU_TestInfo far_end_tests[] = {
  { "other programs", test_other_programs },
  { "refusals", test_refusals },
  { "hellos", test_hellos },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "addresses", NULL, NULL, NULL, NULL, address_tests },
  { "datagrams", NULL, NULL, NULL, NULL, datagram_tests },
  { "the far end", NULL, NULL, NULL, NULL, far_end_tests },
  { "whose a hello is", NULL, NULL, NULL, NULL, identity_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
