/* rates.h - counters that only grow, turned into rates. Pure: the time is passed in. */
#pragma once

#include "gui/model/view.h"

/* The counters of one cable, as the engine tells them; direction 0 is from its first end to its second. */
typedef struct {
  gboolean carrier[2]; /* at that end */
  guint64 frames[2];
  guint64 bytes[2];
  guint64 dropped[2];
  VbetPortState port[2];
  const char *why[2]; /* (nullable): static */
} VbetCableCounters;

typedef struct VbetRates VbetRates;

/** vbet_rates_new: Returns: (transfer full): one without samples. */
VbetRates *vbet_rates_new (void);
/** vbet_rates_free: @self: (nullable) */
void vbet_rates_free (VbetRates *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetRates, vbet_rates_free)

/**
 * vbet_rates_sample:
 * @time: when @counters were read, in seconds of any clock that never goes back
 * @counters: (element-type utf8 VbetCableCounters): by name of the cable
 *
 * The rates are those since the sample before; of a cable that is new they are
 * 0. Counters that became less were begun anew (another switch process): the
 * totals go on from where they were, and the rates of that sample are 0.
 *
 * Returns: (transfer full) (element-type utf8 VbetTraffic): of the cables in @counters.
 */
GHashTable *vbet_rates_sample (VbetRates *self, double time, GHashTable *counters);

/**
 * vbet_rates_share: how much of one processor was used.
 * @time_before, @cpu_before: the sample before; a negative time: there was none
 * @time, @cpu: seconds
 *
 * Returns: 1.0 for one processor; negative when it is not known.
 */
double vbet_rates_share (double time_before, double cpu_before, double time, double cpu);
