/* form.c - see form.h. */
#include "config.h"

#include "gui/model/form.h"

#include <string.h>

#include <glib/gi18n.h>

#include "base/error.h"
#include "engine/model/findings.h"

/* What people call an attribute, and where it is among those used most (0: it is not); of cables, the table of
 * impairments says it. */
static const struct {
  const char *key;
  const char *label;
  guint rank;
  guint kinds; /* in which it has that rank */
} names[] = {
  { "text", N_ ("Text"), 1, VBET_KIND_NOTE },
  { "ip", N_ ("Addresses"), 1, VBET_KIND_NIC },
  { "dhcp", N_ ("By DHCP"), 2, VBET_KIND_NIC },
  { "routing", N_ ("Routing (FRR)"), 1, VBET_KIND_ROUTER },
  { "rules", N_ ("Rules (nftables)"), 1, VBET_KIND_FIREWALL },
  { "gateway", N_ ("Gateway"), 2, VBET_KIND_GUEST },
  { "services", N_ ("Services"), 3, VBET_KIND_GUEST },
  { "mem", N_ ("Memory"), 4, VBET_KIND_GUEST },
  { "autostart", N_ ("Autostart"), 5, VBET_KIND_GUEST },
  { "stp", N_ ("Spanning tree"), 1, VBET_KIND_SWITCH },
  { "vlans", N_ ("VLANs"), 2, VBET_KIND_SWITCH },
  { "mirror", N_ ("Mirror to port"), 3, VBET_KIND_SWITCH },
  { "ageing", N_ ("Ageing"), 4, VBET_KIND_LEARNER },
  { "isolation", N_ ("Isolates its hosts"), 1, VBET_KIND_AP },
  { "network", N_ ("Network"), 1, VBET_KIND_GATEWAY },
  { "dhcp", N_ ("Gives addresses"), 2, VBET_KIND_GATEWAY },
  { "forward", N_ ("Forwarded ports"), 3, VBET_KIND_GATEWAY },
  { "isolated", N_ ("Isolated"), 4, VBET_KIND_GATEWAY },
  { "host", N_ ("Reaches this computer"), 5, VBET_KIND_GATEWAY },
  { "device", N_ ("Device"), 1, VBET_KIND_TAP },
  { "peer", N_ ("Far end"), 1, VBET_KIND_REMOTE },
  { "listen", N_ ("Receives at"), 2, VBET_KIND_REMOTE },
  { "vni", N_ ("VXLAN network"), 3, VBET_KIND_REMOTE },
  { "size", N_ ("Size"), 2, VBET_KIND_NOTE },
  { "color", N_ ("Colour"), 3, VBET_KIND_NOTE },
  { "dns", N_ ("Name servers"), 0, 0 },
  { "image", N_ ("Image"), 0, 0 },
  { "kernel", N_ ("Kernel"), 0, 0 },
  { "persist", N_ ("Keeps its disk"), 0, 0 },
  { "share", N_ ("Shared folder"), 0, 0 },
  { "share-write", N_ ("May change it"), 0, 0 },
  { "boot", N_ ("At boot (shell)"), 0, 0 },
  { "label", N_ ("Label"), 0, 0 },
  { "color", N_ ("Colour"), 0, 0 },
  { "icon", N_ ("Icon"), 0, 0 },
  { "at", N_ ("Position"), 0, 0 },
  { "autostart", N_ ("Autostart"), 0, 0 },
  { "mac", N_ ("MAC address"), 0, 0 },
  { "mtu", N_ ("MTU"), 0, 0 },
  { "vlan", N_ ("VLAN"), 3, VBET_KIND_NIC },
  { "trunk", N_ ("Trunk VLANs"), 4, VBET_KIND_NIC },
  { "priority", N_ ("Priority"), 0, 0 },
  { "cost", N_ ("Path cost"), 0, 0 },
};

