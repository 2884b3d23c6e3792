/* namespaces.h - the namespaces of one guest, made without any privilege. */
#pragma once

#include "guest/options.h"

/**
 * vbet_namespaces_enter:
 * @without: of VbetLayer: not to be tried
 *
 * Called by the launcher: a user namespace that knows only the caller's own
 * ids, and in it a pid namespace for the next child. The user namespace alone
 * is of no use, so nothing is reported where the pid namespace is refused.
 *
 * Returns: the layers made.
 */
unsigned vbet_namespaces_enter (unsigned without);

/**
 * vbet_namespaces_isolate:
 * @layers: what vbet_namespaces_enter() made
 *
 * Called by the init, process 1 of the pid namespace: mount, ipc, uts and net
 * namespaces, a /proc of its own, no further user namespaces below.
 *
 * Returns: @layers and what was added.
 */
unsigned vbet_namespaces_isolate (unsigned layers, unsigned without, const char *host_name);

/**
 * vbet_namespaces_mount_memory:
 * @dir: where to mount it
 *
 * An executable memory file system of @size bytes that only this mount
 * namespace sees; it goes with the last process.
 *
 * Returns: 0 or -errno.
 */
int vbet_namespaces_mount_memory (const char *dir, uint64_t size);
