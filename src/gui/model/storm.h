/* storm.h - where frames circle: which of the lab's switches and hubs stand in a ring. Pure. */
#pragma once

#include "engine/model/topology.h"

/**
 * vbet_storm_ring:
 * @storms: set of names: the switches and hubs that say that frames for everybody fill them
 *
 * A storm also pours into switches that hang on the ring; those are not the cause.
 *
 * Returns: (transfer full) (element-type VbetDevice): those of @storms that stand in a ring of cables,
 * borrowed from
 * @topology, in its order; none when there is no ring.
 */
GPtrArray *vbet_storm_ring (const VbetTopology *topology, GHashTable *storms);
