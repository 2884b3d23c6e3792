/* lab-id.c - identifiers of labs that do not collide; see lab-id.h. */
#include "config.h"

#include "base/lab-id.h"

#include <string.h>

#define TAG_DIGITS                                                                                           \
  8 /* 32 bits: of a thousand labs of one name, two are alike in one of ten thousand cases  \
                      */
#define TAG_SIZE (1 + TAG_DIGITS)

/* Returns: (transfer full): "-" and the digits. */
static char *
tag_of (const char *text)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  return g_strdup_printf ("-%.*s", TAG_DIGITS, hash);
}

char *
vbet_lab_id_tagged (const char *id, const char *text)
{
  g_autofree char *tag = tag_of (text);
  return g_strdup_printf ("%.*s%s", VBET_LAB_ID_MAX - TAG_SIZE, id, tag);
}

char *
vbet_lab_id_untagged (const char *id, const char *text)
{
  g_autofree char *tag = tag_of (text);
  return g_str_has_suffix (id, tag) ? g_strndup (id, strlen (id) - TAG_SIZE) : NULL;
}

/* What may not stand in an id becomes '-'. */
char *
vbet_lab_id_from_name (const char *name)
{
  g_autoptr (GString) id = g_string_new (NULL);
  for (const char *c = name; *c != '\0' && id->len < VBET_LAB_ID_MAX; c++) {
    if (g_ascii_isalnum (*c) || (id->len > 0 && (*c == '-' || *c == '_')))
      g_string_append_c (id, *c);
    else if (id->len > 0 && id->str[id->len - 1] != '-')
      g_string_append_c (id, '-');
  }
  if (strcmp (id->str, name) == 0 && id->len > 0)
    return g_strdup (id->str);
  while (id->len > 0 && id->str[id->len - 1] == '-')
    g_string_truncate (id, id->len - 1);
  return vbet_lab_id_tagged (id->len > 0 ? id->str : "lab", name);
}
