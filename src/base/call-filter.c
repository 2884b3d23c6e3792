/* call-filter.c - see call-filter.h. */
#define _GNU_SOURCE
#include "config.h"

#include "base/call-filter.h"

#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <ucontext.h>
#include <unistd.h>

/* AddressSanitizer makes many more calls, and a helper process. */
#ifdef __SANITIZE_ADDRESS__
#define IS_SANITIZED TRUE
#else
#define IS_SANITIZED FALSE
#endif

/* Any arguments. Those that older and newer C libraries make for the same function are all here. */
static const char *const common[] = {
  /* memory; mmap and mprotect are below */
  "brk",
  "munmap",
  "mremap",
  "madvise",
  /* what is open */
  "read",
  "write",
  "writev",
  "close",
  "fstat",
  "newfstatat",
  "lseek",
  /* waiting */
  "poll",
  "ppoll",
  "nanosleep",
  "clock_nanosleep",
  "clock_gettime",
  "clock_getres",
  "gettimeofday",
  "time",
  "futex",
  "restart_syscall",
  "sched_yield",
  "getcpu",
  /* itself */
  "exit",
  "exit_group",
  "getpid",
  "gettid",
  "getppid",
  "getuid",
  "geteuid",
  "getgid",
  "getegid",
  "getrandom",
  "rseq",
  "set_robust_list",
  "membarrier",
  /* signals; tgkill is below */
  "rt_sigaction",
  "rt_sigprocmask",
  "rt_sigreturn",
  "sigaltstack",
};

/* And those that work on sockets. */
static const char *const for_sockets[] = {
  "getsockopt",  "setsockopt",  "getsockname",  "getpeername",       "sendto",
  "recvfrom",    "sendmsg",     "recvmsg",      "shutdown",          "readv",
  "close_range", "dup",         "statx",        "epoll_create1",     "epoll_ctl",
  "epoll_wait",  "epoll_pwait", "epoll_pwait2", "sched_getaffinity", "uname",
  "sysinfo",     "getrusage",
};

static int
allow (scmp_filter_ctx context, const char *name)
{
  int number = seccomp_syscall_resolve_name (name);
  return number >= 0 ? seccomp_rule_add (context, SCMP_ACT_ALLOW, number, 0)
                     : 0; /* other processors lack some */
}

