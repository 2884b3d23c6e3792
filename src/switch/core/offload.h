/* offload.h - what a virtio-net frame leaves to the device: checksums and segmentation (virtio 1.2, 5.1.6).
 *
 * A guest may send a frame whose checksum is missing, or a TCP segment of up to
 * 64 KiB that is to be cut. Another guest takes it just so; a real wire, and all
 * that plays one (a cable that is not perfect, a socket, a switch with VLANs),
 * needs frames as they are. vbet_offload_resolve() makes them.
 *
 * Such a frame is a VbetFrame with @parts. Pure.
 */
#pragma once

#include <sys/uio.h>

#include <glib.h>

#include "switch/core/counters.h"
#include "switch/core/frame-store.h"
#include "switch/core/frame.h"

#define VBET_OFFLOAD_HEADER 12       /* bytes before a frame, with num_buffers */
#define VBET_OFFLOAD_HEADER_SHORT 10 /* without */
#define VBET_OFFLOAD_HEAD 256        /* bytes of a frame that hold all headers of one that is to be cut */

typedef enum {
  VBET_GSO_NONE = 0,
  VBET_GSO_TCP4 = 1,
  VBET_GSO_TCP6 = 4,
} VbetGso;

/* Checked: every offset lies in the frame's head. */
typedef struct {
  gboolean checksum;       /* is missing: the sum of the pseudo header is in its place */
  guint16 checksum_start;  /* offset of what is summed up */
  guint16 checksum_offset; /* from there, of the checksum */
  VbetGso gso;
  gboolean ecn;     /* of the cut segments, the first alone has CWR */
  guint16 gso_size; /* bytes of TCP payload a segment */
  guint16 network;  /* offset of the IP header; only with @gso */
  guint16 header;   /* bytes up to the payload; only with @gso */
} VbetOffload;

/* What a frame has that is not all in one place. */
struct VbetFrameParts {
  VbetOffload offload;
  guint head;               /* bytes at the frame's data */
  const struct iovec *rest; /* the others, in the memory of a guest: may change at any time */
  guint n_rest;
};

/**
 * vbet_offload_read:
 * @header: (array length=10): the virtio-net header in the guest's words, a private copy
 * @head: (array length=head_size): first bytes of the frame, a private copy; VBET_OFFLOAD_HEAD unless the
 * frame is shorter
 * @size: bytes of the frame
 *
 * Returns: FALSE when it makes no sense or asks for what is not offered.
 */
gboolean vbet_offload_read (const guint8 *header, const guint8 *head, guint head_size, guint size,
                            VbetOffload *ret_offload);

/** vbet_offload_write: the header for a guest that takes the frame as it is. @buffers: of the guest that it
 * fills. */
void vbet_offload_write (const VbetFrame *frame, guint buffers, guint8 ret_header[VBET_OFFLOAD_HEADER]);

/** vbet_offload_wire_size: Returns: bytes of the longest frame that @frame becomes on a wire. */
guint vbet_offload_wire_size (const VbetFrame *frame);
/** vbet_offload_wire_count: Returns: how many frames it becomes; @ret_bytes: of all. */
guint vbet_offload_wire_count (const VbetFrame *frame, guint64 *ret_bytes);

/** vbet_offload_count: counts @frame as what it becomes on a wire. */
static inline void
vbet_offload_count (VbetCounters *counters, const VbetFrame *frame)
{
  guint64 bytes;
  guint count;
  if (G_LIKELY (frame->parts == NULL)) {
    vbet_counters_pass (counters, frame->size);
    return;
  }
  count = vbet_offload_wire_count (frame, &bytes);
  vbet_counters_pass_many (counters, count, bytes);
}

/* @frame: whole; valid until the store is reclaimed. */
typedef void (*VbetOffloadEmit) (const VbetFrame *frame, gpointer user_data);

/**
 * vbet_offload_resolve: makes whole frames of @frame, which has parts.
 * Returns: FALSE when the store had no room for all of them.
 */
gboolean vbet_offload_resolve (const VbetFrame *frame, VbetFrameStore *store, VbetOffloadEmit emit,
                               gpointer user_data);

/** vbet_offload_copy: copies all bytes of @frame, which may have parts, to @to. */
void vbet_offload_copy (const VbetFrame *frame, guint8 *to);

/** vbet_checksum: Returns: the one's complement sum of RFC 1071 of @size bytes in network order, on top of
 * @sum, not folded. The first byte is an even one. */
guint64 vbet_checksum (const guint8 *data, gsize size, guint64 sum);
/** vbet_checksum_fold: Returns: @sum in 16 bits, not inverted. */
guint16 vbet_checksum_fold (guint64 sum);
