/* snap.c - see snap.h. The same code serves both axes: @across tells which. */
#include "config.h"

#include "gui/model/snap.h"

#include "gui/model/layout.h"

/* In a longer row, equal spacing is not looked for: each pair of it would be. */
#define ROW_MAX 64

static double
part (VbetPoint point, gboolean across)
{
  return across ? point.x : point.y;
}

static double
on_grid (double value)
{
  return round (value / VBET_LAYOUT_GRID) * VBET_LAYOUT_GRID;
}

VbetPoint
vbet_snap_grid (VbetPoint at)
{
  return (VbetPoint){ on_grid (at.x), on_grid (at.y) };
}

/* The coordinate of the others nearest to that of @at, if one is in reach. */
static gboolean
align (VbetPoint at, const VbetPoint *others, guint n, double reach, gboolean across, double *ret)
{
  double best = reach;
  gboolean found = FALSE;
  for (guint i = 0; i < n; i++) {
    double distance = fabs (part (others[i], across) - part (at, across));
    if (distance > best || (found && distance == best))
      continue;
    best = distance;
    *ret = part (others[i], across);
    found = TRUE;
  }
  return found;
}

static void
offer (double candidate, double wanted, double *best, double *ret, gboolean *found)
{
  if (fabs (candidate - wanted) > *best)
    return;
  *best = fabs (candidate - wanted);
  *ret = candidate;
  *found = TRUE;
}

/* In the row of things at @line on the other axis: between two of them, or as far beyond one as the next is.
 */
static gboolean
space (VbetPoint at, double line, const VbetPoint *others, guint n, double reach, gboolean across,
       double *ret)
{
  double row[ROW_MAX];
  guint size = 0;
  gboolean found = FALSE;
  double best = reach;
  for (guint i = 0; i < n; i++) {
    if (fabs (part (others[i], !across) - line) > 0.5)
      continue;
    if (size == ROW_MAX)
      return FALSE;
    row[size++] = part (others[i], across);
  }
  for (guint i = 0; i < size; i++)
    for (guint k = 0; k < size; k++) {
      if (i == k)
        continue;
      offer ((row[i] + row[k]) / 2, part (at, across), &best, ret, &found);
      offer (2 * row[i] - row[k], part (at, across), &best, ret, &found);
    }
  return found;
}

/* From the one end to the other of all that stands on the line. */
static VbetGuide
guide (VbetPoint at, const VbetPoint *others, guint n, gboolean across)
{
  double low = part (at, !across), high = low, line = part (at, across);
  for (guint i = 0; i < n; i++) {
    if (fabs (part (others[i], across) - line) > 0.01)
      continue;
    low = MIN (low, part (others[i], !across));
    high = MAX (high, part (others[i], !across));
  }
  low -= VBET_VIEW_TILE;
  high += VBET_VIEW_TILE;
  return across ? (VbetGuide){ { line, low }, { line, high } } : (VbetGuide){ { low, line }, { high, line } };
}

VbetPoint
vbet_snap (VbetPoint at, const VbetPoint *others, guint n, double reach, VbetGuide *ret_guides,
           guint *ret_n_guides)
{
  VbetPoint to = vbet_snap_grid (at);
  gboolean x = align (at, others, n, reach, TRUE, &to.x), y = align (at, others, n, reach, FALSE, &to.y);
  if (!x && y)
    space (at, to.y, others, n, reach, TRUE, &to.x);
  if (!y && x)
    space (at, to.x, others, n, reach, FALSE, &to.y);
  guint used = 0;
  if (ret_guides != NULL && x)
    ret_guides[used++] = guide (to, others, n, TRUE);
  if (ret_guides != NULL && y)
    ret_guides[used++] = guide (to, others, n, FALSE);
  if (ret_n_guides != NULL)
    *ret_n_guides = used;
  return to;
}
