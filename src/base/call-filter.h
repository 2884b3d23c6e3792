/* call-filter.h - the short list of system calls that a process of a lab needs; all others are refused.
 *
 * Switch and gateway take apart what hostile guests made, a guest's launcher
 * watches one, and the warden removes what it left. A fault in them must
 * not become a program of the attacker's choice: no list has a call that
 * starts a program, opens a file for writing, makes memory executable, looks
 * into another process, or changes its own rights. What is not on the list is
 * refused with EPERM and named by the process itself (SIGSYS,
 * seccomp(2)), which goes on. Only where the signal is blocked, as
 * in fork() of newer C libraries, the host ends it.
 */
#pragma once

#include <glib.h>
#include <signal.h>
#include <sys/types.h>

typedef struct {
  const char *const *calls; /* NULL-terminated: by name, beside what every process needs */
  const int *
      families; /* (nullable): of sockets that it may make (AF_UNIX …), ending with 0; NULL: none has a use */
  gboolean reads_files;      /* opens existing files, to read */
  gboolean names_interfaces; /* asks for the numbers of interfaces: if_nametoindex(3) */
  gboolean names_users;      /* looks users up in files: getpwnam(3) */
  gboolean answers_calls;    /* decides about calls of another process: seccomp_unotify(2) */
  gboolean confines_itself;  /* goes on to confine itself by Landlock */
  pid_t signalled;           /* another process that it may signal; 0: none */
  /* (nullable): handles SIGSYS, with SA_SIGINFO: begins with vbet_call_filter_refuse(); without one, or on
   * another processor than x86-64, nobody is told of refused calls. */
  void (*refused) (int number, siginfo_t *info, void *context);
} VbetCallFilter;

#define VBET_CALL_NAME_MAX 32 /* bytes of a system call's name */

/** vbet_call_filter_install: for this process; sets no_new_privs. Returns: 0; -errno when the host cannot, -ENOTSUP with
 * sanitizers: nothing is filtered then. */
int vbet_call_filter_install (const VbetCallFilter *filter);

/**
 * vbet_call_filter_refuse: in a handler of SIGSYS: makes the call end with EPERM, or with ENOSYS if it is newer than
 * libseccomp, so that the C library falls back to an older one.
 * @ret_name: (out caller-allocates) (array fixed-size=32): the call's name
 */
void vbet_call_filter_refuse (const siginfo_t *info, void *context, char ret_name[VBET_CALL_NAME_MAX]);
