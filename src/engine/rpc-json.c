/* rpc-json.c - see rpc-json.h. */
#include "config.h"

#include "engine/rpc-json.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/error.h"

/* A text of more bytes is not copied but stays part of the message. */
#define KEEP_MIN 4096
#define NUMBER_MAX 64 /* characters of a number */

/* --- reading ------------------------------------------------------------------------------------- */

typedef struct {
  GBytes *bytes;
  char *text; /* of @bytes */
  gsize size;
  gsize at;
  guint depth;
  guint values; /* that may still come */
  GError *error;
} Reader;

static GVariant *read_value (Reader *self);

/* Returns: NULL. The first reason stands. */
static gpointer
fail (Reader *self, const char *why)
{
  if (self->error == NULL)
    self->error
        = g_error_new (VBET_ERROR, VBET_ERROR_PROTOCOL, "Byte %zu of the message: %s", self->at + 1, why);
  return NULL;
}

static void
skip_blanks (Reader *self)
{
  while (self->at < self->size && strchr (" \t\r\n", self->text[self->at]) != NULL
         && self->text[self->at] != '\0')
    self->at++;
}

static int
peek (Reader *self)
{
  return self->at < self->size ? (guchar)self->text[self->at] : -1;
}

/* Whether @c comes next, after blanks; then it is taken. */
static gboolean
take (Reader *self, char c)
{
  skip_blanks (self);
  if (peek (self) != c)
    return FALSE;
  self->at++;
  return TRUE;
}

/* Four hexadecimal digits; -1 when they are none. */
static int
read_hex (Reader *self)
{
  int value = 0;
  if (self->size - self->at < 4)
    return -1;
  for (int i = 0; i < 4; i++) {
    int digit = g_ascii_xdigit_value (self->text[self->at + (gsize)i]);
    if (digit < 0)
      return -1;
    value = value * 16 + digit;
  }
  self->at += 4;
  return value;
}

/* What follows "\u": one character, or two halves of one. */
static gboolean
read_unicode (Reader *self, GString *out)
{
  int first = read_hex (self);
  if (first >= 0xD800 && first < 0xDC00 && self->size - self->at >= 2 && self->text[self->at] == '\\'
      && self->text[self->at + 1] == 'u') {
    self->at += 2;
    int second = read_hex (self);
    if (second < 0xDC00 || second > 0xDFFF)
      return FALSE;
    g_string_append_unichar (out, 0x10000u + (((guint)first & 0x3FF) << 10) + ((guint)second & 0x3FF));
    return TRUE;
  }
  if (first <= 0 || (first >= 0xD800 && first <= 0xDFFF))
    return FALSE;
  g_string_append_unichar (out, (gunichar)first);
  return TRUE;
}

static gboolean
read_escape (Reader *self, GString *out)
{
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  int c = peek (self);
  self->at++;
  if (c == 'u')
    return read_unicode (self, out);
  const char *found = c > 0 ? strchr (from, c) : NULL;
  if (found != NULL)
    g_string_append_c (out, to[found - from]);
  return found != NULL;
}

/* The number of bytes from the present one that stand for themselves in a text. */
static gsize
plain_run (const Reader *self)
{
  gsize at = self->at;
  while (at < self->size && self->text[at] != '"' && self->text[at] != '\\' && (guchar)self->text[at] >= 0x20)
    at++;
  return at - self->at;
}

/* Whether @size bytes are UTF-8 without a NUL; else it fails at the first that is not. @begin: where they
 * stand. */
static gboolean
is_valid (Reader *self, const char *text, gsize size, gsize begin)
{
  const char *end = NULL;
  if (size == 0 || g_utf8_validate_len (text, size, &end))
    return TRUE;
  self->at = begin + (gsize)(end - text);
  fail (self, "not UTF-8");
  return FALSE;
}

