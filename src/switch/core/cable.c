/* cable.c - see cable.h. */
#include "config.h"

#include "switch/core/cable.h"

#include <math.h>

#include "switch/core/offload.h"

#define SECOND 1e9
#define TIME_MAX (G_GINT64_CONSTANT (3600) * 1000000000)

static gboolean
is_time (gint64 value)
{
  return value >= 0 && value <= TIME_MAX;
}

/* --- lines ------------------------------------------------------------------------- */

static void
append (VbetCableLine *self, VbetStoredFrame *frame)
{
  frame->next = NULL;
  if (self->tail != NULL)
    self->tail->next = frame;
  else
    self->head = frame;
  self->tail = frame;
}

static VbetStoredFrame *
take (VbetCableLine *self)
{
  VbetStoredFrame *frame = self->head;
  self->head = frame->next;
  if (self->head == NULL)
    self->tail = NULL;
  return frame;
}

static VbetStoredFrame *
keep (VbetCableCore *self, VbetCableDirection *way, const VbetFrame *frame)
{
  VbetStoredFrame *kept
      = way->kept + frame->size <= VBET_CABLE_KEEPS ? vbet_frame_store_keep (self->store, frame) : NULL;
  if (kept != NULL)
    way->kept += frame->size;
  return kept;
}

static void
spend (VbetCableCore *self, VbetCableDirection *way, VbetStoredFrame *frame)
{
  way->kept -= frame->size;
  vbet_frame_store_spend (self->store, frame);
}

/* --- the line: loss, corruption, duplicates, delay --------------------------------- */

static gboolean
loses (VbetCableDirection *way)
{
  const VbetCableQuality *quality = &way->quality;
  if (quality->loss <= 0 || quality->loss >= 1 || quality->burst <= 1)
    return vbet_random_chance (&way->random, quality->loss);
  double leave = 1 / quality->burst;
  double enter = MIN (quality->loss * leave / (1 - quality->loss), 1);
  way->bad = way->bad ? !vbet_random_chance (&way->random, leave) : vbet_random_chance (&way->random, enter);
  return way->bad;
}

static double
standard_normal (VbetRandom *random)
{
  double u = 1 - vbet_random_unit (random); /* never 0 */
  return sqrt (-2 * log (u)) * cos (2 * G_PI * vbet_random_unit (random));
}

/* A number of the standard normal distribution, as alike the last one of this direction as is set. */
static double
draw_normal (VbetCableDirection *way)
{
  double alike = way->quality.correlation;
  double fresh = standard_normal (&way->random);
  if (alike <= 0)
    return fresh;
  way->wander = alike * way->wander + sqrt (1 - alike * alike) * fresh;
  return way->wander;
}

/* From -1 to 1, each part of it as often as the next. */
static double
draw_uniform (VbetCableDirection *way)
{
  if (way->quality.correlation <= 0)
    return vbet_random_unit (&way->random) * 2 - 1;
  return erf (draw_normal (way) / G_SQRT2);
}

/* Nanoseconds to add to the delay. */
static gint64
draw_jitter (VbetCableDirection *way)
{
  double jitter = (double)way->quality.jitter;
  if (way->quality.jitter == 0)
    return 0;
  if (way->quality.distribution == VBET_JITTER_UNIFORM)
    return (gint64)(draw_uniform (way) * jitter);
  double normal = draw_normal (way);
  while (normal < -3 || normal > 3)
    normal = draw_normal (way);
  return (gint64)(normal * jitter);
}

static void
arrive (VbetCableCore *self, VbetCableDirection *way, const VbetFrame *frame)
{
  if (G_LIKELY (frame->probe == 0))
    vbet_offload_count (&way->counters, frame);
  self->deliver (way == &self->directions[VBET_CABLE_A] ? VBET_CABLE_B : VBET_CABLE_A, frame,
                 self->user_data);
}

/* 1 for what the counters count, 0 for a probe. */
static guint
counts (const VbetStoredFrame *frame)
{
  return frame->probe == 0 ? 1 : 0;
}

