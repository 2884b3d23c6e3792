/* lease.h - what a DHCP server's answer gives to whom, and the question that gives it again. Pure. */
#pragma once

#include <glib.h>

typedef struct {
  guint8 mac[6];
  guint32 address; /* host byte order */
} VbetNatLease;

#define VBET_NAT_LEASE_REQUEST_SIZE 342 /* bytes */

/** vbet_nat_lease_read: Returns: FALSE when the Ethernet frame is no answer of a DHCP server over IPv4. */
gboolean vbet_nat_lease_read (const guint8 *frame, gsize size, VbetNatLease *ret_lease);

/** vbet_nat_lease_request: writes the Ethernet frame by which @lease's NIC asks for its address. */
void vbet_nat_lease_request (const VbetNatLease *lease, guint8 ret_frame[VBET_NAT_LEASE_REQUEST_SIZE]);

/** vbet_nat_lease_parse: reads "02-00-00-00-00-01=10.0.2.15". */
gboolean vbet_nat_lease_parse (const char *text, VbetNatLease *ret_lease);
/** vbet_nat_lease_to_text: Returns: (transfer full): as vbet_nat_lease_parse() reads it. */
char *vbet_nat_lease_to_text (const VbetNatLease *lease);
