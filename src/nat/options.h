/* options.h - what vbet-nat is told by its arguments.
 *
 *   --network=10.0.2.0/24        on the lab's side; a prefix from 8 to 29
 *   --mtu=1500                   longest packet
 *   --no-dhcp                    gives no addresses
 *   --isolated                   nothing of the lab gets out
 *   --host                       guests reach the real host's 127.0.0.1, at the gateway's address
 *   --forward=tcp:8080:TARGET:80 port of the real host, and where in the lab it leads; any number of them.
 *                                TARGET: an IPv4 address of the network, or the MAC of a NIC that gets its
 *                                address by DHCP, as 02-00-00-00-00-01
 *   --lease=02-00-00-00-00-01=10.0.2.15  an earlier process gave that address; any number of them
 *
 * The plan of a network's addresses is here, too. Pure.
 */
#pragma once

#include <glib.h>

#include "nat/lease.h"

#define VBET_NAT_FORWARDS_MAX 256
#define VBET_NAT_LEASES_MAX 256

typedef struct {
  gboolean udp;
  guint host_port;
  gboolean by_mac; /* @address is unknown until @mac has a lease */
  guint8 mac[6];
  guint32 address; /* of the guest, host byte order */
  guint guest_port;
  char *text; /* as given */
} VbetNatForward;

typedef struct {
  guint32 network; /* host byte order */
  guint prefix;
  guint mtu;
  gboolean dhcp;
  gboolean isolated;
  gboolean host;
  GArray *forwards; /* of VbetNatForward */
  GArray *leases;   /* of VbetNatLease: given by an earlier process */
} VbetNatOptions;

/** vbet_nat_options_parse: @argv: (array zero-terminated=1): without the program's name. FALSE with @error:
 * one sentence; @self needs vbet_nat_options_clear() either way. */
gboolean vbet_nat_options_parse (VbetNatOptions *self, const char *const *argv, GError **error);
/** vbet_nat_options_clear: frees what @self holds, not @self. */
void vbet_nat_options_clear (VbetNatOptions *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (VbetNatOptions, vbet_nat_options_clear)

/** vbet_nat_parse_forward: @ret_forward: its text is the caller's. */
gboolean vbet_nat_parse_forward (const char *text, VbetNatForward *ret_forward);

/** vbet_nat_parse_mac: reads 02-00-00-00-00-01. */
gboolean vbet_nat_parse_mac (const char *text, guint8 ret_mac[6]);
/** vbet_nat_parse_address: IPv4, dotted; host byte order. */
gboolean vbet_nat_parse_address (const char *text, guint32 *ret_address);

/** vbet_nat_options_mask: Returns: of the network, host byte order. */
guint32 vbet_nat_options_mask (const VbetNatOptions *self);
/** vbet_nat_options_first_lease: the first address that DHCP gives, host byte order. */
guint32 vbet_nat_options_first_lease (const VbetNatOptions *self);
/** vbet_nat_options_holds: whether a guest can have @address: in the network, not the gateway's, not a
 * broadcast. */
gboolean vbet_nat_options_holds (const VbetNatOptions *self, guint32 address);
/** vbet_nat_options_prefix6: the network's IPv6 counterpart, of length 64: fd56:4245, then the IPv4 network.
 */
void vbet_nat_options_prefix6 (const VbetNatOptions *self, guint8 ret_bytes[16]);
