/* lab-plan.c - executing a plan: the order of its calls.
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

#include "engine/runtime/lab-private.h"

#include <string.h>

#include "engine/runtime/guest-config.h"

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

/* --- files that are made of the whole text -------------------------------------------------------------- */

typedef struct {
  VbetLab *lab;
  char *device;
  char *script; /* (nullable): for the files that the guest has */
} Refresh;

static void
refresh_free (Refresh *self)
{
  g_object_unref (self->lab);
  g_free (self->device);
  g_free (self->script);
  g_free (self);
}

static void
on_refreshed (GObject *source, GAsyncResult *result, gpointer data)
{
  Refresh *refresh = data;
  g_autoptr (VbetExecResult) outcome = vbet_guest_exec_finish (VBET_GUEST (source), result, NULL);
  VbetLabDevice *node = vbet_lab_device (refresh->lab, refresh->device);
  /* A guest that just goes away needs no files. */
  if (node != NULL && node->guest == VBET_GUEST (source) && vbet_lab_device_is_running (node))
    vbet_lab_guest_has_old_files (node, outcome == NULL || outcome->status != 0);
  refresh_free (refresh);
}

/* A reboot inside finds what was changed since the start. A folder that is shared from the next start on is not there. */
static void
refresh_boot (VbetLab *self, VbetGuest *guest, const VbetDevice *device)
{
  const VbetGuestConfig *config = vbet_guest_get_config (guest);
  g_autoptr (GError) error = NULL;
  const char *share = vbet_attributes_text (device->attributes, device->kind, "share");
  if (config == NULL || (config->share != NULL) != (share != NULL && share[0] != '\0'))
    return;
  g_autoptr (GBytes) files = vbet_lab_guest_files (self, device, config->kernel);
  if (!vbet_guest_set_files (guest, files, &error))
    g_debug ("%s: %s", device->name, error->message);
  for (guint i = 0; i < device->nics->len; i++) {
    const VbetNic *nic = g_ptr_array_index (device->nics, i);
    g_autofree char *setup = vbet_guest_config_nic_setup (self->topology, device, nic);
    vbet_guest_set_nic_setup (guest, nic->index, setup);
  }
}

static void
on_settled (gpointer data, GError *error)
{
  Refresh *refresh = data;
  g_autoptr (GError) owned = error;
  const char *argv[] = { "/bin/sh", NULL };
  VbetGuest *guest = owned == NULL ? vbet_lab_guest (refresh->lab, refresh->device, NULL) : NULL;
  const VbetDevice *device = vbet_topology_device (refresh->lab->topology, refresh->device);
  if (guest != NULL && device != NULL && (device->kind & VBET_KIND_GUEST) != 0)
    refresh_boot (refresh->lab, guest, device);
  if (guest != NULL && refresh->script != NULL) {
    g_autoptr (GBytes) input = g_bytes_new (refresh->script, strlen (refresh->script));
    vbet_guest_exec_async (guest, argv, input, NULL, NULL, NULL, on_refreshed, refresh);
    return;
  }
  refresh_free (refresh);
}

static gboolean
same_files (const VbetTopology *one, const VbetDevice *device, const VbetTopology *other, const VbetDevice *there)
{
  g_autoptr (GBytes) before = vbet_guest_config_tar (one, device, NULL);
  g_autoptr (GBytes) now = vbet_guest_config_tar (other, there, NULL);
  return g_bytes_equal (before, now);
}

static void
refresh_device (VbetLab *self, VbetLabDevice *node)
{
  g_autoptr (VbetTopology) had = g_steal_pointer (&node->made_of);
  node->made_of = vbet_topology_ref (self->topology);
  const VbetDevice *before = vbet_topology_device (had, node->name);
  const VbetDevice *device = vbet_topology_device (self->topology, node->name);
  if (before == NULL || device == NULL || before->kind != device->kind
      || same_files (had, before, self->topology, device))
    return;
  Refresh *refresh = g_new0 (Refresh, 1);
  refresh->lab = g_object_ref (self);
  refresh->device = g_strdup (node->name);
  refresh->script = vbet_guest_config_refresh (had, before, self->topology, device);
  vbet_lab_device_when_settled (node, on_settled, refresh);
}

void
vbet_lab_refresh_resumed (VbetLabDevice *node)
{
  if (node->made_of != NULL && node->made_of != node->lab->topology)
    refresh_device (node->lab, node);
}

/* Guests that run, or began to boot before the last change, know the new devices by name, too. A paused one comes to
 * it when it goes on. */
static void
refresh_files (VbetLab *self)
{
  GHashTableIter iter;
  gpointer value = NULL;
  g_hash_table_iter_init (&iter, self->nodes);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    VbetLabDevice *node = value;
    if (node->guest != NULL && node->made_of != NULL && node->made_of != self->topology
        && vbet_lab_device_is_running (node) && vbet_guest_get_state (node->guest) != VBET_GUEST_PAUSED)
      refresh_device (self, node);
  }
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
    if (run->files_changed) {
      refresh_files (run->lab);
      vbet_lab_refresh_gateways (run->lab);
    }
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
  run->records = g_ptr_array_new_with_free_func ((GDestroyNotify) vbet_call_record_unref);
  run->serial_done = serial_done;
  run->done = done;
  run->data = data;
  advance (run);
}
