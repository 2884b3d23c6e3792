/* test-gui-blurb.c - how labs are called and described on the start page. */
#include "config.h"

#include "gui/model/blurb.h"
#include "unit/harness.h"

static void
check_title (const char *name, const char *expected)
{
  g_autofree char *title = vbet_blurb_title (name);
  VBET_ASSERT_TEXT (title, expected);
}

static void
test_titles (void)
{
  check_title ("star", "Star");
  check_title ("ospf-flapping", "OSPF flapping");
  check_title ("nat_and__dhcp", "NAT and DHCP");
  check_title ("vlans-and-ipv6", "VLANs and IPv6");
  check_title ("ärger", "Ärger");
  check_title ("-", "-");
  check_title ("", "");
}

static void
check_sentence (const char *text, const char *expected)
{
  g_autofree char *sentence = vbet_blurb_sentence (text);
  VBET_ASSERT_TEXT (sentence, expected);
}

static void
test_sentences (void)
{
  check_sentence ("# One switch, three hosts. More.\nh1 = alloc(host)\n", "One switch, three hosts");
  check_sentence ("\n\n// Goes on\n// here.\n", "Goes on here");
  check_sentence ("# Network 10.0.0.0/24 is one. Two", "Network 10.0.0.0/24 is one");
  check_sentence ("# Why?\n", "Why?");
  check_sentence ("#\n# Title\n#\n# Text.\n", "Title");
  check_sentence ("h1 = alloc(host) # none\n# Late.\n", "");
  check_sentence ("", "");
  check_sentence ("# caf\xe9 latin.", "caf\xef\xbf\xbd latin");
  g_autofree char *lots = g_strnfill (600, 'x');
  g_autofree char *text = g_strconcat ("# a ", lots, NULL);
  check_sentence (text, "a …");
}

static void
test_facts (void)
{
  g_auto (VbetBlurbFacts) facts = { 0 };
  vbet_blurb_facts ("# What it is: a test. Two.\n# Subject: Routing \n#\n# level: Medium\n# Time: 15 "
                    "minutes\nh = alloc(host)\n",
                    &facts);
  VBET_ASSERT_TEXT (facts.subject, "Routing");
  CU_ASSERT_EQUAL (facts.level, VBET_LEVEL_MEDIUM);
  CU_ASSERT_EQUAL (facts.minutes, 15);
  g_auto (VbetBlurbFacts) none = { 0 };
  vbet_blurb_facts ("h = alloc(host) # Subject: none\n# Subject: too late\n", &none);
  CU_ASSERT_PTR_NULL (none.subject);
  CU_ASSERT_EQUAL (none.level, VBET_LEVEL_UNKNOWN);
  g_auto (VbetBlurbFacts) odd = { 0 };
  vbet_blurb_facts (
      "# Subject:\n# Level: 9\n# Time: 99999999999999999999999\n# Subject: caf\xe9\n# Subject: second\n",
      &odd);
  VBET_ASSERT_TEXT (odd.subject, "caf\xef\xbf\xbd");
  CU_ASSERT_EQUAL (odd.level, VBET_LEVEL_UNKNOWN);
  CU_ASSERT_EQUAL (odd.minutes, 999);
}

static void
test_when (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_local (2026, 1, 1, 0, 10, 0);
  g_autoptr (GDateTime) today = g_date_time_new_local (2026, 1, 1, 0, 5, 0);
  g_autoptr (GDateTime) yesterday = g_date_time_new_local (2025, 12, 31, 23, 59, 0);
  g_autoptr (GDateTime) before = g_date_time_new_local (2024, 12, 31, 23, 59, 0);
  g_autofree char *a = vbet_blurb_when (today, now), *b = vbet_blurb_when (yesterday, now);
  g_autofree char *c = vbet_blurb_when (before, now);
  VBET_ASSERT_TEXT (a, "Today, 00:05");
  VBET_ASSERT_TEXT (b, "Yesterday, 23:59");
  VBET_ASSERT_TEXT (c, "31 December 2024");
}

int
main (int argc, char **argv)
{
  static CU_TestInfo tests[] = { { "titles", test_titles },
                                 { "sentences", test_sentences },
                                 { "facts", test_facts },
                                 { "when", test_when },
                                 CU_TEST_INFO_NULL };
  static CU_SuiteInfo suites[] = { { "blurb", NULL, NULL, NULL, NULL, tests }, CU_SUITE_INFO_NULL };
  return vbet_test_run (suites, argc, argv);
}
