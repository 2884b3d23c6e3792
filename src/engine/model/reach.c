/* reach.c - see reach.h. */
#include "config.h"

#include "engine/model/reach.h"

#include <string.h>

#include <glib/gi18n.h>

#include "engine/model/context.h"

/* A sentence shows so many characters of a value, half of them from its end. */
#define SHOWN_MAX 240

/* Which values of an attribute name something of the host. */
typedef enum {
  NAMES_ANY,           /* whatever is written */
  NAMES_ANY_OR_NONE,   /* and the default, too */
  NAMES_YES,           /* yes */
  NAMES_NO_OR_NONE,    /* no, and the default */
  NAMES_ALL_BUT_STOCK, /* but a word of the language */
} Names;

typedef struct {
  guint kinds; /* mask of VbetKind */
  const char *key;
  Names names;
  const char *sentence; /* with {device} and {value} */
  const char *bare;     /* (nullable): likewise without a value, for the default */
  gboolean set;         /* isolated, it is yes; else it is not written */
} Row;

static const Row rows[] = {
  { VBET_KIND_GUEST, "kernel", NAMES_ALL_BUT_STOCK, N_ ("{device} runs the kernel {value} of this computer."),
    NULL, FALSE },
  { VBET_KIND_GUEST, "image", NAMES_ANY, N_ ("{device} boots from the image {value} of this computer."), NULL,
    FALSE },
  { VBET_KIND_GUEST, "share", NAMES_ANY, N_ ("{device} sees the folder {value} of this computer."), NULL,
    FALSE },
  { VBET_KIND_GUEST, "share-write", NAMES_YES, N_ ("{device} may change the folder that it shares."), NULL,
    FALSE },
  { VBET_KIND_GATEWAY, "isolated", NAMES_NO_OR_NONE,
    N_ ("{device} lets the lab use this computer's network."),
    N_ ("{device} lets the lab use this computer's network."), TRUE },
  { VBET_KIND_GATEWAY, "host", NAMES_YES,
    N_ ("{device} lets the lab reach services that only this computer itself should reach (127.0.0.1)."),
    NULL, FALSE },
  { VBET_KIND_GATEWAY, "forward", NAMES_ANY,
    N_ ("{device} forwards a port of this computer into the lab: {value}."), NULL, FALSE },
  { VBET_KIND_TAP, "device", NAMES_ANY_OR_NONE, N_ ("{device} joins this computer's TAP device {value}."),
    N_ ("{device} joins the first free TAP device of this computer."), FALSE },
  { VBET_KIND_REMOTE, "peer", NAMES_ANY, N_ ("{device} sends the lab's frames to {value}."), NULL, FALSE },
  { VBET_KIND_REMOTE, "listen", NAMES_ANY,
    N_ ("{device} takes frames from the network at this computer's UDP port {value}."), NULL, FALSE },
};

static void
reach_free (gpointer data)
{
  VbetReach *self = data;
  if (self == NULL)
    return;
  g_free (self->device);
  g_free (self->value);
  g_free (self->sentence);
  g_free (self);
}

/* --- sentences ---------------------------------------------------------------------------- */

/* Characters that show nothing, or turn the order of others round, are shown by their numbers. */
static void
append_plain (GString *out, gunichar c)
{
  GUnicodeType type = g_unichar_type (c);
  if (type == G_UNICODE_FORMAT || type == G_UNICODE_CONTROL || type == G_UNICODE_LINE_SEPARATOR
      || type == G_UNICODE_PARAGRAPH_SEPARATOR || type == G_UNICODE_UNASSIGNED)
    g_string_append_printf (out, "\\u{%x}", c);
  else
    g_string_append_unichar (out, c);
}

static char *
shown (const char *value)
{
  GString *out = g_string_new (NULL);
  glong length = g_utf8_strlen (value, -1), at = 0;
  for (const char *p = value; *p != '\0'; p = g_utf8_next_char (p), at++) {
    if (length <= SHOWN_MAX || at < SHOWN_MAX / 2 || at >= length - SHOWN_MAX / 2)
      append_plain (out, g_utf8_get_char (p));
    else if (at == SHOWN_MAX / 2)
      g_string_append (out, " … ");
  }
  return g_string_free (out, FALSE);
}

static char *
sentence_of (const Row *row, const char *device, const char *value)
{
  GString *out = g_string_new (_ (*value == '\0' && row->bare != NULL ? row->bare : row->sentence));
  g_autofree char *plain = shown (value);
  g_string_replace (out, "{device}", *device != '\0' ? device : _ ("A new device"), 1);
  g_string_replace (out, "{value}", plain, 1);
  return g_string_free (out, FALSE);
}

