/* counters.c - what clients ask often: counters of the cables, and what all of the lab uses.
 *
 * A window asks twice a second. The whole status of a large lab would keep the
 * engine busy then; these are the few figures that change, without names that
 * the client knows from the lab's text.
 */
#include "config.h"

#include "engine/lab/private.h"

#include <unistd.h>

#include "engine/host/process.h"

/* One question that waits for the switch's counters. */
typedef struct {
  gboolean with_usage;
} Question;

static GVariant *
direction (const VbetSwitchCounters *counters)
{
  gint64 numbers[3] = { 0 };
  if (counters != NULL) {
    numbers[0] = (gint64)counters->frames;
    numbers[1] = (gint64)counters->bytes;
    numbers[2] = (gint64)counters->dropped;
  }
  return g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, numbers, G_N_ELEMENTS (numbers), sizeof (gint64));
}

/* What the spanning tree makes of each end; NULL: none of them is a port of a switch that runs one. */
static GVariant *
tree_states (const VbetCable *cable, const VbetSwitchState *counters)
{
  const char *states[3] = { "", "", NULL };
  for (guint end = 0; end < 2 && counters != NULL; end++) {
    const char *device = cable->ends[end].device;
    const VbetSwitchPortState *port
        = device != NULL ? vbet_switch_state_find_port (counters, device, cable->ends[end].nic) : NULL;
    if (port != NULL && port->stp_state != NULL)
      states[end] = port->stp_state;
  }
  return *states[0] != '\0' || *states[1] != '\0' ? g_variant_new_strv (states, 2) : NULL;
}

/* Why an end has no carrier; NULL: both have it. */
static GVariant *
reasons (VbetLab *self, const VbetCable *cable, const gboolean carrier[2])
{
  const char *why[3] = { "", "", NULL };
  for (guint end = 0; end < 2; end++) {
    const char *reason = carrier[end] ? NULL : vbet_lab_why_no_carrier (self, cable->name, end);
    if (reason != NULL)
      why[end] = reason;
  }
  return *why[0] != '\0' || *why[1] != '\0' ? g_variant_new_strv (why, 2) : NULL;
}

static GVariant *
cable_counters (VbetLab *self, const VbetCable *cable, const VbetSwitchState *counters)
{
  const VbetSwitchCableState *state
      = counters != NULL ? vbet_switch_state_find_cable (counters, cable->name) : NULL;
  GVariantDict dict;
  GVariant *carrier[2];
  gboolean has[2];
  for (guint i = 0; i < 2; i++) {
    has[i] = vbet_lab_end_has_carrier (self, cable->name, i);
    carrier[i] = g_variant_new_boolean (has[i]);
  }
  GVariant *tree = tree_states (cable, counters), *why = reasons (self, cable, has);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "name", "s", cable->name);
  g_variant_dict_insert_value (&dict, "carrier", g_variant_new_array (G_VARIANT_TYPE_BOOLEAN, carrier, 2));
  g_variant_dict_insert_value (&dict, "ab", direction (state != NULL ? &state->ab : NULL));
  g_variant_dict_insert_value (&dict, "ba", direction (state != NULL ? &state->ba : NULL));
  if (tree != NULL)
    g_variant_dict_insert_value (&dict, "stp", tree);
  if (why != NULL)
    g_variant_dict_insert_value (&dict, "why", why);
  return g_variant_dict_end (&dict);
}

static void
add_process (VbetProcessUsage *sum, GPid pid)
{
  VbetProcessUsage usage = { 0 };
  if (pid == 0)
    return;
  vbet_usage_of_process (pid, &usage);
  sum->processes += usage.processes;
  sum->memory += usage.memory;
  sum->cpu_seconds += usage.cpu_seconds;
}

