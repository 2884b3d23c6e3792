/* service-device.c - methods of one device and its consoles: device.*, console.*; see service-private.h. */
#include "config.h"

#include "engine/service-private.h"

#include "base/error.h"
#include "engine/rpc.h"

#define STREAM_FULL (128 * 1024) /* bytes unsent beyond which a client's commands are paused, */
#define STREAM_LOW (32 * 1024)   /* and below which they go on */
#define STREAM_AHEAD                                                                                         \
  (2 * 1024 * 1024) /* bytes that a paused command may have on the way; more: it cannot be paused */
#define OUTPUT_MAX (4 * 1024 * 1024) /* bytes kept of each stream of a command that is not streamed */
#define FILE_MAX (8 * 1024 * 1024)   /* bytes of a file that is read */

/* --- what guests send ------------------------------------------------------------------------- */

void
_vbet_collected_free (VbetCollected *self)
{
  g_byte_array_unref (self->text);
  g_free (self);
}

static VbetCollected *
collected_new (void)
{
  VbetCollected *self = g_new0 (VbetCollected, 1);
  self->text = g_byte_array_new ();
  return self;
}

static void
collected_add (VbetCollected *self, const guint8 *data, gsize size)
{
  guint begin = self->text->len;
  g_byte_array_set_size (self->text, begin + (guint)(size / 3 + 1) * 4 + 4);
  gsize made
      = g_base64_encode_step (data, size, FALSE, (char *)self->text->data + begin, &self->state, &self->save);
  g_byte_array_set_size (self->text, begin + (guint)made);
  self->size += size;
}

/* All of it as a text; *@self is gone then. Without @self: an empty one. */
static GVariant *
collected_end (VbetCollected **self)
{
  if (*self == NULL)
    return g_variant_new_string ("");
  char last[6] = { 0 };
  VbetCollected *collected = g_steal_pointer (self);
  gsize made = g_base64_encode_close (FALSE, last, &collected->state, &collected->save);
  g_byte_array_append (collected->text, (const guint8 *)last, (guint)made + 1); /* with its NUL */
  g_autoptr (GBytes) text = g_byte_array_free_to_bytes (g_byte_array_ref (collected->text));
  _vbet_collected_free (collected);
  return g_variant_new_from_bytes (G_VARIANT_TYPE_STRING, text, TRUE);
}

/* Ends what the guest does for @request; its answer is @why (transfer full) then. */
static void
give_up (VbetRequest *request, GError *why)
{
  if (request->failure != NULL) {
    g_error_free (why);
    return;
  }
  request->failure = why;
  g_cancellable_cancel (request->cancellable); /* may end the request */
}

/* @stream: 0 or 1 */
static void
collect (VbetRequest *request, gint stream, const guint8 *data, gsize size)
{
  if (_vbet_request_hold (request, size / 3 * 4))
    collected_add (request->collected[stream], data, size);
  else
    give_up (request, _vbet_request_no_room ());
}

/* What @request says of its own accord is more than what the guest says. Returns: (transfer full) */
static GError *
take_failure (VbetRequest *request, GError *error)
{
  if (request->failure == NULL)
    return error;
  g_clear_error (&error);
  return g_steal_pointer (&request->failure);
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
  g_autoptr (GVariant) command = g_variant_lookup_value (params, "command", G_VARIANT_TYPE_STRING);
  if (command != NULL) {
    const char *shell[] = { "/bin/sh", "-c", g_variant_get_string (command, NULL), NULL };
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

/* Whether the commands of @client are paused, as far as its unsent bytes are concerned. */
static void
pause_commands (VbetService *self, VbetPeer *client, gboolean pause)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->requests);
  while (g_hash_table_iter_next (&iter, &value, NULL)) {
    VbetRequest *request = value;
    if (request->client != client || request->stream == NULL || request->job == 0 || request->paused == pause)
      continue;
    request->paused = pause;
    request->ahead = 0;
    vbet_guest_pause_job (request->guest, request->job, pause);
  }
}

void
_vbet_service_client_reads (VbetService *self, VbetPeer *client)
{
  if (vbet_peer_get_unsent (client) <= STREAM_LOW)
    pause_commands (self, client, FALSE);
}

