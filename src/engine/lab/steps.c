/* steps.c - running a step's statements, and checks: one after the other.
 *
 * An expectation asks again until it holds or its time is over; the pause
 * between two tries starts when the command has ended, so that a slow command
 * is not piled up on a busy guest.
 *
 * What runs can be cancelled at any moment. Whatever is waited for holds a
 * Turn, not the run: a turn whose statement was given up meanwhile is stale,
 * and nothing happens when it comes. Only an edit of the lab is always brought
 * to its end, since half of one is no lab.
 */
#include "config.h"

#include "engine/lab/private.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* Pause between two tries of an expectation, in milliseconds. */
#define RETRY_MS 500

/* How much of a command's output is kept in a result, in bytes: its end. */
#define OUTPUT_MAX 4000

typedef struct _VbetActionsRun ActionsRun;

struct _VbetActionsRun {
  guint refs; /* one of its own until it has finished, one a turn */
  guint turn; /* turns of other numbers are stale */
  gboolean cancelled;
  gboolean editing;          /* an edit is under way */
  GCancellable *cancellable; /* of the command under way */
  VbetLab *lab;
  GPtrArray *actions; /* owned reference */
  guint index;
  gboolean keep_going;
  guint step;
  gboolean ok;
  GVariantBuilder results;
  VbetActionsDone done;
  gpointer data;
  /* the action that runs */
  gint64 began; /* monotonic, us */
  gint64 deadline;
  GRegex *regex;   /* (nullable) */
  char *target;    /* ping: address */
  char *output;    /* (nullable): what the last try showed */
  guint pending;   /* power: devices still changing */
  GError *problem; /* power: the first that failed */
};

static void next_action (ActionsRun *run);
static void try_command (ActionsRun *run);

/* --- turns -------------------------------------------------------------------------- */

typedef struct {
  ActionsRun *run;
  guint turn;
  VbetCallRecord *record; /* power: what is logged */
} Turn;

static void
run_unref (ActionsRun *run)
{
  if (--run->refs > 0)
    return;
  g_ptr_array_unref (run->actions);
  g_object_unref (run->cancellable);
  g_object_unref (run->lab);
  g_free (run);
}

static Turn *
turn_new (ActionsRun *run)
{
  Turn *turn = g_new0 (Turn, 1);
  run->refs++;
  turn->run = run;
  turn->turn = run->turn;
  return turn;
}

/* Ends @turn. Returns: (nullable): the run, which waits for just this; NULL when the turn is stale. */
static ActionsRun *
turn_end (Turn *turn)
{
  ActionsRun *run = turn->run->turn == turn->turn ? turn->run : NULL;
  run_unref (turn->run); /* one that waits holds itself, too */
  g_free (turn);
  return run;
}

static const VbetAction *
current (const ActionsRun *run)
{
  return g_ptr_array_index (run->actions, run->index);
}

static void
end_action (ActionsRun *run, gboolean ok, const char *error)
{
  const VbetAction *action = current (run);
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "text", "s", action->source);
  g_variant_dict_insert (&dict, "line", "x", (gint64)action->line);
  g_variant_dict_insert (&dict, "ok", "b", ok);
  g_variant_dict_insert (&dict, "output", "s", run->output != NULL ? run->output : "");
  if (error != NULL)
    g_variant_dict_insert (&dict, "error", "s", error);
  g_variant_dict_insert (&dict, "duration", "d", (double)(g_get_monotonic_time () - run->began) / 1e6);
  g_autoptr (GVariant) result = g_variant_ref_sink (g_variant_dict_end (&dict));
  g_variant_builder_add (&run->results, "v", result);
  if (run->step > 0)
    vbet_lab_emit_step (run->lab, run->step, "running", 0, result);
  run->turn++;
  run->editing = FALSE;
  g_clear_pointer (&run->regex, g_regex_unref);
  g_clear_pointer (&run->target, g_free);
  g_clear_pointer (&run->output, g_free);
  run->ok = run->ok && ok;
  run->index++;
  if (run->cancelled || (!ok && !run->keep_going))
    run->index = run->actions->len;
  next_action (run);
}

/* --- commands: exec, expect, ping --------------------------------------------------- */

