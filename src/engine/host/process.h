/* process.h - the host processes of one guest: its launcher and all below it.
 *
 * Starts vbet-guest, reads its report (guest/status.h), notices its end, and
 * measures what all the processes use.
 */
#pragma once

#include <gio/gio.h>

/* How it ended. */
typedef enum {
  VBET_PROCESS_RUNNING,
  VBET_PROCESS_EXITED,      /* the kernel, by itself; code: its exit code */
  VBET_PROCESS_SIGNALLED,   /* the kernel was killed; code: the signal */
  VBET_PROCESS_NOT_STARTED, /* text: one sentence */
  VBET_PROCESS_LOST,        /* the launcher ended without a report */
} VbetProcessEnd;

/* What all processes of a guest use. */
typedef struct {
  guint processes;
  guint64 memory; /* bytes: proportional share where readable, else resident without shared */
  double cpu_seconds;
} VbetProcessUsage;

#define VBET_TYPE_PROCESS (vbet_process_get_type ())
G_DECLARE_FINAL_TYPE (VbetProcess, vbet_process, VBET, PROCESS, GObject)

/* Signals:
 *   "folder" (): vbet_process_get_folder() is known, before the kernel runs
 *   "layers" (): the kernel is about to run; vbet_process_get_layers() is known
 *   "denied" (const char *call): the guest's kernel made a system call that it may not; its name and two arguments; once
 *     a call
 *   "confined" (const char *call): the launcher or its init made a system call that it may not; its name
 *   "ended" (): the launcher is gone and nobody can report any more; once */

/**
 * vbet_process_spawn:
 * @launcher: path of vbet-guest
 * @arguments: options for it, without --status-fd and --keep-fd, and after "--" the kernel and its arguments
 * @terminal_fd: becomes its standard input, output and error
 * @kept_fd: stays open under its own number, for the kernel
 * @pad_fd: vbet-xstate.so, open, for the launcher; -1: it looks for it itself
 * @cgroup_fd: folder of a control group for it and all that it starts; -1: none
 *
 * The descriptors remain the caller's.
 */
VbetProcess *vbet_process_spawn (const char *launcher, const char *const *arguments, int terminal_fd,
                                 int kept_fd, int pad_fd, int cgroup_fd, GError **error);

/** vbet_process_get_pid: Returns: of the process that was started; 0 when it has ended. */
GPid vbet_process_get_pid (VbetProcess *self);
/** vbet_process_get_layers: Returns: (transfer none) (array zero-terminated=1): words of guest/status.h for what confines
 * it. */
const char *const *vbet_process_get_layers (VbetProcess *self);
/** vbet_process_get_padding: Returns: (transfer none): a word of guest/pad.h; "" before the kernel was
 * executed. */
const char *vbet_process_get_padding (VbetProcess *self);
/**
 * vbet_process_get_folder: Returns: (transfer none): descriptor (O_PATH) of the folder that the launcher made for
 * the kernel's own files (--own) in the guest's root; -1 when the guest has no root of its own.
 */
int vbet_process_get_folder (VbetProcess *self);
/** vbet_process_get_end: @ret_code, @ret_text: (out) (optional) (transfer none): see VbetProcessEnd. */
VbetProcessEnd vbet_process_get_end (VbetProcess *self, gint *ret_code, const char **ret_text);
/** vbet_process_terminate: asks the launcher to kill everything and to end; it does without asking the guest. */
void vbet_process_terminate (VbetProcess *self);
/** vbet_process_kill: kills the launcher itself, for one that hangs; its init then does the same. */
void vbet_process_kill (VbetProcess *self);
/** vbet_process_get_usage: memory may be some seconds old. Returns: FALSE when it has ended. */
gboolean vbet_process_get_usage (VbetProcess *self, VbetProcessUsage *ret_usage);

/* The file that is a guest's physical memory. */
typedef struct {
  guint64 size;     /* bytes */
  guint64 resident; /* bytes of it that the host has given pages for */
  gboolean traced;  /* the guest's programs run under ptrace */
} VbetMemoryFile;
/** vbet_usage_of_memory_file: finds it in the tree of @pid. Returns: FALSE when there is none. */
gboolean vbet_usage_of_memory_file (GPid pid, VbetMemoryFile *ret_file);

/** vbet_usage_of_process: of @pid alone, without what is below it. */
void vbet_usage_of_process (GPid pid, VbetProcessUsage *ret_usage);
/** vbet_usage_of_tree: adds up @pid and everything below it; memory, which costs most, only if @with_memory. */
void vbet_usage_of_tree (GPid pid, gboolean with_memory, VbetProcessUsage *ret_usage);
