/* test-program.c - parsing: trees, recovery, spans, tokens, and the promise to keep every byte. */
#include "config.h"

#include <string.h>

#include "engine/language/program.h"
#include "unit/harness.h"
#include "unit/invariants.h"
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

/* Where a bracket or comma lacks, the tree is the one that was meant. */
static void
test_missing_brackets (void)
{
  check ("attach(alloc(host) alloc(NIC))", "(attach (alloc host) (alloc NIC))", "E017@1:19");
  check ("plug(a, b) plug(c, d", "(plug a b) (plug c d)", "E018@1:21");
  check ("plug(a, NIC(b plug(c, NIC(d)))", "(plug a (NIC b)) (plug c (NIC d)) <>", "E018@1:14 E021@1:30");
  check ("plug(a, NIC(b) c = alloc(cable)", "(plug a (NIC b)) c := (alloc cable)", "W001@1:15");
  check ("plug(a, NIC(b)\nstep \"x\" {}", "(plug a (NIC b)) step[\"x\" {}]", "W001@1:15");
  check ("x = attach(alloc(host), alloc(NIC)\nattach(alloc(host))",
         "x := (attach (alloc host) (alloc NIC)) (attach (alloc host))", "W001@1:35");
  check ("x = attach(alloc(host)\n  attach(alloc(host)))", "x := (attach (alloc host) (attach (alloc host)))",
         "E017@1:23");
  check ("alloc(host, mem=64M\n      at=(1, 2))", "(alloc host mem=64M at=(1, 2))", "E017@1:20");
  check ("f({a(1}) g(2)", "(f {(a 1)}) (g 2)", "E018@1:7");
  check ("f([1, 2) g(3)", "(f [1, 2]) (g 3)", "E018@1:8");
  check ("plug(a, \"x) plug(b, c)\nplug(d, e)", "(plug a <>) (plug d e)", "E004@1:9");
}

/* Multi-line calls are no statements, whatever their lines start with. */
static void
test_lines (void)
{
  check ("x = alloc(host,\nat=(1, 2),\n mem=64M\n)", "x := (alloc host at=(1, 2) mem=64M)", "");
  check ("link(\nNIC(a),\nNIC(b)\n)", "(link (NIC a) (NIC b))", "");
  check ("attach(alloc(host),\nalloc(NIC),\nattach(x))", "(attach (alloc host) (alloc NIC) (attach x))", "");
  check ("f (1)\n=", "(f 1) <>", "E035@2:1");
}

static void
test_values_in_place (void)
{
  check ("x(a=10ms/40ms, b=/r/, c=[/r/, /s/], d=yes, r1-a, -5)",
         "(x a=10ms/40ms b=/r/ c=[/r/, /s/] d=yes r1-a -5)", "");
  check ("x(a=10ms/ 40ms // no pair\n)", "(x a=10ms/40ms)", "");
  check ("x(a=#c\n1)", "(x a=1)", "");
  check ("x(\"a\" /b/)", "(x \"a\" /b/)", "E017@1:6");
  check ("x(a=no, no)", "(x a=no no)", "");
  check ("x(ab:cd)", "(x <>)", "E011@1:3");
}

/* Depth is bounded: no recursion that a text could make as deep as it likes. */
static void
test_depth (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (int i = 0; i < 100000; i++)
    g_string_append (text, "f([{(");
  g_autoptr (VbetProgram) program = vbet_program_parse (text->str, text->len);
  vbet_test_check_program (program, text->str, text->len);
  g_autoptr (VbetDiagnostics) findings = vbet_diagnostics_new (text->str, text->len);
  vbet_program_diagnose (program, findings);
  guint too_deep = 0;
  for (guint i = 0; i < vbet_diagnostics_size (findings); i++)
    too_deep += strcmp (vbet_diagnostics_get (findings, i)->code, "E030") == 0;
  CU_ASSERT_EQUAL (too_deep, 1);
  CU_ASSERT_TRUE (vbet_diagnostics_has_errors (findings));
}

static void
test_sixty_four_levels (void)
{
  g_autoptr (GString) text = g_string_new ("x");
  for (int i = 0; i < 64; i++) {
    g_string_prepend (text, "f(");
    g_string_append_c (text, ')');
  }
  g_autofree char *deeper = g_strdup_printf ("f(%s)", text->str);
  g_autoptr (VbetProgram) fits = vbet_program_parse (text->str, text->len);
  g_autoptr (VbetProgram) too_deep = vbet_program_parse (deeper, strlen (deeper));
  g_autoptr (VbetDiagnostics) none = vbet_diagnostics_new (text->str, text->len);
  g_autoptr (VbetDiagnostics) one = vbet_diagnostics_new (deeper, strlen (deeper));
  vbet_program_diagnose (fits, none);
  vbet_program_diagnose (too_deep, one);
  CU_ASSERT_EQUAL (vbet_diagnostics_size (none), 0);
  CU_ASSERT_EQUAL (vbet_diagnostics_size (one), 1);
}

