/* parser.c - tokens to the syntax tree, with recovery from everything.
 *
 * Recursive descent with a bound on depth. How recovery works:
 *
 * - Every loop consumes a token or returns, so the whole is linear.
 * - A bracket that lacks is noticed where something stands that cannot belong
 *   inside: a statement after a complete argument, the closing bracket of an
 *   outer level, the end. The levels concerned return without consuming; each
 *   leaves its closing bracket in @missing, and the next token that *is*
 *   consumed turns all of them into one finding (_vbet_parser_flush_missing()).
 * - When exactly one ')' lacks before the next statement, what was meant is
 *   certain: that is a warning (W001), and the tree is the intended one.
 * - Each finding suppresses those that would only follow from it.
 */
#include "config.h"

#include "engine/language/parser.h"

#include "engine/language/parser-private.h"
#include "engine/language/word.h"

static VbetNode *parse_expression (Parser *self);
static void parse_statements (Parser *self, gboolean in_group, gboolean text_first, gboolean names_allowed);

/* --- sequences: arguments, lists, positions ------------------------------ */

/* Whether a statement begins here, so that the sequence we are in must be over. @complete: after an argument
 * rather than after '(' or ','. */
static gboolean
begins_statement (const Parser *self, gboolean complete)
{
  const VbetLexToken *t = self->token;
  gboolean fresh_line = (t->flags & VBET_LEX_AFTER_NEWLINE) != 0;
  if (t->kind != VBET_LEX_NAME)
    return FALSE;
  if (_vbet_parser_at_step (self, t))
    return TRUE;
  if (t[1].kind == VBET_LEX_OPEN_PAREN) {
    if (_vbet_parser_is_statement_word (self, t))
      return TRUE;
    return complete && fresh_line && _vbet_parser_is_maker (self, t) && t->indent <= self->statement_indent;
  }
  if (t[1].kind != VBET_LEX_EQUALS)
    return FALSE;
  if (complete)
    return t[2].kind == VBET_LEX_OPEN_BRACE
           || (t[2].kind == VBET_LEX_NAME && t[3].kind == VBET_LEX_OPEN_PAREN);
  return t[2].kind == VBET_LEX_NAME && t[3].kind == VBET_LEX_OPEN_PAREN
         && (_vbet_parser_is_maker (self, t + 2) || _vbet_parser_token_is (self, t + 2, "link"));
}

/* The token is a closing bracket that is not @closing, or ';'. Returns TRUE when the sequence is over;
 * @ret_closed: a wrong bracket was taken for the right one. */
static gboolean
meet_other_end (Parser *self, char closing, gboolean *ret_closed)
{
  const VbetLexToken *t = self->token;
  *ret_closed = FALSE;
  if (t->kind == VBET_LEX_SEMICOLON)
    return TRUE;
  if ((t->kind == VBET_LEX_CLOSE_PAREN && self->open_parens > 0)
      || (t->kind == VBET_LEX_CLOSE_BRACKET && self->open_brackets > 0)
      || (t->kind == VBET_LEX_CLOSE_BRACE && self->open_braces > 0))
    return TRUE;
  if (t->kind == VBET_LEX_CLOSE_BRACE) {
    _vbet_parser_report_stray (self, t);
    _vbet_parser_push (self, _vbet_parser_node_stray (self));
    return FALSE;
  }
  char wrong = self->text[t->start];
  char text[2] = { closing, '\0' };
  g_autofree char *message = g_strdup_printf ("'%c' is needed here, not '%c'", closing, wrong);
  g_autofree char *label = g_strdup_printf ("write '%c'", closing);
  _vbet_parser_report_fix (self, "E020", token_span (t), message, token_span (t), text, label);
  _vbet_parser_advance (self);
  *ret_closed = TRUE;
  return TRUE;
}

static void
report_comma (Parser *self)
{
  VbetSpan here = { self->last_end, 0 };
  if (!self->last_unclosed)
    _vbet_parser_report_fix (self, "E017", here, "a ',' is missing here", here, ",", "insert ','");
}

