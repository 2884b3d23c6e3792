/* demo.c - see demo.h. */
#include "config.h"

#include "gui/demo.h"

#include <string.h>

#include "base/error.h"
#include "gui/reply.h"

typedef struct {
  VbetDemoState state;
  GPtrArray *results;
  guint statement; /* under way, from 0 */
  gint64 since;    /* monotonic, us */
} Step;

struct _VbetDemo {
  GObject parent_instance;
  VbetSession *session; /* owned */
  VbetRunner *runner;   /* owned */
  VbetClient *client;   /* owned (nullable) */
  GPtrArray *steps;     /* of Step, as many as the session's topology has */
  gboolean asked;       /* a step was asked for, and has not ended */
  gboolean checking;
  GPtrArray *checks; /* of VbetDemoResult */
};

G_DEFINE_FINAL_TYPE (VbetDemo, vbet_demo, G_TYPE_OBJECT)

static void
result_free (gpointer data)
{
  VbetDemoResult *self = data;
  g_free (self->text);
  g_free (self->output);
  g_free (self->error);
  g_free (self);
}

static void
step_free (gpointer data)
{
  Step *self = data;
  g_ptr_array_unref (self->results);
  g_free (self);
}

static Step *
step_new (void)
{
  Step *self = g_new0 (Step, 1);
  self->results = g_ptr_array_new_with_free_func (result_free);
  return self;
}

static VbetDemoResult *
result_new (GVariant *reply)
{
  VbetDemoResult *self = g_new0 (VbetDemoResult, 1);
  gboolean ok = FALSE;
  g_variant_lookup (reply, "ok", "b", &ok);
  self->text = g_strdup (vbet_reply_text (reply, "text"));
  self->line = (guint)CLAMP (vbet_reply_number (reply, "line", 0), 0, 1e9);
  self->ok = ok;
  self->output = g_strdup (vbet_reply_text (reply, "output"));
  self->error = g_strdup (vbet_reply_text (reply, "error"));
  self->duration = vbet_reply_number (reply, "duration", 0);
  if (self->text == NULL)
    self->text = g_strdup ("");
  if (self->output == NULL)
    self->output = g_strdup ("");
  return self;
}

static Step *
get (VbetDemo *self, guint index)
{
  return index < self->steps->len ? g_ptr_array_index (self->steps, index) : NULL;
}

static void
changed (VbetDemo *self)
{
  g_signal_emit_by_name (self, "changed");
}

static void
fail (VbetDemo *self, const GError *error)
{
  if (!g_error_matches (error, VBET_ERROR, VBET_ERROR_CANCELLED)
      && !g_error_matches (error, VBET_ERROR, VBET_ERROR_PROTOCOL))
    g_signal_emit_by_name (self, "failed", error->message);
}

/* --- what the engine tells --------------------------------------------------------------- */

static VbetDemoState
state_of (const char *name)
{
  static const char *const names[] = { "todo", "running", "passed", "failed" };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (names[i], name) == 0)
      return (VbetDemoState)i;
  return VBET_DEMO_TODO;
}

static void
take_results (Step *step, GVariant *reply)
{
  g_autoptr (GPtrArray) results = vbet_reply_list (reply, "results");
  g_ptr_array_set_size (step->results, 0);
  for (guint i = 0; i < results->len; i++)
    g_ptr_array_add (step->results, result_new (g_ptr_array_index (results, i)));
}

static void
on_steps (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetDemo) self = data;
  g_autoptr (GVariant) reply = vbet_client_call_finish (VBET_CLIENT (source), result, NULL);
  if (VBET_CLIENT (source) != self->client || reply == NULL)
    return;
  g_autoptr (GPtrArray) steps = vbet_reply_list (reply, "steps");
  for (guint i = 0; i < steps->len; i++) {
    GVariant *one = g_ptr_array_index (steps, i);
    Step *step = get (self, (guint)vbet_reply_number (one, "index", 0) - 1);
    if (step == NULL)
      continue;
    VbetDemoState state = state_of (vbet_reply_text (one, "state"));
    if (state != VBET_DEMO_RUNNING)
      take_results (step, one);
    else if (step->state != VBET_DEMO_RUNNING) {
      double statement = vbet_reply_number (one, "statement", 1);
      step->statement = statement >= 1 ? (guint)statement - 1 : 0;
      step->since = g_get_monotonic_time () - (gint64)(vbet_reply_number (one, "since", 0) * 1e6);
    }
    step->state = state;
  }
  changed (self);
}

