/* test-plan.c - the plan: what its calls make of one topology is the other, and they touch nothing else.
 *
 * Random labs are drawn from few names, so that any two have much in common. The plan is carried out in two
 * ways: by a small interpreter of its fields, as the engine does, and by its texts, as a person would.
 */
#include "config.h"

#include <string.h>

#include "engine/model/plan.h"
#include "engine/model/topology-private.h"
#include "unit/harness.h"
#include "unit/lab.h"

/* --- carrying out a plan --- */

static VbetAttributes *
attributes_of (const VbetCall *call, const VbetTopology *to)
{
  if (call->kind == VBET_KIND_CABLE)
    return g_ptr_array_ref (vbet_topology_cable (to, call->cable)->attributes);
  const VbetDevice *device = vbet_topology_device (to, call->device);
  return g_ptr_array_ref (call->kind == VBET_KIND_NIC ? vbet_device_nic (device, call->nic)->attributes
                                                      : device->attributes);
}

static void
carry_out_set (VbetTopology *topology, const VbetCall *call)
{
  VbetSpan nowhere = { 0, 0 };
  VbetDevice *device = (VbetDevice *)vbet_topology_device (topology, call->device);
  if (call->kind == VBET_KIND_NIC) {
    vbet_topology_set_nic (topology, device, (VbetNic *)vbet_device_nic (device, call->nic), call->key,
                           call->value, nowhere);
    return;
  }
  VbetCable *cable = (VbetCable *)vbet_topology_cable (topology, call->cable);
  VbetAttributes **of = call->kind == VBET_KIND_CABLE ? &cable->attributes : &device->attributes;
  VbetAttributes *changed = vbet_attributes_with (*of, call->key, call->value, nowhere);
  g_ptr_array_unref (*of);
  *of = changed;
}

static void
carry_out_one (VbetTopology *topology, const VbetCall *call, const VbetTopology *to)
{
  VbetSpan nowhere = { 0, 0 };
  VbetDevice *device = (VbetDevice *)vbet_topology_device (topology, call->device);
  VbetCable *cable = (VbetCable *)vbet_topology_cable (topology, call->cable);
  VbetNic *nic = device != NULL ? (VbetNic *)vbet_device_nic (device, call->nic) : NULL;
  switch (call->verb) {
  case VBET_CALL_ALLOC:
    CU_ASSERT_TRUE_FATAL (device == NULL && cable == NULL);
    if (call->kind == VBET_KIND_CABLE)
      vbet_topology_add_cable (topology, call->cable, attributes_of (call, to), nowhere);
    else
      vbet_topology_add_device (topology, call->device, call->kind, attributes_of (call, to), nowhere);
    break;
  case VBET_CALL_FREE:
    if (call->kind == VBET_KIND_CABLE) {
      CU_ASSERT_TRUE (cable->ends[0].device == NULL && cable->ends[1].device == NULL);
      vbet_topology_remove_cable (topology, cable);
    } else {
      CU_ASSERT_EQUAL (device->nics->len, 0);
      vbet_topology_remove_device (topology, device);
    }
    break;
  case VBET_CALL_ATTACH:
    CU_ASSERT_TRUE_FATAL (device != NULL && nic == NULL);
    vbet_topology_attach (topology, device, vbet_nic_new (attributes_of (call, to), nowhere), call->nic);
    break;
  case VBET_CALL_DETACH:
    CU_ASSERT_TRUE_FATAL (nic != NULL && nic->cable == NULL);
    vbet_topology_detach (topology, device, nic);
    break;
  case VBET_CALL_PLUG:
    CU_ASSERT_TRUE_FATAL (nic != NULL && nic->cable == NULL && cable->ends[call->end].device == NULL);
    vbet_topology_plug (topology, cable, call->end, device, nic);
    break;
  case VBET_CALL_UNPLUG:
    CU_ASSERT_TRUE_FATAL (nic != NULL && nic->cable == cable->name && nic->cable_end == call->end);
    vbet_topology_unplug (topology, cable, call->end);
    break;
  case VBET_CALL_SET:
    carry_out_set (topology, call);
    break;
  case VBET_CALL_FILE: {
    CU_ASSERT_TRUE_FATAL (device != NULL);
    GBytes *contents
        = call->value != NULL ? g_bytes_new (call->value->as.text, strlen (call->value->as.text)) : NULL;
    const VbetFile *file = vbet_device_file (vbet_topology_device (to, call->device), call->key);
    vbet_topology_set_file (topology, device, call->key, contents, file != NULL ? file->mode : 0, nowhere);
    break;
  }
  case VBET_CALL_START:
  case VBET_CALL_STOP:
    CU_ASSERT_PTR_NOT_NULL (device);
    break;
  }
}