static void
stream_output (VbetRequest *request, gint stream, const guint8 *data, gsize size)
{
  GVariantDict dict;
  g_autofree char *text = g_base64_encode (data, size);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "stream", "s", request->stream);
  g_variant_dict_insert (&dict, "fd", "x", (gint64)stream);
  g_variant_dict_insert (&dict, "data", "s", text);
  vbet_peer_send (request->client, vbet_rpc_notification ("exec.output", g_variant_dict_end (&dict)));
  if (vbet_peer_get_unsent (request->client) > STREAM_FULL)
    pause_commands (request->service, request->client, TRUE);
  if (request->paused && (request->ahead += size) > STREAM_AHEAD)
    give_up (request,
             g_error_new_literal (VBET_ERROR, VBET_ERROR_STATE,
                                  "The command's output is not read, and it does not pause: it was killed"));
}

static void
on_exec_output (gint stream, const guint8 *data, gsize size, gpointer user_data)
{
  VbetRequest *request = user_data;
  if (request->stream != NULL) {
    stream_output (request, stream, data, size);
    return;
  }
  if (request->collected[stream - 1] == NULL)
    request->collected[stream - 1] = collected_new ();
  gsize room = OUTPUT_MAX - request->collected[stream - 1]->size;
  request->truncated = request->truncated || size > room;
  collect (request, stream - 1, data, MIN (size, room));
}

static void
on_exec_done (GObject *source, GAsyncResult *result, gpointer data)
{
  VbetRequest *request = data;
  GError *error = NULL;
  g_autoptr (VbetExecResult) outcome = vbet_guest_exec_finish (VBET_GUEST (source), result, &error);
  if (outcome == NULL) {
    _vbet_request_refuse (request, take_failure (request, error));
    return;
  }
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "status", "x", (gint64)outcome->status);
  g_variant_dict_insert_value (&dict, "stdout", collected_end (&request->collected[0]));
  g_variant_dict_insert_value (&dict, "stderr", collected_end (&request->collected[1]));
  if (request->truncated)
    g_variant_dict_insert (&dict, "truncated", "b", TRUE);
  _vbet_request_answer (request, g_variant_dict_end (&dict));
}

static gboolean
on_exec_timeout (gpointer data)
{
  VbetRequest *request = data;
  request->timeout = 0;
  give_up (request, g_error_new_literal (VBET_ERROR, VBET_ERROR_TIMEOUT,
                                         "The command was not done in time and was killed"));
  return G_SOURCE_REMOVE;
}

/* The request of @client with the streamed command @stream; NULL when there is none. */
static VbetRequest *
find_stream (VbetService *self, VbetPeer *client, const char *stream)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->requests);
  while (g_hash_table_iter_next (&iter, &value, NULL)) {
    VbetRequest *request = value;
    if (request->client == client && g_strcmp0 (request->stream, stream) == 0)
      return request;
  }
  return NULL;
}

/* Takes "stream". Returns: FALSE after having refused @request. */
static gboolean
take_stream (VbetRequest *request)
{
  g_autoptr (GVariant) stream = g_variant_lookup_value (request->params, "stream", G_VARIANT_TYPE_STRING);
  if (stream == NULL)
    return TRUE;
  const char *name = g_variant_get_string (stream, NULL);
  if (find_stream (request->service, request->client, name) != NULL) {
    _vbet_request_refuse (request, g_error_new (VBET_ERROR, VBET_ERROR_EXISTS,
                                                "The stream name “%s” is taken; choose another", name));
    return FALSE;
  }
  request->stream = g_strdup (name);
  return TRUE;
}

/* The bytes that the parameter @key is in base64, with room of the service's for as long as they are kept.
 * Returns: FALSE after having refused @request; *@ret_bytes is NULL when there is no such parameter. */
static gboolean
take_bytes (VbetRequest *request, const char *key, GBytes **ret_bytes)
{
  g_autoptr (GVariant) text = g_variant_lookup_value (request->params, key, G_VARIANT_TYPE_STRING);
  *ret_bytes = NULL;
  if (text == NULL)
    return TRUE;
  gsize size = 0;
  guchar *data = g_base64_decode (g_variant_get_string (text, NULL), &size);
  g_clear_pointer (&text, g_variant_unref);
  _vbet_request_release (request); /* it makes room for what it stands for */
  if (vbet_room_take (request->service->held, size)) {
    *ret_bytes = vbet_room_bytes (request->service->held, data, size);
    return TRUE;
  }
  g_free (data);
  _vbet_request_refuse (request, _vbet_request_no_room ());
  return FALSE;
}

