/* gesture-cable.c - gestures about NICs and cables. */
#include "config.h"

#include <string.h>

#include "engine/model/gesture-private.h"

/* --- NICs in the text ------------------------------------------------------ */

static const VbetNode *
last_attach (const VbetScene *scene, const VbetNode *node, const VbetDevice *device)
{
  const VbetNode *found = NULL;
  if (node->kind == VBET_NODE_STEP)
    return NULL;
  if (vbet_gesture_is_call (node, "attach") && vbet_scene_resolve (scene, node).device == device)
    found = node;
  for (guint i = 0; i < node->n_children; i++) {
    const VbetNode *inner = last_attach (scene, node->children[i], device);
    found = inner != NULL ? inner : found;
  }
  return found;
}

const VbetNode *
vbet_gesture_attach_of (const VbetScene *scene, const VbetDevice *device)
{
  return last_attach (scene, vbet_program_root (scene->program), device);
}

static gboolean
has_ellipsis (const VbetScene *scene, const VbetNode *node, const VbetDevice *device)
{
  if (node->kind == VBET_NODE_ELLIPSIS && vbet_gesture_is_call (node->parent, "attach"))
    return vbet_scene_resolve (scene, node->parent).device == device;
  for (guint i = 0; i < node->n_children; i++)
    if (has_ellipsis (scene, node->children[i], device))
      return TRUE;
  return FALSE;
}

/* Whether a number beyond its NICs gives the device one more. */
static gboolean
is_elastic (const VbetScene *scene, const VbetDevice *device)
{
  if ((device->kind & VBET_KIND_RELAY) != 0 && vbet_gesture_attach_of (scene, device) == NULL)
    return TRUE;
  return has_ellipsis (scene, vbet_program_root (scene->program), device);
}

static guint
count_written (const VbetScene *scene, const VbetDevice *device)
{
  guint n = 0;
  for (guint i = 0; i < device->nics->len; i++)
    n += !vbet_scene_is_grown (scene, device->nics->pdata[i]);
  return n;
}

/* Writes as many alloc(NIC) as it takes for @device to have @total NICs. */
static void
write_nics (const VbetScene *scene, VbetPatch *patch, const VbetDevice *device, guint total)
{
  g_autoptr (GString) nics = g_string_new (NULL);
  for (guint n = count_written (scene, device); n < total; n++)
    g_string_append (nics, nics->len > 0 ? ", alloc(NIC)" : "alloc(NIC)");
  if (nics->len == 0)
    return;
  const VbetNode *attach = vbet_gesture_attach_of (scene, device);
  if (attach != NULL) {
    guint index = G_MAXUINT;
    for (guint i = 0; i < attach->n_children; i++)
      if (attach->children[i]->kind == VBET_NODE_ELLIPSIS)
        index = i;
    vbet_patch_add_argument (patch, attach, index, nics->str);
    return;
  }
  const VbetNode *alloc = vbet_scene_call_at (scene, device->span);
  if (alloc == NULL)
    return;
  g_autofree char *after = g_strdup_printf (", %s)", nics->str);
  vbet_patch_insert (patch, alloc->span.start, "attach(");
  vbet_patch_insert (patch, alloc->span.start + alloc->span.length, after);
}

/* --- add and remove a NIC --------------------------------------------------- */

static gboolean
check_one_nic (const VbetDevice *device, GError **error)
{
  if ((device->kind & VBET_KIND_OUTSIDE) == 0)
    return TRUE;
  g_set_error (error, VBET_ERROR, VBET_ERROR_STATE, "%s is a %s, which has exactly one NIC", device->name,
               vbet_kind_name (device->kind));
  return FALSE;
}

VbetEdits *
vbet_gesture_add_nic (const VbetProgram *program, const VbetTopology *topology, const char *device_name,
                      guint *ret_nic, GError **error)
{
  g_autoptr (VbetScene) scene = vbet_scene_new (program, topology);
  const VbetDevice *device = vbet_scene_device (scene, device_name, error);
  if (device == NULL || !check_one_nic (device, error))
    return NULL;
  guint nic = device->nics->len + 1;
  g_autoptr (VbetPatch) patch = vbet_patch_new (scene);
  write_nics (scene, patch, device, nic);
  VbetLens lens = { .every_nic_of = device->name };
  g_autoptr (GPtrArray) added = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (added, vbet_lens_nic_line (device->name, nic));
  VbetEdits *edits = vbet_gesture_check (scene, patch, &lens, added, error);
  if (edits != NULL && ret_nic != NULL)
    *ret_nic = nic;
  return edits;
}