static void
fly (VbetCableCore *self, VbetCableDirection *way, VbetStoredFrame *frame, gint64 due, gint64 now)
{
  VbetCableLine *line = &way->line;
  if (vbet_random_chance (&way->random, way->quality.reorder)) {
    way->effects.hits[VBET_IMPAIRMENT_REORDER] += counts (frame);
    line = &way->express;
  } else {
    gint64 travel = way->quality.delay + draw_jitter (way);
    due += MAX (travel, 0);
  }
  if (line->tail != NULL)
    due = MAX (due, line->tail->due);
  if (due <= now && line->head == NULL) {
    VbetFrame look = vbet_stored_frame_look (frame);
    arrive (self, way, &look);
    spend (self, way, frame);
    return;
  }
  frame->due = due;
  append (line, frame);
  way->effects.flying++;
}

static void
tell_left (VbetCableCore *self, const VbetCableDirection *way, guint32 probe, gint64 at)
{
  if (self->left != NULL)
    self->left (way == &self->directions[VBET_CABLE_A] ? VBET_CABLE_A : VBET_CABLE_B, probe, at,
                self->user_data);
}

/* @frame leaves the transmitter at @at. */
static void
propagate (VbetCableCore *self, VbetCableDirection *way, VbetStoredFrame *frame, gint64 at, gint64 now)
{
  way->left_bytes += frame->size;
  if (G_UNLIKELY (frame->probe != 0))
    tell_left (self, way, frame->probe, at);
  if (loses (way)) {
    way->effects.hits[VBET_IMPAIRMENT_LOSS] += counts (frame);
    way->counters.dropped += counts (frame);
    spend (self, way, frame);
    return;
  }
  if (vbet_random_chance (&way->random, way->quality.corrupt)) {
    guint64 bit = vbet_random_word (&way->random) % ((guint64)frame->size * 8);
    frame->data[bit / 8] ^= (guint8)(1 << bit % 8);
    way->effects.hits[VBET_IMPAIRMENT_CORRUPT] += counts (frame);
  }
  VbetStoredFrame *twin = NULL;
  if (vbet_random_chance (&way->random, way->quality.duplicate)) {
    VbetFrame look = vbet_stored_frame_look (frame);
    twin = keep (self, way, &look);
  }
  fly (self, way, frame, at, now);
  if (twin != NULL) {
    way->effects.hits[VBET_IMPAIRMENT_DUPLICATE] += counts (twin);
    fly (self, way, twin, at, now);
  }
}

/* --- the transmitter ---------------------------------------------------------------- */

static gint64
send_time (const VbetCableDirection *way, const VbetStoredFrame *frame)
{
  return (gint64)(frame->size * 8.0 / way->quality.rate * SECOND + 0.5);
}

static void
start_sending (VbetCableDirection *way, VbetStoredFrame *frame, gint64 at)
{
  frame->due = at + send_time (way, frame);
  way->sending = frame;
}

static VbetStoredFrame *
take_waiting (VbetCableDirection *way)
{
  VbetStoredFrame *frame = take (&way->queue);
  way->queue_bytes -= frame->size;
  way->effects.waiting--;
  return frame;
}

/* Everything of @way that is due up to @now, in order of time. */
static void
advance (VbetCableCore *self, VbetCableDirection *way, gint64 now)
{
  while (way->sending != NULL && way->sending->due <= now) {
    VbetStoredFrame *sent = way->sending;
    gint64 at = sent->due;
    way->sending = NULL;
    if (way->queue.head != NULL)
      start_sending (way, take_waiting (way), at);
    propagate (self, way, sent, at, now);
  }
  while (TRUE) {
    VbetCableLine *line = &way->line;
    if (way->express.head != NULL && (line->head == NULL || way->express.head->due < line->head->due))
      line = &way->express;
    if (line->head == NULL || line->head->due > now)
      return;
    VbetStoredFrame *frame = take (line);
    VbetFrame look = vbet_stored_frame_look (frame);
    way->effects.flying--;
    arrive (self, way, &look);
    spend (self, way, frame);
  }
}

