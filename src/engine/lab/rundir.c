/* rundir.c - a running lab's folders, their lock and their warden; see rundir.h. */
#include "config.h"

#include "engine/lab/rundir.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib-unix.h>

#include "base/error.h"
#include "base/leftovers.h"
#include "base/paths.h"

/* Before a warden that died is started again, and at most, where starting fails again and again. */
#define RESPAWN_PAUSE_MS 100
#define RESPAWN_PAUSE_MAX_MS 30000

#define REPORT_LINE_MAX 64 /* bytes; the name of a system call is shorter */

struct VbetRundir {
  char *path;
  char *scratch;
  int lock;        /* the folder itself, flocked */
  char *program;   /* (nullable): of the warden */
  int warden_pipe; /* write end; -1 */
  GPid warden;
  guint warden_watch;
  guint warden_failures;  /* spawns in a row that did not work */
  GSource *warden_report; /* (nullable): for what it says */
  int warden_report_fd;   /* while there is @warden_report */
  GString *warden_line;
  VbetRundirDenied denied; /* (nullable) */
  gpointer denied_data;
};

static gboolean
same_folder (int fd, const char *path)
{
  struct stat a;
  struct stat b;
  return fstat (fd, &a) == 0 && lstat (path, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static gboolean
is_empty (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  return dir == NULL || g_dir_read_name (dir) == NULL;
}

static int
lock_folder (const char *path, const char *id, GError **error)
{
  for (int tries = 0; tries < 100; tries++) {
    if (!vbet_paths_make_private (path, error))
      return -1;
    int fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
      continue; /* removed meanwhile by a warden */
    if (flock (fd, LOCK_EX | LOCK_NB) != 0) {
      close (fd);
      g_set_error (error, VBET_ERROR, VBET_ERROR_EXISTS,
                   "The lab “%s” already runs; stop it with “vbetctl stop %s” or give this one another --id",
                   id, id);
      return -1;
    }
    /* What a dead engine left there is put aside, not emptied: nothing in it can be in the way of a start. */
    if (same_folder (fd, path) && (is_empty (path) || vbet_leftovers_put_aside (path) != 0))
      return fd;
    close (fd);
  }
  g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
               "Cannot lock the folder %s; another program keeps removing it", path);
  return -1;
}

VbetRundir *
vbet_rundir_acquire (const char *id, GError **error)
{
  g_autofree char *path = vbet_paths_lab_dir (id);
  g_autofree char *state = vbet_paths_state_dir ();
  g_autofree char *scratch = g_build_filename (state, "scratch", id, NULL);
  int others = vbet_leftovers_lock ();
  int lock = lock_folder (path, id, error);
  if (lock >= 0)
    (void)vbet_leftovers_put_aside (scratch);
  if (others >= 0)
    close (others);
  if (lock < 0)
    return NULL;
  if (!vbet_paths_make_private (scratch, error)) {
    vbet_paths_remove_tree (path);
    close (lock);
    return NULL;
  }
  VbetRundir *self = g_new0 (VbetRundir, 1);
  self->path = g_steal_pointer (&path);
  self->scratch = g_steal_pointer (&scratch);
  self->lock = lock;
  self->warden_pipe = -1;
  self->warden_line = g_string_new (NULL);
  return self;
}

static void
stop_listening (VbetRundir *self)
{
  if (self->warden_report == NULL)
    return;
  g_source_destroy (self->warden_report);
  g_clear_pointer (&self->warden_report, g_source_unref);
  close (self->warden_report_fd);
}

void
vbet_rundir_free (VbetRundir *self)
{
  if (self == NULL)
    return;
  /* The locked folder last: with it goes the right to remove the other. */
  gboolean gone = vbet_paths_remove_tree (self->scratch) == 0 && vbet_paths_remove_tree (self->path) == 0;
  if (self->warden_watch != 0)
    g_source_remove (self->warden_watch);
  if (self->warden_pipe >= 0) {
    /* What could not be removed is the warden's: told nothing, it tries some times more; what is left
     * even then is collected by whoever starts next. A dead one needs no word. */
    ssize_t told = gone ? write (self->warden_pipe, "q", 1) : 0;
    (void)told;
    close (self->warden_pipe);
  }
  stop_listening (self);
  g_string_free (self->warden_line, TRUE);
  close (self->lock);
  g_free (self->program);
  g_free (self->path);
  g_free (self->scratch);
  g_free (self);
}

const char *
vbet_rundir_get_path (VbetRundir *self)
{
  return self->path;
}

const char *
vbet_rundir_get_scratch (VbetRundir *self)
{
  return self->scratch;
}

/* --- the warden, seen from the engine ----------------------------------------- */

static void
take_report (VbetRundir *self, const char *bytes, gsize size)
{
  for (gsize i = 0; i < size; i++) {
    if (bytes[i] != '\n' && self->warden_line->len < REPORT_LINE_MAX) {
      g_string_append_c (self->warden_line, bytes[i]);
    } else if (bytes[i] == '\n') {
      if (self->denied != NULL)
        self->denied (self->warden_line->str, self->denied_data);
      g_string_truncate (self->warden_line, 0);
    }
  }
}

/* It is a process that removes what strangers made: believed only to name a system call. */
static gboolean
on_report (int fd, GIOCondition condition, gpointer data)
{
  VbetRundir *self = data;
  char bytes[256];
  ssize_t got = read (fd, bytes, sizeof bytes);
  if (got > 0)
    take_report (self, bytes, (gsize)got);
  if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)))
    return G_SOURCE_CONTINUE;
  stop_listening (self);
  return G_SOURCE_REMOVE;
}

