/* network.h - what a running switch has learned and how its ports are; what a gateway has given; why a gateway or a
 * TAP device does not work. Asked for each second while it is seen.
 */
#pragma once

#include <gtk/gtk.h>

#include "gui/model/session.h"
#include "gui/runner.h"

#define VBET_TYPE_NETWORK (vbet_network_get_type ())
G_DECLARE_FINAL_TYPE (VbetNetwork, vbet_network, VBET, NETWORK, GtkBox)

/** vbet_network_new: Returns: (transfer floating): of no device yet; of @session and @runner references are kept. */
GtkWidget *vbet_network_new (VbetSession *session, VbetRunner *runner);
/** vbet_network_set_device: @device: (nullable): a switch, gateway or TAP device; NULL: nothing is asked. */
void vbet_network_set_device (VbetNetwork *self, const char *device);
