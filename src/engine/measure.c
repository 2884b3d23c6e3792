/* measure.c - see measure.h. */
#include "config.h"

#include "engine/measure.h"

#include <math.h>
#include <string.h>

#define MS 1e6
#define CONFIDENCE 0.999
#define Z 3.29            /* half its width, in standard deviations of a normal distribution */
#define NORMAL_84 0.99446 /* where a normal distribution has 84 % of it below */
#define OTHERS 0.02       /* share of probes that other traffic may have touched */

/* --- what the switch says ---------------------------------------------------------------- */

static double
number_of (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  double value = node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_double (node) : 0;
  return value > -1e18 && value < 1e18 ? value : 0; /* FALSE for NaN */
}

void
vbet_measured_read (JsonObject *object, VbetMeasured *ret_measured)
{
  *ret_measured = (VbetMeasured){
    .time = number_of (object, "time"),
    .interval = number_of (object, "interval"),
    .sent = number_of (object, "sent"),
    .lost = number_of (object, "lost"),
    .runs = number_of (object, "runs"),
    .duplicated = number_of (object, "duplicated"),
    .corrupted = number_of (object, "corrupted"),
    .ordered = number_of (object, "ordered"),
    .reordered = number_of (object, "reordered"),
    .full = number_of (object, "full"),
    .down = number_of (object, "down"),
    .cut = number_of (object, "cut"),
    .unknown = number_of (object, "unknown"),
    .samples = number_of (object, "samples"),
    .lowest = number_of (object, "lowest"),
    .sixteenth = number_of (object, "sixteenth"),
    .median = number_of (object, "median"),
    .eighty_fourth = number_of (object, "eighty-fourth"),
    .high = number_of (object, "high"),
    .pace = number_of (object, "pace"),
    .waited = number_of (object, "waited"),
    .waited_most = number_of (object, "waited-most"),
    .late = number_of (object, "late"),
    .trains = number_of (object, "trains"),
    .tight = number_of (object, "tight"),
    .rate = number_of (object, "rate"),
    .span = number_of (object, "span"),
    .train_frames = number_of (object, "train-frames"),
    .train_size = number_of (object, "train-size"),
    .bytes = number_of (object, "bytes"),
    .other_frames = number_of (object, "other-frames"),
    .other_bytes = number_of (object, "other-bytes"),
  };
}

/* --- shares ---------------------------------------------------------------------------------- */

/* The continued fraction of the incomplete beta function (Abramowitz and Stegun, 26.5.8), by Lentz's method.
 */
static double
beta_fraction (double a, double b, double x)
{
  const double tiny = 1e-300;
  double c = 1;
  double d = 1 - (a + b) * x / (a + 1);
  d = 1 / (fabs (d) < tiny ? tiny : d);
  double value = d;
  for (guint i = 1; i < 1000; i++) {
    double m = i;
    double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    double before = value;
    d = 1 + even * d;
    c = 1 + even / c;
    d = 1 / (fabs (d) < tiny ? tiny : d);
    c = fabs (c) < tiny ? tiny : c;
    value *= d * c;
    d = 1 + odd * d;
    c = 1 + odd / c;
    d = 1 / (fabs (d) < tiny ? tiny : d);
    c = fabs (c) < tiny ? tiny : c;
    value *= d * c;
    if (fabs (value - before) < 1e-12 * fabs (value))
      break;
  }
  return value;
}

/* The regularised incomplete beta function: the chance of at least @a of @a + @b - 1 trials that succeed with
 * @x. */
static double
incomplete_beta (double a, double b, double x)
{
  if (x <= 0 || x >= 1)
    return x <= 0 ? 0 : 1;
  double front = exp (lgamma (a + b) - lgamma (a) - lgamma (b) + a * log (x) + b * log1p (-x));
  if (x < (a + 1) / (a + b + 2))
    return front * beta_fraction (a, b, x) / a;
  return 1 - front * beta_fraction (b, a, 1 - x) / b;
}

