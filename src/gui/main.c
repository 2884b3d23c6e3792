/* main.c - the program vbet. */
#include "config.h"

#include <locale.h>
#include <signal.h>

#include <glib/gi18n.h>

#include "base/paths.h"
#include "gui/application.h"

int
main (int argc, char **argv)
{
  g_autofree char *built = vbet_paths_built ("po");
  /* A child that goes before it read its pipe is an error to deal with, no reason to end. */
  signal (SIGPIPE, SIG_IGN);
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, built != NULL ? built : LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_autoptr (VbetApplication) application = vbet_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
