/* arrange.c - see arrange.h. What goes to Graphviz and comes back is in arrange-dot.c. */
#include "config.h"

#include "gui/model/arrange.h"

#include <string.h>

#include "gui/model/layout.h"
#include "gui/model/view.h"

#define TILE VBET_VIEW_TILE
/* Rough sizes of a character of a name and of the lines below it. */
#define NAME_CHARACTER 8.2
#define DETAIL_CHARACTER 7.0
#define NAME_LINE 22.0
#define DETAIL_LINE 15.0
/* Between two boxes. */
#define GAP 24.0
/* Boxes are pushed apart at most so often; what still touches then is moved to a free place. */
#define PUSHES 60
#define PUSH_MAX 400 /* devices; more are moved to free places at once */

/* --- what is arranged ------------------------------------------------------------- */

static VbetRect
box_of (const VbetDevice *device)
{
  double width = TILE, height = TILE + NAME_LINE;
  const char *label = vbet_attributes_text (device->attributes, device->kind, "label");
  width = MAX (width, strlen (device->name) * NAME_CHARACTER);
  if (label != NULL && *label != '\0') {
    width = MAX (width, g_utf8_strlen (label, -1) * DETAIL_CHARACTER);
    height += DETAIL_LINE;
  }
  for (guint i = 0; i < device->nics->len; i++) {
    const VbetNic *nic = g_ptr_array_index (device->nics, i);
    g_autoptr (GPtrArray) addresses = vbet_attributes_list (nic->attributes, "ip");
    for (guint k = 0; k < addresses->len; k++) {
      g_autofree char *written = vbet_value_to_text (g_ptr_array_index (addresses, k));
      width = MAX (width, (strlen (written) + 5) * DETAIL_CHARACTER);
      height += DETAIL_LINE;
    }
  }
  return (VbetRect){ -width / 2, -TILE / 2, width, height };
}

static VbetRect
at (VbetRect box, VbetPoint point)
{
  return (VbetRect){ box.x + point.x, box.y + point.y, box.width, box.height };
}

VbetArrangement *
vbet_arrangement_new (const VbetTopology *topology, const VbetPoint *positions, GHashTable *names)
{
  VbetArrangement *self = g_new0 (VbetArrangement, 1);
  g_autoptr (GHashTable) index = g_hash_table_new (g_str_hash, g_str_equal);
  guint n = topology->devices->len;
  self->devices = g_new0 (guint, n + 1);
  self->kinds = g_new0 (VbetKind, n + 1);
  self->boxes = g_new0 (VbetRect, n + 1);
  self->old = g_new0 (VbetPoint, n + 1);
  self->edges = g_new0 (guint, 2 * topology->cables->len + 1);
  self->obstacles = g_array_new (FALSE, FALSE, sizeof (VbetRect));
  for (guint i = 0; i < n; i++) {
    const VbetDevice *device = g_ptr_array_index (topology->devices, i);
    VbetRect box = box_of (device);
    if (names != NULL && !g_hash_table_contains (names, device->name)) {
      VbetRect there = at (box, positions[i]);
      g_array_append_val (self->obstacles, there);
      continue;
    }
    self->devices[self->n] = i;
    self->kinds[self->n] = device->kind;
    self->boxes[self->n] = box;
    self->old[self->n] = positions[i];
    g_hash_table_insert (index, device->name, GUINT_TO_POINTER (++self->n));
  }
  self->whole = self->n == n;
  for (guint i = 0; i < topology->cables->len; i++) {
    const VbetCable *cable = g_ptr_array_index (topology->cables, i);
    if (cable->ends[0].device == NULL || cable->ends[1].device == NULL)
      continue;
    guint a = GPOINTER_TO_UINT (g_hash_table_lookup (index, cable->ends[0].device));
    guint b = GPOINTER_TO_UINT (g_hash_table_lookup (index, cable->ends[1].device));
    if (a == 0 || b == 0 || a == b)
      continue;
    self->edges[2 * self->n_edges] = a - 1;
    self->edges[2 * self->n_edges + 1] = b - 1;
    self->n_edges++;
  }
  return self;
}

void
vbet_arrangement_free (VbetArrangement *self)
{
  g_free (self->devices);
  g_free (self->kinds);
  g_free (self->boxes);
  g_free (self->old);
  g_free (self->edges);
  g_array_unref (self->obstacles);
  g_free (self);
}

/* --- styles ------------------------------------------------------------------------ */

