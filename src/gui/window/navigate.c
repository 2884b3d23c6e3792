/* navigate.c - what is seen of the lab: zoom to the selection, grid, map, finding; and whether
 * addresses are proposed.
 *
 * Toggles are settings where there are any, so that all windows agree and the
 * preferences show the same.
 */
#include "config.h"

#include <glib/gi18n.h>

#include "gui/window/private.h"

#define POOL_DEFAULT "10.0.0.0/8"

/* --- toggles ------------------------------------------------------------------------ */

static gboolean
is_on (VbetWindow *self, const char *name)
{
  g_autoptr (GVariant) state = g_action_group_get_action_state (G_ACTION_GROUP (self), name);
  return state != NULL && g_variant_get_boolean (state);
}

static void
add_toggle (VbetWindow *self, const char *name, GCallback changed)
{
  g_autoptr (GAction) action = NULL;
  if (self->settings != NULL)
    action = g_settings_create_action (self->settings, name);
  else
    action = G_ACTION (g_simple_action_new_stateful (name, NULL, g_variant_new_boolean (TRUE)));
  g_action_map_add_action (G_ACTION_MAP (self), action);
  g_signal_connect_object (action, "notify::state", changed, self, G_CONNECT_SWAPPED);
}

static void
on_show_grid (VbetWindow *self)
{
  if (self->closing != VBET_CLOSING_NOW)
    vbet_canvas_set_grid (self->canvas, is_on (self, "show-grid"));
}

static void
on_show_minimap (VbetWindow *self)
{
  if (self->closing != VBET_CLOSING_NOW)
    vbet_minimap_set_wanted (self->minimap, is_on (self, "show-minimap"));
}

static void
update_pool (VbetWindow *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *pool = self->settings != NULL ? g_settings_get_string (self->settings, "address-pool")
                                                 : g_strdup (POOL_DEFAULT);
  if (self->closing == VBET_CLOSING_NOW)
    return;
  if (vbet_session_set_pool (self->session, is_on (self, "propose-addresses") ? pool : NULL, &error)) {
    vbet_notices_hide (self->notices, "pool");
    return;
  }
  g_autofree char *text = g_strdup_printf (
      _ ("No addresses are proposed for new cables: %s. Change it in the preferences."), error->message);
  vbet_notices_show (self->notices, "pool", GTK_MESSAGE_WARNING, text, NULL);
}

/* --- zoom ----------------------------------------------------------------------------- */

static void
on_zoom_selection (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  g_autofree const char **names
      = (const char **)g_hash_table_get_keys_as_array (vbet_session_get_selection (self->session), NULL);
  if (names[0] != NULL)
    vbet_canvas_fit_rect (self->canvas, vbet_canvas_bounds_of (self->canvas, names));
  else
    vbet_canvas_fit (self->canvas);
}

/* --- finding ---------------------------------------------------------------------------- */

/* Where text has the focus, text is looked for. */
static void
on_find_device (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  if (focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->program))
      && g_action_group_has_action (G_ACTION_GROUP (self), "program-find")) {
    g_action_group_activate_action (G_ACTION_GROUP (self), "program-find", NULL);
    return;
  }
  vbet_find_open (self->find);
}

void
_vbet_window_add_navigation (VbetWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "zoom-selection", .activate = on_zoom_selection },
    { .name = "find-device", .activate = on_find_device },
  };
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  self->find = VBET_FIND (vbet_find_new (self->canvas));
  self->minimap = VBET_MINIMAP (vbet_minimap_new (self->canvas));
  gtk_overlay_add_overlay (self->canvas_overlay, GTK_WIDGET (self->minimap));
  gtk_overlay_add_overlay (self->canvas_overlay, GTK_WIDGET (self->find));
  add_toggle (self, "show-grid", G_CALLBACK (on_show_grid));
  add_toggle (self, "show-minimap", G_CALLBACK (on_show_minimap));
  add_toggle (self, "propose-addresses", G_CALLBACK (update_pool));
  if (self->settings != NULL)
    g_signal_connect_object (self->settings, "changed::address-pool", G_CALLBACK (update_pool), self,
                             G_CONNECT_SWAPPED);
  on_show_grid (self);
  on_show_minimap (self);
  update_pool (self);
}
