/* test-trust.c - the answers that are kept: which are found again, and which files are not believed. */
#include "config.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/paths.h"
#include "base/trust.h"
#include "unit/harness.h"

#define ONE "1111111111111111111111111111111111111111111111111111111111111111"
#define TWO "2222222222222222222222222222222222222222222222222222222222222222"

/* Returns: (transfer full): a folder; its "s" is the state folder now. */
static char *
begin (void)
{
  char *folder = g_dir_make_tmp ("vbt-XXXXXX", NULL);
  g_autofree char *state = g_build_filename (folder, "s", NULL);
  g_setenv ("VBET_STATE_DIR", state, TRUE);
  return folder;
}

static void
end (char *folder)
{
  vbet_paths_remove_tree (folder);
  g_free (folder);
}

static void
test_remember (void)
{
  char *folder = begin ();
  g_autofree char *lab = g_build_filename (folder, "a b%\n.vbet", NULL);
  g_autofree char *link = g_build_filename (folder, "link.vbet", NULL);
  g_autofree char *file = g_build_filename (folder, "s", "trust", NULL);
  struct stat status;
  g_file_set_contents (lab, "", 0, NULL);
  CU_ASSERT_EQUAL (symlink (lab, link), 0);
  CU_ASSERT_FALSE (vbet_trust_knows (lab, ONE));
  CU_ASSERT_TRUE (vbet_trust_remember (lab, ONE, NULL));
  CU_ASSERT_TRUE (vbet_trust_knows (lab, ONE));
  CU_ASSERT_TRUE (vbet_trust_knows (link, ONE)); /* the same file */
  CU_ASSERT_FALSE (vbet_trust_knows (lab, TWO));
  CU_ASSERT_FALSE (vbet_trust_knows (folder, ONE));
  CU_ASSERT_TRUE (vbet_trust_remember (link, TWO, NULL));
  CU_ASSERT_TRUE (vbet_trust_remember (lab, ONE, NULL));
  CU_ASSERT_TRUE (vbet_trust_knows (lab, ONE));
  CU_ASSERT_TRUE (vbet_trust_knows (lab, TWO));
  CU_ASSERT_EQUAL (stat (file, &status), 0);
  CU_ASSERT_EQUAL (status.st_mode & 0777, 0600);
  g_autofree char *text = NULL;
  CU_ASSERT_TRUE_FATAL (g_file_get_contents (file, &text, NULL, NULL));
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  CU_ASSERT_EQUAL (g_strv_length (lines), 4); /* head, two entries, the end */
  end (folder);
}

