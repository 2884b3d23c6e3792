/* private.h - what the files of VbetLab share: lab.c (life and jobs),
 * lab/alarm-sources.c (what is wrong now), lab/plan.c (the order of calls, their log), lab/calls.c (executing one), lab/power.c,
 * lab/check.c (what guests need of this host), lab/steps.c (steps and checks),
 * lab/outside.c (gateways, TAP), lab/remotes.c (remotes), lab/files.c (files of the whole text), lab/jobs.c (what clients ask for beside apply and power), lab/status.c (what RPC clients are told). Nobody else includes it. */
#pragma once

#include "engine/guest/kernel-config.h"
#include "engine/guest/names.h"
#include "engine/lab/alarms.h"
#include "engine/lab/gateway.h"
#include "engine/lab/lab.h"
#include "engine/model/plan.h"
#include "engine/switch/client.h"

typedef struct _VbetLabRemote VbetLabRemote;   /* lab/remotes.c */
typedef struct _VbetLabRefresh VbetLabRefresh; /* lab/files.c */

/* A device that exists in the running lab. */
typedef struct {
  VbetLab *lab; /* borrowed */
  char *name;
  VbetKind kind;
  guint number;          /* of its folder; never used twice in a lab */
  char *dir;             /* guests: node folder */
  VbetGuest *guest;      /* guests, else NULL */
  VbetGateway *gateway;  /* gateways, else NULL */
  int tap_fd;            /* TAP: the real host's device; -1: none */
  char *tap_name;        /* (nullable): what that is called */
  VbetLabRemote *remote; /* remotes, else NULL */
  char *problem;         /* (nullable): TAP, remote: why there is none */
  gulong state_handler;
  gulong nic_handler;
  gulong alarm_handler;
  gulong denied_handler;
  gulong confined_handler;
  gulong flood_handler;    /* of its console */
  gint cpu;                /* processor the guest was given; -1 when it is off */
  VbetGuestNames *made_of; /* (nullable): what the files of the guest that runs were made of; owned */
  char *files_digest;      /* of these files; NULL with @made_of */
  gboolean files_torn;     /* a refresh failed half-way: they may be others */
  VbetLabRefresh *refresh; /* (nullable): brings them up to the text, or waits for the guest to do so */
  GPtrArray *file_turns;   /* (nullable): what waits for the end of @refresh */
  gboolean needs_restart;  /* an attribute changed that the running guest does not have yet */
  GHashTable *down;        /* NIC index → itself: of virtio-net NICs: the guest has set it down */
  GHashTable *cut;         /* NIC index → itself: cabled once, not now; the guest sees no carrier */
  GHashTable *lacking;     /* NIC index → itself: the running guest did not get it, its ATTACH failed */
  GHashTable *stuck;       /* NIC index → itself: the running guest still has it, its DETACH failed */
  guint boot;         /* another one in the lab each time the guest has ended: for results that come late */
  GPtrArray *waiters; /* of Waiter: what waits for the guest to be ready or failed */
} VbetLabDevice;

/* One executed call, as it is logged; reference-counted by g_rc_box_acquire() and vbet_call_record_unref(). */
typedef struct {
  guint number;
  char *text;
  const char *verb;  /* static */
  char *device;      /* (nullable) */
  char *cable;       /* (nullable) */
  const char *state; /* "running", "done", "failed"; static */
  char *error;       /* (nullable) */
  VbetCall *call;    /* (nullable): of a plan, kept when it failed, to be tried again */
  gint64 began;      /* monotonic, us */
  gint64 ended;      /* 0 while it runs */
} VbetCallRecord;

/* Where the ends of a cable are plugged in the running lab. */
typedef struct {
  char *device[2]; /* NULL: free */
  guint nic[2];
  gboolean joined; /* the switch has it */
  gboolean up[2];  /* frames from that end come through */
} VbetCableRun;

typedef enum {
  VBET_STEP_TODO,
  VBET_STEP_RUNNING,
  VBET_STEP_PASSED,
  VBET_STEP_FAILED,
} VbetStepState;