/* Neighbours of each, as lists. */
static GArray **
neighbours_of (const VbetArrangement *self)
{
  GArray **lists = g_new0 (GArray *, self->n + 1);
  for (guint i = 0; i < self->n; i++)
    lists[i] = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < self->n_edges; i++) {
    guint a = self->edges[2 * i], b = self->edges[2 * i + 1];
    g_array_append_val (lists[a], b);
    g_array_append_val (lists[b], a);
  }
  return lists;
}

static void
lists_free (GArray **lists, guint n)
{
  for (guint i = 0; i < n; i++)
    g_array_unref (lists[i]);
  g_free (lists);
}

/* Each after one that it is cabled to, so that neighbours come together. */
static GArray *
depth_first (const VbetArrangement *self)
{
  GArray **lists = neighbours_of (self);
  GArray *order = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autofree gboolean *seen = g_new0 (gboolean, self->n + 1);
  for (guint start = 0; start < self->n; start++) {
    g_array_append_val (stack, start);
    while (stack->len > 0) {
      guint node = g_array_index (stack, guint, stack->len - 1);
      g_array_set_size (stack, stack->len - 1);
      if (seen[node])
        continue;
      seen[node] = TRUE;
      g_array_append_val (order, node);
      for (guint i = lists[node]->len; i > 0; i--)
        g_array_append_val (stack, g_array_index (lists[node], guint, i - 1));
    }
  }
  lists_free (lists, self->n);
  return order;
}

/* What @node hangs together with, so far. */
static guint
root_of (guint *parent, guint node)
{
  while (parent[node] != node) {
    parent[node] = parent[parent[node]];
    node = parent[node];
  }
  return node;
}

gboolean
vbet_arrangement_is_simple (const VbetArrangement *self)
{
  g_autofree guint *parent = g_new (guint, self->n + 1);
  g_autofree guint *degree = g_new0 (guint, self->n + 1);
  g_autofree gboolean *loop = g_new0 (gboolean, self->n + 1);
  g_autofree gboolean *branched = g_new0 (gboolean, self->n + 1);
  g_autoptr (GHashTable) pairs = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  for (guint i = 0; i < self->n; i++)
    parent[i] = i;
  for (guint i = 0; i < self->n_edges; i++) {
    guint a = MIN (self->edges[2 * i], self->edges[2 * i + 1]),
          b = MAX (self->edges[2 * i], self->edges[2 * i + 1]);
    gint64 key = (gint64)a << 32 | b;
    if (!g_hash_table_add (pairs, g_memdup2 (&key, sizeof key)))
      continue; /* one more cable between the same two */
    degree[a]++;
    degree[b]++;
    guint left = root_of (parent, a), right = root_of (parent, b);
    loop[right] |= loop[left] || left == right;
    parent[left] = right;
  }
  for (guint i = 0; i < self->n; i++)
    branched[root_of (parent, i)] |= degree[i] > 2;
  for (guint i = 0; i < self->n; i++)
    if (parent[i] == i && loop[i] && branched[i])
      return FALSE;
  return TRUE;
}

static double
widest (const VbetArrangement *self)
{
  double width = TILE;
  for (guint i = 0; i < self->n; i++)
    width = MAX (width, self->boxes[i].width);
  return width;
}

static double
highest (const VbetArrangement *self)
{
  double height = TILE;
  for (guint i = 0; i < self->n; i++)
    height = MAX (height, self->boxes[i].height);
  return height;
}

static void
draw_circle (const VbetArrangement *self, VbetPoint *points)
{
  g_autoptr (GArray) order = depth_first (self);
  double round_it = self->n * (MAX (widest (self), highest (self)) + GAP);
  double radius = self->n < 2 ? 0 : MAX (VBET_LAYOUT_STEP * 0.75, round_it / (2 * G_PI));
  for (guint i = 0; i < self->n; i++) {
    double angle = -G_PI / 2 + 2 * G_PI * i / self->n;
    points[g_array_index (order, guint, i)] = (VbetPoint){ radius * cos (angle), radius * sin (angle) };
  }
}

static void
draw_grid (const VbetArrangement *self, VbetPoint *points)
{
  guint columns = (guint)ceil (sqrt (self->n * 1.4));
  double width = MAX (widest (self) + GAP, TILE * 2), height = highest (self) + 2 * GAP;
  for (guint i = 0; i < self->n; i++) {
    guint row = i / columns;
    points[i] = (VbetPoint){ (i % columns) * width, row * height };
  }
}

