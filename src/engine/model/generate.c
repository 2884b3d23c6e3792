/* generate.c - shapes: their nodes, where these stand, and who is cabled to whom; see generate.h. */
#include "config.h"

#include "engine/model/generate-private.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

/* Between two nodes side by side, in lab units: room for a tile, its name and addresses. */
#define STEP 160.0
/* NICs that a guest has at most, less one for the hosts of a router. */
#define MAX_AROUND_ROUTER 63
/* Between hosts of a router, and from it to them, or to their switch and on to them. */
#define HOST_STEP 120.0
#define HOST_AWAY 130.0

static const VbetShapeInfo shapes[] = {
  [VBET_SHAPE_STAR] = { "star", "nodes", NULL, 1, 999, 5, 0, 0, 0 },
  [VBET_SHAPE_RING] = { "ring", "nodes", NULL, 3, 1000, 5, 0, 0, 0 },
  [VBET_SHAPE_LINE] = { "line", "nodes", NULL, 2, 1000, 4, 0, 0, 0 },
  [VBET_SHAPE_MESH] = { "mesh", "nodes", NULL, 2, 40, 4, 0, 0, 0 },
  [VBET_SHAPE_TREE] = { "tree", "levels", "branches", 2, 9, 3, 1, 50, 2 },
  [VBET_SHAPE_GRID] = { "grid", "columns", "rows", 2, 500, 3, 2, 500, 3 },
};

const VbetShapeInfo *
vbet_shape_info (VbetShape shape)
{
  g_return_val_if_fail (shape < VBET_N_SHAPES, NULL);
  return &shapes[shape];
}

gboolean
vbet_shape_from_name (const char *name, VbetShape *ret_shape)
{
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    if (strcmp (shapes[i].name, name) == 0) {
      *ret_shape = (VbetShape)i;
      return TRUE;
    }
  return FALSE;
}

VbetGenerate
vbet_generate_usual (VbetShape shape)
{
  gboolean star = shape == VBET_SHAPE_STAR;
  return (VbetGenerate){
    .shape = shape,
    .size = shapes[shape].usual,
    .second = shapes[shape].second_usual,
    .node = star ? VBET_KIND_HOST : VBET_KIND_ROUTER,
    .switched = star,
    .addresses = TRUE,
    .ospf = !star,
  };
}

char *
vbet_generate_name (const VbetGenerate *what)
{
  const VbetShapeInfo *info = vbet_shape_info (what->shape);
  return info->second != NULL ? g_strdup_printf ("%s-%ux%u", info->name, what->size, what->second)
                              : g_strdup_printf ("%s-%u", info->name, what->size);
}

/* --- counting, before anything is built ------------------------------------------------- */

/* Nodes of the shape itself and cables between them. */
static void
count (const VbetGenerate *what, guint *ret_nodes, guint *ret_cables)
{
  guint n = what->size, m = what->second;
  guint nodes = n, cables = 0, level = 1;
  switch (what->shape) {
  case VBET_SHAPE_STAR: /* the middle is a switch, or one node more */
    nodes = n + (what->switched ? 0 : 1);
    cables = what->switched ? 1 : n;
    break;
  case VBET_SHAPE_RING:
    cables = n;
    break;
  case VBET_SHAPE_LINE:
    cables = n - 1;
    break;
  case VBET_SHAPE_MESH:
    cables = n * (n - 1) / 2;
    break;
  case VBET_SHAPE_TREE:
    nodes = 0;
    for (guint i = 0; i < n && nodes <= VBET_GENERATE_MAX_DEVICES; i++, level *= m)
      nodes += level;
    cables = nodes - 1;
    break;
  case VBET_SHAPE_GRID:
  default:
    nodes = n * m;
    cables = n * (m - 1) + m * (n - 1);
  }
  *ret_nodes = nodes;
  *ret_cables = cables;
}

static gboolean
in_range (const VbetGenerate *what)
{
  const VbetShapeInfo *info = vbet_shape_info (what->shape);
  return what->size >= info->minimum && what->size <= info->maximum
         && (info->second == NULL
             || (what->second >= info->second_minimum && what->second <= info->second_maximum))
         && what->hosts <= VBET_GENERATE_MAX_HOSTS;
}

guint
vbet_generate_devices (const VbetGenerate *what)
{
  guint nodes = 0, cables = 0;
  if (!in_range (what))
    return G_MAXUINT;
  count (what, &nodes, &cables);
  guint hosts = what->node == VBET_KIND_ROUTER ? what->hosts : 0;
  return nodes + nodes * hosts + (hosts > 1 ? nodes : 0) + (what->switched ? cables : 0);
}

