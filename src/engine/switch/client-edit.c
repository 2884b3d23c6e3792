/* client-edit.c - the wanted state of the switch: bridges, ports, cables; see client.h.
 *
 * Each function changes the record first and then tells the process, if there
 * is one. switch_client_replay() tells a new process all of it.
 */
#include "config.h"

#include "engine/switch/client.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "engine/switch/client-private.h"

#define NAME_MAX_BYTES 255
#define STOCKS_MAX 64 /* stock guests per bridge, those that never say anything included */
#define MTU_MAX 65517 /* bytes */

/* --- finding, with an error that names the remedy ---------------------------------- */

static gboolean
check_name (const char *name, const char *what, GError **error)
{
  gboolean ok
      = name != NULL && *name != '\0' && strlen (name) <= NAME_MAX_BYTES && g_utf8_validate (name, -1, NULL);
  for (const char *at = name; ok && *at != '\0'; at++)
    ok = !g_ascii_iscntrl (*at);
  if (!ok)
    g_set_error (error, VBET_ERROR, VBET_ERROR_USAGE, "A %s needs a printable name of 1 to %d bytes", what,
                 NAME_MAX_BYTES);
  return ok;
}

WantedPort *
switch_client_lookup_port (VbetSwitchClient *self, const char *device, guint nic)
{
  WantedPort key = { .device = (char *)device, .nic = nic };
  return g_hash_table_lookup (self->ports, &key);
}

static WantedPort *
require_port (VbetSwitchClient *self, const char *device, guint nic, GError **error)
{
  WantedPort *port = switch_client_lookup_port (self, device, nic);
  if (port == NULL)
    g_set_error (error, VBET_ERROR, VBET_ERROR_NOT_FOUND,
                 "The switch has no port for NIC %u of %s: attach the NIC first", nic, device);
  return port;
}

static WantedBridge *
require_bridge (VbetSwitchClient *self, const char *device, GError **error)
{
  WantedBridge *bridge = g_hash_table_lookup (self->bridges, device);
  if (bridge == NULL)
    g_set_error (error, VBET_ERROR, VBET_ERROR_NOT_FOUND,
                 "There is no switch, hub or access point named %s: allocate it first", device);
  return bridge;
}

static WantedCable *
require_cable (VbetSwitchClient *self, const char *name, GError **error)
{
  WantedCable *cable = g_hash_table_lookup (self->cables, name);
  if (cable == NULL)
    g_set_error (error, VBET_ERROR, VBET_ERROR_NOT_FOUND,
                 "There is no cable named %s in the switch: plug it first", name);
  return cable;
}

/* What an earlier engine left in the lab's own folder is replaced; elsewhere nothing of that name may be there. */
static VbetListener *
listen_at (VbetSwitchClient *self, const char *path, int type, VbetListenerAccepted accepted,
           gpointer user_data, GError **error)
{
  gsize length = strlen (self->runtime_dir);
  gboolean own = strncmp (path, self->runtime_dir, length) == 0 && path[length] == '/';
  return vbet_listener_new (path, type, own, accepted, user_data, error);
}

/* --- telling the process ----------------------------------------------------------- */

static void
tell_add_bridge (VbetSwitchClient *self, const WantedBridge *bridge)
{
  if (self->channel == NULL)
    return;
  switch_client_expect (self, g_strdup_printf ("add the switch %s", bridge->device));
  switch_client_tell (self, wanted_bridge_add_text (bridge, self->last_id), NULL, 0);
}

static void
tell_identity (VbetSwitchClient *self)
{
  if (self->channel == NULL || self->identity == NULL)
    return;
  switch_client_expect (self, g_strdup ("tell other labs whose this is"));
  switch_client_tell (self, wanted_identity_text (self->identity, self->last_id), NULL, 0);
}

static void
tell_add_stock (VbetSwitchClient *self, const WantedBridge *bridge, const WantedStock *stock)
{
  int fds[] = { stock->control_fd, stock->data_fd };
  if (self->channel == NULL)
    return;
  switch_client_expect (self,
                        NULL); /* whoever connects may be gone or talk nonsense: no problem of the lab's */
  switch_client_tell (self, wanted_stock_text (bridge, "add-stock", stock->serial, self->last_id), fds,
                      stock->data_fd >= 0 ? 2 : 1);
}

