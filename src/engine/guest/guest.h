/* guest.h - one guest: a user-mode Linux under its launcher, from start to gone.
 *
 * Owns everything of one boot: launcher process, node folder, disks, consoles,
 * agent, mconsole. All calls return at once (main loop of the thread-default
 * context); results come by async callbacks and by the "state" signal.
 *
 * Life: OFF -start→ BOOTING -agent says hello→ READY ⇄ PAUSED; -stop→ STOPPING → OFF;
 * FAILED when the kernel or launcher died unasked, panicked, or did not answer in time.
 * FAILED and OFF hold nothing: no process, no file but a persistent disk.
 */
#pragma once

#include <gio/gio.h>

#include "engine/guest/console.h"
#include "engine/host/cgroup.h"

typedef enum {
  VBET_GUEST_OFF,
  VBET_GUEST_BOOTING,
  VBET_GUEST_READY,
  VBET_GUEST_PAUSED,
  VBET_GUEST_STOPPING,
  VBET_GUEST_FAILED,
} VbetGuestState;

/** vbet_guest_state_name: Returns: "off", "booting", "ready", "paused", "stopping", "failed". */
const char *vbet_guest_state_name (VbetGuestState state);

/* Whether vbet-xstate.so is loaded into the guest's kernel; see guest/pad.h. */
typedef enum {
  VBET_GUEST_PAD_AUTO, /* where this host needs it */
  VBET_GUEST_PAD_ALWAYS,
  VBET_GUEST_PAD_NEVER,
} VbetGuestPad;

/* In a guest's folder, the one with the sockets of its NICs: all that its kernel can connect to, so nothing else is there. */
#define VBET_GUEST_PORTS "p"

/* A NIC as the guest gets it. */
typedef struct {
  guint index; /* from 1: eth(index-1) inside */
  guint8 mac[6];
  guint mtu;         /* bytes, without the Ethernet header */
  char *socket_path; /* listening SEQPACKET socket of the switch; with @vhost: STREAM */
  gboolean vhost;    /* virtio-net by vhost-user: only from boot; else the vector driver */
} VbetGuestNic;

typedef struct {
  char *name;          /* host name */
  char *node_dir;      /* absolute, exists, 0700: sockets, configuration disk; the guest's own */
  char *disk_path;     /* copy-on-write file; made when missing */
  gboolean persist;    /* keep @disk_path when the guest stops */
  char *kernel;        /* absolute path of a linux.uml */
  char *image;         /* absolute path of the base image */
  guint64 memory;      /* bytes */
  gint cpu;            /* processor to pin to; -1: none */
  const char *seccomp; /* (nullable): the kernel's seccomp=, a constant; NULL: it knows no such mode */
  VbetGuestPad pad;
  char *share; /* (nullable): absolute path of a folder of the host for the guest */
  gboolean share_write;
  char **without;     /* (nullable): layers of confinement not to be used */
  gboolean learn;     /* refused system calls are told and let through */
  char *pad_library;  /* (nullable): where vbet-xstate.so is; NULL: beside the launcher */
  VbetCgroup *cgroup; /* (nullable): where the guest gets a control group of its own */
  GBytes *config;     /* the configuration tar */
  GPtrArray *nics;    /* of VbetGuestNic: there from boot */
} VbetGuestConfig;

/** vbet_guest_config_new: Returns: (transfer full): all unset. */
VbetGuestConfig *vbet_guest_config_new (void);
/** vbet_guest_config_free: @self: (nullable) */
void vbet_guest_config_free (VbetGuestConfig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetGuestConfig, vbet_guest_config_free)
/** vbet_guest_nic_new: Returns: (transfer full). @index: from 1; @mtu: bytes; @socket_path: copied. */
VbetGuestNic *vbet_guest_nic_new (guint index, const guint8 mac[6], guint mtu, const char *socket_path);
/** vbet_guest_nic_free: @self: (nullable) */
void vbet_guest_nic_free (VbetGuestNic *self);

#define VBET_TYPE_GUEST (vbet_guest_get_type ())
G_DECLARE_FINAL_TYPE (VbetGuest, vbet_guest, VBET, GUEST, GObject)

/* Signals:
 *   "nic-state" (guint index, gboolean up): the guest set a virtio-net NIC up or down (the switch sees it of others).
 *   "denied" (const char *call): its kernel made a system call of the host that it may not; once a call
 *   "confined" (const char *call): a process that watches it, the launcher or its init, made one that it may not
 *   "alarm" (const char *key, const char *kind, const char *text): as of agent.h; what is raised ends with the boot.
 *   "state" (VbetGuestState now, const char *reason): @reason is one sentence for FAILED, else NULL. */

