/* test-agent-protocol.c - frames between engine and agent: there and back, any split, garbage between. */
#include "config.h"

#include <string.h>

#include <glib.h>

#include "base/agent-protocol.h"
#include "unit/harness.h"

/* Feeds @size bytes in pieces of @step; appends "TYPE/CHANNEL/LENGTH " for each frame. */
static char *
decode (VbetAgentDecoder *decoder, const guint8 *bytes, gsize size, gsize step)
{
  GString *seen = g_string_new (NULL);
  for (gsize at = 0; at < size; at += step) {
    const guint8 *piece = bytes + at;
    gsize left = MIN (step, size - at);
    while (left > 0) {
      VbetAgentFrame frame;
      gsize taken = vbet_agent_decoder_push (decoder, piece, left);
      CU_ASSERT_FATAL (taken > 0);
      piece += taken;
      left -= taken;
      while (vbet_agent_decoder_next (decoder, &frame))
        g_string_append_printf (seen, "%x/%u/%u ", (guint)frame.type, frame.channel, frame.length);
    }
  }
  return g_string_free (seen, FALSE);
}

static void
test_layout (void)
{
  guint8 out[64];
  const guint8 expected[] = { 0xB5, 0x42, 0x34, 0x12, 3, 0, 0, 0, 'a', 'b', 'c' };
  CU_ASSERT_EQUAL (vbet_agent_encode (out, sizeof out, VBET_AGENT_STDOUT, 0x1234, "abc", 3), sizeof expected);
  CU_ASSERT_EQUAL (memcmp (out, expected, sizeof expected), 0);
}

static void
test_limits (void)
{
  g_autofree guint8 *big = g_malloc0 (VBET_AGENT_FRAME_MAX + 1);
  CU_ASSERT_EQUAL (vbet_agent_encode (big, VBET_AGENT_FRAME_MAX, VBET_AGENT_DATA, 1, big + VBET_AGENT_HEADER,
                                      VBET_AGENT_PAYLOAD_MAX),
                   VBET_AGENT_FRAME_MAX);
  CU_ASSERT_EQUAL (vbet_agent_encode (big, VBET_AGENT_FRAME_MAX + 1, VBET_AGENT_DATA, 1,
                                      big + VBET_AGENT_HEADER, VBET_AGENT_PAYLOAD_MAX + 1),
                   0);
  CU_ASSERT_EQUAL (vbet_agent_encode (big, 10, VBET_AGENT_DATA, 1, "abc", 3), 0);
  CU_ASSERT_EQUAL (vbet_agent_encode (big, 7, VBET_AGENT_PING, 0, NULL, 0), 0);
  CU_ASSERT_EQUAL (vbet_agent_encode (big, 100, (VbetAgentType)0x30, 0, NULL, 0), 0);
  CU_ASSERT_EQUAL (vbet_agent_encode (big, 100, (VbetAgentType)0x142, 0, NULL, 0), 0);
}

static void
test_any_split (void)
{
  guint8 stream[256];
  VbetAgentDecoder decoder;
  const char *argv[] = { "ping", "-c1", "", "h2", NULL };
  gsize size = vbet_agent_encode_hello (stream, sizeof stream, true);
  size += vbet_agent_encode_exec (stream + size, sizeof stream - size, 7, VBET_AGENT_EXEC_STDIN, argv);
  size += vbet_agent_encode (stream + size, sizeof stream - size, VBET_AGENT_STDIN, 7, NULL, 0);
  size += vbet_agent_encode_u32 (stream + size, sizeof stream - size, VBET_AGENT_EXIT, 7, 130);
  for (gsize step = 1; step <= size; step++) {
    vbet_agent_decoder_init (&decoder);
    g_autofree char *seen = decode (&decoder, stream, size, step);
    VBET_ASSERT_TEXT (seen, "41/0/12 1/7/14 2/7/0 44/7/4 ");
    CU_ASSERT_EQUAL (decoder.skipped, 0);
  }
}

