/* values.c - values of the text against the schema: type, range, choice, content. */
#include "config.h"

#include <string.h>

#include "engine/model/context.h"
#include "engine/model/suggest.h"
#include "engine/model/udp-address.h"

/* Text of @span for a message: in quotes, or "" when it is too long to help. */
static char *
quoted_source (const VbetContext *self, VbetSpan span)
{
  g_autofree char *source = vbet_context_source (self, span);
  if (strlen (source) > 40 || strpbrk (source, "\n\r") != NULL || !g_utf8_validate (source, -1, NULL))
    return g_strdup ("this");
  return g_steal_pointer (&source);
}

/* The value at @node before the schema has looked at it; (transfer full) (nullable). */
static VbetValue *
raw_value (const VbetNode *node)
{
  if (node->value != NULL)
    return vbet_value_ref (node->value);
  return node->kind == VBET_NODE_NAME ? vbet_value_new_text (VBET_VALUE_NAME, node->name) : NULL;
}

static gboolean
has_error (const VbetNode *node)
{
  if (node->kind == VBET_NODE_ERROR)
    return TRUE;
  for (guint i = 0; i < node->n_children; i++)
    if (has_error (node->children[i]))
      return TRUE;
  return FALSE;
}

static void
fix_to (VbetDiagnostic *diagnostic, VbetSpan span, const char *text)
{
  g_autofree char *label = g_strdup_printf ("write %s", text);
  vbet_diagnostic_set_fix (diagnostic, span, text, label);
}

/* Whether an address of this key is written with its prefix length. */
static gboolean
has_prefix (const VbetAttributeSpec *spec)
{
  return spec->content == VBET_CONTENT_NIC_ADDRESS || spec->content == VBET_CONTENT_NETWORK;
}

/* --- type --- */

static void
report_type (VbetContext *self, const VbetAttributeSpec *spec, const VbetValue *value, VbetSpan span)
{
  g_autofree char *source = quoted_source (self, span);
  const char *wanted = vbet_value_type_name (spec->type);
  if (spec->type == VBET_VALUE_ADDRESS && !has_prefix (spec))
    wanted = "an address such as 192.168.0.1";
  VbetDiagnostic *diagnostic = vbet_diagnostics_add (self->diagnostics, VBET_E_TYPE, span,
                                                     "%s needs %s, not %s", spec->key, wanted, source);
  if (value == NULL)
    return;
  g_autofree char *text = NULL;
  switch (spec->type) {
  case VBET_VALUE_BOOL: {
    gboolean yes = FALSE, no = FALSE;
    if (value->type == VBET_VALUE_NAME) {
      yes = g_ascii_strcasecmp (value->as.text, "true") == 0 || g_ascii_strcasecmp (value->as.text, "on") == 0
            || g_ascii_strcasecmp (value->as.text, "yes") == 0;
      no = g_ascii_strcasecmp (value->as.text, "false") == 0
           || g_ascii_strcasecmp (value->as.text, "off") == 0
           || g_ascii_strcasecmp (value->as.text, "no") == 0;
    } else if (value->type == VBET_VALUE_INTEGER) {
      yes = value->as.integer == 1;
      no = value->as.integer == 0;
    }
    if (yes || no)
      text = g_strdup (yes ? "yes" : "no");
    break;
  }
  case VBET_VALUE_SIZE:
  case VBET_VALUE_DURATION:
  case VBET_VALUE_RATE:
  case VBET_VALUE_PERCENT:
    if ((value->type == VBET_VALUE_INTEGER || value->type == VBET_VALUE_DECIMAL) && spec->unit[0] != '\0')
      text = g_strconcat (source, spec->unit, NULL);
    break;
  case VBET_VALUE_MODE:
    if (value->type == VBET_VALUE_INTEGER)
      text = g_strconcat ("0", source, NULL);
    break;
  case VBET_VALUE_ADDRESS: {
    VbetAddress address;
    if (value->type == VBET_VALUE_STRING && vbet_address_parse (value->as.text, &address))
      text = g_strdup (value->as.text);
    break;
  }
  case VBET_VALUE_STRING:
    if (value->type != VBET_VALUE_LIST && value->type != VBET_VALUE_PAIR && strpbrk (source, "\"\\") == NULL)
      text = g_strdup_printf ("\"%s\"", source);
    break;
  default:
    break;
  }
  if (text != NULL)
    fix_to (diagnostic, span, text);
}