/* @fd: the reading end of what it says; becomes ours. */
static void
listen_to_warden (VbetRundir *self, int fd)
{
  stop_listening (self);
  g_string_truncate (self->warden_line, 0);
  if (self->denied != NULL)
    self->denied (NULL, self->denied_data);
  (void)g_unix_set_fd_nonblocking (fd, TRUE, NULL);
  self->warden_report_fd = fd;
  self->warden_report = g_unix_fd_source_new (fd, G_IO_IN | G_IO_HUP);
  g_source_set_callback (self->warden_report, G_SOURCE_FUNC (on_report), self, NULL);
  g_source_set_priority (self->warden_report, G_PRIORITY_LOW);
  g_source_attach (self->warden_report, NULL);
}

void
vbet_rundir_set_denied (VbetRundir *self, VbetRundirDenied denied, gpointer user_data)
{
  self->denied = denied;
  self->denied_data = user_data;
}

static gboolean
spawn_warden (VbetRundir *self, GError **error)
{
  int ends[2];
  int report[2];
  if (!g_unix_open_pipe (ends, FD_CLOEXEC, error))
    return FALSE;
  if (!g_unix_open_pipe (report, FD_CLOEXEC, error)) {
    close (ends[0]);
    close (ends[1]);
    return FALSE;
  }
  const char *argv[] = { self->program, "--warden", self->path, self->scratch, NULL };
  gboolean ok = g_spawn_async_with_pipes_and_fds (
      "/", argv, NULL,
      /* Our descriptors close on exec by themselves, and @program may be one of them. */
      G_SPAWN_LEAVE_DESCRIPTORS_OPEN | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
      ends[0], report[1], -1, NULL, NULL, 0, &self->warden, NULL, NULL, NULL, error);
  close (ends[0]);
  close (report[1]);
  if (!ok) {
    close (ends[1]);
    close (report[0]);
    g_prefix_error (error, "Cannot start the process that cleans up after the lab: ");
    return FALSE;
  }
  self->warden_pipe = ends[1];
  listen_to_warden (self, report[0]);
  return TRUE;
}

static void on_warden_died (GPid pid, gint status, gpointer data);

static gboolean
on_respawn (gpointer data)
{
  VbetRundir *self = data;
  if (spawn_warden (self, NULL)) {
    self->warden_failures = 0;
    self->warden_watch = g_child_watch_add (self->warden, on_warden_died, self);
  } else {
    /* The host is short of something; it may not be for ever. */
    guint doublings = MIN (self->warden_failures + 1, 16);
    guint pause = MIN (RESPAWN_PAUSE_MS << doublings, RESPAWN_PAUSE_MAX_MS);
    self->warden_failures++;
    self->warden_watch = g_timeout_add (pause, on_respawn, self);
  }
  return G_SOURCE_REMOVE;
}

static void
on_warden_died (GPid pid, gint status, gpointer data)
{
  VbetRundir *self = data;
  g_spawn_close_pid (pid);
  close (self->warden_pipe);
  self->warden_pipe = -1;
  /* A pause, so that a warden that cannot live does not take the processor. */
  self->warden_watch = g_timeout_add (RESPAWN_PAUSE_MS, on_respawn, self);
}

gboolean
vbet_rundir_watch (VbetRundir *self, const char *program, GError **error)
{
  self->program = g_strdup (program);
  if (!spawn_warden (self, error))
    return FALSE;
  self->warden_watch = g_child_watch_add (self->warden, on_warden_died, self);
  return TRUE;
}
