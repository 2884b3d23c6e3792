/* complete.c - see complete.h.
 *
 * Tokens up to the cursor build a stack of what is open there: calls, lists,
 * groups. A name at the very start of a line closes what an earlier line left
 * open: somebody who types in the middle of a lab has an unclosed call before
 * all the lines that follow.
 */
#include "config.h"

#include "gui/model/complete.h"

#include <string.h>

#include <glib/gi18n.h>

#include "engine/model/calls.h"

/* Nobody chooses from more. */
#define MAX_PROPOSALS 200

typedef struct {
  VbetTokenClass kind;
  gsize start;
  gsize end;
} Token;

/* Something open at the cursor. */
typedef struct {
  char open;                /* '(' '[' '{' */
  const VbetCallSpec *spec; /* (nullable): of a call that is known */
  guint argument;           /* from 0 */
  gboolean has_key;         /* behind "key=" */
  char *key;                /* (nullable): that one */
  VbetKind kind;            /* alloc: of what; set, NIC: of the first argument; 0 unknown */
  char *first;              /* (nullable): the first argument, a name */
  GPtrArray *keys;          /* of char *: written already */
} Frame;

typedef struct {
  const VbetProgram *program;
  const VbetTopology *topology;
  const char *text;
  gsize size;
  gsize cursor;
  gsize start; /* of the word at the cursor */
  gboolean in_string;
  gboolean after_equals; /* of an assignment: "name = " */
  gboolean fresh;        /* a statement begins here */
  GArray *tokens;
  GPtrArray *frames;
  GPtrArray *proposals;
} Place;

static void
completion_free (gpointer data)
{
  VbetCompletion *self = data;
  g_free (self->label);
  g_free (self->text);
  g_free (self->detail);
  g_free (self->help);
  g_free (self);
}

static void
frame_free (gpointer data)
{
  Frame *self = data;
  g_free (self->key);
  g_free (self->first);
  g_ptr_array_unref (self->keys);
  g_free (self);
}

/* --- where the cursor is --------------------------------------------------------------- */

static void
collect (VbetTokenClass kind, VbetSpan span, gpointer data)
{
  Token token = { kind, span.start, span.start + span.length };
  g_array_append_val (data, token);
}

static Frame *
top (const Place *self)
{
  return self->frames->len > 0 ? g_ptr_array_index (self->frames, self->frames->len - 1) : NULL;
}

static char *
token_text (const Place *self, const Token *token)
{
  return g_strndup (self->text + token->start, token->end - token->start);
}

static void
push (Place *self, char open, const Token *before)
{
  Frame *frame = g_new0 (Frame, 1);
  frame->open = open;
  frame->keys = g_ptr_array_new_with_free_func (g_free);
  if (open == '(' && before != NULL && before->kind == VBET_TOKEN_CALL) {
    g_autofree char *name = token_text (self, before);
    frame->spec = vbet_calls_find (name);
  }
  g_ptr_array_add (self->frames, frame);
}

static void
pop (Place *self, char open)
{
  while (self->frames->len > 0) {
    g_autofree char *first = NULL;
    Frame *last = top (self);
    gboolean found = last->open == open;
    gboolean is_nic = last->spec != NULL && last->spec->word == VBET_WORD_NIC;
    if (open != '{' && last->open == '{')
      return; /* one too many in a group ends nothing */
    g_ptr_array_set_size (self->frames, (gint)self->frames->len - 1);
    Frame *outer = top (self);
    if (is_nic && outer != NULL && outer->argument == 0)
      outer->kind = VBET_KIND_NIC;
    if (found)
      return;
  }
}

/* A name at the start of a line begins a statement. */
static void
begin_statement (Place *self)
{
  while (self->frames->len > 0 && top (self)->open != '{')
    g_ptr_array_set_size (self->frames, (gint)self->frames->len - 1);
}

static VbetKind
kind_of_name (const Place *self, const char *name)
{
  const VbetDevice *device = vbet_topology_device (self->topology, name);
  if (device != NULL)
    return device->kind;
  return vbet_topology_cable (self->topology, name) != NULL ? VBET_KIND_CABLE : 0;
}

