/* rundir.c - a running lab's folders, their lock and their warden; see rundir.h. */
#include "config.h"

#include "engine/runtime/rundir.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib-unix.h>

#include "base/error.h"
#include "base/leftovers.h"
#include "base/paths.h"

/* How long the warden waits for the lab's processes to let go of their files. */
#define WARDEN_TRIES 40
#define WARDEN_PAUSE_MS 50

/* Before a warden that died is started again, and at most, where starting fails again and again. */
#define RESPAWN_PAUSE_MS 100
#define RESPAWN_PAUSE_MAX_MS 30000

struct VbetRundir {
  char *path;
  char *scratch;
  int lock;            /* the folder itself, flocked */
  char *program;       /* (nullable): of the warden */
  int warden_pipe;     /* write end; -1 */
  GPid warden;
  guint warden_watch;
  guint warden_failures; /* spawns in a row that did not work */
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
                   "The lab “%s” already runs; stop it with “vbetctl stop %s” or give this one another --id", id, id);
      return -1;
    }
    /* What a dead engine left there is put aside, not emptied: nothing in it can be in the way of a start. */
    if (same_folder (fd, path) && (is_empty (path) || vbet_leftovers_put_aside (path) != 0))
      return fd;
    close (fd);
  }
  g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "Cannot lock the folder %s; another program keeps removing it", path);
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
    (void) vbet_leftovers_put_aside (scratch);
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
  return self;
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

static gboolean
spawn_warden (VbetRundir *self, GError **error)
{
  int ends[2];
  if (!g_unix_open_pipe (ends, FD_CLOEXEC, error))
    return FALSE;
  const char *argv[] = { self->program, "--warden", self->path, self->scratch, NULL };
  gboolean ok = g_spawn_async_with_pipes_and_fds (
      "/", argv, NULL,
      /* Our descriptors close on exec by themselves, and @program may be one of them. */
      G_SPAWN_LEAVE_DESCRIPTORS_OPEN | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL
          | G_SPAWN_STDERR_TO_DEV_NULL,
      NULL, NULL,
      ends[0], -1, -1, NULL, NULL, 0, &self->warden, NULL, NULL, NULL, error);
  close (ends[0]);
  if (!ok) {
    close (ends[1]);
    g_prefix_error (error, "Cannot start the process that cleans up after the lab: ");
    return FALSE;
  }
  self->warden_pipe = ends[1];
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
    guint pause = MIN (RESPAWN_PAUSE_MS << MIN (++self->warden_failures, 16), RESPAWN_PAUSE_MAX_MS);
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

/* --- the warden itself ----------------------------------------------------------- */

static void
pause_ms (int milliseconds)
{
  poll (NULL, 0, milliseconds);
}

int
vbet_rundir_warden_main (const char *path, const char *scratch)
{
  char byte = 0;
  ssize_t size = 0;
  int lock = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  prctl (PR_SET_NAME, "vbet-warden");
  setsid ();
  signal (SIGTERM, SIG_IGN);
  signal (SIGINT, SIG_IGN);
  signal (SIGHUP, SIG_IGN);
  /* Here, where nobody waits for it: what labs left that died without a warden. */
  vbet_leftovers_collect ();
  do
    size = read (STDIN_FILENO, &byte, 1);
  while (size < 0 && errno == EINTR);
  if (lock < 0 || (size == 1 && byte == 'q'))
    return 0;
  for (int tries = 0; tries < WARDEN_TRIES; tries++) {
    /* Locked by a new engine: it has cleaned up for us. */
    if (flock (lock, LOCK_EX | LOCK_NB) == 0) {
      if (!same_folder (lock, path))
        return 0;
      if (vbet_paths_remove_tree (scratch) == 0 && vbet_paths_remove_tree (path) == 0)
        return 0;
    }
    pause_ms (WARDEN_PAUSE_MS);
  }
  return 1;
}
