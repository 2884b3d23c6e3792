/* gateway.c - see gateway.h. */
#include "config.h"

#include "engine/lab/gateway.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"

#define CHILD_FD 3 /* where vbet-nat expects the lab's side */
#define DEATHS 5   /* within WINDOW, after which it is given up */
#define WINDOW ((gint64)10 * G_USEC_PER_SEC)
#define LINE_MAX_BYTES 4096
#define LEASES_MAX 256

/* One process of a gateway; outlives its use until it is reaped. */
typedef struct {
  VbetGateway *gateway; /* NULL: no longer of use */
  GSubprocess *process;
  GInputStream *report;
  GString *line; /* not yet complete */
  char bytes[1024];
} Run;

struct VbetGateway {
  char *program;
  VbetGatewayCallbacks callbacks;
  gpointer user_data;
  char **options;
  gboolean replacing; /* @run is ending: it holds the ports that the next one needs */
  Run *run;           /* NULL: no process */
  int fd;
  GSource *retry;        /* a restart is due */
  gint64 deaths[DEATHS]; /* µs, the latest ones */
  guint n_deaths;
  guint restarts;
  char *reason;
  char *problem;     /* the first one before it was ready */
  gboolean troubled; /* there was one: running it again may help */
  char **layers;
  GHashTable *leases;   /* MAC → address */
  VbetGatewayDone done; /* of the start under way */
  gpointer done_data;
};

static void read_report (Run *run);
static gboolean begin (VbetGateway *self, GError **error);

static void
drop_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* @error: (transfer full) (nullable) */
static void
finish_start (VbetGateway *self, GError *error)
{
  VbetGatewayDone done = self->done;
  self->done = NULL;
  if (done != NULL)
    done (self->done_data, error);
  else
    g_clear_error (&error);
}

static void
run_free (Run *run)
{
  g_object_unref (run->process);
  g_string_free (run->line, TRUE);
  g_free (run);
}

