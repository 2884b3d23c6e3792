/* console.c - the pty, its history and its readers; see console.h.
 *
 * Output is counted in bytes since the console was made. The ring holds the
 * last VBET_CONSOLE_HISTORY of them, a reader is a position in that count: it
 * needs no queue of its own, and one that falls behind the ring loses output
 * instead of costing memory. All descriptors are non-blocking.
 */
#include "config.h"

#include "engine/guest/console.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include <glib-unix.h>

#include "base/error.h"
#include "base/owner.h"
#include "base/paths.h"
#include "engine/guest/rate.h"
#include "engine/guest/terminal-filter.h"

#define PIECE 16384 /* bytes handled at one go, so that no console starves others */
#define STAGE (PIECE + VBET_TERMINAL_SEQUENCE_MAX)
#define CATCH_UP_PIECES 8       /* more than a pty holds, but not without end */
#define RATE (1024 * 1024)      /* bytes a second of output, for long */
#define BURST (8 * 1024 * 1024) /* and at once: a long listing, a log */
#define CALM_MS 2000
#define LOST_TEXT "\r\n[output lost: this terminal did not keep up]\r\n"

typedef struct {
  VbetConsole *console; /* not owned */
  int fd;
  GSource *input;  /* (nullable): NULL while typing is held back or the client is done typing */
  GSource *output; /* (nullable): while it is behind */
  gboolean done_typing;
  guint64 position;          /* of the next byte of the count to be staged */
  guint64 replay_end;        /* output before it is history to this reader */
  VbetTerminalFilter filter; /* of the history */
  guint8 stage[STAGE];       /* taken from the ring, not yet sent */
  gsize stage_start;
  gsize stage_end;
} Reader;

struct _VbetConsole {
  GObject parent_instance;

  GMainContext *context;
  char *socket_path; /* (nullable) */
  dev_t socket_device;
  ino_t socket_inode;
  int listener;
  int master;
  int slave;
  GSource *listen_source;
  GSource *master_input;
  GSource *master_output; /* (nullable): while typed bytes wait */

  gboolean live;
  guint8 *ring;
  guint64 written;
  GPtrArray *readers;               /* of Reader */
  guint8 typed[VBET_CONSOLE_TYPED]; /* read from a client, not yet taken by the pty */
  gsize typed_size;
  VbetRate rate;
  GSource *pause; /* (nullable): while output is not read, since too much came */
  GSource *calm;  /* (nullable): after that, until it is calm again */
  gsize credit;   /* bytes that the guest's terminal still has room for */
};

G_DEFINE_FINAL_TYPE (VbetConsole, vbet_console, G_TYPE_OBJECT)

static GSource *
watch (VbetConsole *self, int fd, GIOCondition condition, GUnixFDSourceFunc function, gpointer data)
{
  GSource *source = g_unix_fd_source_new (fd, condition);
  g_source_set_callback (source, G_SOURCE_FUNC (function), data, NULL);
  /* Below the default: a guest that floods its console must not delay the lab's control. */
  g_source_set_priority (source, G_PRIORITY_DEFAULT + 10);
  g_source_attach (source, self->context);
  return source;
}

