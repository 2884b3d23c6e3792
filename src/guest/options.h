/* options.h - the command line of vbet-guest. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define VBET_LAUNCH_PATHS_MAX 64
#define VBET_LAUNCH_FDS_MAX 16
#define VBET_LAUNCH_MEMORY_DIRS_MAX 8

/* Layers of confinement; what holds is reported by name. */
typedef enum {
  VBET_LAYER_USERNS = 1 << 0,
  VBET_LAYER_PIDNS = 1 << 1,
  VBET_LAYER_MOUNTNS = 1 << 2,
  VBET_LAYER_IPCNS = 1 << 3,
  VBET_LAYER_UTSNS = 1 << 4,
  VBET_LAYER_NETNS = 1 << 5,
  VBET_LAYER_PROC = 1 << 6,   /* a /proc that shows this guest's processes only */
  VBET_LAYER_MEMORY = 1 << 7, /* a memory file system of its own */
  VBET_LAYER_LANDLOCK = 1 << 8,
  VBET_LAYER_SECCOMP = 1 << 9, /* guest code that lost its tracer cannot make a system call */
  VBET_LAYER_NNP = 1 << 10,    /* no_new_privs */
  VBET_LAYER_REAPER = 1 << 11, /* no pid namespace: two subreapers watch each other instead */
  VBET_LAYER_ROOT = 1 << 12,   /* a root of its own, which holds nothing else; see root.h */
  VBET_LAYER_CALLS = 1 << 13,  /* system calls of a short list only; see calls.h */
  VBET_LAYER_CGROUP
  = 1 << 14, /* a control group of its own, which limits memory and processes; see limits.h */
} VbetLayer;

/* Whether the kernel gets vbet-xstate.so loaded; see pad.h. */
typedef enum {
  VBET_PAD_AUTO, /* where this host needs it */
  VBET_PAD_ALWAYS,
  VBET_PAD_NEVER,
} VbetPad;

/* What the launcher is asked to do. All strings belong to argv. */
typedef struct {
  const char *name;         /* the guest, for messages and as host name */
  int status_fd;            /* gets the report lines of status.h; -1: none */
  int cpu;                  /* processor for the kernel; -1: any */
  uint64_t memory;          /* bytes of guest memory; 0: not checked */
  const char *memory_mount; /* (nullable): folder to mount a memory file system on */
  const char *memory_dirs[VBET_LAUNCH_MEMORY_DIRS_MAX]; /* candidates where none can be mounted, in order */
  unsigned n_memory_dirs;
  const char *read_only[VBET_LAUNCH_PATHS_MAX]; /* beyond system libraries and the kernel itself */
  unsigned n_read_only;
  const char *read_write[VBET_LAUNCH_PATHS_MAX];
  unsigned n_read_write;
  const char *reach[VBET_LAUNCH_PATHS_MAX]; /* sockets to connect to, or folders of them */
  unsigned n_reach;
  const char *own;   /* (nullable): a folder that the kernel alone fills */
  const char *share; /* (nullable): folder of the host, for hostfs */
  bool share_write;
  int keep_fds[VBET_LAUNCH_FDS_MAX]; /* beside 0, 1 and 2 */
  unsigned n_keep_fds;
  VbetPad pad;
  int pad_fd;       /* vbet-xstate.so, open; -1: the one beside the launcher */
  int cgroup_fd;    /* folder of a control group that was made for this guest; -1: none */
  bool limited;     /* that group limits this guest */
  unsigned without; /* of VbetLayer: not to be tried (tests, odd hosts) */
  bool learn;       /* name calls that are not on the list, and let them through */
  bool probe;       /* report the layers, run nothing */
  char **argv;      /* the kernel and its arguments, NULL-terminated */
} VbetLaunch;

/** vbet_layer_name: Returns: (nullable): the name of one layer, as the report and --without use it. */
const char *vbet_layer_name (VbetLayer layer);

/**
 * vbet_launch_parse:
 * @ret_message: (out): on failure one sentence; for --help and --version the text to print
 *
 * Returns: 0; 1 when there is only @ret_message to print (help); -EINVAL on wrong use.
 */
int vbet_launch_parse (VbetLaunch *self, int argc, char **argv, const char **ret_message);
