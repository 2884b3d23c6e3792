/* gesture-set.c - attributes: set, unset, move on the canvas.
 *
 * A value that is written somewhere is changed there; a new one goes where the
 * object is made. What has no place of its own (a NIC that "..." made, one
 * cable of a link() that makes many) gets a set() statement.
 */
#include "config.h"

#include <string.h>

#include "engine/model/gesture-private.h"

typedef struct {
  const VbetScene *scene;
  const VbetObject *object;
  const VbetAttributes *attributes; /* as they are */
  VbetSpan made;                    /* the call that makes the object */
  gboolean shared; /* that call makes others, too, or none of its keywords are the object's */
  char *reference; /* how the text calls it; owned */
} Subject;

static gboolean
find_note (Subject *self, GError **error)
{
  const GPtrArray *notes = self->scene->topology->notes;
  if (self->object->nic >= notes->len) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_NOT_FOUND, "there is no such note");
    return FALSE;
  }
  const VbetNote *note = notes->pdata[self->object->nic];
  self->attributes = note->attributes;
  self->made = note->span;
  return TRUE;
}

static gboolean
find_cable (Subject *self, GError **error)
{
  const VbetCable *cable = vbet_topology_cable (self->scene->topology, self->object->name);
  if (cable == NULL) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_NOT_FOUND, "there is no cable %s", self->object->name);
    return FALSE;
  }
  self->attributes = cable->attributes;
  self->made = cable->span;
  self->reference = g_strdup (cable->name);
  const VbetNode *call = vbet_scene_call_at (self->scene, cable->span);
  self->shared = vbet_gesture_is_call (call, "link") && vbet_scene_link_cable (self->scene, call, 1) != NULL;
  return TRUE;
}

static gboolean
find_subject (Subject *self, GError **error)
{
  if (self->object->kind == VBET_KIND_NOTE)
    return find_note (self, error);
  if (self->object->kind == VBET_KIND_CABLE)
    return find_cable (self, error);
  const VbetDevice *device = vbet_scene_device (self->scene, self->object->name, error);
  if (device == NULL)
    return FALSE;
  self->attributes = device->attributes;
  self->made = device->span;
  self->reference = g_strdup (device->name);
  if (self->object->kind != VBET_KIND_NIC)
    return TRUE;
  const VbetNic *nic = vbet_device_nic (device, self->object->nic);
  if (nic == NULL) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_NOT_FOUND, "%s has no NIC %u", device->name,
                 self->object->nic);
    return FALSE;
  }
  g_free (self->reference);
  self->reference = g_strdup_printf ("NIC(%s, %u)", device->name, nic->index);
  self->attributes = nic->attributes;
  self->made = nic->span;
  self->shared = vbet_scene_is_grown (self->scene, nic);
  return TRUE;
}

static VbetKind
schema_kind (const Subject *self)
{
  if ((self->object->kind & VBET_KIND_DEVICE) == 0)
    return self->object->kind;
  return vbet_topology_device (self->scene->topology, self->object->name)->kind;
}

static gboolean
check_key (const Subject *self, const char *key, const char *value, GError **error)
{
  VbetKind kind = schema_kind (self);
  gboolean text_of_note = kind == VBET_KIND_NOTE && strcmp (key, "text") == 0;
  if (!text_of_note && vbet_schema_find (kind, key) == NULL) {
    const char *meant = vbet_schema_suggest (kind, key);
    g_set_error (error, VBET_ERROR, VBET_ERROR_USAGE, "a %s has no attribute %s%s%s%s", vbet_kind_name (kind),
                 key, meant != NULL ? "; did you mean " : "", meant != NULL ? meant : "",
                 meant != NULL ? "?" : "");
    return FALSE;
  }
  if (value == NULL)
    return TRUE;
  g_autoptr (VbetValue) parsed = vbet_value_parse (value, error);
  return parsed != NULL;
}

/* --- where it is written ------------------------------------------------------ */

/* The keyword that covers exactly @span, or NULL. */
static const VbetNode *
keyword_at (const Subject *self, VbetSpan span)
{
  const VbetNode *node = vbet_program_node_at (self->scene->program, span.start);
  for (; node != NULL && node->span.start >= span.start; node = node->parent)
    if (node->kind == VBET_NODE_KEYWORD && node->span.start == span.start && node->span.length == span.length)
      return node;
  return NULL;
}

