/* file-save.h - writes a lab's file: all of it or nothing, in a thread. */
#pragma once

#include <gio/gio.h>

/**
 * vbet_file_save_async:
 * @etag: (nullable): of the file as it was read; NULL to replace whatever is there
 *
 * The bytes go into a new file beside @file that then takes its place, so that a full disk leaves the old one
 * whole. What a link points to is replaced, not the link; the mode stays. Errors: G_IO_ERROR_WRONG_ETAG when
 * the file is another one than that which was read, else G_IO_ERROR or G_FILE_ERROR with the reason.
 */
void vbet_file_save_async (GFile *file, GBytes *bytes, const char *etag, GAsyncReadyCallback callback,
                           gpointer data);
/** vbet_file_save_finish: @ret_etag: (out) (transfer full) (nullable): of what was written. */
gboolean vbet_file_save_finish (GAsyncResult *result, char **ret_etag, GError **error);
