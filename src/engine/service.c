/* service.c - the engine's JSON-RPC service; see service.h.
 *
 * Tables of methods (service-lab.c, service-device.c, service-cable.c); each
 * handler reads its parameters, calls the lab, and answers when the lab has. A handler never blocks, and a
 * client that sends nonsense gets an error or is disconnected by rpc-server.c: it never ends the engine.
 */
#include "config.h"

#include "engine/service.h"

#include <string.h>

#include "base/error.h"
#include "engine/rpc.h"
#include "engine/service-private.h"

/* Who does not take the answer to lab.stop in this time does not keep the engine alive. */
#define LAST_WORD_MS 2000

#define COSTLY_PRIORITY (G_PRIORITY_DEFAULT + 5) /* as turns have, see rpc-server.c */
#define COSTLY_REST_MS 50                        /* between two costly requests, at most */

static const VbetMethod *const tables[]
    = { _vbet_service_lab_methods, _vbet_service_device_methods, _vbet_service_cable_methods };

G_DEFINE_FINAL_TYPE (VbetService, vbet_service, G_TYPE_OBJECT)

/* --- requests ------------------------------------------------------------------------------------------ */

static void
refuse_at_once (VbetPeer *client, GVariant *id, gint code, const char *why)
{
  vbet_peer_send (client, vbet_rpc_refusal (id, code, why));
}

static const VbetMethod *
find_method (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const VbetMethod *at = tables[i]; at->name != NULL; at++)
      if (strcmp (at->name, name) == 0)
        return at;
  return NULL;
}

/* Begins the costly request whose client has used least of the engine's time. */
static gboolean
on_costly (gpointer data)
{
  VbetService *self = data;
  GList *least = self->costly.head;
  self->costly_source = 0;
  for (GList *at = least; at != NULL; at = at->next)
    if (vbet_rpc_server_get_used (((VbetRequest *)at->data)->client)
        < vbet_rpc_server_get_used (((VbetRequest *)least->data)->client))
      least = at;
  if (least == NULL)
    return G_SOURCE_REMOVE;
  VbetRequest *request = least->data;
  g_queue_delete_link (&self->costly, least);
  self->busy_with = request;
  request->began = vbet_rpc_server_clock ();
  request->method->handle (request);
  return G_SOURCE_REMOVE;
}

static void
begin_costly (VbetRequest *request)
{
  VbetService *self = request->service;
  g_queue_push_tail (&self->costly, request);
  if (self->busy_with == NULL && self->costly_source == 0)
    on_costly (self);
}

void
_vbet_service_forget (VbetService *self, VbetRequest *request)
{
  g_hash_table_remove (self->requests, request);
  g_queue_remove (&self->costly, request);
  if (self->busy_with != request)
    return;
  gint64 took = vbet_rpc_server_clock () - request->began;
  self->busy_with = NULL;
  vbet_rpc_server_charge (request->client, (guint64)took);
  /* As long as it took, the engine is there for everybody else. */
  if (!g_queue_is_empty (&self->costly))
    self->costly_source = g_timeout_add_full (COSTLY_PRIORITY, (guint)MIN (took / 1000 + 1, COSTLY_REST_MS),
                                              on_costly, self, NULL);
}

/* @params: (transfer full) (nullable) */
static void
begin_request (VbetService *self, VbetPeer *client, const VbetMethod *method, GVariant *id, GVariant *params)
{
  VbetRequest *request = g_new0 (VbetRequest, 1);
  request->service = g_object_ref (self);
  request->method = method;
  request->client = g_object_ref (client);
  request->id = g_variant_ref (id);
  request->cancellable = g_cancellable_new ();
  request->params
      = params != NULL ? params : g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
  g_hash_table_add (self->requests, request);
  if (!g_variant_is_of_type (request->params, G_VARIANT_TYPE_VARDICT))
    _vbet_request_refuse (
        request, g_error_new_literal (VBET_ERROR, VBET_ERROR_USAGE, "Parameters are an object with names"));
  else if (g_variant_get_size (request->params) > VBET_RPC_SMALL
           && !_vbet_request_hold (request, g_variant_get_size (request->params)))
    _vbet_request_refuse (request, _vbet_request_no_room ());
  else if (method->kind == VBET_METHOD_COSTLY)
    begin_costly (request);
  else
    method->handle (request);
}

static void
on_message (VbetPeer *client, GVariant *message, gpointer user_data)
{
  VbetService *self = user_data;
  GError *error = NULL;
  g_autoptr (GVariant) id = g_variant_lookup_value (message, "id", NULL);
  g_autoptr (GVariant) name = g_variant_lookup_value (message, "method", G_VARIANT_TYPE_STRING);
  if (id != NULL && g_variant_is_container (id)) {
    refuse_at_once (client, NULL, VBET_RPC_INVALID_REQUEST, "“id” is a number or a text");
    return;
  }
  if (name == NULL) {
    refuse_at_once (client, id, VBET_RPC_INVALID_REQUEST, "“method” is missing or no text");
    return;
  }
  if (id == NULL)
    return; /* a notification: there is none that would be for us */
  const VbetMethod *method = find_method (g_variant_get_string (name, NULL));
  if (method == NULL) {
    g_autofree char *why = g_strdup_printf ("There is no method “%.100s”", g_variant_get_string (name, NULL));
    g_autofree char *valid = g_utf8_make_valid (why, -1);
    refuse_at_once (client, id, VBET_RPC_NO_METHOD, valid);
  } else if (!vbet_rpc_server_begin_request (self->server, client, method->kind == VBET_METHOD_AT_ONCE,
                                             &error)) {
    refuse_at_once (client, id, vbet_rpc_code (error), error->message);
    g_error_free (error);
  } else {
    begin_request (self, client, method, id, g_variant_lookup_value (message, "params", NULL));
  }
}

