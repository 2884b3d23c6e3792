/* lab-calls.c - executing the calls of a plan on the running lab.
 *
 * Each call is one small function that ends by its VbetDone, at once or when
 * a guest has answered. Calls that fail are logged and the plan goes on: a
 * lab in which one guest cannot start is still a lab.
 */
#include "config.h"

#include "engine/runtime/lab-private.h"

#include <sched.h>
#include <string.h>

#include "base/error.h"
#include "base/paths.h"
#include "engine/runtime/guest-config.h"
#include "engine/runtime/image.h"

#define STOP_GRACE_MS 3000

/* --- the log ------------------------------------------------------------------ */

void
vbet_call_record_free (VbetCallRecord *record)
{
  g_free (record->text);
  g_free (record->device);
  g_free (record->cable);
  g_free (record->error);
  g_free (record);
}

VbetCallRecord *
vbet_lab_record_begin (VbetLab *self, const char *text, const char *verb, const char *device, const char *cable)
{
  VbetCallRecord *record = g_new0 (VbetCallRecord, 1);
  record->number = self->calls->len + 1;
  record->text = g_strdup (text);
  record->verb = verb;
  record->device = g_strdup (device);
  record->cable = g_strdup (cable);
  record->state = "running";
  record->began = g_get_monotonic_time ();
  g_ptr_array_add (self->calls, record);
  vbet_lab_emit_call (self, record);
  return record;
}

void
vbet_lab_record_end (VbetLab *self, VbetCallRecord *record, const GError *error)
{
  record->ended = g_get_monotonic_time ();
  record->state = error != NULL ? "failed" : "done";
  record->error = error != NULL ? g_strdup (error->message) : NULL;
  vbet_lab_emit_call (self, record);
}

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

/* --- waiting for a guest ------------------------------------------------------------ */

typedef struct {
  VbetLab *lab;
  char *device;
  VbetDone done;
  gpointer data;
  VbetGuestNic *nic;  /* ATTACH */
  char *script;       /* ATTACH, SET */
  guint index;        /* DETACH */
  char *path;         /* FILE */
  GBytes *contents;   /* FILE; NULL: remove it */
  guint mode;         /* FILE */
  GCallback then;
} Pending;

static Pending *
pending_new (VbetLab *self, VbetLabDevice *node, VbetDone done, gpointer data)
{
  Pending *pending = g_new0 (Pending, 1);
  pending->lab = g_object_ref (self);
  pending->device = g_strdup (node->name);
  pending->done = done;
  pending->data = data;
  return pending;
}

static void
pending_end (Pending *pending, GError *error)
{
  pending->done (pending->data, error);
  g_object_unref (pending->lab);
  g_clear_pointer (&pending->nic, vbet_guest_nic_free);
  g_clear_pointer (&pending->contents, g_bytes_unref);
  g_free (pending->device);
  g_free (pending->script);
  g_free (pending->path);
  g_free (pending);
}

/* The guest of @pending if it still is there and ready; otherwise ends @pending with @error. */
static VbetGuest *
pending_guest (Pending *pending, GError *error)
{
  VbetGuest *guest = error == NULL ? vbet_lab_guest (pending->lab, pending->device, &error) : NULL;
  if (guest == NULL)
    pending_end (pending, error);
  return guest;
}

static gboolean
is_running (VbetLabDevice *node)
{
  VbetGuestState state = vbet_guest_get_state (node->guest);
  return state == VBET_GUEST_BOOTING || state == VBET_GUEST_READY || state == VBET_GUEST_PAUSED;
}

/* --- carrier --------------------------------------------------------------------------- */

static void
set_carrier (VbetLab *self, const char *device, guint nic, gboolean carrier)
{
  VbetLabDevice *node = device != NULL ? vbet_lab_device (self, device) : NULL;
  if (node == NULL || node->guest == NULL)
    return;
  gboolean was_cut = g_hash_table_contains (node->cut, GUINT_TO_POINTER (nic));
  if (carrier == !was_cut)
    return;
  if (carrier)
    g_hash_table_remove (node->cut, GUINT_TO_POINTER (nic));
  else
    g_hash_table_add (node->cut, GUINT_TO_POINTER (nic));
  vbet_guest_set_carrier (node->guest, nic, carrier);
}

