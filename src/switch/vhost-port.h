/* vhost-port.h - a port of a guest whose frames are moved between its memory and another's: virtio-net over
 * vhost-user, the back-end's side.
 *
 * The guest's kernel connects by a stream socket, shares its memory and names
 * the rings in it; afterwards frames cost no system call but notifications.
 * Between two such ports a frame is copied once, from guest memory to guest
 * memory, with its checksum missing and its TCP segment uncut, if so it came.
 *
 * Everything the guest says is hostile; a connection that says nonsense is
 * closed, a ring that holds nonsense stands still.
 *
 * For the guest the end of the connection is the end of the device, until it is
 * booted again. So the engine holds duplicates of everything that came with
 * it: each message that changes the port's state is passed on with its
 * descriptors (VbetVhostKept), and a new process gets them again
 * (vbet_vhost_port_replay()). How far the rings are is in the rings.
 *
 * A process may die at any moment of that conversation: a message stays in the
 * socket until it is dealt with and passed on, so that the next process finds
 * it there, after those that are replayed.
 */
#pragma once

#include <glib.h>

#include "switch/socket-port.h"

#define VBET_VHOST_FDS 8        /* a message */
#define VBET_VHOST_MESSAGE 1024 /* bytes, header included */

typedef struct VbetVhost VbetVhost; /* what all such ports share */
typedef struct VbetVhostPort VbetVhostPort;
typedef struct VbetVhostRing VbetVhostRing;

/* What a guest sees of the cable in the NIC. */
typedef struct {
  gboolean carrier;
  guint speed; /* Mbit/s */
} VbetVhostLink;

/* A message to be kept for the next process; @fds stay the port's. */
typedef void (*VbetVhostKept) (const char *device, guint nic, guint64 serial, const guint8 *message,
                               gsize size, const int *fds, guint n_fds, gpointer user_data);

typedef struct {
  VbetSocketPortClosed closed;
  VbetVhostKept kept;
  /* Whether messages to be kept are not passed on as fast as they come: then the guest waits. NULL: never. */
  gboolean (*is_busy) (gpointer user_data);
} VbetVhostCallbacks;

/** vbet_vhost_new: Returns: (transfer full): what all ports by vhost-user share. */
VbetVhost *vbet_vhost_new (void);
/** vbet_vhost_free: @self: (nullable) */
void vbet_vhost_free (VbetVhost *self);

/** vbet_vhost_port_of: Returns: the port of this kind of a guest's @endpoint; made, in place of another, if
 * need be.
 * @callbacks: (transfer none): outlives the port */
VbetVhostPort *vbet_vhost_port_of (VbetIo *io, VbetEndpoint *endpoint, const VbetVhostCallbacks *callbacks,
                                   gpointer user_data);
/** vbet_vhost_port_find: Returns: (nullable): the port of this kind of @endpoint. */
VbetVhostPort *vbet_vhost_port_find (VbetEndpoint *endpoint);

/**
 * vbet_vhost_port_connect: a guest's kernel has found the NIC; an older connection is closed.
 * @fd: the port's own, also on failure
 * Returns: 0 or -errno.
 */
int vbet_vhost_port_connect (VbetVhostPort *self, int fd, guint64 serial, guint64 mac,
                             const VbetVhostLink *link);
/** vbet_vhost_port_resume: the connection is one of an older process: @replays messages of it come before the
 * guest is listened to. */
void vbet_vhost_port_resume (VbetVhostPort *self, guint replays);
/** vbet_vhost_port_replay: a message that was kept. @fds: stay the caller's. Returns: 0 or -errno. */
int vbet_vhost_port_replay (VbetVhostPort *self, guint64 serial, const guint8 *message, gsize size,
                            const int *fds, guint n_fds);
/** vbet_vhost_port_set_link: the guest is told if it is something new. Linux looks at the speed when carrier
 * comes, and at no other time. */
void vbet_vhost_port_set_link (VbetVhostPort *self, const VbetVhostLink *link);

/** vbet_vhost_port_event: the loop reports @events for the connection. */
void vbet_vhost_port_event (VbetVhostPort *self, guint32 events, gint64 now);
/** vbet_vhost_ring_event: the guest notifies us of a ring. */
void vbet_vhost_ring_event (VbetVhostRing *ring, guint32 events, gint64 now);
/** vbet_vhost_deadline: Returns: when vbet_vhost_run() is to be called though nothing comes in (nanoseconds);
 * VBET_CABLE_NEVER: no need. */
gint64 vbet_vhost_deadline (VbetIo *io);
/** vbet_vhost_run: one turn for each port that has more to do. Returns: whether there is still more. @now:
 * never less than before */
gboolean vbet_vhost_run (VbetIo *io, gint64 now);
