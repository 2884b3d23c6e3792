/* forward.h - where the port forwards of a gateway lead. Pure. */
#pragma once

#include "engine/model/topology.h"

/** vbet_forward_network: Returns: the network on the lab's side of @gateway, written or the default. */
VbetAddress vbet_forward_network (const VbetDevice *gateway);
/**
 * vbet_forward_resolve:
 * @text: "tcp:8080:host1:80", checked for its form before
 *
 * Returns: (transfer full): the same with an address of the gateway's network, or with the MAC of the NIC
 * that gets one by DHCP, instead of the name; NULL with @error when the forward leads nowhere.
 */
char *vbet_forward_resolve (const VbetTopology *topology, const VbetDevice *gateway, const char *text,
                            GError **error);
