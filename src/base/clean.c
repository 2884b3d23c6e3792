/* clean.c - text of strangers made fit for a terminal; see clean.h. */
#include "config.h"

#include "base/clean.h"

#include <string.h>

#define PICTURES 0x2400 /* of U+0000 … U+001F */
#define PICTURE_OF_DEL 0x2421
#define REPLACEMENT 0xfffd

static gunichar
clean_character (gunichar c, VbetCleanShape shape)
{
  if (shape == VBET_CLEAN_LINES && (c == '\n' || c == '\t'))
    return c;
  if (c < 0x20)
    return PICTURES + c;
  if (c == 0x7f)
    return PICTURE_OF_DEL;
  if ((c >= 0x80 && c < 0xa0) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
    return REPLACEMENT;
  return c;
}

char *
vbet_clean_text (const char *text, gssize size, VbetCleanShape shape)
{
  const char *end = text + (size < 0 ? strlen (text) : (gsize)size);
  GString *clean = g_string_sized_new ((gsize)(end - text));
  while (text < end) {
    gunichar c = *text != '\0' ? g_utf8_get_char_validated (text, end - text) : 0;
    gboolean valid = c != (gunichar)-1 && c != (gunichar)-2;
    g_string_append_unichar (clean, valid ? clean_character (c, shape) : REPLACEMENT);
    text = valid ? g_utf8_next_char (text) : text + 1;
  }
  return g_string_free (clean, FALSE);
}