/* Of all guests and gateways, the switch and the engine. */
static GVariant *
whole_usage (VbetLab *self)
{
  VbetProcessUsage sum = { 0 };
  GVariantDict dict;
  GHashTableIter iter;
  gpointer value = NULL;
  g_hash_table_iter_init (&iter, self->nodes);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const VbetLabDevice *node = value;
    VbetGuestUsage usage;
    if (node->gateway != NULL)
      add_process (&sum, vbet_gateway_get_pid (node->gateway));
    if (node->guest == NULL || !vbet_guest_get_usage (node->guest, &usage))
      continue;
    sum.processes += usage.processes;
    sum.memory += usage.memory;
    sum.cpu_seconds += usage.cpu_seconds;
  }
  add_process (&sum, vbet_switch_client_get_pid (self->switch_client));
  add_process (&sum, getpid ());
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "processes", "x", (gint64)sum.processes);
  g_variant_dict_insert (&dict, "memory", "x", (gint64)sum.memory);
  g_variant_dict_insert (&dict, "cpu", "d", sum.cpu_seconds);
  return g_variant_dict_end (&dict);
}

static GVariant *
names_to_restart (VbetLab *self)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  for (guint i = 0; i < self->topology->devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (self->topology->devices, i);
    const VbetLabDevice *node = vbet_lab_device (self, device->name);
    if (node != NULL && node->guest != NULL && node->needs_restart)
      g_strv_builder_add (names, device->name);
  }
  g_auto (GStrv) list = g_strv_builder_end (names);
  return g_variant_new_strv ((const char *const *)list, -1);
}

static gboolean
is_in_storm (const VbetSwitchBridgeState *bridge)
{
  return bridge->storm;
}

static gboolean
is_root (const VbetSwitchBridgeState *bridge)
{
  return bridge->root != NULL && g_strcmp0 (bridge->root, bridge->id) == 0;
}

/* The switches and hubs that are as @is says. */
static GVariant *
names_of (const VbetSwitchState *counters, gboolean (*is) (const VbetSwitchBridgeState *bridge))
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  for (guint i = 0; counters != NULL && i < counters->bridges->len; i++) {
    const VbetSwitchBridgeState *bridge = g_ptr_array_index (counters->bridges, i);
    if (is (bridge))
      g_strv_builder_add (names, bridge->device);
  }
  g_auto (GStrv) list = g_strv_builder_end (names);
  return g_variant_new_strv ((const char *const *)list, -1);
}

static GVariant *
make_counters (VbetLab *self, const VbetSwitchState *counters, const Question *question)
{
  GVariantDict dict;
  GVariantBuilder list;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "time", "d", (double)g_get_monotonic_time () / 1e6);
  g_variant_dict_insert (&dict, "restarts", "x",
                         (gint64)vbet_switch_client_get_restarts (self->switch_client));
  g_variant_builder_init (&list, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < self->topology->cables->len; i++)
    g_variant_builder_add (&list, "v",
                           cable_counters (self, g_ptr_array_index (self->topology->cables, i), counters));
  g_variant_dict_insert_value (&dict, "cables", g_variant_builder_end (&list));
  g_variant_dict_insert_value (&dict, "needs_restart", names_to_restart (self));
  g_variant_dict_insert_value (&dict, "storms", names_of (counters, is_in_storm));
  g_variant_dict_insert_value (&dict, "roots", names_of (counters, is_root));
  if (question->with_usage)
    g_variant_dict_insert_value (&dict, "usage", whole_usage (self));
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static void
on_switch_state (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (VbetSwitchState) counters
      = vbet_switch_client_get_state_finish (VBET_SWITCH_CLIENT (source), result, &error);
  if (counters == NULL) /* zeros would look like traffic that ended */
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (
        task, make_counters (g_task_get_source_object (task), counters, g_task_get_task_data (task)),
        (GDestroyNotify)g_variant_unref);
}

void
vbet_lab_counters_async (VbetLab *self, gboolean with_usage, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  Question *question = g_new0 (Question, 1);
  question->with_usage = with_usage;
  g_task_set_task_data (task, question, g_free);
  vbet_switch_client_get_state_async (self->switch_client, NULL, on_switch_state, task);
}
