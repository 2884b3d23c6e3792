/* jail.h - the last steps before the guest's kernel: it gives up what it does not need. */
#pragma once

#include "guest/options.h"

/**
 * vbet_jail_exec:
 * @layers: what holds already
 * @calls: socket to the init, for the listener of calls.h
 * @memory_dir: (nullable): where the guest's memory file goes
 *
 * Called in the process that becomes the kernel. Takes away everything that
 * is not listed in @launch, reports the layers and executes the kernel.
 * Returns only on failure (which it has reported) or after a probe.
 */
void vbet_jail_exec (const VbetLaunch *launch, unsigned layers, int calls, const char *memory_dir);