/* "key = value" of a call. The token is the key. */
static VbetNode *
parse_keyword (Parser *self)
{
  VbetNode *node = _vbet_parser_node_new (self, VBET_NODE_KEYWORD, self->token->start);
  guint mark = self->pending->len;
  _vbet_parser_node_set_name (self, node, _vbet_parser_advance (self));
  const VbetLexToken *equals = _vbet_parser_advance (self);
  if (equals->kind == VBET_LEX_COLON)
    _vbet_parser_report_fix (self, "E027", token_span (equals),
                             "'=' stands between a key and its value, not ':'", token_span (equals), "=",
                             "write '='");
  while (self->token->kind == VBET_LEX_EQUALS) {
    _vbet_parser_report_fix (self, "E027", token_span (self->token), "one '=' is enough",
                             token_span (self->token), "", "delete '='");
    _vbet_parser_advance (self);
  }
  if (_vbet_parser_begins_expression (self->token) && !begins_statement (self, FALSE)) {
    _vbet_parser_push (self, parse_expression (self));
  } else {
    vbet_diagnostics_add (self->diagnostics, "E023", (VbetSpan){ self->last_end, 0 },
                          "a value is missing after '%s='", node->name);
    _vbet_parser_push (self, _vbet_parser_node_absent (self));
  }
  return _vbet_parser_node_finish (self, node, mark);
}

static VbetNode *
parse_argument (Parser *self, gboolean keywords)
{
  const VbetLexToken *t = self->token;
  if (keywords && t->kind == VBET_LEX_NAME && (t[1].kind == VBET_LEX_EQUALS || t[1].kind == VBET_LEX_COLON))
    return parse_keyword (self);
  return parse_expression (self);
}

/* A ',' where an argument should be. */
static void
skip_comma (Parser *self)
{
  _vbet_parser_report_fix (self, "E022", token_span (self->token), "nothing stands before this ','",
                           token_span (self->token), "", "delete ','");
  _vbet_parser_advance (self);
}

/* The items up to @close. Their opening bracket was consumed; pushes them. */
static void
parse_items (Parser *self, VbetLexKind close, char closing, gboolean keywords)
{
  gboolean complete = FALSE; /* an argument, not a comma, came last */
  MissingReason reason = MISSING_OTHER;
  for (;;) {
    const VbetLexToken *t = self->token;
    gboolean closed;
    if (t->kind == close) {
      _vbet_parser_advance (self);
      return;
    }
    if (t->kind == VBET_LEX_END)
      break;
    if (_vbet_parser_nesting (t) < 0 || t->kind == VBET_LEX_SEMICOLON) {
      if (!meet_other_end (self, closing, &closed))
        continue;
      if (closed)
        return;
      break;
    }
    if (begins_statement (self, complete)) {
      reason = complete ? MISSING_BEFORE_STATEMENT : MISSING_OTHER;
      break;
    }
    if (t->kind == VBET_LEX_COMMA) {
      if (complete)
        _vbet_parser_advance (self);
      else
        skip_comma (self);
      complete = FALSE;
    } else if (_vbet_parser_begins_expression (t)) {
      if (complete)
        report_comma (self);
      _vbet_parser_push (self, parse_argument (self, keywords));
      complete = TRUE;
    } else {
      _vbet_parser_report_stray (self, t);
      _vbet_parser_push (self, _vbet_parser_node_stray (self));
    }
  }
  _vbet_parser_add_missing (self, closing, reason);
}

