/* lexer.c - bytes of a lab text to tokens.
 *
 * One pass, no look-back beyond the last token: a '/' begins a regular
 * expression where a value may begin, else it parts the two halves of a pair.
 * Bytes that begin nothing are gathered into one UNKNOWN token and reported
 * once.
 */
#include "config.h"

#include "engine/language/lexer.h"

#include <string.h>

#include "engine/language/word.h"

typedef struct {
  const char *text;
  gsize size;
  gsize pos;
  gsize line_start;
  gsize line_end;    /* of the line that was last asked for, which begins at or before @pos */
  gsize apostrophes; /* up to here a "'" is known to be closed by none */
  gboolean after_newline;
  GArray *tokens;
  GArray *comments;
  VbetDiagnostics *diagnostics;
} Lexer;

static int
byte_at (const Lexer *self, gsize pos)
{
  return pos < self->size ? (guchar)self->text[pos] : -1;
}

static gboolean
is_name_byte (int c)
{
  return c >= 0 && c < 0x80 && (g_ascii_isalnum (c) || c == '_' || c == '-');
}

static gboolean
is_digit (int c)
{
  return c >= '0' && c <= '9';
}

/* The code point at @pos, 0 when it is none; @ret_length: its bytes. */
static gunichar
point_at (const Lexer *self, gsize pos, gsize *ret_length)
{
  gunichar c = g_utf8_get_char_validated (self->text + pos, (gssize)(self->size - pos));
  if (c == (gunichar)-1 || c == (gunichar)-2) {
    *ret_length = 1;
    return 0;
  }
  *ret_length = (gsize)(g_utf8_next_char (self->text + pos) - (self->text + pos));
  return c;
}

/* Letters beyond ASCII are read as part of a name, to say what is wrong with it as a whole. */
static gsize
foreign_letter (const Lexer *self, gsize pos)
{
  if (byte_at (self, pos) < 0x80)
    return 0;
  gsize length;
  gunichar c = point_at (self, pos, &length);
  return c != 0 && (g_unichar_isalnum (c) || g_unichar_ismark (c)) ? length : 0;
}

static VbetLexToken *
add_token (Lexer *self, VbetLexKind kind, gsize start, gsize end)
{
  VbetLexToken token = { .kind = (guint8)kind, .start = start, .end = end };
  token.indent = (guint32)MIN (start - self->line_start, G_MAXUINT32);
  if (self->after_newline)
    token.flags |= VBET_LEX_AFTER_NEWLINE;
  GArray *into = kind == VBET_LEX_COMMENT ? self->comments : self->tokens;
  if (kind != VBET_LEX_COMMENT)
    self->after_newline = FALSE;
  g_array_append_val (into, token);
  self->pos = end;
  return &g_array_index (into, VbetLexToken, into->len - 1);
}

/* Where the line of @pos ends; looked for once a line, however many tokens ask. */
static gsize
line_end (Lexer *self)
{
  if (self->line_end <= self->pos) {
    const char *newline = memchr (self->text + self->pos, '\n', self->size - self->pos);
    self->line_end = newline != NULL ? (gsize)(newline - self->text) : self->size;
  }
  gsize end = self->line_end;
  return end < self->size && end > self->pos && self->text[end - 1] == '\r' ? end - 1 : end;
}

static void
report_unclosed (Lexer *self, const char *code, VbetLexToken *token, const char *what, const char *closing)
{
  g_autofree char *label = g_strdup_printf ("insert '%s'", closing);
  token->flags |= VBET_LEX_UNCLOSED;
  VbetDiagnostic *item
      = vbet_diagnostics_add (self->diagnostics, code, (VbetSpan){ token->start, strlen (closing) },
                              "the %s that starts here is never closed", what);
  vbet_diagnostic_set_fix (item, (VbetSpan){ token->end, 0 }, closing, label);
}

/* --- quoted text -------------------------------------------------------- */

