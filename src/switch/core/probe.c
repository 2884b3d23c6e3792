/* probe.c - see probe.h; the figures are in probe-result.c. */
#include "config.h"

#include "switch/core/probe-private.h"

#define MS G_GINT64_CONSTANT (1000000)
#define SECOND 1e9
#define USUAL_TIME (5000 * MS)
#define USUAL_INTERVAL (2.5 * MS)
#define SHORTEST_INTERVAL (0.05 * MS)
#define SHARE 0.05 /* of the rate, for small probes */
#define SPARSE_LEAST 20.0
#define SPARSE_TIME (30000 * MS) /* for which spaced probes are sent, at most */
#define TRAINS 5
#define TRAIN_TIME 0.02    /* seconds: by so much a train holds up others */
#define TRAIN_LONGEST 10e9 /* nanoseconds; slower cables get none */
#define TRAIN_LEAST 8
#define TRAIN_MOST 500
#define TRAIN_SIZE 1514
#define PATIENCE (60000 * MS) /* for what does not leave the queue */
#define GRACE (20 * MS)       /* for what is due */

/* --- the plan ------------------------------------------------------------------------ */

/* The first ones, which tell of delay and jitter. Returns: how long they take. */
static double
plan_sparse (ProbeWay *way, const VbetCableQuality *quality, double count, double time, double interval)
{
  if (quality->jitter == 0)
    return 0;
  double gap = MAX (2.1 * (double)vbet_cable_quality_swing (quality), interval);
  double sparse = MIN (MAX (floor (time / 2 / gap), SPARSE_LEAST), floor ((double)SPARSE_TIME / gap) + 1);
  way->gap = (gint64)gap;
  way->sparse = (guint)MIN (sparse, count);
  return way->sparse * gap;
}

static void
plan_small (ProbeWay *way, const VbetCableQuality *quality, const VbetProbeWish *wish)
{
  double least = SHORTEST_INTERVAL;
  if (quality->rate > 0)
    least = MAX (least, VBET_PROBE_SIZE * 8 / (SHARE * quality->rate) * SECOND);
  double time = wish->duration > 0 ? (double)wish->duration : (double)USUAL_TIME;
  double interval = MAX (USUAL_INTERVAL, least);
  double count = CLAMP (wish->count > 0 ? wish->count : floor (time / interval), 1, VBET_PROBE_MAX);
  double sparse = plan_sparse (way, quality, count, time, interval);
  double rest = MAX (time - sparse, time / 2);
  if (wish->count == 0)
    count = MIN (way->sparse + MAX (floor (rest / interval), 1), VBET_PROBE_MAX);
  if (wish->duration > 0 && count > way->sparse)
    interval = MAX (rest / (count - way->sparse), least);
  /* A slow cable takes its time; an hour is enough. */
  way->count = (guint)MAX (MIN (count, way->sparse + (double)VBET_PROBE_TIME_MAX / interval), 1);
  way->interval = (gint64)interval;
}

static void
plan_trains (ProbeWay *way, const VbetCableQuality *quality)
{
  if (quality->rate <= 0)
    return;
  double bytes = quality->rate * TRAIN_TIME / 8;
  way->train_size = (guint)CLAMP (bytes / TRAIN_LEAST, VBET_PROBE_SIZE, TRAIN_SIZE);
  way->train_wanted = (guint)CLAMP (bytes / way->train_size, TRAIN_LEAST, TRAIN_MOST);
  way->trains_left = TRAINS;
  double takes = (double)way->train_wanted * way->train_size * 8 / quality->rate * SECOND;
  if (takes > TRAIN_LONGEST)
    way->trains_left = 0;
  way->train_pause
      = MAX (way->interval * (way->count - way->sparse) / TRAINS, (gint64)(4 * MIN (takes, TRAIN_LONGEST)));
}

static void
way_init (VbetProbe *self, ProbeWay *way, const VbetCableDirection *line, const VbetProbeWish *wish,
          gint64 now)
{
  plan_small (way, &line->quality, wish);
  plan_trains (way, &line->quality);
  gint64 sparse = way->gap * way->sparse;
  gint64 dense = MAX (way->interval * (way->count - way->sparse), way->train_pause * way->trains_left);
  way->line = line;
  way->records = g_array_new (FALSE, TRUE, sizeof (ProbeRecord));
  way->trains = g_array_new (FALSE, TRUE, sizeof (ProbeTrain));
  way->late = g_array_new (FALSE, TRUE, sizeof (gint64));
  way->due = now;
  way->train_due = way->trains_left > 0 ? now + sparse + way->train_pause / 2 : VBET_CABLE_NEVER;
  way->others = line->counters;
  self->duration = MAX (self->duration, sparse + dense + line->quality.delay
                                            + vbet_cable_quality_swing (&line->quality) + GRACE);
}

