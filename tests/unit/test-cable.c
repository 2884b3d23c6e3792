/* test-cable.c - cables in virtual time: what is set against what comes out, over a million frames. */
#include "config.h"

#include <math.h>

#include "harness.h"
#include "switch/core/cable.h"

#define MILLION 1000000
#define MS G_GINT64_CONSTANT (1000000)
/* Half width of the 99 % interval of a normal distribution, in standard deviations. */
#define Z99 2.576

/* What a frame carries, behind its addresses and type. */
typedef struct {
  gint64 sent;
  guint64 number;
} Mark;

typedef struct {
  VbetFrameStore store;
  VbetCableCore cable;
  gint64 now;
  guint64 numbers[2]; /* by the end put in */
  /* by the end they came out at */
  guint64 arrived[2];
  guint64 newest[2]; /* highest number so far, plus 1 */
  guint64 overtaken[2];
  double sum[2]; /* of travel times */
  double squares[2];
  double products[2]; /* of each one's with that of the one before */
  double previous[2];
  gint64 least[2];
  gint64 most[2];
  gint64 last[2];   /* time of the last arrival */
  guint64 gap_runs; /* runs of missing numbers at end B */
  guint64 gaps;
  guint64 wrong_bits;
  guint flaps;
} Line;

static void
on_deliver (VbetCableSide end, const VbetFrame *frame, gpointer user_data)
{
  Line *line = user_data;
  Mark mark;
  memcpy (&mark, frame->data + VBET_FRAME_HEADER, sizeof mark);
  gint64 travel = line->now - mark.sent;
  if (line->arrived[end] == 0 || travel < line->least[end])
    line->least[end] = travel;
  line->most[end] = MAX (line->most[end], travel);
  line->arrived[end]++;
  line->last[end] = line->now;
  line->sum[end] += (double)travel;
  line->squares[end] += (double)travel * (double)travel;
  line->products[end] += line->previous[end] * (double)travel;
  line->previous[end] = (double)travel;
  if (mark.number < line->newest[end]) {
    line->overtaken[end]++;
    return;
  }
  if (end == VBET_CABLE_B && mark.number > line->newest[end]) {
    line->gap_runs++;
    line->gaps += mark.number - line->newest[end];
  }
  line->newest[end] = mark.number + 1;
}

static void
on_flap (gboolean up, gpointer user_data)
{
  Line *line = user_data;
  line->flaps++;
}

static Line *
line_new (const VbetCableQuality *quality)
{
  Line *line = g_new0 (Line, 1);
  vbet_frame_store_init (&line->store, VBET_FRAME_STORE_LIMIT);
  vbet_cable_init (&line->cable, &line->store, 42, on_deliver, on_flap, line);
  if (quality != NULL)
    vbet_cable_set (&line->cable, VBET_CABLE_A, quality, 0);
  return line;
}

static void
line_free (Line *line)
{
  vbet_cable_finish (&line->cable);
  vbet_frame_store_reclaim (&line->store);
  CU_ASSERT_EQUAL (line->store.used, 0);
  vbet_frame_store_finish (&line->store);
  g_free (line);
}

/* Time passes until @until, deadline by deadline. */
static void
pass (Line *line, gint64 until)
{
  for (gint64 next; (next = vbet_cable_deadline (&line->cable)) <= until;) {
    CU_ASSERT_TRUE_FATAL (next >= line->now);
    line->now = next;
    vbet_cable_run (&line->cable, next);
    vbet_frame_store_reclaim (&line->store);
  }
  line->now = until;
}

static void
put (Line *line, VbetCableSide end, guint size)
{
  guint8 data[2000] = { 0 };
  VbetFrame frame = { data, size };
  Mark mark = { line->now, line->numbers[end]++ };
  memcpy (data + VBET_FRAME_HEADER, &mark, sizeof mark);
  vbet_cable_input (&line->cable, end, &frame, line->now);
  vbet_frame_store_reclaim (&line->store);
}

