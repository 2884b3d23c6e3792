/* usage.c - what a tree of processes uses, from /proc; see process.h.
 *
 * Only the tree is looked at, through each thread's list of children: walking
 * the whole of /proc once a second for each guest of a large lab would cost
 * more than the idle guests themselves.
 */
#include "config.h"

#include <linux/kcmp.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "engine/host/process.h"

#define TREE_MAX 4096 /* processes looked at; a guest can make many */
/* Processes that are compared with all before them; those that share memory come first, beside the kernel. */
#define SHARING_MAX 16
#define STAT_STATE 3 /* number of the first field after the name, see proc(5) */
#define STAT_UTIME 14
#define STAT_CSTIME 17

/* Reads a small file of /proc; returns FALSE when it cannot be read. */
static gboolean
read_small (const char *path, char *text, gsize size)
{
  gsize used = 0;
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return FALSE;
  while (used < size - 1) {
    ssize_t got = read (fd, text + used, size - 1 - used);
    if (got <= 0)
      break;
    used += (gsize)got;
  }
  close (fd);
  text[used] = '\0';
  return used > 0;
}

/* User and system time of the process and of its children that it has waited for, in clock ticks. */
static guint64
ticks_of (GPid pid)
{
  char path[64];
  char text[1024];
  guint64 sum = 0;
  (void)g_snprintf (path, sizeof path, "/proc/%d/stat", (int)pid);
  if (!read_small (path, text, sizeof text))
    return 0;
  /* The name, in brackets, may hold anything. */
  const char *at = strrchr (text, ')');
  for (int field = STAT_STATE; at != NULL && field <= STAT_CSTIME; field++) {
    at = strchr (at + 1, ' ');
    if (at != NULL && field >= STAT_UTIME)
      sum += g_ascii_strtoull (at, NULL, 10);
  }
  return sum;
}

/* Whether both processes live in one address space. A guest's kernel has helpers that do (its disk and signal
 * threads are processes of their own): their memory is the kernel's, counted once. */
static gboolean
same_memory (GPid a, GPid b)
{
  return syscall (SYS_kcmp, a, b, KCMP_VM, 0, 0) == 0;
}

static gboolean
is_counted (const GArray *processes, guint index)
{
  for (guint i = 0; i < index; i++)
    if (same_memory (g_array_index (processes, GPid, i), g_array_index (processes, GPid, index)))
      return TRUE;
  return FALSE;
}

static guint64
memory_of (GPid pid)
{
  char path[64];
  char text[2048];
  (void)g_snprintf (path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
  if (read_small (path, text, sizeof text)) {
    const char *found = strstr (text, "\nPss:");
    if (found != NULL)
      return g_ascii_strtoull (found + strlen ("\nPss:"), NULL, 10) * 1024;
  }
  unsigned long long size = 0;
  unsigned long long resident = 0;
  unsigned long long shared = 0;
  (void)g_snprintf (path, sizeof path, "/proc/%d/statm", (int)pid);
  if (!read_small (path, text, sizeof text) || sscanf (text, "%llu %llu %llu", &size, &resident, &shared) != 3
      || shared > resident)
    return 0;
  return (resident - shared) * (guint64)sysconf (_SC_PAGESIZE);
}

/* Adds the children of all threads of @pid to @found. */
static void
add_children (GPid pid, GArray *found)
{
  char path[64];
  char text[8192];
  (void)g_snprintf (path, sizeof path, "/proc/%d/task", (int)pid);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *thread;
  while (dir != NULL && (thread = g_dir_read_name (dir)) != NULL) {
    (void)g_snprintf (path, sizeof path, "/proc/%d/task/%s/children", (int)pid, thread);
    if (!read_small (path, text, sizeof text))
      continue;
    for (char *at = text; *at != '\0' && found->len < TREE_MAX;) {
      char *end = NULL;
      GPid child = (GPid)strtol (at, &end, 10);
      if (end == at)
        break;
      g_array_append_val (found, child);
      at = end + strspn (end, " \n");
    }
  }
}

void
vbet_usage_of_process (GPid pid, VbetProcessUsage *ret_usage)
{
  *ret_usage = (VbetProcessUsage){ .processes = 1, .memory = memory_of (pid) };
  ret_usage->cpu_seconds = (double)ticks_of (pid) / (double)sysconf (_SC_CLK_TCK);
}

void
vbet_usage_of_tree (GPid pid, gboolean with_memory, VbetProcessUsage *ret_usage)
{
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (GPid));
  guint64 ticks = 0;
  *ret_usage = (VbetProcessUsage){ 0 };
  g_array_append_val (found, pid);
  for (guint i = 0; i < found->len; i++) {
    GPid one = g_array_index (found, GPid, i);
    ticks += ticks_of (one);
    if (with_memory && (i >= SHARING_MAX || !is_counted (found, i)))
      ret_usage->memory += memory_of (one);
    add_children (one, found);
  }
  ret_usage->processes = found->len;
  ret_usage->cpu_seconds = (double)ticks / (double)sysconf (_SC_CLK_TCK);
}

/* --- the guest's memory ------------------------------------------------------------ */

/* The largest file without a name that @pid has open: nobody else can open the memory of a guest. */
static void
look_at_files (GPid pid, VbetMemoryFile *file)
{
  char path[64];
  (void)g_snprintf (path, sizeof path, "/proc/%d/fd", (int)pid);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    struct stat status;
    g_autofree char *link = g_build_filename (path, name, NULL);
    if (stat (link, &status) != 0 || !S_ISREG (status.st_mode) || status.st_nlink != 0
        || (guint64)status.st_size <= file->size)
      continue;
    file->size = (guint64)status.st_size;
    file->resident = (guint64)status.st_blocks * 512;
  }
}

static gboolean
is_traced (GPid pid)
{
  char path[64];
  char text[2048];
  (void)g_snprintf (path, sizeof path, "/proc/%d/status", (int)pid);
  const char *found = read_small (path, text, sizeof text) ? strstr (text, "\nTracerPid:") : NULL;
  return found != NULL && g_ascii_strtoull (found + strlen ("\nTracerPid:") + 1, NULL, 10) != 0;
}

gboolean
vbet_usage_of_memory_file (GPid pid, VbetMemoryFile *ret_file)
{
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (GPid));
  *ret_file = (VbetMemoryFile){ 0 };
  g_array_append_val (found, pid);
  for (guint i = 0; i < found->len && i < SHARING_MAX; i++) {
    GPid one = g_array_index (found, GPid, i);
    if (ret_file->size == 0)
      look_at_files (one, ret_file);
    ret_file->traced = ret_file->traced || is_traced (one);
    add_children (one, found);
  }
  return ret_file->size > 0;
}
