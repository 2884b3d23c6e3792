/* test-agent.c - the guest's agent itself, on this host behind a pseudo-terminal: commands, files, limits.
 *
 * No guest is needed: what the agent does with its line, its programs and its
 * files is the same here. It runs as whoever runs the tests, and is asked for
 * nothing that changes the host (no clock, no link state).
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "base/agent-protocol.h"
#include "base/paths.h"
#include "unit/harness.h"

#define ANSWER_MS 20000

typedef struct {
  VbetAgentType type;
  guint16 channel;
  GByteArray *payload;
} Seen;

typedef struct {
  pid_t pid;
  int line;
  char *dir;
  VbetAgentDecoder decoder;
  GPtrArray *seen; /* of Seen: all but ACK */
  gsize unacknowledged;
} Fixture;

static void
seen_free (gpointer data)
{
  Seen *seen = data;
  g_byte_array_unref (seen->payload);
  g_free (seen);
}

static void
take (Fixture *fixture, const VbetAgentFrame *frame)
{
  uint32_t count = 0;
  if (frame->type == VBET_AGENT_ACK) {
    CU_ASSERT_TRUE (vbet_agent_read_u32 (frame, &count));
    CU_ASSERT_TRUE (count <= fixture->unacknowledged);
    fixture->unacknowledged -= MIN (count, fixture->unacknowledged);
    return;
  }
  Seen *seen = g_new0 (Seen, 1);
  seen->type = frame->type;
  seen->channel = frame->channel;
  seen->payload = g_byte_array_append (g_byte_array_new (), frame->payload, frame->length);
  g_ptr_array_add (fixture->seen, seen);
}

/* Reads what the agent says for at most @milliseconds. Returns: FALSE when that was nothing. */
static gboolean
listen_for (Fixture *fixture, int milliseconds)
{
  guint8 bytes[4096];
  struct pollfd poll_fd = { .fd = fixture->line, .events = POLLIN };
  if (poll (&poll_fd, 1, milliseconds) <= 0)
    return FALSE;
  ssize_t got = read (fixture->line, bytes, sizeof bytes);
  if (got <= 0)
    return FALSE;
  for (gsize at = 0; at < (gsize)got;) {
    VbetAgentFrame frame;
    at += vbet_agent_decoder_push (&fixture->decoder, bytes + at, (gsize)got - at);
    while (vbet_agent_decoder_next (&fixture->decoder, &frame))
      take (fixture, &frame);
  }
  return TRUE;
}

static void
send_bytes (Fixture *fixture, const guint8 *bytes, gsize size)
{
  while (size > 0) {
    gsize piece = MIN (size, VBET_AGENT_LINE_WINDOW - fixture->unacknowledged);
    if (piece == 0) {
      CU_ASSERT_TRUE_FATAL (listen_for (fixture, ANSWER_MS));
      continue;
    }
    ssize_t sent = write (fixture->line, bytes, piece);
    CU_ASSERT_TRUE_FATAL (sent > 0);
    fixture->unacknowledged += (gsize)sent;
    bytes += sent;
    size -= (gsize)sent;
  }
}

static void
send_frame (Fixture *fixture, VbetAgentType type, guint16 channel, const void *payload, gsize size)
{
  g_autofree guint8 *frame = g_malloc (VBET_AGENT_FRAME_MAX);
  gsize length = vbet_agent_encode (frame, VBET_AGENT_FRAME_MAX, type, channel, payload, size);
  CU_ASSERT_TRUE_FATAL (length > 0);
  send_bytes (fixture, frame, length);
}

static void
send_exec (Fixture *fixture, guint16 channel, guint8 flags, const char *script)
{
  guint8 frame[4096];
  const char *argv[] = { "sh", "-c", script, NULL };
  send_bytes (fixture, frame, vbet_agent_encode_exec (frame, sizeof frame, channel, flags, argv));
}

