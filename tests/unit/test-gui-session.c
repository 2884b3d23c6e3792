/* test-gui-session.c - gestures of the canvas as revisions of the text, positions, selection, findings. */
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

#define UNDO(session) vbet_document_undo (vbet_session_get_document (session))

static const char chain[] = "# three in a row\nr1 = attach(alloc(router), alloc(NIC), alloc(NIC))\n"
                            "r2 = attach(alloc(router), alloc(NIC), alloc(NIC))\n"
                            "r3 = attach(alloc(router), alloc(NIC), alloc(NIC))\n"
                            "link(NIC(r1,2), NIC(r2,1))\nlink(NIC(r2,2), NIC(r3,1))\n";

static void
test_names (void)
{
  g_autoptr (VbetSession) session = opened ("");
  VBET_ASSERT_TEXT (vbet_session_get_name (session), "a");
  VBET_ASSERT_TEXT (vbet_session_get_path (session), "/labs/a.vbet");
  vbet_session_set_path (session, NULL);
  VBET_ASSERT_TEXT (vbet_session_get_name (session), "untitled");
  vbet_session_set_path (session, "/x/.vbet");
  VBET_ASSERT_TEXT (vbet_session_get_name (session), ".vbet");
}

static void
test_plug (void)
{
  g_autoptr (VbetSession) session = opened (chain);
  g_autoptr (GError) error = NULL;
  /* the NICs that are named */
  CU_ASSERT_TRUE (vbet_session_plug (session, "r3", 2, "r1", 1, NULL));
  CU_ASSERT_PTR_NOT_NULL (strstr (text_of (session), "link(NIC(r3, 2), NIC(r1, 1))\n"));
  CU_ASSERT_EQUAL (revisions (session), 1);
  /* free ones, or new ones */
  CU_ASSERT_TRUE (vbet_session_plug (session, "r3", 0, "r1", 0, NULL));
  CU_ASSERT_EQUAL (vbet_topology_device (vbet_session_get_topology (session), "r3")->nics->len, 3);
  UNDO (session);
  UNDO (session);
  VBET_ASSERT_TEXT (text_of (session), chain);
  /* new ones, though there are free ones */
  CU_ASSERT_TRUE (vbet_session_plug (session, "r3", VBET_NIC_NEW, "r1", VBET_NIC_NEW, NULL));
  const VbetDevice *r3 = vbet_topology_device (vbet_session_get_topology (session), "r3");
  CU_ASSERT_EQUAL (r3->nics->len, 3);
  CU_ASSERT_PTR_NULL (vbet_device_nic (r3, 2)->cable);
  CU_ASSERT_PTR_NOT_NULL (vbet_device_nic (r3, 3)->cable);
  CU_ASSERT_EQUAL (revisions (session), 1);
  UNDO (session);
  /* one that is taken: nothing happens */
  CU_ASSERT_FALSE (vbet_session_plug (session, "r3", VBET_NIC_NEW, "r1", 2, &error));
  CU_ASSERT_PTR_NOT_NULL (error);
  VBET_ASSERT_TEXT (text_of (session), chain);
}

static void
test_replug (void)
{
  g_autoptr (VbetSession) session = opened (chain);
  CU_ASSERT_TRUE (vbet_session_replug (session, "cable2", 1, "r1", 1, NULL));
  const VbetCable *cable = vbet_topology_cable (vbet_session_get_topology (session), "cable2");
  VBET_ASSERT_TEXT (cable->ends[1].device, "r1");
  CU_ASSERT_EQUAL (cable->ends[1].nic, 1);
  CU_ASSERT_EQUAL (revisions (session), 1);
  CU_ASSERT_FALSE (vbet_session_replug (session, "cable2", 1, "r2", 1, NULL));
  CU_ASSERT_TRUE (vbet_session_replug (session, "cable2", 1, "r3", VBET_NIC_NEW, NULL));
  cable = vbet_topology_cable (vbet_session_get_topology (session), "cable2");
  VBET_ASSERT_TEXT (cable->ends[1].device, "r3");
  CU_ASSERT_EQUAL (cable->ends[1].nic, 3);
  UNDO (session);
  UNDO (session);
  VBET_ASSERT_TEXT (text_of (session), chain);
}

