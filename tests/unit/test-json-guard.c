/* test-json-guard.c - how deep a text may nest before a parser that recurses gets it. */
#include "config.h"

#include <string.h>

#include "base/json-guard.h"
#include "unit/harness.h"

static gboolean
shallow (const char *text, guint depth)
{
  g_autofree char *copy = g_memdup2 (text, strlen (text)); /* not terminated: a read past the end is seen */
  return vbet_json_is_shallow (copy, strlen (text), depth);
}

static void
test_depth (void)
{
  CU_ASSERT_TRUE (shallow ("{\"a\":[{}]}", 3));
  CU_ASSERT_FALSE (shallow ("{\"a\":[{}]}", 2));
  CU_ASSERT_TRUE (shallow ("[][][]{}{}", 1));
  CU_ASSERT_TRUE (shallow ("]]]][[", 2));
  CU_ASSERT_TRUE (shallow ("1", 0));
  CU_ASSERT_FALSE (shallow ("[", 0));
}

static void
test_strings (void)
{
  CU_ASSERT_TRUE (shallow ("\"[[[[[[\"", 0));
  CU_ASSERT_TRUE (shallow ("\"\\\"[[[[\"", 0));
  CU_ASSERT_FALSE (shallow ("\"\\\\\"[[", 1));
  CU_ASSERT_TRUE (shallow ("\"[[[\\", 0));
}

static CU_TestInfo guard_tests[] = {
  { "depth", test_depth },
  { "brackets in strings do not count", test_strings },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "json guard", NULL, NULL, NULL, NULL, guard_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
