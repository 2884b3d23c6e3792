/* consoles.c - see consoles.h. */
#include "config.h"

#include "gui/panes/consoles.h"

#include <glib/gi18n.h>

#include "gui/panes/terminal.h"

/* The tabs are our own buttons above a stack: those of a GtkNotebook cannot be
 * reached by assistive technology, and its accessible asks for tabs that are gone. */
struct _VbetConsoles {
  GtkStack parent_instance;
  GtkWidget *page;  /* of the tabs: bar and stack */
  GtkWidget *bar;   /* a tab a terminal, in order of their opening */
  GtkWidget *stack; /* the terminals, as tabs */
  GtkWidget *tiles; /* the terminals, side by side */
  gboolean tiled;
};

G_DEFINE_FINAL_TYPE (VbetConsoles, vbet_consoles, GTK_TYPE_STACK)

static GtkWidget *
container (VbetConsoles *self)
{
  return self->tiled ? self->tiles : self->stack;
}

/* --- tabs -------------------------------------------------------------------------------- */

static GtkWidget *
tab_of (GtkWidget *terminal)
{
  return g_object_get_data (G_OBJECT (terminal), "vbet-tab");
}

static GtkToggleButton *
button_of (GtkWidget *terminal)
{
  GtkWidget *tab = tab_of (terminal);
  return tab != NULL ? g_object_get_data (G_OBJECT (tab), "vbet-button") : NULL;
}

/* Shows which tab is on top; the others of its group pop out. */
static void
on_visible_child (GtkStack *stack, GParamSpec *property, VbetConsoles *self)
{
  GtkWidget *visible = gtk_stack_get_visible_child (stack);
  GtkToggleButton *button = visible != NULL ? button_of (visible) : NULL;
  if (button != NULL)
    gtk_toggle_button_set_active (button, TRUE);
}

static void
on_tab_toggled (GtkToggleButton *button, GtkWidget *terminal)
{
  GtkWidget *stack = gtk_widget_get_parent (terminal);
  if (!gtk_toggle_button_get_active (button) || !GTK_IS_STACK (stack))
    return;
  gtk_stack_set_visible_child (GTK_STACK (stack), terminal);
  vbet_terminal_focus (VBET_TERMINAL (terminal));
}

static void
on_tab_close (GtkButton *button, GtkWidget *terminal)
{
  g_signal_emit_by_name (terminal, "close");
}

/* A tab that is already there, for the new one to join its group; or NULL. */
static GtkRadioButton *
any_button (VbetConsoles *self)
{
  g_autoptr (GList) tabs = gtk_container_get_children (GTK_CONTAINER (self->bar));
  return tabs != NULL ? g_object_get_data (G_OBJECT (tabs->data), "vbet-button") : NULL;
}

static GtkWidget *
new_tab (VbetConsoles *self, GtkWidget *terminal)
{
  const char *device = vbet_terminal_get_device (VBET_TERMINAL (terminal));
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *button = gtk_radio_button_new_with_label_from_widget (any_button (self), device);
  GtkWidget *close = gtk_button_new_from_icon_name ("window-close-symbolic", GTK_ICON_SIZE_MENU);
  g_autofree char *name = g_strdup_printf (_ ("Close the console of %s"), device);
  gtk_toggle_button_set_mode (GTK_TOGGLE_BUTTON (button), FALSE);
  gtk_widget_set_focus_on_click (button, FALSE);
  gtk_widget_set_focus_on_click (close, FALSE);
  gtk_widget_set_tooltip_text (close, _ ("Close (Ctrl+Shift+W); the guest runs on"));
  atk_object_set_name (gtk_widget_get_accessible (close), name);
  g_signal_connect_object (button, "toggled", G_CALLBACK (on_tab_toggled), terminal, 0);
  g_signal_connect_object (close, "clicked", G_CALLBACK (on_tab_close), terminal, 0);
  gtk_style_context_add_class (gtk_widget_get_style_context (box), "linked");
  gtk_style_context_add_class (gtk_widget_get_style_context (box), "vbet-tab");
  gtk_container_add (GTK_CONTAINER (box), button);
  gtk_container_add (GTK_CONTAINER (box), close);
  g_object_set_data (G_OBJECT (box), "vbet-button", button);
  gtk_widget_show_all (box);
  return box;
}

