/* loop.h - the switch's event loop: epoll with typed references to descriptors.
 *
 * What epoll keeps for a descriptor is a slot number and a generation, never a
 * pointer: an event for something that was removed earlier in the same batch
 * finds another generation and is skipped. The caller's dispatch is one flat
 * switch over VbetFdType.
 */
#pragma once

#include <sys/epoll.h>

#include <glib.h>

typedef enum {
  VBET_FD_CONTROL, /* commands of the engine */
  VBET_FD_PORT,    /* frames; owner: VbetSocketPort */
  VBET_FD_VHOST,   /* messages of a guest's kernel; owner: VbetVhostPort */
  VBET_FD_RING,    /* notifications of a guest; owner: VbetVhostRing */
  VBET_FD_CAPTURE, /* who reads a capture; owner: VbetCapture */
  VBET_FD_STOCK,   /* control connection of a stock guest; owner: VbetStock */
} VbetFdType;

typedef struct VbetLoop VbetLoop;

/* Names a registered descriptor; 0 names none. */
typedef guint64 VbetFdRef;

typedef struct {
  VbetFdType type;
  gpointer owner;
  guint32 events; /* EPOLL… */
} VbetEvent;

/** vbet_loop_new: Returns: NULL with errno when the kernel gives no epoll. */
VbetLoop *vbet_loop_new (void);
/** vbet_loop_free: @self: (nullable): the descriptors stay open. */
void vbet_loop_free (VbetLoop *self);

/** vbet_loop_add: @fd stays the caller's. Returns: a reference, 0 with errno on failure: EUSERS when the host has
 * no room for one more. */
VbetFdRef vbet_loop_add (VbetLoop *self, int fd, guint32 events, VbetFdType type, gpointer owner);
/** vbet_loop_change: watches for other @events from now on. */
void vbet_loop_change (VbetLoop *self, VbetFdRef ref, guint32 events);
/** vbet_loop_remove: before the descriptor is closed; a @ref of 0 is ignored. */
void vbet_loop_remove (VbetLoop *self, VbetFdRef ref);

/** vbet_loop_wait: waits for events; @timeout: nanoseconds, 0: no wait, -1: for ever. Returns: 0 or -errno.
 */
int vbet_loop_wait (VbetLoop *self, gint64 timeout);
/** vbet_loop_next: Returns: FALSE when the events of the last wait are used up. */
gboolean vbet_loop_next (VbetLoop *self, VbetEvent *ret_event);
