/* find.h - which devices are meant by a few words. Pure. */
#pragma once

#include "engine/model/topology.h"

/**
 * vbet_find_devices:
 * @query: words; a device is meant when each of them is found in it: in its name or label, as the beginning
 * of an address, as a network that holds one of its addresses ("192.168.1.0/24"), in a MAC, or as its kind
 *
 * Case makes no difference.
 *
 * Returns: (transfer full): NULL-terminated names: first those called so, then those whose names begin so,
 * then the others; each in order of the text.
 */
char **vbet_find_devices (const VbetTopology *topology, const char *query);