/* @value in the type that @spec wants; (transfer full), NULL when it is of another. */
static VbetValue *
converted (const VbetAttributeSpec *spec, VbetValue *value)
{
  if (value->type == spec->type)
    return vbet_value_ref (value);
  switch (spec->type) {
  case VBET_VALUE_BOOL:
    if (value->type == VBET_VALUE_NAME && strcmp (value->as.text, "yes") == 0)
      return vbet_value_new_boolean (TRUE);
    if (value->type == VBET_VALUE_NAME && strcmp (value->as.text, "no") == 0)
      return vbet_value_new_boolean (FALSE);
    return NULL;
  case VBET_VALUE_SIZE:
  case VBET_VALUE_DURATION:
  case VBET_VALUE_RATE:
    /* Nothing is nothing in any unit. */
    return value->type == VBET_VALUE_INTEGER && value->as.integer == 0
               ? vbet_value_new_integer (spec->type, 0)
               : NULL;
  case VBET_VALUE_PERCENT:
    return value->type == VBET_VALUE_INTEGER && value->as.integer == 0
               ? vbet_value_new_decimal (spec->type, 0)
               : NULL;
  case VBET_VALUE_DECIMAL:
    return value->type == VBET_VALUE_INTEGER ? vbet_value_new_decimal (spec->type, (double)value->as.integer)
                                             : NULL;
  case VBET_VALUE_NAME:
    return value->type == VBET_VALUE_STRING ? vbet_value_new_text (VBET_VALUE_NAME, value->as.text) : NULL;
  default:
    return NULL;
  }
}

/* --- range and choice --- */

static char *
limit_text (const VbetAttributeSpec *spec, double limit)
{
  g_autoptr (VbetValue) value = NULL;
  if (spec->type == VBET_VALUE_PERCENT || spec->type == VBET_VALUE_DECIMAL)
    value = vbet_value_new_decimal (spec->type, limit);
  else if (spec->type == VBET_VALUE_POINT)
    value = vbet_value_new_integer (VBET_VALUE_INTEGER, (gint64)limit);
  else
    value = vbet_value_new_integer (spec->type, (gint64)limit);
  return vbet_value_to_text (value);
}

static gboolean
in_range (const VbetAttributeSpec *spec, const VbetValue *value)
{
  if (spec->minimum == 0 && spec->maximum == 0)
    return TRUE;
  switch (value->type) {
  case VBET_VALUE_INTEGER:
  case VBET_VALUE_SIZE:
  case VBET_VALUE_DURATION:
  case VBET_VALUE_RATE:
  case VBET_VALUE_MODE:
    return (double)value->as.integer >= spec->minimum && (double)value->as.integer <= spec->maximum;
  case VBET_VALUE_PERCENT:
  case VBET_VALUE_DECIMAL:
    return value->as.decimal >= spec->minimum && value->as.decimal <= spec->maximum;
  case VBET_VALUE_POINT:
    return value->as.point.x >= spec->minimum && value->as.point.x <= spec->maximum
           && value->as.point.y >= spec->minimum && value->as.point.y <= spec->maximum;
  default:
    return TRUE;
  }
}

/* What is nothing when it is 0 may be too little above it. */
static gboolean
check_floor (VbetContext *self, const VbetAttributeSpec *spec, const VbetValue *value, VbetSpan span)
{
  if (spec->floor <= 0 || value->type != VBET_VALUE_DURATION || value->as.integer == 0
      || (double)value->as.integer >= spec->floor)
    return TRUE;
  g_autofree char *low = limit_text (spec, spec->floor);
  g_autofree char *source = quoted_source (self, span);
  vbet_diagnostics_add (self->diagnostics, VBET_E_RANGE, span, "%s must be 0 or at least %s, not %s",
                        spec->key, low, source);
  return FALSE;
}

