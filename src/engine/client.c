/* client.c - one connection to one lab's engine; see client.h. Starting an engine is in launch.c. */
#include "config.h"

#include "engine/client.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "base/owner.h"
#include "base/paths.h"
#include "engine/peer.h"
#include "engine/rpc.h"

/* What an engine may answer; it is ours (SO_PEERCRED), but a guest may have it say much. */
#define MESSAGE_MAX (32 * 1024 * 1024) /* bytes */
#define VALUES_MAX 4000000
#define UNSENT_MAX (32 * 1024 * 1024) /* bytes of requests that the engine has not taken */
#define CONNECT_TICK_MS 10            /* between two tries at an engine whose queue of connections is full */
#define CONNECT_MS 5000               /* in all */

struct _VbetClient {
  GObject parent_instance;
  char *id;            /* owned */
  VbetPeer *peer;      /* owned; NULL after the connection closed */
  GPid pid;            /* of the engine */
  char *refusal;       /* (nullable): why the engine will not have us */
  GHashTable *pending; /* number of a call → Call, owned */
  gint64 last_call;
};

/* A call that waits for its answer. */
typedef struct {
  VbetClient *client; /* not owned: the task holds it */
  gint64 number;
  GTask *task;
  GSource *cancelled; /* (nullable) */
} Call;

G_DEFINE_FINAL_TYPE (VbetClient, vbet_client, G_TYPE_OBJECT)

