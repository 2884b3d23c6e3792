/* elaborate.c - a lab's text as a topology.
 *
 * The order of top-level statements has no meaning, so the text is gone
 * through several times: which names are given; which devices, NICs and cables
 * are made; which NICs are where; which NICs the text numbers; cables into
 * NICs; attributes and files; checks; and at last the steps, one after the
 * other, on a copy, so that what cannot work is found before anything starts.
 */
#include "config.h"

#include <string.h>

#include "engine/model/context.h"

typedef struct {
  const VbetNode *node;
  const VbetCallSpec *spec;
} Call;

typedef struct {
  VbetContext context;
  GArray *calls;     /* of Call: every call outside steps, in order of the text */
  GPtrArray *checks; /* of const VbetNode: expect() and ping() at top level */
  GPtrArray *steps;  /* of const VbetNode */
} Elaboration;

/* --- 1: calls, names, steps --- */

/* Every call in @node, which is no step. */
static void
collect_calls (Elaboration *self, const VbetNode *node)
{
  if (node->kind == VBET_NODE_CALL) {
    Call call = { node, vbet_context_call (&self->context, node, TRUE) };
    if (call.spec != NULL)
      g_array_append_val (self->calls, call);
  }
  for (guint i = 0; i < node->n_children; i++)
    collect_calls (self, node->children[i]);
}

static void
check_place (Elaboration *self, const VbetNode *node)
{
  const VbetCallSpec *spec = vbet_calls_find (node->name);
  if (spec == NULL)
    return;
  if (spec->places == 0)
    vbet_diagnostics_add (self->context.diagnostics, VBET_E_STATEMENT, node->span,
                          "%s() only names a NIC; alone it does nothing", spec->name);
  else if ((spec->places & VBET_PLACE_LAB) == 0)
    vbet_diagnostics_add (self->context.diagnostics, VBET_E_STEP_ONLY, node->name_span,
                          "%s() may stand only inside a step", spec->name);
  else if (spec->word == VBET_WORD_EXPECT || spec->word == VBET_WORD_PING)
    g_ptr_array_add (self->checks, (gpointer)node);
}

static void
collect_statement (Elaboration *self, const VbetNode *node)
{
  switch (node->kind) {
  case VBET_NODE_STEP:
    g_ptr_array_add (self->steps, (gpointer)node);
    break;
  case VBET_NODE_GROUP:
  case VBET_NODE_ERROR:
    for (guint i = 0; i < node->n_children; i++)
      collect_statement (self, node->children[i]);
    break;
  case VBET_NODE_CALL:
    check_place (self, node);
    collect_calls (self, node);
    break;
  case VBET_NODE_ASSIGN:
    if (vbet_context_give_name (&self->context, node))
      g_hash_table_add (self->context.reserved, (gpointer)node->name);
    collect_calls (self, node);
    break;
  default:
    break; /* the parser has said that this is no statement */
  }
}

/* Names that steps give are kept from nameless objects, too. */
static void
reserve_names (Elaboration *self, const VbetNode *node)
{
  if (node->kind == VBET_NODE_ASSIGN)
    g_hash_table_add (self->context.reserved, (gpointer)node->name);
  for (guint i = 0; i < node->n_children; i++)
    reserve_names (self, node->children[i]);
}

/* --- 2: objects --- */

static void
make_devices (Elaboration *self)
{
  VbetContext *context = &self->context;
  for (guint i = 0; i < self->calls->len; i++) {
    const Call *call = &g_array_index (self->calls, Call, i);
    VbetKind kind;
    if (call->spec->word != VBET_WORD_ALLOC)
      continue;
    if (!vbet_context_alloc_kind (context, call->node, &kind)) {
      vbet_context_break_name (context, call->node);
      continue;
    }
    if (kind == VBET_KIND_CABLE)
      continue;
    const VbetMade *made = vbet_context_make (context, call->node, kind);
    if (made->device != NULL) {
      VbetPorts *ports = g_new0 (VbetPorts, 1);
      ports->alloc_node = call->node;
      g_hash_table_insert (context->ports, made->device, ports);
    }
  }
}

/* The names of cables depend on the kinds of devices: link() to a switch makes several. */
static void
make_cables (Elaboration *self)
{
  VbetContext *context = &self->context;
  for (guint i = 0; i < self->calls->len; i++) {
    const Call *call = &g_array_index (self->calls, Call, i);
    const VbetNode *word;
    VbetKind kind;
    switch (call->spec->word) {
    case VBET_WORD_ALLOC:
      word = vbet_node_ungroup (vbet_node_positional (call->node, 0));
      if (word != NULL && word->kind == VBET_NODE_NAME && vbet_kind_from_name (word->name, &kind)
          && kind == VBET_KIND_CABLE && vbet_node_positional (call->node, 1) == NULL)
        vbet_context_make (context, call->node, kind);
      break;
    case VBET_WORD_LINK:
      if (vbet_node_positional (call->node, 1) != NULL)
        vbet_context_link_cables (context, call->node);
      break;
    default:
      break;
    }
  }
}

/* --- 3: NICs --- */

