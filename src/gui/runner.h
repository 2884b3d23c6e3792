/* runner.h - the lab of a window as it runs: the one place that talks to the engine.
 *
 * The runner starts an engine or finds the one that runs already, gives it the
 * document after each edit without errors, and writes what the engine tells
 * about the devices into the session. All calls are asynchronous.
 */
#pragma once

#include "engine/client.h"
#include "gui/model/session.h"

typedef enum {
  VBET_PHASE_OFF,
  VBET_PHASE_STARTING, /* the engine is being started or looked for, or takes the first text */
  VBET_PHASE_RUNNING,
  VBET_PHASE_STOPPING,
} VbetPhase;

/* One executed call of the engine, as it was told last. */
typedef struct {
  gint64 number;
  char *text;
  char *state;     /* running, done, failed */
  char *object;    /* (nullable): device or cable it is about */
  char *error;     /* (nullable) */
  double time;     /* seconds since the lab's start */
  double duration; /* seconds */
} VbetCallNews;

#define VBET_TYPE_RUNNER (vbet_runner_get_type ())
G_DECLARE_FINAL_TYPE (VbetRunner, vbet_runner, VBET, RUNNER, GObject)

/* Signals:
 *   "phase-changed" ()
 *   "called" (VbetCallNews *): a call began or ended; valid during the signal
 *   "calls-cleared" ()
 *   "failed" (const char *message): one sentence for people
 *   "lost" (): the engine went away unasked
 *   "differs" (const char *text): the lab runs another text than the session's: it was found so, or somebody
 *       else changed it
 *   "stopped" (): the lab that was asked to stop is gone
 */

/** vbet_runner_new: Returns: (transfer full): runs the lab of @session, of which a reference is kept. */
VbetRunner *vbet_runner_new (VbetSession *session);

/** vbet_runner_get_phase: what the lab is doing; the signal "phase-changed" tells changes. */
VbetPhase vbet_runner_get_phase (VbetRunner *self);
/** vbet_runner_get_client: Returns: (transfer none) (nullable): the connection while there is one. */
VbetClient *vbet_runner_get_client (VbetRunner *self);

/* Whether the session's text may be given to the engine now. Who says no brings it up again by vbet_runner_start() or
 * vbet_runner_update(), if ever. */
typedef gboolean (*VbetRunnerGate) (gboolean starts, gpointer data);

/** vbet_runner_set_gate: @gate: is asked before a lab starts, and before each text that goes to one which is not
 * isolated. */
void vbet_runner_set_gate (VbetRunner *self, VbetRunnerGate gate, gpointer data);

/** vbet_runner_start: runs the session's text, if the gate lets it. */
void vbet_runner_start (VbetRunner *self);
/** vbet_runner_start_isolated: runs it, whatever the gate says, without anything of this computer that it names; so
 * do all texts until the lab is stopped. */
void vbet_runner_start_isolated (VbetRunner *self);
/** vbet_runner_is_isolated: whether the lab that runs, or is started, is isolated. */
gboolean vbet_runner_is_isolated (VbetRunner *self);
/** vbet_runner_stop: stops the lab and its engine. */
void vbet_runner_stop (VbetRunner *self);
/** vbet_runner_find: connects to the lab of the session's file when that runs already; silent when it does
 * not. */
void vbet_runner_find (VbetRunner *self);
/** vbet_runner_find_id: likewise to the lab with identifier @id, also of a session without a file. */
void vbet_runner_find_id (VbetRunner *self, const char *id);
/** vbet_runner_leave: lets go of the lab, which runs on. */
void vbet_runner_leave (VbetRunner *self);
/** vbet_runner_update: gives the engine the text as it is now. */
void vbet_runner_update (VbetRunner *self);
/** vbet_runner_power: @verb: "start", "stop", "restart", "pause" or "resume". */
void vbet_runner_power (VbetRunner *self, const char *verb, const char *device);