static VbetTopology *
carry_out (const VbetTopology *from, const GPtrArray *calls, const VbetTopology *to)
{
  VbetTopology *topology = vbet_topology_copy (from);
  for (guint i = 0; i < calls->len; i++)
    carry_out_one (topology, calls->pdata[i], to);
  return topology;
}

static char *
texts (const GPtrArray *calls, gboolean power)
{
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < calls->len; i++) {
    const VbetCall *call = calls->pdata[i];
    if (power || (call->verb != VBET_CALL_START && call->verb != VBET_CALL_STOP))
      g_string_append_printf (out, "%s\n", call->text);
  }
  return g_string_free (out, FALSE);
}

static VbetTopology *
say (VbetTopology *from, const GPtrArray *calls)
{
  g_autofree char *source = texts (calls, FALSE);
  g_autoptr (VbetDiagnostics) findings = vbet_diagnostics_new (source, strlen (source));
  VbetTopology *result = vbet_topology_call (from, source, strlen (source), findings);
  for (guint i = 0; i < vbet_diagnostics_size (findings); i++) {
    g_autofree char *line = vbet_diagnostic_format (vbet_diagnostics_get (findings, i), "plan");
    g_printerr ("%s\n%s", line, source);
  }
  CU_ASSERT_PTR_NOT_NULL_FATAL (result);
  return result;
}

/* --- random labs --- */

#define NAMES 6

static guint
below (GRand *random, guint limit)
{
  return (guint)g_rand_int_range (random, 0, (gint32)limit);
}

static void
append_nic (GString *text, GRand *random)
{
  static const char *const choices[] = { "",
                                         "",
                                         ", ip=10.0.0.1/24",
                                         ", ip=[10.0.0.2/24, 10.0.0.3/24]",
                                         ", mtu=1400",
                                         ", mac=02:00:00:00:00:01",
                                         ", mac=02:00:00:00:00:02, vlan=7" };
  g_string_append_printf (text, ", alloc(NIC%s)", choices[below (random, G_N_ELEMENTS (choices))]);
}

static void
append_device (GString *text, GRand *random, guint number, guint nics)
{
  static const char *const kinds[]
      = { "host", "host", "router", "router, routing=\"\"\"\n  a \"b\"\n  c\\\n\"\"\"", "hub" };
  static const char *const choices[]
      = { "", "", ", label=\"x\"", ", label=\"y\\n\"", ", at=(1, 2)", ", color=red" };
  const char *kind = kinds[below (random, G_N_ELEMENTS (kinds))];
  g_string_append_printf (text, "d%u = attach(alloc(%s%s)", number, kind,
                          choices[below (random, G_N_ELEMENTS (choices))]);
  for (guint i = 0; i < nics; i++)
    append_nic (text, random);
  g_string_append (text, ")\n");
  if (kind[0] == 'h' && kind[1] == 'o' && below (random, 2) == 0)
    g_string_append_printf (text, "file(d%u, \"/etc/f%u\", \"%u\", mode=0%u)\n", number, below (random, 2),
                            below (random, 2), 600 + 44 * below (random, 2));
}

