/* lab.c - one running lab: its life, its devices, its queue of jobs; see lab.h. */
#include "config.h"

#include "engine/lab/lab.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/paths.h"
#include "engine/lab/private.h"
#include "engine/model/reach.h"

/* How long a guest may take to shut down by itself before it is killed, in milliseconds. */
#define STOP_GRACE_MS 3000

G_DEFINE_FINAL_TYPE (VbetLab, vbet_lab, G_TYPE_OBJECT)

enum {
  SIGNAL_CALL,
  SIGNAL_DEVICE_STATE,
  SIGNAL_CHANGED,
  SIGNAL_STEP,
  SIGNAL_SWITCH_STATE,
  SIGNAL_ALARMS,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* --- devices ------------------------------------------------------------------ */

typedef struct {
  VbetDone done;
  gpointer data;
} Waiter;

static void
settle_waiters (VbetLabDevice *node, const char *problem)
{
  g_autoptr (GPtrArray) waiters = g_steal_pointer (&node->waiters);
  node->waiters = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < waiters->len; i++) {
    Waiter *waiter = g_ptr_array_index (waiters, i);
    waiter->done (waiter->data,
                  problem != NULL ? g_error_new_literal (VBET_ERROR, VBET_ERROR_STATE, problem) : NULL);
  }
}

static void
node_free (VbetLabDevice *node)
{
  settle_waiters (node, "The device was removed");
  vbet_lab_files_gone (node, "The device was removed");
  vbet_alarms_forget (node->lab->alarms, node->name);
  if (node->guest != NULL) {
    g_signal_handler_disconnect (node->guest, node->state_handler);
    g_signal_handler_disconnect (node->guest, node->nic_handler);
    g_signal_handler_disconnect (node->guest, node->alarm_handler);
    g_signal_handler_disconnect (node->guest, node->denied_handler);
    g_signal_handler_disconnect (node->guest, node->confined_handler);
    if (node->flood_handler != 0)
      g_signal_handler_disconnect (vbet_guest_get_console (node->guest), node->flood_handler);
    vbet_guest_kill (node->guest);
    g_object_unref (node->guest);
  }
  vbet_gateway_free (node->gateway);
  if (node->tap_fd >= 0)
    close (node->tap_fd);
  vbet_lab_remote_free (node->remote);
  g_free (node->tap_name);
  g_free (node->problem);
  if (node->dir != NULL)
    vbet_paths_remove_tree (node->dir);
  g_ptr_array_unref (node->waiters);
  g_hash_table_unref (node->cut);
  g_hash_table_unref (node->lacking);
  g_hash_table_unref (node->stuck);
  g_hash_table_unref (node->down);
  g_free (node->dir);
  g_free (node->name);
  g_free (node);
}

static void
cable_run_free (VbetCableRun *cable)
{
  g_free (cable->device[0]);
  g_free (cable->device[1]);
  g_free (cable);
}

void
vbet_lab_device_when_settled (VbetLabDevice *node, VbetDone done, gpointer data)
{
  VbetGuestState state = vbet_guest_get_state (node->guest);
  if (state == VBET_GUEST_READY || state == VBET_GUEST_PAUSED) {
    done (data, NULL);
  } else if (state == VBET_GUEST_BOOTING) {
    Waiter *waiter = g_new0 (Waiter, 1);
    waiter->done = done;
    waiter->data = data;
    g_ptr_array_add (node->waiters, waiter);
  } else {
    const char *reason = vbet_guest_get_reason (node->guest);
    done (data, g_error_new (VBET_ERROR, VBET_ERROR_STATE, "%s is %s%s%s", node->name,
                             vbet_guest_state_name (state), reason != NULL ? ": " : "",
                             reason != NULL ? reason : ""));
  }
}

