/* own-calls.h - the system calls that launcher and init of a guest keep, once the guest's kernel runs.
 *
 * What they still do is little: they wait, collect children, measure memory,
 * answer the kernel's refused calls, and, where no namespace does it, kill
 * descendants and remove the memory folder. Neither can start a program, make
 * a socket, mount anything or trace anybody, though init has all capabilities in
 * its user namespace. What else is tried is reported ("confined" in
 * status.h). Best effort, as all of confinement.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#define VBET_OWN_REPORT_FD                                                                                   \
  0 /* where the handler of refused calls finds the report: standard input, which nobody reads */

/**
 * vbet_own_calls_launcher: for the launcher; to be called when init has been made.
 * @status_fd: the report; -1: none
 * @init: the only process that it may signal
 * @own_namespace: whether init is that of a pid namespace; else the launcher may have to kill any descendant
 *
 * Returns: 0 or -errno; nothing is confined then.
 */
int vbet_own_calls_launcher (int status_fd, pid_t init, bool own_namespace);

/** vbet_own_calls_init: for init; to be called when the guest's kernel has been made. Otherwise like
 * vbet_own_calls_launcher(). */
int vbet_own_calls_init (int status_fd, bool own_namespace);