static void
test_largest_in_pieces (void)
{
  VbetAgentDecoder decoder;
  g_autofree guint8 *stream = g_malloc0 (2 * VBET_AGENT_FRAME_MAX);
  gsize size = vbet_agent_encode (stream, VBET_AGENT_FRAME_MAX, VBET_AGENT_DATA, 1,
                                  stream + VBET_AGENT_HEADER, VBET_AGENT_PAYLOAD_MAX);
  memcpy (stream + size, stream, size);
  const gsize steps[] = { 1, 4096, 32768, 40000, 2 * VBET_AGENT_FRAME_MAX };
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++) {
    vbet_agent_decoder_init (&decoder);
    g_autofree char *seen = decode (&decoder, stream, 2 * size, steps[i]);
    VBET_ASSERT_TEXT (seen, "81/1/32768 81/1/32768 ");
  }
}

static void
test_garbage (void)
{
  guint8 stream[256];
  VbetAgentDecoder decoder;
  /* A boot message, a magic byte alone, one with a wrong type, one with an endless length, then a frame. */
  const guint8 garbage[]
      = { 'L', 'i', 'n', 'u', 'x', 0xB5, 0xB5, 0x33, 0xB5, 0x42, 0, 0, 0xff, 0xff, 0xff, 0x7f };
  memcpy (stream, garbage, sizeof garbage);
  gsize size = sizeof garbage;
  size += vbet_agent_encode (stream + size, sizeof stream - size, VBET_AGENT_PONG, 0, "x", 1);
  for (gsize step = 1; step <= size; step++) {
    vbet_agent_decoder_init (&decoder);
    g_autofree char *seen = decode (&decoder, stream, size, step);
    VBET_ASSERT_TEXT (seen, "47/0/1 ");
    CU_ASSERT_EQUAL (decoder.skipped, sizeof garbage);
  }
}

/* Decodes the one frame in @bytes. The payload lives in @decoder. */
static VbetAgentFrame
one_frame (VbetAgentDecoder *decoder, const guint8 *bytes, gsize size)
{
  VbetAgentFrame frame = { 0 };
  vbet_agent_decoder_init (decoder);
  CU_ASSERT_EQUAL_FATAL (vbet_agent_decoder_push (decoder, bytes, size), size);
  CU_ASSERT_TRUE_FATAL (vbet_agent_decoder_next (decoder, &frame));
  return frame;
}

static void
test_exec (void)
{
  guint8 out[256];
  VbetAgentDecoder decoder;
  guint8 flags = 0;
  const char *argv[VBET_AGENT_ARGUMENTS_MAX + 1];
  const char *command[] = { "sh", "-c", "", "a b", NULL };
  gsize size = vbet_agent_encode_exec (out, sizeof out, 3, VBET_AGENT_EXEC_MERGE, command);
  VbetAgentFrame frame = one_frame (&decoder, out, size);
  CU_ASSERT_TRUE_FATAL (vbet_agent_read_exec (&frame, &flags, argv));
  CU_ASSERT_EQUAL (flags, VBET_AGENT_EXEC_MERGE);
  VBET_ASSERT_TEXT (argv[0], "sh");
  VBET_ASSERT_TEXT (argv[2], "");
  VBET_ASSERT_TEXT (argv[3], "a b");
  CU_ASSERT_PTR_NULL (argv[4]);

  const char *none[] = { NULL };
  const char *empty[] = { "", NULL };
  CU_ASSERT_EQUAL (vbet_agent_encode_exec (out, sizeof out, 3, 0, none), 0);
  CU_ASSERT_EQUAL (vbet_agent_encode_exec (out, sizeof out, 3, 0, empty), 0);
  CU_ASSERT_EQUAL (vbet_agent_encode_exec (out, 12, 3, 0, command), 0);
  /* No flags, no command, no NUL at the end. */
  frame = (VbetAgentFrame){ .type = VBET_AGENT_EXEC, .payload = (const guint8 *)"\0ls", .length = 3 };
  CU_ASSERT_FALSE (vbet_agent_read_exec (&frame, &flags, argv));
  frame.length = 0;
  CU_ASSERT_FALSE (vbet_agent_read_exec (&frame, &flags, argv));
  frame = (VbetAgentFrame){ .type = VBET_AGENT_EXEC, .payload = (const guint8 *)"\0\0\0", .length = 3 };
  CU_ASSERT_FALSE (vbet_agent_read_exec (&frame, &flags, argv));
}

