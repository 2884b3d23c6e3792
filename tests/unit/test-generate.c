/* test-generate.c - generated labs compile without findings, have what was asked for, and everyone has a way
 * to everyone. */
#include "config.h"

#include <string.h>

#include "base/error.h"
#include "engine/model/generate.h"
#include "unit/harness.h"
#include "unit/lab.h"

static guint
count_kind (const VbetTopology *topology, guint kinds)
{
  guint n = 0;
  for (guint i = 0; i < topology->devices->len; i++)
    n += (((VbetDevice *)g_ptr_array_index (topology->devices, i))->kind & kinds) != 0 ? 1 : 0;
  return n;
}

/* No two devices on top of each other. */
static void
assert_apart (const VbetTopology *topology, const char *text)
{
  g_autoptr (GHashTable) places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < topology->devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (topology->devices, i);
    const VbetValue *at = vbet_attributes_get (device->attributes, "at");
    CU_ASSERT_PTR_NOT_NULL_FATAL (at);
    CU_ASSERT_TRUE (g_hash_table_add (places, g_strdup_printf ("%.0f,%.0f", at->as.point.x, at->as.point.y)));
  }
}

static VbetTopology *
make (const VbetGenerate *what)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = vbet_generate (what, &error);
  if (text == NULL) {
    fprintf (stderr, "%s\n", error->message);
    CU_FAIL_FATAL ("not generated");
  }
  g_autofree char *findings = NULL;
  VbetTopology *topology = vbet_test_lab (text, &findings);
  VBET_ASSERT_TEXT (findings, "");
  CU_ASSERT_EQUAL (topology->devices->len, vbet_generate_devices (what));
  assert_apart (topology, text);
  return topology;
}

static void
expect (VbetShape shape, guint size, guint second, guint routers, guint cables)
{
  VbetGenerate what = vbet_generate_usual (shape);
  what.size = size;
  what.second = second;
  what.node = VBET_KIND_ROUTER;
  what.switched = FALSE;
  g_autoptr (VbetTopology) topology = make (&what);
  CU_ASSERT_EQUAL (count_kind (topology, VBET_KIND_ROUTER), routers);
  CU_ASSERT_EQUAL (topology->cables->len, cables);
}

static void
test_counts (void)
{
  expect (VBET_SHAPE_STAR, 1, 0, 2, 1);
  expect (VBET_SHAPE_STAR, 63, 0, 64, 63);
  expect (VBET_SHAPE_RING, 3, 0, 3, 3);
  expect (VBET_SHAPE_RING, 5, 0, 5, 5);
  expect (VBET_SHAPE_RING, 1000, 0, 1000, 1000);
  expect (VBET_SHAPE_LINE, 2, 0, 2, 1);
  expect (VBET_SHAPE_LINE, 300, 0, 300, 299);
  expect (VBET_SHAPE_MESH, 2, 0, 2, 1);
  expect (VBET_SHAPE_MESH, 40, 0, 40, 780);
  expect (VBET_SHAPE_TREE, 2, 50, 51, 50);
  expect (VBET_SHAPE_TREE, 4, 2, 15, 14);
  expect (VBET_SHAPE_TREE, 9, 1, 9, 8);
  expect (VBET_SHAPE_TREE, 9, 2, 511, 510);
  expect (VBET_SHAPE_GRID, 2, 2, 4, 4);
  expect (VBET_SHAPE_GRID, 4, 3, 12, 17);
  expect (VBET_SHAPE_GRID, 40, 25, 1000, 39 * 25 + 24 * 40);
}

static void
test_star_of_hosts (void)
{
  VbetGenerate what = vbet_generate_usual (VBET_SHAPE_STAR);
  g_autoptr (VbetTopology) topology = make (&what);
  CU_ASSERT_EQUAL (count_kind (topology, VBET_KIND_HOST), 5);
  CU_ASSERT_EQUAL (count_kind (topology, VBET_KIND_SWITCH), 1);
  CU_ASSERT_EQUAL (topology->cables->len, 5);
  what.size = 999;
  g_autoptr (VbetTopology) large = make (&what);
  CU_ASSERT_EQUAL (count_kind (large, VBET_KIND_HOST), 999);
  what.size = 1000;
  CU_ASSERT_PTR_NULL (vbet_generate (&what, NULL));
}