static void
set_cable_carrier (VbetLab *self, VbetCableRun *cable, gboolean carrier)
{
  for (int end = 0; end < 2; end++)
    set_carrier (self, cable->device[end], cable->nic[end], carrier);
}

/* --- devices ----------------------------------------------------------------------------- */

static void
alloc_device (VbetLab *self, const VbetCall *call, GError **error)
{
  if (call->kind & (VBET_KIND_GATEWAY | VBET_KIND_TAP)) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_FAILED, "This version runs no %s yet; %s stays without function",
                 vbet_kind_name (call->kind), call->device);
    return;
  }
  if (vbet_lab_add_node (self, call->device, call->kind, error) == NULL || (call->kind & VBET_KIND_GUEST) != 0)
    return;
  const VbetDevice *device = vbet_topology_device (self->topology, call->device);
  g_autofree char *control = g_strdup_printf ("%s/%s.ctl", self->dir, call->device);
  gboolean is_switch = call->kind == VBET_KIND_SWITCH;
  guint ageing = VBET_SWITCH_AGEING_DEFAULT;
  if (is_switch && device != NULL)
    ageing = (guint) (vbet_attributes_integer (device->attributes, call->kind, "ageing") / 1000000000);
  /* A name too long for a socket only costs the way in for guests started by hand. */
  const char *listen = strlen (control) <= VBET_SOCKET_PATH_MAX ? control : NULL;
  vbet_switch_client_add_bridge (self->switch_client, call->device,
                                 is_switch ? VBET_SWITCH_BRIDGE_SWITCH : VBET_SWITCH_BRIDGE_HUB, ageing, listen, error);
}

static void
free_device (VbetLab *self, const VbetCall *call, GError **error)
{
  VbetLabDevice *node = vbet_lab_device (self, call->device);
  if (node == NULL)
    return; /* never came to be: its alloc failed */
  if (node->guest == NULL)
    vbet_switch_client_remove_bridge (self->switch_client, call->device, error);
  vbet_lab_remove_node (self, call->device);
}

/* Cables carry no impairments yet, switches neither VLAN nor STP: said once for each that is written, never silently. */
static const char *const later_keys[] = {
  "delay", "jitter", "loss", "duplicate", "reorder", "corrupt", "rate", "queue", "vlan", "trunk", "vlans", "stp", "mirror",
};

static gboolean
is_later (const char *key)
{
  for (gsize i = 0; i < G_N_ELEMENTS (later_keys); i++)
    if (strcmp (later_keys[i], key) == 0)
      return TRUE;
  return FALSE;
}

static void
note_later (VbetLab *self, const char *object, const VbetAttributes *attributes)
{
  for (guint i = 0; i < attributes->len; i++) {
    const VbetAttribute *attribute = g_ptr_array_index (attributes, i);
    if (!is_later (attribute->key))
      continue;
    g_autofree char *value = vbet_value_to_text (attribute->value);
    g_autofree char *text = g_strdup_printf ("set(%s, %s=%s)", object, attribute->key, value);
    VbetCallRecord *record = vbet_lab_record_begin (self, text, "set", NULL, NULL);
    g_autoptr (GError) error
        = g_error_new (VBET_ERROR, VBET_ERROR_FAILED, "This version does not carry out “%s” yet; the lab runs without it",
                       attribute->key);
    vbet_lab_record_end (self, record, error);
  }
}

/* --- NICs ------------------------------------------------------------------------------------ */

static guint
nic_mtu (const VbetNic *nic)
{
  return (guint) vbet_attributes_integer (nic->attributes, VBET_KIND_NIC, "mtu");
}

static char *
nic_path (const VbetLabDevice *node, guint nic)
{
  return g_strdup_printf ("%s/e%u", node->dir, nic);
}

static VbetGuestNic *
guest_nic (const VbetLabDevice *node, const VbetNic *nic)
{
  g_autofree char *path = nic_path (node, nic->index);
  return vbet_guest_nic_new (nic->index, nic->mac, nic_mtu (nic), path);
}

static void
on_nic_attached (GObject *source, GAsyncResult *result, gpointer data)
{
  GError *error = NULL;
  vbet_guest_attach_nic_finish (VBET_GUEST (source), result, &error);
  pending_end (data, error);
}

