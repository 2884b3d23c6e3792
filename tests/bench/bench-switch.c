/* bench-switch.c - frames per second through vbet-switch and, in the same run, through what it is measured
 * against.
 *
 * Usage: bench-switch [SECONDS [RUNS [KIND [PORTS]]]]   (0.2 s a run, 5 runs, everything; one KIND, from 0,
 * and one number of PORTS, to profile it)
 *
 * One thread puts frames into half of the ports and takes them out of the other half, as many under way as
 * the transport holds. Two ways, medians of runs in turns:
 *
 *   one core     the switch shares a processor with that thread and does not interrupt it, so it always finds
 * all that its transport can hold: frames per second of the switch's own processor time passing      the
 * switch has a processor of its own, and both sleep and wake each other: frames per second that pass
 *
 * The kinds are explained in bench-targets.h. Beside these: the switch's own work per frame, its cores
 * without any socket, and what a cable costs; bench-cable.c.
 */
#define _GNU_SOURCE
#include "config.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/paths.h"
#include "bench/bench-cable.h"
#include "bench/bench-table.h"
#include "bench/bench-targets.h"

#define RUNS_MAX 31
#define SIZES 2
#define PORTS 3

static const guint sizes[SIZES] = { 64, 1500 };
static const guint port_counts[PORTS] = { 2, 10, 50 };

typedef struct {
  BenchTarget target;
  double one_core[SIZES][RUNS_MAX]; /* frames per second of the switch's processor time; 0: it has none */
  double passing[SIZES][RUNS_MAX];
} Series;

typedef struct {
  Series *series[PORTS][BENCH_KINDS]; /* NULL: not measured */
  guint runs;
  double seconds;
} Bench;

