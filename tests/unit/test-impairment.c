/* test-impairment.c - the table of impairments: with itself, with the table of attributes, and on its way to the switch. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "base/cable-quality-json.h"
#include "unit/harness.h"
#include "unit/lab.h"

/* What is wrong says which row. */
#define ASSERT_OF(row, condition)                                                                            \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    gboolean holds_ = (condition);                                                                           \
    if (!holds_)                                                                                             \
      g_print ("  %s: not %s\n", (row)->key, #condition);                                                    \
    CU_ASSERT_TRUE (holds_);                                                                                 \
  }                                                                                                          \
  G_STMT_END

/* A value of @row that is not its default, another one each time. */
static double
other_value (const VbetImpairment *row, guint n)
{
  double scale = vbet_impairment_scale (row);
  double value = 0;
  if (row->kind == VBET_IMPAIRMENT_FLAG)
    return row->initial == 0;
  if (row->choices != NULL)
    return (guint)(row->initial + 1) % g_strv_length ((char **)row->choices);
  value = row->maximum / scale * (0.5 + n / 1000.0);
  return row->kind == VBET_IMPAIRMENT_SHARE ? value : floor (value);
}

/* --- the table itself ------------------------------------------------------------------- */

static void
test_rows (void)
{
  VbetCableQuality quality;
  vbet_cable_quality_init (&quality);
  CU_ASSERT_TRUE (vbet_cable_quality_is_valid (&quality));
  CU_ASSERT_TRUE (vbet_cable_quality_is_perfect (&quality));
  for (guint i = 0; i < VBET_IMPAIRMENTS_SIZE; i++) {
    const VbetImpairment *row = &vbet_impairments[i];
    ASSERT_OF (row, vbet_impairment_find (row->key) == row);
    ASSERT_OF (row, row->label != NULL && row->help != NULL && row->unit != NULL);
    ASSERT_OF (row, vbet_cable_quality_get (&quality, row) == row->initial);
    ASSERT_OF (row, !row->acts || (row->words != NULL && row->initial == 0));
    ASSERT_OF (row, (row->choices != NULL) == (row->kind == VBET_IMPAIRMENT_SPREAD));
    for (guint k = 0; k < i; k++) {
      ASSERT_OF (row, row->rank == 0 || row->rank != vbet_impairments[k].rank);
      ASSERT_OF (row, row->effect == NULL || g_strcmp0 (row->effect, vbet_impairments[k].effect) != 0);
    }
  }
  CU_ASSERT_PTR_NULL (vbet_impairment_find ("mtu"));
}

static void
test_fields (void)
{
  for (guint i = 0; i < VBET_IMPAIRMENTS_SIZE; i++) {
    const VbetImpairment *row = &vbet_impairments[i];
    VbetCableQuality quality, before;
    vbet_cable_quality_init (&quality);
    before = quality;
    ASSERT_OF (row, vbet_cable_quality_put (&quality, row, other_value (row, i)));
    ASSERT_OF (row, vbet_cable_quality_get (&quality, row) == other_value (row, i));
    ASSERT_OF (row, vbet_cable_quality_is_perfect (&quality) == !row->acts);
    for (guint k = 0; k < VBET_IMPAIRMENTS_SIZE; k++) /* and no other field */
      ASSERT_OF (row, k == i
                          || vbet_cable_quality_get (&quality, &vbet_impairments[k])
                                 == vbet_cable_quality_get (&before, &vbet_impairments[k]));
    if (row->kind == VBET_IMPAIRMENT_FLAG)
      continue;
    double most = row->choices != NULL ? g_strv_length ((char **)row->choices) - 1
                                       : row->maximum / vbet_impairment_scale (row);
    before = quality;
    ASSERT_OF (row, !vbet_cable_quality_put (&quality, row, row->minimum - 1));
    ASSERT_OF (row, !vbet_cable_quality_put (&quality, row, most + 1));
    ASSERT_OF (row, !vbet_cable_quality_put (&quality, row, NAN));
    ASSERT_OF (row, row->floor == 0 || !vbet_cable_quality_put (&quality, row, row->floor - 1));
    ASSERT_OF (row, memcmp (&before, &quality, sizeof quality) == 0);
    ASSERT_OF (row, vbet_cable_quality_put (&quality, row, row->minimum));
    ASSERT_OF (row, vbet_cable_quality_put (&quality, row, most));
  }
}

/* --- with the language ---------------------------------------------------------------------- */