/**
 * vbet_guest_new: a guest that is OFF.
 * @launcher: path of vbet-guest; may be /proc/self/fd/N, N close-on-exec: it must stay open until the exec, so a
 *   spawn that closes descriptors first (GSubprocess, g_spawn without LEAVE_DESCRIPTORS_OPEN) cannot run it
 * @console_path: socket of its console; when it cannot be made, vbet_guest_start() says so
 */
VbetGuest *vbet_guest_new (const char *name, const char *launcher, const char *console_path);

/**
 * vbet_guest_start:
 * @config: (transfer full)
 *
 * Starts the guest; from OFF and FAILED only. Returns: FALSE with @error when nothing was started
 * (then nothing is left behind either).
 */
gboolean vbet_guest_start (VbetGuest *self, VbetGuestConfig *config, GError **error);

/** vbet_guest_stop_async: asks for a clean shutdown, kills after @grace_ms; done when everything is gone. */
void vbet_guest_stop_async (VbetGuest *self, guint grace_ms, GAsyncReadyCallback callback,
                            gpointer user_data);
/** vbet_guest_stop_finish: Returns: TRUE: that it was off already is no error. */
gboolean vbet_guest_stop_finish (VbetGuest *self, GAsyncResult *result, GError **error);

/** vbet_guest_kill: at once, synchronously up to the kill itself; the state signal follows. */
void vbet_guest_kill (VbetGuest *self);

/** vbet_guest_pause_async: freezes the guest, or lets it go on; from READY or PAUSED only. */
void vbet_guest_pause_async (VbetGuest *self, gboolean pause, GAsyncReadyCallback callback,
                             gpointer user_data);
/** vbet_guest_pause_finish: Returns: FALSE with @error. */
gboolean vbet_guest_pause_finish (VbetGuest *self, GAsyncResult *result, GError **error);

/** vbet_guest_get_state: what it is doing; the signal "state" tells changes. */
VbetGuestState vbet_guest_get_state (VbetGuest *self);
/** vbet_guest_is_ending: whether nothing reaches this boot any more, though it may not be OFF or FAILED yet: what is
 * asked of it fails for that, and its state follows. */
gboolean vbet_guest_is_ending (VbetGuest *self);
/** vbet_guest_get_reason: Returns: (nullable): why it FAILED. */
const char *vbet_guest_get_reason (VbetGuest *self);
/** vbet_guest_get_uptime: seconds since it was started; 0 when not running. */
double vbet_guest_get_uptime (VbetGuest *self);
/**
 * vbet_guest_get_console: Returns: (nullable): the console, also before the first boot and between boots (history
 *   stays); NULL when it could not be made.
 */
VbetConsole *vbet_guest_get_console (VbetGuest *self);
/** vbet_guest_get_config: Returns: (transfer none) (nullable): of the present boot; NULL when it is off. */
const VbetGuestConfig *vbet_guest_get_config (VbetGuest *self);
/** vbet_guest_get_pid: host process id of the launcher; 0 when not running. */
GPid vbet_guest_get_pid (VbetGuest *self);
/** vbet_guest_get_layers: (transfer none): confinement that holds: {"userns","pidns","landlock",…}, NULL-terminated. */
const char *const *vbet_guest_get_layers (VbetGuest *self);

/**
 * vbet_guest_get_mode: (transfer none): how its kernel runs its programs, as seen on the host: "ptrace",
 * "seccomp"; "" while it was not ready yet.
 */
const char *vbet_guest_get_mode (VbetGuest *self);
/** vbet_guest_get_padding: (transfer none): a word of guest/pad.h ("unneeded", "loaded" …); "" while nothing
 * runs. */
const char *vbet_guest_get_padding (VbetGuest *self);

/* Host-side use of resources, from /proc, of all host processes of the guest. */
typedef struct {
  guint processes;
  guint64 memory;     /* bytes, PSS where readable, else RSS without shared */
  double cpu_seconds; /* since start */
} VbetGuestUsage;
/**
 * vbet_guest_get_usage: Returns: FALSE when not running. Reads /proc; cheap enough for once a second a guest (memory, the
 *   dear part, is measured every few seconds only).
 */
gboolean vbet_guest_get_usage (VbetGuest *self, VbetGuestUsage *ret_usage);

/* A finished command. */
typedef struct {
  gint status; /* exit code; 128+N when killed by signal N */
  GBytes *out;
  GBytes *err;
} VbetExecResult;
/** vbet_exec_result_free: @self: (nullable) */
void vbet_exec_result_free (VbetExecResult *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetExecResult, vbet_exec_result_free)

/** VbetExecOutput: called with each piece of output as it comes; @stream: 1 or 2. */
typedef void (*VbetExecOutput) (gint stream, const guint8 *data, gsize size, gpointer user_data);

