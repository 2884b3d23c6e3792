/* broadcast-bar.c - see broadcast-bar.h. */
#include "config.h"

#include "gui/panes/broadcast-bar.h"

#include <glib/gi18n.h>

#include "gui/panes/terminal.h"
#include "gui/tag.h"

struct _VbetBroadcastBar {
  GtkBox parent_instance;
  GtkWidget *all;
  GtkWidget *boxes;   /* a check box a terminal */
  GHashTable *chosen; /* set of terminals */
  gboolean setting;   /* check boxes follow, they do not lead */
};

G_DEFINE_FINAL_TYPE (VbetBroadcastBar, vbet_broadcast_bar, GTK_TYPE_BOX)

static void
destroy_child (GtkWidget *child, gpointer data)
{
  gtk_widget_destroy (child);
}

static GtkWidget *
terminal_of (GtkWidget *check)
{
  return vbet_tag_object (check, "vbet-terminal");
}

static void
show_all_state (VbetBroadcastBar *self)
{
  g_autoptr (GList) checks = gtk_container_get_children (GTK_CONTAINER (self->boxes));
  guint on = 0, total = 0;
  for (GList *link = checks; link != NULL; link = link->next, total++)
    on += gtk_toggle_button_get_active (link->data) ? 1 : 0;
  self->setting = TRUE;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->all), on == total && total > 0);
  gtk_toggle_button_set_inconsistent (GTK_TOGGLE_BUTTON (self->all), on > 0 && on < total);
  self->setting = FALSE;
}

static void
on_toggled (GtkToggleButton *check, VbetBroadcastBar *self)
{
  GtkWidget *terminal = terminal_of (GTK_WIDGET (check));
  if (self->setting)
    return;
  if (gtk_toggle_button_get_active (check))
    g_hash_table_add (self->chosen, terminal);
  else
    g_hash_table_remove (self->chosen, terminal);
  show_all_state (self);
  g_signal_emit_by_name (self, "changed");
}

static void
set_all (VbetBroadcastBar *self, gboolean on)
{
  g_autoptr (GList) checks = gtk_container_get_children (GTK_CONTAINER (self->boxes));
  self->setting = TRUE;
  g_hash_table_remove_all (self->chosen);
  for (GList *link = checks; link != NULL; link = link->next) {
    gtk_toggle_button_set_active (link->data, on);
    if (on)
      g_hash_table_add (self->chosen, terminal_of (link->data));
  }
  self->setting = FALSE;
  show_all_state (self);
  g_signal_emit_by_name (self, "changed");
}

static void
on_all (GtkToggleButton *all, VbetBroadcastBar *self)
{
  if (!self->setting)
    set_all (self, gtk_toggle_button_get_active (all));
}

static void
on_stop (VbetBroadcastBar *self)
{
  g_signal_emit_by_name (self, "stop");
}

void
vbet_broadcast_bar_choose_all (VbetBroadcastBar *self)
{
  g_return_if_fail (VBET_IS_BROADCAST_BAR (self));
  set_all (self, TRUE);
}

gboolean
vbet_broadcast_bar_is_chosen (VbetBroadcastBar *self, GtkWidget *terminal)
{
  g_return_val_if_fail (VBET_IS_BROADCAST_BAR (self), FALSE);
  return g_hash_table_contains (self->chosen, terminal);
}

static gboolean
is_gone (gpointer terminal, gpointer value, gpointer terminals)
{
  return !g_ptr_array_find (terminals, terminal, NULL);
}

void
vbet_broadcast_bar_set_terminals (VbetBroadcastBar *self, GPtrArray *terminals)
{
  g_return_if_fail (VBET_IS_BROADCAST_BAR (self));
  g_hash_table_foreach_remove (self->chosen, is_gone, terminals);
  self->setting = TRUE;
  gtk_container_foreach (GTK_CONTAINER (self->boxes), destroy_child, NULL);
  for (guint i = 0; i < terminals->len; i++) {
    GtkWidget *terminal = g_ptr_array_index (terminals, i);
    GtkWidget *check = gtk_check_button_new_with_label (vbet_terminal_get_title (VBET_TERMINAL (terminal)));
    g_autofree char *name
        = g_strdup_printf (_ ("Type into %s"), vbet_terminal_get_title (VBET_TERMINAL (terminal)));
    atk_object_set_name (gtk_widget_get_accessible (check), name);
    vbet_tag_set_object (check, "vbet-terminal", terminal);
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (check), g_hash_table_contains (self->chosen, terminal));
    gtk_widget_set_focus_on_click (check, FALSE);
    g_signal_connect_object (check, "toggled", G_CALLBACK (on_toggled), self, 0);
    gtk_container_add (GTK_CONTAINER (self->boxes), check);
    gtk_widget_show (check);
  }
  self->setting = FALSE;
  show_all_state (self);
}

GtkWidget *
vbet_broadcast_bar_new (void)
{
  return g_object_new (VBET_TYPE_BROADCAST_BAR, "spacing", 8, NULL);
}

static void
vbet_broadcast_bar_finalize (GObject *object)
{
  g_hash_table_unref (VBET_BROADCAST_BAR (object)->chosen);
  G_OBJECT_CLASS (vbet_broadcast_bar_parent_class)->finalize (object);
}

static void
vbet_broadcast_bar_class_init (VbetBroadcastBarClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = vbet_broadcast_bar_finalize;
  g_signal_new ("changed", VBET_TYPE_BROADCAST_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("stop", VBET_TYPE_BROADCAST_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
vbet_broadcast_bar_init (VbetBroadcastBar *self)
{
  GtkWidget *label = gtk_label_new (_ ("What you type goes to:"));
  GtkWidget *stop = gtk_button_new_with_label (_ ("Stop"));
  GtkWidget *scrolled = gtk_scrolled_window_new (NULL, NULL);
  self->chosen = g_hash_table_new (NULL, NULL);
  self->all = gtk_check_button_new_with_mnemonic (_ ("_All"));
  self->boxes = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self)), "vbet-broadcast");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_EXTERNAL, GTK_POLICY_NEVER);
  gtk_widget_set_focus_on_click (self->all, FALSE);
  gtk_widget_set_focus_on_click (stop, FALSE);
  gtk_widget_set_tooltip_text (stop, _ ("Type into one console only (Escape twice)"));
  atk_object_set_name (gtk_widget_get_accessible (self->all), _ ("Type into all consoles"));
  atk_object_set_name (gtk_widget_get_accessible (stop), _ ("Stop typing into several consoles"));
  g_signal_connect (self->all, "toggled", G_CALLBACK (on_all), self);
  g_signal_connect_object (stop, "clicked", G_CALLBACK (on_stop), self, G_CONNECT_SWAPPED);
  gtk_container_add (GTK_CONTAINER (scrolled), self->boxes);
  gtk_box_pack_start (GTK_BOX (self), label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->all, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), scrolled, TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (self), stop, FALSE, FALSE, 0);
  gtk_widget_show_all (GTK_WIDGET (self));
  gtk_widget_hide (GTK_WIDGET (self));
}
