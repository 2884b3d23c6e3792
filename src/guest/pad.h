/* pad.h - whether a guest's kernel is given vbet-xstate.so, which pads its processes' register states.
 *
 * Kernels before 7.2 die at their first program on a processor with a large
 * register state (base/xstate.h). They call the C library's ptrace() like any
 * program, so a library loaded before it can help them. It acts only where a
 * state is too short: a kernel that asks the host for the size never notices
 * it. So no kernel's version is asked for, and every dynamically linked kernel
 * gets it on a host that needs it.
 *
 * The library goes in by its descriptor, since its folder may be closed to the
 * user that guests run as, and is closed to the kernel by Landlock.
 */
#pragma once

#include "guest/options.h"

/* How it stands with one guest. */
typedef enum {
  VBET_PADDING_UNNEEDED, /* this processor's state fits every kernel */
  VBET_PADDING_LOADED,
  VBET_PADDING_STATIC,    /* needed, but the kernel is linked statically: nothing can be loaded into it */
  VBET_PADDING_MISSING,   /* needed, but the library cannot be opened */
  VBET_PADDING_FORBIDDEN, /* by --pad=never */
} VbetPadding;

/** vbet_padding_name: Returns: "unneeded", "loaded", "static", "missing", "forbidden". */
const char *vbet_padding_name (VbetPadding padding);

/** vbet_pad_open: opens the library where @launch wants it on this host and has no descriptor of it; closes
 * one that is of no use. */
void vbet_pad_open (VbetLaunch *launch);

/** vbet_pad_decide: after vbet_pad_open(); looks into the kernel's file. */
VbetPadding vbet_pad_decide (const VbetLaunch *launch);

/** vbet_kernel_is_static: Returns: whether the ELF file @path is a program that no loader reads; false when
 * it is none. */
bool vbet_kernel_is_static (const char *path);
