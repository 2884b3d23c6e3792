/* context.c - names and nodes: what elaboration and the execution of calls ask first. */
#include "config.h"

#include "engine/model/context.h"

#include <string.h>

#include "engine/model/suggest.h"

/* A similar name is looked for so many times in one text: with thousands of names and errors it would take
 * seconds. */
#define SUGGESTIONS_MAX 50
/* A device's name is its host name (RFC 1123). */
#define NAME_MAX_LENGTH 63

static void
loose_free (VbetLooseNic *self)
{
  if (self->device == NULL)
    vbet_nic_free (self->nic);
  g_free (self);
}

void
vbet_context_init (VbetContext *self, VbetTopology *topology, const VbetProgram *program,
                   VbetDiagnostics *diagnostics)
{
  memset (self, 0, sizeof *self);
  self->topology = topology;
  self->program = program;
  self->diagnostics = diagnostics;
  self->loose = g_ptr_array_new_with_free_func ((GDestroyNotify)loose_free);
  self->nic_names = g_hash_table_new (g_str_hash, g_str_equal);
  self->given_names = g_hash_table_new (NULL, NULL);
  self->broken = g_hash_table_new (g_str_hash, g_str_equal);
  self->made = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->suggestions = SUGGESTIONS_MAX;
  for (guint i = 0; i < topology->devices->len; i++)
    self->n_nics += ((const VbetDevice *)topology->devices->pdata[i])->nics->len;
}

void
vbet_context_clear (VbetContext *self)
{
  g_hash_table_unref (self->made);
  g_clear_pointer (&self->ports, g_hash_table_unref);
  g_clear_pointer (&self->reserved, g_hash_table_unref);
  g_hash_table_unref (self->nic_names);
  g_hash_table_unref (self->given_names);
  g_hash_table_unref (self->broken);
  g_ptr_array_unref (self->loose);
  for (guint i = 0; i < G_N_ELEMENTS (self->released); i++)
    g_clear_pointer (&self->released[i], g_tree_unref);
}

/* --- nodes --- */

const VbetNode *
vbet_node_ungroup (const VbetNode *node)
{
  while (node != NULL && node->kind == VBET_NODE_GROUP)
    node = node->n_children == 1 ? node->children[0] : NULL;
  return node;
}

const VbetNode *
vbet_node_positional (const VbetNode *node, guint index)
{
  for (guint i = 0; i < node->n_children; i++) {
    if (node->children[i]->kind == VBET_NODE_KEYWORD)
      continue;
    if (index-- == 0)
      return node->children[i];
  }
  return NULL;
}

char *
vbet_context_source (const VbetContext *self, VbetSpan span)
{
  return g_strndup (vbet_program_text (self->program, NULL) + span.start, span.length);
}

guint
vbet_context_line (VbetContext *self, gsize offset)
{
  const char *text = vbet_program_text (self->program, NULL);
  if (offset < self->counted) {
    self->counted = 0;
    self->lines = 0;
  }
  for (; self->counted < offset; self->counted++)
    self->lines += text[self->counted] == '\n';
  return self->lines + 1;
}

const VbetCallSpec *
vbet_context_call (VbetContext *self, const VbetNode *node, gboolean report)
{
  const VbetCallSpec *spec = vbet_calls_find (node->name);
  if (spec != NULL || !report)
    return spec;
  const char *best = vbet_calls_suggest (node->name);
  VbetKind kind;
  if (vbet_kind_from_name (node->name, &kind) && (kind & VBET_KIND_NOTE) == 0) {
    vbet_diagnostics_add (self->diagnostics, VBET_E_CALL, node->name_span,
                          "%s is a kind and no call; write alloc(%s, ...)", node->name, node->name);
  } else if (best != NULL) {
    VbetDiagnostic *diagnostic
        = vbet_diagnostics_add (self->diagnostics, VBET_E_CALL, node->name_span,
                                "there is no call %s(); did you mean %s()?", node->name, best);
    g_autofree char *label = g_strdup_printf ("write %s", best);
    vbet_diagnostic_set_fix (diagnostic, node->name_span, best, label);
  } else {
    vbet_diagnostics_add (self->diagnostics, VBET_E_CALL, node->name_span, "there is no call %s()",
                          node->name);
  }
  return NULL;
}

gboolean
vbet_context_check_arity (VbetContext *self, const VbetNode *node, const VbetCallSpec *spec)
{
  guint count = 0;
  const VbetNode *first_extra = NULL;
  for (guint i = 0; i < node->n_children; i++) {
    if (node->children[i]->kind == VBET_NODE_ERROR)
      return FALSE; /* the parser has said what is wrong */
    if (node->children[i]->kind == VBET_NODE_KEYWORD)
      continue;
    if (count == spec->maximum)
      first_extra = node->children[i];
    count++;
  }
  if (count < spec->minimum) {
    vbet_diagnostics_add (self->diagnostics, VBET_E_MISSING, node->name_span, "%s() lacks an argument: %s",
                          spec->name, spec->signature);
    return FALSE;
  }
  if (first_extra != NULL) {
    vbet_diagnostics_add (self->diagnostics, VBET_E_TOO_MANY, first_extra->span,
                          "%s() has an argument too many: %s", spec->name, spec->signature);
    return FALSE;
  }
  return TRUE;
}

