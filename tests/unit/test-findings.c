/* test-findings.c - every finding about a lab text, word for word.
 *
 * Each tests/language/NAME.vbet is checked as vbetctl check does it; what is found must be what
 * NAME.expected says. With VBET_TEST_UPDATE=1 the .expected files are written instead (read them!).
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engine/language/edit.h"
#include "engine/language/program.h"
#include "engine/model/findings.h"
#include "engine/model/topology.h"
#include "unit/harness.h"
#include "unit/invariants.h"

typedef struct {
  char *name; /* without ".vbet" */
  char *text;
  gsize size;
} Case;

static void
case_free (Case *item)
{
  g_free (item->name);
  g_free (item->text);
  g_free (item);
}

static char *
case_path (const char *name, const char *suffix)
{
  g_autofree char *relative = g_strconcat ("tests/language/", name, suffix, NULL);
  return vbet_test_source_path (relative);
}

static int
compare_cases (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const Case *const *)a)->name, (*(const Case *const *)b)->name);
}

static GPtrArray *
load_cases (void)
{
  GPtrArray *cases = g_ptr_array_new_with_free_func ((GDestroyNotify)case_free);
  g_autofree char *folder = vbet_test_source_path ("tests/language");
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  for (const char *file; dir != NULL && (file = g_dir_read_name (dir)) != NULL;) {
    if (!g_str_has_suffix (file, ".vbet"))
      continue;
    Case *item = g_new0 (Case, 1);
    item->name = g_strndup (file, strlen (file) - strlen (".vbet"));
    g_autofree char *path = case_path (item->name, ".vbet");
    CU_ASSERT_TRUE_FATAL (g_file_get_contents (path, &item->text, &item->size, NULL));
    g_ptr_array_add (cases, item);
  }
  g_ptr_array_sort (cases, compare_cases);
  return cases;
}

static VbetDiagnostics *
diagnose (const char *text, gsize size)
{
  VbetDiagnostics *findings = vbet_diagnostics_new (text, size);
  g_autoptr (VbetProgram) program = vbet_program_parse (text, size);
  vbet_test_check_program (program, text, size);
  vbet_program_diagnose (program, findings);
  g_autoptr (VbetTopology) topology = vbet_topology_elaborate (program, "lab", findings);
  vbet_diagnostics_sort (findings);
  return findings;
}

static char *
findings_text (const Case *item)
{
  g_autoptr (VbetDiagnostics) findings = diagnose (item->text, item->size);
  g_autofree char *file = g_strconcat (item->name, ".vbet", NULL);
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < vbet_diagnostics_size (findings); i++) {
    g_autofree char *line = vbet_diagnostic_format (vbet_diagnostics_get (findings, i), file);
    g_string_append_printf (out, "%s\n", line);
  }
  return g_string_free (out, FALSE);
}

static void
test_expected (void)
{
  g_autoptr (GPtrArray) cases = load_cases ();
  CU_ASSERT_TRUE (cases->len >= 30);
  gboolean update = g_getenv ("VBET_TEST_UPDATE") != NULL;
  for (guint i = 0; i < cases->len; i++) {
    const Case *item = cases->pdata[i];
    g_autofree char *path = case_path (item->name, ".expected");
    g_autofree char *actual = findings_text (item);
    g_autofree char *expected = NULL;
    if (update)
      CU_ASSERT_TRUE (g_file_set_contents (path, actual, -1, NULL));
    if (!g_file_get_contents (path, &expected, NULL, NULL))
      expected = g_strdup ("(no such file)");
    VBET_ASSERT_TEXT (actual, expected);
  }
}

/* A case named after a code shows that code. */
static void
test_named (void)
{
  g_autoptr (GPtrArray) cases = load_cases ();
  for (guint i = 0; i < cases->len; i++) {
    const Case *item = cases->pdata[i];
    g_autofree char *actual = findings_text (item);
    g_autofree char *code = g_strdup_printf ("[%.4s]\n", item->name);
    if (g_ascii_isdigit (item->name[1]))
      CU_ASSERT_PTR_NOT_NULL (strstr (actual, code));
  }
}

static guint
count_code (const char *text, gsize size, const char *code)
{
  g_autoptr (VbetDiagnostics) findings = diagnose (text, size);
  guint n = 0;
  for (guint i = 0; i < vbet_diagnostics_size (findings); i++)
    n += strcmp (vbet_diagnostics_get (findings, i)->code, code) == 0;
  return n;
}

