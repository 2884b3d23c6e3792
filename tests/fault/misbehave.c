/* misbehave.c - runs inside a guest and sends what nobody should; for test-faults.py. Static: the image needs
 * nothing.
 *
 * Usage: misbehave NIC KIND DESTINATION SECONDS
 *
 * Prints how many frames the guest's kernel took. What it refuses itself is not sent, and is no fault.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>

#define FRAME_MAX 65536

typedef struct {
  struct virtio_net_hdr offload; /* sent first by a socket that was asked for it */
  uint8_t frame[FRAME_MAX];
} Packet;

typedef struct {
  const char *name;
  /* Returns: bytes of the frame; its first 14 are filled in already. */
  size_t (*make) (Packet *packet, unsigned number);
  int offload;
} Kind;

static void
put16 (uint8_t *at, unsigned value)
{
  at[0] = (uint8_t)(value >> 8);
  at[1] = (uint8_t)value;
}

static size_t
make_runt (Packet *packet, unsigned number)
{
  (void)packet;
  return number % 60;
}

static size_t
make_giant (Packet *packet, unsigned number)
{
  (void)packet;
  return 1490 + number * 37 % 60000;
}

/* Any depth of tags, cut anywhere. */
static size_t
make_vlans (Packet *packet, unsigned number)
{
  unsigned depth = 1 + number % 300;
  for (unsigned i = 0; i < depth; i++) {
    put16 (packet->frame + 12 + 4 * i, i % 3 == 1 ? 0x88a8 : 0x8100);
    put16 (packet->frame + 14 + 4 * i, number * 7 + i);
  }
  size_t size = 12 + 4 * (size_t)depth - number % 4;
  return size < 14 ? 14 : size;
}

static size_t
make_ipv6 (Packet *packet, unsigned number)
{
  put16 (packet->frame + 12, 0x86dd);
  packet->frame[14] = 0x60;
  put16 (packet->frame + 18, number * 13); /* a length that is not so */
  packet->frame[20] = (uint8_t)(number % 5 == 0 ? 0 : number % 5 == 1 ? 44 : 6);
  memset (packet->frame + 22, (int)number, 60);
  return 14 + number % 60;
}

static size_t
make_bpdu (Packet *packet, unsigned number)
{
  static const uint8_t to[] = { 1, 0x80, 0xc2, 0, 0, 0 };
  memcpy (packet->frame, to, sizeof to);
  put16 (packet->frame + 12, number % 64);
  packet->frame[14] = packet->frame[15] = 0x42;
  packet->frame[16] = 3;
  packet->frame[19] = (uint8_t)(number % 4);
  packet->frame[20] = number % 2 ? 2 : 0x80;
  for (unsigned i = 21; i < 60; i++)
    packet->frame[i] = (uint8_t)rand ();
  packet->frame[22] |= 0xf0; /* not a root that would take the tree over */
  return 14 + number % 50;
}

/* A TCP segment of 20,000 bytes whose header says where to cut it, often wrongly. */
static size_t
make_gso (Packet *packet, unsigned number)
{
  uint8_t *ip = packet->frame + 14;
  packet->offload
      = (struct virtio_net_hdr){ .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
                                 .gso_type = number % 2 ? VIRTIO_NET_HDR_GSO_TCPV4 : VIRTIO_NET_HDR_GSO_TCPV6,
                                 .hdr_len = (uint16_t)(number * 11),
                                 .gso_size = (uint16_t)(number % 3 ? 1 + number * 17 % 3000 : 1400),
                                 .csum_start = (uint16_t)(number % 5 ? 34 : number % 200),
                                 .csum_offset = (uint16_t)(number % 7 ? 16 : number) };
  put16 (packet->frame + 12, number % 2 ? 0x0800 : 0x86dd);
  memset (ip, 0, 80);
  ip[0] = number % 2 ? (uint8_t)(0x45 + number % 3) : 0x60;
  put16 (ip + 2, 20000 - 14);
  ip[6] = 6;
  ip[8] = 64;
  ip[9] = 6;
  ip[32] = (uint8_t)(number % 16 << 4);
  ip[52] = 0x50;
  return number % 11 ? 20000 : 54 + number % 100;
}

/* As many addresses as there are frames. */
static size_t
make_addresses (Packet *packet, unsigned number)
{
  (void)number;
  for (unsigned i = 7; i < 12; i++)
    packet->frame[i] = (uint8_t)rand ();
  return 60;
}

static size_t
make_flood (Packet *packet, unsigned number)
{
  (void)packet;
  return number % 2 ? 60 : 1514;
}

static size_t
make_broadcast (Packet *packet, unsigned number)
{
  memset (packet->frame, 0xff, 6);
  return number % 2 ? 60 : 1514;
}

static const Kind kinds[] = {
  { "runts", make_runt, 0 },  { "giants", make_giant, 0 },        { "vlans", make_vlans, 0 },
  { "ipv6", make_ipv6, 0 },   { "bpdus", make_bpdu, 0 },          { "gso", make_gso, 1 },
  { "flood", make_flood, 0 }, { "addresses", make_addresses, 0 }, { "broadcasts", make_broadcast, 0 },
};

static int
open_socket (const char *nic, int offload)
{
  struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex (nic) };
  int fd = socket (AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0); /* which receives nothing */
  if (fd < 0 || address.sll_ifindex == 0 || bind (fd, (struct sockaddr *)&address, sizeof address) != 0
      || (offload && setsockopt (fd, SOL_PACKET, PACKET_VNET_HDR, &offload, sizeof offload) != 0)) {
    perror (nic);
    exit (1);
  }
  return fd;
}

int
main (int argc, char **argv)
{
  static Packet packet;
  uint8_t to[6], from[6] = { 0x06, 0, 0, 0, 0, 0x66 };
  const Kind *kind = NULL;
  unsigned long sent = 0;
  for (unsigned i = 0; argc == 5 && i < sizeof kinds / sizeof kinds[0]; i++)
    if (strcmp (kinds[i].name, argv[2]) == 0)
      kind = &kinds[i];
  if (kind == NULL
      || sscanf (argv[3], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", to, to + 1, to + 2, to + 3, to + 4, to + 5) != 6)
    return 2;
  int fd = open_socket (argv[1], kind->offload);
  time_t end = time (NULL) + atoi (argv[4]);
  for (unsigned number = 0; number % 64 != 0 || time (NULL) < end; number++) {
    uint8_t *start = kind->offload ? (uint8_t *)&packet.offload : packet.frame;
    memcpy (packet.frame, to, 6);
    memcpy (packet.frame + 6, from, 6);
    put16 (packet.frame + 12, 0x88b5);
    size_t size = kind->make (&packet, number);
    if (kind->offload)
      size += sizeof packet.offload;
    sent += send (fd, start, size, 0) >= 0;
  }
  printf ("%lu\n", sent);
  return 0;
}
