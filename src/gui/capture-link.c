/* capture-link.c - see capture-link.h. */
#include "config.h"

#include "gui/capture-link.h"

#include <gio/gunixsocketaddress.h>

#include "base/owner.h"
#include "capture/packets.h"
#include "gui/reply.h"

#define MESSAGES_PER_TURN 16 /* so that the window stays quick */
#define SINK_MAX 64          /* messages that wait for a slow sink */

struct _VbetCaptureLink {
  GObject parent_instance;
  VbetClient *client;  /* owned */
  GSocket *socket;     /* owned (nullable) */
  GSource *source;     /* (nullable): the socket is readable */
  GOutputStream *sink; /* owned (nullable) */
  GQueue waiting;      /* of GBytes, for the sink */
  gboolean writing;
  guint8 *message;      /* VBET_PACKETS_MESSAGE bytes */
  gint64 number;        /* the engine's; 0: not begun */
  gboolean stopped;     /* before it has begun */
  gboolean input_ended; /* the rest of the queue is written, then it is over */
  gboolean ended;
};

G_DEFINE_FINAL_TYPE (VbetCaptureLink, vbet_capture_link, G_TYPE_OBJECT)

static void
unwatch (VbetCaptureLink *self)
{
  if (self->source == NULL)
    return;
  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
}

static void
end (VbetCaptureLink *self, const char *why)
{
  if (self->ended)
    return;
  self->ended = TRUE;
  unwatch (self);
  if (self->socket != NULL)
    g_socket_close (self->socket, NULL);
  if (self->sink != NULL)
    g_output_stream_close_async (self->sink, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  g_autoptr (VbetCaptureLink) keep = g_object_ref (self);
  g_signal_emit_by_name (self, "ended", why);
}

/* --- the sink ---------------------------------------------------------------------- */

static void watch (VbetCaptureLink *self);
static void write_more (VbetCaptureLink *self);

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetCaptureLink) self = data;
  g_autoptr (GError) error = NULL;
  self->writing = FALSE;
  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error)) {
    /* Wireshark was closed: nothing is wrong. */
    end (self, g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE) ? NULL : error->message);
    return;
  }
  g_bytes_unref (g_queue_pop_head (&self->waiting));
  write_more (self);
}

static void
write_more (VbetCaptureLink *self)
{
  if (self->writing || self->ended)
    return;
  GBytes *bytes = g_queue_peek_head (&self->waiting);
  if (bytes != NULL) {
    gsize size = 0;
    gconstpointer data = g_bytes_get_data (bytes, &size);
    self->writing = TRUE;
    g_output_stream_write_all_async (self->sink, data, size, G_PRIORITY_DEFAULT, NULL, on_written,
                                     g_object_ref (self));
  } else if (self->input_ended) {
    end (self, NULL);
    return;
  }
  if (self->waiting.length < SINK_MAX / 2)
    watch (self);
}

/* --- messages ------------------------------------------------------------------------ */

static gboolean
on_readable (GSocket *socket, GIOCondition condition, gpointer data)
{
  g_autoptr (VbetCaptureLink) self = g_object_ref (data);
  (void)condition;
  for (guint i = 0; i < MESSAGES_PER_TURN && !self->ended; i++) {
    g_autoptr (GError) error = NULL;
    gssize n = g_socket_receive (socket, (char *)self->message, VBET_PACKETS_MESSAGE, NULL, &error);
    if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
      return G_SOURCE_CONTINUE;
    if (n <= 0) {
      self->input_ended = TRUE;
      unwatch (self);
      if (self->sink != NULL)
        write_more (self);
      else
        end (self, NULL);
      return G_SOURCE_REMOVE;
    }
    g_signal_emit_by_name (self, "message", self->message, (gulong)n);
    if (self->sink == NULL || self->ended)
      continue;
    g_queue_push_tail (&self->waiting, g_bytes_new (self->message, (gsize)n));
    write_more (self);
    if (self->waiting.length >= SINK_MAX) {
      unwatch (self);
      return G_SOURCE_REMOVE;
    }
  }
  return self->ended ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static void
watch (VbetCaptureLink *self)
{
  if (self->source != NULL || self->socket == NULL || self->input_ended || self->ended)
    return;
  self->source = g_socket_create_source (self->socket, G_IO_IN | G_IO_HUP, NULL);
  g_source_set_callback (self->source, G_SOURCE_FUNC (on_readable), self, NULL);
  /* The pointer moves before packets are listed. */
  g_source_set_priority (self->source, G_PRIORITY_DEFAULT_IDLE);
  g_source_attach (self->source, NULL);
}

/* --- beginning and ending --------------------------------------------------------------- */

static void
tell_stop (VbetCaptureLink *self)
{
  GVariantDict params;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "capture", "x", self->number);
  vbet_client_call_async (self->client, "capture.stop", g_variant_dict_end (&params), NULL, NULL, NULL);
}

