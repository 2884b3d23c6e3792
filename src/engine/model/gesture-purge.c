/* gesture-purge.c - taking devices and cables out of the text.
 *
 * Statements about nothing but what goes, go; of others only the arguments
 * concerned. Something that stays but is defined inside a statement that goes
 * ("link(alloc(switch), host1)") is written down on its own.
 *
 * Pinning: with generated names and counted NICs, a statement less changes
 * what the statements after it mean. What is concerned gets its name and its
 * numbers written out: "link(a, b)" becomes "cable2 = link(NIC(a, 1), NIC(b, 3))",
 * and a link() to a switch is taken apart, since its cables have no names.
 */
#include "config.h"

#include <string.h>

#include "engine/model/gesture-private.h"

/* --- what is concerned ---------------------------------------------------- */

static gboolean
is_doomed_cable (const VbetPurge *self, const VbetCable *cable)
{
  return cable != NULL && g_hash_table_contains (self->cables, cable);
}

static gboolean
is_doomed (const VbetPurge *self, const VbetNode *node)
{
  if (node == NULL)
    return FALSE;
  VbetReferent referent = vbet_scene_resolve (self->scene, node);
  if (referent.device != NULL && g_hash_table_contains (self->devices, referent.device))
    return TRUE;
  /* "NIC(x)" is the NIC of a device that has one. */
  const VbetNic *nic = referent.nic;
  if (nic == NULL && referent.is_nic && referent.device != NULL && referent.device->nics->len == 1)
    nic = referent.device->nics->pdata[0];
  if (nic != NULL && self->nics != NULL && g_hash_table_contains (self->nics, nic))
    return TRUE;
  return is_doomed_cable (self, referent.cable);
}

static gboolean
is_anonymous_cable (const VbetScene *scene, const VbetCable *cable)
{
  const VbetNode *node = vbet_scene_call_at (scene, cable->span);
  return node != NULL && vbet_gesture_given_name (node) == NULL;
}

/* Returns: N of a name "cableN", as cables get it that have no other; G_MAXUINT64: it is another. */
static guint64
generated_number (const char *name)
{
  const char *prefix = vbet_kind_name (VBET_KIND_CABLE);
  guint64 number = 0;
  return g_str_has_prefix (name, prefix)
                 && g_ascii_string_to_unsigned (name + strlen (prefix), 10, 1, G_MAXUINT32, &number, NULL)
             ? number
             : G_MAXUINT64;
}

/* The least number that somebody wrote as a cable's name and that becomes free: the next cable without a name takes it. */
static guint64
least_freed_number (const VbetPurge *self)
{
  const GPtrArray *cables = self->scene->topology->cables;
  guint64 least = G_MAXUINT64;
  for (guint i = 0; i < cables->len; i++) {
    const VbetCable *cable = cables->pdata[i];
    if (is_doomed_cable (self, cable) && !is_anonymous_cable (self->scene, cable))
      least = MIN (least, generated_number (cable->name));
  }
  return least;
}

/* Finds what would be renamed or recounted if it were not pinned. */
static void
find_shifts (VbetPurge *self)
{
  const GPtrArray *cables = self->scene->topology->cables;
  guint64 freed = least_freed_number (self);
  gboolean after = FALSE;
  for (guint i = 0; i < cables->len; i++) {
    VbetCable *cable = cables->pdata[i];
    if (!is_anonymous_cable (self->scene, cable))
      continue;
    if (is_doomed_cable (self, cable))
      after = TRUE;
    else if (after || generated_number (cable->name) > freed)
      g_hash_table_add (self->renamed, cable);
  }
  for (guint i = self->scene->uses->len; i > 0; i--) {
    const VbetUse *use = &g_array_index (self->scene->uses, VbetUse, i - 1);
    const char *device = use->cable->ends[use->end].device;
    if (device != NULL && is_doomed_cable (self, use->cable))
      g_hash_table_insert (self->recounted, (gpointer)device, GUINT_TO_POINTER (i));
  }
}

