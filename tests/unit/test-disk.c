/* test-disk.c - copy-on-write headers as the kernel reads them, and what is refused. */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/paths.h"
#include "engine/guest/disk.h"
#include "unit/harness.h"

typedef struct {
  char *dir;
  char *base;
  char *disk;
} Places;

static Places
places_new (void)
{
  Places self;
  self.dir = g_dir_make_tmp ("vbet-disk-XXXXXX", NULL);
  self.base = g_build_filename (self.dir, "base", NULL);
  self.disk = g_build_filename (self.dir, "disk", NULL);
  CU_ASSERT_TRUE_FATAL (g_file_set_contents (self.base, "0123456789", 10, NULL));
  struct utimbuf times = { 1704067200, 1704067200 };
  CU_ASSERT_EQUAL (utime (self.base, &times), 0);
  return self;
}

static void
places_clear (Places *self)
{
  (void)vbet_paths_remove_tree (self->dir);
  g_free (self->dir);
  g_free (self->base);
  g_free (self->disk);
}

/* The bytes stand in the kernel's drivers/cow_user.c: big endian, packed. */
static void
test_header_bytes (void)
{
  guint8 bytes[VBET_COW_HEADER_SIZE];
  VbetCowHeader header = { .base = (char *)"/images/a.img", .mtime = 0x01020304, .size = 0x1122334455667788 };
  static const guint8 start[] = {
    0x4f, 0x4f, 0x4f, 0x4d, 0, 0, 0, 3, 1, 2,    3, 4, 0x11, 0x22, 0x33, 0x44, 0x55,
    0x66, 0x77, 0x88, 0,    0, 2, 0, 0, 0, 0x10, 0, 0, 0,    0,    0,    '/',  'i',
  };
  CU_ASSERT_TRUE (vbet_cow_header_encode (&header, bytes));
  CU_ASSERT_EQUAL (memcmp (bytes, start, sizeof start), 0);
  CU_ASSERT_EQUAL (bytes[32 + strlen ("/images/a.img")], 0);
  CU_ASSERT_EQUAL (bytes[VBET_COW_HEADER_SIZE - 1], 0);

  g_auto (VbetCowHeader) back = { NULL };
  CU_ASSERT_TRUE (vbet_cow_header_decode (bytes, sizeof bytes, &back));
  VBET_ASSERT_TEXT (back.base, "/images/a.img");
  CU_ASSERT_EQUAL (back.mtime, header.mtime);
  CU_ASSERT_EQUAL (back.size, header.size);
}

static void
test_header_limits (void)
{
  guint8 bytes[VBET_COW_HEADER_SIZE];
  g_autofree char *longest = g_strnfill (VBET_COW_PATH_MAX, 'a');
  g_autofree char *longer = g_strnfill (VBET_COW_PATH_MAX + 1, 'a');
  VbetCowHeader header = { .base = longest };
  VbetCowHeader result = { NULL };
  CU_ASSERT_TRUE (vbet_cow_header_encode (&header, bytes));
  CU_ASSERT_FALSE (vbet_cow_header_decode (bytes, sizeof bytes - 1, &result));
  bytes[VBET_COW_HEADER_SIZE - 1] = 'a';
  CU_ASSERT_FALSE (vbet_cow_header_decode (bytes, sizeof bytes, &result)); /* no end of the path */
  header.base = longer;
  CU_ASSERT_FALSE (vbet_cow_header_encode (&header, bytes));
  memset (bytes, 0, sizeof bytes);
  CU_ASSERT_FALSE (vbet_cow_header_decode (bytes, sizeof bytes, &result));
}

static void
test_fresh_and_reused (void)
{
  Places places = places_new ();
  g_autoptr (GError) error = NULL;
  gboolean created = FALSE;
  struct stat status;
  CU_ASSERT_TRUE (vbet_disk_prepare (places.disk, places.base, &created, &error));
  CU_ASSERT_PTR_NULL (error);
  CU_ASSERT_TRUE (created);
  CU_ASSERT_EQUAL (stat (places.disk, &status), 0);
  /* Header and bitmap: one short of them and the kernel takes garbage for the bitmap. */
  CU_ASSERT_EQUAL (status.st_size, 8192 + 4096);
  CU_ASSERT_EQUAL (status.st_mode & 0777, 0600);
  CU_ASSERT_TRUE (vbet_disk_prepare (places.disk, places.base, &created, &error));
  CU_ASSERT_FALSE (created);
  places_clear (&places);
}