/* The first frame of that type on the channel; NULL. */
static Seen *
find (Fixture *fixture, VbetAgentType type, guint16 channel)
{
  for (guint i = 0; i < fixture->seen->len; i++) {
    Seen *seen = g_ptr_array_index (fixture->seen, i);
    if (seen->type == type && seen->channel == channel)
      return seen;
  }
  return NULL;
}

static Seen *
await (Fixture *fixture, VbetAgentType type, guint16 channel)
{
  Seen *seen;
  while ((seen = find (fixture, type, channel)) == NULL)
    CU_ASSERT_TRUE_FATAL (listen_for (fixture, ANSWER_MS));
  return seen;
}

static guint32
first_number (const Seen *seen)
{
  VbetAgentFrame frame = { .length = seen->payload->len, .payload = seen->payload->data };
  uint32_t value = G_MAXUINT32;
  CU_ASSERT_TRUE (vbet_agent_read_u32 (&frame, &value));
  return value;
}

/* All payloads of that type on the channel, joined. */
static char *
collected (Fixture *fixture, VbetAgentType type, guint16 channel, gsize *ret_size)
{
  GByteArray *all = g_byte_array_new ();
  for (guint i = 0; i < fixture->seen->len; i++) {
    Seen *seen = g_ptr_array_index (fixture->seen, i);
    if (seen->type == type && seen->channel == channel)
      g_byte_array_append (all, seen->payload->data, seen->payload->len);
  }
  if (ret_size != NULL)
    *ret_size = all->len;
  g_byte_array_append (all, (const guint8 *)"", 1);
  return (char *)g_byte_array_free (all, FALSE);
}

static void
expect_text (Fixture *fixture, VbetAgentType type, guint16 channel, const char *expected)
{
  g_autofree char *actual = collected (fixture, type, channel, NULL);
  VBET_ASSERT_TEXT (actual, expected);
}

static void
expect_error (Fixture *fixture, guint16 channel, int code)
{
  CU_ASSERT_EQUAL (first_number (await (fixture, VBET_AGENT_ERROR, channel)), (guint32)code);
}

static Fixture *
start (void)
{
  char slave[64];
  Fixture *fixture = g_new0 (Fixture, 1);
  g_autofree char *agent = g_build_filename (g_getenv ("VBET_TOP_BUILDDIR"), "bin", "vbet-agent", NULL);
  fixture->seen = g_ptr_array_new_with_free_func (seen_free);
  fixture->dir = g_dir_make_tmp ("vbet-test-agent-XXXXXX", NULL);
  vbet_agent_decoder_init (&fixture->decoder);
  fixture->line = posix_openpt (O_RDWR | O_NOCTTY | O_CLOEXEC);
  CU_ASSERT_TRUE_FATAL (fixture->line >= 0 && grantpt (fixture->line) == 0 && unlockpt (fixture->line) == 0);
  CU_ASSERT_EQUAL_FATAL (ptsname_r (fixture->line, slave, sizeof slave), 0);
  fixture->pid = fork ();
  if (fixture->pid == 0) {
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    execl (agent, "vbet-agent", slave, NULL);
    _exit (127);
  }
  Seen *hello = await (fixture, VBET_AGENT_HELLO, 0);
  CU_ASSERT_EQUAL (first_number (hello), VBET_AGENT_VERSION);
  return fixture;
}

static void
stop (Fixture *fixture)
{
  CU_ASSERT_EQUAL (kill (fixture->pid, SIGKILL), 0);
  CU_ASSERT_EQUAL (waitpid (fixture->pid, NULL, 0), fixture->pid);
  close (fixture->line);
  vbet_paths_remove_tree (fixture->dir);
  g_free (fixture->dir);
  g_ptr_array_unref (fixture->seen);
  g_free (fixture);
}