/* Whether the generated name of @cable may become another: one before it goes, in the text or by its number. */
static gboolean
would_be_renamed (const VbetPurge *self, const VbetCable *cable)
{
  return g_hash_table_contains (self->renamed, cable);
}

/* Whether the counted NIC of @use may become another: a use of its device before it goes. */
static gboolean
would_be_recounted (const VbetPurge *self, const VbetUse *use)
{
  const char *device = use->cable->ends[use->end].device;
  if (!use->counted || device == NULL || g_strcmp0 (device, self->shifted) == 0)
    return FALSE;
  guint first = GPOINTER_TO_UINT (g_hash_table_lookup (self->recounted, device));
  guint own = (guint)(use - &g_array_index (self->scene->uses, VbetUse, 0)) + 1;
  return first > 0 && first < own;
}

/* The use at @node for @cable, or NULL. */
static const VbetUse *
find_use (const VbetScene *scene, const VbetNode *node, const VbetCable *cable)
{
  for (guint end = 0; end < 2; end++) {
    const VbetUse *use = vbet_scene_use (scene, cable, end);
    if (use != NULL && use->node == node)
      return use;
  }
  return NULL;
}

/* --- pinning -------------------------------------------------------------- */

/* "NIC(x, k)" for what @use takes; (transfer full). */
static char *
nic_text (const VbetUse *use)
{
  const VbetCableEnd *end = &use->cable->ends[use->end];
  return g_strdup_printf ("NIC(%s, %u)", end->device, end->nic);
}

/* A device named, or NIC() of one: what can be written with a number. */
static gboolean
can_be_numbered (const VbetUse *use)
{
  const VbetNode *node = vbet_gesture_ungroup (use->node);
  if (use->cable->ends[use->end].device == NULL || node == NULL)
    return FALSE;
  return node->kind == VBET_NODE_NAME || vbet_gesture_is_call (node, "NIC");
}

void
vbet_purge_pin_use (const VbetScene *scene, VbetPatch *patch, const VbetUse *use)
{
  const VbetNode *node = vbet_gesture_ungroup (use->node);
  if (!can_be_numbered (use))
    return;
  if (node->kind == VBET_NODE_CALL && node->n_children == 1) {
    g_autofree char *number = g_strdup_printf ("%u", use->cable->ends[use->end].nic);
    vbet_patch_add_argument (patch, node, G_MAXUINT, number);
  } else {
    g_autofree char *text = nic_text (use);
    vbet_patch_replace (patch, node->span, text);
  }
}

void
vbet_purge_name_device (const VbetScene *scene, VbetPatch *patch, const VbetDevice *device, const char *name)
{
  const VbetNode *alloc = vbet_scene_call_at (scene, device->span);
  if (alloc == NULL || vbet_gesture_given_name (alloc) != NULL)
    return;
  const VbetNode *statement = vbet_gesture_statement (alloc);
  const VbetNode *outer = alloc;
  while (outer != statement
         && (vbet_gesture_is_call (outer->parent, "attach") || outer->parent->kind == VBET_NODE_GROUP)
         && vbet_scene_resolve (scene, outer->parent).device == device)
    outer = outer->parent;
  g_autofree char *prefix = g_strdup_printf ("%s = ", name);
  if (outer == statement) {
    vbet_patch_insert (patch, statement->span.start, prefix);
    return;
  }
  g_autofree char *source = vbet_patch_moved (outer->span);
  g_autofree char *line = g_strconcat (prefix, source, NULL);
  vbet_patch_replace (patch, outer->span, name);
  vbet_patch_add_after (patch, statement, line);
}

/* --- what stays of a statement that goes ----------------------------------- */

