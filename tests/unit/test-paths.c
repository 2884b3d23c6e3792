/* test-paths.c - where files are kept: names, private folders, removal. */
#include "config.h"

#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/paths.h"
#include "unit/harness.h"

static void
test_lab_ids (void)
{
  CU_ASSERT_TRUE (vbet_paths_valid_lab_id ("star"));
  CU_ASSERT_TRUE (vbet_paths_valid_lab_id ("ospf-flapping_2"));
  CU_ASSERT_FALSE (vbet_paths_valid_lab_id (""));
  CU_ASSERT_FALSE (vbet_paths_valid_lab_id ("../x"));
  CU_ASSERT_FALSE (vbet_paths_valid_lab_id ("-x"));
  CU_ASSERT_FALSE (vbet_paths_valid_lab_id ("a,b"));
  CU_ASSERT_FALSE (vbet_paths_valid_lab_id ("a123456789012345678901234567890123"));
}

static void
test_overrides (void)
{
  g_setenv ("VBET_RUNTIME_DIR", "/tmp/somewhere", TRUE);
  g_autofree char *path = vbet_paths_lab_socket ("star");
  VBET_ASSERT_TEXT (path, "/tmp/somewhere/star/rpc");
  g_setenv ("VBET_RUNTIME_DIR", "relative/is/ignored", TRUE);
  g_autofree char *other = vbet_paths_runtime_dir ();
  CU_ASSERT_TRUE (g_path_is_absolute (other));
  g_unsetenv ("VBET_RUNTIME_DIR");
}

static void
test_remove_tree_keeps_link_targets (void)
{
  g_autofree char *dir = g_dir_make_tmp ("vbet-test-XXXXXX", NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (dir);
  g_autofree char *keep = g_build_filename (dir, "keep", NULL);
  g_autofree char *kept = g_build_filename (keep, "file", NULL);
  g_autofree char *gone = g_build_filename (dir, "gone", NULL);
  g_autofree char *deep = g_build_filename (gone, "a", "b", NULL);
  g_autofree char *link = g_build_filename (deep, "link", NULL);
  CU_ASSERT_EQUAL (g_mkdir_with_parents (deep, 0700), 0);
  CU_ASSERT_EQUAL (g_mkdir (keep, 0700), 0);
  CU_ASSERT_TRUE (g_file_set_contents (kept, "x", 1, NULL));
  CU_ASSERT_EQUAL (symlink (keep, link), 0);
  CU_ASSERT_EQUAL (vbet_paths_remove_tree (gone), 0);
  CU_ASSERT_FALSE (g_file_test (gone, G_FILE_TEST_EXISTS));
  CU_ASSERT_TRUE (g_file_test (kept, G_FILE_TEST_EXISTS));
  CU_ASSERT_EQUAL (vbet_paths_remove_tree (gone), 0);
  CU_ASSERT_EQUAL (vbet_paths_remove_tree (dir), 0);
}

/* What a guest left behind may forbid its removal: to anybody but its owner. */
static void
test_remove_tree_of_forbidden_folders (void)
{
  static const mode_t modes[] = { 0000, 0400, 0555 };
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++) {
    g_autofree char *dir = g_dir_make_tmp ("vbet-test-XXXXXX", NULL);
    g_autofree char *inner = g_build_filename (dir, "inner", NULL);
    g_autofree char *file = g_build_filename (inner, "file", NULL);
    CU_ASSERT_EQUAL (g_mkdir (inner, 0700), 0);
    CU_ASSERT_TRUE (g_file_set_contents (file, "x", 1, NULL));
    CU_ASSERT_EQUAL (chmod (inner, modes[i]), 0);
    CU_ASSERT_EQUAL (vbet_paths_remove_tree (dir), 0);
    CU_ASSERT_FALSE (g_file_test (dir, G_FILE_TEST_EXISTS));
  }
}

static void
test_private_refuses_links (void)
{
  g_autofree char *dir = g_dir_make_tmp ("vbet-test-XXXXXX", NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (dir);
  g_autofree char *fresh = g_build_filename (dir, "a", "b", NULL);
  g_autofree char *link = g_build_filename (dir, "link", NULL);
  g_autoptr (GError) error = NULL;
  CU_ASSERT_TRUE (vbet_paths_make_private (fresh, &error));
  CU_ASSERT_PTR_NULL (error);
  struct stat status;
  CU_ASSERT_EQUAL (stat (fresh, &status), 0);
  CU_ASSERT_EQUAL (status.st_mode & 0777, 0700);
  CU_ASSERT_EQUAL (symlink (fresh, link), 0);
  CU_ASSERT_FALSE (vbet_paths_make_private (link, &error));
  CU_ASSERT_PTR_NOT_NULL (error);
  CU_ASSERT_EQUAL (vbet_paths_remove_tree (dir), 0);
}

static CU_TestInfo paths_tests[] = {
  { "lab identifiers", test_lab_ids },
  { "environment overrides", test_overrides },
  { "removal keeps the targets of links", test_remove_tree_keeps_link_targets },
  { "removal of forbidden folders", test_remove_tree_of_forbidden_folders },
  { "private folders refuse links", test_private_refuses_links },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "paths", NULL, NULL, NULL, NULL, paths_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
