/* syscall-guard.h - a guest's program that lost its tracer cannot make a system call of the host.
 *
 * User-mode Linux runs each program of the guest as a process of the host and
 * catches its system calls by ptrace. When the kernel process is killed from
 * outside (an administrator, the out-of-memory killer), the programs run on
 * untraced for the moment that their init needs to end them. Calls that the
 * tracer catches never reach a seccomp filter, so a filter tells the two
 * apart by the place a call comes from: the kernel's image, its libraries and
 * its stub are at addresses that no program of the guest can have.
 *
 * Kernels from 6.13 on start their programs in a stub program that lies where a
 * guest's do. For them the filter lets through what that one does, refuses
 * everything else from there, and kills nothing: run by seccomp instead of
 * ptrace, all calls of a guest pass it, and a filter of the kernel's own makes
 * signals of them, which outranks a refusal.
 */
#pragma once

#include "base/kernel-image.h"

/** vbet_syscall_guard_fits: whether programs of this kernel's guests stay where the guard expects them. */
bool vbet_syscall_guard_fits (const VbetKernelImage *image);

/**
 * vbet_syscall_guard_install: for this process and its children; needs no_new_privs, and the C library above every
 * guest's program (see main.c). Returns: 0; -ENOTSUP where the library lies too low; another -errno.
 */
int vbet_syscall_guard_install (const VbetKernelImage *image);
