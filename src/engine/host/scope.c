/* scope.c - see scope.h. */
#include "config.h"

#include "engine/host/scope.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gio/gio.h>

#include "base/error.h"

#define SERVICE "org.freedesktop.systemd1"
#define OBJECT "/org/freedesktop/systemd1"
#define MANAGER "org.freedesktop.systemd1.Manager"

/* One conversation. All of it happens in a main context of its own, so that nothing else of the process runs meanwhile. */
typedef struct {
  GMainContext *context;
  GCancellable *cancellable;
  GDBusConnection *connection;
  char *job;         /* (nullable): whose end we wait for */
  GHashTable *ended; /* job → result: the end of a job may be told before its number */
  gboolean waits;
  gboolean late;
  GError *error;
} Talk;

char *
vbet_scope_name (const char *id, gint64 pid)
{
  /* "-" would make a tree of slices of it in some places; it means nothing in a scope, so identifiers fit as they are. */
  return g_strdup_printf ("vbet-%s-%" G_GINT64_FORMAT ".scope", id, pid);
}

char *
vbet_scope_address (void)
{
  const char *address = g_getenv ("DBUS_SESSION_BUS_ADDRESS");
  const char *runtime = g_getenv ("XDG_RUNTIME_DIR");
  if (address != NULL && address[0] != '\0')
    return g_dbus_is_supported_address (address, NULL) && strstr (address, "autolaunch:") == NULL
               ? g_strdup (address)
               : NULL;
  if (runtime == NULL || !g_path_is_absolute (runtime))
    return NULL;
  g_autofree char *socket = g_build_filename (runtime, "bus", NULL);
  g_autofree char *escaped = g_dbus_address_escape_value (socket);
  return g_file_test (socket, G_FILE_TEST_EXISTS) ? g_strdup_printf ("unix:path=%s", escaped) : NULL;
}

static gboolean
on_late (gpointer data)
{
  Talk *talk = data;
  talk->late = TRUE;
  g_cancellable_cancel (talk->cancellable);
  return G_SOURCE_CONTINUE;
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  Talk *talk = data;
  (void)source;
  talk->connection = g_dbus_connection_new_for_address_finish (result, &talk->error);
  talk->waits = FALSE;
}

static void
on_reply (GObject *source, GAsyncResult *result, gpointer data)
{
  Talk *talk = data;
  g_autoptr (GVariant) reply
      = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &talk->error);
  if (reply != NULL && g_variant_is_of_type (reply, G_VARIANT_TYPE ("(o)")))
    g_variant_get (reply, "(o)", &talk->job);
  talk->waits = FALSE;
}

static void
on_job_removed (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
                const char *signal, GVariant *parameters, gpointer data)
{
  Talk *talk = data;
  const char *job = NULL, *result = NULL;
  (void)connection, (void)sender, (void)path, (void)interface, (void)signal;
  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(uoss)")))
    return;
  g_variant_get (parameters, "(u&os&s)", NULL, &job, NULL, &result);
  g_hash_table_insert (talk->ended, g_strdup (job), g_strdup (result));
}

/* Lets the conversation go on until it has the answer it waits for. Returns: whether that was no error. */
static gboolean
wait_for_answer (Talk *talk)
{
  while (talk->waits)
    (void)g_main_context_iteration (talk->context, TRUE);
  return talk->error == NULL;
}

static gboolean
call (Talk *talk, const char *method, GVariant *parameters)
{
  talk->waits = TRUE;
  g_dbus_connection_call (talk->connection, SERVICE, OBJECT, MANAGER, method, parameters, NULL,
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, VBET_SCOPE_WAIT_MS, talk->cancellable, on_reply,
                          talk);
  return wait_for_answer (talk);
}

