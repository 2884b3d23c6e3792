/* fuzz-terminal.c - recorded output without its questions is the same however it is cut. */
#include "config.h"

#include <string.h>

#include "engine/guest/terminal-filter.h"
#include "fuzz/fuzz.h"

/* Filters @data in pieces of @piece bytes. */
static GByteArray *
clean (const guint8 *data, gsize size, gsize piece)
{
  VbetTerminalFilter filter = { .length = 0 };
  GByteArray *result = g_byte_array_new ();
  g_autofree guint8 *out = g_malloc (size + VBET_TERMINAL_SEQUENCE_MAX);
  for (gsize at = 0; at < size; at += piece) {
    gsize rest = MIN (piece, size - at);
    gsize made = vbet_terminal_filter_push (&filter, data + at, rest, out);
    g_assert_cmpuint (made, <=, rest + VBET_TERMINAL_SEQUENCE_MAX);
    g_byte_array_append (result, out, (guint)made);
  }
  g_byte_array_append (result, out, (guint)vbet_terminal_filter_flush (&filter, out));
  return result;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size == 0)
    return 0;
  g_autoptr (GByteArray) whole = clean (data, size, size);
  g_autoptr (GByteArray) cut = clean (data, size, 1 + data[0] % 9);
  g_assert_cmpmem (whole->data, whole->len, cut->data, cut->len);
  g_assert_cmpuint (whole->len, <=, size);
  return 0;
}