static char *
random_text (GRand *random)
{
  GString *text = g_string_new (NULL);
  g_autoptr (GPtrArray) ends = g_ptr_array_new_with_free_func (g_free);
  for (guint d = 0; d < NAMES; d++) {
    guint nics = below (random, 4);
    if (below (random, 4) == 0)
      continue;
    append_device (text, random, d, nics);
    for (guint k = 1; k <= nics; k++)
      g_ptr_array_add (ends, g_strdup_printf ("NIC(d%u, %u)", d, k));
  }
  for (guint c = 0; c < NAMES; c++) {
    static const char *const choices[] = { "", "", ", delay=1ms", ", delay=1ms/2ms, loss=0.5%", ", up=no" };
    if (below (random, 4) == 0)
      continue;
    g_string_append_printf (text, "c%u = alloc(cable%s)\n", c,
                            choices[below (random, G_N_ELEMENTS (choices))]);
    for (guint end = below (random, 3); end < 2 && ends->len > 0; end++) {
      g_autofree char *nic = g_ptr_array_steal_index_fast (ends, below (random, ends->len));
      g_string_append_printf (text, "plug(c%u, %s)\n", c, nic);
    }
  }
  return g_string_free (text, FALSE);
}

static VbetTopology *
random_lab (GRand *random)
{
  g_autofree char *text = random_text (random);
  g_autofree char *findings = NULL;
  VbetTopology *topology = vbet_test_lab (text, &findings);
  if (strstr (findings, "error") != NULL)
    g_printerr ("%s%s", text, findings);
  CU_ASSERT_PTR_NULL_FATAL (strstr (findings, "error"));
  return topology;
}

/* --- properties --- */

static void
expect_plan_works (VbetTopology *from, VbetTopology *to)
{
  g_autoptr (GPtrArray) calls = vbet_plan_new (from, to);
  g_autoptr (VbetTopology) done = carry_out (from, calls, to);
  g_autoptr (VbetTopology) said = say (from, calls);
  g_autofree char *wanted = vbet_test_dump (to), *by_fields = vbet_test_dump (done),
                  *by_texts = vbet_test_dump (said);
  VBET_ASSERT_TEXT (by_fields, wanted);
  VBET_ASSERT_TEXT (by_texts, wanted);
  g_autoptr (GPtrArray) nothing = vbet_plan_new (done, to);
  CU_ASSERT_EQUAL (nothing->len, 0);
}

static void
test_random (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (2003);
  g_autoptr (VbetTopology) empty = vbet_topology_new_empty ("test");
  for (guint i = 0; i < 400; i++) {
    g_autoptr (VbetTopology) from = random_lab (random);
    g_autoptr (VbetTopology) to = random_lab (random);
    expect_plan_works (from, to);
    expect_plan_works (to, from);
    expect_plan_works (empty, to);
    expect_plan_works (to, empty);
    g_autoptr (GPtrArray) nothing = vbet_plan_new (to, to);
    CU_ASSERT_EQUAL (nothing->len, 0);
    g_autoptr (VbetTopology) copy = vbet_topology_copy (to);
    g_autoptr (GPtrArray) still_nothing = vbet_plan_new (to, copy);
    CU_ASSERT_EQUAL (still_nothing->len, 0);
  }
}

/* A device with its NICs and what is plugged into them. */
static char *
device_state (const VbetTopology *topology, const char *name)
{
  g_autofree char *dump = vbet_test_dump (topology);
  g_auto (GStrv) lines = g_strsplit (dump, "\n", -1);
  GString *out = g_string_new (NULL);
  g_autofree char *port = g_strdup_printf ("%s:", name);
  for (guint i = 0; lines[i] != NULL; i++)
    if (strstr (lines[i], port) != NULL || g_str_has_suffix (lines[i], name)
        || g_str_has_prefix (lines[i], name))
      g_string_append_printf (out, "%s\n", lines[i]);
  return g_string_free (out, FALSE);
}

