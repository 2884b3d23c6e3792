/* fuzz-guest-agent.c - whatever a guest says on its agent's line: the engine answers every caller once, and survives.
 *
 * The first byte tells how the rest is cut into pieces. Three jobs of each kind and two
 * terminals are under way when the guest speaks; what the second shows is never taken.
 */
#include "config.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/agent-protocol.h"
#include "engine/guest/agent.h"
#include "fuzz/fuzz.h"

#define JOBS 9

static void
on_exec (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VbetExecResult) done = vbet_agent_exec_finish (VBET_AGENT (source), result, &error);
  g_assert_true ((done != NULL) != (error != NULL));
  g_assert_true (error == NULL || g_utf8_validate (error->message, -1, NULL));
  ++*(guint *)data;
}

static void
on_put (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (vbet_agent_put_finish (VBET_AGENT (source), result, &error) != (error != NULL));
  ++*(guint *)data;
}

static void
on_get (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) contents = vbet_agent_get_finish (VBET_AGENT (source), result, &error);
  g_assert_true ((contents != NULL) != (error != NULL));
  ++*(guint *)data;
}

typedef struct {
  VbetAgentTerminal *terminal; /* NULL once it has ended */
  gboolean takes;
  gsize waiting;
} Shell;

static void
on_shell_output (const guint8 *data, gsize size, gpointer user_data)
{
  Shell *shell = user_data;
  g_assert_nonnull (shell->terminal);
  shell->waiting += size;
  g_assert_cmpuint (shell->waiting, <=, VBET_AGENT_WINDOW);
  if (!shell->takes)
    return;
  vbet_agent_terminal_taken (shell->terminal, shell->waiting);
  shell->waiting = 0;
}

static void
on_shell_room (gpointer user_data)
{
  g_assert_nonnull (((Shell *)user_data)->terminal);
}

static void
on_shell_ended (const char *why, gpointer user_data)
{
  Shell *shell = user_data;
  g_assert_nonnull (shell->terminal);
  g_assert_true (why == NULL || g_utf8_validate (why, -1, NULL));
  shell->terminal = NULL;
}

static void
begin_shells (VbetAgent *agent, Shell *shells)
{
  static const VbetAgentTerminalEvents events = { on_shell_output, on_shell_room, on_shell_ended };
  const char *const argv[] = { "bash", NULL };
  for (guint i = 0; i < 2; i++) {
    shells[i] = (Shell){ .takes = i == 0 };
    shells[i].terminal = vbet_agent_terminal_open (agent, argv, 24, 80, &events, &shells[i], NULL);
    g_assert_nonnull (shells[i].terminal);
    vbet_agent_terminal_type (shells[i].terminal, (const guint8 *)"ls\n", 3);
    vbet_agent_terminal_resize (shells[i].terminal, 10, 10);
  }
}

static void
turn (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* What the agent sends must not fill the line up. */
static void
empty (int fd)
{
  guint8 bytes[4096];
  while (recv (fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
    ;
}

static void
begin_jobs (VbetAgent *agent, guint *answers)
{
  const char *const argv[] = { "ls", NULL };
  g_autoptr (GBytes) contents = g_bytes_new_static ("contents", 8);
  for (guint i = 0; i < JOBS / 3; i++) {
    vbet_agent_exec_async (agent, argv, i == 0 ? contents : NULL, NULL, NULL, NULL, on_exec, answers);
    vbet_agent_put_async (agent, "/a", 0644, contents, NULL, on_put, answers);
    vbet_agent_get_async (agent, "/b", NULL, NULL, NULL, on_get, answers);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  int line[2];
  guint answers = 0;
  Shell shells[2];
  guint8 hello[VBET_AGENT_HEADER + 12];
  gsize piece = size > 0 ? (gsize)data[0] + 1 : 1;
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line), ==, 0);
  VbetAgent *agent = vbet_agent_new (line[0], "r1");
  gsize greeting = vbet_agent_encode_hello (hello, sizeof hello, true);
  g_assert_cmpint (send (line[1], hello, greeting, 0), ==, (gssize)greeting);
  turn ();
  begin_jobs (agent, &answers);
  begin_shells (agent, shells);
  for (gsize at = 1; at < size; at += piece) {
    gsize rest = MIN (piece, size - at);
    g_assert_cmpint (send (line[1], data + at, rest, MSG_DONTWAIT), ==, (gssize)rest);
    turn ();
    empty (line[1]);
  }
  close (line[1]);
  turn ();
  vbet_agent_close (agent);
  turn ();
  g_assert_cmpuint (answers, ==, JOBS);
  g_assert_true (shells[0].terminal == NULL && shells[1].terminal == NULL);
  g_object_unref (agent);
  return 0;
}
