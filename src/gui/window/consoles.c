/* consoles.c - the window's actions for consoles and root shells, and the way from part to part by
 * keys. */
#include "config.h"

#include "gui/window/private.h"

#include <glib/gi18n.h>

#include "gui/panes/run-on.h"

/* --- opening ----------------------------------------------------------------------------- */

static gboolean
is_guest (VbetWindow *self, const char *name)
{
  const VbetDevice *device = vbet_topology_device (vbet_session_get_topology (self->session), name);
  return device != NULL && (device->kind & VBET_KIND_GUEST) != 0;
}

static gboolean
is_ready (VbetWindow *self, const char *name)
{
  return is_guest (self, name) && vbet_session_get_state (self->session, name) == VBET_STATE_READY;
}

/* The consoles come to the front, whatever the pane shows. */
static void
show_pane (VbetWindow *self)
{
  _vbet_window_show_panes (self);
  gtk_notebook_set_current_page (self->bottom,
                                 gtk_notebook_page_num (self->bottom, GTK_WIDGET (self->consoles)));
}

static void
on_console_all (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  VbetClient *client = vbet_runner_get_client (self->runner);
  const VbetTopology *topology = vbet_session_get_topology (self->session);
  if (client == NULL)
    return;
  show_pane (self);
  for (guint i = 0; i < topology->devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (topology->devices, i);
    if ((device->kind & VBET_KIND_GUEST) != 0)
      vbet_consoles_open (self->consoles, client, device->name);
  }
}

static void
on_console_selected (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  VbetClient *client = vbet_runner_get_client (self->runner);
  g_auto (GStrv) names = vbet_session_selected_devices (self->session);
  if (client == NULL)
    return;
  show_pane (self);
  for (guint i = 0; names[i] != NULL; i++)
    if (is_guest (self, names[i]))
      vbet_consoles_open (self->consoles, client, names[i]);
}

static void
open_shell (VbetWindow *self, const char *device)
{
  VbetClient *client = vbet_runner_get_client (self->runner);
  if (client == NULL || !is_ready (self, device))
    return;
  show_pane (self);
  vbet_consoles_open_shell (self->consoles, client, device);
}

static void
on_shell (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_auto (GStrv) names = vbet_session_selected_devices (VBET_WINDOW (data)->session);
  for (guint i = 0; names[i] != NULL; i++)
    open_shell (data, names[i]);
}

static void
on_shell_wanted (VbetConsoles *consoles, const char *device, VbetWindow *self)
{
  open_shell (self, device);
}

static void
on_run_on (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  g_auto (GStrv) names = vbet_session_selected_devices (self->session);
  g_autoptr (GStrvBuilder) chosen = g_strv_builder_new ();
  for (guint i = 0; names[i] != NULL; i++)
    if (is_guest (self, names[i]))
      g_strv_builder_add (chosen, names[i]);
  g_auto (GStrv) guests = g_strv_builder_end (chosen);
  GtkWidget *window = vbet_run_on_new (self->session, self->runner, (const char *const *)guests);
  gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (self));
  gtk_window_set_destroy_with_parent (GTK_WINDOW (window), TRUE);
  gtk_window_present (GTK_WINDOW (window));
}

/* --- how they are shown ------------------------------------------------------------------------ */

static void
on_tile (GSimpleAction *action, GVariant *state, gpointer data)
{
  VbetWindow *self = data;
  g_simple_action_set_state (action, state);
  vbet_consoles_set_tiled (self->consoles, g_variant_get_boolean (state));
}

static void
on_broadcast (GSimpleAction *action, GVariant *state, gpointer data)
{
  g_simple_action_set_state (action, state);
  vbet_consoles_set_broadcast (VBET_WINDOW (data)->consoles, g_variant_get_boolean (state));
}

static void
on_broadcast_changed (VbetConsoles *consoles, VbetWindow *self)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), "console-broadcast");
  g_simple_action_set_state (G_SIMPLE_ACTION (action),
                             g_variant_new_boolean (vbet_consoles_get_broadcast (consoles)));
}

static void
on_find (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  show_pane (data);
  vbet_consoles_find (VBET_WINDOW (data)->consoles);
}

static void
on_detach (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  vbet_consoles_detach (VBET_WINDOW (data)->consoles);
}

static void
on_notice (VbetConsoles *consoles, const char *text, VbetWindow *self)
{
  vbet_notices_show (self->notices, "console", GTK_MESSAGE_INFO, text, NULL);
}

/* --- which are possible now ------------------------------------------------------------------------- */

static void
enable (VbetWindow *self, const char *name, gboolean enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), name);
  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

void
_vbet_window_update_consoles (VbetWindow *self)
{
  if (self->closing == VBET_CLOSING_NOW
      || g_action_map_lookup_action (G_ACTION_MAP (self), "console-all") == NULL)
    return;
  g_auto (GStrv) names = vbet_session_selected_devices (self->session);
  const VbetTopology *topology = vbet_session_get_topology (self->session);
  gboolean running = vbet_runner_get_client (self->runner) != NULL;
  gboolean open = vbet_consoles_size (self->consoles) > 0;
  guint all = 0, guests = 0, ready = 0;
  for (guint i = 0; i < topology->devices->len; i++)
    all += (((const VbetDevice *)g_ptr_array_index (topology->devices, i))->kind & VBET_KIND_GUEST) != 0 ? 1
                                                                                                         : 0;
  for (guint i = 0; names[i] != NULL; i++) {
    guests += is_guest (self, names[i]) ? 1 : 0;
    ready += is_ready (self, names[i]) ? 1 : 0;
  }
  enable (self, "run-on", running && all > 0);
  enable (self, "console-all", running && all > 0);
  enable (self, "console-selected", running && guests > 1);
  enable (self, "shell", running && ready > 0);
  enable (self, "console-find", open);
  enable (self, "console-detach", open);
  enable (self, "console-broadcast", open);
  _vbet_window_update_copy (self);
}

void
_vbet_window_add_consoles (VbetWindow *self)
{
  static const GActionEntry entries[] = {
    { "console-all", on_console_all },
    { "console-selected", on_console_selected },
    { "shell", on_shell },
    { "run-on", on_run_on },
    { "tile-consoles", NULL, NULL, "false", on_tile },
    { "console-broadcast", NULL, NULL, "false", on_broadcast },
    { "console-find", on_find },
    { "console-detach", on_detach },
  };
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  _vbet_window_add_copy (self);
  g_signal_connect_object (self->consoles, "shell", G_CALLBACK (on_shell_wanted), self, 0);
  g_signal_connect_object (self->consoles, "broadcast-changed", G_CALLBACK (on_broadcast_changed), self, 0);
  g_signal_connect_object (self->consoles, "notice", G_CALLBACK (on_notice), self, 0);
  g_signal_connect_object (self->consoles, "changed", G_CALLBACK (_vbet_window_update_consoles), self,
                           G_CONNECT_SWAPPED);
}
