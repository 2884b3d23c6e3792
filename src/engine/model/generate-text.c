/* generate-text.c - addresses and routes of a generated lab, and its text; see generate.h. */
#include "config.h"

#include "engine/model/generate-private.h"

#include <string.h>

#include "base/error.h"
#include "engine/language/format.h"
#include "engine/language/program.h"

#define NONE G_MAXUINT

static const VbetGenNode *
node_at (const VbetGenPlan *plan, guint index)
{
  return g_ptr_array_index (plan->nodes, index);
}

static const VbetGenNet *
net_at (const VbetGenPlan *plan, guint index)
{
  return g_ptr_array_index (plan->nets, index);
}

static const VbetGenPlace *
place_at (const VbetGenNet *net, guint index)
{
  return &g_array_index (net->places, VbetGenPlace, index);
}

/* The router of a LAN is .1, its hosts follow; the same in all nets. */
static char *
address_of (const VbetGenNet *net, guint place)
{
  guint number = place + 1;
  if (net->wide)
    return g_strdup_printf ("%u.%u.%u.%u", net->octets[0], net->octets[1], number / 250, number % 250 + 1);
  return g_strdup_printf ("%u.%u.%u.%u", net->octets[0], net->octets[1], net->octets[2], number);
}

static guint
place_of (const VbetGenNet *net, guint node)
{
  for (guint i = 0; i < net->places->len; i++)
    if (place_at (net, i)->node == node)
      return i;
  g_return_val_if_reached (0);
}

static gboolean
forwards (const VbetGenNode *node)
{
  return node->kind == VBET_KIND_ROUTER || node->nets->len > 1;
}

/* --- routes ------------------------------------------------------------------------------ */

/* The way from one node to all nets. */
typedef struct {
  guint *via; /* by net: the neighbour (node) through which it is reached; NONE: own, or never */
  guint *on;  /* by net: the own net in which that neighbour is */
} Ways;

static void
ways_clear (Ways *self)
{
  g_free (self->via);
  g_free (self->on);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ways, ways_clear)

/* Shortest ways, breadth first; of equally short ones, that through the first cable. */
static void
find_ways (const VbetGenPlan *plan, guint from, Ways *ways)
{
  guint n = plan->nodes->len, m = plan->nets->len;
  ways->via = g_new (guint, m);
  ways->on = g_new (guint, m);
  g_autofree gboolean *net_seen = g_new0 (gboolean, m);
  g_autofree gboolean *node_seen = g_new0 (gboolean, n);
  g_autofree guint *queue = g_new (guint, n);
  g_autofree guint *first = g_new (guint, n);    /* by node: the neighbour on the way to it */
  g_autofree guint *first_on = g_new (guint, n); /* and the own net it is in */
  guint head = 0, tail = 0;
  for (guint i = 0; i < m; i++)
    ways->via[i] = ways->on[i] = NONE;
  queue[tail++] = from;
  node_seen[from] = TRUE;
  first[from] = first_on[from] = NONE;
  while (head < tail) {
    guint at = queue[head++];
    if (at != from && !forwards (node_at (plan, at)))
      continue;
    for (guint i = 0; i < node_at (plan, at)->nets->len; i++) {
      guint net = g_array_index (node_at (plan, at)->nets, guint, i);
      if (net_seen[net])
        continue;
      net_seen[net] = TRUE;
      ways->via[net] = first[at];
      ways->on[net] = first_on[at];
      for (guint j = 0; j < net_at (plan, net)->places->len; j++) {
        guint next = place_at (net_at (plan, net), j)->node;
        if (node_seen[next])
          continue;
        node_seen[next] = TRUE;
        first[next] = at == from ? next : first[at];
        first_on[next] = at == from ? net : first_on[at];
        queue[tail++] = next;
      }
    }
  }
}

/* The neighbour through which most nets are reached: the gateway. NONE when none is. */
static guint
busiest (const VbetGenPlan *plan, const Ways *ways)
{
  g_autofree guint *counts = g_new0 (guint, plan->nodes->len);
  guint best = NONE;
  for (guint i = 0; i < plan->nets->len; i++) {
    guint via = ways->via[i];
    if (via == NONE)
      continue;
    counts[via]++;
    if (best == NONE || counts[via] > counts[best])
      best = via;
  }
  return best;
}

static char *
next_hop (const VbetGenPlan *plan, const Ways *ways, guint net)
{
  const VbetGenNet *on = net_at (plan, ways->on[net]);
  return address_of (on, place_of (on, ways->via[net]));
}

