/* limits.c - see limits.h. */
#include "config.h"

#include "guest/limits.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define MIB (1024ULL * 1024ULL)
#define FILES_MAX 4096              /* descriptors: each NIC and each program of the guest costs a few */
#define DATA_MAX (128 * MIB)        /* private memory of one process; a kernel's is below 32 MiB */
#define PRIVATE_MAX (256 * MIB)     /* and of all */
#define PROCESSES_MIN 64            /* helpers of the kernel's, and what a very small guest runs */
#define PROCESS_COST (96ULL * 1024) /* bytes of the host's memory for each process a guest may have */
#define GROUP_PROCESSES 8           /* launcher and init are in the control group, too */
#define PROGRAM_MEMORY                                                                                       \
  (128 * 1024) /* bytes of the guest's memory that one of its programs takes at the least */
/* Beside its own and its processes' private memory: page tables of all its processes, sockets, files in memory. */
#define GROUP_SLACK (256 * MIB)
#define DISK_SLACK (64 * MIB) /* of a copy-on-write file: its header and bitmap */

static void
limit (int which, uint64_t value)
{
  struct rlimit old;
  if (getrlimit (which, &old) != 0)
    return;
  rlim_t most = old.rlim_max == RLIM_INFINITY || old.rlim_max > value ? (rlim_t)value : old.rlim_max;
  const struct rlimit new = { most, most };
  (void)setrlimit (which, &new);
}

unsigned
vbet_limits_processes (uint64_t memory)
{
  uint64_t n = PROCESSES_MIN + memory / PROGRAM_MEMORY;
  return n < 32768 ? (unsigned)n : 32768;
}

/* The largest file that the kernel writes honestly: its memory, or a disk that is as full as its image may get. */
static uint64_t
largest_file (const VbetLaunch *launch)
{
  struct stat status;
  uint64_t largest = launch->memory;
  for (unsigned i = 0; i < launch->n_read_only; i++)
    if (stat (launch->read_only[i], &status) == 0 && S_ISREG (status.st_mode)
        && (uint64_t)status.st_size > largest)
      largest = (uint64_t)status.st_size;
  for (unsigned i = 0; i < launch->n_read_write; i++)
    if (stat (launch->read_write[i], &status) == 0 && S_ISREG (status.st_mode)
        && (uint64_t)status.st_size > largest)
      largest = (uint64_t)status.st_size;
  return largest + DISK_SLACK;
}

void
vbet_limits_apply (const VbetLaunch *launch, unsigned layers)
{
  limit (RLIMIT_CORE, 0);
  limit (RLIMIT_NOFILE, FILES_MAX);
  limit (RLIMIT_MSGQUEUE, 0);
  limit (RLIMIT_MEMLOCK, 0);
  if (launch->memory == 0)
    return;                  /* nothing is known of this guest */
#ifndef __SANITIZE_ADDRESS__ /* its shadow memory is private */
  limit (RLIMIT_DATA, DATA_MAX);
#endif
  /* Files of a shared folder are the user's own business. */
  if (launch->share == NULL || !launch->share_write)
    limit (RLIMIT_FSIZE, largest_file (launch));
  if ((layers & VBET_LAYER_USERNS) != 0)
    limit (RLIMIT_NPROC, vbet_limits_processes (launch->memory));
}

/* Returns: whether @file of the control group @dir now holds @format. */
__attribute__ ((format (printf, 3, 4))) static bool
set_group (int dir, const char *file, const char *format, ...)
{
  char text[32];
  va_list arguments;
  va_start (arguments, format);
  int length = vsnprintf (text, sizeof text, format, arguments);
  va_end (arguments);
  int fd = openat (dir, file, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0)
    return false;
  bool written = length > 0 && write (fd, text, (size_t)length) == length;
  (void)close (fd);
  return written;
}

/* Whether what is written to @path stays in memory, and would be counted as the guest's: no disk could take it. */
static bool
is_in_memory (const char *path)
{
  struct statfs status;
  return statfs (path, &status) == 0
         && (status.f_type == TMPFS_MAGIC || status.f_type == RAMFS_MAGIC
             || status.f_type == OVERLAYFS_SUPER_MAGIC);
}

static bool
writes_to_memory (const VbetLaunch *launch)
{
  bool does = launch->share != NULL && launch->share_write && is_in_memory (launch->share);
  for (unsigned i = 0; i < launch->n_read_write; i++)
    does = does || is_in_memory (launch->read_write[i]);
  return does;
}

/* Swap counts for itself, and gets as much: what fits into memory may be there instead. */
static bool
limit_memory (const VbetLaunch *launch, int dir)
{
  unsigned long long most
      = launch->memory + PRIVATE_MAX + GROUP_SLACK + vbet_limits_processes (launch->memory) * PROCESS_COST;
  if (writes_to_memory (launch))
    return false;
  /* A guest that has lost some of its processes is of no use to anybody. */
  (void)set_group (dir, "memory.oom.group", "1");
  (void)set_group (dir, "memory.swap.max", "%llu", most);
  return set_group (dir, "memory.max", "%llu", most);
}

bool
vbet_limits_join (VbetLaunch *launch)
{
  int dir = launch->cgroup_fd;
  if (dir >= 0 && (launch->without & VBET_LAYER_CGROUP) == 0 && set_group (dir, "cgroup.procs", "0")
      && launch->memory > 0) {
    bool processes
        = set_group (dir, "pids.max", "%u", vbet_limits_processes (launch->memory) + GROUP_PROCESSES);
    bool memory = limit_memory (launch, dir);
    launch->limited = processes && memory;
  }
  if (dir >= 0)
    (void)close (dir);
  launch->cgroup_fd = -1;
  return launch->limited;
}

uint64_t
vbet_limits_private (void)
{
  return PRIVATE_MAX;
}

/* Bytes of private memory of the process in the folder @name below @proc. */
static uint64_t
measure_process (int proc, const char *name)
{
  char path[64];
  char text[128];
  unsigned long long size = 0;
  unsigned long long resident = 0;
  unsigned long long shared = 0;
  (void)snprintf (path, sizeof path, "%.20s/statm", name);
  int fd = openat (proc, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return 0;
  ssize_t got = read (fd, text, sizeof text - 1);
  (void)close (fd);
  if (got <= 0)
    return 0;
  text[got] = '\0';
  /* The third is what is backed by files and shared memory: a guest's own memory is. */
  if (sscanf (text, "%llu %llu %llu", &size, &resident, &shared) != 3 || resident < shared)
    return 0;
  return (resident - shared) * (uint64_t)sysconf (_SC_PAGESIZE);
}

uint64_t
vbet_limits_measure (const char *proc)
{
  uint64_t sum = 0;
  DIR *dir = opendir (proc);
  const struct dirent *entry = NULL;
  while (dir != NULL && (entry = readdir (dir)) != NULL)
    if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
      sum += measure_process (dirfd (dir), entry->d_name);
  if (dir != NULL)
    (void)closedir (dir);
  return sum;
}