static void
test_commands (void)
{
  Fixture *fixture = start ();
  send_exec (fixture, 1, 0, "echo out; echo err >&2; exit 3");
  send_exec (fixture, 2, 0, "kill -TERM $$");
  send_exec (fixture, 3, 0, "exec /nonexistent/program");
  send_exec (fixture, 4, VBET_AGENT_EXEC_MERGE, "echo a; echo b >&2; echo c");
  send_exec (fixture, 5, 0, "cat; echo end");
  CU_ASSERT_EQUAL (first_number (await (fixture, VBET_AGENT_EXIT, 1)), 3);
  CU_ASSERT_EQUAL (first_number (await (fixture, VBET_AGENT_EXIT, 2)), 128 + SIGTERM);
  CU_ASSERT_EQUAL (first_number (await (fixture, VBET_AGENT_EXIT, 3)), 127);
  (void)await (fixture, VBET_AGENT_EXIT, 4);
  (void)await (fixture, VBET_AGENT_EXIT, 5);
  expect_text (fixture, VBET_AGENT_STDOUT, 1, "out\n");
  expect_text (fixture, VBET_AGENT_STDERR, 1, "err\n");
  expect_text (fixture, VBET_AGENT_STDOUT, 4, "a\nb\nc\n");
  expect_text (fixture, VBET_AGENT_STDOUT, 5, "end\n"); /* no STDIN asked for: empty input */
  const guint8 broken[] = { 0 };
  send_frame (fixture, VBET_AGENT_EXEC, 6, broken, sizeof broken);
  expect_error (fixture, 6, EINVAL);
  stop (fixture);
}

static void
test_input (void)
{
  Fixture *fixture = start ();
  send_exec (fixture, 1, VBET_AGENT_EXEC_STDIN, "tr a-z A-Z");
  send_frame (fixture, VBET_AGENT_STDIN, 1, "hello ", 6);
  send_frame (fixture, VBET_AGENT_STDIN, 1, "you", 3);
  send_frame (fixture, VBET_AGENT_STDIN, 1, NULL, 0);
  CU_ASSERT_EQUAL (first_number (await (fixture, VBET_AGENT_EXIT, 1)), 0);
  expect_text (fixture, VBET_AGENT_STDOUT, 1, "HELLO YOU");
  stop (fixture);
}

/* Programs that take no input hold up nobody, and a host that ignores the window loses the job. */
static void
test_input_window (void)
{
  static const guint8 piece[8192];
  Fixture *fixture = start ();
  send_exec (fixture, 1, VBET_AGENT_EXEC_STDIN, "sleep 60");
  /* A pipe and the window take some 128 KiB; beyond that it is an error, whatever the pipe's size. */
  for (int i = 0; i < 160 && find (fixture, VBET_AGENT_ERROR, 1) == NULL; i++)
    send_frame (fixture, VBET_AGENT_STDIN, 1, piece, sizeof piece);
  expect_error (fixture, 1, EOVERFLOW);
  send_exec (fixture, 2, 0, "echo still here");
  (void)await (fixture, VBET_AGENT_EXIT, 2);
  expect_text (fixture, VBET_AGENT_STDOUT, 2, "still here\n");
  /* A program that closes its input gets the rest thrown away, and the window is given back. */
  send_exec (fixture, 3, VBET_AGENT_EXEC_STDIN, "exec <&-; echo closed; sleep 60");
  (void)await (fixture, VBET_AGENT_STDOUT, 3);
  guint64 sent = 0;
  guint64 back = 0;
  while (sent < 500000) {
    for (guint i = 0; i < fixture->seen->len; i++) {
      Seen *seen = g_ptr_array_index (fixture->seen, i);
      if (seen->type == VBET_AGENT_WINDOW_MORE && seen->channel == 3) {
        back += first_number (seen);
        g_ptr_array_remove_index (fixture->seen, i--);
      }
    }
    if (sent - back + sizeof piece > VBET_AGENT_WINDOW) {
      CU_ASSERT_TRUE_FATAL (listen_for (fixture, ANSWER_MS));
      continue;
    }
    send_frame (fixture, VBET_AGENT_STDIN, 3, piece, sizeof piece);
    sent += sizeof piece;
  }
  CU_ASSERT_PTR_NULL (find (fixture, VBET_AGENT_ERROR, 3));
  const guint8 now[4] = { 0 };
  send_frame (fixture, VBET_AGENT_KILL, 3, now, sizeof now);
  CU_ASSERT_EQUAL (first_number (await (fixture, VBET_AGENT_EXIT, 3)), 128 + SIGKILL);
  stop (fixture);
}

