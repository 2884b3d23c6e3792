/* test-guest-agent.c - the engine's end of the agent's line, against peers that behave and peers that do not. */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/agent-protocol.h"
#include "base/error.h"
#include "engine/guest/agent.h"
#include "unit/harness.h"

typedef struct {
  VbetAgent *agent;
  int peer;
  VbetAgentDecoder decoder;
  guint hellos;
  guint closed;
  GString *problems;
  GString *streamed;
} Fixture;

typedef struct {
  gboolean done;
  VbetExecResult *result;
  gboolean put;
  GBytes *contents;
  GError *error;
} Answer;

static void
on_hello (VbetAgent *agent, gpointer data)
{
  ((Fixture *)data)->hellos++;
}

static void
on_closed (VbetAgent *agent, gpointer data)
{
  ((Fixture *)data)->closed++;
}

static void
on_problem (VbetAgent *agent, const char *sentence, gboolean fatal, gpointer data)
{
  g_string_append_printf (((Fixture *)data)->problems, "%s%s;", fatal ? "!" : "", sentence);
}

static void
settle (void)
{
  for (int i = 0; i < 20; i++)
    while (g_main_context_iteration (NULL, FALSE))
      ;
}

static void
say (Fixture *self, VbetAgentType type, guint16 channel, const void *payload, gsize size)
{
  static guint8 frame[VBET_AGENT_FRAME_MAX];
  gsize made = vbet_agent_encode (frame, sizeof frame, type, channel, payload, size);
  CU_ASSERT_TRUE (made > 0);
  for (gsize at = 0; at < made;) {
    ssize_t done = send (self->peer, frame + at, made - at, MSG_DONTWAIT);
    if (done > 0)
      at += (gsize)done;
    else
      g_main_context_iteration (NULL, FALSE);
  }
}

static void
say_number (Fixture *self, VbetAgentType type, guint16 channel, guint32 value)
{
  guint32 little = GUINT32_TO_LE (value);
  say (self, type, channel, &little, sizeof little);
}

static void
say_hello (Fixture *self, guint32 version)
{
  guint32 payload[2] = { GUINT32_TO_LE (version), GUINT32_TO_LE (1) };
  say (self, VBET_AGENT_HELLO, 0, payload, sizeof payload);
}

/* The next frame that the guest got; its payload is copied and NUL-terminated. NULL: nothing came. Acknowledges. */
static char *
hear (Fixture *self, VbetAgentFrame *ret_frame)
{
  for (int i = 0; i < 1000; i++) {
    guint8 bytes[4096];
    if (vbet_agent_decoder_next (&self->decoder, ret_frame))
      return g_strndup ((const char *)ret_frame->payload, ret_frame->length);
    ssize_t got = recv (self->peer, bytes, sizeof bytes, MSG_DONTWAIT);
    CU_ASSERT_TRUE (got <= VBET_AGENT_LINE_WINDOW);
    if (got > 0) {
      (void)vbet_agent_decoder_push (&self->decoder, bytes, (gsize)got);
      say_number (self, VBET_AGENT_ACK, 0, (guint32)got);
    } else
      g_main_context_iteration (NULL, FALSE);
  }
  return NULL;
}

static void
set_up (Fixture *self, gboolean greet)
{
  int line[2];
  memset (self, 0, sizeof *self);
  CU_ASSERT_EQUAL_FATAL (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line), 0);
  self->peer = line[1];
  self->agent = vbet_agent_new (line[0], "r1");
  self->problems = g_string_new (NULL);
  self->streamed = g_string_new (NULL);
  vbet_agent_decoder_init (&self->decoder);
  g_signal_connect (self->agent, "hello", G_CALLBACK (on_hello), self);
  g_signal_connect (self->agent, "closed", G_CALLBACK (on_closed), self);
  g_signal_connect (self->agent, "problem", G_CALLBACK (on_problem), self);
  if (greet) {
    say_hello (self, VBET_AGENT_VERSION);
    settle ();
    CU_ASSERT_EQUAL (self->hellos, 1);
  }
}

