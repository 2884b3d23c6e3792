/* files.c - files of running guests that are made of the whole text: names of all devices, what servers
 * and routing daemons are told of addresses.
 *
 * They follow when the calls of a plan have ended, by one script a guest. The scripts of one guest run one
 * after the other, and calls that write files of it wait for the one that runs: what is there in the end is
 * of the newest text. None begins amid the calls of a plan, since a file that the text has no more may still
 * be there.
 */
#include "config.h"

#include "engine/lab/private.h"

#include <string.h>

#include "base/error.h"
#include "engine/guest/configuration.h"

struct _VbetLabRefresh {
  VbetLab *lab;
  char *device;
  VbetGuestNames *names; /* what the files are to be made of */
  char *digest;          /* of these files */
  char *script;          /* (nullable): for the files that the guest has */
};

/* Of a refresh. */
typedef enum {
  FILES_AS_BEFORE,
  FILES_NEW,
  FILES_TORN, /* some may be written, some not */
} Outcome;

/* What waits until no refresh runs. */
typedef struct {
  VbetLab *lab;
  char *device;
  VbetDone done;
  gpointer data;
} Turn;

static void refresh_device (VbetLabDevice *node);

VbetGuestNames *
vbet_lab_names (VbetLab *self)
{
  if (self->names == NULL)
    self->names = vbet_guest_names_new (self->topology);
  return self->names;
}

/* --- turns ----------------------------------------------------------------------------- */

static void
turn_end (Turn *turn, GError *error)
{
  turn->done (turn->data, error);
  g_object_unref (turn->lab);
  g_free (turn->device);
  g_free (turn);
}

static void
end_turns (VbetLabDevice *node, const char *problem)
{
  g_autoptr (GPtrArray) turns = g_steal_pointer (&node->file_turns);
  for (guint i = 0; turns != NULL && i < turns->len; i++)
    turn_end (g_ptr_array_index (turns, i),
              problem != NULL ? g_error_new_literal (VBET_ERROR, VBET_ERROR_STATE, problem) : NULL);
}

static void
on_turn_settled (gpointer data, GError *error)
{
  Turn *turn = data;
  VbetLabDevice *node = vbet_lab_device (turn->lab, turn->device);
  if (error != NULL || node == NULL || node->refresh == NULL
      || vbet_guest_get_state (node->guest) == VBET_GUEST_PAUSED) {
    turn_end (turn, error);
    return;
  }
  if (node->file_turns == NULL)
    node->file_turns = g_ptr_array_new ();
  g_ptr_array_add (node->file_turns, turn);
}

void
vbet_lab_when_files_settled (VbetLabDevice *node, VbetDone done, gpointer data)
{
  Turn *turn = g_new0 (Turn, 1);
  turn->lab = g_object_ref (node->lab);
  turn->device = g_strdup (node->name);
  turn->done = done;
  turn->data = data;
  vbet_lab_device_when_settled (node, on_turn_settled, turn);
}

void
vbet_lab_files_paused (VbetLabDevice *node)
{
  end_turns (node, NULL); /* they are told that it is paused */
}

/* --- one refresh --------------------------------------------------------------------- */

static void
take_files (VbetLabDevice *node, VbetGuestNames *names, const char *digest)
{
  vbet_guest_names_unref (node->made_of);
  node->made_of = vbet_guest_names_ref (names);
  g_free (node->files_digest);
  node->files_digest = g_strdup (digest);
  node->files_torn = FALSE;
}

/* @node's refresh is over. What was changed meanwhile comes next; the same is not tried again at once. */
static void
settle_files (VbetLabDevice *node, const VbetLabRefresh *refresh, Outcome outcome)
{
  node->refresh = NULL;
  node->files_torn = node->files_torn || outcome == FILES_TORN;
  if (outcome == FILES_NEW)
    take_files (node, refresh->names, refresh->digest);
  if (outcome != FILES_AS_BEFORE
      && !vbet_guest_is_ending (node->guest)) /* who just goes away needs no files */
    vbet_lab_guest_has_old_files (node, outcome == FILES_TORN);
  if (refresh->names != vbet_lab_names (node->lab))
    refresh_device (node);
  if (node->refresh == NULL)
    end_turns (node, NULL);
}

static void
refresh_end (VbetLabRefresh *self, Outcome outcome)
{
  VbetLabDevice *node = vbet_lab_device (self->lab, self->device);
  if (node != NULL && node->refresh == self) /* else it is of an earlier boot */
    settle_files (node, self, outcome);
  g_object_unref (self->lab);
  g_free (self->device);
  vbet_guest_names_unref (self->names);
  g_free (self->digest);
  g_free (self->script);
  g_free (self);
}

static void
on_refreshed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetExecResult) outcome = vbet_guest_exec_finish (VBET_GUEST (source), result, NULL);
  refresh_end (data, outcome != NULL && outcome->status == 0 ? FILES_NEW : FILES_TORN);
}

/* A reboot inside finds what was changed since the start. A folder that is shared from the next start on is
 * not there. */
