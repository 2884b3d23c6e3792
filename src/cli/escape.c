/* escape.c - the keys that vbetctl console keeps for itself; see escape.h. */
#include "config.h"

#include "cli/escape.h"

gsize
vbet_escape_feed (VbetEscape *self, const guint8 *data, gsize size, GByteArray *out,
                  VbetEscapeAction *ret_action)
{
  *ret_action = VBET_ESCAPE_NONE;
  for (gsize i = 0; i < size; i++) {
    if (!self->pending) {
      if (data[i] == VBET_ESCAPE_KEY)
        self->pending = TRUE;
      else
        g_byte_array_append (out, &data[i], 1);
      continue;
    }
    self->pending = FALSE;
    if (data[i] == VBET_ESCAPE_KEY) {
      g_byte_array_append (out, &data[i], 1);
      continue;
    }
    *ret_action = data[i] == 'q' || data[i] == '.' ? VBET_ESCAPE_LEAVE : VBET_ESCAPE_HELP;
    return i + 1;
  }
  return size;
}
