/* calls.c - see calls.h. */
#include "config.h"

#include "guest/calls.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd-message.h"
#include "guest/status.h"

/* Any arguments. */
static const char *const allowed[] = {
  /* memory */
  "brk",
  "munmap",
  "mprotect",
  "mremap",
  "madvise",
  "ftruncate",
  "fallocate",
  /* files below its root */
  "open",
  "openat",
  "close",
  "close_range",
  "read",
  "write",
  "pread64",
  "pwrite64",
  "readv",
  "writev",
  "preadv",
  "pwritev",
  "lseek",
  "fstat",
  "stat",
  "lstat",
  "newfstatat",
  "statx",
  "statfs",
  "fstatfs",
  "access",
  "faccessat",
  "faccessat2",
  "readlink",
  "readlinkat",
  "getcwd",
  "getdents64",
  "fsync",
  "fdatasync",
  "fcntl",
  "dup",
  "dup2",
  "dup3",
  "pipe",
  "pipe2",
  "mkdir",
  "rmdir",
  "unlink",
  "unlinkat",
  "chdir",
  "fadvise64",
  "flock",
  "umask",
  /* sockets of the switch and its own; which kinds are below */
  "connect",
  "bind",
  "listen",
  "accept",
  "accept4",
  "sendto",
  "recvfrom",
  "sendmsg",
  "recvmsg",
  "sendmmsg",
  "recvmmsg",
  "shutdown",
  "getsockname",
  "getpeername",
  "getsockopt",
  "setsockopt",
  "eventfd2",
  /* waiting */
  "poll",
  "ppoll",
  "select",
  "pselect6",
  "epoll_create",
  "epoll_create1",
  "epoll_ctl",
  "epoll_wait",
  "epoll_pwait",
  "nanosleep",
  "clock_nanosleep",
  "clock_gettime",
  "clock_getres",
  "gettimeofday",
  "time",
  "timer_create",
  "timer_settime",
  "timer_gettime",
  "timer_delete",
  "timer_getoverrun",
  "timerfd_create",
  "timerfd_settime",
  "timerfd_gettime",
  "setitimer",
  "getitimer",
  "pause",
  "futex",
  "restart_syscall",
  /* its own processes; all it can name are in its pid namespace */
  "fork",
  "vfork",
  "wait4",
  "waitid",
  "exit",
  "exit_group",
  "execve",
  "execveat",
  "ptrace",
  "kill",
  "tkill",
  "tgkill",
  "getpid",
  "getppid",
  "gettid",
  "getpgrp",
  "getpgid",
  "setpgid",
  "getsid",
  "sched_yield",
  "sched_getaffinity",
  "set_tid_address",
  "set_robust_list",
  "get_robust_list",
  "rseq",
  "arch_prctl",
  "personality",
  "getrlimit",
  "getrusage",
  "times",
  "uname",
  "sysinfo",
  "getrandom",
  "getuid",
  "geteuid",
  "getgid",
  "getegid",
  "getresuid",
  "getresgid",
  "seccomp",
  "getcpu",
  "membarrier",
  /* signals */
  "rt_sigaction",
  "rt_sigprocmask",
  "rt_sigreturn",
  "rt_sigpending",
  "rt_sigsuspend",
  "rt_sigtimedwait",
  "sigaltstack",
  "signalfd4",
};

/* What hostfs does when a guest changes a shared folder. */
static const char *const for_shares[] = {
  "rename",    "renameat", "renameat2", "link",     "linkat",  "symlink", "symlinkat",
  "chmod",     "fchmod",   "fchmodat",  "chown",    "fchown",  "lchown",  "fchownat",
  "utimensat", "utimes",   "futimesat", "truncate", "mkdirat", "mknod",   "mknodat",
};

#ifndef MAP_DROPPABLE /* from Linux 6.11 */
#define MAP_DROPPABLE 0x08
#endif

#define SHARED_PIECE (64 * 1024) /* bytes of shared memory without a file, at a time */
#define SHARED_PIECES 1024       /* and how often, as long as the guest lives */

#define SESSIONS_MAX 16 /* that live at a time; a kernel has one a terminal whose size it follows */

#define NEW_NAMESPACES                                                                                       \
  (CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP)

static int
allow (scmp_filter_ctx context, const char *const *names, size_t n)
{
  int result = 0;
  for (size_t i = 0; result == 0 && i < n; i++) {
    int number = seccomp_syscall_resolve_name (names[i]);
    if (number >= 0) /* other processors lack some */
      result = seccomp_rule_add (context, SCMP_ACT_ALLOW, number, 0);
  }
  return result;
}

/* Memory of files, whose size is limited, and private memory, which is counted; of what is neither, the little that the
 * kernel tries the seccomp mode with: with @told that is decided by may_share(). */