static void
refresh_boot (const VbetLabRefresh *refresh, VbetGuest *guest, const VbetDevice *device)
{
  const VbetTopology *topology = vbet_guest_names_topology (refresh->names);
  const VbetGuestConfig *config = vbet_guest_get_config (guest);
  g_autoptr (GError) error = NULL;
  const char *share = vbet_attributes_text (device->attributes, device->kind, "share");
  if (config == NULL || (config->share != NULL) != (share != NULL && share[0] != '\0'))
    return;
  g_autoptr (GBytes) files = vbet_lab_guest_files (refresh->names, device, config->kernel);
  if (!vbet_guest_set_files (guest, files, &error))
    g_debug ("%s: %s", device->name, error->message);
  for (guint i = 0; i < device->nics->len; i++) {
    const VbetNic *nic = g_ptr_array_index (device->nics, i);
    g_autofree char *setup = vbet_guest_config_nic_setup (topology, device, nic);
    vbet_guest_set_nic_setup (guest, nic->index, setup);
  }
}

static void
on_settled (gpointer data, GError *error)
{
  VbetLabRefresh *refresh = data;
  g_autoptr (GError) owned = error;
  const char *argv[] = { "/bin/sh", NULL };
  VbetLabDevice *node = vbet_lab_device (refresh->lab, refresh->device);
  /* One that was paused meanwhile comes to it when it goes on. */
  if (owned != NULL || node == NULL || node->refresh != refresh
      || vbet_guest_get_state (node->guest) != VBET_GUEST_READY) {
    refresh_end (refresh, FILES_AS_BEFORE);
    return;
  }
  refresh_boot (refresh, node->guest,
                vbet_topology_device (vbet_guest_names_topology (refresh->names), refresh->device));
  if (refresh->script == NULL) {
    refresh_end (refresh, FILES_NEW);
    return;
  }
  g_autoptr (GBytes) input = g_bytes_new (refresh->script, strlen (refresh->script));
  vbet_guest_exec_async (node->guest, argv, input, NULL, NULL, NULL, on_refreshed, refresh);
}

static void
begin_refresh (VbetLabDevice *node, const VbetDevice *device, const char *digest)
{
  VbetLabRefresh *refresh = g_new0 (VbetLabRefresh, 1);
  const VbetDevice *had = vbet_topology_device (vbet_guest_names_topology (node->made_of), node->name);
  refresh->lab = g_object_ref (node->lab);
  refresh->device = g_strdup (node->name);
  refresh->names = vbet_guest_names_ref (vbet_lab_names (node->lab));
  refresh->digest = g_strdup (digest);
  refresh->script = vbet_guest_config_refresh (node->made_of, had, refresh->names, device, node->files_torn);
  node->refresh = refresh;
  vbet_lab_device_when_settled (node, on_settled, refresh);
}

/* Guests that run, or began to boot before the last change, know the new devices by name, too. A paused one
 * comes to it when it goes on. */
static void
refresh_device (VbetLabDevice *node)
{
  VbetGuestNames *names = vbet_lab_names (node->lab);
  const VbetDevice *device = vbet_topology_device (node->lab->topology, node->name);
  if (node->made_of == NULL || node->refresh != NULL || device == NULL || device->kind != node->kind
      || (node->made_of == names && !node->files_torn) || !vbet_lab_device_is_running (node)
      || vbet_guest_get_state (node->guest) == VBET_GUEST_PAUSED)
    return;
  if (node->lab->plans > 0) {
    node->lab->files_due = TRUE;
    return;
  }
  g_autofree char *digest = vbet_guest_config_digest (names, device);
  if (node->files_torn || strcmp (digest, node->files_digest) != 0)
    begin_refresh (node, device, digest);
  else
    take_files (node, names, digest);
}

/* --- when ------------------------------------------------------------------------------ */

void
vbet_lab_files_started (VbetLabDevice *node)
{
  VbetGuestNames *names = vbet_lab_names (node->lab);
  g_autofree char *digest
      = vbet_guest_config_digest (names, vbet_topology_device (node->lab->topology, node->name));
  take_files (node, names, digest);
}

void
vbet_lab_files_ready (VbetLabDevice *node)
{
  refresh_device (node);
}

void
vbet_lab_files_gone (VbetLabDevice *node, const char *problem)
{
  node->refresh = NULL;
  node->files_torn = FALSE;
  g_clear_pointer (&node->made_of, vbet_guest_names_unref);
  g_clear_pointer (&node->files_digest, g_free);
  end_turns (node, problem);
}

void
vbet_lab_files_plan_begins (VbetLab *self)
{
  self->plans++;
}

void
vbet_lab_files_plan_ends (VbetLab *self, gboolean files_changed)
{
  GHashTableIter iter;
  gpointer value = NULL;
  self->plans--;
  self->files_due = self->files_due || files_changed;
  if (self->plans > 0 || !self->files_due)
    return;
  self->files_due = FALSE;
  g_hash_table_iter_init (&iter, self->nodes);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    refresh_device (value);
}
