/* test-gui-form.c - the inspector's form: fields of a selection, editors' texts both ways, gestures. */
#include "config.h"

#include <string.h>

#include "gui/model/form.h"
#include "gui/model/session.h"
#include "unit/harness.h"

static const char lab_text[] = "r1 = attach(alloc(router, mem=256M), alloc(NIC, ip=10.0.0.1/24))\n"
                               "h1 = attach(alloc(host), alloc(NIC, ip=[10.0.0.2/24, 2001:db8::2/64]))\n"
                               "s = alloc(switch)\n"
                               "c1 = link(r1, h1, delay=10ms/40ms, loss=1%)\n"
                               "note(\"hello\", at=(1, 2))\n";

static VbetSession *
session_new (const char *text)
{
  VbetSession *self = vbet_session_new ();
  vbet_session_load (self, text, strlen (text), NULL);
  return self;
}

static const char *
text_of (VbetSession *session)
{
  return vbet_document_text (vbet_session_get_document (session), NULL);
}

static GPtrArray *
fields_of (VbetSession *session, const VbetObject *objects, guint size)
{
  return vbet_form_fields (vbet_session_get_topology (session), objects, size,
                           vbet_session_get_diagnostics (session));
}

static const VbetFormField *
find (GPtrArray *fields, const char *key)
{
  for (guint i = 0; i < fields->len; i++) {
    const VbetFormField *field = g_ptr_array_index (fields, i);
    if (strcmp (field->spec->key, key) == 0)
      return field;
  }
  return NULL;
}

/* --- editors' texts ------------------------------------------------------------------- */

static void
check_value (VbetKind kind, const char *key, const char *typed, const char *expected)
{
  const VbetAttributeSpec *spec = vbet_schema_find (kind, key);
  g_autoptr (GError) error = NULL;
  g_autofree char *value = vbet_form_value_text (spec, typed);
  if (g_strcmp0 (value, expected) != 0)
    VBET_ASSERT_TEXT (value != NULL ? value : "(none)", expected != NULL ? expected : "(none)");
  if (value == NULL)
    return;
  gboolean good = vbet_form_check (kind, key, value, &error);
  if (!good)
    g_printerr ("%s=%s: %s\n", key, value, error->message);
  CU_ASSERT_TRUE (good);
  /* And back: what was read shows the same again. */
  g_autoptr (VbetValue) parsed = vbet_value_parse (value, NULL);
  g_autofree char *shown = vbet_form_editor_text (spec, parsed);
  g_autofree char *again = vbet_form_value_text (spec, shown);
  g_autoptr (VbetValue) reparsed = vbet_value_parse (again, NULL);
  CU_ASSERT_TRUE (vbet_value_equal (parsed, reparsed));
}

