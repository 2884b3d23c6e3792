/* nics.h - brings up the guest's NICs as /etc/vbet/nics says.
 *
 * One line a NIC: "INDEX MAC MTU ITEM…", where INDEX counts from 1 and makes
 * eth(INDEX-1), and an ITEM is "dhcp" or an address with its prefix. MTU 0
 * leaves it as it is.
 */
#pragma once

#include "netlink.h"

#define NICS_FILE "/etc/vbet/nics"
#define NIC_INDEX_MAX 4096
#define NIC_ADDRESSES_MAX 64

typedef struct {
  unsigned index;
  uint8_t mac[6];
  unsigned mtu;
  bool dhcp;
  int address_count;
  Address addresses[NIC_ADDRESSES_MAX];
} Nic;

/** Reports one thing that did not work, in a few words; @kind: "nic" or "address". */
typedef void (*NicReport) (const char *kind, const char *text);

/** nic_parse: @words: (array length=count): the words of a line. */
bool nic_parse (char *const *words, int count, Nic *ret_nic);

/** nic_name: eth(index-1). */
void nic_name (unsigned index, char name[IFNAMSIZ]);

/** nics_up: all NICs of NICS_FILE; what fails is reported and passed over. */
void nics_up (int netlink, NicReport report);

/** nics_summary: "eth0 192.168.0.1/24  eth1 dhcp", for the greeting. */
void nics_summary (char *text, size_t capacity);
