/* reaper.h - ends every descendant of this process where no pid namespace does it.
 *
 * Works for a process that is a child subreaper: whoever loses its parent
 * below it becomes its child, so nothing can leave the tree.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/** vbet_reaper_become: makes this process a child subreaper. Returns: 0 or -errno. */
int vbet_reaper_become (void);

/**
 * vbet_reaper_kill_all:
 * @first: a descendant that traces others (the guest's kernel); 0: none
 *
 * Stops @first, kills all others, then @first: as long as the tracer is there,
 * stopped, what it traces is stopped too as soon as it leaves user mode, and
 * a guest's program never runs as a program of the host. Then waits for all.
 * Returns when this process has no child.
 */
void vbet_reaper_kill_all (pid_t first);

/** vbet_reaper_collect: reaps what has ended. @ret_status: (out): of @wanted. Returns: whether @wanted has ended. */
bool vbet_reaper_collect (pid_t wanted, int *ret_status);