static void
ask_steps (VbetDemo *self)
{
  if (self->client != NULL)
    vbet_client_call_async (self->client, "lab.steps", NULL, NULL, on_steps, g_object_ref (self));
}

static void
take_step (VbetDemo *self, GVariant *params)
{
  double index = vbet_reply_number (params, "index", 0);
  Step *step = index >= 1 ? get (self, (guint)index - 1) : NULL;
  g_autoptr (GVariant) result = g_variant_lookup_value (params, "result", G_VARIANT_TYPE_VARDICT);
  double statement = vbet_reply_number (params, "statement", 0);
  if (step == NULL)
    return;
  VbetDemoState state = state_of (vbet_reply_text (params, "state"));
  if (state == VBET_DEMO_RUNNING && step->state != VBET_DEMO_RUNNING) {
    g_ptr_array_set_size (step->results, 0);
    step->statement = 0;
    step->since = g_get_monotonic_time ();
  }
  step->state = state;
  if (statement >= 1) {
    step->statement = (guint)statement - 1;
    step->since = g_get_monotonic_time ();
  }
  if (result != NULL) {
    g_ptr_array_add (step->results, result_new (result));
    step->statement = step->results->len;
    step->since = g_get_monotonic_time ();
  }
  changed (self);
}

static void
on_notification (VbetClient *client, const char *method, GVariant *params, VbetDemo *self)
{
  if (strcmp (method, "step") == 0)
    take_step (self, params);
  else if (strcmp (method, "lab.changed") == 0)
    ask_steps (self);
}

/* --- which engine, which steps --------------------------------------------------------------- */

static void
resize (VbetDemo *self)
{
  guint wanted = vbet_session_get_topology (self->session)->steps->len;
  while (self->steps->len > wanted)
    g_ptr_array_set_size (self->steps, (gint)self->steps->len - 1);
  while (self->steps->len < wanted)
    g_ptr_array_add (self->steps, step_new ());
}

static void
on_phase (VbetDemo *self)
{
  VbetClient *client = vbet_runner_get_client (self->runner);
  if (client == self->client) {
    changed (self);
    return;
  }
  if (self->client != NULL)
    g_signal_handlers_disconnect_by_data (self->client, self);
  g_set_object (&self->client, client);
  self->asked = FALSE;
  self->checking = FALSE;
  g_ptr_array_set_size (self->steps, 0);
  g_ptr_array_set_size (self->checks, 0);
  resize (self);
  if (client != NULL) {
    g_signal_connect (client, "notification", G_CALLBACK (on_notification), self);
    ask_steps (self);
  }
  changed (self);
}

static void
on_lab_changed (VbetDemo *self)
{
  resize (self);
  changed (self);
}

/* --- what is asked -------------------------------------------------------------------------------- */

static void
on_step_ended (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetDemo) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = vbet_client_call_finish (VBET_CLIENT (source), result, &error);
  if (VBET_CLIENT (source) != self->client)
    return;
  self->asked = FALSE;
  if (reply == NULL) {
    fail (self, error);
    ask_steps (self);
  }
  changed (self);
}

void
vbet_demo_run (VbetDemo *self, guint index)
{
  g_return_if_fail (VBET_IS_DEMO (self));
  GVariantDict params;
  if (self->client == NULL || self->asked || self->checking || index >= self->steps->len
      || vbet_runner_get_phase (self->runner) != VBET_PHASE_RUNNING
      || vbet_demo_running (self, NULL, NULL, NULL))
    return;
  self->asked = TRUE;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "index", "x", (gint64)index + 1);
  vbet_client_call_async (self->client, "lab.step", g_variant_dict_end (&params), NULL, on_step_ended,
                          g_object_ref (self));
  changed (self);
}

static void
on_cancelled (GObject *source, GAsyncResult *result, gpointer data)
{
  /* Nothing ran any more: then nothing is to be told. */
  g_autoptr (GVariant) reply = vbet_client_call_finish (VBET_CLIENT (source), result, NULL);
}

void
vbet_demo_cancel (VbetDemo *self)
{
  g_return_if_fail (VBET_IS_DEMO (self));
  if (self->client != NULL)
    vbet_client_call_async (self->client, "lab.step-cancel", NULL, NULL, on_cancelled, NULL);
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetDemo) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = vbet_client_call_finish (VBET_CLIENT (source), result, &error);
  if (VBET_CLIENT (source) != self->client)
    return;
  self->checking = FALSE;
  if (reply != NULL) {
    g_autoptr (GPtrArray) results = vbet_reply_list (reply, "results");
    g_ptr_array_set_size (self->checks, 0);
    for (guint i = 0; i < results->len; i++)
      g_ptr_array_add (self->checks, result_new (g_ptr_array_index (results, i)));
  } else {
    fail (self, error);
  }
  changed (self);
  if (reply != NULL)
    g_signal_emit_by_name (self, "checked");
}