/* One of the members that both tables have. */
static void
check_attribute (const VbetImpairment *row, const VbetAttributeSpec *spec)
{
  static const VbetValueType types[] = {
    [VBET_IMPAIRMENT_FLAG] = VBET_VALUE_BOOL,     [VBET_IMPAIRMENT_TIME] = VBET_VALUE_DURATION,
    [VBET_IMPAIRMENT_SHARE] = VBET_VALUE_PERCENT, [VBET_IMPAIRMENT_BITS] = VBET_VALUE_RATE,
    [VBET_IMPAIRMENT_COUNT] = VBET_VALUE_INTEGER, [VBET_IMPAIRMENT_MEAN] = VBET_VALUE_INTEGER,
    [VBET_IMPAIRMENT_BYTES] = VBET_VALUE_SIZE,    [VBET_IMPAIRMENT_SPREAD] = VBET_VALUE_NAME,
  };
  ASSERT_OF (row, spec->kinds == VBET_KIND_CABLE && spec->live == VBET_LIVE_AT_ONCE && !spec->list);
  ASSERT_OF (row, spec->type == types[row->kind]);
  ASSERT_OF (row, spec->pair == row->pair && spec->choices == row->choices);
  ASSERT_OF (row, spec->minimum == row->minimum && spec->maximum == row->maximum);
  ASSERT_OF (row, spec->floor == row->floor);
  VBET_ASSERT_TEXT (spec->unit, row->unit);
  VBET_ASSERT_TEXT (spec->default_text, row->default_text);
  VBET_ASSERT_TEXT (spec->help, row->help);
}

static void
test_attributes (void)
{
  guint size, n = 0;
  const VbetAttributeSpec *specs = vbet_schema_specs (&size);
  for (guint i = 0; i < size; i++) {
    if ((specs[i].kinds & VBET_KIND_CABLE) == 0)
      continue;
    CU_ASSERT_TRUE_FATAL (n < VBET_IMPAIRMENTS_SIZE);
    VBET_ASSERT_TEXT (specs[i].key, vbet_impairments[n].key);
    check_attribute (&vbet_impairments[n++], &specs[i]);
  }
  CU_ASSERT_EQUAL (n, VBET_IMPAIRMENTS_SIZE);
}

/* The settings of a cable with @attributes, in which nothing may be wrong. */
static VbetCableSettings
settings_of (const char *attributes)
{
  VbetCableSettings settings;
  g_autofree char *text = g_strdup_printf ("c = link(alloc(switch), alloc(switch)%s)\n", attributes);
  g_autoptr (VbetTopology) topology = vbet_test_good_lab (text);
  vbet_attributes_quality (vbet_topology_cable (topology, "c")->attributes, &settings);
  return settings;
}

/* What a row says of its default and of usual values is what the language makes of their texts. */
static void
test_texts (void)
{
  VbetCableSettings perfect;
  vbet_cable_settings_init (&perfect);
  for (guint i = 0; i < VBET_IMPAIRMENTS_SIZE; i++) {
    const VbetImpairment *row = &vbet_impairments[i];
    g_autofree char *plain = g_strdup_printf (", %s=%s", row->key, row->default_text);
    VbetCableSettings settings = settings_of (plain);
    ASSERT_OF (row, vbet_cable_settings_equal (&settings, &perfect));
    g_auto (GStrv) usual = g_strsplit (row->usual != NULL ? row->usual : "", " ", -1);
    for (guint k = 0; usual[k] != NULL; k++) {
      g_autofree char *attribute = g_strdup_printf (", %s=%s", row->key, usual[k]);
      settings = settings_of (attribute);
      ASSERT_OF (row, vbet_cable_settings_is_valid (&settings));
      ASSERT_OF (row, strcmp (usual[k], row->default_text) == 0
                          || !vbet_cable_settings_equal (&settings, &perfect));
    }
  }
}

static void
test_settings (void)
{
  VbetCableSettings settings = settings_of (
      ", delay=10ms/40ms, jitter=1ms, loss=0.5%/2%, distribution=normal, burst=3, duplicate=1%, reorder=10%, "
      "corrupt=100%, rate=10Mbit/1Mbit, queue=50, queue-bytes=64K, up-for=8s, down-for=20ms, up=yes/no");
  const VbetCableQuality *there = &settings.quality[0], *back = &settings.quality[1];
  CU_ASSERT_EQUAL (there->delay, 10000000);
  CU_ASSERT_EQUAL (back->delay, 40000000);
  CU_ASSERT_EQUAL (there->jitter, 1000000);
  CU_ASSERT_DOUBLE_EQUAL (there->loss, 0.005, 1e-12);
  CU_ASSERT_DOUBLE_EQUAL (back->loss, 0.02, 1e-12);
  CU_ASSERT_EQUAL (there->distribution, VBET_JITTER_NORMAL);
  CU_ASSERT_EQUAL (back->distribution, VBET_JITTER_NORMAL);
  CU_ASSERT_EQUAL (there->burst, 3);
  CU_ASSERT_DOUBLE_EQUAL (there->duplicate, 0.01, 1e-12);
  CU_ASSERT_DOUBLE_EQUAL (there->reorder, 0.1, 1e-12);
  CU_ASSERT_EQUAL (there->corrupt, 1);
  CU_ASSERT_EQUAL (there->rate, 1e7);
  CU_ASSERT_EQUAL (back->rate, 1e6);
  CU_ASSERT_EQUAL (there->queue, 50);
  CU_ASSERT_EQUAL (there->queue_bytes, 65536);
  CU_ASSERT_EQUAL (there->up_for, G_GINT64_CONSTANT (8000000000));
  CU_ASSERT_EQUAL (back->up_for, there->up_for);
  CU_ASSERT_EQUAL (there->down_for, 20000000);
  CU_ASSERT_TRUE (there->up);
  CU_ASSERT_FALSE (back->up);
  CU_ASSERT_EQUAL (vbet_cable_quality_swing (there), 3000000);
  settings = settings_of (", jitter=1ms");
  CU_ASSERT_EQUAL (vbet_cable_quality_swing (&settings.quality[0]), 1000000);
}