/**
 * vbet_guest_exec_async:
 * @argv: NULL-terminated command, found through the guest's PATH
 * @input: (nullable): standard input
 * @output: (nullable): gets the output piecewise; then @out and @err of the result are empty
 * @cancellable: (nullable): cancelling kills the command in the guest
 *
 * Needs state READY. Collected output beyond 1 MiB a stream is cut and said so in @err.
 *
 * Returns: a number for vbet_guest_pause_job(), from 1; 0 when it has failed already, which @callback tells as ever.
 */
guint vbet_guest_exec_async (VbetGuest *self, const char *const *argv, GBytes *input, VbetExecOutput output,
                             gpointer output_data, GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data);
/**
 * vbet_guest_pause_job: stops the processes of a command, or lets them go on, for the sake of who cannot take its
 * output. What is on its way comes all the same; a command that has ended is none any more.
 */
void vbet_guest_pause_job (VbetGuest *self, guint job, gboolean pause);
/** vbet_guest_exec_finish: Returns: (transfer full): NULL with @error when the command did not run to its end. */
VbetExecResult *vbet_guest_exec_finish (VbetGuest *self, GAsyncResult *result, GError **error);

/** vbet_guest_put_async: @cancellable: (nullable): cancelled, it leaves nothing of the file */
void vbet_guest_put_async (VbetGuest *self, const char *path, guint mode, GBytes *contents,
                           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/** vbet_guest_put_finish: Returns: FALSE with @error. */
gboolean vbet_guest_put_finish (VbetGuest *self, GAsyncResult *result, GError **error);
/**
 * vbet_guest_get_async:
 * @output: (nullable): gets the file piecewise, as stream 1, however long it is; then that of the result is empty.
 *          A file that is collected may have 8 MiB
 */
void vbet_guest_get_async (VbetGuest *self, const char *path, VbetExecOutput output, gpointer output_data,
                           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/** vbet_guest_get_finish: Returns: (transfer full): the file; NULL with @error. */
GBytes *vbet_guest_get_finish (VbetGuest *self, GAsyncResult *result, GError **error);

#define VBET_GUEST_SHELLS_MAX 16

/**
 * vbet_guest_open_shell: a root shell in a terminal of its own. Needs state READY.
 * @ret_path: (out) (transfer full): the socket for its one client; see shell.h
 *
 * Returns: its number, from 1; 0 with @error.
 */
guint vbet_guest_open_shell (VbetGuest *self, guint rows, guint columns, char **ret_path, GError **error);
/** vbet_guest_resize_shell: Returns: FALSE when there is no such shell (any more). */
gboolean vbet_guest_resize_shell (VbetGuest *self, guint number, guint rows, guint columns);

/** vbet_guest_attach_nic_async: hot plug; @nic: (transfer full). @setup: shell lines run in the guest once ethN is there. */
void vbet_guest_attach_nic_async (VbetGuest *self, VbetGuestNic *nic, const char *setup,
                                  GAsyncReadyCallback callback, gpointer user_data);
/** vbet_guest_attach_nic_finish: Returns: FALSE with @error. */
gboolean vbet_guest_attach_nic_finish (VbetGuest *self, GAsyncResult *result, GError **error);
/** vbet_guest_detach_nic_async: takes NIC @index, from 1, out of the guest that runs. */
void vbet_guest_detach_nic_async (VbetGuest *self, guint index, GAsyncReadyCallback callback,
                                  gpointer user_data);
/** vbet_guest_detach_nic_finish: Returns: FALSE with @error. */
gboolean vbet_guest_detach_nic_finish (VbetGuest *self, GAsyncResult *result, GError **error);
/**
 * vbet_guest_set_files:
 * @files: configuration disk that the guest finds when it reboots by itself
 *
 * Only while it is READY or PAUSED, and so reads none.
 */
gboolean vbet_guest_set_files (VbetGuest *self, GBytes *files, GError **error);
/** vbet_guest_set_nic_setup: what vbet_guest_attach_nic_async() does for NIC @index after a reboot inside; nothing
 * for a NIC that was there from the start. */
void vbet_guest_set_nic_setup (VbetGuest *self, guint index, const char *setup);
/** vbet_guest_forget_nic: NIC @index is gone: carrier and speed were its own, not those of the next one of that number. */
void vbet_guest_forget_nic (VbetGuest *self, guint index);
/** vbet_guest_set_carrier: tells the guest whether NIC @index has a carrier; remembered while the guest is not ready. */
void vbet_guest_set_carrier (VbetGuest *self, guint index, gboolean carrier);
/** vbet_guest_set_speed: what NIC @index says of its cable, in Mbit/s; remembered as the carrier is. It does so by
 * itself when it gets carrier (vbet_switch_client_set_speed()); this is for changes while it has it. */
void vbet_guest_set_speed (VbetGuest *self, guint index, guint speed);
