/* command.c - see command.h. Pure but for the look for memory folders. */
#include "config.h"

#include "engine/guest/command.h"

#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mac.h"
#include "base/paths.h"

#define KERNEL_ID "u" /* umid=; the shortest, for the sake of the socket's path */
#define MTU_MIN 576   /* the vector driver takes 1500 for anything outside */
#define MTU_MAX 65534
#define NIC_MAX 100
#define RING_DEPTH 32        /* frames a batch; more costs memory and brings nothing */
#define KERNEL_LINE_MAX 4000 /* COMMAND_LINE_SIZE is 4096; the kernel adds a few words of its own */
/* What is built into Debian's kernel and no guest has a use for. The RAID benchmark takes 0.8 s; btrfs
 * keeps 4.7 MB of each guest's memory, the other file systems, zswap and the folder about slabs 1 MB and some
 * milliseconds. A kernel that knows none of these passes over them. */
#define IDLE_PARTS "raid6_select_algo,init_btrfs_fs,init_jfs_fs,init_xfs_fs,init_zswap,slab_sysfs_init"
/* A kernel with everything built in makes these interfaces at its start; a guest begins with "lo" and its NICs. Kernels
 * that do not know them pass such arguments to init, which does not mind. */
#define NO_INTERFACES "fb_tunnels=none", "bonding.max_bonds=0", "dummy.numdummies=0", "ifb.numifbs=0"
/* A virtio NIC that interrupts its guest for what it has sent costs a quarter of the speed (rootfs/agent/modules.c does
 * the same for a module). */
#define NIC_PARAMETERS "virtio_net.napi_tx=0"
/* Anything sane will do: it replaces a calibration loop of 0.2 s. */
#define LOOPS_PER_JIFFY "36253696"

VbetGuestPlaces *
vbet_guest_places_new (const char *node_dir)
{
  VbetGuestPlaces *self = g_new0 (VbetGuestPlaces, 1);
  self->kernel_root = g_build_filename (node_dir, "uml", NULL);
  self->kernel_dir = g_build_filename (self->kernel_root, KERNEL_ID, NULL);
  self->mconsole = g_build_filename (node_dir, "m", NULL);
  self->notify = g_build_filename (node_dir, "n", NULL);
  self->config = g_build_filename (node_dir, "config.tar", NULL);
  self->memory = g_build_filename (node_dir, "mem", NULL);
  self->ports = g_build_filename (node_dir, VBET_GUEST_PORTS, NULL);
  return self;
}

void
vbet_guest_places_free (VbetGuestPlaces *self)
{
  if (self == NULL)
    return;
  g_free (self->kernel_root);
  g_free (self->kernel_dir);
  g_free (self->mconsole);
  g_free (self->notify);
  g_free (self->config);
  g_free (self->memory);
  g_free (self->ports);
  g_free (self);
}

/* --- checks --------------------------------------------------------------------- */

/* Refuses what ends a value on the kernel's command line. @max: bytes. */
static gboolean
check_path (const char *guest, const char *what, const char *path, gsize max, GError **error)
{
  if (path == NULL || path[0] != '/') {
    g_set_error (error, VBET_ERROR, VBET_ERROR_USAGE, "%s cannot start: the path of its %s is not absolute",
                 guest, what);
    return FALSE;
  }
  if (strlen (path) > max) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
                 "%s cannot start: the path of its %s is longer than %" G_GSIZE_FORMAT
                 " bytes (%s); use a shorter run-time folder (VBET_RUNTIME_DIR) or shorter names",
                 guest, what, max, path);
    return FALSE;
  }
  for (const char *at = path; *at != '\0'; at++)
    if (strchr (",=:\"' \\", *at) != NULL || g_ascii_iscntrl (*at)) {
      g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
                   "%s cannot start: the path of its %s holds a character that its kernel cannot take "
                   "(blank, comma, colon, \"=\", quote or backslash): %s; move it to another folder",
                   guest, what, path);
      return FALSE;
    }
  return TRUE;
}

