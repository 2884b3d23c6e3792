/* consoles-several.c - what concerns all terminals at once: their looks, and typing into several. */
#include "config.h"

#include "gui/panes/consoles-private.h"

#include "gui/panes/broadcast-bar.h"
#include "gui/panes/terminal-look.h"

#define ZOOM_STEP 1.1
#define ZOOM_MIN 0.5
#define ZOOM_MAX 4.0
#define ESCAPE_TWICE_MS 400

/* --- looks ------------------------------------------------------------------------------------- */

gboolean
_vbet_consoles_is_dark (VbetConsoles *self)
{
  g_autofree char *colours
      = self->settings != NULL ? g_settings_get_string (self->settings, "console-colours") : NULL;
  return g_strcmp0 (colours, "theme") != 0 || vbet_terminal_look_theme_is_dark (GTK_WIDGET (self));
}

void
_vbet_consoles_apply_look (VbetConsoles *self)
{
  gboolean dark = _vbet_consoles_is_dark (self);
  for (guint i = 0; i < self->terminals->len; i++)
    vbet_terminal_set_look (g_ptr_array_index (self->terminals, i), self->zoom * self->scale, dark);
}

void
_vbet_consoles_on_settings (VbetConsoles *self)
{
  self->zoom = CLAMP (g_settings_get_double (self->settings, "console-zoom"), ZOOM_MIN, ZOOM_MAX);
  _vbet_consoles_apply_look (self);
}

void
_vbet_consoles_on_zoom (VbetTerminal *terminal, int by, VbetConsoles *self)
{
  double zoom = by == 0 ? 1 : by > 0 ? self->zoom * ZOOM_STEP : self->zoom / ZOOM_STEP;
  self->zoom = CLAMP (zoom, ZOOM_MIN, ZOOM_MAX);
  _vbet_consoles_apply_look (self);
  if (self->settings != NULL)
    g_settings_set_double (self->settings, "console-zoom", self->zoom);
}

void
vbet_consoles_set_scale (VbetConsoles *self, double scale)
{
  g_return_if_fail (VBET_IS_CONSOLES (self));
  self->scale = scale;
  _vbet_consoles_apply_look (self);
}

/* --- typing into several --------------------------------------------------------------------------- */

gboolean
vbet_consoles_get_broadcast (VbetConsoles *self)
{
  return gtk_widget_get_visible (self->broadcast);
}

static gboolean
receives (VbetConsoles *self, GtkWidget *terminal)
{
  return vbet_consoles_get_broadcast (self)
         && vbet_broadcast_bar_is_chosen (VBET_BROADCAST_BAR (self->broadcast), terminal);
}

void
_vbet_consoles_show_receivers (VbetConsoles *self)
{
  for (guint i = 0; i < self->terminals->len; i++) {
    GtkWidget *terminal = g_ptr_array_index (self->terminals, i);
    vbet_terminal_set_receiving (VBET_TERMINAL (terminal), receives (self, terminal));
  }
}

void
vbet_consoles_set_broadcast (VbetConsoles *self, gboolean broadcast)
{
  g_return_if_fail (VBET_IS_CONSOLES (self));
  if (vbet_consoles_get_broadcast (self) == broadcast)
    return;
  gtk_widget_set_visible (self->broadcast, broadcast);
  if (broadcast)
    vbet_broadcast_bar_choose_all (VBET_BROADCAST_BAR (self->broadcast));
  _vbet_consoles_show_receivers (self);
  g_signal_emit_by_name (self, "broadcast-changed");
}

void
_vbet_consoles_on_broadcast_stop (VbetConsoles *self)
{
  vbet_consoles_set_broadcast (self, FALSE);
}

static void
send_to_others (VbetConsoles *self, GtkWidget *terminal, const char *bytes, guint size)
{
  for (guint i = 0; i < self->terminals->len; i++) {
    GtkWidget *other = g_ptr_array_index (self->terminals, i);
    if (other != terminal && receives (self, other))
      vbet_terminal_send (VBET_TERMINAL (other), bytes, size);
  }
}

static void
send_escape (VbetConsoles *self)
{
  if (self->escape_source == 0)
    return;
  g_clear_handle_id (&self->escape_source, g_source_remove);
  send_to_others (self, NULL, "\033", 1);
}

void
_vbet_consoles_on_typed (GtkWidget *terminal, const char *bytes, guint size, VbetConsoles *self)
{
  send_escape (self);
  if (receives (self, terminal))
    send_to_others (self, terminal, bytes, size);
}

static gboolean
on_escape_time (gpointer data)
{
  send_escape (data);
  return G_SOURCE_REMOVE;
}

/* The second of two quick ones ends the broadcast. Until it is clear that none follows, the first is kept
 * from the guests: their shells would take it and the next key for one. */
gboolean
_vbet_consoles_on_escape (GtkWidget *terminal, VbetConsoles *self)
{
  if (!receives (self, terminal))
    return FALSE;
  if (self->escape_source == 0) {
    self->escape_source = g_timeout_add (ESCAPE_TWICE_MS, on_escape_time, self);
    return TRUE;
  }
  g_clear_handle_id (&self->escape_source, g_source_remove);
  vbet_consoles_set_broadcast (self, FALSE);
  return TRUE;
}
