/* session-gestures.c - what a hand can do on the canvas, as revisions of the document; see session.h.
 *
 * A device without at= stands where the layout put it, which depends on all
 * the others. As soon as somebody places one device by hand, the positions of
 * all are written down with it: the picture that is saved is the one that was
 * seen.
 */
#include "config.h"

#include "gui/model/session-private.h"

#include <string.h>

#include <glib/gi18n.h>

#include "base/error.h"
#include "engine/model/gesture.h"
#include "gui/model/layout.h"

/* Applies @edits (transfer full) as part of the open revision and derives anew. */
static gboolean
apply (VbetSession *self, VbetEdits *edits, const char *label)
{
  if (edits == NULL)
    return FALSE;
  vbet_document_apply (self->document, edits, label);
  vbet_edits_free (edits);
  _vbet_session_derive (self);
  return TRUE;
}

/* Ends the open revision; one that failed half-way never was. */
static gboolean
finish (VbetSession *self, gboolean ok)
{
  if (ok)
    vbet_document_end (self->document);
  else
    vbet_document_cancel (self->document);
  return ok;
}

/* Sets at= of the devices that are in @moved, and of all that have none. */
static VbetEdits *
move_edits (VbetSession *self, GHashTable *moved, double dx, double dy, GError **error)
{
  guint n = self->topology->devices->len, used = 0;
  g_autofree const char **names = g_new0 (const char *, n + 1);
  g_autofree double *xs = g_new (double, n + 1);
  g_autofree double *ys = g_new (double, n + 1);
  for (guint i = 0; i < n; i++) {
    const VbetDevice *device = g_ptr_array_index (self->topology->devices, i);
    gboolean moves = moved != NULL && g_hash_table_contains (moved, device->name);
    VbetPoint at = g_array_index (self->positions, VbetPoint, i), written;
    if (!moves && vbet_layout_written (device, &written))
      continue;
    names[used] = device->name;
    xs[used] = round (at.x + (moves ? dx : 0));
    ys[used] = round (at.y + (moves ? dy : 0));
    used++;
  }
  if (used == 0)
    return vbet_edits_new ();
  return vbet_gesture_move_devices (self->program, self->topology, names, xs, ys, used, error);
}

static gboolean
has_unplaced (VbetSession *self)
{
  for (guint i = 0; i < self->topology->devices->len; i++) {
    VbetPoint written;
    if (!vbet_layout_written (g_ptr_array_index (self->topology->devices, i), &written))
      return TRUE;
  }
  return FALSE;
}

gboolean
_vbet_session_apply (VbetSession *self, VbetEdits *edits, const char *label)
{
  return apply (self, edits, label);
}

gboolean
_vbet_session_finish (VbetSession *self, gboolean ok)
{
  return finish (self, ok);
}

gboolean
_vbet_session_settle (VbetSession *self, const char *label, GError **error)
{
  return !has_unplaced (self) || apply (self, move_edits (self, NULL, 0, 0, error), label);
}

gboolean
vbet_session_add_device (VbetSession *self, VbetKind kind, double x, double y, char **ret_name,
                         GError **error)
{
  g_return_val_if_fail (VBET_IS_SESSION (self), FALSE);
  g_autofree char *label = g_strdup_printf (_ ("Add %s"), vbet_kind_name (kind));
  g_autofree char *name = NULL;
  vbet_document_begin (self->document, label);
  gboolean ok = TRUE;
  if (has_unplaced (self))
    ok = apply (self, move_edits (self, NULL, 0, 0, error), label);
  if (ok)
    ok = apply (self,
                vbet_gesture_add_device (self->program, self->topology, kind, NULL, round (x), round (y),
                                         &name, error),
                label);
  if (ok && name != NULL) {
    /* Translators: "Add host host1": a kind of device, and its name. */
    g_autofree char *named = g_strdup_printf (_ ("Add %s %s"), vbet_kind_name (kind), name);
    vbet_document_relabel (self->document, named);
  }
  if (!finish (self, ok))
    return FALSE;
  if (name != NULL)
    vbet_session_select (self, name, FALSE);
  if (ret_name != NULL)
    *ret_name = g_steal_pointer (&name);
  return TRUE;
}

/* Devices and notes called @names (set), cables too when @cables; one of them in @ret_one. */
static guint
count_things (VbetSession *self, GHashTable *names, gboolean cables, const char **ret_one)
{
  GHashTableIter iter;
  gpointer name = NULL;
  guint n = 0;
  g_hash_table_iter_init (&iter, names);
  while (g_hash_table_iter_next (&iter, &name, NULL)) {
    if (vbet_topology_device (self->topology, name) == NULL && vbet_session_get_note (self, name) == NULL
        && !(cables && vbet_topology_cable (self->topology, name) != NULL))
      continue;
    *ret_one = name;
    n++;
  }
  return n;
}

gboolean
vbet_session_move (VbetSession *self, GHashTable *names, double dx, double dy, GError **error)
{
  g_return_val_if_fail (VBET_IS_SESSION (self), FALSE);
  const char *one = NULL;
  guint n = count_things (self, names, FALSE, &one);
  if (n == 0 || (dx == 0 && dy == 0))
    return TRUE;
  g_autofree char *label = n == 1 ? (vbet_note_index (one, NULL) ? g_strdup (_ ("Move a note"))
                                                                 : g_strdup_printf (_ ("Move %s"), one))
                                  : g_strdup_printf (ngettext ("Move %u thing", "Move %u things", n), n);
  g_autoptr (GHashTable) own = g_hash_table_ref (names);
  gboolean devices = FALSE;
  for (guint i = 0; i < self->topology->devices->len; i++)
    devices
        |= g_hash_table_contains (own, ((VbetDevice *)g_ptr_array_index (self->topology->devices, i))->name);
  vbet_document_begin (self->document, label);
  gboolean ok = (!devices || apply (self, move_edits (self, own, dx, dy, error), label))
                && _vbet_session_move_notes (self, own, dx, dy, label, error);
  return finish (self, ok);
}

