/* gesture-device.c - gestures about devices: add, remove, rename, move. */
#include "config.h"

#include <string.h>

#include "engine/model/calls.h"
#include "engine/model/gesture-private.h"

#define NAME_LENGTH_MAX 63 /* RFC 1035 §2.3.4 */

/* All of them: their forward= names devices. */
static const VbetObject gateways = { VBET_KIND_GATEWAY, NULL, 0 };

static double
round_coordinate (double value)
{
  double scaled = value * 10.0;
  gint64 whole = (gint64)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
  return (double)whole / 10.0;
}

char *
vbet_gesture_point (double x, double y)
{
  g_autoptr (VbetValue) point = vbet_value_new_point (round_coordinate (x), round_coordinate (y));
  return vbet_value_to_text (point);
}

static gboolean refuse (GError **error, VbetErrorCode code, const char *format, ...) G_GNUC_PRINTF (3, 4);

static gboolean
refuse (GError **error, VbetErrorCode code, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, VBET_ERROR, code, message);
  return FALSE;
}

gboolean
vbet_gesture_check_name (const VbetScene *scene, const char *name, GError **error)
{
  static const char *const words[] = { "step", "default", "none", "yes", "no", NULL };
  gsize size = strlen (name);
  if (size == 0 || !g_ascii_isalpha (name[0]))
    return refuse (error, VBET_ERROR_USAGE, "a name starts with a letter from a to z");
  for (gsize i = 0; i < size; i++)
    if (!g_ascii_isalnum (name[i]) && name[i] != '_' && name[i] != '-')
      return refuse (error, VBET_ERROR_USAGE, "a name is made of letters from a to z, digits, '_' and '-'");
  if (size > NAME_LENGTH_MAX)
    return refuse (error, VBET_ERROR_USAGE, "a name has at most %d letters", NAME_LENGTH_MAX);
  if (name[size - 1] == '-')
    return refuse (error, VBET_ERROR_USAGE, "a name does not end with '-'");
  if (vbet_kind_from_name (name, NULL) || vbet_calls_find (name) != NULL || g_strv_contains (words, name))
    return refuse (error, VBET_ERROR_USAGE, "%s is a word of the language and cannot be a name", name);
  if (vbet_scene_is_taken (scene, name))
    return refuse (error, VBET_ERROR_EXISTS, "the name %s is taken already; choose another", name);
  return TRUE;
}

/* --- add ------------------------------------------------------------------ */

VbetEdits *
vbet_gesture_add_device (const VbetProgram *program, const VbetTopology *topology, VbetKind kind,
                         const char *name, double x, double y, char **ret_name, GError **error)
{
  g_autoptr (VbetScene) scene = vbet_scene_new (program, topology);
  const char *word = vbet_kind_name (kind);
  g_return_val_if_fail ((kind & VBET_KIND_DEVICE) != 0, NULL);
  if (name != NULL && !vbet_gesture_check_name (scene, name, error))
    return NULL;
  g_autofree char *own = name != NULL ? g_strdup (name) : vbet_scene_fresh_name (scene, word, NULL);
  g_autofree char *at = vbet_gesture_point (x, y);
  gboolean guest = (kind & VBET_KIND_GUEST) != 0;
  g_autofree char *line = guest ? g_strdup_printf ("%s = attach(alloc(%s, at=%s), alloc(NIC))", own, word, at)
                                : g_strdup_printf ("%s = alloc(%s, at=%s)", own, word, at);
  g_autoptr (VbetPatch) patch = vbet_patch_new (scene);
  vbet_patch_add_statement (patch, line);
  VbetLens lens = { 0 };
  g_autoptr (VbetValue) point = vbet_value_new_point (round_coordinate (x), round_coordinate (y));
  g_autoptr (GPtrArray) added = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (added, vbet_lens_device_line (own, kind));
  g_ptr_array_add (added, vbet_lens_attribute_line (kind, own, 0, "at", point));
  if (guest)
    g_ptr_array_add (added, vbet_lens_nic_line (own, 1));
  VbetEdits *edits = vbet_gesture_check (scene, patch, &lens, added, error);
  if (edits != NULL && ret_name != NULL)
    *ret_name = g_steal_pointer (&own);
  return edits;
}

/* --- remove --------------------------------------------------------------- */

static VbetEdits *
try_remove (const VbetScene *scene, GHashTable *devices, GHashTable *cables, const VbetLens *lens,
            gboolean pin, GError **error)
{
  g_autoptr (VbetPatch) patch = vbet_patch_new (scene);
  VbetPurge purge = { .scene = scene, .patch = patch, .devices = devices, .cables = cables, .pin = pin };
  vbet_purge_run (&purge);
  return vbet_gesture_check (scene, patch, lens, NULL, error);
}

