/* root.h - a guest's own root: what is not in it cannot be named by any system call.
 *
 * Landlock restricts opening, not connecting to sockets nor what is done to a
 * file's modes, times and attributes. In a root of its own the guest's kernel
 * finds, under the paths that its command line names, what its launch lists:
 *
 *   the kernel, its loader and libraries    read-only
 *   --read                                  read-only (image, configuration)
 *   --write                                 its disk
 *   --reach                                 read-only: sockets it may connect to, or folders of them
 *   --own                                   an empty folder, in memory: it goes with the guest
 *   --share, --share-write                  a folder of the host, at VBET_ROOT_SHARE
 *   /proc, /dev                             its own processes; null, zero, full, random, urandom
 *   VBET_ROOT_MEMORY                        its memory file
 *
 * All of it is one memory file system of fixed size with a fixed number of
 * files, which nobody else sees and which ends with the guest's last process.
 */
#pragma once

#include "guest/options.h"

#define VBET_ROOT_MEMORY "/memory"      /* where the guest's memory file goes */
#define VBET_ROOT_LIBRARIES "/lib/vbet" /* what LD_LIBRARY_PATH has to be */
#define VBET_ROOT_SHARE "/vbet-share"   /* the shared folder, for hostfs */

/**
 * vbet_root_enter:
 * @dir: an empty folder, on which the root is mounted
 * @size: bytes of the file system
 * @ret_own: (out): descriptor (O_PATH) of the --own folder, to be closed by the caller; -1: there is none
 *
 * Called by the init, in its own mount namespace. On failure the namespace is as it was.
 *
 * Returns: 0 or -errno.
 */
int vbet_root_enter (const VbetLaunch *launch, const char *dir, uint64_t size, int *ret_own);