static gboolean
is_same_object (const Subject *self, const VbetNode *node)
{
  VbetReferent referent = vbet_scene_resolve (self->scene, node);
  const VbetObject *object = self->object;
  if (object->kind == VBET_KIND_CABLE)
    return referent.cable != NULL && strcmp (referent.cable->name, object->name) == 0;
  if (referent.device == NULL || g_strcmp0 (referent.device->name, object->name) != 0)
    return FALSE;
  if (object->kind != VBET_KIND_NIC)
    return !referent.is_nic;
  /* "NIC(x)" is the NIC of a device that has one. */
  if (referent.is_nic && referent.nic == NULL && referent.device->nics->len == 1)
    return TRUE;
  return referent.nic != NULL && referent.nic->index == object->nic;
}

/* Every set() of the object outside steps, in order. */
static void
collect_sets (const Subject *self, const VbetNode *node, GPtrArray *sets)
{
  if (node->kind == VBET_NODE_STEP)
    return;
  const VbetNode *first = vbet_gesture_is_call (node, "set") ? vbet_gesture_positional (node, 0) : NULL;
  if (first != NULL && is_same_object (self, first))
    g_ptr_array_add (sets, (gpointer)node);
  for (guint i = 0; i < node->n_children; i++)
    collect_sets (self, node->children[i], sets);
}

static GPtrArray *
find_sets (const Subject *self)
{
  GPtrArray *sets = g_ptr_array_new ();
  if (self->reference != NULL)
    collect_sets (self, vbet_program_root (self->scene->program), sets);
  return sets;
}

/* --- edits -------------------------------------------------------------------- */

/* A new key goes last, but before a text of several lines; at= goes first. */
static void
add_keyword (const Subject *self, VbetPatch *patch, const VbetNode *call, const char *text)
{
  guint index = G_MAXUINT;
  const VbetNode *last = call->n_children > 0 ? call->children[call->n_children - 1] : NULL;
  if (last != NULL && last->kind == VBET_NODE_KEYWORD
      && memchr (self->scene->text + last->span.start, '\n', last->span.length) != NULL)
    index = call->n_children - 1;
  if (g_str_has_prefix (text, "at=") && call->n_children > 1)
    index = 1;
  vbet_patch_add_argument (patch, call, index, text);
}

static void
remove_keyword (VbetPatch *patch, const VbetNode *keyword)
{
  const VbetNode *call = keyword->parent;
  guint keywords = 0;
  g_autofree gboolean *gone = g_new0 (gboolean, call->n_children);
  for (guint i = 0; i < call->n_children; i++) {
    gone[i] = call->children[i] == keyword;
    keywords += call->children[i]->kind == VBET_NODE_KEYWORD;
  }
  if (keywords == 1 && vbet_gesture_is_call (call, "set"))
    vbet_patch_remove_statement (patch, vbet_gesture_statement (call));
  else
    vbet_patch_remove_arguments (patch, call, gone);
}

static void
set_new (const Subject *self, VbetPatch *patch, const char *key, const char *value)
{
  const VbetNode *made = vbet_scene_call_at (self->scene, self->made);
  g_autofree char *text = g_strdup_printf ("%s=%s", key, value);
  g_autoptr (GPtrArray) sets = find_sets (self);
  if (sets->len > 0) {
    add_keyword (self, patch, sets->pdata[sets->len - 1], text);
  } else if (!self->shared && made != NULL) {
    add_keyword (self, patch, made, text);
  } else {
    g_autofree char *line = g_strdup_printf ("set(%s, %s)", self->reference, text);
    vbet_patch_add_statement (patch, line);
  }
}

/* Takes every writing of @key away that is the object's alone; TRUE when one is left that others share, so
 * that "default" must be written. */