/* The share at which the function above is @chance. */
static double
beta_quantile (double a, double b, double chance)
{
  double low = 0, high = 1;
  for (guint i = 0; i < 60; i++) {
    double middle = (low + high) / 2;
    if (incomplete_beta (a, b, middle) < chance)
      low = middle;
    else
      high = middle;
  }
  return (low + high) / 2;
}

void
vbet_measure_interval (double events, double of, double confidence, double *ret_low, double *ret_high)
{
  double tail = (1 - confidence) / 2;
  *ret_low = events > 0 ? beta_quantile (events, of - events + 1, tail) : 0;
  *ret_high = events < of ? beta_quantile (events + 1, of - events, 1 - tail) : 1;
}

/* What @row says is no verdict, for @reason. */
static void
refuse (VbetMeasureRow *row, VbetMeasureReason reason)
{
  row->verdict = VBET_MEASURE_UNJUDGED;
  row->reason = reason;
}

static void
accept_if (VbetMeasureRow *row, gboolean consistent)
{
  row->verdict = consistent ? VBET_MEASURE_CONSISTENT : VBET_MEASURE_INCONSISTENT;
}

/* @weight: how many independent trials one counts for. @least: the lowest share that is as good as what is set. */
static void
judge_share (VbetMeasureRow *row, double least, double events, double of, double weight)
{
  row->events = events;
  row->of = of;
  row->high = 1;
  if (of < 1) {
    refuse (row, VBET_MEASURE_FEW);
    return;
  }
  events = CLAMP (events, 0, of);
  row->measured = events / of;
  vbet_measure_interval (events * weight, of * weight, CONFIDENCE, &row->low, &row->high);
  gboolean inside = row->set >= row->low && least <= row->high;
  if (row->set <= 0 || row->set >= 1)
    inside = row->set <= 0 ? events == 0 : events == of;
  accept_if (row, inside);
}

/* In bursts, one lost frame foretells the next: so many independent trials is one. */
static double
burst_weight (const VbetCableQuality *set)
{
  if (set->burst <= 1 || set->loss <= 0 || set->loss >= 1)
    return 1;
  double leave = 1 / set->burst;
  double enter = MIN (set->loss * leave / (1 - set->loss), 1);
  double alike = MAX (1 - leave - enter, 0);
  return (1 - alike) / (1 + alike);
}

static gboolean
judge_loss (const VbetCableQuality *set, const VbetMeasured *measured, VbetMeasureRow *row)
{
  judge_share (row, set->loss, measured->lost, measured->sent, burst_weight (set));
  return TRUE;
}

static gboolean
judge_burst (const VbetCableQuality *set, const VbetMeasured *measured, VbetMeasureRow *row)
{
  /* Frames that are lost each by itself come in runs, too. */
  double mean = set->burst > 1 ? set->burst : 1 / (1 - MIN (set->loss, 0.999));
  row->set = MAX (set->burst, 1);
  row->measured = measured->runs > 0 ? measured->lost / measured->runs : 0;
  row->events = measured->lost;
  row->of = measured->runs;
  double width = measured->runs > 0 ? Z * sqrt (mean * (mean - 1) / measured->runs) : 0;
  row->low = row->measured - width;
  row->high = row->measured + width;
  if (measured->other_frames > OTHERS * measured->sent || measured->runs < 10)
    refuse (row, measured->runs < 10 ? VBET_MEASURE_FEW : VBET_MEASURE_OTHERS);
  else
    /* A little more, since a run is cut where the measurement begins and ends. */
    accept_if (row, fabs (row->measured - mean) <= width + 0.05 * mean);
  return set->loss > 0 && set->loss < 1 && (set->burst > 1 || row->verdict == VBET_MEASURE_INCONSISTENT);
}

/* Of the probes that arrived. */
static double
arrived (const VbetMeasured *measured)
{
  return measured->sent - measured->lost;
}

static gboolean
judge_duplicate (const VbetCableQuality *set, const VbetMeasured *measured, VbetMeasureRow *row)
{
  judge_share (row, set->duplicate, measured->duplicated, arrived (measured), 1);
  return TRUE;
}

static gboolean
judge_corrupt (const VbetCableQuality *set, const VbetMeasured *measured, VbetMeasureRow *row)
{
  judge_share (row, set->corrupt, measured->corrupted, arrived (measured), 1);
  return TRUE;
}

