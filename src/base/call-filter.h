/* call-filter.h - the short list of system calls that a service of a lab needs; all others are refused.
 *
 * Switch and gateway take apart what hostile guests made. A fault in them must
 * not become a program of the attacker's choice: no list has a call that
 * starts a program, opens a file for writing, makes memory executable, looks
 * into another process, or changes its own rights. What is not on the list is
 * refused with EPERM and named by the service itself (SIGSYS,
 * seccomp(2)), and the service goes on. Only where the signal is blocked, as
 * in fork() of newer C libraries, the host ends the service.
 */
#pragma once

#include <glib.h>
#include <signal.h>

typedef struct {
  const char *const *calls; /* NULL-terminated: by name, beside what every service needs */
  const int *families;      /* of sockets that it may make (AF_UNIX …), ending with 0 */
  gboolean reads_files;     /* opens existing files, to read */
  gboolean names_interfaces; /* asks for the numbers of interfaces: if_nametoindex(3) */
  /* (nullable): handles SIGSYS, with SA_SIGINFO: begins with vbet_call_filter_refuse(); without one, or on
   * another processor than x86-64, nobody is told of refused calls. */
  void (*refused) (int number, siginfo_t *info, void *context);
} VbetCallFilter;

#define VBET_CALL_NAME_MAX 32 /* bytes of a system call's name */

/** vbet_call_filter_install: for this process; sets no_new_privs. Returns: 0; -errno when the host cannot: nothing is
 * filtered then. */
int vbet_call_filter_install (const VbetCallFilter *filter);

/**
 * vbet_call_filter_refuse: in a handler of SIGSYS: makes the call end with EPERM, or with ENOSYS if it is newer than
 * libseccomp, so that the C library falls back to an older one.
 * @ret_name: (out caller-allocates) (array fixed-size=32): the call's name
 */
void vbet_call_filter_refuse (const siginfo_t *info, void *context, char ret_name[VBET_CALL_NAME_MAX]);
