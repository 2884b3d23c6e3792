/* test-gui-document.c - revisions of a lab's text: undo, redo, groups, typing, the unsaved mark. */
#include "config.h"

#include <string.h>

#include "gui/model/document.h"
#include "unit/harness.h"

static VbetDocument *
loaded (const char *text)
{
  VbetDocument *document = vbet_document_new ();
  vbet_document_load (document, text, strlen (text));
  return document;
}

#define ASSERT_DOCUMENT(document, expected) VBET_ASSERT_TEXT (vbet_document_text (document, NULL), expected)

static void
replace (VbetDocument *document, gsize start, gsize length, const char *text)
{
  vbet_document_replace (document, start, length, text, strlen (text), "Test");
}

static void
type_text (VbetDocument *document, gsize start, gsize length, const char *text)
{
  vbet_document_type (document, start, length, text, strlen (text));
}

static void
test_undo_redo (void)
{
  g_autoptr (VbetDocument) document = loaded ("one two");
  CU_ASSERT_FALSE (vbet_document_undo (document));
  CU_ASSERT_PTR_NULL (vbet_document_undo_label (document));
  replace (document, 4, 3, "three");
  replace (document, 0, 0, "zero ");
  ASSERT_DOCUMENT (document, "zero one three");
  VBET_ASSERT_TEXT (vbet_document_undo_label (document), "Test");
  CU_ASSERT_TRUE (vbet_document_undo (document));
  ASSERT_DOCUMENT (document, "one three");
  CU_ASSERT_TRUE (vbet_document_undo (document));
  ASSERT_DOCUMENT (document, "one two");
  CU_ASSERT_FALSE (vbet_document_undo (document));
  CU_ASSERT_TRUE (vbet_document_redo (document));
  CU_ASSERT_TRUE (vbet_document_redo (document));
  CU_ASSERT_FALSE (vbet_document_redo (document));
  ASSERT_DOCUMENT (document, "zero one three");
  vbet_document_go_to (document, 0);
  ASSERT_DOCUMENT (document, "one two");
  vbet_document_go_to (document, 99);
  ASSERT_DOCUMENT (document, "zero one three");
}

static void
test_edit_drops_redo (void)
{
  g_autoptr (VbetDocument) document = loaded ("abc");
  replace (document, 3, 0, "d");
  replace (document, 4, 0, "e");
  vbet_document_undo (document);
  replace (document, 0, 1, "A");
  ASSERT_DOCUMENT (document, "Abcd");
  CU_ASSERT_FALSE (vbet_document_redo (document));
  CU_ASSERT_EQUAL (vbet_document_n_revisions (document), 2);
}

static void
test_no_change_is_no_revision (void)
{
  g_autoptr (VbetDocument) document = loaded ("abc");
  replace (document, 1, 1, "b");
  CU_ASSERT_EQUAL (vbet_document_n_revisions (document), 0);
  CU_ASSERT_FALSE (vbet_document_is_modified (document));
  replace (document, 99, 99, ""); /* beyond the end: clamped */
  CU_ASSERT_EQUAL (vbet_document_n_revisions (document), 0);
  replace (document, 2, 99, "");
  ASSERT_DOCUMENT (document, "ab");
}

static void
test_groups (void)
{
  g_autoptr (VbetDocument) document = loaded ("abc");
  vbet_document_begin (document, "Both");
  replace (document, 0, 1, "A");
  vbet_document_begin (document, "inner");
  replace (document, 2, 1, "C");
  vbet_document_end (document);
  vbet_document_end (document);
  ASSERT_DOCUMENT (document, "AbC");
  CU_ASSERT_EQUAL (vbet_document_n_revisions (document), 1);
  VBET_ASSERT_TEXT (vbet_document_undo_label (document), "Both");
  vbet_document_undo (document);
  ASSERT_DOCUMENT (document, "abc");
  vbet_document_begin (document, "Nothing");
  vbet_document_end (document);
  VBET_ASSERT_TEXT (vbet_document_redo_label (document), "Both"); /* an empty group drops nothing */
}

static void
test_cancel (void)
{
  g_autoptr (VbetDocument) document = loaded ("abc");
  vbet_document_begin (document, "Failed");
  replace (document, 0, 3, "x");
  replace (document, 1, 0, "yz");
  vbet_document_cancel (document);
  ASSERT_DOCUMENT (document, "abc");
  CU_ASSERT_EQUAL (vbet_document_n_revisions (document), 0);
  CU_ASSERT_FALSE (vbet_document_redo (document));
}

static void
test_edits (void)
{
  g_autoptr (VbetDocument) document = loaded ("0123456789");
  g_autoptr (VbetEdits) edits = vbet_edits_new ();
  vbet_edits_replace (edits, (VbetSpan){ 8, 1 }, "");
  vbet_edits_replace (edits, (VbetSpan){ 1, 2 }, "AAAA");
  vbet_document_apply (document, edits, "Edits");
  ASSERT_DOCUMENT (document, "0AAAA345679");
  vbet_document_undo (document);
  ASSERT_DOCUMENT (document, "0123456789");
  vbet_document_redo (document);
  ASSERT_DOCUMENT (document, "0AAAA345679");
}

