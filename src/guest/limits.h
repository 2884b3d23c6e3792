/* limits.h - how much of the host one guest can use up, whatever its kernel does.
 *
 * Honest guests meet none of these: their memory is one file of fixed size,
 * and what their kernel needs for itself is a few MiB. Files are bounded by
 * RLIMIT_FSIZE and by the memory file system of root.h, shared memory that
 * has no file by the list of calls.h, processes by RLIMIT_NPROC in the
 * guest's own user namespace, private memory by RLIMIT_DATA a process and,
 * all together, by the init, which looks every two seconds and ends a guest
 * that has taken too much.
 *
 * Where the lab was given control groups (version 2 of Linux's; the engine's
 * host/cgroup.h), each guest is in one, and the host's kernel itself counts:
 * memory of every sort, also what the host's kernel needs for the guest's
 * processes, and the processes; processor time is shared between guests, not
 * between their processes.
 */
#pragma once

#include "guest/options.h"

#define VBET_LIMITS_PERIOD_MS 2000

/**
 * vbet_limits_apply: to this process and its children.
 * @layers: of VbetLayer, those that hold: without a user namespace of its own, processes are not counted by guest
 */
void vbet_limits_apply (const VbetLaunch *launch, unsigned layers);

/**
 * vbet_limits_join: goes into the control group @launch->cgroup_fd, with all that comes after, and limits it. To be called
 * before there is any other process of this guest's; the descriptor is closed, so that no guest ever has it.
 *
 * Returns: whether memory and processes are limited there; else it is in the group, or not, and nothing is.
 */
bool vbet_limits_join (VbetLaunch *launch);

/** vbet_limits_processes: Returns: how many processes of the host a guest with @memory bytes may have: one runs each of
 * its programs. */
unsigned vbet_limits_processes (uint64_t memory);

/** vbet_limits_private: Returns: bytes of private memory that all processes of a guest together may have. */
uint64_t vbet_limits_private (void);

/**
 * vbet_limits_measure:
 * @proc: a /proc that shows this guest's processes and no others
 *
 * Returns: bytes of private memory that they have.
 */
uint64_t vbet_limits_measure (const char *proc);