/* The fix of a finding mends it. */
static void
test_fixes (void)
{
  g_autoptr (GPtrArray) cases = load_cases ();
  for (guint c = 0; c < cases->len; c++) {
    const Case *item = cases->pdata[c];
    g_autoptr (VbetDiagnostics) findings = diagnose (item->text, item->size);
    for (guint i = 0; i < vbet_diagnostics_size (findings); i++) {
      const VbetDiagnostic *finding = vbet_diagnostics_get (findings, i);
      if (finding->fix == NULL)
        continue;
      g_autoptr (VbetEdits) edits = vbet_edits_new ();
      vbet_edits_replace (edits, finding->fix->span, finding->fix->text);
      gsize size;
      g_autofree char *mended = vbet_edits_apply (edits, item->text, item->size, &size);
      guint before = count_code (item->text, item->size, finding->code);
      guint after = count_code (mended, size, finding->code);
      if (after + 1 != before)
        g_printerr ("%s:%u:%u: %s: %u before the fix, %u after\n", item->name, finding->line, finding->column,
                    finding->code, before, after);
      CU_ASSERT_EQUAL (after + 1, before);
    }
  }
}

/* Syntax has the codes up to 039 of errors and 009 of warnings; those of meaning are in findings.h. */
static gboolean
is_syntax_code (const char *code)
{
  return atoi (code + 1) < (code[0] == 'E' ? 40 : 10);
}

static gboolean
is_model_code (const char *code)
{
  guint n;
  const VbetFindingSpec *specs = vbet_findings_specs (&n);
  for (guint i = 0; i < n; i++)
    if (strncmp (specs[i].code, code, 4) == 0)
      return TRUE;
  return FALSE;
}

/* The table of codes in tests/language/README.md: each has a case, and there are no others. */
static void
test_table (void)
{
  g_autofree char *path = vbet_test_source_path ("tests/language/README.md");
  g_autofree char *table = NULL;
  CU_ASSERT_TRUE_FATAL (g_file_get_contents (path, &table, NULL, NULL));
  g_autoptr (GPtrArray) cases = load_cases ();
  g_autoptr (GString) all = g_string_new (NULL);
  for (guint i = 0; i < cases->len; i++) {
    g_autofree char *actual = findings_text (cases->pdata[i]);
    g_string_append (all, actual);
  }
  g_auto (GStrv) rows = g_strsplit (table, "\n", -1);
  guint n = 0;
  for (guint i = 0; rows[i] != NULL; i++) {
    if (!g_str_has_prefix (rows[i], "| E") && !g_str_has_prefix (rows[i], "| W"))
      continue;
    g_autofree char *code = g_strdup_printf ("[%.4s]", rows[i] + 2);
    n++;
    if (strstr (all->str, code) == NULL)
      g_printerr ("no case shows %s\n", code);
    CU_ASSERT_PTR_NOT_NULL (strstr (all->str, code));
  }
  CU_ASSERT_TRUE (n > 0);
  guint n_specs;
  const VbetFindingSpec *specs = vbet_findings_specs (&n_specs);
  for (guint i = 0; i < n_specs; i++) {
    g_autofree char *code = g_strdup_printf ("[%s]\n", specs[i].code);
    if (strstr (all->str, code) == NULL)
      g_printerr ("no case shows %s\n", code);
    CU_ASSERT_PTR_NOT_NULL (strstr (all->str, code));
  }
  g_auto (GStrv) lines = g_strsplit (all->str, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    const char *bracket = strrchr (lines[i], '[');
    if (bracket == NULL)
      continue;
    g_autofree char *row = g_strdup_printf ("| %.4s |", bracket + 1);
    gboolean known = is_syntax_code (bracket + 1) ? strstr (table, row) != NULL : is_model_code (bracket + 1);
    if (!known)
      g_printerr ("%.4s is in no table\n", bracket + 1);
    CU_ASSERT_TRUE (known);
  }
}

static CU_TestInfo findings_tests[] = {
  { "each case finds what is expected", test_expected },
  { "cases show the code they are named after", test_named },
  { "fixes mend", test_fixes },
  { "the table of codes is complete", test_table },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "findings", NULL, NULL, NULL, NULL, findings_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
