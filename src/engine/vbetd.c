/* vbetd.c - the engine process: one running lab.
 *
 * Order of start: a session of its own; helper programs opened (they may lie
 * where the lab user cannot look); root given up for good; the lab's folders
 * locked; a control group, where this user has any; the warden; the RPC socket; then the word "ready" on standard
 * output, which from then on leads nowhere.
 */
#include "config.h"

#include "engine/vbetd.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib-unix.h>

#include "base/error.h"
#include "base/lab-user.h"
#include "base/paths.h"
#include "engine/host/cgroup.h"
#include "engine/lab/lab.h"
#include "engine/lab/rundir.h"
#include "engine/lab/warden.h"
#include "engine/rpc.h"
#include "engine/service.h"

/* An engine nobody ever gave a lab text ends after this many seconds. */
#define ORPHAN_SECONDS 30

#define LARGE (128 * 1024) /* bytes of memory that are asked of the host one by one */

typedef struct {
  char *id;
  char *name;
  char *path;
  gboolean isolated;
  char **warden; /* path, scratch */
} Options;

typedef struct {
  GMainLoop *loop;
  VbetLab *lab;
  VbetService *service;
} Engine;

static void
options_clear (Options *options)
{
  g_free (options->id);
  g_free (options->name);
  g_free (options->path);
  g_strfreev (options->warden);
}

static gboolean
parse_options (char **argv, Options *options, GError **error)
{
  g_autofree char *warden_path = NULL;
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;
  GOptionEntry entries[] = {
    { "id", 0, 0, G_OPTION_ARG_STRING, &options->id, "Identifier of the lab", "ID" },
    /* File names are bytes: nothing is to be made of them by the locale, which an engine does not have. */
    { "name", 0, 0, G_OPTION_ARG_FILENAME, &name, "Name of the lab", "NAME" },
    { "path", 0, 0, G_OPTION_ARG_FILENAME, &path, "The lab's file, for people to see", "FILE" },
    { "isolated", 0, 0, G_OPTION_ARG_NONE, &options->isolated, "Use nothing of the host that a text names",
      NULL },
    { "warden", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING, &warden_path, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- run one vBET lab");
  g_option_context_set_description (context, "Started by vbet and vbetctl; see vbetd(8).");
  g_option_context_add_main_entries (context, entries, NULL);
  g_auto (GStrv) rest = g_strdupv (argv);
  if (!g_option_context_parse_strv (context, &rest, error))
    return FALSE;
  if (warden_path != NULL && g_strv_length (rest) == 2) {
    const char *folders[] = { warden_path, rest[1], NULL };
    options->warden = g_strdupv ((char **)folders);
    return TRUE;
  }
  if (options->id == NULL || !vbet_paths_valid_lab_id (options->id)) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_USAGE,
                 "“%s” cannot name a lab; use letters, digits, “_” and “-”, at most 32 of them",
                 options->id != NULL ? options->id : "");
    return FALSE;
  }
  options->name = g_utf8_make_valid (name != NULL ? name : options->id, -1);
  options->path = g_utf8_make_valid (path != NULL ? path : "", -1);
  return TRUE;
}

/* Opens a helper program while we may still look anywhere. Returns: (transfer full): a path that leads to it from
 * every process of ours, whatever folders are closed to the lab user. */
static char *
pin_program (const char *name, GError **error)
{
  g_autofree char *path = vbet_paths_program (name);
  int fd = open (path, O_PATH | O_CLOEXEC);
  if (fd < 0) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
                 "The program %s is missing (%s); build or install vBET again", path, g_strerror (errno));
    return NULL;
  }
  /* Out of the way of the low numbers that children get theirs mapped to. */
  int high = fcntl (fd, F_DUPFD_CLOEXEC, 100);
  close (fd);
  if (high < 0) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
                 "A process may not open enough files here (%s); raise the limit: “ulimit -n 4096”",
                 g_strerror (errno));
    return NULL;
  }
  return g_strdup_printf ("/proc/self/fd/%d", high);
}

/* Opens the library for guests' kernels likewise, for reading; NULL when it is not there, which only some
 * hosts mind. */
static char *
pin_library (void)
{
  g_autofree char *path = vbet_paths_program ("vbet-xstate.so");
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return NULL;
  int high = fcntl (fd, F_DUPFD_CLOEXEC, 100);
  close (fd);
  return high >= 0 ? g_strdup_printf ("/proc/self/fd/%d", high) : NULL;
}

static gboolean
drop_root (GError **error)
{
  if (geteuid () != 0)
    return TRUE;
  int result = vbet_lab_user_become ();
  if (result != 0) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
                 "Cannot become the user “nobody” (%s); start vBET as an ordinary user",
                 g_strerror (-result));
    return FALSE;
  }
  /* Changing users made /proc/self ours no longer; the pinned programs are reached through it. */
  prctl (PR_SET_DUMPABLE, 1);
  g_unsetenv ("XDG_RUNTIME_DIR");
  g_unsetenv ("DBUS_SESSION_BUS_ADDRESS");
  g_setenv ("HOME", "/", TRUE);
  return TRUE;
}

/* Both bases exist and belong to the lab user before root is given up. */
static gboolean
prepare_folders (GError **error)
{
  return vbet_paths_prepare_state (error) && vbet_paths_prepare_runtime (error);
}

/* Lets go of the caller's streams: a pipe that waits for our end must not wait for the lab's. What we have to say
 * (GLib's warnings, a sanitizer's report) goes to the file $VBET_LOG when that is set. */