static char *
readable (GBytes *out, GBytes *err)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  gsize size = 0;
  const guint8 *bytes = g_bytes_get_data (out, &size);
  g_byte_array_append (all, bytes, (guint)size);
  bytes = g_bytes_get_data (err, &size);
  g_byte_array_append (all, bytes, (guint)size);
  return all->len > 0 ? g_utf8_make_valid ((const char *)all->data, all->len) : g_strdup ("");
}

static void
keep_output (ActionsRun *run, const char *text)
{
  gsize size = strlen (text);
  const char *from = size > OUTPUT_MAX ? g_utf8_find_next_char (text + size - OUTPUT_MAX, NULL) : text;
  g_free (run->output);
  run->output = g_strdup (from);
}

/* The packet loss ping(8) of iputils reports, in percent; 100 when it reports none. */
static double
loss_of (const char *output)
{
  const char *end = strstr (output, "% packet loss");
  if (end == NULL)
    return 100;
  const char *start = end;
  while (start > output && (g_ascii_isdigit (start[-1]) || start[-1] == '.'))
    start--;
  return start < end ? g_ascii_strtod (start, NULL) : 100;
}

/* Sets @error when it cannot be told: a pattern that has too many ways to match is no pattern that does not. */
static gboolean
holds (ActionsRun *run, const char *output, GError **error)
{
  const VbetAction *action = current (run);
  gboolean found = FALSE;
  g_autoptr (GError) fault = NULL;
  if (action->kind == VBET_ACTION_PING)
    return loss_of (output) <= action->loss;
  if (run->regex != NULL)
    found = g_regex_match_full (run->regex, output, -1, 0, 0, NULL, &fault);
  else
    found = strstr (output, action->pattern) != NULL;
  if (fault != NULL) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_FAILED,
                 "The pattern could not be tried on what %s said (%s); make it simpler", action->devices[0],
                 fault->message);
    return FALSE;
  }
  return found != action->absent;
}

static gboolean
on_retry (gpointer data)
{
  ActionsRun *run = turn_end (data);
  if (run != NULL)
    try_command (run);
  return G_SOURCE_REMOVE;
}

static void
not_yet (ActionsRun *run)
{
  const VbetAction *action = current (run);
  if (!run->lab->stopping && g_get_monotonic_time () + RETRY_MS * 1000 < run->deadline) {
    g_timeout_add (RETRY_MS, on_retry, turn_new (run));
    return;
  }
  g_autofree char *error = NULL;
  double seconds = (double)action->within_ns / 1e9;
  if (action->kind == VBET_ACTION_PING)
    error = g_strdup_printf ("%s does not reach %s (%s) within %g s", action->devices[0], action->target,
                             run->target, seconds);
  else
    error = g_strdup_printf ("“%s” is %s in what “%s” prints on %s, %g s long", action->pattern,
                             action->absent ? "still" : "not", action->command, action->devices[0], seconds);
  end_action (run, FALSE, error);
}

static void
on_command_done (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VbetExecResult) outcome = vbet_guest_exec_finish (VBET_GUEST (source), result, &error);
  ActionsRun *run = turn_end (data);
  if (run == NULL)
    return;
  const VbetAction *action = current (run);
  if (outcome == NULL) {
    end_action (run, FALSE, error->message);
    return;
  }
  g_autoptr (GError) fault = NULL;
  g_autofree char *output = readable (outcome->out, outcome->err);
  keep_output (run, output);
  if (action->kind == VBET_ACTION_EXEC) {
    g_autofree char *failed = g_strdup_printf ("“%s” on %s ended with exit code %d", action->command,
                                               action->devices[0], outcome->status);
    end_action (run, outcome->status == 0, outcome->status == 0 ? NULL : failed);
  } else if (holds (run, output, &fault)) {
    end_action (run, TRUE, NULL);
  } else if (fault != NULL) {
    end_action (run, FALSE, fault->message);
  } else {
    not_yet (run);
  }
}

static void
command_when_ready (gpointer data, GError *error)
{
  g_autoptr (GError) problem = error;
  ActionsRun *run = turn_end (data);
  if (run == NULL)
    return;
  const VbetAction *action = current (run);
  const char *shell[] = { "/bin/sh", "-c", action->command, NULL };
  const char *ping[] = { "ping", "-n", "-c", "3", "-i", "0.2", "-W", "1", run->target, NULL };
  VbetGuest *guest = problem == NULL ? vbet_lab_guest (run->lab, action->devices[0], &problem) : NULL;
  if (guest == NULL)
    end_action (run, FALSE, problem->message);
  else
    vbet_guest_exec_async (guest, action->kind == VBET_ACTION_PING ? ping : shell, NULL, NULL, NULL,
                           run->cancellable, on_command_done, turn_new (run));
}

