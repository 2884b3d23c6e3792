/* inplace.c - names and notes edited where they are drawn.
 *
 * One editor at a time floats above the canvas at the place of what it edits:
 * an entry for a device's name, which is checked while it is typed, or a text
 * for a note. Enter (of a note: Ctrl+Enter) or a click elsewhere writes it
 * down as one revision, Escape gives up.
 */
#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "gui/window/private.h"

#define NAME_WIDTH 120 /* pixels, at least */
#define NOTE_WIDTH 140
#define NOTE_HEIGHT 44
#define NOTE_MARGIN 8

struct VbetWindowEditor {
  VbetWindow *window; /* outlives the editor */
  GtkWidget *box;     /* what floats */
  GtkWidget *input;   /* a GtkEntry or a GtkTextView */
  GtkWidget *reason;  /* (nullable): label that says why a name is not possible */
  char *name;         /* of what is edited */
  gboolean done;
};

typedef VbetWindowEditor Editor;

/* Its widgets are gone: nothing calls it any more. */
static void
on_gone (gpointer data, GObject *box)
{
  Editor *self = data;
  (void)box;
  if (self->window->editor == self)
    self->window->editor = NULL;
  g_free (self->name);
  g_free (self);
}

static gboolean
destroy_later (gpointer widget)
{
  gtk_widget_destroy (widget);
  return G_SOURCE_REMOVE;
}

/* Takes the editor away; what it says is no longer asked for. */
static void
close_editor (Editor *self)
{
  VbetWindow *window = self->window;
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (window));
  gboolean had_focus = focus != NULL && (focus == self->input || gtk_widget_is_ancestor (focus, self->box));
  self->done = TRUE;
  window->inplace = NULL;
  window->editor = NULL;
  vbet_canvas_set_editing (window->canvas, NULL);
  if (had_focus)
    gtk_widget_grab_focus (GTK_WIDGET (window->canvas));
  gtk_widget_hide (self->box);
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, destroy_later, g_object_ref (self->box), g_object_unref);
}

/* What is written in it; (transfer full). */
static char *
text_of (Editor *self)
{
  GtkTextIter start, end;
  if (GTK_IS_ENTRY (self->input))
    return g_strstrip (g_strdup (gtk_entry_get_text (GTK_ENTRY (self->input))));
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->input));
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
}

/* Shows whether the name is possible. */
static gboolean
check_name (Editor *self)
{
  g_autofree char *text = text_of (self);
  g_autoptr (GError) error = NULL;
  gboolean ok = vbet_session_can_rename (self->window->session, self->name, text, &error);
  GtkStyleContext *style = gtk_widget_get_style_context (self->input);
  AtkObject *accessible = gtk_widget_get_accessible (self->input);
  if (ok)
    gtk_style_context_remove_class (style, GTK_STYLE_CLASS_ERROR);
  else
    gtk_style_context_add_class (style, GTK_STYLE_CLASS_ERROR);
  gtk_label_set_text (GTK_LABEL (self->reason), ok ? "" : error->message);
  gtk_widget_set_visible (self->reason, !ok);
  atk_object_set_description (accessible, ok ? "" : error->message);
  return ok;
}

/* Writes it down, and closes it; what is not possible stays open when @insist. */
static void
commit (Editor *self, gboolean insist)
{
  VbetWindow *window = self->window;
  g_autofree char *text = text_of (self);
  g_autofree char *name = g_strdup (self->name);
  g_autoptr (GError) error = NULL;
  gboolean note = vbet_note_index (name, NULL), ok = TRUE;
  if (self->done)
    return;
  if (!note && !check_name (self)) {
    if (!insist)
      close_editor (self);
    return;
  }
  close_editor (self);
  if (note)
    ok = vbet_session_set_note_text (window->session, name, text, &error);
  else
    ok = vbet_session_rename (window->session, name, text, &error);
  if (ok)
    vbet_notices_hide (window->notices, "gesture");
  else
    vbet_notices_show (window->notices, "gesture", GTK_MESSAGE_WARNING, error->message, NULL);
}

