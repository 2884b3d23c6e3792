/* test-gui-panes.c - what the panes show, without widgets: places of objects in the text, comments, the
 * filter of calls, what a revision changed. */
#include "config.h"

#include <string.h>

#include "gui/model/call-filter.h"
#include "gui/model/document.h"
#include "gui/model/places.h"
#include "unit/harness.h"

static const char lab[] = "r1 = attach(alloc(router), alloc(NIC, ip=192.168.0.1/24), alloc(NIC))\n"
                          "r2 = attach(alloc(router), alloc(NIC))\n"
                          "link(NIC(r1, 2), r2)\n"
                          "set(r2, label=\"two\")\n"
                          "note(\"text\", at=(1, 2))\n"
                          "step \"a\" {\n  stop(r1)\n}\n";

static char *
object_at (const char *needle, gsize shift)
{
  g_autoptr (VbetProgram) program = vbet_program_parse (lab, strlen (lab));
  g_autoptr (VbetTopology) topology = vbet_topology_elaborate (program, "lab", NULL);
  return vbet_places_object_at (program, topology, (gsize)(strstr (lab, needle) - lab) + shift);
}

#define ASSERT_OBJECT(needle, shift, expected)                                                               \
  do {                                                                                                       \
    g_autofree char *found = object_at (needle, shift);                                                      \
    VBET_ASSERT_TEXT (found, expected);                                                                      \
  } while (0)

static void
test_object_at (void)
{
  ASSERT_OBJECT ("r1 =", 0, "r1");
  ASSERT_OBJECT ("r1 =", 4, "r1");
  ASSERT_OBJECT ("192.168", 2, "r1");
  ASSERT_OBJECT ("alloc(router), alloc(NIC))", 3, "r2");
  ASSERT_OBJECT ("link", 1, "cable1");
  ASSERT_OBJECT ("r1, 2", 1, "r1"); /* a name says itself what it means */
  ASSERT_OBJECT ("label", 2, "r2");
  ASSERT_OBJECT ("note", 2, "note#0");
  ASSERT_OBJECT ("stop", 2, "r1");
  g_autofree char *none = object_at ("step", 1);
  CU_ASSERT_PTR_NULL (none);
}

static void
test_places (void)
{
  g_autoptr (VbetProgram) program = vbet_program_parse (lab, strlen (lab));
  g_autoptr (VbetTopology) topology = vbet_topology_elaborate (program, "lab", NULL);
  g_autoptr (GArray) two = vbet_places_of (program, topology, "r2");
  CU_ASSERT_EQUAL_FATAL (two->len, 2);
  VbetSpan span = g_array_index (two, VbetSpan, 0);
  CU_ASSERT_EQUAL (span.start, strstr (lab, "r2 =") - lab);
  CU_ASSERT_EQUAL (lab[span.start + span.length], '\n');
  CU_ASSERT_EQUAL (g_array_index (two, VbetSpan, 1).start, strstr (lab, "set(") - lab);
  g_autoptr (GArray) cable = vbet_places_of (program, topology, "cable1");
  CU_ASSERT_EQUAL_FATAL (cable->len, 1);
  CU_ASSERT_EQUAL (g_array_index (cable, VbetSpan, 0).start, strstr (lab, "link") - lab);
  g_autoptr (GArray) none = vbet_places_of (program, topology, "nothing");
  CU_ASSERT_EQUAL (none->len, 0);
}

static void
check_comment (const char *text, gsize start, gsize end, const char *expected)
{
  gsize size = strlen (text);
  g_autoptr (VbetEdits) edits = vbet_places_toggle_comment (text, size, start, end);
  g_autofree char *result = vbet_edits_apply (edits, text, size, &size);
  VBET_ASSERT_TEXT (result, expected);
}

static void
test_comment (void)
{
  check_comment ("a\nb\n", 0, 0, "# a\nb\n");
  check_comment ("# a\nb\n", 2, 2, "a\nb\n");
  check_comment ("#a\n", 0, 0, "a\n");
  check_comment ("a\n\n  b\nc\n", 0, 6, "# a\n\n#   b\nc\n");
  check_comment ("  a\n  b\n", 0, 7, "  # a\n  # b\n");
  check_comment ("# a\nb\n", 0, 5, "# # a\n# b\n");
  check_comment ("a\nb\n", 0, 2, "# a\nb\n"); /* a whole line is selected */
  check_comment ("\n\n", 0, 2, "\n\n");
  check_comment ("", 0, 0, "");
}