static void
run_all (Elaboration *self, VbetWord first, VbetWord second)
{
  for (guint i = 0; i < self->calls->len; i++) {
    const Call *call = &g_array_index (self->calls, Call, i);
    if (call->spec->word == first || call->spec->word == second)
      vbet_context_run (&self->context, call->node, call->spec);
  }
}

static void
complete_nics (Elaboration *self)
{
  GPtrArray *devices = self->context.topology->devices;
  for (guint i = 0; i < devices->len; i++) {
    VbetDevice *device = devices->pdata[i];
    VbetPorts *ports = vbet_context_ports (&self->context, device);
    if (device->nics->len > 0)
      continue;
    if ((device->kind & VBET_KIND_RELAY) != 0)
      ports->elastic = TRUE; /* no port is written: it has those that are used */
    else if ((device->kind & VBET_KIND_OUTSIDE) != 0)
      vbet_context_grow (&self->context, device, 1, ports->alloc_node);
  }
}

/* --- 4: which NICs the text speaks of --- */

static void
note_nic (VbetContext *context, const VbetNode *node, gboolean in_step)
{
  VbetDevice *device = vbet_context_peek_device (context, vbet_node_positional (node, 0));
  VbetPorts *ports = device != NULL ? vbet_context_ports (context, device) : NULL;
  if (ports == NULL)
    return;
  const VbetNode *number = vbet_node_ungroup (vbet_node_positional (node, 1));
  if (number == NULL) {
    ports->anonymous += in_step ? 1 : 0;
    return;
  }
  if (number->value == NULL || number->value->type != VBET_VALUE_INTEGER || number->value->as.integer < 1
      || number->value->as.integer > VBET_KIND_NICS_MAX)
    return;
  guint k = (guint)number->value->as.integer;
  ports->highest = MAX (ports->highest, k);
  /* The call around it may be in braces. */
  const VbetNode *user = node->parent;
  while (user != NULL && user->kind == VBET_NODE_GROUP)
    user = user->parent;
  const VbetCallSpec *spec
      = user != NULL && user->kind == VBET_NODE_CALL ? vbet_calls_find (user->name) : NULL;
  if (in_step || spec == NULL || (spec->word != VBET_WORD_PLUG && spec->word != VBET_WORD_LINK))
    return;
  if (ports->numbered == NULL)
    ports->numbered = g_hash_table_new (NULL, NULL);
  g_hash_table_add (ports->numbered, GUINT_TO_POINTER (k));
}

/* A NIC that has a name is as certain as one that has a number. */
static void
note_named_nics (VbetContext *context, const VbetNode *call)
{
  for (guint i = 0; i < call->n_children; i++) {
    const VbetNode *node = vbet_node_ungroup (call->children[i]);
    const VbetLooseNic *loose = node != NULL && node->kind == VBET_NODE_NAME
                                    ? g_hash_table_lookup (context->nic_names, node->name)
                                    : NULL;
    VbetPorts *ports
        = loose != NULL && loose->device != NULL ? vbet_context_ports (context, loose->device) : NULL;
    if (ports == NULL)
      continue;
    if (ports->numbered == NULL)
      ports->numbered = g_hash_table_new (NULL, NULL);
    g_hash_table_add (ports->numbered, GUINT_TO_POINTER (loose->nic->index));
  }
}

/* "link(fw1, fw2)" in a step uses a NIC of each. */
static void
note_step_link (VbetContext *context, const VbetNode *call)
{
  for (guint i = 0; i < call->n_children; i++) {
    const VbetNode *node = vbet_node_ungroup (call->children[i]);
    VbetDevice *device
        = node != NULL && node->kind == VBET_NODE_NAME ? vbet_context_peek_device (context, node) : NULL;
    if (device != NULL && (device->kind & VBET_KIND_GUEST) != 0)
      vbet_context_ports (context, device)->anonymous++;
  }
}

static void
note_step (VbetContext *context, const VbetNode *node)
{
  if (node->kind == VBET_NODE_CALL) {
    const VbetCallSpec *spec = vbet_calls_find (node->name);
    if (spec != NULL && spec->word == VBET_WORD_NIC)
      note_nic (context, node, TRUE);
    else if (spec != NULL && spec->word == VBET_WORD_LINK)
      note_step_link (context, node);
  }
  for (guint i = 0; i < node->n_children; i++)
    note_step (context, node->children[i]);
}

static void
note_uses (Elaboration *self)
{
  VbetContext *context = &self->context;
  for (guint i = 0; i < self->calls->len; i++) {
    const Call *call = &g_array_index (self->calls, Call, i);
    if (call->spec->word == VBET_WORD_NIC)
      note_nic (context, call->node, FALSE);
    else if (call->spec->word == VBET_WORD_PLUG || call->spec->word == VBET_WORD_LINK)
      note_named_nics (context, call->node);
  }
  for (guint i = 0; i < self->steps->len; i++)
    note_step (context, self->steps->pdata[i]);
  GPtrArray *devices = context->topology->devices;
  for (guint i = 0; i < devices->len; i++) {
    VbetDevice *device = devices->pdata[i];
    VbetPorts *ports = vbet_context_ports (context, device);
    /* A number past what the device can have is told where it is used. */
    if (ports->elastic)
      vbet_context_grow (context, device, MIN (ports->highest, vbet_kind_most_nics (device->kind)),
                         ports->alloc_node);
  }
}

