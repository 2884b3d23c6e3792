/* test-calls.c - calls executed in order on a topology, and statements read as actions. */
#include "config.h"

#include <string.h>

#include "unit/harness.h"
#include "unit/lab.h"

#define LAB                                                                                                  \
  "a = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24), alloc(NIC)) b = attach(alloc(host), alloc(NIC)) s = " \
  "alloc(switch)"

/* The findings of @source on @topology, a line each, and what it makes of it. */
static VbetTopology *
call (VbetTopology *topology, const char *source, char **ret_findings)
{
  gsize size = strlen (source);
  g_autoptr (VbetDiagnostics) findings = vbet_diagnostics_new (source, size);
  VbetTopology *result = vbet_topology_call (topology, source, size, findings);
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < vbet_diagnostics_size (findings); i++) {
    g_autofree char *line = vbet_diagnostic_format (vbet_diagnostics_get (findings, i), "call");
    g_string_append_printf (out, "%s\n", line);
  }
  *ret_findings = g_string_free (out, FALSE);
  return result;
}

static void
expect_call (const char *lab, const char *source, const char *devices, const char *cabling)
{
  g_autoptr (VbetTopology) topology = vbet_test_good_lab (lab);
  g_autofree char *before = vbet_test_dump (topology);
  g_autofree char *findings = NULL;
  g_autoptr (VbetTopology) result = call (topology, source, &findings);
  VBET_ASSERT_TEXT (findings, "");
  g_autofree char *after = vbet_test_dump (topology);
  VBET_ASSERT_TEXT (after, before); /* what it was called on stays as it was */
  if (result == NULL)
    return;
  g_autofree char *actual_devices = vbet_test_devices (result);
  g_autofree char *actual_cabling = vbet_test_cabling (result);
  VBET_ASSERT_TEXT (actual_devices, devices);
  VBET_ASSERT_TEXT (actual_cabling, cabling);
}

static void
expect_refusal (const char *lab, const char *source, const char *expected)
{
  g_autoptr (VbetTopology) topology = vbet_test_good_lab (lab);
  g_autofree char *findings = NULL;
  g_autoptr (VbetTopology) result = call (topology, source, &findings);
  CU_ASSERT_PTR_NULL (result);
  VBET_ASSERT_TEXT (findings, expected);
}

static void
test_order_counts (void)
{
  expect_call (LAB, "link(a, b) unplug(cable1, NIC(b)) plug(cable1, NIC(s)) c = link(b, NIC(a, 2))",
               "host a 2\nhost b 1\nswitch s 1\n", "cable1 a:1-s:1\nc b:1-a:2\n");
  expect_refusal (LAB, "plug(c, NIC(a)) c = alloc(cable)", "call:1:6: error: nothing is called c [E043]\n");
}

static void
test_inverses (void)
{
  expect_call (LAB, "link(s, a, b) free(b)", "host a 2\nswitch s 2\n", "cable1 s:1-a:1\ncable2 s:2-*\n");
  expect_call (LAB, "link(s, a, b) free(cable1) detach(NIC(a, 1))", "host a 1\nhost b 1\nswitch s 2\n",
               "cable2 s:2-b:1\n");
  expect_call (LAB, "link(s, a) unplug(cable1)", "host a 2\nhost b 1\nswitch s 1\n", "cable1 *-*\n");
  /* A NIC that comes after one has gone takes its place, and a plug the end that was free. */
  expect_call (LAB,
               "link(NIC(a, 1), NIC(b, 1)) detach(NIC(a, 1)) attach(a, alloc(NIC)) plug(cable1, NIC(a, 1))",
               "host a 2\nhost b 1\nswitch s 0\n", "cable1 a:1-b:1\n");
}

static void
test_generated_names (void)
{
  expect_call ("alloc(hub) alloc(hub) alloc(hub)",
               "free(hub2) alloc(hub) alloc(hub) free(hub1) free(hub3) link(alloc(hub), hub2) alloc(hub)",
               "hub hub2 1\nhub hub4 0\nhub hub1 1\nhub hub3 0\n", "cable1 hub1:1-hub2:1\n");
}

