/* console.h - a guest's console: a pty the engine owns, its history, many readers.
 *
 * The pty outlives boots of the guest. Readers and writers connect to a unix
 * stream socket: they first get the history (last MiB of output), then what
 * comes; what they send is typed. A reader that does not read loses output
 * (it is told so by a line), never blocks the guest.
 *
 * History is replayed without the questions a program once asked the terminal
 * (cursor position, identity …): the terminal of a late reader would answer
 * them, and the answer would be typed at whatever runs now.
 */
#pragma once

#include <gio/gio.h>

#define VBET_CONSOLE_HISTORY (1024 * 1024) /* bytes */
#define VBET_CONSOLE_READERS_MAX 64
#define VBET_CONSOLE_TYPED 1024 /* bytes typed at one go */

#define VBET_TYPE_CONSOLE (vbet_console_get_type ())
G_DECLARE_FINAL_TYPE (VbetConsole, vbet_console, VBET, CONSOLE, GObject)

/* Signals:
 *   "full" (): all has been typed that the guest has room for
 *   "flood" (gboolean on): more output comes than is read, a MiB a second after a burst; no longer so */

/** vbet_console_new: @socket_path: where clients connect; created 0600, removed with the console. */
VbetConsole *vbet_console_new (const char *socket_path, GError **error);
/** vbet_console_get_slave: Returns: the pty's guest side, kept open by the console; hand a dup to the launcher. */
int vbet_console_get_slave (VbetConsole *self);
/** vbet_console_get_socket_path: Returns: (transfer none): where clients connect, for the console's life. */
const char *vbet_console_get_socket_path (VbetConsole *self);
/** vbet_console_resize: the guest's terminal has that many rows and columns from now on. */
void vbet_console_resize (VbetConsole *self, guint rows, guint columns);
/** vbet_console_note: writes a line of the engine's own into history and to all readers, as "\r\n[text]\r\n". */
void vbet_console_note (VbetConsole *self, const char *text);
/** vbet_console_dup_history: Returns: (transfer full): what a late reader would get. */
GBytes *vbet_console_dup_history (VbetConsole *self);
/**
 * vbet_console_set_live:
 * @live: whether a guest listens
 *
 * What is typed while none does is dropped, not kept for the next boot. A guest takes VBET_CONSOLE_TYPED bytes; then
 * the signal "full" is emitted, and typing waits in the clients until vbet_console_give_room(): more than the guest's
 * terminal has room for would make it deaf for good (see base/agent-protocol.h).
 */
void vbet_console_set_live (VbetConsole *self, gboolean live);
/** vbet_console_give_room: the guest's terminal takes VBET_CONSOLE_TYPED bytes again. */
void vbet_console_give_room (VbetConsole *self);
/** vbet_console_is_full: whether "full" was emitted and no room given since. */
gboolean vbet_console_is_full (VbetConsole *self);
/** vbet_console_add_reader: serves one more reader; @fd: (transfer full): a stream socket. */
void vbet_console_add_reader (VbetConsole *self, int fd);
