/* stp.c - see stp.h: time, BPDUs that come in, ports, state. The machines are in stp-machines.c. */
#include "config.h"

#include "switch/core/stp.h"

#include "switch/core/stp-private.h"

#define SECOND G_GINT64_CONSTANT (1000000000)

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
  vbet_stp_run_machines (self);
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
  vbet_stp_run_machines (self);
}

/* --- life --------------------------------------------------------------------------------------------- */

VbetStp *
vbet_stp_new (const VbetStpConfig *config, gint64 now)
{
  VbetStp *self = g_new0 (VbetStp, 1);
  self->config = *config;
  self->id = (guint64)(config->priority & 0xf000) << 48 | config->mac;
  self->ports = g_ptr_array_new_with_free_func (g_free);
  self->rootTimes = vbet_stp_bridge_times;
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
  vbet_stp_run_machines (self);
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
  vbet_stp_run_machines (self);
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
  vbet_stp_run_machines (self);
}

/* --- state ------------------------------------------------------------------------------------------------
 */

VbetStpRole
vbet_stp_get_role (const VbetStp *self, guint number)
{
  const Port *port = port_at (self, number);
  return port != NULL ? port->role : VBET_STP_DISABLED;
}

guint32
vbet_stp_get_cost (const VbetStp *self, guint number)
{
  const Port *port = port_at (self, number);
  return port != NULL ? port->PortPathCost : 0;
}

/* Table 17-3: 20,000,000,000 by the rate in kbit/s. */
guint32
vbet_stp_cost_of_rate (double bits)
{
  return bits > 0 ? (guint32)CLAMP (2e13 / bits + 0.5, 1, VBET_STP_COST_MAX) : VBET_STP_COST_DEFAULT;
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
