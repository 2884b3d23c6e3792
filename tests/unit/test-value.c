/* test-value.c - values: what is read, how it is written, and that both agree. */
#include "config.h"

#include <string.h>

#include "engine/language/value.h"
#include "unit/harness.h"

static VbetValue *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  VbetValue *value = vbet_value_parse (text, &error);
  if (value == NULL)
    g_printerr ("%s: %s\n", text, error->message);
  CU_ASSERT_PTR_NOT_NULL_FATAL (value);
  return value;
}

static void
check_text (const char *text, VbetValueType type, const char *expected)
{
  g_autoptr (VbetValue) value = parse (text);
  CU_ASSERT_EQUAL (value->type, type);
  g_autofree char *written = vbet_value_to_text (value);
  VBET_ASSERT_TEXT (written, expected);
  g_autoptr (VbetValue) again = parse (written);
  CU_ASSERT_TRUE (vbet_value_equal (value, again));
}

static void
test_texts (void)
{
  check_text ("64M", VBET_VALUE_SIZE, "64M");
  check_text ("1024K", VBET_VALUE_SIZE, "1M");
  check_text ("1.5K", VBET_VALUE_SIZE, "1536B");
  check_text ("0M", VBET_VALUE_SIZE, "0B");
  check_text ("1.5s", VBET_VALUE_DURATION, "1500ms");
  check_text ("60s", VBET_VALUE_DURATION, "1m");
  check_text ("90s", VBET_VALUE_DURATION, "90s");
  check_text ("250us", VBET_VALUE_DURATION, "250us");
  check_text ("0.3ns", VBET_VALUE_DURATION, "0s");
  check_text ("-5ms", VBET_VALUE_DURATION, "-5ms");
  check_text ("10Mbit", VBET_VALUE_RATE, "10Mbit");
  check_text ("1.5Gbit", VBET_VALUE_RATE, "1500Mbit");
  check_text ("1%", VBET_VALUE_PERCENT, "1%");
  check_text ("0.1%", VBET_VALUE_PERCENT, "0.1%");
  check_text ("0644", VBET_VALUE_MODE, "0644");
  check_text ("07777", VBET_VALUE_MODE, "07777");
  check_text ("00", VBET_VALUE_MODE, "0000");
  check_text ("12", VBET_VALUE_INTEGER, "12");
  check_text ("-9223372036854775807", VBET_VALUE_INTEGER, "-9223372036854775807");
  check_text ("1.50", VBET_VALUE_DECIMAL, "1.5");
  check_text ("2.0", VBET_VALUE_DECIMAL, "2.0");
  check_text ("0.30000000000000004", VBET_VALUE_DECIMAL, "0.30000000000000004");
  check_text ("(120,80)", VBET_VALUE_POINT, "(120, 80)");
  check_text ("( -1.5 , 0 )", VBET_VALUE_POINT, "(-1.5, 0)");
  check_text ("192.168.0.1/24", VBET_VALUE_ADDRESS, "192.168.0.1/24");
  check_text ("192.168.0.1", VBET_VALUE_ADDRESS, "192.168.0.1");
  check_text ("2001:DB8:0:0:0:0:0:1/64", VBET_VALUE_ADDRESS, "2001:db8::1/64");
  check_text ("fe80::1", VBET_VALUE_ADDRESS, "fe80::1");
  check_text ("::1", VBET_VALUE_ADDRESS, "::1");
  check_text ("::/0", VBET_VALUE_ADDRESS, "::/0");
  check_text ("02:00:00:00:00:0A", VBET_VALUE_MAC, "02:00:00:00:00:0a");
  check_text ("ab:cd:ef:00:00:01", VBET_VALUE_MAC, "ab:cd:ef:00:00:01");
  check_text ("yes", VBET_VALUE_BOOL, "yes");
  check_text ("no", VBET_VALUE_BOOL, "no");
  check_text ("dhcp-server", VBET_VALUE_NAME, "dhcp-server");
  check_text ("[a, 1 , \"x\",]", VBET_VALUE_LIST, "[a, 1, \"x\"]");
  check_text ("[]", VBET_VALUE_LIST, "[]");
  check_text ("10ms/40ms", VBET_VALUE_PAIR, "10ms/40ms");
  check_text ("1% / 2%", VBET_VALUE_PAIR, "1%/2%");
  check_text ("yes/no", VBET_VALUE_PAIR, "yes/no");
  check_text ("10.0.0.1 / 24", VBET_VALUE_PAIR, "10.0.0.1 / 24");
}

static void
check_string (const char *text, VbetValueType type, const char *expected)
{
  g_autoptr (VbetValue) value = parse (text);
  CU_ASSERT_EQUAL (value->type, type);
  VBET_ASSERT_TEXT (value->as.text, expected);
  g_autofree char *written = vbet_value_to_text (value);
  g_autoptr (VbetValue) again = parse (written);
  CU_ASSERT_TRUE (vbet_value_equal (value, again));
}

