/* mconsole.c - see mconsole.h.
 *
 * One request is under way at a time, since a reply does not say to which
 * request it belongs. A reply that comes after its time is up would be taken
 * for the next one's: the socket is emptied before each request, which leaves
 * a late reply only the short way of the wire. Nothing that a wrong reply can
 * cause is worse than a wrong message.
 */
#include "config.h"

#include "engine/guest/mconsole.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib/gstdio.h>

#include "base/error.h"
#include "base/paths.h"

#define MAGIC 0xcafebabeU
#define PROTOCOL_VERSION 2
#define REQUEST_HEADER 12
#define REPLY_HEADER 12
#define NOTIFY_HEADER 16
#define PACKET_MAX (NOTIFY_HEADER + VBET_MCONSOLE_TEXT_MAX)
#define REPLY_TEXT_MAX (64 * 1024) /* of one command, all packets together */
#define PACKETS_A_TURN 8           /* a guest that floods us waits for everyone else's turn */
#define NOTIFIES_A_PERIOD                                                                                    \
  100 /* an honest kernel sends a handful in its life; the rest waits, and so does who sends it */
#define NOTIFY_PERIOD_MS 1000
#define RETRY_MS 5 /* until a kernel whose socket is full or not there yet is tried again */

typedef struct {
  char *command;
  guint timeout_ms;
  GString *text;
} Request;

struct _VbetMconsole {
  GObject parent_instance;

  GMainContext *context;
  char *kernel_root;
  char *kernel_id;
  int root; /* O_PATH, in the place of @kernel_root; -1 */
  char *client_path;
  char *notify_path;
  int client;
  int notify;
  GSource *client_source;
  GSource *notify_source;
  GSource *deadline;   /* (nullable): of the first of @waiting */
  GSource *period;     /* (nullable): no notification is read until then */
  gint64 period_start; /* of the count below, monotonic, µs */
  guint notifies;      /* in this period */
  GSource *retry;      /* (nullable): the first of @waiting could not be sent yet */
  GQueue waiting;      /* of GTask with a Request; the first is under way */
};

G_DEFINE_FINAL_TYPE (VbetMconsole, vbet_mconsole, G_TYPE_OBJECT)

static void begin_first (VbetMconsole *self);

/* --- packets ------------------------------------------------------------------ */

static guint32
get_u32 (const guint8 *at)
{
  guint32 value;
  memcpy (&value, at, sizeof value);
  return value;
}

static void
put_u32 (guint8 *at, guint32 value)
{
  memcpy (at, &value, sizeof value);
}

gboolean
vbet_mconsole_encode (const char *command, guint8 *out)
{
  gsize length = strlen (command);
  if (length >= VBET_MCONSOLE_TEXT_MAX)
    return FALSE;
  memset (out, 0, VBET_MCONSOLE_REQUEST_SIZE);
  put_u32 (out, MAGIC);
  put_u32 (out + 4, PROTOCOL_VERSION);
  put_u32 (out + 8, (guint32)length);
  memcpy (out + REQUEST_HEADER, command, length);
  return TRUE;
}

/* The text of a packet: what is there, up to its length field and the first NUL, as UTF-8. */
static char *
packet_text (const guint8 *data, gsize size, guint32 length)
{
  gsize there = MIN (size, (gsize)length);
  const guint8 *end = memchr (data, '\0', there);
  return g_utf8_make_valid ((const char *)data, end != NULL ? end - data : (gssize)there);
}

gboolean
vbet_mconsole_decode_reply (const guint8 *data, gsize size, guint32 *ret_error, gboolean *ret_more,
                            char **ret_text)
{
  if (size < REPLY_HEADER || get_u32 (data + 8) > VBET_MCONSOLE_TEXT_MAX)
    return FALSE;
  *ret_error = get_u32 (data);
  *ret_more = get_u32 (data + 4) != 0;
  *ret_text = packet_text (data + REPLY_HEADER, size - REPLY_HEADER, get_u32 (data + 8));
  return TRUE;
}