/* @n frames of 60 bytes from end A, @gap nanoseconds apart; then all arrive. */
static void
put_many (Line *line, guint n, gint64 gap)
{
  for (guint i = 0; i < n; i++) {
    put (line, VBET_CABLE_A, 60);
    pass (line, line->now + gap);
  }
  pass (line, line->now + 3600 * 1000 * MS);
}

static VbetCableQuality
perfect (void)
{
  VbetCableQuality quality;
  vbet_cable_quality_init (&quality);
  return quality;
}

static double
mean (const Line *line)
{
  return line->sum[VBET_CABLE_B] / (double)line->arrived[VBET_CABLE_B];
}

static double
deviation (const Line *line)
{
  double average = mean (line);
  return sqrt (line->squares[VBET_CABLE_B] / (double)line->arrived[VBET_CABLE_B] - average * average);
}

/* The correlation of travel times, one after the other. */
static double
correlation (const Line *line)
{
  double average = mean (line), n = (double)line->arrived[VBET_CABLE_B];
  return (line->products[VBET_CABLE_B] / (n - 1) - average * average) / pow (deviation (line), 2);
}

/* Whether @hits of a million are what @share makes of them, in the 99 % interval. */
static gboolean
is_share (guint64 hits, double share)
{
  double expected = MILLION * share;
  return fabs ((double)hits - expected) <= Z99 * sqrt (expected * (1 - share));
}

static const VbetCableDirection *
way (const Line *line)
{
  return &line->cable.directions[VBET_CABLE_A];
}

/* --- what a perfect cable does --------------------------------------------------------- */

static void
test_perfect (void)
{
  VbetCableQuality down = perfect ();
  Line *line = line_new (NULL);
  put (line, VBET_CABLE_A, 60);
  put (line, VBET_CABLE_B, 60);
  put (line, VBET_CABLE_B, 60);
  CU_ASSERT_EQUAL (line->arrived[VBET_CABLE_B], 1);
  CU_ASSERT_EQUAL (line->arrived[VBET_CABLE_A], 2);
  CU_ASSERT_EQUAL (vbet_cable_deadline (&line->cable), VBET_CABLE_NEVER);
  down.up = FALSE;
  vbet_cable_set (&line->cable, VBET_CABLE_A, &down, 3);
  CU_ASSERT_FALSE (vbet_cable_is_up (&line->cable, VBET_CABLE_A));
  CU_ASSERT_TRUE (vbet_cable_is_up (&line->cable, VBET_CABLE_B));
  put (line, VBET_CABLE_A, 60);
  put (line, VBET_CABLE_B, 60);
  CU_ASSERT_EQUAL (line->arrived[VBET_CABLE_B], 1);
  CU_ASSERT_EQUAL (line->arrived[VBET_CABLE_A], 3);
  CU_ASSERT_EQUAL (way (line)->counters.frames, 1);
  CU_ASSERT_EQUAL (way (line)->counters.bytes, 60);
  CU_ASSERT_EQUAL (way (line)->counters.dropped, 1);
  CU_ASSERT_EQUAL (line->cable.directions[VBET_CABLE_B].counters.frames, 3);
  line_free (line);
}

static void
test_validity (void)
{
  VbetCableQuality quality = perfect ();
  CU_ASSERT_TRUE (vbet_cable_quality_is_valid (&quality));
  quality.loss = NAN;
  CU_ASSERT_FALSE (vbet_cable_quality_is_valid (&quality));
  quality.loss = 1.01;
  CU_ASSERT_FALSE (vbet_cable_quality_is_valid (&quality));
  quality = perfect ();
  quality.delay = -1;
  CU_ASSERT_FALSE (vbet_cable_quality_is_valid (&quality));
  quality = perfect ();
  quality.rate = 0.5;
  CU_ASSERT_FALSE (vbet_cable_quality_is_valid (&quality));
}

/* --- delay and jitter -------------------------------------------------------------------- */

