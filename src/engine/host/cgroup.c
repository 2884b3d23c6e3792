/* cgroup.c - see cgroup.h. */
#include "config.h"

#include "engine/host/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "engine/host/scope.h"

#define NAME_MAX_BYTES 64 /* of a guest's name, in that of its group */
/* Frames and commands come before guests' own work: of hundred parts each, where every processor is busy. */
#define ENGINE_WEIGHT "1000"

/* Counted by g_rc_box_acquire(). */
struct _VbetCgroup {
  char *folder;
  char *prefix; /* of all groups of this lab */
  char *leaf;   /* where this process is */
  guint controllers;
  guint made;       /* groups so far */
  GPtrArray *stale; /* of paths: to be removed */
};

static const struct {
  VbetCgroupControllers controller;
  const char *name;
} controller_names[] = {
  { VBET_CGROUP_MEMORY, "memory" },
  { VBET_CGROUP_PROCESSES, "pids" },
  { VBET_CGROUP_PROCESSOR, "cpu" },
};

/* --- where we are ------------------------------------------------------------------------------ */

/* Returns: (transfer full) (nullable): what one line of mountinfo (proc_pid_mountinfo(5)) makes of @path. */
static char *
folder_below (const char *line, const char *path)
{
  g_auto (GStrv) fields = g_strsplit (line, " ", -1);
  guint n = g_strv_length (fields), dash = 6;
  while (dash < n && strcmp (fields[dash], "-") != 0)
    dash++;
  if (dash + 1 >= n || strcmp (fields[dash + 1], "cgroup2") != 0)
    return NULL;
  g_autofree char *root = g_strcompress (fields[3]);
  g_autofree char *mounted = g_strcompress (fields[4]);
  const char *rest = strcmp (root, "/") == 0 ? path : path + strlen (root);
  if (strcmp (root, "/") != 0 && (!g_str_has_prefix (path, root) || (*rest != '/' && *rest != '\0')))
    return NULL;
  return g_build_filename (mounted, rest, NULL);
}

char *
vbet_cgroup_folder (const char *cgroup, const char *mounts)
{
  g_auto (GStrv) groups = g_strsplit (cgroup, "\n", -1);
  g_auto (GStrv) lines = g_strsplit (mounts, "\n", -1);
  const char *path = NULL;
  for (gsize i = 0; groups[i] != NULL; i++)
    if (g_str_has_prefix (groups[i], "0::/"))
      path = groups[i] + strlen ("0::");
  /* Outside of what this namespace shows. */
  if (path == NULL || strstr (path, "/..") != NULL)
    return NULL;
  for (gsize i = 0; lines[i] != NULL; i++) {
    char *folder = folder_below (lines[i], path);
    if (folder != NULL)
      return folder;
  }
  return NULL;
}

char *
vbet_cgroup_own_folder (void)
{
  g_autofree char *cgroup = NULL;
  g_autofree char *mounts = NULL;
  if (!g_file_get_contents ("/proc/self/cgroup", &cgroup, NULL, NULL)
      || !g_file_get_contents ("/proc/self/mountinfo", &mounts, NULL, NULL))
    return NULL;
  return vbet_cgroup_folder (cgroup, mounts);
}

/* Whether groups can be made in @folder. All below a user's systemd can be written by that user: it says nothing of whose
 * business it is. */
static gboolean
can_make_groups (const char *folder)
{
  g_autofree char *processes = g_build_filename (folder, "cgroup.procs", NULL);
  g_autofree char *control = g_build_filename (folder, "cgroup.subtree_control", NULL);
  return access (folder, W_OK) == 0 && access (processes, W_OK) == 0 && access (control, W_OK) == 0;
}

gboolean
vbet_cgroup_delegated (const char *folder)
{
  char mark = '\0';
  return getxattr (folder, "user.delegate", &mark, 1) == 1 && mark == '1' && can_make_groups (folder);
}