gboolean
vbet_mconsole_decode_notify (const guint8 *data, gsize size, VbetMconsoleNotify *ret_type, char **ret_text)
{
  if (size < NOTIFY_HEADER || get_u32 (data) != MAGIC || get_u32 (data + 4) != PROTOCOL_VERSION
      || get_u32 (data + 8) > VBET_MCONSOLE_NOTIFY_USER || get_u32 (data + 12) > VBET_MCONSOLE_TEXT_MAX)
    return FALSE;
  *ret_type = (VbetMconsoleNotify)get_u32 (data + 8);
  *ret_text = packet_text (data + NOTIFY_HEADER, size - NOTIFY_HEADER, get_u32 (data + 12));
  return TRUE;
}

/* --- requests ----------------------------------------------------------------- */

static void
request_free (gpointer data)
{
  Request *request = data;
  g_free (request->command);
  g_string_free (request->text, TRUE);
  g_free (request);
}

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* Takes the request that is under way off the queue; the next one begins. */
static GTask *
end_first (VbetMconsole *self)
{
  GTask *task = g_queue_pop_head (&self->waiting);
  clear_source (&self->deadline);
  clear_source (&self->retry);
  begin_first (self);
  return task;
}

/* The kernel's socket, checked: the guest may have put a link to somebody else's socket in its place. */
static int
open_kernel_socket (VbetMconsole *self)
{
  struct stat status;
  int root = self->root >= 0 ? self->root : AT_FDCWD;
  g_autofree char *folder = self->root >= 0 ? g_strdup (self->kernel_id)
                                            : g_build_filename (self->kernel_root, self->kernel_id, NULL);
  int dir = openat (root, folder, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (dir < 0)
    return -errno;
  int fd = openat (dir, "mconsole", O_PATH | O_NOFOLLOW | O_CLOEXEC);
  int result = fd < 0 ? -errno : fd;
  close (dir);
  if (fd >= 0 && (fstat (fd, &status) != 0 || !S_ISSOCK (status.st_mode))) {
    close (fd);
    return -ENOTSOCK;
  }
  return result;
}

static int
send_request (VbetMconsole *self, const guint8 *bytes)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = open_kernel_socket (self);
  if (fd < 0)
    return fd;
  (void)g_snprintf (address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d", fd);
  ssize_t sent = sendto (self->client, bytes, VBET_MCONSOLE_REQUEST_SIZE, MSG_DONTWAIT | MSG_NOSIGNAL,
                         (struct sockaddr *)&address, sizeof address);
  int result = sent == VBET_MCONSOLE_REQUEST_SIZE ? 0 : -errno;
  close (fd);
  return result;
}

static gboolean
on_deadline (gpointer data)
{
  VbetMconsole *self = data;
  g_autoptr (GTask) task = end_first (self);
  g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_TIMEOUT, "The guest's kernel does not answer");
  return G_SOURCE_REMOVE;
}

static gboolean
on_retry (gpointer data)
{
  VbetMconsole *self = data;
  clear_source (&self->retry);
  begin_first (self);
  return G_SOURCE_REMOVE;
}

static GSource *
start_timer (VbetMconsole *self, guint milliseconds, GSourceFunc function)
{
  GSource *source = g_timeout_source_new (milliseconds);
  g_source_set_callback (source, function, self, NULL);
  g_source_attach (source, self->context);
  return source;
}

static void
drain (int fd)
{
  guint8 bytes[PACKET_MAX];
  for (int i = 0; i < PACKETS_A_TURN && recv (fd, bytes, sizeof bytes, MSG_DONTWAIT) >= 0; i++)
    ;
}

/* Sends the first request of the queue, if there is one. */
static void
begin_first (VbetMconsole *self)
{
  guint8 bytes[VBET_MCONSOLE_REQUEST_SIZE];
  GTask *task = g_queue_peek_head (&self->waiting);
  if (task == NULL)
    return;
  Request *request = g_task_get_task_data (task);
  if (self->deadline == NULL)
    self->deadline = start_timer (self, request->timeout_ms, on_deadline);
  drain (self->client);
  (void)vbet_mconsole_encode (request->command, bytes);
  int result = send_request (self, bytes);
  if (result == 0)
    return;
  /* The socket comes early in a boot and may be busy: worth another try until the deadline. */
  if (result == -ENOENT || result == -EAGAIN || result == -ECONNREFUSED || result == -EINTR) {
    self->retry = start_timer (self, RETRY_MS, on_retry);
    return;
  }
  g_autoptr (GTask) ended = end_first (self);
  g_task_return_new_error (ended, VBET_ERROR, VBET_ERROR_PROTOCOL, "Cannot reach the guest's kernel: %s",
                           g_strerror (-result));
}