static const VbetAttributeSpec note_text
    = { "text",
        VBET_KIND_NOTE,
        VBET_VALUE_STRING,
        FALSE,
        FALSE,
        0,
        0,
        "",
        NULL,
        "",
        VBET_LIVE_VISUAL,
        N_ ("What the note says. The first line may be a heading: it begins with \"# \"."),
        .content = VBET_CONTENT_LINES };

const VbetAttributeSpec *
vbet_form_note_text (void)
{
  return &note_text;
}

static const char *
label_of (const char *key, VbetKind kind, guint *ret_rank)
{
  const char *label = key;
  const VbetImpairment *row = kind == VBET_KIND_CABLE ? vbet_impairment_find (key) : NULL;
  if (row != NULL) {
    *ret_rank = row->rank;
    return row->label;
  }
  *ret_rank = 0;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    if (strcmp (names[i].key, key) != 0)
      continue;
    if ((names[i].kinds & kind) != 0) {
      *ret_rank = names[i].rank;
      return names[i].label;
    }
    label = names[i].label;
  }
  return label;
}

static VbetEditor
editor_of (const VbetAttributeSpec *spec)
{
  if (spec->type == VBET_VALUE_BOOL)
    return VBET_EDITOR_SWITCH;
  if (spec->choices != NULL)
    return spec->list ? VBET_EDITOR_CHECKS : VBET_EDITOR_CHOICE;
  switch (spec->content) {
  case VBET_CONTENT_FRR:
  case VBET_CONTENT_NFTABLES:
  case VBET_CONTENT_SHELL:
  case VBET_CONTENT_LINES:
    return VBET_EDITOR_TEXT;
  case VBET_CONTENT_IMAGE:
  case VBET_CONTENT_KERNEL:
    return VBET_EDITOR_NAMES;
  case VBET_CONTENT_FOLDER:
    return VBET_EDITOR_FOLDER;
  case VBET_CONTENT_COLOR:
    return VBET_EDITOR_COLOR;
  default:
    return VBET_EDITOR_ENTRY;
  }
}

/* --- texts ---------------------------------------------------------------------- */

/* Whether the language can write @text without quotes. */
static gboolean
is_name (const char *text)
{
  if (!g_ascii_isalpha (text[0]))
    return FALSE;
  for (const char *at = text; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at) && *at != '_' && *at != '-')
      return FALSE;
  return strcmp (text, "default") != 0;
}

static char *
quoted (const char *text)
{
  g_autoptr (VbetValue) value = vbet_value_new_text (VBET_VALUE_STRING, text);
  return vbet_value_to_text (value);
}

/* Lines as they are, indented as a part of a call is; NULL when that would not be read back as @text. */
static char *
raw (const char *text)
{
  if (strchr (text, '\n') == NULL || strstr (text, "\"\"\"") != NULL)
    return NULL;
  GString *out = g_string_new ("\"\"\"\n");
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint n = g_strv_length (lines);
  for (guint i = 0; i < n; i++)
    if (i + 1 < n || lines[i][0] != '\0')
      g_string_append_printf (out, "%s%s\n", lines[i][0] != '\0' ? "    " : "", lines[i]);
  g_string_append (out, "  \"\"\"");
  g_autofree char *result = g_string_free (out, FALSE);
  g_autoptr (VbetValue) value = vbet_value_parse (result, NULL);
  g_autofree char *wanted = g_strchomp (g_strdup (text));
  g_autofree char *got
      = value != NULL && value->type == VBET_VALUE_STRING ? g_strchomp (g_strdup (value->as.text)) : NULL;
  return g_strcmp0 (wanted, got) == 0 ? g_steal_pointer (&result) : NULL;
}

