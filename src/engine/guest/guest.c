/* guest.c - a guest's life, from start to gone; see guest.h.
 *
 * The end has one way, whoever begins it: the launcher and all its processes
 * go, then finish() puts everything of the boot away and sets the last state.
 * "Gone" means three things together: the launcher is reaped, nobody can write
 * its report any more, and nobody holds the agent's line, which the kernel and
 * every process below it have open.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/paths.h"
#include "base/xstate.h"
#include "engine/guest/disk.h"
#include "engine/guest/private.h"

#define BOOT_TIMEOUT_MS 60000
#define LAST_WORDS_MS 2000 /* for a kernel that panicked to end by itself */
#define LINE_WAIT_MS 1500  /* for stragglers to let go of the agent's line */

enum { PROP_NAME = 1, PROP_LAUNCHER, PROP_CONSOLE_PATH, PROP_LAUNCHER_OPTIONS, PROP_BOOT_TIMEOUT };

G_DEFINE_FINAL_TYPE (VbetGuest, vbet_guest, G_TYPE_OBJECT)

/* --- values ------------------------------------------------------------------------ */

const char *
vbet_guest_state_name (VbetGuestState state)
{
  static const char *const names[] = { "off", "booting", "ready", "paused", "stopping", "failed" };
  return (guint)state < G_N_ELEMENTS (names) ? names[state] : "unknown";
}

VbetGuestConfig *
vbet_guest_config_new (void)
{
  VbetGuestConfig *self = g_new0 (VbetGuestConfig, 1);
  self->cpu = -1;
  self->nics = g_ptr_array_new_with_free_func ((GDestroyNotify)vbet_guest_nic_free);
  return self;
}

void
vbet_guest_config_free (VbetGuestConfig *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_free (self->node_dir);
  g_free (self->disk_path);
  g_free (self->kernel);
  g_free (self->image);
  g_free (self->pad_library);
  g_clear_pointer (&self->cgroup, vbet_cgroup_unref);
  g_strfreev (self->without);
  g_free (self->share);
  g_clear_pointer (&self->config, g_bytes_unref);
  g_clear_pointer (&self->nics, g_ptr_array_unref);
  g_free (self);
}

VbetGuestNic *
vbet_guest_nic_new (guint index, const guint8 mac[6], guint mtu, const char *socket_path)
{
  VbetGuestNic *self = g_new0 (VbetGuestNic, 1);
  self->index = index;
  memcpy (self->mac, mac, sizeof self->mac);
  self->mtu = mtu;
  self->socket_path = g_strdup (socket_path);
  return self;
}

void
vbet_guest_nic_free (VbetGuestNic *self)
{
  if (self == NULL)
    return;
  g_free (self->socket_path);
  g_free (self);
}

/* --- helpers ------------------------------------------------------------------------- */

void
vbet_guest_set_state (VbetGuest *self, VbetGuestState state, const char *reason)
{
  g_autofree char *copy = g_strdup (reason);
  self->state = state;
  g_free (self->reason);
  self->reason = g_strdup (reason);
  g_signal_emit_by_name (self, "state", (guint)state, copy);
}

void
vbet_guest_note (VbetGuest *self, const char *format, ...)
{
  va_list arguments;
  if (self->console == NULL)
    return;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  vbet_console_note (self->console, text);
}

void
vbet_guest_set_timer (VbetGuest *self, GSource **source, guint milliseconds, GSourceFunc function)
{
  if (*source != NULL) {
    g_source_destroy (*source);
    g_clear_pointer (source, g_source_unref);
  }
  if (milliseconds == 0)
    return;
  *source = g_timeout_source_new (milliseconds);
  g_source_set_callback (*source, function, self, NULL);
  g_source_attach (*source, self->context);
}

/* --- the end --------------------------------------------------------------------------- */

