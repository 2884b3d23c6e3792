/* lex.c - nft's language as tokens; see nft.h. */
#define _GNU_SOURCE
#include "nft.h"

#include <string.h>

#define INCLUDES_MAX 16

/* What "define" has given values to. */
typedef struct {
  const char *name;
  Tokens value;
} Variable;

typedef VECTOR (Variable) Variables;

typedef struct {
  const char *at;
  const char *file;
  int line;
  int column;
} Reader;

static bool
is_word_character (char c)
{
  return c != '\0' && strchr (" \t\r\n{}(),;=!<>|&\"#", c) == NULL;
}

static void
step (Reader *reader)
{
  if (*reader->at == '\n') {
    reader->line++;
    reader->column = 0;
  }
  reader->column++;
  reader->at++;
}

static void
skip_blank (Reader *reader)
{
  for (;;) {
    if (*reader->at == ' ' || *reader->at == '\t' || *reader->at == '\r')
      step (reader);
    else if (*reader->at == '#')
      while (*reader->at != '\0' && *reader->at != '\n')
        step (reader);
    else if (reader->at[0] == '\\' && reader->at[strspn (reader->at + 1, " \t\r") + 1] == '\n')
      while (*reader->at != '\n' || (step (reader), false))
        step (reader);
    else
      return;
  }
}

static Token
read_string (Reader *reader, Token token)
{
  step (reader);
  const char *start = reader->at;
  while (*reader->at != '"') {
    if (*reader->at == '\0' || *reader->at == '\n')
      fail_at (&token, "a string has no end");
    step (reader);
  }
  token.type = TOKEN_STRING;
  token.text = copy_text (start, (size_t) (reader->at - start));
  step (reader);
  return token;
}

static Token
read_token (Reader *reader)
{
  skip_blank (reader);
  Token token = { .type = TOKEN_END, .text = "", .file = reader->file, .line = reader->line, .column = reader->column };
  const char *start = reader->at;
  if (*start == '\0')
    return token;
  if (*start == '"')
    return read_string (reader, token);
  if (*start == '\n' || *start == ';') {
    token.type = TOKEN_BREAK;
    step (reader);
  } else if (is_word_character (*start)) {
    token.type = TOKEN_WORD;
    while (is_word_character (*reader->at))
      step (reader);
  } else {
    token.type = TOKEN_MARK;
    step (reader);
    if (strchr ("=!<>", *start) != NULL && *reader->at == '=')
      step (reader);
  }
  token.text = copy_text (start, (size_t) (reader->at - start));
  return token;
}

static const Tokens *
find_variable (const Variables *variables, const Token *name)
{
  for (int i = variables->count - 1; i >= 0; i--)
    if (same (variables->items[i].name, name->text + 1))
      return &variables->items[i].value;
  fail_at (name, "%s is not defined", name->text);
}

static void
add_token (Tokens *tokens, const Variables *variables, Token token)
{
  if (token.type != TOKEN_WORD || token.text[0] != '$') {
    vector_add (tokens, token);
    return;
  }
  const Tokens *value = find_variable (variables, &token);
  for (int i = 0; i < value->count; i++)
    vector_add (tokens, value->items[i]);
}

/* "define NAME = value" up to the end of the line; a value in braces may take several lines. */
static void
read_define (Reader *reader, Variables *variables)
{
  Variable variable = { 0 };
  int depth = 0;
  Token token = read_token (reader);
  Token equals = read_token (reader);
  variable.name = token.text;
  if (token.type != TOKEN_WORD || !is_mark (&equals, "="))
    fail_at (&token, "“define” needs a name, “=” and a value");
  for (token = read_token (reader); token.type != TOKEN_END; token = read_token (reader)) {
    depth += is_mark (&token, "{") ? 1 : is_mark (&token, "}") ? -1 : 0;
    if (token.type == TOKEN_BREAK && depth == 0)
      break;
    if (token.type != TOKEN_BREAK)
      add_token (&variable.value, variables, token);
  }
  vector_add (variables, variable);
}

/* Appends the tokens of @text without END. */
static void
lex_part (Tokens *tokens, Variables *variables, const char *text, const char *file, int depth)
{
  Reader reader = { .at = text, .file = file, .line = 1, .column = 1 };
  bool first = true; /* of a statement */
  for (Token token = read_token (&reader); token.type != TOKEN_END; token = read_token (&reader)) {
    if (first && is_word (&token, "define")) {
      read_define (&reader, variables);
    } else if (first && is_word (&token, "include")) {
      Token name = read_token (&reader);
      char *included = name.type == TOKEN_STRING ? read_text (name.text) : NULL;
      if (included == NULL || depth >= INCLUDES_MAX)
        fail_at (&name, "“%s” cannot be included", name.text);
      lex_part (tokens, variables, included, name.text, depth + 1);
      Token end = { .type = TOKEN_BREAK, .text = "\n" };
      vector_add (tokens, end);
    } else {
      first = token.type == TOKEN_BREAK;
      add_token (tokens, variables, token);
    }
  }
}

void
lex (Tokens *tokens, const char *text, const char *file)
{
  Variables variables = { 0 };
  Token end = { .type = TOKEN_END, .text = "", .file = file };
  lex_part (tokens, &variables, text, file, 0);
  /* Where the text ends is where errors about its end point to. */
  end.line = tokens->count > 0 ? tokens->items[tokens->count - 1].line : 1;
  end.column = tokens->count > 0 ? tokens->items[tokens->count - 1].column + 1 : 1;
  vector_add (tokens, end);
}

bool
is_word (const Token *token, const char *text)
{
  return token->type == TOKEN_WORD && same (token->text, text);
}

bool
is_mark (const Token *token, const char *text)
{
  return token->type == TOKEN_MARK && same (token->text, text);
}

bool
accept_word (Cursor *cursor, const char *text)
{
  if (!is_word (cursor->token, text))
    return false;
  cursor->token++;
  return true;
}

bool
accept_mark (Cursor *cursor, const char *text)
{
  if (!is_mark (cursor->token, text))
    return false;
  cursor->token++;
  return true;
}

const char *
need_text (Cursor *cursor, const char *what)
{
  if (cursor->token->type != TOKEN_WORD && cursor->token->type != TOKEN_STRING)
    fail_at (cursor->token, "%s is missing here", what);
  return (cursor->token++)->text;
}

void
need_mark (Cursor *cursor, const char *text)
{
  if (!accept_mark (cursor, text))
    fail_at (cursor->token, "syntax error: “%s” is expected here", text);
}