static void
unwatch (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static gboolean
set_flags (int fd)
{
  int flags = fcntl (fd, F_GETFL);
  return flags >= 0 && fcntl (fd, F_SETFL, flags | O_NONBLOCK) == 0 && fcntl (fd, F_SETFD, FD_CLOEXEC) == 0;
}

/* --- history ----------------------------------------------------------------- */

static guint64
oldest (const VbetConsole *self)
{
  return self->written > VBET_CONSOLE_HISTORY ? self->written - VBET_CONSOLE_HISTORY : 0;
}

/* A run of bytes from @position that lies together in the ring. */
static gsize
ring_run (const VbetConsole *self, guint64 position, gsize max, const guint8 **ret_data)
{
  gsize offset = (gsize)(position % VBET_CONSOLE_HISTORY);
  guint64 there = self->written - position;
  gsize run = MIN ((gsize)MIN (there, (guint64)VBET_CONSOLE_HISTORY), VBET_CONSOLE_HISTORY - offset);
  *ret_data = self->ring + offset;
  return MIN (run, max);
}

/* Where a reader that begins with what is left of the history starts: at the next line, once the start is cut off. */
static guint64
replay_start (const VbetConsole *self)
{
  guint64 position = oldest (self);
  if (position == 0)
    return 0;
  for (guint64 at = position; at < self->written && at < position + PIECE; at++)
    if (self->ring[at % VBET_CONSOLE_HISTORY] == '\n')
      return at + 1;
  return position;
}

static void
append (VbetConsole *self, const guint8 *data, gsize size)
{
  while (size > 0) {
    gsize offset = (gsize)(self->written % VBET_CONSOLE_HISTORY);
    gsize run = MIN (size, VBET_CONSOLE_HISTORY - offset);
    memcpy (self->ring + offset, data, run);
    self->written += run;
    data += run;
    size -= run;
  }
}

/* --- readers ----------------------------------------------------------------- */

static gboolean on_reader_input (int fd, GIOCondition condition, gpointer data);
static gboolean on_reader_output (int fd, GIOCondition condition, gpointer data);

static void
reader_free (gpointer data)
{
  Reader *reader = data;
  unwatch (&reader->input);
  unwatch (&reader->output);
  close (reader->fd);
  g_free (reader);
}

/* Fills the stage from the ring. Returns FALSE when the reader has everything. */
static gboolean
reader_stage (Reader *reader)
{
  VbetConsole *self = reader->console;
  const guint8 *data = NULL;
  reader->stage_start = reader->stage_end = 0;
  if (reader->position < oldest (self)) {
    reader->position = replay_start (self);
    reader->filter.length = 0;
    reader->stage_end = strlen (LOST_TEXT);
    memcpy (reader->stage, LOST_TEXT, reader->stage_end);
    return TRUE;
  }
  while (reader->position < reader->replay_end && reader->stage_end == 0) {
    gsize left = (gsize)MIN (reader->replay_end - reader->position, (guint64)PIECE);
    gsize run = ring_run (self, reader->position, left, &data);
    reader->position += run;
    reader->stage_end = vbet_terminal_filter_push (&reader->filter, data, run, reader->stage);
  }
  if (reader->stage_end > 0)
    return TRUE;
  /* The history may end inside an escape sequence whose rest comes live. */
  reader->stage_end = vbet_terminal_filter_flush (&reader->filter, reader->stage);
  gsize run = ring_run (self, reader->position, PIECE, &data);
  memcpy (reader->stage + reader->stage_end, data, run);
  reader->position += run;
  reader->stage_end += run;
  return reader->stage_end > 0;
}

/* Sends what a reader may get without waiting. Returns FALSE when its connection is broken. */
static gboolean
reader_send (Reader *reader)
{
  gsize budget = 4 * PIECE;
  for (;;) {
    if (reader->stage_start == reader->stage_end && !reader_stage (reader)) {
      unwatch (&reader->output);
      return TRUE;
    }
    if (budget == 0)
      break;
    gsize size = MIN (reader->stage_end - reader->stage_start, budget);
    ssize_t sent = send (reader->fd, reader->stage + reader->stage_start, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR)
      continue;
    if (sent < 0 && errno != EAGAIN)
      return FALSE;
    if (sent < 0)
      break;
    reader->stage_start += (gsize)sent;
    budget -= (gsize)sent;
  }
  if (reader->output == NULL)
    reader->output = watch (reader->console, reader->fd, G_IO_OUT, on_reader_output, reader);
  return TRUE;
}

static gboolean
on_reader_output (int fd, GIOCondition condition, gpointer data)
{
  Reader *reader = data;
  if (!reader_send (reader))
    g_ptr_array_remove_fast (reader->console->readers, reader);
  return G_SOURCE_CONTINUE;
}

static void
send_to_all (VbetConsole *self)
{
  for (guint i = self->readers->len; i > 0; i--) {
    Reader *reader = g_ptr_array_index (self->readers, i - 1);
    /* One that is behind already waits for its socket. */
    if (reader->output == NULL && !reader_send (reader))
      g_ptr_array_remove_index_fast (self->readers, i - 1);
  }
}

/* Typing is read only while the guest takes it: the clients wait, not the engine's memory. A hang-up is always seen. */
static void
update_typing (VbetConsole *self)
{
  gboolean room = self->typed_size == 0 && (self->credit > 0 || !self->live);
  for (guint i = 0; i < self->readers->len; i++) {
    Reader *reader = g_ptr_array_index (self->readers, i);
    GIOCondition wanted = room && !reader->done_typing ? G_IO_IN : 0;
    unwatch (&reader->input);
    reader->input = watch (self, reader->fd, wanted | G_IO_HUP | G_IO_ERR, on_reader_input, reader);
  }
}

/* --- typing -------------------------------------------------------------------- */

static gboolean
on_master_output (int fd, GIOCondition condition, gpointer data)
{
  VbetConsole *self = data;
  ssize_t taken = write (self->master, self->typed, self->typed_size);
  if (taken < 0 && errno != EAGAIN && errno != EINTR)
    taken = (ssize_t)self->typed_size; /* nobody will ever take it */
  if (taken > 0) {
    self->typed_size -= (gsize)taken;
    memmove (self->typed, self->typed + taken, self->typed_size);
  }
  if (self->typed_size > 0)
    return G_SOURCE_CONTINUE;
  unwatch (&self->master_output);
  update_typing (self);
  return G_SOURCE_REMOVE;
}

static void
type (VbetConsole *self, const guint8 *data, gsize size)
{
  if (!self->live)
    return;
  self->credit -= MIN (size, self->credit);
  ssize_t taken = write (self->master, data, size);
  if (taken < 0)
    taken = errno == EAGAIN || errno == EINTR ? 0 : (ssize_t)size;
  if ((gsize)taken < size) {
    self->typed_size = size - (gsize)taken;
    memcpy (self->typed, data + taken, self->typed_size);
    self->master_output = watch (self, self->master, G_IO_OUT, on_master_output, self);
  }
  if (self->typed_size > 0 || self->credit == 0)
    update_typing (self);
  if (self->credit == 0)
    g_signal_emit_by_name (self, "full");
}

static gboolean
on_reader_input (int fd, GIOCondition condition, gpointer data)
{
  Reader *reader = data;
  VbetConsole *self = reader->console;
  guint8 bytes[VBET_CONSOLE_TYPED];
  gsize room = self->live ? self->credit : sizeof bytes;
  ssize_t got = -1;
  if ((condition & G_IO_IN) != 0 && room > 0) {
    got = recv (fd, bytes, MIN (room, sizeof bytes), MSG_DONTWAIT);
    if (got > 0) {
      type (self, bytes, (gsize)got);
      return G_SOURCE_CONTINUE;
    }
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
      return G_SOURCE_CONTINUE;
  }
  if (got == 0 && (condition & (G_IO_HUP | G_IO_ERR)) == 0) {
    reader->done_typing = TRUE; /* may still be listening */
    update_typing (self);
  } else {
    g_ptr_array_remove_fast (self->readers, reader);
  }
  return G_SOURCE_CONTINUE;
}

/* --- connections --------------------------------------------------------------- */

void
vbet_console_add_reader (VbetConsole *self, int fd)
{
  g_return_if_fail (VBET_IS_CONSOLE (self));
  if (self->readers->len >= VBET_CONSOLE_READERS_MAX || !set_flags (fd)) {
    close (fd);
    return;
  }
  Reader *reader = g_new0 (Reader, 1);
  reader->console = self;
  reader->fd = fd;
  reader->position = replay_start (self);
  reader->replay_end = self->written;
  g_ptr_array_add (self->readers, reader);
  update_typing (self);
  if (!reader_send (reader))
    g_ptr_array_remove_fast (self->readers, reader);
}

static gboolean
on_connection (int listener, GIOCondition condition, gpointer data)
{
  int fd = accept4 (listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd >= 0 && !vbet_owner_is_ours (fd, NULL, NULL))
    close (fd);
  else if (fd >= 0)
    vbet_console_add_reader (data, fd);
  return G_SOURCE_CONTINUE;
}

static gboolean on_master_input (int fd, GIOCondition condition, gpointer data);

static GSource *
add_timeout (VbetConsole *self, guint milliseconds, GSourceFunc function)
{
  GSource *source = g_timeout_source_new (milliseconds);
  g_source_set_callback (source, function, self, NULL);
  g_source_attach (source, self->context);
  return source;
}

static gboolean
on_pause_over (gpointer data)
{
  VbetConsole *self = data;
  unwatch (&self->pause);
  self->master_input = watch (self, self->master, G_IO_IN, on_master_input, self);
  return G_SOURCE_REMOVE;
}

static gboolean
on_calm (gpointer data)
{
  VbetConsole *self = data;
  if (!vbet_rate_is_calm (&self->rate, g_get_monotonic_time ()))
    return G_SOURCE_CONTINUE;
  unwatch (&self->calm);
  g_signal_emit_by_name (self, "flood", FALSE);
  return G_SOURCE_REMOVE;
}

/* What is not read stays in the pty, and then its guest waits. */
static void
slow_down (VbetConsole *self, gint64 pause)
{
  unwatch (&self->master_input);
  unwatch (&self->pause);
  self->pause = add_timeout (self, (guint)(pause / 1000 + 1), on_pause_over);
  if (self->calm != NULL)
    return;
  self->calm = add_timeout (self, CALM_MS, on_calm);
  g_signal_emit_by_name (self, "flood", TRUE);
}

/* Reads one piece of the guest's output. Returns 1, 0 when there is none now, -1 when there will never be any. */
static int
take_output (VbetConsole *self)
{
  guint8 bytes[PIECE];
  ssize_t got = read (self->master, bytes, sizeof bytes);
  if (got > 0) {
    gint64 pause = vbet_rate_take (&self->rate, (guint32)got, g_get_monotonic_time ());
    append (self, bytes, (gsize)got);
    send_to_all (self);
    if (pause > 0)
      slow_down (self, pause);
    return 1;
  }
  return got < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

/* One piece at a time: other sources come in between. */
static gboolean
on_master_input (int fd, GIOCondition condition, gpointer data)
{
  VbetConsole *self = data;
  if (take_output (self) >= 0)
    return self->pause == NULL ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
  /* Cannot be while we hold the slave; never spin on it. */
  unwatch (&self->master_input);
  return G_SOURCE_REMOVE;
}

/* What was printed before now comes before what we add now. */
static void
catch_up (VbetConsole *self)
{
  for (int i = 0; i < CATCH_UP_PIECES && take_output (self) > 0; i++)
    ;
}

static gboolean
listen_at (VbetConsole *self, const char *path, GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  struct stat status;
  if (strlen (path) > VBET_SOCKET_PATH_MAX) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
                 "The console's socket path %s is longer than %d bytes; use a shorter run-time folder "
                 "(VBET_RUNTIME_DIR)",
                 path, VBET_SOCKET_PATH_MAX);
    return FALSE;
  }
  memcpy (address.sun_path, path, strlen (path) + 1);
  self->listener = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  /* Mode first: between bind() and chmod() nobody else may connect. */
  if (self->listener < 0 || fchmod (self->listener, 0600) != 0 || (unlink (path) != 0 && errno != ENOENT)
      || bind (self->listener, (struct sockaddr *)&address, sizeof address) != 0
      || listen (self->listener, 16) != 0 || lstat (path, &status) != 0) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "Cannot make the console's socket %s: %s", path,
                 g_strerror (errno));
    return FALSE;
  }
  self->socket_path = g_strdup (path);
  self->socket_device = status.st_dev;
  self->socket_inode = status.st_ino;
  self->listen_source = watch (self, self->listener, G_IO_IN, on_connection, self);
  return TRUE;
}

