/* test-alarms.c - the list of what is wrong in a running lab: raised, cleared, told; guests that raise
 * without end. */
#include "config.h"

#include <string.h>

#include "engine/lab/alarms.h"
#include "unit/harness.h"

#define GUEST VBET_ALARM_FROM_GUEST

static void
on_changed (const char *device, gpointer data)
{
  g_string_append_printf (data, "%s;", device);
}

/* "DEVICE kind: text\n" for each. */
static char *
listed (VbetAlarms *alarms, const char *device)
{
  g_autoptr (GVariant) list = g_variant_ref_sink (vbet_alarms_to_variant (alarms, device));
  GString *text = g_string_new (NULL);
  for (gsize i = 0; i < g_variant_n_children (list); i++) {
    g_autoptr (GVariant) boxed = g_variant_get_child_value (list, i);
    g_autoptr (GVariant) alarm = g_variant_get_variant (boxed);
    const char *of = NULL, *kind = NULL, *what = NULL;
    g_variant_lookup (alarm, "device", "&s", &of);
    g_variant_lookup (alarm, "kind", "&s", &kind);
    g_variant_lookup (alarm, "text", "&s", &what);
    g_string_append_printf (text, "%s %s: %s\n", of, kind, what);
  }
  return g_string_free (text, FALSE);
}

static void
expect (VbetAlarms *alarms, const char *device, const char *expected)
{
  g_autofree char *actual = listed (alarms, device);
  VBET_ASSERT_TEXT (actual, expected);
}

/* Waits until changes are told, and forgets them. Returns: (transfer full): of which devices. */
static char *
told (GString *changes)
{
  while (changes->len == 0)
    g_main_context_iteration (NULL, TRUE);
  char *text = g_strdup (changes->str);
  g_string_truncate (changes, 0);
  return text;
}

/* (transfer full): what mends the only alarm of @device, "METHOD PARAMS COMMAND". */
static char *
mends (VbetAlarms *alarms, const char *device)
{
  g_autoptr (GVariant) list = g_variant_ref_sink (vbet_alarms_to_variant (alarms, device));
  CU_ASSERT_EQUAL_FATAL (g_variant_n_children (list), 1);
  g_autoptr (GVariant) boxed = g_variant_get_child_value (list, 0);
  g_autoptr (GVariant) alarm = g_variant_get_variant (boxed);
  g_autoptr (GVariant) params = g_variant_lookup_value (alarm, "params", NULL);
  g_autofree char *shown = params != NULL ? g_variant_print (params, FALSE) : g_strdup ("-");
  const char *method = "-", *command = "-";
  g_variant_lookup (alarm, "method", "&s", &method);
  g_variant_lookup (alarm, "command", "&s", &command);
  return g_strdup_printf ("%s %s %s", method, shown, command);
}

