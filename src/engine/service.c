/* service.c - the engine's JSON-RPC service; see service.h.
 *
 * Tables of methods (service-lab.c, service-device.c, service-cable.c); each
 * handler reads its parameters, calls the lab, and answers when the lab has. A handler never blocks, and a
 * client that sends nonsense gets an error or is disconnected by jsonrpc-glib: it never ends the engine.
 */
#include "config.h"

#include "engine/service.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <gio/gunixsocketaddress.h>

#include "base/error.h"
#include "base/paths.h"
#include "engine/service-private.h"

static const VbetMethod *const tables[]
    = { _vbet_service_lab_methods, _vbet_service_device_methods, _vbet_service_cable_methods };

G_DEFINE_FINAL_TYPE (VbetService, vbet_service, G_TYPE_OBJECT)

/* --- requests ------------------------------------------------------------------------------------------ */

static void
on_request (JsonrpcServer *server, JsonrpcClient *client, const char *name, GVariant *id, GVariant *params,
            gpointer user_data)
{
  VbetService *self = user_data;
  VbetRequest *request = g_new0 (VbetRequest, 1);
  request->service = g_object_ref (self);
  request->client = g_object_ref (client);
  request->id = id != NULL ? g_variant_ref (id) : NULL;
  request->cancellable = g_cancellable_new ();
  if (params == NULL)
    request->params = g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
  else
    request->params = g_variant_ref (params);
  if (!g_variant_is_of_type (request->params, G_VARIANT_TYPE_VARDICT)) {
    _vbet_request_refuse (
        request, g_error_new_literal (VBET_ERROR, VBET_ERROR_USAGE, "Parameters are an object with names"));
    return;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const VbetMethod *at = tables[i]; at->name != NULL; at++)
      if (strcmp (at->name, name) == 0) {
        at->handle (request);
        return;
      }
  _vbet_request_refuse (request, g_error_new (VBET_ERROR, VBET_ERROR_USAGE, "There is no method “%s”", name));
}

/* --- notifications ------------------------------------------------------------------------------------ */

static void
on_notified (GObject *source, GAsyncResult *result, gpointer data)
{
  jsonrpc_client_send_notification_finish (JSONRPC_CLIENT (source), result, NULL);
}

void
_vbet_service_notify (VbetService *self, const char *method, GVariant *params)
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
  _vbet_service_notify (self, "call", g_variant_ref (call));
}

static void
on_lab_step (VbetLab *lab, GVariant *step, VbetService *self)
{
  _vbet_service_notify (self, "step", g_variant_ref (step));
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
  _vbet_service_notify (self, "device.state", g_variant_dict_end (&dict));
}

static void
on_lab_changed (VbetLab *lab, guint revision, VbetService *self)
{
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "revision", "x", (gint64)revision);
  _vbet_service_notify (self, "lab.changed", g_variant_dict_end (&dict));
}

static void
on_switch_state (VbetLab *lab, const char *state, VbetService *self)
{
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "state", "s", state);
  _vbet_service_notify (self, "switch.state", g_variant_dict_end (&dict));
}

static void
on_alarms (VbetLab *lab, const char *device, GVariant *alarms, VbetService *self)
{
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "device", "s", device);
  g_variant_dict_insert_value (&dict, "alarms", alarms);
  _vbet_service_notify (self, "device.alarms", g_variant_dict_end (&dict));
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
  _vbet_service_cancel_measures (self, client);
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
    g_set_error (
        error, VBET_ERROR, VBET_ERROR_HOST,
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
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const VbetMethod *at = tables[i]; at->name != NULL; at++)
      jsonrpc_server_add_handler (self->server, at->name, on_request, self, NULL);
  g_signal_connect (lab, "call", G_CALLBACK (on_lab_call), self);
  g_signal_connect (lab, "step", G_CALLBACK (on_lab_step), self);
  g_signal_connect (lab, "device-state", G_CALLBACK (on_device_state), self);
  g_signal_connect (lab, "changed", G_CALLBACK (on_lab_changed), self);
  g_signal_connect (lab, "switch-state", G_CALLBACK (on_switch_state), self);
  g_signal_connect (lab, "alarms", G_CALLBACK (on_alarms), self);
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
  g_signal_new ("finished", VBET_TYPE_SERVICE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
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