static void
tear_down (Fixture *self)
{
  vbet_agent_close (self->agent);
  g_object_unref (self->agent);
  settle ();
  if (self->peer >= 0)
    close (self->peer);
  g_string_free (self->problems, TRUE);
  g_string_free (self->streamed, TRUE);
}

static void
answer_clear (Answer *answer)
{
  vbet_exec_result_free (answer->result);
  g_clear_pointer (&answer->contents, g_bytes_unref);
  g_clear_error (&answer->error);
}

static void
on_exec (GObject *source, GAsyncResult *result, gpointer data)
{
  Answer *answer = data;
  answer->result = vbet_agent_exec_finish (VBET_AGENT (source), result, &answer->error);
  answer->done = TRUE;
}

static void
on_put (GObject *source, GAsyncResult *result, gpointer data)
{
  Answer *answer = data;
  answer->put = vbet_agent_put_finish (VBET_AGENT (source), result, &answer->error);
  answer->done = TRUE;
}

static void
on_get (GObject *source, GAsyncResult *result, gpointer data)
{
  Answer *answer = data;
  answer->contents = vbet_agent_get_finish (VBET_AGENT (source), result, &answer->error);
  answer->done = TRUE;
}

static void
wait_for (Answer *answer)
{
  while (!answer->done)
    g_main_context_iteration (NULL, TRUE);
}

static void
exec (Fixture *self, const char *command, GBytes *input, GCancellable *cancellable, Answer *answer)
{
  const char *const argv[] = { command, "x", NULL };
  memset (answer, 0, sizeof *answer);
  vbet_agent_exec_async (self->agent, argv, input, NULL, NULL, cancellable, on_exec, answer);
}

static char *
text_of (GBytes *bytes)
{
  gsize size = 0;
  const char *data = g_bytes_get_data (bytes, &size);
  return g_strndup (data != NULL ? data : "", size);
}

static void
test_exec (void)
{
  Fixture fixture;
  Answer answer;
  VbetAgentFrame frame;
  set_up (&fixture, TRUE);
  exec (&fixture, "ls", NULL, NULL, &answer);
  g_autofree char *heard = hear (&fixture, &frame);
  CU_ASSERT_EQUAL (frame.type, VBET_AGENT_EXEC);
  CU_ASSERT_TRUE (frame.channel != 0);
  CU_ASSERT_EQUAL (frame.length, 6); /* flags, "ls", "x" */
  guint16 channel = frame.channel;
  say (&fixture, VBET_AGENT_STDOUT, channel, "out1 ", 5);
  say (&fixture, VBET_AGENT_STDERR, channel, "err", 3);
  say (&fixture, VBET_AGENT_STDOUT, channel, "out2", 4);
  say (&fixture, VBET_AGENT_STDOUT, (guint16)(channel + 1), "not mine", 8);
  say_number (&fixture, VBET_AGENT_EXIT, channel, 3);
  wait_for (&answer);
  CU_ASSERT_PTR_NOT_NULL_FATAL (answer.result);
  CU_ASSERT_EQUAL (answer.result->status, 3);
  g_autofree char *out = text_of (answer.result->out);
  g_autofree char *err = text_of (answer.result->err);
  VBET_ASSERT_TEXT (out, "out1 out2");
  VBET_ASSERT_TEXT (err, "err");
  answer_clear (&answer);
  /* Late frames of a job that is over change nothing. */
  say (&fixture, VBET_AGENT_STDOUT, channel, "late", 4);
  say_number (&fixture, VBET_AGENT_EXIT, channel, 0);
  settle ();
  VBET_ASSERT_TEXT (fixture.problems->str, "");
  tear_down (&fixture);
}

static void
on_piece (gint stream, const guint8 *data, gsize size, gpointer user_data)
{
  g_string_append_printf (((Fixture *)user_data)->streamed, "%d:%.*s;", stream, (int)size,
                          (const char *)data);
}