/* Nobody whose device and cables stayed as they were is named in the plan. */
static void
test_touches_nothing_else (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  guint same = 0;
  for (guint i = 0; i < 300; i++) {
    g_autoptr (VbetTopology) from = random_lab (random);
    g_autoptr (VbetTopology) to = vbet_topology_copy (from);
    g_autoptr (VbetTopology) other = random_lab (random);
    /* One device of another lab in the place of this one's. */
    const VbetDevice *gone
        = to->devices->len > 0 ? to->devices->pdata[below (random, to->devices->len)] : NULL;
    if (gone != NULL)
      vbet_topology_remove_device (to, (VbetDevice *)gone);
    g_autoptr (GPtrArray) calls = vbet_plan_new (from, to);
    for (guint d = 0; d < NAMES; d++) {
      char name[] = { 'd', (char)('0' + d), '\0' };
      g_autofree char *before = device_state (from, name), *after = device_state (to, name);
      if (before[0] == '\0' || strcmp (before, after) != 0)
        continue;
      same++;
      for (guint k = 0; k < calls->len; k++)
        CU_ASSERT_STRING_NOT_EQUAL (
            ((VbetCall *)calls->pdata[k])->device != NULL ? ((VbetCall *)calls->pdata[k])->device : "", name);
    }
  }
  CU_ASSERT_TRUE (same > 300);
}

/* --- examples --- */

static void
expect_plan (const char *from, const char *to, const char *expected)
{
  g_autoptr (VbetTopology) before = vbet_test_good_lab (from);
  g_autoptr (VbetTopology) after = vbet_test_good_lab (to);
  g_autoptr (GPtrArray) calls = vbet_plan_new (before, after);
  g_autofree char *actual = texts (calls, TRUE);
  VBET_ASSERT_TEXT (actual, expected);
}

#define STAR                                                                                                 \
  "s = alloc(switch)\n"                                                                                      \
  "h1 = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))\n"                                                   \
  "h2 = attach(alloc(host), alloc(NIC, ip=10.0.0.2/24))\n"                                                   \
  "link(s, h1, h2)\n"

static void
test_live_edit (void)
{
  const char *more
      = STAR "h3 = attach(alloc(host, mem=128M), alloc(NIC, ip=10.0.0.3/24)) link(s, h3, delay=10ms)";
  expect_plan (STAR, more,
               "attach(s, alloc(NIC))\n"
               "h3 = alloc(host, mem=128M)\n"
               "attach(h3, alloc(NIC, ip=10.0.0.3/24))\n"
               "cable3 = alloc(cable, delay=10ms)\n"
               "plug(cable3, NIC(s,3))\n"
               "plug(cable3, NIC(h3,1))\n"
               "start(h3)\n");
  expect_plan (more, STAR,
               "stop(h3)\n"
               "unplug(cable3, NIC(s,3))\n"
               "unplug(cable3, NIC(h3,1))\n"
               "detach(NIC(s,3))\n"
               "detach(NIC(h3,1))\n"
               "free(cable3)\n"
               "free(h3)\n");
  /* Notes, steps, checks, comments and the order of the text do not count. */
  expect_plan (STAR, "# the same\n" STAR "note(\"x\") ping(h1, h2) step \"s\" { stop(h1) }", "");
}

static void
test_changes (void)
{
  expect_plan ("a = attach(alloc(host, mem=64M, label=\"x\"), alloc(NIC, ip=10.0.0.1/24))",
               "a = attach(alloc(host, mem=128M, kernel=\"/k\"), alloc(NIC, ip=10.0.0.2/24))",
               "set(a, label=default)\n"
               "set(a, mem=128M)\n"
               "set(a, kernel=\"/k\")\n"
               "set(NIC(a,1), ip=10.0.0.2/24)\n");
  expect_plan (STAR, STAR "set(NIC(h1), mac=02:00:00:00:00:01)",
               "unplug(cable1, NIC(h1,1))\n"
               "detach(NIC(h1,1))\n"
               "attach(h1, alloc(NIC, ip=10.0.0.1/24, mac=02:00:00:00:00:01))\n"
               "plug(cable1, NIC(h1,1))\n");
  expect_plan ("a = alloc(host) file(a, \"/x\", \"1\")",
               "a = alloc(host) file(a, \"/y\", \"2\\n\", mode=0700)",
               "file(a, \"/x\", none)\n"
               "file(a, \"/y\", \"2\\n\", mode=0700)\n");
  expect_plan ("a = attach(alloc(host, autostart=no), alloc(NIC)) link(a, alloc(hub))",
               "a = attach(alloc(router, autostart=no), alloc(NIC)) link(a, alloc(hub))",
               "stop(a)\n"
               "unplug(cable1, NIC(a,1))\n"
               "detach(NIC(a,1))\n"
               "free(a)\n"
               "a = alloc(router, autostart=no)\n"
               "attach(a, alloc(NIC))\n"
               "plug(cable1, NIC(a,1))\n");
  expect_plan ("a = attach(alloc(host), alloc(NIC)) b = attach(alloc(host), alloc(NIC)) c = "
               "attach(alloc(host), alloc(NIC)) "
               "x = link(a, b)",
               "a = attach(alloc(host), alloc(NIC)) b = attach(alloc(host), alloc(NIC)) c = "
               "attach(alloc(host), alloc(NIC)) "
               "x = link(a, c, delay=1ms/2ms)",
               "unplug(x, NIC(b,1))\n"
               "plug(x, NIC(c,1))\n"
               "set(x, delay=1ms/2ms)\n");
}