struct _VbetLab {
  GObject parent_instance;
  char *id;
  char *name;
  guint8 run[VBET_SWITCH_RUN_SIZE]; /* what tells this run of a lab from all others */
  char *path;
  char *dir;
  char *scratch;
  char *disks; /* (nullable): folder of persistent disks, once one was needed */
  char *guest_program;
  char *pad_library;  /* (nullable): vbet-xstate.so */
  VbetCgroup *cgroup; /* (nullable) */
  char *nat_program;
  VbetSwitchClient *switch_client;
  VbetTopology *topology; /* what runs, or is about to once the present job is through */
  VbetGuestNames *names;  /* (nullable): of @topology, once they were needed */
  guint plans;            /* whose calls, but for starts, have not all ended */
  gboolean files_due;     /* files of running guests may be old when they have */
  char *text;             /* (nullable): applied last */
  guint revision;
  gint64 born;       /* monotonic, us */
  GHashTable *nodes; /* name → VbetLabDevice, owned */
  guint next_node;
  guint last_boot;                  /* of all devices */
  GHashTable *cables;               /* name → VbetCableRun, owned */
  GPtrArray *captures;              /* of those of lab/captures.c, owned */
  GHashTable *measures;             /* name of a cable → VbetLabMeasure (borrowed): those that run */
  GQueue calls;                     /* of VbetCallRecord: the last ones, by number */
  gsize calls_bytes;                /* of their texts */
  guint last_call;                  /* number of the newest */
  VbetAlarms *alarms;               /* owned */
  GArray *step_states;              /* of VbetStepState, one a step of @topology */
  GHashTable *step_results;         /* number of a step → av of what its statements gave when it ran last */
  struct _VbetActionsRun *step_run; /* (nullable): the step that runs */
  GQueue jobs;                      /* of GTask that wait for their turn */
  gboolean busy;                    /* a job runs */
  gboolean isolated;                /* for good */
  gboolean stopping;
  gboolean switch_failed;
  GHashTable *seccomp;  /* kernel → whether it can run programs without ptrace */
  GHashTable *features; /* kernel, image and the kernel's state, a line each → VbetKernelFeatures */
  guint cpu_cursor;
};

/** VbetDone: called exactly once; @error: (nullable) (transfer full). */
typedef void (*VbetDone) (gpointer data, GError *error);

/* lab.c */
VbetLabDevice *vbet_lab_device (VbetLab *self, const char *name);
VbetLabDevice *vbet_lab_add_node (VbetLab *self, const char *name, VbetKind kind, GError **error);
void vbet_lab_remove_node (VbetLab *self, const char *name);
/** vbet_lab_allowed: @topology: (transfer full). Returns: (transfer full): what of it may run: in an isolated lab, what
 * needs nothing of the host. */
VbetTopology *vbet_lab_allowed (VbetLab *self, VbetTopology *topology);
/** vbet_lab_set_topology: makes @topology (transfer full) the one that runs and tells clients. */
void vbet_lab_set_topology (VbetLab *self, VbetTopology *topology);
/** vbet_lab_device_when_settled: calls @done when the guest is READY (or PAUSED); with an error when it is FAILED or OFF. */
void vbet_lab_device_when_settled (VbetLabDevice *node, VbetDone done, gpointer data);

/** vbet_lab_release: the running job no longer changes the lab: the next may begin. */
void vbet_lab_release (VbetLab *self);

/* One thing a client asked for that waits for its turn. */
typedef void (*VbetJobBegin) (VbetLab *self, GTask *task);

typedef struct {
  VbetJobBegin begin;
  char *text;    /* apply, call */
  char *path;    /* apply */
  gboolean wait; /* apply */
  guint index;   /* step; retry: number of the call */
  char *device;  /* power */
  VbetPower power;
  guint first_call;       /* number of the last call before this job */
  GPtrArray *actions;     /* call: owned */
  VbetTopology *topology; /* kept while its actions run */
  gboolean answered;
} VbetJob;

/** vbet_lab_push_job: @job: (transfer full): begins when those before it have ended; @begin owns the task's reference. */
void vbet_lab_push_job (VbetLab *self, VbetJob *job, VbetJobBegin begin, GAsyncReadyCallback callback,
                        gpointer user_data);
void vbet_lab_return_dict (GTask *task, GVariantDict *dict);
/** vbet_lab_language_error: Returns: (transfer full): the first error among @diagnostics. */
GError *vbet_lab_language_error (const VbetDiagnostics *diagnostics);

/** vbet_lab_emit_device_state: @reason: (nullable) */
void vbet_lab_emit_device_state (VbetLab *self, const char *device, const char *state, const char *reason);

/* lab/plan.c */
VbetCallRecord *vbet_lab_record_begin (VbetLab *self, const char *text, const char *verb, const char *device,
                                       const char *cable);
