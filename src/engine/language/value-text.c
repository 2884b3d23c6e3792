/* value-text.c - values and addresses as the language writes them.
 *
 * Whatever is written here must read back as an equal value: numbers in the
 * largest unit that divides them exactly, decimals with as many digits as it
 * takes, text with escapes instead of control characters.
 */
#include "config.h"

#include "engine/language/value.h"

#include <arpa/inet.h>
#include <math.h>
#include <string.h>

#include "base/mac.h"
#include "engine/language/word.h"

static void append_value (GString *out, const VbetValue *self);

/* Largest unit first in the table; the last one is 1. */
static void
append_units (GString *out, VbetValueType type, gint64 value)
{
  guint size;
  const VbetUnit *units = vbet_units (type, &size);
  const VbetUnit *best = NULL;
  for (guint i = 0; i < size; i++)
    if ((value == 0 && units[i].is_base) || (value != 0 && value % units[i].factor == 0)) {
      best = &units[i];
      break;
    }
  g_string_append_printf (out, "%" G_GINT64_FORMAT "%s", value / best->factor, best->name);
}

/* Fewest digits after the point that read back as the same double; the
 * language has no exponents. */
static void
append_decimal (GString *out, double value, gboolean keep_point)
{
  if (!isfinite (value))
    value = 0;
  char buffer[512];
  for (int digits = 0; digits < 340; digits++) {
    char format[16];
    g_snprintf (format, sizeof format, "%%.%df", digits);
    g_ascii_formatd (buffer, sizeof buffer, format, value);
    if (g_ascii_strtod (buffer, NULL) == value)
      break;
  }
  g_string_append (out, strcmp (buffer, "-0") == 0 ? "0" : buffer);
  if (keep_point && strchr (buffer, '.') == NULL)
    g_string_append (out, ".0");
}

static void
append_string (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    if (c == '"' || c == '\\')
      g_string_append_printf (out, "\\%c", (char)c);
    else if (c == '\n')
      g_string_append (out, "\\n");
    else if (c == '\t')
      g_string_append (out, "\\t");
    else if (c < 0x20 || (c >= 0x7f && c < 0xa0))
      g_string_append_printf (out, "\\u{%x}", c);
    else
      g_string_append_len (out, p, g_utf8_next_char (p) - p);
  }
  g_string_append_c (out, '"');
}

static void
append_regex (GString *out, const char *pattern)
{
  g_string_append_c (out, '/');
  for (const char *p = pattern; *p != '\0'; p++) {
    if (*p == '\\' && p[1] != '\0') {
      g_string_append_len (out, p, 2);
      p++;
    } else if (*p == '/') {
      g_string_append (out, "\\/");
    } else {
      g_string_append_c (out, *p);
    }
  }
  g_string_append_c (out, '/');
}

static void
append_list (GString *out, const GPtrArray *items)
{
  g_string_append_c (out, '[');
  for (guint i = 0; i < items->len; i++) {
    if (i > 0)
      g_string_append (out, ", ");
    append_value (out, items->pdata[i]);
  }
  g_string_append_c (out, ']');
}

static void
append_value (GString *out, const VbetValue *self)
{
  switch (self->type) {
  case VBET_VALUE_NAME:
    g_string_append (out, self->as.text);
    break;
  case VBET_VALUE_BOOL:
    g_string_append (out, self->as.boolean ? "yes" : "no");
    break;
  case VBET_VALUE_INTEGER:
    g_string_append_printf (out, "%" G_GINT64_FORMAT, self->as.integer);
    break;
  case VBET_VALUE_DECIMAL:
    append_decimal (out, self->as.decimal, TRUE);
    break;
  case VBET_VALUE_SIZE:
  case VBET_VALUE_DURATION:
  case VBET_VALUE_RATE:
    append_units (out, self->type, self->as.integer);
    break;
  case VBET_VALUE_PERCENT:
    append_decimal (out, self->as.decimal, FALSE);
    g_string_append_c (out, '%');
    break;
  case VBET_VALUE_MODE:
    g_string_append_printf (out, "0%03" G_GINT64_MODIFIER "o", (guint64)self->as.integer);
    break;
  case VBET_VALUE_POINT:
    g_string_append_c (out, '(');
    append_decimal (out, self->as.point.x, FALSE);
    g_string_append (out, ", ");
    append_decimal (out, self->as.point.y, FALSE);
    g_string_append_c (out, ')');
    break;
  case VBET_VALUE_ADDRESS: {
    g_autofree char *text = vbet_address_to_text (&self->as.address, TRUE);
    g_string_append (out, text);
    break;
  }
  case VBET_VALUE_MAC: {
    char text[VBET_MAC_TEXT_SIZE];
    g_string_append (out, vbet_mac_to_text (self->as.mac, ':', text));
    break;
  }
  case VBET_VALUE_STRING:
    append_string (out, self->as.text);
    break;
  case VBET_VALUE_REGEX:
    append_regex (out, self->as.text);
    break;
  case VBET_VALUE_LIST:
    append_list (out, self->as.list);
    break;
  case VBET_VALUE_PAIR: {
    /* "10.0.0.1/24" would be an address with its prefix. */
    VbetValueType type = self->as.pair.ab->type;
    append_value (out, self->as.pair.ab);
    g_string_append (out, type == VBET_VALUE_ADDRESS || type == VBET_VALUE_MAC ? " / " : "/");
    append_value (out, self->as.pair.ba);
    break;
  }
  }
}

char *
vbet_value_to_text (const VbetValue *self)
{
  GString *out = g_string_new (NULL);
  append_value (out, self);
  return g_string_free (out, FALSE);
}

char *
vbet_address_to_text (const VbetAddress *self, gboolean with_prefix)
{
  char buffer[INET6_ADDRSTRLEN] = "";
  inet_ntop (self->is_v6 ? AF_INET6 : AF_INET, self->bytes, buffer, sizeof buffer);
  if (!with_prefix || self->prefix < 0)
    return g_strdup (buffer);
  return g_strdup_printf ("%s/%d", buffer, self->prefix);
}
