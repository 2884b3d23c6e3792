/* walls.c - see walls.h. */
#include "config.h"

#include "base/walls.h"

#define ENOUGH_MAX 3

/* Open when none of @enough holds. */
static const struct {
  const char *enough[ENOUGH_MAX];
  const char *sentence;
} walls[] = {
  { { "root", "landlock" }, "A guest's root can read and change the files of the user who runs the lab" },
  { { "root" },
    "A guest's root can connect to that user's sockets, other guests' among them, and change modes and times "
    "of that user's "
    "files" },
  { { "netns", "calls" }, "A guest's root can use this machine's network, past the lab's switch" },
  { { "pidns" }, "Processes of a guest may go on for a moment when its kernel is killed" },
  { { "userns" }, "How many processes a guest's kernel has is not limited" },
  { { "calls" }, "A guest's root can make any system call of this machine as the user who runs the lab" },
};

char **
vbet_walls_open (const char *const *layers)
{
  g_autoptr (GStrvBuilder) sentences = g_strv_builder_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (walls); i++) {
    gboolean shut = FALSE;
    for (gsize k = 0; k < ENOUGH_MAX && walls[i].enough[k] != NULL; k++)
      shut = shut || g_strv_contains (layers, walls[i].enough[k]);
    if (!shut)
      g_strv_builder_add (sentences, walls[i].sentence);
  }
  return g_strv_builder_end (sentences);
}

const char *
vbet_walls_remedy (void)
{
  return "allow user namespaces (see “vbetctl doctor”), or run only labs that you trust";
}