char *
vbet_form_editor_text (const VbetAttributeSpec *spec, const VbetValue *value)
{
  if (value == NULL)
    return g_strdup ("");
  if (value->type == VBET_VALUE_LIST) {
    g_autoptr (GStrvBuilder) items = g_strv_builder_new ();
    for (guint i = 0; i < value->as.list->len; i++) {
      g_autofree char *item = vbet_form_editor_text (spec, g_ptr_array_index (value->as.list, i));
      g_strv_builder_add (items, item);
    }
    g_auto (GStrv) list = g_strv_builder_end (items);
    return g_strjoinv (", ", list);
  }
  if (value->type == VBET_VALUE_STRING || value->type == VBET_VALUE_NAME) {
    char *text = g_strdup (value->as.text);
    gsize size = strlen (text);
    if (editor_of (spec) == VBET_EDITOR_TEXT && size > 0 && text[size - 1] == '\n')
      text[size - 1] = '\0'; /* the end of the last line is no empty line */
    return text;
  }
  return vbet_value_to_text (value);
}

/* Units as people write them, and as the language does; the first ones that fit, without regard to capitals.
 */
static const struct {
  VbetValueType type;
  const char *typed;
  const char *unit;
} units[] = {
  { VBET_VALUE_RATE, "gbit/s", "Gbit" },  { VBET_VALUE_RATE, "mbit/s", "Mbit" },
  { VBET_VALUE_RATE, "kbit/s", "kbit" },  { VBET_VALUE_RATE, "bit/s", "bit" },
  { VBET_VALUE_RATE, "gbps", "Gbit" },    { VBET_VALUE_RATE, "mbps", "Mbit" },
  { VBET_VALUE_RATE, "kbps", "kbit" },    { VBET_VALUE_RATE, "bps", "bit" },
  { VBET_VALUE_RATE, "gbit", "Gbit" },    { VBET_VALUE_RATE, "mbit", "Mbit" },
  { VBET_VALUE_RATE, "kbit", "kbit" },    { VBET_VALUE_RATE, "g", "Gbit" },
  { VBET_VALUE_RATE, "m", "Mbit" },       { VBET_VALUE_RATE, "k", "kbit" },
  { VBET_VALUE_DURATION, "sec", "s" },    { VBET_VALUE_DURATION, "msec", "ms" },
  { VBET_VALUE_DURATION, "µs", "us" },    { VBET_VALUE_DURATION, "ms", "ms" },
  { VBET_VALUE_DURATION, "us", "us" },    { VBET_VALUE_DURATION, "s", "s" },
  { VBET_VALUE_PERCENT, "percent", "%" }, { VBET_VALUE_SIZE, "kb", "K" },
  { VBET_VALUE_SIZE, "mb", "M" },         { VBET_VALUE_SIZE, "gb", "G" },
  { VBET_VALUE_SIZE, "kib", "K" },        { VBET_VALUE_SIZE, "mib", "M" },
  { VBET_VALUE_SIZE, "gib", "G" },
};

/* "20 ms", "5 Mbit/s", "1,5 %": as the language has it, when it is a number with a unit; else as it is. */
static char *
number_text (const VbetAttributeSpec *spec, const char *word)
{
  gsize digits = strspn (word, "0123456789.,");
  g_autofree char *number = g_strdelimit (g_strndup (word, digits), ",", '.');
  g_autofree char *unit = g_strstrip (g_strdup (word + digits));
  if (digits == 0 || strchr (unit, '/') != strstr (unit, "/s") || strpbrk (unit, " 0123456789") != NULL)
    return g_strdup (word);
  /* A bare number is meant in the unit that the form shows. */
  if (*unit == '\0')
    return strcmp (number, "0") != 0 ? g_strconcat (number, spec->unit, NULL) : g_steal_pointer (&number);
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (units[i].type == spec->type && g_ascii_strcasecmp (unit, units[i].typed) == 0)
      return g_strconcat (number, units[i].unit, NULL);
  return g_strconcat (number, unit, NULL);
}

/* One item of a list, or the whole of what is none. */
static char *
item_text (const VbetAttributeSpec *spec, const char *text)
{
  g_autofree char *word = g_strstrip (g_strdup (text));
  switch (spec->type) {
  case VBET_VALUE_STRING:
    return quoted (word);
  case VBET_VALUE_NAME:
    return is_name (word) ? g_steal_pointer (&word) : quoted (word);
  case VBET_VALUE_POINT:
    return word[0] == '(' ? g_steal_pointer (&word) : g_strdup_printf ("(%s)", word);
  case VBET_VALUE_SIZE:
  case VBET_VALUE_DURATION:
  case VBET_VALUE_PERCENT:
  case VBET_VALUE_RATE:
    return number_text (spec, word);
  default:
    return g_steal_pointer (&word);
  }
}

