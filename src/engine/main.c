/* main.c - the vbetd program; all of it is in vbetd.c so that tests can link it. */
#include "config.h"

#include "engine/vbetd.h"

int
main (int argc, char **argv)
{
  return vbet_vbetd_main (argc, argv);
}
