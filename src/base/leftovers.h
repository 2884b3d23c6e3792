/* leftovers.h - what labs left behind that died with all their processes.
 *
 * Engine and warden of a lab clean up for each other. When both were killed,
 * its folders stay: run-time folders that nobody locks, scratch folders
 * without such a lock, folders in /dev/shm and /tmp for the memory of guests
 * that no process uses. Whoever starts a lab next removes them. What is being
 * removed has a name that begins with a dot, which no lab has, so that a lab
 * of the same name can start meanwhile.
 */
#pragma once

#include <glib.h>

/** vbet_leftovers_list: Returns: (transfer full) (element-type utf8): paths of what is left over; looks, changes nothing. */
GPtrArray *vbet_leftovers_list (void);

/** vbet_leftovers_collect: removes all of it, as far as that can be. */
void vbet_leftovers_collect (void);

/**
 * vbet_leftovers_lock:
 *
 * While labs are named and put aside, nobody else does: held for a moment by who makes or takes the run-time folder of a
 * lab. Waits for others.
 *
 * Returns: a descriptor to close; -1 with errno.
 */
int vbet_leftovers_lock (void);

/**
 * vbet_leftovers_put_aside:
 * @path: a folder of a lab that died
 *
 * Renames it, to be collected later. Returns: 0 or -errno; 0 also when there is none.
 */
int vbet_leftovers_put_aside (const char *path);
