/* measure.c - what is set of a cable against what the switch measures of it.
 *
 * What is set is what the lab's text says, not what the switch believes: so an
 * error on the way there would be found, too. A change of the settings meanwhile
 * spoils the measurement, which then ends with an error.
 */
#include "config.h"

#include "engine/lab/private.h"

#include <string.h>

#include "base/error.h"

struct VbetLabMeasure {
  char *cable;
  char *ends[2];
  VbetCableSettings settings;
  GCancellable *cancellable;
  gulong handler; /* of the caller's cancellable */
  GCancellable *callers;
  gboolean changed;
};

void
vbet_lab_measure_free (gpointer measure)
{
  VbetLabMeasure *self = measure;
  if (self->handler != 0)
    g_signal_handler_disconnect (self->callers, self->handler);
  g_clear_object (&self->callers);
  g_clear_object (&self->cancellable);
  g_free (self->cable);
  g_free (self->ends[0]);
  g_free (self->ends[1]);
  g_free (self);
}

static VbetLabMeasure *
find (VbetLab *self, const char *cable)
{
  return g_hash_table_lookup (self->measures, cable);
}

void
vbet_lab_measure_changed (VbetLab *self, const char *cable)
{
  VbetLabMeasure *measure = find (self, cable);
  if (measure == NULL || measure->changed)
    return;
  measure->changed = TRUE;
  g_cancellable_cancel (measure->cancellable);
}

gboolean
vbet_lab_measure_cancel (VbetLab *self, const char *cable, GError **error)
{
  VbetLabMeasure *measure = find (self, cable);
  if (measure != NULL) {
    g_cancellable_cancel (measure->cancellable);
    return TRUE;
  }
  g_set_error (error, VBET_ERROR, VBET_ERROR_NOT_FOUND, "The cable %s is not being measured; it may be done",
               cable);
  return FALSE;
}

/* --- the result --------------------------------------------------------------------------- */

static void
insert_count (GVariantDict *dict, const char *name, double value)
{
  g_variant_dict_insert (dict, name, "x", (gint64)value);
}

static void
insert_seconds (GVariantDict *dict, const char *name, double ns)
{
  g_variant_dict_insert (dict, name, "d", ns / 1e9);
}

/* How it was measured: the probes, their share of the cable, and what else was under way. */
static GVariant *
describe_load (const VbetMeasured *measured)
{
  GVariantDict dict;
  double seconds = measured->time / 1e9;
  g_variant_dict_init (&dict, NULL);
  insert_seconds (&dict, "seconds", measured->time);
  insert_count (&dict, "probes",
                measured->sent + measured->full + measured->down + measured->cut + measured->unknown);
  insert_count (&dict, "full", measured->full);
  insert_count (&dict, "down", measured->down);
  insert_count (&dict, "cut", measured->cut);
  insert_count (&dict, "unknown", measured->unknown);
  insert_count (&dict, "trains", measured->trains);
  insert_count (&dict, "train-frames", measured->train_frames);
  insert_count (&dict, "train-size", measured->train_size);
  insert_count (&dict, "bytes", measured->bytes);
  g_variant_dict_insert (&dict, "rate", "d", seconds > 0 ? measured->bytes * 8 / seconds : 0);
  insert_count (&dict, "other-frames", measured->other_frames);
  insert_count (&dict, "other-bytes", measured->other_bytes);
  insert_seconds (&dict, "waited", measured->waited);
  insert_seconds (&dict, "waited-most", measured->waited_most);
  insert_seconds (&dict, "late", measured->late);
  return g_variant_dict_end (&dict);
}

static GVariant *
describe_way (const VbetLabMeasure *self, guint way, const VbetMeasured *measured, gboolean *consistent)
{
  GVariantDict dict;
  GVariantBuilder rows;
  VbetMeasureRow judged[VBET_MEASURE_ROWS];
  guint n = vbet_measure_judge (&self->settings.quality[way], measured, judged);
  gboolean ok = TRUE;
  g_variant_builder_init (&rows, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < n; i++) {
    ok = ok && judged[i].verdict != VBET_MEASURE_INCONSISTENT;
    g_variant_builder_add (&rows, "v", vbet_measure_row_to_variant (&judged[i]));
  }
  *consistent = *consistent && ok;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "from", "s", self->ends[way]);
  g_variant_dict_insert (&dict, "to", "s", self->ends[1 - way]);
  g_variant_dict_insert (&dict, "consistent", "b", ok);
  g_variant_dict_insert_value (&dict, "properties", g_variant_builder_end (&rows));
  g_variant_dict_insert_value (&dict, "load", describe_load (measured));
  return g_variant_dict_end (&dict);
}

