/* runner.c - see runner.h.
 *
 * At most one "lab.apply" is under way; edits in the meantime are one more
 * afterwards. Replies hold a reference on the runner; one that was disposed,
 * or has another client by now, ignores them. Calls are not cancelled.
 */
#include "config.h"

#include "gui/runner.h"

#include <string.h>

#include <glib/gi18n.h>

#include "base/error.h"
#include "base/lab-id.h"
#include "gui/reply.h"

/* Keystrokes within this time are given to the engine together. */
#define APPLY_DELAY_MS 150

struct _VbetRunner {
  GObject parent_instance;
  VbetSession *session;      /* owned */
  VbetClient *client;        /* owned (nullable) */
  GCancellable *cancellable; /* owned; of all that is under way for the present client */
  VbetPhase phase;
  guint apply_source;
  gboolean applying;
  gboolean apply_again;
  gboolean find_asked; /* the lab that was looked for was named, not only of this file's name */
  gboolean isolated;   /* the lab that runs uses nothing of this computer that its text names */
  VbetRunnerGate gate; /* (nullable) */
  gpointer gate_data;
  gboolean first_apply; /* nothing was applied to the engine that we started */
};

G_DEFINE_FINAL_TYPE (VbetRunner, vbet_runner, G_TYPE_OBJECT)

static void
set_phase (VbetRunner *self, VbetPhase phase)
{
  if (self->phase == phase)
    return;
  self->phase = phase;
  vbet_session_set_running (self->session, self->client != NULL);
  g_signal_emit_by_name (self, "phase-changed");
}

static void
fail (VbetRunner *self, const GError *error)
{
  if (!g_error_matches (error, VBET_ERROR, VBET_ERROR_CANCELLED)
      && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_signal_emit_by_name (self, "failed", error->message);
}

static void
release_client (VbetRunner *self)
{
  if (self->client == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->client, self);
  g_clear_object (&self->client);
}

/* Lets go of the engine, whatever it does. */
static void
drop_client (VbetRunner *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  g_clear_handle_id (&self->apply_source, g_source_remove);
  self->applying = FALSE;
  self->apply_again = FALSE;
  self->isolated = FALSE;
  release_client (self);
  set_phase (self, VBET_PHASE_OFF);
  vbet_session_set_running (self->session, FALSE);
}

/* --- what the engine tells ------------------------------------------------------------ */

static void
take_state (VbetRunner *self, GVariant *device, const char *name_key)
{
  const char *name = vbet_reply_text (device, name_key);
  const char *state = vbet_reply_text (device, "state");
  if (name != NULL && state != NULL)
    vbet_session_set_state (self->session, name, vbet_device_state_from_name (state),
                            vbet_reply_text (device, "error"));
}

/* (transfer full): @reply, an alarm of the engine. Of the methods that mend some, those are offered that are known here. */
static VbetAlarm *
alarm_of (GVariant *reply, const char *text)
{
  VbetAlarm *alarm = vbet_alarm_new (text, vbet_reply_text (reply, "remedy"));
  const char *method = vbet_reply_text (reply, "method");
  g_autoptr (GVariant) params = vbet_reply_member (reply, "params");
  alarm->restart = g_strcmp0 (method, "device.restart") == 0;
  if (g_strcmp0 (method, "call.retry") == 0 && params != NULL)
    alarm->call = (gint64)vbet_reply_number (params, "number", 0);
  return alarm;
}

/* Those of @all, alarms of the engine, that are of @device; (transfer full). */
static GPtrArray *
alarms_of (GPtrArray *all, const char *device)
{
  GPtrArray *alarms = g_ptr_array_new_with_free_func ((GDestroyNotify)vbet_alarm_free);
  for (guint i = 0; i < all->len; i++) {
    GVariant *alarm = g_ptr_array_index (all, i);
    const char *text = vbet_reply_text (alarm, "text");
    if (text != NULL && g_strcmp0 (vbet_reply_text (alarm, "device"), device) == 0)
      g_ptr_array_add (alarms, alarm_of (alarm, text));
  }
  return alarms;
}

/* @reply has all alarms of the lab. */
static void
take_all_alarms (VbetRunner *self, GVariant *reply)
{
  g_autoptr (GPtrArray) all = vbet_reply_list (reply, "alarms");
  g_autoptr (GHashTable) devices = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer name = NULL;
  g_hash_table_iter_init (&iter, vbet_session_get_alarmed (self->session));
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_hash_table_add (devices, g_strdup (name));
  for (guint i = 0; i < all->len; i++) {
    const char *device = vbet_reply_text (g_ptr_array_index (all, i), "device");
    if (device != NULL)
      g_hash_table_add (devices, g_strdup (device));
  }
  g_hash_table_iter_init (&iter, devices);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    vbet_session_set_alarms (self->session, name, alarms_of (all, name));
}

/* @params has those of one device. */
static void
take_alarms (VbetRunner *self, GVariant *params)
{
  const char *device = vbet_reply_text (params, "device");
  g_autoptr (GPtrArray) all = vbet_reply_list (params, "alarms");
  if (device != NULL)
    vbet_session_set_alarms (self->session, device, alarms_of (all, device));
}

static void
take_call (VbetRunner *self, GVariant *call)
{
  const char *device = vbet_reply_text (call, "device"), *cable = vbet_reply_text (call, "cable");
  VbetCallNews record = {
    .number = (gint64)vbet_reply_number (call, "number", 0),
    .text = (char *)vbet_reply_text (call, "text"),
    .state = (char *)vbet_reply_text (call, "state"),
    .object = (char *)(device != NULL ? device : cable),
    .error = (char *)vbet_reply_text (call, "error"),
    .time = vbet_reply_number (call, "time", 0),
    .duration = vbet_reply_number (call, "duration", -1),
  };
  if (record.text != NULL && record.state != NULL)
    g_signal_emit_by_name (self, "called", &record);
}

/* A reply to @self's present client; NULL (and @error handled) for all others. */
static GVariant *
take_reply (VbetRunner *self, GObject *source, GAsyncResult *result, GError **error)
{
  GVariant *reply = vbet_client_call_finish (VBET_CLIENT (source), result, error);
  if (VBET_CLIENT (source) == self->client)
    return reply;
  g_clear_pointer (&reply, g_variant_unref);
  if (error != NULL && *error == NULL)
    g_set_error_literal (error, VBET_ERROR, VBET_ERROR_CANCELLED, _ ("Cancelled"));
  return NULL;
}

static void
on_status (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetRunner) self = data;
  g_autoptr (GVariant) reply = take_reply (self, source, result, NULL);
  g_autoptr (GPtrArray) devices = vbet_reply_list (reply, "devices");
  for (guint i = 0; i < devices->len; i++)
    take_state (self, g_ptr_array_index (devices, i), "name");
  if (reply != NULL)
    take_all_alarms (self, reply);
}

