/* layout.c - see layout.h.
 *
 * The work is done on a Graph: devices as numbers, neighbours as lists. Each
 * connected component that is wholly without a position is drawn on its own
 * (line, circle, wheel, or stress majorisation, Gansner et al. 2004) and set
 * beside what stands already; a device without a position in a component that
 * has some goes near its neighbours, to the next free place.
 */
#include "config.h"

#include "gui/model/layout.h"

#include <string.h>

/* Beyond this many devices in a component the quadratic drawing costs more than it gives. */
#define STRESS_MAX 220
#define STRESS_ROUNDS 120

typedef struct {
  guint n;
  GArray **neighbours; /* of guint, each once, rising order of appearance */
  VbetPoint *points;
  gboolean *placed;
  gint *component; /* -1: not yet known */
} Graph;

static double
snap (double value)
{
  double snapped = round (value / VBET_LAYOUT_GRID) * VBET_LAYOUT_GRID;
  return snapped == 0.0 ? 0.0 : snapped; /* never -0 */
}

static void
graph_clear (Graph *self)
{
  for (guint i = 0; i < self->n; i++)
    g_array_unref (self->neighbours[i]);
  g_free (self->neighbours);
  g_free (self->points);
  g_free (self->placed);
  g_free (self->component);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Graph, graph_clear)

static void
add_neighbour (Graph *self, guint a, guint b)
{
  for (guint i = 0; i < self->neighbours[a]->len; i++)
    if (g_array_index (self->neighbours[a], guint, i) == b)
      return;
  g_array_append_val (self->neighbours[a], b);
}

static guint
neighbour (const Graph *self, guint node, guint i)
{
  return g_array_index (self->neighbours[node], guint, i);
}

static guint
degree (const Graph *self, guint node)
{
  return self->neighbours[node]->len;
}

static void
graph_init_empty (Graph *self, guint n)
{
  self->n = n;
  self->neighbours = g_new0 (GArray *, n + 1);
  self->points = g_new0 (VbetPoint, n + 1);
  self->placed = g_new0 (gboolean, n + 1);
  self->component = g_new0 (gint, n + 1);
  for (guint i = 0; i < n; i++) {
    self->neighbours[i] = g_array_new (FALSE, FALSE, sizeof (guint));
    self->component[i] = -1;
  }
}

static void
graph_init (Graph *self, const VbetTopology *topology)
{
  g_autoptr (GHashTable) index = g_hash_table_new (g_str_hash, g_str_equal);
  graph_init_empty (self, topology->devices->len);
  for (guint i = 0; i < self->n; i++) {
    const VbetDevice *device = g_ptr_array_index (topology->devices, i);
    g_hash_table_insert (index, device->name, GUINT_TO_POINTER (i + 1));
  }
  for (guint i = 0; i < topology->cables->len; i++) {
    const VbetCable *cable = g_ptr_array_index (topology->cables, i);
    if (cable->ends[0].device == NULL || cable->ends[1].device == NULL)
      continue;
    guint a = GPOINTER_TO_UINT (g_hash_table_lookup (index, cable->ends[0].device));
    guint b = GPOINTER_TO_UINT (g_hash_table_lookup (index, cable->ends[1].device));
    if (a == 0 || b == 0 || a == b)
      continue;
    add_neighbour (self, a - 1, b - 1);
    add_neighbour (self, b - 1, a - 1);
  }
}

/* Breadth-first order of the component of @root; numbers it. */
static GArray *
walk (Graph *self, guint root, gint number)
{
  GArray *order = g_array_new (FALSE, FALSE, sizeof (guint));
  self->component[root] = number;
  g_array_append_val (order, root);
  for (guint i = 0; i < order->len; i++) {
    guint node = g_array_index (order, guint, i);
    for (guint k = 0; k < degree (self, node); k++) {
      guint other = neighbour (self, node, k);
      if (self->component[other] >= 0)
        continue;
      self->component[other] = number;
      g_array_append_val (order, other);
    }
  }
  return order;
}

