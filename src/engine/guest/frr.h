/* frr.h - FRR configurations: which daemons a text needs, and a text for who asks for a protocol only. Pure. */
#pragma once

#include "engine/model/topology.h"

/**
 * vbet_frr_daemons:
 * @text: an FRR configuration
 * @services: (element-type utf8): the device's services; "ospf", "ospf6", "rip", "bgp" and "isis" ask for daemons too
 * @has_ipv6: whether "rip" asks for ripngd as well
 *
 * Returns: (transfer container) (element-type utf8): daemons in the order they are to be started, zebra first; empty
 * when neither asks for one. Strings are static.
 */
GPtrArray *vbet_frr_daemons (const char *text, GPtrArray *services, gboolean has_ipv6);

/**
 * vbet_frr_configuration:
 * @text: (nullable): the configuration as written in the lab
 * @services: as above
 *
 * What /etc/frr/frr.conf is to hold: the host name, @text, and for each protocol of @services that @text does not
 * configure a plain configuration on all NICs (OSPF in area 0, RIP version 2, IS-IS in area 49.0001; none for BGP,
 * which cannot be guessed). A router of these OSPF configurations is known by its first IPv4 address, whatever loses its
 * carrier, unless @text names a router-id or speaks of the loopback interface.
 *
 * Returns: (transfer full): the text.
 */
char *vbet_frr_configuration (const VbetDevice *device, const char *text, GPtrArray *services);
