/* fake-engine.c - an engine that only pretends; see fake-engine.h. */
#include "config.h"

#include "unit/fake-engine.h"

#include <stdlib.h>
#include <string.h>

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>

#include "engine/rpc-server.h"
#include "engine/rpc.h"

struct VbetFakeEngine {
  char *path;
  char **script;
  VbetRpcServer *server;
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
    vbet_rpc_server_tell_all (self->server, vbet_rpc_notification (parts[0], g_variant_ref (params)));
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
reply (VbetFakeEngine *self, VbetPeer *client, const char *method, GVariant *id)
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
      remove_folder (self);
      vbet_peer_finish (client, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "died"));
      return;
    }
  }
  if (failure != NULL) {
    char *sentence = NULL;
    gint code = (gint)strtol (failure, &sentence, 10);
    vbet_peer_send (client, vbet_rpc_refusal (id, code, sentence + 1));
    return;
  }
  g_autoptr (GVariant) result = variant_of (answer);
  vbet_peer_send (client, vbet_rpc_answer (id, g_variant_ref (result)));
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

static void
on_message (VbetPeer *client, GVariant *message, gpointer data)
{
  VbetFakeEngine *self = data;
  g_autofree char *method = NULL;
  g_autoptr (GVariant) id = g_variant_lookup_value (message, "id", NULL);
  g_autoptr (GVariant) params = g_variant_lookup_value (message, "params", NULL);
  g_variant_lookup (message, "method", "s", &method);
  g_autofree char *json = sorted_json (params);
  g_string_append_printf (self->log, "%s %s\n", method, json);
  write_log (self);
  send_notifications (self, method);
  reply (self, client, method, id);
}

static void
on_sent (VbetPeer *client, gpointer data)
{
}

static void
on_closed (VbetPeer *client, gpointer data)
{
}

VbetFakeEngine *
vbet_fake_engine_new (const char *socket_path, const char *script)
{
  static const VbetRpcServerEvents events = { on_message, on_sent, on_closed };
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_path_get_dirname (socket_path);
  VbetFakeEngine *self = g_new0 (VbetFakeEngine, 1);
  self->path = g_strdup (socket_path);
  self->script = g_strsplit (script, "\n", -1);
  self->log = g_string_new (NULL);
  g_mkdir_with_parents (folder, 0700);
  self->server = vbet_rpc_server_new (socket_path, &events, self, &error);
  if (self->server == NULL)
    g_error ("fake engine: %s", error->message);
  return self;
}

void
vbet_fake_engine_free (VbetFakeEngine *self)
{
  if (self == NULL)
    return;
  vbet_rpc_server_free (self->server);
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
