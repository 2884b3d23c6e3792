/* nic.c - NICs that come and go while a guest runs.
 *
 * Plugging: the kernel gets the device by its management console ("config
 * vecN:…", less than a millisecond), then the agent gives it its name and
 * brings it up. Unplugging the other way round, since the kernel does not let
 * go of a NIC that is up, and since its DHCP client would go on for the next one.
 */
#include "config.h"

#include "base/error.h"
#include "engine/guest/private.h"

#define MCONSOLE_MS 3000
#define COMMAND_MAX 511 /* bytes of a command for the kernel */

void
vbet_plug_free (VbetPlug *self)
{
  if (self == NULL)
    return;
  g_free (self->command);
  g_free (self->script);
  g_free (self);
}

/* What was wrong with a NIC goes with it; images of before have no alarms. */
#define END_ALARMS "for kind in address nic dhcp; do /usr/lib/vbet/mended $kind eth%u:; done 2>/dev/null\n"

/* After a reboot inside, boot has told that the NIC is not there. */
static char *
plug_script (guint index, const char *setup)
{
  guint number = index - 1;
  return g_strdup_printf (END_ALARMS "ip link set vec%u name eth%u || exit\n%s\n", number, number, number,
                          setup != NULL ? setup : "");
}

static VbetPlug *
plug_new (const VbetGuestNic *nic, const char *setup)
{
  g_autofree char *spec = vbet_guest_nic_spec (nic);
  VbetPlug *self = g_new0 (VbetPlug, 1);
  self->index = nic->index;
  self->command = g_strconcat ("config ", spec, NULL);
  self->script = plug_script (nic->index, setup);
  return self;
}

static VbetPlug *
plug_copy (const VbetPlug *plug)
{
  VbetPlug *self = g_new0 (VbetPlug, 1);
  self->index = plug->index;
  self->command = g_strdup (plug->command);
  self->script = g_strdup (plug->script);
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
  char *line = g_utf8_make_valid (text != NULL ? text : "", (gssize)MIN (size, (gsize)300));
  return g_strstrip (g_strdelimit (line, "\n\r", ' '));
}

/* --- plugging ------------------------------------------------------------------------ */

static void
on_removed_again (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree char *text = vbet_mconsole_command_finish (VBET_MCONSOLE (source), result, NULL);
}

/* What is there of a NIC that could not be plugged goes away, so that plugging it can be tried again. */
static void
remove_again (VbetGuest *self, guint index)
{
  if (self->mconsole == NULL)
    return;
  g_autofree char *command = g_strdup_printf ("remove vec%u", index - 1);
  vbet_mconsole_command_async (self->mconsole, command, MCONSOLE_MS, on_removed_again, NULL);
}

static gint
find_plug (VbetGuest *self, guint index)
{
  for (guint i = 0; i < self->plugged->len; i++)
    if (((VbetPlug *)g_ptr_array_index (self->plugged, i))->index == index)
      return (gint)i;
  return -1;
}

static void
remember (VbetGuest *self, const VbetPlug *plug)
{
  if (find_plug (self, plug->index) >= 0)
    return; /* plugged again after a reboot inside */
  g_ptr_array_add (self->plugged, plug_copy (plug));
}

static void
on_set_up (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  VbetGuest *self = g_task_get_source_object (task);
  VbetPlug *plug = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (VbetExecResult) done = vbet_agent_exec_finish (VBET_AGENT (source), result, &error);
  if (done != NULL && done->status == 0) {
    remember (self, plug);
    g_task_return_boolean (task, TRUE);
    return;
  }
  remove_again (self, plug->index);
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
  VbetPlug *plug = g_task_get_task_data (task);
  GError *error = NULL;
  g_autofree char *text = vbet_mconsole_command_finish (VBET_MCONSOLE (source), result, &error);
  if (text == NULL || self->agent == NULL) {
    if (error == NULL)
      g_set_error (&error, VBET_ERROR, VBET_ERROR_STATE, "it has stopped");
    g_prefix_error (&error, "Cannot plug NIC(%s, %u): ", self->name, plug->index);
    remove_again (self, plug->index); /* the kernel may only have been late with its answer */
    g_task_return_error (task, error);
    return;
  }
  run_script (self, plug->script, on_set_up, g_steal_pointer (&task));
}

/* @plug: (transfer full). */
static void
begin_plug (VbetGuest *self, VbetPlug *plug, GTask *task)
{
  g_task_set_task_data (task, plug, (GDestroyNotify)vbet_plug_free);
  vbet_mconsole_command_async (self->mconsole, plug->command, MCONSOLE_MS, on_configured, task);
}