/* One packet of a reply. */
static void
take_reply (VbetMconsole *self, const guint8 *data, gsize size)
{
  guint32 code = 0;
  gboolean more = FALSE;
  g_autofree char *text = NULL;
  GTask *task = g_queue_peek_head (&self->waiting);
  if (task == NULL || self->retry != NULL || !vbet_mconsole_decode_reply (data, size, &code, &more, &text))
    return;
  Request *request = g_task_get_task_data (task);
  if (request->text->len + strlen (text) <= REPLY_TEXT_MAX)
    g_string_append (request->text, text);
  if (more)
    return;
  g_autoptr (GTask) ended = end_first (self);
  if (code == 0)
    g_task_return_pointer (ended, g_strdup (request->text->str), g_free);
  else
    g_task_return_new_error (ended, VBET_ERROR, VBET_ERROR_FAILED, "The guest's kernel refused \"%s\": %s",
                             request->command,
                             request->text->len > 0 ? request->text->str : "no reason given");
}

static gboolean
on_client (int fd, GIOCondition condition, gpointer data)
{
  g_autoptr (VbetMconsole) self = g_object_ref (data);
  guint8 bytes[PACKET_MAX];
  for (int i = 0; i < PACKETS_A_TURN && self->client >= 0; i++) {
    ssize_t got = recv (self->client, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got < 0)
      break;
    take_reply (self, bytes, (gsize)got);
  }
  return G_SOURCE_CONTINUE;
}

static GSource *
watch (VbetMconsole *self, int fd, GUnixFDSourceFunc function)
{
  GSource *source = g_unix_fd_source_new (fd, G_IO_IN);
  g_source_set_callback (source, G_SOURCE_FUNC (function), self, NULL);
  g_source_set_priority (source, G_PRIORITY_DEFAULT + 5);
  g_source_attach (source, self->context);
  return source;
}

static gboolean on_notify (int fd, GIOCondition condition, gpointer data);

static gboolean
on_period (gpointer data)
{
  VbetMconsole *self = data;
  clear_source (&self->period);
  if (self->notify >= 0)
    self->notify_source = watch (self, self->notify, on_notify);
  return G_SOURCE_REMOVE;
}

/* Whether another notification may be read in this period; if not, the next ones wait for the next period. */
static gboolean
may_notify (VbetMconsole *self)
{
  gint64 now = g_get_monotonic_time ();
  if (now - self->period_start >= NOTIFY_PERIOD_MS * 1000) {
    self->period_start = now;
    self->notifies = 0;
  }
  if (self->notifies < NOTIFIES_A_PERIOD)
    return TRUE;
  clear_source (&self->notify_source);
  self->period = start_timer (self, NOTIFY_PERIOD_MS, on_period);
  return FALSE;
}

static gboolean
on_notify (int fd, GIOCondition condition, gpointer data)
{
  g_autoptr (VbetMconsole) self = g_object_ref (data);
  guint8 bytes[PACKET_MAX];
  for (int i = 0; i < PACKETS_A_TURN && self->notify >= 0; i++) {
    if (!may_notify (self))
      return G_SOURCE_REMOVE;
    VbetMconsoleNotify type;
    g_autofree char *text = NULL;
    ssize_t got = recv (self->notify, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got < 0)
      break;
    self->notifies++;
    if (vbet_mconsole_decode_notify (bytes, (gsize)got, &type, &text))
      g_signal_emit_by_name (self, "notify-text", (guint)type, text);
  }
  return G_SOURCE_CONTINUE;
}

