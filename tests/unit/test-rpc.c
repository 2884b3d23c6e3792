/* test-rpc.c - the RPC's own parts: JSON, framing, room, and one end of a connection. */
#include "config.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "base/owner.h"
#include "base/paths.h"
#include "engine/peer.h"
#include "engine/room.h"
#include "engine/rpc-frame.h"
#include "engine/rpc-json.h"
#include "engine/rpc-server.h"
#include "engine/rpc.h"
#include "unit/harness.h"

#define WAIT_MS 10000

/* --- JSON ------------------------------------------------------------------------------------ */

static GVariant *
read_json (const char *text, guint values_max, GError **error)
{
  g_autoptr (GBytes) bytes
      = g_bytes_new (text, strlen (text)); /* not terminated: a read past the end is seen */
  return vbet_rpc_json_read (bytes, values_max, error);
}

/* What @text reads as, in the text format of GVariant; the error's sentence when it is none. */
static char *
read_as (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = read_json (text, 1000, &error);
  CU_ASSERT_TRUE ((value == NULL) == (error != NULL));
  return value != NULL ? g_variant_print (value, TRUE) : g_strdup (error->message);
}

static void
assert_reads (const char *text, const char *expected)
{
  g_autofree char *got = read_as (text);
  VBET_ASSERT_TEXT (got, expected);
}

static void
test_json_values (void)
{
  assert_reads (
      "{\"a\":1,\"b\":-2.5,\"c\":[true,false,null],\"d\":{\"e\":\"x\"}}",
      "{'a': <int64 1>, 'b': <-2.5>, 'c': <[<true>, <false>, <@mv nothing>]>, 'd': <{'e': <'x'>}>}");
  assert_reads (" [ ] ", "@av []");
  assert_reads ("{}", "@a{sv} {}");
  assert_reads ("0", "int64 0");
  assert_reads ("-9223372036854775808", "int64 -9223372036854775808");
  assert_reads ("9223372036854775808", "9.2233720368547758e+18");
  assert_reads ("1e3", "1000.0");
  assert_reads ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\"", "'\"\\\\/\\b\\f\\n\\r\\té😀'");
}

static void
test_json_refused (void)
{
  static const char *const bad[] = {
    "",
    "{",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "[1,]",
    "[1 2]",
    "{1:2}",
    "tru",
    "01",
    "-",
    "1.",
    "1e",
    "+1",
    "1e999",
    "\"",
    "\"\n\"",
    "\"\\x\"",
    "\"\\u12\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"\\udc00\"",
    "\"\\ud800\\u0041\"",
    "1 1",
    "\"\xff\"",
    "NaN",
  };
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GVariant) value = read_json (bad[i], 1000, &error);
    CU_ASSERT_PTR_NULL (value);
    CU_ASSERT_TRUE (g_error_matches (error, VBET_ERROR, VBET_ERROR_PROTOCOL));
  }
  assert_reads ("{\"a\":1,}", "Byte 8 of the message: no name of a member");
}

static void
test_json_bounds (void)
{
  g_autoptr (GError) deep = NULL, many = NULL;
  g_autoptr (GString) nested = g_string_new (NULL);
  for (int i = 0; i < VBET_RPC_DEPTH_MAX; i++)
    g_string_append_c (nested, '[');
  for (int i = 0; i < VBET_RPC_DEPTH_MAX; i++)
    g_string_append_c (nested, ']');
  g_autoptr (GVariant) just = read_json (nested->str, 1000, NULL);
  CU_ASSERT_PTR_NOT_NULL (just);
  g_string_prepend_c (nested, '[');
  g_string_append_c (nested, ']');
  CU_ASSERT_PTR_NULL (read_json (nested->str, 1000, &deep));
  VBET_ASSERT_TEXT (deep->message,
                    "Byte 33 of the message: more levels of objects and arrays than a message may have");
  g_autoptr (GVariant) three = read_json ("{\"a\":1,\"b\":2}", 3, NULL);
  CU_ASSERT_PTR_NOT_NULL (three);
  CU_ASSERT_PTR_NULL (read_json ("{\"a\":1,\"b\":2}", 2, &many));
  VBET_ASSERT_TEXT (many->message, "Byte 12 of the message: more values than a message may have");
}

