/* value.h - the values of the lab language: what an attribute may hold.
 *
 * Immutable and reference counted (atomic count). Numbers are already in
 * base units: bytes, nanoseconds, percent, bits per second. Pure.
 */
#pragma once

#include <glib.h>

typedef enum {
  VBET_VALUE_NAME,     /* bare word: a choice, a device; also yes/no before the schema decides */
  VBET_VALUE_BOOL,     /* yes, no */
  VBET_VALUE_INTEGER,  /* 12 */
  VBET_VALUE_DECIMAL,  /* 1.5 */
  VBET_VALUE_SIZE,     /* 64M: bytes, binary units K M G T */
  VBET_VALUE_DURATION, /* 10ms: nanoseconds; ns us ms s m h */
  VBET_VALUE_PERCENT,  /* 0.1%: percent */
  VBET_VALUE_RATE,     /* 10Mbit: bits per second; bit kbit Mbit Gbit, decimal */
  VBET_VALUE_MODE,     /* 0644: file mode, octal */
  VBET_VALUE_POINT,    /* (120, 80) */
  VBET_VALUE_ADDRESS,  /* 192.168.0.1/24, 2001:db8::1/64, with or without prefix */
  VBET_VALUE_MAC,      /* 02:00:00:00:00:01 */
  VBET_VALUE_STRING,   /* "text" and """raw""" (unescaped, unindented) */
  VBET_VALUE_REGEX,    /* /text/ */
  VBET_VALUE_LIST,     /* [a, b] */
  VBET_VALUE_PAIR,     /* 10ms/40ms: the two directions of a cable */
} VbetValueType;

typedef struct {
  gboolean is_v6;
  guint8 bytes[16]; /* network order; the first 4 for IPv4 */
  gint prefix;      /* -1: not written */
} VbetAddress;

typedef struct VbetValue VbetValue;

struct VbetValue {
  gint refs; /* private */
  VbetValueType type;
  union {
    gboolean boolean;
    gint64 integer; /* INTEGER, SIZE, DURATION, RATE, MODE */
    double decimal; /* DECIMAL, PERCENT */
    struct {
      double x;
      double y;
    } point;
    VbetAddress address;
    guint8 mac[6];
    char *text;      /* NAME, STRING, REGEX (pattern without slashes); UTF-8, no NUL inside */
    GPtrArray *list; /* LIST: of VbetValue */
    struct {
      VbetValue *ab;
      VbetValue *ba;
    } pair;
  } as;
};

/** vbet_value_new_boolean: Returns: (transfer full). */
VbetValue *vbet_value_new_boolean (gboolean value);
/** vbet_value_new_integer: @type: INTEGER, SIZE, DURATION, RATE or MODE. */
VbetValue *vbet_value_new_integer (VbetValueType type, gint64 value);
/** vbet_value_new_decimal: @type: DECIMAL or PERCENT. */
VbetValue *vbet_value_new_decimal (VbetValueType type, double value);
/** vbet_value_new_point: Returns: (transfer full). @x, @y: pixels. */
VbetValue *vbet_value_new_point (double x, double y);
/** vbet_value_new_address: Returns: (transfer full). */
VbetValue *vbet_value_new_address (const VbetAddress *address);
/** vbet_value_new_mac: Returns: (transfer full). */
VbetValue *vbet_value_new_mac (const guint8 mac[6]);
/** vbet_value_new_text: @type: NAME, STRING or REGEX. */
VbetValue *vbet_value_new_text (VbetValueType type, const char *text);
/** vbet_value_new_list: @items: (transfer full): of VbetValue, with vbet_value_unref as free function. */
VbetValue *vbet_value_new_list (GPtrArray *items);
/** vbet_value_new_pair: @ab, @ba: (transfer full). */
VbetValue *vbet_value_new_pair (VbetValue *ab, VbetValue *ba);

/** vbet_value_ref: Returns: (transfer full): @self; values never change. */
VbetValue *vbet_value_ref (VbetValue *self);
/** vbet_value_unref: @self: (nullable) */
void vbet_value_unref (VbetValue *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetValue, vbet_value_unref)

/** vbet_value_equal: NULL equals only NULL. */
gboolean vbet_value_equal (const VbetValue *a, const VbetValue *b);

/**
 * vbet_value_to_text:
 * Returns: (transfer full): @self as the language writes it, in the shortest exact unit ("64M", "10ms/40ms").
 * Parsing it gives an equal value.
 */
char *vbet_value_to_text (const VbetValue *self);

/**
 * vbet_value_parse:
 * @text: NUL-terminated: one value as the language writes it, lists, pairs and positions included
 *
 * Returns: (transfer full) (nullable): NULL with @error (VBET_ERROR_LANGUAGE) when @text is none.
 */
VbetValue *vbet_value_parse (const char *text, GError **error);

/** vbet_value_type_name: Returns: for messages: "a duration such as 10ms". */
const char *vbet_value_type_name (VbetValueType type);

/** vbet_address_to_text: Returns: (transfer full): "192.168.0.1/24"; without prefix when @with_prefix is
 * FALSE. */
char *vbet_address_to_text (const VbetAddress *self, gboolean with_prefix);
/** vbet_address_parse: @text: NUL-terminated. Returns: FALSE when @text is no address. */
gboolean vbet_address_parse (const char *text, VbetAddress *ret_address);
/** vbet_address_same_subnet: whether both are of one family and equal in the first @a->prefix bits. */
gboolean vbet_address_same_subnet (const VbetAddress *a, const VbetAddress *b);