/* NICs that go out of an attach(). */
static void
purge_nics (VbetPurge *self, const VbetNode *call)
{
  if (self->nics == NULL || strcmp (call->name, "attach") != 0)
    return;
  g_autofree gboolean *gone = g_new0 (gboolean, call->n_children);
  for (guint i = 1; i < call->n_children; i++)
    gone[i] = is_doomed (self, call->children[i]);
  vbet_patch_remove_arguments (self->patch, call, gone);
}

/* Appends to @lines what @node defines and stays. */
static void
rescue (VbetPurge *self, const VbetNode *node, GPtrArray *lines)
{
  if (vbet_gesture_is_call (node, "attach") || vbet_gesture_is_call (node, "alloc")) {
    VbetReferent referent = vbet_scene_resolve (self->scene, node);
    const VbetNode *definition = referent.device != NULL && !referent.is_nic
                                     ? vbet_scene_call_at (self->scene, referent.device->span)
                                     : NULL;
    gboolean defines = definition != NULL && definition->span.start >= node->span.start
                       && definition->span.start < node->span.start + node->span.length;
    if (defines && !is_doomed (self, node)) {
      g_autofree char *source = vbet_patch_moved (node->span);
      const char *name = vbet_gesture_given_name (definition);
      g_hash_table_add (self->rescued, referent.device);
      purge_nics (self, node);
      if (name == NULL && self->pin)
        name = referent.device->name;
      g_ptr_array_add (lines, name != NULL ? g_strdup_printf ("%s = %s", name, source) : g_strdup (source));
      return;
    }
  }
  for (guint i = 0; i < node->n_children; i++)
    rescue (self, node->children[i], lines);
}

static void
remove_statement (VbetPurge *self, const VbetNode *statement)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < statement->n_children; i++)
    rescue (self, statement->children[i], lines);
  vbet_patch_replace_statement (self->patch, statement, lines);
}

/* --- link() ---------------------------------------------------------------- */

typedef struct {
  const VbetNode *statement; /* the link(), or the ASSIGN around it */
  const VbetNode *call;
  const VbetNode *first;
  guint n; /* ends besides the first */
} Link;

static const VbetNode *
link_end (const Link *link, guint index)
{
  return vbet_gesture_positional (link->call, index + 1);
}

static gboolean
is_doomed_end (const VbetPurge *self, const Link *link, guint index)
{
  return is_doomed (self, link->first) || is_doomed (self, link_end (link, index))
         || is_doomed_cable (self, vbet_scene_link_cable (self->scene, link->call, index));
}

static gboolean
needs_pin (const VbetPurge *self, const Link *link, guint index)
{
  const VbetCable *cable = vbet_scene_link_cable (self->scene, link->call, index);
  if (cable == NULL)
    return FALSE;
  const VbetUse *use = find_use (self->scene, link->first, cable);
  return would_be_renamed (self, cable) || (use != NULL && would_be_recounted (self, use));
}

/* The end at @node with its number, where that can be written and @always or needed; (transfer full). */
static char *
end_text (const VbetPurge *self, const VbetCable *cable, const VbetNode *node, gboolean always)
{
  const VbetUse *use = find_use (self->scene, node, cable);
  gboolean plugged = use != NULL && use->cable->ends[use->end].device != NULL;
  if (plugged && (always || (would_be_recounted (self, use) && can_be_numbered (use))))
    return nic_text (use);
  return vbet_patch_moved (node->span);
}

/* End number @index of @link as a link() of its own, named and numbered; (transfer full). */
static char *
single_link (const VbetPurge *self, const Link *link, guint index)
{
  const VbetCable *cable = vbet_scene_link_cable (self->scene, link->call, index);
  const VbetNode *node = link_end (link, index);
  if (cable == NULL)
    return vbet_patch_moved (node->span);
  GString *out = g_string_new (NULL);
  g_autofree char *near = end_text (self, cable, link->first, TRUE);
  g_autofree char *far = end_text (self, cable, node, FALSE);
  g_string_append_printf (out, "%s = link(%s, %s", cable->name, near, far);
  for (guint i = 0; i < link->call->n_children; i++) {
    const VbetNode *child = link->call->children[i];
    if (child->kind != VBET_NODE_KEYWORD)
      continue;
    g_autofree char *keyword = vbet_patch_moved (child->span);
    g_string_append_printf (out, ", %s", keyword);
  }
  g_string_append_c (out, ')');
  return g_string_free (out, FALSE);
}

