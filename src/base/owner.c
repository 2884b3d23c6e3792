/* owner.c - see owner.h. */
#define _GNU_SOURCE
#include "config.h"

#include "base/owner.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "base/lab-user.h"

gboolean
vbet_owner_is_ours (int fd, GPid *ret_pid, GError **error)
{
  struct ucred other = { 0 };
  socklen_t size = sizeof other;
  uid_t lab_user;
  gid_t lab_group;
  if (getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &other, &size) != 0) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "Cannot ask who is at the other end of a socket: %s",
                 g_strerror (errno));
    return FALSE;
  }
  if (ret_pid != NULL)
    *ret_pid = other.pid;
  vbet_lab_user_find (&lab_user, &lab_group);
  if (other.uid == 0 || other.uid == geteuid () || other.uid == lab_user)
    return TRUE;
  g_set_error (
      error, VBET_ERROR, VBET_ERROR_HOST,
      "The process at the other end (%d) runs as the user with the number %u; only that of the lab and root "
      "are spoken with",
      (int)other.pid, (guint)other.uid);
  return FALSE;
}

int
vbet_owner_connect (const char *path, int type, const char *what, GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  if (strlen (path) >= sizeof address.sun_path) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_PROTOCOL,
                 "The engine answered with a path that is too long for a socket");
    return -1;
  }
  memcpy (address.sun_path, path, strlen (path) + 1);
  int fd = socket (AF_UNIX, type | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect (fd, (struct sockaddr *)&address, sizeof address) != 0)
    g_set_error (error, VBET_ERROR, VBET_ERROR_FAILED, "Cannot reach the %s at %s: %s", what, path,
                 g_strerror (errno));
  else if (vbet_owner_is_ours (fd, NULL, error))
    return fd;
  if (fd >= 0)
    close (fd);
  return -1;
}
