/* process.c - see process.h. */
#include "config.h"

#include "engine/host/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib-unix.h>

#include "base/error.h"
#include "base/fd-message.h"
#include "engine/host/adopted.h"

#define MEMORY_AGE_US (5 * G_USEC_PER_SEC) /* a figure of memory is good for so long */
#define REPORT_MAX 65536 /* bytes of report taken; ours is shorter, however many calls a guest is denied */

struct _VbetProcess {
  GObject parent_instance;

  GMainContext *context;
  GPid pid; /* 0: reaped */
  int status_fd;
  int folder; /* of the kernel's own files; -1 */
  GSource *status_source;
  GSource *child_source;
  GString *report; /* a line not yet complete */
  gsize report_size;
  char **layers;
  char *padding;
  VbetProcessEnd end;
  gint code;
  char *text;
  guint64 memory;         /* as last measured */
  gint64 memory_measured; /* monotonic, µs; 0: never */
};

G_DEFINE_FINAL_TYPE (VbetProcess, vbet_process, G_TYPE_OBJECT)

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* Both halves must be over: the process reaped, and every writer of its report gone. */
static void
check_ended (VbetProcess *self)
{
  if (self->pid != 0 || self->status_fd >= 0)
    return;
  if (self->end == VBET_PROCESS_RUNNING)
    self->end = VBET_PROCESS_LOST;
  g_signal_emit_by_name (self, "ended");
}

static void
set_end (VbetProcess *self, VbetProcessEnd end, const char *rest)
{
  if (self->end != VBET_PROCESS_RUNNING)
    return; /* the first word counts: "error" comes before the exit code that follows from it */
  self->end = end;
  self->code = atoi (rest);
  self->text = g_utf8_make_valid (rest, -1);
}

static void
take_line (VbetProcess *self, const char *line)
{
  if (g_str_has_prefix (line, "layers ")) {
    g_strfreev (self->layers);
    self->layers = g_strsplit (line + strlen ("layers "), " ", 32);
    g_signal_emit_by_name (self, "layers");
  } else if (g_str_has_prefix (line, "padding ")) {
    g_free (self->padding);
    self->padding = g_utf8_make_valid (line + strlen ("padding "), -1);
  } else if (g_str_has_prefix (line, "denied ")) {
    g_autofree char *call = g_utf8_make_valid (line + strlen ("denied "), -1);
    g_signal_emit_by_name (self, "denied", call);
  } else if (g_str_has_prefix (line, "confined ")) {
    g_autofree char *call = g_utf8_make_valid (line + strlen ("confined "), -1);
    g_signal_emit_by_name (self, "confined", call);
  } else if (strcmp (line, "folder") == 0) {
    g_signal_emit_by_name (self, "folder");
  } else if (g_str_has_prefix (line, "error ")) {
    set_end (self, VBET_PROCESS_NOT_STARTED, line + strlen ("error "));
  } else if (g_str_has_prefix (line, "exited ")) {
    set_end (self, VBET_PROCESS_EXITED, line + strlen ("exited "));
  } else if (g_str_has_prefix (line, "signalled ")) {
    set_end (self, VBET_PROCESS_SIGNALLED, line + strlen ("signalled "));
  }
}

/* Of descriptors, the first that a report brings is kept, and no other. Returns: bytes, or -errno. */
static gssize
receive (VbetProcess *self, char *bytes, gsize size)
{
  int folder = -1;
  guint n_fds = 0;
  gssize got = vbet_fd_message_receive (self->status_fd, bytes, size, 0, &folder, 1, &n_fds, NULL);
  if (n_fds == 1 && self->folder < 0)
    self->folder = folder;
  else if (n_fds == 1)
    close (folder);
  return got;
}