/* --- on its way to the switch and back --------------------------------------------------------- */

static char *
settings_text (const VbetCableSettings *settings)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  vbet_cable_settings_to_json (settings, builder);
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

static gboolean
read_settings (const char *text, VbetCableSettings *ret_settings)
{
  g_autoptr (JsonNode) node = json_from_string (text, NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (node);
  return vbet_cable_settings_from_json (ret_settings, node);
}

static void
test_messages (void)
{
  VbetCableSettings settings, again, perfect;
  vbet_cable_settings_init (&settings);
  vbet_cable_settings_init (&perfect);
  for (guint i = 0; i < VBET_IMPAIRMENTS_SIZE; i++) {
    const VbetImpairment *row = &vbet_impairments[i];
    ASSERT_OF (row, vbet_cable_quality_put (&settings.quality[i % 2], row, other_value (row, i)));
    g_autofree char *text = settings_text (&settings);
    ASSERT_OF (row, strstr (text, row->key) != NULL);
    ASSERT_OF (row, read_settings (text, &again) && vbet_cable_settings_equal (&settings, &again));
  }
  CU_ASSERT_TRUE (vbet_cable_settings_from_json (&again, NULL));
  CU_ASSERT_TRUE (vbet_cable_settings_equal (&again, &perfect));
  CU_ASSERT_TRUE (read_settings ("[{},{\"unknown\":[1]}]", &again));
  CU_ASSERT_TRUE (vbet_cable_settings_equal (&again, &perfect));
}

static void
test_hostile (void)
{
  static const char *const texts[] = {
    "{}",
    "[]",
    "[{}]",
    "[{},{},{}]",
    "[{},1]",
    "[1,{}]",
    "3",
    "[{\"loss\":2},{}]",
    "[{\"loss\":-0.1},{}]",
    "[{},{\"loss\":\"0.1\"}]",
    "[{\"loss\":[0.1]},{}]",
    "[{\"loss\":null},{}]",
    "[{\"loss\":true},{}]",
    "[{\"up\":1},{}]",
    "[{\"distribution\":\"odd\"},{}]",
    "[{\"distribution\":0},{}]",
    "[{\"delay\":-1},{}]",
    "[{\"delay\":1e300},{}]",
    "[{\"rate\":0.5},{}]",
    "[{\"burst\":0},{}]",
    "[{\"queue\":1e10},{}]",
    "[{\"queue-bytes\":-1},{}]",
    "[{\"up-for\":1},{}]",
  };
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    VbetCableSettings settings;
    gboolean taken = read_settings (texts[i], &settings);
    if (taken)
      g_print ("  taken: %s\n", texts[i]);
    CU_ASSERT_FALSE (taken);
    CU_ASSERT_TRUE (vbet_cable_settings_is_valid (&settings)); /* whatever was read of it */
  }
}

static void
test_effects (void)
{
  VbetCableEffects effects = { .waiting = 1000, .flying = 2000 }, again;
  for (guint i = 0; i < VBET_IMPAIRMENTS_SIZE; i++)
    effects.hits[i] = vbet_impairments[i].effect != NULL ? i + 1 : 0;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  vbet_cable_effects_to_json (&effects, builder);
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  vbet_cable_effects_from_json (&again, json_node_get_array (root));
  CU_ASSERT_EQUAL (memcmp (effects.hits, again.hits, sizeof again.hits), 0);
  CU_ASSERT_EQUAL (again.waiting, 1000);
  CU_ASSERT_EQUAL (again.flying, 2000);
  g_autoptr (JsonNode) odd = json_from_string ("[-1, \"x\", [], 7, 1.5, {}]", NULL);
  vbet_cable_effects_from_json (&again, json_node_get_array (odd));
  CU_ASSERT_EQUAL (again.hits[VBET_IMPAIRMENT_LOSS], 0);
  CU_ASSERT_EQUAL (again.hits[VBET_IMPAIRMENT_CORRUPT], 7);
  CU_ASSERT_EQUAL (again.flying, 0);
  vbet_cable_effects_from_json (&again, NULL);
  CU_ASSERT_EQUAL (again.hits[VBET_IMPAIRMENT_CORRUPT], 0);
}

static CU_TestInfo tests[] = {
  { "rows", test_rows },
  { "fields", test_fields },
  { "attributes", test_attributes },
  { "texts", test_texts },
  { "settings", test_settings },
  { "messages", test_messages },
  { "hostile messages", test_hostile },
  { "effects", test_effects },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "impairment", NULL, NULL, NULL, NULL, tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
