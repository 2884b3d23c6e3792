/* console-window.c - see console-window.h. */
#include "config.h"

#include "gui/panes/console-window.h"

#include <glib/gi18n.h>

struct _VbetConsoleWindow {
  GtkWindow parent_instance;
};

G_DEFINE_FINAL_TYPE (VbetConsoleWindow, vbet_console_window, GTK_TYPE_WINDOW)

static void
on_back (VbetConsoleWindow *self)
{
  g_signal_emit_by_name (self, "back");
}

/* Closing the window closes no console: nothing is lost by a wrong click. */
static gboolean
vbet_console_window_delete_event (GtkWidget *widget, GdkEventAny *event)
{
  on_back (VBET_CONSOLE_WINDOW (widget));
  return GDK_EVENT_STOP;
}

/* The terminal first: its keys are the guest's. */
static gboolean
vbet_console_window_key_press (GtkWidget *widget, GdkEventKey *event)
{
  if (gtk_window_propagate_key_event (GTK_WINDOW (widget), event))
    return GDK_EVENT_STOP;
  return GTK_WIDGET_CLASS (vbet_console_window_parent_class)->key_press_event (widget, event);
}

GtkWidget *
vbet_console_window_new (VbetTerminal *terminal, const char *lab)
{
  VbetConsoleWindow *self = g_object_new (VBET_TYPE_CONSOLE_WINDOW, "type", GTK_WINDOW_TOPLEVEL, NULL);
  GtkWidget *bar = gtk_header_bar_new ();
  GtkWidget *back = gtk_button_new_with_mnemonic (_ ("Bring _Back"));
  g_autofree char *title = g_strdup_printf (_ ("%s – console"), vbet_terminal_get_title (terminal));
  gtk_header_bar_set_show_close_button (GTK_HEADER_BAR (bar), TRUE);
  gtk_header_bar_set_title (GTK_HEADER_BAR (bar), title);
  gtk_header_bar_set_subtitle (GTK_HEADER_BAR (bar), lab);
  gtk_widget_set_tooltip_text (back, _ ("Back among the other consoles (Ctrl+Shift+D)"));
  gtk_widget_set_focus_on_click (back, FALSE);
  g_signal_connect_object (back, "clicked", G_CALLBACK (on_back), self, G_CONNECT_SWAPPED);
  gtk_header_bar_pack_start (GTK_HEADER_BAR (bar), back);
  gtk_widget_show_all (bar);
  gtk_window_set_titlebar (GTK_WINDOW (self), bar);
  gtk_window_set_title (GTK_WINDOW (self), title);
  gtk_window_set_icon_name (GTK_WINDOW (self), "utilities-terminal");
  gtk_window_set_default_size (GTK_WINDOW (self), 720, 440);
  gtk_container_add (GTK_CONTAINER (self), GTK_WIDGET (terminal));
  return GTK_WIDGET (self);
}

static void
vbet_console_window_class_init (VbetConsoleWindowClass *klass)
{
  GTK_WIDGET_CLASS (klass)->delete_event = vbet_console_window_delete_event;
  GTK_WIDGET_CLASS (klass)->key_press_event = vbet_console_window_key_press;
  g_signal_new ("back", VBET_TYPE_CONSOLE_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
vbet_console_window_init (VbetConsoleWindow *self)
{
}
