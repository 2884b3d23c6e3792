/* calls.h - the short list of system calls that a guest's kernel needs; all others are refused.
 *
 * A guest's root owns its kernel and can make any call of the host as that
 * process. What user-mode Linux needs is little, and it is what this list
 * has; it was found by letting real labs of every kind run with --learn, on
 * Debian's kernels and ours, under ptrace and seccomp. Whatever else is tried
 * is refused with EPERM and named, once a call, by the init, which gets a
 * notification for it (seccomp_unotify(2)).
 *
 * It kills nothing and traps nothing: a guest that runs by seccomp makes its
 * own calls where this filter sees them, and the trap of the kernel's own
 * filter outranks a notification and a refusal.
 */
#pragma once

#include <stdbool.h>

#include "guest/options.h"

/**
 * vbet_calls_install: for this process and its children; needs no_new_privs.
 * @socket: where the listener of notifications is sent (SCM_RIGHTS), for vbet_calls_receive(); -1: none, refused calls
 * are not told then
 *
 * Returns: 0; -ENOTSUP where this was built without, or on another processor; another -errno.
 */
int vbet_calls_install (const VbetLaunch *launch, int socket);

/* What the init has seen. */
typedef struct {
  int listener;            /* -1: none */
  bool learn;              /* let them through */
  bool alone;              /* /proc shows this guest only */
  unsigned shared;         /* pieces of shared memory that were given */
  unsigned char told[128]; /* a bit a number: has been told */
} VbetCalls;

/** vbet_calls_receive: Returns: the listener from @socket; -1 when none came. Does not wait. */
int vbet_calls_receive (int socket);

/** vbet_calls_answer: answers one notification, and tells @status_fd of the call if it is the first of its kind. Returns:
 * false when the listener is of no more use. */
bool vbet_calls_answer (VbetCalls *self, int status_fd);
