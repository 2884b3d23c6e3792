/* state-dot.c - see state-dot.h. The colours are of style.css. */
#include "config.h"

#include "gui/panes/state-dot.h"

#include <glib/gi18n.h>

static const struct {
  const char *style;
  const char *text;
} looks[] = {
  [VBET_STATE_OFF] = { "vbet-dot-off", N_ ("off") },
  [VBET_STATE_BOOTING] = { "vbet-dot-booting", N_ ("booting") },
  [VBET_STATE_READY] = { "vbet-dot-ready", N_ ("ready") },
  [VBET_STATE_PAUSED] = { "vbet-dot-paused", N_ ("paused") },
  [VBET_STATE_STOPPING] = { "vbet-dot-booting", N_ ("stopping") },
  [VBET_STATE_FAILED] = { "vbet-dot-failed", N_ ("failed") },
};

GtkWidget *
vbet_state_dot_new (void)
{
  GtkWidget *dot = gtk_event_box_new ();
  gtk_style_context_add_class (gtk_widget_get_style_context (dot), "vbet-dot");
  gtk_widget_set_size_request (dot, 10, 10);
  gtk_widget_set_valign (dot, GTK_ALIGN_CENTER);
  gtk_widget_set_halign (dot, GTK_ALIGN_CENTER);
  gtk_widget_show (dot);
  return dot;
}

void
vbet_state_dot_set (GtkWidget *dot, gboolean running, VbetDeviceState state)
{
  GtkStyleContext *style = gtk_widget_get_style_context (dot);
  guint shown = running && (guint)state < G_N_ELEMENTS (looks) ? (guint)state : VBET_STATE_OFF;
  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    if (i != shown)
      gtk_style_context_remove_class (style, looks[i].style);
  gtk_style_context_add_class (style, looks[shown].style);
  gtk_widget_set_tooltip_text (dot, _ (looks[shown].text));
  atk_object_set_name (gtk_widget_get_accessible (dot), _ (looks[shown].text));
}
