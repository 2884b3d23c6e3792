/* word.c - numbers with units, addresses and MACs: one word of text to a value.
 *
 * Quoted text is in word-text.c. All numbers end in base units (word.h,
 * value.h); anything that would not fit is a finding, never an overflow.
 */
#include "config.h"

#include "engine/language/word.h"

#include <arpa/inet.h>
#include <string.h>

#define WORD_MAX 64

static const VbetUnit sizes[] = {
  { "T", G_GINT64_CONSTANT (1) << 40, FALSE },
  { "G", G_GINT64_CONSTANT (1) << 30, FALSE },
  { "M", G_GINT64_CONSTANT (1) << 20, FALSE },
  { "K", G_GINT64_CONSTANT (1) << 10, FALSE },
  { "B", 1, TRUE },
};
static const VbetUnit durations[] = {
  { "h", G_GINT64_CONSTANT (3600000000000), FALSE }, { "m", G_GINT64_CONSTANT (60000000000), FALSE },
  { "s", G_GINT64_CONSTANT (1000000000), TRUE },     { "ms", G_GINT64_CONSTANT (1000000), FALSE },
  { "us", G_GINT64_CONSTANT (1000), FALSE },         { "ns", 1, FALSE },
};
static const VbetUnit rates[] = {
  { "Gbit", G_GINT64_CONSTANT (1000000000), FALSE },
  { "Mbit", G_GINT64_CONSTANT (1000000), FALSE },
  { "kbit", G_GINT64_CONSTANT (1000), FALSE },
  { "bit", 1, TRUE },
};

/* What people write for a unit, beyond differences of case. */
static const char *const aliases[][2] = {
  { "kb", "K" },       { "kib", "K" },     { "mb", "M" },      { "mib", "M" },      { "gb", "G" },
  { "gib", "G" },      { "tb", "T" },      { "tib", "T" },     { "bytes", "B" },    { "sec", "s" },
  { "secs", "s" },     { "min", "m" },     { "mins", "m" },    { "hr", "h" },       { "hours", "h" },
  { "msec", "ms" },    { "usec", "us" },   { "nsec", "ns" },   { "bits", "bit" },   { "bps", "bit" },
  { "kbps", "kbit" },  { "mbps", "Mbit" }, { "gbps", "Gbit" }, { "mbits", "Mbit" }, { "gbits", "Gbit" },
  { "kbits", "kbit" }, { "percent", "%" }, { "pct", "%" },
};

const VbetUnit *
vbet_units (VbetValueType type, guint *ret_size)
{
  switch (type) {
  case VBET_VALUE_SIZE:
    *ret_size = G_N_ELEMENTS (sizes);
    return sizes;
  case VBET_VALUE_RATE:
    *ret_size = G_N_ELEMENTS (rates);
    return rates;
  default:
    *ret_size = G_N_ELEMENTS (durations);
    return durations;
  }
}

/* Calls for each unit of the language in turn; NULL after the last. */
static const VbetUnit *
unit_at (guint index, VbetValueType *ret_type)
{
  static const VbetValueType types[] = { VBET_VALUE_DURATION, VBET_VALUE_SIZE, VBET_VALUE_RATE };
  for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
    guint size;
    const VbetUnit *units = vbet_units (types[i], &size);
    if (index < size) {
      *ret_type = types[i];
      return &units[index];
    }
    index -= size;
  }
  return NULL;
}

static const VbetUnit *
find_unit (const char *text, gsize size, VbetValueType *ret_type)
{
  const VbetUnit *unit;
  for (guint i = 0; (unit = unit_at (i, ret_type)) != NULL; i++)
    if (strlen (unit->name) == size && memcmp (unit->name, text, size) == 0)
      return unit;
  return NULL;
}

gboolean
vbet_word_is_unit (const char *text, gsize size)
{
  VbetValueType type;
  return (size == 1 && *text == '%') || find_unit (text, size, &type) != NULL;
}

/* Whether one change, insertion, removal or swap of letters makes @a into @b. */
static gboolean
one_slip_apart (const char *a, const char *b)
{
  gsize la = strlen (a);
  gsize lb = strlen (b);
  gsize head = 0;
  while (head < la && head < lb && a[head] == b[head])
    head++;
  gsize tail = 0;
  while (tail < la - head && tail < lb - head && a[la - 1 - tail] == b[lb - 1 - tail])
    tail++;
  gsize ra = la - head - tail;
  gsize rb = lb - head - tail;
  if (ra <= 1 && rb <= 1)
    return TRUE;
  return ra == 2 && rb == 2 && a[head] == b[head + 1] && a[head + 1] == b[head];
}

