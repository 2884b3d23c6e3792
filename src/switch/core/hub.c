/* hub.c - see hub.h. */
#include "config.h"

#include "switch/core/hub.h"

struct VbetHub {
  VbetRelayPorts ports;
  VbetRelaySend send;
  gpointer user_data;
  guint64 flooded;
};

VbetHub *
vbet_hub_new (VbetRelaySend send, gpointer user_data)
{
  VbetHub *self = g_new0 (VbetHub, 1);
  vbet_relay_ports_init (&self->ports);
  self->send = send;
  self->user_data = user_data;
  return self;
}

void
vbet_hub_free (VbetHub *self)
{
  if (self == NULL)
    return;
  vbet_relay_ports_finish (&self->ports);
  g_free (self);
}

gint
vbet_hub_add_port (VbetHub *self)
{
  return vbet_relay_ports_add (&self->ports, VBET_HUB_PORTS_MAX);
}

void
vbet_hub_remove_port (VbetHub *self, guint port)
{
  vbet_relay_ports_remove (&self->ports, port);
}

void
vbet_hub_set_link (VbetHub *self, guint port, gboolean link)
{
  vbet_relay_ports_set_link (&self->ports, port, link);
}

void
vbet_hub_input (VbetHub *self, guint port, const VbetFrame *frame)
{
  if (!vbet_relay_ports_accept (&self->ports, port, frame))
    return;
  self->flooded++;
  vbet_relay_ports_flood (&self->ports, port, frame, self->send, self->user_data);
}

const VbetRelayPort *
vbet_hub_get_port (const VbetHub *self, guint port)
{
  return vbet_relay_ports_get (&self->ports, port);
}

guint64
vbet_hub_get_flooded (const VbetHub *self)
{
  return self->flooded;
}