static double
seconds_of (clockid_t clock)
{
  struct timespec now;
  clock_gettime (clock, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double
cpu_seconds (pid_t pid)
{
  clockid_t clock;
  return pid != 0 && clock_getcpuclockid (pid, &clock) == 0 ? seconds_of (clock) : 0;
}

static void
pin (pid_t pid, int cpu)
{
  cpu_set_t set;
  struct sched_param none = { 0 };
  CPU_ZERO (&set);
  CPU_SET ((size_t)cpu, &set);
  if (sysconf (_SC_NPROCESSORS_ONLN) > 1)
    sched_setaffinity (pid, sizeof set, &set);
  if (pid != 0)
    sched_setscheduler (pid, SCHED_BATCH, &none); /* runs when the other waits, not at every frame */
}

/* --- measuring ------------------------------------------------------------------------------- */

/* Each end tells the switch its address. */
static void
introduce (BenchTarget *target, gsize size)
{
  for (guint i = 0; i < target->n_ports; i++)
    bench_end_address (&target->ends[i], (i ^ 1) + 1, i + 1, size);
  for (guint i = target->n_ports; i-- > 0;) {
    BenchEnd *to = &target->ends[i ^ 1];
    bench_end_send (&target->ends[i], 1);
    while (bench_end_wait (to, 5))
      bench_end_receive (to);
  }
  for (guint i = 0; i < target->n_ports; i++) /* what was flooded */
    while (bench_end_receive (&target->ends[i]) > 0)
      ;
}

/* Moves frames for @seconds. Returns: how many. */
static guint64
move (BenchTarget *target, double seconds)
{
  guint pairs = target->n_ports / 2;
  guint under_way[BENCH_PORTS_MAX] = { 0 };
  guint64 moved = 0;
  double end = seconds_of (CLOCK_MONOTONIC) + seconds;
  for (gboolean more = TRUE;;) {
    guint busy = 0;
    gint waits = -1;
    for (guint i = 0; i < pairs; i++) {
      guint sent = 0;
      if (more && under_way[i] < target->window)
        sent = bench_end_send (&target->ends[2 * i], MIN (BENCH_BATCH, target->window - under_way[i]));
      under_way[i] += sent;
      guint came = bench_end_receive (&target->ends[2 * i + 1]);
      under_way[i] -= MIN (under_way[i], came);
      moved += came;
      busy += came;
      if (sent > 0 && under_way[i] < target->window)
        busy++;
      if (under_way[i] > 0)
        waits = (gint)i;
    }
    more = more && seconds_of (CLOCK_MONOTONIC) < end;
    if (!more && waits < 0)
      return moved;
    if (busy == 0 && waits >= 0 && !bench_end_wait (&target->ends[2 * waits + 1], 20))
      under_way[waits] = 0; /* lost */
  }
}

static void
measure (Series *series, guint s, guint run, double seconds)
{
  BenchTarget *target = &series->target;
  introduce (target, sizes[s]);
  pin (target->pid, 0);
  move (target, 0.01);
  double before = cpu_seconds (target->pid);
  guint64 moved = move (target, seconds);
  double cpu = cpu_seconds (target->pid) - before;
  series->one_core[s][run] = cpu > 0 ? (double)moved / cpu : 0;
  pin (target->pid, 1);
  double start = seconds_of (CLOCK_MONOTONIC);
  moved = move (target, seconds);
  series->passing[s][run] = (double)moved / (seconds_of (CLOCK_MONOTONIC) - start);
}

/* --- the report --------------------------------------------------------------------------------- */

static gboolean
is_there (const Bench *self, guint p, guint kind)
{
  return self->series[p][kind] != NULL && self->series[p][kind]->target.missing == NULL;
}

static void
report_ratio (const Bench *self, guint p, guint s, guint kind, guint other)
{
  if (kind == other || !is_there (self, p, kind) || !is_there (self, p, other))
    return;
  const Series *a = self->series[p][kind];
  const Series *b = self->series[p][other];
  double passing = bench_ratio (a->passing[s], b->passing[s], self->runs);
  printf ("%2u ports, %4u bytes: %s / %s:", port_counts[p], sizes[s], bench_kind_name (kind),
          bench_kind_name (other));
  if (a->one_core[s][0] > 0 && b->one_core[s][0] > 0)
    printf (" %.2f x on one core,", bench_ratio (a->one_core[s], b->one_core[s], self->runs));
  printf (" %.2f x passing\n", passing);
}

static void
report_one (const Bench *self, guint p, guint s)
{
  static const guint others[] = { BENCH_VDE, BENCH_UML, BENCH_BRIDGE, BENCH_RELAY };
  for (guint kind = BENCH_SOCKETS; kind <= BENCH_STOCK; kind++)
    for (guint i = 0; i < G_N_ELEMENTS (others); i++)
      report_ratio (self, p, s, kind, others[i]);
  report_ratio (self, p, s, BENCH_VHOST, BENCH_SOCKETS);
  for (guint kind = BENCH_CAPTURED; kind <= BENCH_REFUSED; kind++)
    report_ratio (self, p, s, kind, BENCH_SOCKETS);
  for (guint kind = 0; kind < BENCH_KINDS; kind++) {
    const Series *series = self->series[p][kind];
    if (series == NULL)
      continue;
    if (series->target.missing != NULL) {
      printf ("  %-20s not measured: %s\n", bench_kind_name (kind), series->target.missing);
      continue;
    }
    double one = bench_median (series->one_core[s], self->runs);
    char text[64] = "";
    if (one > 0)
      g_snprintf (text, sizeof text, "one core: %8.0f frames/s, %5.0f ns each", one, 1e9 / one);
    printf ("  %-20s %-42s passing: %8.0f frames/s\n", bench_kind_name (kind), text,
            bench_median (series->passing[s], self->runs));
  }
}

/* A line of the table of budgets. @budget: 0: none */
static void
budget (const Bench *self, guint p, guint s, guint kind, guint other, double budget)
{
  if (!is_there (self, p, kind) || !is_there (self, p, other))
    return;
  const Series *a = self->series[p][kind];
  const Series *b = self->series[p][other];
  double ratio = bench_ratio (a->one_core[s], b->one_core[s], self->runs);
  g_autofree char *what
      = g_strdup_printf ("switch alone, frames of %u bytes a second of one core, %u ports: %s / %s", sizes[s],
                         port_counts[p], bench_kind_name (kind), bench_kind_name (other));
  bench_table_ratio (what, ratio, budget);
}

static void
report (const Bench *self)
{
  for (guint p = 0; p < PORTS; p++)
    for (guint s = 0; s < SIZES; s++)
      report_one (self, p, s);
  for (guint p = 0; p < PORTS; p++) {
    budget (self, p, 0, BENCH_VHOST, BENCH_VDE, 4);
    budget (self, p, 0, BENCH_SOCKETS, BENCH_VDE, 4);
  }
  budget (self, 0, 0, BENCH_SOCKETS, BENCH_RELAY, 0);
}

/* --- all of it ------------------------------------------------------------------------------------ */

static gboolean
is_wanted (guint kind, guint ports)
{
  return ports == 2 || kind <= BENCH_VHOST || (kind >= BENCH_VDE && kind <= BENCH_BRIDGE);
}

static void
start_all (Bench *self, const char *dir, int only_kind, guint only_ports)
{
  for (guint p = 0; p < PORTS; p++)
    for (guint kind = 0; kind < BENCH_KINDS; kind++) {
      if (!is_wanted (kind, port_counts[p]) || (only_kind >= 0 && (guint)only_kind != kind)
          || (only_ports > 0 && only_ports != port_counts[p]))
        continue;
      g_autofree char *name = g_strdup_printf ("%u-%u", kind, port_counts[p]);
      g_autofree char *place = g_build_filename (dir, name, NULL);
      self->series[p][kind] = g_new0 (Series, 1);
      g_mkdir_with_parents (place, 0700);
      bench_target_start (&self->series[p][kind]->target, kind, port_counts[p], place);
    }
}

static void
measure_all (Bench *self)
{
  for (guint run = 0; run < self->runs; run++)
    for (guint p = 0; p < PORTS; p++)
      for (guint s = 0; s < SIZES; s++)
        for (guint kind = 0; kind < BENCH_KINDS; kind++)
          if (is_there (self, p, kind))
            measure (self->series[p][kind], s, run, self->seconds);
}

int
main (int argc, char **argv)
{
  Bench self = { .seconds = argc > 1 ? atof (argv[1]) : 0.2,
                 .runs = argc > 2 ? (guint)CLAMP (atoi (argv[2]), 1, RUNS_MAX) : 5 };
  g_autofree char *dir = g_dir_make_tmp ("vbs-XXXXXX", NULL);
  start_all (&self, dir, argc > 3 ? atoi (argv[3]) : -1, argc > 4 ? (guint)atoi (argv[4]) : 0);
  pin (0, 0);
  measure_all (&self);
  report (&self);
  if (argc <= 3)
    bench_cables (self.seconds, self.runs);
  gboolean ok = argc > 3 || is_there (&self, 0, BENCH_SOCKETS);
  for (guint p = 0; p < PORTS; p++)
    for (guint kind = 0; kind < BENCH_KINDS; kind++)
      if (self.series[p][kind] != NULL) {
        bench_target_stop (&self.series[p][kind]->target);
        g_free (self.series[p][kind]);
      }
  vbet_paths_remove_tree (dir);
  return ok ? 0 : 1;
}
