/* fuzz-calls.c - calls on a lab: no crash, the lab stays whole, and the plan of what they did does it again.
 */
#include "config.h"

#include <string.h>

#include "engine/model/plan-check.h"
#include "fuzz/fuzz.h"
#include "unit/topology-state.h"

static const char lab[] = "a = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24), alloc(NIC))\n"
                          "b = attach(alloc(router), alloc(NIC), alloc(NIC))\n"
                          "s = alloc(switch)\n"
                          "g = alloc(gateway)\n"
                          "link(s, a, b)\n"
                          "c = link(a, b, delay=1ms)\n"
                          "file(a, \"/etc/motd\", \"hello\")\n";

/* Whether texts of calls can say it: they neither leave a number out nor plug a second end before the first.
 */
static gboolean
is_plain (const VbetTopology *topology)
{
  for (guint i = 0; i < topology->devices->len; i++) {
    const GPtrArray *nics = ((const VbetDevice *)topology->devices->pdata[i])->nics;
    if (nics->len > 0 && ((const VbetNic *)nics->pdata[nics->len - 1])->index != nics->len)
      return FALSE;
  }
  for (guint i = 0; i < topology->cables->len; i++) {
    const VbetCable *cable = topology->cables->pdata[i];
    if (cable->ends[0].device == NULL && cable->ends[1].device != NULL)
      return FALSE;
  }
  return TRUE;
}

/* A running lab can carry the plan out, and becomes @to by it. */
static void
check_plan (const VbetTopology *from, const VbetTopology *to)
{
  g_autoptr (GPtrArray) calls = vbet_plan_new (from, to);
  g_autofree char *found = vbet_plan_check (from, calls, to);
  g_assert_cmpstr (found, ==, NULL);
}

/* Carries the plan's texts out on @from and holds the result against @to. */
static void
check_texts (VbetTopology *from, const VbetTopology *to)
{
  g_autoptr (GPtrArray) calls = vbet_plan_new (from, to);
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < calls->len; i++) {
    const VbetCall *call = calls->pdata[i];
    if (call->verb != VBET_CALL_START && call->verb != VBET_CALL_STOP)
      g_string_append_printf (text, "%s\n", call->text);
  }
  g_autoptr (VbetTopology) done = vbet_topology_call (from, text->str, text->len, NULL);
  g_assert_nonnull (done);
  g_autofree char *wanted = vbet_test_dump (to), *actual = vbet_test_dump (done);
  g_assert_cmpstr (actual, ==, wanted);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (VbetProgram) program = vbet_program_parse (lab, strlen (lab));
  g_autoptr (VbetTopology) topology = vbet_topology_elaborate (program, "lab", NULL);
  g_autofree char *before = vbet_test_dump (topology);
  g_autoptr (VbetTopology) changed = vbet_topology_call (topology, (const char *)data, size, NULL);
  g_autofree char *after = vbet_test_dump (topology);
  g_assert_cmpstr (after, ==, before);
  g_autoptr (GPtrArray) actions = vbet_topology_actions (topology, (const char *)data, size, NULL);
  if (changed == NULL)
    return 0;
  vbet_test_check_topology (changed);
  check_plan (topology, changed);
  check_plan (changed, topology);
  if (is_plain (changed))
    check_texts (topology, changed);
  check_texts (changed, topology);
  return 0;
}
