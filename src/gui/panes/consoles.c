/* consoles.c - see consoles.h. */
#include "config.h"

#include "gui/panes/consoles.h"

#include "gui/panes/terminal.h"

struct _VbetConsoles {
  GtkStack parent_instance;
  GtkWidget *tabs;
  GtkWidget *tiles;
  gboolean tiled;
};

G_DEFINE_FINAL_TYPE (VbetConsoles, vbet_consoles, GTK_TYPE_STACK)

static GtkWidget *
container (VbetConsoles *self)
{
  return self->tiled ? self->tiles : self->tabs;
}

static void
show_what_there_is (VbetConsoles *self)
{
  const char *name = vbet_consoles_size (self) == 0 ? "empty" : self->tiled ? "tiles" : "tabs";
  gtk_stack_set_visible_child_name (GTK_STACK (self), name);
}

static void
close_terminal (GtkWidget *terminal, VbetConsoles *self)
{
  gtk_widget_destroy (terminal);
  show_what_there_is (self);
}

static void
on_tab_close (GtkButton *button, GtkWidget *terminal)
{
  g_signal_emit_by_name (terminal, "close");
}

static GtkWidget *
new_tab (GtkWidget *terminal)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *close = gtk_button_new_from_icon_name ("window-close-symbolic", GTK_ICON_SIZE_MENU);
  const char *device = vbet_terminal_get_device (VBET_TERMINAL (terminal));
  g_autofree char *name = g_strdup_printf ("Close the console of %s", device);
  gtk_button_set_relief (GTK_BUTTON (close), GTK_RELIEF_NONE);
  gtk_widget_set_focus_on_click (close, FALSE);
  gtk_widget_set_tooltip_text (close, "Close (the guest runs on)");
  atk_object_set_name (gtk_widget_get_accessible (close), name);
  g_signal_connect_object (close, "clicked", G_CALLBACK (on_tab_close), terminal, 0);
  gtk_container_add (GTK_CONTAINER (box), gtk_label_new (device));
  gtk_container_add (GTK_CONTAINER (box), close);
  gtk_widget_show_all (box);
  return box;
}

static void
put (VbetConsoles *self, GtkWidget *terminal)
{
  vbet_terminal_set_titled (VBET_TERMINAL (terminal), self->tiled);
  if (self->tiled) {
    gtk_box_pack_start (GTK_BOX (self->tiles), terminal, TRUE, TRUE, 0);
    return;
  }
  gtk_notebook_append_page (GTK_NOTEBOOK (self->tabs), terminal, new_tab (terminal));
  gtk_notebook_set_tab_reorderable (GTK_NOTEBOOK (self->tabs), terminal, TRUE);
}

static GtkWidget *
find (VbetConsoles *self, const char *device)
{
  g_autoptr (GList) terminals = gtk_container_get_children (GTK_CONTAINER (container (self)));
  for (GList *link = terminals; link != NULL; link = link->next)
    if (g_strcmp0 (vbet_terminal_get_device (link->data), device) == 0)
      return link->data;
  return NULL;
}

void
vbet_consoles_open (VbetConsoles *self, VbetClient *client, const char *device)
{
  g_return_if_fail (VBET_IS_CONSOLES (self) && VBET_IS_CLIENT (client));
  GtkWidget *terminal = find (self, device);
  if (terminal == NULL) {
    terminal = vbet_terminal_new (client, device);
    g_signal_connect (terminal, "close", G_CALLBACK (close_terminal), self);
    put (self, terminal);
  } else if (!vbet_terminal_is_connected (VBET_TERMINAL (terminal))) {
    vbet_terminal_connect (VBET_TERMINAL (terminal), client);
  }
  show_what_there_is (self);
  if (!self->tiled)
    gtk_notebook_set_current_page (GTK_NOTEBOOK (self->tabs),
                                   gtk_notebook_page_num (GTK_NOTEBOOK (self->tabs), terminal));
  vbet_terminal_focus (VBET_TERMINAL (terminal));
}

void
vbet_consoles_reconnect (VbetConsoles *self, VbetClient *client)
{
  g_return_if_fail (VBET_IS_CONSOLES (self));
  g_autoptr (GList) terminals = gtk_container_get_children (GTK_CONTAINER (container (self)));
  for (GList *link = terminals; link != NULL; link = link->next)
    vbet_terminal_connect (link->data, client);
}

guint
vbet_consoles_size (VbetConsoles *self)
{
  g_autoptr (GList) terminals = gtk_container_get_children (GTK_CONTAINER (container (self)));
  return g_list_length (terminals);
}

void
vbet_consoles_close_all (VbetConsoles *self)
{
  g_autoptr (GList) terminals = gtk_container_get_children (GTK_CONTAINER (container (self)));
  for (GList *link = terminals; link != NULL; link = link->next)
    gtk_widget_destroy (link->data);
  show_what_there_is (self);
}

void
vbet_consoles_set_tiled (VbetConsoles *self, gboolean tiled)
{
  g_return_if_fail (VBET_IS_CONSOLES (self));
  if (self->tiled == tiled)
    return;
  GtkWidget *from = container (self);
  g_autoptr (GList) terminals = gtk_container_get_children (GTK_CONTAINER (from));
  self->tiled = tiled;
  for (GList *link = terminals; link != NULL; link = link->next) {
    g_autoptr (GtkWidget) terminal = g_object_ref (link->data);
    gtk_container_remove (GTK_CONTAINER (from), terminal);
    put (self, terminal);
  }
  show_what_there_is (self);
}

GtkWidget *
vbet_consoles_new (void)
{
  return g_object_new (VBET_TYPE_CONSOLES, "visible", TRUE, NULL);
}

static void
vbet_consoles_class_init (VbetConsolesClass *klass)
{
}

static void
vbet_consoles_init (VbetConsoles *self)
{
  GtkWidget *empty = gtk_label_new ("Run the lab, then double-click a device: its console opens here.");
  gtk_style_context_add_class (gtk_widget_get_style_context (empty), "dim-label");
  self->tabs = gtk_notebook_new ();
  self->tiles = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  gtk_box_set_homogeneous (GTK_BOX (self->tiles), TRUE);
  gtk_notebook_set_scrollable (GTK_NOTEBOOK (self->tabs), TRUE);
  gtk_notebook_set_show_border (GTK_NOTEBOOK (self->tabs), FALSE);
  atk_object_set_name (gtk_widget_get_accessible (self->tabs), "Consoles");
  gtk_stack_add_named (GTK_STACK (self), empty, "empty");
  gtk_stack_add_named (GTK_STACK (self), self->tabs, "tabs");
  gtk_stack_add_named (GTK_STACK (self), self->tiles, "tiles");
  gtk_widget_show (empty);
  gtk_widget_show (self->tabs);
  gtk_widget_show (self->tiles);
}