static void
test_too_many_arguments (void)
{
  guint8 flags = 0;
  const char *argv[VBET_AGENT_ARGUMENTS_MAX + 1];
  guint8 payload[1 + 2 * (VBET_AGENT_ARGUMENTS_MAX + 1)];
  for (gsize i = 0; i < sizeof payload; i++)
    payload[i] = i % 2 == 1 ? 'x' : 0;
  VbetAgentFrame frame = { .type = VBET_AGENT_EXEC, .payload = payload, .length = sizeof payload };
  CU_ASSERT_FALSE (vbet_agent_read_exec (&frame, &flags, argv));
  frame.length -= 2;
  CU_ASSERT_TRUE (vbet_agent_read_exec (&frame, &flags, argv));
  CU_ASSERT_PTR_NULL (argv[VBET_AGENT_ARGUMENTS_MAX]);
}

static void
test_paths (void)
{
  guint8 out[8192];
  VbetAgentDecoder decoder;
  guint32 mode = 0;
  char path[VBET_AGENT_PATH_MAX + 1];
  char longest[VBET_AGENT_PATH_MAX + 2];
  gsize size = vbet_agent_encode_put (out, sizeof out, 9, 0640, "/etc/x y");
  VbetAgentFrame frame = one_frame (&decoder, out, size);
  CU_ASSERT_TRUE (vbet_agent_read_put (&frame, &mode, path));
  CU_ASSERT_EQUAL (mode, 0640);
  VBET_ASSERT_TEXT (path, "/etc/x y");
  memset (longest, '/', sizeof longest);
  longest[VBET_AGENT_PATH_MAX + 1] = '\0';
  CU_ASSERT_EQUAL (vbet_agent_encode_get (out, sizeof out, 9, longest), 0);
  longest[VBET_AGENT_PATH_MAX] = '\0';
  size = vbet_agent_encode_get (out, sizeof out, 9, longest);
  frame = one_frame (&decoder, out, size);
  CU_ASSERT_TRUE (vbet_agent_read_get (&frame, path));
  CU_ASSERT_EQUAL (strlen (path), VBET_AGENT_PATH_MAX);
  CU_ASSERT_EQUAL (vbet_agent_encode_get (out, sizeof out, 9, "etc/passwd"), 0);
  CU_ASSERT_EQUAL (vbet_agent_encode_get (out, sizeof out, 9, ""), 0);
  frame = (VbetAgentFrame){ .type = VBET_AGENT_GET, .payload = (const guint8 *)"/a\0b", .length = 4 };
  CU_ASSERT_FALSE (vbet_agent_read_get (&frame, path));
  frame.length = VBET_AGENT_PAYLOAD_MAX;
  frame.payload = memset (g_alloca (VBET_AGENT_PAYLOAD_MAX), '/', VBET_AGENT_PAYLOAD_MAX);
  CU_ASSERT_FALSE (vbet_agent_read_get (&frame, path));
}

