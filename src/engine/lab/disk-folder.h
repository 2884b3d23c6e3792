/* disk-folder.h - where the persistent disks of a lab are, so that no other lab gets them.
 *
 * They belong to the lab's file: a folder below "disks" of the state folder,
 * named by the lab's identifier, notes in its file "lab" whose it is. Another
 * file whose lab has the same identifier gets a folder of its own.
 */
#pragma once

#include <glib.h>

/**
 * vbet_disk_folder_find:
 * @id: the lab's identifier
 * @path: of the lab's file; "" for a lab without one
 *
 * Finds or makes the folder. One that nobody has noted (as earlier versions
 * left them), or whose file is not there any more (it was moved, or renamed
 * and named back), goes to the first lab with its identifier that asks.
 *
 * Returns: (transfer full): an absolute path; NULL with @error when it cannot be made or is not ours.
 */
char *vbet_disk_folder_find (const char *id, const char *path, GError **error);
