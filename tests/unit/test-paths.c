/* test-paths.c - where files are kept: names, private folders, removal. */
#include "config.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/lab-id.h"
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
check_id (const char *name, const char *expected)
{
  g_autofree char *id = vbet_lab_id_from_name (name);
  VBET_ASSERT_TEXT (id, expected);
  CU_ASSERT_TRUE (vbet_paths_valid_lab_id (id));
}

/* Plain names are ids; of others no two are one. */
static void
test_ids_from_names (void)
{
  static const char *const names[] = {
    "my lab",
    "my-lab",
    "my_lab",
    "my  lab",
    "my lab ",
    " my lab",
    "ü",
    "ö",
    "…",
    "",
    "a123456789012345678901234567890123",
    "a12345678901234567890123456789012",
    "a1234567890123456789012345678901",
    "-x",
    "x",
    "x-",
    "lab",
  };
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  check_id ("star", "star");
  check_id ("ospf-flapping_2", "ospf-flapping_2");
  check_id ("a1234567890123456789012345678901", "a1234567890123456789012345678901");
  check_id ("my lab", "my-lab-e283ee3c");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    char *id = vbet_lab_id_from_name (names[i]);
    CU_ASSERT_TRUE (vbet_paths_valid_lab_id (id));
    CU_ASSERT_TRUE (g_hash_table_add (ids, id));
  }
}

