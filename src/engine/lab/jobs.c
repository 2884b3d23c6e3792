/* jobs.c - what clients ask a lab for beside apply and power: steps, checks, calls, a failed call once more. */
#include "config.h"

#include "engine/lab/private.h"

#include <string.h>

#include "base/error.h"

/* --- steps, checks, calls ----------------------------------------------------------------------- */

static void
on_actions_done (gpointer data, gboolean ok, GVariant *results)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (results);
  g_autoptr (GTask) task = data;
  VbetLab *self = g_task_get_source_object (task);
  VbetJob *job = g_task_get_task_data (task);
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "ok", "b", ok);
  g_variant_dict_insert_value (&dict, "results", results);
  g_variant_dict_insert_value (&dict, "calls", vbet_lab_calls (self, job->first_call));
  if (job->index > 0) {
    VbetStepState state = ok ? VBET_STEP_PASSED : VBET_STEP_FAILED;
    const VbetStep *step = g_ptr_array_index (job->topology->steps, job->index - 1);
    g_variant_dict_insert (&dict, "index", "x", (gint64)job->index);
    g_variant_dict_insert (&dict, "title", "s", step->title);
    if (job->index <= self->step_states->len)
      g_array_index (self->step_states, VbetStepState, job->index - 1) = state;
    g_hash_table_insert (self->step_results, GUINT_TO_POINTER (job->index), g_variant_ref (results));
    vbet_lab_emit_step (self, job->index, vbet_step_state_name (state), 0, NULL);
  }
  if (self->step_run != NULL && vbet_actions_run_is_cancelled (self->step_run)) {
    g_variant_dict_clear (&dict);
    g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_CANCELLED, "It was cancelled before its end");
    vbet_lab_release (self);
    return;
  }
  vbet_lab_return_dict (task, &dict);
  vbet_lab_release (self);
}

static guint
next_step (VbetLab *self)
{
  for (guint i = 0; i < self->step_states->len; i++)
    if (g_array_index (self->step_states, VbetStepState, i) != VBET_STEP_PASSED)
      return i + 1;
  return 0;
}

static void
begin_step (VbetLab *self, GTask *task)
{
  VbetJob *job = g_task_get_task_data (task);
  guint index = job->index > 0 ? job->index : next_step (self);
  if (index == 0 || index > self->topology->steps->len) {
    if (self->topology->steps->len == 0)
      g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_NOT_FOUND, "The lab has no steps");
    else if (job->index == 0)
      g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_NOT_FOUND,
                               "All %u steps have passed; give a number to run one again",
                               self->topology->steps->len);
    else
      g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_NOT_FOUND,
                               "The lab has %u steps, there is no step %u", self->topology->steps->len,
                               index);
    g_object_unref (task);
    vbet_lab_release (self);
    return;
  }
  job->index = index;
  job->topology = vbet_topology_ref (self->topology);
  const VbetStep *step = g_ptr_array_index (job->topology->steps, index - 1);
  g_array_index (self->step_states, VbetStepState, index - 1) = VBET_STEP_RUNNING;
  g_hash_table_remove (self->step_results, GUINT_TO_POINTER (index));
  vbet_lab_emit_step (self, index, vbet_step_state_name (VBET_STEP_RUNNING), 0, NULL);
  vbet_lab_run_actions (self, step->actions, FALSE, index, on_actions_done, task);
}

void
vbet_lab_step_async (VbetLab *self, guint index, GAsyncReadyCallback callback, gpointer user_data)
{
  VbetJob *job = g_new0 (VbetJob, 1);
  job->index = index;
  vbet_lab_push_job (self, job, begin_step, callback, user_data);
}

static void
begin_checks (VbetLab *self, GTask *task)
{
  VbetJob *job = g_task_get_task_data (task);
  job->topology = vbet_topology_ref (self->topology);
  vbet_lab_run_actions (self, job->topology->checks, TRUE, 0, on_actions_done, task);
}

