/* grid.h - how many columns a number of tiles is laid out in. Pure. */
#pragma once

#include <glib.h>

/**
 * vbet_grid_columns: for tiles of text, which rather are wide: up to 3 side by side, 4 as 2 × 2, 6 as 3 × 2,
 * 8 as 4 × 2.
 *
 * Returns: at least 1.
 */
guint vbet_grid_columns (guint tiles);

/** vbet_grid_row_size: Returns: how many of @tiles stand in row @row (from 0); the last one may be shorter.
 */
guint vbet_grid_row_size (guint tiles, guint row);