static void
try_command (ActionsRun *run)
{
  const VbetAction *action = current (run);
  g_autoptr (GError) error = NULL;
  if (vbet_lab_guest (run->lab, action->devices[0], &error) == NULL)
    end_action (run, FALSE, error->message);
  else
    vbet_lab_device_when_settled (vbet_lab_device (run->lab, action->devices[0]), command_when_ready,
                                  turn_new (run));
}

/* The address of the first NIC of device @name that has one; @name itself when there is no such device. */
static char *
ping_target (VbetLab *self, const char *name)
{
  const VbetDevice *device = vbet_topology_device (self->topology, name);
  if (device == NULL)
    return g_strdup (name);
  for (guint i = 0; i < device->nics->len; i++) {
    const VbetNic *nic = g_ptr_array_index (device->nics, i);
    g_autoptr (GPtrArray) addresses = vbet_attributes_list (nic->attributes, "ip");
    for (guint k = 0; k < addresses->len; k++) {
      const VbetValue *value = g_ptr_array_index (addresses, k);
      if (value->type == VBET_VALUE_ADDRESS)
        return vbet_address_to_text (&value->as.address, FALSE);
    }
  }
  return NULL;
}

static void
begin_command (ActionsRun *run)
{
  const VbetAction *action = current (run);
  g_autoptr (GError) error = NULL;
  run->deadline = run->began + action->within_ns / 1000;
  if (action->kind == VBET_ACTION_PING) {
    run->target = ping_target (run->lab, action->target);
    if (run->target == NULL) {
      g_autofree char *message
          = g_strdup_printf ("%s has no address to ping; write ip=… on one of its NICs", action->target);
      end_action (run, FALSE, message);
      return;
    }
  } else if (action->kind == VBET_ACTION_EXPECT && action->is_regex) {
    run->regex = g_regex_new (action->pattern, G_REGEX_MULTILINE, 0, &error);
    if (run->regex == NULL) {
      end_action (run, FALSE, error->message);
      return;
    }
  }
  try_command (run);
}

/* --- power ----------------------------------------------------------------------------- */

static void
power_ended (ActionsRun *run)
{
  if (--run->pending > 0)
    return;
  g_autoptr (GError) problem = g_steal_pointer (&run->problem);
  end_action (run, problem == NULL, problem != NULL ? problem->message : NULL);
}

static void
on_power_done (gpointer data, GError *error)
{
  Turn *turn = data;
  g_autoptr (GError) problem = error;
  vbet_lab_record_end (turn->run->lab, turn->record, problem);
  ActionsRun *run = turn_end (turn);
  if (run == NULL)
    return;
  if (run->problem == NULL)
    run->problem = g_steal_pointer (&problem);
  power_ended (run);
}

static void
begin_power (ActionsRun *run, VbetPower kind)
{
  const VbetAction *action = current (run);
  run->pending = 1; /* held until all are asked */
  for (char **device = action->devices; device != NULL && *device != NULL; device++) {
    GError *error = NULL;
    if (vbet_lab_guest (run->lab, *device, &error) == NULL) {
      if (run->problem == NULL)
        run->problem = error;
      else
        g_error_free (error);
      continue;
    }
    g_autofree char *text = g_strdup_printf ("%s(%s)", vbet_lab_power_text (kind), *device);
    Turn *turn = turn_new (run);
    turn->record = vbet_lab_record_begin (run->lab, text, vbet_lab_power_text (kind), *device, NULL);
    run->pending++;
    vbet_lab_power (run->lab, vbet_lab_device (run->lab, *device), kind, on_power_done, turn);
  }
  power_ended (run);
}

/* --- edits ------------------------------------------------------------------------------ */

static void
on_edit_done (gpointer data, GPtrArray *records)
{
  ActionsRun *run = data;
  for (guint i = 0; i < records->len; i++) {
    const VbetCallRecord *record = g_ptr_array_index (records, i);
    if (record->error != NULL) {
      end_action (run, FALSE, record->error);
      return;
    }
  }
  end_action (run, TRUE, NULL);
}

