/* outside.c - gateways, TAP devices and remotes: where a running lab meets the real host.
 *
 * All are a port of the switch whose other end the engine provides: that of a
 * gateway leads to a process of its own, that of a TAP device is the device, that
 * of a remote is a UDP socket (lab/remotes.c).
 * One that does not work is part of the lab all the same, without carrier; it
 * works once its attributes are changed or its call is retried.
 */
#include "config.h"

#include "engine/lab/private.h"

#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mac.h"
#include "engine/lab/tap.h"
#include "engine/model/forward.h"

/* --- what a gateway is told ------------------------------------------------------------- */

static guint
mtu_of (const VbetDevice *device)
{
  const VbetNic *nic = vbet_device_nic (device, 1);
  return nic != NULL ? (guint)vbet_attributes_integer (nic->attributes, VBET_KIND_NIC, "mtu") : 1500;
}

/* Arguments of vbet-nat. @ret_problem: the first forward that leads nowhere; the others are in. */
static char **
gateway_options (VbetLab *self, const VbetDevice *device, GError **ret_problem)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GPtrArray) forwards = vbet_attributes_list (device->attributes, "forward");
  VbetAddress network = vbet_forward_network (device);
  g_autofree char *network_text = vbet_address_to_text (&network, TRUE);
  g_autofree char *network_option = g_strconcat ("--network=", network_text, NULL);
  g_autofree char *mtu_option = g_strdup_printf ("--mtu=%u", mtu_of (device));
  g_strv_builder_add_many (builder, network_option, mtu_option, NULL);
  if (!vbet_attributes_boolean (device->attributes, VBET_KIND_GATEWAY, "dhcp"))
    g_strv_builder_add (builder, "--no-dhcp");
  if (vbet_attributes_boolean (device->attributes, VBET_KIND_GATEWAY, "isolated"))
    g_strv_builder_add (builder, "--isolated");
  if (vbet_attributes_boolean (device->attributes, VBET_KIND_GATEWAY, "host"))
    g_strv_builder_add (builder, "--host");
  for (guint i = 0; i < forwards->len; i++) {
    const VbetValue *value = g_ptr_array_index (forwards, i);
    gboolean first = ret_problem != NULL && *ret_problem == NULL;
    g_autofree char *forward
        = vbet_forward_resolve (self->topology, device, value->as.text, first ? ret_problem : NULL);
    g_autofree char *option = forward != NULL ? g_strconcat ("--forward=", forward, NULL) : NULL;
    if (option != NULL)
      g_strv_builder_add (builder, option);
  }
  return g_strv_builder_end (builder);
}

/* --- connections ---------------------------------------------------------------------------- */

/* Gives the switch @node's other end, if it has one and the switch has its port. */
static void
connect_port (VbetLab *self, VbetLabDevice *node)
{
  if (node->remote != NULL) {
    vbet_lab_remote_connect (self, node);
    return;
  }
  int fd = node->gateway != NULL ? vbet_gateway_get_fd (node->gateway) : node->tap_fd;
  /* Its ATTACH may still be to come; then that connects. */
  if (fd >= 0)
    vbet_switch_client_connect_port (self->switch_client, node->name, 1, fd, NULL);
}

void
vbet_lab_outside_emit_state (VbetLab *self, const VbetLabDevice *node)
{
  const char *reason = NULL;
  gboolean ready = vbet_lab_outside_is_ready (self, node, &reason);
  vbet_lab_emit_device_state (self, node->name, ready ? "ready" : "failed", reason);
}

static void
on_gateway_changed (VbetGateway *gateway, gpointer data)
{
  VbetLabDevice *node = data;
  vbet_lab_service_denied_over (node->lab, node->name, "vbet-nat");
  connect_port (node->lab, node);
  vbet_lab_outside_emit_state (node->lab, node);
}