/* The text whose opening quote was taken, when it has escapes. */
static GString *
read_escaped (Reader *self)
{
  g_autoptr (GString) out = g_string_new (NULL);
  for (;;) {
    gsize run = plain_run (self);
    if (!is_valid (self, self->text + self->at, run, self->at))
      return NULL;
    g_string_append_len (out, self->text + self->at, (gssize)run);
    self->at += run;
    int c = peek (self);
    if (c == '"') {
      self->at++;
      return g_steal_pointer (&out);
    }
    if (c != '\\')
      return fail (self, c < 0 ? "a text has no end" : "a control character in a text");
    self->at++;
    if (!read_escape (self, out))
      return fail (self, "an escape that JSON does not know, or half a character, or a NUL");
  }
}

/* A text, whose opening quote comes next. It is s, or, if @ret_key is given, left there (transfer full). */
static GVariant *
read_text (Reader *self, char **ret_key)
{
  gsize begin = ++self->at;
  gsize run = plain_run (self);
  if (begin + run < self->size && self->text[begin + run] == '"') {
    if (!is_valid (self, self->text + begin, run, begin))
      return NULL;
    self->at = begin + run + 1;
    if (ret_key != NULL) {
      *ret_key = g_strndup (self->text + begin, run);
      return NULL;
    }
    if (run < KEEP_MIN)
      return g_variant_new_take_string (g_strndup (self->text + begin, run));
    self->text[begin + run] = '\0'; /* in the place of the quote, which was read */
    g_autoptr (GBytes) part = g_bytes_new_from_bytes (self->bytes, begin, run + 1);
    return g_variant_new_from_bytes (G_VARIANT_TYPE_STRING, part, TRUE);
  }
  GString *text = read_escaped (self);
  char *owned = text != NULL ? g_string_free (text, FALSE) : NULL;
  if (ret_key == NULL)
    return owned != NULL ? g_variant_new_take_string (owned) : NULL;
  *ret_key = owned;
  return NULL;
}

/* Takes digits. Returns: whether there was one. */
static gboolean
take_digits (Reader *self)
{
  gsize begin = self->at;
  while (self->at < self->size && g_ascii_isdigit (self->text[self->at]))
    self->at++;
  return self->at > begin;
}

static GVariant *
read_number (Reader *self)
{
  char copy[NUMBER_MAX + 1];
  gsize begin = self->at;
  gboolean whole = TRUE;
  if (peek (self) == '-')
    self->at++;
  gsize digits = self->at;
  if (!take_digits (self) || (self->text[digits] == '0' && self->at - digits > 1))
    return fail (self, "neither a value nor a number");
  if (peek (self) == '.') {
    whole = FALSE;
    self->at++;
    if (!take_digits (self))
      return fail (self, "a number without digits behind its point");
  }
  if (peek (self) == 'e' || peek (self) == 'E') {
    whole = FALSE;
    self->at++;
    if (peek (self) == '+' || peek (self) == '-')
      self->at++;
    if (!take_digits (self))
      return fail (self, "a number without digits in its exponent");
  }
  if (self->at - begin > NUMBER_MAX)
    return fail (self, "a number of too many digits");
  memcpy (copy, self->text + begin, self->at - begin);
  copy[self->at - begin] = '\0';
  gint64 integer = 0;
  if (whole && g_ascii_string_to_signed (copy, 10, G_MININT64, G_MAXINT64, &integer, NULL))
    return g_variant_new_int64 (integer);
  double number = g_ascii_strtod (copy, NULL);
  return isfinite (number) ? g_variant_new_double (number) : fail (self, "a number that is too large");
}

static GVariant *
read_word (Reader *self)
{
  static const char *const words[] = { "true", "false", "null" };
  for (guint i = 0; i < G_N_ELEMENTS (words); i++) {
    gsize length = strlen (words[i]);
    if (self->size - self->at < length || memcmp (self->text + self->at, words[i], length) != 0)
      continue;
    self->at += length;
    return i == 2 ? g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL) : g_variant_new_boolean (i == 0);
  }
  return read_number (self);
}

