/* bridge.h - a learning Ethernet switch (IEEE 802.1D-2004, clause 7; 802.1Q VLANs), without sockets or clock.
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
 * VLANs: a switch of which a port names a VLAN, or which was given some, keeps
 * them apart. Untagged frames of a port belong to its own VLAN (without one: to
 * VLAN 1, or, on a port that has a trunk, to none); tagged frames pass on
 * trunks, for the VLANs of the trunk. Each VLAN has addresses of its own.
 *
 * Isolation: no frame goes from one isolated port to another; the others are reached by all, and reach all.
 *
 * Spanning tree: see stp.h. While it is on, BPDUs end here.
 *
 * Mirror: one port may get a copy of every frame that comes in, as it came.
 */
#pragma once

#include <glib.h>

#include "base/vlan-set.h"
#include "switch/core/frame-store.h"
#include "switch/core/mac-table.h"
#include "switch/core/relay-ports.h"
#include "switch/core/stp.h"

#define VBET_BRIDGE_PORTS_MAX VBET_MAC_TABLE_PORTS
#define VBET_BRIDGE_TABLE_DEFAULT 8192 /* addresses */

typedef struct VbetBridge VbetBridge;

typedef struct {
  gint64 ageing;         /* nanoseconds; 0: nothing is learned */
  guint table_size;      /* addresses */
  guint64 seed;          /* of the address table's hash */
  guint64 mac;           /* of the switch itself, 48 bits */
  VbetFrameStore *store; /* for frames the switch makes; outlives it */
  VbetRelaySend send;    /* may not call back into the bridge */
  gpointer user_data;
} VbetBridgeConfig;

/** vbet_bridge_new: Returns: (transfer full): without ports. @config: read; what it points to is borrowed. */
VbetBridge *vbet_bridge_new (const VbetBridgeConfig *config);
/** vbet_bridge_free: @self: (nullable) */
void vbet_bridge_free (VbetBridge *self);

/** vbet_bridge_add_port: Returns: the new port's number, its link down; -ENOSPC when there are too many. */
gint vbet_bridge_add_port (VbetBridge *self);
/** vbet_bridge_remove_port: its addresses are forgotten. @now: nanoseconds. */
void vbet_bridge_remove_port (VbetBridge *self, guint port, gint64 now);
/** vbet_bridge_set_link: whether @port's cable leads to somebody. @now: nanoseconds. */
void vbet_bridge_set_link (VbetBridge *self, guint port, gboolean link, gint64 now);

/** vbet_bridge_set_port_vlans: @vlan: of untagged frames; 0: none. @trunk: (nullable): VLANs of tagged ones.
 */
void vbet_bridge_set_port_vlans (VbetBridge *self, guint port, guint16 vlan, const VbetVlanSet *trunk);
/** vbet_bridge_set_port_isolated: no frame goes from one isolated port to another. */
void vbet_bridge_set_port_isolated (VbetBridge *self, guint port, gboolean isolated);
/** vbet_bridge_set_port_cost: @cost: of the spanning tree; 0: VBET_STP_COST_DEFAULT. */
void vbet_bridge_set_port_cost (VbetBridge *self, guint port, guint32 cost, gint64 now);
/** vbet_bridge_set_vlans: @vlans: (nullable): those it carries; NULL or empty: all that its ports name. */
void vbet_bridge_set_vlans (VbetBridge *self, const VbetVlanSet *vlans);
/** vbet_bridge_set_mirror: @port: gets a copy of every frame that comes in; -1: none does. */
void vbet_bridge_set_mirror (VbetBridge *self, gint port);
/** vbet_bridge_set_stp: runs the spanning tree protocol, or no longer. @priority: a multiple of 4096. */
void vbet_bridge_set_stp (VbetBridge *self, gboolean on, guint16 priority, gint64 now);
/** vbet_bridge_get_stp: Returns: (nullable): roles and root; NULL while it is off. */
const VbetStp *vbet_bridge_get_stp (const VbetBridge *self);
/** vbet_bridge_deadline: Returns: when vbet_bridge_run() is to be called; G_MAXINT64: never. */
gint64 vbet_bridge_deadline (const VbetBridge *self);
/** vbet_bridge_run: does what is due at @now, nanoseconds. */
void vbet_bridge_run (VbetBridge *self, gint64 now);

/** vbet_bridge_looks_inside: whether it needs whole frames: VLANs, isolated ports, a spanning tree or a mirror. */
gboolean vbet_bridge_looks_inside (const VbetBridge *self);
/**
 * vbet_bridge_input:
 * @frame: at least a header long
 * @now: nanoseconds, never less than before
 */
void vbet_bridge_input (VbetBridge *self, guint port, const VbetFrame *frame, gint64 now);

/** vbet_bridge_set_ageing: @ageing: nanoseconds. */
void vbet_bridge_set_ageing (VbetBridge *self, gint64 ageing);
/** vbet_bridge_get_port: Returns: (nullable): link and counters. */
const VbetRelayPort *vbet_bridge_get_port (const VbetBridge *self, guint port);
/** vbet_bridge_get_table: Returns: (transfer none): the addresses that it knows. */
const VbetMacTable *vbet_bridge_get_table (const VbetBridge *self);
/** vbet_bridge_get_flooded: Returns: frames whose destination was unknown or a group. */
guint64 vbet_bridge_get_flooded (const VbetBridge *self);
/** vbet_bridge_get_filtered: Returns: frames that were already where they wanted to go. */
guint64 vbet_bridge_get_filtered (const VbetBridge *self);
