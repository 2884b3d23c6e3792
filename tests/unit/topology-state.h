/* topology-state.h - what a topology holds, as text, and what holds for every topology. Needs no CUnit. */
#pragma once

#include "engine/model/topology.h"

/** vbet_test_dump: Returns: (transfer full): everything that two equal topologies have in common, in any
 * order of making. */
char *vbet_test_dump (const VbetTopology *topology);
/** vbet_test_check_topology: aborts when names, NICs and cables do not fit together. */
void vbet_test_check_topology (const VbetTopology *topology);
