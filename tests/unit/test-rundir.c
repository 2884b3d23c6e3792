/* test-rundir.c - a lab's folders: one owner at a time, stale ones cleaned, nothing left. */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/lab-id.h"
#include "base/leftovers.h"
#include "base/paths.h"
#include "engine/host/process.h"
#include "engine/lab/disk-folder.h"
#include "engine/lab/rundir.h"
#include "engine/rpc.h"
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
  umask (077); /* as vbetd does */
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

static char *
make_stale (const char *folder, const char *name)
{
  g_autofree char *file = g_build_filename (folder, name, "n1", "file", NULL);
  g_autofree char *inner = g_path_get_dirname (file);
  CU_ASSERT_EQUAL (g_mkdir_with_parents (inner, 0700), 0);
  CU_ASSERT_TRUE (g_file_set_contents (file, "x", 1, NULL));
  return g_build_filename (folder, name, NULL);
}

static guint
count_in (const char *folder)
{
  guint count = 0;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  while (dir != NULL && g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

/* Of labs that died with engine and warden, whoever starts next removes everything, and nothing of a lab that runs. */
static void
test_leftovers_are_collected (void)
{
  Place place = place_new ();
  VbetRundir *lives = vbet_rundir_acquire ("lives", NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (lives);
  g_autofree char *runtime = g_path_get_dirname (vbet_rundir_get_path (lives));
  g_autofree char *scratch = g_path_get_dirname (vbet_rundir_get_scratch (lives));
  g_autofree char *one = make_stale (runtime, "one");
  g_autofree char *two = make_stale (scratch, "two");
  g_autofree char *three = make_stale (runtime, ".dead-abcdef");
  g_autofree char *other = make_stale (scratch, "not a lab");
  g_autofree char *mine = make_stale (vbet_rundir_get_path (lives), "n1");
  const char *const expected[] = { one, two, three };
  g_autoptr (GPtrArray) list = vbet_leftovers_list ();
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    CU_ASSERT_TRUE (g_ptr_array_find_with_equal_func (list, expected[i], g_str_equal, NULL));
  CU_ASSERT_FALSE (g_ptr_array_find_with_equal_func (list, vbet_rundir_get_path (lives), g_str_equal, NULL));
  CU_ASSERT_TRUE (g_file_test (one, G_FILE_TEST_EXISTS));
  vbet_leftovers_collect ();
  CU_ASSERT_EQUAL (count_in (runtime), 1);
  CU_ASSERT_EQUAL (count_in (scratch), 2);
  CU_ASSERT_TRUE (g_file_test (mine, G_FILE_TEST_EXISTS));
  CU_ASSERT_TRUE (g_file_test (other, G_FILE_TEST_EXISTS));
  vbet_rundir_free (lives);
  place_clear (&place);
}

/* What is left is put aside, so that nothing in it keeps the lab from starting. */
static void
test_starts_whatever_is_left (void)
{
  Place place = place_new ();
  VbetRundir *first = vbet_rundir_acquire ("star", NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (first);
  g_autofree char *runtime = g_path_get_dirname (vbet_rundir_get_path (first));
  vbet_rundir_free (first);
  g_autofree char *stale = make_stale (runtime, "star");
  VbetRundir *again = vbet_rundir_acquire ("star", NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (again);
  CU_ASSERT_EQUAL (count_in (stale), 0);
  CU_ASSERT_EQUAL (count_in (runtime), 2); /* it, and what was put aside */
  vbet_leftovers_collect ();
  CU_ASSERT_EQUAL (count_in (runtime), 1);
  vbet_rundir_free (again);
  place_clear (&place);
}

/* --- what the processes say that watch and clean up -------------------------------------------------- */

static char *
write_program (const Place *place, const char *text)
{
  char *path = g_build_filename (place->base, "program", NULL);
  CU_ASSERT_TRUE (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
  return path;
}

static void
note_denied (const char *call, gpointer data)
{
  GString *notes = data;
  g_string_append_printf (notes, "%s;", call != NULL ? call : "new");
}

static void
note_confined (VbetProcess *process, const char *call, GString *notes)
{
  note_denied (call, notes);
}

static void
iterate_until (GString *notes, const char *text)
{
  while (strstr (notes->str, text) == NULL)
    (void)g_main_context_iteration (NULL, TRUE);
}

/* Of one that is long, or no name at all, nobody makes much. A warden that ends is followed by another. */
static void
test_warden_is_heard (void)
{
  Place place = place_new ();
  GString *notes = g_string_new (NULL);
  g_autofree char *program = write_program (
      &place, "#!/bin/sh\necho mount\necho unshare\nprintf '%0200d\\n' 7\necho last\nread word\n");
  VbetRundir *rundir = vbet_rundir_acquire ("star", NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (rundir);
  vbet_rundir_set_denied (rundir, note_denied, notes);
  CU_ASSERT_TRUE_FATAL (vbet_rundir_watch (rundir, program, NULL));
  iterate_until (notes, "last;");
  CU_ASSERT_PTR_NOT_NULL (strstr (notes->str, "new;mount;unshare;0"));
  CU_ASSERT_TRUE (notes->len < 200);
  vbet_rundir_free (rundir);
  g_string_free (notes, TRUE);
  place_clear (&place);
}

/* Its report may have a number of two digits, which a plain sh cannot write to. */
static void
test_launcher_is_heard (void)
{
  Place place = place_new ();
  GString *notes = g_string_new (NULL);
  g_autofree char *program = write_program (
      &place,
      "#!/bin/bash\necho confined mount >&${1#--status-fd=}\necho confined last >&${1#--status-fd=}\n");
  static const char *const none[] = { NULL };
  int null = open ("/dev/null", O_RDWR | O_CLOEXEC);
  g_autoptr (VbetProcess) process = vbet_process_spawn (program, none, null, null, -1, -1, NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (process);
  g_signal_connect (process, "confined", G_CALLBACK (note_confined), notes);
  iterate_until (notes, "last;");
  VBET_ASSERT_TEXT (notes->str, "mount;last;");
  close (null);
  g_string_free (notes, TRUE);
  place_clear (&place);
}

/* --- disks that stay: whose are they? ---------------------------------------------------------- */

static void
check_folder (const Place *place, const char *id, const char *file, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = *file != '\0' ? g_build_filename (place->base, file, NULL) : g_strdup ("");
  g_autofree char *folder = vbet_disk_folder_find (id, path, &error);
  g_autofree char *name = folder != NULL ? g_path_get_basename (folder) : NULL;
  g_autofree char *tagged = vbet_lab_id_tagged (id, path);
  VBET_ASSERT_TEXT (name, strcmp (expected, "TAGGED") == 0 ? tagged : expected);
  CU_ASSERT_TRUE (folder != NULL && vbet_paths_check_private (folder, NULL));
}

static void
write_file (const Place *place, const char *file)
{
  g_autofree char *path = g_build_filename (place->base, file, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  CU_ASSERT_EQUAL (g_mkdir_with_parents (folder, 0700), 0);
  CU_ASSERT_TRUE (g_file_set_contents (path, "x", 1, NULL));
}

static void
test_disks_of_namesakes (void)
{
  Place place = place_new ();
  write_file (&place, "a/star.vbet");
  write_file (&place, "b/star.vbet");
  check_folder (&place, "star", "a/star.vbet", "star");
  check_folder (&place, "star", "b/star.vbet", "TAGGED");
  check_folder (&place, "star", "a/star.vbet", "star");
  check_folder (&place, "star", "", "TAGGED");
  check_folder (&place, "star", "b/star.vbet", "TAGGED");
  check_folder (&place, "other", "a/star.vbet", "other"); /* --id: another lab of the same file */
  place_clear (&place);
}

/* What one lab has alone it also has beside another, and the other way round. */
static void
test_disks_beside_another (void)
{
  Place place = place_new ();
  write_file (&place, "a/star.vbet");
  write_file (&place, "b/star.vbet");
  g_autofree char *a = g_build_filename (place.base, "a/star.vbet", NULL);
  g_autofree char *b = g_build_filename (place.base, "b/star.vbet", NULL);
  g_autofree char *a_beside = vbet_lab_id_tagged ("star", a);
  g_autofree char *b_beside = vbet_lab_id_tagged ("star", b);
  check_folder (&place, "star", "a/star.vbet", "star");
  check_folder (&place, a_beside, "a/star.vbet", "star");
  check_folder (&place, b_beside, "b/star.vbet", b_beside);
  check_folder (&place, "star", "b/star.vbet", "TAGGED");
  place_clear (&place);
}

/* Disks of earlier versions, and those whose file was moved, are somebody's once. */
static void
test_disks_without_an_owner (void)
{
  Place place = place_new ();
  write_file (&place, "a/star.vbet");
  write_file (&place, "b/star.vbet");
  write_file (&place, "state/disks/star/h1.cow");
  check_folder (&place, "star", "b/star.vbet", "star");
  check_folder (&place, "star", "a/star.vbet", "TAGGED");
  g_autofree char *moved = g_build_filename (place.base, "b/star.vbet", NULL);
  CU_ASSERT_EQUAL (g_unlink (moved), 0);
  write_file (&place, "c/star.vbet");
  check_folder (&place, "star", "a/star.vbet", "TAGGED");
  check_folder (&place, "star", "c/star.vbet", "star");
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
  { "leftovers are collected", test_leftovers_are_collected },
  { "a lab starts whatever is left", test_starts_whatever_is_left },
  { "a warden is heard", test_warden_is_heard },
  { "a launcher is heard", test_launcher_is_heard },
  { "disks of labs with one name", test_disks_of_namesakes },
  { "disks of a lab beside another", test_disks_beside_another },
  { "disks without an owner", test_disks_without_an_owner },
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