static char *
list_text (const VbetAttributeSpec *spec, const char *text)
{
  g_autoptr (GStrvBuilder) items = g_strv_builder_new ();
  g_auto (GStrv) words = g_strsplit_set (text, ",; \t\n", -1);
  guint n = 0;
  for (guint i = 0; words[i] != NULL; i++) {
    if (words[i][0] == '\0')
      continue;
    g_autofree char *item = item_text (spec, words[i]);
    g_strv_builder_add (items, item);
    n++;
  }
  g_auto (GStrv) list = g_strv_builder_end (items);
  if (n == 0)
    return NULL;
  g_autofree char *joined = g_strjoinv (", ", list);
  return n == 1 ? g_steal_pointer (&joined) : g_strdup_printf ("[%s]", joined);
}

char *
vbet_form_value_text (const VbetAttributeSpec *spec, const char *text)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  if (stripped[0] == '\0')
    return NULL;
  if (spec->list)
    return list_text (spec, stripped);
  if (editor_of (spec) == VBET_EDITOR_TEXT) {
    char *lines = raw (text);
    return lines != NULL ? lines : quoted (g_strchomp (stripped));
  }
  return item_text (spec, stripped);
}

char *
vbet_form_pair_text (const VbetAttributeSpec *spec, const char *forth, const char *back)
{
  if (g_strcmp0 (forth, back) == 0)
    return g_strdup (forth);
  return g_strdup_printf ("%s/%s", forth != NULL ? forth : spec->default_text,
                          back != NULL ? back : spec->default_text);
}

gboolean
vbet_form_has_item (const char *text, const char *item)
{
  g_auto (GStrv) words = g_strsplit_set (text, ", ", -1);
  return g_strv_contains ((const char *const *)words, item);
}

char *
vbet_form_with_item (const char *text, const char *item, gboolean with)
{
  g_autoptr (GStrvBuilder) items = g_strv_builder_new ();
  g_auto (GStrv) words = g_strsplit_set (text, ", ", -1);
  for (guint i = 0; words[i] != NULL; i++)
    if (words[i][0] != '\0' && strcmp (words[i], item) != 0)
      g_strv_builder_add (items, words[i]);
  if (with)
    g_strv_builder_add (items, item);
  g_auto (GStrv) list = g_strv_builder_end (items);
  return g_strjoinv (", ", list);
}

/* --- checking --------------------------------------------------------------------- */

/* A lab in which an object of @kind has the attribute. */
static char *
lab_with (VbetKind kind, const char *key, const char *value)
{
  if (kind == VBET_KIND_NIC)
    return g_strdup_printf ("attach(alloc(host), alloc(NIC, %s=%s))", key, value);
  if (kind == VBET_KIND_CABLE)
    return g_strdup_printf ("alloc(cable, %s=%s)", key, value);
  if (kind == VBET_KIND_NOTE && strcmp (key, "text") == 0)
    return g_strdup_printf ("note(%s)", value);
  if (kind == VBET_KIND_NOTE)
    return g_strdup_printf ("note(\"\", %s=%s)", key, value);
  return g_strdup_printf ("alloc(%s, %s=%s)", vbet_kind_name (kind), key, value);
}