/* No memory that is or becomes executable. */
static int
allow_memory (scmp_filter_ctx context)
{
  const struct scmp_arg_cmp data = SCMP_A2_64 (SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
  int result = seccomp_rule_add (context, SCMP_ACT_ALLOW, SCMP_SYS (mmap), 1, data);
  return result == 0 ? seccomp_rule_add (context, SCMP_ACT_ALLOW, SCMP_SYS (mprotect), 1, data) : result;
}

/* What is asked of descriptors: flags, copies, how much waits, whether it is a terminal (stdio does). */
static int
allow_descriptors (scmp_filter_ctx context)
{
  static const unsigned requests[] = { FIONREAD, SIOCOUTQ, FIONBIO, TCGETS };
  static const unsigned commands[] = { F_GETFL, F_SETFL, F_GETFD, F_SETFD, F_DUPFD, F_DUPFD_CLOEXEC };
  int result = 0;
  for (gsize i = 0; result == 0 && i < G_N_ELEMENTS (requests); i++)
    result = seccomp_rule_add (context, SCMP_ACT_ALLOW, SCMP_SYS (ioctl), 1,
                               SCMP_A1_32 (SCMP_CMP_EQ, requests[i]));
  for (gsize i = 0; result == 0 && i < G_N_ELEMENTS (commands); i++)
    result = seccomp_rule_add (context, SCMP_ACT_ALLOW, SCMP_SYS (fcntl), 1,
                               SCMP_A1_32 (SCMP_CMP_EQ, commands[i]));
  return result;
}

/* To end itself by a signal: that is how abort() and a second fault in a handler work. */
static int
allow_own_signals (scmp_filter_ctx context)
{
  const struct scmp_arg_cmp itself = SCMP_A0_32 (SCMP_CMP_EQ, (scmp_datum_t)getpid ());
  int result = seccomp_rule_add (context, SCMP_ACT_ALLOW, SCMP_SYS (tgkill), 1, itself);
  return result == 0 ? seccomp_rule_add (context, SCMP_ACT_ALLOW, SCMP_SYS (kill), 1, itself) : result;
}

static int
allow_sockets (scmp_filter_ctx context, const int *families)
{
  int result = 0;
  for (gsize i = 0; result == 0 && i < G_N_ELEMENTS (for_sockets); i++)
    result = allow (context, for_sockets[i]);
  for (gsize i = 0; result == 0 && families[i] != 0; i++)
    result = seccomp_rule_add (context, SCMP_ACT_ALLOW, SCMP_SYS (socket), 1,
                               SCMP_A0_32 (SCMP_CMP_EQ, (scmp_datum_t)families[i]));
  return result;
}

/* Existing files, to read; which ones says Landlock. */
static int
allow_reading (scmp_filter_ctx context)
{
  const unsigned changes = O_ACCMODE | O_CREAT | O_TRUNC;
  int result = seccomp_rule_add (context, SCMP_ACT_ALLOW, SCMP_SYS (openat), 1,
                                 SCMP_A2_32 (SCMP_CMP_MASKED_EQ, changes, O_RDONLY));
  return result == 0 ? seccomp_rule_add (context, SCMP_ACT_ALLOW, SCMP_SYS (open), 1,
                                         SCMP_A1_32 (SCMP_CMP_MASKED_EQ, changes, O_RDONLY))
                     : result;
}

static int
allow_interfaces (scmp_filter_ctx context)
{
  return seccomp_rule_add (context, SCMP_ACT_ALLOW, SCMP_SYS (ioctl), 1,
                           SCMP_A1_32 (SCMP_CMP_EQ, SIOCGIFINDEX));
}

/* The C library tries a socket of AF_UNIX first, for interfaces and for names of users, for which it needs no reproach, and
 * then another way. */
static int
refuse_quietly (scmp_filter_ctx context)
{
  return seccomp_rule_add (context, SCMP_ACT_ERRNO (EAFNOSUPPORT), SCMP_SYS (socket), 1,
                           SCMP_A0_32 (SCMP_CMP_EQ, AF_UNIX));
}

/* Requests of seccomp_unotify(2). libseccomp asks the kernel for its sizes by seccomp(2), which else only takes away. */
static int
allow_answers (scmp_filter_ctx context)
{
  static const unsigned long requests[]
      = { SECCOMP_IOCTL_NOTIF_RECV, SECCOMP_IOCTL_NOTIF_SEND, SECCOMP_IOCTL_NOTIF_ID_VALID };
  int result = seccomp_rule_add (context, SCMP_ACT_ALLOW, SCMP_SYS (seccomp), 0);
  for (gsize i = 0; result == 0 && i < G_N_ELEMENTS (requests); i++)
    result = seccomp_rule_add (context, SCMP_ACT_ALLOW, SCMP_SYS (ioctl), 1,
                               SCMP_A1_32 (SCMP_CMP_EQ, requests[i]));
  return result;
}

static int
allow_landlock (scmp_filter_ctx context)
{
  int result = allow (context, "landlock_create_ruleset");
  if (result == 0)
    result = allow (context, "landlock_add_rule");
  if (result == 0)
    result = allow (context, "landlock_restrict_self");
  return result == 0 ? seccomp_rule_add (context, SCMP_ACT_ALLOW, SCMP_SYS (prctl), 1,
                                         SCMP_A0_32 (SCMP_CMP_EQ, PR_SET_NO_NEW_PRIVS))
                     : result;
}

static int
allow_signals (scmp_filter_ctx context, pid_t pid)
{
  return seccomp_rule_add (context, SCMP_ACT_ALLOW, SCMP_SYS (kill), 1,
                           SCMP_A0_32 (SCMP_CMP_EQ, (scmp_datum_t)pid));
}

static int
add_rules (scmp_filter_ctx context, const VbetCallFilter *filter)
{
  int result = 0;
  for (gsize i = 0; result == 0 && i < G_N_ELEMENTS (common); i++)
    result = allow (context, common[i]);
  for (gsize i = 0; result == 0 && filter->calls[i] != NULL; i++)
    result = allow (context, filter->calls[i]);
  if (result == 0)
    result = allow_memory (context);
  if (result == 0)
    result = allow_descriptors (context);
  if (result == 0)
    result = allow_own_signals (context);
  if (result == 0 && filter->families != NULL)
    result = allow_sockets (context, filter->families);
  if (result == 0 && filter->answers_calls)
    result = allow_answers (context);
  if (result == 0 && filter->confines_itself)
    result = allow_landlock (context);
  if (result == 0 && filter->signalled > 0)
    result = allow_signals (context, filter->signalled);
  if (result == 0 && filter->names_interfaces)
    result = allow_interfaces (context);
  if (result == 0 && (filter->names_interfaces || filter->names_users))
    result = refuse_quietly (context);
  return result == 0 && filter->reads_files ? allow_reading (context) : result;
}

static gboolean
handle_refusals (const VbetCallFilter *filter)
{
#ifdef __x86_64__
  struct sigaction action = { .sa_sigaction = filter->refused, .sa_flags = SA_SIGINFO | SA_NODEFER };
  sigemptyset (&action.sa_mask);
  return filter->refused != NULL && sigaction (SIGSYS, &action, NULL) == 0;
#else
  (void)filter;
  return FALSE;
#endif
}

int
vbet_call_filter_install (const VbetCallFilter *filter)
{
  if (IS_SANITIZED)
    return -ENOTSUP;
  scmp_filter_ctx context = seccomp_init (handle_refusals (filter) ? SCMP_ACT_TRAP : SCMP_ACT_ERRNO (EPERM));
  if (context == NULL)
    return -ENOMEM;
  int result = add_rules (context, filter);
  /* A balanced tree instead of a list: frames come by hundreds of thousands of calls a second. */
  (void)seccomp_attr_set (context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
  if (result == 0)
    result = seccomp_load (context);
  seccomp_release (context);
  return result;
}

void
vbet_call_filter_refuse (const siginfo_t *info, void *context, char ret_name[VBET_CALL_NAME_MAX])
{
  /* The signal comes from a call that is being made, never from within malloc(), whose calls are all allowed. */
  char *name = seccomp_syscall_resolve_num_arch (SCMP_ARCH_NATIVE, info->si_syscall);
#ifdef __x86_64__
  ucontext_t *state = context;
  state->uc_mcontext.gregs[REG_RAX] = name != NULL ? -EPERM : -ENOSYS;
#else
  (void)context;
#endif
  (void)snprintf (ret_name, VBET_CALL_NAME_MAX, "%s", name != NULL ? name : "unknown");
  free (name);
}
