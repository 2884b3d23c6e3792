/* fuzz-program.c - the parser and elaboration on any bytes: no crash, and everything that holds for every
 * tree. */
#include "config.h"

#include "engine/language/program.h"
#include "engine/model/topology.h"
#include "fuzz/fuzz.h"
#include "unit/invariants.h"
#include "unit/topology-state.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (VbetProgram) program = vbet_program_parse ((const char *)data, size);
  vbet_test_check_program (program, (const char *)data, size);
  g_autoptr (VbetDiagnostics) findings = vbet_diagnostics_new ((const char *)data, size);
  g_autoptr (VbetTopology) topology = vbet_topology_elaborate (program, "lab", findings);
  g_autofree char *json = vbet_topology_to_json (topology);
  g_assert_nonnull (json);
  vbet_test_check_topology (topology);
  return 0;
}