gboolean
vbet_form_check (VbetKind kind, const char *key, const char *value, GError **error)
{
  /* It must be one value: text that goes on after it could be anything. */
  g_autoptr (GError) reason = NULL;
  g_autoptr (VbetValue) parsed = vbet_value_parse (value, &reason);
  const VbetAttributeSpec *spec = vbet_schema_find (kind, key);
  if (parsed == NULL) {
    g_autofree char *message
        = spec != NULL && spec->type != VBET_VALUE_STRING
              ? g_strdup_printf ("%s needs %s, not %s", key, vbet_value_type_name (spec->type), value)
              : g_strdup (reason->message);
    g_set_error_literal (error, VBET_ERROR, VBET_ERROR_LANGUAGE, message);
    return FALSE;
  }
  g_autofree char *text = lab_with (kind, key, value);
  g_autoptr (VbetProgram) program = vbet_program_parse (text, strlen (text));
  g_autoptr (VbetDiagnostics) findings = vbet_diagnostics_new (text, strlen (text));
  vbet_program_diagnose (program, findings);
  g_autoptr (VbetTopology) topology = vbet_topology_elaborate (program, "form", findings);
  for (guint i = 0; i < vbet_diagnostics_size (findings); i++) {
    const VbetDiagnostic *finding = vbet_diagnostics_get (findings, i);
    /* What a text names is elsewhere in the lab: that is looked at when it is set. */
    gboolean is_name = strcmp (finding->code, VBET_E_NAME) == 0 && parsed->type == VBET_VALUE_STRING;
    if (finding->severity != VBET_SEVERITY_ERROR || is_name)
      continue;
    g_set_error_literal (error, VBET_ERROR, VBET_ERROR_LANGUAGE, finding->message);
    return FALSE;
  }
  return TRUE;
}

/* --- fields --------------------------------------------------------------------------- */

void
vbet_form_field_free (VbetFormField *self)
{
  if (self == NULL)
    return;
  for (int way = 0; way < 2; way++) {
    g_free (self->texts[way]);
    g_free (self->default_texts[way]);
  }
  g_free (self->finding);
  g_free (self);
}

/* The attributes of @object and its true kind; NULL when it is no more. */
static const VbetAttributes *
attributes_of (const VbetTopology *topology, const VbetObject *object, VbetKind *ret_kind)
{
  *ret_kind = object->kind;
  if (object->kind == VBET_KIND_NOTE)
    return object->nic < topology->notes->len
               ? ((VbetNote *)g_ptr_array_index (topology->notes, object->nic))->attributes
               : NULL;
  if (object->kind == VBET_KIND_CABLE) {
    const VbetCable *cable = vbet_topology_cable (topology, object->name);
    return cable != NULL ? cable->attributes : NULL;
  }
  const VbetDevice *device = vbet_topology_device (topology, object->name);
  if (device == NULL)
    return NULL;
  if (object->kind == VBET_KIND_NIC) {
    const VbetNic *nic = vbet_device_nic (device, object->nic);
    return nic != NULL ? nic->attributes : NULL;
  }
  *ret_kind = device->kind;
  return device->attributes;
}

static void
take_finding (VbetFormField *field, const VbetAttributes *attributes, const VbetDiagnostics *diagnostics)
{
  for (guint i = 0; i < attributes->len; i++) {
    const VbetAttribute *attribute = g_ptr_array_index (attributes, i);
    if (strcmp (attribute->key, field->spec->key) != 0)
      continue;
    for (guint k = 0; k < vbet_diagnostics_size (diagnostics) && !field->is_error; k++) {
      const VbetDiagnostic *finding = vbet_diagnostics_get (diagnostics, k);
      if (finding->span.start < attribute->span.start
          || finding->span.start >= attribute->span.start + attribute->span.length)
        continue;
      g_free (field->finding);
      field->finding = g_strdup (finding->message);
      field->is_error = finding->severity == VBET_SEVERITY_ERROR;
    }
  }
}

/* What the editors show of @value: one text, or one for each direction. */
static void
set_texts (VbetFormField *field, const VbetValue *value)
{
  gboolean pair = value != NULL && value->type == VBET_VALUE_PAIR;
  field->is_pair = pair && !vbet_value_equal (value->as.pair.ab, value->as.pair.ba);
  field->texts[0] = vbet_form_editor_text (field->spec, pair ? value->as.pair.ab : value);
  field->texts[1] = vbet_form_editor_text (field->spec, pair ? value->as.pair.ba : value);
}

