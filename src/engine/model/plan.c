/* plan.c - the difference between two topologies: undo what is no more, then make what is new.
 *
 * Devices and cables are the same when their names are (and a device's kind);
 * NICs when their device, number, MAC and MTU are. A NIC cannot be given another
 * MTU while it is in use: a virtio-net NIC is as large as it was made, and the
 * switch checks the frames of each port.
 *
 * A default route needs the address in whose network its next hop is, and goes
 * with it: it is set after all addresses, and set again where they changed
 * under it.
 */
#include "config.h"

#include "engine/model/plan.h"

#include <string.h>

typedef struct {
  const VbetTopology *from;
  const VbetTopology *to;
  GPtrArray *calls;
} Plan;

VbetCall *
vbet_call_copy (const VbetCall *self)
{
  VbetCall *copy = g_memdup2 (self, sizeof *self);
  copy->device = g_strdup (self->device);
  copy->cable = g_strdup (self->cable);
  copy->value = self->value != NULL ? vbet_value_ref (self->value) : NULL;
  copy->text = g_strdup (self->text);
  return copy;
}

void
vbet_call_free (VbetCall *self)
{
  if (self == NULL)
    return;
  g_free (self->device);
  g_free (self->cable);
  vbet_value_unref (self->value);
  g_free (self->text);
  g_free (self);
}

/* Adds a call; @text: (transfer full). */
static VbetCall *
add_call (Plan *self, VbetCallVerb verb, VbetKind kind, const char *device, guint nic, const char *cable,
          char *text)
{
  VbetCall *call = g_new0 (VbetCall, 1);
  call->verb = verb;
  call->kind = kind;
  call->device = g_strdup (device);
  call->nic = nic;
  call->cable = g_strdup (cable);
  call->text = text;
  g_ptr_array_add (self->calls, call);
  return call;
}

/* --- what stayed the same --- */

static const VbetDevice *
same_device (const VbetTopology *in, const VbetDevice *device)
{
  const VbetDevice *other = vbet_topology_device (in, device->name);
  return other != NULL && other->kind == device->kind ? other : NULL;
}

/* Ports of a switch or hub carry frames of any size. */
static gboolean
same_mtu (const VbetDevice *device, const VbetNic *a, const VbetNic *b)
{
  return (device->kind & VBET_KIND_RELAY) != 0
         || vbet_attributes_integer (a->attributes, VBET_KIND_NIC, "mtu")
                == vbet_attributes_integer (b->attributes, VBET_KIND_NIC, "mtu");
}

static const VbetNic *
same_nic (const VbetTopology *in, const VbetDevice *device, const VbetNic *nic)
{
  const VbetDevice *other = same_device (in, device);
  const VbetNic *there = other != NULL ? vbet_device_nic (other, nic->index) : NULL;
  return there != NULL && memcmp (there->mac, nic->mac, sizeof nic->mac) == 0 && same_mtu (device, there, nic)
             ? there
             : NULL;
}

/* Whether an end of a cable in @in is plugged where @other's cable of that name is, in a NIC that is still
 * the same. */
static gboolean
same_end (const VbetTopology *in, const VbetTopology *other, const VbetCable *cable, guint end)
{
  const VbetCable *there = vbet_topology_cable (other, cable->name);
  if (there == NULL || g_strcmp0 (there->ends[end].device, cable->ends[end].device) != 0
      || there->ends[end].nic != cable->ends[end].nic)
    return FALSE;
  if (cable->ends[end].device == NULL)
    return TRUE;
  const VbetDevice *device = vbet_topology_device (in, cable->ends[end].device);
  return same_nic (other, device, vbet_device_nic (device, cable->ends[end].nic)) != NULL;
}

/* --- undoing --- */

static void
plan_stops (Plan *self)
{
  for (guint i = 0; i < self->from->devices->len; i++) {
    const VbetDevice *device = self->from->devices->pdata[i];
    if ((device->kind & VBET_KIND_GUEST) != 0 && same_device (self->to, device) == NULL)
      add_call (self, VBET_CALL_STOP, device->kind, device->name, 0, NULL,
                g_strdup_printf ("stop(%s)", device->name));
  }
}

