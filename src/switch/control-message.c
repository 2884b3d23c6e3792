/* control-message.c - see control-message.h. */
#include "config.h"

#include "switch/control-message.h"

#include <json-glib/json-glib.h>

#include "base/cable-quality-json.h"
#include "base/json-guard.h"
#include "switch/core/stp.h"
#include "switch/core/vxlan.h"

#define DEPTH_MAX 8
#define SECOND G_GINT64_CONSTANT (1000000000)
#define AGEING_DEFAULT 300 /* seconds */
#define AGEING_MAX 1000000 /* seconds; the top of IEEE 802.1Q's range */
#define MTU_DEFAULT 1500
#define SPEED_DEFAULT 10000 /* Mbit/s */

static const struct {
  const char *name;
  VbetControlOp op;
} ops[] = {
  { "add-bridge", VBET_CONTROL_ADD_BRIDGE },
  { "set-bridge", VBET_CONTROL_SET_BRIDGE },
  { "remove-bridge", VBET_CONTROL_REMOVE_BRIDGE },
  { "add-port", VBET_CONTROL_ADD_PORT },
  { "connect-port", VBET_CONTROL_CONNECT_PORT },
  { "replay-port", VBET_CONTROL_REPLAY_PORT },
  { "set-link", VBET_CONTROL_SET_LINK },
  { "set-port", VBET_CONTROL_SET_PORT },
  { "remove-port", VBET_CONTROL_REMOVE_PORT },
  { "add-stock", VBET_CONTROL_ADD_STOCK },
  { "remove-stock", VBET_CONTROL_REMOVE_STOCK },
  { "add-cable", VBET_CONTROL_ADD_CABLE },
  { "set-cable", VBET_CONTROL_SET_CABLE },
  { "remove-cable", VBET_CONTROL_REMOVE_CABLE },
  { "identify", VBET_CONTROL_IDENTIFY },
  { "add-capture", VBET_CONTROL_ADD_CAPTURE },
  { "remove-capture", VBET_CONTROL_REMOVE_CAPTURE },
  { "measure", VBET_CONTROL_MEASURE },
  { "cancel-measure", VBET_CONTROL_CANCEL_MEASURE },
  { "state", VBET_CONTROL_STATE },
  { "sync", VBET_CONTROL_SYNC },
  { "quit", VBET_CONTROL_QUIT },
};

static JsonNode *
member (JsonObject *object, const char *name, GType type)
{
  JsonNode *node = json_object_get_member (object, name);
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type ? node
                                                                                                 : NULL;
}

static char *
dup_string (JsonObject *object, const char *name)
{
  JsonNode *node = member (object, name, G_TYPE_STRING);
  return node != NULL ? json_node_dup_string (node) : NULL;
}

static gint64
get_int (JsonObject *object, const char *name, gint64 minimum, gint64 maximum, gint64 otherwise)
{
  JsonNode *node = member (object, name, G_TYPE_INT64);
  gint64 value = node != NULL ? json_node_get_int (node) : otherwise;
  return value >= minimum && value <= maximum ? value : otherwise;
}

static gboolean
get_boolean (JsonObject *object, const char *name, gboolean otherwise)
{
  JsonNode *node = member (object, name, G_TYPE_BOOLEAN);
  return node != NULL ? json_node_get_boolean (node) : otherwise;
}

static void
read_end (JsonObject *object, VbetControlEnd *ret_end)
{
  ret_end->device = dup_string (object, "device");
  ret_end->nic = (guint)get_int (object, "nic", 1, VBET_FABRIC_NIC_MAX, 0);
}

static void
read_ends (JsonObject *object, VbetControlEnd ret_ends[2])
{
  JsonNode *node = json_object_get_member (object, "ends");
  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return;
  JsonArray *array = json_node_get_array (node);
  for (guint i = 0; i < 2 && i < json_array_get_length (array); i++) {
    JsonNode *one = json_array_get_element (array, i);
    if (JSON_NODE_HOLDS_OBJECT (one))
      read_end (json_node_get_object (one), &ret_ends[i]);
  }
}