static void
attach_when_ready (gpointer data, GError *error)
{
  Pending *pending = data;
  VbetGuest *guest = pending_guest (pending, error);
  if (guest != NULL)
    vbet_guest_attach_nic_async (guest, g_steal_pointer (&pending->nic), pending->script, on_nic_attached, pending);
}

static void
attach (VbetLab *self, const VbetCall *call, VbetDone done, gpointer data)
{
  GError *error = NULL;
  VbetLabDevice *node = vbet_lab_device (self, call->device);
  const VbetDevice *device = vbet_topology_device (self->topology, call->device);
  const VbetNic *nic = device != NULL ? vbet_device_nic (device, call->nic) : NULL;
  if (node == NULL || nic == NULL) {
    done (data, g_error_new (VBET_ERROR, VBET_ERROR_NOT_FOUND, "%s is not there, so it takes no NIC", call->device));
    return;
  }
  if (node->guest == NULL) {
    vbet_switch_client_add_bridge_port (self->switch_client, call->device, call->nic, call->device, &error);
    done (data, error);
    return;
  }
  g_autofree char *path = nic_path (node, call->nic);
  if (!vbet_switch_client_add_guest_port (self->switch_client, call->device, call->nic, nic_mtu (nic), path, &error)
      || !is_running (node)) {
    done (data, error);
    return;
  }
  Pending *pending = pending_new (self, node, done, data);
  pending->nic = guest_nic (node, nic);
  pending->script = vbet_guest_config_nic_setup (self->topology, device, nic);
  vbet_lab_device_when_settled (node, attach_when_ready, pending);
}

static void
on_nic_detached (GObject *source, GAsyncResult *result, gpointer data)
{
  Pending *pending = data;
  GError *error = NULL;
  if (vbet_guest_detach_nic_finish (VBET_GUEST (source), result, &error))
    vbet_switch_client_remove_port (pending->lab->switch_client, pending->device, pending->index, &error);
  pending_end (pending, error);
}

static void
detach_when_ready (gpointer data, GError *error)
{
  Pending *pending = data;
  VbetGuest *guest = pending_guest (pending, error);
  if (guest != NULL)
    vbet_guest_detach_nic_async (guest, pending->index, on_nic_detached, pending);
}

static void
detach (VbetLab *self, const VbetCall *call, VbetDone done, gpointer data)
{
  GError *error = NULL;
  VbetLabDevice *node = vbet_lab_device (self, call->device);
  if (node == NULL) {
    done (data, NULL);
    return;
  }
  g_hash_table_remove (node->cut, GUINT_TO_POINTER (call->nic));
  if (node->guest == NULL || !is_running (node)) {
    vbet_switch_client_remove_port (self->switch_client, call->device, call->nic, &error);
    done (data, error);
    return;
  }
  Pending *pending = pending_new (self, node, done, data);
  pending->index = call->nic;
  vbet_lab_device_when_settled (node, detach_when_ready, pending);
}

/* --- cables ------------------------------------------------------------------------------------ */

static gboolean
cable_is_up (VbetLab *self, const char *name)
{
  const VbetCable *cable = vbet_topology_cable (self->topology, name);
  return cable == NULL || vbet_attributes_boolean (cable->attributes, VBET_KIND_CABLE, "up");
}

static void
plug (VbetLab *self, const VbetCall *call, GError **error)
{
  VbetCableRun *cable = g_hash_table_lookup (self->cables, call->cable);
  if (cable == NULL) {
    cable = g_new0 (VbetCableRun, 1);
    g_hash_table_insert (self->cables, g_strdup (call->cable), cable);
  }
  g_free (cable->device[call->end]);
  cable->device[call->end] = g_strdup (call->device);
  cable->nic[call->end] = call->nic;
  if (cable->device[0] == NULL || cable->device[1] == NULL)
    return;
  gboolean up = cable_is_up (self, call->cable);
  cable->joined = vbet_switch_client_add_cable (self->switch_client, call->cable, cable->device[0], cable->nic[0],
                                                cable->device[1], cable->nic[1], up, error);
  set_cable_carrier (self, cable, cable->joined && up);
}

static void
unplug (VbetLab *self, const VbetCall *call, GError **error)
{
  VbetCableRun *cable = g_hash_table_lookup (self->cables, call->cable);
  if (cable == NULL)
    return;
  if (cable->joined)
    vbet_switch_client_remove_cable (self->switch_client, call->cable, error);
  cable->joined = FALSE;
  set_cable_carrier (self, cable, FALSE);
  g_clear_pointer (&cable->device[call->end], g_free);
}

