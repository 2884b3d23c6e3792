/* test-cli-text.c - vbetctl on lab texts: check, show, calls, fmt. */
#include "config.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>

#include "unit/cli-runner.h"

/* Two findings: an error after a character of two bytes, and one with a fix. */
#define BAD "h1 = alloc(host, label=\"ü\", frob=1)\nplug(c1, NIC(h1)\n"
#define GOOD                                                                                                 \
  "h1 = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))\nh2 = attach(alloc(host), alloc(NIC))\nlink(h1, "    \
  "h2)\n"

static void
check_run (const VbetRun *run, int status, const char *out, const char *err)
{
  CU_ASSERT_EQUAL (run->status, status);
  VBET_ASSERT_TEXT (run->out, out);
  VBET_ASSERT_TEXT (run->err, err);
}

static char *
seed (const char *name)
{
  g_autofree char *relative = g_build_filename ("tests/seed", name, NULL);
  return vbet_test_source_path (relative);
}

/* --- check ------------------------------------------------------------------------ */

static void
test_check_seeds (void)
{
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new (NULL);
  g_autofree char *star = seed ("star.vbet");
  g_autofree char *ospf = seed ("ospf.vbet");
  g_autofree char *firewall = seed ("firewall.vbet");
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "check", star, ospf, firewall);
  g_autofree char *expected
      = g_strdup_printf ("%s:4:26: warning: a ')' is missing here (fix: insert ')') [W001]\n", star);
  check_run (run, 0, expected, "");
}

static void
test_check_errors (void)
{
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new (NULL);
  g_autofree char *file = vbet_sandbox_write (sandbox, "bad.vbet", BAD);
  g_autofree char *good = vbet_sandbox_write (sandbox, "good.vbet", GOOD);
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "check", "good.vbet", "bad.vbet");
  CU_ASSERT_EQUAL (run->status, 1);
  VBET_ASSERT_TEXT (run->err, "");
  CU_ASSERT_TRUE (g_str_has_prefix (run->out, "bad.vbet:1:29: error: "));
  CU_ASSERT_PTR_NOT_NULL (strstr (
      run->out, "\nbad.vbet:2:6: error: nothing is called c1; did you mean h1? (fix: write h1) [E043]\n"));
  sandbox->input = g_strdup (BAD);
  g_autoptr (VbetRun) piped = VBET_RUN (sandbox, "check", "-");
  CU_ASSERT_EQUAL (piped->status, 1);
  CU_ASSERT_TRUE (g_str_has_prefix (piped->out, "<stdin>:1:29: error: "));
  g_autoptr (VbetRun) missing = VBET_RUN (sandbox, "check", "none.vbet");
  check_run (missing, 1, "", "vbetctl: Cannot read none.vbet: No such file or directory\n");
  g_autoptr (VbetRun) folder = VBET_RUN (sandbox, "check", ".");
  check_run (folder, 1, "", "vbetctl: Cannot read .: Is a directory\n");
}

static void
test_check_json (void)
{
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new (NULL);
  g_autofree char *star = seed ("star.vbet");
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "check", "--json", star);
  g_autofree char *expected
      = g_strdup_printf ("[\n  {\n    \"file\" : \"%s\",\n    \"line\" : 4,\n    \"column\" : 26,\n    "
                         "\"offset\" : 135,\n    \"length\" : 0,\n"
                         "    \"severity\" : \"warning\",\n    \"code\" : \"W001\",\n    \"message\" : \"a "
                         "')' is missing here\",\n"
                         "    \"fix\" : {\n      \"offset\" : 135,\n      \"length\" : 0,\n      \"text\" : "
                         "\")\",\n      \"label\" : \"insert ')'\"\n"
                         "    }\n  }\n]\n",
                         star);
  check_run (run, 0, expected, "");
  sandbox->input = g_strdup ("");
  g_autoptr (VbetRun) empty = VBET_RUN (sandbox, "check", "--json", "-");
  check_run (empty, 0, "[]\n", "");
}

/* Bytes that are no text at all: findings, not a crash; and the output stays UTF-8. */
static void
test_check_garbage (void)
{
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new (NULL);
  g_autofree char *path = g_build_filename (sandbox->dir, "x.vbet", NULL);
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  g_autofree char *bytes = g_malloc (65536);
  for (gsize i = 0; i < 65536; i++)
    bytes[i] = (char)g_rand_int (random);
  CU_ASSERT_TRUE (g_file_set_contents (path, bytes, 65536, NULL));
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "check", "x.vbet");
  CU_ASSERT_EQUAL (run->status, 1);
  CU_ASSERT_TRUE (g_utf8_validate (run->out != NULL ? run->out : "\xff", -1, NULL));
}

/* --- show, calls --------------------------------------------------------------------- */

