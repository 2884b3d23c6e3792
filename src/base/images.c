/* images.c - the guest images this user can use; see images.h. */
#include "config.h"

#include "base/images.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/paths.h"

static void
image_info_free (VbetImageInfo *self)
{
  g_free (self->path);
  g_free (self->name);
  g_free (self->kernel);
  g_free (self->with);
  g_free (self);
}

/* @text with @word after a blank, or @word; takes @text. */
static char *
append_word (char *text, const char *word)
{
  g_autofree char *before = text;
  return before[0] != '\0' ? g_strconcat (before, " ", word, NULL) : g_strdup (word);
}

/* The manifest beside the file @real: a line a fact, "KEY VALUE". */
static void
read_manifest (VbetImageInfo *self, const char *real)
{
  g_autofree char *stem
      = g_strndup (real, strlen (real) - (g_str_has_suffix (real, ".img") ? strlen (".img") : 0));
  g_autofree char *path = g_strconcat (stem, ".manifest", NULL);
  g_autofree char *text = NULL;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return;
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++) {
    if (g_str_has_prefix (lines[i], "kernel "))
      self->kernel = append_word (self->kernel, lines[i] + strlen ("kernel "));
    else if (g_str_has_prefix (lines[i], "with "))
      self->with = append_word (self->with, lines[i] + strlen ("with "));
    else if (g_str_has_prefix (lines[i], "package "))
      self->packages++;
  }
}

static VbetImageInfo *
image_info_new (const char *folder, const char *file, const char *current)
{
  struct stat status;
  g_autofree char *path = g_build_filename (folder, file, NULL);
  char *real = realpath (path, NULL);
  if (real == NULL || stat (real, &status) != 0 || !S_ISREG (status.st_mode)) {
    free (real);
    return NULL;
  }
  VbetImageInfo *self = g_new0 (VbetImageInfo, 1);
  self->path = g_strdup (real);
  self->name = g_strndup (file, strlen (file) - strlen (".img"));
  self->kernel = g_strdup ("");
  self->with = g_strdup ("");
  self->size = (guint64)status.st_blocks * 512;
  self->current = g_strcmp0 (real, current) == 0;
  read_manifest (self, real);
  free (real);
  return self;
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

/* Whether @folder has a name of somebody's choice for the image @info. */
static gboolean
has_other_name (const char *folder, GPtrArray *files, const VbetImageInfo *info)
{
  for (guint i = 0; i < files->len; i++) {
    g_autofree char *path = g_build_filename (folder, g_ptr_array_index (files, i), NULL);
    if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK))
      continue;
    char *real = realpath (path, NULL);
    gboolean same = g_strcmp0 (real, info->path) == 0;
    free (real);
    if (same)
      return TRUE;
  }
  return FALSE;
}

/* @current: path of what new labs use. */
static void
list_folder (GPtrArray *images, const char *folder, const char *current)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  if (dir == NULL)
    return;
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir))
    if (g_str_has_suffix (name, ".img") && strlen (name) > strlen (".img") && name[0] != '.')
      g_ptr_array_add (files, g_strdup (name));
  g_ptr_array_sort (files, compare_names);
  for (guint i = 0; i < files->len; i++) {
    const char *file = g_ptr_array_index (files, i);
    g_autofree char *path = g_build_filename (folder, file, NULL);
    VbetImageInfo *info = image_info_new (folder, file, current);
    if (info != NULL && (g_file_test (path, G_FILE_TEST_IS_SYMLINK) || !has_other_name (folder, files, info)))
      g_ptr_array_add (images, info);
    else if (info != NULL)
      image_info_free (info);
  }
}

/* What new labs use; NULL. */
static char *
find_current (char **folders)
{
  for (gsize i = 0; folders[i] != NULL; i++) {
    g_autofree char *link = g_build_filename (folders[i], "current", NULL);
    char *real = realpath (link, NULL);
    if (real != NULL) {
      char *path = g_strdup (real);
      free (real);
      return path;
    }
  }
  return NULL;
}

GPtrArray *
vbet_images_list (void)
{
  GPtrArray *images = g_ptr_array_new_with_free_func ((GDestroyNotify)image_info_free);
  g_auto (GStrv) folders = vbet_paths_image_search ();
  g_autofree char *current = find_current (folders);
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
