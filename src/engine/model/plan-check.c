/* plan-check.c - see plan-check.h. */
#include "config.h"

#include "engine/model/plan-check.h"

#include <string.h>

#include "engine/model/topology-private.h"

/* What is known of a guest beside its part of the topology. */
typedef struct {
  gboolean on;
  /* Next hop of the default route it has by now, of IPv4 and of IPv6; NULL: none. After NOT_REACHED, one that
   * Linux refused, which is announced; so it is at a start from such a text. */
  char *routes[2];
} Guest;

#define NOT_REACHED "unreachable "

typedef struct {
  VbetTopology *lab; /* as it is by now; owned */
  const VbetTopology *to;
  GHashTable *guests; /* name → Guest, both owned */
} Model;

/* What is wrong with a call: (transfer full); NULL: nothing. */
typedef char *Fault;

static const VbetSpan nowhere = { 0, 0 };

static Fault fault (const char *format, ...) G_GNUC_PRINTF (1, 2);

static Fault
fault (const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return text;
}

/* --- guests and their default routes --- */

static void
guest_free (Guest *self)
{
  g_free (self->routes[0]);
  g_free (self->routes[1]);
  g_free (self);
}

static Guest *
guest_new (Model *self, const char *name)
{
  Guest *guest = g_new0 (Guest, 1);
  g_hash_table_replace (self->guests, g_strdup (name), guest);
  return guest;
}

static gboolean
is_guest (const VbetDevice *device)
{
  return (device->kind & VBET_KIND_GUEST) != 0;
}

/* The gateway that is written for a family; NULL: none. */
static const VbetAddress *
written_gateway (const VbetAttributes *attributes, gboolean is_v6)
{
  const VbetAddress *found = NULL;
  g_autoptr (GPtrArray) list = vbet_attributes_list (attributes, "gateway");
  for (guint i = 0; i < list->len && found == NULL; i++) {
    const VbetValue *value = list->pdata[i];
    if (value->as.address.is_v6 == is_v6)
      found = &value->as.address; /* owned by the attributes */
  }
  return found;
}

static gboolean
device_reaches (const VbetDevice *device, const VbetAddress *address)
{
  for (guint i = 0; i < device->nics->len; i++)
    if (vbet_nic_reaches (device->nics->pdata[i], address))
      return TRUE;
  return FALSE;
}

/* What a start of @device as it is would give of a family: (transfer full) (nullable). */
static char *
route_of (const VbetDevice *device, gboolean is_v6)
{
  const VbetAddress *gateway = written_gateway (device->attributes, is_v6);
  if (gateway == NULL)
    return NULL;
  g_autofree char *hop = vbet_address_to_text (gateway, FALSE);
  return g_strconcat (device_reaches (device, gateway) ? "" : NOT_REACHED, hop, NULL);
}

static void
set_routes (Guest *self, const VbetDevice *device)
{
  for (guint v6 = 0; v6 < 2; v6++) {
    g_free (self->routes[v6]);
    self->routes[v6] = route_of (device, v6 == 1);
  }
}

/* NIC @nic of @device, as it is, comes or goes: Linux drops the routes over it, or would have chosen it. */
static void
disturb_routes (Model *self, const VbetDevice *device, const VbetNic *nic)
{
  Guest *guest = g_hash_table_lookup (self->guests, device->name);
  for (guint v6 = 0; guest != NULL && v6 < 2; v6++) {
    const char *route = guest->routes[v6];
    VbetAddress hop;
    if (route != NULL && g_str_has_prefix (route, NOT_REACHED))
      route += strlen (NOT_REACHED);
    if (route != NULL && vbet_address_parse (route, &hop) && vbet_nic_reaches (nic, &hop))
      g_clear_pointer (&guest->routes[v6], g_free);
  }
}

/* --- what a call is about --- */

static VbetDevice *
find_device (Model *self, const VbetCall *call)
{
  return (VbetDevice *)vbet_topology_device (self->lab, call->device);
}

static VbetCable *
find_cable (Model *self, const VbetCall *call)
{
  return (VbetCable *)vbet_topology_cable (self->lab, call->cable);
}

static VbetNic *
find_nic (Model *self, const VbetCall *call)
{
  const VbetDevice *device = find_device (self, call);
  return device != NULL ? (VbetNic *)vbet_device_nic (device, call->nic) : NULL;
}

