/* image.c - finds image and kernel; see image.h. */
#include "config.h"

#include "engine/runtime/image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gio/gio.h>

#include "base/error.h"
#include "base/paths.h"
#include "engine/runtime/kernel.h"

#define KERNEL "linux.uml"
#define VERSION_SECONDS 2

/* @path with links resolved when it is a readable file; NULL with errno otherwise. */
static char *
resolve_readable (const char *path)
{
  char *real = realpath (path, NULL);
  if (real == NULL)
    return NULL;
  if (!g_file_test (real, G_FILE_TEST_IS_REGULAR)) {
    free (real);
    errno = EISDIR;
    return NULL;
  }
  if (access (real, R_OK) != 0) {
    int saved = errno;
    free (real);
    errno = saved;
    return NULL;
  }
  char *copy = g_strdup (real);
  free (real);
  return copy;
}

static char *
find_absolute (const char *path, GError **error)
{
  char *found = resolve_readable (path);
  if (found == NULL)
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "Cannot read the guest image %s: %s", path, g_strerror (errno));
  return found;
}

char *
vbet_image_find (const char *name, GError **error)
{
  if (name != NULL && g_path_is_absolute (name))
    return find_absolute (name, error);
  if (name != NULL && strchr (name, '/') != NULL) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_USAGE,
                 "The guest image “%s” is neither a name nor an absolute path; see: vbetctl image list", name);
    return NULL;
  }
  g_autofree char *with_suffix = name != NULL ? g_strconcat (name, ".img", NULL) : NULL;
  const char *candidates[] = { name != NULL ? name : "current", with_suffix, NULL };
  g_auto (GStrv) folders = vbet_paths_image_search ();
  for (gsize i = 0; folders[i] != NULL; i++)
    for (gsize j = 0; candidates[j] != NULL; j++) {
      g_autofree char *path = g_build_filename (folders[i], candidates[j], NULL);
      char *found = resolve_readable (path);
      if (found != NULL)
        return found;
      if (errno != ENOENT && errno != ENOTDIR && errno != EISDIR) {
        g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "Cannot read the guest image %s: %s", path,
                     g_strerror (errno));
        return NULL;
      }
    }
  if (name != NULL)
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "There is no guest image “%s”; see: vbetctl image list", name);
  else
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
                 "No guest image found; build one with: vbetctl image build");
  return NULL;
}

char *
vbet_image_release (const char *image)
{
  g_autofree char *stem = g_strdup (image);
  if (g_str_has_suffix (stem, ".img"))
    stem[strlen (stem) - strlen (".img")] = '\0';
  g_autofree char *path = g_strconcat (stem, ".manifest", NULL);
  g_autofree char *text = NULL;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "kernel "))
      return g_strdup (lines[i] + strlen ("kernel "));
  return NULL;
}

/* linux.uml in PATH or, for those without /usr/bin in theirs, there. */
static char *
find_stock (GError **error)
{
  g_autofree char *found = g_find_program_in_path (KERNEL);
  if (found == NULL && access ("/usr/bin/" KERNEL, X_OK) == 0)
    return g_strdup ("/usr/bin/" KERNEL);
  if (found == NULL) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
                 "There is no guest kernel; build one with: vbetctl kernel build, or install the package user-mode-linux");
    return NULL;
  }
  return g_path_is_absolute (found) ? g_steal_pointer (&found) : g_canonicalize_filename (found, NULL);
}

char *
vbet_kernel_find (const char *name, GError **error)
{
  GError *damaged = NULL;
  const char *wanted = name != NULL && name[0] != '\0' ? name : g_getenv ("VBET_KERNEL");
  if (wanted != NULL && wanted[0] == '\0')
    wanted = NULL;
  if (g_strcmp0 (wanted, VBET_KERNEL_STOCK) == 0)
    return find_stock (error);
  char *found = NULL;
  if (wanted == NULL || strchr (wanted, '/') == NULL)
    found = vbet_kernels_find (wanted, &damaged);
  if (damaged != NULL) {
    g_propagate_error (error, damaged);
    return NULL;
  }
  if (found != NULL)
    return found;
  if (wanted == NULL)
    return find_stock (error);
  /* Never a program in PATH: a lab may come from anybody. */
  if (g_path_is_absolute (wanted) && access (wanted, X_OK) == 0 && g_file_test (wanted, G_FILE_TEST_IS_REGULAR))
    return g_strdup (wanted);
  g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
               "There is no kernel “%s”: it must be the absolute path of an executable file, a name that "
               "“vbetctl kernel list” shows, or “" VBET_KERNEL_STOCK "”",
               wanted);
  return NULL;
}

char *
vbet_kernel_release (const char *kernel, GError **error)
{
  const char *argv[] = { "timeout", G_STRINGIFY (VERSION_SECONDS), kernel, "--version", NULL };
  g_autofree char *text = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_newv (
      argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, error);
  if (process == NULL || !g_subprocess_communicate_utf8 (process, NULL, NULL, &text, NULL, error))
    return NULL;
  if (text != NULL)
    g_strstrip (text);
  if (g_subprocess_get_successful (process) && text != NULL && g_ascii_isdigit (text[0])
      && strchr (text, '\n') == NULL)
    return g_steal_pointer (&text);
  g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "%s does not answer like a user-mode Linux", kernel);
  return NULL;
}

char *
vbet_image_check_kernel (const char *image, const char *kernel)
{
  g_autofree char *modules = vbet_image_release (image);
  g_autofree char *release = vbet_kernel_release (kernel, NULL);
  if (modules == NULL || release == NULL || strcmp (modules, release) == 0)
    return NULL;
  return g_strdup_printf ("The guest image holds modules for the kernel %s, but %s is %s; build the image anew with: "
                          "vbetctl image build",
                          modules, kernel, release);
}

static gboolean
holds (const char *bytes, gsize size, const char *text)
{
  return memmem (bytes, size, text, strlen (text)) != NULL;
}

gboolean
vbet_kernel_has_virtio (const char *kernel, const char *image)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new (kernel, FALSE, NULL);
  if (file == NULL)
    return FALSE;
  const char *bytes = g_mapped_file_get_contents (file);
  gsize size = g_mapped_file_get_length (file);
  if (!holds (bytes, size, "virtio_uml.device"))
    return FALSE;
  if (holds (bytes, size, "virtio_net"))
    return TRUE;
  g_autofree char *modules = vbet_image_release (image);
  g_autofree char *release = vbet_kernel_release (kernel, NULL);
  return modules != NULL && g_strcmp0 (modules, release) == 0;
}

gboolean
vbet_kernel_has_seccomp (const char *kernel)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new (kernel, FALSE, NULL);
  return file != NULL
         && holds (g_mapped_file_get_contents (file), g_mapped_file_get_length (file),
                   "seccomp=<on/auto/off>");
}
