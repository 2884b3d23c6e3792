/* test-console.c - a console's history, its readers, and what is typed. */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "base/error.h"
#include "base/paths.h"
#include "engine/guest/console.h"
#include "engine/guest/rate.h"
#include "engine/guest/terminal-filter.h"
#include "unit/harness.h"

typedef struct {
  char *dir;
  char *path;
  VbetConsole *console;
} Fixture;

static void
set_up (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  self->dir = g_dir_make_tmp ("vbet-con-XXXXXX", NULL);
  self->path = g_build_filename (self->dir, "console", NULL);
  self->console = vbet_console_new (self->path, &error);
  CU_ASSERT_PTR_NOT_NULL_FATAL (self->console);
  /* As the guest's kernel has it: every byte goes through. */
  struct termios settings;
  CU_ASSERT_EQUAL (tcgetattr (vbet_console_get_slave (self->console), &settings), 0);
  cfmakeraw (&settings);
  CU_ASSERT_EQUAL (tcsetattr (vbet_console_get_slave (self->console), TCSANOW, &settings), 0);
}

static void
tear_down (Fixture *self)
{
  g_object_unref (self->console);
  CU_ASSERT_FALSE (g_file_test (self->path, G_FILE_TEST_EXISTS));
  CU_ASSERT_EQUAL (vbet_paths_remove_tree (self->dir), 0);
  g_free (self->dir);
  g_free (self->path);
}

static int
open_reader (Fixture *self)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  (void)g_strlcpy (address.sun_path, self->path, sizeof address.sun_path);
  CU_ASSERT_EQUAL_FATAL (connect (fd, (struct sockaddr *)&address, sizeof address), 0);
  CU_ASSERT_EQUAL (fcntl (fd, F_SETFL, O_NONBLOCK), 0);
  return fd;
}