/* The device of that name and kind that is wanted. */
static const VbetDevice *
wanted_device (Model *self, const VbetCall *call)
{
  return vbet_topology_device (self->to, call->device);
}

/* --- devices and cables --- */

static Fault
check_alloc (Model *self, const VbetCall *call)
{
  const char *name = call->kind == VBET_KIND_CABLE ? call->cable : call->device;
  if (vbet_topology_device (self->lab, name) != NULL || vbet_topology_cable (self->lab, name) != NULL)
    return fault ("there is something named %s already", name);
  if (call->kind == VBET_KIND_CABLE) {
    const VbetCable *wanted = vbet_topology_cable (self->to, name);
    if (wanted == NULL)
      return fault ("no cable %s is wanted", name);
    vbet_topology_add_cable (self->lab, name, g_ptr_array_ref (wanted->attributes), nowhere);
    return NULL;
  }
  const VbetDevice *wanted = wanted_device (self, call);
  if (wanted == NULL || wanted->kind != call->kind)
    return fault ("no %s %s is wanted", vbet_kind_name (call->kind), name);
  vbet_topology_add_device (self->lab, name, call->kind, g_ptr_array_ref (wanted->attributes), nowhere);
  if (is_guest (wanted))
    guest_new (self, name);
  return NULL;
}

static Fault
check_free (Model *self, const VbetCall *call)
{
  if (call->kind == VBET_KIND_CABLE) {
    VbetCable *cable = find_cable (self, call);
    if (cable == NULL)
      return fault ("there is no cable %s", call->cable);
    if (cable->ends[0].device != NULL || cable->ends[1].device != NULL)
      return fault ("%s is plugged", call->cable);
    vbet_topology_remove_cable (self->lab, cable);
    return NULL;
  }
  VbetDevice *device = find_device (self, call);
  if (device == NULL || device->kind != call->kind)
    return fault ("there is no %s %s", vbet_kind_name (call->kind), call->device);
  if (device->nics->len > 0)
    return fault ("%s has NICs", call->device);
  const Guest *guest = g_hash_table_lookup (self->guests, call->device);
  if (guest != NULL && guest->on)
    return fault ("%s is on", call->device);
  g_hash_table_remove (self->guests, call->device);
  vbet_topology_remove_device (self->lab, device);
  return NULL;
}

/* --- NICs and plugs --- */

static Fault
check_attach (Model *self, const VbetCall *call)
{
  VbetDevice *device = find_device (self, call);
  const VbetDevice *wanted = wanted_device (self, call);
  if (device == NULL || wanted == NULL || device->kind != wanted->kind)
    return fault ("there is no %s that takes a NIC", call->device);
  if (find_nic (self, call) != NULL)
    return fault ("%s has a NIC %u already", call->device, call->nic);
  const VbetNic *nic = vbet_device_nic (wanted, call->nic);
  if (nic == NULL)
    return fault ("no NIC %u of %s is wanted", call->nic, call->device);
  vbet_topology_attach (self->lab, device, vbet_nic_new (g_ptr_array_ref (nic->attributes), nowhere),
                        call->nic);
  disturb_routes (self, device, find_nic (self, call));
  return NULL;
}

static Fault
check_detach (Model *self, const VbetCall *call)
{
  VbetNic *nic = find_nic (self, call);
  if (nic == NULL)
    return fault ("there is no NIC %u of %s", call->nic, call->device);
  if (nic->cable != NULL)
    return fault ("%s is plugged there", nic->cable);
  disturb_routes (self, find_device (self, call), nic);
  vbet_topology_detach (self->lab, find_device (self, call), nic);
  return NULL;
}

static Fault
check_plug (Model *self, const VbetCall *call)
{
  VbetCable *cable = find_cable (self, call);
  VbetNic *nic = find_nic (self, call);
  if (cable == NULL)
    return fault ("there is no cable %s", call->cable);
  if (nic == NULL)
    return fault ("there is no NIC %u of %s", call->nic, call->device);
  if (nic->cable != NULL)
    return fault ("%s is plugged there", nic->cable);
  if (call->end > 1 || cable->ends[call->end].device != NULL)
    return fault ("%s has no such end that is free", call->cable);
  vbet_topology_plug (self->lab, cable, call->end, find_device (self, call), nic);
  return NULL;
}

static Fault
check_unplug (Model *self, const VbetCall *call)
{
  VbetCable *cable = find_cable (self, call);
  const VbetNic *nic = find_nic (self, call);
  if (cable == NULL || nic == NULL || nic->cable != cable->name || nic->cable_end != call->end)
    return fault ("that end of %s is not plugged there", call->cable);
  vbet_topology_unplug (self->lab, cable, call->end);
  return NULL;
}

