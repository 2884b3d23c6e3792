/* tag.c - see tag.h. */
#include "config.h"

#include "gui/tag.h"

static void
set (gpointer object, const char *tag, gpointer value, GDestroyNotify destroy)
{
  g_object_set_data_full (G_OBJECT (object), tag, value, value != NULL ? destroy : NULL);
}

void
vbet_tag_set_text (gpointer object, const char *tag, const char *text)
{
  set (object, tag, g_strdup (text), g_free);
}

const char *
vbet_tag_text (gpointer object, const char *tag)
{
  return g_object_get_data (G_OBJECT (object), tag);
}

void
vbet_tag_set_number (gpointer object, const char *tag, gsize number)
{
  set (object, tag, GSIZE_TO_POINTER (number), NULL);
}

gsize
vbet_tag_number (gpointer object, const char *tag)
{
  return GPOINTER_TO_SIZE (g_object_get_data (G_OBJECT (object), tag));
}

void
vbet_tag_set_object (gpointer object, const char *tag, gpointer value)
{
  set (object, tag, value != NULL ? g_object_ref (value) : NULL, g_object_unref);
}

gpointer
vbet_tag_object (gpointer object, const char *tag)
{
  return g_object_get_data (G_OBJECT (object), tag);
}