static void
test_fields (void)
{
  g_autoptr (VbetTopology) from = vbet_test_good_lab ("a = attach(alloc(host), alloc(NIC)) b = alloc(hub)");
  g_autoptr (VbetTopology) to = vbet_test_good_lab ("a = attach(alloc(host, mem=128M, at=(1, 2)), alloc(NIC, "
                                                    "ip=10.0.0.1/24)) b = alloc(hub) c = link(b, a)");
  g_autoptr (GPtrArray) calls = vbet_plan_new (from, to);
  g_autofree char *all = texts (calls, TRUE);
  VBET_ASSERT_TEXT (all, "attach(b, alloc(NIC))\nc = alloc(cable)\nplug(c, NIC(b,1))\nplug(c, NIC(a,1))\n"
                         "set(a, mem=128M)\nset(a, at=(1, 2))\nset(NIC(a,1), ip=10.0.0.1/24)\n");
  CU_ASSERT_EQUAL_FATAL (calls->len, 7);
  const VbetCall *plug = calls->pdata[3], *mem = calls->pdata[4], *at = calls->pdata[5],
                 *ip = calls->pdata[6];
  CU_ASSERT_EQUAL (plug->end, 1);
  CU_ASSERT_EQUAL (plug->nic, 1);
  VBET_ASSERT_TEXT (plug->device, "a");
  VBET_ASSERT_TEXT (plug->cable, "c");
  CU_ASSERT_EQUAL (mem->live, VBET_LIVE_RESTART);
  CU_ASSERT_EQUAL (mem->kind, VBET_KIND_HOST);
  CU_ASSERT_EQUAL (at->live, VBET_LIVE_VISUAL);
  CU_ASSERT_EQUAL (ip->live, VBET_LIVE_AT_ONCE);
  CU_ASSERT_EQUAL (ip->kind, VBET_KIND_NIC);
  CU_ASSERT_EQUAL (ip->nic, 1);
  VBET_ASSERT_TEXT (ip->key, "ip");
}

