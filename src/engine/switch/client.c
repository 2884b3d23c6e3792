/* client.c - see client.h.
 *
 * Three things live here: the wanted state (bridges, ports, cables with their
 * sockets), the process that has it (a VbetSwitchChannel), and the answers that
 * are waited for. A command changes the wanted state first and is sent if there
 * is a process; a process that has just been started is told the whole wanted
 * state. So there is one way to restore, and it is used at every start.
 */
#include "config.h"

#include "engine/switch/client.h"

#include <string.h>
#include <unistd.h>

#include <json-glib/json-glib.h>

#include "base/error.h"
#include "base/json-guard.h"
#include "engine/switch/client-private.h"
#include "engine/switch/state.h"

#define TRIES 20     /* to give the process a guest's connection that it could not take */
#define RETRY_MS 500 /* between two of them */

#define RESTART_WINDOW ((gint64)10 * G_USEC_PER_SEC)
#define STOP_TIMEOUT 2000                      /* ms from "quit" to SIGKILL */
#define PATIENCE ((gint64)10 * G_USEC_PER_SEC) /* after which a process that owes answers is replaced */
#define DEPTH_MAX 8                            /* of a message */

G_DEFINE_FINAL_TYPE (VbetSwitchClient, vbet_switch_client, G_TYPE_OBJECT)

enum {
  SIGNAL_PORT_STATE,
  SIGNAL_CABLE_STATE,
  SIGNAL_FAR_END,
  SIGNAL_CAPTURE_CLOSED,
  SIGNAL_RESTARTED,
  SIGNAL_FAILED,
  SIGNAL_PROBLEM,
  SIGNAL_DENIED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static gboolean on_retry (gpointer user_data);

/* --- small things ------------------------------------------------------------------ */

static void
drop_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static GSource *
add_timeout (guint milliseconds, GSourceFunc callback, gpointer user_data)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  GSource *source = g_timeout_source_new (milliseconds);
  g_source_set_callback (source, callback, user_data, NULL);
  g_source_attach (source, context);
  return source;
}

static void
waiting_free (gpointer data)
{
  Waiting *self = data;
  if (self->task != NULL)
    g_task_return_new_error (self->task, VBET_ERROR, VBET_ERROR_STATE,
                             "The switch does not run at the moment");
  g_clear_object (&self->task);
  vbet_switch_state_free (self->state);
  g_free (self->what);
  g_free (self);
}

static GHashTable *
new_waiting_table (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, waiting_free);
}

Waiting *
switch_client_expect (VbetSwitchClient *self, char *what)
{
  gint64 now = g_get_monotonic_time ();
  if (g_hash_table_size (self->waiting) == 0)
    self->heard = now;
  else if (now - self->heard > self->patience)
    vbet_switch_channel_kill (self->channel); /* it hangs: a fresh one gets the whole state */
  Waiting *waiting = g_new0 (Waiting, 1);
  waiting->what = what;
  gint64 *key = g_new (gint64, 1);
  *key = ++self->last_id;
  g_hash_table_insert (self->waiting, key, waiting);
  return waiting;
}

void
switch_client_tell (VbetSwitchClient *self, char *text, const int *fds, guint n_fds)
{
  vbet_switch_channel_send (self->channel, text, fds, n_fds);
  g_free (text);
}

void
switch_client_port_state (VbetSwitchClient *self, const WantedPort *port, gboolean connected)
{
  g_signal_emit (self, signals[SIGNAL_PORT_STATE], 0, port->device, port->nic, connected);
}

/* --- answers and notifications ----------------------------------------------------- */

const char *
switch_client_text (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  const char *text = node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
  return text != NULL ? text : "";
}

gint64
switch_client_number (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? MAX (json_node_get_int (node), 0) : 0;
}

static gboolean
on_connect_again (gpointer data)
{
  WantedPort *port = data;
  port->retry = 0;
  switch_client_tell_connect (port->client, port);
  return G_SOURCE_REMOVE;
}

