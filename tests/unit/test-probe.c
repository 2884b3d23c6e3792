/* test-probe.c - measuring cables in virtual time: what is set is found consistent, what is not set is not.
 */
#include "config.h"

#include <errno.h>
#include <math.h>

#include "engine/measure.h"
#include "harness.h"
#include "switch/core/probe.h"
#include "switch/measure.h"

#define MS G_GINT64_CONSTANT (1000000)

typedef struct {
  VbetFrameStore store;
  VbetCableCore cable;
  VbetProbe *probe;
  gint64 now;
  gint64 pause; /* between frames of other traffic, from end A; 0: none */
  guint size;   /* of these */
  gint64 due;
  guint others;  /* that arrived */
  guint strange; /* probes that arrived where nobody measures */
  gint64 late;   /* by which the loop is late, at most */
  VbetRandom random;
  VbetMeasured measured[2];
} Bench;

static gint64
bench_clock (gpointer user_data)
{
  const Bench *self = user_data;
  return self->now;
}

static void
on_deliver (VbetCableSide end, const VbetFrame *frame, gpointer user_data)
{
  Bench *self = user_data;
  if (frame->probe == 0)
    self->others++;
  else if (self->probe != NULL)
    vbet_probe_arrived (self->probe, end, frame);
  else
    self->strange++;
}

static void
on_left (VbetCableSide end, guint32 probe, gint64 at, gpointer user_data)
{
  Bench *self = user_data;
  if (self->probe != NULL)
    vbet_probe_left (self->probe, end, probe, at);
}

static void
on_flap (gboolean up, gpointer user_data)
{
  Bench *self = user_data;
  if (!up && self->probe != NULL)
    vbet_probe_cut (self->probe);
}

static Bench *
bench_new (const VbetCableQuality *there, const VbetCableQuality *back)
{
  Bench *self = g_new0 (Bench, 1);
  vbet_frame_store_init (&self->store, VBET_FRAME_STORE_LIMIT);
  vbet_cable_init (&self->cable, &self->store, 42, on_deliver, on_flap, self);
  self->cable.left = on_left;
  vbet_cable_set (&self->cable, VBET_CABLE_A, there, 0);
  if (back != NULL)
    vbet_cable_set (&self->cable, VBET_CABLE_B, back, 0);
  vbet_random_init (&self->random, 7);
  return self;
}

static void
bench_free (Bench *self)
{
  vbet_probe_free (self->probe);
  self->probe = NULL;
  vbet_cable_finish (&self->cable);
  vbet_frame_store_finish (&self->store);
  g_free (self);
}

static void
send_other (Bench *self)
{
  guint8 bytes[1514] = { 0 };
  VbetFrame frame = { .data = bytes, .size = self->size };
  vbet_cable_input (&self->cable, VBET_CABLE_A, &frame, self->now);
  self->due += self->pause;
}

/* What the engine reads of what the switch writes. */
static void
read_results (Bench *self)
{
  for (guint end = 0; end < 2; end++) {
    VbetProbeResult result;
    g_autoptr (JsonBuilder) builder = json_builder_new ();
    vbet_probe_result (self->probe, end, self->now, &result);
    vbet_measure_write (builder, &result);
    g_autoptr (JsonNode) root = json_builder_get_root (builder);
    vbet_measured_read (json_node_get_object (root), &self->measured[end]);
  }
}

/* Lets time pass until the measurement is over, or @until. */
static void
bench_run (Bench *self, const VbetProbeWish *wish, gint64 until)
{
  self->probe = vbet_probe_new (&self->cable, wish, 1, 99, bench_clock, self, self->now);
  self->due = self->pause > 0 ? self->now : VBET_CABLE_NEVER;
  while (self->now < until) {
    gint64 next = MIN (vbet_cable_deadline (&self->cable), vbet_probe_deadline (self->probe));
    next = MIN (next, self->due);
    next = MAX (next, self->now);
    if (self->late > 0)
      next += (gint64)(vbet_random_unit (&self->random) * (double)self->late);
    self->now = next;
    vbet_cable_run (&self->cable, next);
    if (self->due <= next)
      send_other (self);
    if (!vbet_probe_run (self->probe, next))
      break;
    vbet_frame_store_reclaim (&self->store);
  }
  read_results (self);
}

