/* transfer.h - one file into a guest, or out of it, in pieces.
 *
 * Of any size: each piece is a command of its own in the guest, so there is
 * progress to show, and cancelling ends it between two pieces. A file comes to
 * its place only when it is whole.
 */
#pragma once

#include "engine/client.h"

/** VbetTransferProgress: @fraction: 0 to 1. */
typedef void (*VbetTransferProgress) (double fraction, gpointer user_data);

/** vbet_transfer_put_async: @path: absolute, of the file to be; its folder is made when it is missing. */
void vbet_transfer_put_async (VbetClient *client, const char *device, GFile *source, const char *path,
                              GCancellable *cancellable, VbetTransferProgress progress,
                              gpointer progress_data, GAsyncReadyCallback callback, gpointer user_data);
/** vbet_transfer_get_async: @target: is replaced. */
void vbet_transfer_get_async (VbetClient *client, const char *device, const char *path, GFile *target,
                              GCancellable *cancellable, VbetTransferProgress progress,
                              gpointer progress_data, GAsyncReadyCallback callback, gpointer user_data);
/** vbet_transfer_finish: Returns: FALSE with @error, a sentence for people. */
gboolean vbet_transfer_finish (GAsyncResult *result, GError **error);