/* One sentence on why it ended unasked; NULL when the guest switched itself off. */
static char *
explain_end (VbetGuest *self)
{
  gint code = 0;
  const char *text = NULL;
  VbetProcessEnd end = vbet_process_get_end (self->process, &code, &text);
  if (self->failure != NULL)
    return g_strdup (self->failure);
  if (end == VBET_PROCESS_NOT_STARTED)
    return g_strdup (text);
  if (self->cgroup != NULL && vbet_cgroup_ran_out (self->cgroup))
    return g_strdup_printf (
        "%s took more of this machine's memory than its mem= and what a guest needs beside that, "
        "and was ended",
        self->name);
  if (self->panic != NULL) {
    VbetXstateLayout layout;
    vbet_xstate_layout_read (&layout);
    return vbet_guest_explain_panic (self->name, self->panic, self->state == VBET_GUEST_BOOTING, layout.size,
                                     vbet_process_get_padding (self->process));
  }
  switch (end) {
  case VBET_PROCESS_EXITED:
    if (code == 0 && self->state == VBET_GUEST_BOOTING)
      return g_strdup_printf (
          "The kernel of %s ended before its system was up; see that kernel= is a user-mode Linux",
          self->name);
    if (code == 0)
      return NULL; /* switched off from inside */
    return g_strdup_printf ("The kernel of %s ended with exit code %d; its console shows how far it came",
                            self->name, code);
  case VBET_PROCESS_SIGNALLED:
    return g_strdup_printf ("The kernel of %s was killed by signal %d (%s)", self->name, code,
                            g_strsignal (code));
  default:
    return g_strdup_printf ("The launcher of %s was killed, and the whole guest with it", self->name);
  }
}

/* Puts away what belongs to one boot, whether it came to run or not. */
static void
put_away (VbetGuest *self)
{
  vbet_guest_set_timer (self, &self->boot_timer, 0, NULL);
  vbet_guest_set_timer (self, &self->stop_timer, 0, NULL);
  if (self->agent != NULL) {
    g_signal_handlers_disconnect_by_data (self->agent, self);
    vbet_agent_close (self->agent);
  }
  if (self->mconsole != NULL) {
    g_signal_handlers_disconnect_by_data (self->mconsole, self);
    vbet_mconsole_close (self->mconsole);
  }
  if (self->process != NULL)
    g_signal_handlers_disconnect_by_data (self->process, self);
  g_clear_object (&self->agent);
  g_clear_object (&self->mconsole);
  g_clear_object (&self->process);
  if (self->places != NULL) {
    (void)vbet_paths_remove_tree (self->places->kernel_root);
    (void)g_unlink (self->places->config);
    (void)g_rmdir (self->places->memory);
    if (self->made_ports)
      (void)g_rmdir (self->places->ports);
  }
  if (self->config != NULL && !self->config->persist)
    (void)g_unlink (self->config->disk_path);
  g_clear_pointer (&self->places, vbet_guest_places_free);
  if (self->cgroup != NULL)
    vbet_cgroup_remove (self->config->cgroup, g_steal_pointer (&self->cgroup));
  g_clear_pointer (&self->config, vbet_guest_config_free);
  g_clear_pointer (&self->failure, g_free);
  g_clear_pointer (&self->panic, g_free);
  g_ptr_array_set_size (self->plugged, 0);
  g_hash_table_remove_all (self->unplugged);
  self->process_ended = self->line_closed = FALSE;
  self->started = 0;
  self->mode = "";
  if (self->console != NULL)
    vbet_console_set_live (self->console, FALSE);
}

static void
finish (VbetGuest *self)
{
  g_autoptr (VbetGuest) keep = g_object_ref (self);
  g_autoptr (GPtrArray) tasks = self->stop_tasks;
  g_autofree char *why
      = self->state == VBET_GUEST_STOPPING && self->failure == NULL ? NULL : explain_end (self);
  self->stop_tasks = g_ptr_array_new_with_free_func (g_object_unref);
  put_away (self);
  vbet_guest_note (self, "%s", why != NULL ? why : "off");
  vbet_guest_set_state (self, why != NULL ? VBET_GUEST_FAILED : VBET_GUEST_OFF, why);
  for (guint i = 0; i < tasks->len; i++)
    g_task_return_boolean (g_ptr_array_index (tasks, i), TRUE);
}

