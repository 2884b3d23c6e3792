/* image.c - finds image and kernel; see image.h. */
#include "config.h"

#include "engine/guest/image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gio/gio.h>

#include "base/error.h"
#include "base/kernel-image.h"
#include "base/kernels.h"
#include "base/paths.h"
#include "engine/guest/kernel-config.h"

#define KERNEL "linux.uml"
/* What an image and the engine have agreed on; that of rootfs/build-image. */
#define IMAGE_VERSION "2"

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
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "Cannot read the guest image %s: %s", path,
                 errno == EISDIR ? "it is no regular file" : g_strerror (errno));
  return found;
}

char *
vbet_image_find (const char *name, GError **error)
{
  if (name != NULL && g_path_is_absolute (name))
    return find_absolute (name, error);
  if (name != NULL && strchr (name, '/') != NULL) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_USAGE,
                 "The guest image “%s” is neither a name nor an absolute path; see: vbetctl image list",
                 name);
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
    g_set_error (
        error, VBET_ERROR, VBET_ERROR_HOST,
        "There is no guest image “%s”; see what there is with: vbetctl image list, or build it with: "
        "vbetctl image build --name %s",
        name, name);
  else
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
                 "No guest image found; build one with: vbetctl image build");
  return NULL;
}

/* Values of the lines "@key VALUE" of @image's manifest; empty when it has none. */
static GPtrArray *
manifest_values (const char *image, const char *key)
{
  GPtrArray *values = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *stem = g_strdup (image);
  if (g_str_has_suffix (stem, ".img"))
    stem[strlen (stem) - strlen (".img")] = '\0';
  g_autofree char *path = g_strconcat (stem, ".manifest", NULL);
  g_autofree char *text = NULL;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return values;
  gsize length = strlen (key);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    if (strncmp (lines[i], key, length) == 0 && lines[i][length] == ' ')
      g_ptr_array_add (values, g_strdup (lines[i] + length + 1));
  return values;
}

/* Whether anything is known of what is in @image. */
static gboolean
has_manifest (const char *image)
{
  g_autoptr (GPtrArray) sums = manifest_values (image, "vbet-image");
  return sums->len > 0;
}

char *
vbet_image_release (const char *image)
{
  g_autoptr (GPtrArray) releases = manifest_values (image, "kernel");
  return releases->len > 0 ? g_strdup (g_ptr_array_index (releases, 0)) : NULL;
}

gboolean
vbet_image_check_version (const char *image, GError **error)
{
  g_autoptr (GPtrArray) versions = manifest_values (image, "vbet-image");
  if (versions->len == 0 || strcmp (g_ptr_array_index (versions, 0), IMAGE_VERSION) == 0)
    return TRUE;
  g_set_error (
      error, VBET_ERROR, VBET_ERROR_HOST,
      "The guest image %s was built by another version of vBET; build it anew with: vbetctl image build",
      image);
  return FALSE;
}

gboolean
vbet_image_has_modules (const char *image, const char *kernel)
{
  g_autoptr (GPtrArray) releases = manifest_values (image, "kernel");
  g_autofree char *release = releases->len > 0 ? vbet_kernel_release (kernel, NULL) : NULL;
  for (guint i = 0; release != NULL && i < releases->len; i++)
    if (strcmp (g_ptr_array_index (releases, i), release) == 0)
      return TRUE;
  return FALSE;
}

static char *
find_stock (GError **error)
{
  char *found = vbet_kernels_stock ();
  if (found == NULL)
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
                 "There is no guest kernel; build one with: vbetctl kernel build, or install the package "
                 "user-mode-linux");
  return found;
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
  if (g_path_is_absolute (wanted) && access (wanted, X_OK) == 0
      && g_file_test (wanted, G_FILE_TEST_IS_REGULAR))
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
  VbetKernelImage image;
  if (vbet_kernel_image_read (kernel, &image) == 0)
    return g_strdup (image.release);
  g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "%s is no user-mode Linux for this machine", kernel);
  return NULL;
}

char *
vbet_image_check_kernel (const char *image, const char *kernel)
{
  if (!vbet_kernel_takes_modules (kernel) || vbet_image_has_modules (image, kernel))
    return NULL;
  g_autofree char *modules = vbet_image_release (image);
  g_autofree char *release = vbet_kernel_release (kernel, NULL);
  if (release == NULL || !has_manifest (image))
    return NULL;
  if (modules == NULL)
    return g_strdup_printf (
        "The guest image holds no kernel modules, but %s (%s) has what guests need in modules; "
        "build the image anew with: vbetctl image build",
        kernel, release);
  return g_strdup_printf (
      "The guest image holds modules for the kernel %s, but %s is %s; build the image anew with: "
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
  return vbet_image_has_modules (image, kernel);
}

gboolean
vbet_kernel_has_seccomp (const char *kernel)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new (kernel, FALSE, NULL);
  return file != NULL
         && holds (g_mapped_file_get_contents (file), g_mapped_file_get_length (file),
                   "seccomp=<on/auto/off>");
}