static void
test_strings (void)
{
  check_string ("\"a\\n\\t\\\"\\\\\\u{e9}\\u{1F600}\"", VBET_VALUE_STRING,
                "a\n\t\"\\\xc3\xa9\xf0\x9f\x98\x80");
  check_string ("\"\xc3\xa9 # // no comment\"", VBET_VALUE_STRING, "\xc3\xa9 # // no comment");
  check_string ("\"\"", VBET_VALUE_STRING, "");
  check_string ("\"\\u{7}\\u{d}\"", VBET_VALUE_STRING, "\a\r");
  check_string ("/a\\/b\\d\\\\/", VBET_VALUE_REGEX, "a/b\\d\\\\");
  check_string ("/#x \"y\"/", VBET_VALUE_REGEX, "#x \"y\"");
}

/* What §3 of the language leaves open about raw text, and what was chosen. */
static void
test_raw (void)
{
  check_string ("\"\"\"one \\n line\"\"\"", VBET_VALUE_STRING, "one \\n line");
  check_string ("\"\"\"\"\"\"", VBET_VALUE_STRING, "");
  check_string ("\"\"\"  \"\"\"", VBET_VALUE_STRING, "  ");
  check_string ("\"\"\"\n      router ospf\n       network x\n    \"\"\"", VBET_VALUE_STRING,
                "router ospf\n network x\n");
  check_string ("\"\"\"\n    a\n\n  b\"\"\"", VBET_VALUE_STRING, "  a\n\nb");
  check_string ("\"\"\"first\n    second\n    third\n\"\"\"", VBET_VALUE_STRING, "first\nsecond\nthird\n");
  check_string ("\"\"\"\r\n  a\r\n  b\r\n  \"\"\"", VBET_VALUE_STRING, "a\nb\n");
  check_string ("\"\"\"\n\ta\n\t\tb\n\"\"\"", VBET_VALUE_STRING, "a\n\tb\n");
  check_string ("\"\"\"\n\ta\n  b\n\"\"\"", VBET_VALUE_STRING, "\ta\n  b\n");
  check_string ("\"\"\"say \"hi\" and \"\"\"", VBET_VALUE_STRING, "say \"hi\" and ");
}

static void
check_refused (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VbetValue) value = vbet_value_parse (text, &error);
  if (value != NULL)
    g_printerr ("taken for a value: %s\n", text);
  CU_ASSERT_PTR_NULL (value);
  CU_ASSERT_PTR_NOT_NULL (error);
}

static void
test_refused (void)
{
  static const char *const texts[] = {
    "",
    "5mss",
    "10 20",
    "1,2",
    "9223372036854775808",
    "64MB",
    "08",
    "0x10",
    "1..2",
    "1.2.3.4.5",
    "1.2.3.256",
    "1:2",
    "10.0.0.1/33",
    "::1/129",
    "f()",
    "{a}",
    "a)",
    "\"open",
    "(1)",
    "(1,2,3)",
    "1/2/3",
    "...",
    "a=1",
    "[1",
    "\"\\q\"",
    "-0644",
    "-",
    "02:00:00:00:00",
    "1e5",
    "\"a\"/\"b\"",
    "1) y(x=2",
  };
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    check_refused (texts[i]);
}

static gint64
random_int64 (GRand *rand)
{
  gint64 value = (gint64)((guint64)g_rand_int (rand) << 32 | g_rand_int (rand));
  value >>= g_rand_int_range (rand, 0, 64);
  return value == G_MININT64 ? 0 : value;
}

static char *
random_text (GRand *rand)
{
  static const gunichar points[]
      = { 'a', '"', '\\', '\n', '\r', '\t', '/', '#', ' ', 0x7f, 0xe9, 0x1f600, 0x85, 1, '{', '*' };
  GString *out = g_string_new (NULL);
  for (int n = g_rand_int_range (rand, 0, 12); n > 0; n--)
    g_string_append_unichar (out, points[g_rand_int_range (rand, 0, G_N_ELEMENTS (points))]);
  return g_string_free (out, FALSE);
}

static VbetValue *
random_address (GRand *rand)
{
  VbetAddress address = { .is_v6 = g_rand_boolean (rand), .prefix = g_rand_int_range (rand, -1, 33) };
  for (guint i = 0; i < (address.is_v6 ? 16 : 4); i++)
    address.bytes[i] = g_rand_boolean (rand) ? (guint8)g_rand_int (rand) : 0;
  return vbet_value_new_address (&address);
}

