/* loopback.h - keeping a lab from the real host's loopback addresses, and what is let through all the same.
 * Pure. */
#pragma once

#include <glib.h>

/**
 * vbet_nat_is_for_loopback:
 * @frame: (array length=size): an Ethernet frame, any bytes
 *
 * libslirp keeps guests from the loopback addresses only where they ask at the gateway's address; a guest's
 * root can also write them into its packets, and the kernel takes more than 127.0.0.1 for them: 127.0.0.0/8
 * (RFC 1122, 3.2.1.3), 0.0.0.0/8, and of IPv6 ::/96 with ::1 and ::, and IPv4 addresses in IPv6's form,
 * ::ffff:0:0/96 (RFC 4291, 2.5).
 *
 * Returns: whether the frame's IP packet is for one of these.
 */
gboolean vbet_nat_is_for_loopback (const guint8 *frame, gsize size);

/* A UDP datagram over IPv4, or its first fragment; host byte order. */
typedef struct {
  guint32 from;
  guint32 to;
  guint from_port;
  guint to_port;
} VbetNatDatagram;

/** vbet_nat_datagram_read: Returns: FALSE when the Ethernet frame holds none. */
gboolean vbet_nat_datagram_read (const guint8 *frame, gsize size, VbetNatDatagram *ret_datagram);

/**
 * vbet_nat_datagram_move:
 * @frame: one that vbet_nat_datagram_read() reads
 * @from: (nullable), @to: (nullable): new addresses, host byte order
 *
 * Changes addresses, and the checksums of IP and UDP with them (RFC 1624).
 */
void vbet_nat_datagram_move (guint8 *frame, const guint32 *from, const guint32 *to);
