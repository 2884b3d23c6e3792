/* hands.c - context menus of the canvas, and what they offer for cables, notes and the paper. */
#include "config.h"

#include <glib/gi18n.h>

#include "gui/window/private.h"

static void
report (VbetWindow *self, gboolean ok, const GError *error)
{
  if (ok)
    vbet_notices_hide (self->notices, "gesture");
  else
    vbet_notices_show (self->notices, "gesture", GTK_MESSAGE_WARNING, error->message, NULL);
}

/* --- cables ------------------------------------------------------------------------ */

static void
on_cable_up (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  g_autoptr (GError) error = NULL;
  gboolean up = g_str_equal (g_action_get_name (G_ACTION (action)), "cable-mend");
  report (self, vbet_session_set_cables_up (self->session, up, &error), error);
}

/* The devices at both ends of the selected cables. */
static void
on_cable_ends (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  g_auto (GStrv) cables = vbet_session_selected_cables (self->session);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  for (guint i = 0; cables[i] != NULL; i++) {
    const VbetCable *cable = vbet_topology_cable (vbet_session_get_topology (self->session), cables[i]);
    for (guint end = 0; end < 2; end++)
      if (cable->ends[end].device != NULL)
        g_strv_builder_add (names, cable->ends[end].device);
  }
  g_auto (GStrv) devices = g_strv_builder_end (names);
  vbet_session_select_many (self->session, (const char *const *)devices, FALSE);
}

/* --- notes --------------------------------------------------------------------------- */

static void
on_note_colour (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  g_autoptr (GError) error = NULL;
  const char *colour = g_variant_get_string (parameter, NULL);
  report (self, vbet_session_set_note_colour (self->session, *colour != '\0' ? colour : NULL, &error), error);
}

/* --- the paper ------------------------------------------------------------------------- */

/* A device, note or frame where the menu was opened. */
static void
on_place_here (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  vbet_canvas_place_named (self->canvas, g_variant_get_string (parameter, NULL), self->menu_at);
}

/* --- the menus --------------------------------------------------------------------------- */

static gboolean
destroy_later (gpointer widget)
{
  gtk_widget_destroy (widget);
  return G_SOURCE_REMOVE;
}

/* A popover is made anew each time; the click that closes it is dealt with before it goes. */
static void
on_popover_closed (GtkWidget *popover)
{
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, destroy_later, g_object_ref (popover), g_object_unref);
}

/* By what is selected, since the menu is about all of it. */
static const char *
menu_for (VbetWindow *self, const char *name)
{
  g_auto (GStrv) devices = vbet_session_selected_devices (self->session);
  if (*name == '\0')
    return "paper-menu";
  if (devices[0] != NULL)
    return "device-menu";
  return vbet_note_index (name, NULL) ? "note-menu" : "cable-menu";
}

static void
on_menu (VbetCanvas *canvas, const char *name, double x, double y, VbetWindow *self)
{
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource ("/net/vbet/Vbet/menus.ui");
  GMenuModel *model = G_MENU_MODEL (gtk_builder_get_object (builder, menu_for (self, name)));
  static const char *const captures[] = { "capture-section", "capture-section-device" };
  for (guint i = 0; i < G_N_ELEMENTS (captures); i++)
    _vbet_window_fill_capture_menu (self, G_MENU (gtk_builder_get_object (builder, captures[i])));
  GtkWidget *popover = gtk_popover_new_from_model (GTK_WIDGET (canvas), model);
  GdkRectangle at = { (int)x, (int)y, 1, 1 };
  VbetRect seen = vbet_canvas_visible (canvas);
  double zoom = vbet_canvas_get_zoom (canvas);
  self->menu_at = (VbetPoint){ seen.x + x / zoom, seen.y + y / zoom };
  _vbet_window_update_actions (self);
  gtk_popover_set_pointing_to (GTK_POPOVER (popover), &at);
  g_signal_connect (popover, "closed", G_CALLBACK (on_popover_closed), NULL);
  gtk_popover_popup (GTK_POPOVER (popover));
}

static void
enable (VbetWindow *self, const char *name, gboolean enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), name);
  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

static void
update (VbetWindow *self)
{
  g_auto (GStrv) cables = vbet_session_selected_cables (self->session);
  gboolean up = FALSE, down = FALSE;
  if (self->closing == VBET_CLOSING_NOW)
    return;
  for (guint i = 0; cables[i] != NULL; i++) {
    const VbetCable *cable = vbet_topology_cable (vbet_session_get_topology (self->session), cables[i]);
    gboolean is_up = vbet_attributes_boolean (cable->attributes, VBET_KIND_CABLE, "up");
    up |= is_up;
    down |= !is_up;
  }
  enable (self, "cable-cut", up);
  enable (self, "cable-mend", down);
  enable (self, "cable-ends", cables[0] != NULL);
}

void
_vbet_window_add_hands (VbetWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "cable-cut", .activate = on_cable_up },
    { .name = "cable-mend", .activate = on_cable_up },
    { .name = "cable-ends", .activate = on_cable_ends },
    { .name = "note-colour", .activate = on_note_colour, .parameter_type = "s" },
    { .name = "place-here", .activate = on_place_here, .parameter_type = "s" },
  };
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_signal_connect_object (self->canvas, "menu", G_CALLBACK (on_menu), self, 0);
  g_signal_connect_object (self->session, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "selection-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  _vbet_window_add_inplace (self);
  update (self);
}
