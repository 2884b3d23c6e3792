/* disk.c - see disk.h. */
#include "config.h"

#include "engine/guest/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/clean.h"
#include "base/error.h"

#define COW_MAGIC 0x4f4f4f4dU
#define COW_VERSION 3
#define SECTOR_SIZE 512
#define COW_ALIGNMENT 4096
#define OFFSET_MTIME 8
#define OFFSET_SIZE 12
#define OFFSET_SECTOR 20
#define OFFSET_ALIGNMENT 24
#define OFFSET_FORMAT 28
#define OFFSET_PATH 32
#define TAR_BLOCK 512
/* A guest that cannot write the first few files does not come up; say so before. */
#define ROOM_WANTED (16 * 1024 * 1024)

static void
put_u32 (guint8 *at, guint32 value)
{
  guint32 big = GUINT32_TO_BE (value);
  memcpy (at, &big, sizeof big);
}

static guint32
get_u32 (const guint8 *at)
{
  guint32 big;
  memcpy (&big, at, sizeof big);
  return GUINT32_FROM_BE (big);
}

void
vbet_cow_header_clear (VbetCowHeader *self)
{
  g_clear_pointer (&self->base, g_free);
}

gboolean
vbet_cow_header_encode (const VbetCowHeader *self, guint8 *out)
{
  guint64 size = GUINT64_TO_BE (self->size);
  if (strlen (self->base) > VBET_COW_PATH_MAX)
    return FALSE;
  memset (out, 0, VBET_COW_HEADER_SIZE);
  put_u32 (out, COW_MAGIC);
  put_u32 (out + 4, COW_VERSION);
  put_u32 (out + OFFSET_MTIME, self->mtime);
  memcpy (out + OFFSET_SIZE, &size, sizeof size);
  put_u32 (out + OFFSET_SECTOR, SECTOR_SIZE);
  put_u32 (out + OFFSET_ALIGNMENT, COW_ALIGNMENT);
  put_u32 (out + OFFSET_FORMAT, 0);
  memcpy (out + OFFSET_PATH, self->base, strlen (self->base));
  return TRUE;
}

gboolean
vbet_cow_header_decode (const guint8 *data, gsize size, VbetCowHeader *ret_header)
{
  guint64 base_size;
  if (size < VBET_COW_HEADER_SIZE || get_u32 (data) != COW_MAGIC || get_u32 (data + 4) != COW_VERSION
      || get_u32 (data + OFFSET_SECTOR) != SECTOR_SIZE || get_u32 (data + OFFSET_FORMAT) != 0
      || memchr (data + OFFSET_PATH, '\0', VBET_COW_HEADER_SIZE - OFFSET_PATH) == NULL)
    return FALSE;
  memcpy (&base_size, data + OFFSET_SIZE, sizeof base_size);
  ret_header->base = g_strdup ((const char *)data + OFFSET_PATH);
  ret_header->mtime = get_u32 (data + OFFSET_MTIME);
  ret_header->size = GUINT64_FROM_BE (base_size);
  return TRUE;
}

/* Writes all of @data; returns 0 or -errno. */
static int
write_all (int fd, const guint8 *data, gsize size)
{
  while (size > 0) {
    ssize_t done = write (fd, data, size);
    if (done < 0 && errno == EINTR)
      continue;
    if (done < 0)
      return -errno;
    data += done;
    size -= (gsize)done;
  }
  return 0;
}

static gboolean
check_room (const char *path, GError **error)
{
  struct statvfs space;
  g_autofree char *dir = g_path_get_dirname (path);
  if (statvfs (dir, &space) != 0 || (guint64)space.f_bavail * space.f_frsize >= ROOM_WANTED)
    return TRUE;
  g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
               "The file system of %s is full (%" G_GUINT64_FORMAT
               " KiB free, %d MiB wanted for a disk); free some "
               "space",
               dir, (guint64)space.f_bavail * space.f_frsize / 1024, ROOM_WANTED / 1024 / 1024);
  return FALSE;
}

/* Where the sectors begin in a copy-on-write file over a base of @size bytes: behind header and bitmap, each aligned. */
static gsize
cow_data_offset (guint64 size)
{
  gsize header = (VBET_COW_HEADER_SIZE + COW_ALIGNMENT - 1) / COW_ALIGNMENT * COW_ALIGNMENT;
  gsize bitmap = (gsize)((size + 8 * SECTOR_SIZE - 1) / (8 * SECTOR_SIZE));
  return header + (bitmap + COW_ALIGNMENT - 1) / COW_ALIGNMENT * COW_ALIGNMENT;
}

/* Makes a new file of @path in one go: nobody ever sees half of it. Behind @data comes a hole, up to @whole bytes. */
static gboolean
replace_file (const char *path, const guint8 *data, gsize size, gsize whole, const char *what, GError **error)
{
  g_autofree char *temporary = g_strconcat (path, ".new", NULL);
  (void)g_unlink (temporary);
  int fd = open (temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  int result = fd >= 0 ? write_all (fd, data, size) : -errno;
  if (result == 0 && whole > size && ftruncate (fd, (off_t)whole) != 0)
    result = -errno;
  if (fd >= 0 && close (fd) != 0 && result == 0)
    result = -errno;
  if (result == 0 && rename (temporary, path) != 0)
    result = -errno;
  if (result == 0)
    return TRUE;
  if (fd >= 0)
    (void)g_unlink (temporary);
  g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "Cannot write %s %s: %s%s", what, path,
               g_strerror (-result),
               result == -ENOSPC || result == -EDQUOT ? "; free some space on this file system"
                                                      : "; see that its folder can be written to");
  return FALSE;
}

