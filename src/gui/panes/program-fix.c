/* program-fix.c - what a finding says, at the pointer, with a button that mends it.
 *
 * The popover comes when the pointer rests on an underline or a mark beside
 * the text, and goes when it leaves both. It never takes the focus. The same
 * by keys: Ctrl+. mends what is wrong at the caret.
 */
#include "config.h"

#include "gui/panes/program-private.h"

#include <glib/gi18n.h>

#define SHOW_MS 250
#define HIDE_MS 500

/* The finding whose underline is at @byte. Returns: its number from 1; 0 for none. */
static guint
finding_at (VbetProgramPane *self, gsize byte)
{
  const VbetDiagnostics *findings = vbet_session_get_diagnostics (self->session);
  gsize size = 0, start = 0, end = 0;
  const char *text = vbet_document_text (_vbet_program_document (self), &size);
  for (guint i = 0; i < vbet_diagnostics_size (findings); i++) {
    _vbet_program_underlined (vbet_diagnostics_get (findings, i), text, size, &start, &end);
    if (byte >= start && byte < end)
      return i + 1;
  }
  return 0;
}

static const VbetDiagnostic *
finding (VbetProgramPane *self, guint number)
{
  const VbetDiagnostics *findings = vbet_session_get_diagnostics (self->session);
  return number > 0 && number <= vbet_diagnostics_size (findings)
             ? vbet_diagnostics_get (findings, number - 1)
             : NULL;
}

/* --- the popover ------------------------------------------------------------------------ */

void
_vbet_program_fix_hide (VbetProgramPane *self)
{
  g_clear_handle_id (&self->hover, g_source_remove);
  self->shown = 0;
  if (self->popover != NULL)
    gtk_popover_popdown (GTK_POPOVER (self->popover));
}

static void
on_fix (GtkButton *button, VbetProgramPane *self)
{
  guint number = self->shown;
  _vbet_program_fix_hide (self);
  if (number > 0)
    vbet_session_fix (self->session, number - 1);
}

static void
point_at (VbetProgramPane *self, const VbetDiagnostic *what)
{
  VbetWalker walk = _vbet_program_walker (self);
  gsize start = 0, end = 0;
  GdkRectangle first, last;
  _vbet_program_underlined (what, walk.text, walk.size, &start, &end);
  GtkTextIter from = _vbet_walker_to (&walk, start), to = _vbet_walker_to (&walk, end);
  gtk_text_view_get_iter_location (GTK_TEXT_VIEW (self->view), &from, &first);
  gtk_text_view_get_iter_location (GTK_TEXT_VIEW (self->view), &to, &last);
  if (last.y == first.y && last.x > first.x)
    first.width = last.x - first.x;
  gtk_text_view_buffer_to_window_coords (GTK_TEXT_VIEW (self->view), GTK_TEXT_WINDOW_WIDGET, first.x, first.y,
                                         &first.x, &first.y);
  first.width = CLAMP (first.width, 4, 200);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->popover), &first);
}

static void
show (VbetProgramPane *self, guint number)
{
  const VbetDiagnostic *what = finding (self, number);
  if (what == NULL)
    return;
  gboolean is_error = what->severity == VBET_SEVERITY_ERROR;
  self->shown = number;
  gtk_label_set_text (GTK_LABEL (self->popover_label), what->message);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->popover_icon),
                                is_error ? "dialog-error-symbolic" : "dialog-warning-symbolic",
                                GTK_ICON_SIZE_MENU);
  GtkStyleContext *style = gtk_widget_get_style_context (self->popover_icon);
  gtk_style_context_remove_class (style, is_error ? "vbet-warning" : "vbet-error");
  gtk_style_context_add_class (style, is_error ? "vbet-error" : "vbet-warning");
  gtk_widget_set_visible (self->popover_button, what->fix != NULL);
  if (what->fix != NULL) {
    /* Translators: %s is what it does, such as "insert ')'". */
    g_autofree char *label = g_strdup_printf (_ ("Fix: %s"), what->fix->label);
    gtk_button_set_label (GTK_BUTTON (self->popover_button), label);
  }
  point_at (self, what);
  gtk_popover_popup (GTK_POPOVER (self->popover));
}