void
vbet_demo_check (VbetDemo *self)
{
  g_return_if_fail (VBET_IS_DEMO (self));
  if (self->client == NULL || self->checking || vbet_demo_n_checks (self) == 0)
    return;
  self->checking = TRUE;
  vbet_client_call_async (self->client, "lab.checks", NULL, NULL, on_checked, g_object_ref (self));
  changed (self);
}

/* --- what is known ---------------------------------------------------------------------------------- */

guint
vbet_demo_n_steps (VbetDemo *self)
{
  return self->steps->len;
}

const VbetStep *
vbet_demo_step (VbetDemo *self, guint index)
{
  const VbetTopology *topology = vbet_session_get_topology (self->session);
  return index < topology->steps->len ? g_ptr_array_index (topology->steps, index) : NULL;
}

VbetDemoState
vbet_demo_state (VbetDemo *self, guint index)
{
  Step *step = get (self, index);
  return step != NULL ? step->state : VBET_DEMO_TODO;
}

GPtrArray *
vbet_demo_results (VbetDemo *self, guint index)
{
  g_return_val_if_fail (index < self->steps->len, NULL);
  return get (self, index)->results;
}

gboolean
vbet_demo_running (VbetDemo *self, guint *ret_index, guint *ret_statement, double *ret_seconds)
{
  for (guint i = 0; i < self->steps->len; i++) {
    const Step *step = get (self, i);
    if (step->state != VBET_DEMO_RUNNING)
      continue;
    if (ret_index != NULL)
      *ret_index = i;
    if (ret_statement != NULL)
      *ret_statement = step->statement;
    if (ret_seconds != NULL)
      *ret_seconds = (double)(g_get_monotonic_time () - step->since) / 1e6;
    return TRUE;
  }
  return FALSE;
}

guint
vbet_demo_next (VbetDemo *self)
{
  guint next = 0;
  while (next < self->steps->len && get (self, next)->state == VBET_DEMO_PASSED)
    next++;
  return next;
}

guint
vbet_demo_n_checks (VbetDemo *self)
{
  return vbet_session_get_topology (self->session)->checks->len;
}

gboolean
vbet_demo_is_checking (VbetDemo *self)
{
  return self->checking;
}

GPtrArray *
vbet_demo_check_results (VbetDemo *self)
{
  return self->checks;
}

/* --- life ------------------------------------------------------------------------------------------------
 */

VbetDemo *
vbet_demo_new (VbetSession *session, VbetRunner *runner)
{
  VbetDemo *self = g_object_new (VBET_TYPE_DEMO, NULL);
  self->session = g_object_ref (session);
  self->runner = g_object_ref (runner);
  g_signal_connect_object (session, "changed", G_CALLBACK (on_lab_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (runner, "phase-changed", G_CALLBACK (on_phase), self, G_CONNECT_SWAPPED);
  resize (self);
  return self;
}

static void
vbet_demo_dispose (GObject *object)
{
  VbetDemo *self = VBET_DEMO (object);
  if (self->client != NULL)
    g_signal_handlers_disconnect_by_data (self->client, self);
  g_clear_object (&self->client);
  g_clear_object (&self->runner);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (vbet_demo_parent_class)->dispose (object);
}

static void
vbet_demo_finalize (GObject *object)
{
  VbetDemo *self = VBET_DEMO (object);
  g_ptr_array_unref (self->steps);
  g_ptr_array_unref (self->checks);
  G_OBJECT_CLASS (vbet_demo_parent_class)->finalize (object);
}

static void
vbet_demo_class_init (VbetDemoClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = vbet_demo_dispose;
  G_OBJECT_CLASS (klass)->finalize = vbet_demo_finalize;
  g_signal_new ("changed", VBET_TYPE_DEMO, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("checked", VBET_TYPE_DEMO, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("failed", VBET_TYPE_DEMO, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                G_TYPE_STRING);
}

static void
vbet_demo_init (VbetDemo *self)
{
  self->steps = g_ptr_array_new_with_free_func (step_free);
  self->checks = g_ptr_array_new_with_free_func (result_free);
}
