/* word-text.c - quoted text: strings with escapes, raw text, regular expressions. */
#include "config.h"

#include "engine/language/word.h"

#include <string.h>

/* Whether @c may stand in a text at all. */
static gboolean
is_scalar (guint64 c)
{
  return c != 0 && c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff);
}

/* Reads "\u{…}" at @text; returns its bytes, or 0 when it is not in order. */
static gsize
read_unicode (const char *text, gsize size, gunichar *ret)
{
  if (size < 4 || text[2] != '{')
    return 0;
  guint64 c = 0;
  gsize p = 3;
  while (p < size && p < 9 && g_ascii_isxdigit (text[p]))
    c = c * 16 + (guint64)g_ascii_xdigit_value (text[p++]);
  if (p == 3 || p >= size || text[p] != '}' || !is_scalar (c))
    return 0;
  *ret = (gunichar)c;
  return p + 1;
}

/* Reads the escape at @text (a backslash); returns its bytes. */
static gsize
read_escape (GString *out, const char *text, gsize size, gsize offset, VbetDiagnostics *diagnostics)
{
  gunichar c = 0;
  gsize length = size >= 2 ? 2 : 1;
  switch (length == 2 ? text[1] : '\0') {
  case 'n':
    g_string_append_c (out, '\n');
    return 2;
  case 't':
    g_string_append_c (out, '\t');
    return 2;
  case '"':
  case '\\':
    g_string_append_c (out, text[1]);
    return 2;
  case 'u':
    length = read_unicode (text, size, &c);
    if (length > 0) {
      g_string_append_unichar (out, c);
      return length;
    }
    length = 2;
    break;
  default:
    break;
  }
  if (diagnostics != NULL) {
    gboolean unicode = length == 2 && text[1] == 'u';
    VbetDiagnostic *item = vbet_diagnostics_add (
        diagnostics, "E007", (VbetSpan){ offset, length }, "%s",
        unicode ? "after \\u come one to six hexadecimal digits in braces, such as \\u{e9}"
                : "this escape is not known: there are \\n \\t \\\" \\\\ and \\u{…}");
    vbet_diagnostic_set_fix (item, (VbetSpan){ offset, 1 }, "\\\\", "double the backslash");
  }
  g_string_append_c (out, '\\');
  return 1;
}

/* NUL never gets into a value; it was reported with the text. */
static void
append_byte (GString *out, char c)
{
  if (c != '\0')
    g_string_append_c (out, c);
}

VbetValue *
vbet_word_parse_string (const char *text, gsize size, gsize offset, VbetDiagnostics *diagnostics)
{
  char quote = text[0];
  gsize end = size;
  GString *out = g_string_sized_new (size);
  gsize p = 1;
  while (p < end && text[p] != quote)
    if (text[p] == '\\')
      p += read_escape (out, text + p, end - p, offset + p, diagnostics);
    else
      append_byte (out, text[p++]);
  VbetValue *value = vbet_value_new_text (VBET_VALUE_STRING, out->str);
  g_string_free (out, TRUE);
  return value;
}

VbetValue *
vbet_word_parse_regex (const char *text, gsize size)
{
  GString *out = g_string_sized_new (size);
  gsize p = 1;
  while (p < size && text[p] != '/') {
    if (text[p] == '\\' && p + 1 < size)
      append_byte (out, text[p++]);
    append_byte (out, text[p++]);
  }
  VbetValue *value = vbet_value_new_text (VBET_VALUE_REGEX, out->str);
  g_string_free (out, TRUE);
  return value;
}

/* --- raw text ----------------------------------------------------------- */

static gsize
blank_prefix (const char *line, gsize size)
{
  gsize n = 0;
  while (n < size && (line[n] == ' ' || line[n] == '\t'))
    n++;
  return n;
}

/* The next line of @text from @start: its bytes without the line end, and where the one after it starts. */
static gsize
line_size (const char *text, gsize size, gsize start, gsize *ret_next)
{
  const char *newline = memchr (text + start, '\n', size - start);
  gsize end = newline != NULL ? (gsize)(newline - text) : size;
  *ret_next = newline != NULL ? end + 1 : size + 1;
  return (newline != NULL && end > start && text[end - 1] == '\r' ? end - 1 : end) - start;
}

/* The blanks that all lines with text in @text from @start have in common. */
static gsize
common_indentation (const char *text, gsize size, gsize start)
{
  const char *common = NULL;
  gsize length = 0;
  for (gsize next; start <= size; start = next) {
    gsize n = line_size (text, size, start, &next);
    gsize blanks = blank_prefix (text + start, n);
    if (blanks == n)
      continue;
    if (common == NULL) {
      common = text + start;
      length = blanks;
    } else {
      gsize same = 0;
      while (same < length && same < blanks && common[same] == text[start + same])
        same++;
      length = same;
    }
  }
  return length;
}

/* A first line with nothing on it goes; the last line, with nothing but the
 * closing quotes on it, leaves the line end before it; lines end in "\n"
 * whatever the file has; the first line, when there is text on it, takes no
 * part in the indentation. */
VbetValue *
vbet_word_parse_raw (const char *text, gsize size)
{
  gsize tail = size >= 6 && memcmp (text + size - 3, "\"\"\"", 3) == 0 ? 3 : 0;
  text += 3;
  size -= 3 + tail;
  GString *out = g_string_sized_new (size);
  gsize next;
  gsize first = line_size (text, size, 0, &next);
  gboolean one_line = next > size;
  gsize start = 0;
  if (one_line || blank_prefix (text, first) < first) {
    for (gsize i = 0; i < first; i++)
      append_byte (out, text[i]);
    if (!one_line)
      g_string_append_c (out, '\n');
  }
  start = next;
  gsize indentation = one_line ? 0 : common_indentation (text, size, start);
  for (; start <= size; start = next) {
    gsize n = line_size (text, size, start, &next);
    gboolean empty = blank_prefix (text + start, n) == n;
    for (gsize i = indentation; !empty && i < n; i++)
      append_byte (out, text[start + i]);
    if (next <= size)
      g_string_append_c (out, '\n');
  }
  VbetValue *value = vbet_value_new_text (VBET_VALUE_STRING, out->str);
  g_string_free (out, TRUE);
  return value;
}
