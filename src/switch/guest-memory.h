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

typedef struct {
  VbetMemory table; /* what a VbetQueue uses */
  gpointer mapped[VBET_MEMORY_REGIONS];
  gsize length[VBET_MEMORY_REGIONS];
} VbetGuestMemory;

/** vbet_guest_memory_map: @fds: (array length=n): stay the caller's. Returns: 0, or -errno: nothing is
 * mapped. */
int vbet_guest_memory_map (VbetGuestMemory *self, const VbetGuestRegion *regions, const int *fds, guint n);
void vbet_guest_memory_unmap (VbetGuestMemory *self);

/**
 * vbet_guest_memory_guard:
 *
 * From now on, a page that is read or written and that its file no longer has
 * becomes an empty page of our own, where the process would be killed.
 */
int vbet_guest_memory_guard (void);
