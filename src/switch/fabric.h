/* fabric.h - what is plugged into what, and the way of a frame through it.
 *
 * The fabric knows bridges, endpoints and cables by name and passes frames
 * between the pure cores: out of one endpoint, through the cable in it, into
 * the endpoint at the other end. It has no socket, no clock and no file; the
 * outside of an endpoint is a VbetPortClass, which a socket port, a test or a
 * fuzzer implements.
 *
 * Frames are moved in *rounds*: any number of vbet_fabric_input(), then one
 * vbet_fabric_run(). A frame is passed by reference until the end of the run,
 * when every port that got something is told to flush: so the batch read from
 * one socket leaves by a batch per destination and nothing is copied between.
 *
 * Loops: an input into a bridge is put on a work list, never a nested call, and
 * a run handles at most VBET_FABRIC_BUDGET of them. What is left (a loop of
 * switches without spanning tree makes frames circle for ever) is copied aside
 * within bounds and goes on in the next run. A storm saturates what it is in,
 * as it does in reality, and the ports outside still get their turn.
 */
#pragma once

#include <glib.h>

#include "base/vlan-set.h"
#include "switch/core/cable.h"
#include "switch/core/counters.h"
#include "switch/core/frame.h"
#include "switch/core/probe.h"
#include "switch/core/relay.h"

#define VBET_FABRIC_BUDGET 512   /* bridge inputs a run */
#define VBET_FABRIC_NAME_MAX 255 /* bytes of a name */
#define VBET_FABRIC_NIC_MAX 65535

typedef struct VbetFabric VbetFabric;
typedef struct VbetEndpoint VbetEndpoint;

/* The outside of an endpoint. */
typedef struct {
  /* Takes a frame towards the device. Its bytes stay until flush. Never blocks, never calls the fabric.
   * Counts what it passes and drops in vbet_endpoint_get_rx(). */
  void (*send) (gpointer port, const VbetFrame *frame);
  /* Called once at the end of a run in which send() was called: the frames' bytes go away afterwards. */
  void (*flush) (gpointer port);
  /* How many frames wait for the device; NULL: none ever. */
  guint (*queued) (gpointer port);
  /* The endpoint was removed, or got another port. */
  void (*destroy) (gpointer port);
  /* Whether send() takes @frame, which has parts (core/offload.h); NULL: whole frames only. */
  gboolean (*takes_parts) (gpointer port, const VbetFrame *frame);
} VbetPortClass;

/** vbet_fabric_new: @seed: unpredictable number for the address tables. */
VbetFabric *vbet_fabric_new (guint64 seed);
/** vbet_fabric_free: @self: (nullable): with all that is in it. */
void vbet_fabric_free (VbetFabric *self);

/* --- what there is ---------------------------------------------------------------
 * All return 0 or -errno: -EINVAL a bad name or number, -EEXIST taken, -ENOENT unknown, -EBUSY the endpoint
 * has a cable, -ENOSPC too many. */

/** vbet_fabric_add_bridge: @klass: of a kind of relay; @ageing: nanoseconds, of one that learns. Returns: 0, -EINVAL,
 * -EEXIST. */
int vbet_fabric_add_bridge (VbetFabric *self, const char *name, const VbetRelayClass *klass, gint64 ageing);

typedef struct {
  gint64 ageing; /* nanoseconds */
  gboolean stp;
  guint16 priority;  /* of the spanning tree */
  guint mirror;      /* NIC that gets a copy of every frame; 0: none */
  VbetVlanSet vlans; /* those it carries; empty: all */
} VbetFabricBridgeSettings;

/** vbet_fabric_set_bridge: a hub has no settings; they are taken and mean nothing. */
int vbet_fabric_set_bridge (VbetFabric *self, const char *name, const VbetFabricBridgeSettings *settings,
                            gint64 now);
/** vbet_fabric_set_port_vlans: of a port of a switch. @vlan: of untagged frames, 0: none; @trunk: of tagged
 * ones. */
int vbet_fabric_set_port_vlans (VbetFabric *self, const char *device, guint nic, guint vlan,
                                const VbetVlanSet *trunk);
/** vbet_fabric_set_port_isolated: of a port of a switch: no frame goes from one isolated port to another. */
int vbet_fabric_set_port_isolated (VbetFabric *self, const char *device, guint nic, gboolean isolated);
/** vbet_fabric_set_port_cost: @cost: of the spanning tree; 0: what the rate of the cable in it makes of it. */
int vbet_fabric_set_port_cost (VbetFabric *self, const char *device, guint nic, guint32 cost, gint64 now);
/** vbet_fabric_remove_bridge: with its ports, direct ports and their cables. */
int vbet_fabric_remove_bridge (VbetFabric *self, const char *name);

/** vbet_fabric_add_port: @port: the fabric's from now on; on failure it stays the caller's. */
int vbet_fabric_add_port (VbetFabric *self, const char *device, guint nic, guint mtu,
                          const VbetPortClass *klass, gpointer port, VbetEndpoint **ret_endpoint);
