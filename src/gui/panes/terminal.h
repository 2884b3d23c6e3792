/* terminal.h - the console of one guest: a VTE terminal on the engine's console socket.
 *
 * The engine owns the console; this only shows it. Destroying the widget
 * disconnects and changes nothing for the guest.
 */
#pragma once

#include <gtk/gtk.h>

#include "engine/client.h"

#define VBET_TYPE_TERMINAL (vbet_terminal_get_type ())
G_DECLARE_FINAL_TYPE (VbetTerminal, vbet_terminal, VBET, TERMINAL, GtkBox)

/* Signals: "close" (): its own close button was pressed */

/** vbet_terminal_new: opens the console of @device at @client's lab. */
GtkWidget *vbet_terminal_new (VbetClient *client, const char *device);
const char *vbet_terminal_get_device (VbetTerminal *self);
/** vbet_terminal_connect: after the connection was lost: opens the console again. */
void vbet_terminal_connect (VbetTerminal *self, VbetClient *client);
gboolean vbet_terminal_is_connected (VbetTerminal *self);
/** vbet_terminal_set_titled: whether it shows its own title, for where no tab does. */
void vbet_terminal_set_titled (VbetTerminal *self, gboolean titled);
void vbet_terminal_focus (VbetTerminal *self);