/* Told by a gateway that runs: nobody waits for a call, so it has one of its own in the log. */
static void
on_gateway_problem (VbetGateway *gateway, const char *message, gpointer data)
{
  VbetLabDevice *node = data;
  VbetCallRecord *record = vbet_lab_record_begin (node->lab, "gateway", "gateway", node->name, NULL);
  g_free (node->problem);
  node->problem = g_strdup (message);
  g_autoptr (GError) error = g_error_new_literal (VBET_ERROR, VBET_ERROR_HOST, message);
  vbet_lab_record_end (node->lab, record, error);
}

static void
on_gateway_denied (VbetGateway *gateway, const char *call, gpointer data)
{
  VbetLabDevice *node = data;
  vbet_lab_service_denied (node->lab, node->name, "vbet-nat", call);
}

typedef struct {
  VbetDone done;
  gpointer data;
  VbetLab *lab;    /* owned */
  char *name;      /* of the gateway */
  GError *problem; /* with the text; tells before what the process says */
} Update;

static void
on_gateway_updated (gpointer data, GError *error)
{
  g_autofree Update *update = data;
  GError *problem = update->problem != NULL ? update->problem : error;
  VbetLabDevice *node = vbet_lab_device (update->lab, update->name); /* it may be gone */
  if (node != NULL && node->gateway != NULL && !g_error_matches (problem, VBET_ERROR, VBET_ERROR_CANCELLED)) {
    g_free (node->problem);
    node->problem = problem != NULL ? g_strdup (problem->message) : NULL;
  }
  if (problem != error)
    g_clear_error (&error);
  update->done (update->data, problem);
  g_object_unref (update->lab);
  g_free (update->name);
}

static void
update_gateway (VbetLab *self, VbetLabDevice *node, const VbetDevice *device, VbetDone done, gpointer data)
{
  Update *update = g_new0 (Update, 1);
  update->done = done;
  update->data = data;
  update->lab = g_object_ref (self);
  update->name = g_strdup (node->name);
  char **options = gateway_options (self, device, &update->problem);
  vbet_gateway_run (node->gateway, options, on_gateway_updated, update);
}

static void
update_tap (VbetLab *self, VbetLabDevice *node, const VbetDevice *device, VbetDone done, gpointer data)
{
  const char *name = vbet_attributes_text (device->attributes, VBET_KIND_TAP, "device");
  GError *error = NULL;
  if (node->tap_fd >= 0 && (name == NULL || g_strcmp0 (name, node->tap_name) == 0)) {
    done (data, NULL);
    return;
  }
  char *opened = NULL;
  int fd = vbet_tap_open (name, &opened, &error);
  if (fd < 0 && node->tap_fd >= 0) {
    done (data, error); /* the one it has goes on */
    return;
  }
  if (node->tap_fd >= 0)
    close (node->tap_fd);
  node->tap_fd = fd;
  g_free (node->tap_name);
  node->tap_name = opened;
  g_free (node->problem);
  node->problem = error != NULL ? g_strdup (error->message) : NULL;
  connect_port (self, node);
  vbet_lab_outside_emit_state (self, node);
  done (data, error);
}

void
vbet_lab_update_outside (VbetLab *self, VbetLabDevice *node, VbetDone done, gpointer data)
{
  const VbetDevice *device = vbet_topology_device (self->topology, node->name);
  if (device == NULL || device->kind != node->kind)
    done (data, NULL); /* it goes away with the next calls */
  else if (node->gateway != NULL)
    update_gateway (self, node, device, done, data);
  else if (node->kind == VBET_KIND_TAP)
    update_tap (self, node, device, done, data);
  else if (node->remote != NULL)
    vbet_lab_update_remote (self, node, device, done, data);
  else
    done (data, g_error_new_literal (VBET_ERROR, VBET_ERROR_STATE, "The lab is stopping"));
}

/* --- calls ------------------------------------------------------------------------------------ */

