/* service-device.c - methods of one device and its consoles: device.*, console.*; see service-private.h. */
#include "config.h"

#include "engine/service-private.h"

#include "base/error.h"

static char *
to_base64 (GBytes *bytes)
{
  gsize size = 0;
  const guchar *data = g_bytes_get_data (bytes, &size);
  return size > 0 ? g_base64_encode (data, size) : g_strdup ("");
}

/* --- device.* ------------------------------------------------------------------------------- */

static void
handle_power (VbetRequest *request, VbetPower power)
{
  g_autofree char *device = _vbet_request_text (request, "device");
  if (device != NULL)
    vbet_lab_power_async (request->service->lab, device, power, _vbet_request_on_lab_answer, request);
}

static void
handle_start (VbetRequest *request)
{
  handle_power (request, VBET_POWER_START);
}

static void
handle_device_stop (VbetRequest *request)
{
  handle_power (request, VBET_POWER_STOP);
}

static void
handle_restart (VbetRequest *request)
{
  handle_power (request, VBET_POWER_RESTART);
}

static void
handle_pause (VbetRequest *request)
{
  handle_power (request, VBET_POWER_PAUSE);
}

static void
handle_resume (VbetRequest *request)
{
  handle_power (request, VBET_POWER_RESUME);
}

static void
handle_resources (VbetRequest *request)
{
  g_autofree char *device = _vbet_request_text (request, "device");
  if (device != NULL)
    vbet_lab_resources_async (request->service->lab, device, _vbet_request_on_lab_answer, request);
}

/* The command of a device.exec request: "argv", or "command" for a shell; NULL when neither is there. */
static char **
exec_argv (GVariant *params)
{
  g_autofree char *command = NULL;
  if (g_variant_lookup (params, "command", "s", &command)) {
    const char *shell[] = { "/bin/sh", "-c", command, NULL };
    return g_strdupv ((char **)shell);
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
  VbetRequest *request = user_data;
  GVariantDict dict;
  g_autofree char *text = g_base64_encode (data, size);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "stream", "s", request->stream);
  g_variant_dict_insert (&dict, "fd", "x", (gint64)stream);
  g_variant_dict_insert (&dict, "data", "s", text);
  jsonrpc_client_send_notification_async (request->client, "exec.output", g_variant_dict_end (&dict), NULL,
                                          NULL, NULL);
}

static void
on_exec_done (GObject *source, GAsyncResult *result, gpointer data)
{
  VbetRequest *request = data;
  GError *error = NULL;
  g_autoptr (VbetExecResult) outcome = vbet_guest_exec_finish (VBET_GUEST (source), result, &error);
  if (outcome == NULL) {
    if (request->timed_out) {
      g_clear_error (&error);
      error = g_error_new_literal (VBET_ERROR, VBET_ERROR_TIMEOUT,
                                   "The command was not done in time and was killed");
    }
    _vbet_request_refuse (request, error);
    return;
  }
  g_autofree char *out = to_base64 (outcome->out);
  g_autofree char *err = to_base64 (outcome->err);
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "status", "x", (gint64)outcome->status);
  g_variant_dict_insert (&dict, "stdout", "s", out);
  g_variant_dict_insert (&dict, "stderr", "s", err);
  _vbet_request_answer (request, g_variant_dict_end (&dict));
}

static gboolean
on_exec_timeout (gpointer data)
{
  VbetRequest *request = data;
  request->timeout = 0;
  request->timed_out = TRUE;
  g_cancellable_cancel (request->cancellable);
  return G_SOURCE_REMOVE;
}

