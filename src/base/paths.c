/* paths.c - where vBET keeps and finds its files; see paths.h. */
#include "config.h"

#include "base/paths.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/lab-id.h"
#include "base/lab-user.h"
#include "base/paths-private.h"

#define SYSTEM_DIR "/var/lib/vbet"

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
  vbet_lab_user_find (&uid, &gid);
  return getpwnam_r ("nobody", &entry, buffer, sizeof buffer, &found) == 0 && found != NULL
         && found->pw_uid == uid;
}

static char *
environment_dir (const char *variable)
{
  const char *value = g_getenv (variable);
  return value != NULL && g_path_is_absolute (value) ? g_strdup (value) : NULL;
}

/* What the environment says; NULL when it says nothing that can be used. */
static char *
chosen_runtime_dir (void)
{
  char *chosen = environment_dir ("VBET_RUNTIME_DIR");
  const char *xdg = g_getenv ("XDG_RUNTIME_DIR");
  if (chosen != NULL || is_system_user () || xdg == NULL || !g_path_is_absolute (xdg)
      || g_access (xdg, W_OK) != 0)
    return chosen;
  return g_build_filename (xdg, "vbet", NULL);
}

gboolean
_vbet_paths_runtime_is_chosen (void)
{
  g_autofree char *chosen = chosen_runtime_dir ();
  return chosen != NULL;
}

char *
_vbet_paths_shared_runtime_dir (void)
{
  uid_t uid;
  gid_t gid;
  vbet_lab_user_find (&uid, &gid);
  return g_strdup_printf ("/tmp/vbet-%u", (unsigned)uid);
}

char *
vbet_paths_runtime_dir (void)
{
  char *dir = chosen_runtime_dir ();
  if (dir == NULL)
    dir = _vbet_paths_recorded_runtime_dir ();
  return dir != NULL ? dir : _vbet_paths_shared_runtime_dir ();
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

gboolean
vbet_paths_valid_lab_id (const char *lab_id)
{
  gsize length = strlen (lab_id);
  if (length == 0 || length > VBET_LAB_ID_MAX || !g_ascii_isalnum (lab_id[0]))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (lab_id[i]) && lab_id[i] != '_' && lab_id[i] != '-')
      return FALSE;
  return TRUE;
}