static void
plan_unplugs (Plan *self)
{
  for (guint i = 0; i < self->from->cables->len; i++) {
    const VbetCable *cable = self->from->cables->pdata[i];
    for (guint end = 0; end < 2; end++) {
      const VbetCableEnd *there = &cable->ends[end];
      if (there->device == NULL || same_end (self->from, self->to, cable, end))
        continue;
      add_call (self, VBET_CALL_UNPLUG, VBET_KIND_CABLE, there->device, there->nic, cable->name,
                g_strdup_printf ("unplug(%s, NIC(%s,%u))", cable->name, there->device, there->nic))
          ->end
          = end;
    }
  }
}

static void
plan_detaches (Plan *self)
{
  for (guint i = 0; i < self->from->devices->len; i++) {
    const VbetDevice *device = self->from->devices->pdata[i];
    for (guint k = 0; k < device->nics->len; k++) {
      const VbetNic *nic = device->nics->pdata[k];
      if (same_nic (self->to, device, nic) == NULL)
        add_call (self, VBET_CALL_DETACH, VBET_KIND_NIC, device->name, nic->index, NULL,
                  g_strdup_printf ("detach(NIC(%s,%u))", device->name, nic->index));
    }
  }
}

static void
plan_frees (Plan *self)
{
  for (guint i = 0; i < self->from->cables->len; i++) {
    const VbetCable *cable = self->from->cables->pdata[i];
    if (vbet_topology_cable (self->to, cable->name) == NULL)
      add_call (self, VBET_CALL_FREE, VBET_KIND_CABLE, NULL, 0, cable->name,
                g_strdup_printf ("free(%s)", cable->name));
  }
  for (guint i = 0; i < self->from->devices->len; i++) {
    const VbetDevice *device = self->from->devices->pdata[i];
    if (same_device (self->to, device) == NULL)
      add_call (self, VBET_CALL_FREE, device->kind, device->name, 0, NULL,
                g_strdup_printf ("free(%s)", device->name));
  }
}

/* --- making --- */

/* "alloc(KIND, key=value …)" with a name before it or, for a NIC, without. */
static char *
alloc_text (const char *name, VbetKind kind, const VbetAttributes *attributes)
{
  GString *text = g_string_new (NULL);
  if (name != NULL)
    g_string_append_printf (text, "%s = ", name);
  g_string_append_printf (text, "alloc(%s", vbet_kind_name (kind));
  for (guint i = 0; i < attributes->len; i++) {
    const VbetAttribute *attribute = attributes->pdata[i];
    g_autofree char *value = vbet_value_to_text (attribute->value);
    g_string_append_printf (text, ", %s=%s", attribute->key, value);
  }
  g_string_append_c (text, ')');
  return g_string_free (text, FALSE);
}

static void
plan_files (Plan *self, const VbetDevice *device, const VbetDevice *before)
{
  for (guint i = 0; before != NULL && i < before->files->len; i++) {
    const VbetFile *file = before->files->pdata[i];
    gboolean stays = FALSE;
    for (guint k = 0; k < device->files->len && !stays; k++)
      stays = strcmp (((const VbetFile *)device->files->pdata[k])->path, file->path) == 0;
    if (stays)
      continue;
    g_autoptr (VbetValue) path = vbet_value_new_text (VBET_VALUE_STRING, file->path);
    g_autofree char *path_text = vbet_value_to_text (path);
    add_call (self, VBET_CALL_FILE, device->kind, device->name, 0, NULL,
              g_strdup_printf ("file(%s, %s, none)", device->name, path_text))
        ->key
        = g_intern_string (file->path);
  }
  for (guint i = 0; i < device->files->len; i++) {
    const VbetFile *file = device->files->pdata[i];
    gboolean same = FALSE;
    for (guint k = 0; before != NULL && k < before->files->len && !same; k++) {
      const VbetFile *old = before->files->pdata[k];
      same = strcmp (old->path, file->path) == 0 && old->mode == file->mode
             && g_bytes_equal (old->contents, file->contents);
    }
    if (same)
      continue;
    gsize size;
    const char *data = g_bytes_get_data (file->contents, &size);
    g_autofree char *contents = g_strndup (data != NULL ? data : "", size);
    g_autoptr (VbetValue) path = vbet_value_new_text (VBET_VALUE_STRING, file->path);
    VbetValue *value = vbet_value_new_text (VBET_VALUE_STRING, contents);
    g_autofree char *path_text = vbet_value_to_text (path);
    g_autofree char *value_text = vbet_value_to_text (value);
    g_autofree char *mode_text
        = file->mode == 0644 ? g_strdup ("") : g_strdup_printf (", mode=%#o", file->mode);
    VbetCall *call
        = add_call (self, VBET_CALL_FILE, device->kind, device->name, 0, NULL,
                    g_strdup_printf ("file(%s, %s, %s%s)", device->name, path_text, value_text, mode_text));
    call->key = g_intern_string (file->path);
    call->value = value;
  }
}