static void
test_notes (void)
{
  static const char text[]
      = "h = alloc(host, at=(100, 100))\nnote(\"one\", at=(0, 0))\nnote(\"two\", at=(5, 5))\n";
  g_autoptr (VbetSession) session = opened (text);
  g_autofree char *name = NULL;
  CU_ASSERT_TRUE (vbet_session_add_note (session, "LAN", (VbetRect){ 50, 50, 100, 80 }, &name, NULL));
  VBET_ASSERT_TEXT (name, "note#2");
  CU_ASSERT_TRUE (vbet_session_is_selected (session, "note#2"));
  CU_ASSERT_PTR_NOT_NULL (strstr (text_of (session), "note(\"LAN\", at=(50, 50), size=(100, 80))\n"));
  CU_ASSERT_TRUE (vbet_session_set_note_text (session, "note#2", "LAN 2", NULL));
  CU_ASSERT_TRUE (vbet_session_resize_note (session, "note#2", (VbetRect){ 40, 50, 110, 80 }, NULL));
  CU_ASSERT_PTR_NOT_NULL (strstr (text_of (session), "note(\"LAN 2\", at=(40, 50), size=(110, 80))\n"));
  CU_ASSERT_EQUAL (revisions (session), 3);
  for (guint i = 0; i < 3; i++)
    UNDO (session);
  VBET_ASSERT_TEXT (text_of (session), text);
  CU_ASSERT_FALSE (vbet_session_is_selected (session, "note#2"));
  /* devices and notes move together, and go together */
  vbet_session_select_all (session);
  CU_ASSERT_EQUAL (g_hash_table_size (vbet_session_get_selection (session)), 3);
  CU_ASSERT_TRUE (vbet_session_move_selected (session, 10, 20, NULL));
  VBET_ASSERT_TEXT (
      text_of (session),
      "h = alloc(host, at=(110, 120))\nnote(\"one\", at=(10, 20))\nnote(\"two\", at=(15, 25))\n");
  UNDO (session);
  VBET_ASSERT_TEXT (text_of (session), text);
  const char *const some[] = { "h", "note#0", NULL };
  vbet_session_select_many (session, some, FALSE);
  CU_ASSERT_TRUE (vbet_session_delete_selected (session, NULL));
  VBET_ASSERT_TEXT (text_of (session), "note(\"two\", at=(5, 5))\n");
  CU_ASSERT_EQUAL (g_hash_table_size (vbet_session_get_selection (session)), 0);
  UNDO (session);
  VBET_ASSERT_TEXT (text_of (session), text);
  CU_ASSERT_FALSE (vbet_session_set_note_text (session, "note#7", "x", NULL));
}

static void
test_cut_and_mend (void)
{
  g_autoptr (VbetSession) session = opened (chain);
  const char *const both[] = { "cable1", "cable2", NULL };
  vbet_session_select_many (session, both, FALSE);
  CU_ASSERT_TRUE (vbet_session_set_cables_up (session, FALSE, NULL));
  CU_ASSERT_PTR_NOT_NULL (
      strstr (text_of (session), "link(NIC(r1,2), NIC(r2,1), up=no)\nlink(NIC(r2,2), NIC(r3,1), up=no)\n"));
  CU_ASSERT_EQUAL (revisions (session), 1);
  CU_ASSERT_TRUE (vbet_session_set_cables_up (session, TRUE, NULL));
  VBET_ASSERT_TEXT (text_of (session), chain);
}

/* The first device that is moved fixes the whole picture, in one revision. */
static void
test_move_fixes_the_picture (void)
{
  g_autoptr (VbetSession) session = opened (chain);
  VbetPoint before[3], after;
  const char *const names[] = { "r1", "r2", "r3" };
  for (guint i = 0; i < 3; i++)
    CU_ASSERT_TRUE (vbet_session_get_position (session, names[i], &before[i]));
  vbet_session_select (session, "r2", FALSE);
  CU_ASSERT_TRUE (vbet_session_move_selected (session, 30, 50, NULL));
  CU_ASSERT_EQUAL (revisions (session), 1);
  for (guint i = 0; i < 3; i++) {
    CU_ASSERT_TRUE (vbet_session_get_position (session, names[i], &after));
    CU_ASSERT_EQUAL (after.x, before[i].x + (i == 1 ? 30 : 0));
    CU_ASSERT_EQUAL (after.y, before[i].y + (i == 1 ? 50 : 0));
  }
  g_autofree char *saved = g_strdup (text_of (session));
  g_autoptr (VbetSession) reopened = opened (saved);
  for (guint i = 0; i < 3; i++) {
    CU_ASSERT_TRUE (vbet_session_get_position (reopened, names[i], &after));
    CU_ASSERT_EQUAL (after.x, before[i].x + (i == 1 ? 30 : 0));
  }
  UNDO (session);
  VBET_ASSERT_TEXT (text_of (session), chain);
  CU_ASSERT_TRUE (vbet_session_get_position (session, "r2", &after));
  CU_ASSERT_EQUAL (after.x, before[1].x);
  CU_ASSERT_EQUAL (after.y, before[1].y);
}

