/* actions.c - what a step's statements and the checks of the top level ask for. */
#include "config.h"

#include <string.h>

#include "engine/model/context.h"

/* A lab's devices that an action is about are named, not made: it runs long after it was read. */
static VbetDevice *
named_device (VbetContext *self, const VbetNode *node, guint wanted, const char *what)
{
  const VbetNode *name = vbet_node_ungroup (node);
  VbetThing thing;
  if (name != NULL && name->kind == VBET_NODE_CALL) {
    vbet_diagnostics_add (self->diagnostics, VBET_E_OBJECT, name->span,
                          "the name of a device is needed here");
    return NULL;
  }
  if (!vbet_context_evaluate (self, node, VBET_KIND_DEVICE, &thing))
    return NULL;
  if ((thing.kind & wanted) == 0) {
    vbet_diagnostics_add (self->diagnostics, VBET_E_WRONG_DEVICE, node->span,
                          "%s is a %s; only a host, router or firewall %s", thing.device->name,
                          vbet_kind_name (thing.kind), what);
    return NULL;
  }
  return thing.device;
}

static gboolean
read_power (VbetContext *self, const VbetNode *node, VbetAction *action)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < node->n_children; i++) {
    if (node->children[i]->kind == VBET_NODE_KEYWORD)
      continue;
    const VbetDevice *device = named_device (self, node->children[i], VBET_KIND_GUEST,
                                             "is switched on and off; the others always run");
    if (device == NULL)
      return FALSE;
    g_ptr_array_add (names, g_strdup (device->name));
  }
  g_ptr_array_add (names, NULL);
  action->devices = (char **)g_ptr_array_steal (names, NULL);
  return TRUE;
}

/* The guest and the command of exec() and expect(). */
static gboolean
read_command (VbetContext *self, const VbetNode *node, VbetAction *action)
{
  const VbetDevice *device
      = named_device (self, vbet_node_positional (node, 0), VBET_KIND_GUEST, "runs commands");
  const VbetNode *command_node = vbet_node_positional (node, 1);
  const char *command = vbet_context_text (self, command_node, "a command in quotes");
  if (command != NULL && command[strspn (command, " \t\n")] == '\0') {
    vbet_diagnostics_add (self->diagnostics, VBET_E_CONTENT, command_node->span, "the command is empty");
    command = NULL;
  }
  if (device == NULL || command == NULL)
    return FALSE;
  action->devices = g_new0 (char *, 2);
  action->devices[0] = g_strdup (device->name);
  action->command = g_strdup (command);
  return TRUE;
}

static gboolean
read_pattern (VbetContext *self, const VbetNode *node, VbetAction *action)
{
  const VbetNode *inner = vbet_node_ungroup (node);
  if (inner == NULL || inner->value == NULL || inner->value->type != VBET_VALUE_REGEX) {
    const char *text = vbet_context_text (self, node, "a text in quotes or a /regular expression/");
    action->pattern = g_strdup (text);
    return text != NULL;
  }
  g_autofree char *source = vbet_context_source (self, inner->span);
  if (!g_str_has_suffix (source, "/"))
    return FALSE; /* not closed: the parser has said so */
  g_autoptr (GError) error = NULL;
  g_autoptr (GRegex) regex = g_regex_new (inner->value->as.text, G_REGEX_MULTILINE, 0, &error);
  if (regex == NULL) {
    const char *reason = strstr (error->message, ": ");
    vbet_diagnostics_add (self->diagnostics, VBET_E_REGEX, inner->span,
                          "this regular expression is malformed%s", reason != NULL ? reason : "");
    return FALSE;
  }
  action->pattern = g_strdup (inner->value->as.text);
  action->is_regex = TRUE;
  return TRUE;
}

static gboolean
has_address (const VbetDevice *device)
{
  for (guint i = 0; i < device->nics->len; i++) {
    const VbetNic *nic = device->nics->pdata[i];
    const VbetValue *ip = vbet_attributes_get (nic->attributes, "ip");
    if (ip != NULL && (ip->type != VBET_VALUE_LIST || ip->as.list->len > 0))
      return TRUE;
  }
  return FALSE;
}

