/* state.c - the switch's counters and tables, from its JSON to structures; see client.h. */
#include "config.h"

#include "engine/switch/state.h"

#include <string.h>

#include "base/cable-quality-json.h"

static void
port_free (gpointer data)
{
  VbetSwitchPortState *self = data;
  g_free (self->device);
  g_free (self->cable);
  g_free (self->role);
  g_free (self->stp_state);
  g_free (self);
}

static void
cable_free (gpointer data)
{
  VbetSwitchCableState *self = data;
  g_free (self->name);
  g_free (self->device_a);
  g_free (self->device_b);
  g_free (self);
}

static void
bridge_free (gpointer data)
{
  VbetSwitchBridgeState *self = data;
  g_free (self->root);
  g_free (self->id);
  g_free (self->device);
  g_array_unref (self->macs);
  g_free (self);
}

VbetSwitchState *
vbet_switch_state_new (void)
{
  VbetSwitchState *self = g_new0 (VbetSwitchState, 1);
  self->ports = g_ptr_array_new_with_free_func (port_free);
  self->cables = g_ptr_array_new_with_free_func (cable_free);
  self->bridges = g_ptr_array_new_with_free_func (bridge_free);
  self->index = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
vbet_switch_state_free (VbetSwitchState *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->index);
  g_ptr_array_unref (self->ports);
  g_ptr_array_unref (self->cables);
  g_ptr_array_unref (self->bridges);
  g_free (self);
}

/* --- finding: one table, keys begin with the kind ------------------------------------ */

static char *
port_key (const char *device, guint nic)
{
  return g_strdup_printf ("p%u/%s", nic, device);
}

const VbetSwitchPortState *
vbet_switch_state_find_port (const VbetSwitchState *self, const char *device, guint nic)
{
  g_autofree char *key = port_key (device, nic);
  return g_hash_table_lookup (self->index, key);
}

const VbetSwitchCableState *
vbet_switch_state_find_cable (const VbetSwitchState *self, const char *name)
{
  g_autofree char *key = g_strconcat ("c", name, NULL);
  return g_hash_table_lookup (self->index, key);
}

const VbetSwitchBridgeState *
vbet_switch_state_find_bridge (const VbetSwitchState *self, const char *device)
{
  g_autofree char *key = g_strconcat ("b", device, NULL);
  return g_hash_table_lookup (self->index, key);
}

/* --- reading ------------------------------------------------------------------------------ */

static JsonNode *
member (JsonObject *object, const char *name, JsonNodeType type)
{
  JsonNode *node = json_object_get_member (object, name);
  return node != NULL && json_node_get_node_type (node) == type ? node : NULL;
}

static gint64
get_int (JsonObject *object, const char *name)
{
  JsonNode *node = member (object, name, JSON_NODE_VALUE);
  return node != NULL ? MAX (json_node_get_int (node), 0) : 0;
}

static gboolean
get_boolean (JsonObject *object, const char *name)
{
  JsonNode *node = member (object, name, JSON_NODE_VALUE);
  return node != NULL && json_node_get_boolean (node);
}

static const char *
get_string (JsonObject *object, const char *name)
{
  JsonNode *node = member (object, name, JSON_NODE_VALUE);
  const char *text = node != NULL ? json_node_get_string (node) : NULL;
  return text != NULL ? text : "";
}

/* Returns: (transfer full) (nullable): NULL when it is missing. */
static char *
get_text (JsonObject *object, const char *name)
{
  const char *text = get_string (object, name);
  return *text != '\0' ? g_strdup (text) : NULL;
}

static guint64
get_element (JsonArray *array, guint index)
{
  JsonNode *node = json_array_get_element (array, index);
  return JSON_NODE_HOLDS_VALUE (node) ? (guint64)MAX (json_node_get_int (node), 0) : 0;
}

static VbetSwitchCounters
get_counters (JsonObject *object, const char *name)
{
  VbetSwitchCounters counters = { 0 };
  JsonNode *node = member (object, name, JSON_NODE_ARRAY);
  JsonArray *array = node != NULL ? json_node_get_array (node) : NULL;
  if (array == NULL || json_array_get_length (array) != 3)
    return counters;
  counters.frames = get_element (array, 0);
  counters.bytes = get_element (array, 1);
  counters.dropped = get_element (array, 2);
  return counters;
}

static void
read_port (VbetSwitchState *self, JsonObject *object)
{
  VbetSwitchPortState *port = g_new0 (VbetSwitchPortState, 1);
  port->device = g_strdup (get_string (object, "device"));
  port->nic = (guint)get_int (object, "nic");
  port->guest = strcmp (get_string (object, "kind"), "guest") == 0;
  port->connected = get_boolean (object, "connected");
  if (*get_string (object, "cable") != '\0')
    port->cable = g_strdup (get_string (object, "cable"));
  port->rx = get_counters (object, "rx");
  port->tx = get_counters (object, "tx");
  port->queued = (guint)get_int (object, "queued");
  port->role = get_text (object, "role");
  port->stp_state = get_text (object, "stp");
  port->cost = (guint)get_int (object, "cost");
  g_ptr_array_add (self->ports, port);
  g_hash_table_insert (self->index, port_key (port->device, port->nic), port);
}