static void
test_second_move_touches_one (void)
{
  g_autoptr (VbetSession) session = opened ("a = alloc(host, at=(0, 0))\nb = alloc(host, at=(200, 0))\n");
  vbet_session_select (session, "b", FALSE);
  CU_ASSERT_TRUE (vbet_session_move_selected (session, -50, 10, NULL));
  VBET_ASSERT_TEXT (text_of (session), "a = alloc(host, at=(0, 0))\nb = alloc(host, at=(150, 10))\n");
  CU_ASSERT_TRUE (vbet_session_move_selected (session, 0, 0, NULL));
  CU_ASSERT_EQUAL (revisions (session), 1);
}

static void
test_add_device_and_cable (void)
{
  g_autoptr (VbetSession) session = opened ("");
  g_autofree char *first = NULL, *second = NULL;
  CU_ASSERT_TRUE (vbet_session_add_device (session, VBET_KIND_HOST, 100, 100, &first, NULL));
  CU_ASSERT_TRUE (vbet_session_add_device (session, VBET_KIND_SWITCH, 300, 100, &second, NULL));
  VBET_ASSERT_TEXT (first, "host1");
  VBET_ASSERT_TEXT (second, "switch1");
  CU_ASSERT_TRUE (vbet_session_is_selected (session, "switch1"));
  CU_ASSERT_FALSE (vbet_session_is_selected (session, "host1"));
  CU_ASSERT_TRUE (vbet_session_add_cable (session, first, second, NULL));
  const VbetTopology *topology = vbet_session_get_topology (session);
  CU_ASSERT_EQUAL (topology->cables->len, 1);
  CU_ASSERT_FALSE (vbet_diagnostics_has_errors (vbet_session_get_diagnostics (session)));
  CU_ASSERT_EQUAL (revisions (session), 3);
  UNDO (session);
  UNDO (session);
  UNDO (session);
  VBET_ASSERT_TEXT (text_of (session), "");
}

static void
test_add_device_fixes_the_picture (void)
{
  g_autoptr (VbetSession) session = opened (chain);
  CU_ASSERT_TRUE (vbet_session_add_device (session, VBET_KIND_HUB, 500, 500, NULL, NULL));
  CU_ASSERT_EQUAL (revisions (session), 1);
  guint count = 0;
  for (const char *at = strstr (text_of (session), "at=("); at != NULL; at = strstr (at + 1, "at=("))
    count++;
  CU_ASSERT_EQUAL (count, 4);
  UNDO (session);
  VBET_ASSERT_TEXT (text_of (session), chain);
}

static void
test_delete (void)
{
  g_autoptr (VbetSession) session = opened (chain);
  vbet_session_select (session, "r1", FALSE);
  vbet_session_select (session, "r2", TRUE);
  CU_ASSERT_TRUE (vbet_session_delete_selected (session, NULL));
  const VbetTopology *topology = vbet_session_get_topology (session);
  CU_ASSERT_EQUAL (topology->devices->len, 1);
  CU_ASSERT_EQUAL (topology->cables->len, 0);
  CU_ASSERT_EQUAL (g_hash_table_size (vbet_session_get_selection (session)), 0);
  CU_ASSERT_EQUAL (revisions (session), 1);
  UNDO (session);
  VBET_ASSERT_TEXT (text_of (session), chain);
}

/* Both cables of a chain at once, whose generated names change as they go. */
static void
test_delete_cables (void)
{
  g_autoptr (VbetSession) session = opened (chain);
  const VbetTopology *topology = vbet_session_get_topology (session);
  for (guint i = 0; i < topology->cables->len; i++)
    vbet_session_select (session, ((VbetCable *)g_ptr_array_index (topology->cables, i))->name, TRUE);
  CU_ASSERT_EQUAL (g_hash_table_size (vbet_session_get_selection (session)), 2);
  CU_ASSERT_TRUE (vbet_session_delete_selected (session, NULL));
  topology = vbet_session_get_topology (session);
  CU_ASSERT_EQUAL (topology->devices->len, 3);
  CU_ASSERT_EQUAL (topology->cables->len, 0);
  UNDO (session);
  VBET_ASSERT_TEXT (text_of (session), chain);
}