static void
take_name (Place *self, const Token *token)
{
  Frame *frame = top (self);
  if (frame == NULL || frame->open != '(' || frame->argument > 0 || frame->has_key || frame->first != NULL)
    return;
  frame->first = token_text (self, token);
  if (frame->spec != NULL && frame->spec->word == VBET_WORD_ALLOC)
    vbet_kind_from_name (frame->first, &frame->kind);
  else
    frame->kind = kind_of_name (self, frame->first);
}

static void
take_punctuation (Place *self, char sign, const Token *before)
{
  Frame *frame = top (self);
  self->after_equals = FALSE;
  switch (sign) {
  case '(':
  case '[':
  case '{':
    push (self, sign, before);
    break;
  case ')':
    pop (self, '(');
    break;
  case ']':
    pop (self, '[');
    break;
  case '}':
    pop (self, '{');
    break;
  case ',':
    if (frame != NULL) {
      frame->argument++;
      if (frame->open == '(')
        frame->has_key = FALSE;
    }
    break;
  case '=':
    if (frame == NULL || frame->open == '{')
      self->after_equals = TRUE;
    else if (before != NULL && frame->open == '(') {
      g_free (frame->key);
      frame->key = token_text (self, before);
      frame->has_key = TRUE;
    }
    break;
  default:
    break;
  }
}

static gboolean
starts_line (const Place *self, gsize start)
{
  return start == 0 || self->text[start - 1] == '\n';
}

static void
take_token (Place *self, const Token *token, const Token *before)
{
  gboolean is_name
      = token->kind == VBET_TOKEN_NAME || token->kind == VBET_TOKEN_CALL || token->kind == VBET_TOKEN_KEY;
  if (is_name && starts_line (self, token->start))
    begin_statement (self);
  if (token->kind == VBET_TOKEN_COMMENT)
    return;
  if (token->kind == VBET_TOKEN_PUNCTUATION) {
    take_punctuation (self, self->text[token->start], before);
    return;
  }
  self->after_equals = FALSE;
  if (token->kind == VBET_TOKEN_NAME)
    take_name (self, token);
  if (token->kind == VBET_TOKEN_KEY && top (self) != NULL)
    g_ptr_array_add (top (self)->keys, token_text (self, token));
}

/* Keys of the innermost call that stand after the cursor. */
static void
take_later_keys (Place *self, guint from)
{
  Frame *frame = top (self);
  int depth = 0;
  for (guint i = from; frame != NULL && i < self->tokens->len && depth >= 0; i++) {
    const Token *token = &g_array_index (self->tokens, Token, i);
    char sign = self->text[token->start];
    if (token->kind != VBET_TOKEN_COMMENT && token->kind != VBET_TOKEN_PUNCTUATION
        && starts_line (self, token->start))
      return;
    if (token->kind == VBET_TOKEN_KEY && depth == 0)
      g_ptr_array_add (frame->keys, token_text (self, token));
    if (token->kind == VBET_TOKEN_PUNCTUATION)
      depth += sign == '(' || sign == '[' || sign == '{'   ? 1
               : sign == ')' || sign == ']' || sign == '}' ? -1
                                                           : 0;
  }
}

/* Whether a statement may begin after @before: at the start, on a new line, after what ends one. */
static gboolean
may_begin (const Place *self, const Token *before)
{
  if (before == NULL)
    return TRUE;
  if (memchr (self->text + before->end, '\n', self->start - before->end) != NULL)
    return TRUE;
  char last = self->text[before->end - 1];
  return before->kind == VBET_TOKEN_COMMENT
         || (before->kind == VBET_TOKEN_PUNCTUATION && strchr ("){};", last) != NULL)
         || before->kind == VBET_TOKEN_STRING;
}

/* Returns: FALSE where nothing can be proposed. */
static gboolean
look (Place *self)
{
  const Token *before = NULL;
  guint i = 0;
  for (; i < self->tokens->len; i++) {
    const Token *token = &g_array_index (self->tokens, Token, i);
    gboolean quoted = token->kind == VBET_TOKEN_STRING || token->kind == VBET_TOKEN_REGEX;
    if (token->start >= self->cursor)
      break;
    if (token->end < self->cursor
        || (token->end == self->cursor && (token->kind == VBET_TOKEN_PUNCTUATION || quoted))) {
      take_token (self, token, before);
      if (token->kind != VBET_TOKEN_COMMENT)
        before = token;
      continue;
    }
    if (token->kind == VBET_TOKEN_COMMENT || token->kind == VBET_TOKEN_REGEX)
      return FALSE;
    self->in_string = token->kind == VBET_TOKEN_STRING;
    self->start = token->start + (self->in_string ? 1 : 0);
    if (self->in_string && memchr (self->text + self->start, '\n', self->cursor - self->start) != NULL)
      return FALSE;
    if (starts_line (self, token->start) && !self->in_string)
      begin_statement (self);
    i++;
    break;
  }
  self->fresh = !self->after_equals && may_begin (self, before);
  take_later_keys (self, i);
  return TRUE;
}