static VbetCableQuality
perfect (void)
{
  VbetCableQuality quality;
  vbet_cable_quality_init (&quality);
  return quality;
}

static VbetMeasureRow
find_row (const VbetCableQuality *set, const VbetMeasured *measured, const char *property)
{
  VbetMeasureRow rows[VBET_MEASURE_ROWS];
  guint n = vbet_measure_judge (set, measured, rows);
  for (guint i = 0; i < n; i++)
    if (strcmp (rows[i].property, property) == 0)
      return rows[i];
  return (VbetMeasureRow){ .verdict = VBET_MEASURE_UNJUDGED };
}

/* Returns: how many rows are inconsistent; says which. */
static guint
count_bad (const VbetCableQuality *set, const VbetMeasured *measured, const char *wanted)
{
  VbetMeasureRow rows[VBET_MEASURE_ROWS];
  guint bad = 0;
  guint n = vbet_measure_judge (set, measured, rows);
  for (guint i = 0; i < n; i++) {
    if (rows[i].verdict != VBET_MEASURE_INCONSISTENT)
      continue;
    bad++;
    if (wanted == NULL || strcmp (rows[i].property, wanted) != 0)
      g_print ("  %s: set %g, measured %g (%g to %g, %g of %g)\n", rows[i].property, rows[i].set,
               rows[i].measured, rows[i].low, rows[i].high, rows[i].events, rows[i].of);
  }
  return bad;
}

/* A cable that does what is set is consistent; in its other direction, which is perfect, it is not. */
static void
check_quality (const VbetCableQuality *quality, const char *property, gint64 late)
{
  VbetProbeWish wish = { .count = 4000 };
  VbetCableQuality plain = perfect ();
  Bench *bench = bench_new (quality, NULL);
  bench->late = late;
  bench_run (bench, &wish, G_MAXINT64);
  VbetCableQuality set = *quality;
  VbetCableQuality none = plain;
  CU_ASSERT_EQUAL (count_bad (&set, &bench->measured[0], NULL), 0);
  CU_ASSERT_EQUAL (count_bad (&none, &bench->measured[1], NULL), 0);
  CU_ASSERT_EQUAL (find_row (&set, &bench->measured[0], property).verdict, VBET_MEASURE_CONSISTENT);
  CU_ASSERT_EQUAL (find_row (&none, &bench->measured[0], property).verdict,
                   strcmp (property, "rate") == 0 ? VBET_MEASURE_UNJUDGED : VBET_MEASURE_INCONSISTENT);
  if (strcmp (property, "rate") != 0)
    CU_ASSERT_EQUAL (find_row (&set, &bench->measured[1], property).verdict, VBET_MEASURE_INCONSISTENT);
  bench_free (bench);
}

/* --- each impairment ------------------------------------------------------------------------ */

static void
test_perfect (void)
{
  VbetCableQuality quality = perfect ();
  VbetCableQuality set = quality;
  VbetProbeWish wish = { 0 };
  Bench *bench = bench_new (&quality, &quality);
  bench_run (bench, &wish, G_MAXINT64);
  for (guint end = 0; end < 2; end++) {
    CU_ASSERT_EQUAL (count_bad (&set, &bench->measured[end], NULL), 0);
    CU_ASSERT (bench->measured[end].sent >= 1800 && bench->measured[end].sent <= 2000);
    CU_ASSERT_EQUAL (bench->measured[end].lost, 0);
    CU_ASSERT_EQUAL (bench->measured[end].high, 0);
    CU_ASSERT_EQUAL (find_row (&set, &bench->measured[end], "rate").reason, VBET_MEASURE_NO_LIMIT);
  }
  CU_ASSERT (bench->now > 4500 * MS && bench->now < 5600 * MS);
  CU_ASSERT_EQUAL (bench->cable.directions[0].counters.frames, 0); /* probes are in no counter */
  bench_free (bench);
}

static void
test_delay (void)
{
  VbetCableQuality quality = perfect ();
  quality.delay = 70 * MS;
  check_quality (&quality, "delay", 0);
  check_quality (&quality, "delay", MS);
  quality.delay = 5 * MS;
  check_quality (&quality, "delay", 0);
}

