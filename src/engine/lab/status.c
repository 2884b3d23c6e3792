/* status.c - what clients are told about a running lab: info, status, calls, steps. */
#include "config.h"

#include "engine/lab/private.h"

#include <unistd.h>

#include "base/error.h"
#include "base/mac.h"

static double
seconds_since (gint64 from)
{
  return (double)(g_get_monotonic_time () - from) / 1e6;
}

const char *
vbet_step_state_name (VbetStepState state)
{
  static const char *const names[] = { "todo", "running", "passed", "failed" };
  return names[state];
}

GVariant *
vbet_call_record_to_variant (VbetLab *self, const VbetCallRecord *record)
{
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "number", "x", (gint64)record->number);
  g_variant_dict_insert (&dict, "text", "s", record->text);
  g_variant_dict_insert (&dict, "verb", "s", record->verb);
  if (record->device != NULL)
    g_variant_dict_insert (&dict, "device", "s", record->device);
  if (record->cable != NULL)
    g_variant_dict_insert (&dict, "cable", "s", record->cable);
  g_variant_dict_insert (&dict, "state", "s", record->state);
  if (record->error != NULL)
    g_variant_dict_insert (&dict, "error", "s", record->error);
  g_variant_dict_insert (&dict, "time", "d", (double)(record->began - self->born) / 1e6);
  g_variant_dict_insert (&dict, "duration", "d",
                         record->ended != 0 ? (double)(record->ended - record->began) / 1e6 : 0.0);
  return g_variant_dict_end (&dict);
}

GVariant *
vbet_lab_calls (VbetLab *self, guint since)
{
  GVariantBuilder builder;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("av"));
  for (const GList *at = vbet_lab_calls_after (self, since); at != NULL; at = at->next)
    g_variant_builder_add (&builder, "v", vbet_call_record_to_variant (self, at->data));
  return g_variant_builder_end (&builder);
}

GVariant *
vbet_lab_steps (VbetLab *self)
{
  GVariantBuilder builder;
  GVariantDict dict;
  gint64 next = 0;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < self->topology->steps->len; i++) {
    const VbetStep *step = g_ptr_array_index (self->topology->steps, i);
    VbetStepState state = g_array_index (self->step_states, VbetStepState, i);
    GVariantDict one;
    g_variant_dict_init (&one, NULL);
    g_variant_dict_insert (&one, "index", "x", (gint64)i + 1);
    g_variant_dict_insert (&one, "title", "s", step->title);
    g_variant_dict_insert (&one, "text", "s", step->text != NULL ? step->text : "");
    g_variant_dict_insert (&one, "state", "s", vbet_step_state_name (state));
    GVariant *results = g_hash_table_lookup (self->step_results, GUINT_TO_POINTER (i + 1));
    if (results != NULL && state != VBET_STEP_RUNNING)
      g_variant_dict_insert_value (&one, "results", results);
    if (state == VBET_STEP_RUNNING && self->step_run != NULL) {
      double seconds = 0;
      g_variant_dict_insert (&one, "statement", "x",
                             (gint64)vbet_actions_run_statement (self->step_run, &seconds));
      g_variant_dict_insert (&one, "since", "d", seconds);
    }
    g_variant_builder_add (&builder, "v", g_variant_dict_end (&one));
    if (next == 0 && state != VBET_STEP_PASSED)
      next = (gint64)i + 1;
  }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "steps", g_variant_builder_end (&builder));
  g_variant_dict_insert (&dict, "next", "x", next);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

GVariant *
vbet_lab_info (VbetLab *self)
{
  GVariantDict dict;
  gint64 guests = 0;
  gint64 ready = 0;
  GHashTableIter iter;
  gpointer value = NULL;
  g_hash_table_iter_init (&iter, self->nodes);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const VbetLabDevice *node = value;
    if (node->guest == NULL)
      continue;
    guests++;
    if (vbet_guest_get_state (node->guest) == VBET_GUEST_READY)
      ready++;
  }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "id", "s", self->id);
  g_variant_dict_insert (&dict, "name", "s", self->name);
  g_variant_dict_insert (&dict, "path", "s", self->path);
  g_variant_dict_insert (&dict, "pid", "x", (gint64)getpid ());
  g_variant_dict_insert (&dict, "uptime", "d", seconds_since (self->born));
  g_variant_dict_insert (&dict, "devices", "x", (gint64)self->topology->devices->len);
  g_variant_dict_insert (&dict, "guests", "x", guests);
  g_variant_dict_insert (&dict, "ready", "x", ready);
  g_variant_dict_insert (&dict, "isolated", "b", self->isolated);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/* --- status -------------------------------------------------------------------------- */

