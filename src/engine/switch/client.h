/* client.h - the engine's hand on a lab's switch process.
 *
 * Owns the process vbet-switch: starts it, tells it what there is (bridges,
 * ports, cables), and starts it again when it dies. The client is the *keeper
 * of descriptors*: it makes every listening socket, accepts every connection
 * itself and passes a duplicate on. So there is no moment at which only the
 * switch holds one: a guest sees no end-of-file when the switch dies, and the
 * next process goes on with the same sockets.
 *
 * A process that owes an answer for ten seconds is replaced, too.
 *
 * What the user of this class says is remembered as the wanted state and sent
 * without waiting; a restart replays it. Functions return FALSE for what is
 * wrong on this side (a path too long, a name taken or unknown); what the
 * process refuses comes by the signal "problem". All calls belong to one
 * thread, whose default main context runs everything.
 *
 * Names: an *endpoint* is a NIC of a device, (device, nic) with nic from 1.
 * A *bridge* is the inside of a switch or hub device and has the device's name.
 * A *cable* joins two endpoints. An endpoint takes at most one cable.
 *
 * Signals:
 *   "port-state" (const char *device, guint nic, gboolean connected):
 *       a guest opened its NIC (TRUE: `ip link set up`) or closed it; the far end of a remote came or went.
 *   "far-end" (const char *device): what vbet_switch_client_get_far_end() tells of clash or lab changed.
 *   "cable-state" (const char *cable, gboolean from_a, gboolean from_b): it went up or down by its schedule:
 *       whether frames from each end come through.
 *   "capture-closed" (guint64 serial): nobody reads that capture any more.
 *   "restarted" (): the process died and a new one has the whole state again.
 *   "failed" (const char *reason): gave up; @reason is one sentence. Sent once;
 *       later calls still work on the wanted state and start() may be tried again.
 *   "problem" (const char *message): a command was refused; one sentence.
 *   "denied" (const char *call): it made a system call that it may not.
 */
#pragma once

#include <gio/gio.h>

#include "base/cable-quality.h"
#include "base/vlan-set.h"
#include "engine/measure.h"

#define VBET_TYPE_SWITCH_CLIENT (vbet_switch_client_get_type ())
G_DECLARE_FINAL_TYPE (VbetSwitchClient, vbet_switch_client, VBET, SWITCH_CLIENT, GObject)

#define VBET_SWITCH_AGEING_DEFAULT 300 /* seconds; IEEE 802.1D's recommendation */

/**
 * vbet_switch_client_new:
 * @program: path of vbet-switch (may be /proc/self/fd/N)
 * @runtime_dir: the lab's run-time folder; stale sockets below it are replaced
 *
 * Nothing runs yet; commands are remembered until vbet_switch_client_start().
 */
VbetSwitchClient *vbet_switch_client_new (const char *program, const char *runtime_dir);

/** vbet_switch_client_start: starts the process. Returns: FALSE with @error when it cannot be started. */
gboolean vbet_switch_client_start (VbetSwitchClient *self, GError **error);

/**
 * vbet_switch_client_stop_async: ends the process, closes everything kept,
 * unlinks every socket made. The wanted state is empty afterwards.
 */
void vbet_switch_client_stop_async (VbetSwitchClient *self, GAsyncReadyCallback callback, gpointer user_data);
/** vbet_switch_client_stop_finish: Returns: FALSE with @error when it was being stopped already. */
gboolean vbet_switch_client_stop_finish (VbetSwitchClient *self, GAsyncResult *result, GError **error);

/**
 * vbet_switch_client_add_bridge:
 * @device: name of the device whose ports it has
 * @relay: how it passes frames on: "switch" (learns addresses) or "hub" (every frame to every other port)
 * @ageing: seconds after which a silent address is forgotten (VBET_SWITCH_AGEING_DEFAULT); ignored by a hub
 * @control_path: (nullable): where to listen for stock guests (`eth0=daemon,,unix,PATH`); at most 107 bytes
 */
gboolean vbet_switch_client_add_bridge (VbetSwitchClient *self, const char *device, const char *relay,
                                        guint ageing, const char *control_path, GError **error);
/** vbet_switch_client_remove_bridge: also removes its ports and their cables. */
gboolean vbet_switch_client_remove_bridge (VbetSwitchClient *self, const char *device, GError **error);
/* What a switch is set to; a hub takes it and does nothing with it. */
typedef struct {
  guint ageing; /* seconds after which a silent address is forgotten; 0: at once */
  gboolean stp;
  guint priority;    /* of the spanning tree */
  guint mirror;      /* NIC that gets a copy of every frame; 0: none */
  VbetVlanSet vlans; /* empty: all that its ports name */
} VbetSwitchBridgeSettings;

