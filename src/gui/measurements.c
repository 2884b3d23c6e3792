/* measurements.c - see measurements.h. */
#include "config.h"

#include "gui/measurements.h"

#include <string.h>

#include "gui/reply.h"

struct _VbetMeasurements {
  GObject parent_instance;
  VbetSession *session; /* owned */
  VbetRunner *runner;   /* owned */
  VbetClient *client;   /* owned (nullable): whose notifications are followed */
  GHashTable *cables;   /* name → VbetMeasurement */
  guint begun;
};

G_DEFINE_FINAL_TYPE (VbetMeasurements, vbet_measurements, G_TYPE_OBJECT)

/* One call to the engine. */
typedef struct {
  VbetMeasurements *self;
  char *cable;
  guint number;
} Call;

static void
measurement_free (gpointer data)
{
  VbetMeasurement *self = data;
  g_clear_pointer (&self->result, g_variant_unref);
  g_free (self->problem);
  g_free (self);
}

static void
changed (VbetMeasurements *self, const char *cable)
{
  g_signal_emit_by_name (self, "changed", cable);
}

static VbetCableSettings
settings_of (VbetMeasurements *self, const char *name)
{
  const VbetCable *cable = vbet_topology_cable (vbet_session_get_topology (self->session), name);
  VbetCableSettings settings;
  vbet_cable_settings_init (&settings);
  if (cable != NULL)
    vbet_attributes_quality (cable->attributes, &settings);
  return settings;
}

/* --- the engine -------------------------------------------------------------------- */

static void
on_notification (VbetClient *client, const char *method, GVariant *params, VbetMeasurements *self)
{
  const char *cable = vbet_reply_text (params, "cable");
  if (strcmp (method, "cable.measuring") != 0 || cable == NULL)
    return;
  VbetMeasurement *measurement = g_hash_table_lookup (self->cables, cable);
  if (measurement == NULL || !measurement->running)
    return;
  measurement->share = CLAMP (vbet_reply_number (params, "share", 0), 0, 1);
  changed (self, cable);
}

static void
on_measured (GObject *source, GAsyncResult *result, gpointer data)
{
  Call *call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = vbet_client_call_finish (VBET_CLIENT (source), result, &error);
  VbetMeasurement *measurement = g_hash_table_lookup (call->self->cables, call->cable);
  if (measurement != NULL && measurement->number == call->number) {
    measurement->running = FALSE;
    if (reply != NULL)
      measurement->result = g_steal_pointer (&reply);
    else
      measurement->problem = g_strdup (error->message);
    changed (call->self, call->cable);
  }
  g_object_unref (call->self);
  g_free (call->cable);
  g_free (call);
}

static void
on_stop_told (GObject *source, GAsyncResult *result, gpointer data)
{
  /* It may have ended at the same moment. */
  g_autoptr (GVariant) reply = vbet_client_call_finish (VBET_CLIENT (source), result, NULL);
}

static void
follow (VbetMeasurements *self, VbetClient *client)
{
  if (self->client == client)
    return;
  if (self->client != NULL)
    g_signal_handlers_disconnect_by_data (self->client, self);
  g_set_object (&self->client, client);
  if (client != NULL)
    g_signal_connect (client, "notification", G_CALLBACK (on_notification), self);
}

static void
on_phase (VbetMeasurements *self)
{
  if (vbet_runner_get_client (self->runner) != NULL)
    return;
  g_autofree const char **names = (const char **)g_hash_table_get_keys_as_array (self->cables, NULL);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  for (guint i = 0; names[i] != NULL; i++)
    g_strv_builder_add (builder, names[i]);
  g_auto (GStrv) copies = g_strv_builder_end (builder);
  follow (self, NULL);
  g_hash_table_remove_all (self->cables);
  for (guint i = 0; copies[i] != NULL; i++)
    changed (self, copies[i]);
}

/* --- what the window asks for ---------------------------------------------------------- */

const VbetMeasurement *
vbet_measurements_get (VbetMeasurements *self, const char *cable)
{
  return g_hash_table_lookup (self->cables, cable);
}

gboolean
vbet_measurements_can_begin (VbetMeasurements *self, const char *name)
{
  const VbetMeasurement *measurement = g_hash_table_lookup (self->cables, name);
  const VbetCable *cable = vbet_topology_cable (vbet_session_get_topology (self->session), name);
  return vbet_runner_get_client (self->runner) != NULL && cable != NULL && cable->ends[0].device != NULL
         && cable->ends[1].device != NULL && (measurement == NULL || !measurement->running);
}

void
vbet_measurements_begin (VbetMeasurements *self, const char *cable)
{
  if (!vbet_measurements_can_begin (self, cable))
    return;
  VbetClient *client = vbet_runner_get_client (self->runner);
  VbetMeasurement *measurement = g_new0 (VbetMeasurement, 1);
  Call *call = g_new0 (Call, 1);
  follow (self, client);
  measurement->running = TRUE;
  measurement->number = ++self->begun;
  measurement->settings = settings_of (self, cable);
  call->self = g_object_ref (self);
  call->cable = g_strdup (cable);
  call->number = measurement->number;
  g_hash_table_insert (self->cables, g_strdup (cable), measurement);
  GVariantDict params;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "cable", "s", call->cable);
  vbet_client_call_async (client, "cable.measure", g_variant_dict_end (&params), NULL, on_measured, call);
  changed (self, call->cable);
}

void
vbet_measurements_stop (VbetMeasurements *self, const char *cable)
{
  VbetMeasurement *measurement = g_hash_table_lookup (self->cables, cable);
  if (measurement == NULL || !measurement->running || measurement->stopping || self->client == NULL)
    return;
  GVariantDict params;
  measurement->stopping = TRUE;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "cable", "s", cable);
  vbet_client_call_async (self->client, "cable.measure-cancel", g_variant_dict_end (&params), NULL,
                          on_stop_told, NULL);
  changed (self, cable);
}

gboolean
vbet_measurements_is_old (VbetMeasurements *self, const char *cable)
{
  const VbetMeasurement *measurement = g_hash_table_lookup (self->cables, cable);
  VbetCableSettings now = settings_of (self, cable);
  return measurement != NULL && !vbet_cable_settings_equal (&measurement->settings, &now);
}

/* --- life --------------------------------------------------------------------------------- */

VbetMeasurements *
vbet_measurements_new (VbetSession *session, VbetRunner *runner)
{
  VbetMeasurements *self = g_object_new (VBET_TYPE_MEASUREMENTS, NULL);
  self->session = g_object_ref (session);
  self->runner = g_object_ref (runner);
  g_signal_connect_object (runner, "phase-changed", G_CALLBACK (on_phase), self, G_CONNECT_SWAPPED);
  return self;
}

static void
vbet_measurements_dispose (GObject *object)
{
  VbetMeasurements *self = VBET_MEASUREMENTS (object);
  follow (self, NULL);
  g_clear_object (&self->runner);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (vbet_measurements_parent_class)->dispose (object);
}

static void
vbet_measurements_finalize (GObject *object)
{
  g_hash_table_unref (VBET_MEASUREMENTS (object)->cables);
  G_OBJECT_CLASS (vbet_measurements_parent_class)->finalize (object);
}

static void
vbet_measurements_class_init (VbetMeasurementsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = vbet_measurements_dispose;
  G_OBJECT_CLASS (klass)->finalize = vbet_measurements_finalize;
  g_signal_new ("changed", VBET_TYPE_MEASUREMENTS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                G_TYPE_STRING);
}

static void
vbet_measurements_init (VbetMeasurements *self)
{
  self->cables = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, measurement_free);
}