static int
allow_memory (scmp_filter_ctx context, bool told)
{
  const unsigned any = MAP_SHARED | MAP_PRIVATE | MAP_ANONYMOUS;
  int result = seccomp_rule_add (context, SCMP_ACT_ALLOW, SCMP_SYS (mmap), 1,
                                 SCMP_A3_64 (SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, 0));
  if (result == 0)
    result = seccomp_rule_add (context, SCMP_ACT_ALLOW, SCMP_SYS (mmap), 1,
                               SCMP_A3_64 (SCMP_CMP_MASKED_EQ, any, MAP_PRIVATE | MAP_ANONYMOUS));
  /* Private memory that the host may take back: the C library keeps the state of its random numbers there. */
  if (result == 0)
    result = seccomp_rule_add (
        context, SCMP_ACT_ALLOW, SCMP_SYS (mmap), 1,
        SCMP_A3_64 (SCMP_CMP_MASKED_EQ, any | MAP_DROPPABLE, MAP_DROPPABLE | MAP_ANONYMOUS));
  if (result == 0 && !told)
    result = seccomp_rule_add (context, SCMP_ACT_ALLOW, SCMP_SYS (mmap), 2,
                               SCMP_A1_64 (SCMP_CMP_LE, SHARED_PIECE),
                               SCMP_A3_64 (SCMP_CMP_MASKED_EQ, any, MAP_SHARED | MAP_ANONYMOUS));
  /* Older kernels look which segments the host has given them, to clear those in each program: without, they take it that
   * there are none, as is so. */
  if (result == 0)
    result = seccomp_rule_add (context, SCMP_ACT_ERRNO (ENOSYS), SCMP_SYS (modify_ldt), 0);
  /* The kernel keeps its stub in a temporary file where there is none of these, and makes that executable. */
  if (result == 0)
    result = seccomp_rule_add (context, SCMP_ACT_ERRNO (ENOSYS), SCMP_SYS (memfd_create), 0);
  if (result == 0)
    result = seccomp_rule_add (context, SCMP_ACT_ALLOW, SCMP_SYS (fchmod), 1, SCMP_A1_32 (SCMP_CMP_EQ, 0500));
  return result;
}

static int
allow_sockets (scmp_filter_ctx context)
{
  int result
      = seccomp_rule_add (context, SCMP_ACT_ALLOW, SCMP_SYS (socket), 1, SCMP_A0_32 (SCMP_CMP_EQ, AF_UNIX));
  if (result == 0)
    result = seccomp_rule_add (context, SCMP_ACT_ALLOW, SCMP_SYS (socketpair), 1,
                               SCMP_A0_32 (SCMP_CMP_EQ, AF_UNIX));
  return result;
}

/* Terminals and sockets; not what types into a terminal (TIOCSTI). */
static int
allow_ioctls (scmp_filter_ctx context)
{
  static const unsigned requests[]
      = { TCGETS,     TCSETS,    TCSETSW,   TCSETSF, TIOCGWINSZ, TIOCSWINSZ, TIOCGPGRP, TIOCSPGRP, TIOCGPTN,
          TIOCSPTLCK, TIOCSCTTY, TIOCNOTTY, TCFLSH,  FIONREAD,   FIONBIO,    FIOASYNC,  FIOCLEX,   TIOCOUTQ };
  int result = 0;
  for (size_t i = 0; result == 0 && i < sizeof requests / sizeof requests[0]; i++)
    result = seccomp_rule_add (context, SCMP_ACT_ALLOW, SCMP_SYS (ioctl), 1,
                               SCMP_A1_32 (SCMP_CMP_EQ, requests[i]));
  return result;
}

static int
allow_processes (scmp_filter_ctx context)
{
  static const unsigned options[]
      = { PR_SET_NAME,     PR_GET_NAME,     PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS,
          PR_SET_DUMPABLE, PR_GET_DUMPABLE, PR_SET_SECCOMP,   PR_SET_PTRACER };
  int result = seccomp_rule_add (context, SCMP_ACT_ALLOW, SCMP_SYS (clone), 1,
                                 SCMP_A0_64 (SCMP_CMP_MASKED_EQ, NEW_NAMESPACES, 0));
  /* Its flags are in memory, where no filter sees them: the C library falls back to clone(). */
  if (result == 0)
    result = seccomp_rule_add (context, SCMP_ACT_ERRNO (ENOSYS), SCMP_SYS (clone3), 0);
  /* To look at its own limits and set them lower; never at another's. */
  if (result == 0)
    result = seccomp_rule_add (context, SCMP_ACT_ALLOW, SCMP_SYS (prlimit64), 1, SCMP_A0_32 (SCMP_CMP_EQ, 0));
  for (size_t i = 0; result == 0 && i < sizeof options / sizeof options[0]; i++)
    result = seccomp_rule_add (context, SCMP_ACT_ALLOW, SCMP_SYS (prctl), 1,
                               SCMP_A0_32 (SCMP_CMP_EQ, options[i]));
  return result;
}

static int
add_rules (const VbetLaunch *launch, scmp_filter_ctx context, bool told)
{
  int result = allow (context, allowed, sizeof allowed / sizeof allowed[0]);
  if (result == 0)
    result = allow_memory (context, told);
  /* With @told, how many is decided by may_begin_session(). */
  if (result == 0 && !told)
    result = seccomp_rule_add (context, SCMP_ACT_ALLOW, SCMP_SYS (setsid), 0);
  if (result == 0)
    result = allow_sockets (context);
  if (result == 0)
    result = allow_ioctls (context);
  if (result == 0)
    result = allow_processes (context);
  if (result == 0 && launch->share != NULL && launch->share_write)
    result = allow (context, for_shares, sizeof for_shares / sizeof for_shares[0]);
  return result;
}

