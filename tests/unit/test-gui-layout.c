/* test-gui-layout.c - where devices go that do not say it. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "engine/language/program.h"
#include "gui/model/layout.h"
#include "unit/harness.h"

static VbetTopology *
elaborate (const char *text)
{
  g_autoptr (VbetProgram) program = vbet_program_parse (text, strlen (text));
  return vbet_topology_elaborate (program, "test", NULL);
}

static VbetTopology *
elaborate_file (const char *relative)
{
  g_autofree char *path = vbet_test_source_path (relative);
  g_autofree char *text = NULL;
  CU_ASSERT_TRUE_FATAL (g_file_get_contents (path, &text, NULL, NULL));
  return elaborate (text);
}

static VbetPoint
point (const GArray *points, guint i)
{
  return g_array_index (points, VbetPoint, i);
}

/* No two devices touch. */
static void
assert_apart (const GArray *points, double least)
{
  double nearest = G_MAXDOUBLE;
  for (guint i = 0; i < points->len; i++)
    for (guint k = 0; k < i; k++)
      nearest = MIN (nearest, vbet_point_distance (point (points, i), point (points, k)));
  if (points->len > 1 && nearest < least)
    fprintf (stderr, "nearest two are %.1f apart\n", nearest);
  CU_ASSERT_TRUE (points->len < 2 || nearest >= least);
}

static guint
index_of (const VbetTopology *topology, const char *name)
{
  for (guint i = 0; i < topology->devices->len; i++)
    if (g_str_equal (((VbetDevice *)g_ptr_array_index (topology->devices, i))->name, name))
      return i;
  CU_FAIL_FATAL ("no such device");
  return 0;
}

static void
test_written_positions (void)
{
  g_autoptr (VbetTopology) topology
      = elaborate ("a = alloc(host, at=(12, -30))\nb = alloc(host, at=(500, 70.5))\n");
  g_autoptr (GArray) points = vbet_layout_compute (topology, NULL, FALSE);
  CU_ASSERT_EQUAL_FATAL (points->len, 2);
  CU_ASSERT_EQUAL (point (points, 0).x, 12);
  CU_ASSERT_EQUAL (point (points, 0).y, -30);
  CU_ASSERT_EQUAL (point (points, 1).y, 70.5);
}

static void
test_chain (void)
{
  g_autoptr (VbetTopology) topology = elaborate_file ("tests/seed/ospf.vbet");
  g_autoptr (GArray) points = vbet_layout_compute (topology, NULL, FALSE);
  CU_ASSERT_EQUAL_FATAL (points->len, 3);
  CU_ASSERT_EQUAL (point (points, 0).y, point (points, 1).y);
  CU_ASSERT_EQUAL (point (points, 1).y, point (points, 2).y);
  CU_ASSERT_EQUAL (point (points, 1).x - point (points, 0).x, VBET_LAYOUT_STEP);
  CU_ASSERT_EQUAL (point (points, 2).x - point (points, 1).x, VBET_LAYOUT_STEP);
}

static void
test_star (void)
{
  g_autoptr (VbetTopology) topology = elaborate_file ("tests/seed/star.vbet");
  g_autoptr (GArray) points = vbet_layout_compute (topology, NULL, FALSE);
  CU_ASSERT_EQUAL_FATAL (points->len, 4);
  VbetPoint middle = point (points, index_of (topology, "switch1"));
  for (guint i = 1; i <= 3; i++) {
    g_autofree char *name = g_strdup_printf ("host%u", i);
    double distance = vbet_point_distance (middle, point (points, index_of (topology, name)));
    CU_ASSERT_TRUE (fabs (distance - VBET_LAYOUT_STEP) <= VBET_LAYOUT_GRID);
  }
  assert_apart (points, VBET_LAYOUT_STEP * 0.6);
}

static void
test_firewall_wheel (void)
{
  g_autoptr (VbetTopology) topology = elaborate_file ("tests/seed/firewall.vbet");
  g_autoptr (GArray) points = vbet_layout_compute (topology, NULL, FALSE);
  CU_ASSERT_EQUAL (points->len, 7);
  assert_apart (points, VBET_LAYOUT_STEP * 0.6);
}