static void
test_stream (void)
{
  Fixture fixture;
  Answer answer = { FALSE };
  VbetAgentFrame frame;
  const char *const argv[] = { "tail", NULL };
  set_up (&fixture, TRUE);
  vbet_agent_exec_async (fixture.agent, argv, NULL, on_piece, &fixture, NULL, on_exec, &answer);
  g_free (hear (&fixture, &frame));
  say (&fixture, VBET_AGENT_STDOUT, frame.channel, "a", 1);
  say (&fixture, VBET_AGENT_STDERR, frame.channel, "b", 1);
  say_number (&fixture, VBET_AGENT_EXIT, frame.channel, 0);
  wait_for (&answer);
  VBET_ASSERT_TEXT (fixture.streamed->str, "1:a;2:b;");
  CU_ASSERT_EQUAL (g_bytes_get_size (answer.result->out), 0);
  answer_clear (&answer);
  tear_down (&fixture);
}

/* A command whose output nobody can take is stopped and goes on; one that has ended is left alone. */
static void
test_pause (void)
{
  Fixture fixture;
  Answer answer = { FALSE };
  VbetAgentFrame frame;
  uint32_t signal = 0;
  const char *const argv[] = { "yes", NULL };
  set_up (&fixture, TRUE);
  guint job = vbet_agent_exec_async (fixture.agent, argv, NULL, on_piece, &fixture, NULL, on_exec, &answer);
  CU_ASSERT_NOT_EQUAL (job, 0);
  g_free (hear (&fixture, &frame));
  const guint16 channel = frame.channel;
  for (int pause = 1; pause >= 0; pause--) {
    vbet_agent_pause_job (fixture.agent, job, pause);
    g_free (hear (&fixture, &frame));
    CU_ASSERT_EQUAL (frame.type, VBET_AGENT_KILL);
    CU_ASSERT_EQUAL (frame.channel, channel);
    CU_ASSERT_TRUE (vbet_agent_read_u32 (&frame, &signal));
    CU_ASSERT_EQUAL (signal, pause ? SIGSTOP : SIGCONT);
  }
  vbet_agent_pause_job (fixture.agent, job + 1, TRUE); /* there is no such job */
  say_number (&fixture, VBET_AGENT_EXIT, channel, 0);
  wait_for (&answer);
  vbet_agent_pause_job (fixture.agent, job, TRUE);
  CU_ASSERT_PTR_NULL (hear (&fixture, &frame));
  answer_clear (&answer);
  tear_down (&fixture);
}

/* The window: no more than VBET_AGENT_WINDOW bytes are under way, and all of it arrives, then the end. */
static void
test_window (void)
{
  Fixture fixture;
  Answer answer = { FALSE };
  VbetAgentFrame frame;
  gsize received = 0;
  gsize outstanding = 0;
  gboolean ended = FALSE;
  const gsize total = 5 * VBET_AGENT_WINDOW + 17;
  g_autofree guint8 *bytes = g_malloc0 (total);
  for (gsize i = 0; i < total; i++)
    bytes[i] = (guint8)(i * 7 + i / 256);
  g_autoptr (GBytes) contents = g_bytes_new (bytes, total);
  set_up (&fixture, TRUE);
  vbet_agent_put_async (fixture.agent, "/etc/x", 0644, contents, NULL, on_put, &answer);
  g_autofree char *opening = hear (&fixture, &frame);
  CU_ASSERT_EQUAL (frame.type, VBET_AGENT_PUT);
  guint16 channel = frame.channel;
  while (!ended) {
    g_autofree char *piece = hear (&fixture, &frame);
    if (piece == NULL) {
      CU_ASSERT_TRUE (outstanding > VBET_AGENT_WINDOW - 8192 && outstanding <= VBET_AGENT_WINDOW);
      say_number (&fixture, VBET_AGENT_WINDOW_MORE, channel, (guint32)outstanding);
      outstanding = 0;
      continue;
    }
    CU_ASSERT_EQUAL (frame.channel, channel);
    ended = frame.type == VBET_AGENT_END;
    CU_ASSERT_TRUE (
        ended
        || (frame.type == VBET_AGENT_DATA && memcmp (frame.payload, bytes + received, frame.length) == 0));
    received += frame.length;
    outstanding += frame.length;
    CU_ASSERT_TRUE_FATAL (outstanding <= VBET_AGENT_WINDOW);
  }
  CU_ASSERT_EQUAL (received, total);
  CU_ASSERT_FALSE (answer.done);
  say (&fixture, VBET_AGENT_END, channel, NULL, 0);
  wait_for (&answer);
  CU_ASSERT_TRUE (answer.put);
  answer_clear (&answer);
  tear_down (&fixture);
}

