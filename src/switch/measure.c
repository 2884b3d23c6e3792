/* measure.c - see measure.h. */
#include "config.h"

#include "switch/measure.h"

#include <time.h>

#define PROGRESS G_GINT64_CONSTANT (250000000) /* nanoseconds between two messages */

struct VbetMeasure {
  VbetFabric *fabric;
  char *cable;
  guint64 serial;
  gboolean running;
  gint64 began;
  gint64 told; /* when it last told how far it is */
  VbetMeasureTell tell;
  VbetMeasureOver over;
  gpointer user_data;
};

/* --- messages ------------------------------------------------------------------------- */

static void
add_int (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static void
add_double (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

static JsonBuilder *
begin (const VbetMeasure *self, const char *event)
{
  JsonBuilder *builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "event");
  json_builder_add_string_value (builder, event);
  add_int (builder, "serial", (gint64)self->serial);
  return builder;
}

void
vbet_measure_write (JsonBuilder *builder, const VbetProbeResult *result)
{
  json_builder_begin_object (builder);
  add_int (builder, "time", result->time);
  add_int (builder, "interval", result->interval);
  add_int (builder, "sent", result->sent);
  add_int (builder, "lost", result->lost);
  add_int (builder, "runs", result->runs);
  add_int (builder, "duplicated", result->duplicated);
  add_int (builder, "corrupted", result->corrupted);
  add_int (builder, "ordered", result->ordered);
  add_int (builder, "reordered", result->reordered);
  add_int (builder, "full", result->full);
  add_int (builder, "down", result->down);
  add_int (builder, "cut", result->cut);
  add_int (builder, "unknown", result->unknown);
  add_int (builder, "samples", result->samples);
  add_int (builder, "lowest", result->lowest);
  add_int (builder, "sixteenth", result->sixteenth);
  add_int (builder, "median", result->median);
  add_int (builder, "eighty-fourth", result->eighty_fourth);
  add_int (builder, "high", result->high);
  add_int (builder, "pace", result->pace);
  add_int (builder, "waited", result->waited);
  add_int (builder, "waited-most", result->waited_most);
  add_int (builder, "late", result->late);
  add_int (builder, "trains", result->trains);
  add_int (builder, "tight", result->tight);
  add_double (builder, "rate", result->rate);
  add_int (builder, "span", result->span);
  add_int (builder, "train-frames", result->train_frames);
  add_int (builder, "train-size", result->train_size);
  add_int (builder, "bytes", (gint64)result->bytes);
  add_int (builder, "other-frames", (gint64)result->other_frames);
  add_int (builder, "other-bytes", (gint64)result->other_bytes);
  json_builder_end_object (builder);
}

/* --- the measurement -------------------------------------------------------------------- */

static gint64
clock_now (gpointer user_data)
{
  struct timespec now;
  (void)user_data;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return (gint64)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void
on_running (const VbetProbe *probe, gint64 now, gpointer user_data)
{
  VbetMeasure *self = user_data;
  if (now - self->told < PROGRESS)
    return;
  self->told = now;
  g_autoptr (JsonBuilder) builder = begin (self, "measuring");
  add_int (builder, "time", now - self->began);
  add_int (builder, "duration", vbet_probe_get_duration (probe));
  json_builder_end_object (builder);
  self->tell (builder, self->user_data);
}

static void
on_ended (const VbetProbe *probe, VbetProbeEnd why, gint64 now, gpointer user_data)
{
  static const char *const words[] = { "done", "cancelled", "unplugged" };
  VbetMeasure *self = user_data;
  if (!self->running)
    return;
  self->running = FALSE;
  g_autoptr (JsonBuilder) builder = begin (self, "measured");
  json_builder_set_member_name (builder, "end");
  json_builder_add_string_value (builder, words[why]);
  json_builder_set_member_name (builder, "ways");
  json_builder_begin_array (builder);
  for (guint end = 0; end < 2; end++) {
    VbetProbeResult result;
    vbet_probe_result (probe, end, now, &result);
    vbet_measure_write (builder, &result);
  }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  self->tell (builder, self->user_data);
  self->over (self, self->user_data);
}

VbetMeasure *
vbet_measure_new (VbetFabric *fabric, const char *cable, const VbetProbeWish *wish, guint64 serial, guint run,
                  gint64 now, VbetMeasureTell tell, VbetMeasureOver over, gpointer user_data, int *ret_error)
{
  static const VbetProberClass klass = { clock_now, on_running, on_ended };
  VbetMeasure *self = g_new0 (VbetMeasure, 1);
  *ret_error = vbet_fabric_probe (fabric, cable, wish, run, &klass, self, now);
  if (*ret_error != 0) {
    g_free (self);
    return NULL;
  }
  self->fabric = fabric;
  self->cable = g_strdup (cable);
  self->serial = serial;
  self->running = TRUE;
  self->began = now;
  self->tell = tell;
  self->over = over;
  self->user_data = user_data;
  return self;
}

void
vbet_measure_free (VbetMeasure *self)
{
  if (self->running) {
    self->running = FALSE;
    vbet_fabric_probe_stop (self->fabric, self->cable);
  }
  g_free (self->cable);
  g_free (self);
}

guint64
vbet_measure_get_serial (const VbetMeasure *self)
{
  return self->serial;
}

void
vbet_measure_cancel (VbetMeasure *self)
{
  vbet_fabric_probe_stop (self->fabric, self->cable);
}
