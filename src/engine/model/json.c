/* json.c - a topology as "vbetctl show --json" prints it. */
#include "config.h"

#include <json-glib/json-glib.h>

#include "base/mac.h"
#include "engine/model/topology.h"

static void
add_text (JsonBuilder *builder, const char *key, const char *text)
{
  json_builder_set_member_name (builder, key);
  if (text != NULL)
    json_builder_add_string_value (builder, text);
  else
    json_builder_add_null_value (builder);
}

static void
add_number (JsonBuilder *builder, const char *key, guint number)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_int_value (builder, number);
}

static void
add_nic (JsonBuilder *builder, const VbetNic *nic)
{
  g_autofree char *name = g_strdup_printf ("eth%u", nic->index - 1);
  char mac[VBET_MAC_TEXT_SIZE];
  json_builder_begin_object (builder);
  add_number (builder, "index", nic->index);
  add_text (builder, "name", name);
  add_text (builder, "mac", vbet_mac_to_text (nic->mac, ':', mac));
  json_builder_set_member_name (builder, "ip");
  json_builder_begin_array (builder);
  g_autoptr (GPtrArray) addresses = vbet_attributes_list (nic->attributes, "ip");
  for (guint i = 0; i < addresses->len; i++) {
    g_autofree char *address = vbet_value_to_text (addresses->pdata[i]);
    json_builder_add_string_value (builder, address);
  }
  json_builder_end_array (builder);
  add_text (builder, "cable", nic->cable);
  json_builder_end_object (builder);
}

static void
add_device (JsonBuilder *builder, const VbetDevice *device)
{
  json_builder_begin_object (builder);
  add_text (builder, "name", device->name);
  add_text (builder, "kind", vbet_kind_name (device->kind));
  json_builder_set_member_name (builder, "nics");
  json_builder_begin_array (builder);
  for (guint i = 0; i < device->nics->len; i++)
    add_nic (builder, device->nics->pdata[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static void
add_cable (JsonBuilder *builder, const VbetCable *cable)
{
  json_builder_begin_object (builder);
  add_text (builder, "name", cable->name);
  json_builder_set_member_name (builder, "ends");
  json_builder_begin_array (builder);
  for (guint i = 0; i < 2; i++) {
    if (cable->ends[i].device == NULL) {
      json_builder_add_null_value (builder);
      continue;
    }
    json_builder_begin_object (builder);
    add_text (builder, "device", cable->ends[i].device);
    add_number (builder, "nic", cable->ends[i].nic);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static void
add_step (JsonBuilder *builder, const VbetStep *step)
{
  json_builder_begin_object (builder);
  add_text (builder, "title", step->title);
  add_text (builder, "text", step->text);
  json_builder_set_member_name (builder, "actions");
  json_builder_begin_array (builder);
  for (guint i = 0; i < step->actions->len; i++)
    json_builder_add_string_value (builder, ((const VbetAction *)step->actions->pdata[i])->source);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

char *
vbet_topology_to_json (const VbetTopology *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_object (builder);
  if (self->seed != NULL)
    add_text (builder, "seed", self->seed);
  json_builder_set_member_name (builder, "devices");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->devices->len; i++)
    add_device (builder, self->devices->pdata[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "cables");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->cables->len; i++)
    add_cable (builder, self->cables->pdata[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "steps");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->steps->len; i++)
    add_step (builder, self->steps->pdata[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  return json_to_string (root, TRUE);
}
