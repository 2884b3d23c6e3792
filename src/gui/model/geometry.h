/* geometry.h - points and rectangles of the canvas, in lab units.
 *
 * A lab unit is a pixel at 100 % zoom; x grows to the right, y downwards, as
 * at=(x, y) in the lab's text. Pure; header only.
 */
#pragma once

#include <math.h>

#include <glib.h>

typedef struct {
  double x;
  double y;
} VbetPoint;

typedef struct {
  double x;
  double y;
  double width;
  double height;
} VbetRect;

/** vbet_rect_contains: whether the point is in it; edges are. */
static inline gboolean
vbet_rect_contains (VbetRect rect, double x, double y)
{
  return x >= rect.x && x <= rect.x + rect.width && y >= rect.y && y <= rect.y + rect.height;
}

/** vbet_rect_intersects: whether they have a point in common; edges count. */
static inline gboolean
vbet_rect_intersects (VbetRect a, VbetRect b)
{
  return a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height;
}

/** vbet_rect_union: the smallest rectangle around both. */
static inline VbetRect
vbet_rect_union (VbetRect a, VbetRect b)
{
  double x = MIN (a.x, b.x);
  double y = MIN (a.y, b.y);
  double right = MAX (a.x + a.width, b.x + b.width);
  double bottom = MAX (a.y + a.height, b.y + b.height);
  return (VbetRect){ x, y, right - x, bottom - y };
}

/** vbet_rect_grow: by so much to each side. */
static inline VbetRect
vbet_rect_grow (VbetRect rect, double by)
{
  return (VbetRect){ rect.x - by, rect.y - by, rect.width + 2 * by, rect.height + 2 * by };
}

/** vbet_rect_spanned: that with two opposite corners at @a and @b. */
static inline VbetRect
vbet_rect_spanned (VbetPoint a, VbetPoint b)
{
  return (VbetRect){ MIN (a.x, b.x), MIN (a.y, b.y), fabs (a.x - b.x), fabs (a.y - b.y) };
}

/** vbet_point_distance: as the crow flies, in their unit. */
static inline double
vbet_point_distance (VbetPoint a, VbetPoint b)
{
  return hypot (a.x - b.x, a.y - b.y);
}