static JsonNode *
shown (VbetSandbox *sandbox, const char *name)
{
  g_autofree char *path = seed (name);
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "show", "--json", path);
  CU_ASSERT_EQUAL (run->status, 0);
  return json_from_string (run->out, NULL);
}

static guint
count (JsonNode *node, const char *member)
{
  return json_array_get_length (json_object_get_array_member (json_node_get_object (node), member));
}

static void
test_show_seeds (void)
{
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new (NULL);
  g_autoptr (JsonNode) star = shown (sandbox, "star.vbet");
  g_autoptr (JsonNode) ospf = shown (sandbox, "ospf.vbet");
  g_autoptr (JsonNode) firewall = shown (sandbox, "firewall.vbet");
  CU_ASSERT_TRUE_FATAL (star != NULL && ospf != NULL && firewall != NULL);
  CU_ASSERT_EQUAL (count (star, "devices"), 4);
  CU_ASSERT_EQUAL (count (star, "cables"), 3);
  CU_ASSERT_EQUAL (count (ospf, "devices"), 3);
  CU_ASSERT_EQUAL (count (ospf, "cables"), 2);
  CU_ASSERT_EQUAL (count (firewall, "devices"), 7);
  CU_ASSERT_EQUAL (count (firewall, "cables"), 6);
  CU_ASSERT_EQUAL (count (firewall, "steps"), 0);
  g_autofree char *ends = json_to_string (
      json_object_get_member (json_array_get_object_element (
                                  json_object_get_array_member (json_node_get_object (ospf), "cables"), 0),
                              "ends"),
      FALSE);
  VBET_ASSERT_TEXT (ends, "[{\"device\":\"r1\",\"nic\":2},{\"device\":\"r2\",\"nic\":1}]");
}

static void
test_show_people (void)
{
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new (NULL);
  g_autofree char *file = vbet_sandbox_write (
      sandbox, "two.vbet",
      "h1 = attach(alloc(host), alloc(NIC, ip=[10.0.0.1/24, 2001:db8::1/64], mac=02:00:00:00:00:01))\n"
      "s1 = alloc(switch)\n"
      "link(h1, s1, delay=10ms/40ms)\n"
      "ping(h1,\n  10.0.0.2)\n"
      "step \"Down\" { stop(h1) }\n");
  g_autoptr (VbetRun) run = VBET_RUN (sandbox, "show", "two.vbet");
  check_run (run, 0,
             "two: 2 devices, 1 cable, 1 check, 1 step\n"
             "\n"
             "DEVICE  KIND    NIC  NAME  MAC                ADDRESS                     CABLE\n"
             "h1      host      1  eth0  02:00:00:00:00:01  10.0.0.1/24 2001:db8::1/64  cable1\n"
             "s1      switch    1                                                       cable1\n"
             "\n"
             "CABLE   FROM        TO          ATTRIBUTES\n"
             "cable1  NIC(h1, 1)  NIC(s1, 1)  delay=10ms/40ms\n"
             "\n"
             "CHECKS\n"
             "  ping(h1, 10.0.0.2)\n"
             "\n"
             "STEPS\n"
             "  1  Down\n",
             "");
  g_autofree char *bad = vbet_sandbox_write (sandbox, "bad.vbet", BAD);
  g_autoptr (VbetRun) wrong = VBET_RUN (sandbox, "show", "bad.vbet");
  CU_ASSERT_EQUAL (wrong->status, 1);
  VBET_ASSERT_TEXT (wrong->out, "");
  CU_ASSERT_TRUE (g_str_has_prefix (wrong->err, "bad.vbet:1:29: error: "));
}

static void
test_calls (void)
{
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new (NULL);
  g_autofree char *from = vbet_sandbox_write (sandbox, "from.vbet", GOOD);
  g_autofree char *to
      = vbet_sandbox_write (sandbox, "to.vbet",
                            "h1 = attach(alloc(host), alloc(NIC, ip=10.0.0.9/24))\n"
                            "h2 = attach(alloc(host), alloc(NIC))\nh3 = alloc(host, autostart=no)\n");
  g_autoptr (VbetRun) all = VBET_RUN (sandbox, "calls", "from.vbet");
  CU_ASSERT_EQUAL (all->status, 0);
  CU_ASSERT_TRUE (g_str_has_prefix (all->out, "h1 = alloc(host)\n"));
  CU_ASSERT_TRUE (g_str_has_suffix (all->out, "start(h1)\nstart(h2)\n"));
  g_autoptr (VbetRun) same = VBET_RUN (sandbox, "calls", "from.vbet", "from.vbet");
  check_run (same, 0, "", "");
  g_autoptr (VbetRun) difference = VBET_RUN (sandbox, "calls", "from.vbet", "to.vbet");
  check_run (difference, 0,
             "unplug(cable1, NIC(h1,1))\nunplug(cable1, NIC(h2,1))\nfree(cable1)\n"
             "h3 = alloc(host, autostart=no)\nset(NIC(h1,1), ip=10.0.0.9/24)\n",
             "");
}