/* --- attributes and files --- */

static void
set_attribute (VbetAttributes **attributes, const VbetCall *call)
{
  VbetAttributes *changed = vbet_attributes_with (*attributes, call->key, call->value, nowhere);
  g_ptr_array_unref (*attributes);
  *attributes = changed;
}

/* Whether a set() of @key to @value, which is what is written already, restores a route. */
static gboolean
restores_route (Model *self, const VbetCall *call)
{
  const VbetDevice *device = find_device (self, call);
  const Guest *guest
      = device != NULL && call->nic == 0 ? g_hash_table_lookup (self->guests, call->device) : NULL;
  if (guest == NULL || strcmp (call->key, "gateway") != 0)
    return FALSE;
  for (guint v6 = 0; v6 < 2; v6++) {
    const VbetAddress *hop = written_gateway (device->attributes, v6 == 1);
    if (hop != NULL && guest->routes[v6] == NULL)
      return TRUE;
  }
  return FALSE;
}

/* The route comes at once where Linux can reach the next hop: by an address there is, not by one still to
 * come. */
static Fault
set_gateway (Model *self, VbetDevice *device, const VbetCall *call)
{
  const VbetDevice *wanted = wanted_device (self, call);
  set_attribute (&device->attributes, call);
  for (guint v6 = 0; v6 < 2; v6++) {
    const VbetAddress *hop = written_gateway (device->attributes, v6 == 1);
    if (hop != NULL && !device_reaches (device, hop) && wanted != NULL && device_reaches (wanted, hop))
      return fault ("the address in whose network the gateway is comes later");
  }
  Guest *guest = g_hash_table_lookup (self->guests, device->name);
  if (guest != NULL)
    set_routes (guest, device);
  return NULL;
}

static Fault
set_nic (Model *self, VbetDevice *device, VbetNic *nic, const VbetCall *call)
{
  gboolean routes = strcmp (call->key, "ip") == 0;
  guint8 before[sizeof nic->mac];
  gint64 mtu = vbet_attributes_integer (nic->attributes, VBET_KIND_NIC, "mtu");
  memcpy (before, nic->mac, sizeof before);
  if (routes)
    disturb_routes (self, device, nic);
  vbet_topology_set_nic (self->lab, device, nic, call->key, call->value, nowhere);
  if (routes)
    disturb_routes (self, device, nic);
  if (memcmp (before, nic->mac, sizeof before) != 0)
    return fault ("a NIC in use takes no other MAC");
  if ((device->kind & VBET_KIND_RELAY) == 0
      && vbet_attributes_integer (nic->attributes, VBET_KIND_NIC, "mtu") != mtu)
    return fault ("a NIC in use takes no other MTU");
  return NULL;
}

static Fault
check_set (Model *self, const VbetCall *call)
{
  VbetDevice *device = find_device (self, call);
  VbetNic *nic = call->kind == VBET_KIND_NIC ? find_nic (self, call) : NULL;
  VbetCable *cable = call->kind == VBET_KIND_CABLE ? find_cable (self, call) : NULL;
  gboolean of_device = (call->kind & VBET_KIND_DEVICE) != 0 && device != NULL && device->kind == call->kind;
  const VbetAttributeSpec *spec = vbet_schema_find (call->kind, call->key);
  if (nic == NULL && cable == NULL && !of_device)
    return fault ("there is nothing of that kind");
  if (spec == NULL || spec->live != call->live)
    return fault ("%s is not what the schema says of it", call->key);
  const VbetAttributes *now = nic != NULL     ? nic->attributes
                              : cable != NULL ? cable->attributes
                                              : device->attributes;
  if (vbet_value_equal (vbet_attributes_get (now, call->key), call->value) && !restores_route (self, call))
    return fault ("that changes nothing");
  if (nic != NULL)
    return set_nic (self, device, nic, call);
  if (of_device && is_guest (device) && strcmp (call->key, "gateway") == 0)
    return set_gateway (self, device, call);
  set_attribute (cable != NULL ? &cable->attributes : &device->attributes, call);
  return NULL;
}

static gboolean
same_file (const VbetFile *a, const VbetFile *b)
{
  return a != NULL && b != NULL && a->mode == b->mode && g_bytes_equal (a->contents, b->contents);
}

