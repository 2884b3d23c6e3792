/* find.c - see find.h. */
#include "config.h"

#include "gui/model/find.h"

#include <string.h>

#include "base/mac.h"

/* A word longer than this is nobody's name. */
#define WORD_MAX 200

static gboolean
holds (const char *text, const char *folded_word)
{
  g_autofree char *folded = text != NULL ? g_utf8_casefold (text, -1) : NULL;
  return folded != NULL && strstr (folded, folded_word) != NULL;
}

static gboolean
is_address (const VbetValue *value, const char *word)
{
  VbetAddress network;
  if (value->type != VBET_VALUE_ADDRESS)
    return FALSE;
  g_autofree char *text = vbet_value_to_text (value);
  if (g_str_has_prefix (text, word))
    return TRUE;
  return strchr (word, '/') != NULL && vbet_address_parse (word, &network) && network.prefix >= 0
         && vbet_address_same_subnet (&network, &value->as.address);
}

static gboolean
is_in_nic (const VbetNic *nic, const char *word)
{
  g_autoptr (GPtrArray) ips = vbet_attributes_list (nic->attributes, "ip");
  for (guint i = 0; i < ips->len; i++)
    if (is_address (g_ptr_array_index (ips, i), word))
      return TRUE;
  if (strchr (word, ':') == NULL)
    return FALSE;
  char mac[VBET_MAC_TEXT_SIZE];
  return strstr (vbet_mac_to_text (nic->mac, ':', mac), word) != NULL;
}

static gboolean
is_meant (const VbetDevice *device, const char *word)
{
  if (holds (device->name, word)
      || holds (vbet_attributes_text (device->attributes, device->kind, "label"), word)
      || g_str_equal (vbet_kind_name (device->kind), word))
    return TRUE;
  for (guint i = 0; i < device->nics->len; i++)
    if (is_in_nic (g_ptr_array_index (device->nics, i), word))
      return TRUE;
  return FALSE;
}

static gboolean
all_meant (const VbetDevice *device, char **words)
{
  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0' && !is_meant (device, words[i]))
      return FALSE;
  return TRUE;
}

char **
vbet_find_devices (const VbetTopology *topology, const char *query)
{
  g_autoptr (GStrvBuilder) found = g_strv_builder_new ();
  g_autofree char *valid = g_utf8_make_valid (query, (gssize)strnlen (query, WORD_MAX));
  g_autofree char *folded = g_utf8_casefold (g_strstrip (valid), -1);
  g_auto (GStrv) words = g_strsplit_set (folded, " \t\n", -1);
  if (*folded == '\0')
    return g_strv_builder_end (found);
  for (guint rank = 0; rank < 3; rank++)
    for (guint i = 0; i < topology->devices->len; i++) {
      const VbetDevice *device = g_ptr_array_index (topology->devices, i);
      g_autofree char *name = g_utf8_casefold (device->name, -1);
      guint own = g_str_equal (name, folded) ? 0 : g_str_has_prefix (name, folded) ? 1 : 2;
      if (own == rank && all_meant (device, words))
        g_strv_builder_add (found, device->name);
    }
  return g_strv_builder_end (found);
}
