/* harness.h - runs CUnit suites with one exit code and a guard against hangs.
 *
 * A test program is a table of suites and a main() of one line:
 *
 *   int main (int argc, char **argv) { return vbet_test_run (suites, argc, argv); }
 */
#pragma once

#include <CUnit/CUnit.h>

/**
 * vbet_test_run:
 * @suites: ends with CU_SUITE_INFO_NULL
 *
 * Runs all suites, or those whose name is given as first argument. A run of
 * more than 120 s (VBET_TEST_TIMEOUT seconds) is killed: CUnit itself never times out.
 *
 * Returns: the exit code: 0 when every assertion held and at least one test ran.
 */
int vbet_test_run (CU_SuiteInfo *suites, int argc, char **argv);

/** vbet_test_source_path: Returns: (transfer full): absolute path of a file of the source tree. */
char *vbet_test_source_path (const char *relative);

/** CU_ASSERT_STRING_EQUAL with both strings in the message when they differ. */
#define VBET_ASSERT_TEXT(actual, expected) vbet_test_assert_text ((actual), (expected), __FILE__, __LINE__)
void vbet_test_assert_text (const char *actual, const char *expected, const char *file, int line);