static void
insert_counters (GVariantDict *dict, const VbetSwitchPortState *port)
{
  g_variant_dict_insert (dict, "rx_frames", "x", port != NULL ? (gint64)port->rx.frames : 0);
  g_variant_dict_insert (dict, "rx_bytes", "x", port != NULL ? (gint64)port->rx.bytes : 0);
  g_variant_dict_insert (dict, "tx_frames", "x", port != NULL ? (gint64)port->tx.frames : 0);
  g_variant_dict_insert (dict, "tx_bytes", "x", port != NULL ? (gint64)port->tx.bytes : 0);
  g_variant_dict_insert (dict, "dropped", "x",
                         port != NULL ? (gint64)(port->rx.dropped + port->tx.dropped) : 0);
}

static GVariant *
nic_status (VbetLab *self, const VbetLabDevice *node, const VbetDevice *device, const VbetNic *nic,
            const VbetSwitchState *counters)
{
  GVariantDict dict;
  const VbetSwitchPortState *port
      = counters != NULL ? vbet_switch_state_find_port (counters, device->name, nic->index) : NULL;
  g_autofree char *name = g_strdup_printf ("eth%u", nic->index - 1);
  char mac[VBET_MAC_TEXT_SIZE];
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "index", "x", (gint64)nic->index);
  g_variant_dict_insert (&dict, "name", "s", name);
  g_variant_dict_insert (&dict, "mac", "s", vbet_mac_to_text (nic->mac, ':', mac));
  g_variant_dict_insert (&dict, "cable", "s", nic->cable != NULL ? nic->cable : "");
  g_variant_dict_insert (&dict, "connected", "b", port != NULL && port->connected);
  g_variant_dict_insert (&dict, "carrier", "b",
                         node != NULL && !g_hash_table_contains (node->cut, GUINT_TO_POINTER (nic->index)));
  g_variant_dict_insert (&dict, "lost", "b",
                         node != NULL && node->guest != NULL
                             && vbet_guest_get_state (node->guest) == VBET_GUEST_READY
                             && vbet_switch_client_has_lost (self->switch_client, device->name, nic->index));
  insert_counters (&dict, port);
  if (port != NULL && port->role != NULL) {
    g_variant_dict_insert (&dict, "role", "s", port->role);
    g_variant_dict_insert (&dict, "stp", "s", port->stp_state);
    g_variant_dict_insert (&dict, "cost", "x", (gint64)port->cost);
  }
  return g_variant_dict_end (&dict);
}

static void
insert_guest (GVariantDict *dict, VbetLabDevice *node)
{
  VbetGuestUsage usage = { 0 };
  const char *reason = vbet_guest_get_reason (node->guest);
  const char *const *layers = vbet_guest_get_layers (node->guest);
  vbet_guest_get_usage (node->guest, &usage);
  g_variant_dict_insert (dict, "state", "s", vbet_guest_state_name (vbet_guest_get_state (node->guest)));
  if (reason != NULL)
    g_variant_dict_insert (dict, "error", "s", reason);
  g_variant_dict_insert (dict, "uptime", "d", vbet_guest_get_uptime (node->guest));
  g_variant_dict_insert (dict, "pid", "x", (gint64)vbet_guest_get_pid (node->guest));
  g_variant_dict_insert (dict, "processes", "x", (gint64)usage.processes);
  g_variant_dict_insert (dict, "memory", "x", (gint64)usage.memory);
  g_variant_dict_insert (dict, "cpu", "d", usage.cpu_seconds);
  g_variant_dict_insert (dict, "needs_restart", "b", node->needs_restart);
  if (layers != NULL)
    g_variant_dict_insert_value (dict, "layers", g_variant_new_strv (layers, -1));
  g_variant_dict_insert (dict, "mode", "s", vbet_guest_get_mode (node->guest));
  g_variant_dict_insert (dict, "padding", "s", vbet_guest_get_padding (node->guest));
}

static GVariant *
mac_status (const VbetSwitchMac *mac)
{
  GVariantDict dict;
  char text[VBET_MAC_TEXT_SIZE];
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "mac", "s", vbet_mac_to_text (mac->mac, ':', text));
  g_variant_dict_insert (&dict, "vlan", "x", (gint64)mac->vlan);
  g_variant_dict_insert (&dict, "nic", "x", (gint64)mac->nic);
  g_variant_dict_insert (&dict, "age", "d", mac->age);
  return g_variant_dict_end (&dict);
}