/* --- notifications ------------------------------------------------------------------------------------ */

void
_vbet_service_notify (VbetService *self, const char *method, GVariant *params)
{
  vbet_rpc_server_tell_all (self->server, vbet_rpc_notification (method, params));
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

/* The lab has stopped, and who asked for it has its answer or will have none. */
static void
finish (VbetService *self)
{
  if (self->stopper == NULL)
    return;
  g_clear_object (&self->stopper);
  g_clear_handle_id (&self->stop_timeout, g_source_remove);
  g_signal_emit_by_name (self, "finished");
}

static gboolean
on_last_word_time (gpointer data)
{
  VbetService *self = data;
  self->stop_timeout = 0;
  finish (self);
  return G_SOURCE_REMOVE;
}

void
_vbet_service_finish_after (VbetService *self, VbetPeer *client)
{
  if (self->stopper != NULL)
    return;
  gboolean answered = vbet_peer_get_unsent (client) == 0;
  self->stopper = g_object_ref (client);
  self->stop_timeout = g_timeout_add (answered ? 0 : LAST_WORD_MS, on_last_word_time, self);
}

static void
on_sent (VbetPeer *client, gpointer user_data)
{
  VbetService *self = user_data;
  _vbet_service_client_reads (self, client);
  if (client == self->stopper && vbet_peer_get_unsent (client) == 0)
    finish (self);
}

/* Nobody waits for what @client asked for: commands and measurements end, the lab goes on. */
static void
on_closed (VbetPeer *client, gpointer user_data)
{
  VbetService *self = user_data;
  g_autoptr (GList) requests = g_hash_table_get_keys (self->requests);
  g_autoptr (GPtrArray) orphans = g_ptr_array_new_with_free_func (g_object_unref);
  for (GList *at = requests; at != NULL; at = at->next) {
    VbetRequest *request = at->data;
    if (request->client == client)
      g_ptr_array_add (orphans, g_object_ref (request->cancellable));
  }
  /* A request may end while another is cancelled. */
  for (guint i = 0; i < orphans->len; i++)
    g_cancellable_cancel (g_ptr_array_index (orphans, i));
  if (client == self->stopper)
    finish (self);
}

gboolean
vbet_service_has_clients (VbetService *self)
{
  return vbet_rpc_server_count_clients (self->server) > 0;
}

VbetService *
vbet_service_new (VbetLab *lab, const char *socket_path, GError **error)
{
  static const VbetRpcServerEvents events = { on_message, on_sent, on_closed };
  g_autoptr (VbetService) self = g_object_new (VBET_TYPE_SERVICE, NULL);
  self->server = vbet_rpc_server_new (socket_path, &events, self, error);
  if (self->server == NULL)
    return NULL;
  self->lab = g_object_ref (lab);
  g_signal_connect (lab, "call", G_CALLBACK (on_lab_call), self);
  g_signal_connect (lab, "step", G_CALLBACK (on_lab_step), self);
  g_signal_connect (lab, "device-state", G_CALLBACK (on_device_state), self);
  g_signal_connect (lab, "changed", G_CALLBACK (on_lab_changed), self);
  g_signal_connect (lab, "switch-state", G_CALLBACK (on_switch_state), self);
  g_signal_connect (lab, "alarms", G_CALLBACK (on_alarms), self);
  return g_steal_pointer (&self);
}

static void
vbet_service_dispose (GObject *object)
{
  VbetService *self = VBET_SERVICE (object);
  if (self->lab != NULL)
    g_signal_handlers_disconnect_by_data (self->lab, self);
  g_clear_handle_id (&self->stop_timeout, g_source_remove);
  g_clear_handle_id (&self->costly_source, g_source_remove);
  g_clear_object (&self->stopper);
  g_clear_pointer (&self->server, vbet_rpc_server_free);
  g_clear_object (&self->lab);
  G_OBJECT_CLASS (vbet_service_parent_class)->dispose (object);
}

static void
vbet_service_finalize (GObject *object)
{
  VbetService *self = VBET_SERVICE (object);
  g_hash_table_unref (self->requests);
  vbet_room_unref (self->held);
  G_OBJECT_CLASS (vbet_service_parent_class)->finalize (object);
}

static void
vbet_service_class_init (VbetServiceClass *class)
{
  G_OBJECT_CLASS (class)->dispose = vbet_service_dispose;
  G_OBJECT_CLASS (class)->finalize = vbet_service_finalize;
  g_signal_new ("finished", VBET_TYPE_SERVICE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
vbet_service_init (VbetService *self)
{
  self->requests = g_hash_table_new (NULL, NULL);
  g_queue_init (&self->costly);
  self->held = vbet_room_new (VBET_RPC_HELD_MAX);
}