static void
lex_raw (Lexer *self)
{
  gsize start = self->pos;
  gsize p = start + 3;
  while (p + 3 <= self->size && memcmp (self->text + p, "\"\"\"", 3) != 0) {
    const char *next = memchr (self->text + p + 1, '"', self->size - p - 1);
    p = next != NULL ? (gsize)(next - self->text) : self->size;
  }
  gboolean closed = p + 3 <= self->size;
  gsize end = closed ? p + 3 : self->size;
  VbetLexToken *token = add_token (self, VBET_LEX_RAW, start, end);
  if (!closed)
    report_unclosed (self, "E005", token, "raw text", "\"\"\"");
  for (gsize i = end; i > start; i--)
    if (self->text[i - 1] == '\n') {
      self->line_start = i;
      break;
    }
}

/* The end of the string or regular expression at the current place; both end on their line. */
static gsize
quoted_end (Lexer *self, gboolean *ret_closed)
{
  gsize end = line_end (self);
  char quote = self->text[self->pos];
  gsize p = self->pos + 1;
  while (p < end && self->text[p] != quote)
    p += self->text[p] == '\\' && p + 1 < end ? 2 : 1;
  *ret_closed = p < end;
  return p < end ? p + 1 : end;
}

static void
lex_string (Lexer *self)
{
  gboolean closed;
  gsize end = quoted_end (self, &closed);
  VbetLexToken *token = add_token (self, VBET_LEX_STRING, self->pos, end);
  if (!closed)
    report_unclosed (self, "E004", token, "text", "\"");
}

static void
lex_regex (Lexer *self)
{
  gboolean closed;
  gsize end = quoted_end (self, &closed);
  VbetLexToken *token = add_token (self, VBET_LEX_REGEX, self->pos, end);
  if (!closed)
    report_unclosed (self, "E006", token, "regular expression", "/");
}

/* 'text' in single quotes: what was meant is plain. */
static gboolean
lex_single_quoted (Lexer *self)
{
  gboolean closed;
  gsize start = self->pos;
  if (start < self->apostrophes)
    return FALSE;
  gsize end = quoted_end (self, &closed);
  if (!closed) {
    self->apostrophes = end;
    return FALSE;
  }
  add_token (self, VBET_LEX_STRING, start, end);
  g_autoptr (VbetValue) value = vbet_word_parse_string (self->text + start, end - start, start, NULL);
  g_autofree char *better = vbet_value_to_text (value);
  VbetDiagnostic *item = vbet_diagnostics_add (self->diagnostics, "E036", (VbetSpan){ start, end - start },
                                               "text stands in double quotes");
  vbet_diagnostic_set_fix (item, (VbetSpan){ start, end - start }, better, "use double quotes");
  return TRUE;
}

/* --- words -------------------------------------------------------------- */

static gboolean
begins_ellipsis (const Lexer *self, gsize pos)
{
  return byte_at (self, pos) == '.' && byte_at (self, pos + 1) == '.' && byte_at (self, pos + 2) == '.';
}

/* A number, an address or a MAC, with a prefix length where one follows. */
static void
lex_word (Lexer *self)
{
  gsize start = self->pos;
  gsize p = start + (self->text[start] == '-' ? 1 : 0);
  guint colons = 0;
  guint points = 0;
  for (int c; (c = byte_at (self, p)) >= 0; p++) {
    if (!(c < 0x80 && (g_ascii_isalnum (c) || c == '_' || c == '.' || c == ':')) || begins_ellipsis (self, p))
      break;
    colons += c == ':';
    points += c == '.';
  }
  if (byte_at (self, p) == '%')
    p++;
  else if ((colons > 0 || points >= 2) && byte_at (self, p) == '/' && is_digit (byte_at (self, p + 1)))
    for (p++; is_name_byte (byte_at (self, p)) || (byte_at (self, p) == '.' && !begins_ellipsis (self, p));)
      p++;
  add_token (self, VBET_LEX_WORD, start, p);
}

static void
report_name (Lexer *self, VbetLexToken *token, gboolean foreign)
{
  gsize size = token->end - token->start;
  token->flags |= VBET_LEX_BAD_NAME;
  g_autofree char *excerpt = vbet_word_excerpt (self->text + token->start, size);
  vbet_diagnostics_add (
      self->diagnostics, "E016", (VbetSpan){ token->start, size }, "'%s' is no name: %s", excerpt,
      foreign ? "letters from a to z, digits, '_' and '-' make a name" : "it starts with a letter");
}