static void
overflow (VbetCableDirection *way)
{
  way->effects.hits[VBET_IMPAIRMENT_QUEUE]++;
  way->counters.dropped++;
}

static gboolean
has_room (const VbetCableDirection *way, const VbetFrame *frame)
{
  const VbetCableQuality *quality = &way->quality;
  return way->effects.waiting < quality->queue
         && (quality->queue_bytes == 0 || way->queue_bytes + frame->size <= quality->queue_bytes);
}

static inline VbetCableTaken
enter (VbetCableCore *self, VbetCableSide end, const VbetFrame *frame, gint64 now)
{
  VbetCableDirection *way = &self->directions[end];
  if (!vbet_cable_is_up (self, end))
    return VBET_CABLE_DOWN;
  if (way->plain && way->kept == 0) {
    if (G_UNLIKELY (frame->probe != 0))
      tell_left (self, way, frame->probe, now);
    arrive (self, way, frame);
    return VBET_CABLE_TAKEN;
  }
  advance (self, way, now);
  if (way->sending != NULL && !has_room (way, frame))
    return VBET_CABLE_FULL;
  VbetStoredFrame *kept = keep (self, way, frame);
  if (kept == NULL)
    return VBET_CABLE_FULL;
  if (way->sending != NULL) {
    append (&way->queue, kept);
    way->queue_bytes += kept->size;
    way->effects.waiting++;
  } else if (way->quality.rate > 0) {
    start_sending (way, kept, now);
  } else {
    propagate (self, way, kept, now, now);
  }
  return VBET_CABLE_TAKEN;
}

void
vbet_cable_input (VbetCableCore *self, VbetCableSide end, const VbetFrame *frame, gint64 now)
{
  VbetCableDirection *way = &self->directions[end];
  VbetCableTaken taken = enter (self, end, frame, now);
  if (taken == VBET_CABLE_FULL)
    overflow (way);
  else if (taken == VBET_CABLE_DOWN)
    way->counters.dropped++;
}

VbetCableTaken
vbet_cable_probe (VbetCableCore *self, VbetCableSide end, const VbetFrame *frame, gint64 now)
{
  return enter (self, end, frame, now);
}

/* --- changes -------------------------------------------------------------------------- */

static void
drop_line (VbetCableCore *self, VbetCableDirection *way, VbetCableLine *line)
{
  while (line->head != NULL) {
    VbetStoredFrame *frame = take (line);
    way->counters.dropped += counts (frame);
    spend (self, way, frame);
  }
}

/* What is in a cable that is cut is lost. */
static void
drop_all (VbetCableCore *self, VbetCableDirection *way)
{
  if (way->sending != NULL) {
    way->counters.dropped += counts (way->sending);
    spend (self, way, g_steal_pointer (&way->sending));
  }
  drop_line (self, way, &way->queue);
  drop_line (self, way, &way->line);
  drop_line (self, way, &way->express);
  way->queue_bytes = 0;
  way->effects.waiting = way->effects.flying = 0;
}

static void
shift_line (VbetCableLine *line, gint64 by, gint64 now)
{
  for (VbetStoredFrame *frame = line->head; frame != NULL; frame = frame->next)
    frame->due = MAX (frame->due + by, now);
}

/* The transmitter got another rate in the middle of a frame: what is left of it goes at the new one. */
static void
change_rate (VbetCableCore *self, VbetCableDirection *way, double old_rate, gint64 now)
{
  if (way->sending == NULL)
    return;
  if (way->quality.rate > 0) {
    double left = (double)(way->sending->due - now) * old_rate / way->quality.rate;
    way->sending->due = now + (gint64)MIN (left, (double)TIME_MAX);
    return;
  }
  VbetStoredFrame *frame = g_steal_pointer (&way->sending);
  while (frame != NULL) {
    propagate (self, way, frame, now, now);
    frame = way->queue.head != NULL ? take_waiting (way) : NULL;
  }
}