static void
test_delay (void)
{
  VbetCableQuality there = perfect (), back = perfect ();
  there.delay = 10 * MS;
  back.delay = 40 * MS;
  Line *line = line_new (&there);
  vbet_cable_set (&line->cable, VBET_CABLE_B, &back, 0);
  for (guint i = 0; i < 10000; i++) {
    put (line, VBET_CABLE_A, 60);
    put (line, VBET_CABLE_B, 60);
    pass (line, line->now + 7919);
  }
  pass (line, line->now + 1000 * MS);
  CU_ASSERT_EQUAL (line->arrived[VBET_CABLE_B], 10000);
  CU_ASSERT_EQUAL (line->arrived[VBET_CABLE_A], 10000);
  CU_ASSERT_EQUAL (line->least[VBET_CABLE_B], 10 * MS);
  CU_ASSERT_EQUAL (line->most[VBET_CABLE_B], 10 * MS);
  CU_ASSERT_EQUAL (line->least[VBET_CABLE_A], 40 * MS);
  CU_ASSERT_EQUAL (line->most[VBET_CABLE_A], 40 * MS);
  line_free (line);
}

static void
test_uniform_jitter (void)
{
  VbetCableQuality quality = perfect ();
  quality.delay = 20 * MS;
  quality.jitter = 5 * MS;
  Line *line = line_new (&quality);
  put_many (line, MILLION, 11 * MS); /* no frame meets another */
  double sd = 5e6 / sqrt (3);
  CU_ASSERT_EQUAL (line->arrived[VBET_CABLE_B], MILLION);
  CU_ASSERT_TRUE (line->least[VBET_CABLE_B] >= 15 * MS && line->least[VBET_CABLE_B] < 15.01 * MS);
  CU_ASSERT_TRUE (line->most[VBET_CABLE_B] <= 25 * MS && line->most[VBET_CABLE_B] > 24.99 * MS);
  CU_ASSERT_DOUBLE_EQUAL (mean (line), 20e6, Z99 * sd / sqrt (MILLION));
  CU_ASSERT_DOUBLE_EQUAL (deviation (line), sd, sd * 0.005);
  line_free (line);
}

static void
test_normal_jitter (void)
{
  VbetCableQuality quality = perfect ();
  quality.delay = 20 * MS;
  quality.jitter = 2 * MS;
  quality.distribution = VBET_JITTER_NORMAL;
  Line *line = line_new (&quality);
  put_many (line, MILLION, 13 * MS);
  double sd = 2e6 * 0.98658; /* of a normal distribution cut at three standard deviations */
  CU_ASSERT_DOUBLE_EQUAL (mean (line), 20e6, Z99 * sd / sqrt (MILLION));
  CU_ASSERT_DOUBLE_EQUAL (deviation (line), sd, sd * 0.005);
  CU_ASSERT_TRUE (line->least[VBET_CABLE_B] >= 14 * MS);
  CU_ASSERT_TRUE (line->most[VBET_CABLE_B] <= 26 * MS);
  line_free (line);
}

/* What is alike is spread as what is not, and is as alike as is set. */
static void
check_correlated (VbetJitter distribution, double share, double expected)
{
  VbetCableQuality quality = perfect ();
  quality.delay = 20 * MS;
  quality.jitter = distribution == VBET_JITTER_NORMAL ? 2 * MS : 5 * MS;
  quality.distribution = distribution;
  quality.correlation = share;
  Line *line = line_new (&quality);
  put_many (line, MILLION, 13 * MS); /* no frame meets another */
  double sd = distribution == VBET_JITTER_NORMAL ? 2e6 * 0.98658 : 5e6 / sqrt (3);
  double fewer = (1 + share) / (1 - share); /* so many count as one */
  CU_ASSERT_DOUBLE_EQUAL (mean (line), 20e6, Z99 * sd * sqrt (fewer / MILLION));
  CU_ASSERT_DOUBLE_EQUAL (deviation (line), sd, sd * 0.005 * sqrt (fewer));
  CU_ASSERT_DOUBLE_EQUAL (correlation (line), expected, 0.005);
  CU_ASSERT_TRUE (line->least[VBET_CABLE_B] >= 20 * MS - vbet_cable_quality_swing (&quality));
  CU_ASSERT_TRUE (line->most[VBET_CABLE_B] <= 20 * MS + vbet_cable_quality_swing (&quality));
  CU_ASSERT_TRUE (line->most[VBET_CABLE_B] > 20 * MS + vbet_cable_quality_swing (&quality) * 0.95);
  line_free (line);
}