/* The link() to a switch with only its first @kept ends; (transfer full). */
static char *
shortened_link (const VbetPurge *self, const Link *link, guint kept)
{
  g_autoptr (GString) out = g_string_new ("link(");
  guint seen = 0;
  for (guint i = 0; i < link->call->n_children; i++) {
    const VbetNode *child = link->call->children[i];
    if (child->kind != VBET_NODE_KEYWORD && seen++ > kept)
      continue;
    g_autofree char *source = vbet_patch_moved (child->span);
    g_string_append_printf (out, "%s%s", out->len > strlen ("link(") ? ", " : "", source);
  }
  g_string_append_c (out, ')');
  return g_strndup (out->str, out->len);
}

static gboolean
holds (VbetSpan outer, VbetSpan inner)
{
  return inner.start >= outer.start && inner.start + inner.length <= outer.start + outer.length;
}

/* Comments among the ends of @link would be lost with its lines: they come first. */
static void
keep_comments (const VbetPurge *self, const Link *link, GPtrArray *lines)
{
  for (guint i = 0; i < self->scene->comments->len; i++) {
    VbetSpan comment = g_array_index (self->scene->comments, VbetSpan, i);
    gboolean moves = FALSE;
    for (guint k = 0; k < link->call->n_children; k++)
      moves |= holds (link->call->children[k]->span, comment);
    if (holds (link->statement->span, comment) && !moves)
      g_ptr_array_add (lines, vbet_scene_source (self->scene, comment));
  }
}

/* Takes a link() to a switch apart, from the first end that goes or would change. */
static void
take_apart (VbetPurge *self, const Link *link)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  guint kept = 0;
  while (kept < link->n && !is_doomed_end (self, link, kept) && !needs_pin (self, link, kept))
    kept++;
  keep_comments (self, link, lines);
  if (kept > 0)
    g_ptr_array_add (lines, shortened_link (self, link, kept));
  else
    rescue (self, link->first, lines);
  for (guint i = kept; i < link->n; i++) {
    if (is_doomed_end (self, link, i))
      rescue (self, link_end (link, i), lines);
    else
      g_ptr_array_add (lines, single_link (self, link, i));
  }
  vbet_patch_replace_statement (self->patch, link->statement, lines);
}

/* Keeps what stays of a link() of one cable as it is. */
static void
pin_link (VbetPurge *self, const Link *link)
{
  const VbetCable *cable = vbet_scene_link_cable (self->scene, link->call, 0);
  if (cable == NULL)
    return;
  if (would_be_renamed (self, cable)) {
    g_autofree char *prefix = g_strdup_printf ("%s = ", cable->name);
    vbet_patch_insert (self->patch, link->statement->span.start, prefix);
  }
  for (guint i = 0; i < link->call->n_children; i++) {
    const VbetUse *use = find_use (self->scene, link->call->children[i], cable);
    if (use != NULL && would_be_recounted (self, use))
      vbet_purge_pin_use (self->scene, self->patch, use);
  }
}

/* Removes the ends that go from a link() to a switch. */
static void
shorten (VbetPurge *self, const Link *link)
{
  g_autofree gboolean *gone = g_new0 (gboolean, link->call->n_children);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  guint index = 0;
  for (guint i = 0; i < link->call->n_children; i++) {
    const VbetNode *child = link->call->children[i];
    if (child == link->first || child->kind == VBET_NODE_KEYWORD)
      continue;
    gone[i] = is_doomed_end (self, link, index++);
    if (gone[i])
      rescue (self, child, lines);
  }
  vbet_patch_remove_arguments (self->patch, link->call, gone);
  for (guint i = 0; i < lines->len; i++)
    vbet_patch_add_after (self->patch, link->statement, lines->pdata[i]);
}

