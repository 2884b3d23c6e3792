/* control-state.c - see control-state.h. */
#include "config.h"

#include "switch/control-state.h"

#include "base/cable-quality-json.h"
#include "base/mac.h"

#define ENTRIES_PER_PART 100 /* of some hundred bytes each: far below what a socket takes as one message */
#define MACS_PER_BRIDGE 1000 /* a table full of made-up addresses must not hold up the frames of others */
#define SECOND 1e9

typedef struct {
  JsonBuilder *builder; /* NULL: no part is open */
  guint entries;
  const char *array; /* name of the array all entries of the present kind go to */
  gint64 id;
  VbetControlPart part;
  gpointer user_data;
  const char *bridge; /* whose addresses are listed */
  guint macs;         /* of that bridge so far */
} Writer;

static void
end_part (Writer *self)
{
  if (self->builder == NULL)
    return;
  json_builder_end_array (self->builder);
  json_builder_end_object (self->builder);
  self->part (self->builder, self->user_data);
  g_clear_object (&self->builder);
}

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

static void
add_boolean (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

static void
add_counters (JsonBuilder *builder, const char *name, const VbetCounters *counters)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  json_builder_add_int_value (builder, (gint64)counters->frames);
  json_builder_add_int_value (builder, (gint64)counters->bytes);
  json_builder_add_int_value (builder, (gint64)counters->dropped);
  json_builder_end_array (builder);
}

static void
add_effects (JsonBuilder *builder, const char *name, const VbetCableEffects *effects)
{
  json_builder_set_member_name (builder, name);
  vbet_cable_effects_to_json (effects, builder);
}

/* Opens an object in the array, in a new part when the present one is full. */
static JsonBuilder *
begin_entry (Writer *self)
{
  if (self->entries == ENTRIES_PER_PART)
    end_part (self);
  if (self->builder == NULL) {
    self->builder = json_builder_new ();
    self->entries = 0;
    json_builder_begin_object (self->builder);
    add_int (self->builder, "id", self->id);
    add_boolean (self->builder, "part", TRUE);
    json_builder_set_member_name (self->builder, self->array);
    json_builder_begin_array (self->builder);
  }
  self->entries++;
  json_builder_begin_object (self->builder);
  return self->builder;
}

static void
write_port (const VbetFabricPortInfo *info, gpointer user_data)
{
  JsonBuilder *builder = begin_entry (user_data);
  add_string (builder, "device", info->device);
  add_int (builder, "nic", info->nic);
  add_string (builder, "kind", info->external ? "guest" : "bridge-port");
  add_boolean (builder, "connected", info->connected);
  if (info->cable != NULL)
    add_string (builder, "cable", info->cable);
  add_counters (builder, "rx", &info->rx);
  add_counters (builder, "tx", &info->tx);
  add_int (builder, "queued", info->queued);
  if (info->role != NULL) {
    add_string (builder, "role", info->role);
    add_string (builder, "stp", info->stp_state);
    add_int (builder, "cost", info->cost);
  }
  json_builder_end_object (builder);
}

static void
write_cable (const VbetFabricCableInfo *info, gpointer user_data)
{
  JsonBuilder *builder = begin_entry (user_data);
  add_string (builder, "cable", info->name);
  json_builder_set_member_name (builder, "up");
  json_builder_begin_array (builder);
  json_builder_add_boolean_value (builder, info->up[0]);
  json_builder_add_boolean_value (builder, info->up[1]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "ends");
  json_builder_begin_array (builder);
  for (guint end = 0; end < 2; end++) {
    json_builder_begin_object (builder);
    add_string (builder, "device", info->device[end]);
    add_int (builder, "nic", info->nic[end]);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
  add_counters (builder, "ab", &info->counters[0]);
  add_counters (builder, "ba", &info->counters[1]);
  add_effects (builder, "ab-effects", &info->effects[0]);
  add_effects (builder, "ba-effects", &info->effects[1]);
  json_builder_end_object (builder);
}

/* As bridges write it: the priority, then the address. */
static void
add_bridge_id (JsonBuilder *builder, const char *name, guint64 id)
{
  char text[32];
  g_snprintf (text, sizeof text, "%u.%012" G_GINT64_MODIFIER "x", (guint)(id >> 48),
              id & G_GUINT64_CONSTANT (0xffffffffffff));
  add_string (builder, name, text);
}

static void
write_bridge (const VbetFabricBridgeInfo *info, gpointer user_data)
{
  JsonBuilder *builder = begin_entry (user_data);
  add_string (builder, "bridge", info->name);
  add_string (builder, "kind", info->klass->name);
  add_boolean (builder, "learns", info->klass->get_bridge != NULL);
  add_int (builder, "ageing", (gint64)((double)info->ageing / SECOND));
  add_int (builder, "stock", info->direct_ports);
  add_int (builder, "addresses", info->addresses);
  add_int (builder, "flooded", (gint64)info->flooded);
  add_int (builder, "evicted", (gint64)info->evicted);
  add_boolean (builder, "storm", info->storm);
  if (info->stp) {
    add_bridge_id (builder, "root", info->root);
    add_int (builder, "root-cost", info->root_cost);
    add_bridge_id (builder, "id", info->id);
  }
  json_builder_end_object (builder);
}

static void
write_mac (guint64 mac, guint vlan, guint nic, gint64 age, gpointer user_data)
{
  Writer *self = user_data;
  char text[VBET_MAC_TEXT_SIZE];
  guint8 bytes[6];
  if (self->macs++ >= MACS_PER_BRIDGE)
    return;
  JsonBuilder *builder = begin_entry (self);
  vbet_mac_to_bytes (mac, bytes);
  add_string (builder, "bridge", self->bridge);
  add_string (builder, "mac", vbet_mac_to_text (bytes, ':', text));
  add_int (builder, "vlan", vlan);
  add_int (builder, "nic", nic);
  json_builder_set_member_name (builder, "age");
  json_builder_add_double_value (builder, (double)age / SECOND);
  json_builder_end_object (builder);
}

static void
collect_name (const VbetFabricBridgeInfo *info, gpointer user_data)
{
  g_ptr_array_add (user_data, (gpointer)info->name);
}

void
vbet_control_state (VbetFabric *fabric, gint64 id, gint64 now, VbetControlPart part, gpointer user_data)
{
  Writer writer = { .id = id, .part = part, .user_data = user_data, .array = "ports" };
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  vbet_fabric_each_port (fabric, write_port, &writer);
  end_part (&writer);
  writer.array = "cables";
  vbet_fabric_each_cable (fabric, write_cable, &writer);
  end_part (&writer);
  writer.array = "bridges";
  vbet_fabric_each_bridge (fabric, now, write_bridge, &writer);
  end_part (&writer);
  writer.array = "macs";
  vbet_fabric_each_bridge (fabric, now, collect_name, names);
  for (guint i = 0; i < names->len; i++) {
    writer.bridge = g_ptr_array_index (names, i);
    writer.macs = 0;
    vbet_fabric_each_mac (fabric, writer.bridge, now, write_mac, &writer);
  }
  end_part (&writer);
}
