/* listener.c - see listener.h. */
#include "config.h"

#include "engine/host/listener.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib-unix.h>

#include "base/error.h"
#include "base/owner.h"
#include "base/paths.h"

#define BACKLOG 16
#define WINDOW (G_USEC_PER_SEC / 2) /* µs */
#define ACCEPTS_PER_WINDOW 100

struct VbetListener {
  int fd;
  char *path;
  dev_t device; /* of the path when it was made */
  ino_t inode;
  GMainContext *context;
  GSource *source; /* NULL: not accepting */
  GSource *pause;  /* NULL: not slowed down */
  gboolean accepting;
  gint64 window; /* start, µs */
  guint accepts; /* within the window */
  VbetListenerAccepted accepted;
  gpointer user_data;
};

static void
drop_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* Whether nobody listens on the socket at @address; a listener of another type says EPROTOTYPE, so it is not stale. */
static gboolean
is_stale (const struct sockaddr_un *address, int type)
{
  int fd = socket (AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  gboolean stale = fd >= 0 && connect (fd, (const struct sockaddr *)address, sizeof *address) != 0
                   && errno == ECONNREFUSED;
  if (fd >= 0)
    close (fd);
  return stale;
}

static gboolean
bind_listen (VbetListener *self, int type, gboolean replace, GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  struct stat status;
  memcpy (address.sun_path, self->path, strlen (self->path));
  if (replace && lstat (self->path, &status) == 0 && S_ISSOCK (status.st_mode) && is_stale (&address, type))
    unlink (self->path);
  self->fd = socket (AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  /* The mode is set before there is a path: at no time may others connect. */
  if (self->fd < 0 || fchmod (self->fd, 0600) != 0
      || bind (self->fd, (const struct sockaddr *)&address, sizeof address) != 0) {
    int saved = errno;
    g_set_error (error, VBET_ERROR, saved == EADDRINUSE ? VBET_ERROR_EXISTS : VBET_ERROR_HOST,
                 saved == EADDRINUSE ? "The socket %s is in use or another file has its name: %s"
                                     : "Cannot make the socket %s: %s",
                 self->path, g_strerror (saved));
    return FALSE;
  }
  if (lstat (self->path, &status) == 0) {
    self->device = status.st_dev;
    self->inode = status.st_ino;
  }
  if (listen (self->fd, BACKLOG) != 0) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "Cannot listen on %s: %s", self->path,
                 g_strerror (errno));
    return FALSE;
  }
  return TRUE;
}

static void update_source (VbetListener *self);

static gboolean
on_pause_over (gpointer user_data)
{
  VbetListener *self = user_data;
  drop_source (&self->pause);
  update_source (self);
  return G_SOURCE_REMOVE;
}

/* Counts one connection; after too many, takes no more until the window is over. */
static void
slow_down (VbetListener *self)
{
  gint64 now = g_get_monotonic_time ();
  if (now - self->window >= WINDOW) {
    self->window = now;
    self->accepts = 0;
  }
  if (++self->accepts < ACCEPTS_PER_WINDOW || self->pause != NULL)
    return;
  self->pause = g_timeout_source_new ((guint)((self->window + WINDOW - now) / 1000 + 1));
  g_source_set_callback (self->pause, on_pause_over, self, NULL);
  g_source_attach (self->pause, self->context);
  update_source (self);
}

static gboolean
on_connection (int fd, GIOCondition condition, gpointer user_data)
{
  VbetListener *self = user_data;
  int accepted = accept4 (self->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  slow_down (self); /* failures count, too: they must not make the loop spin */
  if (accepted >= 0 && !vbet_owner_is_ours (accepted, NULL, NULL))
    close (accepted);
  else if (accepted >= 0)
    self->accepted (self, accepted, self->user_data); /* may free self */
  return G_SOURCE_CONTINUE;
}

static void
update_source (VbetListener *self)
{
  gboolean wanted = self->accepting && self->pause == NULL;
  if (wanted == (self->source != NULL))
    return;
  if (!wanted) {
    drop_source (&self->source);
    return;
  }
  self->source = g_unix_fd_source_new (self->fd, G_IO_IN);
  g_source_set_callback (self->source, G_SOURCE_FUNC (on_connection), self, NULL);
  g_source_attach (self->source, self->context);
}

VbetListener *
vbet_listener_new (const char *path, int type, gboolean replace, VbetListenerAccepted accepted,
                   gpointer user_data, GError **error)
{
  if (!g_path_is_absolute (path) || strlen (path) > VBET_SOCKET_PATH_MAX) {
    g_set_error (
        error, VBET_ERROR, VBET_ERROR_HOST,
        "The socket path %s has %zu bytes and may have %d: use a shorter run-time folder or a shorter name",
        path, strlen (path), VBET_SOCKET_PATH_MAX);
    return NULL;
  }
  VbetListener *self = g_new0 (VbetListener, 1);
  self->fd = -1;
  self->path = g_strdup (path);
  self->context = g_main_context_ref_thread_default ();
  self->accepted = accepted;
  self->user_data = user_data;
  self->accepting = TRUE;
  if (!bind_listen (self, type, replace, error)) {
    vbet_listener_free (self);
    return NULL;
  }
  update_source (self);
  return self;
}

void
vbet_listener_free (VbetListener *self)
{
  struct stat status;
  if (self == NULL)
    return;
  drop_source (&self->source);
  drop_source (&self->pause);
  if (self->fd >= 0)
    close (self->fd);
  if (self->inode != 0 && lstat (self->path, &status) == 0 && status.st_dev == self->device
      && status.st_ino == self->inode)
    unlink (self->path);
  g_main_context_unref (self->context);
  g_free (self->path);
  g_free (self);
}

void
vbet_listener_set_accepting (VbetListener *self, gboolean accepting)
{
  self->accepting = accepting;
  update_source (self);
}