/* --- proposals ---------------------------------------------------------------------------- */

static gboolean
begins (const Place *self, const char *text)
{
  gsize length = self->cursor - self->start;
  return g_ascii_strncasecmp (text, self->text + self->start, length) == 0;
}

/* Proposes @text, labelled @label, if it begins as what was typed. The cursor goes behind it. */
static VbetCompletion *
offer (Place *self, VbetCompletionType type, const char *label, const char *text, const char *detail,
       const char *help)
{
  if (!begins (self, label) || self->proposals->len >= MAX_PROPOSALS)
    return NULL;
  VbetCompletion *one = g_new0 (VbetCompletion, 1);
  one->type = type;
  one->label = g_strdup (label);
  one->text = g_strdup (text);
  one->detail = g_strdup (detail != NULL ? detail : "");
  one->help = g_strdup (help != NULL ? help : "");
  one->select_start = strlen (text);
  g_ptr_array_add (self->proposals, one);
  return one;
}

/* As offer(), with what stands between two bars in @template selected: "alloc(NIC, ip=|10.0.0.1/24|)". */
static void
offer_snippet (Place *self, const char *label, const char *template, const char *help)
{
  g_auto (GStrv) parts = g_strsplit (template, "|", 3);
  g_autofree char *text = g_strjoinv ("", parts);
  VbetCompletion *one = offer (self, VBET_COMPLETION_SNIPPET, label, text, "", help);
  if (one == NULL || g_strv_length (parts) < 3)
    return;
  one->select_start = strlen (parts[0]);
  one->select_length = strlen (parts[1]);
}

static void
offer_call (Place *self, const char *name)
{
  const VbetCallSpec *spec = vbet_calls_find (name);
  g_autofree char *text = g_strconcat (name, "(", NULL);
  /* A parenthesis that stands there already is used. */
  gboolean open = self->cursor < self->size && self->text[self->cursor] == '(';
  offer (self, VBET_COMPLETION_CALL, name, open ? name : text, spec->signature, spec->help);
}

static void
offer_devices (Place *self, guint kinds)
{
  for (guint i = 0; i < self->topology->devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (self->topology->devices, i);
    if ((device->kind & kinds) != 0)
      offer (self, VBET_COMPLETION_DEVICE, device->name, device->name, vbet_kind_name (device->kind), "");
  }
}

static void
offer_cables (Place *self)
{
  for (guint i = 0; i < self->topology->cables->len; i++) {
    const VbetCable *cable = g_ptr_array_index (self->topology->cables, i);
    g_autofree char *ends = cable->ends[0].device != NULL && cable->ends[1].device != NULL
                                ? g_strdup_printf ("%s – %s", cable->ends[0].device, cable->ends[1].device)
                                : g_strdup (_ ("with a free end"));
    offer (self, VBET_COMPLETION_CABLE, cable->name, cable->name, ends, "");
  }
}

static char *
nic_detail (const VbetNic *nic)
{
  g_autoptr (GPtrArray) addresses = vbet_attributes_list (nic->attributes, "ip");
  g_autofree char *address
      = addresses->len > 0 ? vbet_value_to_text (g_ptr_array_index (addresses, 0)) : g_strdup ("");
  return g_strdup_printf ("eth%u  %s  %s", nic->index - 1, address,
                          nic->cable != NULL ? nic->cable : _ ("free"));
}

/* The NICs of all devices as "NIC(r1, 2)": those that are free. */
static void
offer_free_nics (Place *self)
{
  for (guint i = 0; i < self->topology->devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (self->topology->devices, i);
    for (guint k = 0; k < device->nics->len && (device->kind & VBET_KIND_GUEST) != 0; k++) {
      const VbetNic *nic = g_ptr_array_index (device->nics, k);
      if (nic->cable != NULL)
        continue;
      g_autofree char *text = g_strdup_printf ("NIC(%s, %u)", device->name, nic->index);
      g_autofree char *detail = nic_detail (nic);
      offer (self, VBET_COMPLETION_NIC, text, text, detail, "");
    }
  }
}