/* --- ways ---------------------------------------------------------------------------------- */

/* The first address of a NIC as "10.0.1.2", without prefix. */
static char *
address_of (const VbetNic *nic)
{
  g_autoptr (GPtrArray) list = vbet_attributes_list (nic->attributes, "ip");
  CU_ASSERT_EQUAL_FATAL (list->len, 1);
  g_autofree char *text = vbet_value_to_text (g_ptr_array_index (list, 0));
  return g_strndup (text, strcspn (text, "/"));
}

/* "10.0.1.0" of "10.0.1.2". */
static char *
network_of (const char *address)
{
  return g_strdup_printf ("%.*s.0", (int)(strrchr (address, '.') - address), address);
}

typedef struct {
  GHashTable *owners; /* address → device */
  GHashTable *routes; /* "device network" → next hop; "device default" → gateway */
} Tables;

static void
take_routes (Tables *tables, const VbetDevice *device)
{
  const VbetValue *gateway = vbet_attributes_get (device->attributes, "gateway");
  const VbetValue *boot = vbet_attributes_get (device->attributes, "boot");
  if (gateway != NULL)
    g_hash_table_insert (tables->routes, g_strdup_printf ("%s default", device->name),
                         vbet_value_to_text (gateway));
  if (boot == NULL)
    return;
  g_auto (GStrv) lines = g_strsplit (boot->as.text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    char prefix[64], hop[64], *list = NULL;
    if (sscanf (lines[i], "ip route replace %63[0-9.]/24 via %63s", prefix, hop) == 2) {
      g_hash_table_insert (tables->routes, g_strdup_printf ("%s %s", device->name, prefix), g_strdup (hop));
    } else if ((list = strstr (lines[i], "for n in ")) != NULL) {
      const char *rest = strchr (list, ';');
      g_autofree char *numbers
          = g_strndup (list + strlen ("for n in "), (gsize)(rest - list) - strlen ("for n in "));
      CU_ASSERT_EQUAL_FATAL (
          sscanf (rest, "; do ip route replace %63[0-9.]$n.0/24 via %63[0-9.];", prefix, hop), 2);
      g_auto (GStrv) each = g_strsplit (numbers, " ", -1);
      for (guint j = 0; each[j] != NULL; j++)
        g_hash_table_insert (tables->routes, g_strdup_printf ("%s %s%s.0", device->name, prefix, each[j]),
                             g_strdup (hop));
    }
  }
}

static gboolean
is_on (const VbetDevice *device, const char *network)
{
  for (guint i = 0; i < device->nics->len; i++) {
    g_autofree char *own = address_of (g_ptr_array_index (device->nics, i));
    g_autofree char *net = network_of (own);
    if (strcmp (net, network) == 0)
      return TRUE;
  }
  return FALSE;
}

/* Follows the tables hop by hop. */
static gboolean
reaches (const VbetTopology *topology, Tables *tables, const VbetDevice *from, const char *address)
{
  g_autofree char *network = network_of (address);
  const VbetDevice *at = from;
  for (guint hops = 0; hops < 64; hops++) {
    if (is_on (at, network))
      return TRUE;
    g_autofree char *exact = g_strdup_printf ("%s %s", at->name, network);
    g_autofree char *other = g_strdup_printf ("%s default", at->name);
    const char *hop = g_hash_table_lookup (tables->routes, exact);
    hop = hop != NULL ? hop : g_hash_table_lookup (tables->routes, other);
    if (hop == NULL)
      return FALSE;
    g_autofree char *next = network_of (hop);
    CU_ASSERT_TRUE (is_on (at, next)); /* a next hop is a neighbour */
    at = vbet_topology_device (topology, g_hash_table_lookup (tables->owners, hop));
    CU_ASSERT_PTR_NOT_NULL_FATAL (at);
  }
  return FALSE;
}

