/* harness.c - see harness.h. */
#include "config.h"

#include "unit/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <CUnit/Basic.h>
#include <glib.h>

int
vbet_test_run (CU_SuiteInfo *suites, int argc, char **argv)
{
  const char *timeout = g_getenv ("VBET_TEST_TIMEOUT");
  alarm (timeout != NULL ? (unsigned)atoi (timeout) : 120);
  if (CU_initialize_registry () != CUE_SUCCESS)
    return 2;
  for (CU_SuiteInfo *suite = suites; suite->pName != NULL; suite++) {
    CU_SuiteInfo one[] = { *suite, CU_SUITE_INFO_NULL };
    if (argc > 1 && strcmp (argv[1], suite->pName) != 0)
      continue;
    if (CU_register_suites (one) != CUE_SUCCESS) {
      fprintf (stderr, "cannot register suite %s: %s\n", suite->pName, CU_get_error_msg ());
      return 2;
    }
  }
  CU_basic_set_mode (CU_BRM_VERBOSE);
  CU_basic_run_tests ();
  unsigned failures
      = CU_get_number_of_failures () + CU_get_number_of_tests_failed () + CU_get_number_of_suites_failed ();
  unsigned run = CU_get_number_of_tests_run ();
  CU_cleanup_registry ();
  if (run == 0)
    fprintf (stderr, "no test ran\n");
  return failures == 0 && run > 0 ? 0 : 1;
}

char *
vbet_test_source_path (const char *relative)
{
  const char *top = g_getenv ("VBET_TOP_SRCDIR");
  return g_build_filename (top != NULL ? top : VBET_SRCDIR, relative, NULL);
}

void
vbet_test_assert_text (const char *actual, const char *expected, const char *file, int line)
{
  gboolean same = g_strcmp0 (actual, expected) == 0;
  if (!same)
    fprintf (stderr, "\n%s:%d:\n--- expected\n%s\n--- actual\n%s\n---\n", file, line,
             expected != NULL ? expected : "(null)", actual != NULL ? actual : "(null)");
  CU_assertImplementation (same, (unsigned)line, same ? "" : "texts differ", file, "", CU_FALSE);
}