static void
test_rename (void)
{
  g_autoptr (VbetSession) session = opened (chain);
  g_autoptr (GError) error = NULL;
  VbetPoint before, after;
  CU_ASSERT_TRUE (vbet_session_get_position (session, "r2", &before));
  CU_ASSERT_TRUE (vbet_session_rename (session, "r2", "core", NULL));
  CU_ASSERT_TRUE (vbet_session_get_position (session, "core", &after));
  CU_ASSERT_EQUAL (before.x, after.x);
  CU_ASSERT_TRUE (vbet_session_is_selected (session, "core"));
  CU_ASSERT_FALSE (vbet_session_rename (session, "core", "r1", &error));
  CU_ASSERT_PTR_NOT_NULL (error);
  g_clear_error (&error);
  CU_ASSERT_FALSE (vbet_session_rename (session, "core", "not a name", &error));
  CU_ASSERT_PTR_NOT_NULL (error);
  CU_ASSERT_EQUAL (revisions (session), 1);
}

static void
test_arrange (void)
{
  g_autoptr (VbetSession) session = opened ("a = attach(alloc(host, at=(0, 0)), alloc(NIC))\nb = "
                                            "attach(alloc(host, at=(1, 0)), alloc(NIC))\nlink(a, b)\n");
  VbetPoint a, b;
  CU_ASSERT_TRUE (vbet_session_arrange (session, NULL));
  CU_ASSERT_TRUE (vbet_session_get_position (session, "a", &a)
                  && vbet_session_get_position (session, "b", &b));
  CU_ASSERT_TRUE (vbet_point_distance (a, b) > 100);
  UNDO (session);
  CU_ASSERT_TRUE (vbet_session_get_position (session, "b", &b));
  CU_ASSERT_EQUAL (b.x, 1);
}

static void
test_fix (void)
{
  const char *broken = "h1 = attach(alloc(host), alloc(NIC)\n";
  g_autoptr (VbetSession) session = opened (broken);
  CU_ASSERT_EQUAL_FATAL (vbet_diagnostics_size (vbet_session_get_diagnostics (session)), 1);
  vbet_session_fix (session, 0);
  VBET_ASSERT_TEXT (text_of (session), "h1 = attach(alloc(host), alloc(NIC))\n");
  CU_ASSERT_EQUAL (vbet_diagnostics_size (vbet_session_get_diagnostics (session)), 0);
  vbet_session_fix (session, 0); /* there is none any more */
  UNDO (session);
  VBET_ASSERT_TEXT (text_of (session), broken);
}

/* Broken texts: gestures work on what is understood, or say why not; nothing is lost. */
static void
test_gestures_on_broken_text (void)
{
  static const char *const texts[] = {
    "h1 = attach(alloc(host), alloc(NIC)\nh2 = alloc(hots)\n]]] ((\nlink(h1, nowhere)\n",
    "\"\"\"never closed",
    "h1 = alloc(host\nh1 = alloc(host)\n",
    "= = =\n",
    "h1 = alloc(host, at=(x, y), at=5)",
  };
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (VbetSession) session = opened (texts[i]);
    g_autoptr (GError) error = NULL;
    guint before = 0;
    vbet_session_select_all (session);
    if (!vbet_session_move_selected (session, 10, 10, &error))
      CU_ASSERT_PTR_NOT_NULL (error);
    g_clear_error (&error);
    before = revisions (session);
    if (!vbet_session_add_device (session, VBET_KIND_HOST, 10, 10, NULL, &error)) {
      CU_ASSERT_PTR_NOT_NULL (error);
      CU_ASSERT_EQUAL (revisions (session), before);
    }
    g_clear_error (&error);
    vbet_session_select_all (session);
    if (!vbet_session_delete_selected (session, &error))
      CU_ASSERT_PTR_NOT_NULL (error);
    vbet_document_go_to (vbet_session_get_document (session), 0);
    VBET_ASSERT_TEXT (text_of (session), texts[i]);
  }
}

static void
count (VbetSession *session, guint *times)
{
  (*times)++;
}

