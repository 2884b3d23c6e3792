/* pcapng.h - blocks of a capture file, as Wireshark and tcpdump read them.
 *
 * Written after the specification "PCAP Next Generation (pcapng) Capture File
 * Format" (draft-ietf-opsawg-pcapng): a section has a header, one description
 * per interface, packets, and statistics at the end. Times are nanoseconds
 * since 1970. Pure: each function appends whole blocks, in this machine's byte
 * order, to memory of the caller.
 */
#pragma once

#include <glib.h>

#include "switch/core/frame.h"

/* Bytes of the largest block with a packet of @size captured bytes; comments are cut to VBET_PCAPNG_COMMENT.
 */
#define VBET_PCAPNG_COMMENT 127
#define VBET_PCAPNG_PACKET_ROOM(size) ((gsize)(size) + 3 + 28 + 8 + 12 + 4 + VBET_PCAPNG_COMMENT + 1 + 8)
#define VBET_PCAPNG_NAME 511 /* bytes of an interface's name that are written */

typedef enum {
  VBET_PCAPNG_UNKNOWN,
  VBET_PCAPNG_IN,  /* the interface received it */
  VBET_PCAPNG_OUT, /* the interface sent it */
} VbetPcapngDirection;

typedef struct {
  guint interface; /* number of its description in the section, from 0 */
  gint64 time;     /* nanoseconds since 1970 */
  const guint8 *data;
  guint captured; /* bytes at @data */
  guint size;     /* bytes of the whole frame */
  VbetPcapngDirection direction;
  guint64 missed;      /* frames of this interface since its last packet that were not captured */
  const char *comment; /* (nullable): UTF-8 */
} VbetPcapngPacket;

/** vbet_pcapng_section: appends a section header. @application: what writes it. @comment: (nullable) */
void vbet_pcapng_section (GByteArray *to, const char *application, const char *comment);
/** vbet_pcapng_interface: appends a description of an Ethernet interface. @snaplen: bytes a packet is cut to.
 */
void vbet_pcapng_interface (GByteArray *to, const char *name, const char *description, guint snaplen);
/**
 * vbet_pcapng_packet:
 * @to: (out): VBET_PCAPNG_PACKET_ROOM (captured) bytes
 *
 * Returns: bytes written.
 */
gsize vbet_pcapng_packet (guint8 *to, const VbetPcapngPacket *packet);
/** vbet_pcapng_statistics: appends what @interface got up to @time, and of that, what was not captured. */
void vbet_pcapng_statistics (GByteArray *to, guint interface, gint64 time, guint64 received, guint64 missed);
