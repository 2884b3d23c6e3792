/* test-cli-docs.c - help, manual page and completion tell of every command and option, and of no other. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "unit/cli-runner.h"

static char *
read_source (const char *relative)
{
  char *text = NULL;
  g_autofree char *path = vbet_test_source_path (relative);
  CU_ASSERT_TRUE_FATAL (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

/* Notes a failed assertion about @command with what is missing. */
static void
expect (gboolean holds, const char *command, const char *what, const char *where)
{
  if (!holds)
    fprintf (stderr, "\n%s: “%s” is missing in %s\n", command, what, where);
  CU_ASSERT_TRUE (holds);
}

/* Returns: (transfer full): the long options that "vbetctl help COMMAND" lists, without --help. */
static GPtrArray *
long_options (const char *help)
{
  GPtrArray *options = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GRegex) regex = g_regex_new ("^ +(?:-., )?(--[a-z-]+)", G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  for (g_regex_match (regex, help, 0, &match); g_match_info_matches (match);
       g_match_info_next (match, NULL)) {
    char *option = g_match_info_fetch (match, 1);
    if (strcmp (option, "--help") != 0)
      g_ptr_array_add (options, option);
    else
      g_free (option);
  }
  return options;
}

/* The part of the manual page that begins with a command's item and ends with the next command's or section.
 */
static char *
manual_of (const char *manual, const char *command)
{
  g_autofree char *item = g_strdup_printf (".It Cm %s", command);
  const char *start = strstr (manual, item);
  while (start != NULL && g_ascii_isalpha (start[strlen (item)])) /* of "calls" */
    start = strstr (start + 1, item);
  if (start == NULL)
    return g_strdup ("");
  const char *end = start;
  g_autofree char *same = g_strdup_printf ("%s ", item);
  do {
    const char *next = strstr (end + 1, "\n.It Cm ");
    const char *section = strstr (end + 1, "\n.S");
    end = next != NULL && (section == NULL || next < section) ? next : section;
  } while (end != NULL && g_str_has_prefix (end + 1, same));
  return end != NULL ? g_strndup (start, (gsize)(end - start)) : g_strdup (start);
}

static void
test_overview (void)
{
  guint n;
  const VbetCommand *commands = vbet_commands (&n);
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new (NULL);
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "help");
  g_autoptr (VbetRun) option = VBET_RUN (sandbox, "--help");
  CU_ASSERT_EQUAL (run->status, 0);
  CU_ASSERT_EQUAL (option->status, 0);
  VBET_ASSERT_TEXT (option->out, run->out);
  for (guint i = 0; i < n; i++) {
    g_autofree char *line = g_strdup_printf ("\n  %-7s  %s\n", commands[i].name, commands[i].summary);
    expect (strstr (run->out, line) != NULL, commands[i].name, line, "vbetctl help");
    CU_ASSERT_FALSE (g_str_has_suffix (commands[i].summary, "."));
  }
}

static void
test_help_of_each (void)
{
  guint n;
  const VbetCommand *commands = vbet_commands (&n);
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new (NULL);
  for (guint i = 0; i < n; i++) {
    g_autoptr (VbetRun) run = VBET_RUN (sandbox, "help", commands[i].name);
    CU_ASSERT_EQUAL (run->status, 0);
    VBET_ASSERT_TEXT (run->err, "");
    g_autofree char *usage = g_strdup_printf ("vbetctl %s [OPTION", commands[i].name);
    expect (strstr (run->out, usage) != NULL, commands[i].name, usage, "its help");
    expect (strstr (run->out, commands[i].summary) != NULL, commands[i].name, commands[i].summary,
            "its help");
    if (strcmp (commands[i].name, "image") == 0 || strcmp (commands[i].name, "kernel") == 0)
      continue;
    g_autoptr (VbetRun) option = VBET_RUN (sandbox, commands[i].name, "--help");
    CU_ASSERT_EQUAL (option->status, 0);
    VBET_ASSERT_TEXT (option->out, run->out);
  }
}

