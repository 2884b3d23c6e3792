/* lease.h - what a DHCP server's answer gives to whom. Pure. */
#pragma once

#include <glib.h>

typedef struct {
  guint8 mac[6];
  guint32 address; /* host byte order */
} VbetNatLease;

/** vbet_nat_lease_read: Returns: FALSE when the Ethernet frame is no answer of a DHCP server over IPv4. */
gboolean vbet_nat_lease_read (const guint8 *frame, gsize size, VbetNatLease *ret_lease);