/* The token is the opening bracket; the items become children of @node. */
static VbetNode *
parse_sequence (Parser *self, VbetNode *node, VbetLexKind close, char closing, gboolean keywords)
{
  guint mark = self->pending->len;
  if (self->depth >= DEPTH_MAX) {
    _vbet_parser_skip_nested (self);
    node->kind = VBET_NODE_ERROR;
    return _vbet_parser_node_finish (self, node, mark);
  }
  guint *open = closing == ')' ? &self->open_parens : &self->open_brackets;
  self->depth++;
  _vbet_parser_advance (self);
  (*open)++;
  parse_items (self, close, closing, keywords);
  (*open)--;
  self->depth--;
  return _vbet_parser_node_finish (self, node, mark);
}

/* --- expressions -------------------------------------------------------- */

static VbetNode *
parse_call (Parser *self)
{
  VbetNode *node = _vbet_parser_node_new (self, VBET_NODE_CALL, self->token->start);
  _vbet_parser_node_set_name (self, node, _vbet_parser_advance (self));
  if (self->token->kind == VBET_LEX_OPEN_PAREN)
    return parse_sequence (self, node, VBET_LEX_CLOSE_PAREN, ')', TRUE);
  /* "plug cable1, NIC(x))": statement level found that the '(' lacks, and said so. */
  guint mark = self->pending->len;
  self->depth++;
  self->open_parens++;
  parse_items (self, VBET_LEX_CLOSE_PAREN, ')', TRUE);
  self->open_parens--;
  self->depth--;
  return _vbet_parser_node_finish (self, node, mark);
}

static VbetNode *
parse_list (Parser *self)
{
  VbetNode *node = _vbet_parser_node_new (self, VBET_NODE_LIST, self->token->start);
  parse_sequence (self, node, VBET_LEX_CLOSE_BRACKET, ']', FALSE);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify)vbet_value_unref);
  for (guint i = 0; i < node->n_children; i++) {
    VbetValue *item = _vbet_parser_part_value (node->children[i]);
    if (item == NULL)
      return node;
    g_ptr_array_add (items, item);
  }
  if (node->kind == VBET_NODE_LIST)
    _vbet_parser_node_take_value (self, node, vbet_value_new_list (g_steal_pointer (&items)));
  return node;
}

static gboolean
as_coordinate (const VbetNode *node, double *ret)
{
  if (node->value == NULL
      || (node->value->type != VBET_VALUE_INTEGER && node->value->type != VBET_VALUE_DECIMAL))
    return FALSE;
  *ret = node->value->type == VBET_VALUE_INTEGER ? (double)node->value->as.integer : node->value->as.decimal;
  return TRUE;
}

static VbetNode *
parse_tuple (Parser *self)
{
  VbetNode *node = _vbet_parser_node_new (self, VBET_NODE_TUPLE, self->token->start);
  guint known = vbet_diagnostics_size (self->diagnostics);
  parse_sequence (self, node, VBET_LEX_CLOSE_PAREN, ')', FALSE);
  double x;
  double y;
  if (node->kind == VBET_NODE_TUPLE && node->n_children == 2 && as_coordinate (node->children[0], &x)
      && as_coordinate (node->children[1], &y)) {
    _vbet_parser_node_take_value (self, node, vbet_value_new_point (x, y));
  } else {
    node->kind = VBET_NODE_ERROR;
    if (vbet_diagnostics_size (self->diagnostics) == known)
      vbet_diagnostics_add (self->diagnostics, "E028", node->span,
                            "a position is two numbers, such as (120, 80)");
  }
  return node;
}

static VbetNode *
parse_group (Parser *self, gboolean text_first, gboolean names_allowed)
{
  VbetNode *node = _vbet_parser_node_new (self, VBET_NODE_GROUP, self->token->start);
  guint mark = self->pending->len;
  if (self->depth >= DEPTH_MAX) {
    _vbet_parser_skip_nested (self);
    return _vbet_parser_node_finish (self, node, mark);
  }
  guint32 indent = self->statement_indent;
  self->depth++;
  self->open_braces++;
  _vbet_parser_advance (self);
  parse_statements (self, TRUE, text_first, names_allowed);
  if (self->token->kind == VBET_LEX_CLOSE_BRACE)
    _vbet_parser_advance (self);
  else
    _vbet_parser_add_missing (self, '}', MISSING_OTHER);
  self->open_braces--;
  self->depth--;
  self->statement_indent = indent;
  return _vbet_parser_node_finish (self, node, mark);
}

