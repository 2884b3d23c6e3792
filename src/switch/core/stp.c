/* stp.c - see stp.h. Names and structure follow IEEE 802.1D-2004, clause 17; numbers in comments are its
 * clauses. */
#include "config.h"

#include "switch/core/stp.h"

#include "switch/core/stp-bpdu.h"

#define SECOND G_GINT64_CONSTANT (1000000000)
#define HELLO_TIME 2
#define MAX_AGE 20
#define FORWARD_DELAY 15
#define MIGRATE_TIME 3
#define TX_HOLD_COUNT 6
/* More rounds than this and the machines chase each other; the next event goes on from there. */
#define ROUNDS_MAX 1000

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

static const VbetStpTimes bridge_times = { 0, MAX_AGE, HELLO_TIME, FORWARD_DELAY };

static Port *
port_at (const VbetStp *self, guint number)
{
  return number < self->ports->len ? g_ptr_array_index (self->ports, number) : NULL;
}

static guint
number_of (const Port *port)
{
  return (port->portId & 0xfffu) - 1;
}

#define FOR_EACH_PORT(self, port)                                                                            \
  for (guint port##_number = 0; port##_number < (self)->ports->len; port##_number++)                         \
    for (Port *port = g_ptr_array_index ((self)->ports, port##_number); port != NULL; port = NULL)

/* --- procedures (17.21) -------------------------------------------------------------- */

static gboolean
betterorsameInfo (const Port *port, InfoIs newInfoIs)
{
  if (newInfoIs == INFO_RECEIVED && port->infoIs == INFO_RECEIVED)
    return vbet_stp_vector_compare (&port->msgPriority, &port->portPriority) <= 0;
  return newInfoIs == INFO_MINE && port->infoIs == INFO_MINE
         && vbet_stp_vector_compare (&port->designatedPriority, &port->portPriority) <= 0;
}

static void
newTcWhile (VbetStp *self, Port *port)
{
  if (port->tcWhile != 0)
    return;
  if (port->sendRSTP) {
    port->tcWhile = HELLO_TIME + 1;
    port->newInfo = TRUE;
  } else {
    port->tcWhile = (guint)self->rootTimes.max_age + self->rootTimes.forward_delay;
  }
}

static void
recordAgreement (Port *port)
{
  port->agreed = port->bpdu.type == VBET_BPDU_RST && port->bpdu.agreement;
  if (port->agreed)
    port->proposing = FALSE;
}

static void
recordProposal (Port *port)
{
  if (port->bpdu.type == VBET_BPDU_RST && port->bpdu.role == VBET_BPDU_DESIGNATED && port->bpdu.proposal)
    port->proposed = TRUE;
}

static void
setTcFlags (Port *port)
{
  port->rcvdTc |= port->bpdu.type != VBET_BPDU_TCN && port->bpdu.topology_change;
  port->rcvdTcAck |= port->bpdu.type != VBET_BPDU_TCN && port->bpdu.topology_change_ack;
  port->rcvdTcn |= port->bpdu.type == VBET_BPDU_TCN;
}

static void
setSyncTree (VbetStp *self)
{
  FOR_EACH_PORT (self, port)
  port->sync = TRUE;
}

static void
setReRootTree (VbetStp *self)
{
  FOR_EACH_PORT (self, port)
  port->reRoot = TRUE;
}

static void
setTcPropTree (VbetStp *self, const Port *except)
{
  FOR_EACH_PORT (self, port)
  if (port != except)
    port->tcProp = TRUE;
}

static gboolean
allSynced (VbetStp *self)
{
  FOR_EACH_PORT (self, port)
  if (!port->selected || port->role != port->selectedRole || (port->role != VBET_STP_ROOT && !port->synced))
    return FALSE;
  return TRUE;
}

/* Whether no other port was root lately. */
static gboolean
reRooted (VbetStp *self, const Port *root)
{
  FOR_EACH_PORT (self, port)
  if (port != root && port->rrWhile != 0)
    return FALSE;
  return TRUE;
}

static void
updtRcvdInfoWhile (Port *port)
{
  gboolean fresh = port->portTimes.message_age + 1 <= port->portTimes.max_age;
  port->rcvdInfoWhile = fresh ? 3u * port->portTimes.hello_time : 0;
}

static guint8
role_code (VbetStpRole role)
{
  switch (role) {
  case VBET_STP_ROOT:
    return VBET_BPDU_ROOT;
  case VBET_STP_DESIGNATED:
    return VBET_BPDU_DESIGNATED;
  case VBET_STP_ALTERNATE:
  case VBET_STP_BACKUP:
    return VBET_BPDU_ALTERNATE;
  case VBET_STP_DISABLED:
  default:
    return VBET_BPDU_UNKNOWN;
  }
}

static void
transmit (VbetStp *self, Port *port, VbetStpBpduType type)
{
  guint8 bytes[VBET_STP_BPDU_MAX];
  VbetStpBpdu bpdu = {
    .type = type,
    .topology_change = port->tcWhile != 0,
    .topology_change_ack = type == VBET_BPDU_CONFIG && port->tcAck,
    .proposal = port->proposing && port->role == VBET_STP_DESIGNATED,
    .role = role_code (port->role),
    .learning = port->learning,
    .forwarding = port->forwarding,
    .agreement = port->agree,
    .priority = port->designatedPriority,
    .times = port->designatedTimes,
  };
  VbetFrame frame = { bytes, sizeof bytes };
  vbet_stp_bpdu_write (&bpdu, self->config.mac, bytes);
  port->newInfo = FALSE;
  port->txCount++;
  port->tcAck = FALSE;
  self->config.send (number_of (port), &frame, self->config.user_data);
}

/* --- port information machine (17.27) ------------------------------------------------- */

typedef enum {
  SUPERIOR_DESIGNATED,
  REPEATED_DESIGNATED,
  INFERIOR_DESIGNATED,
  INFERIOR_ROOT_ALTERNATE,
  OTHER_INFO
} RcvdInfo;

/* 17.21.8 */
static RcvdInfo
rcvInfo (Port *port)
{
  const VbetStpBpdu *bpdu = &port->bpdu;
  if (bpdu->type == VBET_BPDU_TCN) {
    port->rcvdTcn = TRUE;
    return OTHER_INFO;
  }
  port->msgPriority = bpdu->priority;
  port->msgTimes = bpdu->times;
  int order = vbet_stp_vector_compare (&port->msgPriority, &port->portPriority);
  if (bpdu->type == VBET_BPDU_RST && (bpdu->role == VBET_BPDU_ROOT || bpdu->role == VBET_BPDU_ALTERNATE))
    return order >= 0 ? INFERIOR_ROOT_ALTERNATE : OTHER_INFO;
  if (bpdu->type == VBET_BPDU_RST && bpdu->role != VBET_BPDU_DESIGNATED)
    return OTHER_INFO;
  gboolean same_times = vbet_stp_times_equal (&port->msgTimes, &port->portTimes);
  gboolean same_sender
      = port->msgPriority.designated_bridge << 16 == port->portPriority.designated_bridge << 16
        && (port->msgPriority.designated_port & 0xfff) == (port->portPriority.designated_port & 0xfff);
  if (order == 0 && same_times)
    return port->infoIs == INFO_RECEIVED ? REPEATED_DESIGNATED : OTHER_INFO;
  if (order <= 0 || same_sender)
    return SUPERIOR_DESIGNATED;
  return INFERIOR_DESIGNATED;
}

static void
receive (Port *port)
{
  switch (rcvInfo (port)) {
  case SUPERIOR_DESIGNATED:
    port->agreed = port->proposing = FALSE;
    recordProposal (port);
    setTcFlags (port);
    port->agree = port->agree && betterorsameInfo (port, INFO_RECEIVED);
    recordAgreement (port);
    port->synced = port->synced && port->agreed;
    port->portPriority = port->msgPriority;
    port->portTimes = port->msgTimes;
    port->portTimes.hello_time = MAX (port->portTimes.hello_time, 1);
    updtRcvdInfoWhile (port);
    port->infoIs = INFO_RECEIVED;
    port->reselect = TRUE;
    port->selected = FALSE;
    break;
  case REPEATED_DESIGNATED:
    recordProposal (port);
    setTcFlags (port);
    recordAgreement (port);
    updtRcvdInfoWhile (port);
    break;
  case INFERIOR_DESIGNATED:
    if (port->bpdu.type == VBET_BPDU_RST && port->bpdu.learning) {
      port->disputed = TRUE;
      port->agreed = FALSE;
    }
    break;
  case INFERIOR_ROOT_ALTERNATE:
    recordAgreement (port);
    setTcFlags (port);
    break;
  case OTHER_INFO:
  default:
    break;
  }
  port->rcvdMsg = FALSE;
}

static void
age (Port *port, InfoIs info)
{
  port->infoIs = info;
  port->reselect = TRUE;
  port->selected = FALSE;
}

/* Each machine makes at most one step. Returns: whether it did. */
static gboolean
port_information (Port *port)
{
  if (!port->portEnabled && port->infoIs != INFO_DISABLED) {
    port->rcvdMsg = port->proposing = port->proposed = port->agree = port->agreed = FALSE;
    port->rcvdInfoWhile = 0;
    age (port, INFO_DISABLED);
    port->pim = PIM_DISABLED;
    return TRUE;
  }
  if (port->pim == PIM_DISABLED) {
    port->rcvdMsg = FALSE;
    if (!port->portEnabled)
      return FALSE;
    age (port, INFO_AGED);
    port->pim = PIM_AGED;
    return TRUE;
  }
  if (port->selected && port->updtInfo) {
    port->proposing = port->proposed = FALSE;
    port->agreed = port->agreed && betterorsameInfo (port, INFO_MINE);
    port->synced = port->synced && port->agreed;
    port->portPriority = port->designatedPriority;
    port->portTimes = port->designatedTimes;
    port->updtInfo = FALSE;
    port->infoIs = INFO_MINE;
    port->newInfo = TRUE;
    port->pim = PIM_CURRENT;
    return TRUE;
  }
  if (port->pim != PIM_CURRENT)
    return FALSE;
  if (port->infoIs == INFO_RECEIVED && port->rcvdInfoWhile == 0 && !port->updtInfo && !port->rcvdMsg) {
    age (port, INFO_AGED);
    port->pim = PIM_AGED;
    return TRUE;
  }
  if (port->rcvdMsg && !port->updtInfo) {
    receive (port);
    return TRUE;
  }
  return FALSE;
}

/* --- port role selection (17.28, 17.21.25) --------------------------------------------- */

static void
select_root (VbetStp *self)
{
  self->rootPriority = (VbetStpVector){ .root = self->id, .designated_bridge = self->id };
  self->rootTimes = bridge_times;
  self->rootPort = G_MAXUINT;
  guint16 root_port_id = 0;
  FOR_EACH_PORT (self, port)
  {
    if (port->infoIs != INFO_RECEIVED || port->portPriority.designated_bridge << 16 == self->id << 16)
      continue;
    VbetStpVector path = port->portPriority;
    path.cost += port->PortPathCost;
    int order = vbet_stp_vector_compare (&path, &self->rootPriority);
    if (order < 0 || (order == 0 && self->rootPort != G_MAXUINT && port->portId < root_port_id)) {
      self->rootPriority = path;
      self->rootPort = number_of (port);
      self->rootTimes = port->portTimes;
      self->rootTimes.message_age++;
      root_port_id = port->portId;
    }
  }
}

static void
select_role (VbetStp *self, Port *port)
{
  port->designatedPriority
      = (VbetStpVector){ self->rootPriority.root, self->rootPriority.cost, self->id, port->portId };
  port->designatedTimes = self->rootTimes;
  port->designatedTimes.hello_time = HELLO_TIME;
  gboolean received = port->infoIs == INFO_RECEIVED;
  if (port->infoIs == INFO_DISABLED) {
    port->selectedRole = VBET_STP_DISABLED;
  } else if (received && number_of (port) == self->rootPort) {
    port->selectedRole = VBET_STP_ROOT;
    port->updtInfo = FALSE;
  } else if (received && vbet_stp_vector_compare (&port->designatedPriority, &port->portPriority) >= 0) {
    gboolean own = port->portPriority.designated_bridge << 16 == self->id << 16;
    port->selectedRole = own ? VBET_STP_BACKUP : VBET_STP_ALTERNATE;
    port->updtInfo = FALSE;
  } else {
    port->selectedRole = VBET_STP_DESIGNATED;
    port->updtInfo = port->infoIs != INFO_MINE
                     || vbet_stp_vector_compare (&port->portPriority, &port->designatedPriority) != 0
                     || !vbet_stp_times_equal (&port->portTimes, &port->designatedTimes);
  }
}

static gboolean
port_role_selection (VbetStp *self)
{
  gboolean reselect = FALSE;
  FOR_EACH_PORT (self, port)
  reselect |= port->reselect;
  if (!reselect)
    return FALSE;
  FOR_EACH_PORT (self, port)
  port->reselect = FALSE;
  select_root (self);
  FOR_EACH_PORT (self, port)
  select_role (self, port);
  FOR_EACH_PORT (self, port)
  port->selected = TRUE;
  return TRUE;
}

/* --- port role transitions (17.29) ------------------------------------------------------- */

static gboolean
role_disabled (Port *port)
{
  if (port->role != VBET_STP_DISABLED) {
    port->role = VBET_STP_DISABLED;
    port->learn = port->forward = FALSE;
    return TRUE;
  }
  if (port->learning || port->forwarding
      || (port->fdWhile == MAX_AGE && !port->sync && !port->reRoot && port->synced))
    return FALSE;
  port->fdWhile = MAX_AGE;
  port->synced = TRUE;
  port->rrWhile = 0;
  port->sync = port->reRoot = FALSE;
  return TRUE;
}

/* The part that root and alternate ports share: they answer proposals. */
static gboolean
answer_proposal (VbetStp *self, Port *port)
{
  if (port->proposed && !port->agree) {
    setSyncTree (self);
    port->proposed = FALSE;
    return TRUE;
  }
  if ((allSynced (self) && !port->agree) || (port->proposed && port->agree)) {
    port->proposed = port->sync = FALSE;
    port->agree = TRUE;
    port->newInfo = TRUE;
    return TRUE;
  }
  return FALSE;
}

static gboolean
role_root (VbetStp *self, Port *port)
{
  guint delay = self->rootTimes.forward_delay;
  if (port->role != VBET_STP_ROOT || port->rrWhile != delay) {
    port->role = VBET_STP_ROOT;
    port->rrWhile = delay;
    return TRUE;
  }
  if (answer_proposal (self, port))
    return TRUE;
  gboolean ready = port->fdWhile == 0 || (reRooted (self, port) && port->rbWhile == 0);
  if (!port->forward && !port->reRoot) {
    setReRootTree (self);
  } else if (port->reRoot && port->forward) {
    port->reRoot = FALSE;
  } else if (ready && !port->learn) {
    port->fdWhile = delay;
    port->learn = TRUE;
  } else if (ready && !port->forward) {
    port->fdWhile = 0;
    port->forward = TRUE;
  } else if ((port->agreed && !port->synced) || (port->sync && port->synced)) {
    port->synced = TRUE;
    port->sync = FALSE;
  } else {
    return FALSE;
  }
  return TRUE;
}

static gboolean
role_designated (VbetStp *self, Port *port)
{
  guint delay = self->rootTimes.forward_delay;
  gboolean ready = (port->fdWhile == 0 || port->agreed || port->operEdge)
                   && (port->rrWhile == 0 || !port->reRoot) && !port->sync;
  if (port->role != VBET_STP_DESIGNATED) {
    port->role = VBET_STP_DESIGNATED;
  } else if (!port->forward && !port->agreed && !port->proposing && !port->operEdge) {
    port->proposing = TRUE;
    port->edgeDelayWhile = MIGRATE_TIME;
    port->newInfo = TRUE;
  } else if ((!port->learning && !port->forwarding && !port->synced)
             || ((port->agreed || port->operEdge) && !port->synced) || (port->sync && port->synced)) {
    port->rrWhile = 0;
    port->synced = TRUE;
    port->sync = FALSE;
  } else if (port->rrWhile == 0 && port->reRoot) {
    port->reRoot = FALSE;
  } else if (((port->sync && !port->synced) || (port->reRoot && port->rrWhile != 0) || port->disputed)
             && !port->operEdge && (port->learn || port->forward)) {
    port->learn = port->forward = port->disputed = FALSE;
    port->fdWhile = delay;
  } else if (ready && !port->learn) {
    port->learn = TRUE;
    port->fdWhile = delay;
  } else if (ready && !port->forward) {
    port->forward = TRUE;
    port->fdWhile = 0;
    port->agreed = port->sendRSTP;
  } else {
    return FALSE;
  }
  return TRUE;
}

static gboolean
role_alternate (VbetStp *self, Port *port)
{
  guint delay = self->rootTimes.forward_delay;
  if (port->role != port->selectedRole) {
    port->role = port->selectedRole;
    port->learn = port->forward = FALSE;
    return TRUE;
  }
  if (port->learning || port->forwarding)
    return FALSE;
  if (answer_proposal (self, port))
    return TRUE;
  if (port->fdWhile != delay || port->sync || port->reRoot || !port->synced || port->rrWhile != 0) {
    port->fdWhile = delay;
    port->synced = TRUE;
    port->rrWhile = 0;
    port->sync = port->reRoot = FALSE;
    return TRUE;
  }
  if (port->role == VBET_STP_BACKUP && port->rbWhile != 2 * HELLO_TIME) {
    port->rbWhile = 2 * HELLO_TIME;
    return TRUE;
  }
  return FALSE;
}

static gboolean
port_role_transitions (VbetStp *self, Port *port)
{
  if (!port->selected || port->updtInfo)
    return FALSE;
  switch (port->selectedRole) {
  case VBET_STP_ROOT:
    return role_root (self, port);
  case VBET_STP_DESIGNATED:
    return role_designated (self, port);
  case VBET_STP_ALTERNATE:
  case VBET_STP_BACKUP:
    return role_alternate (self, port);
  case VBET_STP_DISABLED:
  default:
    return role_disabled (port);
  }
}

/* --- port state transition (17.30) --------------------------------------------------------- */

static gboolean
port_state_transition (VbetStp *self, Port *port)
{
  gboolean learning = port->learn;
  gboolean forwarding = port->learn && port->forward;
  if (learning == port->learning && forwarding == port->forwarding)
    return FALSE;
  port->learning = learning;
  port->forwarding = forwarding;
  self->config.set_state (number_of (port), learning, forwarding, self->config.user_data);
  return TRUE;
}

/* --- topology change (17.31) ------------------------------------------------------------------ */

static gboolean
topology_change_active (VbetStp *self, Port *port)
{
  gboolean active_role = port->role == VBET_STP_ROOT || port->role == VBET_STP_DESIGNATED;
  if (!active_role || port->operEdge) {
    port->tcm = TCM_LEARNING;
  } else if (port->rcvdTcn || port->rcvdTc) {
    if (port->rcvdTcn)
      newTcWhile (self, port);
    if (port->rcvdTcn && port->role == VBET_STP_DESIGNATED)
      port->tcAck = TRUE;
    port->rcvdTcn = port->rcvdTc = FALSE;
    setTcPropTree (self, port);
  } else if (port->tcProp) {
    newTcWhile (self, port);
    port->tcProp = FALSE;
    self->config.flush (number_of (port), self->config.user_data);
  } else if (port->rcvdTcAck) {
    port->tcWhile = 0;
    port->rcvdTcAck = FALSE;
  } else {
    return FALSE;
  }
  return TRUE;
}

static gboolean
topology_change (VbetStp *self, Port *port)
{
  gboolean active_role = port->role == VBET_STP_ROOT || port->role == VBET_STP_DESIGNATED;
  gboolean told = port->rcvdTc || port->rcvdTcn || port->rcvdTcAck || port->tcProp;
  switch (port->tcm) {
  case TCM_INACTIVE:
    if (!port->learn)
      return FALSE;
    port->tcm = TCM_LEARNING;
    return TRUE;
  case TCM_LEARNING:
    if (active_role && port->forward && !port->operEdge) {
      newTcWhile (self, port);
      setTcPropTree (self, port);
      port->newInfo = TRUE;
      port->tcm = TCM_ACTIVE;
      return TRUE;
    }
    if (!active_role && !port->learn && !port->learning && !told) {
      self->config.flush (number_of (port), self->config.user_data);
      port->tcWhile = 0;
      port->tcAck = FALSE;
      port->tcm = TCM_INACTIVE;
      return TRUE;
    }
    port->rcvdTc = port->rcvdTcn = port->rcvdTcAck = port->tcProp = FALSE;
    return told;
  case TCM_ACTIVE:
  default:
    return topology_change_active (self, port);
  }
}

/* --- protocol migration (17.24), bridge detection (17.25), transmit (17.26) ---------------------- */

static gboolean
protocol_migration (Port *port)
{
  switch (port->ppm) {
  case PPM_CHECKING_RSTP:
    if (port->mdelayWhile != 0 && port->portEnabled)
      return FALSE;
    port->mdelayWhile = MIGRATE_TIME;
    if (!port->portEnabled)
      return FALSE;
    port->rcvdRSTP = port->rcvdSTP = FALSE;
    port->ppm = PPM_SENSING;
    return TRUE;
  case PPM_SENSING:
    if (!port->portEnabled || (!port->sendRSTP && port->rcvdRSTP)) {
      port->sendRSTP = TRUE;
      port->mdelayWhile = MIGRATE_TIME;
      port->ppm = PPM_CHECKING_RSTP;
      return TRUE;
    }
    if (port->sendRSTP && port->rcvdSTP) {
      port->sendRSTP = FALSE;
      port->mdelayWhile = MIGRATE_TIME;
      port->ppm = PPM_SELECTING_STP;
      return TRUE;
    }
    return FALSE;
  case PPM_SELECTING_STP:
  default:
    if (port->mdelayWhile != 0 && port->portEnabled)
      return FALSE;
    port->rcvdRSTP = port->rcvdSTP = FALSE;
    port->ppm = PPM_SENSING;
    return TRUE;
  }
}

static gboolean
bridge_detection (Port *port)
{
  gboolean edge = port->operEdge;
  if (!port->portEnabled)
    port->operEdge = FALSE;
  else if (port->edgeDelayWhile == 0 && port->sendRSTP && port->proposing)
    port->operEdge = TRUE;
  return edge != port->operEdge;
}

static gboolean
port_transmit (VbetStp *self, Port *port)
{
  if (!port->portEnabled || !port->selected || port->updtInfo)
    return FALSE;
  gboolean designated = port->role == VBET_STP_DESIGNATED;
  if (port->helloWhen == 0) {
    port->newInfo |= designated || (port->role == VBET_STP_ROOT && port->tcWhile != 0);
    port->helloWhen = HELLO_TIME;
    return TRUE;
  }
  if (!port->newInfo || port->txCount >= TX_HOLD_COUNT)
    return FALSE;
  if (port->sendRSTP)
    transmit (self, port, VBET_BPDU_RST);
  else if (designated)
    transmit (self, port, VBET_BPDU_CONFIG);
  else if (port->role == VBET_STP_ROOT)
    transmit (self, port, VBET_BPDU_TCN);
  else
    port->newInfo = FALSE;
  return TRUE;
}

/* --- all of them ------------------------------------------------------------------------------------ */

static gboolean
step_port (VbetStp *self, Port *port)
{
  gboolean changed = protocol_migration (port);
  changed |= bridge_detection (port);
  changed |= port_information (port);
  changed |= port_role_transitions (self, port);
  changed |= port_state_transition (self, port);
  changed |= topology_change (self, port);
  return changed;
}

static void
run_machines (VbetStp *self)
{
  gboolean changed = TRUE;
  for (guint round = 0; changed && round < ROUNDS_MAX; round++) {
    changed = FALSE;
    FOR_EACH_PORT (self, port)
    changed |= step_port (self, port);
    changed |= port_role_selection (self);
  }
  /* What is said is said once all is settled: with the newest information, and no more than needed. */
  for (guint round = 0; round < 3; round++)
    FOR_EACH_PORT (self, port)
  port_transmit (self, port);
}

static void
count_down (guint *timer)
{
  if (*timer > 0)
    (*timer)--;
}

/* 17.22 */
static void
tick (Port *port)
{
  count_down (&port->helloWhen);
  count_down (&port->tcWhile);
  count_down (&port->fdWhile);
  count_down (&port->rcvdInfoWhile);
  count_down (&port->rrWhile);
  count_down (&port->rbWhile);
  count_down (&port->mdelayWhile);
  count_down (&port->edgeDelayWhile);
  count_down (&port->txCount);
}

void
vbet_stp_run (VbetStp *self, gint64 now)
{
  if (now < self->next_tick)
    return;
  self->next_tick = MAX (self->next_tick + SECOND, now + SECOND / 2);
  FOR_EACH_PORT (self, port)
  tick (port);
  run_machines (self);
}

gint64
vbet_stp_deadline (const VbetStp *self)
{
  return self->next_tick;
}

void
vbet_stp_input (VbetStp *self, guint number, const VbetFrame *frame, gint64 now)
{
  Port *port = port_at (self, number);
  VbetStpBpdu bpdu;
  if (port == NULL || !port->portEnabled || !vbet_stp_bpdu_read (frame, &bpdu))
    return;
  vbet_stp_run (self, now);
  /* 17.21.22; a config BPDU whose age is over says nothing any more (9.3.4). */
  if (bpdu.type != VBET_BPDU_TCN && bpdu.times.message_age >= bpdu.times.max_age)
    return;
  port->bpdu = bpdu;
  if (bpdu.type == VBET_BPDU_RST)
    port->rcvdRSTP = TRUE;
  else
    port->rcvdSTP = TRUE;
  port->operEdge = FALSE;
  port->rcvdMsg = TRUE;
  port->edgeDelayWhile = MIGRATE_TIME;
  run_machines (self);
}

/* --- life --------------------------------------------------------------------------------------------- */

VbetStp *
vbet_stp_new (const VbetStpConfig *config, gint64 now)
{
  VbetStp *self = g_new0 (VbetStp, 1);
  self->config = *config;
  self->id = (guint64)(config->priority & 0xf000) << 48 | config->mac;
  self->ports = g_ptr_array_new_with_free_func (g_free);
  self->rootTimes = bridge_times;
  self->rootPriority = (VbetStpVector){ .root = self->id, .designated_bridge = self->id };
  self->rootPort = G_MAXUINT;
  self->next_tick = now + SECOND;
  return self;
}

void
vbet_stp_free (VbetStp *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->ports);
  g_free (self);
}

static void
reselect_all (VbetStp *self)
{
  FOR_EACH_PORT (self, port)
  {
    port->reselect = TRUE;
    port->selected = FALSE;
  }
}

void
vbet_stp_set_priority (VbetStp *self, guint16 priority, gint64 now)
{
  vbet_stp_run (self, now);
  self->id = (guint64)(priority & 0xf000) << 48 | self->config.mac;
  reselect_all (self);
  run_machines (self);
}

static Port *
port_new (guint number)
{
  Port *port = g_new0 (Port, 1);
  port->portId = (guint16)(0x8000 | ((number + 1) & 0xfff));
  port->sendRSTP = TRUE;
  port->mdelayWhile = port->edgeDelayWhile = MIGRATE_TIME;
  port->fdWhile = MAX_AGE;
  port->rrWhile = FORWARD_DELAY;
  port->sync = port->reRoot = port->newInfo = port->reselect = TRUE;
  return port;
}

void
vbet_stp_set_port (VbetStp *self, guint number, gboolean enabled, guint32 cost, gint64 now)
{
  g_return_if_fail (number < 0xfff);
  Port *port = port_at (self, number);
  vbet_stp_run (self, now);
  if (port == NULL) {
    if (number >= self->ports->len)
      g_ptr_array_set_size (self->ports, (gint)number + 1);
    port = port_new (number);
    g_ptr_array_index (self->ports, number) = port;
  }
  if (enabled && !port->portEnabled) {
    port->edgeDelayWhile = MIGRATE_TIME;
    port->txCount = 0;
    port->helloWhen = HELLO_TIME;
  }
  port->portEnabled = enabled;
  if (port->PortPathCost != cost)
    reselect_all (self);
  port->PortPathCost = cost;
  run_machines (self);
}

void
vbet_stp_remove_port (VbetStp *self, guint number, gint64 now)
{
  Port *port = port_at (self, number);
  if (port == NULL)
    return;
  vbet_stp_set_port (self, number, FALSE, port->PortPathCost, now);
  g_clear_pointer (&g_ptr_array_index (self->ports, number), g_free);
  reselect_all (self);
  run_machines (self);
}

/* --- state ------------------------------------------------------------------------------------------------
 */

VbetStpRole
vbet_stp_get_role (const VbetStp *self, guint number)
{
  const Port *port = port_at (self, number);
  return port != NULL ? port->role : VBET_STP_DISABLED;
}

gboolean
vbet_stp_is_forwarding (const VbetStp *self, guint number)
{
  const Port *port = port_at (self, number);
  return port != NULL && port->forwarding;
}

gboolean
vbet_stp_is_learning (const VbetStp *self, guint number)
{
  const Port *port = port_at (self, number);
  return port != NULL && port->learning;
}

guint64
vbet_stp_get_root (const VbetStp *self, guint32 *ret_cost)
{
  if (ret_cost != NULL)
    *ret_cost = self->rootPriority.cost;
  return self->rootPriority.root;
}

guint64
vbet_stp_get_id (const VbetStp *self)
{
  return self->id;
}

const char *
vbet_stp_role_name (VbetStpRole role)
{
  static const char *const names[] = { "disabled", "root", "designated", "alternate", "backup" };
  return role < G_N_ELEMENTS (names) ? names[role] : "disabled";
}
