/* main.c - vbet-xstate.so: loaded into a guest's kernel, it makes short register states long enough for the
 * host.
 *
 * Takes the place of the C library's ptrace(): a PTRACE_SETREGSET of the XSAVE
 * area that is shorter than this machine's is padded (base/xstate.h), any other
 * request goes to the host as it is. See guest/pad.h for who gets it loaded.
 */
#include "config.h"

#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/xstate.h"

#ifndef NT_X86_XSTATE
#define NT_X86_XSTATE 0x202
#endif

long ptrace (enum __ptrace_request request, ...) __attribute__ ((visibility ("default")));

static VbetXstateLayout layout; /* written once, before the kernel's own code runs */
/* Per thread, since only a thread may trace what it traces; not on the stack, since those of kernels are
 * small. */
static __thread char area[VBET_XSTATE_SIZE_MAX] __attribute__ ((aligned (64)));

static void __attribute__ ((constructor)) prepare (void)
{
  int saved = errno;
  vbet_xstate_layout_read (&layout);
  errno = saved;
}

/* As the C library's own: what a PEEK request reads is returned, the system call wants it by address. */
static long
pass_on (enum __ptrace_request request, pid_t pid, void *address, void *data)
{
  long word = 0;
  int peeks = request == PTRACE_PEEKTEXT || request == PTRACE_PEEKDATA || request == PTRACE_PEEKUSER;
  long result = syscall (SYS_ptrace, (long)request, (long)pid, address, peeks ? &word : data);
  if (result < 0 || !peeks)
    return result;
  errno = 0;
  return word;
}

static int
is_state (enum __ptrace_request request, void *address, const void *data)
{
  return request == PTRACE_SETREGSET && (unsigned long)address == NT_X86_XSTATE && data != NULL
         && ((const struct iovec *)data)->iov_base != NULL;
}

long
ptrace (enum __ptrace_request request, ...)
{
  va_list arguments;
  va_start (arguments, request);
  pid_t pid = va_arg (arguments, pid_t);
  void *address = va_arg (arguments, void *);
  void *data = va_arg (arguments, void *);
  va_end (arguments);
  if (is_state (request, address, data)) {
    const struct iovec *given = data;
    struct iovec whole = { .iov_base = area };
    whole.iov_len = vbet_xstate_pad (&layout, given->iov_base, given->iov_len, area, sizeof area);
    if (whole.iov_len > 0)
      return pass_on (request, pid, address, &whole);
  }
  return pass_on (request, pid, address, data);
}
