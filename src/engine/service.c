/* service.c - the engine's JSON-RPC service; see service.h.
 *
 * A table of methods; each handler reads its parameters, calls the lab, and
 * answers when the lab has. A handler never blocks, and a client that sends
 * nonsense gets an error or is disconnected by jsonrpc-glib: it never ends the
 * engine.
 */
#include "config.h"

#include "engine/service.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <gio/gunixsocketaddress.h>
#include <jsonrpc-glib.h>

#include "base/error.h"
#include "base/paths.h"
#include "engine/rpc.h"

#define MEASURE_COUNT_MAX 100000
#define MEASURE_SECONDS_MAX 3600
#define FILTER_MAX (4 * 256) /* numbers of a capture's filter */

struct _VbetService {
  GObject parent_instance;
  VbetLab *lab;
  GSocketService *listener;
  JsonrpcServer *server;
  GHashTable *clients;  /* JsonrpcClient → itself */
  GHashTable *measures; /* of Request: measurements that run */
  GHashTable *streams;  /* name of a streamed command → GCancellable */
};

G_DEFINE_FINAL_TYPE (VbetService, vbet_service, G_TYPE_OBJECT)

enum {
  SIGNAL_FINISHED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* One request that waits for its answer. */
typedef struct {
  VbetService *service;
  JsonrpcClient *client;
  GVariant *id;
  GVariant *params;   /* a{sv} */
  char *stream;       /* device.exec: (nullable) */
  GCancellable *cancellable;
  guint timeout;      /* device.exec: source; 0 */
  gboolean timed_out;
} Request;

typedef void (*Handler) (Request *request);

typedef struct {
  const char *method;
  Handler handler;
} Method;

/* --- answers ---------------------------------------------------------------------- */

static void
on_sent (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  /* A client that went away does not miss its answer. */
  if (!jsonrpc_client_reply_finish (JSONRPC_CLIENT (source), result, &error))
    g_debug ("reply not sent: %s", error->message);
}

static void
request_free (Request *request)
{
  if (request->timeout != 0)
    g_source_remove (request->timeout);
  if (request->stream != NULL)
    g_hash_table_remove (request->service->streams, request->stream);
  g_clear_object (&request->cancellable);
  g_clear_pointer (&request->params, g_variant_unref);
  g_clear_pointer (&request->id, g_variant_unref);
  g_object_unref (request->client);
  g_object_unref (request->service);
  g_free (request->stream);
  g_free (request);
}

/* Answers with @result (consumed when floating) and ends @request. */
static void
answer (Request *request, GVariant *result)
{
  g_autoptr (GVariant) owned = g_variant_take_ref (result);
  jsonrpc_client_reply_async (request->client, request->id, owned, NULL, on_sent, NULL);
  request_free (request);
}

static void
answer_nothing (Request *request)
{
  answer (request, g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
}

static void
on_error_sent (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  if (!jsonrpc_client_reply_error_finish (JSONRPC_CLIENT (source), result, &error))
    g_debug ("error not sent: %s", error->message);
}

/* Answers with @error (consumed) and ends @request. */
static void
refuse (Request *request, GError *error)
{
  jsonrpc_client_reply_error_async (request->client, request->id, vbet_rpc_code (error), error->message, NULL,
                                    on_error_sent, NULL);
  g_error_free (error);
  request_free (request);
}

/* --- parameters ---------------------------------------------------------------------- */

/* A string parameter, or NULL after having refused @request. */
static char *
require_text (Request *request, const char *key)
{
  char *value = NULL;
  if (!g_variant_lookup (request->params, key, "s", &value))
    refuse (request, g_error_new (VBET_ERROR, VBET_ERROR_USAGE, "The parameter “%s” is missing or no text", key));
  return value;
}

static double
number_or (GVariant *params, const char *key, double fallback)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (params, key, NULL);
  if (value == NULL)
    return fallback;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return (double) g_variant_get_int64 (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    return g_variant_get_double (value);
  return fallback;
}

static gboolean
flag_or (GVariant *params, const char *key, gboolean fallback)
{
  gboolean value = fallback;
  g_variant_lookup (params, key, "b", &value);
  return value;
}

/* The guest a request is about, or NULL after having refused @request. */
static VbetGuest *
require_guest (Request *request)
{
  GError *error = NULL;
  g_autofree char *device = require_text (request, "device");
  if (device == NULL)
    return NULL;
  VbetGuest *guest = vbet_lab_guest (request->service->lab, device, &error);
  if (guest == NULL)
    refuse (request, error);
  return guest;
}

static char *
to_base64 (GBytes *bytes)
{
  gsize size = 0;
  const guchar *data = g_bytes_get_data (bytes, &size);
  return size > 0 ? g_base64_encode (data, size) : g_strdup ("");
}

/* --- lab.* -------------------------------------------------------------------------------- */

static void
on_lab_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  Request *request = data;
  GError *error = NULL;
  GVariant *reply = vbet_lab_finish (VBET_LAB (source), result, &error);
  if (reply != NULL)
    answer (request, reply);
  else
    refuse (request, error);
}

static void
handle_info (Request *request)
{
  answer (request, vbet_lab_info (request->service->lab));
}

static void
handle_apply (Request *request)
{
  g_autofree char *path = NULL;
  g_autofree char *text = require_text (request, "text");
  if (text == NULL)
    return;
  g_variant_lookup (request->params, "path", "s", &path);
  vbet_lab_apply_async (request->service->lab, text, path, flag_or (request->params, "wait", TRUE), on_lab_answer,
                        request);
}

static void
handle_text (Request *request)
{
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "text", "s", vbet_lab_get_text (request->service->lab));
  g_variant_dict_insert (&dict, "path", "s", vbet_lab_get_path (request->service->lab));
  answer (request, g_variant_dict_end (&dict));
}

