/* value.c - making, sharing and comparing values of the lab language.
 *
 * How they are read from text is in word.c (single words) and parser.c (lists,
 * pairs, positions); how they are written in value-text.c.
 */
#include "config.h"

#include "engine/language/value.h"

#include <string.h>

static VbetValue *
value_new (VbetValueType type)
{
  VbetValue *self = g_new0 (VbetValue, 1);
  self->refs = 1;
  self->type = type;
  return self;
}

VbetValue *
vbet_value_new_boolean (gboolean value)
{
  VbetValue *self = value_new (VBET_VALUE_BOOL);
  self->as.boolean = value != FALSE;
  return self;
}

VbetValue *
vbet_value_new_integer (VbetValueType type, gint64 value)
{
  VbetValue *self = value_new (type);
  self->as.integer = value;
  return self;
}

VbetValue *
vbet_value_new_decimal (VbetValueType type, double value)
{
  VbetValue *self = value_new (type);
  self->as.decimal = value;
  return self;
}

VbetValue *
vbet_value_new_point (double x, double y)
{
  VbetValue *self = value_new (VBET_VALUE_POINT);
  self->as.point.x = x;
  self->as.point.y = y;
  return self;
}

VbetValue *
vbet_value_new_address (const VbetAddress *address)
{
  VbetValue *self = value_new (VBET_VALUE_ADDRESS);
  self->as.address = *address;
  return self;
}

VbetValue *
vbet_value_new_mac (const guint8 mac[6])
{
  VbetValue *self = value_new (VBET_VALUE_MAC);
  memcpy (self->as.mac, mac, 6);
  return self;
}

/* The one spelling of a pattern: "\/" means "/" to every regex engine, line
 * ends are written as escapes, and nothing at all matches as "(?:)"; so that
 * equal patterns compare equal and each can be written between slashes. */
static char *
normalise_regex (char *text)
{
  GString *out = g_string_sized_new (strlen (text));
  const char *p = text;
  while (*p != '\0') {
    if (p[0] == '\\' && p[1] == '/') {
      g_string_append_c (out, '/');
      p += 2;
    } else if (p[0] == '\\' && p[1] == '\0') {
      g_string_append (out, "\\\\");
      p++;
    } else if (p[0] == '\\' && p[1] != '\n' && p[1] != '\r') {
      g_string_append_len (out, p, 2);
      p += 2;
    } else if (p[0] == '\n' || p[0] == '\r') {
      g_string_append (out, p[0] == '\n' ? "\\n" : "\\r");
      p++;
    } else {
      /* A backslash before a line end goes: the line end's own escape follows. */
      if (p[0] != '\\')
        g_string_append_c (out, p[0]);
      p++;
    }
  }
  if (out->len == 0)
    g_string_append (out, "(?:)");
  g_free (text);
  return g_string_free (out, FALSE);
}

VbetValue *
vbet_value_new_text (VbetValueType type, const char *text)
{
  VbetValue *self = value_new (type);
  self->as.text = g_utf8_make_valid (text, -1);
  if (type == VBET_VALUE_REGEX)
    self->as.text = normalise_regex (self->as.text);
  return self;
}

VbetValue *
vbet_value_new_list (GPtrArray *items)
{
  VbetValue *self = value_new (VBET_VALUE_LIST);
  self->as.list = items;
  return self;
}

VbetValue *
vbet_value_new_pair (VbetValue *ab, VbetValue *ba)
{
  VbetValue *self = value_new (VBET_VALUE_PAIR);
  self->as.pair.ab = ab;
  self->as.pair.ba = ba;
  return self;
}

VbetValue *
vbet_value_ref (VbetValue *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

void
vbet_value_unref (VbetValue *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->refs))
    return;
  switch (self->type) {
  case VBET_VALUE_NAME:
  case VBET_VALUE_STRING:
  case VBET_VALUE_REGEX:
    g_free (self->as.text);
    break;
  case VBET_VALUE_LIST:
    g_ptr_array_unref (self->as.list);
    break;
  case VBET_VALUE_PAIR:
    vbet_value_unref (self->as.pair.ab);
    vbet_value_unref (self->as.pair.ba);
    break;
  default:
    break;
  }
  g_free (self);
}