static void
read_effects (JsonObject *object, const char *name, VbetCableEffects *ret_effects)
{
  JsonNode *node = member (object, name, JSON_NODE_ARRAY);
  vbet_cable_effects_from_json (ret_effects, node != NULL ? json_node_get_array (node) : NULL);
}

static void
read_cable (VbetSwitchState *self, JsonObject *object)
{
  VbetSwitchCableState *cable = g_new0 (VbetSwitchCableState, 1);
  JsonNode *node = member (object, "ends", JSON_NODE_ARRAY);
  JsonArray *ends = node != NULL ? json_node_get_array (node) : NULL;
  char **devices[] = { &cable->device_a, &cable->device_b };
  guint *nics[] = { &cable->nic_a, &cable->nic_b };
  for (guint i = 0; i < 2; i++) {
    JsonNode *end
        = ends != NULL && json_array_get_length (ends) == 2 ? json_array_get_element (ends, i) : NULL;
    JsonObject *one = end != NULL && JSON_NODE_HOLDS_OBJECT (end) ? json_node_get_object (end) : NULL;
    *devices[i] = g_strdup (one != NULL ? get_string (one, "device") : "");
    *nics[i] = one != NULL ? (guint)get_int (one, "nic") : 0;
  }
  cable->name = g_strdup (get_string (object, "cable"));
  node = member (object, "up", JSON_NODE_ARRAY);
  for (guint i = 0; i < 2 && node != NULL && i < json_array_get_length (json_node_get_array (node)); i++) {
    JsonNode *one = json_array_get_element (json_node_get_array (node), i);
    cable->up[i] = JSON_NODE_HOLDS_VALUE (one) && json_node_get_value_type (one) == G_TYPE_BOOLEAN
                   && json_node_get_boolean (one);
  }
  read_effects (object, "ab-effects", &cable->effects[0]);
  read_effects (object, "ba-effects", &cable->effects[1]);
  cable->ab = get_counters (object, "ab");
  cable->ba = get_counters (object, "ba");
  g_ptr_array_add (self->cables, cable);
  g_hash_table_insert (self->index, g_strconcat ("c", cable->name, NULL), cable);
}

static void
read_bridge (VbetSwitchState *self, JsonObject *object)
{
  VbetSwitchBridgeState *bridge = g_new0 (VbetSwitchBridgeState, 1);
  bridge->device = g_strdup (get_string (object, "bridge"));
  bridge->learns = get_boolean (object, "learns");
  bridge->ageing = (guint)get_int (object, "ageing");
  bridge->root = get_text (object, "root");
  bridge->root_cost = (guint)get_int (object, "root-cost");
  bridge->id = get_text (object, "id");
  bridge->stock_guests = (guint)get_int (object, "stock");
  bridge->addresses = (guint)get_int (object, "addresses");
  bridge->flooded = (guint64)get_int (object, "flooded");
  bridge->evicted = (guint64)get_int (object, "evicted");
  bridge->storm = get_boolean (object, "storm");
  bridge->macs = g_array_new (FALSE, TRUE, sizeof (VbetSwitchMac));
  g_ptr_array_add (self->bridges, bridge);
  g_hash_table_insert (self->index, g_strconcat ("b", bridge->device, NULL), bridge);
}

static gboolean
read_address (const char *text, guint8 ret_mac[6])
{
  for (guint i = 0; i < 6; i++) {
    int high = g_ascii_xdigit_value (text[0]);
    int low = high >= 0 ? g_ascii_xdigit_value (text[1]) : -1;
    if (low < 0 || text[2] != (i < 5 ? ':' : '\0'))
      return FALSE;
    ret_mac[i] = (guint8)(high << 4 | low);
    text += 3;
  }
  return TRUE;
}

static void
read_mac (VbetSwitchState *self, JsonObject *object)
{
  VbetSwitchMac mac = { .nic = (guint)get_int (object, "nic"), .vlan = (guint)get_int (object, "vlan") };
  g_autofree char *key = g_strconcat ("b", get_string (object, "bridge"), NULL);
  VbetSwitchBridgeState *bridge = g_hash_table_lookup (self->index, key);
  JsonNode *age = member (object, "age", JSON_NODE_VALUE);
  if (bridge == NULL || age == NULL || !read_address (get_string (object, "mac"), mac.mac))
    return;
  mac.age = json_node_get_double (age);
  g_array_append_val (bridge->macs, mac);
}

void
vbet_switch_state_read_part (VbetSwitchState *self, JsonObject *object)
{
  static const struct {
    const char *name;
    void (*read) (VbetSwitchState *self, JsonObject *object);
  } kinds[] = {
    { "ports", read_port },
    { "cables", read_cable },
    { "bridges", read_bridge },
    { "macs", read_mac },
  };
  for (guint kind = 0; kind < G_N_ELEMENTS (kinds); kind++) {
    JsonNode *node = member (object, kinds[kind].name, JSON_NODE_ARRAY);
    JsonArray *array = node != NULL ? json_node_get_array (node) : NULL;
    guint length = array != NULL ? json_array_get_length (array) : 0;
    for (guint i = 0; i < length; i++) {
      JsonNode *one = json_array_get_element (array, i);
      if (JSON_NODE_HOLDS_OBJECT (one))
        kinds[kind].read (self, json_node_get_object (one));
    }
  }
}