static void
close_fd (VbetGateway *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

/* Ends the process, if there is one; nothing is heard of it any more. */
static void
end_run (VbetGateway *self)
{
  drop_source (&self->retry);
  close_fd (self);
  if (self->run == NULL)
    return;
  self->run->gateway = NULL;
  g_subprocess_force_exit (self->run->process);
  self->run = NULL; /* its last read frees it */
}

/* --- what it tells ---------------------------------------------------------------------- */

static void
take_problem (VbetGateway *self, const char *message)
{
  if (self->done == NULL)
    self->callbacks.problem (self, message, self->user_data);
  else if (self->problem == NULL)
    self->problem = g_strdup (message);
}

static void
take_ready (VbetGateway *self, const char *layers)
{
  g_strfreev (self->layers);
  self->layers = g_strsplit (layers, " ", 8);
  g_clear_pointer (&self->reason, g_free);
  g_autofree char *problem = g_steal_pointer (&self->problem);
  self->troubled = problem != NULL;
  self->callbacks.changed (self, self->user_data);
  finish_start (self, problem != NULL ? g_error_new_literal (VBET_ERROR, VBET_ERROR_HOST, problem) : NULL);
}

static void
take_lease (VbetGateway *self, const char *words)
{
  g_auto (GStrv) parts = g_strsplit (words, "=", 2);
  if (g_strv_length (parts) == 2 && g_hash_table_size (self->leases) < LEASES_MAX)
    g_hash_table_replace (self->leases, g_strdup (parts[0]), g_strdup (parts[1]));
}

static void
take_line (VbetGateway *self, const char *line)
{
  if (g_str_has_prefix (line, "problem "))
    take_problem (self, line + strlen ("problem "));
  else if (g_str_has_prefix (line, "ready "))
    take_ready (self, line + strlen ("ready "));
  else if (g_str_has_prefix (line, "lease "))
    take_lease (self, line + strlen ("lease "));
  else if (g_str_has_prefix (line, "denied "))
    self->callbacks.denied (self, line + strlen ("denied "), self->user_data);
  else if (g_str_has_prefix (line, "error ") && self->reason == NULL)
    self->reason = g_strdup (line + strlen ("error "));
}

/* --- death ---------------------------------------------------------------------------------- */

static guint
count_death (VbetGateway *self)
{
  gint64 now = g_get_monotonic_time ();
  guint kept = 0;
  for (guint i = 0; i < self->n_deaths; i++)
    if (now - self->deaths[i] < WINDOW && kept < DEATHS - 1)
      self->deaths[kept++] = self->deaths[i];
  self->deaths[kept++] = now;
  self->n_deaths = kept;
  return kept;
}

/* It will not run any more; @self->reason or @reason says why. */
static void
give_up (VbetGateway *self, const char *reason)
{
  if (self->reason == NULL)
    self->reason = g_strdup (reason);
  GError *error = g_error_new_literal (VBET_ERROR, VBET_ERROR_HOST, self->reason);
  self->callbacks.changed (self, self->user_data);
  finish_start (self, error);
}

static void
begin_or_give_up (VbetGateway *self)
{
  g_autoptr (GError) error = NULL;
  if (!begin (self, &error))
    give_up (self, error->message);
}

static gboolean
on_retry (gpointer data)
{
  VbetGateway *self = data;
  drop_source (&self->retry);
  self->restarts++;
  begin_or_give_up (self);
  return G_SOURCE_REMOVE;
}

static void
on_death (VbetGateway *self)
{
  self->run = NULL;
  close_fd (self);
  if (self->replacing) {
    self->replacing = FALSE;
    begin_or_give_up (self);
    return;
  }
  if (self->reason != NULL) { /* it said itself that it cannot */
    give_up (self, NULL);
    return;
  }
  guint deaths = count_death (self);
  if (deaths >= DEATHS) {
    give_up (self,
             "The process vbet-nat died five times within ten seconds and is not started again: change the "
             "gateway, or stop the lab and run it anew");
    return;
  }
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  self->retry = g_timeout_source_new (deaths == 1 ? 0 : 50u << deaths);
  g_source_set_callback (self->retry, on_retry, self, NULL);
  g_source_attach (self->retry, context);
  self->callbacks.changed (self, self->user_data);
}

static void
on_process_exit (GObject *source, GAsyncResult *result, gpointer data)
{
  Run *run = data;
  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  if (run->gateway != NULL)
    on_death (run->gateway);
  run_free (run);
}

/* It takes packets apart that anybody may have made: what it says is bounded and made text. */
static void
take_byte (Run *run, char byte)
{
  if (byte != '\n') {
    if (run->line->len < LINE_MAX_BYTES)
      g_string_append_c (run->line, byte);
    return;
  }
  g_autofree char *text = g_utf8_make_valid (run->line->str, -1);
  g_string_truncate (run->line, 0);
  if (run->gateway != NULL && !run->gateway->replacing)
    take_line (run->gateway, text);
}

static void
on_report (GObject *source, GAsyncResult *result, gpointer data)
{
  Run *run = data;
  gssize size = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);
  if (size <= 0) { /* its end, which it may have to be told */
    g_subprocess_force_exit (run->process);
    g_subprocess_wait_async (run->process, NULL, on_process_exit, run);
    return;
  }
  for (gssize i = 0; i < size; i++)
    take_byte (run, run->bytes[i]);
  read_report (run);
}

static void
read_report (Run *run)
{
  g_input_stream_read_async (run->report, run->bytes, sizeof run->bytes, G_PRIORITY_DEFAULT, NULL, on_report,
                             run);
}

/* --- start ------------------------------------------------------------------------------------ */

static GSubprocess *
spawn (VbetGateway *self, int child_fd, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GPtrArray) leases = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer mac = NULL, address = NULL;
  g_subprocess_launcher_set_cwd (launcher,
                                 "/"); /* also so that GLib does not take posix_spawn(), see process.c */
  g_subprocess_launcher_take_fd (launcher, child_fd, CHILD_FD);
  g_ptr_array_add (argv, self->program);
  for (guint i = 0; self->options[i] != NULL; i++)
    g_ptr_array_add (argv, self->options[i]);
  g_hash_table_iter_init (&iter, self->leases);
  while (g_hash_table_iter_next (&iter, &mac, &address)) {
    char *option = g_strdup_printf ("--lease=%s=%s", (const char *)mac, (const char *)address);
    g_ptr_array_add (leases, option);
    g_ptr_array_add (argv, option);
  }
  g_ptr_array_add (argv, NULL);
  return g_subprocess_launcher_spawnv (launcher, (const char *const *)argv->pdata, error);
}

