/* main.c - the program vbet. */
#include "config.h"

#include "gui/application.h"

int
main (int argc, char **argv)
{
  g_autoptr (VbetApplication) application = vbet_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
