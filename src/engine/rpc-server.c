/* rpc-server.c - see rpc-server.h.
 *
 * A complete request waits for its turn. The turn is that of the client that
 * has used least of the engine's time, in µs that it ran; one that comes
 * (back) begins at the least that is served now, so that nobody saves time up.
 * Turns come in portions, after each of which everything else of the engine,
 * of lower priority too, gets as much time. A request that finds nobody else
 * waiting is served at once.
 *
 * What waits for clients is counted for all; beyond the limit those are cut
 * off whose bytes wait longest (bytes times seconds).
 */
#include "config.h"

#include "engine/rpc-server.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/owner.h"
#include "base/paths.h"
#include "engine/peer-private.h"
#include "engine/room.h"
#include "engine/rpc.h"

#define BACKLOG 128
#define ACCEPTS 8 /* connections taken at one go; then everything else has a turn, a millisecond at least */
#define PORTION_US 2000                         /* of turns */
#define PRIORITY (G_PRIORITY_DEFAULT + 5)       /* of guests' lines: neither keeps the other from its turn */
#define REST_PRIORITY (G_PRIORITY_DEFAULT + 20) /* below everything else of the engine */
#define TURN_COST_US 10                         /* of a turn beside what is measured, so that none is free */

struct _VbetRpcServer {
  const VbetRpcServerEvents *events;
  gpointer user_data;
  GSourceFuncs accept_functions;
  GSourceFuncs turn_functions;
  GSourceFuncs rest_functions;
  int fd;
  GSource *accepting;
  gpointer accept_tag;
  GHashTable *clients; /* set of VbetPeer, owned */
  GPtrArray *waiting;  /* of VbetPeer, borrowed: for their turn */
  GSource *turns;
  GSource *rest;    /* of lower priority: it finds out that everybody else has been served */
  gboolean resting; /* after a portion, until then or for as long as it took */
  guint64 used;     /* µs: of whom was served last */
  VbetRoom *coming;
  guint stalls;        /* source; 0 */
  GQueue without_room; /* of VbetPeer, borrowed, in the order in which they asked */
  gsize unsent;        /* of all clients */
  guint requests;      /* likewise */
};

/* --- room for what comes ----------------------------------------------------------------------- */

/* While somebody waits for room, who has it must use it. */
static gboolean
on_stalls (gpointer data)
{
  VbetRpcServer *self = data;
  gint64 limit = g_get_monotonic_time () - VBET_RPC_STALL_MS * 1000;
  GHashTableIter iter;
  gpointer client;
  if (g_queue_is_empty (&self->without_room)) {
    self->stalls = 0;
    return G_SOURCE_REMOVE;
  }
  g_hash_table_iter_init (&iter, self->clients);
  while (g_hash_table_iter_next (&iter, &client, NULL)) {
    VbetPeer *peer = client;
    if (peer->reserved > 0 && peer->message == NULL && peer->ending == NULL && peer->said_time < limit)
      _vbet_peer_refuse (
          peer, VBET_RPC_PARSE_ERROR,
          g_error_new (VBET_ERROR, VBET_ERROR_TIMEOUT,
                       "A message of %zu bytes was begun and stopped coming, while others wait for its room",
                       peer->reserved));
  }
  return G_SOURCE_CONTINUE;
}

gboolean
_vbet_rpc_server_reserve (VbetPeer *peer)
{
  VbetRpcServer *self = peer->server;
  gsize size = vbet_rpc_decoder_get_size (peer->decoder);
  if (self == NULL || size <= VBET_RPC_SMALL)
    return TRUE;
  if (g_queue_is_empty (&self->without_room) && vbet_room_take (self->coming, size)) {
    peer->reserved = size;
    return TRUE;
  }
  g_queue_push_tail (&self->without_room, peer);
  if (self->stalls == 0)
    self->stalls = g_timeout_add_full (PRIORITY, VBET_RPC_STALL_MS / 2, on_stalls, self, NULL);
  return FALSE;
}

static void
give_room (VbetRpcServer *self)
{
  VbetPeer *peer;
  while ((peer = g_queue_peek_head (&self->without_room)) != NULL) {
    gsize size = vbet_rpc_decoder_get_size (peer->decoder);
    if (!vbet_room_take (self->coming, size))
      return;
    peer->reserved = size;
    g_queue_pop_head (&self->without_room);
    _vbet_peer_resume (peer);
  }
}