void vbet_lab_record_end (VbetLab *self, VbetCallRecord *record, const GError *error);
void vbet_call_record_unref (VbetCallRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetCallRecord, vbet_call_record_unref)
/** vbet_lab_calls_after: Returns: (nullable): the first of the calls with a number above @number that are kept. */
GList *vbet_lab_calls_after (VbetLab *self, guint number);
/** vbet_lab_call_record: Returns: (transfer full) (nullable): that call, if there was one and it is kept. */
VbetCallRecord *vbet_lab_call_record (VbetLab *self, guint number);
void vbet_lab_forget_calls (VbetLab *self);
/**
 * vbet_lab_run_plan:
 * @calls: (transfer full): of VbetCall
 * @serial_done: (nullable): called when the next job may begin (guests may still boot)
 * @done: called when every call has ended; @records: of VbetCallRecord, borrowed, in order
 */
typedef void (*VbetPlanDone) (gpointer data, GPtrArray *records);
void vbet_lab_run_plan (VbetLab *self, GPtrArray *calls, VbetPlanDone serial_done, VbetPlanDone done,
                        gpointer data);

/* lab/cables.c: of an executed call; and what the switch tells */
void vbet_lab_plug (VbetLab *self, const VbetCall *call, GError **error);
void vbet_lab_unplug (VbetLab *self, const VbetCall *call, GError **error);
/** vbet_lab_drop_port: the switch's port of a NIC goes; a cable that is plugged there stays plugged, without frames. */
void vbet_lab_drop_port (VbetLab *self, const char *device, guint nic, GError **error);
/** vbet_lab_join_port: a NIC has a port (again): the cable that is plugged there, if its other end has one, too, carries
 * frames. Returns: FALSE with @error when it cannot. */
gboolean vbet_lab_join_port (VbetLab *self, const char *device, guint nic, GError **error);
/** vbet_lab_set_cable: the cable called @name gets the attributes of the topology. */
void vbet_lab_set_cable (VbetLab *self, const char *name, GError **error);
/** vbet_lab_cable_state: whether frames from each end come through. */
void vbet_lab_cable_state (VbetLab *self, const char *name, gboolean from_a, gboolean from_b);
/** vbet_lab_end_has_carrier: whether the NIC in that end of the cable is in use and has carrier. */
gboolean vbet_lab_end_has_carrier (VbetLab *self, const char *name, guint end);
/** vbet_lab_why_no_carrier: Returns: (nullable): a word of vbetd(8), lab.counters, for an end that has none. */
const char *vbet_lab_why_no_carrier (VbetLab *self, const char *name, guint end);
/** vbet_lab_port_state: a guest opened or closed a NIC. */
void vbet_lab_port_state (VbetLab *self, const char *device, guint nic);

/**
 * vbet_lab_find_share:
 * @ret_path: (out) (transfer full) (nullable): absolute path of the folder that @device shares; NULL: none
 *
 * Returns: FALSE with @error when it is no folder that can be read.
 */
gboolean vbet_lab_find_share (VbetLab *self, const VbetDevice *device, char **ret_path, GError **error);

/* lab/alarm-sources.c */
VbetAlarms *vbet_lab_alarms_new (VbetLab *self);
/** vbet_lab_note_call: @call ended as @record says: an alarm, until it, or one that is about the same, succeeds. */
void vbet_lab_note_call (VbetLab *self, const VbetCall *call, const VbetCallRecord *record);
/** vbet_lab_guest_alarm: @node's guest says so; see agent.h. */
void vbet_lab_guest_alarm (VbetLabDevice *node, const char *key, const char *kind, const char *text);
/** vbet_lab_guest_denied: its kernel made the system call @call of the host, which it may not. */
void vbet_lab_guest_denied (VbetLabDevice *node, const char *call);
/** vbet_lab_guest_floods: its console prints more than is read; no longer so. */
void vbet_lab_guest_floods (VbetLabDevice *node, gboolean on);
/** vbet_lab_guest_has_old_files: the files that are made of the text could not be brought up to it; they were. */
void vbet_lab_guest_has_old_files (VbetLabDevice *node, gboolean old);
/** vbet_lab_service_denied: the lab's process @service made the system call @call, which it may not. @device: the gateway;
 * the guest, whose launcher it is; "": the switch, the warden. */
void vbet_lab_service_denied (VbetLab *self, const char *device, const char *service, const char *call);
/** vbet_lab_service_denied_over: another process is in its place. */
void vbet_lab_service_denied_over (VbetLab *self, const char *device, const char *service);
/** vbet_lab_remote_clash: @clash: the lab at @node's far end, which calls itself @lab (nullable), makes the MACs that this one
 * makes; it no longer does. */
void vbet_lab_remote_clash (VbetLabDevice *node, gboolean clash, const char *lab);
/** vbet_lab_guest_denied_over: another process is about to be its kernel. */
void vbet_lab_guest_denied_over (VbetLabDevice *node);
/** vbet_lab_guest_alarms_over: its boot is. */
void vbet_lab_guest_alarms_over (VbetLabDevice *node);

