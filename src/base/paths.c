/* paths.c - where vBET keeps and finds its files; see paths.h. */
#include "config.h"

#include "base/paths.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"

#define SYSTEM_DIR "/var/lib/vbet"
#define FALLBACK_NOBODY 65534

void
vbet_paths_lab_user (uid_t *ret_uid, gid_t *ret_gid)
{
  *ret_uid = geteuid ();
  *ret_gid = getegid ();
  if (*ret_uid != 0)
    return;
  struct passwd entry;
  struct passwd *found = NULL;
  char buffer[1024];
  if (getpwnam_r ("nobody", &entry, buffer, sizeof buffer, &found) == 0 && found != NULL) {
    *ret_uid = found->pw_uid;
    *ret_gid = found->pw_gid;
  } else {
    *ret_uid = FALLBACK_NOBODY;
    *ret_gid = FALLBACK_NOBODY;
  }
}

/* The engine runs as "nobody" after root started it; it must still find the
 * folders its root client uses, hence nobody counts as root here. */
static gboolean
is_system_user (void)
{
  uid_t uid;
  gid_t gid;
  if (geteuid () == 0)
    return TRUE;
  struct passwd entry;
  struct passwd *found = NULL;
  char buffer[1024];
  vbet_paths_lab_user (&uid, &gid);
  return getpwnam_r ("nobody", &entry, buffer, sizeof buffer, &found) == 0 && found != NULL
         && found->pw_uid == uid;
}

static char *
environment_dir (const char *variable)
{
  const char *value = g_getenv (variable);
  return value != NULL && g_path_is_absolute (value) ? g_strdup (value) : NULL;
}

char *
vbet_paths_runtime_dir (void)
{
  char *chosen = environment_dir ("VBET_RUNTIME_DIR");
  if (chosen != NULL)
    return chosen;
  uid_t uid;
  gid_t gid;
  vbet_paths_lab_user (&uid, &gid);
  const char *xdg = g_getenv ("XDG_RUNTIME_DIR");
  if (!is_system_user () && xdg != NULL && g_path_is_absolute (xdg) && g_access (xdg, W_OK) == 0)
    return g_build_filename (xdg, "vbet", NULL);
  return g_strdup_printf ("/tmp/vbet-%u", (unsigned) uid);
}

char *
vbet_paths_lab_dir (const char *lab_id)
{
  g_autofree char *base = vbet_paths_runtime_dir ();
  return g_build_filename (base, lab_id, NULL);
}

char *
vbet_paths_lab_socket (const char *lab_id)
{
  g_autofree char *dir = vbet_paths_lab_dir (lab_id);
  return g_build_filename (dir, "rpc", NULL);
}

char *
vbet_paths_state_dir (void)
{
  char *chosen = environment_dir ("VBET_STATE_DIR");
  if (chosen != NULL)
    return chosen;
  if (is_system_user ())
    return g_strdup (SYSTEM_DIR "/state");
  return g_build_filename (g_get_user_state_dir (), "vbet", NULL);
}

/* Folder of this user's files of one kind: "images" or "kernels". */
static char *
store_dir (const char *variable, const char *kind)
{
  char *chosen = environment_dir (variable);
  if (chosen != NULL)
    return chosen;
  if (is_system_user ())
    return g_build_filename (SYSTEM_DIR, kind, NULL);
  return g_build_filename (g_get_user_data_dir (), "vbet", kind, NULL);
}

/* The user's own folder, the system's, the installation's. */
static char **
store_search (const char *variable, const char *kind)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *own = store_dir (variable, kind);
  g_autofree char *system = g_build_filename (SYSTEM_DIR, kind, NULL);
  g_autofree char *installed = g_build_filename (PKGDATADIR, kind, NULL);
  g_strv_builder_add (builder, own);
  if (strcmp (own, system) != 0)
    g_strv_builder_add (builder, system);
  g_strv_builder_add (builder, installed);
  return g_strv_builder_end (builder);
}

char *
vbet_paths_image_dir (void)
{
  return store_dir ("VBET_IMAGE_DIR", "images");
}

char **
vbet_paths_image_search (void)
{
  return store_search ("VBET_IMAGE_DIR", "images");
}

char *
vbet_paths_kernel_dir (void)
{
  return store_dir ("VBET_KERNEL_DIR", "kernels");
}

char **
vbet_paths_kernel_search (void)
{
  return store_search ("VBET_KERNEL_DIR", "kernels");
}