/* What the host is short of it may not be for ever. Then a guest must see its connection end, which we hold, too, or it waits
 * in its boot for an answer; not before, since its driver for NICs that were plugged in does not take that well. */
static void
on_refused_connection (VbetSwitchClient *self, WantedPort *port, guint64 serial)
{
  if (port->fd < 0 || port->serial != serial || port->retry != 0)
    return;
  if (++port->tries <= TRIES) {
    port->retry = g_timeout_add (RETRY_MS, on_connect_again, port);
    return;
  }
  wanted_port_disconnect (port);
  switch_client_port_state (self, port, FALSE);
}

static void
on_answer (VbetSwitchClient *self, gint64 id, JsonObject *object)
{
  Waiting *waiting = g_hash_table_lookup (self->waiting, &id);
  if (waiting == NULL)
    return;
  if (json_object_has_member (object, "part")) {
    if (waiting->state != NULL)
      vbet_switch_state_read_part (waiting->state, object);
    return;
  }
  /* Callbacks below may send commands or end the process: the record is no longer in the table then. */
  gpointer key;
  g_hash_table_steal_extended (self->waiting, &id, &key, NULL);
  g_free (key);
  gboolean ok = json_object_has_member (object, "ok");
  if (waiting->reopen != NULL && !ok)
    on_refused_connection (self, waiting->reopen, waiting->serial);
  if (waiting->reopen != NULL)
    wanted_port_set_accepting (waiting->reopen, TRUE);
  if (waiting->measure != 0 && !ok)
    switch_client_measure_failed (self, waiting->measure, switch_client_text (object, "error"));
  if (waiting->task != NULL && ok) {
    g_autoptr (GTask) task = g_steal_pointer (&waiting->task);
    g_task_return_pointer (task, g_steal_pointer (&waiting->state), (GDestroyNotify)vbet_switch_state_free);
  } else if (waiting->restarted && ok) {
    g_signal_emit (self, signals[SIGNAL_RESTARTED], 0);
  } else if (waiting->what != NULL && !ok) {
    g_autofree char *message = g_strdup_printf ("The switch could not %s: %s", waiting->what,
                                                switch_client_text (object, "error"));
    g_signal_emit (self, signals[SIGNAL_PROBLEM], 0, message);
  }
  waiting_free (waiting);
}

static void
on_ready (VbetSwitchClient *self, JsonObject *object)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonNode *node = json_object_get_member (object, "layers");
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint length = array != NULL ? MIN (json_array_get_length (array), 16) : 0;
  for (guint i = 0; i < length; i++) {
    JsonNode *one = json_array_get_element (array, i);
    const char *layer = JSON_NODE_HOLDS_VALUE (one) ? json_node_get_string (one) : NULL;
    if (layer != NULL)
      g_strv_builder_add (builder, layer);
  }
  g_strfreev (self->layers);
  self->layers = g_strv_builder_end (builder);
}

static void
on_port_closed (VbetSwitchClient *self, JsonObject *object)
{
  WantedPort *port = switch_client_lookup_port (self, switch_client_text (object, "device"),
                                                (guint)switch_client_number (object, "nic"));
  if (port == NULL || port->fd < 0 || port->serial != (guint64)switch_client_number (object, "serial"))
    return;
  wanted_port_disconnect (port);
  switch_client_port_state (self, port, FALSE);
}

/* The text is the switch's; what we keep is ours. */
static const char *
far_state (const char *text)
{
  static const char *const states[] = { "trying", "refused", "heard", "cut", "silent", "unknown" };
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (strcmp (states[i], text) == 0)
      return states[i];
  return "unknown";
}

static gboolean
is_true (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_boolean (node);
}

static void
read_far_lab (VbetSwitchClient *self, WantedPort *port, JsonObject *object)
{
  gboolean clash = is_true (object, "clash");
  const char *lab = switch_client_text (object, "lab");
  if (port->far_end.clash == clash && g_strcmp0 (port->far_lab, lab) == 0)
    return;
  g_free (port->far_lab);
  port->far_lab = g_strdup (lab);
  port->far_end.lab = port->far_lab;
  port->far_end.clash = clash;
  g_signal_emit (self, signals[SIGNAL_FAR_END], 0, port->device);
}

