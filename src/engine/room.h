/* room.h - memory that is given out up to a limit: what many hold together, counted in one place.
 *
 * Only a number: who takes has to give back as much. It is reference-counted,
 * since what was taken may be given back after everybody else is gone.
 */
#pragma once

#include <glib.h>

typedef struct VbetRoom VbetRoom;

/** vbet_room_new: @limit: bytes */
VbetRoom *vbet_room_new (gsize limit);
/** vbet_room_ref: Returns: (transfer full): @self. */
VbetRoom *vbet_room_ref (VbetRoom *self);
/** vbet_room_unref: @self: not NULL */
void vbet_room_unref (VbetRoom *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetRoom, vbet_room_unref)

/** vbet_room_take: Returns: whether there were @size bytes left; then they are taken. */
gboolean vbet_room_take (VbetRoom *self, gsize size);
/** vbet_room_give: @size bytes that were taken are free again. */
void vbet_room_give (VbetRoom *self, gsize size);
/** vbet_room_get_used: Returns: bytes that are taken. */
gsize vbet_room_get_used (const VbetRoom *self);

/**
 * vbet_room_bytes: @data: (transfer full): of g_malloc(), @size bytes that were taken.
 *
 * Returns: (transfer full): bytes that give back what they take when they go.
 */
GBytes *vbet_room_bytes (VbetRoom *self, guint8 *data, gsize size);
