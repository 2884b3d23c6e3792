/* predict.h - what a lab will need of the machine, before it runs. Pure. */
#pragma once

#include "engine/model/topology.h"

typedef struct {
  guint guests;
  guint64 memory; /* bytes of the host that all of the lab will use, about */
  guint64
      largest; /* bytes: mem= of the largest guest, which must be free in shared memory when that starts */
} VbetPrediction;

/* What the machine has now; 0: not known. */
typedef struct {
  guint64 available; /* bytes of memory that programs may still take */
  guint64 shared;    /* bytes free in /dev/shm */
  guint processors;
} VbetMachine;

typedef enum {
  VBET_FIT_GOOD,
  VBET_FIT_TIGHT,   /* it will run, but little is left, or slowly */
  VBET_FIT_TOO_BIG, /* it will not all run */
} VbetFit;

/** vbet_predict: @topology: all of its guests, also those that are switched on later. */
VbetPrediction vbet_predict (const VbetTopology *topology);

/** vbet_predict_fit: how the lab and the machine go together; GOOD while the machine is not known. */
VbetFit vbet_predict_fit (const VbetPrediction *self, const VbetMachine *machine);

/** vbet_predict_meminfo: @text: (array length=size): of /proc/meminfo. Returns: bytes available; 0: not told.
 */
guint64 vbet_predict_meminfo (const char *text, gsize size);
