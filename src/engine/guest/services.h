/* services.h - configurations of the services that a device can ask for by name alone. Pure. */
#pragma once

#include "engine/model/topology.h"

/**
 * vbet_guest_services_started:
 * @services: (element-type utf8)
 *
 * Returns: (transfer full): names for /usr/lib/vbet/service in start order, separated by spaces: each server once;
 * routing protocols are not among them, since etc/frr/daemons starts those.
 */
char *vbet_guest_services_started (GPtrArray *services);

/**
 * vbet_guest_services_dnsmasq:
 * @clients: vbet_guest_names_clients() of the lab
 *
 * dhcp-server gives out addresses on every NIC that has an IPv4 address with a network behind it; devices of the lab
 * get their names, and addresses that the lab's text gives to somebody are given to nobody else. dns-server answers
 * for the names of the lab.
 *
 * Returns: (transfer full) (nullable): /etc/dnsmasq.conf; NULL when neither is among @services.
 */
char *vbet_guest_services_dnsmasq (const VbetDevice *device, GPtrArray *services, const char *clients);

/** vbet_guest_services_page: Returns: (transfer full) (nullable): the web server's page; NULL without "web". */
char *vbet_guest_services_page (const VbetTopology *topology, const VbetDevice *device, GPtrArray *services);
