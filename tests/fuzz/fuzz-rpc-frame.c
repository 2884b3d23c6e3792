/* fuzz-rpc-frame.c - whatever comes down a connection of the RPC, the decoder gives the same messages for any
 * split, and what is read as JSON is the same when it is written and read once more. Input that begins with
 * '{' or '[' is JSON without its header. */
#include "config.h"

#include <string.h>

#include <glib.h>

#include "engine/rpc-frame.h"
#include "engine/rpc-json.h"
#include "fuzz/fuzz.h"

#define MESSAGE_MAX 65536
#define VALUES_MAX 2000

static void
read_and_write (GBytes *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = vbet_rpc_json_read (text, VALUES_MAX, &error);
  g_assert_true ((value != NULL) == (error == NULL));
  if (value == NULL) {
    g_assert_true (g_utf8_validate (error->message, -1, NULL));
    return;
  }
  g_autoptr (GString) out = g_string_new (NULL);
  vbet_rpc_json_write (value, out);
  g_autoptr (GBytes) written = g_bytes_new (out->str, out->len);
  g_autoptr (GVariant) again = vbet_rpc_json_read (written, VALUES_MAX, NULL);
  g_assert_nonnull (again);
  g_assert_true (g_variant_equal (value, again));
}

static void
decode (GString *seen, const guint8 *data, gsize size, gsize step)
{
  g_autoptr (VbetRpcDecoder) decoder = vbet_rpc_decoder_new (MESSAGE_MAX);
  for (gsize at = 0; at < size;) {
    g_autoptr (GError) error = NULL;
    gssize taken = vbet_rpc_decoder_push (decoder, data + at, MIN (step, size - at), &error);
    g_assert_true ((taken < 0) == (error != NULL));
    if (taken < 0) {
      g_string_append (seen, error->message);
      return;
    }
    g_assert_cmpint (taken, >, 0);
    at += (gsize)taken;
    g_assert_cmpuint (vbet_rpc_decoder_get_size (decoder), <=, MESSAGE_MAX);
    g_autoptr (GBytes) message = vbet_rpc_decoder_take (decoder);
    if (message == NULL)
      continue;
    g_string_append_printf (seen, "%zu/%u ", g_bytes_get_size (message), g_bytes_hash (message));
    read_and_write (message);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GString) whole = g_string_new (NULL);
  g_autoptr (GString) pieces = g_string_new (NULL);
  if (size > 0 && (data[0] == '{' || data[0] == '[')) {
    g_autoptr (GBytes) text = g_bytes_new (data, size);
    read_and_write (text);
    return 0;
  }
  decode (whole, data, size, MAX (size, 1));
  decode (pieces, data, size, 3);
  g_assert_cmpstr (whole->str, ==, pieces->str);
  return 0;
}
