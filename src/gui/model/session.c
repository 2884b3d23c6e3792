/* session.c - see session.h: document, what follows from it, selection, states. */
#include "config.h"

#include "gui/model/session-private.h"

#include <string.h>

#include "gui/model/layout.h"

G_DEFINE_FINAL_TYPE (VbetSession, vbet_session, G_TYPE_OBJECT)

static void
emit (VbetSession *self, const char *name)
{
  g_signal_emit_by_name (self, name);
}

/* Places the devices; remembers where those went that do not say it, so that they do not jump at the next
 * edit. */
static void
place_devices (VbetSession *self)
{
  g_clear_pointer (&self->positions, g_array_unref);
  self->positions = vbet_layout_compute (self->topology, self->hints, FALSE);
  for (guint i = 0; i < self->topology->devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (self->topology->devices, i);
    VbetPoint written;
    if (vbet_layout_written (device, &written) || g_hash_table_contains (self->hints, device->name))
      continue;
    VbetPoint *hint = g_new (VbetPoint, 1);
    *hint = g_array_index (self->positions, VbetPoint, i);
    g_hash_table_insert (self->hints, g_strdup (device->name), hint);
  }
}

void
_vbet_session_derive (VbetSession *self)
{
  gsize size = 0;
  const char *text = vbet_document_text (self->document, &size);
  g_clear_pointer (&self->diagnostics, vbet_diagnostics_free);
  g_clear_pointer (&self->topology, vbet_topology_unref);
  g_clear_pointer (&self->program, vbet_program_unref);
  self->is_text = g_utf8_validate_len (text, size, NULL);
  self->program = vbet_program_parse (text, size);
  const char *parsed = vbet_program_text (self->program, &size);
  self->diagnostics = vbet_diagnostics_new (parsed, size);
  vbet_program_diagnose (self->program, self->diagnostics);
  self->topology = vbet_topology_elaborate (self->program, self->name, self->diagnostics);
  vbet_diagnostics_sort (self->diagnostics);
  place_devices (self);
  self->unplaced = FALSE;
}

/* Whether all that follows from the document was made from the text it has now, as after a gesture. */
static gboolean
is_derived (VbetSession *self)
{
  gsize size = 0, parsed_size = 0;
  const char *text = vbet_document_text (self->document, &size);
  const char *parsed = vbet_program_text (self->program, &parsed_size);
  return !self->unplaced && size == parsed_size && memcmp (text, parsed, size) == 0
         && g_str_equal (self->topology->name, self->name);
}

/* Drops names from the selection that no longer are. */
static gboolean
prune_selection (VbetSession *self)
{
  GHashTableIter iter;
  gpointer name = NULL;
  gboolean pruned = FALSE;
  g_hash_table_iter_init (&iter, self->selection);
  while (g_hash_table_iter_next (&iter, &name, NULL)) {
    if (vbet_topology_device (self->topology, name) != NULL
        || vbet_topology_cable (self->topology, name) != NULL || vbet_session_get_note (self, name) != NULL)
      continue;
    g_hash_table_iter_remove (&iter);
    pruned = TRUE;
  }
  return pruned;
}

static void
on_document_changed (VbetDocument *document, VbetSession *self)
{
  if (!is_derived (self))
    _vbet_session_derive (self);
  gboolean pruned = prune_selection (self);
  emit (self, "changed");
  if (pruned)
    emit (self, "selection-changed");
}

static char *
name_from_path (const char *path)
{
  g_autofree char *base = path != NULL ? g_path_get_basename (path) : g_strdup ("untitled");
  if (g_str_has_suffix (base, ".vbet") && strlen (base) > strlen (".vbet"))
    base[strlen (base) - strlen (".vbet")] = '\0';
  return g_utf8_make_valid (base, -1);
}

void
vbet_session_set_path (VbetSession *self, const char *path)
{
  g_return_if_fail (VBET_IS_SESSION (self));
  g_autofree char *copy = g_strdup (path);
  g_free (self->path);
  g_free (self->name);
  self->name = name_from_path (copy);
  self->path = g_steal_pointer (&copy);
}