static void
offer_nic_numbers (Place *self, const char *name)
{
  const VbetDevice *device = name != NULL ? vbet_topology_device (self->topology, name) : NULL;
  for (guint i = 0; device != NULL && i < device->nics->len; i++) {
    const VbetNic *nic = g_ptr_array_index (device->nics, i);
    g_autofree char *text = g_strdup_printf ("%u", nic->index);
    g_autofree char *detail = nic_detail (nic);
    offer (self, VBET_COMPLETION_NIC, text, text, detail, "");
  }
}

static void
offer_kinds (Place *self)
{
  guint size = 0;
  const VbetKindSpec *kinds = vbet_kind_specs (&size);
  for (guint i = 0; i < size; i++)
    if (*kinds[i].help != '\0')
      offer (self, VBET_COMPLETION_KIND, kinds[i].name, kinds[i].name, "", _ (kinds[i].help));
}

/* --- keys and values --------------------------------------------------------------------------- */

static gboolean
is_written (const Frame *frame, const char *key)
{
  for (guint i = 0; i < frame->keys->len; i++)
    if (strcmp (g_ptr_array_index (frame->keys, i), key) == 0)
      return TRUE;
  return FALSE;
}

static void
offer_key (Place *self, const Frame *frame, const VbetAttributeSpec *spec)
{
  if (is_written (frame, spec->key))
    return;
  g_autofree char *text = g_strconcat (spec->key, "=", NULL);
  g_autofree char *detail = spec->default_text[0] != '\0'
                                ? g_strdup_printf (_ ("default %s"), spec->default_text)
                                : g_strdup ("");
  gboolean open = self->cursor < self->size && self->text[self->cursor] == '=';
  offer (self, VBET_COMPLETION_KEY, spec->key, open ? spec->key : text, detail, spec->help);
}

static VbetKind
key_kind (const Frame *frame)
{
  if (frame->spec == NULL)
    return 0;
  if (frame->spec->word == VBET_WORD_ALLOC || frame->spec->word == VBET_WORD_SET)
    return frame->kind;
  return frame->spec->keyword_kind;
}

static void
offer_keys (Place *self, const Frame *frame)
{
  VbetKind kind = key_kind (frame);
  guint n = 0;
  const VbetAttributeSpec *specs = vbet_schema_specs (&n);
  for (guint i = 0; i < n && kind != 0; i++)
    if ((specs[i].kinds & kind) != 0)
      offer_key (self, frame, &specs[i]);
  for (guint i = 0; frame->spec != NULL && i < frame->spec->n_keywords; i++)
    offer_key (self, frame, &frame->spec->keywords[i]);
}

static const VbetAttributeSpec *
find_spec (const Frame *frame)
{
  VbetKind kind = key_kind (frame);
  for (guint i = 0; frame->spec != NULL && i < frame->spec->n_keywords; i++)
    if (strcmp (frame->spec->keywords[i].key, frame->key) == 0)
      return &frame->spec->keywords[i];
  return kind != 0 ? vbet_schema_find (kind, frame->key) : NULL;
}

/* Values that people write often, where the table has a range and no choices; those of impairments are with them. */
static const struct {
  const char *key;
  const char *values[6];
} usual[] = {
  { "mem", { "64M", "128M", "256M", "512M", "1G" } },
  { "mtu", { "1280", "1500", "9000" } },
  { "ageing", { "10s", "300s" } },
  { "within", { "10s", "60s", "120s" } },
  { "mode", { "0644", "0755", "0600" } },
  { "ip", { "192.168.0.1/24", "10.0.0.1/24", "2001:db8::1/64" } },
  { "color", { "red", "orange", "yellow", "green", "blue", "purple" } },
};

static void
offer_value (Place *self, const VbetAttributeSpec *spec, const char *value)
{
  gboolean is_default = strcmp (value, spec->default_text) == 0;
  offer (self, VBET_COMPLETION_VALUE, value, value, is_default ? _ ("default") : "", spec->help);
}

