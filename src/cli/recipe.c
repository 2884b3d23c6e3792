/* recipe.c - see recipe.h. */
#include "config.h"

#include "cli/recipe.h"

#include <gio/gio.h>
#include <signal.h>
#include <string.h>

#include "base/paths.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/output.h"

static void
on_ended (GObject *source, GAsyncResult *result, gpointer data)
{
  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  *(gboolean *)data = TRUE;
}

static int
wait_for (GSubprocess *recipe)
{
  gboolean ended = FALSE;
  gboolean told = FALSE;
  g_autoptr (VbetInterrupt) interrupt = vbet_interrupt_new ();
  g_subprocess_wait_async (recipe, NULL, on_ended, &ended);
  while (!ended) {
    g_main_context_iteration (NULL, TRUE);
    if (!told && vbet_interrupt_count (interrupt) > 0) {
      g_subprocess_send_signal (recipe, SIGTERM);
      told = TRUE;
    }
  }
  if (vbet_interrupt_count (interrupt) > 0)
    return VBET_EXIT_INTERRUPTED;
  if (!g_subprocess_get_if_exited (recipe))
    return VBET_EXIT_FAILURE;
  int status = g_subprocess_get_exit_status (recipe);
  return status == VBET_EXIT_OK || status == VBET_EXIT_USAGE ? status : VBET_EXIT_FAILURE;
}

int
vbet_recipe_run (const char *recipe, const VbetRecipeProgram *programs, gsize n, char **arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) command = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *path = vbet_paths_data (recipe);
  if (!g_file_test (path, G_FILE_TEST_IS_EXECUTABLE)) {
    vbet_output_message ("The recipe %s is missing; install vBET again", path);
    return VBET_EXIT_FAILURE;
  }
  g_ptr_array_add (command, g_strdup (path));
  for (gsize i = 0; i < n; i++) {
    g_autofree char *program = vbet_paths_program (programs[i].program);
    if (g_strv_contains ((const char *const *)arguments, programs[i].option)
        || !g_file_test (program, G_FILE_TEST_IS_REGULAR))
      continue;
    g_ptr_array_add (command, g_strdup (programs[i].option));
    g_ptr_array_add (command, g_steal_pointer (&program));
  }
  for (gsize i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (command, g_strdup (arguments[i]));
  g_ptr_array_add (command, NULL);
  g_autoptr (GSubprocess) process
      = g_subprocess_newv ((const char *const *)command->pdata, G_SUBPROCESS_FLAGS_STDIN_INHERIT, &error);
  if (process == NULL) {
    vbet_output_error (error);
    return VBET_EXIT_FAILURE;
  }
  return wait_for (process);
}
