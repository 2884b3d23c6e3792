/* link.c - see link.h. Replies hold a reference on the link; those of an earlier opening are ignored. */
#include "config.h"

#include "gui/panes/link.h"

#include <gio/gunixsocketaddress.h>

#include "base/owner.h"
#include "gui/reply.h"

#define READ_SIZE 16384
#define PENDING_MAX (1024 * 1024) /* bytes typed that the guest has not taken; more is dropped */

struct _VbetLink {
  GObject parent_instance;
  VbetLinkKind kind;
  char *device;
  VbetClient *client;            /* owned (nullable) */
  GSocketConnection *connection; /* owned (nullable) */
  GCancellable *cancellable;     /* owned (nullable); of the present connection */
  GByteArray *pending;           /* typed, not yet sent */
  gboolean writing;
  gint64 shell; /* the engine's number of a shell; 0 */
  guint rows;
  guint columns;
};

G_DEFINE_FINAL_TYPE (VbetLink, vbet_link, G_TYPE_OBJECT)

void
vbet_link_close (VbetLink *self)
{
  g_return_if_fail (VBET_IS_LINK (self));
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->connection);
  g_clear_object (&self->client);
  g_byte_array_set_size (self->pending, 0);
  self->writing = FALSE;
  self->shell = 0;
}

static void
lose (VbetLink *self, const char *why)
{
  g_autoptr (VbetLink) keep = g_object_ref (self);
  vbet_link_close (self);
  g_signal_emit_by_name (self, "lost", why);
}

/* --- what the guest writes ---------------------------------------------------------------- */

static void read_more (VbetLink *self);

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetLink) self = data;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, NULL);
  if (self->connection == NULL
      || source != G_OBJECT (g_io_stream_get_input_stream (G_IO_STREAM (self->connection))))
    return; /* of a connection that was given up */
  gsize size = 0;
  const char *text = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;
  if (size == 0) {
    lose (self, NULL);
    return;
  }
  g_signal_emit_by_name (self, "output", text, (gulong)size);
  if (self->connection != NULL)
    read_more (self);
}

static void
read_more (VbetLink *self)
{
  g_input_stream_read_bytes_async (g_io_stream_get_input_stream (G_IO_STREAM (self->connection)), READ_SIZE,
                                   G_PRIORITY_DEFAULT, self->cancellable, on_read, g_object_ref (self));
}

/* --- what is typed ---------------------------------------------------------------------------- */

static void write_more (VbetLink *self);

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetLink) self = data;
  gssize written = g_output_stream_write_bytes_finish (G_OUTPUT_STREAM (source), result, NULL);
  if (self->connection == NULL
      || source != G_OBJECT (g_io_stream_get_output_stream (G_IO_STREAM (self->connection))))
    return;
  self->writing = FALSE;
  if (written <= 0)
    return; /* the reader sees the end, too, and says so */
  g_byte_array_remove_range (self->pending, 0, (guint)written);
  write_more (self);
}

static void
write_more (VbetLink *self)
{
  if (self->writing || self->pending->len == 0 || self->connection == NULL)
    return;
  g_autoptr (GBytes) bytes = g_bytes_new (self->pending->data, self->pending->len);
  self->writing = TRUE;
  g_output_stream_write_bytes_async (g_io_stream_get_output_stream (G_IO_STREAM (self->connection)), bytes,
                                     G_PRIORITY_DEFAULT, self->cancellable, on_written, g_object_ref (self));
}

void
vbet_link_send (VbetLink *self, const char *bytes, gsize size)
{
  g_return_if_fail (VBET_IS_LINK (self));
  if (self->connection == NULL || size > PENDING_MAX || self->pending->len > PENDING_MAX - size)
    return;
  g_byte_array_append (self->pending, (const guint8 *)bytes, (guint)size);
  write_more (self);
}

/* --- opening -------------------------------------------------------------------------------------- */

static GVariant *
parameters (VbetLink *self, gboolean size)
{
  GVariantDict params;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "device", "s", self->device);
  if (self->shell != 0)
    g_variant_dict_insert (&params, "shell", "x", self->shell);
  if (size) {
    g_variant_dict_insert (&params, "rows", "x", (gint64)self->rows);
    g_variant_dict_insert (&params, "columns", "x", (gint64)self->columns);
  }
  return g_variant_dict_end (&params);
}

void
vbet_link_resize (VbetLink *self, guint rows, guint columns)
{
  g_return_if_fail (VBET_IS_LINK (self));
  self->rows = rows;
  self->columns = columns;
  if (self->client == NULL || self->connection == NULL)
    return;
  vbet_client_call_async (self->client,
                          self->kind == VBET_LINK_SHELL ? "device.shell-resize" : "console.resize",
                          parameters (self, TRUE), NULL, NULL, NULL);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetLink) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection
      = g_socket_client_connect_finish (G_SOCKET_CLIENT (source), result, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->client == NULL)
    return;
  if (connection == NULL
      || !vbet_owner_is_ours (g_socket_get_fd (g_socket_connection_get_socket (connection)), NULL, &error)) {
    lose (self, error->message);
    return;
  }
  self->connection = g_steal_pointer (&connection);
  vbet_link_resize (self, self->rows, self->columns);
  read_more (self);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetLink) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = vbet_client_call_finish (VBET_CLIENT (source), result, &error);
  if (self->client != VBET_CLIENT (source) || self->connection != NULL)
    return;
  const char *path = vbet_reply_text (reply, "socket");
  if (path == NULL) {
    lose (self, error != NULL ? error->message : NULL);
    return;
  }
  self->shell = (gint64)vbet_reply_number (reply, "shell", 0);
  g_autoptr (GSocketClient) connector = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_socket_client_connect_async (connector, G_SOCKET_CONNECTABLE (address), self->cancellable, on_connected,
                                 g_object_ref (self));
}

void
vbet_link_open (VbetLink *self, VbetClient *client, guint rows, guint columns)
{
  g_return_if_fail (VBET_IS_LINK (self) && VBET_IS_CLIENT (client));
  gboolean shell = self->kind == VBET_LINK_SHELL;
  vbet_link_close (self);
  self->client = g_object_ref (client);
  self->cancellable = g_cancellable_new ();
  self->rows = rows;
  self->columns = columns;
  vbet_client_call_async (client, shell ? "device.shell" : "console.open", parameters (self, shell), NULL,
                          on_opened, g_object_ref (self));
}

gboolean
vbet_link_is_open (VbetLink *self)
{
  g_return_val_if_fail (VBET_IS_LINK (self), FALSE);
  return self->client != NULL;
}

VbetLink *
vbet_link_new (VbetLinkKind kind, const char *device)
{
  VbetLink *self = g_object_new (VBET_TYPE_LINK, NULL);
  self->kind = kind;
  self->device = g_strdup (device);
  return self;
}

static void
vbet_link_finalize (GObject *object)
{
  VbetLink *self = VBET_LINK (object);
  vbet_link_close (self);
  g_byte_array_unref (self->pending);
  g_free (self->device);
  G_OBJECT_CLASS (vbet_link_parent_class)->finalize (object);
}

static void
vbet_link_class_init (VbetLinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = vbet_link_finalize;
  g_signal_new ("output", VBET_TYPE_LINK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                G_TYPE_POINTER, G_TYPE_ULONG);
  g_signal_new ("lost", VBET_TYPE_LINK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                G_TYPE_STRING);
}

static void
vbet_link_init (VbetLink *self)
{
  self->pending = g_byte_array_new ();
}