static void
remove_tab (GtkWidget *terminal)
{
  GtkWidget *tab = tab_of (terminal);
  g_object_set_data (G_OBJECT (terminal), "vbet-tab", NULL);
  if (tab != NULL)
    gtk_widget_destroy (tab);
}

/* --- terminals ------------------------------------------------------------------------------ */

static void
show_what_there_is (VbetConsoles *self)
{
  const char *name = vbet_consoles_size (self) == 0 ? "empty" : self->tiled ? "tiles" : "tabs";
  gtk_stack_set_visible_child_name (GTK_STACK (self), name);
}

static void
drop (VbetConsoles *self, GtkWidget *terminal)
{
  remove_tab (terminal);
  gtk_widget_destroy (terminal);
  show_what_there_is (self);
  g_signal_emit_by_name (self, "changed");
}

static gboolean
drop_later (gpointer data)
{
  GtkWidget *terminal = data;
  GtkWidget *self = gtk_widget_get_ancestor (terminal, VBET_TYPE_CONSOLES);
  if (self != NULL)
    drop (VBET_CONSOLES (self), terminal);
  return G_SOURCE_REMOVE;
}

/* Its own key or button asked for it: those are dealt with first. */
static void
on_close (GtkWidget *terminal)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, drop_later, g_object_ref (terminal), g_object_unref);
}

static void
put (VbetConsoles *self, GtkWidget *terminal)
{
  vbet_terminal_set_titled (VBET_TERMINAL (terminal), self->tiled);
  if (self->tiled) {
    gtk_box_pack_start (GTK_BOX (self->tiles), terminal, TRUE, TRUE, 0);
    return;
  }
  GtkWidget *tab = new_tab (self, terminal);
  g_object_set_data (G_OBJECT (terminal), "vbet-tab", tab);
  gtk_container_add (GTK_CONTAINER (self->bar), tab);
  gtk_container_add (GTK_CONTAINER (self->stack), terminal);
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
    g_signal_connect (terminal, "close", G_CALLBACK (on_close), NULL);
    put (self, terminal);
    g_signal_emit_by_name (self, "changed");
  } else if (!vbet_terminal_is_connected (VBET_TERMINAL (terminal))) {
    vbet_terminal_connect (VBET_TERMINAL (terminal), client);
  }
  show_what_there_is (self);
  if (!self->tiled)
    gtk_stack_set_visible_child (GTK_STACK (self->stack), terminal);
  vbet_terminal_focus (VBET_TERMINAL (terminal));
}

void
vbet_consoles_reconnect (VbetConsoles *self, VbetClient *client)
{
  g_return_if_fail (VBET_IS_CONSOLES (self));
  g_autoptr (GList) terminals = gtk_container_get_children (GTK_CONTAINER (container (self)));
  for (GList *link = terminals; link != NULL; link = link->next)
    if (!vbet_terminal_is_connected (link->data))
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
    drop (self, link->data);
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
    remove_tab (terminal);
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
  g_signal_new ("changed", VBET_TYPE_CONSOLES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
vbet_consoles_init (VbetConsoles *self)
{
  GtkWidget *empty = gtk_label_new (_ ("Run the lab, then double-click a device: its console opens here."));
  gtk_style_context_add_class (gtk_widget_get_style_context (empty), "dim-label");
  self->page = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->stack = gtk_stack_new ();
  self->tiles = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  gtk_box_set_homogeneous (GTK_BOX (self->tiles), TRUE);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->bar), "vbet-tabs");
  atk_object_set_name (gtk_widget_get_accessible (self->bar), _ ("Console tabs"));
  g_signal_connect (self->stack, "notify::visible-child", G_CALLBACK (on_visible_child), self);
  gtk_box_pack_start (GTK_BOX (self->page), self->bar, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self->page), self->stack, TRUE, TRUE, 0);
  gtk_widget_show_all (self->page);
  gtk_stack_add_named (GTK_STACK (self), empty, "empty");
  gtk_stack_add_named (GTK_STACK (self), self->page, "tabs");
  gtk_stack_add_named (GTK_STACK (self), self->tiles, "tiles");
  gtk_widget_show (empty);
  gtk_widget_show (self->tiles);
}