/* NIC(x, j) with j above @nic is NIC(x, j - 1) from now on. */
static void
renumber (const VbetScene *scene, VbetPatch *patch, const VbetNode *node, const VbetDevice *device, guint nic)
{
  const VbetNode *number = vbet_gesture_is_call (node, "NIC") ? vbet_gesture_positional (node, 1) : NULL;
  number = vbet_gesture_ungroup (number);
  VbetReferent referent = { 0 };
  if (number != NULL)
    referent = vbet_scene_resolve (scene, node);
  if (referent.device == device && referent.nic != NULL && referent.nic->index > nic) {
    g_autofree char *text = g_strdup_printf ("%u", referent.nic->index - 1);
    vbet_patch_replace (patch, number->span, text);
  }
  for (guint i = 0; i < node->n_children; i++)
    renumber (scene, patch, node->children[i], device, nic);
}

static VbetEdits *
try_remove_nic (const VbetScene *scene, const VbetDevice *device, VbetNic *nic, const VbetLens *lens,
                gboolean pin, GError **error)
{
  g_autoptr (VbetPatch) patch = vbet_patch_new (scene);
  g_autoptr (GHashTable) devices = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) cables = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) nics = g_hash_table_new (NULL, NULL);
  g_hash_table_add (nics, nic);
  if (nic->cable != NULL)
    g_hash_table_add (cables, (gpointer)vbet_topology_cable (scene->topology, nic->cable));
  VbetPurge purge = { .scene = scene,
                      .patch = patch,
                      .devices = devices,
                      .cables = cables,
                      .nics = nics,
                      .shifted = device->name,
                      .pin = pin };
  renumber (scene, patch, vbet_program_root (scene->program), device, nic->index);
  vbet_purge_run (&purge);
  return vbet_gesture_check (scene, patch, lens, NULL, error);
}

VbetEdits *
vbet_gesture_remove_nic (const VbetProgram *program, const VbetTopology *topology, const char *device_name,
                         guint nic, GError **error)
{
  g_autoptr (VbetScene) scene = vbet_scene_new (program, topology);
  const VbetDevice *device = vbet_scene_device (scene, device_name, error);
  if (device == NULL || !check_one_nic (device, error))
    return NULL;
  VbetNic *gone = (VbetNic *)vbet_device_nic (device, nic);
  if (gone == NULL) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_NOT_FOUND, "%s has no NIC %u", device_name, nic);
    return NULL;
  }
  g_autoptr (GHashTable) cables = g_hash_table_new (g_str_hash, g_str_equal);
  if (gone->cable != NULL)
    g_hash_table_add (cables, (gpointer)gone->cable);
  VbetLens lens
      = { .gone_cables = cables, .shift_device = device->name, .shift_nic = nic, .ignore_steps = TRUE };
  VbetEdits *edits = try_remove_nic (scene, device, gone, &lens, FALSE, NULL);
  if (edits == NULL)
    edits = try_remove_nic (scene, device, gone, &lens, TRUE, NULL);
  lens.loose = TRUE;
  return edits != NULL ? edits : try_remove_nic (scene, device, gone, &lens, FALSE, error);
}

/* --- where a cable goes in ---------------------------------------------------- */

typedef struct {
  const VbetDevice *device;
  guint nic;
  gboolean chosen;  /* by the user, so that the number is written */
  gboolean is_new;  /* there is no such NIC yet */
  gboolean elastic; /* and naming its number makes it */
} Target;

/* @except: a NIC that is not free, though it looks so; 0: none. */
static gboolean
find_target (const VbetScene *scene, const char *device_name, guint nic, guint except, Target *ret,
             GError **error)
{
  Target target = { vbet_scene_device (scene, device_name, error), nic, nic > 0, FALSE, FALSE };
  if (target.device == NULL)
    return FALSE;
  const GPtrArray *nics = target.device->nics;
  if (nic > 0) {
    const VbetNic *there = vbet_device_nic (target.device, nic);
    if (there == NULL || there->cable != NULL || nic == except) {
      g_set_error (error, VBET_ERROR, VBET_ERROR_STATE,
                   there == NULL ? "%s has no NIC %u"
                                 : "a cable is in NIC %2$u of %1$s already; unplug it first",
                   device_name, nic);
      return FALSE;
    }
    *ret = target;
    return TRUE;
  }
  for (guint i = 0; i < nics->len && target.nic == 0; i++) {
    const VbetNic *there = nics->pdata[i];
    if (there->cable == NULL && there->index != except)
      target.nic = there->index;
  }
  if (target.nic == 0) {
    if (!check_one_nic (target.device, error))
      return FALSE;
    target.nic = MAX (nics->len, except) + 1;
    target.is_new = TRUE;
    target.elastic = is_elastic (scene, target.device);
  }
  *ret = target;
  return TRUE;
}