static void
test_kill (void)
{
  Fixture *fixture = start ();
  const guint8 terminate[4] = { SIGTERM };
  g_autofree char *script = g_strdup_printf ("sleep 60 & echo $! >%s/child; echo on; wait", fixture->dir);
  g_autofree char *file = g_build_filename (fixture->dir, "child", NULL);
  g_autofree char *number = NULL;
  send_exec (fixture, 1, 0, script);
  (void)await (fixture, VBET_AGENT_STDOUT, 1);
  send_frame (fixture, VBET_AGENT_KILL, 1, terminate, sizeof terminate);
  CU_ASSERT_EQUAL (first_number (await (fixture, VBET_AGENT_EXIT, 1)), 128 + SIGTERM);
  /* The whole process group has gone. */
  CU_ASSERT_TRUE (g_file_get_contents (file, &number, NULL, NULL));
  pid_t child = (pid_t)strtol (number != NULL ? number : "0", NULL, 10);
  CU_ASSERT_TRUE (child > 1);
  CU_ASSERT_EQUAL (waitpid (child, NULL, 0), child); /* an orphan of ours by now: see main() */
  send_frame (fixture, VBET_AGENT_KILL, 99, terminate, sizeof terminate); /* no such job: ignored */
  send_exec (fixture, 2, 0, "echo on");
  (void)await (fixture, VBET_AGENT_EXIT, 2);
  stop (fixture);
}

/* A program left in the background ends neither the job late nor the agent. */
static void
test_background (void)
{
  Fixture *fixture = start ();
  send_exec (fixture, 1, 0, "(exec sleep 60) & echo $!");
  CU_ASSERT_EQUAL (first_number (await (fixture, VBET_AGENT_EXIT, 1)), 0);
  g_autofree char *number = collected (fixture, VBET_AGENT_STDOUT, 1, NULL);
  pid_t child = (pid_t)strtol (number, NULL, 10);
  CU_ASSERT_TRUE_FATAL (child > 1);
  CU_ASSERT_EQUAL (kill (child, 0), 0);
  CU_ASSERT_EQUAL (kill (child, SIGKILL), 0);
  CU_ASSERT_EQUAL (waitpid (child, NULL, 0), child);
  stop (fixture);
}

static void
test_many (void)
{
  Fixture *fixture = start ();
  for (guint16 i = 1; i <= VBET_AGENT_JOBS_MAX; i++)
    send_exec (fixture, i, VBET_AGENT_EXEC_STDIN, "cat");
  send_exec (fixture, 1000, 0, "true");
  expect_error (fixture, 1000, EAGAIN);
  for (guint16 i = 1; i <= VBET_AGENT_JOBS_MAX; i++) {
    g_autofree char *text = g_strdup_printf ("job %u", i);
    send_frame (fixture, VBET_AGENT_STDIN, i, text, strlen (text));
    send_frame (fixture, VBET_AGENT_STDIN, i, NULL, 0);
  }
  for (guint16 i = 1; i <= VBET_AGENT_JOBS_MAX; i++) {
    g_autofree char *text = g_strdup_printf ("job %u", i);
    CU_ASSERT_EQUAL (first_number (await (fixture, VBET_AGENT_EXIT, i)), 0);
    expect_text (fixture, VBET_AGENT_STDOUT, i, text);
  }
  /* The channel may be used again. */
  send_exec (fixture, 1000, 0, "exit 9");
  CU_ASSERT_EQUAL (first_number (await (fixture, VBET_AGENT_EXIT, 1000)), 9);
  stop (fixture);
}

