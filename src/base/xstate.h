/* xstate.h - the size of this processor's register state, and padding a state that was cut short.
 *
 * A debugger sets the floating point and vector registers of a process as one
 * block, an XSAVE area in its standard form (Intel SDM, volume 1, chapter 13;
 * AMD APM, volume 2, chapter 11). The host's kernel refuses a block that is
 * shorter than all its features take. User-mode Linux up to 7.1 keeps 2696
 * bytes a process; a processor with AMX has 11008, and every guest of such a
 * kernel dies at its first program.
 *
 * Plain C without GLib: the library that is loaded into guests' kernels is
 * built from it, too. Nothing here allocates.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of register state that kernels which do not ask the host keep for a process. */
#define VBET_XSTATE_KERNEL_SIZE 2696
/* The largest area that we pad to; the largest of today's processors is a third of it. */
#define VBET_XSTATE_SIZE_MAX 32768
#define VBET_XSTATE_FEATURES_MAX 63

/* Where a feature's state lies in an area in standard form; size 0: it is not there. */
typedef struct {
  uint32_t offset;
  uint32_t size;
} VbetXstateFeature;

typedef struct {
  uint32_t size; /* bytes, of all features that the host has switched on; 0: no XSAVE here */
  VbetXstateFeature features[VBET_XSTATE_FEATURES_MAX]; /* by bit; the first two are always there */
} VbetXstateLayout;

/** vbet_xstate_layout_read: of this machine, by CPUID leaf 13. @ret_layout is all zero where there is no
 * XSAVE. */
void vbet_xstate_layout_read (VbetXstateLayout *ret_layout);

/** vbet_xstate_needs_padding: Returns: whether a kernel that does not ask the host for the size fails here.
 */
bool vbet_xstate_needs_padding (const VbetXstateLayout *layout);

/**
 * vbet_xstate_pad:
 * @given: the area as it was cut short
 * @given_size: its bytes
 * @to: where the whole area goes
 * @to_size: bytes there
 *
 * Copies what is there, zeroes the rest, and says in the header that features
 * whose state is not complete are in their initial configuration (XSTATE_BV).
 *
 * Returns: the size of the whole area; 0 when there is nothing to pad: it is long enough, too short to have a
 * header, not a multiple of 8 bytes (which no kernel takes), or @to cannot hold the whole.
 */
size_t vbet_xstate_pad (const VbetXstateLayout *layout, const void *given, size_t given_size, void *to,
                        size_t to_size);
