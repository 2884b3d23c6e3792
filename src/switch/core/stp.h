/* stp.h - the rapid spanning tree protocol of a bridge (IEEE 802.1D-2004, clause 17), without sockets or
 * clock.
 *
 * BPDUs and time go in; BPDUs, port states and requests to forget addresses
 * come out by callbacks. Variables, procedures and state machines bear the
 * standard's names (17.18 to 17.31), so that code and text can be laid side by
 * side. All links are point to point and all ports find out by themselves
 * whether they are at the edge (AutoEdge), which is what a lab's cables are. A
 * neighbour that only speaks the old protocol gets it (clause 17.24).
 */
#pragma once

#include <glib.h>

#include "switch/core/frame.h"

#define VBET_STP_ADDRESS G_GUINT64_CONSTANT (0x0180c2000000) /* bridge group address */
#define VBET_STP_BPDU_MAX 60                                 /* bytes of a frame that holds one */
#define VBET_STP_PRIORITY_DEFAULT 32768
#define VBET_STP_COST_DEFAULT 20000 /* 1 Gbit/s, table 17-3 */
#define VBET_STP_COST_MAX 200000000

typedef enum {
  VBET_STP_DISABLED,
  VBET_STP_ROOT,
  VBET_STP_DESIGNATED,
  VBET_STP_ALTERNATE,
  VBET_STP_BACKUP,
} VbetStpRole;

typedef struct VbetStp VbetStp;

typedef struct {
  guint64 mac;      /* of the bridge: 48 bits */
  guint16 priority; /* a multiple of 4096 */
  gpointer user_data;
  /* A BPDU leaves by @port; may not call back. */
  void (*send) (guint port, const VbetFrame *frame, gpointer user_data);
  /* @port learns addresses, forwards frames, or not. */
  void (*set_state) (guint port, gboolean learning, gboolean forwarding, gpointer user_data);
  /* The addresses of @port are no longer where they were. */
  void (*flush) (guint port, gpointer user_data);
} VbetStpConfig;

/** vbet_stp_new: a bridge without ports. */
VbetStp *vbet_stp_new (const VbetStpConfig *config, gint64 now);
/** vbet_stp_free: @self: (nullable) */
void vbet_stp_free (VbetStp *self);

/** vbet_stp_set_priority: the bridge's; the tree forms anew where it must. */
void vbet_stp_set_priority (VbetStp *self, guint16 priority, gint64 now);
/** vbet_stp_set_port: makes port number @port, if need be, and tells whether its link is up. @cost: path
 * cost. */
void vbet_stp_set_port (VbetStp *self, guint port, gboolean enabled, guint32 cost, gint64 now);
/** vbet_stp_remove_port: @now: nanoseconds; the others take over at once. */
void vbet_stp_remove_port (VbetStp *self, guint port, gint64 now);

/** vbet_stp_input: a frame to the bridge group address came by @port. Anything may be in it. */
void vbet_stp_input (VbetStp *self, guint port, const VbetFrame *frame, gint64 now);

/** vbet_stp_deadline: Returns: when vbet_stp_run() is to be called (nanoseconds). */
gint64 vbet_stp_deadline (const VbetStp *self);
/** vbet_stp_run: time passes; a late call counts as one tick, not as many. */
void vbet_stp_run (VbetStp *self, gint64 now);

/** vbet_stp_cost_of_rate: Returns: the path cost that table 17-3 recommends for so many bits a second; of 1 Gbit/s
 * when it is 0, which is no limit. */
guint32 vbet_stp_cost_of_rate (double bits);

/** vbet_stp_get_cost: Returns: path cost of @port; 0 when there is no such port. */
guint32 vbet_stp_get_cost (const VbetStp *self, guint port);
/** vbet_stp_get_role: Returns: of @port, which was added. */
VbetStpRole vbet_stp_get_role (const VbetStp *self, guint port);
/** vbet_stp_is_forwarding: whether frames pass @port. */
gboolean vbet_stp_is_forwarding (const VbetStp *self, guint port);
/** vbet_stp_is_learning: whether addresses are learned of @port. */
gboolean vbet_stp_is_learning (const VbetStp *self, guint port);
/** vbet_stp_get_root: Returns: identifier (priority and address) of the bridge it takes for the root.
 * @ret_cost: (out) (optional): of the path there. */
guint64 vbet_stp_get_root (const VbetStp *self, guint32 *ret_cost);
/** vbet_stp_get_id: Returns: priority and address of this bridge, as BPDUs have it. */
guint64 vbet_stp_get_id (const VbetStp *self);
/** vbet_stp_role_name: Returns: "root", "designated", …: static. */
const char *vbet_stp_role_name (VbetStpRole role);