static void
on_guest_state (VbetGuest *guest, VbetGuestState state, const char *reason, VbetLabDevice *node)
{
  VbetLab *self = node->lab;
  g_signal_emit (self, signals[SIGNAL_DEVICE_STATE], 0, node->name, vbet_guest_state_name (state), reason);
  switch (state) {
  case VBET_GUEST_READY:
    settle_waiters (node, NULL);
    vbet_lab_files_ready (node);
    break;
  case VBET_GUEST_PAUSED:
    settle_waiters (node, NULL);
    vbet_lab_files_paused (node);
    break;
  case VBET_GUEST_OFF:
  case VBET_GUEST_FAILED:
    node->cpu = -1;
    g_hash_table_remove_all (node->down);
    node->boot = ++self->last_boot;
    /* It starts with the NICs of the topology. */
    g_hash_table_remove_all (node->lacking);
    g_hash_table_remove_all (node->stuck);
    vbet_lab_guest_alarms_over (node);
    settle_waiters (node, reason != NULL ? reason : "The device was stopped before it was ready");
    vbet_lab_files_gone (node, NULL);
    break;
  case VBET_GUEST_BOOTING:
    vbet_lab_guest_alarms_over (node);
    break;
  case VBET_GUEST_STOPPING:
    break;
  }
}

static void
on_alarm (VbetGuest *guest, const char *key, const char *kind, const char *text, VbetLabDevice *node)
{
  (void)guest;
  vbet_lab_guest_alarm (node, key, kind, text);
}

static void
on_nic_state (VbetGuest *guest, guint nic, gboolean up, VbetLabDevice *node)
{
  gboolean was_down = g_hash_table_contains (node->down, GUINT_TO_POINTER (nic));
  (void)guest;
  if (was_down == !up)
    return;
  if (up)
    g_hash_table_remove (node->down, GUINT_TO_POINTER (nic));
  else
    g_hash_table_add (node->down, GUINT_TO_POINTER (nic));
  vbet_lab_port_state (node->lab, node->name, nic);
}

static void
on_denied (VbetGuest *guest, const char *call, VbetLabDevice *node)
{
  vbet_lab_guest_denied (node, call);
}

static void
on_confined (VbetGuest *guest, const char *call, VbetLabDevice *node)
{
  vbet_lab_service_denied (node->lab, node->name, "vbet-guest", call);
}

static void
on_flood (VbetConsole *console, gboolean on, VbetLabDevice *node)
{
  (void)console;
  vbet_lab_guest_floods (node, on);
}

VbetLabDevice *
vbet_lab_device (VbetLab *self, const char *name)
{
  return g_hash_table_lookup (self->nodes, name);
}

VbetLabDevice *
vbet_lab_add_node (VbetLab *self, const char *name, VbetKind kind, GError **error)
{
  guint number = ++self->next_node;
  g_autofree char *dir = NULL;
  if (kind & VBET_KIND_GUEST) {
    g_autofree char *leaf = g_strdup_printf ("n%u", number);
    dir = g_build_filename (self->dir, leaf, NULL);
    g_autofree char *ports = g_build_filename (dir, VBET_GUEST_PORTS, NULL);
    if (g_mkdir (dir, 0700) != 0 || g_mkdir (ports, 0700) != 0) {
      g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "Cannot create the folder %s: %s", ports,
                   g_strerror (errno));
      return NULL;
    }
  }
  VbetLabDevice *node = g_new0 (VbetLabDevice, 1);
  node->lab = self;
  node->name = g_strdup (name);
  node->kind = kind;
  node->number = number;
  node->boot = ++self->last_boot;
  node->dir = g_steal_pointer (&dir);
  node->cpu = -1;
  node->tap_fd = -1;
  node->cut = g_hash_table_new (NULL, NULL);
  node->lacking = g_hash_table_new (NULL, NULL);
  node->stuck = g_hash_table_new (NULL, NULL);
  node->down = g_hash_table_new (NULL, NULL);
  node->waiters = g_ptr_array_new_with_free_func (g_free);
  if (kind & VBET_KIND_GUEST) {
    g_autofree char *console = g_strdup_printf ("%s/c%u", self->dir, number);
    node->guest = vbet_guest_new (name, self->guest_program, console);
    node->state_handler = g_signal_connect (node->guest, "state", G_CALLBACK (on_guest_state), node);
    node->nic_handler = g_signal_connect (node->guest, "nic-state", G_CALLBACK (on_nic_state), node);
    node->alarm_handler = g_signal_connect (node->guest, "alarm", G_CALLBACK (on_alarm), node);
    node->denied_handler = g_signal_connect (node->guest, "denied", G_CALLBACK (on_denied), node);
    node->confined_handler = g_signal_connect (node->guest, "confined", G_CALLBACK (on_confined), node);
    if (vbet_guest_get_console (node->guest) != NULL)
      node->flood_handler
          = g_signal_connect (vbet_guest_get_console (node->guest), "flood", G_CALLBACK (on_flood), node);
  }
  g_hash_table_replace (self->nodes, node->name, node);
  return node;
}