gboolean
vbet_session_move_selected (VbetSession *self, double dx, double dy, GError **error)
{
  g_return_val_if_fail (VBET_IS_SESSION (self), FALSE);
  return vbet_session_move (self, self->selection, dx, dy, error);
}

gboolean
vbet_session_arrange (VbetSession *self, GError **error)
{
  g_return_val_if_fail (VBET_IS_SESSION (self), FALSE);
  guint n = self->topology->devices->len;
  if (n == 0)
    return TRUE;
  g_autoptr (GArray) points = vbet_layout_compute (self->topology, NULL, TRUE);
  g_autofree const char **names = g_new0 (const char *, n + 1);
  g_autofree double *xs = g_new (double, n);
  g_autofree double *ys = g_new (double, n);
  for (guint i = 0; i < n; i++) {
    names[i] = ((VbetDevice *)g_ptr_array_index (self->topology->devices, i))->name;
    xs[i] = g_array_index (points, VbetPoint, i).x;
    ys[i] = g_array_index (points, VbetPoint, i).y;
  }
  vbet_document_begin (self->document, _ ("Arrange"));
  gboolean ok
      = apply (self, vbet_gesture_move_devices (self->program, self->topology, names, xs, ys, n, error),
               _ ("Arrange"));
  return finish (self, ok);
}

char **
vbet_session_selected_cables (VbetSession *self)
{
  g_return_val_if_fail (VBET_IS_SESSION (self), NULL);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  for (guint i = 0; i < self->topology->cables->len; i++) {
    const VbetCable *cable = g_ptr_array_index (self->topology->cables, i);
    if (g_hash_table_contains (self->selection, cable->name))
      g_strv_builder_add (names, cable->name);
  }
  return g_strv_builder_end (names);
}

gboolean
vbet_session_delete_selected (VbetSession *self, GError **error)
{
  g_return_val_if_fail (VBET_IS_SESSION (self), FALSE);
  g_auto (GStrv) devices = vbet_session_selected_devices (self);
  g_auto (GStrv) cables = vbet_session_selected_cables (self);
  const char *one = NULL;
  guint n = count_things (self, self->selection, TRUE, &one);
  if (n == 0)
    return TRUE;
  g_autofree char *label = n == 1 ? (vbet_note_index (one, NULL) ? g_strdup (_ ("Delete a note"))
                                                                 : g_strdup_printf (_ ("Delete %s"), one))
                                  : g_strdup_printf (ngettext ("Delete %u thing", "Delete %u things", n), n);
  vbet_document_begin (self->document, label);
  gboolean ok = _vbet_session_remove_notes (self, self->selection, label, error);
  /* A cable's generated name may belong to another one after an edit: the last first, so that none shifts. */
  for (guint i = g_strv_length (cables); i > 0 && ok; i--)
    ok = apply (self, vbet_gesture_remove_cable (self->program, self->topology, cables[i - 1], error), label);
  if (ok && devices[0] != NULL)
    ok = apply (
        self,
        vbet_gesture_remove_devices (self->program, self->topology, (const char *const *)devices, error),
        label);
  if (ok) /* what is called "note#0" afterwards is another one */
    g_hash_table_remove_all (self->selection);
  if (!finish (self, ok))
    return FALSE;
  g_signal_emit_by_name (self, "selection-changed");
  return TRUE;
}

gboolean
vbet_session_can_rename (VbetSession *self, const char *device, const char *new_name, GError **error)
{
  g_return_val_if_fail (VBET_IS_SESSION (self), FALSE);
  g_autoptr (VbetEdits) edits
      = vbet_gesture_rename_device (self->program, self->topology, device, new_name, error);
  return edits != NULL;
}

gboolean
vbet_session_rename (VbetSession *self, const char *device, const char *new_name, GError **error)
{
  g_return_val_if_fail (VBET_IS_SESSION (self), FALSE);
  if (g_strcmp0 (device, new_name) == 0)
    return TRUE;
  g_autofree char *label = g_strdup_printf (_ ("Rename %s"), device);
  VbetPoint *hint = g_hash_table_lookup (self->hints, device);
  if (hint != NULL && new_name != NULL)
    g_hash_table_insert (self->hints, g_strdup (new_name), g_memdup2 (hint, sizeof *hint));
  vbet_document_begin (self->document, label);
  gboolean ok = apply (
      self, vbet_gesture_rename_device (self->program, self->topology, device, new_name, error), label);
  if (!finish (self, ok))
    return FALSE;
  vbet_session_select (self, new_name, FALSE);
  return TRUE;
}

void
vbet_session_fix (VbetSession *self, guint index)
{
  g_return_if_fail (VBET_IS_SESSION (self));
  if (index >= vbet_diagnostics_size (self->diagnostics))
    return;
  const VbetDiagnostic *finding = vbet_diagnostics_get (self->diagnostics, index);
  if (finding->fix == NULL)
    return;
  g_autofree char *label = g_strdup_printf (_ ("Fix: %s"), finding->fix->label);
  g_autofree char *text = g_strdup (finding->fix->text);
  vbet_document_replace (self->document, finding->fix->span.start, finding->fix->span.length, text,
                         strlen (text), label);
}
