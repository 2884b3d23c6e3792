/* peer.c - see peer.h.
 *
 * One source watches the socket for what the state allows: it is not read
 * while a complete message waits for its turn, while there is no room for one
 * that was announced, and while the other end does not take what it was sent.
 * What does not fit anywhere stays in the socket, and so with its sender.
 */
#include "config.h"

#include "engine/peer-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib-unix.h>

#include "base/error.h"
#include "engine/rpc.h"
#include "engine/rpc-json.h"

#define PIECE 16384            /* bytes read at one go */
#define TURN (64 * 1024)       /* bytes read before everyone else has a turn */
#define SEND_TURN (256 * 1024) /* bytes sent likewise */
#define FULL (1024 * 1024)     /* who has left more unread is not read either */

G_DEFINE_FINAL_TYPE (VbetPeer, vbet_peer, G_TYPE_OBJECT)

/* --- closing ------------------------------------------------------------------------------------- */

static void
drop_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
drop_output (VbetPeer *self)
{
  _vbet_rpc_server_count_unsent (self, -(gssize)self->unsent);
  g_queue_clear_full (&self->out, (GDestroyNotify)g_bytes_unref);
  self->out_at = self->unsent = 0;
}

void
vbet_peer_close (VbetPeer *self)
{
  drop_output (self);
  _vbet_rpc_server_forget (self);
  drop_source (&self->source);
  drop_source (&self->deadline);
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
  g_clear_pointer (&self->message, g_bytes_unref);
}

/* Closes and tells the owner. @why: (transfer full) */
static void
end (VbetPeer *self, GError *why)
{
  g_autoptr (VbetPeer) keep = g_object_ref (self);
  g_autoptr (GError) owned = why;
  if (self->source == NULL)
    return;
  vbet_peer_close (self);
  self->events->closed (self, owned, self->user_data);
}

static GError *
gone_error (void)
{
  return g_error_new_literal (VBET_ERROR, VBET_ERROR_PROTOCOL, "The other end has closed the connection");
}

/* Its end comes from the main loop, when there is nothing more to wait for. */
static void
check_end (VbetPeer *self)
{
  if (self->source == NULL)
    return;
  if (self->half_gone && self->requests == 0 && self->message == NULL && self->ending == NULL)
    self->ending = gone_error ();
  if (self->ending != NULL && (self->cut || self->unsent == 0))
    g_source_set_ready_time (self->source, 0);
}

void
_vbet_peer_cut (VbetPeer *self, GError *why)
{
  if (self->source == NULL || self->cut) {
    g_error_free (why);
    return;
  }
  drop_output (self);
  g_clear_error (&self->ending);
  self->ending = why;
  self->cut = TRUE;
  _vbet_peer_update (self);
}

void
vbet_peer_finish (VbetPeer *self, GError *why)
{
  if (self->source == NULL || self->ending != NULL) {
    g_error_free (why);
    return;
  }
  self->ending = why;
  _vbet_peer_update (self);
}

void
_vbet_peer_refuse (VbetPeer *self, gint code, GError *why)
{
  vbet_peer_send (self, vbet_rpc_refusal (NULL, code, why->message));
  vbet_peer_finish (self, why);
}

/* --- sending ------------------------------------------------------------------------------------- */

/* Sends what the socket takes now. Returns: bytes. */
static gsize
flush (VbetPeer *self)
{
  gsize total = 0;
  while (!g_queue_is_empty (&self->out) && total < SEND_TURN) {
    gsize size = 0;
    GBytes *head = g_queue_peek_head (&self->out);
    const guint8 *data = g_bytes_get_data (head, &size);
    ssize_t sent = send (self->fd, data + self->out_at, size - self->out_at, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR)
      continue;
    if (sent < 0 && errno != EAGAIN) {
      self->deaf = TRUE;
      drop_output (self);
    }
    if (sent <= 0)
      break;
    total += (gsize)sent;
    self->out_at += (gsize)sent;
    self->unsent -= (gsize)sent;
    _vbet_rpc_server_count_unsent (self, -sent);
    if (self->out_at == size) {
      g_bytes_unref (g_queue_pop_head (&self->out));
      self->out_at = 0;
    }
  }
  if (total > 0)
    self->taken_time = g_get_monotonic_time ();
  return total;
}