static void
assert_ways (const VbetGenerate *what)
{
  g_autoptr (VbetTopology) topology = make (what);
  Tables tables = { g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
                    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free) };
  for (guint i = 0; i < topology->devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (topology->devices, i);
    if ((device->kind & VBET_KIND_GUEST) == 0)
      continue;
    take_routes (&tables, device);
    for (guint j = 0; j < device->nics->len; j++)
      CU_ASSERT_TRUE (g_hash_table_insert (tables.owners, address_of (g_ptr_array_index (device->nics, j)),
                                           device->name));
  }
  for (guint i = 0; i < topology->devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (topology->devices, i);
    GHashTableIter iter;
    gpointer address = NULL;
    g_hash_table_iter_init (&iter, tables.owners);
    while ((device->kind & VBET_KIND_GUEST) != 0 && g_hash_table_iter_next (&iter, &address, NULL)) {
      gboolean ok = reaches (topology, &tables, device, address);
      if (!ok)
        fprintf (stderr, "%s does not reach %s\n", device->name, (char *)address);
      CU_ASSERT_TRUE (ok);
    }
  }
  g_hash_table_unref (tables.owners);
  g_hash_table_unref (tables.routes);
}

static void
test_static_ways (void)
{
  static const struct {
    VbetShape shape;
    guint size, second;
  } sizes[] = { { VBET_SHAPE_STAR, 4, 0 }, { VBET_SHAPE_RING, 6, 0 }, { VBET_SHAPE_RING, 7, 0 },
                { VBET_SHAPE_LINE, 2, 0 }, { VBET_SHAPE_LINE, 9, 0 }, { VBET_SHAPE_MESH, 5, 0 },
                { VBET_SHAPE_TREE, 4, 2 }, { VBET_SHAPE_TREE, 3, 3 }, { VBET_SHAPE_GRID, 3, 3 },
                { VBET_SHAPE_GRID, 4, 2 } };
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint variant = 0; variant < 8; variant++) {
      VbetGenerate what = { .shape = sizes[i].shape, .size = sizes[i].size, .second = sizes[i].second };
      what.node = variant < 2 ? VBET_KIND_HOST : VBET_KIND_ROUTER;
      what.switched = (variant & 1) != 0;
      what.hosts = variant < 2 ? 0 : (variant - 2) / 2;
      what.addresses = TRUE;
      assert_ways (&what);
    }
}

/* --- options ---------------------------------------------------------------------------------- */

static void
test_options (void)
{
  VbetGenerate what = vbet_generate_usual (VBET_SHAPE_RING);
  what.hosts = 2;
  g_autoptr (VbetTopology) hosts = make (&what);
  CU_ASSERT_EQUAL (count_kind (hosts, VBET_KIND_HOST), 10);
  CU_ASSERT_EQUAL (count_kind (hosts, VBET_KIND_SWITCH), 5);
  CU_ASSERT_EQUAL (hosts->cables->len, 5 + 15);
  CU_ASSERT_PTR_NOT_NULL (vbet_attributes_get (vbet_topology_device (hosts, "r1")->attributes, "services"));
  CU_ASSERT_PTR_NOT_NULL (vbet_attributes_get (vbet_topology_device (hosts, "host1")->attributes, "gateway"));
  what = vbet_generate_usual (VBET_SHAPE_MESH);
  what.switched = TRUE;
  what.addresses = FALSE;
  g_autoptr (VbetTopology) bare = make (&what);
  CU_ASSERT_EQUAL (count_kind (bare, VBET_KIND_SWITCH), 6);
  CU_ASSERT_EQUAL (bare->cables->len, 12);
  const VbetDevice *r1 = vbet_topology_device (bare, "r1");
  CU_ASSERT_PTR_NULL (vbet_attributes_get (((VbetNic *)g_ptr_array_index (r1->nics, 0))->attributes, "ip"));
  CU_ASSERT_EQUAL (bare->steps->len, 0);
}

