/* lexer.h - bytes of a lab text to tokens. Private to the language room.
 *
 * Every byte belongs to a token, to a comment or to the blanks between them.
 */
#pragma once

#include <glib.h>

#include "engine/language/diagnostic.h"

typedef enum {
  VBET_LEX_END,
  VBET_LEX_NAME,
  VBET_LEX_WORD, /* number, address, MAC: see word.h */
  VBET_LEX_STRING,
  VBET_LEX_RAW,
  VBET_LEX_REGEX,
  VBET_LEX_ELLIPSIS,
  VBET_LEX_OPEN_PAREN,
  VBET_LEX_CLOSE_PAREN,
  VBET_LEX_OPEN_BRACKET,
  VBET_LEX_CLOSE_BRACKET,
  VBET_LEX_OPEN_BRACE,
  VBET_LEX_CLOSE_BRACE,
  VBET_LEX_COMMA,
  VBET_LEX_SEMICOLON,
  VBET_LEX_EQUALS,
  VBET_LEX_SLASH,
  VBET_LEX_COLON,
  VBET_LEX_COMMENT,
  VBET_LEX_UNKNOWN, /* already reported */
} VbetLexKind;

typedef enum {
  VBET_LEX_AFTER_NEWLINE = 1 << 0, /* first token of its line */
  VBET_LEX_UNCLOSED = 1 << 1,      /* quoted text without its end */
  VBET_LEX_BAD_NAME = 1 << 2,      /* not what a name may be made of; reported */
} VbetLexFlags;

typedef struct {
  guint8 kind;    /* VbetLexKind */
  guint8 flags;   /* VbetLexFlags */
  guint32 indent; /* bytes between the start of the line and the token */
  gsize start;
  gsize end;
} VbetLexToken;

/**
 * vbet_lex:
 * @ret_comments: (out) (transfer full): comments, as tokens
 * @diagnostics: gets what is wrong with the bytes themselves
 *
 * Returns: (transfer full) (element-type VbetLexToken): all other tokens; the last is VBET_LEX_END.
 */
GArray *vbet_lex (const char *text, gsize size, GArray **ret_comments, VbetDiagnostics *diagnostics);