/* Which of two begins a layered drawing: what leads out of the lab, then what has the most cables. */
static guint
rank (VbetKind kind)
{
  const VbetKindSpec *spec = vbet_kind_spec (kind);
  return spec != NULL ? spec->rank : 0;
}

/* Numbers the layers of the component of @root; returns the deepest. */
static guint
number_layers (GArray **lists, guint root, guint *layer)
{
  g_autoptr (GArray) queue = g_array_new (FALSE, FALSE, sizeof (guint));
  guint deepest = 0;
  layer[root] = 0;
  g_array_append_val (queue, root);
  for (guint i = 0; i < queue->len; i++) {
    guint node = g_array_index (queue, guint, i);
    for (guint k = 0; k < lists[node]->len; k++) {
      guint other = g_array_index (lists[node], guint, k);
      if (layer[other] != G_MAXUINT)
        continue;
      layer[other] = layer[node] + 1;
      deepest = MAX (deepest, layer[other]);
      g_array_append_val (queue, other);
    }
  }
  return deepest;
}

typedef struct {
  guint node;
  double wish; /* the mean of what it is cabled to in the layer above */
} Seat;

static int
compare_seats (gconstpointer a, gconstpointer b)
{
  const Seat *left = a, *right = b;
  if (left->wish != right->wish)
    return left->wish < right->wish ? -1 : 1;
  return left->node < right->node ? -1 : left->node > right->node;
}

static void
draw_layer (const VbetArrangement *self, GArray **lists, const guint *layer, guint number, VbetPoint *points)
{
  g_autoptr (GArray) seats = g_array_new (FALSE, FALSE, sizeof (Seat));
  double width = 0, y = number * MAX (highest (self) + 2 * GAP, VBET_LAYOUT_STEP * 0.8);
  for (guint i = 0; i < self->n; i++) {
    Seat seat = { i, 0 };
    guint above = 0;
    if (layer[i] != number)
      continue;
    for (guint k = 0; k < lists[i]->len; k++) {
      guint other = g_array_index (lists[i], guint, k);
      if (layer[other] + 1 != number)
        continue;
      seat.wish += points[other].x;
      above++;
    }
    seat.wish = above > 0 ? seat.wish / above : 0;
    width += self->boxes[i].width + GAP;
    g_array_append_val (seats, seat);
  }
  g_array_sort (seats, compare_seats);
  double x = -width / 2;
  for (guint i = 0; i < seats->len; i++) {
    guint node = g_array_index (seats, Seat, i).node;
    double room = self->boxes[node].width + GAP;
    points[node] = (VbetPoint){ x + room / 2, y };
    x += room;
  }
}

static void
draw_layered (const VbetArrangement *self, VbetPoint *points)
{
  GArray **lists = neighbours_of (self);
  g_autofree guint *layer = g_new (guint, self->n + 1);
  guint deepest = 0;
  for (guint i = 0; i < self->n; i++)
    layer[i] = G_MAXUINT;
  for (;;) {
    guint root = G_MAXUINT;
    for (guint i = 0; i < self->n; i++) {
      if (layer[i] != G_MAXUINT)
        continue;
      if (root == G_MAXUINT || rank (self->kinds[i]) > rank (self->kinds[root])
          || (rank (self->kinds[i]) == rank (self->kinds[root]) && lists[i]->len > lists[root]->len))
        root = i;
    }
    if (root == G_MAXUINT)
      break;
    guint depth = number_layers (lists, root, layer);
    deepest = MAX (deepest, depth);
  }
  for (guint number = 0; number <= deepest && self->n > 0; number++)
    draw_layer (self, lists, layer, number, points);
  lists_free (lists, self->n);
}

GArray *
vbet_arrangement_draw (const VbetArrangement *self, VbetStyle style)
{
  if (style == VBET_STYLE_ORGANIC)
    return vbet_layout_graph (self->n, self->edges, self->n_edges);
  GArray *points = g_array_new (FALSE, TRUE, sizeof (VbetPoint));
  g_array_set_size (points, self->n);
  VbetPoint *first = &g_array_index (points, VbetPoint, 0);
  if (style == VBET_STYLE_CIRCLE)
    draw_circle (self, first);
  else if (style == VBET_STYLE_GRID)
    draw_grid (self, first);
  else
    draw_layered (self, first);
  return points;
}

/* --- positions ------------------------------------------------------------------------ */

static double
snap (double value)
{
  double snapped = round (value / VBET_LAYOUT_GRID) * VBET_LAYOUT_GRID;
  return snapped == 0.0 ? 0.0 : snapped; /* never -0 */
}