static void
test_get_and_errors (void)
{
  Fixture fixture;
  Answer answer = { FALSE };
  VbetAgentFrame frame;
  guint8 mode[4] = { 0xa4, 1, 0, 0 };
  set_up (&fixture, TRUE);
  vbet_agent_get_async (fixture.agent, "/etc/hostname", NULL, NULL, NULL, on_get, &answer);
  g_autofree char *path = hear (&fixture, &frame);
  CU_ASSERT_EQUAL (frame.type, VBET_AGENT_GET);
  VBET_ASSERT_TEXT (path, "/etc/hostname");
  say (&fixture, VBET_AGENT_DATA, frame.channel, "r1\n", 3);
  say (&fixture, VBET_AGENT_END, frame.channel, mode, sizeof mode);
  wait_for (&answer);
  g_autofree char *text = text_of (answer.contents);
  VBET_ASSERT_TEXT (text, "r1\n");
  answer_clear (&answer);

  answer = (Answer){ FALSE };
  vbet_agent_get_async (fixture.agent, "/none", NULL, NULL, NULL, on_get, &answer);
  g_free (hear (&fixture, &frame));
  say (&fixture, VBET_AGENT_ERROR, frame.channel, "\2\0\0\0No such\33file", 16);
  wait_for (&answer);
  VBET_ASSERT_TEXT (answer.error->message, "r1: No such?file");
  answer_clear (&answer);

  answer = (Answer){ FALSE };
  vbet_agent_get_async (fixture.agent, "relative", NULL, NULL, NULL, on_get, &answer);
  wait_for (&answer);
  CU_ASSERT_TRUE (g_error_matches (answer.error, VBET_ERROR, VBET_ERROR_USAGE));
  answer_clear (&answer);
  tear_down (&fixture);
}

static void
test_cancel (void)
{
  Fixture fixture;
  Answer answer;
  VbetAgentFrame frame;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  set_up (&fixture, TRUE);
  exec (&fixture, "sleep", NULL, cancellable, &answer);
  g_free (hear (&fixture, &frame));
  g_cancellable_cancel (cancellable);
  wait_for (&answer);
  CU_ASSERT_TRUE (g_error_matches (answer.error, VBET_ERROR, VBET_ERROR_CANCELLED));
  answer_clear (&answer);
  g_free (hear (&fixture, &frame));
  CU_ASSERT_EQUAL (frame.type, VBET_AGENT_KILL);
  say_number (&fixture, VBET_AGENT_EXIT, frame.channel, 137);
  settle ();
  /* One that is cancelled before it begins never reaches the guest. */
  exec (&fixture, "sleep", NULL, cancellable, &answer);
  wait_for (&answer);
  CU_ASSERT_TRUE (g_error_matches (answer.error, VBET_ERROR, VBET_ERROR_CANCELLED));
  CU_ASSERT_PTR_NULL (hear (&fixture, &frame));
  answer_clear (&answer);
  tear_down (&fixture);
}

