/* bench-cable.c - see bench-cable.h.
 *
 * Two devices at a switch, in virtual time and without sockets: a million frames a second go in, 64 at a
 * time, and leave when the cable lets them. One of the two cables is the one that is measured, in turns with
 * a perfect one.
 */
#include "config.h"

#include "bench/bench-cable.h"

#include <stdio.h>
#include <time.h>

#include "bench/bench-table.h"
#include "switch/fabric.h"

#define BATCH 64
#define FRAME_SIZE 64
#define FRAME_GAP 1000 /* nanoseconds of virtual time */
#define MILLISECOND 1000000
#define RUNS_MAX 31

typedef struct {
  const char *name;
  VbetCableQuality quality;
} Kind;

#define LINE .up = TRUE, .queue = 1000, .burst = 1
#define LINE_WITH_BURSTS .up = TRUE, .queue = 1000, .burst = 4

static const Kind kinds[] = {
  { "nothing", { LINE } },
  { "delay=1ms", { LINE, .delay = MILLISECOND } },
  { "delay=1ms jitter=0.5ms", { LINE, .delay = MILLISECOND, .jitter = MILLISECOND / 2 } },
  { "loss=1%", { LINE, .loss = 0.01 } },
  { "loss=1% burst=4", { LINE_WITH_BURSTS, .loss = 0.01 } },
  { "duplicate=1%", { LINE, .duplicate = 0.01 } },
  { "reorder=1% delay=1ms", { LINE, .reorder = 0.01, .delay = MILLISECOND } },
  { "corrupt=1%", { LINE, .corrupt = 0.01 } },
  { "rate=1Gbit", { LINE, .rate = 1e9 } },
  { "rate=1Gbit delay=1ms", { LINE, .rate = 1e9, .delay = MILLISECOND } },
  { "all of them",
    { LINE_WITH_BURSTS, .rate = 1e9, .delay = MILLISECOND, .jitter = MILLISECOND / 2, .loss = 0.01,
      .duplicate = 0.01, .reorder = 0.01, .corrupt = 0.01 } },
};

typedef struct {
  VbetFabric *fabric;
  VbetEndpoint *ends[2];
  gint64 now;
  double spent[RUNS_MAX]; /* nanoseconds of processor time a frame */
} Line;

static void
port_send (gpointer port, const VbetFrame *frame)
{
  (void)port, (void)frame;
}

static void
port_nothing (gpointer port)
{
  (void)port;
}

static const VbetPortClass klass = { .send = port_send, .flush = port_nothing, .destroy = port_nothing };

static double
cpu_seconds (void)
{
  struct timespec now;
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void
line_init (Line *self, const VbetCableQuality *quality)
{
  VbetCableSettings settings = { .quality = { *quality, *quality } };
  self->fabric = vbet_fabric_new (1);
  vbet_fabric_add_bridge (self->fabric, "s", vbet_relay_class_find ("switch"), G_MAXINT64);
  for (guint i = 0; i < 2; i++) {
    const char *device = i == 0 ? "a" : "b";
    vbet_fabric_add_port (self->fabric, device, 1, 1500, &klass, self, &self->ends[i]);
    vbet_endpoint_set_connected (self->ends[i], TRUE);
    vbet_fabric_add_bridge_port (self->fabric, "s", i + 1, "s");
    vbet_fabric_add_cable (self->fabric, device, device, 1, "s", i + 1, i == 0 ? &settings : NULL, 0);
  }
}

static void
put_batch (Line *self)
{
  static const guint8 bytes[FRAME_SIZE] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8 };
  const VbetFrame frame = { .data = bytes, .size = FRAME_SIZE };
  self->now += (gint64)BATCH * FRAME_GAP;
  for (guint i = 0; i < BATCH; i++)
    vbet_fabric_input (self->fabric, self->ends[0], &frame, self->now);
  vbet_fabric_run (self->fabric, self->now);
}

static double
measure (Line *self, double seconds)
{
  static const guint8 bytes[FRAME_SIZE] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8 };
  const VbetFrame answer
      = { .data = bytes, .size = FRAME_SIZE }; /* so that the switch knows where the other one is */
  vbet_fabric_input (self->fabric, self->ends[1], &answer, self->now);
  for (guint i = 0; i < 64; i++)
    put_batch (self);
  guint64 frames = 0;
  double start = cpu_seconds (), spent = 0;
  for (; spent < seconds; spent = cpu_seconds () - start)
    for (guint i = 0; i < 64; i++, frames += BATCH)
      put_batch (self);
  return spent / (double)frames * 1e9;
}

void
bench_cables (double seconds, guint runs)
{
  static Line lines[G_N_ELEMENTS (kinds)];
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    line_init (&lines[k], &kinds[k].quality);
  runs = MIN (runs, RUNS_MAX);
  for (guint run = 0; run < runs; run++)
    for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
      lines[k].spent[run] = measure (&lines[k], seconds / 4);
  printf (
      "the switch's cores alone, a frame of 64 bytes through a switch and two cables, one of which does\n");
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++) {
    printf ("  %-24s %.2f x  %4.0f ns a frame\n", kinds[k].name,
            bench_ratio (lines[k].spent, lines[0].spent, runs), bench_median (lines[k].spent, runs));
    vbet_fabric_free (lines[k].fabric);
  }
}
