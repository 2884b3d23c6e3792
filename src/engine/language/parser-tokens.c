/* parser-tokens.c - see parser-private.h. */
#include "config.h"

#include "engine/language/parser-private.h"

#include <string.h>

#define NAME_BYTES_MAX 255 /* longer names are none anyway */

/* --- tokens ------------------------------------------------------------- */

gboolean
_vbet_parser_token_is (const Parser *self, const VbetLexToken *token, const char *word)
{
  return token->kind == VBET_LEX_NAME && strlen (word) == token_size (token)
         && memcmp (self->text + token->start, word, token_size (token)) == 0;
}

gboolean
_vbet_parser_is_statement_word (const Parser *self, const VbetLexToken *token)
{
  static const char *const words[]
      = { "plug", "unplug",  "link",  "free",   "detach", "set",    "file", "note", "start",
          "stop", "restart", "pause", "resume", "exec",   "expect", "ping", "seed" };
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (_vbet_parser_token_is (self, token, words[i]))
      return TRUE;
  return FALSE;
}

gboolean
_vbet_parser_is_maker (const Parser *self, const VbetLexToken *token)
{
  return _vbet_parser_token_is (self, token, "alloc") || _vbet_parser_token_is (self, token, "attach");
}

gboolean
_vbet_parser_begins_expression (const VbetLexToken *token)
{
  switch (token->kind) {
  case VBET_LEX_NAME:
  case VBET_LEX_WORD:
  case VBET_LEX_STRING:
  case VBET_LEX_RAW:
  case VBET_LEX_REGEX:
  case VBET_LEX_ELLIPSIS:
  case VBET_LEX_OPEN_PAREN:
  case VBET_LEX_OPEN_BRACKET:
  case VBET_LEX_OPEN_BRACE:
    return TRUE;
  default:
    return FALSE;
  }
}

gboolean
_vbet_parser_at_step (const Parser *self, const VbetLexToken *token)
{
  if (!_vbet_parser_token_is (self, token, "step"))
    return FALSE;
  switch (token[1].kind) {
  case VBET_LEX_STRING:
  case VBET_LEX_RAW:
  case VBET_LEX_OPEN_BRACE:
    return TRUE;
  case VBET_LEX_NAME:
  case VBET_LEX_WORD:
    return token[2].kind == VBET_LEX_OPEN_BRACE && (token[1].flags & VBET_LEX_AFTER_NEWLINE) == 0;
  default:
    return FALSE;
  }
}

void
_vbet_parser_flush_missing (Parser *self)
{
  if (self->missing->len == 0)
    return;
  const char *all = self->missing->str;
  VbetSpan here = { self->last_end, 0 };
  VbetDiagnostic *item = NULL;
  if (!self->last_unclosed) {
    if (strcmp (all, ")") == 0 && self->missing_reason == MISSING_BEFORE_STATEMENT)
      item = vbet_diagnostics_add (self->diagnostics, "W001", here, "a ')' is missing here");
    else if (strcmp (all, "}") == 0)
      item = vbet_diagnostics_add (self->diagnostics, "E019", here, "a '}' is missing here");
    else
      item = vbet_diagnostics_add (
          self->diagnostics, "E018", here,
          self->missing->len == 1 ? "a '%s' is missing here" : "'%s' are missing here", all);
    g_autofree char *label = g_strdup_printf ("insert '%s'", all);
    vbet_diagnostic_set_fix (item, here, all, label);
  }
  g_string_truncate (self->missing, 0);
}

void
_vbet_parser_add_missing (Parser *self, char closing, MissingReason reason)
{
  if (self->missing->len == 0)
    self->missing_reason = reason;
  g_string_append_c (self->missing, closing);
}

const VbetLexToken *
_vbet_parser_advance (Parser *self)
{
  const VbetLexToken *token = self->token;
  _vbet_parser_flush_missing (self);
  if (token->kind != VBET_LEX_END)
    self->token++;
  self->last_end = token->end;
  self->last_unclosed = (token->flags & VBET_LEX_UNCLOSED) != 0;
  return token;
}

/* --- nodes -------------------------------------------------------------- */

VbetNode *
_vbet_parser_node_new (Parser *self, VbetNodeKind kind, gsize start)
{
  VbetNode *node = vbet_arena_alloc (self->arena, sizeof *node);
  node->kind = kind;
  node->span.start = start;
  return node;
}