static void
test_jitter (void)
{
  VbetCableQuality quality = perfect ();
  quality.delay = 70 * MS;
  quality.jitter = 10 * MS;
  check_quality (&quality, "jitter", 0);
  quality.distribution = VBET_JITTER_NORMAL;
  check_quality (&quality, "jitter", 0);
  quality.correlation = 0.5;
  check_quality (&quality, "jitter", 0);
  quality.correlation = 0;
  quality.delay = 15 * MS; /* less than the jitter's swing */
  quality.jitter = 20 * MS;
  check_quality (&quality, "jitter", 0);
  quality.distribution = VBET_JITTER_UNIFORM;
  check_quality (&quality, "jitter", 0);
}

static void
test_shares (void)
{
  VbetCableQuality quality = perfect ();
  quality.loss = 0.05;
  check_quality (&quality, "loss", 0);
  quality.burst = 5;
  check_quality (&quality, "loss", 0);
  quality = perfect ();
  quality.loss = 1;
  check_quality (&quality, "loss", 0);
  quality = perfect ();
  quality.duplicate = 0.02;
  check_quality (&quality, "duplicate", 0);
  quality = perfect ();
  quality.corrupt = 0.03;
  check_quality (&quality, "corrupt", 0);
  quality = perfect ();
  quality.delay = 40 * MS;
  quality.reorder = 0.1;
  check_quality (&quality, "reorder", 0);
}

static void
test_rate (void)
{
  static const double rates[] = { 64e3, 1e6, 10e6, 100e6, 1e9 };
  for (guint i = 0; i < G_N_ELEMENTS (rates); i++) {
    VbetCableQuality quality = perfect ();
    quality.rate = rates[i];
    quality.delay = 2 * MS;
    check_quality (&quality, "rate", 0);
    check_quality (&quality, "rate", MS / 10);
  }
}

static void
test_all (void)
{
  VbetCableQuality quality = perfect ();
  quality.delay = 70 * MS;
  quality.jitter = 5 * MS;
  quality.loss = 0.05;
  quality.duplicate = 0.01;
  quality.reorder = 0.05;
  quality.corrupt = 0.02;
  quality.rate = 10e6;
  check_quality (&quality, "delay", 0);
  check_quality (&quality, "loss", 0);
  check_quality (&quality, "rate", 0);
  check_quality (&quality, "reorder", 0);
}

/* --- wrong ones are found --------------------------------------------------------------------- */

static void
test_wrong (void)
{
  VbetCableQuality quality = perfect ();
  VbetProbeWish wish = { .count = 10000 };
  quality.delay = 70 * MS;
  quality.jitter = 10 * MS;
  quality.loss = 0.05;
  quality.duplicate = 0.02;
  quality.reorder = 0.05;
  quality.corrupt = 0.02;
  quality.rate = 10e6;
  Bench *bench = bench_new (&quality, NULL);
  bench_run (bench, &wish, G_MAXINT64);
  VbetCableQuality right = quality;
  CU_ASSERT_EQUAL (count_bad (&right, &bench->measured[0], NULL), 0);
  static const struct {
    const char *property;
    double value;
  } wrong[] = {
    { "delay", 60.0 * MS }, { "delay", 80.0 * MS }, { "jitter", 20.0 * MS }, { "jitter", 5.0 * MS },
    { "loss", 0.065 },      { "loss", 0.037 },      { "duplicate", 0.03 },   { "corrupt", 0.03 },
    { "reorder", 0.07 },    { "rate", 9e6 },        { "rate", 11e6 },
  };
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    VbetCableQuality set = right;
    CU_ASSERT_TRUE (vbet_cable_quality_put (&set, vbet_impairment_find (wrong[i].property), wrong[i].value));
    CU_ASSERT (count_bad (&set, &bench->measured[0], wrong[i].property) >= 1);
    CU_ASSERT_EQUAL (find_row (&set, &bench->measured[0], wrong[i].property).verdict,
                     VBET_MEASURE_INCONSISTENT);
  }
  bench_free (bench);
}