static void
test_correlated_jitter (void)
{
  static const double shares[] = { 0, 0.5, 0.9 };
  /* A little less, since what is beyond three standard deviations is drawn again; computed elsewhere. */
  static const double cut[] = { 0, 0.493, 0.898 };
  for (guint i = 0; i < G_N_ELEMENTS (shares); i++) {
    check_correlated (VBET_JITTER_UNIFORM, shares[i], 6 / G_PI * asin (shares[i] / 2));
    check_correlated (VBET_JITTER_NORMAL, shares[i], cut[i]);
  }
}

/* Mean travel time of frames that are much closer than the jitter is wide. */
static double
mean_of_close (double share)
{
  VbetCableQuality quality = perfect ();
  quality.delay = 20 * MS;
  quality.jitter = 5 * MS;
  quality.correlation = share;
  Line *line = line_new (&quality);
  put_many (line, 100000, MS / 100);
  CU_ASSERT_EQUAL (line->arrived[VBET_CABLE_B], 100000);
  CU_ASSERT_EQUAL (line->overtaken[VBET_CABLE_B], 0);
  double average = mean (line);
  line_free (line);
  return average;
}

/* Each frame waits for the late ones before it: where each has a jitter of its own, nearly all are nearly the latest. */
static void
test_correlation_spares_waiting (void)
{
  CU_ASSERT_TRUE (mean_of_close (0) > 24.5 * MS);
  CU_ASSERT_TRUE (mean_of_close (0.99) < mean_of_close (0.5));
  CU_ASSERT_TRUE (mean_of_close (0.99) < 24 * MS);
}

/* Set on a cable in use, it is from its first frame on what it would be after long. */
static void
test_correlation_is_stationary (void)
{
  double squares = 0;
  for (guint i = 0; i < 10000; i++) {
    VbetCableQuality quality = perfect ();
    quality.delay = 20 * MS;
    quality.jitter = 2 * MS;
    quality.distribution = VBET_JITTER_NORMAL;
    quality.correlation = 0.99;
    Line *line = line_new (NULL);
    vbet_random_init (&line->cable.directions[VBET_CABLE_A].random, i);
    vbet_cable_set (&line->cable, VBET_CABLE_A, &quality, 0);
    put (line, VBET_CABLE_A, 60);
    pass (line, 100 * MS);
    squares += pow (line->sum[VBET_CABLE_B] / 2e6 - 10, 2);
    line_free (line);
  }
  CU_ASSERT_DOUBLE_EQUAL (sqrt (squares / 10000), 0.98658, 0.02);
}

/* Frames closer than the jitter keep their order, and none is early or later than it may be. */
static void
test_jitter_keeps_order (void)
{
  VbetCableQuality quality = perfect ();
  quality.delay = 3 * MS;
  quality.jitter = 10 * MS; /* more than the delay: never earlier than at once */
  Line *line = line_new (&quality);
  put_many (line, 100000, MS / 100);
  CU_ASSERT_EQUAL (line->arrived[VBET_CABLE_B], 100000);
  CU_ASSERT_EQUAL (line->overtaken[VBET_CABLE_B], 0);
  CU_ASSERT_TRUE (line->least[VBET_CABLE_B] >= 0);
  CU_ASSERT_TRUE (line->most[VBET_CABLE_B] <= 13 * MS);
  line_free (line);
}

/* --- loss, duplicates, order, bits --------------------------------------------------------- */

