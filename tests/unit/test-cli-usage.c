/* test-cli-usage.c - wrong usage of every command: exit code 2, one sentence, nothing done. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "unit/cli-runner.h"

typedef struct {
  const char *arguments; /* separated by blanks */
  const char *message;   /* the whole of stderr, without "vbetctl: " and what follows " (see" */
} Row;

static const Row rows[] = {
  { "", "A command is missing" },
  { "chek a.vbet", "There is no command “chek”; did you mean “check”?" },
  { "frobnicate", "There is no command “frobnicate”" },
  { "--frobnicate", "There is no option “--frobnicate” before the command" },
  { "help frobnicate", "There is no command “frobnicate”" },
  { "help check show", "“help” takes only these arguments: [COMMAND]" },
  { "check", "“check” needs more arguments: FILE…" },
  { "check --frob x", "Unknown option --frob" },
  { "show", "“show” needs more arguments: FILE" },
  { "show a b", "“show” takes only these arguments: FILE" },
  { "calls", "“calls” needs more arguments: [FROM] FILE" },
  { "calls a b c", "“calls” takes only these arguments: [FROM] FILE" },
  { "calls - -", "The standard input can be read only once" },
  { "fmt", "“fmt” needs more arguments: FILE…" },
  { "fmt --check -i a", "--check and --in-place exclude each other" },
  { "fmt a b", "Several files need --in-place or --check" },
  { "fmt -i -", "The standard input cannot be written in place" },
  { "new", "“new” needs more arguments: SHAPE [SIZE]" },
  { "new blob", "There is no shape “blob”; there are star, ring, line, mesh, tree, grid" },
  { "new ring 4x3", "“4x3” is no size of a ring" },
  { "new ring 2", "A ring has 3 to 1000 nodes, not 2" },
  { "new ring --ospf --static", "--ospf and --static exclude each other" },
  { "run", "“run” needs more arguments: FILE" },
  { "run a b", "“run” takes only these arguments: FILE" },
  { "run -d -f a", "--detach and --foreground exclude each other" },
  { "run --id ../x a", "“../x” cannot name a lab: at most 32 letters, digits, “_” and “-”" },
  { "run --id", "Missing argument for --id" },
  { "ps x", "“ps” takes no arguments" },
  { "ps --ids --json", "--json and --ids exclude each other" },
  { "status", "“status” needs more arguments: LAB" },
  { "capture", "“capture” needs more arguments: LAB CABLE[:NODE]" },
  { "capture --list --write x lab c", "--list and --write exclude each other" },
  { "measure", "“measure” needs more arguments: LAB CABLE" },
  { "measure --count -1 lab c", "--count is a number up to 100000, --seconds one up to 3600" },
  { "measure --seconds 1e9 lab c", "--count is a number up to 100000, --seconds one up to 3600" },
  { "capture --count -1 lab c", "--count is a number from 0, --snaplen one up to 65535" },
  { "status --json --nodes lab", "--json, --nodes and --cables exclude each other" },
  { "exec", "“exec” needs more arguments: LAB NODE -- COMMAND [ARGUMENT…]" },
  { "exec lab r1", "The command to run is missing: vbetctl exec lab r1 -- COMMAND" },
  { "exec lab r1 --", "The command to run is missing: vbetctl exec lab r1 -- COMMAND" },
  { "exec -i -n lab r1 -- ls", "--input and --no-input exclude each other" },
  { "exec -t -1 lab r1 -- ls", "--timeout needs a number of seconds" },
  { "exec -t x lab r1 -- ls", "Cannot parse double value “x” for -t" },
  { "console lab", "“console” needs more arguments: LAB NODE" },
  { "shell lab", "“shell” needs more arguments: LAB NODE" },
  { "call lab", "“call” needs more arguments: LAB CALL…" },
  { "apply lab", "“apply” needs more arguments: LAB FILE" },
  { "step", "“step” needs more arguments: LAB [NUMBER]" },
  { "step lab 0", "“0” is no step's number; they count from 1" },
  { "step lab one", "“one” is no step's number; they count from 1" },
  { "step --list lab 1", "--list takes no step's number" },
  { "test", "“test” needs more arguments: FILE…" },
  { "test --timeout -1 a", "--timeout needs a number of seconds" },
  { "stop", "Which lab is to be stopped? “vbetctl ps” lists those that run" },
  { "stop --all lab", "--all and names of labs exclude each other" },
  { "cp lab a", "“cp” needs more arguments: LAB NODE:/PATH FILE | LAB FILE NODE:/PATH" },
  { "cp lab a b", "One of the two must be NODE:/path in a guest" },
  { "cp lab r1:/a r2:/b", "One of the two must be a file of this host" },
  { "image", "“image” needs more arguments: build [OPTION…] | list" },
  { "image frob", "“frob” is neither build nor list" },
  { "kernel", "“kernel” needs more arguments: build [OPTION…] | list" },
  { "kernel frob", "“frob” is neither build nor list" },
  { "doctor x", "“doctor” takes no arguments" },
};

static void
test_rows (void)
{
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new (NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (GStrv) arguments
        = *rows[i].arguments != '\0' ? g_strsplit (rows[i].arguments, " ", -1) : g_new0 (char *, 1);
    g_autoptr (VbetRun) run = vbet_sandbox_run (sandbox, (const char *const *)arguments);
    if (run->status != 2)
      fprintf (stderr, "\nvbetctl %s: exit %d\n", rows[i].arguments, run->status);
    CU_ASSERT_EQUAL (run->status, 2);
    VBET_ASSERT_TEXT (run->out, "");
    char *end = strstr (run->err, " (see “vbetctl help");
    CU_ASSERT_PTR_NOT_NULL (end);
    if (end != NULL)
      *end = '\0';
    g_autofree char *expected = g_strconcat ("vbetctl: ", rows[i].message, NULL);
    VBET_ASSERT_TEXT (run->err, expected);
  }
}

/* No command may be added without a row above. */
static void
test_rows_are_complete (void)
{
  guint n;
  const VbetCommand *commands = vbet_commands (&n);
  for (guint i = 0; i < n; i++) {
    gboolean found = FALSE;
    for (gsize k = 0; k < G_N_ELEMENTS (rows) && !found; k++) {
      g_auto (GStrv) words = g_strsplit (rows[k].arguments, " ", 2);
      found = g_strcmp0 (words[0], commands[i].name) == 0;
    }
    if (!found)
      fprintf (stderr, "\n%s has no wrong usage\n", commands[i].name);
    CU_ASSERT_TRUE (found);
  }
}

static void
test_version (void)
{
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new (NULL);
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "--version");
  CU_ASSERT_EQUAL (run->status, 0);
  VBET_ASSERT_TEXT (run->out, "vbetctl (vBET) " PACKAGE_VERSION "\n");
}

static CU_TestInfo tests[] = {
  { "wrong usage", test_rows },
  { "of every command", test_rows_are_complete },
  { "version", test_version },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "cli-usage", NULL, NULL, NULL, NULL, tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