static void
load (VbetSession *self, const char *text, gsize size)
{
  g_hash_table_remove_all (self->hints);
  self->unplaced = TRUE;
  g_hash_table_remove_all (self->selection);
  g_hash_table_remove_all (self->states);
  g_hash_table_remove_all (self->reasons);
  g_hash_table_remove_all (self->alarms);
  vbet_document_load (self->document, text, size);
}

void
vbet_session_load (VbetSession *self, const char *text, gsize size, const char *path)
{
  g_return_if_fail (VBET_IS_SESSION (self));
  vbet_session_set_path (self, path);
  load (self, text, size);
}

void
vbet_session_load_named (VbetSession *self, const char *text, gsize size, const char *name)
{
  g_return_if_fail (VBET_IS_SESSION (self) && name != NULL);
  vbet_session_set_path (self, NULL);
  g_free (self->name);
  self->name = g_strdup (name);
  load (self, text, size);
}

const char *
vbet_session_get_path (VbetSession *self)
{
  return self->path;
}

const char *
vbet_session_get_name (VbetSession *self)
{
  return self->name;
}

gboolean
vbet_session_is_text (VbetSession *self)
{
  return self->is_text;
}

VbetDocument *
vbet_session_get_document (VbetSession *self)
{
  return self->document;
}

const VbetProgram *
vbet_session_get_program (VbetSession *self)
{
  return self->program;
}

const VbetTopology *
vbet_session_get_topology (VbetSession *self)
{
  return self->topology;
}

const VbetDiagnostics *
vbet_session_get_diagnostics (VbetSession *self)
{
  return self->diagnostics;
}

const VbetPoint *
vbet_session_get_positions (VbetSession *self)
{
  return &g_array_index (self->positions, VbetPoint, 0);
}

gboolean
vbet_session_get_position (VbetSession *self, const char *device, VbetPoint *ret_point)
{
  g_return_val_if_fail (VBET_IS_SESSION (self), FALSE);
  for (guint i = 0; i < self->topology->devices->len; i++) {
    const VbetDevice *other = g_ptr_array_index (self->topology->devices, i);
    if (g_strcmp0 (other->name, device) != 0)
      continue;
    *ret_point = g_array_index (self->positions, VbetPoint, i);
    return TRUE;
  }
  return FALSE;
}

/* --- selection ---------------------------------------------------------------------- */

GHashTable *
vbet_session_get_selection (VbetSession *self)
{
  return self->selection;
}

gboolean
vbet_session_is_selected (VbetSession *self, const char *name)
{
  return g_hash_table_contains (self->selection, name);
}

void
vbet_session_select_many (VbetSession *self, const char *const *names, gboolean add)
{
  g_return_if_fail (VBET_IS_SESSION (self));
  if (!add)
    g_hash_table_remove_all (self->selection);
  for (guint i = 0; names[i] != NULL; i++)
    g_hash_table_add (self->selection, g_strdup (names[i]));
  emit (self, "selection-changed");
}

void
vbet_session_select (VbetSession *self, const char *name, gboolean add)
{
  const char *names[] = { name, NULL };
  vbet_session_select_many (self, names, add);
}

void
vbet_session_toggle (VbetSession *self, const char *name)
{
  g_return_if_fail (VBET_IS_SESSION (self));
  if (!g_hash_table_remove (self->selection, name))
    g_hash_table_add (self->selection, g_strdup (name));
  emit (self, "selection-changed");
}

void
vbet_session_select_all (VbetSession *self)
{
  g_return_if_fail (VBET_IS_SESSION (self));
  for (guint i = 0; i < self->topology->devices->len; i++)
    g_hash_table_add (self->selection,
                      g_strdup (((VbetDevice *)g_ptr_array_index (self->topology->devices, i))->name));
  for (guint i = 0; i < self->topology->notes->len; i++)
    g_hash_table_add (self->selection, vbet_note_name (i));
  emit (self, "selection-changed");
}

char **
vbet_session_selected_devices (VbetSession *self)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  for (guint i = 0; i < self->topology->devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (self->topology->devices, i);
    if (g_hash_table_contains (self->selection, device->name))
      g_strv_builder_add (names, device->name);
  }
  return g_strv_builder_end (names);
}

/* --- states -------------------------------------------------------------------------- */

