/* stp-private.h - the variables of the spanning tree (IEEE 802.1D-2004, 17.18 to 17.20), for stp.c and
 * stp-machines.c. */
#pragma once

#include "switch/core/stp-bpdu.h"
#include "switch/core/stp.h"

#define HELLO_TIME 2
#define MAX_AGE 20
#define FORWARD_DELAY 15
#define MIGRATE_TIME 3
#define TX_HOLD_COUNT 6

typedef enum { INFO_DISABLED, INFO_RECEIVED, INFO_MINE, INFO_AGED } InfoIs;

typedef enum { PIM_DISABLED, PIM_AGED, PIM_CURRENT } PimState;
typedef enum { PPM_CHECKING_RSTP, PPM_SELECTING_STP, PPM_SENSING } PpmState;
typedef enum { TCM_INACTIVE, TCM_LEARNING, TCM_ACTIVE } TcmState;

/* 17.19 */
typedef struct {
  gboolean portEnabled;
  guint16 portId;
  guint32 PortPathCost;

  /* timers, in ticks of a second (17.17) */
  guint edgeDelayWhile, fdWhile, helloWhen, mdelayWhile, rbWhile, rcvdInfoWhile, rrWhile, tcWhile, txCount;

  gboolean agree, agreed, disputed, forward, forwarding, learn, learning, newInfo, operEdge, proposed,
      proposing;
  gboolean rcvdMsg, rcvdRSTP, rcvdSTP, rcvdTc, rcvdTcAck, rcvdTcn, reRoot, reselect, selected, sendRSTP;
  gboolean sync, synced, tcAck, tcProp, updtInfo;
  InfoIs infoIs;
  VbetStpRole role, selectedRole;
  VbetStpVector designatedPriority, msgPriority, portPriority;
  VbetStpTimes designatedTimes, msgTimes, portTimes;
  VbetStpBpdu bpdu; /* received last */

  PimState pim;
  PpmState ppm;
  TcmState tcm;
} Port;

struct VbetStp {
  VbetStpConfig config;
  guint64 id;
  GPtrArray *ports; /* of Port, by number; NULL: none */
  VbetStpVector rootPriority;
  VbetStpTimes rootTimes;
  guint rootPort; /* its number; G_MAXUINT: this bridge is the root */
  gint64 next_tick;
};

static inline Port *
port_at (const VbetStp *self, guint number)
{
  return number < self->ports->len ? g_ptr_array_index (self->ports, number) : NULL;
}

static inline guint
number_of (const Port *port)
{
  return (port->portId & 0xfffu) - 1;
}

#define FOR_EACH_PORT(self, port)                                                                            \
  for (guint port##_number = 0; port##_number < (self)->ports->len; port##_number++)                         \
    for (Port *port = g_ptr_array_index ((self)->ports, port##_number); port != NULL; port = NULL)

/* What a bridge that is the root says (17.14). */
static const VbetStpTimes vbet_stp_bridge_times = { 0, MAX_AGE, HELLO_TIME, FORWARD_DELAY };

/** vbet_stp_run_machines: all state machines, until none has anything to do; then what is to be said. */
void vbet_stp_run_machines (VbetStp *self);
