/* terminal.h - the user's terminal in raw mode, and back. */
#pragma once

#include <glib.h>

typedef struct VbetTerminal VbetTerminal;

/** vbet_terminal_raw: Returns: (transfer full) (nullable): the terminal @fd, now raw; NULL when @fd is none.
 */
VbetTerminal *vbet_terminal_raw (int fd);
/** vbet_terminal_restore: frees @self; the modes are what they were, whatever screen the guest's programs
 * left behind. */
void vbet_terminal_restore (VbetTerminal *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetTerminal, vbet_terminal_restore)

/** vbet_terminal_size: Returns: FALSE when neither output nor input is a terminal with a size. */
gboolean vbet_terminal_size (guint *ret_rows, guint *ret_columns);