static void
refuse (VbetShape shape, guint size, guint second, guint hosts, gboolean ospf, const char *part)
{
  g_autoptr (GError) error = NULL;
  VbetGenerate what = { .shape = shape,
                        .size = size,
                        .second = second,
                        .node = VBET_KIND_ROUTER,
                        .hosts = hosts,
                        .addresses = TRUE,
                        .ospf = ospf };
  CU_ASSERT_PTR_NULL (vbet_generate (&what, &error));
  CU_ASSERT_PTR_NOT_NULL_FATAL (error);
  CU_ASSERT_TRUE (g_error_matches (error, VBET_ERROR, VBET_ERROR_USAGE));
  if (strstr (error->message, part) == NULL)
    fprintf (stderr, "“%s” lacks “%s”\n", error->message, part);
  CU_ASSERT_PTR_NOT_NULL (strstr (error->message, part));
}

static void
test_limits (void)
{
  refuse (VBET_SHAPE_RING, 2, 0, 0, TRUE, "3 to 1000");
  refuse (VBET_SHAPE_RING, 1001, 0, 0, TRUE, "3 to 1000");
  refuse (VBET_SHAPE_RING, 600, 0, 1, TRUE, "more than 1000 devices");
  refuse (VBET_SHAPE_MESH, 41, 0, 0, TRUE, "2 to 40");
  refuse (VBET_SHAPE_TREE, 9, 50, 0, TRUE, "more than 1000 devices");
  refuse (VBET_SHAPE_TREE, 3, 51, 0, TRUE, "branches");
  refuse (VBET_SHAPE_GRID, 500, 500, 0, TRUE, "more than 1000 devices");
  refuse (VBET_SHAPE_GRID, 3, 1, 0, TRUE, "rows");
  refuse (VBET_SHAPE_GRID, 3, 3, 21, TRUE, "20 hosts");
  refuse (VBET_SHAPE_STAR, 64, 0, 0, TRUE, "put a switch there");
  refuse (VBET_SHAPE_STAR, 0, 0, 0, TRUE, "1 to 999");
  refuse (VBET_SHAPE_GRID, 31, 31, 0, FALSE, "let OSPF find them");
  refuse (VBET_SHAPE_LINE, G_MAXUINT, 0, 0, TRUE, "2 to 1000");
}

static void
test_names (void)
{
  VbetShape shape = VBET_SHAPE_STAR;
  for (guint i = 0; i < VBET_N_SHAPES; i++) {
    CU_ASSERT_TRUE (vbet_shape_from_name (vbet_shape_info ((VbetShape)i)->name, &shape));
    CU_ASSERT_EQUAL (shape, i);
    VbetGenerate usual = vbet_generate_usual ((VbetShape)i);
    g_autoptr (VbetTopology) topology = make (&usual);
    CU_ASSERT_TRUE (topology->steps->len == 1);
  }
  CU_ASSERT_FALSE (vbet_shape_from_name ("blob", &shape));
  VbetGenerate grid = vbet_generate_usual (VBET_SHAPE_GRID);
  g_autofree char *name = vbet_generate_name (&grid);
  VBET_ASSERT_TEXT (name, "grid-3x3");
}

int
main (int argc, char **argv)
{
  static CU_TestInfo tests[] = {
    { "counts", test_counts },
    { "star of hosts", test_star_of_hosts },
    { "static ways", test_static_ways },
    { "options", test_options },
    { "limits", test_limits },
    { "names", test_names },
    CU_TEST_INFO_NULL,
  };
  static CU_SuiteInfo suites[] = { { "generate", NULL, NULL, NULL, NULL, tests }, CU_SUITE_INFO_NULL };
  return vbet_test_run (suites, argc, argv);
}
