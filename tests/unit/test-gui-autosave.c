/* test-gui-autosave.c - the format of unsaved work, and that one process at a time has it. */
#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/paths.h"
#include "gui/autosave.h"
#include "unit/harness.h"

static VbetUnsaved *
make (const char *name, const char *path, const char *text, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, size);
  return vbet_unsaved_new (name, path, "1:2", bytes);
}

static void
test_format (void)
{
  static const char text[] = "h1 = alloc(host) # caf\xe9\n\0\n\nend";
  g_autoptr (VbetUnsaved) one = make ("lab: 1\nü", "/tmp/with\nline", text, sizeof text);
  g_autoptr (GBytes) bytes = vbet_unsaved_to_bytes (one);
  g_autoptr (VbetUnsaved) read = vbet_unsaved_parse ("x", bytes);
  CU_ASSERT_PTR_NOT_NULL_FATAL (read);
  VBET_ASSERT_TEXT (read->name, "lab: 1\nü");
  VBET_ASSERT_TEXT (read->path, "/tmp/with\nline");
  VBET_ASSERT_TEXT (read->etag, "1:2");
  CU_ASSERT_EQUAL (read->when, one->when);
  CU_ASSERT_TRUE (g_bytes_equal (read->text, one->text));
  /* whatever is cut off of it, it is not taken for the whole */
  for (gsize size = 0; size < g_bytes_get_size (bytes); size++) {
    g_autoptr (GBytes) cut = g_bytes_new_from_bytes (bytes, 0, size);
    CU_ASSERT_PTR_NULL (vbet_unsaved_parse ("x", cut));
  }
  g_autoptr (VbetUnsaved) none = make ("untitled", NULL, "", 0);
  g_autoptr (GBytes) empty = vbet_unsaved_to_bytes (none);
  g_autoptr (VbetUnsaved) again = vbet_unsaved_parse ("x", empty);
  CU_ASSERT_PTR_NOT_NULL_FATAL (again);
  CU_ASSERT_PTR_NULL (again->path);
}

static void
test_garbage (void)
{
  static const char *const texts[] = { "",
                                       "vbet-autosave 2\n\n",
                                       "vbet-autosave 1\n",
                                       "vbet-autosave 1\nname\n\n",
                                       "vbet-autosave 1\nname: %ff\nsize: 0\n\n",
                                       "vbet-autosave 1\nsize: 0\n\n",
                                       "vbet-autosave 1\nname: a\nsize: -1\n\n",
                                       "vbet-autosave 1\nname: a\nsize: 1\n\n",
                                       "vbet-autosave 1\nname: a\nsize: 99999999999999999999\n\n" };
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GBytes) bytes = g_bytes_new_static (texts[i], strlen (texts[i]));
    CU_ASSERT_PTR_NULL (vbet_unsaved_parse ("x", bytes));
  }
}

static guint
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;
  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
test_life (void)
{
  g_autofree char *base = g_dir_make_tmp ("vbet-test-XXXXXX", NULL);
  g_autofree char *folder = g_build_filename (base, "autosave", NULL);
  g_autoptr (VbetUnsaved) one = make ("star", "/tmp/star.vbet", "first", 5);
  g_autoptr (VbetUnsaved) two = make ("star", "/tmp/star.vbet", "second", 6);
  VbetAutosave *autosave = vbet_autosave_new (folder);
  CU_ASSERT_TRUE (vbet_autosave_store (autosave, one, NULL));
  CU_ASSERT_TRUE (vbet_autosave_store (autosave, two, NULL));
  struct stat status;
  CU_ASSERT_EQUAL (stat (folder, &status), 0);
  CU_ASSERT_EQUAL (status.st_mode & 0777, 0700);
  /* ours: not to be found by others */
  g_autoptr (GPtrArray) while_held = vbet_autosave_list (folder);
  CU_ASSERT_EQUAL (while_held->len, 0);
  g_object_unref (autosave); /* as if the process had ended */
  g_autoptr (GPtrArray) left = vbet_autosave_list (folder);
  CU_ASSERT_EQUAL_FATAL (left->len, 1);
  VbetUnsaved *found = g_ptr_array_index (left, 0);
  CU_ASSERT_EQUAL (g_bytes_get_size (found->text), 6);
  g_autofree char *file = g_strdup_printf ("%s/%s.autosave", folder, found->id);
  CU_ASSERT_EQUAL (stat (file, &status), 0);
  CU_ASSERT_EQUAL (status.st_mode & 0777, 0600);
  g_autoptr (VbetAutosave) mine = vbet_autosave_claim (folder, found->id);
  CU_ASSERT_PTR_NOT_NULL (mine);
  CU_ASSERT_PTR_NULL (vbet_autosave_claim (folder, found->id));
  g_autoptr (GPtrArray) claimed = vbet_autosave_list (folder);
  CU_ASSERT_EQUAL (claimed->len, 0);
  vbet_autosave_remove (mine);
  CU_ASSERT_TRUE (vbet_autosave_store (mine, two, NULL)); /* too late: nothing is written */
  CU_ASSERT_EQUAL (count_files (folder), 0);
  CU_ASSERT_PTR_NULL (vbet_autosave_claim (folder, found->id));
  CU_ASSERT_EQUAL (count_files (folder), 0);
  vbet_paths_remove_tree (base);
}