static void
handle_status (Request *request)
{
  vbet_lab_status_async (request->service->lab, on_lab_answer, request);
}

static void
handle_device_status (Request *request)
{
  g_autofree char *device = require_text (request, "device");
  if (device != NULL)
    vbet_lab_device_status_async (request->service->lab, device, on_lab_answer, request);
}

static void
handle_counters (Request *request)
{
  vbet_lab_counters_async (request->service->lab, flag_or (request->params, "usage", FALSE), on_lab_answer, request);
}

static void
handle_calls (Request *request)
{
  GVariantDict dict;
  double since = number_or (request->params, "since", 0);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "calls",
                               vbet_lab_calls (request->service->lab, since > 0 && since < 4e9 ? (guint) since : 0));
  answer (request, g_variant_dict_end (&dict));
}

static void
handle_call (Request *request)
{
  g_autofree char *text = require_text (request, "text");
  if (text != NULL)
    vbet_lab_call_async (request->service->lab, text, on_lab_answer, request);
}

static void
handle_steps (Request *request)
{
  answer (request, vbet_lab_steps (request->service->lab));
}

static void
handle_step (Request *request)
{
  double index = number_or (request->params, "index", 0);
  vbet_lab_step_async (request->service->lab, index > 0 && index < 1e6 ? (guint) index : 0, on_lab_answer, request);
}

static void
handle_step_cancel (Request *request)
{
  GError *error = NULL;
  if (vbet_lab_step_cancel (request->service->lab, &error))
    answer_nothing (request);
  else
    refuse (request, error);
}

static void
handle_retry (Request *request)
{
  double number = number_or (request->params, "number", 0);
  vbet_lab_retry_async (request->service->lab, number > 0 && number < 4e9 ? (guint) number : 0, on_lab_answer, request);
}

static void
handle_checks (Request *request)
{
  vbet_lab_checks_async (request->service->lab, on_lab_answer, request);
}

static void
on_stop_answered (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetService) self = data;
  jsonrpc_client_reply_finish (JSONRPC_CLIENT (source), result, NULL);
  g_signal_emit (self, signals[SIGNAL_FINISHED], 0);
}

