/* view.c - which parts of the window are to be seen: panes that come and go, the projector mode, the
 * window's size, moving between the parts by keyboard; and that what the user chose is kept in the settings.
 */
#include "config.h"

#include "gui/window/private.h"

#include <glib/gi18n.h>
#include <vte/vte.h>

/* How much larger a console's font is on a projector. */
#define PROJECTOR_SCALE 1.5

/* --- which panes are shown ----------------------------------------------------------------- */

static gboolean
is_on (VbetWindow *self, const char *name)
{
  g_autoptr (GVariant) state = g_action_group_get_action_state (G_ACTION_GROUP (self), name);
  return state != NULL && g_variant_get_boolean (state);
}

static void
show_parts (VbetWindow *self)
{
  gtk_widget_set_visible (self->palette, is_on (self, "show-palette") && !self->projecting);
  gtk_widget_set_visible (GTK_WIDGET (self->bottom), is_on (self, "show-panes"));
  gtk_widget_set_visible (GTK_WIDGET (self->status_box), is_on (self, "show-status") && !self->projecting);
}

/* What is hidden cannot keep the keyboard's focus. */
static void
keep_focus (VbetWindow *self)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  if (focus == NULL || !gtk_widget_get_mapped (focus))
    gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
}

static void
on_show (GSimpleAction *action, GVariant *state, gpointer data)
{
  g_simple_action_set_state (action, state);
  show_parts (data);
  keep_focus (data);
}

void
_vbet_window_show_panes (VbetWindow *self)
{
  if (!is_on (self, "show-panes"))
    g_action_group_change_action_state (G_ACTION_GROUP (self), "show-panes", g_variant_new_boolean (TRUE));
}

/* --- projector mode --------------------------------------------------------------------------- */

static void
set_projecting (VbetWindow *self, gboolean projecting)
{
  GtkStyleContext *style = gtk_widget_get_style_context (GTK_WIDGET (self));
  self->projecting = projecting;
  if (projecting) {
    self->inspector_was_shown = gtk_widget_get_visible (GTK_WIDGET (self->inspector_box));
    gtk_widget_hide (GTK_WIDGET (self->inspector_box));
    gtk_style_context_add_class (style, "vbet-projector");
    gtk_window_fullscreen (GTK_WINDOW (self));
  } else {
    gtk_widget_set_visible (GTK_WIDGET (self->inspector_box), self->inspector_was_shown);
    gtk_style_context_remove_class (style, "vbet-projector");
    gtk_window_unfullscreen (GTK_WINDOW (self));
  }
  gtk_widget_set_visible (self->projector_bar, projecting);
  vbet_canvas_set_appearance (self->canvas, projecting ? VBET_APPEARANCE_PROJECTOR : VBET_APPEARANCE_THEME);
  vbet_consoles_set_scale (self->consoles, projecting ? PROJECTOR_SCALE : 1);
  show_parts (self);
  keep_focus (self);
}

static void
on_projector (GSimpleAction *action, GVariant *state, gpointer data)
{
  VbetWindow *self = data;
  gboolean projecting = g_variant_get_boolean (state);
  g_simple_action_set_state (action, state);
  if (projecting != self->projecting)
    set_projecting (self, projecting);
}

gboolean
_vbet_window_leave_projector (VbetWindow *self)
{
  VbetKind kind = 0;
  if (!self->projecting || !gtk_widget_has_focus (GTK_WIDGET (self->canvas))
      || !g_str_equal (vbet_canvas_get_tool (self->canvas, &kind), "select")
      || g_hash_table_size (vbet_session_get_selection (self->session)) > 0)
    return FALSE;
  g_action_group_change_action_state (G_ACTION_GROUP (self), "projector", g_variant_new_boolean (FALSE));
  return TRUE;
}

static void
add_bar_button (GtkWidget *bar, const char *label, const char *action, const char *tooltip)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);
  gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (button), action);
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_widget_set_focus_on_click (button, FALSE);
  gtk_widget_show (button);
  gtk_container_add (GTK_CONTAINER (bar), button);
}

/* In place of the header bar, which a full screen has not: what a demonstration needs. */
static void
add_projector_bar (VbetWindow *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_style_context_add_class (gtk_widget_get_style_context (bar), "linked");
  gtk_style_context_add_class (gtk_widget_get_style_context (bar), "vbet-projector-bar");
  gtk_widget_set_halign (bar, GTK_ALIGN_END);
  gtk_widget_set_valign (bar, GTK_ALIGN_START);
  atk_object_set_name (gtk_widget_get_accessible (bar), _ ("Projector mode"));
  add_bar_button (bar, _ ("_Run"), "win.run", _ ("Run the lab (F5)"));
  add_bar_button (bar, _ ("S_top"), "win.stop", _ ("Stop the lab (Shift+F5)"));
  add_bar_button (bar, _ ("_Panes"), "win.show-panes", _ ("Show or hide the panes below (Shift+F9)"));
  add_bar_button (bar, _ ("_Fit"), "win.zoom-fit", _ ("Show everything (Ctrl+9)"));
  add_bar_button (bar, _ ("_Leave"), "win.projector", _ ("Leave the projector mode (F11 or Escape)"));
  gtk_overlay_add_overlay (self->canvas_overlay, bar);
  self->projector_bar = bar;
}