/** vbet_fabric_replace_port: @endpoint, whose port is destroyed, gets another, to which nobody is connected.
 */
void vbet_fabric_replace_port (VbetEndpoint *endpoint, const VbetPortClass *klass, gpointer port);
/** vbet_fabric_add_bridge_port: Returns: 0, -EINVAL, -EEXIST, -ENOENT, -ENOSPC. */
int vbet_fabric_add_bridge_port (VbetFabric *self, const char *device, guint nic, const char *bridge);
/** vbet_fabric_add_direct_port: a port that sits in a port of its own of @bridge, without cable and name. */
int vbet_fabric_add_direct_port (VbetFabric *self, const char *bridge, guint mtu, const VbetPortClass *klass,
                                 gpointer port, VbetEndpoint **ret_endpoint);
/** vbet_fabric_remove_port: with the cable in it. */
int vbet_fabric_remove_port (VbetFabric *self, const char *device, guint nic);
/** vbet_fabric_remove_direct_port: @endpoint: of vbet_fabric_add_direct_port(); it is freed. */
void vbet_fabric_remove_direct_port (VbetFabric *self, VbetEndpoint *endpoint);

/** vbet_fabric_add_cable: @settings: (nullable): NULL: a perfect cable; what is of the whole cable is that of the
 * first direction. -EINVAL also when they make no sense. */
int vbet_fabric_add_cable (VbetFabric *self, const char *name, const char *device_a, guint nic_a,
                           const char *device_b, guint nic_b, const VbetCableSettings *settings, gint64 now);
/** vbet_fabric_set_cable: all of its settings. @now: nanoseconds. Returns: 0, -ENOENT, -EINVAL. */
int vbet_fabric_set_cable (VbetFabric *self, const char *name, const VbetCableSettings *settings, gint64 now);
/** vbet_fabric_remove_cable: what is on its way in it is lost. Returns: 0 or -ENOENT. */
int vbet_fabric_remove_cable (VbetFabric *self, const char *name);

/** vbet_fabric_find_guest: Returns: (nullable) (transfer none): an endpoint of vbet_fabric_add_port(). */
VbetEndpoint *vbet_fabric_find_guest (VbetFabric *self, const char *device, guint nic);
/** vbet_fabric_has_bridge: whether there is one of that name. */
gboolean vbet_fabric_has_bridge (VbetFabric *self, const char *name);

/**
 * VbetFabricLinkChanged:
 * @up: (array length=2): whether frames from the first end come through, and from the second
 *
 * A cable went up or down by its own schedule.
 */
typedef void (*VbetFabricLinkChanged) (const char *cable, const gboolean up[2], gpointer user_data);
/** vbet_fabric_set_link_changed: @link_changed: (nullable): called when a cable goes up or down by its schedule. */
void vbet_fabric_set_link_changed (VbetFabric *self, VbetFabricLinkChanged link_changed, gpointer user_data);

/* --- captures: somebody who is shown the frames at the ends of a cable --------------- */

typedef struct {
  /* A frame at @end of the cable. @entered: the device there sent it, whatever becomes of it; else it came out.
   * It may have parts. Its bytes go away afterwards. Never calls the fabric. */
  void (*frame) (VbetCableSide end, gboolean entered, const VbetFrame *frame, gpointer user_data);
  /* A run with frames has ended. */
  void (*flush) (gpointer user_data);
} VbetTapClass;

typedef struct VbetTap VbetTap;

/** vbet_fabric_add_tap: @ends: at which ends. It stays when the cable goes, and sees the next one of that name.
 * Returns: NULL when @cable is no name. */
VbetTap *vbet_fabric_add_tap (VbetFabric *self, const char *cable, const gboolean ends[2],
                              const VbetTapClass *klass, gpointer user_data);
/** vbet_fabric_remove_tap: @tap: gets no more frames; the caller frees it. */
void vbet_fabric_remove_tap (VbetFabric *self, VbetTap *tap);

/* --- measuring a cable --------------------------------------------------------------- */

typedef enum {
  VBET_PROBE_DONE,
  VBET_PROBE_CANCELLED,
  VBET_PROBE_UNPLUGGED, /* the cable was removed */
} VbetProbeEnd;

typedef struct {
  gint64 (*clock) (gpointer user_data);
  /* Something was sent. */
  void (*running) (const VbetProbe *probe, gint64 now, gpointer user_data);
  /* Called once; @probe goes away afterwards. Never calls the fabric. */
  void (*ended) (const VbetProbe *probe, VbetProbeEnd why, gint64 now, gpointer user_data);
} VbetProberClass;

/** vbet_fabric_probe: begins to measure @cable. @run: a number that the last measurements did not have.
 * Returns: 0, -ENOENT, or -EALREADY when it is being measured. */