/* --- attributes and files --------------------------------------------------------------------------- */

static void
on_script_done (GObject *source, GAsyncResult *result, gpointer data)
{
  Pending *pending = data;
  GError *error = NULL;
  g_autoptr (VbetExecResult) outcome = vbet_guest_exec_finish (VBET_GUEST (source), result, &error);
  if (outcome != NULL && outcome->status != 0) {
    gsize size = 0;
    const char *text = g_bytes_get_data (outcome->err, &size);
    g_autofree char *said = size > 0 ? g_utf8_make_valid (text, (gssize) MIN (size, 400)) : g_strdup ("no reason given");
    error = g_error_new (VBET_ERROR, VBET_ERROR_FAILED, "%s refused it: %s", pending->device, g_strstrip (said));
  }
  pending_end (pending, error);
}

static void
script_when_ready (gpointer data, GError *error)
{
  Pending *pending = data;
  const char *argv[] = { "/bin/sh", NULL };
  VbetGuest *guest = pending_guest (pending, error);
  if (guest == NULL)
    return;
  /* By standard input: a routing configuration may be longer than a command line. */
  g_autoptr (GBytes) input = g_bytes_new (pending->script, strlen (pending->script));
  vbet_guest_exec_async (guest, argv, input, NULL, NULL, NULL, on_script_done, pending);
}

static void
set_on_cable (VbetLab *self, const VbetCall *call, GError **error)
{
  if (strcmp (call->key, "up") != 0)
    return;
  VbetCableRun *cable = g_hash_table_lookup (self->cables, call->cable);
  gboolean up = cable_is_up (self, call->cable);
  if (cable == NULL || !cable->joined)
    return;
  vbet_switch_client_set_cable_up (self->switch_client, call->cable, up, error);
  set_cable_carrier (self, cable, up);
}

static void
set_on_bridge (VbetLab *self, const VbetCall *call, GError **error)
{
  const VbetDevice *device = vbet_topology_device (self->topology, call->device);
  if (device == NULL || call->kind != VBET_KIND_SWITCH || strcmp (call->key, "ageing") != 0)
    return;
  gint64 ageing = vbet_attributes_integer (device->attributes, call->kind, "ageing");
  vbet_switch_client_set_ageing (self->switch_client, call->device, (guint) (ageing / 1000000000), error);
}

static void
set_attribute (VbetLab *self, const VbetCall *call, VbetDone done, gpointer data)
{
  GError *error = NULL;
  VbetLabDevice *node = call->device != NULL ? vbet_lab_device (self, call->device) : NULL;
  const VbetDevice *device = call->device != NULL ? vbet_topology_device (self->topology, call->device) : NULL;
  if (call->live == VBET_LIVE_VISUAL) {
    done (data, NULL);
    return;
  }
  if (is_later (call->key)) {
    error = g_error_new (VBET_ERROR, VBET_ERROR_FAILED, "This version does not carry out “%s” yet; nothing changed", call->key);
  } else if (call->kind == VBET_KIND_CABLE) {
    set_on_cable (self, call, &error);
  } else if (node != NULL && node->guest == NULL) {
    set_on_bridge (self, call, &error);
  } else if (node != NULL && device != NULL && is_running (node)) {
    const VbetNic *nic = call->nic > 0 ? vbet_device_nic (device, call->nic) : NULL;
    g_autofree char *script
        = call->live == VBET_LIVE_AT_ONCE ? vbet_guest_config_change (self->topology, device, nic, call->key) : NULL;
    if (script != NULL) {
      Pending *pending = pending_new (self, node, done, data);
      pending->script = g_steal_pointer (&script);
      vbet_lab_device_when_settled (node, script_when_ready, pending);
      return;
    }
    node->needs_restart = TRUE;
  }
  done (data, error);
}

static void
on_file_put (GObject *source, GAsyncResult *result, gpointer data)
{
  GError *error = NULL;
  vbet_guest_put_finish (VBET_GUEST (source), result, &error);
  pending_end (data, error);
}