enum {
  SIGNAL_NOTIFICATION,
  SIGNAL_CLOSED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* --- calls that wait --------------------------------------------------------- */

/* Takes the call out of the table. Returns: (transfer full): its task. */
static GTask *
end_call (VbetClient *self, Call *call)
{
  GTask *task = g_steal_pointer (&call->task);
  g_hash_table_remove (self->pending, &call->number);
  return task;
}

static void
call_free (gpointer data)
{
  Call *call = data;
  if (call->cancelled != NULL)
    g_source_destroy (call->cancelled);
  g_clear_pointer (&call->cancelled, g_source_unref);
  g_clear_object (&call->task);
  g_free (call);
}

static void
drop_connection (VbetClient *self)
{
  if (self->peer == NULL)
    return;
  vbet_peer_close (self->peer);
  g_clear_object (&self->peer);
}

static GError *
gone_error (const VbetClient *self)
{
  if (self->refusal != NULL)
    return g_error_new_literal (VBET_ERROR, VBET_ERROR_STATE, self->refusal);
  return g_error_new_literal (VBET_ERROR, VBET_ERROR_PROTOCOL, "The lab's engine went away");
}

/* The engine is gone: so are the answers. Callers may come back meanwhile. */
static void
fail_calls (VbetClient *self)
{
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer call;
  g_hash_table_iter_init (&iter, self->pending);
  while (g_hash_table_iter_next (&iter, NULL, &call)) {
    g_ptr_array_add (tasks, g_steal_pointer (&((Call *)call)->task));
    g_hash_table_iter_remove (&iter);
  }
  for (guint i = 0; i < tasks->len; i++)
    g_task_return_error (g_ptr_array_index (tasks, i), gone_error (self));
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
  g_hash_table_unref (VBET_CLIENT (object)->pending);
  g_free (VBET_CLIENT (object)->refusal);
  g_free (VBET_CLIENT (object)->id);
  G_OBJECT_CLASS (vbet_client_parent_class)->finalize (object);
}

static void
vbet_client_class_init (VbetClientClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  object_class->dispose = vbet_client_dispose;
  object_class->finalize = vbet_client_finalize;
  signals[SIGNAL_NOTIFICATION] = g_signal_new ("notification", VBET_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL,
                                               NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_VARIANT);
  signals[SIGNAL_CLOSED]
      = g_signal_new ("closed", VBET_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
vbet_client_init (VbetClient *self)
{
  self->pending = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, call_free);
}

/* --- what the engine says ---------------------------------------------------- */

/* Returns: (transfer full): a member of @message, or an object without members. */
static GVariant *
object_of (GVariant *message, const char *key)
{
  GVariant *value = g_variant_lookup_value (message, key, G_VARIANT_TYPE_VARDICT);
  return value != NULL ? value : g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
}

static void
take_notification (VbetClient *self, GVariant *message)
{
  g_autoptr (GVariant) method = g_variant_lookup_value (message, "method", G_VARIANT_TYPE_STRING);
  g_autoptr (GVariant) params = object_of (message, "params");
  if (method != NULL)
    g_signal_emit (self, signals[SIGNAL_NOTIFICATION], 0, g_variant_get_string (method, NULL), params);
}

static void
take_answer (VbetClient *self, gint64 number, GVariant *message)
{
  Call *call = g_hash_table_lookup (self->pending, &number);
  if (call == NULL)
    return; /* cancelled meanwhile */
  g_autoptr (GTask) task = end_call (self, call);
  g_autoptr (GVariant) error = g_variant_lookup_value (message, "error", G_VARIANT_TYPE_VARDICT);
  if (error == NULL) {
    g_task_return_pointer (task, object_of (message, "result"), (GDestroyNotify)g_variant_unref);
    return;
  }
  gint64 code = 0;
  g_autofree char *sentence = NULL;
  g_variant_lookup (error, "code", "x", &code);
  if (!g_variant_lookup (error, "message", "s", &sentence))
    sentence = g_strdup ("The lab's engine refused without saying why");
  g_task_return_error (task, vbet_rpc_error ((gint)CLAMP (code, G_MININT, G_MAXINT), sentence));
}

static void
on_message (VbetPeer *peer, GVariant *message, gpointer data)
{
  g_autoptr (VbetClient) self = g_object_ref (data);
  g_autoptr (GVariant) id = g_variant_lookup_value (message, "id", NULL);
  if (id == NULL)
    take_notification (self, message);
  else if (g_variant_is_of_type (id, G_VARIANT_TYPE_INT64))
    take_answer (self, g_variant_get_int64 (id), message);
  else if (self->refusal == NULL) {
    /* Of no call: the engine is about to hang up. */
    g_autoptr (GVariant) error = object_of (message, "error");
    g_variant_lookup (error, "message", "s", &self->refusal);
  }
}

static void
on_closed (VbetPeer *peer, const GError *why, gpointer data)
{
  g_autoptr (VbetClient) self = g_object_ref (data);
  drop_connection (self);
  fail_calls (self);
  g_signal_emit (self, signals[SIGNAL_CLOSED], 0);
}

/* @fd: (transfer full) */
static VbetClient *
client_new (const char *id, int fd, GPid pid)
{
  static const VbetPeerEvents events = { .message = on_message, .closed = on_closed };
  static const VbetPeerLimits limits
      = { .message_max = MESSAGE_MAX, .values_max = VALUES_MAX, .unsent_max = UNSENT_MAX };
  VbetClient *self = g_object_new (VBET_TYPE_CLIENT, NULL);
  self->id = g_strdup (id);
  self->pid = pid;
  self->peer = vbet_peer_new (fd, &limits, &events, self);
  return self;
}

/* --- connecting ------------------------------------------------------------ */

static gboolean
lab_address (const char *id, struct sockaddr_un *ret_address, GError **error)
{
  if (!vbet_paths_valid_lab_id (id)) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_USAGE,
                 "“%s” cannot name a lab; use letters, digits, “_” and “-”, at most 32 of them", id);
    return FALSE;
  }
  if (!vbet_paths_check_runtime (id, error))
    return FALSE;
  g_autofree char *path = vbet_paths_lab_socket (id);
  if (strlen (path) > VBET_SOCKET_PATH_MAX) {
    g_set_error (
        error, VBET_ERROR, VBET_ERROR_HOST,
        "The path %s is longer than a socket's may be (%d bytes); choose a shorter lab id or XDG_RUNTIME_DIR",
        path, VBET_SOCKET_PATH_MAX);
    return FALSE;
  }
  *ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
  memcpy (ret_address->sun_path, path, strlen (path));
  return TRUE;
}

/* What is wrong with the socket of lab @id. */
static GError *
connect_error (const char *id, int code)
{
  if (code == ENOENT || code == ECONNREFUSED || code == ENOTDIR)
    return g_error_new (VBET_ERROR, VBET_ERROR_NOT_FOUND,
                        "No lab “%s” is running; “vbetctl ps” lists those that are", id);
  if (code == EAGAIN)
    return g_error_new (VBET_ERROR, VBET_ERROR_TIMEOUT,
                        "The lab “%s” takes no connection: its engine hangs, or has too "
                        "much to do",
                        id);
  return g_error_new (VBET_ERROR, VBET_ERROR_FAILED, "Cannot reach the lab “%s”: %s", id, g_strerror (code));
}