/* What a switch has learned, and its place in the spanning tree. */
static void
insert_bridge (GVariantDict *dict, const VbetSwitchBridgeState *bridge)
{
  GVariantBuilder macs;
  g_variant_dict_insert (dict, "storm", "b", bridge != NULL && bridge->storm);
  if (bridge == NULL || !bridge->learns)
    return;
  g_variant_builder_init (&macs, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < bridge->macs->len; i++)
    g_variant_builder_add (&macs, "v", mac_status (&g_array_index (bridge->macs, VbetSwitchMac, i)));
  g_variant_dict_insert_value (dict, "addresses", g_variant_builder_end (&macs));
  g_variant_dict_insert (dict, "flooded", "x", (gint64)bridge->flooded);
  if (bridge->root == NULL || bridge->id == NULL)
    return;
  g_variant_dict_insert (dict, "root", "s", bridge->root);
  g_variant_dict_insert (dict, "root_cost", "x", (gint64)bridge->root_cost);
  g_variant_dict_insert (dict, "bridge_id", "s", bridge->id);
}

static GVariant *
device_status (VbetLab *self, const VbetDevice *device, const VbetSwitchState *counters)
{
  VbetLabDevice *node = vbet_lab_device (self, device->name);
  GVariantDict dict;
  GVariantBuilder nics;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "name", "s", device->name);
  g_variant_dict_insert (&dict, "kind", "s", vbet_kind_name (device->kind));
  if (node != NULL && node->guest != NULL) {
    insert_guest (&dict, node);
  } else if (node != NULL && (node->kind & VBET_KIND_OUTSIDE) != 0) {
    const char *reason = NULL;
    gboolean works = vbet_lab_outside_is_ready (self, node, &reason);
    g_variant_dict_insert (&dict, "state", "s", works ? "ready" : "failed");
    if (reason != NULL)
      g_variant_dict_insert (&dict, "error", "s", reason);
    vbet_lab_insert_outside (self, node, &dict);
  } else {
    gboolean works = node != NULL && vbet_switch_client_get_pid (self->switch_client) != 0;
    g_variant_dict_insert (&dict, "state", "s", works ? "ready" : "failed");
    insert_bridge (&dict, counters != NULL ? vbet_switch_state_find_bridge (counters, device->name) : NULL);
  }
  g_variant_builder_init (&nics, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < device->nics->len; i++)
    g_variant_builder_add (&nics, "v",
                           nic_status (self, node, device, g_ptr_array_index (device->nics, i), counters));
  g_variant_dict_insert_value (&dict, "nics", g_variant_builder_end (&nics));
  return g_variant_dict_end (&dict);
}

static GVariant *
direction_status (const VbetSwitchCounters *counters, const VbetCableEffects *effects)
{
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "frames", "x", counters != NULL ? (gint64)counters->frames : 0);
  g_variant_dict_insert (&dict, "bytes", "x", counters != NULL ? (gint64)counters->bytes : 0);
  g_variant_dict_insert (&dict, "dropped", "x", counters != NULL ? (gint64)counters->dropped : 0);
  if (effects != NULL) {
    for (guint i = 0; i < VBET_IMPAIRMENTS_SIZE; i++)
      if (vbet_impairments[i].effect != NULL)
        g_variant_dict_insert (&dict, vbet_impairments[i].effect, "x", (gint64)effects->hits[i]);
    g_variant_dict_insert (&dict, "waiting", "x", (gint64)effects->waiting);
    g_variant_dict_insert (&dict, "flying", "x", (gint64)effects->flying);
  }
  return g_variant_dict_end (&dict);
}

static GVariant *
cable_status (VbetLab *self, const VbetCable *cable, const VbetSwitchState *counters)
{
  const VbetSwitchCableState *state
      = counters != NULL ? vbet_switch_state_find_cable (counters, cable->name) : NULL;
  GVariantDict dict;
  GVariantBuilder ends;
  g_variant_builder_init (&ends, G_VARIANT_TYPE ("av"));
  for (int i = 0; i < 2; i++) {
    GVariantDict end;
    g_variant_dict_init (&end, NULL);
    g_variant_dict_insert (&end, "device", "s", cable->ends[i].device != NULL ? cable->ends[i].device : "");
    g_variant_dict_insert (&end, "nic", "x", (gint64)cable->ends[i].nic);
    g_variant_builder_add (&ends, "v", g_variant_dict_end (&end));
  }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "name", "s", cable->name);
  g_variant_dict_insert (&dict, "up", "b", state != NULL && (state->up[0] || state->up[1]));
  g_variant_dict_insert (&dict, "measuring", "b", g_hash_table_contains (self->measures, cable->name));
  g_variant_dict_insert_value (&dict, "ends", g_variant_builder_end (&ends));
  g_variant_dict_insert_value (
      &dict, "ab",
      direction_status (state != NULL ? &state->ab : NULL, state != NULL ? &state->effects[0] : NULL));
  g_variant_dict_insert_value (
      &dict, "ba",
      direction_status (state != NULL ? &state->ba : NULL, state != NULL ? &state->effects[1] : NULL));
  return g_variant_dict_end (&dict);
}