static gboolean
check_range (VbetContext *self, const VbetAttributeSpec *spec, const VbetValue *value, VbetSpan span)
{
  if (in_range (spec, value))
    return check_floor (self, spec, value, span);
  g_autofree char *low = limit_text (spec, spec->minimum);
  g_autofree char *high = limit_text (spec, spec->maximum);
  g_autofree char *source = quoted_source (self, span);
  vbet_diagnostics_add (self->diagnostics, VBET_E_RANGE, span, "%s must be between %s and %s, not %s",
                        spec->key, low, high, source);
  return FALSE;
}

static gboolean
check_choice (VbetContext *self, const VbetAttributeSpec *spec, const VbetValue *value, VbetSpan span)
{
  if (spec->choices == NULL)
    return TRUE;
  VbetSuggest suggest;
  vbet_suggest_init (&suggest, value->as.text);
  for (const char *const *choice = spec->choices; *choice != NULL; choice++) {
    if (strcmp (*choice, value->as.text) == 0)
      return TRUE;
    vbet_suggest_offer (&suggest, *choice);
  }
  const char *best = vbet_suggest_result (&suggest);
  if (best != NULL) {
    VbetDiagnostic *diagnostic
        = vbet_diagnostics_add (self->diagnostics, VBET_E_CHOICE, span,
                                "%s has no choice \"%s\"; did you mean %s?", spec->key, value->as.text, best);
    fix_to (diagnostic, span, best);
  } else {
    g_autofree char *all = g_strjoinv (", ", (char **)spec->choices);
    vbet_diagnostics_add (self->diagnostics, VBET_E_CHOICE, span, "%s has no choice \"%s\"; there are %s",
                          spec->key, value->as.text, all);
  }
  return FALSE;
}

/* --- content --- */

/* Whether the address is one that a single interface can have. */
static const char *
address_fault (const VbetAddress *address)
{
  const guint8 *bytes = address->bytes;
  static const guint8 zero[16];
  gsize size = address->is_v6 ? 16 : 4;
  if (memcmp (bytes, zero, size) == 0)
    return "is no address";
  if (address->is_v6 ? bytes[0] == 0xff : (bytes[0] & 0xf0) == 0xe0)
    return "is a multicast address";
  if (!address->is_v6 && bytes[0] >= 0xf0)
    return "is no address that an interface can have";
  if (address->is_v6 ? memcmp (bytes, zero, 15) == 0 && bytes[15] == 1 : bytes[0] == 127)
    return "is the loopback address, which every guest has already";
  return NULL;
}

/* Whether the bits after the prefix are all @ones. */
static gboolean
host_bits_are (const VbetAddress *address, gboolean ones)
{
  gint size = address->is_v6 ? 128 : 32;
  for (gint bit = address->prefix; bit < size; bit++)
    if (((address->bytes[bit / 8] >> (7 - bit % 8)) & 1) != (ones ? 1 : 0))
      return FALSE;
  return TRUE;
}

static gboolean
check_ip (VbetContext *self, const VbetValue *value, VbetSpan span)
{
  const VbetAddress *address = &value->as.address;
  const char *fault = address_fault (address);
  gboolean has_broadcast = !address->is_v6 && address->prefix >= 0 && address->prefix <= 30;
  gboolean of_network = has_broadcast && host_bits_are (address, FALSE);
  gboolean of_all = has_broadcast && host_bits_are (address, TRUE);
  if (fault == NULL && address->prefix >= 0 && !of_network && !of_all)
    return TRUE;
  g_autofree char *bare = vbet_address_to_text (address, FALSE);
  if (fault != NULL) {
    vbet_diagnostics_add (self->diagnostics, VBET_E_ADDRESS, span, "%s %s", bare, fault);
    return FALSE;
  }
  if (address->prefix < 0) {
    g_autofree char *text = g_strdup_printf ("%s/%d", bare, address->is_v6 ? 64 : 24);
    VbetDiagnostic *diagnostic = vbet_diagnostics_add (self->diagnostics, VBET_E_PREFIX, span,
                                                       "ip needs a prefix length, such as %s", text);
    fix_to (diagnostic, span, text);
    return FALSE;
  }
  if (of_network)
    vbet_diagnostics_add (self->diagnostics, VBET_W_NETWORK_ADDRESS, span,
                          "%s/%d is the address of the network itself, not of a host in it", bare,
                          address->prefix);
  else
    vbet_diagnostics_add (self->diagnostics, VBET_W_NETWORK_ADDRESS, span,
                          "%s/%d is the broadcast address of its network, not one of a host", bare,
                          address->prefix);
  return TRUE;
}