/* lab/captures.c */
void vbet_lab_capture_free (gpointer capture);
/** vbet_lab_capture_closed: its reader went away. @serial: of the switch client. */
void vbet_lab_capture_closed (VbetLab *self, guint64 serial);
/** vbet_lab_captures: Returns: (transfer floating): av, "captures" of vbetd(8). */
GVariant *vbet_lab_captures (VbetLab *self);

/** vbet_lab_cable_settings: what the text says of the cable called @name. */
VbetCableSettings vbet_lab_cable_settings (VbetLab *self, const char *name);

/* lab/measure.c */
typedef struct VbetLabMeasure VbetLabMeasure;
void vbet_lab_measure_free (gpointer measure);
/** vbet_lab_measure_changed: the settings of the cable change. */
void vbet_lab_measure_changed (VbetLab *self, const char *cable);

/* lab/bridges.c */
/** vbet_lab_set_bridge: the switch gets the attributes of the topology. */
void vbet_lab_set_bridge (VbetLab *self, const char *name, GError **error);
/** vbet_lab_set_bridge_port: likewise, one of its ports. */
void vbet_lab_set_bridge_port (VbetLab *self, const char *name, guint index, GError **error);
/** vbet_lab_set_bridge_ports: likewise, all that it has so far; up to the first that fails. */
void vbet_lab_set_bridge_ports (VbetLab *self, const char *name, GError **error);

/* lab/outside.c: gateways, TAP devices, remotes */
/** vbet_lab_alloc_outside: also once more, after it failed. */
void vbet_lab_alloc_outside (VbetLab *self, const VbetCall *call, VbetDone done, gpointer data);
/** vbet_lab_attach_outside: the switch gets a port for NIC @nic of @node. */
gboolean vbet_lab_attach_outside (VbetLab *self, VbetLabDevice *node, const VbetNic *nic, GError **error);
/** vbet_lab_update_outside: @node becomes what the topology says. */
void vbet_lab_update_outside (VbetLab *self, VbetLabDevice *node, VbetDone done, gpointer data);
/** vbet_lab_refresh_gateways: guests have other addresses: what forwards lead to may have changed. */
void vbet_lab_refresh_gateways (VbetLab *self);
/** vbet_lab_outside_lost: nobody is at the other end of @device's port any more. */
void vbet_lab_outside_lost (VbetLab *self, const char *device);
/** vbet_lab_outside_is_ready: @ret_reason: (transfer none) (nullable): why not. */
gboolean vbet_lab_outside_is_ready (VbetLab *self, const VbetLabDevice *node, const char **ret_reason);
/** vbet_lab_insert_outside: adds to @dict what "status" of vbetd(8) says of @node beside its state. */
void vbet_lab_insert_outside (VbetLab *self, const VbetLabDevice *node, GVariantDict *dict);

/** vbet_lab_outside_emit_state: tells clients whether @node works. */
void vbet_lab_outside_emit_state (VbetLab *self, const VbetLabDevice *node);

/* lab/remotes.c: for lab/outside.c */
VbetLabRemote *vbet_lab_remote_new (void);
void vbet_lab_remote_free (VbetLabRemote *self);
void vbet_lab_update_remote (VbetLab *lab, VbetLabDevice *node, const VbetDevice *device, VbetDone done,
                             gpointer data);
/** vbet_lab_remote_connect: gives the switch its socket, if it has one and the switch has its port. */
void vbet_lab_remote_connect (VbetLab *lab, VbetLabDevice *node);
/** vbet_lab_remote_far_end: who is at the far end of the remote called @device, or what it says of itself, has changed. */
void vbet_lab_remote_far_end (VbetLab *lab, const char *device);
/** vbet_lab_tell_identity: the far ends of remotes are told whose this lab is, and what its MACs are made of now. */
void vbet_lab_tell_identity (VbetLab *lab);
gboolean vbet_lab_remote_is_open (const VbetLabRemote *self);
void vbet_lab_insert_remote (VbetLab *lab, const VbetLabDevice *node, GVariantDict *dict);

/* lab/calls.c */
/** vbet_lab_execute: executes one call of a plan, logged; @done may be called before it returns. */
void vbet_lab_execute (VbetLab *self, const VbetCall *call, VbetCallRecord *record, VbetDone done,
                       gpointer data);