static void
handle_exec (VbetRequest *request)
{
  VbetGuest *guest = _vbet_request_guest (request);
  if (guest == NULL)
    return;
  g_auto (GStrv) argv = exec_argv (request->params);
  g_autofree char *input64 = NULL;
  g_autoptr (GBytes) input = NULL;
  double timeout = _vbet_request_number (request->params, "timeout", 0);
  char *stream = NULL;
  if (argv == NULL) {
    _vbet_request_refuse (
        request,
        g_error_new_literal (VBET_ERROR, VBET_ERROR_USAGE,
                             "Give the command as “argv” (a list of texts) or as “command” (for a shell)"));
    return;
  }
  if (g_variant_lookup (request->params, "stream", "s", &stream)) {
    if (g_hash_table_contains (request->service->streams, stream)) {
      _vbet_request_refuse (request, g_error_new (VBET_ERROR, VBET_ERROR_EXISTS,
                                                  "The stream name “%s” is taken; choose another", stream));
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
    request->timeout = g_timeout_add ((guint)(timeout * 1000), on_exec_timeout, request);
  vbet_guest_exec_async (guest, (const char *const *)argv, input,
                         request->stream != NULL ? on_exec_output : NULL, request, request->cancellable,
                         on_exec_done, request);
}

static void
handle_exec_cancel (VbetRequest *request)
{
  g_autofree char *stream = _vbet_request_text (request, "stream");
  if (stream == NULL)
    return;
  GCancellable *cancellable = g_hash_table_lookup (request->service->streams, stream);
  if (cancellable != NULL)
    g_cancellable_cancel (cancellable);
  _vbet_request_answer_nothing (request);
}

static void
on_put (GObject *source, GAsyncResult *result, gpointer data)
{
  VbetRequest *request = data;
  GError *error = NULL;
  if (vbet_guest_put_finish (VBET_GUEST (source), result, &error))
    _vbet_request_answer_nothing (request);
  else
    _vbet_request_refuse (request, error);
}

static void
handle_put (VbetRequest *request)
{
  VbetGuest *guest = _vbet_request_guest (request);
  if (guest == NULL)
    return;
  g_autofree char *contents = NULL;
  g_autofree char *path = _vbet_request_text (request, "path");
  if (path == NULL || (contents = _vbet_request_text (request, "contents")) == NULL)
    return;
  gsize size = 0;
  guchar *bytes = g_base64_decode (contents, &size);
  g_autoptr (GBytes) data = g_bytes_new_take (bytes, size);
  double mode = _vbet_request_number (request->params, "mode", 0644);
  vbet_guest_put_async (guest, path, (guint)mode & 07777, data, on_put, request);
}

static void
on_got (GObject *source, GAsyncResult *result, gpointer data)
{
  VbetRequest *request = data;
  GError *error = NULL;
  g_autoptr (GBytes) contents = vbet_guest_get_finish (VBET_GUEST (source), result, &error);
  if (contents == NULL) {
    _vbet_request_refuse (request, error);
    return;
  }
  g_autofree char *text = to_base64 (contents);
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "contents", "s", text);
  _vbet_request_answer (request, g_variant_dict_end (&dict));
}

static void
handle_get (VbetRequest *request)
{
  VbetGuest *guest = _vbet_request_guest (request);
  if (guest == NULL)
    return;
  g_autofree char *path = _vbet_request_text (request, "path");
  if (path != NULL)
    vbet_guest_get_async (guest, path, on_got, request);
}

/* --- console.* ---------------------------------------------------------------------------------- */

static void
handle_console_open (VbetRequest *request)
{
  VbetGuest *guest = _vbet_request_guest (request);
  if (guest == NULL)
    return;
  VbetConsole *console = vbet_guest_get_console (guest);
  if (console == NULL) {
    _vbet_request_refuse (request,
                          g_error_new_literal (VBET_ERROR, VBET_ERROR_HOST,
                                               "The console could not be made; start the device to see why"));
    return;
  }
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "socket", "s", vbet_console_get_socket_path (console));
  _vbet_request_answer (request, g_variant_dict_end (&dict));
}

/* The size of a terminal. Returns: FALSE after having refused @request. */
static gboolean
require_size (VbetRequest *request, guint *ret_rows, guint *ret_columns)
{
  double rows = _vbet_request_number (request->params, "rows", 0);
  double columns = _vbet_request_number (request->params, "columns", 0);
  if (!(rows >= 1 && rows <= 10000 && columns >= 1 && columns <= 10000)) {
    _vbet_request_refuse (request, g_error_new_literal (VBET_ERROR, VBET_ERROR_USAGE,
                                                        "“rows” and “columns” are numbers from 1 to 10000"));
    return FALSE;
  }
  *ret_rows = (guint)rows;
  *ret_columns = (guint)columns;
  return TRUE;
}

static void
handle_shell (VbetRequest *request)
{
  GError *error = NULL;
  guint rows;
  guint columns;
  g_autofree char *path = NULL;
  VbetGuest *guest = _vbet_request_guest (request);
  if (guest == NULL || !require_size (request, &rows, &columns))
    return;
  guint number = vbet_guest_open_shell (guest, rows, columns, &path, &error);
  if (number == 0) {
    _vbet_request_refuse (request, error);
    return;
  }
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "shell", "x", (gint64)number);
  g_variant_dict_insert (&dict, "socket", "s", path);
  _vbet_request_answer (request, g_variant_dict_end (&dict));
}

static void
handle_shell_resize (VbetRequest *request)
{
  guint rows;
  guint columns;
  VbetGuest *guest = _vbet_request_guest (request);
  if (guest == NULL || !require_size (request, &rows, &columns))
    return;
  double number = _vbet_request_number (request->params, "shell", 0);
  if (number >= 1 && number < 1e9 && vbet_guest_resize_shell (guest, (guint)number, rows, columns))
    _vbet_request_answer_nothing (request);
  else
    _vbet_request_refuse (request, g_error_new_literal (VBET_ERROR, VBET_ERROR_NOT_FOUND,
                                                        "There is no such shell; it may have ended"));
}

static void
handle_console_resize (VbetRequest *request)
{
  guint rows;
  guint columns;
  VbetGuest *guest = _vbet_request_guest (request);
  if (guest == NULL || !require_size (request, &rows, &columns))
    return;
  VbetConsole *console = vbet_guest_get_console (guest);
  if (console != NULL)
    vbet_console_resize (console, rows, columns);
  _vbet_request_answer_nothing (request);
}

const VbetMethod _vbet_service_device_methods[] = {
  { "device.start", handle_start },
  { "device.stop", handle_device_stop },
  { "device.restart", handle_restart },
  { "device.pause", handle_pause },
  { "device.resume", handle_resume },
  { "device.resources", handle_resources },
  { "device.exec", handle_exec },
  { "device.exec-cancel", handle_exec_cancel },
  { "device.put", handle_put },
  { "device.get", handle_get },
  { "device.shell", handle_shell },
  { "device.shell-resize", handle_shell_resize },
  { "console.open", handle_console_open },
  { "console.resize", handle_console_resize },
  { NULL, NULL },
};
