/* calls.c - executing the calls of a plan on the running lab.
 *
 * Each call is one small function that ends by its VbetDone, at once or when
 * a guest has answered. Calls that fail are logged and the plan goes on: a
 * lab in which one guest cannot start is still a lab.
 */
#include "config.h"

#include "engine/lab/private.h"

#include <string.h>

#include "base/error.h"
#include "base/paths.h"
#include "engine/guest/configuration.h"

/* --- waiting for a guest ------------------------------------------------------------ */

typedef struct {
  VbetLab *lab;
  char *device;
  guint boot; /* of the device, in which this began */
  VbetDone done;
  gpointer data;
  VbetGuestNic *nic; /* ATTACH */
  char *script;      /* ATTACH, SET */
  guint index;       /* ATTACH, DETACH */
  char *path;        /* FILE */
  GBytes *contents;  /* FILE; NULL: remove it */
  guint mode;        /* FILE */
} Pending;

static Pending *
pending_new (VbetLab *self, VbetLabDevice *node, VbetDone done, gpointer data)
{
  Pending *pending = g_new0 (Pending, 1);
  pending->lab = g_object_ref (self);
  pending->device = g_strdup (node->name);
  pending->boot = node->boot;
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

/* Whether the guest that @pending is about has ended, or is about to; its next boot takes everything from the topology. */
static gboolean
boot_is_over (const Pending *pending, const VbetLabDevice *node)
{
  return node->boot != pending->boot || vbet_guest_is_ending (node->guest);
}

gboolean
vbet_lab_device_is_running (const VbetLabDevice *node)
{
  VbetGuestState state = vbet_guest_get_state (node->guest);
  return state == VBET_GUEST_BOOTING || state == VBET_GUEST_READY || state == VBET_GUEST_PAUSED;
}

/* --- devices ----------------------------------------------------------------------------- */

static void
alloc_device (VbetLab *self, const VbetCall *call, GError **error)
{
  if (vbet_lab_add_node (self, call->device, call->kind, error) == NULL
      || (call->kind & VBET_KIND_GUEST) != 0)
    return;
  g_autofree char *control = g_strdup_printf ("%s/%s.ctl", self->dir, call->device);
  /* A name too long for a socket only costs the way in for guests started by hand. */
  gboolean short_enough = strlen (control) <= VBET_SOCKET_PATH_MAX;
  /* Whoever came in that way would be one of an access point's clients, and not be kept from them. */
  const char *listen = short_enough && call->kind != VBET_KIND_AP ? control : NULL;
  const char *relay = vbet_kind_spec (call->kind)->relay;
  if (vbet_switch_client_add_bridge (self->switch_client, call->device, relay, VBET_SWITCH_AGEING_DEFAULT,
                                     listen, error))
    vbet_lab_set_bridge (self, call->device, error);
}

static void
free_device (VbetLab *self, const VbetCall *call, GError **error)
{
  VbetLabDevice *node = vbet_lab_device (self, call->device);
  if (node == NULL)
    return; /* never came to be: its alloc failed */
  if (node->guest == NULL && (node->kind & VBET_KIND_OUTSIDE) == 0)
    vbet_switch_client_remove_bridge (self->switch_client, call->device, error);
  vbet_lab_remove_node (self, call->device);
}

/* --- NICs ------------------------------------------------------------------------------------ */

static guint
nic_mtu (const VbetNic *nic)
{
  return (guint)vbet_attributes_integer (nic->attributes, VBET_KIND_NIC, "mtu");
}

static char *
nic_path (const VbetLabDevice *node, guint nic)
{
  return g_strdup_printf ("%s/" VBET_GUEST_PORTS "/e%u", node->dir, nic);
}

/* Where the same port listens for a guest's kernel with virtio-net. */
static char *
vhost_path_of (const char *path)
{
  return g_strconcat (path, "v", NULL);
}

VbetGuestNic *
vbet_lab_device_boot_nic (const VbetLabDevice *node, const VbetNic *nic)
{
  VbetGuestNic *self = vbet_lab_device_nic (node, nic);
  g_autofree char *path = g_steal_pointer (&self->socket_path);
  self->socket_path = vhost_path_of (path);
  self->vhost = TRUE;
  return self;
}

VbetGuestNic *
vbet_lab_device_nic (const VbetLabDevice *node, const VbetNic *nic)
{
  g_autofree char *path = nic_path (node, nic->index);
  return vbet_guest_nic_new (nic->index, nic->mac, nic_mtu (nic), path);
}

/* @set: @lacking or @stuck of @pending's device. */
static void
note_nic (const Pending *pending, GHashTable *set, gboolean in)
{
  if (in)
    g_hash_table_add (set, GUINT_TO_POINTER (pending->index));
  else
    g_hash_table_remove (set, GUINT_TO_POINTER (pending->index));
}

static void
on_nic_attached (GObject *source, GAsyncResult *result, gpointer data)
{
  Pending *pending = data;
  GError *error = NULL;
  gboolean attached = vbet_guest_attach_nic_finish (VBET_GUEST (source), result, &error);
  VbetLabDevice *node = vbet_lab_device (pending->lab, pending->device);
  if (node != NULL && boot_is_over (pending, node))
    g_clear_error (&error);
  else if (node != NULL)
    note_nic (pending, node->lacking, !attached);
  pending_end (pending, error);
}

static void
attach_when_ready (gpointer data, GError *error)
{
  Pending *pending = data;
  VbetLabDevice *node = vbet_lab_device (pending->lab, pending->device);
  if (error != NULL && node != NULL && boot_is_over (pending, node)) {
    g_error_free (error);
    pending_end (pending, NULL);
    return;
  }
  VbetGuest *guest = pending_guest (pending, error);
  if (guest != NULL)
    vbet_guest_attach_nic_async (guest, g_steal_pointer (&pending->nic), pending->script, on_nic_attached,
                                 pending);
}

/* The switch's port of @nic; what is there of it since the call failed half-way stays. */
static gboolean
make_port (VbetLab *self, VbetLabDevice *node, const VbetNic *nic, GError **error)
{
  gboolean there = vbet_switch_client_has_port (self->switch_client, node->name, nic->index);
  if (node->kind & VBET_KIND_OUTSIDE)
    return there || vbet_lab_attach_outside (self, node, nic, error);
  if (node->guest == NULL) {
    if (!there
        && !vbet_switch_client_add_bridge_port (self->switch_client, node->name, nic->index, node->name,
                                                error))
      return FALSE;
    vbet_lab_set_bridge_port (self, node->name, nic->index, error);
    return TRUE;
  }
  g_autofree char *path = nic_path (node, nic->index);
  g_autofree char *vhost_path = vhost_path_of (path);
  return (there
          || vbet_switch_client_add_guest_port (self->switch_client, node->name, nic->index, nic_mtu (nic),
                                                path, error))
         && vbet_switch_client_offer_vhost (self->switch_client, node->name, nic->index, nic->mac, vhost_path,
                                            error);
}

static void
attach (VbetLab *self, const VbetCall *call, VbetDone done, gpointer data)
{
  GError *error = NULL;
  VbetLabDevice *node = vbet_lab_device (self, call->device);
  const VbetDevice *device = vbet_topology_device (self->topology, call->device);
  const VbetNic *nic = device != NULL ? vbet_device_nic (device, call->nic) : NULL;
  if (node == NULL || nic == NULL) {
    done (data, g_error_new (VBET_ERROR, VBET_ERROR_NOT_FOUND, "%s is not there, so it takes no NIC",
                             call->device));
    return;
  }
  if (g_hash_table_contains (node->stuck, GUINT_TO_POINTER (call->nic))) {
    done (data, g_error_new (VBET_ERROR, VBET_ERROR_STATE,
                             "%s still has the NIC that was %u before: try to detach that again first",
                             call->device, call->nic));
    return;
  }
  if (!make_port (self, node, nic, &error) || !vbet_lab_join_port (self, call->device, call->nic, &error)) {
    if (node->guest != NULL && vbet_lab_device_is_running (node))
      g_hash_table_add (node->lacking, GUINT_TO_POINTER (call->nic));
    done (data, error);
    return;
  }
  if (node->guest == NULL || !vbet_lab_device_is_running (node)) {
    done (data, error);
    return;
  }
  Pending *pending = pending_new (self, node, done, data);
  pending->index = call->nic;
  pending->nic = vbet_lab_device_nic (node, nic);
  pending->script = vbet_guest_config_nic_setup (self->topology, device, nic);
  vbet_lab_device_when_settled (node, attach_when_ready, pending);
}

/* NIC @index is out of the guest, if there is one. Nothing of it is left for another one in its place: neither the
 * port, nor that it was set down to be taken out, nor that it had no carrier. */
static void
forget_nic (VbetLab *self, VbetLabDevice *node, guint index, GError **error)
{
  /* Whose port could not be made either has none. */
  if (vbet_switch_client_has_port (self->switch_client, node->name, index)
      || !g_hash_table_contains (node->lacking, GUINT_TO_POINTER (index)))
    vbet_lab_drop_port (self, node->name, index, error);
  g_hash_table_remove (node->down, GUINT_TO_POINTER (index));
  g_hash_table_remove (node->cut, GUINT_TO_POINTER (index));
  g_hash_table_remove (node->lacking, GUINT_TO_POINTER (index));
  g_hash_table_remove (node->stuck, GUINT_TO_POINTER (index));
  if (node->guest != NULL)
    vbet_guest_forget_nic (node->guest, index);
  if (node->remote != NULL)
    vbet_lab_remote_clash (node, FALSE, NULL); /* nobody is heard any more */
}

static void
on_nic_detached (GObject *source, GAsyncResult *result, gpointer data)
{
  Pending *pending = data;
  GError *error = NULL;
  gboolean detached = vbet_guest_detach_nic_finish (VBET_GUEST (source), result, &error);
  VbetLabDevice *node = vbet_lab_device (pending->lab, pending->device);
  if (node != NULL && (detached || boot_is_over (pending, node))) {
    g_clear_error (&error); /* it is out, or ended meanwhile, its NICs with it */
    forget_nic (pending->lab, node, pending->index, &error);
  } else if (node != NULL) {
    note_nic (pending, node->stuck, TRUE);
  }
  pending_end (pending, error);
}

static void
detach_when_ready (gpointer data, GError *error)
{
  Pending *pending = data;
  VbetLabDevice *node = vbet_lab_device (pending->lab, pending->device);
  if (error != NULL && node != NULL && boot_is_over (pending, node)) {
    g_clear_error (&error); /* it ended meanwhile, its NICs with it */
    forget_nic (pending->lab, node, pending->index, &error);
    pending_end (pending, error);
    return;
  }
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
  if (node->guest == NULL || !vbet_lab_device_is_running (node)
      || g_hash_table_contains (node->lacking, GUINT_TO_POINTER (call->nic))) {
    forget_nic (self, node, call->nic, &error);
    done (data, error);
    return;
  }
  Pending *pending = pending_new (self, node, done, data);
  pending->index = call->nic;
  vbet_lab_device_when_settled (node, detach_when_ready, pending);
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
    g_autofree char *said
        = size > 0 ? g_utf8_make_valid (text, (gssize)MIN (size, 400)) : g_strdup ("no reason given");
    error = g_error_new (VBET_ERROR, VBET_ERROR_FAILED, "%s refused it: %s", pending->device,
                         g_strstrip (said));
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
set_attribute (VbetLab *self, const VbetCall *call, VbetDone done, gpointer data)
{
  GError *error = NULL;
  VbetLabDevice *node = call->device != NULL ? vbet_lab_device (self, call->device) : NULL;
  const VbetDevice *device
      = call->device != NULL ? vbet_topology_device (self->topology, call->device) : NULL;
  if (call->live == VBET_LIVE_VISUAL || strcmp (call->key, "autostart") == 0) {
    done (data, NULL); /* autostart is about the lab's next start, which reads the text */
    return;
  }
  if (call->kind == VBET_KIND_CABLE) {
    vbet_lab_set_cable (self, call->cable, &error);
  } else if (node != NULL && (node->kind & VBET_KIND_OUTSIDE) != 0) {
    vbet_lab_update_outside (self, node, done, data);
    return;
  } else if (node != NULL && node->guest == NULL) {
    if (call->nic > 0)
      vbet_lab_set_bridge_port (self, call->device, call->nic, &error);
    else
      vbet_lab_set_bridge (self, call->device, &error);
    if (call->kind == VBET_KIND_AP && error == NULL)
      vbet_lab_set_bridge_ports (self, call->device, &error);
  } else if (node != NULL && device != NULL && vbet_lab_device_is_running (node)) {
    const VbetNic *nic = call->nic > 0 ? vbet_device_nic (device, call->nic) : NULL;
    g_autofree char *script = call->live == VBET_LIVE_AT_ONCE
                                  ? vbet_guest_config_change (self->topology, device, nic, call->key)
                                  : NULL;
    if (script != NULL) {
      Pending *pending = pending_new (self, node, done, data);
      pending->script = g_steal_pointer (&script);
      vbet_lab_when_files_settled (node, script_when_ready, pending);
      return;
    }
    /* What a NIC is, it is from its ATTACH. */
    node->needs_restart = node->needs_restart || nic == NULL;
  } else if (node != NULL && device != NULL && strcmp (call->key, "rules") == 0) {
    vbet_lab_find_parts (self, device, TRUE, NULL, NULL,
                         &error); /* else it is found when the firewall is started */
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
on_folder_made (GObject *source, GAsyncResult *result, gpointer data)
{
  Pending *pending = data;
  GError *error = NULL;
  g_autoptr (VbetExecResult) outcome = vbet_guest_exec_finish (VBET_GUEST (source), result, &error);
  VbetGuest *guest = pending_guest (pending, error);
  if (guest != NULL) /* where no folder could be made, this says why */
    vbet_guest_put_async (guest, pending->path, pending->mode, pending->contents, NULL, on_file_put, pending);
}

/* As at the guest's start, the folders that lead to a file come with it. */
static void
file_when_ready (gpointer data, GError *error)
{
  Pending *pending = data;
  g_autofree char *folder = g_path_get_dirname (pending->path);
  const char *make[] = { "/bin/mkdir", "-p", "--", folder, NULL };
  const char *remove[] = { "/bin/rm", "-f", "--", pending->path, NULL };
  VbetGuest *guest = pending_guest (pending, error);
  if (guest != NULL && pending->contents != NULL)
    vbet_guest_exec_async (guest, make, NULL, NULL, NULL, NULL, on_folder_made, pending);
  else if (guest != NULL)
    vbet_guest_exec_async (guest, remove, NULL, NULL, NULL, NULL, on_script_done, pending);
}

static void
put_file (VbetLab *self, const VbetCall *call, VbetDone done, gpointer data)
{
  VbetLabDevice *node = vbet_lab_device (self, call->device);
  const VbetDevice *device = vbet_topology_device (self->topology, call->device);
  if (node == NULL || node->guest == NULL || !vbet_lab_device_is_running (node)) {
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
  vbet_lab_when_files_settled (node, file_when_ready, pending);
}

/* --- one call ---------------------------------------------------------------------------------------------- */

static void
alloc (VbetLab *self, const VbetCall *call, VbetDone done, gpointer data)
{
  GError *error = NULL;
  if (call->kind & VBET_KIND_OUTSIDE) {
    vbet_lab_alloc_outside (self, call, done, data);
    return;
  }
  if (call->kind != VBET_KIND_CABLE) /* which comes to be when both ends are plugged */
    alloc_device (self, call, &error);
  done (data, error);
}

static void
change_power (VbetLab *self, const VbetCall *call, VbetPower power, VbetDone done, gpointer data)
{
  VbetLabDevice *node = vbet_lab_device (self, call->device);
  if (node == NULL || node->guest == NULL)
    done (data, power == VBET_POWER_STOP ? NULL
                                         : g_error_new (VBET_ERROR, VBET_ERROR_NOT_FOUND,
                                                        "%s cannot start: it is not there", call->device));
  else
    vbet_lab_power (self, node, power, done, data);
}

void
vbet_lab_execute (VbetLab *self, const VbetCall *call, VbetCallRecord *record, VbetDone done, gpointer data)
{
  GError *error = NULL;
  switch (call->verb) {
  case VBET_CALL_ALLOC:
    alloc (self, call, done, data);
    return;
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
    vbet_lab_plug (self, call, &error);
    break;
  case VBET_CALL_UNPLUG:
    vbet_lab_unplug (self, call, &error);
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
