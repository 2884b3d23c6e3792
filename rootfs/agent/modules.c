/* modules.c - loads kernel modules without starting modprobe.
 *
 * modules.dep(5) as depmod writes it: "path/name.ko: path/of/need.ko …", the
 * needs of needs included, each before those it needs itself.
 */
#define _GNU_SOURCE
#include "common.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#define DEPENDENCIES_MAX (1024 * 1024)
#define NEEDS_MAX 64

static int
insert (const char *folder, const char *file)
{
  char path[512];
  if ((size_t) snprintf (path, sizeof path, "%s/%s", folder, file) >= sizeof path)
    return -ENAMETOOLONG;
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return -errno;
  int result = syscall (SYS_finit_module, fd, "", 0) != 0 && errno != EEXIST ? -errno : 0;
  close (fd);
  return result;
}

/* Loads the modules of one line: its needs from last to first, then itself. */
static int
insert_line (const char *folder, char *line)
{
  char *files[NEEDS_MAX];
  int count = 0;
  int result = 0;
  char *save = NULL;
  for (char *file = strtok_r (line, ": ", &save); file != NULL && count < NEEDS_MAX;
       file = strtok_r (NULL, ": ", &save))
    files[count++] = file;
  while (count-- > 0 && result == 0)
    result = insert (folder, files[count]);
  return result;
}

int
module_load (const char *name)
{
  struct utsname system;
  char folder[sizeof system.release + 32];
  char path[sizeof folder + 16];
  char file[128];
  if (uname (&system) != 0)
    return -errno;
  snprintf (folder, sizeof folder, "/lib/modules/%s", system.release);
  snprintf (path, sizeof path, "%s/modules.dep", folder);
  snprintf (file, sizeof file, "/%s.ko:", name);
  char *text = file_read (path, DEPENDENCIES_MAX, NULL);
  if (text == NULL)
    return -errno;
  int result = -ENOENT;
  char *save = NULL;
  for (char *line = strtok_r (text, "\n", &save); line != NULL; line = strtok_r (NULL, "\n", &save))
    if (strstr (line, file) != NULL) {
      result = insert_line (folder, line);
      break;
    }
  free (text);
  return result;
}