static void
handle_exec (VbetRequest *request)
{
  VbetGuest *guest = _vbet_request_guest (request);
  if (guest == NULL)
    return;
  g_auto (GStrv) argv = exec_argv (request->params);
  g_autoptr (GBytes) input = NULL;
  double timeout = _vbet_request_number (request->params, "timeout", 0);
  if (argv == NULL) {
    _vbet_request_refuse (
        request,
        g_error_new_literal (VBET_ERROR, VBET_ERROR_USAGE,
                             "Give the command as “argv” (a list of texts) or as “command” (for a shell)"));
    return;
  }
  if (!take_stream (request) || !take_bytes (request, "input", &input))
    return;
  _vbet_request_release (request);
  if (timeout > 0 && timeout < 1e6)
    request->timeout = g_timeout_add ((guint)(timeout * 1000), on_exec_timeout, request);
  request->guest = g_object_ref (guest);
  request->job = vbet_guest_exec_async (guest, (const char *const *)argv, input, on_exec_output, request,
                                        request->cancellable, on_exec_done, request);
}

static void
handle_exec_cancel (VbetRequest *request)
{
  g_autofree char *stream = _vbet_request_text (request, "stream");
  if (stream == NULL)
    return;
  VbetRequest *other = find_stream (request->service, request->client, stream);
  if (other != NULL)
    g_cancellable_cancel (other->cancellable);
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
  g_autoptr (GBytes) contents = NULL;
  g_autofree char *path = _vbet_request_text (request, "path");
  if (path == NULL)
    return;
  double mode = _vbet_request_number (request->params, "mode", 0644);
  if (!take_bytes (request, "contents", &contents))
    return;
  if (contents == NULL) {
    _vbet_request_refuse (request, g_error_new_literal (VBET_ERROR, VBET_ERROR_USAGE,
                                                        "The parameter “contents” is missing or no text"));
    return;
  }
  vbet_guest_put_async (guest, path, (guint)mode & 07777, contents, request->cancellable, on_put, request);
}

static void
on_get_output (gint stream, const guint8 *data, gsize size, gpointer user_data)
{
  VbetRequest *request = user_data;
  if (request->collected[0]->size + size > FILE_MAX)
    give_up (request, g_error_new (VBET_ERROR, VBET_ERROR_FAILED, "The file is larger than %d MiB",
                                   FILE_MAX / 1024 / 1024));
  else
    collect (request, 0, data, size);
}

static void
on_got (GObject *source, GAsyncResult *result, gpointer data)
{
  VbetRequest *request = data;
  GError *error = NULL;
  g_autoptr (GBytes) contents = vbet_guest_get_finish (VBET_GUEST (source), result, &error);
  if (contents == NULL) {
    _vbet_request_refuse (request, take_failure (request, error));
    return;
  }
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "contents", collected_end (&request->collected[0]));
  _vbet_request_answer (request, g_variant_dict_end (&dict));
}

static void
handle_get (VbetRequest *request)
{
  VbetGuest *guest = _vbet_request_guest (request);
  if (guest == NULL)
    return;
  g_autofree char *path = _vbet_request_text (request, "path");
  if (path == NULL)
    return;
  request->collected[0] = collected_new ();
  vbet_guest_get_async (guest, path, on_get_output, request, request->cancellable, on_got, request);
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
  { "device.exec-cancel", handle_exec_cancel, VBET_METHOD_AT_ONCE },
  { "device.put", handle_put },
  { "device.get", handle_get },
  { "device.shell", handle_shell, VBET_METHOD_AT_ONCE },
  { "device.shell-resize", handle_shell_resize, VBET_METHOD_AT_ONCE },
  { "console.open", handle_console_open, VBET_METHOD_AT_ONCE },
  { "console.resize", handle_console_resize, VBET_METHOD_AT_ONCE },
  { NULL },
};
