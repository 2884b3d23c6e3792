/* broadcast-bar.h - the bar that chooses which terminals get what is typed into one of them. */
#pragma once

#include <gtk/gtk.h>

#define VBET_TYPE_BROADCAST_BAR (vbet_broadcast_bar_get_type ())
G_DECLARE_FINAL_TYPE (VbetBroadcastBar, vbet_broadcast_bar, VBET, BROADCAST_BAR, GtkBox)

/* Signals: "changed" (): others are chosen; "stop" (): it is to end */

/** vbet_broadcast_bar_new: hidden at first. */
GtkWidget *vbet_broadcast_bar_new (void);
/** vbet_broadcast_bar_set_terminals: @terminals: (element-type GtkWidget); new ones are not chosen, as long
 * as another choice was made; titles are those of VbetTerminal. */
void vbet_broadcast_bar_set_terminals (VbetBroadcastBar *self, GPtrArray *terminals);
/** vbet_broadcast_bar_choose_all: each terminal there is. */
void vbet_broadcast_bar_choose_all (VbetBroadcastBar *self);
/** vbet_broadcast_bar_is_chosen: whether what is typed goes to @terminal, too. */
gboolean vbet_broadcast_bar_is_chosen (VbetBroadcastBar *self, GtkWidget *terminal);
