/* plan.c - executing a plan: the order of its calls.
 *
 * Calls run in order, each when the one before has ended; START and STOP only
 * begin in order and run side by side. Any other call waits for pending STOPs
 * (what they hold may be taken away next), not for pending STARTs.
 *
 * Of a large lab only so many guests boot at once as keep the processors busy:
 * the first prompt is there at once, and none waits so long for a processor
 * that it is taken for one that hangs.
 */
#include "config.h"

#include "engine/lab/private.h"

/* Guests that boot at once. A boot waits now and then, hence more than one a processor. */
#define BOOTS_PER_PROCESSOR 8

static const char *
verb_name (VbetCallVerb verb)
{
  switch (verb) {
  case VBET_CALL_ALLOC:
    return "alloc";
  case VBET_CALL_FREE:
    return "free";
  case VBET_CALL_ATTACH:
    return "attach";
  case VBET_CALL_DETACH:
    return "detach";
  case VBET_CALL_PLUG:
    return "plug";
  case VBET_CALL_UNPLUG:
    return "unplug";
  case VBET_CALL_SET:
    return "set";
  case VBET_CALL_FILE:
    return "file";
  case VBET_CALL_START:
    return "start";
  case VBET_CALL_STOP:
    return "stop";
  }
  return "call";
}

/* Whether files of guests may be others after @call. */
static gboolean
changes_files (const VbetCall *call)
{
  switch (call->verb) {
  case VBET_CALL_ATTACH:
  case VBET_CALL_DETACH:
  case VBET_CALL_FILE:
    return TRUE;
  case VBET_CALL_SET:
    return call->device != NULL && call->live != VBET_LIVE_VISUAL;
  default:
    return FALSE;
  }
}

/* --- the sequence --------------------------------------------------------------------------------------- */

typedef struct {
  VbetLab *lab;
  GPtrArray *calls;
  GPtrArray *records;
  guint index;
  guint starts; /* that have not ended */
  guint stops;
  gboolean looping; /* advance() is on the stack */
  gboolean waiting; /* a serial call has not ended */
  gboolean serial_told;
  gboolean files_changed; /* of running guests, maybe */
  VbetPlanDone serial_done;
  VbetPlanDone done;
  gpointer data;
} PlanRun;

typedef struct {
  PlanRun *run;
  const VbetCall *call;
  VbetCallRecord *record;
} CallRun;

static void advance (PlanRun *run);

static void
on_call_done (gpointer data, GError *error)
{
  g_autofree CallRun *one = data;
  g_autoptr (GError) owned = error;
  PlanRun *run = one->run;
  if (owned != NULL)
    one->record->call = vbet_call_copy (one->call);
  vbet_lab_record_end (run->lab, one->record, owned);
  vbet_lab_note_call (run->lab, one->call, one->record);
  if (one->call->verb == VBET_CALL_START)
    run->starts--;
  else if (one->call->verb == VBET_CALL_STOP)
    run->stops--;
  else
    run->waiting = FALSE;
  if (!run->looping)
    advance (run);
}

static void
run_call (PlanRun *run, const VbetCall *call)
{
  CallRun *one = g_new0 (CallRun, 1);
  one->run = run;
  one->call = call;
  one->record
      = vbet_lab_record_begin (run->lab, call->text, verb_name (call->verb), call->device, call->cable);
  g_ptr_array_add (run->records, g_rc_box_acquire (one->record));
  run->files_changed = run->files_changed || changes_files (call);
  if (call->verb == VBET_CALL_START)
    run->starts++;
  else if (call->verb == VBET_CALL_STOP)
    run->stops++;
  else
    run->waiting = TRUE;
  vbet_lab_execute (run->lab, call, one->record, on_call_done, one);
}

/* Whether @call has to wait for calls that have begun but not ended. */
static gboolean
must_wait (const PlanRun *run, const VbetCall *call)
{
  if (call->verb == VBET_CALL_START && run->starts >= BOOTS_PER_PROCESSOR * g_get_num_processors ())
    return TRUE;
  return call->verb != VBET_CALL_STOP && run->stops > 0;
}

static void
advance (PlanRun *run)
{
  run->looping = TRUE;
  while (run->index < run->calls->len && !run->waiting) {
    const VbetCall *call = g_ptr_array_index (run->calls, run->index);
    if (call->verb == VBET_CALL_START && run->lab->stopping) {
      run->index++; /* it would only be told so */
      continue;
    }
    if (must_wait (run, call))
      break;
    run->index++;
    run_call (run, call);
  }
  run->looping = FALSE;
  if (run->index < run->calls->len || run->waiting || run->stops > 0)
    return;
  if (!run->serial_told) {
    run->serial_told = TRUE;
    vbet_lab_files_plan_ends (run->lab, run->files_changed);
    if (run->files_changed)
      vbet_lab_refresh_gateways (run->lab);
    if (run->serial_done != NULL)
      run->serial_done (run->data, run->records);
  }
  if (run->starts > 0)
    return;
  run->done (run->data, run->records);
  g_ptr_array_unref (run->calls);
  g_ptr_array_unref (run->records);
  g_object_unref (run->lab);
  g_free (run);
}

void
vbet_lab_run_plan (VbetLab *self, GPtrArray *calls, VbetPlanDone serial_done, VbetPlanDone done,
                   gpointer data)
{
  PlanRun *run = g_new0 (PlanRun, 1);
  run->lab = g_object_ref (self);
  run->calls = calls;
  run->records = g_ptr_array_new_with_free_func ((GDestroyNotify)vbet_call_record_unref);
  run->serial_done = serial_done;
  run->done = done;
  run->data = data;
  vbet_lab_files_plan_begins (self);
  advance (run);
}