static gboolean
check (const VbetGenerate *what, GError **error)
{
  const VbetShapeInfo *info = vbet_shape_info (what->shape);
  if (what->size < info->minimum || what->size > info->maximum) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_USAGE, "A %s has %u to %u %s, not %u", info->name,
                 info->minimum, info->maximum, info->first, what->size);
    return FALSE;
  }
  if (info->second != NULL && (what->second < info->second_minimum || what->second > info->second_maximum)) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_USAGE, "A %s has %u to %u %s, not %u", info->name,
                 info->second_minimum, info->second_maximum, info->second, what->second);
    return FALSE;
  }
  if (what->hosts > VBET_GENERATE_MAX_HOSTS) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_USAGE, "A router gets %d hosts at most, not %u",
                 VBET_GENERATE_MAX_HOSTS, what->hosts);
    return FALSE;
  }
  if (what->shape == VBET_SHAPE_STAR && !what->switched && what->size > MAX_AROUND_ROUTER) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_USAGE,
                 "A router in the middle of a star has %d nodes around it at most; put a switch there",
                 MAX_AROUND_ROUTER);
    return FALSE;
  }
  guint devices = vbet_generate_devices (what);
  if (devices <= VBET_GENERATE_MAX_DEVICES)
    return TRUE;
  g_set_error (error, VBET_ERROR, VBET_ERROR_USAGE,
               "This lab would have more than %d devices; choose a smaller size, or fewer hosts and switches",
               VBET_GENERATE_MAX_DEVICES);
  return FALSE;
}

/* --- building --------------------------------------------------------------------------------- */

static void
node_free (gpointer data)
{
  g_array_unref (((VbetGenNode *)data)->nets);
  g_free (data);
}

static void
net_free (gpointer data)
{
  g_array_unref (((VbetGenNet *)data)->places);
  g_free (data);
}

static VbetGenNode *
node_at (const VbetGenPlan *plan, guint index)
{
  return g_ptr_array_index (plan->nodes, index);
}

static guint
add_node (VbetGenPlan *plan, VbetKind kind, double x, double y)
{
  VbetGenNode *node = g_new0 (VbetGenNode, 1);
  guint number = 1;
  for (guint i = 0; i < plan->nodes->len; i++)
    number += node_at (plan, i)->kind == kind ? 1 : 0;
  g_snprintf (node->name, sizeof node->name, "%s%u", kind == VBET_KIND_ROUTER ? "r" : vbet_kind_name (kind),
              number);
  node->kind = kind;
  node->x = x;
  node->y = y;
  node->nets = g_array_new (FALSE, FALSE, sizeof (guint));
  g_ptr_array_add (plan->nodes, node);
  return plan->nodes->len - 1;
}

static guint
add_net (VbetGenPlan *plan, gboolean lan, int switch_node)
{
  VbetGenNet *net = g_new0 (VbetGenNet, 1);
  net->places = g_array_new (FALSE, FALSE, sizeof (VbetGenPlace));
  net->lan = lan;
  net->switch_node = switch_node;
  g_ptr_array_add (plan->nets, net);
  return plan->nets->len - 1;
}

static void
join (VbetGenPlan *plan, guint net_index, guint node_index)
{
  VbetGenNet *net = g_ptr_array_index (plan->nets, net_index);
  VbetGenNode *node = node_at (plan, node_index);
  VbetGenPlace place = { node_index, node->nets->len };
  g_array_append_val (node->nets, net_index);
  g_array_append_val (net->places, place);
}

/* A cable between two nodes of the shape; its switch, if it gets one, is added after all nodes. */
static void
connect (VbetGenPlan *plan, guint a, guint b)
{
  guint net = add_net (plan, FALSE, -1);
  join (plan, net, a);
  join (plan, net, b);
}

/* Radius of a circle on which @n stand @step apart, and their hosts, further out, HOST_STEP apart. */
static double
radius (const VbetGenerate *what, double step)
{
  double n = what->size, own = n * step / (2 * G_PI);
  double outer
      = what->node == VBET_KIND_ROUTER ? n * what->hosts * HOST_STEP / (2 * G_PI) - 2 * HOST_AWAY : 0;
  return MAX (step, MAX (own, outer));
}

/* @n nodes on a circle, the first on top. Returns the index of the first. */
static guint
add_circle (VbetGenPlan *plan, guint n, VbetKind kind, double r)
{
  guint first = plan->nodes->len;
  for (guint i = 0; i < n; i++) {
    double angle = 2 * G_PI * i / n - G_PI / 2;
    add_node (plan, kind, r * cos (angle), r * sin (angle));
  }
  return first;
}

