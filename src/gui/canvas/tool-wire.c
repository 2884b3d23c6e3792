/* tool-wire.c - a cable in the hand, for the tools that draw and re-plug cables; see tool.h.
 *
 * It begins at a device, at one of its NICs, or is the end of a cable that was
 * there; it follows the pointer; over a device, that device shows its NICs.
 */
#include "config.h"

#include "gui/canvas/tool.h"

#include <glib/gi18n.h>

#include "base/error.h"

/* Pixels beyond a device's outermost handle at which it is still meant. */
#define HALO 14.0

void
vbet_wire_clear (VbetCanvas *canvas, VbetWire *self)
{
  g_clear_pointer (&self->from, g_free);
  g_clear_pointer (&self->cable, g_free);
  self->nic = 0;
  self->active = FALSE;
  vbet_canvas_clear_overlay (canvas);
}

/* Takes @end of @cable into the hand: the wire hangs at the other end. */
static gboolean
lift (VbetCanvas *canvas, VbetWire *self, const char *cable, guint end)
{
  const VbetTopology *topology = vbet_session_get_topology (vbet_canvas_get_session (canvas));
  const VbetCable *found = cable != NULL ? vbet_topology_cable (topology, cable) : NULL;
  const VbetItem *item = vbet_view_find (vbet_canvas_get_view (canvas), cable);
  if (found == NULL || item == NULL)
    return FALSE;
  self->cable = g_strdup (found->name);
  self->end = end;
  self->from = g_strdup (found->ends[1 - end].device);
  self->loose_at = end == 0 ? item->b : item->a;
  return TRUE;
}

gboolean
vbet_wire_start (VbetCanvas *canvas, VbetWire *self, const VbetItem *item, VbetPoint at)
{
  const VbetTopology *topology = vbet_session_get_topology (vbet_canvas_get_session (canvas));
  g_autofree char *name = item != NULL ? g_strdup (item->name) : NULL;
  if (name == NULL || (item->kind != VBET_ITEM_DEVICE && item->kind != VBET_ITEM_HANDLE))
    return FALSE;
  VbetHandleKind handle = item->handle;
  guint number = item->number;
  gboolean device_itself = item->kind == VBET_ITEM_DEVICE;
  vbet_wire_clear (canvas, self);
  if (!device_itself && handle == VBET_HANDLE_END) {
    if (!lift (canvas, self, name, number))
      return FALSE;
  } else if (!device_itself && handle == VBET_HANDLE_USED) {
    const VbetDevice *device = vbet_topology_device (topology, name);
    const VbetNic *nic = device != NULL ? vbet_device_nic (device, number) : NULL;
    if (nic == NULL || !lift (canvas, self, nic->cable, nic->cable_end))
      return FALSE;
  } else {
    self->from = g_steal_pointer (&name);
    self->nic = device_itself ? 0 : handle == VBET_HANDLE_NEW ? VBET_NIC_NEW : number;
  }
  self->active = TRUE;
  vbet_wire_motion (canvas, self, at);
  return TRUE;
}

gboolean
vbet_wire_is_near (VbetCanvas *canvas, const char *device, VbetPoint at)
{
  const VbetView *view = vbet_canvas_get_view (canvas);
  const VbetItem *tile = vbet_view_find (view, device);
  double reach = 0;
  if (tile == NULL || tile->kind != VBET_ITEM_DEVICE)
    return FALSE;
  for (guint i = 0; i < view->items->len; i++) {
    const VbetItem *item = g_ptr_array_index (view->items, i);
    if (item->kind == VBET_ITEM_HANDLE && g_strcmp0 (item->name, device) == 0)
      reach = MAX (reach, vbet_point_distance (item->a, tile->a) + HALO / vbet_canvas_get_zoom (canvas));
  }
  return vbet_point_distance (tile->a, at) <= reach;
}

/* What the end would go into: a device and a NIC of it; NULL: nothing. @ret_nic: 0: any; VBET_NIC_NEW. */
static char *
target_at (VbetCanvas *canvas, const VbetWire *self, VbetPoint at, guint *ret_nic)
{
  const VbetItem *item = vbet_canvas_item_at (canvas, at);
  const char *before = vbet_canvas_overlay (canvas)->target;
  *ret_nic = 0;
  if (item != NULL && item->kind == VBET_ITEM_HANDLE && item->handle <= VBET_HANDLE_NEW)
    *ret_nic = item->handle == VBET_HANDLE_NEW ? VBET_NIC_NEW : item->number;
  else if (item == NULL || item->kind != VBET_ITEM_DEVICE)
    return before != NULL && vbet_wire_is_near (canvas, before, at) ? g_strdup (before) : NULL;
  return g_strdup (item->name);
}

void
vbet_wire_motion (VbetCanvas *canvas, VbetWire *self, VbetPoint at)
{
  VbetOverlay *overlay = vbet_canvas_overlay (canvas);
  guint nic = 0;
  g_autofree char *target = target_at (canvas, self, at, &nic);
  gboolean itself = self->cable == NULL && g_strcmp0 (target, self->from) == 0;
  if (itself && (nic == 0 || nic == self->nic)) /* still where it began */
    g_clear_pointer (&target, g_free);
  overlay->handles = FALSE;
  overlay->wire_to = at;
  overlay->wire_loose = self->from == NULL;
  overlay->wire_at = self->loose_at;
  overlay->target_nic = target != NULL ? nic : 0;
  vbet_canvas_set_names (canvas, NULL, target, self->from);
  vbet_canvas_set_lifted (canvas, self->cable);
  vbet_canvas_refresh (canvas);
}

gboolean
vbet_wire_drop (VbetCanvas *canvas, VbetWire *self, VbetPoint at)
{
  VbetSession *session = vbet_canvas_get_session (canvas);
  g_autoptr (GError) error = NULL;
  guint nic = 0;
  vbet_wire_motion (canvas, self, at);
  g_autofree char *target = g_strdup (vbet_canvas_overlay (canvas)->target);
  nic = vbet_canvas_overlay (canvas)->target_nic;
  g_autofree char *from = g_strdup (self->from);
  g_autofree char *cable = g_strdup (self->cable);
  guint from_nic = self->nic, end = self->end;
  vbet_wire_clear (canvas, self);
  if (target == NULL)
    return FALSE;
  gboolean ok = cable != NULL ? vbet_session_replug (session, cable, end, target, nic, &error)
                              : vbet_session_plug (session, from, from_nic, target, nic, &error);
  if (!ok)
    vbet_canvas_fail (canvas, g_steal_pointer (&error));
  return TRUE;
}
