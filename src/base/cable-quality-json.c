/* cable-quality-json.c - see cable-quality-json.h. */
#include "config.h"

#include "base/cable-quality-json.h"

#include <string.h>

/* --- settings --------------------------------------------------------------------------- */

static void
add_quality (const VbetCableQuality *self, JsonBuilder *builder)
{
  json_builder_begin_object (builder);
  for (guint i = 0; i < VBET_IMPAIRMENTS_SIZE; i++) {
    const VbetImpairment *row = &vbet_impairments[i];
    double value = vbet_cable_quality_get (self, row);
    json_builder_set_member_name (builder, row->key);
    if (row->kind == VBET_IMPAIRMENT_FLAG)
      json_builder_add_boolean_value (builder, value != 0);
    else if (row->choices != NULL)
      json_builder_add_string_value (builder, row->choices[(guint)value]);
    else
      json_builder_add_double_value (builder, value);
  }
  json_builder_end_object (builder);
}

/* Returns: the number of the choice @name; -1: there is no such. */
static double
choice_of (const VbetImpairment *row, const char *name)
{
  for (guint i = 0; row->choices[i] != NULL; i++)
    if (strcmp (row->choices[i], name) == 0)
      return i;
  return -1;
}

/* Returns: FALSE when @node holds nothing of the kind that @row needs. */
static gboolean
read_value (const VbetImpairment *row, JsonNode *node, double *ret_value)
{
  if (!JSON_NODE_HOLDS_VALUE (node))
    return FALSE;
  GType type = json_node_get_value_type (node);
  if (row->kind == VBET_IMPAIRMENT_FLAG) {
    *ret_value = json_node_get_boolean (node);
    return type == G_TYPE_BOOLEAN;
  }
  if (row->choices != NULL) {
    *ret_value = type == G_TYPE_STRING ? choice_of (row, json_node_get_string (node)) : -1;
    return *ret_value >= 0;
  }
  *ret_value = json_node_get_double (node);
  return type == G_TYPE_INT64 || type == G_TYPE_DOUBLE;
}

static gboolean
read_quality (VbetCableQuality *self, JsonObject *object)
{
  for (guint i = 0; i < VBET_IMPAIRMENTS_SIZE; i++) {
    const VbetImpairment *row = &vbet_impairments[i];
    JsonNode *node = json_object_get_member (object, row->key);
    double value = 0;
    if (node == NULL)
      continue;
    if (!read_value (row, node, &value) || !vbet_cable_quality_put (self, row, value))
      return FALSE;
  }
  return TRUE;
}

void
vbet_cable_settings_to_json (const VbetCableSettings *self, JsonBuilder *builder)
{
  json_builder_begin_array (builder);
  add_quality (&self->quality[0], builder);
  add_quality (&self->quality[1], builder);
  json_builder_end_array (builder);
}

gboolean
vbet_cable_settings_from_json (VbetCableSettings *ret_self, JsonNode *node)
{
  vbet_cable_settings_init (ret_self);
  if (node == NULL)
    return TRUE;
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  if (array == NULL || json_array_get_length (array) != 2)
    return FALSE;
  for (guint way = 0; way < 2; way++) {
    JsonNode *one = json_array_get_element (array, way);
    if (!JSON_NODE_HOLDS_OBJECT (one) || !read_quality (&ret_self->quality[way], json_node_get_object (one)))
      return FALSE;
  }
  return TRUE;
}

/* --- effects ------------------------------------------------------------------------------ */

void
vbet_cable_effects_to_json (const VbetCableEffects *self, JsonBuilder *builder)
{
  json_builder_begin_array (builder);
  for (guint i = 0; i < VBET_IMPAIRMENTS_SIZE; i++)
    if (vbet_impairments[i].effect != NULL)
      json_builder_add_int_value (builder, (gint64)self->hits[i]);
  json_builder_add_int_value (builder, self->waiting);
  json_builder_add_int_value (builder, self->flying);
  json_builder_end_array (builder);
}

/* The number at @*at, which moves on. */
static guint64
next_number (JsonArray *array, guint *at)
{
  if (array == NULL || *at >= json_array_get_length (array))
    return 0;
  JsonNode *node = json_array_get_element (array, (*at)++);
  gboolean is_number = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64;
  return is_number ? (guint64)MAX (json_node_get_int (node), 0) : 0;
}

void
vbet_cable_effects_from_json (VbetCableEffects *ret_self, JsonArray *array)
{
  guint at = 0;
  *ret_self = (VbetCableEffects){ .waiting = 0 };
  for (guint i = 0; i < VBET_IMPAIRMENTS_SIZE; i++)
    if (vbet_impairments[i].effect != NULL)
      ret_self->hits[i] = next_number (array, &at);
  guint64 waiting = next_number (array, &at), flying = next_number (array, &at);
  ret_self->waiting = (guint)MIN (waiting, G_MAXUINT);
  ret_self->flying = (guint)MIN (flying, G_MAXUINT);
}
