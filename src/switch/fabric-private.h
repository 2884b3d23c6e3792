/* fabric-private.h - the fabric's objects, shared by fabric.c, fabric-path.c and fabric-state.c. */
#pragma once

#include "switch/core/bridge.h"
#include "switch/core/cable.h"
#include "switch/core/frame-queue.h"
#include "switch/core/relay.h"
#include "switch/core/storm.h"
#include "switch/fabric.h"

/* Room for what one run's bridges send to other bridges. */
#define WORK_SLOTS 4096 /* a power of two */
#define PARKED_FRAMES 1024
#define PARKED_BYTES ((gsize)2 * 1024 * 1024)

typedef struct {
  VbetFabric *fabric;
  char *name;
  const VbetRelayClass *klass;
  gpointer relay;
  VbetBridge *bridge; /* the same relay, where it learns; else NULL */
  GPtrArray *ports;   /* of VbetEndpoint (borrowed), by the core's port number */
  guint mirror;       /* NIC; 0: none */
  VbetStorm storm;
} FabricBridge;

typedef struct {
  VbetFabric *fabric;
  char *name;
  VbetCableCore core;
  VbetEndpoint *ends[2];
  gint64 deadline;  /* VBET_CABLE_NEVER: none */
  gint slot;        /* in the schedule; -1: none */
  GPtrArray *taps;  /* of VbetTap (borrowed): those at it; NULL: none */
  VbetProbe *probe; /* NULL: it is not being measured */
  const VbetProberClass *prober;
  gpointer prober_data;
} FabricCable;

struct VbetEndpoint {
  VbetFabric *fabric;
  char *device; /* NULL: no name (a direct port, or the bridge's side of one) */
  guint nic;

  /* what is plugged in: one of the two, or neither */
  FabricCable *cable;
  VbetCableSide end;
  VbetEndpoint *direct;

  /* a bridge's side; else the rest */
  FabricBridge *bridge;
  guint number;
  guint32 cost; /* of the spanning tree, as it is set; 0: by the cable's rate */

  const VbetPortClass *klass;
  gpointer port;
  guint mtu;
  gboolean connected;
  gboolean dirty; /* in the fabric's list */
  guint16 source; /* of its frames (VbetFrame) */
  VbetCounters rx;
  VbetCounters tx;
};

typedef struct {
  VbetEndpoint *to; /* a bridge's side; NULL: it was removed */
  VbetFrame frame;
} FabricWork;

struct VbetTap {
  char *cable;
  gboolean ends[2];
  const VbetTapClass *klass;
  gpointer user_data;
  gboolean dirty; /* got a frame in this run */
};

struct VbetFabric {
  guint64 seed;
  GHashTable *bridges;   /* name → FabricBridge */
  GHashTable *endpoints; /* VbetEndpoint by (device, nic) → itself; named ones */
  GHashTable *cables;    /* name → FabricCable */

  VbetFabricLinkChanged link_changed; /* (nullable) */
  gpointer link_data;

  gint64 now;
  guint16 last_source;  /* number given to a port */
  VbetFrameStore store; /* what cables keep */
  GPtrArray *trees;     /* of FabricBridge (borrowed): those that run a spanning tree */
  GPtrArray *schedule;  /* of FabricCable (borrowed): a heap by deadline */
  GPtrArray *taps;      /* of VbetTap (owned) */
  GPtrArray *dirty;     /* of VbetEndpoint (borrowed): have frames to flush */
  FabricWork work[WORK_SLOTS];
  guint work_first;
  guint work_count;
  VbetFrameQueue parked; /* tag: VbetEndpoint; NULL: was removed */
};

/* A cable's deliver callback; user_data: FabricCable. */
void vbet_fabric_cable_deliver (VbetCableSide end, const VbetFrame *frame, gpointer user_data);
/* Shows @frame to those who capture at @end of @cable. */
void vbet_fabric_tap (FabricCable *cable, VbetCableSide end, gboolean entered, const VbetFrame *frame);
/* A new cable finds those who capture it. */
void vbet_fabric_find_taps (FabricCable *cable);
/* Tells every tap that got something. */
void vbet_fabric_flush_taps (VbetFabric *self);
void vbet_fabric_tap_free (gpointer tap);
/* A probe came out of @cable. */
void vbet_fabric_probe_arrived (FabricCable *cable, VbetCableSide end, const VbetFrame *frame);
/* Sends the probes that are due. */
void vbet_fabric_run_probe (FabricCable *cable, gint64 now);
/* Ends a measurement, if there is one. */
void vbet_fabric_end_probe (FabricCable *cable, VbetProbeEnd why);
/* A cable's own schedule let it go up or down; user_data: FabricCable. */
void vbet_fabric_cable_flap (gboolean up, gpointer user_data);
/* Puts @cable where its deadline belongs. */
void vbet_fabric_reschedule (FabricCable *cable);
void vbet_fabric_unschedule (FabricCable *cable);
/* Lets happen what is due in cables and spanning trees. */
void vbet_fabric_run_due (VbetFabric *self, gint64 now);
/* A bridge's or hub's send callback; user_data: FabricBridge. */
void vbet_fabric_relay_send (guint port, const VbetFrame *frame, gpointer user_data);
/* Makes the data path forget @endpoint. */
void vbet_fabric_purge (VbetFabric *self, VbetEndpoint *endpoint);