gboolean
vbet_cgroup_below_user (const char *folder, guint uid)
{
  g_autofree char *part = g_strdup_printf ("/user@%u.service/", uid);
  return strstr (folder, part) != NULL;
}

/* --- groups --------------------------------------------------------------------------------------- */

/* Writes @text to @file of the group @path at once. Returns: 0 or -errno. */
static int
set (const char *path, const char *file, const char *text)
{
  g_autofree char *name = g_build_filename (path, file, NULL);
  int fd = open (name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0)
    return -errno;
  ssize_t size = (ssize_t)strlen (text);
  int result = write (fd, text, (size_t)size) == size ? 0 : -errno;
  close (fd);
  return result;
}

/* Returns: whether the group is gone. */
static gboolean
take_away (const char *path)
{
  return g_rmdir (path) == 0 || errno == ENOENT;
}

static void
remove_stale (VbetCgroup *self)
{
  for (guint i = self->stale->len; i > 0; i--)
    if (take_away (g_ptr_array_index (self->stale, i - 1)))
      g_ptr_array_remove_index_fast (self->stale, i - 1);
}

/* What a lab of the same name left that had no time to tidy up; what is still in use stays. */
static void
remove_leftovers (const VbetCgroup *self)
{
  GDir *dir = g_dir_open (self->folder, 0, NULL);
  const char *name = NULL;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (self->folder, name, NULL);
    if (g_str_has_prefix (name, self->prefix) && strcmp (path, self->leaf) != 0)
      (void)take_away (path);
  }
  g_clear_pointer (&dir, g_dir_close);
}

static void
cgroup_clear (gpointer data)
{
  VbetCgroup *self = data;
  for (gsize i = 0; i < G_N_ELEMENTS (controller_names); i++) {
    g_autofree char *off = g_strconcat ("-", controller_names[i].name, NULL);
    if ((self->controllers & controller_names[i].controller) != 0)
      (void)set (self->folder, "cgroup.subtree_control", off);
  }
  remove_stale (self);
  if (self->leaf != NULL && set (self->folder, "cgroup.procs", "0") == 0)
    (void)take_away (self->leaf);
  g_ptr_array_unref (self->stale);
  g_free (self->folder);
  g_free (self->prefix);
  g_free (self->leaf);
}

VbetCgroup *
vbet_cgroup_take (const char *folder, const char *id, GError **error)
{
  g_autoptr (VbetCgroup) self = g_rc_box_new0 (VbetCgroup);
  self->folder = g_strdup (folder);
  self->stale = g_ptr_array_new_with_free_func (g_free);
  /* No name of the kernel's own files begins like that. */
  self->prefix = g_strdup_printf ("vbet-%s.", id);
  g_autofree char *name = g_strconcat (self->prefix, "engine", NULL);
  g_autofree char *leaf = g_build_filename (folder, name, NULL);
  int result = g_mkdir (leaf, 0700) == 0 || errno == EEXIST ? set (leaf, "cgroup.procs", "0") : -errno;
  if (result != 0) {
    (void)take_away (leaf);
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "Cannot make the control group %s: %s", leaf,
                 g_strerror (-result));
    return NULL;
  }
  self->leaf = g_steal_pointer (&leaf);
  remove_leftovers (self);
  /* One by one: one that is not to be had must not take the others along. */
  for (gsize i = 0; i < G_N_ELEMENTS (controller_names); i++) {
    g_autofree char *on = g_strconcat ("+", controller_names[i].name, NULL);
    if (set (folder, "cgroup.subtree_control", on) == 0)
      self->controllers |= controller_names[i].controller;
  }
  if ((self->controllers & VBET_CGROUP_PROCESSOR) != 0)
    (void)set (self->leaf, "cpu.weight", ENGINE_WEIGHT);
  return g_steal_pointer (&self);
}

/* Takes @folder, if that limits anything. */
static VbetCgroup *
take_useful (const char *folder, const char *id)
{
  g_autoptr (VbetCgroup) self = vbet_cgroup_take (folder, id, NULL);
  return self != NULL && (self->controllers & (VBET_CGROUP_MEMORY | VBET_CGROUP_PROCESSES)) != 0
             ? g_steal_pointer (&self)
             : NULL;
}

