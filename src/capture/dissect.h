/* dissect.h - what is in a frame, in one line for people: from, to, protocol, info.
 *
 * Enough for a lesson: Ethernet, VLAN tags, ARP, IPv4, IPv6, ICMP, TCP, UDP,
 * DHCP, DNS, OSPF, RIP, spanning tree and what else is common in labs. Whoever
 * wants more opens the capture in Wireshark. Pure; the frame may be cut short
 * and hostile.
 */
#pragma once

#include <glib.h>

#define VBET_DISSECTION_ADDRESS 48
#define VBET_DISSECTION_PROTOCOL 16
#define VBET_DISSECTION_INFO 192

/* All texts are ASCII. */
typedef struct {
  char from[VBET_DISSECTION_ADDRESS]; /* IP address where there is one, else MAC address */
  char to[VBET_DISSECTION_ADDRESS];
  char protocol[VBET_DISSECTION_PROTOCOL]; /* the innermost that is known: "ARP", "TCP" … */
  char info[VBET_DISSECTION_INFO];
} VbetDissection;

/** vbet_dissect: @data: (array length=captured): the frame from its Ethernet header on. @size: bytes it had.
 */
void vbet_dissect (const guint8 *data, guint captured, guint size, VbetDissection *ret_dissection);
