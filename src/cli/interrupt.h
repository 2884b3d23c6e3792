/* interrupt.h - Ctrl-C as something a command can wait for and clean up after.
 *
 * While a VbetInterrupt exists, SIGINT, SIGTERM and SIGHUP do not end vbetctl:
 * the first cancels what it waits for, so that a lab can be stopped properly;
 * the second ends the cleaning up as well.
 */
#pragma once

#include <gio/gio.h>

typedef struct VbetInterrupt VbetInterrupt;

/** vbet_interrupt_new: Returns: (transfer full): from now on the signals that ask a program to end, such as that of
 * Ctrl+C, are told to it instead of ending the process. */
VbetInterrupt *vbet_interrupt_new (void);
/** vbet_interrupt_free: @self: (nullable): signals do again what they did. */
void vbet_interrupt_free (VbetInterrupt *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetInterrupt, vbet_interrupt_free)

/** vbet_interrupt_count: Returns: how many signals came. NULL: none. */
guint vbet_interrupt_count (const VbetInterrupt *self);

/** vbet_interrupt_raise: counts as a signal; for what must be ended likewise, such as a reader that went
 * away. */
void vbet_interrupt_raise (VbetInterrupt *self);

/** vbet_interrupt_set_deadline: counts as a first signal after @seconds; 0: never. For --timeout. */
void vbet_interrupt_set_deadline (VbetInterrupt *self, guint seconds);
/** vbet_interrupt_timed_out: whether the deadline passed. */
gboolean vbet_interrupt_timed_out (const VbetInterrupt *self);