/* Every option is in the manual's paragraph and in the completion's line of its command. */
static void
test_options (void)
{
  guint n;
  const VbetCommand *commands = vbet_commands (&n);
  g_autofree char *manual = read_source ("data/man/vbetctl.1");
  g_autofree char *completion = read_source ("data/bash-completion/vbetctl");
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new (NULL);
  for (guint i = 0; i < n; i++) {
    const char *name = commands[i].name;
    g_autoptr (VbetRun) run = VBET_RUN (sandbox, "help", name);
    g_autoptr (GPtrArray) options = long_options (run->out);
    g_autofree char *paragraph = manual_of (manual, name);
    expect (*paragraph != '\0', name, name, "vbetctl(1)");
    g_autofree char *key = g_strdup_printf ("\n        %s) echo \"", name);
    const char *options_function = strstr (completion, "_vbetctl_options()");
    CU_ASSERT_PTR_NOT_NULL_FATAL (options_function);
    const char *line = strstr (options_function, key);
    g_autofree char *offered = line != NULL ? g_strndup (line + 1, strcspn (line + 1, "\n")) : g_strdup ("");
    for (guint k = 0; k < options->len; k++) {
      const char *option = g_ptr_array_index (options, k);
      g_autofree char *written = g_strdup_printf ("Fl %s", option + 1);
      expect (strstr (paragraph, written) != NULL, name, option, "vbetctl(1)");
      expect (strstr (offered, option) != NULL, name, option, "the completion");
    }
  }
}

static void
test_completion_names_all (void)
{
  guint n;
  vbet_commands (&n);
  g_autofree char *completion = read_source ("data/bash-completion/vbetctl");
  const char *start = strstr (completion, "_vbetctl_commands=\"");
  CU_ASSERT_PTR_NOT_NULL_FATAL (start);
  start += strlen ("_vbetctl_commands=\"");
  g_autofree char *list = g_strndup (start, strcspn (start, "\""));
  g_auto (GStrv) names = g_strsplit_set (list, " \n", -1);
  guint offered = 0;
  for (gsize i = 0; names[i] != NULL; i++)
    if (*names[i] != '\0') {
      offered++;
      expect (vbet_command_find (names[i]) != NULL, names[i], names[i], "the table of commands");
    }
  CU_ASSERT_EQUAL (offered, n);
}

