/* paths-remove.c - removing trees of files that somebody else may have made; see paths.h.
 *
 * A guest can nest folders deeper than any path, stack or number of open
 * files, so neither recursion nor paths will do. A folder inside a folder is
 * moved up to the top of the tree first, under a new name, and emptied from
 * there: the tree becomes flat, two folders are open at any time, and each is
 * looked at once.
 */
#include "config.h"

#include "base/paths.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FOLDER_FLAGS (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

typedef struct {
  int top;          /* the folder that is removed */
  GPtrArray *found; /* of char *: folders right below it that are still to be emptied */
  guint64 number;   /* of the last folder that was moved up */
  int result;       /* 0, or -errno of the first failure */
} Removal;

static void
failed (Removal *self, int reason)
{
  if (self->result == 0)
    self->result = -reason;
}

/* Opens the folder @name in @dir, but no link and, if @same_mount, nothing that is mounted there. Returns: -1
 * with errno. */
static int
open_place (int dir, const char *name, gboolean same_mount)
{
  struct open_how how = { .flags = FOLDER_FLAGS, .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV };
  if (!same_mount)
    return openat (dir, name, FOLDER_FLAGS);
  long fd = syscall (SYS_openat2, dir, name, &how, sizeof how);
  if (fd >= 0 || errno != ENOSYS)
    return (int)fd;
  /* Before Linux 5.6: what is mounted is told by its device, but for bind mounts. */
  struct stat above;
  struct stat below;
  int place = openat (dir, name, FOLDER_FLAGS);
  if (place >= 0 && fstat (dir, &above) == 0 && fstat (place, &below) == 0 && above.st_dev != below.st_dev) {
    close (place);
    errno = EXDEV;
    return -1;
  }
  return place;
}

/* Opens it for reading and changing: a guest may have left a folder that its owner, too, may not read or
 * change. */
static int
open_folder (int dir, const char *name, gboolean same_mount)
{
  struct stat status;
  char link[64];
  int place = open_place (dir, name, same_mount);
  if (place < 0)
    return -1;
  if (fstat (place, &status) == 0 && (status.st_mode & S_IRWXU) != S_IRWXU) {
    g_snprintf (link, sizeof link, "/proc/self/fd/%d", place);
    (void)chmod (link, S_IRWXU);
  }
  int fd = openat (place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int saved = errno;
  close (place);
  errno = saved;
  return fd;
}

/* Moves the folder @name of @dir to the top. A name there that is taken by another folder is left alone. */
static int
move_up (Removal *self, int dir, const char *name, char **ret_name)
{
  for (;;) {
    g_autofree char *fresh = g_strdup_printf ("%" G_GUINT64_FORMAT, self->number++);
    if (renameat (dir, name, self->top, fresh) == 0) {
      *ret_name = g_steal_pointer (&fresh);
      return 0;
    }
    if (errno != EEXIST && errno != ENOTEMPTY && errno != ENOTDIR)
      return -errno;
  }
}

/* A folder that is to be moved must be writable itself: its ".." changes. */
static void
keep_for_later (Removal *self, int dir, const char *name)
{
  char *moved = NULL;
  int result = move_up (self, dir, name, &moved);
  if (result == -EACCES) {
    int fd = open_folder (dir, name, TRUE);
    if (fd >= 0) {
      close (fd);
      result = move_up (self, dir, name, &moved);
    }
  }
  if (result == 0)
    g_ptr_array_add (self->found, moved);
  else
    failed (self, -result);
}

/* Removes what is in the folder open as @fd, which it closes; folders in it are found or moved. */
static void
empty (Removal *self, int fd)
{
  DIR *dir = fdopendir (fd);
  if (dir == NULL) {
    failed (self, errno);
    close (fd);
    return;
  }
  for (struct dirent *entry = readdir (dir); entry != NULL; entry = readdir (dir)) {
    if (strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0)
      continue;
    if (unlinkat (fd, entry->d_name, 0) == 0 || errno == ENOENT)
      continue;
    if (errno != EISDIR && errno != EPERM)
      failed (self, errno);
    else if (self->top < 0)
      g_ptr_array_add (self->found, g_strdup (entry->d_name));
    else if (unlinkat (fd, entry->d_name, AT_REMOVEDIR) != 0)
      keep_for_later (self, fd, entry->d_name);
  }
  closedir (dir);
}

/* Everything below the folder open as @top. */
static int
empty_tree (int top)
{
  Removal self = { .top = -1, .found = g_ptr_array_new_with_free_func (g_free) };
  int copy = fcntl (top, F_DUPFD_CLOEXEC, 0);
  if (copy < 0)
    failed (&self, errno);
  else
    empty (&self, copy);
  self.top = top;
  while (self.found->len > 0) {
    g_autofree char *name = g_ptr_array_steal_index (self.found, self.found->len - 1);
    int fd = open_folder (top, name, TRUE);
    if (fd >= 0)
      empty (&self, fd);
    else if (errno != ENOENT)
      failed (&self, errno);
    if (fd >= 0 && unlinkat (top, name, AT_REMOVEDIR) != 0 && errno != ENOENT)
      failed (&self, errno);
  }
  g_ptr_array_unref (self.found);
  return self.result;
}

int
vbet_paths_remove_tree (const char *path)
{
  if (unlink (path) == 0 || errno == ENOENT)
    return 0;
  if (errno != EISDIR && errno != EPERM)
    return -errno;
  int top = open_folder (AT_FDCWD, path, FALSE);
  if (top < 0)
    return -errno;
  int result = empty_tree (top);
  close (top);
  if (rmdir (path) != 0 && errno != ENOENT && result == 0)
    result = -errno;
  return result;
}