static void
purge_link (VbetPurge *self, const VbetNode *statement, const VbetNode *call)
{
  Link link = { statement, call, vbet_gesture_positional (call, 0), 0 };
  if (link.first == NULL)
    return;
  guint doomed = 0;
  gboolean pins = FALSE;
  gboolean pinned_ends = FALSE;
  for (; link_end (&link, link.n) != NULL; link.n++) {
    doomed += is_doomed_end (self, &link, link.n);
    pins |= needs_pin (self, &link, link.n);
    const VbetCable *cable = vbet_scene_link_cable (self->scene, call, link.n);
    const VbetUse *use = cable != NULL ? find_use (self->scene, link_end (&link, link.n), cable) : NULL;
    pinned_ends |= use != NULL && would_be_recounted (self, use);
  }
  gboolean known = vbet_scene_link_cable (self->scene, call, 0) != NULL;
  if (link.n > 0 && doomed == link.n)
    remove_statement (self, statement);
  else if (link.n > 1 && known && self->pin && (doomed > 0 || pins || pinned_ends))
    take_apart (self, &link);
  else if (doomed > 0)
    shorten (self, &link);
  else if (pins || pinned_ends)
    pin_link (self, &link);
}

/* --- statements ------------------------------------------------------------ */

static gboolean
is_one_of (const VbetNode *node, const char *const *names)
{
  return node->kind == VBET_NODE_CALL && g_strv_contains (names, node->name);
}

/* start(), stop() …: the devices that go are taken out. */
static void
purge_devices (VbetPurge *self, const VbetNode *statement)
{
  g_autofree gboolean *gone = g_new0 (gboolean, statement->n_children);
  guint left = 0;
  guint removed = 0;
  for (guint i = 0; i < statement->n_children; i++) {
    gone[i] = is_doomed (self, statement->children[i]);
    removed += gone[i];
    left += !gone[i];
  }
  if (removed > 0 && left == 0)
    vbet_patch_remove_statement (self->patch, statement);
  else if (removed > 0)
    vbet_patch_remove_arguments (self->patch, statement, gone);
}

static void
purge_plug (VbetPurge *self, const VbetNode *statement, const VbetNode *call)
{
  const VbetNode *cable = vbet_gesture_positional (call, 0);
  const VbetNode *nic = vbet_gesture_positional (call, 1);
  if (is_doomed (self, cable) || is_doomed (self, nic)) {
    if (!self->moving)
      remove_statement (self, statement);
    return;
  }
  VbetReferent referent = { 0 };
  if (cable != NULL)
    referent = vbet_scene_resolve (self->scene, cable);
  const VbetUse *use
      = referent.cable != NULL && nic != NULL ? find_use (self->scene, nic, referent.cable) : NULL;
  if (use != NULL && would_be_recounted (self, use))
    vbet_purge_pin_use (self->scene, self->patch, use);
}

static void
purge_statement (VbetPurge *self, const VbetNode *node)
{
  static const char *const powers[] = { "start", "stop", "restart", "pause", "resume", NULL };
  const VbetNode *value = node;
  if (node->kind == VBET_NODE_STEP || node->kind == VBET_NODE_GROUP) {
    for (guint i = 0; i < node->n_children; i++)
      purge_statement (self, node->children[i]);
    return;
  }
  if (node->kind == VBET_NODE_ASSIGN)
    value = vbet_gesture_ungroup (node->children[0]);
  if (value == NULL || value->kind != VBET_NODE_CALL)
    return;
  if (strcmp (value->name, "link") == 0) {
    purge_link (self, node, value);
  } else if (strcmp (value->name, "plug") == 0) {
    purge_plug (self, node, value);
  } else if (self->moving) {
    return;
  } else if (is_one_of (value, powers)) {
    purge_devices (self, value);
  } else if (strcmp (value->name, "alloc") == 0 || strcmp (value->name, "attach") == 0) {
    if (is_doomed (self, value))
      remove_statement (self, node);
    else
      purge_nics (self, value);
  } else {
    for (guint i = 0; i < value->n_children; i++)
      if (value->children[i]->kind != VBET_NODE_KEYWORD && is_doomed (self, value->children[i])) {
        remove_statement (self, node);
        return;
      }
  }
}

