/* socket-port.h - a port whose frames are the messages of a unix socket.
 *
 * Used for a guest's NIC (SEQPACKET: the vector driver's "bess" transport), for
 * a gateway (SEQPACKET), for the data socket of a stock guest (connected DGRAM),
 * for a TAP device of the host, which is no socket but behaves like one, and for
 * a cable that goes on in another lab (a UDP socket, see remote.h). One message is
 * one Ethernet frame, without any header but that of VXLAN.
 *
 * Frames are received in batches into buffers that all ports share, and go out
 * from those very buffers: between two sockets nothing is copied in this
 * process. Only what a socket does not take at once is copied, into a bounded
 * queue of the port; what that does not hold is dropped and counted. No port
 * waits for another.
 *
 * A guest's socket is always read, cable or not: a vector NIC whose peer does
 * not read, or closes, makes its guest spin.
 */
#pragma once

#include <glib.h>

#include "switch/fabric.h"
#include "switch/io.h"
#include "switch/remote.h"

#define VBET_PORT_QUEUE_FRAMES 1024 /* that wait for a slow device */
#define VBET_PORT_QUEUE_BYTES ((gsize)4 * 1024 * 1024)
#define VBET_PORT_SNDBUF                                                                                     \
  (1024 * 1024) /* asked of the kernel per connection, bytes; the host may allow less */

typedef struct VbetSocketPort VbetSocketPort;

/* The connection with that serial number ended from the device's side; called outside any use of the port. */
typedef void (*VbetSocketPortClosed) (const char *device, guint nic, guint64 serial, gpointer user_data);

/**
 * vbet_socket_port_add_guest: adds a named port to the fabric, which owns it; nobody is connected.
 * @closed: (nullable)
 * Returns: 0 or -errno as vbet_fabric_add_port().
 */
int vbet_socket_port_add_guest (VbetIo *io, const char *device, guint nic, guint mtu,
                                VbetSocketPortClosed closed, gpointer user_data);

/** vbet_socket_port_of: Returns: the socket port of a guest's @endpoint; made, in place of another, if need
 * be. */
VbetSocketPort *vbet_socket_port_of (VbetIo *io, VbetEndpoint *endpoint, VbetSocketPortClosed closed,
                                     gpointer user_data);

/**
 * vbet_socket_port_add_stock: adds a direct port of @bridge over @fd.
 * @fd: connected datagram socket; the port's own on success
 */
int vbet_socket_port_add_stock (VbetIo *io, const char *bridge, guint mtu, int fd, VbetSocketPort **ret_port);
/** vbet_socket_port_remove_stock: also closes the socket. */
void vbet_socket_port_remove_stock (VbetSocketPort *self);

/**
 * vbet_socket_port_connect: a guest has opened its NIC; an older connection is closed.
 * @fd: the port's own, also on failure
 */
int vbet_socket_port_connect (VbetSocketPort *self, int fd, guint64 serial);

/** vbet_socket_port_connect_remote: likewise, a UDP socket, as vbet_remote_new() has it. */
int vbet_socket_port_connect_remote (VbetSocketPort *self, int fd, const VbetRemoteSettings *settings);
/** vbet_socket_port_find: Returns: (nullable): the socket port of @endpoint, if it is one. */
VbetSocketPort *vbet_socket_port_find (VbetEndpoint *endpoint);
/** vbet_socket_port_get_remote: Returns: (nullable) (transfer none): of a UDP socket. */
VbetRemote *vbet_socket_port_get_remote (VbetSocketPort *self);

/** vbet_socket_port_event: the loop reports @events for the port. @now: nanoseconds. */
void vbet_socket_port_event (VbetSocketPort *self, guint32 events, gint64 now);

/** vbet_socket_port_get_fd: Returns: the connection, borrowed; -1 when nobody is connected. */
int vbet_socket_port_get_fd (const VbetSocketPort *self);