static void
tell_add_port (VbetSwitchClient *self, const WantedPort *port)
{
  if (self->channel == NULL)
    return;
  switch_client_expect (self, g_strdup_printf ("add a port for NIC %u of %s", port->nic, port->device));
  switch_client_tell (self, wanted_port_add_text (port, self->last_id), NULL, 0);
}

/* The listener rests until the process has taken the connection, so that one guest cannot fill the channel. */
void
switch_client_tell_connect (VbetSwitchClient *self, WantedPort *port)
{
  g_clear_handle_id (&port->retry, g_source_remove);
  if (self->channel == NULL)
    return;
  wanted_port_set_accepting (port, FALSE);
  Waiting *waiting
      = switch_client_expect (self, g_strdup_printf ("connect NIC %u of %s", port->nic, port->device));
  waiting->reopen = port->listener != NULL ? port : NULL;
  waiting->serial = port->serial;
  switch_client_tell (self, wanted_port_connect_text (port, self->last_id), &port->fd, 1);
  port->given = TRUE;
  for (guint i = 0; port->kept != NULL && i < port->kept->len; i++) {
    const WantedMessage *message = g_ptr_array_index (port->kept, i);
    switch_client_expect (self, NULL); /* what the guest said may make no sense: no problem of the lab's */
    switch_client_tell (self, wanted_port_replay_text (port, message, self->last_id), message->fds,
                        message->n_fds);
  }
}

static void
tell_add_cable (VbetSwitchClient *self, const WantedCable *cable)
{
  if (self->channel == NULL)
    return;
  switch_client_expect (self, g_strdup_printf ("plug the cable %s", cable->name));
  switch_client_tell (self, wanted_cable_add_text (cable, self->last_id), NULL, 0);
}

void
switch_client_replay (VbetSwitchClient *self)
{
  GHashTableIter iter;
  gpointer value;
  tell_identity (self);
  g_hash_table_iter_init (&iter, self->bridges);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    WantedBridge *bridge = value;
    tell_add_bridge (self, bridge);
    for (GList *at = bridge->stocks.head; at != NULL; at = at->next)
      tell_add_stock (self, bridge, at->data);
  }
  g_hash_table_iter_init (&iter, self->ports);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    WantedPort *port = value;
    tell_add_port (self, port);
    if (port->fd >= 0)
      switch_client_tell_connect (self, port);
  }
  g_hash_table_iter_init (&iter, self->cables);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    tell_add_cable (self, value);
  switch_client_replay_captures (self);
}

/* --- bridges ----------------------------------------------------------------------- */

/* A stock guest knocks. Among too many, one that never said anything makes room. */
static void
on_stock_connection (VbetListener *listener, int fd, gpointer user_data)
{
  WantedBridge *bridge = user_data;
  VbetSwitchClient *self = bridge->client;
  WantedStock *evicted = wanted_bridge_evict (bridge, STOCKS_MAX);
  (void)listener;
  if (evicted != NULL) {
    if (self->channel != NULL)
      switch_client_tell (self, wanted_stock_text (bridge, "remove-stock", evicted->serial, 0), NULL, 0);
    wanted_stock_free (evicted);
  } else if (bridge->stocks.length >= STOCKS_MAX) {
    close (fd);
    return;
  }
  WantedStock *stock = g_new0 (WantedStock, 1);
  stock->serial = ++self->last_serial;
  stock->control_fd = fd;
  stock->data_fd = -1;
  g_queue_push_tail (&bridge->stocks, stock);
  tell_add_stock (self, bridge, stock);
}

