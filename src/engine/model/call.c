/* call.c - statements executed one after the other: a step's edits, and vbetctl call. */
#include "config.h"

#include <string.h>

#include "engine/model/context.h"

static void
execute_call (VbetContext *self, const VbetNode *node)
{
  const VbetCallSpec *spec = vbet_context_call (self, node, TRUE);
  if (spec == NULL || vbet_context_run (self, node, spec))
    return;
  if (spec->word == VBET_WORD_NIC)
    vbet_diagnostics_add (self->diagnostics, VBET_E_STATEMENT, node->span,
                          "NIC() only names a NIC; alone it does nothing");
  else
    vbet_diagnostics_add (self->diagnostics, VBET_E_STATEMENT, node->name_span,
                          "%s() changes nothing in the lab, so it cannot stand here", spec->name);
}

void
vbet_context_execute (VbetContext *self, const VbetNode *statement)
{
  switch (statement->kind) {
  case VBET_NODE_CALL:
    execute_call (self, statement);
    break;
  case VBET_NODE_ASSIGN: {
    const VbetNode *value = statement->n_children > 0 ? vbet_node_ungroup (statement->children[0]) : NULL;
    if (vbet_context_give_name (self, statement) && value != NULL)
      vbet_context_execute (self, value);
    break;
  }
  case VBET_NODE_GROUP:
  case VBET_NODE_ERROR:
    for (guint i = 0; i < statement->n_children; i++)
      vbet_context_execute (self, statement->children[i]);
    break;
  case VBET_NODE_STEP:
    vbet_diagnostics_add (self->diagnostics, VBET_E_STATEMENT, statement->span,
                          "a step can stand only at the top level of a lab");
    break;
  default:
    break; /* the parser has said that this is no statement */
  }
}

VbetTopology *
vbet_topology_call (VbetTopology *self, const char *source, gsize size, VbetDiagnostics *diagnostics)
{
  g_autoptr (VbetDiagnostics) own = diagnostics == NULL ? vbet_diagnostics_new (source, size) : NULL;
  if (diagnostics == NULL)
    diagnostics = own;
  g_autoptr (VbetProgram) program = vbet_program_parse (source, size);
  vbet_program_diagnose (program, diagnostics);
  if (vbet_diagnostics_has_errors (diagnostics))
    return NULL;
  g_autoptr (VbetTopology) topology = vbet_topology_copy (self);
  VbetContext context;
  vbet_context_init (&context, topology, program, diagnostics);
  const VbetNode *root = vbet_program_root (program);
  for (guint i = 0; i < root->n_children; i++)
    vbet_context_execute (&context, root->children[i]);
  vbet_context_warn_loose (&context);
  vbet_context_clear (&context);
  vbet_diagnostics_sort (diagnostics);
  return vbet_diagnostics_has_errors (diagnostics) ? NULL : g_steal_pointer (&topology);
}