static void
on_far_end (VbetSwitchClient *self, JsonObject *object)
{
  WantedPort *port = switch_client_lookup_port (self, switch_client_text (object, "device"),
                                                (guint)switch_client_number (object, "nic"));
  if (port == NULL || port->fd < 0 || !port->udp
      || port->serial != (guint64)switch_client_number (object, "serial"))
    return;
  JsonNode *silence = json_object_get_member (object, "silence");
  gboolean had_carrier = port->far_end.carrier;
  gboolean heard = silence != NULL && JSON_NODE_HOLDS_VALUE (silence) && json_node_get_int (silence) >= 0;
  port->far_end.state = far_state (switch_client_text (object, "state"));
  port->far_end.carrier = is_true (object, "carrier");
  if (heard)
    port->far_end.heard = g_get_monotonic_time () - switch_client_number (object, "silence") * 1000;
  if (port->far_end.carrier != had_carrier)
    switch_client_port_state (self, port, port->far_end.carrier);
  read_far_lab (self, port, object);
}

static void
on_vhost (VbetSwitchClient *self, JsonObject *object, int *fds, guint n_fds)
{
  WantedPort *port = switch_client_lookup_port (self, switch_client_text (object, "device"),
                                                (guint)switch_client_number (object, "nic"));
  if (port != NULL && port->fd >= 0 && port->serial == (guint64)switch_client_number (object, "serial"))
    wanted_port_keep (port, switch_client_text (object, "message"), fds, n_fds);
}

static void
on_stock (VbetSwitchClient *self, JsonObject *object, gboolean joined, int *fd)
{
  WantedBridge *bridge = g_hash_table_lookup (self->bridges, switch_client_text (object, "bridge"));
  guint64 serial = (guint64)switch_client_number (object, "serial");
  WantedStock *stock = bridge != NULL ? wanted_bridge_find_stock (bridge, serial) : NULL;
  if (stock != NULL && joined && stock->data_fd < 0) {
    stock->data_fd = *fd;
    *fd = -1;
  } else if (stock != NULL && !joined) {
    g_queue_remove (&bridge->stocks, stock);
    wanted_stock_free (stock);
  }
}

static void
on_cable (VbetSwitchClient *self, JsonObject *object)
{
  const char *name = switch_client_text (object, "cable");
  JsonNode *node = json_object_get_member (object, "up");
  gboolean up[2] = { FALSE, FALSE };
  if (g_hash_table_lookup (self->cables, name) == NULL || node == NULL || !JSON_NODE_HOLDS_ARRAY (node)
      || json_array_get_length (json_node_get_array (node)) != 2)
    return;
  for (guint i = 0; i < 2; i++) {
    JsonNode *one = json_array_get_element (json_node_get_array (node), i);
    up[i] = JSON_NODE_HOLDS_VALUE (one) && json_node_get_boolean (one);
  }
  g_signal_emit (self, signals[SIGNAL_CABLE_STATE], 0, name, up[0], up[1]);
}

static void
on_capture_closed (VbetSwitchClient *self, JsonObject *object)
{
  guint64 serial = (guint64)switch_client_number (object, "serial");
  if (g_hash_table_remove (self->captures, &serial))
    g_signal_emit (self, signals[SIGNAL_CAPTURE_CLOSED], 0, serial);
}

