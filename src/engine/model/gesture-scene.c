/* gesture-scene.c - which bytes of the text make, name and use which object of the topology. */
#include "config.h"

#include <string.h>

#include "engine/model/gesture-private.h"

/* --- nodes -------------------------------------------------------------- */

const VbetNode *
vbet_gesture_ungroup (const VbetNode *node)
{
  while (node != NULL && node->kind == VBET_NODE_GROUP)
    node = node->n_children == 1 ? node->children[0] : NULL;
  return node;
}

const VbetNode *
vbet_gesture_positional (const VbetNode *node, guint index)
{
  for (guint i = 0; i < node->n_children; i++)
    if (node->children[i]->kind != VBET_NODE_KEYWORD && index-- == 0)
      return node->children[i];
  return NULL;
}

gboolean
vbet_gesture_is_call (const VbetNode *node, const char *name)
{
  return node != NULL && node->kind == VBET_NODE_CALL && strcmp (node->name, name) == 0;
}

/* Whether the children of @node are statements rather than parts of an expression. */
static gboolean
holds_statements (const VbetNode *node)
{
  while (node->kind == VBET_NODE_GROUP || node->kind == VBET_NODE_ERROR) {
    if (node->parent->kind == VBET_NODE_STEP)
      return TRUE;
    node = node->parent;
  }
  return node->kind == VBET_NODE_PROGRAM;
}

const VbetNode *
vbet_gesture_statement (const VbetNode *node)
{
  while (!holds_statements (node->parent))
    node = node->parent;
  return node;
}

const char *
vbet_gesture_given_name (const VbetNode *node)
{
  /* x = {attach(alloc(…), …)} names what the alloc() makes. */
  for (const VbetNode *parent = node->parent; parent != NULL; parent = parent->parent) {
    if (parent->kind == VBET_NODE_ASSIGN)
      return parent->name;
    gboolean passes
        = (parent->kind == VBET_NODE_GROUP && parent->n_children == 1 && !holds_statements (parent))
          || ((vbet_gesture_is_call (parent, "attach") || vbet_gesture_is_call (parent, "plug"))
              && vbet_gesture_positional (parent, 0) == node);
    if (!passes)
      return NULL;
    node = parent;
  }
  return NULL;
}

/* --- the index ---------------------------------------------------------- */

static void
add_made (VbetScene *self, VbetSpan span, VbetReferent referent)
{
  if (!g_hash_table_contains (self->made, GSIZE_TO_POINTER (span.start)))
    g_hash_table_insert (self->made, GSIZE_TO_POINTER (span.start), g_memdup2 (&referent, sizeof referent));
}

static void
index_topology (VbetScene *self)
{
  const VbetTopology *topology = self->topology;
  for (guint i = 0; i < topology->devices->len; i++) {
    VbetDevice *device = topology->devices->pdata[i];
    add_made (self, device->span, (VbetReferent){ .device = device });
    for (guint k = 0; k < device->nics->len; k++) {
      VbetNic *nic = device->nics->pdata[k];
      if (!vbet_scene_is_grown (self, nic))
        add_made (self, nic->span, (VbetReferent){ .device = device, .nic = nic, .is_nic = TRUE });
    }
  }
  for (guint i = 0; i < topology->cables->len; i++) {
    VbetCable *cable = topology->cables->pdata[i];
    add_made (self, cable->span, (VbetReferent){ .cable = cable });
  }
}

/* The NIC that a use of @referent is, by the cable's end. */
static void
add_use (VbetScene *self, const VbetNode *call, const VbetNode *node, VbetCable *cable, guint end)
{
  VbetReferent referent = vbet_scene_resolve (self, node);
  VbetUse use = { call, node, cable, end, referent.nic == NULL };
  guint *places = g_hash_table_lookup (self->use_of, cable);
  if (places == NULL) {
    places = g_new0 (guint, 2);
    g_hash_table_insert (self->use_of, cable, places);
  }
  g_array_append_val (self->uses, use);
  places[end] = self->uses->len;
}

static void
index_plug (VbetScene *self, const VbetNode *call, GHashTable *ends)
{
  const VbetNode *node = vbet_gesture_positional (call, 1);
  const VbetNode *first = vbet_gesture_positional (call, 0);
  VbetCable *cable = first != NULL ? vbet_scene_resolve (self, first).cable : NULL;
  if (node == NULL || cable == NULL)
    return;
  guint end = GPOINTER_TO_UINT (g_hash_table_lookup (ends, cable));
  if (end < 2)
    add_use (self, call, node, cable, end);
  g_hash_table_insert (ends, cable, GUINT_TO_POINTER (end + 1));
}