static gboolean
check_plain_address (VbetContext *self, const VbetAttributeSpec *spec, const VbetValue *value, VbetSpan span)
{
  const VbetAddress *address = &value->as.address;
  const char *fault = address_fault (address);
  if (fault == NULL && address->prefix < 0)
    return TRUE;
  g_autofree char *bare = vbet_address_to_text (address, FALSE);
  if (address->prefix >= 0) {
    VbetDiagnostic *diagnostic
        = vbet_diagnostics_add (self->diagnostics, VBET_E_PREFIX, span,
                                "%s is one address; no prefix length belongs there", spec->key);
    fix_to (diagnostic, span, bare);
    return FALSE;
  }
  vbet_diagnostics_add (self->diagnostics, VBET_E_ADDRESS, span, "%s %s", bare, fault);
  return FALSE;
}

static gboolean
check_network (VbetContext *self, const VbetValue *value, VbetSpan span)
{
  VbetAddress address = value->as.address;
  g_autofree char *text = vbet_address_to_text (&address, TRUE);
  if (address.prefix < 0) {
    vbet_diagnostics_add (self->diagnostics, VBET_E_PREFIX, span,
                          "network needs a prefix length, such as 10.0.2.0/24");
    return FALSE;
  }
  if (address.is_v6 || address.prefix < 8 || address.prefix > 29) {
    vbet_diagnostics_add (self->diagnostics, VBET_E_ADDRESS, span,
                          "%s cannot be a gateway's network; it takes IPv4 with a prefix length from 8 to 29",
                          text);
    return FALSE;
  }
  if (host_bits_are (&address, FALSE))
    return TRUE;
  for (gint bit = address.prefix; bit < 32; bit++)
    address.bytes[bit / 8] &= (guint8) ~(1 << (7 - bit % 8));
  g_autofree char *network = vbet_address_to_text (&address, TRUE);
  VbetDiagnostic *diagnostic
      = vbet_diagnostics_add (self->diagnostics, VBET_E_ADDRESS, span,
                              "%s is an address in a network; the network is %s", text, network);
  fix_to (diagnostic, span, network);
  return FALSE;
}

static gboolean
check_mac (VbetContext *self, const VbetValue *value, VbetSpan span)
{
  static const guint8 zero[6];
  const char *fault = NULL;
  if ((value->as.mac[0] & 1) != 0)
    fault = "a multicast MAC, which no NIC can have";
  else if (memcmp (value->as.mac, zero, sizeof zero) == 0)
    fault = "no MAC of a NIC";
  if (fault == NULL)
    return TRUE;
  g_autofree char *text = vbet_value_to_text (value);
  vbet_diagnostics_add (self->diagnostics, VBET_E_MAC, span, "%s is %s", text, fault);
  return FALSE;
}

static gboolean
is_word (const char *text, const char *also)
{
  for (const char *at = text; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at) && strchr (also, *at) == NULL)
      return FALSE;
  return text[0] != '\0';
}

static gboolean
is_color (const char *text)
{
  static const char *const names[]
      = { "red", "orange", "yellow", "green", "blue", "purple", "brown", "gray", NULL };
  if (text[0] != '#')
    return g_strv_contains (names, text);
  return strlen (text) == 7 && strspn (text + 1, "0123456789abcdefABCDEF") == 6;
}

static gboolean
is_port (const char *text)
{
  return text[0] != '\0' && strlen (text) <= 5 && strspn (text, "0123456789") == strlen (text)
         && g_ascii_strtoull (text, NULL, 10) >= 1 && g_ascii_strtoull (text, NULL, 10) <= 65535;
}

/* "tcp:8080:host1:80"; that host1 exists is checked when all names are known. */
static gboolean
is_forward (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", 5);
  return g_strv_length (parts) == 4 && (strcmp (parts[0], "tcp") == 0 || strcmp (parts[0], "udp") == 0)
         && is_port (parts[1]) && is_word (parts[2], "-_.") && is_port (parts[3]);
}

