/* probe-result.c - the figures of a measurement, out of what became of its probes; see probe.h. */
#include "config.h"

#include <stdlib.h>

#include "switch/core/probe-private.h"

#define SECOND 1e9

static int
compare_times (const void *a, const void *b)
{
  gint64 x = *(const gint64 *)a;
  gint64 y = *(const gint64 *)b;
  return (x > y) - (x < y);
}

static int
compare_numbers (const void *a, const void *b)
{
  double x = *(const double *)a;
  double y = *(const double *)b;
  return (x > y) - (x < y);
}

static gint64
median_of (const GArray *times)
{
  if (times->len == 0)
    return 0;
  g_autofree gint64 *sorted = g_memdup2 (times->data, times->len * sizeof (gint64));
  qsort (sorted, times->len, sizeof (gint64), compare_times);
  return sorted[times->len / 2];
}

/* --- single frames --------------------------------------------------------------------- */

/* Counts what became of @record. Returns: FALSE when that is not known, or nothing of the line's. */
static gboolean
count_fate (const ProbeWay *way, const ProbeRecord *record, gint64 now, VbetProbeResult *result)
{
  if (record->fate == PROBE_FULL) {
    result->full++;
  } else if (record->fate == PROBE_DOWN) {
    result->down++;
  } else if (record->fate == PROBE_CUT) {
    result->cut++;
  } else if (record->copies == 0 && !_vbet_probe_is_due (way, record, now)) {
    result->unknown++;
  } else {
    result->sent++;
    return TRUE;
  }
  return FALSE;
}

typedef struct {
  guint latest;         /* arrival number of the latest so far among those sent before */
  gboolean lost_before; /* the one before was lost */
  guint waits;
  double waited;
  GArray *delays; /* of gint64 */
} Walk;

static void
count_small (const ProbeWay *way, const ProbeRecord *record, guint number, Walk *walk,
             VbetProbeResult *result)
{
  gboolean lost = record->copies == 0;
  result->lost += lost;
  result->runs += lost && !walk->lost_before;
  walk->lost_before = lost;
  if (record->left > 0) {
    gint64 wait = record->left - record->sent;
    walk->waits++;
    walk->waited += (double)wait;
    result->waited_most = MAX (result->waited_most, wait);
  }
  if (lost)
    return;
  gboolean overtook = record->first < walk->latest;
  walk->latest = MAX (walk->latest, record->last);
  result->corrupted += record->corrupted;
  result->duplicated += record->copies > 1;
  /* Those that are far from each other have nobody to overtake. */
  if (record->copies == 1 && (number >= way->sparse || way->sparse == way->count)) {
    result->ordered++;
    result->reordered += overtook;
  }
  if (!overtook && (way->sparse == 0 || number < way->sparse)) {
    gint64 delay = record->arrived - record->left;
    g_array_append_val (walk->delays, delay);
  }
}

static gint64
quantile (const gint64 *sorted, guint n, double share)
{
  return sorted[MIN ((guint)(share * n), n - 1)];
}

static void
describe_delays (GArray *delays, VbetProbeResult *result)
{
  guint n = result->samples = delays->len;
  if (n == 0)
    return;
  qsort (delays->data, n, sizeof (gint64), compare_times);
  const gint64 *sorted = (const gint64 *)(const void *)delays->data;
  result->lowest = sorted[0];
  result->sixteenth = quantile (sorted, n, 0.16);
  result->median = quantile (sorted, n, 0.5);
  result->eighty_fourth = quantile (sorted, n, 0.84);
  result->high = quantile (sorted, n, 0.99);
}

/* --- trains ------------------------------------------------------------------------------ */

/* The first and the last of @train that arrived, or that left when it is the time of leaving that counts. */
static gboolean
find_ends (const ProbeWay *way, const ProbeTrain *train, gboolean leaving, const ProbeRecord *ret_ends[2])
{
  ret_ends[0] = ret_ends[1] = NULL;
  for (guint i = 0; i < train->size; i++) {
    const ProbeRecord *record = &g_array_index (way->records, ProbeRecord, train->first + i);
    if (record->left == 0 || (!leaving && record->copies == 0))
      continue;
    if (ret_ends[0] == NULL)
      ret_ends[0] = record;
    ret_ends[1] = record;
  }
  return ret_ends[0] != ret_ends[1];
}

static void
describe_rate (const ProbeWay *way, VbetProbeResult *result)
{
  const VbetCableQuality *quality = &way->line->quality;
  /* Jitter would lengthen or shorten a train: then it is timed where it leaves the transmitter. */
  gboolean leaving = quality->jitter > 0 || quality->reorder > 0;
  g_autoptr (GArray) rates = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; i < way->trains->len; i++) {
    const ProbeTrain *train = &g_array_index (way->trains, ProbeTrain, i);
    const ProbeRecord *ends[2];
    if (!find_ends (way, train, leaving, ends))
      continue;
    gint64 span = leaving ? ends[1]->left_clock - ends[0]->left_clock : ends[1]->arrived - ends[0]->arrived;
    if (span <= 0)
      continue;
    double rate = (double)(ends[1]->bytes - ends[0]->bytes) * 8 / (double)span * SECOND;
    g_array_append_val (rates, rate);
    g_array_append_val (spans, span);
    result->train_frames = MAX (result->train_frames, train->size);
  }
  result->train_size = way->train_size;
  result->trains = rates->len;
  if (rates->len == 0)
    return;
  qsort (rates->data, rates->len, sizeof (double), compare_numbers);
  result->rate = g_array_index (rates, double, rates->len / 2);
  result->span = median_of (spans);
}

/* --- all of it ---------------------------------------------------------------------------- */

void
vbet_probe_result (const VbetProbe *self, VbetCableSide end, gint64 now, VbetProbeResult *ret_result)
{
  const ProbeWay *way = &self->ways[end];
  Walk walk = { 0 };
  g_autoptr (GArray) delays = g_array_new (FALSE, FALSE, sizeof (gint64));
  walk.delays = delays;
  *ret_result = (VbetProbeResult){ .bytes = way->bytes };
  now = way->done ? way->ended : now;
  guint number = 0;
  for (guint i = 0; i < way->records->len; i++) {
    const ProbeRecord *record = &g_array_index (way->records, ProbeRecord, i);
    if (!record->small) {
      if (record->copies > 0)
        walk.latest = MAX (walk.latest, record->last); /* overtaken ones of a train count, too */
      continue;
    }
    if (count_fate (way, record, now, ret_result))
      count_small (way, record, number, &walk, ret_result);
    number++;
  }
  describe_delays (delays, ret_result);
  describe_rate (way, ret_result);
  ret_result->tight = way->tight;
  ret_result->time = now - self->began;
  ret_result->interval = way->interval;
  ret_result->pace = way->sparse == way->count ? way->gap : way->interval;
  ret_result->waited = walk.waits > 0 ? (gint64)(walk.waited / walk.waits) : 0;
  ret_result->late = median_of (way->late);
  ret_result->other_frames = way->line->counters.frames - way->others.frames;
  ret_result->other_bytes = way->line->counters.bytes - way->others.bytes;
}
