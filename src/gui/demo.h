/* demo.h - the demonstration of a lab: its steps and checks as they run.
 *
 * What the steps are is read from the session; how they go, the engine tells.
 * One step or one run of the checks is under way at a time. No widget.
 */
#pragma once

#include "gui/runner.h"

typedef enum {
  VBET_DEMO_TODO,
  VBET_DEMO_RUNNING,
  VBET_DEMO_PASSED,
  VBET_DEMO_FAILED,
} VbetDemoState;

/* What one statement gave. */
typedef struct {
  char *text;
  guint line; /* of the lab's text, from 1 */
  gboolean ok;
  char *output; /* "" for none */
  char *error;  /* (nullable) */
  double duration;
} VbetDemoResult;

#define VBET_TYPE_DEMO (vbet_demo_get_type ())
G_DECLARE_FINAL_TYPE (VbetDemo, vbet_demo, VBET, DEMO, GObject)

/* Signals:
 *   "changed" (): steps, states or results are different
 *   "checked" (): a run of the checks has ended, and was not cancelled
 *   "failed" (const char *message): the engine refused something
 */

/** vbet_demo_new: Returns: (transfer full): of the lab of @session, which @runner runs; of both a reference is kept. */
VbetDemo *vbet_demo_new (VbetSession *session, VbetRunner *runner);

/** vbet_demo_n_steps: how many steps the lab has. */
guint vbet_demo_n_steps (VbetDemo *self);
/** vbet_demo_step: @index: from 0. Returns: (transfer none): valid until the next "changed" of the session.
 */
const VbetStep *vbet_demo_step (VbetDemo *self, guint index);
/** vbet_demo_state: @index: from 0. */
VbetDemoState vbet_demo_state (VbetDemo *self, guint index);
/** vbet_demo_results: Returns: (element-type VbetDemoResult): of the step's statements that have ended. */
GPtrArray *vbet_demo_results (VbetDemo *self, guint index);

/** vbet_demo_running: Returns: whether a step runs. @ret_index: (out): which; @ret_statement: (out): index of
 * its statement under way; @ret_seconds: (out): for how long by now. */
gboolean vbet_demo_running (VbetDemo *self, guint *ret_index, guint *ret_statement, double *ret_seconds);
/** vbet_demo_next: Returns: the index of the first step that has not passed; the number of steps if all have.
 */
guint vbet_demo_next (VbetDemo *self);

/** vbet_demo_run: @index: from 0. Nothing while the lab does not run, or a step does. */
void vbet_demo_run (VbetDemo *self, guint index);
/** vbet_demo_cancel: the step or the checks that run. */
void vbet_demo_cancel (VbetDemo *self);

/** vbet_demo_n_checks: how many checks the lab has outside its steps. */
guint vbet_demo_n_checks (VbetDemo *self);
/** vbet_demo_check: runs them. Nothing while the lab does not run, or a step does. */
void vbet_demo_check (VbetDemo *self);
/** vbet_demo_is_checking: whether they run. */
gboolean vbet_demo_is_checking (VbetDemo *self);
/** vbet_demo_check_results: Returns: (element-type VbetDemoResult): of the last run. */
GPtrArray *vbet_demo_check_results (VbetDemo *self);