void
vbet_lab_checks_async (VbetLab *self, GAsyncReadyCallback callback, gpointer user_data)
{
  vbet_lab_push_job (self, g_new0 (VbetJob, 1), begin_checks, callback, user_data);
}

static void
begin_call (VbetLab *self, GTask *task)
{
  VbetJob *job = g_task_get_task_data (task);
  gsize size = strlen (job->text);
  g_autoptr (VbetDiagnostics) diagnostics = vbet_diagnostics_new (job->text, size);
  job->actions = vbet_topology_actions (self->topology, job->text, size, diagnostics);
  if (job->actions == NULL) {
    g_task_return_error (task, vbet_lab_language_error (diagnostics));
    g_object_unref (task);
    vbet_lab_release (self);
    return;
  }
  vbet_lab_run_actions (self, job->actions, FALSE, 0, on_actions_done, task);
}

void
vbet_lab_call_async (VbetLab *self, const char *text, GAsyncReadyCallback callback, gpointer user_data)
{
  VbetJob *job = g_new0 (VbetJob, 1);
  job->text = g_strdup (text);
  vbet_lab_push_job (self, job, begin_call, callback, user_data);
}

gboolean
vbet_lab_step_cancel (VbetLab *self, GError **error)
{
  if (self->step_run == NULL) {
    g_set_error_literal (error, VBET_ERROR, VBET_ERROR_STATE, "No step and no check is running");
    return FALSE;
  }
  vbet_actions_run_cancel (self->step_run);
  return TRUE;
}

/* --- a failed call once more ---------------------------------------------------------------------- */

typedef struct {
  GTask *task;
  VbetCallRecord *record;
  gboolean queued; /* it holds up other jobs */
} Retry;

static void
on_retried (gpointer data, GError *error)
{
  g_autofree Retry *retry = data;
  g_autoptr (GTask) task = retry->task;
  g_autoptr (GError) owned = error;
  VbetLab *self = g_task_get_source_object (task);
  GVariantDict dict;
  vbet_lab_record_end (self, retry->record, owned);
  if (retry->record->call != NULL)
    vbet_lab_note_call (self, retry->record->call, retry->record);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "call", vbet_call_record_to_variant (self, retry->record));
  vbet_lab_return_dict (task, &dict);
  if (retry->queued)
    vbet_lab_release (self);
}

static Retry *
retry_new (GTask *task, const VbetCallRecord *old, gboolean queued)
{
  VbetLab *self = g_task_get_source_object (task);
  Retry *retry = g_new0 (Retry, 1);
  retry->task = task;
  retry->queued = queued;
  retry->record = vbet_lab_record_begin (self, old->text, old->verb, old->device, old->cable);
  retry->record->call = old->call != NULL ? vbet_call_copy (old->call) : NULL;
  return retry;
}

static void
refuse_retry (GTask *task, gboolean queued, VbetErrorCode code, const char *why)
{
  VbetLab *self = g_task_get_source_object (task);
  g_task_return_new_error (task, VBET_ERROR, (gint)code, "%s", why);
  if (queued)
    vbet_lab_release (self);
  g_object_unref (task);
}