static void
plan_attaches (Plan *self, const VbetDevice *device)
{
  for (guint k = 0; k < device->nics->len; k++) {
    const VbetNic *nic = device->nics->pdata[k];
    if (same_nic (self->from, device, nic) != NULL)
      continue;
    g_autofree char *alloc = alloc_text (NULL, VBET_KIND_NIC, nic->attributes);
    add_call (self, VBET_CALL_ATTACH, VBET_KIND_NIC, device->name, nic->index, NULL,
              g_strdup_printf ("attach(%s, %s)", device->name, alloc));
  }
}

static void
plan_devices (Plan *self)
{
  for (guint i = 0; i < self->to->devices->len; i++) {
    const VbetDevice *device = self->to->devices->pdata[i];
    const VbetDevice *before = same_device (self->from, device);
    if (before == NULL)
      add_call (self, VBET_CALL_ALLOC, device->kind, device->name, 0, NULL,
                alloc_text (device->name, device->kind, device->attributes));
    plan_files (self, device, before);
    plan_attaches (self, device);
  }
}

static void
plan_cables (Plan *self)
{
  for (guint i = 0; i < self->to->cables->len; i++) {
    const VbetCable *cable = self->to->cables->pdata[i];
    if (vbet_topology_cable (self->from, cable->name) == NULL)
      add_call (self, VBET_CALL_ALLOC, VBET_KIND_CABLE, NULL, 0, cable->name,
                alloc_text (cable->name, VBET_KIND_CABLE, cable->attributes));
    for (guint end = 0; end < 2; end++) {
      const VbetCableEnd *there = &cable->ends[end];
      if (there->device == NULL || same_end (self->to, self->from, cable, end))
        continue;
      add_call (self, VBET_CALL_PLUG, VBET_KIND_CABLE, there->device, there->nic, cable->name,
                g_strdup_printf ("plug(%s, NIC(%s,%u))", cable->name, there->device, there->nic))
          ->end
          = end;
    }
  }
}

/* --- changing --- */

/* The object a set() is about: a device, NIC or cable. */
typedef struct {
  VbetKind kind;
  const char *device;
  guint nic;
  const char *cable;
  const char *text; /* as the language names it */
} Object;

static void
plan_set (Plan *self, const Object *object, const char *key, VbetValue *value)
{
  g_autofree char *value_text = value != NULL ? vbet_value_to_text (value) : g_strdup ("default");
  const VbetAttributeSpec *spec = vbet_schema_find (object->kind, key);
  VbetCall *call = add_call (self, VBET_CALL_SET, object->kind, object->device, object->nic, object->cable,
                             g_strdup_printf ("set(%s, %s=%s)", object->text, key, value_text));
  call->key = g_intern_string (key);
  call->value = value != NULL ? vbet_value_ref (value) : NULL;
  call->live = spec != NULL ? spec->live : VBET_LIVE_AT_ONCE;
}

static gboolean
is_gateway (const Object *object, const char *key)
{
  return (object->kind & VBET_KIND_GUEST) != 0 && strcmp (key, "gateway") == 0;
}

/* All but a guest's gateway, which has its own time. */
static void
plan_attributes (Plan *self, const Object *object, const VbetAttributes *before, const VbetAttributes *now)
{
  if (before == now)
    return;
  for (guint i = 0; i < before->len; i++) {
    const VbetAttribute *attribute = before->pdata[i];
    if (vbet_attributes_get (now, attribute->key) == NULL && !is_gateway (object, attribute->key))
      plan_set (self, object, attribute->key, NULL);
  }
  for (guint i = 0; i < now->len; i++) {
    const VbetAttribute *attribute = now->pdata[i];
    if (!vbet_value_equal (vbet_attributes_get (before, attribute->key), attribute->value)
        && !is_gateway (object, attribute->key))
      plan_set (self, object, attribute->key, attribute->value);
  }
}

