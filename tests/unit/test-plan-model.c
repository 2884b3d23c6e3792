/* test-plan-model.c - the plan between any two labs is one that a running lab can carry out: thousands of
 * random pairs on a model of the engine (engine/model/plan-check.h), which itself is tested by plans that are
 * spoilt.
 *
 * Each pair has a seed of its own. One that fails is made as small as it gets and printed with its seed:
 * VBET_MODEL_SEED=SEED VBET_MODEL_PAIRS=1 tries it again, VBET_MODEL_PAIRS=1000000 goes on for an hour.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engine/model/plan-check.h"
#include "unit/harness.h"
#include "unit/lab.h"
#include "unit/random-lab.h"

#define SEED 20261130
#define PAIRS 8000

static guint
setting (const char *name, guint usual)
{
  const char *text = g_getenv (name);
  return text != NULL ? (guint)strtoul (text, NULL, 10) : usual;
}

/* --- one pair --- */

/* NULL with errors in @lines. */
static VbetTopology *
topology_of (const GPtrArray *lines)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < lines->len; i++)
    g_string_append_printf (text, "%s\n", (const char *)lines->pdata[i]);
  g_autoptr (VbetProgram) program = vbet_program_parse (text->str, text->len);
  g_autoptr (VbetDiagnostics) findings = vbet_diagnostics_new (text->str, text->len);
  vbet_program_diagnose (program, findings);
  g_autoptr (VbetTopology) topology = vbet_topology_elaborate (program, "test", findings);
  return vbet_diagnostics_has_errors (findings) ? NULL : g_steal_pointer (&topology);
}

static char *
check_one (const VbetTopology *from, const VbetTopology *to)
{
  g_autoptr (GPtrArray) calls = vbet_plan_new (from, to);
  return vbet_plan_check (from, calls, to);
}

/* There, back, and there once more, as by undo and redo; and from nothing and to it. */
static char *
check_pair (const VbetTopology *a, const VbetTopology *b)
{
  g_autoptr (VbetTopology) empty = vbet_topology_new_empty ("test");
  char *found = check_one (a, b);
  found = found != NULL ? found : check_one (b, a);
  found = found != NULL ? found : check_one (empty, b);
  return found != NULL ? found : check_one (b, empty);
}

/* (transfer full) (nullable): what is wrong with the pair; NULL, too, when one of them is no lab. */
static char *
check_lines (const GPtrArray *a, const GPtrArray *b)
{
  g_autoptr (VbetTopology) from = topology_of (a);
  g_autoptr (VbetTopology) to = topology_of (b);
  return from != NULL && to != NULL ? check_pair (from, to) : NULL;
}

/* --- shrinking --- */

/* Takes lines out of @lines as long as the pair fails. Returns: whether some went. */
static gboolean
shrink_one (GPtrArray *lines, const GPtrArray *a, const GPtrArray *b)
{
  gboolean shrunk = FALSE;
  for (guint i = lines->len; i-- > 0;) {
    char *line = g_ptr_array_steal_index (lines, i);
    g_autofree char *found = check_lines (a, b);
    if (found == NULL) {
      g_ptr_array_insert (lines, (gint)i, line);
    } else {
      g_free (line);
      shrunk = TRUE;
    }
  }
  return shrunk;
}

static void
print_lab (const char *title, const GPtrArray *lines)
{
  g_printerr ("%s:\n", title);
  for (guint i = 0; i < lines->len; i++)
    g_printerr ("  %s\n", (const char *)lines->pdata[i]);
}

static void
report (guint seed, GPtrArray *a, GPtrArray *b)
{
  while (shrink_one (a, a, b) || shrink_one (b, a, b))
    ;
  g_autofree char *found = check_lines (a, b);
  g_printerr ("VBET_MODEL_SEED=%u: %s\n", seed, found);
  print_lab ("from", a);
  print_lab ("to", b);
}

/* --- random pairs --- */

