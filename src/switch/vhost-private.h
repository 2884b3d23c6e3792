/* vhost-private.h - a vhost-user port's object, for vhost-port.c (messages) and vhost-rings.c (frames). */
#pragma once

#include "switch/core/fair-queue.h"
#include "switch/core/offload.h"
#include "switch/guest-memory.h"
#include "switch/vhost-port.h"

#define VHOST_RECEIVE 0 /* what the guest receives */
#define VHOST_TRANSMIT 1
#define VHOST_RINGS 2

/* virtio 1.2, 5.1.3 and 6 */
#define VHOST_F(bit) (G_GUINT64_CONSTANT (1) << (bit))
#define VHOST_CSUM VHOST_F (0)
#define VHOST_GUEST_CSUM VHOST_F (1)
#define VHOST_MTU VHOST_F (3)
#define VHOST_MAC VHOST_F (5)
#define VHOST_GUEST_TSO4 VHOST_F (7)
#define VHOST_GUEST_TSO6 VHOST_F (8)
#define VHOST_GUEST_ECN VHOST_F (9)
#define VHOST_HOST_TSO4 VHOST_F (11)
#define VHOST_HOST_TSO6 VHOST_F (12)
#define VHOST_HOST_ECN VHOST_F (13)
#define VHOST_MRG_RXBUF VHOST_F (15)
#define VHOST_STATUS VHOST_F (16)
#define VHOST_INDIRECT VHOST_F (28)
#define VHOST_EVENT_IDX VHOST_F (29)
#define VHOST_PROTOCOL VHOST_F (30)
#define VHOST_VERSION_1 VHOST_F (32)
#define VHOST_SPEED_DUPLEX VHOST_F (63)

struct VbetVhostRing {
  VbetVhostPort *port;
  guint index;
  guint size;
  guint64 descriptors;
  guint64 avail;
  guint64 used;
  gboolean enabled;
  int kick; /* -1: none */
  int call;
  VbetFdRef kick_ref;
  gint64 called;   /* when the guest was notified last; nanoseconds */
  gboolean listed; /* something is to be done at @due */
  gboolean owed;   /* the guest is to be notified; else it is looked at whether it sleeps */
  gint64 due;
  guint nudges;  /* in vain, one after the other */
  guint waiting; /* chains that it had made available when it was last looked at */
  VbetQueue queue;
};

struct VbetVhostPort {
  VbetIo *io;
  VbetVhost *shared;
  VbetEndpoint *endpoint;
  const VbetVhostCallbacks *callbacks;
  gpointer user_data;

  int fd; /* -1: nobody connected */
  VbetFdRef ref;
  guint64 serial;
  int backend_fd; /* for messages of ours; -1: none */
  guint64 mac;
  VbetVhostLink link;
  guint64 features;
  guint64 protocol_features;

  guint8 message[VBET_VHOST_MESSAGE]; /* that is coming in */
  gsize got;
  int fds[VBET_VHOST_FDS];
  guint n_fds;
  guint replays;    /* still to come before the guest is listened to */
  gboolean resumed; /* what comes first may have been answered by an older process */
  gboolean paused;  /* in the list of those that wait for the keeper */

  VbetGuestMemory memory;
  VbetVhostRing rings[VHOST_RINGS];
  gboolean ready;      /* in the list of those that have more to do */
  VbetFairQueue queue; /* of virtio-net headers with their frames */
};

extern const VbetPortClass vbet_vhost_port_class;

/* Starts a ring that has all it needs, stops one that has not. */
void vbet_vhost_ring_update (VbetVhostRing *ring);
/* Notifies the guest of all that is in its rings. */
void vbet_vhost_ring_call (VbetVhostRing *ring);
/* Listens to the guest's kernel, or not for now. */
void vbet_vhost_port_listen (VbetVhostPort *self);
/* Puts it into the list of those that are listened to again when the keeper is no longer busy. */
void vbet_vhost_port_pause (VbetVhostPort *self);
/* Ends the connection and tells so. */
void vbet_vhost_port_end (VbetVhostPort *self);
/* Forgets what waits. */
void vbet_vhost_port_drop (VbetVhostPort *self);
/* Takes the port out of the list of those that have more to do. */
void vbet_vhost_port_rest (VbetVhostPort *self);
/* Ends the connection; nothing is told. */
void vbet_vhost_port_hang_up (VbetVhostPort *self);
void vbet_vhost_port_free (gpointer port);