/* The unit that was probably meant by @text, or NULL. */
static const char *
suggest_unit (const char *text)
{
  VbetValueType type;
  const VbetUnit *unit;
  for (guint i = 0; (unit = unit_at (i, &type)) != NULL; i++)
    if (g_ascii_strcasecmp (unit->name, text) == 0)
      return unit->name;
  for (guint i = 0; i < G_N_ELEMENTS (aliases); i++)
    if (g_ascii_strcasecmp (aliases[i][0], text) == 0)
      return aliases[i][1];
  /* One-letter units are one slip away from everything short: not helpful. */
  for (guint i = 0; strlen (text) >= 2 && (unit = unit_at (i, &type)) != NULL; i++)
    if (strlen (unit->name) >= 2 && one_slip_apart (unit->name, text))
      return unit->name;
  return NULL;
}

char *
vbet_word_excerpt (const char *text, gsize size)
{
  g_autofree char *valid = g_utf8_make_valid (text, (gssize)MIN (size, 160));
  if (size <= 160 && g_utf8_strlen (valid, -1) <= 40)
    return g_steal_pointer (&valid);
  g_autofree char *head = g_utf8_substring (valid, 0, MIN (39, g_utf8_strlen (valid, -1)));
  return g_strconcat (head, "…", NULL);
}

/* What a word turned out to be wrong in. */
typedef struct {
  const char *text;
  gsize size;
  gsize offset;
  VbetDiagnostics *diagnostics; /* nullable */
} Word;

static VbetSpan
word_span (const Word *word)
{
  return (VbetSpan){ word->offset, word->size };
}

static VbetDiagnostic *
complain (const Word *word, const char *code, const char *what)
{
  if (word->diagnostics == NULL)
    return NULL;
  g_autofree char *excerpt = vbet_word_excerpt (word->text, word->size);
  return vbet_diagnostics_add (word->diagnostics, code, word_span (word), "'%s' %s", excerpt, what);
}

static void
offer (const Word *word, VbetDiagnostic *item, const char *replacement)
{
  g_autofree char *label = g_strdup_printf ("write %s", replacement);
  vbet_diagnostic_set_fix (item, word_span (word), replacement, label);
}

/* --- addresses ---------------------------------------------------------- */

/* The prefix length of a contiguous IPv4 mask, or -1. */
static int
mask_length (const char *text)
{
  guint8 bytes[4];
  if (inet_pton (AF_INET, text, bytes) != 1)
    return -1;
  guint32 mask = (guint32)bytes[0] << 24 | (guint32)bytes[1] << 16 | (guint32)bytes[2] << 8 | bytes[3];
  int length = 0;
  while (length < 32 && (mask & (G_GUINT64_CONSTANT (1) << (31 - length))) != 0)
    length++;
  guint32 expected = length == 0 ? 0 : ~G_GUINT64_CONSTANT (0) << (32 - length);
  return mask == expected ? length : -1;
}

typedef enum {
  ADDRESS_GOOD,
  ADDRESS_BAD,
  ADDRESS_BAD_PREFIX,
} AddressState;

static AddressState
read_address (const char *text, gsize size, VbetAddress *ret)
{
  char buffer[WORD_MAX + 1];
  if (size > WORD_MAX)
    return ADDRESS_BAD;
  memcpy (buffer, text, size);
  buffer[size] = '\0';
  if (strlen (buffer) != size)
    return ADDRESS_BAD;
  char *slash = strchr (buffer, '/');
  if (slash != NULL)
    *slash = '\0';
  VbetAddress address = { 0 };
  address.is_v6 = strchr (buffer, ':') != NULL;
  address.prefix = -1;
  if (inet_pton (address.is_v6 ? AF_INET6 : AF_INET, buffer, address.bytes) != 1)
    return ADDRESS_BAD;
  if (slash != NULL) {
    const char *digits = slash + 1;
    gsize length = strlen (digits);
    if (length == 0 || length > 3 || strspn (digits, "0123456789") != length)
      return ADDRESS_BAD_PREFIX;
    address.prefix = (gint)g_ascii_strtoull (digits, NULL, 10);
    if (address.prefix > (address.is_v6 ? 128 : 32))
      return ADDRESS_BAD_PREFIX;
  }
  *ret = address;
  return ADDRESS_GOOD;
}

gboolean
vbet_address_parse (const char *text, VbetAddress *ret_address)
{
  VbetAddress address;
  if (read_address (text, strlen (text), &address) != ADDRESS_GOOD)
    return FALSE;
  *ret_address = address;
  return TRUE;
}

static void
complain_prefix (const Word *word, gboolean is_v6)
{
  VbetDiagnostic *item = complain (word, "E012",
                                   is_v6 ? "has a prefix length that is not from 0 to 128"
                                         : "has a prefix length that is not from 0 to 32");
  const char *slash = memchr (word->text, '/', word->size);
  g_autofree char *mask = g_strndup (slash + 1, word->size - (gsize)(slash + 1 - word->text));
  int length = is_v6 ? -1 : mask_length (mask);
  if (length < 0)
    return;
  g_autofree char *head = g_strndup (word->text, (gsize)(slash - word->text));
  g_autofree char *better = g_strdup_printf ("%s/%d", head, length);
  offer (word, item, better);
}