static void
on_lab_stopped (GObject *source, GAsyncResult *result, gpointer data)
{
  Request *request = data;
  vbet_lab_stop_finish (VBET_LAB (source), result, NULL);
  jsonrpc_client_reply_async (request->client, request->id, g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0),
                              NULL, on_stop_answered, g_object_ref (request->service));
  request_free (request);
}

static void notify_all (VbetService *self, const char *method, GVariant *params);

static void
handle_stop (Request *request)
{
  notify_all (request->service, "lab.stopping", g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
  vbet_lab_stop_async (request->service->lab, on_lab_stopped, request);
}

/* --- device.* ------------------------------------------------------------------------------- */

static void
handle_power (Request *request, VbetPower power)
{
  g_autofree char *device = require_text (request, "device");
  if (device != NULL)
    vbet_lab_power_async (request->service->lab, device, power, on_lab_answer, request);
}

static void
handle_start (Request *request)
{
  handle_power (request, VBET_POWER_START);
}

static void
handle_device_stop (Request *request)
{
  handle_power (request, VBET_POWER_STOP);
}

static void
handle_restart (Request *request)
{
  handle_power (request, VBET_POWER_RESTART);
}

static void
handle_pause (Request *request)
{
  handle_power (request, VBET_POWER_PAUSE);
}

static void
handle_resume (Request *request)
{
  handle_power (request, VBET_POWER_RESUME);
}

static void
handle_resources (Request *request)
{
  g_autofree char *device = require_text (request, "device");
  if (device != NULL)
    vbet_lab_resources_async (request->service->lab, device, on_lab_answer, request);
}

/* The command of a device.exec request: "argv", or "command" for a shell; NULL when neither is there. */
static char **
exec_argv (GVariant *params)
{
  g_autofree char *command = NULL;
  if (g_variant_lookup (params, "command", "s", &command)) {
    const char *shell[] = { "/bin/sh", "-c", command, NULL };
    return g_strdupv ((char **) shell);
  }
  g_autoptr (GVariant) list = g_variant_lookup_value (params, "argv", NULL);
  if (list != NULL && g_variant_is_of_type (list, G_VARIANT_TYPE_STRING_ARRAY))
    return g_variant_n_children (list) > 0 ? g_variant_dup_strv (list, NULL) : NULL;
  if (list == NULL || !g_variant_is_of_type (list, G_VARIANT_TYPE ("av")))
    return NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  for (gsize i = 0; i < g_variant_n_children (list); i++) {
    g_autoptr (GVariant) boxed = g_variant_get_child_value (list, i);
    g_autoptr (GVariant) word = g_variant_get_variant (boxed);
    if (!g_variant_is_of_type (word, G_VARIANT_TYPE_STRING))
      return NULL;
    g_strv_builder_add (builder, g_variant_get_string (word, NULL));
  }
  return g_variant_n_children (list) > 0 ? g_strv_builder_end (builder) : NULL;
}

static void
on_exec_output (gint stream, const guint8 *data, gsize size, gpointer user_data)
{
  Request *request = user_data;
  GVariantDict dict;
  g_autofree char *text = g_base64_encode (data, size);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "stream", "s", request->stream);
  g_variant_dict_insert (&dict, "fd", "x", (gint64) stream);
  g_variant_dict_insert (&dict, "data", "s", text);
  jsonrpc_client_send_notification_async (request->client, "exec.output", g_variant_dict_end (&dict), NULL, NULL, NULL);
}

static void
on_exec_done (GObject *source, GAsyncResult *result, gpointer data)
{
  Request *request = data;
  GError *error = NULL;
  g_autoptr (VbetExecResult) outcome = vbet_guest_exec_finish (VBET_GUEST (source), result, &error);
  if (outcome == NULL) {
    if (request->timed_out) {
      g_clear_error (&error);
      error = g_error_new_literal (VBET_ERROR, VBET_ERROR_TIMEOUT, "The command was not done in time and was killed");
    }
    refuse (request, error);
    return;
  }
  g_autofree char *out = to_base64 (outcome->out);
  g_autofree char *err = to_base64 (outcome->err);
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "status", "x", (gint64) outcome->status);
  g_variant_dict_insert (&dict, "stdout", "s", out);
  g_variant_dict_insert (&dict, "stderr", "s", err);
  answer (request, g_variant_dict_end (&dict));
}

