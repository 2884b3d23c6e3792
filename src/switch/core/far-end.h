/* far-end.h - whether somebody is at the far end of a cable that goes on by UDP, and the hellos that tell.
 *
 * UDP has no connection, so a remote says hello once a second: a frame of the
 * shortest size, with an EtherType for local experiments and an address that
 * bridges do not pass on (IEEE 802.1Q, 8.6.3), so that others than vBET take it
 * for a frame of no interest. An empty datagram would not do: QEMU takes one
 * for the end of its cable. What is known:
 *
 *  - TRYING: for a second after the beginning; no hello can have been answered.
 *  - REFUSED: a datagram came back (ICMP) within three and a half seconds: nobody
 *    receives there, or the host has no way there.
 *  - HEARD: something came; nothing speaks against it.
 *  - CUT: a hello said that the cable at the far end leads to nobody.
 *  - SILENT: who said hello before says nothing for five seconds.
 *  - UNKNOWN: nothing came, nothing was refused: others than vBET need not speak.
 *
 * There is carrier while it is HEARD or UNKNOWN. Nothing flaps: a refusal holds
 * until something is heard or three hellos have not come back, and a hello that
 * is late by less than five seconds changes nothing.
 *
 * A hello also says whose it is: the run of a lab, a digest of what the lab's
 * MACs are made of, and its name. Two labs with equal digests give devices of
 * equal names equal MACs, so frames between them get lost: they clash. What comes
 * from there is anybody's: it is compared and shown, and decides nothing else.
 * Who says no more than hello (earlier versions) clashes with nobody. Pure: time is passed in.
 */
#pragma once

#include "switch/core/frame.h"

#define VBET_FAR_HELLO_INTERVAL G_GINT64_CONSTANT (1000000000) /* nanoseconds */
#define VBET_FAR_REFUSED_HOLD G_GINT64_CONSTANT (3500000000)
#define VBET_FAR_SILENCE G_GINT64_CONSTANT (5000000000)
#define VBET_FAR_RUN_SIZE 8 /* bytes, as those below */
#define VBET_FAR_MACS_SIZE 16
#define VBET_FAR_LAB_MAX 63
#define VBET_FAR_HELLO_SIZE 108

/* Whose a hello is. */
typedef struct {
  guint8 run[VBET_FAR_RUN_SIZE];   /* random, another for each run of a lab */
  guint8 macs[VBET_FAR_MACS_SIZE]; /* digest of what the lab's MACs are made of */
  char lab[VBET_FAR_LAB_MAX + 1];  /* its name, valid UTF-8, "" for none that can be shown; NUL to the end */
} VbetFarIdentity;

typedef enum {
  VBET_FAR_TRYING,
  VBET_FAR_REFUSED,
  VBET_FAR_HEARD,
  VBET_FAR_CUT,
  VBET_FAR_SILENT,
  VBET_FAR_UNKNOWN,
} VbetFarState;

/* Times in nanoseconds of one clock; -1: never. */
typedef struct {
  gint64 began;
  gint64 heard;
  gint64 refused;
  gint64 hello;     /* the last one; forgotten when it is refused: somebody else may be there next */
  gboolean carrier; /* what that one said */
  gboolean known;   /* it said whose it is: @identity */
  VbetFarIdentity identity;
} VbetFarEnd;

/** vbet_far_end_init: nothing is known; @now: when its socket was opened. */
void vbet_far_end_init (VbetFarEnd *self, gint64 now);
/** vbet_far_end_heard: a datagram came, which is @frame. Returns: whether it is a hello, which is for nobody
 * else. */
gboolean vbet_far_end_heard (VbetFarEnd *self, const VbetFrame *frame, gint64 now);
/** vbet_far_end_refused: the kernel says that a datagram could not be delivered. */
void vbet_far_end_refused (VbetFarEnd *self, gint64 now);
/** vbet_far_end_state: what is known at @now. */
VbetFarState vbet_far_end_state (const VbetFarEnd *self, gint64 now);
/** vbet_far_end_clashes: whether another run of a lab is there whose MACs are made of what those of @own, (nullable), are;
 * one's own hellos that come back are not another. */
gboolean vbet_far_end_clashes (const VbetFarEnd *self, const VbetFarIdentity *own, gint64 now);
/** vbet_far_state_has_carrier: whether the near end's NIC sees carrier in that state. */
gboolean vbet_far_state_has_carrier (VbetFarState state);
/** vbet_far_state_name: Returns: "trying", "refused", "heard", "cut", "silent", "unknown". */
const char *vbet_far_state_name (VbetFarState state);

/** vbet_far_identity_set_lab: the name of the lab; what of it is too long is cut off, at the end of a character. */
void vbet_far_identity_set_lab (VbetFarIdentity *self, const char *name);

/**
 * vbet_far_hello_write:
 * @carrier: whether the near end of the cable leads to somebody
 * @own: (nullable): whose hello it is; NULL: it does not say so
 */
void vbet_far_hello_write (gboolean carrier, const VbetFarIdentity *own,
                           guint8 ret_hello[VBET_FAR_HELLO_SIZE]);
