/* lab.h - lab texts in tests of the model. */
#pragma once

#include "engine/model/topology.h"
#include "unit/topology-state.h"

/** vbet_test_lab: Returns: (transfer full): @text as a topology; @ret_findings: (out) (transfer full)
 * (optional): formatted, a line each. */
VbetTopology *vbet_test_lab (const char *text, char **ret_findings);
/** vbet_test_good_lab: the same for a text in which nothing may be found. */
VbetTopology *vbet_test_good_lab (const char *text);
/** vbet_test_lab_file: Returns: (transfer full): a file of the source tree. */
VbetTopology *vbet_test_lab_file (const char *relative, char **ret_findings);
/** vbet_test_cabling: Returns: (transfer full): "cable1 r1:2-r2:1", a line a cable, in order; "*" for a free
 * end. */
char *vbet_test_cabling (const VbetTopology *topology);
/** vbet_test_devices: Returns: (transfer full): "router r1 2", a line a device with its number of NICs. */
char *vbet_test_devices (const VbetTopology *topology);