static VbetValue *
parse_address (const Word *word)
{
  VbetAddress address;
  gboolean is_v6 = memchr (word->text, ':', word->size) != NULL;
  switch (read_address (word->text, word->size, &address)) {
  case ADDRESS_GOOD:
    return vbet_value_new_address (&address);
  case ADDRESS_BAD_PREFIX:
    complain_prefix (word, is_v6);
    return NULL;
  default:
    complain (word, "E011",
              is_v6 ? "is no IPv6 address" : "is no IPv4 address: it has four numbers from 0 to 255");
    return NULL;
  }
}

/* Six groups of one or two hexadecimal digits; @strict: two each. */
static gboolean
read_mac (const char *text, gsize size, gboolean strict, guint8 *ret)
{
  gsize p = 0;
  for (int i = 0; i < 6; i++) {
    if (i > 0 && (p >= size || text[p++] != ':'))
      return FALSE;
    gsize start = p;
    guint byte = 0;
    while (p < size && p - start < 2 && g_ascii_isxdigit (text[p]))
      byte = byte * 16 + (guint)g_ascii_xdigit_value (text[p++]);
    if (p - start < (strict ? 2 : 1))
      return FALSE;
    ret[i] = (guint8)byte;
  }
  return p == size;
}

static VbetValue *
parse_mac (const Word *word)
{
  guint8 mac[6];
  if (read_mac (word->text, word->size, TRUE, mac))
    return vbet_value_new_mac (mac);
  VbetDiagnostic *item = complain (
      word, "E013", "is no MAC address: it has six pairs of hexadecimal digits, such as 02:00:00:00:00:01");
  if (read_mac (word->text, word->size, FALSE, mac)) {
    g_autoptr (VbetValue) value = vbet_value_new_mac (mac);
    g_autofree char *better = vbet_value_to_text (value);
    offer (word, item, better);
  }
  return NULL;
}

/* --- numbers ------------------------------------------------------------ */

typedef struct {
  gboolean negative;
  const char *whole; /* digits before the point */
  gsize whole_size;
  const char *fraction; /* digits after it */
  gsize fraction_size;
  const char *unit;
  gsize unit_size;
} Number;

/* Takes a word apart; FALSE when the digits are not in order ("1.", "."). */
static gboolean
split_number (const Word *word, Number *ret)
{
  const char *p = word->text;
  const char *end = word->text + word->size;
  Number number = { 0 };
  if (p < end && *p == '-') {
    number.negative = TRUE;
    p++;
  }
  number.whole = p;
  while (p < end && g_ascii_isdigit (*p))
    p++;
  number.whole_size = (gsize)(p - number.whole);
  number.fraction = p;
  gboolean point = p < end && *p == '.';
  if (point) {
    number.fraction = ++p;
    while (p < end && g_ascii_isdigit (*p))
      p++;
    number.fraction_size = (gsize)(p - number.fraction);
  }
  number.unit = p;
  number.unit_size = (gsize)(end - p);
  *ret = number;
  return number.whole_size > 0 && (!point || number.fraction_size > 0);
}

/* @digits × @factor, FALSE past the range of gint64. */
static gboolean
scale_whole (const char *digits, gsize size, gint64 factor, guint64 *ret)
{
  guint64 value = 0;
  for (gsize i = 0; i < size; i++)
    if (!g_uint64_checked_mul (&value, value, 10)
        || !g_uint64_checked_add (&value, value, (guint64)(digits[i] - '0')))
      return FALSE;
  return g_uint64_checked_mul (ret, value, (guint64)factor) && *ret <= G_MAXINT64;
}

static VbetValue *
too_big (const Word *word)
{
  complain (word, "E010", "is too big a number");
  return NULL;
}

/* A number with @factor as its unit, rounded to a whole base unit. */
static VbetValue *
make_scaled (const Word *word, const Number *number, VbetValueType type, gint64 factor)
{
  guint64 magnitude;
  if (!scale_whole (number->whole, number->whole_size, factor, &magnitude))
    return too_big (word);
  if (number->fraction_size > 0) {
    g_autofree char *text = g_strdup_printf ("0.%.*s", (int)number->fraction_size, number->fraction);
    guint64 part = (guint64)(g_ascii_strtod (text, NULL) * (double)factor + 0.5);
    if (!g_uint64_checked_add (&magnitude, magnitude, part) || magnitude > G_MAXINT64)
      return too_big (word);
  }
  return vbet_value_new_integer (type, number->negative ? -(gint64)magnitude : (gint64)magnitude);
}

