/* stop.c - the ways to a guest's end, from polite to certain.
 *
 *   the agent's clean shutdown (READY only)
 *   → grace over:  the kernel's own halt, by its management console
 *   → 300 ms:      the launcher kills everything
 *   → 2 s:         the launcher itself is killed; its init does the same
 */
#include "config.h"

#include "base/error.h"
#include "engine/guest/private.h"

#define HALT_MS 300
#define LAUNCHER_MS 2000
#define GO_MS 200

static gboolean
on_launcher_hangs (gpointer data)
{
  VbetGuest *self = data;
  vbet_guest_set_timer (self, &self->stop_timer, 0, NULL);
  vbet_process_kill (self->process);
  return G_SOURCE_REMOVE;
}

void
vbet_guest_end_processes (VbetGuest *self)
{
  if (self->process == NULL || self->process_ended)
    return; /* only stragglers are waited for */
  vbet_process_terminate (self->process);
  vbet_guest_set_timer (self, &self->stop_timer, LAUNCHER_MS, on_launcher_hangs);
}

static gboolean
on_halt_timeout (gpointer data)
{
  vbet_guest_end_processes (data);
  return G_SOURCE_REMOVE;
}

/* A kernel that halts itself writes its disk's last blocks; what it answers does not matter. */
static void
on_halt_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree char *text = vbet_mconsole_command_finish (VBET_MCONSOLE (source), result, NULL);
}

static gboolean
on_grace_over (gpointer data)
{
  VbetGuest *self = data;
  vbet_mconsole_command_async (self->mconsole, "halt", HALT_MS, on_halt_answer, NULL);
  vbet_guest_set_timer (self, &self->stop_timer, HALT_MS, on_halt_timeout);
  return G_SOURCE_REMOVE;
}

void
vbet_guest_stop_async (VbetGuest *self, guint grace_ms, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (VBET_IS_GUEST (self));
  GTask *task = g_task_new (self, NULL, callback, user_data);
  if (self->process == NULL) {
    g_task_return_boolean (task, TRUE);
    g_object_unref (task);
    return;
  }
  g_ptr_array_add (self->stop_tasks, task);
  if (self->failure != NULL || self->process_ended)
    return; /* it is on its way */
  gboolean first = self->state != VBET_GUEST_STOPPING;
  gboolean paused = self->state == VBET_GUEST_PAUSED;
  vbet_guest_set_timer (self, &self->boot_timer, 0, NULL);
  if (paused)
    vbet_mconsole_command_async (self->mconsole, "go", GO_MS, on_halt_answer, NULL);
  gboolean asked = vbet_agent_power_off (self->agent);
  if (grace_ms == 0)
    vbet_guest_end_processes (self);
  else if (asked)
    vbet_guest_set_timer (self, &self->stop_timer, grace_ms, on_grace_over);
  else
    (void)on_grace_over (self);
  if (first)
    vbet_guest_set_state (self, VBET_GUEST_STOPPING, NULL);
}

gboolean
vbet_guest_stop_finish (VbetGuest *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
vbet_guest_kill (VbetGuest *self)
{
  g_return_if_fail (VBET_IS_GUEST (self));
  if (self->process == NULL)
    return;
  vbet_guest_end_processes (self);
  if (self->state != VBET_GUEST_STOPPING)
    vbet_guest_set_state (self, VBET_GUEST_STOPPING, NULL);
}