static gboolean
on_line_timeout (gpointer data)
{
  finish (data);
  return G_SOURCE_REMOVE;
}

static void
check_gone (VbetGuest *self)
{
  if (!self->process_ended)
    return;
  if (self->line_closed)
    finish (self);
  else
    vbet_guest_set_timer (self, &self->stop_timer, LINE_WAIT_MS, on_line_timeout);
}

void
vbet_guest_fail (VbetGuest *self, char *reason)
{
  if (self->failure == NULL)
    self->failure = reason;
  else
    g_free (reason);
  vbet_guest_end_processes (self);
}

/* --- what the parts tell ------------------------------------------------------------------ */

static gboolean
on_boot_timeout (gpointer data)
{
  VbetGuest *self = data;
  const char *problem = vbet_agent_get_problem (self->agent);
  vbet_guest_fail (
      self, g_strdup_printf ("%s did not answer within %u s%s%s%s; its console shows how far it came",
                             self->name, (self->boot_timeout + 999) / 1000, problem != NULL ? " (" : "",
                             problem != NULL ? problem : "", problem != NULL ? ")" : ""));
  return G_SOURCE_REMOVE;
}

static gboolean
on_panic_timeout (gpointer data)
{
  vbet_guest_end_processes (data);
  return G_SOURCE_REMOVE;
}

static void
on_link (VbetAgent *agent, guint index, gboolean up, gpointer data)
{
  VbetGuest *self = data;
  if (vbet_guest_has_vhost (self, index))
    g_signal_emit_by_name (self, "nic-state", index, up);
}

/* Its programs run by now: whether somebody traces them is what there is to see. */
static void
find_mode (VbetGuest *self)
{
  VbetMemoryFile file;
  if (vbet_usage_of_memory_file (vbet_process_get_pid (self->process), &file))
    self->mode = file.traced ? "ptrace" : "seccomp";
}

static void
on_hello (VbetAgent *agent, gpointer data)
{
  VbetGuest *self = data;
  GHashTableIter iter;
  gpointer index;
  gpointer carrier;
  if (self->state != VBET_GUEST_BOOTING && self->state != VBET_GUEST_READY)
    return;
  vbet_guest_set_timer (self, &self->boot_timer, 0, NULL);
  g_hash_table_iter_init (&iter, self->carriers);
  while (g_hash_table_iter_next (&iter, &index, &carrier))
    if (!vbet_guest_has_vhost (self, GPOINTER_TO_UINT (index)))
      (void)vbet_agent_set_carrier (self->agent, GPOINTER_TO_UINT (index), GPOINTER_TO_INT (carrier));
  g_hash_table_iter_init (&iter, self->speeds);
  while (g_hash_table_iter_next (&iter, &index, NULL))
    vbet_guest_tell_speed (self, GPOINTER_TO_UINT (index));
  vbet_agent_ask_links (self->agent);
  find_mode (self);
  if (self->state == VBET_GUEST_BOOTING)
    vbet_guest_set_state (self, VBET_GUEST_READY, NULL);
  if (self->state == VBET_GUEST_READY)
    vbet_guest_replug (self);
}

static void
on_alarm (VbetAgent *agent, const char *key, const char *kind, const char *text, gpointer data)
{
  VbetGuest *self = data;
  if (self->state == VBET_GUEST_BOOTING || self->state == VBET_GUEST_READY
      || self->state == VBET_GUEST_PAUSED)
    g_signal_emit_by_name (self, "alarm", key, kind, text);
}

static void
on_problem (VbetAgent *agent, const char *sentence, gboolean fatal, gpointer data)
{
  VbetGuest *self = data;
  vbet_guest_note (self, "%s", sentence);
  if (fatal && self->state == VBET_GUEST_BOOTING)
    vbet_guest_fail (self, g_strdup (sentence));
}

