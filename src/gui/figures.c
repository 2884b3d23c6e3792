/* figures.c - see figures.h. */
#include "config.h"

#include "gui/figures.h"

#include "gui/model/rates.h"
#include "gui/poller.h"
#include "gui/reply.h"

#define INTERVAL_MS 500
/* The engine spends at most a fifth of its time on answering us, however large the lab. */
#define REST_FACTOR 4
#define REST_MAX_MS 10000
#define USAGE_EVERY 4 /* questions */

struct _VbetFigures {
  GObject parent_instance;
  VbetSession *session; /* owned */
  VbetRunner *runner;   /* owned */
  VbetRates *rates;     /* (nullable): of the present connection */
  VbetPoller *poller;
  gboolean visible;
  guint questions;
  gboolean has_usage;
  VbetLabUsage usage;
  double usage_time; /* of the engine's clock; negative: none yet */
  double usage_cpu;
};

G_DEFINE_FINAL_TYPE (VbetFigures, vbet_figures, G_TYPE_OBJECT)

/* --- answers ---------------------------------------------------------------------- */

/* A counter of the engine; it may say anything. */
static guint64
count_of (double number)
{
  return (guint64)CLAMP (number, 0, 1e18);
}

static void
take_direction (GVariant *cable, const char *key, VbetCableCounters *counters, int way)
{
  double numbers[3] = { 0 };
  if (vbet_reply_numbers (cable, key, numbers, G_N_ELEMENTS (numbers)) < G_N_ELEMENTS (numbers))
    return;
  counters->frames[way] = count_of (numbers[0]);
  counters->bytes[way] = count_of (numbers[1]);
  counters->dropped[way] = count_of (numbers[2]);
}

/* What is said of the ends only where there is something to say. */
static void
take_ends (GVariant *cable, VbetCableCounters *counters)
{
  g_auto (GStrv) ports = vbet_reply_texts (cable, "stp");
  g_auto (GStrv) reasons = vbet_reply_texts (cable, "why");
  guint n_ports = g_strv_length (ports), n_reasons = g_strv_length (reasons);
  for (guint end = 0; end < 2; end++) {
    if (n_ports == 2)
      counters->port[end] = vbet_port_state_from_name (ports[end]);
    if (n_reasons == 2 && *reasons[end] != '\0')
      counters->why[end] = vbet_carrier_reason (reasons[end]);
  }
}

static void
take_cables (VbetFigures *self, GVariant *reply, double time)
{
  g_autoptr (GPtrArray) cables = vbet_reply_list (reply, "cables");
  g_autoptr (GHashTable) counters = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; i < cables->len; i++) {
    GVariant *cable = g_ptr_array_index (cables, i);
    const char *name = vbet_reply_text (cable, "name");
    double carrier[2] = { 0 };
    if (name == NULL)
      continue;
    VbetCableCounters *one = g_new0 (VbetCableCounters, 1);
    vbet_reply_numbers (cable, "carrier", carrier, G_N_ELEMENTS (carrier));
    one->carrier[0] = carrier[0] != 0;
    one->carrier[1] = carrier[1] != 0;
    take_ends (cable, one);
    take_direction (cable, "ab", one, 0);
    take_direction (cable, "ba", one, 1);
    g_hash_table_insert (counters, g_strdup (name), one);
  }
  vbet_session_set_traffic (self->session, vbet_rates_sample (self->rates, time, counters));
}

static void
take_usage (VbetFigures *self, GVariant *reply, double time)
{
  g_autoptr (GVariant) usage = vbet_reply_member (reply, "usage");
  if (usage == NULL)
    return;
  double cpu = vbet_reply_number (usage, "cpu", 0);
  double share = vbet_rates_share (self->usage_time, self->usage_cpu, time, cpu);
  self->usage.memory = count_of (vbet_reply_number (usage, "memory", 0));
  self->usage.processes = (guint)CLAMP (vbet_reply_number (usage, "processes", 0), 0, 1e6);
  /* A guest that ended takes its processor time with it: then the share before is still the best guess. */
  if (share >= 0 || self->usage_time < 0)
    self->usage.cpu = share;
  self->usage_time = time;
  self->usage_cpu = cpu;
  self->has_usage = TRUE;
  g_signal_emit_by_name (self, "usage-changed");
}