/* Steps from @from to every device; G_MAXUINT where there is no way. */
static void
distances (const Graph *self, guint from, guint *ret)
{
  g_autofree guint *queue = g_new (guint, self->n);
  guint head = 0, tail = 0;
  for (guint i = 0; i < self->n; i++)
    ret[i] = G_MAXUINT;
  ret[from] = 0;
  queue[tail++] = from;
  while (head < tail) {
    guint node = queue[head++];
    for (guint k = 0; k < degree (self, node); k++) {
      guint other = neighbour (self, node, k);
      if (ret[other] != G_MAXUINT)
        continue;
      ret[other] = ret[node] + 1;
      queue[tail++] = other;
    }
  }
}

/* --- the shapes; each draws around (0, 0) ------------------------------------ */

/* Follows the chain or ring that begins at @start. */
static GArray *
follow (const Graph *self, guint start, guint size)
{
  GArray *order = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autofree gboolean *seen = g_new0 (gboolean, self->n);
  guint node = start;
  while (order->len < size) {
    g_array_append_val (order, node);
    seen[node] = TRUE;
    guint next = G_MAXUINT;
    for (guint k = 0; k < degree (self, node) && next == G_MAXUINT; k++)
      if (!seen[neighbour (self, node, k)])
        next = neighbour (self, node, k);
    if (next == G_MAXUINT)
      break;
    node = next;
  }
  return order;
}

/* A chain: a line from left to right, in rows when it is long. */
static void
draw_chain (Graph *self, guint start, guint size)
{
  const guint row = 8;
  g_autoptr (GArray) order = follow (self, start, size);
  for (guint i = 0; i < order->len; i++) {
    guint line = i / row, column = i % row;
    if (line % 2 == 1) /* back again, so that the chain never jumps */
      column = row - 1 - column;
    self->points[g_array_index (order, guint, i)]
        = (VbetPoint){ column * VBET_LAYOUT_STEP, line * VBET_LAYOUT_STEP };
  }
}

/* A ring: a circle, its first device at the top left, clockwise as written. */
static void
draw_ring (Graph *self, guint start, guint size)
{
  g_autoptr (GArray) order = follow (self, start, size);
  double radius = VBET_LAYOUT_STEP / (2 * sin (G_PI / size));
  double turn = size == 4 ? -3 * G_PI / 4 : -G_PI / 2;
  for (guint i = 0; i < order->len; i++) {
    double angle = turn + 2 * G_PI * i / size;
    self->points[g_array_index (order, guint, i)] = (VbetPoint){ radius * cos (angle), radius * sin (angle) };
  }
}

/* The middle of a tree: of the longest way, towards the end with more cables. */
static guint
middle (const Graph *self, const GArray *order)
{
  g_autofree guint *distance = g_new (guint, self->n);
  guint best = g_array_index (order, guint, 0), best_score = G_MAXUINT, best_degree = 0;
  for (guint i = 0; i < order->len; i++) {
    guint node = g_array_index (order, guint, i), far = 0;
    distances (self, node, distance);
    for (guint k = 0; k < order->len; k++)
      far = MAX (far, distance[g_array_index (order, guint, k)]);
    if (far < best_score || (far == best_score && degree (self, node) > best_degree)) {
      best = node;
      best_score = far;
      best_degree = degree (self, node);
    }
  }
  return best;
}