/* --- new ---------------------------------------------------------------------------- */

static void
test_new (void)
{
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new (NULL);
  g_autoptr (VbetRun) ring = VBET_RUN (sandbox, "new", "ring", "6", "-o", "ring.vbet");
  check_run (ring, 0, "", "");
  g_autoptr (VbetRun) checked = VBET_RUN (sandbox, "check", "ring.vbet");
  check_run (checked, 0, "", "");
  g_autoptr (VbetRun) laid_out = VBET_RUN (sandbox, "fmt", "--check", "ring.vbet");
  check_run (laid_out, 0, "", "");
  g_autoptr (VbetRun) again = VBET_RUN (sandbox, "new", "ring", "7", "-o", "ring.vbet");
  check_run (again, 1, "", "vbetctl: ring.vbet exists; --force replaces it\n");
  g_autoptr (VbetRun) forced = VBET_RUN (sandbox, "new", "grid", "4x2", "-f", "--output", "ring.vbet");
  check_run (forced, 0, "", "");
  g_autoptr (VbetRun) star = VBET_RUN (sandbox, "new", "star", "2", "--no-addresses");
  CU_ASSERT_PTR_NOT_NULL (strstr (star->out, "link(switch1, host1, host2)\n"));
  g_autoptr (VbetRun) blob = VBET_RUN (sandbox, "new", "blob");
  CU_ASSERT_EQUAL (blob->status, 2);
  g_autoptr (VbetRun) size = VBET_RUN (sandbox, "new", "ring", "4x3");
  CU_ASSERT_EQUAL (size->status, 2);
  g_autoptr (VbetRun) small = VBET_RUN (sandbox, "new", "ring", "2");
  CU_ASSERT_EQUAL (small->status, 2);
  CU_ASSERT_PTR_NOT_NULL (strstr (small->err, "A ring has 3 to 1000 nodes, not 2"));
  g_autoptr (VbetRun) both = VBET_RUN (sandbox, "new", "ring", "--ospf", "--static");
  CU_ASSERT_EQUAL (both->status, 2);
}

/* --- fmt ---------------------------------------------------------------------------- */

static void
test_fmt (void)
{
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new (NULL);
  g_autofree char *file = vbet_sandbox_write (sandbox, "ugly.vbet", "h1=alloc( host )h2=alloc(host)\n");
  g_autofree char *link = g_build_filename (sandbox->dir, "link.vbet", NULL);
  CU_ASSERT_EQUAL (g_chmod (file, 0640), 0);
  CU_ASSERT_EQUAL (symlink ("ugly.vbet", link), 0);
  g_autoptr (VbetRun) check = VBET_RUN (sandbox, "fmt", "--check", "ugly.vbet");
  check_run (check, 1, "ugly.vbet\n", "");
  g_autoptr (VbetRun) shown_text = VBET_RUN (sandbox, "fmt", "ugly.vbet");
  check_run (shown_text, 0, "h1 = alloc(host)\nh2 = alloc(host)\n", "");
  g_autoptr (VbetRun) written = VBET_RUN (sandbox, "fmt", "-i", "link.vbet");
  check_run (written, 0, "", "");
  g_autofree char *text = vbet_sandbox_read (sandbox, "ugly.vbet");
  VBET_ASSERT_TEXT (text, shown_text->out);
  struct stat status;
  CU_ASSERT_EQUAL (stat (file, &status), 0);
  CU_ASSERT_EQUAL (status.st_mode & 07777, 0640);
  CU_ASSERT_TRUE (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
  g_autoptr (VbetRun) clean = VBET_RUN (sandbox, "fmt", "--check", "ugly.vbet");
  check_run (clean, 0, "", "");
  sandbox->input = g_strdup ("h1 = = (\n");
  g_autoptr (VbetRun) wrong = VBET_RUN (sandbox, "fmt", "-");
  CU_ASSERT_EQUAL (wrong->status, 1);
  VBET_ASSERT_TEXT (wrong->out, "");
  CU_ASSERT_TRUE (g_str_has_prefix (wrong->err, "<stdin>:1:"));
}

static CU_TestInfo tests[] = {
  { "check: the original programs", test_check_seeds },
  { "check: errors, standard input, no file", test_check_errors },
  { "check: JSON", test_check_json },
  { "check: garbage", test_check_garbage },
  { "show: the original programs", test_show_seeds },
  { "show: for people", test_show_people },
  { "calls", test_calls },
  { "new", test_new },
  { "fmt", test_fmt },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "cli-text", NULL, NULL, NULL, NULL, tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