static void
file_when_ready (gpointer data, GError *error)
{
  Pending *pending = data;
  const char *argv[] = { "/bin/rm", "-f", "--", pending->path, NULL };
  VbetGuest *guest = pending_guest (pending, error);
  if (guest == NULL)
    return;
  if (pending->contents != NULL)
    vbet_guest_put_async (guest, pending->path, pending->mode, pending->contents, on_file_put, pending);
  else
    vbet_guest_exec_async (guest, argv, NULL, NULL, NULL, NULL, on_script_done, pending);
}

static void
put_file (VbetLab *self, const VbetCall *call, VbetDone done, gpointer data)
{
  VbetLabDevice *node = vbet_lab_device (self, call->device);
  const VbetDevice *device = vbet_topology_device (self->topology, call->device);
  if (node == NULL || node->guest == NULL || !is_running (node)) {
    done (data, NULL); /* it is part of the configuration the guest gets at its start */
    return;
  }
  Pending *pending = pending_new (self, node, done, data);
  pending->path = g_strdup (call->key);
  for (guint i = 0; device != NULL && call->value != NULL && i < device->files->len; i++) {
    const VbetFile *file = g_ptr_array_index (device->files, i);
    if (strcmp (file->path, call->key) == 0) {
      pending->contents = g_bytes_ref (file->contents);
      pending->mode = file->mode;
    }
  }
  vbet_lab_device_when_settled (node, file_when_ready, pending);
}

/* --- power --------------------------------------------------------------------------------------------- */

/* The allowed processor with the fewest running guests; -1 when the host does not tell. */
static gint
choose_cpu (VbetLab *self)
{
  cpu_set_t allowed;
  guint load[CPU_SETSIZE] = { 0 };
  GHashTableIter iter;
  gpointer value = NULL;
  gint best = -1;
  if (sched_getaffinity (0, sizeof allowed, &allowed) != 0)
    return -1;
  g_hash_table_iter_init (&iter, self->nodes);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const VbetLabDevice *node = value;
    if (node->cpu >= 0)
      load[node->cpu]++;
  }
  for (gint cpu = 0; cpu < CPU_SETSIZE; cpu++)
    if (CPU_ISSET ((size_t) cpu, &allowed) && (best < 0 || load[cpu] < load[best]))
      best = cpu;
  return best;
}

static char *
disk_path (VbetLab *self, const VbetDevice *device, gboolean persist, GError **error)
{
  if (!persist)
    return g_strdup_printf ("%s/%s.cow", self->scratch, device->name);
  g_autofree char *state = vbet_paths_state_dir ();
  g_autofree char *folder = g_build_filename (state, "disks", self->id, NULL);
  if (!vbet_paths_make_private (folder, error))
    return NULL;
  return g_strdup_printf ("%s/%s.cow", folder, device->name);
}

static VbetGuestConfig *
make_config (VbetLab *self, VbetLabDevice *node, GError **error)
{
  const VbetDevice *device = vbet_topology_device (self->topology, node->name);
  if (device == NULL) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_NOT_FOUND, "%s is no longer part of the lab", node->name);
    return NULL;
  }
  g_autoptr (VbetGuestConfig) config = vbet_guest_config_new ();
  config->name = g_strdup (device->name);
  config->node_dir = g_strdup (node->dir);
  config->persist = vbet_attributes_boolean (device->attributes, device->kind, "persist");
  config->memory = (guint64) vbet_attributes_integer (device->attributes, device->kind, "mem");
  config->kernel = vbet_kernel_find (vbet_attributes_text (device->attributes, device->kind, "kernel"), error);
  if (config->kernel == NULL)
    return NULL;
  config->image = vbet_image_find (vbet_attributes_text (device->attributes, device->kind, "image"), error);
  if (config->image == NULL)
    return NULL;
  config->disk_path = disk_path (self, device, config->persist, error);
  if (config->disk_path == NULL)
    return NULL;
  config->config = vbet_guest_config_tar (self->topology, device);
  for (guint i = 0; i < device->nics->len; i++)
    g_ptr_array_add (config->nics, guest_nic (node, g_ptr_array_index (device->nics, i)));
  node->cpu = choose_cpu (self);
  config->cpu = node->cpu;
  return g_steal_pointer (&config);
}

