/* cgroup.h - the control groups of a lab: one for its engine and switch, one for each guest.
 *
 * Version 2 of Linux's control groups, in a folder that was delegated to this
 * user: whatever folder the engine was started in, if it carries the mark of
 * delegation (systemd's "Control Group APIs and Delegation"), or that of a
 * scope of its own, which the user's systemd gives (host/scope.h). It is only
 * asked by a process that is below that systemd already, as those of desktops
 * are: one of a login's own session would be ended with the user's systemd at
 * logout, where the session would have let it live. Where there is no such
 * folder, labs run as well, with the weaker limits of guest/limits.h.
 *
 * What a guest may have is the launcher's business: it gets the folder.
 */
#pragma once

#include <glib.h>

/* What the host's kernel counts and limits in these groups. */
typedef enum {
  VBET_CGROUP_MEMORY = 1 << 0,
  VBET_CGROUP_PROCESSES = 1 << 1,
  VBET_CGROUP_PROCESSOR = 1 << 2,
} VbetCgroupControllers;

typedef struct _VbetCgroup VbetCgroup;

/**
 * vbet_cgroup_folder:
 * @cgroup: what /proc/self/cgroup says
 * @mounts: what /proc/self/mountinfo says
 *
 * Pure. Returns: (transfer full) (nullable): the folder of this process's control group of version 2; NULL when it is not
 * to be seen.
 */
char *vbet_cgroup_folder (const char *cgroup, const char *mounts);

/** vbet_cgroup_own_folder: Returns: (transfer full) (nullable): that folder, as of now. */
char *vbet_cgroup_own_folder (void);

/** vbet_cgroup_delegated: Returns: whether @folder was given to this user to make groups in. */
gboolean vbet_cgroup_delegated (const char *folder);

/**
 * vbet_cgroup_below_user: Returns: whether @folder is below the systemd of the user @uid: what is there belongs to that.
 */
gboolean vbet_cgroup_below_user (const char *folder, guint uid);

/**
 * vbet_cgroup_take: moves this process into a group of its own in @folder, and has the host count what it can in others
 * there. What an earlier lab of that name left is removed.
 * @folder: of this process's own group, delegated; on success no other process may be directly in it
 * @id: of the lab
 *
 * Returns: (transfer full): free with vbet_cgroup_unref(); NULL with VBET_ERROR_HOST when nothing of that is possible; then
 * nothing has changed.
 */
VbetCgroup *vbet_cgroup_take (const char *folder, const char *id, GError **error);

/**
 * vbet_cgroup_enter: vbet_cgroup_take() in the own folder, where it is delegated, else in a scope that the user's systemd
 * gives. May block for VBET_SCOPE_WAIT_MS. To be called while this process has one thread, and no children.
 *
 * Returns: (transfer full) (nullable): NULL where none of that limits memory or processes.
 */
VbetCgroup *vbet_cgroup_enter (const char *id);

/** vbet_cgroup_ref: Returns: (transfer full): @self */
VbetCgroup *vbet_cgroup_ref (VbetCgroup *self);
/** vbet_cgroup_unref: @self: (nullable): the last one gives all groups back that are empty, and this process to the
 * folder it came from. */
void vbet_cgroup_unref (VbetCgroup *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetCgroup, vbet_cgroup_unref)

/** vbet_cgroup_get_controllers: Returns: of VbetCgroupControllers. */
guint vbet_cgroup_get_controllers (const VbetCgroup *self);

/**
 * vbet_cgroup_make: a new group for one boot of a guest.
 * @ret_fd: (out): its folder, open (close-on-exec); the caller's
 *
 * Returns: (transfer full): its path, for vbet_cgroup_remove(); NULL with VBET_ERROR_HOST.
 */
char *vbet_cgroup_make (VbetCgroup *self, const char *guest, int *ret_fd, GError **error);
/** vbet_cgroup_ran_out: Returns: whether the host's kernel ended processes of the group @path because it had used up its
 * memory. */
gboolean vbet_cgroup_ran_out (const char *path);
/** vbet_cgroup_remove: kills what is still in the group, and removes it, if need be later, with the next one.
 * @path: (transfer full) (nullable) */
void vbet_cgroup_remove (VbetCgroup *self, char *path);