static gboolean
check_existing (const char *path, int fd, const char *base, const struct stat *base_status, GError **error)
{
  guint8 bytes[VBET_COW_HEADER_SIZE];
  g_auto (VbetCowHeader) header = { NULL };
  struct stat status;
  ssize_t got = pread (fd, bytes, sizeof bytes, 0);
  if (got < 0 || fstat (fd, &status) != 0 || !vbet_cow_header_decode (bytes, (gsize)got, &header)
      || (guint64)status.st_size < cow_data_offset (header.size)) {
    g_set_error (
        error, VBET_ERROR, VBET_ERROR_STATE,
        "The disk %s is damaged (no copy-on-write file, or cut short); remove it to start with a fresh one",
        path);
    return FALSE;
  }
  if (header.size == (guint64)base_status->st_size && header.mtime == (guint32)base_status->st_mtime)
    return TRUE;
  /* Its guest may have written anything there. */
  g_autofree char *other = vbet_clean_text (header.base, -1, VBET_CLEAN_LINE);
  g_set_error (error, VBET_ERROR, VBET_ERROR_STATE,
               "The disk %s was made over another image (%s) than %s; set image= back to that one, or remove "
               "the disk to "
               "start with a fresh one",
               path, other, base);
  return FALSE;
}

gboolean
vbet_disk_prepare (const char *path, const char *base, gboolean *ret_created, GError **error)
{
  guint8 bytes[VBET_COW_HEADER_SIZE];
  struct stat base_status;
  if (ret_created != NULL)
    *ret_created = FALSE;
  if (stat (base, &base_status) != 0 || access (base, R_OK) != 0) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
                 "Cannot read the guest image %s: %s; build one with \"vbetctl image build\"", base,
                 g_strerror (errno));
    return FALSE;
  }
  if (!S_ISREG (base_status.st_mode)) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
                 "The guest image %s is no regular file; name one that \"vbetctl image list\" shows, or none",
                 base);
    return FALSE;
  }
  if (!check_room (path, error))
    return FALSE;
  int fd = open (path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (fd >= 0) {
    gboolean good = check_existing (path, fd, base, &base_status, error);
    close (fd);
    return good;
  }
  VbetCowHeader header = {
    .base = (char *)base,
    .mtime = (guint32)base_status.st_mtime,
    .size = (guint64)base_status.st_size,
  };
  if (!vbet_cow_header_encode (&header, bytes)) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
                 "The path of the guest image is longer than %d bytes: %s", VBET_COW_PATH_MAX, base);
    return FALSE;
  }
  /* Header and bitmap must be there, the latter as a hole: the kernel reads the whole bitmap into memory it has not
   * cleared and takes a short read for success. What chance left there then counts as "sector was written". */
  if (!replace_file (path, bytes, sizeof bytes, cow_data_offset (header.size), "the disk", error))
    return FALSE;
  if (ret_created != NULL)
    *ret_created = TRUE;
  return TRUE;
}

/* @tar as a disk: (transfer full). */
static GBytes *
config_disk (GBytes *tar)
{
  gsize size = tar != NULL ? g_bytes_get_size (tar) : 0;
  if (size == 0)
    return g_bytes_new_take (g_malloc0 (2 * TAR_BLOCK),
                             2 * TAR_BLOCK); /* the end of a tar: a disk of no bytes is refused */
  if (size % TAR_BLOCK == 0)
    return g_bytes_ref (tar);
  /* The kernel rounds a disk down to whole sectors. */
  gsize whole = (size / TAR_BLOCK + 1) * TAR_BLOCK;
  guint8 *padded = g_malloc0 (whole);
  memcpy (padded, g_bytes_get_data (tar, NULL), size);
  return g_bytes_new_take (padded, whole);
}

gboolean
vbet_disk_write_config (const char *path, GBytes *tar, GError **error)
{
  g_autoptr (GBytes) disk = config_disk (tar);
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (disk, &size);
  return replace_file (path, data, size, size, "the configuration disk", error);
}

gboolean
vbet_disk_rewrite_config (const char *path, GBytes *tar, GError **error)
{
  g_autoptr (GBytes) disk = config_disk (tar);
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (disk, &size);
  int fd = open (path, O_RDWR | O_NOFOLLOW | O_CLOEXEC); /* what allocates space by hand reads, too */
  int result = fd >= 0 ? -posix_fallocate (fd, 0, (off_t)size) : -errno;
  if (result == 0)
    result = write_all (fd, data, size);
  if (result == 0 && ftruncate (fd, (off_t)size) != 0)
    result = -errno;
  if (fd >= 0)
    (void)close (fd);
  if (result != 0)
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "Cannot write the configuration disk %s: %s", path,
                 g_strerror (-result));
  return result == 0;
}
