/* terminal.h - a terminal of one guest: its console, or a root shell.
 *
 * The engine owns a console; this only shows it, and destroying the widget
 * changes nothing for the guest. A shell ends with its terminal. While the
 * guest is off, or the lab does not run, a card over the terminal says so and
 * offers what can be done about it.
 */
#pragma once

#include <gtk/gtk.h>

#include "gui/panes/link.h"
#include "gui/runner.h"

#define VBET_TYPE_TERMINAL (vbet_terminal_get_type ())
G_DECLARE_FINAL_TYPE (VbetTerminal, vbet_terminal, VBET, TERMINAL, GtkBox)

/* What happened in a terminal that nobody looks at. */
typedef enum {
  VBET_MARK_NONE,
  VBET_MARK_OUTPUT,
  VBET_MARK_BELL,
} VbetMark;

/* Signals:
 *   "close" (): its close button or key was pressed, or its shell has ended
 *   "detach" (): to a window of its own, or back
 *   "typed" (const char *bytes, guint size): the user typed or pasted; it goes to this terminal's guest next
 *   "escape" () → gboolean: Escape was pressed; TRUE: not for the guest
 *   "step" (int by): Ctrl+Tab or Ctrl+PageDown: the next terminal; back: -1
 *   "zoom" (int by): a larger or smaller font, 0: the normal one
 *   "marked" (): its mark is another
 *   "focused" (): has the focus now
 *   "shell" (): a root shell of the same device is wanted
 *   "copy-in", "copy-out" (): files are to be copied
 *   "dropped" (char **uris): files were dropped on it
 *   "notice" (const char *text): something to say to the user */

/**
 * vbet_terminal_new:
 * @number: 0 for the first shell of its device, and for a console
 *
 * Not connected to anything.
 */
GtkWidget *vbet_terminal_new (VbetSession *session, VbetRunner *runner, VbetLinkKind kind, const char *device,
                              guint number);
/** vbet_terminal_get_device: Returns: (transfer none): whose terminal it is. */
const char *vbet_terminal_get_device (VbetTerminal *self);
/** vbet_terminal_get_kind: console or shell. */
VbetLinkKind vbet_terminal_get_kind (VbetTerminal *self);
/** vbet_terminal_get_title: "r1", "r1 (root shell)". */
const char *vbet_terminal_get_title (VbetTerminal *self);
/** vbet_terminal_get_number: of several shells of a device; 0: the only one. */
guint vbet_terminal_get_number (VbetTerminal *self);
/** vbet_terminal_connect: opens the console, or a new shell. */
void vbet_terminal_connect (VbetTerminal *self, VbetClient *client);
/** vbet_terminal_is_connected: whether the guest is at its other end. */
gboolean vbet_terminal_is_connected (VbetTerminal *self);
/** vbet_terminal_set_titled: whether it shows its own title, for where no tab does. */
void vbet_terminal_set_titled (VbetTerminal *self, gboolean titled);
/** vbet_terminal_focus: what is typed goes there. */
void vbet_terminal_focus (VbetTerminal *self);
/** vbet_terminal_has_focus: whether what is typed goes there. */
gboolean vbet_terminal_has_focus (VbetTerminal *self);
/** vbet_terminal_send: types @size bytes that were typed elsewhere. */
void vbet_terminal_send (VbetTerminal *self, const char *bytes, guint size);
/** vbet_terminal_set_receiving: shows that what is typed elsewhere comes here too. */
void vbet_terminal_set_receiving (VbetTerminal *self, gboolean receiving);
/** vbet_terminal_set_detached: whether it is in a window of its own, for its menu. */
void vbet_terminal_set_detached (VbetTerminal *self, gboolean detached);
/** vbet_terminal_set_look: @scale: of the font, 1 is normal. */
void vbet_terminal_set_look (VbetTerminal *self, double scale, gboolean dark);
/** vbet_terminal_find: opens the bar that finds text in it. */
void vbet_terminal_find (VbetTerminal *self);
/** vbet_terminal_get_mark: Returns: what its tab shows. */
VbetMark vbet_terminal_get_mark (VbetTerminal *self);
/** vbet_terminal_get_state: of its device, for its tab. */
VbetDeviceState vbet_terminal_get_state (VbetTerminal *self);