static gboolean
is_peer (const char *text)
{
  g_auto (VbetUdpAddress) address = { 0 };
  return vbet_udp_peer_parse (text, &address);
}

static gboolean
is_listen (const char *text)
{
  g_auto (VbetUdpAddress) address = { 0 };
  return vbet_udp_listen_parse (text, &address);
}

static gboolean
is_folder (const char *text)
{
  for (const char *at = text; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      return FALSE;
  return text[0] != '\0' && strlen (text) < 1024;
}

static gboolean
is_picture (const char *text)
{
  return is_word (text, "-_.");
}

static gboolean
is_interface (const char *text)
{
  return is_word (text, "-_.") && strlen (text) <= 15; /* IFNAMSIZ */
}

static gboolean
is_kernel (const char *text)
{
  return g_path_is_absolute (text) || is_word (text, "-_.");
}

static gboolean
is_image (const char *text)
{
  return text[0] != '\0';
}

static gboolean
check_text_content (VbetContext *self, const VbetAttributeSpec *spec, const VbetValue *value, VbetSpan span)
{
  static const struct {
    gboolean (*is_valid) (const char *text); /* NULL: every text is */
    const char *wanted;
  } rows[] = {
    [VBET_CONTENT_COLOR]
    = { is_color, "red, orange, yellow, green, blue, purple, brown, gray or \"#rrggbb\"" },
    [VBET_CONTENT_PICTURE] = { is_picture, "the name of a picture: letters, digits, - _ and ." },
    [VBET_CONTENT_FORWARD] = { is_forward, "PROTOCOL:PORT:DEVICE:PORT, such as \"tcp:8080:host1:80\"" },
    [VBET_CONTENT_INTERFACE]
    = { is_interface, "the name of an interface: up to 15 letters, digits, - _ and ." },
    [VBET_CONTENT_PEER] = { is_peer, VBET_UDP_PEER_FORM },
    [VBET_CONTENT_LISTEN] = { is_listen, VBET_UDP_LISTEN_FORM },
    [VBET_CONTENT_KERNEL] = { is_kernel, "\"stock\", the name of a lab kernel or an absolute path" },
    [VBET_CONTENT_IMAGE] = { is_image, "the name or path of an image" },
    [VBET_CONTENT_FOLDER] = { is_folder, "the path of a folder, without control characters" },
  };
  if (spec->content >= G_N_ELEMENTS (rows) || rows[spec->content].is_valid == NULL
      || rows[spec->content].is_valid (value->as.text))
    return TRUE;
  vbet_diagnostics_add (self->diagnostics, VBET_E_CONTENT, span, "%s must be %s", spec->key,
                        rows[spec->content].wanted);
  return FALSE;
}

static gboolean
check_length (VbetContext *self, const char *what, const char *text, VbetSpan span)
{
  if (strlen (text) <= VBET_TEXT_MAX)
    return TRUE;
  vbet_diagnostics_add (self->diagnostics, VBET_E_LIMIT, span, "%s has at most %d KiB", what,
                        VBET_TEXT_MAX / 1024);
  return FALSE;
}

static gboolean
check_content (VbetContext *self, const VbetAttributeSpec *spec, const VbetValue *value, VbetSpan span)
{
  switch (value->type) {
  case VBET_VALUE_ADDRESS:
    if (spec->content == VBET_CONTENT_NIC_ADDRESS)
      return check_ip (self, value, span);
    if (spec->content == VBET_CONTENT_NETWORK)
      return check_network (self, value, span);
    return check_plain_address (self, spec, value, span);
  case VBET_VALUE_MAC:
    return check_mac (self, value, span);
  case VBET_VALUE_STRING:
  case VBET_VALUE_NAME:
    return check_length (self, spec->key, value->as.text, span)
           && check_text_content (self, spec, value, span);
  default:
    return TRUE;
  }
}

/* --- whole values --- */

static VbetValue *
checked_item (VbetContext *self, const VbetAttributeSpec *spec, VbetValue *value, VbetSpan span)
{
  g_autoptr (VbetValue) item = converted (spec, value);
  if (item == NULL) {
    report_type (self, spec, value, span);
    return NULL;
  }
  if (!check_range (self, spec, item, span) || !check_choice (self, spec, item, span)
      || !check_content (self, spec, item, span))
    return NULL;
  return g_steal_pointer (&item);
}

/* The span of item @index of a list or pair. */
static VbetSpan
item_span (const VbetNode *node, guint index)
{
  return index < node->n_children ? node->children[index]->span : node->span;
}

static VbetValue *
checked_list (VbetContext *self, const VbetAttributeSpec *spec, const VbetValue *list, const VbetNode *node)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify)vbet_value_unref);
  gboolean good = TRUE;
  for (guint i = 0; i < list->as.list->len; i++) {
    VbetValue *item = checked_item (self, spec, list->as.list->pdata[i], item_span (node, i));
    if (item != NULL)
      g_ptr_array_add (items, item);
    else
      good = FALSE;
  }
  return good ? vbet_value_new_list (g_steal_pointer (&items)) : NULL;
}

