/* test-topology.c - lab texts as topologies: names, NICs, cables, attributes, steps. */
#include "config.h"

#include <string.h>

#include "unit/harness.h"
#include "unit/lab.h"

static void
expect_lab (const char *text, const char *devices, const char *cabling)
{
  g_autoptr (VbetTopology) topology = vbet_test_good_lab (text);
  g_autofree char *actual_devices = vbet_test_devices (topology);
  g_autofree char *actual_cabling = vbet_test_cabling (topology);
  VBET_ASSERT_TEXT (actual_devices, devices);
  VBET_ASSERT_TEXT (actual_cabling, cabling);
}

static void
expect_seed (const char *file, const char *findings, const char *devices, const char *cabling)
{
  g_autofree char *actual = NULL;
  g_autoptr (VbetTopology) topology = vbet_test_lab_file (file, &actual);
  g_autofree char *actual_devices = vbet_test_devices (topology);
  g_autofree char *actual_cabling = vbet_test_cabling (topology);
  VBET_ASSERT_TEXT (actual, findings);
  VBET_ASSERT_TEXT (actual_devices, devices);
  VBET_ASSERT_TEXT (actual_cabling, cabling);
}

static void
test_seeds (void)
{
  expect_seed ("tests/seed/star.vbet", "lab:4:26: warning: a ')' is missing here (fix: insert ')') [W001]\n",
               "switch switch1 3\nhost host1 1\nhost host2 1\nhost host3 1\n",
               "cable3 switch1:3-host3:1\ncable2 switch1:2-host2:1\ncable1 switch1:1-host1:1\n");
  expect_seed ("tests/seed/ospf.vbet", "", "router r1 2\nrouter r2 2\nrouter r3 2\n",
               "cable1 r1:2-r2:1\ncable2 r2:2-r3:1\n");
  expect_seed ("tests/seed/firewall.vbet", "",
               "host server 1\nfirewall fw1 1\nfirewall fw2 1\nfirewall fw3 1\nfirewall fw4 1\nfirewall fw5 1\n"
               "switch switch1 6\n",
               "cable1 switch1:1-server:1\ncable2 switch1:2-fw1:1\ncable3 switch1:3-fw2:1\n"
               "cable4 switch1:4-fw3:1\ncable5 switch1:5-fw4:1\ncable6 switch1:6-fw5:1\n");
}

static void
test_shipped_labs (void)
{
  g_autofree char *folder = vbet_test_source_path ("data/labs");
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint count = 0;
  for (const char *file; dir != NULL && (file = g_dir_read_name (dir)) != NULL;) {
    g_autofree char *relative = g_build_filename ("data/labs", file, NULL);
    g_autofree char *findings = NULL;
    g_autoptr (VbetTopology) topology = vbet_test_lab_file (relative, &findings);
    VBET_ASSERT_TEXT (findings, "");
    CU_ASSERT_TRUE (topology->steps->len + topology->checks->len > 0);
    count++;
  }
  CU_ASSERT_TRUE (count >= 3);
}

static void
test_names (void)
{
  /* What is written is kept from nameless objects, wherever it stands. */
  expect_lab ("link(alloc(switch), a) a = attach(alloc(host), alloc(NIC)) switch1 = alloc(hub)",
              "switch switch2 1\nhost a 1\nhub switch1 0\n", "cable1 switch2:1-a:1\n");
  expect_lab ("a = attach(alloc(host), alloc(NIC)) link(alloc(switch), a) step \"s\" { switch1 = alloc(switch) }",
              "host a 1\nswitch switch2 1\n", "cable1 switch2:1-a:1\n");
  expect_lab ("c = link(a, b) a = attach(alloc(host), alloc(NIC)) b = attach(alloc(host), alloc(NIC))",
              "host a 1\nhost b 1\n", "c a:1-b:1\n");
}

static CU_TestInfo topology_tests[] = {
  { "the original programs", test_seeds },
  { "the labs that are shipped", test_shipped_labs },
  { "names of the nameless", test_names },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "topology", NULL, NULL, NULL, NULL, topology_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