void
vbet_lab_alloc_outside (VbetLab *self, const VbetCall *call, VbetDone done, gpointer data)
{
  static const VbetGatewayCallbacks callbacks = { on_gateway_changed, on_gateway_problem, on_gateway_denied };
  GError *error = NULL;
  VbetLabDevice *node = vbet_lab_device (self, call->device);
  if (node == NULL || node->kind != call->kind)
    node = vbet_lab_add_node (self, call->device, call->kind, &error);
  if (node == NULL || self->stopping) {
    done (data, error);
    return;
  }
  if (call->kind == VBET_KIND_GATEWAY && node->gateway == NULL)
    node->gateway = vbet_gateway_new (self->nat_program, &callbacks, node);
  if (call->kind == VBET_KIND_REMOTE && node->remote == NULL)
    node->remote = vbet_lab_remote_new ();
  vbet_lab_update_outside (self, node, done, data);
}

gboolean
vbet_lab_attach_outside (VbetLab *self, VbetLabDevice *node, const VbetNic *nic, GError **error)
{
  guint mtu = (guint)vbet_attributes_integer (nic->attributes, VBET_KIND_NIC, "mtu");
  if (!vbet_switch_client_add_outside_port (self->switch_client, node->name, nic->index, mtu, error))
    return FALSE;
  if (node->remote != NULL) /* its far end is told when the cable leads to somebody */
    vbet_switch_client_set_carrier (self->switch_client, node->name, nic->index, FALSE);
  connect_port (self, node);
  return TRUE;
}

static void
on_refreshed (gpointer data, GError *error)
{
  VbetLabDevice *node = data;
  g_autoptr (GError) owned = error;
  if (owned != NULL && !g_error_matches (owned, VBET_ERROR, VBET_ERROR_CANCELLED)
      && !g_error_matches (owned, VBET_ERROR, VBET_ERROR_STATE))
    on_gateway_problem (node->gateway, owned->message, node);
}

void
vbet_lab_refresh_gateways (VbetLab *self)
{
  GHashTableIter iter;
  gpointer value = NULL;
  g_autoptr (GPtrArray) gateways = g_ptr_array_new ();
  g_hash_table_iter_init (&iter, self->nodes);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((VbetLabDevice *)value)->gateway != NULL)
      g_ptr_array_add (gateways, value);
  for (guint i = 0; i < gateways->len; i++) {
    VbetLabDevice *node = g_ptr_array_index (gateways, i);
    const VbetDevice *device = vbet_topology_device (self->topology, node->name);
    const char *const *has = vbet_gateway_get_options (node->gateway);
    g_auto (GStrv) options = device != NULL ? gateway_options (self, device, NULL) : NULL;
    if (options != NULL && has != NULL && !g_strv_equal (has, (const char *const *)options))
      update_gateway (self, node, device, on_refreshed, node);
  }
}

void
vbet_lab_outside_lost (VbetLab *self, const char *device)
{
  VbetLabDevice *node = vbet_lab_device (self, device);
  if (node == NULL || node->tap_fd < 0)
    return;
  close (node->tap_fd);
  node->tap_fd = -1;
  g_free (node->problem);
  node->problem
      = g_strdup_printf ("The TAP device %s was taken from the host: create it again, then stop the lab and "
                         "run it anew",
                         node->tap_name);
  vbet_lab_outside_emit_state (self, node);
}

/* --- status ------------------------------------------------------------------------------------- */

gboolean
vbet_lab_outside_is_ready (VbetLab *self, const VbetLabDevice *node, const char **ret_reason)
{
  if (node->gateway != NULL) {
    *ret_reason = vbet_gateway_get_reason (node->gateway);
    return *ret_reason == NULL && vbet_gateway_get_pid (node->gateway) != 0;
  }
  *ret_reason = node->problem;
  if (node->remote != NULL)
    return node->problem == NULL && vbet_lab_remote_is_open (node->remote);
  return node->tap_fd >= 0;
}

/* "10.0.2.15:80": where @forward of @device leads now; "" when nowhere. */
static char *
target_text (VbetLab *self, const VbetLabDevice *node, const VbetDevice *device, const char *forward)
{
  g_autofree char *resolved = vbet_forward_resolve (self->topology, device, forward, NULL);
  if (resolved == NULL)
    return g_strdup ("");
  g_auto (GStrv) parts = g_strsplit (resolved, ":", 4);
  const char *lease = vbet_gateway_get_lease (node->gateway, parts[2]);
  if (lease == NULL && strchr (parts[2], '-') != NULL)
    return g_strdup (""); /* its NIC has no address yet */
  return g_strdup_printf ("%s:%s", lease != NULL ? lease : parts[2], parts[3]);
}

