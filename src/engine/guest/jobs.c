/* jobs.c - commands, files, carrier and pause of a running guest. */
#include "config.h"

#include "base/error.h"
#include "engine/guest/private.h"

#define PAUSE_MS 3000

/* A task of @self that has already failed when the guest is not READY; then NULL is returned. */
static GTask *
task_when_ready (VbetGuest *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  if (self->state == VBET_GUEST_READY)
    return task;
  g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_STATE, "%s is %s, not ready", self->name,
                           vbet_guest_state_name (self->state));
  g_object_unref (task);
  return NULL;
}

static void
on_exec_done (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  VbetExecResult *done = vbet_agent_exec_finish (VBET_AGENT (source), result, &error);
  if (done != NULL)
    g_task_return_pointer (task, done, (GDestroyNotify)vbet_exec_result_free);
  else
    g_task_return_error (task, error);
}

guint
vbet_guest_exec_async (VbetGuest *self, const char *const *argv, GBytes *input, VbetExecOutput output,
                       gpointer output_data, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_return_val_if_fail (VBET_IS_GUEST (self), 0);
  GTask *task = task_when_ready (self, callback, user_data);
  if (task == NULL)
    return 0;
  return vbet_agent_exec_async (self->agent, argv, input, output, output_data, cancellable, on_exec_done,
                                task);
}

void
vbet_guest_pause_job (VbetGuest *self, guint job, gboolean pause)
{
  g_return_if_fail (VBET_IS_GUEST (self));
  if (self->agent != NULL)
    vbet_agent_pause_job (self->agent, job, pause);
}

VbetExecResult *
vbet_guest_exec_finish (VbetGuest *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
on_put_done (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  if (vbet_agent_put_finish (VBET_AGENT (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
vbet_guest_put_async (VbetGuest *self, const char *path, guint mode, GBytes *contents,
                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (VBET_IS_GUEST (self));
  GTask *task = task_when_ready (self, callback, user_data);
  if (task != NULL)
    vbet_agent_put_async (self->agent, path, mode, contents, cancellable, on_put_done, task);
}

gboolean
vbet_guest_put_finish (VbetGuest *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
on_get_done (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  GBytes *contents = vbet_agent_get_finish (VBET_AGENT (source), result, &error);
  if (contents != NULL)
    g_task_return_pointer (task, contents, (GDestroyNotify)g_bytes_unref);
  else
    g_task_return_error (task, error);
}

void
vbet_guest_get_async (VbetGuest *self, const char *path, VbetExecOutput output, gpointer output_data,
                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (VBET_IS_GUEST (self));
  GTask *task = task_when_ready (self, callback, user_data);
  if (task != NULL)
    vbet_agent_get_async (self->agent, path, output, output_data, cancellable, on_get_done, task);
}

GBytes *
vbet_guest_get_finish (VbetGuest *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
vbet_guest_set_carrier (VbetGuest *self, guint index, gboolean carrier)
{
  g_return_if_fail (VBET_IS_GUEST (self));
  g_hash_table_insert (self->carriers, GUINT_TO_POINTER (index), GINT_TO_POINTER (carrier ? 1 : 0));
  if (self->agent != NULL && !vbet_guest_has_vhost (self, index))
    (void)vbet_agent_set_carrier (self->agent, index, carrier);
  vbet_guest_tell_speed (self, index);
}

void
vbet_guest_tell_speed (VbetGuest *self, guint index)
{
  guint speed = GPOINTER_TO_UINT (g_hash_table_lookup (self->speeds, GUINT_TO_POINTER (index)));
  gpointer carrier = NULL;
  gboolean is_cut = g_hash_table_lookup_extended (self->carriers, GUINT_TO_POINTER (index), NULL, &carrier)
                    && carrier == NULL;
  if (speed > 0 && !is_cut && self->agent != NULL && vbet_guest_has_vhost (self, index))
    (void)vbet_agent_set_speed (self->agent, index, speed);
}

void
vbet_guest_set_speed (VbetGuest *self, guint index, guint speed)
{
  g_return_if_fail (VBET_IS_GUEST (self));
  if (GPOINTER_TO_UINT (g_hash_table_lookup (self->speeds, GUINT_TO_POINTER (index))) == speed)
    return;
  g_hash_table_insert (self->speeds, GUINT_TO_POINTER (index), GUINT_TO_POINTER (speed));
  vbet_guest_tell_speed (self, index);
}

gboolean
vbet_guest_has_vhost (VbetGuest *self, guint index)
{
  for (guint i = 0; self->config != NULL && i < self->config->nics->len; i++) {
    const VbetGuestNic *nic = g_ptr_array_index (self->config->nics, i);
    if (nic->index == index)
      return nic->vhost;
  }
  return FALSE;
}

/* --- pause ------------------------------------------------------------------------ */

static void
on_paused (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  VbetGuest *self = g_task_get_source_object (task);
  gboolean pause = GPOINTER_TO_INT (g_task_get_task_data (task));
  GError *error = NULL;
  g_autofree char *text = vbet_mconsole_command_finish (VBET_MCONSOLE (source), result, &error);
  if (text == NULL) {
    g_prefix_error (&error, "Cannot %s %s: ", pause ? "pause" : "resume", self->name);
    g_task_return_error (task, error);
    return;
  }
  /* It may have been stopped, or have died, meanwhile. */
  if (self->state == (pause ? VBET_GUEST_READY : VBET_GUEST_PAUSED))
    vbet_guest_set_state (self, pause ? VBET_GUEST_PAUSED : VBET_GUEST_READY, NULL);
  g_task_return_boolean (task, TRUE);
}

void
vbet_guest_pause_async (VbetGuest *self, gboolean pause, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (VBET_IS_GUEST (self));
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  g_task_set_task_data (task, GINT_TO_POINTER (pause ? 1 : 0), NULL);
  if (self->state != (pause ? VBET_GUEST_READY : VBET_GUEST_PAUSED)) {
    g_task_return_new_error (
        task, VBET_ERROR, VBET_ERROR_STATE, "%s is %s; only a guest that is %s can be %s", self->name,
        vbet_guest_state_name (self->state), pause ? "ready" : "paused", pause ? "paused" : "resumed");
    return;
  }
  vbet_mconsole_command_async (self->mconsole, pause ? "stop" : "go", PAUSE_MS, on_paused,
                               g_steal_pointer (&task));
}

gboolean
vbet_guest_pause_finish (VbetGuest *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
