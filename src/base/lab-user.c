/* lab-user.c - see lab-user.h. */
#include "config.h"

#include "base/lab-user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stddef.h>
#include <unistd.h>

#define FALLBACK_NOBODY 65534

static void
find_nobody (uid_t *ret_uid, gid_t *ret_gid)
{
  struct passwd entry;
  struct passwd *found = NULL;
  char buffer[1024];
  /* A host whose nobody is root is misconfigured, and no reason to run guests as root. */
  if (getpwnam_r ("nobody", &entry, buffer, sizeof buffer, &found) == 0 && found != NULL
      && found->pw_uid != 0) {
    *ret_uid = found->pw_uid;
    *ret_gid = found->pw_gid;
  } else {
    *ret_uid = FALLBACK_NOBODY;
    *ret_gid = FALLBACK_NOBODY;
  }
}

void
vbet_lab_user_find (uid_t *ret_uid, gid_t *ret_gid)
{
  *ret_uid = geteuid ();
  *ret_gid = getegid ();
  if (*ret_uid == 0)
    find_nobody (ret_uid, ret_gid);
}

int
vbet_lab_user_become (void)
{
  uid_t uid, uids[3];
  gid_t gid;
  if (getresuid (&uids[0], &uids[1], &uids[2]) != 0)
    return -errno;
  if (uids[0] != 0 && uids[1] != 0 && uids[2] != 0)
    return 0;
  find_nobody (&uid, &gid);
  if (setgroups (0, NULL) != 0 || setresgid (gid, gid, gid) != 0 || setresuid (uid, uid, uid) != 0)
    return -errno;
  return setuid (0) == 0 ? -EPERM : 0; /* no way back, whatever the host's settings of capabilities */
}