static gboolean
on_exec_timeout (gpointer data)
{
  Request *request = data;
  request->timeout = 0;
  request->timed_out = TRUE;
  g_cancellable_cancel (request->cancellable);
  return G_SOURCE_REMOVE;
}

static void
handle_exec (Request *request)
{
  VbetGuest *guest = require_guest (request);
  if (guest == NULL)
    return;
  g_auto (GStrv) argv = exec_argv (request->params);
  g_autofree char *input64 = NULL;
  g_autoptr (GBytes) input = NULL;
  double timeout = number_or (request->params, "timeout", 0);
  char *stream = NULL;
  if (argv == NULL) {
    refuse (request, g_error_new_literal (VBET_ERROR, VBET_ERROR_USAGE,
                                          "Give the command as “argv” (a list of texts) or as “command” (for a shell)"));
    return;
  }
  if (g_variant_lookup (request->params, "stream", "s", &stream)) {
    if (g_hash_table_contains (request->service->streams, stream)) {
      refuse (request, g_error_new (VBET_ERROR, VBET_ERROR_EXISTS, "The stream name “%s” is taken; choose another", stream));
      g_free (stream);
      return;
    }
    request->stream = stream;
    g_hash_table_insert (request->service->streams, g_strdup (stream), g_object_ref (request->cancellable));
  }
  if (g_variant_lookup (request->params, "input", "s", &input64)) {
    gsize size = 0;
    guchar *bytes = g_base64_decode (input64, &size);
    input = g_bytes_new_take (bytes, size);
  }
  if (timeout > 0 && timeout < 1e6)
    request->timeout = g_timeout_add ((guint) (timeout * 1000), on_exec_timeout, request);
  vbet_guest_exec_async (guest, (const char *const *) argv, input, request->stream != NULL ? on_exec_output : NULL,
                         request, request->cancellable, on_exec_done, request);
}

static void
handle_exec_cancel (Request *request)
{
  g_autofree char *stream = require_text (request, "stream");
  if (stream == NULL)
    return;
  GCancellable *cancellable = g_hash_table_lookup (request->service->streams, stream);
  if (cancellable != NULL)
    g_cancellable_cancel (cancellable);
  answer_nothing (request);
}

static void
on_put (GObject *source, GAsyncResult *result, gpointer data)
{
  Request *request = data;
  GError *error = NULL;
  if (vbet_guest_put_finish (VBET_GUEST (source), result, &error))
    answer_nothing (request);
  else
    refuse (request, error);
}

static void
handle_put (Request *request)
{
  VbetGuest *guest = require_guest (request);
  if (guest == NULL)
    return;
  g_autofree char *contents = NULL;
  g_autofree char *path = require_text (request, "path");
  if (path == NULL || (contents = require_text (request, "contents")) == NULL)
    return;
  gsize size = 0;
  guchar *bytes = g_base64_decode (contents, &size);
  g_autoptr (GBytes) data = g_bytes_new_take (bytes, size);
  double mode = number_or (request->params, "mode", 0644);
  vbet_guest_put_async (guest, path, (guint) mode & 07777, data, on_put, request);
}

static void
on_got (GObject *source, GAsyncResult *result, gpointer data)
{
  Request *request = data;
  GError *error = NULL;
  g_autoptr (GBytes) contents = vbet_guest_get_finish (VBET_GUEST (source), result, &error);
  if (contents == NULL) {
    refuse (request, error);
    return;
  }
  g_autofree char *text = to_base64 (contents);
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "contents", "s", text);
  answer (request, g_variant_dict_end (&dict));
}

static void
handle_get (Request *request)
{
  VbetGuest *guest = require_guest (request);
  if (guest == NULL)
    return;
  g_autofree char *path = require_text (request, "path");
  if (path != NULL)
    vbet_guest_get_async (guest, path, on_got, request);
}

