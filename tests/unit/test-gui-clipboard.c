/* test-gui-clipboard.c - copy, cut, paste and duplicate as revisions of the text. */
#include "config.h"

#include <string.h>

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

static guint
revisions (VbetSession *session)
{
  return vbet_document_n_revisions (vbet_session_get_document (session));
}

static const char star[] = "s = alloc(switch, at=(200, 200))\n"
                           "a = attach(alloc(host, at=(100, 100)), alloc(NIC, ip=10.0.0.1/24))\n"
                           "b = attach(alloc(host, at=(300, 100)), alloc(NIC, ip=10.0.0.2/24))\n"
                           "link(s, a, b)\n";

static void
test_copy_and_paste (void)
{
  g_autoptr (VbetSession) session = opened (star);
  const char *names[] = { "s", "a", NULL };
  vbet_session_select_many (session, names, FALSE);
  g_autofree char *copy = vbet_session_copy (session, NULL);
  VBET_ASSERT_TEXT (copy, "s = alloc(switch, at=(200, 200))\n"
                          "a = attach(alloc(host, at=(100, 100)), alloc(NIC, ip=10.0.0.1/24))\n"
                          "link(NIC(s, 1), NIC(a, 1))\n");
  CU_ASSERT_EQUAL (revisions (session), 0);
  VbetPoint at = { 650, 150 };
  CU_ASSERT_TRUE (vbet_session_paste (session, copy, strlen (copy), &at, NULL));
  CU_ASSERT_EQUAL (revisions (session), 1);
  VBET_ASSERT_TEXT (vbet_document_undo_label (vbet_session_get_document (session)), "Paste 2 devices");
  g_autofree char *expected
      = g_strconcat (star,
                     "s2 = alloc(switch, at=(700, 200))\n"
                     "a2 = attach(alloc(host, at=(600, 100)), alloc(NIC, ip=10.0.0.3/24))\n"
                     "link(NIC(s2, 1), NIC(a2, 1))\n",
                     NULL);
  VBET_ASSERT_TEXT (text_of (session), expected);
  CU_ASSERT_TRUE (vbet_session_is_selected (session, "s2") && vbet_session_is_selected (session, "a2"));
  CU_ASSERT_FALSE (vbet_session_is_selected (session, "s"));
  vbet_document_undo (vbet_session_get_document (session));
  VBET_ASSERT_TEXT (text_of (session), star);
}

/* Two remotes of a lab cannot receive at one port: the pasted one is to be given another. */
static void
test_remotes (void)
{
  const char *text = "r = alloc(remote, at=(100, 100), peer=\"far.example:7000\", listen=\"7000\", vni=7)\n";
  g_autoptr (VbetSession) session = opened (text);
  g_autoptr (VbetSession) other = opened ("");
  vbet_session_select_all (session);
  g_autofree char *copy = vbet_session_copy (session, NULL);
  VbetPoint at = { 300, 100 };
  CU_ASSERT_TRUE (vbet_session_paste (session, copy, strlen (copy), &at, NULL));
  CU_ASSERT_PTR_NOT_NULL (
      strstr (text_of (session), "r2 = alloc(remote, at=(300, 100), peer=\"far.example:7000\", vni=7)"));
  CU_ASSERT_TRUE (vbet_session_paste (other, copy, strlen (copy), &at, NULL));
  CU_ASSERT_PTR_NOT_NULL (strstr (text_of (other), "listen=\"7000\", vni=7)"));
}

/* Pasted again and again, nothing lies on anything. */
static void
test_repeated (void)
{
  g_autoptr (VbetSession) session = opened (star);
  vbet_session_select_all (session);
  g_autofree char *copy = vbet_session_copy (session, NULL);
  for (guint i = 0; i < 5; i++)
    CU_ASSERT_TRUE (vbet_session_paste (session, copy, strlen (copy), NULL, NULL));
  const VbetTopology *topology = vbet_session_get_topology (session);
  const VbetPoint *points = vbet_session_get_positions (session);
  CU_ASSERT_EQUAL (topology->devices->len, 18);
  CU_ASSERT_EQUAL (topology->cables->len, 12);
  for (guint i = 0; i < 18; i++)
    for (guint k = 0; k < i; k++)
      CU_ASSERT_TRUE (fabs (points[i].x - points[k].x) >= VBET_VIEW_TILE
                      || fabs (points[i].y - points[k].y) >= VBET_VIEW_TILE);
  CU_ASSERT_EQUAL (vbet_diagnostics_size (vbet_session_get_diagnostics (session)), 0);
}

/* Where nothing says where it stands, what was seen is copied, and is written down when something is pasted.
 */
static void
test_unplaced (void)
{
  static const char text[]
      = "a = attach(alloc(host), alloc(NIC))\nb = attach(alloc(host), alloc(NIC))\nlink(a, b)\n";
  g_autoptr (VbetSession) session = opened (text);
  VbetPoint a, b;
  CU_ASSERT_TRUE (vbet_session_get_position (session, "a", &a)
                  && vbet_session_get_position (session, "b", &b));
  vbet_session_select_all (session);
  CU_ASSERT_TRUE (vbet_session_duplicate (session, NULL));
  VbetPoint a2, b2;
  CU_ASSERT_TRUE (vbet_session_get_position (session, "a2", &a2)
                  && vbet_session_get_position (session, "b2", &b2));
  CU_ASSERT_EQUAL (b2.x - a2.x, b.x - a.x);
  CU_ASSERT_EQUAL (b2.y - a2.y, b.y - a.y);
  CU_ASSERT_EQUAL (revisions (session), 1);
  guint count = 0;
  for (const char *at = strstr (text_of (session), "at=("); at != NULL; at = strstr (at + 1, "at=("))
    count++;
  CU_ASSERT_EQUAL (count, 4);
}

