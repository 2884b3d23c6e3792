/* link.h - the stream between a terminal of the window and one of a guest: its console, or a root shell.
 *
 * The engine owns the other end: giving up a link to a console changes nothing
 * for the guest, giving up that of a shell ends the shell.
 */
#pragma once

#include "engine/client.h"

typedef enum {
  VBET_LINK_CONSOLE,
  VBET_LINK_SHELL,
} VbetLinkKind;

#define VBET_TYPE_LINK (vbet_link_get_type ())
G_DECLARE_FINAL_TYPE (VbetLink, vbet_link, VBET, LINK, GObject)

/* Signals:
 *   "output" (const char *bytes, gulong size): the guest has written
 *   "lost" (const char *why): it is over; @why: (nullable): the engine's sentence, when it was refused */

/** vbet_link_new: Returns: (transfer full): one that is not connected. */
VbetLink *vbet_link_new (VbetLinkKind kind, const char *device);
/** vbet_link_open: connects, instead of what was. */
void vbet_link_open (VbetLink *self, VbetClient *client, guint rows, guint columns);
/** vbet_link_close: of the connection; "lost" does not follow. */
void vbet_link_close (VbetLink *self);
/** vbet_link_is_open: also while it is being opened. */
gboolean vbet_link_is_open (VbetLink *self);
/** vbet_link_send: types @size bytes; dropped when nothing is connected. */
void vbet_link_send (VbetLink *self, const char *bytes, gsize size);
/** vbet_link_resize: tells the guest the size; remembered until it is connected. */
void vbet_link_resize (VbetLink *self, guint rows, guint columns);