/* --- names --- */

gboolean
vbet_context_is_taken (const VbetContext *self, const char *name)
{
  return g_hash_table_contains (self->topology->devices_by_name, name)
         || g_hash_table_contains (self->topology->cables_by_name, name)
         || g_hash_table_contains (self->nic_names, name);
}

/* Whether @node (ASSIGN) writes a name that an object can have. */
static gboolean
check_spelling (VbetContext *self, const VbetNode *node)
{
  const char *name = node->name, *fault = NULL;
  gsize size = strlen (name);
  if (!g_ascii_isalpha (name[0]) || size > NAME_MAX_LENGTH || strcmp (name, "yes") == 0
      || strcmp (name, "no") == 0)
    return FALSE; /* the parser has said so */
  if (vbet_kind_from_name (name, NULL))
    fault = "the name of a kind";
  else if (vbet_calls_find (name) != NULL)
    fault = "the name of a call";
  else if (strcmp (name, "step") == 0 || strcmp (name, "default") == 0 || strcmp (name, "none") == 0)
    fault = "a word of the language";
  if (fault != NULL)
    vbet_diagnostics_add (self->diagnostics, VBET_E_BAD_NAME, node->name_span,
                          "%s is %s and cannot be a name", name, fault);
  else if (name[size - 1] == '-')
    vbet_diagnostics_add (self->diagnostics, VBET_E_BAD_NAME, node->name_span,
                          "%s ends with '-', which no host name does", name);
  else
    return TRUE;
  return FALSE;
}

/* The alloc() or link() that a name on the left of @expression names; NULL is reported. */
static const VbetNode *
named_node (VbetContext *self, const VbetNode *assign)
{
  const VbetNode *node = assign->n_children > 0 ? vbet_node_ungroup (assign->children[0]) : NULL;
  const VbetCallSpec *spec = NULL;
  while (node != NULL && node->kind == VBET_NODE_CALL) {
    spec = vbet_calls_find (node->name);
    if (spec == NULL)
      return NULL; /* reported as an unknown call */
    if (spec->word == VBET_WORD_ALLOC || spec->word == VBET_WORD_LINK)
      return node;
    if (spec->word != VBET_WORD_ATTACH && spec->word != VBET_WORD_PLUG)
      break;
    node = vbet_node_ungroup (vbet_node_positional (node, 0));
  }
  gboolean broken = node != NULL && node->value == NULL
                    && (node->kind == VBET_NODE_PAIR || node->kind == VBET_NODE_TUPLE);
  if (node == NULL || node->kind == VBET_NODE_ERROR || broken)
    return NULL;
  if (node->kind == VBET_NODE_NAME && spec != NULL)
    vbet_diagnostics_add (self->diagnostics, VBET_E_NAMELESS, assign->name_span,
                          "%s() of %s makes nothing new that could be called %s", spec->name, node->name,
                          assign->name);
  else
    vbet_diagnostics_add (self->diagnostics, VBET_E_NAMELESS, assign->name_span,
                          "only what alloc(), attach() or link() makes can be called %s", assign->name);
  return NULL;
}

gboolean
vbet_context_give_name (VbetContext *self, const VbetNode *node)
{
  const VbetNode *named = named_node (self, node);
  if (!check_spelling (self, node) || named == NULL) {
    g_hash_table_add (self->broken, (gpointer)node->name);
    return FALSE;
  }
  if (vbet_context_is_taken (self, node->name)
      || (self->reserved != NULL && g_hash_table_contains (self->reserved, node->name))) {
    vbet_diagnostics_add (self->diagnostics, VBET_E_TAKEN, node->name_span, "the name %s is taken already",
                          node->name);
    return FALSE;
  }
  g_hash_table_insert (self->given_names, (gpointer)named, (gpointer)node->name);
  return TRUE;
}

void
vbet_context_break_name (VbetContext *self, const VbetNode *node)
{
  const char *name = g_hash_table_lookup (self->given_names, node);
  if (name != NULL)
    g_hash_table_add (self->broken, (gpointer)name);
}