/** vbet_switch_bridge_settings_init: those of a switch that is not configured. */
void vbet_switch_bridge_settings_init (VbetSwitchBridgeSettings *self);
/** vbet_switch_client_set_bridge: changes all of a switch's settings. */
gboolean vbet_switch_client_set_bridge (VbetSwitchClient *self, const char *device,
                                        const VbetSwitchBridgeSettings *settings, GError **error);
/* What a switch's port is set to; a hub's takes it and does nothing with it. All zero: a plain port. */
typedef struct {
  guint vlan;        /* of untagged frames; 0: none */
  VbetVlanSet trunk; /* VLANs of tagged ones */
  guint cost;        /* of the spanning tree; 0: what the rate of its cable makes of it */
  gboolean isolated; /* nothing goes from it to another isolated port */
} VbetSwitchPortSettings;

/** vbet_switch_client_set_bridge_port: changes all of a port's settings. */
gboolean vbet_switch_client_set_bridge_port (VbetSwitchClient *self, const char *device, guint nic,
                                             const VbetSwitchPortSettings *settings, GError **error);

/**
 * vbet_switch_client_add_guest_port:
 * @mtu: bytes without the Ethernet header; longer frames (4 bytes of VLAN tag are free) are dropped and counted
 * @path: SEQPACKET socket the guest's NIC connects to; it listens when this returns TRUE; at most 107 bytes.
 *   A stale socket of that name in the run-time folder is replaced, anything else there is an error.
 *
 * The port exists and is always read, with a cable or without.
 */
gboolean vbet_switch_client_add_guest_port (VbetSwitchClient *self, const char *device, guint nic, guint mtu,
                                            const char *path, GError **error);
/** vbet_switch_client_has_port: whether NIC @nic of @device has a port of the switch. */
gboolean vbet_switch_client_has_port (VbetSwitchClient *self, const char *device, guint nic);
/**
 * vbet_switch_client_offer_vhost: lets the guest's kernel connect the port by vhost-user, too.
 * @mac: what its NIC is told
 * @path: STREAM socket; it listens when this returns TRUE; as the path of vbet_switch_client_add_guest_port()
 */
gboolean vbet_switch_client_offer_vhost (VbetSwitchClient *self, const char *device, guint nic,
                                         const guint8 mac[6], const char *path, GError **error);
/** vbet_switch_client_set_carrier: what a NIC by vhost-user sees of its cable, and
 * the far end of a remote is told; an unknown port is ignored. */
void vbet_switch_client_set_carrier (VbetSwitchClient *self, const char *device, guint nic, gboolean carrier);
/** vbet_switch_client_set_speed: what a NIC by vhost-user says of its cable; without it, 10 Gbit/s. An unknown port is
 * ignored.
 * @speed: Mbit/s, from 1 to G_MAXINT32 */
void vbet_switch_client_set_speed (VbetSwitchClient *self, const char *device, guint nic, guint speed);
/**
 * vbet_switch_client_add_outside_port: the port of a gateway, TAP device or remote: as that of a guest, but the engine itself
 * says who is at its other end, see vbet_switch_client_connect_port().
 */
gboolean vbet_switch_client_add_outside_port (VbetSwitchClient *self, const char *device, guint nic,
                                              guint mtu, GError **error);
/**
 * vbet_switch_client_connect_port:
 * @fd: a SEQPACKET socket or a TAP device, one frame a message, non-blocking; a duplicate is kept
 *
 * Takes the place of what was connected to that outside port before.
 */
gboolean vbet_switch_client_connect_port (VbetSwitchClient *self, const char *device, guint nic, int fd,
                                          GError **error);
typedef struct {
  gint64 vni;       /* of VXLAN; -1: none */
  gconstpointer to; /* with VXLAN: socket address of the far end */
  gsize to_size;
} VbetSwitchRemote;

/** vbet_switch_client_connect_remote: likewise, @fd being a UDP socket, connected as src/switch/remote.h says. */
gboolean vbet_switch_client_connect_remote (VbetSwitchClient *self, const char *device, guint nic, int fd,
                                            const VbetSwitchRemote *remote, GError **error);

/* What is known of the far end of a UDP socket. */
typedef struct {
  const char *state; /* static: "trying", "refused", "heard", "cut", "silent", "unknown", see vbetd(8) */
  gboolean carrier;
  gint64 heard;   /* monotonic, us; -1: never */
  gboolean clash; /* another run of a lab is there whose MACs are made of what those of this one are */
  const char *
      lab; /* (nullable): the name of the lab there, as it says, not cleaned; until the next thing is heard */
} VbetSwitchFarEnd;