static void
index_link (VbetScene *self, const VbetNode *call)
{
  const VbetNode *first = vbet_gesture_positional (call, 0);
  const VbetNode *node;
  for (guint i = 0; first != NULL && (node = vbet_gesture_positional (call, i + 1)) != NULL; i++) {
    VbetCable *cable = vbet_scene_link_cable (self, call, i);
    if (cable == NULL)
      return;
    add_use (self, call, first, cable, 0);
    add_use (self, call, node, cable, 1);
  }
}

static void
index_names (VbetScene *self, const VbetNode *node)
{
  if (node->kind == VBET_NODE_NAME || node->kind == VBET_NODE_ASSIGN)
    g_hash_table_add (self->names, (gpointer)node->name);
  if (node->kind == VBET_NODE_ASSIGN) {
    const VbetNode *value = vbet_gesture_ungroup (node->children[0]);
    VbetReferent *made
        = value != NULL ? g_hash_table_lookup (self->made, GSIZE_TO_POINTER (value->span.start)) : NULL;
    if (made != NULL && made->is_nic)
      g_hash_table_insert (self->nic_names, (gpointer)node->name, made);
  }
  for (guint i = 0; i < node->n_children; i++)
    index_names (self, node->children[i]);
}

static void
index_uses (VbetScene *self, const VbetNode *node, GHashTable *ends)
{
  if (node->kind == VBET_NODE_STEP)
    return;
  if (vbet_gesture_is_call (node, "plug"))
    index_plug (self, node, ends);
  else if (vbet_gesture_is_call (node, "link"))
    index_link (self, node);
  for (guint i = 0; i < node->n_children; i++)
    index_uses (self, node->children[i], ends);
}

static void
note_comment (VbetTokenClass token_class, VbetSpan span, gpointer user_data)
{
  if (token_class == VBET_TOKEN_COMMENT)
    g_array_append_val ((GArray *)user_data, span);
}

VbetScene *
vbet_scene_new (const VbetProgram *program, const VbetTopology *topology)
{
  VbetScene *self = g_new0 (VbetScene, 1);
  self->program = program;
  self->topology = topology;
  self->text = vbet_program_text (program, &self->size);
  const char *newline = memchr (self->text, '\n', self->size);
  self->newline = newline != NULL && newline > self->text && newline[-1] == '\r' ? "\r\n" : "\n";
  self->made = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->nic_names = g_hash_table_new (g_str_hash, g_str_equal);
  self->names = g_hash_table_new (g_str_hash, g_str_equal);
  self->uses = g_array_new (FALSE, FALSE, sizeof (VbetUse));
  self->use_of = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->comments = g_array_new (FALSE, FALSE, sizeof (VbetSpan));
  vbet_program_for_each_token (program, note_comment, self->comments);
  const VbetNode *root = vbet_program_root (program);
  g_autoptr (GHashTable) ends = g_hash_table_new (NULL, NULL);
  index_topology (self);
  index_names (self, root);
  index_uses (self, root, ends);
  return self;
}

void
vbet_scene_free (VbetScene *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->made);
  g_hash_table_unref (self->nic_names);
  g_hash_table_unref (self->names);
  g_array_unref (self->uses);
  g_array_unref (self->comments);
  g_hash_table_unref (self->use_of);
  g_free (self);
}

/* --- questions ---------------------------------------------------------- */

gboolean
vbet_scene_is_grown (const VbetScene *self, const VbetNic *nic)
{
  const VbetNode *call = vbet_scene_call_at (self, nic->span);
  const VbetNode *kind = vbet_gesture_is_call (call, "alloc") ? vbet_gesture_positional (call, 0) : NULL;
  kind = vbet_gesture_ungroup (kind);
  return kind == NULL || kind->kind != VBET_NODE_NAME || strcmp (kind->name, "NIC") != 0;
}

const VbetUse *
vbet_scene_use (const VbetScene *self, const VbetCable *cable, guint end)
{
  const guint *places = g_hash_table_lookup (self->use_of, cable);
  return places != NULL && places[end] > 0 ? &g_array_index (self->uses, VbetUse, places[end] - 1) : NULL;
}