static void
test_cut (void)
{
  g_autoptr (VbetSession) session = opened (star);
  g_autofree char *copy = NULL;
  vbet_session_select (session, "a", FALSE);
  CU_ASSERT_TRUE (vbet_session_cut (session, &copy, NULL));
  CU_ASSERT_PTR_NULL (vbet_topology_device (vbet_session_get_topology (session), "a"));
  CU_ASSERT_EQUAL (revisions (session), 1);
  CU_ASSERT_TRUE (vbet_session_paste (session, copy, strlen (copy), NULL, NULL));
  VbetPoint at;
  CU_ASSERT_TRUE (vbet_session_get_position (session, "a", &at)); /* its name and place are free again */
  CU_ASSERT_EQUAL (at.x, 100);
  CU_ASSERT_PTR_NOT_NULL (strstr (text_of (session), "ip=10.0.0.1/24"));
}

static void
test_notes (void)
{
  static const char text[] = "note(\"first\", at=(10, 10))\nnote(\"second\", at=(50, 60), size=(200, 100))\n"
                             "h = alloc(host, at=(300, 300))\n";
  g_autoptr (VbetSession) session = opened (text);
  const char *names[] = { "note#1", NULL };
  vbet_session_select_many (session, names, FALSE);
  g_autofree char *copy = vbet_session_copy (session, NULL);
  VBET_ASSERT_TEXT (copy, "note(\"second\", at=(50, 60), size=(200, 100))\n");
  VbetPoint at = { 150, 160 };
  CU_ASSERT_TRUE (vbet_session_paste (session, copy, strlen (copy), &at, NULL));
  CU_ASSERT_EQUAL (vbet_session_get_topology (session)->notes->len, 3);
  CU_ASSERT_PTR_NOT_NULL (strstr (text_of (session), "note(\"second\", at=(150, 160), size=(200, 100))"));
  CU_ASSERT_TRUE (vbet_session_is_selected (session, "note#2"));
}

/* All or nothing. */
static void
test_refused (void)
{
  static const struct {
    const char *text;
    gsize size;
    const char *why;
  } bad[] = {
    { "Dear students,\nplease copy this lab.\n", 37, "line 1" },
    { "h1 = alloc(host)\nh2 = alloc(hots)\n", 34, "line 2" },
    { "", 0, "no device" },
    { "# only a comment\n", 17, "no device" },
    { "h = alloc(host)\xff\n", 17, "not the text" },
    { "h = alloc(host)\0x\n", 18, "not the text" },
    { "step \"x\" { ping(a, b) }", 23, "line 1" },
    { "link(s, a)\n", 11, "line 1" },
  };
  g_autoptr (VbetSession) session = opened (star);
  vbet_session_select (session, "a", FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    CU_ASSERT_FALSE (vbet_session_paste (session, bad[i].text, bad[i].size, NULL, &error));
    CU_ASSERT_PTR_NOT_NULL_FATAL (error);
    CU_ASSERT_PTR_NOT_NULL (strstr (error->message, bad[i].why));
    if (strstr (error->message, bad[i].why) == NULL)
      g_printerr ("%s\n", error->message);
    VBET_ASSERT_TEXT (text_of (session), star);
    CU_ASSERT_EQUAL (revisions (session), 0);
    CU_ASSERT_TRUE (vbet_session_is_selected (session, "a"));
  }
  g_autoptr (GError) error = NULL;
  vbet_session_select (session, NULL, FALSE);
  CU_ASSERT_PTR_NULL (vbet_session_copy (session, &error));
  CU_ASSERT_PTR_NOT_NULL (error);
}

/* Into a lab with errors it goes all the same, and into an empty one. */
static void
test_into (void)
{
  g_autoptr (VbetSession) empty = opened ("");
  CU_ASSERT_TRUE (vbet_session_paste (empty, star, strlen (star), NULL, NULL));
  CU_ASSERT_EQUAL (vbet_session_get_topology (empty)->cables->len, 2);
  g_autoptr (VbetSession) broken = opened ("x = alloc(hots)\n");
  CU_ASSERT_TRUE (vbet_session_paste (broken, star, strlen (star), NULL, NULL));
  CU_ASSERT_EQUAL (vbet_session_get_topology (broken)->cables->len, 2);
}

static CU_TestInfo clipboard_tests[] = {
  { "copy and paste", test_copy_and_paste },
  { "remotes", test_remotes },
  { "pasted again and again", test_repeated },
  { "devices without a place", test_unplaced },
  { "cut", test_cut },
  { "notes", test_notes },
  { "what is no lab is refused", test_refused },
  { "into broken and empty labs", test_into },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "clipboard", NULL, NULL, NULL, NULL, clipboard_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