void
vbet_lab_remove_node (VbetLab *self, const char *name)
{
  g_hash_table_remove (self->nodes, name);
}

VbetGuest *
vbet_lab_guest (VbetLab *self, const char *device, GError **error)
{
  VbetLabDevice *node = vbet_lab_device (self, device);
  if (node != NULL && node->guest != NULL)
    return node->guest;
  if (node != NULL) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_STATE, "%s is a %s, which runs no system of its own", device,
                 vbet_kind_name (node->kind));
    return NULL;
  }
  g_autoptr (GString) names = g_string_new (NULL);
  for (guint i = 0; i < self->topology->devices->len && names->len < 200; i++) {
    const VbetDevice *known = g_ptr_array_index (self->topology->devices, i);
    if (known->kind & VBET_KIND_GUEST)
      g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", known->name);
  }
  g_set_error (error, VBET_ERROR, VBET_ERROR_NOT_FOUND, "The lab has no device “%s”%s%s", device,
               names->len > 0 ? "; it has " : "", names->str);
  return NULL;
}

/* --- life ------------------------------------------------------------------------ */

static void
on_switch_restarted (VbetSwitchClient *client, VbetLab *self)
{
  vbet_lab_service_denied_over (self, "", "vbet-switch");
  g_signal_emit (self, signals[SIGNAL_SWITCH_STATE], 0, "restarted");
}

static void
on_switch_failed (VbetSwitchClient *client, const char *reason, VbetLab *self)
{
  self->switch_failed = TRUE;
  VbetCallRecord *record = vbet_lab_record_begin (self, "switch", "switch", NULL, NULL);
  g_autoptr (GError) error = g_error_new_literal (VBET_ERROR, VBET_ERROR_HOST, reason);
  vbet_lab_record_end (self, record, error);
  g_signal_emit (self, signals[SIGNAL_SWITCH_STATE], 0, "failed");
}

static void
on_switch_denied (VbetSwitchClient *client, const char *call, VbetLab *self)
{
  (void)client;
  vbet_lab_service_denied (self, "", "vbet-switch", call);
}

static void
on_switch_problem (VbetSwitchClient *client, const char *message, VbetLab *self)
{
  VbetCallRecord *record = vbet_lab_record_begin (self, "switch", "switch", NULL, NULL);
  g_autoptr (GError) error = g_error_new_literal (VBET_ERROR, VBET_ERROR_FAILED, message);
  vbet_lab_record_end (self, record, error);
}

static void
on_port_state (VbetSwitchClient *client, const char *device, guint nic, gboolean connected, VbetLab *self)
{
  if (!connected)
    vbet_lab_outside_lost (self, device);
  vbet_lab_port_state (self, device, nic);
}

static void
on_capture_closed (VbetSwitchClient *client, guint64 serial, VbetLab *self)
{
  vbet_lab_capture_closed (self, serial);
}

static void
on_far_end (VbetSwitchClient *client, const char *device, VbetLab *self)
{
  vbet_lab_remote_far_end (self, device);
}