VbetNode *
_vbet_parser_node_finish (Parser *self, VbetNode *node, guint mark)
{
  guint n = self->pending->len - mark;
  if (n > 0) {
    node->children = vbet_arena_alloc (self->arena, n * sizeof *node->children);
    memcpy (node->children, self->pending->pdata + mark, n * sizeof *node->children);
    node->n_children = n;
    for (guint i = 0; i < n; i++)
      node->children[i]->parent = node;
    g_ptr_array_set_size (self->pending, (gint)mark);
  }
  node->span.length = MAX (self->last_end, node->span.start) - node->span.start;
  return node;
}

void
_vbet_parser_node_set_name (Parser *self, VbetNode *node, const VbetLexToken *token)
{
  char name[NAME_BYTES_MAX + 1];
  gsize size = MIN (token_size (token), NAME_BYTES_MAX);
  memcpy (name, self->text + token->start, size);
  name[size] = '\0';
  if (token->kind == VBET_LEX_NAME && (token->flags & VBET_LEX_BAD_NAME) == 0) {
    node->name = g_string_chunk_insert_const (self->arena->names, name);
  } else {
    /* Letters beyond ASCII, perhaps cut in the middle of one. */
    g_autofree char *valid = g_utf8_make_valid (name, (gssize)size);
    node->name = g_string_chunk_insert_const (self->arena->names, valid);
  }
  node->name_span = token_span (token);
}

void
_vbet_parser_node_take_value (Parser *self, VbetNode *node, VbetValue *value)
{
  node->value = value;
  if (value != NULL)
    g_ptr_array_add (self->arena->values, value);
}

void
_vbet_parser_push (Parser *self, VbetNode *node)
{
  g_ptr_array_add (self->pending, node);
}

VbetNode *
_vbet_parser_node_absent (Parser *self)
{
  VbetNode *node = _vbet_parser_node_new (self, VBET_NODE_ERROR, self->last_end);
  return _vbet_parser_node_finish (self, node, self->pending->len);
}

VbetNode *
_vbet_parser_node_stray (Parser *self)
{
  VbetNode *node = _vbet_parser_node_new (self, VBET_NODE_ERROR, self->token->start);
  _vbet_parser_advance (self);
  return _vbet_parser_node_finish (self, node, self->pending->len);
}

VbetValue *
_vbet_parser_part_value (const VbetNode *node)
{
  if (node->value != NULL)
    return vbet_value_ref (node->value);
  return node->kind == VBET_NODE_NAME ? vbet_value_new_text (VBET_VALUE_NAME, node->name) : NULL;
}

void
_vbet_parser_report_fix (Parser *self, const char *code, VbetSpan span, const char *message, VbetSpan where,
                         const char *text, const char *label)
{
  VbetDiagnostic *item = vbet_diagnostics_add (self->diagnostics, code, span, "%s", message);
  vbet_diagnostic_set_fix (item, where, text, label);
}

void
_vbet_parser_report_stray (Parser *self, const VbetLexToken *token)
{
  if (token->kind == VBET_LEX_UNKNOWN)
    return;
  gboolean closing = token->kind == VBET_LEX_CLOSE_PAREN || token->kind == VBET_LEX_CLOSE_BRACKET
                     || token->kind == VBET_LEX_CLOSE_BRACE;
  char c = self->text[token->start];
  g_autofree char *message = closing ? g_strdup_printf ("this '%c' closes nothing", c)
                                     : g_strdup_printf ("'%c' has no meaning here", c);
  g_autofree char *label = g_strdup_printf ("delete '%c'", c);
  _vbet_parser_report_fix (self, closing ? "E021" : "E035", token_span (token), message, token_span (token),
                           "", label);
}

/* --- depth -------------------------------------------------------------- */

int
_vbet_parser_nesting (const VbetLexToken *token)
{
  switch (token->kind) {
  case VBET_LEX_OPEN_PAREN:
  case VBET_LEX_OPEN_BRACKET:
  case VBET_LEX_OPEN_BRACE:
    return 1;
  case VBET_LEX_CLOSE_PAREN:
  case VBET_LEX_CLOSE_BRACKET:
  case VBET_LEX_CLOSE_BRACE:
    return -1;
  default:
    return 0;
  }
}

void
_vbet_parser_skip_nested (Parser *self)
{
  vbet_diagnostics_add (self->diagnostics, "E030", token_span (self->token),
                        "brackets are nested deeper than %d", DEPTH_MAX);
  gsize level = 0;
  do {
    level += (gsize)_vbet_parser_nesting (self->token);
    _vbet_parser_advance (self);
  } while (level > 0 && self->token->kind != VBET_LEX_END);
}
