/* test-program.c - parsing: trees, recovery, spans, tokens, and the promise to keep every byte. */
#include "config.h"

#include <string.h>

#include "engine/language/program.h"
#include "unit/harness.h"
#include "unit/tree.h"

/* Parses @text and compares its tree, then its findings as "CODE@LINE:COLUMN …". */
static void
check (const char *text, const char *tree, const char *findings)
{
  g_autoptr (VbetProgram) program = vbet_program_parse (text, strlen (text));
  g_autofree char *actual = vbet_test_tree (vbet_program_root (program));
  VBET_ASSERT_TEXT (actual, tree);
  g_autoptr (VbetDiagnostics) diagnostics = vbet_diagnostics_new (text, strlen (text));
  vbet_program_diagnose (program, diagnostics);
  g_autoptr (GString) found = g_string_new (NULL);
  for (guint i = 0; i < vbet_diagnostics_size (diagnostics); i++) {
    const VbetDiagnostic *item = vbet_diagnostics_get (diagnostics, i);
    g_string_append_printf (found, "%s%s@%u:%u", i > 0 ? " " : "", item->code, item->line, item->column);
  }
  VBET_ASSERT_TEXT (found->str, findings);
}

static void
check_seed (const char *name, const char *tree, const char *findings)
{
  g_autofree char *relative = g_strconcat ("tests/seed/", name, NULL);
  g_autofree char *path = vbet_test_source_path (relative);
  g_autofree char *text = NULL;
  CU_ASSERT_TRUE_FATAL (g_file_get_contents (path, &text, NULL, NULL));
  check (text, tree, findings);
}

static void
test_seeds (void)
{
  check_seed ("star.vbet",
              "switch1 := {(attach (alloc switch) (alloc NIC) (alloc NIC) (alloc NIC))} "
              "host1 := (attach (alloc host) (alloc NIC)) "
              "(plug cable1 (NIC switch1)) (plug cable2 (NIC switch1)) (plug cable3 (NIC switch1)) "
              "host2 := (attach (alloc host) (alloc NIC)) "
              "host3 := (attach (alloc host) (alloc NIC)) "
              "(plug cable1 (NIC host1)) (plug cable2 (NIC host2)) (plug cable3 (NIC host3)) "
              "cable3 := (alloc cable) cable2 := (alloc cable) cable1 := (alloc cable)",
              "W001@4:26");
  check_seed ("ospf.vbet",
              "r1 := (attach (alloc router) (alloc NIC) (alloc NIC)) "
              "r2 := (attach (alloc router) (alloc NIC) (alloc NIC)) "
              "r3 := (attach (alloc router) (alloc NIC) (alloc NIC)) "
              "(link (NIC r1 2) (NIC r2 1)) (link (NIC r2 2) (NIC r3 1))",
              "");
  check_seed ("firewall.vbet",
              "server := (attach (alloc host) (alloc NIC)) "
              "fw1 := (attach (alloc firewall) (alloc NIC) ...) "
              "fw2 := (attach (alloc firewall) (alloc NIC) ...) "
              "fw3 := (attach (alloc firewall) (alloc NIC) ...) "
              "fw4 := (attach (alloc firewall) (alloc NIC) ...) "
              "fw5 := (attach (alloc firewall) (alloc NIC) ...) "
              "(link (alloc switch) server (NIC fw1 1) (NIC fw2 1) (NIC fw3 1) (NIC fw4 1) (NIC fw5 1))",
              "");
}

static CU_TestInfo program_tests[] = {
  { "the original programs", test_seeds },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "program", NULL, NULL, NULL, NULL, program_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