gint64
vbet_rpc_server_clock (void)
{
  struct timespec ran;
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &ran);
  return (gint64)ran.tv_sec * G_USEC_PER_SEC + ran.tv_nsec / 1000;
}

/* --- turns ------------------------------------------------------------------------------------- */

gboolean
_vbet_rpc_server_queue (VbetPeer *peer)
{
  VbetRpcServer *self = peer->server;
  if (self == NULL)
    return FALSE;
  peer->used = MAX (peer->used, self->used);
  g_ptr_array_add (self->waiting, peer);
  if (!self->resting)
    g_source_set_ready_time (self->turns, 0);
  return TRUE;
}

/* Takes the client that has used least out of those that wait. */
static VbetPeer *
next_client (VbetRpcServer *self)
{
  guint least = 0;
  for (guint i = 1; i < self->waiting->len; i++) {
    const VbetPeer *peer = g_ptr_array_index (self->waiting, i),
                   *best = g_ptr_array_index (self->waiting, least);
    if (peer->used < best->used)
      least = i;
  }
  return g_ptr_array_steal_index (self->waiting, least);
}

static gboolean
on_turns (GSource *source, GSourceFunc callback, gpointer data)
{
  VbetRpcServer *self = data;
  gint64 began = vbet_rpc_server_clock (), now = began;
  self->resting = FALSE;
  g_source_set_ready_time (source, -1);
  if (self->waiting->len == 0)
    return G_SOURCE_CONTINUE;
  while (self->waiting->len > 0 && now - began < PORTION_US) {
    g_autoptr (VbetPeer) peer = g_object_ref (next_client (self));
    gint64 turn = now;
    self->used = peer->used;
    _vbet_peer_handle (peer);
    if (g_source_is_destroyed (source))
      return G_SOURCE_REMOVE; /* the request has ended the service */
    now = vbet_rpc_server_clock ();
    peer->used += (guint64)(now - turn) + TURN_COST_US;
  }
  /* Also with nobody waiting, or one request after the other would take all the time. */
  self->resting = TRUE;
  g_source_set_ready_time (source, g_get_monotonic_time () + (now - began));
  g_source_set_ready_time (self->rest, 0);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_rested (GSource *source, GSourceFunc callback, gpointer data)
{
  VbetRpcServer *self = data;
  self->resting = FALSE;
  g_source_set_ready_time (source, -1);
  g_source_set_ready_time (self->turns, self->waiting->len > 0 ? 0 : -1);
  return G_SOURCE_CONTINUE;
}

void
_vbet_rpc_server_forget (VbetPeer *peer)
{
  VbetRpcServer *self = peer->server;
  if (self == NULL)
    return;
  g_ptr_array_remove (self->waiting, peer);
  g_queue_remove (&self->without_room, peer);
  if (peer->reserved > 0)
    vbet_room_give (self->coming, peer->reserved);
  peer->reserved = 0;
  give_room (self);
}

/* --- what goes out ----------------------------------------------------------------------------- */

/* Who has left most unread for longest; NULL when nobody has left anything. */
static VbetPeer *
slowest_client (VbetRpcServer *self)
{
  VbetPeer *slowest = NULL;
  double most = -1;
  gint64 now = g_get_monotonic_time ();
  GHashTableIter iter;
  gpointer client;
  g_hash_table_iter_init (&iter, self->clients);
  while (g_hash_table_iter_next (&iter, &client, NULL)) {
    VbetPeer *peer = client;
    double weight = (double)peer->unsent * (double)(now - peer->taken_time);
    if (peer->unsent == 0 || peer->cut || weight <= most)
      continue;
    most = weight;
    slowest = peer;
  }
  return slowest;
}

void
_vbet_rpc_server_count_unsent (VbetPeer *peer, gssize difference)
{
  VbetRpcServer *self = peer->server;
  VbetPeer *slowest;
  if (self == NULL)
    return;
  self->unsent = (gsize)((gssize)self->unsent + difference);
  while (difference > 0 && self->unsent > VBET_RPC_ALL_UNSENT_MAX
         && (slowest = slowest_client (self)) != NULL)
    _vbet_peer_cut (slowest,
                    g_error_new (VBET_ERROR, VBET_ERROR_PROTOCOL,
                                 "The client does not read, and %d MiB wait for all clients together",
                                 VBET_RPC_ALL_UNSENT_MAX / 1024 / 1024));
}

void
vbet_rpc_server_tell_all (VbetRpcServer *self, GVariant *message)
{
  g_autoptr (GVariant) owned = g_variant_take_ref (message);
  if (g_hash_table_size (self->clients) == 0)
    return;
  g_autoptr (GBytes) frame = vbet_rpc_frame (owned);
  GHashTableIter iter;
  gpointer client;
  g_hash_table_iter_init (&iter, self->clients);
  while (g_hash_table_iter_next (&iter, &client, NULL))
    vbet_peer_send_frame (client, frame); /* does not close it at once, whatever happens */
}

/* --- requests ---------------------------------------------------------------------------------- */

/* Whether there is no room for one more. Those of clients that are gone count, too, until they end. */
static gboolean
is_full (const VbetRpcServer *self, const VbetPeer *client)
{
  guint most = client->requests < VBET_RPC_REQUESTS_FREE
                   ? VBET_RPC_ALL_REQUESTS_MAX + VBET_RPC_CLIENTS_MAX * VBET_RPC_REQUESTS_FREE
                   : VBET_RPC_ALL_REQUESTS_MAX;
  return client->requests >= VBET_RPC_REQUESTS_MAX || self->requests >= most;
}

gboolean
vbet_rpc_server_begin_request (VbetRpcServer *self, VbetPeer *client, gboolean at_once, GError **error)
{
  if (!at_once && is_full (self, client)) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_STATE,
                 "There are as many requests under way as may be (%d of a client, %d of all); ask again when "
                 "one is answered",
                 VBET_RPC_REQUESTS_MAX, VBET_RPC_ALL_REQUESTS_MAX);
    return FALSE;
  }
  client->requests++;
  self->requests++;
  return TRUE;
}

