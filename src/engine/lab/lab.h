/* lab.h - one running lab: the topology that runs, and the calls that change it.
 *
 * The only part of the engine with the whole in view. A text is applied by
 * elaborating it, taking the difference (engine/model/plan.h) to what runs,
 * and executing that list of calls one after the other; guests boot and stop
 * side by side. Every call is logged with its result and announced by a
 * signal. Jobs (apply, call, step, power) queue: one at a time changes the lab.
 *
 * Signals, all with a floating-free a{sv} as the RPC service documents it:
 *   "call" (GVariant *): a call began or ended
 *   "device-state" (const char *device, const char *state, const char *error_or_null)
 *   "changed" (guint revision): another topology runs
 *   "step" (GVariant *): a step's state or one of its results
 *   "switch-state" (const char *state)
 *   "alarms" (const char *device, GVariant *av): all that is wrong with that device now
 */
#pragma once

#include <gio/gio.h>

#include "engine/guest/guest.h"
#include "engine/host/cgroup.h"
#include "engine/model/topology.h"

typedef struct {
  const char *id;
  const char *name;           /* seeds derived MAC addresses */
  const char *path;           /* for people; "" when none */
  const char *dir;            /* run-time folder */
  const char *scratch;        /* folder for disks that go with the lab */
  const char *guest_program;  /* vbet-guest */
  const char *pad_library;    /* (nullable): vbet-xstate.so; NULL: beside vbet-guest */
  const char *switch_program; /* vbet-switch */
  const char *nat_program;    /* vbet-nat */
  gboolean isolated;          /* nothing of the host that the text names is used, see engine/model/reach.h */
  VbetCgroup *cgroup;         /* (nullable): for guests' control groups */
} VbetLabOptions;

#define VBET_TYPE_LAB (vbet_lab_get_type ())
G_DECLARE_FINAL_TYPE (VbetLab, vbet_lab, VBET, LAB, GObject)

/** vbet_lab_new: an empty lab whose switch process runs. */
VbetLab *vbet_lab_new (const VbetLabOptions *options, GError **error);

/** vbet_lab_has_text: whether a text was ever applied. */
gboolean vbet_lab_has_text (VbetLab *self);
/** vbet_lab_get_text: Returns: (transfer none): the text that was applied last; "" when none was. */
const char *vbet_lab_get_text (VbetLab *self);
/** vbet_lab_get_path: Returns: (transfer none) (nullable): of the file that the text came from. */
const char *vbet_lab_get_path (VbetLab *self);

/**
 * vbet_lab_apply_async:
 * @path: (nullable): the text's file, when it changed
 * @wait: whether to answer only when the guests it starts are ready or failed
 *
 * Result: (transfer full) a{sv} with "calls". Errors: VBET_ERROR_LANGUAGE with the first finding; then nothing was done.
 */
void vbet_lab_apply_async (VbetLab *self, const char *text, const char *path, gboolean wait,
                           GAsyncReadyCallback callback, gpointer user_data);
/** vbet_lab_call_async: runs calls and actions as a step would. Result as vbet_lab_step_async(). */
void vbet_lab_call_async (VbetLab *self, const char *text, GAsyncReadyCallback callback, gpointer user_data);
/** vbet_lab_step_async: @index: from 1; 0: the next. Result: a{sv}: index, title, ok, results. */
void vbet_lab_step_async (VbetLab *self, guint index, GAsyncReadyCallback callback, gpointer user_data);
/** vbet_lab_step_cancel: gives up the step, the checks or the calls that run: who asked for them gets
 * VBET_ERROR_CANCELLED. FALSE with @error when none runs. */
gboolean vbet_lab_step_cancel (VbetLab *self, GError **error);
/** vbet_lab_checks_async: runs the checks at top level, all of them. Result: a{sv}: ok, results. */
void vbet_lab_checks_async (VbetLab *self, GAsyncReadyCallback callback, gpointer user_data);

/** vbet_lab_retry_async: executes failed call @number once more, as a new call. Result: a{sv}: call; one that fails
 * again is no error. */
void vbet_lab_retry_async (VbetLab *self, guint number, GAsyncReadyCallback callback, gpointer user_data);

typedef enum {
  VBET_POWER_START,
  VBET_POWER_STOP,
  VBET_POWER_RESTART,
  VBET_POWER_PAUSE,
  VBET_POWER_RESUME,
} VbetPower;