static gboolean
read_ping (VbetContext *self, const VbetNode *node, VbetAction *action)
{
  const VbetDevice *device
      = named_device (self, vbet_node_positional (node, 0), VBET_KIND_GUEST, "runs commands");
  const VbetNode *target_node = vbet_node_positional (node, 1);
  const VbetNode *target = vbet_node_ungroup (target_node);
  if (target != NULL && target->value != NULL && target->value->type == VBET_VALUE_ADDRESS) {
    if (target->value->as.address.prefix >= 0) {
      g_autofree char *better = vbet_address_to_text (&target->value->as.address, FALSE);
      g_autofree char *label = g_strdup_printf ("write %s", better);
      VbetDiagnostic *diagnostic
          = vbet_diagnostics_add (self->diagnostics, VBET_E_PREFIX, target->span,
                                  "the target is one address; no prefix length belongs there");
      vbet_diagnostic_set_fix (diagnostic, target->span, better, label);
      return FALSE;
    }
    action->target = vbet_address_to_text (&target->value->as.address, FALSE);
  } else {
    const VbetDevice *other = named_device (self, target_node, VBET_KIND_DEVICE, "");
    if (other == NULL)
      return FALSE;
    if (!has_address (other)) {
      vbet_diagnostics_add (self->diagnostics, VBET_E_NO_ADDRESS, target_node->span,
                            "no NIC of %s has an ip; write the address that is to be reached", other->name);
      return FALSE;
    }
    action->target = g_strdup (other->name);
  }
  if (device == NULL)
    return FALSE;
  action->devices = g_new0 (char *, 2);
  action->devices[0] = g_strdup (device->name);
  return TRUE;
}

static double
keyword_number (const VbetAttributes *keywords, const VbetCallSpec *spec, const char *key)
{
  g_autoptr (VbetValue) value = NULL;
  const VbetValue *written = vbet_attributes_get (keywords, key);
  for (guint i = 0; written == NULL && i < spec->n_keywords; i++)
    if (strcmp (spec->keywords[i].key, key) == 0)
      written = value = vbet_schema_default (&spec->keywords[i]);
  if (written == NULL)
    return 0;
  if (written->type == VBET_VALUE_BOOL)
    return written->as.boolean;
  return written->type == VBET_VALUE_PERCENT ? written->as.decimal : (double)written->as.integer;
}

static gboolean
action_kind (VbetWord word, VbetActionKind *ret_kind)
{
  static const struct {
    VbetWord word;
    VbetActionKind kind;
  } rows[] = {
    { VBET_WORD_START, VBET_ACTION_START },     { VBET_WORD_STOP, VBET_ACTION_STOP },
    { VBET_WORD_RESTART, VBET_ACTION_RESTART }, { VBET_WORD_PAUSE, VBET_ACTION_PAUSE },
    { VBET_WORD_RESUME, VBET_ACTION_RESUME },   { VBET_WORD_EXEC, VBET_ACTION_EXEC },
    { VBET_WORD_EXPECT, VBET_ACTION_EXPECT },   { VBET_WORD_PING, VBET_ACTION_PING },
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].word == word) {
      *ret_kind = rows[i].kind;
      return TRUE;
    }
  return FALSE;
}

/* Fills in everything of an action that is no edit. */
static gboolean
read_action (VbetContext *self, const VbetNode *node, const VbetCallSpec *spec, VbetAction *action)
{
  g_autoptr (GPtrArray) keywords = vbet_context_keywords (self, node, spec);
  if (!vbet_context_check_arity (self, node, spec))
    return FALSE;
  action->within_ns = (gint64)keyword_number (keywords, spec, "within");
  action->absent = keyword_number (keywords, spec, "absent") != 0;
  action->loss = keyword_number (keywords, spec, "loss");
  switch (action->kind) {
  case VBET_ACTION_EXEC:
    return read_command (self, node, action);
  case VBET_ACTION_EXPECT: {
    gboolean good = read_command (self, node, action);
    return read_pattern (self, vbet_node_positional (node, 2), action) && good;
  }
  case VBET_ACTION_PING:
    return read_ping (self, node, action);
  default:
    return read_power (self, node, action);
  }
}