void
_vbet_window_end_inplace (VbetWindow *self)
{
  Editor *editor = self->editor;
  if (editor != NULL)
    commit (editor, FALSE);
}

/* --- what happens to it ------------------------------------------------------------ */

static gboolean
on_key (GtkWidget *widget, GdkEventKey *event, Editor *self)
{
  guint modifiers = event->state & gtk_accelerator_get_default_mod_mask ();
  gboolean enter = event->keyval == GDK_KEY_Return || event->keyval == GDK_KEY_KP_Enter;
  if (event->keyval == GDK_KEY_Escape) {
    close_editor (self);
    return GDK_EVENT_STOP;
  }
  if (enter && (GTK_IS_ENTRY (widget) || modifiers == GDK_CONTROL_MASK)) {
    commit (self, TRUE);
    return GDK_EVENT_STOP;
  }
  /* Undo is the lab's, and not meant here. */
  if (modifiers == GDK_CONTROL_MASK && event->keyval == GDK_KEY_z)
    return GDK_EVENT_STOP;
  return GDK_EVENT_PROPAGATE;
}

/* When the whole window loses the focus, the editor keeps it in the window. */
static gboolean
on_focus_out (GtkWidget *widget, GdkEventFocus *event, Editor *self)
{
  if (gtk_window_get_focus (GTK_WINDOW (self->window)) != widget)
    commit (self, FALSE);
  return GDK_EVENT_PROPAGATE;
}

static gboolean
on_scroll (VbetWindow *self)
{
  _vbet_window_end_inplace (self);
  return GDK_EVENT_PROPAGATE;
}

static void
on_lab_changed (VbetWindow *self)
{
  Editor *editor = self->editor;
  if (editor == NULL)
    return;
  if (vbet_view_find (vbet_canvas_get_view (self->canvas), editor->name) == NULL)
    close_editor (editor);
  else
    gtk_widget_queue_resize (GTK_WIDGET (self->canvas_overlay));
}

static void
on_moved (VbetWindow *self)
{
  if (self->inplace != NULL)
    gtk_widget_queue_resize (GTK_WIDGET (self->canvas_overlay));
}

/* --- where it is ------------------------------------------------------------------- */

static gboolean
on_place (GtkOverlay *overlay, GtkWidget *child, GdkRectangle *ret, VbetWindow *self)
{
  Editor *editor = child == self->inplace ? self->editor : NULL;
  const VbetItem *item
      = editor != NULL ? vbet_view_find (vbet_canvas_get_view (self->canvas), editor->name) : NULL;
  GtkRequisition natural;
  if (item == NULL)
    return FALSE;
  GdkRectangle at = vbet_canvas_to_pixels (self->canvas, item->bounds);
  gtk_widget_get_preferred_size (child, NULL, &natural);
  if (item->kind == VBET_ITEM_DEVICE) { /* its name is below the tile, in the middle */
    ret->width = MAX (natural.width, NAME_WIDTH);
    ret->height = natural.height;
    ret->x = at.x + at.width / 2 - ret->width / 2;
    ret->y = at.y + at.height;
  } else if (item->flags & VBET_ITEM_FRAME) { /* its title is along its upper edge */
    *ret = (GdkRectangle){ at.x, at.y, MAX (MIN (MAX (natural.width, NOTE_WIDTH), at.width), NOTE_WIDTH),
                           MAX (natural.height, 24) };
  } else {
    *ret = (GdkRectangle){ at.x, at.y, MAX (MAX (natural.width, at.width), NOTE_WIDTH),
                           MAX (MAX (natural.height, at.height), NOTE_HEIGHT) };
  }
  return TRUE;
}

/* --- opening ------------------------------------------------------------------------- */

