/* guest-nic.c - NICs that come and go while a guest runs.
 *
 * Plugging: the kernel gets the device by its management console ("config
 * vecN:…", less than a millisecond), then the agent gives it its name and
 * brings it up. Unplugging the other way round, since the kernel does not let
 * go of a NIC that is up.
 */
#include "config.h"

#include "base/error.h"
#include "engine/runtime/guest-private.h"

#define MCONSOLE_MS 3000
#define COMMAND_MAX 511 /* bytes of a command for the kernel */

/* A NIC plugged into the running guest: what it takes to do it again after a reboot inside. */
typedef struct {
  guint index;
  char *command;
  char *script;
} Plug;

static void
plug_free (gpointer data)
{
  Plug *plug = data;
  g_free (plug->command);
  g_free (plug->script);
  g_free (plug);
}

static Plug *
plug_new (const VbetGuestNic *nic, const char *setup)
{
  g_autofree char *spec = vbet_guest_nic_spec (nic);
  Plug *self = g_new0 (Plug, 1);
  self->index = nic->index;
  self->command = g_strconcat ("config ", spec, NULL);
  self->script = g_strdup_printf ("ip link set vec%u name eth%u || exit\n%s\n", nic->index - 1, nic->index - 1,
                                  setup != NULL ? setup : "");
  return self;
}

static void
run_script (VbetGuest *self, const char *script, GAsyncReadyCallback callback, gpointer user_data)
{
  const char *const argv[] = { "sh", "-c", script, NULL };
  vbet_agent_exec_async (self->agent, argv, NULL, NULL, NULL, NULL, callback, user_data);
}

/* The error output of a failed script as one line. */
static char *
complaint (VbetExecResult *done)
{
  gsize size = 0;
  const char *text = g_bytes_get_data (done->err, &size);
  char *line = g_utf8_make_valid (text != NULL ? text : "", (gssize) MIN (size, (gsize) 300));
  return g_strstrip (g_strdelimit (line, "\n\r", ' '));
}

/* --- plugging ------------------------------------------------------------------------ */

static void
on_removed_again (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree char *text = vbet_mconsole_command_finish (VBET_MCONSOLE (source), result, NULL);
}

static void
on_set_up (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  VbetGuest *self = g_task_get_source_object (task);
  Plug *plug = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (VbetExecResult) done = vbet_agent_exec_finish (VBET_AGENT (source), result, &error);
  if (done != NULL && done->status == 0) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  if (self->mconsole != NULL) {
    g_autofree char *command = g_strdup_printf ("remove vec%u", plug->index - 1);
    vbet_mconsole_command_async (self->mconsole, command, MCONSOLE_MS, on_removed_again, NULL);
  }
  if (done != NULL) {
    g_autofree char *why = complaint (done);
    g_set_error (&error, VBET_ERROR, VBET_ERROR_FAILED, "%s", why);
  }
  g_prefix_error (&error, "Cannot set up NIC(%s, %u): ", self->name, plug->index);
  g_task_return_error (task, error);
}

static void
on_configured (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  VbetGuest *self = g_task_get_source_object (task);
  Plug *plug = g_task_get_task_data (task);
  GError *error = NULL;
  g_autofree char *text = vbet_mconsole_command_finish (VBET_MCONSOLE (source), result, &error);
  if (text == NULL || self->agent == NULL) {
    if (error == NULL)
      g_set_error (&error, VBET_ERROR, VBET_ERROR_STATE, "it has stopped");
    g_prefix_error (&error, "Cannot plug NIC(%s, %u): ", self->name, plug->index);
    g_task_return_error (task, error);
    return;
  }
  run_script (self, plug->script, on_set_up, g_steal_pointer (&task));
}

void
vbet_guest_attach_nic_async (VbetGuest *self, VbetGuestNic *nic, const char *setup, GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_return_if_fail (VBET_IS_GUEST (self) && nic != NULL);
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  GError *error = NULL;
  Plug *plug = NULL;
  if (self->state != VBET_GUEST_READY)
    g_set_error (&error, VBET_ERROR, VBET_ERROR_STATE, "%s is %s; a NIC can be plugged into a guest that is ready",
                 self->name, vbet_guest_state_name (self->state));
  else if (vbet_guest_check_nic (self->name, nic, &error))
    plug = plug_new (nic, setup);
  vbet_guest_nic_free (nic);
  if (plug == NULL) {
    g_task_return_error (task, error);
    return;
  }
  g_task_set_task_data (task, plug, plug_free);
  vbet_mconsole_command_async (self->mconsole, plug->command, MCONSOLE_MS, on_configured, g_steal_pointer (&task));
}

gboolean
vbet_guest_attach_nic_finish (VbetGuest *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- unplugging ---------------------------------------------------------------------- */

static void
on_removed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  VbetGuest *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autofree char *text = vbet_mconsole_command_finish (VBET_MCONSOLE (source), result, &error);
  if (text != NULL) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  g_prefix_error (&error, "Cannot unplug NIC(%s, %u): ", self->name, GPOINTER_TO_UINT (g_task_get_task_data (task)));
  g_task_return_error (task, error);
}

static void
on_set_down (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  VbetGuest *self = g_task_get_source_object (task);
  guint index = GPOINTER_TO_UINT (g_task_get_task_data (task));
  GError *error = NULL;
  g_autoptr (VbetExecResult) done = vbet_agent_exec_finish (VBET_AGENT (source), result, &error);
  if (done == NULL || self->mconsole == NULL) {
    if (error == NULL)
      g_set_error (&error, VBET_ERROR, VBET_ERROR_STATE, "it has stopped");
    g_prefix_error (&error, "Cannot unplug NIC(%s, %u): ", self->name, index);
    g_task_return_error (task, error);
    return;
  }
  /* Whatever the script said (somebody may have renamed the NIC): the kernel knows whether it lets go. */
  g_autofree char *command = g_strdup_printf ("remove vec%u", index - 1);
  vbet_mconsole_command_async (self->mconsole, command, MCONSOLE_MS, on_removed, g_steal_pointer (&task));
}

void
vbet_guest_detach_nic_async (VbetGuest *self, guint index, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (VBET_IS_GUEST (self));
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  if (self->state != VBET_GUEST_READY || index == 0) {
    g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_STATE,
                             "%s is %s; a NIC can be unplugged from a guest that is ready", self->name,
                             vbet_guest_state_name (self->state));
    return;
  }
  g_task_set_task_data (task, GUINT_TO_POINTER (index), NULL);
  g_autofree char *script = g_strdup_printf ("ip link set eth%u down", index - 1);
  run_script (self, script, on_set_down, g_steal_pointer (&task));
}

gboolean
vbet_guest_detach_nic_finish (VbetGuest *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
vbet_guest_replug (VbetGuest *self)
{
}
