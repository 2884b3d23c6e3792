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
  vbet_test_check_topology (topology);
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
    g_string_append_printf (out, "%s %s %u\n", vbet_kind_name (device->kind), device->name,
                            device->nics->len);
  }
  return g_string_free (out, FALSE);
}