static void
on_cable_state (VbetSwitchClient *client, const char *cable, gboolean from_a, gboolean from_b, VbetLab *self)
{
  vbet_lab_cable_state (self, cable, from_a, from_b);
}

VbetLab *
vbet_lab_new (const VbetLabOptions *options, GError **error)
{
  g_autoptr (VbetLab) self = g_object_new (VBET_TYPE_LAB, NULL);
  self->id = g_strdup (options->id);
  self->alarms = vbet_lab_alarms_new (self);
  self->name = g_strdup (options->name);
  self->path = g_strdup (options->path);
  self->dir = g_strdup (options->dir);
  self->scratch = g_strdup (options->scratch);
  self->guest_program = g_strdup (options->guest_program);
  self->pad_library = g_strdup (options->pad_library);
  self->nat_program = g_strdup (options->nat_program);
  self->isolated = options->isolated;
  self->cgroup = options->cgroup != NULL ? vbet_cgroup_ref (options->cgroup) : NULL;
  self->topology = vbet_topology_new_empty (options->name);
  self->switch_client = vbet_switch_client_new (options->switch_program, options->dir);
  g_signal_connect (self->switch_client, "port-state", G_CALLBACK (on_port_state), self);
  g_signal_connect (self->switch_client, "cable-state", G_CALLBACK (on_cable_state), self);
  g_signal_connect (self->switch_client, "far-end", G_CALLBACK (on_far_end), self);
  g_signal_connect (self->switch_client, "capture-closed", G_CALLBACK (on_capture_closed), self);
  g_signal_connect (self->switch_client, "restarted", G_CALLBACK (on_switch_restarted), self);
  g_signal_connect (self->switch_client, "failed", G_CALLBACK (on_switch_failed), self);
  g_signal_connect (self->switch_client, "problem", G_CALLBACK (on_switch_problem), self);
  g_signal_connect (self->switch_client, "denied", G_CALLBACK (on_switch_denied), self);
  vbet_lab_tell_identity (self);
  if (!vbet_switch_client_start (self->switch_client, error))
    return NULL;
  return g_steal_pointer (&self);
}

static void
vbet_lab_dispose (GObject *object)
{
  VbetLab *self = VBET_LAB (object);
  g_clear_pointer (&self->nodes, g_hash_table_unref);
  g_clear_pointer (&self->alarms, vbet_alarms_free);
  g_clear_pointer (&self->captures, g_ptr_array_unref);
  if (self->switch_client != NULL)
    g_signal_handlers_disconnect_by_data (self->switch_client, self);
  g_clear_object (&self->switch_client);
  g_clear_pointer (&self->measures, g_hash_table_unref);
  G_OBJECT_CLASS (vbet_lab_parent_class)->dispose (object);
}

static void
vbet_lab_finalize (GObject *object)
{
  VbetLab *self = VBET_LAB (object);
  g_queue_clear_full (&self->jobs, g_object_unref);
  g_clear_pointer (&self->cables, g_hash_table_unref);
  g_clear_pointer (&self->names, vbet_guest_names_unref);
  g_clear_pointer (&self->topology, vbet_topology_unref);
  vbet_lab_forget_calls (self);
  g_array_unref (self->step_states);
  g_hash_table_unref (self->step_results);
  g_hash_table_unref (self->features);
  g_hash_table_unref (self->seccomp);
  g_free (self->id);
  g_free (self->name);
  g_free (self->path);
  g_free (self->dir);
  g_free (self->scratch);
  g_free (self->disks);
  g_free (self->guest_program);
  g_clear_pointer (&self->cgroup, vbet_cgroup_unref);
  g_free (self->pad_library);
  g_free (self->nat_program);
  g_free (self->text);
  G_OBJECT_CLASS (vbet_lab_parent_class)->finalize (object);
}

