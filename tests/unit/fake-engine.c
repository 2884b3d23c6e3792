/* fake-engine.c - an engine that only pretends; see fake-engine.h. */
#include "config.h"

#include "unit/fake-engine.h"

#include <stdlib.h>
#include <string.h>

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <jsonrpc-glib.h>

struct VbetFakeEngine {
  char *path;
  char **script;
  GSocketService *listener;
  JsonrpcServer *server;
  GPtrArray *clients; /* of JsonrpcClient */
  GString *log;
  char *log_path; /* (nullable) */
  char *log_head;
  gboolean ended;
};

/* --- JSON ------------------------------------------------------------------- */

static GVariant *
variant_of (const char *json)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = json_gvariant_deserialize_data (json, -1, NULL, &error);
  if (value == NULL)
    g_error ("fake engine: %s in: %s", error->message, json);
  return g_variant_take_ref (value);
}

static gint
compare_text (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

/* The same object with its keys sorted, so that a log can be compared. */
static char *
sorted_json (GVariant *params)
{
  if (params == NULL || !g_variant_is_of_type (params, G_VARIANT_TYPE_VARDICT))
    return g_strdup ("{}");
  g_autoptr (JsonNode) node = json_gvariant_serialize (params);
  JsonObject *object = json_node_get_object (node);
  g_autoptr (JsonObject) sorted = json_object_new ();
  GList *keys = g_list_sort (json_object_get_members (object), compare_text);
  for (GList *key = keys; key != NULL; key = key->next)
    json_object_set_member (sorted, key->data, json_object_dup_member (object, key->data));
  g_list_free (keys);
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  json_node_set_object (root, sorted);
  return json_to_string (root, FALSE);
}

/* --- the script ---------------------------------------------------------------- */

/* Returns what stands behind "@verb @method " in @line, or NULL if it is about something else. */
static const char *
script_match (const char *line, const char *verb, const char *method)
{
  g_autofree char *head = g_strdup_printf ("%s %s", verb, method);
  if (!g_str_has_prefix (line, head))
    return NULL;
  const char *rest = line + strlen (head);
  return *rest == ' ' ? rest + 1 : *rest == '\0' ? rest : NULL;
}

static void
send_notifications (VbetFakeEngine *self, const char *method)
{
  for (gsize i = 0; self->script[i] != NULL; i++) {
    const char *rest = script_match (self->script[i], "notify", method);
    if (rest == NULL)
      continue;
    g_auto (GStrv) parts = g_strsplit (rest, " ", 2);
    g_autoptr (GVariant) params = variant_of (parts[1]);
    for (guint k = 0; k < self->clients->len; k++)
      jsonrpc_client_send_notification (g_ptr_array_index (self->clients, k), parts[0], params, NULL, NULL);
  }
}

/* What an engine leaves behind when it ends: nothing. */
static void
remove_folder (VbetFakeEngine *self)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_unlink (self->path);
  g_rmdir (folder);
  self->ended = TRUE;
}

static void
go_away (VbetFakeEngine *self)
{
  remove_folder (self);
  for (guint i = 0; i < self->clients->len; i++)
    jsonrpc_client_close (g_ptr_array_index (self->clients, i), NULL, NULL);
}

static void
reply (VbetFakeEngine *self, JsonrpcClient *client, const char *method, GVariant *id)
{
  const char *answer = "{}";
  const char *failure = NULL;
  for (gsize i = 0; self->script[i] != NULL; i++) {
    const char *line = self->script[i];
    const char *rest;
    if ((rest = script_match (line, "answer", method)) != NULL) {
      answer = rest;
      failure = NULL;
    } else if ((rest = script_match (line, "fail", method)) != NULL) {
      failure = rest;
    } else if (script_match (line, "hang", method) != NULL) {
      return;
    } else if (script_match (line, "die", method) != NULL) {
      go_away (self);
      return;
    }
  }
  if (failure != NULL) {
    char *sentence = NULL;
    gint code = (gint)strtol (failure, &sentence, 10);
    jsonrpc_client_reply_error_async (client, id, code, sentence + 1, NULL, NULL, NULL);
    return;
  }
  g_autoptr (GVariant) result = variant_of (answer);
  jsonrpc_client_reply (client, id, result, NULL, NULL);
  if (strcmp (method, "lab.stop") == 0)
    remove_folder (self);
}