static GVariant *
read_list (Reader *self)
{
  GVariantBuilder builder;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("av"));
  gboolean ok = take (self, ']');
  while (!ok) {
    GVariant *item = read_value (self);
    if (item == NULL)
      break;
    g_variant_builder_add (&builder, "v", item);
    ok = take (self, ']');
    if (!ok && !take (self, ',')) {
      fail (self, "no comma between two items of an array");
      break;
    }
  }
  if (ok)
    return g_variant_builder_end (&builder);
  g_variant_builder_clear (&builder);
  return NULL;
}

/* One member of an object into @builder. */
static gboolean
read_member (Reader *self, GVariantBuilder *builder)
{
  g_autofree char *key = NULL;
  skip_blanks (self);
  if (peek (self) != '"') {
    fail (self, "no name of a member");
    return FALSE;
  }
  read_text (self, &key);
  if (key == NULL)
    return FALSE;
  if (!take (self, ':')) {
    fail (self, "no colon behind the name of a member");
    return FALSE;
  }
  GVariant *value = read_value (self);
  if (value != NULL)
    g_variant_builder_add (builder, "{sv}", key, value);
  return value != NULL;
}

static GVariant *
read_object (Reader *self)
{
  GVariantBuilder builder;
  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  gboolean ok = take (self, '}');
  while (!ok && read_member (self, &builder)) {
    ok = take (self, '}');
    if (!ok && !take (self, ',')) {
      fail (self, "no comma between two members of an object");
      break;
    }
  }
  if (ok)
    return g_variant_builder_end (&builder);
  g_variant_builder_clear (&builder);
  return NULL;
}

/* Returns: floating; NULL after having failed. */
static GVariant *
read_value (Reader *self)
{
  skip_blanks (self);
  if (self->values == 0)
    return fail (self, "more values than a message may have");
  self->values--;
  int c = peek (self);
  if (c == '"')
    return read_text (self, NULL);
  if (c != '{' && c != '[')
    return read_word (self);
  if (self->depth == VBET_RPC_DEPTH_MAX)
    return fail (self, "more levels of objects and arrays than a message may have");
  self->at++;
  self->depth++;
  GVariant *value = c == '{' ? read_object (self) : read_list (self);
  self->depth--;
  return value;
}

GVariant *
vbet_rpc_json_read (GBytes *text, guint values_max, GError **error)
{
  Reader self = { .bytes = text, .values = values_max };
  /* The caller has given the bytes up to be changed. */
  self.text = (char *)g_bytes_get_data (text, &self.size);
  g_autoptr (GVariant) value = read_value (&self);
  if (value != NULL) {
    g_variant_ref_sink (value);
    skip_blanks (&self);
    if (self.at < self.size)
      fail (&self, "something behind the value");
  }
  if (self.error == NULL)
    return g_steal_pointer (&value);
  g_propagate_error (error, self.error);
  return NULL;
}

/* --- writing --------------------------------------------------------------------------------------- */

static void
write_text (const char *text, GString *out)
{
  g_string_append_c (out, '"');
  while (*text != '\0') {
    gsize run = 0;
    while (text[run] != '"' && text[run] != '\\' && (guchar)text[run] >= 0x20)
      run++;
    g_string_append_len (out, text, (gssize)run);
    text += run;
    if (*text == '"' || *text == '\\')
      g_string_append_printf (out, "\\%c", *text);
    else if (*text == '\n')
      g_string_append (out, "\\n");
    else if (*text != '\0')
      g_string_append_printf (out, "\\u%04x", (guint)(guchar)*text);
    if (*text != '\0')
      text++;
  }
  g_string_append_c (out, '"');
}

static void
write_double (double value, GString *out)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  if (!isfinite (value)) {
    g_string_append (out, "null");
    return;
  }
  g_string_append (out, g_ascii_dtostr (text, sizeof text, value));
  if (strpbrk (text, ".eE") == NULL)
    g_string_append (out, ".0"); /* or it would be read as a whole number */
}

