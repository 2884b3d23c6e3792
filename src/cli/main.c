/* main.c - vbetctl: only the door to vbet_command_main(), so that tests can link all the rest. */
#include "config.h"

#include "cli/command.h"

int
main (int argc, char **argv)
{
  return vbet_command_main (argc, argv);
}
