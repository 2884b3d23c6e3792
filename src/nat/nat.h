/* nat.h - the process vbet-nat: a gateway between a lab and the real host's network.
 *
 * libslirp is a TCP/IP stack in user space: it takes the lab's packets apart
 * and says what they say through ordinary sockets of this process. So a gateway
 * needs no rights on the host. Descriptor 3 is the end of a SOCK_SEQPACKET
 * pair, one Ethernet frame a message; when it closes, the process ends.
 *
 * It tells on standard output, a line each:
 *
 *   problem SENTENCE   something of its options cannot be done; it works without
 *   ready LAYER…       it works; the layers of confinement that hold
 *   lease MAC=IP       a guest has this address by DHCP now
 *   error SENTENCE     it cannot work and ends
 */
#pragma once

#include <glib.h>

#define VBET_NAT_FD 3

/** vbet_nat_main: the whole program; Returns: exit code. */
int vbet_nat_main (int argc, char **argv);
