/* bridge.h - a learning Ethernet switch (IEEE 802.1D-2004, clause 7), without sockets or clock.
 *
 * A frame goes in with the port it came by and the time; copies come out by the
 * send callback, during the call:
 *
 *   source         learned on the port unless it is a group address or zero
 *   group or unknown destination   to every other port with a link
 *   known destination              to its port only
 *   destination behind the port the frame came by   nowhere ("filtered")
 *
 * Frames to the reserved addresses 01-80-C2-00-00-0x go the way of other group
 * addresses: this switch runs no spanning tree, no 802.1X and no LLDP of its
 * own, so, like every switch without management, it lets those of its guests
 * through (a spanning tree of guest bridges, LACP and LLDP between hosts work).
 * The one exception is MAC control (…-01, PAUSE), which belongs to one cable.
 *
 * A link that goes down takes the addresses learned on its port with it, so
 * that a cable moved elsewhere works at once and not after the ageing time.
 *
 * Spanning tree and VLANs will join here: a state per port asked before
 * learning and before sending, and a VLAN in the table's key.
 */
#pragma once

#include <glib.h>

#include "switch/core/mac-table.h"
#include "switch/core/relay-ports.h"

#define VBET_BRIDGE_PORTS_MAX VBET_MAC_TABLE_PORTS
#define VBET_BRIDGE_TABLE_DEFAULT 8192 /* addresses */

typedef struct VbetBridge VbetBridge;

typedef struct {
  gint64 ageing;      /* nanoseconds; 0: nothing is learned */
  guint table_size;   /* addresses */
  guint64 seed;       /* of the address table's hash */
  VbetRelaySend send; /* may not call back into the bridge */
  gpointer user_data;
} VbetBridgeConfig;

VbetBridge *vbet_bridge_new (const VbetBridgeConfig *config);
void vbet_bridge_free (VbetBridge *self);

/** vbet_bridge_add_port: Returns: the new port's number, its link down; -ENOSPC when there are too many. */
gint vbet_bridge_add_port (VbetBridge *self);
void vbet_bridge_remove_port (VbetBridge *self, guint port);
void vbet_bridge_set_link (VbetBridge *self, guint port, gboolean link);

/**
 * vbet_bridge_input:
 * @frame: at least a header long
 * @now: nanoseconds, never less than before
 */
void vbet_bridge_input (VbetBridge *self, guint port, const VbetFrame *frame, gint64 now);

void vbet_bridge_set_ageing (VbetBridge *self, gint64 ageing);
/** vbet_bridge_get_port: Returns: (nullable): link and counters. */
const VbetRelayPort *vbet_bridge_get_port (const VbetBridge *self, guint port);
const VbetMacTable *vbet_bridge_get_table (const VbetBridge *self);
/** vbet_bridge_get_flooded: Returns: frames whose destination was unknown or a group. */
guint64 vbet_bridge_get_flooded (const VbetBridge *self);
/** vbet_bridge_get_filtered: Returns: frames that were already where they wanted to go. */
guint64 vbet_bridge_get_filtered (const VbetBridge *self);
