/* json-guard.c - see json-guard.h. */
#include "config.h"

#include "base/json-guard.h"

gboolean
vbet_json_is_shallow (const char *data, gsize size, guint depth)
{
  guint level = 0;
  gboolean in_string = FALSE;
  for (gsize i = 0; i < size; i++) {
    char c = data[i];
    if (in_string && c == '\\')
      i++;
    else if (c == '"')
      in_string = !in_string;
    else if (!in_string && (c == '{' || c == '[') && ++level > depth)
      return FALSE;
    else if (!in_string && (c == '}' || c == ']') && level > 0)
      level--;
  }
  return TRUE;
}