static VbetValue *
make_decimal (const Word *word, const Number *number, VbetValueType type)
{
  if (number->whole_size > 15)
    return too_big (word);
  g_autofree char *text = g_strdup_printf (
      "%s%.*s.%.*s", number->negative ? "-" : "", (int)number->whole_size, number->whole,
      (int)MAX (number->fraction_size, 1), number->fraction_size > 0 ? number->fraction : "0");
  return vbet_value_new_decimal (type, g_ascii_strtod (text, NULL));
}

/* A whole number that starts with 0: a file mode. */
static VbetValue *
make_mode (const Word *word, const Number *number)
{
  gint64 mode = 0;
  for (gsize i = 0; i < number->whole_size; i++) {
    char digit = number->whole[i];
    if (digit > '7') {
      VbetDiagnostic *item
          = complain (word, "E015", "starts with 0, so it is a file mode and has digits from 0 to 7 only");
      const char *rest = number->whole;
      while (*rest == '0' && rest + 1 < number->whole + number->whole_size)
        rest++;
      g_autofree char *better = g_strndup (rest, (gsize)(number->whole + number->whole_size - rest));
      offer (word, item, better);
      return NULL;
    }
    mode = MIN (mode * 8 + (digit - '0'), 010000);
  }
  if (mode <= 07777 && !number->negative)
    return vbet_value_new_integer (VBET_VALUE_MODE, mode);
  complain (word, "E015", "is no file mode: it goes from 0000 to 07777");
  return NULL;
}

static VbetValue *
unknown_unit (const Word *word, const Number *number)
{
  g_autofree char *unit = g_strndup (number->unit, number->unit_size);
  if (strpbrk (unit, ".:%_") != NULL) {
    complain (word, "E008", "is no number, address or name");
    return NULL;
  }
  const char *meant = suggest_unit (unit);
  if (meant == NULL) {
    complain (word, "E009",
              "ends in a unit that is not known: use ns us ms s m h, B K M G T, bit kbit Mbit Gbit or %");
    return NULL;
  }
  g_autofree char *better
      = g_strdup_printf ("%.*s%s", (int)(word->size - number->unit_size), word->text, meant);
  g_autofree char *what = g_strdup_printf ("has a unit that is not known; did you mean %s?", better);
  offer (word, complain (word, "E009", what), better);
  return NULL;
}

static VbetValue *
parse_number (const Word *word)
{
  Number number;
  if (!split_number (word, &number)) {
    VbetDiagnostic *item = complain (word, "E008", "is no number: digits belong on both sides of the point");
    if (number.whole_size == 0 && number.fraction_size > 0) {
      g_autofree char *rest = g_strndup (number.fraction, number.fraction_size + number.unit_size);
      g_autofree char *better = g_strdup_printf ("%s0.%s", number.negative ? "-" : "", rest);
      offer (word, item, better);
    }
    return NULL;
  }
  if (number.unit_size == 1 && *number.unit == '%')
    return make_decimal (word, &number, VBET_VALUE_PERCENT);
  if (number.unit_size > 0) {
    VbetValueType type;
    const VbetUnit *unit = find_unit (number.unit, number.unit_size, &type);
    return unit != NULL ? make_scaled (word, &number, type, unit->factor) : unknown_unit (word, &number);
  }
  if (number.fraction_size > 0)
    return make_decimal (word, &number, VBET_VALUE_DECIMAL);
  if (number.whole_size > 1 && *number.whole == '0')
    return make_mode (word, &number);
  return make_scaled (word, &number, VBET_VALUE_INTEGER, 1);
}

VbetValue *
vbet_word_parse (const char *text, gsize size, gsize offset, VbetDiagnostics *diagnostics)
{
  Word word = { text, size, offset, diagnostics };
  if (size == 0 || size > WORD_MAX) {
    complain (&word, "E008", "is too long for a number or an address");
    return NULL;
  }
  guint colons = 0;
  guint points = 0;
  gboolean doubled = FALSE;
  gsize digits_and_points = 0;
  for (gsize i = 0; i < size && text[i] != '/'; i++) {
    colons += text[i] == ':';
    points += text[i] == '.';
    doubled |= text[i] == ':' && i + 1 < size && text[i + 1] == ':';
    digits_and_points += text[i] == '.' || g_ascii_isdigit (text[i]);
  }
  if (colons == 5 && !doubled)
    return parse_mac (&word);
  if (colons > 0)
    return parse_address (&word);
  const char *slash = memchr (text, '/', size);
  gsize head = slash != NULL ? (gsize)(slash - text) : size;
  if (points >= 2 && digits_and_points == head)
    return parse_address (&word);
  return parse_number (&word);
}