static Fault
check_file (Model *self, const VbetCall *call)
{
  VbetDevice *device = find_device (self, call);
  const VbetDevice *wanted = wanted_device (self, call);
  if (device == NULL || wanted == NULL || device->kind != wanted->kind)
    return fault ("there is no %s that takes a file", call->device);
  const VbetFile *file = vbet_device_file (wanted, call->key);
  if ((file == NULL) != (call->value == NULL))
    return fault ("that is not what is wanted of %s", call->key);
  const VbetFile *now = vbet_device_file (device, call->key);
  if (file == NULL ? now == NULL : same_file (now, file))
    return fault ("that changes nothing");
  GBytes *contents = file != NULL ? g_bytes_new (call->value->as.text, strlen (call->value->as.text)) : NULL;
  vbet_topology_set_file (self->lab, device, call->key, contents, file != NULL ? file->mode : 0, nowhere);
  return NULL;
}

/* --- differences --- */

static Fault
compare_attributes (const char *of, const VbetAttributes *is, const VbetAttributes *wanted)
{
  const VbetAttributes *both[] = { is, wanted };
  for (guint k = 0; k < 2; k++)
    for (guint i = 0; i < both[k]->len; i++) {
      const VbetAttribute *attribute = both[k]->pdata[i];
      if (!vbet_value_equal (vbet_attributes_get (is, attribute->key),
                             vbet_attributes_get (wanted, attribute->key)))
        return fault ("%s of %s is not what is wanted", attribute->key, of);
    }
  return NULL;
}

static Fault
compare_nics (const VbetDevice *is, const VbetDevice *wanted)
{
  if (is->nics->len != wanted->nics->len)
    return fault ("%s has %u NICs, not %u", is->name, is->nics->len, wanted->nics->len);
  for (guint i = 0; i < is->nics->len; i++) {
    const VbetNic *nic = is->nics->pdata[i], *other = wanted->nics->pdata[i];
    g_autofree char *of = g_strdup_printf ("NIC %u of %s", nic->index, is->name);
    if (nic->index != other->index || memcmp (nic->mac, other->mac, sizeof nic->mac) != 0)
      return fault ("%s is not the one that is wanted", of);
    Fault found = compare_attributes (of, nic->attributes, other->attributes);
    if (found != NULL)
      return found;
  }
  return NULL;
}

static Fault
compare_files (const VbetDevice *is, const VbetDevice *wanted)
{
  if (is->files->len != wanted->files->len)
    return fault ("%s has %u files, not %u", is->name, is->files->len, wanted->files->len);
  for (guint i = 0; i < wanted->files->len; i++) {
    const VbetFile *file = wanted->files->pdata[i];
    if (!same_file (vbet_device_file (is, file->path), file))
      return fault ("the file %s of %s is not what is wanted", file->path, is->name);
  }
  return NULL;
}

static Fault
compare_device (const VbetDevice *is, const VbetDevice *wanted)
{
  if (is == NULL || is->kind != wanted->kind)
    return fault ("there is no %s %s", vbet_kind_name (wanted->kind), wanted->name);
  Fault found = compare_attributes (is->name, is->attributes, wanted->attributes);
  found = found != NULL ? found : compare_nics (is, wanted);
  return found != NULL ? found : compare_files (is, wanted);
}

static Fault
compare_cable (const VbetCable *is, const VbetCable *wanted)
{
  if (is == NULL)
    return fault ("there is no cable %s", wanted->name);
  for (guint end = 0; end < 2; end++)
    if (g_strcmp0 (is->ends[end].device, wanted->ends[end].device) != 0
        || (is->ends[end].device != NULL && is->ends[end].nic != wanted->ends[end].nic))
      return fault ("end %u of %s is not where it is wanted", end + 1, is->name);
  return compare_attributes (is->name, is->attributes, wanted->attributes);
}

static Fault
compare (const VbetTopology *is, const VbetTopology *wanted)
{
  Fault found = NULL;
  if (is->devices->len != wanted->devices->len || is->cables->len != wanted->cables->len)
    return fault ("there are %u devices and %u cables, not %u and %u", is->devices->len, is->cables->len,
                  wanted->devices->len, wanted->cables->len);
  for (guint i = 0; i < wanted->devices->len && found == NULL; i++) {
    const VbetDevice *device = wanted->devices->pdata[i];
    found = compare_device (vbet_topology_device (is, device->name), device);
  }
  for (guint i = 0; i < wanted->cables->len && found == NULL; i++) {
    const VbetCable *cable = wanted->cables->pdata[i];
    found = compare_cable (vbet_topology_cable (is, cable->name), cable);
  }
  return found;
}

