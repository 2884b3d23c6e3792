/* find.c - see find.h.
 *
 * What is found is shown as long as the bar is open: the canvas dims the
 * rest. The device one is at is selected, so that whatever can be done to a
 * selected device can be done at once.
 */
#include "config.h"

#include "gui/panes/find.h"

#include <glib/gi18n.h>

#include "gui/model/find.h"

struct _VbetFind {
  GtkBox parent_instance;

  VbetCanvas *canvas; /* borrowed: it lives in the same window, and outlives this */
  GtkWidget *entry;
  GtkWidget *count;
  GtkWidget *next;
  GtkWidget *previous;
  GtkWidget *focus_before; /* (nullable), weak */

  char **found; /* owned */
  guint n;
  guint at; /* below @n, when there are any */
};

G_DEFINE_FINAL_TYPE (VbetFind, vbet_find, GTK_TYPE_BOX)

static void
show_count (VbetFind *self)
{
  gboolean asked = *gtk_entry_get_text (GTK_ENTRY (self->entry)) != '\0';
  GtkStyleContext *style = gtk_widget_get_style_context (self->entry);
  g_autofree char *text = self->n > 0 ? g_strdup_printf (_ ("%u of %u"), self->at + 1, self->n)
                          : asked     ? g_strdup (_ ("Nothing found"))
                                      : g_strdup ("");
  gtk_label_set_text (GTK_LABEL (self->count), text);
  gtk_widget_set_sensitive (self->next, self->n > 0);
  gtk_widget_set_sensitive (self->previous, self->n > 0);
  if (asked && self->n == 0)
    gtk_style_context_add_class (style, GTK_STYLE_CLASS_ERROR);
  else
    gtk_style_context_remove_class (style, GTK_STYLE_CLASS_ERROR);
}

static void
search (VbetFind *self)
{
  VbetSession *session = vbet_canvas_get_session (self->canvas);
  GHashTable *names = NULL;
  g_strfreev (self->found);
  self->found
      = vbet_find_devices (vbet_session_get_topology (session), gtk_entry_get_text (GTK_ENTRY (self->entry)));
  self->n = g_strv_length (self->found);
  if (*gtk_entry_get_text (GTK_ENTRY (self->entry)) != '\0') {
    names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < self->n; i++)
      g_hash_table_add (names, g_strdup (self->found[i]));
  }
  vbet_canvas_set_found (self->canvas, names);
}

static void
go_to (VbetFind *self)
{
  show_count (self);
  if (self->n == 0)
    return;
  const char *const names[] = { self->found[self->at], NULL };
  vbet_session_select (vbet_canvas_get_session (self->canvas), names[0], FALSE);
  vbet_canvas_reveal (self->canvas, vbet_rect_grow (vbet_canvas_bounds_of (self->canvas, names), 24));
}

static void
on_changed (VbetFind *self)
{
  search (self);
  self->at = 0;
  go_to (self);
}

/* The lab is another one: one stays where one is. */
static void
on_lab_changed (VbetFind *self)
{
  if (!gtk_widget_get_visible (GTK_WIDGET (self)))
    return;
  g_autofree char *name = self->n > 0 ? g_strdup (self->found[self->at]) : NULL;
  search (self);
  self->at = 0;
  for (guint i = 0; i < self->n; i++)
    if (g_strcmp0 (self->found[i], name) == 0)
      self->at = i;
  show_count (self);
}

static void
step (VbetFind *self, gboolean back)
{
  if (self->n == 0) {
    gtk_widget_error_bell (self->entry);
    return;
  }
  self->at = (self->at + (back ? self->n - 1 : 1)) % self->n;
  go_to (self);
}

static void
on_next (VbetFind *self)
{
  step (self, FALSE);
}

static void
on_previous (VbetFind *self)
{
  step (self, TRUE);
}

static void
forget_focus (VbetFind *self)
{
  g_clear_weak_pointer (&self->focus_before);
}

static void
close_bar (VbetFind *self)
{
  GtkWidget *focus = self->focus_before;
  if (focus != NULL && gtk_widget_get_mapped (focus))
    gtk_widget_grab_focus (focus);
  else
    gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
  forget_focus (self);
  vbet_canvas_set_found (self->canvas, NULL);
  gtk_widget_hide (GTK_WIDGET (self));
}

