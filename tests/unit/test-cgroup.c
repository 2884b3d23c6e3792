/* test-cgroup.c - a lab's control groups: where they are found, and what is asked of the user's systemd. What the host's
 * kernel does with them is tested by tests/integration/test-cgroups.py. */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "base/error.h"
#include "base/paths.h"
#include "engine/host/cgroup.h"
#include "engine/host/scope.h"
#include "unit/harness.h"

#define UNIFIED "29 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n"
#define HYBRID                                                                                               \
  "30 24 0:27 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"                                            \
  "31 24 0:28 / /sys/fs/cgroup/unified rw shared:9 - cgroup2 cgroup2 rw\n"

static void
assert_folder (const char *cgroup, const char *mounts, const char *expected)
{
  g_autofree char *folder = vbet_cgroup_folder (cgroup, mounts);
  if (g_strcmp0 (folder, expected) != 0)
    g_printerr ("%s: %s, not %s\n", cgroup, folder, expected);
  CU_ASSERT_EQUAL (g_strcmp0 (folder, expected), 0);
}

static void
test_folder (void)
{
  assert_folder ("0::/user.slice/a.scope\n", UNIFIED, "/sys/fs/cgroup/user.slice/a.scope");
  assert_folder ("8:pids:/x\n0::/y\n", HYBRID, "/sys/fs/cgroup/unified/y");
  assert_folder ("0::/\n", UNIFIED, "/sys/fs/cgroup/");
  /* A part of the tree is mounted, as in a container. */
  assert_folder ("0::/box/y\n", "1 2 0:26 /box /cg rw - cgroup2 c rw\n", "/cg/y");
  assert_folder ("0::/box\n", "1 2 0:26 /box /cg rw - cgroup2 c rw\n", "/cg");
  assert_folder ("0::/boxer\n", "1 2 0:26 /box /cg rw - cgroup2 c rw\n", NULL);
  assert_folder ("0::/x\n", "1 2 0:26 / /my\\040groups rw - cgroup2 c rw\n", "/my groups/x");
  /* Nowhere: version 1 only, out of sight, nothing mounted, garbage. */
  assert_folder ("8:pids:/x\n", HYBRID, NULL);
  assert_folder ("0::/../x\n", UNIFIED, NULL);
  assert_folder ("0::/x\n", "", NULL);
  assert_folder ("0::/x\n", "a b c\n1 2 3 4 5 - cgroup2\n1 2 3 4 5 6 -\n", NULL);
  assert_folder ("", UNIFIED, NULL);
}

static void
test_below_user (void)
{
  CU_ASSERT_TRUE (vbet_cgroup_below_user (
      "/sys/fs/cgroup/user.slice/user-7.slice/user@7.service/app.slice/vte-spawn-1.scope", 7));
  CU_ASSERT_FALSE (vbet_cgroup_below_user ("/sys/fs/cgroup/user.slice/user-7.slice/session-3.scope", 7));
  CU_ASSERT_FALSE (
      vbet_cgroup_below_user ("/sys/fs/cgroup/user.slice/user-8.slice/user@8.service/x.scope", 7));
}

