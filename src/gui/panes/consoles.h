/* consoles.h - the consoles that are open: as tabs, or side by side. */
#pragma once

#include <gtk/gtk.h>

#include "engine/client.h"

#define VBET_TYPE_CONSOLES (vbet_consoles_get_type ())
G_DECLARE_FINAL_TYPE (VbetConsoles, vbet_consoles, VBET, CONSOLES, GtkStack)

/* Signals: "changed" (): a console was opened or closed */

GtkWidget *vbet_consoles_new (void);
/** vbet_consoles_open: shows the console of @device and puts the focus there; opens it where it is not yet.
 */
void vbet_consoles_open (VbetConsoles *self, VbetClient *client, const char *device);
/** vbet_consoles_reconnect: a new engine runs the lab: consoles that lost theirs show its guests. */
void vbet_consoles_reconnect (VbetConsoles *self, VbetClient *client);
guint vbet_consoles_size (VbetConsoles *self);
void vbet_consoles_close_all (VbetConsoles *self);
/** vbet_consoles_set_tiled: side by side, instead of as tabs. */
void vbet_consoles_set_tiled (VbetConsoles *self, gboolean tiled);