/* Routes to all nets that begin with the octets of @first and are reached like it, as shell commands. */
static void
add_group (const VbetGenPlan *plan, const Ways *ways, guint first, gboolean *done, GString *out)
{
  const VbetGenNet *model = net_at (plan, first);
  g_autofree char *hop = next_hop (plan, ways, first);
  g_autoptr (GString) numbers = g_string_new (NULL);
  guint count = 0;
  for (guint i = first; i < plan->nets->len; i++) {
    const VbetGenNet *net = net_at (plan, i);
    if (done[i] || ways->via[i] != ways->via[first] || memcmp (net->octets, model->octets, 2) != 0)
      continue;
    done[i] = TRUE;
    g_string_append_printf (numbers, " %u", net->octets[2]);
    count++;
  }
  if (count == 1)
    g_string_append_printf (out, "    ip route replace %u.%u.%u.0/%d via %s\n", model->octets[0],
                            model->octets[1], model->octets[2], model->wide ? 16 : 24, hop);
  else
    g_string_append_printf (out, "    for n in%s; do ip route replace %u.%u.$n.0/24 via %s; done\n",
                            numbers->str, model->octets[0], model->octets[1], hop);
}

/* Fills in the gateway, and commands for what does not go through it. Returns the number of routes. */
static guint
write_ways (const VbetGenPlan *plan, guint node, char **ret_gateway, GString *commands)
{
  g_auto (Ways) ways = { 0 };
  guint routes = 0;
  find_ways (plan, node, &ways);
  guint gateway = busiest (plan, &ways);
  g_autofree gboolean *done = g_new0 (gboolean, plan->nets->len);
  for (guint i = 0; i < plan->nets->len; i++) {
    if (ways.via[i] == NONE || done[i])
      continue;
    if (ways.via[i] == gateway) {
      if (*ret_gateway == NULL)
        *ret_gateway = next_hop (plan, &ways, i);
      continue;
    }
    add_group (plan, &ways, i, done, commands);
  }
  for (guint i = 0; i < plan->nets->len; i++)
    routes += done[i] ? 1 : 0;
  return routes;
}

/* --- text -------------------------------------------------------------------------------------- */

static void
add_node (const VbetGenPlan *plan, guint index, GString *out, guint *routes)
{
  const VbetGenNode *node = node_at (plan, index);
  const VbetGenerate *what = plan->what;
  g_autofree char *gateway = NULL;
  g_autoptr (GString) boot = g_string_new (NULL);
  gboolean ospf = what->addresses && what->ospf && forwards (node);
  if (what->addresses && !ospf)
    *routes += write_ways (plan, index, &gateway, boot);
  if (what->addresses && node->kind == VBET_KIND_HOST && forwards (node))
    g_string_prepend (boot, "    echo 1 > /proc/sys/net/ipv4/ip_forward\n");
  g_string_append_printf (out, "%s = ", node->name);
  if (node->nets->len > 0)
    g_string_append (out, "attach(");
  g_string_append_printf (out, "alloc(%s, at=(%.0f, %.0f)", vbet_kind_name (node->kind), node->x, node->y);
  if (gateway != NULL)
    g_string_append_printf (out, ", gateway=%s", gateway);
  if (ospf)
    g_string_append (out, ", services=[ospf]");
  if (boot->len > 0)
    g_string_append_printf (out, ", boot=\"\"\"\n%s  \"\"\"", boot->str);
  g_string_append_c (out, ')');
  for (guint i = 0; i < node->nets->len; i++) {
    const VbetGenNet *net = net_at (plan, g_array_index (node->nets, guint, i));
    g_autofree char *address = address_of (net, place_of (net, index));
    if (what->addresses)
      g_string_append_printf (out, ", alloc(NIC, ip=%s/%d)", address, net->wide ? 16 : 24);
    else
      g_string_append (out, ", alloc(NIC)");
  }
  g_string_append (out, node->nets->len > 0 ? ")\n" : "\n");
}

static void
add_nodes (const VbetGenPlan *plan, GString *out, guint *routes)
{
  static const struct {
    VbetKind kind;
    gboolean leaf;
  } order[] = { { VBET_KIND_SWITCH, FALSE },
                { VBET_KIND_ROUTER, FALSE },
                { VBET_KIND_HOST, FALSE },
                { VBET_KIND_HOST, TRUE } };
  for (guint i = 0; i < G_N_ELEMENTS (order); i++) {
    gsize before = out->len;
    for (guint j = 0; j < plan->nodes->len; j++)
      if (node_at (plan, j)->kind == order[i].kind && node_at (plan, j)->leaf == order[i].leaf)
        add_node (plan, j, out, routes);
    if (out->len > before)
      g_string_append_c (out, '\n');
  }
}

