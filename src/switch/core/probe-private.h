/* probe-private.h - what probe.c and probe-result.c share. */
#pragma once

#include <math.h>

#include "switch/core/probe.h"

/* A mark: which measurement, then which probe of a direction, from 1. */
#define PROBE_INDEX_BITS 20
#define PROBE_INDEX_MASK ((1u << PROBE_INDEX_BITS) - 1)

typedef enum {
  PROBE_TAKEN,
  PROBE_FULL,
  PROBE_DOWN,
  PROBE_CUT,
} ProbeFate;

typedef struct {
  gint64 sent;
  gint64 left;       /* the transmitter; 0: not yet */
  gint64 left_clock; /* when that was seen; of a train's */
  gint64 arrived;    /* its first copy */
  guint64 bytes;     /* that had left the transmitter, its own included */
  guint first;       /* number of that arrival; 0: none */
  guint last;        /* of that of its last copy */
  guint8 copies;
  guint8 fate; /* ProbeFate */
  guint8 small;
  guint8 corrupted;
} ProbeRecord;

typedef struct {
  guint first; /* record */
  guint size;  /* frames */
} ProbeTrain;

/* A direction. */
typedef struct {
  const VbetCableDirection *line;
  guint count;     /* small probes to send */
  guint sent;      /* of these */
  guint sparse;    /* the first ones, @gap from each other; 0: all tell of the delay */
  gint64 gap;      /* nanoseconds */
  gint64 interval; /* of the others */
  gint64 due;
  gint64 train_due;
  gint64 train_pause;
  guint trains_left;
  guint tight;        /* trains that found no room */
  guint train_wanted; /* frames */
  guint train_size;   /* bytes of each */
  gint64 seen;        /* when it last ran */
  gint64 ended;
  gboolean done;
  guint arrivals;
  guint settled; /* records whose fate the last cut has decided */
  guint64 bytes;
  VbetCounters others; /* of the cable, at the beginning */
  GArray *records;     /* of ProbeRecord */
  GArray *trains;      /* of ProbeTrain */
  GArray *late;        /* of gint64 */
} ProbeWay;

struct VbetProbe {
  VbetCableCore *cable;
  guint32 run;
  VbetRandom random;
  VbetProbeClock clock;
  gpointer user_data;
  gint64 began;
  gint64 duration;
  gboolean done;
  ProbeWay ways[2];
};

/* Whether @record would have arrived by @now. */
gboolean _vbet_probe_is_due (const ProbeWay *way, const ProbeRecord *record, gint64 now);
