/* call-filter.c - see call-filter.h. */
#include "config.h"

#include "gui/model/call-filter.h"

#include <string.h>

static gboolean
holds (const char *text, const char *word)
{
  if (text == NULL)
    return FALSE;
  g_autofree char *folded = g_utf8_casefold (text, -1);
  return strstr (folded, word) != NULL;
}

gboolean
vbet_call_filter_matches (const char *text, const char *result, gboolean failed, gboolean only_failed,
                          const char *wanted)
{
  if (only_failed && !failed)
    return FALSE;
  g_autofree char *folded = g_utf8_casefold (wanted, -1);
  g_auto (GStrv) words = g_strsplit (folded, " ", -1);
  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0' && !holds (text, words[i]) && !holds (result, words[i]))
      return FALSE;
  return TRUE;
}