/* Output that nobody reads for a while waits in the program, not in the agent; then all of it comes, in turns. */
static void
test_output (void)
{
  Fixture *fixture = start ();
  for (guint16 i = 1; i <= 3; i++)
    send_exec (fixture, i, 0, "head -c 1000000 /dev/zero");
  for (guint16 i = 1; i <= 3; i++) {
    gsize size = 0;
    CU_ASSERT_EQUAL (first_number (await (fixture, VBET_AGENT_EXIT, i)), 0);
    g_free (collected (fixture, VBET_AGENT_STDOUT, i, &size));
    CU_ASSERT_EQUAL (size, 1000000);
  }
  stop (fixture);
}

static void
send_put (Fixture *fixture, guint16 channel, guint32 mode, const char *path)
{
  guint8 frame[4200];
  send_bytes (fixture, frame, vbet_agent_encode_put (frame, sizeof frame, channel, mode, path));
}

static void
send_get (Fixture *fixture, guint16 channel, const char *path)
{
  guint8 frame[4200];
  send_bytes (fixture, frame, vbet_agent_encode_get (frame, sizeof frame, channel, path));
}

static guint
count_files (const char *path)
{
  guint count = 0;
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

static void
test_files (void)
{
  struct stat status;
  Fixture *fixture = start ();
  g_autofree char *file = g_build_filename (fixture->dir, "file", NULL);
  g_autofree char *missing = g_build_filename (fixture->dir, "no", "file", NULL);
  g_autofree guint8 *data = g_malloc (200000);
  for (gsize i = 0; i < 200000; i++)
    data[i] = (guint8)(i * 7 / 3);
  send_put (fixture, 1, 0640, file);
  /* Within the window, as WINDOW_MORE gives it back. */
  guint64 back = 0;
  for (gsize sent = 0; sent < 200000;) {
    Seen *more = find (fixture, VBET_AGENT_WINDOW_MORE, 1);
    if (more != NULL) {
      back += first_number (more);
      g_ptr_array_remove (fixture->seen, more);
    }
    gsize piece = MIN (MIN (200000 - sent, VBET_AGENT_PAYLOAD_MAX), VBET_AGENT_WINDOW + back - sent);
    if (piece == 0)
      CU_ASSERT_TRUE_FATAL (listen_for (fixture, ANSWER_MS));
    if (piece > 0)
      send_frame (fixture, VBET_AGENT_DATA, 1, data + sent, piece);
    sent += piece;
  }
  CU_ASSERT_FALSE (g_file_test (file, G_FILE_TEST_EXISTS)); /* not before it is complete */
  send_frame (fixture, VBET_AGENT_END, 1, NULL, 0);
  (void)await (fixture, VBET_AGENT_END, 1);
  CU_ASSERT_EQUAL (stat (file, &status), 0);
  CU_ASSERT_EQUAL (status.st_mode & 07777, 0640);
  send_get (fixture, 2, file);
  CU_ASSERT_EQUAL (first_number (await (fixture, VBET_AGENT_END, 2)), 0640);
  gsize size = 0;
  g_autofree char *read_back = collected (fixture, VBET_AGENT_DATA, 2, &size);
  CU_ASSERT_EQUAL_FATAL (size, 200000);
  CU_ASSERT_EQUAL (memcmp (read_back, data, size), 0);

  send_put (fixture, 3, 0644, missing);
  expect_error (fixture, 3, ENOENT);
  send_put (fixture, 4, 0644, fixture->dir);
  expect_error (fixture, 4, EISDIR);
  send_get (fixture, 5, missing);
  expect_error (fixture, 5, ENOENT);
  send_get (fixture, 6, fixture->dir);
  expect_error (fixture, 6, EISDIR);
  send_get (fixture, 7, "/dev/zero");
  expect_error (fixture, 7, EINVAL);
  send_frame (fixture, VBET_AGENT_GET, 8, "relative", 8);
  expect_error (fixture, 8, EINVAL);
  /* One that is stopped halfway leaves nothing, and the old contents stay. */
  send_put (fixture, 9, 0644, file);
  send_frame (fixture, VBET_AGENT_DATA, 9, "new", 3);
  send_frame (fixture, VBET_AGENT_KILL, 9, "\0\0\0\0", 4);
  expect_error (fixture, 9, ECANCELED);
  CU_ASSERT_EQUAL (stat (file, &status), 0);
  CU_ASSERT_EQUAL (status.st_size, 200000);
  CU_ASSERT_EQUAL (count_files (fixture->dir), 1);
  stop (fixture);
}

static void
test_line (void)
{
  Fixture *fixture = start ();
  const guint8 garbage[]
      = { 'x', VBET_AGENT_MAGIC, 0x7f, VBET_AGENT_MAGIC, VBET_AGENT_PING, 0, 0, 0xff, 0xff, 0xff, 0xff };
  send_bytes (fixture, garbage, sizeof garbage);
  send_frame (fixture, VBET_AGENT_PING, 0, "cookie", 6);
  Seen *pong = await (fixture, VBET_AGENT_PONG, 0);
  CU_ASSERT_EQUAL (pong->payload->len, 6);
  /* The answer to PING is a HELLO that says that nothing has started anew. */
  Seen *last = NULL;
  for (guint i = 0; i < fixture->seen->len; i++) {
    Seen *seen = g_ptr_array_index (fixture->seen, i);
    if (seen->type == VBET_AGENT_HELLO)
      last = seen;
  }
  CU_ASSERT_PTR_NOT_NULL_FATAL (last);
  CU_ASSERT_EQUAL (last->payload->data[4], 0);
  /* Everything that was sent gets acknowledged. */
  while (fixture->unacknowledged > 0)
    CU_ASSERT_TRUE_FATAL (listen_for (fixture, ANSWER_MS));
  /* Late frames of no job, and frames that only a guest may send, are ignored. */
  send_frame (fixture, VBET_AGENT_STDIN, 7, "late", 4);
  send_frame (fixture, VBET_AGENT_EXIT, 7, "\0\0\0\0", 4);
  send_frame (fixture, VBET_AGENT_HELLO, 0, NULL, 0);
  send_exec (fixture, 1, 0, "exit 5");
  CU_ASSERT_EQUAL (first_number (await (fixture, VBET_AGENT_EXIT, 1)), 5);
  stop (fixture);
}

static void
test_power_off (void)
{
  sigset_t signals;
  struct timespec limit = { .tv_sec = ANSWER_MS / 1000 };
  sigemptyset (&signals);
  sigaddset (&signals, SIGUSR2);
  CU_ASSERT_EQUAL (sigprocmask (SIG_BLOCK, &signals, NULL), 0);
  Fixture *fixture = start ();
  send_frame (fixture, VBET_AGENT_POWEROFF, 0, NULL, 0);
  /* Init is the agent's parent; here that is this test. */
  CU_ASSERT_EQUAL (sigtimedwait (&signals, NULL, &limit), SIGUSR2);
  stop (fixture);
}

/* Waits until the output of the channel contains @text. */
static void
await_output (Fixture *fixture, guint16 channel, const char *text)
{
  for (;;) {
    g_autofree char *seen = collected (fixture, VBET_AGENT_STDOUT, channel, NULL);
    if (strstr (seen, text) != NULL)
      return;
    CU_ASSERT_TRUE_FATAL (listen_for (fixture, ANSWER_MS));
  }
}

static void
send_number (Fixture *fixture, VbetAgentType type, guint16 channel, guint32 number)
{
  guint32 little = GUINT32_TO_LE (number);
  send_frame (fixture, type, channel, &little, sizeof little);
}

static void
test_terminal (void)
{
  Fixture *fixture = start ();
  /* It is a terminal, controls its session, has a size, and is typed into. */
  send_exec (fixture, 1, VBET_AGENT_EXEC_TERMINAL, "stty size; read x; stty size; echo got-$x; exit 7");
  await_output (fixture, 1, "24 80");
  send_number (fixture, VBET_AGENT_RESIZE, 1, 50 | 132 << 16);
  send_frame (fixture, VBET_AGENT_STDIN, 1, "text\n", 5);
  CU_ASSERT_EQUAL (first_number (await (fixture, VBET_AGENT_EXIT, 1)), 7);
  await_output (fixture, 1, "50 132");
  await_output (fixture, 1, "got-text");
  /* No more output than the window; more when it is given back. */
  gsize size = 0;
  send_exec (fixture, 2, VBET_AGENT_EXEC_TERMINAL, "stty raw -echo; head -c 100000 /dev/zero");
  while (size < VBET_AGENT_WINDOW) {
    CU_ASSERT_TRUE_FATAL (listen_for (fixture, ANSWER_MS));
    g_free (collected (fixture, VBET_AGENT_STDOUT, 2, &size));
  }
  send_exec (fixture, 3, 0, "exit 3");
  CU_ASSERT_EQUAL (first_number (await (fixture, VBET_AGENT_EXIT, 3)), 3);
  g_free (collected (fixture, VBET_AGENT_STDOUT, 2, &size));
  CU_ASSERT_EQUAL (size, VBET_AGENT_WINDOW);
  send_number (fixture, VBET_AGENT_WINDOW_MORE, 2, G_MAXUINT32);
  CU_ASSERT_EQUAL (first_number (await (fixture, VBET_AGENT_EXIT, 2)), 0);
  g_free (collected (fixture, VBET_AGENT_STDOUT, 2, &size));
  CU_ASSERT_EQUAL (size, 100000);
  /* Hanging up, and killing what does not care. */
  send_exec (fixture, 4, VBET_AGENT_EXEC_TERMINAL, "echo up; sleep 60");
  send_exec (fixture, 5, VBET_AGENT_EXEC_TERMINAL, "trap '' HUP; echo up; sleep 60; sleep 60");
  await_output (fixture, 4, "up");
  await_output (fixture, 5, "up");
  send_number (fixture, VBET_AGENT_KILL, 4, SIGHUP);
  send_number (fixture, VBET_AGENT_KILL, 5, SIGHUP);
  CU_ASSERT_EQUAL (first_number (await (fixture, VBET_AGENT_EXIT, 4)), 128 + SIGHUP);
  CU_ASSERT_PTR_NULL (find (fixture, VBET_AGENT_EXIT, 5));
  send_number (fixture, VBET_AGENT_KILL, 5, SIGKILL);
  CU_ASSERT_EQUAL (first_number (await (fixture, VBET_AGENT_EXIT, 5)), 128 + SIGKILL);
  /* Senseless frames of a host do nothing. */
  send_number (fixture, VBET_AGENT_RESIZE, 9, 0);
  send_frame (fixture, VBET_AGENT_RESIZE, 1, "x", 1);
  send_exec (fixture, 6, 0, "exit 6");
  send_number (fixture, VBET_AGENT_RESIZE, 6, 20 | 20 << 16);
  CU_ASSERT_EQUAL (first_number (await (fixture, VBET_AGENT_EXIT, 6)), 6);
  stop (fixture);
}

static CU_TestInfo agent_tests[] = {
  { "commands", test_commands },
  { "standard input", test_input },
  { "input window", test_input_window },
  { "kill", test_kill },
  { "background programs", test_background },
  { "many at one time", test_many },
  { "much output", test_output },
  { "terminals", test_terminal },
  { "files", test_files },
  { "the line", test_line },
  { "power off", test_power_off },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "agent", NULL, NULL, NULL, NULL, agent_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  /* What agents leave behind becomes ours, so that it can be waited for. */
  prctl (PR_SET_CHILD_SUBREAPER, 1);
  return vbet_test_run (suites, argc, argv);
}
