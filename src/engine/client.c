/* client.c - one connection to one lab's engine; see client.h. Starting an engine is in launch.c. */
#include "config.h"

#include "engine/client.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <gio/gunixsocketaddress.h>
#include <jsonrpc-glib.h>

#include "base/error.h"
#include "base/paths.h"
#include "engine/rpc.h"

struct _VbetClient {
  GObject parent_instance;
  char *id;            /* owned */
  JsonrpcClient *rpc;  /* owned; NULL after the connection closed */
};

G_DEFINE_FINAL_TYPE (VbetClient, vbet_client, G_TYPE_OBJECT)

enum {
  SIGNAL_NOTIFICATION,
  SIGNAL_CLOSED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
drop_connection (VbetClient *self)
{
  if (self->rpc == NULL)
    return;
  g_autoptr (JsonrpcClient) rpc = g_steal_pointer (&self->rpc);
  g_signal_handlers_disconnect_by_data (rpc, self);
  jsonrpc_client_close (rpc, NULL, NULL);
}

static void
vbet_client_dispose (GObject *object)
{
  drop_connection (VBET_CLIENT (object));
  G_OBJECT_CLASS (vbet_client_parent_class)->dispose (object);
}

static void
vbet_client_finalize (GObject *object)
{
  g_free (VBET_CLIENT (object)->id);
  G_OBJECT_CLASS (vbet_client_parent_class)->finalize (object);
}

static void
vbet_client_class_init (VbetClientClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  object_class->dispose = vbet_client_dispose;
  object_class->finalize = vbet_client_finalize;
  signals[SIGNAL_NOTIFICATION] = g_signal_new ("notification", VBET_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                               G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_VARIANT);
  signals[SIGNAL_CLOSED]
      = g_signal_new ("closed", VBET_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
vbet_client_init (VbetClient *self)
{
}

static void
on_notification (JsonrpcClient *rpc, const char *method, GVariant *params, VbetClient *self)
{
  g_autoptr (VbetClient) alive = g_object_ref (self);
  g_autoptr (GVariant) none = NULL;
  if (params == NULL)
    params = none = g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
  g_signal_emit (alive, signals[SIGNAL_NOTIFICATION], 0, method, params);
}

static void
on_failed (JsonrpcClient *rpc, VbetClient *self)
{
  g_autoptr (VbetClient) alive = g_object_ref (self);
  if (alive->rpc == NULL)
    return;
  drop_connection (alive);
  g_signal_emit (alive, signals[SIGNAL_CLOSED], 0);
}

static VbetClient *
client_new (const char *id, GIOStream *stream)
{
  VbetClient *self = g_object_new (VBET_TYPE_CLIENT, NULL);
  self->id = g_strdup (id);
  self->rpc = jsonrpc_client_new (stream);
  g_signal_connect (self->rpc, "notification", G_CALLBACK (on_notification), self);
  g_signal_connect (self->rpc, "failed", G_CALLBACK (on_failed), self);
  jsonrpc_client_start_listening (self->rpc);
  return self;
}

/* --- connecting ------------------------------------------------------------ */

static GSocketAddress *
lab_address (const char *id, GError **error)
{
  if (!vbet_paths_valid_lab_id (id)) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_USAGE,
                 "“%s” cannot name a lab; use letters, digits, “_” and “-”, at most 32 of them", id);
    return NULL;
  }
  if (!vbet_paths_check_runtime (id, error))
    return NULL;
  g_autofree char *path = vbet_paths_lab_socket (id);
  if (strlen (path) > VBET_SOCKET_PATH_MAX) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
                 "The path %s is longer than a socket's may be (%d bytes); choose a shorter lab id or XDG_RUNTIME_DIR",
                 path, VBET_SOCKET_PATH_MAX);
    return NULL;
  }
  return g_unix_socket_address_new (path);
}

static void
set_connect_error (GTask *task, const char *id, const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_NOT_FOUND, "No lab “%s” is running; “vbetctl ps” lists those that are",
                             id);
  else
    g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_FAILED, "Cannot reach the lab “%s”: %s", id, error->message);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;
  const char *id = g_task_get_task_data (task);
  g_autoptr (GSocketConnection) connection
      = g_socket_client_connect_finish (G_SOCKET_CLIENT (source), result, &error);
  if (connection == NULL)
    set_connect_error (task, id, error);
  else
    g_task_return_pointer (task, client_new (id, G_IO_STREAM (connection)), g_object_unref);
}

void
vbet_client_connect_async (const char *id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  GError *error = NULL;
  g_autoptr (GSocketAddress) address = lab_address (id, &error);
  g_task_set_task_data (task, g_strdup (id), g_free);
  if (address == NULL) {
    g_task_return_error (task, error);
    return;
  }
  g_autoptr (GSocketClient) connector = g_socket_client_new ();
  g_socket_client_connect_async (connector, G_SOCKET_CONNECTABLE (address), cancellable, on_connected,
                                 g_steal_pointer (&task));
}

VbetClient *
vbet_client_connect_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- waiting, for the command line ------------------------------------------ */

static void
store_result (GObject *source, GAsyncResult *result, gpointer data)
{
  GAsyncResult **slot = data;
  *slot = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **slot)
{
  while (*slot == NULL)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
  return *slot;
}

VbetClient *
vbet_client_connect_sync (const char *id, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  vbet_client_connect_async (id, NULL, store_result, &result);
  return vbet_client_connect_finish (wait_for (&result), error);
}

