/* test-clean.c - text of strangers on a terminal: what would be obeyed is shown. */
#include "config.h"

#include "base/clean.h"
#include "unit/harness.h"

static void
check (const char *text, VbetCleanShape shape, const char *expected)
{
  g_autofree char *clean = vbet_clean_text (text, -1, shape);
  VBET_ASSERT_TEXT (clean, expected);
}

static void
test_plain_text_stays (void)
{
  check ("", VBET_CLEAN_LINE, "");
  check ("h1 is ready (3 s)", VBET_CLEAN_LINE, "h1 is ready (3 s)");
  check ("Zürich → 東京 😀 שלום", VBET_CLEAN_LINE, "Zürich → 東京 😀 שלום");
  check ("\xc2\xa0", VBET_CLEAN_LINE, "\xc2\xa0");
}

static void
test_control_characters (void)
{
  check ("\033[2Jgone\007\b\r\177", VBET_CLEAN_LINE, "␛[2Jgone␇␈␍␡");
  check ("a\nb\tc", VBET_CLEAN_LINE, "a␊b␉c");
  check ("a\nb\tc\rd", VBET_CLEAN_LINES, "a\nb\tc␍d");
  check ("\xc2\x9b"
         "2J\xc2\x80\xc2\x9f",
         VBET_CLEAN_LINES,
         "\xef\xbf\xbd"
         "2J\xef\xbf\xbd\xef\xbf\xbd");
}

static void
test_direction (void)
{
  check ("a\xe2\x80\xae"
         "b\xe2\x80\xaa\xe2\x81\xa6"
         "c\xe2\x81\xa9",
         VBET_CLEAN_LINES,
         "a\xef\xbf\xbd"
         "b\xef\xbf\xbd\xef\xbf\xbd"
         "c\xef\xbf\xbd");
  check ("\xe2\x80\xa9|\xe2\x80\xaf|\xe2\x81\xa5|\xe2\x81\xaa", VBET_CLEAN_LINES,
         "\xe2\x80\xa9|\xe2\x80\xaf|\xe2\x81\xa5|\xe2\x81\xaa");
}

/* A raw C1 byte is obeyed by terminals that are not set to UTF-8; overlong forms by careless decoders. */
static void
test_invalid_bytes (void)
{
  check ("\x9b"
         "2J",
         VBET_CLEAN_LINE,
         "\xef\xbf\xbd"
         "2J");
  check ("\xc0\x9b", VBET_CLEAN_LINE, "\xef\xbf\xbd\xef\xbf\xbd");
  check ("a\xe2\x80", VBET_CLEAN_LINE, "a\xef\xbf\xbd\xef\xbf\xbd");
  check ("\xff\xfe", VBET_CLEAN_LINE, "\xef\xbf\xbd\xef\xbf\xbd");
}

static void
test_sizes (void)
{
  g_autofree char *part = vbet_clean_text ("abcdef", 3, VBET_CLEAN_LINE);
  VBET_ASSERT_TEXT (part, "abc");
  g_autofree char *zero = vbet_clean_text ("a\0b", 3, VBET_CLEAN_LINES);
  VBET_ASSERT_TEXT (zero, "a␀b");
}

/* Whatever comes in: what goes out is UTF-8 and holds nothing that is obeyed. */
static void
test_all_pairs_of_bytes (void)
{
  for (guint first = 1; first < 256; first++)
    for (guint second = 1; second < 256; second++) {
      char text[] = { (char)first, (char)second, 0 };
      g_autofree char *clean = vbet_clean_text (text, -1, VBET_CLEAN_LINE);
      gboolean fine = g_utf8_validate (clean, -1, NULL);
      for (const char *c = clean; fine && *c != '\0'; c = g_utf8_next_char (c))
        fine = !g_unichar_iscntrl (g_utf8_get_char (c));
      if (!fine)
        CU_FAIL ("a control character came through");
    }
}

static CU_TestInfo clean_tests[] = {
  { "plain text stays", test_plain_text_stays },
  { "control characters", test_control_characters },
  { "direction of writing", test_direction },
  { "invalid bytes", test_invalid_bytes },
  { "sizes", test_sizes },
  { "all pairs of bytes", test_all_pairs_of_bytes },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "clean", NULL, NULL, NULL, NULL, clean_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