VbetEdits *
vbet_gesture_remove_devices (const VbetProgram *program, const VbetTopology *topology,
                             const char *const *names, GError **error)
{
  g_autoptr (VbetScene) scene = vbet_scene_new (program, topology);
  g_autoptr (GHashTable) devices = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) cables = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) device_names = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) cable_names = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; names[i] != NULL; i++) {
    VbetDevice *device = vbet_scene_device (scene, names[i], error);
    if (device == NULL)
      return NULL;
    g_hash_table_add (devices, device);
    g_hash_table_add (device_names, device->name);
  }
  for (guint i = 0; i < topology->cables->len; i++) {
    VbetCable *cable = topology->cables->pdata[i];
    for (guint end = 0; end < 2; end++)
      if (cable->ends[end].device != NULL && g_hash_table_contains (device_names, cable->ends[end].device)) {
        g_hash_table_add (cables, cable);
        g_hash_table_add (cable_names, cable->name);
      }
  }
  VbetLens lens = { .gone_devices = device_names,
                    .gone_cables = cable_names,
                    .ignore_steps = TRUE,
                    .set_object = &gateways,
                    .set_key = "forward" };
  VbetEdits *edits = try_remove (scene, devices, cables, &lens, FALSE, NULL);
  if (edits == NULL)
    edits = try_remove (scene, devices, cables, &lens, TRUE, NULL);
  lens.loose = TRUE;
  return edits != NULL ? edits : try_remove (scene, devices, cables, &lens, FALSE, error);
}

/* --- rename --------------------------------------------------------------- */

/* "tcp:8080:host1:80" of a gateway. */
static void
rename_forward (VbetPatch *patch, const VbetNode *node, const char *name, const char *new_name)
{
  if (node->kind == VBET_NODE_LIST)
    for (guint i = 0; i < node->n_children; i++)
      rename_forward (patch, node->children[i], name, new_name);
  if (node->kind != VBET_NODE_LITERAL || node->value->type != VBET_VALUE_STRING)
    return;
  g_auto (GStrv) parts = g_strsplit (node->value->as.text, ":", -1);
  if (g_strv_length (parts) != 4 || strcmp (parts[2], name) != 0)
    return;
  g_autofree char *text = g_strdup_printf ("\"%s:%s:%s:%s\"", parts[0], parts[1], new_name, parts[3]);
  vbet_patch_replace (patch, node->span, text);
}

static void
rename_uses (VbetPatch *patch, const VbetNode *node, const char *name, const char *new_name)
{
  if (node->kind == VBET_NODE_KEYWORD) {
    /* Words there are choices, not devices. */
    if (strcmp (node->name, "forward") == 0)
      rename_forward (patch, node->children[0], name, new_name);
    return;
  }
  if ((node->kind == VBET_NODE_NAME || node->kind == VBET_NODE_ASSIGN) && strcmp (node->name, name) == 0)
    vbet_patch_replace (patch, node->name_span, new_name);
  gboolean allocates = vbet_gesture_is_call (node, "alloc");
  for (guint i = 0; i < node->n_children; i++)
    if (!allocates || node->children[i]->kind == VBET_NODE_KEYWORD)
      rename_uses (patch, node->children[i], name, new_name);
}

static VbetEdits *
try_rename (const VbetScene *scene, const VbetDevice *device, const char *new_name, gboolean pin,
            GError **error)
{
  g_autoptr (VbetPatch) patch = vbet_patch_new (scene);
  rename_uses (patch, vbet_program_root (scene->program), device->name, new_name);
  vbet_purge_name_device (scene, patch, device, new_name);
  const GPtrArray *devices = scene->topology->devices;
  for (guint i = 0; pin && i < devices->len; i++) {
    const VbetDevice *other = devices->pdata[i];
    if (other != device && other->kind == device->kind)
      vbet_purge_name_device (scene, patch, other, other->name);
  }
  VbetLens lens = { .renamed_from = device->name, .renamed_to = new_name, .ignore_steps = TRUE };
  lens.set_object = &gateways;
  lens.set_key = "forward";
  return vbet_gesture_check (scene, patch, &lens, NULL, error);
}

VbetEdits *
vbet_gesture_rename_device (const VbetProgram *program, const VbetTopology *topology, const char *name,
                            const char *new_name, GError **error)
{
  g_autoptr (VbetScene) scene = vbet_scene_new (program, topology);
  const VbetDevice *device = vbet_scene_device (scene, name, error);
  if (device == NULL)
    return NULL;
  if (g_strcmp0 (name, new_name) == 0)
    return vbet_edits_new ();
  if (!vbet_gesture_check_name (scene, new_name, error))
    return NULL;
  VbetEdits *edits = try_rename (scene, device, new_name, FALSE, NULL);
  return edits != NULL ? edits : try_rename (scene, device, new_name, TRUE, error);
}
