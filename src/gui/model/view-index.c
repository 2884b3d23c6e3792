/* view-index.c - where the items are: those near a place are found without looking at all; see view.h.
 *
 * The index is a grid of square cells over all that is drawn; a cell lists the
 * numbers of the items that touch it, rising. A cable is in the cells along
 * its curve only, not in all of the rectangle around it.
 */
#include "config.h"

#include "gui/model/view-private.h"

#include <string.h>

#define CELL 192.0
/* A lab may be as wide as it likes; its index may not. */
#define CELLS_MAX 128
#define TAKEN_CELL 96.0

/* --- the grid --------------------------------------------------------------------- */

struct VbetViewIndex {
  VbetRect limits;
  double cell; /* side */
  int columns;
  int rows;
  GArray **cells; /* (element-type guint) (nullable) each */
};

/* A range of cells, ends included. */
typedef struct {
  int left, right, top, bottom;
} Cells;

VbetRect
vbet_item_extent (const VbetItem *self)
{
  switch (self->kind) {
  case VBET_ITEM_DEVICE: /* outline, badge */
    return vbet_rect_grow (self->bounds, 9);
  case VBET_ITEM_CABLE: /* halo, lamps, cuts */
    return vbet_rect_grow (self->bounds, 14);
  case VBET_ITEM_TEXT: /* plate */
    return vbet_rect_grow (self->bounds, 8);
  case VBET_ITEM_NOTE:
    return vbet_rect_grow (self->bounds, 4);
  case VBET_ITEM_WIRE:
  case VBET_ITEM_HANDLE:
  case VBET_ITEM_GHOST:
  case VBET_ITEM_BAND:
  default:
    return vbet_rect_grow (self->bounds, 6);
  }
}

static int
cell_number (double at, double start, double cell, int cells)
{
  return (int)CLAMP (floor ((at - start) / cell), 0, cells - 1);
}

static Cells
cells_of (const VbetViewIndex *self, VbetRect rect)
{
  return (Cells){ cell_number (rect.x, self->limits.x, self->cell, self->columns),
                  cell_number (rect.x + rect.width, self->limits.x, self->cell, self->columns),
                  cell_number (rect.y, self->limits.y, self->cell, self->rows),
                  cell_number (rect.y + rect.height, self->limits.y, self->cell, self->rows) };
}

static void
index_rect (VbetViewIndex *self, guint number, VbetRect rect)
{
  Cells range = cells_of (self, rect);
  for (int row = range.top; row <= range.bottom; row++)
    for (int column = range.left; column <= range.right; column++) {
      GArray **cell = &self->cells[row * self->columns + column];
      if (*cell == NULL)
        *cell = g_array_new (FALSE, FALSE, sizeof (guint));
      if ((*cell)->len == 0 || g_array_index (*cell, guint, (*cell)->len - 1) != number)
        g_array_append_val (*cell, number);
    }
}

static void
index_item (VbetViewIndex *self, guint number, const VbetItem *item)
{
  VbetRect extent = vbet_item_extent (item);
  if (item->kind != VBET_ITEM_CABLE || MAX (extent.width, extent.height) <= self->cell) {
    index_rect (self, number, extent);
    return;
  }
  VbetPoint from = item->a;
  int parts = (int)CLAMP (ceil (2 * hypot (extent.width, extent.height) / self->cell), 2, 4 * CELLS_MAX);
  for (int i = 1; i <= parts; i++) {
    VbetPoint to = vbet_item_point (item, (double)i / parts);
    index_rect (self, number, vbet_rect_grow (vbet_rect_spanned (from, to), 17));
    from = to;
  }
}

void
_vbet_view_make_index (VbetView *view)
{
  VbetViewIndex *self = g_new0 (VbetViewIndex, 1);
  for (guint i = 0; i < view->items->len; i++) {
    VbetRect extent = vbet_item_extent (g_ptr_array_index (view->items, i));
    self->limits = i > 0 ? vbet_rect_union (self->limits, extent) : extent;
  }
  self->cell = MAX (CELL, MAX (self->limits.width, self->limits.height) / CELLS_MAX);
  self->columns = (int)floor (self->limits.width / self->cell) + 1;
  self->rows = (int)floor (self->limits.height / self->cell) + 1;
  self->cells = g_new0 (GArray *, (gsize)self->columns * (gsize)self->rows);
  for (guint i = 0; i < view->items->len; i++)
    index_item (self, i, g_ptr_array_index (view->items, i));
  view->index = self;
}

