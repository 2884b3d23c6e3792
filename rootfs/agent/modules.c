/* modules.c - loads kernel modules without starting modprobe; modprobe itself, which kmod is started for only where
 * that helps.
 *
 * modules.dep(5) as depmod writes it: "path/name.ko: path/of/need.ko …", the
 * needs of needs included, each before those it needs itself.
 */
#define _GNU_SOURCE
#include "common.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "builtin.h"

#define KMOD "/bin/kmod"
#define DEPENDENCIES_MAX (1024 * 1024)
#define NEEDS_MAX 64

/* Whether /sys says that the module of @file is there: loading it once more costs as much as the first time. */
static bool
is_loaded (const char *file)
{
  char path[128];
  const char *slash = strrchr (file, '/');
  const char *name = slash != NULL ? slash + 1 : file;
  int length = (int)strcspn (name, ".");
  if ((size_t)snprintf (path, sizeof path, "/sys/module/%.*s", length, name) >= sizeof path)
    return false;
  for (char *c = path + strlen ("/sys/module/"); *c != '\0'; c++)
    *c = *c == '-' ? '_' : *c;
  return access (path, F_OK) == 0;
}

/* A virtio NIC that interrupts its guest for what it has sent costs a quarter of the speed: here an interrupt is a
 * signal and a dozen system calls of the host, and what was sent is gone before the guest sends again. */
static const char *
parameters_of (const char *file)
{
  return strstr (file, "/virtio_net.ko") != NULL ? "napi_tx=0" : "";
}

static int
insert (const char *folder, const char *file)
{
  char path[512];
  if (is_loaded (file))
    return 0;
  if ((size_t)snprintf (path, sizeof path, "%s/%s", folder, file) >= sizeof path)
    return -ENAMETOOLONG;
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return -errno;
  int result = syscall (SYS_finit_module, fd, parameters_of (file), 0) != 0 && errno != EEXIST ? -errno : 0;
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

/* Text of file @name beside modules.dep; NULL. */
static char *
read_index (const char *name)
{
  struct utsname system;
  char path[sizeof system.release + 64];
  if (uname (&system) != 0)
    return NULL;
  snprintf (path, sizeof path, "/lib/modules/%s/%s", system.release, name);
  return file_read (path, DEPENDENCIES_MAX, NULL);
}

/* Whether the kernel has it built in. */
static bool
is_builtin (const char *name)
{
  char *list = read_index ("modules.builtin");
  bool found = builtin_has (list, name);
  free (list);
  return found;
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
  /* A kernel that can load nothing has built in what it has. */
  if (access ("/proc/modules", F_OK) != 0)
    return 0;
  snprintf (folder, sizeof folder, "/lib/modules/%s", system.release);
  snprintf (path, sizeof path, "%s/modules.dep", folder);
  snprintf (file, sizeof file, "/%s.ko:", name);
  char *text = file_read (path, DEPENDENCIES_MAX, NULL);
  int result = text != NULL ? -ENOENT : -errno;
  char *save = NULL;
  for (char *line = text != NULL ? strtok_r (text, "\n", &save) : NULL; line != NULL;
       line = strtok_r (NULL, "\n", &save))
    if (strstr (line, file) != NULL) {
      result = insert_line (folder, line);
      break;
    }
  free (text);
  return result == -ENOENT && is_builtin (name) ? 0 : result;
}

/* Whether a module has that name or an alias that fits it; "-" and "_" are the same in both. */
static bool
is_module (const char *wanted)
{
  char name[256];
  char file[sizeof name + 8];
  char pattern[256];
  char *save = NULL;
  bool found = false;
  if ((size_t)snprintf (name, sizeof name, "%s", wanted) >= sizeof name)
    return true; /* modprobe may decide */
  for (char *c = name; *c != '\0'; c++)
    *c = *c == '-' ? '_' : *c;
  snprintf (file, sizeof file, "/%s.ko:", name);
  char *text = read_index ("modules.dep");
  for (char *c = text; c != NULL && *c != '\0'; c++)
    *c = *c == '-' ? '_' : *c;
  found = text == NULL || strstr (text, file) != NULL;
  free (text);
  text = found ? NULL : read_index ("modules.alias");
  for (char *line = text != NULL ? strtok_r (text, "\n", &save) : NULL; line != NULL && !found;
       line = strtok_r (NULL, "\n", &save)) {
    if (sscanf (line, "alias %255s", pattern) != 1)
      continue;
    for (char *c = pattern; *c != '\0'; c++)
      *c = *c == '-' ? '_' : *c;
    found = fnmatch (pattern, name, 0) == 0;
  }
  free (text);
  return found;
}

static int
run_kmod (char **argv)
{
  argv[0] = (char *)"modprobe"; /* kmod goes by the name it is called */
  execve (KMOD, argv, child_environment ());
  fprintf (stderr, "modprobe: " KMOD ": %s\n", strerror (errno));
  return 1;
}

/*
 * What the kernel calls as "modprobe -q -- NAME" (kernel.modprobe), and legacy
 * iptables as "modprobe NAME -q". Kernels ask for things that are not there
 * (6.1 for "bpfilter" at each socket option of iptables): saying no at once
 * saves a tenth of a second each time.
 */
int
autoload_main (int argc, char **argv)
{
  const char *name = NULL;
  for (int i = 1; i < argc; i++)
    if (argv[i][0] != '-')
      name = argv[i];
  if (name != NULL && is_builtin (name))
    return 0;
  if (name == NULL || !is_module (name))
    return 1;
  return run_kmod (argv);
}

/* modprobe(8): success for what is built in, kmod's for all else. */
int
modprobe_main (int argc, char **argv)
{
  const char *name = NULL;
  char *list = read_index ("modules.builtin");
  ModprobeVerdict verdict = modprobe_decide (list, &argc, argv, &name);
  free (list);
  switch (verdict) {
  case MODPROBE_DONE:
    return 0;
  case MODPROBE_REFUSE:
    fprintf (stderr, "modprobe: FATAL: Module %s is builtin.\n", name);
    return 1;
  case MODPROBE_SHOW:
    printf ("builtin %s\n", name);
    return 0;
  case MODPROBE_KMOD:
    break;
  }
  return run_kmod (argv);
}