gboolean
vbet_switch_client_add_bridge (VbetSwitchClient *self, const char *device, const char *relay, guint ageing,
                               const char *control_path, GError **error)
{
  g_return_val_if_fail (VBET_IS_SWITCH_CLIENT (self), FALSE);
  if (!check_name (device, "switch, hub or access point", error))
    return FALSE;
  if (g_hash_table_contains (self->bridges, device)) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_EXISTS,
                 "There is a switch, hub or access point named %s already", device);
    return FALSE;
  }
  WantedBridge *bridge = g_new0 (WantedBridge, 1);
  bridge->client = self;
  bridge->device = g_strdup (device);
  bridge->relay = g_strdup (relay);
  vbet_switch_bridge_settings_init (&bridge->settings);
  bridge->settings.ageing = ageing;
  g_queue_init (&bridge->stocks);
  if (control_path != NULL) {
    bridge->listener = listen_at (self, control_path, SOCK_STREAM, on_stock_connection, bridge, error);
    if (bridge->listener == NULL) {
      wanted_bridge_free (bridge);
      return FALSE;
    }
  }
  g_hash_table_insert (self->bridges, bridge->device, bridge);
  tell_add_bridge (self, bridge);
  return TRUE;
}

gboolean
vbet_switch_client_set_bridge (VbetSwitchClient *self, const char *device,
                               const VbetSwitchBridgeSettings *settings, GError **error)
{
  WantedBridge *bridge = require_bridge (self, device, error);
  if (bridge == NULL)
    return FALSE;
  bridge->settings = *settings;
  if (self->channel != NULL) {
    switch_client_expect (self, g_strdup_printf ("change the switch %s", device));
    switch_client_tell (self, wanted_bridge_set_text (bridge, self->last_id), NULL, 0);
  }
  return TRUE;
}

gboolean
vbet_switch_client_set_bridge_port (VbetSwitchClient *self, const char *device, guint nic,
                                    const VbetSwitchPortSettings *settings, GError **error)
{
  WantedPort *port = switch_client_lookup_port (self, device, nic);
  if (port == NULL || port->bridge == NULL) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_NOT_FOUND, "NIC %u of %s is no port of a switch", nic, device);
    return FALSE;
  }
  port->settings = *settings;
  if (self->channel != NULL) {
    switch_client_expect (self, g_strdup_printf ("change NIC %u of %s", nic, device));
    switch_client_tell (self, wanted_port_set_text (port, self->last_id), NULL, 0);
  }
  return TRUE;
}

gboolean
vbet_switch_client_remove_bridge (VbetSwitchClient *self, const char *device, GError **error)
{
  g_return_val_if_fail (VBET_IS_SWITCH_CLIENT (self), FALSE);
  WantedBridge *bridge = require_bridge (self, device, error);
  g_autoptr (GPtrArray) ports = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;
  if (bridge == NULL)
    return FALSE;
  g_hash_table_iter_init (&iter, self->ports);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    WantedPort *port = value;
    if (g_strcmp0 (port->bridge, device) == 0)
      g_ptr_array_add (ports, port);
  }
  for (guint i = 0; i < ports->len; i++) {
    WantedPort *port = g_ptr_array_index (ports, i);
    vbet_switch_client_remove_port (self, port->device, port->nic, NULL);
  }
  if (self->channel != NULL) {
    switch_client_expect (self, g_strdup_printf ("remove the switch %s", device));
    switch_client_tell (self, wanted_plain_text ("remove-bridge", "bridge", device, self->last_id), NULL, 0);
  }
  g_hash_table_remove (self->bridges, bridge->device);
  return TRUE;
}

/* --- ports ------------------------------------------------------------------------- */

/* @fd: taken; @vhost: it speaks vhost-user; @remote: (nullable): it is a UDP socket */
static void
take_connection (WantedPort *port, int fd, gboolean vhost, const VbetSwitchRemote *remote)
{
  VbetSwitchClient *self = port->client;
  gboolean was_there = vbet_switch_client_get_connected (self, port->device, port->nic);
  wanted_port_disconnect (port);
  port->fd = fd;
  port->vhost = port->was_vhost = vhost;
  port->udp = remote != NULL;
  port->vni = remote != NULL ? remote->vni : -1;
  g_free (port->to);
  port->to = port->vni >= 0 ? g_base64_encode (remote->to, remote->to_size) : NULL;
  port->far_end = (VbetSwitchFarEnd){ .state = "trying", .heard = -1 };
  g_clear_pointer (&port->far_lab, g_free);
  port->serial = ++self->last_serial;
  switch_client_tell_connect (self, port);
  gboolean is_there = vbet_switch_client_get_connected (self, port->device, port->nic);
  if (is_there != was_there)
    switch_client_port_state (self, port, is_there);
}

