/* main.c - one program, four names: vbet-init, vbet-agent, vbet-nic, vbet-routing. */
#include "common.h"

#include <string.h>

int
main (int argc, char **argv)
{
  const char *slash = argc > 0 ? strrchr (argv[0], '/') : NULL;
  const char *name = argc == 0 ? "" : slash != NULL ? slash + 1 : argv[0];
  if (strcmp (name, "vbet-init") == 0)
    return init_main (argc, argv);
  if (strcmp (name, "vbet-nic") == 0)
    return nic_main (argc, argv);
  if (strcmp (name, "vbet-routing") == 0)
    return routing_main (argc, argv);
  return agent_main (argc, argv);
}