/* A value of any type; @plain: one that may be half of a pair. */
static VbetValue *
random_value (GRand *rand, guint depth, gboolean plain)
{
  static const VbetValueType integers[]
      = { VBET_VALUE_INTEGER, VBET_VALUE_SIZE, VBET_VALUE_DURATION, VBET_VALUE_RATE };
  switch (g_rand_int_range (rand, 0, depth > 3 || plain ? 8 : 13)) {
  case 0:
    return vbet_value_new_boolean (g_rand_boolean (rand));
  case 1:
  case 2:
    return vbet_value_new_integer (integers[g_rand_int_range (rand, 0, 4)], random_int64 (rand));
  case 3:
    return vbet_value_new_integer (VBET_VALUE_MODE, g_rand_int_range (rand, 0, 010000));
  case 4:
    return vbet_value_new_decimal (g_rand_boolean (rand) ? VBET_VALUE_DECIMAL : VBET_VALUE_PERCENT,
                                   g_rand_double_range (rand, -1e6, 1e6));
  case 5:
    return random_address (rand);
  case 6: {
    guint8 mac[6];
    for (int i = 0; i < 6; i++)
      mac[i] = (guint8)g_rand_int (rand);
    return vbet_value_new_mac (mac);
  }
  case 7:
    return vbet_value_new_text (VBET_VALUE_NAME, "some-name_1");
  case 8:
  case 9: {
    g_autofree char *text = random_text (rand);
    return vbet_value_new_text (g_rand_boolean (rand) ? VBET_VALUE_STRING : VBET_VALUE_REGEX, text);
  }
  case 10:
    return vbet_value_new_point (g_rand_int_range (rand, -500, 500), g_rand_double (rand));
  case 11: {
    VbetValue *ab = random_value (rand, depth + 1, TRUE);
    return vbet_value_new_pair (ab, random_value (rand, depth + 1, TRUE));
  }
  default: {
    GPtrArray *items = g_ptr_array_new_with_free_func ((GDestroyNotify)vbet_value_unref);
    for (int n = g_rand_int_range (rand, 0, 4); n > 0; n--)
      g_ptr_array_add (items, random_value (rand, depth + 1, FALSE));
    return vbet_value_new_list (items);
  }
  }
}

static void
test_random_round_trip (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  for (int i = 0; i < 20000; i++) {
    g_autoptr (VbetValue) value = random_value (rand, 0, FALSE);
    g_autofree char *written = vbet_value_to_text (value);
    g_autoptr (VbetValue) again = parse (written);
    if (!vbet_value_equal (value, again))
      g_printerr ("does not come back: %s\n", written);
    CU_ASSERT_TRUE_FATAL (vbet_value_equal (value, again));
  }
}

static void
test_equal (void)
{
  g_autoptr (VbetValue) a = parse ("10ms");
  g_autoptr (VbetValue) b = parse ("10000us");
  g_autoptr (VbetValue) c = parse ("[10ms]");
  CU_ASSERT_TRUE (vbet_value_equal (a, b));
  CU_ASSERT_FALSE (vbet_value_equal (a, c));
  CU_ASSERT_FALSE (vbet_value_equal (a, NULL));
  CU_ASSERT_TRUE (vbet_value_equal (NULL, NULL));
  g_autoptr (VbetValue) v4 = parse ("10.0.0.1");
  g_autoptr (VbetValue) v4_24 = parse ("10.0.0.1/24");
  CU_ASSERT_FALSE (vbet_value_equal (v4, v4_24));
}

static void
test_subnets (void)
{
  VbetAddress a;
  VbetAddress b;
  CU_ASSERT_TRUE (vbet_address_parse ("10.0.1.1/23", &a));
  CU_ASSERT_TRUE (vbet_address_parse ("10.0.0.9", &b));
  CU_ASSERT_TRUE (vbet_address_same_subnet (&a, &b));
  CU_ASSERT_FALSE (vbet_address_same_subnet (&b, &a));
  CU_ASSERT_TRUE (vbet_address_parse ("10.0.2.1/23", &b));
  CU_ASSERT_FALSE (vbet_address_same_subnet (&a, &b));
  CU_ASSERT_TRUE (vbet_address_parse ("2001:db8::1/33", &a));
  CU_ASSERT_FALSE (vbet_address_same_subnet (&a, &b));
  CU_ASSERT_TRUE (vbet_address_parse ("2001:db8:7fff::1", &b));
  CU_ASSERT_TRUE (vbet_address_same_subnet (&a, &b));
  CU_ASSERT_TRUE (vbet_address_parse ("2001:db8:8000::1", &b));
  CU_ASSERT_FALSE (vbet_address_same_subnet (&a, &b));
  CU_ASSERT_FALSE (vbet_address_parse ("10.0.0.1/", &b));
  CU_ASSERT_FALSE (vbet_address_parse ("10.0.0.1/+1", &b));
  CU_ASSERT_FALSE (vbet_address_parse ("", &b));
}

static CU_TestInfo value_tests[] = {
  { "written as the language writes it", test_texts },
  { "strings and regular expressions", test_strings },
  { "raw text", test_raw },
  { "what is no value", test_refused },
  { "any value comes back", test_random_round_trip },
  { "equality", test_equal },
  { "subnets", test_subnets },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "value", NULL, NULL, NULL, NULL, value_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