/* What steps take from "..." besides; after the lab's own cables have taken theirs. */
static void
grow_for_steps (Elaboration *self)
{
  GPtrArray *devices = self->context.topology->devices;
  for (guint i = 0; i < devices->len; i++) {
    VbetDevice *device = devices->pdata[i];
    VbetPorts *ports = vbet_context_ports (&self->context, device);
    guint free_nics = 0;
    for (guint k = 0; ports->anonymous > 0 && ports->elastic && k < device->nics->len; k++)
      free_nics += ((const VbetNic *)device->nics->pdata[k])->cable == NULL;
    if (ports->elastic && ports->anonymous > free_nics)
      vbet_context_grow (&self->context, device, device->nics->len + ports->anonymous - free_nics,
                         ports->alloc_node);
  }
}

/* --- 5: the rest --- */

static void
read_checks (Elaboration *self)
{
  for (guint i = 0; i < self->checks->len; i++) {
    VbetAction *action = vbet_context_action (&self->context, self->checks->pdata[i]);
    if (action != NULL)
      g_ptr_array_add (self->context.topology->checks, action);
  }
}

/* Whether a step's statements change the topology. */
static gboolean
has_edits (const VbetNode *node)
{
  const VbetCallSpec *spec = node->kind == VBET_NODE_CALL ? vbet_calls_find (node->name) : NULL;
  if (node->kind == VBET_NODE_ASSIGN || (spec != NULL && spec->word < VBET_WORD_START))
    return TRUE;
  for (guint i = 0; i < node->n_children; i++)
    if (has_edits (node->children[i]))
      return TRUE;
  return FALSE;
}

static void
read_steps (Elaboration *self)
{
  gboolean edits = FALSE;
  for (guint i = 0; i < self->steps->len && !edits; i++)
    edits = has_edits (self->steps->pdata[i]);
  VbetContext *lab = &self->context, steps;
  g_autoptr (VbetTopology) copy
      = edits ? vbet_topology_copy (lab->topology) : vbet_topology_ref (lab->topology);
  vbet_context_init (&steps, copy, lab->program, lab->diagnostics);
  steps.lab_nic_names = lab->nic_names;
  for (guint i = 0; i < self->steps->len; i++)
    g_ptr_array_add (lab->topology->steps, vbet_context_step (&steps, self->steps->pdata[i]));
  vbet_context_clear (&steps);
}

static void
ports_free (VbetPorts *self)
{
  if (self->numbered != NULL)
    g_hash_table_unref (self->numbered);
  g_free (self);
}

static void
elaborate (Elaboration *self)
{
  const VbetNode *root = vbet_program_root (self->context.program);
  for (guint i = 0; i < root->n_children; i++)
    collect_statement (self, root->children[i]);
  for (guint i = 0; i < self->steps->len; i++)
    reserve_names (self, self->steps->pdata[i]);
  make_devices (self);
  make_cables (self);
  run_all (self, VBET_WORD_SEED, VBET_WORD_SEED); /* before a NIC gets its MAC */
  run_all (self, VBET_WORD_ATTACH, VBET_WORD_ATTACH);
  complete_nics (self);
  note_uses (self);
  run_all (self, VBET_WORD_PLUG, VBET_WORD_LINK);
  grow_for_steps (self);
  run_all (self, VBET_WORD_SET, VBET_WORD_SET);
  run_all (self, VBET_WORD_FILE, VBET_WORD_NOTE);
  vbet_context_warn_loose (&self->context);
  read_checks (self);
  vbet_topology_check (self->context.topology, self->context.diagnostics);
  read_steps (self);
}

VbetTopology *
vbet_topology_elaborate (const VbetProgram *program, const char *lab_name, VbetDiagnostics *diagnostics)
{
  gsize size;
  const char *text = vbet_program_text (program, &size);
  g_autoptr (VbetDiagnostics) own = diagnostics == NULL ? vbet_diagnostics_new (text, size) : NULL;
  VbetTopology *topology = vbet_topology_new_empty (lab_name);
  Elaboration self = { 0 };
  vbet_context_init (&self.context, topology, program, diagnostics != NULL ? diagnostics : own);
  self.context.declared = TRUE;
  self.context.ports = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)ports_free);
  self.context.reserved = g_hash_table_new (g_str_hash, g_str_equal);
  self.calls = g_array_new (FALSE, FALSE, sizeof (Call));
  self.checks = g_ptr_array_new ();
  self.steps = g_ptr_array_new ();
  elaborate (&self);
  g_array_unref (self.calls);
  g_ptr_array_unref (self.checks);
  g_ptr_array_unref (self.steps);
  vbet_context_clear (&self.context);
  vbet_diagnostics_sort (self.context.diagnostics);
  return topology;
}