VbetProbe *
vbet_probe_new (VbetCableCore *cable, const VbetProbeWish *wish, guint run, guint64 seed,
                VbetProbeClock clock, gpointer user_data, gint64 now)
{
  VbetProbe *self = g_new0 (VbetProbe, 1);
  self->cable = cable;
  self->run = run;
  self->clock = clock;
  self->user_data = user_data;
  self->began = now;
  vbet_random_init (&self->random, seed);
  for (guint end = 0; end < 2; end++)
    way_init (self, &self->ways[end], &cable->directions[end], wish, now);
  return self;
}

void
vbet_probe_free (VbetProbe *self)
{
  if (self == NULL)
    return;
  for (guint end = 0; end < 2; end++) {
    g_array_unref (self->ways[end].records);
    g_array_unref (self->ways[end].trains);
    g_array_unref (self->ways[end].late);
  }
  g_free (self);
}

gint64
vbet_probe_get_duration (const VbetProbe *self)
{
  return self->duration;
}

/* --- sending -------------------------------------------------------------------------- */

/* What probe @mark looks like, byte by byte: a header that is no protocol's, then a pattern of its own. */
static guint8
byte_of (guint32 mark, guint at)
{
  return (guint8)((mark + at * 0x9e3779b1u) * 0x85ebca6bu >> 24);
}

static guint32
mark_of (const VbetProbe *self, guint index)
{
  return (self->run & 0xfff) << PROBE_INDEX_BITS | (index + 1);
}

static gboolean
send (VbetProbe *self, VbetCableSide end, guint size, gboolean small, gint64 now)
{
  ProbeWay *way = &self->ways[end];
  guint8 bytes[TRAIN_SIZE];
  ProbeRecord record = { .sent = now, .small = small };
  guint index = way->records->len;
  VbetFrame frame = { .data = bytes, .size = size, .probe = mark_of (self, index) };
  for (guint i = 0; i < size; i++)
    bytes[i] = byte_of (frame.probe, i);
  g_array_append_val (way->records, record); /* it may arrive at once */
  VbetCableTaken taken = vbet_cable_probe (self->cable, end, &frame, now);
  ProbeRecord *kept = &g_array_index (way->records, ProbeRecord, index);
  if (taken != VBET_CABLE_TAKEN)
    kept->fate = taken == VBET_CABLE_FULL ? PROBE_FULL : PROBE_DOWN;
  else
    way->bytes += size;
  return taken == VBET_CABLE_TAKEN;
}

static void
send_small (VbetProbe *self, VbetCableSide end, gint64 now)
{
  ProbeWay *way = &self->ways[end];
  gint64 late = now - way->due;
  g_array_append_val (way->late, late);
  send (self, end, VBET_PROBE_SIZE, TRUE, now);
  way->sent++;
  gint64 pause = way->gap;
  if (way->sent >= way->sparse) /* half to one and a half of the interval */
    pause = (gint64)((0.5 + vbet_random_unit (&self->random)) * (double)way->interval);
  way->due = way->sent >= way->count ? VBET_CABLE_NEVER : MAX (way->due + pause, now);
  if (way->sent < way->sparse)
    way->due = MAX (way->due, now + way->gap);
}

/* How many frames of a train find room and leave as much. */
static guint
train_room (const ProbeWay *way)
{
  const VbetCableDirection *line = way->line;
  guint room
      = line->quality.queue > line->effects.waiting ? (line->quality.queue - line->effects.waiting) / 2 : 0;
  if (line->quality.queue_bytes > 0) {
    gsize free
        = line->quality.queue_bytes > line->queue_bytes ? line->quality.queue_bytes - line->queue_bytes : 0;
    room = MIN (room, (guint)(free / 2 / way->train_size));
  }
  return MIN (room, way->train_wanted);
}

static void
send_train (VbetProbe *self, VbetCableSide end, gint64 now)
{
  ProbeWay *way = &self->ways[end];
  guint room = train_room (way);
  way->trains_left--;
  way->train_due = way->trains_left > 0 ? MAX (way->train_due + way->train_pause, now) : VBET_CABLE_NEVER;
  if (!vbet_cable_is_up (self->cable, end))
    return;
  if (room < 2) {
    way->tight++;
    return;
  }
  ProbeTrain train = { .first = way->records->len };
  while (room-- > 0 && send (self, end, way->train_size, FALSE, now))
    train.size++;
  g_array_append_val (way->trains, train);
}