static void
test_changes (void)
{
  g_autoptr (VbetTopology) topology = vbet_test_good_lab (LAB " file(a, \"/etc/motd\", \"one\")");
  g_autofree char *findings = NULL;
  g_autoptr (VbetTopology) result = call (
      topology,
      "set(NIC(a, 1), ip=10.0.0.9/24, mac=02:00:00:00:00:01) set(b, mem=256M) set(b, mem=default)\n"
      "file(a, \"/etc/motd\", \"two\", mode=0600) file(b, \"/x\", \"y\") file(b, \"/x\", none) note(\"n\")",
      &findings);
  VBET_ASSERT_TEXT (findings, "");
  CU_ASSERT_PTR_NOT_NULL_FATAL (result);
  const VbetDevice *a = vbet_topology_device (result, "a"), *b = vbet_topology_device (result, "b");
  const VbetNic *nic = vbet_device_nic (a, 1);
  g_autofree char *ip = vbet_value_to_text (vbet_attributes_get (nic->attributes, "ip"));
  VBET_ASSERT_TEXT (ip, "10.0.0.9/24");
  CU_ASSERT_EQUAL (nic->mac[5], 1);
  CU_ASSERT_EQUAL (b->attributes->len, 0);
  CU_ASSERT_EQUAL_FATAL (a->files->len, 1);
  const VbetFile *file = a->files->pdata[0];
  CU_ASSERT_EQUAL (file->mode, 0600);
  CU_ASSERT_EQUAL (memcmp (g_bytes_get_data (file->contents, NULL), "two", 3), 0);
  CU_ASSERT_EQUAL (b->files->len, 0);
  CU_ASSERT_EQUAL (result->notes->len, 1);
}

static void
test_refusals (void)
{
  expect_refusal (LAB, "exec(a, \"true\")",
                  "call:1:1: error: exec() changes nothing in the lab, so it cannot stand here [E056]\n");
  expect_refusal (LAB, "step \"s\" { }",
                  "call:1:1: error: a step can stand only at the top level of a lab [E056]\n");
  expect_refusal (LAB, "link(a, b) plug(cable1, NIC(a))",
                  "call:1:17: error: a cable has two ends, and those of cable1 are in NIC 1 of a and NIC 1 "
                  "of b [E057]\n");
  expect_refusal (LAB, "link(b, s) link(b, s)", "call:1:17: error: b has 1 NIC, and it is taken [E062]\n");
  expect_refusal (LAB, "free(a) set(a, mem=64M)", "call:1:13: error: nothing is called a [E043]\n");
  expect_refusal (LAB, "detach(n)", "call:1:8: error: nothing is called n [E043]\n");
  expect_refusal (LAB, "plug(", "call:1:6: error: a ')' is missing here (fix: insert ')') [E018]\n");
  expect_refusal (LAB, "set(NIC(a), mtu=1400)",
                  "call:1:5: error: a has 2 NICs, so a number must say which: NIC(a,1) [E061]\n");
  expect_refusal (LAB, "attach(b, NIC(a, 1))",
                  "call:1:11: error: this NIC already is NIC 1 of a; a NIC is in one device only [E059]\n");
}

static void
test_actions (void)
{
  g_autoptr (VbetTopology) topology = vbet_test_good_lab (LAB);
  const char *source = "start(a)\nc = link(a, b)\nping(b, a)";
  g_autoptr (VbetDiagnostics) findings = vbet_diagnostics_new (source, strlen (source));
  g_autoptr (GPtrArray) actions = vbet_topology_actions (topology, source, strlen (source), findings);
  CU_ASSERT_PTR_NOT_NULL_FATAL (actions);
  CU_ASSERT_EQUAL_FATAL (actions->len, 3);
  const VbetAction *edit = actions->pdata[1];
  CU_ASSERT_EQUAL (edit->kind, VBET_ACTION_EDIT);
  CU_ASSERT_EQUAL (edit->line, 2);
  VBET_ASSERT_TEXT (edit->source, "c = link(a, b)");
  CU_ASSERT_PTR_NULL (vbet_topology_cable (topology, "c"));

  const char *wrong = "start(c)";
  g_autoptr (VbetDiagnostics) more = vbet_diagnostics_new (wrong, strlen (wrong));
  CU_ASSERT_PTR_NULL (vbet_topology_actions (topology, wrong, strlen (wrong), more));
  CU_ASSERT_EQUAL (vbet_diagnostics_size (more), 1);
  CU_ASSERT_PTR_NULL (vbet_topology_actions (topology, wrong, strlen (wrong), NULL));
}

static CU_TestInfo calls_tests[] = {
  { "order counts", test_order_counts },
  { "inverses", test_inverses },
  { "generated names", test_generated_names },
  { "changes", test_changes },
  { "refusals", test_refusals },
  { "statements as actions", test_actions },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "calls", NULL, NULL, NULL, NULL, calls_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
