/* shell.h - a root shell in a guest, for one client at a unix stream socket.
 *
 * The shell begins at once; the client has some seconds to connect. It ends
 * when the shell ends, when the client closes its connection, and with the
 * guest. What the client does not read, the shell has to wait with.
 */
#pragma once

#include "engine/guest/agent.h"

#define VBET_TYPE_SHELL (vbet_shell_get_type ())
G_DECLARE_FINAL_TYPE (VbetShell, vbet_shell, VBET, SHELL, GObject)

/* Signals:
 *   "ended" (): it is over, and everything of it is put away */

/** vbet_shell_new: @socket_path: made 0600, removed as soon as the client has connected, or with the shell. */
VbetShell *vbet_shell_new (VbetAgent *agent, const char *socket_path, guint rows, guint columns,
                           GError **error);
/** vbet_shell_resize: its terminal has that many rows and columns from now on. */
void vbet_shell_resize (VbetShell *self, guint rows, guint columns);
/** vbet_shell_close: hangs it up; no signal follows. */
void vbet_shell_close (VbetShell *self);
