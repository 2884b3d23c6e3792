/* private.h - the inside of a VbetGuest, shared by its files:
 * guest.c (life), guest/stop.c (ways to its end), guest/jobs.c (what the agent does), guest/nic.c (hot plug),
 * guest/shells.c (root shells), guest/panic.c (why it panicked). */
#pragma once

#include "engine/guest/agent.h"
#include "engine/guest/command.h"
#include "engine/guest/guest.h"
#include "engine/guest/mconsole.h"
#include "engine/host/process.h"

/* A NIC plugged into the running guest: what it takes to do it again after a reboot inside. */
typedef struct {
  guint index;
  char *command; /* for the kernel's management console */
  char *script;  /* for the guest's shell */
} VbetPlug;

/* Whether NIC @index is a virtio-net NIC, which has a carrier of its own and cannot be taken out by mconsole. */
gboolean vbet_guest_has_vhost (VbetGuest *self, guint index);
/* Tells the agent, if it is there, the speed of NIC @index, if it is known and the NIC has carrier. */
void vbet_guest_tell_speed (VbetGuest *self, guint index);
void vbet_plug_free (VbetPlug *self);

struct _VbetGuest {
  GObject parent_instance;

  /* for its whole life */
  GMainContext *context;
  char *name;
  char *launcher;
  char *console_path;
  char **launcher_options; /* (nullable): for tests and odd hosts */
  guint boot_timeout;      /* ms */
  char *cgroup;            /* (nullable): path of this boot's control group */
  VbetConsole *console;    /* (nullable): NULL when it could not be made; then @console_error */
  GError *console_error;
  GHashTable *carriers; /* NIC index → 0 or 1, as last said */
  GHashTable *speeds;   /* NIC index → Mbit/s, likewise */

  GHashTable *shells; /* number → VbetShell; what is left of one outlives its boot by seconds */
  guint last_shell;

  VbetGuestState state;
  char *reason;

  /* of one boot; all NULL or 0 while OFF and FAILED */
  VbetGuestConfig *config;
  VbetGuestPlaces *places;
  gboolean made_ports; /* the folder of its NICs' sockets is ours to remove: a lab makes it and keeps it */
  VbetProcess *process;
  VbetAgent *agent;
  VbetMconsole *mconsole;
  gboolean process_ended;
  gboolean line_closed; /* nothing holds the agent's line: kernel and processes are all gone */
  const char *mode;     /* see vbet_guest_get_mode() */
  gint64 started;       /* monotonic, µs */
  char *failure;        /* (nullable): why we end it ourselves; goes into @reason */
  char *panic;          /* (nullable): the kernel's last words */
  GSource *boot_timer;
  GSource *stop_timer;   /* the next, harder way to stop */
  GPtrArray *stop_tasks; /* of GTask: wait for the end */
  GPtrArray *plugged;    /* of VbetPlug: NICs that came while it ran */
  GHashTable *unplugged; /* indices of NICs of the command line that went while it ran */
};

/** vbet_guest_set_state: @reason: (nullable). */
void vbet_guest_set_state (VbetGuest *self, VbetGuestState state, const char *reason);
/** vbet_guest_note: a line in the console. */
void vbet_guest_note (VbetGuest *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
/** vbet_guest_fail: ends the guest; it becomes FAILED with @reason (transfer full) once everything is gone. */
void vbet_guest_fail (VbetGuest *self, char *reason);
/** vbet_guest_set_timer: replaces the timer in @source; @milliseconds 0 only removes it. */
void vbet_guest_set_timer (VbetGuest *self, GSource **source, guint milliseconds, GSourceFunc function);
/** vbet_guest_end_processes: kills all of them by the launcher, the launcher itself if that does not help. */
void vbet_guest_end_processes (VbetGuest *self);
/** vbet_guest_replug: after the guest rebooted by itself: NICs that came while it ran come back, those that went go. */
void vbet_guest_replug (VbetGuest *self);
void vbet_guest_free_shell (gpointer shell);

/**
 * vbet_guest_explain_panic:
 * @panic: the kernel's words
 * @booting: whether its system was not up yet
 * @xstate_size: bytes of this processor's register state
 * @padding: a word of guest/pad.h
 *
 * Pure. Returns: (transfer full): one sentence, with the remedy where there is one.
 */
char *vbet_guest_explain_panic (const char *name, const char *panic, gboolean booting, guint xstate_size,
                                const char *padding);
