/* cli-runner.c - runs vbetctl as a process; see cli-runner.h. */
#include "config.h"

#include "unit/cli-runner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/paths.h"

#define HANG_MS 30000
#define TICK_MS 20 /* how often it is looked whether a request came */

void
vbet_run_free (VbetRun *self)
{
  if (self == NULL)
    return;
  g_free (self->out);
  g_free (self->err);
  g_free (self);
}

VbetSandbox *
vbet_sandbox_new (const char *script)
{
  VbetSandbox *self = g_new0 (VbetSandbox, 1);
  self->dir = g_dir_make_tmp ("vbet-test-XXXXXX", NULL);
  if (script != NULL) {
    g_autofree char *socket = g_build_filename (self->dir, "run", "lab", "rpc", NULL);
    self->engine = vbet_fake_engine_new (socket, script);
  }
  return self;
}

void
vbet_sandbox_free (VbetSandbox *self)
{
  if (self == NULL)
    return;
  vbet_fake_engine_free (self->engine);
  vbet_paths_remove_tree (self->dir);
  g_free (self->dir);
  g_free (self->input);
  g_free (self);
}

char *
vbet_sandbox_write (VbetSandbox *self, const char *name, const char *contents)
{
  char *path = g_build_filename (self->dir, name, NULL);
  CU_ASSERT_TRUE (g_file_set_contents (path, contents, -1, NULL));
  return path;
}

char *
vbet_sandbox_read (VbetSandbox *self, const char *name)
{
  char *text = NULL;
  g_autofree char *path = g_build_filename (self->dir, name, NULL);
  return g_file_get_contents (path, &text, NULL, NULL) ? text : g_strdup ("");
}

static GSubprocessLauncher *
launcher_new (VbetSandbox *self)
{
  GSubprocessLauncher *launcher
      = g_subprocess_launcher_new ((self->input != NULL ? G_SUBPROCESS_FLAGS_STDIN_PIPE : 0)
                                   | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  const char *build = g_getenv ("VBET_TOP_BUILDDIR");
  g_autofree char *engine
      = g_build_filename (build != NULL ? build : VBET_BUILDDIR, "tests/unit/fake-vbetd", NULL);
  g_autofree char *runtime = g_build_filename (self->dir, "run", NULL);
  g_autofree char *script = g_build_filename (self->dir, "script", NULL);
  g_autofree char *log = g_build_filename (self->dir, "log", NULL);
  g_subprocess_launcher_setenv (launcher, "VBET_RUNTIME_DIR", runtime, TRUE);
  g_subprocess_launcher_setenv (launcher, "VBET_IMAGE_DIR", self->dir, TRUE);
  g_subprocess_launcher_setenv (launcher, "VBET_TEST_ENGINE", engine, TRUE);
  g_subprocess_launcher_setenv (launcher, "VBET_FAKE_SCRIPT", script, TRUE);
  g_subprocess_launcher_setenv (launcher, "VBET_FAKE_LOG", log, TRUE);
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C", TRUE);
  g_subprocess_launcher_set_cwd (launcher, self->dir);
  return launcher;
}

typedef struct {
  GSubprocess *process;
  VbetRun *run;
  gboolean done;
  gboolean hung;
} Wait;

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  Wait *wait = data;
  g_autoptr (GError) error = NULL;
  if (!g_subprocess_communicate_utf8_finish (G_SUBPROCESS (source), result, &wait->run->out, &wait->run->err,
                                             &error))
    fprintf (stderr, "vbetctl: %s\n", error->message);
  wait->done = TRUE;
}

static gboolean
on_hung (gpointer data)
{
  Wait *wait = data;
  wait->hung = TRUE;
  g_subprocess_force_exit (wait->process);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* Whether the engine of this run (in this process or launched) was asked what the test waits for. */
static gboolean
is_busy (VbetSandbox *self)
{
  g_autofree char *launched = vbet_sandbox_read (self, "log");
  g_autofree char *request = g_strconcat (self->busy_request, " {", NULL);
  return strstr (launched, request) != NULL
         || (self->engine != NULL && strstr (vbet_fake_engine_log (self->engine), request) != NULL);
}

static char *
built (const char *relative)
{
  const char *build = g_getenv ("VBET_TOP_BUILDDIR");
  return g_build_filename (build != NULL ? build : VBET_BUILDDIR, relative, NULL);
}

VbetRun *
vbet_sandbox_run (VbetSandbox *self, const char *const *arguments)
{
  g_autofree char *program = built ("tests/unit/vbetctl-fake");
  return vbet_sandbox_run_program (self, program, arguments);
}

/* Puts "vbetctl" first in the PATH of what is launched. */
static void
add_to_path (VbetSandbox *self, GSubprocessLauncher *launcher)
{
  g_autofree char *program = built ("tests/unit/vbetctl-fake");
  g_autofree char *bin = g_build_filename (self->dir, "bin", NULL);
  g_autofree char *link = g_build_filename (bin, "vbetctl", NULL);
  g_autofree char *path = g_strdup_printf ("%s:%s", bin, g_getenv ("PATH"));
  g_mkdir_with_parents (bin, 0700);
  if (symlink (program, link) == 0 || errno == EEXIST)
    g_subprocess_launcher_setenv (launcher, "PATH", path, TRUE);
}

VbetRun *
vbet_sandbox_run_program (VbetSandbox *self, const char *program, const char *const *arguments)
{
  g_autoptr (GPtrArray) command = g_ptr_array_new ();
  g_ptr_array_add (command, (gpointer)program);
  for (gsize i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (command, (gpointer)arguments[i]);
  g_ptr_array_add (command, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocessLauncher) launcher = launcher_new (self);
  add_to_path (self, launcher);
  Wait wait = { .run = g_new0 (VbetRun, 1) };
  wait.process = g_subprocess_launcher_spawnv (launcher, (const char *const *)command->pdata, &error);
  if (wait.process == NULL) {
    fprintf (stderr, "%s\n", error->message);
    abort ();
  }
  g_subprocess_communicate_utf8_async (wait.process, self->input, NULL, on_done, &wait);
  guint hung = g_timeout_add (HANG_MS, on_hung, &wait);
  guint tick = g_timeout_add (TICK_MS, on_tick, NULL);
  while (!wait.done) {
    g_main_context_iteration (NULL, TRUE);
    if (self->when_busy != NULL && is_busy (self)) {
      self->when_busy (wait.process, self->busy_data);
      self->when_busy = NULL;
    }
  }
  g_source_remove (hung);
  g_source_remove (tick);
  wait.run->status
      = g_subprocess_get_if_exited (wait.process) ? g_subprocess_get_exit_status (wait.process) : -1;
  if (wait.hung)
    fprintf (stderr, "%s %s hung\n", program, arguments[0]);
  g_object_unref (wait.process);
  g_clear_pointer (&self->input, g_free);
  return wait.run;
}
