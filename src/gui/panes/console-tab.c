/* console-tab.c - see console-tab.h.
 *
 * Our own buttons above a stack: the tabs of a GtkNotebook cannot be reached
 * by assistive technology, and its accessible asks for tabs that are gone.
 */
#include "config.h"

#include "gui/panes/console-tab.h"

#include <glib/gi18n.h>

#include "gui/panes/state-dot.h"

struct _VbetConsoleTab {
  GtkBox parent_instance;
  VbetTerminal *terminal; /* not owned: the tab goes first */
  GtkWidget *button;
  GtkWidget *dot;
  GtkWidget *label;
  GtkWidget *mark;
  gboolean setting;
};

G_DEFINE_FINAL_TYPE (VbetConsoleTab, vbet_console_tab, GTK_TYPE_BOX)

static void
on_marked (VbetConsoleTab *self)
{
  VbetMark mark = vbet_terminal_get_mark (self->terminal);
  GtkStyleContext *style = gtk_widget_get_style_context (GTK_WIDGET (self));
  vbet_state_dot_set (self->dot, TRUE, vbet_terminal_get_state (self->terminal));
  gtk_image_set_from_icon_name (GTK_IMAGE (self->mark),
                                mark == VBET_MARK_BELL ? "alarm-symbolic" : "media-record-symbolic",
                                GTK_ICON_SIZE_MENU);
  gtk_image_set_pixel_size (GTK_IMAGE (self->mark), mark == VBET_MARK_BELL ? 14 : 8);
  gtk_widget_set_visible (self->mark, mark != VBET_MARK_NONE);
  gtk_widget_set_tooltip_text (self->mark,
                               mark == VBET_MARK_BELL ? _ ("The bell has rung") : _ ("New output"));
  atk_object_set_name (gtk_widget_get_accessible (self->mark),
                       mark == VBET_MARK_BELL ? _ ("The bell has rung") : _ ("New output"));
  if (mark != VBET_MARK_NONE)
    gtk_style_context_add_class (style, "vbet-tab-marked");
  else
    gtk_style_context_remove_class (style, "vbet-tab-marked");
}

static void
on_toggled (GtkToggleButton *button, VbetConsoleTab *self)
{
  if (!self->setting && gtk_toggle_button_get_active (button))
    g_signal_emit_by_name (self, "chosen");
}

/* A click on the one that is on top already: the focus goes there all the same. */
static void
on_clicked (GtkButton *button, VbetConsoleTab *self)
{
  if (!self->setting && gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (button)))
    g_signal_emit_by_name (self, "chosen");
}

static void
on_close (VbetConsoleTab *self)
{
  g_signal_emit_by_name (self->terminal, "close");
}

static gboolean
on_button_press (GtkWidget *widget, GdkEventButton *event, VbetConsoleTab *self)
{
  if (event->type != GDK_BUTTON_PRESS || event->button != GDK_BUTTON_MIDDLE)
    return GDK_EVENT_PROPAGATE;
  on_close (self);
  return GDK_EVENT_STOP;
}

VbetTerminal *
vbet_console_tab_get_terminal (VbetConsoleTab *self)
{
  g_return_val_if_fail (VBET_IS_CONSOLE_TAB (self), NULL);
  return self->terminal;
}

void
vbet_console_tab_set_active (VbetConsoleTab *self)
{
  g_return_if_fail (VBET_IS_CONSOLE_TAB (self));
  self->setting = TRUE;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->button), TRUE);
  self->setting = FALSE;
}

GtkWidget *
vbet_console_tab_new (VbetTerminal *terminal, VbetConsoleTab *group)
{
  VbetConsoleTab *self = g_object_new (VBET_TYPE_CONSOLE_TAB, NULL);
  GtkWidget *close = gtk_button_new_from_icon_name ("window-close-symbolic", GTK_ICON_SIZE_MENU);
  GtkWidget *inside = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  const char *title = vbet_terminal_get_title (terminal);
  g_autofree char *name = g_strdup_printf (_ ("Close the console of %s"), title);
  self->terminal = terminal;
  self->button = gtk_radio_button_new_from_widget (group != NULL ? GTK_RADIO_BUTTON (group->button) : NULL);
  self->dot = vbet_state_dot_new ();
  self->label = gtk_label_new (title);
  self->mark = gtk_image_new ();
  gtk_box_pack_start (GTK_BOX (inside), self->dot, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (inside), self->label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (inside), self->mark, FALSE, FALSE, 0);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->mark), "vbet-mark");
  gtk_container_add (GTK_CONTAINER (self->button), inside);
  gtk_toggle_button_set_mode (GTK_TOGGLE_BUTTON (self->button), FALSE);
  gtk_widget_set_focus_on_click (self->button, FALSE);
  gtk_widget_set_focus_on_click (close, FALSE);
  gtk_widget_set_tooltip_text (self->button, _ ("Next and previous console: Ctrl+Page Down, Ctrl+Page Up"));
  gtk_widget_set_tooltip_text (close, vbet_terminal_get_kind (terminal) == VBET_LINK_SHELL
                                          ? _ ("Close (Ctrl+Shift+W); ends the shell")
                                          : _ ("Close (Ctrl+Shift+W); the guest runs on"));
  atk_object_set_name (gtk_widget_get_accessible (self->button), title);
  atk_object_set_name (gtk_widget_get_accessible (close), name);
  g_signal_connect (self->button, "toggled", G_CALLBACK (on_toggled), self);
  g_signal_connect (self->button, "clicked", G_CALLBACK (on_clicked), self);
  g_signal_connect (self->button, "button-press-event", G_CALLBACK (on_button_press), self);
  g_signal_connect_object (close, "clicked", G_CALLBACK (on_close), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (terminal, "marked", G_CALLBACK (on_marked), self, G_CONNECT_SWAPPED);
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self)), "linked");
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self)), "vbet-tab");
  gtk_container_add (GTK_CONTAINER (self), self->button);
  gtk_container_add (GTK_CONTAINER (self), close);
  gtk_widget_show_all (GTK_WIDGET (self));
  on_marked (self);
  return GTK_WIDGET (self);
}

static void
vbet_console_tab_class_init (VbetConsoleTabClass *klass)
{
  g_signal_new ("chosen", VBET_TYPE_CONSOLE_TAB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
vbet_console_tab_init (VbetConsoleTab *self)
{
}
