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

GVariant *
vbet_reply_member (GVariant *self, const char *key)
{
  g_autoptr (GVariant) value = member (self, key);
  return value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT) ? g_steal_pointer (&value)
                                                                               : NULL;
}

/* Item @index of a list, out of its box; (transfer full). */
static GVariant *
unboxed (GVariant *list, gsize index)
{
  g_autoptr (GVariant) child = g_variant_get_child_value (list, index);
  return g_variant_is_of_type (child, G_VARIANT_TYPE_VARIANT) ? g_variant_get_variant (child)
                                                              : g_steal_pointer (&child);
}

static GVariant *
list_of (GVariant *self, const char *key)
{
  g_autoptr (GVariant) value = member (self, key);
  return value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY)
                 && !g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT)
             ? g_steal_pointer (&value)
             : NULL;
}

guint
vbet_reply_numbers (GVariant *self, const char *key, double *ret_numbers, guint size)
{
  g_autoptr (GVariant) list = list_of (self, key);
  guint n = list != NULL ? (guint)MIN (g_variant_n_children (list), size) : 0;
  for (guint i = 0; i < n; i++) {
    g_autoptr (GVariant) item = unboxed (list, i);
    if (g_variant_is_of_type (item, G_VARIANT_TYPE_INT64))
      ret_numbers[i] = (double)g_variant_get_int64 (item);
    else if (g_variant_is_of_type (item, G_VARIANT_TYPE_DOUBLE))
      ret_numbers[i] = g_variant_get_double (item);
    else if (g_variant_is_of_type (item, G_VARIANT_TYPE_BOOLEAN))
      ret_numbers[i] = g_variant_get_boolean (item);
    else
      return i;
  }
  return n;
}

char **
vbet_reply_texts (GVariant *self, const char *key)
{
  g_autoptr (GVariant) list = list_of (self, key);
  g_autoptr (GStrvBuilder) texts = g_strv_builder_new ();
  for (gsize i = 0; list != NULL && i < g_variant_n_children (list); i++) {
    g_autoptr (GVariant) item = unboxed (list, i);
    if (g_variant_is_of_type (item, G_VARIANT_TYPE_STRING))
      g_strv_builder_add (texts, g_variant_get_string (item, NULL));
  }
  return g_strv_builder_end (texts);
}

gboolean
vbet_reply_flag (GVariant *self, const char *key)
{
  g_autoptr (GVariant) value = member (self, key);
  return value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN)
         && g_variant_get_boolean (value);
}