/* --- console.* ---------------------------------------------------------------------------------- */

static void
handle_console_open (Request *request)
{
  VbetGuest *guest = require_guest (request);
  if (guest == NULL)
    return;
  VbetConsole *console = vbet_guest_get_console (guest);
  if (console == NULL) {
    refuse (request, g_error_new_literal (VBET_ERROR, VBET_ERROR_HOST, "The console could not be made; start the device to see why"));
    return;
  }
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "socket", "s", vbet_console_get_socket_path (console));
  answer (request, g_variant_dict_end (&dict));
}

/* The size of a terminal. Returns: FALSE after having refused @request. */
static gboolean
require_size (Request *request, guint *ret_rows, guint *ret_columns)
{
  double rows = number_or (request->params, "rows", 0);
  double columns = number_or (request->params, "columns", 0);
  if (!(rows >= 1 && rows <= 10000 && columns >= 1 && columns <= 10000)) {
    refuse (request, g_error_new_literal (VBET_ERROR, VBET_ERROR_USAGE, "“rows” and “columns” are numbers from 1 to 10000"));
    return FALSE;
  }
  *ret_rows = (guint) rows;
  *ret_columns = (guint) columns;
  return TRUE;
}

static void
handle_shell (Request *request)
{
  GError *error = NULL;
  guint rows;
  guint columns;
  g_autofree char *path = NULL;
  VbetGuest *guest = require_guest (request);
  if (guest == NULL || !require_size (request, &rows, &columns))
    return;
  guint number = vbet_guest_open_shell (guest, rows, columns, &path, &error);
  if (number == 0) {
    refuse (request, error);
    return;
  }
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "shell", "x", (gint64) number);
  g_variant_dict_insert (&dict, "socket", "s", path);
  answer (request, g_variant_dict_end (&dict));
}

static void
handle_shell_resize (Request *request)
{
  guint rows;
  guint columns;
  VbetGuest *guest = require_guest (request);
  if (guest == NULL || !require_size (request, &rows, &columns))
    return;
  double number = number_or (request->params, "shell", 0);
  if (number >= 1 && number < 1e9 && vbet_guest_resize_shell (guest, (guint) number, rows, columns))
    answer_nothing (request);
  else
    refuse (request, g_error_new_literal (VBET_ERROR, VBET_ERROR_NOT_FOUND, "There is no such shell; it may have ended"));
}

static void
handle_console_resize (Request *request)
{
  guint rows;
  guint columns;
  VbetGuest *guest = require_guest (request);
  if (guest == NULL || !require_size (request, &rows, &columns))
    return;
  VbetConsole *console = vbet_guest_get_console (guest);
  if (console != NULL)
    vbet_console_resize (console, rows, columns);
  answer_nothing (request);
}

/* --- capture.* ------------------------------------------------------------------------------------- */

/* The instructions in "filter"; NULL with @error when they are no numbers. */
static GArray *
read_filter (GVariant *list, GError **error)
{
  g_autoptr (GArray) filter = g_array_new (FALSE, FALSE, sizeof (guint32));
  gsize length = g_variant_is_of_type (list, G_VARIANT_TYPE_ARRAY) ? g_variant_n_children (list) : 0;
  gboolean ok = length > 0 && length % 4 == 0 && length <= FILTER_MAX;
  for (gsize i = 0; ok && i < length; i++) {
    g_autoptr (GVariant) one = g_variant_get_child_value (list, i);
    g_autoptr (GVariant) value = g_variant_is_of_type (one, G_VARIANT_TYPE_VARIANT) ? g_variant_get_variant (one)
                                                                                   : g_variant_ref (one);
    ok = g_variant_is_of_type (value, G_VARIANT_TYPE_INT64) && g_variant_get_int64 (value) >= 0
         && g_variant_get_int64 (value) <= G_MAXUINT32;
    guint32 number = ok ? (guint32) g_variant_get_int64 (value) : 0;
    g_array_append_val (filter, number);
  }
  if (ok)
    return g_steal_pointer (&filter);
  g_set_error_literal (error, VBET_ERROR, VBET_ERROR_USAGE,
                       "“filter” is a program of BPF: code, jt, jf and k of at most 256 instructions, as numbers");
  return NULL;
}

