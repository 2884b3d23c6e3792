/* wanted.c - see wanted.h. */
#include "config.h"

#include "engine/switch/wanted.h"

#include <string.h>
#include <unistd.h>

#include <json-glib/json-glib.h>

#include "base/cable-quality-json.h"

/* --- records ------------------------------------------------------------------------- */

void
wanted_stock_free (gpointer data)
{
  WantedStock *self = data;
  close (self->control_fd);
  if (self->data_fd >= 0)
    close (self->data_fd);
  g_free (self);
}

void
wanted_bridge_free (gpointer data)
{
  WantedBridge *self = data;
  vbet_listener_free (self->listener);
  g_queue_clear_full (&self->stocks, wanted_stock_free);
  g_free (self->device);
  g_free (self->relay);
  g_free (self);
}

void
wanted_port_free (gpointer data)
{
  WantedPort *self = data;
  vbet_listener_free (self->listener);
  vbet_listener_free (self->vhost_listener);
  wanted_port_disconnect (self);
  g_free (self->device);
  g_free (self->cable);
  g_free (self->bridge);
  g_free (self->to);
  g_free (self->far_lab);
  g_free (self);
}

WantedIdentity *
wanted_identity_new (const VbetSwitchIdentity *identity)
{
  WantedIdentity *self = g_new0 (WantedIdentity, 1);
  self->is = *identity;
  self->is.lab = self->lab = g_strdup (identity->lab);
  return self;
}

void
wanted_identity_free (WantedIdentity *self)
{
  if (self == NULL)
    return;
  g_free (self->lab);
  g_free (self);
}

void
wanted_cable_free (gpointer data)
{
  WantedCable *self = data;
  g_free (self->name);
  g_free (self->device[0]);
  g_free (self->device[1]);
  g_free (self);
}

static void
wanted_message_free (gpointer data)
{
  WantedMessage *self = data;
  for (guint i = 0; i < self->n_fds; i++)
    close (self->fds[i]);
  g_free (self->text);
  g_free (self);
}

/* A message is its request and, where it is about one ring, the ring's number. */
static gboolean
message_key (const char *text, guint64 *ret_key)
{
  gsize size = 0;
  g_autofree guint8 *bytes = g_base64_decode (text, &size);
  guint32 words[4] = { 0 };
  if (size < 3 * sizeof words[0])
    return FALSE;
  memcpy (words, bytes, MIN (size, sizeof words));
  gboolean has_ring = (words[0] >= 8 && words[0] <= 14) || words[0] == 18;
  guint32 request = words[0] == 11 ? 12 : words[0]; /* the end of a ring takes the place of its start */
  *ret_key = (guint64)request << 32 | (has_ring ? words[3] & 0xff : 0);
  return TRUE;
}

void
wanted_port_keep (WantedPort *self, const char *text, int *fds, guint n_fds)
{
  guint64 key;
  if (!self->vhost || n_fds > WANTED_MESSAGE_FDS || !message_key (text, &key))
    return;
  if (self->kept == NULL)
    self->kept = g_ptr_array_new_with_free_func (wanted_message_free);
  for (guint i = 0; i < self->kept->len; i++)
    if (((WantedMessage *)g_ptr_array_index (self->kept, i))->key == key)
      g_ptr_array_remove_index (self->kept, i--);
  if (self->kept->len >= WANTED_MESSAGES_MAX)
    return;
  WantedMessage *message = g_new0 (WantedMessage, 1);
  message->key = key;
  message->text = g_strdup (text);
  message->n_fds = n_fds;
  memcpy (message->fds, fds, n_fds * sizeof fds[0]);
  for (guint i = 0; i < n_fds; i++)
    fds[i] = -1;
  g_ptr_array_add (self->kept, message);
}

void
wanted_port_disconnect (WantedPort *self)
{
  g_clear_pointer (&self->kept, g_ptr_array_unref);
  g_clear_handle_id (&self->retry, g_source_remove);
  self->tries = 0;
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
  self->vhost = self->given = FALSE;
}

void
wanted_port_set_accepting (WantedPort *self, gboolean accepting)
{
  if (self->listener != NULL)
    vbet_listener_set_accepting (self->listener, accepting);
  if (self->vhost_listener != NULL)
    vbet_listener_set_accepting (self->vhost_listener, accepting);
}

void
wanted_capture_free (gpointer data)
{
  WantedCapture *self = data;
  close (self->fd);
  g_clear_pointer (&self->filter, g_array_unref);
  g_free (self->cable);
  g_free (self->names[0]);
  g_free (self->names[1]);
  g_free (self);
}

WantedStock *
wanted_bridge_find_stock (WantedBridge *self, guint64 serial)
{
  for (GList *at = self->stocks.head; at != NULL; at = at->next) {
    WantedStock *stock = at->data;
    if (stock->serial == serial)
      return stock;
  }
  return NULL;
}

