/* power.c - a device's power: what a guest is started with, and starting, stopping, pausing it. */
#include "config.h"

#include "engine/lab/disk-folder.h"
#include "engine/lab/private.h"

#include <sched.h>

#include "base/error.h"
#include "base/kernels.h"
#include "engine/guest/configuration.h"
#include "engine/guest/image.h"

/* How long a guest may take to shut down by itself before it is killed, in milliseconds. */
#define STOP_GRACE_MS 3000

/* The allowed processor with the fewest running guests; -1 when the host does not tell. */
static gint
choose_cpu (VbetLab *self)
{
  cpu_set_t allowed;
  guint load[CPU_SETSIZE] = { 0 };
  GHashTableIter iter;
  gpointer value = NULL;
  gint best = -1;
  if (sched_getaffinity (0, sizeof allowed, &allowed) != 0)
    return -1;
  g_hash_table_iter_init (&iter, self->nodes);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const VbetLabDevice *node = value;
    if (node->cpu >= 0)
      load[node->cpu]++;
  }
  for (gint cpu = 0; cpu < CPU_SETSIZE; cpu++)
    if (CPU_ISSET ((size_t)cpu, &allowed) && (best < 0 || load[cpu] < load[best]))
      best = cpu;
  return best;
}

static char *
disk_path (VbetLab *self, const VbetDevice *device, gboolean persist, GError **error)
{
  if (!persist)
    return g_strdup_printf ("%s/%s.cow", self->scratch, device->name);
  /* Once for all of them: the text's file may get another name meanwhile. */
  if (self->disks == NULL)
    self->disks = vbet_disk_folder_find (self->id, self->path, error);
  return self->disks != NULL ? g_strdup_printf ("%s/%s.cow", self->disks, device->name) : NULL;
}

/* Beyond these a kernel hangs or does not find all: it runs out of descriptors for their interrupts. */
#define VHOST_NICS_MAX 40

/* Whether NICs that are there from boot can be virtio-net; else, and by VBET_NIC=vector, they are the vector driver's. */
static gboolean
has_virtio (VbetLab *self, const VbetGuestConfig *config)
{
  return g_strcmp0 (g_getenv ("VBET_NIC"), "vector") != 0
         && (vbet_lab_features (self, config->kernel, config->image) & VBET_KERNEL_VIRTIO) != 0;
}

GBytes *
vbet_lab_guest_files (const VbetGuestNames *names, const VbetDevice *device, const char *kernel)
{
  g_autofree char *release = NULL;
  g_autoptr (GBytes) builtin = vbet_kernels_builtin (kernel, &release);
  if (builtin == NULL)
    return vbet_guest_config_tar (names, device, NULL);
  g_autofree char *path = g_strdup_printf ("usr/lib/modules/%s/modules.builtin", release);
  const VbetGuestFile file = { .path = path, .contents = builtin };
  return vbet_guest_config_tar (names, device, &file);
}

/* What the kernel is told of the ways to run programs. Left to itself ("auto") it tries a filter at each
 * boot, in a process of its own, and goes on by ptrace where that fails. VBET_GUEST_MODE is for tests and odd
 * hosts. */
static const char *
wanted_seccomp (VbetLab *self, const char *kernel)
{
  const char *wanted = g_getenv ("VBET_GUEST_MODE");
  gpointer known = NULL;
  if (!g_hash_table_lookup_extended (self->seccomp, kernel, NULL, &known)) {
    known = GINT_TO_POINTER (vbet_kernel_has_seccomp (kernel));
    g_hash_table_insert (self->seccomp, g_strdup (kernel), known);
  }
  if (!GPOINTER_TO_INT (known))
    return NULL;
  if (g_strcmp0 (wanted, "ptrace") == 0)
    return "off";
  return g_strcmp0 (wanted, "seccomp") == 0 ? "on" : "auto";
}

/* VBET_GUEST_PAD, for tests and odd hosts. */
static VbetGuestPad
wanted_pad (void)
{
  const char *wanted = g_getenv ("VBET_GUEST_PAD");
  if (g_strcmp0 (wanted, "always") == 0)
    return VBET_GUEST_PAD_ALWAYS;
  return g_strcmp0 (wanted, "never") == 0 ? VBET_GUEST_PAD_NEVER : VBET_GUEST_PAD_AUTO;
}

/* VBET_GUEST_WITHOUT, for tests of walls and odd hosts: names of layers with commas between. */
static char **
unwanted_layers (void)
{
  const char *names = g_getenv ("VBET_GUEST_WITHOUT");
  return names != NULL && names[0] != '\0' ? g_strsplit (names, ",", 32) : NULL;
}