static void
return_result (GTask *task, const VbetLabMeasure *self, const VbetSwitchMeasured *measured)
{
  GVariantDict dict;
  GVariantBuilder ways;
  gboolean consistent = TRUE;
  g_variant_builder_init (&ways, G_VARIANT_TYPE ("av"));
  for (guint way = 0; way < 2; way++)
    g_variant_builder_add (&ways, "v", describe_way (self, way, &measured->ways[way], &consistent));
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "cable", "s", self->cable);
  g_variant_dict_insert (&dict, "seconds", "d", MAX (measured->ways[0].time, measured->ways[1].time) / 1e9);
  g_variant_dict_insert (&dict, "cancelled", "b", measured->cancelled);
  g_variant_dict_insert (&dict, "consistent", "b", consistent);
  g_variant_dict_insert_value (&dict, "ways", g_variant_builder_end (&ways));
  vbet_lab_return_dict (task, &dict);
}

static void
on_measured (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  VbetLab *self = g_task_get_source_object (task);
  VbetLabMeasure *measure = g_task_get_task_data (task);
  g_autofree VbetSwitchMeasured *measured
      = vbet_switch_client_measure_finish (VBET_SWITCH_CLIENT (source), result, &error);
  g_hash_table_remove (self->measures, measure->cable);
  if (measure->changed && !g_error_matches (error, VBET_ERROR, VBET_ERROR_STATE)) {
    g_clear_error (&error);
    error = g_error_new (VBET_ERROR, VBET_ERROR_STATE,
                         "The settings of the cable %s changed while it was measured: measure again",
                         measure->cable);
  }
  if (error != NULL)
    g_task_return_error (task, error);
  else
    return_result (task, measure, measured);
}

/* --- beginning one -------------------------------------------------------------------------- */

static gboolean
may_begin (VbetLab *self, const char *cable, GError **error)
{
  const VbetCableRun *run = g_hash_table_lookup (self->cables, cable);
  if (vbet_topology_cable (self->topology, cable) == NULL)
    g_set_error (error, VBET_ERROR, VBET_ERROR_NOT_FOUND, "There is no cable named %s in this lab", cable);
  else if (run == NULL || !run->joined)
    g_set_error (error, VBET_ERROR, VBET_ERROR_STATE,
                 "The cable %s is not plugged at both ends: plug it first", cable);
  else if (find (self, cable) != NULL)
    g_set_error (error, VBET_ERROR, VBET_ERROR_STATE,
                 "The cable %s is being measured already: wait until that is done", cable);
  else
    return TRUE;
  return FALSE;
}

static void
on_callers_cancelled (GCancellable *callers, VbetLabMeasure *measure)
{
  g_cancellable_cancel (measure->cancellable);
}

void
vbet_lab_measure_async (VbetLab *self, const VbetLabMeasureOptions *options, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer user_data)
{
  GError *error = NULL;
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  if (!may_begin (self, options->cable, &error)) {
    g_task_return_error (task, error);
    return;
  }
  const VbetCableRun *run = g_hash_table_lookup (self->cables, options->cable);
  VbetLabMeasure *measure = g_new0 (VbetLabMeasure, 1);
  measure->cable = g_strdup (options->cable);
  measure->settings = vbet_lab_cable_settings (self, options->cable);
  for (guint end = 0; end < 2; end++)
    measure->ends[end] = g_strdup_printf ("%s:eth%u", run->device[end], run->nic[end] - 1);
  measure->cancellable = g_cancellable_new ();
  if (cancellable != NULL) {
    measure->callers = g_object_ref (cancellable);
    measure->handler
        = g_signal_connect (cancellable, "cancelled", G_CALLBACK (on_callers_cancelled), measure);
  }
  g_task_set_task_data (task, measure, vbet_lab_measure_free);
  g_hash_table_insert (self->measures, measure->cable, measure);
  vbet_switch_client_measure_async (self->switch_client, measure->cable, options->count,
                                    options->seconds * 1e9, options->measuring, options->measuring_data,
                                    measure->cancellable, on_measured, g_object_ref (task));
}