/* "10 ms": a number whose unit stands apart. */
static gboolean
unit_stands_apart (const Parser *self, const VbetLexToken *number)
{
  const VbetLexToken *unit = number + 1;
  char last = self->text[number->end - 1];
  return unit->kind == VBET_LEX_NAME && unit->start > number->end
         && (unit->flags & VBET_LEX_AFTER_NEWLINE) == 0 && g_ascii_isdigit (last)
         && unit[1].kind != VBET_LEX_OPEN_PAREN && unit[1].kind != VBET_LEX_EQUALS
         && vbet_word_is_unit (self->text + unit->start, token_size (unit))
         && strspn (self->text + number->start, "-0123456789.") >= token_size (number);
}

static VbetNode *
parse_word (Parser *self)
{
  const VbetLexToken *t = self->token;
  VbetNode *node = _vbet_parser_node_new (self, VBET_NODE_LITERAL, t->start);
  VbetValue *value;
  if (unit_stands_apart (self, t)) {
    g_autofree char *better
        = g_strdup_printf ("%.*s%.*s", (int)MIN (token_size (t), 64), self->text + t->start,
                           (int)token_size (t + 1), self->text + t[1].start);
    g_autofree char *label = g_strdup_printf ("write %s", better);
    VbetSpan blank = { t->end, t[1].start - t->end };
    _vbet_parser_report_fix (self, "E014", blank, "no blank stands between a number and its unit", blank, "",
                             label);
    value = vbet_word_parse (better, strlen (better), t->start, NULL);
    _vbet_parser_advance (self);
  } else {
    value = vbet_word_parse (self->text + t->start, token_size (t), t->start, self->diagnostics);
  }
  _vbet_parser_advance (self);
  _vbet_parser_node_take_value (self, node, value);
  if (value == NULL)
    node->kind = VBET_NODE_ERROR;
  return _vbet_parser_node_finish (self, node, self->pending->len);
}

static VbetNode *
parse_quoted (Parser *self)
{
  const VbetLexToken *t = self->token;
  const char *text = self->text + t->start;
  VbetNode *node = _vbet_parser_node_new (self, VBET_NODE_LITERAL, t->start);
  VbetValue *value;
  if (t->kind == VBET_LEX_REGEX)
    value = vbet_word_parse_regex (text, token_size (t));
  else if (t->kind == VBET_LEX_RAW)
    value = vbet_word_parse_raw (text, token_size (t));
  else
    value = vbet_word_parse_string (text, token_size (t), t->start, self->diagnostics);
  _vbet_parser_advance (self);
  _vbet_parser_node_take_value (self, node, value);
  /* A text that swallowed the rest of its line says nothing certain. */
  if ((t->flags & VBET_LEX_UNCLOSED) != 0)
    node->kind = VBET_NODE_ERROR;
  return _vbet_parser_node_finish (self, node, self->pending->len);
}

static VbetNode *
parse_name (Parser *self)
{
  const VbetLexToken *t = self->token;
  if (t[1].kind == VBET_LEX_OPEN_PAREN)
    return parse_call (self);
  gboolean yes = _vbet_parser_token_is (self, t, "yes");
  VbetNode *node = _vbet_parser_node_new (self, VBET_NODE_NAME, t->start);
  _vbet_parser_advance (self);
  if (yes || _vbet_parser_token_is (self, t, "no")) {
    node->kind = VBET_NODE_LITERAL;
    _vbet_parser_node_take_value (self, node, vbet_value_new_boolean (yes));
  } else {
    _vbet_parser_node_set_name (self, node, t);
  }
  return _vbet_parser_node_finish (self, node, self->pending->len);
}