gboolean
vbet_guest_check_nic (const char *guest, const VbetGuestNic *nic, GError **error)
{
  if (nic->index < 1 || nic->index > NIC_MAX) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_USAGE,
                 "%s cannot have a NIC number %u; NICs are numbered from 1 to %d", guest, nic->index,
                 NIC_MAX);
    return FALSE;
  }
  if (nic->mtu < MTU_MIN || nic->mtu > MTU_MAX) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_USAGE, "NIC(%s, %u) cannot have mtu=%u; %d to %d is possible",
                 guest, nic->index, nic->mtu, MTU_MIN, MTU_MAX);
    return FALSE;
  }
  return check_path (guest, "NIC's socket", nic->socket_path, VBET_SOCKET_PATH_MAX, error);
}

static gboolean
check_command_line (const VbetGuestConfig *config, const VbetGuestPlaces *places, GError **error)
{
  g_auto (GStrv) arguments = vbet_guest_kernel_arguments (config, places, 9999);
  gsize length = 0;
  for (gsize i = 1; arguments[i] != NULL; i++)
    length += strlen (arguments[i]) + 1;
  if (length <= KERNEL_LINE_MAX)
    return TRUE;
  g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
               "%s has too many NICs (%u) for its kernel's command line; give it fewer, or use a shorter "
               "run-time folder "
               "(VBET_RUNTIME_DIR)",
               config->name, config->nics->len);
  return FALSE;
}

gboolean
vbet_guest_check_config (const VbetGuestConfig *config, const VbetGuestPlaces *places, GError **error)
{
  g_autofree char *kernel_socket = g_build_filename (places->kernel_dir, "mconsole", NULL);
  if (!check_path (config->name, "management socket", kernel_socket, VBET_SOCKET_PATH_MAX, error)
      || !check_path (config->name, "disk", config->disk_path, 1024, error)
      || !check_path (config->name, "image", config->image, 1024, error))
    return FALSE;
  for (guint i = 0; i < config->nics->len; i++) {
    const VbetGuestNic *nic = g_ptr_array_index (config->nics, i);
    if (!vbet_guest_check_nic (config->name, nic, error))
      return FALSE;
    for (guint k = 0; k < i; k++)
      if (((const VbetGuestNic *)g_ptr_array_index (config->nics, k))->index == nic->index) {
        g_set_error (error, VBET_ERROR, VBET_ERROR_USAGE, "%s has two NICs with the number %u", config->name,
                     nic->index);
        return FALSE;
      }
  }
  if (config->kernel == NULL || !g_path_is_absolute (config->kernel) || access (config->kernel, X_OK) != 0) {
    g_set_error (
        error, VBET_ERROR, VBET_ERROR_HOST,
        "There is no guest kernel at %s; install the package user-mode-linux, or name another by kernel=",
        config->kernel != NULL ? config->kernel : "(nowhere)");
    return FALSE;
  }
  return check_command_line (config, places, error);
}

/* --- command lines ----------------------------------------------------------------- */

char *
vbet_guest_nic_spec (const VbetGuestNic *nic)
{
  char mac[VBET_MAC_TEXT_SIZE];
  if (nic->vhost)
    return g_strdup_printf ("virtio_uml.device=%s:1:%u", nic->socket_path, nic->index);
  return g_strdup_printf ("vec%u:transport=bess,dst=%s,mac=%s,mtu=%u,depth=%d", nic->index - 1,
                          nic->socket_path, vbet_mac_to_text (nic->mac, ':', mac), nic->mtu, RING_DEPTH);
}

/* The kernel knows K, M and G; whole MiB look best in /proc/cmdline. */
static char *
memory_argument (guint64 bytes)
{
  guint64 kib = bytes / 1024;
  return kib % 1024 == 0 ? g_strdup_printf ("mem=%" G_GUINT64_FORMAT "M", kib / 1024)
                         : g_strdup_printf ("mem=%" G_GUINT64_FORMAT "K", kib);
}

