/* peer-private.h - the inside of a VbetPeer, shared by peer.c and rpc-server.c. */
#pragma once

#include "engine/peer.h"
#include "engine/rpc-frame.h"

typedef struct _VbetRpcServer VbetRpcServer;

struct _VbetPeer {
  GObject parent_instance;
  int fd;
  GSourceFuncs functions;
  GSource *source; /* NULL: closed */
  gpointer tag;    /* of @fd in @source */
  const VbetPeerEvents *events;
  gpointer user_data;
  VbetPeerLimits limits;

  VbetRpcDecoder *decoder;
  gint64 said_time;   /* monotonic, µs: when something of it came, or may have come, last */
  GSource *deadline;  /* (nullable): of the message that was begun */
  GBytes *message;    /* (nullable): complete, waits for its turn */
  gboolean no_room;   /* its message waits for room */
  gboolean deaf;      /* the other end takes nothing any more; what it has said may still be read */
  gboolean half_gone; /* the other end says no more, but may still read */
  GError *ending;     /* (nullable): no more is read, and it closes: */
  gboolean cut;       /*   now, else when all is sent */

  GQueue out;   /* of GBytes */
  gsize out_at; /* bytes of the first that are sent */
  gsize unsent;
  gint64 taken_time; /* monotonic, µs: when the other end took something last, or had nothing to take */

  /* Of the engine's: */
  VbetRpcServer *server; /* (nullable) */
  gsize reserved;        /* bytes of its room that the message takes */
  guint requests;        /* that wait for their answer */
  guint64 used;          /* µs of the engine's time, as rpc-server.c counts them */
};

/** _vbet_peer_update: what the source waits for follows from the state. */
void _vbet_peer_update (VbetPeer *self);
/** _vbet_peer_handle: reads the JSON of the complete message and tells the owner. */
void _vbet_peer_handle (VbetPeer *self);
/** _vbet_peer_cut: what waits for it is dropped now, "closed" follows from the main loop. @why: (transfer
 * full) */
void _vbet_peer_cut (VbetPeer *self, GError *why);
/** _vbet_peer_refuse: the other end does not keep to the protocol: it is told, and that is the end. @why:
 * (transfer full)
 */
void _vbet_peer_refuse (VbetPeer *self, gint code, GError *why);
/** _vbet_peer_resume: there is room for its message. */
void _vbet_peer_resume (VbetPeer *self);

/* rpc-server.c; all do nothing for a peer without a server. */
/** _vbet_rpc_server_reserve: Returns: whether there is room for the message; FALSE: _vbet_peer_resume()
 * tells. */
gboolean _vbet_rpc_server_reserve (VbetPeer *peer);
/** _vbet_rpc_server_queue: Returns: whether the message has to wait for its turn. */
gboolean _vbet_rpc_server_queue (VbetPeer *peer);
/** _vbet_rpc_server_forget: the peer closes, or its message was handled: it holds no room and waits for no
 * turn. */
void _vbet_rpc_server_forget (VbetPeer *peer);
/** _vbet_rpc_server_count_unsent: by how much what waits for a client has grown; cuts off clients when it is
 * too much. */
void _vbet_rpc_server_count_unsent (VbetPeer *peer, gssize difference);
