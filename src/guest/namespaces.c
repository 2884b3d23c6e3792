/* namespaces.c - see namespaces.h.
 *
 * Each namespace is tried by itself: hosts differ in what they refuse
 * (containers often mask /proc, some hosts allow no user namespaces at all),
 * and every layer that holds is worth having.
 */
#include "config.h"

#include "guest/namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* Writes one short file of /proc; returns 0 or -errno. */
static int
write_proc (const char *path, const char *text)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  if (fd < 0)
    return -errno;
  size_t length = strlen (text);
  int result = write (fd, text, length) == (ssize_t)length ? 0 : -errno;
  close (fd);
  return result;
}

/* One id is all that may be mapped without privilege, and all a guest needs. */
static int
map_ids (uid_t uid, gid_t gid)
{
  char text[64];
  int result = write_proc ("/proc/self/setgroups", "deny");
  if (result != 0 && result != -ENOENT)
    return result;
  (void)snprintf (text, sizeof text, "%u %u 1\n", (unsigned)uid, (unsigned)uid);
  result = write_proc ("/proc/self/uid_map", text);
  if (result != 0)
    return result;
  (void)snprintf (text, sizeof text, "%u %u 1\n", (unsigned)gid, (unsigned)gid);
  return write_proc ("/proc/self/gid_map", text);
}

unsigned
vbet_namespaces_enter (unsigned without)
{
  uid_t uid = getuid ();
  gid_t gid = getgid ();
  if ((without & (VBET_LAYER_USERNS | VBET_LAYER_PIDNS)) != 0)
    return 0;
  if (unshare (CLONE_NEWUSER) != 0 || map_ids (uid, gid) != 0 || unshare (CLONE_NEWPID) != 0)
    return 0;
  return VBET_LAYER_USERNS | VBET_LAYER_PIDNS;
}

static unsigned
isolate_mounts (unsigned without)
{
  unsigned layers = 0;
  if ((without & VBET_LAYER_MOUNTNS) != 0 || unshare (CLONE_NEWNS) != 0
      || mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
    return 0;
  layers |= VBET_LAYER_MOUNTNS;
  if ((without & VBET_LAYER_PROC) == 0
      && mount ("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0)
    layers |= VBET_LAYER_PROC;
  return layers;
}

unsigned
vbet_namespaces_isolate (unsigned layers, unsigned without, const char *host_name)
{
  if ((layers & VBET_LAYER_USERNS) == 0)
    return layers;
  layers |= isolate_mounts (without);
  if ((without & VBET_LAYER_IPCNS) == 0 && unshare (CLONE_NEWIPC) == 0)
    layers |= VBET_LAYER_IPCNS;
  if ((without & VBET_LAYER_UTSNS) == 0 && unshare (CLONE_NEWUTS) == 0) {
    layers |= VBET_LAYER_UTSNS;
    (void)sethostname (host_name, strlen (host_name));
  }
  if ((without & VBET_LAYER_NETNS) == 0 && unshare (CLONE_NEWNET) == 0)
    layers |= VBET_LAYER_NETNS;
  /* A guest's kernel never needs one, and nested ones give rights over kernel code that is rarely reached. */
  (void)write_proc ("/proc/sys/user/max_user_namespaces", "0");
  return layers;
}

int
vbet_namespaces_mount_memory (const char *dir, uint64_t size)
{
  char options[64];
  (void)snprintf (options, sizeof options, "mode=0700,size=%llu", (unsigned long long)size);
  return mount ("tmpfs", dir, "tmpfs", MS_NOSUID | MS_NODEV, options) == 0 ? 0 : -errno;
}