/* A long text lies in the message, which may go before it. */
static void
test_json_long_text (void)
{
  g_autofree char *text = g_strnfill (100000, 'x');
  g_autofree char *json = g_strdup_printf ("[\"%s\",\"y\"]", text);
  g_autoptr (GVariant) value = read_json (json, 10, NULL);
  g_autoptr (GVariant) first = NULL;
  CU_ASSERT_PTR_NOT_NULL_FATAL (value);
  g_variant_get_child (value, 0, "v", &first);
  g_clear_pointer (&value, g_variant_unref);
  VBET_ASSERT_TEXT (g_variant_get_string (first, NULL), text);
}

static void
test_json_written (void)
{
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "t", "s", "a\"\\\n\001é");
  g_autoptr (GVariant) object = g_variant_ref_sink (g_variant_dict_end (&dict));
  g_autoptr (GVariant) list = g_variant_ref_sink (
      g_variant_new_parsed ("(true, byte 1, int16 -2, uint16 3, -4, uint32 5, int64 -6, uint64 7, 1.0, 0.25, "
                            "@ms nothing, [<'x'>], ['y'])"));
  g_autoptr (GString) out = g_string_new (NULL);
  vbet_rpc_json_write (object, out);
  VBET_ASSERT_TEXT (out->str, "{\"t\":\"a\\\"\\\\\\n\\u0001é\"}");
  g_string_truncate (out, 0);
  vbet_rpc_json_write (list, out);
  VBET_ASSERT_TEXT (out->str, "[true,1,-2,3,-4,5,-6,7,1.0,0.25,null,[\"x\"],[\"y\"]]");
}

/* --- framing --------------------------------------------------------------------------------- */

/* Decodes @text in pieces of @step bytes. Returns: the messages, each followed by "|", or the error's
 * sentence. */
static char *
decode (const char *text, gsize step)
{
  g_autoptr (VbetRpcDecoder) decoder = vbet_rpc_decoder_new (100);
  g_autoptr (GString) out = g_string_new (NULL);
  gsize size = strlen (text);
  for (gsize at = 0; at < size;) {
    g_autoptr (GError) error = NULL;
    gssize taken = vbet_rpc_decoder_push (decoder, (const guint8 *)text + at, MIN (step, size - at), &error);
    if (taken < 0) {
      g_string_append (out, error->message);
      return g_string_free (g_steal_pointer (&out), FALSE);
    }
    CU_ASSERT_TRUE_FATAL (taken > 0);
    at += (gsize)taken;
    g_autoptr (GBytes) message = vbet_rpc_decoder_take (decoder);
    if (message != NULL)
      g_string_append_printf (out, "%.*s|", (int)g_bytes_get_size (message),
                              (const char *)g_bytes_get_data (message, NULL));
    CU_ASSERT_TRUE (message == NULL || !vbet_rpc_decoder_has_begun (decoder));
  }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
assert_decodes (const char *text, const char *expected)
{
  gsize steps[] = { 1000000, 1, 2, 3, 7 };
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++) {
    g_autofree char *got = decode (text, steps[i]);
    VBET_ASSERT_TEXT (got, expected);
  }
}

static void
test_frames (void)
{
  assert_decodes ("Content-Length: 2\r\n\r\n{}Content-Length: 3\r\n\r\n[1]", "{}|[1]|");
  assert_decodes ("Content-Type: x\ncontent-length:   2\n\n{}", "{}|");
  assert_decodes ("Content-Length: 2\r\n\r\n{", "");
}

static void
test_frames_refused (void)
{
  static const char none[] = "A message begins with “Content-Length: BYTES” and an empty line";
  assert_decodes ("\r\n\r\n", none);
  assert_decodes ("Content-Length: 0\r\n\r\n", none);
  assert_decodes ("Content-Length: -1\r\n\r\n", none);
  assert_decodes ("Content-Length: 2x\r\n\r\n", none);
  assert_decodes ("Content-Length: 99999999999999999999\r\n\r\n", none);
  assert_decodes ("GET / HTTP/1.1\r\n\r\n", none);
  assert_decodes ("Content-Length: 101\r\n\r\n", "A message of 101 bytes is larger than one may be (100)");
  g_autofree char *endless = g_strnfill (2000, 'x');
  assert_decodes (endless, "The header of a message is longer than 1024 bytes, or no text");
}

