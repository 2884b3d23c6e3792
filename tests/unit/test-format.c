/* test-format.c - the one layout: what it looks like, that it is stable, and that it changes no meaning. */
#include "config.h"

#include <string.h>

#include "engine/language/format.h"
#include "unit/harness.h"
#include "unit/tree.h"

static char *
format (const char *text, gsize size)
{
  g_autoptr (VbetProgram) program = vbet_program_parse (text, size);
  g_autoptr (GError) error = NULL;
  char *formatted = vbet_program_format (program, &error);
  CU_ASSERT_TRUE ((formatted == NULL) == (error != NULL));
  return formatted;
}

static char *
tree (const char *text, gsize size)
{
  g_autoptr (VbetProgram) program = vbet_program_parse (text, size);
  return vbet_test_tree (vbet_program_root (program));
}

static void
check (const char *text, const char *expected)
{
  g_autofree char *once = format (text, strlen (text));
  VBET_ASSERT_TEXT (once, expected);
  g_autofree char *twice = format (once, strlen (once));
  VBET_ASSERT_TEXT (twice, expected);
}

static void
test_layout (void)
{
  check ("", "");
  check ("\n\n", "");
  check ("a=alloc( host ,mem = 64M,);b=alloc(host)c=alloc(hub)",
         "a = alloc(host, mem=64M)\nb = alloc(host)\nc = alloc(hub)\n");
  check ("x={attach(alloc(switch),alloc(NIC))}", "x = {attach(alloc(switch), alloc(NIC))}\n");
  check ("link(a,b,delay=1ms / 2ms)", "link(a, b, delay=1ms/2ms)\n");
  check ("x(a=10.0.0.1 / 24)", "x(a=10.0.0.1 / 24)\n");
  check ("x(at=( 1 ,-2),l=[ a,b , ])", "x(at=(1, -2), l=[a, b])\n");
  check ("step \"t\"{\"text\" start(a)  stop(b)}step \"e\" { }",
         "step \"t\" {\n  \"text\"\n  start(a)\n  stop(b)\n}\nstep \"e\" {}\n");
  check ("{a()b()}", "{\n  a()\n  b()\n}\n");
}

static void
test_blank_lines (void)
{
  check ("\n\na()\n\n\n\nb()\nc()\n\n", "a()\n\nb()\nc()\n");
  check ("step \"t\" {\n\n a()\n\n\n b()\n\n}", "step \"t\" {\n  a()\n\n  b()\n}\n");
}

static void
test_comments (void)
{
  check ("# one\n\n# two\na() # three  \n  // four\n", "# one\n\n# two\na() # three\n// four\n");
  check ("a() b() # of b", "a()\nb() # of b\n");
  check ("a(1, # one\n  2 # two\n  # end\n)", "a(\n    1, # one\n    2 # two\n    # end\n)\n");
  check ("a( # first\n1)", "a(\n    # first\n    1\n)\n");
  check ("x = # why\n\n alloc(host)", "# why\nx = alloc(host)\n");
  check ("x = alloc # why\n (host)", "# why\nx = alloc(host)\n");
  check ("a(k= # why\n 1)", "a(\n    # why\n    k=1\n)\n");
  check ("step \"t\" { # at the brace\n  a()\n # end\n}",
         "step \"t\" {\n  # at the brace\n  a()\n  # end\n}\n");
  check ("step \"t\" # title\n{ # only\n}", "# title\nstep \"t\" {\n  # only\n}\n");
  check ("a();# after\n", "a() # after\n");
}

static void
test_long_lines (void)
{
  check ("host1 = attach(alloc(host, at=(120, 200), label=\"a rather long label for a host\"), alloc(NIC, "
         "ip=192.168.0.1/24), alloc(NIC))",
         "host1 = attach(alloc(host, at=(120, 200), label=\"a rather long label for a host\"),\n"
         "    alloc(NIC, ip=192.168.0.1/24), alloc(NIC))\n");
  check ("r = attach(alloc(router, routing=\"\"\"\n   a\n   b\n \"\"\"),alloc(NIC))",
         "r = attach(alloc(router, routing=\"\"\"\n   a\n   b\n \"\"\"), alloc(NIC))\n");
}

/* What was meant is written: the ')' that lacks is there afterwards. */
static void
test_warnings (void)
{
  check ("plug(a, NIC(b) plug(c, NIC(d))", "plug(a, NIC(b))\nplug(c, NIC(d))\n");
}

static void
test_bytes (void)
{
  check ("\xef\xbb\xbf"
         "a()\r\n\r\n\r\nb()",
         "\xef\xbb\xbf"
         "a()\r\n\r\nb()\r\n");
}

static void
test_errors (void)
{
  static const char text[] = "a(\nb(";
  g_autoptr (VbetProgram) program = vbet_program_parse (text, strlen (text));
  g_autoptr (GError) error = NULL;
  CU_ASSERT_PTR_NULL (vbet_program_format (program, &error));
  CU_ASSERT_PTR_NOT_NULL_FATAL (error);
  CU_ASSERT_PTR_NOT_NULL (strstr (error->message, "line 2"));
}

static void
check_file (const char *relative)
{
  g_autofree char *path = vbet_test_source_path (relative);
  g_autofree char *text = NULL;
  gsize size;
  CU_ASSERT_TRUE_FATAL (g_file_get_contents (path, &text, &size, NULL));
  g_autofree char *once = format (text, size);
  if (once == NULL)
    return;
  g_autofree char *twice = format (once, strlen (once));
  VBET_ASSERT_TEXT (twice, once);
  g_autofree char *before = tree (text, size);
  g_autofree char *after = tree (once, strlen (once));
  VBET_ASSERT_TEXT (after, before);
}

static void
test_files (void)
{
  static const char *const folders[]
      = { "tests/language", "tests/seed", "tests/fuzz/corpus/program", "data/labs" };
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++) {
    g_autofree char *path = vbet_test_source_path (folders[i]);
    g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
    for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;) {
      g_autofree char *relative = g_build_filename (folders[i], name, NULL);
      if (g_str_has_suffix (name, ".vbet"))
        check_file (relative);
    }
  }
}

static CU_TestInfo format_tests[] = {
  { "layout", test_layout },
  { "blank lines", test_blank_lines },
  { "comments", test_comments },
  { "long lines", test_long_lines },
  { "warnings are mended", test_warnings },
  { "byte-order mark and line ends", test_bytes },
  { "no layout for errors", test_errors },
  { "every lab keeps its tree", test_files },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "format", NULL, NULL, NULL, NULL, format_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
