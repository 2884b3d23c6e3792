/* rundir.h - the folders of a running lab: who owns them, and that they go.
 *
 * A lab's run-time folder is locked (flock on the folder itself) for as long
 * as its engine lives, so that "does it run?" has one answer that survives
 * crashes: a folder nobody locks is stale and is cleaned by the next start.
 * A warden, a tiny child process (warden.h), holds a pipe to the engine and cleans up
 * when the engine dies without having done so itself (SIGKILL, crash); when
 * the warden dies, the engine starts another. Where both died, the next
 * lab's warden collects what is left (base/leftovers.h).
 */
#pragma once

#include <glib.h>

typedef struct VbetRundir VbetRundir;

/**
 * vbet_rundir_acquire:
 * @id: lab identifier, valid
 *
 * Creates the lab's run-time folder and its scratch folder (for disks), cleaning what a dead engine left.
 *
 * Returns: (transfer full): NULL with VBET_ERROR_EXISTS when the lab runs, VBET_ERROR_HOST when folders cannot be made.
 */
VbetRundir *vbet_rundir_acquire (const char *id, GError **error);

/** vbet_rundir_free: removes both folders and gives the lock up. */
void vbet_rundir_free (VbetRundir *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetRundir, vbet_rundir_free)

/** vbet_rundir_get_path: run-time folder: sockets; short paths. */
const char *vbet_rundir_get_path (VbetRundir *self);
/** vbet_rundir_get_scratch: folder on disk for what may grow; gone with the lab. */
const char *vbet_rundir_get_scratch (VbetRundir *self);

/**
 * vbet_rundir_watch:
 * @program: path of vbetd, which is the warden when told so
 *
 * Starts the warden and starts it again whenever it dies; needs a running main loop.
 */
gboolean vbet_rundir_watch (VbetRundir *self, const char *program, GError **error);

/** VbetRundirDenied: the warden made the system call @call, which it may not; NULL: another warden is in its place. */
typedef void (*VbetRundirDenied) (const char *call, gpointer user_data);

/** vbet_rundir_set_denied: who is told; @denied (nullable): nobody. */
void vbet_rundir_set_denied (VbetRundir *self, VbetRundirDenied denied, gpointer user_data);