static void
test_no_group (void)
{
  g_autofree char *folder = g_dir_make_tmp ("vbet-test-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;
  CU_ASSERT_FALSE (vbet_cgroup_delegated (folder));
  CU_ASSERT_FALSE (vbet_cgroup_delegated ("/nowhere"));
  CU_ASSERT_PTR_NULL (vbet_cgroup_take (folder, "lab", &error));
  CU_ASSERT_TRUE (g_error_matches (error, VBET_ERROR, VBET_ERROR_HOST));
  CU_ASSERT_EQUAL (g_rmdir (folder), 0); /* nothing is left in it */
}

static void
test_ran_out (void)
{
  g_autofree char *folder = g_dir_make_tmp ("vbet-test-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (folder, "memory.events", NULL);
  CU_ASSERT_FALSE (vbet_cgroup_ran_out (folder));
  (void)g_file_set_contents (file, "low 0\nhigh 0\nmax 17\noom 0\noom_kill 0\noom_group_kill 0\n", -1, NULL);
  CU_ASSERT_FALSE (vbet_cgroup_ran_out (folder));
  (void)g_file_set_contents (file, "low 0\nhigh 0\nmax 17\noom 1\noom_kill 9\noom_group_kill 1\n", -1, NULL);
  CU_ASSERT_TRUE (vbet_cgroup_ran_out (folder));
  /* The whole host had no memory. */
  (void)g_file_set_contents (file, "low 0\nhigh 0\nmax 0\noom 0\noom_kill 9\noom_group_kill 1\n", -1, NULL);
  CU_ASSERT_FALSE (vbet_cgroup_ran_out (folder));
  vbet_paths_remove_tree (folder);
}

static void
test_address (void)
{
  g_autofree char *runtime = g_dir_make_tmp ("vbet-test-XXXXXX", NULL);
  g_autofree char *bus = g_build_filename (runtime, "bus", NULL);
  g_unsetenv ("DBUS_SESSION_BUS_ADDRESS");
  g_setenv ("XDG_RUNTIME_DIR", runtime, TRUE);
  CU_ASSERT_PTR_NULL (vbet_scope_address ());
  (void)g_file_set_contents (bus, "", -1, NULL);
  g_autofree char *found = vbet_scope_address ();
  CU_ASSERT_TRUE (found != NULL && strstr (found, bus) != NULL);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/somewhere", TRUE);
  g_autofree char *named = vbet_scope_address ();
  CU_ASSERT_STRING_EQUAL (named, "unix:path=/somewhere");
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "autolaunch:", TRUE); /* would start one */
  CU_ASSERT_PTR_NULL (vbet_scope_address ());
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere;autolaunch:", TRUE);
  CU_ASSERT_PTR_NULL (vbet_scope_address ());
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "what is this", TRUE);
  CU_ASSERT_PTR_NULL (vbet_scope_address ());
  g_unsetenv ("DBUS_SESSION_BUS_ADDRESS");
  g_unsetenv ("XDG_RUNTIME_DIR");
  vbet_paths_remove_tree (runtime);
}

/* --- a systemd that we play ------------------------------------------------------------- */

static const char interface_text[]
    = "<node><interface name='org.freedesktop.systemd1.Manager'><method name='Subscribe'/>"
      "<method name='StartTransientUnit'><arg direction='in' type='s'/><arg direction='in' type='s'/>"
      "<arg direction='in' type='a(sv)'/><arg direction='in' type='a(sa(sv))'/><arg direction='out' "
      "type='o'/>"
      "</method><signal name='JobRemoved'><arg type='u'/><arg type='o'/><arg type='s'/><arg "
      "type='s'/></signal>"
      "</interface></node>";

/* How it behaves. */
typedef enum { GIVES, REFUSES, FAILS, HANGS, TELLS_FIRST } Manner;

typedef struct {
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  char *address;
  Manner manner;
  gint ready; /* atomic */
  char *unit; /* as it was asked for */
  guint32 pid;
  gboolean delegate;
  gboolean any_tasks;
} Systemd;

static void
tell_removed (GDBusConnection *connection, const char *unit, const char *result)
{
  g_dbus_connection_emit_signal (
      connection, NULL, "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "JobRemoved",
      g_variant_new ("(uoss)", 7, "/org/freedesktop/systemd1/job/7", unit, result), NULL);
}

static void
start_unit (Systemd *self, GDBusConnection *connection, GVariant *parameters,
            GDBusMethodInvocation *invocation)
{
  g_autoptr (GVariant) properties = g_variant_get_child_value (parameters, 2);
  g_autoptr (GVariant) pids = NULL;
  GVariantIter iter;
  const char *name = NULL;
  GVariant *value = NULL;
  g_variant_get_child (parameters, 0, "s", &self->unit);
  g_variant_iter_init (&iter, properties);
  while (g_variant_iter_loop (&iter, "(&sv)", &name, &value)) {
    if (strcmp (name, "PIDs") == 0)
      g_variant_get_child (value, 0, "u", &self->pid);
    if (strcmp (name, "Delegate") == 0)
      self->delegate = g_variant_get_boolean (value);
    if (strcmp (name, "TasksMax") == 0)
      self->any_tasks = g_variant_get_uint64 (value) == G_MAXUINT64;
  }
  if (self->manner == REFUSES) {
    g_dbus_method_invocation_return_dbus_error (invocation, "org.freedesktop.systemd1.UnitExists", "taken");
    return;
  }
  if (self->manner == TELLS_FIRST)
    tell_removed (connection, self->unit, "done");
  g_dbus_method_invocation_return_value (invocation,
                                         g_variant_new ("(o)", "/org/freedesktop/systemd1/job/7"));
  if (self->manner == GIVES || self->manner == FAILS)
    tell_removed (connection, self->unit, self->manner == GIVES ? "done" : "failed");
}