void
vbet_peer_send_frame (VbetPeer *self, GBytes *frame)
{
  gsize size = g_bytes_get_size (frame);
  if (self->source == NULL || self->ending != NULL || self->deaf)
    return;
  if (size > self->limits.unsent_max - self->unsent) {
    _vbet_peer_cut (
        self, g_error_new (VBET_ERROR, VBET_ERROR_PROTOCOL,
                           "The other end does not read: %zu bytes wait for it, and may not become more",
                           self->unsent));
    return;
  }
  gboolean waits = self->unsent > 0;
  if (!waits)
    self->taken_time = g_get_monotonic_time ();
  g_queue_push_tail (&self->out, g_bytes_ref (frame));
  self->unsent += size;
  _vbet_rpc_server_count_unsent (self, (gssize)size);
  if (!waits && !self->cut)
    flush (self);
  _vbet_peer_update (self);
}

void
vbet_peer_send (VbetPeer *self, GVariant *message)
{
  g_autoptr (GVariant) owned = g_variant_take_ref (message);
  if (self->source == NULL || self->ending != NULL || self->deaf)
    return;
  g_autoptr (GBytes) frame = vbet_rpc_frame (owned);
  vbet_peer_send_frame (self, frame);
}

gsize
vbet_peer_get_unsent (VbetPeer *self)
{
  return self->unsent;
}

/* --- receiving ----------------------------------------------------------------------------------- */

static gboolean
may_read (const VbetPeer *self)
{
  return self->source != NULL && self->message == NULL && self->ending == NULL && !self->no_room
         && !self->half_gone && self->unsent < FULL;
}

void
_vbet_peer_update (VbetPeer *self)
{
  if (self->source == NULL)
    return;
  GIOCondition wanted
      = (may_read (self) ? G_IO_IN : 0) | (self->unsent > 0 ? G_IO_OUT : 0) | G_IO_ERR | G_IO_HUP;
  g_source_modify_unix_fd (self->source, self->tag, wanted);
  check_end (self);
}

static gboolean
on_deadline (gpointer data)
{
  g_autoptr (VbetPeer) self = g_object_ref (data);
  drop_source (&self->deadline);
  _vbet_peer_refuse (self, VBET_RPC_PARSE_ERROR,
                     g_error_new (VBET_ERROR, VBET_ERROR_TIMEOUT,
                                  "A message was begun and is not complete after %g seconds",
                                  self->limits.message_ms / 1000.0));
  return G_SOURCE_REMOVE;
}

/* A message that was begun has its time; one that waits for room has not. */
static void
update_deadline (VbetPeer *self)
{
  gboolean wanted = self->limits.message_ms > 0 && self->source != NULL && self->ending == NULL
                    && !self->no_room && vbet_rpc_decoder_has_begun (self->decoder);
  if (!wanted) {
    drop_source (&self->deadline);
  } else if (self->deadline == NULL) {
    self->deadline = g_timeout_source_new (self->limits.message_ms);
    g_source_set_callback (self->deadline, on_deadline, self, NULL);
    g_source_attach (self->deadline, g_source_get_context (self->source));
  }
}

void
_vbet_peer_resume (VbetPeer *self)
{
  self->no_room = FALSE;
  self->said_time = g_get_monotonic_time ();
  update_deadline (self);
  _vbet_peer_update (self);
}

void
_vbet_peer_handle (VbetPeer *self)
{
  g_autoptr (VbetPeer) keep = g_object_ref (self);
  GError *error = NULL;
  g_autoptr (GBytes) text = g_steal_pointer (&self->message);
  g_autoptr (GVariant) message = vbet_rpc_json_read (text, self->limits.values_max, &error);
  g_clear_pointer (&text, g_bytes_unref); /* what @message needs of it, it keeps */
  if (message == NULL)
    _vbet_peer_refuse (self, VBET_RPC_PARSE_ERROR, error);
  else if (!g_variant_is_of_type (message, G_VARIANT_TYPE_VARDICT))
    _vbet_peer_refuse (self, VBET_RPC_INVALID_REQUEST,
                       g_error_new_literal (VBET_ERROR, VBET_ERROR_PROTOCOL, "A message is an object"));
  else
    self->events->message (self, message, self->user_data);
  _vbet_rpc_server_forget (self);
  _vbet_peer_update (self);
}

/* Bytes of the message that comes; those behind it, or behind its header, stay in the socket. Returns as
 * recv() does, -1 also after having refused. */
