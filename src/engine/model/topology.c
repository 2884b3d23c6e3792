/* topology.c - storage of a topology: devices, NICs, cables; lookups; changes to one that is still private.
 */
#include "config.h"

#include "engine/model/topology.h"

#include <string.h>

#include "engine/model/topology-private.h"

#define IPV6_MTU_MIN 1280 /* bytes */

static void
file_free (VbetFile *self)
{
  g_free (self->path);
  g_bytes_unref (self->contents);
  g_free (self);
}

void
vbet_nic_free (VbetNic *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->attributes);
  g_free (self);
}

static void
device_free (VbetDevice *self)
{
  g_free (self->name);
  g_ptr_array_unref (self->attributes);
  g_ptr_array_unref (self->nics);
  g_ptr_array_unref (self->files);
  g_free (self);
}

static void
cable_free (VbetCable *self)
{
  g_free (self->name);
  g_ptr_array_unref (self->attributes);
  g_free (self->ends[0].device);
  g_free (self->ends[1].device);
  g_free (self);
}

void
vbet_note_free (VbetNote *self)
{
  g_free (self->text);
  g_ptr_array_unref (self->attributes);
  g_free (self);
}

void
vbet_action_free (VbetAction *self)
{
  if (self == NULL)
    return;
  g_free (self->source);
  g_strfreev (self->devices);
  g_free (self->command);
  g_free (self->pattern);
  g_free (self->target);
  g_free (self);
}

void
vbet_step_free (VbetStep *self)
{
  g_free (self->title);
  g_free (self->text);
  g_ptr_array_unref (self->actions);
  g_free (self);
}

VbetTopology *
vbet_topology_new_empty (const char *lab_name)
{
  VbetTopology *self = g_new0 (VbetTopology, 1);
  self->refs = 1;
  self->name = g_strdup (lab_name);
  self->devices = g_ptr_array_new_with_free_func ((GDestroyNotify)device_free);
  self->cables = g_ptr_array_new_with_free_func ((GDestroyNotify)cable_free);
  self->notes = g_ptr_array_new_with_free_func ((GDestroyNotify)vbet_note_free);
  self->checks = g_ptr_array_new_with_free_func ((GDestroyNotify)vbet_action_free);
  self->steps = g_ptr_array_new_with_free_func ((GDestroyNotify)vbet_step_free);
  self->devices_by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->cables_by_name = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

VbetTopology *
vbet_topology_ref (VbetTopology *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

void
vbet_topology_unref (VbetTopology *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->refs))
    return;
  g_hash_table_unref (self->devices_by_name);
  g_hash_table_unref (self->cables_by_name);
  g_ptr_array_unref (self->devices);
  g_ptr_array_unref (self->cables);
  g_ptr_array_unref (self->notes);
  g_ptr_array_unref (self->checks);
  g_ptr_array_unref (self->steps);
  g_free (self->name);
  g_free (self->seed);
  g_free (self);
}

/* --- lookup --- */

const VbetDevice *
vbet_topology_device (const VbetTopology *self, const char *name)
{
  return name != NULL ? g_hash_table_lookup (self->devices_by_name, name) : NULL;
}

const VbetCable *
vbet_topology_cable (const VbetTopology *self, const char *name)
{
  return name != NULL ? g_hash_table_lookup (self->cables_by_name, name) : NULL;
}