/* The console waits for room, which only the agent can see inside the guest. */
static void
on_console_full (VbetConsole *console, gpointer data)
{
  VbetGuest *self = data;
  if (self->agent != NULL)
    vbet_agent_ask_console (self->agent);
}

static void
on_console_room (VbetAgent *agent, gpointer data)
{
  vbet_console_give_room (((VbetGuest *)data)->console);
}

static void
on_line_closed (VbetAgent *agent, gpointer data)
{
  VbetGuest *self = data;
  self->line_closed = TRUE;
  check_gone (self);
}

static void
on_process_ended (VbetProcess *process, gpointer data)
{
  VbetGuest *self = data;
  self->process_ended = TRUE;
  check_gone (self);
}

static void
on_kernel_tells (VbetMconsole *mconsole, guint type, const char *text, gpointer data)
{
  VbetGuest *self = data;
  switch ((VbetMconsoleNotify)type) {
  case VBET_MCONSOLE_NOTIFY_PANIC:
    if (self->panic == NULL) {
      self->panic = g_strstrip (g_strdup (text));
      g_strdelimit (self->panic, "\n\r\t", ' ');
      vbet_guest_note (self, "kernel panic: %s", self->panic);
      vbet_guest_set_timer (self, &self->stop_timer, LAST_WORDS_MS, on_panic_timeout);
    }
    break;
  case VBET_MCONSOLE_NOTIFY_HANG:
    vbet_guest_note (self, "the kernel says that it hangs");
    break;
  case VBET_MCONSOLE_NOTIFY_SOCKET:
    /* Once a boot: the guest has rebooted by itself, and its agent will say hello again. */
    if (self->state == VBET_GUEST_READY) {
      vbet_guest_set_timer (self, &self->boot_timer, self->boot_timeout, on_boot_timeout);
      vbet_guest_set_state (self, VBET_GUEST_BOOTING, NULL);
    }
    break;
  case VBET_MCONSOLE_NOTIFY_USER:
    break;
  }
}

/* It has a root of its own, in which its socket is. */
static void
on_folder (VbetProcess *process, VbetGuest *self)
{
  vbet_mconsole_set_root (self->mconsole, vbet_process_get_folder (process));
}

static void
on_denied (VbetProcess *process, const char *call, VbetGuest *self)
{
  vbet_guest_note (self, "denied the system call %s", call);
  g_signal_emit_by_name (self, "denied", call);
}

static void
on_confined (VbetProcess *process, const char *call, VbetGuest *self)
{
  vbet_guest_note (self, "its launcher was denied the system call %s", call);
  g_signal_emit_by_name (self, "confined", call);
}

/* --- the start ------------------------------------------------------------------------------ */

static gboolean
make_folder (const char *path, GError **error)
{
  if (g_mkdir (path, 0700) == 0)
    return TRUE;
  g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "Cannot make the folder %s: %s", path, g_strerror (errno));
  return FALSE;
}

static gboolean
make_ports (VbetGuest *self, GError **error)
{
  self->made_ports = !g_file_test (self->places->ports, G_FILE_TEST_IS_DIR);
  return !self->made_ports || make_folder (self->places->ports, error);
}

/* Everything in the node folder, fresh: what an earlier boot left would confuse the kernel. */
static gboolean
prepare_files (VbetGuest *self, GError **error)
{
  const VbetGuestPlaces *places = self->places;
  (void)vbet_paths_remove_tree (places->kernel_root);
  (void)vbet_paths_remove_tree (places->memory);
  if (!make_folder (places->kernel_root, error) || !make_folder (places->memory, error)
      || !make_ports (self, error) || !vbet_disk_write_config (places->config, self->config->config, error)
      || !vbet_disk_prepare (self->config->disk_path, self->config->image, NULL, error))
    return FALSE;
  self->mconsole = vbet_mconsole_new (places->kernel_dir, places->mconsole, places->notify, error);
  return self->mconsole != NULL;
}