static void
ask_status (VbetRunner *self)
{
  vbet_client_call_async (self->client, "lab.status", NULL, NULL, on_status, g_object_ref (self));
}

static void
on_found_text (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetRunner) self = data;
  g_autoptr (GVariant) reply = take_reply (self, source, result, NULL);
  const char *text = vbet_reply_text (reply, "text");
  if (text != NULL
      && strcmp (text, vbet_document_text (vbet_session_get_document (self->session), NULL)) != 0)
    g_signal_emit_by_name (self, "differs", text);
}

static void
look_at_changes (VbetRunner *self)
{
  ask_status (self);
  vbet_client_call_async (self->client, "lab.text", NULL, NULL, on_found_text, g_object_ref (self));
}

static void
on_notification (VbetClient *client, const char *method, GVariant *params, VbetRunner *self)
{
  if (g_str_equal (method, "device.state")) {
    take_state (self, params, "device");
    if (g_strcmp0 (vbet_reply_text (params, "state"), "failed") == 0) {
      g_autofree char *message
          = g_strdup_printf (_ ("%s failed: %s"), vbet_reply_text (params, "device"),
                             vbet_reply_text (params, "error") != NULL ? vbet_reply_text (params, "error")
                                                                       : _ ("no reason given"));
      g_signal_emit_by_name (self, "failed", message);
    }
  } else if (g_str_equal (method, "device.alarms")) {
    take_alarms (self, params);
  } else if (g_str_equal (method, "call")) {
    take_call (self, params);
  } else if (g_str_equal (method, "lab.changed")) {
    if (!self->applying && self->phase == VBET_PHASE_RUNNING) /* somebody else's doing, or a step's */
      look_at_changes (self);
  } else if (g_str_equal (method, "lab.stopping") && self->phase != VBET_PHASE_STOPPING) {
    set_phase (self, VBET_PHASE_STOPPING);
  } else if (g_str_equal (method, "switch.state")
             && g_strcmp0 (vbet_reply_text (params, "state"), "failed") == 0) {
    g_signal_emit_by_name (
        self, "failed",
        _ ("The lab's switch process ended and could not be started again; stop the lab and run it anew"));
  }
}