static void
handle_capture_start (Request *request)
{
  GError *error = NULL;
  g_autofree char *end = NULL;
  g_autofree char *cable = require_text (request, "cable");
  if (cable == NULL)
    return;
  g_autoptr (GVariant) list = g_variant_lookup_value (request->params, "filter", NULL);
  g_autoptr (GArray) filter = list != NULL ? read_filter (list, &error) : NULL;
  if (error != NULL) {
    refuse (request, error);
    return;
  }
  g_variant_lookup (request->params, "end", "s", &end);
  double snaplen = number_or (request->params, "snaplen", 0);
  VbetLabCaptureOptions options = {
    .cable = cable,
    .end = end,
    .both = flag_or (request->params, "both", FALSE),
    .snaplen = snaplen >= 1 && snaplen <= 65535 ? (guint) snaplen : 0,
    .filter = filter,
  };
  GVariant *capture = vbet_lab_capture_start (request->service->lab, &options, &error);
  if (capture != NULL)
    answer (request, capture);
  else
    refuse (request, error);
}

static void
handle_capture_stop (Request *request)
{
  GError *error = NULL;
  double number = number_or (request->params, "capture", 0);
  if (vbet_lab_capture_stop (request->service->lab, number > 0 && number < 4e9 ? (guint) number : 0, &error))
    answer_nothing (request);
  else
    refuse (request, error);
}

/* --- cable.* --------------------------------------------------------------------------------------- */

static void
on_measuring (double share, double duration, gpointer data)
{
  Request *request = data;
  GVariantDict dict;
  g_variant_dict_init (&dict, request->params);
  g_variant_dict_insert (&dict, "share", "d", share);
  g_variant_dict_insert (&dict, "seconds", "d", duration / 1e9);
  jsonrpc_client_send_notification_async (request->client, "cable.measuring", g_variant_dict_end (&dict), NULL, NULL,
                                          NULL);
}

static void
on_measure_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  Request *request = data;
  g_hash_table_remove (request->service->measures, request);
  on_lab_answer (source, result, request);
}

static void
handle_measure (Request *request)
{
  g_autofree char *cable = require_text (request, "cable");
  if (cable == NULL)
    return;
  double count = number_or (request->params, "count", 0);
  double seconds = number_or (request->params, "seconds", 0);
  if (!(count >= 0 && count <= MEASURE_COUNT_MAX && seconds >= 0 && seconds <= MEASURE_SECONDS_MAX)) {
    refuse (request, g_error_new (VBET_ERROR, VBET_ERROR_USAGE,
                                  "“count” is a number up to %d, “seconds” one up to %d", MEASURE_COUNT_MAX,
                                  MEASURE_SECONDS_MAX));
    return;
  }
  VbetLabMeasureOptions options = {
    .cable = cable,
    .count = (guint) count,
    .seconds = seconds,
    .measuring = on_measuring,
    .measuring_data = request,
  };
  g_hash_table_add (request->service->measures, request);
  vbet_lab_measure_async (request->service->lab, &options, request->cancellable, on_measure_answer, request);
}

static void
handle_measure_cancel (Request *request)
{
  GError *error = NULL;
  g_autofree char *cable = require_text (request, "cable");
  if (cable == NULL)
    return;
  if (vbet_lab_measure_cancel (request->service->lab, cable, &error))
    answer_nothing (request);
  else
    refuse (request, error);
}

/* Nobody waits for its measurements any more. */
static void
cancel_measures_of (VbetService *self, JsonrpcClient *client)
{
  g_autoptr (GList) requests = g_hash_table_get_keys (self->measures);
  for (GList *at = requests; at != NULL; at = at->next) {
    Request *request = at->data;
    if (request->client == client)
      g_cancellable_cancel (request->cancellable);
  }
}