/* Position in @nics of the first NIC with an index of at least @index. */
static guint
nic_position (const GPtrArray *nics, guint index)
{
  /* Without holes, which is the rule, NIC k is at k-1. */
  if (index > 0 && index <= nics->len && ((const VbetNic *)nics->pdata[index - 1])->index == index)
    return index - 1;
  guint low = 0, high = nics->len;
  while (low < high) {
    guint middle = low + (high - low) / 2;
    if (((const VbetNic *)nics->pdata[middle])->index < index)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

const VbetNic *
vbet_device_nic (const VbetDevice *self, guint index)
{
  guint position = nic_position (self->nics, index);
  if (position >= self->nics->len)
    return NULL;
  const VbetNic *nic = self->nics->pdata[position];
  return nic->index == index ? nic : NULL;
}

gboolean
vbet_device_has_service (const VbetDevice *self, const char *service)
{
  g_autoptr (GPtrArray) services = vbet_attributes_list (self->attributes, "services");
  for (guint i = 0; i < services->len; i++)
    if (g_str_equal (((const VbetValue *)services->pdata[i])->as.text, service))
      return TRUE;
  return FALSE;
}

const VbetAddress *
vbet_nic_address (const VbetNic *self, gboolean is_v6)
{
  g_autoptr (GPtrArray) addresses = vbet_attributes_list (self->attributes, "ip");
  for (guint i = 0; i < addresses->len; i++) {
    const VbetValue *value = addresses->pdata[i];
    if (value->type == VBET_VALUE_ADDRESS && value->as.address.is_v6 == is_v6)
      return &value->as.address;
  }
  return NULL;
}

gboolean
vbet_nic_reaches (const VbetNic *self, const VbetAddress *address)
{
  if (address->is_v6 && vbet_attributes_integer (self->attributes, VBET_KIND_NIC, "mtu") < IPV6_MTU_MIN)
    return FALSE;
  g_autoptr (GPtrArray) written = vbet_attributes_list (self->attributes, "ip");
  for (guint i = 0; i < written->len; i++) {
    const VbetValue *value = written->pdata[i];
    if (value->type == VBET_VALUE_ADDRESS && vbet_address_same_subnet (&value->as.address, address))
      return TRUE;
  }
  return FALSE;
}

const VbetFile *
vbet_device_file (const VbetDevice *device, const char *path)
{
  for (guint i = 0; i < device->files->len; i++) {
    const VbetFile *file = device->files->pdata[i];
    if (strcmp (file->path, path) == 0)
      return file;
  }
  return NULL;
}

/* --- copy --- */

static VbetDevice *
device_copy (const VbetDevice *self)
{
  VbetDevice *copy = g_new0 (VbetDevice, 1);
  copy->name = g_strdup (self->name);
  copy->kind = self->kind;
  copy->span = self->span;
  copy->attributes = g_ptr_array_ref (self->attributes);
  copy->nics = g_ptr_array_new_full (self->nics->len, (GDestroyNotify)vbet_nic_free);
  for (guint i = 0; i < self->nics->len; i++) {
    VbetNic *nic = g_memdup2 (self->nics->pdata[i], sizeof (VbetNic));
    g_ptr_array_ref (nic->attributes);
    nic->cable = NULL; /* plugged again by the copy's cables */
    g_ptr_array_add (copy->nics, nic);
  }
  copy->files = g_ptr_array_new_with_free_func ((GDestroyNotify)file_free);
  for (guint i = 0; i < self->files->len; i++) {
    const VbetFile *file = self->files->pdata[i];
    VbetFile *file_copy = g_memdup2 (file, sizeof *file);
    file_copy->path = g_strdup (file->path);
    g_bytes_ref (file_copy->contents);
    g_ptr_array_add (copy->files, file_copy);
  }
  return copy;
}

static VbetAction *
action_copy (const VbetAction *self)
{
  VbetAction *copy = g_memdup2 (self, sizeof *self);
  copy->source = g_strdup (self->source);
  copy->devices = g_strdupv (self->devices);
  copy->command = g_strdup (self->command);
  copy->pattern = g_strdup (self->pattern);
  copy->target = g_strdup (self->target);
  return copy;
}

static VbetStep *
step_copy (const VbetStep *self)
{
  VbetStep *copy = g_memdup2 (self, sizeof *self);
  copy->title = g_strdup (self->title);
  copy->text = g_strdup (self->text);
  copy->actions = g_ptr_array_new_with_free_func ((GDestroyNotify)vbet_action_free);
  for (guint i = 0; i < self->actions->len; i++)
    g_ptr_array_add (copy->actions, action_copy (self->actions->pdata[i]));
  return copy;
}

VbetTopology *
vbet_topology_copy (const VbetTopology *self)
{
  VbetTopology *copy = vbet_topology_new_empty (self->name);
  copy->seed = g_strdup (self->seed);
  for (guint i = 0; i < self->devices->len; i++) {
    VbetDevice *device = device_copy (self->devices->pdata[i]);
    g_ptr_array_add (copy->devices, device);
    g_hash_table_insert (copy->devices_by_name, device->name, device);
  }
  for (guint i = 0; i < self->cables->len; i++) {
    const VbetCable *cable = self->cables->pdata[i];
    VbetCable *made
        = vbet_topology_add_cable (copy, cable->name, g_ptr_array_ref (cable->attributes), cable->span);
    for (guint end = 0; end < 2; end++) {
      if (cable->ends[end].device == NULL)
        continue;
      VbetDevice *device = (VbetDevice *)vbet_topology_device (copy, cable->ends[end].device);
      vbet_topology_plug (copy, made, end, device, (VbetNic *)vbet_device_nic (device, cable->ends[end].nic));
    }
  }
  for (guint i = 0; i < self->notes->len; i++) {
    VbetNote *note = g_memdup2 (self->notes->pdata[i], sizeof *note);
    note->text = g_strdup (note->text);
    g_ptr_array_ref (note->attributes);
    g_ptr_array_add (copy->notes, note);
  }
  for (guint i = 0; i < self->checks->len; i++)
    g_ptr_array_add (copy->checks, action_copy (self->checks->pdata[i]));
  for (guint i = 0; i < self->steps->len; i++)
    g_ptr_array_add (copy->steps, step_copy (self->steps->pdata[i]));
  return copy;
}

/* --- changes --- */

VbetDevice *
vbet_topology_add_device (VbetTopology *self, const char *name, VbetKind kind, VbetAttributes *attributes,
                          VbetSpan span)
{
  VbetDevice *device = g_new0 (VbetDevice, 1);
  device->name = g_strdup (name);
  device->kind = kind;
  device->attributes = attributes;
  device->nics = g_ptr_array_new_with_free_func ((GDestroyNotify)vbet_nic_free);
  device->files = g_ptr_array_new_with_free_func ((GDestroyNotify)file_free);
  device->span = span;
  g_ptr_array_add (self->devices, device);
  g_hash_table_insert (self->devices_by_name, device->name, device);
  return device;
}

void
vbet_topology_remove_device (VbetTopology *self, VbetDevice *device)
{
  while (device->nics->len > 0)
    vbet_topology_detach (self, device, device->nics->pdata[device->nics->len - 1]);
  g_hash_table_remove (self->devices_by_name, device->name);
  g_ptr_array_remove (self->devices, device);
}

VbetCable *
vbet_topology_add_cable (VbetTopology *self, const char *name, VbetAttributes *attributes, VbetSpan span)
{
  VbetCable *cable = g_new0 (VbetCable, 1);
  cable->name = g_strdup (name);
  cable->attributes = attributes;
  cable->span = span;
  g_ptr_array_add (self->cables, cable);
  g_hash_table_insert (self->cables_by_name, cable->name, cable);
  return cable;
}

void
vbet_topology_remove_cable (VbetTopology *self, VbetCable *cable)
{
  vbet_topology_unplug (self, cable, 0);
  vbet_topology_unplug (self, cable, 1);
  g_hash_table_remove (self->cables_by_name, cable->name);
  g_ptr_array_remove (self->cables, cable);
}

VbetNic *
vbet_nic_new (VbetAttributes *attributes, VbetSpan span)
{
  VbetNic *nic = g_new0 (VbetNic, 1);
  nic->attributes = attributes;
  nic->span = span;
  return nic;
}

static void
nic_choose_mac (const VbetTopology *self, const VbetDevice *device, VbetNic *nic)
{
  const VbetValue *written = vbet_attributes_get (nic->attributes, "mac");
  if (written != NULL)
    memcpy (nic->mac, written->as.mac, sizeof nic->mac);
  else
    vbet_mac_derive (self->name, self->seed, device->name, nic->index, nic->mac);
}

void
vbet_topology_attach (VbetTopology *self, VbetDevice *device, VbetNic *nic, guint index)
{
  guint position = device->nics->len;
  if (index == 0) {
    const VbetNic *last = position > 0 ? device->nics->pdata[position - 1] : NULL;
    index = position + 1;
    if (last != NULL && last->index != position) /* there is a hole */
      for (index = 1; ((const VbetNic *)device->nics->pdata[index - 1])->index == index;)
        index++;
  }
  if (index <= position)
    position = nic_position (device->nics, index);
  else if (position > 0 && ((const VbetNic *)device->nics->pdata[position - 1])->index > index)
    position = nic_position (device->nics, index);
  nic->index = index;
  nic_choose_mac (self, device, nic);
  g_ptr_array_insert (device->nics, (gint)position, nic);
}

void
vbet_topology_detach (VbetTopology *self, VbetDevice *device, VbetNic *nic)
{
  if (nic->cable != NULL)
    vbet_topology_unplug (self, g_hash_table_lookup (self->cables_by_name, nic->cable), nic->cable_end);
  g_ptr_array_remove (device->nics, nic);
}

void
vbet_topology_plug (VbetTopology *self, VbetCable *cable, guint end, VbetDevice *device, VbetNic *nic)
{
  g_return_if_fail (nic->cable == NULL && cable->ends[end].device == NULL);
  cable->ends[end].device = g_strdup (device->name);
  cable->ends[end].nic = nic->index;
  nic->cable = cable->name;
  nic->cable_end = end;
}

void
vbet_topology_unplug (VbetTopology *self, VbetCable *cable, guint end)
{
  VbetCableEnd *there = &cable->ends[end];
  if (there->device == NULL)
    return;
  VbetDevice *device = g_hash_table_lookup (self->devices_by_name, there->device);
  VbetNic *nic = (VbetNic *)vbet_device_nic (device, there->nic);
  nic->cable = NULL;
  nic->cable_end = 0;
  g_clear_pointer (&there->device, g_free);
  there->nic = 0;
}

void
vbet_topology_set_nic (VbetTopology *self, VbetDevice *device, VbetNic *nic, const char *key,
                       VbetValue *value, VbetSpan span)
{
  VbetAttributes *attributes = vbet_attributes_with (nic->attributes, key, value, span);
  g_ptr_array_unref (nic->attributes);
  nic->attributes = attributes;
  if (strcmp (key, "mac") == 0)
    nic_choose_mac (self, device, nic);
}

void
vbet_topology_set_file (VbetTopology *self, VbetDevice *device, const char *path, GBytes *contents,
                        guint mode, VbetSpan span)
{
  VbetFile *file = (VbetFile *)vbet_device_file (device, path);
  if (contents == NULL) {
    if (file != NULL)
      g_ptr_array_remove (device->files, file);
    return;
  }
  if (file == NULL) {
    file = g_new0 (VbetFile, 1);
    file->path = g_strdup (path);
    g_ptr_array_add (device->files, file);
  } else {
    g_bytes_unref (file->contents);
  }
  file->contents = contents;
  file->mode = mode;
  file->span = span;
}

void
vbet_mac_derive (const char *lab_name, const char *seed, const char *device, guint nic, guint8 ret_mac[6])
{
  guint8 digest[32];
  gsize size = sizeof digest;
  char number[16];
  g_snprintf (number, sizeof number, "%u", nic);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  /* The NULs keep "a", "bc" and "ab", "c" apart. */
  g_checksum_update (checksum, (const guchar *)lab_name, (gssize)strlen (lab_name) + 1);
  g_checksum_update (checksum, (const guchar *)device, (gssize)strlen (device) + 1);
  g_checksum_update (checksum, (const guchar *)number, (gssize)strlen (number));
  if (seed != NULL) {
    g_checksum_update (checksum, (const guchar *)"", 1);
    g_checksum_update (checksum, (const guchar *)seed, (gssize)strlen (seed));
  }
  g_checksum_get_digest (checksum, digest, &size);
  ret_mac[0] = 0x02; /* locally administered, unicast */
  memcpy (ret_mac + 1, digest, 5);
}

void
vbet_mac_digest (const char *lab_name, const char *seed, guint8 ret_digest[VBET_MAC_DIGEST_SIZE])
{
  guint8 digest[32];
  gsize size = sizeof digest;
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (checksum, (const guchar *)lab_name, (gssize)strlen (lab_name) + 1);
  if (seed != NULL)
    g_checksum_update (checksum, (const guchar *)seed, (gssize)strlen (seed) + 1);
  g_checksum_get_digest (checksum, digest, &size);
  memcpy (ret_digest, digest, VBET_MAC_DIGEST_SIZE);
}