static void
on_closed (VbetClient *client, VbetRunner *self)
{
  gboolean asked = self->phase == VBET_PHASE_STOPPING;
  drop_client (self);
  g_signal_emit_by_name (self, asked ? "stopped" : "lost");
}

static void
on_calls (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetRunner) self = data;
  g_autoptr (GVariant) reply = take_reply (self, source, result, NULL);
  g_autoptr (GPtrArray) calls = vbet_reply_list (reply, "calls");
  for (guint i = 0; i < calls->len; i++)
    take_call (self, g_ptr_array_index (calls, i));
}

static void
take_client (VbetRunner *self, VbetClient *client)
{
  self->client = client;
  g_signal_connect (client, "notification", G_CALLBACK (on_notification), self);
  g_signal_connect (client, "closed", G_CALLBACK (on_closed), self);
  g_signal_emit_by_name (self, "calls-cleared");
  vbet_session_set_running (self->session, TRUE);
}

/* --- giving it the text -------------------------------------------------------------------- */

static void send_text (VbetRunner *self);

static void
on_applied (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetRunner) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = take_reply (self, source, result, &error);
  if (VBET_CLIENT (source) != self->client)
    return;
  gboolean first = self->first_apply;
  self->applying = FALSE;
  self->first_apply = FALSE;
  if (reply == NULL) {
    fail (self, error);
    if (first && self->phase == VBET_PHASE_STARTING) /* nothing runs: no engine is left behind */
      vbet_runner_stop (self);
    return;
  }
  if (self->phase == VBET_PHASE_STARTING)
    set_phase (self, VBET_PHASE_RUNNING);
  ask_status (self);
  if (self->apply_again)
    send_text (self);
}

static void
send_text (VbetRunner *self)
{
  self->apply_again = FALSE;
  if (self->client == NULL || self->phase == VBET_PHASE_STOPPING)
    return;
  if (vbet_diagnostics_has_errors (vbet_session_get_diagnostics (self->session)))
    return; /* the lab runs on as it is until the text is right again */
  if (!self->isolated && self->gate != NULL && !self->gate (FALSE, self->gate_data))
    return;
  const char *path = vbet_session_get_path (self->session);
  g_autofree char *valid = g_utf8_make_valid (path != NULL ? path : "", -1);
  GVariantDict params;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "text", "s",
                         vbet_document_text (vbet_session_get_document (self->session), NULL));
  g_variant_dict_insert (&params, "path", "s", valid);
  g_variant_dict_insert (&params, "wait", "b", FALSE);
  self->applying = TRUE;
  vbet_client_call_async (self->client, "lab.apply", g_variant_dict_end (&params), NULL, on_applied,
                          g_object_ref (self));
}

void
vbet_runner_update (VbetRunner *self)
{
  g_return_if_fail (VBET_IS_RUNNER (self));
  if (self->applying)
    self->apply_again = TRUE;
  else
    send_text (self);
}

static gboolean
on_apply_time (gpointer data)
{
  VbetRunner *self = data;
  self->apply_source = 0;
  vbet_runner_update (self);
  return G_SOURCE_REMOVE;
}

static void
on_lab_changed (VbetRunner *self)
{
  if (self->client == NULL || self->phase == VBET_PHASE_STOPPING)
    return;
  g_clear_handle_id (&self->apply_source, g_source_remove);
  self->apply_source = g_timeout_add (APPLY_DELAY_MS, on_apply_time, self);
}

/* --- starting, finding, stopping -------------------------------------------------------------- */

