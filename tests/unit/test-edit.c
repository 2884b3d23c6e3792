/* test-edit.c - lists of edits: order, neighbours, what they make of a text. */
#include "config.h"

#include <string.h>

#include "engine/language/edit.h"
#include "unit/harness.h"

static void
check (const VbetEdits *edits, const char *text, const char *expected)
{
  gsize size;
  g_autofree char *actual = vbet_edits_apply (edits, text, strlen (text), &size);
  VBET_ASSERT_TEXT (actual, expected);
  CU_ASSERT_EQUAL (size, strlen (expected));
}

static void
test_order (void)
{
  g_autoptr (VbetEdits) edits = vbet_edits_new ();
  check (edits, "abcdef", "abcdef");
  vbet_edits_replace (edits, (VbetSpan){ 4, 1 }, "E");
  vbet_edits_replace (edits, (VbetSpan){ 0, 2 }, "");
  vbet_edits_replace (edits, (VbetSpan){ 2, 2 }, "CD");
  vbet_edits_replace (edits, (VbetSpan){ 6, 0 }, "!");
  CU_ASSERT_EQUAL (vbet_edits_size (edits), 4);
  CU_ASSERT_EQUAL (vbet_edits_get (edits, 0)->span.start, 0);
  CU_ASSERT_EQUAL (vbet_edits_get (edits, 3)->span.start, 6);
  CU_ASSERT_PTR_NULL (vbet_edits_get (edits, 4));
  check (edits, "abcdef", "CDEf!");
}

static void
test_insertions (void)
{
  g_autoptr (VbetEdits) edits = vbet_edits_new ();
  vbet_edits_replace (edits, (VbetSpan){ 1, 2 }, "-");
  vbet_edits_replace (edits, (VbetSpan){ 1, 0 }, "1");
  vbet_edits_replace (edits, (VbetSpan){ 1, 0 }, "2");
  vbet_edits_replace (edits, (VbetSpan){ 3, 0 }, "3");
  check (edits, "abcd", "a12-3d");
}

static void
test_past_the_end (void)
{
  g_autoptr (VbetEdits) edits = vbet_edits_new ();
  vbet_edits_replace (edits, (VbetSpan){ 2, 100 }, "x");
  check (edits, "abcd", "abx");
  check (edits, "a", "ax");
}

static CU_TestInfo edit_tests[] = {
  { "edits apply in order of position", test_order },
  { "insertions at one place keep their order", test_insertions },
  { "an edit past the end is cut", test_past_the_end },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "edit", NULL, NULL, NULL, NULL, edit_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
