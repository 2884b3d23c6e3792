/* syscall-guard.c - see syscall-guard.h. */
#include "config.h"

#include "guest/syscall-guard.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

/* Three-level page tables end a guest program's addresses here; above are the kernel's stub, stack and libraries. */
#define GUEST_END 0x7fc0000000ULL
/* From 6.13 on programs start in a small stub program of the kernel, at an address of a guest's program. */
#define VERSION_END 6013
/* Where processes make their calls was looked at in 6.1 and from 6.13 on. Those of 6.12 make them below GUEST_END: a
 * guest's first program dies of the strict guard. */
#define VERSION_UNKNOWN 6002
/* Those kernels may have page tables of four levels: the last 512 GiB of what a process of the host can have
 * are above every guest's program. */
#define STUB_GUEST_END 0x7f8000000000ULL

bool
vbet_syscall_guard_fits (const VbetKernelImage *image)
{
  bool known = image->version < VERSION_UNKNOWN || image->version >= VERSION_END;
  return known && image->end < 1ULL << 32;
}

#ifdef __x86_64__

#define FIELD(name) ((unsigned)offsetof (struct seccomp_data, name))
#define HIGH(name) (FIELD (name) + 4)
#define ARGUMENT(n)                                                                                          \
  ((unsigned)(offsetof (struct seccomp_data, args) + (n) * sizeof (uint64_t))) /* its low word */
#define LOAD(offset) BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offset)
#define RETURN(action) BPF_STMT (BPF_RET | BPF_K, action)
#define IF_EQUAL(value, yes, no) BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(value), yes, no)
#define IF_FROM(value, yes, no) BPF_JUMP (BPF_JMP | BPF_JGE | BPF_K, (unsigned)(value), yes, no)
#define IF_ABOVE(value, yes, no) BPF_JUMP (BPF_JMP | BPF_JGT | BPF_K, (unsigned)(value), yes, no)
/* One call allowed, or one with an argument, or two, of a value; the call's number stays loaded for what
 * follows. */
#define ALLOW(number) IF_EQUAL (number, 0, 1), RETURN (SECCOMP_RET_ALLOW)
#define ALLOW_IF(number, n, value)                                                                           \
  IF_EQUAL (number, 0, 4), LOAD (ARGUMENT (n)), IF_EQUAL (value, 0, 1), RETURN (SECCOMP_RET_ALLOW),          \
      LOAD (FIELD (nr))
#define ALLOW_IF_BOTH(number, n, value, m, other)                                                            \
  IF_EQUAL (number, 0, 6), LOAD (ARGUMENT (n)), IF_EQUAL (value, 0, 3), LOAD (ARGUMENT (m)),                 \
      IF_EQUAL (other, 0, 1), RETURN (SECCOMP_RET_ALLOW), LOAD (FIELD (nr))
#define DENY (SECCOMP_RET_ERRNO | EPERM)

/* What we still have to call before the kernel takes over comes from the C library: it must be up there,
 * shared. */
static int
install (const struct sock_fprog *program, uint64_t guest_end)
{
  if (getauxval (AT_BASE) < guest_end)
    return -ENOTSUP;
  return prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0) == 0 ? 0 : -errno;
}

/* For kernels whose processes never make a call of the host at a guest's addresses. */
static int
install_strict (const VbetKernelImage *image)
{
  struct sock_filter code[] = {
    /* 0 */ LOAD (FIELD (arch)),
    /* 1 */ IF_EQUAL (AUDIT_ARCH_X86_64, 0, 9),
    /* 2 */ LOAD (HIGH (instruction_pointer)),
    /* 3 */ IF_ABOVE (GUEST_END >> 32, 8, 0),
    /* 4 */ IF_EQUAL (GUEST_END >> 32, 3, 0),
    /* 5 */ IF_EQUAL (0, 0, 5),
    /* 6: below 4 GiB: the kernel's image, or a guest's program */
    LOAD (FIELD (instruction_pointer)),
    /* 7 */ IF_FROM (image->start, 2, 3),
    /* 8: around the end of a guest's addresses */
    LOAD (FIELD (instruction_pointer)),
    /* 9 */ IF_FROM (GUEST_END & 0xffffffffU, 2, 1),
    /* 10 */ IF_FROM (image->end, 0, 1),
    /* 11 */ RETURN (SECCOMP_RET_KILL_PROCESS),
    /* 12 */ RETURN (SECCOMP_RET_ALLOW),
  };
  const struct sock_fprog program = { .len = sizeof code / sizeof code[0], .filter = code };
  return install (&program, GUEST_END);
}

/* For kernels with a stub program, which begins at an address of a guest's program. Refuses and never kills:
 * a guest that runs in seccomp mode makes its calls where this filter sees them, and the stub's own filter
 * turns them into signals for the kernel, which outranks a refusal, but not a kill. */
static int
install_for_stub (const VbetKernelImage *image)
{
  struct sock_filter code[] = {
    /* 0 */ LOAD (FIELD (arch)),
    /* 1 */ IF_EQUAL (AUDIT_ARCH_X86_64, 1, 0),
    /* 2 */ RETURN (DENY),
    /* 3 */ LOAD (HIGH (instruction_pointer)),
    /* 4 */ IF_FROM (STUB_GUEST_END >> 32, 4, 0),
    /* 5 */ IF_EQUAL (0, 0, 4),
    /* 6: below 4 GiB: the kernel's image, the stub program, or a guest's program */
    LOAD (FIELD (instruction_pointer)),
    /* 7 */ IF_FROM (image->start, 0, 2),
    /* 8 */ IF_FROM (image->end, 1, 0),
    /* 9 */ RETURN (SECCOMP_RET_ALLOW),
    /* 10: what the stub program does before a guest's program runs, and nothing else */
    LOAD (FIELD (nr)),
    ALLOW (SYS_read),
    ALLOW (SYS_close),
    ALLOW (SYS_close_range),
    ALLOW (SYS_mmap),
    ALLOW (SYS_sigaltstack),
    ALLOW (SYS_rt_sigaction),
    ALLOW (SYS_seccomp),
    ALLOW (SYS_getpid),
    ALLOW (SYS_exit),
    ALLOW_IF (SYS_fcntl, 1, F_SETFL),
    ALLOW_IF (SYS_ptrace, 0, PTRACE_TRACEME),
    ALLOW_IF (SYS_prctl, 0, PR_SET_NAME),
    ALLOW_IF (SYS_prctl, 0, PR_SET_NO_NEW_PRIVS),
    ALLOW_IF_BOTH (SYS_prctl, 0, PR_SET_PDEATHSIG, 1, SIGKILL),
    /* It stops itself; no group, not everybody. */
    IF_EQUAL (SYS_kill, 0, 6),
    LOAD (ARGUMENT (1)),
    IF_EQUAL (SIGSTOP, 0, 4),
    LOAD (ARGUMENT (0)),
    IF_EQUAL (0, 2, 0),
    IF_FROM (0x80000000U, 1, 0),
    RETURN (SECCOMP_RET_ALLOW),
    RETURN (DENY),
  };
  const struct sock_fprog program = { .len = sizeof code / sizeof code[0], .filter = code };
  return install (&program, STUB_GUEST_END);
}

int
vbet_syscall_guard_install (const VbetKernelImage *image)
{
  return image->version < VERSION_END ? install_strict (image) : install_for_stub (image);
}

#else

int
vbet_syscall_guard_install (const VbetKernelImage *image)
{
  return -ENOTSUP;
}

#endif
