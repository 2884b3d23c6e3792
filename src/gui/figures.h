/* figures.h - the figures of a running lab, asked from the engine while somebody looks.
 *
 * Twice a second the counters of all cables, which become the session's
 * traffic; every few seconds what the whole lab uses of the host. Nothing is
 * asked while the window is not visible, and never a second time before the
 * first answer has come.
 */
#pragma once

#include "gui/runner.h"

/* What all processes of the lab use of the host. */
typedef struct {
  guint64 memory; /* bytes */
  double cpu;     /* 1.0: one processor; negative: not known yet */
  guint processes;
} VbetLabUsage;

#define VBET_TYPE_FIGURES (vbet_figures_get_type ())
G_DECLARE_FINAL_TYPE (VbetFigures, vbet_figures, VBET, FIGURES, GObject)

/* Signal: "usage-changed" (). The cables' figures are in the session ("traffic-changed"). */

/** vbet_figures_new: Returns: (transfer full): shown by @session while @runner runs it; of both a reference is kept. */
VbetFigures *vbet_figures_new (VbetSession *session, VbetRunner *runner);
/** vbet_figures_set_visible: whether anybody can see the figures; TRUE in the beginning. */
void vbet_figures_set_visible (VbetFigures *self, gboolean visible);
/** vbet_figures_get_usage: Returns: FALSE while nothing is known. */
gboolean vbet_figures_get_usage (VbetFigures *self, VbetLabUsage *ret_usage);