static gboolean
touch (VbetRect a, VbetRect b)
{
  return a.x < b.x + b.width + GAP && b.x < a.x + a.width + GAP && a.y < b.y + b.height + GAP
         && b.y < a.y + a.height + GAP;
}

/* Moves both out of each other, the shorter way. */
static gboolean
push (const VbetArrangement *self, VbetPoint *points, guint i, guint k)
{
  VbetRect a = at (self->boxes[i], points[i]), b = at (self->boxes[k], points[k]);
  if (!touch (a, b))
    return FALSE;
  double right = a.x + a.width + GAP - b.x, left = b.x + b.width + GAP - a.x;
  double down = a.y + a.height + GAP - b.y, up = b.y + b.height + GAP - a.y;
  double dx = right < left ? right : -left, dy = down < up ? down : -up;
  if (fabs (dx) < fabs (dy)) {
    points[i].x -= dx / 2;
    points[k].x += dx / 2;
  } else {
    points[i].y -= dy / 2;
    points[k].y += dy / 2;
  }
  return TRUE;
}

static void
push_apart (const VbetArrangement *self, VbetPoint *points)
{
  gboolean any = self->n <= PUSH_MAX;
  for (guint round_number = 0; round_number < PUSHES && any; round_number++) {
    any = FALSE;
    for (guint i = 0; i < self->n; i++)
      for (guint k = 0; k < i; k++)
        any |= push (self, points, k, i);
  }
}

/* Boxes that have their place, in cells, so that neighbours are found quickly. */
typedef struct {
  GHashTable *cells; /* key of a cell → GArray of VbetRect */
} Floor;

#define CELL 160.0

static gpointer
cell_key (gint x, gint y)
{
  return GUINT_TO_POINTER (((guint)x * 73856093u) ^ ((guint)y * 19349663u));
}

static void
floor_put (Floor *self, VbetRect rect)
{
  for (gint x = (gint)floor ((rect.x - GAP) / CELL); x <= (gint)floor ((rect.x + rect.width + GAP) / CELL);
       x++)
    for (gint y = (gint)floor ((rect.y - GAP) / CELL); y <= (gint)floor ((rect.y + rect.height + GAP) / CELL);
         y++) {
      GArray *cell = g_hash_table_lookup (self->cells, cell_key (x, y));
      if (cell == NULL) {
        cell = g_array_new (FALSE, FALSE, sizeof (VbetRect));
        g_hash_table_insert (self->cells, cell_key (x, y), cell);
      }
      g_array_append_val (cell, rect);
    }
}

static gboolean
floor_is_free (Floor *self, VbetRect rect)
{
  for (gint x = (gint)floor (rect.x / CELL); x <= (gint)floor ((rect.x + rect.width) / CELL); x++)
    for (gint y = (gint)floor (rect.y / CELL); y <= (gint)floor ((rect.y + rect.height) / CELL); y++) {
      const GArray *cell = g_hash_table_lookup (self->cells, cell_key (x, y));
      for (guint i = 0; cell != NULL && i < cell->len; i++) {
        VbetRect other = g_array_index (cell, VbetRect, i);
        /* A grid's step less than the gap is enough: snapping moves by as much. */
        if (vbet_rect_intersects (vbet_rect_grow (other, (GAP - VBET_LAYOUT_GRID) / 2),
                                  vbet_rect_grow (rect, (GAP - VBET_LAYOUT_GRID) / 2 - 0.5)))
          return FALSE;
      }
    }
  return TRUE;
}

/* The free place nearest to @wish, looked for in growing squares. */
static VbetPoint
free_place (Floor *self, VbetRect box, VbetPoint wish)
{
  const double step = 2 * VBET_LAYOUT_GRID;
  VbetPoint place = { snap (wish.x), snap (wish.y) };
  for (gint ring = 0; ring < 400; ring++) {
    double nearest = G_MAXDOUBLE;
    VbetPoint best = place;
    for (gint dx = -ring; dx <= ring; dx++)
      for (gint dy = -ring; dy <= ring; dy += ABS (dx) == ring ? 1 : MAX (2 * ring, 1)) {
        VbetPoint there = { place.x + dx * step, place.y + dy * step };
        double distance = vbet_point_distance (there, wish);
        if (distance < nearest && floor_is_free (self, at (box, there))) {
          nearest = distance;
          best = there;
        }
      }
    if (nearest < G_MAXDOUBLE)
      return best;
  }
  return place;
}