int vbet_fabric_probe (VbetFabric *self, const char *cable, const VbetProbeWish *wish, guint run,
                       const VbetProberClass *klass, gpointer user_data, gint64 now);
/** vbet_fabric_probe_stop: Returns: FALSE when it is not being measured. */
gboolean vbet_fabric_probe_stop (VbetFabric *self, const char *cable);

/* --- endpoints as their ports see them ------------------------------------- */

/** vbet_endpoint_set_connected: whether somebody is there; frames to an absent device are dropped and
 * counted. */
void vbet_endpoint_set_connected (VbetEndpoint *self, gboolean connected);
/** vbet_endpoint_get_device: Returns: (transfer none). */
const char *vbet_endpoint_get_device (const VbetEndpoint *self);
/** vbet_endpoint_get_nic: Returns: from 1. */
guint vbet_endpoint_get_nic (const VbetEndpoint *self);
/** vbet_endpoint_get_port: Returns: (nullable): its port, if it is one of @klass. */
gpointer vbet_endpoint_get_port (const VbetEndpoint *self, const VbetPortClass *klass);
/** vbet_endpoint_get_mtu: Returns: bytes without the Ethernet header. */
guint vbet_endpoint_get_mtu (const VbetEndpoint *self);
/** vbet_endpoint_get_rx: counters of what the device receives; the port counts there. */
VbetCounters *vbet_endpoint_get_rx (VbetEndpoint *self);
/** vbet_endpoint_get_tx: counters of what the device sends; the fabric counts there. */
VbetCounters *vbet_endpoint_get_tx (VbetEndpoint *self);

/* --- frames ------------------------------------------------------------------ */

/** vbet_fabric_input: the device sent @frame. Runts, giants and frames without a cable are dropped and
 * counted. */
void vbet_fabric_input (VbetFabric *self, VbetEndpoint *from, const VbetFrame *frame, gint64 now);

/**
 * vbet_fabric_run:
 * @now: nanoseconds, never less than before
 *
 * Brings all frames put in to their ports and flushes those.
 *
 * Returns: whether frames were set aside: call again soon, after the other ports had their turn.
 */
gboolean vbet_fabric_run (VbetFabric *self, gint64 now);

/** vbet_fabric_deadline: Returns: when vbet_fabric_run() is to be called though nothing comes in
 * (nanoseconds); VBET_CABLE_NEVER: no need. */
gint64 vbet_fabric_deadline (VbetFabric *self);

/* --- state ------------------------------------------------------------------- */

typedef struct {
  const char *device;
  guint nic;
  gboolean external; /* a guest's port; else a bridge's */
  gboolean connected;
  const char *cable; /* NULL: none */
  VbetCounters rx;
  VbetCounters tx;
  guint queued;          /* frames that wait for the device */
  const char *role;      /* (nullable): in the spanning tree; NULL: none runs */
  const char *stp_state; /* (nullable): discarding, learning, forwarding */
  guint32 cost;          /* of its path; 0: no spanning tree */
} VbetFabricPortInfo;

typedef struct {
  const char *name;
  gboolean up[2]; /* a to b, b to a */
  const char *device[2];
  guint nic[2];
  VbetCounters counters[2];    /* a to b, b to a */
  VbetCableEffects effects[2]; /* likewise */
} VbetFabricCableInfo;

typedef struct {
  const char *name;
  const VbetRelayClass *klass;
  gint64 ageing;
  guint direct_ports;
  guint addresses; /* in the table, aged ones included */
  guint64 flooded;
  guint64 evicted;
  gboolean storm; /* core/storm.h */
  gboolean stp;
  guint64 root; /* of the spanning tree: priority and address */
  guint32 root_cost;
  guint64 id; /* its own */
} VbetFabricBridgeInfo;

/** vbet_fabric_each_port: calls @visit for each, which changes nothing. */
void vbet_fabric_each_port (VbetFabric *self,
                            void (*visit) (const VbetFabricPortInfo *info, gpointer user_data),
                            gpointer user_data);
/** vbet_fabric_each_cable: likewise. */
void vbet_fabric_each_cable (VbetFabric *self,
                             void (*visit) (const VbetFabricCableInfo *info, gpointer user_data),
                             gpointer user_data);
/** vbet_fabric_each_bridge: likewise. @now: nanoseconds. */
void vbet_fabric_each_bridge (VbetFabric *self, gint64 now,
                              void (*visit) (const VbetFabricBridgeInfo *info, gpointer user_data),
                              gpointer user_data);
/** vbet_fabric_each_mac: @nic: of the port @mac is behind, 0 for a direct port; @age: nanoseconds. */
typedef void (*VbetFabricMacVisit) (guint64 mac, guint vlan, guint nic, gint64 age, gpointer user_data);
void vbet_fabric_each_mac (VbetFabric *self, const char *bridge, gint64 now, VbetFabricMacVisit visit,
                           gpointer user_data);