/* --- listing ------------------------------------------------------------------------------- */

static void
add (GPtrArray *list, const Row *row, const char *device, const char *value)
{
  VbetReach *reach = g_new0 (VbetReach, 1);
  reach->device = g_strdup (device);
  reach->key = row->key;
  reach->value = g_strdup (value);
  reach->sentence = sentence_of (row, device, value);
  g_ptr_array_add (list, reach);
}

static gboolean
is_word_value (const VbetValue *value)
{
  return value->type == VBET_VALUE_NAME || value->type == VBET_VALUE_STRING;
}

/* Words of a step's statement are words still; of a lab's text the schema has made of them what they are. */
static gboolean
is_no (const VbetValue *value)
{
  return value->type == VBET_VALUE_BOOL ? !value->as.boolean
                                        : is_word_value (value) && strcmp (value->as.text, "no") == 0;
}

static gboolean
names (const Row *row, const VbetValue *value)
{
  switch (row->names) {
  case NAMES_YES:
    return !is_no (value);
  case NAMES_NO_OR_NONE:
    return is_no (value);
  case NAMES_ALL_BUT_STOCK:
    return !is_word_value (value) || strcmp (value->as.text, "stock") != 0;
  case NAMES_ANY:
  case NAMES_ANY_OR_NONE:
  default:
    return TRUE;
  }
}

static gboolean
names_by_default (const Row *row)
{
  return row->names == NAMES_ANY_OR_NONE || row->names == NAMES_NO_OR_NONE;
}

/* A list names what each of its items names. A word and the same text are the same. */
static void
add_value (GPtrArray *list, const Row *row, const char *device, const VbetValue *value)
{
  if (value->type == VBET_VALUE_LIST) {
    for (guint i = 0; i < value->as.list->len; i++)
      add_value (list, row, device, value->as.list->pdata[i]);
    return;
  }
  if (!names (row, value))
    return;
  gboolean yes_or_no = row->names == NAMES_YES || row->names == NAMES_NO_OR_NONE;
  g_autoptr (VbetValue) text
      = is_word_value (value) ? vbet_value_new_text (VBET_VALUE_STRING, value->as.text) : NULL;
  g_autofree char *written = yes_or_no ? g_strdup ("") : vbet_value_to_text (text != NULL ? text : value);
  add (list, row, device, written);
}

static void
list_device (GPtrArray *list, const VbetDevice *device)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    if ((rows[i].kinds & device->kind) == 0)
      continue;
    const VbetValue *value = vbet_attributes_get (device->attributes, rows[i].key);
    if (value != NULL)
      add_value (list, &rows[i], device->name, value);
    else if (names_by_default (&rows[i]))
      add (list, &rows[i], device->name, "");
  }
}

/* --- steps: by what is written, since they may run in any order ------------------------------- */

/* What the alloc() or set() of @call is about; "" when it gets its name elsewhere. */
static const char *
subject_of (const VbetNode *call)
{
  const VbetNode *first = vbet_node_ungroup (vbet_node_positional (call, 0));
  const VbetNode *around = call->parent;
  if (strcmp (call->name, "alloc") == 0) {
    while (around != NULL
           && (around->kind == VBET_NODE_GROUP
               || (around->kind == VBET_NODE_CALL && strcmp (around->name, "attach") == 0)))
      around = around->parent;
    return around != NULL && around->kind == VBET_NODE_ASSIGN ? around->name : "";
  }
  return first != NULL && first->kind == VBET_NODE_NAME ? first->name : "";
}

/* The kind that @call makes; 0: it makes none. */
static VbetKind
made_by (const VbetNode *call)
{
  VbetKind kind = 0;
  const VbetNode *first = vbet_node_ungroup (vbet_node_positional (call, 0));
  if (strcmp (call->name, "alloc") == 0 && first != NULL && first->name != NULL)
    vbet_kind_from_name (first->name, &kind);
  return kind;
}

static void
list_keyword (GPtrArray *list, const Row *row, const VbetNode *call, const VbetNode *keyword)
{
  const VbetNode *written = keyword->n_children > 0 ? vbet_node_ungroup (keyword->children[0]) : NULL;
  const char *device = subject_of (call);
  if (written != NULL && written->value != NULL) {
    add_value (list, row, device, written->value);
  } else if (written != NULL && written->name != NULL && strcmp (written->name, "default") != 0) {
    g_autoptr (VbetValue) word = vbet_value_new_text (VBET_VALUE_NAME, written->name);
    add_value (list, row, device, word);
  } else if (names_by_default (row)) {
    add (list, row, device, "");
  }
}