static void
test_remedies (void)
{
  g_autoptr (GString) changes = g_string_new (NULL);
  VbetAlarms *alarms = vbet_alarms_new ("lab", on_changed, changes);
  vbet_alarms_raise (alarms, "a", GUEST, "1", "disk", "no room", 1);
  vbet_alarms_raise (alarms, "b", GUEST, "1", "module", "none", 1);
  vbet_alarms_raise (alarms, "c", GUEST, "1", "dhcp", "no server", 1);
  vbet_alarms_raise (alarms, "e", GUEST, "1", "a kind of later versions", "what", 1);
  vbet_alarms_raise_call (alarms, "d", "call set", 7, "set(d, gateway=10.0.0.1): no", 1);
  static const char *const expected[][2] = {
    { "a", "device.restart {'device': <'a'>} vbetctl call lab 'restart(a)'" },
    { "b", "- - vbetctl image build" },
    { "c", "- - -" },
    { "d", "call.retry {'number': <uint32 7>} vbetctl call --again lab 7" },
    { "e", "- - -" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++) {
    g_autofree char *actual = mends (alarms, expected[i][0]);
    VBET_ASSERT_TEXT (actual, expected[i][1]);
  }
  /* The same call failed again: another number. */
  g_free (told (changes));
  vbet_alarms_raise_call (alarms, "d", "call set", 9, "set(d, gateway=10.0.0.1): no", 2);
  g_autofree char *which = told (changes);
  VBET_ASSERT_TEXT (which, "d;");
  g_autofree char *again = mends (alarms, "d");
  VBET_ASSERT_TEXT (again, "call.retry {'number': <uint32 9>} vbetctl call --again lab 9");
  vbet_alarms_free (alarms);
}

static void
test_raise_and_clear (void)
{
  g_autoptr (GString) changes = g_string_new (NULL);
  VbetAlarms *alarms = vbet_alarms_new ("lab", on_changed, changes);
  vbet_alarms_raise (alarms, "r1", GUEST, "00", "route", "no way", 1);
  vbet_alarms_raise (alarms, "r1", GUEST, "01", "rules", "an error", 2);
  vbet_alarms_raise (alarms, "r1", VBET_ALARM_FROM_ENGINE, "00", "call", "of the engine", 3);
  vbet_alarms_raise (alarms, "h1", GUEST, "00", "mystery", "something", 4);
  CU_ASSERT_EQUAL (changes->len, 0); /* later, and together */
  g_autofree char *first = told (changes);
  CU_ASSERT_TRUE (strcmp (first, "r1;h1;") == 0 || strcmp (first, "h1;r1;") == 0);
  expect (alarms, NULL,
          "r1 route: no way\nr1 rules: an error\nr1 call: of the engine\nh1 mystery: something\n");
  expect (alarms, "h1", "h1 mystery: something\n");
  /* Again: another text takes its place. */
  vbet_alarms_raise (alarms, "r1", GUEST, "00", "route", "still no way", 9);
  vbet_alarms_clear (alarms, "r1", GUEST, "01");
  vbet_alarms_clear (alarms, "r1", GUEST, "02");
  expect (alarms, "r1", "r1 route: still no way\nr1 call: of the engine\n");
  g_autofree char *second = told (changes);
  VBET_ASSERT_TEXT (second, "r1;");
  vbet_alarms_clear (alarms, "r1", GUEST, NULL);
  expect (alarms, NULL, "r1 call: of the engine\nh1 mystery: something\n");
  vbet_alarms_forget (alarms, "r1");
  expect (alarms, "r1", "");
  vbet_alarms_free (alarms);
}

static void
test_what_clients_get (void)
{
  g_autoptr (GString) changes = g_string_new (NULL);
  VbetAlarms *alarms = vbet_alarms_new ("lab", on_changed, changes);
  vbet_alarms_raise (alarms, "r1", GUEST, "00", "route", "no way", 1.5);
  vbet_alarms_raise (alarms, "r1", GUEST, "00", "route", "none", 7);
  vbet_alarms_raise (alarms, "", VBET_ALARM_FROM_ENGINE, "x", "mystery", "odd", 8);
  g_autoptr (GVariant) list = g_variant_ref_sink (vbet_alarms_to_variant (alarms, NULL));
  g_autoptr (GVariant) first = g_variant_get_child_value (list, 0);
  g_autoptr (GVariant) second = g_variant_get_child_value (list, 1);
  g_autoptr (GVariant) route = g_variant_get_variant (first);
  g_autoptr (GVariant) odd = g_variant_get_variant (second);
  const char *remedy = NULL;
  double since = 0;
  CU_ASSERT_TRUE (g_variant_lookup (route, "since", "d", &since));
  CU_ASSERT_DOUBLE_EQUAL (since, 1.5, 1e-9);
  CU_ASSERT_TRUE (g_variant_lookup (route, "remedy", "&s", &remedy));
  CU_ASSERT_PTR_NOT_NULL (strstr (remedy, "gateway="));
  CU_ASSERT_FALSE (g_variant_lookup (odd, "remedy", "&s", &remedy));
  vbet_alarms_free (alarms);
}

/* What a guest may make of it: escape sequences, lines turned around, no end. */
static void
test_hostile (void)
{
  g_autoptr (GString) changes = g_string_new (NULL);
  VbetAlarms *alarms = vbet_alarms_new ("lab", on_changed, changes);
  vbet_alarms_raise (alarms, "r1", GUEST, "00", "x", " a\33]0;b\a\n\302\233c\342\200\256d\303\244 ", 1);
  expect (alarms, NULL, "r1 x: a ]0;b c d\303\244\n");
  g_autofree char *longer = g_strnfill (5000, 'a');
  vbet_alarms_raise (alarms, "r1", GUEST, "00", "x", longer, 1);
  g_autofree char *cut = listed (alarms, NULL);
  CU_ASSERT_EQUAL (strlen (cut), strlen ("r1 x: \n") + 400);
  for (guint i = 0; i < 1000; i++) {
    g_autofree char *key = g_strdup_printf ("k%u", i);
    vbet_alarms_raise (alarms, "r1", GUEST, key, "x", "again", 1);
  }
  vbet_alarms_raise (alarms, "r2", GUEST, "00", "x", "another's", 2);
  g_autofree char *many = listed (alarms, "r1");
  g_auto (GStrv) lines = g_strsplit (many, "\n", -1);
  CU_ASSERT_EQUAL (g_strv_length (lines), VBET_ALARMS_MAX + 2); /* the number of the others, and the end */
  VBET_ASSERT_TEXT (lines[VBET_ALARMS_MAX], "r1 more: and 937 more, which its console shows");
  expect (alarms, "r2", "r2 x: another's\n");
  vbet_alarms_clear (alarms, "r1", GUEST, NULL);
  expect (alarms, NULL, "r2 x: another's\n");
  g_autofree char *once = told (changes);
  CU_ASSERT_TRUE (strcmp (once, "r1;r2;") == 0 || strcmp (once, "r2;r1;") == 0);
  vbet_alarms_free (alarms);
}

static CU_TestInfo alarm_tests[] = {
  { "raised and cleared", test_raise_and_clear },
  { "what mends them", test_remedies },
  { "what clients get", test_what_clients_get },
  { "guests without shame", test_hostile },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "alarms", NULL, NULL, NULL, NULL, alarm_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