/* begins_expression() holds for the token. */
static VbetNode *
parse_primary (Parser *self)
{
  switch (self->token->kind) {
  case VBET_LEX_NAME:
    return parse_name (self);
  case VBET_LEX_WORD:
    return parse_word (self);
  case VBET_LEX_STRING:
  case VBET_LEX_RAW:
  case VBET_LEX_REGEX:
    return parse_quoted (self);
  case VBET_LEX_OPEN_BRACKET:
    return parse_list (self);
  case VBET_LEX_OPEN_PAREN:
    return parse_tuple (self);
  case VBET_LEX_OPEN_BRACE:
    return parse_group (self, FALSE, TRUE);
  default: {
    VbetNode *node = _vbet_parser_node_new (self, VBET_NODE_ELLIPSIS, self->token->start);
    _vbet_parser_advance (self);
    return _vbet_parser_node_finish (self, node, self->pending->len);
  }
  }
}

/* Whether @node may be half of a pair; a call or a group may not. */
static gboolean
is_half (const VbetNode *node)
{
  return node->kind == VBET_NODE_NAME
         || (node->kind == VBET_NODE_LITERAL && node->value->type != VBET_VALUE_STRING
             && node->value->type != VBET_VALUE_REGEX);
}

static VbetNode *
parse_expression (Parser *self)
{
  VbetNode *first = parse_primary (self);
  if (self->token->kind != VBET_LEX_SLASH)
    return first;
  guint mark = self->pending->len;
  guint known = vbet_diagnostics_size (self->diagnostics);
  VbetNode *pair = _vbet_parser_node_new (self, VBET_NODE_PAIR, first->span.start);
  gboolean sound = is_half (first) || first->kind == VBET_NODE_ERROR;
  _vbet_parser_push (self, first);
  while (self->token->kind == VBET_LEX_SLASH) {
    _vbet_parser_advance (self);
    if (!_vbet_parser_begins_expression (self->token)) {
      vbet_diagnostics_add (self->diagnostics, "E023", (VbetSpan){ self->last_end, 0 },
                            "a value is missing after '/'");
      _vbet_parser_push (self, _vbet_parser_node_absent (self));
      break;
    }
    VbetNode *half = parse_primary (self);
    sound = sound && (is_half (half) || half->kind == VBET_NODE_ERROR);
    _vbet_parser_push (self, half);
  }
  _vbet_parser_node_finish (self, pair, mark);
  g_autoptr (VbetValue) ab = _vbet_parser_part_value (pair->children[0]);
  g_autoptr (VbetValue) ba = _vbet_parser_part_value (pair->children[1]);
  if (pair->n_children != 2 || !sound)
    pair->kind = VBET_NODE_ERROR;
  if (pair->kind == VBET_NODE_PAIR && ab != NULL && ba != NULL)
    _vbet_parser_node_take_value (self, pair,
                                  vbet_value_new_pair (g_steal_pointer (&ab), g_steal_pointer (&ba)));
  else if (pair->kind == VBET_NODE_ERROR && vbet_diagnostics_size (self->diagnostics) == known)
    vbet_diagnostics_add (self->diagnostics, "E029", pair->span,
                          "'/' parts two values for the two directions, such as 10ms/40ms");
  return pair;
}

/* --- statements --------------------------------------------------------- */