static void
test_numbers (void)
{
  guint8 out[64];
  VbetAgentDecoder decoder;
  guint32 value = 0;
  guint64 time = 0;
  bool carrier = false;
  gsize size = vbet_agent_encode_carrier (out, sizeof out, 4, true);
  VbetAgentFrame frame = one_frame (&decoder, out, size);
  CU_ASSERT_TRUE (vbet_agent_read_carrier (&frame, &value, &carrier));
  CU_ASSERT_EQUAL (value, 4);
  CU_ASSERT_TRUE (carrier);
  frame.length = 4;
  CU_ASSERT_FALSE (vbet_agent_read_carrier (&frame, &value, &carrier));
  size = vbet_agent_encode_carrier (out, sizeof out, 0, false);
  frame = one_frame (&decoder, out, size);
  CU_ASSERT_FALSE (vbet_agent_read_carrier (&frame, &value, &carrier));
  guint32 speed = 0;
  size = vbet_agent_encode_speed (out, sizeof out, 4, 2500);
  frame = one_frame (&decoder, out, size);
  CU_ASSERT_TRUE (vbet_agent_read_speed (&frame, &value, &speed));
  CU_ASSERT_EQUAL (value, 4);
  CU_ASSERT_EQUAL (speed, 2500);
  frame.length = 7;
  CU_ASSERT_FALSE (vbet_agent_read_speed (&frame, &value, &speed));
  size = vbet_agent_encode_speed (out, sizeof out, 0, 2500);
  frame = one_frame (&decoder, out, size);
  CU_ASSERT_FALSE (vbet_agent_read_speed (&frame, &value, &speed));
  size = vbet_agent_encode_speed (out, sizeof out, 4, 0);
  frame = one_frame (&decoder, out, size);
  CU_ASSERT_FALSE (vbet_agent_read_speed (&frame, &value, &speed));
  size = vbet_agent_encode_speed (out, sizeof out, 4, UINT32_MAX); /* the kernel's word for "unknown" */
  frame = one_frame (&decoder, out, size);
  CU_ASSERT_FALSE (vbet_agent_read_speed (&frame, &value, &speed));
  size = vbet_agent_encode_clock (out, sizeof out, 0x0123456789abcdefULL);
  frame = one_frame (&decoder, out, size);
  CU_ASSERT_TRUE (vbet_agent_read_clock (&frame, &time));
  CU_ASSERT_EQUAL (time, 0x0123456789abcdefULL);
  frame.length = 7;
  CU_ASSERT_FALSE (vbet_agent_read_clock (&frame, &time));
  bool started = false;
  size = vbet_agent_encode_hello (out, sizeof out, true);
  frame = one_frame (&decoder, out, size);
  CU_ASSERT_TRUE (vbet_agent_read_hello (&frame, &value, &started));
  CU_ASSERT_EQUAL (value, VBET_AGENT_VERSION);
  CU_ASSERT_TRUE (started);
  frame.length = 7;
  CU_ASSERT_FALSE (vbet_agent_read_hello (&frame, &value, &started));
}

static void
test_errors (void)
{
  guint8 out[4096];
  char text[16];
  guint32 code = 0;
  VbetAgentDecoder decoder;
  gsize size = vbet_agent_encode_error (out, sizeof out, 5, 2, "No such\033[31m file or directory");
  VbetAgentFrame frame = one_frame (&decoder, out, size);
  CU_ASSERT_TRUE (vbet_agent_read_error (&frame, &code, text, sizeof text));
  CU_ASSERT_EQUAL (code, 2);
  VBET_ASSERT_TEXT (text, "No such?[31m fi");
  frame.length = 3;
  CU_ASSERT_FALSE (vbet_agent_read_error (&frame, &code, text, sizeof text));
  size = vbet_agent_encode_error (out, sizeof out, 5, 2, NULL);
  frame = one_frame (&decoder, out, size);
  CU_ASSERT_TRUE (vbet_agent_read_error (&frame, &code, text, sizeof text));
  VBET_ASSERT_TEXT (text, "");
}