/* --- power --- */

/* What a guest has at its start is what it starts with. */
static Fault
check_start (Model *self, const VbetCall *call)
{
  const VbetDevice *device = find_device (self, call);
  Guest *guest = device != NULL ? g_hash_table_lookup (self->guests, call->device) : NULL;
  const VbetDevice *wanted = wanted_device (self, call);
  if (guest == NULL || guest->on || wanted == NULL)
    return fault ("there is no guest %s that is off", call->device);
  Fault found = compare_device (device, wanted);
  guest->on = TRUE;
  set_routes (guest, device);
  return found;
}

static Fault
check_stop (Model *self, const VbetCall *call)
{
  Guest *guest = g_hash_table_lookup (self->guests, call->device);
  if (guest == NULL || !guest->on)
    return fault ("there is no guest %s that is on", call->device);
  guest->on = FALSE;
  return NULL;
}

static Fault
check_call (Model *self, const VbetCall *call)
{
  switch (call->verb) {
  case VBET_CALL_ALLOC:
    return check_alloc (self, call);
  case VBET_CALL_FREE:
    return check_free (self, call);
  case VBET_CALL_ATTACH:
    return check_attach (self, call);
  case VBET_CALL_DETACH:
    return check_detach (self, call);
  case VBET_CALL_PLUG:
    return check_plug (self, call);
  case VBET_CALL_UNPLUG:
    return check_unplug (self, call);
  case VBET_CALL_SET:
    return check_set (self, call);
  case VBET_CALL_FILE:
    return check_file (self, call);
  case VBET_CALL_START:
    return check_start (self, call);
  case VBET_CALL_STOP:
    return check_stop (self, call);
  }
  return fault ("there is no such call");
}

/* --- the end --- */

static Fault
check_guest (Model *self, const VbetTopology *from, const VbetDevice *device)
{
  const VbetDevice *before = vbet_topology_device (from, device->name);
  gboolean stays = before != NULL && before->kind == device->kind;
  gboolean on = stays || vbet_attributes_boolean (device->attributes, device->kind, "autostart");
  const Guest *guest = g_hash_table_lookup (self->guests, device->name);
  if (guest == NULL || guest->on != on)
    return fault ("%s is not %s", device->name, on ? "on" : "off");
  for (guint v6 = 0; on && v6 < 2; v6++) {
    g_autofree char *wanted = route_of (device, v6 == 1);
    if (g_strcmp0 (guest->routes[v6], wanted) != 0)
      return fault ("%s has %s%s as its default route, not %s", device->name, v6 == 1 ? "IPv6 " : "",
                    guest->routes[v6] != NULL ? guest->routes[v6] : "none", wanted != NULL ? wanted : "none");
  }
  return NULL;
}

static Fault
check_end (Model *self, const VbetTopology *from)
{
  Fault found = compare (self->lab, self->to);
  for (guint i = 0; i < self->to->devices->len && found == NULL; i++) {
    const VbetDevice *device = self->to->devices->pdata[i];
    if (is_guest (device))
      found = check_guest (self, from, device);
  }
  return found;
}

char *
vbet_plan_check (const VbetTopology *from, const GPtrArray *calls, const VbetTopology *to)
{
  Model self = { vbet_topology_copy (from), to, NULL };
  char *found = NULL;
  /* No call has it: it is in force with the text, and NICs that are made get the MACs that follow from it. */
  g_free (self.lab->seed);
  self.lab->seed = g_strdup (to->seed);
  self.guests = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)guest_free);
  for (guint i = 0; i < from->devices->len; i++) {
    const VbetDevice *device = from->devices->pdata[i];
    if (!is_guest (device))
      continue;
    Guest *guest = guest_new (&self, device->name);
    guest->on = TRUE;
    set_routes (guest, device);
  }
  for (guint i = 0; i < calls->len && found == NULL; i++) {
    const VbetCall *call = calls->pdata[i];
    g_autofree char *what = check_call (&self, call);
    if (what != NULL)
      found = g_strdup_printf ("Call %u, %s: %s", i + 1, call->text, what);
  }
  if (found == NULL)
    found = check_end (&self, from);
  g_hash_table_unref (self.guests);
  vbet_topology_unref (self.lab);
  return found;
}