/* Whether a group beside ours could limit anything: none does where version 1 has the controllers. */
static gboolean
has_controllers (const char *folder)
{
  g_autofree char *file = g_build_filename (folder, "cgroup.controllers", NULL);
  g_autofree char *names = NULL;
  return g_file_get_contents (file, &names, NULL, NULL)
         && (strstr (names, "memory") != NULL || strstr (names, "pids") != NULL);
}

/* A scope of the user's systemd carries no mark of its delegation: only the system's marks what it gives away. That we are
 * in the one that we asked for is as good. */
static VbetCgroup *
take_scope (const char *id)
{
  g_autofree char *address = vbet_scope_address ();
  g_autofree char *name = vbet_scope_name (id, getpid ());
  if (address == NULL || !vbet_scope_enter (address, name))
    return NULL;
  g_autofree char *folder = vbet_cgroup_own_folder ();
  g_autofree char *last = folder != NULL ? g_path_get_basename (folder) : NULL;
  return g_strcmp0 (last, name) == 0 && can_make_groups (folder) ? take_useful (folder, id) : NULL;
}

VbetCgroup *
vbet_cgroup_enter (const char *id)
{
  g_autofree char *folder = vbet_cgroup_own_folder ();
  if (folder == NULL || !has_controllers (folder))
    return NULL;
  VbetCgroup *self = vbet_cgroup_delegated (folder) ? take_useful (folder, id) : NULL;
  if (self == NULL && vbet_cgroup_below_user (folder, geteuid ()))
    self = take_scope (id);
  return self;
}

VbetCgroup *
vbet_cgroup_ref (VbetCgroup *self)
{
  return g_rc_box_acquire (self);
}

void
vbet_cgroup_unref (VbetCgroup *self)
{
  if (self != NULL)
    g_rc_box_release_full (self, cgroup_clear);
}

guint
vbet_cgroup_get_controllers (const VbetCgroup *self)
{
  return self->controllers;
}

char *
vbet_cgroup_make (VbetCgroup *self, const char *guest, int *ret_fd, GError **error)
{
  g_autofree char *short_name = g_strndup (guest, NAME_MAX_BYTES);
  g_strcanon (short_name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-", '_');
  g_autofree char *name = g_strdup_printf ("%sguest-%u-%s", self->prefix, ++self->made, short_name);
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  remove_stale (self);
  int fd = g_mkdir (path, 0700) == 0 ? open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  if (fd < 0) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "Cannot make the control group %s: %s", path,
                 g_strerror (errno));
    (void)take_away (path);
    return NULL;
  }
  *ret_fd = fd;
  return g_steal_pointer (&path);
}

/* The number after @key at the beginning of a line of @text; 0: there is none. */
static guint64
value_of (const char *text, const char *key)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  gsize size = strlen (key);
  for (gsize i = 0; lines[i] != NULL; i++)
    if (strncmp (lines[i], key, size) == 0 && lines[i][size] == ' ')
      return g_ascii_strtoull (lines[i] + size, NULL, 10);
  return 0;
}

gboolean
vbet_cgroup_ran_out (const char *path)
{
  g_autofree char *file = g_build_filename (path, "memory.events", NULL);
  g_autofree char *text = NULL;
  /* Processes are also killed where the whole host has run out, and that is not the guest's fault. */
  return g_file_get_contents (file, &text, NULL, NULL) && value_of (text, "oom") > 0
         && value_of (text, "oom_kill") > 0;
}

void
vbet_cgroup_remove (VbetCgroup *self, char *path)
{
  if (path == NULL)
    return;
  /* Since Linux 5.14; a guest's processes are gone by now, or have been told to go. */
  (void)set (path, "cgroup.kill", "1");
  g_ptr_array_add (self->stale, path);
  remove_stale (self);
}
