/* lab-user.h - the user as whom labs run: the caller; nobody, when root started them.
 *
 * Of the C library only: the launcher of guests links no other.
 */
#pragma once

#include <sys/types.h>

/** vbet_lab_user_find: who that is, for the effective user of this process. */
void vbet_lab_user_find (uid_t *ret_uid, gid_t *ret_gid);

/**
 * vbet_lab_user_become: gives root up for good: of the real, effective and saved user and group, and the other groups. A
 * process in which none of the three users is root stays as it is. The kernel makes the process one that cannot be traced,
 * and whose /proc entry is root's, by that (PR_SET_DUMPABLE); who needs its own entry allows it again.
 *
 * Returns: 0, or -errno when the process may still be, or become, root.
 */
int vbet_lab_user_become (void);