static void
test_loss (void)
{
  static const double shares[] = { 0.0001, 0.01, 0.3, 0.999 };
  for (guint i = 0; i < G_N_ELEMENTS (shares); i++) {
    VbetCableQuality quality = perfect ();
    quality.loss = shares[i];
    Line *line = line_new (&quality);
    put_many (line, MILLION, 1);
    CU_ASSERT_TRUE (is_share (way (line)->effects.hits[VBET_IMPAIRMENT_LOSS], shares[i]));
    CU_ASSERT_EQUAL (way (line)->effects.hits[VBET_IMPAIRMENT_LOSS] + line->arrived[VBET_CABLE_B], MILLION);
    CU_ASSERT_EQUAL (way (line)->counters.dropped, way (line)->effects.hits[VBET_IMPAIRMENT_LOSS]);
    put (line, VBET_CABLE_B, 60); /* the other direction loses nothing */
    CU_ASSERT_EQUAL (line->arrived[VBET_CABLE_A], 1);
    line_free (line);
  }
}

static void
test_all_or_nothing (void)
{
  VbetCableQuality quality = perfect ();
  quality.loss = 1;
  Line *line = line_new (&quality);
  put_many (line, 1000, 1);
  CU_ASSERT_EQUAL (line->arrived[VBET_CABLE_B], 0);
  quality.loss = 0;
  vbet_cable_set (&line->cable, VBET_CABLE_A, &quality, line->now);
  put_many (line, 1000, 1);
  CU_ASSERT_EQUAL (line->arrived[VBET_CABLE_B], 1000);
  line_free (line);
}

static void
test_bursts (void)
{
  VbetCableQuality quality = perfect ();
  quality.loss = 0.05;
  quality.burst = 8;
  Line *line = line_new (&quality);
  put_many (line, MILLION, 1);
  /* The variance of the share of a two-state chain is that of independent draws times (1 + r) / (1 - r),
   * r = 1 - leave - enter being its second eigenvalue. */
  double leave = 1 / quality.burst, enter = quality.loss * leave / (1 - quality.loss), r = 1 - leave - enter;
  double spread = sqrt (MILLION * 0.05 * 0.95 * (1 + r) / (1 - r));
  CU_ASSERT_DOUBLE_EQUAL ((double)way (line)->effects.hits[VBET_IMPAIRMENT_LOSS], MILLION * 0.05,
                          Z99 * spread);
  double run = (double)line->gaps / (double)line->gap_runs;
  CU_ASSERT_DOUBLE_EQUAL (run, 8, Z99 * sqrt (8 * 7.0 / (double)line->gap_runs));
  line_free (line);
}

static void
test_duplicates (void)
{
  VbetCableQuality quality = perfect ();
  quality.duplicate = 0.02;
  quality.delay = MS;
  Line *line = line_new (&quality);
  put_many (line, MILLION, 1000);
  CU_ASSERT_TRUE (is_share (way (line)->effects.hits[VBET_IMPAIRMENT_DUPLICATE], 0.02));
  CU_ASSERT_EQUAL (line->arrived[VBET_CABLE_B],
                   MILLION + way (line)->effects.hits[VBET_IMPAIRMENT_DUPLICATE]);
  CU_ASSERT_EQUAL (way (line)->counters.frames, line->arrived[VBET_CABLE_B]);
  line_free (line);
}

static void
test_reorder (void)
{
  VbetCableQuality quality = perfect ();
  quality.reorder = 0.1;
  quality.delay = 5 * MS;
  Line *line = line_new (&quality);
  put_many (line, MILLION, MS);
  CU_ASSERT_TRUE (is_share (way (line)->effects.hits[VBET_IMPAIRMENT_REORDER], 0.1));
  CU_ASSERT_EQUAL (line->arrived[VBET_CABLE_B], MILLION);
  CU_ASSERT_TRUE (line->overtaken[VBET_CABLE_B] > MILLION / 4); /* those that an express frame overtook */
  CU_ASSERT_EQUAL (line->least[VBET_CABLE_B], 0);
  CU_ASSERT_EQUAL (line->most[VBET_CABLE_B], 5 * MS);
  line_free (line);
}