/* Lines of two labs by @seed; every fourth time they have nothing to do with each other. */
static void
draw_pair (guint seed, GPtrArray **ret_a, GPtrArray **ret_b)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  g_autoptr (RandomLab) a = vbet_random_lab_new (random);
  g_autoptr (RandomLab) b = seed % 4 == 0 ? vbet_random_lab_new (random) : vbet_random_lab_edit (a, random);
  *ret_a = vbet_random_lab_lines (a);
  *ret_b = vbet_random_lab_lines (b);
}

static void
test_pairs (void)
{
  guint first = setting ("VBET_MODEL_SEED", SEED), pairs = setting ("VBET_MODEL_PAIRS", PAIRS), failures = 0;
  for (guint seed = first; seed - first < pairs && failures < 3; seed++) {
    g_autoptr (GPtrArray) a = NULL;
    g_autoptr (GPtrArray) b = NULL;
    draw_pair (seed, &a, &b);
    g_autoptr (VbetTopology) from = topology_of (a);
    g_autoptr (VbetTopology) to = topology_of (b);
    if (from == NULL || to == NULL)
      print_lab ("no lab", from == NULL ? a : b);
    CU_ASSERT_TRUE_FATAL (from != NULL && to != NULL);
    g_autofree char *found = check_pair (from, to);
    if (found == NULL)
      continue;
    report (seed, a, b);
    failures++;
  }
  CU_ASSERT_EQUAL (failures, 0);
}

/* No kind of device may be added without a row in random-lab.c. */
static void
test_kinds_are_complete (void)
{
  guint size = 0;
  const VbetKindSpec *specs = vbet_kind_specs (&size);
  for (guint i = 0; i < size; i++) {
    gboolean drawn = vbet_random_lab_has_kind (specs[i].name);
    if ((specs[i].kind & VBET_KIND_DEVICE) != 0 && !drawn)
      g_printerr ("\n%s has no row in random-lab.c\n", specs[i].name);
    CU_ASSERT_EQUAL (drawn, (specs[i].kind & VBET_KIND_DEVICE) != 0);
  }
}

/* NICs that are taken out while the lab runs leave holes in the numbers. */
static void
test_holes (void)
{
  for (guint seed = SEED; seed < SEED + 200; seed++) {
    g_autoptr (GPtrArray) a = NULL;
    g_autoptr (GPtrArray) b = NULL;
    draw_pair (seed, &a, &b);
    g_autoptr (VbetTopology) from = topology_of (a);
    g_autoptr (VbetTopology) to = topology_of (b);
    for (guint i = 0; i < from->devices->len; i++) {
      const VbetDevice *device = from->devices->pdata[i];
      if (device->nics->len < 2 || (device->kind & VBET_KIND_OUTSIDE) != 0)
        continue;
      g_autofree char *source = g_strdup_printf ("detach(NIC(%s, 1))", device->name);
      g_autoptr (VbetTopology) hole = vbet_topology_call (from, source, strlen (source), NULL);
      CU_ASSERT_PTR_NOT_NULL_FATAL (hole);
      g_autofree char *found = check_pair (hole, to);
      g_autofree char *undone = check_pair (from, hole);
      VBET_ASSERT_TEXT (found != NULL ? found : "", "");
      VBET_ASSERT_TEXT (undone != NULL ? undone : "", "");
    }
  }
}

/* --- the checker itself: plans that are spoilt --- */

