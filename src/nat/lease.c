/* lease.c - see lease.h. */
#include "config.h"

#include "nat/lease.h"

#include <string.h>

#include "base/mac.h"
#include "nat/options.h"

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

static void
put16 (guint8 *at, guint value)
{
  at[0] = (guint8)(value >> 8);
  at[1] = (guint8)value;
}

/* Of an IPv4 header without options. */
static guint
checksum (const guint8 *header)
{
  guint sum = 0;
  for (guint i = 0; i < 20; i += 2)
    sum += be16 (header + i);
  while (sum > 0xffff)
    sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}

void
vbet_nat_lease_request (const VbetNatLease *lease, guint8 ret_frame[VBET_NAT_LEASE_REQUEST_SIZE])
{
  /* Magic cookie; message type: request; requested address. */
  static const guint8 options[] = { 99, 130, 83, 99, 53, 1, 3, 50, 4 };
  guint8 *ip = ret_frame + ETHERNET, *udp = ip + 20, *bootp = udp + UDP;
  memset (ret_frame, 0, VBET_NAT_LEASE_REQUEST_SIZE);
  memset (ret_frame, 0xff, 6);
  memcpy (ret_frame + 6, lease->mac, 6);
  put16 (ret_frame + 12, 0x0800);
  ip[0] = 0x45;
  put16 (ip + 2, VBET_NAT_LEASE_REQUEST_SIZE - ETHERNET);
  ip[8] = 64;
  ip[9] = 17;
  memset (ip + 16, 0xff, 4);
  put16 (ip + 10, checksum (ip));
  put16 (udp, 68);
  put16 (udp + 2, 67);
  put16 (udp + 4, VBET_NAT_LEASE_REQUEST_SIZE - ETHERNET - 20);
  bootp[0] = 1;
  bootp[1] = 1;
  bootp[2] = 6;
  memcpy (bootp + 28, lease->mac, 6);
  memcpy (bootp + 236, options, sizeof options);
  put16 (bootp + 236 + sizeof options, lease->address >> 16);
  put16 (bootp + 238 + sizeof options, lease->address & 0xffff);
  bootp[240 + sizeof options] = 255;
}

gboolean
vbet_nat_lease_parse (const char *text, VbetNatLease *ret_lease)
{
  g_auto (GStrv) parts = g_strsplit (text, "=", 3);
  return g_strv_length (parts) == 2 && vbet_nat_parse_mac (parts[0], ret_lease->mac)
         && vbet_nat_parse_address (parts[1], &ret_lease->address);
}

char *
vbet_nat_lease_to_text (const VbetNatLease *lease)
{
  char mac[VBET_MAC_TEXT_SIZE];
  guint32 address = lease->address;
  return g_strdup_printf ("%s=%u.%u.%u.%u", vbet_mac_to_text (lease->mac, '-', mac), address >> 24,
                          address >> 16 & 255, address >> 8 & 255, address & 255);
}