static void
test_values (void)
{
  check_value (VBET_KIND_HOST, "mem", "96", "96M");
  check_value (VBET_KIND_HOST, "mem", " 1G ", "1G");
  check_value (VBET_KIND_HOST, "mem", "", NULL);
  check_value (VBET_KIND_CABLE, "delay", "12.5", "12.5ms");
  check_value (VBET_KIND_CABLE, "delay", "0", "0");
  check_value (VBET_KIND_CABLE, "loss", "0.1", "0.1%");
  check_value (VBET_KIND_CABLE, "rate", "10", "10Mbit");
  check_value (VBET_KIND_CABLE, "rate", "5 Mbit/s", "5Mbit");
  check_value (VBET_KIND_CABLE, "rate", "64 kbps", "64kbit");
  check_value (VBET_KIND_CABLE, "rate", "1 g", "1Gbit");
  check_value (VBET_KIND_CABLE, "rate", "10Mbit/1Mbit", "10Mbit/1Mbit");
  check_value (VBET_KIND_CABLE, "delay", "20 ms", "20ms");
  check_value (VBET_KIND_CABLE, "delay", "1,5 s", "1.5s");
  check_value (VBET_KIND_CABLE, "delay", "300 µs", "300us");
  check_value (VBET_KIND_CABLE, "delay", "0", "0");
  check_value (VBET_KIND_CABLE, "loss", "2 %", "2%");
  check_value (VBET_KIND_CABLE, "queue", "50", "50");
  check_value (VBET_KIND_NIC, "ip", "10.0.0.1/24", "10.0.0.1/24");
  check_value (VBET_KIND_NIC, "ip", "10.0.0.1/24  2001:db8::1/64,", "[10.0.0.1/24, 2001:db8::1/64]");
  check_value (VBET_KIND_NIC, "mac", "02:00:00:00:00:01", "02:00:00:00:00:01");
  check_value (VBET_KIND_HOST, "services", "web, ssh", "[web, ssh]");
  check_value (VBET_KIND_HOST, "services", "dhcp-server", "dhcp-server");
  check_value (VBET_KIND_HOST, "label", "My \"host\"", "\"My \\\"host\\\"\"");
  check_value (VBET_KIND_HOST, "color", "red", "red");
  check_value (VBET_KIND_HOST, "color", "#ff0000", "\"#ff0000\"");
  check_value (VBET_KIND_HOST, "at", "120, 80", "(120, 80)");
  check_value (VBET_KIND_HOST, "autostart", "no", "no");
  check_value (VBET_KIND_HOST, "boot", "echo hi", "\"echo hi\"");
  check_value (VBET_KIND_SWITCH, "vlans", "10 20", "[10, 20]");
  check_value (VBET_KIND_GATEWAY, "forward", "tcp:8080:host1:80", "\"tcp:8080:host1:80\"");
  check_value (VBET_KIND_REMOTE, "peer", "192.0.2.7:7000", "\"192.0.2.7:7000\"");
  check_value (VBET_KIND_REMOTE, "peer", "[2001:db8::7]:7000", "\"[2001:db8::7]:7000\"");
  check_value (VBET_KIND_REMOTE, "listen", "7000", "\"7000\"");
  check_value (VBET_KIND_REMOTE, "vni", "42", "42");
}