static gboolean
read_op (JsonObject *object, VbetControlOp *ret_op)
{
  g_autofree char *name = dup_string (object, "op");
  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (ops); i++) {
    if (strcmp (ops[i].name, name) == 0) {
      *ret_op = ops[i].op;
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
read_vlans (JsonObject *object, const char *name, VbetVlanSet *ret_vlans)
{
  g_autofree char *text = dup_string (object, name);
  return text == NULL || vbet_vlan_set_from_text (text, ret_vlans);
}

static void
read_message (JsonObject *object, VbetControlCommand *command)
{
  g_autofree char *text = dup_string (object, json_object_has_member (object, "to") ? "to" : "message");
  if (text != NULL)
    command->message = g_base64_decode (text, &command->message_size);
}

/* @ret_bytes: (array length=size). Returns: FALSE unless member @name is that many bytes in base64. */
static gboolean
read_bytes (JsonObject *object, const char *name, guint8 *ret_bytes, gsize size)
{
  g_autofree char *text = dup_string (object, name);
  gsize got = 0;
  g_autofree guint8 *bytes = text != NULL ? g_base64_decode (text, &got) : NULL;
  if (bytes == NULL || got != size)
    return FALSE;
  memcpy (ret_bytes, bytes, size);
  return TRUE;
}

/* Returns: FALSE when one of its parts is missing or malformed. */
static gboolean
read_identity (JsonObject *object, VbetFarIdentity *ret_identity)
{
  g_autofree char *lab = dup_string (object, "lab");
  if (lab == NULL || !read_bytes (object, "run", ret_identity->run, sizeof ret_identity->run)
      || !read_bytes (object, "macs", ret_identity->macs, sizeof ret_identity->macs))
    return FALSE;
  vbet_far_identity_set_lab (ret_identity, lab);
  return TRUE;
}

/* "captured": the names of the ends, "" for one that is not captured. */
static void
read_capture_ends (JsonObject *object, VbetCaptureSettings *ret_settings)
{
  JsonNode *node = json_object_get_member (object, "captured");
  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return;
  JsonArray *array = json_node_get_array (node);
  for (guint i = 0; i < 2 && i < json_array_get_length (array); i++) {
    JsonNode *one = json_array_get_element (array, i);
    if (JSON_NODE_HOLDS_VALUE (one) && json_node_get_value_type (one) == G_TYPE_STRING)
      ret_settings->name[i] = json_node_dup_string (one);
    ret_settings->ends[i] = ret_settings->name[i] != NULL && *ret_settings->name[i] != '\0';
  }
}

/* "filter": code, jt, jf, k of each instruction, one after the other. */
static gboolean
read_filter (JsonObject *object, VbetCaptureSettings *ret_settings)
{
  static const gint64 limits[] = { G_MAXUINT16, G_MAXUINT8, G_MAXUINT8, G_MAXUINT32 };
  JsonNode *node = json_object_get_member (object, "filter");
  if (node == NULL)
    return TRUE;
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint length = array != NULL ? json_array_get_length (array) : 0;
  if (length == 0 || length % 4 != 0 || length / 4 > VBET_BPF_MAX)
    return FALSE;
  ret_settings->filter = g_new0 (VbetBpfInstruction, length / 4);
  ret_settings->filter_size = length / 4;
  for (guint i = 0; i < length; i++) {
    JsonNode *one = json_array_get_element (array, i);
    gint64 value = JSON_NODE_HOLDS_VALUE (one) && json_node_get_value_type (one) == G_TYPE_INT64
                       ? json_node_get_int (one)
                       : -1;
    VbetBpfInstruction *at = &ret_settings->filter[i / 4];
    if (value < 0 || value > limits[i % 4])
      return FALSE;
    if (i % 4 == 0)
      at->code = (guint16)value;
    else if (i % 4 == 1)
      at->jt = (guint8)value;
    else if (i % 4 == 2)
      at->jf = (guint8)value;
    else
      at->k = (guint32)value;
  }
  return vbet_bpf_is_valid (ret_settings->filter, ret_settings->filter_size);
}

static gboolean
read_capture (JsonObject *object, VbetCaptureSettings *ret_settings)
{
  read_capture_ends (object, ret_settings);
  ret_settings->snaplen = (guint)get_int (object, "snaplen", 1, VBET_FRAME_MAX, VBET_FRAME_MAX);
  ret_settings->resumed = get_boolean (object, "resumed", FALSE);
  return read_filter (object, ret_settings);
}

static VbetControlCommand *
read_command (JsonObject *object, VbetControlOp op, gint64 id)
{
  VbetControlCommand *self = g_new0 (VbetControlCommand, 1);
  g_autofree char *kind = dup_string (object, "kind");
  self->op = op;
  self->id = id;
  self->bridge = dup_string (object, "bridge");
  self->relay = vbet_relay_class_find (kind != NULL ? kind : "switch");
  self->guest = g_strcmp0 (kind, "guest") == 0;
  self->bridge_settings.ageing = get_int (object, "ageing", 0, AGEING_MAX, AGEING_DEFAULT) * SECOND;
  self->bridge_settings.stp = get_boolean (object, "stp", FALSE);
  self->bridge_settings.priority = (guint16)get_int (object, "priority", 0, 61440, VBET_STP_PRIORITY_DEFAULT);
  self->bridge_settings.mirror = (guint)get_int (object, "mirror", 0, VBET_FABRIC_NIC_MAX, 0);
  self->vlan = (guint)get_int (object, "vlan", 0, VBET_VLANS - 1, 0);
  self->isolated = get_boolean (object, "isolated", FALSE);
  self->cost = (guint32)get_int (object, "cost", 0, VBET_STP_COST_MAX, 0);
  self->mtu = (guint)get_int (object, "mtu", 1, VBET_FRAME_MTU_MAX, MTU_DEFAULT);
  self->serial = (guint64)get_int (object, "serial", 0, G_MAXINT64, 0);
  self->cable = dup_string (object, "cable");
  self->vhost = g_strcmp0 (kind, "vhost-user") == 0;
  self->udp = g_strcmp0 (kind, "udp") == 0;
  self->vni = get_int (object, "vni", 0, VBET_VXLAN_VNI_MAX, -1);
  self->mac = (guint64)get_int (object, "mac", 0, VBET_MAC_BROADCAST, 0);
  self->carrier = get_boolean (object, "carrier", TRUE);
  self->speed = (guint)get_int (object, "speed", 1, G_MAXINT32, SPEED_DEFAULT);
  self->wish.count = (guint)get_int (object, "count", 0, VBET_PROBE_MAX, 0);
  self->wish.duration = get_int (object, "duration", 0, VBET_PROBE_TIME_MAX, 0);
  self->resumed = get_boolean (object, "resumed", FALSE);
  self->replays = (guint)get_int (object, "replays", 0, G_MAXINT32, 0);
  read_message (object, self);
  gboolean capture_ok = read_capture (object, &self->capture);
  self->invalid
      = !capture_ok
        || !vbet_cable_settings_from_json (&self->settings, json_object_get_member (object, "quality"))
        || !read_vlans (object, "vlans", &self->bridge_settings.vlans)
        || !read_vlans (object, "trunk", &self->trunk)
        || (op == VBET_CONTROL_IDENTIFY && !read_identity (object, &self->identity));
  read_end (object, &self->end);
  read_ends (object, self->ends);
  return self;
}

VbetControlCommand *
vbet_control_command_parse (const char *data, gsize size, gint64 *ret_id, char **ret_error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  *ret_id = 0;
  if (size > VBET_CONTROL_MESSAGE_MAX || !vbet_json_is_shallow (data, size, DEPTH_MAX)
      || !g_utf8_validate (data, (gssize)size, NULL)
      || !json_parser_load_from_data (parser, data, (gssize)size, NULL)) {
    *ret_error = g_strdup ("The message is not JSON of a sane size and depth");
    return NULL;
  }
  JsonNode *root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root)) {
    *ret_error = g_strdup ("The message is not a JSON object");
    return NULL;
  }
  JsonObject *object = json_node_get_object (root);
  *ret_id = get_int (object, "id", 0, G_MAXINT64, 0);
  VbetControlOp op;
  if (!read_op (object, &op)) {
    *ret_error = g_strdup ("The command has no known \"op\"");
    return NULL;
  }
  return read_command (object, op, *ret_id);
}

void
vbet_control_command_free (VbetControlCommand *self)
{
  if (self == NULL)
    return;
  g_free (self->bridge);
  g_free (self->cable);
  g_free (self->message);
  vbet_capture_settings_clear (&self->capture);
  g_free (self->end.device);
  g_free (self->ends[0].device);
  g_free (self->ends[1].device);
  g_free (self);
}