static void
test_frame_made (void)
{
  g_autoptr (GVariant) message
      = g_variant_ref_sink (vbet_rpc_request (7, "m", g_variant_new_parsed ("{'a': <1>}")));
  g_autoptr (GBytes) frame = vbet_rpc_frame (message);
  gsize size = 0;
  const char *data = g_bytes_get_data (frame, &size);
  g_autofree char *text = g_strndup (data, size);
  g_autofree char *json = decode (text, 5);
  CU_ASSERT_TRUE (g_str_has_prefix (text, "Content-Length: "));
  CU_ASSERT_PTR_NOT_NULL (strstr (json, "\"params\":{\"a\":1}"));
}

/* --- room ------------------------------------------------------------------------------------ */

static void
test_room (void)
{
  g_autoptr (VbetRoom) room = vbet_room_new (10);
  CU_ASSERT_TRUE (vbet_room_take (room, 4));
  CU_ASSERT_FALSE (vbet_room_take (room, 7));
  CU_ASSERT_FALSE (vbet_room_take (room, G_MAXSIZE));
  CU_ASSERT_TRUE (vbet_room_take (room, 6));
  GBytes *bytes = vbet_room_bytes (room, g_malloc (6), 6);
  CU_ASSERT_EQUAL (vbet_room_get_used (room), 10);
  g_bytes_unref (bytes);
  CU_ASSERT_EQUAL (vbet_room_get_used (room), 4);
}

/* --- a connection ------------------------------------------------------------------------------ */

typedef struct {
  VbetPeer *peer;
  int fd; /* the other end */
  GString *log;
  gboolean closed;
} Fixture;

static void
on_message (VbetPeer *peer, GVariant *message, gpointer data)
{
  Fixture *self = data;
  g_autofree char *text = g_variant_print (message, FALSE);
  g_string_append_printf (self->log, "%s ", text);
}

static void
on_closed (VbetPeer *peer, const GError *why, gpointer data)
{
  Fixture *self = data;
  g_string_append (self->log, why->message);
  self->closed = TRUE;
}

static void
fixture_init (Fixture *self, guint message_ms)
{
  static const VbetPeerEvents events = { .message = on_message, .closed = on_closed };
  VbetPeerLimits limits
      = { .message_max = 1000, .values_max = 10, .unsent_max = 1024 * 1024, .message_ms = message_ms };
  int pair[2];
  CU_ASSERT_EQUAL_FATAL (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
  *self = (Fixture){ .fd = pair[1], .log = g_string_new (NULL) };
  self->peer = vbet_peer_new (pair[0], &limits, &events, self);
}

static void
fixture_clear (Fixture *self)
{
  vbet_peer_close (self->peer);
  g_object_unref (self->peer);
  g_string_free (self->log, TRUE);
  if (self->fd >= 0)
    close (self->fd);
}

static gboolean
on_time (gpointer data)
{
  *(gboolean *)data = TRUE;
  return G_SOURCE_CONTINUE;
}

/* Runs the main loop until the connection has ended. */
static void
wait_closed (Fixture *self)
{
  gboolean late = FALSE;
  guint timer = g_timeout_add (WAIT_MS, on_time, &late);
  while (!self->closed && !late)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timer);
  CU_ASSERT_TRUE (self->closed);
}

static void
say (Fixture *self, const char *text)
{
  CU_ASSERT_EQUAL (write (self->fd, text, strlen (text)), (gssize)strlen (text));
}

static void
test_peer_messages (void)
{
  Fixture self;
  fixture_init (&self, 0);
  say (&self, "Content-Length: 7\r\n\r\n{\"a\":1}Content-Length: 7\r\n\r\n{\"b\":2}");
  close (self.fd);
  self.fd = -1;
  wait_closed (&self);
  /* What was said before the end counts. */
  VBET_ASSERT_TEXT (self.log->str,
                    "{'a': <int64 1>} {'b': <int64 2>} The other end has closed the connection");
  fixture_clear (&self);
}

static void
test_peer_refuses (void)
{
  char answer[1000];
  Fixture self;
  fixture_init (&self, 0);
  say (&self, "Content-Length: 3\r\n\r\n[1]");
  wait_closed (&self);
  VBET_ASSERT_TEXT (self.log->str, "A message is an object");
  gssize got = read (self.fd, answer, sizeof answer - 1);
  answer[MAX (got, 0)] = '\0';
  CU_ASSERT_PTR_NOT_NULL (strstr (answer, "-32600"));
  CU_ASSERT_EQUAL (read (self.fd, answer, sizeof answer), 0);
  fixture_clear (&self);
}