static void
test_long_texts (void)
{
  check_value (VBET_KIND_ROUTER, "routing", "router ospf\n network 10.0.0.0/24 area 0\n",
               "\"\"\"\n    router ospf\n     network 10.0.0.0/24 area 0\n  \"\"\"");
  /* What would not be the same between three quotes is written with escapes. */
  check_value (VBET_KIND_ROUTER, "routing", "a\n\"\"\"\nb", "\"a\\n\\\"\\\"\\\"\\nb\"");
  const char *const odd[]
      = { "a\n\n  b\n", "  a\n b", "a\\nb\nc", "\"\nx", "x\ny\"", "\tx\n\ty", "x\n   \ny" };
  for (guint i = 0; i < G_N_ELEMENTS (odd); i++) {
    g_autofree char *value = vbet_form_value_text (vbet_schema_find (VBET_KIND_ROUTER, "routing"), odd[i]);
    g_autoptr (VbetValue) parsed = vbet_value_parse (value, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL (parsed);
    g_autofree char *got = g_strstrip (g_strdup (parsed->as.text));
    g_autofree char *wanted = g_strstrip (g_strdup (odd[i]));
    VBET_ASSERT_TEXT (got, wanted);
  }
}

static void
test_pairs (void)
{
  const VbetAttributeSpec *delay = vbet_schema_find (VBET_KIND_CABLE, "delay");
  g_autofree char *both = vbet_form_pair_text (delay, "10ms", "10ms");
  VBET_ASSERT_TEXT (both, "10ms");
  g_autofree char *two = vbet_form_pair_text (delay, "10ms", "40ms");
  VBET_ASSERT_TEXT (two, "10ms/40ms");
  g_autofree char *one = vbet_form_pair_text (delay, NULL, "40ms");
  VBET_ASSERT_TEXT (one, "0ms/40ms");
  CU_ASSERT_PTR_NULL (vbet_form_pair_text (delay, NULL, NULL));
  CU_ASSERT_TRUE (vbet_form_check (VBET_KIND_CABLE, "delay", one, NULL));
}

static void
check_wrong (VbetKind kind, const char *key, const char *typed, const char *reason)
{
  const VbetAttributeSpec *spec = vbet_schema_find (kind, key);
  g_autoptr (GError) error = NULL;
  g_autofree char *value = vbet_form_value_text (spec, typed);
  gboolean good = vbet_form_check (kind, key, value, &error);
  CU_ASSERT_FALSE (good);
  if (good)
    g_printerr ("%s is taken for right\n", value);
  else if (strstr (error->message, reason) == NULL)
    VBET_ASSERT_TEXT (error->message, reason);
}

static void
test_wrong_values (void)
{
  check_wrong (VBET_KIND_HOST, "mem", "1", "mem");
  check_wrong (VBET_KIND_HOST, "mem", "plenty", "mem needs");
  check_wrong (VBET_KIND_HOST, "mem", "64M, gateway=1", "mem needs");
  check_wrong (VBET_KIND_NIC, "ip", "10.0.0.300/24", "ip needs");
  check_wrong (VBET_KIND_NIC, "ip", "10.0.0.1)", "ip needs");
  check_wrong (VBET_KIND_NIC, "mac", "01:00:00:00:00:01", "multicast");
  check_wrong (VBET_KIND_NIC, "mtu", "70", "mtu");
  check_wrong (VBET_KIND_CABLE, "loss", "101", "loss");
  check_wrong (VBET_KIND_CABLE, "delay", "1/2/3", "delay");
  check_wrong (VBET_KIND_HOST, "services", "websrv", "web");
  check_wrong (VBET_KIND_HOST, "color", "blurple", "color");
}

/* --- fields ------------------------------------------------------------------------------ */

static void
test_fields_of_one (void)
{
  g_autoptr (VbetSession) session = session_new (lab_text);
  VbetObject router = { VBET_KIND_ROUTER, "r1", 0 };
  g_autoptr (GPtrArray) fields = fields_of (session, &router, 1);
  VBET_ASSERT_TEXT (((VbetFormField *)fields->pdata[0])->spec->key, "routing");
  const VbetFormField *mem = find (fields, "mem");
  CU_ASSERT_TRUE (mem->is_set && mem->is_main && !mem->is_mixed);
  VBET_ASSERT_TEXT (mem->texts[0], "256M");
  VBET_ASSERT_TEXT (mem->default_texts[0], "128M");
  CU_ASSERT_FALSE (find (fields, "label")->is_set);
  CU_ASSERT_PTR_NULL (find (fields, "stp"));
  VbetObject cable = { VBET_KIND_CABLE, "c1", 0 };
  g_autoptr (GPtrArray) of_cable = fields_of (session, &cable, 1);
  CU_ASSERT_TRUE (find (of_cable, "delay")->is_pair);
  VBET_ASSERT_TEXT (find (of_cable, "delay")->texts[0], "10ms");
  VBET_ASSERT_TEXT (find (of_cable, "delay")->texts[1], "40ms");
  CU_ASSERT_FALSE (find (of_cable, "loss")->is_pair);
  VBET_ASSERT_TEXT (find (of_cable, "loss")->texts[1], "1%");
  static const char *const first[] = { "up", "rate", "delay", "loss", "jitter", "distribution" };
  CU_ASSERT_EQUAL_FATAL (of_cable->len, VBET_IMPAIRMENTS_SIZE);
  for (guint i = 0; i < of_cable->len; i++) {
    const VbetFormField *field = of_cable->pdata[i];
    VBET_ASSERT_TEXT (field->label, vbet_impairment_find (field->spec->key)->label);
    CU_ASSERT_EQUAL (field->is_main, i < 5);
    if (i < G_N_ELEMENTS (first))
      VBET_ASSERT_TEXT (field->spec->key, first[i]);
  }
  VbetObject nic = { VBET_KIND_NIC, "h1", 1 };
  g_autoptr (GPtrArray) of_nic = fields_of (session, &nic, 1);
  VBET_ASSERT_TEXT (find (of_nic, "ip")->texts[0], "10.0.0.2/24, 2001:db8::2/64");
  VbetObject note = { VBET_KIND_NOTE, NULL, 0 };
  g_autoptr (GPtrArray) of_note = fields_of (session, &note, 1);
  VBET_ASSERT_TEXT (find (of_note, "text")->texts[0], "hello");
  VbetObject gone = { VBET_KIND_HOST, "nobody", 0 };
  g_autoptr (GPtrArray) none = fields_of (session, &gone, 1);
  CU_ASSERT_EQUAL (none->len, 0);
}

static void
test_fields_of_several (void)
{
  g_autoptr (VbetSession) session = session_new (lab_text);
  VbetObject both[]
      = { { VBET_KIND_ROUTER, "r1", 0 }, { VBET_KIND_HOST, "h1", 0 }, { VBET_KIND_SWITCH, "s", 0 } };
  g_autoptr (GPtrArray) guests = fields_of (session, both, 2);
  CU_ASSERT_TRUE (find (guests, "mem")->is_mixed);
  VBET_ASSERT_TEXT (find (guests, "mem")->texts[0], "");
  CU_ASSERT_PTR_NULL (find (guests, "mem")->default_texts[0]); /* a router has another */
  VBET_ASSERT_TEXT (find (guests, "autostart")->default_texts[0], "yes");
  CU_ASSERT_PTR_NULL (find (guests, "routing"));
  g_autoptr (GPtrArray) all = fields_of (session, both, 3);
  CU_ASSERT_PTR_NULL (find (all, "mem"));
  CU_ASSERT_PTR_NOT_NULL (find (all, "color"));
}

static void
test_findings (void)
{
  g_autoptr (VbetSession) session
      = session_new ("h1 = attach(alloc(host, mem=12), alloc(NIC, ip=10.0.0.0/24))\n");
  VbetObject host = { VBET_KIND_HOST, "h1", 0 };
  VbetObject nic = { VBET_KIND_NIC, "h1", 1 };
  g_autoptr (GPtrArray) fields = fields_of (session, &nic, 1);
  const VbetFormField *ip = find (fields, "ip");
  CU_ASSERT_TRUE (ip->finding != NULL || !ip->is_set);
  g_autoptr (GPtrArray) of_host = fields_of (session, &host, 1);
  CU_ASSERT_PTR_NOT_NULL (find (of_host, "mem"));
}

/* --- gestures ------------------------------------------------------------------------------ */

static void
test_set_and_undo (void)
{
  g_autoptr (VbetSession) session = session_new (lab_text);
  g_autoptr (GError) error = NULL;
  VbetDocument *document = vbet_session_get_document (session);
  VbetObject objects[] = { { VBET_KIND_ROUTER, "r1", 0 }, { VBET_KIND_HOST, "h1", 0 } };
  CU_ASSERT_TRUE (vbet_session_set_attribute (session, objects, 2, "mem", "512M", &error));
  CU_ASSERT_PTR_NOT_NULL (strstr (text_of (session), "alloc(router, mem=512M)"));
  CU_ASSERT_PTR_NOT_NULL (strstr (text_of (session), "alloc(host, mem=512M)"));
  CU_ASSERT_EQUAL (vbet_document_n_revisions (document), 1);
  VBET_ASSERT_TEXT (vbet_document_undo_label (document), "Set mem of 2 things");
  CU_ASSERT_TRUE (vbet_session_set_attribute (session, objects, 1, "mem", NULL, &error));
  CU_ASSERT_PTR_NOT_NULL (strstr (text_of (session), "alloc(router)"));
  VBET_ASSERT_TEXT (vbet_document_undo_label (document), "Reset mem of r1");
  vbet_document_undo (document);
  vbet_document_undo (document);
  VBET_ASSERT_TEXT (text_of (session), lab_text);
  VbetObject nic = { VBET_KIND_NIC, "h1", 1 };
  CU_ASSERT_TRUE (vbet_session_set_attribute (session, &nic, 1, "ip", "10.0.0.9/24", &error));
  VBET_ASSERT_TEXT (vbet_document_undo_label (document), "Set ip of h1 eth0");
  /* What cannot be changes nothing. */
  g_autofree char *before = g_strdup (text_of (session));
  CU_ASSERT_FALSE (vbet_session_set_attribute (session, objects, 2, "routing", "\"x\"", &error));
  CU_ASSERT_PTR_NOT_NULL (error);
  VBET_ASSERT_TEXT (text_of (session), before);
}

/* Many at once are one text edit, not one parse each. */
static void
test_set_many (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree VbetObject *objects = g_new0 (VbetObject, 400);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < 400; i++) {
    char *name = g_strdup_printf ("h%u", i);
    g_ptr_array_add (names, name);
    g_string_append_printf (text, "%s = attach(alloc(host), alloc(NIC))\n", name);
    objects[i] = (VbetObject){ VBET_KIND_HOST, name, 0 };
  }
  g_autoptr (VbetSession) session = session_new (text->str);
  g_autoptr (GError) error = NULL;
  CU_ASSERT_TRUE (vbet_session_set_attribute (session, objects, 400, "mem", "48M", &error));
  g_auto (GStrv) parts = g_strsplit (text_of (session), "mem=48M", -1);
  CU_ASSERT_EQUAL (g_strv_length (parts), 401);
  vbet_document_undo (vbet_session_get_document (session));
  VBET_ASSERT_TEXT (text_of (session), text->str);
}