static void
test_bursts (void)
{
  VbetCableQuality quality = perfect ();
  VbetProbeWish wish = { .count = 10000 };
  quality.loss = 0.05;
  quality.burst = 5;
  Bench *bench = bench_new (&quality, NULL);
  bench_run (bench, &wish, G_MAXINT64);
  VbetCableQuality set = quality;
  CU_ASSERT_EQUAL (count_bad (&set, &bench->measured[0], NULL), 0);
  CU_ASSERT_EQUAL (find_row (&set, &bench->measured[0], "burst").verdict, VBET_MEASURE_CONSISTENT);
  set.burst = 10;
  CU_ASSERT_EQUAL (find_row (&set, &bench->measured[0], "burst").verdict, VBET_MEASURE_INCONSISTENT);
  set.burst = 0; /* each by itself */
  CU_ASSERT_EQUAL (find_row (&set, &bench->measured[0], "burst").verdict, VBET_MEASURE_INCONSISTENT);
  bench_free (bench);
}

/* --- in use -------------------------------------------------------------------------------------- */

static void
test_in_use (void)
{
  VbetCableQuality quality = perfect ();
  VbetProbeWish wish = { 0 };
  quality.delay = 20 * MS;
  quality.rate = 10e6;
  quality.loss = 0.01;
  Bench *bench = bench_new (&quality, NULL);
  bench->size = 1514; /* 8 Mbit/s of 10 */
  bench->pause = (gint64)(1514 * 8 / 8e6 * 1e9);
  bench_run (bench, &wish, G_MAXINT64);
  VbetCableQuality set = quality;
  const VbetMeasured *measured = &bench->measured[0];
  CU_ASSERT_EQUAL (count_bad (&set, measured, NULL), 0);
  CU_ASSERT_EQUAL (find_row (&set, measured, "delay").verdict, VBET_MEASURE_CONSISTENT);
  CU_ASSERT_EQUAL (find_row (&set, measured, "rate").verdict, VBET_MEASURE_CONSISTENT);
  CU_ASSERT (measured->waited > 0.3 * MS); /* behind full frames */
  CU_ASSERT (measured->other_frames > 3000);
  CU_ASSERT_EQUAL (bench->cable.directions[0].effects.hits[VBET_IMPAIRMENT_QUEUE],
                   0); /* no train pushed anybody out */
  CU_ASSERT_EQUAL (bench->cable.directions[0].counters.frames, bench->others);
  bench_free (bench);
}

/* A queue that is full all the time, and one too short for a train. */
static void
test_queues (void)
{
  VbetCableQuality quality = perfect ();
  VbetProbeWish wish = { 0 };
  quality.rate = 10e6;
  quality.queue = 20;
  Bench *bench = bench_new (&quality, NULL);
  bench->size = 1514; /* twice the rate */
  bench->pause = (gint64)(1514 * 8 / 20e6 * 1e9);
  bench_run (bench, &wish, G_MAXINT64);
  VbetCableQuality set = quality;
  CU_ASSERT_EQUAL (count_bad (&set, &bench->measured[0], NULL), 0);
  CU_ASSERT (bench->measured[0].full > 0);
  CU_ASSERT_EQUAL (bench->measured[0].lost, 0); /* what found no room was not lost by the line */
  bench_free (bench);
  quality.queue = 2;
  quality.queue_bytes = 3000;
  bench = bench_new (&quality, NULL);
  bench_run (bench, &wish, G_MAXINT64);
  CU_ASSERT_EQUAL (find_row (&set, &bench->measured[0], "rate").reason, VBET_MEASURE_NO_ROOM);
  CU_ASSERT_EQUAL (count_bad (&set, &bench->measured[0], NULL), 0);
  bench_free (bench);
}

static void
test_down (void)
{
  VbetCableQuality down = perfect ();
  VbetCableQuality up = perfect ();
  VbetProbeWish wish = { .count = 100 };
  down.up = FALSE;
  Bench *bench = bench_new (&down, &up);
  bench_run (bench, &wish, G_MAXINT64);
  VbetCableQuality set = down;
  VbetCableQuality other = up;
  CU_ASSERT_EQUAL (find_row (&set, &bench->measured[0], "up").verdict, VBET_MEASURE_CONSISTENT);
  CU_ASSERT_EQUAL (find_row (&set, &bench->measured[0], "loss").reason, VBET_MEASURE_DOWN);
  CU_ASSERT_EQUAL (count_bad (&set, &bench->measured[0], NULL), 0);
  CU_ASSERT_EQUAL (find_row (&other, &bench->measured[0], "up").verdict, VBET_MEASURE_INCONSISTENT);
  CU_ASSERT_EQUAL (find_row (&set, &bench->measured[1], "up").verdict, VBET_MEASURE_INCONSISTENT);
  bench_free (bench);
}