static ssize_t
receive (VbetPeer *self)
{
  guint8 piece[PIECE];
  GError *error = NULL;
  gsize missing = vbet_rpc_decoder_get_missing (self->decoder);
  ssize_t got = recv (self->fd, piece, missing > 0 ? MIN (missing, sizeof piece) : VBET_RPC_HEADER_MAX,
                      MSG_DONTWAIT | (missing > 0 ? 0 : MSG_PEEK));
  if (got <= 0)
    return got;
  gssize taken = vbet_rpc_decoder_push (self->decoder, piece, (gsize)got, &error);
  if (taken < 0) {
    _vbet_peer_refuse (self, VBET_RPC_PARSE_ERROR, error);
    errno = EPROTO;
    return -1;
  }
  if (missing > 0) {
    self->said_time = g_get_monotonic_time ();
    return got;
  }
  (void)recv (self->fd, piece, (gsize)taken, MSG_DONTWAIT); /* those that were only looked at */
  self->said_time = g_get_monotonic_time ();
  if (vbet_rpc_decoder_get_size (self->decoder) > 0)
    self->no_room = !_vbet_rpc_server_reserve (self);
  return taken;
}

/* Takes what has come, up to a turn. Returns: FALSE when the other end will say no more. */
static gboolean
take_input (VbetPeer *self)
{
  for (gsize turn = 0; may_read (self) && turn < TURN;) {
    ssize_t got = receive (self);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return errno == EAGAIN || self->ending != NULL;
    if (got == 0)
      return FALSE;
    turn += (gsize)got;
    self->message = vbet_rpc_decoder_take (self->decoder);
    if (self->message != NULL && !_vbet_rpc_server_queue (self))
      _vbet_peer_handle (self);
  }
  return TRUE;
}

/* --- the source ---------------------------------------------------------------------------------- */

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  g_autoptr (VbetPeer) self = g_object_ref (data);
  GIOCondition condition = g_source_query_unix_fd (source, self->tag);
  gboolean lost = (condition & (G_IO_HUP | G_IO_ERR)) != 0;
  g_source_set_ready_time (source, -1);
  if ((condition & G_IO_OUT) != 0 && flush (self) > 0 && self->events->sent != NULL)
    self->events->sent (self, self->user_data);
  if ((condition & G_IO_IN) != 0 || lost) {
    gboolean was_reading = may_read (self);
    gboolean more = !was_reading || take_input (self);
    /* What was said before the other end went away counts, unless it was kept waiting because it does not
     * read. */
    if (lost && self->message == NULL && (!more || !was_reading))
      end (self, gone_error ());
    else if (!more)
      self->half_gone = TRUE;
  }
  update_deadline (self);
  _vbet_peer_update (self);
  if (self->source != NULL && self->ending != NULL && (self->cut || self->unsent == 0))
    end (self, g_steal_pointer (&self->ending));
  return G_SOURCE_CONTINUE;
}

/* --- life ---------------------------------------------------------------------------------------- */

VbetPeer *
vbet_peer_new (int fd, const VbetPeerLimits *limits, const VbetPeerEvents *events, gpointer user_data)
{
  VbetPeer *self = g_object_new (VBET_TYPE_PEER, NULL);
  self->fd = fd;
  self->limits = *limits;
  self->events = events;
  self->user_data = user_data;
  self->decoder = vbet_rpc_decoder_new (limits->message_max);
  g_unix_set_fd_nonblocking (fd, TRUE, NULL);
  self->functions.dispatch = dispatch;
  self->source = g_source_new (&self->functions, sizeof (GSource));
  self->tag = g_source_add_unix_fd (self->source, fd, G_IO_IN | G_IO_ERR | G_IO_HUP);
  g_source_set_callback (self->source, NULL, self, NULL);
  g_source_set_static_name (self->source, "vbet-peer");
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  g_source_attach (self->source, context);
  return self;
}

static void
vbet_peer_dispose (GObject *object)
{
  vbet_peer_close (VBET_PEER (object));
  G_OBJECT_CLASS (vbet_peer_parent_class)->dispose (object);
}

static void
vbet_peer_finalize (GObject *object)
{
  VbetPeer *self = VBET_PEER (object);
  g_clear_error (&self->ending);
  g_clear_pointer (&self->decoder, vbet_rpc_decoder_free);
  G_OBJECT_CLASS (vbet_peer_parent_class)->finalize (object);
}

static void
vbet_peer_class_init (VbetPeerClass *class)
{
  G_OBJECT_CLASS (class)->dispose = vbet_peer_dispose;
  G_OBJECT_CLASS (class)->finalize = vbet_peer_finalize;
}

static void
vbet_peer_init (VbetPeer *self)
{
  self->fd = -1;
  g_queue_init (&self->out);
}