/* A tree: a wheel around @root; every subtree gets a slice as wide as its leaves are many. */
static void
draw_wheel (Graph *self, guint root)
{
  g_autofree guint *parent = g_new (guint, self->n);
  g_autofree guint *leaves = g_new0 (guint, self->n);
  g_autofree guint *depth = g_new0 (guint, self->n);
  g_autofree double *from = g_new0 (double, self->n);
  g_autoptr (GArray) queue = g_array_new (FALSE, FALSE, sizeof (guint));
  guint deepest = 1;
  parent[root] = root;
  g_array_append_val (queue, root);
  for (guint i = 0; i < queue->len; i++) {
    guint node = g_array_index (queue, guint, i);
    for (guint k = 0; k < degree (self, node); k++) {
      guint child = neighbour (self, node, k);
      if (child == parent[node])
        continue;
      parent[child] = node;
      depth[child] = depth[node] + 1;
      deepest = MAX (deepest, depth[child]);
      g_array_append_val (queue, child);
    }
  }
  for (guint i = queue->len; i > 0; i--) {
    guint node = g_array_index (queue, guint, i - 1);
    leaves[node] = MAX (leaves[node], 1);
    if (node != root)
      leaves[parent[node]] += leaves[node];
  }
  /* The rings are so far apart that neighbours on the outermost one keep their distance. */
  double circumference = leaves[root] * VBET_LAYOUT_STEP * 0.9;
  double ring = MAX (VBET_LAYOUT_STEP, circumference / (2 * G_PI * deepest));
  double start = leaves[root] == 2 ? 0 : -G_PI / 2;
  from[root]
      = start - (degree (self, root) > 0 ? G_PI * leaves[neighbour (self, root, 0)] / leaves[root] : 0);
  for (guint i = 1; i < queue->len; i++) {
    guint node = g_array_index (queue, guint, i);
    double slice = 2 * G_PI * leaves[node] / leaves[root];
    double angle = from[parent[node]] + slice / 2;
    from[node] = from[parent[node]];
    from[parent[node]] += slice;
    self->points[node] = (VbetPoint){ depth[node] * ring * cos (angle), depth[node] * ring * sin (angle) };
  }
  self->points[root] = (VbetPoint){ 0, 0 };
}

/* Anything else: distances on the canvas follow the numbers of steps. */
static void
draw_stress (Graph *self, const GArray *order)
{
  guint n = order->len;
  g_autofree guint *steps = g_new (guint, self->n);
  g_autofree double *wanted = g_new0 (double, (gsize)n *n);
  for (guint i = 0; i < n; i++) {
    guint node = g_array_index (order, guint, i);
    double angle = 2 * G_PI * i / n, radius = VBET_LAYOUT_STEP * n / (2 * G_PI);
    distances (self, node, steps);
    for (guint k = 0; k < n; k++)
      wanted[i * n + k] = steps[g_array_index (order, guint, k)] * VBET_LAYOUT_STEP;
    self->points[node] = (VbetPoint){ radius * cos (angle), radius * sin (angle) };
  }
  for (guint round_number = 0; round_number < STRESS_ROUNDS; round_number++) {
    for (guint i = 0; i < n; i++) {
      VbetPoint *at = &self->points[g_array_index (order, guint, i)];
      double x = 0, y = 0, weights = 0;
      for (guint k = 0; k < n; k++) {
        if (k == i)
          continue;
        VbetPoint other = self->points[g_array_index (order, guint, k)];
        double want = wanted[i * n + k], have = MAX (vbet_point_distance (*at, other), 0.001);
        double weight = 1 / (want * want);
        x += weight * (other.x + want * (at->x - other.x) / have);
        y += weight * (other.y + want * (at->y - other.y) / have);
        weights += weight;
      }
      at->x = x / weights;
      at->y = y / weights;
    }
  }
}

/* A very large component: rows, in order of the walk. */
static void
draw_rows (Graph *self, const GArray *order)
{
  guint columns = (guint)ceil (sqrt (order->len * 1.6));
  for (guint i = 0; i < order->len; i++) {
    guint row = i / columns, column = i % columns;
    self->points[g_array_index (order, guint, i)]
        = (VbetPoint){ column * VBET_LAYOUT_STEP, row * VBET_LAYOUT_STEP * 0.8 };
  }
}

