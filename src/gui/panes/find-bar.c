/* find-bar.c - see find-bar.h. */
#include "config.h"

#include "gui/panes/find-bar.h"

#include <string.h>

#include <glib/gi18n.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

struct _VbetFindBar {
  GtkBox parent_instance;
  VteTerminal *vte; /* not owned */
  GtkWidget *entry;
  GtkWidget *match_case;
  GtkWidget *result;
  gboolean valid; /* there is something to look for */
};

G_DEFINE_FINAL_TYPE (VbetFindBar, vbet_find_bar, GTK_TYPE_BOX)

/* The text as it stands: no character of it means more than itself. */
static void
set_pattern (VbetFindBar *self)
{
  const char *text = gtk_entry_get_text (GTK_ENTRY (self->entry));
  g_autofree char *pattern = g_regex_escape_string (text, -1);
  gboolean exact = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->match_case));
  VteRegex *regex = NULL;
  if (*text != '\0')
    regex = vte_regex_new_for_search (
        pattern, -1, PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_MULTILINE | (exact ? 0 : PCRE2_CASELESS), NULL);
  self->valid = regex != NULL;
  vte_terminal_search_set_regex (self->vte, regex, 0);
  vte_terminal_search_set_wrap_around (self->vte, TRUE);
  g_clear_pointer (&regex, vte_regex_unref);
}

static void
look (VbetFindBar *self, gboolean upwards)
{
  GtkStyleContext *style = gtk_widget_get_style_context (self->entry);
  gboolean found = self->valid
                   && (upwards ? vte_terminal_search_find_previous (self->vte)
                               : vte_terminal_search_find_next (self->vte));
  gtk_label_set_text (GTK_LABEL (self->result), self->valid && !found ? _ ("Not found") : "");
  if (self->valid && !found)
    gtk_style_context_add_class (style, GTK_STYLE_CLASS_ERROR);
  else
    gtk_style_context_remove_class (style, GTK_STYLE_CLASS_ERROR);
}

static void
on_changed (VbetFindBar *self)
{
  vte_terminal_unselect_all (self->vte);
  set_pattern (self);
  look (self, TRUE);
}

static void
on_previous (VbetFindBar *self)
{
  look (self, TRUE);
}

static void
on_next (VbetFindBar *self)
{
  look (self, FALSE);
}

static void
on_close (VbetFindBar *self)
{
  vte_terminal_search_set_regex (self->vte, NULL, 0);
  gtk_widget_hide (GTK_WIDGET (self));
  gtk_widget_grab_focus (GTK_WIDGET (self->vte));
}

static gboolean
on_key (GtkWidget *widget, GdkEventKey *event, VbetFindBar *self)
{
  guint modifiers = event->state & gtk_accelerator_get_default_mod_mask ();
  gboolean enter = event->keyval == GDK_KEY_Return || event->keyval == GDK_KEY_KP_Enter;
  if (event->keyval == GDK_KEY_Escape)
    on_close (self);
  else if ((enter && modifiers == 0) || event->keyval == GDK_KEY_Up)
    look (self, TRUE);
  else if ((enter && modifiers == GDK_SHIFT_MASK) || event->keyval == GDK_KEY_Down)
    look (self, FALSE);
  else
    return GDK_EVENT_PROPAGATE;
  return GDK_EVENT_STOP;
}

void
vbet_find_bar_show (VbetFindBar *self)
{
  g_return_if_fail (VBET_IS_FIND_BAR (self));
  gtk_widget_show (GTK_WIDGET (self));
  gtk_widget_grab_focus (self->entry);
  on_changed (self);
}

static GtkWidget *
add_button (VbetFindBar *self, const char *icon, const char *name, const char *tooltip, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon, GTK_ICON_SIZE_MENU);
  gtk_widget_set_focus_on_click (button, FALSE);
  gtk_widget_set_tooltip_text (button, tooltip);
  atk_object_set_name (gtk_widget_get_accessible (button), name);
  g_signal_connect_object (button, "clicked", clicked, self, G_CONNECT_SWAPPED);
  gtk_box_pack_start (GTK_BOX (self), button, FALSE, FALSE, 0);
  return button;
}

GtkWidget *
vbet_find_bar_new (VteTerminal *vte)
{
  VbetFindBar *self = g_object_new (VBET_TYPE_FIND_BAR, NULL);
  self->vte = vte;
  return GTK_WIDGET (self);
}

static void
vbet_find_bar_class_init (VbetFindBarClass *klass)
{
}

static void
vbet_find_bar_init (VbetFindBar *self)
{
  GtkStyleContext *style = gtk_widget_get_style_context (GTK_WIDGET (self));
  gtk_box_set_spacing (GTK_BOX (self), 6);
  gtk_style_context_add_class (style, "vbet-find-bar");
  self->entry = gtk_search_entry_new ();
  gtk_entry_set_width_chars (GTK_ENTRY (self->entry), 18);
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->entry), _ ("Find in what was shown"));
  atk_object_set_name (gtk_widget_get_accessible (self->entry), _ ("Find text"));
  g_signal_connect_object (self->entry, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect (self->entry, "key-press-event", G_CALLBACK (on_key), self);
  gtk_box_pack_start (GTK_BOX (self), self->entry, FALSE, FALSE, 0);
  add_button (self, "go-up-symbolic", _ ("Find previous"), _ ("Find further up (Enter)"),
              G_CALLBACK (on_previous));
  add_button (self, "go-down-symbolic", _ ("Find next"), _ ("Find further down (Shift+Enter)"),
              G_CALLBACK (on_next));
  self->match_case = gtk_check_button_new_with_mnemonic (_ ("Match _case"));
  gtk_widget_set_focus_on_click (self->match_case, FALSE);
  g_signal_connect_object (self->match_case, "toggled", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  gtk_box_pack_start (GTK_BOX (self), self->match_case, FALSE, FALSE, 0);
  self->result = gtk_label_new ("");
  gtk_box_pack_start (GTK_BOX (self), self->result, FALSE, FALSE, 0);
  gtk_box_set_child_packing (GTK_BOX (self),
                             add_button (self, "window-close-symbolic", _ ("Close the find bar"),
                                         _ ("Close (Escape)"), G_CALLBACK (on_close)),
                             FALSE, FALSE, 0, GTK_PACK_END);
  gtk_widget_show_all (GTK_WIDGET (self));
  gtk_widget_hide (GTK_WIDGET (self));
}
