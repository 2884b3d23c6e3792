/* relay-ports.h - the numbered ports that a bridge or a hub relays between.
 *
 * A port is a small number, the lowest free one when it is added. It takes part
 * in relaying while its link is up. The ports with a link are also kept as a
 * dense list, so that flooding costs what it sends.
 */
#pragma once

#include <glib.h>

#include "switch/core/counters.h"
#include "switch/core/frame.h"

typedef struct {
  gboolean used;
  gboolean link;
  VbetCounters rx; /* frames that came in by this port */
  VbetCounters tx; /* frames that left by it */
} VbetRelayPort;

typedef struct {
  GArray *ports;  /* of VbetRelayPort, by number */
  GArray *linked; /* of guint16: numbers of used ports with link, ascending */
} VbetRelayPorts;

/* Called for each copy that leaves; @frame is the frame that was put in, valid during the call. */
typedef void (*VbetRelaySend) (guint port, const VbetFrame *frame, gpointer user_data);

/** vbet_relay_ports_init: without ports. */
void vbet_relay_ports_init (VbetRelayPorts *self);
/** vbet_relay_ports_finish: frees what @self holds, not @self. */
void vbet_relay_ports_finish (VbetRelayPorts *self);

/** vbet_relay_ports_add: Returns: the new port's number, its link down; -ENOSPC at @limit ports. */
gint vbet_relay_ports_add (VbetRelayPorts *self, guint limit);
/** vbet_relay_ports_remove: @port: one that was added. */
void vbet_relay_ports_remove (VbetRelayPorts *self, guint port);

/** vbet_relay_ports_set_link: Returns: whether that changed anything. */
gboolean vbet_relay_ports_set_link (VbetRelayPorts *self, guint port, gboolean link);

/** vbet_relay_ports_get: Returns: (nullable): the port, NULL when there is none of that number. */
const VbetRelayPort *vbet_relay_ports_get (const VbetRelayPorts *self, guint port);

/** vbet_relay_ports_accept: counts an incoming frame. Returns: FALSE, drop counted, when @port has no link.
 */
gboolean vbet_relay_ports_accept (VbetRelayPorts *self, guint port, const VbetFrame *frame);

/** vbet_relay_ports_send: counts and sends one copy. */
void vbet_relay_ports_send (VbetRelayPorts *self, guint port, const VbetFrame *frame, VbetRelaySend send,
                            gpointer user_data);

/** vbet_relay_ports_flood: sends to every port with a link but @except. */
void vbet_relay_ports_flood (VbetRelayPorts *self, guint except, const VbetFrame *frame, VbetRelaySend send,
                             gpointer user_data);