#define VBET_SWITCH_RUN_SIZE 8 /* bytes */
#define VBET_SWITCH_MACS_SIZE 16

/* Whose the lab is: what its remotes tell others of it. */
typedef struct {
  guint8 run[VBET_SWITCH_RUN_SIZE];   /* random, another for each run of a lab */
  guint8 macs[VBET_SWITCH_MACS_SIZE]; /* digest of what its MACs are made of: labs with equal ones clash */
  const char *lab;                    /* its name */
} VbetSwitchIdentity;

/** vbet_switch_client_set_identity: from now on; without it, remotes say nothing of it, and clash with nobody. @identity:
 * copied. */
void vbet_switch_client_set_identity (VbetSwitchClient *self, const VbetSwitchIdentity *identity);

/** vbet_switch_client_get_far_end: Returns: FALSE when no UDP socket is connected there. */
gboolean vbet_switch_client_get_far_end (VbetSwitchClient *self, const char *device, guint nic,
                                         VbetSwitchFarEnd *ret_far_end);
/** vbet_switch_client_add_bridge_port: NIC @nic of device @device is a port of @bridge (normally the device itself). */
gboolean vbet_switch_client_add_bridge_port (VbetSwitchClient *self, const char *device, guint nic,
                                             const char *bridge, GError **error);
/** vbet_switch_client_remove_port: also removes its cable; closes a guest's connection and unlinks its socket. */
gboolean vbet_switch_client_remove_port (VbetSwitchClient *self, const char *device, guint nic,
                                         GError **error);

/** vbet_switch_client_add_cable: @settings: (nullable): NULL: a perfect cable. */
gboolean vbet_switch_client_add_cable (VbetSwitchClient *self, const char *name, const char *device_a,
                                       guint nic_a, const char *device_b, guint nic_b,
                                       const VbetCableSettings *settings, GError **error);
/** vbet_switch_client_remove_cable: Returns: FALSE with @error when there is none of that name. */
gboolean vbet_switch_client_remove_cable (VbetSwitchClient *self, const char *name, GError **error);
/** vbet_switch_client_set_cable: changes all of a cable's settings. */
gboolean vbet_switch_client_set_cable (VbetSwitchClient *self, const char *name,
                                       const VbetCableSettings *settings, GError **error);

typedef struct {
  const char *cable;
  const char *names[2]; /* of the interfaces, by end; NULL or "": this end is not captured */
  guint snaplen;        /* bytes of a frame that are kept */
  GArray *filter;       /* (nullable) of guint32: code, jt, jf, k of each instruction of classic BPF */
} VbetSwitchCapture;

/**
 * vbet_switch_client_add_capture:
 * @fd: SEQPACKET connection of who reads; taken
 *
 * The cable need not be plugged. After a restart of the process the capture goes on with a new section.
 *
 * Returns: its serial number.
 */
guint64 vbet_switch_client_add_capture (VbetSwitchClient *self, const VbetSwitchCapture *wanted, int fd);
/** vbet_switch_client_remove_capture: its reader sees the end; an unknown @serial is ignored. */
void vbet_switch_client_remove_capture (VbetSwitchClient *self, guint64 serial);

typedef struct {
  VbetMeasured ways[2]; /* from the first end, and back */
  gboolean cancelled;
} VbetSwitchMeasured;

/* Some times a second. @share: how much of it is done, 0 to 1; @duration: of all of it, nanoseconds */
typedef void (*VbetSwitchMeasuring) (double share, double duration, gpointer user_data);

/**
 * vbet_switch_client_measure_async: sends probes through a cable while it is in use.
 * @count: probes a direction; 0: as is usual
 * @duration: nanoseconds; 0: as is usual
 * @measuring: (nullable)
 * @cancellable: (nullable): ends it; what was measured until then is the result
 *
 * Errors: VBET_ERROR_STATE when it is unplugged, or measured already, or the process ends.
 */
void vbet_switch_client_measure_async (VbetSwitchClient *self, const char *cable, guint count,
                                       double duration, VbetSwitchMeasuring measuring,
                                       gpointer measuring_data, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer user_data);
/** vbet_switch_client_measure_finish: Returns: (transfer full): free with g_free(). */
VbetSwitchMeasured *vbet_switch_client_measure_finish (VbetSwitchClient *self, GAsyncResult *result,
                                                       GError **error);

/** vbet_switch_client_get_pid: Returns: process id of the switch; 0 when it does not run. */
GPid vbet_switch_client_get_pid (VbetSwitchClient *self);
/** vbet_switch_client_get_restarts: Returns: how often it was started again since start(). */
guint vbet_switch_client_get_restarts (VbetSwitchClient *self);
/** vbet_switch_client_get_connected: Returns: whether the guest's NIC is open, or the far end of a remote seems to be
 * there; FALSE for unknown ports. */
