/* invariants.c - what holds for every parsed text, whatever its bytes. */
#include "config.h"

#include <string.h>

#include "unit/invariants.h"

#define DEPTH_MAX 400 /* of the tree: each of the 64 levels of brackets is a few nodes */

typedef struct {
  const char *text;
  gsize done;
} Walk;

static void
check_blank (const char *text, gsize from, gsize to)
{
  for (gsize i = from; i < to; i++)
    g_assert_true (strchr (" \t\r\n", text[i]) != NULL && text[i] != '\0');
}

static void
check_token (VbetTokenClass token_class, VbetSpan span, gpointer user_data)
{
  Walk *walk = user_data;
  g_assert_cmpuint (span.length, >, 0);
  g_assert_cmpuint (span.start, >=, walk->done);
  gsize from = walk->done;
  if (from == 0 && span.start >= 3 && memcmp (walk->text, "\xef\xbb\xbf", 3) == 0)
    from = 3;
  check_blank (walk->text, from, span.start);
  walk->done = span.start + span.length;
}

static gsize
end_of (VbetSpan span)
{
  return span.start + span.length;
}

static void
check_shape (const VbetNode *node)
{
  guint n = node->n_children;
  switch (node->kind) {
  case VBET_NODE_ASSIGN:
  case VBET_NODE_KEYWORD:
    g_assert_cmpuint (n, ==, 1);
    g_assert_nonnull (node->name);
    break;
  case VBET_NODE_CALL:
  case VBET_NODE_NAME:
    g_assert_nonnull (node->name);
    break;
  case VBET_NODE_LITERAL:
    g_assert_nonnull (node->value);
    g_assert_cmpuint (n, ==, 0);
    break;
  case VBET_NODE_PAIR:
    g_assert_cmpuint (n, ==, 2);
    break;
  case VBET_NODE_STEP:
    g_assert_true (n == 1 || n == 2);
    g_assert_cmpint (node->children[n - 1]->kind, ==, VBET_NODE_GROUP);
    break;
  default:
    break;
  }
}

static void
check_node (const VbetNode *node, gsize size, guint depth)
{
  g_assert_cmpuint (depth, <, DEPTH_MAX);
  g_assert_cmpuint (end_of (node->span), <=, size);
  if (node->name != NULL) {
    g_assert_cmpuint (node->name_span.start, >=, node->span.start);
    g_assert_cmpuint (end_of (node->name_span), <=, end_of (node->span));
    g_assert_true (g_utf8_validate (node->name, -1, NULL));
  }
  check_shape (node);
  gsize done = node->span.start;
  for (guint i = 0; i < node->n_children; i++) {
    const VbetNode *child = node->children[i];
    g_assert_true (child->parent == node);
    g_assert_cmpuint (child->span.start, >=, done);
    g_assert_cmpuint (end_of (child->span), <=, end_of (node->span));
    done = end_of (child->span);
    check_node (child, size, depth + 1);
  }
}

static void
check_findings (const VbetProgram *program, const char *text, gsize size)
{
  g_autoptr (VbetDiagnostics) findings = vbet_diagnostics_new (text, size);
  vbet_program_diagnose (program, findings);
  for (guint i = 0; i < vbet_diagnostics_size (findings); i++) {
    const VbetDiagnostic *item = vbet_diagnostics_get (findings, i);
    g_assert_cmpuint (end_of (item->span), <=, size);
    g_assert_cmpuint (item->line, >=, 1);
    g_assert_cmpuint (item->column, >=, 1);
    g_assert_true (g_utf8_validate (item->message, -1, NULL));
    g_assert_null (strchr (item->message, '\n'));
    if (item->fix != NULL)
      g_assert_cmpuint (end_of (item->fix->span), <=, size);
  }
}

void
vbet_test_check_program (const VbetProgram *program, const char *text, gsize size)
{
  gsize kept;
  const char *same = vbet_program_text (program, &kept);
  g_assert_cmpmem (same, kept, text, size);
  Walk walk = { text, 0 };
  vbet_program_for_each_token (program, check_token, &walk);
  if (walk.done == 0 && size >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0)
    walk.done = 3;
  check_blank (text, walk.done, size);
  check_node (vbet_program_root (program), size, 0);
  check_findings (program, text, size);
  for (gsize offset = 0; offset <= size; offset += 1 + size / 64) {
    const VbetNode *node = vbet_program_node_at (program, offset);
    g_assert_true (node == NULL || (node->span.start <= offset && offset < end_of (node->span)));
    g_assert_true (node != NULL || offset == size);
  }
}