static gboolean
on_status (int fd, GIOCondition condition, gpointer data)
{
  g_autoptr (VbetProcess) self = g_object_ref (data);
  char bytes[1024];
  gssize got = receive (self, bytes, sizeof bytes);
  if (got == -EAGAIN || got == -EINTR)
    return G_SOURCE_CONTINUE;
  if (got <= 0) {
    clear_source (&self->status_source);
    close (self->status_fd);
    self->status_fd = -1;
    check_ended (self);
    return G_SOURCE_REMOVE;
  }
  self->report_size += (gsize)got;
  if (self->report_size > REPORT_MAX)
    return G_SOURCE_CONTINUE;
  for (ssize_t i = 0; i < got; i++) {
    if (bytes[i] != '\n') {
      g_string_append_c (self->report, bytes[i]);
      continue;
    }
    take_line (self, self->report->str);
    g_string_truncate (self->report, 0);
  }
  return G_SOURCE_CONTINUE;
}

static void
on_child (GPid pid, gint status, gpointer data)
{
  g_autoptr (VbetProcess) self = g_object_ref (data);
  clear_source (&self->child_source);
  self->pid = 0;
  vbet_adopted_reap (self->context);
  check_ended (self);
}

static void
watch (VbetProcess *self)
{
  self->status_source = g_unix_fd_source_new (self->status_fd, G_IO_IN);
  g_source_set_callback (self->status_source, G_SOURCE_FUNC (on_status), self, NULL);
  g_source_attach (self->status_source, self->context);
  self->child_source = g_child_watch_source_new (self->pid);
  g_source_set_callback (self->child_source, G_SOURCE_FUNC (on_child), self, NULL);
  g_source_attach (self->child_source, self->context);
}

VbetProcess *
vbet_process_spawn (const char *launcher, const char *const *arguments, int terminal_fd, int kept_fd,
                    int pad_fd, int cgroup_fd, GError **error)
{
  g_autoptr (VbetProcess) self = g_object_new (VBET_TYPE_PROCESS, NULL);
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) cause = NULL;
  int report[2];
  /* No pipe: a descriptor comes with it. */
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, report) != 0) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "Cannot make a socket for %s: %s", launcher,
                 g_strerror (errno));
    return NULL;
  }
  (void)shutdown (report[0], SHUT_WR);
  g_ptr_array_add (argv, g_strdup (launcher));
  g_ptr_array_add (argv, g_strdup_printf ("--status-fd=%d", report[1]));
  g_ptr_array_add (argv, g_strdup_printf ("--keep-fd=%d", kept_fd));
  if (pad_fd >= 0)
    g_ptr_array_add (argv, g_strdup_printf ("--pad-fd=%d", pad_fd));
  if (cgroup_fd >= 0)
    g_ptr_array_add (argv, g_strdup_printf ("--cgroup-fd=%d", cgroup_fd));
  for (gsize i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (argv, g_strdup (arguments[i]));
  g_ptr_array_add (argv, NULL);
  /* Same numbers on both sides: nothing is moved onto a descriptor that @launcher may name. */
  int kept[4] = { report[1], kept_fd };
  gsize n_kept = 2;
  if (pad_fd >= 0)
    kept[n_kept++] = pad_fd;
  if (cgroup_fd >= 0)
    kept[n_kept++] = cgroup_fd;
  gboolean spawned = g_spawn_async_with_pipes_and_fds (
      NULL, (const char *const *)argv->pdata, NULL,
      G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_LEAVE_DESCRIPTORS_OPEN, NULL, NULL, terminal_fd, terminal_fd,
      terminal_fd, kept, kept, n_kept, &self->pid, NULL, NULL, NULL, &cause);
  close (report[1]);
  self->status_fd = report[0];
  /* Where GLib takes posix_spawn(), some versions of it call it a success, without a process, when there is no descriptor
   * left for their copies of ours. */
  if (!spawned || self->pid <= 0) {
    self->pid = 0;
    if (cause != NULL)
      g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
                   "Cannot run %s: %s; see that vBET is completely installed", launcher, cause->message);
    else
      g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
                   "Cannot run %s: too many open files; stop other labs, or raise the limit (ulimit -n)",
                   launcher);
    return NULL;
  }
  (void)g_unix_set_fd_nonblocking (self->status_fd, TRUE, NULL);
  watch (self);
  return g_steal_pointer (&self);
}