/* Returns: its folder, open; -1 when the guest runs without one, as it does on hosts that give none. */
static int
make_cgroup (VbetGuest *self)
{
  g_autoptr (GError) error = NULL;
  int fd = -1;
  if (self->config->cgroup == NULL)
    return -1;
  self->cgroup = vbet_cgroup_make (self->config->cgroup, self->name, &fd, &error);
  if (self->cgroup == NULL)
    vbet_guest_note (self, "%s", error->message);
  return fd;
}

static gboolean
launch (VbetGuest *self, GError **error)
{
  int line[2];
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line) != 0) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "Cannot make a socket for %s: %s", self->name,
                 g_strerror (errno));
    return FALSE;
  }
  g_auto (GStrv) arguments = vbet_guest_launcher_arguments (self->config, self->places, line[1],
                                                            (const char *const *)self->launcher_options);
  /* A library that cannot be opened is told by the launcher, where it matters. */
  int pad = self->config->pad_library != NULL ? open (self->config->pad_library, O_RDONLY | O_CLOEXEC) : -1;
  int cgroup = make_cgroup (self);
  vbet_console_set_live (self->console, TRUE);
  self->agent = vbet_agent_new (line[0], self->name);
  self->process = vbet_process_spawn (self->launcher, (const char *const *)arguments,
                                      vbet_console_get_slave (self->console), line[1], pad, cgroup, error);
  close (line[1]);
  if (cgroup >= 0)
    close (cgroup);
  if (pad >= 0)
    close (pad);
  return self->process != NULL;
}

gboolean
vbet_guest_start (VbetGuest *self, VbetGuestConfig *config, GError **error)
{
  g_return_val_if_fail (VBET_IS_GUEST (self) && config != NULL, FALSE);
  if (self->state != VBET_GUEST_OFF && self->state != VBET_GUEST_FAILED) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_STATE, "%s is already %s", self->name,
                 vbet_guest_state_name (self->state));
    vbet_guest_config_free (config);
    return FALSE;
  }
  if (self->console == NULL) {
    g_propagate_error (error, g_error_copy (self->console_error));
    vbet_guest_config_free (config);
    return FALSE;
  }
  g_autoptr (VbetGuestPlaces) places = vbet_guest_places_new (config->node_dir);
  if (!vbet_guest_check_config (config, places, error)) {
    vbet_guest_config_free (
        config); /* before put_away() could touch a disk that this start has not looked at */
    return FALSE;
  }
  gboolean had_disk = g_file_test (config->disk_path, G_FILE_TEST_EXISTS);
  self->config = config;
  self->places = g_steal_pointer (&places);
  if (!prepare_files (self, error) || !launch (self, error)) {
    /* A start that did not happen leaves an earlier disk as it was, and no new one. */
    gboolean keep = had_disk && config->persist;
    config->persist = keep;
    put_away (self);
    return FALSE;
  }
  self->started = g_get_monotonic_time ();
  g_signal_connect (self->agent, "hello", G_CALLBACK (on_hello), self);
  g_signal_connect (self->agent, "link", G_CALLBACK (on_link), self);
  g_signal_connect (self->agent, "alarm", G_CALLBACK (on_alarm), self);
  g_signal_connect (self->agent, "problem", G_CALLBACK (on_problem), self);
  g_signal_connect (self->agent, "console-room", G_CALLBACK (on_console_room), self);
  g_signal_connect (self->agent, "closed", G_CALLBACK (on_line_closed), self);
  g_signal_connect (self->process, "denied", G_CALLBACK (on_denied), self);
  g_signal_connect (self->process, "confined", G_CALLBACK (on_confined), self);
  g_signal_connect (self->process, "folder", G_CALLBACK (on_folder), self);
  g_signal_connect (self->process, "ended", G_CALLBACK (on_process_ended), self);
  g_signal_connect (self->mconsole, "notify-text", G_CALLBACK (on_kernel_tells), self);
  vbet_guest_set_timer (self, &self->boot_timer, self->boot_timeout, on_boot_timeout);
  vbet_guest_set_state (self, VBET_GUEST_BOOTING, NULL);
  return TRUE;
}