static gboolean
list_equal (const GPtrArray *a, const GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (!vbet_value_equal (a->pdata[i], b->pdata[i]))
      return FALSE;
  return TRUE;
}

gboolean
vbet_value_equal (const VbetValue *a, const VbetValue *b)
{
  if (a == b)
    return TRUE;
  if (a == NULL || b == NULL || a->type != b->type)
    return FALSE;
  switch (a->type) {
  case VBET_VALUE_NAME:
  case VBET_VALUE_STRING:
  case VBET_VALUE_REGEX:
    return strcmp (a->as.text, b->as.text) == 0;
  case VBET_VALUE_BOOL:
    return a->as.boolean == b->as.boolean;
  case VBET_VALUE_INTEGER:
  case VBET_VALUE_SIZE:
  case VBET_VALUE_DURATION:
  case VBET_VALUE_RATE:
  case VBET_VALUE_MODE:
    return a->as.integer == b->as.integer;
  case VBET_VALUE_DECIMAL:
  case VBET_VALUE_PERCENT:
    return a->as.decimal == b->as.decimal;
  case VBET_VALUE_POINT:
    return a->as.point.x == b->as.point.x && a->as.point.y == b->as.point.y;
  case VBET_VALUE_ADDRESS:
    return a->as.address.is_v6 == b->as.address.is_v6 && a->as.address.prefix == b->as.address.prefix
           && memcmp (a->as.address.bytes, b->as.address.bytes, a->as.address.is_v6 ? 16 : 4) == 0;
  case VBET_VALUE_MAC:
    return memcmp (a->as.mac, b->as.mac, 6) == 0;
  case VBET_VALUE_LIST:
    return list_equal (a->as.list, b->as.list);
  case VBET_VALUE_PAIR:
    return vbet_value_equal (a->as.pair.ab, b->as.pair.ab) && vbet_value_equal (a->as.pair.ba, b->as.pair.ba);
  }
  return FALSE;
}

const char *
vbet_value_type_name (VbetValueType type)
{
  static const char *const names[] = {
    [VBET_VALUE_NAME] = "a word such as ospf",
    [VBET_VALUE_BOOL] = "yes or no",
    [VBET_VALUE_INTEGER] = "a whole number such as 12",
    [VBET_VALUE_DECIMAL] = "a number such as 1.5",
    [VBET_VALUE_SIZE] = "a size such as 64M",
    [VBET_VALUE_DURATION] = "a duration such as 10ms",
    [VBET_VALUE_PERCENT] = "a percentage such as 0.1%",
    [VBET_VALUE_RATE] = "a rate such as 10Mbit",
    [VBET_VALUE_MODE] = "a file mode such as 0644",
    [VBET_VALUE_POINT] = "a position such as (120, 80)",
    [VBET_VALUE_ADDRESS] = "an address such as 192.168.0.1/24",
    [VBET_VALUE_MAC] = "a MAC address such as 02:00:00:00:00:01",
    [VBET_VALUE_STRING] = "a text such as \"hello\"",
    [VBET_VALUE_REGEX] = "a regular expression such as /ab+/",
    [VBET_VALUE_LIST] = "a list such as [a, b]",
    [VBET_VALUE_PAIR] = "a pair such as 10ms/40ms",
  };
  return type < G_N_ELEMENTS (names) ? names[type] : "a value";
}

gboolean
vbet_address_same_subnet (const VbetAddress *a, const VbetAddress *b)
{
  if (a->is_v6 != b->is_v6)
    return FALSE;
  int width = a->is_v6 ? 128 : 32;
  int bits = a->prefix < 0 || a->prefix > width ? width : a->prefix;
  if (memcmp (a->bytes, b->bytes, (gsize)bits / 8) != 0)
    return FALSE;
  if (bits % 8 == 0)
    return TRUE;
  guint8 mask = (guint8)(0xff << (8 - bits % 8));
  return (a->bytes[bits / 8] & mask) == (b->bytes[bits / 8] & mask);
}