/* --- waiting ---------------------------------------------------------------------------- */

gboolean
_vbet_probe_is_due (const ProbeWay *way, const ProbeRecord *record, gint64 now)
{
  const VbetCableQuality *quality = &way->line->quality;
  return record->left > 0
         && now >= record->left + quality->delay + vbet_cable_quality_swing (quality) + GRACE;
}

/* When the last one has arrived or is lost. */
static gint64
way_end (const VbetProbe *self, const ProbeWay *way)
{
  const VbetCableQuality *quality = &way->line->quality;
  gint64 end = self->began;
  gint64 patience = self->began + self->duration + PATIENCE;
  for (guint i = way->records->len; i > 0; i--) {
    const ProbeRecord *record = &g_array_index (way->records, ProbeRecord, i - 1);
    if (record->fate != PROBE_TAKEN)
      continue;
    if (record->left == 0)
      return MIN (MAX (record->sent, way->seen) + GRACE, patience); /* look again */
    end = record->left + quality->delay + vbet_cable_quality_swing (quality) + GRACE;
    break;
  }
  return MIN (end, patience);
}

static gint64
way_deadline (const VbetProbe *self, const ProbeWay *way)
{
  gint64 next = MIN (way->due, way->train_due);
  return next != VBET_CABLE_NEVER ? next : way_end (self, way);
}

gint64
vbet_probe_deadline (const VbetProbe *self)
{
  if (self->done)
    return VBET_CABLE_NEVER;
  gint64 first = VBET_CABLE_NEVER;
  for (guint end = 0; end < 2; end++)
    if (!self->ways[end].done)
      first = MIN (first, way_deadline (self, &self->ways[end]));
  return first;
}

static void
way_run (VbetProbe *self, VbetCableSide end, gint64 now)
{
  ProbeWay *way = &self->ways[end];
  way->seen = now;
  if (way->due <= now)
    send_small (self, end, now);
  if (way->train_due <= now)
    send_train (self, end, now);
  if (way->due == VBET_CABLE_NEVER && way->train_due == VBET_CABLE_NEVER && way_end (self, way) <= now) {
    way->done = TRUE;
    way->ended = now;
  }
}

gboolean
vbet_probe_run (VbetProbe *self, gint64 now)
{
  for (guint end = 0; end < 2; end++)
    if (!self->ways[end].done)
      way_run (self, end, now);
  self->done = self->ways[0].done && self->ways[1].done;
  return !self->done;
}

/* --- what became of them ------------------------------------------------------------------ */

/* Returns: (nullable): the record of @mark, unless it is of another measurement. */
static ProbeRecord *
find (const VbetProbe *self, VbetCableSide end, guint32 mark)
{
  GArray *records = self->ways[end].records;
  guint index = (mark & PROBE_INDEX_MASK) - 1;
  if (mark >> PROBE_INDEX_BITS != (self->run & 0xfff) || index >= records->len)
    return NULL;
  return &g_array_index (records, ProbeRecord, index);
}

void
vbet_probe_left (VbetProbe *self, VbetCableSide end, guint32 probe, gint64 at)
{
  ProbeRecord *record = find (self, end, probe);
  if (record == NULL)
    return;
  record->left = at;
  record->bytes = self->ways[end].line->left_bytes;
  record->left_clock = record->small ? 0 : self->clock (self->user_data);
}

void
vbet_probe_arrived (VbetProbe *self, VbetCableSide end, const VbetFrame *frame)
{
  VbetCableSide from = end == VBET_CABLE_A ? VBET_CABLE_B : VBET_CABLE_A;
  ProbeRecord *record = find (self, from, frame->probe);
  if (record == NULL)
    return;
  ProbeWay *way = &self->ways[from];
  for (guint i = 0; i < frame->size; i++)
    record->corrupted = record->corrupted || frame->data[i] != byte_of (frame->probe, i);
  record->last = ++way->arrivals;
  if (record->copies++ > 0)
    return;
  record->first = record->last;
  record->arrived = self->clock (self->user_data);
}

void
vbet_probe_cut (VbetProbe *self)
{
  for (guint end = 0; end < 2; end++) {
    ProbeWay *way = &self->ways[end];
    for (guint i = way->settled; i < way->records->len; i++) {
      ProbeRecord *record = &g_array_index (way->records, ProbeRecord, i);
      if (record->fate == PROBE_TAKEN && record->copies == 0 && !_vbet_probe_is_due (way, record, way->seen))
        record->fate = PROBE_CUT;
    }
    way->settled = way->records->len;
  }
}
