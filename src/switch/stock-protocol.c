/* stock-protocol.c - see stock-protocol.h. */
#include "config.h"

#include "switch/stock-protocol.h"

#include <errno.h>
#include <string.h>

#define MAGIC 0xfeedfaceu
#define PROTOCOL_VERSION 3u
#define NEW_PORT 0u
#define ADDRESS_OFFSET 12

G_STATIC_ASSERT (sizeof (struct sockaddr_un) == VBET_STOCK_REPLY);
G_STATIC_ASSERT (ADDRESS_OFFSET + sizeof (struct sockaddr_un) <= VBET_STOCK_REQUEST);

/* Whether the first bytes of @data that are there agree with @value at @offset. */
static gboolean
agrees (const guint8 *data, gsize size, gsize offset, guint32 value)
{
  return size <= offset || memcmp (data + offset, &value, MIN (size - offset, sizeof value)) == 0;
}

int
vbet_stock_request_parse (const guint8 *data, gsize size, VbetStockRequest *ret_request)
{
  if (!agrees (data, size, 0, MAGIC))
    return -EPROTO;
  if (!agrees (data, size, 4, PROTOCOL_VERSION) || !agrees (data, size, 8, NEW_PORT))
    return -EPROTONOSUPPORT;
  if (size < VBET_STOCK_REQUEST)
    return -EAGAIN;
  VbetStockRequest request = { .length = sizeof request.address };
  memcpy (&request.address, data + ADDRESS_OFFSET, sizeof request.address);
  /* A name in the file system is refused: a peer could point us at any datagram socket of this user. */
  if (request.address.sun_family != AF_UNIX || request.address.sun_path[0] != '\0')
    return -EADDRNOTAVAIL;
  *ret_request = request;
  return 0;
}

void
vbet_stock_reply_make (const guint8 name[16], struct sockaddr_un *ret_address)
{
  static const char prefix[] = "\0vbet-switch-";
  memset (ret_address, 0, sizeof *ret_address);
  ret_address->sun_family = AF_UNIX;
  memcpy (ret_address->sun_path, prefix, sizeof prefix - 1);
  char *at = ret_address->sun_path + sizeof prefix - 1;
  for (guint i = 0; i < 16; i++) {
    *at++ = "0123456789abcdef"[name[i] >> 4];
    *at++ = "0123456789abcdef"[name[i] & 15];
  }
}