/* Writes as the guest does, letting the console read whenever the pty is full. */
static void
print (Fixture *self, const char *text, gsize size)
{
  int slave = vbet_console_get_slave (self->console);
  CU_ASSERT_EQUAL (fcntl (slave, F_SETFL, O_RDWR | O_NONBLOCK), 0);
  while (size > 0) {
    ssize_t done = write (slave, text, size);
    if (done > 0) {
      text += done;
      size -= (gsize)done;
    }
    while (g_main_context_iteration (NULL, FALSE))
      ;
  }
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* Reads from @fd, running the loop meanwhile, until the text ends in @end. */
static char *
read_until (int fd, const char *end)
{
  GString *text = g_string_new (NULL);
  while (!g_str_has_suffix (text->str, end)) {
    char bytes[4096];
    ssize_t got = read (fd, bytes, sizeof bytes);
    if (got > 0)
      g_string_append_len (text, bytes, got);
    else if (got == 0)
      break;
    else
      g_main_context_iteration (NULL, FALSE);
  }
  return g_string_free (text, FALSE);
}

static char *
history (Fixture *self)
{
  g_autoptr (GBytes) bytes = vbet_console_dup_history (self->console);
  gsize size = 0;
  const char *data = g_bytes_get_data (bytes, &size);
  return g_strndup (data, size);
}

static void
test_history_then_live (void)
{
  Fixture fixture;
  set_up (&fixture);
  print (&fixture, "early\r\n", 7);
  int one = open_reader (&fixture);
  int two = open_reader (&fixture);
  g_autofree char *first = read_until (one, "early\r\n");
  VBET_ASSERT_TEXT (first, "early\r\n");
  print (&fixture, "late$", 5);
  g_autofree char *second = read_until (one, "$");
  g_autofree char *third = read_until (two, "$");
  VBET_ASSERT_TEXT (second, "late$");
  VBET_ASSERT_TEXT (third, "early\r\nlate$");
  g_autofree char *all = history (&fixture);
  VBET_ASSERT_TEXT (all, "early\r\nlate$");
  close (one);
  close (two);
  tear_down (&fixture);
}

static void
test_only_the_last_mebibyte (void)
{
  Fixture fixture;
  set_up (&fixture);
  g_autofree char *line = g_strnfill (1023, 'x');
  line[1022] = '\n';
  for (guint i = 0; i < 1100; i++) {
    char number[8];
    (void)g_snprintf (number, sizeof number, "%05u", i);
    memcpy (line, number, 5);
    print (&fixture, line, 1023);
  }
  g_autofree char *all = history (&fixture);
  gsize size = strlen (all);
  CU_ASSERT_TRUE (size <= VBET_CONSOLE_HISTORY && size > VBET_CONSOLE_HISTORY - 2048);
  CU_ASSERT_EQUAL (size % 1023, 0); /* begins with a line */
  CU_ASSERT_TRUE (g_str_has_prefix (all + size - 1023, "01099"));
  tear_down (&fixture);
}

/* One that does not read costs nothing and holds up nobody; later it is told what it missed. */
static void
test_slow_reader (void)
{
  Fixture fixture;
  set_up (&fixture);
  int slow = open_reader (&fixture);
  g_autofree char *piece = g_strnfill (65536, 'y');
  piece[65535] = '\n';
  for (guint i = 0; i < 48; i++)
    print (&fixture, piece, 65536);
  print (&fixture, "end$", 4);
  int quick = open_reader (&fixture);
  g_autofree char *late = read_until (quick, "end$");
  CU_ASSERT_TRUE (strlen (late) <= VBET_CONSOLE_HISTORY);
  g_autofree char *all = read_until (slow, "end$");
  CU_ASSERT_PTR_NOT_NULL (strstr (all, "[output lost: this terminal did not keep up]"));
  CU_ASSERT_TRUE (strlen (all) < 48 * 65536);
  close (slow);
  close (quick);
  tear_down (&fixture);
}

static void
test_typing (void)
{
  Fixture fixture;
  char bytes[16];
  set_up (&fixture);
  int slave = vbet_console_get_slave (fixture.console);
  CU_ASSERT_EQUAL (fcntl (slave, F_SETFL, O_RDWR | O_NONBLOCK), 0);
  int reader = open_reader (&fixture);
  /* No guest is there: it is not kept for the next one. */
  CU_ASSERT_EQUAL (write (reader, "lost", 4), 4);
  for (int i = 0; i < 50; i++)
    g_main_context_iteration (NULL, FALSE);
  vbet_console_set_live (fixture.console, TRUE);
  CU_ASSERT_EQUAL (write (reader, "ls\r", 3), 3);
  ssize_t got = -1;
  while ((got = read (slave, bytes, sizeof bytes)) < 0)
    g_main_context_iteration (NULL, FALSE);
  CU_ASSERT_EQUAL (got, 3);
  CU_ASSERT_EQUAL (memcmp (bytes, "ls\r", 3), 0);
  close (reader);
  tear_down (&fixture);
}

static void
on_full (VbetConsole *console, gpointer data)
{
  ++*(guint *)data;
}

/* No more goes to the guest at one go than its terminal has room for. */
static void
test_room (void)
{
  Fixture fixture;
  guint full = 0;
  gsize received = 0;
  set_up (&fixture);
  g_signal_connect (fixture.console, "full", G_CALLBACK (on_full), &full);
  vbet_console_set_live (fixture.console, TRUE);
  int slave = vbet_console_get_slave (fixture.console);
  CU_ASSERT_EQUAL (fcntl (slave, F_SETFL, O_RDWR | O_NONBLOCK), 0);
  int reader = open_reader (&fixture);
  g_autofree char *text = g_strnfill (3000, 'k');
  CU_ASSERT_EQUAL (write (reader, text, 3000), 3000);
  for (guint piece = 1; piece <= 3; piece++) {
    char bytes[4096];
    for (int i = 0; i < 50; i++) {
      g_main_context_iteration (NULL, FALSE);
      ssize_t got = read (slave, bytes, sizeof bytes);
      received += got > 0 ? (gsize)got : 0;
    }
    CU_ASSERT_EQUAL (received, MIN (piece * VBET_CONSOLE_TYPED, 3000));
    CU_ASSERT_EQUAL (full, MIN (piece, 2));
    CU_ASSERT_EQUAL (vbet_console_is_full (fixture.console), piece < 3);
    vbet_console_give_room (fixture.console);
  }
  close (reader);
  tear_down (&fixture);
}

/* More than the pty takes: the client waits, nothing is lost, nothing is kept. */
static void
test_typing_ahead (void)
{
  Fixture fixture;
  gsize sent = 0;
  gsize received = 0;
  const gsize total = 256 * 1024;
  set_up (&fixture);
  g_signal_connect (fixture.console, "full", G_CALLBACK (vbet_console_give_room), NULL);
  vbet_console_set_live (fixture.console, TRUE);
  int slave = vbet_console_get_slave (fixture.console);
  CU_ASSERT_EQUAL (fcntl (slave, F_SETFL, O_RDWR | O_NONBLOCK), 0);
  int reader = open_reader (&fixture);
  g_autofree char *text = g_strnfill (4096, 'k');
  char bytes[4096];
  while (received < total) {
    ssize_t done = sent < total ? write (reader, text, MIN (total - sent, (gsize)4096)) : 0;
    sent += done > 0 ? (gsize)done : 0;
    g_main_context_iteration (NULL, FALSE);
    done = read (slave, bytes, sizeof bytes);
    received += done > 0 ? (gsize)done : 0;
  }
  CU_ASSERT_EQUAL (received, total);
  /* A client that only listens from now on still gets output. */
  CU_ASSERT_EQUAL (shutdown (reader, SHUT_WR), 0);
  for (int i = 0; i < 50; i++)
    g_main_context_iteration (NULL, FALSE);
  print (&fixture, "still$", 6);
  g_autofree char *rest = read_until (reader, "$");
  VBET_ASSERT_TEXT (rest, "still$");
  close (reader);
  tear_down (&fixture);
}

static void
test_size_and_notes (void)
{
  Fixture fixture;
  struct winsize size = { 0 };
  struct stat status;
  set_up (&fixture);
  vbet_console_resize (fixture.console, 50, 132);
  CU_ASSERT_EQUAL (ioctl (vbet_console_get_slave (fixture.console), TIOCGWINSZ, &size), 0);
  CU_ASSERT_EQUAL (size.ws_row, 50);
  CU_ASSERT_EQUAL (size.ws_col, 132);
  vbet_console_note (fixture.console, "off \033]0;evil\a");
  g_autofree char *all = history (&fixture);
  VBET_ASSERT_TEXT (all, "\r\n[off ?]0;evil?]\r\n");
  CU_ASSERT_EQUAL (lstat (fixture.path, &status), 0);
  CU_ASSERT_EQUAL (status.st_mode & 0777, 0600);
  tear_down (&fixture);
}

static void
test_bad_paths (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *longer = g_strnfill (108, 'l');
  longer[0] = '/';
  CU_ASSERT_PTR_NULL (vbet_console_new (longer, &error));
  CU_ASSERT_PTR_NOT_NULL (strstr (error->message, "longer than 107 bytes"));
  g_clear_error (&error);
  CU_ASSERT_PTR_NULL (vbet_console_new ("/nonexistent/console", &error));
  CU_ASSERT_TRUE (g_error_matches (error, VBET_ERROR, VBET_ERROR_HOST));
}

/* Pushes @text in pieces of @piece bytes. */
static char *
filtered (const char *text, gsize piece)
{
  VbetTerminalFilter filter = { .length = 0 };
  gsize size = strlen (text);
  guint8 *out = g_malloc0 (size + VBET_TERMINAL_SEQUENCE_MAX + 1);
  gsize used = 0;
  for (gsize at = 0; at < size; at += piece)
    used
        += vbet_terminal_filter_push (&filter, (const guint8 *)text + at, MIN (piece, size - at), out + used);
  used += vbet_terminal_filter_flush (&filter, out + used);
  out[used] = '\0';
  return (char *)out;
}

static void
test_questions_are_not_replayed (void)
{
  static const struct {
    const char *recorded;
    const char *replayed;
  } cases[] = {
    { "# \033[6nls", "# ls" },
    { "a\033[cb\033[>0cd\033[5n", "abd" },
    { "\033Zx\005y", "xy" },
    { "\033]11;?\007z\033]0;title\007", "z\033]0;title\007" },
    { "\033]10;?\033\\z", "z" },
    { "\033[?25$p\033[!p\033[1;31mred\033[0m", "\033[!p\033[1;31mred\033[0m" },
    { "\033P$qm\033\\\033[2J\033[18t\033[8;24;80t", "\033[2J\033[8;24;80t" },
    { "cut \033[3", "cut \033[3" },
    { "plain \303\244 text\r\n", "plain \303\244 text\r\n" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize piece = 1; piece < 16; piece++) {
      g_autofree char *result = filtered (cases[i].recorded, piece);
      VBET_ASSERT_TEXT (result, cases[i].replayed);
    }
  /* A sequence without an end does not swallow what follows. */
  g_autofree char *endless = g_strconcat ("\033]", "0123456789", NULL);
  g_autofree char *tail = g_strnfill (500, 't');
  g_autofree char *text = g_strconcat (endless, tail, NULL);
  g_autofree char *result = filtered (text, 7);
  VBET_ASSERT_TEXT (result, text);
}

/* --- how much a guest may print ----------------------------------------------------- */

static void
test_rate (void)
{
  VbetRate rate;
  const gint64 second = G_USEC_PER_SEC;
  gint64 now = 5 * second;
  vbet_rate_init (&rate, 1000, 4000, now);
  CU_ASSERT_EQUAL (vbet_rate_take (&rate, 4000, now), 0);
  CU_ASSERT_FALSE (vbet_rate_is_calm (&rate, now));
  /* Half a second's worth more: half a second without. */
  gint64 pause = vbet_rate_take (&rate, 500, now);
  CU_ASSERT_TRUE (pause > second / 2 - 2 && pause < second / 2 + 2);
  CU_ASSERT_EQUAL (vbet_rate_take (&rate, 0, now + pause), 0);
  CU_ASSERT_TRUE (vbet_rate_take (&rate, 1, now + pause) > 0);
  /* What comes at the rate, in pieces however small, goes through for ever. */
  now += 10 * second;
  vbet_rate_init (&rate, 1000, 4000, now);
  CU_ASSERT_EQUAL (vbet_rate_take (&rate, 4000, now), 0);
  gboolean held = FALSE;
  for (int i = 0; i < 5000; i++)
    held |= vbet_rate_take (&rate, 1, now += 1000) > 1000;
  CU_ASSERT_FALSE (held);
  CU_ASSERT_FALSE (vbet_rate_is_calm (&rate, now));
  CU_ASSERT_TRUE (vbet_rate_is_calm (&rate, now + 2 * second));
  /* A clock that goes back, and one that stood for a year. */
  CU_ASSERT_TRUE (vbet_rate_take (&rate, 4001, now - second) > 0);
  CU_ASSERT_EQUAL (vbet_rate_take (&rate, 4000, now + 365 * 86400 * second), 0);
  CU_ASSERT_TRUE (vbet_rate_take (&rate, 1, now + 365 * 86400 * second) > 0);
}

static void
on_flood (VbetConsole *console, gboolean on, gpointer data)
{
  (void)console;
  *(int *)data += on ? 1 : 100;
}

/* A guest that prints without end waits; who reads sees all of what was read. */
static void
test_flood (void)
{
  Fixture fixture;
  char bytes[4096];
  gsize printed = 0;
  int floods = 0;
  set_up (&fixture);
  memset (bytes, 'x', sizeof bytes);
  int slave = vbet_console_get_slave (fixture.console);
  CU_ASSERT_EQUAL (fcntl (slave, F_SETFL, O_NONBLOCK), 0);
  g_signal_connect (fixture.console, "flood", G_CALLBACK (on_flood), &floods);
  while (floods == 0 && printed < (gsize)64 * 1024 * 1024) {
    ssize_t done = write (slave, bytes, sizeof bytes);
    printed += done > 0 ? (gsize)done : 0;
    g_main_context_iteration (NULL, FALSE);
  }
  CU_ASSERT_EQUAL (floods, 1);
  CU_ASSERT_TRUE (printed >= (gsize)8 * 1024 * 1024);
  /* It goes on once time has passed: what waits in the terminal comes. */
  int reader = open_reader (&fixture);
  print (&fixture, "$", 1);
  g_autofree char *seen = read_until (reader, "$");
  CU_ASSERT_PTR_NOT_NULL (strchr (seen, '$'));
  close (reader);
  tear_down (&fixture);
}

static CU_TestInfo console_tests[] = {
  { "history, then what comes", test_history_then_live },
  { "only the last mebibyte", test_only_the_last_mebibyte },
  { "a slow reader", test_slow_reader },
  { "typing", test_typing },
  { "room for typing", test_room },
  { "typing ahead", test_typing_ahead },
  { "size and notes", test_size_and_notes },
  { "bad paths", test_bad_paths },
  { "a rate", test_rate },
  { "a flood", test_flood },
  { "questions to the terminal are not replayed", test_questions_are_not_replayed },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "console", NULL, NULL, NULL, NULL, console_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