static void
test_typing_merges (void)
{
  g_autoptr (VbetDocument) document = loaded ("");
  type_text (document, 0, 0, "a");
  type_text (document, 1, 0, "b");
  type_text (document, 2, 0, "c");
  CU_ASSERT_EQUAL (vbet_document_n_revisions (document), 1);
  type_text (document, 0, 0, "x"); /* elsewhere */
  CU_ASSERT_EQUAL (vbet_document_n_revisions (document), 2);
  type_text (document, 1, 0, "\n"); /* a new line */
  CU_ASSERT_EQUAL (vbet_document_n_revisions (document), 3);
  type_text (document, 2, 0, "y");
  CU_ASSERT_EQUAL (vbet_document_n_revisions (document), 3);
  ASSERT_DOCUMENT (document, "x\nyabc");
  type_text (document, 2, 1, "");
  type_text (document, 1, 1, ""); /* backwards */
  CU_ASSERT_EQUAL (vbet_document_n_revisions (document), 4);
  ASSERT_DOCUMENT (document, "xabc");
  vbet_document_undo (document);
  ASSERT_DOCUMENT (document, "x\nyabc");
  vbet_document_seal (document);
  vbet_document_redo (document);
  vbet_document_undo (document);
  type_text (document, 6, 0, "z"); /* not joined to what was undone to */
  vbet_document_undo (document);
  ASSERT_DOCUMENT (document, "x\nyabc");
}

static void
test_modified (void)
{
  g_autoptr (VbetDocument) document = loaded ("abc");
  CU_ASSERT_FALSE (vbet_document_is_modified (document));
  replace (document, 0, 1, "A");
  CU_ASSERT_TRUE (vbet_document_is_modified (document));
  vbet_document_undo (document);
  CU_ASSERT_FALSE (vbet_document_is_modified (document));
  vbet_document_redo (document);
  vbet_document_mark_saved (document);
  CU_ASSERT_FALSE (vbet_document_is_modified (document));
  vbet_document_undo (document);
  CU_ASSERT_TRUE (vbet_document_is_modified (document));
  replace (document, 0, 0, "x"); /* drops the revision that is on disk */
  vbet_document_undo (document);
  CU_ASSERT_TRUE (vbet_document_is_modified (document));
}

static void
test_typing_after_save_is_seen (void)
{
  g_autoptr (VbetDocument) document = loaded ("");
  type_text (document, 0, 0, "a");
  vbet_document_mark_saved (document);
  type_text (document, 1, 0, "b");
  CU_ASSERT_TRUE (vbet_document_is_modified (document));
  vbet_document_undo (document);
  ASSERT_DOCUMENT (document, "a");
  CU_ASSERT_FALSE (vbet_document_is_modified (document));
}

/* What a text view that follows by ranges holds. */
static void
mirror (VbetDocument *document, guint64 start, guint64 removed, guint64 inserted, GString *copy)
{
  g_string_erase (copy, (gssize)start, (gssize)removed);
  g_string_insert_len (copy, (gssize)start, vbet_document_text (document, NULL) + start, (gssize)inserted);
}

static void
count (VbetDocument *document, guint *times)
{
  (*times)++;
}

static void
test_ranges_can_be_followed (void)
{
  g_autoptr (VbetDocument) document = loaded ("0123456789");
  g_autoptr (GString) copy = g_string_new ("0123456789");
  guint changes = 0;
  g_signal_connect (document, "replaced", G_CALLBACK (mirror), copy);
  g_signal_connect (document, "changed", G_CALLBACK (count), &changes);
  guint32 state = 1;
  for (guint i = 0; i < 400; i++) {
    gsize size = 0;
    vbet_document_text (document, &size);
    state = state * 1664525u + 1013904223u;
    gsize start = (state >> 8) % (size + 1), length = (state >> 20) % 5;
    switch ((state >> 4) % 6) {
    case 0:
      vbet_document_undo (document);
      break;
    case 1:
      vbet_document_redo (document);
      break;
    case 2:
      type_text (document, start, 0, "t");
      break;
    case 3:
      vbet_document_begin (document, "Group");
      replace (document, start, length, "grp");
      replace (document, start / 2, length, "");
      vbet_document_end (document);
      break;
    default:
      replace (document, start, length, "new");
      break;
    }
    VBET_ASSERT_TEXT (copy->str, vbet_document_text (document, NULL));
  }
  CU_ASSERT_TRUE (changes > 100 && changes <= 400);
  vbet_document_go_to (document, 0);
  ASSERT_DOCUMENT (document, "0123456789");
  VBET_ASSERT_TEXT (copy->str, "0123456789");
}

static void
test_oldest_is_forgotten (void)
{
  g_autoptr (VbetDocument) document = loaded ("");
  for (guint i = 0; i < VBET_DOCUMENT_MAX_REVISIONS + 10; i++)
    replace (document, i, 0, "x");
  CU_ASSERT_EQUAL (vbet_document_n_revisions (document), VBET_DOCUMENT_MAX_REVISIONS);
  vbet_document_go_to (document, 0);
  ASSERT_DOCUMENT (document, "xxxxxxxxxx");
  CU_ASSERT_TRUE (vbet_document_is_modified (document));
}

static CU_TestInfo document_tests[] = {
  { "undo and redo", test_undo_redo },
  { "an edit drops what was undone", test_edit_drops_redo },
  { "no change is no revision", test_no_change_is_no_revision },
  { "groups are one revision", test_groups },
  { "a cancelled group never was", test_cancel },
  { "lists of edits", test_edits },
  { "keystrokes join", test_typing_merges },
  { "the unsaved mark", test_modified },
  { "typing on after saving is a change", test_typing_after_save_is_seen },
  { "ranges can be followed", test_ranges_can_be_followed },
  { "the oldest revision is forgotten", test_oldest_is_forgotten },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "document", NULL, NULL, NULL, NULL, document_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
