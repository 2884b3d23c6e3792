/* sandbox.h - what a process of ours gives up before it meets hostile bytes.
 *
 * Landlock by raw system calls: the C library of Debian 12 has no wrapper and
 * its header knows only the first rights, so the newer ones are numbered here
 * and the kernel is asked at run time which it has. Everything is best effort:
 * a caller reports the layers that hold (see design: "the lab's state shows
 * which layers hold") and goes on without the others.
 *
 * No function allocates, logs or takes a lock: all may run between fork and exec.
 */
#pragma once

#include <glib.h>

/* What a rule allows below its path. Flags add up. */
typedef enum {
  VBET_SANDBOX_READ = 1 << 0,    /* read files, list folders */
  VBET_SANDBOX_WRITE = 1 << 1,   /* write to and truncate existing files */
  VBET_SANDBOX_CREATE = 1 << 2,  /* make, rename, link and remove files, folders, sockets, FIFOs */
  VBET_SANDBOX_EXECUTE = 1 << 3, /* exec files */
  VBET_SANDBOX_DEVICE = 1 << 4,  /* ioctl on devices such as terminals (from Landlock 5) */
} VbetSandboxAccess;

/* One path and what stays allowed at and below it. */
typedef struct {
  const char *path;         /* a file or folder; one that does not exist is skipped; NULL: @fd names it */
  VbetSandboxAccess access; /* what does not fit a file (such as CREATE) is left out for files */
  int fd;                   /* any descriptor of the file or folder; looked at only when @path is NULL */
} VbetSandboxRule;

/* What is taken away besides the file system, as far as the kernel can. Flags add up. */
typedef enum {
  VBET_SANDBOX_LIMIT_NONE = 0,
  VBET_SANDBOX_LIMIT_TCP = 1 << 0,      /* no TCP bind or connect (from Landlock 4) */
  VBET_SANDBOX_LIMIT_ABSTRACT = 1 << 1, /* no abstract unix sockets from outside (from Landlock 6) */
  VBET_SANDBOX_LIMIT_SIGNAL = 1 << 2,   /* no signals to processes outside the sandbox (from Landlock 6) */
} VbetSandboxLimit;

/**
 * vbet_sandbox_landlock:
 * @rules: what stays allowed; everything else in the file system is denied
 * @n: number of rules; 0 denies every new access
 *
 * Confines the calling thread and all its future children, for good. Open
 * descriptors keep working, connecting to a unix socket by path is not
 * restricted by Landlock. Sets no_new_privs (Landlock requires it).
 *
 * Returns: 0; -ENOSYS when the kernel has no Landlock or it is switched off;
 * another -errno when it refused. On failure nothing is confined.
 */
int vbet_sandbox_landlock (const VbetSandboxRule *rules, gsize n);

/** vbet_sandbox_landlock_limits: vbet_sandbox_landlock() that also takes away what @limits says. */
int vbet_sandbox_landlock_limits (const VbetSandboxRule *rules, gsize n, VbetSandboxLimit limits);

/** vbet_sandbox_landlock_abi: Returns: the kernel's Landlock version, from 1; -ENOSYS without. */
int vbet_sandbox_landlock_abi (void);

/** vbet_sandbox_no_new_privs: exec never gains rights again (set-uid, file capabilities). Returns: 0 or -errno. */
int vbet_sandbox_no_new_privs (void);