static void
on_guest_connection (VbetListener *listener, int fd, gpointer user_data)
{
  WantedPort *port = user_data;
  take_connection (port, fd, listener == port->vhost_listener, NULL);
}

static WantedPort *
new_port (VbetSwitchClient *self, const char *device, guint nic, GError **error)
{
  if (!check_name (device, "device", error))
    return NULL;
  if (nic < 1 || nic > G_MAXUINT16) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_USAGE, "NIC %u of %s: NICs are numbered from 1 to %u", nic,
                 device, G_MAXUINT16);
    return NULL;
  }
  if (switch_client_lookup_port (self, device, nic) != NULL) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_EXISTS, "The switch has a port for NIC %u of %s already", nic,
                 device);
    return NULL;
  }
  WantedPort *port = g_new0 (WantedPort, 1);
  port->client = self;
  port->device = g_strdup (device);
  port->nic = nic;
  port->fd = -1;
  return port;
}

static WantedPort *
new_guest_port (VbetSwitchClient *self, const char *device, guint nic, guint mtu, GError **error)
{
  if (mtu < 68 || mtu > MTU_MAX) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_USAGE, "An MTU of %u bytes is not possible: use 68 to %u", mtu,
                 MTU_MAX);
    return NULL;
  }
  WantedPort *port = new_port (self, device, nic, error);
  if (port != NULL)
    port->mtu = mtu;
  return port;
}

gboolean
vbet_switch_client_add_outside_port (VbetSwitchClient *self, const char *device, guint nic, guint mtu,
                                     GError **error)
{
  g_return_val_if_fail (VBET_IS_SWITCH_CLIENT (self), FALSE);
  WantedPort *port = new_guest_port (self, device, nic, mtu, error);
  if (port == NULL)
    return FALSE;
  g_hash_table_add (self->ports, port);
  tell_add_port (self, port);
  return TRUE;
}

static gboolean
connect_copy (VbetSwitchClient *self, const char *device, guint nic, int fd, const VbetSwitchRemote *remote,
              GError **error)
{
  WantedPort *port = require_port (self, device, nic, error);
  if (port == NULL)
    return FALSE;
  int copy = fcntl (fd, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "Cannot connect NIC %u of %s: %s", nic, device,
                 g_strerror (errno));
    return FALSE;
  }
  take_connection (port, copy, FALSE, remote);
  return TRUE;
}

gboolean
vbet_switch_client_connect_port (VbetSwitchClient *self, const char *device, guint nic, int fd,
                                 GError **error)
{
  g_return_val_if_fail (VBET_IS_SWITCH_CLIENT (self), FALSE);
  return connect_copy (self, device, nic, fd, NULL, error);
}

gboolean
vbet_switch_client_connect_remote (VbetSwitchClient *self, const char *device, guint nic, int fd,
                                   const VbetSwitchRemote *remote, GError **error)
{
  g_return_val_if_fail (VBET_IS_SWITCH_CLIENT (self), FALSE);
  return connect_copy (self, device, nic, fd, remote, error);
}

void
vbet_switch_client_set_identity (VbetSwitchClient *self, const VbetSwitchIdentity *identity)
{
  g_return_if_fail (VBET_IS_SWITCH_CLIENT (self));
  wanted_identity_free (self->identity);
  self->identity = wanted_identity_new (identity);
  tell_identity (self);
}

gboolean
vbet_switch_client_get_far_end (VbetSwitchClient *self, const char *device, guint nic,
                                VbetSwitchFarEnd *ret_far_end)
{
  g_return_val_if_fail (VBET_IS_SWITCH_CLIENT (self), FALSE);
  const WantedPort *port = switch_client_lookup_port (self, device, nic);
  if (port == NULL || port->fd < 0 || !port->udp)
    return FALSE;
  *ret_far_end = port->far_end;
  return TRUE;
}