/* Returns the folder of the running program, or NULL where /proc is not there. */
static char *
own_dir (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  return self != NULL ? g_path_get_dirname (self) : NULL;
}

static gboolean
runs_uninstalled (const char *dir)
{
  return dir != NULL && g_str_has_prefix (dir, VBET_BUILDDIR "/");
}

char *
vbet_paths_program (const char *name)
{
  g_autofree char *dir = own_dir ();
  if (runs_uninstalled (dir))
    return g_build_filename (VBET_BUILDDIR, "bin", name, NULL);
  return g_build_filename (PKGLIBEXECDIR, name, NULL);
}

char *
vbet_paths_built (const char *relative)
{
  g_autofree char *dir = own_dir ();
  return runs_uninstalled (dir) ? g_build_filename (VBET_BUILDDIR, relative, NULL) : NULL;
}

char *
vbet_paths_data (const char *relative)
{
  g_autofree char *dir = own_dir ();
  if (!runs_uninstalled (dir))
    return g_build_filename (PKGDATADIR, relative, NULL);
  char *path = g_build_filename (VBET_SRCDIR, "data", relative, NULL);
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return path;
  g_free (path);
  return g_build_filename (VBET_SRCDIR, relative, NULL);
}

static gboolean
make_dir (const char *path, mode_t mode, GError **error)
{
  uid_t uid;
  gid_t gid;
  vbet_paths_lab_user (&uid, &gid);
  if (mkdir (path, mode) != 0 && errno != EEXIST) {
    if (errno != ENOENT) {
      g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "Cannot create the folder %s: %s", path, g_strerror (errno));
      return FALSE;
    }
    g_autofree char *parent = g_path_get_dirname (path);
    if (!make_dir (parent, 0755, error))
      return FALSE;
    if (mkdir (path, mode) != 0 && errno != EEXIST) {
      g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "Cannot create the folder %s: %s", path, g_strerror (errno));
      return FALSE;
    }
  }
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  struct stat status;
  if (fd < 0 || fstat (fd, &status) != 0) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "Cannot use %s as a folder: %s", path, g_strerror (errno));
    if (fd >= 0)
      close (fd);
    return FALSE;
  }
  gboolean ok = TRUE;
  if (status.st_uid != uid) {
    if (geteuid () == 0 && status.st_uid == 0)
      ok = fchown (fd, uid, gid) == 0;
    else
      ok = FALSE;
    if (!ok)
      g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "The folder %s belongs to another user (%u); remove it", path,
                   (unsigned) status.st_uid);
  }
  close (fd);
  return ok;
}

gboolean
vbet_paths_make_private (const char *path, GError **error)
{
  return make_dir (path, 0700, error);
}

gboolean
vbet_paths_valid_lab_id (const char *lab_id)
{
  gsize length = strlen (lab_id);
  if (length == 0 || length > 32 || !g_ascii_isalnum (lab_id[0]))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (lab_id[i]) && lab_id[i] != '_' && lab_id[i] != '-')
      return FALSE;
  return TRUE;
}

/* Removes @name inside the folder open as @dir_fd; the depth of a lab's folders is ours, so recursion is bounded. */
static int
remove_at (int dir_fd, const char *name)
{
  if (unlinkat (dir_fd, name, 0) == 0 || errno == ENOENT)
    return 0;
  if (errno != EISDIR && errno != EPERM)
    return -errno;
  int fd = openat (dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  /* A guest may have left a folder that its owner, too, may not read or change. */
  if (fd < 0 && errno == EACCES && fchmodat (dir_fd, name, 0700, 0) == 0)
    fd = openat (dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0)
    return -errno;
  (void) fchmod (fd, 0700);
  DIR *dir = fdopendir (fd);
  if (dir == NULL) {
    int saved = errno;
    close (fd);
    return -saved;
  }
  int result = 0;
  for (struct dirent *entry = readdir (dir); entry != NULL; entry = readdir (dir)) {
    if (strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0)
      continue;
    int one = remove_at (dirfd (dir), entry->d_name);
    if (result == 0)
      result = one;
  }
  closedir (dir);
  if (unlinkat (dir_fd, name, AT_REMOVEDIR) != 0 && errno != ENOENT && result == 0)
    result = -errno;
  return result;
}

int
vbet_paths_remove_tree (const char *path)
{
  return remove_at (AT_FDCWD, path);
}