/* A new pty whose slave hands through every byte; only line feeds of the kernel's first messages get their return. */
static gboolean
open_pty (VbetConsole *self, GError **error)
{
  char name[64];
  struct termios settings;
  self->master = posix_openpt (O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (self->master >= 0 && grantpt (self->master) == 0 && unlockpt (self->master) == 0
      && ptsname_r (self->master, name, sizeof name) == 0)
    self->slave = open (name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (self->slave < 0 || !set_flags (self->master) || tcgetattr (self->slave, &settings) != 0) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
                 "Cannot open a pseudo-terminal for a console: %s; see that devpts is mounted on /dev/pts",
                 g_strerror (errno));
    return FALSE;
  }
  cfmakeraw (&settings);
  settings.c_oflag |= OPOST | ONLCR;
  (void)tcsetattr (self->slave, TCSANOW, &settings);
  vbet_console_resize (self, 24, 80);
  self->master_input = watch (self, self->master, G_IO_IN, on_master_input, self);
  return TRUE;
}

VbetConsole *
vbet_console_new (const char *socket_path, GError **error)
{
  g_autoptr (VbetConsole) self = g_object_new (VBET_TYPE_CONSOLE, NULL);
  if (!open_pty (self, error) || !listen_at (self, socket_path, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* --- the rest -------------------------------------------------------------------- */

int
vbet_console_get_slave (VbetConsole *self)
{
  g_return_val_if_fail (VBET_IS_CONSOLE (self), -1);
  return self->slave;
}

const char *
vbet_console_get_socket_path (VbetConsole *self)
{
  g_return_val_if_fail (VBET_IS_CONSOLE (self), NULL);
  return self->socket_path;
}

void
vbet_console_resize (VbetConsole *self, guint rows, guint columns)
{
  g_return_if_fail (VBET_IS_CONSOLE (self));
  struct winsize size = {
    .ws_row = (unsigned short)CLAMP (rows, 1, 1000),
    .ws_col = (unsigned short)CLAMP (columns, 1, 1000),
  };
  (void)ioctl (self->master, TIOCSWINSZ, &size);
}

void
vbet_console_note (VbetConsole *self, const char *text)
{
  g_return_if_fail (VBET_IS_CONSOLE (self));
  g_autofree char *line = g_strdup_printf ("\r\n[%s]\r\n", text);
  gsize size = strlen (line);
  /* The text may quote a guest: its escape sequences are not ours to pass on. */
  for (gsize i = 2; i < size - 2; i++)
    if (g_ascii_iscntrl (line[i]))
      line[i] = '?';
  catch_up (self);
  append (self, (const guint8 *)line, size);
  send_to_all (self);
}

GBytes *
vbet_console_dup_history (VbetConsole *self)
{
  g_return_val_if_fail (VBET_IS_CONSOLE (self), NULL);
  catch_up (self);
  guint64 position = replay_start (self);
  gsize size = (gsize)(self->written - position);
  guint8 *text = g_malloc (size + VBET_TERMINAL_SEQUENCE_MAX);
  gsize used = 0;
  VbetTerminalFilter filter = { .length = 0 };
  while (position < self->written) {
    const guint8 *data = NULL;
    gsize run = ring_run (self, position, PIECE, &data);
    used += vbet_terminal_filter_push (&filter, data, run, text + used);
    position += run;
  }
  used += vbet_terminal_filter_flush (&filter, text + used);
  return g_bytes_new_take (text, used);
}

void
vbet_console_set_live (VbetConsole *self, gboolean live)
{
  g_return_if_fail (VBET_IS_CONSOLE (self));
  self->live = live;
  self->credit = VBET_CONSOLE_TYPED;
  self->typed_size = 0;
  unwatch (&self->master_output);
  (void)tcflush (self->slave, TCIFLUSH);
  update_typing (self);
}

void
vbet_console_give_room (VbetConsole *self)
{
  g_return_if_fail (VBET_IS_CONSOLE (self));
  self->credit = VBET_CONSOLE_TYPED;
  update_typing (self);
}

gboolean
vbet_console_is_full (VbetConsole *self)
{
  g_return_val_if_fail (VBET_IS_CONSOLE (self), FALSE);
  return self->live && self->credit == 0;
}

static void
vbet_console_finalize (GObject *object)
{
  VbetConsole *self = VBET_CONSOLE (object);
  struct stat status;
  g_ptr_array_unref (self->readers);
  unwatch (&self->listen_source);
  unwatch (&self->master_input);
  unwatch (&self->master_output);
  unwatch (&self->pause);
  unwatch (&self->calm);
  if (self->listener >= 0)
    close (self->listener);
  if (self->master >= 0)
    close (self->master);
  if (self->slave >= 0)
    close (self->slave);
  /* A later console may have taken the name over. */
  if (self->socket_path != NULL && lstat (self->socket_path, &status) == 0
      && status.st_dev == self->socket_device && status.st_ino == self->socket_inode)
    (void)unlink (self->socket_path);
  g_free (self->socket_path);
  g_free (self->ring);
  g_main_context_unref (self->context);
  G_OBJECT_CLASS (vbet_console_parent_class)->finalize (object);
}

static void
vbet_console_class_init (VbetConsoleClass *class)
{
  G_OBJECT_CLASS (class)->finalize = vbet_console_finalize;
  g_signal_new ("full", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("flood", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                G_TYPE_BOOLEAN);
}

static void
vbet_console_init (VbetConsole *self)
{
  self->context = g_main_context_ref_thread_default ();
  vbet_rate_init (&self->rate, RATE, BURST, g_get_monotonic_time ());
  self->listener = self->master = self->slave = -1;
  self->readers = g_ptr_array_new_with_free_func (reader_free);
  /* Large, so it comes from the kernel zero and unused: only what a guest really prints costs memory. */
  self->ring = g_malloc0 (VBET_CONSOLE_HISTORY);
}
