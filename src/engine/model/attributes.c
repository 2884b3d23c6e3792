/* attributes.c - lists of written attributes and typed reads with the schema's defaults. */
#include "config.h"

#include "engine/model/topology-private.h"

#include <string.h>

static void
attribute_free (VbetAttribute *self)
{
  vbet_value_unref (self->value);
  g_free (self);
}

VbetAttributes *
vbet_attributes_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)attribute_free);
}

void
vbet_attributes_append (VbetAttributes *self, const char *key, VbetValue *value, VbetSpan span)
{
  VbetAttribute *attribute = g_new (VbetAttribute, 1);
  attribute->key = key;
  attribute->value = value;
  attribute->span = span;
  g_ptr_array_add (self, attribute);
}

VbetAttributes *
vbet_attributes_with (const VbetAttributes *self, const char *key, VbetValue *value, VbetSpan span)
{
  VbetAttributes *copy = vbet_attributes_new ();
  gboolean placed = value == NULL;
  for (guint i = 0; i < self->len; i++) {
    const VbetAttribute *attribute = self->pdata[i];
    if (strcmp (attribute->key, key) != 0)
      vbet_attributes_append (copy, attribute->key, vbet_value_ref (attribute->value), attribute->span);
    else if (!placed) {
      vbet_attributes_append (copy, attribute->key, vbet_value_ref (value), span);
      placed = TRUE;
    }
  }
  if (!placed)
    vbet_attributes_append (copy, g_intern_string (key), vbet_value_ref (value), span);
  return copy;
}

const VbetValue *
vbet_attributes_get (const VbetAttributes *self, const char *key)
{
  for (guint i = 0; self != NULL && i < self->len; i++) {
    const VbetAttribute *attribute = self->pdata[i];
    if (strcmp (attribute->key, key) == 0)
      return attribute->value;
  }
  return NULL;
}

/* The written value or the default; (transfer full) (nullable). */
static VbetValue *
effective_value (const VbetAttributes *self, VbetKind kind, const char *key)
{
  const VbetValue *written = vbet_attributes_get (self, key);
  if (written != NULL)
    return vbet_value_ref ((VbetValue *)written);
  const VbetAttributeSpec *spec = vbet_schema_find (kind, key);
  g_return_val_if_fail (spec != NULL, NULL);
  return vbet_schema_default (spec);
}

static double
number_of (const VbetValue *value)
{
  switch (value->type) {
  case VBET_VALUE_BOOL:
    return value->as.boolean;
  case VBET_VALUE_INTEGER:
  case VBET_VALUE_SIZE:
  case VBET_VALUE_DURATION:
  case VBET_VALUE_RATE:
  case VBET_VALUE_MODE:
    return (double)value->as.integer;
  case VBET_VALUE_DECIMAL:
  case VBET_VALUE_PERCENT:
    return value->as.decimal;
  default:
    g_return_val_if_reached (0);
  }
}

double
vbet_attributes_number (const VbetAttributes *self, VbetKind kind, const char *key, guint direction)
{
  g_autoptr (VbetValue) value = effective_value (self, kind, key);
  if (value == NULL)
    return 0;
  if (value->type == VBET_VALUE_PAIR)
    return number_of (direction == 0 ? value->as.pair.ab : value->as.pair.ba);
  return number_of (value);
}

gboolean
vbet_attributes_boolean (const VbetAttributes *self, VbetKind kind, const char *key)
{
  return vbet_attributes_number (self, kind, key, 0) != 0;
}

gint64
vbet_attributes_integer (const VbetAttributes *self, VbetKind kind, const char *key)
{
  return (gint64)vbet_attributes_number (self, kind, key, 0);
}

const char *
vbet_attributes_text (const VbetAttributes *self, VbetKind kind, const char *key)
{
  const VbetValue *written = vbet_attributes_get (self, key);
  if (written != NULL) {
    g_return_val_if_fail (written->type == VBET_VALUE_STRING || written->type == VBET_VALUE_NAME, NULL);
    return written->as.text;
  }
  const VbetAttributeSpec *spec = vbet_schema_find (kind, key);
  return spec != NULL && spec->default_text[0] != '\0' ? spec->default_text : NULL;
}

/* What is set of @row in a direction, in the unit of its field. */
static double
impairment_of (const VbetAttributes *self, const VbetImpairment *row, guint direction)
{
  if (row->choices == NULL)
    return vbet_attributes_number (self, VBET_KIND_CABLE, row->key, direction) / vbet_impairment_scale (row);
  const char *name = vbet_attributes_text (self, VBET_KIND_CABLE, row->key);
  guint choice = 0;
  while (row->choices[choice] != NULL && g_strcmp0 (row->choices[choice], name) != 0)
    choice++;
  return choice;
}

void
vbet_attributes_quality (const VbetAttributes *self, VbetCableSettings *ret_settings)
{
  vbet_cable_settings_init (ret_settings);
  for (guint i = 0; i < VBET_IMPAIRMENTS_SIZE; i++)
    for (guint way = 0; way < 2; way++)
      vbet_cable_quality_put (&ret_settings->quality[way], &vbet_impairments[i],
                              impairment_of (self, &vbet_impairments[i], way));
}

GPtrArray *
vbet_attributes_list (const VbetAttributes *self, const char *key)
{
  const VbetValue *written = vbet_attributes_get (self, key);
  if (written != NULL && written->type == VBET_VALUE_LIST)
    return g_ptr_array_ref (written->as.list);
  GPtrArray *items = g_ptr_array_new_with_free_func ((GDestroyNotify)vbet_value_unref);
  if (written != NULL)
    g_ptr_array_add (items, vbet_value_ref ((VbetValue *)written));
  return items;
}