/* What is often set of cables. */
static void
offer_usual (Place *self, const VbetAttributeSpec *spec)
{
  const VbetImpairment *row = spec->kinds == VBET_KIND_CABLE ? vbet_impairment_find (spec->key) : NULL;
  if (row == NULL || row->usual == NULL)
    return;
  g_auto (GStrv) values = g_strsplit (row->usual, " ", -1);
  for (guint i = 0; values[i] != NULL; i++)
    offer_value (self, spec, values[i]);
}

static void
offer_values (Place *self, const VbetAttributeSpec *spec)
{
  for (guint i = 0; spec->choices != NULL && spec->choices[i] != NULL; i++)
    offer_value (self, spec, spec->choices[i]);
  if (self->in_string)
    return;
  if (spec->type == VBET_VALUE_BOOL) {
    offer_value (self, spec, "yes");
    offer_value (self, spec, "no");
  }
  offer_usual (self, spec);
  for (guint i = 0; i < G_N_ELEMENTS (usual); i++)
    for (guint k = 0; strcmp (usual[i].key, spec->key) == 0 && k < G_N_ELEMENTS (usual[i].values); k++)
      if (usual[i].values[k] != NULL)
        offer_value (self, spec, usual[i].values[k]);
  if (spec->content == VBET_CONTENT_FRR)
    offer_snippet (self, "\"\"\"router ospf …\"\"\"",
                   "\"\"\"\n  router ospf\n   network |192.168.0.0/24| area 0\n  \"\"\"",
                   _ ("FRR configuration: OSPF on one network"));
  if (spec->content == VBET_CONTENT_NFTABLES)
    offer_snippet (
        self, "\"\"\"table inet filter …\"\"\"",
        "\"\"\"\n  table inet filter {\n    chain forward {\n      type filter hook forward priority 0; "
        "policy drop;\n      |tcp dport 80 accept|\n    }\n  }\n  \"\"\"",
        _ ("nftables rules: nothing is forwarded but what is allowed here"));
}

/* --- by place -------------------------------------------------------------------------------------- */

static void
offer_ends (Place *self)
{
  offer_free_nics (self);
  offer_devices (self, VBET_KIND_DEVICE);
  offer_call (self, "NIC");
  offer_call (self, "alloc");
}

static void
offer_arguments (Place *self, const Frame *frame)
{
  gboolean first = frame->argument == 0;
  switch (frame->spec->word) {
  case VBET_WORD_ALLOC:
    if (first)
      offer_kinds (self);
    break;
  case VBET_WORD_ATTACH:
    if (first)
      offer_devices (self, VBET_KIND_DEVICE);
    else {
      offer_snippet (self, "alloc(NIC, ip=…)", "alloc(NIC, ip=|10.0.0.1/24|)", _ ("A NIC with an address"));
      offer_snippet (self, "...", "...", _ ("As many NICs more as the rest of the lab uses"));
    }
    offer_call (self, "alloc");
    break;
  case VBET_WORD_PLUG:
  case VBET_WORD_UNPLUG:
    if (first)
      offer_cables (self);
    else
      offer_ends (self);
    break;
  case VBET_WORD_LINK:
    offer_ends (self);
    break;
  case VBET_WORD_DETACH:
    offer_call (self, "NIC");
    break;
  case VBET_WORD_NIC:
    if (first)
      offer_devices (self, VBET_KIND_DEVICE);
    else
      offer_nic_numbers (self, frame->first);
    break;
  case VBET_WORD_SET:
  case VBET_WORD_FREE:
    if (first) {
      offer_devices (self, VBET_KIND_DEVICE);
      offer_cables (self);
      offer_call (self, "NIC");
    }
    break;
  case VBET_WORD_PING:
    offer_devices (self, VBET_KIND_GUEST);
    break;
  case VBET_WORD_START:
  case VBET_WORD_STOP:
  case VBET_WORD_RESTART:
  case VBET_WORD_PAUSE:
  case VBET_WORD_RESUME:
    offer_devices (self, VBET_KIND_GUEST);
    break;
  case VBET_WORD_FILE:
  case VBET_WORD_EXEC:
  case VBET_WORD_EXPECT:
    if (first)
      offer_devices (self, VBET_KIND_GUEST);
    break;
  case VBET_WORD_NOTE:
  case VBET_WORD_SEED:
    break;
  }
  if (!first)
    offer_keys (self, frame);
}

