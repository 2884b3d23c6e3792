/* names.h - what the files of all guests of one topology have in common: the names of its devices.
 *
 * Each guest is told of every other, so what it is told is put together from this, which is made once a
 * topology: a lab of many guests would else go through all of its devices for each of them.
 */
#pragma once

#include "engine/model/topology.h"

typedef struct VbetGuestNames VbetGuestNames;

/** vbet_guest_names_new: Returns: (transfer full): those of @topology, which it keeps. */
VbetGuestNames *vbet_guest_names_new (VbetTopology *topology);
/** vbet_guest_names_ref: Returns: (transfer full): @self. */
VbetGuestNames *vbet_guest_names_ref (VbetGuestNames *self);
/** vbet_guest_names_unref: @self: (nullable) */
void vbet_guest_names_unref (VbetGuestNames *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetGuestNames, vbet_guest_names_unref)

/** vbet_guest_names_topology: Returns: (transfer none): what @self was made of. */
const VbetTopology *vbet_guest_names_topology (const VbetGuestNames *self);

/** vbet_guest_names_hosts: Returns: (transfer full): /etc/hosts of @device, a guest of that topology. */
char *vbet_guest_names_hosts (const VbetGuestNames *self, const VbetDevice *device);
/** vbet_guest_names_hosts_digest: Returns: text that is the same when vbet_guest_names_hosts() is, of each
 * device. */
const char *vbet_guest_names_hosts_digest (const VbetGuestNames *self);
/** vbet_guest_names_clients: Returns: the lines for dnsmasq by which DHCP clients get their names, and
 * addresses that belong to somebody are kept for them. */
const char *vbet_guest_names_clients (const VbetGuestNames *self);
/** vbet_guest_names_clients_digest: Returns: text that is the same when vbet_guest_names_clients() is. */
const char *vbet_guest_names_clients_digest (const VbetGuestNames *self);