/* The oldest go; what is asked for again counts as new. */
static void
test_bounded (void)
{
  char *folder = begin ();
  g_autofree char *file = g_build_filename (folder, "s", "trust", NULL);
  g_autoptr (GString) text = g_string_new ("vbet-trust 1\n");
  for (guint i = 0; i < VBET_TRUST_MAX; i++)
    g_string_append_printf (text, "%064x /nowhere/%u\n", i, i);
  CU_ASSERT_TRUE (vbet_paths_make_private (g_getenv ("VBET_STATE_DIR"), NULL));
  CU_ASSERT_TRUE (
      g_file_set_contents_full (file, text->str, (gssize)text->len, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  g_autofree char *first = g_strdup_printf ("%064x", 0), *second = g_strdup_printf ("%064x", 1);
  CU_ASSERT_TRUE (vbet_trust_knows ("/nowhere/0", first));
  CU_ASSERT_TRUE (vbet_trust_remember ("/nowhere/0", first, NULL));
  CU_ASSERT_TRUE (vbet_trust_remember ("/nowhere/new", ONE, NULL));
  CU_ASSERT_TRUE (vbet_trust_knows ("/nowhere/0", first));
  CU_ASSERT_FALSE (vbet_trust_knows ("/nowhere/1", second));
  end (folder);
}

static gboolean
believes (const char *file, const char *text, mode_t mode)
{
  g_unlink (file);
  CU_ASSERT_TRUE (g_file_set_contents_full (file, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  CU_ASSERT_EQUAL (chmod (file, mode), 0);
  return vbet_trust_knows ("/nowhere/x", ONE);
}

static void
test_not_believed (void)
{
  char *folder = begin ();
  g_autofree char *file = g_build_filename (folder, "s", "trust", NULL);
  g_autofree char *other = g_build_filename (folder, "other", NULL);
  const char *good = "vbet-trust 1\n" ONE " /nowhere/x\n";
  CU_ASSERT_TRUE (vbet_paths_make_private (g_getenv ("VBET_STATE_DIR"), NULL));
  CU_ASSERT_TRUE (believes (file, good, 0600));
  CU_ASSERT_TRUE (believes (file, "vbet-trust 1\nnonsense\n\n/x\n" ONE " /nowhere/x", 0600));
  CU_ASSERT_FALSE (believes (file, good, 0620));
  CU_ASSERT_FALSE (believes (file, good, 0602));
  CU_ASSERT_FALSE (believes (file, "vbet-trust 2\n" ONE " /nowhere/x\n", 0600));
  CU_ASSERT_FALSE (believes (file, "vbet-trust 1\n" ONE " /nowhere/x/../y\n", 0600));
  g_autofree char *large = g_malloc (5 * 1024 * 1024);
  memset (large, ' ', 5 * 1024 * 1024 - 1);
  large[5 * 1024 * 1024 - 1] = '\0';
  memcpy (large, good, strlen (good));
  CU_ASSERT_FALSE (believes (file, large, 0600));
  /* Neither a link nor a pipe is followed, and nothing hangs. */
  CU_ASSERT_EQUAL (rename (file, other), 0);
  CU_ASSERT_TRUE (g_file_set_contents_full (other, good, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  CU_ASSERT_EQUAL (symlink (other, file), 0);
  CU_ASSERT_FALSE (vbet_trust_knows ("/nowhere/x", ONE));
  g_unlink (file);
  CU_ASSERT_EQUAL (mkfifo (file, 0600), 0);
  CU_ASSERT_FALSE (vbet_trust_knows ("/nowhere/x", ONE));
  /* Whatever stands there gives way. */
  CU_ASSERT_TRUE (vbet_trust_remember ("/nowhere/x", ONE, NULL));
  CU_ASSERT_TRUE (vbet_trust_knows ("/nowhere/x", ONE));
  end (folder);
}

static void
test_cannot (void)
{
  char *folder = begin ();
  g_autofree char *state = g_build_filename (folder, "file", "s", NULL);
  g_autofree char *file = g_path_get_dirname (state);
  g_autoptr (GError) error = NULL;
  g_file_set_contents (file, "", 0, NULL);
  g_setenv ("VBET_STATE_DIR", state, TRUE);
  CU_ASSERT_FALSE (vbet_trust_remember ("/nowhere/x", ONE, &error));
  CU_ASSERT_PTR_NOT_NULL (error);
  end (folder);
}

static void
test_shipped (void)
{
  char *folder = begin ();
  g_autofree char *shipped = vbet_paths_data ("labs/star.vbet");
  g_autofree char *labs = vbet_paths_data ("labs");
  g_autofree char *beside = g_strconcat (labs, "-of-others/star.vbet", NULL);
  g_autofree char *above = g_build_filename (labs, "..", "star.vbet", NULL);
  g_autofree char *copy = g_build_filename (folder, "star.vbet", NULL);
  CU_ASSERT_TRUE (vbet_trust_is_shipped (shipped));
  CU_ASSERT_TRUE (vbet_trust_knows (shipped, ONE));
  CU_ASSERT_FALSE (vbet_trust_is_shipped (beside));
  CU_ASSERT_FALSE (vbet_trust_is_shipped (above));
  CU_ASSERT_FALSE (vbet_trust_is_shipped (copy));
  end (folder);
}

static CU_TestInfo tests[] = {
  { "remembered", test_remember },   { "bounded", test_bounded },      { "not believed", test_not_believed },
  { "cannot be kept", test_cannot }, { "shipped labs", test_shipped }, CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = { { "trust", NULL, NULL, NULL, NULL, tests }, CU_SUITE_INFO_NULL };

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