static void
write_members (GVariant *value, GString *out)
{
  g_string_append_c (out, '{');
  for (gsize i = 0; i < g_variant_n_children (value); i++) {
    g_autoptr (GVariant) entry = g_variant_get_child_value (value, i);
    g_autoptr (GVariant) key = g_variant_get_child_value (entry, 0);
    g_autoptr (GVariant) member = g_variant_get_child_value (entry, 1);
    if (i > 0)
      g_string_append_c (out, ',');
    write_text (g_variant_get_string (key, NULL), out);
    g_string_append_c (out, ':');
    vbet_rpc_json_write (member, out);
  }
  g_string_append_c (out, '}');
}

static void
write_items (GVariant *value, GString *out)
{
  g_string_append_c (out, '[');
  for (gsize i = 0; i < g_variant_n_children (value); i++) {
    g_autoptr (GVariant) item = g_variant_get_child_value (value, i);
    if (i > 0)
      g_string_append_c (out, ',');
    vbet_rpc_json_write (item, out);
  }
  g_string_append_c (out, ']');
}

/* What is inside a variant or a maybe; nothing is null. */
static void
write_inner (GVariant *value, GString *out)
{
  if (g_variant_n_children (value) == 0) {
    g_string_append (out, "null");
    return;
  }
  g_autoptr (GVariant) inner = g_variant_get_child_value (value, 0);
  vbet_rpc_json_write (inner, out);
}

static void
write_number (GVariant *value, GString *out)
{
  switch (g_variant_classify (value)) {
  case G_VARIANT_CLASS_BYTE:
    g_string_append_printf (out, "%d", g_variant_get_byte (value));
    break;
  case G_VARIANT_CLASS_INT16:
    g_string_append_printf (out, "%d", g_variant_get_int16 (value));
    break;
  case G_VARIANT_CLASS_UINT16:
    g_string_append_printf (out, "%d", g_variant_get_uint16 (value));
    break;
  case G_VARIANT_CLASS_INT32:
    g_string_append_printf (out, "%d", g_variant_get_int32 (value));
    break;
  case G_VARIANT_CLASS_UINT32:
    g_string_append_printf (out, "%u", g_variant_get_uint32 (value));
    break;
  case G_VARIANT_CLASS_INT64:
    g_string_append_printf (out, "%" G_GINT64_FORMAT, g_variant_get_int64 (value));
    break;
  case G_VARIANT_CLASS_UINT64:
    g_string_append_printf (out, "%" G_GUINT64_FORMAT, g_variant_get_uint64 (value));
    break;
  case G_VARIANT_CLASS_DOUBLE:
    write_double (g_variant_get_double (value), out);
    break;
  default:
    g_string_append (out, "null"); /* a handle means nothing at the other end */
    break;
  }
}

void
vbet_rpc_json_write (GVariant *value, GString *out)
{
  switch (g_variant_classify (value)) {
  case G_VARIANT_CLASS_BOOLEAN:
    g_string_append (out, g_variant_get_boolean (value) ? "true" : "false");
    break;
  case G_VARIANT_CLASS_STRING:
  case G_VARIANT_CLASS_OBJECT_PATH:
  case G_VARIANT_CLASS_SIGNATURE:
    write_text (g_variant_get_string (value, NULL), out);
    break;
  case G_VARIANT_CLASS_VARIANT:
  case G_VARIANT_CLASS_MAYBE:
    write_inner (value, out);
    break;
  case G_VARIANT_CLASS_ARRAY:
    if (g_variant_is_of_type (value, G_VARIANT_TYPE ("a{s*}")))
      write_members (value, out);
    else
      write_items (value, out);
    break;
  case G_VARIANT_CLASS_TUPLE:
  case G_VARIANT_CLASS_DICT_ENTRY:
    write_items (value, out);
    break;
  default:
    write_number (value, out);
    break;
  }
}