static VbetGuestConfig *
make_config (VbetLab *self, VbetLabDevice *node, GError **error)
{
  const VbetDevice *device = vbet_topology_device (self->topology, node->name);
  if (device == NULL) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_NOT_FOUND, "%s is no longer part of the lab", node->name);
    return NULL;
  }
  vbet_lab_guest_denied_over (node);
  g_autoptr (VbetGuestConfig) config = vbet_guest_config_new ();
  config->name = g_strdup (device->name);
  config->node_dir = g_strdup (node->dir);
  config->persist = vbet_attributes_boolean (device->attributes, device->kind, "persist");
  config->memory = (guint64)vbet_attributes_integer (device->attributes, device->kind, "mem");
  if (!vbet_lab_find_parts (self, device, TRUE, &config->kernel, &config->image, error))
    return NULL;
  config->disk_path = disk_path (self, device, config->persist, error);
  if (config->disk_path == NULL)
    return NULL;
  config->config = vbet_lab_guest_files (vbet_lab_names (self), device, config->kernel);
  config->seccomp = wanted_seccomp (self, config->kernel);
  if (!vbet_lab_find_share (self, device, &config->share, error))
    return NULL;
  config->share_write = vbet_attributes_boolean (device->attributes, device->kind, "share-write");
  config->pad = wanted_pad ();
  config->without = unwanted_layers ();
  config->learn = g_getenv ("VBET_GUEST_LEARN") != NULL;
  config->pad_library = g_strdup (self->pad_library);
  config->cgroup = self->cgroup != NULL ? vbet_cgroup_ref (self->cgroup) : NULL;
  gboolean virtio = has_virtio (self, config);
  for (guint i = 0; i < device->nics->len; i++)
    g_ptr_array_add (config->nics, virtio && i < VHOST_NICS_MAX
                                       ? vbet_lab_device_boot_nic (node, g_ptr_array_index (device->nics, i))
                                       : vbet_lab_device_nic (node, g_ptr_array_index (device->nics, i)));
  node->cpu = choose_cpu (self);
  config->cpu = node->cpu;
  return g_steal_pointer (&config);
}

static void
power_on (VbetLab *self, VbetLabDevice *node, VbetDone done, gpointer data)
{
  GError *error = NULL;
  if (self->stopping) {
    done (data, g_error_new_literal (VBET_ERROR, VBET_ERROR_STATE, "The lab is stopping"));
    return;
  }
  if (!vbet_lab_device_is_running (node)) {
    VbetGuestConfig *config = make_config (self, node, &error);
    if (config == NULL || !vbet_guest_start (node->guest, config, &error)) {
      node->cpu = -1;
      done (data, error);
      return;
    }
    node->needs_restart = FALSE;
    vbet_lab_files_started (node);
  }
  vbet_lab_device_when_settled (node, done, data);
}

typedef struct {
  VbetLab *lab;
  char *device;
  gboolean again; /* restart */
  VbetDone done;
  gpointer data;
} PowerOff;

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree PowerOff *off = user_data;
  g_autoptr (VbetLab) lab = off->lab;
  g_autofree char *device = off->device;
  GError *error = NULL;
  VbetLabDevice *node = vbet_lab_device (lab, device);
  if (vbet_guest_stop_finish (VBET_GUEST (source), result, &error) && off->again && node != NULL)
    power_on (lab, node, off->done, off->data);
  else
    off->done (off->data, error);
}

static void
power_off (VbetLab *self, VbetLabDevice *node, gboolean again, VbetDone done, gpointer data)
{
  PowerOff *off = g_new0 (PowerOff, 1);
  off->lab = g_object_ref (self);
  off->device = g_strdup (node->name);
  off->again = again;
  off->done = done;
  off->data = data;
  vbet_guest_stop_async (node->guest, STOP_GRACE_MS, on_stopped, off);
}

typedef struct {
  VbetDone done;
  gpointer data;
} Pause;

static void
on_paused (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Pause *pause = user_data;
  GError *error = NULL;
  vbet_guest_pause_finish (VBET_GUEST (source), result, &error);
  pause->done (pause->data, error);
}

static void
power_pause (VbetLabDevice *node, gboolean on, VbetDone done, gpointer data)
{
  Pause *pause = g_new0 (Pause, 1);
  pause->done = done;
  pause->data = data;
  vbet_guest_pause_async (node->guest, on, on_paused, pause);
}

const char *
vbet_lab_power_text (VbetPower power)
{
  static const char *const names[] = { "start", "stop", "restart", "pause", "resume" };
  return names[power];
}

void
vbet_lab_power (VbetLab *self, VbetLabDevice *node, VbetPower power, VbetDone done, gpointer data)
{
  switch (power) {
  case VBET_POWER_START:
    power_on (self, node, done, data);
    break;
  case VBET_POWER_STOP:
  case VBET_POWER_RESTART:
    power_off (self, node, power == VBET_POWER_RESTART, done, data);
    break;
  case VBET_POWER_PAUSE:
  case VBET_POWER_RESUME:
    power_pause (node, power == VBET_POWER_PAUSE, done, data);
    break;
  }
}