void
_vbet_view_index_free (VbetViewIndex *self)
{
  for (int i = 0; i < self->columns * self->rows; i++)
    g_clear_pointer (&self->cells[i], g_array_unref);
  g_free (self->cells);
  g_free (self);
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  guint x = *(const guint *)a, y = *(const guint *)b;
  return x < y ? -1 : x > y ? 1 : 0;
}

void
vbet_view_near (const VbetView *self, VbetRect rect, GArray *ret_numbers)
{
  const VbetViewIndex *index = self->index;
  g_array_set_size (ret_numbers, 0);
  if (!vbet_rect_intersects (index->limits, rect))
    return;
  Cells range = cells_of (index, rect);
  for (int row = range.top; row <= range.bottom; row++)
    for (int column = range.left; column <= range.right; column++) {
      const GArray *cell = index->cells[row * index->columns + column];
      if (cell != NULL)
        g_array_append_vals (ret_numbers, cell->data, cell->len);
    }
  g_array_sort (ret_numbers, compare_numbers);
  guint kept = 0;
  for (guint i = 0; i < ret_numbers->len; i++) {
    guint number = g_array_index (ret_numbers, guint, i);
    if (kept > 0 && g_array_index (ret_numbers, guint, kept - 1) == number)
      continue;
    if (!vbet_rect_intersects (vbet_item_extent (g_ptr_array_index (self->items, number)), rect))
      continue;
    g_array_index (ret_numbers, guint, kept++) = number;
  }
  g_array_set_size (ret_numbers, kept);
}

VbetRect
vbet_view_limits (const VbetView *self)
{
  return self->index->limits;
}

/* --- places that are taken ------------------------------------------------------------- */

struct VbetOccupied {
  GHashTable *cells; /* number of a cell → GArray of VbetRect */
};

VbetOccupied *
_vbet_occupied_new (void)
{
  VbetOccupied *self = g_new0 (VbetOccupied, 1);
  self->cells = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)g_array_unref);
  return self;
}

void
_vbet_occupied_free (VbetOccupied *self)
{
  g_hash_table_unref (self->cells);
  g_free (self);
}

static gpointer
taken_key (double column, double row)
{
  return GUINT_TO_POINTER ((guint)(gint64)column * 73856093u ^ (guint)(gint64)row * 19349663u);
}

void
_vbet_occupied_add (VbetOccupied *self, VbetRect rect)
{
  if (!(rect.width < 100 * TAKEN_CELL && rect.height < 100 * TAKEN_CELL))
    return; /* a text like that is in everybody's way */
  for (double row = floor (rect.y / TAKEN_CELL); row <= floor ((rect.y + rect.height) / TAKEN_CELL); row++)
    for (double column = floor (rect.x / TAKEN_CELL); column <= floor ((rect.x + rect.width) / TAKEN_CELL);
         column++) {
      GArray *cell = g_hash_table_lookup (self->cells, taken_key (column, row));
      if (cell == NULL) {
        cell = g_array_new (FALSE, FALSE, sizeof (VbetRect));
        g_hash_table_insert (self->cells, taken_key (column, row), cell);
      }
      g_array_append_val (cell, rect);
    }
}

gboolean
_vbet_occupied_touches (const VbetOccupied *self, VbetRect rect)
{
  for (double row = floor (rect.y / TAKEN_CELL); row <= floor ((rect.y + rect.height) / TAKEN_CELL); row++)
    for (double column = floor (rect.x / TAKEN_CELL); column <= floor ((rect.x + rect.width) / TAKEN_CELL);
         column++) {
      const GArray *cell = g_hash_table_lookup (self->cells, taken_key (column, row));
      for (guint i = 0; cell != NULL && i < cell->len; i++)
        if (vbet_rect_intersects (g_array_index (cell, VbetRect, i), rect))
          return TRUE;
    }
  return FALSE;
}