static void
vbet_lab_class_init (VbetLabClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  object_class->dispose = vbet_lab_dispose;
  object_class->finalize = vbet_lab_finalize;
  signals[SIGNAL_CALL] = g_signal_new ("call", VBET_TYPE_LAB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, G_TYPE_VARIANT);
  signals[SIGNAL_DEVICE_STATE]
      = g_signal_new ("device-state", VBET_TYPE_LAB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                      G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", VBET_TYPE_LAB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[SIGNAL_STEP] = g_signal_new ("step", VBET_TYPE_LAB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, G_TYPE_VARIANT);
  signals[SIGNAL_SWITCH_STATE] = g_signal_new ("switch-state", VBET_TYPE_LAB, G_SIGNAL_RUN_LAST, 0, NULL,
                                               NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_ALARMS] = g_signal_new ("alarms", VBET_TYPE_LAB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_VARIANT);
}

static void
vbet_lab_init (VbetLab *self)
{
  self->measures = g_hash_table_new (g_str_hash, g_str_equal);
  self->captures = g_ptr_array_new_with_free_func (vbet_lab_capture_free);
  self->born = g_get_monotonic_time ();
  for (guint i = 0; i < sizeof self->run; i++)
    self->run[i] = (guint8)g_random_int_range (0, 256);
  self->nodes = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify)node_free);
  self->cables = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)cable_run_free);
  g_queue_init (&self->calls);
  self->step_states = g_array_new (FALSE, TRUE, sizeof (VbetStepState));
  self->features = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->seccomp = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->step_results = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)g_variant_unref);
  g_queue_init (&self->jobs);
}

gboolean
vbet_lab_has_text (VbetLab *self)
{
  return self->text != NULL;
}

const char *
vbet_lab_get_text (VbetLab *self)
{
  return self->text != NULL ? self->text : "";
}

const char *
vbet_lab_get_path (VbetLab *self)
{
  return self->path;
}

VbetTopology *
vbet_lab_allowed (VbetLab *self, VbetTopology *topology)
{
  if (!self->isolated)
    return topology;
  g_autoptr (VbetTopology) whole = topology;
  return vbet_reach_isolate (whole);
}

void
vbet_lab_set_topology (VbetLab *self, VbetTopology *topology)
{
  g_autoptr (VbetTopology) old = g_steal_pointer (&self->topology);
  self->topology = topology;
  if (g_strcmp0 (old->seed, topology->seed) != 0)
    vbet_lab_tell_identity (self);
  g_clear_pointer (&self->names, vbet_guest_names_unref);
  guint had = self->step_states->len;
  g_array_set_size (self->step_states, topology->steps->len);
  for (guint i = had; i < self->step_states->len; i++)
    g_array_index (self->step_states, VbetStepState, i) = VBET_STEP_TODO;
  self->revision++;
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0, self->revision);
}

void
vbet_lab_emit_call (VbetLab *self, const VbetCallRecord *record)
{
  g_autoptr (GVariant) call = g_variant_ref_sink (vbet_call_record_to_variant (self, record));
  g_signal_emit (self, signals[SIGNAL_CALL], 0, call);
}

void
vbet_lab_emit_device_state (VbetLab *self, const char *device, const char *state, const char *reason)
{
  g_signal_emit (self, signals[SIGNAL_DEVICE_STATE], 0, device, state, reason);
}

void
vbet_lab_emit_step (VbetLab *self, guint index, const char *state, guint statement, GVariant *result)
{
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "index", "x", (gint64)index);
  g_variant_dict_insert (&dict, "state", "s", state);
  if (statement > 0)
    g_variant_dict_insert (&dict, "statement", "x", (gint64)statement);
  if (result != NULL)
    g_variant_dict_insert_value (&dict, "result", result);
  g_autoptr (GVariant) step = g_variant_ref_sink (g_variant_dict_end (&dict));
  g_signal_emit (self, signals[SIGNAL_STEP], 0, step);
}

/* --- jobs: one at a time changes the lab ------------------------------------------------ */

static void
job_free (VbetJob *job)
{
  g_free (job->text);
  g_free (job->path);
  g_free (job->device);
  g_clear_pointer (&job->actions, g_ptr_array_unref);
  g_clear_pointer (&job->topology, vbet_topology_unref);
  g_free (job);
}

