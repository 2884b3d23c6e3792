/* window-inspector.c - the window's inspector, its line at the bottom, and the live figures both show. */
#include "config.h"

#include "gui/window-private.h"

#include <glib/gi18n.h>

/* Figures are only asked for while somebody can see them. */
static gboolean
on_window_state (GtkWidget *widget, GdkEventWindowState *event, VbetWindow *self)
{
  gboolean hidden
      = (event->new_window_state & (GDK_WINDOW_STATE_ICONIFIED | GDK_WINDOW_STATE_WITHDRAWN)) != 0;
  vbet_figures_set_visible (self->figures, !hidden);
  return GDK_EVENT_PROPAGATE;
}

void
_vbet_window_add_inspector (VbetWindow *self)
{
  self->figures = vbet_figures_new (self->session, self->runner);
  g_signal_connect (self, "window-state-event", G_CALLBACK (on_window_state), self);
}
