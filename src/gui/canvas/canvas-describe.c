/* canvas-describe.c - what a device, NIC, cable or handle is, in words: for tooltips and for accessible
 * objects. */
#include "config.h"

#include "gui/canvas/canvas-private.h"

#include <glib/gi18n.h>

/* Where the other end of the cable in @nic is; (transfer full). */
static char *
far_end (VbetCanvas *self, const VbetNic *nic)
{
  const VbetCable *cable = vbet_topology_cable (vbet_session_get_topology (self->session), nic->cable);
  const VbetCableEnd *far = cable != NULL ? &cable->ends[1 - nic->cable_end] : NULL;
  if (far == NULL || far->device == NULL)
    return g_strdup_printf (_ ("%s, its other end in nothing"), nic->cable);
  const VbetDevice *device = vbet_topology_device (vbet_session_get_topology (self->session), far->device);
  if (device != NULL && (device->kind & VBET_KIND_GUEST) == 0)
    return g_strdup_printf (_ ("%s to %s"), nic->cable, far->device);
  return g_strdup_printf (_ ("%s to eth%u of %s"), nic->cable, far->nic - 1, far->device);
}

static const char *
carrier (VbetCanvas *self, const VbetNic *nic)
{
  GHashTable *traffic = vbet_session_get_traffic (self->session);
  const VbetTraffic *of = traffic != NULL ? g_hash_table_lookup (traffic, nic->cable) : NULL;
  if (of == NULL)
    return NULL;
  return of->carrier[nic->cable_end] ? _ ("carrier") : _ ("no carrier");
}

char *
_vbet_canvas_describe_nic (VbetCanvas *self, const char *device_name, guint number)
{
  const VbetDevice *device = vbet_topology_device (vbet_session_get_topology (self->session), device_name);
  const VbetNic *nic = device != NULL ? vbet_device_nic (device, number) : NULL;
  if (nic == NULL)
    return g_strdup ("");
  g_autoptr (GPtrArray) addresses = vbet_attributes_list (nic->attributes, "ip");
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < addresses->len; i++) {
    g_autofree char *address = vbet_value_to_text (g_ptr_array_index (addresses, i));
    g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", address);
  }
  if (addresses->len == 0 && vbet_attributes_boolean (nic->attributes, VBET_KIND_NIC, "dhcp"))
    g_string_append (text, _ ("address by DHCP"));
  else if (addresses->len == 0 && (device->kind & VBET_KIND_GUEST) != 0)
    g_string_append (text, _ ("no address"));
  g_autofree char *cabled = nic->cable != NULL ? far_end (self, nic) : g_strdup (_ ("no cable"));
  g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", cabled);
  if (nic->cable != NULL && carrier (self, nic) != NULL)
    g_string_append_printf (text, ", %s", carrier (self, nic));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
describe_handle (VbetCanvas *self, const VbetItem *item)
{
  g_autofree char *nic = NULL;
  switch (item->handle) {
  case VBET_HANDLE_FREE:
    nic = _vbet_canvas_describe_nic (self, item->name, item->number);
    return g_strdup_printf (_ ("%s eth%u: %s\nDrag it to another device to cable it"), item->name,
                            item->number - 1, nic);
  case VBET_HANDLE_USED:
    nic = _vbet_canvas_describe_nic (self, item->name, item->number);
    return g_strdup_printf (_ ("%s eth%u: %s\nDrag it to plug the cable elsewhere"), item->name,
                            item->number - 1, nic);
  case VBET_HANDLE_NEW:
    return g_strdup_printf (_ ("A new NIC of %s: drag it to another device to cable it"), item->name);
  case VBET_HANDLE_END:
    return g_strdup_printf (_ ("An end of %s: drag it to another device or NIC to plug it in there"),
                            item->name);
  case VBET_HANDLE_SIZE:
  default:
    return NULL;
  }
}

char *
_vbet_canvas_describe (VbetCanvas *self, const VbetItem *item)
{
  if (item->kind == VBET_ITEM_HANDLE)
    return describe_handle (self, item);
  if (item->kind != VBET_ITEM_DEVICE)
    return NULL;
  const char *reason = vbet_session_get_reason (self->session, item->name);
  return reason != NULL
             ? g_strdup_printf ("%s %s: %s", item->name, vbet_device_state_name (item->state), reason)
             : NULL;
}