/* Whether the lab, as it is now, still wants what @call would do. */
static gboolean
is_wanted (VbetLab *self, const VbetCall *call)
{
  const VbetDevice *device
      = call->device != NULL ? vbet_topology_device (self->topology, call->device) : NULL;
  const VbetCable *cable = call->cable != NULL ? vbet_topology_cable (self->topology, call->cable) : NULL;
  const VbetNic *nic = device != NULL && call->nic > 0 ? vbet_device_nic (device, call->nic) : NULL;
  const VbetLabDevice *node = call->device != NULL ? vbet_lab_device (self, call->device) : NULL;
  const VbetCableEnd *end = cable != NULL ? &cable->ends[call->end] : NULL;
  gboolean plugged = end != NULL && g_strcmp0 (end->device, call->device) == 0 && end->nic == call->nic;
  switch (call->verb) {
  case VBET_CALL_ALLOC:
    if (call->kind == VBET_KIND_CABLE)
      return cable != NULL;
    /* A gateway or TAP device that does not work is there all the same. */
    return device != NULL && device->kind == call->kind
           && (node == NULL || (node->kind & VBET_KIND_OUTSIDE) != 0);
  case VBET_CALL_FREE:
    return call->kind == VBET_KIND_CABLE ? cable == NULL : device == NULL;
  case VBET_CALL_ATTACH:
    return nic != NULL;
  case VBET_CALL_DETACH:
    /* Another one of that number may be wanted, for which it is in the way. */
    return nic == NULL || (node != NULL && g_hash_table_contains (node->stuck, GUINT_TO_POINTER (call->nic)));
  case VBET_CALL_PLUG:
    return plugged;
  case VBET_CALL_UNPLUG:
    return !plugged;
  case VBET_CALL_SET: {
    const VbetAttributes *attributes = cable != NULL                      ? cable->attributes
                                       : nic != NULL                      ? nic->attributes
                                       : call->nic == 0 && device != NULL ? device->attributes
                                                                          : NULL;
    return attributes != NULL && vbet_value_equal (vbet_attributes_get (attributes, call->key), call->value);
  }
  case VBET_CALL_FILE:
  case VBET_CALL_START:
    return device != NULL && node != NULL;
  case VBET_CALL_STOP:
    return node != NULL;
  }
  return FALSE;
}

static void
begin_retry (VbetLab *self, GTask *task)
{
  VbetJob *job = g_task_get_task_data (task);
  g_autoptr (VbetCallRecord) old = vbet_lab_call_record (self, job->index);
  if (old == NULL || !is_wanted (self, old->call)) {
    refuse_retry (task, TRUE, VBET_ERROR_STATE,
                  "The lab has changed since: it no longer wants what this call would do");
    return;
  }
  Retry *retry = retry_new (task, old, TRUE);
  vbet_lab_execute (self, retry->record->call != NULL ? retry->record->call : old->call, retry->record,
                    on_retried, retry);
}

static gboolean
power_of (const char *verb, VbetPower *ret_power)
{
  for (VbetPower power = VBET_POWER_START; power <= VBET_POWER_RESUME; power++)
    if (strcmp (vbet_lab_power_text (power), verb) == 0) {
      *ret_power = power;
      return TRUE;
    }
  return FALSE;
}

/* Power does not queue, here neither. */
static void
retry_power (VbetLab *self, GTask *task, const VbetCallRecord *old, VbetPower power)
{
  GError *error = NULL;
  if (vbet_lab_guest (self, old->device, &error) == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  VbetLabDevice *node = vbet_lab_device (self, old->device);
  vbet_lab_power (self, node, power, on_retried, retry_new (task, old, FALSE));
}

void
vbet_lab_retry_async (VbetLab *self, guint number, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (VbetCallRecord) old = vbet_lab_call_record (self, number);
  VbetPower power = VBET_POWER_START;
  if (old != NULL && !self->stopping && strcmp (old->state, "failed") == 0 && old->call != NULL
      && (old->device == NULL || !power_of (old->verb, &power))) {
    VbetJob *job = g_new0 (VbetJob, 1);
    job->index = number;
    vbet_lab_push_job (self, job, begin_retry, callback, user_data);
    return;
  }
  GTask *task = g_task_new (self, NULL, callback, user_data);
  if (old == NULL) {
    g_autofree char *why = g_strdup_printf ("There is no call number %u, or it was long ago", number);
    refuse_retry (task, FALSE, VBET_ERROR_NOT_FOUND, why);
  } else if (self->stopping) {
    refuse_retry (task, FALSE, VBET_ERROR_STATE, "The lab is stopping");
  } else if (strcmp (old->state, "failed") != 0) {
    refuse_retry (task, FALSE, VBET_ERROR_STATE, "Only a call that failed can be tried again");
  } else if (old->device != NULL && power_of (old->verb, &power)) {
    retry_power (self, task, old, power);
  } else {
    refuse_retry (task, FALSE, VBET_ERROR_STATE,
                  "This call cannot be tried again by itself; change the lab instead");
  }
}