static VbetNode *
parse_assign (Parser *self)
{
  const VbetLexToken *name = self->token;
  VbetNode *node = _vbet_parser_node_new (self, VBET_NODE_ASSIGN, name->start);
  guint mark = self->pending->len;
  _vbet_parser_node_set_name (self, node, _vbet_parser_advance (self));
  if (name->kind == VBET_LEX_WORD)
    vbet_diagnostics_add (self->diagnostics, "E016", token_span (name),
                          "'%s' is no name: it starts with a letter", node->name);
  else if (_vbet_parser_token_is (self, name, "yes") || _vbet_parser_token_is (self, name, "no"))
    vbet_diagnostics_add (self->diagnostics, "E034", token_span (name),
                          "'%s' is a value and cannot be a name", node->name);
  if (self->token->kind == VBET_LEX_COLON)
    _vbet_parser_report_fix (self, "E027", token_span (self->token), "'=' stands after a name, not ':'",
                             token_span (self->token), "=", "write '='");
  if (self->token->kind == VBET_LEX_COLON || self->token->kind == VBET_LEX_EQUALS)
    _vbet_parser_advance (self);
  while (self->token->kind == VBET_LEX_EQUALS) {
    _vbet_parser_report_fix (self, "E027", token_span (self->token), "one '=' is enough",
                             token_span (self->token), "", "delete '='");
    _vbet_parser_advance (self);
  }
  const VbetLexToken *t = self->token;
  gboolean other = t->kind == VBET_LEX_NAME && (t->flags & VBET_LEX_AFTER_NEWLINE) != 0
                   && (t[1].kind == VBET_LEX_EQUALS || _vbet_parser_at_step (self, t));
  if (_vbet_parser_begins_expression (t) && !other) {
    _vbet_parser_push (self, parse_expression (self));
  } else {
    vbet_diagnostics_add (self->diagnostics, "E023", (VbetSpan){ self->last_end, 0 },
                          "something is missing after '%s ='", node->name);
    _vbet_parser_push (self, _vbet_parser_node_absent (self));
  }
  return _vbet_parser_node_finish (self, node, mark);
}

static VbetNode *
parse_step (Parser *self)
{
  VbetNode *node = _vbet_parser_node_new (self, VBET_NODE_STEP, self->token->start);
  guint mark = self->pending->len;
  _vbet_parser_advance (self);
  const VbetLexToken *t = self->token;
  if (t->kind == VBET_LEX_STRING || t->kind == VBET_LEX_RAW) {
    _vbet_parser_push (self, parse_quoted (self));
  } else if (t->kind != VBET_LEX_OPEN_BRACE) {
    g_autofree char *better = g_strdup_printf ("\"%.*s\"", (int)token_size (t), self->text + t->start);
    _vbet_parser_report_fix (self, "E031", token_span (t), "the title of a step stands in quotes",
                             token_span (t), better, "add the quotes");
    _vbet_parser_push (self, _vbet_parser_node_stray (self));
  }
  if (self->token->kind == VBET_LEX_OPEN_BRACE) {
    _vbet_parser_push (self, parse_group (self, TRUE, FALSE));
  } else {
    VbetSpan here = { self->last_end, 0 };
    if (!self->last_unclosed)
      _vbet_parser_report_fix (self, "E032", here, "the statements of a step stand in braces after its title",
                               here, " {}", "insert '{}'");
    node->kind = VBET_NODE_ERROR;
  }
  return _vbet_parser_node_finish (self, node, mark);
}

/* "plug cable1, NIC(x))": the name of a call, and then its arguments. */
static gboolean
lacks_paren (const Parser *self)
{
  const VbetLexToken *t = self->token;
  return (_vbet_parser_is_statement_word (self, t) || _vbet_parser_is_maker (self, t))
         && (t[1].flags & VBET_LEX_AFTER_NEWLINE) == 0 && _vbet_parser_begins_expression (t + 1)
         && t[1].kind != VBET_LEX_OPEN_PAREN && t[1].kind != VBET_LEX_OPEN_BRACE;
}

/* "host1 alloc(host)": a name, and then what it should be. */
static gboolean
lacks_equals (const Parser *self)
{
  const VbetLexToken *t = self->token;
  return (t[1].flags & VBET_LEX_AFTER_NEWLINE) == 0 && _vbet_parser_is_maker (self, t + 1)
         && t[2].kind == VBET_LEX_OPEN_PAREN;
}

