/* lease.c - see lease.h. */
#include "config.h"

#include "nat/lease.h"

#include <string.h>

#define ETHERNET 14
#define UDP 8
#define BOOTP 34 /* up to the end of the client's hardware address */

static guint
be16 (const guint8 *at)
{
  return (guint)at[0] << 8 | at[1];
}

gboolean
vbet_nat_lease_read (const guint8 *frame, gsize size, VbetNatLease *ret_lease)
{
  const guint8 *ip = frame + ETHERNET;
  if (size < ETHERNET + 20 || be16 (frame + 12) != 0x0800 || ip[0] >> 4 != 4 || ip[9] != 17)
    return FALSE;
  gsize header = (gsize)(ip[0] & 15) * 4;
  if (header < 20 || size < ETHERNET + header + UDP + BOOTP)
    return FALSE;
  const guint8 *udp = ip + header;
  const guint8 *bootp = udp + UDP;
  if (be16 (udp) != 67 || be16 (udp + 2) != 68 || bootp[0] != 2 || bootp[2] != 6)
    return FALSE;
  memcpy (ret_lease->mac, bootp + 28, sizeof ret_lease->mac);
  ret_lease->address = (guint32)be16 (bootp + 16) << 16 | be16 (bootp + 18);
  return TRUE;
}