static const char *
lab_state (VbetLab *self)
{
  GHashTableIter iter;
  gpointer value = NULL;
  if (self->stopping)
    return "stopping";
  g_hash_table_iter_init (&iter, self->nodes);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const VbetLabDevice *node = value;
    if (node->guest != NULL && vbet_guest_get_state (node->guest) == VBET_GUEST_BOOTING)
      return "starting";
  }
  return "running";
}

static GVariant *
make_status (VbetLab *self, const VbetSwitchState *counters)
{
  GVariantDict dict;
  GVariantDict process;
  GVariantBuilder list;
  const char *const *layers = vbet_switch_client_get_layers (self->switch_client);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "id", "s", self->id);
  g_variant_dict_insert (&dict, "name", "s", self->name);
  g_variant_dict_insert (&dict, "path", "s", self->path);
  g_variant_dict_insert (&dict, "state", "s", lab_state (self));
  g_variant_dict_insert (&dict, "isolated", "b", self->isolated);
  g_variant_dict_insert (&dict, "pid", "x", (gint64)getpid ());
  g_variant_dict_insert (&dict, "uid", "x", (gint64)geteuid ());
  g_variant_dict_insert (&dict, "uptime", "d", seconds_since (self->born));
  g_variant_dict_insert (&dict, "text_revision", "x", (gint64)self->revision);
  g_variant_dict_init (&process, NULL);
  g_variant_dict_insert (&process, "pid", "x", (gint64)vbet_switch_client_get_pid (self->switch_client));
  g_variant_dict_insert (&process, "restarts", "x",
                         (gint64)vbet_switch_client_get_restarts (self->switch_client));
  if (layers != NULL)
    g_variant_dict_insert_value (&process, "layers", g_variant_new_strv (layers, -1));
  g_variant_dict_insert_value (&dict, "switch", g_variant_dict_end (&process));
  g_variant_builder_init (&list, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < self->topology->devices->len; i++)
    g_variant_builder_add (&list, "v",
                           device_status (self, g_ptr_array_index (self->topology->devices, i), counters));
  g_variant_dict_insert_value (&dict, "devices", g_variant_builder_end (&list));
  g_variant_builder_init (&list, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < self->topology->cables->len; i++)
    g_variant_builder_add (&list, "v",
                           cable_status (self, g_ptr_array_index (self->topology->cables, i), counters));
  g_variant_dict_insert_value (&dict, "cables", g_variant_builder_end (&list));
  g_variant_dict_insert_value (&dict, "captures", vbet_lab_captures (self));
  g_variant_dict_insert_value (&dict, "alarms", vbet_alarms_to_variant (self->alarms, NULL));
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static void
on_switch_state (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  /* A switch that is just being restarted has no counters; the rest is still worth telling. */
  g_autoptr (VbetSwitchState) counters
      = vbet_switch_client_get_state_finish (VBET_SWITCH_CLIENT (source), result, NULL);
  g_task_return_pointer (task, make_status (g_task_get_source_object (task), counters),
                         (GDestroyNotify)g_variant_unref);
}

void
vbet_lab_status_async (VbetLab *self, GAsyncReadyCallback callback, gpointer user_data)
{
  vbet_switch_client_get_state_async (self->switch_client, NULL, on_switch_state,
                                      g_task_new (self, NULL, callback, user_data));
}

static void
on_device_counters (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  VbetLab *self = g_task_get_source_object (task);
  const VbetDevice *device = vbet_topology_device (self->topology, g_task_get_task_data (task));
  g_autoptr (VbetSwitchState) counters
      = vbet_switch_client_get_state_finish (VBET_SWITCH_CLIENT (source), result, NULL);
  if (device == NULL)
    g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_NOT_FOUND, "The running lab has no device “%s”",
                             (const char *)g_task_get_task_data (task));
  else
    g_task_return_pointer (task, g_variant_ref_sink (device_status (self, device, counters)),
                           (GDestroyNotify)g_variant_unref);
}

void
vbet_lab_device_status_async (VbetLab *self, const char *device, GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  g_task_set_task_data (task, g_strdup (device), g_free);
  vbet_switch_client_get_state_async (self->switch_client, NULL, on_device_counters, task);
}