gboolean vbet_switch_client_get_connected (VbetSwitchClient *self, const char *device, guint nic);
/** vbet_switch_client_has_lost: Returns: whether the NIC was connected by vhost-user and is no longer: until the guest is
 * booted again, it has no such NIC. */
gboolean vbet_switch_client_has_lost (VbetSwitchClient *self, const char *device, guint nic);
/** vbet_switch_client_get_layers: (transfer none) (nullable): layers of confinement that hold: "landlock" … */
const char *const *vbet_switch_client_get_layers (VbetSwitchClient *self);

/* --- state: everything countable, at one moment ------------------------- */

typedef struct {
  guint64 frames;  /* passed on */
  guint64 bytes;   /* of those frames, with Ethernet header, without checksum */
  guint64 dropped; /* frames lost here: queue full, too long or too short, no cable, cable down */
} VbetSwitchCounters;

typedef struct {
  char *device;
  guint nic;
  gboolean guest;        /* of a guest, gateway or TAP; else a port of a bridge */
  gboolean connected;    /* the guest has opened it; always TRUE for a bridge port */
  char *cable;           /* (nullable): name of the cable in it */
  VbetSwitchCounters rx; /* as the device sees it: what it received */
  VbetSwitchCounters tx; /* what it sent */
  guint queued;          /* frames that wait for the guest */
  char *role;            /* (nullable): in the spanning tree: "root" … */
  char *stp_state;       /* (nullable): "discarding", "learning", "forwarding" */
  guint cost;            /* of its path in the spanning tree; 0: none runs */
} VbetSwitchPortState;

typedef struct {
  char *name;
  gboolean up[2]; /* from end a, from end b */
  char *device_a;
  guint nic_a;
  char *device_b;
  guint nic_b;
  VbetSwitchCounters ab; /* from end a to end b */
  VbetSwitchCounters ba;
  VbetCableEffects effects[2]; /* a to b, b to a */
} VbetSwitchCableState;

typedef struct {
  guint8 mac[6];
  guint vlan; /* 0: the switch has no VLANs */
  guint nic;  /* port of the device the address is behind; 0: a stock guest on the control socket */
  double age; /* seconds since it was last heard */
} VbetSwitchMac;

typedef struct {
  char *device;
  gboolean learns;    /* addresses */
  guint ageing;       /* seconds */
  guint stock_guests; /* connected by the control socket */
  guint addresses;    /* in the table; @macs lists at most 1000 */
  guint64 flooded;    /* frames sent to all ports */
  guint64 evicted;    /* addresses forgotten because the table was full */
  gboolean storm;     /* frames for everybody circle in it, or are poured into it */
  char *root;         /* (nullable): the spanning tree's root, as bridges write it; NULL: none runs */
  guint root_cost;
  char *id;     /* (nullable): its own identifier there */
  GArray *macs; /* of VbetSwitchMac */
} VbetSwitchBridgeState;

typedef struct {
  GPtrArray *ports;   /* of VbetSwitchPortState */
  GPtrArray *cables;  /* of VbetSwitchCableState */
  GPtrArray *bridges; /* of VbetSwitchBridgeState */
  GHashTable *index;  /* of all of them, for the find functions */
} VbetSwitchState;

/** vbet_switch_state_free: @self: (nullable) */
void vbet_switch_state_free (VbetSwitchState *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetSwitchState, vbet_switch_state_free)

/** vbet_switch_state_find_port: Returns: (transfer none) (nullable) */
const VbetSwitchPortState *vbet_switch_state_find_port (const VbetSwitchState *self, const char *device,
                                                        guint nic);
/** vbet_switch_state_find_cable: Returns: (transfer none) (nullable) */
const VbetSwitchCableState *vbet_switch_state_find_cable (const VbetSwitchState *self, const char *name);
/** vbet_switch_state_find_bridge: Returns: (transfer none) (nullable) */
const VbetSwitchBridgeState *vbet_switch_state_find_bridge (const VbetSwitchState *self, const char *device);

/**
 * vbet_switch_client_get_state_async: asks for all counters and tables.
 * After a restart of the process the counters go on from 0.
 */
void vbet_switch_client_get_state_async (VbetSwitchClient *self, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer user_data);
/** vbet_switch_client_get_state_finish: Returns: (transfer full): NULL with @error. */
VbetSwitchState *vbet_switch_client_get_state_finish (VbetSwitchClient *self, GAsyncResult *result,
                                                      GError **error);
