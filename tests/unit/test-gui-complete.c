/* test-gui-complete.c - what completion proposes at places of a text. The place is marked by '^'. */
#include "config.h"

#include <string.h>

#include "gui/model/complete.h"
#include "unit/harness.h"

static const char lab[] = "r1 = attach(alloc(router), alloc(NIC, ip=192.168.0.1/24), alloc(NIC))\n"
                          "r2 = attach(alloc(router), alloc(NIC))\n"
                          "sw = alloc(switch)\n"
                          "c1 = alloc(cable)\n"
                          "plug(c1, NIC(r1, 1)) plug(c1, NIC(r2, 1))\n";

/* Labels at the '^' in @marked, joined by blanks; @ret_word: (out) (optional): the word that is replaced. */
static char *
labels (const char *marked, char **ret_word)
{
  g_auto (GStrv) parts = g_strsplit (marked, "^", 2);
  g_autofree char *text = g_strconcat (lab, parts[0], parts[1], NULL);
  gsize cursor = strlen (lab) + strlen (parts[0]), start = 0;
  g_autoptr (VbetProgram) program = vbet_program_parse (text, strlen (text));
  g_autoptr (VbetTopology) topology = vbet_topology_elaborate (program, "lab", NULL);
  g_autoptr (GPtrArray) found = vbet_complete (program, topology, cursor, &start);
  g_autoptr (GString) all = g_string_new (NULL);
  for (guint i = 0; i < found->len; i++) {
    const VbetCompletion *one = g_ptr_array_index (found, i);
    CU_ASSERT_TRUE (one->select_start + one->select_length <= strlen (one->text));
    g_string_append_printf (all, "%s%s", i > 0 ? " " : "", one->label);
  }
  if (ret_word != NULL)
    *ret_word = g_strndup (text + start, cursor - start);
  return g_string_free (g_steal_pointer (&all), FALSE);
}

static void
check (const char *marked, const char *expected)
{
  g_autofree char *actual = labels (marked, NULL);
  VBET_ASSERT_TEXT (actual, expected);
}

static void
check_has (const char *marked, const char *expected, gboolean has)
{
  g_autofree char *actual = labels (marked, NULL);
  g_autofree char *padded = g_strdup_printf (" %s ", actual);
  g_autofree char *wanted = g_strdup_printf (" %s ", expected);
  if ((strstr (padded, wanted) != NULL) != has)
    VBET_ASSERT_TEXT (actual, expected);
}

static void
test_kinds (void)
{
  check ("x = alloc(^", "host router firewall switch hub ap gateway tap remote NIC cable");
  check ("x = alloc(ro^)", "router");
  check ("x = alloc(RO^", "router");
  check ("x = attach(alloc(s^), alloc(NIC))", "switch");
  check ("x = alloc(nothing^", "");
}

static void
test_keys (void)
{
  check ("x = alloc(cable, du^)", "duplicate");
  check ("x = alloc(cable, rea^)", "");
  check ("x = alloc(cable, delay=1ms, del^)", "");
  check ("x = alloc(cable, del^, delay=1ms)", "");
  check ("x = attach(alloc(router), alloc(NIC, i^))", "ip");
  check ("link(r1, r2, jit^", "jitter");
  check ("link(r1, r2, correl^", "correlation");
  check ("link(r1, r2, correlation=5^", "50%");
  check ("set(c1, dela^)", "delay");
  check ("set(sw, ag^)", "ageing");
  check ("set(NIC(r1, 2), mt^)", "mtu");
  check ("expect(r1, \"true\", \"x\", w^)", "within");
  check ("note(\"text\", si^)", "size");
  check ("x = alloc(host, rou^)", "");
}

static void
test_values (void)
{
  check ("x = alloc(host, autostart=^)", "yes no");
  check ("x = alloc(host, services=[o^", "ospf ospf6");
  check ("x = alloc(host, services=\"ssh^\")", "ssh");
  check ("x = alloc(host, services=[\"ospf\", \"dh^\"])", "dhcp-server");
  check ("link(r1, r2, rate=10^", "10Mbit 100Mbit");
  check ("x = alloc(host, services=[ssh], aut^", "autostart");
}

