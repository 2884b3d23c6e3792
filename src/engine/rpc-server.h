/* rpc-server.h - the engine's end of the RPC: its clients, the limits of all of them, and whose turn it is.
 *
 * Each client may be hostile and there may be hundreds: what one costs is
 * bounded, what all cost is bounded, and a client that asks little is answered
 * before those that ask much. The limits stand here; vbetd(8) tells them.
 */
#pragma once

#include "engine/peer.h"

#define VBET_RPC_MESSAGE_MAX                                                                                 \
  (12 * 1024 * 1024)              /* bytes of a request: a file of 8 MiB in base64, and more than any lab */
#define VBET_RPC_VALUES_MAX 20000 /* values in a request, of all levels */
#define VBET_RPC_SMALL 4096       /* bytes of a request for which there is always room */
#define VBET_RPC_COMING_MAX                                                                                  \
  VBET_RPC_MESSAGE_MAX /* bytes of larger requests that come in, of all clients together */
#define VBET_RPC_HELD_MAX (12 * 1024 * 1024)   /* bytes kept for requests that run, likewise */
#define VBET_RPC_UNSENT_MAX (12 * 1024 * 1024) /* bytes that a client leaves unread before it is cut off */
#define VBET_RPC_ALL_UNSENT_MAX                                                                              \
  (16 * 1024 * 1024)                   /* likewise all clients together: who left them longest is cut off */
#define VBET_RPC_CLIENTS_MAX 256       /* connections */
#define VBET_RPC_REQUESTS_MAX 256      /* requests of a client that run: a command on each device of a lab */
#define VBET_RPC_ALL_REQUESTS_MAX 1024 /* likewise of all clients together, but */
#define VBET_RPC_REQUESTS_FREE 4       /* so many each client may always have */
#define VBET_RPC_STALL_MS 200          /* without a byte of a larger request, while another waits for room */
#define VBET_RPC_MESSAGE_MS 10000      /* from the first byte of a request to its last */

typedef struct _VbetRpcServer VbetRpcServer;

/* As those of VbetPeerEvents, from the main context of the server's maker. */
typedef struct {
  void (*message) (VbetPeer *client, GVariant *message, gpointer user_data);
  void (*sent) (VbetPeer *client, gpointer user_data);
  void (*closed) (VbetPeer *client, gpointer user_data);
} VbetRpcServerEvents;

/**
 * vbet_rpc_server_new: listens on @path, mode 0600; VBET_ERROR_HOST.
 * @events: lives as long as the server
 */
VbetRpcServer *vbet_rpc_server_new (const char *path, const VbetRpcServerEvents *events, gpointer user_data,
                                    GError **error);
/** vbet_rpc_server_free: closes all connections; no event follows. The socket's path stays. */
void vbet_rpc_server_free (VbetRpcServer *self);

/** vbet_rpc_server_count_clients: Returns: how many are connected. */
guint vbet_rpc_server_count_clients (VbetRpcServer *self);

/** vbet_rpc_server_tell_all: sends @message (consumed when floating) to every client. */
void vbet_rpc_server_tell_all (VbetRpcServer *self, GVariant *message);

/**
 * vbet_rpc_server_begin_request: counts one more request of @client that runs.
 * @at_once: it will have ended when the caller is done: there is always room for it
 *
 * Returns: FALSE with @error when there are too many, of it or of all; else each has its
 * vbet_rpc_server_end_request(), also when the client is gone meanwhile.
 */
gboolean vbet_rpc_server_begin_request (VbetRpcServer *self, VbetPeer *client, gboolean at_once,
                                        GError **error);
/** vbet_rpc_server_end_request: a request of @client that was begun has been answered; it counts no longer. */
void vbet_rpc_server_end_request (VbetRpcServer *self, VbetPeer *client);

/**
 * vbet_rpc_server_clock: Returns: µs that this thread has run. What it waits for a processor is nobody's doing: on a host with
 * other things to do, whoever was served last would pay for it, and wait until all others have used as much.
 */
gint64 vbet_rpc_server_clock (void);
/** vbet_rpc_server_charge: @client has used so much more of the engine's time, µs, beside its turns. */
void vbet_rpc_server_charge (VbetPeer *client, guint64 time);
/** vbet_rpc_server_get_used: Returns: µs, on a scale that all clients share: who has least is next. */
guint64 vbet_rpc_server_get_used (VbetPeer *client);
