/* frame.h - a look at an Ethernet frame that cannot read past its end.
 *
 * A VbetFrame is bytes somebody else owns, as they would be on the wire without
 * preamble and frame check sequence (IEEE 802.3-2018, 3.1.1). Frames shorter
 * than a header never enter a core: the port that receives them asks
 * vbet_frame_check() first, and the address accessors rely on it.
 */
#pragma once

#include <string.h>

#include <glib.h>

#define VBET_FRAME_HEADER 14     /* bytes: destination, source, type */
#define VBET_FRAME_VLAN_TAG 4    /* bytes: IEEE 802.1Q tag, free on top of an MTU */
#define VBET_FRAME_MTU_MAX 65517 /* bytes: keeps header, tag and payload below 64 KiB */
#define VBET_FRAME_MAX (VBET_FRAME_MTU_MAX + VBET_FRAME_HEADER + VBET_FRAME_VLAN_TAG)

#define VBET_MAC_BROADCAST G_GUINT64_CONSTANT (0xffffffffffff)

typedef struct VbetFrameParts VbetFrameParts; /* offload.h */

typedef struct {
  const guint8 *data;
  guint size;    /* bytes */
  guint32 probe; /* 0: an ordinary frame; else the mark of a probe (probe.h), which no device can set */
  const VbetFrameParts *parts; /* NULL: @data is the whole frame, as on a wire; else its headers only */
  guint16 source;              /* which port of a device it came in by (fabric.c); 0: another way */
} VbetFrame;

typedef enum {
  VBET_FRAME_OK,
  VBET_FRAME_RUNT,  /* no room for a header */
  VBET_FRAME_GIANT, /* longer than the MTU allows */
} VbetFrameCheck;

/* The header taken apart; addresses as 48-bit numbers, first byte highest. */
typedef struct {
  guint64 destination;
  guint64 source;
  guint16 type; /* EtherType or length behind the tags */
  gboolean tagged;
  guint16 vlan;    /* identifier of the outermost tag, 0…4095; only when @tagged */
  guint8 priority; /* 0…7; only when @tagged */
  guint payload;   /* offset of what follows the type */
} VbetFrameHeader;

/** vbet_frame_check: whether a port of @mtu bytes may carry a frame of @size bytes. */
static inline VbetFrameCheck
vbet_frame_check (guint size, guint mtu)
{
  if (size < VBET_FRAME_HEADER)
    return VBET_FRAME_RUNT;
  return size > mtu + VBET_FRAME_HEADER + VBET_FRAME_VLAN_TAG ? VBET_FRAME_GIANT : VBET_FRAME_OK;
}

/** vbet_frame_destination: Returns: the destination address; @frame holds at least a header. */
static inline guint64
vbet_frame_destination (const VbetFrame *frame)
{
  guint64 word;
  memcpy (&word, frame->data, sizeof word);
  return GUINT64_FROM_BE (word) >> 16;
}

/** vbet_frame_source: Returns: the source address; @frame holds at least a header. */
static inline guint64
vbet_frame_source (const VbetFrame *frame)
{
  guint64 word;
  memcpy (&word, frame->data + 6, sizeof word);
  return GUINT64_FROM_BE (word) >> 16;
}

/** vbet_mac_is_group: Returns: whether @mac is a multicast or broadcast address. */
static inline gboolean
vbet_mac_is_group (guint64 mac)
{
  return (mac >> 40 & 1) != 0;
}

/** vbet_mac_from_bytes: Returns: the address as a number. */
guint64 vbet_mac_from_bytes (const guint8 bytes[6]);
/** vbet_mac_to_bytes: in the order of the wire. */
void vbet_mac_to_bytes (guint64 mac, guint8 ret_bytes[6]);

/**
 * vbet_frame_parse:
 *
 * Takes the header apart, with at most two VLAN tags (802.1Q, 802.1ad).
 *
 * Returns: FALSE when the frame ends inside its header; @ret_header is then untouched.
 */
gboolean vbet_frame_parse (const VbetFrame *frame, VbetFrameHeader *ret_header);