static void
check_statement (Parser *self, const VbetNode *node, gboolean text_allowed, gboolean names_allowed)
{
  gboolean text = node->kind == VBET_NODE_LITERAL && node->value->type == VBET_VALUE_STRING;
  if (node->kind == VBET_NODE_CALL || node->kind == VBET_NODE_GROUP || node->kind == VBET_NODE_ERROR
      || (text && text_allowed) || (node->kind == VBET_NODE_NAME && names_allowed))
    return;
  vbet_diagnostics_add (self->diagnostics, "E024", node->span,
                        text ? "a text stands alone only at the start of a step"
                             : "this is no statement: a statement is a call, 'name = …' or a step");
}

static void
parse_statement (Parser *self, gboolean text_allowed, gboolean names_allowed)
{
  const VbetLexToken *t = self->token;
  gboolean name = t->kind == VBET_LEX_NAME;
  self->statement_indent = t->indent;
  if (_vbet_parser_at_step (self, t)) {
    _vbet_parser_push (self, parse_step (self));
  } else if ((name || t->kind == VBET_LEX_WORD)
             && (t[1].kind == VBET_LEX_EQUALS || (name && t[1].kind == VBET_LEX_COLON))) {
    _vbet_parser_push (self, parse_assign (self));
  } else if (name && lacks_paren (self)) {
    VbetSpan here = { t->end, 0 };
    VbetSpan gap = { t->end, t[1].start - t->end };
    g_autofree char *message
        = g_strdup_printf ("a '(' is missing after '%.*s'", (int)token_size (t), self->text + t->start);
    _vbet_parser_report_fix (self, "E025", here, message, gap, "(", "insert '('");
    _vbet_parser_push (self, parse_call (self));
  } else if (name && lacks_equals (self)) {
    VbetSpan here = { t->end, 0 };
    _vbet_parser_report_fix (self, "E026", here, "a '=' is missing after this name", here, " =",
                             "insert '='");
    _vbet_parser_push (self, parse_assign (self));
  } else {
    VbetNode *node = parse_expression (self);
    check_statement (self, node, text_allowed, names_allowed);
    _vbet_parser_push (self, node);
  }
}

/* Statements up to the end, or, @in_group, to what ends the group. @text_first: a text may come first. */
static void
parse_statements (Parser *self, gboolean in_group, gboolean text_first, gboolean names_allowed)
{
  gboolean first = TRUE;
  for (;;) {
    const VbetLexToken *t = self->token;
    if (t->kind == VBET_LEX_END || (in_group && t->kind == VBET_LEX_CLOSE_BRACE)
        || (in_group && _vbet_parser_at_step (self, t)))
      return;
    if (in_group
        && ((t->kind == VBET_LEX_CLOSE_PAREN && self->open_parens > 0)
            || (t->kind == VBET_LEX_CLOSE_BRACKET && self->open_brackets > 0)))
      return;
    if (t->kind == VBET_LEX_SEMICOLON) {
      _vbet_parser_advance (self);
    } else if (_vbet_parser_begins_expression (t)) {
      parse_statement (self, first && text_first, names_allowed);
      first = FALSE;
    } else {
      _vbet_parser_report_stray (self, t);
      _vbet_parser_push (self, _vbet_parser_node_stray (self));
    }
  }
}

VbetNode *
vbet_parse (const char *text, gsize size, const GArray *tokens, VbetArena *arena,
            VbetDiagnostics *diagnostics)
{
  Parser self = {
    .text = text,
    .size = size,
    .token = &g_array_index (tokens, VbetLexToken, 0),
    .arena = arena,
    .diagnostics = diagnostics,
    .pending = g_ptr_array_new (),
    .missing = g_string_new (NULL),
  };
  VbetNode *root = _vbet_parser_node_new (&self, VBET_NODE_PROGRAM, 0);
  parse_statements (&self, FALSE, FALSE, FALSE);
  _vbet_parser_flush_missing (&self);
  _vbet_parser_node_finish (&self, root, 0);
  root->span.length = size;
  g_ptr_array_unref (self.pending);
  g_string_free (self.missing, TRUE);
  return root;
}
