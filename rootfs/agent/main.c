/* main.c - one program with many names: init, agent, and what they and a guest's user call. */
#include "common.h"

#include <string.h>

static const struct {
  const char *name;
  int (*run) (int argc, char **argv);
} programs[] = {
  { "vbet-init", init_main },         { "vbet-nic", nic_main },      { "vbet-routing", routing_main },
  { "vbet-modprobe", autoload_main }, { "modprobe", modprobe_main }, { "vbet-hello", hello_main },
};

int
main (int argc, char **argv)
{
  const char *slash = argc > 0 ? strrchr (argv[0], '/') : NULL;
  const char *name = argc == 0 ? "" : slash != NULL ? slash + 1 : argv[0];
  for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
    if (strcmp (name, programs[i].name) == 0)
      return programs[i].run (argc, argv);
  return agent_main (argc, argv);
}
