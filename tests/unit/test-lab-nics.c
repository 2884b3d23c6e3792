/* test-lab-nics.c - what becomes of NICs and cables of a lab when calls fail or their results come late. No
 * guest runs: its state is set by hand. */
#include "config.h"

#include <string.h>

#include "base/paths.h"
#include "engine/guest/private.h"
#include "engine/lab/private.h"
#include "engine/model/plan.h"
#include "unit/harness.h"
#include "unit/lab.h"

typedef struct {
  char *dir;
  VbetLab *lab;
} Fixture;

typedef struct {
  gboolean done;
  GError *error;
} Result;

static void
on_done (gpointer data, GError *error)
{
  Result *result = data;
  result->done = TRUE;
  result->error = error;
}

/* Executes those calls of the way from nothing to the lab; @device: (nullable): only those on it. */
static void
begin (Fixture *f, VbetCallVerb verb, const char *device, Result *result)
{
  g_autoptr (VbetTopology) empty = vbet_topology_new_empty ("test");
  g_autoptr (GPtrArray) calls = vbet_plan_new (empty, f->lab->topology);
  *result = (Result){ 0 };
  for (guint i = 0; i < calls->len; i++) {
    const VbetCall *call = g_ptr_array_index (calls, i);
    if (call->verb == verb && (device == NULL || g_strcmp0 (call->device, device) == 0))
      vbet_lab_execute (f->lab, call, NULL, on_done, result);
  }
}

static void
execute (Fixture *f, VbetCallVerb verb, const char *device)
{
  Result result;
  begin (f, verb, device, &result);
  CU_ASSERT_TRUE (result.done);
  CU_ASSERT_PTR_NULL (result.error);
}

static void
set_up (Fixture *f, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *program = vbet_paths_program ("vbet-switch");
  f->dir = g_dir_make_tmp ("vbet-lab-XXXXXX", NULL);
  const VbetLabOptions options = { .id = "test",
                                   .name = "test",
                                   .path = "",
                                   .dir = f->dir,
                                   .scratch = f->dir,
                                   .guest_program = "/bin/false",
                                   .switch_program = program,
                                   .nat_program = "/bin/false" };
  f->lab = vbet_lab_new (&options, &error);
  CU_ASSERT_PTR_NOT_NULL_FATAL (f->lab);
  vbet_lab_set_topology (f->lab, vbet_test_good_lab (text));
  execute (f, VBET_CALL_ALLOC, NULL);
  execute (f, VBET_CALL_ATTACH, NULL);
  execute (f, VBET_CALL_PLUG, NULL);
}

static void
tear_down (Fixture *f)
{
  g_object_unref (f->lab);
  vbet_paths_remove_tree (f->dir);
  g_free (f->dir);
}

/* Another cable is where the port's cable should be. */
static void
test_join_fails (void)
{
  Fixture f;
  Result result;
  g_autoptr (GError) error = NULL;
  set_up (&f, "a = alloc(hub) b = alloc(hub) c = alloc(hub) d = alloc(hub)\n"
              "ab = link(NIC(a, 1), NIC(b, 1)) cd = link(NIC(c, 1), NIC(d, 1))\n");
  CU_ASSERT_TRUE (((VbetCableRun *)g_hash_table_lookup (f.lab->cables, "ab"))->joined);
  vbet_lab_drop_port (f.lab, "a", 1, &error);
  vbet_lab_drop_port (f.lab, "c", 1, &error);
  CU_ASSERT_PTR_NULL (error);
  /* Where the other end has no port, this is no failure. */
  vbet_lab_drop_port (f.lab, "d", 1, &error);
  execute (&f, VBET_CALL_ATTACH, "d");
  VbetSwitchClient *client = f.lab->switch_client;
  CU_ASSERT_TRUE_FATAL (vbet_switch_client_add_cable (client, "thief", "b", 1, "d", 1, NULL, &error));
  begin (&f, VBET_CALL_ATTACH, "a", &result);
  CU_ASSERT_TRUE (result.done);
  CU_ASSERT_PTR_NOT_NULL_FATAL (result.error);
  CU_ASSERT_PTR_NOT_NULL (strstr (result.error->message, "thief"));
  g_clear_error (&result.error);
  /* Tried again, it goes on from there. */
  CU_ASSERT_TRUE (vbet_switch_client_remove_cable (client, "thief", &error));
  execute (&f, VBET_CALL_ATTACH, "a");
  CU_ASSERT_TRUE (((VbetCableRun *)g_hash_table_lookup (f.lab->cables, "ab"))->joined);
  tear_down (&f);
}

/* A call that a paused guest refuses, whose answer comes when the guest has been stopped and boots again. */
static void
expect_late (VbetCallVerb verb)
{
  Fixture f;
  Result result;
  set_up (&f, "a = attach(alloc(host, autostart=no), alloc(NIC)) link(a, alloc(hub))\n");
  VbetLabDevice *node = vbet_lab_device (f.lab, "a");
  VbetCall detach = { .verb = VBET_CALL_DETACH, .kind = VBET_KIND_NIC, .device = (char *)"a", .nic = 1 };
  vbet_guest_set_state (node->guest, VBET_GUEST_PAUSED, NULL);
  result = (Result){ 0 };
  if (verb == VBET_CALL_DETACH)
    vbet_lab_execute (f.lab, &detach, NULL, on_done, &result);
  else
    begin (&f, verb, "a", &result);
  CU_ASSERT_FALSE (result.done);
  vbet_guest_set_state (node->guest, VBET_GUEST_OFF, NULL);
  vbet_guest_set_state (node->guest, VBET_GUEST_BOOTING, NULL);
  while (!result.done)
    g_main_context_iteration (NULL, TRUE);
  CU_ASSERT_PTR_NULL (result.error);
  CU_ASSERT_EQUAL (g_hash_table_size (node->lacking), 0);
  CU_ASSERT_EQUAL (g_hash_table_size (node->stuck), 0);
  g_clear_error (&result.error);
  vbet_guest_set_state (node->guest, VBET_GUEST_OFF, NULL);
  tear_down (&f);
}

static void
test_late_attach (void)
{
  expect_late (VBET_CALL_ATTACH);
}

static void
test_late_detach (void)
{
  expect_late (VBET_CALL_DETACH);
}

static CU_TestInfo nic_tests[] = {
  { "a cable that cannot be joined", test_join_fails },
  { "an attach of an earlier boot", test_late_attach },
  { "a detach of an earlier boot", test_late_detach },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "lab-nics", NULL, NULL, NULL, NULL, nic_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
