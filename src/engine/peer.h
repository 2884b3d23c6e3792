/* peer.h - one end of a connection of the RPC: messages in and out, in one thread, never waiting.
 *
 * The engine has one for each client (rpc-server.h), a client one for its
 * engine (client.h). Whatever the other end does, what is kept for it is
 * bounded: one message that comes in, and unsent bytes up to a limit, beyond
 * which the connection is cut.
 */
#pragma once

#include <gio/gio.h>

#define VBET_TYPE_PEER (vbet_peer_get_type ())
G_DECLARE_FINAL_TYPE (VbetPeer, vbet_peer, VBET, PEER, GObject)

typedef struct {
  gsize message_max; /* bytes of JSON of a message that comes in */
  guint values_max;  /* values in it, of all levels together */
  gsize unsent_max;  /* bytes of messages that the other end has not taken yet */
  guint message_ms;  /* within which a message that was begun must be there; 0: any time */
} VbetPeerLimits;

/* What a peer tells its owner, always from the main context of its maker and never from inside a call of the
 * owner's. */
typedef struct {
  /* @message: a{sv} */
  void (*message) (VbetPeer *peer, GVariant *message, gpointer user_data);
  /* The other end has taken some of what waited for it. (nullable) */
  void (*sent) (VbetPeer *peer, gpointer user_data);
  /* The connection is gone, by the other end's doing; nothing follows. */
  void (*closed) (VbetPeer *peer, const GError *why, gpointer user_data);
} VbetPeerEvents;

/**
 * vbet_peer_new:
 * @fd: (transfer full): a connected stream socket; it becomes non-blocking
 * @limits: copied
 * @events: lives as long as the peer
 */
VbetPeer *vbet_peer_new (int fd, const VbetPeerLimits *limits, const VbetPeerEvents *events,
                         gpointer user_data);

/** vbet_peer_send: queues @message (consumed when floating); one that is gone takes it and does nothing. */
void vbet_peer_send (VbetPeer *self, GVariant *message);
/** vbet_peer_send_frame: likewise, what vbet_rpc_frame() made; for one message to many. */
void vbet_peer_send_frame (VbetPeer *self, GBytes *frame);
/** vbet_peer_get_unsent: Returns: bytes that the other end has not taken. */
gsize vbet_peer_get_unsent (VbetPeer *self);

/** vbet_peer_close: at once; no event follows. */
void vbet_peer_close (VbetPeer *self);
/** vbet_peer_finish: reads no more and closes once all is sent; then "closed" tells @why (transfer full). */
void vbet_peer_finish (VbetPeer *self, GError *why);