/* The first free name of a kind. */
static char *
free_name (const Place *self, const char *kind)
{
  for (guint i = 1;; i++) {
    g_autofree char *name = g_strdup_printf ("%s%u", kind, i);
    if (vbet_topology_device (self->topology, name) == NULL
        && vbet_topology_cable (self->topology, name) == NULL)
      return g_steal_pointer (&name);
  }
}

static void
offer_made (Place *self)
{
  offer_call (self, "alloc");
  offer_call (self, "attach");
  offer_snippet (self, "attach(alloc(host), alloc(NIC))", "attach(alloc(|host|), alloc(NIC, ip=10.0.0.1/24))",
                 _ ("A device with a NIC"));
}

static void
offer_statements (Place *self, gboolean in_step)
{
  guint n = 0, size = 0;
  const VbetKindSpec *kinds = vbet_kind_specs (&size);
  const VbetCallSpec *specs = vbet_calls_specs (&n);
  for (guint i = 0; i < n; i++)
    if ((specs[i].places & (in_step ? VBET_PLACE_STEP : VBET_PLACE_LAB)) != 0)
      offer_call (self, specs[i].name);
  if (in_step)
    return;
  for (guint i = 0; i < size; i++) {
    const char *kind = kinds[i].name;
    if ((kinds[i].kind & VBET_KIND_GUEST) == 0)
      continue;
    g_autofree char *name = free_name (self, kind);
    g_autofree char *label = g_strdup_printf ("%s = attach(alloc(%s), alloc(NIC))", name, kind);
    g_autofree char *text
        = g_strdup_printf ("%s = attach(alloc(%s), alloc(NIC, ip=|10.0.0.1/24|))", name, kind);
    offer_snippet (self, label, text, _ ("A new device with one NIC"));
  }
  const char *relay = vbet_kind_name (VBET_KIND_SWITCH);
  g_autofree char *name = free_name (self, relay);
  g_autofree char *text = g_strdup_printf ("%s = alloc(%s)", name, relay);
  offer_snippet (self, text, text, _ ("A new switch; link(switch, device, …) cables devices to it"));
  offer_snippet (self, "step \"…\" { }",
                 "step \"|Title|\" {\n  \"What the class sees.\"\n  ping(host1, host2)\n}",
                 _ ("A step of the demonstration: its statements run when it is asked for"));
}

static void
propose (Place *self)
{
  Frame *frame = top (self);
  if (frame != NULL && frame->open == '[') { /* a list is the value of the key before it */
    frame = self->frames->len > 1 ? g_ptr_array_index (self->frames, self->frames->len - 2) : NULL;
    if (frame == NULL || !frame->has_key)
      return;
  }
  if (frame != NULL && frame->open == '(' && frame->has_key) {
    const VbetAttributeSpec *spec = find_spec (frame);
    if (spec != NULL)
      offer_values (self, spec);
    return;
  }
  if (self->in_string)
    return;
  if (frame != NULL && frame->open == '(') {
    if (frame->spec != NULL)
      offer_arguments (self, frame);
  } else if (self->after_equals) {
    offer_made (self);
  } else if (self->fresh) {
    offer_statements (self, frame != NULL);
  }
}

GPtrArray *
vbet_complete (const VbetProgram *program, const VbetTopology *topology, gsize cursor, gsize *ret_start)
{
  Place self = { .program = program, .topology = topology };
  self.text = vbet_program_text (program, &self.size);
  self.cursor = MIN (cursor, self.size);
  self.start = self.cursor;
  self.tokens = g_array_new (FALSE, FALSE, sizeof (Token));
  self.frames = g_ptr_array_new_with_free_func (frame_free);
  self.proposals = g_ptr_array_new_with_free_func (completion_free);
  vbet_program_for_each_token (program, collect, self.tokens);
  if (look (&self))
    propose (&self);
  g_array_unref (self.tokens);
  g_ptr_array_unref (self.frames);
  *ret_start = self.start;
  return self.proposals;
}

gboolean
vbet_complete_is_done (const GPtrArray *proposals, const char *word, gsize length)
{
  for (guint i = 0; i < proposals->len; i++) {
    const VbetCompletion *one = g_ptr_array_index (proposals, i);
    if (strlen (one->label) == length && memcmp (one->label, word, length) == 0)
      return TRUE;
  }
  return FALSE;
}