static void
on_call (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
         const char *method, GVariant *parameters, GDBusMethodInvocation *invocation, gpointer data)
{
  Systemd *self = data;
  if (strcmp (method, "Subscribe") == 0)
    g_dbus_method_invocation_return_value (invocation, NULL);
  else
    start_unit (self, connection, parameters, invocation);
}

static gpointer
systemd_run (gpointer data)
{
  static const GDBusInterfaceVTable vtable = { .method_call = on_call };
  Systemd *self = data;
  g_main_context_push_thread_default (self->context);
  g_autoptr (GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (interface_text, NULL);
  g_autoptr (GDBusConnection) connection = g_dbus_connection_new_for_address_sync (
      self->address,
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL,
      NULL, NULL);
  g_assert_nonnull (connection);
  guint object = g_dbus_connection_register_object (connection, "/org/freedesktop/systemd1",
                                                    info->interfaces[0], &vtable, self, NULL, NULL);
  g_autoptr (GVariant) owned = g_dbus_connection_call_sync (
      connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
      g_variant_new ("(su)", "org.freedesktop.systemd1", 4), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  g_assert_nonnull (owned);
  g_atomic_int_set (&self->ready, 1);
  g_main_loop_run (self->loop);
  g_dbus_connection_unregister_object (connection, object);
  (void)g_dbus_connection_close_sync (connection, NULL, NULL);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

/* Asks a systemd of that @manner for a scope. Returns: whether it was given; what was asked is in @systemd. */
static gboolean
ask (Systemd *systemd, GTestDBus *bus, Manner manner, guint wait_ms, GError **error)
{
  *systemd = (Systemd){ .context = g_main_context_new (),
                        .address = g_strdup (g_test_dbus_get_bus_address (bus)),
                        .manner = manner };
  systemd->loop = g_main_loop_new (systemd->context, FALSE);
  systemd->thread = g_thread_new ("systemd", systemd_run, systemd);
  while (g_atomic_int_get (&systemd->ready) == 0)
    g_thread_yield ();
  g_autofree char *name = vbet_scope_name ("star", 42);
  gboolean entered = vbet_scope_ask (systemd->address, name, 4711, wait_ms, error);
  g_main_loop_quit (systemd->loop);
  g_thread_join (systemd->thread);
  g_main_loop_unref (systemd->loop);
  g_main_context_unref (systemd->context);
  g_free (systemd->address);
  return entered;
}

static void
assert_refused (GTestDBus *bus, Manner manner, guint wait_ms, const char *word)
{
  g_autoptr (GError) error = NULL;
  Systemd systemd;
  CU_ASSERT_FALSE (ask (&systemd, bus, manner, wait_ms, &error));
  CU_ASSERT_TRUE (error != NULL && strstr (error->message, word) != NULL);
  g_free (systemd.unit);
}

static void
test_scope (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GTestDBus) bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  Systemd systemd;
  g_test_dbus_up (bus);
  CU_ASSERT_TRUE (ask (&systemd, bus, GIVES, 10000, &error));
  CU_ASSERT_STRING_EQUAL (systemd.unit, "vbet-star-42.scope");
  CU_ASSERT_EQUAL (systemd.pid, 4711);
  CU_ASSERT_TRUE (systemd.any_tasks);
  CU_ASSERT_TRUE (systemd.delegate);
  g_free (systemd.unit);
  CU_ASSERT_TRUE (ask (&systemd, bus, TELLS_FIRST, 10000, &error));
  g_free (systemd.unit);
  assert_refused (bus, REFUSES, 10000, "taken");
  assert_refused (bus, FAILS, 10000, "failed");
  assert_refused (bus, HANGS, 50, "in time");
  /* Nobody of that name; nobody at all. */
  CU_ASSERT_FALSE (vbet_scope_ask (g_test_dbus_get_bus_address (bus), "x.scope", 4711, 10000, &error));
  CU_ASSERT_PTR_NOT_NULL (error);
  g_clear_error (&error);
  g_test_dbus_down (bus);
  CU_ASSERT_FALSE (vbet_scope_ask ("unix:path=/nowhere", "x.scope", 4711, 10000, &error));
  CU_ASSERT_PTR_NOT_NULL (error);
}

static CU_TestInfo cgroup_tests[] = {
  { "its folder is found", test_folder },
  { "only what is below the user's systemd asks it", test_below_user },
  { "a folder that is no group", test_no_group },
  { "memory that ran out is seen", test_ran_out },
  { "the user's bus is found, never started", test_address },
  { "systemd is asked for a scope", test_scope },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "cgroup", NULL, NULL, NULL, NULL, cgroup_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