static void
write_log (VbetFakeEngine *self)
{
  if (self->log_path == NULL)
    return;
  g_autofree char *text = g_strconcat (self->log_head, self->log->str, NULL);
  g_file_set_contents (self->log_path, text, -1, NULL);
}

static gboolean
on_call (JsonrpcServer *server, JsonrpcClient *client, const char *method, GVariant *id, GVariant *params,
         VbetFakeEngine *self)
{
  g_autofree char *json = sorted_json (params);
  g_string_append_printf (self->log, "%s %s\n", method, json);
  write_log (self);
  send_notifications (self, method);
  reply (self, client, method, id);
  return TRUE;
}

/* --- connections ----------------------------------------------------------------- */

static gboolean
on_incoming (GSocketService *listener, GSocketConnection *connection, GObject *source, VbetFakeEngine *self)
{
  jsonrpc_server_accept_io_stream (self->server, G_IO_STREAM (connection));
  return TRUE;
}

static void
on_accepted (JsonrpcServer *server, JsonrpcClient *client, VbetFakeEngine *self)
{
  g_ptr_array_add (self->clients, g_object_ref (client));
}

static void
on_closed (JsonrpcServer *server, JsonrpcClient *client, VbetFakeEngine *self)
{
  g_ptr_array_remove (self->clients, client);
}

VbetFakeEngine *
vbet_fake_engine_new (const char *socket_path, const char *script)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_path_get_dirname (socket_path);
  VbetFakeEngine *self = g_new0 (VbetFakeEngine, 1);
  self->path = g_strdup (socket_path);
  self->script = g_strsplit (script, "\n", -1);
  self->clients = g_ptr_array_new_with_free_func (g_object_unref);
  self->log = g_string_new (NULL);
  self->server = jsonrpc_server_new ();
  self->listener = g_socket_service_new ();
  g_mkdir_with_parents (folder, 0700);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (socket_path);
  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (self->listener), address, G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, &error))
    g_error ("fake engine: %s", error->message);
  g_signal_connect (self->listener, "incoming", G_CALLBACK (on_incoming), self);
  g_signal_connect (self->server, "client-accepted", G_CALLBACK (on_accepted), self);
  g_signal_connect (self->server, "client-closed", G_CALLBACK (on_closed), self);
  g_signal_connect (self->server, "handle-call", G_CALLBACK (on_call), self);
  g_socket_service_start (self->listener);
  return self;
}

void
vbet_fake_engine_free (VbetFakeEngine *self)
{
  if (self == NULL)
    return;
  g_socket_service_stop (self->listener);
  g_socket_listener_close (G_SOCKET_LISTENER (self->listener));
  g_signal_handlers_disconnect_by_data (self->server, self);
  g_ptr_array_unref (self->clients);
  g_object_unref (self->server);
  g_object_unref (self->listener);
  g_unlink (self->path);
  g_string_free (self->log, TRUE);
  g_strfreev (self->script);
  g_free (self->log_path);
  g_free (self->log_head);
  g_free (self->path);
  g_free (self);
}

const char *
vbet_fake_engine_log (VbetFakeEngine *self)
{
  return self->log->str;
}

void
vbet_fake_engine_log_to (VbetFakeEngine *self, const char *path, const char *head)
{
  self->log_path = g_strdup (path);
  self->log_head = g_strdup (head);
  write_log (self);
}

gboolean
vbet_fake_engine_ended (VbetFakeEngine *self)
{
  return self->ended;
}