static void
test_flap (void)
{
  VbetCableQuality quality = perfect ();
  VbetProbeWish wish = { .duration = 20000 * MS };
  quality.delay = 10 * MS;
  Bench *bench = bench_new (&quality, NULL);
  vbet_cable_set_flap (&bench->cable, 300 * MS, 100 * MS, 0);
  bench_run (bench, &wish, G_MAXINT64);
  VbetCableQuality set = quality;
  set.up_for = 300.0 * MS;
  set.down_for = 100.0 * MS;
  CU_ASSERT_EQUAL (count_bad (&set, &bench->measured[0], NULL), 0);
  CU_ASSERT (bench->measured[0].cut > 0);
  CU_ASSERT_EQUAL (bench->measured[0].lost, 0); /* what was cut was not lost by the line */
  set.up_for = 100.0 * MS;
  set.down_for = 300.0 * MS;
  CU_ASSERT_EQUAL (find_row (&set, &bench->measured[0], "up").verdict, VBET_MEASURE_INCONSISTENT);
  bench_free (bench);
}

/* Ended early: what is on its way is not lost. And the next measurement does not take its probes for its own.
 */
static void
test_cancel (void)
{
  VbetCableQuality quality = perfect ();
  VbetProbeWish wish = { .count = 1000 };
  quality.delay = 500 * MS;
  Bench *bench = bench_new (&quality, NULL);
  bench_run (bench, &wish, 1000 * MS);
  VbetCableQuality set = quality;
  CU_ASSERT_EQUAL (count_bad (&set, &bench->measured[0], NULL), 0);
  CU_ASSERT (bench->measured[0].unknown > 100 && bench->measured[0].sent > 100);
  vbet_probe_free (bench->probe);
  bench->probe = vbet_probe_new (&bench->cable, &wish, 2, 1, bench_clock, bench, bench->now);
  while (bench->now < 1400 * MS) { /* only those of the first are due */
    bench->now = MIN (vbet_cable_deadline (&bench->cable), vbet_probe_deadline (bench->probe));
    vbet_cable_run (&bench->cable, bench->now);
    vbet_probe_run (bench->probe, bench->now);
  }
  VbetProbeResult result;
  vbet_probe_result (bench->probe, VBET_CABLE_A, bench->now, &result);
  CU_ASSERT_EQUAL (result.samples, 0);
  CU_ASSERT_EQUAL (result.sent, 0);
  g_clear_pointer (&bench->probe, vbet_probe_free);
  bench->now += 1000 * MS;
  vbet_cable_run (&bench->cable, bench->now); /* nobody measures: they go nowhere */
  CU_ASSERT (bench->strange > 0);
  CU_ASSERT_EQUAL (bench->others, 0);
  bench_free (bench);
}

static void
test_plans (void)
{
  VbetCableQuality quality = perfect ();
  VbetProbeWish wish = { .count = 500, .duration = 2000 * MS };
  Bench *bench = bench_new (&quality, NULL);
  bench_run (bench, &wish, G_MAXINT64);
  CU_ASSERT_EQUAL (bench->measured[0].sent, 500);
  CU_ASSERT (bench->now > 1800 * MS && bench->now < 2300 * MS);
  bench_free (bench);
  quality.rate = 9600; /* probes take a twentieth at most */
  wish = (VbetProbeWish){ .count = 50 };
  bench = bench_new (&quality, NULL);
  bench_run (bench, &wish, G_MAXINT64);
  CU_ASSERT (bench->now > 45000 * MS);
  CU_ASSERT_EQUAL (bench->measured[0].sent, 50);
  bench_free (bench);
}

/* --- in the fabric: nobody but who measures sees a probe ------------------------------------------- */

typedef struct {
  gint64 now;
  guint seen; /* frames that a device got, or a capture was shown */
  guint ended;
  VbetProbeEnd why;
  VbetProbeResult results[2];
} Plant;

static gint64
plant_clock (gpointer user_data)
{
  const Plant *self = user_data;
  return self->now;
}

static void
plant_running (const VbetProbe *probe, gint64 now, gpointer user_data)
{
  CU_ASSERT (vbet_probe_get_duration (probe) > 0);
}

