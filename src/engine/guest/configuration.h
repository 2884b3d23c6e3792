/* configuration.h - what a guest is told about itself: its configuration disk, and changes while it runs.
 *
 * The disk is a tar that init lays over the root file system before anything
 * else happens:
 *
 *   etc/hostname, etc/hosts, etc/resolv.conf
 *   etc/vbet/nics       a line a NIC: INDEX MAC MTU, then "dhcp" and addresses with prefix
 *   etc/vbet/env        KIND, FORWARD, GATEWAY, GATEWAY6, DNS, SERVICES, NOTICE (for shells; values in '…')
 *   etc/vbet/boot.sh    the mount of share=, and boot=
 *   etc/frr/frr.conf, etc/frr/daemons    only where FRR is wanted; daemons: "NAME=yes" in start order
 *   etc/nftables.conf   only for firewalls
 *   usr/lib/modules/RELEASE/modules.builtin   what a lab kernel has built in
 *   etc/dnsmasq.conf, var/www/index.html where the services ask for them
 *   files of file(…), last, so that they win
 *
 * Pure: topology in, bytes or text out; the same topology gives the same bytes. What is made for all guests of a lab
 * one after the other takes its common part from a VbetGuestNames.
 */
#pragma once

#include "engine/guest/names.h"
#include "engine/model/topology.h"

/* Where a guest's kernel finds its shared folder; VBET_ROOT_SHARE of guest/root.h. */
#define VBET_GUEST_SHARE "/vbet-share"

/* A file of the guest that is none of the topology's: what its kernel brings. */
typedef struct {
  const char *path; /* without a leading "/" */
  GBytes *contents;
} VbetGuestFile;

/* Prefix lengths of addresses that are written without one. */
#define VBET_GUEST_PREFIX_IPV4 24
#define VBET_GUEST_PREFIX_IPV6 64

/**
 * vbet_guest_config_tar:
 * @names: of the topology of @device
 * @extra: (nullable): one more file
 *
 * Returns: (transfer full): the configuration disk of @device, a host, router or firewall.
 */
GBytes *vbet_guest_config_tar (const VbetGuestNames *names, const VbetDevice *device,
                               const VbetGuestFile *extra);

/**
 * vbet_guest_config_digest:
 *
 * Does not go through all devices, as vbet_guest_config_tar() has to.
 *
 * Returns: (transfer full): text that is the same when vbet_guest_config_tar() of these, without an extra file, is.
 */
char *vbet_guest_config_digest (const VbetGuestNames *names, const VbetDevice *device);

/**
 * vbet_guest_config_nic_setup:
 *
 * Returns: (transfer full): shell lines that bring up the hot-plugged @nic in the running guest: name, MTU, MAC,
 * addresses, a default route over it. They wait until the device is there.
 */
char *vbet_guest_config_nic_setup (const VbetTopology *topology, const VbetDevice *device,
                                   const VbetNic *nic);

/**
 * vbet_guest_config_change:
 * @nic: (nullable): the NIC whose attribute changed; NULL: @device's own
 * @key: "ip", "dhcp" of a NIC; "gateway", "dns", "rules", "routing" of a device
 *
 * @topology, @device and @nic are those after the change.
 *
 * Returns: (transfer full) (nullable): shell lines for "sh -c" (or, when long, for the standard input of "sh") that
 * make the running guest agree; they fail with one line on standard error. NULL: only a restart does it.
 */
char *vbet_guest_config_change (const VbetTopology *topology, const VbetDevice *device, const VbetNic *nic,
                                const char *key);

/**
 * vbet_guest_config_refresh:
 * @had_names, @had: what the files of the running guest were made of
 * @names, @device: what they are to be made of
 * @all: the files may be any: a refresh before this one failed half-way
 *
 * What no single change of an attribute covers: the names of all devices, what servers and routing daemons by
 * services= are told of addresses, and what is made where a file of the text was before.
 *
 * Returns: (transfer full) (nullable): shell lines, for the standard input of "sh"; NULL: nothing differs.
 */
char *vbet_guest_config_refresh (const VbetGuestNames *had_names, const VbetDevice *had,
                                 const VbetGuestNames *names, const VbetDevice *device, gboolean all);