WantedStock *
wanted_bridge_evict (WantedBridge *self, guint limit)
{
  if (self->stocks.length < limit)
    return NULL;
  for (GList *at = self->stocks.head; at != NULL; at = at->next) {
    WantedStock *stock = at->data;
    if (stock->data_fd < 0) {
      g_queue_delete_link (&self->stocks, at);
      return stock;
    }
  }
  return NULL;
}

guint
wanted_port_hash (gconstpointer key)
{
  const WantedPort *port = key;
  return g_str_hash (port->device) * 31 + port->nic;
}

gboolean
wanted_port_equal (gconstpointer a, gconstpointer b)
{
  const WantedPort *one = a;
  const WantedPort *other = b;
  return one->nic == other->nic && strcmp (one->device, other->device) == 0;
}

/* --- commands -------------------------------------------------------------------------- */

static void
add_int (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static JsonBuilder *
begin (const char *op, gint64 id)
{
  JsonBuilder *builder = json_builder_new ();
  json_builder_begin_object (builder);
  add_int (builder, "id", id);
  add_string (builder, "op", op);
  return builder;
}

static char *
end (JsonBuilder *builder)
{
  json_builder_end_object (builder);
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_object_unref (builder);
  return json_to_string (root, FALSE);
}

static void
add_endpoint (JsonBuilder *builder, const char *device, guint nic)
{
  add_string (builder, "device", device);
  add_int (builder, "nic", nic);
}

static void
add_vlans (JsonBuilder *builder, const char *name, const VbetVlanSet *vlans)
{
  char text[VBET_VLAN_SET_TEXT_SIZE];
  if (vbet_vlan_set_is_empty (vlans))
    return;
  vbet_vlan_set_to_text (vlans, text);
  add_string (builder, name, text);
}

static void
add_port_vlans (JsonBuilder *builder, const WantedPort *port)
{
  const VbetSwitchPortSettings *settings = &port->settings;
  add_int (builder, "vlan", settings->vlan);
  add_vlans (builder, "trunk", &settings->trunk);
  if (settings->cost != 0)
    add_int (builder, "cost", settings->cost);
  json_builder_set_member_name (builder, "isolated");
  json_builder_add_boolean_value (builder, settings->isolated);
}

void
vbet_switch_bridge_settings_init (VbetSwitchBridgeSettings *self)
{
  *self = (VbetSwitchBridgeSettings){ .ageing = VBET_SWITCH_AGEING_DEFAULT, .priority = 32768 };
}

static char *
bridge_text (const WantedBridge *self, const char *op, gint64 id)
{
  JsonBuilder *builder = begin (op, id);
  add_string (builder, "bridge", self->device);
  add_string (builder, "kind", self->relay);
  add_int (builder, "ageing", self->settings.ageing);
  json_builder_set_member_name (builder, "stp");
  json_builder_add_boolean_value (builder, self->settings.stp);
  add_int (builder, "priority", self->settings.priority);
  add_int (builder, "mirror", self->settings.mirror);
  add_vlans (builder, "vlans", &self->settings.vlans);
  return end (builder);
}

char *
wanted_bridge_add_text (const WantedBridge *self, gint64 id)
{
  return bridge_text (self, "add-bridge", id);
}

char *
wanted_bridge_set_text (const WantedBridge *self, gint64 id)
{
  return bridge_text (self, "set-bridge", id);
}

char *
wanted_stock_text (const WantedBridge *bridge, const char *op, guint64 serial, gint64 id)
{
  JsonBuilder *builder = begin (op, id);
  add_string (builder, "bridge", bridge->device);
  add_int (builder, "serial", (gint64)serial);
  return end (builder);
}

char *
wanted_port_add_text (const WantedPort *self, gint64 id)
{
  JsonBuilder *builder = begin ("add-port", id);
  add_endpoint (builder, self->device, self->nic);
  add_string (builder, "kind", self->bridge != NULL ? "bridge-port" : "guest");
  if (self->bridge != NULL) {
    add_string (builder, "bridge", self->bridge);
    add_port_vlans (builder, self);
  } else {
    add_int (builder, "mtu", self->mtu);
  }
  return end (builder);
}

char *
wanted_port_set_text (const WantedPort *self, gint64 id)
{
  JsonBuilder *builder = begin ("set-port", id);
  add_endpoint (builder, self->device, self->nic);
  add_port_vlans (builder, self);
  return end (builder);
}

static void
add_link (JsonBuilder *builder, const WantedPort *port)
{
  json_builder_set_member_name (builder, "carrier");
  json_builder_add_boolean_value (builder, !port->no_carrier);
  if (port->speed > 0)
    add_int (builder, "speed", port->speed);
}

char *
wanted_port_connect_text (const WantedPort *self, gint64 id)
{
  JsonBuilder *builder = begin ("connect-port", id);
  add_endpoint (builder, self->device, self->nic);
  add_int (builder, "serial", (gint64)self->serial);
  if (self->vhost) {
    gint64 mac = 0;
    for (guint i = 0; i < sizeof self->mac; i++)
      mac = mac << 8 | self->mac[i];
    add_string (builder, "kind", "vhost-user");
    add_int (builder, "mac", mac);
    json_builder_set_member_name (builder, "resumed");
    json_builder_add_boolean_value (builder, self->given);
    add_int (builder, "replays", self->kept != NULL ? self->kept->len : 0);
    add_link (builder, self);
  } else if (self->udp) {
    add_string (builder, "kind", "udp");
    add_link (builder, self);
    if (self->vni >= 0)
      add_int (builder, "vni", self->vni);
    if (self->to != NULL)
      add_string (builder, "to", self->to);
  }
  return end (builder);
}

char *
wanted_port_replay_text (const WantedPort *self, const WantedMessage *message, gint64 id)
{
  JsonBuilder *builder = begin ("replay-port", id);
  add_endpoint (builder, self->device, self->nic);
  add_int (builder, "serial", (gint64)self->serial);
  add_string (builder, "message", message->text);
  return end (builder);
}

char *
wanted_port_link_text (const WantedPort *self, gint64 id)
{
  JsonBuilder *builder = begin ("set-link", id);
  add_endpoint (builder, self->device, self->nic);
  add_link (builder, self);
  return end (builder);
}

char *
wanted_port_remove_text (const WantedPort *self, gint64 id)
{
  JsonBuilder *builder = begin ("remove-port", id);
  add_endpoint (builder, self->device, self->nic);
  return end (builder);
}

static char *
cable_text (const WantedCable *self, const char *op, gint64 id)
{
  JsonBuilder *builder = begin (op, id);
  add_string (builder, "cable", self->name);
  json_builder_set_member_name (builder, "quality");
  vbet_cable_settings_to_json (&self->settings, builder);
  json_builder_set_member_name (builder, "ends");
  json_builder_begin_array (builder);
  for (guint i = 0; i < 2; i++) {
    json_builder_begin_object (builder);
    add_endpoint (builder, self->device[i], self->nic[i]);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
  return end (builder);
}

char *
wanted_cable_add_text (const WantedCable *self, gint64 id)
{
  return cable_text (self, "add-cable", id);
}

char *
wanted_cable_set_text (const WantedCable *self, gint64 id)
{
  return cable_text (self, "set-cable", id);
}

char *
wanted_identity_text (const WantedIdentity *self, gint64 id)
{
  JsonBuilder *builder = begin ("identify", id);
  g_autofree char *run = g_base64_encode (self->is.run, sizeof self->is.run);
  g_autofree char *macs = g_base64_encode (self->is.macs, sizeof self->is.macs);
  add_string (builder, "run", run);
  add_string (builder, "macs", macs);
  add_string (builder, "lab", self->lab);
  return end (builder);
}

char *
wanted_capture_add_text (const WantedCapture *self, gint64 id)
{
  JsonBuilder *builder = begin ("add-capture", id);
  add_int (builder, "serial", (gint64)self->serial);
  add_string (builder, "cable", self->cable);
  add_int (builder, "snaplen", self->snaplen);
  json_builder_set_member_name (builder, "resumed");
  json_builder_add_boolean_value (builder, self->begun);
  json_builder_set_member_name (builder, "captured");
  json_builder_begin_array (builder);
  json_builder_add_string_value (builder, self->names[0]);
  json_builder_add_string_value (builder, self->names[1]);
  json_builder_end_array (builder);
  if (self->filter != NULL) {
    json_builder_set_member_name (builder, "filter");
    json_builder_begin_array (builder);
    for (guint i = 0; i < self->filter->len; i++)
      json_builder_add_int_value (builder, g_array_index (self->filter, guint32, i));
    json_builder_end_array (builder);
  }
  return end (builder);
}

char *
wanted_capture_remove_text (guint64 serial, gint64 id)
{
  JsonBuilder *builder = begin ("remove-capture", id);
  add_int (builder, "serial", (gint64)serial);
  return end (builder);
}

char *
wanted_measure_text (const char *cable, guint64 serial, guint count, double duration, gint64 id)
{
  JsonBuilder *builder = begin ("measure", id);
  add_string (builder, "cable", cable);
  add_int (builder, "serial", (gint64)serial);
  add_int (builder, "count", count);
  add_int (builder, "duration", (gint64)duration);
  return end (builder);
}

char *
wanted_measure_cancel_text (guint64 serial, gint64 id)
{
  JsonBuilder *builder = begin ("cancel-measure", id);
  add_int (builder, "serial", (gint64)serial);
  return end (builder);
}

char *
wanted_plain_text (const char *op, const char *key, const char *value, gint64 id)
{
  JsonBuilder *builder = begin (op, id);
  if (key != NULL)
    add_string (builder, key, value);
  return end (builder);
}
