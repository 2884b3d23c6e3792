/* resolve.c - expressions: what a name, alloc(), attach() or NIC() stands for. */
#include "config.h"

#include <string.h>

#include "engine/model/context.h"
#include "engine/model/suggest.h"

/* --- messages --- */

static char *
describe (const VbetThing *thing)
{
  if (thing->kind == VBET_KIND_CABLE)
    return g_strdup_printf ("%s, a cable", thing->cable->name);
  if (thing->kind != VBET_KIND_NIC)
    return g_strdup_printf ("%s, a %s", thing->device->name, vbet_kind_name (thing->kind));
  if (thing->device == NULL)
    return g_strdup ("a NIC");
  if (thing->nic == NULL)
    return g_strdup_printf ("a NIC of %s", thing->device->name);
  return g_strdup_printf ("NIC %u of %s", thing->nic->index, thing->device->name);
}

static const char *
wanted_text (guint wanted)
{
  gboolean device = (wanted & VBET_KIND_DEVICE) != 0, nic = (wanted & VBET_KIND_NIC) != 0;
  if (device && nic)
    return (wanted & VBET_KIND_CABLE) != 0 ? "a device, NIC or cable" : "a device or NIC";
  if (device)
    return "a device";
  return nic ? "a NIC" : "a cable";
}

static gboolean
report_wrong_thing (VbetContext *self, const VbetNode *node, guint wanted, const VbetThing *thing)
{
  g_autofree char *text = describe (thing);
  VbetDiagnostic *diagnostic = vbet_diagnostics_add (self->diagnostics, VBET_E_OBJECT, node->span,
                                                     "%s is needed here, not %s", wanted_text (wanted), text);
  if (wanted == VBET_KIND_NIC && (thing->kind & VBET_KIND_DEVICE) != 0) {
    g_autofree char *source = vbet_context_source (self, node->span);
    g_autofree char *better = g_strdup_printf ("NIC(%s)", source);
    g_autofree char *label = g_strdup_printf ("write %s", strlen (better) <= 40 ? better : "NIC(...)");
    vbet_diagnostic_set_fix (diagnostic, node->span, better, label);
  }
  return FALSE;
}

static gboolean
report_no_thing (VbetContext *self, const VbetNode *node, guint wanted)
{
  const char *what = "this";
  switch (node->kind) {
  case VBET_NODE_CALL:
    vbet_diagnostics_add (self->diagnostics, VBET_E_OBJECT, node->span,
                          "%s is needed here, which %s() does not give", wanted_text (wanted), node->name);
    return FALSE;
  case VBET_NODE_ELLIPSIS:
    what = "'...', which has a meaning only in attach()";
    break;
  case VBET_NODE_LITERAL:
    what = node->value != NULL && node->value->type == VBET_VALUE_STRING ? "a text" : "a value";
    break;
  case VBET_NODE_LIST:
    what = "a list";
    break;
  default:
    break;
  }
  vbet_diagnostics_add (self->diagnostics, VBET_E_OBJECT, node->span, "%s is needed here, not %s",
                        wanted_text (wanted), what);
  return FALSE;
}

/* --- alloc() --- */

/* Whether alloc() makes it; a note is made by note(). */
static gboolean
is_allocated (const VbetKindSpec *spec)
{
  return *spec->help != '\0';
}

/* The kinds that alloc() makes, for a sentence: "host, router, NIC @conjunction cable"; (transfer full). */
static char *
kinds_text (const char *conjunction)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  guint size = 0;
  const VbetKindSpec *specs = vbet_kind_specs (&size);
  for (guint i = 0; i < size; i++)
    if (is_allocated (&specs[i]))
      g_ptr_array_add (names, (gpointer)specs[i].name);
  const char *last = g_ptr_array_steal_index (names, names->len - 1);
  g_ptr_array_add (names, NULL);
  g_autofree char *others = g_strjoinv (", ", (char **)names->pdata);
  return g_strdup_printf ("%s %s %s", others, conjunction, last);
}

/* The kind that @name was probably meant to be; (nullable). */
static const char *
suggest_kind (const char *name)
{
  VbetSuggest suggest;
  vbet_suggest_init (&suggest, name);
  guint size = 0;
  const VbetKindSpec *specs = vbet_kind_specs (&size);
  for (guint i = 0; i < size; i++)
    if (is_allocated (&specs[i]))
      vbet_suggest_offer (&suggest, specs[i].name);
  return vbet_suggest_result (&suggest);
}

