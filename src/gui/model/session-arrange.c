/* session-arrange.c - devices aligned, spread and drawn anew, as revisions of the document; see session.h. */
#include "config.h"

#include "gui/model/session-private.h"

#include <glib/gi18n.h>

#include "engine/model/gesture.h"
#include "gui/model/layout.h"

/* Adds the devices that stand where no text says it, at where they stand: see session-gestures.c. */
static void
add_unplaced (VbetSession *self, GPtrArray *names, GArray *points)
{
  g_autoptr (GHashTable) there = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < names->len; i++)
    g_hash_table_add (there, g_ptr_array_index (names, i));
  for (guint i = 0; i < self->topology->devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (self->topology->devices, i);
    VbetPoint at = g_array_index (self->positions, VbetPoint, i), written;
    if (g_hash_table_contains (there, device->name) || vbet_layout_written (device, &written))
      continue;
    g_ptr_array_add (names, device->name);
    at = (VbetPoint){ round (at.x), round (at.y) };
    g_array_append_val (points, at);
  }
}

gboolean
vbet_session_place_devices (VbetSession *self, const char *const *names, const VbetPoint *points, guint n,
                            const char *label, GError **error)
{
  g_return_val_if_fail (VBET_IS_SESSION (self), FALSE);
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (VbetPoint));
  if (n == 0)
    return TRUE;
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (all, (gpointer)names[i]);
  g_array_append_vals (places, points, n);
  add_unplaced (self, all, places);
  g_autofree double *xs = g_new (double, all->len);
  g_autofree double *ys = g_new (double, all->len);
  for (guint i = 0; i < all->len; i++) {
    xs[i] = g_array_index (places, VbetPoint, i).x;
    ys[i] = g_array_index (places, VbetPoint, i).y;
  }
  vbet_document_begin (self->document, label);
  gboolean ok = _vbet_session_apply (self,
                                     vbet_gesture_move_devices (self->program, self->topology,
                                                                (const char *const *)all->pdata, xs, ys,
                                                                all->len, error),
                                     label);
  return _vbet_session_finish (self, ok);
}

/* The selected devices with their positions; (transfer full). */
static char **
selected (VbetSession *self, GArray *points)
{
  char **names = vbet_session_selected_devices (self);
  for (guint i = 0; names[i] != NULL; i++) {
    VbetPoint point = { 0, 0 };
    vbet_session_get_position (self, names[i], &point);
    g_array_append_val (points, point);
  }
  return names;
}

gboolean
vbet_session_align (VbetSession *self, VbetAlign how, GError **error)
{
  g_return_val_if_fail (VBET_IS_SESSION (self), FALSE);
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (VbetPoint));
  g_auto (GStrv) names = selected (self, points);
  if (points->len < 2)
    return TRUE;
  g_autofree char *label
      = g_strdup_printf (ngettext ("Align %u device", "Align %u devices", points->len), points->len);
  vbet_arrange_align (&g_array_index (points, VbetPoint, 0), points->len, how);
  return vbet_session_place_devices (self, (const char *const *)names, &g_array_index (points, VbetPoint, 0),
                                     points->len, label, error);
}

gboolean
vbet_session_distribute (VbetSession *self, gboolean vertically, GError **error)
{
  g_return_val_if_fail (VBET_IS_SESSION (self), FALSE);
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (VbetPoint));
  g_auto (GStrv) names = selected (self, points);
  if (points->len < 3)
    return TRUE;
  g_autofree char *label = g_strdup_printf (
      ngettext ("Distribute %u device", "Distribute %u devices", points->len), points->len);
  vbet_arrange_distribute (&g_array_index (points, VbetPoint, 0), points->len, vertically);
  return vbet_session_place_devices (self, (const char *const *)names, &g_array_index (points, VbetPoint, 0),
                                     points->len, label, error);
}

VbetArrangement *
vbet_session_arrangement (VbetSession *self)
{
  g_return_val_if_fail (VBET_IS_SESSION (self), NULL);
  g_auto (GStrv) names = vbet_session_selected_devices (self);
  g_autoptr (GHashTable) set = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; names[i] != NULL; i++)
    g_hash_table_add (set, names[i]);
  if (self->topology->devices->len == 0)
    return NULL;
  return vbet_arrangement_new (self->topology, vbet_session_get_positions (self),
                               g_hash_table_size (set) >= 2 ? set : NULL);
}

gboolean
vbet_session_arrange_to (VbetSession *self, const VbetArrangement *arrangement, const VbetPoint *points,
                         GError **error)
{
  g_return_val_if_fail (VBET_IS_SESSION (self), FALSE);
  guint n = arrangement->n;
  g_autofree const char **names = g_new0 (const char *, n + 1);
  for (guint i = 0; i < n; i++) {
    g_return_val_if_fail (arrangement->devices[i] < self->topology->devices->len, FALSE);
    names[i] = ((VbetDevice *)g_ptr_array_index (self->topology->devices, arrangement->devices[i]))->name;
  }
  g_autofree char *label = arrangement->whole
                               ? g_strdup (_ ("Arrange"))
                               : g_strdup_printf (ngettext ("Arrange %u device", "Arrange %u devices", n), n);
  return vbet_session_place_devices (self, names, points, n, label, error);
}