/** vbet_lab_device_is_running: whether @node's guest is booting, ready or paused. */
gboolean vbet_lab_device_is_running (const VbetLabDevice *node);
/** vbet_lab_device_nic: Returns: (transfer full): @nic as the guest of @node gets it. */
VbetGuestNic *vbet_lab_device_boot_nic (const VbetLabDevice *node, const VbetNic *nic); /* virtio-net */
VbetGuestNic *vbet_lab_device_nic (const VbetLabDevice *node, const VbetNic *nic);

/* lab/check.c */
/** vbet_lab_features: what a guest of these two files has; asked once a state of @kernel. */
VbetKernelFeatures vbet_lab_features (VbetLab *self, const char *kernel, const char *image);
/**
 * vbet_lab_find_parts:
 * @starts: whether they must also have all that @device, a guest, needs when it runs
 * @ret_kernel, @ret_image: (out) (transfer full) (nullable): paths
 *
 * Returns: whether this host has them; FALSE with @error, which does not name @device.
 */
gboolean vbet_lab_find_parts (VbetLab *self, const VbetDevice *device, gboolean starts, char **ret_kernel,
                              char **ret_image, GError **error);
/** vbet_lab_check_plan: Returns: whether this host has what the guests of @calls are made of; FALSE with @error, which
 * names the first that it has not got. */
gboolean vbet_lab_check_plan (VbetLab *self, const VbetTopology *topology, GPtrArray *calls, GError **error);

/* lab/files.c */
/** vbet_lab_names: Returns: (transfer none): those of the present topology. */
VbetGuestNames *vbet_lab_names (VbetLab *self);
/** vbet_lab_when_files_settled: as vbet_lab_device_when_settled(), and not while a refresh of the guest's files runs. */
void vbet_lab_when_files_settled (VbetLabDevice *node, VbetDone done, gpointer data);
/** vbet_lab_files_started: @node's guest boots with the files of the present topology. */
void vbet_lab_files_started (VbetLabDevice *node);
/** vbet_lab_files_ready: it takes files (again), and gets what was changed meanwhile. */
void vbet_lab_files_ready (VbetLabDevice *node);
/** vbet_lab_files_paused: it takes none until it goes on. */
void vbet_lab_files_paused (VbetLabDevice *node);
/** vbet_lab_files_gone: it has ended. @problem: (nullable): for who waits; NULL: they find out. */
void vbet_lab_files_gone (VbetLabDevice *node, const char *problem);
/** vbet_lab_files_plan_begins: files of guests may be about to come or to go by calls. */
void vbet_lab_files_plan_begins (VbetLab *self);
/** vbet_lab_files_plan_ends: but for starts. @files_changed: whether it may have changed files of running guests */
void vbet_lab_files_plan_ends (VbetLab *self, gboolean files_changed);

/* lab/power.c */
/** vbet_lab_guest_files: Returns: (transfer full): the configuration disk of @device, one of those of @names, with what
 * its modprobe must know of @kernel, a path. */
GBytes *vbet_lab_guest_files (const VbetGuestNames *names, const VbetDevice *device, const char *kernel);
/** vbet_lab_power: one change of power without a log entry of its own. */
void vbet_lab_power (VbetLab *self, VbetLabDevice *node, VbetPower power, VbetDone done, gpointer data);
/** vbet_lab_power_text: Returns: "start", … */
const char *vbet_lab_power_text (VbetPower power);

/* lab/steps.c */
/** vbet_lab_run_actions: runs @actions (borrowed, of VbetAction) in order; all of them with @keep_going. */
typedef void (*VbetActionsDone) (gpointer data, gboolean ok, GVariant *results);
void vbet_lab_run_actions (VbetLab *self, GPtrArray *actions, gboolean keep_going, guint step,
                           VbetActionsDone done, gpointer data);
/** vbet_actions_run_cancel: of @self->step_run: its statement under way is given up; @done comes soon. */
void vbet_actions_run_cancel (struct _VbetActionsRun *run);
gboolean vbet_actions_run_is_cancelled (const struct _VbetActionsRun *run);
/** vbet_actions_run_statement: @ret_seconds: since it began. Returns: number of the statement under way, from 1. */
guint vbet_actions_run_statement (const struct _VbetActionsRun *run, double *ret_seconds);

/* lab/status.c */
GVariant *vbet_call_record_to_variant (VbetLab *self, const VbetCallRecord *record);
void vbet_lab_emit_call (VbetLab *self, const VbetCallRecord *record);
/** vbet_lab_emit_step: @statement: number of the one that begins, 0 for none; @result: (nullable). */
void vbet_lab_emit_step (VbetLab *self, guint index, const char *state, guint statement, GVariant *result);
const char *vbet_step_state_name (VbetStepState state);