/* Without any one of its calls, or with one twice, a plan is wrong. */
static void
test_every_call_counts (void)
{
  guint calls_seen = 0;
  for (guint seed = SEED; seed < SEED + 150; seed++) {
    g_autoptr (GPtrArray) a = NULL;
    g_autoptr (GPtrArray) b = NULL;
    draw_pair (seed, &a, &b);
    g_autoptr (VbetTopology) from = topology_of (a);
    g_autoptr (VbetTopology) to = topology_of (b);
    g_autoptr (GPtrArray) calls = vbet_plan_new (from, to);
    g_ptr_array_set_free_func (calls, NULL);
    for (guint i = 0; i < calls->len; i++, calls_seen++) {
      VbetCall *call = g_ptr_array_steal_index (calls, i);
      g_autofree char *without = vbet_plan_check (from, calls, to);
      g_ptr_array_insert (calls, (gint)i, call);
      g_ptr_array_insert (calls, (gint)i, call);
      g_autofree char *twice = vbet_plan_check (from, calls, to);
      g_ptr_array_remove_index (calls, i);
      if (without == NULL || twice == NULL)
        g_printerr ("seed %u: %s is not missed or can be twice\n", seed, call->text);
      CU_ASSERT_PTR_NOT_NULL (without);
      CU_ASSERT_PTR_NOT_NULL (twice);
    }
    g_ptr_array_set_free_func (calls, (GDestroyNotify)vbet_call_free);
  }
  CU_ASSERT_TRUE (calls_seen > 1000);
}

/* The plan with its call @moved at the place of @before. */
static void
expect_fault (const char *from_text, const char *to_text, guint moved, guint before, const char *expected)
{
  g_autoptr (VbetTopology) from = vbet_test_good_lab (from_text);
  g_autoptr (VbetTopology) to = vbet_test_good_lab (to_text);
  g_autoptr (GPtrArray) calls = vbet_plan_new (from, to);
  g_autofree char *good = vbet_plan_check (from, calls, to);
  VBET_ASSERT_TEXT (good != NULL ? good : "", "");
  CU_ASSERT_TRUE_FATAL (moved < calls->len && before < calls->len);
  VbetCall *call = g_ptr_array_steal_index (calls, moved);
  g_ptr_array_insert (calls, (gint)before, call);
  g_autofree char *actual = vbet_plan_check (from, calls, to);
  VBET_ASSERT_TEXT (actual != NULL ? actual : "", expected);
}

#define PAIR "a = attach(alloc(host), alloc(NIC)) b = attach(alloc(host), alloc(NIC))\n"

static void
test_orders (void)
{
  expect_fault ("a = attach(alloc(host), alloc(NIC))",
                "a = attach(alloc(host, gateway=10.0.0.1), alloc(NIC, ip=10.0.0.2/24))", 1, 0,
                "Call 1, set(a, gateway=10.0.0.1): the address in whose network the gateway is comes later");
  expect_fault ("a = attach(alloc(host, gateway=10.0.0.1), alloc(NIC, ip=10.0.0.2/24))",
                "a = attach(alloc(host, gateway=10.0.0.1), alloc(NIC, ip=10.0.0.3/24))", 1, 0,
                "Call 1, set(a, gateway=10.0.0.1): that changes nothing");
  expect_fault (PAIR, PAIR "c = link(a, b)", 2, 0, "Call 1, plug(c, NIC(b,1)): there is no cable c");
  expect_fault (PAIR "c = link(a, b)", PAIR, 2, 0, "Call 1, free(c): c is plugged");
  expect_fault ("b = alloc(hub)", "a = attach(alloc(host), alloc(NIC)) b = alloc(hub)", 2, 1,
                "Call 2, start(a): a has 0 NICs, not 1");
  expect_fault ("a = alloc(host) b = alloc(hub)", "b = alloc(hub)", 1, 0, "Call 1, free(a): a is on");
  expect_fault ("a = alloc(hub)", "a = alloc(switch)", 1, 0,
                "Call 1, a = alloc(switch): there is something named a already");
}

static CU_TestInfo model_tests[] = {
  { "every kind of device has a row in the table of random labs, so that it is tried",
    test_kinds_are_complete },
  { "random pairs", test_pairs },
  { "holes in the numbers of NICs", test_holes },
  { "every call counts", test_every_call_counts },
  { "orders that are wrong", test_orders },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "plan-model", NULL, NULL, NULL, NULL, model_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
