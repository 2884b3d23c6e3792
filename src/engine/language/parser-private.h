/* parser-private.h - what the grammar of parser.c stands on: tokens, nodes, findings of brackets. See parser.c for how it recovers. */
#pragma once

#include "engine/language/lexer.h"
#include "engine/language/parser.h"

#define DEPTH_MAX 64

/* What the missing brackets in Parser.missing were noticed by. */
typedef enum {
  MISSING_BEFORE_STATEMENT,
  MISSING_OTHER,
} MissingReason;

typedef struct {
  const char *text;
  gsize size;
  const VbetLexToken *token; /* the current one; the last is VBET_LEX_END */
  gsize last_end;            /* where the last consumed token ends */
  gboolean last_unclosed;    /* that token was quoted text without its end */
  VbetArena *arena;
  VbetDiagnostics *diagnostics;
  GPtrArray *pending; /* of VbetNode: children whose parents are not complete */
  guint depth;
  guint open_parens;
  guint open_brackets;
  guint open_braces;
  guint32 statement_indent; /* of the statement being read */
  GString *missing;         /* closing brackets that lack before the current token */
  MissingReason missing_reason;
} Parser;

static inline gsize
token_size (const VbetLexToken *token)
{
  return token->end - token->start;
}

static inline VbetSpan
token_span (const VbetLexToken *token)
{
  return (VbetSpan){ token->start, token_size (token) };
}

gboolean _vbet_parser_token_is (const Parser *self, const VbetLexToken *token, const char *word);
/* Longer lists than these words are of no use: only words that can never begin an argument help. */
gboolean _vbet_parser_is_statement_word (const Parser *self, const VbetLexToken *token);
gboolean _vbet_parser_is_maker (const Parser *self, const VbetLexToken *token);
gboolean _vbet_parser_begins_expression (const VbetLexToken *token);
gboolean _vbet_parser_at_step (const Parser *self, const VbetLexToken *token);
/* Reports the brackets that lacked before the token that is now consumed. */
void _vbet_parser_flush_missing (Parser *self);
void _vbet_parser_add_missing (Parser *self, char closing, MissingReason reason);
const VbetLexToken *_vbet_parser_advance (Parser *self);
VbetNode *_vbet_parser_node_new (Parser *self, VbetNodeKind kind, gsize start);
/* Gives @node the children pending since @mark, and its end. */
VbetNode *_vbet_parser_node_finish (Parser *self, VbetNode *node, guint mark);
void _vbet_parser_node_set_name (Parser *self, VbetNode *node, const VbetLexToken *token);
void _vbet_parser_node_take_value (Parser *self, VbetNode *node, VbetValue *value);
void _vbet_parser_push (Parser *self, VbetNode *node);
/* A place where something lacks; so that a parent has the child it promises. */
VbetNode *_vbet_parser_node_absent (Parser *self);
/* The current token fits nowhere. */
VbetNode *_vbet_parser_node_stray (Parser *self);
/* The value that a part of a list or pair stands for; (transfer full) (nullable). */
VbetValue *_vbet_parser_part_value (const VbetNode *node);
void _vbet_parser_report_fix (Parser *self, const char *code, VbetSpan span, const char *message,
                              VbetSpan where, const char *text, const char *label);
void _vbet_parser_report_stray (Parser *self, const VbetLexToken *token);
int _vbet_parser_nesting (const VbetLexToken *token);
/* Stands at an opening bracket: passes over everything up to its end. */
void _vbet_parser_skip_nested (Parser *self);
