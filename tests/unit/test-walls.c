/* test-walls.c - what is said of walls that do not hold. */
#include "config.h"

#include "base/walls.h"
#include "unit/harness.h"

static void
expect (const char *layers, const char *expected)
{
  g_auto (GStrv) names = g_strsplit (layers, " ", -1);
  g_auto (GStrv) open = vbet_walls_open ((const char *const *)names);
  GString *found = g_string_new (NULL);
  for (gsize i = 0; open[i] != NULL; i++)
    g_string_append_printf (found, "%.36s\n", open[i]);
  VBET_ASSERT_TEXT (found->str, expected);
  g_string_free (found, TRUE);
}

static void
test_open (void)
{
  expect ("userns pidns mountns ipcns utsns netns proc memory landlock seccomp no_new_privs root calls", "");
  expect ("", "A guest's root can read and change t\n"
              "A guest's root can connect to that u\n"
              "A guest's root can use this machine'\n"
              "Processes of a guest may go on for a\n"
              "How many processes a guest's kernel \n"
              "A guest's root can make any system c\n");
  /* A host without user namespaces, as many containers are. */
  expect ("landlock seccomp no_new_privs calls reaper", "A guest's root can connect to that u\n"
                                                        "Processes of a guest may go on for a\n"
                                                        "How many processes a guest's kernel \n");
  /* One wall is enough where two stand. */
  expect ("userns pidns netns landlock calls", "A guest's root can connect to that u\n");
  expect ("userns pidns root netns", "A guest's root can make any system c\n");
}

static CU_TestInfo tests[] = {
  { "what is open", test_open },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "walls", NULL, NULL, NULL, NULL, tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