static gboolean
on_show_time (gpointer data)
{
  VbetProgramPane *self = data;
  self->hover = 0;
  show (self, self->shown);
  return G_SOURCE_REMOVE;
}

static gboolean
on_hide_time (gpointer data)
{
  VbetProgramPane *self = data;
  self->hover = 0;
  _vbet_program_fix_hide (self);
  return G_SOURCE_REMOVE;
}

static void
hide_soon (VbetProgramPane *self)
{
  g_clear_handle_id (&self->hover, g_source_remove);
  if (gtk_widget_get_visible (self->popover))
    self->hover = g_timeout_add (HIDE_MS, on_hide_time, self);
}

/* --- the pointer --------------------------------------------------------------------------- */

/* Number of the finding at @x, @y of @window; 0: none. */
static guint
number_at (VbetProgramPane *self, GdkWindow *window, double at_x, double at_y)
{
  GtkTextView *view = GTK_TEXT_VIEW (self->view);
  GtkTextIter at;
  int x = 0, y = 0;
  if (!self->mirrors || window != gtk_text_view_get_window (view, GTK_TEXT_WINDOW_TEXT))
    return 0;
  gtk_text_view_window_to_buffer_coords (view, GTK_TEXT_WINDOW_TEXT, (int)at_x, (int)at_y, &x, &y);
  return gtk_text_view_get_iter_at_location (view, &at, x, y)
             ? finding_at (self, _vbet_program_byte (self, &at))
             : 0;
}

static gboolean
on_motion (GtkWidget *view, GdkEventMotion *event, VbetProgramPane *self)
{
  if (!self->mirrors
      || event->window != gtk_text_view_get_window (GTK_TEXT_VIEW (view), GTK_TEXT_WINDOW_TEXT))
    return GDK_EVENT_PROPAGATE;
  guint number = number_at (self, event->window, event->x, event->y);
  gboolean visible = gtk_widget_get_visible (self->popover);
  if (number == 0) {
    if (self->hover == 0 || !visible)
      hide_soon (self);
    return GDK_EVENT_PROPAGATE;
  }
  if (visible && number == self->shown) {
    g_clear_handle_id (&self->hover, g_source_remove);
    return GDK_EVENT_PROPAGATE;
  }
  g_clear_handle_id (&self->hover, g_source_remove);
  self->shown = number;
  self->hover = g_timeout_add (SHOW_MS, on_show_time, self);
  return GDK_EVENT_PROPAGATE;
}

/* As it slides to its place, the popover may lie under a pointer that does not move, and be gone from there. */
static gboolean
on_enter (GtkWidget *view, GdkEventCrossing *event, VbetProgramPane *self)
{
  (void)view;
  if (gtk_widget_get_visible (self->popover) && self->shown > 0
      && number_at (self, event->window, event->x, event->y) == self->shown)
    g_clear_handle_id (&self->hover, g_source_remove);
  return GDK_EVENT_PROPAGATE;
}

static gboolean
on_leave (GtkWidget *view, GdkEventCrossing *event, VbetProgramPane *self)
{
  hide_soon (self);
  return GDK_EVENT_PROPAGATE;
}

static gboolean
on_enter_popover (GtkWidget *popover, GdkEventCrossing *event, VbetProgramPane *self)
{
  g_clear_handle_id (&self->hover, g_source_remove);
  return GDK_EVENT_PROPAGATE;
}

static gboolean
on_leave_popover (GtkWidget *popover, GdkEventCrossing *event, VbetProgramPane *self)
{
  if (event->detail != GDK_NOTIFY_INFERIOR)
    hide_soon (self);
  return GDK_EVENT_PROPAGATE;
}

