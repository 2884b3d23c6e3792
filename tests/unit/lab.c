/* lab.c - see lab.h. */
#include "config.h"

#include "unit/lab.h"

#include <string.h>

#include "unit/harness.h"

static char *
findings_text (const VbetDiagnostics *findings)
{
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < vbet_diagnostics_size (findings); i++) {
    g_autofree char *line = vbet_diagnostic_format (vbet_diagnostics_get (findings, i), "lab");
    g_string_append_printf (out, "%s\n", line);
  }
  return g_string_free (out, FALSE);
}

static VbetTopology *
elaborate (const char *text, gsize size, char **ret_findings)
{
  g_autoptr (VbetProgram) program = vbet_program_parse (text, size);
  g_autoptr (VbetDiagnostics) findings = vbet_diagnostics_new (text, size);
  vbet_program_diagnose (program, findings);
  VbetTopology *topology = vbet_topology_elaborate (program, "test", findings);
  if (ret_findings != NULL)
    *ret_findings = findings_text (findings);
  return topology;
}

VbetTopology *
vbet_test_lab (const char *text, char **ret_findings)
{
  return elaborate (text, strlen (text), ret_findings);
}

VbetTopology *
vbet_test_good_lab (const char *text)
{
  g_autofree char *findings = NULL;
  VbetTopology *topology = vbet_test_lab (text, &findings);
  VBET_ASSERT_TEXT (findings, "");
  return topology;
}

VbetTopology *
vbet_test_lab_file (const char *relative, char **ret_findings)
{
  g_autofree char *path = vbet_test_source_path (relative);
  g_autofree char *text = NULL;
  gsize size;
  CU_ASSERT_TRUE_FATAL (g_file_get_contents (path, &text, &size, NULL));
  return elaborate (text, size, ret_findings);
}

static void
append_end (GString *out, const VbetCableEnd *end)
{
  if (end->device != NULL)
    g_string_append_printf (out, "%s:%u", end->device, end->nic);
  else
    g_string_append_c (out, '*');
}

char *
vbet_test_cabling (const VbetTopology *topology)
{
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < topology->cables->len; i++) {
    const VbetCable *cable = topology->cables->pdata[i];
    g_string_append_printf (out, "%s ", cable->name);
    append_end (out, &cable->ends[0]);
    g_string_append_c (out, '-');
    append_end (out, &cable->ends[1]);
    g_string_append_c (out, '\n');
  }
  return g_string_free (out, FALSE);
}

char *
vbet_test_devices (const VbetTopology *topology)
{
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < topology->devices->len; i++) {
    const VbetDevice *device = topology->devices->pdata[i];
    g_string_append_printf (out, "%s %s %u\n", vbet_kind_name (device->kind), device->name, device->nics->len);
  }
  return g_string_free (out, FALSE);
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
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
    g_ptr_array_add (lines, g_strdup_printf ("%s file %s %o %.*s", device->name, file->path, file->mode, (int) size,
                                             data != NULL ? data : ""));
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
  return g_strjoinv ("\n", (char **) lines->pdata);
}