/* The guest has room for so many jobs; the others wait for one to end. */
static void
test_many_jobs (void)
{
  Fixture fixture;
  VbetAgentFrame frame;
  Answer answers[VBET_AGENT_JOBS_MAX + 5];
  GQueue channels = G_QUEUE_INIT;
  set_up (&fixture, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    exec (&fixture, "true", NULL, NULL, &answers[i]);
  for (guint i = 0; i < VBET_AGENT_JOBS_MAX; i++) {
    g_free (hear (&fixture, &frame));
    CU_ASSERT_EQUAL (frame.type, VBET_AGENT_EXEC);
    g_queue_push_tail (&channels, GUINT_TO_POINTER (frame.channel));
  }
  CU_ASSERT_PTR_NULL (hear (&fixture, &frame));
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++) {
    say_number (&fixture, VBET_AGENT_EXIT, (guint16)GPOINTER_TO_UINT (g_queue_pop_head (&channels)), 0);
    settle ();
    g_autofree char *next = hear (&fixture, &frame);
    if (next != NULL)
      g_queue_push_tail (&channels, GUINT_TO_POINTER (frame.channel));
  }
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++) {
    CU_ASSERT_TRUE (answers[i].done);
    answer_clear (&answers[i]);
  }
  tear_down (&fixture);
}

/* Output without end is cut, and said so; the engine keeps no more of it than promised. */
static void
test_flood (void)
{
  Fixture fixture;
  Answer answer;
  VbetAgentFrame frame;
  static guint8 piece[VBET_AGENT_PAYLOAD_MAX];
  set_up (&fixture, TRUE);
  exec (&fixture, "yes", NULL, NULL, &answer);
  g_free (hear (&fixture, &frame));
  for (guint i = 0; i < VBET_AGENT_OUTPUT_MAX / sizeof piece + 10; i++)
    say (&fixture, VBET_AGENT_STDOUT, frame.channel, piece, sizeof piece);
  say_number (&fixture, VBET_AGENT_EXIT, frame.channel, 0);
  wait_for (&answer);
  CU_ASSERT_EQUAL (g_bytes_get_size (answer.result->out), VBET_AGENT_OUTPUT_MAX);
  g_autofree char *err = text_of (answer.result->err);
  VBET_ASSERT_TEXT (err, "\n[output cut at 1 MiB]\n");
  answer_clear (&answer);
  tear_down (&fixture);
}

static void
test_not_our_agent (void)
{
  Fixture fixture;
  Answer answer;
  set_up (&fixture, FALSE);
  exec (&fixture, "ls", NULL, NULL, &answer);
  wait_for (&answer);
  VBET_ASSERT_TEXT (answer.error->message, "r1 is not ready");
  answer_clear (&answer);
  for (int i = 0; i < 100; i++)
    CU_ASSERT_TRUE (send (fixture.peer, "login: ", 7, 0) == 7);
  settle ();
  CU_ASSERT_EQUAL (fixture.hellos, 0);
  VBET_ASSERT_TEXT (fixture.problems->str,
                    "Something in r1 other than vBET's agent writes to its line (/dev/ttyS0); such "
                    "bytes are ignored;");
  /* It may still come. */
  say_hello (&fixture, VBET_AGENT_VERSION);
  settle ();
  CU_ASSERT_EQUAL (fixture.hellos, 1);
  tear_down (&fixture);

  set_up (&fixture, FALSE);
  say_hello (&fixture, 2);
  settle ();
  CU_ASSERT_EQUAL (fixture.hellos, 0);
  VBET_ASSERT_TEXT (fixture.problems->str,
                    "!The agent in r1 (version 2) is not the one of this vBET (version 1); build "
                    "the guest image anew with \"vbetctl image build\";");
  tear_down (&fixture);
}

static void
test_reboot_and_end (void)
{
  Fixture fixture;
  Answer first;
  Answer second;
  VbetAgentFrame frame;
  set_up (&fixture, TRUE);
  exec (&fixture, "reboot", NULL, NULL, &first);
  g_free (hear (&fixture, &frame));
  say_hello (&fixture, VBET_AGENT_VERSION);
  wait_for (&first);
  VBET_ASSERT_TEXT (first.error->message, "The guest restarted meanwhile");
  CU_ASSERT_EQUAL (fixture.hellos, 2);
  answer_clear (&first);
  exec (&fixture, "ls", NULL, NULL, &second);
  g_free (hear (&fixture, &frame));
  close (fixture.peer);
  fixture.peer = -1;
  wait_for (&second);
  VBET_ASSERT_TEXT (second.error->message, "The guest has stopped");
  CU_ASSERT_EQUAL (fixture.closed, 1);
  CU_ASSERT_FALSE (vbet_agent_power_off (fixture.agent));
  answer_clear (&second);
  tear_down (&fixture);
}

