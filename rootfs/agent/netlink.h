/* netlink.h - the few rtnetlink(7) requests a guest needs to bring up its NICs. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <linux/if.h>
#include <linux/rtnetlink.h>

#define NETLINK_LINKS_MAX 256

typedef struct {
  int index;      /* of the kernel */
  unsigned flags; /* IFF_… */
  char name[IFNAMSIZ];
  uint8_t mac[6];
  unsigned mtu;
  uint8_t operstate; /* IF_OPER_… */
  uint8_t linkmode;  /* IF_LINK_MODE_… */
} Link;

typedef struct {
  int family; /* AF_INET or AF_INET6 */
  uint8_t bytes[16];
  int prefix; /* -1: not written */
} Address;

/** address_parse: "192.168.0.1/24", "2001:db8::1/64", prefix optional. */
bool address_parse (const char *text, Address *ret_address);

/** netlink_open: @groups: RTMGRP_… to listen to. Returns: a descriptor or -errno. */
int netlink_open (uint32_t groups);

/** netlink_links: all links. Returns: how many (at most @max) or -errno. */
int netlink_links (int fd, Link *links, int max);
/** netlink_parse_link: reads one RTM_NEWLINK or RTM_DELLINK. */
bool netlink_parse_link (const struct nlmsghdr *message, Link *ret_link);

/* What to change of a link; unset members are left alone. */
typedef struct {
  const char *name; /* new name */
  const uint8_t *mac;
  unsigned mtu;  /* 0: leave */
  int up;        /* -1: leave, 0, 1 */
  int linkmode;  /* -1: leave */
  int operstate; /* -1: leave */
} LinkChange;
#define LINK_CHANGE_NONE ((LinkChange){ .up = -1, .linkmode = -1, .operstate = -1 })

int netlink_set_link (int fd, int index, const LinkChange *change);
/** netlink_add_address: replaces the same address; IPv6 without duplicate address detection. */
int netlink_add_address (int fd, int index, const Address *address);
int netlink_delete_address (int fd, int index, const Address *address);
/** netlink_addresses: those of link @index that somebody set (no link-local). Returns: how many or -errno. */
int netlink_addresses (int fd, int index, Address *addresses, int max);
/** netlink_has_nf_tables: whether the kernel has nf_tables. May load its module. */
bool netlink_has_nf_tables (void);
/** netlink_default_route: replaces the default route of @gateway's family. */
int netlink_default_route (int fd, const Address *gateway);