static void
test_nics (void)
{
  g_autoptr (VbetSession) session = session_new (lab_text);
  g_autoptr (GError) error = NULL;
  CU_ASSERT_TRUE (vbet_session_add_nic (session, "h1", &error));
  CU_ASSERT_EQUAL (vbet_topology_device (vbet_session_get_topology (session), "h1")->nics->len, 2);
  CU_ASSERT_TRUE (vbet_session_remove_nic (session, "h1", 1, &error));
  CU_ASSERT_EQUAL (vbet_topology_device (vbet_session_get_topology (session), "h1")->nics->len, 1);
  vbet_document_undo (vbet_session_get_document (session));
  vbet_document_undo (vbet_session_get_document (session));
  VBET_ASSERT_TEXT (text_of (session), lab_text);
}

static void
test_items (void)
{
  CU_ASSERT_TRUE (vbet_form_has_item ("web, ssh", "ssh"));
  CU_ASSERT_FALSE (vbet_form_has_item ("ospf6", "ospf"));
  g_autofree char *more = vbet_form_with_item ("web", "ssh", TRUE);
  VBET_ASSERT_TEXT (more, "web, ssh");
  g_autofree char *less = vbet_form_with_item ("web, ssh", "web", FALSE);
  VBET_ASSERT_TEXT (less, "ssh");
}

static CU_TestInfo text_tests[] = {
  { "what is typed becomes a value, and back", test_values },
  { "texts of many lines", test_long_texts },
  { "the two directions of a cable", test_pairs },
  { "wrong values have the language's reasons", test_wrong_values },
  { "items of a list", test_items },
  CU_TEST_INFO_NULL,
};

static CU_TestInfo field_tests[] = {
  { "fields of one thing", test_fields_of_one },
  { "fields of several", test_fields_of_several },
  { "findings stand at their field", test_findings },
  CU_TEST_INFO_NULL,
};

static CU_TestInfo gesture_tests[] = {
  { "set, reset and undo", test_set_and_undo },
  { "many at once", test_set_many },
  { "NICs come and go", test_nics },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "texts", NULL, NULL, NULL, NULL, text_tests },
  { "fields", NULL, NULL, NULL, NULL, field_tests },
  { "gestures", NULL, NULL, NULL, NULL, gesture_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