/** vbet_lab_power_async: starts, stops, restarts, pauses or resumes @device; does not wait for jobs. */
void vbet_lab_power_async (VbetLab *self, const char *device, VbetPower power, GAsyncReadyCallback callback,
                           gpointer user_data);

/** vbet_lab_device_status_async: Result: a{sv}, one of the "devices" of vbetd(8), Status. */
void vbet_lab_device_status_async (VbetLab *self, const char *device, GAsyncReadyCallback callback,
                                   gpointer user_data);
/** vbet_lab_status_async: Result: a{sv}, "status" of vbetd(8). */
void vbet_lab_status_async (VbetLab *self, GAsyncReadyCallback callback, gpointer user_data);
/**
 * vbet_lab_counters_async: @with_usage: also what all processes of the lab use, which costs more.
 * Result: a{sv}, "lab.counters" of vbetd(8). Errors: VBET_ERROR_STATE while the switch process is being replaced.
 */
void vbet_lab_counters_async (VbetLab *self, gboolean with_usage, GAsyncReadyCallback callback,
                              gpointer user_data);

/**
 * vbet_lab_resources_async: what guest @device has and uses, as host and guest see it; answers within a few seconds, also
 * when the guest does not. Result: a{sv}, "device.resources" of vbetd(8).
 */
void vbet_lab_resources_async (VbetLab *self, const char *device, GAsyncReadyCallback callback,
                               gpointer user_data);

typedef struct {
  const char *cable;
  const char *end; /* (nullable): the device at the end to capture; NULL: the first end */
  gboolean both;   /* both ends, whatever @end */
  guint snaplen;   /* bytes of a frame that are kept; 0: all */
  GArray *filter;  /* (nullable) of guint32: code, jt, jf, k of each instruction of classic BPF */
} VbetLabCaptureOptions;

/** vbet_lab_capture_start: Returns: (transfer full): a{sv}, "capture.start" of vbetd(8); NULL with @error. */
GVariant *vbet_lab_capture_start (VbetLab *self, const VbetLabCaptureOptions *options, GError **error);
/** vbet_lab_capture_stop: Returns: FALSE with @error when there is no capture of that number. */
gboolean vbet_lab_capture_stop (VbetLab *self, guint number, GError **error);

typedef struct {
  const char *cable;
  guint count;    /* probes a direction; 0: as is usual */
  double seconds; /* 0: as is usual */
  void (*measuring) (double share, double duration, gpointer user_data); /* (nullable): VbetSwitchMeasuring */
  gpointer measuring_data;
} VbetLabMeasureOptions;

/** vbet_lab_measure_async: @cancellable: (nullable): ends it with what is there. Result: a{sv}, "cable.measure" of
 * vbetd(8). Errors: VBET_ERROR_STATE when the cable is not plugged, or measured already. */
void vbet_lab_measure_async (VbetLab *self, const VbetLabMeasureOptions *options, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data);
/** vbet_lab_measure_cancel: ends it; what was measured so far is its result. Returns: FALSE with @error when @cable
 * is not being measured. */
gboolean vbet_lab_measure_cancel (VbetLab *self, const char *cable, GError **error);

/** vbet_lab_stop_async: stops every guest, then the switch. May be called again while it stops. */
void vbet_lab_stop_async (VbetLab *self, GAsyncReadyCallback callback, gpointer user_data);
/** vbet_lab_stop_finish: Returns: FALSE with @error. */
gboolean vbet_lab_stop_finish (VbetLab *self, GAsyncResult *result, GError **error);

/** vbet_lab_finish: Returns: (transfer full): the a{sv} of any other _async function above; NULL with @error. */
GVariant *vbet_lab_finish (VbetLab *self, GAsyncResult *result, GError **error);

/** vbet_lab_guest: Returns: (transfer none): the guest @device; NULL with @error (and did-you-mean) when it is none. */
VbetGuest *vbet_lab_guest (VbetLab *self, const char *device, GError **error);

/** vbet_lab_warden_denied: the warden made the system call @call, which it may not; NULL: another one is in its place. */
void vbet_lab_warden_denied (VbetLab *self, const char *call);

/** vbet_lab_info: Returns: (transfer full): a{sv}, "lab.info" of vbetd(8). */
GVariant *vbet_lab_info (VbetLab *self);
/** vbet_lab_calls: Returns: (transfer floating): av of the calls with a number above @since. */
GVariant *vbet_lab_calls (VbetLab *self, guint since);
/** vbet_lab_steps: Returns: (transfer full): a{sv}, "lab.steps" of vbetd(8). */
GVariant *vbet_lab_steps (VbetLab *self);
