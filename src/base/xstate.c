/* xstate.c - see xstate.h. */
#include "config.h"

#include "base/xstate.h"

#include <string.h>

#ifdef __x86_64__
#include <cpuid.h>
#endif

#define LEAF_FEATURES 1
#define LEAF_XSTATE 13
#define OSXSAVE (1U << 27)   /* ECX of the leaf of features: the host's kernel uses XSAVE */
#define SUPERVISOR (1U << 0) /* ECX of a feature's sub-leaf: no part of what a process may set */
#define FIRST_EXTENDED 2     /* x87 and SSE have their fixed places before the header */
#define HEADER 512           /* XSTATE_BV is its first word */
#define HEADER_END 576
#define WORD 8

#ifdef __x86_64__

void
vbet_xstate_layout_read (VbetXstateLayout *ret_layout)
{
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  memset (ret_layout, 0, sizeof *ret_layout);
  if (!__get_cpuid (LEAF_FEATURES, &a, &b, &c, &d) || (c & OSXSAVE) == 0
      || !__get_cpuid_count (LEAF_XSTATE, 0, &a, &b, &c, &d))
    return;
  uint64_t known = ((uint64_t)d << 32) | a;
  /* What is switched on, as the host's kernel counts it: what the processor could have besides does not
   * matter. */
  ret_layout->size = b;
  for (unsigned i = FIRST_EXTENDED; i < VBET_XSTATE_FEATURES_MAX; i++)
    if ((known >> i & 1) != 0 && __get_cpuid_count (LEAF_XSTATE, i, &a, &b, &c, &d) && (c & SUPERVISOR) == 0)
      ret_layout->features[i] = (VbetXstateFeature){ .offset = b, .size = a };
}

#else

void
vbet_xstate_layout_read (VbetXstateLayout *ret_layout)
{
  memset (ret_layout, 0, sizeof *ret_layout);
}

#endif

bool
vbet_xstate_needs_padding (const VbetXstateLayout *layout)
{
  return layout->size > VBET_XSTATE_KERNEL_SIZE;
}

/* The bits of features whose state lies, in whole or in part, beyond @size bytes. */
static uint64_t
cut_features (const VbetXstateLayout *layout, size_t size)
{
  uint64_t bits = 0;
  for (unsigned i = FIRST_EXTENDED; i < VBET_XSTATE_FEATURES_MAX; i++) {
    const VbetXstateFeature *feature = &layout->features[i];
    if (feature->size > 0 && (uint64_t)feature->offset + feature->size > size)
      bits |= UINT64_C (1) << i;
  }
  return bits;
}

size_t
vbet_xstate_pad (const VbetXstateLayout *layout, const void *given, size_t given_size, void *to,
                 size_t to_size)
{
  uint64_t present;
  size_t whole = layout->size;
  if (given_size >= whole || given_size < HEADER_END || given_size % WORD != 0 || whole > to_size)
    return 0;
  memcpy (to, given, given_size);
  memset ((char *)to + given_size, 0, whole - given_size);
  memcpy (&present, (char *)to + HEADER, sizeof present);
  present &= ~cut_features (layout, given_size);
  memcpy ((char *)to + HEADER, &present, sizeof present);
  return whole;
}
