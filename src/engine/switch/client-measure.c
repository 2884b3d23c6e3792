/* client-measure.c - measurements of cables in the switch process; see client.h.
 *
 * Unlike all else, a measurement is not played to the next process when one dies: it has failed.
 */
#include "config.h"

#include "base/error.h"
#include "engine/switch/client-private.h"

struct SwitchMeasure {
  VbetSwitchClient *client; /* borrowed */
  guint64 serial;
  GTask *task;
  gulong cancel_handler;
  gboolean cancelled;
  VbetSwitchMeasuring measuring; /* (nullable) */
  gpointer measuring_data;
};

static void
measure_free (SwitchMeasure *self)
{
  if (self->cancel_handler != 0)
    g_signal_handler_disconnect (g_task_get_cancellable (self->task), self->cancel_handler);
  g_clear_object (&self->task);
  g_free (self);
}

/* Returns: (transfer full) (nullable): the measurement, which is no longer in the table. */
static SwitchMeasure *
steal (VbetSwitchClient *self, guint64 serial)
{
  gpointer value = NULL;
  g_hash_table_steal_extended (self->measures, &serial, NULL, &value);
  return value;
}

void
switch_client_measure_failed (VbetSwitchClient *self, guint64 serial, const char *reason)
{
  SwitchMeasure *measure = steal (self, serial);
  if (measure == NULL)
    return;
  g_task_return_new_error (measure->task, VBET_ERROR, VBET_ERROR_STATE, "The cable was not measured: %s",
                           reason);
  measure_free (measure);
}

void
switch_client_fail_measures (VbetSwitchClient *self)
{
  GHashTableIter iter;
  gpointer key = NULL;
  for (g_hash_table_iter_init (&iter, self->measures); g_hash_table_iter_next (&iter, &key, NULL);
       g_hash_table_iter_init (&iter, self->measures))
    switch_client_measure_failed (self, *(guint64 *)key,
                                  "the switch process ended meanwhile; measure again once the lab runs on");
}

/* The handler may be called while it is connected. */
static void
on_cancelled (GCancellable *cancellable, SwitchMeasure *measure)
{
  VbetSwitchClient *self = measure->client;
  if (measure->cancelled || self->channel == NULL)
    return;
  measure->cancelled = TRUE;
  switch_client_expect (self, NULL); /* it may have ended at the same moment */
  switch_client_tell (self, wanted_measure_cancel_text (measure->serial, self->last_id), NULL, 0);
}

void
switch_client_measuring (VbetSwitchClient *self, JsonObject *object)
{
  guint64 serial = (guint64)switch_client_number (object, "serial");
  SwitchMeasure *measure = g_hash_table_lookup (self->measures, &serial);
  double duration = (double)switch_client_number (object, "duration");
  if (measure != NULL && measure->measuring != NULL && duration > 0)
    measure->measuring (CLAMP ((double)switch_client_number (object, "time") / duration, 0, 1), duration,
                        measure->measuring_data);
}

static gboolean
read_ways (JsonObject *object, VbetMeasured ret_ways[2])
{
  JsonNode *node = json_object_get_member (object, "ways");
  JsonArray *ways = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  if (ways == NULL || json_array_get_length (ways) != 2)
    return FALSE;
  for (guint i = 0; i < 2; i++) {
    JsonNode *way = json_array_get_element (ways, i);
    if (!JSON_NODE_HOLDS_OBJECT (way))
      return FALSE;
    vbet_measured_read (json_node_get_object (way), &ret_ways[i]);
  }
  return TRUE;
}

void
switch_client_measured (VbetSwitchClient *self, JsonObject *object)
{
  guint64 serial = (guint64)switch_client_number (object, "serial");
  const char *end = switch_client_text (object, "end");
  if (g_str_equal (end, "unplugged")) {
    switch_client_measure_failed (self, serial, "it was unplugged meanwhile; plug it and measure again");
    return;
  }
  VbetSwitchMeasured *measured = g_new0 (VbetSwitchMeasured, 1);
  measured->cancelled = g_str_equal (end, "cancelled");
  if (!read_ways (object, measured->ways)) {
    g_free (measured);
    switch_client_measure_failed (self, serial, "the switch sent no figures; measure again");
    return;
  }
  SwitchMeasure *measure = steal (self, serial);
  if (measure == NULL) {
    g_free (measured);
    return;
  }
  g_task_return_pointer (measure->task, measured, g_free);
  measure_free (measure);
}

void
vbet_switch_client_measure_async (VbetSwitchClient *self, const char *cable, guint count, double duration,
                                  VbetSwitchMeasuring measuring, gpointer measuring_data,
                                  GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (VBET_IS_SWITCH_CLIENT (self));
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, vbet_switch_client_measure_async);
  g_task_set_check_cancellable (task, FALSE); /* what is there when it is cancelled is a result */
  if (self->channel == NULL) {
    g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_STATE, "The switch does not run at the moment");
    g_object_unref (task);
    return;
  }
  SwitchMeasure *measure = g_new0 (SwitchMeasure, 1);
  measure->client = self;
  measure->task = task;
  measure->serial = ++self->last_serial;
  measure->measuring = measuring;
  measure->measuring_data = measuring_data;
  g_hash_table_insert (self->measures, &measure->serial, measure);
  switch_client_expect (self, NULL)->measure = measure->serial;
  switch_client_tell (self, wanted_measure_text (cable, measure->serial, count, duration, self->last_id),
                      NULL, 0);
  if (cancellable != NULL)
    measure->cancel_handler = g_signal_connect (cancellable, "cancelled", G_CALLBACK (on_cancelled), measure);
}

VbetSwitchMeasured *
vbet_switch_client_measure_finish (VbetSwitchClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