static void G_GNUC_PRINTF (2, 3) add (GPtrArray *list, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_ptr_array_add (list, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

static void
add_kernel (GPtrArray *list, const VbetGuestConfig *config, const VbetGuestPlaces *places, int agent_fd)
{
  add (list, "%s", config->kernel);
  g_ptr_array_add (list, memory_argument (config->memory));
  add (list, "umid=%s", KERNEL_ID);
  add (list, "uml_dir=%s", places->kernel_root);
  add (list, "mconsole=notify:%s", places->notify);
  /* Together these make a boot of 1.3 s one of 0.05 s: no idle parts, no delay calibration, no 512 BSD
   * pseudo-terminals, no unused consoles and serial lines, no messages. */
  add (list, "initcall_blacklist=" IDLE_PARTS);
  add (list, "lpj=" LOOPS_PER_JIFFY);
  add (list, "pty.legacy_count=0");
  static const char *const built_in[] = { NO_INTERFACES, NIC_PARAMETERS };
  for (gsize i = 0; i < G_N_ELEMENTS (built_in); i++)
    g_ptr_array_add (list, g_strdup (built_in[i]));
  add (list, "con=none");
  add (list, "ssl=none");
  add (list, "con0=fd:0,fd:1");
  add (list, "ssl0=fd:%d", agent_fd);
  if (config->seccomp != NULL)
    add (list, "seccomp=%s", config->seccomp);
  add (list, "quiet");
  add (list, "loglevel=1");
  add (list, "ubd0=%s,%s", config->disk_path, config->image);
  add (list, "ubd1rd=%s", places->config); /* d: what it holds may not be taken for a copy-on-write file */
  add (list, "root=/dev/ubda");
  add (list, "rw");
  add (list, "init=/sbin/vbet-init");
  for (guint i = 0; i < config->nics->len; i++)
    g_ptr_array_add (list, vbet_guest_nic_spec (g_ptr_array_index (config->nics, i)));
}

char **
vbet_guest_kernel_arguments (const VbetGuestConfig *config, const VbetGuestPlaces *places, int agent_fd)
{
  GPtrArray *list = g_ptr_array_new ();
  add_kernel (list, config, places, agent_fd);
  g_ptr_array_add (list, NULL);
  return (char **)g_ptr_array_free (list, FALSE);
}

/* Folders for guest memory where no file system of the guest's own can be mounted, best first. */
static void
add_memory_dirs (GPtrArray *list)
{
  const char *runtime = g_getenv ("XDG_RUNTIME_DIR");
  add (list, "--memory-dir=/dev/shm");
  if (runtime != NULL && g_path_is_absolute (runtime))
    add (list, "--memory-dir=%s", runtime);
  add (list, "--memory-dir=/run/user/%u", (unsigned)getuid ());
  add (list, "--memory-dir=/tmp");
}

char **
vbet_guest_launcher_arguments (const VbetGuestConfig *config, const VbetGuestPlaces *places, int agent_fd,
                               const char *const *extra)
{
  GPtrArray *list = g_ptr_array_new ();
  add (list, "--name=%s", config->name);
  if (config->cpu >= 0)
    add (list, "--cpu=%d", config->cpu);
  if (config->pad != VBET_GUEST_PAD_AUTO)
    add (list, "--pad=%s", config->pad == VBET_GUEST_PAD_ALWAYS ? "always" : "never");
  for (gsize i = 0; config->without != NULL && config->without[i] != NULL; i++)
    add (list, "--without=%s", config->without[i]);
  if (config->learn)
    add (list, "--learn");
  add (list, "--memory=%" G_GUINT64_FORMAT, config->memory);
  add (list, "--memory-mount=%s", places->memory);
  add_memory_dirs (list);
  add (list, "--read=%s", config->image);
  add (list, "--read=%s", places->config);
  add (list, "--write=%s", config->disk_path);
  add (list, "--own=%s", places->kernel_root);
  if (config->share != NULL)
    add (list, config->share_write ? "--share-write=%s" : "--share=%s", config->share);
  add (list, "--reach=%s", places->mconsole); /* replies go there */
  add (list, "--reach=%s", places->notify);
  add (list, "--reach=%s", places->ports);
  for (gsize i = 0; extra != NULL && extra[i] != NULL; i++)
    add (list, "%s", extra[i]);
  add (list, "--");
  add_kernel (list, config, places, agent_fd);
  g_ptr_array_add (list, NULL);
  return (char **)g_ptr_array_free (list, FALSE);
}