static void
test_ring (void)
{
  g_autoptr (VbetTopology) topology = elaborate (
      "a=alloc(router) b=alloc(router) c=alloc(router) d=alloc(router)\n"
      "attach(a,alloc(NIC),alloc(NIC)) attach(b,alloc(NIC),alloc(NIC)) attach(c,alloc(NIC),alloc(NIC)) "
      "attach(d,alloc(NIC),alloc(NIC))\nlink(a,b) link(b,c) link(c,d) link(d,a)\n");
  g_autoptr (GArray) points = vbet_layout_compute (topology, NULL, FALSE);
  CU_ASSERT_EQUAL_FATAL (points->len, 4);
  /* a square, in order */
  CU_ASSERT_EQUAL (point (points, 0).y, point (points, 1).y);
  CU_ASSERT_EQUAL (point (points, 1).x, point (points, 2).x);
  CU_ASSERT_EQUAL (point (points, 2).y, point (points, 3).y);
  CU_ASSERT_EQUAL (point (points, 3).x, point (points, 0).x);
}

static void
test_same_every_time (void)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < 24; i++)
    g_string_append_printf (text, "n%u = attach(alloc(router), alloc(NIC), ...)\n", i);
  for (guint i = 0; i < 36; i++)
    g_string_append_printf (text, "link(n%u, n%u)\n", i % 24, (i * 7 + 3) % 24);
  g_autoptr (VbetTopology) topology = elaborate (text->str);
  g_autoptr (GArray) once = vbet_layout_compute (topology, NULL, FALSE);
  g_autoptr (GArray) again = vbet_layout_compute (topology, NULL, FALSE);
  CU_ASSERT_EQUAL_FATAL (once->len, 24);
  CU_ASSERT_EQUAL (memcmp (once->data, again->data, once->len * sizeof (VbetPoint)), 0);
  assert_apart (once, 40);
  g_string_free (text, TRUE);
}

static void
test_newcomer_goes_near_its_neighbour (void)
{
  g_autoptr (VbetTopology) topology
      = elaborate ("a = attach(alloc(host, at=(400, 300)), alloc(NIC))\nb = attach(alloc(host), alloc(NIC))\n"
                   "c = alloc(host)\nlink(a, b)\n");
  g_autoptr (GArray) points = vbet_layout_compute (topology, NULL, FALSE);
  CU_ASSERT_EQUAL_FATAL (points->len, 3);
  CU_ASSERT_TRUE (vbet_point_distance (point (points, 0), point (points, 1)) <= VBET_LAYOUT_STEP * 1.2);
  assert_apart (points, VBET_LAYOUT_STEP * 0.6);
}

static void
test_hints_hold (void)
{
  g_autoptr (VbetTopology) topology = elaborate ("a = alloc(host)\nb = alloc(host)\n");
  g_autoptr (GHashTable) hints = g_hash_table_new (g_str_hash, g_str_equal);
  VbetPoint hint = { 777, 555 };
  g_hash_table_insert (hints, (gpointer) "b", &hint);
  g_autoptr (GArray) points = vbet_layout_compute (topology, hints, FALSE);
  CU_ASSERT_EQUAL (point (points, 1).x, 777);
  CU_ASSERT_EQUAL (point (points, 1).y, 555);
  g_autoptr (GArray) afresh = vbet_layout_compute (topology, hints, TRUE);
  CU_ASSERT_NOT_EQUAL (point (afresh, 1).x, 777);
}

static void
test_big_and_odd (void)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < 400; i++)
    g_string_append_printf (text, "n%u = attach(alloc(router), alloc(NIC), ...)\n", i);
  for (guint i = 0; i < 500; i++)
    g_string_append_printf (text, "link(n%u, n%u)\n", i % 400, (i * 31 + 7) % 400);
  g_autoptr (VbetTopology) big = elaborate (text->str);
  g_autoptr (GArray) points = vbet_layout_compute (big, NULL, FALSE);
  CU_ASSERT_EQUAL (points->len, 400);
  assert_apart (points, 60);
  g_string_free (text, TRUE);
  g_autoptr (VbetTopology) empty = elaborate ("");
  g_autoptr (GArray) none = vbet_layout_compute (empty, NULL, FALSE);
  CU_ASSERT_EQUAL (none->len, 0);
  g_autoptr (VbetTopology) lone = elaborate ("a = alloc(host)\ncable1 = alloc(cable)\n");
  g_autoptr (GArray) one = vbet_layout_compute (lone, NULL, FALSE);
  CU_ASSERT_EQUAL (one->len, 1);
}

static CU_TestInfo layout_tests[] = {
  { "written positions hold", test_written_positions },
  { "a chain is a line", test_chain },
  { "a star is a wheel", test_star },
  { "the firewalls stand around their switch", test_firewall_wheel },
  { "a ring of four is a square", test_ring },
  { "the same every time", test_same_every_time },
  { "a newcomer goes near its neighbour", test_newcomer_goes_near_its_neighbour },
  { "hints hold", test_hints_hold },
  { "large, empty and lonely labs", test_big_and_odd },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "layout", NULL, NULL, NULL, NULL, layout_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