static void
lex_name (Lexer *self)
{
  gsize start = self->pos;
  gsize p = start;
  gboolean foreign = FALSE;
  gboolean hex = TRUE;
  for (;;) {
    int c = byte_at (self, p);
    gsize length = is_name_byte (c) ? 1 : foreign_letter (self, p);
    if (length == 0)
      break;
    foreign |= c >= 0x80;
    hex = hex && c < 0x80 && g_ascii_isxdigit (c);
    p += length;
  }
  int after = byte_at (self, p + 1);
  if (hex && p - start <= 4 && byte_at (self, p) == ':' && after < 0x80
      && (after == ':' || (after >= 0 && g_ascii_isxdigit (after)))) {
    lex_word (self);
    return;
  }
  VbetLexToken *token = add_token (self, VBET_LEX_NAME, start, p);
  if (foreign || self->text[start] == '_')
    report_name (self, token, foreign);
}

/* --- everything else ---------------------------------------------------- */

static VbetLexKind
punctuation (int c)
{
  switch (c) {
  case '(':
    return VBET_LEX_OPEN_PAREN;
  case ')':
    return VBET_LEX_CLOSE_PAREN;
  case '[':
    return VBET_LEX_OPEN_BRACKET;
  case ']':
    return VBET_LEX_CLOSE_BRACKET;
  case '{':
    return VBET_LEX_OPEN_BRACE;
  case '}':
    return VBET_LEX_CLOSE_BRACE;
  case ',':
    return VBET_LEX_COMMA;
  case ';':
    return VBET_LEX_SEMICOLON;
  case '=':
    return VBET_LEX_EQUALS;
  case ':':
    return VBET_LEX_COLON;
  default:
    return VBET_LEX_UNKNOWN;
  }
}

/* A regular expression where a value may begin; else it parts a pair. */
static gboolean
slash_divides (const Lexer *self)
{
  if (self->tokens->len == 0)
    return FALSE;
  switch (g_array_index (self->tokens, VbetLexToken, self->tokens->len - 1).kind) {
  case VBET_LEX_NAME:
  case VBET_LEX_WORD:
  case VBET_LEX_CLOSE_PAREN:
  case VBET_LEX_CLOSE_BRACKET:
  case VBET_LEX_CLOSE_BRACE:
    return TRUE;
  default:
    return FALSE;
  }
}

static gboolean
begins_word (const Lexer *self, gsize pos)
{
  int c = byte_at (self, pos);
  int next = byte_at (self, pos + 1);
  return is_digit (c) || (c == '-' && is_digit (next)) || (c == '.' && is_digit (next))
         || (c == ':' && next == ':');
}

static gboolean
begins_name (const Lexer *self, gsize pos)
{
  int c = byte_at (self, pos);
  return c == '_' || (c >= 0 && c < 0x80 && g_ascii_isalpha (c)) || foreign_letter (self, pos) > 0;
}

static gboolean
begins_anything (const Lexer *self, gsize pos)
{
  int c = byte_at (self, pos);
  return c < 0 || c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '"' || c == '\'' || c == '#'
         || c == '/' || punctuation (c) != VBET_LEX_UNKNOWN || begins_word (self, pos)
         || begins_name (self, pos) || begins_ellipsis (self, pos);
}

