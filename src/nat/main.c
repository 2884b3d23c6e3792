/* main.c - vbet-nat; everything is in the library, so that tests link it, too. */
#include "config.h"

#include "nat/nat.h"

int
main (int argc, char **argv)
{
  return vbet_nat_main (argc, argv);
}