static gboolean
begin (VbetGateway *self, GError **error)
{
  int pair[2];
  g_autoptr (GError) cause = NULL;
  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "Cannot make a gateway's connection: %s",
                 g_strerror (errno));
    return FALSE;
  }
  GSubprocess *process = spawn (self, pair[1], &cause);
  if (process == NULL) {
    close (pair[0]);
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
                 "Cannot start the gateway's process: %s; is vBET installed completely?", cause->message);
    return FALSE;
  }
  Run *run = g_new0 (Run, 1);
  run->gateway = self;
  run->process = process;
  run->report = g_subprocess_get_stdout_pipe (process);
  run->line = g_string_new (NULL);
  self->run = run;
  self->fd = pair[0];
  read_report (run);
  return TRUE;
}

void
vbet_gateway_run (VbetGateway *self, char **options, VbetGatewayDone done, gpointer data)
{
  g_auto (GStrv) owned = options;
  gboolean same = self->options != NULL
                  && g_strv_equal ((const char *const *)self->options, (const char *const *)options);
  if (same && self->run != NULL && self->done == NULL && !self->troubled) {
    done (data, NULL);
    return;
  }
  finish_start (self,
                g_error_new_literal (VBET_ERROR, VBET_ERROR_CANCELLED, "The gateway was changed meanwhile"));
  drop_source (&self->retry);
  g_clear_pointer (&self->reason, g_free);
  g_clear_pointer (&self->problem, g_free);
  g_strfreev (self->options);
  self->options = g_steal_pointer (&owned);
  self->n_deaths = 0;
  self->done = done;
  self->done_data = data;
  if (self->run == NULL) {
    begin_or_give_up (self);
    return;
  }
  self->replacing = TRUE;
  close_fd (self);
  g_subprocess_force_exit (self->run->process);
}

VbetGateway *
vbet_gateway_new (const char *program, const VbetGatewayCallbacks *callbacks, gpointer user_data)
{
  VbetGateway *self = g_new0 (VbetGateway, 1);
  self->program = g_strdup (program);
  self->callbacks = *callbacks;
  self->user_data = user_data;
  self->fd = -1;
  self->leases = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
vbet_gateway_free (VbetGateway *self)
{
  if (self == NULL)
    return;
  finish_start (self, g_error_new_literal (VBET_ERROR, VBET_ERROR_STATE, "The gateway was removed"));
  end_run (self);
  g_hash_table_unref (self->leases);
  g_strfreev (self->options);
  g_strfreev (self->layers);
  g_free (self->program);
  g_free (self->reason);
  g_free (self->problem);
  g_free (self);
}

int
vbet_gateway_get_fd (const VbetGateway *self)
{
  return self->fd;
}

GPid
vbet_gateway_get_pid (const VbetGateway *self)
{
  const char *identifier = self->run != NULL ? g_subprocess_get_identifier (self->run->process) : NULL;
  return identifier != NULL ? (GPid)g_ascii_strtoll (identifier, NULL, 10) : 0;
}

guint
vbet_gateway_get_restarts (const VbetGateway *self)
{
  return self->restarts;
}

const char *
vbet_gateway_get_reason (const VbetGateway *self)
{
  return self->reason;
}

const char *const *
vbet_gateway_get_layers (const VbetGateway *self)
{
  return (const char *const *)self->layers;
}

const char *const *
vbet_gateway_get_options (const VbetGateway *self)
{
  return (const char *const *)self->options;
}

const char *
vbet_gateway_get_lease (const VbetGateway *self, const char *mac)
{
  return g_hash_table_lookup (self->leases, mac);
}

GHashTable *
vbet_gateway_get_leases (const VbetGateway *self)
{
  return self->leases;
}
