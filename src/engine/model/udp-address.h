/* udp-address.h - where a remote's datagrams go and where it receives them, as a lab's text writes it. Pure.
 */
#pragma once

#include "engine/language/value.h"

#define VBET_UDP_PEER_FORM                                                                                   \
  "HOST:PORT, such as \"192.0.2.7:7000\", \"[2001:db8::7]:7000\" or \"lab2.example:7000\""
#define VBET_UDP_LISTEN_FORM                                                                                 \
  "a port, or ADDRESS:PORT, such as \"7000\", \"192.0.2.1:7000\" or \"[2001:db8::1]:7000\""

typedef struct {
  char *host;          /* name or address, without brackets, with "%scope" if written; NULL: every address */
  gboolean literal;    /* @host is an address: */
  VbetAddress address; /* without scope */
  guint port;          /* 1 to 65535 */
} VbetUdpAddress;

/** vbet_udp_peer_parse: Returns: FALSE when @text is not of VBET_UDP_PEER_FORM. */
gboolean vbet_udp_peer_parse (const char *text, VbetUdpAddress *ret_address);
/** vbet_udp_listen_parse: Returns: FALSE when @text is not of VBET_UDP_LISTEN_FORM. */
gboolean vbet_udp_listen_parse (const char *text, VbetUdpAddress *ret_address);
/** vbet_udp_address_clear: frees what @self holds, not @self. */
void vbet_udp_address_clear (VbetUdpAddress *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (VbetUdpAddress, vbet_udp_address_clear)

/** vbet_udp_address_is_every: whether it is every address of the machine: none is written, or 0.0.0.0, or ::.
 */
gboolean vbet_udp_address_is_every (const VbetUdpAddress *self);
/** vbet_udp_leads_to: whether what is sent to @peer certainly comes back to @listen of the same machine. */
gboolean vbet_udp_leads_to (const VbetUdpAddress *peer, const VbetUdpAddress *listen);
