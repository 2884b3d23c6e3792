/* layout.h - where the devices of a lab stand on the canvas.
 *
 * Devices with at=(x, y) stand there. The others are placed here, the same way
 * each time for the same lab: a chain becomes a line, a ring a circle, a tree
 * (a star is one) a wheel around its middle, anything else a drawing in which
 * distances follow the number of cables between devices. Pure.
 */
#pragma once

#include "engine/model/topology.h"
#include "gui/model/geometry.h"

/* Distance between neighbours that the layout aims at, in lab units. */
#define VBET_LAYOUT_STEP 180.0
/* Positions are multiples of this, so that what the layout wrote and what is dragged line up. */
#define VBET_LAYOUT_GRID 10.0

/**
 * vbet_layout_written:
 * @ret_point: (out): its at= value
 *
 * Returns: whether @device says where it stands.
 */
gboolean vbet_layout_written (const VbetDevice *device, VbetPoint *ret_point);

/**
 * vbet_layout_compute:
 * @hints: (nullable) (element-type utf8 VbetPoint): where devices without at= stood before; they stay there
 * @afresh: place every device anew, whatever at= and @hints say
 *
 * Returns: (transfer full) (element-type VbetPoint): a position for each of @topology's devices, in their
 * order.
 */
GArray *vbet_layout_compute (const VbetTopology *topology, GHashTable *hints, gboolean afresh);

/**
 * vbet_layout_graph:
 * @edges: (array): pairs of numbers below @n
 *
 * Returns: (transfer full) (element-type VbetPoint): a position for each of @n things, drawn likewise.
 */
GArray *vbet_layout_graph (guint n, const guint *edges, guint n_edges);
