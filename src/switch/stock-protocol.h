/* stock-protocol.h - the "daemon" protocol, version 3, between stock user-mode Linux and a switch.
 *
 * A guest started with `eth0=daemon,,unix,PATH` connects to PATH (SOCK_STREAM)
 * and writes one request of 124 bytes in host order:
 *
 *    0  u32  magic 0xfeedface
 *    4  u32  version 3
 *    8  u32  type 0: new port
 *   12  struct sockaddr_un of 110 bytes: the guest's data socket (SOCK_DGRAM)
 *  122  2 bytes of padding
 *
 * and reads a reply of exactly 110 bytes, a struct sockaddr_un: where it sends
 * its frames, one Ethernet frame a datagram. The port lives as long as the
 * connection. The guest's data socket has an abstract name all of whose 107
 * further bytes count, most of them never initialised by the guest.
 *
 * Only bytes here, no sockets: the parser is fuzzed.
 */
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <glib.h>

#define VBET_STOCK_REQUEST 124 /* bytes */
#define VBET_STOCK_REPLY 110   /* bytes: sizeof (struct sockaddr_un) */

typedef struct {
  struct sockaddr_un address; /* of the guest's data socket, abstract */
  socklen_t length;
} VbetStockRequest;

/**
 * vbet_stock_request_parse:
 * @data: (array length=size)
 *
 * Returns: 0; -EAGAIN when @size is less than a request and what is there may
 * become one; -EPROTO when it never will (wrong magic); -EPROTONOSUPPORT for
 * another version or type; -EADDRNOTAVAIL when the data socket has no abstract name.
 */
int vbet_stock_request_parse (const guint8 *data, gsize size, VbetStockRequest *ret_request);

/**
 * vbet_stock_reply_make:
 * @name: makes the switch's data socket unique among all processes of the host
 *
 * Fills in the abstract address of the switch's data socket for a guest, which
 * is at the same time, byte for byte, the reply.
 */
void vbet_stock_reply_make (const guint8 name[16], struct sockaddr_un *ret_address);