static guint
on_counters (gpointer data, GVariant *reply, const GError *error, gint64 took)
{
  VbetFigures *self = data;
  (void)error;
  double time = vbet_reply_number (reply, "time", -1);
  if (self->rates != NULL && time >= 0) {
    g_auto (GStrv) restart = vbet_reply_texts (reply, "needs_restart");
    vbet_session_set_needs_restart (self->session, (const char *const *)restart);
    g_auto (GStrv) roots = vbet_reply_texts (reply, "roots");
    g_auto (GStrv) storms = vbet_reply_texts (reply, "storms");
    vbet_session_set_switches (self->session, (const char *const *)roots, (const char *const *)storms);
    take_cables (self, reply, time);
    take_usage (self, reply, time);
  }
  return (guint)MIN (MAX (INTERVAL_MS - took, took * REST_FACTOR), REST_MAX_MS);
}

/* --- questions ---------------------------------------------------------------------- */

static gboolean
are_wanted (gpointer data)
{
  const VbetFigures *self = data;
  return self->visible && vbet_runner_get_phase (self->runner) == VBET_PHASE_RUNNING;
}

static GVariant *
make_question (gpointer data)
{
  VbetFigures *self = data;
  GVariantDict params;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "usage", "b", self->questions++ % USAGE_EVERY == 0);
  return g_variant_dict_end (&params);
}

static void
forget (VbetFigures *self)
{
  static const char *const none[] = { NULL };
  vbet_poller_rest (self->poller);
  g_clear_pointer (&self->rates, vbet_rates_free);
  self->has_usage = FALSE;
  self->questions = 0;
  self->usage = (VbetLabUsage){ .cpu = -1 };
  self->usage_time = -1;
  vbet_session_set_switches (self->session, none, none);
  vbet_session_set_traffic (self->session, NULL);
  vbet_session_set_needs_restart (self->session, none);
  g_signal_emit_by_name (self, "usage-changed");
}

static void
on_phase (VbetFigures *self)
{
  if (vbet_runner_get_client (self->runner) == NULL) {
    forget (self);
    return;
  }
  if (self->rates == NULL)
    self->rates = vbet_rates_new ();
  vbet_poller_ask (self->poller);
}

void
vbet_figures_set_visible (VbetFigures *self, gboolean visible)
{
  g_return_if_fail (VBET_IS_FIGURES (self));
  self->visible = visible;
  vbet_poller_ask (self->poller);
}

gboolean
vbet_figures_get_usage (VbetFigures *self, VbetLabUsage *ret_usage)
{
  g_return_val_if_fail (VBET_IS_FIGURES (self), FALSE);
  *ret_usage = self->usage;
  return self->has_usage;
}

/* --- life ---------------------------------------------------------------------------- */

VbetFigures *
vbet_figures_new (VbetSession *session, VbetRunner *runner)
{
  static const VbetPollerCalls calls = { "lab.counters", are_wanted, make_question, on_counters };
  VbetFigures *self = g_object_new (VBET_TYPE_FIGURES, NULL);
  self->session = g_object_ref (session);
  self->runner = g_object_ref (runner);
  self->poller = vbet_poller_new (&calls, runner, self);
  g_signal_connect_object (runner, "phase-changed", G_CALLBACK (on_phase), self, G_CONNECT_SWAPPED);
  return self;
}

static void
vbet_figures_dispose (GObject *object)
{
  VbetFigures *self = VBET_FIGURES (object);
  g_clear_pointer (&self->poller, vbet_poller_free);
  self->visible = FALSE;
  G_OBJECT_CLASS (vbet_figures_parent_class)->dispose (object);
}

static void
vbet_figures_finalize (GObject *object)
{
  VbetFigures *self = VBET_FIGURES (object);
  g_clear_pointer (&self->rates, vbet_rates_free);
  g_clear_object (&self->runner);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (vbet_figures_parent_class)->finalize (object);
}

static void
vbet_figures_class_init (VbetFiguresClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = vbet_figures_dispose;
  G_OBJECT_CLASS (klass)->finalize = vbet_figures_finalize;
  g_signal_new ("usage-changed", VBET_TYPE_FIGURES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
vbet_figures_init (VbetFigures *self)
{
  self->visible = TRUE;
  self->usage.cpu = -1;
  self->usage_time = -1;
}
