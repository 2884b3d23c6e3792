/* supervise.h - the launcher and its init watch each other and the guest's kernel.
 *
 *   vbetd ── launcher ── init ── kernel ── one process an address space of the guest
 *
 * Killing the kernel alone is never right: the processes it traces would go
 * on as programs of the host. Whoever of the three dies, the others end all:
 *
 *   kernel dies    init ends. In its pid namespace everything else dies with it;
 *                  without one it kills every descendant first.
 *   init dies      the namespace dies; without one its descendants come to the
 *                  launcher (a subreaper too), which kills them.
 *   launcher dies  init sees its end of a pipe close (and gets SIGKILL, in a pid
 *                  namespace) and ends as above.
 *   vbetd dies     the launcher gets a signal, or finds nobody reading its report.
 */
#pragma once

#include "guest/options.h"

/** vbet_supervise: runs the guest to its end. Returns: the launcher's exit code: the kernel's, 128 + signal, or 125. */
int vbet_supervise (const VbetLaunch *launch);
