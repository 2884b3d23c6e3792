/* reply.c - see reply.h. */
#include "config.h"

#include "gui/reply.h"

static GVariant *
member (GVariant *self, const char *key)
{
  return self != NULL && g_variant_is_of_type (self, G_VARIANT_TYPE_VARDICT)
             ? g_variant_lookup_value (self, key, NULL)
             : NULL;
}

const char *
vbet_reply_text (GVariant *self, const char *key)
{
  const char *text = NULL;
  if (self != NULL && g_variant_is_of_type (self, G_VARIANT_TYPE_VARDICT))
    g_variant_lookup (self, key, "&s", &text);
  return text;
}

double
vbet_reply_number (GVariant *self, const char *key, double otherwise)
{
  g_autoptr (GVariant) value = member (self, key);
  if (value == NULL)
    return otherwise;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    return g_variant_get_double (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return (double)g_variant_get_int64 (value);
  return otherwise;
}

GPtrArray *
vbet_reply_list (GVariant *self, const char *key)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify)g_variant_unref);
  g_autoptr (GVariant) value = member (self, key);
  if (value == NULL || !g_variant_is_container (value)
      || g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    return list;
  for (gsize i = 0; i < g_variant_n_children (value); i++) {
    g_autoptr (GVariant) child = g_variant_get_child_value (value, i);
    GVariant *inner = g_variant_is_of_type (child, G_VARIANT_TYPE_VARIANT) ? g_variant_get_variant (child)
                                                                           : g_variant_ref (child);
    if (g_variant_is_of_type (inner, G_VARIANT_TYPE_VARDICT))
      g_ptr_array_add (list, inner);
    else
      g_variant_unref (inner);
  }
  return list;
}
