/* gesture-check.c - does the patched text say what the gesture meant?
 *
 * A topology is written as a multiset of lines, one a fact. The lines of the
 * old topology, seen through the gesture's lens, and those it adds must be the
 * lines of the new one. A NIC that exists only because it is used counts only
 * when it is used.
 */
#include "config.h"

#include <string.h>

#include "engine/model/gesture-private.h"

typedef struct {
  const VbetScene *scene;
  const VbetLens *lens; /* nullable: the new topology, as it is */
  const VbetLens *mode; /* its @loose, @ignore_steps and @every_nic_of hold for both sides */
  GHashTable *facts;    /* of line to count */
} Facts;

static void
add_fact (Facts *self, char *line)
{
  gpointer count = g_hash_table_lookup (self->facts, line);
  g_hash_table_insert (self->facts, line, GUINT_TO_POINTER (GPOINTER_TO_UINT (count) + 1));
}

static gboolean
in_set (GHashTable *set, const char *name)
{
  return set != NULL && name != NULL && g_hash_table_contains (set, name);
}

/* --- names through the lens ----------------------------------------------- */

static gboolean
device_is_gone (const Facts *self, const char *name)
{
  return self->lens != NULL && in_set (self->lens->gone_devices, name);
}

static gboolean
cable_is_gone (const Facts *self, const char *name)
{
  return self->lens != NULL && in_set (self->lens->gone_cables, name);
}

static const char *
name_of (const Facts *self, const char *name)
{
  const VbetLens *lens = self->lens;
  return lens != NULL && lens->renamed_from != NULL && strcmp (name, lens->renamed_from) == 0
             ? lens->renamed_to
             : name;
}

/* The number a NIC has afterwards; 0: it is gone. */
static guint
number_of (const Facts *self, const char *device, guint nic)
{
  const VbetLens *lens = self->lens;
  if (lens == NULL || lens->shift_device == NULL || strcmp (device, lens->shift_device) != 0
      || nic < lens->shift_nic)
    return nic;
  return nic == lens->shift_nic ? 0 : nic - 1;
}

/* --- lines ---------------------------------------------------------------- */

char *
vbet_lens_device_line (const char *device, VbetKind kind)
{
  return g_strdup_printf ("device %s %s", device, vbet_kind_name (kind));
}

char *
vbet_lens_nic_line (const char *device, guint nic)
{
  return g_strdup_printf ("nic %s %u", device, nic);
}

char *
vbet_lens_cable_line (const VbetLens *lens, const char *cable, const char *device_a, guint nic_a,
                      const char *device_b, guint nic_b)
{
  const char *a = device_a != NULL ? device_a : "-";
  const char *b = device_b != NULL ? device_b : "-";
  if (lens != NULL && lens->loose)
    return g_strdup_printf ("cable %s %s", a, b);
  return g_strdup_printf ("cable %s %s %u %s %u", cable, a, nic_a, b, nic_b);
}

char *
vbet_lens_note_line (guint index, const char *text)
{
  return g_strdup_printf ("note %u %s", index, text);
}

char *
vbet_lens_attribute_line (VbetKind kind, const char *name, guint nic, const char *key, const VbetValue *value)
{
  g_autofree char *text = value != NULL ? vbet_value_to_text (value) : g_strdup ("default");
  guint class = (kind & VBET_KIND_DEVICE) != 0 ? VBET_KIND_DEVICE : kind;
  return g_strdup_printf ("set %u %s %u %s=%s", class, name != NULL ? name : "", nic, key, text);
}

static gboolean
is_same_object (const VbetObject *object, VbetKind kind, const char *name, guint nic)
{
  if (object->nic != nic || (object->name != NULL && g_strcmp0 (object->name, name) != 0))
    return FALSE;
  return object->kind == kind || ((object->kind & VBET_KIND_DEVICE) != 0 && (kind & VBET_KIND_DEVICE) != 0);
}

static gboolean
is_set_object (const Facts *self, VbetKind kind, const char *name, guint nic, const char *key)
{
  if (self->mode->set_object == NULL || strcmp (key, self->mode->set_key) != 0)
    return FALSE;
  for (guint i = 0; i < MAX (self->mode->n_set_objects, 1); i++)
    if (is_same_object (&self->mode->set_object[i], kind, name, nic))
      return TRUE;
  return FALSE;
}

