/* notices.c - see notices.h. */
#include "config.h"

#include "gui/panes/notices.h"

#include <glib/gi18n.h>

#include "gui/tag.h"

/* More at once would push the canvas away; the oldest goes first. */
#define MAX_NOTICES 3

struct _VbetNotices {
  GtkBox parent_instance;
};

G_DEFINE_FINAL_TYPE (VbetNotices, vbet_notices, GTK_TYPE_BOX)

static const char *
id_of (GtkWidget *bar)
{
  return vbet_tag_text (bar, "vbet-id");
}

void
vbet_notices_hide (VbetNotices *self, const char *id)
{
  g_return_if_fail (VBET_IS_NOTICES (self));
  g_autoptr (GList) bars = gtk_container_get_children (GTK_CONTAINER (self));
  for (GList *link = bars; link != NULL; link = link->next)
    if (id == NULL || g_strcmp0 (id_of (link->data), id) == 0)
      gtk_widget_destroy (link->data);
}

void
vbet_notices_clear (VbetNotices *self)
{
  vbet_notices_hide (self, NULL);
}

static gboolean
destroy_later (gpointer bar)
{
  gtk_widget_destroy (bar);
  return G_SOURCE_REMOVE;
}

/* The bar goes after the click was dealt with: its button triggers an action first. */
static void
on_done (GtkWidget *bar)
{
  gtk_widget_hide (bar);
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, destroy_later, g_object_ref (bar), g_object_unref);
}

static void
on_button (GtkButton *button, gpointer bar)
{
  on_done (bar);
}

static void
on_response (GtkInfoBar *bar, int response, gpointer data)
{
  on_done (GTK_WIDGET (bar));
}

static void
limit (VbetNotices *self)
{
  g_autoptr (GList) bars = gtk_container_get_children (GTK_CONTAINER (self));
  guint count = g_list_length (bars);
  for (GList *link = bars; link != NULL && count >= MAX_NOTICES; link = link->next, count--)
    gtk_widget_destroy (link->data);
}

void
vbet_notices_show (VbetNotices *self, const char *id, GtkMessageType type, const char *text,
                   const VbetNoticeButton *buttons)
{
  g_return_if_fail (VBET_IS_NOTICES (self) && id != NULL && text != NULL);
  vbet_notices_hide (self, id);
  limit (self);
  GtkWidget *bar = gtk_info_bar_new ();
  GtkWidget *label = gtk_label_new (text);
  gtk_info_bar_set_message_type (GTK_INFO_BAR (bar), type);
  gtk_info_bar_set_show_close_button (GTK_INFO_BAR (bar), TRUE);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_set_can_focus (label, FALSE);
  gtk_container_add (GTK_CONTAINER (gtk_info_bar_get_content_area (GTK_INFO_BAR (bar))), label);
  for (guint i = 0; buttons != NULL && buttons[i].label != NULL; i++) {
    GtkWidget *button = gtk_button_new_with_mnemonic (_ (buttons[i].label));
    gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (button), buttons[i].action);
    g_signal_connect_object (button, "clicked", G_CALLBACK (on_button), bar, 0);
    gtk_container_add (GTK_CONTAINER (gtk_info_bar_get_action_area (GTK_INFO_BAR (bar))), button);
  }
  vbet_tag_set_text (bar, "vbet-id", id);
  g_signal_connect (bar, "response", G_CALLBACK (on_response), NULL);
  atk_object_set_name (gtk_widget_get_accessible (bar), id);
  gtk_widget_show_all (bar);
  gtk_container_add (GTK_CONTAINER (self), bar);
}

GtkWidget *
vbet_notices_new (void)
{
  return g_object_new (VBET_TYPE_NOTICES, "orientation", GTK_ORIENTATION_VERTICAL, "visible", TRUE, NULL);
}

static void
vbet_notices_class_init (VbetNoticesClass *klass)
{
}

static void
vbet_notices_init (VbetNotices *self)
{
}
