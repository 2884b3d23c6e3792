/* adopted.c - see adopted.h. */
#include "config.h"

#include "engine/host/adopted.h"

#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib-unix.h>

/* Whether the child @pid is one that the engine starts itself, and so waits for itself. Before a program has given itself
 * its name it has the engine's, or the number of the descriptor that it was started by. */
static gboolean
is_own (const char *pid)
{
  static const char *const names[]
      = { "vbetd", "vbet-guest", "vbet-switch", "vbet-nat", "vbet-warden", NULL };
  g_autofree char *path = g_build_filename ("/proc", pid, "comm", NULL);
  g_autofree char *name = NULL;
  if (!g_file_get_contents (path, &name, NULL, NULL))
    return TRUE; /* it is not there any more */
  g_strchomp (name);
  return g_strv_contains (names, name) || strspn (name, "0123456789") == strlen (name);
}

static gboolean
on_ended (gint fd, GIOCondition condition, gpointer data)
{
  siginfo_t info;
  (void)condition;
  (void)data;
  /* Where it is waited for twice, the second finds nothing. */
  (void)waitid (P_PIDFD, (id_t)fd, &info, WEXITED | WNOHANG);
  close (fd);
  return G_SOURCE_REMOVE;
}

static void
wait_for (const char *pid, GMainContext *context)
{
  int fd = pidfd_open (atoi (pid), 0);
  if (fd < 0)
    return;
  g_autoptr (GSource) source = g_unix_fd_source_new (fd, G_IO_IN);
  g_source_set_callback (source, G_SOURCE_FUNC (on_ended), NULL, NULL);
  g_source_attach (source, context);
}

void
vbet_adopted_reap (GMainContext *context)
{
  g_autoptr (GDir) threads = g_dir_open ("/proc/self/task", 0, NULL);
  for (const char *thread = threads != NULL ? g_dir_read_name (threads) : NULL; thread != NULL;
       thread = g_dir_read_name (threads)) {
    g_autofree char *path = g_build_filename ("/proc/self/task", thread, "children", NULL);
    g_autofree char *text = NULL;
    if (!g_file_get_contents (path, &text, NULL, NULL))
      continue;
    g_auto (GStrv) pids = g_strsplit (text, " ", -1);
    for (gsize i = 0; pids[i] != NULL; i++)
      if (pids[i][0] != '\0' && !is_own (pids[i]))
        wait_for (pids[i], context);
  }
}