gboolean
vbet_guest_set_files (VbetGuest *self, GBytes *files, GError **error)
{
  g_return_val_if_fail (VBET_IS_GUEST (self), FALSE);
  if (self->state == VBET_GUEST_READY || self->state == VBET_GUEST_PAUSED)
    return vbet_disk_rewrite_config (self->places->config, files, error);
  g_set_error (error, VBET_ERROR, VBET_ERROR_STATE, "%s is %s", self->name,
               vbet_guest_state_name (self->state));
  return FALSE;
}

/* --- questions --------------------------------------------------------------------------------- */

VbetGuestState
vbet_guest_get_state (VbetGuest *self)
{
  g_return_val_if_fail (VBET_IS_GUEST (self), VBET_GUEST_OFF);
  return self->state;
}

gboolean
vbet_guest_is_ending (VbetGuest *self)
{
  g_return_val_if_fail (VBET_IS_GUEST (self), TRUE);
  gboolean runs = self->state == VBET_GUEST_BOOTING || self->state == VBET_GUEST_READY
                  || self->state == VBET_GUEST_PAUSED;
  return !runs || self->process_ended || (self->agent != NULL && !vbet_agent_is_open (self->agent));
}

const char *
vbet_guest_get_reason (VbetGuest *self)
{
  g_return_val_if_fail (VBET_IS_GUEST (self), NULL);
  return self->reason;
}

double
vbet_guest_get_uptime (VbetGuest *self)
{
  g_return_val_if_fail (VBET_IS_GUEST (self), 0);
  return self->started != 0 ? (double)(g_get_monotonic_time () - self->started) / G_USEC_PER_SEC : 0;
}

VbetConsole *
vbet_guest_get_console (VbetGuest *self)
{
  g_return_val_if_fail (VBET_IS_GUEST (self), NULL);
  return self->console;
}

GPid
vbet_guest_get_pid (VbetGuest *self)
{
  g_return_val_if_fail (VBET_IS_GUEST (self), 0);
  return self->process != NULL ? vbet_process_get_pid (self->process) : 0;
}

const char *const *
vbet_guest_get_layers (VbetGuest *self)
{
  static const char *const none[] = { NULL };
  g_return_val_if_fail (VBET_IS_GUEST (self), none);
  return self->process != NULL ? vbet_process_get_layers (self->process) : none;
}

const char *
vbet_guest_get_mode (VbetGuest *self)
{
  g_return_val_if_fail (VBET_IS_GUEST (self), "");
  return self->mode;
}

const char *
vbet_guest_get_padding (VbetGuest *self)
{
  g_return_val_if_fail (VBET_IS_GUEST (self), "");
  return self->process != NULL ? vbet_process_get_padding (self->process) : "";
}

const VbetGuestConfig *
vbet_guest_get_config (VbetGuest *self)
{
  g_return_val_if_fail (VBET_IS_GUEST (self), NULL);
  return self->config;
}

gboolean
vbet_guest_get_usage (VbetGuest *self, VbetGuestUsage *ret_usage)
{
  g_return_val_if_fail (VBET_IS_GUEST (self), FALSE);
  VbetProcessUsage usage;
  if (self->process == NULL || !vbet_process_get_usage (self->process, &usage))
    return FALSE;
  *ret_usage = (VbetGuestUsage){ .processes = usage.processes,
                                 .memory = usage.memory,
                                 .cpu_seconds = usage.cpu_seconds };
  return TRUE;
}

/* --- the object ---------------------------------------------------------------------------------- */

VbetGuest *
vbet_guest_new (const char *name, const char *launcher, const char *console_path)
{
  return g_object_new (VBET_TYPE_GUEST, "name", name, "launcher", launcher, "console-path", console_path,
                       NULL);
}