static void
on_notification (VbetSwitchClient *self, JsonObject *object, int *fds, guint n_fds)
{
  const char *event = switch_client_text (object, "event");
  if (strcmp (event, "stock-joined") == 0 && n_fds == 1)
    on_stock (self, object, TRUE, fds);
  else if (strcmp (event, "vhost") == 0)
    on_vhost (self, object, fds, n_fds);
  else if (strcmp (event, "ready") == 0)
    on_ready (self, object);
  else if (strcmp (event, "port-closed") == 0)
    on_port_closed (self, object);
  else if (strcmp (event, "far-end") == 0)
    on_far_end (self, object);
  else if (strcmp (event, "cable") == 0)
    on_cable (self, object);
  else if (strcmp (event, "capture-closed") == 0)
    on_capture_closed (self, object);
  else if (strcmp (event, "denied") == 0)
    g_signal_emit (self, signals[SIGNAL_DENIED], 0, switch_client_text (object, "call"));
  else if (strcmp (event, "measuring") == 0)
    switch_client_measuring (self, object);
  else if (strcmp (event, "measured") == 0)
    switch_client_measured (self, object);
  else if (strcmp (event, "stock-left") == 0)
    on_stock (self, object, FALSE, NULL);
}

static void
on_message (VbetSwitchChannel *channel, const char *text, gsize size, int *fds, guint n_fds,
            gpointer user_data)
{
  g_autoptr (VbetSwitchClient) self = g_object_ref (user_data);
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonNode *root = NULL;
  self->heard = g_get_monotonic_time ();
  if (vbet_json_is_shallow (text, size, DEPTH_MAX) && g_utf8_validate (text, (gssize)size, NULL)
      && json_parser_load_from_data (parser, text, (gssize)size, NULL))
    root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root)) {
    vbet_switch_channel_kill (channel); /* it does not speak our protocol any more: a fresh one does */
    return;
  }
  JsonObject *object = json_node_get_object (root);
  gint64 id = switch_client_number (object, "id");
  if (id > 0)
    on_answer (self, id, object);
  else
    on_notification (self, object, fds, n_fds);
}

/* --- the process: start, death, restart, end --------------------------------------- */

static void
close_channel (VbetSwitchClient *self)
{
  GHashTableIter iter;
  gpointer value;
  g_autoptr (GHashTable) waiting = g_steal_pointer (&self->waiting); /* callbacks may begin to wait again */
  self->waiting = new_waiting_table ();
  g_clear_pointer (&self->channel, vbet_switch_channel_close);
  switch_client_fail_measures (self);
  /* Connections that come now are accepted and handed to the next process. */
  g_hash_table_iter_init (&iter, self->ports);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    WantedPort *port = value;
    wanted_port_set_accepting (port, TRUE);
  }
}

static void
clear_wanted (VbetSwitchClient *self)
{
  g_hash_table_remove_all (self->captures);
  g_hash_table_remove_all (self->cables);
  g_hash_table_remove_all (self->ports);
  g_hash_table_remove_all (self->bridges);
}

static void
finish_stop (VbetSwitchClient *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->stop);
  drop_source (&self->stop_timeout);
  close_channel (self);
  clear_wanted (self);
  g_task_return_boolean (task, TRUE);
}

/* Counts a death. Returns: how many there were within the window, this one included. */
static guint
count_death (VbetSwitchClient *self)
{
  gint64 now = g_get_monotonic_time ();
  guint kept = 0;
  for (guint i = 0; i < self->n_deaths; i++)
    if (now - self->deaths[i] < RESTART_WINDOW)
      self->deaths[kept++] = self->deaths[i];
  if (kept == SWITCH_CLIENT_DEATHS) {
    memmove (self->deaths, self->deaths + 1, (SWITCH_CLIENT_DEATHS - 1) * sizeof self->deaths[0]);
    kept--;
  }
  self->deaths[kept++] = now;
  self->n_deaths = kept;
  return kept;
}

static void
on_death (VbetSwitchClient *self)
{
  guint deaths = count_death (self);
  if (deaths >= SWITCH_CLIENT_DEATHS) {
    self->started = FALSE;
    g_signal_emit (self, signals[SIGNAL_FAILED], 0,
                   "The switch process died five times within ten seconds and is not started again: "
                   "see its messages, then stop the lab and run it anew");
    return;
  }
  /* The first restart is immediate; a switch that keeps dying is started less and less often. */
  self->retry = add_timeout (deaths == 1 ? 0 : 50u << deaths, on_retry, self);
}

