/* fuzz-program.c - the parser on any bytes: no crash, and everything that holds for every tree. */
#include "config.h"

#include "engine/language/program.h"
#include "fuzz/fuzz.h"
#include "unit/invariants.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (VbetProgram) program = vbet_program_parse ((const char *) data, size);
  vbet_test_check_program (program, (const char *) data, size);
  return 0;
}