static gboolean
unset_all (const Subject *self, VbetPatch *patch, const char *key)
{
  g_autoptr (GPtrArray) sets = find_sets (self);
  const VbetNode *made = vbet_scene_call_at (self->scene, self->made);
  const VbetNode *own = made != NULL ? vbet_node_keyword (made, key) : NULL;
  gboolean needs_default = own != NULL && self->shared;
  for (guint i = sets->len; i > 0; i--) {
    const VbetNode *keyword = vbet_node_keyword (sets->pdata[i - 1], key);
    if (keyword != NULL && needs_default)
      vbet_patch_replace (patch, keyword->children[0]->span, "default");
    else if (keyword != NULL)
      remove_keyword (patch, keyword);
    needs_default = needs_default && keyword == NULL;
  }
  if (own != NULL && !self->shared)
    remove_keyword (patch, own);
  return needs_default;
}

static void
write_value (const Subject *self, VbetPatch *patch, const char *key, const char *value)
{
  const VbetAttribute *written = NULL;
  for (guint i = 0; i < self->attributes->len; i++) {
    const VbetAttribute *attribute = self->attributes->pdata[i];
    if (strcmp (attribute->key, key) == 0)
      written = attribute;
  }
  const VbetNode *keyword = written != NULL ? keyword_at (self, written->span) : NULL;
  gboolean of_all = keyword != NULL && self->shared && keyword->parent->span.start == self->made.start;
  if (value == NULL && unset_all (self, patch, key))
    set_new (self, patch, key, "default");
  else if (value != NULL && keyword != NULL && !of_all)
    vbet_patch_replace (patch, keyword->children[0]->span, value);
  else if (value != NULL)
    set_new (self, patch, key, value);
}

static gboolean
patch_subject (const Subject *self, VbetPatch *patch, const char *key, const char *value, GError **error)
{
  if (!check_key (self, key, value, error))
    return FALSE;
  if (self->object->kind == VBET_KIND_NOTE && strcmp (key, "text") == 0) {
    const VbetNode *made = vbet_scene_call_at (self->scene, self->made);
    const VbetNode *text = made != NULL ? vbet_gesture_positional (made, 0) : NULL;
    if (text != NULL)
      vbet_patch_replace (patch, text->span, value != NULL ? value : "\"\"");
    return TRUE;
  }
  write_value (self, patch, key, value);
  return TRUE;
}

VbetEdits *
vbet_gesture_set_many (const VbetProgram *program, const VbetTopology *topology, const VbetObject *objects,
                       guint size, const char *key, const char *value, GError **error)
{
  g_autoptr (VbetScene) scene = vbet_scene_new (program, topology);
  g_autoptr (VbetPatch) patch = vbet_patch_new (scene);
  gboolean good = TRUE;
  for (guint i = 0; i < size && good; i++) {
    Subject subject = { .scene = scene, .object = &objects[i] };
    good = find_subject (&subject, error) && patch_subject (&subject, patch, key, value, error);
    g_free (subject.reference);
  }
  VbetLens lens = { .set_object = objects, .n_set_objects = size, .set_key = key };
  return good ? vbet_gesture_check (scene, patch, &lens, NULL, error) : NULL;
}

VbetEdits *
vbet_gesture_set (const VbetProgram *program, const VbetTopology *topology, const VbetObject *object,
                  const char *key, const char *value, GError **error)
{
  return vbet_gesture_set_many (program, topology, object, 1, key, value, error);
}

VbetEdits *
vbet_gesture_move_devices (const VbetProgram *program, const VbetTopology *topology, const char *const *names,
                           const double *xs, const double *ys, guint size, GError **error)
{
  g_autoptr (VbetScene) scene = vbet_scene_new (program, topology);
  g_autoptr (VbetPatch) patch = vbet_patch_new (scene);
  gboolean good = TRUE;
  for (guint i = 0; i < size && good; i++) {
    const VbetDevice *device = vbet_scene_device (scene, names[i], error);
    VbetObject object = { device != NULL ? device->kind : 0, names[i], 0 };
    Subject subject = { .scene = scene, .object = &object };
    g_autofree char *at = vbet_gesture_point (xs[i], ys[i]);
    good = device != NULL && find_subject (&subject, error)
           && patch_subject (&subject, patch, "at", at, error);
    g_free (subject.reference);
  }
  /* A position has no bearing on anything else: what the other gestures check would only cost time here. */
  return good ? vbet_patch_edits (patch) : NULL;
}