void
vbet_rpc_server_end_request (VbetRpcServer *self, VbetPeer *client)
{
  client->requests--;
  self->requests--;
  _vbet_peer_update (client);
}

void
vbet_rpc_server_charge (VbetPeer *client, guint64 time)
{
  client->used += time;
}

guint64
vbet_rpc_server_get_used (VbetPeer *client)
{
  return client->used;
}

/* --- connections ------------------------------------------------------------------------------- */

static void
on_message (VbetPeer *peer, GVariant *message, gpointer data)
{
  VbetRpcServer *self = data;
  self->events->message (peer, message, self->user_data);
}

static void
on_sent (VbetPeer *peer, gpointer data)
{
  VbetRpcServer *self = data;
  self->events->sent (peer, self->user_data);
}

static void
on_closed (VbetPeer *peer, const GError *why, gpointer data)
{
  VbetRpcServer *self = data;
  peer->server = NULL;
  g_debug ("client gone: %s", why->message);
  self->events->closed (peer, self->user_data);
  g_hash_table_remove (self->clients, peer);
}

/* Tells who cannot be served why not, as far as its socket takes it. @why: (transfer full) */
static void
turn_away (int fd, GError *why)
{
  g_autoptr (GError) owned = why;
  g_autoptr (GVariant) message
      = g_variant_ref_sink (vbet_rpc_refusal (NULL, vbet_rpc_code (owned), owned->message));
  g_autoptr (GBytes) frame = vbet_rpc_frame (message);
  gsize size = 0;
  const void *data = g_bytes_get_data (frame, &size);
  (void)send (fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
  close (fd);
}

static void
take_connection (VbetRpcServer *self, int fd)
{
  static const VbetPeerEvents events = { on_message, on_sent, on_closed };
  static const VbetPeerLimits limits = {
    .message_max = VBET_RPC_MESSAGE_MAX,
    .values_max = VBET_RPC_VALUES_MAX,
    .unsent_max = VBET_RPC_UNSENT_MAX,
    .message_ms = VBET_RPC_MESSAGE_MS,
  };
  GError *error = NULL;
  if (!vbet_owner_is_ours (fd, NULL, &error)) {
    turn_away (fd, error);
    return;
  }
  if (g_hash_table_size (self->clients) >= VBET_RPC_CLIENTS_MAX) {
    turn_away (fd, g_error_new (VBET_ERROR, VBET_ERROR_STATE,
                                "The lab's engine has %d clients, as many as it may; end one of them first",
                                VBET_RPC_CLIENTS_MAX));
    return;
  }
  VbetPeer *peer = vbet_peer_new (fd, &limits, &events, self);
  peer->server = self;
  peer->used = self->used;
  /* Not above turns: one that is gone is seen to be gone all the time until its request has had its turn. */
  g_source_set_priority (peer->source, PRIORITY);
  g_hash_table_add (self->clients, peer);
}

static gboolean
on_accepting (GSource *source, GSourceFunc callback, gpointer data)
{
  VbetRpcServer *self = data;
  if (g_source_query_unix_fd (source, self->accept_tag) == 0) { /* the pause is over */
    g_source_set_ready_time (source, -1);
    g_source_modify_unix_fd (source, self->accept_tag, G_IO_IN);
    return G_SOURCE_CONTINUE;
  }
  for (int i = 0; i < ACCEPTS; i++) {
    int fd = accept4 (self->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0)
      take_connection (self, fd);
    else if (errno == EAGAIN)
      return G_SOURCE_CONTINUE;
  }
  /* Whoever connects without end, or a host without descriptors, must not make the engine spin. */
  g_source_modify_unix_fd (source, self->accept_tag, 0);
  g_source_set_ready_time (source, g_get_monotonic_time () + 1000);
  return G_SOURCE_CONTINUE;
}

static gboolean
listen_on (VbetRpcServer *self, const char *path, GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  if (strlen (path) > VBET_SOCKET_PATH_MAX) {
    g_set_error (
        error, VBET_ERROR, VBET_ERROR_HOST,
        "The path %s is longer than a socket's may be (%d bytes); choose a shorter lab id or XDG_RUNTIME_DIR",
        path, VBET_SOCKET_PATH_MAX);
    return FALSE;
  }
  memcpy (address.sun_path, path, strlen (path));
  self->fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  /* The mode is set before there is a path: at no time may others connect. */
  if (self->fd >= 0 && fchmod (self->fd, 0600) == 0
      && bind (self->fd, (const struct sockaddr *)&address, sizeof address) == 0
      && listen (self->fd, BACKLOG) == 0)
    return TRUE;
  g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "Cannot listen on %s: %s", path, g_strerror (errno));
  return FALSE;
}