void
vbet_cable_set (VbetCableCore *self, VbetCableSide end, const VbetCableQuality *quality, gint64 now)
{
  VbetCableDirection *way = &self->directions[end];
  VbetCableQuality old = way->quality;
  g_return_if_fail (vbet_cable_quality_is_valid (quality));
  advance (self, way, now);
  way->quality = *quality;
  way->plain = vbet_cable_quality_is_perfect (quality);
  if (quality->correlation > 0 && old.correlation <= 0)
    way->wander = standard_normal (&way->random); /* as if it had been so for long */
  if (!quality->up)
    drop_all (self, way);
  if (quality->delay != old.delay)
    shift_line (&way->line, quality->delay - old.delay, now);
  if (quality->rate != old.rate)
    change_rate (self, way, old.rate, now);
}

void
vbet_cable_set_flap (VbetCableCore *self, gint64 up_for, gint64 down_for, gint64 now)
{
  if (!is_time (up_for) || !is_time (down_for) || up_for == 0 || down_for == 0)
    up_for = down_for = 0;
  if (up_for > 0) {
    up_for = MAX (up_for, VBET_CABLE_FLAP_MIN);
    down_for = MAX (down_for, VBET_CABLE_FLAP_MIN);
  }
  if (up_for == self->flap_times[0] && down_for == self->flap_times[1])
    return;
  self->flap_times[0] = up_for;
  self->flap_times[1] = down_for;
  self->flap_due = up_for > 0 ? now + up_for : VBET_CABLE_NEVER;
  if (!self->flap_down)
    return;
  self->flap_down = FALSE;
  self->flap (TRUE, self->user_data);
}

static void
run_flap (VbetCableCore *self)
{
  gint64 at = self->flap_due;
  self->flap_down = !self->flap_down;
  self->flap_due = at + self->flap_times[self->flap_down ? 1 : 0];
  for (guint end = 0; end < 2 && self->flap_down; end++) {
    advance (self, &self->directions[end], at);
    drop_all (self, &self->directions[end]);
  }
  self->flap (!self->flap_down, self->user_data);
}

gboolean
vbet_cable_is_up (const VbetCableCore *self, VbetCableSide end)
{
  return self->directions[end].quality.up && !self->flap_down;
}

/* --- time ------------------------------------------------------------------------------- */

static gint64
direction_deadline (const VbetCableDirection *way)
{
  gint64 deadline = VBET_CABLE_NEVER;
  if (way->sending != NULL)
    deadline = way->sending->due;
  if (way->line.head != NULL)
    deadline = MIN (deadline, way->line.head->due);
  if (way->express.head != NULL)
    deadline = MIN (deadline, way->express.head->due);
  return deadline;
}

gint64
vbet_cable_deadline (const VbetCableCore *self)
{
  gint64 first = direction_deadline (&self->directions[VBET_CABLE_A]);
  gint64 second = direction_deadline (&self->directions[VBET_CABLE_B]);
  return MIN (MIN (first, second), self->flap_due);
}

void
vbet_cable_run (VbetCableCore *self, gint64 now)
{
  /* A schedule that is far behind (the machine slept) does not catch up change by change. */
  if (self->flap_due <= now && now - self->flap_due > 4 * (self->flap_times[0] + self->flap_times[1]))
    self->flap_due = now;
  while (self->flap_due <= now)
    run_flap (self);
  advance (self, &self->directions[VBET_CABLE_A], now);
  advance (self, &self->directions[VBET_CABLE_B], now);
}

/* --- life ---------------------------------------------------------------------------------- */

void
vbet_cable_init (VbetCableCore *self, VbetFrameStore *store, guint64 seed, VbetCableDeliver deliver,
                 VbetCableFlap flap, gpointer user_data)
{
  *self = (VbetCableCore){
    .store = store, .deliver = deliver, .flap = flap, .user_data = user_data, .flap_due = VBET_CABLE_NEVER
  };
  for (guint end = 0; end < 2; end++) {
    vbet_cable_quality_init (&self->directions[end].quality);
    self->directions[end].plain = TRUE;
    vbet_random_init (&self->directions[end].random, seed * 2 + end);
  }
}

void
vbet_cable_finish (VbetCableCore *self)
{
  for (guint end = 0; end < 2; end++)
    drop_all (self, &self->directions[end]);
}