/* Parameters of StartTransientUnit: the scope begins with that process, and is given away with all that is below it. */
static GVariant *
make_unit (const char *name, guint32 pid)
{
  GVariantBuilder properties;
  g_variant_builder_init (&properties, G_VARIANT_TYPE ("a(sv)"));
  g_variant_builder_add (&properties, "(sv)", "Description", g_variant_new_string ("vBET lab"));
  g_variant_builder_add (&properties, "(sv)", "PIDs",
                         g_variant_new_fixed_array (G_VARIANT_TYPE_UINT32, &pid, 1, sizeof pid));
  g_variant_builder_add (&properties, "(sv)", "Delegate", g_variant_new_boolean (TRUE));
  /* Each program of a guest is a process of the host: a scope of sessions has no limit of its own either. */
  g_variant_builder_add (&properties, "(sv)", "TasksMax", g_variant_new_uint64 (G_MAXUINT64));
  /* Whatever became of it, nothing of it stays in the list of units. */
  g_variant_builder_add (&properties, "(sv)", "CollectMode", g_variant_new_string ("inactive-or-failed"));
  return g_variant_new ("(ssa(sv)a(sa(sv)))", name, "fail", &properties, NULL);
}

static gboolean
talk_with_systemd (Talk *talk, const char *address, const char *name, guint32 pid)
{
  talk->waits = TRUE;
  g_dbus_connection_new_for_address (
      address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, talk->cancellable, on_connected, talk);
  if (!wait_for_answer (talk))
    return FALSE;
  g_dbus_connection_set_exit_on_close (talk->connection, FALSE);
  guint watch
      = g_dbus_connection_signal_subscribe (talk->connection, SERVICE, MANAGER, "JobRemoved", OBJECT, NULL,
                                            G_DBUS_SIGNAL_FLAGS_NONE, on_job_removed, talk, NULL);
  gboolean asked = call (talk, "Subscribe", NULL) && call (talk, "StartTransientUnit", make_unit (name, pid));
  while (asked && talk->job != NULL && !talk->late && !g_hash_table_contains (talk->ended, talk->job))
    (void)g_main_context_iteration (talk->context, TRUE);
  g_dbus_connection_signal_unsubscribe (talk->connection, watch);
  return asked;
}

static gboolean
judge (const Talk *talk, GError **error)
{
  const char *result = talk->job != NULL ? g_hash_table_lookup (talk->ended, talk->job) : NULL;
  if (g_strcmp0 (result, "done") == 0)
    return TRUE;
  g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "systemd gave no scope: %s",
               result != NULL ? result : "it did not answer in time");
  return FALSE;
}

gboolean
vbet_scope_ask (const char *address, const char *name, guint32 pid, guint wait_ms, GError **error)
{
  Talk talk = { .context = g_main_context_new (), .cancellable = g_cancellable_new () };
  talk.ended = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_main_context_push_thread_default (talk.context);
  GSource *timeout = g_timeout_source_new (wait_ms);
  g_source_set_callback (timeout, on_late, &talk, NULL);
  g_source_attach (timeout, talk.context);
  gboolean entered = talk_with_systemd (&talk, address, name, pid) && judge (&talk, error);
  if (talk.error != NULL)
    g_propagate_error (error, g_steal_pointer (&talk.error));
  if (talk.connection != NULL)
    (void)g_dbus_connection_close_sync (talk.connection, NULL, NULL);
  g_clear_object (&talk.connection);
  /* What the connection had to say at its end refers to it. */
  while (g_main_context_iteration (talk.context, FALSE))
    continue;
  g_source_destroy (timeout);
  g_source_unref (timeout);
  g_main_context_pop_thread_default (talk.context);
  g_main_context_unref (talk.context);
  g_object_unref (talk.cancellable);
  g_hash_table_unref (talk.ended);
  g_free (talk.job);
  return entered;
}

/* The child's whole life. */
static int
ask_and_end (const char *address, const char *name, pid_t parent)
{
  const struct itimerval end = { .it_value = { .tv_sec = VBET_SCOPE_WAIT_MS / 1000 } };
  g_autoptr (GError) error = NULL;
  (void)signal (SIGALRM, SIG_DFL);
  (void)setitimer (ITIMER_REAL, &end, NULL);
  return vbet_scope_ask (address, name, (guint32)parent, VBET_SCOPE_WAIT_MS, &error) ? 0 : 1;
}

gboolean
vbet_scope_enter (const char *address, const char *name)
{
  int status = 0;
  pid_t parent = getpid (), child = fork ();
  if (child == 0)
    _exit (ask_and_end (address, name, parent));
  while (child > 0 && waitpid (child, &status, 0) < 0)
    if (errno != EINTR)
      return FALSE;
  return child > 0 && WIFEXITED (status) && WEXITSTATUS (status) == 0;
}