static gboolean
judge_reorder (const VbetCableQuality *set, const VbetMeasured *measured, VbetMeasureRow *row)
{
  double swing = vbet_cable_quality_swing (set);
  double pause = 1.5 * measured->pace;
  double before = pause > 0 ? floor ((set->delay - swing) / pause) : 0; /* how many there are to overtake */
  double none = before >= 1 ? pow (MIN (set->reorder + set->loss, 1), before) : 1;
  judge_share (row, set->reorder * (1 - none), measured->reordered, measured->ordered, 1);
  if (set->reorder > 0 && none > 0.05 && row->reason == VBET_MEASURE_NO_REASON)
    refuse (row, VBET_MEASURE_NO_OVERTAKING);
  return TRUE;
}

/* --- times ------------------------------------------------------------------------------------- */

/* By how much the machine may have moved a time that is not an outlier. */
static double
slack (const VbetCableQuality *set, const VbetMeasured *measured)
{
  return MS + 0.005 * set->delay + 3 * MAX (measured->late, 0);
}

/* Whether other frames held up more than a few probes: with jitter, who is behind a late frame is late, too.
 */
static gboolean
was_held_up (const VbetCableQuality *set, const VbetMeasured *measured)
{
  double swing = vbet_cable_quality_swing (set);
  return measured->time > 0 && measured->other_frames / measured->time * 2 * swing > OTHERS;
}

/* What is alike tells less: so many independent samples as many are. */
static double
independent_samples (const VbetCableQuality *set, const VbetMeasured *measured)
{
  return measured->samples * (1 - set->correlation) / (1 + set->correlation);
}

static gboolean
judge_delay (const VbetCableQuality *set, const VbetMeasured *measured, VbetMeasureRow *row)
{
  gboolean normal = set->distribution == VBET_JITTER_NORMAL;
  if (measured->samples < 1) {
    refuse (row, VBET_MEASURE_FEW);
    return TRUE;
  }
  row->measured = measured->median;
  row->low = measured->lowest;
  row->high = measured->high;
  row->of = measured->samples;
  double swing = vbet_cable_quality_swing (set);
  /* Probes that skipped the delay cannot always be told from others. */
  double lowest = set->reorder > 0 ? measured->median : measured->lowest;
  gboolean ok = lowest >= MAX (set->delay - swing, 0) - 2e4;
  double most = set->delay + slack (set, measured);
  if (swing == 0) {
    ok = ok && lowest <= most;
  } else if (was_held_up (set, measured)) {
    ok = ok && lowest <= most + swing;
  } else {
    double width = Z * (normal ? 1.2533 : 1) * set->jitter / sqrt (independent_samples (set, measured));
    ok = ok && measured->median <= most + width
         && measured->median >= set->delay - slack (set, measured) - width;
  }
  accept_if (row, ok);
  return TRUE;
}

/* The spread of the middle 68 % tells: outliers, which a busy machine makes, do not change it. */
static gboolean
judge_jitter (const VbetCableQuality *set, const VbetMeasured *measured, VbetMeasureRow *row)
{
  gboolean normal = set->distribution == VBET_JITTER_NORMAL;
  double swing = vbet_cable_quality_swing (set);
  gboolean cut = set->delay < swing; /* no frame arrives before it was sent: the lower half is not whole */
  double part = cut ? measured->eighty_fourth - measured->median
                    : (measured->eighty_fourth - measured->sixteenth) / 2;
  row->of = measured->samples;
  row->measured = part / (normal ? NORMAL_84 : set->jitter > 0 ? 0.68 : 1);
  double samples = set->jitter > 0 ? independent_samples (set, measured) : measured->samples;
  if (samples < (set->jitter > 0 ? 10 : 1)) {
    refuse (row, VBET_MEASURE_FEW);
    return TRUE;
  }
  double error = normal ? (cut ? 1.49 : 0.964) : (cut ? 1.39 : 0.686);
  double width = Z * error * set->jitter / sqrt (samples) + slack (set, measured);
  row->low = MAX (row->measured - width, 0);
  row->high = row->measured + width;
  if (set->jitter > 0 && was_held_up (set, measured) && row->measured <= set->jitter + width)
    refuse (row, VBET_MEASURE_OTHERS);
  else
    accept_if (row, fabs (row->measured - set->jitter) <= width);
  return TRUE;
}