static void
test_alarms (void)
{
  guint8 out[1024];
  VbetAgentAlarm alarm;
  VbetAgentDecoder decoder;
  gsize size = vbet_agent_encode_alarm (out, sizeof out, "dhcp.eth0", "dhcp", "no\033[2Janswer\n");
  VbetAgentFrame frame = one_frame (&decoder, out, size);
  CU_ASSERT_TRUE (vbet_agent_read_alarm (&frame, &alarm));
  VBET_ASSERT_TEXT (alarm.key, "dhcp.eth0");
  VBET_ASSERT_TEXT (alarm.kind, "dhcp");
  VBET_ASSERT_TEXT (alarm.text, "no [2Janswer ");
  size = vbet_agent_encode_alarm (out, sizeof out, "00", NULL, NULL);
  frame = one_frame (&decoder, out, size);
  CU_ASSERT_TRUE (vbet_agent_read_alarm (&frame, &alarm));
  VBET_ASSERT_TEXT (alarm.key, "00");
  VBET_ASSERT_TEXT (alarm.kind, "");
  size = vbet_agent_encode_alarm (out, sizeof out, NULL, NULL, NULL);
  CU_ASSERT_EQUAL (size, VBET_AGENT_HEADER);
  frame = one_frame (&decoder, out, size);
  CU_ASSERT_TRUE (vbet_agent_read_alarm (&frame, &alarm));
  VBET_ASSERT_TEXT (alarm.key, "");
  /* A text that is too long is cut, a key or kind that is none makes no frame. */
  g_autofree char *longer = g_strnfill (VBET_AGENT_ALARM_TEXT_MAX + 9, 'a');
  size = vbet_agent_encode_alarm (out, sizeof out, "k", "kind", longer);
  frame = one_frame (&decoder, out, size);
  CU_ASSERT_TRUE (vbet_agent_read_alarm (&frame, &alarm));
  CU_ASSERT_EQUAL (strlen (alarm.text), VBET_AGENT_ALARM_TEXT_MAX);
  CU_ASSERT_EQUAL (vbet_agent_encode_alarm (out, sizeof out, "../x", "kind", "a"), 0);
  CU_ASSERT_EQUAL (vbet_agent_encode_alarm (out, sizeof out, "", "kind", "a"), 0);
  CU_ASSERT_EQUAL (vbet_agent_encode_alarm (out, sizeof out, "k", "a kind", "a"), 0);
  CU_ASSERT_EQUAL (vbet_agent_encode_alarm (out, sizeof out, longer, "kind", "a"), 0);
  CU_ASSERT_EQUAL (vbet_agent_encode_alarm (out, 12, "k", "kind", "a"), 0);
  /* What a guest may send that our agent would not. */
  static const struct {
    const char *payload;
    guint size;
    gboolean good;
  } odd[] = {
    { "k\0kind\0", 7, TRUE },
    { "k\0kind", 6, FALSE },
    { "\0kind\0a", 7, FALSE },
    { "k\0\0a", 4, FALSE },
    { "k k\0kind\0a", 10, FALSE },
    { "\303\244\0kind\0a", 9, FALSE },
    { "k\0kind\0a\0b\177\1", 12, TRUE },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (odd); i++) {
    size = vbet_agent_encode (out, sizeof out, VBET_AGENT_ALARM, 0, odd[i].payload, odd[i].size);
    frame = one_frame (&decoder, out, size);
    CU_ASSERT_EQUAL ((gboolean)vbet_agent_read_alarm (&frame, &alarm), odd[i].good);
  }
  VBET_ASSERT_TEXT (alarm.text, "a b  ");
}

static CU_TestInfo protocol_tests[] = {
  { "bytes on the line", test_layout },
  { "sizes out of range", test_limits },
  { "any split", test_any_split },
  { "largest frames in pieces", test_largest_in_pieces },
  { "garbage between frames", test_garbage },
  { "commands", test_exec },
  { "too many arguments", test_too_many_arguments },
  { "paths", test_paths },
  { "numbers", test_numbers },
  { "errors", test_errors },
  { "alarms", test_alarms },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "agent-protocol", NULL, NULL, NULL, NULL, protocol_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