const VbetNode *
vbet_scene_call_at (const VbetScene *self, VbetSpan span)
{
  const VbetNode *node = vbet_program_node_at (self->program, span.start);
  for (; node != NULL && node->span.start == span.start; node = node->parent)
    if (node->kind == VBET_NODE_CALL && node->span.length == span.length)
      return node;
  return NULL;
}

VbetCable *
vbet_scene_link_cable (const VbetScene *self, const VbetNode *call, guint index)
{
  const VbetReferent *made = g_hash_table_lookup (self->made, GSIZE_TO_POINTER (call->span.start));
  if (made == NULL || made->cable == NULL)
    return NULL;
  /* A link's cables stand together. */
  const GPtrArray *cables = self->topology->cables;
  guint at;
  if (index == 0)
    return made->cable;
  if (!g_ptr_array_find ((GPtrArray *)cables, made->cable, &at) || at + index >= cables->len)
    return NULL;
  VbetCable *cable = cables->pdata[at + index];
  return cable->span.start == call->span.start ? cable : NULL;
}

static VbetReferent
resolve_name (const VbetScene *self, const char *name)
{
  VbetReferent referent = { .device = (VbetDevice *)vbet_topology_device (self->topology, name) };
  if (referent.device == NULL)
    referent.cable = (VbetCable *)vbet_topology_cable (self->topology, name);
  const VbetReferent *nic = g_hash_table_lookup (self->nic_names, name);
  if (referent.device == NULL && referent.cable == NULL && nic != NULL)
    return *nic;
  return referent;
}

static VbetReferent
resolve_nic (const VbetScene *self, const VbetNode *node)
{
  const VbetNode *device = vbet_gesture_positional (node, 0);
  const VbetNode *number = vbet_gesture_ungroup (vbet_gesture_positional (node, 1));
  VbetReferent referent = { .is_nic = TRUE };
  if (device != NULL)
    referent.device = vbet_scene_resolve (self, device).device;
  if (referent.device != NULL && number != NULL && number->value != NULL
      && number->value->type == VBET_VALUE_INTEGER && number->value->as.integer > 0
      && number->value->as.integer < G_MAXUINT)
    referent.nic = (VbetNic *)vbet_device_nic (referent.device, (guint)number->value->as.integer);
  return referent;
}

VbetReferent
vbet_scene_resolve (const VbetScene *self, const VbetNode *node)
{
  node = vbet_gesture_ungroup (node);
  if (node != NULL && node->kind == VBET_NODE_NAME)
    return resolve_name (self, node->name);
  if (vbet_gesture_is_call (node, "NIC"))
    return resolve_nic (self, node);
  if (vbet_gesture_is_call (node, "attach") && vbet_gesture_positional (node, 0) != NULL)
    return vbet_scene_resolve (self, vbet_gesture_positional (node, 0));
  if (vbet_gesture_is_call (node, "alloc") || vbet_gesture_is_call (node, "link")) {
    const VbetReferent *made = g_hash_table_lookup (self->made, GSIZE_TO_POINTER (node->span.start));
    if (made != NULL)
      return *made;
  }
  return (VbetReferent){ 0 };
}

gboolean
vbet_scene_is_taken (const VbetScene *self, const char *name)
{
  return g_hash_table_contains (self->names, name) || vbet_topology_device (self->topology, name) != NULL
         || vbet_topology_cable (self->topology, name) != NULL;
}

char *
vbet_scene_fresh_name (const VbetScene *self, const char *stem, GHashTable *also)
{
  for (guint i = 1;; i++) {
    g_autofree char *name = g_strdup_printf ("%s%u", stem, i);
    if (!vbet_scene_is_taken (self, name) && (also == NULL || !g_hash_table_contains (also, name)))
      return g_steal_pointer (&name);
  }
}

char *
vbet_scene_source (const VbetScene *self, VbetSpan span)
{
  return g_strndup (self->text + span.start, span.length);
}

VbetDevice *
vbet_scene_device (const VbetScene *self, const char *name, GError **error)
{
  const VbetDevice *device = name != NULL ? vbet_topology_device (self->topology, name) : NULL;
  if (device == NULL)
    g_set_error (error, VBET_ERROR, VBET_ERROR_NOT_FOUND, "there is no device %s",
                 name != NULL ? name : "without a name");
  return (VbetDevice *)device;
}