static void
add_attributes (Facts *self, VbetKind kind, const char *name, guint nic, const VbetAttributes *attributes)
{
  for (guint i = 0; i < attributes->len; i++) {
    const VbetAttribute *attribute = attributes->pdata[i];
    if (kind == VBET_KIND_NOTE && self->mode->placed_notes
        && (strcmp (attribute->key, "at") == 0 || strcmp (attribute->key, "size") == 0))
      continue;
    if (attribute->value != NULL && !is_set_object (self, kind, name, nic, attribute->key))
      add_fact (self, vbet_lens_attribute_line (kind, name, nic, attribute->key, attribute->value));
  }
}

static void
add_nics (Facts *self, const VbetDevice *device, const char *name)
{
  gboolean every = g_strcmp0 (self->mode->every_nic_of, name) == 0;
  gboolean ports = (device->kind & VBET_KIND_RELAY) != 0;
  for (guint i = 0; i < device->nics->len; i++) {
    const VbetNic *nic = device->nics->pdata[i];
    guint number = number_of (self, device->name, nic->index);
    if (number == 0)
      continue;
    gboolean counted = ports || vbet_scene_is_grown (self->scene, nic);
    if (every || !counted)
      add_fact (self, vbet_lens_nic_line (name, number));
    add_attributes (self, VBET_KIND_NIC, name, number, nic->attributes);
  }
}

static void
add_device (Facts *self, const VbetDevice *device)
{
  const char *name = name_of (self, device->name);
  if (device_is_gone (self, device->name))
    return;
  add_fact (self, vbet_lens_device_line (name, device->kind));
  add_attributes (self, device->kind, name, 0, device->attributes);
  add_nics (self, device, name);
  for (guint i = 0; i < device->files->len; i++) {
    const VbetFile *file = device->files->pdata[i];
    add_fact (self, g_strdup_printf ("file %s %s %o %u", name, file->path, file->mode,
                                     g_bytes_hash (file->contents)));
  }
}

static void
add_cable (Facts *self, const VbetCable *cable)
{
  const char *devices[2] = { NULL, NULL };
  guint nics[2] = { 0, 0 };
  if (cable_is_gone (self, cable->name))
    return;
  for (guint end = 0; end < 2; end++) {
    const VbetLens *lens = self->lens;
    if (lens != NULL && g_strcmp0 (lens->moved_cable, cable->name) == 0 && lens->moved_end == end) {
      devices[end] = lens->moved_device;
      nics[end] = lens->moved_nic;
    } else if (cable->ends[end].device != NULL && !device_is_gone (self, cable->ends[end].device)) {
      devices[end] = name_of (self, cable->ends[end].device);
      nics[end] = number_of (self, cable->ends[end].device, cable->ends[end].nic);
    }
  }
  add_fact (self, vbet_lens_cable_line (self->mode, cable->name, devices[0], nics[0], devices[1], nics[1]));
  if (!self->mode->loose)
    add_attributes (self, VBET_KIND_CABLE, cable->name, 0, cable->attributes);
}

static void
add_actions (Facts *self, const char *where, const GPtrArray *actions)
{
  for (guint i = 0; i < actions->len; i++)
    add_fact (self, g_strdup_printf ("%s %u %s", where, i, ((const VbetAction *)actions->pdata[i])->source));
}

static void
add_notes (Facts *self, const GPtrArray *notes)
{
  guint number = 0; /* afterwards */
  for (guint i = 0; i < notes->len; i++) {
    const VbetNote *note = notes->pdata[i];
    if (self->lens != NULL && self->lens->gone_notes != NULL
        && g_hash_table_contains (self->lens->gone_notes, GUINT_TO_POINTER (i + 1)))
      continue;
    if (!is_set_object (self, VBET_KIND_NOTE, NULL, number, "text"))
      add_fact (self, vbet_lens_note_line (number, note->text));
    add_attributes (self, VBET_KIND_NOTE, NULL, number, note->attributes);
    number++;
  }
}

