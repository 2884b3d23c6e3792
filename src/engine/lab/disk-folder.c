/* disk-folder.c - where the persistent disks of a lab are; see disk-folder.h. */
#include "config.h"

#include "engine/lab/disk-folder.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/lab-id.h"
#include "base/paths.h"

#define NOTE "lab" /* disks end in ".cow" */

static char *
folder_of (const char *name)
{
  g_autofree char *state = vbet_paths_state_dir ();
  return g_build_filename (state, "disks", name, NULL);
}

/* Returns: (transfer full) (nullable): the file to whose lab the folder @name belongs. */
static char *
owner_of (const char *name)
{
  char *owner = NULL;
  g_autofree char *folder = folder_of (name);
  g_autofree char *note = g_build_filename (folder, NOTE, NULL);
  return g_file_get_contents (note, &owner, NULL, NULL) ? owner : NULL;
}

static gboolean
is_owned_by (const char *name, const char *path)
{
  g_autofree char *owner = owner_of (name);
  return owner != NULL && strcmp (owner, path) == 0;
}

/* Whether nobody would miss the disks: a file that the lab user may not look at is there. */
static gboolean
is_free (const char *name)
{
  struct stat status;
  g_autofree char *owner = owner_of (name);
  if (owner == NULL)
    return TRUE;
  return *owner != '\0' && lstat (owner, &status) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

static char *
take (const char *name, const char *path, GError **error)
{
  g_autofree char *folder = folder_of (name);
  g_autofree char *note = g_build_filename (folder, NOTE, NULL);
  g_autoptr (GError) reason = NULL;
  if (!vbet_paths_make_private (folder, error))
    return NULL;
  if (!is_owned_by (name, path)
      && !g_file_set_contents_full (note, path, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &reason)) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "Cannot note whose disks are in %s: %s", folder,
                 reason->message);
    return NULL;
  }
  return g_steal_pointer (&folder);
}

char *
vbet_disk_folder_find (const char *id, const char *path, GError **error)
{
  g_autofree char *tagged = vbet_lab_id_tagged (id, path);
  g_autofree char *untagged = vbet_lab_id_untagged (id, path);
  /* Whether it runs alone or beside another of its name, a lab has different identifiers. */
  const char *const names[] = { id, untagged != NULL ? untagged : tagged };
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (is_owned_by (names[i], path))
      return take (names[i], path, error);
  return take (untagged != NULL || is_free (id) ? id : tagged, path, error);
}
