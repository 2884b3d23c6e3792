/* root.c - see root.h.
 *
 * Every path in it is the one of the host, so that neither the kernel's
 * command line nor the name of the backing file that a disk carries changes.
 */
#include "config.h"

#include "guest/root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest/libraries.h"

#define FILES_MAX 512 /* files, folders and links in the root: ours are about fifty */

/* How a part of the host appears. */
typedef enum {
  READ_ONLY,
  WRITABLE,
} Access;

/* @dir and @path as one, below the new root. */
static int
below (char *to, const char *dir, const char *path)
{
  int length = snprintf (to, PATH_MAX, "%s%s", dir, path);
  return length > 0 && length < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* Makes the folders that lead to @path, from behind its first @skip bytes on. */
static int
make_parents (char *path, size_t skip)
{
  for (char *at = path + skip + 1; (at = strchr (at, '/')) != NULL; at++) {
    *at = '\0';
    int result = mkdir (path, 0755) == 0 || errno == EEXIST ? 0 : -errno;
    *at = '/';
    if (result != 0)
      return result;
  }
  return 0;
}

static int
make_folder (const char *dir, const char *path, mode_t mode)
{
  char target[PATH_MAX];
  int result = below (target, dir, path);
  if (result == 0)
    result = make_parents (target, strlen (dir));
  if (result == 0 && mkdir (target, mode) != 0 && errno != EEXIST)
    result = -errno;
  return result;
}

/* What a mount of the host is must stay so: the kernel refuses to take it off. */
static unsigned long
locked_flags (const char *path)
{
  static const struct {
    unsigned long seen;
    unsigned long flag;
  } flags[] = { { ST_NOSUID, MS_NOSUID },   { ST_NODEV, MS_NODEV },           { ST_NOEXEC, MS_NOEXEC },
                { ST_NOATIME, MS_NOATIME }, { ST_NODIRATIME, MS_NODIRATIME }, { ST_RELATIME, MS_RELATIME } };
  struct statvfs status;
  unsigned long result = 0;
  if (statvfs (path, &status) != 0)
    return 0;
  for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
    if ((status.f_flag & flags[i].seen) != 0)
      result |= flags[i].flag;
  return result;
}

static int
make_mount_point (const char *target, mode_t kind)
{
  if (S_ISDIR (kind))
    return mkdir (target, 0755) == 0 || errno == EEXIST ? 0 : -errno;
  int fd = open (target, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return -errno;
  (void)close (fd);
  return 0;
}

/* Makes @source of the host appear as @path. Nothing set-user-id works there. */
static int
bind_at (const char *dir, const char *source, const char *path, Access access)
{
  char target[PATH_MAX];
  struct stat status;
  int result = below (target, dir, path);
  if (result == 0 && stat (source, &status) != 0)
    result = -errno;
  if (result == 0)
    result = make_parents (target, strlen (dir));
  if (result == 0)
    result = make_mount_point (target, status.st_mode);
  if (result == 0 && mount (source, target, NULL, MS_BIND, NULL) != 0)
    result = -errno;
  if (result != 0)
    return result;
  unsigned long flags = MS_REMOUNT | MS_BIND | MS_NOSUID | locked_flags (target);
  if (!S_ISCHR (status.st_mode))
    flags |= MS_NODEV;
  if (access == READ_ONLY)
    flags |= MS_RDONLY;
  return mount (NULL, target, NULL, flags, NULL) == 0 ? 0 : -errno;
}

static int
bind_all (const char *dir, const char *const *paths, unsigned n, Access access)
{
  int result = 0;
  for (unsigned i = 0; result == 0 && i < n; i++)
    result = bind_at (dir, paths[i], paths[i], access);
  return result;
}

static int
add_devices (const char *dir)
{
  static const char *const devices[]
      = { "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom" };
  return bind_all (dir, devices, sizeof devices / sizeof devices[0], WRITABLE);
}

static int
add_proc (const char *dir)
{
  char target[PATH_MAX];
  int result = make_folder (dir, "/proc", 0555);
  if (result == 0)
    result = below (target, dir, "/proc");
  if (result == 0 && mount ("proc", target, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0)
    result = -errno;
  return result;
}

static int
add_kernel (const VbetLaunch *launch, const char *dir)
{
  const char *kernel = launch->argv[0];
  if (kernel == NULL)
    return 0; /* a probe */
  VbetLibraries *libraries = malloc (sizeof *libraries);
  if (libraries == NULL)
    return -ENOMEM;
  int result = vbet_libraries_find (kernel, libraries);
  if (result == 0)
    result = bind_at (dir, kernel, kernel, READ_ONLY);
  if (result == 0 && libraries->loader[0] != '\0')
    result = bind_at (dir, libraries->loader, libraries->loader, READ_ONLY);
  for (size_t i = 0; result == 0 && i < libraries->n; i++) {
    char path[PATH_MAX];
    (void)snprintf (path, sizeof path, VBET_ROOT_LIBRARIES "/%s", strrchr (libraries->paths[i], '/') + 1);
    result = bind_at (dir, libraries->paths[i], path, READ_ONLY);
  }
  free (libraries);
  return result;
}

static int
fill (const VbetLaunch *launch, const char *dir)
{
  int result = make_folder (dir, VBET_ROOT_MEMORY, 0700);
  if (result == 0)
    result = add_devices (dir);
  if (result == 0)
    result = add_proc (dir);
  if (result == 0)
    result = add_kernel (launch, dir);
  if (result == 0)
    result = bind_all (dir, launch->read_only, launch->n_read_only, READ_ONLY);
  if (result == 0)
    result = bind_all (dir, launch->read_write, launch->n_read_write, WRITABLE);
  if (result == 0)
    result = bind_all (dir, launch->reach, launch->n_reach, READ_ONLY);
  if (result == 0 && launch->own != NULL)
    result = make_folder (dir, launch->own, 0700);
  if (result == 0 && launch->share != NULL)
    result = bind_at (dir, launch->share, VBET_ROOT_SHARE, launch->share_write ? WRITABLE : READ_ONLY);
  return result;
}

/* The new root takes the old one's place, and nothing of that one stays. */
static int
pivot (const char *dir)
{
  if (chdir (dir) != 0 || syscall (SYS_pivot_root, ".", ".") != 0)
    return -errno;
  /* The old root lies on top of the new one now (pivot_root(2), "pivot_root(".", ".")"). */
  if (umount2 (".", MNT_DETACH) != 0 || chdir ("/") != 0)
    return -errno;
  return 0;
}

int
vbet_root_enter (const VbetLaunch *launch, const char *dir, uint64_t size, int *ret_own)
{
  char options[96];
  char folder[PATH_MAX];
  *ret_own = -1;
  (void)snprintf (options, sizeof options, "mode=0755,size=%llu,nr_inodes=%d", (unsigned long long)size,
                  FILES_MAX);
  if (mount ("tmpfs", dir, "tmpfs", MS_NOSUID | MS_NODEV, options) != 0)
    return -errno;
  int result = fill (launch, dir);
  if (result == 0 && launch->own != NULL)
    result = below (folder, dir, launch->own);
  if (result == 0 && launch->own != NULL) {
    *ret_own = open (folder, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    result = *ret_own >= 0 ? 0 : -errno;
  }
  if (result == 0)
    result = pivot (dir);
  if (result == 0)
    return 0;
  if (*ret_own >= 0)
    (void)close (*ret_own);
  *ret_own = -1;
  (void)chdir ("/");
  (void)umount2 (dir, MNT_DETACH);
  return result;
}