/* --- gateways ---------------------------------------------------------------- */

/* Whether LITERAL @node is a forward into a device that goes: "tcp:8080:host1:80". */
static gboolean
is_doomed_forward (const VbetPurge *self, const VbetNode *node)
{
  if (node->kind != VBET_NODE_LITERAL || node->value->type != VBET_VALUE_STRING)
    return FALSE;
  g_auto (GStrv) parts = g_strsplit (node->value->as.text, ":", -1);
  const VbetDevice *device
      = g_strv_length (parts) == 4 ? vbet_topology_device (self->scene->topology, parts[2]) : NULL;
  return device != NULL && g_hash_table_contains (self->devices, device);
}

static void
purge_forward (VbetPurge *self, const VbetNode *keyword)
{
  const VbetNode *value = keyword->children[0];
  const VbetNode *list = value->kind == VBET_NODE_LIST ? value : keyword;
  g_autofree gboolean *gone = g_new0 (gboolean, MAX (list->n_children, keyword->parent->n_children));
  guint left = 0;
  for (guint i = 0; i < list->n_children; i++) {
    gone[i] = is_doomed_forward (self, list->children[i]);
    left += !gone[i];
  }
  if (left > 0 || list->n_children == 0) {
    vbet_patch_remove_arguments (self->patch, list, gone);
    return;
  }
  const VbetNode *call = keyword->parent;
  for (guint i = 0; i < call->n_children; i++)
    gone[i] = call->children[i] == keyword;
  vbet_patch_remove_arguments (self->patch, call, gone);
}

static void
purge_forwards (VbetPurge *self, const VbetNode *node)
{
  if (node->kind == VBET_NODE_KEYWORD && strcmp (node->name, "forward") == 0)
    purge_forward (self, node);
  for (guint i = 0; i < node->n_children; i++)
    purge_forwards (self, node->children[i]);
}

/* Devices without a name in the text keep the one they were given when another of their kind goes. */
static void
pin_devices (VbetPurge *self)
{
  const GPtrArray *devices = self->scene->topology->devices;
  guint gone_kinds = 0;
  for (guint i = 0; i < devices->len; i++) {
    const VbetDevice *device = devices->pdata[i];
    const VbetNode *node = vbet_scene_call_at (self->scene, device->span);
    if (node == NULL || vbet_gesture_given_name (node) != NULL)
      continue;
    if (g_hash_table_contains (self->devices, device))
      gone_kinds |= device->kind;
    else if ((gone_kinds & device->kind) != 0 && !g_hash_table_contains (self->rescued, device))
      vbet_purge_name_device (self->scene, self->patch, device, device->name);
  }
}

void
vbet_purge_run (VbetPurge *self)
{
  const VbetNode *root = vbet_program_root (self->scene->program);
  self->renamed = g_hash_table_new (NULL, NULL);
  self->recounted = g_hash_table_new (g_str_hash, g_str_equal);
  self->rescued = g_hash_table_new (NULL, NULL);
  if (self->pin)
    find_shifts (self);
  for (guint i = 0; i < root->n_children; i++)
    purge_statement (self, root->children[i]);
  if (g_hash_table_size (self->devices) > 0)
    purge_forwards (self, root);
  if (self->pin)
    pin_devices (self);
  g_hash_table_unref (self->renamed);
  g_hash_table_unref (self->recounted);
  g_hash_table_unref (self->rescued);
}