/* Gives the device the NIC, where a number alone does not. */
static void
write_target (const VbetScene *scene, VbetPatch *patch, const Target *target, GPtrArray *added)
{
  if (!target->is_new || target->elastic)
    return;
  write_nics (scene, patch, target->device, target->nic);
  if ((target->device->kind & VBET_KIND_RELAY) == 0)
    g_ptr_array_add (added, vbet_lens_nic_line (target->device->name, target->nic));
}

/* (transfer full): "NIC(r1, 2)", or only the device where that says as much. */
static char *
target_text (const Target *target, gboolean brief)
{
  gboolean ports = (target->device->kind & VBET_KIND_RELAY) != 0;
  if (brief && !target->chosen && (ports || target->device->nics->len <= 1))
    return g_strdup (target->device->name);
  return g_strdup_printf ("NIC(%s, %u)", target->device->name, target->nic);
}

/* --- add a cable --------------------------------------------------------------- */

/* How a link() may be written, the shortest way first. */
typedef enum {
  LINK_BRIEF,    /* link(host1, switch1) */
  LINK_NUMBERED, /* link(NIC(host1, 1), NIC(switch1, 4)) */
  LINK_LOOSE,    /* the same, whatever it is called */
  LINK_FORMS
} LinkForm;

static VbetEdits *
try_add_cable (const VbetScene *scene, const Target *a, const Target *b, LinkForm form, GError **error)
{
  g_autoptr (VbetPatch) patch = vbet_patch_new (scene);
  g_autoptr (GPtrArray) added = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *near = target_text (a, form == LINK_BRIEF);
  g_autofree char *far = target_text (b, form == LINK_BRIEF);
  g_autofree char *line = g_strdup_printf ("link(%s, %s)", near, far);
  VbetLens lens = { .loose = form == LINK_LOOSE };
  g_autofree char *name = vbet_scene_fresh_name (scene, vbet_kind_name (VBET_KIND_CABLE), NULL);
  g_ptr_array_add (added,
                   vbet_lens_cable_line (&lens, name, a->device->name, a->nic, b->device->name, b->nic));
  /* A switch gets a port by being linked to; only with its number it needs a written one. */
  gboolean ports_a = (a->device->kind & VBET_KIND_RELAY) != 0;
  gboolean ports_b = (b->device->kind & VBET_KIND_RELAY) != 0;
  if (form != LINK_BRIEF || !ports_a)
    write_target (scene, patch, a, added);
  if (form != LINK_BRIEF || !ports_b)
    write_target (scene, patch, b, added);
  vbet_patch_add_statement (patch, line);
  return vbet_gesture_check (scene, patch, &lens, added, error);
}

VbetEdits *
vbet_gesture_add_cable (const VbetProgram *program, const VbetTopology *topology, const char *device_a,
                        guint nic_a, const char *device_b, guint nic_b, GError **error)
{
  g_autoptr (VbetScene) scene = vbet_scene_new (program, topology);
  Target a;
  Target b;
  gboolean same = g_strcmp0 (device_a, device_b) == 0;
  if (!find_target (scene, device_a, nic_a, same ? nic_b : 0, &a, error)
      || !find_target (scene, device_b, nic_b, same ? a.nic : 0, &b, error))
    return NULL;
  if (same && (a.device->kind & VBET_KIND_GUEST) != 0 && nic_a == 0 && nic_b == 0) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_STATE,
                 "a cable from %s to itself leads nowhere; choose its two NICs", device_a);
    return NULL;
  }
  VbetEdits *edits = NULL;
  for (LinkForm form = LINK_BRIEF; form < LINK_FORMS && edits == NULL; form++)
    edits = try_add_cable (scene, &a, &b, form, form + 1 < LINK_FORMS ? NULL : error);
  return edits;
}

/* --- remove a cable -------------------------------------------------------------- */