/* Expects vbet_disk_prepare() to fail with @code and a sentence that has @part. */
static void
expect_refused (const Places *places, const char *base, gint code, const char *part)
{
  g_autoptr (GError) error = NULL;
  CU_ASSERT_FALSE (vbet_disk_prepare (places->disk, base, NULL, &error));
  CU_ASSERT_TRUE (g_error_matches (error, VBET_ERROR, code));
  CU_ASSERT_PTR_NOT_NULL (strstr (error->message, part));
  if (strstr (error->message, part) == NULL)
    g_printerr ("%s\n", error->message);
}

static void
test_refusals (void)
{
  Places places = places_new ();
  expect_refused (&places, "/nonexistent/base.img", VBET_ERROR_HOST, "vbetctl image build");
  CU_ASSERT_FALSE (g_file_test (places.disk, G_FILE_TEST_EXISTS));
  expect_refused (&places, places.dir, VBET_ERROR_HOST, "is no regular file");
  expect_refused (&places, "/dev/zero", VBET_ERROR_HOST, "The guest image /dev/zero is no regular file");

  CU_ASSERT_TRUE (vbet_disk_prepare (places.disk, places.base, NULL, NULL));
  struct utimbuf times = { 1704067201, 1704067201 };
  CU_ASSERT_EQUAL (utime (places.base, &times), 0);
  expect_refused (&places, places.base, VBET_ERROR_STATE, "another image");

  /* The guest's kernel can write over its disk's header. */
  guint8 bytes[VBET_COW_HEADER_SIZE];
  char base[] = "\xff\033[2J";
  VbetCowHeader header = { .base = base, .mtime = 1, .size = 4096 };
  int fd = open (places.disk, O_WRONLY | O_CLOEXEC);
  CU_ASSERT_TRUE (vbet_cow_header_encode (&header, bytes));
  CU_ASSERT_EQUAL (pwrite (fd, bytes, sizeof bytes, 0), sizeof bytes);
  close (fd);
  expect_refused (&places, places.base, VBET_ERROR_STATE, "another image (\xef\xbf\xbd␛[2J)");

  CU_ASSERT_EQUAL (unlink (places.disk), 0);
  CU_ASSERT_TRUE (vbet_disk_prepare (places.disk, places.base, NULL, NULL));
  CU_ASSERT_EQUAL (truncate (places.disk, VBET_COW_HEADER_SIZE), 0);
  expect_refused (&places, places.base, VBET_ERROR_STATE, "cut short");
  CU_ASSERT_TRUE (g_file_set_contents (places.disk, "garbage", -1, NULL));
  expect_refused (&places, places.base, VBET_ERROR_STATE, "damaged");

  g_autofree char *nowhere = g_build_filename (places.dir, "no", "disk", NULL);
  g_free (places.disk);
  places.disk = g_steal_pointer (&nowhere);
  expect_refused (&places, places.base, VBET_ERROR_HOST, "Cannot write the disk");
  places_clear (&places);
}

static void
test_config_is_whole_blocks (void)
{
  Places places = places_new ();
  struct stat status;
  g_autoptr (GBytes) odd = g_bytes_new_static ("xyz", 3);
  CU_ASSERT_TRUE (vbet_disk_write_config (places.disk, odd, NULL));
  CU_ASSERT_EQUAL (stat (places.disk, &status), 0);
  CU_ASSERT_EQUAL (status.st_size, 512);
  /* In the same file, shorter and longer. */
  struct stat first, second;
  g_autoptr (GBytes) longer = g_bytes_new_take (g_malloc0 (4096), 4096);
  CU_ASSERT_EQUAL (stat (places.disk, &first), 0);
  CU_ASSERT_TRUE (vbet_disk_rewrite_config (places.disk, longer, NULL));
  CU_ASSERT_EQUAL (stat (places.disk, &second), 0);
  CU_ASSERT_EQUAL (second.st_ino, first.st_ino);
  CU_ASSERT_EQUAL (second.st_size, 4096);
  CU_ASSERT_TRUE (vbet_disk_rewrite_config (places.disk, odd, NULL));
  CU_ASSERT_EQUAL (stat (places.disk, &second), 0);
  CU_ASSERT_EQUAL (second.st_size, first.st_size);
  CU_ASSERT_FALSE (vbet_disk_rewrite_config ("/nowhere/config", odd, NULL));
  CU_ASSERT_TRUE (vbet_disk_write_config (places.disk, NULL, NULL));
  CU_ASSERT_EQUAL (stat (places.disk, &status), 0);
  CU_ASSERT_EQUAL (status.st_size, 1024);
  places_clear (&places);
}

static CU_TestInfo disk_tests[] = {
  { "the header's bytes", test_header_bytes },
  { "the header's limits", test_header_limits },
  { "a fresh disk, and the same again", test_fresh_and_reused },
  { "what is refused, and how", test_refusals },
  { "a configuration disk is whole blocks", test_config_is_whole_blocks },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "disk", NULL, NULL, NULL, NULL, disk_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
