/* unpack.c - lays the configuration disk over the root file system.
 *
 * The disk is a POSIX ustar archive made by the engine: folders, regular files
 * and symbolic links; names longer than ustar's by GNU's "L" records. It is
 * read as a whole, since it is small. Names with ".." are refused all the same.
 */
#define _GNU_SOURCE
#include "common.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 512
#define ARCHIVE_MAX (64 * 1024 * 1024)
#define PATH_MAX_BYTES 4096

typedef struct {
  char name[100];
  char mode[8];
  char uid[8];
  char gid[8];
  char size[12];
  char mtime[12];
  char checksum[8];
  char type;
  char link[100];
  char magic[8];
  char user[32];
  char group[32];
  char device[16];
  char prefix[155];
  char padding[12];
} TarHeader;

_Static_assert(sizeof (TarHeader) == BLOCK, "a tar header is one block");

static unsigned long
octal (const char *digits, size_t size)
{
  unsigned long value = 0;
  for (size_t i = 0; i < size && digits[i] >= '0' && digits[i] <= '7'; i++)
    value = value * 8 + (unsigned long)(digits[i] - '0');
  return value;
}

static bool
safe_path (const char *path)
{
  for (const char *part = path; part != NULL; part = strchr (part, '/')) {
    part += *part == '/' ? 1 : 0;
    if (strncmp (part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0'))
      return false;
  }
  return true;
}

/* "/" + prefix + "/" + name, or the long name that came before. */
static int
entry_path (const TarHeader *header, const char *long_name, char *path)
{
  char *end = path;
  *end++ = '/';
  if (long_name[0] != '\0') {
    size_t size = strnlen (long_name, PATH_MAX_BYTES - 2);
    memcpy (end, long_name, size);
    end[size] = '\0';
  } else {
    size_t size = strnlen (header->prefix, sizeof header->prefix);
    memcpy (end, header->prefix, size);
    end += size;
    if (size > 0)
      *end++ = '/';
    size = strnlen (header->name, sizeof header->name);
    memcpy (end, header->name, size);
    end[size] = '\0';
  }
  return safe_path (path) ? 0 : -EINVAL;
}

static int
make_file (const char *path, mode_t mode, uid_t uid, gid_t gid, const char *data, size_t size)
{
  /* A new file: never write through a link of the image. */
  if (unlink (path) != 0 && errno != ENOENT)
    return -errno;
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    return -errno;
  int result = write_all (fd, data, size);
  if (result == 0 && (fchown (fd, uid, gid) != 0 || fchmod (fd, mode) != 0))
    result = -errno;
  close (fd);
  return result;
}

static int
make_entry (const TarHeader *header, char *path, const char *data, size_t size)
{
  mode_t mode = (mode_t)octal (header->mode, sizeof header->mode) & 07777;
  uid_t uid = (uid_t)octal (header->uid, sizeof header->uid);
  gid_t gid = (gid_t)octal (header->gid, sizeof header->gid);
  int result = make_parents (path);
  if (result != 0)
    return result;
  size_t length = strlen (path);
  switch (header->type) {
  case '5':
    if (path[length - 1] == '/')
      path[length - 1] = '\0';
    if (mkdir (path, mode) != 0 && errno != EEXIST)
      return -errno;
    return chown (path, uid, gid) != 0 || chmod (path, mode) != 0 ? -errno : 0;
  case '2': {
    char target[sizeof header->link + 1];
    memcpy (target, header->link, sizeof header->link);
    target[sizeof header->link] = '\0';
    if (unlink (path) != 0 && errno != ENOENT)
      return -errno;
    return symlink (target, path) != 0 ? -errno : 0;
  }
  case '0':
  case '\0':
    return make_file (path, mode, uid, gid, data, size);
  default:
    return -ENOTSUP;
  }
}

static int
unpack (const char *archive, size_t total)
{
  char long_name[PATH_MAX_BYTES] = "";
  char path[PATH_MAX_BYTES];
  int result = 0;
  size_t at = 0;
  while (at + BLOCK <= total && archive[at] != '\0') {
    const TarHeader *header = (const void *)(archive + at);
    at += BLOCK;
    size_t size = octal (header->size, sizeof header->size);
    if (memcmp (header->magic, "ustar", 5) != 0 || size > total - at)
      return -EBADMSG;
    if (header->type == 'L') {
      size_t length = size < sizeof long_name - 1 ? size : sizeof long_name - 1;
      memcpy (long_name, archive + at, length);
      long_name[length] = '\0';
    } else {
      int one = entry_path (header, long_name, path);
      if (one == 0)
        one = make_entry (header, path, archive + at, size);
      /* One bad file must not cost the guest its addresses. */
      if (one != 0 && result == 0)
        result = one;
      long_name[0] = '\0';
    }
    at += (size + BLOCK - 1) / BLOCK * BLOCK;
  }
  return result;
}

int
unpack_config (const char *device)
{
  size_t total = 0;
  char *archive = file_read (device, ARCHIVE_MAX, &total);
  if (archive == NULL)
    return errno == ENOENT ? -ENXIO : -errno;
  int result = unpack (archive, total);
  free (archive);
  return result;
}
