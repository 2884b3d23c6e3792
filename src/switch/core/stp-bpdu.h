/* stp-bpdu.h - bridge protocol data units (IEEE 802.1D-2004, clause 9), to and from Ethernet frames. */
#pragma once

#include <glib.h>

#include "switch/core/frame.h"

typedef enum {
  VBET_BPDU_CONFIG,
  VBET_BPDU_TCN,
  VBET_BPDU_RST,
} VbetStpBpduType;

/* Port roles as an RST BPDU's flags name them (9.2.9). */
enum {
  VBET_BPDU_UNKNOWN = 0,
  VBET_BPDU_ALTERNATE = 1, /* or backup */
  VBET_BPDU_ROOT = 2,
  VBET_BPDU_DESIGNATED = 3,
};

/* A priority vector (17.5), without the port it was received on. */
typedef struct {
  guint64 root;
  guint32 cost;
  guint64 designated_bridge;
  guint16 designated_port;
} VbetStpVector;

/* Seconds. */
typedef struct {
  guint16 message_age;
  guint16 max_age;
  guint16 hello_time;
  guint16 forward_delay;
} VbetStpTimes;

typedef struct {
  VbetStpBpduType type;
  gboolean topology_change;
  gboolean topology_change_ack;
  gboolean proposal;
  guint8 role;
  gboolean learning;
  gboolean forwarding;
  gboolean agreement;
  VbetStpVector priority;
  VbetStpTimes times;
} VbetStpBpdu;

/** vbet_stp_vector_compare: Returns: below 0 when @a is better (numerically less, 17.6), 0 when the same. */
int vbet_stp_vector_compare (const VbetStpVector *a, const VbetStpVector *b);
/** vbet_stp_times_equal: whether all four are. */
gboolean vbet_stp_times_equal (const VbetStpTimes *a, const VbetStpTimes *b);

/** vbet_stp_bpdu_write: @source: address of the sender; @ret_frame: (array fixed-size=60): a whole Ethernet
 * frame, padded. */
void vbet_stp_bpdu_write (const VbetStpBpdu *self, guint64 source, guint8 ret_frame[60]);

/** vbet_stp_bpdu_read: Returns: FALSE when @frame is no BPDU that makes sense (9.3.4). Reads nothing past its
 * end. */
gboolean vbet_stp_bpdu_read (const VbetFrame *frame, VbetStpBpdu *ret_bpdu);