/* --- life -------------------------------------------------------------------------------------- */

static GSource *
new_source (VbetRpcServer *self, GSourceFuncs *functions, int priority, GMainContext *context)
{
  GSource *source = g_source_new (functions, sizeof (GSource));
  g_source_set_priority (source, priority);
  g_source_set_callback (source, NULL, self, NULL);
  g_source_attach (source, context);
  return source;
}

VbetRpcServer *
vbet_rpc_server_new (const char *path, const VbetRpcServerEvents *events, gpointer user_data, GError **error)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  VbetRpcServer *self = g_new0 (VbetRpcServer, 1);
  self->events = events;
  self->user_data = user_data;
  self->accept_functions.dispatch = on_accepting;
  self->turn_functions.dispatch = on_turns;
  self->rest_functions.dispatch = on_rested;
  self->fd = -1;
  self->clients = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->waiting = g_ptr_array_new ();
  self->coming = vbet_room_new (VBET_RPC_COMING_MAX);
  g_queue_init (&self->without_room);
  self->turns = new_source (self, &self->turn_functions, PRIORITY, context);
  self->rest = new_source (self, &self->rest_functions, REST_PRIORITY, context);
  self->accepting = new_source (self, &self->accept_functions, PRIORITY, context);
  if (!listen_on (self, path, error)) {
    vbet_rpc_server_free (self);
    return NULL;
  }
  self->accept_tag = g_source_add_unix_fd (self->accepting, self->fd, G_IO_IN);
  return self;
}

void
vbet_rpc_server_free (VbetRpcServer *self)
{
  if (self == NULL)
    return;
  GHashTableIter iter;
  gpointer client;
  g_clear_handle_id (&self->stalls, g_source_remove);
  GSource *sources[] = { self->accepting, self->turns, self->rest };
  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++) {
    g_source_destroy (sources[i]);
    g_source_unref (sources[i]);
  }
  g_hash_table_iter_init (&iter, self->clients);
  while (g_hash_table_iter_next (&iter, &client, NULL)) {
    VbetPeer *peer = client;
    vbet_peer_close (peer);
    peer->server = NULL;
  }
  if (self->fd >= 0)
    close (self->fd);
  g_queue_clear (&self->without_room);
  vbet_room_unref (self->coming);
  g_ptr_array_unref (self->waiting);
  g_hash_table_unref (self->clients);
  g_free (self);
}

guint
vbet_rpc_server_count_clients (VbetRpcServer *self)
{
  return g_hash_table_size (self->clients);
}
