/* test-mconsole.c - the management console: packets, answers, silence, and a guest that lies. */
#include "config.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib/gstdio.h>

#include "base/error.h"
#include "base/paths.h"
#include "engine/guest/mconsole.h"
#include "unit/harness.h"

/* A kernel's end, served by the test's own main loop. */
typedef struct {
  char *dir;
  char *kernel_dir;
  char *socket_path;
  char *notify_path;
  int fd;
  VbetMconsole *client;
  GPtrArray *commands; /* received */
  guint packets;       /* how many packets an answer has; 0: no answer */
  guint32 code;
  GString *notified;
} Fixture;

typedef struct {
  guint32 error;
  guint32 more;
  guint32 length;
  char text[512];
} Reply;

static int
bind_at (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  (void)g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  CU_ASSERT_EQUAL_FATAL (bind (fd, (struct sockaddr *)&address, sizeof address), 0);
  return fd;
}

static gboolean
on_request (int fd, GIOCondition condition, gpointer data)
{
  Fixture *self = data;
  guint8 bytes[1024];
  struct sockaddr_un from;
  socklen_t size = sizeof from;
  ssize_t got = recvfrom (fd, bytes, sizeof bytes, 0, (struct sockaddr *)&from, &size);
  CU_ASSERT_EQUAL (got, VBET_MCONSOLE_REQUEST_SIZE);
  guint32 length;
  memcpy (&length, bytes + 8, sizeof length);
  g_ptr_array_add (self->commands, g_strndup ((const char *)bytes + 12, length));
  for (guint i = 0; i < self->packets; i++) {
    Reply reply = { .error = self->code, .more = i + 1 < self->packets };
    (void)g_snprintf (reply.text, sizeof reply.text, "part%u", i);
    reply.length = (guint32)strlen (reply.text) + 1;
    (void)sendto (fd, &reply, 12 + reply.length, 0, (struct sockaddr *)&from, size);
  }
  return G_SOURCE_CONTINUE;
}

static void
on_notified (VbetMconsole *client, guint type, const char *text, gpointer data)
{
  g_string_append_printf (((Fixture *)data)->notified, "%u:%s;", type, text);
}

static void
set_up (Fixture *self, gboolean with_kernel)
{
  memset (self, 0, sizeof *self);
  self->dir = g_dir_make_tmp ("vbet-mc-XXXXXX", NULL);
  self->kernel_dir = g_build_filename (self->dir, "u", NULL);
  self->socket_path = g_build_filename (self->kernel_dir, "mconsole", NULL);
  self->notify_path = g_build_filename (self->dir, "n", NULL);
  g_autofree char *client_path = g_build_filename (self->dir, "m", NULL);
  self->commands = g_ptr_array_new_with_free_func (g_free);
  self->notified = g_string_new (NULL);
  self->packets = 1;
  self->fd = -1;
  CU_ASSERT_EQUAL (g_mkdir (self->kernel_dir, 0700), 0);
  if (with_kernel) {
    self->fd = bind_at (self->socket_path);
    g_unix_fd_add (self->fd, G_IO_IN, on_request, self);
  }
  g_autoptr (GError) error = NULL;
  self->client = vbet_mconsole_new (self->kernel_dir, client_path, self->notify_path, &error);
  CU_ASSERT_PTR_NOT_NULL_FATAL (self->client);
  g_signal_connect (self->client, "notify-text", G_CALLBACK (on_notified), self);
}

static void
tear_down (Fixture *self)
{
  vbet_mconsole_close (self->client);
  g_object_unref (self->client);
  if (self->fd >= 0) {
    g_source_remove_by_user_data (self);
    close (self->fd);
  }
  CU_ASSERT_EQUAL (vbet_paths_remove_tree (self->dir), 0);
  g_ptr_array_unref (self->commands);
  g_string_free (self->notified, TRUE);
  g_free (self->dir);
  g_free (self->kernel_dir);
  g_free (self->socket_path);
  g_free (self->notify_path);
}

/* One answer. */
typedef struct {
  gboolean done;
  char *text;
  GError *error;
} Answer;

static void
on_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  Answer *answer = data;
  answer->text = vbet_mconsole_command_finish (VBET_MCONSOLE (source), result, &answer->error);
  answer->done = TRUE;
}

static void
wait_for (const gboolean *flag)
{
  while (!*flag)
    g_main_context_iteration (NULL, TRUE);
}

static void
ask (Fixture *self, const char *command, guint timeout, Answer *answer)
{
  memset (answer, 0, sizeof *answer);
  vbet_mconsole_command_async (self->client, command, timeout, on_answer, answer);
}

static void
answer_clear (Answer *answer)
{
  g_free (answer->text);
  g_clear_error (&answer->error);
}