static void
test_same (void)
{
  CU_ASSERT_EQUAL (vbet_places_same ("a(b,c)", 4, "a(b, c)"), 4);
  CU_ASSERT_EQUAL (vbet_places_same ("a(b,c)", 5, "a(b, c)"), 6);
  CU_ASSERT_EQUAL (vbet_places_same ("abc", 99, "ab"), 2);
}

static void
test_filter (void)
{
  CU_ASSERT_TRUE (vbet_call_filter_matches ("start(r1)", "done", FALSE, FALSE, ""));
  CU_ASSERT_TRUE (vbet_call_filter_matches ("start(R1)", "done", FALSE, FALSE, "r1 DONE"));
  CU_ASSERT_FALSE (vbet_call_filter_matches ("start(r1)", "done", FALSE, FALSE, "r1 failed"));
  CU_ASSERT_FALSE (vbet_call_filter_matches ("start(r1)", "done", FALSE, TRUE, ""));
  CU_ASSERT_TRUE (vbet_call_filter_matches ("start(r1)", NULL, TRUE, TRUE, "start"));
  CU_ASSERT_FALSE (vbet_call_filter_matches (NULL, NULL, TRUE, TRUE, "x"));
}

static void
test_summary (void)
{
  g_autoptr (VbetDocument) document = vbet_document_new ();
  vbet_document_load (document, "one two\n", 8);
  CU_ASSERT_EQUAL (vbet_document_saved (document), 0);
  vbet_document_replace (document, 4, 3, "three", 5, "First");
  g_autofree char *first = vbet_document_revision_summary (document, 0, 9);
  VBET_ASSERT_TEXT (first, "− two\n+ three");
  vbet_document_seal (document);
  vbet_document_type (document, 0, 0, "a", 1);
  vbet_document_type (document, 1, 0, "b", 1);
  g_autofree char *typed = vbet_document_revision_summary (document, 1, 9);
  VBET_ASSERT_TEXT (typed, "+ ab");
  vbet_document_seal (document);
  vbet_document_type (document, 1, 1, "", 0);
  vbet_document_type (document, 0, 1, "", 0);
  g_autofree char *deleted = vbet_document_revision_summary (document, 2, 9);
  VBET_ASSERT_TEXT (deleted, "− ab");
  vbet_document_replace (document, 0, 0, "1\n2\n3\n", 6, "Many");
  g_autofree char *many = vbet_document_revision_summary (document, 3, 2);
  VBET_ASSERT_TEXT (many, "+ 1\n+ 2\n…");
  CU_ASSERT_TRUE (vbet_document_revision_time (document, 3) >= vbet_document_revision_time (document, 0));
  vbet_document_mark_saved (document);
  CU_ASSERT_EQUAL (vbet_document_saved (document), 4);
}

/* Words are revisions of their own, and what one is called can be said late. */
static void
test_words_and_labels (void)
{
  static const char text[] = "link(a, b)";
  g_autoptr (VbetDocument) document = vbet_document_new ();
  vbet_document_load (document, "", 0);
  for (gsize i = 0; i < strlen (text); i++)
    vbet_document_type (document, i, 0, text + i, 1);
  CU_ASSERT_EQUAL (vbet_document_n_revisions (document), 2);
  vbet_document_undo (document);
  VBET_ASSERT_TEXT (vbet_document_text (document, NULL), "link(a, ");
  vbet_document_begin (document, "Add host");
  vbet_document_replace (document, 0, 0, "x", 1, "inner");
  vbet_document_relabel (document, "Add host h1");
  vbet_document_end (document);
  VBET_ASSERT_TEXT (vbet_document_undo_label (document), "Add host h1");
}

static CU_TestInfo tests[] = {
  { "object at", test_object_at },
  { "places of", test_places },
  { "comment", test_comment },
  { "same place", test_same },
  { "filter of calls", test_filter },
  { "summary", test_summary },
  { "words and labels", test_words_and_labels },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "panes", NULL, NULL, NULL, NULL, tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