/* --- menu and focus by keyboard ---------------------------------------------------------------- */

static void
on_menu (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  _vbet_window_update_actions (self);
  if (gtk_widget_get_mapped (GTK_WIDGET (self->menu_button)))
    g_signal_emit_by_name (self->menu_button, "clicked");
}

/* The parts that F6 goes through, in this order. */
#define N_AREAS 5

static GtkWidget *
area (VbetWindow *self, guint index)
{
  GtkWidget *areas[N_AREAS]
      = { GTK_WIDGET (self->canvas), GTK_WIDGET (self->bottom), GTK_WIDGET (self->inspector_box),
          GTK_WIDGET (self->step_bar_box), self->palette };
  return areas[index];
}

static void
go_to_area (VbetWindow *self, gboolean back)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  guint now = 0;
  for (guint i = 0; i < N_AREAS; i++)
    if (focus != NULL && (focus == area (self, i) || gtk_widget_is_ancestor (focus, area (self, i))))
      now = i;
  for (guint step = 1; step < N_AREAS; step++) {
    GtkWidget *next = area (self, (now + (back ? N_AREAS - step : step)) % N_AREAS);
    GtkWidget *page = GTK_IS_NOTEBOOK (next) ? gtk_notebook_get_nth_page (
                          GTK_NOTEBOOK (next), gtk_notebook_get_current_page (GTK_NOTEBOOK (next)))
                                             : NULL;
    if (!gtk_widget_get_mapped (next))
      continue;
    if (next == GTK_WIDGET (self->canvas)) {
      gtk_widget_grab_focus (next);
      return;
    }
    if (page == GTK_WIDGET (self->consoles) && vbet_consoles_focus (self->consoles))
      return;
    if ((page != NULL && gtk_widget_child_focus (page, GTK_DIR_TAB_FORWARD))
        || gtk_widget_child_focus (next, GTK_DIR_TAB_FORWARD))
      return;
  }
}

static void
on_next_area (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  go_to_area (data, FALSE);
}

static void
on_previous_area (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  go_to_area (data, TRUE);
}

/* --- settings: an action with a state and a key of the same name are one ------------------------------ */

static gboolean
has_key (VbetWindow *self, const char *name)
{
  g_autoptr (GSettingsSchema) schema = NULL;
  if (self->settings == NULL)
    return FALSE;
  g_object_get (self->settings, "settings-schema", &schema, NULL);
  return g_settings_schema_has_key (schema, name);
}

static void
on_setting_changed (GSettings *settings, const char *key, VbetWindow *self)
{
  g_autoptr (GVariant) state = g_action_group_get_action_state (G_ACTION_GROUP (self), key);
  g_autoptr (GVariant) value = g_settings_get_value (settings, key);
  if (state != NULL && g_variant_is_of_type (state, g_variant_get_type (value))
      && !g_variant_equal (state, value))
    g_action_group_change_action_state (G_ACTION_GROUP (self), key, value);
}

static void
on_action_state_changed (VbetWindow *self, const char *name, GVariant *state)
{
  if (!has_key (self, name))
    return;
  g_autoptr (GVariant) value = g_settings_get_value (self->settings, name);
  if (g_variant_is_of_type (state, g_variant_get_type (value)) && !g_variant_equal (state, value))
    g_settings_set_value (self->settings, name, state);
}

void
_vbet_window_follow_settings (VbetWindow *self)
{
  if (self->settings == NULL)
    return;
  g_auto (GStrv) names = g_action_group_list_actions (G_ACTION_GROUP (self));
  for (guint i = 0; names[i] != NULL; i++)
    if (has_key (self, names[i]))
      on_setting_changed (self->settings, names[i], self);
  g_signal_connect_object (self->settings, "changed", G_CALLBACK (on_setting_changed), self, 0);
  g_signal_connect (self, "action-state-changed", G_CALLBACK (on_action_state_changed), NULL);
}

/* --- the window's size ---------------------------------------------------------------------------------- */

static int
least_width (GtkWidget *widget)
{
  int least = 0;
  if (gtk_widget_get_visible (widget))
    gtk_widget_get_preferred_width (widget, &least, NULL);
  return least;
}

/* Narrower than this, the header bar leaves out the zoom's buttons; wheel, keys and menu remain. Pixels. */
#define COMPACT_WIDTH 1000

/* The inspector may shrink, so that a window can get narrow at all; as long as it is shown it gets what it
 * needs. */