static void
plant_ended (const VbetProbe *probe, VbetProbeEnd why, gint64 now, gpointer user_data)
{
  Plant *self = user_data;
  self->ended++;
  self->why = why;
  for (guint end = 0; end < 2; end++)
    vbet_probe_result (probe, end, now, &self->results[end]);
}

static void
plant_send (gpointer port, const VbetFrame *frame)
{
  Plant *self = port;
  self->seen++;
}

static void
plant_flush (gpointer port)
{
}

static void
plant_tap (VbetCableSide end, gboolean entered, const VbetFrame *frame, gpointer user_data)
{
  Plant *self = user_data;
  self->seen++;
}

static const VbetProberClass plant_prober = { plant_clock, plant_running, plant_ended };

static VbetFabric *
plant_new (Plant *self)
{
  static const VbetPortClass klass = { .send = plant_send, .flush = plant_flush, .destroy = plant_flush };
  static const VbetTapClass tap = { plant_tap, plant_flush };
  static const gboolean both[2] = { TRUE, TRUE };
  VbetFabric *fabric = vbet_fabric_new (1);
  VbetEndpoint *end;
  VbetCableSettings settings;
  vbet_cable_settings_init (&settings);
  for (guint i = 0; i < 2; i++) {
    settings.quality[i].delay = 5 * MS;
    CU_ASSERT_EQUAL (vbet_fabric_add_port (fabric, i == 0 ? "a" : "b", 1, 1500, &klass, self, &end), 0);
    vbet_endpoint_set_connected (end, TRUE);
  }
  CU_ASSERT_EQUAL (vbet_fabric_add_cable (fabric, "c", "a", 1, "b", 1, &settings, 0), 0);
  CU_ASSERT_PTR_NOT_NULL (vbet_fabric_add_tap (fabric, "c", both, &tap, self));
  return fabric;
}

static void
plant_run (Plant *self, VbetFabric *fabric, gint64 until)
{
  for (gint64 next = vbet_fabric_deadline (fabric); next <= until; next = vbet_fabric_deadline (fabric)) {
    self->now = MAX (next, self->now);
    vbet_fabric_run (fabric, self->now);
  }
  self->now = MIN (until, self->now);
}

static void
no_counts (const VbetFabricCableInfo *info, gpointer user_data)
{
  for (guint way = 0; way < 2; way++) {
    CU_ASSERT_EQUAL (info->counters[way].frames + info->counters[way].bytes + info->counters[way].dropped, 0);
    CU_ASSERT_EQUAL (info->effects[way].hits[VBET_IMPAIRMENT_LOSS] + info->effects[way].flying, 0);
  }
}

static void
test_fabric (void)
{
  VbetProbeWish wish = { .count = 200 };
  Plant plant = { 0 };
  VbetFabric *fabric = plant_new (&plant);
  CU_ASSERT_EQUAL (vbet_fabric_probe (fabric, "d", &wish, 1, &plant_prober, &plant, 0), -ENOENT);
  CU_ASSERT_EQUAL (vbet_fabric_probe (fabric, "c", &wish, 1, &plant_prober, &plant, 0), 0);
  CU_ASSERT_EQUAL (vbet_fabric_probe (fabric, "c", &wish, 2, &plant_prober, &plant, 0), -EALREADY);
  plant_run (&plant, fabric, 60000 * MS);
  CU_ASSERT (plant.ended == 1 && plant.why == VBET_PROBE_DONE);
  CU_ASSERT (plant.results[0].sent == 200 && plant.results[1].sent == 200 && plant.results[0].lost == 0);
  CU_ASSERT (plant.results[0].lowest == 5 * MS && plant.results[1].high == 5 * MS);
  CU_ASSERT_FALSE (vbet_fabric_probe_stop (fabric, "c"));
  CU_ASSERT_EQUAL (vbet_fabric_probe (fabric, "c", &wish, 2, &plant_prober, &plant, plant.now), 0);
  plant_run (&plant, fabric, plant.now + 100 * MS);
  CU_ASSERT (vbet_fabric_probe_stop (fabric, "c"));
  CU_ASSERT (plant.ended == 2 && plant.why == VBET_PROBE_CANCELLED && plant.results[0].sent > 0);
  plant_run (&plant, fabric, plant.now + 1000 * MS); /* what is left of it arrives */
  vbet_fabric_each_cable (fabric, no_counts, NULL);
  CU_ASSERT_EQUAL (vbet_fabric_probe (fabric, "c", &wish, 3, &plant_prober, &plant, plant.now), 0);
  CU_ASSERT_EQUAL (vbet_fabric_remove_cable (fabric, "c"), 0);
  CU_ASSERT (plant.ended == 3 && plant.why == VBET_PROBE_UNPLUGGED);
  CU_ASSERT_EQUAL (vbet_fabric_deadline (fabric), VBET_CABLE_NEVER);
  CU_ASSERT_EQUAL (plant.seen, 0);
  vbet_fabric_free (fabric);
}