static void
build_star (VbetGenPlan *plan)
{
  const VbetGenerate *what = plan->what;
  guint n = what->size;
  guint middle = add_node (plan, what->switched ? VBET_KIND_SWITCH : VBET_KIND_ROUTER, 0, 0);
  guint first = add_circle (plan, n, what->node, radius (what, what->hosts > 0 ? 200 : STEP));
  if (!what->switched) {
    for (guint i = 0; i < n; i++)
      connect (plan, middle, first + i);
    return;
  }
  guint net = add_net (plan, FALSE, (int)middle);
  for (guint i = 0; i < n; i++)
    join (plan, net, first + i);
}

static void
build_circle (VbetGenPlan *plan)
{
  const VbetGenerate *what = plan->what;
  guint n = what->size;
  add_circle (plan, n, what->node, radius (what, what->switched ? 260 : 190));
  if (what->shape == VBET_SHAPE_RING) {
    for (guint i = 0; i < n; i++)
      connect (plan, i, (i + 1) % n);
    return;
  }
  for (guint i = 0; i < n; i++)
    for (guint j = i + 1; j < n; j++)
      connect (plan, i, j);
}

/* Room that a node needs beside its neighbour: its hosts stand below it. */
static double
width (const VbetGenerate *what)
{
  double own = what->switched && what->shape != VBET_SHAPE_TREE ? 240 : STEP;
  return what->node == VBET_KIND_ROUTER ? MAX (own, what->hosts * HOST_STEP) : own;
}

static void
build_line (VbetGenPlan *plan)
{
  const VbetGenerate *what = plan->what;
  for (guint i = 0; i < what->size; i++) {
    add_node (plan, what->node, i * width (what), 0);
    if (i > 0)
      connect (plan, i - 1, i);
  }
}

static void
build_tree (VbetGenPlan *plan)
{
  const VbetGenerate *what = plan->what;
  guint leaves = 1;
  for (guint i = 1; i < what->size; i++)
    leaves *= what->second;
  guint previous = 0, previous_size = 0;
  double drop = what->switched || what->hosts > 0 ? 240 : 180;
  for (guint level = 0, size = 1; level < what->size; level++, size *= what->second) {
    double step = width (what) * leaves / size;
    guint first = plan->nodes->len;
    for (guint i = 0; i < size; i++) {
      guint node = add_node (plan, what->node, (i + 0.5) * step, level * drop);
      if (previous_size > 0)
        connect (plan, previous + i / what->second, node);
    }
    previous = first;
    previous_size = size;
  }
}

static void
build_grid (VbetGenPlan *plan)
{
  const VbetGenerate *what = plan->what;
  guint columns = what->size;
  double across = width (what) + (what->hosts > 0 ? 60 : 0);
  double down = what->hosts > 1 ? 420 : what->hosts > 0 || what->switched ? 280 : STEP;
  for (guint row = 0; row < what->second; row++)
    for (guint column = 0; column < columns; column++) {
      guint node = add_node (plan, what->node, column * across, row * down);
      if (column > 0)
        connect (plan, node - 1, node);
      if (row > 0)
        connect (plan, node - columns, node);
    }
}

/* A switch in the middle of each cable of the shape. */
static void
add_switches (VbetGenPlan *plan)
{
  for (guint i = 0; i < plan->nets->len; i++) {
    VbetGenNet *net = g_ptr_array_index (plan->nets, i);
    if (net->lan || net->switch_node >= 0)
      continue;
    const VbetGenNode *a = node_at (plan, g_array_index (net->places, VbetGenPlace, 0).node);
    const VbetGenNode *b = node_at (plan, g_array_index (net->places, VbetGenPlace, 1).node);
    double x = (a->x + b->x) / 2, y = (a->y + b->y) / 2;
    if (plan->what->shape == VBET_SHAPE_MESH) { /* those of diagonals would all meet in the middle */
      x = a->x + (b->x - a->x) * 0.36;
      y = a->y + (b->y - a->y) * 0.36;
    }
    net->switch_node = (int)add_node (plan, VBET_KIND_SWITCH, x, y);
  }
}

/* Hosts of a router: away from the middle of a circle, below it elsewhere. In a grid they stand to the right,
 * between the cables. */