static void
test_small_requests (void)
{
  Fixture fixture;
  VbetAgentFrame frame;
  uint32_t index = 0;
  bool carrier = true;
  uint64_t clock = 0;
  set_up (&fixture, TRUE);
  CU_ASSERT_TRUE (vbet_agent_set_carrier (fixture.agent, 4, FALSE));
  g_free (hear (&fixture, &frame));
  CU_ASSERT_TRUE (vbet_agent_read_carrier (&frame, &index, &carrier));
  CU_ASSERT_EQUAL (index, 4);
  CU_ASSERT_FALSE (carrier);
  CU_ASSERT_FALSE (vbet_agent_set_speed (fixture.agent, 4, 100)); /* an agent that does not know it */
  CU_ASSERT_TRUE (vbet_agent_set_clock (fixture.agent));
  g_free (hear (&fixture, &frame));
  CU_ASSERT_TRUE (vbet_agent_read_clock (&frame, &clock));
  CU_ASSERT_TRUE (clock > 1700000000ULL * 1000000000ULL);
  CU_ASSERT_TRUE (vbet_agent_power_off (fixture.agent));
  g_free (hear (&fixture, &frame));
  CU_ASSERT_EQUAL (frame.type, VBET_AGENT_POWEROFF);
  tear_down (&fixture);
}

/* Bytes that wait in the line, unread. */
static gsize
waiting (Fixture *self)
{
  static guint8 bytes[65536];
  settle ();
  ssize_t got = recv (self->peer, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);
  return got > 0 ? (gsize)got : 0;
}

/* A frame that is longer than the line's window goes in pieces, as they are acknowledged. */
static void
test_line_window (void)
{
  Fixture fixture;
  Answer answer;
  guint8 bytes[4096];
  g_autofree char *command = g_strnfill (10000, 'c');
  gsize total = 0;
  set_up (&fixture, TRUE);
  exec (&fixture, command, NULL, NULL, &answer);
  for (gsize expected = 8 + 1 + 10001 + 2; expected > 0;) {
    gsize piece = MIN (expected, VBET_AGENT_LINE_WINDOW);
    CU_ASSERT_EQUAL_FATAL (waiting (&fixture), piece);
    CU_ASSERT_EQUAL (recv (fixture.peer, bytes, sizeof bytes, 0), (ssize_t)piece);
    CU_ASSERT_EQUAL (waiting (&fixture), 0);
    /* A guest that claims to have read more than there was gains nothing. */
    say_number (&fixture, VBET_AGENT_ACK, 0, total == 0 ? G_MAXUINT32 : (guint32)piece);
    total += piece;
    expected -= piece;
  }
  CU_ASSERT_EQUAL (waiting (&fixture), 0);
  /* After a restart the count begins anew. */
  Answer second;
  exec (&fixture, "x", NULL, NULL, &second);
  say_hello (&fixture, VBET_AGENT_VERSION);
  settle ();
  CU_ASSERT_TRUE (answer.done && second.done);
  answer_clear (&answer);
  answer_clear (&second);
  tear_down (&fixture);
}

static void
on_room (VbetAgent *agent, gpointer data)
{
  ++*(guint *)data;
}

static void
test_console_room (void)
{
  Fixture fixture;
  VbetAgentFrame frame;
  guint room = 0;
  set_up (&fixture, FALSE);
  g_signal_connect (fixture.agent, "console-room", G_CALLBACK (on_room), &room);
  vbet_agent_ask_console (fixture.agent); /* before it can be asked */
  say_hello (&fixture, VBET_AGENT_VERSION);
  g_free (hear (&fixture, &frame));
  CU_ASSERT_EQUAL (frame.type, VBET_AGENT_CONSOLE_ASK);
  vbet_agent_ask_console (fixture.agent);
  say (&fixture, VBET_AGENT_CONSOLE_ROOM, 0, NULL, 0);
  say (&fixture, VBET_AGENT_CONSOLE_ROOM, 0, NULL, 0); /* unasked: nothing */
  settle ();
  CU_ASSERT_EQUAL (room, 1);
  CU_ASSERT_PTR_NULL (hear (&fixture, &frame));
  vbet_agent_ask_console (fixture.agent);
  g_free (hear (&fixture, &frame));
  CU_ASSERT_EQUAL (frame.type, VBET_AGENT_CONSOLE_ASK);
  tear_down (&fixture);
}