void
vbet_session_set_running (VbetSession *self, gboolean running)
{
  g_return_if_fail (VBET_IS_SESSION (self));
  if (self->running == running)
    return;
  self->running = running;
  g_hash_table_remove_all (self->states);
  g_hash_table_remove_all (self->reasons);
  g_hash_table_remove_all (self->alarms);
  g_hash_table_remove_all (self->restart);
  emit (self, "states-changed");
}

gboolean
vbet_session_is_running (VbetSession *self)
{
  return self->running;
}

void
vbet_session_set_state (VbetSession *self, const char *device, VbetDeviceState state, const char *reason)
{
  g_return_if_fail (VBET_IS_SESSION (self) && device != NULL);
  g_hash_table_insert (self->states, g_strdup (device), GINT_TO_POINTER (state));
  if (reason != NULL && *reason != '\0')
    g_hash_table_insert (self->reasons, g_strdup (device), g_strdup (reason));
  else
    g_hash_table_remove (self->reasons, device);
  emit (self, "states-changed");
}

VbetDeviceState
vbet_session_get_state (VbetSession *self, const char *device)
{
  return (VbetDeviceState)GPOINTER_TO_INT (g_hash_table_lookup (self->states, device));
}

const char *
vbet_session_get_reason (VbetSession *self, const char *device)
{
  return g_hash_table_lookup (self->reasons, device);
}

void
vbet_session_set_needs_restart (VbetSession *self, const char *const *names)
{
  g_return_if_fail (VBET_IS_SESSION (self));
  guint known = 0, n = 0;
  for (; names[n] != NULL; n++)
    known += g_hash_table_contains (self->restart, names[n]) ? 1 : 0;
  if (known == n && g_hash_table_size (self->restart) == n)
    return;
  g_hash_table_remove_all (self->restart);
  for (guint i = 0; i < n; i++)
    g_hash_table_add (self->restart, g_strdup (names[i]));
  emit (self, "states-changed");
}

gboolean
vbet_session_get_needs_restart (VbetSession *self, const char *device)
{
  return g_hash_table_contains (self->restart, device);
}

void
vbet_session_set_traffic (VbetSession *self, GHashTable *traffic)
{
  if (self->traffic == NULL && traffic == NULL)
    return;
  g_clear_pointer (&self->traffic, g_hash_table_unref);
  self->traffic = traffic;
  emit (self, "traffic-changed");
}

GHashTable *
vbet_session_get_traffic (VbetSession *self)
{
  return self->traffic;
}

GHashTable *
vbet_session_get_states (VbetSession *self)
{
  return self->states;
}

/* --- life ------------------------------------------------------------------------------ */

VbetSession *
vbet_session_new (void)
{
  return g_object_new (VBET_TYPE_SESSION, NULL);
}

static void
vbet_session_finalize (GObject *object)
{
  VbetSession *self = VBET_SESSION (object);
  g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_pointer (&self->diagnostics, vbet_diagnostics_free);
  g_clear_pointer (&self->topology, vbet_topology_unref);
  g_clear_pointer (&self->program, vbet_program_unref);
  g_clear_pointer (&self->positions, g_array_unref);
  g_clear_object (&self->document);
  g_hash_table_unref (self->hints);
  g_hash_table_unref (self->selection);
  g_hash_table_unref (self->states);
  g_hash_table_unref (self->alarms);
  g_hash_table_unref (self->restart);
  g_hash_table_unref (self->roots);
  g_hash_table_unref (self->storms);
  g_hash_table_unref (self->captured);
  g_clear_pointer (&self->traffic, g_hash_table_unref);
  g_hash_table_unref (self->reasons);
  g_free (self->path);
  g_free (self->name);
  G_OBJECT_CLASS (vbet_session_parent_class)->finalize (object);
}

static void
vbet_session_class_init (VbetSessionClass *klass)
{
  static const char *const signals[]
      = { "changed", "selection-changed", "states-changed", "traffic-changed" };
  G_OBJECT_CLASS (klass)->finalize = vbet_session_finalize;
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    g_signal_new (signals[i], VBET_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
vbet_session_init (VbetSession *self)
{
  self->document = vbet_document_new ();
  self->name = g_strdup ("untitled");
  self->hints = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->selection = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->states = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->alarms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
  self->restart = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->roots = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->storms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->captured = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->reasons = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  _vbet_session_derive (self);
  g_signal_connect (self->document, "changed", G_CALLBACK (on_document_changed), self);
}