static void
on_ended (VbetSwitchChannel *channel, gboolean clean, gpointer user_data)
{
  g_autoptr (VbetSwitchClient) self = g_object_ref (user_data);
  (void)channel;
  if (self->stop != NULL) {
    if (!clean)
      g_signal_emit (self, signals[SIGNAL_PROBLEM], 0,
                     "The switch process did not end as it should; see its messages");
    finish_stop (self);
    return;
  }
  close_channel (self);
  on_death (self);
}

static gboolean
open_channel (VbetSwitchClient *self, GError **error)
{
  static const VbetSwitchChannelCallbacks callbacks = { on_message, on_ended };
  self->channel = vbet_switch_channel_open (self->program, &callbacks, self, error);
  if (self->channel == NULL)
    return FALSE;
  switch_client_replay (self);
  return TRUE;
}

static gboolean
on_retry (gpointer user_data)
{
  g_autoptr (VbetSwitchClient) self = g_object_ref (user_data);
  g_autoptr (GError) error = NULL;
  drop_source (&self->retry);
  if (!open_channel (self, &error)) {
    g_signal_emit (self, signals[SIGNAL_PROBLEM], 0, error->message);
    on_death (self);
    return G_SOURCE_REMOVE;
  }
  self->restarts++;
  switch_client_expect (self, NULL)->restarted = TRUE;
  switch_client_tell (self, wanted_plain_text ("sync", NULL, NULL, self->last_id), NULL, 0);
  return G_SOURCE_REMOVE;
}

gboolean
vbet_switch_client_start (VbetSwitchClient *self, GError **error)
{
  g_return_val_if_fail (VBET_IS_SWITCH_CLIENT (self), FALSE);
  if (self->started || self->stop != NULL) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_STATE, "The switch of this lab %s",
                 self->started ? "runs already" : "is being stopped; wait until that is done");
    return FALSE;
  }
  self->n_deaths = 0;
  self->restarts = 0;
  self->started = open_channel (self, error);
  return self->started;
}

static gboolean
on_stop_timeout (gpointer user_data)
{
  VbetSwitchClient *self = user_data;
  drop_source (&self->stop_timeout);
  vbet_switch_channel_kill (self->channel);
  return G_SOURCE_REMOVE;
}

void
vbet_switch_client_stop_async (VbetSwitchClient *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (VBET_IS_SWITCH_CLIENT (self));
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, vbet_switch_client_stop_async);
  if (self->stop != NULL) {
    g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_STATE, "The switch is being stopped already");
    return;
  }
  self->started = FALSE;
  drop_source (&self->retry);
  self->stop = g_steal_pointer (&task);
  if (self->channel == NULL) {
    finish_stop (self);
    return;
  }
  switch_client_tell (self, wanted_plain_text ("quit", NULL, NULL, 0), NULL, 0);
  self->stop_timeout = add_timeout (STOP_TIMEOUT, on_stop_timeout, self);
}

gboolean
vbet_switch_client_stop_finish (VbetSwitchClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- what is known ----------------------------------------------------------------- */

GPid
vbet_switch_client_get_pid (VbetSwitchClient *self)
{
  g_return_val_if_fail (VBET_IS_SWITCH_CLIENT (self), 0);
  return self->channel != NULL ? vbet_switch_channel_get_pid (self->channel) : 0;
}

guint
vbet_switch_client_get_restarts (VbetSwitchClient *self)
{
  g_return_val_if_fail (VBET_IS_SWITCH_CLIENT (self), 0);
  return self->restarts;
}

gboolean
vbet_switch_client_get_connected (VbetSwitchClient *self, const char *device, guint nic)
{
  g_return_val_if_fail (VBET_IS_SWITCH_CLIENT (self), FALSE);
  const WantedPort *port = switch_client_lookup_port (self, device, nic);
  return port != NULL && port->fd >= 0 && (!port->udp || port->far_end.carrier);
}

gboolean
vbet_switch_client_has_lost (VbetSwitchClient *self, const char *device, guint nic)
{
  g_return_val_if_fail (VBET_IS_SWITCH_CLIENT (self), FALSE);
  const WantedPort *port = switch_client_lookup_port (self, device, nic);
  return port != NULL && port->was_vhost && port->fd < 0;
}

const char *const *
vbet_switch_client_get_layers (VbetSwitchClient *self)
{
  g_return_val_if_fail (VBET_IS_SWITCH_CLIENT (self), NULL);
  return (const char *const *)self->layers;
}

void
vbet_switch_client_get_state_async (VbetSwitchClient *self, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (VBET_IS_SWITCH_CLIENT (self));
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, vbet_switch_client_get_state_async);
  if (self->channel == NULL) {
    g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_STATE, "The switch does not run at the moment");
    return;
  }
  Waiting *waiting = switch_client_expect (self, NULL);
  waiting->task = g_steal_pointer (&task);
  waiting->state = vbet_switch_state_new ();
  switch_client_tell (self, wanted_plain_text ("state", NULL, NULL, self->last_id), NULL, 0);
}

