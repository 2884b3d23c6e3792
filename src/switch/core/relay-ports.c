/* relay-ports.c - see relay-ports.h. */
#include "config.h"

#include "switch/core/relay-ports.h"

#include <errno.h>

#include "switch/core/offload.h"

void
vbet_relay_ports_init (VbetRelayPorts *self)
{
  self->ports = g_array_new (FALSE, TRUE, sizeof (VbetRelayPort));
  self->linked = g_array_new (FALSE, FALSE, sizeof (guint16));
}

void
vbet_relay_ports_finish (VbetRelayPorts *self)
{
  g_clear_pointer (&self->ports, g_array_unref);
  g_clear_pointer (&self->linked, g_array_unref);
}

static VbetRelayPort *
port_at (const VbetRelayPorts *self, guint port)
{
  if (port >= self->ports->len)
    return NULL;
  VbetRelayPort *found = &g_array_index (self->ports, VbetRelayPort, port);
  return found->used ? found : NULL;
}

gint
vbet_relay_ports_add (VbetRelayPorts *self, guint limit)
{
  guint port = 0;
  while (port < self->ports->len && g_array_index (self->ports, VbetRelayPort, port).used)
    port++;
  if (port >= limit)
    return -ENOSPC;
  if (port == self->ports->len)
    g_array_set_size (self->ports, port + 1);
  g_array_index (self->ports, VbetRelayPort, port) = (VbetRelayPort){ .used = TRUE };
  return (gint)port;
}

void
vbet_relay_ports_remove (VbetRelayPorts *self, guint port)
{
  VbetRelayPort *found = port_at (self, port);
  if (found == NULL)
    return;
  vbet_relay_ports_set_link (self, port, FALSE);
  found->used = FALSE;
}

static void
rebuild_linked (VbetRelayPorts *self)
{
  g_array_set_size (self->linked, 0);
  for (guint i = 0; i < self->ports->len; i++) {
    const VbetRelayPort *port = &g_array_index (self->ports, VbetRelayPort, i);
    guint16 number = (guint16)i;
    if (port->used && port->link)
      g_array_append_val (self->linked, number);
  }
}

gboolean
vbet_relay_ports_set_link (VbetRelayPorts *self, guint port, gboolean link)
{
  VbetRelayPort *found = port_at (self, port);
  if (found == NULL || found->link == link)
    return FALSE;
  found->link = link;
  rebuild_linked (self);
  return TRUE;
}

const VbetRelayPort *
vbet_relay_ports_get (const VbetRelayPorts *self, guint port)
{
  return port_at (self, port);
}

gboolean
vbet_relay_ports_accept (VbetRelayPorts *self, guint port, const VbetFrame *frame)
{
  VbetRelayPort *from = port_at (self, port);
  if (from == NULL)
    return FALSE;
  if (!from->link) {
    from->rx.dropped++;
    return FALSE;
  }
  vbet_offload_count (&from->rx, frame);
  return TRUE;
}

void
vbet_relay_ports_send (VbetRelayPorts *self, guint port, const VbetFrame *frame, VbetRelaySend send,
                       gpointer user_data)
{
  VbetRelayPort *to = port_at (self, port);
  g_return_if_fail (to != NULL);
  vbet_offload_count (&to->tx, frame);
  send (port, frame, user_data);
}

void
vbet_relay_ports_flood (VbetRelayPorts *self, guint except, const VbetFrame *frame, VbetRelaySend send,
                        gpointer user_data)
{
  for (guint i = 0; i < self->linked->len; i++) {
    guint port = g_array_index (self->linked, guint16, i);
    if (port != except)
      vbet_relay_ports_send (self, port, frame, send, user_data);
  }
}
