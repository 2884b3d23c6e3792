/* fake-paths.c - lets the vbetctl of the tests launch the fake engine: linked with --wrap=vbet_paths_program.
 */
#include "config.h"

#include <string.h>

#include "base/paths.h"

char *__real_vbet_paths_program (const char *name);
char *__wrap_vbet_paths_program (const char *name);

char *
__wrap_vbet_paths_program (const char *name)
{
  const char *engine = g_getenv ("VBET_TEST_ENGINE");
  return engine != NULL && strcmp (name, "vbetd") == 0 ? g_strdup (engine) : __real_vbet_paths_program (name);
}