static VbetFormField *
field_new (const VbetAttributeSpec *spec, VbetKind kind)
{
  VbetFormField *self = g_new0 (VbetFormField, 1);
  guint rank = 0;
  self->spec = spec;
  self->editor = editor_of (spec);
  self->label = label_of (spec->key, kind, &rank);
  self->is_main = rank > 0;
  return self;
}

static void
set_default (VbetFormField *field)
{
  g_autoptr (VbetValue) value = vbet_schema_default (field->spec);
  for (int way = 0; way < 2; way++)
    field->default_texts[way] = vbet_form_editor_text (field->spec, value);
}

/* The attribute @spec of all @objects; NULL when one of them has no such key. */
static VbetFormField *
field_of (const VbetTopology *topology, const VbetObject *objects, guint size, const VbetAttributeSpec *spec,
          const VbetDiagnostics *diagnostics)
{
  VbetKind kind = 0;
  const VbetValue *first = NULL;
  gboolean same_default = TRUE;
  g_autoptr (VbetFormField) field = NULL;
  for (guint i = 0; i < size; i++) {
    const VbetAttributes *attributes = attributes_of (topology, &objects[i], &kind);
    const VbetAttributeSpec *own = attributes != NULL ? vbet_schema_find (kind, spec->key) : NULL;
    if (own == NULL || own->type != spec->type)
      return NULL;
    const VbetValue *value = vbet_attributes_get (attributes, spec->key);
    if (field == NULL) {
      field = field_new (own, kind);
      first = value;
    }
    same_default = same_default && strcmp (own->default_text, spec->default_text) == 0;
    field->is_set |= value != NULL;
    field->is_mixed |= !vbet_value_equal (value, first);
    if (diagnostics != NULL)
      take_finding (field, attributes, diagnostics);
  }
  set_texts (field, field->is_mixed ? NULL : first);
  if (same_default)
    set_default (field);
  return g_steal_pointer (&field);
}

static VbetFormField *
text_of_note (const VbetTopology *topology, const VbetObject *object)
{
  const VbetNote *note
      = object->nic < topology->notes->len ? g_ptr_array_index (topology->notes, object->nic) : NULL;
  if (note == NULL)
    return NULL;
  VbetFormField *field = field_new (&note_text, VBET_KIND_NOTE);
  field->texts[0] = g_strdup (note->text);
  field->texts[1] = g_strdup (note->text);
  field->is_set = TRUE;
  set_default (field);
  return field;
}

static guint
rank_of (const VbetFormField *field, VbetKind kind)
{
  guint rank = 0;
  label_of (field->spec->key, kind, &rank);
  return rank > 0 ? rank : G_MAXUINT;
}

static gint
compare_fields (gconstpointer a, gconstpointer b, gpointer kind)
{
  guint one = rank_of (*(VbetFormField *const *)a, (VbetKind)GPOINTER_TO_UINT (kind));
  guint other = rank_of (*(VbetFormField *const *)b, (VbetKind)GPOINTER_TO_UINT (kind));
  return one < other ? -1 : one > other;
}

GPtrArray *
vbet_form_fields (const VbetTopology *topology, const VbetObject *objects, guint size,
                  const VbetDiagnostics *diagnostics)
{
  GPtrArray *fields = g_ptr_array_new_with_free_func ((GDestroyNotify)vbet_form_field_free);
  VbetKind kind = 0;
  guint n = 0;
  const VbetAttributeSpec *specs = vbet_schema_specs (&n);
  if (size == 0 || attributes_of (topology, &objects[0], &kind) == NULL)
    return fields;
  if (size == 1 && kind == VBET_KIND_NOTE)
    g_ptr_array_add (fields, text_of_note (topology, objects));
  for (guint i = 0; i < n; i++) {
    if ((specs[i].kinds & kind) == 0)
      continue;
    VbetFormField *field = field_of (topology, objects, size, &specs[i], diagnostics);
    if (field != NULL)
      g_ptr_array_add (fields, field);
  }
  g_ptr_array_sort_with_data (fields, compare_fields, GUINT_TO_POINTER (kind));
  return fields;
}