static void
draw_component (Graph *self, const GArray *order)
{
  guint size = order->len, cables = 0, most = 0, end = g_array_index (order, guint, 0);
  gboolean has_end = FALSE;
  for (guint i = 0; i < size; i++) {
    guint node = g_array_index (order, guint, i);
    cables += degree (self, node);
    most = MAX (most, degree (self, node));
    if (degree (self, node) <= 1 && (!has_end || node < end)) {
      end = node; /* the first written of the ends */
      has_end = TRUE;
    }
  }
  cables /= 2;
  if (most <= 2 && cables == size - 1)
    draw_chain (self, end, size);
  else if (most == 2 && cables == size)
    draw_ring (self, g_array_index (order, guint, 0), size);
  else if (cables == size - 1 && size <= 1000)
    draw_wheel (self, middle (self, order));
  else if (size <= STRESS_MAX)
    draw_stress (self, order);
  else
    draw_rows (self, order);
}

/* --- putting it together ------------------------------------------------------ */

static VbetRect
bounds_of (const Graph *self, const GArray *order)
{
  VbetPoint first = self->points[g_array_index (order, guint, 0)];
  VbetRect box = { first.x, first.y, 0, 0 };
  for (guint i = 1; i < order->len; i++) {
    VbetPoint point = self->points[g_array_index (order, guint, i)];
    box = vbet_rect_union (box, (VbetRect){ point.x, point.y, 0, 0 });
  }
  return box;
}

/* Whether something stands so near to @at that the two would touch. */
static gboolean
occupied (const Graph *self, VbetPoint at)
{
  for (guint i = 0; i < self->n; i++)
    if (self->placed[i] && fabs (self->points[i].x - at.x) < VBET_LAYOUT_STEP * 0.6
        && fabs (self->points[i].y - at.y) < VBET_LAYOUT_STEP * 0.6)
      return TRUE;
  return FALSE;
}

/* The free place nearest to @around, looked for in growing circles. */
static VbetPoint
free_place (const Graph *self, VbetPoint around)
{
  for (guint ring = 1; ring < 40; ring++) {
    for (guint i = 0; i < ring * 8; i++) {
      double angle = G_PI / 2 + 2 * G_PI * i / (ring * 8);
      VbetPoint at = { snap (around.x + ring * VBET_LAYOUT_STEP * cos (angle)),
                       snap (around.y + ring * VBET_LAYOUT_STEP * sin (angle)) };
      if (!occupied (self, at))
        return at;
    }
  }
  return around;
}

/* Devices of a component of which some stand already: near what they are cabled to. */
static void
join_component (Graph *self, const GArray *order)
{
  gboolean again = TRUE;
  while (again) {
    again = FALSE;
    for (guint i = 0; i < order->len; i++) {
      guint node = g_array_index (order, guint, i), count = 0;
      VbetPoint sum = { 0, 0 };
      if (self->placed[node])
        continue;
      for (guint k = 0; k < degree (self, node); k++) {
        guint other = neighbour (self, node, k);
        if (!self->placed[other])
          continue;
        sum.x += self->points[other].x;
        sum.y += self->points[other].y;
        count++;
      }
      if (count == 0)
        continue;
      self->points[node] = free_place (self, (VbetPoint){ sum.x / count, sum.y / count });
      self->placed[node] = TRUE;
      again = TRUE;
    }
  }
}

static gboolean
any_placed (const Graph *self, const GArray *order)
{
  for (guint i = 0; i < order->len; i++)
    if (self->placed[g_array_index (order, guint, i)])
      return TRUE;
  return FALSE;
}

/* Draws a component that has no position at all and sets it down with its upper left corner at @corner. */
static VbetRect
settle_component (Graph *self, const GArray *order, VbetPoint corner)
{
  draw_component (self, order);
  VbetRect box = bounds_of (self, order);
  for (guint i = 0; i < order->len; i++) {
    guint node = g_array_index (order, guint, i);
    self->points[node].x = snap (self->points[node].x - box.x + corner.x);
    self->points[node].y = snap (self->points[node].y - box.y + corner.y);
    self->placed[node] = TRUE;
  }
  return bounds_of (self, order);
}

/* Where the next component goes: in rows, single devices close together. */
typedef struct {
  double x, y, row_height, left, width;
} Shelf;

