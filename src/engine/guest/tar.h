/* tar.h - writes a POSIX ustar archive into memory: the configuration disk of a guest. Pure. */
#pragma once

#include <glib.h>

typedef struct VbetTar VbetTar;

/** vbet_tar_new: Returns: (transfer full): an archive without members. */
VbetTar *vbet_tar_new (void);
/** vbet_tar_free: @self: not NULL */
void vbet_tar_free (VbetTar *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetTar, vbet_tar_free)

/**
 * vbet_tar_add:
 * @path: absolute or relative; written without leading "/"
 * @mode: permission bits
 * @owner: numeric user and group
 *
 * Appends a regular file. A later file of the same path wins when the archive is unpacked. Names that do not fit
 * ustar's fields go before their header as a record of type "L", as GNU tar does.
 */
void vbet_tar_add (VbetTar *self, const char *path, guint mode, guint owner, const void *data, gsize size);

/** vbet_tar_add_text: a file of root's with mode 0644. */
void vbet_tar_add_text (VbetTar *self, const char *path, const char *text);

/** vbet_tar_finish: Returns: (transfer full): the archive, whole blocks of 512 bytes; @self is empty then. */
GBytes *vbet_tar_finish (VbetTar *self);