/* Another process holds its work until it is killed. */
static void
test_killed_process (void)
{
  g_autofree char *folder = g_dir_make_tmp ("vbet-test-XXXXXX", NULL);
  int ready[2];
  char byte = 0;
  CU_ASSERT_EQUAL_FATAL (pipe (ready), 0);
  pid_t child = fork ();
  if (child == 0) {
    VbetAutosave *autosave = vbet_autosave_new (folder);
    g_autoptr (VbetUnsaved) one = make ("star", NULL, "x", 1);
    byte = vbet_autosave_store (autosave, one, NULL) ? 'y' : 'n';
    if (write (ready[1], &byte, 1) == 1)
      pause ();
    _exit (0);
  }
  CU_ASSERT_EQUAL (read (ready[0], &byte, 1), 1);
  CU_ASSERT_EQUAL (byte, 'y');
  g_autoptr (GPtrArray) alive = vbet_autosave_list (folder);
  CU_ASSERT_EQUAL (alive->len, 0);
  kill (child, SIGKILL);
  waitpid (child, NULL, 0);
  g_autoptr (GPtrArray) dead = vbet_autosave_list (folder);
  CU_ASSERT_EQUAL (dead->len, 1);
  close (ready[0]);
  close (ready[1]);
  vbet_paths_remove_tree (folder);
}

static void
test_stale (void)
{
  g_autofree char *folder = g_dir_make_tmp ("vbet-test-XXXXXX", NULL);
  g_autofree char *old_id = g_uuid_string_random (), *bad_id = g_uuid_string_random ();
  g_autofree char *old = g_strdup_printf ("%s/%s.autosave", folder, old_id);
  g_autofree char *bad = g_strdup_printf ("%s/%s.tmp", folder, bad_id);
  g_autofree char *other = g_build_filename (folder, "notes.txt", NULL);
  g_autoptr (VbetUnsaved) one = make ("old", NULL, "x", 1);
  one->when -= (gint64)31 * 24 * 3600;
  g_autoptr (GBytes) bytes = vbet_unsaved_to_bytes (one);
  gsize size = 0;
  const char *data = g_bytes_get_data (bytes, &size);
  g_file_set_contents (old, data, (gssize)size, NULL);
  g_file_set_contents (bad, "half", 4, NULL);
  g_file_set_contents (other, "mine", 4, NULL);
  g_autoptr (GPtrArray) list = vbet_autosave_list (folder);
  CU_ASSERT_EQUAL (list->len, 0);
  CU_ASSERT_EQUAL (count_files (folder), 1); /* what is not ours stays */
  vbet_paths_remove_tree (folder);
}

static void
test_no_folder (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VbetUnsaved) one = make ("star", NULL, "x", 1);
  g_autoptr (VbetAutosave) autosave = vbet_autosave_new ("/proc/nowhere/autosave");
  CU_ASSERT_FALSE (vbet_autosave_store (autosave, one, &error));
  CU_ASSERT_PTR_NOT_NULL (error);
  g_autoptr (GPtrArray) list = vbet_autosave_list ("/proc/nowhere/autosave");
  CU_ASSERT_EQUAL (list->len, 0);
}

int
main (int argc, char **argv)
{
  static CU_TestInfo tests[] = {
    { "format", test_format },
    { "garbage", test_garbage },
    { "life", test_life },
    { "killed process", test_killed_process },
    { "stale files", test_stale },
    { "no folder", test_no_folder },
    CU_TEST_INFO_NULL,
  };
  static CU_SuiteInfo suites[] = { { "autosave", NULL, NULL, NULL, NULL, tests }, CU_SUITE_INFO_NULL };
  return vbet_test_run (suites, argc, argv);
}