static void
shelf_init (Shelf *self, const Graph *graph)
{
  gboolean any = FALSE;
  double left = 0, bottom = 0;
  for (guint i = 0; i < graph->n; i++) {
    if (!graph->placed[i])
      continue;
    left = any ? MIN (left, graph->points[i].x) : graph->points[i].x;
    bottom = any ? MAX (bottom, graph->points[i].y) : graph->points[i].y;
    any = TRUE;
  }
  self->left = any ? left : VBET_LAYOUT_STEP * 0.5;
  self->x = self->left;
  self->y = any ? bottom + VBET_LAYOUT_STEP : VBET_LAYOUT_STEP * 0.5;
  self->row_height = 0;
  self->width = VBET_LAYOUT_STEP * 6;
}

static void
shelf_take (Shelf *self, Graph *graph, const GArray *order)
{
  if (self->x > self->left && self->x - self->left > self->width) {
    self->x = self->left;
    self->y += self->row_height + VBET_LAYOUT_STEP;
    self->row_height = 0;
  }
  VbetRect box = settle_component (graph, order, (VbetPoint){ self->x, self->y });
  self->x = box.x + box.width + (order->len > 1 ? VBET_LAYOUT_STEP * 1.2 : VBET_LAYOUT_STEP * 0.8);
  self->row_height = MAX (self->row_height, box.height);
}

gboolean
vbet_layout_written (const VbetDevice *device, VbetPoint *ret_point)
{
  const VbetValue *at = vbet_attributes_get (device->attributes, "at");
  if (at == NULL || at->type != VBET_VALUE_POINT)
    return FALSE;
  *ret_point = (VbetPoint){ at->as.point.x, at->as.point.y };
  return TRUE;
}

/* Draws the components and sets them down, those that stand somewhere first. */
static GArray *
settle (Graph *graph)
{
  g_autoptr (GPtrArray) components = g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref);
  Shelf shelf;
  for (guint i = 0; i < graph->n; i++)
    if (graph->component[i] < 0)
      g_ptr_array_add (components, walk (graph, i, (gint)components->len));
  for (guint i = 0; i < components->len; i++)
    if (any_placed (graph, g_ptr_array_index (components, i)))
      join_component (graph, g_ptr_array_index (components, i));
  shelf_init (&shelf, graph);
  for (guint i = 0; i < components->len; i++)
    if (!any_placed (graph, g_ptr_array_index (components, i)))
      shelf_take (&shelf, graph, g_ptr_array_index (components, i));
  GArray *points = g_array_sized_new (FALSE, FALSE, sizeof (VbetPoint), graph->n);
  if (graph->n > 0)
    g_array_append_vals (points, graph->points, graph->n);
  return points;
}

GArray *
vbet_layout_compute (const VbetTopology *topology, GHashTable *hints, gboolean afresh)
{
  g_auto (Graph) graph = { 0 };
  graph_init (&graph, topology);
  for (guint i = 0; i < graph.n && !afresh; i++) {
    const VbetDevice *device = g_ptr_array_index (topology->devices, i);
    const VbetPoint *hint = hints != NULL ? g_hash_table_lookup (hints, device->name) : NULL;
    if (vbet_layout_written (device, &graph.points[i])) {
      graph.placed[i] = TRUE;
    } else if (hint != NULL) {
      graph.points[i] = *hint;
      graph.placed[i] = TRUE;
    }
  }
  return settle (&graph);
}

GArray *
vbet_layout_graph (guint n, const guint *edges, guint n_edges)
{
  g_auto (Graph) graph = { 0 };
  graph_init_empty (&graph, n);
  for (guint i = 0; i < n_edges; i++) {
    guint a = edges[2 * i], b = edges[2 * i + 1];
    if (a >= n || b >= n || a == b)
      continue;
    add_neighbour (&graph, a, b);
    add_neighbour (&graph, b, a);
  }
  return settle (&graph);
}