static VbetCable *
find_cable (const VbetScene *scene, const char *name, GError **error)
{
  const VbetCable *cable = name != NULL ? vbet_topology_cable (scene->topology, name) : NULL;
  if (cable == NULL)
    g_set_error (error, VBET_ERROR, VBET_ERROR_NOT_FOUND, "there is no cable %s",
                 name != NULL ? name : "without a name");
  return (VbetCable *)cable;
}

/* Patches the text so that @cable is no more; @pin: see gesture-purge.c. */
static void
purge_cable (const VbetScene *scene, VbetPatch *patch, VbetCable *cable, gboolean pin, gboolean moving)
{
  g_autoptr (GHashTable) devices = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) cables = g_hash_table_new (NULL, NULL);
  g_hash_table_add (cables, cable);
  VbetPurge purge = {
    .scene = scene, .patch = patch, .devices = devices, .cables = cables, .pin = pin, .moving = moving
  };
  vbet_purge_run (&purge);
}

static VbetEdits *
try_remove_cable (const VbetScene *scene, VbetCable *cable, const VbetLens *lens, gboolean pin,
                  GError **error)
{
  g_autoptr (VbetPatch) patch = vbet_patch_new (scene);
  purge_cable (scene, patch, cable, pin, FALSE);
  return vbet_gesture_check (scene, patch, lens, NULL, error);
}

VbetEdits *
vbet_gesture_remove_cable (const VbetProgram *program, const VbetTopology *topology, const char *cable_name,
                           GError **error)
{
  g_autoptr (VbetScene) scene = vbet_scene_new (program, topology);
  VbetCable *cable = find_cable (scene, cable_name, error);
  if (cable == NULL)
    return NULL;
  g_autoptr (GHashTable) cables = g_hash_table_new (g_str_hash, g_str_equal);
  g_hash_table_add (cables, cable->name);
  VbetLens lens = { .gone_cables = cables, .ignore_steps = TRUE };
  VbetEdits *edits = try_remove_cable (scene, cable, &lens, FALSE, NULL);
  if (edits == NULL)
    edits = try_remove_cable (scene, cable, &lens, TRUE, NULL);
  lens.loose = TRUE;
  return edits != NULL ? edits : try_remove_cable (scene, cable, &lens, FALSE, error);
}

/* --- move an end ------------------------------------------------------------------- */

typedef struct {
  const VbetScene *scene;
  VbetCable *cable;
  guint end;
  Target target;
} Move;

/* Steps that pull the cable out of where it was, pull it out of where it is. */
static void
move_in_steps (const Move *self, VbetPatch *patch, const VbetNode *node, const char *text)
{
  const VbetCableEnd *old = &self->cable->ends[self->end];
  const VbetNode *first = vbet_gesture_is_call (node, "unplug") ? vbet_gesture_positional (node, 0) : NULL;
  const VbetNode *second = first != NULL ? vbet_gesture_positional (node, 1) : NULL;
  if (second != NULL && vbet_scene_resolve (self->scene, first).cable == self->cable) {
    VbetReferent nic = vbet_scene_resolve (self->scene, second);
    const VbetCableEnd *other = &self->cable->ends[1 - self->end];
    if (nic.device != NULL && g_strcmp0 (nic.device->name, old->device) == 0
        && (nic.nic == NULL || nic.nic->index == old->nic)) {
      vbet_patch_replace (patch, second->span, text);
    } else if (nic.device == self->target.device && nic.nic == NULL && other->device != NULL) {
      /* Now that both ends are in this device, a number must say which. */
      g_autofree char *far = g_strdup_printf ("NIC(%s, %u)", other->device, other->nic);
      vbet_patch_replace (patch, second->span, far);
    }
  }
  for (guint i = 0; i < node->n_children; i++)
    move_in_steps (self, patch, node->children[i], text);
}

/* What counts NICs of the device that the end leaves, after it, keeps its own. */
static void
pin_after (const Move *self, VbetPatch *patch, const VbetUse *use)
{
  const char *device = self->cable->ends[self->end].device;
  const VbetUse *all = &g_array_index (self->scene->uses, VbetUse, 0);
  for (guint i = (guint)(use - all) + 1; i < self->scene->uses->len; i++)
    if (all[i].counted && g_strcmp0 (all[i].cable->ends[all[i].end].device, device) == 0)
      vbet_purge_pin_use (self->scene, patch, &all[i]);
}