void
vbet_mconsole_command_async (VbetMconsole *self, const char *command, guint timeout_ms,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (VBET_IS_MCONSOLE (self));
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  if (self->client < 0) {
    g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_STATE, "The guest is off");
    return;
  }
  if (strlen (command) >= VBET_MCONSOLE_TEXT_MAX) {
    g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_FAILED,
                             "A command for the guest's kernel is longer than %d bytes",
                             VBET_MCONSOLE_TEXT_MAX - 1);
    return;
  }
  Request *request = g_new0 (Request, 1);
  request->command = g_strdup (command);
  request->timeout_ms = timeout_ms;
  request->text = g_string_new (NULL);
  g_task_set_task_data (task, request, request_free);
  g_queue_push_tail (&self->waiting, g_steal_pointer (&task));
  if (self->waiting.length == 1)
    begin_first (self);
}

char *
vbet_mconsole_command_finish (VbetMconsole *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- life ----------------------------------------------------------------------- */

static int
bind_socket (const char *path, GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  if (strlen (path) > VBET_SOCKET_PATH_MAX) {
    g_set_error (
        error, VBET_ERROR, VBET_ERROR_HOST,
        "The socket path %s is longer than %d bytes; use a shorter run-time folder (VBET_RUNTIME_DIR)", path,
        VBET_SOCKET_PATH_MAX);
    return -1;
  }
  memcpy (address.sun_path, path, strlen (path) + 1);
  int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd >= 0 && fchmod (fd, 0600) == 0 && (unlink (path) == 0 || errno == ENOENT)
      && bind (fd, (struct sockaddr *)&address, sizeof address) == 0)
    return fd;
  g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "Cannot make the socket %s: %s", path, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return -1;
}

VbetMconsole *
vbet_mconsole_new (const char *kernel_dir, const char *client_path, const char *notify_path, GError **error)
{
  g_autoptr (VbetMconsole) self = g_object_new (VBET_TYPE_MCONSOLE, NULL);
  self->kernel_root = g_path_get_dirname (kernel_dir);
  self->kernel_id = g_path_get_basename (kernel_dir);
  self->client = bind_socket (client_path, error);
  if (self->client < 0)
    return NULL;
  self->client_path = g_strdup (client_path);
  self->notify = bind_socket (notify_path, error);
  if (self->notify < 0)
    return NULL;
  self->notify_path = g_strdup (notify_path);
  self->client_source = watch (self, self->client, on_client);
  self->notify_source = watch (self, self->notify, on_notify);
  return g_steal_pointer (&self);
}

void
vbet_mconsole_set_root (VbetMconsole *self, int root)
{
  g_return_if_fail (VBET_IS_MCONSOLE (self));
  if (self->root >= 0)
    close (self->root);
  self->root = root >= 0 ? fcntl (root, F_DUPFD_CLOEXEC, 3) : -1;
}

static void
close_socket (int *fd, char **path, GSource **source)
{
  clear_source (source);
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
  if (*path != NULL)
    (void)g_unlink (*path);
  g_clear_pointer (path, g_free);
}

void
vbet_mconsole_close (VbetMconsole *self)
{
  g_return_if_fail (VBET_IS_MCONSOLE (self));
  close_socket (&self->client, &self->client_path, &self->client_source);
  close_socket (&self->notify, &self->notify_path, &self->notify_source);
  clear_source (&self->deadline);
  clear_source (&self->retry);
  clear_source (&self->period);
  while (!g_queue_is_empty (&self->waiting)) {
    g_autoptr (GTask) task = g_queue_pop_head (&self->waiting);
    g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_CANCELLED, "The guest has stopped");
  }
}

static void
vbet_mconsole_finalize (GObject *object)
{
  VbetMconsole *self = VBET_MCONSOLE (object);
  vbet_mconsole_close (self); /* each waiting task holds a reference, so none waits here */
  if (self->root >= 0)
    close (self->root);
  g_free (self->kernel_root);
  g_free (self->kernel_id);
  g_main_context_unref (self->context);
  G_OBJECT_CLASS (vbet_mconsole_parent_class)->finalize (object);
}

static void
vbet_mconsole_class_init (VbetMconsoleClass *class)
{
  G_OBJECT_CLASS (class)->finalize = vbet_mconsole_finalize;
  g_signal_new ("notify-text", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                2, G_TYPE_UINT, G_TYPE_STRING);
}

static void
vbet_mconsole_init (VbetMconsole *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->client = self->notify = self->root = -1;
  g_queue_init (&self->waiting);
}
