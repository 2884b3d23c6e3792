/* reaper.c - see reaper.h. */
#include "config.h"

#include "guest/reaper.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* One process as /proc tells it. */
typedef struct {
  pid_t pid;
  pid_t parent;
  bool ours; /* a descendant */
} Process;

int
vbet_reaper_become (void)
{
  return prctl (PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 ? 0 : -errno;
}

bool
vbet_reaper_collect (pid_t wanted, int *ret_status)
{
  bool found = false;
  for (;;) {
    int status;
    pid_t pid = waitpid (-1, &status, WNOHANG);
    if (pid <= 0)
      return found;
    if (pid == wanted) {
      *ret_status = status;
      found = true;
    }
  }
}

/* Reads the parent of @pid; 0 when it is gone. A name may hold blanks and brackets, hence the last one counts. */
static pid_t
parent_of (pid_t pid)
{
  char path[64];
  char text[512];
  (void)snprintf (path, sizeof path, "/proc/%d/stat", (int)pid);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return 0;
  ssize_t size = read (fd, text, sizeof text - 1);
  close (fd);
  text[size > 0 ? size : 0] = '\0';
  const char *end = strrchr (text, ')');
  if (end == NULL || strlen (end) < 5)
    return 0;
  return (pid_t)strtol (end + 4, NULL, 10);
}

/* Lists every process of the host. Returns NULL when memory or /proc is missing. */
static Process *
list_processes (size_t *ret_count)
{
  DIR *dir = opendir ("/proc");
  if (dir == NULL)
    return NULL;
  Process *list = NULL;
  size_t count = 0;
  size_t room = 0;
  for (struct dirent *entry = readdir (dir); entry != NULL; entry = readdir (dir)) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
      continue;
    if (count == room) {
      size_t more = room == 0 ? 256 : room * 2;
      Process *bigger = realloc (list, more * sizeof *list);
      if (bigger == NULL)
        break;
      list = bigger;
      room = more;
    }
    pid_t pid = (pid_t)strtol (entry->d_name, NULL, 10);
    list[count++] = (Process){ .pid = pid, .parent = parent_of (pid) };
  }
  closedir (dir);
  *ret_count = count;
  return list;
}

/* Marks the descendants of @root: again and again until nothing is added, since /proc has no order. */
static void
mark_descendants (Process *list, size_t count, pid_t root)
{
  bool changed = true;
  while (changed) {
    changed = false;
    for (size_t i = 0; i < count; i++) {
      if (list[i].ours || list[i].parent == 0)
        continue;
      bool below = list[i].parent == root;
      for (size_t k = 0; k < count && !below; k++)
        below = list[k].ours && list[k].pid == list[i].parent;
      list[i].ours = below;
      changed = changed || below;
    }
  }
}

/* Sends SIGKILL to every descendant but @except; returns how many there were. */
static unsigned
kill_descendants (pid_t except)
{
  size_t count = 0;
  unsigned killed = 0;
  Process *list = list_processes (&count);
  if (list == NULL)
    return 0;
  mark_descendants (list, count, getpid ());
  for (size_t i = 0; i < count; i++)
    if (list[i].ours && list[i].pid != except && kill (list[i].pid, SIGKILL) == 0)
      killed++;
  free (list);
  return killed;
}

void
vbet_reaper_kill_all (pid_t first)
{
  if (first > 0 && kill (first, SIGSTOP) == 0) {
    (void)kill_descendants (first);
    (void)kill (first, SIGKILL);
  }
  for (;;) {
    (void)kill_descendants (0);
    /* What is killed ends soon; its children come to us and are met by the next round. */
    pid_t pid = waitpid (-1, NULL, 0);
    if (pid < 0 && errno == ECHILD)
      return;
    int status;
    (void)vbet_reaper_collect (0, &status);
  }
}