/* --- the table -------------------------------------------------------------------------------------- */

static const Method methods[] = {
  { "lab.info", handle_info },
  { "lab.apply", handle_apply },
  { "lab.text", handle_text },
  { "lab.status", handle_status },
  { "lab.counters", handle_counters },
  { "lab.calls", handle_calls },
  { "lab.call", handle_call },
  { "lab.steps", handle_steps },
  { "lab.step", handle_step },
  { "lab.step-cancel", handle_step_cancel },
  { "lab.checks", handle_checks },
  { "call.retry", handle_retry },
  { "lab.stop", handle_stop },
  { "device.start", handle_start },
  { "device.stop", handle_device_stop },
  { "device.restart", handle_restart },
  { "device.pause", handle_pause },
  { "device.resume", handle_resume },
  { "device.status", handle_device_status },
  { "device.resources", handle_resources },
  { "device.exec", handle_exec },
  { "device.exec-cancel", handle_exec_cancel },
  { "device.put", handle_put },
  { "device.get", handle_get },
  { "device.shell", handle_shell },
  { "device.shell-resize", handle_shell_resize },
  { "capture.start", handle_capture_start },
  { "capture.stop", handle_capture_stop },
  { "cable.measure", handle_measure },
  { "cable.measure-cancel", handle_measure_cancel },
  { "console.open", handle_console_open },
  { "console.resize", handle_console_resize },
};

static void
on_request (JsonrpcServer *server, JsonrpcClient *client, const char *name, GVariant *id, GVariant *params,
            gpointer user_data)
{
  VbetService *self = user_data;
  Request *request = g_new0 (Request, 1);
  request->service = g_object_ref (self);
  request->client = g_object_ref (client);
  request->id = id != NULL ? g_variant_ref (id) : NULL;
  request->cancellable = g_cancellable_new ();
  if (params == NULL)
    request->params = g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
  else
    request->params = g_variant_ref (params);
  if (!g_variant_is_of_type (request->params, G_VARIANT_TYPE_VARDICT)) {
    refuse (request, g_error_new_literal (VBET_ERROR, VBET_ERROR_USAGE, "Parameters are an object with names"));
    return;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++) {
    if (strcmp (methods[i].method, name) == 0) {
      methods[i].handler (request);
      return;
    }
  }
  refuse (request, g_error_new (VBET_ERROR, VBET_ERROR_USAGE, "There is no method “%s”", name));
}

/* --- notifications ------------------------------------------------------------------------------------ */

static void
on_notified (GObject *source, GAsyncResult *result, gpointer data)
{
  jsonrpc_client_send_notification_finish (JSONRPC_CLIENT (source), result, NULL);
}

static void
notify_all (VbetService *self, const char *method, GVariant *params)
{
  g_autoptr (GVariant) owned = g_variant_take_ref (params);
  GHashTableIter iter;
  gpointer client = NULL;
  g_hash_table_iter_init (&iter, self->clients);
  while (g_hash_table_iter_next (&iter, &client, NULL))
    jsonrpc_client_send_notification_async (client, method, owned, NULL, on_notified, NULL);
}

static void
on_lab_call (VbetLab *lab, GVariant *call, VbetService *self)
{
  notify_all (self, "call", g_variant_ref (call));
}

static void
on_lab_step (VbetLab *lab, GVariant *step, VbetService *self)
{
  notify_all (self, "step", g_variant_ref (step));
}

static void
on_device_state (VbetLab *lab, const char *device, const char *state, const char *error, VbetService *self)
{
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "device", "s", device);
  g_variant_dict_insert (&dict, "state", "s", state);
  if (error != NULL)
    g_variant_dict_insert (&dict, "error", "s", error);
  notify_all (self, "device.state", g_variant_dict_end (&dict));
}

static void
on_lab_changed (VbetLab *lab, guint revision, VbetService *self)
{
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "revision", "x", (gint64) revision);
  notify_all (self, "lab.changed", g_variant_dict_end (&dict));
}