GPid
vbet_process_get_pid (VbetProcess *self)
{
  g_return_val_if_fail (VBET_IS_PROCESS (self), 0);
  return self->pid;
}

const char *const *
vbet_process_get_layers (VbetProcess *self)
{
  g_return_val_if_fail (VBET_IS_PROCESS (self), NULL);
  return (const char *const *)self->layers;
}

const char *
vbet_process_get_padding (VbetProcess *self)
{
  g_return_val_if_fail (VBET_IS_PROCESS (self), "");
  return self->padding != NULL ? self->padding : "";
}

int
vbet_process_get_folder (VbetProcess *self)
{
  g_return_val_if_fail (VBET_IS_PROCESS (self), -1);
  return self->folder;
}

VbetProcessEnd
vbet_process_get_end (VbetProcess *self, gint *ret_code, const char **ret_text)
{
  g_return_val_if_fail (VBET_IS_PROCESS (self), VBET_PROCESS_LOST);
  if (ret_code != NULL)
    *ret_code = self->code;
  if (ret_text != NULL)
    *ret_text = self->text;
  return self->end;
}

void
vbet_process_terminate (VbetProcess *self)
{
  g_return_if_fail (VBET_IS_PROCESS (self));
  if (self->pid != 0)
    (void)kill (self->pid, SIGTERM);
}

void
vbet_process_kill (VbetProcess *self)
{
  g_return_if_fail (VBET_IS_PROCESS (self));
  if (self->pid != 0)
    (void)kill (self->pid, SIGKILL);
}

gboolean
vbet_process_get_usage (VbetProcess *self, VbetProcessUsage *ret_usage)
{
  g_return_val_if_fail (VBET_IS_PROCESS (self), FALSE);
  if (self->pid == 0)
    return FALSE;
  /* The kernel walks all pages of a process to find its share of them: some milliseconds a guest. */
  gint64 now = g_get_monotonic_time ();
  gboolean measure = self->memory_measured == 0 || now - self->memory_measured > MEMORY_AGE_US;
  vbet_usage_of_tree (self->pid, measure, ret_usage);
  if (measure) {
    self->memory = ret_usage->memory;
    self->memory_measured = now;
  }
  ret_usage->memory = self->memory;
  return TRUE;
}

static void
reap_orphan (GPid pid, gint status, gpointer data)
{
  g_spawn_close_pid (pid);
  vbet_adopted_reap (data);
}

/* A child that nobody asks for any more is no zombie for the rest of the engine's life. */
static void
leave_child (VbetProcess *self)
{
  if (self->pid == 0)
    return;
  g_autoptr (GSource) source = g_child_watch_source_new (self->pid);
  g_source_set_callback (source, G_SOURCE_FUNC (reap_orphan), self->context, NULL);
  g_source_attach (source, self->context);
}

static void
vbet_process_finalize (GObject *object)
{
  VbetProcess *self = VBET_PROCESS (object);
  clear_source (&self->status_source);
  clear_source (&self->child_source);
  leave_child (self);
  if (self->status_fd >= 0)
    close (self->status_fd); /* the launcher takes this as the order to end everything */
  if (self->folder >= 0)
    close (self->folder);
  g_string_free (self->report, TRUE);
  g_strfreev (self->layers);
  g_free (self->padding);
  g_free (self->text);
  g_main_context_unref (self->context);
  G_OBJECT_CLASS (vbet_process_parent_class)->finalize (object);
}

static void
vbet_process_class_init (VbetProcessClass *class)
{
  GType type = G_TYPE_FROM_CLASS (class);
  G_OBJECT_CLASS (class)->finalize = vbet_process_finalize;
  g_signal_new ("layers", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("folder", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("denied", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  g_signal_new ("confined", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  g_signal_new ("ended", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
vbet_process_init (VbetProcess *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->status_fd = -1;
  self->folder = -1;
  self->report = g_string_new (NULL);
  self->layers = g_new0 (char *, 1);
}