/* A click on the mark beside the text. */
static void
on_mark (GtkSourceView *view, GtkTextIter *line, GdkEvent *event, VbetProgramPane *self)
{
  const VbetDiagnostics *findings = vbet_session_get_diagnostics (self->session);
  guint wanted = (guint)gtk_text_iter_get_line (line) + 1;
  for (guint i = 0; i < vbet_diagnostics_size (findings); i++)
    if (vbet_diagnostics_get (findings, i)->line == wanted) {
      show (self, i + 1);
      return;
    }
}

/* --- by key ---------------------------------------------------------------------------------- */

gboolean
vbet_program_pane_fix (VbetProgramPane *self)
{
  g_return_val_if_fail (VBET_IS_PROGRAM_PANE (self), FALSE);
  const VbetDiagnostics *findings = vbet_session_get_diagnostics (self->session);
  GtkTextIter at;
  if (!self->mirrors)
    return FALSE;
  gsize cursor = _vbet_program_cursor (self);
  guint number = finding_at (self, cursor);
  const VbetDiagnostic *what = finding (self, number);
  gtk_text_buffer_get_iter_at_mark (self->buffer, &at, gtk_text_buffer_get_insert (self->buffer));
  guint line = (guint)gtk_text_iter_get_line (&at) + 1;
  if (what == NULL || what->fix == NULL) /* else the first of the line */
    for (guint i = 0; i < vbet_diagnostics_size (findings); i++) {
      what = vbet_diagnostics_get (findings, i);
      number = i + 1;
      if (what->line == line && what->fix != NULL)
        break;
      what = NULL;
    }
  if (what == NULL)
    return FALSE;
  vbet_session_fix (self->session, number - 1);
  return TRUE;
}

void
_vbet_program_fix_init (VbetProgramPane *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  self->popover = gtk_popover_new (self->view);
  self->popover_icon = gtk_image_new ();
  self->popover_label = gtk_label_new (NULL);
  self->popover_button = gtk_button_new ();
  gtk_popover_set_modal (GTK_POPOVER (self->popover), FALSE);
  gtk_popover_set_position (GTK_POPOVER (self->popover), GTK_POS_TOP);
  gtk_label_set_line_wrap (GTK_LABEL (self->popover_label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (self->popover_label), 50);
  gtk_label_set_xalign (GTK_LABEL (self->popover_label), 0);
  gtk_widget_set_tooltip_text (self->popover_button, _ ("Mend it (Ctrl+.)"));
  gtk_widget_set_valign (self->popover_button, GTK_ALIGN_CENTER);
  gtk_container_add (GTK_CONTAINER (box), self->popover_icon);
  gtk_container_add (GTK_CONTAINER (box), self->popover_label);
  gtk_container_add (GTK_CONTAINER (box), self->popover_button);
  g_object_set (box, "margin", 8, NULL);
  gtk_container_add (GTK_CONTAINER (self->popover), box);
  gtk_widget_show_all (box);
  gtk_widget_add_events (self->view, GDK_POINTER_MOTION_MASK | GDK_ENTER_NOTIFY_MASK | GDK_LEAVE_NOTIFY_MASK);
  g_signal_connect (self->view, "motion-notify-event", G_CALLBACK (on_motion), self);
  g_signal_connect (self->view, "enter-notify-event", G_CALLBACK (on_enter), self);
  g_signal_connect (self->view, "leave-notify-event", G_CALLBACK (on_leave), self);
  g_signal_connect (self->view, "line-mark-activated", G_CALLBACK (on_mark), self);
  g_signal_connect (self->popover, "enter-notify-event", G_CALLBACK (on_enter_popover), self);
  g_signal_connect (self->popover, "leave-notify-event", G_CALLBACK (on_leave_popover), self);
  g_signal_connect (self->popover_button, "clicked", G_CALLBACK (on_fix), self);
}