static void
test_codec (void)
{
  guint8 bytes[VBET_MCONSOLE_REQUEST_SIZE];
  guint32 numbers[3];
  CU_ASSERT_TRUE (vbet_mconsole_encode ("version", bytes));
  memcpy (numbers, bytes, sizeof numbers);
  CU_ASSERT_EQUAL (numbers[0], 0xcafebabe);
  CU_ASSERT_EQUAL (numbers[1], 2);
  CU_ASSERT_EQUAL (numbers[2], 7);
  CU_ASSERT_EQUAL (memcmp (bytes + 12, "version", 8), 0);
  g_autofree char *longest = g_strnfill (511, 'x');
  g_autofree char *longer = g_strnfill (512, 'x');
  CU_ASSERT_TRUE (vbet_mconsole_encode (longest, bytes));
  CU_ASSERT_FALSE (vbet_mconsole_encode (longer, bytes));

  guint32 code;
  gboolean more;
  char *text = NULL;
  Reply reply = { .error = 7, .more = 1, .length = 3, .text = "ok" };
  CU_ASSERT_TRUE (vbet_mconsole_decode_reply ((const guint8 *)&reply, 15, &code, &more, &text));
  CU_ASSERT_EQUAL (code, 7);
  CU_ASSERT_TRUE (more);
  VBET_ASSERT_TEXT (text, "ok");
  g_free (text);
  CU_ASSERT_FALSE (vbet_mconsole_decode_reply ((const guint8 *)&reply, 11, &code, &more, &text));
  reply.length = 513;
  CU_ASSERT_FALSE (vbet_mconsole_decode_reply ((const guint8 *)&reply, sizeof reply, &code, &more, &text));
  /* A length that is more than there is, and text that is no UTF-8. */
  reply.length = 512;
  reply.text[0] = (char)0xff;
  CU_ASSERT_TRUE (vbet_mconsole_decode_reply ((const guint8 *)&reply, 13, &code, &more, &text));
  CU_ASSERT_TRUE (g_utf8_validate (text, -1, NULL));
  g_free (text);
}

static void
test_order_and_errors (void)
{
  Fixture fixture;
  Answer first;
  Answer second;
  set_up (&fixture, TRUE);
  fixture.packets = 3;
  ask (&fixture, "stop", 10000, &first);
  ask (&fixture, "go", 10000, &second);
  wait_for (&second.done);
  CU_ASSERT_TRUE (first.done);
  VBET_ASSERT_TEXT (first.text, "part0part1part2");
  CU_ASSERT_EQUAL (fixture.commands->len, 2);
  VBET_ASSERT_TEXT (g_ptr_array_index (fixture.commands, 0), "stop");
  VBET_ASSERT_TEXT (g_ptr_array_index (fixture.commands, 1), "go");
  answer_clear (&first);
  answer_clear (&second);

  fixture.packets = 1;
  fixture.code = 1;
  ask (&fixture, "remove vec9", 10000, &first);
  wait_for (&first.done);
  CU_ASSERT_PTR_NULL (first.text);
  VBET_ASSERT_TEXT (first.error->message, "The guest's kernel refused \"remove vec9\": part0");
  answer_clear (&first);
  tear_down (&fixture);
}

static void
test_silence (void)
{
  Fixture fixture;
  Answer silent;
  Answer absent;
  set_up (&fixture, TRUE);
  fixture.packets = 0;
  ask (&fixture, "version", 20, &silent);
  wait_for (&silent.done);
  CU_ASSERT_TRUE (g_error_matches (silent.error, VBET_ERROR, VBET_ERROR_TIMEOUT));
  answer_clear (&silent);
  CU_ASSERT_EQUAL (unlink (fixture.socket_path), 0);
  ask (&fixture, "version", 20, &absent);
  wait_for (&absent.done);
  CU_ASSERT_TRUE (g_error_matches (absent.error, VBET_ERROR, VBET_ERROR_TIMEOUT));
  answer_clear (&absent);
  tear_down (&fixture);
}

/* The guest puts a link to somebody else's socket where the kernel's should be: nothing may be sent there. */
static void
test_links_are_not_followed (void)
{
  Fixture fixture;
  Answer answer;
  set_up (&fixture, FALSE);
  g_autofree char *victim_path = g_build_filename (fixture.dir, "victim", NULL);
  int victim = bind_at (victim_path);
  CU_ASSERT_EQUAL (symlink (victim_path, fixture.socket_path), 0);
  ask (&fixture, "halt", 10000, &answer);
  wait_for (&answer.done);
  CU_ASSERT_TRUE (g_error_matches (answer.error, VBET_ERROR, VBET_ERROR_PROTOCOL));
  answer_clear (&answer);
  CU_ASSERT_EQUAL (g_rmdir (fixture.kernel_dir), -1); /* the link is still in it */
  CU_ASSERT_EQUAL (unlink (fixture.socket_path), 0);
  CU_ASSERT_EQUAL (g_rmdir (fixture.kernel_dir), 0);
  CU_ASSERT_EQUAL (symlink (fixture.dir, fixture.kernel_dir), 0);
  ask (&fixture, "halt", 10000, &answer);
  wait_for (&answer.done);
  CU_ASSERT_PTR_NOT_NULL (answer.error);
  answer_clear (&answer);
  char byte;
  CU_ASSERT_EQUAL (recv (victim, &byte, 1, MSG_DONTWAIT), -1);
  close (victim);
  tear_down (&fixture);
}