static void
count_bits (VbetCableSide end, const VbetFrame *frame, gpointer user_data)
{
  Line *line = user_data;
  guint bits = 0;
  for (guint i = 0; i < frame->size; i++)
    bits += (guint)__builtin_popcount (frame->data[i] ^ 0x55);
  line->arrived[end]++;
  line->wrong_bits += bits;
  if (bits > 1)
    line->wrong_bits += MILLION;
}

static void
test_corruption (void)
{
  VbetCableQuality quality = perfect ();
  guint8 data[64];
  VbetFrame frame = { data, sizeof data };
  quality.corrupt = 0.03;
  Line *line = line_new (&quality);
  line->cable.deliver = count_bits;
  memset (data, 0x55, sizeof data);
  for (guint i = 0; i < MILLION; i++) {
    vbet_cable_input (&line->cable, VBET_CABLE_A, &frame, i);
    vbet_frame_store_reclaim (&line->store);
  }
  CU_ASSERT_EQUAL (line->arrived[VBET_CABLE_B], MILLION);
  CU_ASSERT_TRUE (is_share (way (line)->effects.hits[VBET_IMPAIRMENT_CORRUPT], 0.03));
  CU_ASSERT_EQUAL (line->wrong_bits, way (line)->effects.hits[VBET_IMPAIRMENT_CORRUPT]);
  CU_ASSERT_EQUAL (data[0], 0x55); /* the sender's own bytes are not touched */
  line_free (line);
}

/* --- rate and queue -------------------------------------------------------------------------- */

static void
test_rate (void)
{
  VbetCableQuality quality = perfect ();
  quality.rate = 10e6;
  quality.delay = 20 * MS;
  quality.queue = 2000;
  Line *line = line_new (&quality);
  for (guint i = 0; i < 1000; i++)
    put (line, VBET_CABLE_A, 1514);
  pass (line, 3600 * 1000 * MS);
  CU_ASSERT_EQUAL (line->arrived[VBET_CABLE_B], 1000);
  CU_ASSERT_DOUBLE_EQUAL ((double)line->last[VBET_CABLE_B], 1000 * 1514 * 8 / 10e6 * 1e9 + 20e6, 1000);
  line_free (line);
}

/* A loop that comes late makes nothing slower: each frame has its own exact time. */
static void
test_rate_late (void)
{
  VbetCableQuality quality = perfect ();
  quality.rate = 100e6;
  Line *line = line_new (&quality);
  for (guint turn = 0; turn < 1000; turn++) {
    for (guint i = 0; i < 100; i++) /* about 1.2 times what the line can take */
      put (line, VBET_CABLE_A, 1500);
    line->now += 10 * MS;
    vbet_cable_run (&line->cable, line->now);
    vbet_frame_store_reclaim (&line->store);
  }
  double carried = (double)way (line)->counters.bytes * 8 / ((double)line->now / 1e9);
  CU_ASSERT_DOUBLE_EQUAL (carried, 100e6, 0.01e6);
  line_free (line);
}

static void
test_queue (void)
{
  VbetCableQuality quality = perfect ();
  quality.rate = 1e6;
  quality.queue = 10;
  Line *line = line_new (&quality);
  for (guint i = 0; i < 30; i++)
    put (line, VBET_CABLE_A, 1000);
  CU_ASSERT_EQUAL (way (line)->effects.waiting, 10); /* and one is in the transmitter */
  CU_ASSERT_EQUAL (way (line)->effects.hits[VBET_IMPAIRMENT_QUEUE], 19);
  pass (line, 1000 * 1000 * MS);
  CU_ASSERT_EQUAL (line->arrived[VBET_CABLE_B], 11);
  CU_ASSERT_EQUAL (line->newest[VBET_CABLE_B], 11); /* it was the tail that was dropped */
  quality.queue = 1000;
  quality.queue_bytes = 2500;
  vbet_cable_set (&line->cable, VBET_CABLE_A, &quality, line->now);
  for (guint i = 0; i < 30; i++)
    put (line, VBET_CABLE_A, 1000);
  CU_ASSERT_EQUAL (way (line)->effects.waiting, 2);
  line_free (line);
}