static void
test_peer_begun_message_ends (void)
{
  Fixture self;
  fixture_init (&self, 50);
  say (&self, "Content-Length: 7\r\n\r\n{\"a\"");
  wait_closed (&self);
  VBET_ASSERT_TEXT (self.log->str, "A message was begun and is not complete after 0.05 seconds");
  fixture_clear (&self);
}

static void
test_peer_unread (void)
{
  Fixture self;
  fixture_init (&self, 0);
  g_autofree char *text = g_strnfill (100000, 'x');
  for (int i = 0; i < 30; i++)
    vbet_peer_send (self.peer, vbet_rpc_notification ("m", g_variant_new_string (text)));
  CU_ASSERT_EQUAL (vbet_peer_get_unsent (self.peer), 0); /* dropped at once */
  CU_ASSERT_FALSE (self.closed);                         /* told from the main loop */
  wait_closed (&self);
  CU_ASSERT_TRUE (g_str_has_prefix (self.log->str, "The other end does not read"));
  fixture_clear (&self);
}

static void
test_peer_is_ours (void)
{
  int pair[2];
  GPid pid = 0;
  g_autoptr (GError) error = NULL;
  CU_ASSERT_EQUAL_FATAL (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
  CU_ASSERT_TRUE (vbet_owner_is_ours (pair[0], &pid, &error));
  CU_ASSERT_EQUAL (pid, getpid ());
  close (pair[0]);
  close (pair[1]);
}

/* --- turns ------------------------------------------------------------------------------------- */

#define HELD_MS 100 /* for which a request holds the engine up without running */

typedef struct {
  guint n;
  guint64 used; /* of the client, when the last request came */
} Turns;

static void
on_turn (VbetPeer *client, GVariant *message, gpointer data)
{
  Turns *turns = data;
  turns->used = vbet_rpc_server_get_used (client);
  turns->n++;
  (void)poll (NULL, 0, HELD_MS);
}

static void
on_turn_sent (VbetPeer *client, gpointer data)
{
}

static int
connect_to (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  CU_ASSERT_EQUAL_FATAL (connect (fd, (struct sockaddr *)&address, sizeof address), 0);
  return fd;
}

/* On a host that has other things to do, a client would else pay for what those take. */
static void
test_waiting_is_free (void)
{
  static const VbetRpcServerEvents events = { on_turn, on_turn_sent, on_turn_sent };
  static const char request[] = "Content-Length: 2\r\n\r\n{}Content-Length: 2\r\n\r\n{}";
  g_autofree char *dir = g_dir_make_tmp ("vbet-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "rpc", NULL);
  Turns turns = { 0 };
  VbetRpcServer *server = vbet_rpc_server_new (path, &events, &turns, NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (server);
  int fd = connect_to (path);
  CU_ASSERT_EQUAL (write (fd, request, sizeof request - 1), (ssize_t)sizeof request - 1);
  while (turns.n < 2)
    (void)g_main_context_iteration (NULL, TRUE);
  CU_ASSERT_TRUE (turns.used > 0);
  CU_ASSERT_TRUE (turns.used < HELD_MS * 1000 / 2);
  close (fd);
  vbet_rpc_server_free (server);
  CU_ASSERT_EQUAL (vbet_paths_remove_tree (dir), 0);
}

static CU_TestInfo turn_tests[] = {
  { "waiting is free", test_waiting_is_free },
  CU_TEST_INFO_NULL,
};

static CU_TestInfo json_tests[] = {
  { "values", test_json_values },       { "refused", test_json_refused }, { "bounds", test_json_bounds },
  { "long text", test_json_long_text }, { "written", test_json_written }, CU_TEST_INFO_NULL,
};

static CU_TestInfo frame_tests[] = {
  { "frames", test_frames },   { "refused", test_frames_refused },
  { "made", test_frame_made }, { "room", test_room },
  CU_TEST_INFO_NULL,
};

static CU_TestInfo peer_tests[] = {
  { "messages", test_peer_messages },
  { "refuses", test_peer_refuses },
  { "begun", test_peer_begun_message_ends },
  { "unread", test_peer_unread },
  { "ours", test_peer_is_ours },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "json", NULL, NULL, NULL, NULL, json_tests },
  { "frames", NULL, NULL, NULL, NULL, frame_tests },
  { "peer", NULL, NULL, NULL, NULL, peer_tests },
  { "turns", NULL, NULL, NULL, NULL, turn_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