/* Returns: whether there was room. */
static gboolean
try_notify (Fixture *self, guint32 magic, guint32 type, const char *text)
{
  struct sockaddr_un to = { .sun_family = AF_UNIX };
  guint8 bytes[528] = { 0 };
  guint32 numbers[4] = { magic, 2, type, (guint32)strlen (text) };
  int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  memcpy (bytes, numbers, sizeof numbers);
  memcpy (bytes + 16, text, strlen (text));
  (void)g_strlcpy (to.sun_path, self->notify_path, sizeof to.sun_path);
  ssize_t sent = sendto (fd, bytes, 16 + strlen (text), MSG_DONTWAIT, (struct sockaddr *)&to, sizeof to);
  close (fd);
  return sent == (ssize_t)(16 + strlen (text));
}

static void
notify (Fixture *self, guint32 magic, guint32 type, const char *text)
{
  CU_ASSERT_TRUE (try_notify (self, magic, type, text));
}

static void
test_notifications (void)
{
  Fixture fixture;
  set_up (&fixture, TRUE);
  notify (&fixture, 0xcafebabe, 0, "/x/mconsole");
  notify (&fixture, 0xdeadbeef, 1, "not ours");
  notify (&fixture, 0xcafebabe, 9, "no such type");
  notify (&fixture, 0xcafebabe, 1, "Attempted to kill init!");
  while (strstr (fixture.notified->str, "kill init") == NULL)
    g_main_context_iteration (NULL, TRUE);
  VBET_ASSERT_TEXT (fixture.notified->str, "0:/x/mconsole;1:Attempted to kill init!;");
  tear_down (&fixture);
}

static void
test_close_answers_all (void)
{
  Fixture fixture;
  Answer waiting;
  Answer late;
  set_up (&fixture, TRUE);
  fixture.packets = 0;
  ask (&fixture, "version", 60000, &waiting);
  vbet_mconsole_close (fixture.client);
  wait_for (&waiting.done);
  CU_ASSERT_TRUE (g_error_matches (waiting.error, VBET_ERROR, VBET_ERROR_CANCELLED));
  ask (&fixture, "version", 60000, &late);
  wait_for (&late.done);
  CU_ASSERT_TRUE (g_error_matches (late.error, VBET_ERROR, VBET_ERROR_STATE));
  CU_ASSERT_FALSE (g_file_test (fixture.notify_path, G_FILE_TEST_EXISTS));
  answer_clear (&waiting);
  answer_clear (&late);
  tear_down (&fixture);
}

/* A kernel that tells without end is read a hundred times a second, and everybody else's turn comes between. */
static void
test_flood (void)
{
  Fixture fixture;
  guint told = 0;
  set_up (&fixture, FALSE);
  gint64 begun = g_get_monotonic_time ();
  /* As many as there are places in the socket at a time, each read before the next. */
  for (guint i = 0; i < 400; i++) {
    (void)try_notify (&fixture, 0xcafebabe, 2, "x");
    while (g_main_context_iteration (NULL, FALSE))
      ;
  }
  gint64 seconds = (g_get_monotonic_time () - begun) / G_USEC_PER_SEC;
  for (const char *at = fixture.notified->str; (at = strstr (at, "2:x;")) != NULL; at += strlen ("2:x;"))
    told++;
  CU_ASSERT_TRUE (told >= 100);
  CU_ASSERT_TRUE (told <= 100 * (guint)(seconds + 1));
  /* The rest comes later. */
  g_string_truncate (fixture.notified, 0);
  while (fixture.notified->len == 0)
    g_main_context_iteration (NULL, TRUE);
  tear_down (&fixture);
}

static CU_TestInfo mconsole_tests[] = {
  { "packets", test_codec },
  { "answers, in order, and refusals", test_order_and_errors },
  { "silence", test_silence },
  { "links are not followed", test_links_are_not_followed },
  { "notifications", test_notifications },
  { "a flood of notifications", test_flood },
  { "closing answers everybody", test_close_answers_all },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "mconsole", NULL, NULL, NULL, NULL, mconsole_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