static void
silence (void)
{
  const char *log = g_getenv ("VBET_LOG");
  int null = open ("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0)
    return;
  dup2 (null, STDIN_FILENO);
  dup2 (null, STDOUT_FILENO);
  int errors = log != NULL ? open (log, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW) : -1;
  dup2 (errors >= 0 ? errors : null, STDERR_FILENO);
  if (errors >= 0)
    close (errors);
  close (null);
}

static void
say (const char *line)
{
  ssize_t size = (ssize_t)strlen (line);
  if (write (STDOUT_FILENO, line, (size_t)size) != size)
    g_debug ("nobody listens to vbetd's first word");
}

static int
fail (const GError *error)
{
  g_autofree char *message = g_strdup (error->message);
  g_strdelimit (message, "\n", ' ');
  g_autofree char *line = g_strdup_printf ("error %d %s\n", vbet_rpc_code (error), message);
  say (line);
  return 1;
}

/* --- life ----------------------------------------------------------------------------- */

static void
on_lab_stopped (GObject *source, GAsyncResult *result, gpointer data)
{
  Engine *engine = data;
  vbet_lab_stop_finish (VBET_LAB (source), result, NULL);
  g_main_loop_quit (engine->loop);
}

static gboolean
on_terminate (gpointer data)
{
  Engine *engine = data;
  vbet_lab_stop_async (engine->lab, on_lab_stopped, engine);
  return G_SOURCE_CONTINUE;
}

static void
on_service_finished (VbetService *service, gpointer data)
{
  Engine *engine = data;
  g_main_loop_quit (engine->loop);
}

static gboolean
on_orphan_check (gpointer data)
{
  Engine *engine = data;
  if (!vbet_lab_has_text (engine->lab) && !vbet_service_has_clients (engine->service)) {
    g_main_loop_quit (engine->loop);
    return G_SOURCE_REMOVE;
  }
  return vbet_lab_has_text (engine->lab) ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static void
on_warden_denied (const char *call, gpointer data)
{
  vbet_lab_warden_denied (data, call);
}

/* Returns: FALSE with @error when the lab could not begin; by then nothing of it is left. */
static gboolean
run_engine (const Options *options, const char *self, const char *guest, const char *library,
            const char *switch_program, const char *nat, GError **error)
{
  g_autoptr (VbetRundir) rundir = vbet_rundir_acquire (options->id, error);
  if (rundir == NULL)
    return FALSE;
  /* Before there is any other process that would have to move along. */
  g_autoptr (VbetCgroup) cgroup = vbet_cgroup_enter (options->id);
  if (!vbet_rundir_watch (rundir, self, error))
    return FALSE;
  VbetLabOptions lab_options = {
    .id = options->id,
    .name = options->name,
    .path = options->path,
    .dir = vbet_rundir_get_path (rundir),
    .scratch = vbet_rundir_get_scratch (rundir),
    .guest_program = guest,
    .pad_library = library,
    .switch_program = switch_program,
    .nat_program = nat,
    .isolated = options->isolated,
    .cgroup = cgroup,
  };
  g_autoptr (VbetLab) lab = vbet_lab_new (&lab_options, error);
  if (lab == NULL)
    return FALSE;
  g_autofree char *socket = g_build_filename (vbet_rundir_get_path (rundir), "rpc", NULL);
  g_autoptr (VbetService) service = vbet_service_new (lab, socket, error);
  if (service == NULL)
    return FALSE;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Engine engine = { .loop = loop, .lab = lab, .service = service };
  g_signal_connect (service, "finished", G_CALLBACK (on_service_finished), &engine);
  guint sources[] = {
    g_unix_signal_add (SIGTERM, on_terminate, &engine),
    g_unix_signal_add (SIGINT, on_terminate, &engine),
    g_unix_signal_add (SIGHUP, on_terminate, &engine),
    g_timeout_add_seconds (ORPHAN_SECONDS, on_orphan_check, &engine),
  };
  vbet_rundir_set_denied (rundir, on_warden_denied, lab);
  say ("ready\n");
  silence ();
  g_main_loop_run (loop);
  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++) {
    GSource *source = g_main_context_find_source_by_id (NULL, sources[i]);
    if (source != NULL)
      g_source_destroy (source);
  }
  return TRUE;
}

int
vbet_vbetd_main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  Options options = { 0 };
  int status = 1;
  umask (077);
  signal (SIGPIPE, SIG_IGN);
  if (!parse_options (argv, &options, &error)) {
    g_printerr ("vbetd: %s\n", error->message);
    status = fail (error);
    options_clear (&options);
    return status == 1 ? 2 : status;
  }
  if (options.warden != NULL) {
    status = vbet_warden_main (options.warden[0], options.warden[1]);
    options_clear (&options);
    return status;
  }
  setsid ();
  prctl (PR_SET_CHILD_SUBREAPER, 1);
  /* What is large goes back to the host when it is freed. By itself, malloc() would keep more and more of it. */
  mallopt (M_MMAP_THRESHOLD, LARGE);
  mallopt (M_TRIM_THRESHOLD, 4 * LARGE);
  /* Room for the descriptors of a large lab, up to what the host allows anyway. */
  struct rlimit files;
  if (getrlimit (RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit (RLIMIT_NOFILE, &files);
  }
  g_autofree char *self = pin_program ("vbetd", &error);
  g_autofree char *guest = self != NULL ? pin_program ("vbet-guest", &error) : NULL;
  g_autofree char *switch_program = guest != NULL ? pin_program ("vbet-switch", &error) : NULL;
  g_autofree char *nat = switch_program != NULL ? pin_program ("vbet-nat", &error) : NULL;
  g_autofree char *library = pin_library ();
  if (nat == NULL || !prepare_folders (&error) || !drop_root (&error))
    status = fail (error);
  else
    status = run_engine (&options, self, guest, library, switch_program, nat, &error) ? 0 : fail (error);
  options_clear (&options);
  return status;
}