static void
on_launched (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetRunner) self = data;
  g_autoptr (GError) error = NULL;
  VbetClient *client = vbet_client_launch_finish (result, &error);
  if (self->phase != VBET_PHASE_STARTING || self->client != NULL) {
    if (client != NULL) /* left meanwhile: the engine that came too late goes again */
      vbet_client_call_async (client, "lab.stop", NULL, NULL, NULL, NULL);
    g_clear_object (&client);
    return;
  }
  if (client == NULL) {
    set_phase (self, VBET_PHASE_OFF);
    fail (self, error);
    return;
  }
  take_client (self, client);
  self->first_apply = TRUE;
  send_text (self);
}

static void
start (VbetRunner *self, gboolean isolated)
{
  VbetLaunchOptions options
      = { NULL, vbet_session_get_name (self->session), vbet_session_get_path (self->session), isolated };
  self->isolated = isolated;
  set_phase (self, VBET_PHASE_STARTING);
  /* Not to be cancelled: an engine that started must be known, to be stopped again. */
  vbet_client_launch_async (&options, NULL, on_launched, g_object_ref (self));
}

void
vbet_runner_start (VbetRunner *self)
{
  g_return_if_fail (VBET_IS_RUNNER (self));
  if (self->phase == VBET_PHASE_OFF && (self->gate == NULL || self->gate (TRUE, self->gate_data)))
    start (self, FALSE);
}

void
vbet_runner_start_isolated (VbetRunner *self)
{
  g_return_if_fail (VBET_IS_RUNNER (self));
  if (self->phase == VBET_PHASE_OFF)
    start (self, TRUE);
}

void
vbet_runner_set_gate (VbetRunner *self, VbetRunnerGate gate, gpointer data)
{
  g_return_if_fail (VBET_IS_RUNNER (self));
  self->gate = gate;
  self->gate_data = data;
}

gboolean
vbet_runner_is_isolated (VbetRunner *self)
{
  return self->isolated;
}

static void
on_stop_answered (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetRunner) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = take_reply (self, source, result, &error);
  if (VBET_CLIENT (source) != self->client)
    return;            /* on_closed() was first */
  if (reply != NULL) { /* nothing of the lab is left but the engine, which goes now */
    drop_client (self);
    g_signal_emit_by_name (self, "stopped");
  } else if (!g_error_matches (error, VBET_ERROR, VBET_ERROR_PROTOCOL)) {
    fail (self, error);
    set_phase (self, VBET_PHASE_RUNNING);
  }
}

void
vbet_runner_stop (VbetRunner *self)
{
  g_return_if_fail (VBET_IS_RUNNER (self));
  if (self->client == NULL || self->phase == VBET_PHASE_STOPPING)
    return;
  g_clear_handle_id (&self->apply_source, g_source_remove);
  set_phase (self, VBET_PHASE_STOPPING);
  vbet_client_call_async (self->client, "lab.stop", NULL, NULL, on_stop_answered, g_object_ref (self));
}

void
vbet_runner_leave (VbetRunner *self)
{
  g_return_if_fail (VBET_IS_RUNNER (self));
  drop_client (self);
}

static void
on_found_info (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetRunner) self = data;
  g_autoptr (GVariant) reply = take_reply (self, source, result, NULL);
  if (VBET_CLIENT (source) != self->client)
    return;
  const char *path = vbet_reply_text (reply, "path");
  const char *own = vbet_session_get_path (self->session);
  g_autofree char *valid = g_utf8_make_valid (own != NULL ? own : "", -1);
  if (g_strcmp0 (path != NULL ? path : "", valid) != 0) {
    if (!self->find_asked) { /* a lab of the same name, beside which ours can run */
      drop_client (self);
      return;
    }
    g_autofree char *message = g_strdup_printf (
        _ ("A lab called “%s” from another file (%s) is running; stop "
           "it with “vbetctl stop %s” before this one can run"),
        vbet_session_get_name (self->session), path != NULL && *path != '\0' ? path : _ ("unsaved"),
        vbet_client_get_id (self->client));
    drop_client (self);
    g_signal_emit_by_name (self, "failed", message);
    return;
  }
  self->isolated = vbet_reply_flag (reply, "isolated");
  set_phase (self, VBET_PHASE_RUNNING);
  ask_status (self);
  vbet_client_call_async (self->client, "lab.calls", NULL, NULL, on_calls, g_object_ref (self));
  vbet_client_call_async (self->client, "lab.text", NULL, NULL, on_found_text, g_object_ref (self));
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetRunner) self = data;
  g_autoptr (VbetClient) client = vbet_client_connect_finish (result, NULL);
  if (client == NULL || self->phase != VBET_PHASE_OFF || self->client != NULL)
    return;
  take_client (self, g_steal_pointer (&client));
  vbet_client_call_async (self->client, "lab.info", NULL, NULL, on_found_info, g_object_ref (self));
}

