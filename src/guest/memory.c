/* memory.c - see memory.h. */
#include "config.h"

#include "guest/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define TMPFS_TYPE 0x01021994
#define RAMFS_TYPE 0x858458f6
#define MIB (1024ULL * 1024ULL)

VbetMemoryDir
vbet_memory_dir_probe (const char *dir)
{
  VbetMemoryDir self = { .dir = dir };
  struct statfs type;
  struct statvfs space;
  if (statfs (dir, &type) != 0 || statvfs (dir, &space) != 0 || access (dir, W_OK | X_OK) != 0)
    return self;
  /* f_type is signed on some architectures and unsigned on others. */
  unsigned long kind = (unsigned long)type.f_type & 0xffffffffUL;
  self.usable = (kind == TMPFS_TYPE || kind == RAMFS_TYPE) && (space.f_flag & ST_RDONLY) == 0;
  self.noexec = (space.f_flag & ST_NOEXEC) != 0;
  self.free = (uint64_t)space.f_bavail * space.f_frsize;
  if (kind == RAMFS_TYPE || space.f_blocks == 0)
    self.free = UINT64_MAX; /* no limit */
  return self;
}

int
vbet_memory_choose (const VbetMemoryDir *dirs, unsigned n, uint64_t wanted, const char *guest,
                    char *ret_message, size_t message_size)
{
  const VbetMemoryDir *tight = NULL;
  const VbetMemoryDir *noexec = NULL;
  for (unsigned i = 0; i < n; i++) {
    if (!dirs[i].usable)
      continue;
    if (dirs[i].noexec)
      noexec = noexec != NULL ? noexec : &dirs[i];
    else if (dirs[i].free >= wanted)
      return (int)i;
    else
      tight = tight != NULL && tight->free >= dirs[i].free ? tight : &dirs[i];
  }
  if (tight != NULL)
    (void)snprintf (
        ret_message, message_size,
        "Not enough shared memory for %s: %llu MiB wanted, %llu MiB free in %s; stop other labs, give %s "
        "less mem, or enlarge it with \"mount -o remount,size=SIZE %s\"",
        guest, (unsigned long long)(wanted / MIB), (unsigned long long)(tight->free / MIB), tight->dir, guest,
        tight->dir);
  else if (noexec != NULL)
    (void)snprintf (ret_message, message_size,
                    "%s cannot start: %s is mounted noexec, and guest memory must be executable; run "
                    "\"mount -o remount,exec %s\" or allow user namespaces",
                    guest, noexec->dir, noexec->dir);
  else
    (void)snprintf (ret_message, message_size,
                    "%s cannot start: there is no writable memory folder (%s); mount a tmpfs on /dev/shm",
                    guest, n > 0 ? dirs[0].dir : "/dev/shm");
  return -1;
}

uint64_t
vbet_memory_available (void)
{
  char text[4096];
  int fd = open ("/proc/meminfo", O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return UINT64_MAX;
  ssize_t size = read (fd, text, sizeof text - 1);
  close (fd);
  text[size > 0 ? size : 0] = '\0';
  const char *found = strstr (text, "MemAvailable:");
  return found != NULL ? strtoull (found + strlen ("MemAvailable:"), NULL, 10) * 1024 : UINT64_MAX;
}

bool
vbet_memory_fits (uint64_t available, uint64_t wanted, const char *guest, char *ret_message,
                  size_t message_size)
{
  if (available >= wanted)
    return true;
  (void)snprintf (
      ret_message, message_size,
      "Not enough memory for %s: %llu MiB wanted, %llu MiB available on this host; stop other labs or give "
      "%s less mem",
      guest, (unsigned long long)(wanted / MIB), (unsigned long long)(available / MIB), guest);
  return false;
}

/* Moves what is in the folder @name of @top up into @top, so that no path grows with the depth of a tree. */
static void
lift (int top, const char *name, unsigned *number)
{
  int fd = openat (top, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  DIR *dir = fd >= 0 ? fdopendir (fd) : NULL;
  const struct dirent *entry = NULL;
  if (dir == NULL && fd >= 0)
    (void)close (fd);
  while (dir != NULL && (entry = readdir (dir)) != NULL) {
    char new_name[32];
    if (strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0)
      continue;
    (void)snprintf (new_name, sizeof new_name, ".vbet-%u", (*number)++);
    (void)renameat (dirfd (dir), entry->d_name, top, new_name);
  }
  if (dir != NULL)
    (void)closedir (dir);
}

/* Removes what is in the folder @top that can be removed at once, and lifts the rest. Returns whether anything was there. */
static bool
remove_level (int top, unsigned *number)
{
  bool found = false;
  int fd = openat (top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = fd >= 0 ? fdopendir (fd) : NULL;
  const struct dirent *entry = NULL;
  if (dir == NULL && fd >= 0)
    (void)close (fd);
  while (dir != NULL && (entry = readdir (dir)) != NULL) {
    if (strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0)
      continue;
    found = true;
    if (unlinkat (top, entry->d_name, 0) == 0 || unlinkat (top, entry->d_name, AT_REMOVEDIR) == 0)
      continue;
    (void)fchmodat (top, entry->d_name, 0700, 0); /* a folder, which may forbid looking into it */
    lift (top, entry->d_name, number);
    (void)unlinkat (top, entry->d_name, AT_REMOVEDIR);
  }
  if (dir != NULL)
    (void)closedir (dir);
  return found;
}

void
vbet_memory_dir_remove (const char *dir)
{
  unsigned number = 0;
  if (rmdir (dir) == 0 || errno != ENOTEMPTY)
    return;
  int top = open (dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  /* Each round lifts the tree by a level; one that cannot be removed must not keep us for ever. */
  for (int rounds = 0; top >= 0 && rounds < 100000 && remove_level (top, &number); rounds++)
    ;
  if (top >= 0)
    (void)close (top);
  (void)rmdir (dir);
}