static void
vbet_guest_set_property (GObject *object, guint property, const GValue *value, GParamSpec *spec)
{
  VbetGuest *self = VBET_GUEST (object);
  switch (property) {
  case PROP_NAME:
    self->name = g_value_dup_string (value);
    break;
  case PROP_LAUNCHER:
    self->launcher = g_value_dup_string (value);
    break;
  case PROP_CONSOLE_PATH:
    self->console_path = g_value_dup_string (value);
    break;
  case PROP_LAUNCHER_OPTIONS:
    self->launcher_options = g_value_dup_boxed (value);
    break;
  case PROP_BOOT_TIMEOUT:
    self->boot_timeout = g_value_get_uint (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, spec);
  }
}

static void
vbet_guest_constructed (GObject *object)
{
  VbetGuest *self = VBET_GUEST (object);
  G_OBJECT_CLASS (vbet_guest_parent_class)->constructed (object);
  self->console = vbet_console_new (self->console_path, &self->console_error);
  if (self->console != NULL)
    g_signal_connect (self->console, "full", G_CALLBACK (on_console_full), self);
}

static void
vbet_guest_finalize (GObject *object)
{
  VbetGuest *self = VBET_GUEST (object);
  /* Losing the reader of its report ends a launcher, and with it everything else. */
  if (self->process != NULL)
    vbet_process_terminate (self->process);
  put_away (self);
  if (self->console != NULL)
    g_signal_handlers_disconnect_by_data (self->console, self);
  g_clear_object (&self->console);
  g_clear_error (&self->console_error);
  g_hash_table_unref (self->carriers);
  g_hash_table_unref (self->speeds);
  g_hash_table_unref (self->shells);
  g_ptr_array_unref (self->stop_tasks);
  g_ptr_array_unref (self->plugged);
  g_hash_table_unref (self->unplugged);
  g_strfreev (self->launcher_options);
  g_free (self->console_path);
  g_free (self->launcher);
  g_free (self->name);
  g_free (self->reason);
  g_main_context_unref (self->context);
  G_OBJECT_CLASS (vbet_guest_parent_class)->finalize (object);
}

static void
vbet_guest_class_init (VbetGuestClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  const GParamFlags flags = G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  object_class->set_property = vbet_guest_set_property;
  object_class->constructed = vbet_guest_constructed;
  object_class->finalize = vbet_guest_finalize;
  g_object_class_install_property (object_class, PROP_NAME,
                                   g_param_spec_string ("name", "", "", "guest", flags));
  g_object_class_install_property (object_class, PROP_LAUNCHER,
                                   g_param_spec_string ("launcher", "", "", "", flags));
  g_object_class_install_property (object_class, PROP_CONSOLE_PATH,
                                   g_param_spec_string ("console-path", "", "", "", flags));
  g_object_class_install_property (object_class, PROP_LAUNCHER_OPTIONS,
                                   g_param_spec_boxed ("launcher-options", "", "", G_TYPE_STRV, flags));
  g_object_class_install_property (
      object_class, PROP_BOOT_TIMEOUT,
      g_param_spec_uint ("boot-timeout", "", "", 1, G_MAXINT, BOOT_TIMEOUT_MS, flags));
  g_signal_new ("denied", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                G_TYPE_STRING);
  g_signal_new ("confined", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                G_TYPE_STRING);
  g_signal_new ("alarm", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
  g_signal_new ("nic-state", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                2, G_TYPE_UINT, G_TYPE_BOOLEAN);
  g_signal_new ("state", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                G_TYPE_UINT, G_TYPE_STRING);
}

static void
vbet_guest_init (VbetGuest *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->mode = "";
  self->carriers = g_hash_table_new (NULL, NULL);
  self->speeds = g_hash_table_new (NULL, NULL);
  self->shells = g_hash_table_new_full (NULL, NULL, NULL, vbet_guest_free_shell);
  self->stop_tasks = g_ptr_array_new_with_free_func (g_object_unref);
  self->plugged = g_ptr_array_new_with_free_func ((GDestroyNotify)vbet_plug_free);
  self->unplugged = g_hash_table_new (NULL, NULL);
}