static void
test_names (void)
{
  check ("NIC(^", "r1 r2 sw");
  check ("plug(^", "c1");
  check ("plug(c1, NIC(r1, ^", "1 2");
  check ("link(NIC^", "NIC(r1, 2) NIC");
  check ("link(r^", "r1 r2");
  check ("step \"a\" { start(^ }", "r1 r2");
  check ("ping(r1, ^", "r1 r2 loss within");
  check ("step \"a\" {\n  stop(r1)\n  exec(r^\n}", "r1 r2");
}

static void
test_statements (void)
{
  check ("pl^", "plug");
  check ("plu^(c1, NIC(r1))", "plug");
  check ("ho^", "host1 = attach(alloc(host), alloc(NIC))");
  check ("x = al^", "alloc");
  check ("sta^", "");
  check ("step \"a\" { sta^ }", "start");
  check ("step \"a\" { star^", "start");
  check_has ("^", "link", TRUE);
  check_has ("^", "start", FALSE);
  check_has ("step \"a\" {\n  \"text\"\n  ^\n}", "expect", TRUE);
}

static void
test_nothing (void)
{
  check ("# al^", "");
  check ("x = alloc(host, label=\"al^\")", "");
  check ("x = alloc(host, boot=\"\"\"\nal^\n\"\"\")", "");
  check ("expect(r1, \"a\", /al^/)", "");
  check ("unknown(^", "");
}

/* An unclosed call before the line does not matter. */
static void
test_broken_before (void)
{
  check ("link(r1, (r2, [\nx = alloc(ro^", "router");
  check ("x = alloc(host, mem=\nplu^", "plug");
  check ("} ) plu^", "plug");
}

static void
test_word (void)
{
  g_autofree char *word = NULL, *quoted = NULL;
  g_autofree char *one = labels ("x = alloc(ro^uter)", &word);
  VBET_ASSERT_TEXT (word, "ro");
  g_autofree char *two = labels ("x = alloc(host, services=\"s^\")", &quoted);
  VBET_ASSERT_TEXT (quoted, "s");
}

static void
test_done (void)
{
  gsize start = 0;
  g_autoptr (VbetProgram) program = vbet_program_parse (lab, strlen (lab));
  g_autoptr (VbetTopology) topology = vbet_topology_elaborate (program, "lab", NULL);
  gsize cursor = (gsize)(strstr (lab, "router") - lab) + 6;
  g_autoptr (GPtrArray) found = vbet_complete (program, topology, cursor, &start);
  CU_ASSERT_TRUE (vbet_complete_is_done (found, lab + start, cursor - start));
  CU_ASSERT_FALSE (vbet_complete_is_done (found, lab + start, 2));
}

/* Every byte of every lab, of cut ones too: no crash, and what is replaced lies before the cursor. */
static void
test_everywhere (void)
{
  static const char *const texts[] = { lab,
                                       "step \"a\" { \"b\" expect(r1, \"c\", /d/) }",
                                       "alloc(((((",
                                       "\"",
                                       "\"\"\"",
                                       "]})=,=,{[(",
                                       "set(NIC(NIC(NIC(" };
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    for (gsize size = 0; size <= strlen (texts[i]); size++) {
      g_autoptr (VbetProgram) program = vbet_program_parse (texts[i], size);
      g_autoptr (VbetTopology) topology = vbet_topology_elaborate (program, "lab", NULL);
      for (gsize cursor = 0; cursor <= size; cursor++) {
        gsize start = 0;
        g_autoptr (GPtrArray) found = vbet_complete (program, topology, cursor, &start);
        CU_ASSERT_TRUE (start <= cursor && found != NULL);
      }
    }
}

static CU_TestInfo tests[] = {
  { "kinds", test_kinds },
  { "keys", test_keys },
  { "values", test_values },
  { "names", test_names },
  { "statements", test_statements },
  { "nothing in comments and texts", test_nothing },
  { "broken text before", test_broken_before },
  { "the word", test_word },
  { "done", test_done },
  { "everywhere", test_everywhere },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "complete", NULL, NULL, NULL, NULL, tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
