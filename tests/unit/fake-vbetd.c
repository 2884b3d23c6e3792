/* fake-vbetd.c - the fake engine as a program, in place of vbetd where a lab is launched.
 *
 * $VBET_FAKE_SCRIPT is a file with its script, $VBET_FAKE_LOG one that gets
 * the requests. "refuse CODE SENTENCE" as the script's first line makes it
 * say so instead of serving, as vbetd does.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/paths.h"
#include "unit/fake-engine.h"

static const char *
option (int argc, char **argv, const char *name)
{
  for (int i = 1; i + 1 < argc; i++)
    if (strcmp (argv[i], name) == 0)
      return argv[i + 1];
  return "";
}

int
main (int argc, char **argv)
{
  g_autofree char *script = NULL;
  alarm (60); /* whatever the test does, nothing stays behind */
  if (!g_file_get_contents (g_getenv ("VBET_FAKE_SCRIPT"), &script, NULL, NULL))
    return 2;
  const char *id = option (argc, argv, "--id");
  g_autofree char *head = g_strdup_printf ("id=%s name=%s path=%s%s\n", id, option (argc, argv, "--name"),
                                           option (argc, argv, "--path"),
                                           g_strcmp0 (argv[argc - 1], "--isolated") == 0 ? " isolated" : "");
  if (g_str_has_prefix (script, "refuse ")) {
    script[strcspn (script, "\n")] = '\0';
    printf ("error %s\n", script + strlen ("refuse "));
    return 1;
  }
  g_autofree char *socket = vbet_paths_lab_socket (id);
  VbetFakeEngine *engine = vbet_fake_engine_new (socket, script);
  vbet_fake_engine_log_to (engine, g_getenv ("VBET_FAKE_LOG"), head);
  printf ("ready\n");
  fflush (stdout);
  while (!vbet_fake_engine_ended (engine))
    g_main_context_iteration (NULL, TRUE);
  vbet_fake_engine_free (engine);
  g_autofree char *folder = g_path_get_dirname (socket);
  vbet_paths_remove_tree (folder);
  return 0;
}