char *
vbet_context_name_for (VbetContext *self, const VbetNode *node, VbetKind kind)
{
  const char *given = g_hash_table_lookup (self->given_names, node);
  if (given != NULL)
    return g_strdup (given);
  guint index = (guint)g_bit_nth_lsf (kind, -1);
  GTreeNode *first = self->released[index] != NULL ? g_tree_node_first (self->released[index]) : NULL;
  if (first != NULL) {
    gpointer number = g_tree_node_key (first);
    g_tree_remove (self->released[index], number);
    return g_strdup_printf ("%s%u", vbet_kind_name (kind), GPOINTER_TO_UINT (number));
  }
  for (;;) {
    g_autofree char *name = g_strdup_printf ("%s%u", vbet_kind_name (kind), ++self->counters[index]);
    if (!vbet_context_is_taken (self, name)
        && (self->reserved == NULL || !g_hash_table_contains (self->reserved, name)))
      return g_steal_pointer (&name);
  }
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  guint x = GPOINTER_TO_UINT (a), y = GPOINTER_TO_UINT (b);
  return x < y ? -1 : x > y;
}

void
vbet_context_release_name (VbetContext *self, VbetKind kind, const char *name)
{
  const char *word = vbet_kind_name (kind);
  if (!g_str_has_prefix (name, word))
    return;
  const char *digits = name + strlen (word);
  guint64 number = g_ascii_strtoull (digits, NULL, 10);
  guint index = (guint)g_bit_nth_lsf (kind, -1);
  if (digits[0] < '1' || digits[0] > '9' || digits[strspn (digits, "0123456789")] != '\0'
      || number > self->counters[index])
    return;
  if (self->released[index] == NULL)
    self->released[index] = g_tree_new (compare_numbers);
  g_tree_insert (self->released[index], GUINT_TO_POINTER ((guint)number), NULL);
}

static void
offer_keys (VbetSuggest *suggest, GHashTable *table)
{
  GHashTableIter iter;
  gpointer key;
  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    vbet_suggest_offer (suggest, key);
}

void
vbet_context_unknown_name (VbetContext *self, const VbetNode *node)
{
  if (g_hash_table_contains (self->broken, node->name))
    return;
  const VbetLooseNic *loose
      = self->lab_nic_names != NULL ? g_hash_table_lookup (self->lab_nic_names, node->name) : NULL;
  g_autofree char *better = NULL;
  VbetDiagnostic *diagnostic;
  VbetKind kind;
  if (loose != NULL && loose->device != NULL) {
    better = g_strdup_printf ("NIC(%s,%u)", loose->device->name, loose->nic->index);
    diagnostic = vbet_diagnostics_add (self->diagnostics, VBET_E_NAME, node->span,
                                       "the names of NICs end with the lab's text; inside a step, %s is %s",
                                       node->name, better);
  } else if (vbet_kind_from_name (node->name, &kind) && (kind & VBET_KIND_NOTE) == 0) {
    better = g_strdup_printf ("alloc(%s)", node->name);
    diagnostic = vbet_diagnostics_add (self->diagnostics, VBET_E_NAME, node->span,
                                       "%s is a kind; %s makes one", node->name, better);
  } else {
    VbetSuggest suggest;
    vbet_suggest_init (&suggest, node->name);
    if (self->suggestions > 0) {
      self->suggestions--;
      offer_keys (&suggest, self->topology->devices_by_name);
      offer_keys (&suggest, self->topology->cables_by_name);
      offer_keys (&suggest, self->nic_names);
    }
    better = g_strdup (vbet_suggest_result (&suggest));
    diagnostic = vbet_diagnostics_add (
        self->diagnostics, VBET_E_NAME, node->span, "nothing is called %s%s%s%s", node->name,
        better != NULL ? "; did you mean " : "", better != NULL ? better : "", better != NULL ? "?" : "");
  }
  if (better != NULL) {
    g_autofree char *label = g_strdup_printf ("write %s", better);
    vbet_diagnostic_set_fix (diagnostic, node->span, better, label);
  }
}

VbetPorts *
vbet_context_ports (const VbetContext *self, const VbetDevice *device)
{
  return self->ports != NULL ? g_hash_table_lookup (self->ports, device) : NULL;
}

void
vbet_context_warn_loose (VbetContext *self)
{
  for (guint i = 0; i < self->loose->len; i++) {
    const VbetLooseNic *loose = self->loose->pdata[i];
    const VbetNode *around = loose->node->parent;
    while (around != NULL && around->kind == VBET_NODE_GROUP)
      around = around->parent;
    /* Where an attach() failed, it has said why; a call that there is not may have been meant as one. */
    const VbetCallSpec *spec = around->kind == VBET_NODE_CALL ? vbet_calls_find (around->name) : NULL;
    gboolean failed = around->kind == VBET_NODE_CALL && (spec == NULL || spec->word == VBET_WORD_ATTACH);
    if (loose->device == NULL && !failed)
      vbet_diagnostics_add (self->diagnostics, VBET_W_LOOSE_NIC, loose->node->span,
                            "this NIC is put into no device");
  }
}
