/* grid.c - see grid.h. */
#include "config.h"

#include "gui/model/grid.h"

guint
vbet_grid_columns (guint tiles)
{
  if (tiles <= 3)
    return MAX (tiles, 1);
  guint rows = 2;
  /* One row more as soon as a row would be longer than two more than there are rows. */
  while ((tiles + rows - 1) / rows > rows + 2)
    rows++;
  return (tiles + rows - 1) / rows;
}

guint
vbet_grid_row_size (guint tiles, guint row)
{
  guint columns = vbet_grid_columns (tiles);
  guint before = row * columns;
  return before >= tiles ? 0 : MIN (columns, tiles - before);
}