/* --- changes while frames are on their way ------------------------------------------------------ */

static void
test_live_delay (void)
{
  VbetCableQuality quality = perfect ();
  quality.delay = 10000 * MS;
  Line *line = line_new (&quality);
  put (line, VBET_CABLE_A, 60);
  pass (line, 100 * MS);
  put (line, VBET_CABLE_A, 60);
  pass (line, 200 * MS);
  quality.delay = 150 * MS; /* the first is overdue, the second has 50 ms to go */
  vbet_cable_set (&line->cable, VBET_CABLE_A, &quality, line->now);
  pass (line, 200 * MS);
  CU_ASSERT_EQUAL (line->arrived[VBET_CABLE_B], 1);
  pass (line, 249 * MS);
  CU_ASSERT_EQUAL (line->arrived[VBET_CABLE_B], 1);
  pass (line, 250 * MS);
  CU_ASSERT_EQUAL (line->arrived[VBET_CABLE_B], 2);
  line_free (line);
}

static void
test_live_rate (void)
{
  VbetCableQuality quality = perfect ();
  quality.rate = 8e3; /* a byte a millisecond */
  Line *line = line_new (&quality);
  put (line, VBET_CABLE_A, 100);
  put (line, VBET_CABLE_A, 100);
  put (line, VBET_CABLE_A, 100);
  pass (line, 50 * MS);
  quality.rate = 16e3; /* 25 ms more for the first, 50 for the second */
  vbet_cable_set (&line->cable, VBET_CABLE_A, &quality, line->now);
  pass (line, 75 * MS);
  CU_ASSERT_EQUAL (line->arrived[VBET_CABLE_B], 1);
  pass (line, 124 * MS);
  CU_ASSERT_EQUAL (line->arrived[VBET_CABLE_B], 1);
  pass (line, 125 * MS);
  CU_ASSERT_EQUAL (line->arrived[VBET_CABLE_B], 2);
  quality.rate = 0;
  vbet_cable_set (&line->cable, VBET_CABLE_A, &quality, line->now);
  CU_ASSERT_EQUAL (line->arrived[VBET_CABLE_B], 3);
  CU_ASSERT_EQUAL (vbet_cable_deadline (&line->cable), VBET_CABLE_NEVER);
  line_free (line);
}

static void
test_cut (void)
{
  VbetCableQuality quality = perfect ();
  quality.delay = 10 * MS;
  quality.rate = 1e6;
  Line *line = line_new (&quality);
  for (guint i = 0; i < 10; i++)
    put (line, VBET_CABLE_A, 1000);
  pass (line, 20 * MS); /* two are sent, one of them has arrived */
  quality.up = FALSE;
  vbet_cable_set (&line->cable, VBET_CABLE_A, &quality, line->now);
  CU_ASSERT_EQUAL (line->arrived[VBET_CABLE_B], 1);
  CU_ASSERT_EQUAL (way (line)->counters.dropped, 9);
  CU_ASSERT_EQUAL (way (line)->effects.waiting, 0);
  CU_ASSERT_EQUAL (way (line)->effects.flying, 0);
  CU_ASSERT_EQUAL (vbet_cable_deadline (&line->cable), VBET_CABLE_NEVER);
  line_free (line);
}