VbetClient *
vbet_client_launch_sync (const VbetLaunchOptions *options, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  vbet_client_launch_async (options, NULL, store_result, &result);
  return vbet_client_launch_finish (wait_for (&result), error);
}

GVariant *
vbet_client_call_sync (VbetClient *self, const char *method, GVariant *params, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  vbet_client_call_async (self, method, params, NULL, store_result, &result);
  return vbet_client_call_finish (self, wait_for (&result), error);
}

/* --- calls ------------------------------------------------------------------ */

const char *
vbet_client_get_id (VbetClient *self)
{
  return self->id;
}

/* What the engine said, or NULL when @error is of the connection. jsonrpc-glib 3.42 looks for a 32-bit code, but a JSON
 * number arrives as 64 bits: it then reports
 * G_IO_ERROR_FAILED with the whole error object, in GVariant text, as the message. */
static GError *
engine_error (const GError *error)
{
  gint64 code = 0;
  g_autofree char *message = NULL;
  gboolean is_rpc = error->domain == jsonrpc_client_error_quark ();
  if (!is_rpc && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_FAILED))
    return NULL;
  g_autoptr (GVariant) object = g_variant_parse (G_VARIANT_TYPE_VARDICT, error->message, NULL, NULL, NULL);
  if (object != NULL && g_variant_lookup (object, "code", "x", &code) && g_variant_lookup (object, "message", "s", &message))
    return vbet_rpc_error ((gint) CLAMP (code, G_MININT, G_MAXINT), message);
  return is_rpc && error->code < 0 ? vbet_rpc_error (error->code, error->message) : NULL;
}

static gboolean
release_now (gpointer self)
{
  return G_SOURCE_REMOVE; /* with it goes the source's reference */
}

/* The call may be the last that holds the connection. Closed inside a reply, jsonrpc-glib 3.42 would complete the call
 * a second time, with an error: so it is closed right after it. */
static void
release_after_reply (VbetClient *self)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_HIGH);
  g_source_set_callback (source, release_now, g_object_ref (self), g_object_unref);
  g_source_attach (source, g_main_context_get_thread_default ());
}

static void
on_reply (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  release_after_reply (g_task_get_source_object (task));
  g_autoptr (GError) error = NULL;
  GVariant *reply = NULL;
  GError *said = NULL;
  if (jsonrpc_client_call_finish (JSONRPC_CLIENT (source), result, &reply, &error)) {
    if (reply == NULL)
      reply = g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
    g_task_return_pointer (task, reply, (GDestroyNotify) g_variant_unref);
  } else if ((said = engine_error (error)) != NULL) {
    g_task_return_error (task, said);
  } else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_CANCELLED, "Cancelled");
  } else {
    g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_PROTOCOL, "The lab's engine went away (%s)", error->message);
  }
}

void
vbet_client_call_async (VbetClient *self, const char *method, GVariant *params, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GVariant) owned
      = g_variant_ref_sink (params != NULL ? params : g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
  if (self->rpc == NULL) {
    g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_PROTOCOL, "The lab's engine went away");
    return;
  }
  jsonrpc_client_call_async (self->rpc, method, owned, cancellable, on_reply, g_steal_pointer (&task));
}

GVariant *
vbet_client_call_finish (VbetClient *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- which labs run ---------------------------------------------------------- */

void
vbet_lab_info_free (VbetLabInfo *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->name);
  g_free (self->path);
  g_free (self);
}

VbetLabInfo *
_vbet_lab_info_from_reply (const char *id, GVariant *reply)
{
  if (!g_variant_is_of_type (reply, G_VARIANT_TYPE_VARDICT))
    return NULL;
  VbetLabInfo *info = g_new0 (VbetLabInfo, 1);
  gint64 number = 0;
  info->id = g_strdup (id);
  if (!g_variant_lookup (reply, "name", "s", &info->name))
    info->name = g_strdup (id);
  if (!g_variant_lookup (reply, "path", "s", &info->path))
    info->path = g_strdup ("");
  g_variant_lookup (reply, "pid", "x", &info->pid);
  g_variant_lookup (reply, "uptime", "d", &info->uptime);
  if (g_variant_lookup (reply, "devices", "x", &number))
    info->devices = (guint) number;
  if (g_variant_lookup (reply, "guests", "x", &number))
    info->guests = (guint) number;
  if (g_variant_lookup (reply, "ready", "x", &number))
    info->ready = (guint) number;
  return info;
}

static VbetLabInfo *
lab_info_sync (const char *id)
{
  g_autoptr (VbetClient) client = vbet_client_connect_sync (id, NULL);
  if (client == NULL)
    return NULL;
  g_autoptr (GVariant) reply = vbet_client_call_sync (client, "lab.info", NULL, NULL);
  return reply != NULL ? _vbet_lab_info_from_reply (id, reply) : NULL;
}

static gint
compare_ids (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(VbetLabInfo *const *) a)->id, (*(VbetLabInfo *const *) b)->id);
}

GPtrArray *
vbet_labs_list_sync (void)
{
  GPtrArray *labs = g_ptr_array_new_with_free_func ((GDestroyNotify) vbet_lab_info_free);
  g_autofree char *base = vbet_paths_runtime_dir ();
  g_autoptr (GDir) dir = vbet_paths_check_runtime (NULL, NULL) ? g_dir_open (base, 0, NULL) : NULL;
  const char *name = NULL;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    VbetLabInfo *info = vbet_paths_valid_lab_id (name) ? lab_info_sync (name) : NULL;
    if (info != NULL)
      g_ptr_array_add (labs, info);
  }
  g_ptr_array_sort (labs, compare_ids);
  return labs;
}