/* What was probably meant by a character that looks like one of ours. */
static const char *
lookalike (const char *text, gsize size)
{
  static const char *const pairs[][2] = {
    { "\xe2\x80\xa6", "..." }, { "\xe2\x80\x9c", "\"" }, { "\xe2\x80\x9d", "\"" },
    { "\xe2\x80\x9e", "\"" },  { "\xc2\xa0", " " },      { "\xc2\xab", "\"" },
    { "\xc2\xbb", "\"" },      { "\xe2\x88\x92", "-" },  { "\xef\xbb\xbf", "" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    if (strlen (pairs[i][0]) == size && memcmp (pairs[i][0], text, size) == 0)
      return pairs[i][1];
  return NULL;
}

static void
lex_unknown (Lexer *self)
{
  gsize start = self->pos;
  gsize p = start;
  guint readable = 0;
  do {
    gsize length;
    gunichar c = point_at (self, p, &length);
    readable += c != 0;
    p += length;
  } while (!begins_anything (self, p));
  add_token (self, VBET_LEX_UNKNOWN, start, p);
  /* Bytes that are no text at all were reported by check_encoding(). */
  if (readable == 0)
    return;
  g_autofree char *excerpt = vbet_word_excerpt (self->text + start, p - start);
  VbetSpan span = { start, p - start };
  const char *meant = lookalike (self->text + start, p - start);
  VbetDiagnostic *item
      = vbet_diagnostics_add (self->diagnostics, "E003", span, "'%s' has no meaning here", excerpt);
  if (meant != NULL) {
    g_autofree char *label = *meant != '\0' ? g_strdup_printf ("write '%s'", meant) : g_strdup ("delete it");
    vbet_diagnostic_set_fix (item, span, meant, label);
  }
}

static void
lex_token (Lexer *self)
{
  int c = byte_at (self, self->pos);
  int next = byte_at (self, self->pos + 1);
  if (c == '#' || (c == '/' && next == '/'))
    add_token (self, VBET_LEX_COMMENT, self->pos, line_end (self));
  else if (begins_word (self, self->pos))
    lex_word (self);
  else if (begins_name (self, self->pos))
    lex_name (self);
  else if (c == '"' && next == '"' && byte_at (self, self->pos + 2) == '"')
    lex_raw (self);
  else if (c == '"')
    lex_string (self);
  else if (c == '/' && slash_divides (self))
    add_token (self, VBET_LEX_SLASH, self->pos, self->pos + 1);
  else if (c == '/')
    lex_regex (self);
  else if (begins_ellipsis (self, self->pos))
    add_token (self, VBET_LEX_ELLIPSIS, self->pos, self->pos + 3);
  else if (punctuation (c) != VBET_LEX_UNKNOWN)
    add_token (self, punctuation (c), self->pos, self->pos + 1);
  else if (c != '\'' || !lex_single_quoted (self))
    lex_unknown (self);
}

/* Whether the byte at @pos is part of no text: NUL or not UTF-8. */
static gboolean
is_no_text (const Lexer *self, gsize pos, gboolean nul)
{
  gsize length;
  if (pos >= self->size || (self->text[pos] == '\0') != nul)
    return FALSE;
  return nul || point_at (self, pos, &length) == 0;
}

/* The whole file must be UTF-8 without NUL, comments included. */
static void
check_encoding (Lexer *self)
{
  gsize pos = 0;
  while (pos < self->size) {
    const char *end;
    if (g_utf8_validate_len (self->text + pos, self->size - pos, &end))
      return;
    gsize start = (gsize)(end - self->text);
    gboolean nul = *end == '\0';
    for (pos = start + 1; is_no_text (self, pos, nul);)
      pos++;
    VbetSpan span = { start, pos - start };
    VbetDiagnostic *item
        = nul ? vbet_diagnostics_add (self->diagnostics, "E002", span,
                                      "a NUL byte cannot stand in a lab text")
              : vbet_diagnostics_add (self->diagnostics, "E001", span, "these bytes are not UTF-8");
    vbet_diagnostic_set_fix (item, span, "", pos - start == 1 ? "delete it" : "delete them");
  }
}

GArray *
vbet_lex (const char *text, gsize size, GArray **ret_comments, VbetDiagnostics *diagnostics)
{
  Lexer self = { .text = text, .size = size, .diagnostics = diagnostics, .after_newline = TRUE };
  self.tokens = g_array_sized_new (FALSE, FALSE, sizeof (VbetLexToken), (guint)MIN (size / 4 + 1, 1 << 20));
  self.comments = g_array_new (FALSE, FALSE, sizeof (VbetLexToken));
  check_encoding (&self);
  if (size >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0)
    self.pos = self.line_start = 3;
  while (self.pos < size) {
    char c = text[self.pos];
    if (c == '\n') {
      self.after_newline = TRUE;
      self.line_start = ++self.pos;
    } else if (c == ' ' || c == '\t' || c == '\r') {
      self.pos++;
    } else {
      lex_token (&self);
    }
  }
  add_token (&self, VBET_LEX_END, size, size);
  *ret_comments = self.comments;
  return self.tokens;
}