static void
test_flaps (void)
{
  Line *line = line_new (NULL);
  guint64 before = 0;
  vbet_cable_set_flap (&line->cable, 8000 * MS, 2000 * MS, 0);
  for (guint tenth = 0; tenth < 1000; tenth++) { /* ten rounds */
    pass (line, (gint64)tenth * 100 * MS);
    put (line, VBET_CABLE_A, 60);
    gboolean passed = line->arrived[VBET_CABLE_B] > before;
    CU_ASSERT_EQUAL (passed, tenth % 100 < 80);
    before = line->arrived[VBET_CABLE_B];
  }
  CU_ASSERT_EQUAL (line->flaps, 19);
  CU_ASSERT_FALSE (vbet_cable_is_up (&line->cable, VBET_CABLE_B));
  vbet_cable_set_flap (&line->cable, 0, 0, line->now);
  CU_ASSERT_EQUAL (line->flaps, 20);
  CU_ASSERT_TRUE (vbet_cable_is_up (&line->cable, VBET_CABLE_B));
  CU_ASSERT_EQUAL (vbet_cable_deadline (&line->cable), VBET_CABLE_NEVER);
  line_free (line);
}

/* However short the times are that somebody gives, the switch has other work, too. */
static void
test_flaps_have_a_floor (void)
{
  Line *line = line_new (NULL);
  vbet_cable_set_flap (&line->cable, 1, 1, 0);
  pass (line, 1000 * MS);
  CU_ASSERT_EQUAL (line->flaps, 100);
  line_free (line);
}

/* --- bounds ---------------------------------------------------------------------------------------- */

static void
test_bounded (void)
{
  VbetCableQuality quality = perfect ();
  quality.delay = 60 * 1000 * MS; /* no time passes */
  Line *line = line_new (&quality);
  for (guint i = 0; i < 200000; i++)
    put (line, VBET_CABLE_A, 1514);
  CU_ASSERT_TRUE (way (line)->kept <= VBET_CABLE_KEEPS);
  CU_ASSERT_TRUE (way (line)->effects.flying > 80000);
  CU_ASSERT_EQUAL (way (line)->effects.flying + way (line)->effects.hits[VBET_IMPAIRMENT_QUEUE], 200000);
  line_free (line);
}

static void
test_seeds (void)
{
  VbetCableQuality quality = perfect ();
  guint64 lost[3];
  quality.loss = 0.5;
  for (guint i = 0; i < 3; i++) {
    Line *line = line_new (NULL);
    vbet_cable_finish (&line->cable);
    vbet_cable_init (&line->cable, &line->store, i / 2, on_deliver, on_flap, line);
    vbet_cable_set (&line->cable, VBET_CABLE_A, &quality, 0);
    put_many (line, 100000, 1);
    lost[i] = way (line)->effects.hits[VBET_IMPAIRMENT_LOSS];
    line_free (line);
  }
  CU_ASSERT_EQUAL (lost[0], lost[1]);
  CU_ASSERT_NOT_EQUAL (lost[1], lost[2]);
}

static CU_TestInfo cable_tests[] = {
  { "a perfect cable", test_perfect },
  { "what makes no sense is refused", test_validity },
  { "delay", test_delay },
  { "uniform jitter", test_uniform_jitter },
  { "normal jitter", test_normal_jitter },
  { "correlated jitter", test_correlated_jitter },
  { "correlation spares waiting", test_correlation_spares_waiting },
  { "correlation is stationary", test_correlation_is_stationary },
  { "jitter keeps order", test_jitter_keeps_order },
  { "loss", test_loss },
  { "all or nothing", test_all_or_nothing },
  { "bursty loss", test_bursts },
  { "duplicates", test_duplicates },
  { "reordering", test_reorder },
  { "corruption", test_corruption },
  { "rate", test_rate },
  { "rate with a late loop", test_rate_late },
  { "queue", test_queue },
  { "delay changed live", test_live_delay },
  { "rate changed live", test_live_rate },
  { "cut", test_cut },
  { "flaps", test_flaps },
  { "flaps have a floor", test_flaps_have_a_floor },
  { "bounded", test_bounded },
  { "seeds", test_seeds },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "cable", NULL, NULL, NULL, NULL, cable_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