/* Where a lab of the same name was first, this file's runs beside it; else by its name. */
static void
on_found_second (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetRunner) self = data;
  g_autoptr (VbetClient) client = vbet_client_connect_finish (result, NULL);
  if (self->phase != VBET_PHASE_OFF || self->client != NULL)
    return;
  if (client == NULL) {
    g_autofree char *id = vbet_lab_id_from_name (vbet_session_get_name (self->session));
    vbet_client_connect_async (id, self->cancellable, on_found, g_object_ref (self));
    return;
  }
  take_client (self, g_steal_pointer (&client));
  vbet_client_call_async (self->client, "lab.info", NULL, NULL, on_found_info, g_object_ref (self));
}

void
vbet_runner_find (VbetRunner *self)
{
  g_return_if_fail (VBET_IS_RUNNER (self));
  if (self->client != NULL || vbet_session_get_path (self->session) == NULL)
    return;
  g_autofree char *id = vbet_lab_id_from_name (vbet_session_get_name (self->session));
  g_autofree char *path = g_utf8_make_valid (vbet_session_get_path (self->session), -1);
  g_autofree char *second = vbet_lab_id_tagged (id, path);
  self->find_asked = FALSE;
  vbet_client_connect_async (second, self->cancellable, on_found_second, g_object_ref (self));
}

void
vbet_runner_find_id (VbetRunner *self, const char *id)
{
  g_return_if_fail (VBET_IS_RUNNER (self) && id != NULL);
  self->find_asked = TRUE;
  if (self->client == NULL)
    vbet_client_connect_async (id, self->cancellable, on_found, g_object_ref (self));
}

static void
on_power_answered (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetRunner) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = take_reply (self, source, result, &error);
  if (reply == NULL && VBET_CLIENT (source) == self->client)
    fail (self, error);
}

void
vbet_runner_power (VbetRunner *self, const char *verb, const char *device)
{
  g_return_if_fail (VBET_IS_RUNNER (self));
  if (self->client == NULL)
    return;
  g_autofree char *method = g_strconcat ("device.", verb, NULL);
  GVariantDict params;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "device", "s", device);
  vbet_client_call_async (self->client, method, g_variant_dict_end (&params), NULL, on_power_answered,
                          g_object_ref (self));
}

VbetPhase
vbet_runner_get_phase (VbetRunner *self)
{
  return self->phase;
}

VbetClient *
vbet_runner_get_client (VbetRunner *self)
{
  return self->client;
}

/* --- life ---------------------------------------------------------------------------------------- */

VbetRunner *
vbet_runner_new (VbetSession *session)
{
  VbetRunner *self = g_object_new (VBET_TYPE_RUNNER, NULL);
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "changed", G_CALLBACK (on_lab_changed), self, G_CONNECT_SWAPPED);
  return self;
}

static void
vbet_runner_dispose (GObject *object)
{
  VbetRunner *self = VBET_RUNNER (object);
  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->apply_source, g_source_remove);
  release_client (self);
  G_OBJECT_CLASS (vbet_runner_parent_class)->dispose (object);
}

static void
vbet_runner_finalize (GObject *object)
{
  VbetRunner *self = VBET_RUNNER (object);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (vbet_runner_parent_class)->finalize (object);
}

static void
vbet_runner_class_init (VbetRunnerClass *klass)
{
  static const char *const plain[] = { "phase-changed", "calls-cleared", "lost", "stopped" };
  static const char *const texts[] = { "failed", "differs" };
  G_OBJECT_CLASS (klass)->dispose = vbet_runner_dispose;
  G_OBJECT_CLASS (klass)->finalize = vbet_runner_finalize;
  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    g_signal_new (plain[i], VBET_TYPE_RUNNER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_signal_new (texts[i], VBET_TYPE_RUNNER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                  G_TYPE_STRING);
  g_signal_new ("called", VBET_TYPE_RUNNER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                G_TYPE_POINTER);
}

static void
vbet_runner_init (VbetRunner *self)
{
  self->cancellable = g_cancellable_new ();
}
