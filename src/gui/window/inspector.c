/* inspector.c - the window's inspector, its line at the bottom, and the live figures both show. */
#include "config.h"

#include "gui/window/private.h"

#include <glib/gi18n.h>

#include "gui/panes/status.h"

#define INSPECTOR_WIDTH 324 /* pixels, with the handle beside it */

/* Figures are only asked for while somebody can see them. */
static gboolean
on_window_state (GtkWidget *widget, GdkEventWindowState *event, VbetWindow *self)
{
  gboolean hidden
      = (event->new_window_state & (GDK_WINDOW_STATE_ICONIFIED | GDK_WINDOW_STATE_WITHDRAWN)) != 0;
  vbet_figures_set_visible (self->figures, !hidden);
  return GDK_EVENT_PROPAGATE;
}

/* What is typed and not written down yet comes before whatever a key of the window does: save, undo, run … */
static gboolean
on_key (GtkWidget *widget, GdkEventKey *event, VbetWindow *self)
{
  gboolean command = (event->state & (GDK_CONTROL_MASK | GDK_MOD1_MASK)) != 0
                     || (event->keyval >= GDK_KEY_F1 && event->keyval <= GDK_KEY_F35);
  if (command && event->keyval != GDK_KEY_Control_L && event->keyval != GDK_KEY_Control_R)
    vbet_inspector_flush (self->inspector);
  return GDK_EVENT_PROPAGATE;
}

/* The inspector keeps its width, whatever it shows, until somebody drags its edge. */
static void
on_first_size (GtkWidget *paned, GdkRectangle *size, VbetWindow *self)
{
  if (size->width < 2 * INSPECTOR_WIDTH)
    return;
  g_signal_handlers_disconnect_by_func (paned, on_first_size, self);
  gtk_paned_set_position (GTK_PANED (paned), size->width - INSPECTOR_WIDTH);
}

static void
show_inspector (VbetWindow *self, gboolean show)
{
  gtk_widget_set_visible (GTK_WIDGET (self->inspector_box), show);
}

static void
on_show_inspector (GSimpleAction *action, GVariant *state, gpointer data)
{
  VbetWindow *self = data;
  gboolean show = g_variant_get_boolean (state);
  g_simple_action_set_state (action, state);
  show_inspector (self, show);
  if (!show)
    gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
  if (self->settings != NULL)
    g_settings_set_boolean (self->settings, "show-inspector", show);
}

static void
on_inspect (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  g_action_group_change_action_state (G_ACTION_GROUP (self), "show-inspector", g_variant_new_boolean (TRUE));
  vbet_inspector_focus (self->inspector);
}

static void
on_status_problems (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  gtk_notebook_set_current_page (self->bottom,
                                 gtk_notebook_page_num (self->bottom, GTK_WIDGET (self->problems)));
}

void
_vbet_window_add_inspector (VbetWindow *self)
{
  static const GActionEntry entries[] = {
    { "show-inspector", NULL, NULL, "true", on_show_inspector },
    { "inspect", on_inspect },
    { "status-problems", on_status_problems },
  };
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  self->figures = vbet_figures_new (self->session, self->runner);
  self->inspector = VBET_INSPECTOR (vbet_inspector_new (self->session, self->runner));
  gtk_box_pack_start (self->inspector_box, GTK_WIDGET (self->inspector), TRUE, TRUE, 0);
  gtk_box_pack_start (self->status_box, vbet_status_new (self->session, self->runner, self->figures), TRUE,
                      TRUE, 0);
  g_signal_connect (self->sides, "size-allocate", G_CALLBACK (on_first_size), self);
  g_signal_connect (self, "key-press-event", G_CALLBACK (on_key), self);
  if (self->settings != NULL && !g_settings_get_boolean (self->settings, "show-inspector"))
    g_action_group_change_action_state (G_ACTION_GROUP (self), "show-inspector",
                                        g_variant_new_boolean (FALSE));
  g_signal_connect (self, "window-state-event", G_CALLBACK (on_window_state), self);
}
