/* stp-machines.c - the state machines of the spanning tree (IEEE 802.1D-2004, 17.21 to 17.31); numbers in
 * comments are its clauses. */
#include "config.h"

#include "switch/core/stp-private.h"

/* More rounds than this and the machines chase each other; the next event goes on from there. */
#define ROUNDS_MAX 1000

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
  self->rootTimes = vbet_stp_bridge_times;
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

void
vbet_stp_run_machines (VbetStp *self)
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
