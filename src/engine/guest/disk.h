/* disk.h - a guest's disk: a sparse copy-on-write file over a shared base image.
 *
 * User-mode Linux's own format (drivers/cow_user.c, version 3, big endian):
 * header, bitmap of written sectors, sectors. The kernel refuses a file whose
 * base image has another size or modification time, at boot and in its own
 * words; here the same is found before the start.
 */
#pragma once

#include <glib.h>

#define VBET_COW_HEADER_SIZE 4128
#define VBET_COW_PATH_MAX 4095 /* bytes of the base image's path */

/* What a copy-on-write header says. */
typedef struct {
  char *base;    /* absolute path */
  guint32 mtime; /* of the base image: seconds since 1970 */
  guint64 size;  /* of the base image: bytes */
} VbetCowHeader;

/** vbet_cow_header_clear: frees what @self holds, not @self. */
void vbet_cow_header_clear (VbetCowHeader *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (VbetCowHeader, vbet_cow_header_clear)

/** vbet_cow_header_encode: @out: VBET_COW_HEADER_SIZE bytes. Returns: FALSE when the path is too long. */
gboolean vbet_cow_header_encode (const VbetCowHeader *self, guint8 *out);
/** vbet_cow_header_decode: Returns: FALSE when @data is no header of version 3 with 512-byte sectors. */
gboolean vbet_cow_header_decode (const guint8 *data, gsize size, VbetCowHeader *ret_header);

/**
 * vbet_disk_prepare:
 * @path: the copy-on-write file; made when missing
 * @base: absolute path of the base image
 * @ret_created: (out) (optional): whether the file was made now
 *
 * Errors: VBET_ERROR_HOST: no space, no right, the base is gone; VBET_ERROR_STATE: an existing file belongs to
 * another base image.
 */
gboolean vbet_disk_prepare (const char *path, const char *base, gboolean *ret_created, GError **error);

/** vbet_disk_write_config: writes the configuration tar to @path, mode 0600, in place of what is there. */
gboolean vbet_disk_write_config (const char *path, GBytes *tar, GError **error);
/** vbet_disk_rewrite_config: likewise in the very file that is there, which a running guest has a mount of. It keeps what
 * it has when there is no space. Nobody may read it meanwhile. */
gboolean vbet_disk_rewrite_config (const char *path, GBytes *tar, GError **error);
