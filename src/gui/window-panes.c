/* window-panes.c - program, calls, problems, history and the bar of steps: what of them is the window's. */
#include "config.h"

#include "gui/window-private.h"

#include <glib/gi18n.h>

#include "gui/panes/history.h"

/* --- program --------------------------------------------------------------------------- */

static gboolean
in_program (VbetWindow *self)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  return focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->program));
}

static void
show_program (VbetWindow *self)
{
  gtk_notebook_set_current_page (self->bottom,
                                 gtk_notebook_page_num (self->bottom, GTK_WIDGET (self->program)));
}

static void
on_find (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  show_program (self);
  vbet_program_pane_find (self->program, FALSE);
}

static void
on_replace (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  show_program (self);
  vbet_program_pane_find (self->program, TRUE);
}

static void
on_complete (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  show_program (self);
  vbet_program_pane_complete (self->program);
}

static void
on_fix (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  if (!vbet_program_pane_fix (self->program))
    vbet_notices_show (self->notices, "gesture", GTK_MESSAGE_INFO,
                       _ ("There is nothing in this line that could be mended by itself."), NULL);
}

static void
on_comment (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  vbet_program_pane_toggle_comment (VBET_WINDOW (data)->program);
}

static void
on_format (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  vbet_program_pane_format (VBET_WINDOW (data)->program);
}

static void
on_program_failed (VbetProgramPane *program, const char *message, VbetWindow *self)
{
  vbet_notices_show (self->notices, "gesture", GTK_MESSAGE_WARNING, message, NULL);
}

static void
on_zoom (VbetProgramPane *program, VbetWindow *self)
{
  if (self->settings != NULL)
    g_settings_set_double (self->settings, "program-zoom", vbet_program_pane_get_zoom (program));
}

/* Keys that mean something of their own while one types, before the window's shortcuts see them. */
static const struct {
  guint key;
  GdkModifierType modifiers;
  const char *action;
} program_keys[] = {
  { GDK_KEY_f, GDK_CONTROL_MASK, "program-find" },
  { GDK_KEY_h, GDK_CONTROL_MASK, "program-replace" },
  { GDK_KEY_space, GDK_CONTROL_MASK, "program-complete" },
  { GDK_KEY_slash, GDK_CONTROL_MASK, "program-comment" },
  { GDK_KEY_period, GDK_CONTROL_MASK, "program-fix" },
  { GDK_KEY_Return, GDK_MOD1_MASK, "program-fix" },
  { GDK_KEY_f, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "program-format" },
};

gboolean
_vbet_window_panes_key (VbetWindow *self, GdkEventKey *event)
{
  GdkModifierType modifiers = event->state & gtk_accelerator_get_default_mod_mask ();
  guint key = gdk_keyval_to_lower (event->keyval);
  if (!in_program (self))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (program_keys); i++)
    if (key == program_keys[i].key && modifiers == program_keys[i].modifiers) {
      g_action_group_activate_action (G_ACTION_GROUP (self), program_keys[i].action, NULL);
      return TRUE;
    }
  if (key == GDK_KEY_F3 && (modifiers & ~(guint)GDK_SHIFT_MASK) == 0) {
    vbet_program_pane_find_next (self->program, modifiers != 0);
    return TRUE;
  }
  if ((modifiers & GDK_CONTROL_MASK) == 0)
    return FALSE;
  if (key == GDK_KEY_plus || key == GDK_KEY_equal || key == GDK_KEY_KP_Add)
    vbet_program_pane_zoom_by (self->program, 1);
  else if (key == GDK_KEY_minus || key == GDK_KEY_KP_Subtract)
    vbet_program_pane_zoom_by (self->program, -1);
  else if (key == GDK_KEY_0 || key == GDK_KEY_KP_0)
    vbet_program_pane_set_zoom (self->program, 1);
  else
    return FALSE;
  return TRUE;
}

/* --- all ------------------------------------------------------------------------------------ */

static GtkWidget *
add_page (VbetWindow *self, GtkWidget *page, const char *title)
{
  GtkWidget *label = gtk_label_new (title);
  gtk_widget_show (label);
  gtk_notebook_append_page (self->bottom, page, label);
  return label;
}

void
_vbet_window_add_panes (VbetWindow *self)
{
  static const GActionEntry entries[] = {
    { "program-find", on_find }, { "program-replace", on_replace }, { "program-complete", on_complete },
    { "program-fix", on_fix },   { "program-comment", on_comment }, { "program-format", on_format },
  };
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  add_page (self, vbet_history_new (vbet_session_get_document (self->session)), _ ("History"));
  if (self->settings != NULL)
    vbet_program_pane_set_zoom (self->program, g_settings_get_double (self->settings, "program-zoom"));
  g_signal_connect_object (self->program, "failed", G_CALLBACK (on_program_failed), self, 0);
  g_signal_connect_object (self->program, "zoom-changed", G_CALLBACK (on_zoom), self, 0);
}
