/* tree.c - syntax trees as text, for tests. */
#include "config.h"

#include "unit/tree.h"

static void append (GString *out, const VbetNode *node);

static void
append_children (GString *out, const VbetNode *node, const char *open, const char *close)
{
  g_string_append (out, open);
  for (guint i = 0; i < node->n_children; i++) {
    if (i > 0)
      g_string_append_c (out, ' ');
    append (out, node->children[i]);
  }
  g_string_append (out, close);
}

static void
append (GString *out, const VbetNode *node)
{
  switch (node->kind) {
  case VBET_NODE_PROGRAM:
    append_children (out, node, "", "");
    break;
  case VBET_NODE_ASSIGN:
    g_string_append_printf (out, "%s := ", node->name);
    append_children (out, node, "", "");
    break;
  case VBET_NODE_CALL:
    g_string_append_printf (out, "(%s", node->name);
    append_children (out, node, node->n_children > 0 ? " " : "", ")");
    break;
  case VBET_NODE_KEYWORD:
    g_string_append_printf (out, "%s=", node->name);
    append_children (out, node, "", "");
    break;
  case VBET_NODE_GROUP:
    append_children (out, node, "{", "}");
    break;
  case VBET_NODE_STEP:
    append_children (out, node, "step[", "]");
    break;
  case VBET_NODE_NAME:
    g_string_append (out, node->name);
    break;
  case VBET_NODE_ELLIPSIS:
    g_string_append (out, "...");
    break;
  case VBET_NODE_ERROR:
    append_children (out, node, "<", ">");
    break;
  case VBET_NODE_LITERAL:
  case VBET_NODE_LIST:
  case VBET_NODE_TUPLE:
  case VBET_NODE_PAIR:
    if (node->value != NULL) {
      g_autofree char *text = vbet_value_to_text (node->value);
      g_string_append (out, text);
    } else {
      append_children (out, node,
                       node->kind == VBET_NODE_LIST   ? "list["
                       : node->kind == VBET_NODE_PAIR ? "pair["
                                                      : "tuple[",
                       "]");
    }
    break;
  }
}

char *
vbet_test_tree (const VbetNode *node)
{
  GString *out = g_string_new (NULL);
  append (out, node);
  return g_string_free (out, FALSE);
}