/* The cable becomes a link() of its own, at the end of the text; what counted NICs after it says their numbers. */
static void
split_link (const Move *self, VbetPatch *patch, const VbetUse *use, const char *text)
{
  const VbetUse *other = vbet_scene_use (self->scene, self->cable, 1 - self->end);
  const VbetCableEnd *far = &self->cable->ends[1 - self->end];
  g_autoptr (GString) line = g_string_new (NULL);
  g_autofree char *kept
      = far->device != NULL ? g_strdup_printf ("NIC(%s, %u)", far->device, far->nic) : g_strdup ("");
  g_string_append_printf (line, "%s = link(%s, %s", self->cable->name, self->end == 0 ? text : kept,
                          self->end == 0 ? kept : text);
  for (guint i = 0; i < use->call->n_children; i++) {
    const VbetNode *child = use->call->children[i];
    g_autofree char *source = child->kind == VBET_NODE_KEYWORD ? vbet_patch_moved (child->span) : NULL;
    if (source != NULL)
      g_string_append_printf (line, ", %s", source);
  }
  g_string_append_c (line, ')');
  if (other == NULL || far->device == NULL)
    return;
  purge_cable (self->scene, patch, self->cable, TRUE, TRUE);
  vbet_patch_add_statement (patch, line->str);
}

/* A device that was made where the end was, gets a statement of its own. */
static void
keep_definition (const Move *self, VbetPatch *patch, const VbetNode *node)
{
  const VbetDevice *device = vbet_scene_resolve (self->scene, node).device;
  if (device != NULL && device->span.start >= node->span.start
      && device->span.start < node->span.start + node->span.length)
    vbet_purge_name_device (self->scene, patch, device, device->name);
}

/* What is written for a move, from what touches the text least. */
typedef enum {
  MOVE_IN_PLACE, /* the end's text is replaced */
  MOVE_PINNED,   /* and NICs that were counted after it get their numbers */
  MOVE_ALONE,    /* the cable gets a statement of its own: a link() of many cannot say all numbers */
  MOVE_LOOSE,    /* in place, whatever becomes of other NICs' numbers */
  MOVE_FORMS,
} MoveForm;

static VbetEdits *
try_move (const Move *self, MoveForm form, GError **error)
{
  g_autoptr (VbetPatch) patch = vbet_patch_new (self->scene);
  g_autoptr (GPtrArray) added = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = target_text (&self->target, FALSE);
  const VbetUse *use = vbet_scene_use (self->scene, self->cable, self->end);
  VbetLens lens = { .moved_cable = self->cable->name,
                    .moved_end = self->end,
                    .moved_device = self->target.device->name,
                    .moved_nic = self->target.nic,
                    .ignore_steps = TRUE,
                    .loose = form == MOVE_LOOSE };
  write_target (self->scene, patch, &self->target, added);
  move_in_steps (self, patch, vbet_program_root (self->scene->program), text);
  gboolean linked = use != NULL && vbet_gesture_is_call (use->call, "link");
  gboolean shared = linked && self->end == 0 && vbet_gesture_positional (use->call, 2) != NULL;
  if (use == NULL) {
    g_autofree char *line = g_strdup_printf ("plug(%s, %s)", self->cable->name, text);
    vbet_patch_add_statement (patch, line);
  } else if (shared || (linked && form == MOVE_ALONE)) {
    split_link (self, patch, use, text);
  } else {
    vbet_patch_replace (patch, use->node->span, text);
    keep_definition (self, patch, use->node);
    if (form == MOVE_PINNED)
      pin_after (self, patch, use);
  }
  return vbet_gesture_check (self->scene, patch, &lens, added, error);
}

VbetEdits *
vbet_gesture_move_cable_end (const VbetProgram *program, const VbetTopology *topology, const char *cable,
                             guint end, const char *device, guint nic, GError **error)
{
  g_autoptr (VbetScene) scene = vbet_scene_new (program, topology);
  g_return_val_if_fail (end < 2, NULL);
  Move move = { .scene = scene, .cable = find_cable (scene, cable, error), .end = end };
  if (move.cable == NULL)
    return NULL;
  const VbetCableEnd *now = &move.cable->ends[end];
  if (now->device != NULL && g_strcmp0 (now->device, device) == 0 && (nic == 0 || nic == now->nic))
    return vbet_edits_new ();
  if (!find_target (scene, device, nic, 0, &move.target, error))
    return NULL;
  VbetEdits *edits = NULL;
  for (MoveForm form = MOVE_IN_PLACE; form < MOVE_FORMS && edits == NULL; form++)
    edits = try_move (&move, form, form + 1 < MOVE_FORMS ? NULL : error);
  return edits;
}