static gboolean
judge_rate (const VbetCableQuality *set, const VbetMeasured *measured, VbetMeasureRow *row)
{
  if (set->rate <= 0) {
    refuse (row, VBET_MEASURE_NO_LIMIT);
    return TRUE;
  }
  if (measured->trains < 1 || measured->span <= 0) {
    refuse (row, measured->tight > 0 ? VBET_MEASURE_NO_ROOM : VBET_MEASURE_FEW);
    return TRUE;
  }
  row->measured = measured->rate;
  row->of = measured->trains;
  double width = set->rate * MIN (0.03 + (1e5 + 3 * MAX (measured->late, 0)) / measured->span, 0.5);
  row->low = row->measured - width;
  row->high = row->measured + width;
  accept_if (row, fabs (row->measured - set->rate) <= width);
  return TRUE;
}

static gboolean
judge_up (const VbetCableQuality *set, const VbetMeasured *measured, VbetMeasureRow *row)
{
  double all = measured->sent + measured->cut + measured->unknown + measured->full + measured->down;
  if (all < 1) {
    refuse (row, VBET_MEASURE_FEW);
    return TRUE;
  }
  row->events = all - measured->down;
  row->of = all;
  row->measured = row->events / all;
  row->low = row->high = row->measured;
  double cycle = (double)(set->up_for + set->down_for);
  double width = 0;
  if (set->up && cycle > 0) {
    row->set = set->up_for / cycle;
    width = measured->time > 0 ? cycle / measured->time + 0.05 : 1;
  }
  accept_if (row, fabs (row->measured - row->set) <= width);
  return TRUE;
}

/* --- all of them -------------------------------------------------------------------------------- */

/* In the order in which they are told; what is not here cannot be told from outside, or only from what is.
 * @judge fills in a row and returns whether there is anything to say. */
static const struct {
  VbetImpairmentId impairment;
  gboolean (*judge) (const VbetCableQuality *set, const VbetMeasured *measured, VbetMeasureRow *row);
} judges[] = {
  { VBET_IMPAIRMENT_UP, judge_up },           { VBET_IMPAIRMENT_DELAY, judge_delay },
  { VBET_IMPAIRMENT_JITTER, judge_jitter },   { VBET_IMPAIRMENT_LOSS, judge_loss },
  { VBET_IMPAIRMENT_BURST, judge_burst },     { VBET_IMPAIRMENT_DUPLICATE, judge_duplicate },
  { VBET_IMPAIRMENT_REORDER, judge_reorder }, { VBET_IMPAIRMENT_CORRUPT, judge_corrupt },
  { VBET_IMPAIRMENT_RATE, judge_rate },
};

static const char *
unit_of (const VbetImpairment *impairment)
{
  switch (impairment->kind) {
  case VBET_IMPAIRMENT_TIME:
    return "ns";
  case VBET_IMPAIRMENT_BITS:
    return "bit/s";
  case VBET_IMPAIRMENT_COUNT:
  case VBET_IMPAIRMENT_MEAN:
    return "frames";
  default:
    return "share";
  }
}

guint
vbet_measure_judge (const VbetCableQuality *set, const VbetMeasured *measured,
                    VbetMeasureRow ret_rows[VBET_MEASURE_ROWS])
{
  guint n = 0;
  for (guint i = 0; i < G_N_ELEMENTS (judges); i++) {
    const VbetImpairment *impairment = &vbet_impairments[judges[i].impairment];
    ret_rows[n] = (VbetMeasureRow){ .property = impairment->key,
                                    .unit = unit_of (impairment),
                                    .set = vbet_cable_quality_get (set, impairment) };
    if (judges[i].judge (set, measured, &ret_rows[n]))
      n++;
  }
  for (guint i = 1; !set->up && i < n; i++)
    if (ret_rows[i].reason != VBET_MEASURE_NO_LIMIT && measured->sent == 0)
      ret_rows[i].reason = VBET_MEASURE_DOWN;
  return n;
}