static void
power_on (VbetLab *self, VbetLabDevice *node, VbetDone done, gpointer data)
{
  GError *error = NULL;
  if (self->stopping) {
    done (data, g_error_new_literal (VBET_ERROR, VBET_ERROR_STATE, "The lab is stopping"));
    return;
  }
  if (!is_running (node)) {
    VbetGuestConfig *config = make_config (self, node, &error);
    if (config == NULL || !vbet_guest_start (node->guest, config, &error)) {
      node->cpu = -1;
      done (data, error);
      return;
    }
    node->needs_restart = FALSE;
  }
  vbet_lab_device_when_settled (node, done, data);
}

typedef struct {
  VbetLab *lab;
  char *device;
  gboolean again; /* restart */
  VbetDone done;
  gpointer data;
} PowerOff;

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree PowerOff *off = user_data;
  g_autoptr (VbetLab) lab = off->lab;
  g_autofree char *device = off->device;
  GError *error = NULL;
  VbetLabDevice *node = vbet_lab_device (lab, device);
  if (vbet_guest_stop_finish (VBET_GUEST (source), result, &error) && off->again && node != NULL)
    power_on (lab, node, off->done, off->data);
  else
    off->done (off->data, error);
}

static void
power_off (VbetLab *self, VbetLabDevice *node, gboolean again, VbetDone done, gpointer data)
{
  PowerOff *off = g_new0 (PowerOff, 1);
  off->lab = g_object_ref (self);
  off->device = g_strdup (node->name);
  off->again = again;
  off->done = done;
  off->data = data;
  vbet_guest_stop_async (node->guest, STOP_GRACE_MS, on_stopped, off);
}

static void
on_paused (GObject *source, GAsyncResult *result, gpointer data)
{
  GError *error = NULL;
  vbet_guest_pause_finish (VBET_GUEST (source), result, &error);
  pending_end (data, error);
}

const char *
vbet_lab_power_text (VbetPower power)
{
  static const char *const names[] = { "start", "stop", "restart", "pause", "resume" };
  return names[power];
}

void
vbet_lab_power (VbetLab *self, VbetLabDevice *node, VbetPower power, VbetDone done, gpointer data)
{
  switch (power) {
  case VBET_POWER_START:
    power_on (self, node, done, data);
    break;
  case VBET_POWER_STOP:
  case VBET_POWER_RESTART:
    power_off (self, node, power == VBET_POWER_RESTART, done, data);
    break;
  case VBET_POWER_PAUSE:
  case VBET_POWER_RESUME:
    vbet_guest_pause_async (node->guest, power == VBET_POWER_PAUSE, on_paused, pending_new (self, node, done, data));
    break;
  }
}

/* --- names of the lab's devices ------------------------------------------------------------------------------ */

static void
on_hosts_written (GObject *source, GAsyncResult *result, gpointer data)
{
  /* A guest that just goes away needs no names; there is nobody to tell. */
  g_autoptr (VbetExecResult) outcome = vbet_guest_exec_finish (VBET_GUEST (source), result, NULL);
}

/* Guests that run know the new devices by name, too. One that boots has them from its configuration. */
static void
refresh_hosts (VbetLab *self)
{
  GHashTableIter iter;
  gpointer value = NULL;
  g_hash_table_iter_init (&iter, self->nodes);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    VbetLabDevice *node = value;
    const VbetDevice *device = vbet_topology_device (self->topology, node->name);
    if (node->guest == NULL || device == NULL || vbet_guest_get_state (node->guest) != VBET_GUEST_READY)
      continue;
    g_autofree char *script = vbet_guest_config_hosts_change (self->topology, device);
    const char *argv[] = { "/bin/sh", NULL };
    g_autoptr (GBytes) input = g_bytes_new (script, strlen (script));
    vbet_guest_exec_async (node->guest, argv, input, NULL, NULL, NULL, on_hosts_written, NULL);
  }
}

static gboolean
changes_names (const VbetCall *call)
{
  switch (call->verb) {
  case VBET_CALL_ATTACH:
  case VBET_CALL_DETACH:
    return (call->kind & (VBET_KIND_SWITCH | VBET_KIND_HUB)) == 0;
  case VBET_CALL_SET:
    return call->nic > 0 && strcmp (call->key, "ip") == 0;
  default:
    return FALSE;
  }
}

/* --- one call ---------------------------------------------------------------------------------------------- */

