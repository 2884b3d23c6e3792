/* program-find.c - the bar that finds and replaces in the program pane. */
#include "config.h"

#include "gui/panes/program-private.h"

#include <string.h>

#include <glib/gi18n.h>

static const char *
wanted (VbetProgramPane *self)
{
  return gtk_entry_get_text (GTK_ENTRY (self->find_entry));
}

static void
update_count (VbetProgramPane *self)
{
  int n = gtk_source_search_context_get_occurrences_count (self->search);
  GtkTextIter from, to;
  GtkStyleContext *style = gtk_widget_get_style_context (self->find_entry);
  g_autofree char *text = g_strdup ("");
  gtk_style_context_remove_class (style, "error");
  if (*wanted (self) != '\0' && n == 0) {
    gtk_style_context_add_class (style, "error");
    g_free (text);
    text = g_strdup (_ ("not found"));
  } else if (*wanted (self) != '\0' && n > 0) {
    gtk_text_buffer_get_selection_bounds (self->buffer, &from, &to);
    int at = gtk_source_search_context_get_occurrence_position (self->search, &from, &to);
    g_free (text);
    /* Translators: which of the places found is shown: "2 of 5". */
    text = at > 0 ? g_strdup_printf (_ ("%d of %d"), at, n)
                  : g_strdup_printf (ngettext ("%d found", "%d found", n), n);
  }
  gtk_label_set_text (GTK_LABEL (self->find_count), text);
}

static void
show_match (VbetProgramPane *self, const GtkTextIter *from, const GtkTextIter *to)
{
  gtk_text_buffer_select_range (self->buffer, from, to);
  gtk_text_view_scroll_to_mark (GTK_TEXT_VIEW (self->view), gtk_text_buffer_get_insert (self->buffer), 0.1,
                                FALSE, 0, 0);
  update_count (self);
}

/* From @at on, or before it; around the end. */
static void
find_from (VbetProgramPane *self, const GtkTextIter *at, gboolean back)
{
  GtkTextIter from, to;
  gboolean found = back ? gtk_source_search_context_backward (self->search, at, &from, &to, NULL)
                        : gtk_source_search_context_forward (self->search, at, &from, &to, NULL);
  if (found)
    show_match (self, &from, &to);
  else
    update_count (self);
}

void
vbet_program_pane_find_next (VbetProgramPane *self, gboolean back)
{
  g_return_if_fail (VBET_IS_PROGRAM_PANE (self));
  GtkTextIter from, to;
  gtk_text_buffer_get_selection_bounds (self->buffer, &from, &to);
  find_from (self, back ? &from : &to, back);
}

static void
on_changed (GtkEntry *entry, VbetProgramPane *self)
{
  GtkTextIter from, to;
  gtk_source_search_settings_set_search_text (gtk_source_search_context_get_settings (self->search),
                                              *wanted (self) != '\0' ? wanted (self) : NULL);
  gtk_text_buffer_get_selection_bounds (self->buffer, &from, &to);
  find_from (self, &from, FALSE);
}

static void
on_next (GtkWidget *widget, VbetProgramPane *self)
{
  vbet_program_pane_find_next (self, FALSE);
}

static void
on_previous (GtkWidget *widget, VbetProgramPane *self)
{
  vbet_program_pane_find_next (self, TRUE);
}

static void
close_bar (VbetProgramPane *self)
{
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->find_bar), FALSE);
  gtk_source_search_context_set_highlight (self->search, FALSE);
  gtk_widget_grab_focus (self->view);
}

static void
on_close (GtkWidget *widget, VbetProgramPane *self)
{
  close_bar (self);
}

static gboolean
on_key (GtkWidget *bar, GdkEventKey *event, VbetProgramPane *self)
{
  if (event->keyval != GDK_KEY_Escape)
    return GDK_EVENT_PROPAGATE;
  close_bar (self);
  return GDK_EVENT_STOP;
}

/* One replacement is one revision; the next match is shown. */
static void
on_replace (GtkWidget *widget, VbetProgramPane *self)
{
  GtkTextIter from, to;
  const char *with = gtk_entry_get_text (GTK_ENTRY (self->replace_entry));
  gtk_text_buffer_get_selection_bounds (self->buffer, &from, &to);
  if (gtk_source_search_context_get_occurrence_position (self->search, &from, &to) > 0) {
    gsize start = _vbet_program_byte (self, &from), end = _vbet_program_byte (self, &to);
    _vbet_program_replace (self, start, end - start, with, strlen (with), 0, _ ("Replace"));
  }
  vbet_program_pane_find_next (self, FALSE);
}

static void
on_replace_all (GtkWidget *widget, VbetProgramPane *self)
{
  GtkTextIter at, from, to;
  g_autoptr (VbetEdits) edits = vbet_edits_new ();
  gboolean around = FALSE;
  if (!self->mirrors || *wanted (self) == '\0')
    return;
  gtk_text_buffer_get_start_iter (self->buffer, &at);
  while (gtk_source_search_context_forward (self->search, &at, &from, &to, &around) && !around) {
    gsize start = _vbet_program_byte (self, &from), end = _vbet_program_byte (self, &to);
    vbet_edits_replace (edits, (VbetSpan){ start, end - start },
                        gtk_entry_get_text (GTK_ENTRY (self->replace_entry)));
    at = to;
  }
  vbet_document_apply (_vbet_program_document (self), edits, _ ("Replace all"));
  update_count (self);
}