int
vbet_calls_install (const VbetLaunch *launch, int socket)
{
  /* Without somebody who answers, a notification would be an error of another kind (ENOSYS). */
  bool told = socket >= 0 && seccomp_api_get () >= 5;
  scmp_filter_ctx context = seccomp_init (told ? SCMP_ACT_NOTIFY : SCMP_ACT_ERRNO (EPERM));
  if (context == NULL)
    return -ENOMEM;
  int result = add_rules (launch, context, told);
  /* A balanced tree instead of a list: guests by seccomp pass through it at each of their calls. */
  (void)seccomp_attr_set (context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
  if (result == 0)
    result = seccomp_load (context);
  if (result == 0 && told) {
    int listener = seccomp_notify_fd (context);
    if (listener >= 0) {
      vbet_status_descriptor (socket, "listener", listener);
      (void)close (listener);
    }
  }
  seccomp_release (context);
  return result;
}

int
vbet_calls_receive (int socket)
{
  char byte;
  int fd = -1;
  unsigned n_fds = 0;
  ssize_t got = vbet_fd_message_receive (socket, &byte, 1, MSG_DONTWAIT, &fd, 1, &n_fds, NULL);
  return got > 0 && n_fds == 1 ? fd : -1;
}

/* Tells of the call @number with its first two arguments, unless it was told. */
static void
tell (VbetCalls *self, const struct seccomp_data *data, int status_fd)
{
  unsigned number = (unsigned)data->nr;
  if (number >= 8 * sizeof self->told || (self->told[number / 8] & 1U << number % 8) != 0)
    return;
  self->told[number / 8] = (unsigned char)(self->told[number / 8] | 1U << number % 8);
  char *name = seccomp_syscall_resolve_num_arch (SCMP_ARCH_NATIVE, data->nr);
  vbet_status_line (status_fd, "denied", "%s %llu %llu", name != NULL ? name : "unknown",
                    (unsigned long long)data->args[0], (unsigned long long)data->args[1]);
  free (name);
}

/* Whether this call takes a piece of shared memory without a file, and there are some left. */
static bool
may_share (VbetCalls *self, const struct seccomp_data *data)
{
  const unsigned kind = MAP_SHARED | MAP_PRIVATE | MAP_ANONYMOUS;
  return data->nr == SCMP_SYS (mmap) && (data->args[3] & kind) == (MAP_SHARED | MAP_ANONYMOUS)
         && data->args[1] <= SHARED_PIECE && self->shared++ < SHARED_PIECES;
}

/* Whether the process in the folder @name below @proc leads a session. */
static bool
leads_session (int proc, const char *name)
{
  char path[64];
  char text[512];
  int group = 0;
  int session = 0;
  (void)snprintf (path, sizeof path, "%.20s/stat", name);
  int fd = openat (proc, path, O_RDONLY | O_CLOEXEC);
  ssize_t got = fd >= 0 ? read (fd, text, sizeof text - 1) : -1;
  if (fd >= 0)
    (void)close (fd);
  text[got > 0 ? got : 0] = '\0';
  const char *end = strrchr (text, ')'); /* of its name, which may hold anything */
  return end != NULL && sscanf (end, ") %*c %*d %d %d", &group, &session) == 2 && session == atoi (name);
}

/* Each session is a group of the scheduler's (autogroup), which gets as much of a processor as a guest should. */
static bool
may_begin_session (const VbetCalls *self, const struct seccomp_data *data)
{
  unsigned n = 0;
  if (data->nr != SCMP_SYS (setsid) || !self->alone)
    return data->nr == SCMP_SYS (setsid);
  DIR *dir = opendir ("/proc");
  const struct dirent *entry = NULL;
  while (dir != NULL && (entry = readdir (dir)) != NULL)
    if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && leads_session (dirfd (dir), entry->d_name))
      n++;
  if (dir != NULL)
    (void)closedir (dir);
  return n < SESSIONS_MAX;
}

bool
vbet_calls_answer (VbetCalls *self, int status_fd)
{
  struct seccomp_notif *request = NULL;
  struct seccomp_notif_resp *response = NULL;
  if (seccomp_notify_alloc (&request, &response) != 0)
    return false;
  bool useful = true;
  memset (request, 0, sizeof *request);
  if (seccomp_notify_receive (self->listener, request) == 0) {
    memset (response, 0, sizeof *response);
    response->id = request->id;
    bool good = may_share (self, &request->data) || may_begin_session (self, &request->data);
    if (!good)
      tell (self, &request->data, status_fd);
    response->flags = good || self->learn ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0;
    response->error = good || self->learn ? 0 : -EPERM;
    /* Who asked may be dead by now. */
    (void)seccomp_notify_respond (self->listener, response);
  } else {
    useful = errno == ENOENT || errno == EINTR || errno == EAGAIN;
  }
  seccomp_notify_free (request, response);
  return useful;
}