/* What vbetd serves and what vbetd(8) documents are the same. */
static guint
expect_documented (const char *path, const char *manual)
{
  g_autofree char *service = read_source (path);
  g_autoptr (GRegex) regex
      = g_regex_new ("\"((?:lab|device|console|exec|switch|cable|capture|call)\\.[a-z-]+)\"", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  guint methods = 0;
  for (g_regex_match (regex, service, 0, &match); g_match_info_matches (match);
       g_match_info_next (match, NULL)) {
    g_autofree char *method = g_match_info_fetch (match, 1);
    g_autofree char *end = g_strdup_printf ("%s ", method);
    g_autofree char *line = g_strdup_printf ("%s\n", method);
    expect (strstr (manual, end) != NULL || strstr (manual, line) != NULL, "vbetd", method, "vbetd(8)");
    methods++;
  }
  return methods;
}

static void
test_service_documented (void)
{
  static const char *const files[] = { "src/engine/service.c", "src/engine/service-lab.c",
                                       "src/engine/service-device.c", "src/engine/service-cable.c" };
  g_autofree char *manual = read_source ("data/man/vbetd.8");
  guint methods = 0;
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    methods += expect_documented (files[i], manual);
  CU_ASSERT_TRUE (methods > 20);
}

/* The window's options, too. */
static void
test_window_documented (void)
{
  g_autofree char *application = read_source ("src/gui/application.c");
  g_autofree char *manual = read_source ("data/man/vbet.1");
  g_autoptr (GRegex) regex = g_regex_new ("\\{ \"([a-z-]+)\", (?:0|'.'), 0, G_OPTION", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  guint options = 0;
  for (g_regex_match (regex, application, 0, &match); g_match_info_matches (match);
       g_match_info_next (match, NULL)) {
    g_autofree char *option = g_match_info_fetch (match, 1);
    g_autofree char *item = g_strdup_printf (".It Fl -%s", option);
    expect (strstr (manual, item) != NULL, "vbet", option, "vbet(1)");
    options++;
  }
  CU_ASSERT_TRUE (options > 0);
}

static void
test_manuals_are_clean (void)
{
  static const char *const manuals[] = { "vbet.1", "vbetctl.1", "vbetd.8" };
  g_autofree char *mandoc = g_find_program_in_path ("mandoc");
  if (mandoc == NULL) {
    fprintf (stderr, "mandoc is missing; manual pages not checked ");
    CU_ASSERT_PTR_NULL (g_getenv ("VBET_TESTS_SET_UP"));
    return;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (manuals); i++) {
    g_autofree char *relative = g_build_filename ("data/man", manuals[i], NULL);
    g_autofree char *path = vbet_test_source_path (relative);
    g_autofree char *output = NULL;
    const char *command[] = { mandoc, "-T", "lint", "-W", "warning", path, NULL };
    int status = -1;
    CU_ASSERT_TRUE (g_spawn_sync (NULL, (char **)command, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, NULL,
                                  &status, NULL));
    VBET_ASSERT_TEXT (output, "");
    CU_ASSERT_EQUAL (status, 0);
  }
}

/* --- completion, by a real bash --------------------------------------------------------- */

/* Prints what is offered for the line $1, on one line. */
static const char complete_script[]
    = "source /usr/share/bash-completion/bash_completion; source \"$2\"\n"
      "compopt () { :; }\n" /* has a meaning only while bash itself completes */
      "COMP_LINE=$1 COMP_POINT=${#1} COMP_TYPE=9 COMP_KEY=9\n"
      "read -ra COMP_WORDS <<< \"$1\"\n"
      "[[ $1 == *' ' ]] && COMP_WORDS+=('')\n"
      "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
      "_vbetctl vbetctl\n"
      "printf '%s ' \"${COMPREPLY[@]}\"\n";

static void
test_completion_works (void)
{
  static const struct {
    const char *line;
    const char *offered;
  } rows[] = {
    { "vbetctl ", "check show calls fmt new run ps status exec console shell capture measure call apply step "
                  "test stop cp image kernel doctor help --help "
                  "--version " },
    { "vbetctl st", "status step stop " },
    { "vbetctl status ", "lab " },
    { "vbetctl status --j", "--json " },
    { "vbetctl exec lab ", "router1 host1 " },
    { "vbetctl exec lab h", "host1 " },
    { "vbetctl exec lab host1 ", "-- " },
    { "vbetctl exec lab host1 -- l", " " },
    { "vbetctl exec -t 3 lab r", "router1 " },
    { "vbetctl run --id x one", "one.vbet " },
    { "vbetctl run --id ", " " },
    { "vbetctl step lab ", "1 2 " },
    { "vbetctl call lab un", "unplug( " },
    { "vbetctl cp lab ho", "host1:/ " },
    { "vbetctl cp lab one", "one.vbet " },
    { "vbetctl image b", "build " },
    { "vbetctl kernel l", "list " },
    { "vbetctl help do", "doctor " },
  };
  g_autofree char *bash = g_find_program_in_path ("bash");
  if (bash == NULL || !g_file_test ("/usr/share/bash-completion/bash_completion", G_FILE_TEST_EXISTS)) {
    fprintf (stderr, "bash-completion is missing; completion not tried ");
    CU_ASSERT_PTR_NULL (g_getenv ("VBET_TESTS_SET_UP"));
    return;
  }
  g_autofree char *completion = vbet_test_source_path ("data/bash-completion/vbetctl");
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new (
      "answer lab.info {\"name\":\"lab\"}\n"
      "answer lab.status {\"devices\":[{\"name\":\"router1\"},{\"name\":\"host1\"}]}\n"
      "answer lab.steps "
      "{\"steps\":[{\"index\":1,\"state\":\"passed\"},{\"index\":2,\"state\":\"todo\"}],\"next\":2}");
  g_free (vbet_sandbox_write (sandbox, "one.vbet", ""));
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    const char *const arguments[]
        = { "--norc", "-c", complete_script, "bash", rows[i].line, completion, NULL };
    g_autoptr (VbetRun) run = vbet_sandbox_run_program (sandbox, bash, arguments);
    VBET_ASSERT_TEXT (run->out, rows[i].offered);
    VBET_ASSERT_TEXT (run->err, "");
  }
}

static CU_TestInfo tests[] = {
  { "help lists every command", test_overview },
  { "every command has help", test_help_of_each },
  { "every option is in manual and completion", test_options },
  { "the completion knows the commands", test_completion_names_all },
  { "the completion completes", test_completion_works },
  { "vbetd(8) documents the service", test_service_documented },
  { "vbet(1) documents the window's options", test_window_documented },
  { "manual pages render clean", test_manuals_are_clean },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "cli-docs", NULL, NULL, NULL, NULL, tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