static GHashTable *
list_facts (const VbetScene *scene, const VbetTopology *topology, const VbetLens *lens, const VbetLens *mode)
{
  Facts self = { scene, lens, mode, g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };
  for (guint i = 0; i < topology->devices->len; i++)
    add_device (&self, topology->devices->pdata[i]);
  for (guint i = 0; i < topology->cables->len; i++)
    add_cable (&self, topology->cables->pdata[i]);
  add_notes (&self, topology->notes);
  if (mode->ignore_steps)
    return self.facts;
  add_actions (&self, "check", topology->checks);
  for (guint i = 0; i < topology->steps->len; i++) {
    const VbetStep *step = topology->steps->pdata[i];
    g_autofree char *where = g_strdup_printf ("step %u", i);
    add_fact (&self, g_strdup_printf ("%s %s %s", where, step->title, step->text != NULL ? step->text : ""));
    add_actions (&self, where, step->actions);
  }
  return self.facts;
}

/* The first fact of @a that @b lacks, or NULL. */
static const char *
first_lacking (GHashTable *a, GHashTable *b)
{
  GHashTableIter iter;
  gpointer line;
  gpointer count;
  g_hash_table_iter_init (&iter, a);
  while (g_hash_table_iter_next (&iter, &line, &count))
    if (GPOINTER_TO_UINT (g_hash_table_lookup (b, line)) < GPOINTER_TO_UINT (count))
      return line;
  return NULL;
}

/* --- findings ------------------------------------------------------------- */

static VbetDiagnostics *
findings_of (const VbetProgram *program, const char *lab_name, VbetTopology **ret_topology)
{
  gsize size;
  const char *text = vbet_program_text (program, &size);
  VbetDiagnostics *findings = vbet_diagnostics_new (text, size);
  vbet_program_diagnose (program, findings);
  VbetTopology *topology = vbet_topology_elaborate (program, lab_name, findings);
  if (ret_topology != NULL)
    *ret_topology = topology;
  else
    vbet_topology_unref (topology);
  return findings;
}

static guint
count_same (const VbetDiagnostics *findings, const VbetDiagnostic *like)
{
  guint n = 0;
  for (guint i = 0; i < vbet_diagnostics_size (findings); i++) {
    const VbetDiagnostic *item = vbet_diagnostics_get (findings, i);
    n += strcmp (item->code, like->code) == 0 && strcmp (item->message, like->message) == 0;
  }
  return n;
}

/* Whether @findings has an error that the scene's text has not. */
static gboolean
has_new_error (const VbetScene *scene, const VbetDiagnostics *findings, GError **error)
{
  if (!vbet_diagnostics_has_errors (findings))
    return FALSE;
  g_autoptr (VbetDiagnostics) before = findings_of (scene->program, scene->topology->name, NULL);
  for (guint i = 0; i < vbet_diagnostics_size (findings); i++) {
    const VbetDiagnostic *item = vbet_diagnostics_get (findings, i);
    if (item->severity != VBET_SEVERITY_ERROR || count_same (before, item) >= count_same (findings, item))
      continue;
    g_set_error (error, VBET_ERROR, VBET_ERROR_STATE, "this is not possible: in line %u, %s", item->line,
                 item->message);
    return TRUE;
  }
  return FALSE;
}

VbetEdits *
vbet_gesture_check (const VbetScene *scene, VbetPatch *patch, const VbetLens *lens, const GPtrArray *added,
                    GError **error)
{
  g_autoptr (VbetEdits) edits = vbet_patch_edits (patch);
  gsize size;
  g_autofree char *text = vbet_edits_apply (edits, scene->text, scene->size, &size);
  g_autoptr (VbetProgram) program = vbet_program_parse (text, size);
  g_autoptr (VbetTopology) topology = NULL;
  g_autoptr (VbetDiagnostics) findings = findings_of (program, scene->topology->name, &topology);
  if (has_new_error (scene, findings, error))
    return NULL;
  g_autoptr (VbetScene) after = vbet_scene_new (program, topology);
  g_autoptr (GHashTable) expected = list_facts (scene, scene->topology, lens, lens);
  g_autoptr (GHashTable) actual = list_facts (after, topology, NULL, lens);
  Facts more = { .facts = expected };
  for (guint i = 0; added != NULL && i < added->len; i++)
    add_fact (&more, g_strdup (added->pdata[i]));
  const char *lacking = first_lacking (expected, actual);
  if (lacking == NULL && !lens->at_least)
    lacking = first_lacking (actual, expected);
  if (lacking == NULL)
    return g_steal_pointer (&edits);
  g_debug ("gesture: not as expected: %s", lacking);
  g_set_error_literal (error, VBET_ERROR, VBET_ERROR_STATE,
                       "the text of this lab leaves no way to write this down; edit the program instead");
  return NULL;
}