static void
add_hosts_of (VbetGenPlan *plan, guint router)
{
  const VbetGenerate *what = plan->what;
  double x = node_at (plan, router)->x, y = node_at (plan, router)->y;
  double dx = 0, dy = 1;
  double length = hypot (x, y);
  gboolean circle
      = what->shape == VBET_SHAPE_RING || what->shape == VBET_SHAPE_MESH || what->shape == VBET_SHAPE_STAR;
  if (circle && length > 1) {
    dx = x / length;
    dy = y / length;
  } else if (what->shape == VBET_SHAPE_GRID) {
    dx = 0.6;
    dy = 0.9;
  } else if (what->shape == VBET_SHAPE_TREE) {
    dx = 0.65;
    dy = 0.75;
  } else if (circle) { /* the router in the middle of a star */
    dx = 0.6;
    dy = 0.8;
  }
  guint net = add_net (plan, TRUE, -1);
  join (plan, net, router);
  double away = HOST_AWAY;
  if (what->hosts > 1) {
    guint middle = add_node (plan, VBET_KIND_SWITCH, x + dx * away, y + dy * away);
    ((VbetGenNet *)g_ptr_array_index (plan->nets, net))->switch_node = (int)middle;
    away += HOST_AWAY;
  }
  for (guint i = 0; i < what->hosts; i++) {
    double aside = (i - (what->hosts - 1) / 2.0) * HOST_STEP;
    guint host = add_node (plan, VBET_KIND_HOST, x + dx * away - (circle ? dy * aside : -aside),
                           y + dy * away + (circle ? dx * aside : 0));
    node_at (plan, host)->leaf = TRUE;
    join (plan, net, host);
  }
}

/* Everything moves to the right and down until it stands in positive round numbers. */
static void
settle (VbetGenPlan *plan)
{
  double left = G_MAXDOUBLE, top = G_MAXDOUBLE;
  for (guint i = 0; i < plan->nodes->len; i++) {
    left = MIN (left, node_at (plan, i)->x);
    top = MIN (top, node_at (plan, i)->y);
  }
  for (guint i = 0; i < plan->nodes->len; i++) {
    VbetGenNode *node = node_at (plan, i);
    node->x = 10 * floor ((node->x - left) / 10 + 0.5) + 100;
    node->y = 10 * floor ((node->y - top) / 10 + 0.5) + 80;
  }
}

/* Addresses: the shape has 10.0.1.0/24, 10.0.2.0/24 …, one for each cable, LANs 192.168.1.0/24 …; where these
 * do not suffice, further ones. A star around a switch is one net. */
static void
number_nets (VbetGenPlan *plan)
{
  guint lans = 0, links = 0;
  for (guint i = 0; i < plan->nets->len; i++) {
    VbetGenNet *net = g_ptr_array_index (plan->nets, i);
    guint number = net->lan ? ++lans : ++links;
    gboolean star = !net->lan && net->switch_node >= 0 && plan->what->shape == VBET_SHAPE_STAR;
    net->octets[0] = 10;
    net->octets[1] = (guint8)(number >> 8);
    net->octets[2] = (guint8)number;
    net->wide = star && net->places->len > 250;
    if (net->wide) {
      net->octets[2] = 0;
    } else if (star) {
      net->octets[0] = plan->what->hosts > 0 ? 10 : 192;
      net->octets[1] = plan->what->hosts > 0 ? 0 : 168;
      net->octets[2] = 0;
    } else if (net->lan && number < 255) {
      net->octets[0] = 192;
      net->octets[1] = 168;
    } else if (net->lan) {
      net->octets[0] = 172;
      net->octets[1] = (guint8)(16 + (number >> 8));
    }
  }
}

static void
build (VbetGenPlan *plan)
{
  switch (plan->what->shape) {
  case VBET_SHAPE_STAR:
    build_star (plan);
    break;
  case VBET_SHAPE_RING:
  case VBET_SHAPE_MESH:
    build_circle (plan);
    break;
  case VBET_SHAPE_LINE:
    build_line (plan);
    break;
  case VBET_SHAPE_TREE:
    build_tree (plan);
    break;
  case VBET_SHAPE_GRID:
  default:
    build_grid (plan);
  }
  guint shape = plan->nodes->len;
  for (guint i = 0; i < shape && plan->what->node == VBET_KIND_ROUTER && plan->what->hosts > 0; i++)
    if (node_at (plan, i)->kind == VBET_KIND_ROUTER)
      add_hosts_of (plan, i);
  if (plan->what->switched)
    add_switches (plan);
  settle (plan);
  number_nets (plan);
}

char *
vbet_generate (const VbetGenerate *what, GError **error)
{
  g_return_val_if_fail (what->node == VBET_KIND_HOST || what->node == VBET_KIND_ROUTER, NULL);
  if (!check (what, error))
    return NULL;
  g_autoptr (GPtrArray) nodes = g_ptr_array_new_with_free_func (node_free);
  g_autoptr (GPtrArray) nets = g_ptr_array_new_with_free_func (net_free);
  VbetGenPlan plan = { what, nodes, nets };
  build (&plan);
  return _vbet_generate_text (&plan, error);
}