VbetSwitchState *
vbet_switch_client_get_state_finish (VbetSwitchClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- the object -------------------------------------------------------------------- */

VbetSwitchClient *
vbet_switch_client_new (const char *program, const char *runtime_dir)
{
  VbetSwitchClient *self = g_object_new (VBET_TYPE_SWITCH_CLIENT, NULL);
  self->program = g_strdup (program);
  self->runtime_dir = g_strdup (runtime_dir);
  return self;
}

static void
vbet_switch_client_dispose (GObject *object)
{
  VbetSwitchClient *self = VBET_SWITCH_CLIENT (object);
  self->started = FALSE;
  drop_source (&self->retry);
  drop_source (&self->stop_timeout);
  close_channel (self);
  clear_wanted (self);
  G_OBJECT_CLASS (vbet_switch_client_parent_class)->dispose (object);
}

static void
vbet_switch_client_finalize (GObject *object)
{
  VbetSwitchClient *self = VBET_SWITCH_CLIENT (object);
  g_hash_table_unref (self->bridges);
  g_hash_table_unref (self->ports);
  g_hash_table_unref (self->captures);
  g_hash_table_unref (self->measures);
  g_hash_table_unref (self->cables);
  g_hash_table_unref (self->waiting);
  g_strfreev (self->layers);
  wanted_identity_free (self->identity);
  g_free (self->program);
  g_free (self->runtime_dir);
  G_OBJECT_CLASS (vbet_switch_client_parent_class)->finalize (object);
}

static void
vbet_switch_client_class_init (VbetSwitchClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  object_class->dispose = vbet_switch_client_dispose;
  object_class->finalize = vbet_switch_client_finalize;
  GType type = G_TYPE_FROM_CLASS (klass);
  signals[SIGNAL_PORT_STATE] = g_signal_new ("port-state", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                             G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_UINT, G_TYPE_BOOLEAN);
  signals[SIGNAL_CABLE_STATE] = g_signal_new ("cable-state", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                              G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_BOOLEAN, G_TYPE_BOOLEAN);
  signals[SIGNAL_FAR_END]
      = g_signal_new ("far-end", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_CAPTURE_CLOSED] = g_signal_new ("capture-closed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                                 NULL, G_TYPE_NONE, 1, G_TYPE_UINT64);
  signals[SIGNAL_RESTARTED]
      = g_signal_new ("restarted", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_FAILED]
      = g_signal_new ("failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_PROBLEM]
      = g_signal_new ("problem", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_DENIED]
      = g_signal_new ("denied", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
vbet_switch_client_init (VbetSwitchClient *self)
{
  self->bridges = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, wanted_bridge_free);
  self->ports = g_hash_table_new_full (wanted_port_hash, wanted_port_equal, wanted_port_free, NULL);
  self->cables = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, wanted_cable_free);
  self->captures = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, wanted_capture_free);
  self->measures = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->waiting = new_waiting_table ();
  self->patience = PATIENCE;
}
