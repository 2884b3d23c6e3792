/* loopback.c - see loopback.h. */
#include "config.h"

#include "nat/loopback.h"

#include <string.h>

#define ETHERNET 14
#define IPV4 0x0800
#define IPV6 0x86dd
#define UDP 17

static gboolean
is_loopback6 (const guint8 *address)
{
  static const guint8 zeros[10] = { 0 };
  guint after = (guint)address[10] << 8 | address[11];
  return memcmp (address, zeros, sizeof zeros) == 0 && (after == 0 || after == 0xffff);
}

gboolean
vbet_nat_is_for_loopback (const guint8 *frame, gsize size)
{
  if (size < ETHERNET)
    return FALSE;
  guint type = (guint)frame[12] << 8 | frame[13];
  const guint8 *packet = frame + ETHERNET;
  if (type == IPV4 && size >= ETHERNET + 20)
    return packet[16] == 127 || packet[16] == 0;
  return type == IPV6 && size >= ETHERNET + 40 && is_loopback6 (packet + 24);
}

/* --- datagrams ------------------------------------------------------------------------------ */

static guint
be16 (const guint8 *at)
{
  return (guint)at[0] << 8 | at[1];
}

static guint32
be32 (const guint8 *at)
{
  return (guint32)be16 (at) << 16 | be16 (at + 2);
}

static gsize
header_size (const guint8 *packet)
{
  return (gsize)(packet[0] & 15) * 4;
}

gboolean
vbet_nat_datagram_read (const guint8 *frame, gsize size, VbetNatDatagram *ret_datagram)
{
  const guint8 *packet = frame + ETHERNET;
  if (size < ETHERNET + 20 || be16 (frame + 12) != IPV4 || packet[0] >> 4 != 4 || packet[9] != UDP
      || (be16 (packet + 6) & 0x1fff) != 0 || header_size (packet) < 20
      || size < ETHERNET + header_size (packet) + 8)
    return FALSE;
  const guint8 *udp = packet + header_size (packet);
  *ret_datagram = (VbetNatDatagram){
    .from = be32 (packet + 12), .to = be32 (packet + 16), .from_port = be16 (udp), .to_port = be16 (udp + 2)
  };
  return TRUE;
}

/* RFC 1624, equation 3, of the 32 bits @old that become @now. */
static void
adjust (guint8 *checksum, guint32 old, guint32 now)
{
  guint32 sum = (~be16 (checksum) & 0xffff) + (~(old >> 16) & 0xffff) + (~old & 0xffff) + (now >> 16)
                + (now & 0xffff);
  while (sum > 0xffff)
    sum = (sum & 0xffff) + (sum >> 16);
  checksum[0] = (guint8)(~sum >> 8);
  checksum[1] = (guint8)~sum;
}

static void
move_address (guint8 *packet, guint8 *address, guint32 now)
{
  guint8 *checksum = packet + header_size (packet) + 6;
  guint32 old = be32 (address);
  adjust (packet + 10, old, now);
  if (be16 (checksum) != 0) { /* else it has none */
    adjust (checksum, old, now);
    if (be16 (checksum) == 0)
      checksum[0] = checksum[1] = 0xff;
  }
  for (guint i = 0; i < 4; i++)
    address[i] = (guint8)(now >> (24 - 8 * i));
}

void
vbet_nat_datagram_move (guint8 *frame, const guint32 *from, const guint32 *to)
{
  guint8 *packet = frame + ETHERNET;
  if (from != NULL)
    move_address (packet, packet + 12, *from);
  if (to != NULL)
    move_address (packet, packet + 16, *to);
}
