/* images.c - the guest images this user can use; see images.h. */
#include "config.h"

#include "cli/images.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/paths.h"
#include "engine/runtime/image.h"

static void
image_info_free (VbetImageInfo *self)
{
  g_free (self->path);
  g_free (self->name);
  g_free (self->kernel);
  g_free (self);
}

/* The manifest beside the image: a line a fact, "KEY VALUE". */
static void
read_manifest (VbetImageInfo *self)
{
  g_autofree char *stem = g_strndup (self->path, strlen (self->path) - strlen (".img"));
  g_autofree char *path = g_strconcat (stem, ".manifest", NULL);
  g_autofree char *text = NULL;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return;
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++) {
    if (g_str_has_prefix (lines[i], "kernel ")) {
      g_free (self->kernel);
      self->kernel = g_strdup (lines[i] + strlen ("kernel "));
    } else if (g_str_has_prefix (lines[i], "package ")) {
      self->packages++;
    }
  }
}

static VbetImageInfo *
image_info_new (const char *folder, const char *file, const char *current)
{
  struct stat status;
  g_autofree char *path = g_build_filename (folder, file, NULL);
  if (stat (path, &status) != 0 || !S_ISREG (status.st_mode))
    return NULL;
  VbetImageInfo *self = g_new0 (VbetImageInfo, 1);
  self->path = g_steal_pointer (&path);
  self->name = g_strndup (file, strlen (file) - strlen (".img"));
  self->kernel = g_strdup ("");
  self->size = (guint64)status.st_blocks * 512;
  char *real = realpath (self->path, NULL);
  self->current = g_strcmp0 (real, current) == 0;
  free (real);
  read_manifest (self);
  return self;
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

/* @current: path of what new labs use. */
static void
list_folder (GPtrArray *images, const char *folder, const char *current)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  if (dir == NULL)
    return;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir))
    if (g_str_has_suffix (name, ".img") && strlen (name) > strlen (".img") && name[0] != '.')
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++) {
    VbetImageInfo *info = image_info_new (folder, g_ptr_array_index (names, i), current);
    if (info != NULL)
      g_ptr_array_add (images, info);
  }
}

GPtrArray *
vbet_images_list (void)
{
  GPtrArray *images = g_ptr_array_new_with_free_func ((GDestroyNotify)image_info_free);
  g_auto (GStrv) folders = vbet_paths_image_search ();
  g_autofree char *current = vbet_image_find (NULL, NULL);
  for (gsize i = 0; folders[i] != NULL; i++)
    list_folder (images, folders[i], current);
  return images;
}

const VbetImageInfo *
vbet_images_current (GPtrArray *images)
{
  for (guint i = 0; i < images->len; i++) {
    const VbetImageInfo *info = g_ptr_array_index (images, i);
    if (info->current)
      return info;
  }
  return NULL;
}