static GVariant *
forwards_status (VbetLab *self, const VbetLabDevice *node, const VbetDevice *device)
{
  g_autoptr (GPtrArray) forwards = vbet_attributes_list (device->attributes, "forward");
  GVariantBuilder builder;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < forwards->len; i++) {
    const char *text = ((const VbetValue *)g_ptr_array_index (forwards, i))->as.text;
    g_autofree char *target = target_text (self, node, device, text);
    GVariantDict dict;
    g_variant_dict_init (&dict, NULL);
    g_variant_dict_insert (&dict, "text", "s", text);
    g_variant_dict_insert (&dict, "target", "s", target);
    g_variant_builder_add (&builder, "v", g_variant_dict_end (&dict));
  }
  return g_variant_builder_end (&builder);
}

/* The device whose NIC has @mac, written with dashes; NULL: none of the lab's. */
static const VbetDevice *
device_of_mac (VbetLab *self, const char *mac, guint *ret_nic)
{
  for (guint i = 0; i < self->topology->devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (self->topology->devices, i);
    for (guint k = 0; k < device->nics->len; k++) {
      const VbetNic *nic = g_ptr_array_index (device->nics, k);
      char text[VBET_MAC_TEXT_SIZE];
      *ret_nic = nic->index;
      if (g_ascii_strcasecmp (vbet_mac_to_text (nic->mac, '-', text), mac) == 0)
        return device;
    }
  }
  return NULL;
}

static GVariant *
leases_status (VbetLab *self, const VbetLabDevice *node)
{
  GVariantBuilder builder;
  GHashTableIter iter;
  gpointer mac = NULL, address = NULL;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("av"));
  g_hash_table_iter_init (&iter, vbet_gateway_get_leases (node->gateway));
  while (g_hash_table_iter_next (&iter, &mac, &address)) {
    guint nic = 0;
    const VbetDevice *device = device_of_mac (self, mac, &nic);
    g_autofree char *text = g_strdelimit (g_strdup (mac), "-", ':');
    GVariantDict dict;
    g_variant_dict_init (&dict, NULL);
    g_variant_dict_insert (&dict, "mac", "s", text);
    g_variant_dict_insert (&dict, "address", "s", (const char *)address);
    if (device != NULL) {
      g_variant_dict_insert (&dict, "device", "s", device->name);
      g_variant_dict_insert (&dict, "nic", "x", (gint64)nic);
    }
    g_variant_builder_add (&builder, "v", g_variant_dict_end (&dict));
  }
  return g_variant_builder_end (&builder);
}

void
vbet_lab_insert_outside (VbetLab *self, const VbetLabDevice *node, GVariantDict *dict)
{
  const VbetDevice *device = vbet_topology_device (self->topology, node->name);
  if (node->tap_name != NULL)
    g_variant_dict_insert (dict, "device", "s", node->tap_name);
  if (node->remote != NULL)
    vbet_lab_insert_remote (self, node, dict);
  if (node->gateway == NULL)
    return;
  const char *const *layers = vbet_gateway_get_layers (node->gateway);
  g_variant_dict_insert (dict, "pid", "x", (gint64)vbet_gateway_get_pid (node->gateway));
  g_variant_dict_insert (dict, "restarts", "x", (gint64)vbet_gateway_get_restarts (node->gateway));
  if (layers != NULL)
    g_variant_dict_insert_value (dict, "layers", g_variant_new_strv (layers, -1));
  if (node->problem != NULL)
    g_variant_dict_insert (dict, "problem", "s", node->problem);
  if (device != NULL)
    g_variant_dict_insert_value (dict, "forwards", forwards_status (self, node, device));
  g_variant_dict_insert_value (dict, "leases", leases_status (self, node));
}
