/* copies.h - files that are being copied into guests and out of them: a bar with progress while there are
 * any.
 *
 * One after the other, in the order in which they were asked for.
 */
#pragma once

#include <gtk/gtk.h>

#include "engine/client.h"

#define VBET_TYPE_COPIES (vbet_copies_get_type ())
G_DECLARE_FINAL_TYPE (VbetCopies, vbet_copies, VBET, COPIES, GtkBox)

/* Signals:
 *   "done" (gboolean ok, const char *text): all that was asked for has ended; one sentence on how */

/** vbet_copies_new: Returns: (transfer floating): without copies under way. */
GtkWidget *vbet_copies_new (void);
/** vbet_copies_put: @folder: absolute, in the guest. */
void vbet_copies_put (VbetCopies *self, VbetClient *client, const char *device, GFile *source,
                      const char *folder);
/** vbet_copies_get: @path: absolute, in the guest. */
void vbet_copies_get (VbetCopies *self, VbetClient *client, const char *device, const char *path,
                      GFile *target);
