/* main.c - vbet-switch; everything is in the library, so that tests link it, too. */
#include "config.h"

#include "switch/switch.h"

int
main (int argc, char **argv)
{
  return vbet_switch_main (argc, argv);
}