gboolean
vbet_switch_client_add_guest_port (VbetSwitchClient *self, const char *device, guint nic, guint mtu,
                                   const char *path, GError **error)
{
  g_return_val_if_fail (VBET_IS_SWITCH_CLIENT (self), FALSE);
  WantedPort *port = new_guest_port (self, device, nic, mtu, error);
  if (port == NULL)
    return FALSE;
  port->listener = listen_at (self, path, SOCK_SEQPACKET, on_guest_connection, port, error);
  if (port->listener == NULL) {
    wanted_port_free (port);
    return FALSE;
  }
  g_hash_table_add (self->ports, port);
  tell_add_port (self, port);
  return TRUE;
}

gboolean
vbet_switch_client_has_port (VbetSwitchClient *self, const char *device, guint nic)
{
  g_return_val_if_fail (VBET_IS_SWITCH_CLIENT (self), FALSE);
  return switch_client_lookup_port (self, device, nic) != NULL;
}

gboolean
vbet_switch_client_offer_vhost (VbetSwitchClient *self, const char *device, guint nic, const guint8 mac[6],
                                const char *path, GError **error)
{
  g_return_val_if_fail (VBET_IS_SWITCH_CLIENT (self), FALSE);
  WantedPort *port = require_port (self, device, nic, error);
  if (port == NULL)
    return FALSE;
  memcpy (port->mac, mac, sizeof port->mac);
  if (port->vhost_listener == NULL)
    port->vhost_listener = listen_at (self, path, SOCK_STREAM, on_guest_connection, port, error);
  return port->vhost_listener != NULL;
}

static void
tell_link (VbetSwitchClient *self, const WantedPort *port)
{
  if (!(port->vhost || port->udp) || port->fd < 0 || self->channel == NULL)
    return;
  switch_client_expect (self, NULL);
  switch_client_tell (self, wanted_port_link_text (port, self->last_id), NULL, 0);
}

void
vbet_switch_client_set_carrier (VbetSwitchClient *self, const char *device, guint nic, gboolean carrier)
{
  g_return_if_fail (VBET_IS_SWITCH_CLIENT (self));
  WantedPort *port = switch_client_lookup_port (self, device, nic);
  if (port == NULL || port->no_carrier == !carrier)
    return;
  port->no_carrier = !carrier;
  tell_link (self, port);
}

void
vbet_switch_client_set_speed (VbetSwitchClient *self, const char *device, guint nic, guint speed)
{
  g_return_if_fail (VBET_IS_SWITCH_CLIENT (self));
  g_return_if_fail (speed > 0 && speed <= G_MAXINT32);
  WantedPort *port = switch_client_lookup_port (self, device, nic);
  if (port == NULL || port->speed == speed)
    return;
  port->speed = speed;
  tell_link (self, port);
}

gboolean
vbet_switch_client_add_bridge_port (VbetSwitchClient *self, const char *device, guint nic, const char *bridge,
                                    GError **error)
{
  g_return_val_if_fail (VBET_IS_SWITCH_CLIENT (self), FALSE);
  if (require_bridge (self, bridge, error) == NULL)
    return FALSE;
  WantedPort *port = new_port (self, device, nic, error);
  if (port == NULL)
    return FALSE;
  port->bridge = g_strdup (bridge);
  g_hash_table_add (self->ports, port);
  tell_add_port (self, port);
  return TRUE;
}

/* Its connection may be on its way to the process: the answer must not find it. */
static void
forget_answers_for (VbetSwitchClient *self, const WantedPort *port)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->waiting);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Waiting *waiting = value;
    if (waiting->reopen == port)
      waiting->reopen = NULL;
  }
}