static void
run_next (VbetLab *self)
{
  if (self->busy)
    return;
  GTask *task = g_queue_pop_head (&self->jobs);
  if (task == NULL)
    return;
  VbetJob *job = g_task_get_task_data (task);
  self->busy = TRUE;
  job->first_call = self->last_call;
  job->begin (self, task);
}

static gboolean
on_release (gpointer data)
{
  run_next (VBET_LAB (data));
  return G_SOURCE_REMOVE;
}

void
vbet_lab_release (VbetLab *self)
{
  self->busy = FALSE;
  if (!g_queue_is_empty (&self->jobs))
    g_idle_add_full (G_PRIORITY_DEFAULT, on_release, g_object_ref (self), g_object_unref);
}

void
vbet_lab_push_job (VbetLab *self, VbetJob *job, VbetJobBegin begin, GAsyncReadyCallback callback,
                   gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  g_task_set_task_data (task, job, (GDestroyNotify)job_free);
  job->begin = begin;
  if (self->stopping) {
    g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_STATE, "The lab is stopping");
    g_object_unref (task);
    return;
  }
  g_queue_push_tail (&self->jobs, task);
  run_next (self);
}

GVariant *
vbet_lab_finish (VbetLab *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
vbet_lab_return_dict (GTask *task, GVariantDict *dict)
{
  g_task_return_pointer (task, g_variant_ref_sink (g_variant_dict_end (dict)),
                         (GDestroyNotify)g_variant_unref);
}

GError *
vbet_lab_language_error (const VbetDiagnostics *diagnostics)
{
  for (guint i = 0; i < vbet_diagnostics_size (diagnostics); i++) {
    const VbetDiagnostic *found = vbet_diagnostics_get (diagnostics, i);
    if (found->severity == VBET_SEVERITY_ERROR)
      return g_error_new (VBET_ERROR, VBET_ERROR_LANGUAGE, "Line %u, column %u: %s [%s]", found->line,
                          found->column, found->message, found->code);
  }
  return g_error_new_literal (VBET_ERROR, VBET_ERROR_LANGUAGE, "The text is not a lab");
}

/* --- apply ----------------------------------------------------------------------------------- */

static void
answer_with_calls (VbetLab *self, GTask *task)
{
  VbetJob *job = g_task_get_task_data (task);
  if (job->answered)
    return;
  job->answered = TRUE;
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "calls", vbet_lab_calls (self, job->first_call));
  vbet_lab_return_dict (task, &dict);
}

static void
on_apply_serial (gpointer data, GPtrArray *records)
{
  GTask *task = data;
  VbetLab *self = g_task_get_source_object (task);
  VbetJob *job = g_task_get_task_data (task);
  if (!job->wait)
    answer_with_calls (self, task);
  vbet_lab_release (self);
}

static void
on_apply_done (gpointer data, GPtrArray *records)
{
  g_autoptr (GTask) task = data;
  answer_with_calls (g_task_get_source_object (task), task);
}

static void
begin_apply (VbetLab *self, GTask *task)
{
  VbetJob *job = g_task_get_task_data (task);
  gsize size = strlen (job->text);
  g_autoptr (VbetProgram) program = vbet_program_parse (job->text, size);
  g_autoptr (VbetDiagnostics) diagnostics = vbet_diagnostics_new (job->text, size);
  vbet_program_diagnose (program, diagnostics);
  g_autoptr (VbetTopology) topology = vbet_topology_elaborate (program, self->name, diagnostics);
  if (vbet_diagnostics_has_errors (diagnostics)) {
    g_task_return_error (task, vbet_lab_language_error (diagnostics));
    g_object_unref (task);
    vbet_lab_release (self);
    return;
  }
  GError *error = NULL;
  topology = vbet_lab_allowed (self, topology);
  GPtrArray *calls = vbet_plan_new (self->topology, topology);
  if (!vbet_lab_check_plan (self, topology, calls, &error)) {
    g_ptr_array_unref (calls);
    g_task_return_error (task, error);
    g_object_unref (task);
    vbet_lab_release (self);
    return;
  }
  g_free (self->text);
  self->text = g_strdup (job->text);
  if (job->path != NULL) {
    g_free (self->path);
    self->path = g_strdup (job->path);
  }
  vbet_lab_set_topology (self, g_steal_pointer (&topology));
  vbet_lab_run_plan (self, calls, on_apply_serial, on_apply_done, task);
}