/* Whether a NIC of @device that reaches @gateway has other addresses in @other, or is another NIC there. */
static gboolean
way_changed (const VbetTopology *other, const VbetDevice *device, const VbetAddress *gateway)
{
  for (guint i = 0; i < device->nics->len; i++) {
    const VbetNic *nic = device->nics->pdata[i];
    if (!vbet_nic_reaches (nic, gateway))
      continue;
    const VbetNic *there = same_nic (other, device, nic);
    if (there == NULL
        || !vbet_value_equal (vbet_attributes_get (nic->attributes, "ip"),
                              vbet_attributes_get (there->attributes, "ip")))
      return TRUE;
  }
  return FALSE;
}

static gboolean
gateway_changed (Plan *self, const VbetDevice *before, const VbetDevice *device)
{
  const VbetValue *gateway = vbet_attributes_get (device->attributes, "gateway");
  if (!vbet_value_equal (vbet_attributes_get (before->attributes, "gateway"), gateway))
    return TRUE;
  g_autoptr (GPtrArray) addresses = vbet_attributes_list (device->attributes, "gateway");
  for (guint i = 0; i < addresses->len; i++) {
    const VbetAddress *address = &((const VbetValue *)addresses->pdata[i])->as.address;
    if (way_changed (self->to, before, address) || way_changed (self->from, device, address))
      return TRUE;
  }
  return FALSE;
}

/* After the addresses of the device's NICs. */
static void
plan_gateway (Plan *self, const Object *object, const VbetDevice *before, const VbetDevice *device)
{
  if ((device->kind & VBET_KIND_GUEST) != 0 && gateway_changed (self, before, device))
    plan_set (self, object, "gateway", (VbetValue *)vbet_attributes_get (device->attributes, "gateway"));
}

static void
plan_sets (Plan *self)
{
  for (guint i = 0; i < self->to->devices->len; i++) {
    const VbetDevice *device = self->to->devices->pdata[i];
    const VbetDevice *before = same_device (self->from, device);
    if (before == NULL)
      continue;
    Object object = { device->kind, device->name, 0, NULL, device->name };
    plan_attributes (self, &object, before->attributes, device->attributes);
    for (guint k = 0; k < device->nics->len; k++) {
      const VbetNic *nic = device->nics->pdata[k];
      const VbetNic *nic_before = same_nic (self->from, device, nic);
      if (nic_before == NULL)
        continue;
      g_autofree char *text = g_strdup_printf ("NIC(%s,%u)", device->name, nic->index);
      Object nic_object = { VBET_KIND_NIC, device->name, nic->index, NULL, text };
      plan_attributes (self, &nic_object, nic_before->attributes, nic->attributes);
    }
    plan_gateway (self, &object, before, device);
  }
  for (guint i = 0; i < self->to->cables->len; i++) {
    const VbetCable *cable = self->to->cables->pdata[i];
    const VbetCable *before = vbet_topology_cable (self->from, cable->name);
    Object object = { VBET_KIND_CABLE, NULL, 0, cable->name, cable->name };
    if (before != NULL)
      plan_attributes (self, &object, before->attributes, cable->attributes);
  }
}

static void
plan_starts (Plan *self)
{
  for (guint i = 0; i < self->to->devices->len; i++) {
    const VbetDevice *device = self->to->devices->pdata[i];
    if ((device->kind & VBET_KIND_GUEST) != 0 && same_device (self->from, device) == NULL
        && vbet_attributes_boolean (device->attributes, device->kind, "autostart"))
      add_call (self, VBET_CALL_START, device->kind, device->name, 0, NULL,
                g_strdup_printf ("start(%s)", device->name));
  }
}

GPtrArray *
vbet_plan_new (const VbetTopology *from, const VbetTopology *to)
{
  Plan self = { from, to, g_ptr_array_new_with_free_func ((GDestroyNotify)vbet_call_free) };
  plan_stops (&self);
  plan_unplugs (&self);
  plan_detaches (&self);
  plan_frees (&self);
  plan_devices (&self);
  plan_cables (&self);
  plan_sets (&self);
  plan_starts (&self);
  return self.calls;
}