/* Pieces that meet in ways nobody would write; seeded, so the same in every run. */
static void
test_random_texts (void)
{
  static const char *const pieces[] = {
    "plug",
    "alloc",
    "NIC",
    "step",
    "x",
    "yes",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    "=",
    ";",
    "/",
    ":",
    "...",
    "\"a\"",
    "\"",
    "\"\"\"",
    "'",
    "#c",
    "//d",
    "\n",
    "\r\n",
    " ",
    "\t",
    "10",
    "ms",
    "5ms",
    "1.2.3.4/5",
    "::",
    "-",
    "-1",
    "\\",
    "\xc3\xa9",
    "\xff",
    "\xe2\x80\xa6",
    "0644",
    "99999999999999999999",
    "/r/",
    "step \"t\" {",
    "a = alloc(host)\n",
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  for (int i = 0; i < 3000; i++) {
    g_autoptr (GString) text = g_string_new (NULL);
    for (int n = g_rand_int_range (rand, 0, 60); n > 0; n--)
      if (g_rand_int_range (rand, 0, 40) == 0)
        g_string_append_c (text, '\0');
      else
        g_string_append (text, pieces[g_rand_int_range (rand, 0, G_N_ELEMENTS (pieces))]);
    g_autoptr (VbetProgram) program = vbet_program_parse (text->str, text->len);
    vbet_test_check_program (program, text->str, text->len);
  }
  CU_PASS ("no text broke an invariant");
}

/* A mebibyte of anything is answered; how fast is measured in tests/bench. */
static void
test_large_garbage (void)
{
  static const char *const units[]
      = { "(", "'\\", "\"\" ", "a{([", "/", "x(a=,", "\"\"\" ", "\xff ", "plug(a,", "1.", "#\n", "a/" };
  for (guint i = 0; i < G_N_ELEMENTS (units); i++) {
    g_autoptr (GString) text = g_string_new (NULL);
    while (text->len < 1 << 20)
      g_string_append (text, units[i]);
    g_autoptr (VbetProgram) program = vbet_program_parse (text->str, text->len);
    vbet_test_check_program (program, text->str, text->len);
  }
  CU_PASS ("no text broke an invariant");
}

static void
note_token (VbetTokenClass token_class, VbetSpan span, gpointer user_data)
{
  static const char letters[] = "nckvsr#pu";
  g_string_append_c (user_data, letters[token_class]);
}

static void
test_tokens (void)
{
  static const char text[] = "r1 = alloc(router, at=(1, 2)) # c\nstep \"s\" { expect(r1, /x/, up=yes) } ~";
  g_autoptr (VbetProgram) program = vbet_program_parse (text, strlen (text));
  g_autoptr (GString) classes = g_string_new (NULL);
  vbet_program_for_each_token (program, note_token, classes);
  VBET_ASSERT_TEXT (classes->str, "kpcpnpkppvpvpp#cspcpnprpkpvppu");
}

static void
test_node_at (void)
{
  static const char text[] = "a = f(b, k=[1, 2]) c";
  g_autoptr (VbetProgram) program = vbet_program_parse (text, strlen (text));
  CU_ASSERT_EQUAL (vbet_program_node_at (program, 0)->kind, VBET_NODE_ASSIGN);
  CU_ASSERT_EQUAL (vbet_program_node_at (program, 4)->kind, VBET_NODE_CALL);
  CU_ASSERT_EQUAL (vbet_program_node_at (program, 6)->kind, VBET_NODE_NAME);
  CU_ASSERT_EQUAL (vbet_program_node_at (program, 9)->kind, VBET_NODE_KEYWORD);
  CU_ASSERT_EQUAL (vbet_program_node_at (program, 12)->kind, VBET_NODE_LITERAL);
  CU_ASSERT_EQUAL (vbet_program_node_at (program, 13)->kind, VBET_NODE_LIST);
  CU_ASSERT_EQUAL (vbet_program_node_at (program, 18)->kind, VBET_NODE_PROGRAM);
  CU_ASSERT_PTR_NULL (vbet_program_node_at (program, 20));
  const VbetNode *call = vbet_program_node_at (program, 4);
  CU_ASSERT_EQUAL (vbet_node_keyword (call, "k")->span.start, 9);
  CU_ASSERT_PTR_NULL (vbet_node_keyword (call, "b"));
}

/* Columns count characters, a byte-order mark is none, and CRLF is one line end. */
static void
test_places (void)
{
  check ("\xef\xbb\xbf~", "<>", "E003@1:1");
  check ("\xef\xbb\xbf# \xc3\xa9\r\n\r\nx(\"\xc3\xa9\xf0\x9f\x98\x80\", ~)",
         "(x \"\xc3\xa9\xf0\x9f\x98\x80\" <>)", "E003@3:9");
  check ("f(\r\n\r\n", "(f)", "E018@1:3");
}

/* At most 1,000 findings are kept, the others only counted. */
static void
test_many_findings (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (int i = 0; i < 5000; i++)
    g_string_append (text, "~\n");
  g_autoptr (VbetProgram) program = vbet_program_parse (text->str, text->len);
  g_autoptr (VbetDiagnostics) findings = vbet_diagnostics_new (text->str, text->len);
  vbet_program_diagnose (program, findings);
  CU_ASSERT_EQUAL (vbet_diagnostics_size (findings), 1000);
  CU_ASSERT_PTR_NULL (vbet_diagnostics_add (findings, "E003", (VbetSpan){ 0, 1 }, "one more"));
  CU_ASSERT_PTR_NULL (vbet_diagnostics_get (findings, 1000));
}

static CU_TestInfo program_tests[] = {
  { "the original programs", test_seeds },
  { "missing brackets and commas", test_missing_brackets },
  { "calls over several lines", test_lines },
  { "values in place", test_values_in_place },
  { "endless nesting", test_depth },
  { "64 levels fit, 65 do not", test_sixty_four_levels },
  { "random texts keep every invariant", test_random_texts },
  { "a mebibyte of garbage", test_large_garbage },
  { "tokens for an editor", test_tokens },
  { "the node at a place", test_node_at },
  { "lines and columns", test_places },
  { "a flood of findings", test_many_findings },
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
