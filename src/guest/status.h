/* status.h - what vbet-guest reports to whoever started it.
 *
 * Lines on one descriptor, each written by one write(2):
 *
 *   folder            with the descriptor of the --own folder, if it is in the guest's own root (to a socket only)
 *   layers NAME…      just before the kernel is executed: the confinement that holds
 *   padding WORD      then: whether vbet-xstate.so is loaded into it; the words are those of pad.h
 *   denied CALL A B   the kernel's process made a system call that is not on its list, and its first two arguments; once
 *                     a call
 *   confined CALL     the launcher or its init made a system call that it may not (own-calls.h)
 *   exited CODE       the kernel ended by itself
 *   signalled NUMBER  the kernel was killed
 *   error SENTENCE    the kernel was not started
 *
 * The launcher, its init and, until it becomes the kernel, the kernel's
 * process have the descriptor.
 */
#pragma once

#include "guest/options.h"

/** vbet_status_line: writes "@word @format…\n"; nothing to a descriptor below 0. Control characters become "?". */
void vbet_status_line (int fd, const char *word, const char *format, ...)
    __attribute__ ((format (printf, 3, 4)));
/** vbet_status_layers: the "layers" line; @layers: of VbetLayer. */
void vbet_status_layers (int fd, unsigned layers);
/** vbet_status_descriptor: a line of only @word (below 30 bytes) to the socket @fd, with @descriptor, which stays the
 * caller's. */
void vbet_status_descriptor (int fd, const char *word, int descriptor);