gboolean
vbet_context_alloc_kind (VbetContext *self, const VbetNode *node, VbetKind *ret_kind)
{
  if (!vbet_context_check_arity (self, node, vbet_calls_find ("alloc")))
    return FALSE;
  const VbetNode *word = vbet_node_ungroup (vbet_node_positional (node, 0));
  if (word == NULL || word->kind == VBET_NODE_ERROR)
    return FALSE;
  gboolean is_text = word->value != NULL && word->value->type == VBET_VALUE_STRING;
  const char *name = is_text ? word->value->as.text : word->name;
  if (word->kind != VBET_NODE_NAME && !is_text) {
    g_autofree char *kinds = kinds_text ("or");
    vbet_diagnostics_add (self->diagnostics, VBET_E_KIND, word->span, "alloc() needs a kind: %s", kinds);
    return FALSE;
  }
  gboolean known = vbet_kind_from_name (name, ret_kind) && *ret_kind != VBET_KIND_NOTE;
  if (known && !is_text)
    return TRUE;
  const char *best = known ? name : suggest_kind (name);
  VbetDiagnostic *diagnostic = NULL;
  if (known)
    diagnostic
        = vbet_diagnostics_add (self->diagnostics, VBET_E_KIND, word->span, "a kind stands without quotes");
  else if (strcmp (name, "note") == 0)
    vbet_diagnostics_add (self->diagnostics, VBET_E_KIND, word->span, "a note is made by note(\"text\")");
  else if (best != NULL)
    diagnostic = vbet_diagnostics_add (self->diagnostics, VBET_E_KIND, word->span,
                                       "there is no kind %s; did you mean %s?", name, best);
  else {
    g_autofree char *kinds = kinds_text ("and");
    vbet_diagnostics_add (self->diagnostics, VBET_E_KIND, word->span, "there is no kind %s; there are %s",
                          name, kinds);
  }
  if (diagnostic != NULL) {
    g_autofree char *label = g_strdup_printf ("write %s", best);
    vbet_diagnostic_set_fix (diagnostic, word->span, best, label);
  }
  return FALSE;
}

/* One device too many is said once; those after it are made all the same, for the sake of what names them. */
static VbetDevice *
make_device (VbetContext *self, const char *name, VbetKind kind, VbetAttributes *attributes,
             const VbetNode *node)
{
  if (self->topology->devices->len == VBET_LAB_DEVICES_MAX)
    vbet_diagnostics_add (self->diagnostics, VBET_E_LIMIT, node->span, "a lab has at most %d devices",
                          VBET_LAB_DEVICES_MAX);
  return vbet_topology_add_device (self->topology, name, kind, attributes, node->span);
}

const VbetMade *
vbet_context_make (VbetContext *self, const VbetNode *node, VbetKind kind)
{
  VbetAttributes *attributes = vbet_context_attributes (self, node, kind, FALSE);
  VbetMade *made = g_new0 (VbetMade, 1);
  g_hash_table_insert (self->made, (gpointer)node, made);
  if (kind == VBET_KIND_NIC) {
    made->loose = g_new0 (VbetLooseNic, 1);
    made->loose->nic = vbet_nic_new (attributes, node->span);
    made->loose->node = node;
    g_ptr_array_add (self->loose, made->loose);
    const char *name = g_hash_table_lookup (self->given_names, node);
    if (name != NULL)
      g_hash_table_insert (self->nic_names, (gpointer)name, made->loose);
    return made;
  }
  g_autofree char *name = vbet_context_name_for (self, node, kind);
  if (kind == VBET_KIND_CABLE)
    made->cable = vbet_topology_add_cable (self->topology, name, attributes, node->span);
  else
    made->device = make_device (self, name, kind, attributes, node);
  return made;
}

/* --- NICs --- */

gboolean
vbet_context_may_grow (VbetContext *self, const VbetDevice *device, const VbetNode *node)
{
  guint most = vbet_kind_most_nics (device->kind);
  if (device->nics->len >= most)
    vbet_diagnostics_add (self->diagnostics, VBET_E_LIMIT, node->span, "a %s has at most %u NIC%s",
                          vbet_kind_name (device->kind), most, most == 1 ? "" : "s");
  else if (self->n_nics >= VBET_LAB_NICS_MAX)
    vbet_diagnostics_add (self->diagnostics, VBET_E_LIMIT, node->span, "a lab has at most %d NICs",
                          VBET_LAB_NICS_MAX);
  else
    return TRUE;
  return FALSE;
}

gboolean
vbet_context_grow (VbetContext *self, VbetDevice *device, guint count, const VbetNode *node)
{
  while (device->nics->len < count) {
    if (!vbet_context_may_grow (self, device, node))
      return FALSE;
    vbet_topology_attach (self->topology, device, vbet_nic_new (vbet_attributes_new (), node->span), 0);
    self->n_nics++;
  }
  return TRUE;
}

