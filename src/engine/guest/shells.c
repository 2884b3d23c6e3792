/* shells.c - the root shells of a running guest. */
#include "config.h"

#include "base/error.h"
#include "engine/guest/private.h"
#include "engine/guest/shell.h"

static gboolean
is_it (gpointer number, gpointer shell, gpointer wanted)
{
  return shell == wanted;
}

static void
on_ended (VbetShell *shell, gpointer data)
{
  VbetGuest *self = data;
  g_hash_table_foreach_remove (self->shells, is_it, shell);
}

guint
vbet_guest_open_shell (VbetGuest *self, guint rows, guint columns, char **ret_path, GError **error)
{
  g_return_val_if_fail (VBET_IS_GUEST (self) && ret_path != NULL, 0);
  if (self->state != VBET_GUEST_READY) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_STATE, "%s is %s, not ready", self->name,
                 vbet_guest_state_name (self->state));
    return 0;
  }
  if (g_hash_table_size (self->shells) >= VBET_GUEST_SHELLS_MAX) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_STATE, "%s has %d root shells already; close one of them",
                 self->name, VBET_GUEST_SHELLS_MAX);
    return 0;
  }
  guint number = ++self->last_shell;
  g_autofree char *path = g_strdup_printf ("%s.%u", self->console_path, number);
  VbetShell *shell = vbet_shell_new (self->agent, path, rows, columns, error);
  if (shell == NULL)
    return 0;
  g_signal_connect (shell, "ended", G_CALLBACK (on_ended), self);
  g_hash_table_insert (self->shells, GUINT_TO_POINTER (number), shell);
  *ret_path = g_steal_pointer (&path);
  return number;
}

gboolean
vbet_guest_resize_shell (VbetGuest *self, guint number, guint rows, guint columns)
{
  g_return_val_if_fail (VBET_IS_GUEST (self), FALSE);
  VbetShell *shell = g_hash_table_lookup (self->shells, GUINT_TO_POINTER (number));
  if (shell == NULL)
    return FALSE;
  vbet_shell_resize (shell, rows, columns);
  return TRUE;
}

void
vbet_guest_free_shell (gpointer shell)
{
  g_signal_handlers_disconnect_matched (shell, G_SIGNAL_MATCH_FUNC, 0, 0, NULL, on_ended, NULL);
  vbet_shell_close (shell);
  g_object_unref (shell);
}