static GtkWidget *
new_name_entry (Editor *self)
{
  GtkWidget *entry = gtk_entry_new ();
  gtk_entry_set_text (GTK_ENTRY (entry), self->name);
  gtk_entry_set_width_chars (GTK_ENTRY (entry), 12);
  gtk_entry_set_alignment (GTK_ENTRY (entry), 0.5F);
  atk_object_set_name (gtk_widget_get_accessible (entry), _ ("New name"));
  self->reason = gtk_label_new (NULL);
  gtk_label_set_line_wrap (GTK_LABEL (self->reason), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (self->reason), 32);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->reason), "vbet-inplace-reason");
  gtk_widget_set_no_show_all (self->reason, TRUE);
  g_signal_connect_swapped (entry, "changed", G_CALLBACK (check_name), self);
  return entry;
}

static GtkWidget *
new_note_view (Editor *self, const VbetNote *note)
{
  GtkWidget *view = gtk_text_view_new ();
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  GtkTextIter start, end;
  gtk_text_buffer_set_text (buffer, note->text, -1);
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  gtk_text_buffer_select_range (buffer, &start, &end);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (view), NOTE_MARGIN);
  gtk_text_view_set_right_margin (GTK_TEXT_VIEW (view), NOTE_MARGIN);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (view), 4);
  gtk_text_view_set_bottom_margin (GTK_TEXT_VIEW (view), 4);
  gtk_widget_set_tooltip_text (view, _ ("Ctrl+Enter writes it down, Escape gives up"));
  atk_object_set_name (gtk_widget_get_accessible (view), _ ("Text of the note"));
  return view;
}

void
_vbet_window_ask_name (VbetWindow *self, const char *name)
{
  const VbetNote *note = vbet_session_get_note (self->session, name);
  g_autofree char *what = g_strdup (name);
  _vbet_window_end_inplace (self);
  if (note == NULL && vbet_topology_device (vbet_session_get_topology (self->session), what) == NULL)
    return;
  vbet_canvas_show (self->canvas, what);
  Editor *editor = g_new0 (Editor, 1);
  editor->window = self;
  editor->name = g_steal_pointer (&what);
  editor->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  editor->input = note != NULL ? new_note_view (editor, note) : new_name_entry (editor);
  g_object_weak_ref (G_OBJECT (editor->box), on_gone, editor);
  gtk_style_context_add_class (gtk_widget_get_style_context (editor->box), "vbet-inplace");
  gtk_box_pack_start (GTK_BOX (editor->box), editor->input, note != NULL, TRUE, 0);
  if (editor->reason != NULL)
    gtk_box_pack_start (GTK_BOX (editor->box), editor->reason, FALSE, FALSE, 0);
  g_signal_connect (editor->input, "key-press-event", G_CALLBACK (on_key), editor);
  g_signal_connect (editor->input, "focus-out-event", G_CALLBACK (on_focus_out), editor);
  self->inplace = editor->box;
  self->editor = editor;
  gtk_overlay_add_overlay (self->canvas_overlay, editor->box);
  gtk_widget_show_all (editor->box);
  vbet_canvas_set_editing (self->canvas, editor->name);
  gtk_widget_grab_focus (editor->input);
}

static void
on_rename (VbetCanvas *canvas, const char *name, VbetWindow *self)
{
  _vbet_window_ask_name (self, name);
}

void
_vbet_window_add_inplace (VbetWindow *self)
{
  g_signal_connect_object (self->canvas, "rename", G_CALLBACK (on_rename), self, 0);
  g_signal_connect_object (self->canvas, "scroll-event", G_CALLBACK (on_scroll), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->canvas, "zoom-changed", G_CALLBACK (on_moved), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->canvas_overlay, "get-child-position", G_CALLBACK (on_place), self, 0);
  g_signal_connect_object (self->session, "changed", G_CALLBACK (on_lab_changed), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
}