/* Connects to the lab @id without waiting. Returns: NULL with *@ret_again when its queue is full, or with @error. */
static VbetClient *
try_connect (const char *id, gboolean *ret_again, GError **error)
{
  struct sockaddr_un address;
  GPid pid = 0;
  *ret_again = FALSE;
  if (!lab_address (id, &address, error))
    return NULL;
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int failed = fd < 0 || connect (fd, (const struct sockaddr *)&address, sizeof address) != 0 ? errno : 0;
  if (failed == 0 && vbet_owner_is_ours (fd, &pid, error))
    return client_new (id, fd, pid);
  if (fd >= 0)
    close (fd);
  *ret_again = failed == EAGAIN;
  if (failed != 0)
    g_propagate_error (error, connect_error (id, failed));
  else
    g_prefix_error (error, "The socket of the lab “%s” is somebody else's. ", id);
  return NULL;
}

/* A connection that is tried until its time is over. */
typedef struct {
  char *id;
  gint64 deadline; /* monotonic, µs */
} Connecting;

static void
connecting_free (gpointer data)
{
  Connecting *self = data;
  g_free (self->id);
  g_free (self);
}

static gboolean
on_try (gpointer data)
{
  GTask *task = data;
  Connecting *self = g_task_get_task_data (task);
  GError *error = NULL;
  gboolean again = FALSE;
  if (g_task_return_error_if_cancelled (task))
    return G_SOURCE_REMOVE;
  VbetClient *client = try_connect (self->id, &again, &error);
  if (again && g_get_monotonic_time () < self->deadline) {
    g_error_free (error);
    return G_SOURCE_CONTINUE;
  }
  if (client != NULL)
    g_task_return_pointer (task, client, g_object_unref);
  else
    g_task_return_error (task, error);
  return G_SOURCE_REMOVE;
}

void
vbet_client_connect_async (const char *id, GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Connecting *connecting = g_new (Connecting, 1);
  *connecting = (Connecting){ g_strdup (id), g_get_monotonic_time () + CONNECT_MS * 1000 };
  g_task_set_task_data (task, connecting, connecting_free);
  if (on_try (task) == G_SOURCE_CONTINUE) {
    g_autoptr (GSource) source = g_timeout_source_new (CONNECT_TICK_MS);
    g_task_attach_source (task, source, on_try);
  }
  g_object_unref (task);
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

GPid
vbet_client_get_pid (VbetClient *self)
{
  return self->pid;
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer data)
{
  Call *call = data;
  g_autoptr (GTask) task = end_call (call->client, call);
  g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_CANCELLED, "Cancelled");
  return G_SOURCE_REMOVE;
}

void
vbet_client_call_async (VbetClient *self, const char *method, GVariant *params, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  g_autoptr (GVariant) owned
      = g_variant_ref_sink (params != NULL ? params : g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
  if (self->peer == NULL) {
    g_task_return_error (task, gone_error (self));
    g_object_unref (task);
    return;
  }
  Call *call = g_new0 (Call, 1);
  call->client = self;
  call->task = task;
  call->number = ++self->last_call;
  g_hash_table_insert (self->pending, &call->number, call);
  if (cancellable != NULL) {
    call->cancelled = g_cancellable_source_new (cancellable);
    g_source_set_callback (call->cancelled, G_SOURCE_FUNC (on_cancelled), call, NULL);
    g_source_attach (call->cancelled, g_main_context_get_thread_default ());
  }
  vbet_peer_send (self->peer, vbet_rpc_request (call->number, method, g_variant_ref (owned)));
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
  info->answers = TRUE;
  info->id = g_strdup (id);
  if (!g_variant_lookup (reply, "name", "s", &info->name))
    info->name = g_strdup (id);
  if (!g_variant_lookup (reply, "path", "s", &info->path))
    info->path = g_strdup ("");
  g_variant_lookup (reply, "pid", "x", &info->pid);
  g_variant_lookup (reply, "uptime", "d", &info->uptime);
  g_variant_lookup (reply, "isolated", "b", &info->isolated);
  if (g_variant_lookup (reply, "devices", "x", &number))
    info->devices = (guint)number;
  if (g_variant_lookup (reply, "guests", "x", &number))
    info->guests = (guint)number;
  if (g_variant_lookup (reply, "ready", "x", &number))
    info->ready = (guint)number;
  return info;
}

static void
store_labs (GObject *source, GAsyncResult *result, gpointer data)
{
  GPtrArray **slot = data;
  *slot = vbet_labs_list_finish (result);
}

GPtrArray *
vbet_labs_list_sync (void)
{
  GPtrArray *labs = NULL;
  vbet_labs_list_async (store_labs, &labs);
  while (labs == NULL)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
  return labs;
}