static void
list_call (GPtrArray *list, const VbetNode *call)
{
  VbetKind kind = made_by (call);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const VbetNode *keyword = vbet_node_keyword (call, rows[i].key);
    if (keyword != NULL && (kind == 0 || (rows[i].kinds & kind) != 0))
      list_keyword (list, &rows[i], call, keyword);
    else if (keyword == NULL && (rows[i].kinds & kind) != 0 && names_by_default (&rows[i]))
      add (list, &rows[i], subject_of (call), "");
  }
}

static void
list_node (GPtrArray *list, const VbetNode *node)
{
  if (node->kind == VBET_NODE_CALL)
    list_call (list, node);
  for (guint i = 0; i < node->n_children; i++)
    list_node (list, node->children[i]);
}

static void
list_step (GPtrArray *list, const VbetStep *step)
{
  for (guint i = 0; i < step->actions->len; i++) {
    const VbetAction *action = step->actions->pdata[i];
    if (action->kind != VBET_ACTION_EDIT)
      continue;
    g_autoptr (VbetProgram) program = vbet_program_parse (action->source, strlen (action->source));
    list_node (list, vbet_program_root (program));
  }
}

/* A step may say what the lab says, or what another step does. */
static void
drop_repetitions (GPtrArray *list)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (reach_free);
  g_ptr_array_extend_and_steal (all, g_ptr_array_ref (list));
  for (guint i = 0; i < all->len; i++) {
    VbetReach *reach = all->pdata[i];
    if (g_hash_table_add (seen, g_strdup_printf ("%s %s=%s", reach->device, reach->key, reach->value)))
      g_ptr_array_add (list, g_steal_pointer (&all->pdata[i]));
  }
}

GPtrArray *
vbet_reach_list (const VbetTopology *self)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (reach_free);
  for (guint i = 0; i < self->devices->len; i++)
    list_device (list, self->devices->pdata[i]);
  for (guint i = 0; i < self->steps->len; i++)
    list_step (list, self->steps->pdata[i]);
  drop_repetitions (list);
  return list;
}

/* --- comparing ---------------------------------------------------------------------------------- */

char *
vbet_reach_to_line (const VbetReach *self)
{
  return g_strdup_printf ("%s=%s", self->key, self->value);
}

static int
compare_lines (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

char *
vbet_reach_digest (const GPtrArray *list)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  for (guint i = 0; i < list->len; i++)
    g_ptr_array_add (lines, vbet_reach_to_line (list->pdata[i]));
  g_ptr_array_sort (lines, compare_lines);
  for (guint i = 0; i < lines->len; i++) {
    const char *line = lines->pdata[i];
    if (i > 0 && strcmp (line, lines->pdata[i - 1]) == 0)
      continue;
    /* With its NUL: no line is the end of another and the begin of the next. */
    g_checksum_update (checksum, (const guchar *)line, (gssize)strlen (line) + 1);
  }
  return g_strdup (g_checksum_get_string (checksum));
}

/* --- isolating ------------------------------------------------------------------------------------ */

/* Attributes that @kind does not have go; it has been another kind. */
static void
keep_known (VbetDevice *device)
{
  VbetAttributes *kept = vbet_attributes_new ();
  for (guint i = 0; i < device->attributes->len; i++) {
    const VbetAttribute *attribute = device->attributes->pdata[i];
    if (vbet_schema_find (device->kind, attribute->key) != NULL)
      vbet_attributes_append (kept, attribute->key, vbet_value_ref (attribute->value), attribute->span);
  }
  g_ptr_array_unref (device->attributes);
  device->attributes = kept;
}

static void
isolate_attribute (VbetDevice *device, const Row *row)
{
  g_autoptr (VbetValue) yes = row->set ? vbet_value_new_boolean (TRUE) : NULL;
  if (yes == NULL && vbet_attributes_get (device->attributes, row->key) == NULL)
    return;
  VbetAttributes *changed = vbet_attributes_with (device->attributes, row->key, yes, device->span);
  g_ptr_array_unref (device->attributes);
  device->attributes = changed;
}

VbetTopology *
vbet_reach_isolate (const VbetTopology *self)
{
  VbetTopology *copy = vbet_topology_copy (self);
  for (guint i = 0; i < copy->devices->len; i++) {
    VbetDevice *device = copy->devices->pdata[i];
    for (guint k = 0; k < G_N_ELEMENTS (rows); k++)
      if ((rows[k].kinds & device->kind) != 0)
        isolate_attribute (device, &rows[k]);
    if ((device->kind & (VBET_KIND_TAP | VBET_KIND_REMOTE)) != 0) {
      device->kind = VBET_KIND_HUB;
      keep_known (device);
    }
  }
  return copy;
}
