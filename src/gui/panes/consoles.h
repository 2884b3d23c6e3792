/* consoles.h - the terminals that are open: as tabs, as tiles, or in windows of their own.
 *
 * One console a device; opening it again shows the one there is. Of root
 * shells there may be several. What is typed into one of the terminals can go
 * to several of them.
 */
#pragma once

#include <gtk/gtk.h>

#include "gui/runner.h"

#define VBET_TYPE_CONSOLES (vbet_consoles_get_type ())
G_DECLARE_FINAL_TYPE (VbetConsoles, vbet_consoles, VBET, CONSOLES, GtkBox)

/* Signals:
 *   "changed" (): a terminal was opened or closed
 *   "broadcast-changed" (): typing into several began or ended
 *   "shell" (const char *device): a root shell is wanted
 *   "copy" (const char *device, gboolean into): files are to be copied into it, or out of it
 *   "dropped" (const char *device, char **uris): files were dropped on a terminal of it
 *   "notice" (const char *text): something to say to the user */

/** vbet_consoles_new: @settings: (nullable). */
GtkWidget *vbet_consoles_new (VbetSession *session, VbetRunner *runner, GSettings *settings);
/** vbet_consoles_open: shows the console of @device and puts the focus there; opens it where it is not yet.
 */
void vbet_consoles_open (VbetConsoles *self, VbetClient *client, const char *device);
/** vbet_consoles_open_shell: a new root shell. */
void vbet_consoles_open_shell (VbetConsoles *self, VbetClient *client, const char *device);
/** vbet_consoles_reconnect: a new engine runs the lab: consoles that lost theirs show its guests. */
void vbet_consoles_reconnect (VbetConsoles *self, VbetClient *client);
/** vbet_consoles_size: how many terminals there are, in windows of their own, too. */
guint vbet_consoles_size (VbetConsoles *self);
/** vbet_consoles_get_devices: Returns: (transfer full): whose consoles are open, NULL-terminated. */
char **vbet_consoles_get_devices (VbetConsoles *self);
/** vbet_consoles_close_all: also those in windows of their own. */
void vbet_consoles_close_all (VbetConsoles *self);
/** vbet_consoles_set_tiled: side by side, instead of as tabs. */
void vbet_consoles_set_tiled (VbetConsoles *self, gboolean tiled);
/** vbet_consoles_set_scale: of the font, on top of what the user has zoomed to; for a projector. 1 is normal.
 */
void vbet_consoles_set_scale (VbetConsoles *self, double scale);
/** vbet_consoles_set_broadcast: whether the bar is there that chooses who gets what is typed; all at first.
 */
void vbet_consoles_set_broadcast (VbetConsoles *self, gboolean broadcast);
/** vbet_consoles_get_broadcast: whether what is typed goes to several. */
gboolean vbet_consoles_get_broadcast (VbetConsoles *self);
/** vbet_consoles_find: the find bar of the current terminal. */
void vbet_consoles_find (VbetConsoles *self);
/** vbet_consoles_detach: the current terminal to a window of its own, or back. */
void vbet_consoles_detach (VbetConsoles *self);
/** vbet_consoles_focus: Returns: FALSE when there is no terminal in the pane. */
gboolean vbet_consoles_focus (VbetConsoles *self);
