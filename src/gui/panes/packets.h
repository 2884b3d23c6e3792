/* packets.h - the packets at an end of a cable, as they come: for those without Wireshark.
 *
 * Signals:
 *   "failed" (const char *message): the capture could not begin or ended for a reason; one sentence
 */
#pragma once

#include <gtk/gtk.h>

#include "engine/client.h"
#include "gui/capture-link.h"

#define VBET_TYPE_PACKETS_PANE (vbet_packets_pane_get_type ())
G_DECLARE_FINAL_TYPE (VbetPacketsPane, vbet_packets_pane, VBET, PACKETS_PANE, GtkStack)

/** vbet_packets_pane_new: Returns: (transfer floating): without packets. */
GtkWidget *vbet_packets_pane_new (void);
/** vbet_packets_pane_capture: lists the packets at that end from now on, instead of what was listed.
 * Returns: (transfer none): what brings them. */
VbetCaptureLink *vbet_packets_pane_capture (VbetPacketsPane *self, VbetClient *client, const char *cable,
                                            const char *end);