static void
test_signals (void)
{
  g_autoptr (VbetSession) session = opened (chain);
  guint changed = 0, selected = 0, states = 0;
  g_signal_connect (session, "changed", G_CALLBACK (count), &changed);
  g_signal_connect (session, "selection-changed", G_CALLBACK (count), &selected);
  g_signal_connect (session, "states-changed", G_CALLBACK (count), &states);
  vbet_session_select (session, "r1", FALSE);
  CU_ASSERT_TRUE (vbet_session_move_selected (session, 10, 0, NULL));
  CU_ASSERT_EQUAL (changed, 1); /* a gesture of several edits is one change */
  CU_ASSERT_EQUAL (selected, 1);
  vbet_session_set_running (session, TRUE);
  vbet_session_set_state (session, "r1", VBET_STATE_FAILED, "no memory");
  CU_ASSERT_EQUAL (states, 2);
  VBET_ASSERT_TEXT (vbet_session_get_reason (session, "r1"), "no memory");
  vbet_session_set_running (session, FALSE);
  CU_ASSERT_EQUAL (vbet_session_get_state (session, "r1"), VBET_STATE_OFF);
  CU_ASSERT_PTR_NULL (vbet_session_get_reason (session, "r1"));
}

static GPtrArray *
one_alarm (const char *text)
{
  GPtrArray *alarms = g_ptr_array_new_with_free_func ((GDestroyNotify)vbet_alarm_free);
  if (text != NULL)
    g_ptr_array_add (alarms, vbet_alarm_new (text, NULL));
  return alarms;
}

static void
test_alarms (void)
{
  g_autoptr (VbetSession) session = opened (chain);
  guint states = 0, before = vbet_session_count_problems (session);
  vbet_session_set_running (session, TRUE);
  g_signal_connect (session, "states-changed", G_CALLBACK (count), &states);
  vbet_session_set_alarms (session, "r1", one_alarm ("no way"));
  vbet_session_set_alarms (session, "r1", one_alarm ("no way"));
  CU_ASSERT_EQUAL (states, 1); /* the same again is no change */
  CU_ASSERT_EQUAL (vbet_session_count_problems (session), before + 1);
  CU_ASSERT_PTR_NULL (vbet_session_get_alarms (session, "r2"));
  CU_ASSERT_EQUAL (vbet_session_get_alarms (session, "r1")->len, 1);
  vbet_session_set_alarms (session, "r1", one_alarm ("no other way"));
  vbet_session_set_state (session, "r2", VBET_STATE_FAILED, NULL);
  CU_ASSERT_EQUAL (states, 3);
  CU_ASSERT_EQUAL (vbet_session_count_problems (session), before + 2);
  vbet_session_set_alarms (session, "r1", one_alarm (NULL));
  CU_ASSERT_PTR_NULL (vbet_session_get_alarms (session, "r1"));
  vbet_session_set_alarms (session, "r1", NULL);
  CU_ASSERT_EQUAL (states, 4);
  vbet_session_set_alarms (session, "r1", one_alarm ("no way"));
  vbet_session_set_running (session, FALSE);
  CU_ASSERT_EQUAL (vbet_session_count_problems (session), before);
}

static void
test_not_text (void)
{
  g_autoptr (VbetSession) session = vbet_session_new ();
  vbet_session_load (session, "h1 = alloc(host) # \xe9\n", 21, NULL);
  CU_ASSERT_FALSE (vbet_session_is_text (session));
  CU_ASSERT_EQUAL (vbet_session_get_topology (session)->devices->len, 1);
  vbet_session_load (session, "a\0b", 3, NULL);
  CU_ASSERT_FALSE (vbet_session_is_text (session));
  vbet_session_load (session, "h1 = alloc(host) # \xc3\xa9\n", 22, NULL);
  CU_ASSERT_TRUE (vbet_session_is_text (session));
}

static CU_TestInfo session_tests[] = {
  { "names", test_names },
  { "the first move fixes the picture", test_move_fixes_the_picture },
  { "the second touches one device", test_second_move_touches_one },
  { "devices and cables are added", test_add_device_and_cable },
  { "a device that is added fixes the picture", test_add_device_fixes_the_picture },
  { "a cable is plugged in where one points", test_plug },
  { "a cable is plugged in elsewhere", test_replug },
  { "cables are cut and mended", test_cut_and_mend },
  { "notes and frames", test_notes },
  { "devices go with their cables", test_delete },
  { "cables go", test_delete_cables },
  { "a device is renamed", test_rename },
  { "arrange", test_arrange },
  { "a fix is applied", test_fix },
  { "gestures on broken texts", test_gestures_on_broken_text },
  { "signals", test_signals },
  { "alarms", test_alarms },
  { "what is no text", test_not_text },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "session", NULL, NULL, NULL, NULL, session_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