/* A guest that reads nothing: what waits for it is bounded, and it delays nobody. */
static void
test_guest_that_does_not_read (void)
{
  Fixture fixture;
  Answer answer = { FALSE };
  g_autofree guint8 *bytes = g_malloc0 (8 * 1024 * 1024);
  g_autoptr (GBytes) contents = g_bytes_new (bytes, 8 * 1024 * 1024);
  set_up (&fixture, TRUE);
  vbet_agent_put_async (fixture.agent, "/big", 0600, contents, NULL, on_put, &answer);
  guint told = 0;
  while (told < 1000000 && vbet_agent_set_carrier (fixture.agent, 1, TRUE))
    told++;
  CU_ASSERT_TRUE (told < 1000000);
  settle ();
  CU_ASSERT_FALSE (answer.done);
  vbet_agent_close (fixture.agent);
  wait_for (&answer);
  CU_ASSERT_PTR_NOT_NULL (answer.error);
  answer_clear (&answer);
  tear_down (&fixture);
}

static void
on_alarm (VbetAgent *agent, const char *key, const char *kind, const char *text, gpointer data)
{
  CU_ASSERT_TRUE (g_utf8_validate (text, -1, NULL));
  g_string_append_printf (data, "%s/%s/%s;", key, kind, text);
}

/* Alarms come before hello and after it; what is none is passed over. */
static void
test_alarms (void)
{
  Fixture fixture;
  g_autoptr (GString) alarms = g_string_new (NULL);
  set_up (&fixture, FALSE);
  g_signal_connect (fixture.agent, "alarm", G_CALLBACK (on_alarm), alarms);
  say (&fixture, VBET_AGENT_ALARM, 0, NULL, 0);
  say (&fixture, VBET_AGENT_ALARM, 0, "00\0route\0no way", 15);
  settle ();
  VBET_ASSERT_TEXT (alarms->str, "//;00/route/no way;");
  CU_ASSERT_EQUAL (fixture.hellos, 0);
  say_hello (&fixture, VBET_AGENT_VERSION);
  say (&fixture, VBET_AGENT_ALARM, 0, "no kind\0", 8);
  say (&fixture, VBET_AGENT_ALARM, 3, "01\0route\0not of a job", 21);
  say (&fixture, VBET_AGENT_ALARM, 0, "01\0x\0\377\33", 7);
  say (&fixture, VBET_AGENT_ALARM, 0, "00", 2);
  settle ();
  CU_ASSERT_EQUAL (fixture.hellos, 1);
  VBET_ASSERT_TEXT (alarms->str, "//;00/route/no way;01/x/\357\277\275 ;00//;");
  VBET_ASSERT_TEXT (fixture.problems->str, "");
  tear_down (&fixture);
}

static CU_TestInfo agent_tests[] = {
  { "a command", test_exec },
  { "output piece by piece", test_stream },
  { "pause", test_pause },
  { "a file goes through the window", test_window },
  { "a file comes, and errors", test_get_and_errors },
  { "cancelling", test_cancel },
  { "more jobs than the guest has room for", test_many_jobs },
  { "output without end", test_flood },
  { "not our agent", test_not_our_agent },
  { "the guest restarts, and ends", test_reboot_and_end },
  { "small requests", test_small_requests },
  { "the line's window", test_line_window },
  { "room on the console", test_console_room },
  { "alarms", test_alarms },
  { "a guest that does not read", test_guest_that_does_not_read },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "agent", NULL, NULL, NULL, NULL, agent_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
