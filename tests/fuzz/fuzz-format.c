/* fuzz-format.c - a text that can be laid out keeps its tree and its comments, and the layout is stable. */
#include "config.h"

#include <string.h>

#include "engine/language/format.h"
#include "fuzz/fuzz.h"
#include "unit/tree.h"

static void
count_comment (VbetTokenClass token_class, VbetSpan span, gpointer user_data)
{
  guint *count = user_data;
  *count += token_class == VBET_TOKEN_COMMENT;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (VbetProgram) program = vbet_program_parse ((const char *)data, size);
  g_autofree char *text = vbet_program_format (program, NULL);
  if (text == NULL)
    return 0;
  g_autoptr (VbetProgram) again = vbet_program_parse (text, strlen (text));
  g_autoptr (GError) error = NULL;
  g_autofree char *stable = vbet_program_format (again, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (stable, ==, text);
  g_autofree char *before = vbet_test_tree (vbet_program_root (program));
  g_autofree char *after = vbet_test_tree (vbet_program_root (again));
  g_assert_cmpstr (before, ==, after);
  guint comments_before = 0;
  guint comments_after = 0;
  vbet_program_for_each_token (program, count_comment, &comments_before);
  vbet_program_for_each_token (again, count_comment, &comments_after);
  g_assert_cmpuint (comments_before, ==, comments_after);
  return 0;
}