VbetAction *
vbet_context_action (VbetContext *self, const VbetNode *statement)
{
  VbetAction *action = g_new0 (VbetAction, 1);
  action->kind = VBET_ACTION_EDIT;
  action->source = vbet_context_source (self, statement->span);
  action->span = statement->span;
  action->line = vbet_context_line (self, statement->span.start);
  const VbetCallSpec *spec = statement->kind == VBET_NODE_CALL ? vbet_calls_find (statement->name) : NULL;
  if (spec == NULL || !action_kind (spec->word, &action->kind)) {
    vbet_context_execute (self, statement);
    /* Each edit runs on its own: a name for a NIC does not last until the next. */
    g_hash_table_remove_all (self->nic_names);
    return action;
  }
  if (read_action (self, statement, spec, action))
    return action;
  vbet_action_free (action);
  return NULL;
}

/* Reads @statement, and what is in it when it is a group, into @actions. */
static void
read_statements (VbetContext *self, const VbetNode *statement, GPtrArray *actions)
{
  if (statement->kind == VBET_NODE_PROGRAM || statement->kind == VBET_NODE_GROUP
      || statement->kind == VBET_NODE_ERROR) {
    for (guint i = 0; i < statement->n_children; i++)
      read_statements (self, statement->children[i], actions);
    return;
  }
  if (statement->kind != VBET_NODE_CALL && statement->kind != VBET_NODE_ASSIGN
      && statement->kind != VBET_NODE_STEP)
    return; /* the parser has said that this is no statement */
  VbetAction *action = vbet_context_action (self, statement);
  if (action != NULL)
    g_ptr_array_add (actions, action);
}

VbetStep *
vbet_context_step (VbetContext *self, const VbetNode *node)
{
  VbetStep *step = g_new0 (VbetStep, 1);
  step->actions = g_ptr_array_new_with_free_func ((GDestroyNotify)vbet_action_free);
  step->span = node->span;
  gboolean titled = FALSE, broken = FALSE;
  for (guint i = 0; i < node->n_children; i++) {
    const VbetNode *child = node->children[i];
    broken = broken || child->kind == VBET_NODE_ERROR;
    if (child->kind == VBET_NODE_LITERAL && child->value != NULL && child->value->type == VBET_VALUE_STRING) {
      step->title = g_strdup (child->value->as.text);
      titled = step->title[strspn (step->title, " \t\n")] != '\0';
    } else if (child->kind == VBET_NODE_GROUP) {
      const VbetNode *first = child->n_children > 0 ? child->children[0] : NULL;
      broken = broken || child->span.length == 0;
      if (first != NULL && first->value != NULL && first->value->type == VBET_VALUE_STRING)
        step->text = g_strdup (first->value->as.text);
      read_statements (self, child, step->actions);
      if (child->n_children == 0 && !broken)
        vbet_diagnostics_add (self->diagnostics, VBET_W_EMPTY_STEP, node->span, "this step does nothing");
    }
  }
  if (!titled && !broken)
    vbet_diagnostics_add (self->diagnostics, VBET_E_UNTITLED, (VbetSpan){ node->span.start, strlen ("step") },
                          "a step needs a title: step \"title\" { ... }");
  if (step->title == NULL)
    step->title = g_strdup ("");
  return step;
}

GPtrArray *
vbet_topology_actions (const VbetTopology *self, const char *source, gsize size, VbetDiagnostics *diagnostics)
{
  g_autoptr (VbetDiagnostics) own = diagnostics == NULL ? vbet_diagnostics_new (source, size) : NULL;
  if (diagnostics == NULL)
    diagnostics = own;
  g_autoptr (VbetProgram) program = vbet_program_parse (source, size);
  vbet_program_diagnose (program, diagnostics);
  if (vbet_diagnostics_has_errors (diagnostics))
    return NULL;
  /* On a copy, so that a statement sees what those before it did. */
  g_autoptr (VbetTopology) topology = vbet_topology_copy (self);
  g_autoptr (GPtrArray) actions = g_ptr_array_new_with_free_func ((GDestroyNotify)vbet_action_free);
  VbetContext context;
  vbet_context_init (&context, topology, program, diagnostics);
  read_statements (&context, vbet_program_root (program), actions);
  vbet_context_clear (&context);
  vbet_diagnostics_sort (diagnostics);
  return vbet_diagnostics_has_errors (diagnostics) ? NULL : g_steal_pointer (&actions);
}