void
vbet_lab_apply_async (VbetLab *self, const char *text, const char *path, gboolean wait,
                      GAsyncReadyCallback callback, gpointer user_data)
{
  VbetJob *job = g_new0 (VbetJob, 1);
  job->text = g_strdup (text);
  job->path = g_strdup (path);
  job->wait = wait;
  vbet_lab_push_job (self, job, begin_apply, callback, user_data);
}

/* --- power ------------------------------------------------------------------------------------------ */

typedef struct {
  GTask *task;
  VbetCallRecord *record;
} PowerRun;

static void
on_power_done (gpointer data, GError *error)
{
  g_autofree PowerRun *run = data;
  g_autoptr (GTask) task = run->task;
  vbet_lab_record_end (g_task_get_source_object (task), run->record, error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0)),
                           (GDestroyNotify)g_variant_unref);
}

/* Power does not queue: a device that hangs at its start must be stoppable meanwhile. */
void
vbet_lab_power_async (VbetLab *self, const char *device, VbetPower power, GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  GError *error = NULL;
  if (self->stopping) {
    g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_STATE, "The lab is stopping");
    return;
  }
  if (vbet_lab_guest (self, device, &error) == NULL) {
    g_task_return_error (task, error);
    return;
  }
  g_autofree char *text = g_strdup_printf ("%s(%s)", vbet_lab_power_text (power), device);
  PowerRun *run = g_new0 (PowerRun, 1);
  run->record = vbet_lab_record_begin (self, text, vbet_lab_power_text (power), device, NULL);
  run->task = g_steal_pointer (&task);
  vbet_lab_power (self, vbet_lab_device (self, device), power, on_power_done, run);
}

/* --- stop --------------------------------------------------------------------------------------------- */

static void
on_switch_stopped (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  vbet_switch_client_stop_finish (VBET_SWITCH_CLIENT (source), result, NULL);
  g_task_return_boolean (task, TRUE);
}

static void
on_guest_stopped (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  guint *left = g_task_get_task_data (task);
  VbetLab *self = g_task_get_source_object (task);
  if (source != NULL)
    vbet_guest_stop_finish (VBET_GUEST (source), result, NULL);
  if (--*left > 0)
    return;
  g_ptr_array_set_size (self->captures, 0); /* with their last statistics */
  vbet_switch_client_stop_async (self->switch_client, on_switch_stopped, g_object_ref (task));
}

void
vbet_lab_stop_async (VbetLab *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  guint *left = g_new0 (guint, 1);
  GHashTableIter iter;
  gpointer value = NULL;
  GTask *waiting = NULL;
  g_task_set_task_data (task, left, g_free);
  self->stopping = TRUE;
  while ((waiting = g_queue_pop_head (&self->jobs)) != NULL) {
    g_task_return_new_error (waiting, VBET_ERROR, VBET_ERROR_STATE, "The lab is stopping");
    g_object_unref (waiting);
  }
  *left = 1; /* held until all are asked */
  g_hash_table_iter_init (&iter, self->nodes);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    VbetLabDevice *node = value;
    g_clear_pointer (&node->gateway, vbet_gateway_free);
    if (node->guest == NULL)
      continue;
    ++*left;
    vbet_guest_stop_async (node->guest, STOP_GRACE_MS, on_guest_stopped, g_object_ref (task));
  }
  on_guest_stopped (NULL, NULL, g_object_ref (task));
}

gboolean
vbet_lab_stop_finish (VbetLab *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
