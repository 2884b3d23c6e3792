/* remote.h - what a port whose socket is a UDP socket has beside others: a cable that goes on in another lab.
 *
 * One datagram is one Ethernet frame, with a header of VXLAN before it or
 * without. The socket takes datagrams of the far end only: the engine has
 * connected it. With VXLAN it is connected to the far end's address but to no
 * port of it (senders of VXLAN choose their ports as they like, RFC 7348), so
 * each datagram that is sent carries where it goes.
 *
 * Says hello once a second, and tells when what is known of the far end
 * changes (core/far-end.h). All of a switch say the same of whose they are.
 */
#pragma once

#include <sys/socket.h>

#include <glib.h>

#include "switch/core/far-end.h"
#include "switch/core/frame.h"
#include "switch/core/vxlan.h"

typedef struct VbetRemotes VbetRemotes; /* all of a switch process */
typedef struct VbetRemote VbetRemote;

typedef struct {
  const char *state; /* static: as vbet_far_state_name() */
  gboolean carrier;
  gint64 silence;  /* nanoseconds since something was heard; -1: nothing ever was */
  gboolean clash;  /* another run of a lab is there whose MACs are made of what ours are */
  const char *lab; /* the name of the lab there, as it says; "": it does not say */
} VbetRemoteNews;

/* Called when the state changes, and once a second while something is heard; outside any use of the port. */
typedef void (*VbetRemoteChanged) (const char *device, guint nic, guint64 serial, const VbetRemoteNews *news,
                                   gpointer user_data);

typedef struct {
  gint64 vni;                 /* -1: no VXLAN */
  struct sockaddr_storage to; /* with VXLAN */
  socklen_t to_size;
  gboolean carrier; /* of the near end */
  const char *device;
  guint nic;
  guint64 serial;
  VbetRemoteChanged changed;
  gpointer user_data;
} VbetRemoteSettings;

/** vbet_remotes_new: none, whose hellos say nothing of whose they are. */
VbetRemotes *vbet_remotes_new (void);
/** vbet_remotes_free: @self: (nullable): all that were made of it are freed already. */
void vbet_remotes_free (VbetRemotes *self);
/** vbet_remotes_set_identity: whose they are, from now on; each says it with its next hello, at once. @own: copied. */
void vbet_remotes_set_identity (VbetRemotes *self, const VbetFarIdentity *own);
/** vbet_remotes_deadline: Returns: when vbet_remotes_run() is to be called (nanoseconds); VBET_CABLE_NEVER:
 * never. */
gint64 vbet_remotes_deadline (const VbetRemotes *self);
/** vbet_remotes_run: @now: nanoseconds; says the hellos that are due, tells what has changed. */
void vbet_remotes_run (VbetRemotes *self, gint64 now);

/**
 * vbet_remote_new:
 * @fd: a UDP socket, as above; borrowed
 *
 * Returns: NULL when @settings make no sense.
 */
VbetRemote *vbet_remote_new (VbetRemotes *remotes, int fd, const VbetRemoteSettings *settings);
/** vbet_remote_free: @self: (nullable). Its socket stays open. */
void vbet_remote_free (VbetRemote *self);
/** vbet_remote_set_carrier: whether the near end leads to somebody; the far end is told at once. */
void vbet_remote_set_carrier (VbetRemote *self, gboolean carrier);

/** vbet_remote_error: the kernel reports @error (errno) of what was sent. */
void vbet_remote_error (VbetRemote *self, int error);

typedef enum {
  VBET_REMOTE_FRAME,
  VBET_REMOTE_HELLO, /* or an empty datagram: for nobody else */
  VBET_REMOTE_BAD,   /* no VXLAN of this network */
} VbetRemoteTaken;

/** vbet_remote_take: a datagram came. @frame: it; then the frame in it. */
VbetRemoteTaken vbet_remote_take (VbetRemote *self, VbetFrame *frame, gint64 now);

/**
 * vbet_remote_address:
 * @message: to be sent, with the frame as its only part
 * @parts: (array length=2): room for two, for its life
 *
 * Puts before the frame what goes before it, and where it goes; undone by vbet_remote_unaddress().
 */
void vbet_remote_address (VbetRemote *self, struct msghdr *message, struct iovec parts[2]);
/** vbet_remote_unaddress: @message is again as it was given to vbet_remote_address(), to be read by its caller. */
void vbet_remote_unaddress (struct msghdr *message, struct iovec parts[2]);