static VbetRect
bounds (const VbetPoint *points, guint n)
{
  VbetRect box = { points[0].x, points[0].y, 0, 0 };
  for (guint i = 1; i < n; i++)
    box = vbet_rect_union (box, (VbetRect){ points[i].x, points[i].y, 0, 0 });
  return box;
}

/* The whole lab goes to where a layout begins; a part stays around its middle. */
static void
move_home (const VbetArrangement *self, VbetPoint *points)
{
  VbetRect now = bounds (points, self->n), old = bounds (self->old, self->n);
  double dx = old.x + old.width / 2 - now.x - now.width / 2,
         dy = old.y + old.height / 2 - now.y - now.height / 2;
  if (self->whole) {
    dx = VBET_LAYOUT_STEP * 0.5 - now.x;
    dy = VBET_LAYOUT_STEP * 0.5 - now.y;
  }
  for (guint i = 0; i < self->n; i++) {
    points[i].x += dx;
    points[i].y += dy;
  }
}

void
vbet_arrangement_settle (const VbetArrangement *self, GArray *points)
{
  g_return_if_fail (points->len == self->n);
  g_autoptr (GHashTable) cells = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)g_array_unref);
  Floor ground = { cells };
  VbetPoint *first = &g_array_index (points, VbetPoint, 0);
  if (self->n == 0)
    return;
  push_apart (self, first);
  move_home (self, first);
  for (guint i = 0; i < self->obstacles->len; i++)
    floor_put (&ground, g_array_index (self->obstacles, VbetRect, i));
  for (guint i = 0; i < self->n; i++) {
    first[i] = free_place (&ground, self->boxes[i], first[i]);
    floor_put (&ground, at (self->boxes[i], first[i]));
  }
}

/* --- aligning --------------------------------------------------------------------------- */

void
vbet_arrange_align (VbetPoint *points, guint n, VbetAlign how)
{
  if (n == 0)
    return;
  VbetRect box = bounds (points, n);
  for (guint i = 0; i < n; i++) {
    if (how == VBET_ALIGN_LEFT || how == VBET_ALIGN_RIGHT)
      points[i].x = how == VBET_ALIGN_LEFT ? box.x : box.x + box.width;
    else if (how == VBET_ALIGN_CENTRE)
      points[i].x = round (box.x + box.width / 2);
    else if (how == VBET_ALIGN_MIDDLE)
      points[i].y = round (box.y + box.height / 2);
    else
      points[i].y = how == VBET_ALIGN_TOP ? box.y : box.y + box.height;
  }
}

typedef struct {
  guint index;
  double value;
} Place;

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const Place *left = a, *right = b;
  if (left->value != right->value)
    return left->value < right->value ? -1 : 1;
  return left->index < right->index ? -1 : left->index > right->index;
}

void
vbet_arrange_distribute (VbetPoint *points, guint n, gboolean vertically)
{
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (Place));
  if (n < 3)
    return;
  for (guint i = 0; i < n; i++) {
    Place place = { i, vertically ? points[i].y : points[i].x };
    g_array_append_val (places, place);
  }
  g_array_sort (places, compare_places);
  double from = g_array_index (places, Place, 0).value, to = g_array_index (places, Place, n - 1).value;
  for (guint i = 0; i < n; i++) {
    double value = round (from + (to - from) * i / (n - 1));
    VbetPoint *point = &points[g_array_index (places, Place, i).index];
    if (vertically)
      point->y = value;
    else
      point->x = value;
  }
}

static gboolean
find_name (const char *const *names, guint n, const char *name, guint *ret)
{
  for (guint i = 0; i < n; i++)
    if (g_strcmp0 (names[i], name) == 0) {
      *ret = i;
      return TRUE;
    }
  return FALSE;
}

gboolean
vbet_style_from_name (const char *name, VbetStyle *ret_style)
{
  static const char *const names[] = { "organic", "layered", "circle", "grid" };
  guint index = 0;
  if (!find_name (names, G_N_ELEMENTS (names), name, &index))
    return FALSE;
  *ret_style = (VbetStyle)index;
  return TRUE;
}

gboolean
vbet_align_from_name (const char *name, VbetAlign *ret_align)
{
  static const char *const names[] = { "left", "centre", "right", "top", "middle", "bottom" };
  guint index = 0;
  if (!find_name (names, G_N_ELEMENTS (names), name, &index))
    return FALSE;
  *ret_align = (VbetAlign)index;
  return TRUE;
}