void
vbet_program_pane_find (VbetProgramPane *self, gboolean replace)
{
  g_return_if_fail (VBET_IS_PROGRAM_PANE (self));
  GtkTextIter from, to;
  if (gtk_text_buffer_get_selection_bounds (self->buffer, &from, &to)
      && gtk_text_iter_get_line (&from) == gtk_text_iter_get_line (&to)) {
    g_autofree char *selected = gtk_text_buffer_get_text (self->buffer, &from, &to, FALSE);
    gtk_entry_set_text (GTK_ENTRY (self->find_entry), selected);
  }
  gtk_widget_set_visible (self->replace_row, replace);
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->find_bar), TRUE);
  gtk_source_search_context_set_highlight (self->search, TRUE);
  gtk_widget_grab_focus (self->find_entry);
  update_count (self);
}

/* --- the bar ------------------------------------------------------------------------------ */

static GtkWidget *
icon_button (VbetProgramPane *self, const char *icon, const char *name, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon, GTK_ICON_SIZE_MENU);
  gtk_widget_set_tooltip_text (button, name);
  atk_object_set_name (gtk_widget_get_accessible (button), name);
  g_signal_connect (button, "clicked", clicked, self);
  return button;
}

static GtkWidget *
text_button (VbetProgramPane *self, const char *label, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);
  g_signal_connect (button, "clicked", clicked, self);
  return button;
}

static GtkWidget *
make_find_row (VbetProgramPane *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->find_entry = gtk_search_entry_new ();
  self->find_count = gtk_label_new (NULL);
  gtk_entry_set_width_chars (GTK_ENTRY (self->find_entry), 28);
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->find_entry), _ ("Find in the program"));
  atk_object_set_name (gtk_widget_get_accessible (self->find_entry), _ ("Find in the program"));
  gtk_style_context_add_class (gtk_widget_get_style_context (self->find_count), "dim-label");
  gtk_container_add (GTK_CONTAINER (row), self->find_entry);
  gtk_container_add (
      GTK_CONTAINER (row),
      icon_button (self, "go-up-symbolic", _ ("Previous match (Shift+F3)"), G_CALLBACK (on_previous)));
  gtk_container_add (GTK_CONTAINER (row),
                     icon_button (self, "go-down-symbolic", _ ("Next match (F3)"), G_CALLBACK (on_next)));
  gtk_container_add (GTK_CONTAINER (row), self->find_count);
  gtk_box_pack_end (GTK_BOX (row),
                    icon_button (self, "window-close-symbolic", _ ("Close (Escape)"), G_CALLBACK (on_close)),
                    FALSE, FALSE, 0);
  g_signal_connect (self->find_entry, "search-changed", G_CALLBACK (on_changed), self);
  g_signal_connect (self->find_entry, "activate", G_CALLBACK (on_next), self);
  g_signal_connect (self->find_entry, "next-match", G_CALLBACK (on_next), self);
  g_signal_connect (self->find_entry, "previous-match", G_CALLBACK (on_previous), self);
  return row;
}

static GtkWidget *
make_replace_row (VbetProgramPane *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->replace_entry = gtk_entry_new ();
  gtk_entry_set_width_chars (GTK_ENTRY (self->replace_entry), 28);
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->replace_entry), _ ("Replace by"));
  atk_object_set_name (gtk_widget_get_accessible (self->replace_entry), _ ("Replace by"));
  gtk_container_add (GTK_CONTAINER (row), self->replace_entry);
  gtk_container_add (GTK_CONTAINER (row), text_button (self, _ ("_Replace"), G_CALLBACK (on_replace)));
  gtk_container_add (GTK_CONTAINER (row),
                     text_button (self, _ ("Replace _All"), G_CALLBACK (on_replace_all)));
  g_signal_connect (self->replace_entry, "activate", G_CALLBACK (on_replace), self);
  return row;
}

void
_vbet_program_find_init (VbetProgramPane *self)
{
  g_autoptr (GtkSourceSearchSettings) settings = gtk_source_search_settings_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_source_search_settings_set_wrap_around (settings, TRUE);
  self->search = gtk_source_search_context_new (GTK_SOURCE_BUFFER (self->buffer), settings);
  gtk_source_search_context_set_highlight (self->search, FALSE);
  g_signal_connect_object (self->search, "notify::occurrences-count", G_CALLBACK (update_count), self,
                           G_CONNECT_SWAPPED);
  self->find_bar = gtk_revealer_new ();
  gtk_container_add (GTK_CONTAINER (box), make_find_row (self));
  self->replace_row = make_replace_row (self);
  gtk_container_add (GTK_CONTAINER (box), self->replace_row);
  gtk_style_context_add_class (gtk_widget_get_style_context (box), "vbet-find");
  gtk_container_add (GTK_CONTAINER (self->find_bar), box);
  gtk_widget_show_all (self->find_bar);
  g_signal_connect (self->find_bar, "key-press-event", G_CALLBACK (on_key), self);
  gtk_box_pack_start (GTK_BOX (self), self->find_bar, FALSE, FALSE, 0);
}
