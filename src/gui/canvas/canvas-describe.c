/* canvas-describe.c - what a device, NIC, cable or handle is, in words: for tooltips and for accessible
 * objects. */
#include "config.h"

#include "gui/canvas/canvas-private.h"

#include <glib/gi18n.h>

#define ALARMS_SHOWN 6 /* of one device, in a tooltip */

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

static char *
end_name (VbetCanvas *self, const VbetCableEnd *end)
{
  const VbetDevice *device
      = end->device != NULL ? vbet_topology_device (vbet_session_get_topology (self->session), end->device)
                            : NULL;
  if (device == NULL)
    return g_strdup (_ ("a free end"));
  return (device->kind & VBET_KIND_GUEST) != 0 ? g_strdup_printf ("%s eth%u", end->device, end->nic - 1)
                                               : g_strdup_printf (_ ("%s, port %u"), end->device, end->nic);
}

/* A sentence on why the end called @own has no carrier; (transfer full). */
static char *
why_text (const char *why, const char *own, const char *peer)
{
  if (g_strcmp0 (why, "off") == 0)
    return g_strdup_printf (_ ("%s: no carrier, the device is off"), own);
  if (g_strcmp0 (why, "booting") == 0)
    return g_strdup_printf (_ ("%s: no carrier, the device is booting"), own);
  if (g_strcmp0 (why, "failed") == 0)
    return g_strdup_printf (_ ("%s: no carrier, the device does not work"), own);
  if (g_strcmp0 (why, "nic-down") == 0)
    return g_strdup_printf (_ ("%s: no carrier, its NIC is set down"), own);
  if (g_strcmp0 (why, "peer-off") == 0)
    return g_strdup_printf (_ ("%s: no carrier, %s is off"), own, peer);
  if (g_strcmp0 (why, "peer-booting") == 0)
    return g_strdup_printf (_ ("%s: no carrier, %s is still booting"), own, peer);
  if (g_strcmp0 (why, "peer-failed") == 0)
    return g_strdup_printf (_ ("%s: no carrier, %s does not work"), own, peer);
  if (g_strcmp0 (why, "peer-nic-down") == 0)
    return g_strdup_printf (_ ("%s: no carrier, the NIC of %s is set down"), own, peer);
  if (g_strcmp0 (why, "down") == 0)
    return g_strdup_printf (_ ("%s: no carrier, the cable is cut"), own);
  if (g_strcmp0 (why, "down-here") == 0)
    return g_strdup_printf (_ ("%s: no carrier, the cable is cut in this direction"), own);
  return g_strdup_printf (_ ("%s: no carrier"), own);
}

char *
_vbet_canvas_describe_cable (VbetCanvas *self, const char *name)
{
  const VbetCable *cable = vbet_topology_cable (vbet_session_get_topology (self->session), name);
  GHashTable *all = vbet_session_get_traffic (self->session);
  const VbetTraffic *traffic = all != NULL ? g_hash_table_lookup (all, name) : NULL;
  GHashTable *storms = vbet_session_get_storms (self->session);
  GString *text = g_string_new (NULL);
  gboolean storm = cable != NULL && cable->ends[0].device != NULL && cable->ends[1].device != NULL
                   && g_hash_table_contains (storms, cable->ends[0].device)
                   && g_hash_table_contains (storms, cable->ends[1].device);
  if (storm)
    g_string_append (text, _ ("Frames circle here"));
  for (guint end = 0; end < 2 && cable != NULL && traffic != NULL; end++) {
    g_autofree char *of = end_name (self, &cable->ends[end]);
    g_autofree char *line = NULL;
    if (!traffic->carrier[end])
      line = why_text (traffic->why[end], of,
                       cable->ends[1 - end].device != NULL ? cable->ends[1 - end].device : "");
    else if (traffic->port[end] == VBET_PORT_DISCARDING)
      line = g_strdup_printf (_ ("%s: blocked by the spanning tree"), of);
    else if (traffic->port[end] == VBET_PORT_LEARNING)
      line = g_strdup_printf (_ ("%s: learning, soon forwarding"), of);
    if (line != NULL)
      g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", line);
  }
  return g_string_free (text, text->len == 0);
}

char *
_vbet_canvas_describe_alarms (VbetCanvas *self, const char *device)
{
  GPtrArray *alarms = vbet_session_get_alarms (self->session, device);
  if (alarms == NULL)
    return NULL;
  GString *text = g_string_new (NULL);
  g_string_printf (text, ngettext ("%u problem:", "%u problems:", alarms->len), alarms->len);
  for (guint i = 0; i < MIN (alarms->len, ALARMS_SHOWN); i++)
    g_string_append_printf (text, "\n%s", ((VbetAlarm *)g_ptr_array_index (alarms, i))->text);
  if (alarms->len > ALARMS_SHOWN)
    g_string_append (text, "\n…");
  return g_string_free (text, FALSE);
}

char *
_vbet_canvas_describe (VbetCanvas *self, const VbetItem *item)
{
  if (item->kind == VBET_ITEM_HANDLE)
    return describe_handle (self, item);
  if (item->kind == VBET_ITEM_CABLE)
    return _vbet_canvas_describe_cable (self, item->name);
  if (item->kind != VBET_ITEM_DEVICE)
    return NULL;
  const char *reason = vbet_session_get_reason (self->session, item->name);
  return reason != NULL
             ? g_strdup_printf ("%s %s: %s", item->name, vbet_device_state_name (item->state), reason)
             : _vbet_canvas_describe_alarms (self, item->name);
}