/* Offers to give @device one NIC more where its NICs are written. */
static void
offer_nic (VbetContext *self, VbetDiagnostic *diagnostic, const VbetDevice *device)
{
  const VbetPorts *ports = vbet_context_ports (self, device);
  if (ports == NULL || device->nics->len >= vbet_kind_most_nics (device->kind))
    return;
  const VbetNode *attach = ports->attach_node;
  if (attach != NULL && attach->n_children > 0) {
    VbetSpan last = attach->children[attach->n_children - 1]->span;
    vbet_diagnostic_set_fix (diagnostic, (VbetSpan){ last.start + last.length, 0 }, ", alloc(NIC)",
                             "add a NIC");
  } else if (attach == NULL && ports->alloc_node != NULL) {
    g_autofree char *source = vbet_context_source (self, ports->alloc_node->span);
    g_autofree char *text = g_strdup_printf ("attach(%s, alloc(NIC))", source);
    vbet_diagnostic_set_fix (diagnostic, ports->alloc_node->span, text, "add a NIC");
  }
}

/* How many NICs @device has, for a message; (transfer full). */
static char *
nics_text (const VbetDevice *device)
{
  if (device->nics->len == 0)
    return g_strdup_printf ("%s has no NIC", device->name);
  return g_strdup_printf ("%s has %u NIC%s", device->name, device->nics->len,
                          device->nics->len == 1 ? "" : "s");
}

VbetNic *
vbet_context_next_free (VbetContext *self, VbetDevice *device, const VbetNode *node, gboolean make)
{
  VbetPorts *ports = vbet_context_ports (self, device);
  guint i = ports != NULL ? ports->cursor : 0;
  for (; i < device->nics->len; i++) {
    VbetNic *nic = device->nics->pdata[i];
    gboolean kept = ports != NULL && ports->numbered != NULL
                    && g_hash_table_contains (ports->numbered, GUINT_TO_POINTER (nic->index));
    if (nic->cable == NULL && !kept)
      return nic;
    if (ports != NULL)
      ports->cursor = i + 1;
  }
  guint makers = VBET_KIND_RELAY;
  if (ports == NULL && device->nics->len == 0)
    makers |= VBET_KIND_OUTSIDE;
  if ((ports != NULL && ports->elastic) || (make && (device->kind & makers) != 0)) {
    guint before = device->nics->len;
    if (!vbet_context_grow (self, device, before + 1, node))
      return NULL;
    return device->nics->pdata[before];
  }
  g_autofree char *has = nics_text (device);
  const char *state = device->nics->len == 0   ? ""
                      : device->nics->len == 1 ? ", and it is taken"
                                               : ", and all are taken";
  VbetDiagnostic *diagnostic
      = vbet_diagnostics_add (self->diagnostics, VBET_E_NO_FREE_NIC, node->span, "%s%s", has, state);
  offer_nic (self, diagnostic, device);
  return NULL;
}

/* NIC(device, k) or NIC(device). */
static gboolean
evaluate_nic (VbetContext *self, const VbetNode *node, VbetThing *ret_thing)
{
  VbetThing owner;
  if (!vbet_context_check_arity (self, node, vbet_calls_find ("NIC"))
      || !vbet_context_evaluate (self, vbet_node_positional (node, 0), VBET_KIND_DEVICE, &owner))
    return FALSE;
  g_ptr_array_unref (vbet_context_keywords (self, node, vbet_calls_find ("NIC")));
  memset (ret_thing, 0, sizeof *ret_thing);
  ret_thing->kind = VBET_KIND_NIC;
  ret_thing->device = owner.device;
  const VbetNode *number = vbet_node_ungroup (vbet_node_positional (node, 1));
  if (number == NULL)
    return vbet_node_positional (node, 1) == NULL;
  if (number->value == NULL || number->value->type != VBET_VALUE_INTEGER) {
    vbet_diagnostics_add (self->diagnostics, VBET_E_OBJECT, number->span,
                          "the number of a NIC is needed here, counted from 1");
    return FALSE;
  }
  gint64 k = number->value->as.integer;
  if (k >= 1 && k <= G_MAXUINT)
    ret_thing->nic = (VbetNic *)vbet_device_nic (owner.device, (guint)k);
  if (ret_thing->nic != NULL)
    return TRUE;
  g_autofree char *has = nics_text (owner.device);
  VbetDiagnostic *diagnostic;
  if (k == 0)
    diagnostic = vbet_diagnostics_add (self->diagnostics, VBET_E_NIC_NUMBER, number->span,
                                       "NICs are counted from 1: eth0 is NIC(%s,1)", owner.device->name);
  else
    diagnostic = vbet_diagnostics_add (self->diagnostics, VBET_E_NIC_NUMBER, number->span,
                                       "%s; there is no NIC %" G_GINT64_FORMAT, has, k);
  if (k == owner.device->nics->len + 1)
    offer_nic (self, diagnostic, owner.device);
  return FALSE;
}

