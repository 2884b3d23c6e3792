/* snap.h - where a thing that is dragged comes to rest: in line with others, or on the grid. Pure. */
#pragma once

#include "gui/model/view.h"

/**
 * vbet_snap:
 * @at: where the pointer would put it
 * @others: (array length=n): middles of what it may line up with
 * @reach: how near a line must be to draw it there, in lab units
 * @ret_guides: (array length=VBET_VIEW_MAX_GUIDES) (nullable): lines through what it lines up with
 *
 * Along each axis on its own: in line with the nearest other thing, or as far from its neighbours in the row
 * as they are from each other, or on the grid.
 *
 * Returns: where it goes.
 */
VbetPoint vbet_snap (VbetPoint at, const VbetPoint *others, guint n, double reach, VbetGuide *ret_guides,
                     guint *ret_n_guides);

/** vbet_snap_grid: Returns: @at on the grid. */
VbetPoint vbet_snap_grid (VbetPoint at);
