/* fuzz-agent.c - whatever comes down the line, the decoder makes progress, gives the same frames for any
 * split, and the readers of payloads stay inside them. */
#include "config.h"

#include <string.h>

#include <glib.h>

#include "base/agent-protocol.h"
#include "fuzz/fuzz.h"

/* Uses every byte a reader hands out. */
static void
read_payload (const VbetAgentFrame *frame)
{
  static const char *argv[VBET_AGENT_ARGUMENTS_MAX + 1];
  char path[VBET_AGENT_PATH_MAX + 1];
  char text[100];
  guint8 flags = 0;
  guint32 number = 0;
  guint64 time = 0;
  bool flag = false;
  if (vbet_agent_read_exec (frame, &flags, argv)) {
    gsize total = 1;
    for (gsize i = 0; argv[i] != NULL; i++)
      total += strlen (argv[i]) + 1;
    g_assert_cmpuint (total, ==, frame->length);
  }
  if (vbet_agent_read_put (frame, &number, path))
    g_assert_cmpuint (strlen (path) + 4, ==, frame->length);
  if (vbet_agent_read_get (frame, path))
    g_assert_cmpuint (strlen (path), ==, frame->length);
  if (vbet_agent_read_error (frame, &number, text, sizeof text))
    g_assert_cmpuint (strlen (text), <, sizeof text);
  vbet_agent_read_u32 (frame, &number);
  vbet_agent_read_hello (frame, &number, &flag);
  vbet_agent_read_carrier (frame, &number, &flag);
  vbet_agent_read_clock (frame, &time);
  guint16 rows = 0, columns = 0;
  if (vbet_agent_read_resize (frame, &rows, &columns))
    g_assert_true (rows > 0 && columns > 0);
  (void)vbet_agent_read_features (frame);
}

static void
decode (GString *seen, const guint8 *data, gsize size, gsize step)
{
  g_autofree VbetAgentDecoder *decoder = g_new (VbetAgentDecoder, 1);
  vbet_agent_decoder_init (decoder);
  for (gsize at = 0; at < size;) {
    VbetAgentFrame frame;
    gsize taken = vbet_agent_decoder_push (decoder, data + at, MIN (step, size - at));
    g_assert_cmpuint (taken, >, 0);
    at += taken;
    while (vbet_agent_decoder_next (decoder, &frame)) {
      g_assert_cmpuint (frame.length, <=, VBET_AGENT_PAYLOAD_MAX);
      read_payload (&frame);
      g_string_append_printf (seen, "%x/%u/%u ", (guint)frame.type, frame.channel, frame.length);
    }
  }
  g_string_append_printf (seen, "skipped %" G_GUINT64_FORMAT, decoder->skipped);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GString) whole = g_string_new (NULL);
  g_autoptr (GString) pieces = g_string_new (NULL);
  decode (whole, data, size, MAX (size, 1));
  decode (pieces, data, size, 3);
  g_assert_cmpstr (whole->str, ==, pieces->str);
  return 0;
}