static void
test_tags (void)
{
  g_autofree char *one = vbet_lab_id_tagged ("star", "/a/star.vbet");
  g_autofree char *two = vbet_lab_id_tagged ("star", "/b/star.vbet");
  g_autofree char *back = vbet_lab_id_untagged (one, "/a/star.vbet");
  g_autofree char *wide = vbet_lab_id_tagged ("a1234567890123456789012345678901", "x");
  CU_ASSERT_STRING_NOT_EQUAL (one, two);
  CU_ASSERT_TRUE (vbet_paths_valid_lab_id (one));
  CU_ASSERT_TRUE (vbet_paths_valid_lab_id (wide));
  VBET_ASSERT_TEXT (back, "star");
  CU_ASSERT_PTR_NULL (vbet_lab_id_untagged (one, "/b/star.vbet"));
  CU_ASSERT_PTR_NULL (vbet_lab_id_untagged ("star", "/a/star.vbet"));
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

/* A chain of @depth folders, each in the one before, longer than any path; ends in a file. */
static void
make_deep (const char *dir, guint depth)
{
  int fd = open (dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (guint i = 0; i < depth && fd >= 0; i++) {
    int below = mkdirat (fd, "a", 0700) == 0 ? openat (fd, "a", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    CU_ASSERT_FATAL (below >= 0);
    close (fd);
    fd = below;
  }
  int file = openat (fd, "file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  CU_ASSERT_TRUE (file >= 0);
  close (file);
  close (fd);
}

/* Deeper than a path may be long, than files may be open, and than a stack of one call a folder would bear. */
static void
test_remove_tree_that_is_deep (void)
{
  struct rlimit files;
  CU_ASSERT_EQUAL (getrlimit (RLIMIT_NOFILE, &files), 0);
  struct rlimit few = { .rlim_cur = 64, .rlim_max = files.rlim_max };
  g_autofree char *dir = g_dir_make_tmp ("vbet-test-XXXXXX", NULL);
  g_autofree char *taken = g_build_filename (dir, "0", NULL);
  make_deep (dir, 5000);
  CU_ASSERT_TRUE (g_file_set_contents (taken, "x", 1, NULL));
  CU_ASSERT_EQUAL (setrlimit (RLIMIT_NOFILE, &few), 0);
  CU_ASSERT_EQUAL (vbet_paths_remove_tree (dir), 0);
  CU_ASSERT_EQUAL (setrlimit (RLIMIT_NOFILE, &files), 0);
  CU_ASSERT_FALSE (g_file_test (dir, G_FILE_TEST_EXISTS));
}

/* Names that moved folders would get, taken by folders with something in them; and folders that may not be changed. */
static void
test_remove_tree_with_taken_names (void)
{
  g_autofree char *dir = g_dir_make_tmp ("vbet-test-XXXXXX", NULL);
  for (guint i = 0; i < 20; i++) {
    g_autofree char *inner = g_strdup_printf ("%s/%u/x/y", dir, i);
    CU_ASSERT_EQUAL (g_mkdir_with_parents (inner, 0700), 0);
    make_deep (inner, 3);
    CU_ASSERT_EQUAL (chmod (inner, 0000), 0);
  }
  CU_ASSERT_EQUAL (vbet_paths_remove_tree (dir), 0);
  CU_ASSERT_FALSE (g_file_test (dir, G_FILE_TEST_EXISTS));
}

/* In a child with a mount namespace of its own, that ends with it. Returns: 0 when the tree could not be removed, 2 when
 * nothing can be mounted. */
static int
remove_with_mounts (const char *dir, const char *shallow, const char *deep, const char *keep)
{
  if (geteuid () != 0 || unshare (CLONE_NEWNS) != 0
      || mount ("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
    return 2;
  if (mount (keep, shallow, NULL, MS_BIND, NULL) != 0 || mount (keep, deep, NULL, MS_BIND, NULL) != 0)
    return 2;
  return vbet_paths_remove_tree (dir) != 0 ? 0 : 1;
}

/* What is mounted below is another file system's, even if it is the same one: it stays. Only root can mount. */
static void
test_remove_tree_stays_on_its_file_system (void)
{
  int status = 0;
  g_autofree char *dir = g_dir_make_tmp ("vbet-test-XXXXXX", NULL);
  g_autofree char *keep = g_dir_make_tmp ("vbet-test-XXXXXX", NULL);
  g_autofree char *kept = g_build_filename (keep, "file", NULL);
  g_autofree char *shallow = g_build_filename (dir, "mount", NULL);
  g_autofree char *deep = g_build_filename (dir, "a", "b", "mount", NULL);
  CU_ASSERT_TRUE (g_file_set_contents (kept, "x", 1, NULL));
  CU_ASSERT_EQUAL (g_mkdir_with_parents (shallow, 0700) | g_mkdir_with_parents (deep, 0700), 0);
  pid_t child = fork ();
  if (child == 0)
    _exit (remove_with_mounts (dir, shallow, deep, keep));
  CU_ASSERT_EQUAL (waitpid (child, &status, 0), child);
  if (WIFEXITED (status) && WEXITSTATUS (status) == 2)
    printf ("left out: needs root and mount namespaces ");
  else
    CU_ASSERT_EQUAL (status, 0);
  CU_ASSERT_TRUE (g_file_test (kept, G_FILE_TEST_EXISTS));
  CU_ASSERT_EQUAL (vbet_paths_remove_tree (dir), 0);
  CU_ASSERT_EQUAL (vbet_paths_remove_tree (keep), 0);
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

/* A folder that others can enter may hold what others put there: it is refused, and left as it is. */
static void
test_private_refuses_open_folders (void)
{
  static const mode_t modes[] = { 0755, 0710, 0701, 0770, 01777 };
  g_autofree char *dir = g_dir_make_tmp ("vbet-test-XXXXXX", NULL);
  g_autofree char *folder = g_build_filename (dir, "folder", NULL);
  CU_ASSERT_TRUE (vbet_paths_make_private (folder, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++) {
    g_autoptr (GError) error = NULL;
    struct stat status;
    CU_ASSERT_EQUAL (chmod (folder, modes[i]), 0);
    CU_ASSERT_FALSE (vbet_paths_make_private (folder, NULL));
    CU_ASSERT_FALSE (vbet_paths_check_private (folder, &error));
    CU_ASSERT_TRUE (g_error_matches (error, VBET_ERROR, VBET_ERROR_HOST));
    CU_ASSERT_TRUE (error != NULL && strstr (error->message, "chmod 700") != NULL);
    CU_ASSERT_EQUAL (stat (folder, &status), 0);
    CU_ASSERT_EQUAL (status.st_mode & 07777, modes[i]);
  }
  CU_ASSERT_EQUAL (chmod (folder, 0700), 0);
  CU_ASSERT_TRUE (vbet_paths_check_private (folder, NULL));
  CU_ASSERT_EQUAL (vbet_paths_remove_tree (dir), 0);
}

static void
test_private_refuses_what_is_no_folder (void)
{
  g_autofree char *dir = g_dir_make_tmp ("vbet-test-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (dir, "file", NULL);
  g_autofree char *missing = g_build_filename (dir, "missing", NULL);
  g_autoptr (GError) error = NULL;
  CU_ASSERT_TRUE (g_file_set_contents (file, "x", 1, NULL));
  CU_ASSERT_FALSE (vbet_paths_make_private (file, NULL));
  CU_ASSERT_FALSE (vbet_paths_check_private (file, &error));
  CU_ASSERT_TRUE (g_error_matches (error, VBET_ERROR, VBET_ERROR_HOST));
  g_clear_error (&error);
  CU_ASSERT_FALSE (vbet_paths_check_private (missing, &error));
  CU_ASSERT_TRUE (g_error_matches (error, VBET_ERROR, VBET_ERROR_NOT_FOUND));
  CU_ASSERT_EQUAL (vbet_paths_remove_tree (dir), 0);
}

/* What clients look at before they trust a socket. */
static void
test_runtime_is_checked (void)
{
  g_autofree char *dir = g_dir_make_tmp ("vbet-test-XXXXXX", NULL);
  g_autofree char *runtime = g_build_filename (dir, "run", NULL);
  g_autofree char *lab = g_build_filename (runtime, "star", NULL);
  g_autoptr (GError) error = NULL;
  g_setenv ("VBET_RUNTIME_DIR", runtime, TRUE);
  CU_ASSERT_TRUE (vbet_paths_check_runtime ("star", NULL));
  CU_ASSERT_TRUE (vbet_paths_prepare_runtime (NULL));
  CU_ASSERT_TRUE (vbet_paths_check_runtime ("star", NULL));
  CU_ASSERT_TRUE (vbet_paths_make_private (lab, NULL));
  CU_ASSERT_TRUE (vbet_paths_check_runtime ("star", NULL));
  CU_ASSERT_EQUAL (chmod (lab, 0711), 0);
  CU_ASSERT_TRUE (vbet_paths_check_runtime (NULL, NULL));
  CU_ASSERT_FALSE (vbet_paths_check_runtime ("star", &error));
  CU_ASSERT_TRUE (g_error_matches (error, VBET_ERROR, VBET_ERROR_HOST));
  g_clear_error (&error);
  CU_ASSERT_EQUAL (chmod (runtime, 0777), 0);
  CU_ASSERT_FALSE (vbet_paths_check_runtime (NULL, &error));
  CU_ASSERT_TRUE (g_error_matches (error, VBET_ERROR, VBET_ERROR_HOST));
  CU_ASSERT_FALSE (vbet_paths_prepare_runtime (NULL));
  g_unsetenv ("VBET_RUNTIME_DIR");
  CU_ASSERT_EQUAL (vbet_paths_remove_tree (dir), 0);
}

/* The window makes it with the umask of a desktop; being looked into is no harm, being written to is. */
static void
test_state_is_not_writable (void)
{
  g_autofree char *dir = g_dir_make_tmp ("vbet-test-XXXXXX", NULL);
  g_autofree char *state = g_build_filename (dir, "state", NULL);
  g_autoptr (GError) error = NULL;
  g_setenv ("VBET_STATE_DIR", state, TRUE);
  CU_ASSERT_TRUE (vbet_paths_prepare_state (NULL));
  CU_ASSERT_EQUAL (chmod (state, 0755), 0);
  CU_ASSERT_TRUE (vbet_paths_prepare_state (NULL));
  CU_ASSERT_EQUAL (chmod (state, 0775), 0);
  CU_ASSERT_FALSE (vbet_paths_prepare_state (&error));
  CU_ASSERT_TRUE (g_error_matches (error, VBET_ERROR, VBET_ERROR_HOST));
  g_unsetenv ("VBET_STATE_DIR");
  CU_ASSERT_EQUAL (vbet_paths_remove_tree (dir), 0);
}

static CU_TestInfo paths_tests[] = {
  { "lab identifiers", test_lab_ids },
  { "identifiers from names", test_ids_from_names },
  { "tags of identifiers", test_tags },
  { "environment overrides", test_overrides },
  { "removal keeps the targets of links", test_remove_tree_keeps_link_targets },
  { "removal of forbidden folders", test_remove_tree_of_forbidden_folders },
  { "removal of deep trees", test_remove_tree_that_is_deep },
  { "removal where names are taken", test_remove_tree_with_taken_names },
  { "removal stays on its file system", test_remove_tree_stays_on_its_file_system },
  { "private folders refuse links", test_private_refuses_links },
  { "private folders refuse what others can enter", test_private_refuses_open_folders },
  { "private folders refuse files", test_private_refuses_what_is_no_folder },
  { "the run-time folder is checked", test_runtime_is_checked },
  { "the state folder is not writable", test_state_is_not_writable },
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