/* A default route comes after the addresses it needs, and again where they changed under it. */
static void
test_gateways (void)
{
  expect_plan ("h = attach(alloc(host), alloc(NIC))",
               "h = attach(alloc(host, gateway=10.0.0.1, label=\"x\"), alloc(NIC, ip=10.0.0.2/24))",
               "set(h, label=\"x\")\n"
               "set(NIC(h,1), ip=10.0.0.2/24)\n"
               "set(h, gateway=10.0.0.1)\n");
  expect_plan (
      "h = attach(alloc(host, gateway=10.0.0.1), alloc(NIC, ip=10.0.0.2/24), alloc(NIC, ip=10.1.0.2/24))",
      "h = attach(alloc(host, gateway=10.0.0.1), alloc(NIC, ip=10.0.0.3/24), alloc(NIC, ip=10.1.0.2/24))",
      "set(NIC(h,1), ip=10.0.0.3/24)\n"
      "set(h, gateway=10.0.0.1)\n");
  /* The NIC that leads to it did not change. */
  expect_plan (
      "h = attach(alloc(host, gateway=10.0.0.1), alloc(NIC, ip=10.0.0.2/24), alloc(NIC, ip=10.1.0.2/24))",
      "h = attach(alloc(host, gateway=10.0.0.1), alloc(NIC, ip=10.0.0.2/24), alloc(NIC, ip=10.1.0.3/24))",
      "set(NIC(h,2), ip=10.1.0.3/24)\n");
  expect_plan ("h = attach(alloc(host, gateway=10.0.0.1), alloc(NIC, ip=10.0.0.2/24))",
               "h = attach(alloc(host, gateway=10.0.0.1), alloc(NIC, ip=10.0.0.2/24, mac=02:00:00:00:00:01))",
               "detach(NIC(h,1))\n"
               "attach(h, alloc(NIC, ip=10.0.0.2/24, mac=02:00:00:00:00:01))\n"
               "set(h, gateway=10.0.0.1)\n");
  /* Another NIC has the way now. */
  expect_plan (
      "h = attach(alloc(host, gateway=10.0.0.1), alloc(NIC, ip=10.0.0.2/24))",
      "h = attach(alloc(host, gateway=10.0.0.1), alloc(NIC, ip=10.1.0.2/24), alloc(NIC, ip=10.0.0.2/24))",
      "attach(h, alloc(NIC, ip=10.0.0.2/24))\n"
      "set(NIC(h,1), ip=10.1.0.2/24)\n"
      "set(h, gateway=10.0.0.1)\n");
}

/* A NIC is as large as it was made; a port of a switch takes what comes. */
static void
test_mtu (void)
{
  expect_plan (
      "h = attach(alloc(host), alloc(NIC, mtu=1500)) s = attach(alloc(switch), alloc(NIC)) c = link(h, s)",
      "h = attach(alloc(host), alloc(NIC, mtu=9000)) s = attach(alloc(switch), alloc(NIC, vlan=2)) "
      "c = link(h, s)",
      "unplug(c, NIC(h,1))\n"
      "detach(NIC(h,1))\n"
      "attach(h, alloc(NIC, mtu=9000))\n"
      "plug(c, NIC(h,1))\n"
      "set(NIC(s,1), vlan=2)\n");
  expect_plan ("h = attach(alloc(host), alloc(NIC))", "h = attach(alloc(host), alloc(NIC, mtu=1500))",
               "set(NIC(h,1), mtu=1500)\n");
}

/* NIC numbers may have holes after a live detach(). */
static void
test_holes (void)
{
  g_autoptr (VbetTopology) three
      = vbet_test_good_lab ("a = attach(alloc(host), alloc(NIC), alloc(NIC), alloc(NIC))");
  g_autoptr (VbetTopology) empty = vbet_topology_new_empty ("test");
  const char *source = "detach(NIC(a, 2))";
  g_autoptr (VbetTopology) hole = vbet_topology_call (three, source, strlen (source), NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (hole);
  CU_ASSERT_PTR_NULL (vbet_device_nic (vbet_topology_device (hole, "a"), 2));
  CU_ASSERT_PTR_NOT_NULL (vbet_device_nic (vbet_topology_device (hole, "a"), 3));
  expect_plan_works (three, hole);
  expect_plan_works (hole, three);
  /* From nothing, the texts cannot leave a NIC out, but the fields do. */
  g_autoptr (GPtrArray) calls = vbet_plan_new (empty, hole);
  g_autoptr (VbetTopology) done = carry_out (empty, calls, hole);
  g_autofree char *wanted = vbet_test_dump (hole), *actual = vbet_test_dump (done);
  VBET_ASSERT_TEXT (actual, wanted);
}

static CU_TestInfo plan_tests[] = {
  { "random labs into one another", test_random },
  { "nothing else is touched", test_touches_nothing_else },
  { "a host, a NIC and a cable more", test_live_edit },
  { "changes", test_changes },
  { "gateways", test_gateways },
  { "another MTU", test_mtu },
  { "fields of calls", test_fields },
  { "holes in the numbers of NICs", test_holes },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "plan", NULL, NULL, NULL, NULL, plan_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
