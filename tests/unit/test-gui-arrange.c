/* test-gui-arrange.c - styles, Graphviz's answers, aligning, and ways to select. */
#include "config.h"

#include <signal.h>
#include <string.h>

#include <gio/gio.h>

#include "gui/graphviz.h"
#include "gui/model/find.h"
#include "gui/model/layout.h"
#include "gui/model/session.h"
#include "unit/harness.h"

static VbetSession *
opened (const char *text)
{
  VbetSession *session = vbet_session_new ();
  vbet_session_load (session, text, strlen (text), "/labs/a.vbet");
  return session;
}

static const char *
text_of (VbetSession *session)
{
  return vbet_document_text (vbet_session_get_document (session), NULL);
}

/* A lab of @n hosts on switches of eight, the switches in a ring with chords. */
static char *
large_lab (guint n)
{
  GString *text = g_string_new (NULL);
  guint switches = (n + 7) / 8;
  for (guint i = 0; i < switches; i++)
    g_string_append_printf (text, "s%u = alloc(switch)\n", i);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (
        text,
        "h%u = attach(alloc(host, label=\"host number %u\"), alloc(NIC, ip=10.0.%u.%u/24))\n"
        "link(s%u, h%u)\n",
        i, i, i / 200, 1 + i % 200, i / 8, i);
  for (guint i = 0; i < switches; i++) {
    g_string_append_printf (text, "link(s%u, s%u)\n", i, (i + 1) % switches);
    if (i % 3 == 0)
      g_string_append_printf (text, "link(s%u, s%u)\n", i, (i + switches / 2) % switches);
  }
  return g_string_free (text, FALSE);
}

/* On the grid, and no box over another or over what was not arranged. */
static void
check_positions (const VbetArrangement *self, const GArray *points)
{
  guint over = 0, off = 0;
  for (guint i = 0; i < points->len; i++) {
    VbetPoint a = g_array_index (points, VbetPoint, i);
    VbetRect box
        = { self->boxes[i].x + a.x, self->boxes[i].y + a.y, self->boxes[i].width, self->boxes[i].height };
    off += fmod (fabs (a.x), VBET_LAYOUT_GRID) != 0 || fmod (fabs (a.y), VBET_LAYOUT_GRID) != 0;
    for (guint k = 0; k < i; k++) {
      VbetPoint b = g_array_index (points, VbetPoint, k);
      over += vbet_rect_intersects (box, (VbetRect){ self->boxes[k].x + b.x, self->boxes[k].y + b.y,
                                                     self->boxes[k].width, self->boxes[k].height });
    }
    for (guint k = 0; k < self->obstacles->len; k++)
      over += vbet_rect_intersects (box, g_array_index (self->obstacles, VbetRect, k));
  }
  CU_ASSERT_EQUAL (over, 0);
  CU_ASSERT_EQUAL (off, 0);
}

static void
test_styles (void)
{
  static const guint sizes[] = { 1, 2, 5, 30, 130 };
  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++) {
    g_autofree char *text = large_lab (sizes[s]);
    g_autoptr (VbetSession) session = opened (text);
    g_autoptr (VbetArrangement) all = vbet_session_arrangement (session);
    CU_ASSERT_PTR_NOT_NULL_FATAL (all);
    CU_ASSERT_TRUE (all->whole);
    for (VbetStyle style = VBET_STYLE_ORGANIC; style <= VBET_STYLE_GRID; style++) {
      g_autoptr (GArray) points = vbet_arrangement_draw (all, style);
      CU_ASSERT_EQUAL_FATAL (points->len, all->n);
      vbet_arrangement_settle (all, points);
      check_positions (all, points);
    }
  }
}

/* All at one place is the worst that a style could give. */
static void
test_heap (void)
{
  g_autofree char *text = large_lab (600);
  g_autoptr (VbetSession) session = opened (text);
  g_autoptr (VbetArrangement) all = vbet_session_arrangement (session);
  g_autoptr (GArray) points = g_array_new (FALSE, TRUE, sizeof (VbetPoint));
  g_array_set_size (points, all->n);
  vbet_arrangement_settle (all, points);
  check_positions (all, points);
}