static VbetValue *
checked_pair (VbetContext *self, const VbetAttributeSpec *spec, const VbetValue *pair, const VbetNode *node)
{
  g_autoptr (VbetValue) ab = checked_item (self, spec, pair->as.pair.ab, item_span (node, 0));
  g_autoptr (VbetValue) ba = checked_item (self, spec, pair->as.pair.ba, item_span (node, 1));
  if (ab == NULL || ba == NULL)
    return NULL;
  return vbet_value_new_pair (g_steal_pointer (&ab), g_steal_pointer (&ba));
}

VbetValue *
vbet_context_value (VbetContext *self, const VbetAttributeSpec *spec, const VbetNode *node)
{
  node = vbet_node_ungroup (node);
  if (node == NULL || has_error (node))
    return NULL;
  g_autoptr (VbetValue) value = raw_value (node);
  if (value == NULL) {
    if (node->kind != VBET_NODE_TUPLE && node->kind != VBET_NODE_PAIR) /* of those the parser has said it */
      report_type (self, spec, NULL, node->span);
    return NULL;
  }
  if (value->type == VBET_VALUE_LIST) {
    if (spec->list)
      return checked_list (self, spec, value, node);
    vbet_diagnostics_add (self->diagnostics, VBET_E_TYPE, node->span, "%s takes one value, not a list",
                          spec->key);
    return NULL;
  }
  if (value->type == VBET_VALUE_PAIR) {
    if (spec->pair)
      return checked_pair (self, spec, value, node);
    vbet_diagnostics_add (self->diagnostics, VBET_E_TYPE, node->span,
                          "%s takes one value, not one for each direction", spec->key);
    return NULL;
  }
  return checked_item (self, spec, value, node->span);
}

/* --- keys of a call --- */

static const char *
article (const char *word)
{
  return strchr ("aeiou", word[0]) != NULL ? "an" : "a";
}

/* @of: "a host", "file()"; @best: (nullable): the key that was probably meant. */
static void
report_unknown_key (VbetContext *self, const VbetNode *keyword, const char *of, const char *best)
{
  const VbetAttributeSpec *elsewhere = vbet_schema_find ((VbetKind)~0u, keyword->name);
  if (elsewhere != NULL) {
    const char *other = vbet_kind_name ((VbetKind)(elsewhere->kinds & (~elsewhere->kinds + 1)));
    vbet_diagnostics_add (self->diagnostics, VBET_E_KEY, keyword->name_span,
                          "%s has no key \"%s\"; %s %s has one", of, keyword->name, article (other), other);
    return;
  }
  VbetDiagnostic *diagnostic = vbet_diagnostics_add (
      self->diagnostics, VBET_E_KEY, keyword->name_span, "%s has no key \"%s\"%s%s%s", of, keyword->name,
      best != NULL ? "; did you mean " : "", best != NULL ? best : "", best != NULL ? "?" : "");
  if (best != NULL)
    fix_to (diagnostic, keyword->name_span, best);
}

/* Whether an earlier key of @call is the same as that at @index; reports it. @seen: (nullable): keys so far.
 */
