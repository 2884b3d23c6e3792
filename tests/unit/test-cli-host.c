/* test-cli-host.c - vbetctl on the host itself: doctor, image. What this host has is not asserted, only how
 * it is told. */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include <json-glib/json-glib.h>

#include "unit/cli-runner.h"

static void
test_doctor (void)
{
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new (NULL);
  g_autoptr (VbetRun) json = VBET_RUN (sandbox, "doctor", "--json");
  g_autoptr (VbetRun) people = VBET_RUN (sandbox, "doctor");
  g_autoptr (JsonNode) root = json_from_string (json->out, NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (root);
  JsonArray *findings = json_node_get_array (root);
  gboolean failed = FALSE;
  CU_ASSERT_TRUE (json_array_get_length (findings) >= 15);
  for (guint i = 0; i < json_array_get_length (findings); i++) {
    JsonObject *finding = json_array_get_object_element (findings, i);
    const char *state = json_object_get_string_member (finding, "state");
    const char *text = json_object_get_string_member (finding, "text");
    const char *remedy = json_object_get_string_member (finding, "remedy");
    CU_ASSERT_TRUE (g_str_has_suffix (text, "."));
    CU_ASSERT_EQUAL (strcmp (state, "ok") == 0, *remedy == '\0');
    CU_ASSERT_TRUE (strcmp (state, "ok") == 0 || strcmp (state, "warn") == 0 || strcmp (state, "fail") == 0);
    failed = failed || strcmp (state, "fail") == 0;
  }
  CU_ASSERT_EQUAL (json->status, failed ? 1 : 0);
  CU_ASSERT_EQUAL (people->status, json->status);
  CU_ASSERT_PTR_NOT_NULL (strstr (people->out, "(ptrace).\n"));
}

static void
test_image_list (void)
{
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new (NULL);
  g_free (vbet_sandbox_write (sandbox, "vbet-0123456789ab.img", ""));
  g_free (vbet_sandbox_write (sandbox, "vbet-0123456789ab.manifest",
                              "vbet-image 2\nkernel 6.1.176\npackage a 1\npackage b 2\n"));
  g_free (vbet_sandbox_write (sandbox, "vbet-cdef.img", ""));
  g_free (vbet_sandbox_write (sandbox, "vbet-cdef.manifest",
                              "vbet-image 2\nwith hping3\nwith python3\npackage a 1\n"));
  g_autofree char *link = g_build_filename (sandbox->dir, "current", NULL);
  g_autofree char *name = g_build_filename (sandbox->dir, "tools.img", NULL);
  g_autofree char *broken = g_build_filename (sandbox->dir, "broken.img", NULL);
  CU_ASSERT_EQUAL (symlink ("vbet-cdef.img", name), 0);
  CU_ASSERT_EQUAL (symlink ("vbet-none.img", broken), 0);
  CU_ASSERT_EQUAL (symlink ("vbet-0123456789ab.img", link), 0);
  g_autoptr (VbetRun) people = VBET_RUN (sandbox, "image", "list");
  CU_ASSERT_EQUAL (people->status, 0);
  CU_ASSERT_TRUE (g_str_has_prefix (people->out, "IMAGE "));
  CU_ASSERT_PTR_NOT_NULL (strstr (people->out, "\nvbet-0123456789ab  current "));
  g_autoptr (VbetRun) json = VBET_RUN (sandbox, "image", "list", "--json");
  g_autoptr (JsonNode) root = json_from_string (json->out, NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (root);
  JsonObject *first = json_array_get_object_element (json_node_get_array (root), 1);
  JsonObject *second = json_array_get_object_element (json_node_get_array (root), 0);
  VBET_ASSERT_TEXT (json_object_get_string_member (first, "name"), "vbet-0123456789ab");
  VBET_ASSERT_TEXT (json_object_get_string_member (first, "kernel"), "6.1.176");
  CU_ASSERT_EQUAL (json_object_get_int_member (first, "packages"), 2);
  CU_ASSERT_TRUE (json_object_get_boolean_member (first, "current"));
  CU_ASSERT_FALSE (json_object_get_boolean_member (second, "current"));
  CU_ASSERT_EQUAL (json_array_get_length (json_object_get_array_member (first, "with")), 0);
  /* An image that has a name is listed by that, once; a name without an image is none. */
  CU_ASSERT_PTR_NULL (strstr (people->out, "\nvbet-cdef"));
  CU_ASSERT_PTR_NULL (strstr (people->out, "broken"));
  VBET_ASSERT_TEXT (json_object_get_string_member (second, "name"), "tools");
  CU_ASSERT_TRUE (g_str_has_suffix (json_object_get_string_member (second, "path"), "/vbet-cdef.img"));
  JsonArray *with = json_object_get_array_member (second, "with");
  CU_ASSERT_EQUAL_FATAL (json_array_get_length (with), 2);
  VBET_ASSERT_TEXT (json_array_get_string_element (with, 1), "python3");
  CU_ASSERT_PTR_NOT_NULL (strstr (people->out, " hping3 python3 "));
}

static void
test_image_build (void)
{
  g_autoptr (VbetSandbox) sandbox = vbet_sandbox_new (NULL);
  g_autoptr (VbetRun) help = VBET_RUN (sandbox, "image", "build", "--help");
  CU_ASSERT_EQUAL (help->status, 0);
  CU_ASSERT_TRUE (g_str_has_prefix (help->out, "Usage: build-image "));
  g_autoptr (VbetRun) wrong = VBET_RUN (sandbox, "image", "build", "--frobnicate");
  CU_ASSERT_EQUAL (wrong->status, 2);
  g_autoptr (VbetRun) nowhere = VBET_RUN (sandbox, "image", "build", "--output", "/proc/nowhere");
  CU_ASSERT_EQUAL (nowhere->status, 1);
}

static CU_TestInfo tests[] = {
  { "doctor", test_doctor },
  { "image list", test_image_list },
  { "image build runs the recipe", test_image_build },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "cli-host", NULL, NULL, NULL, NULL, tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