static void
add_cables (const VbetGenPlan *plan, GString *out)
{
  for (guint i = 0; i < plan->nets->len; i++) {
    const VbetGenNet *net = net_at (plan, i);
    g_string_append (out, "link(");
    if (net->switch_node >= 0)
      g_string_append_printf (out, "%s, ", node_at (plan, (guint)net->switch_node)->name);
    for (guint j = 0; j < net->places->len; j++) {
      const VbetGenNode *node = node_at (plan, place_at (net, j)->node);
      const char *comma = j > 0 ? ", " : "";
      if (node->nets->len > 1)
        g_string_append_printf (out, "%sNIC(%s, %u)", comma, node->name, place_at (net, j)->nic + 1);
      else
        g_string_append_printf (out, "%s%s", comma, node->name);
    }
    g_string_append (out, ")\n");
  }
}

/* From the first node to the one in the middle and the last: enough to see that the ways are there. */
static void
add_step (const VbetGenPlan *plan, GString *out)
{
  g_autoptr (GPtrArray) ends = g_ptr_array_new ();
  gboolean leaves = plan->what->node == VBET_KIND_ROUTER && plan->what->hosts > 0;
  for (guint i = 0; i < plan->nodes->len; i++)
    if (node_at (plan, i)->nets->len > 0 && node_at (plan, i)->leaf == leaves)
      g_ptr_array_add (ends, (gpointer)node_at (plan, i));
  if (!plan->what->addresses || ends->len < 2)
    return;
  const VbetGenNode *first = g_ptr_array_index (ends, 0);
  const VbetGenNode *middle = g_ptr_array_index (ends, ends->len / 2);
  const VbetGenNode *last = g_ptr_array_index (ends, ends->len - 1);
  const char *within = plan->what->ospf ? ", within=120s" : "";
  g_string_append (out, "\nstep \"Everybody reaches everybody\" {\n");
  if (plan->what->ospf)
    g_string_append (out, "\"OSPF needs a minute until all routers know all networks.\"\n");
  if (middle != last)
    g_string_append_printf (out, "ping(%s, %s%s)\n", first->name, middle->name, within);
  g_string_append_printf (out, "ping(%s, %s%s)\n", first->name, last->name, within);
  g_string_append_printf (out, "ping(%s, %s%s)\n}\n", last->name, first->name, within);
}

static void
add_title (const VbetGenPlan *plan, GString *out)
{
  const VbetGenerate *what = plan->what;
  const char *nodes = what->node == VBET_KIND_ROUTER ? "routers" : "hosts";
  switch (what->shape) {
  case VBET_SHAPE_STAR:
    g_string_append_printf (out, "# A star: %u %s around one %s.\n", what->size,
                            what->size == 1 ? (what->node == VBET_KIND_ROUTER ? "router" : "host") : nodes,
                            what->switched ? "switch" : "router");
    break;
  case VBET_SHAPE_RING:
    g_string_append_printf (out, "# A ring of %u %s: one cable may fail, and there is still a way.\n",
                            what->size, nodes);
    break;
  case VBET_SHAPE_LINE:
    g_string_append_printf (out, "# A line of %u %s, each cabled to the next.\n", what->size, nodes);
    break;
  case VBET_SHAPE_MESH:
    g_string_append_printf (out, "# A full mesh of %u %s: each has a cable to each.\n", what->size, nodes);
    break;
  case VBET_SHAPE_TREE:
    g_string_append_printf (out, "# A tree of %s: %u levels, %u below each but the last.\n", nodes,
                            what->size, what->second);
    break;
  case VBET_SHAPE_GRID:
  default:
    g_string_append_printf (out, "# A grid of %u by %u %s.\n", what->size, what->second, nodes);
  }
  if (what->node == VBET_KIND_ROUTER && what->hosts > 0 && what->addresses)
    g_string_append (out, "# Hosts are in networks 192.168.N.0/24, the router's address is the first.\n");
  if (what->addresses && plan->nets->len > 1)
    g_string_append_printf (out, "# Every cable between two is a network 10.0.N.0/24; %s.\n",
                            what->ospf ? "OSPF finds the ways" : "gateways and routes are written down");
  g_string_append_c (out, '\n');
}

char *
_vbet_generate_text (const VbetGenPlan *plan, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  guint routes = 0;
  add_title (plan, out);
  add_nodes (plan, out, &routes);
  if (routes > VBET_GENERATE_MAX_ROUTES) {
    g_set_error (
        error, VBET_ERROR, VBET_ERROR_USAGE,
        "This lab would need %u routes that are written down; let OSPF find them, or choose a smaller size",
        routes);
    return NULL;
  }
  add_cables (plan, out);
  add_step (plan, out);
  g_autoptr (VbetProgram) program = vbet_program_parse (out->str, out->len);
  return vbet_program_format (program, error);
}