static void
widen_inspector (VbetWindow *self)
{
  GtkWidget *inspector = GTK_WIDGET (self->inspector_box), *sides = gtk_widget_get_parent (inspector);
  int handle = 0;
  gtk_widget_style_get (sides, "handle-size", &handle, NULL);
  int most = gtk_widget_get_allocated_width (sides) - handle - least_width (inspector);
  if (gtk_widget_get_visible (inspector) && gtk_paned_get_position (GTK_PANED (sides)) > most && most > 0)
    gtk_paned_set_position (GTK_PANED (sides), most);
}

/* In a window that is too narrow for all, the inspector goes until there is room again. */
static gboolean
fit_parts (gpointer data)
{
  VbetWindow *self = data;
  GtkWidget *inspector = GTK_WIDGET (self->inspector_box);
  self->fit_source = 0;
  gtk_widget_set_visible (GTK_WIDGET (self->zoom_box), self->width >= COMPACT_WIDTH);
  int rest = least_width (self->palette) + least_width (GTK_WIDGET (self->paned));
  int needed = rest + MAX (least_width (inspector), self->inspector_width);
  gboolean narrow = gtk_widget_get_allocated_width (GTK_WIDGET (self->middle)) < needed;
  if (gtk_widget_get_visible (inspector))
    self->inspector_width = least_width (inspector);
  if (narrow != self->narrow && !self->projecting) {
    self->narrow = narrow;
    gtk_widget_set_visible (inspector, !narrow && is_on (self, "show-inspector"));
    keep_focus (self);
  }
  if (!self->projecting)
    widen_inspector (self);
  return G_SOURCE_REMOVE;
}

static void
on_size (VbetWindow *self)
{
  gtk_window_get_size (GTK_WINDOW (self), &self->width, &self->height);
  if (self->fit_source == 0)
    self->fit_source = g_idle_add (fit_parts, self);
}

/* Once: the panes below get the height they had. */
static void
on_first_size (GtkWidget *paned, GdkRectangle *size, VbetWindow *self)
{
  g_signal_handlers_disconnect_by_func (paned, on_first_size, self);
  int wanted = size->height - g_settings_get_int (self->settings, "panes-height");
  gtk_paned_set_position (self->paned, MAX (wanted, size->height * 2 / 5));
}

static void
on_destroy (VbetWindow *self)
{
  g_clear_handle_id (&self->fit_source, g_source_remove);
  if (self->settings == NULL || self->projecting || self->width <= 0)
    return;
  gboolean maximized = gtk_window_is_maximized (GTK_WINDOW (self));
  int height
      = gtk_widget_get_allocated_height (GTK_WIDGET (self->paned)) - gtk_paned_get_position (self->paned);
  g_settings_set_boolean (self->settings, "window-maximized", maximized);
  if (!maximized)
    g_settings_set (self->settings, "window-size", "(ii)", self->width, self->height);
  if (gtk_widget_get_mapped (GTK_WIDGET (self->bottom)) && height > 1)
    g_settings_set_int (self->settings, "panes-height", height);
  self->width = 0;
}

/* A window that was as large as another screen is no larger than this one. */
static void
limit_to_screen (int *width, int *height)
{
  GdkRectangle area = { 0 };
  GdkDisplay *display = gdk_display_get_default ();
  GdkMonitor *monitor = display != NULL ? gdk_display_get_primary_monitor (display) : NULL;
  if (monitor == NULL && display != NULL)
    monitor = gdk_display_get_monitor (display, 0);
  if (monitor == NULL)
    return;
  gdk_monitor_get_workarea (monitor, &area);
  *width = MIN (*width, area.width);
  *height = MIN (*height, area.height);
}

static void
restore_size (VbetWindow *self)
{
  int width = 0, height = 0;
  g_settings_get (self->settings, "window-size", "(ii)", &width, &height);
  limit_to_screen (&width, &height);
  gtk_widget_set_visible (GTK_WIDGET (self->zoom_box), width >= COMPACT_WIDTH);
  gtk_window_set_default_size (GTK_WINDOW (self), width, height);
  if (g_settings_get_boolean (self->settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
  g_signal_connect (self->paned, "size-allocate", G_CALLBACK (on_first_size), self);
}

void
_vbet_window_add_view (VbetWindow *self)
{
  static const GActionEntry entries[] = {
    { "menu", on_menu },
    { "next-area", on_next_area },
    { "previous-area", on_previous_area },
    { "show-palette", NULL, NULL, "true", on_show },
    { "show-panes", NULL, NULL, "true", on_show },
    { "show-status", NULL, NULL, "true", on_show },
    { "projector", NULL, NULL, "false", on_projector },
  };
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  add_projector_bar (self);
  if (self->settings != NULL)
    restore_size (self);
  g_signal_connect (self, "size-allocate", G_CALLBACK (on_size), NULL);
  g_signal_connect (self, "destroy", G_CALLBACK (on_destroy), NULL);
}