static void
on_started (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetCaptureLink) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = vbet_client_call_finish (VBET_CLIENT (source), result, &error);
  const char *path = reply != NULL ? vbet_reply_text (reply, "socket") : NULL;
  if (path == NULL) {
    end (self, error != NULL ? error->message : NULL);
    return;
  }
  self->number = (gint64)vbet_reply_number (reply, "capture", 0);
  if (self->stopped) {
    tell_stop (self);
    end (self, NULL);
    return;
  }
  /* The engine listens already: this does not wait. */
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  self->socket
      = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_SEQPACKET, G_SOCKET_PROTOCOL_DEFAULT, &error);
  if (self->socket == NULL || !g_socket_connect (self->socket, address, NULL, &error)
      || !vbet_owner_is_ours (g_socket_get_fd (self->socket), NULL, &error)) {
    end (self, error->message);
    return;
  }
  g_socket_set_blocking (self->socket, FALSE);
  watch (self);
}

VbetCaptureLink *
vbet_capture_link_new (VbetClient *client, const char *cable, const char *end_name, guint snaplen,
                       GOutputStream *sink)
{
  VbetCaptureLink *self = g_object_new (VBET_TYPE_CAPTURE_LINK, NULL);
  GVariantDict params;
  self->client = g_object_ref (client);
  self->sink = sink != NULL ? g_object_ref (sink) : NULL;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "cable", "s", cable);
  g_variant_dict_insert (&params, "end", "s", end_name);
  if (snaplen > 0)
    g_variant_dict_insert (&params, "snaplen", "x", (gint64)snaplen);
  vbet_client_call_async (client, "capture.start", g_variant_dict_end (&params), NULL, on_started,
                          g_object_ref (self));
  return self;
}

void
vbet_capture_link_stop (VbetCaptureLink *self)
{
  g_return_if_fail (VBET_IS_CAPTURE_LINK (self));
  if (self->number != 0 && !self->ended)
    tell_stop (self);
  self->stopped = TRUE;
}

static void
vbet_capture_link_dispose (GObject *object)
{
  VbetCaptureLink *self = VBET_CAPTURE_LINK (object);
  self->ended = TRUE;
  unwatch (self);
  g_clear_object (&self->socket);
  g_clear_object (&self->sink);
  g_clear_object (&self->client);
  G_OBJECT_CLASS (vbet_capture_link_parent_class)->dispose (object);
}

static void
vbet_capture_link_finalize (GObject *object)
{
  VbetCaptureLink *self = VBET_CAPTURE_LINK (object);
  g_queue_clear_full (&self->waiting, (GDestroyNotify)g_bytes_unref);
  g_free (self->message);
  G_OBJECT_CLASS (vbet_capture_link_parent_class)->finalize (object);
}

static void
vbet_capture_link_class_init (VbetCaptureLinkClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = vbet_capture_link_dispose;
  G_OBJECT_CLASS (klass)->finalize = vbet_capture_link_finalize;
  g_signal_new ("message", VBET_TYPE_CAPTURE_LINK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                G_TYPE_POINTER, G_TYPE_ULONG);
  g_signal_new ("ended", VBET_TYPE_CAPTURE_LINK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                G_TYPE_STRING);
}

static void
vbet_capture_link_init (VbetCaptureLink *self)
{
  g_queue_init (&self->waiting);
  self->message = g_malloc (VBET_PACKETS_MESSAGE);
}