void
vbet_guest_attach_nic_async (VbetGuest *self, VbetGuestNic *nic, const char *setup,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (VBET_IS_GUEST (self) && nic != NULL);
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  GError *error = NULL;
  VbetPlug *plug = NULL;
  if (self->state != VBET_GUEST_READY)
    g_set_error (&error, VBET_ERROR, VBET_ERROR_STATE,
                 "%s is %s; a NIC can be plugged into a guest that is ready", self->name,
                 vbet_guest_state_name (self->state));
  else if (vbet_guest_check_nic (self->name, nic, &error))
    plug = plug_new (nic, setup);
  vbet_guest_nic_free (nic);
  if (plug == NULL) {
    g_task_return_error (task, error);
    return;
  }
  begin_plug (self, plug, g_steal_pointer (&task));
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
  guint index = GPOINTER_TO_UINT (g_task_get_task_data (task));
  if (text != NULL) {
    gint plug = find_plug (self, index);
    if (plug >= 0)
      g_ptr_array_remove_index (self->plugged, (guint)plug);
    else
      g_hash_table_add (self->unplugged, GUINT_TO_POINTER (index));
    g_task_return_boolean (task, TRUE);
    return;
  }
  g_prefix_error (&error, "Cannot unplug NIC(%s, %u): ", self->name, index);
  g_task_return_error (task, error);
}

/* It is not there any more; should it be plugged again, then by the vector driver. */
static void
forget_vhost (VbetGuest *self, guint index)
{
  for (guint i = 0; i < self->config->nics->len; i++) {
    VbetGuestNic *nic = g_ptr_array_index (self->config->nics, i);
    if (nic->index == index)
      nic->vhost = FALSE;
  }
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
  if (vbet_guest_has_vhost (self, index)) {
    if (done->status == 0) {
      forget_vhost (self, index);
      g_task_return_boolean (task, TRUE);
    } else {
      g_autofree char *why = complaint (done);
      g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_FAILED, "Cannot unplug NIC(%s, %u): %s",
                               self->name, index, why);
    }
    return;
  }
  /* Whatever the script said (somebody may have renamed the NIC): the kernel knows whether it lets go. */
  g_autofree char *command = g_strdup_printf ("remove vec%u", index - 1);
  vbet_mconsole_command_async (self->mconsole, command, MCONSOLE_MS, on_removed, g_steal_pointer (&task));
}

static void
begin_unplug (VbetGuest *self, guint index, GTask *task)
{
  guint number = index - 1;
  g_autofree char *script
      = vbet_guest_has_vhost (self, index)
            ? g_strdup_printf (END_ALARMS
                               "vbet-nic down %u; d=$(readlink /sys/class/net/eth%u/device) || exit\n"
                               "echo \"${d##*/}\" > /sys/bus/virtio/drivers/virtio_net/unbind",
                               number, index, number)
            : g_strdup_printf (END_ALARMS "vbet-nic down %u", number, index);
  g_task_set_task_data (task, GUINT_TO_POINTER (index), NULL);
  run_script (self, script, on_set_down, task);
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
  begin_unplug (self, index, g_steal_pointer (&task));
}

gboolean
vbet_guest_detach_nic_finish (VbetGuest *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
vbet_guest_set_nic_setup (VbetGuest *self, guint index, const char *setup)
{
  g_return_if_fail (VBET_IS_GUEST (self));
  gint at = find_plug (self, index);
  if (at < 0)
    return;
  VbetPlug *plug = g_ptr_array_index (self->plugged, (guint)at);
  g_free (plug->script);
  plug->script = plug_script (index, setup);
}

void
vbet_guest_forget_nic (VbetGuest *self, guint index)
{
  g_return_if_fail (VBET_IS_GUEST (self));
  g_hash_table_remove (self->carriers, GUINT_TO_POINTER (index));
  g_hash_table_remove (self->speeds, GUINT_TO_POINTER (index));
  /* The agent would take the next NIC's carrier away as it did this one's. */
  if (self->agent != NULL)
    (void)vbet_agent_set_carrier (self->agent, index, TRUE);
}

/* --- after a reboot inside --------------------------------------------------------------- */

static void
on_replugged (GObject *source, GAsyncResult *result, gpointer data)
{
  VbetGuest *self = VBET_GUEST (source);
  g_autoptr (GError) error = NULL;
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    vbet_guest_note (self, "after the reboot: %s", error->message);
}

void
vbet_guest_replug (VbetGuest *self)
{
  GHashTableIter iter;
  gpointer index;
  g_hash_table_iter_init (&iter, self->unplugged);
  while (g_hash_table_iter_next (&iter, &index, NULL))
    begin_unplug (self, GPOINTER_TO_UINT (index), g_task_new (self, NULL, on_replugged, NULL));
  for (guint i = 0; i < self->plugged->len; i++) {
    const VbetPlug *plug = g_ptr_array_index (self->plugged, i);
    begin_plug (self, plug_copy (plug), g_task_new (self, NULL, on_replugged, NULL));
  }
}