gboolean
vbet_switch_client_remove_port (VbetSwitchClient *self, const char *device, guint nic, GError **error)
{
  g_return_val_if_fail (VBET_IS_SWITCH_CLIENT (self), FALSE);
  WantedPort *port = require_port (self, device, nic, error);
  if (port == NULL)
    return FALSE;
  g_autofree char *cable = g_strdup (port->cable);
  if (cable != NULL)
    vbet_switch_client_remove_cable (self, cable, NULL);
  if (self->channel != NULL) {
    switch_client_expect (self, g_strdup_printf ("remove the port of NIC %u of %s", nic, device));
    switch_client_tell (self, wanted_port_remove_text (port, self->last_id), NULL, 0);
  }
  forget_answers_for (self, port);
  g_hash_table_remove (self->ports, port);
  return TRUE;
}

/* --- cables ------------------------------------------------------------------------ */

static WantedPort *
free_end (VbetSwitchClient *self, const char *device, guint nic, GError **error)
{
  WantedPort *port = require_port (self, device, nic, error);
  if (port == NULL || port->cable == NULL)
    return port;
  g_set_error (error, VBET_ERROR, VBET_ERROR_STATE, "NIC %u of %s has the cable %s in it: unplug that first",
               nic, device, port->cable);
  return NULL;
}

gboolean
vbet_switch_client_add_cable (VbetSwitchClient *self, const char *name, const char *device_a, guint nic_a,
                              const char *device_b, guint nic_b, const VbetCableSettings *settings,
                              GError **error)
{
  g_return_val_if_fail (VBET_IS_SWITCH_CLIENT (self), FALSE);
  if (!check_name (name, "cable", error))
    return FALSE;
  if (g_hash_table_contains (self->cables, name)) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_EXISTS, "The cable %s is plugged already", name);
    return FALSE;
  }
  WantedPort *a = free_end (self, device_a, nic_a, error);
  WantedPort *b = a != NULL ? free_end (self, device_b, nic_b, error) : NULL;
  if (b == NULL)
    return FALSE;
  if (a == b) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_USAGE, "The cable %s has both ends in NIC %u of %s", name,
                 nic_a, device_a);
    return FALSE;
  }
  WantedCable *cable = g_new0 (WantedCable, 1);
  cable->name = g_strdup (name);
  cable->device[0] = g_strdup (device_a);
  cable->nic[0] = nic_a;
  cable->device[1] = g_strdup (device_b);
  cable->nic[1] = nic_b;
  if (settings != NULL)
    cable->settings = *settings;
  else
    vbet_cable_settings_init (&cable->settings);
  a->cable = g_strdup (name);
  b->cable = g_strdup (name);
  g_hash_table_insert (self->cables, cable->name, cable);
  tell_add_cable (self, cable);
  return TRUE;
}

gboolean
vbet_switch_client_remove_cable (VbetSwitchClient *self, const char *name, GError **error)
{
  g_return_val_if_fail (VBET_IS_SWITCH_CLIENT (self), FALSE);
  WantedCable *cable = require_cable (self, name, error);
  if (cable == NULL)
    return FALSE;
  if (self->channel != NULL) {
    switch_client_expect (self, g_strdup_printf ("unplug the cable %s", name));
    switch_client_tell (self, wanted_plain_text ("remove-cable", "cable", name, self->last_id), NULL, 0);
  }
  for (guint i = 0; i < 2; i++) {
    WantedPort *port = switch_client_lookup_port (self, cable->device[i], cable->nic[i]);
    if (port != NULL)
      g_clear_pointer (&port->cable, g_free);
  }
  g_hash_table_remove (self->cables, cable->name);
  return TRUE;
}

gboolean
vbet_switch_client_set_cable (VbetSwitchClient *self, const char *name, const VbetCableSettings *settings,
                              GError **error)
{
  g_return_val_if_fail (VBET_IS_SWITCH_CLIENT (self), FALSE);
  WantedCable *cable = require_cable (self, name, error);
  if (cable == NULL)
    return FALSE;
  cable->settings = *settings;
  if (self->channel != NULL) {
    switch_client_expect (self, g_strdup_printf ("change the cable %s", name));
    switch_client_tell (self, wanted_cable_set_text (cable, self->last_id), NULL, 0);
  }
  return TRUE;
}
