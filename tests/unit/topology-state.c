/* topology-state.c - see topology-state.h. */
#include "config.h"

#include "unit/topology-state.h"

#include <string.h>

static void
append_end (GString *out, const VbetCableEnd *end)
{
  if (end->device != NULL)
    g_string_append_printf (out, "%s:%u", end->device, end->nic);
  else
    g_string_append_c (out, '*');
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

static void
add_attributes (GPtrArray *lines, const char *of, const VbetAttributes *attributes)
{
  for (guint i = 0; i < attributes->len; i++) {
    const VbetAttribute *attribute = attributes->pdata[i];
    g_autofree char *value = vbet_value_to_text (attribute->value);
    g_ptr_array_add (lines, g_strdup_printf ("%s %s=%s", of, attribute->key, value));
  }
}

static void
add_device (GPtrArray *lines, const VbetDevice *device)
{
  g_ptr_array_add (lines, g_strdup_printf ("%s %s", vbet_kind_name (device->kind), device->name));
  add_attributes (lines, device->name, device->attributes);
  for (guint k = 0; k < device->nics->len; k++) {
    const VbetNic *nic = device->nics->pdata[k];
    g_autofree char *name = g_strdup_printf ("%s:%u", device->name, nic->index);
    g_ptr_array_add (lines, g_strdup_printf ("%s mac %02x%02x%02x%02x%02x%02x cable %s %u", name, nic->mac[0],
                                             nic->mac[1], nic->mac[2], nic->mac[3], nic->mac[4], nic->mac[5],
                                             nic->cable != NULL ? nic->cable : "none", nic->cable_end));
    add_attributes (lines, name, nic->attributes);
  }
  for (guint k = 0; k < device->files->len; k++) {
    const VbetFile *file = device->files->pdata[k];
    gsize size;
    const char *data = g_bytes_get_data (file->contents, &size);
    g_ptr_array_add (lines, g_strdup_printf ("%s file %s %o %.*s", device->name, file->path, file->mode,
                                             (int)size, data != NULL ? data : ""));
  }
}

char *
vbet_test_dump (const VbetTopology *topology)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < topology->devices->len; i++)
    add_device (lines, topology->devices->pdata[i]);
  for (guint i = 0; i < topology->cables->len; i++) {
    const VbetCable *cable = topology->cables->pdata[i];
    GString *line = g_string_new (cable->name);
    g_string_append_c (line, ' ');
    append_end (line, &cable->ends[0]);
    g_string_append_c (line, '-');
    append_end (line, &cable->ends[1]);
    g_ptr_array_add (lines, g_string_free (line, FALSE));
    add_attributes (lines, cable->name, cable->attributes);
  }
  g_ptr_array_sort (lines, compare_texts);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (char **)lines->pdata);
}

static void
check_device (const VbetTopology *topology, const VbetDevice *device)
{
  guint before = 0;
  g_assert_true (vbet_topology_device (topology, device->name) == device);
  g_assert_true ((device->kind & VBET_KIND_DEVICE) != 0 && (device->kind & (device->kind - 1)) == 0);
  for (guint k = 0; k < device->nics->len; k++) {
    const VbetNic *nic = device->nics->pdata[k];
    g_assert_cmpuint (nic->index, >, before);
    before = nic->index;
    g_assert_true (vbet_device_nic (device, nic->index) == nic);
    g_assert_cmpuint (nic->mac[0] & 1, ==, 0);
    if (nic->cable == NULL)
      continue;
    const VbetCable *cable = vbet_topology_cable (topology, nic->cable);
    g_assert_true (cable != NULL && nic->cable == cable->name && nic->cable_end < 2);
    g_assert_cmpstr (cable->ends[nic->cable_end].device, ==, device->name);
    g_assert_cmpuint (cable->ends[nic->cable_end].nic, ==, nic->index);
  }
}

void
vbet_test_check_topology (const VbetTopology *topology)
{
  g_assert_cmpuint (g_hash_table_size (topology->devices_by_name), ==, topology->devices->len);
  g_assert_cmpuint (g_hash_table_size (topology->cables_by_name), ==, topology->cables->len);
  for (guint i = 0; i < topology->devices->len; i++)
    check_device (topology, topology->devices->pdata[i]);
  for (guint i = 0; i < topology->cables->len; i++) {
    const VbetCable *cable = topology->cables->pdata[i];
    g_assert_true (vbet_topology_cable (topology, cable->name) == cable);
    g_assert_true (vbet_topology_device (topology, cable->name) == NULL);
    for (guint end = 0; end < 2; end++) {
      const VbetDevice *device = vbet_topology_device (topology, cable->ends[end].device);
      g_assert_true ((device == NULL) == (cable->ends[end].device == NULL));
      const VbetNic *nic = device != NULL ? vbet_device_nic (device, cable->ends[end].nic) : NULL;
      g_assert_true (device == NULL || (nic != NULL && nic->cable == cable->name && nic->cable_end == end));
    }
  }
}