static void
on_switch_state (VbetLab *lab, const char *state, VbetService *self)
{
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "state", "s", state);
  notify_all (self, "switch.state", g_variant_dict_end (&dict));
}

/* --- connections ---------------------------------------------------------------------------------------- */

static gboolean
on_incoming (GSocketService *listener, GSocketConnection *connection, GObject *source, VbetService *self)
{
  jsonrpc_server_accept_io_stream (self->server, G_IO_STREAM (connection));
  return TRUE;
}

static void
on_client_accepted (JsonrpcServer *server, JsonrpcClient *client, VbetService *self)
{
  g_hash_table_add (self->clients, g_object_ref (client));
}

static void
on_client_closed (JsonrpcServer *server, JsonrpcClient *client, VbetService *self)
{
  cancel_measures_of (self, client);
  g_hash_table_remove (self->clients, client);
}

gboolean
vbet_service_has_clients (VbetService *self)
{
  return g_hash_table_size (self->clients) > 0;
}

VbetService *
vbet_service_new (VbetLab *lab, const char *socket_path, GError **error)
{
  g_autoptr (VbetService) self = g_object_new (VBET_TYPE_SERVICE, NULL);
  if (strlen (socket_path) > VBET_SOCKET_PATH_MAX) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
                 "The path %s is longer than a socket's may be (%d bytes); choose a shorter lab id or XDG_RUNTIME_DIR",
                 socket_path, VBET_SOCKET_PATH_MAX);
    return NULL;
  }
  self->lab = g_object_ref (lab);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (socket_path);
  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (self->listener), address, G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, error)) {
    g_prefix_error (error, "Cannot listen on %s: ", socket_path);
    return NULL;
  }
  chmod (socket_path, 0600); /* the umask said so already; a promise of the manual page is kept twice */
  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    jsonrpc_server_add_handler (self->server, methods[i].method, on_request, self, NULL);
  g_signal_connect (lab, "call", G_CALLBACK (on_lab_call), self);
  g_signal_connect (lab, "step", G_CALLBACK (on_lab_step), self);
  g_signal_connect (lab, "device-state", G_CALLBACK (on_device_state), self);
  g_signal_connect (lab, "changed", G_CALLBACK (on_lab_changed), self);
  g_signal_connect (lab, "switch-state", G_CALLBACK (on_switch_state), self);
  g_socket_service_start (self->listener);
  return g_steal_pointer (&self);
}

static void
vbet_service_dispose (GObject *object)
{
  VbetService *self = VBET_SERVICE (object);
  if (self->lab != NULL)
    g_signal_handlers_disconnect_by_data (self->lab, self);
  if (self->listener != NULL) {
    g_socket_service_stop (self->listener);
    g_socket_listener_close (G_SOCKET_LISTENER (self->listener));
  }
  if (self->server != NULL)
    g_signal_handlers_disconnect_by_data (self->server, self);
  g_clear_object (&self->listener);
  g_clear_object (&self->server);
  g_clear_pointer (&self->clients, g_hash_table_unref);
  g_clear_pointer (&self->streams, g_hash_table_unref);
  g_clear_pointer (&self->measures, g_hash_table_unref);
  g_clear_object (&self->lab);
  G_OBJECT_CLASS (vbet_service_parent_class)->dispose (object);
}

static void
vbet_service_class_init (VbetServiceClass *class)
{
  G_OBJECT_CLASS (class)->dispose = vbet_service_dispose;
  signals[SIGNAL_FINISHED]
      = g_signal_new ("finished", VBET_TYPE_SERVICE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
vbet_service_init (VbetService *self)
{
  self->clients = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->measures = g_hash_table_new (NULL, NULL);
  self->streams = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->server = jsonrpc_server_new ();
  self->listener = g_socket_service_new ();
  g_signal_connect (self->listener, "incoming", G_CALLBACK (on_incoming), self);
  g_signal_connect (self->server, "client-accepted", G_CALLBACK (on_client_accepted), self);
  g_signal_connect (self->server, "client-closed", G_CALLBACK (on_client_closed), self);
}