static gboolean
on_key (GtkWidget *widget, GdkEventKey *event, VbetFind *self)
{
  gboolean shift = (event->state & GDK_SHIFT_MASK) != 0;
  switch (event->keyval) {
  case GDK_KEY_Return:
  case GDK_KEY_KP_Enter:
    step (self, shift);
    return GDK_EVENT_STOP;
  case GDK_KEY_Down:
    step (self, FALSE);
    return GDK_EVENT_STOP;
  case GDK_KEY_Up:
    step (self, TRUE);
    return GDK_EVENT_STOP;
  case GDK_KEY_Escape:
    close_bar (self);
    return GDK_EVENT_STOP;
  default:
    return GDK_EVENT_PROPAGATE;
  }
}

void
vbet_find_open (VbetFind *self)
{
  g_return_if_fail (VBET_IS_FIND (self));
  GtkWidget *window = gtk_widget_get_toplevel (GTK_WIDGET (self));
  GtkWidget *focus = GTK_IS_WINDOW (window) ? gtk_window_get_focus (GTK_WINDOW (window)) : NULL;
  if (!gtk_widget_get_visible (GTK_WIDGET (self)) && focus != NULL)
    g_set_weak_pointer (&self->focus_before, focus);
  gtk_widget_show (GTK_WIDGET (self));
  gtk_widget_grab_focus (self->entry); /* and with it, what was looked for is selected */
  search (self);
  self->at = self->n > 0 ? MIN (self->at, self->n - 1) : 0;
  show_count (self);
}

static GtkWidget *
make_button (VbetFind *self, const char *icon, const char *name, const char *tooltip, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon, GTK_ICON_SIZE_MENU);
  gtk_button_set_relief (GTK_BUTTON (button), GTK_RELIEF_NONE);
  gtk_widget_set_tooltip_text (button, tooltip);
  atk_object_set_name (gtk_widget_get_accessible (button), name);
  g_signal_connect_swapped (button, "clicked", clicked, self);
  gtk_container_add (GTK_CONTAINER (self), button);
  return button;
}

GtkWidget *
vbet_find_new (VbetCanvas *canvas)
{
  VbetFind *self = g_object_new (VBET_TYPE_FIND, "halign", GTK_ALIGN_END, "valign", GTK_ALIGN_START, "margin",
                                 12, "spacing", 2, NULL);
  self->canvas = canvas;
  self->entry = gtk_search_entry_new ();
  self->count = gtk_label_new ("");
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->entry), _ ("Name, address or kind"));
  gtk_entry_set_width_chars (GTK_ENTRY (self->entry), 24);
  gtk_label_set_width_chars (GTK_LABEL (self->count), 12);
  atk_object_set_name (gtk_widget_get_accessible (self->entry), _ ("Find device"));
  gtk_container_add (GTK_CONTAINER (self), self->entry);
  gtk_container_add (GTK_CONTAINER (self), self->count);
  self->previous = make_button (self, "go-up-symbolic", _ ("Previous match"),
                                _ ("Previous match (Shift+Enter)"), G_CALLBACK (on_previous));
  self->next = make_button (self, "go-down-symbolic", _ ("Next match"), _ ("Next match (Enter)"),
                            G_CALLBACK (on_next));
  make_button (self, "window-close-symbolic", _ ("Close the find bar"), _ ("Close (Escape)"),
               G_CALLBACK (close_bar));
  gtk_widget_show_all (GTK_WIDGET (self));
  gtk_widget_hide (GTK_WIDGET (self));
  gtk_widget_set_no_show_all (GTK_WIDGET (self), TRUE);
  g_signal_connect_swapped (self->entry, "changed", G_CALLBACK (on_changed), self);
  g_signal_connect (self->entry, "key-press-event", G_CALLBACK (on_key), self);
  g_signal_connect_object (vbet_canvas_get_session (canvas), "changed", G_CALLBACK (on_lab_changed), self,
                           G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

static void
vbet_find_finalize (GObject *object)
{
  VbetFind *self = VBET_FIND (object);
  forget_focus (self);
  g_strfreev (self->found);
  G_OBJECT_CLASS (vbet_find_parent_class)->finalize (object);
}

static void
vbet_find_class_init (VbetFindClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = vbet_find_finalize;
}

static void
vbet_find_init (VbetFind *self)
{
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self)), "vbet-float");
}