static void
alloc (VbetLab *self, const VbetCall *call, GError **error)
{
  if (call->kind != VBET_KIND_CABLE) {
    const VbetDevice *device = vbet_topology_device (self->topology, call->device);
    alloc_device (self, call, error);
    if (device != NULL)
      note_later (self, call->device, device->attributes);
    return;
  }
  const VbetCable *cable = vbet_topology_cable (self->topology, call->cable);
  if (cable != NULL)
    note_later (self, call->cable, cable->attributes);
}

static void
change_power (VbetLab *self, const VbetCall *call, VbetPower power, VbetDone done, gpointer data)
{
  VbetLabDevice *node = vbet_lab_device (self, call->device);
  if (node == NULL || node->guest == NULL)
    done (data, power == VBET_POWER_STOP ? NULL
                                         : g_error_new (VBET_ERROR, VBET_ERROR_NOT_FOUND, "%s cannot start: it is not there",
                                                        call->device));
  else
    vbet_lab_power (self, node, power, done, data);
}

void
vbet_lab_execute (VbetLab *self, const VbetCall *call, VbetCallRecord *record, VbetDone done, gpointer data)
{
  GError *error = NULL;
  switch (call->verb) {
  case VBET_CALL_ALLOC:
    alloc (self, call, &error);
    break;
  case VBET_CALL_FREE:
    if (call->kind == VBET_KIND_CABLE)
      g_hash_table_remove (self->cables, call->cable);
    else
      free_device (self, call, &error);
    break;
  case VBET_CALL_ATTACH:
    attach (self, call, done, data);
    return;
  case VBET_CALL_DETACH:
    detach (self, call, done, data);
    return;
  case VBET_CALL_PLUG:
    plug (self, call, &error);
    break;
  case VBET_CALL_UNPLUG:
    unplug (self, call, &error);
    break;
  case VBET_CALL_SET:
    set_attribute (self, call, done, data);
    return;
  case VBET_CALL_FILE:
    put_file (self, call, done, data);
    return;
  case VBET_CALL_START:
    change_power (self, call, VBET_POWER_START, done, data);
    return;
  case VBET_CALL_STOP:
    change_power (self, call, VBET_POWER_STOP, done, data);
    return;
  }
  done (data, error);
}

/* --- a plan ---------------------------------------------------------------------------------------------------
 *
 * Calls run in order, each when the one before has ended; START and STOP only
 * begin in order and run side by side. Any other call waits for pending STOPs
 * (what they hold may be taken away next), not for pending STARTs.
 */

typedef struct {
  VbetLab *lab;
  GPtrArray *calls;
  GPtrArray *records;
  guint index;
  guint starts;        /* that have not ended */
  guint stops;
  gboolean looping;    /* advance() is on the stack */
  gboolean waiting;    /* a serial call has not ended */
  gboolean serial_told;
  gboolean names_changed; /* running guests need a new /etc/hosts */
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
  vbet_lab_record_end (run->lab, one->record, owned);
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
  one->record = vbet_lab_record_begin (run->lab, call->text, verb_name (call->verb), call->device, call->cable);
  g_ptr_array_add (run->records, one->record);
  run->names_changed = run->names_changed || changes_names (call);
  if (call->verb == VBET_CALL_START)
    run->starts++;
  else if (call->verb == VBET_CALL_STOP)
    run->stops++;
  else
    run->waiting = TRUE;
  vbet_lab_execute (run->lab, call, one->record, on_call_done, one);
}

static void
advance (PlanRun *run)
{
  run->looping = TRUE;
  while (run->index < run->calls->len && !run->waiting) {
    const VbetCall *call = g_ptr_array_index (run->calls, run->index);
    if (call->verb != VBET_CALL_STOP && run->stops > 0)
      break;
    run->index++;
    run_call (run, call);
  }
  run->looping = FALSE;
  if (run->index < run->calls->len || run->waiting || run->stops > 0)
    return;
  if (!run->serial_told) {
    run->serial_told = TRUE;
    if (run->names_changed)
      refresh_hosts (run->lab);
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
vbet_lab_run_plan (VbetLab *self, GPtrArray *calls, VbetPlanDone serial_done, VbetPlanDone done, gpointer data)
{
  PlanRun *run = g_new0 (PlanRun, 1);
  run->lab = g_object_ref (self);
  run->calls = calls;
  run->records = g_ptr_array_new ();
  run->serial_done = serial_done;
  run->done = done;
  run->data = data;
  advance (run);
}