/* --- for people and programs -------------------------------------------------------------------- */

/* Decimals with a point, as the language has them, without zeros at the end. */
static char *
trimmed (double value, guint decimals, const char *unit)
{
  char format[8];
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  g_snprintf (format, sizeof format, "%%.%uf", decimals);
  g_ascii_formatd (text, sizeof text, format, value);
  if (strchr (text, '.') != NULL) {
    char *end = text + strlen (text);
    while (end[-1] == '0')
      *--end = '\0';
    if (end[-1] == '.')
      *--end = '\0';
  }
  return g_strdup_printf ("%s %s", text, unit);
}

static char *
format_time (double ns)
{
  if (ns != 0 && fabs (ns) < 0.1 * MS)
    return trimmed (ns / 1e3, 0, "µs");
  if (fabs (ns) < 1e9)
    return trimmed (ns / MS, fabs (ns) < MS ? 2 : 1, "ms");
  return trimmed (ns / 1e9, 3, "s");
}

static char *
format_rate (double rate)
{
  static const char *const units[] = { "bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s" };
  guint unit = 0;
  for (; fabs (rate) >= 999.95 && unit + 1 < G_N_ELEMENTS (units); unit++)
    rate /= 1000;
  return trimmed (rate, fabs (rate) < 10 ? 3 : fabs (rate) < 100 ? 2 : 1, units[unit]);
}

char *
vbet_measure_format (const char *unit, double value)
{
  if (strcmp (unit, "ns") == 0)
    return format_time (value);
  if (strcmp (unit, "bit/s") == 0)
    return format_rate (value);
  if (strcmp (unit, "share") == 0)
    return trimmed (value * 100, value < 0.001 ? 4 : value < 0.01 ? 3 : value < 0.1 ? 2 : 1, "%");
  return trimmed (value, 1, unit);
}

const char *
vbet_measure_verdict_name (VbetMeasureVerdict verdict)
{
  static const char *const names[] = { "consistent", "inconsistent", "unjudged" };
  return names[verdict];
}

const char *
vbet_measure_reason_name (VbetMeasureReason reason)
{
  static const char *const names[] = { "", "no-limit", "down", "few", "no-room", "no-overtaking", "others" };
  return names[reason];
}

/* A measured rate is not better than three digits. */
static double
as_measured (const char *unit, double value)
{
  if (strcmp (unit, "bit/s") != 0 || value <= 0)
    return value;
  double step = pow (10, floor (log10 (value)) - 2);
  return round (value / step) * step;
}

GVariant *
vbet_measure_row_to_variant (const VbetMeasureRow *row)
{
  GVariantDict dict;
  g_autofree char *set = vbet_measure_format (row->unit, row->set);
  g_autofree char *measured = vbet_measure_format (row->unit, as_measured (row->unit, row->measured));
  g_autofree char *low = vbet_measure_format (row->unit, row->low);
  g_autofree char *high = vbet_measure_format (row->unit, row->high);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "property", "s", row->property);
  g_variant_dict_insert (&dict, "unit", "s", row->unit);
  g_variant_dict_insert (&dict, "set", "d", row->set);
  g_variant_dict_insert (&dict, "measured", "d", row->measured);
  g_variant_dict_insert (&dict, "low", "d", row->low);
  g_variant_dict_insert (&dict, "high", "d", row->high);
  g_variant_dict_insert (&dict, "events", "x", (gint64)row->events);
  g_variant_dict_insert (&dict, "of", "x", (gint64)row->of);
  g_variant_dict_insert (&dict, "set-text", "s", set);
  g_variant_dict_insert (&dict, "measured-text", "s", measured);
  g_variant_dict_insert (&dict, "low-text", "s", low);
  g_variant_dict_insert (&dict, "high-text", "s", high);
  g_variant_dict_insert (&dict, "verdict", "s", vbet_measure_verdict_name (row->verdict));
  g_variant_dict_insert (&dict, "reason", "s", vbet_measure_reason_name (row->reason));
  return g_variant_dict_end (&dict);
}