static void
begin_edit (ActionsRun *run)
{
  const VbetAction *action = current (run);
  gsize size = strlen (action->source);
  run->editing = TRUE;
  g_autoptr (VbetDiagnostics) diagnostics = vbet_diagnostics_new (action->source, size);
  g_autoptr (VbetTopology) topology
      = vbet_topology_call (run->lab->topology, action->source, size, diagnostics);
  if (topology == NULL) {
    const VbetDiagnostic *first
        = vbet_diagnostics_size (diagnostics) > 0 ? vbet_diagnostics_get (diagnostics, 0) : NULL;
    end_action (run, FALSE, first != NULL ? first->message : "The statement cannot be carried out");
    return;
  }
  topology = vbet_lab_allowed (run->lab, topology);
  GPtrArray *calls = vbet_plan_new (run->lab->topology, topology);
  vbet_lab_set_topology (run->lab, g_steal_pointer (&topology));
  vbet_lab_run_plan (run->lab, calls, NULL, on_edit_done, run);
}

/* --- the sequence -------------------------------------------------------------------------- */

static void
finish (ActionsRun *run)
{
  GVariant *results = g_variant_builder_end (&run->results);
  run->turn++;
  run->done (run->data, run->ok && !run->cancelled, results);
  if (run->lab->step_run == run)
    run->lab->step_run = NULL;
  run_unref (run);
}

static gboolean
on_begin (gpointer data)
{
  ActionsRun *run = turn_end (data);
  if (run == NULL)
    return G_SOURCE_REMOVE;
  const VbetAction *action = current (run);
  if (run->step > 0)
    vbet_lab_emit_step (run->lab, run->step, "running", run->index + 1, NULL);
  switch (action->kind) {
  case VBET_ACTION_START:
    begin_power (run, VBET_POWER_START);
    break;
  case VBET_ACTION_STOP:
    begin_power (run, VBET_POWER_STOP);
    break;
  case VBET_ACTION_RESTART:
    begin_power (run, VBET_POWER_RESTART);
    break;
  case VBET_ACTION_PAUSE:
    begin_power (run, VBET_POWER_PAUSE);
    break;
  case VBET_ACTION_RESUME:
    begin_power (run, VBET_POWER_RESUME);
    break;
  case VBET_ACTION_EXEC:
  case VBET_ACTION_EXPECT:
  case VBET_ACTION_PING:
    begin_command (run);
    break;
  case VBET_ACTION_EDIT:
    begin_edit (run);
    break;
  }
  return G_SOURCE_REMOVE;
}

static void
next_action (ActionsRun *run)
{
  if (run->index >= run->actions->len) {
    finish (run);
    return;
  }
  run->began = g_get_monotonic_time ();
  g_idle_add (on_begin,
              turn_new (run)); /* from the main loop: a step of a thousand statements must not recurse */
}

void
vbet_actions_run_cancel (ActionsRun *run)
{
  run->cancelled = TRUE;
  if (run->editing)
    return;
  run->turn++; /* the command's end may come at once */
  g_cancellable_cancel (run->cancellable);
  g_clear_error (&run->problem);
  end_action (run, FALSE, "Cancelled");
}

gboolean
vbet_actions_run_is_cancelled (const ActionsRun *run)
{
  return run->cancelled;
}

guint
vbet_actions_run_statement (const ActionsRun *run, double *ret_seconds)
{
  *ret_seconds = (double)(g_get_monotonic_time () - run->began) / 1e6;
  return run->index + 1;
}

void
vbet_lab_run_actions (VbetLab *self, GPtrArray *actions, gboolean keep_going, guint step,
                      VbetActionsDone done, gpointer data)
{
  ActionsRun *run = g_new0 (ActionsRun, 1);
  run->refs = 1;
  run->cancellable = g_cancellable_new ();
  run->lab = g_object_ref (self);
  run->actions = g_ptr_array_ref (actions);
  run->keep_going = keep_going;
  run->step = step;
  run->ok = TRUE;
  run->done = done;
  run->data = data;
  g_variant_builder_init (&run->results, G_VARIANT_TYPE ("av"));
  self->step_run = run;
  next_action (run);
}
