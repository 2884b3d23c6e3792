/* hub.h - an Ethernet hub: what comes in by one port leaves by all others.
 *
 * Unlike a real one it has no collisions: every port sends and receives at once.
 */
#pragma once

#include <glib.h>

#include "switch/core/relay-ports.h"

#define VBET_HUB_PORTS_MAX 4096

typedef struct VbetHub VbetHub;

/** vbet_hub_new: @send may not call back into the hub. */
VbetHub *vbet_hub_new (VbetRelaySend send, gpointer user_data);
/** vbet_hub_free: @self: (nullable) */
void vbet_hub_free (VbetHub *self);

/** vbet_hub_add_port: Returns: the new port's number, its link down; -ENOSPC when there are too many. */
gint vbet_hub_add_port (VbetHub *self);
/** vbet_hub_remove_port: it gets no more frames. */
void vbet_hub_remove_port (VbetHub *self, guint port);
/** vbet_hub_set_link: whether @port's cable leads to somebody. */
void vbet_hub_set_link (VbetHub *self, guint port, gboolean link);

/** vbet_hub_input: @frame goes to every other port with a link, during the call. */
void vbet_hub_input (VbetHub *self, guint port, const VbetFrame *frame);

/** vbet_hub_get_port: Returns: (nullable): link and counters. */
const VbetRelayPort *vbet_hub_get_port (const VbetHub *self, guint port);
/** vbet_hub_get_flooded: Returns: frames repeated. */
guint64 vbet_hub_get_flooded (const VbetHub *self);