static void
test_layers (void)
{
  g_autoptr (VbetSession) session
      = opened ("h1 = attach(alloc(host), alloc(NIC))\nh2 = attach(alloc(host), alloc(NIC))\n"
                "g = alloc(gateway)\ns = alloc(switch)\nlink(s, h1, h2, g)\n");
  g_autoptr (VbetArrangement) all = vbet_session_arrangement (session);
  g_autoptr (GArray) points = vbet_arrangement_draw (all, VBET_STYLE_LAYERED);
  VbetPoint *at = &g_array_index (points, VbetPoint, 0);
  CU_ASSERT_TRUE (at[2].y < at[3].y && at[3].y < at[0].y);
  CU_ASSERT_EQUAL (at[0].y, at[1].y);
}

static void
test_simple (void)
{
  static const struct {
    const char *links;
    gboolean simple;
  } labs[] = {
    { "", TRUE },
    { "link(a, b)\nlink(b, c)\nlink(b, d)\n", TRUE },
    { "link(a, b)\nlink(b, c)\nlink(c, d)\nlink(d, a)\n", TRUE },
    { "link(a, b)\nlink(b, a)\nlink(b, c)\nlink(b, d)\n", TRUE },
    { "link(a, b)\nlink(b, c)\nlink(c, d)\nlink(d, a)\nlink(a, c)\n", FALSE },
    { "link(a, b)\nlink(b, c)\nlink(c, a)\nlink(a, d)\n", FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS (labs); i++) {
    g_autofree char *text = g_strconcat (
        "a = alloc(switch)\nb = alloc(switch)\nc = alloc(switch)\nd = alloc(switch)\n", labs[i].links, NULL);
    g_autoptr (VbetSession) session = opened (text);
    g_autoptr (VbetArrangement) all = vbet_session_arrangement (session);
    CU_ASSERT_EQUAL (vbet_arrangement_is_simple (all), labs[i].simple);
  }
}

/* A part stays around where it was, beside the others. */
static void
test_part (void)
{
  g_autofree char *text = large_lab (20);
  g_autoptr (VbetSession) session = opened (text);
  const char *names[] = { "h0", "h1", "h2", "h9", NULL };
  vbet_session_select_many (session, names, FALSE);
  g_autoptr (VbetArrangement) part = vbet_session_arrangement (session);
  CU_ASSERT_EQUAL (part->n, 4);
  CU_ASSERT_EQUAL (part->n_edges, 0);
  CU_ASSERT_FALSE (part->whole);
  g_autoptr (GArray) points = vbet_arrangement_draw (part, VBET_STYLE_GRID);
  vbet_arrangement_settle (part, points);
  check_positions (part, points);
  VbetPoint other, before, after;
  CU_ASSERT_TRUE (vbet_session_get_position (session, "h12", &before));
  CU_ASSERT_TRUE (vbet_session_arrange_to (session, part, &g_array_index (points, VbetPoint, 0), NULL));
  CU_ASSERT_TRUE (vbet_session_get_position (session, "h12", &after));
  CU_ASSERT_EQUAL (before.x, after.x);
  CU_ASSERT_TRUE (vbet_session_get_position (session, "h2", &other));
  CU_ASSERT_EQUAL (other.x, g_array_index (points, VbetPoint, 2).x);
  VbetDocument *document = vbet_session_get_document (session);
  CU_ASSERT_EQUAL (vbet_document_n_revisions (document), 1);
  VBET_ASSERT_TEXT (vbet_document_undo_label (document), "Arrange 4 devices");
  vbet_document_undo (document);
  VBET_ASSERT_TEXT (text_of (session), text);
}

static void
test_answers (void)
{
  static const char *const bad[] = {
    "",
    "graph 1 2 3\n",
    "graph 1 2 3\nnode n0 1 1\nnode n1 2 2\n",
    "graph 1 2 3\nnode n0 1 1\nstop\n",
    "graph 1 2 3\nnode n0 1 1\nnode n0 2 2\nstop\n",
    "graph 1 2 3\nnode n0 1 1\nnode n2 2 2\nstop\n",
    "graph 1 2 3\nnode n0 1 1\nnode n-1 2 2\nstop\n",
    "graph 1 2 3\nnode n0 1 1\nnode n1 nan 2\nstop\n",
    "graph 1 2 3\nnode n0 1 1\nnode n1 1e99 2\nstop\n",
    "graph 1 2 3\nnode n0 1 1\nnode n1 1,5 2\nstop\n",
    "graph 1 2 3\nnode n0 1 1\nnode n1  2\nstop\n",
    "graph 1 2 3\nnode n0 1 1\nnode n1 2 2\nrm -rf\nstop\n",
    "node n0 1 1\nnode n1 2 2\nstop\n",
    "graph 1 2 3\nnode n0 1 1\nnode n18446744073709551617 2 2\nstop\n",
  };
  g_autoptr (VbetSession) session = opened ("a = alloc(switch)\nb = alloc(switch)\nlink(a, b)\n");
  g_autoptr (VbetArrangement) all = vbet_session_arrangement (session);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    CU_ASSERT_PTR_NULL (vbet_arrangement_from_plain (all, bad[i], strlen (bad[i])));
  CU_ASSERT_PTR_NULL (vbet_arrangement_from_plain (all, "graph 1\nnode n0 1 1\0\nnode n1 2 2\nstop\n", 40));
  static const char good[] = "graph 1 2 3\nnode n1 1 -2.5 0.5 0.5 x solid box black lightgrey\nnode n0 0 0\n"
                             "edge n0 n1 4 1 1 2 2 solid black\nstop\n";
  g_autoptr (GArray) points = vbet_arrangement_from_plain (all, good, strlen (good));
  CU_ASSERT_PTR_NOT_NULL_FATAL (points);
  VbetPoint *at = &g_array_index (points, VbetPoint, 0);
  CU_ASSERT_DOUBLE_EQUAL (at[1].x - at[0].x, 72, 0.001);
  CU_ASSERT_DOUBLE_EQUAL (at[1].y - at[0].y, 180, 0.001);
  g_autofree char *dot = vbet_arrangement_to_dot (all);
  CU_ASSERT_PTR_NOT_NULL (strstr (dot, "n0 -- n1;"));
}

/* --- the child process ------------------------------------------------------------ */

typedef struct {
  GMainLoop *loop;
  GArray *points;
  GError *error;
} Wait;

static void
on_drawn (GObject *source, GAsyncResult *result, gpointer data)
{
  Wait *wait = data;
  wait->points = vbet_graphviz_draw_finish (result, &wait->error);
  g_main_loop_quit (wait->loop);
}

static GArray *
draw (const VbetArrangement *arrangement, VbetStyle style, GError **error)
{
  Wait wait = { g_main_loop_new (NULL, FALSE), NULL, NULL };
  vbet_graphviz_draw_async (arrangement, style, NULL, on_drawn, &wait);
  g_main_loop_run (wait.loop);
  g_main_loop_unref (wait.loop);
  if (wait.error != NULL)
    g_propagate_error (error, wait.error);
  return wait.points;
}

static void
test_graphviz (void)
{
  g_autofree char *text = large_lab (40);
  g_autoptr (VbetSession) session = opened (text);
  g_autoptr (VbetArrangement) all = vbet_session_arrangement (session);
  CU_ASSERT_FALSE (vbet_graphviz_can (VBET_STYLE_GRID, 10));
  for (VbetStyle style = VBET_STYLE_ORGANIC; style <= VBET_STYLE_LAYERED; style++) {
    g_autoptr (GError) error = NULL;
    if (!vbet_graphviz_can (style, all->n)) {
      g_printerr ("no Graphviz here\n");
      continue;
    }
    g_autoptr (GArray) points = draw (all, style, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL (points);
    vbet_arrangement_settle (all, points);
    check_positions (all, points);
  }
}

/* Programs of that name that fail, lie, or never come to an end. */
static void
test_bad_graphviz (void)
{
  static const char *const scripts[]
      = { "exit 3", "echo nonsense", "cat > /dev/null; echo graph 1; echo stop", "exec sleep 30" };
  g_autofree char *folder = g_dir_make_tmp ("vbet-dot-XXXXXX", NULL);
  g_autofree char *program = g_build_filename (folder, "neato", NULL);
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  g_autofree char *longer = g_strdup_printf ("%s:%s", folder, path);
  g_autoptr (VbetSession) session = opened ("a = alloc(switch)\nb = alloc(switch)\nlink(a, b)\n");
  g_autoptr (VbetArrangement) all = vbet_session_arrangement (session);
  g_setenv ("PATH", longer, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *script = g_strdup_printf ("#!/bin/sh\n%s\n", scripts[i]);
    CU_ASSERT_TRUE (g_file_set_contents_full (program, script, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
    CU_ASSERT_PTR_NULL (draw (all, VBET_STYLE_ORGANIC, &error));
    CU_ASSERT_PTR_NOT_NULL (error);
  }
  g_setenv ("PATH", path, TRUE);
  g_autoptr (GFile) file = g_file_new_for_path (program), dir = g_file_new_for_path (folder);
  g_file_delete (file, NULL, NULL);
  g_file_delete (dir, NULL, NULL);
}

/* --- aligning, selecting -------------------------------------------------------------- */

static const char four[]
    = "a = attach(alloc(host, at=(100, 100)), alloc(NIC))\nb = alloc(switch, at=(131, 240))\n"
      "c = attach(alloc(router, at=(420, 55)), alloc(NIC))\nd = alloc(hub, at=(0, 500))\n"
      "link(a, b)\nlink(b, c)\n";

static void
test_align (void)
{
  g_autoptr (VbetSession) session = opened (four);
  const char *names[] = { "a", "b", "c", NULL };
  vbet_session_select_many (session, names, FALSE);
  CU_ASSERT_TRUE (vbet_session_align (session, VBET_ALIGN_LEFT, NULL));
  CU_ASSERT_PTR_NOT_NULL (strstr (text_of (session), "c = attach(alloc(router, at=(100, 55))"));
  CU_ASSERT_TRUE (vbet_session_align (session, VBET_ALIGN_BOTTOM, NULL));
  CU_ASSERT_PTR_NOT_NULL (strstr (text_of (session), "c = attach(alloc(router, at=(100, 240))"));
  CU_ASSERT_PTR_NOT_NULL (strstr (text_of (session), "d = alloc(hub, at=(0, 500))"));
  VbetDocument *document = vbet_session_get_document (session);
  CU_ASSERT_EQUAL (vbet_document_n_revisions (document), 2);
  VBET_ASSERT_TEXT (vbet_document_undo_label (document), "Align 3 devices");
  vbet_document_go_to (document, 0);
  VBET_ASSERT_TEXT (text_of (session), four);
  VbetPoint points[] = { { 0, 0 }, { 10, 30 }, { 100, 50 } };
  vbet_arrange_align (points, 3, VBET_ALIGN_CENTRE);
  CU_ASSERT_EQUAL (points[1].x, 50);
  vbet_arrange_align (points, 3, VBET_ALIGN_MIDDLE);
  CU_ASSERT_EQUAL (points[2].y, 25);
  vbet_arrange_align (points, 0, VBET_ALIGN_TOP);
}

static void
test_distribute (void)
{
  VbetPoint points[] = { { 300, 0 }, { 0, 5 }, { 10, 1 }, { 20, 2 } };
  vbet_arrange_distribute (points, 4, FALSE);
  CU_ASSERT_EQUAL (points[0].x, 300);
  CU_ASSERT_EQUAL (points[1].x, 0);
  CU_ASSERT_EQUAL (points[2].x, 100);
  CU_ASSERT_EQUAL (points[3].x, 200);
  vbet_arrange_distribute (points, 4, TRUE);
  CU_ASSERT_EQUAL (points[2].y, 2);
  VbetPoint two[] = { { 1, 1 }, { 9, 9 } };
  vbet_arrange_distribute (two, 2, FALSE);
  CU_ASSERT_EQUAL (two[1].x, 9);
  g_autoptr (VbetSession) session = opened (four);
  vbet_session_select_all (session);
  CU_ASSERT_TRUE (vbet_session_distribute (session, FALSE, NULL));
  VBET_ASSERT_TEXT (vbet_document_undo_label (vbet_session_get_document (session)), "Distribute 4 devices");
}

static void
check_selected (VbetSession *session, const char *expected)
{
  g_auto (GStrv) names = vbet_session_selected_devices (session);
  g_autofree char *joined = g_strjoinv (" ", names);
  VBET_ASSERT_TEXT (joined, expected);
}

static void
test_select (void)
{
  g_autoptr (VbetSession) session = opened (four);
  vbet_session_select_kind (session, VBET_KIND_SWITCH | VBET_KIND_HUB);
  check_selected (session, "b d");
  vbet_session_select_invert (session);
  check_selected (session, "a c");
  vbet_session_select (session, "a", FALSE);
  vbet_session_select_connected (session, FALSE);
  check_selected (session, "a b");
  vbet_session_select_connected (session, FALSE);
  check_selected (session, "a b c");
  vbet_session_select_connected (session, FALSE);
  check_selected (session, "a b c");
  vbet_session_select (session, "c", FALSE);
  vbet_session_select_connected (session, TRUE);
  check_selected (session, "a b c");
  vbet_session_select (session, "cable1", FALSE);
  vbet_session_select_connected (session, FALSE);
  check_selected (session, "a b c");
}

/* --- finding ----------------------------------------------------------------------------- */

static void
test_find (void)
{
  static const struct {
    const char *query;
    const char *expected;
  } queries[] = {
    { "host1", "host1 host12" },
    { "HOST", "host12 host1" },
    { "router", "r1 r2" },
    { "192.168.1", "host12 r1" },
    { "192.168.1.0/24", "host12 r1" },
    { "192.168.0.0/16", "host12 r1 r2" },
    { "library", "sw" },
    { "b\303\234CHER", "sw" },
    { "02:00:00:00:00:AB", "r2" },
    { "router 192.168.2", "r2" },
    { "router host", "" },
    { "", "" },
    { "   ", "" },
    { "fe80::", "r2" },
    { "nothing like it", "" },
    { "9.9.9.9/99", "" },
    { "\377\376", "" },
  };
  g_autoptr (VbetSession) session = opened (
      "host12 = attach(alloc(host), alloc(NIC, ip=192.168.1.9/24))\n"
      "host1 = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))\n"
      "sw = alloc(switch, label=\"Library \303\274ber B\303\274cher\")\n"
      "r1 = attach(alloc(router), alloc(NIC, ip=[10.0.0.2/24, 192.168.1.1/24]))\n"
      "r2 = attach(alloc(router), alloc(NIC, ip=[fe80::1/64, 192.168.2.1/24], mac=02:00:00:00:00:ab))\n");
  for (guint i = 0; i < G_N_ELEMENTS (queries); i++) {
    g_auto (GStrv) found = vbet_find_devices (vbet_session_get_topology (session), queries[i].query);
    g_autofree char *joined = g_strjoinv (" ", found);
    VBET_ASSERT_TEXT (joined, queries[i].expected);
  }
}

static CU_TestInfo arrange_tests[] = {
  { "styles", test_styles },
  { "all on one heap", test_heap },
  { "layers begin at the gateway", test_layers },
  { "chains, rings and trees", test_simple },
  { "a part of a lab", test_part },
  { "answers of Graphviz", test_answers },
  { "Graphviz", test_graphviz },
  { "programs that are not Graphviz", test_bad_graphviz },
  { "align", test_align },
  { "distribute", test_distribute },
  { "select", test_select },
  { "find", test_find },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "arrange", NULL, NULL, NULL, NULL, arrange_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  signal (SIGPIPE, SIG_IGN); /* as the window does */
  return vbet_test_run (suites, argc, argv);
}
