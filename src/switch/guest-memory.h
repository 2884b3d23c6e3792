/* guest-memory.h - a guest's memory, mapped into this process.
 *
 * The guest shares its memory by descriptor. It is hostile: what it says of
 * size and place is checked against the file, and a file that is cut short
 * later does not take the switch with it (vbet_guest_memory_guard()).
 */
#pragma once

#include "switch/core/virtqueue.h"

/* One region as the guest announces it. */
typedef struct {
  guint64 guest;
  guint64 size;
  guint64 user;
  guint64 offset; /* in the file */
} VbetGuestRegion;

#define VBET_GUEST_MEMORY_MAX (G_GUINT64_CONSTANT (24) << 30) /* bytes, all regions together */

typedef struct VbetGuestArena VbetGuestArena; /* where all regions are mapped, one behind the other */

typedef struct {
  VbetMemory table;      /* what a VbetQueue uses */
  VbetGuestArena *arena; /* NULL: none is mapped */
} VbetGuestMemory;

/** vbet_guest_memory_map: @fds: (array length=n): stay the caller's. Returns: 0, or -errno: nothing is
 * mapped. */
int vbet_guest_memory_map (VbetGuestMemory *self, const VbetGuestRegion *regions, const int *fds, guint n);
/** vbet_guest_memory_unmap: all of it; nothing of it may be used any more. */
void vbet_guest_memory_unmap (VbetGuestMemory *self);

/** vbet_guest_memory_is_lost: whether a file turned out to be shorter than it was; see below. */
gboolean vbet_guest_memory_is_lost (const VbetGuestMemory *self);

/**
 * vbet_guest_memory_guard:
 *
 * From now on, when a page is read or written that its file no longer has,
 * all of that guest's memory becomes empty memory of our own, where the
 * process would be killed. It is *lost*: its user should let go of it soon.
 */
int vbet_guest_memory_guard (void);
