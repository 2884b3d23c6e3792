/* packets.h - reads a capture as the engine gives it: messages of whole pcapng blocks.
 *
 * Knows the blocks that the lab's switch writes (switch/core/pcapng.h) in this
 * machine's byte order; other kinds are passed over. The bytes may be hostile.
 */
#pragma once

#include <glib.h>

#define VBET_PACKETS_MESSAGE 131072 /* bytes; no message is longer */

typedef struct {
  guint interface;  /* number in its section */
  const char *name; /* of the interface: "c1 r1:eth0" */
  gint64 time;      /* nanoseconds since 1970 */
  const guint8 *data;
  guint captured; /* bytes at @data */
  guint size;     /* bytes of the whole frame */
  gboolean sent;  /* the NIC at that end sent it; else it came out of the cable there */
} VbetPacket;

/**
 * VbetPacketBlock:
 * @block: (array length=size): one whole block
 * @packet: (nullable): what is in it; valid during the call; NULL: a block of another kind
 *
 * Returns: FALSE to see no more of this message.
 */
typedef gboolean (*VbetPacketBlock) (const guint8 *block, gsize size, const VbetPacket *packet,
                                     gpointer user_data);

typedef struct VbetPackets VbetPackets;

/** vbet_packets_new: Returns: (transfer full): one that has read nothing. */
VbetPackets *vbet_packets_new (void);
/** vbet_packets_free: @self: (nullable) */
void vbet_packets_free (VbetPackets *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetPackets, vbet_packets_free)

/** vbet_packets_feed: Returns: FALSE when @message is not whole blocks; those before the fault were shown. */
gboolean vbet_packets_feed (VbetPackets *self, const guint8 *message, gsize size, VbetPacketBlock block,
                            gpointer user_data);
/** vbet_packets_get_missed: Returns: how many frames were not captured, as far as the capture has said. */
guint64 vbet_packets_get_missed (const VbetPackets *self);