/* --- expressions --- */

static gboolean
evaluate_name (VbetContext *self, const VbetNode *node, VbetThing *ret_thing)
{
  memset (ret_thing, 0, sizeof *ret_thing);
  ret_thing->device = g_hash_table_lookup (self->topology->devices_by_name, node->name);
  ret_thing->cable = g_hash_table_lookup (self->topology->cables_by_name, node->name);
  ret_thing->loose = g_hash_table_lookup (self->nic_names, node->name);
  if (ret_thing->device != NULL) {
    ret_thing->kind = ret_thing->device->kind;
  } else if (ret_thing->cable != NULL) {
    ret_thing->kind = VBET_KIND_CABLE;
  } else if (ret_thing->loose != NULL) {
    ret_thing->kind = VBET_KIND_NIC;
    ret_thing->nic = ret_thing->loose->nic;
    ret_thing->device = ret_thing->loose->device;
  } else {
    vbet_context_unknown_name (self, node);
    return FALSE;
  }
  return TRUE;
}

/* What alloc() @node made. */
static gboolean
recall (VbetContext *self, const VbetNode *node, VbetThing *ret_thing)
{
  const VbetMade *made = g_hash_table_lookup (self->made, node);
  memset (ret_thing, 0, sizeof *ret_thing);
  if (made == NULL) {
    VbetKind kind;
    if (self->declared)
      return FALSE; /* reported when it was not made */
    if (!vbet_context_alloc_kind (self, node, &kind)) {
      vbet_context_break_name (self, node);
      return FALSE;
    }
    made = vbet_context_make (self, node, kind);
  }
  ret_thing->device = made->device;
  ret_thing->cable = made->cable;
  ret_thing->loose = made->loose;
  if (made->loose != NULL) {
    ret_thing->kind = VBET_KIND_NIC;
    ret_thing->nic = made->loose->nic;
    ret_thing->device = made->loose->device;
  } else {
    ret_thing->kind = made->device != NULL ? made->device->kind : VBET_KIND_CABLE;
  }
  return TRUE;
}

static gboolean
evaluate_call (VbetContext *self, const VbetNode *node, guint wanted, VbetThing *ret_thing)
{
  const VbetCallSpec *spec = vbet_context_call (self, node, !self->declared);
  if (spec == NULL)
    return FALSE;
  switch (spec->word) {
  case VBET_WORD_NIC:
    return evaluate_nic (self, node, ret_thing);
  case VBET_WORD_ALLOC:
    return recall (self, node, ret_thing);
  case VBET_WORD_ATTACH:
    if (!self->declared)
      vbet_context_run (self, node, spec);
    memset (ret_thing, 0, sizeof *ret_thing);
    ret_thing->device = vbet_context_peek_device (self, node);
    if (ret_thing->device != NULL)
      ret_thing->kind = ret_thing->device->kind;
    return ret_thing->device != NULL;
  default:
    return report_no_thing (self, node, wanted);
  }
}

gboolean
vbet_context_evaluate (VbetContext *self, const VbetNode *node, guint wanted, VbetThing *ret_thing)
{
  const VbetNode *inner = vbet_node_ungroup (node);
  if (inner == NULL) {
    vbet_diagnostics_add (self->diagnostics, VBET_E_STATEMENT, node->span,
                          "braces hold one thing here, not %s",
                          node->n_children == 0 ? "nothing" : "several");
    return FALSE;
  }
  switch (inner->kind) {
  case VBET_NODE_ERROR:
    return FALSE;
  case VBET_NODE_NAME:
    if (!evaluate_name (self, inner, ret_thing))
      return FALSE;
    break;
  case VBET_NODE_CALL:
    if (!evaluate_call (self, inner, wanted, ret_thing))
      return FALSE;
    break;
  default:
    return report_no_thing (self, inner, wanted);
  }
  return (ret_thing->kind & wanted) != 0 || report_wrong_thing (self, inner, wanted, ret_thing);
}

VbetDevice *
vbet_context_peek_device (VbetContext *self, const VbetNode *node)
{
  for (;;) {
    node = vbet_node_ungroup (node);
    if (node == NULL)
      return NULL;
    if (node->kind == VBET_NODE_NAME)
      return g_hash_table_lookup (self->topology->devices_by_name, node->name);
    const VbetCallSpec *spec = node->kind == VBET_NODE_CALL ? vbet_calls_find (node->name) : NULL;
    if (spec == NULL)
      return NULL;
    if (spec->word == VBET_WORD_ALLOC) {
      const VbetMade *made = g_hash_table_lookup (self->made, node);
      return made != NULL ? made->device : NULL;
    }
    if (spec->word != VBET_WORD_ATTACH)
      return NULL;
    node = vbet_node_positional (node, 0);
  }
}
