/* test-rundir.c - a lab's folders: one owner at a time, stale ones cleaned, nothing left. */
#include "config.h"

#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/paths.h"
#include "engine/rpc.h"
#include "engine/runtime/rundir.h"
#include "unit/harness.h"

typedef struct {
  char *base;
} Place;

static Place
place_new (void)
{
  Place place = { .base = g_dir_make_tmp ("vbet-test-XXXXXX", NULL) };
  g_autofree char *runtime = g_build_filename (place.base, "run", NULL);
  g_autofree char *state = g_build_filename (place.base, "state", NULL);
  g_setenv ("VBET_RUNTIME_DIR", runtime, TRUE);
  g_setenv ("VBET_STATE_DIR", state, TRUE);
  return place;
}

static void
place_clear (Place *place)
{
  vbet_paths_remove_tree (place->base);
  g_free (place->base);
}

static void
test_one_owner (void)
{
  Place place = place_new ();
  g_autoptr (GError) error = NULL;
  VbetRundir *first = vbet_rundir_acquire ("star", &error);
  CU_ASSERT_PTR_NOT_NULL_FATAL (first);
  CU_ASSERT_PTR_NULL (vbet_rundir_acquire ("star", &error));
  CU_ASSERT_TRUE (g_error_matches (error, VBET_ERROR, VBET_ERROR_EXISTS));
  g_clear_error (&error);
  VbetRundir *other = vbet_rundir_acquire ("ring", &error);
  CU_ASSERT_PTR_NOT_NULL (other);
  vbet_rundir_free (other);
  vbet_rundir_free (first);
  VbetRundir *again = vbet_rundir_acquire ("star", &error);
  CU_ASSERT_PTR_NOT_NULL (again);
  vbet_rundir_free (again);
  place_clear (&place);
}

static void
test_nothing_left (void)
{
  Place place = place_new ();
  VbetRundir *rundir = vbet_rundir_acquire ("star", NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (rundir);
  g_autofree char *path = g_strdup (vbet_rundir_get_path (rundir));
  g_autofree char *scratch = g_strdup (vbet_rundir_get_scratch (rundir));
  g_autofree char *file = g_build_filename (path, "socket", NULL);
  g_autofree char *disk = g_build_filename (scratch, "disk", NULL);
  CU_ASSERT_TRUE (g_file_set_contents (file, "x", 1, NULL));
  CU_ASSERT_TRUE (g_file_set_contents (disk, "x", 1, NULL));
  vbet_rundir_free (rundir);
  CU_ASSERT_FALSE (g_file_test (path, G_FILE_TEST_EXISTS));
  CU_ASSERT_FALSE (g_file_test (scratch, G_FILE_TEST_EXISTS));
  place_clear (&place);
}

static void
test_stale_is_cleaned (void)
{
  Place place = place_new ();
  g_autofree char *path = vbet_paths_lab_dir ("star");
  g_autofree char *stale = g_build_filename (path, "n1", "socket", NULL);
  g_autofree char *folder = g_path_get_dirname (stale);
  CU_ASSERT_EQUAL (g_mkdir_with_parents (folder, 0700), 0);
  CU_ASSERT_TRUE (g_file_set_contents (stale, "x", 1, NULL));
  VbetRundir *rundir = vbet_rundir_acquire ("star", NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (rundir);
  CU_ASSERT_FALSE (g_file_test (stale, G_FILE_TEST_EXISTS));
  vbet_rundir_free (rundir);
  place_clear (&place);
}

static void
test_codes_survive_the_wire (void)
{
  for (gint code = VBET_ERROR_FAILED; code <= VBET_ERROR_CANCELLED; code++) {
    g_autoptr (GError) error = g_error_new_literal (VBET_ERROR, code, "why");
    g_autoptr (GError) back = vbet_rpc_error (vbet_rpc_code (error), error->message);
    CU_ASSERT_TRUE (g_error_matches (back, VBET_ERROR, code));
    VBET_ASSERT_TEXT (back->message, "why");
  }
  g_autoptr (GError) foreign = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_NOENT, "gone");
  CU_ASSERT_EQUAL (vbet_rpc_code (foreign), -32001);
}

static CU_TestInfo rundir_tests[] = {
  { "one owner at a time", test_one_owner },
  { "nothing is left", test_nothing_left },
  { "what a dead engine left is cleaned", test_stale_is_cleaned },
  { "error codes survive the wire", test_codes_survive_the_wire },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "rundir", NULL, NULL, NULL, NULL, rundir_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