/* --- figures --------------------------------------------------------------------------------------- */

static void
test_interval (void)
{
  double low, high;
  /* Exact intervals of the textbooks. */
  vbet_measure_interval (0, 10, 0.95, &low, &high);
  CU_ASSERT (low == 0 && fabs (high - 0.3085) < 1e-4);
  vbet_measure_interval (5, 10, 0.95, &low, &high);
  CU_ASSERT (fabs (low - 0.1871) < 1e-4 && fabs (high - 0.8129) < 1e-4);
  vbet_measure_interval (10, 10, 0.95, &low, &high);
  CU_ASSERT (fabs (low - 0.6915) < 1e-4 && high == 1);
  vbet_measure_interval (480, 10000, 0.99, &low, &high);
  CU_ASSERT (fabs (low - 0.0426) < 2e-4 && fabs (high - 0.0538) < 2e-4);
}

static void
check_format (const char *unit, double value, const char *expected)
{
  g_autofree char *text = vbet_measure_format (unit, value);
  VBET_ASSERT_TEXT (text, expected);
}

static void
test_format (void)
{
  check_format ("ns", 0, "0 ms");
  check_format ("ns", 70e6, "70 ms");
  check_format ("ns", 70.12e6, "70.1 ms");
  check_format ("ns", 45e3, "45 µs");
  check_format ("ns", 1.5e9, "1.5 s");
  check_format ("share", 0.05, "5 %");
  check_format ("share", 0.048, "4.8 %");
  check_format ("share", 1, "100 %");
  check_format ("bit/s", 10e6, "10 Mbit/s");
  check_format ("bit/s", 9.98e6, "9.98 Mbit/s");
  check_format ("bit/s", 999.97e6, "1 Gbit/s");
}

/* Numbers that make no sense do no harm. */
static void
test_hostile (void)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  const char *text = "{\"sent\":-1e300,\"lost\":1e17,\"runs\":\"x\",\"samples\":1e17,\"lowest\":-1e17,"
                     "\"rate\":[],\"trains\":3,\"ordered\":1,\"reordered\":1e16,\"time\":-5}";
  VbetMeasured measured;
  VbetCableQuality quality = perfect ();
  VbetCableQuality set = quality;
  VbetMeasureRow rows[VBET_MEASURE_ROWS];
  CU_ASSERT (json_parser_load_from_data (parser, text, -1, NULL));
  vbet_measured_read (json_node_get_object (json_parser_get_root (parser)), &measured);
  CU_ASSERT (vbet_measure_judge (&set, &measured, rows) >= 8);
}

int
main (int argc, char **argv)
{
  CU_TestInfo cables[] = {
    { "perfect", test_perfect }, { "delay", test_delay },   { "jitter", test_jitter },
    { "shares", test_shares },   { "rate", test_rate },     { "all of it", test_all },
    { "wrong", test_wrong },     { "bursts", test_bursts }, CU_TEST_INFO_NULL,
  };
  CU_TestInfo use[] = {
    { "other traffic", test_in_use },
    { "queues", test_queues },
    { "down", test_down },
    { "flap", test_flap },
    { "fabric", test_fabric },
    { "cancel", test_cancel },
    { "plans", test_plans },
    CU_TEST_INFO_NULL,
  };
  CU_TestInfo figures[] = {
    { "interval", test_interval },
    { "format", test_format },
    { "hostile", test_hostile },
    CU_TEST_INFO_NULL,
  };
  CU_SuiteInfo suites[] = {
    { .pName = "cables", .pTests = cables },
    { .pName = "use", .pTests = use },
    { .pName = "figures", .pTests = figures },
    CU_SUITE_INFO_NULL,
  };
  return vbet_test_run (suites, argc, argv);
}
