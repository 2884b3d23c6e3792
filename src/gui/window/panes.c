/* panes.c - program, calls, problems, history and the bar of steps: what of them is the window's. */
#include "config.h"

#include "gui/window/private.h"

#include <glib/gi18n.h>

#include "gui/demo.h"
#include "gui/panes/history.h"
#include "gui/panes/steps.h"

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

/* --- steps --------------------------------------------------------------------------------- */

/* The big button: shows the next step, or runs the one that is shown. */
static void
on_step (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  vbet_steps_advance (VBET_WINDOW (data)->steps, FALSE);
}

/* The key: one press a step. */
static void
on_step_next (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  if (vbet_runner_get_phase (self->runner) == VBET_PHASE_OFF)
    g_action_group_activate_action (G_ACTION_GROUP (self), "run", NULL);
  else
    vbet_steps_advance (self->steps, TRUE);
}

static void
on_step_back (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  guint shown = vbet_steps_get_shown (VBET_WINDOW (data)->steps);
  if (shown > 0)
    vbet_steps_show (VBET_WINDOW (data)->steps, shown - 1);
}

static void
on_step_cancel (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  vbet_demo_cancel (VBET_WINDOW (data)->demo);
}

static void
on_checks (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  vbet_demo_check (VBET_WINDOW (data)->demo);
}

static void
on_demo_failed (VbetDemo *demo, const char *message, VbetWindow *self)
{
  vbet_notices_show (self->notices, "step", GTK_MESSAGE_ERROR, message, NULL);
}

static void
on_go_to_line (VbetSteps *steps, guint line, VbetWindow *self)
{
  show_program (self);
  vbet_program_pane_go_to_line (self->program, line);
}

static void
enable (VbetWindow *self, const char *name, gboolean enabled)
{
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), name)),
                               enabled);
}

static void
update_step_actions (VbetWindow *self)
{
  VbetDemo *demo = self->demo;
  VbetPhase phase = vbet_runner_get_phase (self->runner);
  guint n = vbet_demo_n_steps (demo);
  gboolean free = !vbet_demo_running (demo, NULL, NULL, NULL) && !vbet_demo_is_checking (demo);
  enable (self, "step", n > 0 && free && phase == VBET_PHASE_RUNNING);
  enable (self, "step-next", n > 0 && free && (phase == VBET_PHASE_RUNNING || phase == VBET_PHASE_OFF));
  enable (self, "step-back", n > 0);
  enable (self, "step-cancel", !free);
  enable (self, "checks", vbet_demo_n_checks (demo) > 0 && free && phase == VBET_PHASE_RUNNING);
}

static void
add_steps (VbetWindow *self)
{
  VbetDemo *demo = vbet_demo_new (self->session, self->runner);
  GtkWidget *steps = vbet_steps_new (demo, self->runner);
  self->demo = demo;
  self->steps = VBET_STEPS (steps);
  gtk_container_add (GTK_CONTAINER (self->step_bar_box), steps);
  g_signal_connect_object (demo, "changed", G_CALLBACK (update_step_actions), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (demo, "failed", G_CALLBACK (on_demo_failed), self, 0);
  g_signal_connect_object (steps, "go-to-line", G_CALLBACK (on_go_to_line), self, 0);
  update_step_actions (self);
}

/* A presenter's remote control sends Page Up and Page Down. */
static gboolean
projector_key (VbetWindow *self, guint key)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  if (!gtk_style_context_has_class (gtk_widget_get_style_context (GTK_WIDGET (self)), "vbet-projector")
      || (focus != NULL && (GTK_IS_TEXT_VIEW (focus) || GTK_IS_ENTRY (focus)))
      || vbet_demo_n_steps (self->demo) == 0)
    return FALSE;
  if (key == GDK_KEY_Page_Down)
    g_action_group_activate_action (G_ACTION_GROUP (self), "step-next", NULL);
  else if (key == GDK_KEY_Page_Up)
    g_action_group_activate_action (G_ACTION_GROUP (self), "step-back", NULL);
  else
    return FALSE;
  return TRUE;
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
  if (modifiers == 0 && projector_key (self, event->keyval))
    return TRUE;
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

static void
on_retry_failed (VbetCalls *calls, const char *message, VbetWindow *self)
{
  vbet_notices_show (self->notices, "retry", GTK_MESSAGE_WARNING, message, NULL);
}

static void
on_failure_chosen (VbetProblems *problems, const char *name, VbetWindow *self)
{
  vbet_session_select (self->session, name, FALSE);
  vbet_canvas_show (self->canvas, name);
}

static void
on_alarm_chosen (VbetProblems *problems, const char *name, VbetWindow *self)
{
  vbet_session_select (self->session, name, FALSE);
  vbet_canvas_show (self->canvas, name);
  _vbet_window_open_console (self, name);
}

static void
on_start_again (VbetProblems *problems, const char *name, VbetWindow *self)
{
  vbet_runner_power (self->runner, "start", name);
}

static void
on_restart (VbetProblems *problems, const char *name, VbetWindow *self)
{
  vbet_runner_power (self->runner, "restart", name);
}

static void
on_call_again (VbetProblems *problems, gint64 number, VbetWindow *self)
{
  vbet_calls_retry (self->calls, number);
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
    { "program-find", on_find },
    { "program-replace", on_replace },
    { "program-complete", on_complete },
    { "program-fix", on_fix },
    { "program-comment", on_comment },
    { "program-format", on_format },
    { "step", on_step },
    { "step-next", on_step_next },
    { "step-back", on_step_back },
    { "step-cancel", on_step_cancel },
    { "checks", on_checks },
  };
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  add_steps (self);
  add_page (self, vbet_history_new (vbet_session_get_document (self->session)), _ ("History"));
  if (self->settings != NULL)
    vbet_program_pane_set_zoom (self->program, g_settings_get_double (self->settings, "program-zoom"));
  g_signal_connect_object (self->problems, "chosen", G_CALLBACK (on_failure_chosen), self, 0);
  g_signal_connect_object (self->problems, "console", G_CALLBACK (on_alarm_chosen), self, 0);
  g_signal_connect_object (self->problems, "start", G_CALLBACK (on_start_again), self, 0);
  g_signal_connect_object (self->problems, "restart", G_CALLBACK (on_restart), self, 0);
  g_signal_connect_object (self->problems, "again", G_CALLBACK (on_call_again), self, 0);
  g_signal_connect_object (self->calls, "failed", G_CALLBACK (on_retry_failed), self, 0);
  g_signal_connect_object (self->program, "failed", G_CALLBACK (on_program_failed), self, 0);
  g_signal_connect_object (self->program, "zoom-changed", G_CALLBACK (on_zoom), self, 0);
}