static gboolean
is_repeated (VbetContext *self, const VbetNode *call, guint index, GHashTable *seen)
{
  const VbetNode *keyword = call->children[index];
  gboolean repeated = seen != NULL && !g_hash_table_add (seen, (gpointer)keyword->name);
  for (guint i = 0; seen == NULL && i < index && !repeated; i++)
    repeated = call->children[i]->kind == VBET_NODE_KEYWORD && call->children[i]->name == keyword->name;
  if (repeated)
    vbet_diagnostics_add (self->diagnostics, VBET_E_TWICE, keyword->span, "%s is given twice in this call",
                          keyword->name);
  return repeated;
}

/* A set for is_repeated() where looking at every earlier key would take long; names are interned. */
static GHashTable *
new_seen (const VbetNode *call)
{
  return call->n_children > 16 ? g_hash_table_new (NULL, NULL) : NULL;
}

static void
append_checked (VbetContext *self, VbetAttributes *attributes, const VbetAttributeSpec *spec,
                const VbetNode *keyword, gboolean changes)
{
  if (keyword->n_children == 0)
    return;
  const VbetNode *child = keyword->children[0];
  if (changes && child->kind == VBET_NODE_NAME && strcmp (child->name, "default") == 0) {
    vbet_attributes_append (attributes, spec->key, NULL, keyword->span);
    return;
  }
  VbetValue *value = vbet_context_value (self, spec, keyword->children[0]);
  if (value != NULL)
    vbet_attributes_append (attributes, spec->key, value, keyword->span);
}

VbetAttributes *
vbet_context_attributes (VbetContext *self, const VbetNode *node, VbetKind kind, gboolean changes)
{
  VbetAttributes *attributes = vbet_attributes_new ();
  g_autoptr (GHashTable) seen = new_seen (node);
  for (guint i = 0; i < node->n_children; i++) {
    const VbetNode *keyword = node->children[i];
    if (keyword->kind != VBET_NODE_KEYWORD || is_repeated (self, node, i, seen))
      continue;
    const VbetAttributeSpec *spec = vbet_schema_find (kind, keyword->name);
    if (spec != NULL) {
      append_checked (self, attributes, spec, keyword, changes);
      continue;
    }
    const char *word = vbet_kind_name (kind);
    g_autofree char *of = g_strdup_printf ("%s %s", article (word), word);
    report_unknown_key (self, keyword, of, vbet_schema_suggest (kind, keyword->name));
  }
  return attributes;
}

VbetAttributes *
vbet_context_keywords (VbetContext *self, const VbetNode *node, const VbetCallSpec *call)
{
  VbetAttributes *attributes = vbet_attributes_new ();
  g_autoptr (GHashTable) seen = new_seen (node);
  for (guint i = 0; i < node->n_children; i++) {
    const VbetNode *keyword = node->children[i];
    if (keyword->kind != VBET_NODE_KEYWORD || is_repeated (self, node, i, seen))
      continue;
    VbetSuggest suggest;
    vbet_suggest_init (&suggest, keyword->name);
    const VbetAttributeSpec *spec = NULL;
    for (guint k = 0; k < call->n_keywords && spec == NULL; k++) {
      if (strcmp (call->keywords[k].key, keyword->name) == 0)
        spec = &call->keywords[k];
      else
        vbet_suggest_offer (&suggest, call->keywords[k].key);
    }
    if (spec != NULL) {
      append_checked (self, attributes, spec, keyword, FALSE);
      continue;
    }
    g_autofree char *of = g_strdup_printf ("%s()", call->name);
    report_unknown_key (self, keyword, of, vbet_suggest_result (&suggest));
  }
  return attributes;
}

const char *
vbet_context_text (VbetContext *self, const VbetNode *node, const char *what)
{
  node = vbet_node_ungroup (node);
  if (node == NULL || has_error (node))
    return NULL;
  if (node->kind == VBET_NODE_LITERAL && node->value != NULL && node->value->type == VBET_VALUE_STRING)
    return node->value->as.text;
  g_autofree char *source = quoted_source (self, node->span);
  VbetDiagnostic *diagnostic = vbet_diagnostics_add (self->diagnostics, VBET_E_OBJECT, node->span,
                                                     "%s is needed here, not %s", what, source);
  if (node->kind == VBET_NODE_NAME) {
    g_autofree char *text = g_strdup_printf ("\"%s\"", source);
    fix_to (diagnostic, node->span, text);
  }
  return NULL;
}
